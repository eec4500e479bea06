"""What the mirror says of receivables on a real chain, word by word against what the contracts answer."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from ledger.chain import calls
from ledger.domain import ids
from ledger.domain.ranges import Retirement
from ledger.domain.token_flags import TokenFlag
from ledger.mirror.models import RECEIVABLE, PaymentKind, Receivable, ReceivableStatus, Token
from ledger.mirror.queries import chain, claims, exposure, marks, members, offers, payments, receivables, tokens
from ledger.mirror.queries.exposure import Side
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.queries.receivables import Standing
from ledger.mirror.receivable_models import ASSIGNMENT_NOTICE, COURT_HOLD, POOL, CourtTarget
from ledger.mirror.schema import number
from tests.ledger.ledgers import DAY, Ledger

NONE, NOBODY = bytes(32), bytes(20)
_STATES = {ReceivableStatus.LIVE: 1, ReceivableStatus.CLOSED: 2, ReceivableStatus.CANCELLED: 3}
_MEMBER_HELD = 1 << 164
YUAN, CASH = 156, 1


def assert_equal(conn: Connection, ledger: Ledger) -> int:
    """Every receivable, token, claim, offer, hold, credit, mandate, pot and pool; the number of receivables."""
    standing = [found for found in _every(conn) if found.state.status in _STATES]
    for one in standing:
        _receivable(conn, ledger, one)
        _book(conn, ledger, one)
        _debts(conn, ledger, one)
        _marks(conn, ledger, one)
    accounts = [person.account for person in ledger.people.values()]
    for account in accounts:
        _money(conn, ledger, account, standing)
        _exposure(conn, ledger, account)
    _holds(conn, ledger)
    _pools(conn, ledger)
    _notices(conn, ledger)
    assert exposure.total(conn, YUAN) == ledger.view("Exposure", "total", YUAN)
    return len(standing)


def _every(conn: Connection) -> Iterable[Standing]:
    for row in rows_of(conn, RECEIVABLE, select(RECEIVABLE.table)):
        found = receivables.by_number(conn, row.number)
        assert found is not None
        yield found


def _receivable(conn: Connection, ledger: Ledger, standing: Standing) -> None:
    issued, state = standing
    id_ = number(issued.id)
    words = (_STATES[ReceivableStatus(state.status)], issued.face, state.owed_live, issued.due, state.payments, state.terms)
    pinned = (issued.least_piece, issued.module, issued.cash, issued.policy, issued.currency, state.paused)
    parties = (issued.obligor, issued.grace, issued.late_rate, issued.late_basis, issued.supplier)
    ends = (issued.issued_at, state.confirmed_at, state.retired, marks.consented(conn, issued.number))
    told = (*words, *pinned, *parties, *ends, issued.content_root, state.confirmation)
    assert told == ledger.view("ReceivableViews", "receivable", id_)
    held = tokens.of_receivable(conn, issued.number, limit=1_000).rows
    assert tokens.tiled(conn, issued.number) == (len(held), issued.face)
    assert sum(token.length for token in held if token.flags & TokenFlag.RETIRED) == state.retired
    assert sum(row.length for row in marks.retirements(conn, issued.number)) == state.retired
    for token in held:
        _token(conn, ledger, standing, token)


def _token(conn: Connection, ledger: Ledger, standing: Standing, token: Token) -> None:
    id_, end = ids.token_id(number(standing.receivable.id), token.start), token.start + token.length
    owner, until, cursor, flags = ledger.view("ReceivableViews", "range", id_)
    assert (token.owner, end, token.cursor, token.flags) == (owner, until, cursor, flags & ~TokenFlag.APPROVED)
    drawn = tokens.undrawn(conn, token)
    assert (drawn.principal, drawn.interest) == ledger.view("Repayment", "undrawn", id_)
    owed = tokens.owed(conn, token.receivable, token.start, end)
    assert owed == ledger.view("Repayment", "owed", number(standing.receivable.id), token.start, end)
    _offer(conn, ledger, token, id_)


def _offer(conn: Connection, ledger: Ledger, token: Token, id_: int) -> None:
    offer = offers.get(conn, token.receivable, token.start)
    offered = bool(token.flags & TokenFlag.OFFERED)
    told = (NOBODY, NOBODY, 0, 0, NONE)
    if offered:
        assert offer is not None
        told = (offer.sender, offer.recipient, offer.deadline, offer.length, offer.reference)
        assert offers.stands(offer, ledger.now()) == ledger.view("ReceivableOffers", "isOpen", id_)
    else:
        assert offer is None or not offers.stands(offer, 0)
    assert told == ledger.view("ReceivableOffers", "offerOf", id_)


def _book(conn: Connection, ledger: Ledger, standing: Standing) -> None:
    issued, state = standing
    steps = payments.distributed(conn, issued.number)
    paid_interest = state.waiting_interest + number(state.interest_distributed) + number(state.interest_retired)
    distributions = [row for row in steps if row.kind != PaymentKind.RETIREMENT]
    last = chain.header(conn, distributions[-1].pos >> 20) if distributions else None
    counts = (len(steps) - len(distributions), len(claims.of(conn, issued.number)))
    told = (state.waiting, state.waiting_interest, paid_interest, number(state.money_days), state.accrued_day, last.time if last else 0)
    pooled = (state.confirmed_at or 0) < issued.due
    assert (*told, *counts, state.part_paid, pooled) == ledger.view("Repayment", "bookOf", number(issued.id))
    assert len(steps) == state.payments
    for row, step in zip(steps, payments.steps(conn, issued.number), strict=True):
        header = chain.header(conn, row.pos >> 20)
        assert header is not None
        figures = (step.low, step.high) if isinstance(step, Retirement) else (row.principal, row.interest)
        assert (*figures, row.owed_before, header.time, row.kind) == ledger.view("Repayment", "payment", number(issued.id), row.payment)


def _times(issued: Receivable, now: int) -> list[int]:
    """Times at which answers are compared: not before now where debts are asked for."""
    ends = issued.due + issued.grace
    return sorted({now, *(time for time in (issued.due - 1, issued.due, issued.due + 1, ends, ends + 1, ends + 40 * DAY) if time >= now)})


def _debts(conn: Connection, ledger: Ledger, standing: Standing) -> None:
    issued, state = standing
    id_, most = number(issued.id), 2**64 - 1
    for time in _times(issued, ledger.now()):
        debt = receivables.debt(standing, time)
        told = (debt.principal, min(debt.interest, most), state.waiting, state.waiting_interest)
        assert told == ledger.view("Repayment", "debtAt", id_, time)
        assert receivables.condition(standing, time) == ledger.view("Repayment", "stateAt", id_, time)
        owing = {claim.payer: claims.owing(claim, issued, time) for claim in claims.of(conn, issued.number)}
        for account in (person.account for person in ledger.people.values()):
            one = owing.get(account)
            assert ((one.claim, min(one.interest, most)) if one else (0, 0)) == ledger.view("Repayment", "claimOf", id_, account, time)
        sums = (sum(one.claim for one in owing.values()), min(sum(one.interest for one in owing.values()), most))
        assert sums == ledger.view("Repayment", "subrogatedAt", id_, time)


def _marks(conn: Connection, ledger: Ledger, standing: Standing) -> None:
    issued, now = standing.receivable, ledger.now()
    id_ = number(issued.id)
    dispute = marks.dispute(conn, issued.number)
    assert marks.disputed(dispute, now) == ledger.view("ReceivableEndings", "isDisputed", id_)
    author, scope, since, _, used = ledger.view("ReceivableEndings", "disputeOf", id_)
    assert ((dispute.author, dispute.scope, dispute.since, dispute.used) if dispute else (NOBODY, 0, 0, 0)) == (author, scope, since, used)
    guarantee = claims.guarantee(conn, issued.number)
    told = (guarantee.pool.pool, number(guarantee.cover.most), tuple(guarantee.paid)) if guarantee else (0, 0, ())
    pool, most, paid = ledger.view("Guarantees", "coverOf", id_)
    assert told == (pool, most, tuple(paid))


def _money(conn: Connection, ledger: Ledger, account: bytes, standing: Iterable[Standing]) -> None:
    kept = {(row.receivable, row.start): row.amount for row in payments.credits_of(conn, account)}
    assert kept.pop((0, 0), 0) == ledger.view("Repayment", "credit", account, CASH)
    known = {one.receivable.number: one.receivable for one in standing}
    for (receivable, start), amount in kept.items():
        assert amount == ledger.view("Repayment", "rangeCredit", account, number(known[receivable].id), start)
    balance = calls.view(ledger.rpc, ledger.manifest.cash[0].address, "SettlementCash", "balanceOf", account)
    assert payments.balance(conn, CASH, account) == balance
    mandate = payments.mandate(conn, account, CASH)
    told = (number(mandate.cap_left), mandate.until, mandate.partial) if mandate else (0, 0, False)
    assert told == ledger.view("Mandates", "mandate", account, CASH)
    for pot in claims.pots(conn, account):
        figures = (number(pot.total), pot.pot, pot.left, pot.opened_at)
        assert figures == ledger.view("Mandates", "potOf", account, pot.cash, pot.due)


def _exposure(conn: Connection, ledger: Ledger, account: bytes) -> None:
    for as_obligor in (True, False):
        assert exposure.outstanding(conn, Side(account, as_obligor), YUAN) == ledger.view(
            "Exposure", "outstanding", account, YUAN, as_obligor
        )


def _holds(conn: Connection, ledger: Ledger) -> None:
    for row in rows_of(conn, COURT_HOLD, select(COURT_HOLD.table).order_by(COURT_HOLD.table.c.hold)):
        stands = marks.hold(conn, row.hold)
        target, authority, since, receivable, start, end, account, order = ledger.view("ReceivableHolds", "holdOf", row.hold)
        if stands is None:
            assert target == 0
            continue
        found = receivables.by_number(conn, stands.receivable) if stands.receivable else None
        named = (number(found.receivable.id) if found else 0, stands.account or NOBODY)
        assert (stands.target, stands.authority, stands.laid_at, *named) == (target, authority, since, receivable, account)
        assert (stands.order, stands.start, stands.end) == (order, start, end)
        assert stands.target != CourtTarget.ACCOUNT or stands.account is not None
    for person in ledger.people.values():
        member = members.get(conn, person.account)
        assert member is not None
        assert member.held == bool(ledger.view("Members", "wordOf", person.account) & _MEMBER_HELD)
        assert member.held == bool(marks.holds_of(conn, person.account).rows)


def _pools(conn: Connection, ledger: Ledger) -> None:
    for pool in rows_of(conn, POOL, select(POOL.table).where(valid(POOL, None))):
        guarantors = claims.guarantors(conn, pool.pool)
        told = (tuple(each.account for each in guarantors), tuple(each.share for each in guarantors), pool.cash)
        view = ledger.view("Guarantees", "poolOf", pool.pool)
        assert (*told, number(pool.cap), number(pool.used), pool.wait, pool.until) == (tuple(view[0]), tuple(view[1]), *view[2:])


def _notices(conn: Connection, ledger: Ledger) -> None:
    for row in rows_of(conn, ASSIGNMENT_NOTICE, select(ASSIGNMENT_NOTICE.table).where(valid(ASSIGNMENT_NOTICE, None))):
        assert (row.notified_at, row.acknowledged_at or 0) == ledger.view("ReceivableOffers", "noticeOf", row.notice)
