"""The registers of pledges: searches, a pledge with its parties, rights and history, a right with its order of liens, certificates."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import rfc8785
from starlette.responses import Response

from gateway.console.asking import Json
from gateway.console.forms import Form
from gateway.console.visit import PAGE_ROWS, Visit
from gateway.errors import Problem, invalid

SEARCHES = {
    "registration": "Record number",
    "name": "Name of a party",
    "identifier": "Identifier of a party",
    "number": "Number of a right",
}
"""What may be searched by, in words."""
_PICKED = "select-"
_CERTIFIED = ("extract", "registration")


async def registers(visit: Visit) -> Response:
    """The registers, and what a search finds."""
    by, text = visit.query("by") or "registration", visit.query("text")
    listed = await visit.data("list_registers")
    try:
        found = None if text is None else await _searched(visit, by, text)
    except Problem as wrong:
        if wrong.status != 422:
            raise
        return await _listed(visit, listed, by, text, None, wrong)
    return await _listed(visit, listed, by, text, found)


async def _listed(visit: Visit, listed: Any, by: str, text: str | None, found: Any, wrong: Problem | None = None) -> Response:
    shown = {"listed": listed, "by": by, "text": text or "", "found": found, "searches": SEARCHES}
    return await visit.show("registers.html", problem=wrong, **shown)


async def _searched(visit: Visit, by: str, text: str) -> Any:
    """What a search finds, in the form of its kind. Raises Problem."""
    if by == "registration":
        return await visit.data("search_registration", {"number": text})
    if by == "name":
        return await visit.data("search_names", {"name": text})
    if by == "identifier":
        return await visit.data("search_identifiers", {"text": text})
    if by == "number":
        return await visit.data("read_number", {"number": text})
    raise invalid(f"by: {by[:40]!r} is none of {', '.join(SEARCHES)}", field="by")


async def pledge(visit: Visit) -> Response:
    """A pledge: terms, parties, rights and every act on it."""
    asked = {"pledge": visit.path("pledge")}
    found = await visit.data("get_pledge", asked)
    held = await visit.ask("list_assets", {**asked, "limit": PAGE_ROWS, "after": visit.query("after")})
    history = await visit.ask("get_history", {**asked, "limit": 1_000})
    return await visit.show("pledge.html", found=found, held=held, history=history)


async def asset(visit: Visit) -> Response:
    """A right: what lies on it by rank, in what order it is paid, and why."""
    asked = {"asset": visit.path("asset")}
    found = await visit.data("get_asset", {**asked, "ended": True})
    order = await _order(visit, asked)
    liens = {} if order is None else {each["lien"]: each for each in order["liens"]}
    return await visit.show("asset.html", found=found, order=order, liens=liens)


async def _order(visit: Visit, asked: Mapping[str, str]) -> Json | None:
    """The order of liens; None where there is none, as on a right that nothing lies on."""
    try:
        order: Json = await visit.data("get_priority", asked)
    except Problem as none:
        if none.status not in (404, 422):
            raise
        return None
    return order


# --- Certificates ----------------------------------------------------------------------------------------------------------------------


async def certificates(visit: Visit) -> Response:
    """The certificates that are kept for the account, newest first."""
    account = visit.account()
    found = None if account is None else await visit.listed("list_certificates", {"member": account})
    return await visit.show("certificates.html", account=account, page=found)


async def certify(visit: Visit) -> Response:
    """Certifies a pledge's record or registration, or a search, and keeps the certificate for the account."""
    account = visit.form.get("account") or visit.member
    body: Json = {"of": _certified(visit.form), "member": account}
    made = await visit.data("post_certificate", body=body)
    return visit.go("certificate", query={} if account is None else {"account": account}, hash=made["hash"])


def _certified(form: Form) -> Json:
    """What a form wants certified. Raises 422."""
    kind, number = form.get("kind", ""), form.get("pledge", "")
    if kind == "search":
        picked = [value for name, value in form.items() if name.startswith(_PICKED) and value]
        return {"kind": "search", "by": form.get("by", ""), "text": form.get("text", ""), "select": picked}
    if kind not in _CERTIFIED or not number.isdecimal() or len(number) > 12:
        raise invalid(f"kind: {kind[:40]!r}; open the pledge or the search that is to be certified, and press its button", field="kind")
    return {"kind": kind, "pledge": int(number)}


async def certificate(visit: Visit) -> Response:
    """A kept certificate as people read it."""
    found = await visit.data("get_certificate", {"hash": visit.path("hash"), "member": visit.account()})
    return await visit.show("certificate.html", found=found)


async def certificate_file(visit: Visit) -> Response:
    """The certificate itself: the canonical bytes that its hash is of, as a file that anybody can hold against the ledger."""
    found = await visit.data("get_certificate", {"hash": visit.path("hash"), "member": visit.account()})
    named = f'attachment; filename="{found["kind"]}-{found["hash"][2:18]}.json"'
    return Response(rfc8785.dumps(found["document"]), media_type="application/json", headers={"Content-Disposition": named})


HANDLERS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "registers": registers,
    "pledge": pledge,
    "asset": asset,
    "certificates": certificates,
    "certify": certify,
    "certificate": certificate,
    "certificate_file": certificate_file,
}
