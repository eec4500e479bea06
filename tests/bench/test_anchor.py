"""The anchor benchmark measures what it says: real records, the right root, a real transaction; and prints one object."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import anchor, anchor_gas, records
from bench.__main__ import BENCHES
from bench.anchor import RootsDiffer
from bench.anchor_gas import NotVerified
from ledger.chain.rpc import Rpc
from ledger.proofs import anchors, merkle

ROOT = Path(__file__).resolve().parents[2]
KEYS = ["records_per_s", "proof_us", "verify_gas", "naive_records_per_s", "records", "processes"]


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a benchmark as scripts/bench does."""
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False)


def test_json_is_one_flat_object_and_nothing_else(tmp_path: Path) -> None:
    done = run("anchor", "--json", "--count", "20000", FOUNDRY_OUT=str(tmp_path / "elsewhere"))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert list(figures) == KEYS and done.stdout.count("\n") == 1
    assert all(isinstance(value, int | float) and value > 0 for value in figures.values())
    assert (figures["records"], figures["processes"]) == (20_000, 2)
    # 21,000 for any transaction, and a path of 15 in calldata.
    assert 21_000 + 15 * 32 * 12 < figures["verify_gas"] < 60_000
    assert "verifying on chain" in done.stderr


def test_without_json_every_figure_has_its_meaning_and_goal() -> None:
    done = run("anchor", "--count", "2", "--processes", "1")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == KEYS
    assert "(goal: at most 60,000)" in done.stdout


def test_what_is_not_known_is_answered_by_the_list() -> None:
    for arguments in (["nothing"], ["--json"]):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert all(f"  {name} " in done.stderr for name in BENCHES)
    for arguments in ([], ["--help"]):
        done = run(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert "usage: scripts/bench NAME" in done.stdout


@pytest.mark.parametrize("wrong", [["--count", "1"], ["--count", "many"], ["--processes", "0"], ["--fast"]])
def test_options_that_make_no_sense_are_refused(wrong: list[str]) -> None:
    done = run("anchor", *wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert wrong[0] in done.stderr


def test_records_are_the_same_everywhere_and_differ(tmp_path: Path) -> None:
    records.write(tmp_path / "one", 4_500)
    records.write(tmp_path / "two", 4_500)
    read = records.read(tmp_path / "one", 0, 4_500)
    assert read == records.read(tmp_path / "two", 0, 4_500)
    assert len(set(read)) == 4_500 and {len(record) for record in read} == {500}
    assert records.read(tmp_path / "one", 1_999, 2_002) == read[1_999:2_002]
    assert merkle.leaf_hash(b"".join(read)).hex()[:16] == "80fc225cecaddf76"


def test_a_build_that_is_not_the_naive_one_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "build_from", lambda *_: bytes(32))
    with pytest.raises(RootsDiffer, match="10 records: root 0000"):
        anchor.measure(tmp_path, 10, 1)


def test_gas_of_a_proof_that_does_not_hold_is_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    call = Rpc.call

    def counted(self: Rpc, method: str, *params: object) -> object:
        asked.append(method)
        return call(self, method, *params)

    monkeypatch.setattr(Rpc, "call", counted)
    with pytest.raises(NotVerified, match="a wrong one"):
        anchor_gas.verify_gas(tmp_path, bytes(32), 2, 0, anchor._record(), [bytes(32)])
    assert asked.count("eth_call") == 1
