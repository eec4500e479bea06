"""Generated cases over the whole API, as everybody: nothing undocumented is answered, nothing fails, nobody gets what isn't theirs.

`PLEDGEBOOK_FULL=1 python -m pytest tests/gateway/cases -s` runs every check of every role and prints what was answered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway import runtime
from gateway.api import document
from gateway.api.rights import RIGHTS
from gateway.config import Settings
from tests.conftest import FULL
from tests.gateway.cases import hostile
from tests.gateway.cases.excused import NEVER_DONE, OFF
from tests.gateway.cases.feeding import Feed
from tests.gateway.cases.roles import Role, cast
from tests.gateway.cases.running import Found, Plan, run, seeded
from tests.gateway.documented import Documented
from tests.gateway.examples import GENESIS, Teller

pytestmark = pytest.mark.long

SEED = int(os.environ.get("PLEDGEBOOK_SEED", "7"))
LEAST = 20_000 if FULL else 800
EVERYBODY = ("nobody", "reader", "supplier", "obligor", "bank", "officer", "auditor", "regulator", "operator")
LIMITED = ("operator", "bank")
"""Who tries every limit of every field in a full run: who may do everything, and a member. Limits are the same for all."""
RANDOM = 20 if FULL else 1
"""Random cases of an operation, for each role that tries them."""
SAMPLE = 3
"""Paths whose limits a quick run tries, chosen by the seed; a full run tries those of all."""


@dataclass
class Runs:
    """The runs of this module: each role's cases are sent once."""

    teller: Teller
    roles: dict[str, Role]
    found: dict[str, Found] = field(default_factory=dict)

    def of(self, name: str) -> Found:
        """What came of a role's cases."""
        if name not in self.found:
            self.found[name] = Found()
            for at, plan in enumerate(plans(name, self.teller.paths)):
                feed = Feed(self.teller, self.roles[name], seeded(SEED + at, name))
                self.found[name].add(run(feed, plan, self.teller.document(), OFF))
        return self.found[name]


def plans(name: str, paths: Mapping[str, tuple[str, str]]) -> list[Plan]:
    """What is tried as a role, of operations whose methods and paths are given."""
    if FULL:
        phases = ("examples", "coverage", "fuzzing") if name in LIMITED else ("examples", "fuzzing")
        return [Plan(phases, RANDOM, SEED), *following(name, 40)]
    if name != "operator":
        return [Plan(("examples",), 1, SEED), *(following(name, 8) if name == "bank" else ())]
    chosen = seeded(SEED, "sample").sample(sorted({path for _, path in paths.values()}), SAMPLE)
    limits = frozenset(operation for operation, (_, path) in paths.items() if path in chosen)
    return [Plan(("examples", "fuzzing"), RANDOM, SEED), Plan(("coverage",), 1, SEED, limits)]


def following(name: str, lives: int) -> list[Plan]:
    """What is made, used and removed, along the document's links."""
    made = frozenset(each for each in RIGHTS if "webhook" in each or "dead_letters" in each)
    kept = frozenset({"post_contents", "get_content", "post_certificate", "get_certificate", "post_reports", "get_report", "delete_report"})
    return [] if name in ("nobody", "reader") else [Plan(("stateful",), lives, SEED, made), Plan(("stateful",), lives, SEED, kept)]


@contextmanager
def told(home: Path, url: str | None = None) -> Iterator[Teller]:
    """A gateway to which the whole story was told. Wrong keys are part of it, so they aren't counted here."""
    databases = {} if url is None else {"mirror_url": url, "office_url": url}
    limits = {"rate_guesses": 0, "rate_key": 0, "rate_peer": 0}
    settings = Settings.model_validate(
        {"home": home, "port": 0, "keeper": False, "webhook_hosts": "core.bank.example", **limits, **databases}
    )
    running = runtime.start(settings, genesis_time=GENESIS)
    assert running.clock is not None
    running.clock.run()
    teller = Teller(running)
    for operation, example in document.examples().items():
        if operation not in ("remove_webhook", "erase_content", "carry_out_order"):
            teller.tell(operation, example)
    teller.have_ordered()
    yield teller
    teller.http.close()
    running.clock.hold()
    running.stop()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A gateway asked by everybody."""
    with told(tmp_path_factory.mktemp("cases") / "home") as teller:
        yield Runs(teller, cast(teller))


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, new_postgres: Callable[[], str]) -> Iterator[Runs]:
    """The same on PostgreSQL, which takes no NUL in a text and no half of a character."""
    with told(tmp_path_factory.mktemp("cases") / "home", new_postgres()) as teller:
        yield Runs(teller, cast(teller))


@pytest.fixture(params=["runs", "on_postgresql"] if FULL else ["on_postgresql"])
def teller(request: pytest.FixtureRequest) -> Teller:
    """The story told on either database; in a quick run on the one that takes less."""
    found: Runs = request.getfixturevalue(request.param)
    return found.teller


def test_everybody_is_here(runs: Runs) -> None:
    assert runs.roles.keys() == set(EVERYBODY)


@pytest.mark.parametrize("who", EVERYBODY)
def test_generated_cases_are_answered_as_the_document_says(runs: Runs, who: str) -> None:
    found = runs.of(who)
    assert not found.wrong, f"seed {SEED}\n{found.told()}"


def test_there_are_enough_of_them_and_they_go_deep(runs: Runs) -> None:
    total = Found()
    for who in EVERYBODY:
        total.add(runs.of(who))
    done = total.successes()
    print(f"seed {SEED}, {total.cases} cases; 2xx of each operation:")
    print("\n".join(f"{count:6} {operation}" for operation, count in sorted(done.items())))
    assert total.cases >= LEAST
    assert {operation for operation in RIGHTS if not done[operation]} == NEVER_DONE.keys()
    assert {status for _, status in total.answers} <= {200, 201, 202, 204, 304, 401, 403, 404, 405, 409, 413, 415, 422, 503}


def test_no_value_that_no_schema_tells_of_is_an_error(teller: Teller) -> None:
    """Each answer is documented, and none is a fault of the gateway."""
    chance, sent = seeded(SEED, "hostile"), 0
    documented = Documented(teller.document())
    for operation in teller.paths:
        example = teller.fitted(operation, document.examples().get(operation, {}))
        cases = [(path, value) for path in hostile.places(example.get("body", ())) for value in hostile.VALUES if "body" in example]
        for path, value in cases if FULL else chance.sample(cases, min(len(cases), 25)):
            answer = hostile.send(teller, operation, example, hostile.written(example["body"], path, value), f"hostile {sent}")
            documented.check(answer)
            assert answer.status_code < 500, f"{operation}, {path}: {value[:40]}: {answer.text}"
            sent += 1
    assert sent > (5_000 if FULL else 400)


def test_no_text_in_an_address_is_an_error(teller: Teller) -> None:
    """The same of what stands in the place of a parameter."""
    documented, chance, sent = Documented(teller.document()), seeded(SEED, "texts"), 0
    for operation, (method, path) in teller.paths.items():
        example = teller.fitted(operation, document.examples().get(operation, {}))
        given = {name: example.get(name, {}) for name in ("path", "query")}
        for parameter in teller.document()["paths"][path][method.lower()].get("parameters", []):
            if parameter["in"] not in given or operation in document.STREAMS:
                continue
            for text in hostile.TEXTS if FULL else chance.sample(hostile.TEXTS, len(hostile.TEXTS) // 3):
                asked = {**given, parameter["in"]: {**given[parameter["in"]], parameter["name"]: text}}
                answer = hostile.ask(teller, operation, {**example, **asked})
                documented.check(answer)
                assert answer.status_code < 500, f"{operation}, {parameter['name']}: {text[:40]!r}: {answer.text}"
                sent += 1
    assert sent > (1_000 if FULL else 300)


@pytest.mark.parametrize("who", ["operator", "bank"] if FULL else ["operator"])
def test_generated_cases_are_answered_alike_on_postgresql(on_postgresql: Runs, who: str) -> None:
    """A part of them: the examples, and the limits of every field of some paths."""
    paths = on_postgresql.teller.paths
    chosen = seeded(SEED, "postgresql").sample(sorted({path for _, path in paths.values()}), SAMPLE)
    limits = frozenset(operation for operation, (_, path) in paths.items() if path in chosen or "webhook" in operation)
    found = Found()
    for at, plan in enumerate((Plan(("examples",), 1, SEED), Plan(("coverage",), 1, SEED, limits))):
        feed = Feed(on_postgresql.teller, on_postgresql.roles[who], seeded(SEED + at, who))
        found.add(run(feed, plan, on_postgresql.teller.document(), OFF))
    assert found.cases > 50 and not found.wrong, f"seed {SEED}\n{found.told()}"


def test_nothing_is_excused_that_is_not_there() -> None:
    assert {operation for _, operation in OFF} | NEVER_DONE.keys() <= RIGHTS.keys()
    assert all(len(reason) > 20 for reason in (*OFF.values(), *NEVER_DONE.values()))
