"""A running gateway under load and in trouble: it answers, it says what is wrong, and it keeps its secrets."""

import json
import logging
import os
import shutil
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import access, founding, home, runtime, workers
from gateway.api.document import operations
from gateway.config import OFFICE_FILE, OPERATOR_KEY, PASSPHRASE_FILE, Settings
from gateway.errors import StartError
from gateway.leading import Leading
from gateway.outbox import lane_rows
from gateway.runtime import Runtime
from gateway.signers.keystore import HOUSE, RELAYER
from gateway.signers.passphrase import FILE_VARIABLE, PassphraseError
from ledger.chain.calls import view
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from ledger.domain.ids import to_hex
from ledger.mirror import anew, database, sync
from ledger.mirror.views import making
from tests.conftest import FULL
from tests.gateway.conftest import Api, Member, nested_connections
from tests.gateway.documented import Documented
from tests.gateway.peers.site import until
from tests.gateway.pledge import record
from tests.gateway.test_access import problem

MANY = 40
"""As many as the server's threads, and more than half of a database's connections."""


def acceptance(member: Member, key: str) -> dict[str, Any]:
    return {"key": key, "account": member.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}


# --- Load ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(api: Api) -> list[Member]:
    """Many members at once."""
    wanted = [{"key": f"crowd {at}", "name": "one", "party": "0x" + f"{at:064x}", "roles": ["SUPPLIER"]} for at in range(MANY)]
    made = api.http.post("/members:batch", json={"members": wanted}).raise_for_status().json()["members"]
    accounts = [each["account"] for each in made]
    assert api.http.post("/members:wait", json={"accounts": accounts, "timeout": 30}).json()["pending"] == []
    return [Member(each["key"], each["account"]) for each in made]


def test_as_many_members_as_threads_act_at_once_right_after_a_start(api: Api, crowd: list[Member]) -> None:
    """Each opens its keys for the first time: who held a connection while waiting for another would wait for ever."""
    keystore = api.running.services.keystore
    keystore._signing.clear()
    keystore._secrets.clear()
    start = threading.Barrier(MANY)

    def post(member: Member) -> int:
        start.wait()
        body = {name: value for name, value in acceptance(member, "").items() if name != "key"}
        return api.http.post("/acts", json=body, headers={"Idempotency-Key": "at once"}, timeout=20).status_code

    with ThreadPoolExecutor(MANY) as pool:
        assert set(pool.map(post, crowd)) == {202}


def test_those_who_wait_keep_nobody_out(api: Api, crowd: list[Member]) -> None:
    """Twice as many requests wait for an act that nobody signs as the server has threads."""
    body = {
        "account": crowd[0].account, "kind": "SetAcceptance", "body": {"acceptsDirect": True},
        "signers": [{"account": crowd[0].account}, {"account": crowd[1].account}],
    }  # fmt: skip
    with api.running.services.office.write() as conn:
        key = access.issue(conn, "waiting", crowd[0].address, (access.READ, access.ACT))
    headers = {"authorization": f"Bearer {key}", "Idempotency-Key": "waited for"}
    asked = api.http.post("/acts", json=body, headers=headers).json()
    assert asked["state"] == "gathering"
    wait = {"acts": [{"account": asked["account"], "id": asked["id"]}], "timeout": 10}
    with ThreadPoolExecutor(2 * MANY) as pool:
        waiting = [pool.submit(api.http.post, "/acts:wait", json=wait) for _ in range(2 * MANY)]
        time.sleep(0.5)
        assert api.http.get("/members").status_code == httpx.get(api.running.url + "/health").status_code == 200
        assert not any(each.done() for each in waiting)
        assert {each.result().json()["pending"] for each in waiting} == {1}


def test_who_waits_hears_at_once(api: Api, crowd: list[Member]) -> None:
    """The answer comes with the block, not with the end of the time."""
    answer = api.http.post("/acts:batch", json={"acts": [acceptance(crowd[2], "heard")]}).json()["acts"][0]
    began = time.monotonic()
    ended = api.http.get(f"/acts/{answer['id']}", params={"account": answer["account"], "wait": 30}).json()
    assert ended["state"] == "final" and time.monotonic() - began < 20


def test_no_thread_holds_two_connections_of_one_database(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once, and as many threads as there are connections would wait for each other."""
    nested = nested_connections(monkeypatch)
    api.running.services.keystore._signing.clear()
    api.running.services.keystore._secrets.clear()
    supplier, obligor = api.admit("nested supplier", "SUPPLIER"), api.admit("nested obligor", "OBLIGOR")
    number = api.receivable(supplier, obligor)
    api.http.get("/acts", params={"account": supplier.account}).raise_for_status()
    api.http.get(f"/receivables/{number}").raise_for_status()
    api.http.get("/health/details").raise_for_status()
    assert nested == []


def test_a_batch_of_five_hundred_is_accepted_and_ends(api: Api, crowd: list[Member]) -> None:
    batch = [acceptance(crowd[at % MANY], f"batch {at}") for at in range(500)]
    answer = api.http.post("/acts:batch", json={"acts": batch}).json()["acts"]
    refs = [{"account": each["account"], "id": each["id"]} for each in answer]
    ended = api.http.post("/acts:wait", json={"acts": refs, "timeout": 60}).json()
    assert ended["pending"] == 0 and {each["state"] for each in ended["acts"]} == {"final"}


# --- Bad input -------------------------------------------------------------------------------------------------------------------


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
json_values = st.recursive(
    scalars | st.sampled_from(["0x", "0x" + "11" * 20, "-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
IN_PATHS = ["1", "x", "-1", str(2**300), "0x" + "ff" * 32, "0x" + "11" * 20, "%00", "%F0%9F%92%A9"]
IN_QUERIES = ["", "1", "-1", "x", str(2**70), "0x" + "11" * 20, "2026-01-01T00:00:00Z", "0", "\x00"]


def parameters(data: st.DataObject, operation: dict[str, Any], place: str, values: list[str]) -> dict[str, str]:
    """Some of an operation's parameters, each with some value."""
    named = [each["name"] for each in operation.get("parameters", []) if each["in"] == place and each["name"] != "wait"]
    wanted = named if place == "path" else [name for name in named if data.draw(st.booleans())]
    return {name: data.draw(st.sampled_from(values)) for name in wanted}


def spoilt(data: st.DataObject, operation: dict[str, Any]) -> Any:
    """The example's body with one or two fields replaced; nobody waits."""
    if "requestBody" not in operation:
        return None
    example: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["example"]
    body = {**example, **data.draw(st.dictionaries(st.sampled_from([*example, "more"]), json_values, max_size=2))}
    return body | {"timeout": 0} if "timeout" in example else body


@settings(max_examples=2_000 if FULL else 100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_request_is_answered_with_5xx_or_beside_the_document(api: Api, data: st.DataObject) -> None:
    """Wrong values in paths, queries and the examples' bodies; the client's hook holds each answer against the document."""
    method, path, operation = data.draw(st.sampled_from(list(operations(api.documented.document))))
    url = path.format(**parameters(data, operation, "path", IN_PATHS))
    query, body = parameters(data, operation, "query", IN_QUERIES), spoilt(data, operation)
    headers = {"Idempotency-Key": data.draw(st.sampled_from(["fuzz", "", "x" * 300, "7"]))}
    answer = api.http.request(method, url, params=query, json=body, headers=headers)
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b'"text"', b'{"acts": ' + b"[" * 100_000, b"\xff\xfe", b'{"acts": [], "acts": []}', b'{"acts": NaN}',
        b'{"acts": [{"key": "\\ud800", "account": "0x' + b"11" * 20 + b'", "kind": "Move", "body": {}}]}',
        b'{"acts": [{"key": "a\\u0000b", "account": "0x' + b"11" * 20 + b'", "kind": "Move", "body": {}}]}',
        b'{"acts": [{"key": "k", "account": "0x' + b"11" * 20 + b'", "kind": "Move", "body": {"x": ' + b"9" * 5_000 + b"}}]}",
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_a_problem(api: Api, content: bytes) -> None:
    answer = api.http.post("/acts:batch", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (202, 422)
    assert answer.status_code == 422 or answer.json()["acts"][0]["problem"]["status"] in (404, 422)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"amount": 1.5}, "a float; write amounts and rates as strings"),
        ({"n": 2**60}, "content"),
        ({"x": "y" * (1 << 20)}, "at most 1048576"),
    ],
)
def test_a_document_that_cannot_be_committed_to_is_refused(api: Api, document: Any, said: str) -> None:
    item = {"member": api.admit("writer", "SUPPLIER").account, "schema": "a/1", "document": document}
    told = problem(api.http.post("/content:batch", json={"items": [item]}), 422)
    assert said in told["detail"] and told["field"] == "items[0].document"


def test_an_expired_consent_is_refused_with_its_time_and_leaves_nothing(api: Api) -> None:
    office = next(
        each for each in api.http.get("/members", params={"role": "REGISTRAR"}).json()["data"] if each["name"].startswith("United")
    )
    signers = [{"account": office["account"], "role": "REGISTRAR", "mode": "ATTESTED"}]
    expired = record("60022-1", "A Ltd", "B Bank", effective=1_690_000_000, given=1_690_000_000, until=1_690_000_500)
    asked = {"account": office["account"], "kind": "RecordPledge", "body": expired, "signers": signers}
    told = problem(api.http.post("/acts", json=asked, headers={"Idempotency-Key": "expired consent"}), 422)
    assert told["reason"]["error"] == "ConsentExpired" and "ended at 2023-07-22 04:35:00 UTC; it must be given anew" in told["detail"]
    assert api.http.get("/pledges", params={"number": "60022-1"}).json()["data"] == []
    asked["body"] = record("60022-1", "A Ltd", "B Bank", effective=1_690_000_000, given=1_690_000_000)
    answer = api.http.post("/acts", json=asked, headers={"Idempotency-Key": "expired consent"})
    assert answer.status_code == 202, "the refused request left nothing, so its key is free"


def test_admissions_that_are_refused_leave_no_key_behind(api: Api) -> None:
    keystore = api.running.services.keystore
    before = keystore.members()
    good = {"key": "half 1", "name": "n", "party": "0x" + "0a" * 32, "roles": ["SUPPLIER"]}
    problem(api.http.post("/members:batch", json={"members": [good, {**good, "key": "half 2", "roles": ["KING"]}]}), 422)
    assert keystore.members() == before


# --- In trouble ------------------------------------------------------------------------------------------------------------------


def test_health_names_a_lane_that_stands_and_a_node_that_refuses(api: Api) -> None:
    services = api.running.services
    lane = f"relay {to_hex(services.keystore.keys(HOUSE, RELAYER)[0])}"
    with services.office.write() as conn:
        lane_rows.alarm(conn, lane, "the chain counts more than we wrote")
    try:
        assert "lane-stopped" in httpx.get(api.running.url + "/health").json()["faults"]
        assert {"name": "lane-stopped", "text": "the chain counts more than we wrote"} in api.http.get("/health/details").json()["faults"]
    finally:
        with services.office.write() as conn:
            conn.exec_driver_sql("UPDATE lane SET alarm = NULL")


def test_a_worker_that_ends_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    def fails(stop: threading.Event) -> None:
        raise RuntimeError("out of paper")

    workers.watched("printer", fails, ended)(threading.Event())
    assert ended == ["printer has ended; start the gateway again"] and "out of paper" in caplog.text
    stopped = threading.Event()
    stopped.set()
    workers.watched("printer", lambda stop: None, ended)(stopped)
    assert len(ended) == 1


def test_a_stopped_node_is_said_reads_go_on_and_nothing_is_half_done(tmp_path: Path) -> None:
    chain = anvil.start(tmp_path / "chain", genesis_time=1_700_000_000)
    running = _joined(tmp_path, chain.url)
    try:
        with httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=30) as http:
            http.event_hooks = {"response": [Documented(http.get("/openapi.json").json()).check]}
            member = http.get("/members", params={"role": "SETTLEMENT_BANK"}).json()["data"][0]["account"]
            chain.kill()
            body = {"account": member, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
            told = problem(http.post("/acts:check", json=body), 503)
            assert "nothing was changed" in told["detail"] and chain.url not in json.dumps(told)
            waits = http.post("/acts", json=body, headers={"Idempotency-Key": "away"})
            assert waits.status_code == 202 and waits.json()["state"] == "queued", "to try it out is a courtesy"
            problem(http.get(f"/acts/{2**255}", params={"account": member}), 404)
            assert http.get("/members").status_code == 200
            end = time.monotonic() + 10
            while httpx.get(running.url + "/health").json()["status"] == "ok" and time.monotonic() < end:
                time.sleep(0.05)
            names = set(httpx.get(running.url + "/health").json()["faults"])
            assert names & {"mirror-waits", "lane-waits"}
            assert any(chain.url in each["text"] for each in http.get("/health/details").json()["faults"])
    finally:
        running.stop()
        chain.kill()


def test_a_gateway_whose_mirror_has_stopped_leaves_the_books_to_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its nodes may be the wrong ones: another gateway sees by its own, and goes on or stops, too."""
    running = runtime.start(Settings(home=tmp_path / "home", port=0))
    other = Leading(running.services.office, "another host 1 1.00")

    def takes_over() -> bool:
        other.look()
        return other()

    def shown() -> bool:
        raise sync.FinalityViolated("the node shows another block 7 than the one mirrored")

    try:
        assert not takes_over()
        monkeypatch.setattr(running.services.sync, "step", shown)
        until(lambda: "mirror-stopped" in _faults(running))
        assert httpx.get(running.url + "/health").status_code == 503
        until(takes_over)
    finally:
        running.stop()


def test_a_chain_of_its_own_that_ended_is_shown_and_goes_on_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", port=0)
    # Its first end writes the chain down.
    runtime.start(settings).stop()
    running = runtime.start(settings)
    try:
        assert "chain-ended" not in _faults(running)
        (chain,) = [each for each in psutil.Process().children() if any(str(tmp_path) in told for told in each.cmdline())]
        chain.kill()
        until(lambda: "chain-ended" in _faults(running))
        details = httpx.get(running.url + "/health/details", headers={"authorization": f"Bearer {running.api_key}"}).json()
        assert any(each["name"] == "chain-ended" and "has ended with -9" in each["text"] for each in details["faults"])
    finally:
        running.stop()
    again = runtime.start(settings)
    try:
        until(lambda: not _faults(again))
    finally:
        again.stop()


def test_a_founding_that_a_crash_took_from_the_chain_is_done_again_though_the_mirror_still_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain is as it was with the contracts only, and the mirror looks at it two seconds late."""
    stated = Settings(home=tmp_path / "home", port=0, keeper=False)
    state, contracts_only = stated.home / anvil.STATE_FILE, tmp_path / "contracts-only"

    def report(line: str) -> None:
        if line.startswith("admitting"):
            shutil.copyfile(state, contracts_only)

    runtime.start(stated, report=report).stop()
    contracts_only.replace(state)
    home.founded_mark(stated).unlink()
    led, looks_at = sync.Mirror._led, time.monotonic() + 1

    def late(mirror: sync.Mirror) -> bool:
        time.sleep(max(0.0, looks_at - time.monotonic()))
        return led(mirror)

    monkeypatch.setattr(sync.Mirror, "_led", late)
    lines: list[str] = []

    def look_late(line: str) -> None:
        nonlocal looks_at
        lines.append(line)
        looks_at = time.monotonic() + 2

    running = runtime.start(stated, report=look_late)
    try:
        assert "finding the contracts" in lines and "admitting settlement banks and offices" in lines
        until(lambda: _faults(running) == [])
        founders = [*founding.BANKS.values(), *founding.OFFICES.values()]
        accounts = running.services.keystore.accounts([each.key for each in founders])
        words = view(running.services.rpc, running.services.manifest.address("Members"), "Members", "wordsOf", accounts)
        assert all(words)
    finally:
        running.stop()


def _faults(running: Runtime) -> list[str]:
    found: list[str] = httpx.get(running.url + "/health").json()["faults"]
    return found


def _joined(tmp_path: Path, url: str) -> Runtime:
    """A gateway that founded a ledger on a node that is run elsewhere."""
    secret = tmp_path / "passphrase"
    secret.write_text("a long enough passphrase")
    with pytest.MonkeyPatch.context() as environment, Rpc(url) as rpc:
        environment.setenv(FILE_VARIABLE, str(secret))
        stop = threading.Event()

        def mine() -> None:
            while not stop.wait(0.05):
                rpc.call("evm_mine")

        miner = threading.Thread(target=mine)
        miner.start()
        try:
            return runtime.start(Settings(home=tmp_path / "home", node=url, port=0))
        finally:
            stop.set()
            miner.join()


def test_a_locked_gateway_serves_reads_and_answers_503_to_acts(tmp_path: Path) -> None:
    chain = anvil.start(tmp_path / "chain", genesis_time=1_700_000_000)
    first = _joined(tmp_path, chain.url)
    member = first.services.keystore.members()[0]
    key = first.api_key
    first.stop()
    locked = runtime.start(Settings(home=tmp_path / "home", node=chain.url, port=0))
    try:
        assert locked.api_key == key
        with httpx.Client(base_url=locked.url, headers={"authorization": f"Bearer {key}"}, timeout=30) as http:
            http.event_hooks = {"response": [Documented(http.get("/openapi.json").json()).check]}
            account = to_hex(member)
            assert httpx.get(locked.url + "/health").json() == {"status": "degraded", "faults": ["signing-locked"]}
            for path, query in (("/members", {}), ("/receivables", {}), ("/acts", {"account": account}), ("/cash", {})):
                assert http.get(path, params=query).status_code == 200
            act = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
            admitted = {"key": "new", "name": "n", "party": "0x" + "0a" * 32, "roles": [], "account": "0x" + "0b" * 20}
            call = {"key": "k", "contract": "Repayment", "function": "distribute", "arguments": ["1"]}
            for path, body in (
                ("/acts", act),
                ("/acts:batch", {"acts": [{**act, "key": "k"}]}),
                ("/calls:batch", {"calls": [call]}),
                ("/members:batch", {"members": [admitted]}),
                ("/content:batch", {"items": [{"member": account, "schema": "a/1", "document": {}}]}),
            ):
                told = problem(http.post(path, json=body, headers={"Idempotency-Key": "locked"}), 503)
                assert told["title"] == "Signing locked"
            assert http.get("/acts", params={"account": account}).json()["data"] == []
    finally:
        locked.stop()
        chain.kill()


def test_a_new_program_folds_the_records_again_and_says_so_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = runtime.start(Settings(home=tmp_path, port=0))
    with httpx.Client(base_url=first.url, headers={"authorization": f"Bearer {first.api_key}"}, timeout=30) as http:
        before = http.get("/members").json()["data"]
    first.stop()
    opened = database.open(Settings(home=tmp_path).mirror_database())
    with opened.write() as conn:
        making.drop(conn)
        conn.exec_driver_sql("ALTER TABLE member DROP COLUMN roles")
        conn.exec_driver_sql("UPDATE checkpoint SET projections = '1-0123456789ab'")
    opened.close()
    go_on = threading.Event()
    monkeypatch.setattr(anew.Anew, "_switch", _held_up(anew.Anew._switch, go_on))
    running = runtime.start(Settings(home=tmp_path, port=0))
    try:
        with httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=30) as http:
            http.event_hooks = {"response": [Documented(http.get("/openapi.json").json()).check]}
            told = problem(http.get("/members"), 503)
            assert told["title"] == "Records being folded again" and "version 1-0123456789ab" in told["detail"]
            assert "mirror-folds" in http.get("/health").json()["faults"]
            go_on.set()
            end = time.monotonic() + 20
            while http.get("/members").status_code == 503 and time.monotonic() < end:
                time.sleep(0.05)
            assert http.get("/members").json()["data"] == before
    finally:
        running.stop()


def _held_up(switch: Any, go_on: threading.Event) -> Any:
    def held(self: anew.Anew, beside: database.Database) -> None:
        go_on.wait(20)
        switch(self, beside)

    return held


# --- Starting ----------------------------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} on 127.0.0.1: .*give another with --port"):
            runtime.start(Settings(home=tmp_path / "home", port=port))
    assert not (tmp_path / "home" / "manifest.json").exists()


def test_one_gateway_serves_a_home(api: Api) -> None:
    with pytest.raises(StartError, match="another gateway runs on this home"):
        runtime.start(Settings(home=api.running.services.settings.home, port=0))
    assert httpx.get(api.running.url + "/health").json()["status"] == "ok"


def test_a_secret_is_written_whole_for_its_user_only_and_never_over_another(tmp_path: Path) -> None:
    home.write_secret(tmp_path / "secret", "first")
    with pytest.raises(FileExistsError):
        home.write_secret(tmp_path / "secret", "second")
    assert (tmp_path / "secret").read_text() == "first" and (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_an_empty_passphrase_file_seals_nothing(tmp_path: Path) -> None:
    """A start that was cut short must not leave keys sealed under an empty passphrase."""
    home = tmp_path / "home"
    (home / PASSPHRASE_FILE).parent.mkdir(parents=True)
    (home / PASSPHRASE_FILE).touch()
    with pytest.raises(PassphraseError, match="has 0 bytes"):
        runtime.start(Settings(home=home, port=0))


def test_a_lost_passphrase_file_is_not_made_anew(tmp_path: Path, api: Api) -> None:
    keystore = api.running.services.keystore
    with pytest.raises(PassphraseError, match="restore it from a backup"):
        home.unlock(keystore, Settings(home=tmp_path, port=0))
    assert not (tmp_path / PASSPHRASE_FILE).exists()


def test_an_operators_key_that_is_over_gives_way_to_a_new_one(api: Api) -> None:
    services = api.running.services
    file = services.settings.home / OPERATOR_KEY
    old = file.read_text()
    assert home.operator_key(services, services.settings) == old
    with services.office.write() as conn:
        access.revoke(conn, old.split("_")[1])
    made = home.operator_key(services, services.settings)
    assert made != old and file.read_text() == made and file.stat().st_mode & 0o777 == 0o600
    api.http.headers["authorization"] = f"Bearer {made}"
    assert api.http.get("/members").status_code == 200


# --- Secrets -------------------------------------------------------------------------------------------------------------------------


def test_neither_database_nor_log_nor_answer_holds_a_secret(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Private keys, the secrets that wrap them, the passphrase and API keys: searched for as bytes and as hex."""
    caplog.set_level(logging.DEBUG)
    services, home = api.running.services, api.running.services.settings.home
    supplier, obligor = api.admit("secret supplier", "SUPPLIER"), api.admit("secret obligor", "OBLIGOR")
    api.receivable(supplier, obligor)
    with services.office.write() as conn:
        text = access.issue(conn, "secret", supplier.address)
    answers = [
        api.http.get("/members", headers={"authorization": f"Bearer {text}"}).text,
        api.http.get("/members", headers={"authorization": f"Bearer {text}x"}).text,
        api.http.get("/acts", params={"account": supplier.account}).text,
        httpx.get(api.running.url + "/health").text,
    ]
    keystore = services.keystore
    keys = [keystore.private(key, owner).secret for key, (owner, _) in keystore._signing.items()]
    secrets_ = [*keys, *keystore._secrets.values(), keystore._opened(), bytes.fromhex(text.split("_")[2])]
    passphrase = (home / PASSPHRASE_FILE).read_bytes()
    with services.office.write() as conn:
        conn.exec_driver_sql("SELECT 1")
    stored = b"".join(file.read_bytes() for file in home.glob(f"{OFFICE_FILE}*")) + b"".join(
        file.read_bytes() for file in home.glob("mirror.db*")
    )
    said = (caplog.text + "".join(answers)).encode()
    assert len(keys) >= 3 and len(stored) > 100_000
    for secret in secrets_:
        for place in (stored, said):
            assert secret not in place and secret.hex().encode() not in place
    assert passphrase not in stored and passphrase not in said


def test_a_home_is_its_users_only(api: Api) -> None:
    home = api.running.services.settings.home
    assert home.stat().st_mode & 0o077 == 0
    for name in (OFFICE_FILE, OPERATOR_KEY, PASSPHRASE_FILE):
        assert (home / name).stat().st_mode & 0o077 == 0, name
    assert os.access(home / OFFICE_FILE, os.R_OK)


def test_an_unforeseen_error_says_nothing_of_itself_and_is_logged(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("gateway.api.members.members.all_members", fail)
    answer = httpx.get(api.running.url + "/members", headers=dict(api.http.headers))
    assert answer.status_code == 500 and "secret" not in answer.text and answer.json()["title"] == "Internal error"
    assert answer.headers["cache-control"] == "no-store" and "the secret of the house" in caplog.text
