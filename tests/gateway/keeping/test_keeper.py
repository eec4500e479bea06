"""Keepers fire what is due, once, whoever else does; and leave alone what can't go through."""

import pytest
from sqlalchemy import select, update

from gateway.keeping import asking
from gateway.keeping.due import Due
from gateway.keeping.keeper import Keeper, batches, key_of
from gateway.office.models import CALL
from gateway.outbox import lane_rows
from gateway.outbox.lanes import LeaseLost
from ledger.domain.act_types import CoverReceivable, DisputeReceivable, OfferRange, OpenPool
from ledger.domain.ids import token_id
from ledger.mirror.triggers import TriggerKind
from tests.gateway.keeping.dues import Watch, allow, amounts, financed, fund, issued, pay, rounds
from tests.ledger.ledgers import DAY, Ledger

FACES = (100_000, 33_333, 77_777)
HOUR = 3_600
"""The chain's time goes on by itself between two steps of a test."""


def due_day(ledger: Ledger, obligor: str, *watches: Watch) -> list[int]:
    """Debts of one second under a mandate for a part, with too little cash; then more cash comes. The receivables."""
    due = ledger.now() + 10 * DAY
    receivables = [issued(ledger, obligor, face, due) for face in FACES]
    fund(ledger, obligor, 50_001)
    allow(ledger, obligor, 150_000)
    assert rounds(ledger, *watches) == 0, "nothing is due yet"
    ledger.jump(due)
    rounds(ledger, *watches)
    for amount in (70_000, 100_000):
        fund(ledger, obligor, amount)
        rounds(ledger, *watches)
    return receivables


def one_due(ledger: Ledger, watch: Watch) -> int:
    """A debt that is due now, with the cash for it and a mandate, mirrored; the receivable."""
    receivable = issued(ledger, "One", 5_000, ledger.now() + DAY)
    fund(ledger, "One", 5_000)
    allow(ledger, "One", 5_000)
    ledger.jump(ledger.now() + DAY)
    watch.house.read()
    return receivable


def test_two_gateways_keepers_make_exactly_the_debits_that_one_alone_makes(ledger: Ledger, watch: Watch, another: Watch) -> None:
    alone = due_day(ledger, "One", watch)
    both = due_day(ledger, "Two", watch, another)
    assert amounts(watch, both) == amounts(watch, alone)
    shares = [face * 50_001 // sum(FACES) for face in FACES]
    assert [found[0] for found in amounts(watch, alone)] == shares, "what was free is shared by what is owed"
    assert sum(map(sum, amounts(watch, alone))) >= 150_000 - len(FACES), "the mandate is used up, but for what no share takes"
    for receivables in (alone, both):
        assert [watch.fired(each).count(True) for each in receivables] == [len(found) for found in amounts(watch, receivables)]
    assert all(watch.fired(each)[:2] == [True, False] for each in both), "both fired at the due second; the chain did each once"


def test_an_obligor_without_cash_is_not_asked_again_until_its_cash_changes(
    ledger: Ledger, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(rpc: object, door: bytes, kinds: object, each: list[Due]) -> list[bytes | None]:
        asked.append(len(each))
        return asking.refusals(rpc, door, kinds, each)  # type: ignore[arg-type]

    monkeypatch.setattr("gateway.keeping.keeper.refusals", counted)
    receivable = issued(ledger, "One", 5_000, ledger.now() + DAY)
    allow(ledger, "One", 5_000, partial=False)
    ledger.jump(ledger.now() + 2 * DAY)
    for _ in range(5):
        assert rounds(ledger, watch) == 0
    assert sum(asked) == 1
    ledger.jump(ledger.now() + 61)
    assert rounds(ledger, watch) == 0 and sum(asked) == 2, "its next time came"
    fund(ledger, "One", 5_000)
    assert rounds(ledger, watch) == 1 and watch.debits(receivable) == [5_000]


def test_money_that_waits_is_distributed_after_thirty_days(ledger: Ledger, watch: Watch) -> None:
    receivable = issued(ledger, "One", 100_000, ledger.now() + 100 * DAY)
    fund(ledger, "One", 100_000)
    pay(ledger, "One", receivable, 1_000)
    pay(ledger, "One", receivable, 7)
    assert rounds(ledger, watch) == 0 and watch.waits(receivable)
    ledger.jump(ledger.now() + 29 * DAY)
    assert rounds(ledger, watch) == 0
    ledger.jump(ledger.now() + DAY)
    assert rounds(ledger, watch) == 1 and not watch.waits(receivable)


def test_a_mandate_that_ran_out_or_none_is_no_reason_to_ask(ledger: Ledger, watch: Watch) -> None:
    receivable = issued(ledger, "One", 5_000, ledger.now() + 2 * DAY)
    fund(ledger, "One", 5_000)
    ledger.jump(ledger.now() + 3 * DAY)
    assert rounds(ledger, watch) == 0
    allow(ledger, "One", 5_000)
    ledger.jump(ledger.now() + 366 * DAY)
    assert rounds(ledger, watch) == 0 and watch.fired(receivable) == []


def test_while_a_call_is_on_its_way_nothing_of_it_is_fired_again(ledger: Ledger, watch: Watch) -> None:
    receivable = one_due(ledger, watch)
    assert [each.subject for each in watch.keeper.step()] == [receivable]
    fund(ledger, "One", 1)
    watch.house.read()
    assert watch.keeper.step() == [], "though its facts have changed"
    assert Keeper(watch.house.services, watch.house.owner).step() == [], "nor by a process that was started again"
    watch.house.send()
    ledger.clock.mine()
    watch.house.read()
    assert watch.debits(receivable) == [5_000] and watch.fired(receivable) == [True]


def test_a_call_that_a_node_refused_is_made_again_later(ledger: Ledger, watch: Watch) -> None:
    receivable = one_due(ledger, watch)
    assert len(watch.keeper.step()) == 1
    with watch.house.office.write() as conn:
        conn.execute(update(CALL).values(state="refused"))
    assert watch.keeper.step() == [], "not at once"
    ledger.jump(ledger.now() + 61)
    assert rounds(ledger, watch) == 1 and watch.debits(receivable) == [5_000]
    with watch.house.office.read() as conn:
        assert len(set(conn.execute(select(CALL.c.idem_key)).scalars())) == 2


def test_over_one_office_one_keeps(ledger: Ledger, watch: Watch) -> None:
    one_due(ledger, watch)
    waiting = Keeper(watch.house.services, "elsewhere 7 1.00")
    assert len(watch.keeper.step()) == 1 and waiting.step() == []


def test_who_lost_the_lease_meanwhile_writes_nothing(ledger: Ledger, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    one_due(ledger, watch)

    def slow(*given: object) -> list[bytes | None]:
        monkeypatch.setattr("gateway.keeping.keeper.refusals", asking.refusals)
        monkeypatch.setattr("gateway.outbox.lane_rows.LEASE_MS", -1)
        Keeper(watch.house.services, watch.house.owner).step()
        with watch.house.office.write() as conn:
            lane_rows.release(conn, "keeper", watch.house.owner)
        Keeper(watch.house.services, "elsewhere 7 1.00").step()
        return asking.refusals(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("gateway.keeping.keeper.refusals", slow)
    with pytest.raises(LeaseLost):
        watch.keeper.step()
    with watch.house.office.read() as conn:
        assert len(list(conn.execute(select(CALL)))) == 1


def test_a_keeper_stands_while_the_clock_is_moved_by_hand(ledger: Ledger, watch: Watch) -> None:
    one_due(ledger, watch)
    assert Keeper(watch.house.services, watch.house.owner, stands=lambda: True).step() == []
    assert len(watch.keeper.step()) == 1


def test_calls_close_at_the_gas_of_one_and_name_what_they_fire() -> None:
    kinds = {"debit": TriggerKind(1, 0, bytes(20), bytes(4), bytes(4), 1_000_000, "debit")}
    firings = [(Due("debit", number, 0, (number,)), 1) for number in range(10)]
    found = list(batches(kinds, firings, 5_000_000))
    assert [len(each) for each in found] == [4, 4, 2] and [each for batch in found for each in batch] == firings
    assert key_of(found[0]) == key_of(found[0][::-1]) != key_of(found[1])
    again = [(each, 2) for each, _ in found[0]]
    assert key_of(again) != key_of(found[0])


def test_what_a_pot_still_holds_goes_back_after_a_day(ledger: Ledger, watch: Watch) -> None:
    """A disputed debt does not take its share; the obligor has it back a day later."""
    due = ledger.now() + 10 * DAY
    taken, disputed = issued(ledger, "One", 60_000, due), issued(ledger, "One", 40_000, due)
    fund(ledger, "One", 50_000)
    allow(ledger, "One", 100_000)
    ledger.act("One", DisputeReceivable(disputed, 1, b"d" * 32))
    ledger.jump(due)
    assert rounds(ledger, watch) == 1 and amounts(watch, [taken, disputed]) == [[30_000], []]
    left = ledger.cash_of(ledger.people["One"].account)
    ledger.jump(ledger.now() + DAY + 1)
    assert rounds(ledger, watch) >= 1
    assert ledger.view("Mandates", "potOf", ledger.people["One"].account, 1, due)[2] == 0
    assert ledger.cash_of(ledger.people["One"].account) + sum(watch.debits(taken)) - 30_000 == left + 20_000


def test_a_guarantor_is_called_once_grace_and_its_wait_are_over(ledger: Ledger, watch: Watch) -> None:
    due, guarantor = ledger.now() + 10 * DAY, ledger.people["Guarantor"].account
    receivable = issued(ledger, "One", 60_000, due)
    ledger.act("Guarantor", OpenPool((guarantor,), (10_000,), 1, 60_000, 3 * DAY, due + 100 * DAY, b"a" * 32))
    ledger.act("Guarantor", CoverReceivable(1, receivable, 60_000))
    fund(ledger, "Guarantor", 25_000)
    ledger.jump(due + 3 * DAY - HOUR)
    assert rounds(ledger, watch) == 0
    ledger.jump(due + 3 * DAY + 1)
    assert rounds(ledger, watch) == 1 and ledger.cash_of(guarantor) == 0
    assert rounds(ledger, watch) == 0, "it has nothing more"
    fund(ledger, "Guarantor", 40_000)
    assert rounds(ledger, watch) == 1 and ledger.cash_of(guarantor) == 5_000
    assert rounds(ledger, watch) == 0 and watch.fired(receivable) == [True, True]


def test_what_a_deal_is_paid_is_collected_and_what_it_lacks_is_the_sellers_once_late(ledger: Ledger, watch: Watch) -> None:
    due = ledger.now() + 10 * DAY
    receivable = issued(ledger, "One", 60_000, due)
    deal = financed(ledger, receivable, 60_000, 50_000)
    assert rounds(ledger, watch) == 0
    fund(ledger, "One", 20_000)
    pay(ledger, "One", receivable, 20_000)
    assert rounds(ledger, watch) == 1 and ledger.cash_of(ledger.people["Bank"].account) == 20_000
    ledger.jump(due - HOUR)
    assert rounds(ledger, watch) == 0
    ledger.jump(due + 1)
    assert rounds(ledger, watch) == 1 and watch.fired(deal) == [True, True]
    assert ledger.cash_of(ledger.people["Bank"].account) == 50_000
    assert ledger.cash_of(ledger.people["Supplier"].account) == 20_000


def test_offers_and_disputes_that_ran_out_are_lapsed(ledger: Ledger, watch: Watch) -> None:
    due = ledger.now() + 30 * DAY
    receivable = issued(ledger, "One", 60_000, due)
    ends = ledger.now() + 5 * DAY
    offered = OfferRange(token_id(receivable, 0), 0, 20_000, ledger.people["Guarantor"].account, b"r" * 32, ends)
    ledger.act("Supplier", offered)
    ledger.act("One", DisputeReceivable(receivable, 1, b"d" * 32))
    until = ledger.view("ReceivableEndings", "disputeOf", receivable)[3]
    ledger.jump(ends - HOUR)
    assert rounds(ledger, watch) == 0
    ledger.jump(ends + 1)
    assert rounds(ledger, watch) == 1 and watch.fired(token_id(receivable, 0)) == [True]
    ledger.jump(max(until, ledger.now()) + 1)
    assert rounds(ledger, watch) == 1 and watch.fired(receivable) == [True]
