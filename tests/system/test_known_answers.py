"""Hand-checked answers about real records, asked of the running product after a replay: who holds what, about two times; what was paid."""

import csv
import gzip
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

import gateway.replay.run as replays
from gateway import runtime
from gateway.config import Settings
from gateway.replay.report import Report
from ledger.chain.rpc import Rpc
from tests.gateway.replay.folders import comma_separated, write

RECORDS = Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data")
PLEDGES = ("uspto-patent-chain", "uspto-patent-security-barclays")
OF_THE_COMPANY = {"49342-819", "49111-583", "57434-429", "61875-1", "62142-927", "66186-752", "49107-392", "48818-520", "48041-605"}
DOCUMENTS = ("1039932 ", "1042583 ", "46296222 ")
INVOICES = ("0007900770", "0018104516")
LOG_BITS = 20


@dataclass(frozen=True)
class Product:
    """The product after a replay: its API, the report, its chain."""

    api: httpx.Client
    report: Report
    rpc: Rpc

    def found(self, path: str, **asked: str | int) -> Any:
        """The data that a path answers with."""
        return self.api.get(path, params=asked).raise_for_status().json()["data"]

    def pledge(self, number: str) -> dict[str, Any]:
        """The one pledge of a record number, whole."""
        (pledge,) = self.found("/pledges", number=number)
        whole: dict[str, Any] = self.found(f"/pledges/{pledge['pledge']}")
        return whole

    def aside(self, number: str) -> list[tuple[str, str]]:
        """What is told of a record that doesn't act: outcome and reason."""
        return [(each.outcome, each.reason) for each in self.report.asides if each.record == number]

    def receivable(self, minor: int, currency: str) -> dict[str, Any]:
        """The one receivable of a face."""
        rows = self.found("/receivables", limit=100)
        (row,) = (row for row in rows if row["face"] == {"minor": str(minor), "currency": currency})
        return self.found(f"/receivables/{row['id']}")  # type: ignore[no-any-return]

    def time_of(self, pos: str) -> int:
        """When something happened, UTC seconds of its block."""
        block = self.rpc.call("eth_getBlockByNumber", hex(int(pos) >> LOG_BITS), False)
        return int(block["timestamp"], 16)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    if not RECORDS.is_dir():
        pytest.skip(f"no real records at {RECORDS}: name their folder with PLEDGEBOOK_DATA")
    data = tmp_path_factory.mktemp("data")
    for name in PLEDGES:
        (data / name).symlink_to(RECORDS / name)
    _few(data / "oxford-council-spend" / "few.csv", _rows("oxford-council-spend/*oct-dec-2017*"), "Trans No", DOCUMENTS)
    _few(data / "ibm-accounts-receivable" / "few.csv", _rows("ibm-accounts-receivable/*"), "invoiceNumber", INVOICES)
    settings = Settings(home=tmp_path_factory.mktemp("home") / "ledger", data=data, port=0)
    options = replays.Options(data, settings.home, console=Console(quiet=True))
    running = runtime.start(settings, genesis_time=replays.genesis_time(options))
    try:
        report = replays.replay(options, running)
        assert report.ok, [check for check in report.checks if not check.holds]
        with httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=60) as http:
            yield Product(http, report, running.services.rpc)
    finally:
        running.stop()


def _rows(pattern: str) -> list[dict[str, str]]:
    (file,) = RECORDS.glob(pattern)
    text = (gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()).decode("cp1252")
    return list(csv.DictReader(io.StringIO(text)))


def _few(file: Path, rows: list[dict[str, str]], column: str, starts: tuple[str, ...]) -> None:
    """Keeps the rows whose number starts like one of these."""
    kept = [row for row in rows if row[column].startswith(starts)]
    write(file, comma_separated(list(rows[0]), (row.values() for row in kept)))


@pytest.fixture(scope="module")
def api(product: Product) -> httpx.Client:
    return product.api


def live(api: httpx.Client, time: str | None) -> dict[str, int]:
    asked: dict[str, str | int] = {"limit": 1000} if time is None else {"limit": 1000, "effective_at": time}
    found = api.get("/pledges:live", params=asked).raise_for_status().json()["data"]
    return {each["number"]: each["assets"] for each in found if each["number"] in OF_THE_COMPANY}


def test_live_just_after_the_release_of_november_2022(api: httpx.Client) -> None:
    assert live(api, "2022-11-01T12:00:00-04:00") == {"49342-819": 39, "49111-583": 44, "57434-429": 85}


def test_live_after_the_last_record(api: httpx.Client) -> None:
    assert live(api, None) == {"49342-819": 39, "61875-1": 104, "62142-927": 104, "66186-752": 117}


def test_a_release_with_one_wrong_digit_is_kept_as_a_difference(api: httpx.Client) -> None:
    (pledge,) = api.get("/pledges", params={"number": "49107-392"}).json()["data"]
    assert pledge["status"] == "ended"
    whole = api.get(f"/pledges/{pledge['pledge']}").json()["data"]
    named = {bytes.fromhex(each["asset"][2:]).rstrip(b"\0").decode() for each in whole["differences"]}
    assert named == {"USPA15145443", "USPA15145543"}


def test_one_right_shows_its_liens_in_rank_order(api: httpx.Client) -> None:
    (pledge,) = api.get("/pledges", params={"number": "49342-819"}).json()["data"]
    asset = api.get(f"/pledges/{pledge['pledge']}/assets").json()["data"][0]["asset"]
    burdens = api.get(f"/assets/{asset}/encumbrances").json()["data"]["encumbrances"]
    assert [each["rank"] for each in burdens] == list(range(1, len(burdens) + 1))
    assert [each["effective"] for each in burdens] == sorted(each["effective"] for each in burdens)
    assert len(burdens) >= 2


# --- The Barclays search: records that list no rights ---


def test_the_release_that_cites_nothing_ends_the_one_pledge_of_its_parties_and_rights(product: Product) -> None:
    """66091-133, of December 2023, names the agent, the company and 85 rights; one live pledge has just these."""
    ended = product.pledge("57434-429")
    assert (ended["status"], ended["basis"], ended["ended_at"]) == ("ended", "inferred", "2023-12-21T05:00:00Z")
    acts = product.found(f"/pledges/{ended['pledge']}/history")
    assert [act["instrument"]["number"] for act in acts if act["event"] == "PledgeReleased"] == ["66091-133"]


def test_two_liens_of_one_day_are_two_pledges_of_the_same_time(product: Product) -> None:
    second, first = product.pledge("53667-79"), product.pledge("53667-169")
    assert (first["status"], second["status"]) == ("registered", "registered")
    assert first["effective"] == second["effective"] == "2020-09-01T04:00:00Z"
    captions = [product.found(f"/pledges/{each['pledge']}/history")[0]["instrument"]["caption"] for each in (first, second)]
    assert captions == ["FIRST LIEN PATENT SECURITY AGREEMENT", "SECOND LIEN PATENT SECURITY AGREEMENT"]


def test_the_second_lien_yields_to_the_first_though_it_was_recorded_before_it(product: Product) -> None:
    second, first = product.pledge("53667-79"), product.pledge("53667-169")
    (relation,) = second["relations"]
    assert (relation["junior"], relation["senior"], relation["kind"]) == (second["pledge"], first["pledge"], "subordination")
    assert relation["effective"] == "2020-09-01T04:00:00Z"
    assert first["relations"] == [relation]


def test_a_super_priority_goes_before_every_lien_of_its_debtors(product: Product) -> None:
    senior = product.pledge("67310-54")
    numbers = {product.pledge(number)["pledge"]: number for number in ("58983-661", "58983-789", "58991-442", "58991-556")}
    assert {numbers[each["junior"]] for each in senior["relations"]} == set(numbers.values())
    assert {(each["senior"], each["kind"]) for each in senior["relations"]} == {(senior["pledge"], "super priority")}


def test_a_super_priority_security_is_a_pledge_with_two_pledgors_and_no_stated_rights(product: Product) -> None:
    pledge = product.pledge("67310-54")
    assert (pledge["status"], pledge["effective"]) == ("registered", "2024-05-03T04:00:00Z")
    assert _sides(pledge) == {"pledgors": ["APEX BRANDS, INC.", "APEX TOOL GROUP, LLC"], "holders": ["BARCLAYS BANK PLC"]}
    assert "assets not stated" in pledge["flags"]


def test_supplements_of_two_liens_go_to_their_own_lien_and_rank_by_their_own_time(product: Product) -> None:
    first, second = product.pledge("34933-927"), product.pledge("34954-604")
    assert [each["effective"][:10] for each in first["segments"]] == ["2015-02-10", "2016-01-26", "2019-08-02"]
    assert [each["effective"][:10] for each in second["segments"]] == ["2015-02-11", "2016-01-27", "2018-03-12", "2019-08-02"]
    assert [each["number"] for each in first["notes"]] == ["37592-345", "49945-303"]
    assert [each["number"] for each in second["notes"]] == ["37603-242", "45567-320", "49945-414"]


def test_a_pledgee_among_its_pledgors_is_kept_as_recorded(product: Product) -> None:
    pledge = product.pledge("27318-828")
    assert _sides(pledge) == {"pledgors": ["INEOS COMMERCIAL SERVICES UK LIMITED", "BARCLAYS BANK PLC"], "holders": ["BARCLAYS BANK PLC"]}


def test_corrections_are_notes_and_end_nothing(product: Product) -> None:
    """Of 2024 and 2025: each says that a right was listed by mistake; the pledge of 2022 stays, the rights named are kept with it."""
    pledge = product.pledge("58991-442")
    assert (pledge["status"], pledge["ended_at"]) == ("registered", None)
    assert [(each["kind"], each["number"]) for each in pledge["notes"]] == [("correction", "68753-687"), ("correction", "73077-584")]
    assert {each["asset_text"] for each in pledge["differences"]} == {"USPA16672703", "USPR11191173"}


def test_the_appointment_of_a_receiver_makes_no_pledge(product: Product) -> None:
    assert product.found("/pledges", number="4238-811") == []
    assert product.aside("4238-811") == [("set aside", "enforcement of a security: it cites no record")]


def test_a_transfer_of_five_securities_that_are_not_in_the_file_names_them_all(product: Product) -> None:
    assert product.found("/pledges", number="31536-778") == []
    reason = "cites 30831-549, 30833-660, 30831-606, 30833-700, 30833-727: not in the file"
    assert product.aside("31536-778") == [("set aside", reason)]


# --- Money ---


@pytest.mark.parametrize("minor", [8_602_211, 79_448, 1_237_299])
def test_a_document_with_a_negative_line_is_worth_the_sum_of_its_lines(product: Product, minor: int) -> None:
    """189,248.64 less 103,226.53; 1,588.96 less 794.48; 12,662.72 and 196.27 less 486.00. A credit is no piece: one token."""
    claim = product.receivable(minor, "GBP")
    assert (claim["status"], claim["distributed"]["minor"], claim["owed_live"]["minor"], claim["tokens"]) == ("closed", str(minor), "0", 1)


def test_an_invoice_paid_late_was_due_before_it_was_paid(product: Product) -> None:
    """0007900770: issued on 26 January 2013, due on 25 February, which ends when the 26th begins, settled on 3 March, 61.74."""
    claim = product.receivable(6_174, "USD")
    assert (claim["issued_at"][:10], claim["due"][:10], claim["status"]) == ("2013-01-26", "2013-02-26", "closed")
    (paid,) = product.found(f"/receivables/{claim['id']}/payments")["distributed"]
    assert paid["principal"] == {"minor": "6174", "currency": "USD"}
    assert product.time_of(paid["pos"]) == 1_362_312_000


def test_an_invoice_paid_before_it_was_due_is_not_late(product: Product) -> None:
    """0018104516: due on 26 February 2012, settled on 22 February, 94.00."""
    claim = product.receivable(9_400, "USD")
    (paid,) = product.found(f"/receivables/{claim['id']}/payments")["distributed"]
    assert product.time_of(paid["pos"]) == 1_329_912_000
    late = {check.name: check.values for check in product.report.checks if check.set == "late invoices"}
    assert late == {"overdue before they were paid": {"source": 1, "chain": 1}}


def _sides(pledge: dict[str, Any]) -> dict[str, list[str]]:
    return {side: [each["name"] for each in pledge["parties"] if each["side"] == side] for side in ("pledgors", "holders")}
