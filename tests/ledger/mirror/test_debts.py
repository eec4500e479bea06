"""Ladders, ages and exposures against a model that looks at every receivable and range by itself, over random lives."""

from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from ledger.chain.blocks import last_position
from ledger.domain.buckets import Bucket, ageing, due_day, ladder
from ledger.mirror.database import Database
from ledger.mirror.models import Receivable, ReceivableStatus
from ledger.mirror.queries import chain, debts, exposure, receivables, tokens
from ledger.mirror.queries.debts import Exposure, Ladder
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.conftest import MakeMirror
from tests.ledger.mirror.debt_lives import CURRENCIES, DAY, DEBTORS, in_many_currencies, lived
from tests.ledger.mirror.histories import PEOPLE

ZONES = [ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("UTC")]
BANK = 1 << 4


# --- Buckets ---


def _age(due: int, now: int, zone: ZoneInfo) -> str:
    if due >= now:
        return "not due"
    days = max(1, (due_day(now, zone) - due_day(due, zone)).days)
    return next((f"{last - 29}-{last}" for last in (30, 60, 90) if days <= last), "over 90")


def _term(due: int, now: int, zone: ZoneInfo) -> str:
    if due < now:
        return "overdue"
    days = (due_day(due, zone) - due_day(now, zone)).days
    spans = ((0, 30), (31, 60), (61, 90), (91, 180), (181, 365))
    return next((f"{first}-{last}" for first, last in spans if days <= last), "over 365")


def _found(buckets: list[Bucket], due: int) -> str:
    (name,) = [name for name, after, before in buckets if (after is None or due >= after) and (before is None or due < before)]
    return name


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_each_second_is_in_one_bucket_and_in_the_right_one(zone: ZoneInfo) -> None:
    dice = Random(7)
    for _ in range(3_000):
        # Around midnights, over the changes of the clock.
        now = 1_700_000_000 + dice.randrange(400) * DAY + dice.choice([0, 5, 16, 4]) * 3_600 - 80_000 % DAY + dice.choice([-1, 0, 1])
        due = now + dice.choice(
            [0, -1, 1, dice.randrange(-400 * DAY, 800 * DAY), dice.randrange(-100, 400) * DAY + dice.choice([-1, 0, 1])]
        )
        assert _found(ageing(now, zone), due) == _age(due, now, zone)
        assert _found(ladder(now, zone), due) == _term(due, now, zone)


def test_a_debt_due_at_midnight_is_due_on_the_day_before() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    midnight = 1_711_900_800  # 1 April 2024, 00:00 in Shanghai
    assert due_day(midnight, zone).isoformat() == "2024-03-31"
    assert _found(ageing(midnight, zone), midnight) == "not due"
    assert _found(ageing(midnight + 1, zone), midnight) == "1-30"
    assert _found(ageing(midnight + 30 * DAY, zone), midnight) == "1-30"
    assert _found(ageing(midnight + 30 * DAY + 1, zone), midnight) == "31-60"


# --- Sums ---


class Known(NamedTuple):
    """Every range that has something left, with its receivable, and every live receivable: row by row."""

    ranges: list[tuple[Receivable, bytes, int]]
    debts: list[tuple[Receivable, int]]


def _known(conn: Connection, at: int | None) -> Known:
    found = receivables.find(conn, status=ReceivableStatus.LIVE, at=at, limit=1_000).rows
    held = (
        (each.receivable, token.owner, tokens.owed(conn, token.receivable, token.start, token.start + token.length, at))
        for each in found
        for token in tokens.of_receivable(conn, each.receivable.number, at, limit=1_000).rows
    )
    return Known([row for row in held if row[2]], [(each.receivable, each.state.owed_live - each.state.waiting) for each in found])


def _shape(ladders: list[Ladder]) -> dict[tuple[int, str], tuple[int, int]]:
    return {
        (one.currency, each.bucket.name): (each.sum.counted, each.sum.amount)
        for one in ladders
        for each in one.buckets
        if each.sum != (0, 0)
    }


def _summed(rows: list[tuple[Receivable, int]], name: Callable[[int], str]) -> dict[tuple[int, str], tuple[int, int]]:
    found: dict[tuple[int, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for receivable, amount in rows:
        key = receivable.currency, name(receivable.due)
        found[key] = found[key][0] + 1, found[key][1] + amount
    return found


@pytest.mark.parametrize("seed", range(8))
def test_sums_are_those_of_every_row_by_itself(db: Database, mirror_of: MakeMirror, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    in_many_currencies(monkeypatch)
    lives = lived(seed, 90)
    mirror_of(lives.source()).catch_up()
    zone = ZONES[seed % len(ZONES)]
    with db.read() as conn:
        for at in (None, last_position(START + 45)):
            now = chain.time_of(conn, at if at is not None else last_position(lives.blocks[-1].number))
            known = _known(conn, at)
            _compare_terms(conn, at, known, now, zone)
            _compare_exposures(conn, at, known)


def _compare_terms(conn: Connection, at: int | None, known: Known, now: int, zone: ZoneInfo) -> None:
    for buckets, name in ((ageing(now, zone), _age), (ladder(now, zone), _term)):

        def named(due: int, name: Callable[[int, int, ZoneInfo], str] = name) -> str:
            return name(due, now, zone)

        for debtor in (None, *map(told.account, DEBTORS)):
            assert _shape(debts.owed_by(conn, debtor, buckets, at)) == _summed(
                [row for row in known.debts if debtor in (None, row[0].obligor)], named
            )
        for holder in (None, *map(told.account, PEOPLE)):
            rows = [(receivable, owed) for receivable, owner, owed in known.ranges if holder in (None, owner)]
            assert _shape(debts.owed_to(conn, holder, buckets, at)) == _summed(rows, named)


def _compare_exposures(conn: Connection, at: int | None, known: Known) -> None:
    every, bank = known.ranges, told.account("Bank")
    held = _grouped([(row[0].currency, row[1], row[2]) for row in every])
    assert _accounts(debts.by_holder(conn, at=at)) == held
    assert _accounts(debts.by_holder(conn, roles=BANK, at=at)) == {key: value for key, value in held.items() if key[1] == bank}
    owing = _grouped([(row[0].currency, row[0].obligor, row[2]) for row in every if row[1] == bank])
    assert _accounts(debts.by_obligor(conn, bank, at)) == owing
    debtor = told.account(DEBTORS[0])
    to = _grouped([(row[0].currency, row[1], row[2]) for row in every if row[0].obligor == debtor])
    assert _accounts(debts.by_holder(conn, debtor, at=at)) == to
    for currency in CURRENCIES:
        everybody = [each for each in debts.by_obligor(conn, at=at) if each.currency == currency]
        assert sum(each.sum.amount for each in everybody) == exposure.total(conn, currency, at)


def _grouped(rows: list[tuple[int, bytes, int]]) -> dict[tuple[int, bytes], tuple[int, int]]:
    found: dict[tuple[int, bytes], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for currency, account, amount in rows:
        found[currency, account] = found[currency, account][0] + 1, found[currency, account][1] + amount
    return found


def _accounts(found: list[Exposure]) -> dict[tuple[int, bytes], tuple[int, int]]:
    totals: dict[int, int] = defaultdict(int)
    for each in found:
        totals[each.currency] += each.sum.amount
    assert all(each.total == totals[each.currency] for each in found)
    assert found == sorted(found, key=lambda each: (each.currency, -each.sum.amount, each.account))
    for currency in totals:
        mine = [each for each in found if each.currency == currency]
        assert [each.rank for each in mine] == list(range(len(mine)))
        assert totals[currency] == 0 or 1_000_000 - len(mine) <= sum(each.share for each in mine) <= 1_000_000
    return {(each.currency, each.account): (each.sum.counted, each.sum.amount) for each in found}


def test_sums_pass_two_to_the_63(db: Database, mirror_of: MakeMirror) -> None:
    """Where SQLite's own sum gives up."""
    chain, most = Chain(), 2**63 - 1
    for key in range(3):
        chain.mine([told.issued(key, "A", "D", most)], [told.confirmed(key, "A", "D", most)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        (one,) = debts.by_obligor(conn)
        assert (one.sum.counted, one.sum.amount, one.share) == (3, 3 * most, 1_000_000)
        (ladder_,) = debts.owed_to(conn, told.account("A"), ladder(1, ZoneInfo("UTC")))
        assert ladder_.total == (3, 3 * most)
