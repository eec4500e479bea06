"""What is answered of acts, and of calls that need no member's signature."""

from typing import Annotated, Any

from pydantic import Field

from gateway.api.answers import Hex, Id, Position, Problem, Reason, Shown, Time


class Act(Shown):
    """An act as the outbox has it; `reason` says why it was refused, or why it waits for a person.

    `warnings`, where it was posted just now: what is lawful and odd about it.
    """

    id: Id
    key: str
    account: Hex
    kind: str
    state: str
    reason: Reason | None
    digest: Hex
    deadline: Time
    signers_needed: int
    done_pos: Position | None
    done_at_block: int | None
    warnings: Annotated[list[str], Field(default_factory=list, exclude_if=lambda value: not value)]


class ActSigner(Shown):
    """One signer of an act, and whether its signature is there."""

    account: Hex
    key: Hex
    role: str | None
    mode: str
    signed: bool
    evidence: Hex | None


class Step(Shown):
    """A line of an act's history."""

    state: str
    at: Time
    note: str | None


class ActWhole(Act):
    """An act with its body, signers and history."""

    body: dict[str, Any]
    signers: list[ActSigner]
    history: list[Step]


class Refused(Shown):
    """An item of a batch that was not accepted; nothing of it was kept."""

    key: str
    problem: Problem


class Acts(Shown):
    """Each item of a batch in its place."""

    acts: list[Act | Refused]


class ActsWaited(Shown):
    """Acts as they stand, and how many of them have not come as far as asked."""

    acts: list[Act]
    pending: int


class ActPage(Shown):
    """Acts of the outbox; `next` asks for the page after this one."""

    data: list[Act]
    next: str | None


class ActChecked(Shown):
    """Whether an act would be done now, and if not, why."""

    done: bool
    reason: Reason | None


class TypedData(Shown):
    """An act as `eth_signTypedData_v4` takes it (EIP-712)."""

    types: dict[str, list[dict[str, str]]]
    primaryType: str
    domain: dict[str, Any]
    message: dict[str, Any]


class Call(Shown):
    """A permissionless call."""

    id: Hex
    key: str
    what: str
    state: str
    transaction: Hex | None
    reason: Reason | None


class Calls(Shown):
    """Each item of a batch in its place."""

    calls: list[Call | Refused]


class CallsWaited(Shown):
    """Calls as they stand, and how many of them have not come as far as asked."""

    calls: list[Call]
    pending: int
