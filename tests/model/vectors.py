"""Vectors of the ruler for the contract's differential test; `python -m tests.model.vectors` writes tests/contracts/RulerVectors.sol."""

import random
from pathlib import Path

from eth_abi.abi import encode

from ledger.domain import ranges
from ledger.domain.ranges import Payment, Range, Step

FILE = Path(__file__).parents[1] / "contracts" / "RulerVectors.sol"
CASES = 120
_HEAD = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Written by tests/model/vectors.py from the Python ruler; a test holds that it is what the ruler says today.
library RulerVectors {
    struct Case {
        uint64[4][] steps;
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
_TYPE = "(uint64[4][],uint64,uint64,uint16,uint64,uint64,uint64)[]"
_LINE = 1_000


PAYMENT, RETIREMENT = 1, 7
"""IRepayment.Kind, of which the ruler tells only the last apart."""


def _case(dice: random.Random) -> tuple[list[list[int]], int, int, int, int, int, int]:
    face = dice.choice([dice.randint(1, 20), dice.randint(1, 100_000), dice.randint(1, ranges.MOST_FACE)])
    start = dice.randint(0, face - 1)
    part = Range(start, dice.randint(start + 1, face))
    steps: list[Step] = []
    owed = face
    while owed and len(steps) < dice.randint(0, 9):
        steps.append(_retirement(dice, steps, part, face) or _payment(dice, owed))
        owed = ranges.owed_until(steps, face)
    cursor = dice.randint(0, len(steps))
    drawn = ranges.drawn(steps, part, cursor)
    return [_words(step) for step in steps], part.start, part.end, cursor, ranges.owed(steps, part), drawn.principal, drawn.interest


def _payment(dice: random.Random, owed: int) -> Payment:
    return Payment(dice.choice([0, dice.randint(0, owed), owed]), dice.choice([0, dice.randint(0, 2**50)]), owed)


def _retirement(dice: random.Random, steps: list[Step], part: Range, face: int) -> Step | None:
    """Of something beside the part that is owed something still."""
    low, high = dice.choice([(0, part.start), (part.end, face)])
    if low == high or dice.random() < 0.4:
        return None
    start = dice.randint(low, high - 1)
    gone = Range(start, dice.randint(start + 1, high))
    return ranges.retirement(steps, gone, ranges.owed_until(steps, face)) if ranges.owed(steps, gone) else None


def _words(step: Step) -> list[int]:
    if isinstance(step, Payment):
        return [step.principal, step.interest, step.owed_before, PAYMENT]
    return [step.low, step.high, step.owed_before, RETIREMENT]


def text() -> str:
    """The file as it should be."""
    dice = random.Random(0)
    blob = encode([_TYPE], [[_case(dice) for _ in range(CASES)]]).hex()
    lines = [f'            hex"{blob[at : at + _LINE]}"' for at in range(0, len(blob), _LINE)]
    return _HEAD + "\n".join(lines) + ",\n" + _TAIL


if __name__ == "__main__":
    FILE.write_text(text())
