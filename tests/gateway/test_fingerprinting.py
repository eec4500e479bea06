"""Fingerprints of invoices by HTTP and by command line: the same invoice twice is refused, whoever issues it and however it is written."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from gateway import access, runtime
from gateway.access import ACT, READ
from gateway.config import Settings
from gateway.office.models import AUDIT, FINGERPRINT_KEY
from gateway.runtime import Runtime
from ledger.domain.identifiers import Scheme, identifier
from ledger.domain.ids import act_id, receivable_id
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.conftest import Api, Member

ISSUED = "2023-11-20"


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(api.running.services.settings.home, monkeypatch, capsys)


def parties(api: Api) -> tuple[Member, Member]:
    return api.admit("seller", "SUPPLIER"), api.admit("buyer", "OBLIGOR")


def asked(seller: str, buyer: str, number: str, **more: Any) -> dict[str, Any]:
    return {"seller": seller, "buyer": buyer, "number": number, "issued": ISSUED, **more}


def named(api: Api, number: str, **more: Any) -> dict[str, Any]:
    seller, buyer = parties(api)
    answer = api.http.post("/invoices:fingerprint", json=asked(seller.account, buyer.account, number, **more))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def confirm(api: Api, words: dict[str, Any], issuer: Member | None = None) -> str:
    """Issues a receivable of its own and confirms it with an invoice's words; the state that it ends in, or why it is refused at once."""
    seller, buyer = parties(api)
    by = issuer or seller
    assert api.running.clock is not None
    root = api.content({"n": api.fresh_key()}, seller, buyer)
    terms = {
        "supplier": seller.account, "obligor": buyer.account, "face": "10000", "due": api.running.clock.now() + 30 * 86_400, "grace": 0,
        "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
        "tenorReason": "0x" + "00" * 32, "contentRoot": root,
    }  # fmt: skip
    key = api.fresh_key("issue")
    assert api.done(api.act(by, "Issue", terms, key=key, role="SUPPLIER" if by is seller else "OBLIGOR"))["state"] == "final"
    body = {
        "receivable": str(receivable_id(by.address, act_id(key))), "issuer": by.account, "terms": terms,
        "fingerprint": words["fingerprint"], "earlier": words["earlier"], "confirmed": 7,
    }  # fmt: skip
    answer = api.act(buyer, "ConfirmReceivable", body, role="OBLIGOR")
    return str(answer.json()["reason"]["error"] if answer.status_code == 422 else api.done(answer)["state"])


def test_an_invoice_is_free_then_used_and_its_double_is_refused_across_issuers(api: Api) -> None:
    seller, buyer = parties(api)
    accepting = api.act(seller, "SetAcceptance", {"acceptsDirect": True})
    assert api.done(accepting)["state"] == "final"
    words = named(api, "R-0042/2023")
    assert not words["used"] and words["earlier"] == []
    assert confirm(api, words) == "final"
    double = named(api, "r 42 / 2023")
    assert double["fingerprint"] == words["fingerprint"] and double["used"]
    assert confirm(api, double, issuer=buyer) == "FingerprintUsed"
    assert not named(api, "R-0042/2023", instalment=2)["used"] and not named(api, "R-0043/2023")["used"]


def test_after_a_rotation_the_old_words_are_named_and_still_refused(api: Api) -> None:
    before = named(api, "ROT-1")
    assert confirm(api, before) == "final"
    api.running.services.fingerprint_keys.new()
    after = named(api, "ROT-1")
    assert after["used"] and after["earlier"] == [before["fingerprint"]] and after["fingerprint"] != before["fingerprint"]
    assert confirm(api, after) == "FingerprintUsed"
    fresh = named(api, "ROT-2")
    assert confirm(api, fresh) == "final"
    assert confirm(api, {"fingerprint": fresh["earlier"][0], "earlier": []}) == "FingerprintUsed", "by a gateway without the new version"


def test_a_member_by_account_and_by_its_identifier_is_one_party(api: Api) -> None:
    vat = identifier(Scheme.VAT, "DE136695976")
    wanted = {"key": "by vat", "name": "By VAT", "party": "0x" + vat.word.hex(), "roles": ["SUPPLIER"]}
    account = api.http.post("/members:batch", json={"members": [wanted]}).raise_for_status().json()["members"][0]["account"]
    assert api.http.post("/members:wait", json={"accounts": [account], "timeout": 20}).json()["pending"] == []
    buyer = parties(api)[1].account
    found = {
        api.http.post("/invoices:fingerprint", json=asked(each, buyer, "1")).json()["data"]["fingerprint"]
        for each in (account, "VAT DE 136 695 976", "vat DE136695976", "0x" + vat.word.hex())
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"seller": "0x" + "99" * 20}, "seller", "no member has the account"),
        ({"seller": "VAT DE136695977"}, "seller", "is no VAT: the check digits do not fit"),
        ({"seller": "Lumen Optics"}, "seller", "give an account, or a scheme and a number, as VAT DE123456789"),
        ({"seller": "0x12"}, "seller", "no member has the account"),
        ({"seller": "0xzz"}, "seller", "is no hex text"),
        ({"seller": "PERSON Wang"}, "seller", "PERSON is not given as text"),
        ({"number": "--"}, "number", "a letter or a digit expected"),
    ],
)
def test_what_is_wrong_is_named_by_field(api: Api, wrong: dict[str, Any], field: str, said: str) -> None:
    seller, buyer = parties(api)
    answer = api.http.post("/invoices:fingerprint", json=asked(seller.account, buyer.account, "1") | wrong)
    assert answer.status_code == 422 and answer.json()["field"] == field and said in answer.json()["detail"]


def test_seller_and_buyer_are_two(api: Api) -> None:
    seller, _ = parties(api)
    answer = api.http.post("/invoices:fingerprint", json=asked(seller.account, seller.account, "1"))
    assert answer.status_code == 422 and "the same party" in answer.json()["detail"]


def test_who_only_reads_may_not_ask_and_every_question_leaves_a_line(api: Api) -> None:
    seller, buyer = parties(api)
    office = api.running.services.office
    with office.write() as conn:
        reader, actor = (access.issue(conn, "x", seller.address, scopes) for scopes in ((READ,), (READ, ACT)))
    url, body = api.running.url + "/invoices:fingerprint", asked(seller.account, buyer.account, "AUDIT-1")
    assert httpx.post(url, json=body, headers={"authorization": f"Bearer {reader}"}).status_code == 403
    made = httpx.post(url, json=body, headers={"authorization": f"Bearer {actor}"}).json()["data"]
    with office.read() as conn:
        lines = conn.execute(select(AUDIT).where(AUDIT.c.record == made["fingerprint"])).all()
    assert [(line.member_id, line.action, line.outcome, line.subject) for line in lines] == [
        (seller.address, "fingerprint", "free", actor.split("_")[1])
    ]


def test_a_gateway_without_the_key_says_what_it_lacks(api: Api) -> None:
    office = api.running.services.office
    with office.write() as conn:
        rows = [row._asdict() for row in conn.execute(select(FINGERPRINT_KEY))]
        conn.execute(FINGERPRINT_KEY.delete())
    try:
        answer = api.http.post("/invoices:fingerprint", json=asked(parties(api)[0].account, parties(api)[1].account, "1"))
    finally:
        with office.write() as conn:
            conn.execute(FINGERPRINT_KEY.insert(), rows)
    assert answer.status_code == 503 and answer.json()["title"] == "Fingerprint key not held"
    assert "pledgebook fingerprint-key import" in answer.json()["detail"]


# --- Commands ----------------------------------------------------------------------------------------------------------------------


def test_a_clerk_checks_an_invoice(api: Api, run: Run) -> None:
    seller, buyer = parties(api)
    command = ("fingerprint", "check", "--seller", seller.account, "--buyer", buyer.account, "--number", "C-77", "--issued", ISSUED)
    ran = run(*command)
    assert ran.code == 0 and "free: no receivable has this invoice" in ran.out
    assert confirm(api, named(api, "C-77")) == "final"
    ran = run(*command)
    assert ran.code == 1 and "used: this invoice backs a receivable already" in ran.out
    told = run(*command, "--json")
    assert told.code == 1 and json.loads(told.out)["used"] is True
    refused(run(*command[:6], "--number", "--", "--issued", ISSUED), "number: a letter or a digit expected")
    refused(run(*command[:8], "--issued", "yesterday"), "issued: ")


def test_an_operator_makes_shares_and_retires_versions(api: Api, run: Run, tmp_path: Path) -> None:
    held = len(json.loads(run("fingerprint-key", "list", "--json").out))
    ran = run("fingerprint-key", "new")
    assert ran.code == 0 and f"version {held + 1} is current, mark 0x" in ran.out
    listed = json.loads(run("fingerprint-key", "list", "--json").out)
    assert [each["state"] for each in listed] == ["current", *["still checked"] * held] and listed[1]["replaced"] == listed[0]["since"]
    secret, file = tmp_path / "secret", tmp_path / "key.json"
    secret.write_text("of the exported file\n")
    version = str(held + 1)
    missing = str(tmp_path / "missing")
    refused(
        run("fingerprint-key", "export", version, str(file), "--passphrase-file", missing),
        "write the passphrase into a file, and name that",
    )
    assert run("fingerprint-key", "export", version, str(file), "--passphrase-file", str(secret)).code == 0
    assert file.stat().st_mode & 0o777 == 0o600 and json.loads(file.read_text())["mark"] == listed[0]["mark"]
    refused(run("fingerprint-key", "export", version, str(file), "--passphrase-file", str(secret)), "File exists")
    ran = run("fingerprint-key", "import", str(file), "--passphrase-file", str(secret))
    assert ran.code == 0 and f"version {version} is current, mark {listed[0]['mark']}" in ran.out
    secret.write_text("another passphrase")
    refused(run("fingerprint-key", "import", str(file), "--passphrase-file", str(secret)), "give the passphrase that it was exported with")
    secret.write_text("short")
    refused(run("fingerprint-key", "export", version, str(tmp_path / "x"), "--passphrase-file", str(secret)), "passphrase")
    refused(run("fingerprint-key", "retire", "1"), "version 1 was replaced less than 366 days ago")
    assert run("fingerprint-key", "retire", "1", "--early").code == 0
    assert json.loads(run("fingerprint-key", "list", "--json").out)[-1]["state"] == "retired"
    refused(run("fingerprint-key", "retire", "99"), "version 99 is not held here")


# --- Two gateways --------------------------------------------------------------------------------------------------------------------


def mirrored_up_to(running: Runtime, block: int) -> None:
    """Waits until a gateway's mirror holds a block."""
    end = time.monotonic() + 30
    while running.services.sync.status().block < block:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_gateway_that_joins_refuses_the_doubles_of_the_one_that_founded(
    api: Api, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert confirm(api, named(api, "JOIN-1")) == "final"
    secret, home = tmp_path / "secret", tmp_path / "joined"
    secret.write_text("of the second gateway and the file")
    home.mkdir()
    founded = api.running.services.settings
    (home / founded.manifest.name).write_bytes(founded.manifest.read_bytes())
    monkeypatch.setenv("PLEDGEBOOK_PASSPHRASE_FILE", str(secret))
    joined = runtime.start(Settings(home=home, node=api.running.node_urls[0], port=0))
    try:
        seller, buyer = parties(api)
        question = asked(seller.account, buyer.account, "join 1")
        http = httpx.Client(base_url=joined.url, headers={"authorization": f"Bearer {joined.api_key}"}, timeout=30)
        mirrored_up_to(joined, api.running.services.sync.status().block)
        assert http.post("/invoices:fingerprint", json=question).json()["title"] == "Fingerprint key not held", "it makes none of its own"
        monkeypatch.delenv("PLEDGEBOOK_PASSPHRASE_FILE")
        files = []
        for each in json.loads(run("fingerprint-key", "list", "--json").out):
            files.append(str(tmp_path / f"key-{each['version']}.json"))
            assert run("fingerprint-key", "export", str(each["version"]), files[-1], "--passphrase-file", str(secret)).code == 0
        monkeypatch.setenv("PLEDGEBOOK_PASSPHRASE_FILE", str(secret))
        monkeypatch.setenv("PLEDGEBOOK_NODE", api.running.node_urls[0])
        for file in files:
            assert run("fingerprint-key", "import", file, "--passphrase-file", str(secret), "--home", str(home)).code == 0
        found = http.post("/invoices:fingerprint", json=question).json()["data"]
        assert found["used"] and found["fingerprint"] == named(api, "JOIN-1")["fingerprint"]
        assert confirm(api, found) == "FingerprintUsed"
        assert not http.post("/invoices:fingerprint", json={**question, "number": "join 2"}).json()["data"]["used"]
        http.close()
    finally:
        joined.stop()
