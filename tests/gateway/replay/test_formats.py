"""The same records make the same plan, whatever files, formats, columns and orders they come in."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.replay import sources
from gateway.replay.faults import Fault, Origin
from gateway.replay.plan import Choices, Plan, make
from gateway.replay.reading import CONVEYANCES, INVOICES, SPENDING, read
from gateway.replay.reconcile import asides, source_checks
from gateway.replay.records import Series
from gateway.replay.sources import NoData
from ledger.domain.money import currency
from tests.gateway.replay.folders import chain_record, write

TODAY = date(2026, 12, 1)
Rows = list[dict[str, Any]]

BROOK, RIVERS = "BROOK, LLC", "BANK OF RIVERS PLC"
FIRST, SECOND = "FIRST LIEN SECURITY AGREEMENT", "SECOND LIEN SECURITY AGREEMENT"
CONVEYED: Rows = [
    chain_record("1000-1", "2020-02-01", FIRST, [BROOK, "CREEK LLC"], [RIVERS], ["100", "101"]),
    chain_record("1000-2", "2020-02-01", SECOND, [BROOK], ["BANK OF LAKES, N.A., AS AGENT"], ["100"]),
    chain_record("1001-1", "2021-02-01", "RELEASE OF SECURITY INTEREST\nAT REEL/FRAME 1000/1", [RIVERS], [BROOK], ["100"]),
    chain_record("1002-1", "2021-03-01", "MERGER", ["CAFÉ LLC"], [BROOK], []),
    chain_record("1002-2", "2021-03-01", f"SUPPLEMENT NO. 1 TO {FIRST}", [BROOK], [RIVERS], ["102"]),
]
BILLED: Rows = [
    {
        "invoiceNumber": f"000{n}",
        "customerID": f"C-{n % 3}",
        "InvoiceDate": f"1/{n}/2013",
        "DueDate": f"2/{n}/2013",
        "SettledDate": f"2/{n + 2}/2013" if n % 4 else "",
        "InvoiceAmount": f"{n}1,000.5{n % 10}",
        "Disputed": "Yes" if n % 2 else "No",
    }
    for n in range(1, 13)
]
SPENT: Rows = [
    {
        "Service Area": "PARKS",
        "Expenditure Catergory": 'Gas, "and" oil',
        "Paid Date": f"0{1 + n % 3}/11/2017",
        "Trans No": f"10401{n // 3} - {n % 3}",
        "Amount": f"£{n}00.00" if n % 5 else "(20.00)",
        "Supplier ID": f"{2001 + n % 4}",
        "Supplier Name": "RIVÈR\nGAS" if n % 2 else "",
    }
    for n in range(1, 20)
]
FOLDERS = {"uspto-patent-chain": CONVEYED, INVOICES: BILLED, SPENDING: SPENT}


def as_lines(rows: Rows) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_csv(rows: Rows, columns: list[str], line_end: str = "\n", delimiter: str = ",") -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator=line_end, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return stream.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def spread(folder: Path, name: str, rows: Rows, order: random.Random) -> None:
    """Writes rows into one to three files, each in a form of its own."""
    rows = list(rows)
    order.shuffle(rows)
    cut = sorted(order.sample(range(len(rows) + 1), 2))
    for number, part in enumerate((rows[: cut[0]], rows[cut[0] : cut[1]], rows[cut[1] :])):
        if part:
            columns = list(dict.fromkeys(column for row in part for column in row))
            order.shuffle(columns)
            shuffled = [{column: row[column] for column in columns if column in row} for row in part]
            file, content = order.choice(FORMS)(shuffled, columns)
            path = folder / name / f"{order.choice('abc')}{number}{file}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


FORMS: list[Callable[[Rows, list[str]], tuple[str, bytes]]] = [
    lambda rows, _: (".jsonl", as_lines(rows).encode()),
    lambda rows, _: (".jsonl.gz", gzip.compress(as_lines(rows).encode())),
    lambda rows, _: (".ndjson", as_lines(rows).replace("\n", "\r\n").encode("utf-8-sig")),
    lambda rows, columns: (".csv", as_csv(rows, columns).encode()),
    lambda rows, columns: (".CSV", as_csv(rows, columns, "\r\n").encode("utf-8-sig")),
    lambda rows, columns: (".csv.gz", gzip.compress(as_csv(rows, columns, "\r\n", ";").encode("cp1252"))),
    lambda rows, columns: (".csv", ("\n\n" + _in_capitals(rows, columns)).encode("utf-16")),
]


def _in_capitals(rows: Rows, columns: list[str]) -> str:
    """Tab-separated, with headings in capitals."""
    raised = [{column.upper(): value for column, value in row.items()} for row in rows]
    return as_csv(raised, [column.upper() for column in columns], delimiter="\t")


def planned(folder: Path) -> Plan:
    choices = Choices()
    return make(read(folder, choices.invoice_currency, choices.spend_currency), choices, TODAY)


def without_origins(plan: Plan) -> Any:
    """The plan with every place of reading blotted out."""
    nowhere = Origin("", "", 0)
    placed = [
        replace(placement, record=replace(placement.record, origin=nowhere), acts=(), reason=placement.reason.split(" was read at")[0])
        for placement in plan.placements
    ]
    acts = [repr(placement.acts).split("origin")[0] for placement in plan.placements]
    return placed, acts, [(each.claims, each.lines, each.amount, len(each.asides)) for each in plan.receivables], plan.demonstrations


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("first")
    for name, rows in FOLDERS.items():
        write(folder / name / "all.jsonl", as_lines(rows))
    plan = planned(folder)
    assert plan.read.faults == ()
    assert len(plan.placements) == 5 and len(plan.claims) > 10
    return plan


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_files_formats_columns_and_orders_change_nothing(first: Plan, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("spread")
    order = random.Random(seed)
    for name, rows in FOLDERS.items():
        spread(folder, name, [dict(row) for row in rows], order)
    plan = planned(folder)
    assert [str(fault) for fault in plan.read.faults] == []
    assert plan.digest == first.digest
    assert without_origins(plan) == without_origins(first)


def test_one_changed_cell_changes_the_digest(first: Plan, tmp_path: Path) -> None:
    for name, rows in FOLDERS.items():
        changed = [row | {"InvoiceAmount": "11,000.52"} if row.get("invoiceNumber") == "0001" else row for row in rows]
        write(tmp_path / name / "all.jsonl", as_lines(changed))
    assert planned(tmp_path).digest != first.digest


def test_every_row_is_in_an_equation_and_every_fault_has_its_place(tmp_path: Path) -> None:
    broken = [*as_lines(CONVEYED).splitlines(), "{", json.dumps({"id": "nonsense"}), json.dumps(CONVEYED[0])]
    write(tmp_path / "uspto-patent-chain" / "a.jsonl", "\n".join(broken))
    write(tmp_path / "uspto-patent-chain" / "stray.csv", "shop,price\napples,3\n")
    write(tmp_path / "uspto-patent-chain" / "sheet.xlsx", "x")
    write(
        tmp_path / INVOICES / "a.jsonl",
        as_lines([*BILLED, BILLED[0], BILLED[1] | {"InvoiceAmount": "1"}, BILLED[2] | {"DueDate": "31/12/2013"}]),
    )
    write(tmp_path / SPENDING / "a.csv", as_csv([*SPENT, {"Trans No": "Total", "Amount": "1"}], list(SPENT[0])))
    plan = planned(tmp_path)
    checks = source_checks(plan)
    assert all(check.holds for check in checks), [check for check in checks if not check.holds]
    rows = {check.set: dict(check.values) for check in checks if check.name == "rows read"}
    assert rows["uspto-patent-chain"] == {"read": 10, "acting": 4, "without effect": 2, "set aside": 0, "unreadable": 4}
    assert rows[INVOICES] == {"read": 15, "in claims": 11, "set aside": 3, "other quarters": 0, "outside the slice": 0, "unreadable": 1}
    assert rows[SPENDING]["read"] == 20 and rows[SPENDING]["unreadable"] == 1
    unreadable = [(each.set, each.record, each.reason) for each in asides(plan) if each.outcome == "unreadable"]
    assert ("uspto-patent-chain", "stray.csv:2 row", "reel: missing") in unreadable
    assert ("uspto-patent-chain", "a.jsonl:7 nonsense", "reel/frame: 'nonsense' is no reel and frame") in unreadable
    assert (SPENDING, "a.csv:31 Total", "paid date: missing") in unreadable
    assert len(unreadable) == 6 and all(":" in record and reason for _, record, reason in unreadable)


def test_a_set_in_a_currency_of_other_decimals_is_set_aside_whole(tmp_path: Path) -> None:
    write(tmp_path / INVOICES / "a.jsonl", as_lines(BILLED))
    dinar = Choices(invoice_currency=currency("KWD"))
    plan = make(read(tmp_path, dinar.invoice_currency, dinar.spend_currency), dinar, TODAY)
    (part,) = plan.receivables
    assert part.claims == () and {aside.reason.partition(": ")[2] for aside in part.asides} == {
        "currency KWD has 3 decimals; this ledger holds amounts of 2"
    }
    assert all(check.holds for check in source_checks(plan))
    yen = read(tmp_path, currency("JPY"), dinar.spend_currency)
    assert len(yen.faults) == len(BILLED) and all("more than 0 decimals of JPY" in fault.rule for fault in yen.faults)


def _rows(data: Path, name: str) -> Iterable[dict[str, Any]]:
    for path in sources.files(data / name):
        for _, row in sources.rows(path, name):
            assert not isinstance(row, Fault)
            yield row


def test_the_real_records_make_the_same_plan_as_csv_shuffled_and_spread(data: Path, real_plan: Plan, tmp_path: Path) -> None:
    order = random.Random(7)
    for name in (*CONVEYANCES, INVOICES):
        spread(tmp_path, name, [dict(row) for row in _rows(data, name)], order)
    for path in sources.files(data / SPENDING):
        copy = tmp_path / SPENDING / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    plan = planned(tmp_path)
    assert plan.read.faults == ()
    assert plan.digest == real_plan.digest
    assert without_origins(plan) == without_origins(real_plan)


@pytest.mark.parametrize("folder", ["uspto-patent-security-lakes", "uspto-trademark-security-lakes", "records of 2025"])
def test_conveyances_in_a_folder_of_another_name_are_read_by_their_columns(tmp_path: Path, folder: str) -> None:
    write(tmp_path / folder / "a.jsonl.gz", as_lines(CONVEYED))
    write(tmp_path / "prices" / "a.csv", "shop,price\napples,3\n")
    plan = planned(tmp_path)
    assert {record.series for record in plan.read.conveyances} == {Series.US_MARK if "trademark" in folder else Series.US_PATENT}
    (check,) = source_checks(plan)
    assert (check.set, check.values["read"], check.values["acting"]) == (folder, 5, 4) and check.holds


def test_conveyances_that_list_marks_stand_in_the_numbering_of_marks(tmp_path: Path) -> None:
    rows = [{**row, "properties": [{"serialNumber": 71650280, "mark": "BROOK CITY"}]} for row in CONVEYED]
    write(tmp_path / "more" / "a.jsonl", as_lines(rows))
    assert {record.series for record in planned(tmp_path).read.conveyances} == {Series.US_MARK}


def test_the_data_folder_may_itself_hold_the_records(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", as_csv(CONVEYED, list(CONVEYED[0])))
    assert [record.origin.set for record in planned(tmp_path).read.conveyances] == [tmp_path.name] * 5


def test_other_invoices_and_spending_are_sets_of_their_own(tmp_path: Path) -> None:
    for name, rows in ((INVOICES, BILLED), ("bills of 2013", BILLED), ("city-spend", SPENT)):
        write(tmp_path / name / "a.csv", as_csv(rows, list(rows[0])))
    plan = planned(tmp_path)
    first, second, spent = plan.receivables
    assert (first.set, second.set, spent.set) == (INVOICES, "bills of 2013", "city-spend")
    assert [plan.currency_of_set(each.set).code for each in plan.receivables] == ["USD", "USD", "GBP"]
    assert len({claim.key for claim in plan.claims}) == len(plan.claims) == 2 * len(BILLED) + len(spent.claims) > 0
    assert all(check.holds for check in source_checks(plan))


def test_a_folder_without_records_says_what_was_looked_for(tmp_path: Path) -> None:
    write(tmp_path / "prices" / "a.csv", "shop,price\napples,3\n")
    (tmp_path / "uspto-patent-chain").mkdir()
    with pytest.raises(NoData, match="in no other folder one whose columns are those of conveyances"):
        planned(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps(CONVEYED, indent=1)),
        ("a.json.gz", json.dumps({"total": 5, "results": CONVEYED})),
        ("a.json", as_lines(CONVEYED)),
        ("a.tsv", as_csv(CONVEYED, list(CONVEYED[0]), delimiter="\t")),
    ],
)
def test_lists_objects_around_them_and_tabs_are_read(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path / "uspto-patent-chain" / name, text)
    found = planned(tmp_path)
    assert found.read.faults == () and [str(record.number) for record in found.read.conveyances] == [row["id"] for row in CONVEYED]


def test_one_record_as_a_json_file_is_a_row_and_a_broken_file_a_fault(tmp_path: Path) -> None:
    write(tmp_path / "uspto-patent-chain" / "a.json", json.dumps(CONVEYED[0], indent=1))
    write(tmp_path / "uspto-patent-chain" / "b.json", '[{"id": 3')
    found = planned(tmp_path).read
    assert [str(record.number) for record in found.conveyances] == ["1000-1"]
    assert [(fault.origin.file, fault.field) for fault in found.faults] == [("b.json", "JSON")]
