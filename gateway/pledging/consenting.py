"""Who must consent to an act by the register's rules, how each does, and who therefore signs the envelope."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway import roles
from gateway.errors import invalid
from gateway.pledging import words
from gateway.pledging.given import ConsentGiven
from gateway.pledging.known import Desk
from gateway.pledging.parts import NONE, Json
from gateway.registers import KeptRules
from ledger.domain.act_types import Party
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex
from ledger.domain.registers import ANCHORER_ROLE, COURT_ROLE, REGISTRAR_ROLE, ActRule, Mode, PartyRole
from ledger.mirror.queries import members, parties

_PLEDGOR_ROLES = ("PLEDGOR", "SUPPLIER")
_PLEDGEE_ROLES = ("BANK", "SETTLEMENT_BANK", "GUARANTOR")
_SIGNING: Mapping[PartyRole, tuple[str, ...]] = {
    PartyRole.PLEDGEE: _PLEDGEE_ROLES,
    PartyRole.NEW_PLEDGEE: _PLEDGEE_ROLES,
    PartyRole.AUTHORITY: ("COURT_OFFICER", "REGULATOR"),
}
"""In which of its roles a member consents as a party (contracts/pledge/Consents.sol)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A party that must consent, in a role; `name` as people call it."""

    role: PartyRole
    party: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Consenting:
    """How a party consents: by its own account where it signs."""

    asked: Asked
    mode: Mode
    account: bytes | None
    evidence: bytes
    given: int
    until: int
    signer: int = 0

    def body(self) -> Json:
        """The consent as a body lists it."""
        return {
            "role": int(self.asked.role),
            "mode": int(self.mode),
            "signer": self.signer,
            "party": to_hex(self.asked.party),
            "evidence": to_hex(self.evidence),
            "given": self.given,
            "until": self.until,
        }

    def said(self) -> str:
        """The consent in words."""
        until = f", until {rfc3339(self.until)}" if self.until else ""
        shown = "" if self.mode is Mode.SIGNED else f" (evidence {to_hex(self.evidence)[:18]}...)"
        return f"{self.asked.name} consents as {words.in_words(self.asked.role)}: {words.in_words(self.mode)}{shown}{until}"


def asked_of(rule: ActRule, names: Mapping[bytes, str], sides: Iterable[tuple[PartyRole | None, Sequence[Party]]]) -> list[Asked]:
    """The parties whose consent an act needs: each in its own role, or in the one of its side."""
    found = [
        Asked(role, each.id, names.get(each.id) or to_hex(each.id)[:18])
        for as_, side in sides
        for each in side
        if (role := as_ or PartyRole(each.role)) in rule.consents
    ]
    return list(dict.fromkeys(found))


def consents(
    desk: Desk, kept: KeptRules, rule: ActRule, asked: Sequence[Asked], given: Sequence[ConsentGiven], evidence: bytes
) -> list[Consenting]:
    """How each party consents: as it is told, else by its own signature where a member signs for it. Raises 422 for what is missing."""
    chosen = [_chosen(desk, kept, rule, each, given, evidence) for each in asked]
    for at, each in enumerate(given):
        if not any(_speaks_of(each, one, f"consents[{at}]") for one in asked):
            whom = ", ".join(f"{one.name} ({words.in_words(one.role)})" for one in asked) or "nobody"
            raise invalid(f"consents[{at}]: the register asks no such consent for this act; it asks {whom}", field=f"consents[{at}]")
    return chosen


def _chosen(desk: Desk, kept: KeptRules, rule: ActRule, asked: Asked, given: Sequence[ConsentGiven], evidence: bytes) -> Consenting:
    admitted = rule.consents[asked.role]
    signer = parties.signer_of(desk.conn, kept.row.office, asked.party)
    found = [(at, each) for at, each in enumerate(given) if _speaks_of(each, asked, f"consents[{at}]")]
    if not found:
        if signer is not None and Mode.SIGNED in admitted:
            return Consenting(asked, Mode.SIGNED, signer, NONE, 0, 0)
        if asked.role is PartyRole.AUTHORITY and len(admitted) == 1 and any(evidence):
            # It was named with its order, and there is one way only to show it.
            return Consenting(asked, admitted[0], None, evidence, 0, 0)
        raise invalid(_missing(asked, admitted, bound=signer is not None), field="consents")
    at, told = max(found, key=lambda each: (bool(each[1].party), bool(each[1].role)))
    return _told(desk, kept, asked, told, f"consents[{at}]", admitted, signer, evidence)


def _told(
    desk: Desk,
    kept: KeptRules,
    asked: Asked,
    told: ConsentGiven,
    field: str,
    admitted: Sequence[Mode],
    signer: bytes | None,
    evidence: bytes,
) -> Consenting:
    mode = words.one_of(Mode, told.mode, f"{field}.mode", admitted)
    seen = words.hash_of(told.evidence or "", f"{field}.evidence")
    if mode is Mode.SIGNED and signer is None:
        raise invalid(_missing(asked, admitted, bound=False), field=field)
    if mode is not Mode.SIGNED and not any(seen):
        seen = evidence
    if mode is not Mode.SIGNED and not any(seen):
        what = "an officer's word needs the hash of what he saw"
        raise invalid(f"{field}.evidence: {what}; give it, or the instrument's document", field=f"{field}.evidence")
    zone = desk.zone(kept.row.register) if told.given or told.until else None
    begun = words.moment(told.given, f"{field}.given", zone)[0] if zone and told.given else 0
    until = words.last_second(told.until, f"{field}.until", zone) if zone else 0
    return Consenting(asked, mode, signer if mode is Mode.SIGNED else None, seen, begun, until)


def _missing(asked: Asked, admitted: Sequence[Mode], *, bound: bool) -> str:
    why = "its own signature is not admitted for it" if bound else "no member signs for it before this office"
    ways = ", ".join(words.in_words(each) for each in admitted if each is not Mode.SIGNED) or "record-party, MEMBER, by the office"
    return f"consents: how does {asked.name} ({words.in_words(asked.role)}) consent? {why}; state a mode: {ways}"


def _speaks_of(told: ConsentGiven, asked: Asked, field: str) -> bool:
    if told.role and words.one_of(PartyRole, told.role, f"{field}.role") is not asked.role:
        return False
    return not told.party or told.party == asked.name or _word(told.party, field) == asked.party


def _word(text: str, field: str) -> bytes | None:
    """The word of an identifier; of a name nothing, which is compared as it is written."""
    try:
        return words.identified(text, field)
    except words.FieldError:
        return None


# --- Who signs ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signer:
    """A signer of the envelope: account, role, mode."""

    account: bytes
    role: str
    mode: Mode

    def body(self) -> Json:
        """As POST /acts takes it."""
        return {"account": to_hex(self.account), "role": self.role, "mode": self.mode.name}


def signing(
    desk: Desk,
    kept: KeptRules,
    rule: ActRule,
    given: Sequence[Consenting],
    *,
    account: bytes | None,
    officer: bytes | None,
    least: int = 0,
    order: bool = False,
) -> tuple[list[Signer], list[Consenting]]:
    """The envelope's signers, the acting account first, and the consents with their places in it.

    `least`: officers that sign whatever the rule says; `order`: they show an authority's order.
    """
    own = [_own(desk, each.asked, each.account) for each in given if each.account is not None]
    modes = list(dict.fromkeys(each.mode for each in given if each.mode is not Mode.SIGNED))
    needed = max(least, rule.officers, rule.officers_vouching if modes else 0, len(modes))
    if order:
        modes = [Mode.ORDERED]
    officers = [_officer(desk, kept, rule, officer, modes[min(at, len(modes) - 1)] if modes else Mode.SIGNED) for at in range(needed)]
    signers = _first([*dict.fromkeys(own), *officers], account)
    return signers, [replace(each, signer=_place(signers, each)) for each in given]


def _first(signers: list[Signer], account: bytes | None) -> list[Signer]:
    if account is None:
        return signers
    found = next((at for at, each in enumerate(signers) if each.account == account), None)
    if found is None:
        shown = ", ".join(dict.fromkeys(to_hex(each.account) for each in signers)) or "nobody"
        raise invalid(f"account: {to_hex(account)} has no part in this act; it is signed by {shown}", field="account")
    return [signers[found], *signers[:found], *signers[found + 1 :]]


def _place(signers: Sequence[Signer], given: Consenting) -> int:
    for at, each in enumerate(signers):
        if each.mode is given.mode and (given.account is None or given.account == each.account):
            return at
    raise invalid(f"consents: nobody signs for {given.asked.name}; this is a fault of the draft", field="consents")


def _own(desk: Desk, asked: Asked, account: bytes) -> Signer:
    admitted = _SIGNING.get(asked.role, _PLEDGOR_ROLES)
    member = members.get(desk.conn, account)
    held = roles.names_of(member.roles) if member else []
    role = next((each for each in admitted if each in held), None)
    if role is None:
        raise invalid(
            f"consents: {asked.name} signs as {words.in_words(asked.role)} with the role {' or '.join(admitted)}, "
            f"its account {to_hex(account)} has {', '.join(held) or 'none'}",
            field="consents",
        )
    return Signer(account, role, Mode.SIGNED)


def _officer(desk: Desk, kept: KeptRules, rule: ActRule, officer: bytes | None, mode: Mode) -> Signer:
    account = officer or kept.row.office
    member = members.get(desk.conn, account)
    court = officer is not None and officer != kept.row.office
    able = [COURT_ROLE] if court else [REGISTRAR_ROLE, ANCHORER_ROLE, COURT_ROLE]
    held = member.roles if member else 0
    bit = next((each for each in able if each & rule.officer_roles & held), None)
    if bit is None:
        wanted = " or ".join(roles.names_of(rule.officer_roles)) or "none"
        raise invalid(f"officer: {to_hex(account)} is no officer for this act; it takes {wanted} of the register's office", field="officer")
    return Signer(account, roles.names_of(bit)[0], mode)
