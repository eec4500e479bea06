"""Filings: their steps, the decisions on them, and what their statutory clocks show."""

from sqlalchemy import Connection, select

from ledger.domain.catalogue import CATALOGUE, Catalogue
from ledger.domain.filing_clocks import ANSWER, EXAMINATION, FilingClock, Happened, Moment, filing_clocks
from ledger.domain.registers import Code
from ledger.mirror.models import BLOCK, PLEDGE, PLEDGE_ACT, PLEDGE_STATE, PledgeStatus
from ledger.mirror.queries.pledges import Standing, get, standings
from ledger.mirror.queries.reading import Page, cut, given, ordered, rows_of, told
from ledger.mirror.rebuild import block_of
from ledger.mirror.register_models import CONTEST, DECISION, FILING_STEP, Contest, DecisionMade, FilingStep

_UNDECIDED = (PledgeStatus.FILED, PledgeStatus.ACCEPTED)


def steps(conn: Connection, pledge: int, at: int | None = None) -> list[FilingStep]:
    """Notices, answers and reconsiderations of a filing, in order."""
    columns = FILING_STEP.table.c
    return rows_of(
        conn, FILING_STEP, select(FILING_STEP.table).where(columns.pledge == pledge, told(FILING_STEP, at)).order_by(columns.pos)
    )


def decisions(conn: Connection, pledge: int, at: int | None = None) -> list[DecisionMade]:
    """The decisions on a filing, in order."""
    columns = DECISION.table.c
    return rows_of(conn, DECISION, select(DECISION.table).where(columns.pledge == pledge, told(DECISION, at)).order_by(columns.pos))


def contests(conn: Connection, pledge: int, at: int | None = None) -> list[Contest]:
    """The earlier filings that make a filing wait, in order."""
    columns = CONTEST.table.c
    return rows_of(conn, CONTEST, select(CONTEST.table).where(columns.pledge == pledge, told(CONTEST, at)).order_by(columns.pos))


def pending(
    conn: Connection, *, register: int | None = None, at: int | None = None, limit: int = 100, after: tuple[int] | None = None
) -> Page[Standing]:
    """Filings that wait for a decision, in the order of filing."""
    asked = standings(at).where(PLEDGE_STATE.table.c.status.in_(_UNDECIDED), *given(register, lambda each: PLEDGE.table.c.register == each))
    rows = conn.execute(ordered(asked, [PLEDGE.table.c.pledge], limit, after))
    return cut([Standing.of(row) for row in rows], limit, lambda standing: (standing.pledge.pledge,))


def clocks(conn: Connection, pledge: int, now: int, *, at: int | None = None, catalogue: Catalogue = CATALOGUE) -> tuple[FilingClock, ...]:
    """The statutory clocks of a filing at a second, by its register's rules; none where it was not filed, or the register has none."""
    found = get(conn, pledge, at)
    if found is None or found.pledge.filing is None:
        return ()
    named = {name: catalogue.clock(found.pledge.register, name) for name in (EXAMINATION, ANSWER)}
    rules = {name: rule for name, rule in named.items() if rule is not None}
    return filing_clocks(rules, timeline(conn, pledge, at), now)


def timeline(conn: Connection, pledge: int, at: int | None = None) -> list[Moment]:
    """What happened to a filing until it was decided, at the seconds of its blocks."""
    acts = PLEDGE_ACT.table
    asked = select(acts.c.event, acts.c.code, BLOCK.c.time, FILING_STEP.table.c.until)
    same = (FILING_STEP.table.c.pledge == acts.c.pledge) & (FILING_STEP.table.c.pos == acts.c.pos)
    asked = asked.join(BLOCK, BLOCK.c.number == block_of(acts.c.pos)).join(FILING_STEP.table, same, isouter=True)
    rows = conn.execute(asked.where(acts.c.pledge == pledge, told(PLEDGE_ACT, at)).order_by(acts.c.pos))
    return [Moment(what, time, until or 0) for event, code, time, until in rows if (what := _happened(event, code))]


def _happened(event: str, code: int | None) -> Happened | None:
    return _STEPS.get(Code(code)) if event == "FilingStepped" and code in _CODES else _EVENTS.get(event)


_STEPS = {Code.NOTIFY: Happened.NOTICED, Code.ANSWER: Happened.ANSWERED, Code.RECONSIDER: Happened.RECONSIDERED}
_CODES = frozenset(map(int, _STEPS))
_EVENTS = {
    "PledgeFiled": Happened.FILED,
    "PledgeAccepted": Happened.ACCEPTED,
    "PledgeRegistered": Happened.DECIDED,
    "PledgeReturned": Happened.DECIDED,
    "PledgeRefused": Happened.DECIDED,
    "FilingWithdrawn": Happened.DECIDED,
}
