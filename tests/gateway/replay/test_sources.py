import gzip
from pathlib import Path

import pytest

from gateway.replay.faults import Fault
from gateway.replay.sources import files, rows, strangers
from tests.gateway.replay.folders import comma_separated, json_lines, write


@pytest.mark.parametrize("name", ["a.jsonl", "b.jsonl.gz", "c.ndjson", "d.csv", "e.CSV.gz"])
def test_every_format_gives_the_same_row(tmp_path: Path, name: str) -> None:
    text = (
        comma_separated(["Trans No", "PAID_DATE"], [["7 - 1", "x"]])
        if "csv" in name.lower()
        else json_lines([{"Trans No": "7 - 1", "PAID_DATE": "x"}])
    )
    write(tmp_path / name, text)
    assert [path.name for path in files(tmp_path)] == [name]
    assert [row for _, row in rows(tmp_path / name, "own")] == [{"transno": "7 - 1", "paiddate": "x"}]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "README.md", "no data")
    assert files(tmp_path) == []
    assert files(tmp_path / "missing") == []


def test_a_broken_line_is_a_fault_and_the_next_one_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", '{"a": 1}\n{"a": \n[1]\n\n{"a": 2}\n')
    found = list(rows(file, "own"))
    assert [row for _, row in found if not isinstance(row, Fault)] == [{"a": 1}, {"a": 2}]
    faults = [row for _, row in found if isinstance(row, Fault)]
    assert [(fault.origin.line, fault.field) for fault in faults] == [(2, "JSON"), (3, "JSON")]


def test_a_byte_order_mark_and_windows_letters_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"\xef\xbb\xbfName\nx\n")
    assert [row for _, row in rows(file, "own")] == [{"name": "x"}]
    file.write_bytes(b"Name\nCaf\xe9 \x96 Bar\n")
    assert [row for _, row in rows(file, "own")] == [{"name": "Café \u2013 Bar"}]


def test_quoted_cells_keep_their_line_ends_and_the_line_of_the_row(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'Name,No\n"two\nlines",1\nplain,2\n')
    assert [(origin.line, row) for origin, row in rows(file, "own")] == [
        (2, {"name": "two\nlines", "no": "1"}),
        (4, {"name": "plain", "no": "2"}),
    ]


def test_a_row_with_more_cells_than_headings_is_a_fault_and_a_short_one_is_empty_at_its_end(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "A,B\n1,2,3\n1\n1,2,\n")
    found = [row for _, row in rows(file, "own")]
    assert isinstance(found[0], Fault) and found[0].rule == "3 cells under 2 headings"
    assert found[1:] == [{"a": "1", "b": ""}, {"a": "1", "b": "2"}]


def test_semicolons_divide_cells_too(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "A;B\n1;2\n")
    assert [row for _, row in rows(file, "own")] == [{"a": "1", "b": "2"}]


def test_a_damaged_archive_is_one_fault_of_the_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"a": 1}\n' * 100)[:-20])
    ((origin, fault),) = rows(file, "own")
    assert isinstance(fault, Fault) and fault.field == "file" and origin.line == 0


def test_a_spreadsheets_unicode_text_and_line_ends_of_every_kind_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("Name\tNo\r\nCafé\t1\r\n".encode("utf-16"))
    assert [row for _, row in rows(file, "own")] == [{"name": "Café", "no": "1"}]
    file.write_bytes(b"\r\n,\r\nName,No\r\n\r\nx,1\r\n,\r\n")
    assert [(origin.line, row) for origin, row in rows(file, "own")] == [(5, {"name": "x", "no": "1"})]
    lines = write(tmp_path / "a.jsonl", '{"a": 1}\r\n\r\n{"a": 2}\r\n')
    assert [row for _, row in rows(lines, "own")] == [{"a": 1}, {"a": 2}]


def test_a_heading_that_stands_again_is_no_row(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "Name,No\nx,1\nName,No\ny,2\n")
    assert [row for _, row in rows(file, "own")] == [{"name": "x", "no": "1"}, {"name": "y", "no": "2"}]


def test_of_two_columns_of_one_name_the_filled_one_counts(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "Amount,amount\n1,\n,2\n")
    assert [row for _, row in rows(file, "own")] == [{"amount": "1"}, {"amount": "2"}]


def test_a_file_of_another_kind_is_reported_and_prose_is_not(tmp_path: Path) -> None:
    for name in ("README.md", "notes.txt", ".hidden.json", "LICENSE"):
        write(tmp_path / name, "x")
    write(tmp_path / "records.xml", "[]")
    write(tmp_path / "sheet.xlsx.gz", "x")
    assert [(fault.origin.file, fault.field) for fault in strangers(tmp_path, "own")] == [
        ("records.xml", "file"),
        ("sheet.xlsx.gz", "file"),
    ]
    assert strangers(tmp_path / "missing", "own") == []
