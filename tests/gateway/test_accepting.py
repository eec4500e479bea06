"""Requests that arrive together: each gets its own answer, whoever else fails, goes away or is slow."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from typing import cast

import pytest

from gateway import accepting
from gateway.accepting import MANY, MOST_TOGETHER, Acceptor, Outcomes, Scarce, Stopping
from gateway.access import Session
from gateway.drafts import Request

FIRST, SECOND = (Session(name, None, frozenset()) for name in ("first", "second"))
PATIENCE = 10.0


class Desk:
    """Accepts by giving requests back; while `shut`, whoever is at work waits, and `broken` ones fail the whole lot."""

    def __init__(self) -> None:
        self.lots: list[tuple[Session, list[str]]] = []
        self.open, self.at_work = threading.Event(), threading.Event()
        self.open.set()
        self.slow: Session | None = None

    def accept(self, session: Session, requests: Sequence[Request]) -> Outcomes:
        names = [str(each) for each in requests]
        self.lots.append((session, names))
        self.at_work.set()
        if session == (self.slow or session):
            assert self.open.wait(PATIENCE)
        if any(name.startswith("broken") for name in names):
            raise ValueError(" ".join(names))
        return cast(Outcomes, names)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def acceptor(desk: Desk) -> Iterator[Acceptor]:
    made = Acceptor()
    made.open(desk.accept)
    yield made
    desk.open.set()
    made.close()


def asked(acceptor: Acceptor, session: Session, *names: str) -> "asyncio.Task[list[str]]":
    """Requests by name, on their way."""
    answer = acceptor.accept(session, cast(Sequence[Request], names))
    return asyncio.ensure_future(cast("asyncio.Future[list[str]]", answer))


async def held_up(acceptor: Acceptor, desk: Desk, session: Session) -> "asyncio.Task[list[str]]":
    """A request that is at work and will wait until the desk opens."""
    desk.open.clear()
    task = asked(acceptor, session, "held up")
    assert await asyncio.to_thread(desk.at_work.wait, PATIENCE)
    return task


def test_what_comes_while_a_caller_is_served_is_accepted_together(acceptor: Acceptor, desk: Desk) -> None:
    async def story() -> list[list[str]]:
        tasks = [await held_up(acceptor, desk, FIRST)]
        tasks += [asked(acceptor, FIRST, f"{at} a", f"{at} b") for at in range(3)]
        await asyncio.sleep(0)
        desk.open.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(story()) == [["held up"], ["0 a", "0 b"], ["1 a", "1 b"], ["2 a", "2 b"]]
    assert desk.lots == [(FIRST, ["held up"]), (FIRST, ["0 a", "0 b", "1 a", "1 b", "2 a", "2 b"])]


def test_who_finds_no_thread_is_told_so_and_accepted_once_there_is_one(
    acceptor: Acceptor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def story() -> list[str]:
        with monkeypatch.context() as scarce:
            scarce.setattr(threading.Thread, "start", none)
            for _ in range(2):
                with pytest.raises(Scarce):
                    await asked(acceptor, FIRST, "refused")
        async with asyncio.timeout(PATIENCE):
            return await asked(acceptor, FIRST, "accepted")

    assert asyncio.run(story()) == ["accepted"]
    assert desk.lots == [(FIRST, ["accepted"])]


def test_where_many_ask_again_and_again_they_stay_together(acceptor: Acceptor, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the first of them to ask again would be a lot of its own, whose cost all share."""
    monkeypatch.setattr(accepting, "GATHER_SECONDS", 0.5)

    async def again(name: str) -> None:
        for _ in range(3):
            await asked(acceptor, FIRST, name)

    async def story() -> None:
        tasks = [await held_up(acceptor, desk, FIRST)]
        many = [asyncio.ensure_future(again(str(at))) for at in range(MANY)]
        await asyncio.sleep(0.1)
        desk.open.set()
        await asyncio.gather(*tasks, *many)

    asyncio.run(story())
    assert [len(names) for _, names in desk.lots] == [1, MANY, MANY, MANY]


def test_a_lot_has_so_many_requests_at_most(acceptor: Acceptor, desk: Desk) -> None:
    async def story() -> None:
        tasks = [await held_up(acceptor, desk, FIRST)]
        tasks += [asked(acceptor, FIRST, *("x" for _ in range(size))) for size in (MOST_TOGETHER - 1, 1, 1)]
        await asyncio.sleep(0)
        desk.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(story())
    assert [len(names) for _, names in desk.lots] == [1, MOST_TOGETHER, 1]


def test_callers_neither_share_a_lot_nor_wait_for_each_other(acceptor: Acceptor, desk: Desk) -> None:
    async def story() -> list[str]:
        desk.slow = FIRST
        slow = await held_up(acceptor, desk, FIRST)
        async with asyncio.timeout(PATIENCE):
            quick = await asked(acceptor, SECOND, "quick")
        desk.open.set()
        await slow
        return quick

    assert asyncio.run(story()) == ["quick"]
    assert [session for session, _ in desk.lots] == [FIRST, SECOND]


def test_what_fails_together_is_tried_one_by_one(acceptor: Acceptor, desk: Desk) -> None:
    async def story() -> list[object]:
        first = await held_up(acceptor, desk, FIRST)
        tasks = [asked(acceptor, FIRST, name) for name in ("good", "broken", "fine")]
        await asyncio.sleep(0)
        desk.open.set()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)

    good, broken, fine = asyncio.run(story())
    assert (good, fine) == (["good"], ["fine"]) and isinstance(broken, ValueError) and str(broken) == "broken"


def test_a_request_whose_caller_went_away_is_not_accepted_and_harms_nobody(acceptor: Acceptor, desk: Desk) -> None:
    async def story() -> list[str]:
        first = await held_up(acceptor, desk, FIRST)
        gone, stays = asked(acceptor, FIRST, "gone"), asked(acceptor, FIRST, "stays")
        await asyncio.sleep(0)
        gone.cancel()
        first.cancel()
        await asyncio.sleep(0)
        desk.open.set()
        return await stays

    assert asyncio.run(story()) == ["stays"]
    assert [names for _, names in desk.lots] == [["held up"], ["stays"]]


def test_at_the_end_all_that_came_in_is_answered_and_no_more_is_taken(desk: Desk) -> None:
    acceptor = Acceptor()
    acceptor.open(desk.accept)

    async def story() -> list[list[str]]:
        tasks = [await held_up(acceptor, desk, FIRST), asked(acceptor, FIRST, "behind")]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(asyncio.to_thread(acceptor.close))
        await asyncio.sleep(0.05)
        with pytest.raises(Stopping):
            await acceptor.accept(FIRST, [])
        desk.open.set()
        await closing
        return await asyncio.gather(*tasks)

    assert asyncio.run(story()) == [["held up"], ["behind"]]


def test_before_it_is_opened_nothing_is_taken() -> None:
    with pytest.raises(Stopping):
        asyncio.run(Acceptor().accept(FIRST, []))
