"""Liens on one asset as the priority calculator takes them, and a register's rules of rank. Amounts in minor units of one currency."""

from dataclasses import dataclass
from enum import Enum


class LienError(ValueError):
    """A lien or relation that no asset can carry; the message names the lien, the field and the rule."""


class LienKind(Enum):
    """How the taker holds the asset."""

    PLEDGE = "pledge"
    FACTORING = "factoring"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A place in the register: effective second, and the register's sequence number, which decides within one second.

    A record that states a date only has the day's first second and `until`, the second at which the day is over (date-only records of one
    day rank by number, and the order within the day is marked as not stated).
    """

    effective: int
    sequence: int
    until: int | None = None

    @property
    def is_date_only(self) -> bool:
        """Whether the hour is not stated."""
        return self.until is not None

    @property
    def place(self) -> tuple[int, int]:
        """What the register orders by."""
        return self.effective, self.sequence

    def overlaps(self, other: "Recorded") -> bool:
        """Whether either may have come first, as far as what is stated goes."""
        if not (self.is_date_only or other.is_date_only):
            return False
        return self.effective < (other.until or other.effective + 1) and other.effective < (self.until or self.effective + 1)


REFINANCED = "Interpretation on Security 16"
INCREASED = "CivC 409: an increase takes nothing from those who were there"


@dataclass(frozen=True, slots=True)
class Continued:
    """A registration that a refinancing, or a change of the amount, carries on: its place, for at most `up_to` of the claim.

    None: the old one stated no amount, so it held for all of it. `source`: why it goes on.
    """

    recorded: Recorded
    up_to: int | None
    source: str = REFINANCED


@dataclass(frozen=True, slots=True)
class Lien:
    """One lien: outstanding claim, place in the register (None: unregistered), and what else decides its rank.

    `ceiling`: registered maximum (CivC 439; it governs over the agreed one, Interpretation on Security 15). `noticed`: second at which the
    first notice reached the debtor. `advance`: financing or service fee by which unregistered and unnotified factors share (CivC 768), the
    claim where it is not stated. `continues`: the registrations that it carries on, oldest first, each up to its own amount. `holders`:
    who holds the claim, in shares (Interpretation on Security 39). `executed`: second of its document's date, where it is stated.
    """

    key: str
    amount: int
    recorded: Recorded | None
    kind: LienKind = LienKind.PLEDGE
    ceiling: int | None = None
    noticed: int | None = None
    advance: int | None = None
    continues: tuple[Continued, ...] = ()
    holders: tuple[tuple[str, int], ...] = ()
    executed: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("amount", self.amount), ("ceiling", self.ceiling), ("advance", self.advance)):
            if value is not None and value < 0:
                raise LienError(f"lien {self.key}: {name} {value} is negative")
        if any(continued.up_to is not None and continued.up_to < 0 for continued in self.continues):
            raise LienError(f"lien {self.key}: it carries on less than 0")
        if any(share <= 0 for _, share in self.holders):
            raise LienError(f"lien {self.key}: a holder's share is above 0")

    @property
    def secured(self) -> int:
        """What of the claim is secured: up to the ceiling."""
        return self.amount if self.ceiling is None else min(self.amount, self.ceiling)

    @property
    def weight(self) -> int:
        """By what it shares with others of one rank."""
        return self.secured if self.advance is None else self.advance


class RelationKind(Enum):
    """What two liens have agreed, or a law has ordered between them."""

    SUBORDINATION = "subordination"
    SUPER_PRIORITY = "super-priority"
    INTERCREDITOR = "intercreditor agreement"
    TURNOVER = "turnover"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation laid over the base order: senior before junior, for at most `up_to` of the senior's claim (None: all of it).

    TURNOVER leaves the order as it is: the junior hands over what it receives until the senior is paid, or `up_to`.
    """

    senior: str
    junior: str
    kind: RelationKind
    source: str
    up_to: int | None = None

    def __post_init__(self) -> None:
        if self.senior == self.junior:
            raise LienError(f"relation {self.source}: {self.senior} stands in no relation to itself")
        if self.up_to is not None and self.up_to < 0:
            raise LienError(f"relation {self.source}: up_to {self.up_to} is negative")


@dataclass(frozen=True, slots=True)
class Regime:
    """How liens of a register rank.

    `creates`: kinds that exist only once registered, by the source `creation`. `by_notice`: unregistered ones rank by the first notice to
    the debtor. `one_rank`: a second live pledge is refused. `shares`: a law lets the rest share pro rata. `registered`, `noticed` and
    `shared` are the sources of the three steps. `grace`: months from its date within which a recording counts against whoever took later
    and in good faith, by the source `graced`; 0 where no law gives any.
    """

    key: str
    creates: frozenset[LienKind]
    creation: str
    registered: str
    by_notice: bool = False
    noticed: str = ""
    shares: bool = True
    shared: str = ""
    one_rank: bool = False
    grace: int = 0
    graced: str = ""


_INTERPRETATION = "Interpretation on Security 66"
CN_SINGLE_RANK = Regime("CN-SINGLE-RANK", frozenset(LienKind), "CivC 444", "CivC 414(2), (1)(i)", one_rank=True)
CN_MOVABLES = Regime("CN-MOVABLES", frozenset(), "CivC 403", "CivC 414(1)(i)", shared="CivC 414(1)(ii), (iii)")
CN_RECEIVABLES = Regime(
    "CN-RECEIVABLES",
    frozenset({LienKind.PLEDGE}),
    "CivC 445",
    f"CivC 768; {_INTERPRETATION}",
    by_notice=True,
    noticed=f"CivC 768 (first notice); {_INTERPRETATION}",
    shared=f"CivC 768 (by advances or fees); {_INTERPRETATION}",
)
RECORDING = Regime(
    "RECORDING",
    frozenset(),
    "",
    "recording time; 35 USC 261",
    shares=False,
    shared="the register does not decide",
    grace=3,
    graced="35 USC 261; for marks 15 USC 1060(a)(4)",
)
COPYRIGHT_RECORDING = Regime(
    "COPYRIGHT-RECORDING",
    frozenset(),
    "",
    "recording time; 17 USC 205",
    shares=False,
    shared="the register does not decide",
    grace=1,
    graced="17 USC 205(d), of documents executed in the United States",
)
PPSA = Regime(
    "PPSA",
    frozenset(),
    "",
    "PPSA 2009 (Cth) 55(4); PPSA 1999 (NZ) 66(b)",
    shares=False,
    shared="order of attachment, PPSA 2009 (Cth) 55(3)",
)
REGIMES = {regime.key: regime for regime in (CN_SINGLE_RANK, CN_MOVABLES, CN_RECEIVABLES, RECORDING, COPYRIGHT_RECORDING, PPSA)}
"""The regimes that ship: Chinese patents, marks and copyrights; Chinese movables; Chinese receivables; American recordation of
patents and marks, and of copyrights; personal property securities of Australia and New Zealand."""
