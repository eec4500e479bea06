"""Runs generated cases of one role against a gateway, and counts what was answered."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis import hooks
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import CheckNode, ScenarioRecorder

from gateway.api import document
from gateway.api.answers import Event
from tests.gateway.cases.feeding import AnyCase, Feed, name_of
from tests.gateway.cases.roles import Role

PHASES = ("examples", "coverage", "fuzzing", "stateful")
STREAM_EVENTS = 20
SECONDS = 30


@dataclass
class Found:
    """What came of a run: answers by operation and status, and what was wrong, each with a line to repeat it."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        return self.answers.total()

    def note(self, check: str, operation: str, text: str) -> None:
        """Keeps something wrong; of the same check and operation a few only."""
        kept = self.wrong.setdefault((check, operation), [])
        if len(kept) < 5:
            kept.append(text)

    def add(self, other: Found) -> None:
        """Takes in what another run found."""
        self.answers += other.answers
        for (check, operation), texts in other.wrong.items():
            for text in texts:
                self.note(check, operation, text)

    def successes(self) -> Counter[str]:
        """How many answers of each operation were 2xx; 204 is what OPTIONS gets, which is no operation."""
        found: Counter[str] = Counter()
        for (operation, status), count in self.answers.items():
            found[operation] += count if 200 <= status < 300 and status != 204 else 0
        return found

    def told(self) -> str:
        """Everything that was wrong, in lines."""
        return "\n\n".join(f"{check} of {operation}:\n{text}" for (check, operation), texts in self.wrong.items() for text in texts)


@dataclass(frozen=True)
class Plan:
    """What a run tries: its phases, random cases an operation, and operations (none: all)."""

    phases: tuple[str, ...]
    examples: int
    seed: int
    only: frozenset[str] = frozenset()


def run(feed: Feed, plan: Plan, made: Mapping[str, Any], off: Mapping[tuple[str, str], str]) -> Found:
    """Runs a role's cases over the document; `off` names checks that an operation can't keep, and why."""
    found = Found()
    schema = schemathesis.openapi.from_dict(_part(made, plan.only), config=_config(feed.role, plan, off))
    schema.config.update(base_url=feed.teller.running.url)
    with _fed(feed):
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _take(found, feed.role, event.recorder)
            elif isinstance(event, events.NonFatalError):
                found.note("error", event.label, str(event.value))
            elif isinstance(event, events.FatalError):
                raise event.exception
    return found


def _part(made: Mapping[str, Any], only: frozenset[str]) -> dict[str, Any]:
    """The document, or what it says of some operations."""
    part = copy.deepcopy(dict(made))
    for path, methods in list(part["paths"].items()) if only else ():
        part["paths"][path] = {method: each for method, each in methods.items() if each["operationId"] in only}
    return part


def _config(role: Role, plan: Plan, off: Mapping[tuple[str, str], str]) -> Any:
    operations: dict[str, dict[str, Any]] = {}
    for check, operation in off:
        operations.setdefault(operation, {})[check] = {"enabled": False}
    return schemathesis.Config.from_dict(
        {
            "seed": plan.seed,
            "headers": role.headers,
            "continue-on-failure": True,
            "request-timeout": SECONDS,
            "max-stream-events": STREAM_EVENTS,
            "generation": {"max-examples": plan.examples, "no-shrink": True, "database": "none"},
            "phases": {phase: {"enabled": phase in plan.phases} for phase in PHASES},
            "operations": [{"include-operation-id": name, "checks": checks} for name, checks in operations.items()],
            # So that a line to repeat a request has what was sent: all keys here are a test's own.
            "output": {"sanitization": {"enabled": False}},
        }
    )


@contextmanager
def _fed(feed: Feed) -> Iterator[None]:
    dispatcher = hooks.GLOBAL_HOOK_DISPATCHER
    taken = [(name, getattr(feed, name)) for name in ("before_call", "after_call")]
    for name, each in taken:
        dispatcher.register_hook_with_name(each, name)
    try:
        yield
    finally:
        for _, each in taken:
            dispatcher.unregister(each)


def _take(found: Found, role: Role, recorder: ScenarioRecorder) -> None:
    for case_id, interaction in recorder.interactions.items():
        case, answer = recorder.cases[case_id].value, interaction.response
        if answer is None:
            found.note("answered", name_of(case), f"no answer to {case.method} {interaction.request.uri}")
            continue
        found.answers[name_of(case), answer.status_code] += 1
        if name_of(case) in document.STREAMS and answer.status_code == 200:
            _check_events(answer.text)
        _check_role(found, role, case, answer.status_code, case.as_curl_command())
    for case_id, checks in recorder.checks.items():
        for check in checks:
            _check(found, recorder, case_id, check)


def _check_events(text: str) -> None:
    """Every event of a stream is as the document says. Raises ValidationError."""
    for line in text.splitlines():
        if line.startswith("data: ") and line.endswith("}") and "contract" in line:
            Event.model_validate_json(line.removeprefix("data: "))


def _check_role(found: Found, role: Role, case: AnyCase, status: int, line: str) -> None:
    """Nobody gets what the declaration keeps from it; without a key nothing but 401."""
    operation = name_of(case)
    if role.is_refused(operation) and (status < 400 or (role.key is None and status != 401)):
        found.note("rights", operation, f"{role.name} got {status}: {line}")


def _check(found: Found, recorder: ScenarioRecorder, case_id: str, check: CheckNode) -> None:
    case, answer = recorder.cases[case_id].value, recorder.find_response(case_id=case_id)
    if check.status == Status.FAILURE and check.failure_info is not None and not _is_sparse(case, check):
        failure, told = check.failure_info, "" if answer is None else f"{answer.status_code} {answer.text[:400]}"
        found.note(check.name, name_of(case), f"{failure.failure.message}\n{failure.code_sample}\n{told}")


def _is_sparse(case: AnyCase, check: CheckNode) -> bool:
    """Rows lack what was not asked for (`fields`); tests/gateway/test_shaping.py holds that they have what was."""
    told = "" if check.failure_info is None else check.failure_info.failure.message
    return check.name == "response_schema_conformance" and "fields" in (case.query or {}) and "is a required property" in told


def seeded(seed: int, role: str) -> random.Random:
    """Chance for one role: the same for the same seed."""
    return random.Random(f"{seed} {role}")
