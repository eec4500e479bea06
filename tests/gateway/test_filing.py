"""Would it be registered today, and if not, why: the dry run says what the acts themselves would meet, and the router says where to go."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ledger.domain.assets import asset_key, cn_patent_key, stated_party, us_patent_key
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import Flag
from ledger.domain.registers import PartyRole
from ledger.domain.shipped_registers import AU_PPSR, CN_PATENTS, CN_RECEIVABLES, US_PATENTS
from tests.gateway.conftest import Api, Member
from tests.gateway.pledges import BLIND, Json, consent, filing, names, party
from tests.gateway.test_access import problem

PLEDGOR, PLEDGEE = (stated_party("Lens Ltd"), "Lens Ltd"), (stated_party("Loan Bank"), "Loan Bank")
PATENTS = {cn_patent_key("ZL201910000001.9"): "Lens", cn_patent_key("ZL201920000002.9"): "Holder"}
CLAIM = {asset_key("CN", "A", "R", "1" * 20): ""}
Change = Callable[[Json], None]


@pytest.fixture(scope="module")
def office(api: Api) -> Member:
    (found,) = [
        each for each in api.http.get("/members", params={"role": "REGISTRAR"}).json()["data"] if each["name"] == "China patent register"
    ]
    return Member("office", found["account"])


def asked(register: int = CN_PATENTS, assets: dict[bytes, str] | None = None, **more: Any) -> Json:
    assets = PATENTS if assets is None else assets
    listed = sorted(assets)
    return {
        "filing": filing(register, "2026-1", PLEDGOR, PLEDGEE, assets, **more),
        "assets": [to_hex(key) for key in listed],
        "blind": to_hex(BLIND),
        "names": names("Lens Ltd", "Loan Bank"),
        "titles": [assets[key] for key in listed],
    }


def check(api: Api, given: Json) -> Json:
    found: Json = api.http.post("/pledges:check", json=given).raise_for_status().json()["data"]
    return found


def errors(found: Json) -> list[str]:
    return [each["error"] for each in found["refusals"]]


def files(api: Api, office: Member, body: Json) -> Json:
    """What the filing act itself would meet."""
    signers = [{"account": office.account, "role": "REGISTRAR", "mode": "ATTESTED"}]
    asked = {"account": office.account, "kind": "FilePledge", "body": body, "signers": signers}
    found: Json = api.http.post("/acts:check", json=asked).raise_for_status().json()
    return found


# --- A filing that would be registered ----------------------------------------------------------------------------------------------


def test_a_right_filing_is_registrable_and_says_what_is_left_to_an_officer(api: Api, office: Member) -> None:
    found = check(api, asked())
    assert found["registrable"] and found["refusals"] == []
    assert [ground["number"] for ground in found["left"]["grounds"]] == list(range(1, 13))
    assert found["left"]["grounds"][9] == {
        "number": 10,
        "text": "a same-day invention and utility model",
        "source": "CNIPA Announcement 461, restated by an agency guide",
        "overridable": True,
    }
    assert (found["left"]["officers"], found["left"]["reserves"], found["left"]["waits"]) == (1, 60 * 86_400, 0)
    assert [(route["register"], route["effect"], route["kept_here"]) for route in found["routes"]] == [
        ("CN-PATENT", "creates the right", True)
    ]
    assert files(api, office, asked()["filing"]) == {"done": True, "reason": None}


def test_nothing_is_kept_by_a_dry_run(api: Api, office: Member) -> None:
    before = api.http.get("/acts", params={"account": office.account}).json()["data"]
    for _ in range(3):
        check(api, asked())
        files(api, office, asked()["filing"])
    assert api.http.get("/acts", params={"account": office.account}).json()["data"] == before
    assert api.http.get("/pledges", params={"register": CN_PATENTS}).json()["data"] == []


def test_american_patents_are_advised_to_be_filed_elsewhere_too(api: Api) -> None:
    found = check(api, asked(US_PATENTS, {us_patent_key("16/000,101"): ""}))
    assert found["registrable"], found["refusals"]
    assert [(route["register"], route["kept_here"]) for route in found["routes"]] == [("US-PATENT", True), ("US-UCC", False)]


# --- What the ledger has against it ---------------------------------------------------------------------------------------------------


def edit(**changes: Any) -> Change:
    return lambda body: body.update(changes)


def terms(**changes: Any) -> Change:
    return lambda body: body["terms"].update(changes)


def of_consent(at: int, **changes: Any) -> Change:
    return lambda body: body["consents"][at].update(changes)


WRONGS: list[tuple[str, Change, str]] = [
    ("no such version", edit(version=9), "VersionNotInForce"),
    ("no such code", edit(code=77), "UnknownCode"),
    ("a code that registers nothing", edit(code=30), "CodeLacksEffect"),
    ("a mark that no filer states", edit(flags=int(Flag.CONFLICT)), "FlagsRefused"),
    ("a claim half stated", terms(ceiling="0"), "TermsInconsistent"),
    ("an end that has passed", terms(expires=1), "ExpiryPassed"),
    ("no document", lambda body: body["instrument"].update(document="0x" + "00" * 32), "DocumentMissing"),
    (
        "a time stated by the filer",
        edit(when={"source": 2, "dateOnly": False, "effective": 1}),
        "TimeSourceRefused",
    ),
    ("no list of rights", edit(assets={"root": "0x" + "00" * 32, "count": 0, "titles": "0x" + "00" * 32}), "AssetsRequired"),
    ("no holder", lambda body: body.update(parties=body["parties"][:1]), "PartyListInvalid"),
    ("a holder without share", lambda body: body["parties"][1].update(share=0), "PartyListInvalid"),
    ("a consent missing", lambda body: body.update(consents=body["consents"][:1]), "ConsentMissing"),
    ("a mode that is not admitted", of_consent(0, mode=4), "ConsentModeRefused"),
    ("a consent that ended", of_consent(1, until=1), "ConsentExpired"),
    ("a vouched consent without evidence", of_consent(1, evidence="0x" + "00" * 32), "EvidenceMissing"),
]


@pytest.mark.parametrize(("change", "error"), [wrong[1:] for wrong in WRONGS], ids=[wrong[0] for wrong in WRONGS])
def test_what_the_filing_act_would_meet_is_said_beforehand(api: Api, office: Member, change: Change, error: str) -> None:
    given = asked()
    change(given["filing"])
    found = check(api, given)
    assert not found["registrable"] and error in errors(found), found["refusals"]
    told = files(api, office, given["filing"])
    assert told["done"] is False and told["reason"]["error"] == error, "the same code says the same"
    assert told["reason"] in found["refusals"]
    sentences = [each["sentence"] for each in found["refusals"]]
    assert all("?" not in each and not each[0].islower() for each in sentences), sentences


def test_every_reason_is_given_at_once(api: Api) -> None:
    given = asked(CN_PATENTS, {us_patent_key("16/000,101"): "", asset_key("CN", "T", "R", "123"): ""})
    given["filing"]["consents"] = []
    given["assets"].reverse()
    found = check(api, given)
    assert {"ConsentMissing", "AssetsNotAscending", "AssetNotOfRegister", "WrongRegister"} <= set(errors(found))
    assert errors(found).count("AssetNotOfRegister") == 2


def test_what_is_presented_is_held_against_what_is_filed(api: Api) -> None:
    for field, value, error in (
        ("blind", "0x" + "11" * 32, "RootMismatch"),
        ("titles", ["Lens", "Other"], "TitlesMismatch"),
        ("titles", ["Lens"], "TitlesMismatch"),
        ("names", names("Lens Ltd", "Other Bank"), "NameMismatch"),
        ("names", names("Lens Ltd"), "NameMismatch"),
    ):
        found = check(api, {**asked(), field: value})
        assert error in errors(found), (field, found["refusals"])
    withheld = {**asked(), "names": [{"name": "", "capacity": ""}] * 2}
    assert check(api, withheld)["registrable"], "withheld names are no mismatch"


def test_a_taken_right_is_refused_in_a_register_of_one_rank_only(api: Api, office: Member) -> None:
    taken = {cn_patent_key("ZL201910000003.8"): "Taken"}
    body = filing(CN_PATENTS, "2026-9", PLEDGOR, PLEDGEE, taken)
    signers = [{"account": office.account, "role": "REGISTRAR", "mode": "ATTESTED"}]
    assert api.done(api.act(office, "FilePledge", body, signers=signers))["state"] == "final"
    number = api.http.get("/pledges", params={"register": CN_PATENTS}).json()["data"][-1]["pledge"]
    accept = {"pledge": number, "filing": body, "blind": to_hex(BLIND), "page": 0, "pages": [], "assets": [to_hex(key) for key in taken]}
    from ledger.domain.assets import listing

    accept["pages"] = [to_hex(root) for root in listing(taken, BLIND).page_roots]
    assert check(api, asked(assets=taken))["registrable"], "a filing alone takes nothing"
    assert api.done(api.act(office, "AcceptPledge", accept))["state"] == "final"
    found = check(api, asked(assets=taken))
    assert errors(found) == ["AssetTaken"] and f"pledge {number}" in found["refusals"][0]["sentence"]


# --- Where it belongs ------------------------------------------------------------------------------------------------------------------


def test_a_patent_in_the_receivables_register_creates_no_right(api: Api) -> None:
    found = check(api, asked(CN_RECEIVABLES))
    (wrong,) = [each for each in found["refusals"] if each["error"] == "WrongRegister"]
    assert wrong["values"]["right_ones"] == ["CN-PATENT"] and "CivC 444" in wrong["values"]["source"]
    assert "file with CN-PATENT" in wrong["sentence"] and "takes no pledges of intellectual property" in wrong["sentence"]
    assert "AssetNotOfRegister" in errors(found), "the contract refuses the keys themselves"


def test_what_is_described_in_general_is_routed_by_its_kind(api: Api) -> None:
    general: Json = {
        "filing": filing(CN_RECEIVABLES, "2026-2", PLEDGOR, PLEDGEE, CLAIM, flags=int(Flag.GENERAL_DESCRIPTION)),
        "kinds": ["licence fees"],
    }  # fmt: skip
    assert api.running.clock is not None
    general["filing"]["assets"] = {"root": "0x" + "00" * 32, "count": 0, "titles": "0x" + "00" * 32}
    general["filing"]["terms"]["expires"] = api.running.clock.now() + 200 * 86_400
    found = check(api, general)
    assert found["registrable"], found["refusals"]
    assert [route["register"] for route in found["routes"]] == ["CN-RECEIVABLES"]
    assert errors(check(api, {**general, "kinds": ["patent"]})) == ["WrongRegister"]
    factoring = copy.deepcopy(general)
    factoring["filing"]["flags"] |= int(Flag.FACTORING)
    assert check(api, factoring)["routes"][0]["effect"] == "decides the rank among several takers"


def test_serial_numbered_entries_are_asked_of_the_rule_contract(api: Api) -> None:
    assert api.running.clock is not None
    goods = {asset_key("AU", "G", "S", "6T153BK3605087654"): ""}
    given = asked(AU_PPSR, goods, flags=int(Flag.SERIAL_NUMBERED))
    assert "RuleRefused" in errors(check(api, given)), "an entry without end"
    given["filing"]["terms"]["expires"] = api.running.clock.now() + 6 * 365 * 86_400
    assert check(api, given)["registrable"], check(api, given)["refusals"]
    given["filing"]["terms"]["expires"] = api.running.clock.now() + 8 * 365 * 86_400
    assert "RuleRefused" in errors(check(api, given))


@pytest.mark.parametrize(
    ("query", "registers"),
    [
        ({"jurisdiction": "CN", "asset": "patent"}, ["CN-PATENT"]),
        ({"jurisdiction": "CN", "asset": ["patent", "mark", "licence fees"]}, ["CN-PATENT", "CN-MARK", "CN-RECEIVABLES"]),
        ({"jurisdiction": "CN", "asset": "receivable", "transaction": "factoring"}, ["CN-RECEIVABLES"]),
        ({"jurisdiction": "US", "asset": "mark"}, ["US-MARK", "US-UCC"]),
        ({"jurisdiction": "AU", "asset": "patent", "on": "2011-01-01"}, []),
        ({"jurisdiction": "AU", "asset": "patent", "on": "2012-01-30"}, ["AU-PPSR"]),
        ({"jurisdiction": "FR", "asset": "patent"}, []),
    ],
)
def test_the_router_by_itself(api: Api, query: dict[str, Any], registers: list[str]) -> None:
    found = api.http.get("/registers:route", params=query).raise_for_status().json()["data"]
    assert [route["register"] for route in found] == registers and all(route["source"] and route["why"] for route in found)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"jurisdiction": "CN", "asset": "patent", "register": "CN-RECEIVABLES"}, "file with CN-PATENT"),
        ({"jurisdiction": "CN", "asset": "licence fees", "register": "CN-PATENT"}, "file with CN-RECEIVABLES"),
        ({"jurisdiction": "CN", "asset": "ship"}, "asset: 'ship' is none of patent, mark"),
        ({"jurisdiction": "CN", "asset": "patent", "transaction": "gift"}, "transaction: 'gift' is none of pledge"),
        ({"jurisdiction": "China", "asset": "patent"}, "jurisdiction"),
        ({"asset": "patent"}, "jurisdiction"),
        ({"jurisdiction": "CN"}, "asset"),
        ({"jurisdiction": "CN", "asset": "patent", "on": "yesterday"}, "on"),
    ],
)
def test_the_router_refuses_a_wrong_register_and_what_it_can_not_read(api: Api, query: dict[str, Any], said: str) -> None:
    assert said in problem(api.http.get("/registers:route", params=query), 422)["detail"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "filing: missing; it must be given"),
        ({"filing": {}}, "filing.register: missing"),
        ({"filing": {"register": "x"}}, "filing.version: missing"),
        ({"filing": {**asked()["filing"], "register": "x"}}, "filing.register: 'x' is no decimal integer"),
        ({"filing": {"nothing": 1}}, "filing.nothing: FilePledge has no such field"),
        ({"filing": {}, "assets": ["0x12"]}, "assets[0]"),
        ({"filing": {}, "surplus": 1}, "surplus: there is no such field"),
        ({"filing": {}, "kinds": ["ship"]}, "filing.register: missing"),
    ],
)
def test_what_is_no_filing_is_named(api: Api, given: Json, said: str) -> None:
    assert said in problem(api.http.post("/pledges:check", json=given), 422)["detail"]


def test_a_wrong_number_of_party_words_is_refused_too(api: Api) -> None:
    body = asked()["filing"]
    body["parties"].append(party(PartyRole.PLEDGOR, *PLEDGOR))
    body["consents"].append(consent(PartyRole.PLEDGOR, PLEDGOR[0]))
    assert "PartyListInvalid" in errors(check(api, {"filing": body, "assets": asked()["assets"]})), "a pledgor among the holders"
