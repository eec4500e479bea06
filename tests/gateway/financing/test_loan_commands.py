"""Loans by command line: the schedule that follows from words, payments from opening to repayment, security, guarantors and courts."""

from __future__ import annotations

import json
import re

import pytest

from gateway.founding import OFFICES
from ledger.domain.act_types import RecordParty
from ledger.domain.acts import to_json
from ledger.domain.assets import stated_party
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import PartyKind
from tests.gateway.commanding import refused
from tests.gateway.conftest import Member
from tests.gateway.financing.counter import Counter, counter
from tests.gateway.pledge import record

__all__ = ["counter"]
ZONE = ("--zone", "Asia/Shanghai")
RATE = ("--rate", "3.6%", "--day-count", "ACT/360")
LENT = ("--principal", "300000", "--currency", "USD", *RATE, "--default-after-days", "10", "--prepayment", "next", *ZONE)


def parties(counter: Counter) -> tuple[str, ...]:
    return ("--lender", counter.bank.account, "--borrower", counter.supplier.account)


def opened(counter: Counter, *more: object) -> str:
    """A loan of 3,000.00 in three monthly parts, unless more is said; its number."""
    counter.api.count += 1
    counter.fund(counter.bank, 300_000)
    plan = more or ("--repayment", "equal instalments", "--instalments", 3, "--months", 1)
    unique = ("--content", counter.api.content({"loan": str(counter.api.count)}, counter.bank, counter.supplier))
    return str(counter.json("loan", "open", *parties(counter), *LENT, *plan, *unique)["loan"])


def test_a_loan_goes_from_words_to_full_repayment(counter: Counter) -> None:
    counter.fund(counter.bank, 300_000)
    words = (*parties(counter), *LENT, "--repayment", "equal instalments", "--instalments", "3", "--months", "1", "--grace-days", "2")
    ran = counter.run("loan", "open", *words, "--dry-run")
    assert ran.code == 0 and "3.6 % a year, ACT/360" in ran.out and "equal parts of the principal" in ran.out, ran
    drafted = json.loads(counter.run("loan", "open", *words, "--dry-run", "--json").out)
    rows = [(each["day"], each["principal"]["minor"], each["interest"]["minor"]) for each in drafted["schedule"]]
    assert [each[1] for each in rows] == ["100000"] * 3 and rows[0][0] in ran.out, "shown as a table before anybody signs"
    assert [int(each[2]) for each in rows] == [900, 620, 310]
    loan = counter.json("loan", "open", *words)["loan"]
    assert counter.json("loan", "open", *words)["loan"] == loan, "the same words are one loan"
    found = counter.read(f"/loans/{loan}")
    assert (found["condition"], found["principal"]["minor"]) == ("current", "300000")
    assert [(each["principal"]["minor"], each["interest"]["minor"], each["state"]) for each in found["schedule"]] == [
        (each[1], each[2], "coming") for each in rows
    ]
    counter.fund(counter.supplier, 10_000)
    ran = counter.run("loan", "pay", loan, "--amount", "100000", "--reference", "L-1", "--dry-run")
    assert ran.code == 0 and "now due: 0.00 USD" in ran.out and "to repay all: 3000.00 USD" in ran.out, ran
    counter.json("loan", "pay", loan, "--amount", 100_000, "--reference", "L-1")
    after = counter.read(f"/loans/{loan}")
    assert after["schedule"][0]["paid_principal"]["minor"] == "100000" and after["outstanding"]["minor"] == "200000"
    shown = counter.run("loan", "show", loan).out
    assert "paid principal" in shown and "1000.00 USD (100000 minor units)" in shown and "coming" in shown
    counter.json("loan", "prepay", loan, "--amount", 300_000, "--reference", "L-2")
    ended = counter.read(f"/loans/{loan}")
    assert (ended["status"], ended["outstanding"]["minor"]) == ("repaid", "0")
    assert {each["state"] for each in ended["schedule"]} == {"paid"}
    refused(counter.run("loan", "pay", loan, "--amount", "5", "--reference", "L-3", "--yes"), f"loan: {loan} is repaid")


def test_each_way_of_repayment_has_its_schedule(counter: Counter) -> None:
    counter.fund(counter.bank, 300_000)
    plans: dict[str, tuple[str, ...]] = {
        "bullet": ("--due", "2024-06-30"),
        "interest only": ("--instalments", "4", "--months", "3"),
        "annuity": ("--instalments", "12", "--months", "1", "--roll", "following", "--calendar", "US"),
    }
    found = {}
    for how, plan in plans.items():
        ran = counter.run("loan", "open", *parties(counter), *LENT, "--repayment", how, *plan, "--dry-run", "--json")
        assert ran.code == 0, ran
        found[how] = json.loads(ran.out)["schedule"]
    assert [(each["day"], each["principal"]["minor"]) for each in found["bullet"]] == [("2024-06-30", "300000")]
    assert [each["principal"]["minor"] for each in found["interest only"]] == ["0", "0", "0", "300000"]
    assert sum(int(each["principal"]["minor"]) for each in found["annuity"]) == 300_000
    level = {int(each["total"]["minor"]) for each in found["annuity"][:-1]}
    assert len(level) == 1, "level payments"


def test_two_sign_what_two_must_and_the_lender_calls_and_discharges(counter: Counter) -> None:
    loan = opened(counter)
    refused(counter.run("loan", "accelerate", loan, "--ground", "default", "--yes"), "Nothing was signed")
    refused(counter.run("loan", "accelerate", loan, "--ground", "whim", "--yes"), "ground: 'whim' is none of default")
    counter.json("loan", "charge", loan, "--amount", 500, "--document", counter.document)
    counter.json("loan", "charge", loan, "--amount", 500, "--document", "0x" + "d1" * 32, "--court", counter.court.account)
    assert counter.read(f"/loans/{loan}")["owed"]["costs"]["minor"] == "1000"
    counter.json("loan", "acknowledge", loan, "--amount", 101_000, "--reference", "OUT-1")
    counter.fund(counter.supplier, 50_000)
    renewal = (*RATE, "--default-after-days", 10, "--prepayment", "last", *ZONE, "--repayment", "bullet", "--due", "2024-12-31")
    counter.json("loan", "renew", loan, *renewal)
    found = counter.read(f"/loans/{loan}")
    assert [each["principal"]["minor"] for each in found["schedule"]] == ["200000"]
    counter.json("loan", "discharge", loan, "--document", counter.document)
    assert counter.read(f"/loans/{loan}")["status"] == "discharged"


def test_pledged_ranges_are_collected_released_sold_and_returned(counter: Counter) -> None:
    receivables = [counter.confirmed(100_000) for _ in range(3)]
    plan = ("--repayment", "bullet", "--due", "2024-06-30", "--range", receivables[0])
    loan = opened(counter, *plan)
    assert [(each["receivable"], each["end"]) for each in counter.read(f"/loans/{loan}")["ranges"]] == [(receivables[0], "100000")]
    counter.json("loan", "pledge-ranges", loan, "--range", f"{receivables[1]}:0-60000", "--range", receivables[2])
    refused(counter.run("loan", "pledge-ranges", loan, "--range", receivables[0], "--yes"), "is Title escrow")
    counter.fund(counter.obligor, 40_000)
    counter.json("receivable", "pay", receivables[0], "--amount", 40_000, "--reference", "R-1")
    assert counter.run("loan", "collect", receivables[0]).code == 0
    assert counter.read(f"/loans/{loan}")["outstanding"]["minor"] == "260000"
    counter.json("loan", "release-range", receivables[1], "--start", 0)
    counter.fund(counter.friend, 300_000)
    sale = ("--start", 0, "--buyer", counter.friend.account, "--price", 90_000, "--document", counter.document)
    counter.json("loan", "sell-range", receivables[2], *sale)
    assert counter.read(f"/receivables/{receivables[2]}/tokens")[0]["owner"] == counter.friend.account
    refused(counter.run("loan", "return", receivables[0]), "is not repaid or discharged yet")
    counter.json("loan", "discharge", loan, "--document", counter.document)
    assert counter.run("loan", "return", receivables[0]).code == 0
    assert counter.read(f"/receivables/{receivables[0]}/tokens")[0]["owner"] == counter.supplier.account
    refused(counter.run("loan", "release-range", "77", "--start", "0", "--yes"), "receivable 77")


def test_guarantors_courts_and_cash(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    shares = ("--guarantor", f"{counter.friend.account}=60%", "--guarantor", f"{counter.bank.account}=40%")
    promise = ("--currency", "USD", "--cap", 50_000, "--until", "2025-12-31", *ZONE, "--document", counter.document)
    pool = counter.json("guarantee", "open", *shares, *promise)["pool"]
    counter.json("guarantee", "cover", pool, "--receivable", receivable, "--most", 50_000)
    assert counter.read(f"/receivables/{receivable}")["guarantee"]["pool"] == pool
    assert pool in counter.run("guarantee", "list", counter.friend.account).out
    refused(counter.run("guarantee", "open", *map(str, (*shares[:2], *promise)), "--yes"), "add up to 100 %")
    refused(counter.run("guarantee", "call", receivable), "may be called from")
    court = ("--account", counter.court.account, "--document", counter.document)
    hold = counter.json("hold", "receivable", receivable, *court)["hold"]
    assert counter.read(f"/receivables/{receivable}")["held"] is True
    counter.json("hold", "narrow", hold, "--start", 20_000, "--end", 50_000, "--document", counter.document)
    (stands,) = counter.read(f"/receivables/{receivable}")["holds"]
    assert (stands["target"], stands["start"], stands["end"]) == ("range", "20000", "50000")
    counter.json("hold", "order", hold, "--receivable", receivable, "--start", 20_000, "--to", counter.friend.account,
                 "--document", counter.document)  # fmt: skip
    assert hold in counter.run("hold", "list", "--receivable", receivable).out
    counter.json("hold", "lift", hold, "--document", counter.document)
    assert counter.read(f"/receivables/{receivable}")["holds"] == []
    held = counter.json("hold", "account", "--held", counter.supplier.account, *court)["hold"]
    move = (receivable, "--start", "0", "--end", "1000", "--to", counter.bank.account)
    refused(counter.run("receivable", "move", *move, "--yes"), "Nothing was signed")
    counter.json("hold", "lift", held, "--document", counter.document)
    counter.json("receivable", "move", *move)
    counter.fund(counter.friend, 1_000)
    give = ("--to", counter.bank.account, "--amount", "1000", "--currency", "USD", "--reference", "G-1")
    before = counter.cash(counter.bank)
    counter.json("cash", "transfer", "--account", counter.friend.account, *give)
    counter.json("cash", "redeem", "--held", counter.bank.account, *give[2:6], "--reference", "G-2")
    assert counter.cash(counter.bank) == before
    assert "USD" in counter.run("cash", "show", counter.bank.account).out and "USD" in counter.run("cash", "list").out


def test_what_is_wrong_is_one_line_that_names_it(counter: Counter) -> None:
    def wrong(said: str, *more: str) -> None:
        plan = ("--repayment", "annuity", "--instalments", "3", "--months", "1")
        refused(counter.run("loan", "open", *parties(counter), *LENT, *plan, *more, "--yes"), said)

    wrong("repayment: 'monthly' is none of bullet", "--repayment", "monthly")
    wrong("overdue_rate: 1%", "--overdue-rate", "1%")
    wrong("due_days: name each due day", "--due", "2024-06-30")
    wrong("calendar: missing", "--roll", "following")
    wrong("calendar 'MARS' is not known", "--roll", "following", "--calendar", "MARS")
    wrong("default_after_days: 10; more than the grace of 10 days", "--grace-days", "10")
    wrong("prepayment: 'whenever' is none of consent", "--prepayment", "whenever")
    wrong("day_count: 'ACT/364' is none of ACT/360", "--day-count", "ACT/364")
    wrong("zone: 'Shanghai' is no zone", "--zone", "Shanghai")
    wrong("loan_to_value: it takes the appraiser", "--loan-to-value", "70%")
    wrong("instalments: 'many' is no number", "--instalments", "many")
    wrong("borrower: 0x1212121212121212121212121212121212121212 is no member", "--borrower", "0x" + "12" * 20)
    wrong("is SUPPLIER, ADMINISTRATOR; loan open takes BANK", "--lender", counter.supplier.account)
    wrong("ranges: '5:x'", "--range", "5:x")
    wrong("disbursed: 'today' is no day", "--disbursed", "today")
    refused(counter.run("loan", "pay", "99", "--amount", "5", "--reference", "X", "--yes"), "loan 99")


def test_lender_and_borrower_sign_by_their_own_keys_one_after_the_other(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.fund(counter.bank, 300_000)
    words = (*parties(counter), *LENT, "--repayment", "bullet", "--due", "2024-05-31")
    keys = {each.account: counter.key_of(each) for each in (counter.bank, counter.supplier)}
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", keys[counter.bank.account])
    ran = counter.run("loan", "open", *words, "--yes")
    assert ran.code == 0 and f"waits for the signature of {counter.supplier.account}" in ran.out, ran
    (act,) = re.findall(r"act ([0-9]+) of", ran.out)
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", keys[counter.supplier.account])
    assert act in counter.run("pledge", "to-sign", counter.supplier.account).out
    assert counter.run("pledge", "sign", counter.supplier.account, act, "--of", counter.bank.account, "--yes").code == 0
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", keys[counter.bank.account])
    loan = counter.json("loan", "open", *words)["loan"]
    assert counter.read(f"/loans/{loan}")["borrower"] == counter.supplier.account
    renewal = (*RATE, "--default-after-days", "10", "--prepayment", "last", *ZONE, "--repayment", "bullet", "--due", "2024-06-30")
    ran = counter.run("loan", "renew", loan, *renewal, "--dry-run")
    assert "no loan to value is agreed" in ran.out, ran


def test_a_loan_on_a_pledge_is_valued_margined_and_its_release_falls_due(counter: Counter) -> None:
    api = counter.api
    office = to_hex(api.running.services.keystore.accounts([OFFICES["United States recordation office"].key])[0])
    signers = [{"account": office, "role": "REGISTRAR", "mode": "ATTESTED", "key": office}]
    body = record("60011-99", "Lumen Optics Ltd", "Mill Bank", effective=1_690_000_000, given=1_690_000_000)
    assert api.done(api.act(Member("office", office), "RecordPledge", body, signers=signers))["state"] == "final"
    pledge = counter.read("/pledges?number=60011-99")[0]["pledge"]
    words = (pledge, "--account", counter.appraiser.account, "--currency", "USD", "--document", counter.document, *ZONE)
    counter.json("loan", "value", *words, "--amount", 500_000, "--valued", "2023-11-01")
    secured = ("--pledge", pledge, "--loan-to-value", "70%", "--appraiser", counter.appraiser.account, "--cure-days", 5)
    plan = ("--repayment", "bullet", "--due", "2024-06-30", *secured)
    refused(counter.run("loan", "open", *parties(counter), *LENT, *map(str, plan), "--yes"), "release_within_days: missing")
    agreed = (*plan, "--release-within-days", 15)
    counter.fund(counter.bank, 300_000)
    refused(counter.run("loan", "open", *parties(counter), *LENT, *map(str, agreed), "--yes"), "holds no part of pledge")
    officers = [{"account": office, "role": "REGISTRAR", "mode": "ATTESTED"}] * 2
    party = RecordParty(1, stated_party("Mill Bank"), PartyKind.MEMBER, bytes(32), counter.bank.address, 0, b"\xee" * 32, "")
    assert api.done(api.act(Member("office", office), "RecordParty", to_json(party), signers=officers))["state"] == "final"
    loan = opened(counter, *agreed)
    found = counter.read(f"/loans/{loan}")
    assert (found["pledges"], found["security"]["minor"]) == ([int(pledge)], "500000")
    refused(counter.run("loan", "margin", loan), "is worth 500000 minor units, enough for 300000 minor units")
    counter.json("loan", "value", *words, "--amount", 400_000, "--valued", "2023-11-02")
    due = [each["trigger"] for each in counter.read("/triggers/due?horizon_days=0") if int(each["subject"], 16) == int(loan)]
    assert due == ["margin"], "the keeper would call it"
    assert counter.run("loan", "margin", loan).code == 0
    assert counter.read(f"/loans/{loan}")["margin_until"] is not None
    refused(counter.run("loan", "accelerate", loan, "--ground", "loan to value", "--yes"), "Nothing was signed")
    counter.json("loan", "discharge", loan, "--document", counter.document)
    assert [each["pledge"] for each in counter.read(f"/loans/{loan}")["releases"]] == [int(pledge)]
    refused(counter.run("loan", "value", "99", *map(str, words[1:]), "--amount", "5", "--valued", "2023-11-02", "--yes"), "pledge 99")
    refused(
        counter.run("loan", "value", *map(str, words), "--amount", "5", "--valued", "2023-11-1", "--yes"), "valued: '2023-11-1' is no day"
    )


def test_the_same_words_are_one_act_until_they_are_about_something_new(counter: Counter) -> None:
    receivable = counter.confirmed(100_000)
    loan = opened(counter)
    for _ in range(2):
        counter.json("loan", "pledge-ranges", loan, "--range", receivable)
        assert counter.read(f"/receivables/{receivable}/tokens")[0]["owner"] != counter.supplier.account
        counter.json("loan", "release-range", receivable, "--start", 0)
        assert counter.read(f"/receivables/{receivable}/tokens")[0]["owner"] == counter.supplier.account
    for _ in range(2):
        counter.json("loan", "charge", loan, "--amount", 500, "--document", counter.document)
    assert counter.read(f"/loans/{loan}")["owed"]["costs"]["minor"] == "500"
    for subject in (("receivable", receivable), ("account", "--held", counter.friend.account)):
        words = ("hold", *subject, "--account", counter.court.account, "--document", counter.document)
        hold = counter.json(*words)["hold"]
        assert counter.json(*words)["hold"] == hold
        counter.json("hold", "lift", hold, "--document", counter.document)
        again = counter.json(*words)["hold"]
        assert again != hold, "what was lifted is laid again"
        counter.json("hold", "lift", again, "--document", counter.document)


def test_a_draft_tells_a_stranger_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    receivable = counter.confirmed(100_000)
    opened(counter, "--repayment", "bullet", "--due", "2024-06-30", "--range", receivable)
    words = ("--account", counter.court.account, "--document", counter.document)
    hold = counter.json("hold", "account", "--held", counter.friend.account, *words)["hold"]
    pool = counter.json("guarantee", "open", "--guarantor", f"{counter.bank.account}=100%", "--currency", "USD", "--cap", 5,
                        "--until", "2025-12-31", *ZONE, "--document", counter.document)["pool"]  # fmt: skip
    with monkeypatch.context() as stranger:
        stranger.setenv("PLEDGEBOOK_API_KEY", counter.key_of(counter.other))
        give = ("--to", counter.other.account, "--amount", "1", "--currency", "USD", "--reference", "X")
        refused(counter.run("cash", "transfer", "--account", counter.supplier.account, *give, "--dry-run"), "none that you may see")
        refused(counter.run("hold", "lift", hold, "--document", counter.document, "--dry-run"), f"hold {hold}")
        refused(counter.run("loan", "release-range", receivable, "--dry-run", "--start", "0"), "a pledged range that begins at 0")
        refused(counter.run("guarantee", "cover", pool, "--receivable", "1", "--most", "1", "--dry-run"), f"pool {pool}")
    counter.json("hold", "lift", hold, "--document", counter.document)
