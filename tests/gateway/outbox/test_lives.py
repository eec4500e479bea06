"""Random lives of the outbox on a real ledger: whatever happens in whatever order, every act has one effect at most, and is told truly."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from gateway import acts
from gateway.drafts import Request, key_of
from gateway.office.models import LANE, TX
from gateway.office.repository import Act, ActKey
from gateway.outbox import lanes
from gateway.outbox.lanes import TxState
from gateway.outbox.states import ENDS, State
from ledger import faults
from ledger.mirror.models import Outcome
from tests.conftest import FULL
from tests.gateway.outbox.test_live import NO_SUCH_TOKEN
from tests.gateway.outbox.world import OPERATOR, House

LIVES = 60 if FULL else 4
STEPS = 60
POINTS = ("writing", "keeping", "written", "sending", "sent", "noting", "noted", "settling-txs", "settling-acts", "settling")
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (("SetAcceptance", {"acceptsDirect": True}), ("Move", NO_SUCH_TOKEN))
SPENDING = {Outcome.DONE: "final", Outcome.REFUSED: "refused", Outcome.VOIDED: "voided"}


class Died(Exception):
    """The process ended here, as far as the outbox can tell."""


@dataclass
class Life:
    """A gateway, the requests made to it, and chance."""

    house: House
    chance: random.Random
    member: bytes
    other: bytes
    requests: dict[ActKey, Request] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        """One thing happens."""
        steps: dict[Callable[[], None], int] = {
            self.accept: 5, self.repeat: 2, self.send: 6, self.die: 3, self.mine: 6, self.settle: 6,
            self.fork: 1, self.drop: 1, self.restart: 2, self.suspend: 1, self.retry: 1,
        }  # fmt: skip
        (chosen,) = self.chance.choices(list(steps), list(steps.values()))
        self.did[chosen.__name__] += 1
        chosen()

    def accept(self) -> None:
        """A batch comes in: some the ledger will refuse, some depend on others."""
        made: list[Request] = []
        for _ in range(self.chance.randint(1, 6)):
            kind, body = self.chance.choice(KINDS)
            before = tuple(key_of(each) for each in self.chance.sample(made, min(len(made), self.chance.randint(0, 2))))
            account = self.chance.choice([self.member, self.other])
            made.append(self.house.request(account, kind, body, deadline=self.house.world.time() + 10**6, depends_on=before))
        found = acts.accept(self.house.services, OPERATOR, made + made[:1])
        self.requests |= {row.key: request for row, request in zip(found, made, strict=False) if isinstance(row, Act)}

    def repeat(self) -> None:
        """A client that got no answer asks again."""
        for key, request in self.chance.sample(sorted(self.requests.items()), min(3, len(self.requests))):
            (row,) = acts.accept(self.house.services, OPERATOR, [request])
            assert isinstance(row, Act) and row.key == key

    def send(self) -> None:
        self.house.relay.step()

    def die(self) -> None:
        """The process ends somewhere on its way, and another one goes on."""
        point = self.chance.choice(POINTS)

        def maybe(name: str) -> None:
            if name == f"outbox.{point}":
                raise Died(name)

        with pytest.MonkeyPatch.context() as fault:
            fault.setattr(faults, "point", maybe)
            try:
                self.house.relay.step()
                self.settle()
            except Died:
                self.did["died"] += 1
        self.restart()

    def mine(self) -> None:
        self.house.world.mine(self.chance.randint(1, 3))

    def settle(self) -> None:
        self.house.read()

    def fork(self) -> None:
        """The node loses its last blocks and its pool."""
        self.house.read()
        rpc = self.house.world.rpc
        rpc.call("anvil_reorg", self.chance.randint(1, 3), [])
        rpc.call("anvil_dropAllTransactions")
        rpc.call("evm_increaseTime", 3)
        rpc.call("evm_mine")

    def drop(self) -> None:
        self.house.world.rpc.call("anvil_dropAllTransactions")

    def restart(self) -> None:
        house = self.house
        self.house = House.build(house.world, house.office, house.services.mirror, owner=house.owner, mirrored=house.services.sync)

    def suspend(self) -> None:
        """A member is suspended over one round: its acts are skipped."""
        decide = self.house.world.decide
        decide("Members", "suspend", self.other, b"\0" * 32)
        self.house.relay.step()
        self.house.world.mine()
        decide("Members", "reinstate", self.other, b"\0" * 32)

    def retry(self) -> None:
        """A person sends what is held once more."""
        for key in self.requests:
            if self.house.act(key).held:
                self.house.retry(self.house.act(key))

    def heal(self) -> None:
        """Nothing more happens: the outbox comes to rest."""
        self.restart()
        for _ in range(30):
            self.house.round()
            if all(self.house.act(key).state in {*ENDS, State.READY} for key in self.requests):
                return
        raise AssertionError([(self.house.act(key).state, self.house.act(key).reason) for key in self.requests])

    def waits(self, key: ActKey) -> bool:
        """Whether an act must go after one that is ready and not on its way."""
        return any(self.house.act(before).state == State.READY for before in self.requests[key].depends_on)

    def check(self) -> None:
        """Every act is told as the chain has it, at most once; no nonce is left out."""
        house = self.house
        for key in self.requests:
            act, outcomes = house.act(key), house.outcomes(house.act(key))
            spent = [outcome for outcome in outcomes if outcome in SPENDING]
            assert len(spent) <= 1, outcomes
            assert act.state == (SPENDING[spent[0]] if spent else "ready"), (act.state, act.reason, outcomes)
            assert spent or act.held or self.waits(key), "ready is what waits for a person, or behind what does"
        with house.office.read() as conn:
            lane = conn.execute(select(LANE).where(LANE.c.lane == house.relay.name)).one()
            txs = list(conn.execute(select(TX.c.nonce, TX.c.state).where(TX.c.lane == house.relay.name)))
        assert lane.alarm is None
        finals = [tx.nonce for tx in txs if tx.state == TxState.FINAL]
        assert sorted(finals) == list(range(house.world.nonce(house.relayer))) == list(range(lane.next_nonce))


@pytest.mark.parametrize("seed", range(LIVES))
def test_a_random_life_ends_with_every_act_told_truly(house: House, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_PAUSE", dict.fromkeys(lanes._PAUSE, -1))
    member, other = house.member(), house.member()
    house.world.mine(8)
    house.read()
    life = Life(house, random.Random(seed), member, other)
    for _ in range(STEPS):
        life.step()
    life.heal()
    life.check()
    assert life.requests and life.did["send"]
