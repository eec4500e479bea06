"""Invoices' fingerprints: one word for one invoice however it is written, another word for every other invoice."""

import hmac
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.fingerprints import FingerprintError, Fingerprints, Invoice, fingerprints, mark, normal_number

SELLER, BUYER = b"\x03" + b"s" * 31, b"\x04" + b"b" * 31
KEY, OLD = b"k" * 32, b"o" * 32
ONE = Invoice(SELLER, BUYER, "INV-2026-0117", 2026)
WORDS = st.binary(min_size=32, max_size=32).filter(any)
NUMBERS = st.text(max_size=20).filter(lambda text: any(each.isalnum() for each in text))


@pytest.mark.parametrize(
    "written",
    [
        "inv-2026-0117", "INV 2026 0117", "INV/2026/0117", "INV_2026.117", "  Inv - 2026 -- 117  ", "INV2026-117", "INV:2026:000117",
        "#INV\u20102026\u20130117", "INV\u00a02026\u00a00117", "INV-20\u200b26-0\u00ad117",
        "inv-\u0662\u0660\u0662\u0666-\u0661\u0661\u0667",
        "\uff29\uff2e\uff36\uff0d\uff12\uff10\uff12\uff16\uff0d\uff11\uff11\uff17",
    ],
)  # fmt: skip
def test_spelling_hides_no_double(written: str) -> None:
    assert Invoice(SELLER, BUYER, written, 2026).canonical == ONE.canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024-1-11", "2024-11-1"), ("12", "1-2"), ("1.10", "1.1"), ("A-1", "B-1"), ("A-1", "A-10"), ("1", "10"), ("100", "1"),
        ("AB-C1", "A-BC1"), ("INV2026117", "INV2026-117"), ("0", "00-0"), ("第12号", "第12页"), ("É1", "E1"), ("1/2024", "12024"),
    ],
)  # fmt: skip
def test_two_numbers_stay_two(one: str, other: str) -> None:
    assert normal_number(one) != normal_number(other)
    assert Invoice(SELLER, BUYER, one, 2026).canonical != Invoice(SELLER, BUYER, other, 2026).canonical


def test_every_part_counts() -> None:
    others = [
        Invoice(BUYER, SELLER, ONE.number, 2026), Invoice(SELLER, b"\x05" + b"b" * 31, ONE.number, 2026),
        Invoice(SELLER, BUYER, "INV-2026-0118", 2026), Invoice(SELLER, BUYER, ONE.number, 2025),
        Invoice(SELLER, BUYER, ONE.number, 2026, 2),
    ]  # fmt: skip
    assert len({each.canonical for each in (ONE, *others)}) == 6


@given(WORDS, WORDS, NUMBERS, st.integers(1000, 9999), st.integers(1, 999))
def test_the_canonical_form_can_be_read_back(seller: bytes, buyer: bytes, number: str, year: int, instalment: int) -> None:
    """What can be read back in one way only is no two invoices'."""
    if seller == buyer:
        return
    rest, parts = Invoice(seller, buyer, number, year, instalment).canonical, list[bytes]()
    while rest:
        size = int.from_bytes(rest[:4])
        parts.append(rest[4 : 4 + size])
        rest = rest[4 + size :]
    assert parts[1:3] == [seller, buyer] and tuple(parts[3].decode().split("\0")) == normal_number(number)
    assert [int.from_bytes(part) for part in parts[4:]] == [year, instalment] and len(parts) == 6


@given(NUMBERS)
def test_a_normal_number_is_its_own(number: str) -> None:
    parts = normal_number(number)
    assert normal_number(" ".join(parts)) == parts and all("\0" not in part and part for part in parts)


def test_the_word_is_an_hmac_under_each_key_newest_first() -> None:
    newest, older = (hmac.new(key, ONE.canonical, "sha256").digest() for key in (KEY, OLD))
    assert fingerprints(ONE, [KEY, OLD]) == Fingerprints(newest, (older,))
    assert fingerprints(ONE, [OLD]) == Fingerprints(older, ())


def test_a_known_answer() -> None:
    """Gateways of one ledger must agree for ever: another form is another version of the key."""
    assert fingerprints(ONE, [KEY]).current.hex() == "de30d8c2126c4623b0774ceb9ddca40ffe85cb6eb0b7d025efc49d67171da70b"


@pytest.mark.parametrize("keys", [[], [KEY, KEY], [b"short"], [bytes([number]) * 32 for number in range(18)]])
def test_other_keys_are_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="1 to 17 different keys of 32 bytes"):
        fingerprints(ONE, keys)


def test_sixteen_earlier_keys_are_the_most() -> None:
    assert len(fingerprints(ONE, [bytes([number]) * 32 for number in range(17)]).earlier) == 16


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ((b"", BUYER, "1", 2026), "seller"), ((SELLER, bytes(32), "1", 2026), "buyer"), ((SELLER, SELLER, "1", 2026), "buyer"),
        ((SELLER, BUYER, "-- / #", 2026), "number"), ((SELLER, BUYER, "", 2026), "number"), ((SELLER, BUYER, "1", 26), "issued"),
        ((SELLER, BUYER, "1", 2026, 0), "instalment"), ((SELLER, BUYER, "1", 2026, 1000), "instalment"),
    ],
)  # fmt: skip
def test_what_names_no_invoice_is_refused_by_field(given: tuple[bytes, bytes, str, int], field: str) -> None:
    with pytest.raises(FingerprintError, match=f"^{field}: ") as wrong:
        Invoice(*given)
    assert wrong.value.field == field


def test_marks_tell_keys_apart_and_are_no_part_of_them() -> None:
    keys = [bytes([number]) * 32 for number in range(20)]
    assert all(len(mark(key)) == 8 and mark(key) not in key for key in keys)
    assert all(mark(one) != mark(other) for one, other in itertools.combinations(keys, 2))
