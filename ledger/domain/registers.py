"""Registers as data: rules as the words that contracts/Registers.sol keeps. Those that ship stand in shipped_registers.py.

Layouts: contracts/interfaces/IRegisters.sol (rule word) and contracts/types/ActCode.sol (act words). A version once set never changes;
a changed rule here is a new version, set by the council.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from ledger.domain.pledge_words import Flag


class Effect(IntFlag):
    """The eight fixed effects."""

    REGISTER = 1 << 0
    END_ALL = 1 << 1
    END_LEAVES = 1 << 2
    ADD_SEGMENT = 1 << 3
    SET_TERMS = 1 << 4
    SET_PARTIES = 1 << 5
    SET_STATE = 1 << 6
    NOTE = 1 << 7


class PartyRole(IntEnum):
    """In which role a party consents."""

    PLEDGOR = 1
    PLEDGEE = 2
    CO_OWNER = 3
    NEW_PLEDGEE = 4
    NEW_PLEDGOR = 5
    AUTHORITY = 6


class Mode(IntEnum):
    """How a consent was given (contracts/types/Roles.sol, Modes)."""

    SIGNED = 1
    ATTESTED = 2
    ORDERED = 3
    DEEMED = 4


class State(IntEnum):
    """States of a pledge (contracts/types/PledgeWord.sol)."""

    FILED = 1
    ACCEPTED = 2
    REGISTERED = 3
    ENFORCING = 4
    ENDED = 5
    RETURNED = 6
    WITHDRAWN = 7
    REFUSED = 8
    RESTORING = 9


class TimeSource(IntEnum):
    """From when an act counts."""

    BLOCK = 0
    FILING = 1
    STATED = 2


class EndReason(IntEnum):
    """Why a pledge, or an asset under it, ended."""

    RELEASED = 1
    ENFORCED = 2
    LAPSED = 3
    REVOKED = 4
    ORDERED = 5
    MISTAKEN = 6
    REFINANCED = 7


class Rule(IntFlag):
    """Flags of a rule word."""

    SINGLE_RANK = 1 << 0
    ASSETS_REQUIRED = 1 << 1
    RECORDS = 1 << 2
    ASKS = 1 << 3


class Code(IntEnum):
    """Act codes. Those of the intake (1-8) and of the office (60-69) are alike in every register (contracts/types/ActCode.sol)."""

    ACCEPT = 1
    RETURN = 2
    REFUSE = 3
    WITHDRAW = 4
    NOTIFY = 5
    ANSWER = 6
    RECONSIDER = 7
    CONTEST = 8
    REGISTER = 10
    SUPPLEMENT = 11
    SET_TERMS = 12
    TRANSFER = 13
    CORRECT_PARTIES = 14
    REFINANCE = 15
    RELATE = 16
    CORRECT_TERMS = 17
    RELEASE = 20
    PART_RELEASE = 21
    END_BY_ORDER = 22
    END_LEAVES_BY_ORDER = 23
    NOTE = 30
    AGREE = 31
    OBJECT = 32
    ENFORCE = 40
    STOP_ENFORCING = 41
    SALE = 42
    HOLD = 60
    LIFT = 61
    FEE_HOLD = 62
    FEE_LIFT = 63
    RECTIFY = 64
    JOIN = 65
    PARTY = 66
    ANCHOR = 67
    SEED = 68
    ADOPT = 69


REGISTRAR_ROLE = 1 << 0
COURT_ROLE = 1 << 10
ANCHORER_ROLE = 1 << 11
DEMANDS_DOCUMENT, DEMANDS_VERSION = 1, 2
PLEDGORS_SIDE, HOLDERS_SIDE = 1, 2
DAY = 86_400

NO_MARKS = Flag(0)

Consents = Mapping[PartyRole, tuple[Mode, ...]]


@dataclass(frozen=True, slots=True)
class ActRule:
    """What a register's rules say of one act code; `wait` and `period` in seconds."""

    effects: int = 0
    source: tuple[State, ...] = ()
    next_state: int = 0
    consents: Consents = field(default_factory=dict)
    officers: int = 0
    officers_vouching: int = 0
    times: tuple[TimeSource, ...] = (TimeSource.BLOCK,)
    sides: int = 0
    demands: int = DEMANDS_DOCUMENT
    wait: int = 0
    period: int = 0
    reasons: tuple[EndReason, ...] = ()
    officer_roles: int = REGISTRAR_ROLE

    @property
    def word(self) -> int:
        """The word of contracts/types/ActCode.sol."""
        modes = sum(1 << (16 + 4 * role + mode - 1) for role, admitted in self.consents.items() for mode in admitted)
        return (
            self.effects
            | self.next_state << 8
            | modes
            | sum(1 << (48 + state) for state in self.source)
            | self.officers << 64
            | self.officers_vouching << 68
            | self.officer_roles << 72
            | sum(1 << (88 + time) for time in self.times)
            | self.sides << 96
            | self.demands << 104
            | self.wait << 112
            | self.period << 144
            | sum(1 << (176 + reason) for reason in self.reasons)
        )


def act_rule(word: int) -> ActRule:
    """What an act word says: the rule whose `word` it is."""
    return ActRule(
        effects=Effect(word & 0xFF),
        source=tuple(state for state in State if word >> (48 + state) & 1),
        next_state=word >> 8 & 0xFF,
        consents={role: modes for role in PartyRole if (modes := tuple(mode for mode in Mode if word >> (15 + 4 * role + mode) & 1))},
        officers=word >> 64 & 0xF,
        officers_vouching=word >> 68 & 0xF,
        officer_roles=word >> 72 & 0xFFFF,
        times=tuple(time for time in TimeSource if word >> (88 + time) & 1),
        sides=word >> 96 & 0xFF,
        demands=word >> 104 & 0xFF,
        wait=word >> 112 & 0xFFFF_FFFF,
        period=word >> 144 & 0xFFFF_FFFF,
        reasons=tuple(reason for reason in EndReason if word >> (176 + reason) & 1),
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """A statutory ground to be examined: number, what it is, its source, whether informed consent overrides it."""

    number: int
    text: str
    source: str
    overridable: bool = False


@dataclass(frozen=True, slots=True)
class TermRule:
    """How long an entry may stand, in days from the act (`most` 0: no limit), and how many days before its end it may be renewed
    (0: always).

    `verified`: whether the source was read; else the figure is a default.
    """

    source: str
    least: int = 0
    most: int = 0
    renewal: int = 0
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """What a register's rule word says: office letters, classes, flags, numbers of grounds and of overridable ones, days of a term, and the
    marks that a filing may state.
    """

    jurisdiction: str
    classes: str
    flags: Rule
    grounds: tuple[int, ...] = ()
    overridable: tuple[int, ...] = ()
    least: int = 0
    most: int = 0
    renewal: int = 0
    marks: Flag = NO_MARKS

    @property
    def word(self) -> int:
        """The rule word of contracts/interfaces/IRegisters.sol."""
        return (
            int.from_bytes(self.jurisdiction.encode())
            | sum(1 << (ord(letter) - ord("A")) for letter in self.classes) << 16
            | self.flags << 48
            | sum(1 << ground for ground in self.grounds) << 64
            | sum(1 << ground for ground in self.overridable) << 128
            | self.least << 192
            | self.most << 208
            | self.renewal << 224
            | self.marks << 240
        )


def rules(word: int) -> Rules:
    """What a rule word says."""
    return Rules(
        jurisdiction=(word & 0xFFFF).to_bytes(2).decode("ascii"),
        classes="".join(chr(ord("A") + place) for place in range(32) if word >> (16 + place) & 1),
        flags=Rule(word >> 48 & 0xFFFF),
        grounds=_numbers(word >> 64),
        overridable=_numbers(word >> 128),
        least=word >> 192 & 0xFFFF,
        most=word >> 208 & 0xFFFF,
        renewal=word >> 224 & 0xFFFF,
        marks=Flag(word >> 240 & 0xFFFF),
    )


def _numbers(bits: int) -> tuple[int, ...]:
    return tuple(number for number in range(64) if bits >> number & 1)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A register that ships.

    `key` is its name in routing and statutory clocks, `office` its keeper, `classes` what it takes (letters of asset keys), `zone` the
    legal time in which its days end, `regime` how its entries rank (ledger/domain/liens.py), `regimes` how those over rights of a class do
    that rank otherwise, `clocks` its statutory periods
    (ledger/domain/clocks.py), `rule_contract` the contract that says what no word can, `marks` what a filing may state of itself.
    """

    number: int
    key: str
    name: str
    office: str
    jurisdiction: str
    classes: str
    flags: Rule
    grounds: tuple[Ground, ...]
    acts: Mapping[Code, ActRule]
    zone: str
    regime: str
    term: TermRule | None = None
    clocks: Mapping[str, str] = field(default_factory=dict)
    rule_contract: str = ""
    marks: Flag = NO_MARKS
    regimes: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule(self) -> int:
        """The rule word of contracts/interfaces/IRegisters.sol."""
        term = self.term or TermRule("")
        grounds = tuple(ground.number for ground in self.grounds)
        overridable = tuple(ground.number for ground in self.grounds if ground.overridable)
        days = (term.least, term.most, term.renewal)
        return Rules(self.jurisdiction, self.classes, self.flags, grounds, overridable, *days, self.marks).word

    @property
    def codes(self) -> tuple[int, ...]:
        """The act codes in the order of their words."""
        return tuple(int(code) for code in self.acts)

    @property
    def words(self) -> tuple[int, ...]:
        """The words of the act codes."""
        return tuple(rule.word for rule in self.acts.values())
