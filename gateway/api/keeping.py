"""What falls due on the ledger, and what the keeper would do about it."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.answers import Answer, Hex, Reason, Shown
from gateway.api.asking import Caller, Cursor, Limit, Running, cursor_from, reading, sees_all
from gateway.api.refusals import ANY, AWAY
from gateway.errors import Problem
from gateway.keeping.listing import Listed, listed
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex
from ledger.mirror.schema import word

router = APIRouter(tags=["keeper"], responses=ANY | AWAY)

_DAY_SECONDS = 86_400


class TriggerDue(Shown):
    """A trigger that may be fired from `due` on. `state`: later, sent, ready or refused, then with the chain's reason.

    `fired` says whether its last firing did something; null if it was never fired.
    """

    trigger: str
    subject: Hex
    due: str
    state: str
    reason: Reason | None
    fired: bool | None


@router.get("/triggers/due")
def list_due(
    services: Running,
    session: Caller,
    horizon_days: Annotated[int, Query(ge=0, le=36_500, description="How many days ahead; what is past is told, too")] = 30,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[TriggerDue]]:
    """What falls due, the first to act first, and why what is due would not fire now.

    For the node's operator, auditors and regulators.
    """
    with reading(services, session) as view:
        if not sees_all(session, view.conn):
            raise Problem(403, "Not permitted", "what falls due for everybody is for the operator, auditors and regulators")
        return view.page(listed(services, horizon_days * _DAY_SECONDS, limit=limit, after=cursor_from(after)), _shown)


def _shown(each: Listed) -> TriggerDue:
    reason = None if each.reason is None else Reason(**each.reason)
    fired = None if each.last is None else each.last.done
    subject, at = to_hex(word(each.due.subject)), rfc3339(each.due.at)
    return TriggerDue(trigger=each.due.trigger, subject=subject, due=at, state=each.standing, reason=reason, fired=fired)
