"""The worked example of docs/registers.md: a ninth register is set by the council, and a pledge is filed, registered and found under it."""

import re
from pathlib import Path
from typing import Any

import pytest

from gateway import descriptions
from gateway.roles import ROLES
from ledger.domain import watches
from ledger.domain.assets import asset_key, listing, stated_party
from ledger.domain.catalogue import CATALOGUE
from ledger.domain.clocks import CLOCKS
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import Flag
from ledger.domain.registers import Rule
from ledger.domain.shipped_registers import SHIPPED
from tests.gateway.conftest import Api, Member
from tests.gateway.pledges import BLIND, filing, names
from tests.gateway.test_access import problem

PAGE = (Path(__file__).parents[2] / "docs" / "registers.md").read_text()
(EXAMPLE,) = [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "acts_like" in text]
WORK = asset_key("US", "C", "R", "TX0001234567")
PLEDGOR, PLEDGEE = (stated_party("Ink Inc"), "Ink Inc"), (stated_party("Quill Bank"), "Quill Bank")


def set_register(api: Api, office: Member, text: str = EXAMPLE) -> Any:
    return api.http.post("/registers", json={"description": text, "office": office.account})


def waited(api: Api, call: dict[str, Any]) -> dict[str, Any]:
    ended = api.http.post("/calls:wait", json={"ids": [call["id"]], "timeout": 30}).raise_for_status().json()
    found: dict[str, Any] = ended["calls"][0]
    return found


@pytest.fixture(scope="module")
def office(api: Api) -> Member:
    return api.admit("copyright office", "REGISTRAR", "ANCHORER")


def test_the_page_names_every_clock_that_ships_and_whether_its_text_was_read() -> None:
    for rule in CLOCKS.values():
        read = "yes" if rule.verified else "no: default"
        line = f"| {rule.key} | {rule.length} {rule.unit.value} | {rule.counts_from} | {rule.source} | {read} |"
        assert line in PAGE, line


def test_the_page_names_every_register_that_ships_and_every_unread_term() -> None:
    for register in SHIPPED:
        assert f"| {register.name} | {register.number} | {'one' if register.flags & Rule.SINGLE_RANK else 'several'} |" in PAGE, (
            register.name
        )
        if register.term is not None and not register.term.verified:
            assert f"{register.term.most:,}" in PAGE and register.term.source.removesuffix(" and Rights") in PAGE.replace("\n  ", " ")
    usual = watches.USUAL
    for name in ("lead_days", "pressing_days", "revalue_months"):
        assert f"`{name}` {getattr(usual, name)}" in PAGE
    assert f"{usual.limit:,} basis points" in PAGE


def test_what_is_no_register_is_refused_before_anything_is_sent(api: Api, office: Member) -> None:
    stranger = api.admit("no office", "BANK")
    assert "no member with the role REGISTRAR" in problem(set_register(api, stranger), 422)["detail"]
    assert "number: Input should be" in problem(set_register(api, office, EXAMPLE.replace("number = 9", "number = 0")), 422)["detail"]
    told = problem(set_register(api, office, EXAMPLE.replace('classes = "C"', 'classes = "C"\nclases = "P"')), 422)
    assert "clases: Extra inputs" in told["detail"] and told["field"] == "description"
    problem(api.http.get("/registers/9"), 404)


def test_the_register_of_a_class_that_another_keeps_is_refused_by_the_contract(api: Api, office: Member) -> None:
    taking = EXAMPLE.replace('classes = "C"', 'classes = "P"').replace("number = 9", "number = 19").replace("US-COPYRIGHT", "US-P")
    made = set_register(api, office, taking)
    assert made.status_code == 202, made.text
    refused = waited(api, made.json()["call"])
    assert refused["state"] == "refused" and refused["reason"]["error"] == "ClassKept"
    problem(api.http.get("/registers/19"), 404)


def test_a_ninth_register_from_its_description_to_a_registered_pledge(api: Api, office: Member) -> None:
    made = set_register(api, office).raise_for_status().json()
    assert (made["number"], made["version"], made["key"], made["step"], made["ready_at"]) == (9, 1, "US-COPYRIGHT", "carried out", None)
    assert waited(api, made["call"])["state"] == "final"

    assert api.http.get("/registers/9").json()["data"]["key"] is None, "the chain has it, and nobody said yet what its words mean"
    assert set_register(api, office).raise_for_status().json()["step"] == "described"

    shown = api.http.get("/registers/9").raise_for_status().json()["data"]
    assert (shown["name"], shown["key"], shown["classes"], shown["ranks"]) == ("US copyright recordation", "US-COPYRIGHT", "C", "several")
    assert shown["marks"] == ["general description"]
    assert (shown["term"]["most_days"], shown["term"]["verified"]) == (3653, False)
    acts = {act["name"]: act for act in shown["acts"]}
    assert acts["release"]["officers"] == 2 and "correct parties" not in acts and acts["transfer"]["officers_vouching"] == 2

    routes = api.http.get("/registers:route", params={"jurisdiction": "US", "asset": "copyright"}).json()["data"]
    assert [(route["register"], route["source"], route["kept_here"]) for route in routes] == [
        ("US-COPYRIGHT", "17 USC 205(c), (d)", True),
        ("US-UCC", "UCC 9-310, 9-501", False),
    ]

    body = filing(9, "V15000D001", PLEDGOR, PLEDGEE, {WORK: "A book"}, terms=_terms(api))
    asked = {"filing": body, "assets": [to_hex(WORK)], "blind": to_hex(BLIND), "titles": ["A book"]}
    checked = api.http.post("/pledges:check", json=asked).raise_for_status().json()["data"]
    assert checked["registrable"], checked["refusals"]
    record = {
        "filing": body, "blind": to_hex(BLIND), "assets": [to_hex(WORK)], "names": names("Ink Inc", "Quill Bank"), "titles": ["A book"],
        "grounds": [],
    }  # fmt: skip
    signers = [{"account": office.account, "role": "REGISTRAR", "mode": "ATTESTED"}]
    done = api.done(api.act(office, "RecordPledge", record, signers=signers))
    assert done["state"] == "final", done
    (found,) = api.http.get("/pledges", params={"register": 9}).json()["data"]
    assert (found["number"], found["status"]) == ("V15000D001", "registered")
    burdens = api.http.get("/assets/USCRTX0001234567/encumbrances").json()["data"]["encumbrances"]
    assert [burden["pledge"] for burden in burdens] == [found["pledge"]]


def _terms(api: Api) -> dict[str, Any]:
    """A term within the register's: its rule refuses entries without an end."""
    assert api.running.clock is not None
    return {"ceiling": "0", "currency": 0, "kind": 0, "due": 0, "expires": api.running.clock.now() + 365 * 86_400}


def test_a_filing_may_not_state_what_the_register_does_not_admit(api: Api) -> None:
    body = filing(9, "V15000D003", PLEDGOR, PLEDGEE, {WORK: ""}, terms=_terms(api), flags=int(Flag.FACTORING))
    checked = api.http.post("/pledges:check", json={"filing": body, "assets": [to_hex(WORK)]}).json()["data"]
    sentences = {each["error"]: each["sentence"] for each in checked["refusals"]}
    assert sentences["FlagsRefused"] == "A filing in this register may not state these marks: factoring."


def test_a_pledge_beyond_the_registers_term_is_refused(api: Api) -> None:
    body = filing(9, "V15000D002", PLEDGOR, PLEDGEE, {WORK: ""})
    checked = api.http.post("/pledges:check", json={"filing": body, "assets": [to_hex(WORK)]}).json()["data"]
    assert not checked["registrable"] and {each["error"] for each in checked["refusals"]} == {"TermOutside"}


def test_the_same_description_again_changes_nothing_and_a_changed_one_is_the_next_version(api: Api, office: Member) -> None:
    again = set_register(api, office).raise_for_status().json()
    assert (again["version"], again["step"], again["call"]) == (1, "described", None)
    text = EXAMPLE.replace("most = 3653", "most = 3650")
    changed = set_register(api, office, text).raise_for_status().json()
    assert (changed["version"], changed["step"]) == (2, "carried out") and waited(api, changed["call"])["state"] == "final"
    assert set_register(api, office, text).raise_for_status().json()["step"] == "described"
    assert api.http.get("/registers/9").json()["data"]["version"] == 2
    body = filing(9, "V15000D003", PLEDGOR, PLEDGEE, {WORK: ""}, terms=_terms(api))
    checked = api.http.post("/pledges:check", json={"filing": body, "assets": [to_hex(WORK)]}).json()["data"]
    assert "VersionNotInForce" in {each["error"] for each in checked["refusals"]}


def test_the_description_stays_in_the_home(api: Api) -> None:
    home = api.running.services.settings.home
    found = descriptions.catalogue_of(home, CATALOGUE)
    register = found.register(9)
    assert register is not None and register.term is not None and register.term.most == 3650
    assert api.running.services.catalogue.by_key("US-COPYRIGHT") == register


def test_only_the_councils_operator_sets_registers(api: Api, office: Member) -> None:
    from tests.gateway.test_api import key_of

    asked = {"description": EXAMPLE, "office": office.account}
    assert problem(api.http.post("/registers", json=asked, headers=key_of(api, office, "read", "act", "admit")), 403)
    assert problem(api.http.post("/registers", json=asked, headers=key_of(api, office)), 403)
    assert ROLES["REGISTRAR"] and listing({WORK: ""}, BLIND).keys == (WORK,)
