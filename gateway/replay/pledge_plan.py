"""The plan for pledges: every record is placed, as acting, without effect, or set aside with a reason.

Pure; what has been placed stands in a small model of the register (register_model).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from gateway.replay import pledge_corrections, pledge_ends, pledge_grants, pledge_restorations
from gateway.replay.conveyances import SECURITY_CODES, Conveyance, Nature, conveyance
from gateway.replay.pledge_acts import Grant, Outcome, Placement, PledgeAct, Supplement, ref
from gateway.replay.pledge_book import NoEffect, Placing, PledgeBook, SetAside, caption
from gateway.replay.pledge_order import content, ordered
from gateway.replay.pledge_successions import SUCCESSION, successions
from gateway.replay.records import Recordation
from gateway.replay.rights import Rights
from ledger.domain.assets import MOST_LISTED
from ledger.domain.pledge_words import NoteKind

_PASSES_TITLE = re.compile(r"\bASSIGN|\bBILL OF SALE\b|\bQUIT-?CLAIM\b")


def plan(records: Iterable[Recordation], today: date) -> list[Placement]:
    """Places every record, each after those that it cites; else by date and number, and records without a date come last.

    `today`: records dated later are set aside, as the chain has no such time yet.
    """
    found = list(records)
    rights = Rights.of(found)
    book = PledgeBook(rights, today)
    placements = [_place(book, rights.record(record), today) for record in ordered(found)]
    return _with_shared_days(placements)


def _place(book: PledgeBook, record: Recordation, today: date) -> Placement:
    placement = _placement(book, record, today)
    for act in placement.acts:
        book.register.apply(act)
    book.placed.setdefault(ref(record), placement)
    return placement


def _placement(book: PledgeBook, record: Recordation, today: date) -> Placement:
    said = conveyance(record)
    try:
        _check(book, record, said, today)
        acts = _PLACED_BY[said.nature](book, record, said)
    except SetAside as why:
        return Placement(record, Outcome.SET_ASIDE, str(why))
    except NoEffect as why:
        return Placement(record, Outcome.WITHOUT_EFFECT, str(why))
    if len(record.properties) > MOST_LISTED and any(isinstance(act, Grant | Supplement) for act in acts):
        return Placement(
            record, Outcome.SET_ASIDE, f"lists {len(record.properties)} rights; one list of the register has {MOST_LISTED} at most"
        )
    return Placement(record, Outcome.ACTING, said.nature.value, tuple(acts))


def _check(book: PledgeBook, record: Recordation, said: Conveyance, today: date) -> None:
    earlier = book.placed.get(ref(record))
    if earlier is not None:
        if content(earlier.record) == content(record):
            raise NoEffect(f"the same record was read at {earlier.record.origin}")
        raise SetAside(f"another record has this number and other content: {earlier.record.origin}")
    if record.struck:
        raise SetAside("the office has struck this record")
    if said.nature is Nature.OTHER or _corrects_no_security(book, record, said):
        return
    if record.recorded is None:
        raise SetAside("recorded: missing; a US record counts from its recorded date")
    if record.recorded > today:
        raise SetAside(f"recorded: {record.recorded} is after today, {today}")


def _corrects_no_security(book: PledgeBook, record: Recordation, said: Conveyance) -> bool:
    """A correction of a plain assignment changes no security, whenever it was recorded."""
    return said.nature is Nature.CORRECTION and said.confirms is Nature.OTHER and not book.cited_pledges(record, said)


def _other(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    succession = bool(SUCCESSION.search(said.text))
    found = successions(book, record, said.text) if succession else []
    if succession:
        book.known.record(record.assignors, record.assignees)
    if record.code in SECURITY_CODES:
        raise SetAside(f"its code {record.code} says a security, its text doesn't: {caption(record)}")
    if any(party.is_agent for party in record.assignees) and not succession and not any(party.lends for party in record.assignors):
        raise SetAside(f"its text names no security, but a lender's agent receives: {caption(record)}")
    if _PASSES_TITLE.search(said.text) or succession:
        book.known.conveyed(record)
    if found:
        return [*found]
    raise NoEffect(f"grants or changes no security: {caption(record) or f'conveyance code {record.code}'}")


_PLACED_BY: Mapping[Nature, Placing] = {
    Nature.GRANT: pledge_grants.grant,
    Nature.SUPPLEMENT: pledge_grants.supplement,
    Nature.AMENDMENT: pledge_grants.amendment,
    Nature.RELEASE: pledge_ends.release,
    Nature.TRANSFER: pledge_ends.transfer,
    Nature.CORRECTION: pledge_corrections.correction,
    Nature.ENFORCEMENT: pledge_corrections.noted(NoteKind.REMARK),
    Nature.RELATION: pledge_corrections.noted(NoteKind.PRIORITY),
    Nature.RESTORATION: pledge_restorations.restoration,
    Nature.OTHER: _other,
}


def _with_shared_days(placements: list[Placement]) -> list[Placement]:
    days = Counter((placement.record.series, placement.record.recorded) for placement in placements)
    return [
        replace(placement, order_unstated=bool(placement.acts) and days[placement.record.series, placement.record.recorded] > 1)
        for placement in placements
    ]
