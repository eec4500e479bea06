"""The ruler and its neighbours: what ranges are owed and draw, in hand-checked numbers and for any partition."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import ranges
from ledger.domain.ranges import Drawn, Payment, Range, RangeError


def _paid(face: int, *amounts: tuple[int, int]) -> list[Payment]:
    owed, payments = face, []
    for principal, interest in amounts:
        payments.append(Payment(principal, interest, owed))
        owed -= principal
    return payments


@st.composite
def _lives(draw: st.DrawFn) -> tuple[int, list[Payment], list[Range]]:
    face = draw(st.integers(1, 2**63 - 1) | st.integers(1, 300))
    amounts, owed = [], face
    for _ in range(draw(st.integers(0, 12))):
        if owed == 0:
            break
        principal = draw(st.integers(0, owed))
        amounts.append((principal, draw(st.integers(0, 2**40))))
        owed -= principal
    cuts = sorted(draw(st.sets(st.integers(1, face - 1), max_size=12))) if face > 1 else []
    bounds = [0, *cuts, face]
    return face, _paid(face, *amounts), [Range(a, b) for a, b in itertools.pairwise(bounds)]


def test_ten_units_paid_in_two_parts_give_out_what_was_paid() -> None:
    """On the running total, floor(e*P/F) - floor(s*P/F) would pay ten unit pieces 8 for 6 (design.md section 3)."""
    units = [Range(i, i + 1) for i in range(10)]
    first, second = _paid(10, (5, 0)), _paid(10, (5, 0), (1, 0))
    assert sum(ranges.drawn(first, unit).principal for unit in units) == 5
    assert sum(ranges.drawn(second, unit, cursor=1).principal for unit in units) == 1


def test_hand_checked_thirds() -> None:
    payments = _paid(100, (50, 0), (25, 7))
    thirds = [Range(0, 33), Range(33, 66), Range(66, 100)]
    # O_1: 33 -> 17, 66 -> 33, 100 -> 50; O_2: 17 -> 9, 33 -> 17, 50 -> 25; interest on O_1: floor(17*7/50) = 2, floor(33*7/50) = 4, 7.
    assert [ranges.owed(payments, third) for third in thirds] == [9, 8, 8]
    assert [ranges.drawn(payments, third) for third in thirds] == [Drawn(24, 2), Drawn(25, 2), Drawn(26, 3)]


@given(_lives())
def test_shares_of_any_partition_add_up_to_each_payment(life: tuple[int, list[Payment], list[Range]]) -> None:
    _, payments, parts = life
    for number, payment in enumerate(payments, 1):
        shares = [ranges.drawn(payments[:number], part, number - 1) for part in parts]
        assert sum(share.principal for share in shares) == payment.principal
        assert sum(share.interest for share in shares) == payment.interest
        assert all(share.principal >= 0 and share.interest >= 0 for share in shares)


@given(_lives())
def test_nobody_exceeds_his_range_and_full_payment_leaves_nobody_short(life: tuple[int, list[Payment], list[Range]]) -> None:
    face, payments, parts = life
    closed = sum(payment.principal for payment in payments) == face
    for part in parts:
        principal = ranges.drawn(payments, part).principal
        assert principal + ranges.owed(payments, part) == part.length
        assert principal <= part.length
        assert not closed or principal == part.length


@given(_lives(), st.integers(0, 12))
def test_drawing_in_any_steps_yields_the_same(life: tuple[int, list[Payment], list[Range]], cursor: int) -> None:
    _, payments, parts = life
    for part in parts:
        early = ranges.drawn(payments[:cursor], part)
        late = ranges.drawn(payments, part, cursor)
        assert Drawn(early.principal + late.principal, early.interest + late.interest) == ranges.drawn(payments, part)


@given(_lives())
def test_a_piece_is_off_true_pro_rata_by_less_than_the_number_of_payments(life: tuple[int, list[Payment], list[Range]]) -> None:
    face, payments, parts = life
    paid = sum(payment.principal for payment in payments)
    for part in parts:
        assert abs(ranges.drawn(payments, part).principal * face - part.length * paid) <= len(payments) * face


def test_cut_head_middle_tail_and_whole() -> None:
    source = Range(5, 15)
    assert ranges.cut(source, 5, 8) == [Range(5, 8), Range(8, 15)]
    assert ranges.cut(source, 7, 9) == [Range(5, 7), Range(7, 9), Range(9, 15)]
    assert ranges.cut(source, 12, 15) == [Range(5, 12), Range(12, 15)]
    assert ranges.cut(source, 5, 15) == [source]


@pytest.mark.parametrize(("start", "end"), [(5, 5), (15, 15), (4, 8), (12, 16), (9, 7)])
def test_cut_refuses_empty_and_outside(start: int, end: int) -> None:
    with pytest.raises(RangeError):
        ranges.cut(Range(5, 15), start, end)


def test_join_takes_the_left_neighbour_only() -> None:
    assert ranges.joined(Range(0, 4), Range(4, 9)) == Range(0, 9)
    with pytest.raises(RangeError, match="right neighbour"):
        ranges.joined(Range(0, 4), Range(5, 9))


@pytest.mark.parametrize(
    ("parts", "complete"),
    [
        ([Range(0, 4), Range(4, 10)], True),
        ([Range(4, 10), Range(0, 4)], True),
        ([Range(0, 4), Range(5, 10)], False),
        ([Range(0, 5), Range(4, 10)], False),
        ([Range(0, 4), Range(4, 9)], False),
        ([], False),
    ],
)
def test_tile(parts: list[Range], complete: bool) -> None:
    assert ranges.tile(parts, 10) is complete


@pytest.mark.parametrize(
    ("time", "grace", "days"),
    [(100, 0, 0), (101, 0, 1), (100 + 86_400, 0, 1), (101 + 86_400, 0, 2), (100 + 86_400, 86_400, 0), (101 + 86_400, 86_400, 2)],
)
def test_days_late_begin_after_the_due_second_and_run_from_it_once_grace_is_missed(time: int, grace: int, days: int) -> None:
    assert ranges.late_days(100, grace, time) == days


def test_interest_of_thirty_days_is_rounded_once() -> None:
    """1,000 units at 0.05 % a day: with daily floors 0, of the money-days 15."""
    assert sum(ranges.late_interest(1_000, 5, 10_000) for _ in range(30)) == 0
    assert ranges.late_interest(30 * 1_000, 5, 10_000) == 15


def test_least_distribution_is_a_256th_of_the_face_exactly() -> None:
    assert not ranges.is_distributed_at_once(3, 1_000, 0)
    assert ranges.is_distributed_at_once(4, 1_000, 0)
    assert ranges.is_distributed_at_once(1, 10, 0)
    assert not ranges.is_distributed_at_once(999, 1_000, ranges.FREE_PAYMENTS)


def test_what_waits_goes_out_after_thirty_days_and_yearly_after_a_thousand_payments() -> None:
    assert ranges.wait_until(50, 999) == 50 + 30 * 86_400
    assert ranges.wait_until(50, 1_000) == 50 + 365 * 86_400


@pytest.mark.parametrize(("principal", "interest", "before"), [(1, 0, 0), (11, 0, 10), (-1, 0, 10), (1, -1, 10)])
def test_impossible_payments_are_refused(principal: int, interest: int, before: int) -> None:
    with pytest.raises(RangeError):
        Payment(principal, interest, before)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 2), (0, 2**63)])
def test_impossible_ranges_are_refused(start: int, end: int) -> None:
    with pytest.raises(RangeError):
        Range(start, end)


# --- Retirement and shares ---


@st.composite
def _lives_with_retirements(draw: st.DrawFn) -> tuple[list[Range], list[ranges.Step], list[Range]]:
    """Parts that live, steps, and parts that retired, in lives of payments and retirements mixed."""
    face, _, live = draw(_lives())
    steps: list[ranges.Step] = []
    gone: list[Range] = []
    for _ in range(draw(st.integers(0, 10))):
        owed = ranges.owed_until(steps, face)
        index = draw(st.integers(0, 2 * len(live)))
        leaves = live[index] if index < len(live) else None
        if owed == 0:
            break
        if leaves is None:
            steps.append(Payment(draw(st.integers(0, owed)), draw(st.integers(0, 2**40)), owed))
        elif ranges.owed(steps, leaves):
            steps.append(ranges.retirement(steps, leaves, owed))
            live.remove(leaves)
            gone.append(leaves)
    return live, steps, gone


@given(_lives_with_retirements())
def test_each_payment_falls_to_live_ranges_exactly_however_many_retired(life: tuple[list[Range], list[ranges.Step], list[Range]]) -> None:
    live, steps, gone = life
    for number, step in enumerate(steps, 1):
        shares = [ranges.drawn(steps[:number], part, number - 1) for part in live + gone]
        paid = step.principal if isinstance(step, Payment) else 0
        assert sum(share.principal for share in shares) == paid
        assert all(share.principal >= 0 and share.interest >= 0 for share in shares)
    assert all(ranges.owed(steps, part) == 0 for part in gone)
    assert sum(ranges.owed(steps, part) for part in live) == ranges.owed_until(steps, max(part.end for part in live + gone))


@pytest.mark.parametrize(("low", "high", "owed"), [(5, 5, 10), (6, 5, 10), (0, 11, 10), (-1, 5, 10)])
def test_an_impossible_retirement_is_refused(low: int, high: int, owed: int) -> None:
    with pytest.raises(RangeError):
        ranges.Retirement(low, high, owed)


@given(st.lists(st.integers(0, 2**63), max_size=8), st.integers(0, 2**66))
def test_shares_give_out_all_and_nobody_more_than_its_due(dues: list[int], amount: int) -> None:
    amount = min(amount, sum(dues))
    shares = ranges.shares(amount, dues)
    assert sum(shares) == amount
    assert all(0 <= share <= due for share, due in zip(shares, dues, strict=True))
