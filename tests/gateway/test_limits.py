"""Token buckets against a model, and who is one address."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import limits
from gateway.limits import Buckets, TooMany, neighbourhood


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=80), st.integers(1, 5), st.integers(1, 6))
def test_it_lets_pass_what_a_bucket_in_whole_tenths_does(asked: list[tuple[str, int]], rate: int, burst: int) -> None:
    """The model counts tenths of a token in integers: it fills `rate` of them in a tenth of a second, up to ten times `burst`."""
    clock = Clock()
    found, model, tenths = Buckets(rate, burst, clock), dict[str, tuple[int, int]](), 0
    for name, pause in asked:
        tenths += pause
        clock.now = tenths / 10
        level, at = model.get(name, (10 * burst, tenths))
        level = min(10 * burst, level + rate * (tenths - at))
        passes = level >= 10
        model[name] = (level - 10 if passes else level, tenths)
        wait = found.take(name)
        # At the very edge a float may be off by its last bit.
        if level % 10 or level == 0 or level >= 20:
            assert (wait < 1e-9) is passes
        if not passes and wait:
            assert wait == pytest.approx((10 - level) / (10 * rate))


def test_no_rate_is_no_limit_and_keeps_nothing_in_mind() -> None:
    found = Buckets(0, 0)
    assert [found.take("a") for _ in range(1_000)] == [0.0] * 1_000


def test_what_was_given_back_is_there_again() -> None:
    found = Buckets(1, 1, Clock())
    assert found.take("a") == 0 and found.take("a") == 1
    found.give_back("a")
    assert found.take("a") == 0


def test_only_so_many_are_kept_in_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KNOWN", 100)
    found = Buckets(1, 1, Clock())
    for number in range(1_000):
        found.take(str(number))
    assert len(found._held) == 100
    assert found.take("999") > 0 and found.take("1") == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False), ("2001:db8::1", "2001:db8::ffff:1", True), ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True), ("", "", True), ("somewhere", "elsewhere", False),
    ],
)  # fmt: skip
def test_an_address_is_one_subscriber(one: str, other: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is same


def test_the_answer_says_in_whole_seconds_when_to_ask_again() -> None:
    told = [TooMany("x", seconds).retry_after for seconds in (0.0, 0.2, 1.0, 1.1, 59.9)]
    assert told == [1, 1, 1, 2, 60] and TooMany("x", 3).body()["status"] == 429
