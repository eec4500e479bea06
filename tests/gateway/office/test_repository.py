"""One member's office: what is another's is not there, and what was kept stays."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.office.models import AUDIT, DEPENDENCY
from gateway.office.repository import AddedAct, Office
from gateway.outbox.states import State
from ledger.mirror.database import Database
from ledger.mirror.schema import word
from tests.gateway.rows import ALICE, BOB, CAROL, act, call, keep


def seen(office: Database, member: bytes, look: Callable[[Office], object]) -> object:
    """What a member sees."""
    with office.read() as conn:
        return look(Office(conn, member))


def test_a_query_for_another_member_finds_nothing(office: Database) -> None:
    keep(office, act(ALICE, 7))
    with office.write() as conn:
        Office(conn, ALICE).add_content(b"r" * 32, b"s" * 32, "a/1", b"{}")
        Office(conn, ALICE).add_call(call(ALICE, "k"))
    looks: list[Callable[[Office], object]] = [
        lambda mine: mine.act(7),
        lambda mine: mine.acts().rows,
        lambda mine: mine.acts(state=State.QUEUED).rows,
        lambda mine: mine.to_sign().rows,
        lambda mine: mine.involved(ALICE, 7),
        lambda mine: mine.signatures(7),
        lambda mine: mine.history(7),
        lambda mine: mine.content(b"r" * 32),
        lambda mine: mine.call("relay", "k"),
        lambda mine: mine.calls([call(ALICE, "k").call_id]),
    ]
    for look in looks:
        assert not seen(office, BOB, look)
    assert [bool(seen(office, ALICE, look)) for look in looks] == [True, True, True, False, *[True] * 6]


def test_a_row_of_another_member_is_not_kept(office: Database) -> None:
    with office.write() as conn:
        with pytest.raises(ValueError, match="in the repository of"):
            Office(conn, BOB).add_acts([AddedAct(act(ALICE, 1), ())])
        with pytest.raises(ValueError, match="in the repository of"):
            Office(conn, BOB).add_call(call(ALICE, "k"))


def test_a_co_signer_sees_the_act_until_it_has_signed_and_only_that_one(office: Database) -> None:
    keep(office, act(ALICE, 1, State.GATHERING, others=[BOB]), others=[BOB], signed=False)
    keep(office, act(ALICE, 2))
    assert [each.id for each in seen(office, BOB, lambda mine: mine.to_sign().rows)] == [1]  # type: ignore[attr-defined]
    assert seen(office, BOB, lambda mine: mine.involved(ALICE, 1)) is not None
    assert seen(office, BOB, lambda mine: mine.involved(ALICE, 2)) is None
    assert seen(office, CAROL, lambda mine: mine.involved(ALICE, 1)) is None
    assert seen(office, ALICE, lambda mine: mine.to_sign().rows) == []


def test_an_act_is_read_back_as_it_was_kept(office: Database) -> None:
    row = keep(office, act(ALICE, 9, others=[BOB]), others=[BOB])
    assert seen(office, ALICE, lambda mine: mine.act(9)) == row
    signers = seen(office, ALICE, lambda mine: mine.signatures(9))
    assert [(each.position, each.signer, each.sig is not None) for each in signers] == [(0, ALICE, True), (1, BOB, True)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("state", "path"),
    [
        (State.GATHERING, ["gathering"]),
        (State.READY, ["gathering", "ready"]),
        (State.QUEUED, ["gathering", "ready", "queued"]),
        (State.MINED, ["mined"]),
        (State.FINAL, ["final"]),
        (State.REFUSED, ["refused"]),
        (State.VOIDED, ["voided"]),
    ],
)
def test_the_history_begins_with_every_state_that_was_passed(office: Database, state: State, path: list[str]) -> None:
    keep(office, act(ALICE, 1, state))
    steps = seen(office, ALICE, lambda mine: mine.history(1))
    assert [step.state for step in steps] == path  # type: ignore[attr-defined]
    assert all(step.at > 1_700_000_000_000 for step in steps)  # type: ignore[attr-defined]


def test_an_id_and_a_key_are_taken_once(office: Database) -> None:
    keep(office, act(ALICE, 1))
    with pytest.raises(IntegrityError):
        keep(office, act(ALICE, 1))
    with pytest.raises(IntegrityError):
        keep(office, act(ALICE, 2)._replace(idem_key="key 1"))
    keep(office, act(BOB, 1))
    assert len(seen(office, ALICE, lambda mine: mine.acts().rows)) == 1  # type: ignore[arg-type]


def test_what_must_go_first_is_kept_once(office: Database) -> None:
    keep(office, act(ALICE, 1))
    keep(office, act(ALICE, 2), after=[(ALICE, word(1)), (ALICE, word(1))])
    with office.read() as conn:
        assert [tuple(row) for row in conn.execute(select(DEPENDENCY))] == [(ALICE, word(2), ALICE, word(1))]


def test_pages_hold_every_act_once_newest_first(office: Database) -> None:
    for number in range(7):
        keep(office, act(ALICE, number))
    found: list[int] = []
    after = None
    while True:
        with office.read() as conn:
            page = Office(conn, ALICE).acts(limit=3, after=after)
        found += [each.id for each in page.rows]
        after = page.next
        if after is None:
            break
    assert found == [6, 5, 4, 3, 2, 1, 0]


def test_the_same_document_is_kept_once_and_belongs_to_its_member(office: Database) -> None:
    with office.write() as conn:
        for _ in range(2):
            Office(conn, ALICE).add_content(b"r" * 32, b"s" * 32, "a/1", b"{}")
        Office(conn, BOB).add_content(b"r" * 32, b"t" * 32, "a/1", b"[]")
    assert seen(office, ALICE, lambda mine: mine.content(b"r" * 32).bytes) == b"{}"  # type: ignore[union-attr]
    assert seen(office, BOB, lambda mine: mine.content(b"r" * 32).bytes) == b"[]"  # type: ignore[union-attr]


def test_a_calls_key_is_its_members_and_its_purposes_own(office: Database) -> None:
    with office.write() as conn:
        assert Office(conn, ALICE).add_call(call(ALICE, "k")) is True
        assert Office(conn, ALICE).add_call(call(ALICE, "k")) is False
        assert Office(conn, BOB).add_call(call(BOB, "k")) is True
        other = call(ALICE, "k", "council")._replace(call_id=b"o" * 32)
        assert Office(conn, ALICE).add_call(other) is True


def test_audit_lines_say_who_did_what_to_which_record(office: Database) -> None:
    with office.write() as conn:
        Office(conn, ALICE).audit("key-1", "act Move", "7", "queued")
    with office.read() as conn:
        (line,) = conn.execute(select(AUDIT))
    assert (line.subject, line.member_id, line.action, line.record, line.outcome) == ("key-1", ALICE, "act Move", "7", "queued")
