"""Whether a filing would be registered today, and if not, why: the router's answer, and the register's own checks run as a view."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.errors import invalid
from gateway.refusals import explain, refusal
from gateway.registers import grounds_of, kept_rules
from gateway.services import Services
from ledger.chain.calls import view
from ledger.domain import routing
from ledger.domain.act_types import FilePledge
from ledger.domain.acts import ActError, abi_value, body_from
from ledger.domain.assets import WORD, AssetError, listing, name_hash
from ledger.domain.catalogue import Catalogue
from ledger.domain.pledge_words import Flag
from ledger.domain.registers import ActRule, Code, Ground
from ledger.domain.routing import AssetKind, Route, Transaction, WrongRegister


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
    reasons = view(
        services.rpc,
        services.manifest.address("PledgeRegistry"),
        "PledgeRegistry",
        "check",
        abi_value(filing),
        list(asked.assets),
        block=hex(block),
    )
    kept = kept_rules(conn, filing.register)
    routed, misfiled = _routed(services.catalogue, asked, kept.rules.jurisdiction if kept else None, now)
    return Checked(
        refusals=(*misfiled, *map(explain, reasons), *_presented(asked)),
        routes=routed,
        grounds=grounds_of(services.catalogue, filing.register, kept.rules if kept else None),
        registering=kept.acts.get(filing.code) if kept else None,
        accepting=kept.acts.get(Code.ACCEPT) if kept else None,
    )


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


def _misfiled(
    register: str, kind: AssetKind, jurisdiction: str, transaction: Transaction, on: date, catalogue: Catalogue
) -> Iterable[dict[str, Any]]:
    try:
        routing.checked(register, kind, jurisdiction, transaction, on, catalogue.routes)
    except WrongRegister as wrong:
        values = {"register": wrong.register, "asset": kind.value, "right_ones": list(wrong.right_ones), "source": wrong.source}
        yield {"error": "WrongRegister", "values": values, "sentence": f"{str(wrong)[:1].upper()}{str(wrong)[1:]}."}
