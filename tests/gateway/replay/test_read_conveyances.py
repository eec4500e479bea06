from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.replay.faults import Fault, Origin
from gateway.replay.read_conveyances import recordation
from gateway.replay.records import Number, Recordation, Series
from gateway.replay.sources import plain, rows
from tests.gateway.replay.folders import chain_record, comma_separated, record, write

WHERE = Origin("own", "own.jsonl", 1)
CENTER = {
    "reelNumber": 1234,
    "frameNumber": "0056",
    "conveyance": "SECURITY INTEREST ",
    "conveyanceCode": 27,
    "assignorExecutionDate": "09/25/2001",
    "recorded": "10/01/2001",
    "mailDate": None,
    "assignors": [{"assignorName": "BROOK LLC", "executionDate": "09/24/2001", "acknowledgementDate": None}],
    "assignees": ["BANK OF RIVERS PLC"],
    "noOfProperties": 0,
}


def read(row: dict[str, Any]) -> Recordation | Fault:
    return recordation({plain(name): value for name, value in row.items()}, WHERE, Series.US_PATENT)


def test_both_shapes_say_the_same() -> None:
    one = read(CENTER)
    other = record("1234-56", "2001-10-01", "SECURITY INTEREST", ["BROOK LLC"], ["BANK OF RIVERS PLC"], executed="2001-09-25")
    assert isinstance(one, Recordation)
    assert (
        (one.number, one.recorded, one.executed)
        == (other.number, other.recorded, other.executed)
        == (Number(1234, 56), date(2001, 10, 1), date(2001, 9, 25))
    )
    assert (one.assignors, one.assignees) == (other.assignors, other.assignees)
    assert (one.code, other.code) == (27, None)


def test_the_latest_execution_counts_where_no_other_is_stated() -> None:
    row = chain_record("1-2", "2020-02-01", "SECURITY INTEREST", ["A LLC", "B LLC"], ["BANK"], ["1"])
    row["assignors"][1]["executionDate"] = "2020-01-20T05:00:00Z"
    found = read(row)
    assert isinstance(found, Recordation) and found.executed == date(2020, 1, 20)


def test_properties_are_known_by_their_first_number() -> None:
    properties = [
        {"applNum": "15/294,349", "patNum": "10232332", "inventionTitle": "AUGER"},
        {"patNum": "D700,001"},
        {"applNum": "15294349"},
    ]
    found = record("1-2", "2020-02-01", "SECURITY INTEREST", ["A"], ["B"], propertyCount=3, properties=properties)
    assert [item.key for item in found.properties] == ["15294349", "RD700001"]
    assert found.whole_list, "the right that is listed twice is one right"


def test_a_list_that_holds_fewer_than_the_record_has_is_not_whole() -> None:
    assert not record("1-2", "2020-02-01", "RELEASE", ["A"], ["B"], ["1"], propertyCount=28).whole_list
    assert not record("1-2", "2020-02-01", "RELEASE", ["A"], ["B"]).whole_list
    assert record("1-2", "2020-02-01", "RELEASE", ["A"], ["B"], ["1"]).whole_list


def test_a_mark_is_known_by_its_serial_number() -> None:
    properties = [{"serialNumber": 71650280, "registrationNumber": 608049, "mark": "CITY"}]
    found = record("441-481", "2020-02-01", "SECURITY INTEREST", ["A"], ["B"], properties=properties, series=Series.US_MARK)
    assert [(item.key, item.title) for item in found.properties] == [("71650280", "CITY")]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"recorded": "31/12/2001"}, "recorded", "no day of the calendar"),
        ({"reelNumber": None}, "reel", "missing"),
        ({"frameNumber": "x"}, "reel/frame", "no reel and frame"),
        ({"assignors": []}, "assignors", "missing"),
        ({"assignees": [""]}, "assignees", "missing"),
        ({"noOfProperties": "many"}, "propertyCount", "no whole number"),
        ({"properties": [{"applNum": "1" * 29}]}, "properties", "at most 28"),
        ({"assignees": "[{'name': 'BANK'"}, "assignees", "no JSON list"),
        ({"conveyanceCode": -1}, "conveyanceCode", "no whole number"),
    ],
)
def test_a_malformed_record_names_field_and_rule(change: dict[str, Any], field: str, rule: str) -> None:
    fault = read(CENTER | change)
    assert isinstance(fault, Fault)
    assert fault.field == field
    assert rule in fault.rule
    assert fault.origin == WHERE


def test_a_right_without_number_makes_the_list_incomplete_and_loses_no_record() -> None:
    found = record(
        "1-2", "2020-02-01", "SECURITY INTEREST", ["A"], ["B"], properties=[{"inventionTitle": "NAMELESS"}, {"applNum": "15294349"}]
    )
    assert (found.keys, found.listed, found.whole_list) == (frozenset({"15294349"}), 2, False)


def test_placeholder_dates_are_not_stated() -> None:
    row = CENTER | {
        "assignorExecutionDate": "01/01/0001",
        "recorded": "",
        "assignors": [{"assignorName": "A", "executionDate": "01/01/0001"}],
    }
    found = read(row)
    assert isinstance(found, Recordation) and (found.executed, found.recorded) == (None, None)


def test_a_zero_that_a_spreadsheet_took_is_put_back() -> None:
    listed = [{"applNum": 9738010}, {"applNum": "9738010.0"}, {"applNum": "09738010"}]
    assert record("1-2", "2020-02-01", "SECURITY INTEREST", ["A"], ["B"], properties=listed).keys == {"09738010"}


def test_an_id_of_another_kind_gives_way_to_reel_and_frame() -> None:
    found = read(CENTER | {"id": "9f1c2"})
    assert isinstance(found, Recordation) and found.number == Number(1234, 56)


def test_a_record_without_recording_date_is_read_and_placed_later() -> None:
    found = read({name: value for name, value in CENTER.items() if name != "recorded"})
    assert isinstance(found, Recordation) and found.recorded is None


def test_struck_records_are_marked() -> None:
    assert record("1-2", "2020-02-01", "SECURITY INTEREST", ["A"], ["B"], purgeIndicator="Y").struck
    assert record("1-2", "2020-02-01", "SECURITY INTEREST", ["A"], ["B"], deleteStatusIndicator=True).struck
    assert not record("1-2", "2020-02-01", "SECURITY INTEREST", ["A"], ["B"], purgeIndicator="N").struck


def test_a_csv_holds_lists_as_json_or_divided_texts(tmp_path: Path) -> None:
    header = ["assignees", "Conveyance Text", "reel no", "frame no", "recorded date", "assignors", "properties", "property count"]
    properties = '[{"applNum": "15294349"}]'
    line = ["BANK OF RIVERS PLC; BROOK BANK", "SECURITY INTEREST", "12", "34", "02/01/2020", '[{"name": "A LLC"}]', properties, "1"]
    file = write(tmp_path / "any.csv.gz", comma_separated(header, [line]))
    ((origin, row),) = rows(file, "own")
    assert not isinstance(row, Fault)
    found = recordation(row, origin, Series.US_PATENT)
    assert isinstance(found, Recordation)
    assert [party.name for party in found.assignees] == ["BANK OF RIVERS PLC", "BROOK BANK"]
    assert [party.name for party in found.assignors] == ["A LLC"]
    assert found.keys == {"15294349"}


def test_a_csv_holds_lists_as_other_tools_write_them(tmp_path: Path) -> None:
    header = ["id", "conveyanceText", "recordedDate", "assignors/0/name", "assignors/1/name", "assignees[0].name", "properties.0.applNum"]
    header += ["properties.1.applNum", "propertyCount"]
    line = ["12-34", "SECURITY INTEREST", "02/01/2020", "A LLC", "B LLC", "BANK", "15294349", "", "1"]
    literal = comma_separated(
        ["id", "conveyanceText", "recordedDate", "assignors", "assignees"],
        [["12-35", "SECURITY INTEREST", "02/01/2020", "[{'name': \"O'BROOK LLC\", 'executionDate': None}]", "['BANK']"]],
    )
    files = write(tmp_path / "a.csv", comma_separated(header, [line])), write(tmp_path / "b.csv", literal)
    found = [
        recordation(row, origin, Series.US_PATENT) for file in files for origin, row in rows(file, "own") if not isinstance(row, Fault)
    ]
    nested, other = found
    assert isinstance(nested, Recordation) and isinstance(other, Recordation)
    assert [party.name for party in nested.assignors] == ["A LLC", "B LLC"] and nested.keys == {"15294349"} and nested.whole_list
    assert [str(party) for party in (*other.assignors, *other.assignees)] == ["O'BROOK LLC", "BANK"]
