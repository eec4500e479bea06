"""How pages show what the API answers: amounts in the currency's own decimals, times in the home's zone, accounts by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gateway.financing import telling
from gateway.visible import visible
from ledger.domain.calendar import rfc3339
from ledger.domain.money import currency, of_minor

if TYPE_CHECKING:
    from jinja2 import Environment

ROOM = Path(__file__).parent
_ACCOUNT = re.compile(r"0x[0-9a-f]{40}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_HEX = re.compile(r"0x[0-9a-f]{41,}")
_ZEROS = re.compile(r"0x0{40,}")
_MOST_NAMES = 200
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def environment() -> Environment:
    """The templates. What they show is escaped; what isn't there is an error."""
    # With the first request, not with the start, which needs no template.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=_said,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "money": money,
        "label": label,
        "percent": percent,
        "rate": rate,
        "discount": telling.discount,
        "short": short,
        "columns": columns,
    }
    made.tests |= {
        "money": is_money,
        "time": is_time,
        "account": is_account,
        "hash": is_hash,
        "nothing": is_nothing,
        "records": are_records,
        "flat": are_flat,
    }
    return made


def _said(value: object) -> object:
    """What a page says: of a text only what can be seen. What a template made itself is no text."""
    return visible(value) if type(value) is str else value


def money(amount: Mapping[str, str]) -> str:
    """An amount of the API with its currency: exact, thousands apart."""
    return of_minor(int(amount["minor"]), currency(amount["currency"]).number)


def label(name: str) -> str:
    """A field's name as words."""
    if name == "pos":
        return "Position"
    words = _CAPITAL.sub(" ", name.replace("_", " ").replace("-", " ")).lower()
    return words[:1].upper() + words[1:]


def percent(ppm: int) -> str:
    """A share in parts of a million."""
    return f"{ppm // 10_000}.{ppm % 10_000:04} %"


def rate(millionths: int) -> str:
    """A yearly rate in millionths."""
    return f"{telling.percent(millionths)} a year"


def short(text: str) -> str:
    """A long hex text by its two ends."""
    return text if len(text) <= 20 else f"{text[:10]}…{text[-6:]}"


def columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every field that one of the rows has, in the order in which they come."""
    return list(dict.fromkeys(name for row in rows for name in row))


def are_records(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def are_flat(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether rows have no rows of their own, so that a table of them can be read."""
    return not any(_has_fields(value) for row in rows for value in row.values())


def _has_fields(value: object) -> bool:
    return (isinstance(value, dict) and not is_money(value)) or (bool(value) and are_records(value))


def is_money(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"minor", "currency"}


def is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def is_account(value: object) -> bool:
    return isinstance(value, str) and _ACCOUNT.fullmatch(value) is not None


def is_hash(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def is_nothing(value: object) -> bool:
    """A word of zeros: a field of the ledger that was left empty."""
    return isinstance(value, str) and _ZEROS.fullmatch(value) is not None


def accounts_in(values: Iterable[Any]) -> list[str]:
    """The accounts that stand anywhere in what a page shows, at most as many as are worth asking for."""
    return list(dict.fromkeys(text for value in values for text in _texts(value) if is_account(text)))[:_MOST_NAMES]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


class Clock:
    """Times as people of a zone write them, with the zone's name."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._info = ZoneInfo(zone)

    def when(self, text: str) -> str:
        """A time of the API (RFC 3339, UTC) in the zone."""
        return f"{self._local(text):%Y-%m-%d %H:%M:%S} {self.zone}"

    def due(self, text: str) -> str:
        """A second from which something is late: the day before, where it is the zone's midnight, else the time itself."""
        local = self._local(text)
        if local.hour or local.minute or local.second:
            return f"{local:%Y-%m-%d %H:%M:%S} {self.zone}"
        return f"{local - timedelta(days=1):%Y-%m-%d}, to the end of the day in {self.zone}"

    def told(self, text: str) -> str:
        """A sentence of the API, whose times are UTC, with its times in the zone."""
        return _TIME.sub(lambda found: self.when(found[0]), text)

    def of_ms(self, ms: int) -> str:
        """A time of the wall clock in milliseconds."""
        return self.when(rfc3339(ms // 1_000))

    def _local(self, text: str) -> datetime:
        read = datetime.fromisoformat(text)
        try:
            return read.astimezone(self._info)
        except OverflowError:  # the last hours of the year 9999, which stand for what never comes
            return read
