"""The transactions that a node lists of a block are those of its header's root, or nothing of the block is taken."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction

from ledger.chain.blocks import Checks, InconsistentAnswer, NodeSource
from ledger.chain.engines import anvil
from ledger.chain.headers import HeaderForm
from ledger.chain.rpc import Rpc
from ledger.chain.transactions import Transaction
from tests.ledger.mirror.lying import Lie, lying

CHECKS = Checks(headers=HeaderForm.ETHEREUM, receipts=True, transactions=True)
TO, OTHER = "0x" + "55" * 20, "0x" + "ab" * 32
_ACCESS = [{"address": TO, "storageKeys": ["0x" + "07" * 32]}]
KINDS: list[dict[str, Any]] = [
    {"gasPrice": 0, "data": "0x1234"},
    {"gasPrice": 0, "type": 1, "accessList": _ACCESS, "to": TO, "value": 0},
    {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": 2, "accessList": _ACCESS, "to": TO, "data": "0x" + "00" * 300},
    {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": 2, "to": ""},
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A node with a transaction of each kind in its block 1."""
    folder: Path = tmp_path_factory.mktemp("transactions")
    chain, signer = anvil.start(folder), Account.from_key(secrets.token_bytes(32))
    with Rpc(chain.url) as rpc:
        for nonce, kind in enumerate(KINDS):
            signed = signer.sign_transaction({"nonce": nonce, "gas": 200_000, "value": 0, "chainId": anvil.CHAIN_ID, "to": TO, **kind})
            rpc.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
        rpc.call("evm_mine")
        rpc.call("evm_mine")
    yield chain.url
    chain.kill()


def _fetched(url: str, checks: Checks = CHECKS) -> int:
    with Rpc(url) as rpc:
        return len(NodeSource(rpc, None, [bytes(32)], checks=checks).fetch(1, 2)[0].transactions)


def test_transactions_of_every_kind_are_those_of_the_root(node: str) -> None:
    assert _fetched(node) == len(KINDS)


def test_a_parity_may_be_told_by_its_old_name(node: str) -> None:
    def older(method: str, parameters: Any, answer: Any) -> Any:
        if method != "eth_getBlockByNumber" or not parameters[1]:
            return answer
        told = [{name: value for name, value in each.items() if name != "yParity"} for each in answer["transactions"]]
        return {**answer, "transactions": told}

    with lying(node, older) as one:
        assert _fetched(one) == len(KINDS)


def _changed(told: Any) -> Any:
    return {**told, "hash": OTHER} if isinstance(told, dict) else OTHER


def _invented(method: str, _: Any, answer: Any) -> Any:
    """A block's first transaction is said to be another one, wherever it is told."""
    if method == "eth_getBlockByNumber" and answer and answer["transactions"]:
        return {**answer, "transactions": [_changed(answer["transactions"][0]), *answer["transactions"][1:]]}
    if method == "eth_getBlockReceipts" and answer:
        return [{**answer[0], "transactionHash": OTHER}, *answer[1:]]
    return answer


def _invented_in_the_list(method: str, parameters: Any, answer: Any) -> Any:
    return answer if method == "eth_getBlockByNumber" and parameters[1] else _invented(method, parameters, answer)


def _left_out(method: str, _: Any, answer: Any) -> Any:
    return {**answer, "transactions": []} if method == "eth_getBlockByNumber" and answer else answer


def _another_body(method: str, parameters: Any, answer: Any) -> Any:
    """The body of another transaction, with its own hash."""
    told = _invented_in_the_list(method, parameters, answer)
    if method == "eth_getBlockByNumber" and parameters[1] and answer["transactions"]:
        return {**answer, "transactions": [*answer["transactions"][1:], answer["transactions"][0]]}
    return told


@pytest.mark.parametrize("lie", [_invented, _invented_in_the_list, _another_body, _left_out])
def test_what_is_not_of_the_root_is_not_taken(node: str, lie: Lie) -> None:
    with lying(node, lie) as liar:
        if lie is _invented:
            assert _fetched(liar, Checks(headers=HeaderForm.ETHEREUM, receipts=True)) == len(KINDS)
        with pytest.raises(InconsistentAnswer):
            _fetched(liar)


FIELDS: dict[str, Any] = {"chainId": 31_337, "nonce": 0, "gas": 21_000, "to": TO, "value": 10**20, "data": "0x" + "00" * 60}
CAPS = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 0, "accessList": _ACCESS}
BLOBS = {"maxFeePerBlobGas": 3, "blobVersionedHashes": ["0x01" + "22" * 31, OTHER]}
AUTHORIZATIONS = [{"chainId": 0, "address": TO, "nonce": 7, "yParity": 1, "r": 2**255, "s": 5}]


@pytest.mark.parametrize(
    ("kind", "of_kind"),
    [
        (1, {"gasPrice": 7, "accessList": _ACCESS}),
        (2, CAPS),
        (3, CAPS | BLOBS),
        (4, CAPS | {"authorizationList": AUTHORIZATIONS}),
    ],
)
def test_a_typed_transaction_is_encoded_as_eth_account_does(kind: int, of_kind: dict[str, Any]) -> None:
    """Blobs and set code, too, which the chain of these tests isn't sent."""
    signed = FIELDS | of_kind | {"type": kind, "v": 1, "r": 2**250 - 9, "s": 6}
    told = {name: _told(value) for name, value in signed.items() if name not in ("data", "v")}
    read = msgspec.convert({**told, "input": FIELDS["data"], "yParity": "0x1", "hash": OTHER}, Transaction)
    assert read.encoded() == TypedTransaction.from_dict(signed).encode()


def _told(value: Any) -> Any:
    """As a node tells it: numbers in hex."""
    if isinstance(value, list):
        return [_told(each) for each in value]
    if isinstance(value, dict):
        return {name: _told(each) for name, each in value.items()}
    return hex(value) if isinstance(value, int) else value


@pytest.mark.parametrize(("kind", "said"), [("0x5", "not known"), ("0x2", "without chainId"), ("0x0", "without gasPrice")])
def test_a_kind_that_is_not_known_or_lacks_a_field_is_a_fault(kind: str, said: str) -> None:
    zero = dict.fromkeys(("hash", "nonce", "gas", "value", "input", "r", "s"), "0x00")
    with pytest.raises(ValueError, match=said):
        msgspec.convert({**zero, "type": kind}, Transaction).encoded()
