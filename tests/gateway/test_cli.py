"""The commands that an operator gives at three in the morning: API keys, the lane, keys of members; one line for every error."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account

from gateway import cli, runtime
from gateway.client import connected
from gateway.commands import shared
from gateway.config import MIRROR_FILE, URL_FILE, Settings
from gateway.outbox import lane_rows, lanes
from gateway.roles import ROLES
from gateway.signers.keystore import HOUSE, RELAYER
from ledger.domain.ids import to_hex
from tests.gateway.commanding import Run, refused, runner
from tests.ledger import ledgers
from tests.ledger.mirror.lying import lying


@pytest.fixture
def pledgebook(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(home, monkeypatch, capsys)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose gateway is stopped."""
    folder = tmp_path_factory.mktemp("cli") / "home"
    running = runtime.start(Settings(home=folder, port=0), genesis_time=1_700_000_000)
    running.stop()
    return folder


def start(home: Path) -> runtime.Runtime:
    running = runtime.start(Settings(home=home, port=0))
    assert running.clock is not None
    running.clock.run()
    return running


@pytest.fixture
def running(home: Path) -> Iterator[runtime.Runtime]:
    started = start(home)
    yield started
    assert started.clock is not None
    started.clock.hold()
    started.stop()


def test_an_api_key_is_rotated_while_the_gateway_runs(running: runtime.Runtime, pledgebook: Run) -> None:
    """The old secret opens for the overlap, and none at once where that is 0."""

    def opens(key: str) -> bool:
        return httpx.get(running.url + "/members", headers={"authorization": f"Bearer {key}"}).status_code == 200

    first = pledgebook("keys", "issue-api-key", "treasury").out.strip()
    key_id = first.split("_")[1]
    second = pledgebook("keys", "rotate-api-key", key_id).out.strip()
    assert opens(first) and opens(second) and first != second
    third = pledgebook("keys", "rotate-api-key", key_id, "--overlap", "0").out.strip()
    assert opens(third)
    time.sleep(1.1)
    assert (opens(first), opens(second), opens(third)) == (False, False, True)
    refused(pledgebook("keys", "rotate-api-key", "nobody"), "no API key nobody")


def test_the_homes_own_key_is_written_anew_when_it_is_rotated(running: runtime.Runtime, pledgebook: Run, home: Path) -> None:
    file = home / "operator.key"
    before = file.read_text()
    made = pledgebook("keys", "rotate-api-key", before.split("_")[1]).out.strip()
    assert file.read_text() == made != before and file.stat().st_mode & 0o077 == 0
    other = pledgebook("keys", "issue-api-key", "another").out.strip()
    pledgebook("keys", "rotate-api-key", other.split("_")[1])
    assert file.read_text() == made


def test_the_mirror_is_held_against_the_contracts(running: runtime.Runtime, pledgebook: Run, home: Path) -> None:
    assert running.clock is not None
    running.clock.hold()
    arguments = ("mirror", "verify", "--node", running.node_urls[0], "--rows", "60", "--seed", "7")
    ran = pledgebook(*arguments)
    assert ran.code == 0, ran
    told = re.search(r"(\d+) rows compared, (\d+) proven, seed 7\n", ran.out)
    assert told is not None and int(told[1]) > 20 and int(told[2]) > 10 and ": equal" in ran.out
    changed = "UPDATE register SET {} WHERE to_pos IS NULL"
    mirror = sqlite3.connect(home / MIRROR_FILE)
    with mirror:
        mirror.execute(changed.format("closed = 1 - closed"))
    ran = pledgebook(*arguments)
    assert ran.code == 1
    assert "NOT EQUAL" in ran.out and "closed is True, the contract says False" in ran.out
    with mirror:
        mirror.execute(changed.format("closed = 1 - closed"))
    mirror.close()
    running.clock.run()
    assert pledgebook("mirror", "verify").code == 0


def test_a_node_of_another_chain_is_not_mirrored(
    running: runtime.Runtime, pledgebook: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has none of the ledger's contracts: its blocks would be taken as those in which nothing happened, and ours undone."""
    other = runtime.start(Settings(home=tmp_path / "other", port=0, keeper=False), genesis_time=1_700_000_001)
    try:
        monkeypatch.setenv("PLEDGEBOOK_MIRROR_URL", f"sqlite:///{tmp_path}/mirror.db")
        refused(pledgebook("mirror", "sync", "--node", other.node_urls[0]), "manifest: is of another chain")
        assert not (tmp_path / "mirror.db").exists()
    finally:
        other.stop()
    assert pledgebook("mirror", "sync", "--node", running.node_urls[0]).code == 0


def test_a_lone_node_that_changes_a_log_is_neither_mirrored_nor_verified_by(
    running: runtime.Runtime, pledgebook: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blooms say nothing of data: who asks one node alone holds each block against its roots, as a gateway does."""

    def lie(method: str, _: Any, answer: Any) -> Any:
        return [{**log, "data": log["data"][:-1] + "f"} for log in answer] if method == "eth_getLogs" else answer

    with lying(running.node_urls[0], lie) as liar:
        refused(pledgebook("mirror", "verify", "--node", liar, "--rows", "0"), "not those of its receipts")
        monkeypatch.setenv("PLEDGEBOOK_MIRROR_URL", f"sqlite:///{tmp_path}/mirror.db")
        refused(pledgebook("mirror", "sync", "--node", liar), "not those of its receipts")


def test_a_mirror_that_a_newer_version_keeps_is_neither_synced_nor_exported(
    running: runtime.Runtime, pledgebook: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEDGEBOOK_MIRROR_URL", f"sqlite:///{tmp_path}/mirror.db")
    sync = ("mirror", "sync", "--node", running.node_urls[0])
    assert pledgebook(*sync).code == 0
    with sqlite3.connect(tmp_path / "mirror.db") as mirror:
        mirror.execute("UPDATE checkpoint SET projections = '9999-newer'")
    mirror.close()
    for arguments in (sync, ("mirror", "export", "--to", str(tmp_path / "out"))):
        refused(pledgebook(*arguments), "the projections are of version 9999-newer, which this program of version")


def test_a_mirror_whose_rows_contradict_the_chain_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ledgers.running(tmp_path, [ledgers.Person("Money", ledgers.SETTLEMENT)], council_delay=0) as ledger:
        run, sync = runner(tmp_path, monkeypatch, capsys), ("mirror", "sync", "--node", ledger.rpc.url)
        assert run(*sync).code == 0
        with sqlite3.connect(tmp_path / MIRROR_FILE) as mirror:
            mirror.execute("DELETE FROM member")
        mirror.close()
        ledger.decide("Members", "suspend", ledger.people["Money"].account, bytes(32))
        refused(run(*sync), "the mirror's rows contradict what the chain tells (member has no live row")
        assert run("mirror", "verify").code == 1


def test_a_mirror_of_no_node_or_of_no_database_is_one_line(pledgebook: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pledgebook("mirror", "sync", "--node", "")
    assert asked.code == 2 and "name a node" in asked.err
    for url in ("secret@host", "postgresql://u:secret@host:port/x"):  # pragma: allowlist secret
        monkeypatch.setenv("PLEDGEBOOK_MIRROR_URL", url)
        ran = pledgebook("mirror", "verify")
        refused(ran, "database URL: it can't be read")
        assert "secret" not in ran.err


def test_a_key_is_issued_listed_and_revoked_while_the_gateway_runs(
    running: runtime.Runtime, pledgebook: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for narrow in (cli.console, shared.console):  # an id that is cut off can't be named to revoke its key
        monkeypatch.setattr(narrow, "width", 60)
    account = to_hex(running.services.keystore.members()[0])
    made = pledgebook("keys", "issue-api-key", "bank teller", "--member", account, "--read-only", "--days", "3").out.strip()
    headers = {"authorization": f"Bearer {made}"}
    assert httpx.get(running.url + "/members", headers=headers).status_code == 200
    listed = pledgebook("keys", "list-api-keys").out
    key_id, secret = made.split("_")[1:]
    assert key_id in listed and "bank teller" in listed and account in listed and secret not in listed
    assert pledgebook("keys", "revoke-api-key", key_id).code == 0
    time.sleep(1.1)
    assert httpx.get(running.url + "/members", headers=headers).status_code == 401, "ended within a second"
    assert "revoked" in pledgebook("keys", "list-api-keys").out
    refused(pledgebook("keys", "revoke-api-key", "nobody"), "no API key nobody")


def test_an_api_key_is_for_an_account_that_somebody_knows(running: runtime.Runtime, pledgebook: Run) -> None:
    """One that is admitted later is named as such, unless its keys are here already."""
    stranger, coming, elsewhere = "0x" + "5a" * 20, "0x" + "5b" * 20, "0x" + "5c" * 20
    refused(pledgebook("keys", "issue-api-key", "slip", "--member", stranger), f"member: {stranger} is no member of this ledger")
    assert "slip" not in pledgebook("keys", "list-api-keys").out
    assert pledgebook("keys", "issue-api-key", "early", "--member", stranger, "--before-admission").code == 0
    assert pledgebook("keys", "make", coming).code == 0
    assert pledgebook("keys", "issue-api-key", "with keys", "--member", coming).code == 0
    with connected(running.services.settings) as client:
        row = {"key": "wallet", "name": "wallet", "party": "0x" + "5c" * 32, "roles": ["SUPPLIER"], "account": elsewhere}
        client.post("/members:batch", {"members": [row]})
        assert client.post("/members:wait", {"accounts": [elsewhere], "timeout": 20})["pending"] == []
    assert elsewhere not in pledgebook("keys", "list").out
    assert pledgebook("keys", "issue-api-key", "keys elsewhere", "--member", elsewhere).code == 0


def test_a_lane_is_not_renewed_under_a_running_gateway(running: runtime.Runtime, pledgebook: Run) -> None:
    refused(pledgebook("keys", "renew-lane"), "another gateway runs on this home")


def test_a_key_is_rotated_while_the_gateway_runs(running: runtime.Runtime, pledgebook: Run) -> None:
    with connected(running.services.settings) as client:
        rows = [{"key": "rotator", "name": "rotator", "party": "0x" + "77" * 32, "roles": ["SUPPLIER"]}]
        account = client.post("/members:batch", {"members": rows})["members"][0]["account"]
        assert client.post("/members:wait", {"accounts": [account], "timeout": 30})["pending"] == []

        def act(key: str, kind: str, body: dict[str, Any], by: str | None = None) -> dict[str, Any]:
            signers = [] if by is None else [{"account": account, "key": by}]
            made = client.done(client.post("/acts", {"account": account, "kind": kind, "body": body, "signers": signers}, key))
            return client.get(f"/acts/{made['id']}", account=account)

        new = pledgebook("keys", "make", account).out.split()[1].rstrip(";")
        act("rotator adds", "AddKey", {"key": new, "roles": ROLES["SUPPLIER"] | ROLES["ADMINISTRATOR"]}, account)
        act("rotator revokes", "RevokeKey", {"key": account}, new)
        assert pledgebook("keys", "retire", account, account).code == 0
        after = act("rotator goes on", "SetAcceptance", {"acceptsDirect": False})
        assert [each["key"] for each in after["signers"]] == [new]
    refused(pledgebook("keys", "retire", account, account), "is not held")
    refused(pledgebook("keys", "adopt", account, new, "--vault", "remote"), "vault 'remote' is not set up")


def test_a_lane_that_stands_is_renewed_and_what_waited_goes(home: Path, pledgebook: Run) -> None:
    first = start(home)
    services = first.services
    old = services.keystore.keys(HOUSE, RELAYER)[0]
    with services.office.write() as conn:
        lane_rows.alarm(conn, f"relay {to_hex(old)}", "the chain counts more than we wrote")
    member = to_hex(services.keystore.members()[0])
    headers = {"authorization": f"Bearer {first.api_key}"}
    body = {"account": member, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
    asked = httpx.post(first.url + "/acts", json=body, headers={**headers, "Idempotency-Key": "waits"})
    assert asked.status_code == 202
    path = f"/acts/{asked.json()['id']}?account={member}"
    assert httpx.get(f"{first.url}{path}&wait=1", headers=headers).json()["state"] == "queued"
    assert httpx.get(first.url + "/health").json()["faults"] != []
    assert first.clock is not None
    first.clock.hold()
    first.stop()
    renewed = pledgebook("keys", "renew-lane")
    assert renewed.code == 0 and "the next start has it enrolled" in renewed.out and to_hex(old) not in renewed.out
    again = start(home)
    try:
        assert httpx.get(f"{again.url}{path}&wait=20", headers=headers, timeout=30).json()["state"] == "final"
        assert httpx.get(again.url + "/health").json() == {"status": "ok", "faults": []}
    finally:
        assert again.clock is not None
        again.clock.hold()
        again.stop()


def test_an_office_restored_from_a_copy_goes_on_once_both_lanes_are_told(
    home: Path, pledgebook: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 1.0)

    def lived(name: str) -> bool:
        """Whether a member is admitted and acts, in a life of the gateway."""
        running = start(home)
        assert running.clock is not None
        try:
            with connected(running.services.settings) as client:
                row = {"key": name, "name": name, "party": "0x" + name.encode().hex().ljust(64, "0"), "roles": ["SUPPLIER"]}
                account = client.post("/members:batch", {"members": [row]})["members"][0]["account"]
                if client.post("/members:wait", {"accounts": [account], "timeout": 20})["pending"]:
                    return False
                body = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
                client.done(client.post("/acts", body, f"{name} acts"))
                return bool(client.get("/health")["status"] == "ok")
        finally:
            running.clock.hold()
            running.stop()

    kept = tmp_path / "kept"
    kept.mkdir()
    assert lived("before")
    for file in home.glob("office.db*"):
        shutil.copy(file, kept)
    assert lived("unknown to the copy")
    for file in home.glob("office.db*"):
        file.unlink()
    for file in kept.iterdir():
        shutil.copy(file, home)
    assert pledgebook("keys", "renew-lane").code == 0
    told = pledgebook("keys", "renew-lane", "--council")
    assert told.code == 0 and "goes on from the chain's count" in told.out
    assert lived("after")


def test_a_key_leaves_and_comes_back_as_a_v3_file(tmp_path: Path, pledgebook: Run) -> None:
    listed = pledgebook("keys", "list").out.splitlines()
    account, key = listed[0].split(": ")[0], listed[0].split(": ")[1].split(",")[0]
    (tmp_path / "secret").write_text(" a secret with blanks around \n")
    file, secret = str(tmp_path / "key.json"), str(tmp_path / "secret")
    assert pledgebook("keys", "export-v3", account, key, file, "--passphrase-file", secret).code == 0
    assert Path(file).stat().st_mode & 0o777 == 0o600
    private = bytes(Account.decrypt(json.loads(Path(file).read_text()), " a secret with blanks around "))
    assert Account.from_key(private).address.lower() == key
    assert pledgebook("keys", "import-v3", account, file, "--passphrase-file", secret).code == 0
    refused(pledgebook("keys", "import-v3", "0x" + "11" * 20, file, "--passphrase-file", secret), "held for another account")
    (tmp_path / "secret").write_text("another secret")
    refused(pledgebook("keys", "import-v3", account, file, "--passphrase-file", secret), "give a V3 key file and its passphrase")
    refused(pledgebook("keys", "export-v3", "0x11", key, str(tmp_path / "x.json"), "--passphrase-file", secret), "account")
    (tmp_path / "secret").write_text("\n")
    refused(pledgebook("keys", "export-v3", account, key, str(tmp_path / "x.json"), "--passphrase-file", secret), "at least 12")
    (tmp_path / "secret").write_bytes(b"\xff" * 12)
    refused(pledgebook("keys", "export-v3", account, key, str(tmp_path / "x.json"), "--passphrase-file", secret), "no text in UTF-8")
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("keys issue-api-key teller --member 0x12", "member: 20 bytes expected, 1 given"),
        ("keys export-v3 0x12 0x34 out --passphrase-file missing", "account: 20 bytes expected"),
        ("keys revoke-api-key nobody", "no API key nobody"),
        ("up --engine hyperledger --no-replay --port 0", "use one of anvil, besu, kaia"),
        ("up --data /nowhere", "data folder /nowhere doesn't exist"),
        ("replay --currency XXY", "'XXY' is no ISO 4217 code"),
        ("mirror sync --node http://127.0.0.1:1", "node http://127.0.0.1:1 does not answer"),
        ("mirror verify --height 99999999", "99999999"),
    ],
)
def test_a_wrong_input_is_one_line(pledgebook: Run, arguments: str, said: str) -> None:
    refused(pledgebook(*arguments.split()), said)


@pytest.mark.parametrize("given", [False, True])
def test_a_gateway_that_is_gone_is_named_with_what_to_do(pledgebook: Run, home: Path, given: bool) -> None:
    """A killed one leaves its address behind."""
    gone = "http://127.0.0.1:1"
    before = (home / URL_FILE).read_text() if (home / URL_FILE).exists() else None
    (home / URL_FILE).write_text(gone)
    try:
        ran = pledgebook("webhook", "list", *(("--url", gone) if given else ()))
    finally:
        (home / URL_FILE).unlink() if before is None else (home / URL_FILE).write_text(before)
    refused(ran, f"the gateway at {gone} does not answer ([Errno 111] Connection refused); check that it runs; ")
    assert ("check its address" if given else "`pledgebook up` starts it") in ran.err


@pytest.mark.parametrize("arguments", ["keys list", "mirror verify", "keys list-api-keys", "mirror sync --node http://127.0.0.1:1"])
def test_a_home_without_a_ledger_is_one_line(pledgebook: Run, tmp_path: Path, arguments: str) -> None:
    refused(pledgebook(*arguments.split(), "--home", str(tmp_path / "empty")), "no ledger here; `pledgebook up` makes one")
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PLEDGEBOOK_PORT", "many", "PLEDGEBOOK_PORT: a whole number expected"),
        ("PLEDGEBOOK_PORT", "99999", "PLEDGEBOOK_PORT: 65535 at the most"),
        ("PLEDGEBOOK_KEEPER", "maybe", "PLEDGEBOOK_KEEPER: true or false (1 or 0) expected"),
        ("PLEDGEBOOK_ZONE", "Mars/Olympus", "PLEDGEBOOK_ZONE: 'Mars/Olympus' is no zone"),
        ("PLEDGEBOOK_OFFICE_URL", "mysql://x", "'mysql' is neither sqlite nor postgresql"),
        ("PLEDGEBOOK_OFFICE_URL", "postgresql://127.0.0.1:1/x", "database: connection failed"),
    ],
)
def test_a_wrong_setting_is_one_line(pledgebook: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str) -> None:
    monkeypatch.setenv(variable, value)
    refused(pledgebook("keys", "list"), said)


def test_a_file_that_is_no_database_is_one_line(pledgebook: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text((home / "manifest.json").read_text())
    (tmp_path / "office.db").write_text("no database at all, but long enough to look like a file" * 50)
    refused(pledgebook("keys", "list", "--home", str(tmp_path)), "file is not a database")


def test_a_port_beyond_the_last_is_refused(pledgebook: Run) -> None:
    ran = pledgebook("up", "--port", "99999")
    assert ran.code == 2 and "--port" in ran.err and "65535" in ran.err


def test_a_start_says_which_table_of_event_codes_it_reads_or_that_there_is_none(pledgebook: Run, tmp_path: Path) -> None:
    start = ("up", "--no-replay", "--engine", "none", "--home", str(tmp_path / "new"), "--data", str(tmp_path))
    ran = pledgebook(*start)
    assert ran.code == 1 and "no table of offices' event codes" in ran.out and "--event-codes" in ran.out
    table = tmp_path / "inpadoc-legal-codes" / "codes.csv"
    table.parent.mkdir()
    table.write_text("")
    assert f"event codes of {table}" in pledgebook(*start).out
    assert "event codes of mine.csv" in pledgebook(*start, "--event-codes", "mine.csv").out


def test_a_start_brings_nothing_that_it_does_not_need() -> None:
    """Key files, deployments and calendars of all countries take longer to import than a gateway to start."""
    unneeded = {"eth_account", "holidays", "jinja2", "py_ecc", "web3"}
    looked = f"import sys, gateway.runtime, gateway.replay.run; print(sorted({unneeded} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
