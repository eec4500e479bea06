"""Rows about receivables as answers: issue, tokens, payments, offers, notices, holds, ends, claims, guarantees, debits, ceilings."""

from enum import IntFlag
from typing import Any

from gateway.api import receivable_answers as answers
from gateway.api.receivable_answers import Debt
from gateway.api.shown import hex_or_none, money, name, time_or_none
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex, token_id
from ledger.domain.ranges import Drawn
from ledger.domain.token_flags import Mark, Scope, TokenFlag
from ledger.mirror.models import Draw, Mandate, Payment, PaymentKind, Receipt, Receivable, ReceivableStatus, Token, Transfer, TransferKind
from ledger.mirror.queries import claims, marks, offers, receivables
from ledger.mirror.queries.debts import Exposure, Ladder
from ledger.mirror.queries.tokens import Holding
from ledger.mirror.receivable_models import (
    AssignmentNotice,
    CourtHold,
    CourtOrder,
    CourtTarget,
    Dispute,
    Guarantor,
    Offer,
    OfferState,
    OrderExecution,
    Pool,
    Pot,
    Retirement,
    RetirementReason,
)
from ledger.mirror.schema import number


def receivable_fields(standing: receivables.Standing) -> dict[str, Any]:
    """What every answer says of a receivable."""
    issued, state = standing.receivable, standing.state
    amounts = ("owed_live", "distributed", "waiting", "waiting_interest", "retired")
    return {
        "id": str(number(issued.id)),
        "number": issued.number,
        "status": name(ReceivableStatus, state.status),
        "issuer": to_hex(issued.issuer),
        "supplier": to_hex(issued.supplier),
        "obligor": to_hex(issued.obligor),
        "face": money(issued.face, issued.currency),
        "due": rfc3339(issued.due),
        "grace_seconds": issued.grace,
        "late_interest": answers.LateInterest(rate=issued.late_rate, basis=issued.late_basis),
        "cash": issued.cash,
        "module": issued.module,
        "policy": issued.policy,
        "tenor_reason": hex_or_none(issued.tenor_reason) if any(issued.tenor_reason) else None,
        "content_root": to_hex(issued.content_root),
        "issued": to_hex(issued.issued),
        "issued_at": rfc3339(issued.issued_at),
        "confirmed_at": time_or_none(state.confirmed_at),
        **{each: money(getattr(state, each), issued.currency) for each in amounts},
        "interest_distributed": money(number(state.interest_distributed), issued.currency),
        "payments": state.payments,
    }


def receivable(standing: receivables.Standing) -> answers.Receivable:
    """A receivable with its present state."""
    return answers.Receivable(**receivable_fields(standing))


def named(name: str, standing: receivables.Standing | None) -> answers.ReceivableNamed:
    """What a payer's reference names."""
    if standing is None:
        return answers.ReceivableNamed(name=name, receivable=None, obligor=None, status=None)
    fields = receivable_fields(standing)
    return answers.ReceivableNamed(name=name, receivable=fields["id"], obligor=fields["obligor"], status=fields["status"])


def token_fields(row: Token, receivable_id: int, currency: int) -> dict[str, Any]:
    """What every answer says of a token."""
    return {
        "token": str(token_id(receivable_id, row.start)),
        "receivable": str(receivable_id),
        "start": str(row.start),
        "end": str(row.start + row.length),
        "value": money(row.length, currency),
        "owner": to_hex(row.owner),
        "cursor": row.cursor,
        "flags": row.flags,
        "marks": [str(flag.name).lower().replace("_", " ") for flag in TokenFlag(row.flags)],
        "since_pos": str(row.from_pos),
    }


def token(row: Token, receivable_id: int, currency: int) -> answers.Token:
    """A token: a range of a receivable."""
    return answers.Token(**token_fields(row, receivable_id, currency))


def holding(row: Holding) -> answers.Holding:
    """A line of a range's lineage."""
    to_pos = None if row.to_pos is None else str(row.to_pos)
    return answers.Holding(start=str(row.start), end=str(row.end), owner=to_hex(row.owner), from_pos=str(row.from_pos), to_pos=to_pos)


def receipt(row: Receipt, currency: int) -> answers.Receipt:
    """Money that came in."""
    return answers.Receipt(
        pos=str(row.pos),
        payer=to_hex(row.payer),
        reference=to_hex(row.reference),
        kind=name(PaymentKind, row.kind),
        interest=money(row.interest, currency),
        principal=money(row.principal, currency),
        recovered=money(row.recovered, currency),
        excess=money(row.excess, currency),
    )


def payment(row: Payment, currency: int) -> answers.Payment:
    """A payment that was distributed."""
    amounts = ("principal", "interest", "owed_before", "owed_after")
    fields = {each: money(getattr(row, each), currency) for each in amounts}
    return answers.Payment(payment=row.payment, pos=str(row.pos), kind=name(PaymentKind, row.kind), **fields)


def draw(row: Draw, of: Receivable) -> answers.Draw:
    """What a range drew."""
    return answers.Draw(
        receivable=str(number(of.id)),
        pos=str(row.pos),
        start=str(row.start),
        end=str(row.start + row.length),
        from_payment=row.from_payment,
        to_payment=row.to_payment,
        principal=money(row.principal, of.currency),
        interest=money(row.interest, of.currency),
        paid=row.paid,
    )


_CONFIRMED = Mark.EXISTENCE | Mark.AMOUNT | Mark.DUE_DATE | Mark.NO_SET_OFF | Mark.SHIELDED


def bits(mask: IntFlag) -> list[str]:
    """The names of a mask's bits."""
    return [str(bit.name).lower().replace("_", " ") for bit in type(mask) if mask & bit]


def offer(row: Offer, of: Receivable, time: int) -> answers.Offer:
    """An offer as it stands at a time (UTC seconds)."""
    return answers.Offer(
        token=str(token_id(number(of.id), row.start)),
        receivable=str(number(of.id)),
        start=str(row.start),
        end=str(row.start + row.length),
        value=money(row.length, of.currency),
        sender=to_hex(row.sender),
        recipient=to_hex(row.recipient),
        state=name(OfferState, row.state),
        deadline=rfc3339(row.deadline),
        reference=to_hex(row.reference),
        offered_at=rfc3339(row.offered_at),
        reason=hex_or_none(row.reason),
        can_be_accepted=offers.stands(row, time),
    )


def notice(row: AssignmentNotice, of: Receivable) -> answers.AssignmentNotice:
    """A notice of assignment."""
    return answers.AssignmentNotice(
        notice=to_hex(row.notice),
        receivable=str(number(of.id)),
        start=str(row.start),
        end=str(row.start + row.length),
        obligor=to_hex(row.obligor),
        assignor=to_hex(row.assignor),
        assignee=to_hex(row.assignee),
        content_root=to_hex(row.content_root),
        notified_at=rfc3339(row.notified_at),
        acknowledged_at=time_or_none(row.acknowledged_at),
    )


def court_hold(row: CourtHold, of: Receivable | None, orders: list[CourtOrder], executions: list[OrderExecution]) -> answers.CourtHold:
    """A hold with its orders."""
    return answers.CourtHold(
        hold=row.hold,
        target=name(CourtTarget, row.target),
        receivable=None if of is None else str(number(of.id)),
        account=hex_or_none(row.account),
        start=str(row.start),
        end=str(row.end),
        authority=to_hex(row.authority),
        order=to_hex(row.order),
        laid_at=rfc3339(row.laid_at),
        orders=[_order(each) for each in orders],
        executions=[_execution(each) for each in executions],
    )


def _order(row: CourtOrder) -> answers.CourtOrder:
    pos, from_ = str(row.pos), rfc3339(row.executable_from)
    return answers.CourtOrder(order=to_hex(row.order), content=to_hex(row.content), executable_from=from_, pos=pos)


def _execution(row: OrderExecution) -> answers.OrderExecution:
    return answers.OrderExecution(
        order=to_hex(row.order),
        sender=to_hex(row.sender),
        recipient=to_hex(row.recipient),
        start=_text(row.start),
        end=_text(row.stop),
        cash=row.cash,
        amount=_text(row.amount),
        content=to_hex(row.content),
        pos=str(row.pos),
    )


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def dispute(row: Dispute, time: int) -> answers.Dispute:
    """A dispute as it stands at a time (UTC seconds)."""
    return answers.Dispute(
        author=to_hex(row.author),
        scope=bits(Scope(row.scope)),
        since=rfc3339(row.since),
        until=rfc3339(row.until),
        ended_at=time_or_none(row.ended_at),
        document=to_hex(row.document),
        stands=marks.disputed(row, time),
    )


def claim(row: claims.Owing, currency: int) -> answers.Claim:
    """A claim of one who paid in the obligor's place."""
    return answers.Claim(payer=to_hex(row.payer), claim=money(row.claim, currency), interest=money(row.interest, currency))


def guarantee(row: claims.Guarantee, of: Receivable) -> answers.Guarantee:
    """What stands behind a receivable."""
    pairs = zip(row.guarantors, row.paid, strict=True)
    return answers.Guarantee(
        pool=str(row.pool.pool),
        most=money(number(row.cover.most), of.currency),
        manager=to_hex(row.pool.manager),
        cap=money(number(row.pool.cap), of.currency),
        used=money(number(row.pool.used), of.currency),
        callable_from=rfc3339(of.due + of.grace + row.pool.wait + 1),
        callable_until=rfc3339(row.pool.until),
        agreement=to_hex(row.pool.agreement),
        guarantors=[
            answers.Guarantor(account=to_hex(each.account), share=each.share, paid=money(paid, of.currency)) for each, paid in pairs
        ],
    )


def pool(row: Pool, guarantors: list[Guarantor], currency: int) -> answers.Pool:
    """A pool with its guarantors in their order."""
    return answers.Pool(
        pool=str(row.pool),
        manager=to_hex(row.manager),
        cap=money(number(row.cap), currency),
        used=money(number(row.used), currency),
        wait_seconds=row.wait,
        until=rfc3339(row.until),
        agreement=to_hex(row.agreement),
        guarantors=[answers.PoolGuarantor(account=to_hex(each.account), share=each.share) for each in guarantors],
    )


def receivable_whole(
    standing: receivables.Standing,
    time: int,
    *,
    tokens: int,
    owing: list[claims.Owing],
    disputed: Dispute | None,
    holds: list[answers.CourtHold],
    consented: int,
    guaranteed: claims.Guarantee | None,
) -> answers.ReceivableWhole:
    """A receivable with its condition, debts and marks at a time (UTC seconds)."""
    issued, state = standing
    debt, currency, terms = receivables.debt(standing, time), issued.currency, Mark(state.terms)
    return answers.ReceivableWhole(
        **receivable_fields(standing),
        condition=receivables.condition(standing, time).name.lower().replace("_", " "),
        debt=Debt(principal=money(debt.principal, currency), interest=money(debt.interest, currency)),
        claims=[claim(each, currency) for each in owing],
        confirmed=bits(terms & _CONFIRMED),
        held=marks.is_held(state),
        paused=state.paused,
        demands_background=Mark.DEMANDS_BACKGROUND in terms,
        dispute=None if disputed is None else dispute(disputed, time),
        holds=holds,
        consented=money(consented, currency),
        guarantee=None if guaranteed is None else guarantee(guaranteed, issued),
        tokens=tokens,
    )


def token_whole(
    row: Token, of: Receivable, owed: int, undrawn: Drawn, offered: answers.Offer | None, lineage: list[Holding]
) -> answers.TokenWhole:
    """A token with what it is owed, what it could draw, its offer, and who held it."""
    return answers.TokenWhole(
        **token_fields(row, number(of.id), of.currency),
        owed=money(owed, of.currency),
        undrawn=Debt(principal=money(undrawn.principal, of.currency), interest=money(undrawn.interest, of.currency)),
        offer=offered,
        lineage=[holding(each) for each in lineage],
    )


def retirement(row: Retirement, currency: int) -> answers.Retirement:
    """A range that left."""
    return answers.Retirement(
        payment=row.payment,
        pos=str(row.pos),
        owner=to_hex(row.owner),
        start=str(row.start),
        end=str(row.start + row.length),
        owed=money(row.owed, currency),
        reason=name(RetirementReason, row.reason),
        document=to_hex(row.document),
    )


def transfer(row: Transfer) -> answers.Transfer:
    """A step of a range's history."""
    return answers.Transfer(
        pos=str(row.pos),
        kind=name(TransferKind, row.kind),
        sender=hex_or_none(row.sender),
        recipient=to_hex(row.recipient),
        start=str(row.start),
        end=str(row.start + row.length),
        reference=to_hex(row.reference),
    )


def mandate(row: Mandate, currency: int) -> answers.Mandate:
    """What an obligor lets be debited."""
    left = money(number(row.cap_left), currency)
    return answers.Mandate(cash=row.cash, cap_left=left, until=rfc3339(row.until), partial=row.partial, pos=str(row.given))


def pot(row: Pot, currency: int) -> answers.Pot:
    """What was put aside for debts of one due second."""
    amounts = {"total": money(number(row.total), currency), "pot": money(row.pot, currency), "left": money(row.left, currency)}
    return answers.Pot(cash=row.cash, due=rfc3339(row.due), opened_at=rfc3339(row.opened_at), **amounts)


def outstanding(side: str, amount: int, ceiling: int | None, currency: int) -> answers.Outstanding:
    """What an account has outstanding."""
    most = None if ceiling is None else money(ceiling, currency)
    return answers.Outstanding(side=side, outstanding=money(amount, currency), ceiling=most)


def dues(account: bytes | None, side: str, zone: str, time: int, ladders: list[Ladder]) -> answers.Dues:
    """Debts by when they are due."""
    return answers.Dues(
        account=hex_or_none(account), side=side, zone=zone, time=rfc3339(time), currencies=[_ladder(each) for each in ladders]
    )


def _ladder(row: Ladder) -> answers.DueLadder:
    buckets = [
        answers.DueBucket(days=each.bucket.name, count=each.sum.counted, owed=money(each.sum.amount, row.currency)) for each in row.buckets
    ]
    return answers.DueLadder(total=money(row.total.amount, row.currency), count=row.total.counted, buckets=buckets)


def exposure(row: Exposure, called: str | None, most: int | None) -> answers.Exposure:
    """What an account owes or holds; `most` is the limit of its share in basis points."""
    return answers.Exposure(
        account=to_hex(row.account),
        name=called,
        count=row.sum.counted,
        owed=money(row.sum.amount, row.currency),
        total=money(row.total, row.currency),
        share_ppm=row.share,
        most_basis_points=most,
    )
