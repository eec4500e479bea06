"""Lives of loans for the contract's differential test; `python -m tests.model.loan_vectors` writes tests/contracts/LoanVectors.sol."""

import random
from dataclasses import replace
from pathlib import Path

from eth_abi.abi import encode

from ledger.domain.calendar import DAY
from tests.model.loans import Condition, Loan, LoanError, Taken, Terms
from tests.model.test_loans import random_terms, random_wait

FILE = Path(__file__).parents[1] / "contracts" / "LoanVectors.sol"
LIVES = 60
STEPS = 12
PAY, PREPAY, PREPAY_AGREED, DEBIT, CHARGE, ACCELERATE, RENEW = range(1, 8)
_HEAD = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Written by tests/model/loan_vectors.py from the Python model; a test holds that it is what the model says today.
library LoanVectors {
    /// @dev Each life: how many terms (of the opening, then of each renewal) and how many rows each has; a word of figures and the rows
    /// of each; then four words a step. Layouts stand at their readers in LoanLives.t.sol.
    function all() internal pure returns (uint256[][] memory) {
        return abi.decode(
"""
_TAIL = """            (uint256[][])
        );
    }
}
"""
_LINE = 1_000


def _packed(*fields: tuple[int, int]) -> int:
    """One word of (value, bits), low bits first."""
    word, shift = 0, 0
    for value, bits in fields:
        assert 0 <= value < 1 << bits
        word, shift = word | value << shift, shift + bits
    assert shift <= 256
    return word


def _terms(terms: Terms) -> list[int]:
    figures = _packed(
        (terms.principal, 64),
        (terms.start, 40),
        (terms.kind.number, 8),
        (terms.rate, 32),
        (terms.overdue_rate, 32),
        (int(terms.on_interest), 8),
        (terms.grace, 32),
        (terms.default_after, 32),
        (terms.prepayment.value, 8),
    )
    rows = (_packed((row.due, 40), (row.principal, 64), (row.numerator, 24), (int(row.interest_due), 1)) for row in terms.rows)
    return [figures, *rows]


def _parts(taken: Taken) -> int:
    return _packed((taken.costs, 64), (taken.overdue, 64), (taken.interest, 64), (taken.principal, 64))


def _state(loan: Loan, kind: int, amount: int, taken: Taken, *, refused: bool) -> list[int]:
    what = _packed(
        (kind, 8),
        (loan.now, 40),
        (amount, 64),
        (int(refused), 8),
        (loan.day, 24),
        (loan.fallen, 16),
        (loan.ripe, 16),
        (loan.settled, 16),
        (loan.condition().value, 8),
    )
    return [what, _parts(taken), _parts(loan.due()), _packed((loan.product, 128), (loan.overdue_product, 128))]


def _renewal(loan: Loan, dice: random.Random) -> Terms:
    """Other terms for what is outstanding, from the end of the running day."""
    terms = random_terms(dice)
    start = max(loan.now, loan.terms.start + loan.day * DAY)
    rows = [replace(row, due=row.due - terms.start + start, principal=0) for row in terms.rows]
    rows[-1] = replace(rows[-1], principal=loan.principal)
    return replace(terms, principal=loan.principal, start=start, rows=tuple(rows))


def _act(loan: Loan, kind: int, amount: int) -> Taken:
    if kind == PAY:
        return loan.pay(amount)
    if kind in (PREPAY, PREPAY_AGREED):
        return loan.prepay(amount, consent=kind == PREPAY_AGREED)
    if kind == DEBIT:
        return loan.debit(amount)
    if kind == CHARGE:
        loan.charge(amount)
    else:
        if loan.condition() is not Condition.DEFAULT:
            raise LoanError("not in default")
        loan.accelerate()
    return Taken()


def _chosen(loan: Loan, dice: random.Random) -> tuple[int, int]:
    """What is done next, and with how much."""
    due = loan.due().total
    amount = dice.choice([1, dice.randint(1, loan.terms.principal), max(1, due), max(1, due - 1), 2**62])
    if loan.condition() is Condition.DEFAULT and dice.random() < 0.3:
        return ACCELERATE, amount
    kind = dice.choice([PAY, PAY, PAY, PREPAY, PREPAY_AGREED, DEBIT, DEBIT, DEBIT, CHARGE, CHARGE, ACCELERATE, RENEW])
    if kind == RENEW and loan.principal == 0:
        kind = PAY
    return kind, dice.randint(1, 100) if kind == CHARGE else amount


def _life(seed: int) -> list[int]:
    dice = random.Random(seed)
    signed, steps = [random_terms(dice)], list[int]()
    loan = Loan(signed[0], signed[0].start - dice.randint(0, DAY))
    while len(steps) < 4 * STEPS and not loan.repaid:
        loan.touch(random_wait(loan, dice))
        kind, amount = _chosen(loan, dice)
        taken, refused = Taken(), False
        if kind == RENEW:
            signed.append(_renewal(loan, dice))
            loan = loan.renew(signed[-1])
            taken = loan.payments[-1]
        else:
            try:
                taken = _act(loan, kind, amount)
            except LoanError:
                refused = True
        steps += _state(loan, kind, amount, taken, refused=refused)
    counts = [len(signed), *(len(terms.rows) for terms in signed)]
    return [*counts, *(word for terms in signed for word in _terms(terms)), *steps]


def text() -> str:
    """The file as it should be."""
    blob = encode(["uint256[][]"], [[_life(seed) for seed in range(LIVES)]]).hex()
    lines = [f'            hex"{blob[at : at + _LINE]}"' for at in range(0, len(blob), _LINE)]
    return _HEAD + "\n".join(lines) + ",\n" + _TAIL


if __name__ == "__main__":
    FILE.write_text(text())
