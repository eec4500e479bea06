"""Reads: pages hold every row once, filters say what they leave out, and any list can be read as it was."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.domain.ids import to_hex, token_id
from tests.gateway.conftest import Api, Member
from tests.gateway.pledge import ASSETS, record
from tests.gateway.test_access import problem

REF = "0x" + "0f" * 32


@dataclass
class Books:
    """Some business: five receivables of one supplier, one of them cut in pieces and half paid; two pledges on the same rights."""

    api: Api
    supplier: Member
    obligor: Member
    bank: Member
    receivables: list[int]
    before: int
    """The last block before the pieces were cut."""

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.api.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def pages(self, path: str, limit: int, **query: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        rows: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.get(path, limit=limit, **query, **after)
            assert len(page["data"]) <= limit
            rows += page["data"]
            if page["next"] is None:
                return rows
            after = {"after": page["next"]}


@pytest.fixture(scope="module")
def books(api: Api) -> Books:
    supplier, obligor, bank = (
        api.admit("reads supplier", "SUPPLIER"),
        api.admit("reads obligor", "OBLIGOR"),
        api.admit("reads bank", "BANK"),
    )
    numbers = [api.receivable(supplier, obligor, face=10_000 + at) for at in range(5)]
    before = api.http.get("/blocks/head").json()["block"]
    pieces = [{"end": 1_000 * at, "to": bank.account, "ref": REF} for at in range(1, 8)]
    batch = {"token": str(token_id(numbers[0], 0)), "pieces": pieces}
    assert api.done(api.act(supplier, "MoveBatch", batch))["state"] == "final"
    cash = api.http.get("/cash").json()["data"][0]
    issue = {"cash": cash["number"], "to": obligor.account, "amount": 50_000, "ref": REF}
    assert api.done(api.act(Member("bank", cash["bank"]), "IssueCash", issue))["state"] == "final"
    for at in range(3):
        pay = {"receivable": str(numbers[0]), "amount": 1_000, "ref": "0x" + f"{at + 1:064x}"}
        assert api.done(api.act(obligor, "PayReceivable", pay))["state"] == "final"
    office = next(each for each in _offices(api) if each["name"].startswith("United"))
    for number, effective in (("70001-1", 1_690_000_000), ("70002-2", 1_680_000_000)):
        signers = [{"account": office["account"], "role": "REGISTRAR", "mode": "ATTESTED"}]
        body = record(number, f"A Ltd {number}", "B Bank", effective=effective, given=effective)
        assert api.done(api.act(Member("office", office["account"]), "RecordPledge", body, signers=signers))["state"] == "final"
    return Books(api, supplier, obligor, bank, numbers, before)


def _offices(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.http.get("/members", params={"role": "REGISTRAR"}).json()["data"]
    return found


# --- Pages -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_of_every_list_hold_each_row_once_in_one_order(books: Books, limit: int) -> None:
    account, number = books.supplier.account, books.receivables[0]
    lists: list[tuple[str, dict[str, Any], int]] = [
        ("/receivables", {"party": account}, 5),
        (f"/receivables/{number}/tokens", {}, 8),
        (f"/receivables/{number}/lineage", {}, 9),
        ("/tokens", {"owner": books.bank.account}, 7),
        ("/members", {"role": "BANK"}, 1),
        ("/acts", {"account": account}, 6),
        ("/pledges", {}, 2),
        ("/pledges:live", {}, 2),
        ("/pledges/1/assets", {}, len(ASSETS)),
        ("/cash/1/statement", {"account": books.obligor.account}, 4),
        (f"/events/{to_hex(number.to_bytes(32))}", {}, 0),
    ]
    for path, query, least in lists:
        rows, whole = books.pages(path, limit, **query), books.get(path, limit=1000, **query)["data"]
        assert rows == whole and len(rows) >= least, path


def test_a_cursor_of_another_list_is_refused(books: Books) -> None:
    cursor = books.get("/tokens", owner=books.bank.account, limit=2)["next"]
    problem(books.api.http.get("/receivables", params={"after": cursor}), 422)
    problem(books.api.http.get("/receivables", params={"limit": 1001}), 422)


# --- Filters and forms -------------------------------------------------------------------------------------------------------------


def test_filters_of_receivables(books: Books) -> None:
    mine = books.get("/receivables", party=books.obligor.account)["data"]
    assert [each["id"] for each in mine] == [str(number) for number in books.receivables]
    assert books.get("/receivables", party=books.obligor.account, status="draft")["data"] == []
    assert len(books.get("/receivables", party=books.obligor.account, status="live")["data"]) == 5
    assert books.get("/receivables", party="0x" + "12" * 20)["data"] == []


def test_a_receivable_shows_face_debt_and_pieces(books: Books) -> None:
    read = books.get(f"/receivables/{books.receivables[0]}")["data"]
    assert read["face"] == {"minor": "10000", "currency": "USD"} and read["condition"] == "part paid"
    assert read["debt"] == {"principal": {"minor": "7000", "currency": "USD"}, "interest": {"minor": "0", "currency": "USD"}}
    assert (read["tokens"], read["payments"], read["distributed"]["minor"]) == (8, 3, "3000")
    assert datetime.fromisoformat(read["due"]) > datetime.fromisoformat(read["confirmed_at"])


def test_tokens_tile_the_face_and_are_owed_what_the_receivable_is(books: Books) -> None:
    number = books.receivables[0]
    tokens = books.get(f"/receivables/{number}/tokens")["data"]
    assert [each["start"] for each in tokens[1:]] == [each["end"] for each in tokens[:-1]]
    assert (tokens[0]["start"], tokens[-1]["end"]) == ("0", "10000")
    whole = [books.get(f"/tokens/{each['token']}")["data"] for each in tokens]
    assert sum(int(each["owed"]["minor"]) for each in whole) == 7_000
    assert sum(int(each["undrawn"]["principal"]["minor"]) for each in whole) == 3_000


def test_payments_come_in_order_with_their_currency(books: Books) -> None:
    read = books.get(f"/receivables/{books.receivables[0]}/payments")["data"]
    assert read["currency"] == "USD" and [each["payment"] for each in read["distributed"]] == [1, 2, 3]
    assert [each["principal"] for each in read["received"]] == [{"minor": "1000", "currency": "USD"}] * 3
    assert [each["owed_after"]["minor"] for each in read["distributed"]] == ["9000", "8000", "7000"]


def test_a_statement_balances(books: Books) -> None:
    entries = books.get("/cash/1/statement", account=books.obligor.account)["data"]
    deltas = [int(each["delta"]["minor"]) for each in entries]
    assert deltas == [-1_000] * 3 + [50_000]
    assert [int(each["balance"]["minor"]) for each in entries] == [47_000, 48_000, 49_000, 50_000]
    money = books.get(f"/accounts/{books.obligor.account}/money")["data"]
    assert money["balances"][0]["balance"] == {"minor": "47000", "currency": "USD"} and money["credits"] == []


def test_cash_in_circulation_is_what_was_issued(books: Books) -> None:
    (usd,) = [each for each in books.get("/cash")["data"] if each["currency"] == "USD"]
    assert usd["in_circulation"] == {"minor": "50000", "currency": "USD"}


def test_draws_name_the_receivable_by_its_id(books: Books) -> None:
    token = str(token_id(books.receivables[0], 0))
    call = {"key": "reads draw", "contract": "Repayment", "function": "draw", "arguments": [[token]]}
    made = books.api.http.post("/calls:batch", json={"calls": [call]}).json()["calls"][0]
    ended = books.api.http.post("/calls:wait", json={"ids": [made["id"]], "timeout": 20}).json()
    assert ended["calls"][0]["state"] == "final"
    (drawn,) = books.get(f"/accounts/{books.bank.account}/draws")["data"]
    assert (drawn["receivable"], drawn["start"], drawn["end"]) == (str(books.receivables[0]), "0", "1000")
    assert (drawn["from_payment"], drawn["to_payment"]) == (0, 3)


def test_pledges_are_found_by_number_party_register_and_status(books: Books) -> None:
    (found,) = books.get("/pledges", number="70001-1")["data"]
    assert (found["number"], found["status"], found["ceiling"]) == ("70001-1", "registered", {"minor": "250000000", "currency": "USD"})
    party = books.get(f"/pledges/{found['pledge']}")["data"]["parties"][0]
    assert (party["name"], party["role"], party["side"]) == ("A Ltd 70001-1", "pledgor", "pledgors")
    assert [each["pledge"] for each in books.get("/pledges", party=party["id"])["data"]] == [found["pledge"]]
    assert len(books.get("/pledges", register=1, status="registered")["data"]) == 2
    assert books.get("/pledges", register=3)["data"] == books.get("/pledges", status="ended")["data"] == []
    assert books.get("/pledges", number="no such")["data"] == []
    problem(books.api.http.get("/pledges", params={"number": "ü" * 20}), 422)


def test_a_right_shows_its_liens_by_effective_time(books: Books) -> None:
    asset = to_hex(min(ASSETS))
    burdens = books.get(f"/assets/{asset}/encumbrances")["data"]
    assert burdens["asset_text"] == min(ASSETS).rstrip(b"\0").decode()
    assert [(each["rank"], each["pledge"], each["live"]) for each in burdens["encumbrances"]] == [(1, 2, True), (2, 1, True)]
    early = datetime.fromtimestamp(1_685_000_000, UTC).isoformat()
    assert [each["pledge"] for each in books.get(f"/assets/{asset}/encumbrances", effective_at=early)["data"]["encumbrances"]] == [2]
    assert books.get(f"/assets/{'0x' + '00' * 32}/encumbrances")["data"]["encumbrances"] == []


def test_a_pledges_history_has_documents_and_consents(books: Books) -> None:
    filed = books.get("/pledges/1/history")["data"][0]
    assert (filed["event"], filed["instrument"]["number"]) == ("PledgeFiled", "70001-1")
    assert filed["instrument"]["caption"] == "SECURITY INTEREST"
    done = books.api.running.services.rpc.call("eth_getBlockByNumber", hex(int(filed["pos"]) >> 20), False)
    assert datetime.fromisoformat(filed["at"]).timestamp() == int(done["timestamp"], 16)
    consents = [(each["role"], each["mode"], each["until"]) for each in filed["consents"]]
    assert consents == [("pledgor", "ATTESTED", None), ("pledgee", "ATTESTED", None)]


# --- As it was -----------------------------------------------------------------------------------------------------------------------


def test_lists_are_read_as_they_were_at_a_block(books: Books) -> None:
    number = books.receivables[0]
    then = books.get(f"/receivables/{number}/tokens", block=books.before)
    assert [(each["start"], each["end"], each["owner"]) for each in then["data"]] == [("0", "10000", books.supplier.account)]
    assert then["block"] == books.before and then["final"] is True
    assert books.get("/tokens", owner=books.bank.account, block=books.before)["data"] == []
    assert books.get(f"/receivables/{number}", block=books.before)["data"]["payments"] == 0
    assert books.get("/pledges", block=books.before)["data"] == []


def test_a_time_names_the_last_block_before_it(books: Books) -> None:
    confirmed = books.get(f"/receivables/{books.receivables[-1]}")["data"]["confirmed_at"]
    found = books.get(f"/receivables/{books.receivables[0]}", known_at=confirmed)
    assert found["block"] <= books.get("/blocks/head")["block"]
    problem(books.api.http.get("/members", params={"known_at": "1999-01-01T00:00:00Z"}), 422)
    problem(books.api.http.get("/members", params={"known_at": "2026-01-01T00:00:00"}), 422)
    problem(books.api.http.get("/members", params={"known_at": confirmed, "block": 1}), 422)
    problem(books.api.http.get("/members", params={"block": 10**9}), 422)


def test_a_block_that_is_not_mirrored_in_time_is_said(books: Books) -> None:
    told = problem(books.api.http.get("/blocks/head", params={"wait": 10**6, "timeout": 0.2}), 503)
    assert "is not mirrored after 0.2 s" in told["detail"]
    head = books.get("/blocks/head")["block"]
    books.api.act(books.supplier, "SetAcceptance", {"acceptsDirect": True})
    assert books.get("/blocks/head", wait=head + 1, timeout=30)["block"] > head


def test_events_go_on_where_the_last_page_ended(books: Books) -> None:
    first = books.get("/events", limit=50)
    second = books.get("/events", limit=50, after=first["next"])
    positions = [int(each["pos"]) for each in first["data"] + second["data"]]
    assert positions == sorted(set(positions)) and len(positions) == 100
    names = {each["event"] for each in books.get(f"/events/{to_hex(books.receivables[0].to_bytes(32))}", limit=1000)["data"]}
    assert names >= {"ReceivableIssued", "ReceivableConfirmed"}
