"""Which lien goes before another one, where the documents say so, and that nothing is said where they don't."""

from datetime import date

import pytest

from gateway.replay.pledge_acts import Note, Outcome, Relation
from gateway.replay.pledge_plan import plan
from gateway.replay.pledge_waves import waves
from gateway.replay.records import Recordation
from ledger.domain.pledge_words import NoteKind, RelationKind
from tests.gateway.replay.folders import record

TODAY = date(2026, 1, 1)
BROOK, RILL = "BROOK LLC", "RILL INC."
AGENT, OTHER = "BANK OF RIVERS PLC, AS COLLATERAL AGENT", "BANK OF LAKES, N.A., AS COLLATERAL AGENT"
FIRST, SECOND, THIRD = (f"{level} LIEN PATENT SECURITY AGREEMENT" for level in ("FIRST", "SECOND", "THIRD"))
SUPER = "SUPER PRIORITY GRANT OF SECURITY INTEREST IN PATENTS"


def lien(
    number: str,
    text: str,
    recorded: str = "2020-09-01",
    debtors: tuple[str, ...] = (BROOK,),
    lender: str = AGENT,
    executed: str = "2020-08-31",
) -> Recordation:
    return record(number, recorded, text, list(debtors), [lender], ["100"], executed=executed)


def relations(*records: Recordation) -> list[tuple[str, str, RelationKind, str]]:
    """(yields, goes before, kind, document) of every relation in the plan."""
    acts = [act for placement in plan(records, TODAY) for act in placement.acts if isinstance(act, Relation)]
    return [(str(act.pledge.number), str(act.senior.number), act.kind, str(act.record.number)) for act in acts]


def test_the_second_lien_of_an_agreement_yields_to_the_first_whichever_was_recorded_before() -> None:
    yields = ("10-1", "10-9", RelationKind.SUBORDINATION, "10-9")
    assert relations(lien("10-1", SECOND), lien("10-9", FIRST)) == [yields]
    assert relations(lien("10-1", FIRST), lien("10-9", SECOND)) == [("10-9", "10-1", RelationKind.SUBORDINATION, "10-9")]


def test_a_third_lien_yields_to_both() -> None:
    found = relations(lien("10-1", THIRD), lien("10-2", FIRST), lien("10-3", SECOND))
    assert {(low, high) for low, high, *_ in found} == {("10-1", "10-2"), ("10-1", "10-3"), ("10-3", "10-2")}


@pytest.mark.parametrize(
    "other",
    [
        lien("10-9", FIRST, lender=OTHER),
        lien("10-9", FIRST, debtors=(BROOK, RILL)),
        lien("10-9", FIRST, executed="2020-08-30"),
        lien("10-9", "FIRST LIEN TERM LOAN PATENT SECURITY AGREEMENT"),
        lien("10-9", SECOND),
        lien("10-9", "PATENT SECURITY AGREEMENT"),
        lien("10-9", "FIRST AND SECOND LIEN PATENT SECURITY AGREEMENT"),
    ],
    ids=["lender", "debtors", "day", "loan", "level", "no level", "both levels"],
)
def test_what_differs_in_more_than_the_lien_is_another_agreement(other: Recordation) -> None:
    assert relations(lien("10-1", SECOND), other) == []


def test_a_first_lien_recorded_in_two_parts_goes_before_the_second_in_both() -> None:
    part = record("10-2", "2020-09-01", FIRST, [BROOK], [AGENT], ["200"], executed="2020-08-31")
    found = [("10-3", "10-1"), ("10-3", "10-2")]
    assert [(low, high) for low, high, *_ in relations(lien("10-1", FIRST), part, lien("10-3", SECOND))] == found


def test_a_lien_recorded_again_and_one_that_ended_before_say_nothing() -> None:
    again = lien("10-5", SECOND, recorded="2020-10-01")
    assert relations(lien("10-1", SECOND), lien("10-2", FIRST), again) == [("10-1", "10-2", RelationKind.SUBORDINATION, "10-2")]
    ended = record("10-3", "2020-09-02", "RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. 10/1", [AGENT], [BROOK], ["100"])
    assert relations(lien("10-1", SECOND), ended, lien("10-4", FIRST, recorded="2020-09-03")) == []


def test_a_super_priority_goes_before_what_its_lender_took_of_its_debtors() -> None:
    liens = [
        lien("10-1", FIRST),
        lien("10-2", SECOND, debtors=(RILL,)),
        lien("10-3", FIRST, lender=OTHER),
        lien("10-4", "ABL PATENT SECURITY AGREEMENT"),
        lien("10-5", SUPER, recorded="2020-09-05", debtors=(RILL,)),
    ]
    later = lien("20-1", SUPER, recorded="2024-05-03", debtors=(BROOK, RILL), executed="2024-05-02")
    kind = RelationKind.SUPER_PRIORITY
    assert relations(*liens, later) == [("10-2", "10-5", kind, "10-5"), ("10-1", "20-1", kind, "20-1"), ("10-2", "20-1", kind, "20-1")]


def test_a_lien_of_another_debtor_too_does_not_yield() -> None:
    both = lien("10-1", FIRST, debtors=(BROOK, RILL))
    assert relations(both, lien("20-1", SUPER, recorded="2024-05-03", executed="2024-05-02")) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [("SUBORDINATION AGREEMENT", RelationKind.SUBORDINATION), ("INTERCREDITOR AGREEMENT", RelationKind.INTERCREDITOR)],
)
def test_an_agreement_that_cites_both_liens_says_which_yields(text: str, kind: RelationKind) -> None:
    mine, theirs = lien("10-1", "SECURITY INTEREST"), lien("10-2", "SECURITY INTEREST", lender=OTHER)
    agreed = record("20-1", "2021-01-01", f"{text} (REEL 10 FRAME 1; REEL 10 FRAME 2)", [AGENT], [OTHER], [])
    assert relations(mine, theirs, agreed) == [("10-1", "10-2", kind, "20-1")]
    placement = plan([mine, theirs, agreed], TODAY)[-1]
    assert placement.outcome is Outcome.ACTING
    assert [act.remark for act in placement.acts if isinstance(act, Note)] == [NoteKind.PRIORITY] * 2


def test_an_agreement_that_cites_one_side_or_mixes_them_is_a_note_only() -> None:
    mine, theirs = lien("10-1", "SECURITY INTEREST"), lien("10-2", "SECURITY INTEREST", lender=OTHER)
    one = record("20-1", "2021-01-01", "SUBORDINATION AGREEMENT (REEL 10 FRAME 1)", [AGENT], [OTHER], [])
    mixed = record("20-1", "2021-01-01", "SUBORDINATION AGREEMENT (REEL 10 FRAME 1; REEL 10 FRAME 2)", [AGENT, OTHER], [OTHER], [])
    for agreed in (one, mixed):
        assert relations(mine, theirs, agreed) == []


def test_a_relation_waits_for_what_happened_to_both_and_others_wait_for_it() -> None:
    part = record("10-3", "2020-09-02", "PARTIAL RELEASE AT REEL/FRAME NO. 10/2", [AGENT], [BROOK], ["100"])
    both = [
        record(f"10-{at}", "2020-09-01", text, [BROOK], [AGENT], ["100", "101"], executed="2020-08-31")
        for at, text in ((1, FIRST), (2, SECOND))
    ]
    later = record("10-4", "2020-09-03", "RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. 10/1", [AGENT], [BROOK], ["100", "101"])
    found = waves(plan([*both, part, later], TODAY))
    told = [{str(done.placement.record.number) for done in wave} for wave in found]
    assert told == [{"10-1", "10-2"}, {"10-2"}, {"10-3", "10-4"}]
