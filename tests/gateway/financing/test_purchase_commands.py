"""Purchases of receivables by command line: from offer to the end of a deal, what is said first, and one line for what is wrong."""

from __future__ import annotations

import pytest

from gateway.financing.table import TABLE
from gateway.financing.writers import WRITERS
from gateway.receivables.table import TABLE as RECEIVABLE_ACTS
from ledger.domain.act_types import KINDS
from tests.gateway.commanding import refused
from tests.gateway.financing.counter import Counter, counter

__all__ = ["counter"]
UNTIL = ("--until", "2024-01-31", "--zone", "Asia/Shanghai")
PRICE = ("--advance", "80000", "--rate", "4.35%", "--day-count", "ACT/360")


def test_every_act_of_the_table_has_a_writer_and_a_kind() -> None:
    assert WRITERS.keys() == {each.name for each in TABLE}
    assert {each.kind for each in TABLE} <= {kind.name for kind in KINDS}
    assert len({each.kind for each in (*TABLE, *RECEIVABLE_ACTS)}) == len(TABLE) + len(RECEIVABLE_ACTS), "one act has one writer"


def test_an_offer_is_accepted_collected_and_ended(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    counter.fund(counter.bank, 200_000)
    words = (receivable, "--account", counter.bank.account, *PRICE, "--fee", "50", "--recourse", "full", *UNTIL)
    ran = counter.run("finance", "offer", *words, "--dry-run")
    assert ran.code == 0 and "4.35 % a year, ACT/360" in ran.out and "800.00 USD (80000 minor units)" in ran.out, ran
    assert "after 0 payments" in ran.out and "full recourse" in ran.out
    offer = counter.json("finance", "offer", *words)["offer"]
    assert counter.json("finance", "offer", *words)["offer"] == offer, "the same words are one offer"
    found = counter.read(f"/purchase-offers?party={counter.bank.account}&state=open")
    assert [(each["offer"], each["until"]) for each in found] == [(offer, "2024-01-31T15:59:59Z")]
    (body,) = (each["body"] for each in counter.acts_of("OfferPurchase"))
    assert (body["dayStart"], body["discountRate"], body["discountBasis"]) == ("57600", "43500", "360000000"), "Shanghai's midnight"
    assert offer in counter.run("finance", "offers").out and offer in counter.run("finance", "offers", receivable).out
    ran = counter.run("finance", "accept", offer, "--dry-run")
    assert ran.code == 0 and "both at once" in ran.out and counter.who(counter.supplier) in ran.out
    counter.json("finance", "accept", offer)
    refused(counter.run("finance", "accept", offer, "--yes"), f"offer: {offer} is accepted")
    assert counter.cash(counter.supplier) == 80_000
    counter.fund(counter.obligor, 100_000)
    counter.json("receivable", "pay", receivable, "--amount", 60_000, "--reference", "P-1")
    refused(counter.run("receivable", "draw", receivable), "no token there")
    assert counter.run("finance", "collect", offer).code == 0
    deal = counter.read(f"/deals/{offer}")
    assert (deal["outstanding"]["advance"]["minor"], deal["payments"][0]["fee"]["minor"]) == ("20050", "50")
    ran = counter.run("finance", "buy-back", offer, "--most", "100", "--yes")
    refused(ran, "20050")
    ran = counter.run("finance", "buy-back", offer, "--dry-run")
    assert ran.code == 0 and "now 200.50 USD" in ran.out, ran
    counter.json("finance", "buy-back", offer)
    ended = counter.read(f"/deals/{offer}")
    assert (ended["state"], ended["ending"]) == ("ended", "repaid")
    assert counter.read(f"/receivables/{receivable}/tokens")[0]["owner"] == counter.supplier.account


def test_another_bank_refinances_and_a_deal_without_recourse_changes_hands(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    counter.fund(counter.bank, 200_000)
    counter.fund(counter.other, 200_000)
    first = counter.json("finance", "offer", receivable, "--account", counter.bank.account, *PRICE, "--recourse", "full", *UNTIL)["offer"]
    counter.json("finance", "accept", first)
    words = ("--account", counter.other.account, "--advance", "90000", "--rate", "3.9%", "--day-count", "ACT/365", "--recourse", "none")
    second = counter.json("finance", "offer", receivable, *words, *UNTIL)["offer"]
    before = counter.cash(counter.supplier)
    refused(counter.run("finance", "refinance", first, "--offer", second, "--most", "5", "--yes"), "80000")
    counter.json("finance", "refinance", first, "--offer", second)
    assert counter.cash(counter.supplier) == before + 10_000
    assert counter.read(f"/deals/{first}")["ending"] == "refinanced"
    refused(counter.run("finance", "settle", second, "--to", counter.bank.account, "--document", counter.document, "--yes"), "to:")
    counter.json("finance", "assign", second, "--to", counter.bank.account, "--price", 85_000)
    assert counter.read(f"/deals/{second}")["bank"] == counter.bank.account
    counter.json("finance", "take-out", second)
    assert counter.read(f"/receivables/{receivable}/tokens")[0]["owner"] == counter.bank.account


def test_an_offer_is_recalled_and_made_again_and_a_ceiling_stops_it(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    words = (receivable, "--account", counter.bank.account, *PRICE, "--recourse", "none", *UNTIL)
    first = counter.json("finance", "offer", *words)["offer"]
    counter.json("finance", "recall", first)
    assert counter.read("/purchase-offers?state=recalled")[-1]["offer"] == first
    second = counter.json("finance", "offer", *words)["offer"]
    assert second != first
    ceiling = ("--account", counter.bank.account, "--currency", "USD")
    counter.json("finance", "ceiling", "--obligor", counter.obligor.account, *ceiling, "--most", 0)
    refused(counter.run("finance", "accept", second, "--yes"), "Nothing was signed")
    counter.json("finance", "ceiling", "--obligor", counter.obligor.account, *ceiling, "--most", 10**9)


def test_parties_end_a_deal_by_waiver_settlement_and_its_tail(counter: Counter) -> None:
    counter.fund(counter.bank, 400_000)
    deals = []
    for _ in range(2):
        receivable = counter.confirmed(100_000)
        words = (receivable, "--account", counter.bank.account, *PRICE, "--recourse", "full", *UNTIL)
        deals.append(counter.json("finance", "offer", *words)["offer"])
        counter.json("finance", "accept", deals[-1])
    refused(counter.run("finance", "release-tail", deals[0], "--start", "100000", "--to", counter.supplier.account,
                        "--document", counter.document, "--yes"), "start: 100000; within")  # fmt: skip
    counter.json("finance", "release-tail", deals[0], "--start", 90_000, "--to", counter.supplier.account, "--document", counter.document)
    assert counter.read(f"/deals/{deals[0]}")["end"] == "90000"
    counter.json("finance", "waive", deals[0], "--document", counter.document)
    counter.json("finance", "settle", deals[1], "--to", counter.bank.account, "--document", counter.document)
    assert [counter.read(f"/deals/{each}")["ending"] for each in deals] == ["waived", "settled"]


def test_what_is_wrong_is_one_line_that_names_it(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    words = (receivable, "--account", counter.bank.account, *PRICE, "--recourse", "full")
    refused(counter.run("finance", "offer", *words, "--yes"), "until: missing")
    refused(counter.run("finance", "offer", *words, *UNTIL, "--rate", "4.35555%", "--yes"), "rate: '4.35555%'")
    refused(counter.run("finance", "offer", *words, *UNTIL, "--day-count", "30/360", "--yes"), "day_count: 30/360")
    refused(counter.run("finance", "offer", *words, *UNTIL, "--recourse", "half", "--yes"), "recourse: 'half' is none of full, none")
    refused(
        counter.run("finance", "offer", *words, *UNTIL, "--advance", "12.50", "--yes"), "advance: '12.50' is not an amount in minor units"
    )
    refused(counter.run("finance", "offer", *words, *UNTIL, "--end", "100001", "--yes"), "end: 100001")
    refused(counter.run("finance", "offer", *words, "--until", "31.1.2024", "--zone", "UTC", "--yes"), "until: '31.1.2024'")
    refused(
        counter.run("finance", "offer", *words, *UNTIL, "--account", counter.supplier.account, "--yes"),
        "is SUPPLIER, ADMINISTRATOR; finance offer takes BANK",
    )
    refused(counter.run("finance", "offer", *words, *UNTIL, "--account", "0x" + "12" * 20, "--yes"), "no member")
    refused(counter.run("finance", "accept", "12", "--yes"), "offer 12")
    refused(counter.run("finance", "waive", "12", "--document", "nothing.pdf", "--yes"), "--document: nothing.pdf: no such file")
    refused(counter.run("finance", "offer", "77", "--account", counter.bank.account, *PRICE, "--recourse", "full", *UNTIL, "--yes"), "77")
    answer = counter.api.http.post("/financing:draft", json={"act": "finance sell"})
    assert answer.status_code == 422 and "act: 'finance sell' is none of finance offer" in answer.json()["detail"]


def test_a_bank_offers_on_what_it_was_told_where_the_ledger_shows_it_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    receivable = counter.confirmed(100_000)
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", counter.key_of(counter.bank))
    words = (receivable, *PRICE, "--recourse", "full", *UNTIL)
    refused(counter.run("finance", "offer", *words, "--yes"), "say what its seller told you of it: seller, start, end, length")
    told = ("--seller", counter.supplier.account, "--start", 0, "--end", 100_000, "--length", 100_000, "--payments", 0)
    offer = counter.json("finance", "offer", *words, *told, "--least-owed", 100_000, "--currency", "USD")["offer"]
    assert offer in counter.run("finance", "offers").out
    refused(counter.run("finance", "accept", offer, "--yes"), "there is none that you may see")
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", counter.key_of(counter.supplier))
    counter.fund_by_operator(counter.bank, 100_000, monkeypatch)
    counter.json("finance", "accept", offer)
    assert counter.run("finance", "show", offer).code == 0
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", counter.key_of(counter.other))
    refused(counter.run("finance", "show", offer), f"deal {offer}")


def test_a_deal_goes_to_and_fro_between_banks(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    counter.fund(counter.bank, 300_000)
    counter.fund(counter.other, 300_000)
    words = ("--account", counter.bank.account, *PRICE, "--recourse", "none", *UNTIL)
    deal = counter.json("finance", "offer", receivable, *words)["offer"]
    counter.json("finance", "accept", deal)
    for to in (counter.other, counter.bank, counter.other):
        counter.json("finance", "assign", deal, "--to", to.account, "--price", 85_000)
        assert counter.read(f"/deals/{deal}")["bank"] == to.account
