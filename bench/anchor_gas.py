"""What it costs to verify one anchored record on chain: a transaction to a contract that holds root and count, on a fresh anvil."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

from ledger.chain.compile import checkout, run_forge
from ledger.chain.direct import Sender
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from ledger.domain.ids import from_hex
from ledger.proofs.anchor_leaves import AnchoredRecord

HOLDER = Path("tests", "contracts", "AnchorHolder.sol")
_FUNCTION = "holds"


class NotVerified(Exception):
    """The contract does not accept the proof, or accepts one that is wrong: the figure would mean nothing."""


def verify_gas(folder: Path, root: bytes, count: int, index: int, record: AnchoredRecord, path: Sequence[bytes]) -> int:
    """Gas of the transaction that verifies the record: base, calldata, cold reads of root and count, leaf and path.

    `folder` takes the compiled contract and the chain. Raises NotVerified.
    """
    compiled = _compiled(folder)
    chain = anvil.start(folder / "chain")
    try:
        with Rpc(chain.url) as rpc:
            return _measured(rpc, compiled, root, count, _call(compiled, record, index, path), _call(compiled, record, index ^ 1, path))
    finally:
        chain.stop()


def _compiled(folder: Path) -> dict[str, Any]:
    # As variables, since forge lets FOUNDRY_OUT in the environment win over its own --out.
    run_forge(checkout(), "build", str(HOLDER), FOUNDRY_OUT=str(folder / "out"), FOUNDRY_CACHE_PATH=str(folder / "cache"))
    compiled: dict[str, Any] = json.loads((folder / "out" / HOLDER.name / f"{HOLDER.stem}.json").read_bytes())
    return compiled


def _call(compiled: dict[str, Any], record: AnchoredRecord, index: int, path: Sequence[bytes]) -> bytes:
    ((signature, selector),) = compiled["methodIdentifiers"].items()
    types = signature.removeprefix(_FUNCTION)
    # A tuple that stands alone is preceded by its offset, which arguments have not.
    return bytes.fromhex(selector) + encode([types], [(astuple(record), index, list(path))])[32:]


def _measured(rpc: Rpc, compiled: dict[str, Any], root: bytes, count: int, call: bytes, wrong: bytes) -> int:
    sender = Sender.of(rpc, secrets.token_bytes(32), mine=lambda: rpc.call("evm_mine"))
    code = from_hex(compiled["bytecode"]["object"]) + encode(["bytes32", "uint256"], [root, count])
    (created,) = sender.run([(None, code)])
    holder = from_hex(created["contractAddress"])
    if not _answer(rpc, holder, call) or _answer(rpc, holder, wrong):
        raise NotVerified(f"record of {count}: the contract does not tell the right place from a wrong one")
    (receipt,) = sender.run([(holder, call)])
    return int(receipt["gasUsed"], 16)


def _answer(rpc: Rpc, holder: bytes, call: bytes) -> bool:
    return bool(int(rpc.call("eth_call", {"to": holder, "data": call}, "latest"), 16))
