"""Searches of the register: by name in two steps, by identifier with its check digits, by record number."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.anchoring import shelf
from gateway.anchoring.book import MOST_NAMES, BookError, NamedRecords
from gateway.api import fields, search_shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Cursor, Limit, Point, Reading, Running, cursor_from, reading, worded
from gateway.api.fields import words_of
from gateway.api.pledges import Effective, number_word, seconds
from gateway.api.refusals import ANY, AWAY
from gateway.api.registers import named
from gateway.api.search_answers import Hit, IdentifierFound, NamesFound, Registered
from gateway.errors import Problem, invalid
from gateway.services import Services
from ledger.domain.assets import WORD
from ledger.domain.names import UnusableName
from ledger.mirror.models import Side
from ledger.mirror.queries import anchors, search
from ledger.mirror.queries.reading import part
from ledger.mirror.queries.search import Scope
from ledger.mirror.register_models import Anchor
from ledger.proofs.anchors import AnchorDamaged

router = APIRouter(tags=["searches"], responses=ANY | AWAY)

InRegister = Annotated[int | None, Query(ge=1, lt=1 << 16, description="Only in this register")]
OnSide = Annotated[str | None, Query(description="Only among these", json_schema_extra=words_of(Side))]


def scope_of(register: int | None, side: str | None) -> Scope:
    """Where is looked. Raises 422."""
    return Scope(register, None if side is None else named(Side, side, "side"))


@router.get("/searches/names")
def search_names(
    services: Running,
    session: Caller,
    point: Point,
    name: Annotated[str, Query(min_length=1, max_length=400, description="A name, as it is written")],
    register: InRegister = None,
    side: OnSide = None,
    effective_at: Effective = None,
) -> Answer[NamesFound]:
    """Step one of a search by name: names recorded, exact and similar, nearest first; Chinese names by characters and by sound.

    At a gateway that holds an anchored register, its records are searched too, as they stood when it was anchored: `anchored`.

    About a time it finds those who were parties then: who had transferred its pledge since, not who came after.

    `POST /certificates` is step two: it selects of the similar ones, and certifies what stands under them.
    """
    scope, when = scope_of(register, side), seconds(effective_at)
    with reading(services, session, point) as view:
        try:
            found = search.by_name(view.conn, name, scope=scope, at=view.at, time=when)
        except UnusableName as wrong:
            raise invalid(str(wrong), field="name") from wrong
        read, named = _anchored(services, view, name, scope)
        unseen = [*search.unseen(view.conn, scope, view.at, when, read), *([_PERSONS] if read else []), *_left_out(named)]
        return view.answer(search_shown.names_found(found, unseen, named))


_PERSONS = "natural persons in anchored records: their names stay in the office"


def _left_out(named: Sequence[tuple[Anchor, NamedRecords]]) -> list[str]:
    """That an anchored register has more names like it than are told."""
    counted = Counter((anchor.register, anchor.anchor) for anchor, _ in named)
    full = sorted(register for (register, _), names in counted.items() if names > MOST_NAMES)
    return [f"more names like it in anchored records of register {register}: search for more of the name" for register in full]


def _anchored(services: Services, view: Reading, name: str, scope: Scope) -> tuple[list[Anchor], list[tuple[Anchor, NamedRecords]]]:
    """The anchors whose records are held here and have their names indexed, and the records under names like this. Raises 503."""
    home, read, found = services.settings.home, list[Anchor](), list[tuple[Anchor, NamedRecords]]()
    for anchor in anchors.standing(view.conn, scope.register, view.at):
        if not shelf.holds(home, anchor.register, anchor.records_root):
            continue
        try:
            with shelf.opened(home, anchor.register, anchor.records_root) as book:
                if book.has_names:
                    read.append(anchor)
                    found += [(anchor, each) for each in book.named(name, None if scope.side is None else scope.side.name.lower())]
        except (AnchorDamaged, BookError) as damaged:
            raise Problem(503, "Records damaged", str(damaged)) from damaged
    return read, found


@router.get("/searches/identifiers")
def search_identifiers(
    services: Running,
    session: Caller,
    point: Point,
    text: Annotated[str, Query(min_length=1, max_length=60, description="A USCC, LEI, ABN, ACN, NZBN, EIN, VAT or register number")],
    register: InRegister = None,
    side: OnSide = None,
    effective_at: Effective = None,
) -> Answer[list[IdentifierFound]]:
    """The records of every party that a text identifies: each scheme whose check digits it satisfies, none if it satisfies none."""
    with reading(services, session, point) as view:
        scope, when = scope_of(register, side), seconds(effective_at)
        found = search.by_identifier(view.conn, text, scope=scope, at=view.at, time=when)
        return view.answer([search_shown.identifier_found(known, hits) for known, hits in found])


@router.get("/searches/parties")
def search_party(
    services: Running,
    session: Caller,
    point: Point,
    party: Annotated[str, Query(pattern=fields.WORD, description="A party's word, as hex")],
    register: InRegister = None,
    side: OnSide = None,
    effective_at: Effective = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Hit]]:
    """The records of a party by its word, and of those whom it succeeded or acts for."""
    key = worded(party, WORD, "party")
    with reading(services, session, point) as view:
        found = search.by_party(view.conn, key, scope=scope_of(register, side), at=view.at, time=seconds(effective_at))
        page = part(found, _place, limit=limit, after=cursor_from(after))
        return view.page(page, search_shown.hit)


def _place(hit: search.Hit) -> tuple[int, bytes]:
    return hit.party.pledge, sha256(repr(hit.party).encode()).digest()


@router.get("/searches/registrations")
def search_registration(
    services: Running,
    session: Caller,
    point: Point,
    number: Annotated[str, Query(min_length=1, max_length=32, description="The office's own record number, e.g. 49107-392")],
    register: InRegister = None,
) -> Answer[Registered]:
    """What bears an office's record number: pledges, pledges that a document of it acted on, records of anchored registers."""
    key = number_word(number)
    with reading(services, session, point) as view:
        found = search.by_registration(view.conn, key, register=register, at=view.at)
        return view.answer(search_shown.registered(key, found, _adopted(view, found)))


def _adopted(view: Reading, found: search.Registered) -> dict[bytes, int]:
    rows = [anchors.adoption(view.conn, each.register, each.number, view.at) for each in found.seeds]
    return {row.number: row.pledge for row in rows if row is not None}
