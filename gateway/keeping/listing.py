"""What the keeper would do: each trigger that may act up to a time, how it stands, and why not yet. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.keeping import book
from gateway.keeping.asking import refusals
from gateway.keeping.due import Due, due
from gateway.keeping.keeper import chain_time
from gateway.refusals import explain
from gateway.services import Services
from ledger.mirror.queries import triggers
from ledger.mirror.schema import word
from ledger.mirror.triggers import Firing

MOST_LISTED = 1_000


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


def listed(services: Services, horizon: int, most: int = MOST_LISTED) -> list[Listed]:
    """What may act within `horizon` seconds, the first to act first; at most so many. Raises NodeUnreachable."""
    with services.office.read() as conn:
        sent = book.on_its_way(conn)
    with services.snapshot() as conn:
        now, kinds = chain_time(services, conn), triggers.kinds(conn)
        found = _first((each for each in due(conn, now, now + horizon) if each.trigger in kinds), most)
        last = {each.key: triggers.last_firing(conn, kinds[each.trigger].trigger, word(each.subject)) for each in found}
    asked = [each for each in found if each.at <= now and each.key not in sent]
    answers = refusals(services.rpc, services.manifest.address("Triggers"), kinds, asked)
    refused = {each.key: reason for each, reason in zip(asked, answers, strict=True) if reason is not None}
    standings = [(each, _standing(each, now, each.key in sent, each.key in refused)) for each in found]
    return [Listed(each, how, explain(refused[each.key]) if each.key in refused else None, last[each.key]) for each, how in standings]


def _first(found: Iterable[Due], most: int) -> Sequence[Due]:
    return sorted(found, key=lambda each: (each.at, each.key))[:most]


def _standing(each: Due, now: int, is_sent: bool, is_refused: bool) -> Standing:
    if is_sent:
        return Standing.SENT
    if each.at > now:
        return Standing.LATER
    return Standing.REFUSED if is_refused else Standing.READY
