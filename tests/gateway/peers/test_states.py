"""The life of a message, and a model of the way between two gateways on which messages are lost, doubled, late and out of order."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.peers.states import STUCK, Seen, State, judge

FACTS = [
    Seen(receipted, refused, late, over, again)
    for receipted in (False, True)
    for refused in (False, True)
    for late in (False, True)
    for over in (False, True)
    for again in (False, True)
]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("seen", FACTS)
def test_only_a_receipt_delivers_and_nothing_undoes_it(state: State, seen: Seen) -> None:
    after = judge(state, seen)
    assert (after is State.DELIVERED) is (seen.receipted or state is State.DELIVERED)
    assert judge(after, Seen()) is after, "what is known already changes nothing"


def test_a_refused_and_a_late_one_wait_for_a_person_and_go_on_at_a_persons_word() -> None:
    for seen, stuck in ((Seen(refused=True), State.REFUSED), (Seen(late=True), State.LATE)):
        assert judge(State.WAITING, seen) is stuck in STUCK
        assert judge(stuck, Seen()) is stuck and judge(stuck, Seen(again=True)) is State.WAITING
        assert judge(stuck, Seen(receipted=True)) is State.DELIVERED
    assert judge(State.LATE, Seen(again=True, late=True)) is State.LATE, "nobody takes it any more"
    assert judge(State.REFUSED, Seen(late=True)) is State.REFUSED, "why it did not arrive stays"


class Way(RuleBasedStateMachine):
    """A sender with its messages, a recipient, and what is on the way between them: messages and receipts, in no order."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[int, State] = {}
        self.ends: dict[int, int] = {}
        self.kept: dict[int, int] = {}
        self.effects: dict[int, int] = {}
        self.out: list[int] = []
        self.back: list[int] = []
        self.now = 0

    def seen(self, number: int, seen: Seen) -> None:
        late = seen.late or self.now > self.ends[number]
        self.sent[number] = judge(self.sent[number], Seen(seen.receipted, seen.refused, late, seen.over, seen.again))

    @rule(life=st.integers(0, 6))
    def compose(self, life: int) -> None:
        number = len(self.sent)
        self.sent[number], self.ends[number] = State.WAITING, self.now + life

    @precondition(lambda self: any(state is State.WAITING for state in self.sent.values()))
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        self.out.append(data.draw(st.sampled_from([number for number, state in self.sent.items() if state is State.WAITING])))

    @precondition(lambda self: self.out)
    @rule(data=st.data(), again=st.booleans(), lost=st.booleans())
    def arrive(self, data: st.DataObject, again: bool, lost: bool) -> None:
        """A message comes, maybe not for the last time; its receipt may be lost."""
        number = data.draw(st.sampled_from(self.out))
        if not again:
            self.out.remove(number)
        if number not in self.kept:
            if self.now > self.ends[number]:
                return
            self.kept[number] = self.now
            self.effects[number] = self.effects.get(number, 0) + 1
        if not lost:
            self.back.append(number)

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.out.remove(data.draw(st.sampled_from(self.out)))

    @precondition(lambda self: self.back)
    @rule(data=st.data(), again=st.booleans())
    def receipt(self, data: st.DataObject, again: bool) -> None:
        number = data.draw(st.sampled_from(self.back))
        if not again:
            self.back.remove(number)
        self.seen(number, Seen(receipted=True))

    @rule()
    def time_passes(self) -> None:
        self.now += 1
        for number in self.sent:
            self.seen(number, Seen())

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def somebody_resends(self, data: st.DataObject) -> None:
        self.seen(data.draw(st.sampled_from(sorted(self.sent))), Seen(again=True))

    @invariant()
    def what_is_delivered_is_kept_and_has_one_effect(self) -> None:
        assert all(number in self.kept for number, state in self.sent.items() if state is State.DELIVERED)
        assert all(count == 1 for count in self.effects.values())
        assert all(at <= self.ends[number] for number, at in self.kept.items())

    @invariant()
    def nothing_is_dropped_in_silence(self) -> None:
        """What is neither delivered nor on its way to be is on a person's list."""
        for number, state in self.sent.items():
            assert state in (State.WAITING, State.DELIVERED) or state in STUCK
            assert state is not State.WAITING or self.now <= self.ends[number]

    def teardown(self) -> None:
        """The way is whole again: everything whose end has not come arrives."""
        for number, state in list(self.sent.items()):
            if state is State.WAITING:
                self.kept.setdefault(number, self.now)
                self.seen(number, Seen(receipted=True))
                assert self.sent[number] is State.DELIVERED


TestWay = Way.TestCase
