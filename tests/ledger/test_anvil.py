"""The embedded chain: survives a restart whole, a crash as well as it can, and says clearly why it can't start."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ledger.chain import node
from ledger.chain.engines import anvil
from ledger.chain.node import NodeError, listening
from ledger.chain.rpc import Rpc
from tests.processes import wait_for_end

SENDER = "0x" + "5e" * 20
GENESIS_TIME = 631_152_000

# Runtime: SSTORE(0, CALLDATALOAD(0)); TSTORE(0, 1); LOG1(0, 0, TLOAD(0)). TSTORE and TLOAD are cancun's.
RUNTIME = bytes.fromhex("5f355f5560015f5d5f5c5f5fa100")
CREATION = bytes.fromhex("600e600a5f39600e5ff3") + RUNTIME
VALUE = (2**255 + 11).to_bytes(32, "big")


def send(rpc: Rpc, **transaction: object) -> dict[str, object]:
    """Have the node sign for SENDER, mine, and give the receipt back."""
    rpc.call("anvil_impersonateAccount", SENDER)
    sent = rpc.call("eth_sendTransaction", {"from": SENDER, "gas": "0x100000", "gasPrice": "0x0", **transaction})
    rpc.call("evm_mine")
    receipt: dict[str, object] = rpc.call("eth_getTransactionReceipt", sent)
    return receipt


def deploy_and_store(rpc: Rpc) -> str:
    created = send(rpc, data=CREATION)
    assert created["status"] == "0x1"
    stored = send(rpc, to=created["contractAddress"], data=VALUE)
    assert stored["status"] == "0x1"
    return str(created["contractAddress"])


def picture(rpc: Rpc, contract: str) -> list[object]:
    """All that must be the same after a restart: blocks, code, storage, logs, receipts, nonce."""
    head = int(rpc.call("eth_blockNumber"), 16)
    return rpc.batch(
        [
            *[("eth_getBlockByNumber", [hex(number), True]) for number in range(head + 1)],
            *[("eth_getBlockReceipts", [hex(number)]) for number in range(head + 1)],
            ("eth_getCode", [contract, "latest"]),
            ("eth_getStorageAt", [contract, "0x0", "latest"]),
            ("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest"}]),
            ("eth_getTransactionCount", [SENDER, "latest"]),
        ]
    )


def port_of(chain: anvil.Anvil) -> int:
    return int(chain.url.rsplit(":", 1)[1])


def head_time(rpc: Rpc) -> int:
    return int(rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def test_it_survives_a_restart_whole(tmp_path: Path) -> None:
    first = anvil.start(tmp_path, genesis_time=GENESIS_TIME)
    with Rpc(first.url) as rpc:
        contract = deploy_and_store(rpc)
        before = picture(rpc, contract)
    first.stop()
    second = anvil.start(tmp_path, genesis_time=GENESIS_TIME)
    with Rpc(second.url) as rpc:
        assert picture(rpc, contract) == before
        assert rpc.call("eth_getStorageAt", contract, "0x0", "latest") == "0x" + VALUE.hex()
        assert len(rpc.call("eth_getLogs", {"fromBlock": "0x0"})) == 1
        assert send(rpc, to=contract, data=bytes(32))["status"] == "0x1"
    second.stop()


def test_its_first_block_stays_the_same_however_often_it_is_started(tmp_path: Path) -> None:
    seen = set()
    for _ in range(6):
        chain = anvil.start(tmp_path, genesis_time=GENESIS_TIME)
        with Rpc(chain.url) as rpc:
            rpc.call("evm_mine")
            seen.add(rpc.call("eth_getBlockByNumber", "0x0", False)["hash"])
        chain.stop()
        kept = json.loads((tmp_path / anvil.STATE_FILE).read_bytes())["blocks"]
        assert [block["header"]["number"] for block in kept].count("0x0") == 1
    assert len(seen) == 1


def test_a_new_chain_starts_at_the_time_given(tmp_path: Path) -> None:
    chain = anvil.start(tmp_path, genesis_time=GENESIS_TIME)
    with Rpc(chain.url) as rpc:
        assert head_time(rpc) == GENESIS_TIME
    chain.stop()


def test_time_goes_on_from_the_head_after_a_restart(tmp_path: Path) -> None:
    first = anvil.start(tmp_path, genesis_time=GENESIS_TIME)
    with Rpc(first.url) as rpc:
        rpc.call("evm_setNextBlockTimestamp", GENESIS_TIME + 10_000_000)
        rpc.call("evm_mine")
    first.stop()
    second = anvil.start(tmp_path, genesis_time=GENESIS_TIME)
    with Rpc(second.url) as rpc:
        rpc.call("evm_mine")
        assert 0 <= head_time(rpc) - (GENESIS_TIME + 10_000_000) < 5
    second.stop()


def test_gas_is_free_and_the_block_is_wide(tmp_path: Path) -> None:
    chain = anvil.start(tmp_path)
    with Rpc(chain.url) as rpc:
        for _ in range(3):
            rpc.call("evm_mine")
        head = rpc.call("eth_getBlockByNumber", "latest", False)
        assert int(head["gasLimit"], 16) == chain.engine.block_gas_limit
        assert head["baseFeePerGas"] == "0x0"
        assert rpc.call("eth_gasPrice") == "0x0"
        assert rpc.call("eth_getBalance", SENDER, "latest") == "0x0"
        assert send(rpc, data=CREATION)["effectiveGasPrice"] == "0x0"
    chain.stop()


def test_it_mines_only_when_told(tmp_path: Path) -> None:
    chain = anvil.start(tmp_path)
    with Rpc(chain.url) as rpc:
        rpc.call("anvil_impersonateAccount", SENDER)
        rpc.call("eth_sendTransaction", {"from": SENDER, "to": SENDER, "gas": "0x5208", "gasPrice": "0x0"})
        time.sleep(0.5)
        assert rpc.call("eth_blockNumber") == "0x0"
    chain.stop()


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    chain = anvil.start(tmp_path)
    assert listening(chain.process.pid) == (("127.0.0.1", port_of(chain)),)
    chain.stop()


def test_a_browser_page_gets_no_leave_to_read_it(tmp_path: Path) -> None:
    import httpx

    chain = anvil.start(tmp_path)
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    answer = httpx.post(chain.url, json=body, headers={"origin": "http://elsewhere.example"}, trust_env=False)
    assert "access-control-allow-origin" not in answer.headers
    chain.stop()


def test_a_crash_loses_nothing_of_what_was_kept(tmp_path: Path) -> None:
    first = anvil.start(tmp_path)
    with Rpc(first.url) as rpc:
        contract = deploy_and_store(rpc)
        before = picture(rpc, contract)
        first.keep()
        send(rpc, to=contract, data=VALUE)
    first.kill()
    second = anvil.start(tmp_path)
    with Rpc(second.url) as rpc:
        assert picture(rpc, contract) == before
    second.stop()


def _ahead_of_its_blocks(state: Path) -> None:
    """As anvil writes one while it mines: the accounts have what the next block does."""
    held = json.loads(state.read_bytes())
    held["accounts"][SENDER]["nonce"] += 1
    state.write_text(json.dumps(held))


def _cut_off(state: Path) -> None:
    state.write_bytes(state.read_bytes()[: state.stat().st_size // 2])


SPOILT = [(_cut_off, "is cut off or damaged"), (_ahead_of_its_blocks, "was written while a block was mined")]


@pytest.mark.parametrize(("spoil", "said"), SPOILT)
def test_a_spoilt_state_gives_way_to_the_copy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None], said: str
) -> None:
    first = anvil.start(tmp_path)
    with Rpc(first.url) as rpc:
        contract = deploy_and_store(rpc)
        before = picture(rpc, contract)
    first.stop()
    spoil(tmp_path / anvil.STATE_FILE)
    second = anvil.start(tmp_path)
    assert f"{said}; going on from the older copy" in caplog.text
    with Rpc(second.url) as rpc:
        assert picture(rpc, contract) == before
    second.stop()


def test_a_state_whose_accounts_are_ahead_of_its_blocks_is_refused_where_the_copy_is_no_better(tmp_path: Path) -> None:
    first = anvil.start(tmp_path)
    with Rpc(first.url) as rpc:
        deploy_and_store(rpc)
    first.stop()
    state, copy = tmp_path / anvil.STATE_FILE, anvil._copy(tmp_path / anvil.STATE_FILE)
    _ahead_of_its_blocks(state)
    good = copy.read_bytes()
    for worse in (None, state.read_bytes(), state.read_bytes() + b"\n"):
        copy.unlink(missing_ok=True)
        if worse is not None:
            copy.write_bytes(worse)
        with pytest.raises(NodeError, match="was written while a block was mined and there is no older copy; move it away"):
            anvil.start(tmp_path)
    copy.write_bytes(good)
    anvil.start(tmp_path).stop()


def test_a_new_chain_has_a_copy_at_once(tmp_path: Path) -> None:
    """Who is killed in his first minute starts again by himself, whatever was being written."""
    first = anvil.start(tmp_path)
    first.kill()
    _cut_off(tmp_path / anvil.STATE_FILE)
    second = anvil.start(tmp_path)
    with Rpc(second.url) as rpc:
        assert rpc.call("eth_blockNumber") == "0x0"
    second.stop()


def test_a_damaged_state_without_copy_is_refused_and_kept(tmp_path: Path) -> None:
    state = tmp_path / anvil.STATE_FILE
    state.write_text('{"block":')
    with pytest.raises(NodeError, match=r"anvil-state\.json is cut off or damaged.*move it away"):
        anvil.start(tmp_path)
    assert state.read_text() == '{"block":'


def test_a_state_that_is_json_but_no_state_is_refused_and_kept(tmp_path: Path) -> None:
    state = tmp_path / anvil.STATE_FILE
    state.write_text("[1, 2]")
    with pytest.raises(NodeError, match="anvil ended at its start"):
        anvil.start(tmp_path)
    assert state.read_text() == "[1, 2]"


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NodeError, match=f"port {port} is in use") as caught:
            anvil.start(tmp_path, port=port)
    assert "\n" not in str(caught.value)


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEDGEBOOK_ANVIL", str(tmp_path / "nowhere"))
    with pytest.raises(NodeError, match="nowhere is missing or not executable; run scripts/setup"):
        anvil.start(tmp_path)


def test_a_start_outside_the_main_thread_is_refused(tmp_path: Path) -> None:
    caught: list[Exception] = []

    def start() -> None:
        try:
            anvil.start(tmp_path)
        except NodeError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


STARTER = """
import sys, time
from pathlib import Path
from ledger.chain import node
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
chain = anvil.start(Path(sys.argv[1]))
with Rpc(chain.url) as rpc:
    for _ in range(7):
        rpc.call("evm_mine")
print(chain.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_parent_and_its_state_is_whole(tmp_path: Path, how: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, how)
    parent.communicate()
    assert wait_for_end([child]) == []
    assert json.loads((tmp_path / anvil.STATE_FILE).read_bytes())["best_block_number"] == 7


def test_a_start_right_after_a_kill_waits_until_the_state_is_written(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        parent.kill()
        chain = anvil.start(tmp_path)
    with Rpc(chain.url) as rpc:
        assert int(rpc.call("eth_blockNumber"), 16) == 7
    chain.stop()


def test_a_state_that_another_one_runs_on_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = anvil.start(tmp_path)
    monkeypatch.setattr(node, "STOP_SECONDS", 0.2)
    with pytest.raises(NodeError, match="another anvil runs on this state"):
        anvil.start(tmp_path)
    monkeypatch.undo()
    first.stop()
