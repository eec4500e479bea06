"""What makes generated requests go deep: names of real records in them, and bodies near those of the document's examples.

Only what was generated to be valid is replaced; what was made wrong on purpose goes out as it was made.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from schemathesis import Case, HookContext, Response
from schemathesis.core.parameters import ParameterLocation
from sqlalchemy import update

from gateway.api import document
from gateway.office.models import ACT as ACTS
from gateway.outbox.states import State
from gateway.refusals import explain_skip
from gateway.sentences import SKIPS
from ledger.domain.ids import act_id
from ledger.mirror.schema import word
from tests.gateway.cases.roles import Role
from tests.gateway.examples import Teller

AnyCase = Case[Any]

PATIENCE = 0.2
"""Seconds that a request may ask the gateway to wait, in place of up to two minutes: what is waited for is the same."""
WAITS, MOST_WAIT = frozenset({"timeout", "wait"}), 120
WEBHOOK = {"url": "https://core.bank.example/ledger"}
ACCOUNTS = frozenset({"account", "member", "owner", "seller", "obligor", "to", "by", "of"})
FRESH = ("post_act", "post_acts", "check_act")


@dataclass
class Feed:
    """Puts real values into the requests of one role; `chance` decides where."""

    teller: Teller
    role: Role
    chance: random.Random
    cursors: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str | None, str] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    """Operations whose example was sent as it stands."""
    count: int = 0

    def before_call(self, context: HookContext, case: AnyCase, kwargs: dict[str, Any]) -> None:
        """Fits a request before it is sent."""
        self._bound(case)
        operation, is_wrong = name_of(case), case.meta is None or any(case.meta.is_negative_at(each) for each in ParameterLocation)
        if not is_wrong and self.role.name == "operator" and operation not in self.begun:
            self._begin(case, operation)
        elif not is_wrong:
            self._fit(case, operation, self._example(operation))
        self._bound(case)

    def after_call(self, context: HookContext, case: AnyCase, response: Response) -> None:
        """Remembers the cursors of lists."""
        if case.method == "GET" and response.status_code == 200 and response.headers["content-type"] == ["application/json"]:
            answer = response.json()
            if isinstance(answer, dict) and isinstance(answer.get("next"), str):
                self.cursors[_list(name_of(case), case.path_parameters, case.query)] = answer["next"]

    def _begin(self, case: AnyCase, operation: str) -> None:
        """The operator's first request is the document's own."""
        self.begun.add(operation)
        example = self._example(operation)
        path, query = example.get("path", {}), example.get("query", {})
        case.path_parameters = path | self.prepared(operation, path, query)
        case.query, case.body = query, example.get("body", case.body)

    def _fit(self, case: AnyCase, operation: str, example: dict[str, Any]) -> None:
        self._address(case, operation, example)
        if "body" in example and isinstance(case.body, dict):
            case.body = _whole(self._mine(self._body(operation, case.body, example["body"])))

    # --- The address --------------------------------------------------------------------------------------------------------------

    def _address(self, case: AnyCase, operation: str, example: Mapping[str, Any]) -> None:
        linked = case._override
        path, query = dict(case.path_parameters or {}), dict(case.query or {})
        if self.chance.random() < 0.6:
            path |= example.get("path", {})
            query |= example.get("query", {})
        self._own(path)
        self._own(query)
        path |= self.prepared(operation, path, query)
        self._point(query)
        self._page(operation, path, query)
        if "webhook" in linked.path_parameters and "account" not in linked.query:
            # It was made for the caller itself: another account has none of this name.
            query.pop("account", None)
        case.path_parameters, case.query = path | linked.path_parameters, query | linked.query

    def _example(self, operation: str) -> dict[str, Any]:
        found = document.examples().get(operation, {})
        if operation == "post_contents":
            # What was erased is not taken back, and any document may have been erased by another case.
            self.count += 1
            return {"body": {"items": [{**each, "document": {"note": f"another {self.count}"}} for each in found["body"]["items"]]}}
        return self.teller.fitted(operation, found) if found else {}

    def _own(self, given: dict[str, Any]) -> None:
        """Somebody's account in place of a made one; often the caller's own."""
        for name in ACCOUNTS & given.keys():
            if self.chance.random() < 0.5:
                mine = self.role.account if self.role.account and self.chance.random() < 0.7 else None
                given[name] = mine or self.chance.choice(sorted(self.teller.accounts.values()))

    def _point(self, query: dict[str, Any]) -> None:
        """A block that is mirrored, a time after the ledger's beginning, and one of the two only."""
        if "block" in query:
            query["block"] = self.chance.randint(3, 40)
            query.pop("known_at", None)
        if "known_at" in query:
            query["known_at"] = "2026-01-01T00:00:30Z"

    def _page(self, operation: str, path: dict[str, Any], query: dict[str, Any]) -> None:
        """A cursor that the list gave for the same filters, or none: nobody can make one up."""
        if isinstance(query.get("after"), str):
            del query["after"]
            if (given := self.cursors.get(_list(operation, path, query))) is not None:
                query["after"] = given

    def prepared(self, operation: str, path: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
        """What an operation uses up is made anew for it."""
        makers: dict[str, Callable[[], dict[str, Any]]] = {
            "retry_act": self._held,
            "void_act": self._unspent,
            "delete_report": self._reported,
        }
        if operation == "erase_content":
            return self._spare(query)
        if operation in makers and self.chance.random() < 0.7:
            return makers[operation]()
        return {"webhook": self._webhook(query)} if "webhook" in path and self.chance.random() < 0.8 else {}

    def _held(self) -> dict[str, Any]:
        """An act that waits for a person."""
        reason = orjson.dumps(explain_skip(SKIPS.index("KeyInactive"), 0))
        held = ACTS.c.act_id == word(act_id("acceptance/2"))
        with self.teller.running.services.office.write() as conn:
            conn.execute(update(ACTS).where(held).values(state=State.READY, reason=reason, done_pos=None, done_hash=None))
        return {"act_id": str(act_id("acceptance/2"))}

    def _unspent(self) -> dict[str, Any]:
        self.count += 1
        return {"act_id": str(1_000_000 + self.count)}

    def _reported(self) -> dict[str, Any]:
        self.teller.http.post("/reports:batch", json=document.examples()["post_reports"]["body"]).raise_for_status()
        return {}

    def _spare(self, query: dict[str, Any]) -> dict[str, Any]:
        """A document that no other case needs."""
        self.count += 1
        document = {"note": str(self.count)}
        item = {"member": query.get("member") or self.teller.accounts["harbour"], "schema": "note/1", "document": document}
        made = self.teller.http.post("/content:batch", json={"items": [item]})
        return {"root": made.json()["items"][0]["root"]} if made.status_code == 201 else {}

    def _webhook(self, query: dict[str, Any]) -> str:
        """A subscription of the caller's; the operator makes it where the caller may not."""
        account = query.get("account") or self.role.account
        owner = {} if account is None else {"account": account}
        known = self.webhooks.get(account)
        if known is None or self.teller.http.get(f"/webhooks/{known}", params=owner).status_code != 200:
            made = self.teller.http.post("/webhooks", params=owner, json=WEBHOOK)
            self.webhooks[account] = known = made.json()["webhook"]["id"] if made.status_code == 201 else "wh_none"
        return known

    # --- The body -----------------------------------------------------------------------------------------------------------------

    def _body(self, operation: str, given: dict[str, Any], example: Any) -> Any:
        """The example as it stands, the example with one or two fields of what was generated, or what was generated."""
        if operation in FRESH and self.chance.random() < 0.4:
            return self._act(operation, given)
        choice = self.chance.random()
        if choice < 0.25:
            return example
        if choice < 0.75:
            names = [name for name in given if name not in ("act", "of")]
            return {**example, **{name: given[name] for name in self.chance.sample(names, min(len(names), self.chance.randint(1, 2)))}}
        return given

    def _act(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """An act that can be done, with what was generated around it."""
        account = self.role.account or self.teller.accounts["lumen"]
        real = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": self.chance.random() < 0.5}}
        if operation != "post_acts":
            return {**given, **real, "depends_on": []}
        return {**given, "acts": [{**each, **real, "depends_on": []} for each in given["acts"]]}

    def _mine(self, body: Any) -> Any:
        """The same body about the caller itself, now and then, where it was about somebody of the story."""
        if self.role.account is None or self.chance.random() < 0.5:
            return body
        return json.loads(json.dumps(body).replace(self.teller.accounts["lumen"], self.role.account))

    # --- Long waits ---------------------------------------------------------------------------------------------------------------

    def _bound(self, case: AnyCase) -> None:
        """Nobody waits long here, whatever the case says; a block's number, which is a `wait` too, stays."""
        names = {"get_head": {"timeout"}}.get(name_of(case), WAITS)
        for given in (case.query, case.body):
            if isinstance(given, dict):
                given |= {name: PATIENCE for name in names & given.keys() if _is_long(given[name])}


def _whole(value: Any) -> Any:
    """Whole numbers without a point: JSON Schema takes 7.0 for an integer, and the gateway only 7."""
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_long(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and PATIENCE < value <= MOST_WAIT


def _list(operation: str, path: dict[str, Any] | None, query: dict[str, Any] | None) -> str:
    """A list and its filters, for which alone its cursors are good."""
    filters = {name: value for name, value in (query or {}).items() if name not in ("after", "limit", "fields", "block", "known_at")}
    return f"{operation} {sorted((path or {}).items())} {sorted(filters.items())}"


def name_of(case: AnyCase) -> str:
    """The operation of a case."""
    found: str = case.operation.definition.raw["operationId"]
    return found
