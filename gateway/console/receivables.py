"""Receivables: lists, one with its holders and payments, and the acts on it that an obligor or who is offered a range signs here."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response

from gateway.console import signing
from gateway.console.asking import Json
from gateway.console.forms import told
from gateway.console.signing import Signing
from gateway.console.visit import PAGE_ROWS, Visit
from gateway.errors import Problem, invalid, not_found
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
    document = await _document(visit, found)
    mine = visit.may_act and visit.member in (None, found["obligor"]) and found["status"] == "draft"
    return await visit.show(
        "receivable.html", found=found, held=held, moves=moves, paid=paid, notices=notices, may_confirm=mine, document=document
    )


async def _document(visit: Visit, found: Json) -> Json | None:
    """The private document of a receivable; None where the caller's member holds none here. The operator is shown a party's."""
    for holder in dict.fromkeys([visit.member] if visit.member else [found["obligor"], found["supplier"]]):
        try:
            held: Json = await visit.ask("get_content", {"root": found["content_root"], "member": holder})
        except Problem as none:
            if none.status not in (403, 404):
                raise
        else:
            return held
    return None


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
        return await signing.shown(visit, _signing(visit, found, await _description(visit, found)))
    except Problem as wrong:
        return await _form(visit, found, wrong)


async def submit(visit: Visit) -> Response:
    """Signs what was shown, once."""
    return await signing.signed(visit, _signing(visit, await _found(visit), _carried(visit)))


async def _found(visit: Visit) -> Json:
    """The receivable, for an act that there is. Raises 404."""
    if visit.path("act") not in ACTS:
        raise not_found(f"page {visit.request.url.path}")
    found: Json = await visit.data("get_receivable", {"receivable": visit.path("receivable")})
    return found


async def _form(visit: Visit, found: Json, problem: Problem | None = None) -> Response:
    form = dict(visit.form) or {name: visit.query(name) or "" for name in ACTS[visit.path("act")]}
    document = await _document(visit, found)
    return await visit.show("draft.html", problem=problem, found=found, act=visit.path("act"), given=form, document=document)


def _signing(visit: Visit, found: Json, description: Json) -> Signing:
    asked = {"act": visit.path("act"), "receivable": visit.path("receivable"), **description}

    async def show(made: Json, problem: Problem | None) -> Response:
        where = {"receivable": found["id"], "act": visit.path("act")}
        return await visit.show(
            "preview.html",
            problem=problem,
            title=f"{where['act']} receivable no. {found['number']}",
            found=found,
            document=await _document(visit, found),
            act=where["act"],
            made=made,
            submit=visit.console.address("submit", **where),
            back=visit.console.address("receivable", receivable=found["id"]),
            carried=signing.carried(asked, made, _CARRIED),
        )

    return Signing("draft_receivable", asked, show)


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


HANDLERS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "receivables": receivables,
    "receivable": receivable,
    "offers": offers,
    "draft": draft,
    "preview": preview,
    "submit": submit,
}
