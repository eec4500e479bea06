"""Four real validators: blocks from the first second on, cancun code, one killed and back, nothing left behind, loopback only."""

import json
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import rlp
from eth_account import Account

from ledger.chain import network, seals
from ledger.chain.blocks import Checks, NodeSource
from ledger.chain.engines.kaia import ENGINE
from ledger.chain.engines.kaia.genesis import NO_SEAL, new_key
from ledger.chain.headers import header_hash
from ledger.chain.network import Network
from ledger.chain.node import NodeError, listening
from ledger.chain.rpc import Rpc, RpcError
from ledger.chain.state_proofs import state_root, storage, transaction_count
from ledger.domain.ids import from_hex

PROJECT = Path(__file__).resolve().parents[2]

# Runtime: TSTORE(0, CALLDATALOAD(0)); SSTORE(0, TLOAD(0) + 1); LOG1(0, 0, TLOAD(0)).
RUNTIME = bytes.fromhex("5f355f5d5f5c6001015f555f5c5f5fa100")
CREATION = bytes.fromhex("6011600a5f3960115ff3") + RUNTIME
# Creations that fail: REVERT(0, 0); a jump to itself until the gas is gone.
REVERTING, ENDLESS = bytes.fromhex("5f5ffd"), bytes.fromhex("5b5f56")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network.four_validators(tmp_path_factory.mktemp("network")) as started:
        yield started


def heads(running: Network) -> list[int | None]:
    return [each.head for each in running.status()]


def wait(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.3)


def test_every_validator_has_blocks_and_all_agree(running: Network) -> None:
    assert all(head is not None and head >= 1 for head in heads(running))
    blocks = []
    for url in running.urls:
        with Rpc(url) as rpc:
            blocks.append([rpc.call("eth_getBlockByNumber", number, False)["hash"] for number in ("0x0", "0x1")])
    assert all(block == blocks[0] for block in blocks)


def test_the_genesis_names_the_four_validators(running: Network) -> None:
    document = json.loads((running.directory / "validator-1" / "genesis.json").read_text())
    extra = bytes.fromhex(document["extraData"][2:])
    validators, seal, committed = rlp.decode(extra[32:])
    assert ["0x" + each.hex() for each in validators] == sorted(each.address for each in running.validators)
    assert (extra[:32], seal, committed) == (bytes(32), NO_SEAL, [])
    with Rpc(running.urls[0]) as rpc:
        assert sorted(rpc.call("istanbul_getValidators", "latest")) == sorted(each.address for each in running.validators)
        assert int(rpc.call("eth_chainId"), 16) == running.chain_id


def test_keys_are_readable_by_their_owner_only(running: Network) -> None:
    keys = list(running.directory.glob("*/klay/nodekey"))
    assert len(keys) == 4
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)
    assert len({key.read_text() for key in keys}) == 4


def test_nothing_listens_beyond_loopback(running: Network) -> None:
    for each in running.validators:
        assert each.pid is not None
        assert sorted(listening(each.pid)) == sorted([("127.0.0.1", each.p2p), ("127.0.0.1", each.rpc)])
        assert not psutil.Process(each.pid).net_connections("udp")
        connected = [link for link in psutil.Process(each.pid).net_connections("tcp") if link.raddr]
        assert all(link.raddr.ip == "127.0.0.1" for link in connected)


def send(url: str, sender: "Sender", data: bytes, to: bytes = b"") -> dict[str, str]:
    """Send a free transaction through the node at `url`; its receipt once mined."""
    with Rpc(url) as rpc:
        sent = rpc.call("eth_sendRawTransaction", sender.sign(rpc, data, to))
        receipts: list[dict[str, str]] = []

        def mined() -> bool:
            receipt = rpc.call("eth_getTransactionReceipt", sent)
            receipts.extend([receipt] if receipt else [])
            return bool(receipt)

        wait(mined, 60, f"transaction {sent} was not mined")
        return receipts[0]


class Sender:
    """A key with no money: gas is free."""

    def __init__(self) -> None:
        self.key = new_key()

    def sign(self, rpc: Rpc, data: bytes, to: bytes) -> bytes:
        address = "0x" + self.key.public_key.to_canonical_address().hex()
        nonce = int(rpc.call("eth_getTransactionCount", address, "pending"), 16)
        transaction = {
            "nonce": nonce,
            "gasPrice": 0,
            "gas": 1_000_000,
            "value": 0,
            "data": data,
            "chainId": int(rpc.call("eth_chainId"), 16),
        }
        signed = Account.sign_transaction({**transaction, **({"to": to} if to else {})}, self.key.to_bytes())
        return bytes(signed.raw_transaction)


def test_cancun_code_with_transient_storage_runs_for_nothing(running: Network) -> None:
    sender = Sender()
    created = send(running.urls[0], sender, CREATION)
    assert created["status"] == "0x1"
    contract = bytes.fromhex(created["contractAddress"][2:])
    value = (2**200 + 5).to_bytes(32, "big")
    done = send(running.urls[1], sender, value, contract)
    assert done["status"] == "0x1"
    with Rpc(running.urls[2]) as rpc:
        wait(lambda: (heads(running)[2] or 0) >= int(done["blockNumber"], 16), 20, "validator-3 lags")
        assert int(rpc.call("eth_getStorageAt", created["contractAddress"], "0x0", "latest"), 16) == 2**200 + 6
        logs = rpc.call("eth_getLogs", {"fromBlock": "0x0", "address": created["contractAddress"]})
        assert [log["topics"] for log in logs] == [["0x" + value.hex()]]
        assert rpc.call("eth_getBalance", "0x" + sender.key.public_key.to_canonical_address().hex(), "latest") == "0x0"


def test_a_sender_may_have_hundreds_of_transactions_in_the_pool(running: Network) -> None:
    key = new_key()
    address = "0x" + key.public_key.to_canonical_address().hex()
    raw = [
        bytes(
            Account.sign_transaction(
                {"nonce": nonce, "gasPrice": 0, "gas": 21_000, "value": 0, "to": bytes.fromhex(address[2:]), "chainId": running.chain_id},
                key.to_bytes(),
            ).raw_transaction
        )
        for nonce in range(300)
    ]
    with Rpc(running.urls[0]) as rpc:
        taken = rpc.batch([("eth_sendRawTransaction", [each]) for each in raw])
        assert not [each for each in taken if isinstance(each, RpcError)]
        wait(lambda: int(rpc.call("eth_getTransactionCount", address, "latest"), 16) == 300, 60, "300 transactions were not mined")


def test_a_second_network_in_the_same_folder_is_refused(running: Network) -> None:
    with pytest.raises(NodeError, match="holds a network already"):
        network.create(running.directory)


def test_a_validator_killed_under_load_does_not_stop_the_others_and_catches_up(running: Network) -> None:
    sender = Sender()
    before = running.validators[3].pid
    running.kill(3)
    assert before is not None
    assert not psutil.pid_exists(before)
    health = running.status()[3]
    assert (health.running, health.head) == (False, None)
    start = max(head or 0 for head in heads(running)[:3])
    assert send(running.urls[0], sender, CREATION)["status"] == "0x1"
    wait(lambda: min(head or 0 for head in heads(running)[:3]) >= start + 5, 90, "the three others stopped")
    running.restart(3)
    wait(lambda: (heads(running)[3] or 0) >= start + 5, 120, "validator-4 did not catch up")
    number = hex(start + 5)
    hashes = set()
    for url in running.urls:
        with Rpc(url) as rpc:
            hashes.add(rpc.call("eth_getBlockByNumber", number, False)["hash"])
    assert len(hashes) == 1


def test_blocks_are_known_by_their_headers_their_receipts_and_their_validators_seals(running: Network) -> None:
    sender, word = Sender(), b"\x07" * 32
    contract = send(running.urls[0], sender, CREATION)["contractAddress"]
    block = int(send(running.urls[0], sender, word, from_hex(contract))["blockNumber"], 16)
    assert send(running.urls[0], sender, REVERTING)["status"] == send(running.urls[0], sender, ENDLESS)["status"] == "0x0"
    with Rpc(running.urls[1]) as rpc:
        wait(lambda: int(rpc.call("eth_blockNumber"), 16) > block + 3, 30, "the other validator is behind")
        source = NodeSource(rpc, None, [word], checks=Checks(headers=ENGINE.headers, receipts=True))
        blocks = source.fetch(1, source.head())
        assert [(each.number, log.topics) for each in blocks for log in each.logs] == [(block, (word,))]
        root = state_root(rpc, block, blocks[block - 1].hash, ENGINE.headers)
        _, words = storage(rpc, root, block, from_hex(contract), [0, 1])
        assert words == [int.from_bytes(word) + 1, 0]
        # Kaia proves contracts only, so counts of keys are what its nodes tell.
        with pytest.raises(RpcError, match="not a contract"):
            transaction_count(rpc, root, block, sender.key.public_key.to_canonical_address())
        told = rpc.call("kaia_getBlockByNumber", hex(block), False)
    assert seals.seals(told, ENGINE.headers).validators == {from_hex(each.address) for each in running.validators}
    for field in ("reward", "timestampFoS", "blockScore", "governanceData", "receiptsRoot", "baseFeePerGas"):
        last = "6" if told[field].endswith("5") else "5"
        changed = told | {field: told[field][:-1] + last if len(told[field]) > 2 else "0x01"}
        assert header_hash(changed, ENGINE.headers) != from_hex(told["hash"]), field


def test_a_port_in_use_is_named_and_nothing_else_is_started(running: Network) -> None:
    with pytest.raises(NodeError, match=rf"validator-1: port {running.validators[0].p2p} is in use"):
        running.restart(0)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROJECT / "scripts" / "network"), *arguments], capture_output=True, text=True, timeout=240, check=False, cwd=PROJECT
    )


def test_the_command_brings_a_network_up_shows_it_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    place = ("--dir", str(folder))
    nothing = run("status", *place)
    assert nothing.returncode == 1
    assert nothing.stderr == f"network: no network in {folder}; `scripts/network up --dir {folder}` makes one\n"
    pids: list[int | None] = []
    try:
        up = run("up", *place)
        assert up.returncode == 0, up.stderr
        found = network.find(folder)
        pids = [each.pid for each in found.validators]
        assert all(pid is not None and psutil.pid_exists(pid) for pid in pids)
        again = run("up", *place)
        assert again.returncode == 0, again.stderr
        assert [each.pid for each in network.find(folder).validators] == pids
        shown = run("status", *place)
        assert shown.returncode == 0
        assert all(url in shown.stdout for url in found.urls)
        found.kill(0)
        assert run("status", *place).returncode == 1
    finally:
        down = run("down", *place)
    assert down.returncode == 0, down.stderr
    assert not [pid for pid in pids if pid is not None and psutil.pid_exists(pid)]
    assert all(each.pid is None for each in network.find(folder).validators)
    assert run("down", *place).returncode == 0


def test_a_set_up_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEDGEBOOK_VALIDATOR", "/bin/false")
    with pytest.raises(NodeError, match="could not be set up"):
        network.create(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_validators_that_end_at_once_are_named_and_none_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network.create(tmp_path)
    monkeypatch.setenv("PLEDGEBOOK_VALIDATOR", "/bin/false")
    with pytest.raises(NodeError, match=r"validator-[1-4] has ended"):
        network.open_network(tmp_path)
    assert all(each.pid is None for each in network.find(tmp_path).validators)


def test_validators_without_settings_are_kept(tmp_path: Path) -> None:
    (tmp_path / "validator-2").mkdir()
    with pytest.raises(NodeError, match=r"validator-2 is there without network\.json"):
        network.create(tmp_path)
    assert (tmp_path / "validator-2").exists()


def test_damaged_settings_are_named(tmp_path: Path) -> None:
    (tmp_path / network.SETTINGS).write_text('{"engine": "kaia"}')
    with pytest.raises(NodeError, match=r"network\.json is damaged"):
        network.find(tmp_path)


def test_it_goes_on_from_its_data_after_a_full_stop(tmp_path: Path) -> None:
    with network.four_validators(tmp_path) as first:
        sender = Sender()
        created = send(first.urls[0], sender, CREATION)
    assert all(each.pid is None for each in first.validators)
    with network.four_validators(tmp_path) as second, Rpc(second.urls[0]) as rpc:
        assert second.urls == first.urls
        assert rpc.call("eth_getCode", created["contractAddress"], "latest") == "0x" + RUNTIME.hex()
        assert rpc.call("eth_getTransactionReceipt", created["transactionHash"])["blockHash"] == created["blockHash"]


def test_a_validator_that_hangs_at_the_start_is_started_again(running: Network) -> None:
    hung = psutil.Process(running.validators[0].pid)
    hung.suspend()
    wait(lambda: all((head or 0) > 1 for head in heads(running)[1:]), 60, "three agree without the fourth")
    assert running.restart_stragglers(1, seconds=1) == [0]
    assert not hung.is_running()
    running.wait_for_block(1)


def test_nobody_is_started_again_while_too_few_go_on(running: Network) -> None:
    assert running.restart_stragglers(above=10**9, seconds=1) == []
