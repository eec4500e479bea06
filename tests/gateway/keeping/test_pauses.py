"""What was refused is left alone as long as nothing could have changed, and no longer than an hour."""

from gateway.keeping.due import Due
from gateway.keeping.pauses import FIRST_SECONDS, MOST_REMEMBERED, MOST_SECONDS, Refused, pause

EACH = Due("debit", 7, 100, (1, 2, 3))
OTHER = Due("debit", 7, 100, (1, 2, 4))


def test_each_answer_that_is_the_same_doubles_the_pause_up_to_an_hour() -> None:
    assert [pause(times) for times in (1, 2, 3, 6, 7, 60)] == [60, 120, 240, 1_920, 3_600, 3_600]
    refused, now = Refused(), 1_000
    for times in range(1, 10):
        refused.note(EACH, now, None)
        assert refused.rests(EACH, now + pause(times) - 1) and not refused.rests(EACH, now + pause(times))
        now += pause(times)
    assert pause(9) == MOST_SECONDS


def test_other_facts_wake_it_at_once_and_begin_anew() -> None:
    refused = Refused()
    for _ in range(4):
        refused.note(EACH, 1_000, None)
    assert refused.rests(EACH, 1_000) and not refused.rests(OTHER, 1_000)
    refused.note(OTHER, 1_000, None)
    assert not refused.rests(OTHER, 1_000 + FIRST_SECONDS)


def test_a_second_that_the_chain_names_is_waited_for_and_an_early_one_shortens_nothing() -> None:
    refused = Refused()
    refused.note(EACH, 1_000, 90_000)
    assert refused.rests(EACH, 89_999) and not refused.rests(EACH, 90_000)
    refused.note(OTHER, 1_000, 1_001)
    assert refused.rests(OTHER, 1_059)


def test_what_was_not_refused_is_forgotten() -> None:
    refused = Refused()
    refused.note(EACH, 1_000, None)
    refused.forget(EACH)
    assert not refused.rests(EACH, 1_000)


def test_much_that_is_over_is_dropped_and_what_still_rests_is_not() -> None:
    refused = Refused()
    for subject in range(MOST_REMEMBERED + 1):
        refused.note(Due("debit", subject, 0, (1,)), subject % 2 * 10_000, None)
    refused.tidy(5_000)
    assert refused.rests(Due("debit", 1, 0, (1,)), 5_000)
    assert len(refused._asleep) == (MOST_REMEMBERED + 1) // 2
