"""Whether a filing would be registered today, and if not, why: the router's answer, and the register's own checks run as a view."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from gateway.contents import is_whole
from gateway.errors import invalid
from gateway.office.repository import Office
from gateway.refusals import explain, refusal
from gateway.registers import grounds_of, kept_rules
from gateway.services import Services
from ledger.chain.calls import view
from ledger.chain.rpc import RpcError
from ledger.domain import routing
from ledger.domain.act_types import FilePledge, PledgeActs, RecordPledge, RefinancePledge
from ledger.domain.acts import ActError, abi_value, body_from
from ledger.domain.assets import WORD, AssetError, listing, name_hash
from ledger.domain.calendar import end_of_day, legal_date, rfc3339, start_of_day
from ledger.domain.catalogue import Catalogue
from ledger.domain.ids import IdError, from_hex
from ledger.domain.pledge_words import Flag
from ledger.domain.registers import ActRule, Code, Ground, Shipped
from ledger.domain.routing import AssetKind, Route, Transaction, WrongRegister
from ledger.mirror.queries import chain, pledges

FILING_SCHEMA = "pledgebook/pledge-filing/1"
"""The private document of a filing: its rights with titles, the blind of the list, the texts of its parties."""


class ListedRight(msgspec.Struct):
    """A right of a filing's private document: key as hex, title."""

    key: str
    title: str


class PartyText(msgspec.Struct):
    """Texts of a party that are published at registration."""

    name: str
    capacity: str


class Dossier(msgspec.Struct):
    """The private document of a filing: its rights with titles, their kinds, the blind of the list, the texts of its parties in order."""

    rights: list[ListedRight]
    kinds: list[str]
    blind: str
    names: list[PartyText]


def dossier(conn: Connection, member: bytes, root: bytes) -> Dossier | None:
    """A filing's private document as a member holds it; None where it holds none of this form."""
    held = Office(conn, member).content(root)
    if held is None or held.schema != FILING_SCHEMA or not is_whole(held):
        return None
    try:
        found = msgspec.json.decode(held.bytes, type=Dossier)
        for each in (found.blind, *(right.key for right in found.rights)):
            from_hex(each, WORD)
    except (msgspec.MsgspecError, IdError):
        # A member may keep under this schema what it likes; then the document tells nothing.
        return None
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A filing and what goes with it as far as it is there: keys of its assets, the list's blind, published texts.

    `kinds` is stated where assets are described in general; `on` is the day of filing, today where it is None.
    """

    filing: FilePledge
    assets: tuple[bytes, ...] = ()
    blind: bytes | None = None
    names: tuple[tuple[str, str], ...] | None = None
    titles: tuple[str, ...] | None = None
    transaction: Transaction | None = None
    kinds: tuple[AssetKind, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """Where one kind of asset of one jurisdiction is filed."""

    asset: AssetKind
    jurisdiction: str
    route: Route


@dataclass(frozen=True, slots=True)
class Checked:
    """Reasons against a filing ({error, values, sentence}), where it belongs, and what stays an officer's word.

    `registering` and `accepting` are the rules of the filing's code and of acceptance; None for an unknown register or code.
    """

    refusals: tuple[dict[str, Any], ...]
    routes: tuple[Routed, ...]
    grounds: tuple[Ground, ...]
    registering: ActRule | None
    accepting: ActRule | None


def filing_of(given: dict[str, Any]) -> FilePledge:
    """The filing from JSON. Raises 422."""
    try:
        found: FilePledge = body_from("FilePledge", given)
    except ActError as wrong:
        said = str(wrong).replace("body", "filing", 1)
        raise invalid(said, field=said.split(":", 1)[0]) from wrong
    return found


def check(services: Services, conn: Connection, asked: Asked, block: int, now: int) -> Checked:
    """All that the ledger and the router have against a filing after this block. Raises RpcError, NodeUnreachable."""
    filing = asked.filing
    reasons = _reasons(services, filing, asked.assets, block)
    kept = kept_rules(conn, filing.register)
    routed, misfiled = _routed(services.catalogue, asked, kept.rules.jurisdiction if kept else None, now)
    return Checked(
        refusals=(*misfiled, *map(explain, reasons), *_presented(asked)),
        routes=routed,
        grounds=grounds_of(services.catalogue, filing.register, kept.rules if kept else None),
        registering=kept.acts.get(filing.code) if kept else None,
        accepting=kept.acts.get(Code.ACCEPT) if kept else None,
    )


def _reasons(services: Services, filing: FilePledge, assets: Sequence[bytes], block: int) -> list[bytes]:
    """The register's own reasons against a filing after a block; of a node that has no state of it any more, those of its head."""
    address = services.manifest.address("PledgeRegistry")
    arguments = abi_value(filing), list(assets)
    try:
        found = view(services.rpc, address, "PledgeRegistry", "check", *arguments, block=hex(block))
    except RpcError:
        # A development chain keeps its newest state only, and may be a block ahead of the mirror.
        found = view(services.rpc, address, "PledgeRegistry", "check", *arguments)
    return list(found)


# --- What is presented beside the filing ---------------------------------------------------------------------------------------


_TITLES = "The titles are not those that the filing commits to."


def _presented(asked: Asked) -> Iterable[dict[str, Any]]:
    """What the filing commits to, held against what is presented: the contract sees it at later steps only."""
    filing = asked.filing
    if asked.names is not None:
        yield from _misnamed(filing, asked.names)
    if asked.blind is None or not asked.assets:
        return
    titles = asked.titles or ("",) * len(asked.assets)
    if len(titles) != len(asked.assets):
        yield refusal("TitlesMismatch", {}, _TITLES)
        return
    try:
        listed = listing(dict(zip(asked.assets, titles, strict=True)), asked.blind)
    except AssetError as wrong:
        raise invalid(f"assets: {wrong}", field="assets") from wrong
    if listed.root != filing.assets.root:
        yield refusal("RootMismatch", {"root": listed.root})
    if asked.titles is not None and listed.titles_hash != filing.assets.titles:
        yield refusal("TitlesMismatch", {}, _TITLES)


def _misnamed(filing: FilePledge, names: tuple[tuple[str, str], ...]) -> Iterable[dict[str, Any]]:
    if len(names) != len(filing.parties):
        yield refusal("NameMismatch", {"index": len(names)})
        return
    for index, (party, (name, capacity)) in enumerate(zip(filing.parties, names, strict=True)):
        if (name or capacity) and name_hash(name, capacity) != party.nameHash:
            yield refusal("NameMismatch", {"index": index})


# --- When it ends ----------------------------------------------------------------------------------------------------------------


def odd_ends(catalogue: Catalogue, conn: Connection, body: object) -> list[str]:
    """Warnings of entries that would end in the middle of a day of their register's zone, as a day's end in UTC does."""
    zones = [(ZoneInfo(known.zone), end) for register, end in _ends(conn, body) if end and (known := catalogue.register(register))]
    return [_odd(end, zone) for zone, end in zones if not _ends_a_day(end, zone)]


def _ends(conn: Connection, body: object) -> Iterable[tuple[int, int]]:
    """(register, last second) of each entry that a body makes or changes."""
    filing = body.filing if isinstance(body, RecordPledge) else body
    if isinstance(filing, FilePledge):
        yield filing.register, filing.terms.expires
    changes = body.terms if isinstance(body, PledgeActs) else (body,) if isinstance(body, RefinancePledge) else ()
    for each in changes:
        standing = pledges.get(conn, each.on.pledge)
        if standing is not None:
            yield standing.pledge.register, each.terms.expires


def _ends_a_day(second: int, zone: ZoneInfo) -> bool:
    return any(start_of_day(legal_date(each, zone), zone) == each for each in (second, second + 1))


def _odd(second: int, zone: ZoneInfo) -> str:
    day = legal_date(second, zone)
    local = datetime.fromtimestamp(second, zone).strftime("%H:%M:%S")
    right = rfc3339(end_of_day(day, zone) - 1)
    return (
        f"terms.expires: {rfc3339(second)} is {local} of {day} in {zone.key}, in the middle of the register's day; "
        f"an entry until {day} ends with its last second there, {right}"
    )


# --- Where it belongs ------------------------------------------------------------------------------------------------------------


def transaction_of(filing: FilePledge) -> Transaction:
    """What a filing says it is."""
    if filing.flags & Flag.FACTORING:
        return Transaction.FACTORING
    return Transaction.ASSIGNMENT if filing.flags & Flag.ASSIGNMENT else Transaction.PLEDGE


def _routed(catalogue: Catalogue, asked: Asked, home: str | None, now: int) -> tuple[tuple[Routed, ...], tuple[dict[str, Any], ...]]:
    """Where each kind of asset belongs, and the refusals of those that don't belong into the filing's register."""
    register = catalogue.register(asked.filing.register)
    transaction = asked.transaction or transaction_of(asked.filing)
    on = asked.on or datetime.fromtimestamp(now, ZoneInfo(register.zone) if register else UTC).date()
    routed, misfiled = list[Routed](), list[dict[str, Any]]()
    for kind, jurisdiction in _kinds(asked, home):
        found = routing.routes(kind, jurisdiction, transaction, on, catalogue.routes)
        routed += [Routed(kind, jurisdiction, route) for route in found]
        if register is not None:
            misfiled += _misfiled(register.key, kind, jurisdiction, transaction, on, catalogue)
    return tuple(routed), tuple(misfiled)


def _kinds(asked: Asked, home: str | None) -> list[tuple[AssetKind, str]]:
    """The kinds of the assets with their jurisdictions, each once; those stated are of the register's."""
    keyed = [(kind, key[:2].decode("ascii", "replace")) for key in asked.assets if (kind := _kind(key)) is not None]
    return list(dict.fromkeys([*keyed, *((kind, home or "") for kind in asked.kinds)]))


def _kind(key: bytes) -> AssetKind | None:
    try:
        return routing.kind_of_key(key) if len(key) == WORD else None
    except LookupError:
        # No office writes such a key; the contract says that it is not of the register.
        return None


def misfiled(services: Services, conn: Connection, body: object, holders: Iterable[bytes]) -> dict[str, Any] | None:
    """Why a filing that is to be signed belongs to another register ({error, values, sentence}); None for what is in its place.

    Its rights are those that the act lists, else those of its private document, where one of `holders` has it; of one that shows none its
    register must take some right of its classes in such a transaction.
    """
    filing = body.filing if isinstance(body, RecordPledge) else body
    known = services.catalogue.register(filing.register) if isinstance(filing, FilePledge) else None
    if not isinstance(filing, FilePledge) or known is None:
        return None
    listed = body.assets if isinstance(body, RecordPledge) else ()
    shown = set(_shown_kinds(services, filing, listed, holders))
    kinds = sorted(shown or set(_kinds_of(known)), key=lambda each: each.name)
    told = [_refused(services, conn, known, kind, filing) for kind in kinds]
    wrong = [each for each in told if each is not None]
    return wrong[0] if wrong and (shown or len(wrong) == len(told)) else None


def _kinds_of(known: Shipped) -> Iterable[AssetKind]:
    """The kinds of right that a register takes."""
    keys = [f"{known.jurisdiction}{letter}".encode().ljust(WORD, b"\0") for letter in known.classes]
    return (kind for key in keys if (kind := _kind(key)) is not None)


def _shown_kinds(services: Services, filing: FilePledge, listed: Sequence[bytes], holders: Iterable[bytes]) -> Iterable[AssetKind]:
    """The kinds of the rights that a filing shows to who signs it here."""
    found = None if listed or not any(filing.content) else _dossier(services, filing.content, holders)
    keys = listed if found is None else [from_hex(each.key, WORD) for each in found.rights]
    yield from (kind for key in keys if (kind := _kind(key)) is not None)
    yield from () if found is None else (AssetKind[each.upper()] for each in found.kinds if each.upper() in AssetKind.__members__)


def _dossier(services: Services, root: bytes, holders: Iterable[bytes]) -> Dossier | None:
    with services.office.read() as conn:
        return next((found for each in holders if (found := dossier(conn, each, root)) is not None), None)


def _refused(services: Services, conn: Connection, known: Shipped, kind: AssetKind, filing: FilePledge) -> dict[str, Any] | None:
    """What the router says of one kind of right; goods are mortgaged where they can't be pledged by registration."""
    stated = transaction_of(filing)
    tried = (stated, Transaction.MORTGAGE) if (stated, kind) == (Transaction.PLEDGE, AssetKind.GOODS) else (stated,)
    held = chain.held(conn)
    on = datetime.fromtimestamp(held.time if held and held.time is not None else time.time(), ZoneInfo(known.zone)).date()
    found = [list(_misfiled(known.key, kind, known.jurisdiction, each, on, services.catalogue)) for each in tried]
    return found[0][0] if all(found) else None


def _elsewhere(catalogue: Catalogue, told: dict[str, Any], jurisdiction: str, what: Transaction, on: date) -> dict[str, Any]:
    """A refusal for which the router has no register by kind, with those that take such a transaction over other things there."""
    every = [route for kind in AssetKind for route in routing.routes(kind, jurisdiction, what, on, catalogue.routes)]
    ones = list(dict.fromkeys(route.register for route in every))
    if not ones:
        return told
    sentence = (
        f"{told['sentence'].removesuffix('.').removesuffix('; no register takes it')}; {what.value} is filed with {' or '.join(ones)}."
    )
    return {**told, "values": {**told["values"], "right_ones": ones}, "sentence": sentence}


def _misfiled(
    register: str, kind: AssetKind, jurisdiction: str, transaction: Transaction, on: date, catalogue: Catalogue
) -> Iterable[dict[str, Any]]:
    try:
        routing.checked(register, kind, jurisdiction, transaction, on, catalogue.routes)
    except WrongRegister as wrong:
        values = {"register": wrong.register, "asset": kind.value, "right_ones": list(wrong.right_ones), "source": wrong.source}
        told = {"error": "WrongRegister", "values": values, "sentence": f"{str(wrong)[:1].upper()}{str(wrong)[1:]}."}
        yield told if wrong.right_ones else _elsewhere(catalogue, told, jurisdiction, transaction, on)
