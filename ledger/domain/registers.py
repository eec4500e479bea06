"""Registers as data: the rules that ship, as the words that contracts/Registers.sol keeps.

Layouts: contracts/interfaces/IRegisters.sol (rule word) and contracts/types/ActCode.sol (act words). A version once set never changes;
a changed rule here is a new version, set by the council.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag


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


class Rule(IntFlag):
    """Flags of a rule word."""

    SINGLE_RANK = 1 << 0
    ASSETS_REQUIRED = 1 << 1
    RECORDS = 1 << 2


class Code(IntEnum):
    """Act codes. The first four are the intake's own and alike in every register."""

    ACCEPT = 1
    RETURN = 2
    REFUSE = 3
    WITHDRAW = 4
    REGISTER = 10
    SUPPLEMENT = 11
    SET_TERMS = 12
    TRANSFER = 13
    CORRECT_PARTIES = 14
    RELEASE = 20
    PART_RELEASE = 21
    END_BY_ORDER = 22
    NOTE = 30
    ENFORCE = 40
    STOP_ENFORCING = 41


REGISTRAR_ROLE = 1 << 0
DEMANDS_DOCUMENT, DEMANDS_VERSION = 1, 2
PLEDGORS_SIDE, HOLDERS_SIDE = 1, 2
DAY = 86_400

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
            | REGISTRAR_ROLE << 72
            | sum(1 << (88 + time) for time in self.times)
            | self.sides << 96
            | self.demands << 104
            | self.wait << 112
            | self.period << 144
            | sum(1 << (176 + reason) for reason in self.reasons)
        )


@dataclass(frozen=True, slots=True)
class Shipped:
    """A register that ships: number, name, its office's name, what it takes, its rule flags, grounds and acts."""

    number: int
    name: str
    office: str
    jurisdiction: str
    classes: str
    flags: Rule
    grounds: tuple[int, ...]
    overridable: tuple[int, ...]
    acts: Mapping[Code, ActRule]

    @property
    def rule(self) -> int:
        """The rule word of contracts/interfaces/IRegisters.sol."""
        classes = sum(1 << (ord(letter) - ord("A")) for letter in self.classes)
        return (
            int.from_bytes(self.jurisdiction.encode())
            | classes << 16
            | self.flags << 48
            | sum(1 << ground for ground in self.grounds) << 64
            | sum(1 << ground for ground in self.overridable) << 128
        )

    @property
    def codes(self) -> tuple[int, ...]:
        """The act codes in the order of their words."""
        return tuple(int(code) for code in self.acts)

    @property
    def words(self) -> tuple[int, ...]:
        """The words of the act codes."""
        return tuple(rule.word for rule in self.acts.values())


_LIVING = (State.REGISTERED, State.ENFORCING)
_STATED = (TimeSource.STATED, TimeSource.BLOCK)
_OWN_OR_ATTESTED = (Mode.SIGNED, Mode.ATTESTED)
_PARTIES: Consents = {
    PartyRole.PLEDGOR: _OWN_OR_ATTESTED,
    PartyRole.CO_OWNER: _OWN_OR_ATTESTED,
    PartyRole.PLEDGEE: _OWN_OR_ATTESTED,
}
_HOLDER: Consents = {PartyRole.PLEDGEE: (*_OWN_OR_ATTESTED, Mode.ORDERED)}

_RECORDING: Mapping[Code, ActRule] = {
    Code.ACCEPT: ActRule(source=(State.FILED,), officers=1, demands=0, period=30 * DAY),
    Code.RETURN: ActRule(source=(State.FILED, State.ACCEPTED), officers=1, demands=0),
    Code.REFUSE: ActRule(source=(State.FILED, State.ACCEPTED), officers=1, demands=0),
    Code.WITHDRAW: ActRule(source=(State.FILED, State.ACCEPTED), consents=_PARTIES, demands=0),
    Code.REGISTER: ActRule(Effect.REGISTER, (State.ACCEPTED,), consents=_PARTIES, officers=1, officers_vouching=1, times=_STATED),
    Code.SUPPLEMENT: ActRule(Effect.ADD_SEGMENT, _LIVING, consents=_PARTIES, officers=1, officers_vouching=1, times=_STATED),
    Code.SET_TERMS: ActRule(Effect.SET_TERMS, _LIVING, consents=_PARTIES, officers=1, officers_vouching=1, times=_STATED),
    Code.TRANSFER: ActRule(
        Effect.SET_PARTIES,
        _LIVING,
        consents={**_HOLDER, PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED},
        officers=1,
        officers_vouching=2,
        times=_STATED,
        sides=HOLDERS_SIDE,
    ),
    Code.CORRECT_PARTIES: ActRule(
        Effect.SET_PARTIES,
        _LIVING,
        # Who comes in as a party must agree to it, also where it is called a correction.
        consents={**_PARTIES, PartyRole.NEW_PLEDGOR: _OWN_OR_ATTESTED, PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED},
        officers=1,
        officers_vouching=2,
        times=_STATED,
        sides=PLEDGORS_SIDE | HOLDERS_SIDE,
    ),
    Code.RELEASE: ActRule(
        Effect.END_ALL,
        _LIVING,
        consents=_HOLDER,
        officers=1,
        officers_vouching=2,
        times=_STATED,
        reasons=(EndReason.RELEASED, EndReason.ENFORCED),
    ),
    Code.PART_RELEASE: ActRule(
        Effect.END_LEAVES,
        _LIVING,
        consents=_HOLDER,
        officers=1,
        officers_vouching=2,
        times=_STATED,
        reasons=(EndReason.RELEASED, EndReason.ENFORCED),
    ),
    Code.END_BY_ORDER: ActRule(
        Effect.END_ALL,
        _LIVING,
        consents={PartyRole.AUTHORITY: (Mode.ORDERED,)},
        officers=2,
        officers_vouching=2,
        times=_STATED,
        reasons=(EndReason.ORDERED, EndReason.REVOKED, EndReason.MISTAKEN, EndReason.LAPSED),
    ),
    Code.NOTE: ActRule(Effect.NOTE, (*_LIVING, State.ENDED), officers=1, officers_vouching=1, times=_STATED),
}

_EXAMINING: Mapping[Code, ActRule] = {
    Code.ACCEPT: ActRule(source=(State.FILED,), officers=1, demands=0, period=60 * DAY),
    Code.RETURN: ActRule(source=(State.FILED, State.ACCEPTED), officers=1, demands=0),
    Code.REFUSE: ActRule(source=(State.FILED, State.ACCEPTED), officers=1, demands=0),
    Code.WITHDRAW: ActRule(source=(State.FILED, State.ACCEPTED), consents=_PARTIES, demands=0),
    Code.REGISTER: ActRule(Effect.REGISTER, (State.ACCEPTED,), consents=_PARTIES, officers=1, officers_vouching=1),
    Code.SET_TERMS: ActRule(
        Effect.SET_TERMS, _LIVING, consents=_PARTIES, officers=1, officers_vouching=2, demands=DEMANDS_DOCUMENT | DEMANDS_VERSION
    ),
    Code.TRANSFER: ActRule(
        Effect.SET_PARTIES,
        _LIVING,
        consents={**_HOLDER, PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED},
        officers=1,
        officers_vouching=2,
        sides=HOLDERS_SIDE,
        demands=DEMANDS_DOCUMENT | DEMANDS_VERSION,
    ),
    Code.RELEASE: ActRule(Effect.END_ALL, _LIVING, consents=_HOLDER, officers_vouching=2, reasons=(EndReason.RELEASED,)),
    Code.PART_RELEASE: ActRule(Effect.END_LEAVES, _LIVING, consents=_HOLDER, officers_vouching=2, reasons=(EndReason.RELEASED,)),
    Code.END_BY_ORDER: _RECORDING[Code.END_BY_ORDER],
    Code.NOTE: ActRule(Effect.NOTE, (*_LIVING, State.ENDED), officers=1, officers_vouching=1),
    Code.ENFORCE: ActRule(Effect.SET_STATE, (State.REGISTERED,), State.ENFORCING, _HOLDER, officers_vouching=1),
    Code.STOP_ENFORCING: ActRule(Effect.SET_STATE, (State.ENFORCING,), State.REGISTERED, _HOLDER, officers_vouching=1),
}

CN_PATENT_GROUNDS = {
    1: "the pledgor is not the registered owner",
    2: "the right has ended or was invalidated",
    3: "the right is not granted yet",
    4: "the annual fee is unpaid",
    5: "an ownership dispute or court preservation",
    6: "the debt's term runs past the right's",
    7: "the contract lacks required content",
    8: "the co-owners are not unanimous",
    9: "already pledged",
    10: "a same-day invention and utility model",
    11: "an invalidation was started",
    12: "other",
}
"""Grounds of refusal of the Chinese patent register (domain.md 3); 10 and 11 can be overridden by informed consent."""

US_PATENTS, US_MARKS, CN_PATENTS = 1, 2, 3

SHIPPED = (
    Shipped(US_PATENTS, "US patent recordation", "United States recordation office", "US", "PD", Rule.RECORDS, (), (), _RECORDING),
    Shipped(US_MARKS, "US trademark recordation", "United States recordation office", "US", "T", Rule.RECORDS, (), (), _RECORDING),
    Shipped(
        CN_PATENTS,
        "CN patent pledges",
        "China patent register",
        "CN",
        "P",
        Rule.SINGLE_RANK | Rule.ASSETS_REQUIRED,
        tuple(CN_PATENT_GROUNDS),
        (10, 11),
        _EXAMINING,
    ),
)
"""The registers that a ledger is founded with, version 1 of each."""


def shipped(number: int) -> Shipped:
    """The register of that number. Raises KeyError."""
    return {register.number: register for register in SHIPPED}[number]
