"""Bindings of acts come from the ABI alone, and the committed module is what the ABI says."""

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.chain import artifacts, bindings
from ledger.domain import acts
from ledger.domain.act_types import KINDS

ANSWERING = {"ReceivableViews": "ReceivableToken"}
"""Contracts whose views are asked at another, which passes the call on."""


def function(name: str, struct: str, components: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    body = {"name": "body", "type": "tuple", "internalType": f"struct IThing.{struct}", "components": components}
    return {"type": "function", "name": name, "stateMutability": "nonpayable", "inputs": [body], "outputs": []} | changed


AMOUNT = {"name": "amount", "type": "uint64", "internalType": "uint64"}
PIECES = {
    "name": "pieces",
    "type": "tuple[]",
    "internalType": "struct Piece[]",
    "components": [{"name": "to", "type": "address", "internalType": "address"}],
}


def test_a_function_with_one_struct_named_body_is_a_kind() -> None:
    found = bindings.read({"Thing": [function("pay", "Pay", [AMOUNT, PIECES])]})
    assert found.kinds == [("Pay", "Thing", "pay", keccak(b"pay((uint64,(address)[]))")[:4].hex())]
    assert found.structs == {"Piece": (("to", "address"),), "Pay": (("amount", "uint64"), ("pieces", "Piece[]"))}


@pytest.mark.parametrize("changed", [{"stateMutability": "view"}, {"inputs": []}, {"inputs": [AMOUNT]}, {"type": "constructor"}])
def test_any_other_function_is_none(changed: dict[str, Any]) -> None:
    assert not bindings.read({"Thing": [function("pay", "Pay", [AMOUNT], **changed)]}).kinds


def test_one_struct_name_with_two_targets_is_refused() -> None:
    abi = [function("pay", "Pay", [AMOUNT])]
    with pytest.raises(ValueError, match=r"act Pay: has two targets, Thing\.pay"):
        bindings.read({"Other": abi, "Thing": abi})


def test_one_struct_name_with_two_shapes_is_refused() -> None:
    other = PIECES | {"components": [AMOUNT]}
    with pytest.raises(ValueError, match="struct Piece: has two shapes"):
        bindings.read({"Thing": [function("pay", "Pay", [PIECES]), function("send", "Send", [other])]})


def test_the_rendered_module_runs_and_holds_the_kinds() -> None:
    text = bindings.render(bindings.read({"Thing": [function("pay", "Pay", [AMOUNT, PIECES])]}))
    module: dict[str, Any] = {"__name__": "rendered"}
    exec(compile(text, "act_types.py", "exec"), module)
    assert module["Pay"](1, (module["Piece"](b"\x01"),)).pieces[0].to == b"\x01"
    assert [kind.name for kind in module["KINDS"]] == ["Pay"]


def test_the_committed_module_is_what_the_abi_says() -> None:
    assert bindings.TARGET.read_text() == bindings.generate()


def test_every_dynamic_kind_has_a_hasher_in_its_contract() -> None:
    for kind in KINDS:
        contracts = [kind.contract, *(part for part, of in {**bindings.PARTS, **ANSWERING}.items() if of == kind.contract)]
        functions = {entry["name"] for name in contracts for entry in artifacts.load(name).abi if entry["type"] == "function"}
        assert acts.is_flat(kind.name) or f"hash{kind.name}" in functions, kind.name


def test_acts_of_a_part_are_reached_at_the_contract_that_runs_it() -> None:
    found = bindings.read({"PledgeLife": [function("pledgeActs", "PledgeActs", [AMOUNT])]})
    assert [(name, contract) for name, contract, *_ in found.kinds] == [("PledgeActs", "PledgeRegistry")]
