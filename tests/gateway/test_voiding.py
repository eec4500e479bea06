"""A signature taken back: an act's own, and a consent to another's act, as long as the ledger has not spent it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.chain.calls import view
from ledger.domain.assets import member_party, us_patent_key
from ledger.domain.ids import act_id
from ledger.domain.registers import Mode, PartyRole
from ledger.domain.shipped_registers import US_PATENTS
from tests.gateway.conftest import Api, Member
from tests.gateway.pledges import consent, filing
from tests.gateway.test_access import problem

WALLET = "0x" + "77" * 20
ZERO = "0x" + "00" * 32


@pytest.fixture(scope="module")
def bank(api: Api) -> Member:
    return api.admit("voiding bank", "BANK")


@pytest.fixture(scope="module")
def wallet(api: Api) -> Member:
    """A member whose key is nowhere here."""
    wanted = {"key": "wallet", "name": "wallet", "party": ZERO[:-1] + "9", "roles": ["BANK"], "account": WALLET, "operator": WALLET}
    api.http.post("/members:batch", json={"members": [wanted]}).raise_for_status()
    assert api.http.post("/members:wait", json={"accounts": [WALLET], "timeout": 20}).json()["pending"] == []
    return Member("wallet", WALLET)


@pytest.fixture(scope="module")
def owner(api: Api) -> Member:
    return api.admit("voiding owner", "PLEDGOR")


def waiting(api: Api, owner: Member, bank: Member, key: str) -> dict[str, Any]:
    """A filing that its owner and its bank signed, and that waits for the signature of a third."""
    sides = ((member_party(owner.address), "Owner"), (member_party(bank.address), "Bank"))
    roles = (PartyRole.PLEDGOR, PartyRole.PLEDGEE)
    signed = [consent(role, word, Mode.SIGNED, at) for at, (role, (word, _)) in enumerate(zip(roles, sides, strict=True))]
    body = filing(US_PATENTS, key, *sides, {us_patent_key("16/000,777"): "Lens"}, consents=signed)
    wanted = [(owner.account, "PLEDGOR"), (bank.account, "BANK"), (WALLET, "BANK")]
    signers = [{"account": account, "role": role} for account, role in wanted]
    answer = api.act(owner, "FilePledge", body, key=key, signers=signers)
    assert answer.status_code == 202, answer.text
    given: dict[str, Any] = answer.json()
    assert given["state"] == "gathering"
    return given


def voided(api: Api, act: str, account: str, **query: str) -> dict[str, Any]:
    answer = api.http.post(f"/acts/{act}/void", params={"account": account, **query})
    assert answer.status_code == 202, answer.text
    call: dict[str, Any] = answer.json()
    (ended,) = api.http.post("/calls:wait", json={"ids": [call["id"]], "timeout": 20}).json()["calls"]
    assert ended["state"] == "final", ended
    return call


def test_an_act_that_waits_for_another_is_taken_back_for_ever(api: Api, owner: Member, bank: Member, wallet: Member) -> None:
    act = waiting(api, owner, bank, "void-1")
    first = voided(api, act["id"], owner.account)
    ended = api.http.get(f"/acts/{act['id']}", params={"account": owner.account, "wait": 20}).json()
    assert ended["state"] == "voided"
    again = api.http.post(f"/acts/{act['id']}/void", params={"account": owner.account})
    assert again.json()["id"] == first["id"], "asked again it is the same call"
    assert wallet.account == WALLET


def test_an_id_that_no_act_has_yet_is_taken_out_of_use(api: Api, bank: Member) -> None:
    number = str(act_id("void-2"))
    voided(api, number, bank.account)
    told = problem(api.act(bank, "TransferCash", {"cash": 1, "to": WALLET, "amount": "1", "ref": ZERO}, key="void-2", role="BANK"), 409)
    assert "voided on the ledger" in told["detail"]


def test_a_consent_to_anothers_act_is_taken_back_and_its_act_never_runs(api: Api, owner: Member, bank: Member, wallet: Member) -> None:
    act = waiting(api, owner, bank, "void-3")
    call = voided(api, act["id"], bank.account, of=owner.account)
    typed = api.http.get(f"/acts/{act['id']}/typed-data", params={"account": owner.account}).json()
    nonce = int(typed["message"]["signers"][1]["nonce"])
    spent = view(api.running.services.rpc, api.running.services.manifest.address("Acts"), "Acts", "spent", bank.address, nonce)
    assert spent, "whatever carries this signature is refused from now on"
    assert api.http.post(f"/acts/{nonce}/void", params={"account": bank.account}).json()["id"] == call["id"], "by its nonce it is the same"
    stranger = problem(api.http.post(f"/acts/{act['id']}/void", params={"account": bank.account, "of": WALLET}), 404)
    assert stranger["title"] == "Not found" and wallet.account == WALLET
    other = api.admit("voiding other", "BANK")
    told = problem(api.http.post(f"/acts/{act['id']}/void", params={"account": other.account, "of": owner.account}), 422)
    assert "does not sign act" in told["detail"]


def test_what_is_spent_or_anothers_or_held_elsewhere_is_refused(api: Api, bank: Member, wallet: Member) -> None:
    us = next(each for each in api.http.get("/members", params={"role": "REGISTRAR"}).json()["data"] if each["name"].startswith("United"))
    body = {"register": 1, "party": ZERO[:-1] + "8", "kind": 5, "other": ZERO, "account": "0x" + "00" * 20, "effective": 0,
            "evidence": "0x" + "d0" * 32, "name": "New name"}  # fmt: skip
    signers = [{"account": us["account"], "role": "REGISTRAR"}] * 2
    done = api.done(api.act(Member("us", us["account"]), "RecordParty", body, key="void-4", signers=signers))
    assert done["state"] == "final", done["reason"]
    told = problem(api.http.post(f"/acts/{done['id']}/void", params={"account": us["account"]}), 409)
    assert told["title"] == "Already spent" and done["id"] in told["detail"]
    assert problem(api.http.post("/acts/1/void", params={"account": wallet.account}), 404), "its keys are not held here"
    assert problem(api.http.post("/acts/x/void", params={"account": bank.account}), 422)
