"""Hashes, blooms and receipts' roots of real blocks, and a node's state proven from them."""

import pytest

from ledger.chain.blocks import InconsistentAnswer
from ledger.chain.headers import HeaderForm, bloom_mask, header_hash
from ledger.chain.receipts import EthereumReceipt, receipts_root
from ledger.chain.rpc import Rpc
from ledger.chain.state_proofs import slot_of, state_root, storage, transaction_count
from ledger.domain.ids import from_hex
from tests.ledger.chain.emitter import Emitter

TOPIC, OURS = b"t" * 32, b"u" * 20


@pytest.fixture
def grown(anvil: Rpc) -> Rpc:
    """An anvil with blocks of 0 to 20 transactions."""
    emitter = Emitter(anvil, [OURS])
    for count in (1, 0, 2, 20):
        for at in range(count):
            emitter.emit(OURS, [TOPIC, at.to_bytes(32)][: 1 + at % 2], b"x" * at)
        emitter.mine()
    return anvil


def test_a_header_has_the_hash_of_its_fields(grown: Rpc) -> None:
    for number in range(5):
        fields = grown.call("eth_getBlockByNumber", hex(number), False)
        assert header_hash(fields, HeaderForm.ETHEREUM) == from_hex(fields["hash"])
        for name in ("number", "timestamp", "stateRoot", "logsBloom", "baseFeePerGas"):
            changed = fields[name][:-1] + ("0" if fields[name][-1] != "0" else "1")
            assert header_hash({**fields, name: changed}, HeaderForm.ETHEREUM) != from_hex(fields["hash"])


def test_a_header_of_an_older_fork_ends_earlier() -> None:
    # Ethereum's block 0.
    zero, empty = "0x" + "00" * 32, "0x" + "00" * 256
    genesis = {
        "parentHash": zero,
        "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        "miner": "0x" + "00" * 20,
        "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
        "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
        "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
        "logsBloom": empty,
        "difficulty": "0x400000000",
        "number": "0x0",
        "gasLimit": "0x1388",
        "gasUsed": "0x0",
        "timestamp": "0x0",
        "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
        "mixHash": zero,
        "nonce": "0x0000000000000042",
    }
    assert header_hash(genesis, HeaderForm.ETHEREUM).hex() == "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"


def test_a_bloom_has_the_bits_of_its_logs(grown: Rpc) -> None:
    blooms = [int(grown.call("eth_getBlockByNumber", hex(number), False)["logsBloom"], 16) for number in range(5)]
    assert [bloom & bloom_mask(TOPIC) == bloom_mask(TOPIC) for bloom in blooms] == [False, True, False, True, True]
    assert blooms[1] == bloom_mask(OURS) | bloom_mask(TOPIC)


def test_receipts_have_the_root_of_their_header(grown: Rpc) -> None:
    for number in range(5):
        header = grown.call("eth_getBlockByNumber", hex(number), False)
        receipts = grown.call_as(list[EthereumReceipt], "eth_getBlockReceipts", hex(number))
        assert receipts_root(receipts) == from_hex(header["receiptsRoot"])
        if receipts:
            receipts[-1].logs[-1].data += "00"
            assert receipts_root(receipts) != from_hex(header["receiptsRoot"])


def test_storage_is_proven_whether_there_is_something_or_not(grown: Rpc) -> None:
    for slot in range(12):
        grown.call("anvil_setStorageAt", OURS, slot.to_bytes(32), (slot * 2**40).to_bytes(32))
    grown.call("evm_mine")
    block = grown.call("eth_getBlockByNumber", "latest", False)
    number, root = int(block["number"], 16), state_root(grown, int(block["number"], 16), from_hex(block["hash"]), HeaderForm.ETHEREUM)
    _, words = storage(grown, root, number, OURS, [0, 1, 11, 12, 2**255])
    assert words == [0, 2**40, 11 * 2**40, 0, 0]
    with pytest.raises(InconsistentAnswer, match="has no account"):
        storage(grown, root, number, b"?" * 20, [0])
    with pytest.raises(InconsistentAnswer, match="lacks node"):
        storage(grown, b"r" * 32, number, OURS, [0])
    with pytest.raises(InconsistentAnswer, match="has hash"):
        state_root(grown, number, b"h" * 32, HeaderForm.ETHEREUM)


def test_slots_are_those_of_the_compilers_layout() -> None:
    assert slot_of("SettlementCash", "_totalSupply") == 2
    assert slot_of("SettlementCash", "_balances", bytes(32)) == int.from_bytes(
        bytes.fromhex("ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5")
    )


def test_counts_of_transactions_are_proven_of_who_sent_and_of_who_is_not_there(grown: Rpc) -> None:
    block = grown.call("eth_getBlockByNumber", "latest", False)
    number = int(block["number"], 16)
    root = state_root(grown, number, from_hex(block["hash"]), HeaderForm.ETHEREUM)
    sender = from_hex(grown.call("eth_getBlockByNumber", hex(number), True)["transactions"][0]["from"])
    assert transaction_count(grown, root, number, sender) == int(grown.call("eth_getTransactionCount", sender, hex(number)), 16) > 20
    assert transaction_count(grown, root, number, b"n" * 20) == 0
    with pytest.raises(InconsistentAnswer, match="lacks node"):
        transaction_count(grown, root, number - 1, sender)
