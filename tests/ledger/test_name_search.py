"""Two-step search by name: what matches and why, and that the mirror's look-up misses nothing that would match."""

import sqlite3
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.name_index import Entry, Probe, entries, letters, probe
from ledger.domain.name_matching import Reason, Settings, compare
from ledger.domain.name_search import Found, SelectionError, search, select
from ledger.domain.names import ALGORITHM, NormalName, UnusableName, normal


@pytest.mark.parametrize(
    ("wanted", "name", "reasons", "score"),
    [
        ("Barclays Bank PLC", "BARCLAYS BANK, P.L.C., AS AGENT", (Reason.SAME,), 100),
        ("上海華為技術有限公司", "上海华为技术有限责任公司", (Reason.SAME,), 100),
        ("Barclays Bank", "Barclays Bank PLC", (Reason.SAME_WITHOUT_FORM,), 99),
        ("Bank of China", "China Bank of", (Reason.SAME_WORDS,), 99),
        ("Barclays Bank PLC", "Barcalys Bank PLC", (Reason.TYPING_ERROR, Reason.SIMILAR), 91),
        ("Sequa Corp", "Sequah Corp", (Reason.TYPING_ERROR, Reason.SIMILAR), 90),
        ("华为技术有限公司", "华维技术有限公司", (Reason.TYPING_ERROR, Reason.SOUND_ALIKE), 98),
        ("上海银行", "商海银杭", (Reason.SOUND_ALIKE,), 98),
        ("Huawei Jishu Co., Ltd.", "华为技术有限公司", (Reason.SOUND_ALIKE,), 98),
        ("Barclays", "Barclays Bank PLC", (Reason.CONTAINED,), 80),
        ("Barclays Bank of Kenya", "Barclays Bank", (Reason.CONTAINED,), 77),
        ("华为", "华为技术有限公司", (Reason.CONTAINED,), 66),
        ("TCL集团", "TCL集团股份有限公司", (Reason.SAME_WITHOUT_FORM,), 99),
        ("TCL Corporation", "TCL集团", None, 0),
        ("Macdermid Printing Solutions", "Macdermid Graphics Solutions", None, 0),
        ("Bank of America", "Bank of Asia", None, 0),
        ("ABC", "ABD", None, 0),
        ("Apple", "Applewood", None, 0),
    ],
)
def test_why_one_name_is_like_another(wanted: str, name: str, reasons: tuple[Reason, ...] | None, score: int) -> None:
    match = compare(normal(wanted), normal(name))
    assert (match.reasons, match.score) == (reasons, score) if match else reasons is None
    back = compare(normal(name), normal(wanted))
    assert (back.score if back else 0) == score, "likeness has no direction"


RECORDS = [
    ("BARCLAYS BANK PLC, AS COLLATERAL AGENT", "r3"),
    ("Barclays Bank PLC", "r1"),
    ("BARCLAYS BANK PLC", "r2"),
    ("BARCLAYS BANK", "r4"),
    ("BARCALYS BANK PLC", "r5"),
    ("BARCLAYS SERVICES CORPORATION", "r6"),
    ("Barclays Capital Inc (formerly known as Barclays Bank PLC)", "r7"),
    ("CITIBANK, N.A.", "r8"),
    ("...", "r9"),
]


def test_step_one_groups_the_exact_and_the_similar_with_their_counts() -> None:
    found = search("Barclays Bank PLC.", entries(RECORDS))
    assert [(group.normal_form, group.ids, group.count) for group in found.exact] == [("BARCLAYSBANK|PLC", ("r1", "r2", "r3", "r7"), 4)]
    assert [(group.normal_form, group.ids) for group in found.similar] == [("BARCLAYSBANK|", ("r4",)), ("BARCALYSBANK|PLC", ("r5",))]
    assert (found.normal_form, found.algorithm, found.settings.threshold) == ("BARCLAYSBANK|PLC", ALGORITHM, 85)
    assert "BARCLAYS BANK PLC, AS COLLATERAL AGENT" in found.exact[0].spellings


def test_the_order_of_the_records_changes_nothing() -> None:
    assert search("Barclays Bank", entries(RECORDS)) == search("Barclays Bank", entries(reversed(RECORDS)))


def test_step_two_takes_the_exact_and_what_was_chosen_of_the_similar() -> None:
    found = search("Barclays Bank PLC", entries(RECORDS))
    assert select(found, []).ids == ("r1", "r2", "r3", "r7")
    chosen = select(found, ["BARCLAYSBANK|"])
    assert chosen.ids == ("r1", "r2", "r3", "r4", "r7") and chosen.found is found
    with pytest.raises(SelectionError, match=r"CITIBANK\|NA not among"):
        select(found, ["CITIBANK|NA"])


def test_what_the_search_could_not_see_is_said() -> None:
    assert search("Barclays", entries(RECORDS)).unseen == ()
    (said,) = search("Barclays", entries(RECORDS), hidden_persons=3).unseen
    assert said.startswith("3 natural persons") and "not searched" in said


def test_the_threshold_is_the_searchers() -> None:
    names = list(entries([("MACDERMID GRAPHICS SOLUTIONS, LLC", "a")]))
    assert not search("MacDermid Printing Solutions", names).similar
    assert search("MacDermid Printing Solutions", names, Settings(threshold=70)).similar[0].match.reasons == (Reason.SIMILAR,)
    assert not search("Barclays", entries([("Barclays Bank", "a")]), Settings(contained=False)).similar
    for wrong in (0, 101):
        with pytest.raises(ValueError, match="1 to 100"):
            Settings(threshold=wrong)


def test_a_query_without_letters_is_refused() -> None:
    for ask in (search, probe):
        with pytest.raises(UnusableName):
            ask("...", []) if ask is search else probe("...")
    assert list(entries([("...", "a")])) == []


def test_keys_read_as_what_they_are() -> None:
    (entry,) = entries([("TCL集团有限公司", "a")])
    assert entry.length == 5 and entry.keys >= {
        "f:TCL集团|有限公司",
        "c:TCL集团",
        "t:TCL 集团",
        "p:tcljituan",
        "s:tcljituan",
        "w:TCL",
        "b:集团",
    }


def test_letters_are_bits_whatever_their_order() -> None:
    assert letters("AB") == letters("BA") == 0b11
    assert letters("AAB") == 0b11 | 1 << 26, "a second A has a bit of its own"
    assert (letters("BARCLAYS") ^ letters("BARCALY")).bit_count() == 1
    assert (letters("BARCLAYS") ^ letters("BARKLAYS")).bit_count() == 2
    assert letters("华为技术" * 40 + "ACME0123456789" * 40) < 1 << 63, "what SQL keeps in an integer"


words = st.sampled_from(
    ["ACME", "ACMES", "BANK", "OF", "CHINA", "CHNIA", "WIDGETS", "WIDGET", "NORTH", "A", "AB", "TCL", "华为", "华", "技术", "银行", "为"]
)
forms = st.sampled_from(["", "LTD", "INC", "有限公司", "LLC"])
composed = st.builds(lambda parts, form: " ".join([*parts, form]).strip(), st.lists(words, min_size=1, max_size=6), forms)
few_letters = st.text("ABC", min_size=1, max_size=30)


@st.composite
def mistyped(draw: st.DrawFn) -> tuple[str, str]:
    """A name and the same with a few letters changed, left out, put in or swapped."""
    name = draw(
        st.one_of(st.text("ABCDEFGHIJ ", min_size=1, max_size=40), st.text("华为技术银行中国", min_size=1, max_size=20), few_letters)
    )
    signs = list(name)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(signs)))
        match draw(st.sampled_from(["put in", "leave out", "change", "swap"])):
            case "put in":
                signs.insert(at, draw(st.sampled_from("ABCXYZ华术")))
            case "leave out":
                del signs[at : at + 1]
            case "change":
                signs[at : at + 1] = draw(st.sampled_from("ABCXYZ华术"))
            case _:
                signs[at : at + 2] = reversed(signs[at : at + 2])
    return name, "".join(signs)


@given(st.one_of(st.tuples(composed, composed), st.tuples(few_letters, few_letters), mistyped()), st.integers(1, 100))
def test_the_look_up_misses_no_name_that_would_match(pair: tuple[str, str], threshold: int) -> None:
    settings = Settings(threshold)
    try:
        match = compare(normal(pair[0]), normal(pair[1]), settings)
    except UnusableName:
        return
    if match:
        (entry,) = entries([(pair[1], "a")])
        assert probe(pair[0], settings).takes(entry), match


@given(st.lists(composed, max_size=12), composed)
def test_searching_the_candidates_finds_what_searching_everything_finds(recorded: list[str], query: str) -> None:
    names = list(entries((name, f"{place:02}") for place, name in enumerate(recorded)))
    everything = search(query, names)
    assert search(query, filter(probe(query).takes, names)) == everything
    assert all(group.match.score >= later.match.score for group, later in zip(everything.similar, everything.similar[1:], strict=False))


def candidates(held: sqlite3.Connection, look: Probe) -> list[Entry]:
    """The look-up as a mirror's tables answer it."""

    def sharing(keys: Iterable[str], least: int) -> set[int]:
        listed = sorted(keys)
        query = f"SELECT entry FROM keys WHERE key IN ({','.join('?' * len(listed))}) GROUP BY entry HAVING count(*) >= ?"
        return {row[0] for row in held.execute(query, (*listed, least))} if listed else set()

    rows = sharing(look.any_of, 1) | sharing(look.all_of, len(look.all_of))
    for lengths, most in look.near:
        nearly = "SELECT id FROM entries WHERE length BETWEEN ? AND ? AND bit_count((letters | ?) - (letters & ?)) <= ?"
        rows |= {row[0] for row in held.execute(nearly, (lengths[0], lengths[-1], look.letters, look.letters, most))}
    return [entry for row in sorted(rows) for entry in stored(held, "WHERE id = ?", row)]


def stored(held: sqlite3.Connection, where: str = "", *values: int) -> Iterator[Entry]:
    """Entries rebuilt from their rows."""
    for words, form, recorded, record in held.execute(f"SELECT words, form, recorded, record FROM entries {where}", values):
        yield Entry(NormalName(tuple(words.split(" ")), form), recorded, record)


@pytest.fixture(scope="module")
def held() -> sqlite3.Connection:
    """Five thousand names and their keys in tables as a mirror has them."""
    towns, trades = ["NORTHFIELD", "RIVERTON", "ASHBY", "KELSO", "上海", "深圳"], ["STEEL", "PAPER", "FOODS", "OPTICS", "科技", "电子"]
    names = [f"{town} {trade} {number} {form}" for number in range(70) for town in towns for trade in trades for form in ("LTD", "LLC")]
    rows = list(enumerate(entries((name, str(place)) for place, name in enumerate(names))))
    connection = sqlite3.connect(":memory:")
    connection.create_function("bit_count", 1, int.bit_count)
    connection.executescript(
        "CREATE TABLE entries(id INTEGER PRIMARY KEY, words TEXT, form TEXT, length INTEGER, letters INTEGER, recorded TEXT, record TEXT);"
        "CREATE TABLE keys(key TEXT, entry INTEGER)"
    )
    listed = ((row, " ".join(each.name.words), each.name.form, each.length, each.letters, each.recorded, each.record) for row, each in rows)
    connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", listed)
    connection.executemany("INSERT INTO keys VALUES (?, ?)", ((key, row) for row, each in rows for key in each.keys))
    connection.execute("CREATE INDEX by_key ON keys(key, entry)")
    return connection


@pytest.mark.parametrize("query", ["Northfield Steel 42 Limited", "Northfeild Steel 42", "上海 科技 7 LTD", "Asby Optics 3", "Kelso Paper"])
def test_a_table_of_keys_gives_the_same_answer_as_reading_every_name(held: sqlite3.Connection, query: str) -> None:
    few = candidates(held, probe(query))
    answer: Found = search(query, few)
    assert answer == search(query, stored(held)) and answer.exact + answer.similar and len(few) < 1000
