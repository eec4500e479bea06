"""Watches and reports through the API: what a pledgee is told, what it reports of rights, and who else sees nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import access, descriptions
from gateway.access import ACT, READ
from ledger.domain.act_types import RecordParty
from ledger.domain.assets import stated_party
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import PartyKind
from ledger.domain.shipped_registers import CN_PATENTS
from tests.gateway.conftest import Api, Member
from tests.gateway.test_access import problem
from tests.gateway.test_pledge_acts import Office, office_named, patents
from tests.ledger.mirror.register import EVIDENCE, NONE

Json = dict[str, Any]
FACTS = {"jurisdiction": "CN", "kind": "invention", "facts": {"filed": "2018-06-03", "granted": "2021-08-01"}}
FEE = {"key": "CN-ANNUAL-FEE", "due": "2024-06-03", "done": "2024-05-01"}
VALUE = {"value": "400000", "currency": "CNY", "valued_on": "2023-09-01", "method": "income", "appraiser": "Appraisers Ltd"}


@dataclass
class Bank:
    """A bank that holds a pledge on two patents, with a session of its own."""

    api: Api
    member: Member
    http: httpx.Client
    keys: list[bytes]
    pledge: int

    def watches(self, **query: Any) -> list[Json]:
        found: list[Json] = self.http.get("/watches", params=query).raise_for_status().json()["data"]
        return found

    def report(self, *reports: Json) -> Json:
        answer = self.http.post("/reports:batch", json={"reports": list(reports)})
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    def reported(self, key: bytes) -> Json:
        found: Json = self.http.get(f"/reports/{text(key)}").raise_for_status().json()["data"]
        return found


def text(key: bytes) -> str:
    return key.rstrip(b"\0").decode()


def session(api: Api, member: Member, *scopes: str) -> httpx.Client:
    with api.running.services.office.write() as conn:
        key = access.issue(conn, "a session", member.address, scopes)
    return httpx.Client(base_url=api.running.url, headers={"authorization": f"Bearer {key}"}, timeout=60)


@pytest.fixture(scope="module")
def bank(api: Api) -> Iterator[Bank]:
    cn: Office = office_named(api, "China patent register", CN_PATENTS)
    member, keys = api.admit("watching bank", "BANK"), patents(2)
    cn.done(RecordParty(CN_PATENTS, stated_party("Third"), PartyKind.MEMBER, NONE, member.address, 0, EVIDENCE, ""), officers=2)
    pledge = cn.registered("WATCH-1", keys, pledgee="Third")
    with session(api, member, READ, ACT) as http:
        yield Bank(api, member, http, keys, pledge)


def test_what_nobody_reported_is_the_first_thing_to_watch(bank: Bank) -> None:
    found = bank.watches()
    missing = [each for each in found if each["rule"] == "NOT-REPORTED"]
    assert [each["subject"] for each in missing] == [f"{text(key)} under pledge {bank.pledge}" for key in sorted(bank.keys)]
    assert all(each["urgency"] == "soon" and each["source"] and each["to_do"] for each in missing)


def test_dates_give_a_last_day_and_duties_and_these_are_watched(bank: Bank) -> None:
    key = bank.keys[0]
    assert bank.report({"asset": text(key), "source": "extract of 2023-11-02", "right": FACTS}) == {"assets": [to_hex(key)]}
    known = bank.reported(key)
    assert (known["last_day"], known["doubt"]) == ("2038-06-02", None) and known["last_day_source"]
    assert known["right"]["facts"] == FACTS["facts"] and known["right"]["source"] == "extract of 2023-11-02"
    assert known["duties"][0]["due"] == "2022-06-06" and known["duties"][0]["source"] == "PatR 115"
    alerts = [each for each in bank.watches(horizon_days=10_000) if text(key) in each["subject"]]
    assert {"CN-ANNUAL-FEE", "RIGHT-EXPIRY"} == {each["rule"] for each in alerts}
    assert "was not done" in alerts[0]["what"] and alerts[0]["urgency"] == "past"


def test_what_is_done_is_watched_no_more(bank: Bank) -> None:
    key = bank.keys[0]
    bank.report({"asset": to_hex(key), "source": "receipts", "right": FACTS, "done_through": "2023-06-30"})
    (next_, *_) = bank.reported(key)["duties"]
    assert next_["due"] == "2024-06-03"
    bank.report({"asset": text(key), "source": "receipt", "duties": [{"key": next_["key"], "due": next_["due"], "done": "2024-05-01"}]})
    assert bank.reported(key)["duties"][0]["due"] > next_["due"]
    assert all(each["urgency"] != "past" for each in bank.watches() if text(key) in each["subject"])


def test_events_and_valuations_are_watched(bank: Bank) -> None:
    key = bank.keys[1]
    event = {"office": "CN", "code": "PE01", "happened": "2023-10-01"}
    bank.report({"asset": text(key), "source": "gazette", "events": [event, event], "valuations": [VALUE]})
    known = bank.reported(key)
    assert known["events"] == [{**event, "source": "gazette"}] and known["valuation"]["value"] == {"minor": "400000", "currency": "CNY"}
    rules = {each["rule"]: each for each in bank.watches(horizon_days=400)}
    assert "code PE01" in rules["OFFICE-EVENT"]["what"] and rules["OFFICE-EVENT"]["doubt"]
    assert rules["LOAN-TO-VALUE"]["urgency"] == "pressing" and "1 of its rights" in rules["LOAN-TO-VALUE"]["doubt"]
    assert rules["REVALUATION"]["acts_at"].startswith("2024-09-")


def test_a_filing_on_attested_papers_is_watched_by_whom_it_names(bank: Bank) -> None:
    """The office files for both; the pledgee, which signs nothing, sees the clock, and so does nobody else."""
    cn = office_named(bank.api, "China patent register", CN_PATENTS)
    filed = cn.filed(cn.filing(patents(), "WATCH-3", pledgee="Third"))
    subject, other = f"pledge {filed}", bank.api.admit("a bank beside", "BANK")
    clocks = [each for each in bank.watches(horizon_days=365) if each["subject"] == subject]
    assert [each["rule"] for each in clocks] == ["CN-PATENT-EXAMINATION"]
    with session(bank.api, other, READ) as http:
        assert http.get("/watches", params={"horizon_days": 365}).json()["data"] == []


def test_a_report_is_forgotten_and_made_anew(bank: Bank) -> None:
    key = bank.keys[0]
    bank.report({"asset": text(key), "source": "a slip", "right": {**FACTS, "facts": {"filed": "2008-06-03"}}})
    assert bank.reported(key)["doubt"] == "filed, granted: both are needed to know what fees fall due"
    left = bank.http.delete(f"/reports/{text(key)}")
    assert left.status_code == 200 and left.json()["data"]["right"] is None
    assert problem(bank.http.delete(f"/reports/{text(key)}"), 404)
    assert "NOT-REPORTED" in {each["rule"] for each in bank.watches() if text(key) in each["subject"]}


@pytest.mark.parametrize(
    ("report", "field", "said"),
    [
        ({"right": {**FACTS, "kind": "ship"}}, "reports[1].right.kind", "none of invention"),
        ({"right": {**FACTS, "jurisdiction": "XX"}}, "reports[1]", "one of AU, CN, NZ, US"),
        ({"right": {**FACTS, "facts": {"filed": "June"}}}, "reports[1]", "facts.filed: a date as 2018-06-03"),
        ({"right": {**FACTS, "facts": {"born": "2018-06-03"}}}, "reports[1]", "facts.born: no such fact"),
        ({"duties": [FEE]}, "reports[1].duties", "report the right's dates"),
        ({"right": FACTS, "duties": [{**FEE, "due": "2024-06-04"}]}, "reports[1].duties", "2024-06-03"),
        ({"right": {**FACTS, "facts": {"filed": "2018-06-03"}}, "done_through": "2024-01-01"}, "reports[1].duties", "granted"),
        ({"valuations": [{**VALUE, "currency": "XQX"}]}, "reports[1]", "XQX"),
        ({"valuations": [{**VALUE, "value": "9" * 19}]}, "reports[1].valuations[0].value", "at most"),
        ({"asset": "CN12"}, "asset", "asset"),
    ],
)
def test_a_wrong_report_is_refused_with_all_that_came_with_it(bank: Bank, report: Json, field: str, said: str) -> None:
    good = {"asset": "CNPA2018999999991", "source": "s", "valuations": []}
    wanted = {"asset": "CNPA2018999999980", "source": "s", **report}
    event = {"office": "CN", "code": "PE01", "happened": "2023-10-01"}
    answer = bank.http.post("/reports:batch", json={"reports": [{**good, "events": [event]}, wanted]})
    told = problem(answer, 422)
    assert told["field"] == field and said in told["detail"]
    assert bank.http.get("/reports/CNPA2018999999991").json()["data"]["events"] == [], "all, or none"


def test_reports_and_watches_are_the_members_alone(bank: Bank) -> None:
    api, key = bank.api, bank.keys[1]
    stranger = api.admit("another watching bank", "BANK")
    with session(api, stranger, READ, ACT) as other:
        assert other.get("/watches").json()["data"] == []
        assert other.get(f"/reports/{text(key)}").json()["data"]["events"] == []
        for answer in (
            other.get("/watches", params={"member": bank.member.account}),
            other.get(f"/reports/{text(key)}", params={"member": bank.member.account}),
            other.delete(f"/reports/{text(key)}", params={"member": bank.member.account}),
            other.post("/reports:batch", json={"member": bank.member.account, "reports": [{"asset": text(key), "source": "s"}]}),
        ):
            assert problem(answer, 404)
    with session(api, bank.member, READ) as reader:
        assert reader.get("/watches").status_code == 200
        assert problem(reader.post("/reports:batch", json={"reports": [{"asset": text(key), "source": "s"}]}), 403)
        assert problem(reader.delete(f"/reports/{text(key)}"), 403)
    assert problem(api.http.get("/watches"), 422)["field"] == "member", "the operator says whose"
    theirs = api.http.get("/watches", params={"member": bank.member.account}).raise_for_status().json()["data"]
    assert [each["rule"] for each in theirs] == [each["rule"] for each in bank.watches()]


def test_a_home_keeps_the_table_of_codes(tmp_path: Path) -> None:
    assert descriptions.codes_of(tmp_path) == {}
    header = "Authority,Event-code,Influence,Description ENG,Description ORI,Event-class\n"
    (tmp_path / "event-codes.csv").write_text(header + "CN,PE01,,ENTRY INTO FORCE OF PLEDGE,,R\n")
    assert descriptions.codes_of(tmp_path)["CN", "PE01"].words == "ENTRY INTO FORCE OF PLEDGE"
    data = tmp_path / "data" / "inpadoc-legal-codes"
    data.mkdir(parents=True)
    for name, words in (("codes_202401", "OLD"), ("codes_202417", "PLEDGE")):
        (data / f"{name}.csv").write_text(header + f"CN,PE01,,{words},,R\n")
    found = descriptions.codes_file(tmp_path / "bare", tmp_path / "data")
    assert found == data / "codes_202417.csv", "the newest of the records' folder"
    assert descriptions.codes_of(tmp_path / "bare", found)["CN", "PE01"].words == "PLEDGE"
    assert descriptions.codes_file(tmp_path, tmp_path / "data") == tmp_path / "event-codes.csv", "the home's own goes before"
    assert descriptions.codes_file(tmp_path, tmp_path / "data", data / "mine.csv") == data / "mine.csv"
    assert descriptions.codes_file(tmp_path / "bare", tmp_path / "bare") is None
    with pytest.raises(descriptions.DescriptionError, match=r"mine\.csv"):
        descriptions.codes_of(tmp_path, data / "mine.csv")
    (tmp_path / "event-codes.csv").write_text("a,b\n")
    with pytest.raises(descriptions.DescriptionError, match=r"event-codes\.csv: table of event codes: columns"):
        descriptions.codes_of(tmp_path)
