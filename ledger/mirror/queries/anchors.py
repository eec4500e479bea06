"""Anchored registers: roots and counts, how far they are seeded, and what became of their records."""

from typing import Any

from sqlalchemy import Connection, select

from ledger.mirror.queries.reading import MOST_ROWS, Page, given, one, page, rows_of, told, valid
from ledger.mirror.register_models import (
    ADOPTION,
    ANCHOR,
    ANCHORED_REGISTER,
    SEEDED_PAGE,
    Adoption,
    Anchor,
    AnchoredRegister,
    SeededPage,
)


def anchors(
    conn: Connection, register: int, at: int | None = None, *, limit: int = MOST_ROWS, after: tuple[Any, ...] | None = None
) -> Page[Anchor]:
    """The anchors of a register by number."""
    return page(conn, ANCHOR, (ANCHOR.table.c.register == register, told(ANCHOR, at)), ["anchor"], limit=limit, after=after)


def standing(conn: Connection, register: int | None = None, at: int | None = None) -> list[Anchor]:
    """The anchors of a register, or of all, that no other stands in the place of."""
    rows = ANCHOR.table.c
    where = [told(ANCHOR, at), *given(register, lambda value: rows.register == value)]
    found = rows_of(conn, ANCHOR, select(ANCHOR.table).where(*where).order_by(rows.register, rows.anchor))
    replaced = {(row.register, row.replaces) for row in found}
    return [row for row in found if (row.register, row.anchor) not in replaced]


def get(conn: Connection, register: int, anchor: int, at: int | None = None) -> Anchor | None:
    """An anchor of a register."""
    return one(conn, ANCHOR, ANCHOR.table.c.register == register, ANCHOR.table.c.anchor == anchor, told(ANCHOR, at))


def unseeded(conn: Connection, register: int, at: int | None = None) -> int:
    """How many live anchored assets of a register are not in their words yet."""
    row: AnchoredRegister | None = one(
        conn, ANCHORED_REGISTER, ANCHORED_REGISTER.table.c.register == register, valid(ANCHORED_REGISTER, at)
    )
    return row.unseeded if row else 0


def seeded_pages(conn: Connection, register: int, anchor: int, at: int | None = None) -> list[SeededPage]:
    """The pages of an anchor's live assets that were written into their words."""
    pages = SEEDED_PAGE.table.c
    asked = select(SEEDED_PAGE.table).where(pages.register == register, pages.anchor == anchor, told(SEEDED_PAGE, at))
    return rows_of(conn, SEEDED_PAGE, asked.order_by(pages.leaf))


def adoption(conn: Connection, register: int, number: bytes, at: int | None = None) -> Adoption | None:
    """The pledge that an anchored record became, by the office's own number (32 bytes, left-aligned text)."""
    rows = ADOPTION.table.c
    return one(conn, ADOPTION, rows.register == register, rows.number == number, told(ADOPTION, at))
