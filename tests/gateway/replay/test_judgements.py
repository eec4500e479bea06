"""What the report says of acting records of which something had to be judged."""

import json
from pathlib import Path

from gateway.replay.judgements import judgements
from gateway.replay.pledge_plan import plan
from gateway.replay.records import Recordation
from gateway.replay.report import Aside, Report, save
from tests.gateway.replay.folders import record
from tests.gateway.replay.test_pledge_cases import RIVER_AGENT
from tests.gateway.replay.test_pledge_plan import ABC, BROOK, CITES, TODAY, grant, release


def judged(*records: Recordation) -> dict[str, str]:
    return {each.record: each.reason for each in judgements(plan(records, TODAY))}


def test_nothing_is_said_of_what_cites_and_fits() -> None:
    assert judged(grant(), release("1001-1", "2021-02-01", CITES)) == {}


def test_an_inferred_release_and_a_differing_list_are_told() -> None:
    assert judged(grant(), release("1001-1", "2021-02-01", "RELEASE BY SECURED PARTY")) == {
        "1001-1": "cites no record: US-P 1000-1 fits its parties and what it lists or names"
    }
    assert judged(grant(), release("1001-1", "2021-02-01", CITES, [*ABC[1:], "999"])) == {
        "1001-1": "ends US-P 1000-1 whole, though its list lacks 1 of the assets and has 1 others"
    }
    assert judged(grant(), release("1001-1", "2021-02-01", f"PARTIAL {CITES}", [ABC[0], "999"])) == {
        "1001-1": "lists 1 assets that aren't pledged by US-P 1000-1"
    }


def test_a_repeated_record_and_a_supplement_without_agreement_are_told() -> None:
    again = record("1000-9", "2020-03-01", "SECURITY INTEREST", [BROOK], [RIVER_AGENT], ABC)
    first = record("1000-1", "2020-02-01", "SECURITY INTEREST", [BROOK], [RIVER_AGENT], ABC)
    orphan = record("1001-1", "2021-02-01", "SUPPLEMENT NO. 9 TO SECURITY AGREEMENT", ["CREEK LLC"], [RIVER_AGENT], ["900"])
    found = judged(first, again, orphan)
    assert found["1000-9"] == "repeats the record of US-P 1000-1; both stand"
    assert found["1001-1"].startswith("the agreement that it supplements or corrects isn't in the file")


def test_liens_that_are_ranked_by_their_names_are_told() -> None:
    liens = [
        record(f"1000-{n}", "2020-02-01", f"{which} LIEN SECURITY AGREEMENT", [BROOK], [RIVER_AGENT], ABC)
        for n, which in ((1, "FIRST"), (2, "SECOND"))
    ]
    assert judged(*liens) == {"1000-2": "US-P 1000-2 yields to US-P 1000-1 by the names of their liens alone"}


def test_they_are_kept_in_the_report(tmp_path: Path) -> None:
    line = Aside("own", "1001-1", "judged", "cites no record")
    save(Report((), (), (), judged=(line,)), tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["judged"] == [
        {"set": "own", "record": "1001-1", "outcome": "judged", "reason": "cites no record"}
    ]
