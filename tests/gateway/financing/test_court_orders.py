"""Courts' orders carried out by the council's key: only in the court's words, only in their time, once; also out of custody."""

from __future__ import annotations

from tests.gateway.commanding import refused
from tests.gateway.financing.counter import Counter, counter
from tests.gateway.financing.test_loan_commands import opened
from tests.gateway.test_access import problem

__all__ = ["counter"]
WAIT = 3 * 86_400


def later(counter: Counter, seconds: int) -> None:
    clock, api = counter.api.running.clock, counter.api
    assert clock is not None
    clock.set_next(clock.now() + seconds)
    clock.mine()
    head = int(api.running.services.rpc.call("eth_blockNumber"), 16)
    assert api.http.get("/blocks/head", params={"wait": head, "timeout": 20}).status_code == 200


def held(counter: Counter, receivable: str, start: int, end: int) -> str:
    """A court's hold on [start, end)."""
    counter.api.count += 1
    words = ("--account", counter.court.account, "--document", f"0x{counter.api.count:064x}")
    hold = str(counter.json("hold", "receivable", receivable, *words)["hold"])
    counter.json("hold", "narrow", hold, "--start", start, "--end", end, *words[2:])
    return hold


def owner(counter: Counter, receivable: str, unit: int) -> str:
    (found,) = [
        str(each["owner"]) for each in counter.read(f"/receivables/{receivable}/tokens") if int(each["start"]) <= unit < int(each["end"])
    ]
    return found


def test_an_order_is_carried_out_in_the_courts_words_and_time_and_once(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    hold = held(counter, receivable, 20_000, 50_000)
    words = (hold, "--receivable", receivable, "--to", counter.friend.account, "--document", counter.document)
    refused(counter.run("hold", "carry-out", *words, "--start", "20000"), "no court gave an order in these words")
    counter.json("hold", "order", *words, "--start", 20_000)
    refused(counter.run("hold", "carry-out", *words, "--start", "20000"), "the order may be carried out from")
    later(counter, WAIT)
    refused(counter.run("hold", "carry-out", *words, "--start", "20000", "--end", "30000"), "no court gave an order in these words")
    bank = (*words[:4], counter.bank.account, *words[5:])
    refused(counter.run("hold", "carry-out", *bank, "--start", "20000"), counter.document)
    ran = counter.run("hold", "carry-out", *words, "--start", "20000")
    assert ran.code == 0 and "carried out: counter court" in ran.out and "300.00 USD" in ran.out, ran
    assert owner(counter, receivable, 20_000) == counter.friend.account
    assert owner(counter, receivable, 0) == owner(counter, receivable, 50_000) == counter.supplier.account
    refused(counter.run("hold", "carry-out", *words, "--start", "20000"), "carried out already")


def test_an_order_that_the_ledger_refused_is_carried_out_when_nothing_bars_it_any_more(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    hold = held(counter, receivable, 20_000, 50_000)
    words = (hold, "--receivable", receivable, "--to", counter.friend.account, "--document", counter.document, "--start", "20000")
    counter.json("hold", "order", *words)
    later(counter, WAIT)
    other = held(counter, receivable, 20_000, 50_000)
    for _ in range(2):
        refused(counter.run("hold", "carry-out", *words), "A hold still lies on the token")
    counter.json("hold", "lift", other, "--document", counter.document)
    assert counter.run("hold", "carry-out", *words).code == 0
    assert owner(counter, receivable, 20_000) == counter.friend.account


def test_an_order_takes_a_part_out_of_a_deal_and_out_of_a_pledge(counter: Counter) -> None:
    financed, pledged = counter.confirmed(100_000), counter.confirmed(100_000)
    counter.fund(counter.bank, 200_000)
    offer = ("--advance", 80_000, "--rate", "4%", "--day-count", "ACT/360", "--recourse", "none", "--until", "2025-12-31", "--zone", "UTC")
    sold = counter.json("finance", "offer", financed, *offer, "--account", counter.bank.account)["offer"]
    counter.json("finance", "accept", sold)
    loan = opened(counter, "--repayment", "bullet", "--due", "2026-06-30", "--range", pledged)
    for receivable in (financed, pledged):
        hold = held(counter, receivable, 10_000, 40_000)
        words = (hold, "--receivable", receivable, "--to", counter.friend.account, "--document", counter.document, "--start", "10000")
        counter.json("hold", "order", *words)
        later(counter, WAIT)
        assert counter.run("hold", "carry-out", *words).code == 0
        assert owner(counter, receivable, 10_000) == counter.friend.account
        assert owner(counter, receivable, 0) != counter.friend.account != owner(counter, receivable, 40_000)
    ranges = [(each["start"], each["end"]) for each in counter.read(f"/loans/{loan}")["ranges"]]
    assert ("10000", "40000") not in ranges and len(ranges) >= 1


def test_kept_money_goes_where_a_court_says(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    hold = str(counter.json("hold", "account", "--held", counter.supplier.account, "--account", counter.court.account,
                            "--document", "0x" + "e1" * 32)["hold"])  # fmt: skip
    counter.fund(counter.obligor, 30_000)
    counter.json("receivable", "pay", receivable, "--amount", 30_000, "--reference", "CO-1")
    assert counter.run("receivable", "draw", receivable).code == 0
    money = ("--module", "1", "--currency", "USD", "--amount", "30000")
    words = (hold, *money, "--to", counter.friend.account, "--document", counter.document)
    counter.json("hold", "order-credit", *words)
    later(counter, WAIT)
    assert counter.run("hold", "carry-out", *words).code == 0
    assert [each["amount"]["minor"] for each in counter.read(f"/accounts/{counter.friend.account}/money")["credits"]] == ["30000"]
    assert counter.run("receivable", "withdraw", "--account", counter.friend.account, "--currency", "USD", "--yes").code == 0
    assert counter.cash(counter.friend) == 30_000


def test_only_the_operator_with_the_councils_key_carries_orders_out(counter: Counter) -> None:
    body = {"act": "hold order", "hold": "1", "receivable": "1", "to": counter.friend.account, "document": counter.document}
    key = counter.key_of(counter.court)
    answer = counter.api.http.post("/court-orders:carry-out", json=body, headers={"authorization": f"Bearer {key}"})
    assert problem(answer, 403)["title"] == "Not permitted"
    answer = counter.api.http.post("/court-orders:carry-out", json={**body, "act": "hold lift"})
    assert "act: 'hold lift' is no order" in problem(answer, 422)["detail"]
