"""The commands over a running gateway: what a registrar, a pledgee and a searcher type, what they read, and one line for every error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.act_types import NotePledge, PlaceHold, RecordSale, SaleShare, SetPledgeState
from ledger.domain.acts import to_json
from ledger.domain.assets import stated_party
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import Decision, HoldKind, HoldTarget, NoteKind
from ledger.domain.registers import Code, Effect, Mode
from ledger.domain.shipped_registers import CN_PATENTS, US_PATENTS
from tests.gateway.commanding import Ran, Run, refused, runner
from tests.gateway.conftest import Api
from tests.gateway.test_api import key_of
from tests.gateway.test_ninth_register import EXAMPLE
from tests.gateway.test_pledge_acts import BOTH, Office, office_named, patents, recorded, rights
from tests.ledger.mirror.register import EVIDENCE, NONE, instrument


@dataclass
class Desk:
    """What is there: a pledge of two Chinese patents, one that waits, and two liens on an American one."""

    cn: Office
    us: Office
    keys: list[bytes]
    pledge: int
    waits: int
    american: bytes
    liens: tuple[int, int]


@pytest.fixture(scope="module")
def desk(api: Api) -> Desk:
    cn, us = office_named(api, "China patent register", CN_PATENTS), office_named(api, "United States recordation office", US_PATENTS)
    keys = patents(2)
    pledge = cn.registered("CLI-1", keys)
    waits = cn.filed(cn.filing(patents(), "CLI-2"))
    american = b"USPA17990001".ljust(32, b"\0")
    liens = (recorded(us, "799-1", american, "Bank", 1_690_000_000), recorded(us, "799-2", american, "Second", 1_691_000_000))
    return Desk(cn, us, keys, pledge, waits, american, liens)


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the running gateway's home."""
    return runner(api.running.services.settings.home, monkeypatch, capsys)


def printed(ran: Ran) -> Any:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def text(key: bytes) -> str:
    return key.rstrip(b"\0").decode()


# --- Records ----------------------------------------------------------------------------------------------------------------------------


def test_a_pledge_is_shown_with_what_counts(desk: Desk, run: Run) -> None:
    out = run("pledge", "show", str(desk.pledge)).out
    assert "number CLI-1" in out and "5000.00 CNY (500000 minor units)" in out and "Pledgor" in out and "registered" in out
    assert printed(run("pledge", "show", str(desk.pledge), "--json"))["number"] == "CLI-1"
    assert "PledgeRegistered" in run("pledge", "history", str(desk.pledge)).out
    assert text(desk.keys[0]) in run("pledge", "assets", str(desk.pledge)).out
    waiting = run("pledge", "pending", "--register", "3").out
    assert str(desk.waits) in waiting and "examination running" in waiting
    assert "CNIPA Announcement 461" in run("pledge", "clocks", str(desk.waits)).out


def test_a_record_is_read_whole(desk: Desk, run: Run) -> None:
    """Why it was refused; what holds it back, what was noted and what a sale brought."""
    body = desk.cn.filing(patents(), "CLI-3")
    refused_ = desk.cn.filed(body)
    desk.cn.done(desk.cn.decision(refused_, body, Decision.REFUSE, fails=4))
    out = run("pledge", "show", str(refused_)).out
    assert "ground 4, fail: the annual fee is unpaid (CNIPA Announcement 461" in out and "decision: refuse" in out
    keys = patents()
    pledge = desk.cn.registered("CLI-4", keys)
    court, parties = stated_party("Court"), desk.cn.now(pledge)
    on_party = (HoldTarget.PARTY, stated_party("Pledgor"), Effect.SET_TERMS, HoldKind.INSOLVENCY, 0, court, EVIDENCE)
    desk.cn.done(PlaceHold(CN_PATENTS, Code.HOLD, *on_party), mode=Mode.ORDERED)
    note = NotePledge(desk.cn.on(pledge, Code.NOTE), parties, NoteKind.SAME_AS, desk.pledge, NONE, (), "recorded twice")
    desk.cn.done(desk.cn.document("CLI-5", (), notes=(note,)))
    desk.cn.done(desk.cn.document("CLI-6", BOTH[1:], states=(SetPledgeState(desk.cn.on(pledge, Code.ENFORCE), parties, 0),)))
    shares = (SaleShare(pledge, 1, 500_000, 280_000),)
    sale = (instrument("CLI-7"), 300_000, 156, 20_000, 0, stated_party("Buyer"), (keys[0],), shares, BOTH[1:])
    desk.cn.done(RecordSale(desk.cn.on(pledge, Code.SALE), parties, *sale), officers=2)
    out = run("pledge", "show", str(pledge)).out
    assert "hold on party, insolvency: bars set terms" in out
    assert f"note, same as: pledges {pledge} and {desk.pledge}: recorded twice" in out
    assert "for 3000.00 CNY (300000 minor units), costs 200.00 CNY" in out and "2800.00 CNY (280000 minor units) of 5000.00 CNY" in out
    assert "grounds passed: 1, 2, 3" in out
    assert "same as" in run("pledge", "party", to_hex(stated_party("Pledgor"))).out


def test_records_are_read_as_they_were(desk: Desk, run: Run) -> None:
    before = printed(run("pledge", "as-at", "2023-07-25T00:00:00Z", "--json"))
    assert [each["pledge"] for each in before] == [desk.liens[0]], "the second lien counts from later"
    assert str(desk.liens[1]) in run("pledge", "as-at", "2024-01-01T00:00:00Z").out
    at_first = printed(run("pledge", "as-at", "2024-01-01T00:00:00Z", "--block", "5", "--json"))
    assert at_first == [], "nothing was known then"
    assert printed(run("pledge", "show", str(desk.liens[0]), "--about", "2020-01-01T00:00:00Z", "--json"))["life"] == "not yet"


# --- Rights and their order -------------------------------------------------------------------------------------------------------------


def test_a_right_is_read_shown_and_ranked(desk: Desk, run: Run) -> None:
    assert "USPA17990001" in run("pledge", "read", "17/990,001", "--office", "US", "--class", "P").out
    assert run("pledge", "read", "nothing", "--office", "US", "--class", "P").code == 1
    shown = run("pledge", "asset", "USPA17990001").out
    assert all(str(lien) in shown for lien in desk.liens)
    ranked = run("pledge", "priority", "USPA17990001", "--if-filed", "1000", "--value", "2000000").out
    assert (
        "recording time; 35 USC 261" in ranked
        and "if filed now: rank 3, behind 1000000" in ranked
        and "left of the value 1000000" in ranked
    )
    whole = printed(run("pledge", "priority", "USPA17990001", "--json"))
    assert [place["tranches"][0]["lien"] for place in whole["places"]] == [str(lien) for lien in desk.liens]


def test_what_the_ledger_does_not_know_comes_from_a_file(desk: Desk, run: Run, tmp_path: Path) -> None:
    relation = {"senior": str(desk.liens[1]), "junior": str(desk.liens[0]), "kind": "subordination", "source": "deed of 2 May"}
    (tmp_path / "claims.json").write_text(json.dumps({"relations": [relation]}))
    out = run("pledge", "priority", "USPA17990001", "--claims", str(tmp_path / "claims.json")).out
    assert "deed of 2 May" in out
    back = {**relation, "senior": relation["junior"], "junior": relation["senior"], "source": "other deed"}
    (tmp_path / "claims.json").write_text(json.dumps({"relations": [relation, back]}))
    assert "no order:" in run("pledge", "priority", "USPA17990001", "--claims", str(tmp_path / "claims.json")).out


def test_parties_and_holds_are_listed(desk: Desk, run: Run) -> None:
    out = run("pledge", "party", to_hex(stated_party("Bank"))).out
    assert "STATED_NAME" in out and "CLI-1" in out
    assert printed(run("pledge", "holds", "asset", text(desk.keys[0]), "--json")) == []
    assert printed(run("pledge", "holds", "party", to_hex(stated_party("Bank")), "--office", desk.cn.account, "--json")) == []


# --- Filings and registers --------------------------------------------------------------------------------------------------------------


def test_a_filing_is_tried_by_command(desk: Desk, run: Run, tmp_path: Path) -> None:
    fresh, taken = patents(), desk.keys[:1]
    for keys, code, said in ((fresh, 0, "CN-PATENT creates the right"), (taken, 1, "is pledged already")):
        listed = rights(keys)
        asked = {"filing": to_json(desk.cn.filing(keys, "CLI-3")), "assets": [to_hex(key) for key in listed.keys]}
        (tmp_path / "filing.json").write_text(json.dumps(asked))
        ran = run("pledge", "check", str(tmp_path / "filing.json"))
        assert ran.code == code and said in ran.out, ran
        assert json.loads(run("pledge", "check", str(tmp_path / "filing.json"), "--json").out)["registrable"] is (code == 0)


def test_registers_are_listed_routed_and_set(desk: Desk, run: Run, tmp_path: Path) -> None:
    assert "CN-PATENT" in run("register", "list").out and "NZ personal property securities" in run("register", "list").out
    assert "refinance" in run("register", "show", "3").out and "one on one right" in run("register", "show", "3").out
    assert "one on one right" in run("register", "show", "cn-patent").out
    assert "CivC 444" in run("register", "route", "patent", "--jurisdiction", "CN").out
    assert "no register is known for a pledge of patent of XX" in run("register", "route", "patent", "--jurisdiction", "XX").out
    file = tmp_path / "us-copyright.toml"
    file.write_text(EXAMPLE)
    assert printed(run("register", "show", str(file)))["number"] == 9
    office = desk.cn.api.admit("command office", "REGISTRAR")
    assert "register 9 US-COPYRIGHT, version 1, is described" in run("register", "set", str(file), "--office", office.account).out
    assert printed(run("register", "show", "9", "--json"))["key"] == "US-COPYRIGHT"
    assert "version 1, is described" in run("register", "set", str(file), "--office", office.account).out


# --- Errors -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("pledge show 999999", "pledge 999999: there is none that you may see"),
        ("pledge show 1 --block 99999999", "block: 99999999 is not mirrored yet"),
        ("pledge show 1 --known-at yesterday", "--known-at: 'yesterday' is no time"),
        ("pledge show 1 --about 2024-01-01T00:00:00", "--about: '2024-01-01T00:00:00' has no offset"),
        ("pledge show 1 --block 3 --known-at 2024-01-01T00:00:00Z", "give block or known_at, not both"),
        ("pledge history 999999", "there is none that you may see"),
        ("pledge clocks 999999", "there is none that you may see"),
        ("pledge as-at noon", "effective_at"),
        (
            "pledge asset XX",
            "asset: 'XX' is no right's number or key; give a number as its office writes it, check digits included",
        ),
        ("pledge asset ZL201710601862.4", "check digit 4 is not 3"),
        ("pledge asset 0x12", "asset: 32 bytes expected"),
        ("pledge priority USPA1 --if-filed much", "if_filed.amount"),
        ("pledge priority USPA1 --claims nothing.json", "nothing.json"),
        ("pledge holds ship 1", "target: 'ship' is none of asset, pledge, party, claim"),
        ("pledge holds pledge x", "id: a decimal number below 2^256 expected"),
        ("pledge holds party 0x12", "id: 32 bytes expected"),
        (f"pledge holds party 0x{'02' * 32}", "office: a party's holds are an office's"),
        ("pledge party 0x12", "party: '0x12' is not a hash or a word"),
        ("pledge check nothing.json", "nothing.json"),
        ("pledge read 1 --office U --class P", "office"),
        ("register show 99", "register 99: there is none"),
        ("register show nothing.toml", "nothing.toml: no register's number or key"),
        ("register set nothing.toml --office 0x12", "nothing.toml"),
        ("register route ship --jurisdiction CN", "asset: 'ship' is none of"),
        ("register route patent --jurisdiction CN --register CN-RECEIVABLES", "file with CN-PATENT"),
    ],
)
def test_bad_input_is_one_line(desk: Desk, run: Run, arguments: str, said: str) -> None:
    ran = run(*arguments.split())
    assert desk.pledge
    refused(ran, said)


def test_a_home_whose_gateway_is_away_is_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(run("register", "list", "--home", str(tmp_path)), "no API key")
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", "pbk_0_0")
    refused(run("register", "list", "--home", str(tmp_path)), "no gateway runs on it")
    refused(run("register", "list", "--home", str(tmp_path), "--url", "http://127.0.0.1:1"), "Connection refused")
    refused(run("register", "list"), "give a valid API key")
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", "cl\N{LATIN SMALL LETTER E WITH ACUTE}")
    refused(run("register", "list"), "PLEDGEBOOK_API_KEY: what it has is no API key")


def test_a_members_own_key_serves_the_commands(api: Api, desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = api.admit("command bank", "BANK")
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", key_of(api, bank)["authorization"].removeprefix("Bearer "))
    assert "CLI-1" in run("pledge", "show", str(desk.pledge)).out, "the register is public among members"
