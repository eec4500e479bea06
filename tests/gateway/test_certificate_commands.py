"""Searches, certificates and watches as a terminal sees them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gateway.visible import visible
from ledger.domain.identifiers import person
from ledger.domain.ids import to_hex
from ledger.domain.shipped_registers import CN_PATENTS, US_PATENTS
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.conftest import Api, Member
from tests.gateway.pledge import record
from tests.gateway.test_api import key_of
from tests.gateway.test_commands import printed, text
from tests.gateway.test_pledge_acts import Office, office_named, patents

SPELLINGS = ("Feldspar Glass Ltd", "Feldspar Glas Ltd")


@dataclass
class Desk:
    """A pledge, two records of nearly one name, and a bank."""

    cn: Office
    keys: list[bytes]
    pledge: int
    recorded: list[int]
    bank: Member


@pytest.fixture(scope="module")
def desk(api: Api) -> Desk:
    cn, us = office_named(api, "China patent register", CN_PATENTS), office_named(api, "United States recordation office", US_PATENTS)
    keys, recorded = patents(), []
    pledge = cn.registered("CC-1", keys)
    for at, name in enumerate(SPELLINGS):
        signers = [{"account": us.account, "role": "REGISTRAR", "mode": "ATTESTED"}]
        body = record(f"CC-{at + 2}", name, "Lender", effective=1_690_000_000)
        assert api.done(api.act(us.member, "RecordPledge", body, signers=signers))["state"] == "final"
        recorded.append(us.newest())
    return Desk(cn, keys, pledge, recorded, api.admit("certificate desk", "BANK"))


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the running gateway's home."""
    return runner(api.running.services.settings.home, monkeypatch, capsys)


def test_a_search_is_two_commands(desk: Desk, run: Run, tmp_path: Path) -> None:
    first = run("pledge", "search", "feldspar glass ltd").out
    assert all(name in first for name in SPELLINGS) and "step two" in first and "typing error" in first
    found = printed(run("pledge", "search", "feldspar glass ltd", "--json"))
    (similar,) = [each["normal_form"] for each in found["similar"]]
    file, html = tmp_path / "search.json", tmp_path / "search.html"
    out = run("pledge", "search", "feldspar glass ltd", "--select", similar, "--out", str(file), "--html", str(html)).out
    assert "Search certificate: feldspar glass ltd" in out and f"SHA-256 0x{sha256(file.read_bytes()).hexdigest()}" in out
    assert [int(each["pledge"]) for each in json.loads(file.read_text())["records"]] == desk.recorded
    page = html.read_text()
    assert "Search certificate" in page and "<script" not in page and "http" not in page.replace("httpequiv", "")
    exact = printed(run("pledge", "search", "feldspar glass ltd", "--certify", "--json"))
    assert [int(each["pledge"]) for each in exact["document"]["records"]] == desk.recorded[:1]
    assert "the ledger says the same" in run("pledge", "verify", str(file)).out


def test_other_searches_are_made_by_command(desk: Desk, run: Run) -> None:
    assert str(desk.pledge) in run("pledge", "search", text(desk.keys[0]), "--by", "number").out
    assert f"pledges: {desk.recorded[0]};" in run("pledge", "search", "CC-2", "--by", "registration").out
    assert "USCC" in run("pledge", "search", "91350211M000100Y46", "--by", "identifier").out
    assert "no identifier" in run("pledge", "search", "12", "--by", "identifier").out
    party = run("pledge", "show", str(desk.recorded[0]), "--json").out
    word = next(each["id"] for each in json.loads(party)["parties"] if each["name"] == SPELLINGS[0])
    assert SPELLINGS[0] in run("pledge", "search", word, "--by", "party", "--side", "pledgors").out
    assert printed(run("pledge", "search", word, "--by", "party", "--side", "holders", "--json")) == []


def test_a_natural_person_is_found_by_name_and_salt_together(desk: Desk, run: Run, tmp_path: Path) -> None:
    """Who has both makes the commitment at home; neither is sent."""
    salt = b"s" * 32
    body, word = record("CC-9", "Ada Lovelace", "Lender", effective=1_690_000_000), to_hex(person("Ada Lovelace", salt).word)
    body["filing"]["parties"][0]["id"] = body["filing"]["consents"][0]["party"] = word
    body["names"][0]["name"] = ""
    us = office_named(desk.cn.api, "United States recordation office", US_PATENTS)
    signers = [{"account": us.account, "role": "REGISTRAR", "mode": "ATTESTED"}]
    assert us.api.done(us.api.act(us.member, "RecordPledge", body, signers=signers))["state"] == "final"
    pledge = str(us.newest())
    assert pledge in run("pledge", "search", "ada  LOVELACE", "--by", "person", "--salt", to_hex(salt)).out
    file = tmp_path / "person.json"
    assert run("pledge", "search", "Ada Lovelace", "--by", "person", "--salt", to_hex(salt), "--out", str(file)).code == 0
    assert [each["pledge"] for each in json.loads(file.read_text())["records"]] == [pledge] and "Lovelace" not in file.read_text()
    refused(run("pledge", "search", "Ada Lovelace", "--by", "person"), "--salt: a natural person is found by name and salt together")
    refused(run("pledge", "search", "Ada Lovelace", "--by", "person", "--salt", "0x12"), "--salt: 32 bytes expected")


def test_certificates_are_issued_written_listed_and_verified(desk: Desk, run: Run, tmp_path: Path) -> None:
    registered, extract, statement = (tmp_path / name for name in ("r.json", "e.json", "s.json"))
    number = str(desk.pledge)
    out = run("pledge", "certificate", number, "--out", str(registered), "--member", desk.bank.account).out
    assert "Certificate of registration: pledge" in out and "number: CC-1" in out and "amount: 5000.00 CNY (500000 minor units)" in out
    assert "status: registered" in run("pledge", "extract", number, "--out", str(extract), "--about", "2030-01-01T00:00:00Z").out
    assert "before: accepted" in run("pledge", "statement", number, "--out", str(statement)).out
    act = json.loads(run("pledge", "history", number, "--json").out)[0]["act"]
    assert "after: filed" in run("pledge", "statement", number, "--act", act).out
    assert all(run("pledge", "verify", str(file)).code == 0 for file in (registered, extract, statement))
    kept = printed(run("pledge", "certificates", "--member", desk.bank.account, "--json"))
    assert [each["hash"] for each in kept] == [f"0x{sha256(registered.read_bytes()).hexdigest()}"]
    assert "registration" in run("pledge", "certificates", "--member", desk.bank.account).out


def test_a_changed_certificate_is_found_out(desk: Desk, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    run("pledge", "certificate", str(desk.pledge), "--out", str(file))
    whole = file.read_text()
    file.write_text(whole.replace('"500000"', '"900000"'))
    ran = run("pledge", "verify", str(file))
    assert ran.code == 1 and "does not hold: the ledger says otherwise of amount" in ran.out
    assert json.loads(run("pledge", "verify", str(file), "--json").out)["holds"] is False
    for content, said in (
        (whole.replace(",", ", ", 1), "the bytes are not canonical"),
        ("{}", "schema: pledgebook/certificate/1 expected"),
        ("no JSON", "no JSON document"),
        ("[" * 2_000, "certificate"),
    ):
        file.write_text(content)
        refused(run("pledge", "verify", str(file)), said)


def test_watches_are_listed_and_reports_kept(desk: Desk, run: Run, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, bank = tmp_path / "reports.json", desk.bank.account
    assert printed(run("pledge", "watches", "--member", bank, "--json")) == []
    facts = {"jurisdiction": "CN", "kind": "invention", "facts": {"filed": "2018-06-03", "granted": "2021-08-01"}}
    file.write_text(json.dumps({"reports": [{"asset": text(desk.keys[0]), "source": "extract", "right": facts}]}))
    assert "1 reports kept" in run("pledge", "report", str(file), "--member", bank).out
    refused(run("pledge", "watches"), "member: this key is the operator's; name the member")
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", key_of(api, desk.bank)["authorization"].removeprefix("Bearer "))
    assert run("pledge", "watches", "--days", "400").code == 0
    assert "1 reports kept" in run("pledge", "report", str(file)).out
    file.write_text("[]")
    refused(run("pledge", "report", str(file)), "expected")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("search ...", "name"),
        ("search Feldspar --by spell", "--by: 'spell' is none of name, person, number, party, identifier, registration"),
        ("search Feldspar --by spell --certify", "of.search.by"),
        ("search Feldspar --side middle", "side: 'middle' is none of"),
        ("search Feldspar --select nobody", "selection: nobody not among the names found"),
        ("search 0x12 --by party", "is not a hash or a word"),
        ("search 0x12 --by number", "asset: 32 bytes expected"),
        ("search 12 --by identifier --certify", "the identifiers whose check digits it satisfies are none"),
        ("search Feldspar --out /nowhere/at/all --certify", "/nowhere/at/all"),
        ("search Feldspar --block 99999999", "block: 99999999 is not mirrored yet"),
        ("certificate 999999", "pledge 999999: not registered: there is none that you may see"),
        ("certificate 1 --member 0x12", "member"),
        (f"certificate 1 --member 0x{'77' * 20}", "there is none that you may see"),
        ("extract 999999", "there is none that you may see"),
        ("extract 1 --about noon", "--about: 'noon' is no time"),
        ("statement 1 --act 0x12", "of.verification.act"),
        (f"statement 1 --act 0x{'12' * 32}", "no such act on it is known"),
        ("verify nothing.json", "nothing.json"),
        ("watches --member 0x12", "member"),
        ("report nothing.json", "nothing.json"),
    ],
)
def test_bad_input_is_one_line(desk: Desk, run: Run, arguments: str, said: str) -> None:
    assert desk.pledge
    refused(run("pledge", *arguments.split()), said)


def test_nothing_on_the_ledger_steers_a_terminal() -> None:
    assert visible("a\x1b[2Jb\rc\u202ed\x9be") == "a�[2Jb�c�d�e"
    assert visible("Köln 中 a/b") == "Köln 中 a/b"


def test_a_word_that_is_no_text_is_hex(desk: Desk, run: Run) -> None:
    """A right's key can be given as hex."""
    found: Any = printed(run("pledge", "search", to_hex(desk.keys[0]), "--by", "number", "--json"))
    assert found["asset_text"] == text(desk.keys[0])


def test_a_page_begins_with_what_its_reader_asks_first(desk: Desk, run: Run, tmp_path: Path) -> None:
    html = tmp_path / "extract.html"
    assert run("pledge", "extract", str(desk.pledge), "--html", str(html)).code == 0
    names = re.findall(r'<td class="name">(status|parties|assets|agreement|grounds|acts)</td>', html.read_text())
    assert list(dict.fromkeys(names)) == ["status", "parties", "assets", "agreement", "grounds", "acts"]
