"""The model of registers of pledges by itself: the cases that decide rank and liveness, told one by one."""

import pytest

from ledger.domain.registers import Effect, State
from tests.model.pledges import TAKES, Refused, Registers, Rules, Target

SINGLE, SEVERAL = 1, 2
DAY = 86_400


@pytest.fixture
def model() -> Registers:
    return Registers({SINGLE: Rules(True, False, 60 * DAY), SEVERAL: Rules(False, True, 60 * DAY)}, now=1_000_000)


def granted(model: Registers, *keys: str, register: int = SINGLE, ends: int = 0) -> int:
    """A pledge that is filed, accepted and registered; a second passes."""
    number = model.file(register, keys, ends)
    model.accept(number)
    model.register(number)
    model.now += 1
    return number


def refused(error: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{error}$")


def test_a_right_takes_one_pledge_or_several_in_their_order(model: Registers) -> None:
    granted(model, "A")
    number = model.file(SINGLE, ("A", "B"))
    with refused("AssetTaken"):
        model.accept(number)
    first, second = (granted(model, "X", register=SEVERAL) for _ in range(2))
    assert model.order("X") == [first, second]


def test_a_supplement_ranks_by_its_own_time(model: Registers) -> None:
    first = granted(model, "X", register=SEVERAL)
    second = granted(model, "Y", register=SEVERAL)
    model.now += 1
    model.supplement(first, ("Y",))
    assert (model.order("X"), model.order("Y")) == ([first], [second, first])


def test_a_refinancing_keeps_time_and_place(model: Registers) -> None:
    first = granted(model, "X", register=SEVERAL)
    second = granted(model, "X", register=SEVERAL)
    made = model.refinance(first, "newcomer", 0)
    assert model.order("X") == [made, second]
    assert (model.pledges[made].sequence, model.pledges[made].effective) == (first, model.pledges[first].effective)
    assert model.pledges[first].state is State.ENDED
    # Undone, the segments come back by the list that had moved; not while the new one lives.
    with refused("SegmentsIncomplete"):
        model.restore(first, 0, ())
    with refused("SegmentNotOfPledge"):
        model.restore(first, 0, (1,))
    model.release(made)
    model.restore(first, 0, (1,))
    assert model.order("X") == [first, second]


def test_of_two_filings_the_earlier_one_takes_what_the_later_one_claimed_first(model: Registers) -> None:
    earlier, later = model.file(SINGLE, ("A",)), model.file(SINGLE, ("A", "B"))
    model.accept(later)
    with refused("AssetTaken"):
        model.accept(earlier)
    model.contest(earlier, later, "A")
    with refused("PledgeContested"):
        model.register(later)
    model.accept(earlier)
    with refused("ClaimDisplaced"):
        model.register(later)
    model.register(earlier)
    # What the displaced one had claimed beside is free again, and so is it once the earlier one failed.
    granted(model, "B")
    model.close(later, State.REFUSED)
    model.reconsider(later)
    with refused("AssetTaken"):
        model.accept(later)


def test_a_contest_that_comes_to_nothing_holds_nobody_up(model: Registers) -> None:
    earlier, later = model.file(SINGLE, ("A",)), model.file(SINGLE, ("A",))
    model.accept(later)
    model.contest(earlier, later, "A")
    model.close(earlier, State.WITHDRAWN)
    model.register(later)
    assert model.order("A") == [later]


def test_a_reservation_and_an_entry_end_by_themselves(model: Registers) -> None:
    claimed = model.file(SINGLE, ("A",))
    model.accept(claimed)
    model.now += 60 * DAY
    other = model.file(SINGLE, ("A",))
    with refused("AssetTaken"):
        model.accept(other)
    model.now += 1
    with refused("ReservationEnded"):
        model.register(claimed)
    lapsing = granted(model, "A", ends=model.now + 10)
    assert model.order("A") == [lapsing]
    model.now = model.pledges[lapsing].expires + 1
    assert model.order("A") == []
    granted(model, "A")


def test_a_restored_pledge_whose_right_another_took_is_in_conflict_until_one_is_left(model: Registers) -> None:
    first = granted(model, "A", "B")
    model.release(first)
    second = granted(model, "A")
    model.restore(first, 0, ())
    assert model.pledges[first].state is State.RESTORING
    assert model.order("A") == [second]
    model.restore_segment(first, 1)
    assert model.order("A") == [first, second] and model.conflicts == {"A"}
    filed = model.file(SINGLE, ("A",))
    with refused("AssetBarred"):
        model.accept(filed)
    with refused("StillInConflict"):
        model.settle(first, "A")
    model.release(second)
    with refused("AssetBarred"):
        model.accept(filed)
    model.settle(first, "A")
    # The one that is left holds the right, though another one took it last.
    with refused("AssetTaken"):
        model.accept(filed)
    model.check()


def test_a_pledge_that_ended_has_reserved_nothing_though_its_end_is_undone(model: Registers) -> None:
    pledge = granted(model, "A")
    model.reserve(pledge, ("B",))
    model.release(pledge)
    granted(model, "B")
    model.restore(pledge, 0, ())
    model.restore_segment(pledge, 1)
    with refused("SegmentNotOfPledge"):
        model.add_reserved(pledge, 2)
    model.check()


def test_an_old_claim_is_no_reservation(model: Registers) -> None:
    pledge = model.file(SINGLE, ("A",))
    model.accept(pledge)
    model.close(pledge, State.REFUSED)
    model.reconsider(pledge)
    model.accept(pledge)
    model.register(pledge)
    with refused("SegmentNotOfPledge"):
        model.add_reserved(pledge, 1)


def test_one_right_under_two_numbers_is_one(model: Registers) -> None:
    granted(model, "A")
    granted(model, "B")
    model.join(SINGLE, "B", "A")
    assert model.conflicts == {"A"} and model.order("A") == [1, 2]
    with refused("NotJoinable"):
        model.join(SINGLE, "B", "C")
    model.join(SINGLE, "C", "D")
    both = model.file(SINGLE, ("C", "D"))
    with refused("AssetTaken"):
        model.accept(both)


def test_two_claims_of_one_right_under_two_numbers_both_give_way(model: Registers) -> None:
    first, second = model.file(SINGLE, ("A",)), model.file(SINGLE, ("B",))
    model.accept(first)
    model.accept(second)
    model.join(SINGLE, "B", "A")
    for number in (first, second):
        with refused("ClaimDisplaced"):
            model.register(number)
    granted(model, "B")


@pytest.mark.parametrize(("bars", "held"), [(TAKES, True), (Effect.END_LEAVES, False)])
def test_a_hold_on_a_right_voids_claims_if_it_bars_new_links(model: Registers, bars: Effect, held: bool) -> None:
    pledge = model.file(SINGLE, ("A",))
    model.accept(pledge)
    model.hold(Target.ASSET, "A", bars, 0)
    assert model.pledges[pledge].displaced == held


def test_a_hold_bars_what_it_says_until_its_end_and_no_order(model: Registers) -> None:
    pledge = granted(model, "A")
    hold = model.hold(Target.PLEDGE, pledge, Effect.END_ALL, model.now + DAY)
    assert hold == 0
    with refused("HeldBy"):
        model.release(pledge)
    model.set_end(pledge, 0)
    model.now += DAY + 1
    model.hold(Target.CLAIM, pledge, Effect.END_ALL, 0)
    with refused("HeldBy"):
        model.release(pledge)
    model.end_by_order(pledge)
    assert model.pledges[pledge].state is State.ENDED


def test_holds_go_with_the_number(model: Registers) -> None:
    model.hold(Target.ASSET, "B", TAKES, 0)
    model.join(SINGLE, "B", "A")
    filed = model.file(SINGLE, ("A",))
    with refused("HeldBy"):
        model.accept(filed)


def test_released_rights_live_again_beside_who_took_them(model: Registers) -> None:
    first = granted(model, "A", "B")
    model.release_leaves(first, 1, {0})
    second = granted(model, "A")
    model.restore_leaves(first, 1, {0})
    assert model.order("A") == [first, second] and model.conflicts == {"A"}
    assert model.order("B") == [first]
