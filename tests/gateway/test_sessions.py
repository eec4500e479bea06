"""Sessions: what is costly is done once, what ends ends within a second, and guessing is slow and holds up nobody."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, update

from gateway import access, sessions
from gateway.access import Candidate, Session
from gateway.identity import Issuers
from gateway.limits import Buckets, TooMany
from gateway.office.models import API_KEY
from gateway.sessions import KNOWN_SECONDS, MOST_TRYING, TRYING_THREADS, Sessions
from ledger.mirror.database import Database
from tests.gateway.rows import ALICE

Result = TypeVar("Result")
PEER = "192.0.2.7"


def run(asked: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(asked)


def issued(office: Database) -> str:
    with office.write() as conn:
        return access.issue(conn, "a name", ALICE)


def wrong(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which secrets were tried."""
    tried: list[str] = []
    real = Candidate.opened_by

    def opened_by(self: Candidate) -> str | None:
        tried.append(self.secret)
        return real(self)

    monkeypatch.setattr(Candidate, "opened_by", opened_by)
    return tried


def known(office: Database, rate: float = 1, burst: float = 3) -> Sessions:
    return Sessions(office, Issuers([]), Buckets(rate, burst))


def test_a_secret_is_tried_once_however_often_its_session_is_looked_up(
    office: Database, tries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, found = issued(office), known(office)
    monkeypatch.setattr(sessions, "KNOWN_SECONDS", 0.0)

    async def ask() -> list[Session | None]:
        return [await found.of(text, PEER) for _ in range(50)]

    assert {each.member for each in run(ask()) if each is not None} == {ALICE}
    assert len(tries) == 1


def test_a_key_that_is_known_is_not_looked_up_for_a_second(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    text, found, looked = issued(office), known(office), list[str]()
    real = access.named

    def named(conn: Connection, given: str) -> Candidate | None:
        looked.append(given)
        return real(conn, given)

    monkeypatch.setattr(access, "named", named)

    async def ask() -> None:
        assert None not in await asyncio.gather(*(found.of(text, PEER) for _ in range(50)))
        for _ in range(100):
            assert await found.of(text, PEER) is not None

    run(ask())
    assert len(looked) == 1, "nor by each of those who come at once"


@pytest.mark.parametrize("ending", [{"revoked": True}, {"expires": 0}])
def test_a_key_that_ends_opens_nothing_a_second_later(office: Database, ending: dict[str, Any]) -> None:
    text, found = issued(office), known(office)

    async def ask() -> list[bool]:
        before = await found.of(text, PEER) is not None
        with office.write() as conn:
            conn.execute(update(API_KEY).values(**ending))
        await asyncio.sleep(KNOWN_SECONDS + 0.05)
        return [before, await found.of(text, PEER) is not None]

    assert run(ask()) == [True, False]


def test_a_rotated_secret_that_fitted_before_is_refused_when_its_hash_is_gone(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "KNOWN_SECONDS", 0.0)
    old, found = issued(office), known(office)

    async def ask() -> list[bool]:
        opened = [await found.of(old, PEER) is not None]
        with office.write() as conn:
            new = access.rotate(conn, old.split("_")[1], overlap_hours=0)
        assert new is not None
        return [*opened, await found.of(old, PEER) is not None, await found.of(new, PEER) is not None]

    assert run(ask()) == [True, False, True]


def test_guesses_of_an_address_run_out_and_nobody_elses_do(office: Database, tries: list[str]) -> None:
    text, other = issued(office), issued(office)
    found = known(office, rate=0.001, burst=3)

    async def ask() -> None:
        assert await found.of(other, PEER) is not None
        for _ in range(3):
            assert await found.of(wrong(text), PEER) is None
        with pytest.raises(TooMany) as told:
            await found.of(wrong(text), PEER)
        assert told.value.status == 429 and told.value.retry_after > 900
        assert await found.of(other, PEER) is not None, "who is known from the same address goes on"
        assert await found.of(text, "192.0.2.8") is not None, "another address goes on"

    run(ask())
    assert len(tries) == 5


def test_good_keys_spend_no_guesses(office: Database) -> None:
    texts, found = [issued(office) for _ in range(6)], known(office, rate=0.001, burst=2)

    async def ask() -> list[Session | None]:
        return [await found.of(each, PEER) for each in texts]

    assert all(run(ask()))


def test_text_that_names_no_key_costs_no_trial(office: Database, tries: list[str]) -> None:
    found = known(office, burst=1)

    async def ask() -> list[Session | None]:
        return [await found.of(each, PEER) for each in ("pbk_", f"pbk_{'0' * 16}_{'0' * 64}", "pbk_" + "x" * 9_000, "", "a.b.c") * 10]

    assert not any(run(ask())) and tries == []


def test_trials_hold_up_no_loop_and_no_more_than_a_few_wait(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While slow trials run, the event loop turns, a known key is answered, and what can't wait any more is told so."""
    text, other = issued(office), issued(office)
    found = known(office, rate=0)

    async def ask() -> tuple[float, list[Any]]:
        assert await found.of(other, PEER) is not None
        real = Candidate.opened_by

        def slowly(self: Candidate) -> str | None:
            time.sleep(0.02)
            return real(self)

        monkeypatch.setattr(Candidate, "opened_by", slowly)
        guesses = [f"{text[:-3]}{at:03x}" for at in range(MOST_TRYING + 11) if text[-3:] != f"{at:03x}"][: MOST_TRYING + 10]
        trials = [asyncio.create_task(found.of(each, f"198.51.100.{at}")) for at, each in enumerate(guesses)]
        await asyncio.sleep(0.05)
        slowest = 0.0
        for _ in range(20):
            began = time.perf_counter()
            assert await found.of(other, PEER) is not None
            await asyncio.sleep(0)
            slowest = max(slowest, time.perf_counter() - began)
        return slowest, await asyncio.gather(*trials, return_exceptions=True)

    slowest, outcomes = run(ask())
    assert slowest < 0.25
    assert sum(isinstance(each, TooMany) for each in outcomes) == 10 and outcomes.count(None) == MOST_TRYING
    assert TRYING_THREADS == 2


@pytest.mark.parametrize("many", [60])
def test_requests_that_come_at_once_with_one_key_wait_for_one_trial(office: Database, tries: list[str], many: int) -> None:
    text, found = issued(office), known(office, rate=0.001, burst=3)

    async def ask(given: str) -> list[Session | None]:
        asked = [asyncio.create_task(found.of(given, PEER)) for _ in range(many)]
        await asyncio.sleep(0.01)
        asked[0].cancel()
        return [each for each in await asyncio.gather(*asked, return_exceptions=True) if not isinstance(each, BaseException)]

    assert [each.member for each in run(ask(text)) if each is not None] == [ALICE] * (many - 1) and len(tries) == 1
    assert run(ask(wrong(text))) == [None] * (many - 1), "and a wrong one is one guess"
    assert len(tries) == 2


def test_the_log_has_why_a_key_was_refused_and_never_the_secret(office: Database, caplog: pytest.LogCaptureFixture) -> None:
    text, found = issued(office), known(office)

    async def ask() -> None:
        await found.of(wrong(text), PEER)
        await found.of(f"pbk_{'0' * 16}_{'1' * 64}", PEER)

    with caplog.at_level(logging.INFO, "gateway.sessions"):
        run(ask())
    _, key_id, secret = text.split("_")
    assert f"API key {key_id} refused: its secret is wrong; from {PEER}" in caplog.text and "unknown" in caplog.text
    assert secret[:16] not in caplog.text and "1" * 16 not in caplog.text
