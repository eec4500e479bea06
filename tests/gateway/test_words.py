"""Problems, roles and the small words of the API."""

import asyncio
import re
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import roles
from gateway.api import shown
from gateway.api.asking import addressed, cursor_from, cursor_text, whole_number, worded
from gateway.errors import Problem, invalid, not_found
from gateway.services import Progress
from ledger.domain.calendar import rfc3339
from ledger.domain.registers import EndReason

SOURCE = (Path(__file__).parents[2] / "contracts" / "types" / "Roles.sol").read_text()


def test_a_problem_is_rfc_9457() -> None:
    assert Problem(409, "Key's not held", "why", key="k").body() == {
        "type": "urn:pledgebook:problem:keys-not-held",
        "title": "Key's not held",
        "status": 409,
        "detail": "why",
        "key": "k",
    }
    assert invalid("a: b", field="a").body()["status"] == 422
    assert not_found("act 5").detail == "act 5: there is none that you may see"


def test_roles_and_modes_are_the_contracts() -> None:
    listed = {name: 1 << int(bit) for name, bit in re.findall(r"uint16 internal constant (\w+) = 1 << (\d+);", SOURCE)}
    modes = {name: int(number) for name, number in re.findall(r"uint8 internal constant (\w+) = (\d+);", SOURCE)}
    assert listed == roles.ROLES and modes == roles.MODES


@given(st.sets(st.sampled_from(sorted(roles.ROLES))))
def test_a_mask_is_its_roles(names: set[str]) -> None:
    assert set(roles.names_of(roles.mask(sorted(names), "roles"))) == names
    assert roles.mask([*names, *names], "roles") == roles.mask(sorted(names), "roles")


def test_unknown_words_are_refused_with_the_known_ones() -> None:
    with pytest.raises(Problem, match="'KING' is no role; one of REGISTRAR"):
        roles.mask(["KING"], "roles")
    with pytest.raises(Problem, match="'MAYBE' is no consent mode; one of SIGNED"):
        roles.mode("MAYBE", "mode")
    assert roles.mode_name(2) == "ATTESTED" and roles.mode_name(99) == "99"


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=40), max_size=4).map(tuple))
def test_a_cursor_survives_its_text(cursor: tuple[int | bytes, ...]) -> None:
    assert cursor_from(cursor_text(cursor)) == cursor


@given(st.text(max_size=60))
def test_no_other_text_is_a_cursor_or_breaks(text: str) -> None:
    try:
        read = cursor_from(text)
    except Problem as wrong:
        read, told = None, wrong
        assert told.status == 422  # either a cursor or a problem
    assert read is None or isinstance(read, tuple)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "٣", "1e3", "9" * 79, str(2**256)])
def test_a_number_is_decimal_and_of_256_bits(text: str) -> None:
    with pytest.raises(Problem, match=r"id: a decimal number below 2\^256 expected"):
        whole_number(text, "id")
    assert whole_number(str(2**256 - 1), "id") == 2**256 - 1


def test_hex_is_of_its_length() -> None:
    assert addressed("0x" + "aB" * 20, "a") == b"\xab" * 20
    for text in ("", "0x", "ab" * 20, "0x" + "ab" * 19, "0x" + "zz" * 20):
        with pytest.raises(Problem, match="account"):
            addressed(text, "account")
    with pytest.raises(Problem, match="32 bytes expected"):
        worded("0x00", 32, "root")


@given(st.integers(-(2**39), 2**64))
def test_any_time_of_the_chain_is_rfc_3339(seconds: int) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", rfc3339(seconds))


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_a_time_is_read_back_to_the_second(seconds: int) -> None:
    assert int(datetime.fromisoformat(rfc3339(seconds)).timestamp()) == seconds


def test_amounts_and_names() -> None:
    assert shown.money(2**63 - 1, 156).model_dump() == {"minor": str(2**63 - 1), "currency": "CNY"}
    assert shown.money(5, 1).currency == "1"
    assert shown.time_or_none(0) is None and shown.time_or_none(None) is None
    assert shown.text(b"49107-392".ljust(32, b"\0")) == "49107-392" and shown.text(b"\xff" * 32) == "0x" + "ff" * 32
    assert shown.name(EndReason, 1) == "released" and shown.name(EndReason, 77) == "77"
    assert shown.plain({"a": (b"\1", 2**70, None, True, "t")}) == {"a": ["0x01", str(2**70), None, True, "t"]}


# --- Waiting ---------------------------------------------------------------------------------------------------------------------


def test_who_waits_is_woken_by_what_moves() -> None:
    progress, woken = Progress(), threading.Event()

    def wait() -> None:
        progress.wait(progress.count, 5)
        woken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.05)
    assert not woken.is_set()
    progress.announce()
    assert woken.wait(20)
    thread.join()


def test_what_moved_before_the_wait_is_not_missed() -> None:
    progress = Progress()
    seen = progress.count
    progress.announce()
    began = time.monotonic()
    progress.wait(seen, 30)
    asyncio.run(progress.changed(seen, 30))
    assert time.monotonic() - began < 20


def test_many_tasks_wait_without_a_thread_and_leave_nothing_behind() -> None:
    progress = Progress()

    async def story() -> float:
        waiting = [asyncio.create_task(progress.changed(progress.count, 5)) for _ in range(200)]
        await asyncio.sleep(0.02)
        threads = threading.active_count()
        began = time.monotonic()
        threading.Thread(target=progress.announce).start()
        await asyncio.gather(*waiting)
        assert threads < 50
        return time.monotonic() - began

    assert asyncio.run(story()) < 1
    asyncio.run(progress.changed(progress.count, 0.01))
    assert progress._waiting == set()


@pytest.mark.parametrize("steps", range(6))
def test_who_gives_up_just_as_something_moves_has_given_up(steps: int) -> None:
    """A stream whose reader left at that moment would stay open for ever, and take a place of its key's."""

    async def story() -> None:
        progress = Progress()
        waiting = asyncio.create_task(progress.changed(progress.count, 30))
        await asyncio.sleep(0)
        progress.announce()
        for _ in range(steps):
            await asyncio.sleep(0)
        if waiting.cancel():
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert waiting.done() and progress._waiting == set()

    asyncio.run(story())


def test_a_loop_that_is_closed_keeps_nobody_from_being_told() -> None:
    progress = Progress()
    loop = asyncio.new_event_loop()
    loop.close()
    progress._waiting.add((loop, asyncio.Event()))
    progress.announce()
    assert progress.count == 1 and progress._waiting == set()
