"""The life of an act over every (state, what the chain says), against the rules of the outbox."""

from itertools import product

import pytest

from gateway.outbox.states import ENDS, FAILED, GONE, LEGAL, OPEN, IllegalStep, Seen, Spent, State, is_past, judge, step
from ledger.mirror.models import Outcome

DEADLINE = 1_000
FINAL = 50
SPENT_BY = {Outcome.DONE: State.FINAL, Outcome.REFUSED: State.REFUSED, Outcome.VOIDED: State.VOIDED}
SPENTS = [None, *(Spent(outcome, block) for outcome in SPENT_BY for block in (FINAL - 1, FINAL, FINAL + 1))]
TIMES = [None, DEADLINE - 1, DEADLINE, DEADLINE + 1]
FLAGS = (False, True)
SEENS = [Seen(spent, FINAL, time, *flags) for spent, time, flags in product(SPENTS, TIMES, product(FLAGS, FLAGS, FLAGS))]
CASES = list(product(State, SEENS))


def late(seen: Seen) -> bool:
    return seen.final_time is not None and seen.final_time > DEADLINE


def test_the_cases_are_all_there() -> None:
    assert len(CASES) == len(State) * 10 * 4 * 8


def test_every_state_is_open_or_an_end() -> None:
    assert set(State) == OPEN | ENDS and not OPEN & ENDS
    assert set(LEGAL) == set(State)
    assert set(State) >= GONE | FAILED and not GONE & FAILED


def test_every_judgement_is_a_legal_step() -> None:
    for state, seen in CASES:
        after = judge(state, DEADLINE, seen)
        assert step(state, after) is after


def test_a_judgement_settles() -> None:
    for state, seen in CASES:
        chain = [state]
        while (after := judge(chain[-1], DEADLINE, seen)) is not chain[-1]:
            chain.append(after)
            assert len(chain) <= 4, f"{chain} goes on for ever"


def settled(state: State, seen: Seen) -> State:
    """Where an act comes to rest."""
    while (after := judge(state, DEADLINE, seen)) is not state:
        state = after
    return state


def test_a_spent_id_decides_over_everything_else() -> None:
    for state, seen in CASES:
        if seen.spent is not None:
            expected = SPENT_BY[seen.spent.outcome] if seen.spent.block <= FINAL else State.MINED
            assert settled(state, seen) is expected


def test_an_act_that_ended_otherwise_on_another_branch_is_taken_back_first() -> None:
    refused = Seen(Spent(Outcome.REFUSED, FINAL), FINAL, None)
    assert judge(State.FINAL, DEADLINE, refused) is State.MINED and settled(State.FINAL, refused) is State.REFUSED


def test_nothing_is_over_before_its_block_is_final_or_its_deadline_has_passed() -> None:
    for state, seen in CASES:
        after = judge(state, DEADLINE, seen)
        if after in ENDS and state not in ENDS:
            assert (seen.spent is not None and seen.spent.block <= FINAL) or late(seen)


def test_the_deadline_itself_is_still_in_time() -> None:
    assert judge(State.SENT, DEADLINE, Seen(None, FINAL, DEADLINE)) is State.SENT
    assert judge(State.SENT, DEADLINE, Seen(None, FINAL, DEADLINE + 1)) is State.EXPIRED


def test_what_ran_and_is_gone_is_sent_again_or_undone() -> None:
    for state, seen in CASES:
        if state in (State.MINED, State.FINAL, State.REFUSED, State.VOIDED) and seen.spent is None:
            assert judge(state, DEADLINE, seen) is (State.UNDONE if late(seen) else State.SENT)


def test_a_refused_act_never_runs_later_while_its_event_stands() -> None:
    for seen in SEENS:
        if seen.spent is not None and seen.spent.outcome is Outcome.REFUSED and seen.spent.block <= FINAL:
            assert judge(State.REFUSED, DEADLINE, seen) is State.REFUSED
    assert not {State.QUEUED, State.READY, State.GATHERING} & LEGAL[State.REFUSED]


def test_what_has_not_run_expires_with_its_deadline() -> None:
    for state in (State.GATHERING, State.READY, State.QUEUED, State.SENT):
        for seen in SEENS:
            if seen.spent is None and late(seen):
                assert judge(state, DEADLINE, seen) is State.EXPIRED


def test_lost_bytes_are_queued_and_skipped_or_hopeless_ones_wait_for_a_person() -> None:
    for state, seen in CASES:
        if seen.spent is not None or late(seen):
            continue
        after = judge(state, DEADLINE, seen)
        if state in (State.QUEUED, State.SENT) and (seen.skipped or seen.hopeless):
            assert after is State.READY
        elif state is State.SENT and seen.lost:
            assert after is State.QUEUED
        elif state in (State.GATHERING, State.READY, State.QUEUED, State.SENT, State.EXPIRED, State.UNDONE):
            assert after is state


def test_an_end_without_an_event_stays() -> None:
    for state in (State.EXPIRED, State.UNDONE):
        for seen in SEENS:
            if seen.spent is None:
                assert judge(state, DEADLINE, seen) is state


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (State.MINED, State.SENT),
        (State.SENT, State.QUEUED),
        (State.SENT, State.READY),
        (State.QUEUED, State.READY),
        (State.READY, State.QUEUED),
        (State.GATHERING, State.READY),
        (State.FINAL, State.UNDONE),
        (State.EXPIRED, State.MINED),
    ],
)
def test_steps_that_the_machine_has(before: State, after: State) -> None:
    assert step(before, after) is after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (State.GATHERING, State.QUEUED),
        (State.GATHERING, State.SENT),
        (State.READY, State.SENT),
        (State.FINAL, State.QUEUED),
        (State.REFUSED, State.READY),
        (State.EXPIRED, State.QUEUED),
        (State.UNDONE, State.SENT),
        (State.MINED, State.READY),
        (State.MINED, State.EXPIRED),
    ],
)
def test_steps_that_the_machine_lacks(before: State, after: State) -> None:
    with pytest.raises(IllegalStep, match=f"{before} can't become {after}"):
        step(before, after)


def test_no_step_is_none() -> None:
    for state in State:
        assert step(state, state) is state


def test_awaited_states_come_in_order_and_a_held_act_ends_the_wait() -> None:
    for until in ("sent", "mined", "final"):
        assert all(is_past(state, until, held=False) for state in ENDS)
        assert not any(is_past(state, until, held=False) for state in (State.GATHERING, State.READY, State.QUEUED))
        assert is_past(State.READY, until, held=True)
    assert is_past(State.SENT, "sent", held=False) and not is_past(State.SENT, "mined", held=False)
    assert is_past(State.MINED, "mined", held=False) and not is_past(State.MINED, "final", held=False)
