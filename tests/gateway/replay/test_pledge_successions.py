"""What became of parties of pledges: said once, of the party, by mergers and changes of name that name one successor."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.replay.pledge_acts import Outcome, Succession
from gateway.replay.pledge_plan import plan
from gateway.replay.records import Recordation
from gateway.replay.register_model import run
from ledger.domain.pledge_words import PartyKind
from tests.gateway.replay.folders import record

TODAY = date(2026, 1, 1)
BROOK, RIVER, BANK, NEW_BANK = "BROOK LLC", "RIVER LLC", "BANK OF RIVERS PLC, AS COLLATERAL AGENT", "BANK OF SEAS PLC"


def grant() -> Recordation:
    return record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [BANK], ["100"])


def change(text: str, before: list[str], after: list[str], number: str = "1001-1", recorded: str = "2021-02-01") -> Recordation:
    return record(number, recorded, text, before, after, [])


def told(*records: Recordation) -> list[tuple[str, PartyKind, str]]:
    acts = [act for placement in plan(records, TODAY) for act in placement.acts if isinstance(act, Succession)]
    return [(act.party.name, act.kind, act.after.name) for act in acts]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MERGER (SEE DOCUMENT FOR DETAILS).", PartyKind.SUCCEEDED),
        ("CHANGE OF NAME", PartyKind.RENAMED),
        ("CHANGE OF ENTITY", PartyKind.RENAMED),
        ("CONVERSION TO A LIMITED LIABILITY COMPANY", PartyKind.RENAMED),
        ("MERGER AND CHANGE OF NAME", PartyKind.SUCCEEDED),
    ],
)
def test_a_party_of_a_pledge_becomes_another(text: str, kind: PartyKind) -> None:
    assert told(grant(), change(text, [BROOK], [RIVER])) == [(BROOK, kind, RIVER)]
    assert told(grant(), change(text, ["BANK OF RIVERS PLC"], [NEW_BANK])) == [("BANK OF RIVERS PLC", kind, NEW_BANK)]


def test_it_touches_no_pledge_and_its_number_stands_for_none() -> None:
    merger = change("MERGER", ["BANK OF RIVERS PLC"], [NEW_BANK])
    corrected = record("1002-1", "2021-03-01", "RELEASE OF SECURITY INTEREST AT REEL/FRAME 1001/1", [NEW_BANK], [BROOK], ["100"])
    placements = plan([grant(), merger, corrected], TODAY)
    assert placements[-1].outcome is Outcome.SET_ASIDE
    (pledge,) = run(placements).live()
    assert [str(party) for party in pledge.holders] == [BANK]


@pytest.mark.parametrize(
    "records",
    [
        [change("MERGER", [BROOK], [RIVER])],
        [grant(), change("MERGER", ["STREAM INC."], [RIVER])],
        [grant(), change("MERGER", [BROOK], [RIVER, "STREAM INC."])],
        [grant(), change("CHANGE OF NAME", [BROOK, "STREAM INC."], [RIVER])],
        [grant(), change("CHANGE OF NAME", [BROOK], ["BROOK, L.L.C."])],
        [grant(), change("MERGER", [BROOK], [RIVER], recorded="2026-02-01")],
        [grant(), replace(change("MERGER", [BROOK], [RIVER]), recorded=None)],
        [grant(), change("ASSIGNMENT OF ASSIGNORS INTEREST", [BROOK], [RIVER])],
        [change("MERGER", [BROOK], [RIVER], recorded="2019-01-01"), grant()],
    ],
    ids=["no pledge", "no party", "two successors", "two names", "the same name", "later", "undated", "assignment", "before the pledge"],
)
def test_where_it_is_not_clear_or_nothing_new_nothing_is_said(records: list[Recordation]) -> None:
    assert told(*records) == []


def test_a_merger_of_several_is_said_of_each_that_is_a_party() -> None:
    other = record("1000-2", "2020-02-02", "SECURITY INTEREST", ["STREAM INC."], [BANK], ["200"])
    found = told(grant(), other, change("MERGER", [BROOK, "STREAM INC.", "POND LTD"], [RIVER]))
    assert found == [(BROOK, PartyKind.SUCCEEDED, RIVER), ("STREAM INC.", PartyKind.SUCCEEDED, RIVER)]


def test_one_organisation_in_two_spellings_is_merged_once() -> None:
    assert told(grant(), change("MERGER", [BROOK, "BROOK, L.L.C."], [RIVER])) == [("BROOK, L.L.C.", PartyKind.SUCCEEDED, RIVER)]


def test_it_is_said_once_and_never_in_a_circle() -> None:
    again = change("MERGER", [BROOK], [RIVER], "1001-2", "2021-02-02")
    back = change("MERGER", [RIVER], [BROOK], "1001-3", "2021-02-03")
    later = record("1000-3", "2021-02-04", "SECURITY INTEREST", [RIVER], [BANK], ["100"])
    assert told(grant(), change("MERGER", [BROOK], [RIVER]), again, back, later) == [(BROOK, PartyKind.SUCCEEDED, RIVER)]
