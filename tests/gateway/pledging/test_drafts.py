"""Acts on pledges drafted from what people write, handed in as they are answered, and read back from the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from gateway.pledging.drafting import _WRITERS
from gateway.pledging.given import Given
from gateway.pledging.table import COMMON, TABLE
from ledger.domain import identifiers
from ledger.domain.assets import cn_check_digit
from ledger.domain.ids import to_hex
from ledger.domain.registers import Code
from ledger.domain.shipped_registers import CN_PATENTS, SHIPPED
from tests.gateway.conftest import Api
from tests.gateway.test_access import problem
from tests.gateway.test_api import key_of

Json = dict[str, Any]
DOCUMENT = "0x" + "d0" * 32
ATTESTED = [{"mode": "attested"}]
PLEDGOR = {"name": "深圳光学有限公司", "identifier": "USCC 91350211M000100Y46"}
BANK = {"name": "招商银行", "identifier": "LEI 529900W18LQJJN6SJ336", "role": "pledgee"}
_places = count(1)


def patents(many: int = 1) -> list[str]:
    """Numbers of Chinese patents as their office writes them, that no test has used."""
    bodies = [f"20211{next(_places):07d}" for _ in range(many)]
    return [f"ZL{body}.{cn_check_digit(body)}" for body in bodies]


@dataclass
class Clerk:
    """Whoever drafts acts and hands them in, by the operator's key."""

    api: Api
    numbers: count[int] = field(default_factory=lambda: count(1))

    def asked(self, act: str, **told: Any) -> Any:
        return self.api.http.post("/pledges:draft", json={"act": act, **told})

    def draft(self, act: str, **told: Any) -> Json:
        answer = self.asked(act, **told)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()["data"]
        return found

    def done(self, act: str, **told: Any) -> Json:
        """The draft of an act that was handed in as it stands, and is final."""
        made = self.draft(act, **told)
        assert made["refusals"] == [], made["refusals"]
        for each in made["contents"]:
            item = {name: value for name, value in each.items() if name != "root"}
            (kept,) = self.api.http.post("/content:batch", json={"items": [item]}).raise_for_status().json()["items"]
            assert kept["root"] == each["root"]
        for each in made["acts"]:
            ended = self.api.done(self.post(each))
            assert ended["state"] == "final", ended["reason"]
        return made

    def post(self, act: Json) -> Any:
        body = {name: value for name, value in act.items() if name != "key"}
        return self.api.http.post("/acts", json=body, headers={"Idempotency-Key": act["key"]})

    def refused(self, act: str, **told: Any) -> Json:
        return problem(self.asked(act, **told), 422)

    def get(self, path: str, **query: Any) -> Any:
        return self.api.http.get(path, params=query).raise_for_status().json()["data"]

    def pledge(self, number: int) -> Json:
        found: Json = self.get(f"/pledges/{number}")
        return found

    def newest(self, register: int = CN_PATENTS) -> int:
        return int(self.get("/pledges", register=register, limit=1000)[-1]["pledge"])

    def document(self) -> Json:
        return {"number": f"D-{next(self.numbers)}", "document": DOCUMENT}

    def filing(self, rights: list[Any], **told: Any) -> Json:
        terms = {"claim": "maximum", "currency": "CNY", "amount": "500000000", "expires": "2029-05-04"}
        told = {"register": "CN-PATENT", "parties": [PLEDGOR, BANK], "rights": rights, "terms": terms, "consents": ATTESTED, **told}
        return {"instrument": self.document(), **told}

    def filed(self, rights: list[Any], **told: Any) -> int:
        self.done("file", **self.filing(rights, **told))
        return self.newest()

    def registered(self, rights: list[Any], **told: Any) -> int:
        pledge = self.filed(rights, **told)
        self.done("accept", pledge=pledge)
        self.done("decide", pledge=pledge, decision="register", others_pass=True, evidence=DOCUMENT)
        return pledge


@pytest.fixture(scope="module")
def clerk(api: Api) -> Clerk:
    return Clerk(api)


# --- The table --------------------------------------------------------------------------------------------------------------------


def test_every_act_of_the_table_has_a_writer_and_fields_that_a_description_has() -> None:
    fields = {each.alias or name for name, each in Given.model_fields.items()}
    assert _WRITERS.keys() == {each.name for each in TABLE}
    for each in TABLE:
        assert {*each.needs, *each.takes, *COMMON} <= fields, each.name
    assert fields == {*COMMON, *(name for each in TABLE for name in (*each.needs, *each.takes))}, "none is there for nothing"


def test_every_code_of_a_shipped_register_is_drafted_by_some_act() -> None:
    drafted = {each.code for each in TABLE} | {Code.RETURN, Code.REFUSE}
    anchors = {Code.ANCHOR, Code.SEED, Code.ADOPT}
    assert {code for register in SHIPPED for code in register.acts} - anchors <= drafted


# --- From filing to registration --------------------------------------------------------------------------------------------------


def test_a_pledge_is_filed_in_words_accepted_decided_and_released(clerk: Clerk) -> None:
    first, second = patents(2)
    made = clerk.draft("file", **clerk.filing([{"number": first, "title": "Lens with two foci"}, {"number": second, "title": "Holder"}]))
    assert "the entry ends: with 2029-05-04 in Asia/Shanghai (last second 2029-05-04T15:59:59Z)" in made["says"]
    assert "claim: maximum 5000000.00 CNY" in made["says"]
    assert any("深圳光学有限公司" in line and "USCC 91350211M000100Y46" in line for line in made["says"])
    assert made["checked"]["registrable"] and made["checked"]["left"]["grounds"] and made["warnings"] == []
    assert [each["register"] for each in made["checked"]["routes"]] == ["CN-PATENT"]
    assert made["blind"] and len(made["rights"]) == 2 and made["acts"][0]["body"]["content"] == made["contents"][0]["root"]
    pledge = clerk.registered([{"number": first, "title": "Lens with two foci"}, {"number": second, "title": "Holder"}])
    found = clerk.pledge(pledge)
    assert (found["life"], found["expires"]) == ("registered", "2029-05-04T15:59:59Z")
    assert [each["name"] for each in found["parties"]] == ["深圳光学有限公司", "招商银行"]
    assert [each["title"] for each in clerk.get(f"/pledges/{pledge}/assets")] == ["Lens with two foci", "Holder"]
    clerk.done("release", pledge=pledge, instrument=clerk.document(), consents=[{"role": "pledgee", "mode": "attested"}])
    assert (clerk.pledge(pledge)["life"], clerk.pledge(pledge)["reason"]) == ("ended", "released")


def test_the_same_words_are_the_same_act(clerk: Clerk) -> None:
    told = clerk.filing(patents())
    first, again = clerk.draft("file", **told), clerk.draft("file", **told)
    assert first == again
    clerk.done("file", **told)
    before = clerk.newest()
    clerk.done("file", **told)
    assert clerk.newest() == before, "handed in twice, filed once"


def test_members_sign_for_themselves_and_others_are_asked_how(clerk: Clerk) -> None:
    bank, owner = clerk.api.admit("drafting bank", "BANK"), clerk.api.admit("drafting owner", "PLEDGOR")
    parties = [
        {"name": "Owner", "identifier": f"MEMBER {owner.account}"},
        {"name": "Bank", "identifier": f"MEMBER {bank.account}", "role": "pledgee"},
    ]
    made = clerk.done("file", **clerk.filing(patents(), parties=parties, consents=[]))
    signers = made["acts"][0]["signers"]
    assert [(each["account"], each["role"], each["mode"]) for each in signers] == [
        (owner.account, "PLEDGOR", "SIGNED"), (bank.account, "BANK", "SIGNED"),
    ], "no officer signs a filing for which nobody is vouched"  # fmt: skip
    told = clerk.refused("file", **clerk.filing(patents(), consents=[]))
    assert told["field"] == "consents" and "深圳光学有限公司 (pledgor) consent? no member signs for it" in told["detail"]
    mixed = clerk.draft("file", **clerk.filing(patents(), parties=[parties[0], BANK], consents=[{"party": "招商银行", "mode": "attested"}]))
    assert [each["mode"] for each in mixed["acts"][0]["signers"]] == ["SIGNED", "ATTESTED"]
    assert [each["signer"] for each in mixed["acts"][0]["body"]["consents"]] == [0, 1]


def test_a_natural_persons_name_is_kept_with_its_salt_and_published_nowhere(clerk: Clerk) -> None:
    person = {"name": "王小明", "person": True, "capacity": "as guarantor"}
    told = clerk.filing(patents(), parties=[person, BANK])
    made = clerk.done("file", **told)
    (kept,) = made["persons"]
    assert kept["name"] == "王小明" and made["contents"][0]["document"]["persons"] == [kept]
    assert to_hex(identifiers.person("王小明", bytes.fromhex(kept["salt"][2:])).word) == kept["party"]
    assert "王小明" not in json.dumps(made["acts"], ensure_ascii=False)
    pledge = clerk.newest()
    clerk.done("accept", pledge=pledge)
    clerk.done("decide", pledge=pledge, decision="register", others_pass=True, evidence=DOCUMENT)
    found = {each["role"]: each for each in clerk.pledge(pledge)["parties"]}
    assert not found["pledgor"]["name"] and found["pledgor"]["id"] == kept["party"]


def test_a_refusal_names_its_ground_and_the_same_acceptance_is_made_anew_afterwards(clerk: Clerk) -> None:
    pledge = clerk.filed(patents())
    clerk.done("accept", pledge=pledge)
    told = clerk.refused("decide", pledge=pledge, decision="refuse", evidence=DOCUMENT, grounds=[{"ground": 4, "result": "fail"}])
    assert told["field"] == "grounds" and "not answered: 1 the pledgor is not the registered owner" in told["detail"]
    grounds = [{"ground": 4, "result": "fail"}]
    made = clerk.done("decide", pledge=pledge, decision="refuse", evidence=DOCUMENT, grounds=grounds, others_pass=True)
    assert any("ground 4, the annual fee is unpaid (CNIPA Announcement 461" in line for line in made["says"])
    clerk.done("reconsider", pledge=pledge, evidence=DOCUMENT)
    assert clerk.pledge(pledge)["status"] == "filed"
    clerk.done("accept", pledge=pledge)
    assert clerk.pledge(pledge)["status"] == "accepted", "the words are those of the first acceptance, the act is another"


def test_a_long_list_goes_by_pages_and_is_released_in_part_and_restored(clerk: Clerk) -> None:
    numbers = patents(130)
    pledge = clerk.filed([{"number": each, "title": f"Title {each}"} for each in numbers])
    assert len(clerk.done("accept", pledge=pledge)["acts"]) == 2
    clerk.done("decide", pledge=pledge, decision="approve", others_pass=True, evidence=DOCUMENT)
    assert len(clerk.done("titles", pledge=pledge)["acts"]) == 2
    clerk.done("decide", pledge=pledge, decision="register", evidence=DOCUMENT)
    clerk.done("part-release", pledge=pledge, rights=[numbers[3], numbers[129]], instrument=clerk.document(), consents=ATTESTED)
    assert clerk.get(f"/assets/{numbers[3]}")["encumbrances"] == []
    told = clerk.refused("part-release", pledge=pledge, rights=[numbers[3]], instrument=clerk.document(), consents=ATTESTED)
    assert told["field"] == "rights" and f"is not under pledge {pledge} now" in told["detail"]
    clerk.done("rectify", pledge=pledge, rectification="restore leaves", rights=[numbers[3]], instrument=clerk.document())
    assert [each["pledge"] for each in clerk.get(f"/assets/{numbers[3]}")["encumbrances"]] == [pledge]


def test_a_filing_whose_private_document_is_not_here_is_accepted_with_its_rights_and_blind(clerk: Clerk) -> None:
    (number,) = patents()
    told = clerk.filing([{"number": number, "title": "Lens"}], content="0x" + "00" * 32)
    made = clerk.done("file", **told)
    assert made["contents"] == []
    pledge = clerk.newest()
    assert "give its rights" in clerk.refused("accept", pledge=pledge)["detail"]
    wrong = clerk.refused("accept", pledge=pledge, rights=[{"number": number, "title": "Lens"}], blind="0x" + "11" * 32)
    assert wrong["field"] == "rights" and "not the list that was filed" in wrong["detail"]
    given = {"rights": [{"number": number, "title": "Lens"}], "blind": made["blind"]}
    clerk.done("accept", pledge=pledge, **given)
    told = clerk.refused("decide", pledge=pledge, decision="register", others_pass=True, evidence=DOCUMENT)
    assert told["field"] == "parties" and "names of the 2 parties" in told["detail"]
    clerk.done("decide", pledge=pledge, decision="register", others_pass=True, evidence=DOCUMENT, parties=[PLEDGOR, BANK], **given)
    clerk.done("part-release", pledge=pledge, rights=[number], instrument=clerk.document(), consents=ATTESTED)
    assert clerk.get(f"/assets/{number}")["encumbrances"] == [], "the blind was found where acceptance presented it"


# --- Later acts -------------------------------------------------------------------------------------------------------------------


def test_terms_change_where_they_are_told_and_stay_where_not(clerk: Clerk) -> None:
    pledge = clerk.registered(patents())
    made = clerk.done("set-terms", pledge=pledge, terms={"amount": "400000000"}, instrument=clerk.document(), consents=ATTESTED)
    assert any(line.startswith("claim: maximum 4000000.00 CNY (was maximum 5000000.00 CNY)") for line in made["says"])
    found = clerk.pledge(pledge)
    assert (found["ceiling"]["minor"], found["expires"]) == ("400000000", "2029-05-04T15:59:59Z")
    again = clerk.refused("set-terms", pledge=pledge, terms={"amount": "400000000"}, instrument=clerk.document(), consents=ATTESTED)
    assert again["detail"] == "terms: they are as they were; tell what changes"


def test_a_security_is_transferred_in_shares_with_the_new_holders_consent(clerk: Clerk) -> None:
    pledge = clerk.registered(patents())
    holders = [{**BANK, "share": 3}, {"name": "Second Bank", "role": "pledgee", "share": 1}]
    made = clerk.done("transfer", pledge=pledge, parties=holders, instrument=clerk.document(), consents=ATTESTED)
    assert any("Second Bank consents as new pledgee: attested" in line for line in made["says"])
    shares = {each["name"]: int(each["share"]) for each in clerk.pledge(pledge)["parties"] if each["side"] == "holders"}
    assert shares == {"招商银行": 3, "Second Bank": 1}
    told = clerk.refused("transfer", pledge=pledge, parties=[PLEDGOR], instrument=clerk.document(), consents=ATTESTED)
    assert told["field"] == "parties[0].role"


def test_a_refinanced_pledge_is_restored_with_its_rights(clerk: Clerk) -> None:
    (number,) = patents()
    pledge = clerk.registered([number])
    terms = {"claim": "fixed", "currency": "CNY", "amount": "900000"}
    clerk.done("refinance", pledge=pledge, parties=[{"name": "Second Bank", "role": "pledgee"}], terms=terms, instrument=clerk.document(),
               consents=ATTESTED)  # fmt: skip
    new = clerk.newest()
    assert clerk.pledge(new)["refinances"]["old"] == pledge
    clerk.done("enforce", pledge=new, instrument=clerk.document(), consents=ATTESTED)
    shares = [{"pledge": new, "rank": 1, "claim": "500000", "amount": "500000"}]
    sold = {"price": "520000", "currency": "CNY", "costs": "20000", "buyer": "Buyer", "rights": [number], "shares": shares}
    made = clerk.draft("sale", pledge=new, instrument=clerk.document(), consents=ATTESTED, **sold)
    assert any("5200.00 CNY" in line for line in made["says"])
    clerk.done("end-by-order", pledge=new, reason="ordered", authority="Beijing IP Court", instrument=clerk.document())
    clerk.done("rectify", pledge=pledge, rectification="restore", instrument=clerk.document())
    assert clerk.pledge(pledge)["life"] == "registered"


def test_a_hold_is_placed_by_order_lifted_and_placed_anew(clerk: Clerk) -> None:
    pledge = clerk.registered(patents())
    target = {"register": CN_PATENTS, "target": "pledge", "of": str(pledge), "authority": "Beijing IP Court", "order": DOCUMENT}
    made = clerk.done("hold", hold="preservation", bars=["end", "terms"], **target)
    assert made["acts"][0]["signers"][0]["mode"] == "ORDERED"
    refused = clerk.draft("release", pledge=pledge, instrument=clerk.document(), consents=ATTESTED)
    assert [each["error"] for each in refused["refusals"]] == ["HeldBy"]
    assert len(clerk.done("lift", number=0, **target)["acts"][0]["signers"]) == 2, "lifting takes two officers"
    clerk.done("hold", hold="preservation", bars=["end", "terms"], **target)
    assert [each["runs"] for each in clerk.get("/holds", target="pledge", id=str(pledge), ended=True)] == [False, True]


def test_numbers_are_joined_parties_recorded_and_a_filing_withdrawn(clerk: Clerk) -> None:
    first, second = patents(2)
    clerk.done("join", register="CN-PATENT", right=first, joined=second, evidence=DOCUMENT)
    assert len(clerk.get(f"/assets/{first}")["numbers"]) == 2
    clerk.done("record-party", register=3, party="Old Bank", became="succeeded", other="New Bank", evidence=DOCUMENT)
    pledge = clerk.filed(patents())
    clerk.done("withdraw", pledge=pledge, instrument=clerk.document(), consents=ATTESTED)
    assert clerk.pledge(pledge)["status"] == "withdrawn"


def test_a_filing_is_noticed_answered_contested_returned_and_filed_anew(clerk: Clerk) -> None:
    (number,) = patents()
    told = clerk.filing([number])
    clerk.done("file", **told)
    earlier = clerk.newest()
    later = clerk.filed([number])
    clerk.done("accept", pledge=later)
    clerk.done("contest", pledge=earlier, later=later, right=number, consents=ATTESTED, instrument=clerk.document())
    assert [each["earlier"] for each in clerk.pledge(later)["contests"]] == [earlier]
    clerk.done("notify", pledge=later, evidence=DOCUMENT, until="2029-01-01")
    clerk.done("answer", pledge=later, evidence=DOCUMENT)
    assert [each["step"] for each in clerk.pledge(later)["steps"]] == ["notify", "answer"]
    clerk.done("decide", pledge=earlier, decision="return", evidence=DOCUMENT)
    made = clerk.done("file", **told)
    assert [each["error"] for each in made["checked"]["refusals"]] == ["AssetTaken"], "it is not registered today, and filed all the same"
    anew = clerk.newest()
    assert anew > later and clerk.pledge(earlier)["status"] == "returned", "in the same words it is filed once more"
    wrong = clerk.refused("decide", pledge=later, decision="register", evidence=DOCUMENT, grounds=[{"ground": 4, "result": "good"}],
                          others_pass=True)  # fmt: skip
    assert "ground 4: 'good' is none of pass, fail, overridden" in wrong["detail"]


def test_rights_are_added_one_by_one_and_by_pages(clerk: Clerk) -> None:
    pledge = clerk.registered(patents())
    clerk.done("supplement", pledge=pledge, rights=patents(), instrument=clerk.document(), consents=ATTESTED)
    more = [{"number": each, "title": f"Title {each}"} for each in patents(130)]
    told = clerk.refused("supplement", pledge=pledge, rights=more, instrument=clerk.document(), consents=ATTESTED)
    assert told["field"] == "segment" and "reserved before (act reserve)" in told["detail"]
    clerk.done("reserve", pledge=pledge, rights=more)
    segment = clerk.pledge(pledge)["segments"][-1]["segment"]
    clerk.done("reserve", pledge=pledge, rights=more, segment=segment)
    assert len(clerk.done("titles", pledge=pledge, rights=more, segment=segment)["acts"]) == 2
    clerk.done("supplement", pledge=pledge, rights=more, segment=segment, instrument=clerk.document(), consents=ATTESTED)
    assert [each["assets"] for each in clerk.pledge(pledge)["segments"]] == [1, 1, 130]


def test_liens_are_recorded_related_noted_and_objected_to(clerk: Clerk) -> None:
    told = {"register": "US-PATENT", "rights": ["16/555,001"], "terms": {"claim": "not stated"}, "when": "2023-01-03"}
    banks = [[PLEDGOR, {"name": name, "role": "pledgee"}] for name in ("First Bank", "Second Bank")]
    for parties in banks:
        clerk.done("record", **{**clerk.filing([]), **told, "parties": parties, "instrument": clerk.document()})
    second = clerk.newest(1)
    clerk.done("relate", pledge=second - 1, senior=second, relation="subordination", instrument=clerk.document(), consents=ATTESTED)
    order = [place["tranches"][0]["lien"] for place in clerk.get("/assets/USPA16555001/priority")["places"]]
    assert order == [str(second), str(second - 1)]
    clerk.done("note", pledge=second, note="same as", other=str(second - 1), text="recorded twice", instrument=clerk.document())
    assert clerk.pledge(second)["notes"][-1]["text"] == "recorded twice"
    entry = clerk.filing([], register=6, kinds=["receivable"], marks=["general description"])
    entry["terms"] = {**entry["terms"], "expires": "2025-06-01"}
    clerk.done("record", **entry)
    clerk.done("object", pledge=clerk.newest(6), text="the entry is wrong", instrument=clerk.document(), consents=ATTESTED)
    assert clerk.pledge(clerk.newest(6))["notes"][-1]["text"] == "the entry is wrong"


# --- Whose eyes -----------------------------------------------------------------------------------------------------------------------


def test_a_member_drafts_its_own_acts_and_sees_nobody_elses_documents(clerk: Clerk) -> None:
    bank, owner, stranger = (
        clerk.api.admit(f"eyes {name}", role) for name, role in (("bank", "BANK"), ("owner", "PLEDGOR"), ("none", "BANK"))
    )
    parties = [
        {"name": "Owner", "identifier": f"MEMBER {owner.account}"},
        {"name": "Bank", "identifier": f"MEMBER {bank.account}", "role": "pledgee"},
    ]
    (number,) = patents()
    pledge = clerk.filed([number], parties=parties, consents=[])
    ask = {"act": "accept", "pledge": pledge}
    seen = {}
    for member in (bank, stranger):
        answer = clerk.api.http.post("/pledges:draft", json=ask, headers=key_of(clerk.api, member))
        seen[member.key] = problem(answer, 422)["detail"]
    assert "the list of this filing is not held here" in seen["eyes none"], "another's private document looks as if it were not there"
    assert "has no part in this act" in seen["eyes bank"], "it holds the document, and is no officer"
    clerk.done("accept", pledge=pledge)
    clerk.done("decide", pledge=pledge, decision="register", others_pass=True, evidence=DOCUMENT)
    told = {"act": "release", "pledge": pledge, "instrument": clerk.document()}
    made = clerk.api.http.post("/pledges:draft", json=told, headers=key_of(clerk.api, bank)).json()["data"]
    assert [(each["account"], each["mode"]) for each in made["acts"][0]["signers"]] == [(bank.account, "SIGNED")]
    assert made["refusals"] == [] and made["untried"] is None
    act = {name: value for name, value in made["acts"][0].items() if name != "key"}
    headers = {**key_of(clerk.api, bank), "Idempotency-Key": made["acts"][0]["key"]}
    assert clerk.api.done(clerk.api.http.post("/acts", json=act, headers=headers))["state"] == "final"
    assert clerk.pledge(pledge)["reason"] == "released"


@pytest.mark.parametrize(
    "document", [{}, {"rights": "x"}, {"rights": [{"key": "0x1", "title": ""}], "kinds": ["ship"], "blind": "0x", "names": []}]
)
def test_a_private_document_of_another_form_tells_nothing(clerk: Clerk, document: Json) -> None:
    office = clerk.get("/registers/3")["office"]
    item = {"member": office, "schema": "pledgebook/pledge-filing/1", "document": document}
    root = clerk.api.http.post("/content:batch", json={"items": [item]}).json()["items"][0]["root"]
    pledge = clerk.filed(patents(), content=root)
    assert "is not held here" in clerk.refused("accept", pledge=pledge)["detail"]


def test_goods_are_mortgaged_in_the_register_of_movables(clerk: Clerk) -> None:
    told = clerk.filing([], register="CN-RECEIVABLES", kinds=["goods"], marks=["general description"])
    told["terms"] = {**told["terms"], "expires": "2025-01-01"}
    assert [each["error"] for each in clerk.draft("record", **told)["refusals"]] == ["WrongRegister"], "a pledge of goods is by delivery"
    clerk.done("record", transaction="mortgage", **told)
    assert clerk.pledge(clerk.newest(6))["life"] == "registered"


# --- Another register, another day ------------------------------------------------------------------------------------------------


def test_a_filing_in_a_register_that_gives_no_right_is_refused_when_it_is_handed_in(clerk: Clerk) -> None:
    told = clerk.filing([], register="CN-RECEIVABLES", kinds=["patent"], marks=["general description"])
    told["terms"] = {**told["terms"], "expires": "2025-01-01"}
    made = clerk.draft("file", **told)
    assert [each["error"] for each in made["refusals"]] == ["WrongRegister"]
    for each in made["contents"]:
        clerk.api.http.post("/content:batch", json={"items": [{name: value for name, value in each.items() if name != "root"}]})
    before = len(clerk.get("/pledges", register=6, limit=1000))
    refused = problem(clerk.post(made["acts"][0]), 422)
    assert (refused["title"], refused["field"], refused["right_ones"]) == ("Wrong register", "body.register", ["CN-PATENT"])
    assert "file with CN-PATENT" in refused["detail"] and len(clerk.get("/pledges", register=6, limit=1000)) == before
    batch = {"acts": [{**made["acts"][0]}]}
    (one,) = clerk.api.http.post("/acts:batch", json=batch).json()["acts"]
    assert one["problem"]["title"] == "Wrong register"
    checked = clerk.api.http.post("/acts:check", json={name: value for name, value in made["acts"][0].items() if name != "key"})
    assert checked.json()["reason"]["error"] == "WrongRegister"


def test_a_factoring_of_a_patent_is_sent_to_the_register_of_claims(clerk: Clerk) -> None:
    made = clerk.draft("file", **clerk.filing(patents(), transaction="factoring"))
    wrong = next(each for each in made["refusals"] if each["error"] == "WrongRegister")
    assert wrong["values"]["right_ones"] == ["CN-RECEIVABLES"]
    for each in made["contents"]:
        clerk.api.http.post("/content:batch", json={"items": [{name: value for name, value in each.items() if name != "root"}]})
    assert problem(clerk.post(made["acts"][0]), 422)["right_ones"] == ["CN-RECEIVABLES"]


def test_an_end_in_the_middle_of_the_registers_day_is_taken_with_a_warning(clerk: Clerk) -> None:
    told = clerk.filing(patents())
    told["terms"] = {**told["terms"], "expires": "2029-05-04T00:00:00Z"}
    made = clerk.draft("file", **told)
    (warning,) = made["warnings"]
    assert "08:00:00 of 2029-05-04 in Asia/Shanghai" in warning and "2029-05-04T15:59:59Z" in warning
    for each in made["contents"]:
        clerk.api.http.post("/content:batch", json={"items": [{name: value for name, value in each.items() if name != "root"}]})
    assert clerk.post(made["acts"][0]).json()["warnings"] == [warning]
    assert "warnings" not in clerk.api.http.get("/acts", params={"account": made["acts"][0]["account"]}).json()["data"][0]


# --- What is wrong is named -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"register": "CN-PATENTS"}, "register", "is none of 1 US-PATENT"),
        ({"register": 77}, "register", "there is no register 77"),
        ({"rights": ["ZL201710601862.4"]}, "rights[0]", "check digit 4 is not 3"),
        ({"rights": ["ZL201710601862.3", "CN 2017 1060 1862.3"]}, "rights[1]", "once more"),
        ({"register": "CN-RECEIVABLES"}, "rights[0]", "is an invention patent of CN, and register 6"),
        ({"register": "AU-PPSR", "rights": ["ZL201710601862.4"]}, "rights[0]", "check digit 4 is not 3"),
        ({"rights": []}, "rights", "none; name them"),
        ({"rights": [], "marks": ["general description"]}, "kinds", "missing"),
        ({"marks": ["adopted"]}, "marks", "is none of general description"),
        ({"parties": [PLEDGOR]}, "parties", "a pledgee is missing"),
        ({"parties": [BANK]}, "parties", "a pledgor that is no co-owner"),
        ({"parties": [{**PLEDGOR, "identifier": "USCC 91350211M000100Y47"}, BANK]}, "parties[0].identifier", "check digits do not fit"),
        ({"parties": [{**PLEDGOR, "share": 1}, BANK]}, "parties[0].share", "pledgors none"),
        ({"terms": {"claim": "fixed"}}, "terms", "amount (above 0) and currency"),
        ({"terms": {"expires": "4 May"}}, "terms.expires", "a day (2023-05-04)"),
        ({"terms": {"expires": "2029-05-04T00:00:00"}}, "terms.expires", "has no offset"),
        ({"when": "2023-01-01"}, "when", "counts from its block"),
        ({"consents": [{"mode": "deemed"}]}, "consents[0].mode", "is none of signed, attested"),
        ({"consents": [{"mode": "attested"}, {"role": "new pledgee", "mode": "attested"}]}, "consents[1]", "asks no such consent"),
        ({"instrument": {"number": "N"}}, "consents[0].evidence", "needs the hash"),
        ({"senior": 1}, "senior", "file takes no such field"),
        ({"act": "sell"}, "act", "is none of file, record"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_with_its_field(clerk: Clerk, change: Json, field: str, said: str) -> None:
    told = problem(clerk.api.http.post("/pledges:draft", json={"act": "file", **clerk.filing(patents()), **change}), 422)
    assert told["field"] == field and said in told["detail"], told


def test_an_act_on_a_pledge_that_is_not_there_or_not_registered_says_so(clerk: Clerk) -> None:
    assert problem(clerk.asked("release", pledge=9_999_999), 404)
    assert clerk.refused("release")["detail"] == "pledge: missing; release needs pledge"
    pledge = clerk.filed(patents())
    told = clerk.refused("release", pledge=pledge, instrument=clerk.document(), consents=ATTESTED)
    assert told["field"] == "pledge" and "not registered yet" in told["detail"]


# --- Pro rata ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1 << 40, 1 << 64])
def test_a_number_that_no_pledge_has_is_not_found(clerk: Clerk, number: int) -> None:
    problem(clerk.api.http.post(f"/pledges/{number}/pro-rata", json={"debt": "3", "paid": "1"}), 404)


def test_a_release_pro_rata_is_reckoned_drafted_and_done_with_its_basis(clerk: Clerk) -> None:
    numbers = patents(3)
    pledge = clerk.registered(list(numbers))
    answer = clerk.api.http.post(f"/pledges/{pledge}/pro-rata", json={"debt": "300000000", "paid": "100000000"}).json()["data"]
    assert (answer["ceiling_before"], answer["ceiling"], answer["whole"]) == ("500000000", "333333334", False)
    told = answer["draft"]
    clerk.done(told.pop("act"), **{**told, "instrument": {**told["instrument"], **clerk.document()}}, consents=ATTESTED)
    last = clerk.get(f"/pledges/{pledge}/history")[-1]
    assert last["instrument"]["caption"].startswith("PRO RATA TO DEBT PAID: 1000000.00 CNY OF 3000000.00 CNY")
    values = dict(zip(numbers, ("500", "300", "200"), strict=True))
    asked = {"debt": "1000", "paid": "400", "values": values}
    answer = clerk.api.http.post(f"/pledges/{pledge}/pro-rata", json=asked).json()["data"]
    assert [each["value"] for each in answer["released"]] == ["300"] and (answer["value"], answer["kept"]) == ("1000", "700")
    told = answer["draft"]
    clerk.done(told.pop("act"), **{**told, "instrument": {**told["instrument"], **clerk.document()}}, consents=ATTESTED)
    assert clerk.get(f"/assets/{numbers[1]}")["encumbrances"] == []
    left = problem(clerk.api.http.post(f"/pledges/{pledge}/pro-rata", json={**asked, "values": {numbers[0]: "1"}}), 422)
    assert left["field"] == "values" and "value every live right" in left["detail"]
    strange = problem(clerk.api.http.post(f"/pledges/{pledge}/pro-rata", json=asked), 422)
    assert "is not under pledge" in strange["detail"]
    assert problem(clerk.api.http.post(f"/pledges/{pledge}/pro-rata", json={"debt": "1", "paid": "2"}), 422)["field"] == "paid"
    assert clerk.api.http.post(f"/pledges/{pledge}/pro-rata", json={"debt": "2", "paid": "2"}).json()["data"]["draft"]["act"] == "release"
