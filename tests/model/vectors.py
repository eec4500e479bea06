"""Vectors of the ruler for the contract's differential test; `python -m tests.model.vectors` writes tests/contracts/RulerVectors.sol."""

import random
from pathlib import Path

from eth_abi.abi import encode

from ledger.domain import ranges
from ledger.domain.ranges import Payment, Range

FILE = Path(__file__).parents[1] / "contracts" / "RulerVectors.sol"
CASES = 60
_HEAD = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Written by tests/model/vectors.py from the Python ruler; a test holds that it is what the ruler says today.
library RulerVectors {
    struct Case {
        uint64[3][] payments;
        uint64 start;
        uint64 end;
        uint16 cursor;
        uint64 owed;
        uint64 principal;
        uint64 interest;
    }

    function all() internal pure returns (Case[] memory) {
        return abi.decode(
"""
_TAIL = """            (Case[])
        );
    }
}
"""
_TYPE = "((uint64[3])[],uint64,uint64,uint16,uint64,uint64,uint64)[]".replace("(uint64[3])", "uint64[3]")
_LINE = 1_000


def _case(dice: random.Random) -> tuple[list[list[int]], int, int, int, int, int, int]:
    face = dice.choice([dice.randint(1, 20), dice.randint(1, 100_000), dice.randint(1, ranges.MOST_FACE)])
    payments: list[Payment] = []
    owed = face
    while owed and len(payments) < dice.randint(0, 9):
        principal = dice.choice([0, dice.randint(0, owed), owed])
        payments.append(Payment(principal, dice.randint(0, 2**50), owed))
        owed -= principal
    start = dice.randint(0, face - 1)
    part = Range(start, dice.randint(start + 1, face))
    cursor = dice.randint(0, len(payments))
    drawn = ranges.drawn(payments, part, cursor)
    words = [[payment.principal, payment.interest, payment.owed_before] for payment in payments]
    return words, part.start, part.end, cursor, ranges.owed(payments, part), drawn.principal, drawn.interest


def text() -> str:
    """The file as it should be."""
    dice = random.Random(0)
    blob = encode([_TYPE], [[_case(dice) for _ in range(CASES)]]).hex()
    lines = [f'            hex"{blob[at : at + _LINE]}"' for at in range(0, len(blob), _LINE)]
    return _HEAD + "\n".join(lines) + ",\n" + _TAIL


if __name__ == "__main__":
    FILE.write_text(text())
