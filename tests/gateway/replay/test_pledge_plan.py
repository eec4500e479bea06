from datetime import date

import pytest

from gateway.replay.conveyances import Nature
from gateway.replay.pledge_acts import (
    Basis,
    Flag,
    Grant,
    Note,
    Outcome,
    PartRelease,
    PartyChange,
    Placement,
    Ref,
    Release,
    Supplement,
    ref,
)
from gateway.replay.pledge_order import ordered
from gateway.replay.pledge_plan import plan
from gateway.replay.records import Number, Recordation, Series
from gateway.replay.register_model import Register, run
from ledger.domain.pledge_words import NoteKind
from tests.gateway.replay.folders import record

TODAY = date(2026, 1, 1)
BROOK, BANK, OTHER_BANK = "BROOK LLC", "BANK OF RIVERS PLC", "BANK OF LAKES, N.A."
ABC = ["100", "101", "102"]


def placed(*records: Recordation) -> dict[str, Placement]:
    return {str(placement.record.number): placement for placement in plan(records, TODAY)}


def register(*records: Recordation) -> Register:
    return run(plan(records, TODAY))


def name(number: str, series: str = "US-P") -> Ref:
    reel, frame = number.split("-")
    return Ref(series, Number(int(reel), int(frame)))


def grant(
    number: str = "1000-1", recorded: str = "2020-02-01", text: str = "SECURITY INTEREST", assets: list[str] | None = ABC, **more: object
) -> Recordation:
    return record(number, recorded, text, [BROOK], [BANK], assets, **more)  # type: ignore[arg-type]


def release(number: str, recorded: str, text: str, assets: list[str] | None = ABC, giver: str = BANK, taker: str = BROOK) -> Recordation:
    return record(number, recorded, text, [giver], [taker], assets)


CITES = "RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. 1000/1"


def test_a_grant_is_a_pledge_of_its_assets_from_its_recorded_date() -> None:
    (placement,) = plan([grant()], TODAY)
    assert placement.outcome is Outcome.ACTING
    assert placement.effective == date(2020, 2, 1)
    assert placement.acts == (Grant(name("1000-1"), grant(), frozenset(), frozenset()),)
    assert register(grant()).encumbered() == set(ABC)


def test_unknown_and_incomplete_lists_are_flagged() -> None:
    unknown, incomplete = grant(assets=[]), grant("1000-2", propertyCount=9)
    found = register(unknown, incomplete).pledges
    assert found[name("1000-1")].flags == {Flag.ASSETS_NOT_STATED}
    assert found[name("1000-2")].flags == {Flag.ASSETS_INCOMPLETE}


def test_a_cited_release_of_everything_ends_the_pledge() -> None:
    found = placed(grant(), release("1001-1", "2021-02-01", CITES))
    (act,) = found["1001-1"].acts
    assert isinstance(act, Release) and (act.basis, act.unlisted, act.unpledged) == (Basis.CITED, (), ())
    assert register(grant(), release("1001-1", "2021-02-01", CITES)).live() == []


@pytest.mark.parametrize(
    ("text", "listed", "whole", "left"),
    [
        (CITES, ["100", "101", "999"], True, set()),  # one wrong digit
        (CITES, ["100", "101", "102", "999"], True, set()),  # one too many
        (CITES, ["100"], False, {"101", "102"}),  # less, and nothing says that it is all
        (CITES, ["100", "999"], False, {"101", "102"}),
        ("TERMINATION AND " + CITES, ["100"], True, set()),
        ("PARTIAL " + CITES, ["100", "999"], False, {"101", "102"}),
        ("PARTIAL " + CITES, ABC, True, set()),  # nothing is left
        (CITES, [], True, set()),
    ],
)
def test_text_and_list_decide_whether_a_release_ends_all(text: str, listed: list[str], whole: bool, left: set[str]) -> None:
    records = grant(), release("1001-1", "2021-02-01", text, listed)
    (act,) = placed(*records)["1001-1"].acts
    assert isinstance(act, Release if whole else PartRelease)
    assert register(*records).encumbered() == left


def test_a_discrepancy_is_kept_on_each_asset_concerned() -> None:
    pledge = register(grant(), release("1001-1", "2021-02-01", CITES, ["100", "101", "999"])).pledges[name("1000-1")]
    assert not pledge.live
    assert pledge.discrepancies == ("102", "999")


def test_the_rest_of_a_part_release_ends_with_the_rest() -> None:
    part, rest = release("1001-1", "2021-02-01", "PARTIAL " + CITES, ["100"]), release("1002-1", "2022-02-01", CITES, ["101", "102"])
    assert register(grant(), part).encumbered() == {"101", "102"}
    assert register(grant(), part, rest).live() == []


def test_a_release_names_its_pledge_by_parties_and_assets_if_it_cites_none() -> None:
    other = record("1000-9", "2020-03-01", "SECURITY INTEREST", [BROOK], [BANK], ["200"])
    (act,) = placed(grant(), other, release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY", giver=f"{BANK}, AS COLLATERAL AGENT"))[
        "1001-1"
    ].acts
    assert isinstance(act, Release) and (act.pledge, act.basis) == (name("1000-1"), Basis.INFERRED)


def test_parties_alone_never_end_a_pledge() -> None:
    found = placed(grant(), release("1001-1", "2021-02-01", "RELEASE OF SECURITY INTEREST", assets=[]))
    assert found["1001-1"].outcome is Outcome.SET_ASIDE
    assert "US-P 1000-1 has its parties, but no list of assets says that it is meant" in found["1001-1"].reason


def test_two_pledges_that_a_release_may_mean_are_both_left_live() -> None:
    records = (
        grant(),
        grant("1000-2", text="SECOND LIEN SECURITY AGREEMENT", executed="2020-01-03"),
        release("1001-1", "2021-02-01", "RELEASE"),
    )
    found = placed(*records)["1001-1"]
    assert found.outcome is Outcome.SET_ASIDE and "it may mean US-P 1000-1, US-P 1000-2" in found.reason
    assert len(register(*records).live()) == 2


def test_a_citation_of_another_lenders_pledge_is_a_wrong_digit_and_ends_nothing() -> None:
    theirs = record("1000-2", "2020-02-01", "SECURITY INTEREST", [BROOK], [OTHER_BANK], ABC)
    records = grant(), theirs, release("1001-1", "2021-02-01", "RELEASE OF SECURITY INTEREST AT REEL/FRAME 1000/2")
    found = placed(*records)["1001-1"]
    assert found.outcome is Outcome.SET_ASIDE and "held by BANK OF LAKES, N.A." in found.reason
    assert len(register(*records).live()) == 2


def test_a_typing_error_in_the_lenders_name_is_covered_by_the_citation_only() -> None:
    misspelt = "BANK OF RIVRES PLC"
    assert placed(grant(), release("1001-1", "2021-02-01", CITES, giver=misspelt))["1001-1"].acts
    assert not placed(grant(), release("1001-1", "2021-02-01", "RELEASE", giver=misspelt))["1001-1"].acts


def test_a_merged_lender_may_release() -> None:
    merger = record("1000-5", "2020-06-01", "MERGER", [BANK], ["BANK OF SEAS PLC"])
    assert register(grant(), merger, release("1001-1", "2021-02-01", CITES, giver="BANK OF SEAS PLC")).live() == []
    assert len(register(grant(), release("1001-1", "2021-02-01", CITES, giver="BANK OF SEAS PLC")).live()) == 1


def test_a_release_where_nobody_is_a_lender_is_set_aside() -> None:
    found = placed(record("47966-839", "2018-11-01", "RELEASE OF SECURITY INTEREST", ["BROOK INC."], ["BROOK LLC"], ["1"]))["47966-839"]
    assert found.outcome is Outcome.SET_ASIDE
    assert "no pledge in the file is held by its assignor" in found.reason


def test_a_second_release_has_no_effect() -> None:
    found = placed(grant(), release("1001-1", "2021-02-01", CITES), release("1001-2", "2021-03-01", CITES))
    assert found["1001-2"].outcome is Outcome.WITHOUT_EFFECT
    assert "US-P 1000-1 had ended before" in found["1001-2"].reason


def test_one_document_releases_several_pledges() -> None:
    records = (
        grant(),
        grant("1000-2", text="SECOND LIEN SECURITY AGREEMENT", assets=["200"]),
        release("1001-1", "2021-02-01", "RELEASE OF SECURITY INTERESTS AT REEL/FRAME NOS. 1000/0001 AND 1000/0002", [*ABC, "200"]),
    )
    found = placed(*records)["1001-1"]
    assert [type(act) for act in found.acts] == [Release, Release]
    assert register(*records).live() == []
    assert all(not pledge.discrepancies for pledge in register(*records).pledges.values())


def test_a_transfer_changes_the_holder_of_every_pledge_that_it_cites() -> None:
    text = "ASSIGNMENT OF SECURITY INTERESTS AT REEL/FRAME NOS. 1000/0001, 1000/0002 AND 9999/0001"
    second = record("1000-2", "2020-02-01", "SECURITY INTEREST", [BROOK], [f"{BANK}, AS COLLATERAL AGENT"], ["200"])
    transfer = record("1001-1", "2021-02-01", text, [BANK], [f"{OTHER_BANK}, AS COLLATERAL AGENT"])
    found = placed(grant(), second, transfer)["1001-1"]
    assert [type(act) for act in found.acts] == [PartyChange, PartyChange, Note]
    assert "9999-1, not in the file" in found.acts[2].text  # type: ignore[union-attr]
    pledges = register(grant(), second, transfer).pledges
    assert [str(party) for pledge in pledges.values() for party in pledge.holders] == ["BANK OF LAKES, N.A., AS COLLATERAL AGENT"] * 2
    assert all(pledge.live for pledge in pledges.values())


def test_after_a_transfer_only_the_new_holder_releases() -> None:
    transfer = record("1001-1", "2021-02-01", "ASSIGNMENT OF SECURITY INTEREST AT REEL/FRAME 1000/1", [BANK], [OTHER_BANK])
    assert len(register(grant(), transfer, release("1002-1", "2022-02-01", CITES)).live()) == 1
    assert register(grant(), transfer, release("1002-1", "2022-02-01", CITES, giver=OTHER_BANK)).live() == []


def test_a_partial_transfer_keeps_the_other_holders() -> None:
    shared = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK, OTHER_BANK], ABC)
    transfer = record("1001-1", "2021-02-01", "ASSIGNMENT OF SECURITY INTEREST AT REEL/FRAME 1000/1", [BANK], ["BANK OF SEAS PLC"])
    (pledge,) = register(shared, transfer).pledges.values()
    assert [party.name for party in pledge.holders] == [OTHER_BANK, "BANK OF SEAS PLC"]


def test_a_transfer_without_citation_needs_exactly_the_pledges_assets() -> None:
    def transfer(assets: list[str]) -> Recordation:
        return record("1001-1", "2021-02-01", "SUCCESSOR AGENT AGREEMENT", [BANK], [OTHER_BANK], assets)

    assert placed(grant(), transfer(ABC))["1001-1"].acts
    assert placed(grant(), transfer(["100"]))["1001-1"].outcome is Outcome.SET_ASIDE
    assert placed(grant(), transfer([]))["1001-1"].outcome is Outcome.SET_ASIDE


@pytest.mark.parametrize(
    ("text", "nature"),
    [
        ("RELEASE OF SECURITY INTEREST AT REEL/FRAME 5000/1", Nature.RELEASE),
        ("ASSIGNMENT OF SECURITY INTEREST AT REEL/FRAME 5000/1", Nature.TRANSFER),
    ],
)
def test_a_release_or_transfer_without_its_pledge_is_set_aside(text: str, nature: Nature) -> None:
    found = placed(record("1001-1", "2021-02-01", text, [BANK], [BROOK], ABC))["1001-1"]
    assert found.outcome is Outcome.SET_ASIDE, nature
    assert found.reason == "cites 5000-1: not in the file"


def test_a_cited_supplement_adds_a_segment_of_the_new_assets_only() -> None:
    supplement = record(
        "1001-1", "2021-02-01", "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1", [BROOK], [BANK], ["102", "103"]
    )
    found = placed(grant(), supplement)["1001-1"]
    assert [type(act) for act in found.acts] == [Supplement, Note]
    (pledge,) = register(grant(), supplement).pledges.values()
    assert [(segment.record.recorded, set(segment.assets)) for segment in pledge.segments] == [
        (date(2020, 2, 1), set(ABC)),
        (date(2021, 2, 1), {"103"}),
    ]


def test_a_supplement_by_another_debtor_brings_it_in() -> None:
    supplement = record(
        "1001-1", "2021-02-01", "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1", ["CREEK LLC"], [BANK], ["103"]
    )
    (pledge,) = register(grant(), supplement).pledges.values()
    assert [party.name for party in pledge.pledgors] == [BROOK, "CREEK LLC"]


def test_a_release_of_a_supplement_leaves_the_rest() -> None:
    supplement = record("1001-1", "2021-02-01", "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 1000 FRAME 1", [BROOK], [BANK], ["103"])
    ended = release("1002-1", "2022-02-01", "RELEASE OF SECURITY INTEREST RECORDED AT REEL 1001 FRAME 1", ["103"])
    assert register(grant(), supplement, ended).encumbered() == set(ABC)


def test_a_supplement_is_matched_by_parties_lien_and_number() -> None:
    first, second = grant(text="FIRST LIEN SECURITY AGREEMENT"), grant("1000-2", text="SECOND LIEN SECURITY AGREEMENT")
    supplement = record("1001-1", "2021-02-01", "SUPPLEMENT NO. 1 TO THE SECOND LIEN SECURITY AGREEMENT", [BROOK], [BANK], ["103"])
    acts = placed(first, second, supplement)["1001-1"].acts
    assert {act.pledge for act in acts} == {name("1000-2")}
    assert isinstance(acts[0], Supplement) and acts[0].basis is Basis.INFERRED


@pytest.mark.parametrize(
    "text",
    [
        "SUPPLEMENT TO SECURITY AGREEMENT",  # two agreements may be meant
        "SUPPLEMENT NO. 4 TO THE FIRST LIEN SECURITY AGREEMENT",  # three before it are missing
        "SUPPLEMENT TO ABL SECURITY AGREEMENT",
        "SUPPLEMENT TO SECURITY AGREEMENT RECORDED AT REEL 5000 FRAME 1",
    ],
)
def test_a_supplement_without_its_agreement_is_a_pledge_of_its_own_and_flagged(text: str) -> None:
    first, second = grant(text="FIRST LIEN SECURITY AGREEMENT"), grant("1000-2", text="SECOND LIEN SECURITY AGREEMENT")
    supplement = record("1001-1", "2021-02-01", text, [BROOK], [BANK], ["103"])
    found = register(first, second, supplement).pledges[name("1001-1")]
    assert found.flags == {Flag.PARENT_UNKNOWN}
    assert found.live_assets.keys() == {"103"}


def test_a_flagged_supplement_is_no_agreement_for_the_next_one() -> None:
    one = record("1001-1", "2021-02-01", "SECURITY AGREEMENT SUPPLEMENT", [BROOK], [BANK], ["103"])
    two = record("1002-1", "2022-02-01", "SECURITY AGREEMENT SUPPLEMENT", [BROOK], [BANK], ["104"])
    assert [pledge.flags for pledge in register(one, two).pledges.values()] == [{Flag.PARENT_UNKNOWN}] * 2


def test_an_amendment_that_grants_nothing_needs_its_agreement() -> None:
    amendment = record("1001-1", "2021-02-01", "AMENDMENT TO SECURITY AGREEMENT TO CHANGE THE TERMS", [BROOK], [BANK])
    assert placed(amendment)["1001-1"].outcome is Outcome.SET_ASIDE
    restated = record("1001-1", "2021-02-01", "AMENDED AND RESTATED SECURITY AGREEMENT", [BROOK], [BANK], ["103"])
    assert register(restated).pledges[name("1001-1")].flags == {Flag.PARENT_UNKNOWN}


CORRECTS = "CORRECTIVE ASSIGNMENT TO CORRECT THE PATENT NO. 7444851 PREVIOUSLY RECORDED ON REEL {} FRAME 1. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST."  # noqa: E501  # a record's own words stay on one line


def test_corrections_form_a_list_and_release_nothing() -> None:
    one = record("1001-1", "2021-02-01", CORRECTS.format(1000), [BROOK], [BANK], ABC)
    two = record("1002-1", "2022-02-01", CORRECTS.format(1000), [BROOK], [BANK], ABC)
    (pledge,) = register(grant(), one, two).pledges.values()
    assert [(note.remark, note.assets) for note in pledge.notes] == [(NoteKind.CORRECTION, ("R7444851",))] * 2
    assert pledge.live_assets.keys() == set(ABC)


def test_a_correction_of_a_transfer_is_noted_on_the_pledges_that_moved() -> None:
    transfer = record("1001-1", "2021-02-01", "ASSIGNMENT OF SECURITY INTEREST AT REEL/FRAME 1000/1", [BANK], [OTHER_BANK])
    correction = record(
        "1002-1", "2022-02-01", "CORRECTIVE ASSIGNMENT TO CORRECT A NUMBER PREVIOUSLY RECORDED ON REEL 1001 FRAME 1.", [BANK], [OTHER_BANK]
    )
    (act,) = placed(grant(), transfer, correction)["1002-1"].acts
    assert isinstance(act, Note) and act.pledge == name("1000-1")


def test_a_correction_of_what_was_set_aside_is_set_aside() -> None:
    transfer = record("1001-1", "2021-02-01", "SUCCESSOR AGENT AGREEMENT", [BANK], [OTHER_BANK])
    correction = record(
        "1002-1",
        "2022-02-01",
        "CORRECTIVE ASSIGNMENT TO CORRECT A NUMBER PREVIOUSLY RECORDED ON REEL 1001 FRAME 1. ASSIGNOR(S) HEREBY CONFIRMS THE SUCCESSOR AGENT AGREEMENT.",  # noqa: E501  # a record's own words stay on one line
        [BANK],
        [OTHER_BANK],
    )
    found = placed(transfer, correction)["1002-1"]
    assert found.outcome is Outcome.SET_ASIDE and found.reason.startswith("corrects US-P 1001-1, set aside:")


def test_a_correction_that_confirms_a_missing_grant_is_a_pledge_and_later_ones_correct_it() -> None:
    one = record("1001-1", "2021-02-01", CORRECTS.format(900), [BROOK], [BANK], ABC)
    two = record("1002-1", "2022-02-01", CORRECTS.format(900), [BROOK], [BANK], ABC)
    (pledge,) = register(one, two).pledges.values()
    assert pledge.flags == {Flag.PARENT_UNKNOWN}
    assert len(pledge.notes) == 1


def test_a_resigning_agent_never_becomes_the_debtor_by_a_correction() -> None:
    text = "CORRECTIVE ASSIGNMENT TO CORRECT THE CONVEYING PARTY'S NAME PREVIOUSLY RECORDED AT REEL: 1000 FRAME: 1. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY AGREEMENT."  # noqa: E501  # a record's own words stay on one line
    agent = record("1001-1", "2021-02-01", text, [f"{OTHER_BANK}, AS RESIGNING ADMINISTRATIVE AGENT"], [BANK])
    (pledge,) = register(grant(), agent).pledges.values()
    assert [party.name for party in pledge.pledgors] == [BROOK]
    debtor = record("1001-1", "2021-02-01", text, ["BROOKE LLC"], [BANK])
    (pledge,) = register(grant(), debtor).pledges.values()
    assert [party.name for party in pledge.pledgors] == ["BROOKE LLC"]


def test_a_correction_gives_the_security_to_nobody_else() -> None:
    text = "CORRECTIVE ASSIGNMENT TO CORRECT THE NAME OF THE ASSIGNEE PREVIOUSLY RECORDED AT REEL 1000 FRAME 1. ASSIGNOR(S) HEREBY CONFIRMS THE SECURITY INTEREST."  # noqa: E501  # a record's own words stay on one line
    (pledge,) = register(grant(), record("1001-1", "2021-02-01", text, [BROOK], [OTHER_BANK])).pledges.values()
    assert [party.name for party in pledge.holders] == [BANK]
    (pledge,) = register(grant(), record("1001-1", "2021-02-01", text, [BROOK], ["BANK OF RIVRES PLC"])).pledges.values()
    assert [party.name for party in pledge.holders] == ["BANK OF RIVRES PLC"]


def test_a_repeated_recording_is_linked_and_a_release_of_one_leaves_the_other() -> None:
    repeat = grant("900-1", "2020-05-01")
    found = placed(grant(), repeat)["900-1"]
    assert isinstance(found.acts[0], Grant) and found.acts[0].same_as == name("1000-1")
    assert isinstance(found.acts[1], Note) and found.acts[1].remark is NoteKind.SAME_AS
    left = register(grant(), repeat, release("1001-1", "2021-02-01", CITES)).live()
    assert [pledge.ref for pledge in left] == [name("900-1")]


@pytest.mark.parametrize(
    "other",
    [
        grant("900-1", executed="2020-01-03"),
        grant("900-1", assets=["100"]),
        grant("900-1", text="SECOND LIEN SECURITY AGREEMENT"),
        grant("900-1", assets=[]),
    ],
)
def test_two_documents_that_differ_are_no_repetition(other: Recordation) -> None:
    assert all(act.same_as is None for placement in plan([grant(), other], TODAY) for act in placement.acts if isinstance(act, Grant))


def test_other_assignments_never_pledge() -> None:
    for text in ("ASSIGNMENT OF ASSIGNORS INTEREST", "MERGER", "CHANGE OF NAME", "NUNC PRO TUNC ASSIGNMENT", "CHANGE OF ADDRESS"):
        found = placed(record("1-1", "2020-02-01", text, [BROOK], [BANK], ABC))["1-1"]
        assert found.outcome is Outcome.WITHOUT_EFFECT, text


def test_dates_that_are_missing_or_to_come_set_a_record_aside() -> None:
    undated, later = grant(recordedDate=None), grant("1000-2", "2026-01-02")
    found = placed(undated, later)
    assert found["1000-1"].reason.startswith("recorded: missing")
    assert found["1000-2"].reason == "recorded: 2026-01-02 is after today, 2026-01-01"


def test_a_struck_record_is_set_aside() -> None:
    assert placed(grant(purgeIndicator="Y"))["1000-1"].reason == "the office has struck this record"


def test_a_record_that_is_read_twice_acts_once() -> None:
    again, otherwise = grant(), grant(text="SECOND LIEN SECURITY INTEREST")
    assert [placement.outcome for placement in plan([grant(), again], TODAY)] == [Outcome.ACTING, Outcome.WITHOUT_EFFECT]
    assert [placement.outcome for placement in plan([grant(), otherwise], TODAY)] == [Outcome.ACTING, Outcome.SET_ASIDE]


def test_patents_and_marks_are_numbered_apart() -> None:
    mark = grant(series=Series.US_MARK)
    assert register(grant(), mark).pledges.keys() == {name("1000-1"), name("1000-1", "US-T")}
    ended = record("1001-1", "2021-02-01", CITES, [BANK], [BROOK], ABC, series=Series.US_MARK)
    assert [pledge.ref.series for pledge in register(grant(), mark, ended).live()] == ["US-P"]


def test_records_count_by_date_then_number_and_what_is_cited_goes_first_on_its_day() -> None:
    early, late = grant("2000-1", "2020-01-01"), grant("1000-1", "2020-02-01")
    citing = release("500-1", "2020-02-01", CITES)
    assert [str(item.number) for item in ordered([citing, late, early])] == ["2000-1", "1000-1", "500-1"]
    assert register(early, late, citing).pledges[name("1000-1")].live is False


def test_the_order_within_a_day_is_marked_as_not_stated() -> None:
    found = placed(grant("1000-1"), grant("1000-2", text="SECOND LIEN SECURITY AGREEMENT"), grant("1000-3", "2020-02-02"))
    assert [placement.order_unstated for placement in found.values()] == [True, True, False]


def test_a_release_that_was_recorded_before_its_security_leaves_it_never_live() -> None:
    records = grant("1000-1", "2022-01-01"), release("1001-1", "2021-02-01", CITES)
    placements = plan(records, TODAY)
    assert [str(placement.record.number) for placement in placements] == ["1000-1", "1001-1"]
    assert isinstance(placements[1].acts[0], Release) and placements[1].effective == date(2021, 2, 1)
    for day in (date(2021, 6, 1), date(2022, 6, 1)):
        assert run(placements, day).live() == []


def test_a_pledgee_among_the_pledgors_is_a_party_like_others() -> None:
    both = record("27318-828", "2011-11-28", "SECURITY INTEREST", [BROOK, BANK], [BANK])
    assert [party.name for party in register(both).pledges[name("27318-828")].pledgors] == [BROOK, BANK]


def test_a_receiver_is_remarked_on_the_pledge_that_the_record_cites() -> None:
    receiver = record("1001-1", "2021-02-01", "APPOINTMENT OF RECEIVER UNDER SECURITY INTEREST AT REEL 1000 FRAME 1", [BROOK], [BANK])
    (act,) = placed(grant(), receiver)["1001-1"].acts
    assert isinstance(act, Note) and act.remark is NoteKind.REMARK
    assert placed(receiver)["1001-1"].outcome is Outcome.SET_ASIDE


def test_both_equations_hold_over_any_mixture() -> None:
    records = [
        grant(),
        grant("1000-2", text="SECOND LIEN SECURITY AGREEMENT"),
        release("1001-1", "2021-02-01", CITES),
        record("1-1", "2020-02-01", "MERGER", [BROOK], [BANK]),
        grant("7-7", recordedDate=None),
    ]
    placements = plan(records, TODAY)
    assert {ref(placement.record) for placement in placements} == {ref(item) for item in records}
    counts = {outcome: sum(placement.outcome is outcome for placement in placements) for outcome in Outcome}
    assert sum(counts.values()) == len(records)
    assert all(bool(placement.acts) == (placement.outcome is Outcome.ACTING) for placement in placements)
    pledges = run(placements).pledges.values()
    assert len(pledges) == sum(pledge.live for pledge in pledges) + sum(not pledge.live for pledge in pledges) == 2


def test_the_register_as_at_a_date_counts_what_was_recorded_until_then() -> None:
    placements = plan([grant(), release("1001-1", "2021-02-01", CITES)], TODAY)
    assert len(run(placements, date(2021, 1, 31)).live()) == 1
    assert len(run(placements, date(2021, 2, 1)).live()) == 0
