"""The questions: each with random words at every call, and what its answer is held to."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bench.scale import pledges as register
from bench.scale.receivables import BANK, COMPANY, HOT
from bench.scale.rows import FIRST_TIME, NOW, Size
from gateway.roles import ROLES
from ledger.domain import buckets
from ledger.domain.calendar import DAY, legal_date
from ledger.mirror.queries import assets, chain, debts, ownership, payments, pledges, priority, search, statistics, tokens

_ZONE = ZoneInfo("Asia/Shanghai")


class World(NamedTuple):
    """What is asked about."""

    size: Size
    dice: Random


class Ask(NamedTuple):
    """A question; `goal` in words. One to the whole ledger is asked less often."""

    name: str
    meaning: str
    goal: str
    call: Callable[[Connection, World], object]
    is_whole: bool = False


class Unanswered(Exception):
    """A question found nothing where there is something: its time would mean nothing."""


def _range(world: World) -> tuple[int, int, int]:
    """A receivable that was cut ten thousand times, and a range of it."""
    start = world.dice.randrange(world.size.splits)
    return world.dice.randrange(1, HOT + 1), start, world.dice.randrange(start + 1, world.size.splits + 2)


def _lineage(conn: Connection, world: World) -> object:
    number, start, end = _range(world)
    return _some(tokens.lineage_page(conn, number, start, end, limit=100).rows)


def _owners(conn: Connection, world: World) -> object:
    return _some(ownership.by_events(conn, *_range(world)))


def _portfolio(conn: Connection, world: World) -> object:
    return _some(tokens.portfolio(conn, world.dice.choice(BANK), live_only=True, limit=100).rows)


def _later_page(conn: Connection, world: World) -> object:
    after = (world.dice.randrange(world.size.receivables), 0)
    return tokens.portfolio(conn, world.dice.choice(BANK), live_only=True, limit=100, after=after)


def _priority(conn: Connection, world: World) -> object:
    return priority.order(conn, register.asset_of(world.size, world.dice))


def _asset(conn: Connection, world: World) -> object:
    return assets.asset(conn, register.asset_of(world.size, world.dice))


def _encumbrances(conn: Connection, world: World) -> object:
    return pledges.encumbrances(conn, register.asset_of(world.size, world.dice))


def _search(conn: Connection, world: World) -> object:
    """As the API does: what is like a name, often with a slip of the pen, and what the search can't see."""
    name = register.name_of(world.dice.randrange(world.size.names))
    if world.dice.random() < 0.5:
        at = world.dice.randrange(len(name) - 1)
        name = name[:at] + name[at + 1 :]
    return search.by_name(conn, name), search.unseen(conn)


def _party(conn: Connection, world: World) -> object:
    name = register.name_of(world.dice.randrange(world.size.names))
    return search.by_party(conn, register.party_of(name))


def _registration(conn: Connection, world: World) -> object:
    return search.by_registration(conn, register.record_of(world.dice.randrange(1, world.size.pledges + 1)))


def _ladder(conn: Connection, world: World) -> object:
    return _some(debts.owed_to(conn, world.dice.choice(BANK), buckets.ladder(NOW, _ZONE)))


def _ageing(conn: Connection, world: World) -> object:
    return debts.owed_by(conn, world.dice.choice(COMPANY), buckets.ageing(NOW, _ZONE))


def _of_bank(conn: Connection, world: World) -> object:
    return _some(debts.by_obligor(conn, world.dice.choice(BANK)))


def _all_obligors(conn: Connection, _world: World) -> object:
    return _some(debts.by_obligor(conn))


def _all_banks(conn: Connection, _world: World) -> object:
    return _some(debts.by_holder(conn, roles=ROLES["BANK"]))


def _month(conn: Connection, world: World) -> object:
    first = legal_date(world.dice.randrange(FIRST_TIME, NOW), _ZONE).replace(day=1)
    return statistics.month(conn, register.REGISTRY.number, first, _ZONE)


def _statement(conn: Connection, world: World) -> object:
    since = world.dice.randrange(FIRST_TIME, NOW - 30 * DAY)
    begin, end = (chain.position_before(conn, time) for time in (since, since + 30 * DAY))
    bank = world.dice.choice(BANK)
    return payments.totals(conn, 1, bank, begin, end), payments.statement(conn, 1, bank, begin=begin, until=end)


def _some(found: Sequence[object]) -> Sequence[object]:
    if not found:
        raise Unanswered("the ledger has no answer to a question that it must have one to")
    return found


ASKS = (
    Ask("lineage", "lineage of a range of a receivable cut 10,000 times, first page", "at most 50", _lineage),
    Ask("owners", "who held any cent of such a range when, whole", "", _owners),
    Ask("portfolio", "a bank's live tokens, first page", "at most 50", _portfolio),
    Ask("portfolio_page", "the same, a later page", "at most 50", _later_page),
    Ask("priority", "the order of liens on an asset, explained", "at most 10", _priority),
    Ask("asset", "an asset with everything on it", "", _asset),
    Ask("encumbrances", "encumbrances of an asset in rank order", "", _encumbrances),
    Ask("search", "parties by name, with what the search can't see", "at most 100", _search),
    Ask("party", "records of a party by its word", "", _party),
    Ask("registration", "what bears an office's record number", "", _registration),
    Ask("ladder", "maturity ladder of a bank", "", _ladder),
    Ask("ageing", "ages of an obligor's debts", "", _ageing),
    Ask("bank_exposures", "exposures of a bank by obligor", "", _of_bank),
    Ask("month", "a register's month", "", _month),
    Ask("statement", "a month of a cash statement, with its totals", "", _statement),
    Ask("all_obligors", "exposures of the whole ledger by obligor", "", _all_obligors, is_whole=True),
    Ask("all_banks", "exposures of the whole ledger by bank", "", _all_banks, is_whole=True),
)
