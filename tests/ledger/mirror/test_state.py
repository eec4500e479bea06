"""Changes in memory: versions born, ended, and both within one batch."""

from typing import Any

import pytest

from ledger.mirror.models import ACT, MEMBER_KEY, RELAYER, Act, MemberKey, Relayer
from ledger.mirror.state import AnyProjection, FoldError, Key, Nothing, State

KEY, ACCOUNT = b"k" * 20, b"a" * 20


class _Stored(Nothing):
    """A database with one key."""

    def __init__(self) -> None:
        self.reads = 0

    def live(self, projection: AnyProjection, key: Key, /) -> tuple[Any, ...] | None:
        self.reads += 1
        return (KEY, ACCOUNT, 1, 0, 10, None) if projection is MEMBER_KEY and key == (KEY,) else None

    def highest(self, _projection: AnyProjection, _column: str, /) -> int:
        return 41


def _state(pos: int) -> State:
    state = State(_Stored())
    state.pos = pos
    return state


def test_a_change_ends_the_stored_version_and_bears_its_successor() -> None:
    state = _state(20)
    state.change(MEMBER_KEY, (KEY,), roles=2)
    assert state.closed == {MEMBER_KEY: [(20, KEY)]}
    assert state.born[MEMBER_KEY] == [MemberKey(KEY, ACCOUNT, 2, 0, 20, None)]


def test_versions_born_and_ended_in_one_batch_are_written_once() -> None:
    state = _state(20)
    state.change(MEMBER_KEY, (KEY,), roles=2)
    state.pos = 21
    state.change(MEMBER_KEY, (KEY,), roles=3)
    state.pos = 22
    state.close(MEMBER_KEY, (KEY,))
    assert state.closed == {MEMBER_KEY: [(20, KEY)]}
    assert state.born[MEMBER_KEY] == [MemberKey(KEY, ACCOUNT, 2, 0, 20, 21), MemberKey(KEY, ACCOUNT, 3, 0, 21, 22)]
    assert state.get(MEMBER_KEY, (KEY,)) is None


def test_a_version_ended_by_the_event_that_bore_it_is_never_written() -> None:
    state = _state(20)
    state.change(MEMBER_KEY, (KEY,), roles=2)
    state.change(MEMBER_KEY, (KEY,), roles=3)
    assert state.born[MEMBER_KEY] == [MemberKey(KEY, ACCOUNT, 3, 0, 20, None)]
    state.close(MEMBER_KEY, (KEY,))
    assert state.born[MEMBER_KEY] == []


def test_no_change_writes_nothing() -> None:
    state = _state(20)
    state.put(MEMBER_KEY, MemberKey(KEY, ACCOUNT, 1, 0))
    assert state.closed == {} and state.born == {}


def test_a_new_key_is_opened_without_a_read_and_only_once() -> None:
    reader = _Stored()
    state = State(reader)
    state.open(RELAYER, Relayer(KEY))
    assert reader.reads == 0
    with pytest.raises(FoldError, match="relayer has a live row"):
        state.open(RELAYER, Relayer(KEY))


def test_what_is_missing_is_named() -> None:
    state = _state(7)
    with pytest.raises(FoldError, match=r"relayer has no live row .*6b6b.* at position 7"):
        state.close(RELAYER, (KEY,))
    with pytest.raises(FoldError, match="relayer"):
        state.need(RELAYER, (KEY,))


def test_rows_are_read_once_and_again_after_forgetting() -> None:
    reader = _Stored()
    state = State(reader)
    for _ in range(3):
        state.get(MEMBER_KEY, (KEY,))
    assert reader.reads == 1
    state.take()
    state.get(MEMBER_KEY, (KEY,))
    assert reader.reads == 1
    state.forget()
    state.get(MEMBER_KEY, (KEY,))
    assert reader.reads == 2


def test_numbers_go_on_from_the_highest_stored() -> None:
    state = _state(1)
    assert [state.next_number(ACT, "pos"), state.next_number(ACT, "pos")] == [42, 43]
    state.forget()
    assert state.next_number(ACT, "pos") == 42


def test_after_a_commit_the_changes_are_gone_and_the_rows_are_known() -> None:
    state = _state(20)
    state.change(MEMBER_KEY, (KEY,), roles=2)
    state.add(ACT, Act(ACCOUNT, b"1" * 32, 20, 0, 1, None, None, None, None))
    state.take()
    assert state.born == {} and state.closed == {}
    state.pos = 30
    state.change(MEMBER_KEY, (KEY,), roles=4)
    assert state.closed == {MEMBER_KEY: [(30, KEY)]}
    assert state.born[MEMBER_KEY] == [MemberKey(KEY, ACCOUNT, 4, 0, 30, None)]


def test_rows_that_nobody_touched_lately_are_let_go_and_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.mirror.state._KEPT", 2)
    reader = _Stored()
    state = State(reader)
    state.get(MEMBER_KEY, (KEY,))
    for at in range(3):
        state.open(RELAYER, Relayer(bytes([at]) * 20))
    state.take()
    assert state.get(MEMBER_KEY, (KEY,)) is not None and reader.reads == 1
    for at in range(3, 9):
        state.open(RELAYER, Relayer(bytes([at]) * 20))
        state.take()
    assert state.get(MEMBER_KEY, (KEY,)) is not None and reader.reads == 2


def test_a_row_that_is_kept_from_before_is_not_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.mirror.state._KEPT", 0)
    state = _state(1)
    state.open(RELAYER, Relayer(KEY))
    state.take()
    with pytest.raises(FoldError, match="relayer has a live row"):
        state.open(RELAYER, Relayer(KEY))
