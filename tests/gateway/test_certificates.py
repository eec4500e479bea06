"""Certificates through the API: of registrations, records, acts and searches; kept for who asked, made again by whoever doubts them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import httpx
import pytest
import rfc8785

from gateway import access
from gateway.certifying import wanted_by
from ledger.domain.act_types import LeafPage, RectifyPledge, ReleasePledge
from ledger.domain.assets import stated_party
from ledger.domain.certificates import CertificateError, read
from ledger.domain.identifiers import Scheme, identifier
from ledger.domain.ids import from_hex, to_hex
from ledger.domain.pledge_words import RectifyKind
from ledger.domain.registers import Code, EndReason
from ledger.domain.shipped_registers import CN_PATENTS, US_PATENTS
from tests.gateway.conftest import Api
from tests.gateway.pledge import record
from tests.gateway.test_access import problem
from tests.gateway.test_pledge_acts import BOTH, Office, office_named, patents, rights
from tests.ledger.mirror.register import instrument

Json = dict[str, Any]
LEI = "529900T8BM49AURSDO55"


@dataclass
class Desk:
    """A registered pledge of two patents; records of a debtor under two spellings, its lender by its LEI."""

    cn: Office
    keys: list[bytes]
    pledge: int
    recorded: list[int]

    def certify(self, of: Json, member: str | None = None, **query: Any) -> Json:
        answer = self.cn.api.http.post("/certificates", json={"of": of, "member": member}, params=query)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()["data"]
        return found

    def verify(self, document: Any) -> Json:
        found: Json = self.cn.api.http.post("/certificates:verify", json={"document": document}).raise_for_status().json()["data"]
        return found


@pytest.fixture(scope="module")
def desk(api: Api) -> Desk:
    cn, us = office_named(api, "China patent register", CN_PATENTS), office_named(api, "United States recordation office", US_PATENTS)
    keys = patents(2)
    pledge = cn.registered("CERT-1", keys)
    recorded = []
    for number, name in (("CERT-2", "Quartz Lens Ltd"), ("CERT-3", "Quartz Lenses Ltd")):
        body = record(number, name, "Lender", effective=1_690_000_000)
        word = to_hex(identifier(Scheme.LEI, LEI).word)
        body["filing"]["parties"][1]["id"] = body["filing"]["consents"][1]["party"] = word
        signers = [{"account": us.account, "role": "REGISTRAR", "mode": "ATTESTED"}]
        assert api.done(api.act(us.member, "RecordPledge", body, signers=signers))["state"] == "final"
        recorded.append(us.newest())
    return Desk(cn, keys, pledge, recorded)


def hashed(certificate: Json) -> str:
    return to_hex(sha256(rfc8785.dumps(certificate["document"])).digest())


# --- Of a pledge ------------------------------------------------------------------------------------------------------------------------


def test_a_registration_is_certified_as_it_was_made(desk: Desk) -> None:
    found = desk.cn.get(f"/pledges/{desk.pledge}/certificate")
    document = found["document"]
    assert found["hash"] == hashed(found) and found["kind"] == "registration"
    assert (document["number"], document["status"], document["amount"]) == ("CERT-1", "registered", {"minor": "500000", "currency": "CNY"})
    assert sorted(each["asset"] for each in document["assets"]) == sorted(key.rstrip(b"\0").decode() for key in desk.keys)
    assert len(document["grounds"]) == 12 and document["grounds"][0]["text"]
    assert int(document["height"]["block"]) == found["block"]
    assert desk.verify(document) == {
        **{name: found[name] for name in ("kind", "subject", "hash")}, "holds": True, "why": None, "corrections": []
    }  # fmt: skip


def test_every_act_has_its_statement(desk: Desk) -> None:
    history = desk.cn.get(f"/pledges/{desk.pledge}/history")
    acts = list(dict.fromkeys(each["act"] for each in history))
    assert len(acts) == 3, "filed, accepted, decided"
    statements = [desk.cn.get(f"/pledges/{desk.pledge}/statements/{act}") for act in acts]
    assert statements[0]["document"]["acts"][0]["event"] == "PledgeFiled"
    last = {each["field"]: (each["before"], each["after"]) for each in statements[-1]["document"]["changes"]}
    assert last["status"] == ("accepted", "registered") and len(last["assets in force"][1]) == 2
    assert all(desk.verify(each["document"])["holds"] for each in statements)
    newest = desk.certify({"kind": "verification", "pledge": desk.pledge})
    assert newest["hash"] == statements[-1]["hash"], "without an act: the last"


def test_an_extract_speaks_of_a_block_and_a_time(desk: Desk) -> None:
    pledge = desk.recorded[0]
    now = desk.certify({"kind": "extract", "pledge": pledge})
    early = desk.certify({"kind": "extract", "pledge": pledge}, effective_at="2020-01-01T00:00:00Z")
    at = desk.certify({"kind": "extract", "pledge": pledge}, block=now["block"] - 1)
    assert [each["document"]["status"] for each in (now, early, at)] == ["registered", "not yet", "registered"]
    assert at["block"] == now["block"] - 1 and all(desk.verify(each["document"])["holds"] for each in (now, early, at))
    missing = {"of": {"kind": "extract", "pledge": pledge}}
    assert problem(desk.cn.api.http.post("/certificates", json=missing, params={"block": 3}), 404)
    assert problem(desk.cn.api.http.post("/certificates", json=missing, params={"block": 1 << 30}), 422)["field"] == "block"


def test_what_is_not_registered_is_not_certified(desk: Desk) -> None:
    waits = desk.cn.filed(desk.cn.filing(patents(), "CERT-4"))
    for pledge in (waits, 999_999):
        assert "pledge" in problem(desk.cn.api.http.get(f"/pledges/{pledge}/certificate"), 404)["detail"]
    assert problem(desk.cn.api.http.get(f"/pledges/{desk.pledge}/statements/0x{'ab' * 32}"), 404)
    assert problem(desk.cn.api.http.get(f"/pledges/{desk.pledge}/statements/short"), 422)["field"] == "act"


# --- Of a search ------------------------------------------------------------------------------------------------------------------------


def test_a_search_by_name_takes_two_steps_and_is_certified(desk: Desk) -> None:
    first = desk.cn.get("/searches/names", name="QUARTZ LENS LTD.")
    assert [each["normal_form"] for each in first["exact"]] and len(first["similar"]) == 1
    alone = desk.certify({"kind": "search", "by": "name", "text": "QUARTZ LENS LTD."})
    assert [int(each["pledge"]) for each in alone["document"]["records"]] == desk.recorded[:1]
    assert [each["selected"] for each in alone["document"]["similar"]] == [False], "what was not chosen is named, too"
    chosen = [each["normal_form"] for each in first["similar"]]
    both = desk.certify({"kind": "search", "by": "name", "text": "QUARTZ LENS LTD.", "select": chosen, "register": US_PATENTS})
    assert [int(each["pledge"]) for each in both["document"]["records"]] == desk.recorded
    assert both["document"]["searched"] == {
        "by": "name", "text": "QUARTZ LENS LTD.", "normal form": first["normal_form"], "algorithm": first["algorithm"],
        "threshold": 85, "contained": True,
    }  # fmt: skip
    assert desk.verify(alone["document"])["holds"] and desk.verify(both["document"])["holds"]
    nobody = {"of": {"kind": "search", "by": "name", "text": "Quartz Lens Ltd", "select": ["nobody"]}}
    assert problem(desk.cn.api.http.post("/certificates", json=nobody), 422)["field"] == "select"


def test_nothing_found_is_certified_too(desk: Desk) -> None:
    none = desk.certify({"kind": "search", "by": "name", "text": "Nobody of That Name Whatsoever"})
    assert none["document"]["records"] == [] and desk.verify(none["document"])["holds"]


@pytest.mark.parametrize("side", ["holders", None])
def test_parties_numbers_and_registrations_are_searched(desk: Desk, side: str | None) -> None:
    word, key = to_hex(identifier(Scheme.LEI, LEI).word), desk.keys[0].rstrip(b"\0").decode()
    by_lei, by_word, by_key, by_number = (
        desk.certify({"kind": "search", "by": by, "text": text, "side": side})
        for by, text in (("identifier", LEI), ("party", word), ("number", key), ("registration", "CERT-2"))
    )
    assert by_lei["document"]["records"] == by_word["document"]["records"]
    assert [int(each["pledge"]) for each in by_lei["document"]["records"]] == desk.recorded
    assert [int(each["pledge"]) for each in by_key["document"]["records"]] == [desk.pledge]
    assert [int(each["pledge"]) for each in by_number["document"]["records"]] == desk.recorded[:1]
    assert all(desk.verify(each["document"])["holds"] for each in (by_lei, by_word, by_key, by_number))


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({"kind": "search", "by": "identifier", "text": LEI[:-1] + "4"}, "text"),
        ({"kind": "search", "by": "party", "text": "0x12"}, "text"),
        ({"kind": "search", "by": "number", "text": "12345"}, "asset"),
        ({"kind": "search", "by": "registration", "text": "é" * 17}, "number"),
        ({"kind": "search", "by": "name", "text": "..."}, "text"),
        ({"kind": "search", "by": "name", "text": "Quartz", "side": "middle"}, "side"),
    ],
)
def test_a_search_for_nothing_is_refused(desk: Desk, of: Json, field: str) -> None:
    assert problem(desk.cn.api.http.post("/certificates", json={"of": of}), 422)["field"] == field


# --- Held against the ledger ------------------------------------------------------------------------------------------------------------


def test_a_forged_certificate_does_not_hold(desk: Desk) -> None:
    document = desk.cn.get(f"/pledges/{desk.pledge}/certificate")["document"]
    forged: dict[str, Json] = {
        "the ledger says otherwise of amount": {"amount": {"minor": "900000", "currency": "CNY"}},
        "it is of another ledger": {"ledger": {"chain": "1", "id": document["ledger"]["id"]}},
        "has another hash": {"height": {**document["height"], "hash": "0x" + "00" * 32}},
        "is not mirrored yet": {"height": {**document["height"], "block": "99999999"}},
        "nothing to certify": {"pledge": "999999"},
        "otherwise of extra": {"extra": "more"},
        "how a value is written": {"grounds": [{**document["grounds"][0], "ground": True}, *document["grounds"][1:]]},
    }
    assert document["grounds"][0]["ground"] == 1
    for why, change in forged.items():
        found = desk.verify({**document, **change})
        assert not found["holds"] and why in found["why"] and found["hash"] != "", why


def test_a_search_that_leaves_out_a_record_does_not_hold(desk: Desk) -> None:
    document = desk.certify({"kind": "search", "by": "identifier", "text": LEI})["document"]
    assert desk.verify({**document, "records": document["records"][:1]})["why"] == "the ledger says otherwise of records"


def _broken(document: Json, *path: Any, value: Any) -> Json:
    made = deepcopy(document)
    inner = made
    for each in path[:-1]:
        inner = inner[each]
    inner[path[-1]] = value
    return made


def test_a_document_that_asks_nonsense_is_refused_whatever_lies_in_it(desk: Desk) -> None:
    search = desk.certify({"kind": "search", "by": "name", "text": "Quartz Lens Ltd"})["document"]
    number = desk.certify({"kind": "search", "by": "number", "text": to_hex(desk.keys[0])})["document"]
    extract = desk.certify({"kind": "extract", "pledge": desk.pledge})["document"]
    statement = desk.certify({"kind": "verification", "pledge": desk.pledge})["document"]
    nonsense = [
        {}, {"schema": "other"}, {**search, "kind": "other"}, {**search, "searched": None}, {**search, "scope": []},
        _broken(search, "scope", "register", value="1 or 1=1"), _broken(search, "scope", "side", value=3),
        _broken(search, "searched", "text", value=["a"]), _broken(search, "searched", "text", value="a" * 401),
        _broken(search, "searched", "threshold", value=0), _broken(search, "searched", "threshold", value="85"),
        _broken(search, "searched", "by", value="spell"), _broken(search, "similar", value=[{"normal form": {}, "selected": True}]),
        _broken(number, "searched", "number", value="x" * 33), _broken(number, "searched", "number", value=7),
        _broken(extract, "about", value="yesterday"),
        _broken(extract, "height", value=None), _broken(extract, "pledge", value="one"),
        _broken(statement, "acts", value=[]), _broken(statement, "acts", -1, "act", value="0x12"),
    ]  # fmt: skip
    for document in nonsense:
        answer = desk.cn.api.http.post("/certificates:verify", json={"document": document})
        assert problem(answer, 422)["field"] == "document", document


def test_what_is_written_says_what_was_asked(desk: Desk) -> None:
    document = desk.certify({"kind": "search", "by": "name", "text": "Quartz Lens Ltd", "register": 1, "side": "pledgors"})["document"]
    wanted: Any = wanted_by(read(rfc8785.dumps(document)))
    assert (wanted.text, wanted.scope.register, wanted.scope.side.name) == ("Quartz Lens Ltd", 1, "PLEDGORS")
    with pytest.raises(CertificateError):
        wanted_by(replace(read(rfc8785.dumps(document)), content={}))


def test_a_later_rectification_is_told_of_what_it_corrects(desk: Desk) -> None:
    cn, keys = desk.cn, patents()
    pledge = cn.registered("CERT-5", keys)
    release = ReleasePledge(cn.on(pledge, Code.RELEASE), cn.now(pledge), 1, EndReason.RELEASED, (), ())
    cn.done(cn.document("CX-1", BOTH[1:], releases=(release,)), officers=2)
    ended = desk.certify({"kind": "verification", "pledge": pledge})
    segment = cn.pledge(pledge)["segments"][0]["segment"]
    listed, undone = rights(keys), from_hex(ended["document"]["acts"][0]["act"], 32, "act")
    page = LeafPage(segment, listed.blind, 0, listed.page_roots, listed.keys, 0)
    on = cn.on(pledge, Code.RECTIFY)
    cn.done(RectifyPledge(on, RectifyKind.RESTORE, undone, instrument("CX-2"), 0, (), (page,), (), ()), officers=2)
    found = desk.verify(ended["document"])
    assert found["holds"], "it said what the register said"
    assert [each["corrects"] for each in found["corrections"]] == [to_hex(undone)]
    kept = cn.get(f"/certificates/{ended['hash']}")
    assert len(kept["corrections"]) == 1 and kept["document"] == ended["document"]


# --- Kept -------------------------------------------------------------------------------------------------------------------------------


def test_certificates_are_kept_for_who_asked_and_for_nobody_else(desk: Desk) -> None:
    api = desk.cn.api
    bank, other = api.admit("certificate bank", "BANK"), api.admit("other certificate bank", "BANK")
    of = {"kind": "search", "by": "party", "text": to_hex(stated_party("Pledgor"))}
    kept = desk.certify(of, bank.account)
    with _session(api, bank.address) as own, _session(api, other.address) as stranger:
        assert own.get(f"/certificates/{kept['hash']}").json()["data"]["document"] == kept["document"]
        assert [each["hash"] for each in own.get("/certificates").json()["data"]] == [kept["hash"]]
        assert stranger.get(f"/certificates/{kept['hash']}").status_code == 404
        assert stranger.get(f"/certificates/{kept['hash']}", params={"member": bank.account}).status_code == 404
        assert stranger.get("/certificates", params={"member": bank.account}).status_code == 404
        assert stranger.get("/certificates").json() == {"data": [], "next": None}
        assert stranger.post("/certificates", json={"of": of, "member": bank.account}).status_code == 404
        assert stranger.post("/certificates:verify", json={"document": kept["document"]}).json()["data"]["holds"]
        mine = own.post("/certificates", json={"of": {"kind": "registration", "pledge": desk.pledge}}).json()["data"]
    found = api.http.get("/certificates", params={"member": bank.account, "limit": 1}).json()
    assert [each["hash"] for each in found["data"]] == [mine["hash"]] and found["next"]
    rest = api.http.get("/certificates", params={"member": bank.account, "after": found["next"]}).json()
    assert [each["hash"] for each in rest["data"]] == [kept["hash"]] and rest["next"] is None


def test_a_certificate_asked_for_twice_is_kept_once(desk: Desk) -> None:
    bank = desk.cn.api.admit("third certificate bank", "BANK")
    of = {"kind": "registration", "pledge": desk.pledge}
    first, again = desk.certify(of, bank.account), desk.certify(of, bank.account)
    assert first == again
    assert len(desk.cn.api.http.get("/certificates", params={"member": bank.account}).json()["data"]) == 1


def _session(api: Api, account: bytes) -> httpx.Client:
    with api.running.services.office.write() as conn:
        key = access.issue(conn, "a session", account, (access.READ,))
    return httpx.Client(base_url=api.running.url, headers={"authorization": f"Bearer {key}"}, timeout=60)
