"""Cases that the real half doesn't show: what a recordation lawyer would do with each, on small registers of our own."""

import random
from datetime import date

import pytest

from gateway.replay.pledge_acts import Basis, Flag, Grant, Note, Outcome, PartRelease, PartyChange, Placement, Release, Supplement
from gateway.replay.pledge_plan import plan
from gateway.replay.records import Recordation, Series
from gateway.replay.register_model import Pledge, Register, run
from ledger.domain.pledge_words import NoteKind
from tests.gateway.replay.folders import record
from tests.gateway.replay.test_pledge_plan import ABC, BANK, BROOK, CITES, OTHER_BANK, TODAY, grant, name, register, release

# ruff: noqa: E501  # a document's own words stay on one line

CREEK, SEAS = "CREEK LLC", "BANK OF SEAS PLC"
RIVER_AGENT, LAKE_AGENT = f"{BANK}, AS COLLATERAL AGENT", f"{OTHER_BANK}, AS COLLATERAL AGENT"


def placed(*records: Recordation) -> dict[str, Placement]:
    return {str(placement.record.number): placement for placement in plan(records, TODAY)}


def only(*records: Recordation) -> Pledge:
    (pledge,) = register(*records).pledges.values()
    return pledge


def correction(text: str, *assignors: str, giver: str = BANK, assets: list[str] | None = None, cites: str = "1000 FRAME 1") -> Recordation:
    words = f"CORRECTIVE ASSIGNMENT TO CORRECT THE {text.format(f'PREVIOUSLY RECORDED ON REEL {cites}')}"
    return record("1005-1", "2022-02-01", words, list(assignors) or [BROOK], [giver], ABC if assets is None else assets)


# --- Releases ---


def test_a_part_release_that_says_no_part_is_a_remark() -> None:
    records = grant(), release("1001-1", "2021-02-01", "PARTIAL " + CITES, [])
    (act,) = placed(*records)["1001-1"].acts
    assert isinstance(act, Note) and act.text.endswith("releases a part without saying which")
    assert only(*records).live_assets.keys() == set(ABC)


def test_one_of_two_lenders_releases_for_itself_only() -> None:
    shared = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK, OTHER_BANK], ABC)
    one, both = (
        release("1001-1", "2021-02-01", CITES),
        record("1002-1", "2021-03-01", CITES, [BANK, OTHER_BANK], [BROOK], ABC),
    )
    (act,) = placed(shared, one)["1001-1"].acts
    assert isinstance(act, Note) and act.text.endswith(f"released by {BANK}; it stays for {OTHER_BANK}")
    assert only(shared, one).live
    assert not only(shared, one, both).live


def test_two_capacities_of_one_lender_are_one_lender() -> None:
    twice = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [RIVER_AGENT, f"{BANK}, AS ADMINISTRATIVE AGENT"], ABC)
    assert not only(twice, release("1001-1", "2021-02-01", CITES)).live


def test_of_several_citations_the_one_of_another_lender_is_a_difference_and_ends_nothing() -> None:
    theirs = record("1000-2", "2020-02-01", "SECURITY INTEREST", [BROOK], [OTHER_BANK], ABC)
    both = release("1001-1", "2021-02-01", "RELEASE OF SECURITY INTERESTS AT REEL/FRAME 1000/0001 AND 1000/0002")
    acts = placed(grant(), theirs, both)["1001-1"].acts
    assert [type(act) for act in acts] == [Release, Note]
    assert (
        isinstance(acts[1], Note) and acts[1].remark is NoteKind.DISCREPANCY and "US-P 1000-2 too, held by another lender" in acts[1].text
    )
    assert [pledge.ref for pledge in register(grant(), theirs, both).live()] == [name("1000-2")]


@pytest.mark.parametrize(
    ("giver", "taker", "ends"),
    [
        (f"{OTHER_BANK}, AS SUCCESSOR COLLATERAL AGENT", BROOK, True),  # the succession itself was never recorded
        (f"{OTHER_BANK}, SUCCESSOR BY MERGER TO {BANK}", "SOMEBODY LLC", True),
        (f"{OTHER_BANK}, AS SUCCESSOR COLLATERAL AGENT", CREEK, False),
        (LAKE_AGENT, BROOK, False),
    ],
)
def test_a_successor_releases_what_it_cites_for_the_debtor(giver: str, taker: str, ends: bool) -> None:
    ending = release("1001-1", "2021-02-01", CITES, giver=giver, taker=taker)
    assert only(grant(), ending).live is not ends
    if ends and taker == BROOK:
        assert any("as successor of" in act.text for act in placed(grant(), ending)["1001-1"].acts if isinstance(act, Note))


def test_a_lender_whose_name_changed_in_the_file_releases() -> None:
    renamed = record("1000-5", "2020-06-01", "CHANGE OF NAME", [BANK], [SEAS])
    assert not only(grant(), renamed, release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", giver=SEAS)).live


def test_the_new_owner_of_the_rights_may_receive_the_release() -> None:
    sold = record("1000-5", "2020-06-01", "ASSIGNMENT OF ASSIGNORS INTEREST", [BROOK], [CREEK], ABC)
    ending = release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", taker=CREEK)
    (act,) = placed(grant(), sold, ending)["1001-1"].acts
    assert isinstance(act, Release) and act.basis is Basis.INFERRED
    assert placed(grant(), ending)["1001-1"].outcome is Outcome.SET_ASIDE
    less = release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", assets=["100"], taker=CREEK)
    assert placed(grant(), sold, less)["1001-1"].outcome is Outcome.SET_ASIDE


def test_a_security_that_is_assigned_to_its_own_debtor_ends() -> None:
    back = release("1001-1", "2021-02-01", "ASSIGNMENT OF SECURITY INTEREST AT REEL/FRAME 1000/1")
    assert [type(act) for act in placed(grant(), back)["1001-1"].acts] == [Release, Note]


def test_a_release_of_an_unstated_supplement_leaves_the_pledge() -> None:
    supplement = record("1001-1", "2021-02-01", "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1", [BROOK], [BANK], [])
    ending = release("1002-1", "2022-02-01", "RELEASE OF SECURITY INTEREST RECORDED AT REEL 1001 FRAME 1", [])
    (act,) = placed(grant(assets=[]), supplement, ending)["1002-1"].acts
    assert isinstance(act, Note) and act.text.endswith("releases a supplement that states no assets")
    assert only(grant(assets=[]), supplement, ending).live


def second(assets: list[str], giver: str = BANK) -> Recordation:
    """A later security of the same lender on rights of its own, by an agreement of its own."""
    return record("1000-7", "2020-08-01", "PATENT SECURITY AGREEMENT", [BROOK], [giver], assets)


def test_an_uncited_release_of_two_securities_rights_ends_both() -> None:
    ending = release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", [*ABC, "200", "201"])
    acts = placed(grant(), second(["200", "201"]), ending)["1001-1"].acts
    assert [(type(act), act.pledge) for act in acts] == [(Release, name("1000-1")), (Release, name("1000-7"))]
    assert all(isinstance(act, Release) and act.basis is Basis.INFERRED and not act.unlisted and not act.unpledged for act in acts)


def test_an_uncited_release_of_a_part_of_one_of_two_securities_ends_that_part() -> None:
    records = grant(), second(["200", "201"]), release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", [*ABC, "200"])
    assert [type(act) for act in placed(*records)["1001-1"].acts] == [Release, PartRelease]
    (left,) = register(*records).live()
    assert (left.ref, set(left.live_assets)) == (name("1000-7"), {"201"})


@pytest.mark.parametrize(
    ("text", "theirs", "listed"),
    [
        ("TERMINATION OF SECURITY INTEREST", ["200", "201"], [*ABC, "200"]),  # all of what, if not of all that is listed?
        ("RELEASE BY SECURED PARTY", ["100", "201"], [*ABC, "201", "202"]),  # a right under both
    ],
)
def test_an_uncited_release_that_may_mean_one_or_both_is_set_aside(text: str, theirs: list[str], listed: list[str]) -> None:
    found = placed(grant(), second(theirs), release("1001-1", "2021-02-01", text, listed))["1001-1"]
    assert (found.outcome, found.reason) == (Outcome.SET_ASIDE, "release without citation; it may mean US-P 1000-1, US-P 1000-7")


def test_one_wrong_digit_in_the_release_of_two_liens_on_the_same_rights_ends_both() -> None:
    both = "RELEASE OF FIRST AND SECOND LIEN SECURITY INTERESTS AT REEL/FRAME 1000/0001 AND 1000/0007"
    acts = placed(grant(), second(ABC), release("1001-1", "2021-02-01", both, [*ABC[:-1], "999"]))["1001-1"].acts
    assert [type(act) for act in acts] == [Release, Release]
    assert [len(act.unpledged) for act in acts if isinstance(act, Release)] == [1, 0]


def test_one_wrong_digit_stands_with_the_security_that_lacks_a_right() -> None:
    both = "RELEASE OF SECURITY INTERESTS AT REEL/FRAME 1000/0001 AND 1000/0007"
    acts = placed(grant(), second(["200", "201"]), release("1001-1", "2021-02-01", both, [*ABC, "200", "999"]))["1001-1"].acts
    assert [(type(act), len(act.unlisted), len(act.unpledged)) for act in acts if isinstance(act, Release)] == [
        (Release, 0, 0),
        (Release, 1, 1),
    ]


def test_a_courts_release_is_ordered() -> None:
    text = "BANKRUPTCY COURT ORDER RELEASING ALL LIENS INCLUDING THE SECURITY INTEREST RECORDED AT REEL/FRAME 1000/0001"
    (act,) = placed(grant(), release("1001-1", "2021-02-01", text))["1001-1"].acts
    assert isinstance(act, Release) and act.ordered


def test_a_sale_by_order_that_cites_a_pledge_is_remarked_and_ends_nothing() -> None:
    text = "BANKRUPTCY COURT ORDER AUTHORIZING SALE FREE AND CLEAR OF LIENS (REEL/FRAME 1000/0001)"
    sale = record("1001-1", "2021-02-01", text, [BROOK], [CREEK], ABC)
    (act,) = placed(grant(), sale)["1001-1"].acts
    assert isinstance(act, Note) and only(grant(), sale).live


def test_an_uncited_release_of_a_licence_is_none() -> None:
    found = placed(grant(), release("1001-1", "2021-02-01", "TERMINATION OF LICENSE AGREEMENT"))["1001-1"]
    assert found.outcome is Outcome.WITHOUT_EFFECT


# --- Transfers ---


@pytest.mark.parametrize("more", [[], ["300"]])
def test_an_uncited_transfer_of_two_securities_rights_passes_both(more: list[str]) -> None:
    passing = record("1001-1", "2021-02-01", "ASSIGNMENT OF SECURITY INTEREST", [BANK], [OTHER_BANK], [*ABC, "200", "201", *more])
    records = grant(), second(["200", "201"]), passing
    changes = [act for act in placed(*records)["1001-1"].acts if isinstance(act, PartyChange)]
    assert [(act.pledge, act.transfer, act.basis) for act in changes] == [
        (name("1000-1"), True, Basis.INFERRED),
        (name("1000-7"), True, Basis.INFERRED),
    ]
    remarks = [act.text for act in placed(*records)["1001-1"].acts if isinstance(act, Note)]
    assert [text.endswith("its list lacks 0 of the assets and has 1 others") for text in remarks] == [True] * len(more)


def test_an_uncited_transfer_that_lacks_a_right_is_set_aside() -> None:
    passing = record("1001-1", "2021-02-01", "ASSIGNMENT OF SECURITY INTEREST", [BANK], [OTHER_BANK], ABC[:-1])
    found = placed(grant(), passing)["1001-1"]
    assert (found.outcome, found.reason.partition("; ")[2]) == (
        Outcome.SET_ASIDE,
        "it lists the whole assets of no live pledge of its assignor",
    )


def test_an_uncited_transfer_of_rights_under_two_liens_is_set_aside() -> None:
    passing = record("1001-1", "2021-02-01", "ASSIGNMENT OF SECURITY INTEREST", [BANK], [OTHER_BANK], [*ABC, "200"])
    found = placed(grant(), second(ABC), passing)["1001-1"]
    assert (found.outcome, found.reason.partition("; ")[2]) == (Outcome.SET_ASIDE, "it may mean US-P 1000-1, US-P 1000-7")


def test_an_agent_that_hands_on_under_the_name_of_a_security_agreement_transfers() -> None:
    ours = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [RIVER_AGENT], ABC)
    handed = record("1001-1", "2021-02-01", "SECURITY AGREEMENT", [RIVER_AGENT], [LAKE_AGENT], ABC)
    (act,) = placed(ours, handed)["1001-1"].acts
    assert isinstance(act, PartyChange) and act.transfer and act.basis is Basis.INFERRED
    assert [party.name for party in only(ours, handed).holders] == [OTHER_BANK]


def test_the_next_agent_releases_after_the_change_and_the_first_one_no_more() -> None:
    change = record("1001-1", "2021-02-01", "NOTICE OF SUCCESSION OF AGENCY (REEL 1000 / FRAME 0001)", [BANK], [LAKE_AGENT])
    assert not only(grant(), change, release("1002-1", "2022-02-01", "RELEASE BY SECURED PARTY", giver=OTHER_BANK)).live
    assert only(grant(), change, release("1002-1", "2022-02-01", "RELEASE BY SECURED PARTY")).live


def test_a_transfer_recorded_before_its_security_is_placed_after_it() -> None:
    transfer = record("1001-1", "2020-01-02", "ASSIGNMENT OF SECURITY INTEREST AT REEL/FRAME 1000/1", [BANK], [OTHER_BANK])
    assert [party.name for party in only(grant(), transfer).holders] == [OTHER_BANK]


# --- Supplements and amendments ---


def test_an_amendment_of_terms_adds_nothing_and_brings_nobody_in() -> None:
    text = "AMENDMENT TO SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1 TO CHANGE THE TERMS"
    amendment = record("1001-1", "2021-02-01", text, [CREEK], [BANK])
    (act,) = placed(grant(), amendment)["1001-1"].acts
    assert isinstance(act, Note) and "amendment of US-P 1000-1 (cited)" in act.text


def test_a_restatement_of_a_cited_agreement_adds_its_new_assets() -> None:
    text = "AMENDED AND RESTATED SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1"
    pledge = only(grant(), record("1001-1", "2021-02-01", text, [BROOK], [BANK], [*ABC, "103"]))
    assert [set(segment.assets) for segment in pledge.segments] == [set(ABC), {"103"}]


def test_a_former_name_is_no_new_debtor() -> None:
    text = "SUPPLEMENT NO. 1 TO SECURITY AGREEMENT"
    pledge = only(grant(), record("1001-1", "2021-02-01", text, [f"CREEK LLC (F/K/A {BROOK})"], [BANK], ["103"]))
    assert [party.name for party in pledge.pledgors] == [BROOK]
    assert len(pledge.segments) == 2


def test_a_supplement_of_an_ended_agreement_is_a_pledge_of_its_own_that_says_so() -> None:
    supplement = record("1002-1", "2022-02-01", "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1", [BROOK], [BANK], ["103"])
    records = grant(), release("1001-1", "2021-02-01", CITES), supplement
    made, note = placed(*records)["1002-1"].acts
    assert isinstance(made, Grant) and Flag.PARENT_UNKNOWN in made.flags
    assert isinstance(note, Note) and "US-P 1000-1, ended before or of another lender" in note.text


# --- Corrections ---


def test_a_correction_from_assignment_to_security_makes_the_pledge_from_its_own_date() -> None:
    plain = record("1000-1", "2020-02-01", "ASSIGNMENT OF ASSIGNORS INTEREST", [BROOK], [BANK], ABC)
    fixed = correction("NATURE OF CONVEYANCE FROM ASSIGNMENT TO SECURITY INTEREST {}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST.")
    made, note = placed(plain, fixed)["1005-1"].acts
    assert isinstance(made, Grant) and made.flags == frozenset()
    assert isinstance(note, Note) and note.remark is NoteKind.CORRECTION
    assert not only(plain, fixed, release("1006-1", "2023-02-01", CITES)).live, "a release that cites the first recording means it"


def test_a_correction_from_security_to_assignment_is_noted_and_ends_nothing() -> None:
    fixed = correction("NATURE OF CONVEYANCE FROM SECURITY INTEREST TO ASSIGNMENT {}. ASSIGNOR(S) HEREBY CONFIRMS THE ASSIGNMENT.")
    (act,) = placed(grant(), fixed)["1005-1"].acts
    assert isinstance(act, Note) and only(grant(), fixed).live


def test_a_correction_from_assignment_to_release_releases_what_its_parties_and_assets_mean() -> None:
    plain = record("1001-1", "2021-02-01", "ASSIGNMENT OF ASSIGNORS INTEREST", [BANK], [BROOK], ABC)
    words = "CORRECTIVE ASSIGNMENT TO CORRECT THE NATURE OF CONVEYANCE FROM ASSIGNMENT TO RELEASE OF SECURITY INTEREST PREVIOUSLY RECORDED ON REEL 1001 FRAME 1."
    fixed = record("1005-1", "2022-02-01", words, [BANK], [BROOK], ABC)
    (act,) = placed(grant(), plain, fixed)["1005-1"].acts
    assert isinstance(act, Release) and act.basis is Basis.INFERRED


def test_a_correction_with_the_omitted_right_pledges_it_from_then_on() -> None:
    fixed = correction("OMITTED PATENT {}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST.", assets=[*ABC, "103"])
    pledge = only(grant(), fixed)
    assert [(segment.record.recorded, set(segment.assets)) for segment in pledge.segments] == [
        (date(2020, 2, 1), set(ABC)),
        (date(2022, 2, 1), {"103"}),
    ]


def test_a_correction_lists_what_it_takes_out_and_pledges_none_of_it() -> None:
    text = "REMOVE APPLICATION NO. 15294349 {}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST."
    pledge = only(grant(), correction(text, assets=[*ABC, "15294349"]))
    assert [type(note) for note in pledge.notes] == [Note] and pledge.notes[0].assets == ("15294349",)
    assert len(pledge.segments) == 1 and pledge.live_assets.keys() == set(ABC)


def test_a_lender_corrects_its_own_release_and_the_rest_ends() -> None:
    part = release("1001-1", "2021-02-01", CITES, ["100"])
    words = "CORRECTIVE ASSIGNMENT TO CORRECT THE OMITTED PATENTS PREVIOUSLY RECORDED ON REEL 1001 FRAME 1. ASSIGNOR(S) HEREBY CONFIRMS THE RELEASE OF SECURITY INTEREST."
    fixed = record("1005-1", "2022-02-01", words, [BANK], [BROOK], ABC)
    assert [type(act) for act in placed(grant(), part, fixed)["1005-1"].acts] == [Release, Note]
    debtors_word = record("1005-1", "2022-02-01", words, [BROOK], [BANK], ABC)
    assert only(grant(), part, debtors_word).live_assets.keys() == {"101", "102"}


def test_an_omitted_debtor_joins_and_a_misspelt_one_is_replaced() -> None:
    omitted = correction("OMITTED ASSIGNOR {}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST.", CREEK)
    assert [party.name for party in only(grant(), omitted).pledgors] == [BROOK, CREEK]
    misspelt = correction("ASSIGNOR'S NAME {}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST.", "BROOKE LLC")
    assert [party.name for party in only(grant(), misspelt).pledgors] == ["BROOKE LLC"]


@pytest.mark.parametrize("what", ["EXECUTION DATE OF THE ASSIGNOR", "ADDRESS OF THE ASSIGNEE", "SIGNATURE OF THE ASSIGNOR"])
def test_a_correction_of_anything_but_the_name_changes_no_party(what: str) -> None:
    fixed = correction(f"{what} {{}}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST.", CREEK, giver=f"{BANK}, AS AGENT")
    assert [type(act) for act in placed(grant(), fixed)["1005-1"].acts] == [Note]


def test_a_supplement_is_matched_with_the_lien_as_corrected() -> None:
    mislabelled = grant(text="ABL PATENT SECURITY AGREEMENT")
    fixed = correction(
        "NATURE OF CONVEYANCE TO TERM LOAN PATENT SECURITY AGREEMENT {}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY AGREEMENT."
    )
    supplement = record("1006-1", "2023-02-01", "SUPPLEMENT TO TERM LOAN PATENT SECURITY AGREEMENT", [BROOK], [BANK], ["103"])
    acts = placed(mislabelled, fixed, supplement)["1006-1"].acts
    assert isinstance(acts[0], Supplement) and acts[0].pledge == name("1000-1")
    assert isinstance(placed(mislabelled, supplement)["1006-1"].acts[0], Grant)


def test_a_removal_whose_security_is_missing_makes_none() -> None:
    text = "RECORD TO REMOVE PATENT NUMBER 5785863 FROM A SECURITY AGREEMENT PREVIOUSLY RECORDED ON REEL 900 FRAME 1."
    assert placed(record("1001-1", "2021-02-01", text, [BROOK], [BANK]))["1001-1"].outcome is Outcome.SET_ASIDE


# --- Other documents ---


def test_an_assignment_to_a_lenders_agent_is_for_a_person_to_look_at() -> None:
    found = placed(record("1-1", "2020-02-01", "ASSIGNMENT OF ASSIGNORS INTEREST", [BROOK], [RIVER_AGENT], ABC))["1-1"]
    assert found.outcome is Outcome.SET_ASIDE and "a lender's agent receives" in found.reason
    merger = placed(record("1-1", "2020-02-01", "MERGER", [RIVER_AGENT], [LAKE_AGENT]))["1-1"]
    assert merger.outcome is Outcome.WITHOUT_EFFECT


def test_a_code_that_contradicts_the_text_is_for_a_person_to_look_at() -> None:
    found = placed(record("1-1", "2020-02-01", "ASSIGNMENT", [BROOK], [BANK], ABC, conveyanceCode=27))["1-1"]
    assert found.outcome is Outcome.SET_ASIDE and "code 27" in found.reason


def test_an_undated_correction_of_an_assignment_is_without_effect_and_of_a_security_set_aside() -> None:
    plain = record(
        "5-1",
        "2020-02-01",
        "TO CORRECT A NUMBER IN A PREVIOUSLY RECORDED ASSIGNMENT RECORDED ON REEL 4 FRAME 1",
        [BROOK],
        [BANK],
        recordedDate=None,
    )
    secured = record(
        "6-1", "2020-02-01", "CORRECTION OF SECURITY INTEREST RECORDED ON REEL 1000 FRAME 1", [BROOK], [BANK], recordedDate=None
    )
    found = placed(grant(), plain, secured)
    assert (found["5-1"].outcome, found["6-1"].outcome) == (Outcome.WITHOUT_EFFECT, Outcome.SET_ASIDE)


# --- Rights ---


def test_one_right_is_one_whatever_number_a_record_gives() -> None:
    both = [{"applNum": "15294349", "patNum": "10232332"}, {"applNum": "15356436"}]
    later = [{"patNum": "10232332"}, {"applNum": "15356436"}]
    security = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK], properties=both, propertyCount=2)
    ending = record("1001-1", "2021-02-01", CITES, [BANK], [BROOK], properties=later, propertyCount=2)
    (act,) = placed(security, ending)["1001-1"].acts
    assert isinstance(act, Release) and (act.unlisted, act.unpledged) == ((), ())


def test_a_number_that_stands_with_two_applications_identifies_neither() -> None:
    twice = [{"applNum": "15294349", "patNum": "10232332"}, {"applNum": "15356436", "patNum": "10232332"}]
    security = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK], properties=twice, propertyCount=2)
    alone = record("1000-2", "2020-02-02", "SECURITY INTEREST", [BROOK], [OTHER_BANK], properties=[{"patNum": "10232332"}], propertyCount=1)
    assert register(security, alone).pledges[name("1000-2")].live_assets.keys() == {"R10232332"}


def test_marks_and_patents_of_one_number_stay_apart() -> None:
    patent = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK], properties=[{"applNum": "15294349", "patNum": "608049"}])
    mark = record(
        "1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK], properties=[{"registrationNumber": 608049}], series=Series.US_MARK
    )
    assert register(patent, mark).pledges[name("1000-1", "US-T")].live_assets.keys() == {"R608049"}


# --- Order ---


def test_the_plan_does_not_depend_on_the_order_of_reading() -> None:
    supplement = record("1004-1", "2021-01-01", "SUPPLEMENT NO. 1 TO FIRST LIEN SECURITY AGREEMENT", [BROOK, CREEK], [BANK], ["103"])
    records = [
        grant(text="FIRST LIEN SECURITY AGREEMENT"),
        grant("1000-2", text="SECOND LIEN SECURITY AGREEMENT"),
        grant("1000-2", text="THIRD LIEN SECURITY AGREEMENT"),  # one number, two contents
        supplement,
        release("1001-1", "2020-01-01", CITES),
        correction("ASSIGNOR'S NAME {}. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST.", "BROOKE LLC"),
        record("1-1", "2020-02-01", "MERGER", [BROOK], [CREEK]),
        grant("7-7", recordedDate=None),
    ]
    first = plan(records, TODAY)
    shuffler = random.Random(4)
    for _ in range(50):
        shuffler.shuffle(records)
        assert plan(records, TODAY) == first


def test_a_circle_of_citations_is_broken_at_its_lowest() -> None:
    one = record("1000-1", "2020-02-01", "SECURITY INTEREST (REEL 1000 FRAME 2)", [BROOK], [BANK], ABC)
    two = record("1000-2", "2020-02-01", "SECURITY INTEREST (REEL 1000 FRAME 1)", [BROOK], [BANK], ["200"])
    assert [str(placement.record.number) for placement in plan([two, one], TODAY)] == ["1000-1", "1000-2"]
    assert len(Register().pledges) == 0 and len(run(plan([two, one], TODAY)).pledges) == 2
    assert [type(act) for act in placed(one)["1000-1"].acts] == [Grant]
    assert isinstance(placed(grant(), release("1001-1", "2021-02-01", CITES, ["100"]))["1001-1"].acts[0], PartRelease)
