"""Acts: what waits for a signature, what became of an account's own, and signing, taking back and sending again."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response

from gateway.console import subject, words
from gateway.console.asking import Json
from gateway.console.visit import Visit
from gateway.console.words import Reader
from gateway.outbox.states import OPEN, State

WAIT_SECONDS = 8
"""How long the page after a form waits for the act to end: blocks come faster than that, mostly."""


async def to_sign(visit: Visit) -> Response:
    """Acts of any account that wait for this one's signature."""
    account = visit.account()
    found = None if account is None else await visit.listed("list_acts_to_sign", {"account": account})
    return await visit.show("to-sign.html", account=account, page=_worded(found))


async def acts(visit: Visit) -> Response:
    """An account's acts, newest first, all or those in one state."""
    account, state = visit.account(), visit.query("state")
    found = None if account is None else await visit.listed("list_acts", {"account": account, "state": state})
    return await visit.show("acts.html", account=account, page=_worded(found), states=list(State), state=state)


def _worded(page: Json | None) -> Json | None:
    """A page of acts, each with what it does."""
    return None if page is None else {**page, "data": [{**each, "does": words.of_kind(each["kind"])} for each in page["data"]]}


async def act(visit: Visit) -> Response:
    """An act with its content in words, its signers and its history."""
    return await _shown(visit, await _act(visit, WAIT_SECONDS if visit.query("wait") else None))


async def _act(visit: Visit, wait: float | None = None) -> Json:
    return await visit.ask("get_act", {**_named(visit), "wait": wait})


async def _shown(visit: Visit, found: Json) -> Response:
    mine = [each for each in found["signers"] if visit.member in (None, each["account"])]
    able = visit.may_act
    about = await subject.of_body(visit, found["body"])
    return await visit.show(
        "act.html",
        act=found,
        does=words.of_kind(found["kind"]),
        about=about.receivable,
        facts=words.facts(found["body"], Reader(visit.console.clock, about.cash, found["kind"], about.unit)),
        why=found["reason"] and subject.refused(found["reason"], found["body"], about),
        unsigned=[each["account"] for each in mine if able and not each["signed"] and found["state"] == State.GATHERING],
        signed=[each["account"] for each in mine if able and each["signed"] and State(found["state"]) in OPEN],
        may_retry=able and found["state"] == State.READY and found["reason"] is not None and visit.member in (None, found["account"]),
    )


async def sign_act(visit: Visit) -> Response:
    """Signs with the account's key that is held here; signed twice is signed once."""
    await visit.ask("post_signature", _named(visit), body={"account": _signer(visit)})
    return _back(visit)


async def retry_act(visit: Visit) -> Response:
    """Sends an act that waits for a person once more."""
    await visit.ask("retry_act", _named(visit))
    return _back(visit)


async def void_act(visit: Visit) -> Response:
    """Takes a signature back, one's own act's or one's consent to another's."""
    await visit.ask("void_act", {"act_id": visit.path("act_id"), "account": _signer(visit), "of": visit.path("account")})
    return _back(visit)


def _named(visit: Visit) -> dict[str, str]:
    return {"act_id": visit.path("act_id"), "account": visit.path("account")}


def _signer(visit: Visit) -> str:
    """Whose key signs or takes back: the form says it, and the API whether its caller may."""
    return visit.form.get("signer") or visit.member or ""


def _back(visit: Visit) -> Response:
    return visit.go("act", query={"wait": "1"}, **_named(visit))


HANDLERS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "to_sign": to_sign,
    "acts": acts,
    "act": act,
    "sign_act": sign_act,
    "retry_act": retry_act,
    "void_act": void_act,
}
