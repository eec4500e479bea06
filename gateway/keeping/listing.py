"""What the keeper would do: each trigger that may act up to a time, how it stands, and why not yet. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.keeping import book
from gateway.keeping.asking import refusals
from gateway.keeping.due import Due, due
from gateway.keeping.keeper import chain_time, known
from gateway.refusals import explain
from gateway.services import Services
from ledger.mirror.queries import triggers
from ledger.mirror.queries.reading import MOST_ROWS, Page, part
from ledger.mirror.schema import word
from ledger.mirror.triggers import Firing


class Standing(StrEnum):
    """How a trigger stands."""

    LATER = "later"
    SENT = "sent"
    READY = "ready"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Listed:
    """A trigger, how it stands, why the chain would refuse it ({error, values, sentence}), and what became of its last firing."""

    due: Due
    standing: Standing
    reason: dict[str, Any] | None
    last: Firing | None


def listed(services: Services, horizon: int, *, limit: int = MOST_ROWS, after: tuple[Any, ...] | None = None) -> Page[Listed]:
    """What may act within `horizon` seconds, the first to act first, in pages. Raises NodeUnreachable, PageError."""
    with services.office.read() as conn:
        sent = book.on_its_way(conn)
    with services.snapshot() as conn:
        now, kinds = chain_time(services, conn), triggers.kinds(conn)
        every = sorted((each for each in due(conn, now, now + horizon) if known(kinds, each)), key=lambda each: (each.at, each.key))
        page = part(every, _place, limit=limit, after=after)
        found = page.rows
        fired = [each for each in found if each.call is None]
        last = {each.key: triggers.last_firing(conn, kinds[each.trigger].trigger, word(each.subject)) for each in fired}
    asked = [each for each in found if each.at <= now and each.key not in sent]
    answers = refusals(services.rpc, services.manifest, kinds, asked)
    refused = {each.key: reason for each, reason in zip(asked, answers, strict=True) if reason is not None}
    standings = [(each, _standing(each, now, each.key in sent, each.key in refused)) for each in found]
    rows = [Listed(each, how, explain(refused[each.key]) if each.key in refused else None, last.get(each.key)) for each, how in standings]
    return Page(rows, page.next)


def _place(each: Due) -> tuple[int, bytes]:
    return each.at, each.trigger.encode() + word(each.subject)


def _standing(each: Due, now: int, is_sent: bool, is_refused: bool) -> Standing:
    if is_sent:
        return Standing.SENT
    if each.at > now:
        return Standing.LATER
    return Standing.REFUSED if is_refused else Standing.READY
