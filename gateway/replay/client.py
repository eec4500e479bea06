"""The replay as a client of the gateway's HTTP API: batches with deterministic keys, so that a second run does nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias, TypeVar

import httpx

from gateway.client import said
from ledger.domain.ids import to_hex
from ledger.foreseen import Foreseen

Json: TypeAlias = dict[str, Any]
_Item = TypeVar("_Item")

MOST_ACTS = 500
MOST_MEMBERS = 500
MOST_CONTENTS = 500
MOST_WAITED = 2000
_PATIENCE_SECONDS = 300.0
_ONE_WAIT_SECONDS = 20.0
_DONE = frozenset({"final"})
_FAILED = frozenset({"refused", "expired", "voided", "undone"})


class ReplayStopped(Foreseen):
    """The gateway didn't do what the plan asks; the message says which act and why. Nothing later was sent."""


@dataclass(frozen=True, slots=True)
class ActWanted:
    """An act to be submitted: idempotency key, acting account, kind, body and the role that it is signed in (None: no role is asked)."""

    key: str
    account: bytes
    kind: str
    body: Json
    role: str | None = None
    signers: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class CallWanted:
    """A permissionless call."""

    key: str
    contract: str
    function: str
    arguments: list[Any]


class Gateway:
    """One gateway's API. Raises ReplayStopped for a refusal, httpx.TransportError when it can't be reached."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def members(self, wanted: Sequence[Json]) -> dict[str, bytes]:
        """Admits members (those that exist stay) and waits until the mirror has them; their accounts by key."""
        accounts: dict[str, bytes] = {}
        for part in chunks(wanted, MOST_MEMBERS):
            answer = self._post("/members:batch", {"members": part})
            accounts |= {each["key"]: bytes.fromhex(each["account"][2:]) for each in _accepted(answer["members"])}
        return accounts

    def admitted(self, accounts: Iterable[bytes], beat: Beat) -> None:
        """Waits until the mirror has the members."""
        for part in chunks([to_hex(account) for account in accounts], MOST_WAITED):
            _until(beat, lambda seconds, part=part: len(self._post("/members:wait", {"accounts": part, "timeout": seconds})["pending"]))

    def contents(self, items: Sequence[Json]) -> list[str]:
        """Stores documents and gives their roots, in order."""
        return [each["root"] for part in chunks(items, MOST_CONTENTS) for each in self._post("/content:batch", {"items": part})["items"]]

    def submit(self, acts: Sequence[ActWanted], deadline: int) -> list[Json]:
        """Has acts accepted in their order; those of an earlier run come back as they stand. `deadline` in UTC seconds of the chain."""
        refs: list[Json] = []
        for part in chunks(acts, MOST_ACTS):
            answer = self._post("/acts:batch", {"acts": [_act_json(act, deadline) for act in part]})
            refs += [{"account": each["account"], "id": each["id"]} for each in _accepted(answer["acts"])]
        return refs

    def trigger(self, calls: Sequence[CallWanted]) -> list[str]:
        """Has permissionless calls accepted; their ids."""
        found: list[str] = []
        for part in chunks(calls, MOST_ACTS):
            asked = [{"key": each.key, "contract": each.contract, "function": each.function, "arguments": each.arguments} for each in part]
            found += [each["id"] for each in _accepted(self._post("/calls:batch", {"calls": asked})["calls"])]
        return found

    def wait_acts(self, refs: Sequence[Json], until: str, beat: Beat) -> None:
        """Waits until all acts are `until` ("sent", "mined", "final") or past it. Raises ReplayStopped for one that failed."""
        for part in chunks(refs, MOST_WAITED):
            _until(beat, lambda seconds, part=part: self._acts_pending(part, until, seconds))

    def wait_calls(self, ids: Sequence[str], until: str, beat: Beat) -> None:
        """The same for calls."""
        for part in chunks(ids, MOST_WAITED):
            _until(beat, lambda seconds, part=part: self._calls_pending(part, until, seconds))

    def get(self, path: str, **query: Any) -> Json:
        """A read."""
        return _body(self._http.get(path, params=query))

    def _acts_pending(self, refs: list[Json], until: str, seconds: float) -> int:
        answer = self._post("/acts:wait", {"acts": refs, "until": until, "timeout": seconds})
        _check_failed(answer["acts"])
        return int(answer["pending"])

    def _calls_pending(self, ids: list[str], until: str, seconds: float) -> int:
        answer = self._post("/calls:wait", {"ids": ids, "until": until, "timeout": seconds})
        _check_failed(answer["calls"])
        return int(answer["pending"])

    def _post(self, path: str, content: Json) -> Json:
        return _body(self._http.post(path, json=content))


class Beat:
    """What is done between two looks while something is waited for: on the embedded chain, a block is mined."""

    look_seconds = _ONE_WAIT_SECONDS

    def __call__(self) -> None:
        """Nothing: the chain keeps its own time."""


def chunks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Lists of at most `size`, in order."""
    source = iter(items)
    while part := list(islice(source, size)):
        yield part


def _until(beat: Beat, pending: Any) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while left := pending(beat.look_seconds):
        if time.monotonic() > end:
            raise ReplayStopped(
                f"{left} of a batch still pending after {_PATIENCE_SECONDS:.0f} s; see the gateway's health, then start the replay again"
            )
        beat()


def _act_json(act: ActWanted, deadline: int) -> Json:
    wanted: Json = {"key": act.key, "account": to_hex(act.account), "kind": act.kind, "body": act.body, "deadline": deadline}
    if act.role:
        wanted["role"] = act.role
    if act.signers:
        wanted["signers"] = list(act.signers)
    return wanted


def _accepted(answers: list[Json]) -> list[Json]:
    for each in answers:
        if "problem" in each:
            raise ReplayStopped(f"{each.get('key')}: {each['problem'].get('detail') or each['problem'].get('title')}")
    return answers


def _check_failed(answers: list[Json]) -> None:
    for each in answers:
        if each["state"] in _FAILED:
            reason = each.get("reason") or {}
            sentence = reason.get("sentence", reason) if isinstance(reason, dict) else reason
            raise ReplayStopped(
                f"{each.get('key') or each['id']} ({each.get('kind', 'call')}) is {each['state']}: {sentence or 'no reason given'}"
            )


def _body(answer: httpx.Response) -> Json:
    if answer.is_success:
        found: Json = answer.json()
        return found
    raise ReplayStopped(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {said(answer)}")
