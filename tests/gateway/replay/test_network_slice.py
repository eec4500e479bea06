"""What a network that keeps real time takes of each set: whole paid claims of the busiest days, not too many, in their order."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.replay import network_slice
from gateway.replay.network_slice import MOST_CLAIMS, MOST_SLICE_DAYS, SECONDS_A_DAY, busiest, on_network
from gateway.replay.plan import Choices, Plan, make
from gateway.replay.reading import read
from gateway.replay.reconcile import source_checks
from tests.system.records import small_folder

START = 1_800_000_000


@pytest.fixture
def small(tmp_path: Path) -> Plan:
    choices = Choices()
    folder = small_folder(tmp_path / "data")
    return make(read(folder, choices.invoice_currency, choices.spend_currency), choices, date(2026, 1, 1))


def days(seconds: int) -> int:
    return datetime.fromtimestamp(seconds, UTC).toordinal()


def test_each_set_gives_one_slice_of_whole_paid_claims(small: Plan) -> None:
    moved = on_network(small, START)
    assert [part.set for part in moved.receivables] == [part.set for part in small.receivables]
    assert moved.placements == small.placements and moved.demonstrations == ()
    for before, after in zip(small.receivables, moved.receivables, strict=True):
        originals = {claim.number: claim for claim in before.claims}
        assert 0 < len(after.claims) <= MOST_CLAIMS and after.balances()
        for claim in after.claims:
            origin = originals[claim.number]
            assert (claim.face, claim.pieces, claim.supplier) == (origin.face, origin.pieces, origin.supplier)
            assert START <= claim.issued <= (claim.paid or 0) <= START + MOST_SLICE_DAYS * SECONDS_A_DAY
            assert claim.late == origin.late


def test_splits_go_to_the_network_too(small: Plan) -> None:
    assert any(claim.pieces for claim in on_network(small, START).claims)


def test_what_came_first_comes_first(small: Plan) -> None:
    for part in on_network(small, START).receivables:
        originals = {claim.number: claim for claim in small.claims if claim.set == part.set}
        in_order = sorted(part.claims, key=lambda claim: originals[claim.number].issued)
        assert all(one.issued <= other.issued for one, other in pairwise(in_order))


def test_a_set_with_more_claims_gives_fewer_days(real_plan: Plan) -> None:
    for part in real_plan.receivables:
        found = busiest(real_plan, part.set)
        assert found is not None and 0 < found.days <= MOST_SLICE_DAYS
        assert len(network_slice._within(list(part.claims), found.first, found.days)) <= MOST_CLAIMS


def test_the_slice_is_named_by_its_days(small: Plan) -> None:
    for part in on_network(small, START).receivables:
        assert any(choice.startswith(f"slice: {part.set}, ") for choice in part.choices)


def test_every_row_is_still_accounted_for(small: Plan, real_plan: Plan) -> None:
    for plan in (small, real_plan):
        checks = source_checks(on_network(plan, START))
        assert {check.set for check in checks} == {check.set for check in source_checks(plan)}
        assert [check for check in checks if not check.holds] == []


def test_a_set_without_paid_claims_gives_none_but_is_accounted_for(small: Plan) -> None:
    unpaid = tuple(replace(part, claims=tuple(replace(claim, paid=None) for claim in part.claims)) for part in small.receivables)
    moved = on_network(replace(small, receivables=unpaid), START)
    assert moved.claims == () and all(part.balances() and part.unsliced for part in moved.receivables)
