"""Dates as the sources write them. A date without hour stays a date; none is guessed."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from gateway.replay.faults import Malformed
from ledger.domain.calendar import legal_date

US_OFFICE = ZoneInfo("America/New_York")
_PLACEHOLDER_YEARS = 1000
_EASTERN_MIDNIGHTS = {0, 4, 5}
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def month_first(text: str, field: str) -> date:
    """MM/DD/YYYY or M/D/YYYY; an ISO date too. Raises Malformed."""
    found = _SLASHED.fullmatch(text)
    return _day(int(found[3]), int(found[1]), int(found[2]), text, field) if found else _iso(text, field, "MM/DD/YYYY")


def day_first(text: str, field: str) -> date:
    """DD/MM/YYYY; an ISO date too. Raises Malformed."""
    found = _SLASHED.fullmatch(text)
    return _day(int(found[3]), int(found[2]), int(found[1]), text, field) if found else _iso(text, field, "DD/MM/YYYY")


def us_office(text: str, field: str) -> date:
    """A date of the US office: MM/DD/YYYY, an ISO date, or an instant.

    Its instants are US-Eastern midnights written in UTC with the offset of the day of capture, not of the date
    (2019-01-08T04:00:00Z is 8 January although New York stood at -5), so at 00, 04 and 05 hours the date is the one that is written.
    """
    return _instant(text, field) if "T" in text else month_first(text, field)


def _instant(text: str, field: str) -> date:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Malformed(field, f"{text!r} is no ISO 8601 instant") from wrong
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    _check_year(moment.year, text, field)
    on_midnight = moment.hour in _EASTERN_MIDNIGHTS and moment.minute == moment.second == 0
    return moment.date() if on_midnight else legal_date(int(moment.timestamp()), US_OFFICE)


def _iso(text: str, field: str, form: str) -> date:
    found = _ISO.fullmatch(text)
    if not found:
        raise Malformed(field, f"{text!r} is not written {form}")
    return _day(int(found[1]), int(found[2]), int(found[3]), text, field)


def _day(year: int, month: int, day: int, text: str, field: str) -> date:
    _check_year(year, text, field)
    try:
        return date(year, month, day)
    except ValueError as wrong:
        raise Malformed(field, f"{text!r} is no day of the calendar") from wrong


def _check_year(year: int, text: str, field: str) -> None:
    if year < _PLACEHOLDER_YEARS:
        raise Malformed(field, f"{text!r} is a placeholder, not a date")
