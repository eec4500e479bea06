"""Offers of ranges that wait for their recipient's word, and notices of assignment to the obligor."""

from collections.abc import Callable

from ledger.chain.decode import Event
from ledger.mirror.receivable_models import ASSIGNMENT_NOTICE, OFFER, AssignmentNotice, Offer, OfferState
from ledger.mirror.state import State
from ledger.mirror.tokens import number_of


def _offered(state: State, event: Event) -> None:
    told = event.args
    parties = (told.from_, told.to)
    offer = Offer(
        *(number_of(state, event), told.start, OfferState.OPEN, *parties),
        length=told.end - told.start,
        deadline=told.deadline,
        reference=told.ref,
        offered_at=event.time,
        reason=None,
    )
    state.put(OFFER, offer)


def _ended(to: OfferState) -> Callable[[State, Event], None]:
    def ended(state: State, event: Event) -> None:
        state.change(OFFER, (number_of(state, event), event.args.start), state=to)

    return ended


def _declined(state: State, event: Event) -> None:
    state.change(OFFER, (number_of(state, event), event.args.start), state=OfferState.DECLINED, reason=event.args.reason)


def _notified(state: State, event: Event) -> None:
    told = event.args
    notice = AssignmentNotice(
        notice=told.notice,
        receivable=number_of(state, event),
        obligor=told.obligor,
        assignor=told.assignor,
        assignee=told.assignee,
        start=told.start,
        length=told.end - told.start,
        content_root=told.contentRoot,
        notified_at=told.notifiedAt,
        acknowledged_at=None,
    )
    state.open(ASSIGNMENT_NOTICE, notice)


def _acknowledged(state: State, event: Event) -> None:
    state.change(ASSIGNMENT_NOTICE, (event.args.notice,), acknowledged_at=event.args.acknowledgedAt)


RULES = {
    ("ReceivableOffers", "RangeOffered"): _offered,
    ("ReceivableOffers", "RangeAccepted"): _ended(OfferState.ACCEPTED),
    ("ReceivableOffers", "RangeDeclined"): _declined,
    ("ReceivableOffers", "RangeRecalled"): _ended(OfferState.RECALLED),
    ("ReceivableOffers", "OfferLapsed"): _ended(OfferState.LAPSED),
    ("ReceivableOffers", "AssignmentNotified"): _notified,
    ("ReceivableOffers", "NoticeAcknowledged"): _acknowledged,
}
