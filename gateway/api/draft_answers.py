"""What operations that prepare acts on pledges answer."""

from typing import Annotated, Any

from pydantic import Field

from gateway.api.answers import Hex, Reason, Shown
from gateway.api.register_answers import FilingChecked


class DraftedSigner(Shown):
    """A signer, as POST /acts takes it."""

    account: Hex
    role: str
    mode: str


class DraftedAct(Shown):
    """An act ready for POST /acts under its idempotency key; the same draft has the same key."""

    key: str
    account: Hex
    kind: str
    body: dict[str, Any]
    signers: list[DraftedSigner]


class DraftedContent(Shown):
    """The private document to be kept (POST /content:batch takes all of it but the root) before anybody signs its root."""

    member: Hex
    share_with: list[Hex]
    schema_: Annotated[str, Field(alias="schema")]
    document: Any
    seed: Hex
    root: Hex


class DraftedRight(Shown):
    """A right of the list, in its place: key and title; `number` as its office writes it."""

    key: Hex
    number: str
    title: str


class DraftedName(Shown):
    """Texts of a party that are published at registration."""

    name: str
    capacity: str


class DraftedPerson(Shown):
    """A natural person whose name is published nowhere: who keeps name and salt can show whom the party's word means."""

    party: Hex
    name: str
    capacity: str
    salt: Hex


class Drafted(Shown):
    """A draft. `says`: what is signed, in words; `acts` in their order, after `contents` are kept.

    `refusals`: why the ledger would not do the first act now; `untried`: why that is not known. `checked`: whether a filing would be
    registered today, and if not, why; it may be filed all the same, but for a wrong register.
    `blind`: the secret of the list of rights: without it nobody accepts the filing or releases a part of it.
    """

    act: str
    says: list[str]
    warnings: list[str]
    contents: list[DraftedContent]
    acts: list[DraftedAct]
    rights: list[DraftedRight]
    blind: Hex | None
    names: list[DraftedName]
    persons: list[DraftedPerson]
    refusals: list[Reason]
    untried: str | None
    checked: FilingChecked | None
    next: str


class ReleasedRight(Shown):
    """A right that may be released, and what it is worth (minor units)."""

    right: str
    value: str


class ProRata(Shown):
    """What may be released for a debt paid in part, in minor units; `draft` is the description of the act for POST /pledges:draft.

    `ceiling` is what must stay of it; of rights that were valued, `released` may go and `kept` of `value` stays.
    """

    debt: str
    paid: str
    ceiling_before: str | None
    ceiling: str | None
    value: str | None
    kept: str | None
    released: list[ReleasedRight]
    whole: bool
    rule: str
    basis: str
    draft: dict[str, Any]
    next: str
