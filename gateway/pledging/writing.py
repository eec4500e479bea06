"""What the writers of bodies share: the act that is drafted, with its register, its document, its parties; and what a draft is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from gateway.contents import package
from gateway.errors import invalid
from gateway.filing import Asked as Tried
from gateway.pledging import parts, words
from gateway.pledging.consenting import Consenting, Signer, asked_of, consents, signing
from gateway.pledging.given import Given, PartyGiven, RightGiven, TermsGiven
from gateway.pledging.known import Desk
from gateway.pledging.parts import NONE, Json
from gateway.pledging.table import ActKind
from gateway.registers import KeptRules
from ledger.domain.act_types import Party, PartyName
from ledger.domain.assets import AssetError, Listing, listing
from ledger.domain.calendar import legal_date, rfc3339, start_of_day
from ledger.domain.identifiers import HASHED, read_word
from ledger.domain.ids import to_hex
from ledger.domain.money import currency, currency_of, to_text
from ledger.domain.pledge_words import ClaimKind
from ledger.domain.registers import ActRule, Code, PartyRole, TimeSource
from ledger.domain.rights import Right, broken_check, every_reading
from ledger.domain.routing import Transaction, kind_of, routes
from ledger.mirror.queries.pledges import Standing

ROLES = (PartyRole.PLEDGOR, PartyRole.CO_OWNER, PartyRole.PLEDGEE)
Value = TypeVar("Value")


@dataclass
class Made:
    """Bodies of one kind, in their order, with their signers; what they say in words, and what goes with them.

    `contents`: the private document to be held before anybody signs; `tried`: what the dry run of a filing looks at.
    """

    kind: str
    bodies: list[Json]
    signers: list[Signer]
    says: list[str]
    next: str
    warnings: list[str] = field(default_factory=list)
    dossier: Json | None = None
    listed: Listing | None = None
    names: Sequence[PartyName] = ()
    tried: Tried | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person whose name is published nowhere: with the salt (32 bytes) it opens the commitment in the party's word."""

    party: bytes
    name: str
    capacity: str
    salt: bytes

    def body(self) -> Json:
        """As JSON."""
        return {"party": to_hex(self.party), "name": self.name, "capacity": self.capacity, "salt": to_hex(self.salt)}


@dataclass
class Writing:
    """An act on its way from words to bodies."""

    desk: Desk
    spec: ActKind
    given: Given
    persons: list[Person] = field(default_factory=list)

    # --- What it is about ----------------------------------------------------------------------------------------------------

    @cached_property
    def standing(self) -> Standing:
        """The pledge that it is about. Raises 404."""
        return self.desk.standing(self.needed(self.given.pledge, "pledge"))

    @cached_property
    def kept(self) -> KeptRules:
        """The register: the one named, else the pledge's."""
        named = self.given.register_
        return self.desk.register(self.standing.pledge.register if named is None else named)

    @cached_property
    def number(self) -> int:
        """The pledge's number."""
        return self.standing.pledge.pledge

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the register's days."""
        return self.desk.zone(self.kept.row.register)

    def code(self) -> Code:
        """The act's code."""
        return Code(self.needed(self.spec.code, "act"))

    def rule(self, code: int | None = None, version: int | None = None) -> ActRule:
        """What the register says of a code, without one of the act's."""
        return self.desk.rule(self.kept, int(self.code()) if code is None else code, version)

    @staticmethod
    def needed(value: Value | None, name: str) -> Value:
        """A field that must be told. Raises 422."""
        if value is None:
            raise invalid(f"{name}: missing", field=name)
        return value

    # --- Document, time, consents ----------------------------------------------------------------------------------------------

    @cached_property
    def instrument(self) -> Json:
        """The document behind the act."""
        given = self.given.instrument
        executed = words.moment(given.executed, "instrument.executed", self.zone)[0] if given.executed else 0
        number = words.word_of(given.number, "instrument.number") if given.number else NONE
        document = given.document or to_hex(NONE)
        return {"number": to_hex(number), "document": document, "executed": executed, "caption": given.caption}

    @cached_property
    def evidence(self) -> bytes:
        """The hash of what an officer saw: what is told, else the document's."""
        return words.hash_of(self.given.evidence or self.given.instrument.document or "", "evidence")

    def proof(self) -> str:
        """The same where there must be one. Raises 422."""
        if not any(self.evidence):
            raise invalid("evidence: missing; give the hash of the paper that it stands on, or the instrument's document", field="evidence")
        return to_hex(self.evidence)

    def when(self, rule: ActRule) -> Json:
        """The time that it counts from: its block's, where none is told."""
        if not self.given.when:
            return dict(parts.NOW)
        if TimeSource.STATED not in rule.times:
            name = self.desk.name_of(self.kept.row.register)
            raise invalid(f"when: this act of {name} counts from its block; leave the time out", field="when")
        effective, date_only = words.moment(self.given.when, "when", self.zone)
        return {"source": int(TimeSource.STATED), "dateOnly": date_only, "effective": effective}

    def consenting(
        self, rule: ActRule, names: Mapping[bytes, str], sides: Iterable[tuple[PartyRole | None, Sequence[Party]]], least: int = 0
    ) -> tuple[list[Signer], list[Consenting]]:
        """The consents of those whom the register asks, and of the authority that is named; the signers."""
        asked = asked_of(rule, {**names, **self._authority}, [*sides, *self._authorities(rule)])
        found = consents(self.desk, self.kept, rule, asked, self.given.consents, self.evidence)
        return signing(self.desk, self.kept, rule, found, account=self.account, officer=self.officer, least=least)

    def officers(self, rule: ActRule, *, order: bool = False, least: int = 1) -> list[Signer]:
        """The signers of an act that only officers sign."""
        who = {"account": self.account, "officer": self.officer}
        return signing(self.desk, self.kept, rule, [], least=least, order=order, **who)[0]

    @cached_property
    def account(self) -> bytes | None:
        """The account that acts: the one told, else the caller's own."""
        return self.desk.session.member if self.given.account is None else bytes.fromhex(self.given.account[2:])

    @cached_property
    def officer(self) -> bytes | None:
        """Whose officers sign, where it is told."""
        return None if self.given.officer is None else bytes.fromhex(self.given.officer[2:])

    @cached_property
    def authority(self) -> bytes:
        """The word of the authority that is named; zero where none is."""
        return NONE if not self.given.authority else self.identified(self.given.authority, "authority")

    @property
    def _authority(self) -> dict[bytes, str]:
        return {self.authority: self.given.authority or ""} if any(self.authority) else {}

    def _authorities(self, rule: ActRule) -> list[tuple[PartyRole | None, Sequence[Party]]]:
        named = any(self.authority) and PartyRole.AUTHORITY in rule.consents
        return [(PartyRole.AUTHORITY, (Party(int(PartyRole.AUTHORITY), self.authority, NONE, 0),))] if named else []

    @staticmethod
    def identified(text: str, field_: str) -> bytes:
        """The word of a party by its identifier, or by its name."""
        try:
            return words.identified(text, field_)
        except words.FieldError:
            return words.party_word(text, "", field_)

    # --- Parties, rights, terms --------------------------------------------------------------------------------------------------

    def parties(self, admitted: Sequence[PartyRole] = ROLES) -> list[tuple[Party, PartyName, PartyGiven]]:
        """The parties that are told, pledgors and co-owners first, then holders. Raises 422."""
        given = enumerate(self.given.parties or ())
        told = [(at, each, words.one_of(PartyRole, each.role, f"parties[{at}].role", admitted)) for at, each in given]
        ordered = [each for each in told if each[2] is not PartyRole.PLEDGEE] + [each for each in told if each[2] is PartyRole.PLEDGEE]
        return [(*self._party(each, role, at), each) for at, each, role in ordered]

    def _party(self, given: PartyGiven, role: PartyRole, at: int) -> tuple[Party, PartyName]:
        share = given.share if given.share is not None else 1 if role is PartyRole.PLEDGEE else 0
        salt = self.secret(f"person\0{at}") if given.person else None
        stated = words.Stated(given.name, given.identifier, given.capacity, role, share, salt)
        made, text = words.party(stated, f"parties[{at}]")
        if salt is not None:
            self.persons.append(Person(made.id, given.name, given.capacity, salt))
        return made, text

    def secret(self, purpose: str, told: set[str] | None = None) -> bytes:
        """32 bytes for what is told (without `told`, all of it) that only the account that drafts it can make again.

        Raises 422, SigningLocked.
        """
        said = self.given.model_dump_json(by_alias=True, include=told, exclude={"account"}).encode()
        return self.desk.services.keystore.derived(self.holder, purpose.encode() + b"\0" + said)

    def package(self, schema: str, document: Json, others: Iterable[bytes]) -> Json:
        """A private document as POST /content:batch takes it, with its root: for the holder, and who else of the act is served here."""
        keystore, session = self.desk.services.keystore, self.desk.session
        seed = self.secret(schema)
        made = package(document, schema, seed)
        sharing = [each for each in dict.fromkeys((*others, self.kept.row.office)) if each != self.holder]
        return {
            "member": to_hex(self.holder),
            "share_with": [to_hex(each) for each in sharing if session.may_act_for(each, keystore)],
            "schema": schema,
            "document": document,
            "seed": to_hex(seed),
            "root": to_hex(made.commitment.root),
        }

    @cached_property
    def holder(self) -> bytes:
        """The account that keeps the private document: the acting one, else the register's office."""
        account = self.account or self.kept.row.office
        if not self.desk.session.may_act_for(account, self.desk.services.keystore):
            raise invalid("account: name the account that acts, one that this API key speaks for", field="account")
        return account

    def rights(self, field_: str = "rights") -> list[tuple[Right, str]]:
        """The rights that are told, with their titles, each once. Raises 422."""
        given = [RightGiven(number=each) if isinstance(each, str) else each for each in self.given.rights or ()]
        found = [(self.right(each.number, f"{field_}[{at}]"), each.title) for at, each in enumerate(given)]
        seen = dict[bytes, str]()
        for at, (each, _) in enumerate(found):
            if each.key in seen:
                raise invalid(f"{field_}[{at}]: {given[at].number!r} is {seen[each.key]!r} once more", field=f"{field_}[{at}]")
            seen[each.key] = given[at].number
        return found

    def right(self, text: str, field_: str) -> Right:
        """A right of the register by its number. Raises FieldError, which names the register of a right that this one doesn't take."""
        try:
            return words.right(text, field_, self.kept.rules)
        except words.FieldError as wrong:
            raise words.FieldError(self._elsewhere(text, field_) or str(wrong)) from wrong

    def _elsewhere(self, text: str, field_: str) -> str | None:
        """What is wrong with a number that is a right's of another register, or that is a check digit away from one."""
        if (broken := broken_check(text)) is not None:
            return f"{field_}: {broken}"
        every = [each for each in every_reading(text) if not self._takes(each.key)]
        if not every:
            return None
        found, on = every[0], datetime.fromtimestamp(self.desk.time, self.zone).date()
        office, more = found.key[:2].decode(), self.desk.services.catalogue.routes
        ones = [each.register for each in routes(kind_of(found.kind), office, Transaction.PLEDGE, on, more)]
        instead = f"; file with {ones[0]}" if ones else ""
        name = self.desk.name_of(self.kept.row.register)
        return f"{field_}: {text[:40]!r} is {_a(found.kind.value)} of {office}, and {name} takes no such right{instead}"

    def _takes(self, key: bytes) -> bool:
        rules = self.kept.rules
        return key[:2].decode() == rules.jurisdiction and chr(key[2]) in rules.classes

    def keys(self, texts: Sequence[str] | None, field_: str) -> list[str]:
        """Keys of rights by their numbers, ascending."""
        return [to_hex(key) for key in sorted({self.right(text, f"{field_}[{at}]").key for at, text in enumerate(texts or ())})]

    def listing(self, rights: Sequence[tuple[Right, str]]) -> Listing | None:
        """The list of these rights, under a blind of its own. Raises 422."""
        if not rights:
            return None
        # A long supplement comes in several acts over one list, so what of them differs is no part of its blind.
        told = {"pledge", "rights"} if self.spec.on_pledge else None
        blind = self.blind if self.blind is not None else self.secret("blind", told)
        try:
            return listing({each.key: title for each, title in rights}, blind)
        except AssetError as wrong:
            raise invalid(f"rights: {wrong}", field="rights") from wrong

    @cached_property
    def blind(self) -> bytes | None:
        """The blind that is told."""
        return None if self.given.blind is None else bytes.fromhex(self.given.blind[2:])

    def terms(self, given: TermsGiven, before: Json | None = None) -> Json:
        """The secured claim; what is not told is as it was before. Raises 422."""
        found: Json = {"ceiling": "0", "currency": 0, "kind": 0, "due": 0, "expires": 0, **(before or {})}
        if given.claim is not None:
            found["kind"] = int(words.one_of(ClaimKind, given.claim, "terms.claim"))
            if found["kind"] == ClaimKind.NOT_STATED:
                found |= {"ceiling": "0", "currency": 0}
        if given.currency is not None:
            found["currency"] = currency(given.currency).number
        if given.amount is not None:
            found["ceiling"] = given.amount
        stated = found["kind"] != ClaimKind.NOT_STATED
        if stated != bool(int(found["ceiling"])) or stated != bool(found["currency"]):
            raise invalid("terms: amount (above 0) and currency are told if and only if the claim is fixed or maximum", field="terms")
        for name in ("due", "expires"):
            told = getattr(given, name)
            if told is not None:
                found[name] = 0 if told.strip().lower() in ("", "never") else words.last_second(told, f"terms.{name}", self.zone)
        return found

    def terms_said(self, terms: Json) -> list[str]:
        """Terms in words."""
        kind = ClaimKind(int(terms["kind"]))
        unit = currency_of(terms["currency"]) if terms["currency"] else None
        amount = f" {to_text(int(terms['ceiling']), unit)} {unit.code}" if unit else ""
        due = f", due {self.end_said(terms['due'])}" if terms["due"] else ""
        ends = self.end_said(terms["expires"]) if terms["expires"] else "never by itself"
        return [f"claim: {words.in_words(kind)}{amount}{due}", f"the entry ends: {ends}"]

    def end_said(self, second: int) -> str:
        """The last second of something in words: by the register's day where it is a day's end."""
        return end_in_words(second, self.zone)


def end_in_words(second: int, zone: ZoneInfo) -> str:
    """A last second as people read it: the day that ends with it in the zone, or the local time."""
    day = legal_date(second, zone)
    if start_of_day(legal_date(second + 1, zone), zone) == second + 1:
        return f"with {day} in {zone.key} (last second {rfc3339(second)})"
    return f"at {rfc3339(second)}, in {zone.key} {_local(second, zone)}"


def _local(second: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(second, zone).isoformat(timespec="seconds")


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def rights_said(rights: Sequence[tuple[Right, str]], most: int = 12) -> list[str]:
    """Rights in words, the first ones of many."""
    shown = [
        f"right: {each.number} ({each.kind.value}, key {each.key.rstrip(bytes(1)).decode('ascii', 'replace')}) {title}".rstrip()
        for each, title in rights[:most]
    ]
    return [*shown, f"and {len(rights) - most} more rights"] if len(rights) > most else shown


def party_said(party: Party, name: str) -> str:
    """A party in words."""
    share = f", share {party.share}" if party.share else ""
    return f"{words.in_words(PartyRole(party.role))}: {name or 'a person, not published'}{share}, as {_identity(party.id)}"


def _identity(word: bytes) -> str:
    found = read_word(word)
    return f"{words.in_words(found.scheme)} {found.text[:18]}..." if found.scheme in HASHED else str(found)


Writer = Callable[[Writing], Made]
