"""What a payment is for: references name receivables, allocations add up, and what isn't clear is left for a person."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.notices.camt import Credit, Left, Part
from gateway.notices.matching import Desk, Known, Notice, aliases_of, names, notice_of
from ledger.domain.bank_references import creditor_reference, named_by, servicer_word, uetr_word
from ledger.domain.ids import to_hex
from ledger.domain.money import currency
from tests.gateway.notices.files import ACCOUNT, UETR

ONE, TWO, GONE = (7 << 184) + 11, (9 << 184) + 12, (3 << 184) + 13
BANK = b"\xba" * 20
DESK = Desk(BANK, 1, currency("USD"), "DE75 5121 0800 1245 1261 99", ZoneInfo("America/New_York"))
KNOWN = {
    name: Known(receivable, f"0x{at:040x}", status)
    for at, (receivable, status) in enumerate([(ONE, "live"), (TWO, "live"), (GONE, "closed")])
    for name in (str(receivable), creditor_reference(receivable))
}
ALIASES = aliases_of({"INV-17": str(ONE), "B 9": str(TWO)})
RF1, RF2, RF3 = (creditor_reference(each) for each in (ONE, TWO, GONE))


def credit(**changed: Any) -> Credit:
    fields: dict[str, Any] = {
        "place": "entry 1", "account": ACCOUNT, "reference": "SVC-1", "uetr": "", "booked": date(2023, 11, 20), "booked_at": None,
        "amount": Decimal("100.00"), "currency": "USD", "payer": "Harbour", "end_to_end": "", "parts": (), "text": "",
    }  # fmt: skip
    return Credit(**{**fields, **changed})


def made(desk: Desk = DESK, **changed: Any) -> Notice | Left:
    of = credit(**changed)
    return notice_of(desk, of, names(of, ALIASES), KNOWN)


def shares(**changed: Any) -> dict[int, int]:
    notice = made(**changed)
    assert isinstance(notice, Notice), notice
    assert notice.body["total"] == str(sum(int(each["amount"]) for each in notice.body["allocations"]))
    return {int(each["receivable"]): int(each["amount"]) for each in notice.body["allocations"]}


def reason(**changed: Any) -> str:
    left = made(**changed)
    assert isinstance(left, Left), left
    return left.reason


def part(*found: str, amount: str | None = None, unit: str = "USD") -> Part:
    return Part(found, None if amount is None else Decimal(amount), "" if amount is None else unit)


# --- Which receivable ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"end_to_end": RF1},
        {"end_to_end": "inv-17"},
        {"text": f"payment of {RF1}, thank you"},
        {"text": f"ref {' '.join(RF1[at : at + 4] for at in range(0, 25, 4)).lower()} of May"},
        {"text": f"receivable {ONE}"},
        {"text": f"receivable 0x{ONE:048x}."},
        {"text": "goods of inv-17/May"},
        {"parts": (part(RF1),)},
        {"parts": (part("their own 4711", RF1, amount="100.00"),)},
        {"parts": (part("INV-17", amount="100.00"),), "text": RF1},
        {"parts": (part(RF1, amount="60.00"), part(str(ONE), amount="40.00"))},
    ],
)
def test_a_reference_wherever_it_stands_names_the_receivable(changed: dict[str, Any]) -> None:
    assert shares(**changed) == {ONE: 10_000}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "names no receivable that is paid in cash 1"),
        ({"text": "thank you"}, "names no receivable"),
        ({"text": RF1[:-1] + "0"}, "names no receivable"),
        ({"text": f"X{RF1}"}, "names no receivable"),
        ({"text": "INV-170"}, "names no receivable"),
        ({"text": "a payment of b 9"}, "names no receivable"),
        ({"text": str(ONE + 1)}, "names no receivable"),
        ({"text": RF3}, f"receivable {GONE} is closed"),
        ({"text": f"{RF1} and {RF2}"}, "names 2 receivables, and not how much is for each"),
        ({"text": RF1, "end_to_end": RF2}, "names 2 receivables"),
        ({"parts": (part(RF1, RF2, amount="100.00"),)}, "names 2 receivables"),
        ({"parts": (part(RF1, amount="60.00"), part(RF2))}, "does not add up"),
        ({"parts": (part(RF1), part(RF2))}, "names 2 receivables, and of RF"),
        ({"parts": (part(RF1, amount="60.00"), part(RF2, amount="50.00"))}, "does not add up to the payment"),
        ({"parts": (part(RF1, amount="90.00"),)}, "does not add up to the payment"),
        ({"parts": (part(RF1, amount="60.00"), part("unknown", amount="40.00")), "text": RF2}, "names nothing that is paid here"),
        ({"parts": (part(RF1, amount="100.00", unit="EUR"),)}, "a part in EUR"),
        ({"text": RF1, "currency": "EUR"}, "in EUR; cash 1 is in USD"),
        ({"text": RF1, "account": "DE00"}, "booked on account DE00"),
        ({"text": RF1, "amount": Decimal("1.005")}, "more than 2 decimals"),
        ({"text": RF1, "amount": Decimal(0)}, "no amount"),
        ({"text": RF1, "uetr": "not one"}, "no UUID of version 4"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_left(changed: dict[str, Any], said: str) -> None:
    assert said in reason(**changed)


def test_a_part_that_names_nothing_known_is_never_given_to_the_other_ones_receivable() -> None:
    """60 of 100 are for ONE, 40 for something that nobody here knows."""
    assert "names nothing that is paid here" in reason(parts=(part(RF1, amount="60.00"), part("unknown", amount="40.00")))
    assert "names nothing that is paid here" in reason(parts=(part(RF1), part("unknown")))


def test_parts_with_amounts_are_divided() -> None:
    parts = (part(RF1, amount="60.00"), part("B 9", amount="15.50"), part(RF2, amount="24.50"))
    assert shares(parts=parts) == {ONE: 6_000, TWO: 4_000}


@given(st.lists(st.tuples(st.sampled_from([RF1, RF2, "unknown"]), st.integers(0, 500)), max_size=5), st.integers(0, 1_000))
def test_whatever_is_said_a_notice_adds_up_or_is_none(said: list[tuple[str, int]], total: int) -> None:
    parts = tuple(part(name, amount=f"{amount}.00") for name, amount in said)
    found = made(parts=parts, amount=Decimal(total))
    if isinstance(found, Notice):
        wanted = {ONE: 0, TWO: 0}
        for name, amount in said:
            wanted[ONE if name == RF1 else TWO] += 100 * amount
            assert name != "unknown"
        assert {int(each["receivable"]): int(each["amount"]) for each in found.body["allocations"]} == {
            key: value for key, value in wanted.items() if value
        }
        assert sum(wanted.values()) == 100 * total == int(found.body["total"])


# --- The notice ---------------------------------------------------------------------------------------------------------------------


def notice(**changed: Any) -> Notice:
    found = made(**{"text": RF1, **changed})
    assert isinstance(found, Notice)
    return found


def test_the_reference_is_the_uetrs_else_the_banks_own() -> None:
    own = servicer_word(BANK, ACCOUNT, "SVC-1", date(2023, 11, 20))
    with_both, without, alone = notice(uetr=UETR.upper()), notice(), notice(uetr=UETR, reference="")
    assert with_both.body["ref"] == alone.body["ref"] == to_hex(uetr_word(UETR)) and without.body["ref"] == to_hex(own)
    assert with_both.key == without.key == f"camt/{own.hex()}", "one act, whichever form of the payment comes first"
    assert alone.key == f"camt/{uetr_word(UETR).hex()}"


def test_a_payment_is_booked_at_the_second_or_the_first_one_of_the_banks_day() -> None:
    assert notice().body["bookedAt"] == 1_700_456_400  # 2023-11-20T05:00:00Z, midnight in New York
    assert notice(booked_at=datetime(2023, 11, 20, 12, tzinfo=UTC)).body["bookedAt"] == 1_700_481_600


def test_the_content_tells_the_payment_and_not_its_file() -> None:
    assert notice(place="notification 9, entry 3", amount=Decimal("100.0")).content == notice().content == {
        "account": ACCOUNT, "amount": "100.00", "booked": "2023-11-20", "currency": "USD", "payer": "Harbour", "reference": "SVC-1",
        "text": RF1,
    }  # fmt: skip


# --- References ---------------------------------------------------------------------------------------------------------------------


@given(st.integers(1, (1 << 192) - 1))
def test_a_creditor_reference_names_its_receivable_and_those_with_the_same_first_bits(receivable: int) -> None:
    reference = creditor_reference(receivable)
    limits = named_by(reference)
    assert limits is not None and limits[0] <= receivable <= limits[1] and limits[1] - limits[0] == (1 << 88) - 1
    assert len(reference) == 25 and named_by(reference.lower()) == limits


@pytest.mark.parametrize("text", ["", "RF", "RF18539007547034", "XX" + RF1[2:], RF1[:-1], RF1[:5] + "Ä" + RF1[6:], RF1 + "0"])
def test_another_text_is_no_reference_of_a_receivable(text: str) -> None:
    assert named_by(text) is None


def test_a_reference_beyond_every_id_names_none() -> None:
    from stdnum.iso7064 import mod_97_10

    body = "Z" * 21
    assert named_by(f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}") is None


def test_words_of_payments_are_one_for_each() -> None:
    day = date(2023, 11, 20)
    words = [
        uetr_word(UETR), uetr_word(UETR.replace("8a", "9a")), servicer_word(BANK, ACCOUNT, "1", day),
        servicer_word(b"\0" * 20, ACCOUNT, "1", day),
        servicer_word(BANK, "DE1", "1", day), servicer_word(BANK, ACCOUNT, "2", day), servicer_word(BANK, ACCOUNT, "1", date(2023, 11, 21)),
        servicer_word(BANK, "AB", "C", day), servicer_word(BANK, "A", "BC", day),
    ]  # fmt: skip
    assert len(set(words)) == len(words)
    assert servicer_word(BANK, "de75 5121 0800 1245 1261 99", "1", day) == servicer_word(BANK, ACCOUNT, "1", day)
