"""What answers are made of, and what is told of the ledger and the gateway.

Amounts are minor units as text with their currency, times RFC 3339, bytes hex, ids that pass 2^53 text.
"""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Data = TypeVar("Data")

Time = Annotated[str, Field(description="RFC 3339, UTC")]

Hex = Annotated[str, Field(description="Bytes as hex, with 0x")]

Id = Annotated[str, Field(description="A number as decimal text: it may pass 2^53")]

Position = Annotated[str, Field(description="block << 20 | log index, as decimal text: it orders every event")]


class Shown(BaseModel):
    """An answer or a part of one."""

    model_config = ConfigDict(frozen=True)


class Money(Shown):
    """An amount in minor units, with its ISO 4217 code."""

    minor: str
    currency: str


class Problem(Shown):
    """RFC 9457. Extension members beside these name what the problem is about."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    title: str
    status: int
    detail: str
    field: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None


class Reason(Shown):
    """Why the ledger or a node refused: the contract's own error with its values, and a sentence for people."""

    error: str
    values: dict[str, Any]
    sentence: str


class Answer(Shown, Generic[Data]):
    """What was read from the mirror, as at `block`: whether that block is final, and how many blocks the mirror is behind its node.

    `next` asks for the page after this one; null at the end. `development`: a chain whose clock can be set.
    """

    data: Data
    next: str | None
    block: int
    final: bool
    behind: int
    development: bool


class Event(Shown):
    """An event as the chain has it; values by the ABI's names, numbers as decimal text."""

    pos: Position
    block: int
    time: Time
    transaction: Hex
    contract: str
    event: str
    values: dict[str, Any]


class Head(Shown):
    """The last mirrored block."""

    block: int


class Health(Shown):
    """`ok` or `degraded`; faults by name. What they are about is for those who oversee the node (`/health/details`)."""

    status: str
    faults: list[str]


class Fault(Shown):
    """A fault by name, and what is wrong."""

    name: str
    text: str


class MirrorHealth(Shown):
    """How far the mirror is: last block held, the node's head, blocks between them, last final block."""

    block: int
    head: int
    behind: int
    final: int


class HealthDetails(Shown):
    """What is wrong in words, how far the mirror is, and how many acts stand in each state."""

    status: str
    faults: list[Fault]
    mirror: MirrorHealth
    outbox: dict[str, int]
    engine: str
    chain_id: int
