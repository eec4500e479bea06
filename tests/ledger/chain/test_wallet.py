"""An ordinary wallet on an ordinary node: plain signed transactions with the node's gas estimate, and metadata as any reader takes it."""

import base64
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from ledger.chain import calls
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain import ids
from ledger.domain.act_types import ConfirmReceivable, Issue
from ledger.domain.ids import from_hex, to_hex
from tests.ledger import ledgers
from tests.ledger.ledgers import BANK, DAY, OBLIGOR, SETTLEMENT, SUPPLIER, Ledger, Person

FACE = 2**53 + 1
"""One more than every reader of JSON can count to."""
TOKEN = "ReceivableToken"
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
JSON = "data:application/json;base64,"


@dataclass(frozen=True)
class Wallet:
    """What MetaMask and its kind do: ask the node for nonce, price and gas, sign, send, wait."""

    rpc: Rpc
    key: LocalAccount
    token: bytes

    def send(self, function: str, *arguments: Any) -> dict[str, Any]:
        """Sends a call of the token and returns its receipt. Raises RpcError where the node's estimate meets a revert."""
        data = calls.call_data(TOKEN, function, *arguments)
        transaction: dict[str, Any] = {
            "chainId": int(self.rpc.call("eth_chainId"), 16),
            "nonce": int(self.rpc.call("eth_getTransactionCount", self.key.address, "pending"), 16),
            "gas": self.estimate(data),
            "gasPrice": int(self.rpc.call("eth_gasPrice"), 16),
            "to": self.token,
            "value": 0,
            "data": data,
        }
        raw = self.key.sign_transaction(transaction).raw_transaction
        hash_ = self.rpc.call("eth_sendRawTransaction", to_hex(raw))
        self.rpc.call("evm_mine")
        receipt: dict[str, Any] = self.rpc.call("eth_getTransactionReceipt", hash_)
        assert int(receipt["status"], 16) == 1
        return receipt

    def estimate(self, data: bytes) -> int:
        return int(self.rpc.call("eth_estimateGas", {"from": self.key.address, "to": to_hex(self.token), "data": to_hex(data)}), 16)

    def refusal(self, function: str, *arguments: Any) -> str:
        """The name of the error that the node tells a wallet before it signs."""
        with pytest.raises(RpcError) as caught:
            self.send(function, *arguments)
        data = caught.value.revert_data or b""
        found = calls.error_of(TOKEN, data) or calls.error_of("Members", data)
        assert found, data.hex()
        return found[0]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    people = [Person("Supplier", SUPPLIER), Person("Obligor", OBLIGOR), Person("Bank", BANK), Person("Money", SETTLEMENT)]
    with ledgers.running(tmp_path_factory.mktemp("wallet"), people) as one:
        yield one


@pytest.fixture
def receivable(ledger: Ledger) -> int:
    """A confirmed receivable, whole the supplier's."""
    supplier, obligor = ledger.people["Supplier"].account, ledger.people["Obligor"].account
    terms = Issue(supplier, obligor, FACE, ledger.now() + 30 * DAY, 0, 0, 1, 156, 1, 1, 0, 1, bytes(32), b"c" * 32)
    id_ = ids.receivable_id(supplier, ledger.act("Supplier", terms))
    ledger.act("Obligor", ConfirmReceivable(id_, supplier, terms, secrets.token_bytes(32), 7, ()))
    return id_


def wallet(ledger: Ledger, name: str) -> Wallet:
    return Wallet(ledger.rpc, Account.from_key(ledger.people[name].key), ledger.manifest.address(TOKEN))


def owner(ledger: Ledger, token: int) -> str:
    account = bytes(ledger.view(TOKEN, "ownerOf", token))
    return next(name for name, person in ledger.people.items() if person.account == account)


def transferred(receipt: dict[str, Any]) -> Sequence[int]:
    """The tokens that Transfer events of EIP-721 name, whose three arguments are indexed."""
    return [int(log["topics"][3], 16) for log in receipt["logs"] if log["topics"][0] == TRANSFER and len(log["topics"]) == 4]


def metadata(uri: str) -> dict[str, Any]:
    assert uri.startswith(JSON)
    read: dict[str, Any] = json.loads(base64.b64decode(uri.removeprefix(JSON), validate=True))
    return read


def test_a_wallet_sends_a_token(ledger: Ledger, receivable: int) -> None:
    token, bank = ids.token_id(receivable, 0), ledger.people["Bank"].account
    receipt = wallet(ledger, "Supplier").send("safeTransferFrom(address,address,uint256)", ledger.people["Supplier"].account, bank, token)
    assert owner(ledger, token) == "Bank"
    assert transferred(receipt) == [token]


def test_a_wallet_approves_another_which_takes_the_token_once(ledger: Ledger, receivable: int) -> None:
    token = ids.token_id(receivable, 0)
    supplier, bank = ledger.people["Supplier"].account, ledger.people["Bank"].account
    assert wallet(ledger, "Bank").refusal("transferFrom(address,address,uint256)", supplier, bank, token) == "ERC721InsufficientApproval"
    wallet(ledger, "Supplier").send("approve(address,uint256)", bank, token)
    assert ledger.view(TOKEN, "getApproved", token) == bank
    wallet(ledger, "Bank").send("transferFrom(address,address,uint256)", supplier, bank, token)
    assert owner(ledger, token) == "Bank"
    assert ledger.view(TOKEN, "getApproved", token) == bytes(20)


def test_a_wallet_makes_another_its_operator_and_ends_it(ledger: Ledger, receivable: int) -> None:
    token, bank = ids.token_id(receivable, 0), ledger.people["Bank"].account
    wallet(ledger, "Supplier").send("setApprovalForAll", bank, True)
    receipt = wallet(ledger, "Bank").send("transferFrom(uint256,address,uint256)", token, bank, 1)
    assert transferred(receipt) == [ids.token_id(receivable, FACE - 1)]
    wallet(ledger, "Supplier").send("setApprovalForAll", bank, False)
    refusal = wallet(ledger, "Bank").refusal("transferFrom(uint256,address,uint256)", token, bank, 1)
    assert refusal == "ERC721InsufficientApproval"
    assert owner(ledger, token) == "Supplier"


def test_a_wallet_allows_a_value_that_is_spent_from_the_tail(ledger: Ledger, receivable: int) -> None:
    token, bank = ids.token_id(receivable, 0), ledger.people["Bank"].account
    wallet(ledger, "Supplier").send("approve(uint256,address,uint256)", token, bank, 300)
    wallet(ledger, "Bank").send("transferFrom(uint256,address,uint256)", token, bank, 200)
    assert ledger.view(TOKEN, "allowance", token, bank) == 100
    assert ledger.view(TOKEN, "balanceOf(uint256)", token) == FACE - 200
    assert owner(ledger, ids.token_id(receivable, FACE - 200)) == "Bank"


def test_the_nodes_estimate_is_enough_and_not_half_too_much(ledger: Ledger, receivable: int) -> None:
    arguments = ids.token_id(receivable, 0), ledger.people["Bank"].account, 5
    data = calls.call_data(TOKEN, "transferFrom(uint256,address,uint256)", *arguments)
    estimate = wallet(ledger, "Supplier").estimate(data)
    used = int(wallet(ledger, "Supplier").send("transferFrom(uint256,address,uint256)", *arguments)["gasUsed"], 16)
    assert used <= estimate < used * 3 // 2


def test_a_stranger_is_told_before_it_signs(ledger: Ledger, receivable: int) -> None:
    stranger = Wallet(ledger.rpc, Account.create(), ledger.manifest.address(TOKEN))
    token, account = ids.token_id(receivable, 0), from_hex(stranger.key.address)
    assert stranger.refusal("setApprovalForAll", ledger.people["Bank"].account, True) == "NotOperator"
    supplier = ledger.people["Supplier"].account
    assert wallet(ledger, "Supplier").refusal("transferFrom(address,address,uint256)", supplier, account, token) == "RecipientInactive"


def test_a_tokens_metadata_is_json_of_eip_721_and_eip_3525(ledger: Ledger, receivable: int) -> None:
    token, supplier = ids.token_id(receivable, 0), ledger.people["Supplier"].account
    found = metadata(ledger.view("ReceivableViews", "tokenURI", token))
    assert set(found) == {"name", "description", "balance", "slot", "properties"}
    assert found["name"] == f"Range [0, {FACE}) of receivable {receivable:#050x}"
    assert found["balance"] == FACE
    assert int(found["slot"]) == receivable
    assert from_hex(found["properties"]["owner"]) == supplier
    assert found["properties"]["paymentsDrawn"] == 0
    assert found["properties"]["marks"] == []


def test_a_slots_metadata_is_json_of_eip_3525(ledger: Ledger, receivable: int) -> None:
    found = metadata(ledger.view("ReceivableViews", "slotURI", receivable))
    assert set(found) == {"name", "description", "properties"}
    assert all(set(each) == {"name", "description", "value"} for each in found["properties"])
    values = {each["name"]: each["value"] for each in found["properties"]}
    assert from_hex(values["obligor"]) == ledger.people["Obligor"].account
    assert from_hex(values["supplier"]) == ledger.people["Supplier"].account
    assert (values["face"], values["owed"], values["currency"], values["state"]) == (str(FACE), str(FACE), "156", "live")


def test_the_contracts_metadata_is_json_of_eip_3525(ledger: Ledger) -> None:
    found = metadata(ledger.view("ReceivableViews", "contractURI"))
    assert set(found) == {"name", "description", "valueDecimals"}
    assert found["name"] == ledger.view("ReceivableViews", "name")
    assert found["valueDecimals"] == ledger.view(TOKEN, "valueDecimals") == 2


def test_wallets_find_the_metadata_at_the_token(ledger: Ledger, receivable: int) -> None:
    at = ledger.manifest.address(TOKEN)
    uri = calls.view(ledger.rpc, at, "ReceivableViews", "slotURI", receivable)
    assert uri == ledger.view("ReceivableViews", "slotURI", receivable)
    assert calls.view(ledger.rpc, at, "ReceivableViews", "symbol") == "PBR"
