"""Vectors of trees and leaves for the contract's differential test; `python -m tests.ledger.proofs.vectors` writes AnchorVectors.sol."""

import random
from dataclasses import astuple
from pathlib import Path

from eth_abi.abi import encode

from ledger.proofs import anchor_leaves, merkle
from ledger.proofs.anchor_leaves import ANCHORED_FLAGS, ASSETS_NOT_STATED, STATES, AnchoredRecord, LiveAsset

FILE = Path(__file__).parents[2] / "contracts" / "AnchorVectors.sol"
COUNTS = 70
LEAVES = 20
_RECORD = "(uint16,bytes32,uint8,uint16,int40,uint40,uint8,uint16,uint128,int40,uint8,bytes32,bytes32,uint24,bytes32,bytes32)"
_ASSET = "(uint16,bytes32,bytes32)"
_HEAD = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AnchoredRecord, LiveAsset} from "../../contracts/pledge/AnchorTree.sol";

/// @notice Written by tests/ledger/proofs/vectors.py from ledger/proofs; a test holds that it is what they say today.
library AnchorVectors {
    struct Record {
        AnchoredRecord record;
        bytes32 leaf;
    }

    struct Asset {
        LiveAsset asset;
        bytes32 leaf;
    }

"""
_LINE = 1_000


def number(text: str) -> bytes:
    """An office's number or an asset's key as a word."""
    return text.encode().ljust(32, b"\0")


def record(dice: random.Random) -> AnchoredRecord:
    """A record that can be anchored, with numbers at their ends now and then."""
    stated = dice.random() < 0.8
    assets = dice.choice([0, 1, 44, 2**24 - 1])
    effective = dice.choice([-(2**39), -1, 0, 1_700_000_000, 2**39 - 1])
    return AnchoredRecord(
        register=dice.choice([1, 3, 2**16 - 1]),
        officeNumber=number(f"{dice.randrange(10**6)}-{dice.randrange(1000)}"),
        state=dice.choice(STATES),
        flags=dice.randrange(2**16) & ANCHORED_FLAGS & ~ASSETS_NOT_STATED | (0 if assets else ASSETS_NOT_STATED),
        effective=effective,
        expires=dice.choice([0, 2**40 - 1]),
        kind=dice.choice([1, 2]) if stated else 0,
        currency=dice.choice([156, 840]) if stated else 0,
        ceiling=dice.choice([1, 500_000_000, 2**128 - 1]) if stated else 0,
        due=dice.choice([-(2**39), 0, 2**39 - 1]),
        holders=dice.choice([1, 255]),
        pledgorsRoot=dice.randbytes(32),
        holdersRoot=dice.randbytes(32),
        assetCount=assets,
        assetsRoot=dice.randbytes(32) if assets else bytes(32),
        content=dice.choice([bytes(32), dice.randbytes(32)]),
    )


def asset(dice: random.Random) -> LiveAsset:
    """A live asset that can be anchored."""
    return LiveAsset(dice.choice([1, 2**16 - 1]), number(f"USPA{dice.randrange(10**8):08}"), number(f"{dice.randrange(10**6)}-1"))


def small_leaves(count: int) -> list[bytes]:
    """The hashes of leaves whose data is nothing, one byte 1, two bytes 2, and so on."""
    return merkle.leaf_level([bytes([length]) * length for length in range(count)])


def root(leaves: list[bytes]) -> bytes:
    """The root over hashes of leaves."""
    return list(merkle.levels(leaves))[-1][0] if leaves else merkle.EMPTY


def text() -> str:
    """The file as it should be."""
    dice = random.Random(0)
    records = [record(dice) for _ in range(LEAVES)]
    assets = [asset(dice) for _ in range(LEAVES)]
    parts = [
        _function("roots", "bytes32[]", "bytes32[]", [root(small_leaves(count)) for count in range(COUNTS + 1)]),
        _function("records", "Record[]", f"({_RECORD},bytes32)[]", [(astuple(each), _leaf(each)) for each in records]),
        _function("assets", "Asset[]", f"({_ASSET},bytes32)[]", [(astuple(each), _leaf(each)) for each in assets]),
    ]
    return _HEAD + "\n".join(parts) + "}\n"


def _leaf(leaf: AnchoredRecord | LiveAsset) -> bytes:
    return merkle.leaf_hash(anchor_leaves.encode(leaf))


def _function(name: str, returned: str, type_: str, values: object) -> str:
    blob = encode([type_], [values]).hex()
    lines = "\n".join(f'            hex"{blob[at : at + _LINE]}"' for at in range(0, len(blob), _LINE))
    return (
        f"    function {name}() internal pure returns ({returned} memory) {{\n"
        f"        return abi.decode(\n{lines},\n            ({returned})\n        );\n    }}\n"
    )


if __name__ == "__main__":
    FILE.write_text(text())
