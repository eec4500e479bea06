"""Real lives on the real contracts: every step is asked of them, day by day, and what they answer is held against the models.

`PYTHONPATH=. .venv/bin/python -m tests.lives.on_chain` runs all three sources whole and prints what came of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from eth_abi.abi import decode
from eth_hash.auto import keccak

from ledger.chain import calls
from ledger.chain.rpc import RpcError
from ledger.domain import acts, ids, ranges
from ledger.domain.act_types import (
    ConfirmReceivable,
    ConsentCancel,
    DisputeReceivable,
    IssueCash,
    PayReceivable,
    RetireRange,
    Withdraw,
    WithdrawDraft,
)
from ledger.domain.act_types import EndDispute as EndDisputeAct
from ledger.domain.act_types import Issue as Terms
from ledger.domain.act_types import WriteOff as WriteOffAct
from ledger.domain.acts import SignedAct
from ledger.domain.ids import from_hex, to_hex
from ledger.domain.ranges import DAY, Range
from tests.ledger import ledgers
from tests.ledger.ledgers import OBLIGOR, SETTLEMENT, SUPPLIER, Ledger, Person
from tests.lives import fines, invoices, orders
from tests.lives.steps import (
    Book,
    By,
    Cancel,
    Confirm,
    Dispute,
    EndDispute,
    Issue,
    Life,
    Nothing,
    Pay,
    Refusal,
    Retire,
    State,
    Step,
    WriteOff,
)
from tests.lives.steps import Withdraw as WithdrawStep
from tests.model.receivables import Receivable

SOURCES: Mapping[str, tuple[str, Callable[[Path], dict[str, Life]], tuple[int, int]]] = {
    "orders": ("bpi2019-invoice-lifecycles", orders.read, (5, 10_000)),
    "fines": ("road-traffic-fines", fines.read, (0, 1)),
    "invoices": ("ibm-accounts-receivable", invoices.read, (5, 10_000)),
}
"""Folder, reader, and late interest a day: 0.05 % is chosen where the source has none; a fine's lateness costs its penalty."""
REF = b"r" * 32
ACT_GAS, ACTS_A_RUN, DRAWN_A_CALL = 800_000, 20, 40
RICH = 10**15
_CONTRACTS = ("ReceivableDrafts", "ReceivableEndings", "ReceivableToken", "Repayment")
_DONE, _REFUSED = (keccak(text) for text in (
    b"ActDone(address,uint256,bytes32,bytes32)", b"ActRefused(address,uint256,bytes32,bytes32,bytes)"))  # fmt: skip
NAMES = {By.SUPPLIER: "Supplier", By.OBLIGOR: "Obligor", By.LAW: "Obligor"}
"""On the ledger the debtor's own key confirms what the law takes as confirmed."""
WHY: Mapping[tuple[type[Step], Refusal], frozenset[str]] = {
    (Confirm, Refusal.NOT_DRAFT): frozenset({"DraftNotOpen"}),
    (Confirm, Refusal.INVOICE_USED): frozenset({"FingerprintUsed"}),
    (WithdrawStep, Refusal.NOT_DRAFT): frozenset({"DraftNotOpen"}),
    (Pay, Refusal.NOT_LIVE): frozenset({"NotLive"}),
    (Cancel, Refusal.NOT_LIVE): frozenset({"NotLive", "NotOwner"}),
    (Retire, Refusal.NOT_LIVE): frozenset({"WrongState", "NotOwner"}),
    (WriteOff, Refusal.NOT_LIVE): frozenset({"NotOwner"}),
}
"""How the contracts say a refusal of the steps' model. Of a claim that was never confirmed there is no token, so nobody owns it."""


@dataclass(slots=True)
class Mark:
    """A dispute as the contract has it: it lapses by itself, and all of a claim's together last no longer than the policy's term."""

    term: int
    until: int = 0
    used: int = 0

    def begin(self, now: int) -> str:
        """Begins one; the refusal's name, or nothing."""
        if self.until >= now:
            return "DisputeStands"
        if self.used >= self.term:
            return "DisputesExhausted"
        self.until, self.used = now + self.term - self.used, self.term
        return ""

    def end(self, now: int) -> str:
        """Ends one; the refusal's name, or nothing."""
        if now > self.until:
            return "NoDispute"
        self.used -= self.until - now
        self.until = now - 1
        return ""


@dataclass(slots=True)
class Claim:
    """A claim on the ledger: its terms, who issued it by which act, and once it is confirmed its money."""

    life: str
    terms: Terms
    invoice: str
    issuer: str
    act: int
    id: int
    mark: Mark
    money: Receivable | None = None
    state: State = State.DRAFT

    @property
    def token(self) -> int:
        return ids.token_id(self.id, 0)

    def length(self) -> int:
        """Of its one token that lives: credits are cut off its end."""
        return self.model().tokens[0].range.length

    def model(self) -> Receivable:
        """The money of a claim that was confirmed."""
        assert self.money is not None
        return self.money


@dataclass(frozen=True, slots=True)
class Asked:
    """An act, what it is expected to come to (names of errors; empty: done), and what asked for it."""

    act: SignedAct
    expected: frozenset[str]
    step: str


Signed: TypeAlias = tuple[Any, tuple[str, ...]]
"""The body of an act, and who signs it."""
_T = TypeVar("_T")
Wanted: TypeAlias = Asked | tuple[str, str, tuple[Any, ...]]
"""An act, or a call that anyone may make: contract, function, arguments."""


@dataclass
class Played:
    """A run of lives: claims by life and key, and what the contracts answered."""

    ledger: Ledger
    rate: tuple[int, int]
    term: int
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    clock: Counter[str] = field(default_factory=Counter)
    """Disputes that the ledger answers otherwise than the steps' model, which has no clock, and why."""
    wrong: list[str] = field(default_factory=list)
    gas: int = 0

    @property
    def confirmed(self) -> list[Claim]:
        return [claim for claim in self.claims.values() if claim.money is not None]

    def account(self, name: str) -> bytes:
        return self.ledger.people[name].account

    def view(self, contract: str, function: str, keys: Iterable[tuple[Any, ...]]) -> list[Any]:
        """One view asked for many arguments."""
        to = to_hex(self.ledger.manifest.address(contract))
        data = [{"to": to, "data": to_hex(calls.call_data(contract, function, *arguments))} for arguments in keys]
        found = self.ledger.rpc.batch([("eth_call", [each, "latest"]) for each in data])
        if refused := next((answer for answer in found if isinstance(answer, RpcError)), None):
            raise refused
        return [calls.result(contract, function, from_hex(answer)) for answer in found]


# --- Steps as acts --------------------------------------------------------------------------------------------------------------------


def _issue(run: Played, life: str, step: Issue) -> Iterator[Wanted]:
    supplier, obligor, (rate, basis) = run.account("Supplier"), run.account("Obligor"), run.rate
    terms = Terms(supplier, obligor, step.face, step.due, 0, rate, basis, 156, 1, 1, 0, 1, REF, keccak(step.source.encode()))
    issuer = NAMES[step.by]
    act = run.ledger.signed(issuer, terms, gas=ACT_GAS)
    id_ = ids.receivable_id(run.account(issuer), act.envelope.id)
    run.claims[life, step.claim] = Claim(life, terms, f"{life}/{step.invoice}", issuer, act.envelope.id, id_, Mark(run.term))
    yield Asked(act, frozenset(), "Issue")


def _confirm(run: Played, claim: Claim, now: int) -> Iterator[Signed]:
    fingerprint = keccak(claim.invoice.encode())
    yield ConfirmReceivable(claim.id, run.account(claim.issuer), claim.terms, fingerprint, 7, ()), ("Obligor",)
    terms = claim.terms
    claim.money = Receivable(terms.face, terms.due, now, "Supplier", terms.grace, terms.lateRate, terms.lateBasis)


def _withdraw(claim: Claim) -> Iterator[Signed]:
    yield WithdrawDraft(claim.act), (claim.issuer,)
    claim.state = State.WITHDRAWN


def _pay(claim: Claim, amount: int | None) -> Iterator[Signed]:
    money = claim.money
    given = (money.debt + money.interest_owed() if money and not money.ended else 1) if amount is None else amount
    yield PayReceivable(claim.id, given, REF), ("Obligor",)
    claim.model().pay(given)


def _retire(claim: Claim, amount: int) -> Iterator[Signed]:
    """Off the end of what lives; `amount` is what it is owed, which is its length as long as nothing was paid in part."""
    end = claim.length() if claim.money else claim.terms.face
    paid = claim.money.payments if claim.money else []
    piece = Range(end - min(amount, end), end)
    body = RetireRange(claim.token, piece.start, piece.end, 1, len(paid), ranges.owed(paid, piece), REF)
    yield body, ("Supplier", "Obligor")
    claim.model().retire(0, piece.start, piece.end)


def _consent(claim: Claim) -> Iterator[Signed]:
    length = claim.length() if claim.money and 0 in claim.money.tokens else claim.terms.face
    yield ConsentCancel(claim.token, length, True), ("Supplier",)
    claim.model().cancel()


def _body(run: Played, claim: Claim, step: Step, now: int) -> Iterator[Signed]:
    """The act's body and who signs; what follows it happens to the models once the act is expected to be done."""
    match step:
        case Confirm():
            yield from _confirm(run, claim, now)
        case WithdrawStep():
            yield from _withdraw(claim)
        case Pay():
            yield from _pay(claim, step.amount)
        case Retire():
            yield from _retire(claim, step.amount)
        case Cancel():
            yield from _consent(claim)
        case Dispute():
            yield DisputeReceivable(claim.id, 2, REF), ("Obligor",)
        case EndDispute():
            yield EndDisputeAct(claim.id), ("Obligor",)
        case WriteOff():
            yield WriteOffAct(claim.token, True), ("Supplier",)


def _wanted(run: Played, life: str, step: Step, now: int) -> Iterator[Wanted]:
    """What a step asks of the contracts, with the answer that the models expect."""
    refusal = run.books.setdefault(life, Book()).take(step)
    if isinstance(step, Nothing):
        return
    if isinstance(step, Issue):
        yield from _issue(run, life, step)
        return
    claim = run.claims[life, step.claim]
    if claim.money is not None:
        claim.money.now = now
    expected = _expected(run, claim, step, refusal, now)
    body = _body(run, claim, step, now)
    made, (first, *others) = next(body)
    yield Asked(run.ledger.signed(first, made, *others, gas=ACT_GAS), expected, type(step).__name__)
    if expected:
        return
    next(body, None)
    if isinstance(step, Cancel):
        yield "ReceivableEndings", "cancel", (claim.id,)


def _expected(run: Played, claim: Claim, step: Step, refusal: Refusal | None, now: int) -> frozenset[str]:
    """Names of the errors that a step may be refused with; empty: it is done."""
    if isinstance(step, Dispute | EndDispute):
        names = _of_mark(claim, step, now)
        if bool(names) != bool(refusal):
            run.clock[f"{type(step).__name__} {'refused: its term is over' if names else 'done: the claim ended, its mark stood'}"] += 1
        return names
    return WHY[type(step), refusal] if refusal else frozenset()


def _of_mark(claim: Claim, step: Dispute | EndDispute, now: int) -> frozenset[str]:
    """The clock of disputes is the ledger's own: a mark lapses by itself, and may be taken off a claim that ended."""
    if isinstance(step, EndDispute):
        return frozenset({claim.mark.end(now)} - {""})
    if claim.money is None or claim.money.ended:
        return frozenset({"NotObligor", "NotLive"})
    return frozenset({claim.mark.begin(now)} - {""})


# --- Running --------------------------------------------------------------------------------------------------------------------------


def play(ledger: Ledger, lives: Mapping[str, Life], rate: tuple[int, int]) -> Played:
    """Asks every step of every life, a day's at the time of its last one."""
    (_, _, dispute_term, _), _, _ = ledger.view("ReceivableDrafts", "policyOf", 1)
    run = Played(ledger, rate, dispute_term)
    ledger.act("Money", IssueCash(1, run.account("Obligor"), RICH, REF))
    told = sorted(((step.at, life, step) for life, steps in lives.items() for step in steps), key=lambda each: each[0])
    for _, of_day in groupby(told, lambda each: each[0] // DAY):
        day = list(of_day)
        now = day[-1][0]
        _at(run, now, [want for _, life, step in day for want in _wanted(run, life, step, now)])
    return run


def _parts(whole: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = list(whole)
    return (rest[start : start + size] for start in range(0, len(rest), size))


def _at(run: Played, now: int, wanted: Sequence[Wanted]) -> None:
    """Runs what is wanted at one time."""
    run.ledger.clock.time = now
    if not wanted:
        return
    transactions, answered = _transactions(run, wanted)
    receipts = run.ledger.relayer.run(transactions)
    run.gas += sum(int(receipt["gasUsed"], 16) for receipt in receipts)
    told = [log for receipt in receipts for log in receipt["logs"] if from_hex(log["topics"][0]) in (_DONE, _REFUSED)]
    for each, log in zip(answered, told, strict=True):
        _answered(run, each, log)


def _transactions(run: Played, wanted: Sequence[Wanted]) -> tuple[list[tuple[bytes | None, bytes]], list[Asked]]:
    made: list[tuple[bytes | None, bytes]] = []
    for is_act, group in groupby(wanted, lambda each: isinstance(each, Asked)):
        if is_act:
            for part in _parts((each.act for each in group if isinstance(each, Asked)), ACTS_A_RUN):
                made.append((run.ledger.manifest.address("Acts"), acts.encode_run(part)))
            continue
        for each in group:
            assert not isinstance(each, Asked)
            contract, function, arguments = each
            made.append((run.ledger.manifest.address(contract), calls.call_data(contract, function, *arguments)))
    return made, [each for each in wanted if isinstance(each, Asked)]


def _answered(run: Played, asked: Asked, log: Mapping[str, Any]) -> None:
    assert int(log["topics"][2], 16) == asked.act.envelope.id
    name = "" if from_hex(log["topics"][0]) == _DONE else _name(decode(["bytes32", "bytes32", "bytes"], from_hex(log["data"]))[2])
    run.answers[asked.step, name] += 1
    right = name in asked.expected if asked.expected else not name
    if not right:
        run.wrong.append(f"{asked.step} {asked.act.envelope.body}: {name or 'done'}, expected {sorted(asked.expected) or 'done'}")


def _name(reason: bytes) -> str:
    found = (calls.error_of(contract, reason) for contract in _CONTRACTS)
    return next((each[0] for each in found if each), to_hex(reason))


# --- The end --------------------------------------------------------------------------------------------------------------------------


def differences(run: Played) -> list[str]:
    """Where a claim's state, debt, late interest or waiting money differ from the models."""
    now, claims = run.ledger.now(), run.confirmed
    told = run.view("ReceivableViews", "receivable", ((claim.id,) for claim in claims))
    debts = run.view("Repayment", "debtAt", ((claim.id, now) for claim in claims))
    books = run.view("Repayment", "bookOf", ((claim.id,) for claim in claims))
    found = []
    for claim, (state, face, owed, *_), debt, book in zip(claims, told, debts, books, strict=True):
        money = claim.model()
        money.now = now
        expected = (_state(money), money.face, money.owed_live)
        due = (0, 0) if money.cancelled else (money.debt, money.interest_owed())
        kept = (money.waiting_principal, money.waiting_interest, money.interest_paid)
        if ((state, face, owed), tuple(debt[:2]), tuple(book[:3])) != (expected, due, kept):
            found.append(f"{claim.life} {claim.invoice}: {state, face, owed, debt, book[:3]}, expected {expected, due, kept}")
    return found


def _state(money: Receivable) -> int:
    return 3 if money.cancelled else 2 if money.closed else 1


def take_to_an_exit(run: Played) -> None:
    """Whoever can ends what is still open, in one of the ways that there are; then everything is drawn and credits are paid out."""
    open_ = [claim for claim in run.claims.values() if claim.state is State.DRAFT and (claim.money is None or not claim.money.ended)]
    later = run.ledger.now() + DAY
    for part in _parts(enumerate(open_), 500):
        _at(run, later, [want for index, claim in part for want in _exit(run, claim, index, later)])
    tokens = [claim.token for claim in run.confirmed]
    _at(run, later, [("Repayment", "draw", (part,)) for part in _parts(tokens, DRAWN_A_CALL)])
    for claim in run.confirmed:
        claim.model().draw(0)
    if any(claim.model().excess for claim in run.confirmed):
        _at(run, later, [Asked(run.ledger.signed("Obligor", Withdraw(1), gas=ACT_GAS), frozenset(), "Withdraw")])


def _exit(run: Played, claim: Claim, index: int, now: int) -> Iterator[Wanted]:
    if claim.money is None:
        body, step = _withdraw(claim), "withdrawn"
    else:
        claim.money.now = now
        ways = (_pay(claim, None), _retire(claim, claim.length()), _consent(claim))
        body, step = ways[index % 3], ("paid", "retired", "cancelled")[index % 3]
    made, (first, *others) = next(body)
    yield Asked(run.ledger.signed(first, made, *others, gas=ACT_GAS), frozenset(), f"exit: {step}")
    next(body, None)
    if step == "cancelled":
        yield "ReceivableEndings", "cancel", (claim.id,)


def paid(run: Played) -> tuple[int, int]:
    """What the creditor and what the debtor have in the end by the models, in minor units."""
    out = sum(claim.model().paid_out.get("Supplier", 0) for claim in run.confirmed)
    return out, RICH - out


def left_over(run: Played) -> dict[str, int]:
    """What must be nothing once everything is at its end."""
    ledger, obligor = run.ledger, run.account("Obligor")
    dues = sorted({claim.terms.due for claim in run.confirmed})
    totals = run.view("Repayment", "dueTotal", ((obligor, 1, due) for due in dues))
    states = run.view("ReceivableViews", "receivable", ((claim.id,) for claim in run.confirmed))
    return {
        "held by repayment": ledger.cash_of(ledger.manifest.address("Repayment")),
        "credits": sum(ledger.view("Repayment", "credit", run.account(name), 1) for name in ("Supplier", "Obligor")),
        "outstanding": ledger.view("Exposure", "outstanding", obligor, 156, True),
        "due": sum(totals),
        "live": sum(state[0] == 1 for state in states),
    }


def people() -> list[Person]:
    """Creditor, debtor, and who issues the cash."""
    return [Person("Supplier", SUPPLIER), Person("Obligor", OBLIGOR), Person("Money", SETTLEMENT)]


def genesis(lives: Mapping[str, Life]) -> int:
    """A day before the first step."""
    return min(step.at for life in lives.values() for step in life) - DAY


def report(name: str, lives: Mapping[str, Life], run: Played, seconds: float) -> str:
    """What came of a source: counts, reasons, units."""
    steps = Counter(type(step).__name__ for life in lives.values() for step in life)
    done = sum(count for (_, why), count in run.answers.items() if not why)
    refused = {f"{step} {why}": count for (step, why), count in sorted(run.answers.items()) if why}
    exits = {step: count for (step, why), count in sorted(run.answers.items()) if step.startswith("exit") and not why}
    return (
        f"{name}: {len(lives)} lives, {sum(steps.values())} steps ({steps['Nothing']} nothing), {done} acts done, "
        f"{sum(refused.values())} refused {refused}; by the clock {dict(run.clock)}; {exits}; {paid(run)[0]} units paid to the creditor, "
        f"{run.gas / 1e6:.0f} million gas, {seconds:.0f} s"
    )


def examined(ledger: Ledger, lives: Mapping[str, Life], rate: tuple[int, int]) -> tuple[Played, list[str]]:
    """Lives played and taken to their exits, and all that is not as the models say."""
    run = play(ledger, lives, rate)
    found = differences(run)
    take_to_an_exit(run)
    found += differences(run)
    found += [f"{what}: {left} left over" for what, left in left_over(run).items() if left]
    balances = tuple(ledger.cash_of(run.account(name)) for name in ("Supplier", "Obligor"))
    found += [f"balances {balances}, expected {paid(run)}"] if balances != paid(run) else []
    return run, run.wrong + found


def main() -> int:
    """All lives of all sources; 1 if anything is not as the models say."""
    data = Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data")
    failed = 0
    for name in sys.argv[1:] or SOURCES:
        folder, read, rate = SOURCES[name]
        lives, began = read(data / folder), time.monotonic()
        with tempfile.TemporaryDirectory() as place, ledgers.running(Path(place), people(), genesis=genesis(lives)) as ledger:
            run, wrong = examined(ledger, lives, rate)
        print(report(name, lives, run, time.monotonic() - began), *wrong[:20], sep="\n", flush=True)
        failed += bool(wrong)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
