"""Search in two steps and by number, party and record number; certificates of what was found and of what acts changed."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

import pytest
import rfc8785

from ledger.chain.blocks import last_position
from ledger.domain.certificates import CertificateError, Kind, read
from ledger.domain.identifiers import Scheme, identifier
from ledger.domain.name_matching import Reason, Settings, compare
from ledger.domain.name_search import select
from ledger.domain.names import ALGORITHM, normal
from ledger.mirror.database import Database
from ledger.mirror.models import Side
from ledger.mirror.queries import certificates, search
from ledger.mirror.queries.certificates import NothingCertified
from ledger.mirror.queries.records import Life
from ledger.mirror.queries.search import Scope
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain, Told
from tests.ledger.mirror.conftest import MakeMirror
from tests.ledger.mirror.plans import mirrored

pytestmark = pytest.mark.every_kind

EARLY, MIDDLE, LATE = 400_000_000, 1_000_000_000, 1_400_000_000
NAMES = (
    "Barclays Bank PLC, as collateral agent",
    "BARCLAYS BANK, P.L.C.",
    "Barclay's Bank",
    "Barclays Bank of Delaware",
    "Bank of America, N.A.",
    "华为技术有限公司",
    "华为技术股份有限公司",
    "華為技術有限公司",
    "Hua Wei Ji Shu",
    "U.S. Well Services, LLC",
    "Smith GmbH & Co. KG",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def named(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A register with a grant to each of the names, in turn; the third ended; one pledgor withheld; one renamed, one succeeded."""
    chain = Chain()
    chain.mine([told.register_set(2, "Office", 1 << 50), told.register_set(3, "China office", 1 << 48)])
    chain.mine(*(told.recorded(at, at, f"{at}-1", EARLY + at, [f"right {at}"], holder=name) for at, name in enumerate(NAMES, 1)))
    chain.mine(told.released(3, "90-1", MIDDLE, EARLY + 3))
    chain.mine(told.recorded(20, 20, "20-1", EARLY, ["right 20"], pledgor="", holder="Plain bank", flags=1 << 5))
    chain.mine(
        [told.party_recorded("Plain bank", 5, new_name="Barclays Bank Plc (renamed)")], [told.party_recorded(NAMES[4], 2, other="Heir")]
    )
    chain.mine([told.pledge_filed(30, b"f" * 32, 30)])
    with mirrored(request, tmp_path_factory, "named", chain) as db:
        yield db


def _end(block: int) -> int:
    return last_position(START + block)


def _names(found: Sequence[search.Hit]) -> list[str]:
    return [hit.party.name for hit in found]


@pytest.mark.parametrize(
    "query", ["barclays bank plc", "BARCLAY BANK", "华为技术", "bank of america na", "smith gmbh", "us well service llc", "hua wei ji shu"]
)
@pytest.mark.parametrize("threshold", [80, 90, 100])
def test_the_index_finds_just_what_a_comparison_with_every_name_finds(named: Database, query: str, threshold: int) -> None:
    settings = Settings(threshold)
    expected = {name for name in (*NAMES, "Plain bank", "Pledgor") if compare(normal(query), normal(name), settings)}
    with named.read() as conn:
        found = search.by_name(conn, query, settings=settings)
        groups = (*found.exact, *found.similar)
        hits = search.hits(conn, [record for group in groups for record in group.ids])
        assert {name for name in _names(hits) if name != "Plain bank"} == expected
        # A name that an office gave later finds the records under the old one.
        renamed = compare(normal(query), normal("Barclays Bank Plc (renamed)"), settings)
        assert ("Plain bank" in _names(hits)) == bool(renamed)


def test_exact_names_are_chosen_and_similar_ones_by_selection(named: Database) -> None:
    with named.read() as conn:
        found = search.by_name(conn, "Barclays Bank plc", scope=Scope(side=Side.HOLDERS))
        assert [(group.normal_form, group.count, group.match.reasons[0]) for group in found.exact] == [("BARCLAYSBANK|PLC", 2, Reason.SAME)]
        assert "BARCLAYSBANK|" in {group.normal_form for group in found.similar}
        assert (found.algorithm, found.normal_form) == (ALGORITHM, "BARCLAYSBANK|PLC")
        chosen = select(found, ["BARCLAYSBANK|"])
        hits = search.hits(conn, chosen.ids)
        assert [(hit.party.pledge, hit.life) for hit in hits] == [(1, Life.REGISTERED), (2, Life.REGISTERED), (3, Life.ENDED)]
        assert [hit.life for hit in search.hits(conn, chosen.ids, time=MIDDLE - 1)] == [Life.REGISTERED] * 3
        assert [hit.life for hit in search.hits(conn, chosen.ids, at=_end(1))] == [Life.REGISTERED] * 3


def test_a_search_as_at_an_earlier_block_knows_only_what_stood_then(named: Database) -> None:
    with named.read() as conn:
        assert search.by_name(conn, "Barclays Bank plc", at=_end(0)).exact == ()
        assert search.by_name(conn, "Plain bank", at=_end(2)).exact == ()
        assert len(search.by_name(conn, "Plain bank", at=_end(3)).exact) == 1
        similar = [
            {spelling for group in search.by_name(conn, "barclays bank renamed", at=_end(at)).similar for spelling in group.spellings}
            for at in (3, 4)
        ]
        assert ["Barclays Bank Plc (renamed)" in each for each in similar] == [False, True]


def test_natural_persons_and_what_else_was_not_seen_are_counted(named: Database) -> None:
    with named.read() as conn:
        found = search.by_name(conn, "nobody at all")
        assert (found.exact, found.similar) == ((), ())
        assert found.unseen and found.unseen[0].startswith("1 natural persons")
        assert search.by_name(conn, "nobody", scope=Scope(side=Side.HOLDERS)).unseen == ()
        assert search.unseen(conn) == (
            "1 filings wait for a decision: their parties and assets are not published",
            "1 pledges describe their assets in general beside a list",
        )
        assert search.unseen(conn, Scope(register=3)) == ()
        assert search.unseen(conn, at=_end(1)) == ()


def test_a_party_is_found_by_its_word_and_through_its_successor(named: Database) -> None:
    with named.read() as conn:
        assert _names(search.by_party(conn, told.party_id(NAMES[4]))) == [NAMES[4]]
        assert _names(search.by_party(conn, told.party_id("Heir"))) == [NAMES[4]]
        assert search.by_party(conn, told.party_id("Heir"), at=_end(3)) == []
        assert search.by_party(conn, told.party_id("Heir"), scope=Scope(register=3)) == []


def test_about_a_past_time_those_are_found_who_were_parties_then(db: Database, mirror_of: MakeMirror) -> None:
    """The bank that held the pledge before its transfer, not the one after: by name, by word and in certificates."""
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", EARLY, ["a"], holder="Old Bank", pledgor="Owner"))
    chain.mine(told.holders_changed(1, "9-9", MIDDLE, ["New House"], EARLY))
    mirror_of(chain.source()).catch_up()
    stands = {MIDDLE - 1: ("Old Bank", "New House"), MIDDLE: ("New House", "Old Bank"), None: ("New House", "Old Bank")}
    with db.read() as conn:
        for time, (there, gone) in stands.items():
            assert [len(search.by_name(conn, name, time=time).exact) for name in (there, gone, "Owner")] == [1, 0, 1]
            assert [len(search.by_party(conn, told.party_id(name), time=time)) for name in (there, gone)] == [1, 0]
            assert _names(search.hits(conn, ["1/2/0"], time=time)) == [there]
            by_name = certificates.search_by_name(conn, select(search.by_name(conn, there, time=time), []), time=time)
            by_word = certificates.search_by_party(conn, told.party_id(there), time=time)
            assert [[row["as"]["name"] for row in made.content["records"]] for made in (by_name, by_word)] == [[there], [there]]
        assert search.by_name(conn, "Owner", time=EARLY - 1).exact == ()
        assert search.by_party(conn, told.party_id("New House"), at=_end(0), time=MIDDLE) == []


def test_what_was_found_by_number_has_the_terms_of_the_time(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", EARLY, ["a"], ceiling=5_000))
    chain.mine(told.terms_changed(1, "2-2", MIDDLE, 9_000, EARLY))
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        for time, minor in ((MIDDLE - 1, "5000"), (MIDDLE, "9000")):
            made = (
                certificates.search_by_number(conn, told.asset("a"), time=time),
                certificates.search_by_registration(conn, told.number("1-1"), time=time),
            )
            assert [each.content["records"][0]["amount"]["minor"] for each in made] == [minor, minor]


def test_an_identifier_is_read_by_every_scheme_that_it_fits(db: Database, mirror_of: MakeMirror) -> None:
    lei, uscc = identifier(Scheme.LEI, "5493006MHB84DD0ZWV18"), identifier(Scheme.USCC, "91110000600037341L")
    chain = Chain()
    events = told.recorded(1, 1, "1-1", EARLY, ["a"])
    kind, name, values = events[-1]
    filing = list(values["filing"])
    filing[5] = ((1, uscc.word, b"h" * 32, 0), (2, lei.word, b"h" * 32, 1))
    chain.mine([*events[:-1], (kind, name, {**values, "filing": tuple(filing)})])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        ((found, hits),) = search.by_identifier(conn, "5493006mhb84dd0zwv18")
        assert (found, [hit.party.side for hit in hits]) == (lei, [Side.HOLDERS])
        ((found, hits),) = search.by_identifier(conn, "9111 0000 6000 3734 1L")
        assert (found, [hit.party.side for hit in hits]) == (uscc, [Side.PLEDGORS])
        assert search.by_identifier(conn, "5493006MHB84DD0ZWV19") == []


def test_a_record_number_finds_pledges_documents_and_anchored_records(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.recorded(1, 1, "7-7", EARLY, ["a"]), told.recorded(2, 2, "8-8", EARLY, ["b"]))
    chain.mine(told.holders_changed(2, "7-7", MIDDLE, ["X"], EARLY))
    chain.mine([told.anchored(1, 1, 1, 1), told.seeded(1, 0, {"c": "7-7"}, [1 << 64 | 8 << 80], 0)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        found = search.by_registration(conn, told.number("7-7"))
        assert [each.pledge.pledge for each in found.pledges] == [1]
        assert [(done.act.pledge, done.act.event) for done in found.acts] == [
            (1, "PledgeFiled"),
            (1, "PledgeRegistered"),
            (2, "PartiesChanged"),
        ]
        assert [seed.asset for seed in found.seeds] == [told.asset("c")]
        assert search.by_registration(conn, told.number("7-7"), register=3) == ([], [], [])
        assert len(search.by_registration(conn, told.number("7-7"), at=_end(0)).acts) == 2


# --- Certificates ---


def test_a_search_certificate_says_what_was_searched_found_chosen_and_not_seen(named: Database) -> None:
    with named.read() as conn:
        found = search.by_name(conn, "Barclays Bank plc")
        made = certificates.search_by_name(conn, select(found, ["BARCLAYSBANK|"]))
        again = certificates.search_by_name(conn, select(search.by_name(conn, "Barclays Bank plc"), ["BARCLAYSBANK|"]))
    assert made.hash == again.hash == sha256(made.canonical).digest()
    assert made.canonical == rfc8785.dumps(json.loads(made.canonical))
    content = json.loads(made.canonical)
    assert (content["kind"], content["height"]["block"]) == ("search", str(START + 5))
    said = {"by": "name", "text": "Barclays Bank plc", "normal form": "BARCLAYSBANK|PLC", "algorithm": ALGORITHM}
    assert content["searched"] == {**said, "threshold": 85, "contained": True}
    assert [group["normal form"] for group in content["exact"]] == ["BARCLAYSBANK|PLC"]
    assert {group["normal form"]: group["selected"] for group in content["similar"]}["BARCLAYSBANK|"] is True
    assert not all(group["selected"] for group in content["similar"])
    assert [(row["pledge"], row["status"]) for row in content["records"]] == [("1", "registered"), ("2", "registered"), ("3", "ended")]
    assert len(content["not seen"]) == 3
    assert read(made.canonical) == made


def test_certificates_of_other_searches(named: Database) -> None:
    with named.read() as conn:
        by_number = json.loads(certificates.search_by_number(conn, told.asset("right 1")).canonical)
        assert [(each["pledge"], each["live"]) for each in by_number["burdens"]] == [("1", True)]
        assert (by_number["searched"]["by"], [row["pledge"] for row in by_number["records"]]) == ("number", ["1"])
        by_party = json.loads(certificates.search_by_party(conn, told.party_id("Heir")).canonical)
        assert [row["as"]["name"] for row in by_party["records"]] == [NAMES[4]]
        by_record = json.loads(certificates.search_by_registration(conn, told.number("90-1")).canonical)
        assert ([row["pledge"] for row in by_record["acts"]], by_record["records"]) == (["3"], [])
        past = certificates.search_by_number(conn, told.asset("right 3"), at=_end(1))
        assert (past.block, json.loads(past.canonical)["burdens"][0]["live"]) == (START + 1, True)


def test_a_registration_is_certified_as_it_was_made_and_an_extract_as_it_stands(named: Database) -> None:
    with named.read() as conn:
        made = certificates.registration(conn, 3)
        assert (made.kind, made.subject, made.block) == (Kind.REGISTRATION, "pledge 3", START + 1)
        content = json.loads(made.canonical)
        assert (content["status"], content["number"], content["amount"]) == ("registered", "3-1", {"minor": "5000", "currency": "USD"})
        assert [(party["side"], party["name"]) for party in content["parties"]] == [("pledgors", "Pledgor"), ("holders", NAMES[2])]
        assert [row["title"] for row in content["assets"]] == ["Title of right 3"]
        assert [act["event"] for act in content["acts"]] == ["PledgeFiled", "PledgeRegistered"]
        assert content["acts"][1]["consents"][0]["mode"] == "attested"
        now = json.loads(certificates.extract(conn, 3).canonical)
        assert (now["status"], now["reason"], len(now["acts"])) == ("ended", "released", 3)
        assert json.loads(certificates.extract(conn, 3, time=MIDDLE - 1).canonical)["status"] == "registered"
        for nothing in (30, 99):
            with pytest.raises(NothingCertified):
                certificates.registration(conn, nothing)
        with pytest.raises(NothingCertified):
            certificates.extract(conn, 30)
        withheld = json.loads(certificates.registration(conn, 20).canonical)["parties"][0]
        assert withheld["name"] is None and withheld["commitment"].startswith("0x")


def test_each_act_has_a_statement_of_what_it_changed(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    story: list[list[Told]] = [
        told.recorded(1, 1, "1-1", EARLY, ["a", "b"]),
        told.terms_changed(1, "2-2", MIDDLE, 7_000, EARLY),
        told.holders_changed(1, "3-3", MIDDLE, ["New bank"], EARLY, ceiling=7_000),
        told.part_released(1, 1, "4-4", MIDDLE, {0: "a"}, EARLY),
        told.released(1, "5-5", LATE, EARLY),
    ]
    for each in story:
        chain.mine(each)
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        statements = [json.loads(certificates.verification(conn, 1, act).canonical) for act in certificates.issued_for(conn, 1)]
        changed = [{change["field"]: (change["before"], change["after"]) for change in each["changes"]} for each in statements]
        assert changed[0]["status"] == (None, "registered")
        assert changed[1]["amount"] == ({"minor": "5000", "currency": "USD"}, {"minor": "7000", "currency": "USD"})
        assert [[party["name"] for party in side] for side in changed[2]["holders"]] == [["Bank"], ["New bank"]]
        first, second = sorted([told.asset("a"), told.asset("b")])
        assert [len(side) for side in changed[3]["assets in force"]] == [2, 1] and first != second
        assert changed[4]["status"] == ("registered", "ended")
        last = certificates.verification(conn, 1)
        assert json.loads(last.canonical)["changes"] == statements[-1]["changes"]
        assert [each["height"]["block"] for each in statements] == [str(START + at) for at in range(5)]
        with pytest.raises(NothingCertified):
            certificates.verification(conn, 1, b"?" * 32)


def test_what_a_certificate_said_and_was_corrected_since_is_found(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.recorded(1, 1, "1-1", EARLY, ["a"]), told.recorded(2, 2, "2-2", EARLY, ["b"]))
    chain.mine(told.released(1, "3-3", MIDDLE, EARLY))
    act = sha256(b"3-3").digest()
    chain.mine([told.rectified(1, 1, "4-4", EARLY, effective=LATE, corrects=act)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        before = certificates.search_by_number(conn, told.asset("a"), at=_end(1))
        (found,) = certificates.corrections_since(conn, before)
        assert (found.pledge, found.corrects) == (1, act)
        assert certificates.corrections_since(conn, certificates.extract(conn, 1)) == []
        assert certificates.corrections_since(conn, certificates.search_by_number(conn, told.asset("b"), at=_end(0))) == []
        assert certificates.corrected_by(conn, act) == [found]


@pytest.mark.parametrize("wrong", [b"", b"{}", b'{"schema":"pledgebook/certificate/1"}', b"[]"])
def test_what_is_no_certificate_is_refused(wrong: bytes) -> None:
    with pytest.raises(CertificateError):
        read(wrong)


def test_a_certificate_in_other_bytes_is_refused(named: Database) -> None:
    with named.read() as conn:
        made = certificates.registration(conn, 1)
    with pytest.raises(CertificateError, match="canonical"):
        read(json.dumps(json.loads(made.canonical), indent=1).encode())


@pytest.mark.parametrize(
    ("event", "status", "life", "decision"), [("PledgeRefused", 8, "refused", "refuse"), ("PledgeReturned", 6, "returned", "return")]
)
def test_a_filing_that_is_over_has_papers_that_cite_its_failed_grounds(
    db: Database, mirror_of: MakeMirror, event: str, status: int, life: str, decision: str
) -> None:
    chain = Chain()
    chain.mine([told.register_set(3, "China office", 1 << 48), told.pledge_filed(1, b"f" * 32, 1, 3)])
    chain.mine([told.decided(event, 1, status, b"n" * 32, result=2)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        with pytest.raises(NothingCertified):
            certificates.extract(conn, 1, at=_end(0))
        extract, statement = certificates.extract(conn, 1).content, certificates.verification(conn, 1).content
    assert (extract["status"], extract["number"], extract["parties"], extract["amount"]) == (life, None, [], None)
    assert extract["filing"] == {"filer": "0x" + told.account("Office").hex(), "hash": "0x" + "66" * 32}
    officers = ["0x" + told.account("Officer").hex()]
    assert [(each["decision"], each["officers"]) for each in extract["decisions"]] == [(decision, officers)]
    for paper in (extract, statement):
        (ground,) = paper["grounds"]
        assert (ground["result"], ground["text"]) == ("fail", "the pledgor is not the registered owner")
        assert "461" in ground["source"] and ground["block"] == str(START + 1)
        assert paper["acts"][-1]["officers"] == officers
    assert {"field": "status", "before": "filed", "after": life} in statement["changes"]
