"""Recorded conveyances from rows: the former assignment interface's shape and the Assignment Center's, patents and marks.

In CSV a list is JSON in its cell (`[{"applNum": "15294349"}]`), or texts divided by ";", or columns named `assignors/0/name`.
"""

import re
from datetime import date
from typing import Any

from gateway.replay import fields
from gateway.replay.dates import us_office
from gateway.replay.faults import Fault, Malformed, Origin
from gateway.replay.parties import Party, party
from gateway.replay.records import Number, Property, Recordation, Series
from gateway.replay.sources import Row, plain

_NUMBER = re.compile(r"0*(\d{1,6})(?:\.0)?\s*[-/]\s*0*(\d{1,4})(?:\.0)?")
_DIGITS = re.compile(r"[^0-9A-Z]")
_TREATY = re.compile(r"PCT([A-Z]{2})(\d{2})(\d{5})")
_FIRST_TREATY_YEAR = 78
_PADDED = re.compile(r"([A-Z]*)0*([1-9]\d*)")
_LONGEST = 28
_PATENT_DIGITS = 8

_TEXT = ("conveyancetext", "conveyance", "conveyancetype", "natureofconveyance")
_CODE = ("conveyancecode", "conveyancetypecode")
_RECORDED = ("recordeddate", "recorded", "recordationdate", "recordingdate", "daterecorded", "recorddate")
_EXECUTED = ("assignorexecutiondate", "executiondate", "executed")
_COUNT = ("propertycount", "noofproperties", "numberofproperties")
_ID = ("id", "reelframe", "reelandframe")
_REEL = ("reelno", "reelnumber", "reel")
_FRAME = ("frameno", "framenumber", "frame")
_ASSIGNORS = ("assignors", "assignor")
_ASSIGNEES = ("assignees", "assignee")
_PROPERTIES = ("properties", "property")
_STRUCK = ("purgeindicator", "deletestatusindicator")


def recordation(row: Row, origin: Origin, series: Series) -> Recordation | Fault:
    """The record of a row, or the first fault in it."""
    try:
        return _recordation(row, origin, series)
    except Malformed as wrong:
        return Fault(origin, _known_number(row), wrong.field, wrong.rule)


def fits(row: Row) -> bool:
    """Whether a row has the columns of a recorded conveyance."""
    return all(any(name in row for name in names) for names in (_ASSIGNORS, _ASSIGNEES, (*_ID, *_REEL), _TEXT))


def is_of_marks(row: Row) -> bool:
    """Whether a conveyance lists marks: by serial number or the mark itself."""
    found = [_plain(item) for item in fields.listed(row, *_PROPERTIES) if isinstance(item, dict)]
    return any(item.keys() & {"serialnumber", "mark"} for item in found)


def _recordation(row: Row, origin: Origin, series: Series) -> Recordation:
    assignors = fields.listed(row, *_ASSIGNORS)
    items = fields.listed(row, *_PROPERTIES)
    properties, unnamed = _properties(items, series)
    stated = fields.whole(row, "propertyCount", *_COUNT) or 0
    return Recordation(
        origin=origin,
        series=series,
        number=_number(row),
        text=" ".join(fields.text(row, *_TEXT).split()),
        code=fields.whole(row, "conveyanceCode", *_CODE),
        recorded=_date(row, "recorded", *_RECORDED),
        executed=_date(row, "executed", *_EXECUTED) or _executed(assignors),
        assignors=_parties(assignors, "assignors"),
        assignees=_parties(fields.listed(row, *_ASSIGNEES), "assignees"),
        properties=properties,
        # A right that the record lists twice is one right; one that it gives no number of is on the list, though nobody can say which.
        listed=max(stated if stated > len(items) else 0, len(properties) + unnamed),
        struck=fields.flag(row, *_STRUCK),
    )


def _known_number(row: Row) -> str:
    return fields.text(row, *_ID) or f"{fields.text(row, *_REEL)}-{fields.text(row, *_FRAME)}".strip("-") or "row"


def _number(row: Row) -> Number:
    """Reel and frame: of their own columns where those are filled, else of one that holds both."""
    if fields.text(row, *_REEL) or not fields.text(row, *_ID):
        written = f"{fields.required(row, 'reel', *_REEL)}-{fields.required(row, 'frame', *_FRAME)}"
    else:
        written = fields.text(row, *_ID)
    found = _NUMBER.fullmatch(written)
    if not found:
        raise Malformed("reel/frame", f"{written!r} is no reel and frame")
    return Number(int(found[1]), int(found[2]))


def _date(row: Row, field: str, *names: str) -> date | None:
    written = fields.text(row, *names)
    return us_office(written, field) if written else None


def _executed(assignors: list[Any]) -> date | None:
    """The latest execution among the assignors: the document binds all of them from then."""
    written = [fields.text(_plain(item), "executiondate", "executed") for item in assignors if isinstance(item, dict)]
    dates = [us_office(text, "assignors.executionDate") for text in written if text]
    return max((day for day in dates if day), default=None)


def _plain(item: dict[str, Any]) -> Row:
    return {plain(str(name)): member for name, member in item.items()}


def _parties(items: list[Any], field: str) -> tuple[Party, ...]:
    rows = [_plain(item) if isinstance(item, dict) else {"name": item} for item in items]
    names = [fields.text(row, "name", "assignorname", "assigneename") for row in rows]
    if not names or not all(any(map(str.isalnum, name)) for name in names):
        raise Malformed(field, "missing: each party has a name")
    # A document may name one party twice; it is one party.
    return tuple(dict.fromkeys(party(name) for name in names))


def _properties(items: list[Any], series: Series) -> tuple[tuple[Property, ...], int]:
    """The rights listed, each once, and how many are listed without a number."""
    found = [_property(item, series) for item in items]
    return tuple({item.key: item for item in found if item}.values()), sum(item is None for item in found)


def _property(item: Any, series: Series) -> Property | None:
    row = _plain(item) if isinstance(item, dict) else {"applnum": item}
    application = _application(row, series)
    registration = _unpadded(_digits(fields.identifier(row, "patnum", "patentnumber", "registrationnumber")))
    if not application and not registration:
        return None
    return Property(application, registration, " ".join(fields.text(row, "inventiontitle", "mark", "title").split()))


def _application(row: Row, series: Series) -> str:
    """The application (serial) number; a US patent application's eight digits get back the zero that a spreadsheet took.

    International applications before 2004 had two digits of the year and five of the number (Administrative Instructions, section 307).
    """
    found = _digits(fields.identifier(row, "applnum", "applicationnumber", "serialnumber", "pctnum", "pctnumber"))
    treaty = _TREATY.fullmatch(found)
    if treaty:
        return f"PCT{treaty[1]}{_century(int(treaty[2]))}{treaty[2]}0{treaty[3]}"
    lost = series is Series.US_PATENT and found.isdigit() and len(found) == _PATENT_DIGITS - 1
    return found.zfill(_PATENT_DIGITS) if lost else found


def _century(year: int) -> int:
    """The first international application is of 1978."""
    return 19 if year >= _FIRST_TREATY_YEAR else 20


def _unpadded(written: str) -> str:
    """A number of a patent or registration without the zeros that fill it up: D0456789 is D456789."""
    found = _PADDED.fullmatch(written)
    return found[1] + found[2] if found else written


def _digits(written: str) -> str:
    found = _DIGITS.sub("", written.upper())
    if len(found) > _LONGEST:
        raise Malformed("properties", f"{written[:40]!r} is no number of a right: at most {_LONGEST} digits and letters")
    return found
