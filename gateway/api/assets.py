"""Rights: what lies on one, by any of its numbers, and in which order."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from gateway.api import asset_shown, pledge_shown, shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Point, Reading, Running, reading, worded
from gateway.api.asset_answers import Asset, Burdens, Priority
from gateway.api.asset_answers import Reading as Read
from gateway.api.pledges import Effective, seconds
from gateway.api.refusals import ANY, AWAY, WRITES
from gateway.api.schemas import LienIn, PriorityIn
from gateway.errors import invalid
from gateway.services import Services
from ledger.domain import rights
from ledger.domain.assets import WORD, AssetError, asset_key
from ledger.domain.ids import to_hex
from ledger.domain.liens import Lien, LienError, LienKind, Relation, RelationKind
from ledger.mirror.queries import assets, pledges, priority
from ledger.mirror.queries.priority import Claims, Order

router = APIRouter(tags=["assets"], responses=ANY | AWAY)

Named = Annotated[
    str,
    Path(
        max_length=66, description="A right by its number as its office writes it (without /), or by its key: hex, or as CNPA2017106018623"
    ),
]
Ended = Annotated[bool, Query(description="Ended ones too")]


@router.get("/assets:read")
def read_number(
    session: Caller,
    services: Running,
    number: Annotated[str, Query(max_length=80, description="As its office writes it; a Chinese mark with its class: 12345678/9")],
    office: Annotated[
        str | None, Query(pattern="^[A-Z]{2}$", description="Where the right is granted: CN, US, AU, NZ, WO, EP; without it, all of them")
    ] = None,
    class_: Annotated[
        str | None, Query(alias="class", pattern="^[A-Z]$", description="P patent, T mark, C copyright, A receivable; without it, all")
    ] = None,
) -> Answer[list[Read]]:
    """The rights that a number can name, its check digits verified: one, several or none."""
    with reading(services, session) as view:
        read = rights.every_reading(number)
        if office is not None and class_ is not None:
            read = rights.readings(office, class_, number)
        letters = [(each, each.key[:3].decode()) for each in read]
        wanted = [each for each, key in letters if office in (None, key[:2]) and class_ in (None, key[2])]
        return view.answer([asset_shown.reading(each) for each in wanted])


@router.get("/assets/{asset}")
def get_asset(
    asset: Named, services: Running, session: Caller, point: Point, effective_at: Effective = None, ended: Ended = False
) -> Answer[Asset]:
    """A right with everything on it: pledges in rank order, claims that wait, anchored records, holds, differences, and its numbers."""
    with reading(services, session, point) as view:
        found = assets.asset(view.conn, keyed(asset), at=view.at, time=seconds(effective_at))
        return view.answer(asset_shown.asset(found, ended=ended))


@router.get("/assets/{asset}/encumbrances")
def list_encumbrances(
    asset: Named, services: Running, session: Caller, point: Point, effective_at: Effective = None, ended: Ended = False
) -> Answer[Burdens]:
    """The pledges on an asset in rank order (effective time, sequence), and documents that differ from the record."""
    key = keyed(asset)
    with reading(services, session, point) as view:
        burdens = pledges.encumbrances(view.conn, key, at=view.at, time=seconds(effective_at), live_only=not ended)
        differences = pledges.differences(view.conn, asset=key, at=view.at)
        found = Burdens(
            asset=to_hex(key),
            asset_text=shown.text(key),
            encumbrances=[asset_shown.burden(each) for each in burdens],
            differences=[pledge_shown.difference(each) for each in differences],
        )
        return view.answer(found)


@router.get("/assets/{asset}/priority")
def get_priority(asset: Named, services: Running, session: Caller, point: Point, effective_at: Effective = None) -> Answer[Priority]:
    """The order of the liens on a right by what is registered, each place explained with its source; or the cycle of their relations."""
    with reading(services, session, point) as view:
        return view.answer(asset_shown.priority(_order(services, view, asset, effective_at, Claims())))


@router.post("/assets/{asset}/priority", responses=WRITES)
def ask_priority(
    asset: Named, asked: PriorityIn, services: Running, session: Caller, point: Point, effective_at: Effective = None
) -> Answer[Priority]:
    """The same with what the ledger does not know: what is owed, who was notified, unregistered liens and agreements.

    It answers, too, where a new lien would stand if it were filed now, and who would get what of a sale.
    """
    with reading(services, session, point) as view:
        try:
            return view.answer(_asked(services, view, asset, asked, effective_at))
        except LienError as wrong:
            raise invalid(str(wrong)) from wrong


def _asked(services: Services, view: Reading, asset: str, asked: PriorityIn, effective_at: datetime | None) -> Priority:
    claims = _claims(asked)
    order = _order(services, view, asset, effective_at, claims)
    filed = None
    if asked.if_filed is not None:
        candidate, value = _lien(asked.if_filed), int(asked.if_filed.value)
        where = {"at": view.at, "time": seconds(effective_at)}
        parties = [worded(each, WORD, "if_filed.parties") for each in asked.if_filed.parties]
        filed = priority.if_filed(
            view.conn, keyed(asset), candidate, value, parties=parties, **where, claims=claims, catalogue=services.catalogue
        )
    paid = None if asked.sale is None else priority.proceeds(order, int(asked.sale.amount), int(asked.sale.costs))
    return asset_shown.priority(order, filed, paid)


def _order(services: Services, view: Reading, asset: str, effective_at: datetime | None, claims: Claims) -> Order:
    when = seconds(effective_at)
    return priority.order(view.conn, keyed(asset), at=view.at, time=when, claims=claims, catalogue=services.catalogue)


def _claims(asked: PriorityIn) -> Claims:
    return Claims(
        amounts={int(pledge): int(amount) for pledge, amount in asked.owed.items()},
        noticed={int(pledge): int(time.timestamp()) for pledge, time in asked.noticed.items()},
        advances={int(pledge): int(amount) for pledge, amount in asked.advances.items()},
        others=tuple(_lien(each) for each in asked.others),
        relations=tuple(
            Relation(each.senior, each.junior, RelationKind(each.kind), each.source, None if each.up_to is None else int(each.up_to))
            for each in asked.relations
        ),
    )


def _lien(given: LienIn) -> Lien:
    return Lien(
        key=given.key,
        amount=int(given.amount),
        recorded=None,
        kind=LienKind(given.kind),
        ceiling=None if given.ceiling is None else int(given.ceiling),
        noticed=seconds(given.noticed),
        advance=None if given.advance is None else int(given.advance),
    )


def keyed(text: str) -> bytes:
    """A right's key from hex (0x...), from its readable text (CNPA2017106018623), or from a number as its office writes it. Raises 422."""
    if text.startswith("0x"):
        return worded(text, WORD, "asset")
    try:
        return asset_key(text[:2], text[2:3], text[3:4], text[4:])
    except AssetError:
        return _read(text)


def _read(text: str) -> bytes:
    """The one right that a number names: of several readings the one that is no alias. Raises 422."""
    found = rights.every_reading(text)
    first = [each for each in found if not each.alias] or list(found)
    if len(first) == 1:
        return first[0].key
    if not first:
        wanted = "give a number as its office writes it, check digits included, or a key as CNPA2017106018623"
        said = rights.broken_check(text) or f"{text[:40]!r} is no right's number or key; {wanted}"
        raise invalid(f"asset: {said}", field="asset")
    ways = ", ".join(f"{each.key.rstrip(bytes(1)).decode()} ({each.kind.value})" for each in first)
    raise invalid(f"asset: {text[:40]!r} numbers several rights: {ways}; give the key of the one that is meant", field="asset")
