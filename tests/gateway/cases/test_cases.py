"""Generated cases over the whole API, as everybody: nothing undocumented is answered, nothing fails, nobody gets what isn't theirs.

`PLEDGEBOOK_FULL=1 python -m pytest tests/gateway/cases -s` runs every check of every role and prints what was answered.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

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

SEED = int(os.environ.get("PLEDGEBOOK_SEED", "7"))
LEAST = 20_000 if FULL else 2_000
EVERYBODY = ("nobody", "reader", "supplier", "obligor", "bank", "officer", "auditor", "regulator", "operator")
LIMITED = ("operator", "bank")
"""Who tries every limit of every field in a full run: who may do everything, and a member. Limits are the same for all."""
RANDOM = 20 if FULL else 3
"""Random cases of an operation, for each role that tries them."""
SAMPLE = 12
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


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A gateway to which the whole story was told, asked by everybody. Wrong keys are part of it, so they aren't counted here."""
    home = tmp_path_factory.mktemp("cases") / "home"
    settings = Settings(home=home, port=0, keeper=False, webhook_hosts="core.bank.example", rate_guesses=0, rate_key=0, rate_peer=0)
    running = runtime.start(settings, genesis_time=GENESIS)
    assert running.clock is not None
    running.clock.run()
    teller = Teller(running)
    for operation, example in document.examples().items():
        if operation not in ("remove_webhook", "erase_content", "carry_out_order"):
            teller.tell(operation, example)
    teller.have_ordered()
    yield Runs(teller, cast(teller))
    teller.http.close()
    running.clock.hold()
    running.stop()


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
    assert {status for _, status in total.answers} <= {200, 201, 202, 304, 401, 403, 404, 405, 409, 413, 415, 422, 503}


def test_no_value_that_no_schema_tells_of_is_an_error(runs: Runs) -> None:
    """Each answer is documented, and none is a fault of the gateway."""
    teller, chance, sent = runs.teller, seeded(SEED, "hostile"), 0
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


def test_nothing_is_excused_that_is_not_there() -> None:
    assert {operation for _, operation in OFF} | NEVER_DONE.keys() <= RIGHTS.keys()
    assert all(len(reason) > 20 for reason in (*OFF.values(), *NEVER_DONE.values()))
