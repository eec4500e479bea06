"""Parts of names that may be like a text: looked up by their keys, and by which letters they have."""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, bindparam, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import BIT

from ledger.domain.name_index import Probe
from ledger.domain.names import NormalName
from ledger.mirror.names import key_of
from ledger.mirror.queries.reading import AT, known, portions, told
from ledger.mirror.register_models import NAME, NAME_FORM, NAME_KEY

_RARE, _COMMON = 50, 2_000
"""Names under a key: with so few no rarer key is looked for, and beyond so many they are not counted."""


class Form(NamedTuple):
    """A part of a published name in normal form; `text` is the name as it was written."""

    name: int
    part: int
    words: str
    form: str
    text: str

    @property
    def normal(self) -> NormalName:
        """What is compared."""
        return NormalName(tuple(self.words.split(" ")), self.form)


class _Part(NamedTuple):
    name: int
    part: int


def candidates(conn: Connection, asked: Probe, at: int | None = None) -> list[Form]:
    """The parts of names that a probe takes, as known at a position, in order."""
    found = {*_with_any(conn, asked.any_of), *_with_all(conn, asked.all_of), *_of_nearly_the_letters(conn, asked)}
    return sorted(_forms(conn, found, at))


_FORMS = (
    select(NAME_FORM.table.c.name, NAME_FORM.table.c.part, NAME_FORM.table.c.words, NAME_FORM.table.c.form, NAME.table.c.text)
    .join_from(NAME_FORM.table, NAME.table, NAME.table.c.number == NAME_FORM.table.c.name)
    .where(NAME_FORM.table.c.name.in_(bindparam("names", expanding=True)), told(NAME, AT))
)


def _forms(conn: Connection, parts: Collection[_Part], at: int | None) -> Iterator[Form]:
    for some in portions(sorted({part.name for part in parts})):
        rows = conn.execute(_FORMS, {"names": some, "at": known(at)})
        yield from (form for row in rows if (form := Form(*row))[:2] in parts)


# --- By keys ---

_KEY = NAME_KEY.table.c
_ANY = select(_KEY.name, _KEY.part).where(_KEY.key.in_(bindparam("keys", expanding=True)))
_UNDER = select(func.count()).select_from(select(literal(1)).where(_KEY.key == bindparam("key")).limit(_COMMON).subquery())


def _with_any(conn: Connection, keys: Collection[str]) -> Iterator[_Part]:
    for some in portions(sorted(map(key_of, keys))):
        yield from (_Part(*row) for row in conn.execute(_ANY, {"keys": some}))


def _with_all_others() -> Select[Any]:
    """Selects what has a key (`rarest`) and `count` of others: each name under the one is asked for the others."""
    rarest, other = NAME_KEY.table.alias().c, NAME_KEY.table.alias().c
    same = (other.name == rarest.name, other.part == rarest.part)
    held = select(func.count()).where(other.key.in_(bindparam("others", expanding=True)), *same).scalar_subquery()
    return select(rarest.name, rarest.part).where(rarest.key == bindparam("rarest"), held == bindparam("count"))


_ALL = _with_all_others()


def _with_all(conn: Connection, keys: Collection[str]) -> Iterator[_Part]:
    """The parts that have all of some keys; none without a key."""
    # A longer word is mostly a rarer one.
    asked = [key_of(key) for key in sorted(keys, key=lambda key: (-len(key), key))]
    if asked:
        rarest = _rarest(conn, asked)
        others = [key for key in asked if key != rarest]
        yield from (_Part(*row) for row in conn.execute(_ALL, {"rarest": rarest, "others": others, "count": len(others)}))


def _rarest(conn: Connection, keys: Collection[bytes]) -> bytes:
    """The key with the fewest names under it, or the first that has few."""
    counts: dict[bytes, int] = {}
    for key in keys:
        counts[key] = conn.execute(_UNDER, {"key": key}).scalar_one()
        if counts[key] <= _RARE:
            return key
    return min(counts, key=counts.__getitem__)


# --- By letters ---


def _of_nearly_the_letters(conn: Connection, asked: Probe) -> Iterator[_Part]:
    """The parts of nearly a length and with nearly the same letters: read from an index of both, which has no other column."""
    _give_bit_count(conn)
    given = {f"{name}_{at}": value for at, near in enumerate(asked.near) for name, value in _limits(near.lengths, near.most)}
    statement = _near(len(asked.near), conn.dialect.name == "postgresql")
    return (_Part(*row) for row in conn.execute(statement, {"letters": asked.letters, **given}))


def _limits(lengths: range, most: int) -> tuple[tuple[str, int], ...]:
    return ("shortest", lengths.start), ("longest", lengths.stop - 1), ("most", most)


@cache
def _near(bands: int, is_postgresql: bool) -> CompoundSelect[Any]:
    form = NAME_FORM.table.c
    apart = _bit_count(form.letters.bitwise_xor(bindparam("letters")), is_postgresql)
    return union_all(
        *(
            select(form.name, form.part).where(
                form.length.between(bindparam(f"shortest_{at}"), bindparam(f"longest_{at}")), apart <= bindparam(f"most_{at}")
            )
            for at in range(bands)
        )
    )


def _bit_count(value: ColumnElement[int], is_postgresql: bool) -> ColumnElement[int]:
    return func.bit_count(cast(value, BIT(64)) if is_postgresql else value)


def _give_bit_count(conn: Connection) -> None:
    """Gives a connection to SQLite the function that PostgreSQL has, once."""
    if conn.dialect.name == "sqlite" and "bit_count" not in conn.info:
        driver: Any = conn.connection.driver_connection
        driver.create_function("bit_count", 1, int.bit_count, deterministic=True)
        conn.info["bit_count"] = True
