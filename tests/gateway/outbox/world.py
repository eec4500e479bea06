"""A real ledger on an anvil, and gateways on it whose workers are stepped by hand, so that a test decides what happens when."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from sqlalchemy import select

from gateway import acts
from gateway.access import SCOPES, Session
from gateway.config import Settings
from gateway.drafts import Request, Wanted
from gateway.errors import Problem
from gateway.office.models import TX
from gateway.office.repository import Act, ActKey, Office
from gateway.outbox import act_rows
from gateway.outbox.lanes import COUNCIL, RELAY
from gateway.outbox.sender import Sender
from gateway.outbox.settle import Settler
from gateway.own_certificates import OwnCertificates
from gateway.roles import ROLES
from gateway.services import Progress, Services
from gateway.signers.ecdsa import address_of
from gateway.signers.keystore import COUNCIL as COUNCIL_KEY
from gateway.signers.keystore import HOUSE, RELAYER, Keystore
from ledger.chain import deploy
from ledger.chain.calls import call_data
from ledger.chain.deploy import CashPlan, Founding, RegisterPlan
from ledger.chain.direct import Sender as Direct
from ledger.chain.engines import Engine, anvil
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.domain import shipped_registers as registers
from ledger.domain.acts import SIGNED
from ledger.mirror import concepts, sync
from ledger.mirror.database import Database
from ledger.mirror.models import Outcome
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import members
from ledger.mirror.schema import number

OPERATOR = Session("operator-key", None, frozenset(SCOPES))
SUPPLIER = 1 << 2

_keys = count(1)


@dataclass
class World:
    """A ledger: its node, its contracts, and the council's own hand on it."""

    node: anvil.Anvil
    rpc: Rpc
    manifest: Manifest
    council: Direct
    bank: bytes
    """Key of the settlement bank of the one cash contract."""
    office: bytes
    """Key of the office of the one register."""

    @staticmethod
    def found(folder: Path, old_states: int = 64) -> World:
        """Starts an anvil and deploys; the council decides without delay."""
        node = anvil.start(folder / "chain", genesis_time=1_700_000_000, old_states=old_states)
        rpc, (key, bank, office) = Rpc(node.url), (secrets.token_bytes(32) for _ in range(3))
        founder, us = address_of(PrivateKey(key)), registers.shipped(registers.US_PATENTS)
        cash = CashPlan(address_of(PrivateKey(bank)), 840, "US dollar", "USDb")
        register = RegisterPlan(us.number, address_of(PrivateKey(office)), us.rule, us.codes, us.words, us.name)
        founding = Founding(founder, 0, (founder,), (cash,), (register,))
        made = deploy.deploy(rpc, founding, folder / "manifest.json", mine=lambda: rpc.call("evm_mine"))
        return World(node, rpc, made, Direct.of(rpc, key, lambda: rpc.call("evm_mine")), bank, office)

    def decide(self, contract: str, function: str, *arguments: Any) -> None:
        """A decision of the council, mined."""
        self.council.nonce = int(self.rpc.call("eth_getTransactionCount", self.council.address, "latest"), 16)
        self.council.run([(self.manifest.address(contract), call_data(contract, function, *arguments))])

    def admit(self, account: bytes, roles: int = SUPPLIER) -> None:
        """Admits an account that is its own operator key."""
        self.decide("Members", "admit", account, account, secrets.token_bytes(32), roles, False, True, "member")

    def mine(self, blocks: int = 1) -> None:
        """Mines what the pool holds, and empty blocks after it."""
        for _ in range(blocks):
            self.rpc.call("evm_mine")

    def head(self) -> int:
        return int(self.rpc.call("eth_blockNumber"), 16)

    def time(self) -> int:
        return int(self.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def pass_time(self, seconds: int) -> None:
        """The next block is so much later."""
        self.rpc.call("evm_setNextBlockTimestamp", self.time() + seconds)
        self.mine()

    def nonce(self, key: bytes) -> int:
        return int(self.rpc.call("eth_getTransactionCount", key, "latest"), 16)


@dataclass
class House:
    """A gateway without its threads and its server."""

    world: World
    services: Services
    relay: Sender
    settler: Settler
    council: Sender
    owner: str
    accounts: list[bytes] = field(default_factory=list)

    @staticmethod
    def build(
        world: World,
        office: Database,
        mirror: Database,
        *,
        engine: Engine = anvil.ENGINE,
        owner: str | None = None,
        mirrored: sync.Mirror | None = None,
    ) -> House:
        """Wires a gateway over databases, with a relayer key of its own unless the office has one."""
        keystore = Keystore(office)
        keystore.unlock(b"a long enough passphrase")
        mirrored = mirrored or sync.of(mirror, world.rpc, world.manifest, finality=engine.finality, development=True)
        progress, events = Progress(), concepts.table(world.manifest)
        services = Services(
            Settings(),
            engine,
            world.manifest,
            world.rpc,
            office,
            mirror,
            keystore,
            mirrored,
            events,
            progress,
            _nothing,
            _nothing,
            _nothing,
            list,
            OwnCertificates(Settings()),
        )
        settler = Settler(office=office, mirror=mirror, sync=mirrored, engine=engine, rpc=world.rpc, moved=progress.announce)
        owner = owner or f"test {next(_keys)} 1.00"
        relay, council = (_sender(world, services, purpose, owner) for purpose in (RELAY, COUNCIL))
        return House(world, services, relay, settler, council, owner)

    @property
    def office(self) -> Database:
        return self.services.office

    @property
    def relayer(self) -> bytes:
        return self.services.keystore.keys(HOUSE, RELAYER)[0]

    def enrol(self) -> House:
        """Lets the council enrol this gateway's relayer."""
        self.world.decide("Acts", "setRelayer", self.relayer, True)
        return self

    def member(self, roles: int = SUPPLIER) -> bytes:
        """A new member whose key is held here."""
        (account,) = self.services.keystore.accounts([f"member {next(_keys)}"])
        self.world.admit(account, roles)
        self.read()
        return account

    def holder(self, private: bytes, role: str) -> bytes:
        """The account of a key that the ledger was founded with, admitted once and held here."""
        account = address_of(PrivateKey(private))
        if not self.knows(account):
            self.world.admit(account, ROLES[role])
        self.services.keystore.add(account, private)
        self.read()
        return account

    def knows(self, account: bytes) -> bool:
        """Whether an account is a member."""
        self.read()
        with self.services.snapshot() as conn:
            return members.get(conn, account) is not None

    def share(self, other: House, account: bytes) -> None:
        """Gives another gateway a copy of an account's key."""
        private = self.services.keystore.private(account, account).secret
        other.services.keystore.add(account, private)
        other.read()

    def request(self, account: bytes, kind: str = "SetAcceptance", body: dict[str, Any] | None = None, **changed: Any) -> Request:
        """An act of one signer under a fresh key."""
        actor = Wanted(account, None, SIGNED, None, None, None)
        made = Request(f"key {next(_keys)}", account, kind, {"acceptsDirect": True} if body is None else body, (actor,), None, None, ())
        return replace(made, **changed)

    def accept(self, *requests: Request, session: Session = OPERATOR) -> list[Act]:
        """Accepts requests, none of which may be refused. Several are not tried out beforehand."""
        found = acts.accept(self.services, session, requests)
        assert not any(isinstance(each, Problem) for each in found), found
        return [each for each in found if isinstance(each, Act)]

    def untried(self, request: Request) -> Act:
        """Accepts a request without trying it out: one that the ledger will refuse is to be seen refused there."""
        return self.accept(request, request)[0]

    def retry(self, row: Act) -> None:
        """A person has a held act sent again."""
        acts.retry(self.services, OPERATOR, row)

    def send(self) -> None:
        """The relay lane's steps until there is nothing to do."""
        while self.relay.step():
            pass

    def read(self) -> None:
        """Mirrors and settles what was mined."""
        self.services.sync.catch_up()
        self.services.sync.catch_up()
        self.settler.step()

    def round(self, blocks: int = 1) -> None:
        """Sends, mines and settles once."""
        self.send()
        self.world.mine(blocks)
        self.read()

    def act(self, key: Act | ActKey) -> Act:
        """An act as it stands."""
        name = key.key if isinstance(key, Act) else key
        with self.office.read() as conn:
            return act_rows.named(conn, [name])[name]

    def states(self, rows: Sequence[Act]) -> list[str]:
        return [self.act(row).state for row in rows]

    def history(self, row: Act) -> list[str]:
        with self.office.read() as conn:
            return [step.state for step in Office(conn, row.member_id).history(row.id)]

    def transactions(self) -> list[tuple[int, int, str, str]]:
        """(nonce, attempt, purpose, state) of the relay lane's transactions."""
        with self.office.read() as conn:
            asked = select(TX.c.nonce, TX.c.attempt, TX.c.purpose, TX.c.state).where(TX.c.lane == self.relay.name)
            return [tuple(row) for row in conn.execute(asked.order_by(TX.c.nonce, TX.c.attempt))]

    def raws(self, lane: Sender | None = None) -> list[bytes]:
        """The bytes of a lane's transactions; of the relay's, unless another is named."""
        with self.office.read() as conn:
            mine = TX.c.lane == (lane or self.relay).name
            return list(conn.execute(select(TX.c.raw).where(mine).order_by(TX.c.nonce, TX.c.attempt)).scalars())

    def outcomes(self, row: Act) -> list[Outcome]:
        """What the chain says of an act, in its order."""
        with self.services.snapshot() as conn:
            return [Outcome(told.outcome) for told in act_queries.outcomes(conn, [(row.member_id, number(row.act_id))])]

    def check(self) -> None:
        """No nonce gap: what the lane wrote has every nonce up to its next one, and the chain counts them all."""
        nonces = sorted({nonce for nonce, *_ in self.transactions()})
        assert nonces == list(range(self.world.nonce(self.relayer)))


def _sender(world: World, services: Services, purpose: str, owner: str) -> Sender:
    key_purpose = {RELAY: RELAYER, COUNCIL: COUNCIL_KEY}[purpose]
    held = services.keystore.keys(HOUSE, key_purpose)
    return Sender(
        purpose,
        held[0] if held else services.keystore.create(HOUSE, key_purpose),
        office=services.office,
        keystore=services.keystore,
        rpc=world.rpc,
        engine=services.engine,
        chain_id=world.manifest.chain_id,
        acts_address=world.manifest.address("Acts") if purpose == RELAY else None,
        owner=owner,
        moved=_nothing,
    )


def _nothing() -> None:
    """Nobody waits."""
