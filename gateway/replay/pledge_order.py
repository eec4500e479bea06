"""The order in which records are placed: by recorded date, then number; but what a record cites goes before it. Pure.

The date still says from when each record counts. A release may be recorded before the security that it releases by number (numbers are
given in another order than dates), and the office states no order within a day.
"""

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from gateway.replay.conveyances import conveyance
from gateway.replay.faults import Origin
from gateway.replay.pledge_acts import Ref, cited, ref
from gateway.replay.records import Recordation

_NOWHERE = Origin("", "", 0)


def ordered(records: Iterable[Recordation]) -> list[Recordation]:
    """The records in the order in which they are placed, whatever order they were read in; those without a date come last."""
    found = sorted(records, key=_date_and_number)
    numbers = _numbers(found)
    before = [_cited_places(record, numbers) - {place} for place, record in enumerate(found)]
    return [found[place] for place in _cited_first(before)]


def content(record: Recordation) -> Recordation:
    """The record without the place where it was read."""
    return replace(record, origin=_NOWHERE)


def _date_and_number(record: Recordation) -> tuple[date, str, object, str, Origin]:
    """Two records of one number are told apart by what they say, not by where they stand."""
    return (record.recorded or date.max, record.series.value, record.number, repr(content(record)), record.origin)


def _numbers(records: list[Recordation]) -> dict[Ref, int]:
    """Where each number stands first; a record without a date makes no other wait for it."""
    places: dict[Ref, int] = {}
    for place, record in enumerate(records):
        if record.recorded is not None:
            places.setdefault(ref(record), place)
    return places


def _cited_places(record: Recordation, numbers: dict[Ref, int]) -> set[int]:
    names = (cited(record.series, number) for number in conveyance(record).cites)
    return {numbers[name] for name in names if name in numbers}


def _cited_first(before: list[set[int]]) -> list[int]:
    """Places in ascending order, each after those that it waits for; a circle of citations is broken at its lowest place."""
    waits = Counter({place: len(places) for place, places in enumerate(before)})
    followers: dict[int, list[int]] = {}
    for place, places in enumerate(before):
        for earlier in places:
            followers.setdefault(earlier, []).append(place)
    free = [place for place in range(len(before)) if not waits[place]]
    left = set(range(len(before)))
    found: list[int] = []
    while left:
        place = heapq.heappop(free) if free else min(left)
        if place not in left:
            continue
        left.remove(place)
        found.append(place)
        for follower in followers.get(place, ()):
            waits[follower] -= 1
            if not waits[follower] and follower in left:
                heapq.heappush(free, follower)
    return found
