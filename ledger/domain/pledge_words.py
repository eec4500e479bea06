"""The words of the pledge register, read into fields and put together again.

Layouts are those of contracts/types/PledgeWord.sol, SegmentWord.sol and AssetWord.sol.
Times are UTC seconds; signed ones reach back before 1970.
"""

from enum import IntEnum, IntFlag
from typing import Any, NamedTuple, TypeVar

PAGE = 128
"""Leaves of a page of assets, titles or restored leaves."""


class Flag(IntFlag):
    """Flags (marks) of a pledge."""

    LOOK_FOR_HOLDS = 1 << 0
    CONFLICT = 1 << 1
    ASSETS_NOT_STATED = 1 << 2
    DATE_ONLY = 1 << 3
    STATED_TIME = 1 << 4
    GENERAL_DESCRIPTION = 1 << 5
    PARENT_UNKNOWN = 1 << 6
    APPROVED = 1 << 7
    DISPLACED = 1 << 8
    REFINANCES = 1 << 9
    ADOPTED = 1 << 10
    FACTORING = 1 << 11
    ASSIGNMENT = 1 << 12
    SERIAL_NUMBERED = 1 << 13


MAY_STATE = Flag.GENERAL_DESCRIPTION | Flag.PARENT_UNKNOWN | Flag.FACTORING | Flag.ASSIGNMENT | Flag.SERIAL_NUMBERED
"""What a register's rules may let a filing state (contracts/types/PledgeWord.sol)."""


class AssetFlag(IntFlag):
    """Flags of an asset."""

    ALIAS = 1 << 0
    LOOK_FOR_HOLDS = 1 << 1
    CONFLICT = 1 << 2
    SEEDED = 1 << 3
    CLOSED = 1 << 4


class ClaimKind(IntEnum):
    """What a pledge says of the amount that it secures."""

    NOT_STATED = 0
    FIXED = 1
    MAXIMUM = 2


class NoteKind(IntEnum):
    """What a remark on a pledge is."""

    REMARK = 1
    CORRECTION = 2
    SAME_AS = 3
    SUPPLEMENTS = 4
    PRIORITY = 5
    DISCREPANCY = 6
    NOTICE = 7
    LICENCE = 8
    TRANSFER = 9
    OBJECTION = 10


class RelationKind(IntEnum):
    """How a pledge yields to another; ENDED: the other does so no more."""

    SUBORDINATION = 1
    SUPER_PRIORITY = 2
    INTERCREDITOR = 3
    TURNOVER = 4
    ENDED = 5


class Decision(IntEnum):
    """What an office decides on a filing."""

    REGISTER = 1
    RETURN = 2
    REFUSE = 3
    APPROVE = 4


class HoldTarget(IntEnum):
    """What a hold lies on."""

    ASSET = 1
    PLEDGE = 2
    PARTY = 3
    CLAIM = 4


class HoldKind(IntEnum):
    """Why acts are held."""

    PRESERVATION = 1
    OWNERSHIP_DISPUTE = 2
    INSOLVENCY = 3
    FEE_UNPAID = 4
    OTHER = 5


class PartyKind(IntEnum):
    """What became of a party."""

    MEMBER = 1
    SUCCEEDED = 2
    RECEIVED = 3
    DISSOLVED = 4
    RENAMED = 5
    CLEARED = 6


class RectifyKind(IntEnum):
    """What a rectification does."""

    RESTORE = 1
    RESTORE_LEAVES = 2
    SETTLE_CONFLICT = 3


class HeadWord(NamedTuple):
    """The head of a pledge; while it is accepted, `expires` is the end of its reservation."""

    status: int
    register: int
    rules: int
    flags: int
    version: int
    sequence: int
    effective: int
    expires: int
    pages: int
    pages_left: int


class TermsWord(NamedTuple):
    """The secured claim of a pledge, and how many segments and holders it has."""

    ceiling: int
    currency: int
    kind: int
    segments: int
    holders: int
    due: int
    first_segment: int


class SegmentWord(NamedTuple):
    """A segment; until it is active, `effective` is the end of its reservation. `titles`: pages published, a bit each."""

    pledge: int
    assets: int
    claimed: int
    effective: int
    titles: int
    date_only: bool
    active: bool


class AssetWord(NamedTuple):
    """Who took an asset last, how often it was taken, its flags, and the hash of the chain of its links."""

    segment: int
    leaf: int
    links: int
    flags: int
    chain: int


class HoldWord(NamedTuple):
    """The effects that a hold bars, why, until when (0 = until it is lifted), since when, its number in its queue, what it lies on."""

    bars: int
    kind: int
    until: int
    placed: int
    number: int
    target: int


Fields = TypeVar("Fields", bound=tuple[Any, ...])

# Widths from the low bit on; a negative one is that of a signed field.
_LAYOUTS: dict[type[Any], tuple[int, ...]] = {
    HeadWord: (8, 16, 16, 16, 24, 48, -40, 40, 24, 24),
    TermsWord: (128, 16, 8, 16, 8, -40, 40),
    SegmentWord: (40, 24, 24, -40, 64, 1, 1),
    AssetWord: (40, 24, 16, 8, 168),
    HoldWord: (8, 8, 40, 40, 16, 8),
}


def read(kind: type[Fields], word: int) -> Fields:
    """The fields of a word of that kind."""
    values: list[int] = []
    for width in _LAYOUTS[kind]:
        size = abs(width)
        bits, word = word & (1 << size) - 1, word >> size
        values.append(bits - (1 << size) if width < 0 and bits >> size - 1 else bits)
    make: Any = kind
    read_: Fields = make(
        *(bool(value) if hint is bool else value for value, hint in zip(values, kind.__annotations__.values(), strict=True))
    )
    return read_


def pack(fields: tuple[Any, ...]) -> int:
    """The word of these fields, the reverse of `read`."""
    word = at = 0
    for value, width in zip(fields, _LAYOUTS[type(fields)], strict=True):
        size = abs(width)
        word |= (int(value) & (1 << size) - 1) << at
        at += size
    return word
