"""The router: the right register for each asset and transaction, the wrong one refused with the article, for every combination."""

from datetime import date
from itertools import product

import pytest

from ledger.domain.catalogue import CATALOGUE
from ledger.domain.rights import RightKind, cn_mark, cn_patent, us_patent
from ledger.domain.routing import (
    AssetKind,
    Effect,
    Route,
    Rule,
    Transaction,
    WrongRegister,
    checked,
    filings,
    kind_of,
    kind_of_key,
    routes,
)

TODAY = date(2025, 7, 1)
PLEDGE, FACTORING, ASSIGNMENT, MORTGAGE = Transaction.PLEDGE, Transaction.FACTORING, Transaction.ASSIGNMENT, Transaction.MORTGAGE


@pytest.mark.parametrize(
    ("asset", "jurisdiction", "transaction", "register", "effect", "source"),
    [
        (AssetKind.PATENT, "CN", PLEDGE, "CN-PATENT", Effect.CREATES, "CivC 444"),
        (AssetKind.MARK, "CN", PLEDGE, "CN-MARK", Effect.CREATES, "CivC 444"),
        (AssetKind.COPYRIGHT, "CN", PLEDGE, "CN-COPYRIGHT", Effect.CREATES, "CivC 444"),
        (AssetKind.RECEIVABLE, "CN", PLEDGE, "CN-RECEIVABLES", Effect.CREATES, "CivC 445"),
        (AssetKind.LICENCE_FEES, "CN", PLEDGE, "CN-RECEIVABLES", Effect.CREATES, "2(2), 3"),
        (AssetKind.RECEIVABLE, "CN", FACTORING, "CN-RECEIVABLES", Effect.RANKS, "CivC 768"),
        (AssetKind.RECEIVABLE, "CN", ASSIGNMENT, "CN-RECEIVABLES", Effect.RANKS, "Interpretation on Security 66"),
        (AssetKind.GOODS, "CN", MORTGAGE, "CN-RECEIVABLES", Effect.OPPOSES, "CivC 403"),
        (AssetKind.PATENT, "US", PLEDGE, "US-PATENT", Effect.RECORDS, "35 USC 261"),
        (AssetKind.PATENT, "US", PLEDGE, "US-UCC", Effect.ADVISABLE, "Cybernetic"),
        (AssetKind.MARK, "US", PLEDGE, "US-MARK", Effect.RECORDS, "15 USC 1060"),
        (AssetKind.RECEIVABLE, "US", FACTORING, "US-UCC", Effect.OPPOSES, "9-109"),
        (AssetKind.PATENT, "AU", PLEDGE, "AU-PPSR", Effect.OPPOSES, "PPSA 2009"),
        (AssetKind.LICENCE_FEES, "NZ", PLEDGE, "NZ-PPSR", Effect.OPPOSES, "PPSA 1999"),
    ],
)
def test_the_register_of_a_transaction_and_its_source(
    asset: AssetKind, jurisdiction: str, transaction: Transaction, register: str, effect: Effect, source: str
) -> None:
    route = checked(register, asset, jurisdiction, transaction, TODAY)
    assert route.effect is effect and source in route.source and route.why


@pytest.mark.parametrize(
    ("register", "asset", "jurisdiction", "transaction", "said", "right_ones"),
    [
        ("CN-RECEIVABLES", AssetKind.PATENT, "CN", PLEDGE, "takes no pledges of intellectual property", ("CN-PATENT",)),
        ("CN-RECEIVABLES", AssetKind.COPYRIGHT, "CN", PLEDGE, "CivC 444", ("CN-COPYRIGHT",)),
        ("CN-PATENT", AssetKind.MARK, "CN", PLEDGE, "the register of its own kind", ("CN-MARK",)),
        ("CN-PATENT", AssetKind.LICENCE_FEES, "CN", PLEDGE, "CivC 445", ("CN-RECEIVABLES",)),
        ("CN-MARK", AssetKind.RECEIVABLE, "CN", FACTORING, "CivC 445", ("CN-RECEIVABLES",)),
        ("CN-RECEIVABLES", AssetKind.GOODS, "CN", PLEDGE, "arises by delivery", ()),
        ("AU-PATENT", AssetKind.PATENT, "AU", PLEDGE, "since 30 January 2012", ("AU-PPSR",)),
        ("CN-PATENT", AssetKind.PATENT, "US", PLEDGE, "no rule files", ("US-PATENT", "US-UCC")),
        ("XX", AssetKind.PATENT, "DE", PLEDGE, "no register takes it", ()),
    ],
)
def test_the_wrong_register_is_refused_with_its_article_and_the_right_one(
    register: str, asset: AssetKind, jurisdiction: str, transaction: Transaction, said: str, right_ones: tuple[str, ...]
) -> None:
    with pytest.raises(WrongRegister, match=said) as caught:
        checked(register, asset, jurisdiction, transaction, TODAY)
    assert caught.value.right_ones == right_ones and caught.value.source


def test_the_australian_register_begins_with_its_act() -> None:
    assert routes(AssetKind.PATENT, "AU", PLEDGE, date(2012, 1, 29)) == ()
    assert [route.register for route in routes(AssetKind.PATENT, "AU", PLEDGE, date(2012, 1, 30))] == ["AU-PPSR"]


def test_a_deal_over_several_assets_is_a_filing_for_each_register() -> None:
    deal = filings([AssetKind.PATENT, AssetKind.LICENCE_FEES, AssetKind.RECEIVABLE, AssetKind.PATENT], "CN", PLEDGE, TODAY)
    assert {register: [asset for asset, _ in rows] for register, rows in deal.items()} == {
        "CN-PATENT": [AssetKind.PATENT],
        "CN-RECEIVABLES": [AssetKind.LICENCE_FEES, AssetKind.RECEIVABLE],
    }


def test_a_number_says_which_kind_of_asset_it_is() -> None:
    assert kind_of(cn_patent("201710601862.3").kind) is kind_of(us_patent("15145443").kind) is AssetKind.PATENT
    assert kind_of(cn_mark("1234567", 9).kind) is AssetKind.MARK
    assert all(isinstance(kind_of(kind), AssetKind) for kind in RightKind)


@pytest.mark.parametrize(("jurisdiction", "asset", "transaction"), list(product(("CN", "US", "AU", "NZ", "DE"), AssetKind, Transaction)))
def test_every_combination_is_taken_by_its_registers_and_refused_by_all_others(
    jurisdiction: str, asset: AssetKind, transaction: Transaction
) -> None:
    found = routes(asset, jurisdiction, transaction, TODAY)
    assert len({route.register for route in found}) == len(found)
    assert not any(route.effect in (Effect.ADVISABLE, Effect.NONE) for route in found[:1])
    for register in {each.key for each in CATALOGUE.registers.values()} | {"US-UCC"}:
        if register in {route.register for route in found}:
            assert checked(register, asset, jurisdiction, transaction, TODAY) in found
        else:
            with pytest.raises(WrongRegister):
                checked(register, asset, jurisdiction, transaction, TODAY)


def test_in_china_exactly_one_register_creates_each_pledge() -> None:
    for asset in set(AssetKind) - {AssetKind.GOODS}:
        assert [route.effect for route in routes(asset, "CN", PLEDGE, TODAY)] == [Effect.CREATES]


def test_a_key_says_what_kind_of_asset_it_names() -> None:
    assert kind_of_key(us_patent("16/000,101").key) is AssetKind.PATENT
    assert kind_of_key(cn_mark("12345678", 9).key) is AssetKind.MARK
    with pytest.raises(LookupError, match="class 'Z'"):
        kind_of_key(b"CNZA1".ljust(32, b"\0"))


def test_a_register_that_was_added_takes_its_rights() -> None:
    route = Route("KR-PATENT", Effect.CREATES, "Patent Act (KR) 101(1)", "a pledge of a patent has effect on registration only")
    added = (Rule("KR", frozenset({AssetKind.PATENT}), frozenset({PLEDGE}), route, date(2020, 1, 1)),)
    assert checked("KR-PATENT", AssetKind.PATENT, "KR", PLEDGE, TODAY, added) == route
    with pytest.raises(WrongRegister, match="file with KR-PATENT"):
        checked("CN-PATENT", AssetKind.PATENT, "KR", PLEDGE, TODAY, added)
    with pytest.raises(WrongRegister, match="no register takes it"):
        checked("KR-PATENT", AssetKind.PATENT, "KR", PLEDGE, date(2019, 1, 1), added)


def test_routes_of_a_register_that_was_added_replace_those_that_ship_for_it() -> None:
    route = Route("US-COPYRIGHT", Effect.RECORDS, "17 USC 205(d)", "the first to record goes before")
    added = (Rule("US", frozenset({AssetKind.COPYRIGHT}), frozenset({PLEDGE}), route),)
    found = routes(AssetKind.COPYRIGHT, "US", PLEDGE, TODAY, added)
    assert [each.register for each in found] == ["US-COPYRIGHT", "US-UCC"] and found[0] == route
