"""The look-up of names against the plain definition: a comparison with every published name, on both databases."""

from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import Connection, select

from ledger.chain.blocks import last_position
from ledger.domain import name_search
from ledger.domain.name_index import entries, probe
from ledger.domain.name_matching import USUAL, Reason, Settings
from ledger.domain.name_search import Found
from ledger.mirror.database import Database
from ledger.mirror.models import PARTY
from ledger.mirror.queries import names, search
from ledger.mirror.queries.reading import rows_of
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.plans import mirrored

MANY, EARLY, SEED = 400, 400_000_000, 20_260
TOWNS, TRADES, HAN = (
    ("North", "Ashby", "Kelso", "Norther", "A"),
    ("Steel", "Optics", "Electronics", "Bank", "Steele"),
    "华为技术银行中国上海苏州",
)
FORMS = ("Ltd", "LLC", "GmbH", "", "(formerly known as Kelso Paper Inc)")


def _made(dice: Random) -> str:
    """A name as many have: of words that many share, or of Chinese characters."""
    if dice.random() < 0.3:
        return "".join(dice.choices(HAN, k=dice.randint(2, 8))) + dice.choice(["有限公司", "", "Bank"])
    middle = "".join(dice.choices("abcdefghij", k=dice.randint(0, 12))).title()
    return " ".join(filter(None, (dice.choice(TOWNS), middle, dice.choice(TRADES), dice.choice(FORMS))))


def _mistyped(dice: Random, name: str) -> str:
    """The name with a few letters changed, left out, put in or swapped; or a part of its words, or more of them."""
    if dice.random() < 0.3:
        return " ".join(dice.choice([name.split(" ")[:2], [*name.split(" ")[:2], "Holding"], name.split(" ")[::-1]]))
    signs = list(name)
    for _ in range(dice.randint(0, 4)):
        at = dice.randrange(len(signs))
        match dice.randrange(4):
            case 0:
                signs.insert(at, dice.choice("ax技"))
            case 1:
                signs[at] = dice.choice("ex术")
            case 2:
                signs[at : at + 2] = reversed(signs[at : at + 2])
            case _ if len(signs) > 2:
                del signs[at]
    return "".join(signs)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def named(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A register of many names that are like one another."""
    chain, dice = Chain(), Random(SEED)
    chain.mine([told.register_set(2, "Office", 1 << 50)])
    for at in range(1, MANY, 40):
        chain.mine(*(told.recorded(each, each, f"{each}-1", EARLY, [f"right {each}"], _made(dice), _made(dice)) for each in _next(at)))
    with mirrored(request, tmp_path_factory, "names", chain) as db:
        yield db


def _next(first: int) -> range:
    return range(first, first + 40)


def _plainly(conn: Connection, query: str, settings: Settings, at: int | None) -> Found:
    """What comparing with every name gives."""
    known = rows_of(conn, PARTY, select(PARTY.table).where(PARTY.table.c.from_pos <= (1 << 62 if at is None else at)))
    every = (entry for party in known for entry in entries([(party.name, search.record_id(party))]))
    return name_search.search(query, every, settings)


@pytest.mark.parametrize("settings", [USUAL, Settings(80), Settings(60, contained=False), Settings(100)], ids=repr)
def test_a_search_finds_just_what_a_comparison_with_every_name_finds_in_its_order(named: Database, settings: Settings) -> None:
    dice, found = Random(SEED), 0
    stated = [_made(dice) for _ in range(2 * MANY)]
    with named.read() as conn:
        for name in dice.sample(stated, 25):
            query, at = _mistyped(dice, name), dice.choice([None, last_position(START + 5)])
            answer = search.by_name(conn, query, settings=settings, at=at)
            assert answer == _plainly(conn, query, settings, at)
            found += len(answer.exact) + len(answer.similar)
    assert found > 25


def test_every_reason_for_which_names_are_alike_is_met(named: Database) -> None:
    """The names above exercise all of them: an answer of nothing is soon the same as another."""
    dice = Random(SEED)
    queries = [_mistyped(dice, name) for name in dice.sample([_made(dice) for _ in range(2 * MANY)], 150)]
    with named.read() as conn:
        answers = [search.by_name(conn, query) for query in queries]
    assert {reason for found in answers for group in (*found.exact, *found.similar) for reason in group.match.reasons} == set(Reason)


def test_names_that_are_longer_are_found_by_the_rarest_of_the_words(named: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = probe("Ashby Bank")
    with named.read() as conn:
        found = names.candidates(conn, asked)
        monkeypatch.setattr(names, "_RARE", 0)
        assert names.candidates(conn, asked) == found
    assert any({"ASHBY", "BANK"} < set(form.words.split(" ")) for form in found)
