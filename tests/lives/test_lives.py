"""Real lives as steps: every event is read, every claim adds up, and each step is taken or refused with its reason."""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lives import fines, invoices, orders
from tests.lives.orders import FACE, MEMO, TERM
from tests.lives.steps import (
    Book,
    By,
    Cancel,
    Confirm,
    Dispute,
    EndDispute,
    Issue,
    Life,
    Nothing,
    Pay,
    Refusal,
    Retire,
    State,
    Withdraw,
    WriteOff,
    outcomes,
)

DATA = Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data")
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real records at {DATA}: name their folder with PLEDGEBOOK_DATA")
ACTIVITIES = sorted([*orders._READERS, "Create Purchase Order Item", "Record Goods Receipt", "Change Price"])


def adds_up(book: Book) -> bool:
    """Whether every claim's face is owed, paid, retired, cancelled, or not yet or no more confirmed."""
    unconfirmed = (State.DRAFT, State.WITHDRAWN)
    return all(
        held.state in unconfirmed or held.state is State.CANCELLED or held.face == held.owed + held.paid + held.retired
        for held in book.claims.values()
    ) and all((held.state is State.LIVE) == (held.owed > 0) for held in book.claims.values())


def order(*activities: str) -> Life:
    """The life of an order line whose events are an hour apart."""
    return orders.life(orders.Event("1", number, 3_600 * number, activity) for number, activity in enumerate(activities, 1))


def kinds(life: Life) -> list[str]:
    """The steps by name, each that is refused with its reason."""
    told, _ = outcomes(life)
    return [type(step).__name__ + (f": {why.name}" if why else "") for step, why in zip(life, told, strict=True)]


# --- Orders --------------------------------------------------------------------------------------------------------------------------

INVOICE, RECORD, CLEAR, CANCEL = "Vendor creates invoice", "Record Invoice Receipt", "Clear Invoice", "Cancel Invoice Receipt"
MEMO_, BLOCK, RELEASE = "Vendor creates debit memo", "Set Payment Block", "Remove Payment Block"
SUBSEQUENT, CANCEL_SUBSEQUENT = "Record Subsequent Invoice", "Cancel Subsequent Invoice"


@pytest.mark.parametrize(
    ("activities", "expected"),
    [
        ([INVOICE, RECORD, CLEAR], ["Issue", "Confirm", "Pay"]),
        ([RECORD, CLEAR], ["Issue", "Confirm", "Pay"]),
        ([INVOICE, INVOICE, RECORD, RECORD, CLEAR, CLEAR], ["Issue", "Issue", "Confirm", "Confirm", "Pay", "Pay"]),
        ([INVOICE, RECORD, CANCEL, RECORD, CLEAR], ["Issue", "Confirm", "Cancel", "Issue", "Confirm", "Pay"]),
        ([INVOICE, CLEAR], ["Issue", "Pay: NOT_LIVE"]),
        ([INVOICE, RECORD, CLEAR, CLEAR], ["Issue", "Confirm", "Pay", "Pay: NOT_LIVE"]),
        ([INVOICE, RECORD, CLEAR, CANCEL], ["Issue", "Confirm", "Pay", "Cancel: NOT_LIVE"]),
        ([CLEAR, CANCEL, MEMO_, BLOCK, RELEASE], ["Nothing"] * 5),
        ([INVOICE, MEMO_, RECORD, CLEAR], ["Issue", "Withdraw", "Issue", "Confirm", "Pay"]),
        ([INVOICE, RECORD, MEMO_, CLEAR], ["Issue", "Confirm", "Retire", "Pay"]),
        ([INVOICE, RECORD, CLEAR, MEMO_], ["Issue", "Confirm", "Pay", "Retire: NOT_LIVE"]),
        ([INVOICE, RECORD, BLOCK, RELEASE, CLEAR], ["Issue", "Confirm", "Dispute", "EndDispute", "Pay"]),
        ([INVOICE, RECORD, RELEASE, CLEAR], ["Issue", "Confirm", "Dispute", "EndDispute", "Pay"]),
        ([INVOICE, RECORD, RELEASE, RELEASE], ["Issue", "Confirm", "Dispute", "EndDispute", "EndDispute: NOT_DISPUTED"]),
        ([INVOICE, RECORD, SUBSEQUENT, CANCEL_SUBSEQUENT, CLEAR], ["Issue", "Confirm", "Issue", "Confirm", "Cancel", "Pay"]),
        ([INVOICE, "Record Goods Receipt", "an activity of another log"], ["Issue", "Nothing", "Nothing"]),
    ],
)
def test_an_orders_events_are_steps(activities: list[str], expected: list[str]) -> None:
    assert kinds(order(*activities)) == expected


def test_an_invoice_that_comes_again_after_its_cancellation_is_the_same_invoice() -> None:
    first, *_, again, _ = order(INVOICE, RECORD, CANCEL, RECORD)
    assert isinstance(first, Issue) and isinstance(again, Issue)
    assert (first.invoice, first.by, again.invoice, again.by) == ("invoice 1", By.SUPPLIER, "invoice 1", By.OBLIGOR)
    assert first.claim != again.claim


def test_a_debit_memo_takes_a_tenth_of_a_claim_or_of_a_draft() -> None:
    _, book = outcomes(order(INVOICE, RECORD, MEMO_, CLEAR))
    assert [(held.paid, held.retired) for held in book.claims.values()] == [(FACE - MEMO, MEMO)]
    _, book = outcomes(order(INVOICE, *[MEMO_] * 12))
    assert [held.face for held in book.claims.values()] == [FACE - MEMO * count for count in range(10)]


def test_what_is_dated_before_the_order_happened_when_it_was_made() -> None:
    told = [orders.Event("1", 1, -700_000_000, INVOICE), orders.Event("1", 2, 5_000, "Create Purchase Order Item")]
    life = orders.life(told)
    assert [step.at for step in life] == [5_000, 5_000] and isinstance(life[0], Issue) and life[0].due == 5_000 + TERM


@given(st.lists(st.sampled_from(ACTIVITIES), max_size=40))
def test_any_order_of_events_is_a_life(activities: list[str]) -> None:
    life = order(*activities)
    told, book = outcomes(life)
    assert adds_up(book) and all(one.at <= other.at for one, other in pairwise(life))
    events = {int(step.source.split(" ", 1)[0]) for step in life}
    assert events == set(range(1, len(activities) + 1)), "no event is passed over"
    unforeseen = {Refusal.EXISTS, Refusal.NOT_DRAFT, Refusal.INVOICE_USED, Refusal.DISPUTED}
    assert not unforeseen & {why for why, step in zip(told, life, strict=True) if why and not isinstance(step, Dispute)}


@real
def test_every_real_order_is_read_and_its_steps_are_known_answers() -> None:
    lives = orders.read(DATA / "bpi2019-invoice-lifecycles")
    told = [(step, why) for life in lives.values() for step, why in zip(life, outcomes(life)[0], strict=True)]
    assert len(lives) == 2_697
    assert Counter(type(step) for step, _ in told) == {
        Nothing: 18_954, Issue: 5_028, Confirm: 4_613, Pay: 3_622, EndDispute: 1_460, Dispute: 1_261, Cancel: 746, Withdraw: 302,
        Retire: 236,
    }  # fmt: skip
    assert Counter((type(step), why) for step, why in told if why) == {
        (Pay, Refusal.NOT_LIVE): 609, (Cancel, Refusal.NOT_LIVE): 245, (EndDispute, Refusal.NOT_LIVE): 159,
        (EndDispute, Refusal.NOT_DISPUTED): 54, (Retire, Refusal.NOT_LIVE): 25,
    }  # fmt: skip
    assert all(adds_up(outcomes(life)[1]) for life in lives.values())
    assert len({(order_, step.source.split(" ", 1)[0]) for order_, life in lives.items() for step in life}) == 33_925
    assert all(step.at > 1_400_000_000 for step, _ in told if not isinstance(step, Nothing)), "no invoice of 1948"


# --- Fines ---------------------------------------------------------------------------------------------------------------------------


@real
def test_every_real_fine_adds_up_to_the_cent() -> None:
    folder = DATA / "road-traffic-fines"
    lives, totals = fines.read(folder), dict[str, int]()
    for event in fines.events(folder):
        if event.total is not None:
            totals[event.case] = max(totals.get(event.case, 0), event.total)
    assert len(lives) == 100 and sum(totals.values()) == 296_803
    for case, life in lives.items():
        told, book = outcomes(life)
        assert told == [None] * len(life), case
        assert adds_up(book) and sum(held.paid + held.excess for held in book.claims.values()) == totals[case], case
        assert sum(step.amount or 0 for step in life if isinstance(step, Pay)) == totals[case]
    assert Counter(type(step) for life in lives.values() for step in life) == {
        Issue: 230, Confirm: 198, WriteOff: 105, Pay: 94, Nothing: 8, Dispute: 2, EndDispute: 2,
    }  # fmt: skip


@real
def test_a_real_fine_that_is_raised_and_paid_in_parts() -> None:
    """S106046: 35.00 and 11.00 for sending, raised to 71.50; 49.25 and 33.25 are paid, 82.50 in all."""
    life = fines.read(DATA / "road-traffic-fines")["S106046"]
    assert [(step.claim, step.face) for step in life if isinstance(step, Issue)] == [("fine", 3_500), ("cost", 1_100), ("penalty", 3_650)]
    assert [(step.claim, step.amount) for step in life if isinstance(step, Pay)] == [
        ("cost", 1_100), ("penalty", 3_650), ("fine", 175), ("fine", 3_325),
    ]  # fmt: skip
    assert {key: held.state for key, held in outcomes(life)[1].claims.items()} == dict.fromkeys(("fine", "cost", "penalty"), State.CLOSED)


@real
def test_a_real_fine_that_goes_to_collection_and_one_that_is_contested() -> None:
    lives = fines.read(DATA / "road-traffic-fines")
    assert {step.claim for step in lives["N67803"] if isinstance(step, WriteOff)} == {"fine", "cost", "penalty"}
    contested = [type(step) for step in lives["V18195"] if isinstance(step, Dispute | EndDispute | Pay)]
    assert contested == [Dispute, Dispute, EndDispute, EndDispute, Pay, Pay]


# --- Invoices ------------------------------------------------------------------------------------------------------------------------


@real
def test_every_real_invoice_is_paid_and_as_many_are_late_and_disputed_as_the_source_says() -> None:
    lives = invoices.read(DATA / "ibm-accounts-receivable")
    found = [outcomes(life) for life in lives.values()]
    assert len(lives) == 1_667 and all(told == [None] * len(told) and adds_up(book) for told, book in found)
    assert all(held.state is State.CLOSED and not held.disputed for _, book in found for held in book.claims.values())
    disputed = sum(any(isinstance(step, Dispute) for step in life) for life in lives.values())
    late = sum(step.at >= issue.due for life in lives.values() for issue in life[:1] for step in life if isinstance(step, Pay)
               if isinstance(issue, Issue))  # fmt: skip
    assert (disputed, late) == (398, 594)


# --- The model -----------------------------------------------------------------------------------------------------------------------


def test_a_refused_step_changes_nothing() -> None:
    life: Life = (
        Issue(1, "a", "", "i", 100, 9), Issue(1, "a", "", "i", 50, 9), Pay(1, "a", "", 1), Confirm(2, "a", ""), Confirm(2, "a", ""),
        Issue(3, "b", "", "i", 70, 9), Confirm(3, "b", ""), Retire(4, "a", "", 101), Withdraw(4, "a", ""), EndDispute(4, "a", ""),
        Dispute(4, "a", ""), Dispute(4, "a", ""), Pay(5, "a", "", 130), Cancel(6, "a", ""), Withdraw(7, "b", ""),
    )  # fmt: skip
    told, book = outcomes(life)
    of = Refusal
    assert told == [
        None, of.EXISTS, of.NOT_LIVE, None, of.NOT_DRAFT, None, of.INVOICE_USED, of.EXCEEDS, of.NOT_DRAFT, of.NOT_DISPUTED, None,
        of.DISPUTED, None, of.NOT_LIVE, None,
    ]  # fmt: skip
    held = book.claims["a"]
    assert (held.paid, held.excess, held.state) == (100, 30, State.CLOSED) and book.claims["b"].state is State.WITHDRAWN
