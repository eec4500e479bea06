"""What a member reports of rights under its pledges: their dates, duties done, events that offices published, valuations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.office.database import insert_or_keep, now_ms
from gateway.office.models import REPORTED_DUTY, REPORTED_EVENT, REPORTED_RIGHT, VALUATION
from ledger.domain.reported_rights import ReportedRight, facts_from, facts_to_json
from ledger.domain.rights import RightKind
from ledger.domain.watches import Valuation

_HOW_MANY = 400
"""Assets in one statement."""


class Told(NamedTuple):
    """A right as reported: by which source, when (UTC milliseconds)."""

    right: ReportedRight
    source: str
    at: int


class OfficeEvent(NamedTuple):
    """An event that an office published of a right, under its INPADOC code."""

    asset: bytes
    office: str
    code: str
    happened: date
    source: str
    at: int


class Valued(NamedTuple):
    """A valuation of a right."""

    asset: bytes
    valuation: Valuation
    at: int


@dataclass(frozen=True, slots=True)
class Reports:
    """One member's reports, inside the caller's transaction."""

    conn: Connection
    member: bytes

    def put_right(self, right: ReportedRight, source: str) -> None:
        """Keeps the facts of a right; what was reported of it before is replaced."""
        facts = orjson.dumps(facts_to_json(right.facts))
        row = {"jurisdiction": right.jurisdiction, "kind": right.kind.name, "facts": facts, "source": source, "at": now_ms()}
        made = (sqlite if self.conn.dialect.name == "sqlite" else postgresql).insert(REPORTED_RIGHT)
        key = {"member_id": self.member, "asset": right.asset}
        self.conn.execute(made.values(**key, **row).on_conflict_do_update(index_elements=list(key), set_=row))

    def rights(self, assets: Sequence[bytes]) -> dict[bytes, Told]:
        """What is reported of these rights, by key."""
        return {row.asset: Told(_right(row), row.source, row.at) for row in self._of(REPORTED_RIGHT, assets)}

    def drop_right(self, asset: bytes) -> bool:
        """Forgets what was reported of a right; whether there was anything."""
        dropped = delete(REPORTED_RIGHT).where(REPORTED_RIGHT.c.member_id == self.member, REPORTED_RIGHT.c.asset == asset)
        return self.conn.execute(dropped).rowcount == 1

    def add_duty(self, asset: bytes, key: str, due: date, done: date, source: str) -> bool:
        """Keeps that a duty was done; False if that is kept already."""
        days = {"due": due.isoformat(), "done": done.isoformat()}
        row = {"member_id": self.member, "asset": asset, "key": key, **days, "source": source, "at": now_ms()}
        return insert_or_keep(self.conn, REPORTED_DUTY, row)

    def duties(self, assets: Sequence[bytes]) -> dict[bytes, set[tuple[str, date]]]:
        """Key and due day of each duty that is done, by right."""
        found: dict[bytes, set[tuple[str, date]]] = {}
        for row in self._of(REPORTED_DUTY, assets):
            found.setdefault(row.asset, set()).add((row.key, date.fromisoformat(row.due)))
        return found

    def add_event(self, asset: bytes, office: str, code: str, happened: date, source: str) -> bool:
        """Keeps an event that an office published; False if it is kept already."""
        what = {"asset": asset, "office": office, "code": code, "happened": happened.isoformat()}
        row = {"member_id": self.member, **what, "source": source, "at": now_ms()}
        return insert_or_keep(self.conn, REPORTED_EVENT, row)

    def events(self, assets: Sequence[bytes]) -> list[OfficeEvent]:
        """The events of these rights, in the order of reporting."""
        rows = sorted(self._of(REPORTED_EVENT, assets), key=lambda row: row.id)
        return [OfficeEvent(row.asset, row.office, row.code, date.fromisoformat(row.happened), row.source, row.at) for row in rows]

    def add_valuation(self, asset: bytes, valuation: Valuation) -> None:
        """Keeps a valuation beside earlier ones."""
        how = {"method": valuation.method, "appraiser": valuation.appraiser, "at": now_ms()}
        row = {"value": valuation.value, "currency": valuation.currency, "valued_on": valuation.valued_on.isoformat(), **how}
        self.conn.execute(insert(VALUATION).values(member_id=self.member, asset=asset, **row))

    def valuations(self, assets: Sequence[bytes]) -> dict[bytes, Valued]:
        """The newest valuation of each right: of the latest day, then the one reported last."""
        rows = sorted(self._of(VALUATION, assets), key=lambda row: (row.valued_on, row.id))
        return {row.asset: Valued(row.asset, _valuation(row), row.at) for row in rows}

    def _of(self, table: Table, assets: Sequence[bytes]) -> Iterator[Any]:
        for at in range(0, len(assets), _HOW_MANY):
            wanted = table.c.asset.in_(assets[at : at + _HOW_MANY])
            yield from self.conn.execute(select(table).where(table.c.member_id == self.member, wanted))


def _right(row: Any) -> ReportedRight:
    return ReportedRight(row.asset, row.jurisdiction, RightKind[row.kind], facts_from(orjson.loads(row.facts)))


def _valuation(row: Any) -> Valuation:
    return Valuation(row.value, row.currency, date.fromisoformat(row.valued_on), row.method, row.appraiser)
