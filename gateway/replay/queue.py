"""One queue over recorded and derived times: what happens at each stamp, oldest first. Pure; nothing here asks the clock."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import groupby
from typing import TypeAlias

from gateway.replay.claims import Claim
from gateway.replay.demonstration import Demonstration, Tier
from gateway.replay.financed import ACCEPTED, COVERED, OFFERED, Financed


class Step(IntEnum):
    """What happens to a claim, in the order in which one stamp does it: what is drawn up can be split and paid in the same block."""

    ISSUE = 1
    MANDATE = 2
    SPLIT = 3
    TIER = 4
    LATE = 5
    PAY = 6
    DEBIT = 7
    POOL = 8
    COVER = 9
    OFFER = 10
    ACCEPT = 11
    PAY_PART = 12
    CALL = 13
    PAY_BACK = 14


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A step at a UTC second. `number` keeps the sources' order within a step; `tiers` only at TIER, `story` where one is financed."""

    at: int
    step: Step
    number: int
    claim: Claim = field(compare=False)
    tiers: tuple[Tier, ...] = field(compare=False, default=())
    story: Financed | None = field(compare=False, default=None)


Stamp: TypeAlias = tuple[int, list[Event]]


def stamps(claims: Iterable[Claim], demonstrations: Iterable[Demonstration | Financed] = ()) -> Iterator[Stamp]:
    """Every second at which something happens with its events, in their order."""
    queue = [event for number, claim in enumerate(claims) for event in _of_claim(claim, number)]
    for number, demo in enumerate(demonstrations):
        queue += _of_financed(demo, number) if isinstance(demo, Financed) else _of_demonstration(demo, number)
    heapq.heapify(queue)
    for second, events in groupby(_drained(queue), key=lambda event: event.at):
        yield second, list(events)


def _drained(queue: list[Event]) -> Iterator[Event]:
    while queue:
        yield heapq.heappop(queue)


def _of_claim(claim: Claim, number: int) -> Iterator[Event]:
    yield Event(claim.issued, Step.ISSUE, number, claim)
    if claim.pieces:
        yield Event(claim.issued, Step.SPLIT, number, claim)
    if claim.paid is None:
        return
    if claim.late:
        # Nobody has to call anything when a debt becomes late; the stamp of its payment asks whether the chain says so.
        yield Event(claim.paid, Step.LATE, number, claim)
    yield Event(claim.paid, Step.PAY, number, claim)


_DAY = 86_400


def _of_demonstration(demo: Demonstration, number: int) -> Iterator[Event]:
    claim = demo.claim
    yield Event(claim.issued, Step.ISSUE, number, claim)
    yield Event(claim.issued, Step.MANDATE, number, claim)
    for depth, tiers in enumerate(demo.tiers):
        yield Event(claim.issued + depth * _DAY, Step.TIER, number, claim, tiers)
    yield Event(claim.due, Step.DEBIT, number, claim)


def _of_financed(story: Financed, number: int) -> Iterator[Event]:
    claim = story.claim
    steps = (
        *((claim.issued, step) for step in (Step.ISSUE, Step.SPLIT, Step.POOL)),
        (claim.issued + COVERED * _DAY, Step.COVER),
        (claim.issued + OFFERED * _DAY, Step.OFFER),
        (claim.issued + ACCEPTED * _DAY, Step.ACCEPT),
        (story.part_at, Step.PAY_PART),
        (story.called_at, Step.CALL),
        (story.settled_at, Step.PAY_BACK),
    )
    return (Event(at, step, number, claim, story=story) for at, step in steps)
