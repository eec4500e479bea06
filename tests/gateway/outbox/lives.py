"""What can happen to an outbox on a real ledger, and what must be true of it whatever has happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway import acts, signatures
from gateway.access import ACT, READ, Session
from gateway.drafts import Request, Wanted, key_of
from gateway.errors import Problem
from gateway.office.models import LANE, TX
from gateway.office.repository import Act, ActKey
from gateway.outbox import lanes
from gateway.outbox.lanes import ChainUnsettled, GoesLater, LeaseLost, TxState
from gateway.outbox.states import ENDS, LEGAL, State
from ledger import faults
from ledger.chain.calls import call_data
from ledger.chain.direct import Sender as Direct
from ledger.chain.direct import TransactionFailed
from ledger.chain.engines import anvil
from ledger.domain.acts import SIGNED
from ledger.mirror.database import Database
from ledger.mirror.models import Outcome
from ledger.mirror.schema import number
from tests.gateway.outbox.test_live import NO_SUCH_TOKEN
from tests.gateway.outbox.world import OPERATOR, House, World

ENGINE = replace(anvil.ENGINE, gas_price=1_000, fee_market=True)
SENDING = ("decided", "writing", "keeping", "written", "sending", "sent", "noting", "noted")
SETTLING = ("settling-txs", "settling-acts", "settling", "settled")
ACCEPTING = ("accepting", "adding", "accepted")
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (("SetAcceptance", {"acceptsDirect": True}), ("Move", NO_SUCH_TOKEN))
SPENDING = {Outcome.DONE: State.FINAL, Outcome.REFUSED: State.REFUSED, Outcome.VOIDED: State.VOIDED}
LONG, SHORT = 10**6, 40
"""Seconds until an act's deadline: more than a life lasts, or so few that it may pass."""


class Died(Exception):
    """The process ended here, as far as the outbox can tell."""


@contextmanager
def dying(point: str) -> Iterator[None]:
    """Whoever comes to this point of the outbox ends there."""

    def maybe(name: str) -> None:
        if name == f"outbox.{point}":
            raise Died(name)

    with pytest.MonkeyPatch.context() as fault:
        fault.setattr(faults, "point", maybe)
        yield


@dataclass
class Life:
    """A gateway, and the requests that were made to it."""

    house: House
    member: bytes
    other: bytes
    requests: dict[ActKey, Request] = field(default_factory=dict)
    histories: dict[ActKey, list[str]] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    owners: int = 0
    latest: int = 0
    """The latest time that the chain had, UTC seconds. A fork may take its clock back."""

    @staticmethod
    def begin(world: World, office: Database, mirror: Database) -> Life:
        """A gateway with an empty office and two members, on a chain with a market of fees."""
        house = House.build(world, office, mirror, engine=ENGINE).enrol()
        world.rpc.call("anvil_setBalance", house.relayer, hex(10**24))
        life = Life(house, house.member(), house.member())
        world.mine(8)
        house.read()
        return life

    # --- Requests -----------------------------------------------------------------------------------------------------------------

    def accept(self, asked: Sequence[tuple[int, bool, bool]], *, follows: bool) -> None:
        """A batch comes in: acts of a kind, by one member or the other, with a long or a short deadline; the last may follow the first."""
        made = [self.request(*each) for each in asked]
        if follows and len(made) > 1:
            made[-1] = replace(made[-1], depends_on=(key_of(made[0]),))
        self.keep(made, acts.accept(self.house.services, OPERATOR, made + made[:1]))

    def request(self, kind: int, is_other: bool, is_short: bool) -> Request:
        """An act under a fresh key. Some the ledger will refuse."""
        name, body = KINDS[kind]
        deadline = self.house.world.time() + (SHORT if is_short else LONG)
        return self.house.request(self.other if is_other else self.member, name, body, deadline=deadline)

    def keep(self, made: Sequence[Request], found: Sequence[Act | Problem]) -> None:
        self.requests |= {row.key: request for row, request in zip(found, made, strict=False) if isinstance(row, Act)}

    def repeat(self) -> None:
        """A client that got no answer asks again."""
        for key, request in list(self.requests.items())[-3:]:
            (row,) = acts.accept(self.house.services, self.speaker(request), [request])
            assert isinstance(row, Act) and row.key == key

    def speaker(self, request: Request) -> Session:
        """Who asks: a member where another one is to sign, too."""
        return self.session(request.account) if len(request.signers) > 1 else OPERATOR

    def reuse(self) -> None:
        """The same key with another body changes nothing."""
        for key, request in list(self.requests.items())[-1:]:
            before = self.house.act(key)
            other = replace(request, body={**request.body, "acceptsDirect": False, "ref": "0x" + "77" * 32})
            other = replace(other, body={name: other.body[name] for name in request.body})
            (refused,) = acts.accept(self.house.services, self.speaker(request), [other])
            assert isinstance(refused, Problem) and refused.status == 409 and self.house.act(key) == before

    def die_accepting(self, point: str) -> None:
        """The process ends while it accepts; its client asks the next one for the same."""
        request = self.request(0, False, False)
        with dying(point), pytest.raises(Died):
            acts.accept(self.house.services, OPERATOR, [request])
        self.restart()
        self.keep([request], acts.accept(self.house.services, OPERATOR, [request]))

    def session(self, account: bytes) -> Session:
        """A member's own session: it signs for itself only."""
        return Session(f"key of {account.hex()}", account, frozenset({READ, ACT}))

    def ask_two(self, *, is_signed: bool) -> None:
        """An act that the other member is to sign, too, and signs at once or later."""
        signers = tuple(Wanted(account, None, SIGNED, None, None, None) for account in (self.member, self.other))
        request = replace(self.request(0, False, False), signers=signers)
        self.keep([request], acts.accept(self.house.services, self.session(self.member), [request]))
        if is_signed:
            self.co_sign()

    def co_sign(self) -> None:
        """The other member signs what it is asked to."""
        for act in self.rows():
            if act.state == State.GATHERING:
                signatures.add_signature(self.house.services, self.session(self.other), act, self.other, None, None)

    def void(self) -> None:
        """The member takes its newest act back, by a transaction of its own; it may come too late."""
        self.accept([(0, False, False)], follows=False)
        act = next((act for act in reversed(self.rows()) if act.member_id == self.member), None)
        if act is None:
            return
        private = self.house.services.keystore.private(self.member, self.member).secret
        wallet, world = Direct.of(self.house.world.rpc, private, self.house.world.mine), self.house.world
        try:
            wallet.run([(world.manifest.address("Acts"), call_data("Acts", "void", number(act.act_id)))])
        except TransactionFailed:
            self.did["void too late"] += 1

    # --- The gateway --------------------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """A step of the lane; it sends nothing onto a chain that settling has not seen."""
        with suppress(ChainUnsettled, GoesLater):
            self.house.relay.step()

    def settle(self) -> None:
        self.house.read()

    def die(self, point: str) -> None:
        """The process ends somewhere on its way, and another one goes on."""
        self.accept([(0, False, False)], follows=False)
        # Onto a chain that isn't settled nothing would be sent, and most points not be come to.
        self.settle()
        if point in SETTLING:
            self.send()
            self.mine(1)
        with dying(point):
            try:
                self.send()
                self.settle()
            except Died:
                self.did["died"] += 1
        self.restart()

    def restart(self, owner: str | None = None) -> None:
        house = self.house
        self.house = House.build(
            house.world, house.office, house.services.mirror, engine=ENGINE, owner=owner or house.owner, mirrored=house.services.sync
        )

    def take_over(self) -> None:
        """The lease runs out, and a gateway of another host takes the lane; the first one writes nothing more."""
        before = self.house
        self._expire()
        self.restart(self._another())
        self.send()
        assert before.relay.step() is False

    def lose_lease(self) -> None:
        """While this gateway signs, another one takes the lane and writes the same acts under the same nonces."""
        self.accept([(0, False, False)], follows=False)
        before, is_taken = self.house, False

        def taken(name: str) -> None:
            nonlocal is_taken
            if name == "outbox.writing" and not is_taken:
                is_taken = True
                self._expire()
                self.restart(self._another())
                self.send()

        with pytest.MonkeyPatch.context() as fault:
            fault.setattr(faults, "point", taken)
            with pytest.raises(LeaseLost) if self._will_write() else suppress(ChainUnsettled, GoesLater):
                before.relay.step()
        self.did["lease lost"] += is_taken

    def _will_write(self) -> bool:
        """Whether the lane has something to write: it holds, or can take, its lease and something is queued."""
        return any(act.state == State.QUEUED for act in self.rows())

    def _another(self) -> str:
        self.owners += 1
        return f"another {self.owners} 1.00"

    def _expire(self) -> None:
        with self.house.office.write() as conn:
            conn.execute(update(LANE).where(LANE.c.lane == self.house.relay.name).values(until=0))

    def suspend(self) -> None:
        """A member is suspended over one round: its acts are skipped."""
        decide = self.house.world.decide
        decide("Members", "suspend", self.other, b"\0" * 32)
        self.send()
        self.house.world.mine()
        decide("Members", "reinstate", self.other, b"\0" * 32)

    def retry(self) -> None:
        """A person sends what is held once more."""
        for act in self.rows():
            if self.house.act(act).held:
                self.house.retry(self.house.act(act))

    # --- The chain ----------------------------------------------------------------------------------------------------------------

    def mine(self, blocks: int) -> None:
        self.house.world.mine(blocks)

    def fork(self, depth: int) -> None:
        """The node loses its last blocks and its pool."""
        self.house.read()
        rpc = self.house.world.rpc
        rpc.call("anvil_reorg", depth, [])
        rpc.call("anvil_dropAllTransactions")
        rpc.call("evm_increaseTime", 3)
        rpc.call("evm_mine")

    def drop(self) -> None:
        self.house.world.rpc.call("anvil_dropAllTransactions")

    def grow_dear(self) -> None:
        """A block takes nothing that offers so little, and what is stuck is replaced by what offers more."""
        self.accept([(0, False, False)], follows=False)
        self.send()
        rpc = self.house.world.rpc
        rpc.call("anvil_setNextBlockBaseFeePerGas", hex(10**9))
        self.house.world.mine()
        with pytest.MonkeyPatch.context() as now:
            now.setattr(lanes, "STUCK_MS", -1)
            self.send()
        rpc.call("anvil_setNextBlockBaseFeePerGas", "0x0")
        self.house.world.mine()
        self.did["raised"] += any(attempt for _, attempt, _, _ in self.house.transactions())

    def pass_time(self) -> None:
        """Short deadlines pass."""
        self.accept([(0, False, True)], follows=False)
        self.house.world.pass_time(SHORT + 10)

    # --- What must be true --------------------------------------------------------------------------------------------------------

    def rows(self) -> list[Act]:
        return [self.house.act(key) for key in self.requests]

    def check_histories(self) -> None:
        """Histories only grow, by steps that an act's life has, and the last word of each is how the act stands."""
        self.latest = max(self.latest, self.house.world.time())
        for act in self.rows():
            told, before = self.house.history(act), self.histories.get(act.key, [])
            assert told[: len(before)] == before and told[-1] == act.state
            steps = zip(map(State, told), map(State, told[1:]), strict=False)
            assert all(one is two or two in LEGAL[one] for one, two in steps), told
            self.histories[act.key] = told

    def check_lane(self) -> None:
        """No nonce is left out and none is used twice."""
        with self.house.office.read() as conn:
            lane = conn.execute(select(LANE).where(LANE.c.lane == self.house.relay.name)).one_or_none()
            txs = list(conn.execute(select(TX.c.nonce, TX.c.state).where(TX.c.lane == self.house.relay.name)))
        written = Counter(tx.nonce for tx in txs if tx.state in (TxState.MINED, TxState.FINAL))
        assert lane is None or (sorted({tx.nonce for tx in txs}) == list(range(lane.next_nonce)) and lane.alarm is None)
        assert all(count == 1 for count in written.values()), "two attempts at a nonce can't both be mined"

    def check_effects(self) -> None:
        """The chain spent no act's id twice."""
        for act in self.rows():
            assert len(self.spent(act)) <= 1

    def spent(self, act: Act) -> list[Outcome]:
        return [outcome for outcome in self.house.outcomes(act) if outcome in SPENDING]

    def end(self) -> None:
        """Nothing more happens: the outbox comes to rest, every act is told as the chain has it, and the chain counts every nonce."""
        self.restart()
        self.settle()
        at_rest = {*ENDS, State.READY, State.GATHERING}
        for _ in range(30):
            self.house.round()
            if all(act.state in at_rest for act in self.rows()):
                break
        for act in self.rows():
            self._check_end(act)
        with self.house.office.read() as conn:
            mined = select(TX.c.nonce).where(TX.c.lane == self.house.relay.name, TX.c.state == TxState.FINAL)
            finals = sorted(conn.execute(mined).scalars())
        assert finals == list(range(self.house.world.nonce(self.house.relayer)))

    def _check_end(self, act: Act) -> None:
        spent, time = self.spent(act), self.house.world.time()
        if spent:
            assert act.state == SPENDING[spent[0]], (act.state, act.reason, spent)
        elif act.deadline < time:
            assert act.state in (State.EXPIRED, State.UNDONE), (act.state, act.reason)
        elif act.state in (State.EXPIRED, State.UNDONE):
            # Told while it was late: the outbox doesn't send it once more if the clock goes back.
            assert act.deadline < max(self.latest, time)
        elif act.state != State.GATHERING:
            assert act.state == State.READY and (act.held or self._waits(act)), (act.state, act.reason)

    def _waits(self, act: Act) -> bool:
        """Whether an act must go after one that is ready and not on its way."""
        return any(self.house.act(before).state == State.READY for before in self.requests[act.key].depends_on)
