"""Calls that carry no signed act: only triggers, only with arguments that fit, each key once; founding does nothing twice."""

from typing import Any

import pytest
from sqlalchemy import func, select

from gateway import calls, founding
from gateway.calls import Asked
from gateway.errors import Problem
from gateway.office.models import ACT, CALL
from gateway.office.repository import Call
from gateway.signers.keystore import HOUSE
from ledger.chain.calls import function_selector, parameters
from tests.gateway.conftest import Api
from tests.gateway.outbox.world import OPERATOR


def ask(api: Api, *asked: Asked) -> list[Call | Problem]:
    return calls.trigger(api.running.services, OPERATOR, asked)


def count(api: Api, table: Any) -> int:
    with api.running.services.office.read() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize(("contract", "function"), sorted(calls.TRIGGERS))
def test_every_trigger_is_a_function_of_its_contract(contract: str, function: str) -> None:
    assert len(function_selector(contract, function)) == 4


@pytest.mark.parametrize(
    ("contract", "function", "arguments", "said"),
    [
        ("Members", "suspend", [], "is no trigger that anybody may call; one of Financing.collect, Financing.fireRecourse"),
        ("Repayment", "payReceivable", [], "is no trigger"),
        ("Repayment", "distribute", [], "arguments: Repayment.distribute takes 1 (id), 0 given"),
        ("Repayment", "distribute", ["1", "2"], "takes 1 (id), 2 given"),
        ("Repayment", "distribute", [True], "arguments[0]: id of Repayment.distribute is a whole number below 2^192; 'True' given"),
        ("Repayment", "distribute", [1.5], "below 2^192; '1.5' given"),
        ("Repayment", "distribute", [{}], "below 2^192; '{}' given"),
        ("Repayment", "distribute", ["-1"], "below 2^192; '-1' given"),
        ("Repayment", "distribute", [str(2**192)], f"below 2^192; '{2**192}' given"),
        ("Repayment", "distribute", ["0x01"], "below 2^192; '0x01' given"),
        ("Repayment", "draw", ["1"], "is a list, of which each is a whole number below 2^256; '1' given"),
        ("Repayment", "draw", [["0x01"]], "is a list, of which each is a whole number below 2^256"),
        ("Repayment", "draw", ["1", "2"], "takes 1 (tokens), 2 given"),
        ("Repayment", "distribute", ["many"], "'many' is neither hex nor a decimal number"),
        *[("Repayment", "distribute", [text], "is neither hex nor a decimal number") for text in ("1_0", "+7", " 7", "\u0663", "")],
        ("Repayment", "draw", [["1_0"]], "'1_0' is neither hex nor a decimal number"),
        ("Repayment", "distribute", ["0xzz"], "'0xzz' is neither hex nor a decimal number"),
        ("Repayment", "draw", [["1"] * 700], "700 items are too many for one transaction"),
    ],
)
def test_what_is_no_trigger_is_refused_and_leaves_nothing(api: Api, contract: str, function: str, arguments: list[Any], said: str) -> None:
    before = count(api, CALL)
    (refused,) = ask(api, Asked("k", contract, function, arguments))
    assert isinstance(refused, Problem) and refused.status == 422 and said in refused.detail
    assert count(api, CALL) == before


@pytest.mark.parametrize(("contract", "function"), sorted(calls.TRIGGERS))
def test_what_a_trigger_takes_is_told_in_words(contract: str, function: str) -> None:
    assert all("of the type" not in calls._meant(kind) for _, kind in parameters(contract, function))


def test_a_key_names_one_call(api: Api) -> None:
    first, again, other = ask(
        api,
        Asked("once", "Repayment", "distribute", ["5"]),
        Asked("once", "Repayment", "distribute", [5]),
        Asked("once", "Repayment", "distribute", ["6"]),
    )
    assert isinstance(first, Call) and isinstance(again, Call) and first.call_id == again.call_id
    assert isinstance(other, Problem) and other.status == 409 and "was used for Repayment.distribute with other arguments" in other.detail


def test_a_refused_item_keeps_no_other_out(api: Api) -> None:
    found = ask(api, Asked("bad", "Repayment", "distribute", []), Asked("good", "Repayment", "distribute", ["7"]))
    assert [isinstance(each, Call) for each in found] == [False, True]


def test_an_admission_under_a_used_key_with_other_content_is_a_conflict(api: Api) -> None:
    api.admit("known", "SUPPLIER")
    wanted = {"key": "known", "name": "another name", "party": "0x" + "0a" * 32, "roles": ["SUPPLIER"]}
    answer = api.http.post("/members:batch", json={"members": [wanted]})
    assert answer.status_code == 409 and "with other arguments" in answer.json()["detail"]


def test_founding_does_nothing_twice(api: Api) -> None:
    services = api.running.services
    before = count(api, CALL), count(api, ACT), services.keystore.members()
    founding.admit_founders(services, lambda: None)
    founding.enrol(services)
    assert (count(api, CALL), count(api, ACT), services.keystore.members()) == before


def test_offices_have_two_officers(api: Api) -> None:
    services = api.running.services
    for office in founding.OFFICES.values():
        (account,) = services.keystore.accounts([office.key])
        keys = api.http.get(f"/members/0x{account.hex()}").json()["data"]["keys"]
        assert len(keys) == 2 and all("REGISTRAR" in key["roles"] for key in keys)
    assert HOUSE not in services.keystore.members()
