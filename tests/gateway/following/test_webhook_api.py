"""Webhooks by the API and by commands, at a running gateway: made, listed, paused, rotated, replayed, removed, and apart by member."""

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import access, runtime
from gateway.config import OFFICE_FILE, Settings
from gateway.following import pauses, rounds
from gateway.runtime import Runtime
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.following.receiver import Receiver, whole

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "ledger"


@pytest.fixture(scope="module")
def gateway(home: Path) -> Iterator[Runtime]:
    running = runtime.start(Settings(home=home, port=0, keeper=False, webhook_hosts="127.0.0.1"), genesis_time=1_700_000_000)
    yield running
    running.stop()


@pytest.fixture
def http(gateway: Runtime) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, headers={"authorization": f"Bearer {gateway.api_key}"}, timeout=30) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def run(home: Path, gateway: Runtime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(home, monkeypatch, capsys)


def made(http: httpx.Client, url: str, account: str | None = None, **more: Any) -> dict[str, Any]:
    answer = http.post("/webhooks", json={"url": url, **more}, params={"account": account} if account else {})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def feed(http: httpx.Client) -> list[int]:
    return [int(each["pos"]) for each in http.get("/events", params={"limit": 1000}).json()["data"]]


def test_a_url_is_told_of_everything_from_a_position_on(http: httpx.Client, receiver: Receiver) -> None:
    wanted = feed(http)
    given = made(http, receiver.url, after=wanted[4])
    receiver.wait(lambda: receiver.positions() == wanted[5:])
    assert receiver.kept[0].verify(given["secret"])
    receiver.wait(lambda: http.get(f"/webhooks/{given['webhook']['id']}").json()["delivered"] == len(wanted) - 5)
    shown = http.get(f"/webhooks/{given['webhook']['id']}").json()
    assert (shown["state"], shown["attempts"], shown["dead"], shown["fault"]) == ("active", 0, 0, None)
    assert "secret" not in json.dumps(http.get("/webhooks").json())


def test_without_a_position_it_is_told_from_now_on(http: httpx.Client, receiver: Receiver) -> None:
    given = made(http, receiver.url)
    assert int(given["webhook"]["position"]) >= feed(http)[-1]
    time.sleep(0.3)
    assert receiver.came == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "https://example.org/"}, "url"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "http://127.0.0.1/", "kinds": ["Nothing"]}, "kind"),
        ({"url": "http://127.0.0.1/", "records": ["0x1"]}, "records[0]"),
        ({"url": "http://127.0.0.1/", "after": 1 << 60}, "after"),
    ],
)
def test_what_cannot_be_is_refused_by_field(http: httpx.Client, body: dict[str, Any], field: str) -> None:
    answer = http.post("/webhooks", json=body)
    assert (answer.status_code, answer.headers["content-type"], answer.json()["field"]) == (422, PROBLEM, field), answer.text


def test_pages_hold_every_webhook_once(http: httpx.Client, receiver: Receiver) -> None:
    for _ in range(5):
        made(http, receiver.url)
    rows, after = list[str](), None
    while True:
        page = http.get("/webhooks", params={"limit": 2, **({"after": after} if after else {})}).json()
        rows, after = rows + [each["id"] for each in page["data"]], page["next"]
        if after is None:
            break
    assert len(rows) == len(set(rows)) == len(http.get("/webhooks", params={"limit": 1000}).json()["data"]) >= 5


def test_a_member_has_its_own_and_nobody_elses(gateway: Runtime, http: httpx.Client, receiver: Receiver) -> None:
    accounts = ["0x" + each.hex() for each in gateway.services.keystore.members()[:2]]
    with gateway.services.office.write() as conn:
        keys = [access.issue(conn, "m", bytes.fromhex(each[2:]), (access.READ, access.ACT)) for each in accounts]
        reader = access.issue(conn, "r", bytes.fromhex(accounts[0][2:]), (access.READ,))
    first, second = ({"authorization": f"Bearer {key}"} for key in keys)
    mine = http.post("/webhooks", json={"url": receiver.url}, headers=first).json()["webhook"]
    assert mine["account"] == accounts[0]
    assert [each["id"] for each in http.get("/webhooks", headers=first).json()["data"]] == [mine["id"]]
    assert http.get("/webhooks", headers=second).json()["data"] == []
    path = f"/webhooks/{mine['id']}"
    for headers in (second, {}):
        assert http.get(path, headers=headers).status_code == 404
        assert http.delete(path, headers=headers).status_code == 404
        for part, body in (("state", {"state": "paused"}), ("secret", {}), ("replay", {"after": -1}), ("dead-letters:resend", {})):
            assert http.post(f"{path}/{part}", json=body, headers=headers).status_code == 404, part
        assert http.get(f"{path}/dead-letters", headers=headers).status_code == 404
    assert http.post("/webhooks", params={"account": accounts[0]}, json={"url": receiver.url}, headers=second).status_code == 404
    assert http.post("/webhooks", json={"url": receiver.url}, headers={"authorization": f"Bearer {reader}"}).status_code == 403
    assert http.get(path, params={"account": accounts[0]}).status_code == 200, "the operator acts for whom it serves"
    assert http.delete(path, headers=first).json() == {"removed": mine["id"]}


@pytest.mark.parametrize("paused", [False, True])
def test_a_replay_from_the_beginning_tells_what_is_to_be_seen_only_now(
    gateway: Runtime, http: httpx.Client, receiver: Receiver, paused: bool
) -> None:
    """Its cursor has not moved, since nothing was delivered; what was passed over is looked at again."""
    key = f"seen late, paused {paused}"
    (account,) = ("0x" + each.hex() for each in gateway.services.keystore.accounts([key]))
    id_ = made(http, receiver.url, account=account, kinds=["Acts"], after=-1)["webhook"]["id"]
    wanted = [int(each["pos"]) for each in http.get("/events", params={"limit": 1000}).json()["data"] if each["contract"] == "Acts"]
    time.sleep(2 * rounds.LOOK_SECONDS)
    assert wanted and receiver.came == []
    admission = {"key": key, "name": key, "party": "0x" + "0a" * 32, "roles": ["AUDITOR"]}
    assert http.post("/members:batch", json={"members": [admission]}).json()["members"][0]["account"] == account
    assert gateway.clock is not None
    gateway.clock.run()
    assert http.post("/members:wait", json={"accounts": [account], "timeout": 20}).json()["pending"] == []
    gateway.clock.hold()
    path, mine = f"/webhooks/{id_}", {"account": account}
    if paused:
        assert http.post(f"{path}/state", json={"state": "paused"}, params=mine).status_code == 200
    assert http.post(f"{path}/replay", json={"after": -1}, params=mine).status_code == 200
    if paused:
        assert http.post(f"{path}/state", json={"state": "active"}, params=mine).status_code == 200
    receiver.wait(lambda: receiver.positions()[: len(wanted)] == wanted)


def test_what_is_to_be_sent_again_goes_out_at_once_however_long_the_next_one_waits(
    http: httpx.Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for it says that the receiver is there again."""
    monkeypatch.setattr(pauses, "SCHEDULE", (0.02,))
    monkeypatch.setattr(pauses, "MOST_ATTEMPTS", 2)
    wanted = feed(http)
    receiver.answer = lambda *_: 500
    path = f"/webhooks/{made(http, receiver.url, after=wanted[-3])['webhook']['id']}"
    receiver.wait(lambda: http.get(path).json()["dead"] == 1)
    monkeypatch.setattr(pauses, "SCHEDULE", (3_600.0,))
    receiver.wait(lambda: http.get(path).json()["attempts"] == 1)
    receiver.answer = lambda *_: 204
    assert http.post(f"{path}/dead-letters:resend", json={}).json() == {"count": 1}
    receiver.wait(lambda: http.get(path).json()["dead"] == 0 and receiver.positions() == wanted[-2:])


def test_too_many_of_one_account_are_refused(http: httpx.Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.following.book.MOST_OF_A_MEMBER", 0)
    assert http.post("/webhooks", json={"url": receiver.url}).status_code == 409


def test_no_file_of_the_home_has_a_secret(http: httpx.Client, home: Path, receiver: Receiver) -> None:
    import base64

    given = made(http, receiver.url)
    turned = http.post(f"/webhooks/{given['webhook']['id']}/secret").json()["secret"]
    assert turned != given["secret"]
    for secret in (given["secret"], turned):
        raw = base64.b64decode(secret.removeprefix("whsec_"))
        for file in home.rglob(f"{OFFICE_FILE}*"):
            assert raw not in file.read_bytes() and secret.encode() not in file.read_bytes()


def test_what_is_delivered_goes_on_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    settings = Settings(home=tmp_path / "ledger", port=0, keeper=False, webhook_hosts="127.0.0.1")
    first = runtime.start(settings, genesis_time=1_700_000_000)
    receiver.answer = lambda _, n: 200 if n <= 7 else 500
    with httpx.Client(base_url=first.url, headers={"authorization": f"Bearer {first.api_key}"}) as one:
        made(one, receiver.url, after=-1)
        receiver.wait(lambda: len(receiver.came) > 7)
        wanted = feed(one)
        first.stop()
    receiver.answer = lambda *_: 200
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pauses, "SCHEDULE", (0.02,))
        second = runtime.start(settings)
        with httpx.Client(base_url=second.url, headers={"authorization": f"Bearer {second.api_key}"}) as two:
            (row,) = two.get("/webhooks").json()["data"]
            two.post(f"/webhooks/{row['id']}/state", json={"state": "active"}).raise_for_status()
            receiver.wait(lambda: len(set(receiver.positions())) == len(feed(two)))
            wanted = feed(two)
        second.stop()
    whole(receiver.positions(), wanted)


# --- Commands ----------------------------------------------------------------------------------------------------------------------


def test_commands_add_list_pause_resume_replay_rotate_and_remove(run: Run, http: httpx.Client, receiver: Receiver) -> None:
    wanted = feed(http)
    ran = run("webhook", "add", receiver.url, "--after", "-1", "--json")
    assert ran.code == 0, ran
    given = json.loads(ran.out)
    id_ = given["webhook"]["id"]
    receiver.wait(lambda: receiver.positions() == wanted)
    receiver.kept[0].verify(given["secret"])
    assert id_ in run("webhook", "list").out
    assert "is paused" in run("webhook", "pause", id_).out
    assert f"after position {wanted[1]}" in run("webhook", "replay", id_, "--after", str(wanted[1])).out
    time.sleep(0.2)
    assert receiver.positions() == wanted
    assert "is active" in run("webhook", "resume", id_).out
    receiver.wait(lambda: receiver.positions() == wanted + wanted[2:])
    assert re.fullmatch(r"whsec_\S{44}\n", run("webhook", "rotate", id_).out)
    assert run("webhook", "dead-letters", id_, "--json").out.strip() == "[]"
    assert "0 are sent once more" in run("webhook", "dead-letters", id_, "--resend").out
    assert run("webhook", "remove", id_).out == f"removed {id_}\n"
    refused(run("webhook", "remove", id_), "there is none that you may see")
    refused(run("webhook", "add", "https://example.org/"), "PLEDGEBOOK_WEBHOOK_HOSTS")


def test_a_command_follows_the_events(run: Run, http: httpx.Client) -> None:
    wanted = feed(http)
    ran = run("events", "follow", "--after", str(wanted[2]), "--count", "3", "--json")
    assert [json.loads(line)["pos"] for line in ran.out.splitlines()] == [str(each) for each in wanted[3:6]]
    ran = run("events", "follow", "--kind", "MemberAdmitted", "--count", "1")
    assert ran.code == 0 and " Members.MemberAdmitted {" in ran.out
    refused(run("events", "follow", "--kind", "Nothing"), "is no kind of events")


def test_a_client_that_was_cut_off_goes_on_where_it_was(gateway: Runtime, http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.api import stream
    from gateway.client import Client

    monkeypatch.setattr("gateway.client._AGAIN_SECONDS", 0.01)
    wanted, seen = feed(http), list[int]()
    cut = threading.Event()
    chunks = stream.Feed.chunks

    async def short(self: stream.Feed) -> Any:
        count = 0
        async for each in chunks(self):
            yield each
            count += 1
            if count > 4:
                cut.set()
                raise RuntimeError("cut")

    monkeypatch.setattr(stream.Feed, "chunks", short)
    for _, event in Client(http).follow():
        seen.append(int(event["pos"]))
        if len(seen) == len(wanted):
            break
    assert seen == wanted and cut.is_set()
