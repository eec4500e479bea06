"""The development clock: only forwards, only where the engine allows it, and held when its owner says so."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.chain.clock import ClockError, DevelopmentClock
from ledger.chain.engines import Engine, anvil, engine
from ledger.chain.rpc import Rpc
from tests.conftest import FULL

GENESIS_TIME = 631_152_000  # 1990-01-01
LATER = 1_388_534_400  # 2014-01-01
SENDER = "0x" + "5e" * 20
KEPT = 30 if FULL else 8
"""How often a chain that mines is kept."""


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[anvil.Anvil]:
    running = anvil.start(tmp_path, genesis_time=GENESIS_TIME)
    yield running
    running.stop()


@pytest.fixture
def rpc(chain: anvil.Anvil) -> Iterator[Rpc]:
    with Rpc(chain.url) as connection:
        yield connection


@pytest.fixture
def clock(chain: anvil.Anvil, rpc: Rpc) -> Iterator[DevelopmentClock]:
    with DevelopmentClock(rpc, chain.engine) as running:
        yield running


def height(rpc: Rpc) -> int:
    return int(rpc.call("eth_blockNumber"), 16)


def send(rpc: Rpc) -> None:
    rpc.call("anvil_impersonateAccount", SENDER)
    rpc.call("eth_sendTransaction", {"from": SENDER, "to": SENDER, "gas": "0x5208", "gasPrice": "0x0"})


@pytest.mark.parametrize("name", ["kaia", "besu"])
def test_an_engine_with_real_time_is_refused(name: str) -> None:
    real: Engine = engine(name)
    with Rpc("http://127.0.0.1:1") as rpc, pytest.raises(ClockError, match=f"engine {name} keeps real time"):
        DevelopmentClock(rpc, real)


def test_the_next_block_has_the_stamp_that_was_set(clock: DevelopmentClock, rpc: Rpc) -> None:
    clock.set_next(LATER)
    assert (clock.now(), height(rpc)) == (GENESIS_TIME, 0)
    clock.mine()
    assert (clock.now(), height(rpc)) == (LATER, 1)


def test_several_blocks_may_have_one_stamp(clock: DevelopmentClock) -> None:
    for _ in range(3):
        clock.set_next(LATER)
        clock.mine()
    time.sleep(1.1)
    clock.set_next(LATER)
    clock.mine()
    assert clock.now() == LATER


def test_an_earlier_stamp_is_refused_with_both_dates_and_changes_nothing(clock: DevelopmentClock, rpc: Rpc) -> None:
    clock.set_next(LATER)
    clock.mine()
    with pytest.raises(ClockError) as caught:
        clock.set_next(LATER - 1)
    assert "2013-12-31 23:59:59 UTC" in str(caught.value)
    assert "2014-01-01 00:00:00 UTC" in str(caught.value)
    assert "--fresh" in str(caught.value)
    clock.mine()
    assert clock.now() >= LATER
    assert height(rpc) == 2


def test_mine_counts_blocks(clock: DevelopmentClock, rpc: Rpc) -> None:
    clock.mine(5)
    assert height(rpc) == 5
    clock.mine(0)
    assert height(rpc) == 5


def test_jump_to_now_takes_one_block_and_keeps_pace(clock: DevelopmentClock, rpc: Rpc) -> None:
    clock.jump_to_now()
    assert abs(clock.now() - time.time()) < 3
    assert height(rpc) == 1
    time.sleep(1.1)
    clock.mine()
    assert abs(clock.now() - time.time()) < 3


def test_jump_to_now_does_not_go_back(clock: DevelopmentClock, rpc: Rpc) -> None:
    future = int(time.time()) + 1_000_000
    clock.set_next(future)
    clock.mine()
    clock.jump_to_now()
    assert (clock.now(), height(rpc)) == (future, 1)


def test_held_it_mines_nothing(clock: DevelopmentClock, rpc: Rpc) -> None:
    clock.run()
    clock.hold()
    send(rpc)
    time.sleep(0.6)
    assert height(rpc) == 0
    assert rpc.call("txpool_status")["pending"] == "0x1"


def test_running_it_mines_what_comes_in_and_no_more(clock: DevelopmentClock, rpc: Rpc) -> None:
    clock.run()
    clock.run()
    send(rpc)
    deadline = time.monotonic() + 5
    while height(rpc) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.6)
    assert height(rpc) == 1
    assert rpc.call("eth_getTransactionCount", SENDER, "latest") == "0x1"


def test_running_it_keeps_the_time_when_idle(clock: DevelopmentClock, rpc: Rpc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.chain.clock.IDLE_SECONDS", 0.4)
    clock.run()
    time.sleep(1.5)
    assert 1 <= height(rpc) <= 4


def test_running_it_outlives_a_restart_of_the_node(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.chain.clock.IDLE_SECONDS", 0.1)
    first = anvil.start(tmp_path / "own")
    port = int(first.url.rsplit(":", 1)[1])
    with Rpc(first.url) as rpc, DevelopmentClock(rpc, first.engine) as clock, caplog.at_level(logging.WARNING):
        clock.run()
        time.sleep(0.5)
        first.stop()
        time.sleep(0.8)
        second = anvil.start(tmp_path / "own", port=port)
        before = height(rpc)
        time.sleep(2.0)
        assert height(rpc) > before
    assert "no block mined" in caplog.text
    second.stop()


def _sent(url: str, stop: threading.Event) -> None:
    """Transactions without end: each block has some."""
    with Rpc(url) as rpc:
        rpc.call("anvil_impersonateAccount", SENDER)
        one = {"from": SENDER, "to": SENDER, "gas": "0x5208", "gasPrice": "0x0"}
        while not stop.is_set():
            rpc.batch([("eth_sendTransaction", [one])] * 50)


def test_what_is_kept_while_it_mines_has_the_blocks_of_its_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever mines: it, and somebody by hand. What anvil writes at any moment has not."""
    monkeypatch.setattr("ledger.chain.clock.LOOK_SECONDS", 0.0)
    monkeypatch.setattr("ledger.chain.clock.KEEP_SECONDS", 0.0)
    monkeypatch.setattr("ledger.chain.clock._KEEP_SHARE", 0)
    chain, stop, kept = anvil.start(tmp_path), threading.Event(), []

    def keep() -> None:
        chain.keep()
        held = json.loads((tmp_path / anvil.STATE_FILE).read_bytes())
        kept.append((held["accounts"].get(SENDER, {}).get("nonce", 0), sum(len(block["transactions"]) for block in held["blocks"])))

    sending = threading.Thread(target=_sent, args=(chain.url, stop))
    with Rpc(chain.url) as rpc, DevelopmentClock(rpc, chain.engine, keep) as clock:
        sending.start()
        clock.run()
        end = time.monotonic() + 300
        while len(kept) < KEPT and time.monotonic() < end:
            clock.mine()
    stop.set()
    sending.join()
    chain.kill()
    assert len(kept) >= KEPT and kept[-1][0] > 100
    assert [each for each in kept if each[0] != each[1]] == []


def test_it_mines_on_where_the_chain_can_not_be_kept(
    chain: anvil.Anvil, rpc: Rpc, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.chain.clock.KEEP_SECONDS", 0.0)
    monkeypatch.setattr("ledger.chain.clock._KEEP_SHARE", 0)
    clock = DevelopmentClock(rpc, chain.engine, full)
    clock.mine(3)
    assert height(rpc) == 3
    assert caplog.text.count("the chain is not on disk: [Errno 28] No space left on device") == 3
