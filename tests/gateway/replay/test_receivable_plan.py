from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.replay import bodies
from gateway.replay.claims import Aside, Claim, Person, ReceivablePlan, bounded
from gateway.replay.demonstration import demonstration
from gateway.replay.faults import Origin
from gateway.replay.financed import FACE, PART, PIECE, financed, outcome
from gateway.replay.invoice_plan import invoices
from gateway.replay.records import Invoice, SpendLine
from gateway.replay.spending_plan import Payees, netted, newest_quarter, spending
from ledger.domain.fingerprints import fingerprints
from ledger.domain.money import currency

LONDON, UTC_ZONE = ZoneInfo("Europe/London"), ZoneInfo("UTC")
POUND, DOLLAR = currency("GBP"), currency("USD")
TODAY = date(2026, 1, 1)


def line(
    number: str,
    amount: int,
    supplier: str = "7",
    name: str = "River Ltd",
    paid: date = date(2017, 11, 21),
    file: str = "a.csv",
    at: int = 2,
) -> SpendLine:
    document, _, part = number.partition(" - ")
    return SpendLine(Origin("own", file, at), document, part, paid, amount, supplier, name, "OCC", "Gas")


def bill(number: str = "1", customer: str = "A", amount: int = 100, settled: date | None = date(2013, 3, 3), **more: Any) -> Invoice:
    dates = {"issued": date(2013, 1, 26), "due": date(2013, 2, 25)} | more
    return Invoice(Origin("own", "a.csv", 2), number, customer, "406", settled=settled, amount=amount, disputed=False, **dates)


def billed(*bills: Invoice, today: date = TODAY) -> ReceivablePlan:
    return invoices(bills, "own", UTC_ZONE, "Seller", DOLLAR, today)


def spent(*lines: SpendLine, today: date = TODAY) -> ReceivablePlan:
    return spending(lines, "own", LONDON, "Council", POUND, today)


def documents(*lines: SpendLine) -> tuple[Claim, ...]:
    return spent(*lines).claims


def test_an_invoice_is_late_from_the_end_of_its_due_day() -> None:
    on_time, late = billed(bill("1", settled=date(2013, 2, 25)), bill("2", settled=date(2013, 2, 26))).claims
    assert (on_time.late, late.late) == (False, True)
    assert on_time.due == late.due == 1_361_836_800  # 2013-02-26T00:00:00Z
    assert late.paid == late.due + 12 * 3600


def test_one_number_of_two_customers_is_two_claims() -> None:
    plan = billed(bill("1", "A"), bill("1", "B"), bill("2", "A"))
    assert [claim.number for claim in plan.claims] == ["2", "A/1", "B/1"]
    assert plan.balances()


def test_the_same_invoice_read_twice_is_one_claim_and_a_contradicted_one_none() -> None:
    twice = billed(bill(), replace(bill(), origin=Origin("own", "b.csv", 9)))
    assert len(twice.claims) == 1 and [(aside.amount, aside.reason) for aside in twice.asides] == [
        (100, "own/b.csv:9: the same invoice was read at own/a.csv:2")
    ]
    contradicted = billed(bill(amount=100), bill(amount=50), bill("2"))
    assert [claim.number for claim in contradicted.claims] == ["2"]
    assert sorted(aside.amount for aside in contradicted.asides) == [50, 100]
    assert twice.balances() and contradicted.balances()


def test_what_was_never_settled_is_never_paid() -> None:
    (claim,) = billed(bill(settled=None)).claims
    assert claim.paid is None and not claim.late and claim.last == claim.issued


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"amount": 0}, "its amount is 0.00 USD; a receivable is more than 0"),
        ({"amount": -505}, "its amount is -5.05 USD"),
        ({"due": date(2013, 1, 25)}, "due on 2013-01-25, before its issue on 2013-01-26"),
        ({"due": date(2014, 1, 27)}, "the policy's longest tenor"),
        ({"settled": date(2013, 1, 25)}, "settled on 2013-01-25, before its issue"),
        ({"settled": date(2026, 1, 2)}, "after today, 2026-01-01"),
        ({"issued": date(2026, 1, 2), "due": date(2026, 2, 1), "settled": None}, "issued on 2026-01-02, after today"),
        ({"issued": date(1969, 1, 2), "due": date(1969, 2, 1)}, "a chain's clock begins on 1970-01-01"),
        ({"currency": "EUR"}, "stated in EUR; this set is taken in USD"),
    ],
)
def test_an_invoice_that_cant_stand_is_set_aside_with_its_amount(change: dict[str, Any], rule: str) -> None:
    plan = billed(bill("1"), bill("2", **change))
    assert [claim.number for claim in plan.claims] == ["1"]
    (aside,) = plan.asides
    assert aside.number == "2" and aside.reason.startswith("own/a.csv:2: ") and rule in aside.reason
    assert plan.balances()


def test_an_invoice_of_the_longest_tenor_stands() -> None:
    assert len(billed(bill(due=date(2014, 1, 26), settled=date(2014, 1, 1))).claims) == 1


@pytest.mark.parametrize(("days", "told"), [(184, False), (185, True), (366, True)])
def test_a_long_tenor_says_why(days: int, told: bool) -> None:
    supplier, obligor, day = Person("x", "X"), Person("y", "Y"), 86_400
    claim = Claim("set", "1", supplier, obligor, 5, 0, days * day, None)
    cash = bodies.Cash(1, bytes(20), currency("USD"))
    accounts = {supplier.key: b"x" * 20, obligor.key: b"y" * 20}
    book = bodies.Book(accounts, {"set": cash}, lambda invoice: fingerprints(invoice, [bytes(32)]))
    terms = bodies.issue(book, claim, bodies.NO_REF)[0].body
    assert (terms["tenorReason"] != bodies.NO_REF) == told


def test_a_document_is_issued_thirty_days_before_it_is_paid_by_the_payers_calendar() -> None:
    (claim,) = documents(line("5 - 1", 100))
    assert claim.issued == 1_508_670_000  # noon of 22 October, summer time in London
    assert claim.paid == 1_511_265_600  # noon of 21 November
    assert claim.due == 1_511_308_800


def test_lines_of_a_document_tile_its_face_in_their_order() -> None:
    (claim,) = documents(line("5 - 2", 30), line("5 - 10", 5), line("5 - 1", 70))
    assert claim.face == 105
    assert [(piece.end, piece.line) for piece in claim.pieces] == [(70, "1"), (100, "2"), (105, "10")]


def test_a_document_of_several_payees_belongs_to_the_one_of_most_of_it() -> None:
    (claim,) = documents(line("5 - 1", 1, "", ""), line("5 - 2", 99))
    assert claim.supplier.name == "River Ltd"
    assert [piece.payee.name for piece in claim.pieces] == ["Payee withheld, document 5", "River Ltd"]


def test_credits_are_netted_and_what_nets_to_nothing_is_set_aside() -> None:
    plan = spent(line("5 - 1", 100), line("5 - 2", -40), line("6 - 1", 10), line("6 - 2", -10), line("7 - 1", -3))
    assert [(claim.number, claim.face, claim.pieces) for claim in plan.claims] == [("5", 60, ())]
    assert [(aside.number, aside.amount) for aside in plan.asides] == [("6", 0), ("7", -3)]
    assert all(isinstance(aside, Aside) and "net to" in aside.reason for aside in plan.asides)
    assert plan.balances()


RIVER, BROOK = Person("r", "River"), Person("b", "Brook")


def test_a_credit_takes_from_its_own_payee_first_and_from_the_last_lines_first() -> None:
    assert netted([(RIVER, 50), (BROOK, 50), (RIVER, 50), (RIVER, -60)]) == [40, 50, 0, 0]
    assert netted([(RIVER, 50), (BROOK, 50), (RIVER, -70)]) == [0, 30, 0]


@given(st.lists(st.tuples(st.sampled_from([RIVER, BROOK]), st.integers(-50, 100)), min_size=1, max_size=8))
def test_netting_keeps_the_documents_sum(lines: list[tuple[Person, int]]) -> None:
    kept = netted(lines)
    assert sum(kept) == max(0, sum(amount for _, amount in lines))
    assert all(0 <= left <= max(amount, 0) for left, (_, amount) in zip(kept, lines, strict=True))


def test_two_withheld_persons_are_never_one() -> None:
    lines = [line("5 - 1", 10, "", ""), line("6 - 1", 10, "", ""), line("7 - 1", 10, "8", ""), line("8 - 1", 10, "9", "")]
    people = [Payees(lines, "own").of(each) for each in lines]
    assert len({person.key for person in people}) == 4
    assert people[2].name == "Name withheld, supplier 8"


def test_an_id_that_stands_with_several_names_is_no_identity() -> None:
    lines = [
        line("5 - 1", 10, "20000000", "Anne"),
        line("6 - 1", 10, "20000000", "Bob"),
        line("7 - 1", 10, "20000000", ""),
        line("8 - 1", 10, "20000000", "ANNE"),
    ]
    people = [Payees(lines, "own").of(each).key for each in lines]
    assert len(set(people)) == 3
    assert people[0] == people[3]


def test_an_id_names_its_payee_where_a_line_withholds_the_name() -> None:
    lines = [line("5 - 1", 10, "8", "River Ltd"), line("6 - 1", 10, "8", "")]
    assert {Payees(lines, "own").of(each) for each in lines} == {Person("own/supplier/8", "River Ltd")}


def test_a_name_without_id_is_its_own_identity() -> None:
    lines = [line("5 - 1", 10, "", "River Ltd"), line("6 - 1", 10, "8", "River Ltd")]
    assert len({Payees(lines, "own").of(each).key for each in lines}) == 2


def test_a_number_that_is_paid_on_two_days_is_two_claims() -> None:
    first, second = documents(line("5 - 1", 10), line("5 - 1", 20, paid=date(2017, 12, 1)))
    assert (first.number, second.number) == ("5/2017-11-21", "5/2017-12-01")


def test_the_newest_quarter_is_told_by_the_dates_inside() -> None:
    old = [line(f"{n} - 1", 10, paid=date(2014, 10, 7), file="zz-newest.csv") for n in range(30)]
    new = [line(f"{n} - 1", 10, paid=date(2017, 8, 1), file="aa-oldest.csv") for n in range(30)]
    stray = [line("99 - 1", 10, paid=date(2099, 1, 1), file="zz-newest.csv")]
    assert newest_quarter(old + new + stray) == (2017, 3)
    plan = spent(*old, *new, *stray)
    assert (len(plan.claims), plan.outside) == (30, 31)


def test_a_quarter_torn_over_two_files_is_one() -> None:
    lines = [line("1 - 1", 10, file="a.csv"), line("2 - 1", 10, file="b.csv", paid=date(2017, 10, 2))]
    assert len(documents(*lines)) == 2


def test_lines_to_come_are_no_quarter_and_a_whole_quarter_to_come_is_set_aside() -> None:
    past, coming = [line(f"{n} - 1", 10) for n in range(5)], [line("9 - 1", 10, paid=date(2026, 5, 1))]
    assert len(spent(*past, *coming).claims) == 5
    only = spent(*coming)
    assert only.claims == () and "after today" in only.asides[0].reason and only.balances()


def test_a_file_that_is_there_twice_pays_nobody_twice() -> None:
    lines = [line("5 - 1", 10), line("5 - 2", 10), line("6", 7)]
    again = [replace(each, origin=Origin("own", "copy.csv", 3)) for each in lines]
    plan = spent(*lines, *again)
    assert sum(claim.face for claim in plan.claims) == 27
    assert len(plan.asides) == 3 and all("the same line was read at own/a.csv:2" in aside.reason for aside in plan.asides)
    assert plan.balances()


def test_two_lines_without_number_may_say_the_same() -> None:
    (claim,) = documents(line("6", 7, at=2), line("6", 7, at=3))
    assert claim.face == 14 and claim.rows == 2
    (numbered,) = documents(line("6 - 1", 7, at=2), line("6 - 1", 7, at=3))
    assert numbered.face == 7


def test_every_line_is_told_in_the_content() -> None:
    (claim,) = documents(line("6", 7, at=2), line("6", 700, at=3))
    assert [text for name, text in claim.detail if name.startswith("line")] == ["-: 0.07 Gas", "-: 7.00 Gas"]


@given(st.permutations(range(8)))
def test_the_plan_does_not_depend_on_the_order_of_reading(order: list[int]) -> None:
    lines = [
        line("5 - 1", 10), line("5 - 2", -3), line("5", 10, "8", "Brook"), line("5", 10, "8", "BROOK"), line("5", 2, "", ""),
        line("6 - 1", 4, "8", "brook", at=9), line("6 - 1", 4, "8", "brook", file="b.csv"), line("7 - 1", 1, paid=date(2017, 10, 1)),
    ]  # fmt: skip
    bills = [bill("1"), bill("1", "B"), bill("2", amount=5), bill("2", amount=6), bill("3"), bill("3", settled=None), bill("4"), bill("4")]
    assert spent(*(lines[at] for at in order)) == spent(*lines)
    assert billed(*(bills[at] for at in order)) == billed(*bills)


def test_long_keys_keep_apart_and_within_bounds() -> None:
    one, other = bounded("replay/" + "x" * 300 + "1"), bounded("replay/" + "x" * 300 + "2")
    assert one != other and len(one) == len(other) <= 160
    assert bounded("replay/short") == "replay/short"


def test_the_demonstration_pays_fifty_suppliers_over_three_tiers() -> None:
    demo = demonstration("demo", 1_514_764_800)
    assert [sum(len(step.pieces) for step in tier) for tier in demo.tiers] == [5, 15, 30]
    holders = demo.holders
    assert len({person.key for _, _, person in holders}) == 50
    assert holders[0][0] == 0 and holders[-1][1] == demo.claim.face
    assert all(left[1] == right[0] and left[0] < left[1] for left, right in pairwise(holders))


def test_invoices_that_the_ledger_would_take_for_one_are_set_aside_and_named() -> None:
    plan = billed(bill("0012", amount=70), bill("12", amount=30), bill("A-7"), bill("13", "A"), bill("13", "B"), bill("--", amount=9))
    assert sorted(claim.number for claim in plan.claims) == ["A-7", "A/13", "B/13"]
    assert {aside.number: aside.reason for aside in plan.asides} == {
        "0012": "names the same invoice as 12", "12": "names the same invoice as 0012", "--": "number: a letter or a digit expected",
    }  # fmt: skip
    assert plan.balances()


def test_documents_that_the_ledger_would_take_for_one_are_set_aside_with_all_their_lines() -> None:
    plan = spent(line("X-1 - 1", 100), line("X-1 - 2", 50), line("x 01", 10), line("X-2", 5), line("X-1", 7, supplier="8"))
    assert [claim.number for claim in plan.claims] == ["X-2"] and plan.balances()
    assert {aside.number: (aside.lines, aside.amount) for aside in plan.asides} == {"X-1": (3, 157), "x 01": (1, 10)}


def test_the_better_of_two_offers_finances_a_piece_and_all_that_is_paid_reaches_somebody() -> None:
    """Late interest of 500,000 and of 352,500; the bank has 370,500 + 49,263 of discount and a fee of 40,000."""
    story = financed("financed", 1_514_808_000)
    assert [bid.cost(42) for bid in story.bids] == [30_000 + 392_000, 40_000 + 299_250] and story.better is story.bids[1]
    found = outcome(story)
    assert [(each.principal, each.interest) for each in found.payments] == [(29_500_000, 500_000), (70_500_007, 352_500)]
    assert found.to_bank == story.better.advance + 40_000 + 370_500 + 49_263
    assert found.to_bank + found.reserve + found.to_lead == PART + found.called == 100_852_507
    assert found.recovered - found.called == 70_500_007 * 20 * 5 // 10_000


def test_a_bank_that_is_not_paid_whole_leaves_no_reserve() -> None:
    story = financed("financed", 1_514_808_000)
    dear = replace(story, bids=(replace(story.better, advance=70_000_000),))
    found = outcome(dear)
    assert found.reserve == 0 and found.to_bank + found.to_lead == PART + found.called


def test_everybody_in_the_demonstrations_is_a_member_to_be() -> None:
    story = financed("financed", 1_514_808_000)
    assert len(story.people) == len(set(story.people)) == 6
    assert set(story.roles.values()) == {"BANK", "GUARANTOR"} and set(story.roles) < {person.key for person in story.people}
    assert story.holders == ((0, PIECE, story.seller), (PIECE, FACE, story.claim.supplier))
