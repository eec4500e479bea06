"""What people see and do about other members' gateways and about content, through the API of a gateway that runs."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.peers import book
from gateway.peers.book import Row
from gateway.peers.states import Seen, State
from ledger.domain.ids import to_hex
from tests.gateway.conftest import Api, Member
from tests.gateway.test_access import problem


@pytest.fixture(scope="module")
def member(api: Api) -> Member:
    return api.admit("peers member", "SUPPLIER")


def published(api: Api, member: Member, **more: Any) -> list[dict[str, Any]]:
    answer = api.http.post("/peers:publish", json={"account": member.account, **more})
    assert answer.status_code == 202, answer.text
    acts: list[dict[str, Any]] = answer.json()["acts"]
    for each in acts:
        ended = api.http.get(f"/acts/{each['id']}", params={"account": member.account, "wait": 20}).json()
        assert ended["state"] == "final"
    return acts


def test_the_address_book_shows_who_publishes_what(api: Api, member: Member) -> None:
    def shown() -> dict[str, Any]:
        found: dict[str, Any] = next(
            each for each in api.http.get("/peers", params={"limit": 1000}).json()["data"] if each["account"] == member.account
        )
        return found

    before = shown()
    assert (before["transport"], before["has_door"], before["served_here"], before["url"]) == (None, False, True, None)
    assert len(published(api, member, url="https://ledger.example")) == 3 and published(api, member) == []
    after = shown()
    assert (after["waiting"], after["fault"]) == (0, None)
    assert after["has_door"] and after["reachable"] and after["url"] == "https://ledger.example" and after["transport"]["epoch"] == 1


def test_a_stuck_message_is_listed_told_by_health_and_sent_again(api: Api, member: Member) -> None:
    row = Row(None, b"\x07" * 32, member.address, b"\x08" * 20, "offer", b"\x09" * 32, member.address, b"\x0a" * 32, b"", b"{}", 2**40,
              State.WAITING, 0, 0, None, 1)  # fmt: skip
    with api.running.services.office.write() as conn:
        assert book.add(conn, row) and not book.add(conn, row._replace(id=b"\x0b" * 32))
        found = book.get(conn, member.address, row.id)
        assert found is not None
        book.step(conn, found, Seen(refused=True), "the peer answered 422: packages: content is missing")
    assert "messages-stuck" in api.http.get("/health").json()["faults"]
    (told,) = api.http.get("/messages:stuck", params={"account": member.account}).json()["data"]
    assert (told["state"], told["act"], told["kind"]) == ("refused", str(int.from_bytes(b"\x0a" * 32)), "offer") and "422" in told["fault"]
    again = api.http.post(f"/messages/{told['id']}/resend", params={"account": member.account}).json()
    assert (again["state"], again["fault"]) == ("waiting", None)
    assert api.http.get("/messages:stuck", params={"account": member.account}).json()["data"] == []
    other = api.admit("peers other", "SUPPLIER")
    problem(api.http.post(f"/messages/{told['id']}/resend", params={"account": other.account}), 404)


def test_what_is_erased_leaves_its_root_the_reason_and_the_time(api: Api, member: Member) -> None:
    root = api.content({"private": "name"}, member)
    query = {"member": member.account}
    problem(api.http.post(f"/content/{root}/erase", params=query, json={"why": "short"}), 422)
    gone = api.http.post(f"/content/{root}/erase", params=query, json={"why": "asked by the person"}).json()
    assert gone["why"] == "asked by the person"
    assert api.http.post(f"/content/{root}/erase", params=query, json={"why": "another reason"}).json() == gone
    problem(api.http.get(f"/content/{root}", params=query), 404)
    item = {"member": member.account, "schema": "test/1", "document": {"private": "name"}}
    assert "asked by the person" in problem(api.http.post("/content:batch", json={"items": [item]}), 409)["detail"]
    audited = {each["root"]: each for each in api.http.get("/content:audit", params={**query, "limit": 1000}).json()["data"]}
    assert audited[root]["erased"] == gone and audited[root]["sound"] and not audited[root]["held"]
    with api.running.services.office.read() as conn:
        rows = conn.exec_driver_sql("SELECT count(*) FROM content WHERE root = ?", (bytes.fromhex(root[2:]),)).scalar()
    assert rows == 0
    problem(api.http.post(f"/content/{to_hex(b'n' * 32)}/erase", params=query, json={"why": "never was there"}), 404)


def test_an_audit_comes_in_pages_and_names_what_only_one_has(api: Api, member: Member) -> None:
    roots = sorted(api.content({"page": at}, member) for at in range(3))
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = api.http.get("/content:audit", params={"member": member.account, "limit": 2, **after}).json()
        found += page["data"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert [each["root"] for each in found if each["root"] in roots] == roots
    assert all((each["held"], each["receipts"], each["sound"]) == (True, 0, False) for each in found if each["root"] in roots)
