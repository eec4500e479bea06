"""Recorded conveyances from rows: the former assignment interface's shape and the Assignment Center's, patents and marks."""

import re
from datetime import date
from typing import Any

from gateway.replay import fields
from gateway.replay.dates import us_office
from gateway.replay.faults import Fault, Malformed, Origin
from gateway.replay.parties import Party, party
from gateway.replay.records import Number, Property, Recordation, Series
from gateway.replay.sources import Row, plain

_NUMBER = re.compile(r"0*(\d{1,6})\s*[-/]\s*0*(\d{1,4})")
_DIGITS = re.compile(r"[^0-9A-Z]")


def recordation(row: Row, origin: Origin, series: Series) -> Recordation | Fault:
    """The record of a row, or the first fault in it."""
    try:
        return _recordation(row, origin, series)
    except Malformed as wrong:
        return Fault(origin, _known_number(row), wrong.field, wrong.rule)


def _recordation(row: Row, origin: Origin, series: Series) -> Recordation:
    assignors = fields.listed(row, "assignors", "assignor")
    items = fields.listed(row, "properties", "property")
    properties = _properties(items)
    stated = fields.whole(row, "propertyCount", "propertycount", "noofproperties") or 0
    return Recordation(
        origin=origin,
        series=series,
        number=_number(row),
        text=fields.text(row, "conveyancetext", "conveyance"),
        code=fields.whole(row, "conveyanceCode", "conveyancecode"),
        recorded=_date(row, "recorded", "recordeddate", "recorded", "recordationdate"),
        executed=_date(row, "executed", "assignorexecutiondate", "executiondate") or _executed(assignors),
        assignors=_parties(assignors, "assignors"),
        assignees=_parties(fields.listed(row, "assignees", "assignee"), "assignees"),
        properties=properties,
        # A right that the record lists twice is one right.
        listed=stated if stated > len(items) else len(properties),
        struck=fields.flag(row, "purgeindicator", "deletestatusindicator"),
    )


def _known_number(row: Row) -> str:
    return fields.text(row, "id") or f"{fields.text(row, 'reelnumber', 'reelno')}-{fields.text(row, 'framenumber', 'frameno')}"


def _number(row: Row) -> Number:
    written = fields.text(row, "id", "reelframe")
    if not written:
        reel = fields.required(row, "reel", "reelno", "reelnumber", "reel")
        written = f"{reel}-{fields.required(row, 'frame', 'frameno', 'framenumber', 'frame')}"
    found = _NUMBER.fullmatch(written)
    if not found:
        raise Malformed("reel/frame", f"{written!r} is no reel and frame")
    return Number(int(found[1]), int(found[2]))


def _date(row: Row, field: str, *names: str) -> date | None:
    written = fields.text(row, *names)
    return us_office(written, field) if written else None


def _executed(assignors: list[Any]) -> date | None:
    """The latest execution among the assignors: the document binds all of them from then."""
    written = [fields.text(_plain(item), "executiondate") for item in assignors if isinstance(item, dict)]
    return max((us_office(text, "assignors.executionDate") for text in written if text), default=None)


def _plain(item: dict[str, Any]) -> Row:
    return {plain(name): member for name, member in item.items()}


def _parties(items: list[Any], field: str) -> tuple[Party, ...]:
    names = [fields.text(_plain(item), "name", "assignorname", "assigneename") if isinstance(item, dict) else str(item) for item in items]
    if not names or not all(name.strip() for name in names):
        raise Malformed(field, "missing: each party has a name")
    # A document may name one party twice; it is one party.
    return tuple(dict.fromkeys(party(name) for name in names))


def _properties(items: list[Any]) -> tuple[Property, ...]:
    found = [_property(item) for item in items]
    return tuple({item.key: item for item in found}.values())


def _property(item: Any) -> Property:
    if not isinstance(item, dict):
        raise Malformed("properties", "each property is an object with its numbers")
    row = _plain(item)
    application = _digits(fields.text(row, "applnum", "applicationnumber", "serialnumber", "pctnum", "pctnumber"))
    registration = _digits(fields.text(row, "patnum", "patentnumber", "registrationnumber"))
    if not application and not registration:
        raise Malformed("properties", "a property without application, serial, patent or registration number")
    return Property(application, registration, fields.text(row, "inventiontitle", "mark"))


def _digits(written: str) -> str:
    return _DIGITS.sub("", written.upper())
