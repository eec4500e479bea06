"""The registers that a ledger is founded with, version 1 of each. What the sources leave open is a stated default (`verified=False`).

A version once set never changes; a changed rule here is a new version, set by the council. Sources are articles of law as domain texts cite
them: CivC, the Chinese Civil Code; PatL and PatR, patent law and its rules; the Measures, those for each register's pledges.
"""

from collections.abc import Mapping

from ledger.domain.pledge_words import Flag
from ledger.domain.registers import (
    ANCHORER_ROLE,
    DAY,
    DEMANDS_DOCUMENT,
    DEMANDS_VERSION,
    HOLDERS_SIDE,
    PLEDGORS_SIDE,
    REGISTRAR_ROLE,
    ActRule,
    Code,
    Consents,
    Effect,
    EndReason,
    Ground,
    Mode,
    PartyRole,
    Rule,
    Shipped,
    State,
    TermRule,
    TimeSource,
)
from ledger.domain.rights import GOODS

_LIVING = (State.REGISTERED, State.ENFORCING)
_OPEN = (State.FILED, State.ACCEPTED)
_STATED = (TimeSource.STATED, TimeSource.BLOCK)
_OWN_OR_ATTESTED = (Mode.SIGNED, Mode.ATTESTED)
_PARTIES: Consents = {
    PartyRole.PLEDGOR: _OWN_OR_ATTESTED,
    PartyRole.CO_OWNER: _OWN_OR_ATTESTED,
    PartyRole.PLEDGEE: _OWN_OR_ATTESTED,
}
_HOLDER: Consents = {PartyRole.PLEDGEE: (*_OWN_OR_ATTESTED, Mode.ORDERED, Mode.DEEMED)}
_HOLDER_OR_ORDER: Consents = {PartyRole.PLEDGEE: (*_OWN_OR_ATTESTED, Mode.ORDERED)}
_SILENCE = 30 * DAY
"""How long a notice on the pledge's record must run before a silent holder's release is deemed; no source found, a default."""
_TRANSFER: Consents = {PartyRole.PLEDGEE: (*_OWN_OR_ATTESTED, Mode.ORDERED), PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED}
_ORDER: Consents = {PartyRole.AUTHORITY: (Mode.ORDERED,)}
_PLEDGEE: Consents = {PartyRole.PLEDGEE: _OWN_OR_ATTESTED}
_OBJECTION: Consents = {PartyRole.PLEDGOR: _OWN_OR_ATTESTED}
_ENDS = (EndReason.RELEASED, EndReason.ENFORCED)
_REPLACED = (EndReason.REFINANCED,)
_ENDS_BY_ORDER = (EndReason.ORDERED, EndReason.REVOKED, EndReason.MISTAKEN, EndReason.LAPSED, EndReason.ENFORCED)

_OFFICE: Mapping[Code, ActRule] = {
    # A court's order is shown by the register's own officers: the role of courts would admit every court of the ledger.
    Code.HOLD: ActRule(consents=_ORDER, officers=1),
    Code.LIFT: ActRule(consents=_ORDER, officers=2),
    Code.FEE_HOLD: ActRule(officers=1),
    Code.FEE_LIFT: ActRule(officers=1),
    # For the registrar's own error without, else with an authority's order shown.
    Code.RECTIFY: ActRule(consents=_ORDER, officers=2),
    Code.JOIN: ActRule(officers=1, officers_vouching=2),
    # Who is a party's successor or receiver may sign for it, so this takes two.
    Code.PARTY: ActRule(officers=2),
    # Another in the place of a wrong anchor takes two.
    Code.ANCHOR: ActRule(officers=1, officers_vouching=2, officer_roles=ANCHORER_ROLE),
    Code.SEED: ActRule(officers=1, officer_roles=ANCHORER_ROLE),
    Code.ADOPT: ActRule(officers=1, officer_roles=REGISTRAR_ROLE | ANCHORER_ROLE),
}
"""The office's own acts, alike everywhere: alone an officer holds under an order; two lift, rectify and say who stands for a party."""


def _intake(period: int, *, withdrawal: Consents = _PARTIES) -> dict[Code, ActRule]:
    """The steps on a filing; `period` in seconds is how long an acceptance reserves."""
    return {
        Code.ACCEPT: ActRule(source=(State.FILED,), officers=1, demands=0, period=period),
        Code.RETURN: ActRule(source=_OPEN, officers=1, demands=0),
        Code.REFUSE: ActRule(source=_OPEN, officers=1, demands=0),
        Code.WITHDRAW: ActRule(source=_OPEN, consents=withdrawal, demands=0),
        Code.NOTIFY: ActRule(source=_OPEN, officers=1),
        Code.ANSWER: ActRule(source=_OPEN, officers=1),
        Code.RECONSIDER: ActRule(source=(State.REFUSED,), officers=1),
        Code.CONTEST: ActRule(source=_OPEN, consents=_PLEDGEE, officers_vouching=1, demands=0),
    }


def _by_order(times: tuple[TimeSource, ...]) -> dict[Code, ActRule]:
    return {
        Code.END_BY_ORDER: ActRule(
            Effect.END_ALL, _LIVING, consents=_ORDER, officers=2, officers_vouching=2, times=times, reasons=_ENDS_BY_ORDER
        ),
        Code.END_LEAVES_BY_ORDER: ActRule(
            Effect.END_LEAVES, _LIVING, consents=_ORDER, officers=2, officers_vouching=2, times=times, reasons=_ENDS_BY_ORDER
        ),
    }


_RECORDING: Mapping[Code, ActRule] = {
    **_intake(30 * DAY),
    Code.REGISTER: ActRule(Effect.REGISTER, (State.ACCEPTED,), consents=_PARTIES, officers=1, officers_vouching=1, times=_STATED),
    Code.SUPPLEMENT: ActRule(Effect.ADD_SEGMENT, _LIVING, consents=_PARTIES, officers=1, officers_vouching=1, times=_STATED),
    Code.SET_TERMS: ActRule(Effect.SET_TERMS, _LIVING, consents=_PARTIES, officers=1, officers_vouching=1, times=_STATED),
    Code.TRANSFER: ActRule(
        Effect.SET_PARTIES, _LIVING, consents=_TRANSFER, officers=1, officers_vouching=2, times=_STATED, sides=HOLDERS_SIDE
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
    Code.RELATE: ActRule(Effect.NOTE, _LIVING, consents=_PLEDGEE, officers=1, officers_vouching=2, times=_STATED),
    Code.RELEASE: ActRule(
        Effect.END_ALL, _LIVING, consents=_HOLDER, officers=1, officers_vouching=2, times=_STATED, reasons=_ENDS, period=_SILENCE
    ),
    Code.PART_RELEASE: ActRule(
        Effect.END_LEAVES, _LIVING, consents=_HOLDER, officers=1, officers_vouching=2, times=_STATED, reasons=_ENDS, period=_SILENCE
    ),
    **_by_order(_STATED),
    Code.NOTE: ActRule(Effect.NOTE, (*_LIVING, State.ENDED), officers=1, officers_vouching=1, times=_STATED),
    Code.AGREE: ActRule(Effect.NOTE, _LIVING, consents=_PLEDGEE, officers=1, officers_vouching=2, times=_STATED),
    **_OFFICE,
}
"""An office that merely records (US assignment recordation): no examination, its own recording time counts."""

_STRICT = DEMANDS_DOCUMENT | DEMANDS_VERSION
_REFINANCING: Consents = {**_PARTIES, PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED}

_EXAMINING: Mapping[Code, ActRule] = {
    **_intake(60 * DAY),
    Code.REGISTER: ActRule(Effect.REGISTER, (State.ACCEPTED,), consents=_PARTIES, officers=1, officers_vouching=1),
    Code.SUPPLEMENT: ActRule(Effect.ADD_SEGMENT, _LIVING, consents=_PARTIES, officers=1, officers_vouching=1, demands=_STRICT),
    Code.SET_TERMS: ActRule(Effect.SET_TERMS, _LIVING, consents=_PARTIES, officers=1, officers_vouching=2, demands=_STRICT),
    Code.CORRECT_TERMS: ActRule(Effect.SET_TERMS, _LIVING, consents=_ORDER, officers=2, officers_vouching=2, demands=_STRICT),
    Code.TRANSFER: ActRule(
        Effect.SET_PARTIES, _LIVING, consents=_TRANSFER, officers=1, officers_vouching=2, sides=HOLDERS_SIDE, demands=_STRICT
    ),
    Code.CORRECT_PARTIES: ActRule(
        Effect.SET_PARTIES,
        _LIVING,
        consents={**_PARTIES, PartyRole.NEW_PLEDGOR: _OWN_OR_ATTESTED, PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED},
        officers=1,
        officers_vouching=2,
        sides=PLEDGORS_SIDE | HOLDERS_SIDE,
        demands=_STRICT,
    ),
    # Old for new (Interpretation on Security 16): the pledgor goes on, the entry stands without a gap.
    Code.REFINANCE: ActRule(
        Effect.END_ALL, _LIVING, consents=_REFINANCING, officers=1, officers_vouching=2, demands=_STRICT, reasons=_REPLACED
    ),
    Code.RELATE: ActRule(Effect.NOTE, _LIVING, consents=_PLEDGEE, officers=1, officers_vouching=2),
    Code.RELEASE: ActRule(Effect.END_ALL, _LIVING, consents=_HOLDER, officers_vouching=2, reasons=_ENDS, period=_SILENCE),
    Code.PART_RELEASE: ActRule(Effect.END_LEAVES, _LIVING, consents=_HOLDER, officers_vouching=2, reasons=_ENDS, period=_SILENCE),
    **_by_order((TimeSource.BLOCK,)),
    Code.NOTE: ActRule(Effect.NOTE, (*_LIVING, State.ENDED), officers=1, officers_vouching=1),
    # While pledged the right is neither licensed nor transferred without the holders (CivC 444): they agree themselves.
    Code.AGREE: ActRule(Effect.NOTE, _LIVING, consents=_PLEDGEE, officers_vouching=2),
    Code.ENFORCE: ActRule(Effect.SET_STATE, (State.REGISTERED,), State.ENFORCING, _HOLDER_OR_ORDER, officers_vouching=1),
    Code.STOP_ENFORCING: ActRule(Effect.SET_STATE, (State.ENFORCING,), State.REGISTERED, _HOLDER_OR_ORDER, officers_vouching=1),
    Code.SALE: ActRule(Effect.NOTE, (State.ENFORCING,), consents=_PLEDGEE, officers=1, officers_vouching=2),
    **_OFFICE,
}
"""An office that examines, whose register creates the right (CivC 444)."""

_FILED_BY_HOLDER: Consents = {PartyRole.PLEDGEE: _OWN_OR_ATTESTED}

_NOTICE: Mapping[Code, ActRule] = {
    **_intake(7 * DAY, withdrawal=_FILED_BY_HOLDER),
    Code.REGISTER: ActRule(Effect.REGISTER, (State.ACCEPTED,), consents=_FILED_BY_HOLDER, officers=1, officers_vouching=1, demands=0),
    Code.SUPPLEMENT: ActRule(Effect.ADD_SEGMENT, _LIVING, consents=_FILED_BY_HOLDER, officers=1, officers_vouching=1, demands=0),
    Code.SET_TERMS: ActRule(Effect.SET_TERMS, _LIVING, consents=_FILED_BY_HOLDER, officers=1, officers_vouching=1, demands=0),
    Code.TRANSFER: ActRule(Effect.SET_PARTIES, _LIVING, consents=_TRANSFER, officers=1, officers_vouching=2, sides=HOLDERS_SIDE, demands=0),
    Code.CORRECT_PARTIES: ActRule(
        Effect.SET_PARTIES,
        _LIVING,
        consents={**_FILED_BY_HOLDER, PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED},
        officers=1,
        officers_vouching=2,
        sides=PLEDGORS_SIDE | HOLDERS_SIDE,
        demands=0,
    ),
    Code.REFINANCE: ActRule(
        Effect.END_ALL,
        _LIVING,
        consents={**_FILED_BY_HOLDER, PartyRole.NEW_PLEDGEE: _OWN_OR_ATTESTED},
        officers=1,
        officers_vouching=2,
        reasons=_REPLACED,
    ),
    Code.RELATE: ActRule(Effect.NOTE, _LIVING, consents=_PLEDGEE, officers_vouching=2),
    Code.RELEASE: ActRule(Effect.END_ALL, _LIVING, consents=_HOLDER, officers_vouching=2, demands=0, reasons=_ENDS, period=_SILENCE),
    Code.PART_RELEASE: ActRule(
        Effect.END_LEAVES, _LIVING, consents=_HOLDER, officers_vouching=2, demands=0, reasons=_ENDS, period=_SILENCE
    ),
    **_by_order((TimeSource.BLOCK,)),
    Code.NOTE: ActRule(Effect.NOTE, (*_LIVING, State.ENDED), officers=1, officers_vouching=1),
    Code.AGREE: ActRule(Effect.NOTE, _LIVING, consents=_PLEDGEE, officers_vouching=2),
    # The other side's word: an amendment demand (PPSA 2009 (Cth) 178), an objection (Measures for Unified Registration).
    Code.OBJECT: ActRule(Effect.NOTE, _LIVING, consents=_OBJECTION, officers_vouching=1),
    Code.ENFORCE: ActRule(Effect.SET_STATE, (State.REGISTERED,), State.ENFORCING, _HOLDER_OR_ORDER, officers_vouching=1),
    Code.STOP_ENFORCING: ActRule(Effect.SET_STATE, (State.ENFORCING,), State.REGISTERED, _HOLDER_OR_ORDER, officers_vouching=1),
    Code.SALE: ActRule(Effect.NOTE, (State.ENFORCING,), consents=_PLEDGEE, officers=1, officers_vouching=2),
    **_OFFICE,
}
"""Notice filing: the secured party files alone, the debtor's word is the agreement's (UCC 9-509, PPSA 2009 (Cth) 150); the register
examines nothing."""

_ANNOUNCEMENT = "CNIPA Announcement 461, restated by an agency guide"
CN_PATENT_GROUNDS = (
    Ground(1, "the pledgor is not the registered owner", _ANNOUNCEMENT),
    Ground(2, "the right has ended or was invalidated", _ANNOUNCEMENT),
    Ground(3, "the right is not granted yet", _ANNOUNCEMENT),
    Ground(4, "the annual fee is unpaid", _ANNOUNCEMENT),
    Ground(5, "an ownership dispute or court preservation", _ANNOUNCEMENT),
    Ground(6, "the debt's term runs past the right's", _ANNOUNCEMENT),
    Ground(7, "the contract lacks required content", "CivC 427; " + _ANNOUNCEMENT),
    Ground(8, "the co-owners are not unanimous", "PatL 14; " + _ANNOUNCEMENT),
    Ground(9, "already pledged", _ANNOUNCEMENT),
    Ground(10, "a same-day invention and utility model", _ANNOUNCEMENT, overridable=True),
    Ground(11, "an invalidation was started", _ANNOUNCEMENT, overridable=True),
    Ground(12, "other", _ANNOUNCEMENT),
)
"""Grounds of refusal of the Chinese patent register; 10 and 11 can be overridden by informed consent."""

_MARK_RULES = "rules of trademark pledge registration, unverified"
CN_MARK_GROUNDS = (
    Ground(1, "the pledgor is not the registered owner", _MARK_RULES),
    Ground(2, "the contract's terms break the law", _MARK_RULES),
    Ground(3, "the mark was cancelled, declared invalid or not renewed", _MARK_RULES),
    Ground(4, "the mark is under court preservation", _MARK_RULES),
    Ground(5, "same or similar marks for same or similar goods are not pledged together", _MARK_RULES),
    Ground(6, "already pledged", _MARK_RULES),
    Ground(7, "the co-owners are not unanimous", _MARK_RULES),
    Ground(8, "other", _MARK_RULES),
)

_COPYRIGHT_MEASURES = "Copyright Pledge Registration Measures"
CN_COPYRIGHT_GROUNDS = (
    Ground(1, "the pledgor is not the owner of the copyright", _COPYRIGHT_MEASURES),
    Ground(2, "the contract breaks mandatory law", _COPYRIGHT_MEASURES),
    Ground(3, "the term of protection has ended", _COPYRIGHT_MEASURES),
    Ground(4, "the debt's term runs past the term of protection", _COPYRIGHT_MEASURES),
    Ground(5, "an ownership dispute", _COPYRIGHT_MEASURES),
    Ground(6, "the co-owners are not unanimous", _COPYRIGHT_MEASURES + " 5"),
    Ground(7, "other", _COPYRIGHT_MEASURES),
)

US_PATENTS, US_MARKS, CN_PATENTS, CN_MARKS, CN_COPYRIGHTS, CN_RECEIVABLES, AU_PPSR, NZ_PPSR = range(1, 9)
_US_OFFICE = "United States recordation office"
_ONE_RANK = Rule.SINGLE_RANK | Rule.ASSETS_REQUIRED
_RECORDED = Flag.GENERAL_DESCRIPTION | Flag.PARENT_UNKNOWN
_SOLD = Flag.FACTORING | Flag.ASSIGNMENT
_NOTICED = _SOLD | Flag.GENERAL_DESCRIPTION | Flag.SERIAL_NUMBERED

SHIPPED = (
    Shipped(
        US_PATENTS,
        "US-PATENT",
        "US patent recordation",
        _US_OFFICE,
        "US",
        "PD",
        Rule.RECORDS,
        (),
        _RECORDING,
        "America/New_York",
        "RECORDING",
        marks=_RECORDED,
    ),
    Shipped(
        US_MARKS,
        "US-MARK",
        "US trademark recordation",
        _US_OFFICE,
        "US",
        "T",
        Rule.RECORDS,
        (),
        _RECORDING,
        "America/New_York",
        "RECORDING",
        marks=_RECORDED,
    ),
    Shipped(
        CN_PATENTS,
        "CN-PATENT",
        "CN patent pledges",
        "China patent register",
        "CN",
        "P",
        _ONE_RANK,
        CN_PATENT_GROUNDS,
        _EXAMINING,
        "Asia/Shanghai",
        "CN-SINGLE-RANK",
        clocks={"examination": "CN-PATENT-EXAMINATION", "answer": "CN-CORRECTION-ANSWER"},
    ),
    Shipped(
        CN_MARKS,
        "CN-MARK",
        "CN trademark pledges",
        "China trademark register",
        "CN",
        "T",
        _ONE_RANK,
        CN_MARK_GROUNDS,
        _EXAMINING,
        "Asia/Shanghai",
        "CN-SINGLE-RANK",
        clocks={"examination": "CN-MARK-EXAMINATION", "answer": "CN-CORRECTION-ANSWER"},
    ),
    Shipped(
        CN_COPYRIGHTS,
        "CN-COPYRIGHT",
        "CN copyright pledges",
        "China copyright register",
        "CN",
        "C",
        _ONE_RANK,
        CN_COPYRIGHT_GROUNDS,
        _EXAMINING,
        "Asia/Shanghai",
        "CN-SINGLE-RANK",
        clocks={"examination": "CN-COPYRIGHT-EXAMINATION", "answer": "CN-CORRECTION-ANSWER"},
    ),
    Shipped(
        CN_RECEIVABLES,
        "CN-RECEIVABLES",
        "CN movables and rights (receivables)",
        "China unified movables register",
        "CN",
        "AG",
        Rule.RECORDS,
        (),
        _NOTICE,
        "Asia/Shanghai",
        "CN-RECEIVABLES",
        TermRule("Measures for Unified Registration of Movables and Rights", least=30, most=30 * 365 + 8, renewal=90, verified=False),
        {"cancellation": "CN-RECEIVABLES-CANCELLATION", "objection": "CN-RECEIVABLES-OBJECTION-SUIT"},
        regimes={GOODS: "CN-MOVABLES"},
        marks=_SOLD | Flag.GENERAL_DESCRIPTION,
    ),
    Shipped(
        AU_PPSR,
        "AU-PPSR",
        "AU personal property securities",
        "Australian securities register",
        "AU",
        "PTCDAG",
        Rule.RECORDS | Rule.ASKS,
        (),
        _NOTICE,
        "Australia/Sydney",
        "PPSA",
        clocks={"demand": "AU-AMENDMENT-DEMAND", "notice": "AU-AMENDMENT-NOTICE"},
        rule_contract="SerialTermRule",
        marks=_NOTICED,
    ),
    Shipped(
        NZ_PPSR,
        "NZ-PPSR",
        "NZ personal property securities",
        "New Zealand securities register",
        "NZ",
        "PTCDAG",
        Rule.RECORDS,
        (),
        _NOTICE,
        "Pacific/Auckland",
        "PPSA",
        TermRule("PPSA 1999 (NZ) 153", most=5 * 365 + 2, verified=False),
        marks=_NOTICED,
    ),
)
"""The registers that a ledger is founded with, version 1 of each."""


def shipped(number: int) -> Shipped:
    """The register of that number. Raises KeyError."""
    return {register.number: register for register in SHIPPED}[number]


def by_key(key: str) -> Shipped:
    """The register that routing calls by that key. Raises KeyError."""
    return {register.key: register for register in SHIPPED}[key]
