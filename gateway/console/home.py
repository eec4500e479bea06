"""The first page: who is signed in, how the gateway does, what waits; why one looks at others' records; and the way out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import urlencode

from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from gateway.console import cookies
from gateway.console.asking import Json
from gateway.console.rendering import label
from gateway.console.visit import PAGE_ROWS, Visit, own_path
from gateway.errors import Problem, invalid

LEAST_REASON, MOST_REASON = 8, 200


async def home(visit: Visit) -> Response:
    """Who is signed in, the gateway's health, and how much waits for the account."""
    health, account = await visit.ask("get_health"), visit.account()
    member = None if account is None else await visit.seen("get_member", {"account": account})
    waiting = [] if member is None or account is None else await _waiting(visit, account)
    return await visit.show("home.html", faults=[label(each) for each in health["faults"]], member=member, account=account, waiting=waiting)


async def _waiting(visit: Visit, account: str) -> list[tuple[str, str, str]]:
    """What waits, how much of it ("25 or more"), and the address of the page that lists it."""
    mine, drafts, standing = {"account": account}, {"party": account, "status": "draft"}, {"state": "open"}
    lists: Sequence[tuple[str, str, Json, str, Json]] = (
        ("Acts to sign", "list_acts_to_sign", mine, "to_sign", mine),
        ("Receivables to confirm", "list_receivables", drafts, "receivables", drafts),
        ("Offers of ranges to accept", "list_offers", {"to": account}, "offers", mine),
        ("Banks' offers to buy that stand", "list_purchase_offers", standing | {"party": account}, "purchases", standing | mine),
    )
    return [
        (text, await _count(visit, operation, asked), f"{visit.console.address(page)}?{urlencode(query)}")
        for text, operation, asked, page, query in lists
    ]


async def _count(visit: Visit, operation: str, query: Json) -> str:
    found = await visit.ask(operation, {**query, "limit": PAGE_ROWS})
    return str(len(found["data"])) if found["next"] is None else f"{len(found['data'])} or more"


async def reason(visit: Visit) -> Response:
    """The form that asks why others' records are looked at."""
    return await visit.show("reason.html", next=own_path(visit.query("next")))


async def give_reason(visit: Visit) -> Response:
    """Keeps the reason for the session."""
    given, next_ = " ".join(visit.form.get("reason", "").split()), own_path(visit.form.get("next"))
    if not LEAST_REASON <= len(given) <= MOST_REASON:
        wrong = invalid(f"reason: {LEAST_REASON} to {MOST_REASON} characters expected, {len(given)} given", field="reason")
        return await _again(visit, wrong, next_)
    await run_in_threadpool(visit.console.visits.give_reason, visit.entered, given)
    return RedirectResponse(next_, 303)


async def _again(visit: Visit, wrong: Problem, next_: str) -> Response:
    return await visit.show("reason.html", problem=wrong, next=next_)


async def leave(visit: Visit) -> Response:
    """Signs out: the session is over wherever its id is."""
    await run_in_threadpool(visit.console.visits.close, visit.entered)
    answer = RedirectResponse(f"{visit.console.address('sign_in')}?out=1", 303)
    cookies.forget(answer, visit.request.scope)
    if visit.request.url.scheme == "https":  # browsers take it over TLS only
        answer.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return answer


HANDLERS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "home": home,
    "reason": reason,
    "give_reason": give_reason,
    "leave": leave,
}
