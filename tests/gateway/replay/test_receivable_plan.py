from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gateway.replay.faults import Origin
from gateway.replay.receivable_plan import Aside, Claim, Payees, Person, demonstration, invoices, netted, newest_quarter, spending
from gateway.replay.records import Invoice, SpendLine

LONDON, UTC_ZONE = ZoneInfo("Europe/London"), ZoneInfo("UTC")


def line(
    number: str, amount: int, supplier: str = "7", name: str = "River Ltd", paid: date = date(2017, 11, 21), file: str = "a.csv"
) -> SpendLine:
    document, _, part = number.partition(" - ")
    return SpendLine(Origin("own", file, 2), document, part, paid, amount, supplier, name, "OCC", "Gas")


def bill(number: str = "1", customer: str = "A", amount: int = 100, settled: date = date(2013, 3, 3)) -> Invoice:
    return Invoice(Origin("own", "a.csv", 2), number, customer, "406", date(2013, 1, 26), date(2013, 2, 25), settled, amount, False)


def documents(*lines: SpendLine) -> tuple[Claim, ...]:
    return spending(lines, "own", LONDON, "Council").claims


def test_an_invoice_is_late_from_the_end_of_its_due_day() -> None:
    on_time, late = invoices([bill("1", settled=date(2013, 2, 25)), bill("2", settled=date(2013, 2, 26))], "own", UTC_ZONE, "Seller").claims
    assert (on_time.late, late.late) == (False, True)
    assert on_time.due == late.due == 1_361_836_800  # 2013-02-26T00:00:00Z
    assert late.paid == late.due + 12 * 3600


def test_one_number_of_two_customers_is_two_claims_and_of_one_customer_one() -> None:
    plan = invoices([bill("1", "A"), bill("1", "B"), bill("2", "A"), bill("2", "A", 50)], "own", UTC_ZONE, "Seller")
    assert [claim.number for claim in plan.claims] == ["A/1", "B/1", "A/2"]
    assert [(aside.number, aside.amount) for aside in plan.asides] == [("A/2", 50)]
    assert plan.balances()


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
    plan = spending(
        [line("5 - 1", 100), line("5 - 2", -40), line("6 - 1", 10), line("6 - 2", -10), line("7 - 1", -3)], "own", LONDON, "Council"
    )
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
    plan = spending(old + new + stray, "own", LONDON, "Council")
    assert (len(plan.claims), plan.outside) == (30, 31)


def test_a_quarter_torn_over_two_files_is_one() -> None:
    lines = [line("1 - 1", 10, file="a.csv"), line("2 - 1", 10, file="b.csv", paid=date(2017, 10, 2))]
    assert len(documents(*lines)) == 2


def test_the_demonstration_pays_fifty_suppliers_over_three_tiers() -> None:
    demo = demonstration("demo", 1_514_764_800)
    assert [sum(len(step.pieces) for step in tier) for tier in demo.tiers] == [5, 15, 30]
    holders = demo.holders
    assert len({person.key for _, _, person in holders}) == 50
    assert holders[0][0] == 0 and holders[-1][1] == demo.claim.face
    assert all(left[1] == right[0] and left[0] < left[1] for left, right in pairwise(holders))
