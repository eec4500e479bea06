"""Banks' offers to buy ranges of receivables: listed, made, accepted by the seller, and taken back."""

import re
from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response

from gateway.console import signing
from gateway.console.asking import Json
from gateway.console.forms import told
from gateway.console.signing import Signing
from gateway.console.visit import Visit
from gateway.errors import Problem, invalid, not_found
from gateway.financing.telling import BY_DAYS
from ledger.domain.money import MoneyError, currency, to_minor
from ledger.mirror.finance_models import PurchaseState, Recourse

ANSWERS = ("accept", "recall")
"""What becomes of an offer: its seller accepts it, or its bank takes it back."""
_SEEN = ("seller", "length", "payments")
"""What a bank to which the ledger doesn't show the receivable says of it beside its range, as its seller told it."""
_RANGE = ("start", "end")
_AMOUNTS = ("advance", "fee", "least_owed")
_WORDS = ("account", "receivable", "currency", "rate", "day_count", "recourse", "until", *_SEEN, *_RANGE)
_CARRIED = (*_WORDS, *_AMOUNTS)
_AMOUNT = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
"""An amount with a point before its decimals. Commas stand between thousands only: in half of the world 12,50 is twelve and a half."""


async def purchases(visit: Visit) -> Response:
    """Offers that the caller made or that are to it, or one account's, in one state."""
    account, state = visit.query("account"), visit.query("state")
    found = await visit.listed("list_purchase_offers", {"party": account, "state": state})
    states = [each.name.lower() for each in PurchaseState]
    return await visit.show("purchases.html", page=found, account=account, state=state, states=states, offers=await _offers(visit))


async def _offers(visit: Visit) -> bool:
    """Whether the caller can make offers: the ledger takes them of banks alone."""
    if visit.member is None or not visit.may_act:
        return visit.may_act
    member = await visit.seen("get_member", {"account": visit.member})
    return member is not None and "BANK" in member["roles"]


# --- A bank's offer --------------------------------------------------------------------------------------------------------------------


async def new_purchase(visit: Visit) -> Response:
    """The form by which a bank offers to buy: first which receivable, then the terms."""
    id_ = visit.query("receivable")
    return await _form(visit, id_, await _receivable(visit, id_))


async def preview_purchase(visit: Visit) -> Response:
    """What would be signed, in words, and what the ledger says of it now. Nothing is signed or kept."""
    id_ = visit.form.get("receivable")
    found = await _receivable(visit, id_)
    try:
        return await signing.shown(visit, _offering(visit, _offered(visit.form, found)))
    except Problem as wrong:
        return await _form(visit, id_, found, wrong)


async def make_purchase(visit: Visit) -> Response:
    """Signs the offer that was shown, once."""
    return await signing.signed(visit, _offering(visit, told(visit.form, *_CARRIED)))


def _offering(visit: Visit, description: Json) -> Signing:
    asked: Json = {**description, "act": "finance offer", "zone": visit.console.clock.zone}
    if visit.member is not None:
        asked["account"] = visit.member
    if payments := description.get("payments"):
        asked["payments"] = _count(payments)
    to = visit.console.address("make_purchase")
    return _signing(visit, asked, "offer to buy", "offer", to)


async def _receivable(visit: Visit, id_: str | None) -> Json | None:
    """The receivable, where the ledger shows it to the caller; what is no id is marked on the page."""
    try:
        return None if id_ is None else await visit.seen("get_receivable", {"receivable": id_})
    except Problem as wrong:
        if wrong.status != 422:
            raise
        visit.wrong = wrong
        return None


def _offered(form: Mapping[str, str], found: Json | None) -> Json:
    """The description of an offer: amounts as people write them become minor units. Raises 422."""
    needed = ("receivable", *(() if found else (*_SEEN, *_RANGE, "currency", "least_owed")), "advance", "rate", "recourse", "until")
    if missing := [name for name in needed if not form.get(name)]:
        raise invalid(f"{missing[0]}: missing; an offer needs it", field=missing[0])
    code = form.get("currency", "").upper() if found is None else found["face"]["currency"]
    described = told(form, *_WORDS) if found is None else told(form, *(name for name in _WORDS if name not in _SEEN))
    amounts = {name: str(_minor(form[name], name, code)) for name in _AMOUNTS if form.get(name) and (found is None or name != "least_owed")}
    return described | amounts | {"currency": code}


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 5:
        raise invalid(f"payments: {text[:20]!r} is no number; write how many there were, 0 for none", field="payments")
    return int(text)


def _minor(text: str, field: str, code: str) -> int:
    try:
        unit = currency(code)
    except MoneyError as unknown:
        raise invalid(f"currency: {code[:10]!r} is no currency; write its three letters, as USD", field="currency") from unknown
    try:
        if not _AMOUNT.fullmatch(text):
            raise MoneyError(f"{text[:40]!r} can be read in more than one way, or in none")
        return to_minor(text.replace(",", ""), unit)
    except MoneyError as wrong:
        raise invalid(f"{field}: {wrong}; write it as 1234.56 or 1,234.56, in {unit.code}", field=field) from wrong


async def _form(visit: Visit, id_: str | None, found: Json | None, problem: Problem | None = None) -> Response:
    given = dict(visit.form) or dict(visit.request.query_params)
    return await visit.show(
        "purchase.html",
        problem=problem,
        receivable=id_,
        found=found,
        given=given,
        day_counts=[each.value for each in BY_DAYS],
        recourses=[each.name.lower() for each in Recourse],
    )


# --- Answers ---------------------------------------------------------------------------------------------------------------------------


async def preview_answer(visit: Visit) -> Response:
    """What the seller would accept, or the bank take back, in words. Nothing is signed or kept. Raises Problem."""
    return await signing.shown(visit, _answering(visit))


async def submit_answer(visit: Visit) -> Response:
    """Signs the answer that was shown, once."""
    return await signing.signed(visit, _answering(visit))


def _answering(visit: Visit) -> Signing:
    answer, offer = visit.path("answer"), visit.path("offer")
    if answer not in ANSWERS:
        raise not_found(f"page {visit.request.url.path}")
    to = visit.console.address("submit_answer", offer=offer, answer=answer)
    return _signing(visit, {"act": f"finance {answer}", "offer": offer}, f"{answer} an offer to buy", answer, to)


def _signing(visit: Visit, asked: Json, title: str, act: str, to: str) -> Signing:
    async def show(made: Json, problem: Problem | None) -> Response:
        return await visit.show(
            "preview.html",
            problem=problem,
            title=title,
            found=None,
            document=None,
            act=act,
            made=made,
            submit=to,
            back=visit.console.address("purchases"),
            carried=signing.carried({name: str(value) for name, value in asked.items()}, made, _CARRIED),
        )

    return Signing("draft_financing", asked, show)


HANDLERS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "purchases": purchases,
    "new_purchase": new_purchase,
    "preview_purchase": preview_purchase,
    "make_purchase": make_purchase,
    "preview_answer": preview_answer,
    "submit_answer": submit_answer,
}
