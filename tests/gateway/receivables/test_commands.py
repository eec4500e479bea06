"""Acts on receivables by command line and by draft: whole lives, what is said before anybody signs, and one line for what is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.receivables.table import TABLE
from gateway.receivables.writers import WRITERS
from ledger.chain import artifacts
from ledger.chain.decode import event_types
from ledger.domain.act_types import KINDS
from ledger.domain.ids import to_hex, token_id
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.conftest import Api, Member
from tests.gateway.einvoice_files import Bill

FINGERPRINT = "0x" + "f1" * 32
DOCUMENT = "0x" + "d0" * 32


@dataclass
class Desk:
    """Four members of one gateway, and commands in their names."""

    api: Api
    run: Run
    supplier: Member
    obligor: Member
    bank: Member
    friend: Member

    def json(self, *words: object) -> dict[str, Any]:
        """What a command answers that signs without asking."""
        ran = self.run("receivable", *map(str, words), "--yes", "--json")
        assert ran.code == 0, ran
        found: dict[str, Any] = json.loads(ran.out)
        return found

    def issued(self, face: int = 100_000, **more: object) -> str:
        """A draft; its id. Each has a due day of its own, so that no two are the same act."""
        self.api.count += 1
        day = (date(2023, 12, 1) + timedelta(days=self.api.count % 150)).isoformat()
        words: list[object] = ["--supplier", self.supplier.account, "--obligor", self.obligor.account, "--face", face, "--currency", "USD"]
        words += ["--due", day, "--zone", "Asia/Shanghai", "--late-rate", "5/10000", "--grace-days", 3]
        for name, value in more.items():
            words += [f"--{name.replace('_', '-')}", value]
        return str(self.json("issue", *words)["receivable"])

    def confirmed(self, face: int = 100_000) -> str:
        """A live receivable; its id."""
        receivable = self.issued(face)
        self.api.count += 1
        self.json("confirm", receivable, "--fingerprint", "0x" + f"{self.api.count:064x}")
        return receivable

    def read(self, path: str) -> Any:
        return self.api.http.get(path).raise_for_status().json()["data"]

    def logs(self, event: str) -> list[Any]:
        """What the token says to wallets."""
        services = self.api.running.services
        topic = next(each.topic for each in event_types("ReceivableToken", artifacts.load("ReceivableToken").abi) if each.name == event)
        asked = {"fromBlock": "0x0", "address": to_hex(services.manifest.address("ReceivableToken")), "topics": [to_hex(topic)]}
        found: list[Any] = services.rpc.call("eth_getLogs", asked)
        return found

    def fund(self, member: Member, amount: int) -> None:
        cash = next(each for each in self.read("/cash") if each["currency"] == "USD")
        issue = {"cash": cash["number"], "to": member.account, "amount": amount, "ref": "0x" + "01" * 32}
        assert self.api.done(self.api.act(Member("bank", cash["bank"]), "IssueCash", issue))["state"] == "final"


@pytest.fixture
def desk(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Desk:
    monkeypatch.chdir(tmp_path)
    run = runner(api.running.services.settings.home, monkeypatch, capsys)
    people = (("drafts supplier", "SUPPLIER"), ("drafts obligor", "OBLIGOR"), ("drafts bank", "BANK"), ("drafts friend", "GUARANTOR"))
    return Desk(api, run, *(api.admit(*each) for each in people))


def test_every_act_of_the_table_has_a_writer_and_a_kind() -> None:
    assert WRITERS.keys() == {each.name for each in TABLE}
    assert {each.kind for each in TABLE} <= {kind.name for kind in KINDS}


def test_the_obligor_is_told_by_the_very_command_that_is_said_next(desk: Desk) -> None:
    receivable = desk.issued()
    desk.json("confirm", receivable, "--fingerprint", "0x" + "5e" * 32)
    desk.json("offer", receivable, "--start", 0, "--end", 50_000, "--to", desk.bank.account, "--deadline", "2024-06-30", "--zone", "UTC")
    accepted = desk.run("receivable", "accept", receivable, "--start", "0", "--yes").out
    given = desk.run("receivable", "split", receivable, "--start", "50000", "--piece", f"{desk.bank.account}=10000", "--yes").out
    for said in (accepted, given):
        (_, command) = said.split("next: tell the obligor: pledgebook ")
        ran = desk.run(*command.split(), "--dry-run")
        assert ran.code == 0 and "from drafts supplier" in ran.out, ran


def test_a_receivable_goes_from_draft_to_its_end(desk: Desk) -> None:
    receivable = desk.issued()
    assert desk.read(f"/receivables/{receivable}")["status"] == "draft"
    ran = desk.run("receivable", "confirm", receivable, "--fingerprint", FINGERPRINT, "--confirms", "no set off", "--dry-run")
    assert ran.code == 0 and "existence, amount, due date, no set off" in ran.out and "not signed: a dry run" in ran.out, ran
    assert "1000.00 USD (100000 minor units)" in ran.out and "drafts supplier (0x" in ran.out
    desk.json("confirm", receivable, "--fingerprint", FINGERPRINT, "--confirms", "no set off")
    found = desk.read(f"/receivables/{receivable}")
    assert (found["condition"], found["confirmed"][-1], found["grace_seconds"]) == ("current", "no set off", 259_200)
    assert found["due"].endswith("T16:00:00Z"), "the end of the legal day in Shanghai"
    desk.json(
        "offer", receivable, "--start", 20_000, "--end", 50_000, "--to", desk.bank.account, "--deadline", "2024-06-30", "--zone", "UTC"
    )
    (offered,) = desk.read(f"/offers?to={desk.bank.account}")
    assert (offered["start"], offered["end"], offered["deadline"]) == ("20000", "50000", "2024-06-30T23:59:59Z")
    assert desk.read(f"/tokens/{token_id(int(receivable), 20_000)}")["marks"] == ["offered"]
    assert "20000" in desk.run("receivable", "offers", "--to", desk.bank.account).out
    ran = desk.run("receivable", "accept", receivable, "--start", "20000", "--dry-run")
    assert ran.code == 0 and "300.00 USD (30000 minor units)" in ran.out
    desk.json("accept", receivable, "--start", 20_000)
    assert desk.read(f"/offers?to={desk.bank.account}") == []
    desk.json("notify", receivable, "--start", 20_000, "--assignor", desk.supplier.account)
    (notice,) = desk.read(f"/notices?obligor={desk.obligor.account}&unanswered=true")
    assert (notice["assignee"], notice["acknowledged_at"]) == (desk.bank.account, None)
    desk.json("acknowledge", notice["notice"])
    assert desk.read(f"/notices?obligor={desk.obligor.account}&unanswered=true") == []
    kinds = [each["kind"] for each in desk.read(f"/receivables/{receivable}/transfers")]
    assert kinds == ["confirmation", "split", "assignment"]
    assert "assignment" in desk.run("receivable", "history", receivable).out


def test_money_comes_from_the_obligor_and_in_its_place_and_what_retires_is_owed_nothing(desk: Desk) -> None:
    receivable = desk.confirmed()
    desk.fund(desk.obligor, 100_000)
    desk.fund(desk.friend, 100_000)
    desk.json("pay", receivable, "--amount", 10_000, "--reference", "PAY-1")
    desk.json("pay", receivable, "--amount", 10_000, "--reference", "PAY-1")
    assert desk.read(f"/receivables/{receivable}")["owed_live"]["minor"] == "90000", "the same words are one payment"
    desk.json("pay-for", receivable, "--account", desk.friend.account, "--amount", 30_000, "--reference", "PAY-2")
    (claim,) = desk.read(f"/receivables/{receivable}")["claims"]
    assert (claim["payer"], claim["claim"]["minor"]) == (desk.friend.account, "30000")
    desk.json("retire", receivable, "--start", 50_000, "--reason", "credit note", "--document", DOCUMENT)
    found = desk.read(f"/receivables/{receivable}/payments")
    (gone,) = found["retired"]
    assert (gone["start"], gone["end"], gone["owed"]["minor"], gone["reason"]) == ("50000", "100000", "30000", "credit note")
    assert [each["kind"] for each in found["distributed"]] == ["voluntary", "third party", "retirement"]
    desk.json("pay", receivable, "--amount", 30_000, "--reference", "PAY-3")
    assert desk.read(f"/receivables/{receivable}")["condition"] == "subrogated"
    desk.json("waive-claim", receivable, "--account", desk.friend.account)
    found = desk.read(f"/receivables/{receivable}")
    assert (found["condition"], found["claims"], found["retired"]["minor"]) == ("closed", [], "50000")
    assert "closed" in desk.run("receivable", "show", receivable).out


def test_marks_come_and_go(desk: Desk) -> None:
    receivable = desk.confirmed()
    desk.json("dispute", receivable, "--scope", "amount", "--scope", "delivery", "--document", DOCUMENT)
    dispute = desk.read(f"/receivables/{receivable}")["dispute"]
    assert (dispute["scope"], dispute["stands"]) == (["amount", "delivery"], True)
    desk.json("end-dispute", receivable)
    assert desk.read(f"/receivables/{receivable}")["dispute"]["stands"] is False
    desk.json("write-off", receivable, "--start", 0)
    assert desk.read(f"/tokens/{token_id(int(receivable), 0)}")["marks"] == ["written off"]
    desk.json("write-off", receivable, "--start", 0, "--undo")
    desk.json("mandate", "--account", desk.obligor.account, "--currency", "USD", "--cap", 5_000, "--until", "2024-01-31", "--zone", "UTC")
    (given,) = desk.read(f"/accounts/{desk.obligor.account}/debits")["mandates"]
    assert (given["cap_left"]["minor"], given["until"], given["partial"]) == ("5000", "2024-01-31T23:59:59Z", False)
    desk.json("end-mandate", "--account", desk.obligor.account, "--currency", "USD")
    assert desk.read(f"/accounts/{desk.obligor.account}/debits")["mandates"] == []


def test_all_owners_cancel_and_anybody_carries_it_out(desk: Desk) -> None:
    receivable = desk.confirmed()
    desk.json("move", receivable, "--end", 40_000, "--to", desk.bank.account)
    desk.json("consent-cancel", receivable, "--start", 0)
    refused(desk.run("receivable", "cancel", receivable), "owners of 40000 minor units of the 100000 minor units that live agree")
    ran = desk.run("receivable", "consent-cancel", receivable, "--start", "40000", "--dry-run")
    assert "owners of 40000 of 100000 live minor units agree so far" in ran.out
    desk.json("consent-cancel", receivable, "--start", 40_000)
    assert desk.read(f"/receivables/{receivable}")["consented"]["minor"] == "100000"
    assert desk.run("receivable", "cancel", receivable).code == 0
    assert desk.read(f"/receivables/{receivable}")["status"] == "cancelled"
    outstanding = [each for each in desk.read(f"/accounts/{desk.obligor.account}/outstanding") if each["side"] == "obligor"]
    live = desk.read(f"/receivables?party={desk.obligor.account}&status=live")
    assert sum(int(each["outstanding"]["minor"]) for each in outstanding) == sum(int(each["owed_live"]["minor"]) for each in live)


def test_an_offer_is_declined_recalled_and_made_again(desk: Desk) -> None:
    receivable = desk.confirmed()
    words = (receivable, "--to", desk.bank.account, "--deadline", "2024-06-30T12:00:00+08:00")
    desk.json("offer", *words)
    desk.json("decline", receivable, "--start", 0, "--document", DOCUMENT)
    assert desk.read(f"/tokens/{token_id(int(receivable), 0)}")["offer"]["state"] == "declined"
    desk.json("offer", *words)
    desk.json("recall", receivable, "--start", 0)
    offer = desk.read(f"/tokens/{token_id(int(receivable), 0)}")["offer"]
    assert (offer["state"], offer["can_be_accepted"]) == ("recalled", False)
    desk.json("refuse", desk.issued())


def test_a_token_is_split_among_several_and_whole_tokens_go_together(desk: Desk) -> None:
    one, two = desk.confirmed(), desk.confirmed()
    pieces = ("--piece", f"{desk.bank.account}=30000", "--piece", f"{desk.friend.account}=20000={DOCUMENT}", "--background", FINGERPRINT)
    ran = desk.run("receivable", "split", one, "--start", "0", *pieces, "--dry-run")
    assert ran.code == 0 and f"[30000, 50000) of receivable {one}, 200.00 USD (20000 minor units), to drafts friend" in ran.out, ran
    assert "500.00 USD (50000 minor units) of that token stays its own" in ran.out
    desk.json("split", one, "--start", 0, *pieces)
    owners = {each["start"]: each["owner"] for each in desk.read(f"/receivables/{one}/tokens")}
    assert owners == {"0": desk.bank.account, "30000": desk.friend.account, "50000": desk.supplier.account}
    told = {each["start"]: each["reference"] for each in desk.read(f"/receivables/{one}/transfers") if each["kind"] != "confirmation"}
    assert (told["0"], told["30000"]) == (FINGERPRINT, DOCUMENT)
    words = ("--range", f"{one}:50000", "--range", two, "--to", desk.bank.account)
    desk.json("move-many", *words)
    for receivable, start in ((one, 50_000), (two, 0)):
        assert desk.read(f"/tokens/{token_id(int(receivable), start)}")["owner"] == desk.bank.account
    refused(desk.run("receivable", "move-many", *words, "--yes"), "to: the tokens are drafts bank")


def test_pieces_and_tokens_that_do_not_fit_are_named(desk: Desk) -> None:
    receivable, to = desk.confirmed(), desk.bank.account
    split = ("receivable", "split", receivable, "--yes", "--start")
    refused(desk.run(*split, "0", "--piece", f"{to}=60000", "--piece", f"{to}=40001"), "pieces: together 100001")
    refused(desk.run(*split, "0", "--piece", f"{to}=0"), "write an account and its minor units")
    refused(desk.run(*split, "0", "--piece", f"{to}=x"), "write an account and its minor units")
    refused(desk.run(*split, "5", "--piece", f"{to}=1"), "no token begins at 5")
    refused(desk.run(*split, "0"), "pieces: missing")
    refused(desk.run("receivable", "move-many", "--range", f"{receivable}:0-5", "--to", to, "--yes"), "only whole tokens go together")
    refused(desk.run("receivable", "move-many", "--range", "x", "--to", to, "--yes"), "ranges: 'x'")
    answer = desk.api.http.post("/receivables:draft", json={"act": "move-many", "ranges": [], "to": to})
    assert answer.status_code == 422 and "ranges" in answer.text


def test_words_whose_act_was_refused_are_another_act(desk: Desk) -> None:
    receivable = desk.confirmed(face=10_000_000)
    desk.fund(desk.obligor, 1_000)
    (held,) = desk.read(f"/accounts/{desk.obligor.account}/money")["balances"]
    amount = int(held["balance"]["minor"]) // 2 + 1

    def drafted(reference: str) -> dict[str, Any]:
        asked = {"act": "pay", "receivable": receivable, "amount": str(amount), "reference": reference}
        (act,) = desk.api.http.post("/receivables:draft", json=asked).raise_for_status().json()["data"]["acts"]
        found: dict[str, Any] = act
        return found

    def ended(*acts: dict[str, Any]) -> list[str]:
        taken = desk.api.http.post("/acts:batch", json={"acts": acts}).raise_for_status().json()["acts"]
        asked = [desk.api.http.get(f"/acts/{each['id']}", params={"account": each["account"], "wait": 20}) for each in taken]
        return [each.raise_for_status().json()["state"] for each in asked]

    one, other = (drafted("0x" + byte * 32) for byte in ("5a", "5b"))
    assert ended(one, other) == ["final", "refused"], "each alone could be paid when they came in"
    desk.fund(desk.obligor, amount)
    again = drafted("0x" + "5b" * 32)
    assert again["key"] == f"{other['key']} 1"
    assert ended(again) == ["final"]
    assert drafted("0x" + "5b" * 32)["key"] == again["key"], "what was done is not another act"
    assert desk.read(f"/receivables/{receivable}")["owed_live"]["minor"] == str(10_000_000 - 2 * amount)


def test_what_wallets_were_allowed_ends(desk: Desk) -> None:
    before = desk.logs("ApprovalsRevoked")
    desk.json("end-approvals", "--account", desk.supplier.account, "--document", DOCUMENT)
    (topics,) = [each["topics"] for each in desk.logs("ApprovalsRevoked") if each not in before]
    assert topics[1].endswith(desk.supplier.account.removeprefix("0x"))


def test_what_is_wrong_is_one_line_that_names_it(desk: Desk) -> None:
    receivable = desk.confirmed()
    refused(desk.run("receivable", "pay", "1", "--amount", "5", "--reference", "X", "--yes"), "receivable 1")
    refused(desk.run("receivable", "offer", receivable, "--to", desk.bank.account, "--yes"), "deadline: missing")
    refused(desk.run("receivable", "offer", receivable, "--to", desk.bank.account, "--deadline", "2024-06-30", "--yes"), "zone: missing")
    refused(desk.run("receivable", "move", receivable, "--end", "100001", "--to", desk.bank.account, "--yes"), "end: 100001")
    refused(desk.run("receivable", "accept", receivable, "--start", "0", "--yes"), "no offer of the range")
    refused(
        desk.run("receivable", "retire", receivable, "--reason", "theft", "--document", DOCUMENT, "--yes"), "reason: 'theft' is none of"
    )
    refused(desk.run("receivable", "pay", receivable, "--amount", "5", "--reference", "y" * 33, "--yes"), "--reference")
    refused(desk.run("receivable", "confirm", receivable, "--fingerprint", FINGERPRINT, "--yes"), "only a draft")
    refused(
        desk.run("receivable", "pay", receivable, "--account", desk.bank.account, "--amount", "5", "--reference", "x", "--yes"), "account:"
    )
    refused(desk.run("receivable", "move", receivable, "--to", "0x" + "12" * 20, "--yes"), "no active member")
    refused(desk.run("receivable", "move", receivable, "--to", desk.bank.account), "give --yes to sign it")
    answer = desk.api.http.post("/receivables:draft", json={"act": "sell"})
    assert answer.status_code == 422 and "act: 'sell' is none of issue" in answer.json()["detail"]
    answer = desk.api.http.post("/receivables:draft", json={"act": "recall", "receivable": receivable, "start": "0", "cap": "5"})
    assert answer.status_code == 422 and answer.json()["field"] == "cap"


def test_the_obligor_names_the_invoice_and_the_fingerprint_follows(desk: Desk) -> None:
    receivable = desk.issued()
    ran = desk.run("receivable", "confirm", receivable, "--yes")
    refused(ran, "--number and --issued")
    refused(desk.run("receivable", "confirm", receivable, "--invoice", "invoice.xml", "--yes"), "invoice.xml: no such file; check the name")
    words = (receivable, "--number", "W-1", "--issued", "2023-11-03")
    desk.json("confirm", *words)
    asked = {"seller": desk.supplier.account, "buyer": desk.obligor.account, "number": "W-1", "issued": "2023-11-03"}
    told = desk.api.http.post("/invoices:fingerprint", json=asked).json()["data"]
    assert told["used"], "the confirmation has the fingerprint of these very words"
    refused(desk.run("receivable", "confirm", desk.issued(), *words[1:], "--yes"), "backs the receivable")
    refused(desk.run("receivable", "confirm", desk.issued(), "--number", "W-2", "--issued", "soon", "--yes"), "issued")


def test_an_electronic_invoice_names_itself(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_bytes(Bill().ubl())
    desk.json("confirm", desk.issued(), "--invoice", tmp_path / "invoice.xml")
    refused(desk.run("receivable", "confirm", desk.issued(), "--invoice", str(tmp_path / "invoice.xml"), "--yes"), "already")
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF")
    refused(desk.run("receivable", "confirm", desk.issued(), "--invoice", str(tmp_path / "invoice.pdf"), "--yes"), "invoice.pdf: no XML")


def test_a_draft_is_taken_back_neighbours_merge_and_owners_draw(desk: Desk) -> None:
    draft = desk.issued()
    desk.json("withdraw-draft", draft)
    assert desk.read(f"/receivables/{draft}")["status"] == "withdrawn"
    refused(desk.run("receivable", "withdraw-draft", draft, "--yes"), "only a draft")
    receivable = desk.confirmed()
    desk.json("move", receivable, "--start", 40_000, "--to", desk.bank.account)
    refused(desk.run("receivable", "merge", receivable, "--start", "0", "--yes"), "no right neighbour of the same owner")
    desk.json("move", receivable, "--start", 40_000, "--to", desk.supplier.account)
    desk.json("merge", receivable, "--start", 0)
    assert [each["end"] for each in desk.read(f"/receivables/{receivable}/tokens")] == ["100000"]
    desk.fund(desk.obligor, 30_000)
    desk.json("pay", receivable, "--amount", 30_000, "--reference", "D-1")
    before = desk.read(f"/accounts/{desk.supplier.account}/money")["balances"]
    assert desk.run("receivable", "draw", receivable).code == 0
    after = desk.read(f"/accounts/{desk.supplier.account}/money")["balances"]
    assert int(after[0]["balance"]["minor"]) - sum(int(each["balance"]["minor"]) for each in before) == 30_000
    refused(desk.run("receivable", "draw", receivable, "--start", "7"), "no token there")
    refused(desk.run("receivable", "distribute", receivable), "distribute")
    refused(desk.run("receivable", "close-pot", desk.obligor.account, "1", "2024-01-01T00:00:00Z"), "closePot")
    refused(desk.run("receivable", "close-pot", "nobody", "1", "2024-01-01T00:00:00Z"), "OBLIGOR: hex text starts with 0x")
    refused(desk.run("receivable", "close-pot", desk.obligor.account, "1", "tomorrow"), "DUE: 'tomorrow' is no time")
    refused(desk.run("receivable", "withdraw", "--account", desk.supplier.account, "--currency", "USD", "--yes"), "Nothing was signed")
