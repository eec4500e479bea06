"""From the words of a form to the ledger: an act is drafted, shown, and signed as it was shown.

What is signed is made anew from the same words, and is signed only if it is letter for letter what was shown; its key is the draft's, so
that the same form has one effect however often it comes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from starlette.responses import Response

from gateway.console import subject
from gateway.console.asking import Json
from gateway.console.visit import Visit
from gateway.errors import Problem, invalid
from ledger.domain.ids import MAX_KEY_LENGTH, act_id


@dataclass(frozen=True)
class Signing:
    """An act on its way: the operation that drafts it, what that is asked, and the page that shows the draft, with what is wrong."""

    drafts: str
    asked: Json
    show: Callable[[Json, Problem | None], Awaitable[Response]]


async def shown(visit: Visit, signing: Signing) -> Response:
    """What would be signed, in words, and what the ledger says of it now. Nothing is signed or kept. Raises Problem."""
    return await signing.show(await _drafted(visit, signing), None)


async def _drafted(visit: Visit, signing: Signing) -> Json:
    """The draft; why the ledger would refuse it is told in the act's currency. Raises Problem."""
    made: Json = await visit.data(signing.drafts, body=signing.asked)
    if not made["refusals"]:
        return made
    body = made["acts"][0]["body"]
    about = await subject.of_body(visit, body)
    return {**made, "refusals": [{**each, "sentence": subject.refused(each, body, about)} for each in made["refusals"]]}


def carried(asked: Json, made: Json, names: tuple[str, ...]) -> dict[str, str]:
    """The fields that the page before signing carries: those of the description, and what names the act that it shows."""
    (act,) = made["acts"]
    told = {name: value if isinstance(value, str) else " ".join(value) for name, value in asked.items() if name in names}
    return told | {"key": act["key"], "seal": _seal(act), "signed_by": act["account"]}


async def signed(visit: Visit, signing: Signing) -> Response:
    """Signs what was shown, once: a form that comes again leads to the act that the first made."""
    key, account = visit.form.get("key", ""), visit.form.get("signed_by", "")
    if await _is_known(visit, key, account):
        return _to_act(visit, key, account)
    try:
        made = await _drafted(visit, signing)
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
        return await signing.show(made, changed)
    body = {name: act[name] for name in ("account", "kind", "body", "signers")}
    await visit.ask("post_act", body=body, key=key)
    return _to_act(visit, key, account)


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
