"""What other sets of real records may hold: odd names, odd citations, releases that the usual words don't say. Each a small register."""

from datetime import date

import pytest

from gateway.replay.citations import citations
from gateway.replay.conveyances import Nature, conveyance
from gateway.replay.faults import Fault, Origin
from gateway.replay.parties import party
from gateway.replay.pledge_acts import Grant, Note, Outcome, PartRelease, Release
from gateway.replay.read_conveyances import recordation
from gateway.replay.records import Recordation, Series
from gateway.replay.sources import plain
from tests.gateway.replay.folders import chain_record, record
from tests.gateway.replay.test_pledge_cases import LAKE_AGENT, RIVER_AGENT, only, placed
from tests.gateway.replay.test_pledge_plan import ABC, BANK, BROOK, CITES, grant, name, register, release

# ruff: noqa: E501  # a document's own words stay on one line


def read(**cells: object) -> Recordation | Fault:
    row = chain_record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK], ABC) | cells
    return recordation({plain(column): value for column, value in row.items()}, Origin("own", "own.jsonl", 1), Series.US_PATENT)


# --- Names ---


@pytest.mark.parametrize("written", ["-", ".", "", " ", "\u200b"])
def test_a_name_without_letter_or_digit_names_nobody(written: str) -> None:
    found = read(assignees=[{"name": written}])
    assert isinstance(found, Fault) and (found.field, found.rule) == ("assignees", "missing: each party has a name")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("BANK\x00OF\x1fRIVERS", "BANK OF RIVERS"),
        ("BANK\ud800OF RIVERS", "BANK OF RIVERS"),
        ("bank\u00a0of\u3000rivers", "BANK OF RIVERS"),
    ],
)
def test_characters_that_no_database_takes_are_blanks(written: str, read_as: str) -> None:
    for parties in ([{"name": written}], [written]):
        found = read(assignees=parties)
        assert isinstance(found, Recordation) and [each.name for each in found.assignees] == [read_as]


def test_no_name_has_an_empty_key() -> None:
    assert party(", THE").key


def test_full_width_brackets_hold_a_capacity_and_curly_quotes_are_quotes() -> None:
    assert party("BANK OF RIVERS\uff08AS AGENT\uff09") == party("BANK OF RIVERS (AS AGENT)")
    assert party("O\u2019BROOK\u2011CREEK INC").key == party("O'BROOK-CREEK INC").key


@pytest.mark.parametrize(
    "written", ["RIVER AG NEW YORK BRANCH", "RIVER AG, NEW YORK BRANCH", "RIVER AG STAMFORD BRANCH", "RIVER AG, GRAND CAYMAN BRANCH"]
)
def test_a_branch_is_its_whole_bank_with_or_without_a_comma(written: str) -> None:
    assert "RIVER AG" in party(written).keys


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("BANK OF RIVERS, N.A. (FORMERLY KNOWN AS THE BROOK BANK)", "BROOK BANK"),
        ("BANK OF RIVERS, N.A. (F/K/A BROOK BANK), AS AGENT", "BROOK BANK"),
        ("RIVERS INC., D/B/A BROOK TOOLS", "BROOK TOOLS"),
        ("RIVERS INC., DOING BUSINESS AS BROOK TOOLS", "BROOK TOOLS"),
        ("RIVERS INC. ALSO KNOWN AS BROOK TOOLS", "BROOK TOOLS"),
    ],
)
def test_a_former_or_other_name_is_no_capacity(written: str, other: str) -> None:
    found = party(written)
    assert found.keys == {party(written.partition("(")[0].partition(" D")[0].partition(" ALSO")[0].strip(" ,")).key, other}


@pytest.mark.parametrize("slip", ["ASSOCATION", "ASSOCIATON", "ASSOCIAITON"])
def test_slips_in_legal_forms_name_the_same_bank(slip: str) -> None:
    assert party(f"RIVER BANK, NATIONAL {slip}").key == party("RIVER BANK, N.A.").key
    assert party("RIVER CORPORTION").key == party("RIVER CORP.").key != party("RIVER COOPERATION").key


def test_liens_of_one_day_yield_whatever_the_branch_is_written_like() -> None:
    first = record("1000-1", "2020-02-01", "FIRST LIEN SECURITY AGREEMENT", [BROOK], ["RIVER AG STAMFORD BRANCH"], ABC)
    second = record("1000-2", "2020-02-01", "SECOND LIEN SECURITY AGREEMENT", [BROOK], ["RIVER AG, STAMFORD BRANCH"], ABC)
    assert register(first, second).pledges[name("1000-2")].yields_to == (name("1000-1"),)


# --- Numbers of rights ---


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"patNum": "D0456789"}, "RD456789"),
        ({"patNum": "RE035000"}, "RRE35000"),
        ({"patNum": "PP12345"}, "RPP12345"),
        ({"patentNumber": "07123456"}, "R7123456"),
        ({"registrationNumber": 608049}, "R608049"),
        ({"pctNum": "PCT/US01/12345"}, "PCTUS2001012345"),
        ({"pctNumber": "PCT/US2001/012345"}, "PCTUS2001012345"),
        ({"pctNum": "PCTGB8900123"}, "PCTGB1989000123"),
        ({"applNum": "60/123,456"}, "60123456"),
        ({"applNum": 9123456}, "09123456"),
        ({"applNum": "NULL", "patNum": "7123456"}, "R7123456"),
    ],
)
def test_one_right_has_one_key_however_its_number_is_filled_up(cells: dict[str, object], key: str) -> None:
    found = read(properties=[cells])
    assert isinstance(found, Recordation) and found.keys == {key}


# --- Citations and texts ---


@pytest.mark.parametrize(
    "written",
    ["REEL/FRAME 041504 0208", "REEL/FRAME 0041504/0208", "REEL: 041504 PAGE: 0208", "REEL 41504 FR 208", "REEL/FRAME NO. (0041504/0208)"],
)
def test_reel_and_frame_in_rarer_forms(written: str) -> None:
    assert [str(number) for number in citations(f"RELEASE OF SECURITY INTEREST AT {written}")] == ["41504-208"]


@pytest.mark.parametrize(
    "text",
    [
        "ABANDONMENT OF SECURITY INTEREST", "REMOVAL OF LIEN", "CANCELS SECURITY INTEREST", "SECURITY AGREEMENT CANCELLED", "SECURITY INTEREST EXPIRED",
        "LAPSE OF SECURITY INTEREST", "RETURN OF COLLATERAL ASSIGNMENT", "DISCLAIMER OF SECURITY INTEREST", "LIFTING OF LIEN", "SECURITY INTEREST HAS BEEN PAID",
        "RELEASEOF SECURITY INTEREST", "RELEASE OFSECURITY INTEREST", "LETTER RELEAING SECURITY INTEREST", "CANCELATON OF SECURITY INTEREST",
        "RECONVEYENCE OF COLLATERAL ASSIGNMENT",
    ],
)  # fmt: skip
def test_what_ends_a_security_is_never_read_as_one(text: str) -> None:
    assert conveyance(release("1-2", "2020-02-01", text)).nature is Nature.RELEASE


@pytest.mark.parametrize(
    ("text", "nature"),
    [
        ("NO SECURITY INTEREST", Nature.OTHER),
        ("STATEMENT OF NO LIENS", Nature.OTHER),
        ("A&R PATENT SECURITY AGREEMENT", Nature.AMENDMENT),
        ("CORRECT AN ERROR IN A COVER SHEET PREVIOUSLY RECORDED AT REEL 1000 FRAME 1 - SECURITY INTEREST", Nature.CORRECTION),
        ("REMOVAL OF PATENT FROM SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1", Nature.CORRECTION),
        ("SECURITY INTEREST IN ABANDONED APPLICATIONS", Nature.GRANT),
    ],
)
def test_what_only_looks_like_an_end_or_a_grant(text: str, nature: Nature) -> None:
    assert conveyance(record("1-2", "2020-02-01", text, [BROOK], [BANK])).nature is nature


# --- Times and sizes ---


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1583020800000", date(2020, 3, 1)),  # midnight of UTC
        (1583038800000, date(2020, 3, 1)),  # midnight in the east of the US
        ("-315619200000", date(1960, 1, 1)),
        ("20200301", date(2020, 3, 1)),
    ],
)
def test_milliseconds_since_1970_are_an_instant(written: object, day: date) -> None:
    found = read(recordedDate=written)
    assert isinstance(found, Recordation) and found.recorded == day


def test_an_instant_outside_the_calendar_is_a_fault() -> None:
    found = read(recordedDate="9999-12-31T23:59:59-05:00")
    assert isinstance(found, Fault) and found.field == "recorded" and "outside the calendar" in found.rule


def test_more_rights_than_a_list_may_have_are_set_aside() -> None:
    found = placed(grant(assets=[str(10_000_000 + number) for number in range(8193)]))["1000-1"]
    assert found.outcome is Outcome.SET_ASIDE and found.reason == "lists 8193 rights; one list of the register has 8192 at most"


# --- Which pledge, and how much of it ---


@pytest.mark.parametrize("verb", ["RELEASE", "TERMINATION"])
def test_a_release_whose_text_alone_names_a_right_ends_no_more_than_that(verb: str) -> None:
    text = f"{verb} OF SECURITY INTEREST IN APPLICATION NO. 15/294,349 RECORDED AT REEL 1000 FRAME 1"
    pledge = only(grant(assets=["15294349", "200"]), release("1001-1", "2021-02-01", text, []))
    assert pledge.live and pledge.live_assets.keys() == {"200"}


def test_a_release_that_names_a_right_of_an_unstated_pledge_keeps_the_number_and_the_pledge() -> None:
    ending = release("1001-1", "2021-02-01", "RELEASE OF PATENT NO. 7,123,456 FROM SECURITY INTEREST RECORDED AT REEL 1000 FRAME 1", [])
    (act,) = placed(grant(assets=[]), ending)["1001-1"].acts
    assert isinstance(act, PartRelease) and [item.key for item in act.unpledged] == ["R7123456"]


def test_numbers_that_are_no_rights_leave_a_release_whole() -> None:
    ending = release("1001-1", "2021-02-01", "RELEASE OF SECURITY INTEREST UNDER LOAN 1234567 RECORDED AT REEL 1000 FRAME 1", [])
    assert not only(grant(), ending).live


@pytest.mark.parametrize(
    ("text", "giver"),
    [("RELEASE OF SECOND LIEN SECURITY INTEREST", BANK), ("RELEASE BY SECURED PARTY", f"{BANK}, AS SECOND LIEN COLLATERAL AGENT")],
)
def test_an_uncited_release_that_names_its_lien_means_that_one(text: str, giver: str) -> None:
    liens = [
        record(f"1000-{n}", "2020-02-01", f"{which} LIEN SECURITY AGREEMENT", [BROOK], [BANK], ABC)
        for n, which in ((1, "FIRST"), (2, "SECOND"))
    ]
    (act,) = placed(*liens, release("1001-1", "2021-02-01", text, giver=giver))["1001-1"].acts
    assert isinstance(act, Release) and act.pledge == name("1000-2")
    assert placed(*liens, release("1001-1", "2021-02-01", "RELEASE OF THIRD LIEN"))["1001-1"].outcome is Outcome.SET_ASIDE


@pytest.mark.parametrize("text", ["TERMINATION OF SECURITY INTEREST", "FULL RELEASE OF SECURITY INTEREST"])
def test_that_all_ends_is_heard_from_a_release_that_cites_its_pledge(text: str) -> None:
    uncited = release("1001-1", "2021-02-01", text, ["100"])
    assert only(grant(), uncited).live_assets.keys() == set(ABC) - {"100"}
    assert not only(grant(), release("1001-1", "2021-02-01", f"{text} AT REEL 1000 FRAME 1", ["100"])).live


@pytest.mark.parametrize(
    ("giver", "taker", "assets", "reason"),
    [
        (BANK, BROOK, ABC, "its giver holds US-P 1000-1"),
        (BANK, BROOK, [], "its giver holds US-P 1000-1"),
        (BANK, "BANK OF SEAS PLC", ABC, "its giver holds US-P 1000-1"),
        (LAKE_AGENT, "CREEK LLC", ABC, "a lender's agent gives it to CREEK LLC"),
    ],
)
def test_a_security_that_a_lender_gives_may_be_a_misspelt_release_or_transfer(
    giver: str, taker: str, assets: list[str], reason: str
) -> None:
    found = placed(grant(), release("1001-1", "2021-02-01", "RELSEASSE OF SECURITY INTEREST", assets, giver, taker))["1001-1"]
    assert found.outcome is Outcome.SET_ASIDE and reason in found.reason


@pytest.mark.parametrize(("giver", "taker"), [(BANK, LAKE_AGENT), (BANK, BANK), (BROOK, BANK)])
def test_a_lender_may_pledge_what_is_its_own(giver: str, taker: str) -> None:
    found = placed(grant(), release("1001-1", "2021-02-01", "SECURITY INTEREST", ["900"], giver, taker))["1001-1"]
    assert isinstance(found.acts[0], Grant)


@pytest.mark.parametrize(
    ("text", "assets", "live"),
    [
        ("RELEASE OF SECURITY INTEREST", ["900", "901"], set(ABC)),
        ("RELEASE OF SECURITY INTEREST", ["900"], {*ABC, "901"}),
        ("TERMINATION OF SECURITY INTEREST", ["900"], set(ABC)),
        ("PARTIAL RELEASE OF SECURITY INTEREST", ["900"], {*ABC, "901"}),
        ("PARTIAL RELEASE OF SECURITY INTEREST", [], {*ABC, "900", "901"}),
        ("RELEASE OF SECURITY INTEREST", [], set(ABC)),
    ],
)
def test_a_release_of_a_supplement_alone_ends_what_it_lists_of_it(text: str, assets: list[str], live: set[str]) -> None:
    more = record("1000-5", "2020-05-01", "SUPPLEMENT TO SECURITY AGREEMENT AT REEL 1000 FRAME 1", [BROOK], [BANK], ["900", "901"])
    ending = release("1001-1", "2021-02-01", f"{text} AT REEL 1000 FRAME 5", assets)
    assert only(grant(), more, ending).live_assets.keys() == live


def test_by_inference_one_digit_may_be_wrong_and_no_more() -> None:
    one = release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", [*ABC[1:], "998"])
    two = release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", [*ABC[2:], "998", "999"])
    assert not only(grant(), one).live
    assert only(grant(), two).live_assets.keys() == set(ABC[:2])


def test_a_citation_that_leads_nowhere_ends_nothing_but_the_likely_pledge_is_named() -> None:
    found = placed(grant(), release("1001-1", "2021-02-01", CITES.replace("1000", "1009")))["1001-1"]
    assert found.outcome is Outcome.SET_ASIDE
    assert found.reason == "cites 1009-1: not in the file; US-P 1000-1 has its parties and exactly its assets"


def test_an_assignment_to_an_agent_that_is_corrected_to_a_security_is_one() -> None:
    assigned = record("1000-1", "2020-02-01", "ASSIGNMENT OF ASSIGNORS INTEREST", [BROOK], [RIVER_AGENT], ABC)
    words = "CORRECTIVE ASSIGNMENT TO CORRECT THE NATURE OF CONVEYANCE FROM ASSIGNMENT TO SECURITY INTEREST PREVIOUSLY RECORDED ON REEL 1000 FRAME 1. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST."
    corrected = record("1000-5", "2020-03-01", words, [BROOK], [RIVER_AGENT], ABC)
    found = placed(assigned, corrected)
    assert found["1000-1"].outcome is Outcome.SET_ASIDE
    assert [type(act) for act in found["1000-5"].acts] == [Grant, Note]
    assert not only(assigned, corrected, release("1001-1", "2021-02-01", CITES)).live
    assert only(assigned, corrected, release("1001-1", "2021-02-01", CITES, giver=LAKE_AGENT)).live
