"""Words of contracts' storage and accounts' counts of transactions, proven by eth_getProof against the state root of a header whose hash is
known.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import rlp
from eth_hash.auto import keccak

from ledger.chain import artifacts
from ledger.chain.blocks import InconsistentAnswer
from ledger.chain.headers import HeaderForm, header_hash
from ledger.chain.receipts import Hex
from ledger.chain.rpc import Rpc
from ledger.domain.ids import from_hex
from ledger.domain.tries import ProofError, proven

_KAIA_CONTRACT = b"\x02"
"""The type of a contract's account (SmartContractAccountType)."""


class _Slot(msgspec.Struct):
    key: Hex
    proof: list[Hex]


class _Proof(msgspec.Struct):
    accountProof: list[Hex]
    storageProof: list[_Slot]


def state_root(rpc: Rpc, number: int, block_hash: bytes, form: HeaderForm) -> bytes:
    """The state root that the header of a hash has, from the header's own fields. Raises InconsistentAnswer."""
    fields: Any = rpc.call(form.block_method, hex(number), False)
    try:
        own = header_hash(fields, form)
    except (LookupError, TypeError, ValueError) as wrong:
        raise InconsistentAnswer(f"the node gives no {form} header of block {number}") from wrong
    if own != block_hash:
        told = f"the node's header of block {number}, hashed as {form}'s are, has hash 0x{own.hex()}, not 0x{block_hash.hex()}"
        raise InconsistentAnswer(f"{told}: name the node's own engine, or ask another node")
    return from_hex(fields["stateRoot"])


def storage(rpc: Rpc, root: bytes, number: int, address: bytes, slots: Sequence[int]) -> tuple[bytes, list[int]]:
    """The hash of a contract's code, and its words at these slots, as the state under `root` has them. Raises InconsistentAnswer."""
    with _checking(address, number):
        account, told = _account(rpc, root, number, address, slots)
        if account is None:
            raise InconsistentAnswer(f"the state of block {number} has no account 0x{address.hex()}")
        storage_root, code_hash = _storage_of(account)
        # In any order: Besu sorts them by slot.
        proofs = {int(each.key, 16): each.proof for each in told.storageProof}
        return code_hash, [_word(storage_root, slot, proofs[slot]) for slot in slots]


def transaction_count(rpc: Rpc, root: bytes, number: int, address: bytes) -> int:
    """How many transactions of an account the state under `root` counts (its nonce). Raises InconsistentAnswer.

    Kaia's nodes prove accounts of contracts only, and answer RpcError for a key's.
    """
    with _checking(address, number):
        account, _ = _account(rpc, root, number, address, ())
        return 0 if account is None else int.from_bytes(rlp.decode(account)[0])


@contextmanager
def _checking(address: bytes, number: int) -> Iterator[None]:
    try:
        yield
    except (msgspec.ValidationError, ProofError, rlp.exceptions.RLPException, LookupError, ValueError) as wrong:
        raise InconsistentAnswer(f"the proof of 0x{address.hex()} at block {number}: {wrong}") from wrong


def _account(rpc: Rpc, root: bytes, number: int, address: bytes, slots: Sequence[int]) -> tuple[bytes | None, _Proof]:
    """An account as the state under `root` has it, None where it has none, and all that the node tells."""
    told = msgspec.convert(rpc.call("eth_getProof", address, [slot.to_bytes(32) for slot in slots], hex(number)), _Proof)
    return proven(root, keccak(address), map(from_hex, told.accountProof)), told


def _storage_of(account: bytes) -> tuple[bytes, bytes]:
    """The root of a contract's storage and the hash of its code. Kaia's account has its type before it, and what all have is one item."""
    if account[:1] == _KAIA_CONTRACT:
        _, storage_root, code_hash, _ = rlp.decode(account[1:])
    else:
        _, _, storage_root, code_hash = rlp.decode(account)
    return storage_root, code_hash


def _word(root: bytes, slot: int, proof: Sequence[str]) -> int:
    held = proven(root, keccak(slot.to_bytes(32)), map(from_hex, proof))
    return 0 if held is None else int.from_bytes(rlp.decode(held))


def slot_of(contract: str, variable: str, *keys: bytes) -> int:
    """The slot of a contract's variable, or of what a mapping has under keys of 32 bytes. Raises LookupError.

    https://docs.soliditylang.org/en/latest/internals/layout_in_storage.html
    """
    slot: int = next(int(each["slot"]) for each in artifacts.load(contract).storage_layout["storage"] if each["label"] == variable)
    for key in keys:
        slot = int.from_bytes(keccak(key + slot.to_bytes(32)))
    return slot
