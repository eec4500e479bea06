"""An export's records: read alike from JSON and CSV, refused with line, field and rule, and nothing of a person but commitments."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.anchoring import export
from gateway.anchoring.export import ExportError, Register, Row, RowError
from ledger.domain.assets import name_hash, stated_party
from ledger.domain.identifiers import Scheme, person, read_word
from ledger.domain.pledge_words import Flag
from ledger.domain.registers import PartyRole, State, rules
from ledger.proofs.anchor_leaves import encode
from tests.gateway.anchoring.register import REGISTER, record, records, written

SHANGHAI = ZoneInfo("Asia/Shanghai")
READ = Register(REGISTER.number, rules(REGISTER.rule), SHANGHAI, b"s" * 32)


def one(tmp_path: Path, row: dict[str, Any], name: str = "one.jsonl") -> Row:
    ((_, read),) = export.rows(written(tmp_path / name, [row]))
    assert isinstance(read, Row), read
    return read


def entry(tmp_path: Path, **more: Any) -> export.Entry:
    return export.entry(one(tmp_path, record(1, **more)), READ)


# --- What a record becomes --------------------------------------------------------------------------------------------------------


def test_a_record_becomes_the_words_of_its_leaf(tmp_path: Path) -> None:
    made = entry(tmp_path, effective="2023-05-04", expires="2030-06-30", due="2029-01-01")
    leaf = made.record
    assert leaf.officeNumber == b"Y2023/000000001".ljust(32, b"\0") and leaf.state == State.REGISTERED
    # Midnight in Shanghai is 16:00 of the day before in UTC.
    assert leaf.effective == 1_683_129_600 and leaf.flags == Flag.DATE_ONLY
    assert leaf.expires == 1_909_065_599 and leaf.due == 1_861_977_599, "the last second of the day"
    assert (leaf.kind, leaf.currency, leaf.ceiling, leaf.holders, leaf.assetCount) == (2, 156, 500_000_000, 1, 1)
    assert made.listing is not None and leaf.assetsRoot == made.listing.root
    assert made.parties[0].id == stated_party("Company 1 Ltd") and made.parties[0].nameHash == name_hash("Company 1 Ltd", "")


def test_a_time_with_its_offset_is_no_day(tmp_path: Path) -> None:
    made = entry(tmp_path, effective="2023-05-04T09:30:00+08:00").record
    assert made.effective == 1_683_163_800 and not made.flags & Flag.DATE_ONLY


def test_a_record_without_a_list_of_assets_says_so(tmp_path: Path) -> None:
    made = entry(tmp_path, assets=[])
    assert made.listing is None and made.record.assetsRoot == bytes(32) and made.record.flags & Flag.ASSETS_NOT_STATED


def test_marks_are_flags(tmp_path: Path) -> None:
    made = entry(tmp_path, marks=["factoring", "general description"], effective="2023-05-04T09:30:00Z").record
    assert made.flags == Flag.FACTORING | Flag.GENERAL_DESCRIPTION


def test_a_claim_that_is_not_stated(tmp_path: Path) -> None:
    made = entry(tmp_path, claim="not stated", amount="", currency="").record
    assert (made.kind, made.currency, made.ceiling) == (0, 0, 0)


def test_a_person_stands_by_commitments_only(tmp_path: Path) -> None:
    made = entry(tmp_path, pledgors=[{"name": "王小明", "person": True}])
    party, name = made.parties[0], made.names[0]
    assert read_word(party.id).scheme is Scheme.PERSON and (name.name, name.capacity) == ("", "")
    assert party.nameHash != name_hash("王小明", "") and party.id != stated_party("王小明")
    other = export.entry(made.row, Register(READ.number, READ.rules, READ.zone, b"t" * 32))
    assert other.parties[0].id != party.id, "another secret, another commitment"
    again = entry(tmp_path, pledgors=[{"name": "王小明", "person": True}])
    assert again.parties == made.parties, "the same office finds it again"
    assert person("王小明", b"x" * 32).word != party.id


def test_an_identifier_names_its_party(tmp_path: Path) -> None:
    made = entry(tmp_path, holders=[{"name": "Bank", "identifier": "LEI 5493001KJTIIGC8Y1R12", "share": 2}])
    assert read_word(made.parties[1].id).text == "5493001KJTIIGC8Y1R12" and made.parties[1].role == PartyRole.PLEDGEE


def test_two_blinds_hide_one_list(tmp_path: Path) -> None:
    first, second = entry(tmp_path).listing, export.entry(one(tmp_path, record(1) | {"number": "Y1"}), READ).listing
    assert first is not None and second is not None
    assert first.keys == second.keys and first.root != second.root, "equal lists can't be told by their roots"


# --- JSON, CSV, gzip ----------------------------------------------------------------------------------------------------------------


def as_csv(file: Path, rows: list[dict[str, Any]], *, delimited: bool = False) -> Path:
    columns = sorted({name for row in rows for name in row})
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        for row in rows:
            cells = {name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value for name, value in row.items()}
            if delimited:
                cells["assets"] = "; ".join(row["assets"])
            writer.writerow(cells)
    return file


def test_json_csv_and_gzip_read_alike(tmp_path: Path) -> None:
    rows = list(records(60))
    plain = [read for _, read in export.rows(written(tmp_path / "a.jsonl", rows))]
    assert all(isinstance(read, Row) for read in plain) and len(plain) == 60
    assert [read for _, read in export.rows(as_csv(tmp_path / "a.csv", rows))] == plain
    assert [read for _, read in export.rows(as_csv(tmp_path / "b.csv", rows, delimited=True))] == plain
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    assert [read for _, read in export.rows(tmp_path / "a.jsonl.gz")] == plain == [read for _, read in export.rows(tmp_path / "a.csv.gz")]


def test_the_order_of_columns_and_empty_lines_change_nothing(tmp_path: Path) -> None:
    row = record(3)
    turned = dict(reversed(row.items()))
    (tmp_path / "a.jsonl").write_text(f"\n{json.dumps(turned)}\r\n\n")
    ((line, read),) = export.rows(tmp_path / "a.jsonl")
    assert line == 2 and isinstance(read, Row)
    assert encode(export.entry(read, READ).record) == encode(export.entry(one(tmp_path, row), READ).record)


# --- What is refused ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": ""}, "number: '', 1 to 32 bytes of text expected"),
        ({"number": "号" * 11}, "number: "),
        ({"state": "alive"}, "state: 'alive' is none of filed,"),
        ({"effective": "04/05/2023"}, "effective: '04/05/2023'; a day (2023-05-04), or a time with offset"),
        ({"effective": "2023-02-30"}, "effective: '2023-02-30'"),
        ({"effective": "2023-05-04T09:30:00"}, "effective: '2023-05-04T09:30:00' has no offset"),
        ({"expires": "1999-01-01"}, "expires: "),
        ({"claim": "some"}, "claim: 'some' is none of not stated, fixed, maximum"),
        ({"claim": "not stated"}, "claim: amount and currency are stated if and only if the claim is"),
        ({"amount": "5,000"}, "amount '5,000' is no decimal number"),
        ({"amount": "0.001"}, "amount 0.001 has more than 2 decimals of CNY"),
        ({"amount": "0"}, "amount: '0', above 0 expected"),
        ({"currency": "XXY"}, "currency 'XXY' is no ISO 4217 code"),
        ({"pledgors": []}, "pledgors: a pledgor that is no co-owner only is missing"),
        ({"pledgors": [{"name": "A", "co_owner": True}]}, "pledgors: a pledgor that is no co-owner only is missing"),
        ({"pledgors": [{"name": " "}]}, "pledgors[0].name: missing"),
        ({"pledgors": [{"name": "A", "share": 1}]}, "pledgors[0].share: 1;"),
        ({"holders": [{"name": "A"}]}, "holders[0].share: 0;"),
        ({"holders": [{"name": "A", "share": -1}]}, "holders[0].share: -1;"),
        ({"holders": [{"name": "A", "share": 1, "co_owner": True}]}, "holders[0].co_owner: a holder is none"),
        ({"holders": []}, "holders"),
        ({"holders": [{"name": "A", "share": 1, "identifier": "USCC 911100001"}]}, "holders[0].identifier: '911100001' is no USCC"),
        ({"holders": [{"name": "A", "share": 1, "identifier": "91110000"}]}, "holders[0].identifier: '91110000'; a scheme"),
        ({"assets": ["ZL201910000001.1"]}, "check digit"),
        ({"assets": ["US16000101"]}, "assets[0]"),
        ({"assets": ["ZL201920000001.2"] * 2}, "assets"),
        ({"document": "0x12"}, "document"),
        ({"marks": ["adopted"]}, "marks: 'adopted' is none of general description, parent unknown"),
        ({"content": "xyz"}, "content"),
        ({"executed": "yesterday"}, "executed: 'yesterday'"),
    ],
)
def test_what_is_wrong_in_a_record_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(RowError) as refused:
        entry(tmp_path, **change)
    assert said in str(refused.value), str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "malformed"),
        ("[]", "Expected `object`"),
        ('{"number": "1"}', "missing required field `state`"),
        (json.dumps(record(1) | {"nunber": 1}), "unknown field `nunber`"),
        (json.dumps(record(1) | {"holders": [{"name": "A", "share": "1"}]}), "holders[0].share: Expected `int`"),
        (json.dumps(record(1) | {"number": 17}), "number: Expected `str`"),
    ],
)
def test_what_is_no_record_is_named_and_the_reading_goes_on(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{line}\n{json.dumps(record(2))}\n")
    (first, wrong), (second, right) = export.rows(tmp_path / "a.jsonl")
    assert (first, second) == (1, 2) and isinstance(right, Row)
    assert isinstance(wrong, RowError) and said in str(wrong), str(wrong)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("number,state\nY1,registered,surplus\n", "more cells than headings"),
        ("number,state\nY1\n", "missing required field"),
        ("number,stat\nY1,registered\n", "unknown field `stat`"),
    ],
)
def test_what_is_no_row_of_a_csv_is_named(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    ((_, wrong),) = export.rows(tmp_path / "a.csv")
    assert isinstance(wrong, RowError) and said in str(wrong), str(wrong)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"PK", r".jsonl or .csv expected"),
        ("a.jsonl", b"\xff\xfe{", "can't decode byte"),
        ("a.jsonl.gz", b"no gzip", "Not a gzipped file"),
        ("a.csv.gz", gzip.compress(b"number\n" * 5000, mtime=0)[:40], "ended before"),
    ],
)
def test_a_file_that_is_no_export_is_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ExportError, match=said):
        list(export.rows(tmp_path / name))
    with pytest.raises(ExportError, match="no such file; check the name"):
        list(export.rows(tmp_path / "nothing.csv"))
