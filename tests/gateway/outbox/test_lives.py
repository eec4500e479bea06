"""Lives of the outbox on a real ledger: whatever happens in whatever order, every act has one effect at most, and is told truly."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gateway.office import database as offices
from gateway.outbox import lanes
from ledger.mirror.database import Database
from tests.conftest import FULL
from tests.gateway.conftest import _emptied
from tests.gateway.outbox.lives import ACCEPTING, SENDING, SETTLING, Life
from tests.gateway.outbox.world import World

ASKED = st.tuples(st.sampled_from((0, 0, 1)), st.booleans(), st.sampled_from((False, False, True)))
"""An act: its kind, whose it is, whether its deadline is near."""
STEPS = 50 if FULL else 30


class Machine(RuleBasedStateMachine):
    """Anything may happen to a gateway between two steps; what must be true is held after each."""

    begin: ClassVar[Callable[[], Life]]
    happened: ClassVar[Counter[str]]

    @initialize()
    def starts(self) -> None:
        self.life = type(self).begin()
        self.life.accept([(0, False, False), (1, True, False)], follows=False)

    @rule(asked=st.lists(ASKED, min_size=1, max_size=5), follows=st.booleans())
    def accept(self, asked: list[tuple[int, bool, bool]], follows: bool) -> None:
        self.life.accept(asked, follows=follows)

    @rule()
    def repeat(self) -> None:
        self.life.repeat()

    @rule()
    def reuse(self) -> None:
        self.life.reuse()

    @rule(point=st.sampled_from(ACCEPTING))
    def die_accepting(self, point: str) -> None:
        self.life.die_accepting(point)

    @rule(is_signed=st.booleans())
    def ask_two(self, is_signed: bool) -> None:
        self.life.ask_two(is_signed=is_signed)

    @rule()
    def co_sign(self) -> None:
        self.life.co_sign()

    @rule()
    def void(self) -> None:
        self.life.void()

    @rule()
    def send(self) -> None:
        self.life.send()

    @rule()
    def send_and_mine(self) -> None:
        self.life.send()
        self.life.mine(1)

    @rule()
    def settle(self) -> None:
        self.life.settle()

    @rule(point=st.sampled_from(SENDING + SETTLING))
    def die(self, point: str) -> None:
        self.life.die(point)

    @rule()
    def take_over(self) -> None:
        self.life.take_over()

    @rule()
    def lose_lease(self) -> None:
        self.life.lose_lease()

    @rule()
    def suspend(self) -> None:
        self.life.suspend()

    @rule()
    def retry(self) -> None:
        self.life.retry()

    @rule(blocks=st.integers(1, 3))
    def mine(self, blocks: int) -> None:
        self.life.mine(blocks)

    @rule(depth=st.integers(1, 3))
    def fork(self, depth: int) -> None:
        self.life.fork(depth)

    @rule()
    def drop(self) -> None:
        self.life.drop()

    @rule()
    def grow_dear(self) -> None:
        self.life.grow_dear()

    @rule()
    def pass_time(self) -> None:
        self.life.pass_time()

    @invariant()
    def holds(self) -> None:
        if life := getattr(self, "life", None):
            life.check_histories()
            life.check_lane()
            life.check_effects()

    def teardown(self) -> None:
        if life := getattr(self, "life", None):
            life.end()
            life.check_histories()
            self.happened.update(life.did)
            self.happened.update(act.state for act in life.rows())


def lived(begin: Callable[[], Life], examples: int) -> Counter[str]:
    """Runs lives; how often what happened. A life takes seconds, so one that fails is told as it was and not made smaller."""
    happened: Counter[str] = Counter()
    made = type("Lived", (Machine,), {"begin": staticmethod(begin), "happened": happened})
    checks = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(made, settings=checks)
    print(dict(happened))
    return happened


@pytest.fixture(autouse=True)
def impatient(quick_sealing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent is sent again at every step."""
    monkeypatch.setattr(lanes, "_PAUSE", dict.fromkeys(lanes._PAUSE, -1))
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)


def test_whatever_happens_every_act_has_one_effect_at_most(
    world: World, sqlite_office: Path, mirror_of_kind: Callable[[bool], Database], tmp_path: Path
) -> None:
    numbers = count()

    def begin() -> Life:
        file = tmp_path / f"office-{next(numbers)}.db"
        shutil.copyfile(sqlite_office, file)
        return Life.begin(world, offices.open(f"sqlite:///{file}"), mirror_of_kind(False))

    happened = lived(begin, 300 if FULL else 16)
    assert {"final", "refused", "expired", "voided", "died", "raised", "lease lost"} <= happened.keys()


def test_the_same_on_postgresql(world: World, postgres_office: Database, mirror_of_kind: Callable[[bool], Database]) -> None:
    assert lived(lambda: Life.begin(world, _emptied(postgres_office), mirror_of_kind(True)), 60 if FULL else 4)["final"]
