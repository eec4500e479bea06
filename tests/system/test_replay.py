"""Every kind of act on pledges, a claim of many lines and open invoices: replayed, and asked of the running product."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

import gateway.replay.run as replays
from gateway import runtime
from gateway.config import Settings
from gateway.replay.report import Report
from tests.system.records import rich_folder


@dataclass(frozen=True)
class Replayed:
    """A replay that has ended: its report, the file that keeps it, what it printed, the product's API."""

    report: Report
    kept: Path
    printed: str
    api: httpx.Client

    def whole(self, number: str) -> dict[str, Any]:
        """The one pledge of a record number with all that belongs to it."""
        (pledge,) = self.api.get("/pledges", params={"number": number}).raise_for_status().json()["data"]
        found: dict[str, Any] = self.api.get(f"/pledges/{pledge['pledge']}").raise_for_status().json()["data"]
        return found

    def live(self, time: str | None) -> dict[str, int]:
        """The live assets under each pledge about a time."""
        asked: dict[str, str | int] = {"limit": 1000} if time is None else {"limit": 1000, "effective_at": time}
        rows = self.api.get("/pledges:live", params=asked).raise_for_status().json()["data"]
        return {row["number"]: row["assets"] for row in rows}


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    data = rich_folder(tmp_path_factory.mktemp("data"))
    settings = Settings(home=tmp_path_factory.mktemp("home") / "ledger", data=data, port=0)
    kept = settings.home.parent / "kept.json"
    with (settings.home.parent / "printed.txt").open("w+") as printed:
        options = replays.Options(data, settings.home, report=kept, console=Console(file=printed, width=80))
        running = runtime.start(settings, genesis_time=replays.genesis_time(options))
        try:
            report = replays.replay(options, running)
            printed.seek(0)
            head = {"authorization": f"Bearer {running.api_key}"}
            with httpx.Client(base_url=running.url, headers=head, timeout=60) as http:
                yield Replayed(report, kept, printed.read(), http)
        finally:
            running.stop()


def test_all_equations_hold_and_are_kept_where_asked(replayed: Replayed) -> None:
    assert [check for check in replayed.report.checks if not check.holds] == []
    kept = json.loads(replayed.kept.read_text())
    assert kept["holds"] is True and len(kept["checks"]) == len(replayed.report.checks)
    assert {frozenset(each) for each in kept["checks"]} == {frozenset({"set", "name", "values", "holds"})}
    assert f"kept in {replayed.kept}" in replayed.printed


def test_what_is_printed_fits_a_terminal(replayed: Replayed) -> None:
    lines = [line for line in replayed.printed.splitlines() if not line.startswith("kept in")]
    assert max(map(len, lines)) <= 80
    assert "  face, CNY                       1,000,000.07  1,000,000.07  1,000,000.07 holds" in lines


def test_a_piece_is_financed_and_everybody_ends_with_what_the_rules_reckon(replayed: Replayed) -> None:
    """The bank has its advance of 570,000.00, its fee of 400.00 and a discount of 4,197.63; the guarantor what it paid and 7,050.00."""
    cash = {check.name: check.values for check in replayed.report.checks if check.name.startswith("cash of ")}
    assert cash == {
        f"cash of {who}": dict.fromkeys(("source", "chain", "sql"), amount)
        for who, amount in {
            "bank/2": 57_459_763,
            "seller": 60_051_738,
            "guarantor": 70_852_507 + 705_000,
            "lead": 40_341_006,
            "core": 0,
        }.items()
    }
    closed = {check.name: check.values for check in replayed.report.checks if check.set == "financed demonstration"}["closed"]
    assert closed == {"source": 1, "chain": 1, "sql": 1}


def test_rows_that_are_not_placed_are_told_with_file_line_field_and_rule(replayed: Replayed) -> None:
    told = {(each.record, each.outcome, each.reason) for each in replayed.report.asides}
    assert ("rich.jsonl:28 nonsense", "unreadable", "reel/frame: 'nonsense' is no reel and frame") in told
    assert ("rich.csv:7 0000000006", "unreadable", "InvoiceAmount: amount 1.005 has more than 2 decimals of USD") in told
    assert ("rich.csv:133 Total", "unreadable", "paid date: missing") in told
    assert ("212-1", "set aside", "release without citation; it may mean US-P 203-1, US-P 204-1") in told


@pytest.mark.parametrize(
    ("time", "of_the_large_one"),
    [
        ("2015-01-05T04:59:59Z", None),
        ("2015-01-05T05:00:00Z", 300),
        ("2016-06-02T00:00:00Z", 450),
        ("2017-01-06T00:00:00Z", 409),
        ("2018-02-06T00:00:00Z", 410),
        ("2018-03-06T00:00:00Z", 409),
        (None, 409),
    ],
)
def test_a_pledge_of_many_pages_is_supplemented_and_released_in_part(replayed: Replayed, time: str | None, of_the_large_one: int) -> None:
    """300 granted, 150 supplemented, 41 of them released alone, one pledged again, released again with another one, which was a mistake."""
    assert replayed.live(time).get("200-1") == of_the_large_one


def test_what_is_live_in_the_end(replayed: Replayed) -> None:
    assert replayed.live(None) == {"200-1": 409, "201-1": 1, "203-1": 3, "204-1": 3, "221-1": 1, "222-1": 1}


def test_a_supplement_ranks_by_its_own_time(replayed: Replayed) -> None:
    """The pledge that the agent's supplement belongs to is older than the other bank's, the supplement is not."""
    (pledge,) = replayed.api.get("/pledges", params={"number": "221-1"}).json()["data"]
    (asset,) = replayed.api.get(f"/pledges/{pledge['pledge']}/assets").json()["data"]
    burdens = replayed.api.get(f"/assets/{asset['asset']}/encumbrances").json()["data"]["encumbrances"]
    numbers = {replayed.whole(number)["pledge"]: number for number in ("200-1", "221-1")}
    assert [(numbers[each["pledge"]], each["rank"], each["effective"]) for each in burdens] == [
        ("221-1", 1, "2016-03-01T05:00:00Z"),
        ("200-1", 2, "2016-06-01T04:00:00Z"),
    ]


def test_a_successor_agent_holds_what_it_took_over_alone_or_jointly(replayed: Replayed) -> None:
    successor = ("THIRD BANK", "AS SUCCESSOR COLLATERAL AGENT")
    assert _holders(replayed.whole("203-1")) == [successor]
    assert sorted(_holders(replayed.whole("204-1"))) == [("SECOND BANK", ""), successor]
    said = [each["text"] for each in replayed.whole("203-1")["notes"] if each["number"] == "210-1"]
    assert len(said) == 1 and "it cites 999-9999" in said[0]


def test_a_subordination_that_cites_both_securities_lays_one_behind_the_other(replayed: Replayed) -> None:
    yields, goes_before = replayed.whole("203-1"), replayed.whole("221-1")
    (relation,) = yields["relations"]
    assert (relation["junior"], relation["senior"], relation["kind"]) == (yields["pledge"], goes_before["pledge"], "subordination")
    assert relation["effective"] == "2022-01-04T05:00:00Z"
    # One that cites one side only is kept as a note.
    assert replayed.whole("200-1")["relations"] == []
    assert ("priority", "216-1") in [(each["kind"], each["number"]) for each in replayed.whole("200-1")["notes"]]


def test_a_release_that_the_debtor_calls_a_mistake_is_undone(replayed: Replayed) -> None:
    undone = replayed.whole("222-1")
    assert (undone["status"], undone["effective"], undone["ended_at"]) == ("registered", "2022-02-01T05:00:00Z", None)
    acts = replayed.api.get(f"/pledges/{undone['pledge']}/history").json()["data"]
    released = next(act for act in acts if act["event"] == "PledgeReleased")
    (rectification,) = undone["rectifications"]
    assert (rectification["kind"], rectification["corrects"]) == ("restore", released["act"])
    (of_one_right,) = replayed.whole("200-1")["rectifications"]
    assert of_one_right["kind"] == "restore leaves"


def test_a_merger_and_a_new_name_are_said_of_the_party_once_and_touch_no_pledge(replayed: Replayed) -> None:
    pledge = replayed.whole("203-1")
    party = {each["name"]: each["id"] for each in pledge["parties"]}
    assert set(party) == {"BETA PUMPS INC.", "THIRD BANK"}
    told = {name: replayed.api.get(f"/parties/{word}").raise_for_status().json()["data"] for name, word in party.items()}
    (merged,), (renamed,) = told["THIRD BANK"]["became"], told["BETA PUMPS INC."]["became"]
    assert (merged["kind"], merged["name"], merged["effective"]) == ("succeeded", "FOURTH BANK, N.A.", "2022-06-01T04:00:00Z")
    assert (renamed["kind"], renamed["name"], renamed["other"]) == ("renamed", "GAMMA PUMPS INC.", None)
    (successor,) = (replayed.api.get(f"/parties/{merged['other']}").json()["data"],)
    assert successor["stands_for"] == [party["THIRD BANK"]]


def test_a_corrected_name_replaces_the_wrong_one(replayed: Replayed) -> None:
    corrected = replayed.whole("204-1")
    assert [each["name"] for each in corrected["parties"] if each["side"] == "pledgors"] == ["BETA PUMPS INC."]
    assert [(each["kind"], each["number"]) for each in corrected["notes"]] == [("correction", "211-1")]


def test_a_court_ends_a_mortgage_older_than_1970(replayed: Replayed) -> None:
    mortgage = replayed.whole("205-1")
    assert (mortgage["effective"], mortgage["ended_at"]) == ("1968-02-01T05:00:00Z", "2020-01-01T05:00:00Z")
    acts = replayed.api.get(f"/pledges/{mortgage['pledge']}/history").json()["data"]
    modes = {consent["mode"] for act in acts if act["event"] == "PledgeReleased" for consent in act["consents"]}
    assert modes == {"ORDERED"}


def test_a_release_recorded_before_its_security_leaves_it_never_live(replayed: Replayed) -> None:
    released = replayed.whole("215-1")
    assert (released["status"], released["basis"], released["ended_at"]) == ("ended", "cited", "2021-01-01T05:00:00Z")
    assert all("215-1" not in replayed.live(time) for time in ("2021-05-31T12:00:00Z", "2021-06-01T12:00:00Z", None))


def test_a_document_of_many_lines_is_one_claim_split_and_paid(replayed: Replayed) -> None:
    rows = replayed.api.get("/receivables", params={"limit": 100}).json()["data"]
    (large,) = (row for row in rows if row["face"] == {"minor": "851630", "currency": "GBP"})
    assert (large["status"], large["distributed"]["minor"], large["owed_live"]["minor"]) == ("closed", "851630", "0")
    tokens = replayed.api.get(f"/receivables/{large['id']}/tokens", params={"limit": 1000}).json()["data"]
    ranges = sorted((int(each["start"]), int(each["end"])) for each in tokens)
    assert len(ranges) == 130 and ranges[0][0] == 0 and ranges[-1][1] == 851630
    assert all(before[1] == after[0] for before, after in pairwise(ranges))


def test_an_invoice_that_nobody_settled_is_owed_and_overdue(replayed: Replayed) -> None:
    rows = replayed.api.get("/receivables", params={"limit": 100}).json()["data"]
    (unpaid,) = (row for row in rows if row["status"] == "live")
    whole = replayed.api.get(f"/receivables/{unpaid['id']}").json()["data"]
    assert (whole["owed_live"]["minor"], whole["payments"], whole["condition"]) == ("500", 0, "overdue")


def _holders(pledge: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["name"], each["capacity"]) for each in pledge["parties"] if each["side"] == "holders"]
