"""The description of an act: what people write, before it is a body. Which act takes which field is the table's."""

from typing import Annotated, Any

from pydantic import Field

from gateway.api.fields import Hex20, Hex32, Minor, Text
from gateway.api.schemas import Strict

Short = Annotated[Text, Field(max_length=80)]
Line = Annotated[Text, Field(max_length=1000)]
Whole = Annotated[int, Field(ge=1, lt=1 << 40)]


class PartyGiven(Strict):
    """A party: `identifier` is a scheme and its text (USCC, LEI, ABN..., MEMBER 0x...); without one the name itself names it.

    `role`: pledgor, co-owner or pledgee; `share`: a holder's weight. A natural `person`'s name is published nowhere.
    """

    name: Line
    identifier: Line = ""
    capacity: Line = ""
    role: Short = "pledgor"
    share: Annotated[int, Field(ge=0, lt=1 << 64)] | None = None
    person: bool = False


class RightGiven(Strict):
    """A right by its number as its office writes it (or its key in full); the title is published at registration."""

    number: Annotated[Text, Field(min_length=1, max_length=80)]
    title: Annotated[str, Field(max_length=2000)] = ""


class TermsGiven(Strict):
    """The secured claim: `claim` fixed, maximum or not stated; `amount` in minor units of `currency` (ISO 4217).

    `due` and `expires`: a day of the register's zone, which counts to its last second, or a time with its offset; "never": no end.
    """

    claim: Short | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    amount: Minor | None = None
    due: Short | None = None
    expires: Short | None = None


class InstrumentGiven(Strict):
    """The document behind an act: its number (at most 32 bytes), hash, day or time of execution, heading."""

    number: Annotated[Text, Field(max_length=32)] = ""
    document: Hex32 | None = None
    executed: Short = ""
    caption: Annotated[Text, Field(max_length=300)] = ""


class ConsentGiven(Strict):
    """How parties consent: those of a role, or one party (its name, or scheme and identifier), or all where neither is told.

    `mode`: signed, attested, ordered or deemed; `evidence`: hash of what the officer saw, without it the instrument's.
    """

    mode: Short
    role: Short = ""
    party: Line = ""
    evidence: Hex32 | None = None
    given: Short = ""
    until: Short = ""


class GroundGiven(Strict):
    """An examined ground: result pass, fail or overridden, with the hash of its evidence."""

    ground: Annotated[int, Field(ge=1, lt=64)]
    result: Short
    evidence: Hex32 | None = None


class ShareGiven(Strict):
    """What a pledge's holders get of a sale at a rank, minor units: of `claim`, `amount`."""

    pledge: Whole
    rank: Annotated[int, Field(ge=1, lt=1 << 16)]
    claim: Minor
    amount: Minor


class Given(Strict):
    """An act in words. `act` says which; each act takes the fields that it has use for and refuses others.

    `account` acts (the first signer), `officer` is the account whose officers sign: without it the register's office.
    """

    act: Short
    account: Hex20 | None = None
    officer: Hex20 | None = None
    consents: Annotated[list[ConsentGiven], Field(max_length=64, default_factory=list)]
    when: Short = ""
    instrument: InstrumentGiven = InstrumentGiven()
    evidence: Hex32 | None = None

    register_: Annotated[str | int | None, Field(alias="register")] = None
    pledge: Whole | None = None
    parties: Annotated[list[PartyGiven], Field(max_length=256)] | None = None
    rights: Annotated[list[RightGiven | str], Field(max_length=8192)] | None = None
    kinds: Annotated[list[Short], Field(max_length=8)] | None = None
    transaction: Short | None = None
    marks: Annotated[list[Short], Field(max_length=8)] | None = None
    terms: TermsGiven | None = None
    agreement: Hex32 | None = None
    content: Hex32 | None = None
    blind: Hex32 | None = None
    decision: Short | None = None
    grounds: Annotated[list[GroundGiven], Field(max_length=63)] | None = None
    others_pass: bool | None = None
    segment: Whole | None = None
    until: Short | None = None
    later: Whole | None = None
    right: Short | None = None
    basis: Short | None = None
    reason: Short | None = None
    unlisted: Annotated[list[Short], Field(max_length=1024)] | None = None
    unpledged: Annotated[list[Short], Field(max_length=1024)] | None = None
    note: Short | None = None
    other: Line | None = None
    subject: Line | None = None
    text: Annotated[str, Field(max_length=4000)] | None = None
    senior: Whole | None = None
    relation: Short | None = None
    cap: Minor | None = None
    price: Minor | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    costs: Minor | None = None
    surplus: Minor | None = None
    buyer: Line | None = None
    shares: Annotated[list[ShareGiven], Field(max_length=256)] | None = None
    rectification: Short | None = None
    corrects: Hex32 | None = None
    expires: Short | None = None
    target: Short | None = None
    of: Line | None = None
    hold: Short | None = None
    bars: Annotated[list[Short], Field(max_length=8)] | None = None
    authority: Line | None = None
    order: Hex32 | None = None
    number: Annotated[int, Field(ge=0, lt=1 << 16)] | None = None
    joined: Short | None = None
    party: Line | None = None
    became: Short | None = None
    member: Hex20 | None = None
    name: Line | None = None

    def told(self) -> dict[str, Any]:
        """The fields that are told, by the names that people write."""
        return {
            (field.alias or name): value
            for name, field in type(self).model_fields.items()
            if (value := getattr(self, name)) is not None and name in self.model_fields_set
        }
