"""Steps of receivables' lives, and a model that says which of them a ledger takes and why it refuses the others. Plain data, no chain.

A life is what one record of a source tells: one or several claims between one creditor and one debtor. Amounts are minor units, times UTC
seconds; steps stand in the order of their times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class By(StrEnum):
    """Who does it."""

    SUPPLIER = "supplier"
    OBLIGOR = "obligor"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Step:
    """`claim` is its key within the life; `source` names the event of the record that asks for it."""

    at: int
    claim: str
    source: str


@dataclass(frozen=True, slots=True)
class Issue(Step):
    """A claim is drawn up. `invoice`: which invoice it is, for the fingerprint; two claims may be of one if the first ended unpaid."""

    invoice: str
    face: int
    due: int
    by: By = By.SUPPLIER


@dataclass(frozen=True, slots=True)
class Confirm(Step):
    """The obligor confirms, or the law takes it as confirmed."""

    by: By = By.OBLIGOR


@dataclass(frozen=True, slots=True)
class Withdraw(Step):
    """The issuer takes a draft back."""


@dataclass(frozen=True, slots=True)
class Cancel(Step):
    """Obligor and all holders end a claim."""


@dataclass(frozen=True, slots=True)
class Retire(Step):
    """A part leaves by a credit of the supplier."""

    amount: int


@dataclass(frozen=True, slots=True)
class Pay(Step):
    """The obligor pays; None: all that is owed."""

    amount: int | None


@dataclass(frozen=True, slots=True)
class Dispute(Step):
    """The obligor marks a claim as disputed."""


@dataclass(frozen=True, slots=True)
class EndDispute(Step):
    """The mark goes."""


@dataclass(frozen=True, slots=True)
class WriteOff(Step):
    """The holder marks a claim as one that it must have collected; payments still come."""


@dataclass(frozen=True, slots=True)
class Nothing(Step):
    """An event that does nothing to a claim, and why."""

    why: str


Life: TypeAlias = tuple[Step, ...]


class Refusal(StrEnum):
    """Why a ledger refuses a step."""

    EXISTS = "a claim of that key is there"
    NOT_DRAFT = "the claim is no open draft"
    INVOICE_USED = "the invoice backs another claim"
    NOT_LIVE = "the claim is not live"
    EXCEEDS = "more than is owed"
    DISPUTED = "it is disputed already"
    NOT_DISPUTED = "it is not disputed"


class State(StrEnum):
    """What a claim is."""

    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    LIVE = "live"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Held:
    """A claim as it stands. face = owed + paid + retired as long as it isn't cancelled; `excess` was paid beyond it."""

    invoice: str
    face: int
    due: int
    state: State = State.DRAFT
    owed: int = 0
    paid: int = 0
    retired: int = 0
    excess: int = 0
    disputed: bool = False
    written_off: bool = False


@dataclass(slots=True)
class Book:
    """The claims of one life, in the order of their issue."""

    claims: dict[str, Held] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def take(self, step: Step) -> Refusal | None:
        """Takes a step, or says why not; a refused one changes nothing."""
        if isinstance(step, Nothing):
            return None
        if isinstance(step, Issue):
            return self._issue(step)
        claim = self.claims.get(step.claim)
        if isinstance(step, Confirm | Withdraw):
            return self._draft(step, claim)
        return Refusal.NOT_LIVE if claim is None or claim.state is not State.LIVE else self._live(step, claim)

    def _issue(self, step: Issue) -> Refusal | None:
        if step.claim in self.claims:
            return Refusal.EXISTS
        self.claims[step.claim] = Held(step.invoice, step.face, step.due)
        return None

    def _draft(self, step: Confirm | Withdraw, claim: Held | None) -> Refusal | None:
        if claim is None or claim.state is not State.DRAFT:
            return Refusal.NOT_DRAFT
        if isinstance(step, Withdraw):
            claim.state = State.WITHDRAWN
            return None
        if claim.invoice in self.used:
            return Refusal.INVOICE_USED
        self.used.add(claim.invoice)
        claim.state, claim.owed = State.LIVE, claim.face
        return None

    def _live(self, step: Step, claim: Held) -> Refusal | None:
        match step:
            case Pay():
                _pay(claim, step.amount)
            case Retire():
                return _retire(claim, step.amount)
            case Cancel():
                self._cancel(claim)
            case Dispute() | EndDispute():
                return _mark(claim, isinstance(step, Dispute))
            case WriteOff():
                claim.written_off = True
        return None

    def _cancel(self, claim: Held) -> None:
        claim.state, claim.owed = State.CANCELLED, 0
        if not claim.paid and not claim.retired:
            # The invoice may come again, whole: nothing was paid on it, and nothing left it (which a set-off does too).
            self.used.discard(claim.invoice)


def outcomes(life: Iterable[Step]) -> tuple[list[Refusal | None], Book]:
    """What becomes of each step (None: taken), and the claims in the end."""
    book = Book()
    return [book.take(step) for step in life], book


def _pay(claim: Held, amount: int | None) -> None:
    given = claim.owed if amount is None else amount
    used = min(given, claim.owed)
    claim.paid, claim.owed, claim.excess = claim.paid + used, claim.owed - used, claim.excess + given - used
    _close(claim)


def _retire(claim: Held, amount: int) -> Refusal | None:
    if amount > claim.owed:
        return Refusal.EXCEEDS
    claim.retired, claim.owed = claim.retired + amount, claim.owed - amount
    _close(claim)
    return None


def _close(claim: Held) -> None:
    if not claim.owed:
        claim.state = State.CLOSED


def _mark(claim: Held, disputed: bool) -> Refusal | None:
    if claim.disputed == disputed:
        return Refusal.DISPUTED if disputed else Refusal.NOT_DISPUTED
    claim.disputed = disputed
    return None
