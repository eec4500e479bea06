"""Reads of purchases and loans: only for parties, and a bank sees the receivable that it bought on, not one that it merely bid for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from gateway import access
from ledger.domain.ids import act_id, receivable_id, token_id
from tests.gateway.commanding import refused, runner
from tests.gateway.conftest import Api, Member
from tests.gateway.test_access import problem

NONE = "0x" + "00" * 32
DAY = 86_400


@dataclass
class Market:
    """A supplier that sold half of a receivable to one of two banks, and borrowed from that one."""

    api: Api
    supplier: Member
    bank: Member
    other: Member
    receivable: int
    deal: int

    def get(self, who: Member, path: str, **query: Any) -> httpx.Response:
        """An answer to a member's own session."""
        with self.api.running.services.office.write() as conn:
            key = access.issue(conn, self.api.fresh_key(), who.address, (access.READ,))
        return self.api.http.get(path, params=query, headers={"authorization": f"Bearer {key}"})


def _terms(api: Api, supplier: Member, receivable: int, **more: Any) -> dict[str, Any]:
    assert api.running.clock is not None
    return {
        "token": str(token_id(receivable, 0)), "start": "0", "end": "5000", "seller": supplier.account, "length": "10000", "payments": 0,
        "leastOwed": "5000", "advance": "4000", "fee": "10", "discountRate": 500, "discountBasis": 3_600_000, "dayStart": 0, "recourse": 1,
        "until": api.running.clock.now() + 9 * DAY, "cash": 1, "contentRoot": NONE, **more,
    }  # fmt: skip


def _loan(api: Api, lender: Member, borrower: Member) -> dict[str, Any]:
    assert api.running.clock is not None
    start = api.running.clock.now() + 3_600
    terms = {
        "cash": 1, "principal": "3000", "start": start, "rate": 36_000, "overdueRate": 54_000, "dayCount": 1, "flags": 0, "prepayment": 2,
        "grace": 0, "defaultAfter": DAY, "mostLoanToValue": 0, "cure": 0, "appraiser": "0x" + "00" * 20, "releaseWithin": DAY,
        "contentRoot": NONE,
    }  # fmt: skip
    rows = [{"due": start + 100 * DAY, "principal": "3000", "numerator": 100, "interestDue": True}]
    return {"lender": lender.account, "borrower": borrower.account, "terms": terms, "rows": rows, "pledges": [], "ranges": []}


@pytest.fixture(scope="module")
def market(api: Api) -> Market:
    supplier, obligor = api.admit("market supplier", "SUPPLIER"), api.admit("market obligor", "OBLIGOR")
    bank, other = api.admit("market bank", "BANK"), api.admit("market other bank", "BANK")
    receivable = api.receivable(supplier, obligor)
    cash = api.http.get("/cash").json()["data"][0]
    issue = {"cash": cash["number"], "to": bank.account, "amount": 90_000, "ref": NONE[:-1] + "1"}
    done: Callable[..., Any] = lambda *given, **more: api.done(api.act(*given, **more))  # noqa: E731
    terms = _terms(api, supplier, receivable)
    steps = [
        done(Member("cash", cash["bank"]), "IssueCash", issue),
        done(bank, "OfferPurchase", terms, key="market"),
        done(other, "OfferPurchase", {**terms, "advance": "3500", "fee": "0"}),
        done(
            other, "OfferPurchase", {**terms, "token": str(token_id(receivable, 5_000)), "start": "5000", "end": "10000", "length": "5000"}
        ),
    ]
    deal = receivable_id(bank.address, act_id("market"))
    compared = api.http.get("/purchase-offers:compare", params={"seller": supplier.account, "receivable": str(receivable), "end": 5_000})
    assert [(row["advance"]["minor"], row["obstacle"]) for row in compared.json()["data"]] == [("4000", None), ("3500", None)]
    steps.append(done(supplier, "AcceptPurchase", {"offer": str(deal), "bank": bank.account, "terms": terms}))
    signers = [{"account": bank.account, "role": "BANK"}, {"account": supplier.account}]
    steps.append(done(bank, "OpenLoan", _loan(api, bank, supplier), signers=signers))
    assert [step["state"] for step in steps] == ["final"] * len(steps), steps
    return Market(api, supplier, bank, other, receivable, deal)


def test_only_parties_see_a_deal(market: Market) -> None:
    for who in (market.bank, market.supplier):
        found = market.get(who, f"/deals/{market.deal}").json()["data"]
        assert (found["state"], found["outstanding"]["total"]["minor"], found["advanced"]["minor"]) == ("active", "4010", "4000")
    problem(market.get(market.other, f"/deals/{market.deal}"), 404)
    assert market.get(market.other, "/deals").json()["data"] == []
    problem(market.get(market.other, "/deals", party=market.bank.account), 404)
    problem(market.get(market.bank, "/deals/12"), 404)


def test_only_parties_see_a_loan(market: Market) -> None:
    (loan,) = market.get(market.bank, "/loans").json()["data"]
    found = market.get(market.supplier, f"/loans/{loan['loan']}").json()["data"]
    (coming,) = found["coming"]
    assert (coming["principal"]["minor"], coming["interest"]["minor"]) == ("3000", str(3_000 * 36_000 * 100 // 360_000_000))
    assert (found["condition"], found["owed"]["total"]["minor"], found["due"]["total"]["minor"]) == ("current", "3000", "0")
    problem(market.get(market.other, f"/loans/{loan['loan']}"), 404)
    problem(market.get(market.bank, f"/loans/{2**40}"), 404)


def test_a_bank_sees_what_it_bought_on_and_not_what_it_merely_bid_for(market: Market) -> None:
    assert market.get(market.bank, f"/receivables/{market.receivable}").status_code == 200
    problem(market.get(market.other, f"/receivables/{market.receivable}"), 404)


def test_offers_are_seen_by_bank_and_seller(market: Market) -> None:
    assert len(market.get(market.supplier, "/purchase-offers").json()["data"]) == 3
    assert [row["state"] for row in market.get(market.bank, "/purchase-offers").json()["data"]] == ["accepted"]
    asked = {"seller": market.supplier.account, "receivable": str(market.receivable)}
    problem(market.get(market.bank, "/purchase-offers:compare", **asked), 404)
    rows = market.get(market.supplier, "/purchase-offers:compare", **asked).json()["data"]
    assert {row["start"]: row["obstacle"] for row in rows} == {"0": "FactsDiffer", "5000": None}, "the accepted range is gone"
    problem(market.get(market.supplier, "/purchase-offers:compare", **asked, start=9, end=9), 422)
    problem(market.get(market.supplier, "/purchase-offers:compare", **asked, paid_by="2001-01-01T00:00:00Z"), 422)
    problem(market.get(market.supplier, "/purchase-offers:compare", seller=market.supplier.account, receivable=str(2**192)), 422)


def test_a_portfolio_is_its_banks(market: Market) -> None:
    found = market.get(market.bank, f"/accounts/{market.bank.account}/portfolio").json()["data"]
    assert [deal["deal"] for deal in found["deals"]] == [str(market.deal)]
    assert ([row["advanced"]["minor"] for row in found["advances"]], len(found["loans"])) == (["4000"], 1)
    problem(market.get(market.other, f"/accounts/{market.bank.account}/portfolio"), 404)
    assert market.get(market.bank, f"/accounts/{market.bank.account}/custody").json()["data"] == []


def test_commands_show_what_the_api_answers(market: Market, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run = runner(market.api.running.services.settings.home, monkeypatch, capsys)
    asked = (str(market.receivable), "--seller", market.supplier.account, "--json")
    assert [each["start"] for each in json.loads(run("finance", "offers", *asked).out)] == ["5000", "0"]
    assert f"{market.deal}" in run("finance", "deals", "--party", market.bank.account).out
    shown = run("finance", "show", str(market.deal)).out
    assert "40.10 USD (4010 minor units)" in shown and "active" in shown
    (loan,) = json.loads(run("loan", "list", "--party", market.bank.account, "--json").out)
    told = run("loan", "show", str(loan["loan"])).out
    assert "ACT/360" in told and "30.00 USD (3000 minor units)" in told
    refused(run("finance", "show", "12"), "deal 12")


def test_anybody_collects_and_what_is_not_so_is_refused_in_words(
    market: Market, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runner(market.api.running.services.settings.home, monkeypatch, capsys)
    obligor, cash = market.api.admit("market obligor", "OBLIGOR"), market.api.http.get("/cash").json()["data"][0]
    issue = {"cash": cash["number"], "to": obligor.account, "amount": 10_000, "ref": NONE[:-1] + "2"}
    pay = {"receivable": str(market.receivable), "amount": "2000", "ref": NONE[:-1] + "3"}
    for answer in (market.api.act(Member("cash", cash["bank"]), "IssueCash", issue), market.api.act(obligor, "PayReceivable", pay)):
        assert market.api.done(answer)["state"] == "final"
    before = market.get(market.bank, f"/deals/{market.deal}").json()["data"]
    assert before["collectable"]["minor"] == "1000"
    assert run("finance", "collect", str(market.deal)).out == f"collect: done, deal {market.deal}\n"
    after = market.get(market.bank, f"/deals/{market.deal}").json()["data"]
    assert after["outstanding"] == {**before["outstanding"], "at": after["outstanding"]["at"]}, (
        "counted from the payment, not the collection"
    )
    (paid,) = after["payments"]
    assert (paid["fee"]["minor"], paid["advance"]["minor"], after["collectable"]["minor"]) == ("10", "990", "0")
    refused(run("finance", "recourse", str(market.deal)), "not overdue")
