"""Amounts become integers of minor units exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.money import MAX_MINOR, Currency, MoneyError, currency, currency_of, to_minor, to_text

USD, JPY, KWD = currency("USD"), currency("JPY"), currency("KWD")


def test_a_currency_has_number_and_exponent() -> None:
    assert (USD.number, USD.exponent) == (840, 2)
    assert (JPY.exponent, KWD.exponent) == (0, 3)
    assert currency_of(156).code == "CNY"


@pytest.mark.parametrize("code", ["", "XYZ", "US"])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(MoneyError, match="ISO 4217"):
        currency(code)


def test_an_unknown_currency_number_is_refused() -> None:
    with pytest.raises(MoneyError, match="1023"):
        currency_of(1023)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("55.94", 5594), ("0.1", 10), ("-12.30", -1230), (" 7 ", 700), ("1E+3", 100000), ("92233720368547758.07", MAX_MINOR)],
)
def test_a_decimal_amount_is_exact(text: str, minor: int) -> None:
    assert to_minor(text, USD) == minor


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("0.001", "more than 2 decimals"),
        ("92233720368547758.08", "beyond"),
        ("1e99999", "beyond"),
        ("1e-99999", "too fine"),
        ("nan", "finite"),
        ("Infinity", "finite"),
        ("12,50", "no decimal"),
        ("", "no decimal"),
    ],
)
def test_what_is_no_amount_is_refused_by_rule(text: str, rule: str) -> None:
    with pytest.raises(MoneyError, match=rule):
        to_minor(text, USD)


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from([USD, JPY, KWD]))
def test_text_and_minor_units_agree(minor: int, unit: Currency) -> None:
    assert to_minor(to_text(minor, unit), unit) == minor
    assert to_minor(Decimal(to_text(minor, unit)), unit) == minor


@pytest.mark.parametrize(
    ("minor", "unit", "text"),
    [
        (2**128 - 1, USD, "3402823669209384634633746074317682114.55"),
        (-(10**40) - 7, KWD, "-10000000000000000000000000000000000000.007"),
        (10**40 + 1, JPY, "10000000000000000000000000000000000000001"),
        (-5, USD, "-0.05"),
    ],
)
def test_a_ceiling_as_large_as_the_ledger_holds_is_told_to_the_minor_unit(minor: int, unit: Currency, text: str) -> None:
    assert to_text(minor, unit) == text
