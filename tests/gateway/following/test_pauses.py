"""When what failed is sent again."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.following.pauses import MOST_ATTEMPTS, MOST_RETRY_AFTER, SCHEDULE, is_over, pause


@given(attempts=st.integers(1, 40), asked=st.none() | st.integers(0, 10**9), seed=st.integers())
def test_a_pause_is_its_schedules_give_or_take_a_fifth_and_no_shorter_than_asked(attempts: int, asked: int | None, seed: int) -> None:
    usual, found = SCHEDULE[min(attempts, len(SCHEDULE)) - 1], pause(attempts, asked, Random(seed))
    assert found >= min(asked or 0, MOST_RETRY_AFTER)
    assert 0.8 * usual <= found <= max(1.2 * usual, MOST_RETRY_AFTER if asked else 0)


def test_pauses_differ() -> None:
    random = Random(1)
    assert len({pause(3, None, random) for _ in range(20)}) == 20


@pytest.mark.parametrize(("attempts", "over"), [(1, False), (MOST_ATTEMPTS - 1, False), (MOST_ATTEMPTS, True)])
def test_it_is_over_after_the_last(attempts: int, over: bool) -> None:
    assert is_over(attempts) is over


def test_a_receiver_may_be_away_for_two_days() -> None:
    assert sum(SCHEDULE) * 0.8 > 40 * 3_600 and list(SCHEDULE) == sorted(SCHEDULE)
