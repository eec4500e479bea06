"""Words for what an act states in numbers."""

import pytest

from gateway.financing import telling


@pytest.mark.parametrize(
    ("stated", "basis", "said"),
    [
        (43_500, 360_000_000, "4.35 % a year, ACT/360"),
        (43_500, 365_000_000, "4.35 % a year, ACT/365"),
        (450, 3_600_000, "4.5 % a year, ACT/360"),
        (9, 360, "900 % a year, ACT/360"),
        (0, 360_000_000, "0 % a year, ACT/360"),
        (450, 7_200_000, "450/7200000 a day"),
        (1, 1, "1/1 a day"),
    ],
)
def test_a_discount_is_a_yearly_rate_where_its_basis_is_a_year(stated: int, basis: int, said: str) -> None:
    assert telling.discount(stated, basis) == said
