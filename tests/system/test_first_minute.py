"""A home whose chain, gateway or both are killed in its first minute, twice, comes up again with all that it had accepted."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from gateway.config import OPERATOR_KEY, URL_FILE
from ledger.chain.engines.anvil import PROGRAM as ANVIL
from ledger.domain.ids import to_hex
from tests.conftest import FULL

PROGRAM = str(Path(sys.executable).with_name("pledgebook"))
SECONDS = 240.0
SEED = int(os.environ.get("PLEDGEBOOK_SEED", "0")) or time.time_ns() % 1_000_000
MOST_SECONDS = 30.0
"""A start takes ten to twenty seconds here; after the founding the state goes to disk every sixty."""
MEMBERS = 3


@dataclass
class Life:
    """A home, what it accepted, and what its runs printed."""

    home: Path
    accepted: list[dict[str, str]] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    count: int = 0

    def start(self) -> "subprocess.Popen[str]":
        (self.home / URL_FILE).unlink(missing_ok=True)
        command = [PROGRAM, "up", "--no-replay", "--home", str(self.home), "--port", "0"]
        environment = {**os.environ, "COLUMNS": "200"}
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def listen(self, running: "subprocess.Popen[str]", line: str, seen: threading.Event) -> None:
        assert running.stdout is not None
        for text in running.stdout:
            self.printed.append(text.rstrip())
            if line in text:
                seen.set()
        seen.set()

    def http(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {(self.home / OPERATOR_KEY).read_text().strip()}"}
        return httpx.Client(base_url=(self.home / URL_FILE).read_text().strip(), headers=headers, timeout=90, trust_env=False)

    def act(self, running: "subprocess.Popen[str]") -> None:
        """Members and acts, one after another, as long as the gateway answers. What it accepted counts."""
        while running.poll() is None:
            with suppress(httpx.TransportError, FileNotFoundError), self.http() as http:
                while running.poll() is None:
                    self._act(http)
            time.sleep(0.1)

    def _act(self, http: httpx.Client) -> None:
        if len(self.accounts) < MEMBERS:
            at = len(self.accounts)
            row = {"key": f"m{at}", "name": f"m{at}", "party": to_hex(bytes([at + 1]) * 32), "roles": ["SUPPLIER"]}
            answer = http.post("/members:batch", json={"members": [row]})
            assert answer.status_code in (202, 503), answer.text
            if answer.status_code == 202:
                self.accounts.append(answer.json()["members"][0]["account"])
            return
        account = self.accounts[self.count % MEMBERS]
        body = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": self.count % 2 == 0}}
        answer = http.post("/acts", json=body, headers={"Idempotency-Key": f"act {self.count}"})
        assert answer.status_code in (202, 404, 409, 422, 503), answer.text
        if answer.status_code == 202:
            self.accepted.append({"account": account, "id": answer.json()["id"]})
            self.count += 1
        time.sleep(0.05)


def chain_of(running: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The embedded chain's process."""
    with suppress(psutil.NoSuchProcess):
        return [each for each in psutil.Process(running.pid).children(recursive=True) if each.name() == ANVIL.name]
    return []


def kill(running: "subprocess.Popen[str]", victim: str) -> None:
    """As kill -9 would. The gateway stands still first: its end would have the chain write its state."""
    chain = chain_of(running)
    while victim == "chain" and not chain and running.poll() is None:
        time.sleep(0.05)
        chain = chain_of(running)
    if victim == "both":
        running.send_signal(signal.SIGSTOP)
    if victim in ("chain", "both"):
        for each in chain:
            each.kill()
    if victim in ("gateway", "both"):
        running.kill()


def run_until(life: Life, line: str, seconds: float, victim: str) -> None:
    """One run: the victim is killed `seconds` after a line was printed."""
    running, seen = life.start(), threading.Event()
    threads = [threading.Thread(target=life.listen, args=(running, line, seen)), threading.Thread(target=life.act, args=(running,))]
    for each in threads:
        each.start()
    try:
        assert seen.wait(SECONDS)
        time.sleep(seconds)
        life.printed.append(f"--- {victim} killed {seconds:.1f} s after {line!r}")
        kill(running, victim)
        if victim == "chain":
            _ends_or_says(life, running)
        running.wait(SECONDS)
    finally:
        running.kill()
        for each in threads:
            each.join(SECONDS)


def _ends_or_says(life: Life, running: "subprocess.Popen[str]") -> None:
    """A gateway whose chain is gone ends with a line, or goes on and health names it until it is stopped."""
    end = time.monotonic() + SECONDS
    while running.poll() is None and time.monotonic() < end:
        with suppress(httpx.TransportError, FileNotFoundError), life.http() as http:
            if "chain-ended" in http.get("/health").json()["faults"]:
                running.send_signal(signal.SIGINT)
                return
        time.sleep(0.2)
    assert running.poll() == 1, told(life)
    errors = [each for each in life.printed if each.startswith("error")]
    assert errors and not any("Traceback" in each for each in life.printed), told(life)


def told(life: Life) -> str:
    return f"PLEDGEBOOK_SEED={SEED}\n" + "\n".join(life.printed[-40:])


def _all_done(life: Life, http: httpx.Client, acts: list[dict[str, str]]) -> None:
    """Each is final. One that came before its member's admission on the new branch says so, and is sent once more as a person would."""
    for each in _waited(life, http, acts):
        if each["state"] == "ready":
            assert each["reason"]["error"] == "KeyInactive", f"{each}\n{told(life)}"
            retried = http.post(f"/acts/{each['id']}/retry", params={"account": each["account"]})
            assert retried.status_code == 202, retried.text
    states = {each["state"] for each in _waited(life, http, acts)}
    assert states == {"final"}, f"{states}\n{told(life)}"


def _waited(life: Life, http: httpx.Client, acts: list[dict[str, str]]) -> list[dict[str, Any]]:
    waited = http.post("/acts:wait", json={"acts": acts, "timeout": 60}).json()
    assert waited["pending"] == 0, f"{waited}\n{http.get('/health/details').text}\n{told(life)}"
    found: list[dict[str, Any]] = waited["acts"]
    return found


def comes_up(life: Life) -> "subprocess.CompletedProcess[str]":
    """It starts, and everything that it accepted is done once. Whether its mirror is the chain."""
    running, seen = life.start(), threading.Event()
    listening = threading.Thread(target=life.listen, args=(running, "Stop with Ctrl-C", seen))
    listening.start()
    try:
        assert seen.wait(SECONDS) and running.poll() is None, told(life)
        with life.http() as http:
            if life.accounts:
                waited = http.post("/members:wait", json={"accounts": life.accounts, "timeout": 60}).json()
                assert waited["pending"] == [], told(life)
            for at in range(0, len(life.accepted), 500):
                _all_done(life, http, life.accepted[at : at + 500])
            assert http.get("/health").json() == {"status": "ok", "faults": []}, told(life)
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(SECONDS)
        listening.join(SECONDS)
    return subprocess.run([PROGRAM, "mirror", "verify", "--home", str(life.home)], capture_output=True, text=True, check=False)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path / "ledger")


CHAIN, CONTRACTS, FOUNDERS, UP = "starting the chain", "deploying the contracts", "admitting settlement banks", "Stop with Ctrl-C"
POINTS = [(CHAIN, "both"), (CONTRACTS, "chain"), (FOUNDERS, "both"), (FOUNDERS, "chain"), (UP, "chain"), (UP, "both")]


@pytest.mark.parametrize(("line", "victim"), POINTS)
def test_killed_at_a_step_of_the_first_start(life: Life, line: str, victim: str) -> None:
    run_until(life, line, 1.0, victim)
    verified = comes_up(life)
    assert verified.returncode == 0, verified.stdout + told(life)


@pytest.mark.parametrize("number", range(24 if FULL else 1))
def test_killed_at_random_moments_of_the_first_minute(life: Life, number: int) -> None:
    chance = random.Random(f"{SEED}/{number}")
    for _ in range(2):
        run_until(life, "", chance.uniform(0.0, MOST_SECONDS), chance.choice(["chain", "gateway", "both"]))
    verified = comes_up(life)
    assert verified.returncode == 0, verified.stdout + told(life)
