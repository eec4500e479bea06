"""Dates as the sources write them. A date without hour stays a date; none is guessed."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.replay.faults import Malformed
from ledger.domain.calendar import legal_date

US_OFFICE = ZoneInfo("America/New_York")
_PLACEHOLDER_YEARS = 1000
_EASTERN_MIDNIGHTS = {0, 4, 5}
_START = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = re.compile(r"-?\d{10,14}")
_CLOCK = re.compile(r"[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:AM|PM)?(?:Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
_NAMED = re.compile(r"(?:(\d{1,2})[\s/-]*([A-Z]{3,9})\.?|([A-Z]{3,9})\.?\s*(\d{1,2}))[\s,/-]*(\d{4}|\d{2})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PIVOT = 69


def month_first(text: str, field: str) -> date:
    """MM/DD/YYYY or M/D/YY; an ISO date or a month's name too. Raises Malformed."""
    return _date(text, field, "MM/DD/YYYY", month_at=1)


def day_first(text: str, field: str) -> date:
    """DD/MM/YYYY or D/M/YY; an ISO date or a month's name too. Raises Malformed."""
    return _date(text, field, "DD/MM/YYYY", month_at=2)


def us_office(text: str, field: str) -> date | None:
    """A date of the US office: MM/DD/YYYY, an ISO date, or an instant, also in milliseconds since 1970; None for a placeholder (a year
    before 1000). Raises Malformed.

    Its instants are US-Eastern midnights written in UTC with the offset of the day of capture, not of the date
    (2019-01-08T04:00:00Z is 8 January although New York stood at -5), so at 00, 04 and 05 hours the date is the one that is written.
    """
    try:
        found = _instant(text, field) if ("T" in text and ":" in text) or _EPOCH.fullmatch(text) else month_first(text, field)
    except OverflowError as wrong:
        raise Malformed(field, f"{text!r} lies outside the calendar") from wrong
    return None if found.year < _PLACEHOLDER_YEARS else found


def _instant(text: str, field: str) -> date:
    try:
        moment = _START + timedelta(milliseconds=int(text)) if _EPOCH.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Malformed(field, f"{text!r} is no ISO 8601 instant") from wrong
    if moment.year < _PLACEHOLDER_YEARS:
        return moment.date()
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    on_midnight = moment.hour in _EASTERN_MIDNIGHTS and moment.minute == moment.second == 0
    return moment.date() if on_midnight else legal_date(int(moment.timestamp()), US_OFFICE)


def _date(text: str, field: str, form: str, month_at: int) -> date:
    """The hour that a spreadsheet puts behind a date is dropped: the day is what is written."""
    written = _CLOCK.sub("", text.strip())
    slashed = _SLASHED.fullmatch(written)
    if slashed:
        return _day(slashed[3], int(slashed[month_at]), int(slashed[3 - month_at]), text, field)
    iso = _ISO.fullmatch(written)
    if iso:
        return _day(iso[1], int(iso[2]), int(iso[3]), text, field)
    named = _NAMED.fullmatch(written)
    month = _month((named[2] or named[3]).lower()) if named else None
    if named is None or month is None:
        raise Malformed(field, f"{text!r} is not written {form}")
    return _day(named[5], month, int(named[1] or named[4]), text, field)


def _month(name: str) -> int | None:
    return _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS else None


def _day(year: str, month: int, day: int, text: str, field: str) -> date:
    try:
        return date(_whole_year(year), month, day)
    except ValueError as wrong:
        raise Malformed(field, f"{text!r} is no day of the calendar") from wrong


def _whole_year(written: str) -> int:
    """A year of two digits as POSIX reads it: 69 to 99 are of the last century."""
    year = int(written)
    return year if len(written) > 2 else year + (1900 if year >= _PIVOT else 2000)
