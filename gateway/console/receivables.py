"""Receivables: lists, one with its holders and payments, and the acts on it that an obligor or who is offered a range signs here.

A form that changes something is shown as the act that it would be, first. What is signed then is made anew from the same words, and is
signed only if it is letter for letter what was shown; its key is the draft's, so that the same form has one effect however often it comes.
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

import orjson
from starlette.responses import Response

from gateway.console.asking import Json
from gateway.console.forms import told
from gateway.console.visit import PAGE_ROWS, Visit
from gateway.errors import Problem, invalid, not_found
from ledger.domain.ids import MAX_KEY_LENGTH, act_id
from ledger.mirror.models import ReceivableStatus

ACTS = {
    "confirm": ("number", "issued", "seller", "instalment", "no_set_off"),
    "refuse": ("document",),
    "accept": ("start",),
    "decline": ("start", "document"),
}
"""The acts that are signed here, each with the fields of its form."""
_CARRIED = ("fingerprint", "earlier", "confirms", "document", "start")
"""The fields of a description that the page before signing carries."""


async def receivables(visit: Visit) -> Response:
    """The receivables that the caller may see, in the order of their issue."""
    asked = {name: visit.query(name) for name in ("party", "status")}
    found = await visit.listed("list_receivables", asked)
    return await visit.show("receivables.html", page=found, statuses=[each.name.lower() for each in ReceivableStatus], asked=asked)


async def receivable(visit: Visit) -> Response:
    """One receivable: terms, debts, who holds what, payments, moves, notices."""
    asked = {"receivable": visit.path("receivable")}
    found = await visit.data("get_receivable", asked)
    held = await visit.ask("list_tokens", {**asked, "limit": PAGE_ROWS, "after": visit.query("after")})
    moves = await visit.ask("list_transfers", {**asked, "limit": PAGE_ROWS})
    paid = await visit.data("list_payments", asked)
    notices = await visit.ask("list_notices_of_receivable", {**asked, "limit": PAGE_ROWS})
    mine = visit.may_act and visit.member in (None, found["obligor"]) and found["status"] == "draft"
    return await visit.show("receivable.html", found=found, held=held, moves=moves, paid=paid, notices=notices, may_confirm=mine)


async def offers(visit: Visit) -> Response:
    """Offers that can be accepted now, to the account or by it."""
    side, account = visit.query("side") or "to", visit.account()
    asked = {"by": account} if side == "by" else {"to": account}
    found = await visit.listed("list_offers", asked)
    return await visit.show("offers.html", page=found, side=side, account=account)


# --- Acts ------------------------------------------------------------------------------------------------------------------------------


async def draft(visit: Visit) -> Response:
    """The form of an act: what has to be told for it."""
    return await _form(visit, await _found(visit))


async def preview(visit: Visit) -> Response:
    """What would be signed, in words, and what the ledger says of it now. Nothing is signed or kept."""
    found = await _found(visit)
    try:
        asked = _asked(visit, await _description(visit, found))
        made = await visit.data("draft_receivable", body=asked)
    except Problem as wrong:
        return await _form(visit, found, wrong)
    return await _preview(visit, found, asked, made)


async def submit(visit: Visit) -> Response:
    """Signs what was shown, once: a form that comes again leads to the act that the first made."""
    found, key, account = await _found(visit), visit.form.get("key", ""), visit.form.get("account", "")
    if await _is_known(visit, key, account):
        return _to_act(visit, key, account)
    asked = _asked(visit, _carried(visit))
    try:
        made = await visit.data("draft_receivable", body=asked)
    except Problem:
        # The same form, sent at the same time, may have come first: then there is nothing to draft any more.
        if await _is_known(visit, key, account):
            return _to_act(visit, key, account)
        raise
    (act,) = made["acts"]
    if made["refusals"] or (act["key"], act["account"], _seal(act)) != (key, account, visit.form.get("seal")):
        if await _is_known(visit, key, account):
            return _to_act(visit, key, account)
        changed = Problem(409, "Not signed", "what would be signed is not what was shown, or the ledger refuses it now; read it again")
        return await _preview(visit, found, asked, made, changed)
    body = {name: act[name] for name in ("account", "kind", "body", "signers")}
    await visit.ask("post_act", body=body, key=key)
    return _to_act(visit, key, account)


async def _found(visit: Visit) -> Json:
    """The receivable, for an act that there is. Raises 404."""
    if visit.path("act") not in ACTS:
        raise not_found(f"page {visit.request.url.path}")
    found: Json = await visit.data("get_receivable", {"receivable": visit.path("receivable")})
    return found


async def _form(visit: Visit, found: Json, problem: Problem | None = None) -> Response:
    form = dict(visit.form) or {name: visit.query(name) or "" for name in ACTS[visit.path("act")]}
    return await visit.show("draft.html", problem=problem, found=found, act=visit.path("act"), given=form)


async def _preview(visit: Visit, found: Json, asked: Json, made: Json, problem: Problem | None = None) -> Response:
    (act,) = made["acts"]
    carried = {name: value if isinstance(value, str) else " ".join(value) for name, value in asked.items() if name in _CARRIED}
    carried |= {"key": act["key"], "seal": _seal(act), "account": act["account"]}
    return await visit.show(
        "preview.html",
        problem=problem,
        found=found,
        act=visit.path("act"),
        made=made,
        carried=carried,
    )


async def _description(visit: Visit, found: Json) -> Json:
    """The fields of a description that a form tells. Raises Problem."""
    act, form = visit.path("act"), visit.form
    if act != "confirm":
        return told(form, *(name for name in ACTS[act] if name in _CARRIED))
    words = await visit.data("fingerprint_invoice", body=_invoice(form, found))
    if words["used"]:
        raise Problem(409, "Invoice used", "number: a receivable has this invoice already; look whether it is the same one", field="number")
    made: Json = {"fingerprint": words["fingerprint"]}
    if words["earlier"]:
        made["earlier"] = words["earlier"]
    if form.get("no_set_off"):
        made["confirms"] = ["no set off"]
    return made


def _invoice(form: Mapping[str, str], found: Json) -> Json:
    """What names the invoice. Raises 422."""
    if missing := [name for name in ("number", "issued") if not form.get(name)]:
        raise invalid(f"{missing[0]}: missing; write it as it stands on the invoice", field=missing[0])
    instalment = form.get("instalment") or "1"
    if not instalment.isdecimal() or len(instalment) > 9:
        raise invalid(f"instalment: {instalment[:20]!r} is no number; write 1 where the invoice is paid at once", field="instalment")
    told_: Json = {"number": form["number"], "issued": form["issued"], "instalment": int(instalment)}
    return told_ | {"seller": form.get("seller") or found["supplier"], "buyer": found["obligor"]}


def _carried(visit: Visit) -> Json:
    """The description that the page before carried: its lists are words with blanks between, but for what is one of several words."""
    found: Json = told(visit.form, *_CARRIED)
    if "earlier" in found:
        found["earlier"] = found["earlier"].split()
    if "confirms" in found:
        found["confirms"] = [found["confirms"]]
    return found


def _asked(visit: Visit, description: Json) -> Json:
    return {"act": visit.path("act"), "receivable": visit.path("receivable"), **description}


async def _is_known(visit: Visit, key: str, account: str) -> bool:
    """Whether an account's act of this key was handed in before. Raises 422."""
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise invalid("key: the form's own expected; open its page anew", field="key")
    try:
        await visit.ask("get_act", {"act_id": str(act_id(key)), "account": account})
    except Problem as none:
        if none.status not in (404, 422):
            raise
        return False
    return True


def _to_act(visit: Visit, key: str, account: str) -> Response:
    return visit.go("act", query={"wait": "1"}, account=account, act_id=str(act_id(key)))


def _seal(act: Json) -> str:
    """Names the act that was shown, so that no other one is signed in its place."""
    told_: dict[str, Any] = {name: act[name] for name in ("account", "kind", "body", "signers")}
    return sha256(orjson.dumps(told_, option=orjson.OPT_SORT_KEYS)).hexdigest()


HANDLERS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "receivables": receivables,
    "receivable": receivable,
    "offers": offers,
    "draft": draft,
    "preview": preview,
    "submit": submit,
}
