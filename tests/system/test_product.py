"""The whole path as a user starts it: records in, reconciliation out, wrong input; and on four validators, one of them killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from rich.console import Console

import gateway.replay.run as replays
from gateway import runtime
from gateway.config import Settings
from gateway.replay.report import Report
from ledger.chain import network
from ledger.chain.blocks import Checks
from ledger.chain.engines import kaia
from ledger.chain.rpc import Rpc
from ledger.mirror import verify
from tests.system.records import GRANTS, RELEASED, small_folder

PROGRAM = [str(Path(sys.executable).with_name("pledgebook"))]
SECONDS = 240


def pledgebook(*arguments: str | Path, home: Path, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PLEDGEBOOK_HOME": str(home), "COLUMNS": "200"}
    where = [] if data is None else ["--data", str(data)]
    command = [*PROGRAM, *map(str, arguments), *where]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)


def reconciliation(home: Path) -> dict[str, dict[str, str]]:
    written = json.loads((home / "reconciliation.json").read_text())
    assert written["holds"] is True
    return {f"{each['set']}: {each['name']}": each["values"] for each in written["checks"]}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_folder(tmp_path_factory.mktemp("data"))


def test_check_replays_reconciles_and_leaves_nothing(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    ran = pledgebook("up", "--check", "--report", kept, home=tmp_path / "unused", data=data)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "holds" in ran.stdout and "DIFFERS" not in ran.stdout
    assert ran.stdout.count("kept in") == 1 and f"kept in {kept}" in ran.stdout
    assert json.loads(kept.read_text())["holds"] is True
    assert not (tmp_path / "unused").exists()


def test_a_replay_is_kept_verified_and_not_done_twice(data: Path, tmp_path: Path) -> None:
    home = tmp_path / "ledger"
    assert pledgebook("replay", home=home, data=data).returncode == 0
    first = reconciliation(home)
    assert first["pledges: created"] == {"plan": str(GRANTS), "chain": str(GRANTS), "sql": str(GRANTS)}
    assert first["pledges: ended"]["chain"] == str(RELEASED)
    again = pledgebook("replay", home=home, data=data)
    assert again.returncode == 0, again.stdout + again.stderr
    assert reconciliation(home) == first
    verified = pledgebook("mirror", "verify", home=home)
    assert verified.returncode == 0 and "equal" in verified.stdout, verified.stdout
    other = small_folder(tmp_path / "other")
    (other / "ibm-accounts-receivable" / "few.csv").write_text(
        (data / "ibm-accounts-receivable" / "few.csv").read_text().replace("/2018", "/2012")
    )
    refused = pledgebook("replay", home=home, data=other)
    assert refused.returncode == 1 and "--fresh" in refused.stderr and refused.stderr.count("\n") == 1, refused.stderr


def test_up_serves_until_it_is_stopped_and_starts_again_at_once(data: Path, tmp_path: Path) -> None:
    home = tmp_path / "ledger"
    for again in (False, True):
        began = time.monotonic()
        environment = {**os.environ, "PLEDGEBOOK_HOME": str(home), "COLUMNS": "200"}
        command = [*PROGRAM, "up", "--data", str(data), "--port", "0"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            told: list[str] = []
            for line in running.stdout:
                told.append(line)
                if found := re.search(r"API +(http://127\.0\.0\.1:\d+)", line):
                    break
            assert found and httpx.get(found[1] + "/health").json()["status"] == "ok"
            assert not again or time.monotonic() - began < 10
            assert any("replayed before" in line for line in told) is again
            running.send_signal(signal.SIGINT)
            running.stdout.read()
            assert running.wait(timeout=20) == 0
    assert (home / "operator.key").stat().st_mode & 0o077 == 0
    assert (home / "keys" / "passphrase").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_a_folder_without_records_is_one_line(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    refused = pledgebook("replay", home=tmp_path / "ledger", data=tmp_path / folder)
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1 and folder in refused.stderr


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = pledgebook("up", "--no-replay", "--port", str(taken.getsockname()[1]), home=tmp_path / "ledger")
    assert refused.returncode == 1 and "--port" in refused.stderr and refused.stderr.count("\n") == 1, refused.stderr


def test_a_stopped_node_is_said_and_nothing_is_half_done(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    secret = tmp_path / "passphrase"
    secret.write_text("a long enough passphrase")
    environment = {
        **os.environ,
        "PLEDGEBOOK_HOME": str(tmp_path / "ledger"),
        "PLEDGEBOOK_NODE": url,
        "PLEDGEBOOK_PASSPHRASE_FILE": str(secret),
    }
    command = [*PROGRAM, "up", "--no-replay", "--port", "0"]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert refused.returncode == 1 and url in refused.stderr and refused.stderr.count("\n") == 1, refused.stderr
    assert not (tmp_path / "ledger" / "manifest.json").exists()


def test_four_validators_reconcile_although_one_is_killed(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("a long enough passphrase")
    monkeypatch.setenv("PLEDGEBOOK_PASSPHRASE_FILE", str(secret))
    reports: list[Report] = []
    with network.four_validators(tmp_path / "network") as validators:
        settings = Settings(home=tmp_path / "ledger", data=data, engine="kaia", node=validators.urls[0], port=0)
        running = runtime.start(settings)
        try:
            options = replays.Options(data, settings.home, console=Console(quiet=True))
            writing = threading.Thread(target=lambda: reports.append(replays.replay(options, running)))
            writing.start()
            before = running.services.sync.status().block
            while running.services.sync.status().block < before + 15 and writing.is_alive():
                time.sleep(0.2)
            assert writing.is_alive(), "the kill must fall into the replay"
            validators.kill(3)
            time.sleep(8)
            validators.restart(3)
            writing.join(timeout=420)
            assert reports and reports[0].ok, [check for report in reports for check in report.checks if not check.holds]
            end = running.services.sync.status().head
            _check_mirror(running, validators.urls[1])
        finally:
            running.stop()
        until = time.monotonic() + 90
        while (validators.status()[3].head or 0) < end and time.monotonic() < until:
            time.sleep(0.5)
        assert (validators.status()[3].head or 0) >= end, "the killed validator caught up"


def _check_mirror(running: runtime.Runtime, url: str) -> None:
    """The mirror is what a rebuild from another validator's blocks gives, and what the contracts hold."""
    with Rpc(url) as rpc:
        checks = Checks(headers=kaia.ENGINE.headers, receipts=True)
        report = verify.of(running.services.mirror, running.services.manifest, rpc=rpc, rows=300, seed=1, checks=checks)
    assert report.equal and report.spots is not None
    assert report.spots.proven["token"] == report.spots.asked["token"] > 10 and report.spots.proven["pledge_state"] > 0, report.spots
