"""The log's end on the chain and in a file; the commands that check and export; how often one may ask, through the door."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from gateway import auditing, runtime
from gateway.config import Settings
from gateway.office import audit
from gateway.office.audit import Entry, Head
from gateway.outbox.states import State
from gateway.runtime import Runtime
from ledger.domain.ids import to_hex
from tests.gateway.commanding import refused, runner
from tests.gateway.conftest import Api


def anchored(running: Runtime) -> list[auditing.Anchored]:
    with running.services.office.read() as conn:
        return auditing.anchored(conn)


def final(running: Runtime, count: int) -> list[auditing.Anchored]:
    """The anchored heads once so many are final."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = [each for each in anchored(running) if each.state == State.FINAL]
        if len(found) >= count:
            return found
        running.services.progress.wait(running.services.progress.count, 0.2)
    raise AssertionError(anchored(running))


def shown_to(running: Runtime, number: int) -> None:
    """Returns once the chain shows the log up to a row."""
    end = time.monotonic() + 20
    while not any(each.head.id >= number for each in final(running, 1)):
        assert time.monotonic() < end
        time.sleep(0.1)


def line(running: Runtime, record: str) -> None:
    with running.services.office.write() as conn:
        audit.append(conn, None, [Entry("test", "x", record, "done")])


def test_the_end_of_the_log_goes_to_the_chain_and_the_file_and_nothing_is_sent_for_nothing_new(api: Api) -> None:
    services = api.running.services
    line(api.running, "first")
    with services.office.read() as conn:
        expected = audit.head(conn)
    before = len(anchored(api.running))
    assert auditing.anchor(services) == expected
    assert auditing.anchor(services) is None
    made = final(api.running, before + 1)[-1]
    assert made.head == expected and made.hash is not None
    sent = services.rpc.call("eth_getTransactionByHash", to_hex(made.hash))
    assert auditing.head_in(bytes.fromhex(sent["input"][2:])) == expected
    assert sent["from"] == sent["to"] and int(sent["value"], 16) == 0 and sent["blockHash"] is not None
    published = [json.loads(each) for each in (services.settings.home / auditing.HEADS_FILE).read_text().splitlines()]
    assert (published[-1]["id"], published[-1]["hash"]) == (str(expected.id), to_hex(expected.hash))
    assert list(auditing.unshown(services.rpc, anchored(api.running))) == []
    line(api.running, "second")
    following = auditing.anchor(services)
    assert following is not None and following.id > expected.id


def test_no_other_data_shows_a_head() -> None:
    shown = Head(5, b"h" * 32)
    data = auditing.data_of(shown)
    assert auditing.head_in(data) == shown
    assert [auditing.head_in(each) for each in (b"", data[:-1], data + b"x", b"x" + data[1:])] == [None] * 4


def _fail_for_a_while(file: Path, running: Runtime) -> None:
    """The worker comes to a file that it can't write."""
    kept = file.read_bytes()
    file.unlink()
    file.mkdir()
    line(running, "while the file can't be written")
    time.sleep(2.5)
    file.rmdir()
    file.write_bytes(kept)


def test_a_worker_anchors_as_often_as_it_is_told(tmp_path: Path) -> None:
    running = runtime.start(Settings(home=tmp_path / "home", port=0, keeper=False, audit_anchor_seconds=1), genesis_time=1_700_000_000)
    try:
        assert running.clock is not None
        running.clock.run()
        for record in ("one", "two", "three"):
            if record == "two":
                _fail_for_a_while(tmp_path / "home" / auditing.HEADS_FILE, running)
            line(running, record)
            with running.services.office.read() as conn:
                written = audit.head(conn).id
            shown_to(running, written)
        heads = [each.head.id for each in anchored(running)]
        assert heads == sorted(set(heads))
        time.sleep(2.5)
        assert len(anchored(running)) == len(heads), "its own line is nothing new"
        running.clock.hold()
    finally:
        running.stop()


def test_the_log_is_verified_exported_and_caught_when_it_lies(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    services = api.running.services
    run = runner(services.settings.home, monkeypatch, capsys)
    line(api.running, "told")
    auditing.anchor(services)
    final(api.running, len(anchored(api.running)))
    heads, node = services.settings.home / auditing.HEADS_FILE, api.running.node_urls[0]
    well = run("audit", "verify", "--node", node, "--heads", str(heads))
    assert (well.code, "every row is where and what it was" in well.out) == (0, True), well
    file = tmp_path / "log.jsonl"
    assert run("audit", "export", str(file)).code == 0 and file.stat().st_mode & 0o077 == 0
    assert run("audit", "verify", "--file", str(file), "--heads", str(heads)).code == 0
    refused(run("audit", "export", str(file)), "exists")
    rows = file.read_text().splitlines()
    for at, wrong in ((0, rows[1:]), (1, rows[:1] + rows[2:]), (len(rows), rows[:-3])):
        file.write_text("\n".join(wrong) + "\n")
        told = run("audit", "verify", "--file", str(file), "--heads", str(heads))
        assert (told.code, "FAULTS" in told.out) == (1, True), at
    file.write_text("[]\n")
    refused(run("audit", "verify", "--file", str(file)), "line 1")
    file.write_text('{"id": "1"}\n')
    refused(run("audit", "verify", "--heads", str(file)), "no head")
    with services.office.write() as conn:
        for what in ("update", "delete"):
            conn.execute(text(f"DROP TRIGGER audit_no_{what}"))
        conn.execute(text("UPDATE audit SET outcome = 'never' WHERE id = 2"))
    told = run("audit", "verify")
    assert told.code == 1 and "row 2 was changed" in told.out


def test_a_head_that_the_chain_does_not_have_is_told(api: Api) -> None:
    invented = auditing.Anchored(Head(1, b"h" * 32), b"t" * 32, State.FINAL)
    assert list(auditing.unshown(api.running.services.rpc, [invented])) == [
        f"the chain has no transaction {to_hex(b't' * 32)} that shows row 1"
    ]
    waiting = auditing.Anchored(Head(1, b"h" * 32), None, State.QUEUED)
    assert list(auditing.unshown(api.running.services.rpc, [waiting])) == []


# --- How often one may ask -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A gateway that bears little."""
    stated: dict[str, Any] = {"rate_key": 3, "rate_peer": 30, "rate_guesses": 0.01, "proxies": "127.0.0.1"}
    running = runtime.start(
        Settings(home=tmp_path_factory.mktemp("strict") / "home", port=0, keeper=False, **stated), genesis_time=1_700_000_000
    )
    yield running
    running.stop()


def too_many(answer: httpx.Response) -> int:
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json"), answer.text
    assert answer.json()["type"] == "urn:pledgebook:problem:too-many-requests" and answer.headers["cache-control"] == "no-store"
    return int(answer.headers["retry-after"])


def asked(running: Runtime, peer: str, key: str | None = None, path: str = "/members", most: int = 1_000) -> list[httpx.Response]:
    """Answers, up to the first with another status: a bucket fills while a slow machine answers."""
    headers = {"x-forwarded-for": peer, **({} if key is None else {"authorization": f"Bearer {key}"})}
    with httpx.Client(base_url=running.url, headers=headers) as http:
        answers = [http.get(path)]
        while len(answers) < most and answers[-1].status_code == answers[0].status_code:
            answers.append(http.get(path))
    return answers


def test_a_key_that_asks_too_often_waits_and_then_goes_on(strict: Runtime) -> None:
    answers = asked(strict, "192.0.2.1", strict.api_key)
    assert {each.status_code for each in answers[:6]} == {200} and answers[-1].status_code == 429
    time.sleep(too_many(answers[-1]))
    assert asked(strict, "192.0.2.2", strict.api_key, most=1)[0].status_code == 200


def test_an_address_that_asks_too_often_waits_whether_it_has_a_key_or_not(strict: Runtime) -> None:
    answers = asked(strict, "192.0.2.3", path="/health")
    assert {each.status_code for each in answers[:60]} == {200}
    assert too_many(answers[-1]) == 1
    assert asked(strict, "192.0.2.4", path="/health", most=1)[0].status_code == 200


def test_guessed_keys_of_an_address_run_out(strict: Runtime) -> None:
    wrong = strict.api_key[:-1] + ("0" if strict.api_key[-1] != "0" else "1")
    answers = asked(strict, "192.0.2.5", wrong)
    assert {each.status_code for each in answers[:20]} == {401} and too_many(answers[-1]) > 50


def test_nobody_speaks_for_another_address_but_a_proxy_that_is_named(api: Api) -> None:
    """Without PLEDGEBOOK_PROXIES the header is anybody's text."""
    seen: list[str] = []

    def neighbourhood(host: str) -> str:
        seen.append(host)
        return host

    with pytest.MonkeyPatch.context() as watched:
        watched.setattr("gateway.app._neighbourhood", neighbourhood)
        asked(api.running, "203.0.113.9", most=1)
    assert seen == ["127.0.0.1"]


def test_answers_allow_no_other_site_and_show_no_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    for answer in (api.http.get("/members", headers=origin), api.http.options("/acts", headers=origin), httpx.get(api.running.url + "/x")):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    monkeypatch.setattr("gateway.api.members.members.all_members", lambda *given, **named: 1 / 0)
    answer = httpx.get(api.running.url + "/members", headers={"authorization": f"Bearer {api.running.api_key}"})
    assert answer.status_code == 500 and "ZeroDivision" not in answer.text and "Traceback" not in answer.text and ".py" not in answer.text
