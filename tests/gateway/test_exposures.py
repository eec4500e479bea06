"""Debts added up, a register's months and cash statements: through the API and the command line."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from pydantic import ValidationError
from sqlalchemy import update

from gateway.config import Settings
from ledger.mirror.models import CASH_ENTRY
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.conftest import Api
from tests.gateway.test_access import problem
from tests.gateway.test_reads import Books, books

__all__ = ["books"]


@pytest.fixture
def command(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(api.running.services.settings.home, monkeypatch, capsys)


def total(found: dict[str, Any]) -> dict[str, int]:
    """By currency; the buckets add up to it."""
    for one in found["currencies"]:
        assert sum(int(each["owed"]["minor"]) for each in one["buckets"]) == int(one["total"]["minor"])
        assert sum(each["count"] for each in one["buckets"]) == one["count"]
    return {one["total"]["currency"]: int(one["total"]["minor"]) for one in found["currencies"]}


# Five receivables of 10,000 and on; three thousand of the first are paid.
OWED = sum(10_000 + at for at in range(5)) - 3_000


def test_a_ladder_and_ages_add_up_to_what_is_owed(books: Books) -> None:
    for path in ("/maturities", "/ageing"):
        answer = books.get(path, side="obligor", account=books.obligor.account)
        assert list(total(answer["data"]).values()) == [OWED]
        assert answer["data"]["zone"] == "UTC" and answer["data"]["account"] == books.obligor.account
    names = [each["days"] for each in books.get("/maturities", side="holder")["data"]["currencies"][0]["buckets"]]
    assert names == ["overdue", "0-30", "31-60", "61-90", "91-180", "181-365", "over 365"]
    names = [each["days"] for each in books.get("/ageing", side="holder")["data"]["currencies"][0]["buckets"]]
    assert names == ["not due", "1-30", "31-60", "61-90", "over 90"]


def test_both_sides_of_a_debt_agree_and_each_sees_its_own(books: Books) -> None:
    of = {"account": books.obligor.account}
    held = books.pages("/exposures", 2, by="holder", **of)
    assert {each["account"] for each in held} == {books.supplier.account, books.bank.account}
    assert sum(int(each["owed"]["minor"]) for each in held) == OWED
    assert [each["share_ppm"] for each in held] == sorted((each["share_ppm"] for each in held), reverse=True)
    (bank,) = books.pages("/exposures", 2, by="bank", **of)
    assert (bank["account"], bank["share_ppm"], bank["name"]) == (books.bank.account, 1_000_000, "reads bank")
    (owing,) = books.pages("/exposures", 2, by="obligor", account=books.bank.account)
    assert (owing["account"], owing["owed"]) == (books.obligor.account, bank["owed"])


def test_as_at_an_earlier_block_nothing_was_paid_or_sold(books: Books) -> None:
    found = books.get("/ageing", side="obligor", account=books.obligor.account, block=books.before)
    assert list(total(found["data"]).values()) == [OWED + 3_000]
    assert books.get("/exposures", by="bank", account=books.obligor.account, block=books.before)["data"] == []


def test_who_oversees_the_ledger_sees_all_of_it(books: Books) -> None:
    whole = books.pages("/exposures", 50, by="obligor")
    assert books.obligor.account in {each["account"] for each in whole}
    for each in whole:
        mine = [one["owed"] for one in whole if one["owed"]["currency"] == each["owed"]["currency"]]
        assert int(each["total"]["minor"]) == sum(int(one["minor"]) for one in mine)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/maturities", {"side": "bank"}, "side"),
        ("/exposures", {"by": "weight"}, "by"),
        ("/exposures", {"by": "obligor", "after": "bm90aGluZw"}, "after"),
        ("/registers/1/statistics", {"since": "2026-13"}, "since"),
        ("/cash/1/statement/totals", {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "until"),
    ],
)
def test_what_makes_no_sense_is_refused(books: Books, path: str, query: dict[str, str], field: str) -> None:
    asked = {"account": books.obligor.account, **query} if "statistics" not in path else query
    told = problem(books.api.http.get(path, params=asked), 422)
    assert told["field"] == field, told


def test_a_zone_that_is_none_is_refused_at_the_start() -> None:
    assert Settings(zone="Asia/Shanghai").zone == "Asia/Shanghai"
    for wrong in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(ValidationError, match="no zone of the tz database"):
            Settings(zone=wrong)


def test_owners_of_a_range_are_told_as_wide_as_each_had_it(books: Books) -> None:
    path = f"/receivables/{books.receivables[0]}/owners"
    rows = books.pages(path, 3)
    now = sorted((int(each["start"]), int(each["end"]), each["owner"]) for each in rows if each["to_pos"] is None)
    assert now[0][0] == 0 and now[-1][1] == 10_000
    assert all(one[1] == other[0] for one, other in pairwise(now))
    bank = [each for each in books.pages(path, 50, start=1_500, end=2_500) if each["owner"] == books.bank.account]
    assert {int(each["start"]) for each in bank} == {1_500, 2_000}


def test_a_statement_balances(books: Books) -> None:
    account = books.obligor.account
    whole = books.get("/cash/1/statement/totals", account=account)["data"]
    assert (whole["opening"]["minor"], whole["received"]["minor"], whole["paid"]["minor"], whole["entries"]) == ("0", "50000", "3000", 4)
    assert whole["closing"]["minor"] == "47000"
    late = books.get("/cash/1/statement/totals", account=account, until="2020-01-01T00:00:00Z")["data"]
    assert (late["entries"], late["closing"]["minor"]) == (0, "0")
    assert books.pages("/cash/1/statement", 3, account=account, until="2020-01-01T00:00:00Z") == []
    assert len(books.pages("/cash/1/statement", 3, account=account, **{"from": "2020-01-01T00:00:00Z"})) == 4


def test_a_statement_that_does_not_balance_is_told_as_such(books: Books) -> None:
    """Rows that somebody changed by hand: no figures, and what to do."""
    account, database = bytes.fromhex(books.obligor.account[2:]), books.api.running.services.mirror
    change = update(CASH_ENTRY.table).where(CASH_ENTRY.table.c.account == account, CASH_ENTRY.table.c.to_pos.is_(None))
    with database.write() as conn:
        conn.execute(change.values(balance=CASH_ENTRY.table.c.balance + 1))
    try:
        answer = books.api.http.get("/cash/1/statement/totals", params={"account": books.obligor.account})
    finally:
        with database.write() as conn:
            conn.execute(change.values(balance=CASH_ENTRY.table.c.balance - 1))
    told = problem(answer, 503)
    assert told["title"] == "Statement out of balance"
    assert "is not 47001" in told["detail"] and "mirror verify" in told["detail"]


def test_months_of_a_register(books: Books) -> None:
    (register,) = [each["number"] for each in books.get("/registers")["data"] if each["key"] == "US-PATENT"] or [1]
    months = books.pages(f"/registers/{register}/statistics", 1)
    assert sum(each["registrations"] for each in months) >= 2
    assert [each["month"] for each in months] == sorted((each["month"] for each in months), reverse=True)


# --- Commands ---------------------------------------------------------------------------------------------------------------------


def test_commands_show_them(books: Books, command: Run) -> None:
    of = books.obligor.account
    assert "over 90" in command("receivable", "ageing", "--side", "obligor", "--of", of).out
    found = json.loads(command("receivable", "maturities", "--side", "obligor", "--of", of, "--json").out)
    assert list(total(found).values()) == [OWED]
    assert "100.0000 %" in command("receivable", "exposures", "--by", "bank", "--of", of).out
    statement = command("cash", "statement", "1", of)
    assert statement.code == 0 and statement.out.index("opening") < statement.out.index("50000") < statement.out.index("closing")
    assert "2023-11" in command("register", "statistics", "1").out
    refused(command("receivable", "ageing", "--side", "sideways"), "side")


def test_a_home_is_exported(books: Books, command: Run, tmp_path: Path) -> None:
    done = command("mirror", "export", "--to", str(tmp_path / "out"))
    assert done.code == 0, done.err
    assert parquet.read_table(tmp_path / "out" / "receivables.parquet").num_rows >= 5
    refused(command("mirror", "export", "--to", str(tmp_path / "out")), "there already")
    refused(command("mirror", "export", "--to", str(tmp_path / "other"), "--at", "9999999"), "the mirror holds blocks")
