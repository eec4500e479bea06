"""Sessions of browsers in the office: what they last as long as, what ends them, and what is kept of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway import access
from gateway.access import ACT, DAY_MS, HOUR_MS, READ, Session
from gateway.config import Settings
from gateway.console.sessions import Entered, Visits
from gateway.identity import Described, Grant, Issuer, Issuers, Published
from gateway.office.database import now_ms
from gateway.office.models import API_KEY, AUDIT, CONSOLE_SESSION
from ledger.mirror.database import Database
from tests.gateway.rows import ALICE

MINUTE_MS = 60_000


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: int = field(default_factory=now_ms)

    def __call__(self) -> int:
        return self.now


@dataclass
class Opened:
    """The sessions of an office, with a key of Alice's."""

    office: Database
    visits: Visits
    clock: Clock
    text: str

    @property
    def key_id(self) -> str:
        return self.text.split("_")[1]

    def open(self, text: str | None = None, before: str | None = None) -> str:
        """Opens a session by a key, as the sign-in does."""
        with self.office.read() as conn:
            candidate = access.named(conn, text or self.text)
        assert candidate is not None
        return self.visits.open(candidate.session, candidate.opened_by(), before)

    def rows(self) -> list[Any]:
        with self.office.read() as conn:
            return list(conn.execute(select(CONSOLE_SESSION)))


@pytest.fixture
def opened(office: Database) -> Opened:
    with office.write() as conn:
        text = access.issue(conn, "alice's", ALICE, (READ, ACT), days=2)
    clock = Clock()
    settings = Settings(console_idle_minutes=15, console_hours=8, console_sessions=3)
    return Opened(office, Visits(office, Issuers([]), settings, clock), clock, text)


def found(opened: Opened, id_: str) -> Entered:
    entered = opened.visits.find(id_)
    assert entered is not None
    return entered


def test_a_session_is_that_of_the_key_that_opened_it(opened: Opened) -> None:
    entered = found(opened, opened.open())
    assert entered.session == Session(opened.key_id, ALICE, frozenset({READ, ACT}))
    assert (entered.reason, entered.expires - entered.began) == (None, 8 * HOUR_MS)


def test_of_an_id_only_its_hash_is_kept(opened: Opened) -> None:
    id_ = opened.open()
    (row,) = opened.rows()
    assert len(id_) == 43 and row.id_hash == sha256(id_.encode()).digest()
    assert id_ not in repr(tuple(row)) and opened.text.split("_")[2] not in repr(tuple(row))
    with opened.office.read() as conn:
        assert all(id_ not in repr(tuple(line)) for line in conn.execute(select(AUDIT)))


def test_no_other_id_opens_one(opened: Opened) -> None:
    id_ = opened.open()
    (row,) = opened.rows()
    assert [opened.visits.find(each) for each in ("", id_[:-1], id_ + "A", id_.swapcase(), row.id_hash.hex())] == [None] * 5
    assert found(opened, id_).id == id_


def test_a_session_that_is_used_goes_on_to_its_end_and_no_further(opened: Opened) -> None:
    id_ = opened.open()
    for _ in range(8 * 60 // 10 - 1):
        opened.clock.now += 10 * MINUTE_MS
        assert found(opened, id_).id == id_
    opened.clock.now += 10 * MINUTE_MS
    assert opened.visits.find(id_) is None and opened.rows() == []


def test_a_session_that_is_not_used_ends(opened: Opened) -> None:
    id_ = opened.open()
    opened.clock.now += 14 * MINUTE_MS
    assert found(opened, id_).id == id_
    opened.clock.now += 15 * MINUTE_MS
    assert opened.visits.find(id_) is None and opened.rows() == []


def test_no_session_outlasts_its_key(office: Database) -> None:
    with office.write() as conn:
        text = access.issue(conn, "short", ALICE, days=0)
        conn.execute(update(API_KEY).values(expires=now_ms() + HOUR_MS))
    clock = Clock()
    opened = Opened(office, Visits(office, Issuers([]), Settings(console_idle_minutes=120), clock), clock, text)
    entered = found(opened, opened.open())
    assert entered.expires == entered.session.ends and entered.expires - entered.began <= HOUR_MS
    clock.now += HOUR_MS
    assert opened.visits.find(entered.id) is None


def test_a_revoked_key_ends_its_sessions(opened: Opened) -> None:
    id_ = opened.open()
    with opened.office.write() as conn:
        assert access.revoke(conn, opened.key_id)
    assert opened.visits.find(id_) is None and opened.rows() == []


def test_a_secret_that_opens_no_more_ends_its_sessions(opened: Opened) -> None:
    old = opened.open()
    with opened.office.write() as conn:
        new = access.rotate(conn, opened.key_id, overlap_hours=1)
    assert found(opened, old).id == old, "the old secret opens for the overlap"
    newer = opened.open(new)
    with opened.office.write() as conn:
        access.rotate(conn, opened.key_id, overlap_hours=0)
    assert (opened.visits.find(old), opened.visits.find(newer)) == (None, None)


def test_signing_out_ends_a_session_and_no_other(opened: Opened) -> None:
    one, other = opened.open(), opened.open()
    opened.visits.close(found(opened, one))
    assert opened.visits.find(one) is None and found(opened, other).id == other


def test_signing_in_anew_has_a_new_id_and_ends_the_browsers_session(opened: Opened) -> None:
    first = opened.open()
    second = opened.open(before=first)
    assert second != first and opened.visits.find(first) is None and found(opened, second).id == second


def test_one_session_too_many_ends_the_oldest(opened: Opened) -> None:
    made = []
    for _ in range(5):
        opened.clock.now += 1_000
        made.append(opened.open())
    assert [opened.visits.find(each) is not None for each in made] == [False, False, True, True, True]


def test_another_keys_sessions_leave_room(opened: Opened) -> None:
    with opened.office.write() as conn:
        other = access.issue(conn, "alice's other", ALICE)
    first = opened.open()
    for _ in range(3):
        opened.open(other)
    assert found(opened, first).id == first


def test_sessions_that_are_over_are_swept(opened: Opened) -> None:
    opened.open()
    opened.clock.now += HOUR_MS
    kept = opened.open()
    (row,) = opened.rows()
    assert row.id_hash == sha256(kept.encode()).digest()


def test_signing_in_and_out_leave_lines(opened: Opened) -> None:
    entered = found(opened, opened.open())
    opened.visits.close(entered)
    with opened.office.read() as conn:
        lines = [(line.subject, line.member_id, line.action, line.record) for line in conn.execute(select(AUDIT).order_by(AUDIT.c.id))]
    called = sha256(entered.id.encode()).hexdigest()[:16]
    assert lines[1:] == [(opened.key_id, ALICE, "console sign-in", called), (opened.key_id, ALICE, "console sign-out", called)]


def test_a_reason_is_kept_for_the_session(opened: Opened) -> None:
    entered = found(opened, opened.open())
    opened.visits.give_reason(entered, "audit of the third quarter")
    assert found(opened, entered.id).reason == "audit of the third quarter"
    assert found(opened, opened.open()).reason is None


def test_use_is_noted_and_not_at_each_request(opened: Opened) -> None:
    id_, began = opened.open(), opened.clock.now
    opened.clock.now += 5_000
    opened.visits.find(id_)
    (row,) = opened.rows()
    assert row.seen == began
    opened.clock.now += 15_000
    opened.visits.find(id_)
    (row,) = opened.rows()
    assert row.seen == opened.clock.now


def test_a_tokens_session_lasts_as_long_as_the_token_and_its_issuer(office: Database) -> None:
    grant = Grant(value="officers", member="0x" + ALICE.hex())
    described = Described(name="bank", issuer="https://login", audience="pledgebook", keys="jwks.json", grants=[grant])
    trusted = Issuers([Issuer(described, Published("jwks.json", Settings().home))])
    clock, settings = Clock(), Settings()
    session = Session("bank:anna", ALICE, frozenset({READ}), ends=clock.now + HOUR_MS // 2)
    id_ = Visits(office, trusted, settings, clock).open(session, None, None)
    entered = Visits(office, trusted, settings, clock).find(id_)
    assert entered is not None and entered.session == session and entered.expires == clock.now + HOUR_MS // 2
    assert Visits(office, Issuers([]), settings, clock).find(id_) is None, "an issuer that is trusted no more"


def test_a_key_far_from_its_end_is_cut_at_the_hours(opened: Opened) -> None:
    entered = found(opened, opened.open())
    assert entered.session.ends == entered.expires == entered.began + 8 * HOUR_MS < entered.began + 2 * DAY_MS
