"""Debts added up: by when they are due, by who owes them and by who holds them; each currency for itself, in minor units.

What an account owes is a debt's principal and the claims of those who paid in its place (the sum that ceilings are held to); money that
came in is off it at once. What an account holds is what its ranges are still owed by the ruler, so money that waits for its distribution
is in it. A range whose receivable was never paid is owed its length; of others each one is computed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, select, text

from ledger.domain import ranges
from ledger.domain.buckets import Bucket
from ledger.domain.ranges import Range, Step
from ledger.mirror.models import MEMBER, PAYMENT, RECEIVABLE, RECEIVABLE_STATE, TOKEN, ReceivableStatus
from ledger.mirror.queries.payments import step_of
from ledger.mirror.queries.reading import given, halves, told, valid, whole
from ledger.mirror.receivable_models import CLAIM

_ROWS_A_FETCH = 5_000
_BY = "by_key"
"""The column that sums are grouped by, named: repeated, its parameters would make it another expression."""

Keyed = dict[tuple[int, Any], "Sum"]
"""Sums by currency (ISO 4217 number) and what they are grouped by."""


class Sum(NamedTuple):
    """How many receivables (of a holder: ranges) are added up, and what is owed on them."""

    counted: int
    amount: int


NOTHING = Sum(0, 0)


class Filled(NamedTuple):
    """A bucket with what is due in it."""

    bucket: Bucket
    sum: Sum


class Ladder(NamedTuple):
    """The buckets of a currency, empty ones too, in their order."""

    currency: int
    buckets: list[Filled]

    @property
    def total(self) -> Sum:
        """All of them."""
        return reduce(_plus, (each.sum for each in self.buckets), NOTHING)


class Exposure(NamedTuple):
    """What is owed by or to an account in a currency. `total`: of all accounts of the question; `rank` counts from 0 in a currency."""

    account: bytes
    currency: int
    sum: Sum
    total: int
    rank: int

    @property
    def share(self) -> int:
        """Parts of a million of the total, rounded down."""
        return 1_000_000 * self.sum.amount // self.total if self.total else 0


def owed_by(conn: Connection, obligor: bytes | None, buckets: Sequence[Bucket], at: int | None = None) -> list[Ladder]:
    """What an obligor owes (None: all obligors), by due time."""
    return _ladders(buckets, _debts(conn, obligor, _place(buckets), at))


def owed_to(conn: Connection, holder: bytes | None, buckets: Sequence[Bucket], at: int | None = None) -> list[Ladder]:
    """What the ranges of a holder are owed (None: all), by due time."""
    return _ladders(buckets, _held(conn, Whose(holder), _place(buckets), at))


class Whose(NamedTuple):
    """Whose ranges are looked at: of a holder, of debts of an obligor, of holders who are members with one of these roles."""

    holder: bytes | None = None
    obligor: bytes | None = None
    roles: int | None = None


def by_obligor(conn: Connection, holder: bytes | None = None, at: int | None = None) -> list[Exposure]:
    """Who owes a holder how much, or everybody's debts without one: each currency's largest first."""
    owing = RECEIVABLE.table.c.obligor
    return _ranked(_debts(conn, None, owing, at) if holder is None else _held(conn, Whose(holder), owing, at))


def by_holder(conn: Connection, obligor: bytes | None = None, roles: int | None = None, at: int | None = None) -> list[Exposure]:
    """Who holds how much of an obligor's debts, or of everybody's: each currency's largest first; `roles` as in {Whose}."""
    return _ranked(_held(conn, Whose(None, obligor, roles), TOKEN.table.c.owner, at))


# --- Sums by the receivable: what is owed ---


def _debts(conn: Connection, obligor: bytes | None, key: ColumnElement[Any], at: int | None) -> Keyed:
    issued, state = RECEIVABLE.table, RECEIVABLE_STATE.table
    owed = state.c.owed_live - state.c.waiting
    asked = select(issued.c.currency, key.label(_BY), func.count(), *halves(owed)).join_from(
        issued, state, state.c.receivable == issued.c.number
    )
    asked = asked.where(*_live(at), *given(obligor, lambda value: issued.c.obligor == value))
    found = {row[:2]: Sum(row[2], whole(*row[3:])) for row in conn.execute(asked.group_by(issued.c.currency, text(_BY)))}
    return _added(found.items(), _claims(conn, obligor, key, at))


def _claims(conn: Connection, obligor: bytes | None, key: ColumnElement[Any], at: int | None) -> Iterator[tuple[Any, Sum]]:
    """What is owed to those who paid in the obligor's place; the receivables are counted already."""
    issued, state, claim = RECEIVABLE.table, RECEIVABLE_STATE.table, CLAIM.table
    asked = select(issued.c.currency, key.label(_BY), *halves(claim.c.bearing)).join_from(
        issued, state, state.c.receivable == issued.c.number
    )
    asked = asked.join(claim, claim.c.receivable == issued.c.number)
    asked = asked.where(*_live(at), valid(CLAIM, at), *given(obligor, lambda value: issued.c.obligor == value))
    rows = conn.execute(asked.group_by(issued.c.currency, text(_BY)))
    return (((currency, by), Sum(0, whole(high, low))) for currency, by, high, low in rows)


def _live(at: int | None) -> tuple[ColumnElement[bool], ...]:
    return valid(RECEIVABLE_STATE, at), RECEIVABLE_STATE.table.c.status == ReceivableStatus.LIVE


# --- Sums by the range: what is held ---


def _held(conn: Connection, whose: Whose, key: ColumnElement[Any], at: int | None) -> Keyed:
    if whose.holder is None:
        return _added(_unpaid(conn, whose, key, at), _part_paid(conn, whose, key, at))
    return _added(_of_holder(conn, whose, key, at))


def _of_holder(conn: Connection, whose: Whose, key: ColumnElement[Any], at: int | None) -> Iterator[tuple[Any, Sum]]:
    """All ranges of one holder in one pass: their receivables lie anywhere, and to find them takes longer than to add up."""
    token, currency = TOKEN.table.c, RECEIVABLE.table.c.currency
    paid = RECEIVABLE_STATE.table.c.payments > 0
    one = [case((paid, column)).label(f"paid_{column.name}") for column in (token.receivable, token.start, token.length)]
    asked = _ranges(select(*one, currency, key.label(_BY), func.count(), *halves(token.length)), whose, at)
    asked = asked.group_by(*(text(each.name) for each in one), currency, text(_BY)).order_by(text(one[0].name))
    rows = conn.execute(asked).all()
    yield from ((row[3:5], Sum(row[5], whole(*row[6:]))) for row in rows if row[0] is None)
    yield from _computed(conn, (row[:5] for row in rows if row[0] is not None), at)


def _unpaid(conn: Connection, whose: Whose, key: ColumnElement[Any], at: int | None) -> Iterator[tuple[Any, Sum]]:
    """Ranges of receivables without payments and retirements: each is owed its length."""
    currency = RECEIVABLE.table.c.currency
    asked = _ranges(select(currency, key.label(_BY), func.count(), *halves(TOKEN.table.c.length)), whose, at)
    rows = conn.execute(asked.where(RECEIVABLE_STATE.table.c.payments == 0).group_by(currency, text(_BY)))
    return (((currency, by), Sum(count, whole(high, low))) for currency, by, count, high, low in rows)


def _part_paid(conn: Connection, whose: Whose, key: ColumnElement[Any], at: int | None) -> Iterator[tuple[Any, Sum]]:
    """The other ranges, one by one in the order of receivables; what has nothing left is not counted."""
    token = TOKEN.table.c
    asked = _ranges(select(token.receivable, token.start, token.length, RECEIVABLE.table.c.currency, key), whose, at)
    asked = asked.where(RECEIVABLE_STATE.table.c.payments > 0).order_by(token.receivable)
    return _computed(conn, conn.execute(asked, execution_options={"yield_per": _ROWS_A_FETCH}), at)


def _computed(conn: Connection, ranges_: Iterable[Any], at: int | None) -> Iterator[tuple[Any, Sum]]:
    """What ranges (receivable, start, length, currency, key) in the order of receivables are owed, each by the ruler."""
    for some in _portions(((number, list(rows)) for number, rows in groupby(ranges_, lambda row: row[0]))):
        steps = _steps(conn, [number for number, _ in some], at)
        for number, rows in some:
            yield from _owed(rows, steps[number])


def _owed(rows: Iterable[Any], steps: Sequence[Step]) -> Iterator[tuple[Any, Sum]]:
    for _, start, length, currency, key in rows:
        amount = ranges.owed(steps, Range(start, start + length))
        if amount:
            yield (currency, key), Sum(1, amount)


def _ranges(asked: Select[Any], whose: Whose, at: int | None) -> Select[Any]:
    """Ranges of live receivables with their receivable and its state."""
    token, issued, state = TOKEN.table, RECEIVABLE.table, RECEIVABLE_STATE.table
    asked = asked.join_from(token, issued, issued.c.number == token.c.receivable).join(state, state.c.receivable == token.c.receivable)
    asked = asked.where(valid(TOKEN, at), *_live(at), *given(whose.holder, lambda value: token.c.owner == value))
    asked = asked.where(*given(whose.obligor, lambda value: issued.c.obligor == value))
    if whose.roles is None:
        return asked
    member = and_(MEMBER.table.c.account == token.c.owner, valid(MEMBER, at), MEMBER.table.c.roles.bitwise_and(whose.roles) != 0)
    return asked.join(MEMBER.table, member)


def _portions(groups: Iterable[Any], size: int = 1_000) -> Iterator[list[Any]]:
    some: list[Any] = []
    for each in groups:
        some.append(each)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def _steps(conn: Connection, numbers: Sequence[int], at: int | None) -> dict[int, list[Step]]:
    """The steps of the ruler of some receivables."""
    columns = PAYMENT.table.c
    asked = select(PAYMENT.table).where(columns.receivable.in_(numbers), told(PAYMENT, at)).order_by(columns.receivable, columns.payment)
    found: dict[int, list[Step]] = defaultdict(list)
    for row in conn.execute(asked):
        found[row.receivable].append(step_of(PAYMENT.row(*row)))
    return found


# --- Shapes ---


def _plus(one: Sum, other: Sum) -> Sum:
    return Sum(one.counted + other.counted, one.amount + other.amount)


def _added(*many: Iterable[tuple[Any, Sum]]) -> Keyed:
    found: Keyed = {}
    for each in many:
        for key, one in each:
            found[key] = _plus(found.get(key, NOTHING), one)
    return found


def _place(buckets: Sequence[Bucket]) -> ColumnElement[int]:
    """The bucket of a receivable, by its place in the list."""
    due = RECEIVABLE.table.c.due
    return case(*((_within(due, each), literal(at)) for at, each in enumerate(buckets)))


def _within(due: ColumnElement[int], bucket: Bucket) -> ColumnElement[bool]:
    return and_(*given(bucket.after, lambda value: due >= value), *given(bucket.before, lambda value: due < value))


def _ladders(buckets: Sequence[Bucket], sums: Keyed) -> list[Ladder]:
    currencies = sorted({currency for currency, _ in sums})
    return [Ladder(each, [Filled(one, sums.get((each, at), NOTHING)) for at, one in enumerate(buckets)]) for each in currencies]


def _ranked(sums: Keyed) -> list[Exposure]:
    totals: dict[int, int] = defaultdict(int)
    for (currency, _), each in sums.items():
        totals[currency] += each.amount
    found: list[Exposure] = []
    for (currency, account), each in sorted(sums.items(), key=lambda item: (item[0][0], -item[1].amount, item[0][1])):
        rank = found[-1].rank + 1 if found and found[-1].currency == currency else 0
        found.append(Exposure(account, currency, each, totals[currency], rank))
    return found
