"""A deployed ledger on an anvil that mines on demand, with members who sign acts: what tests of the real contracts run on."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from eth_account import Account

from ledger.chain import calls, deploy
from ledger.chain.deploy import CashPlan, Founding
from ledger.chain.direct import Sender
from ledger.chain.engines import anvil
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.domain import acts, ids
from ledger.domain.acts import Envelope, SignedAct, SignerClaim

GENESIS = 1_700_000_000
DAY = 86_400
SUPPLIER, OBLIGOR, BANK, SETTLEMENT = 1 << 2, 1 << 3, 1 << 4, 1 << 5
GUARANTOR, COURT_OFFICER, CUSTODIAN = 1 << 6, 1 << 10, 1 << 12
ADMINISTRATOR = 1 << 13
"""Every account has it."""


@dataclass
class Person:
    """A member with one key, its account's own address, and the mode that it signs in (an office attests what others consented to)."""

    name: str
    role: int
    is_contract: bool = False
    mode: int = 1
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    acts: int = 0

    @property
    def account(self) -> bytes:
        return ids.from_hex(Account.from_key(self.key).address)


@dataclass
class Clock:
    """Mines on demand; with `time` set, every block has that stamp."""

    rpc: Rpc
    time: int | None = None

    def mine(self) -> None:
        if self.time is not None:
            self.rpc.call("evm_setNextBlockTimestamp", self.time)
        self.rpc.call("evm_mine")


@dataclass
class Ledger:
    """A ledger with its members, a relayer and the council's key."""

    rpc: Rpc
    clock: Clock
    manifest: Manifest
    relayer: Sender
    council: Sender
    people: dict[str, Person]

    def act(self, name: str, body: Any, *others: str) -> int:
        """Signs and runs one act of a member, which others sign too; its id."""
        signed = self.signed(name, body, *others)
        self.relayer.run([(self.manifest.address("Acts"), acts.encode_run([signed]))])
        return signed.envelope.id

    def signed(self, name: str, body: Any, *others: str, gas: int = 3_000_000) -> SignedAct:
        """An act of a member, which others sign too; its id is the member's next number."""
        signers = [self.people[each] for each in (name, *others)]
        for signer in signers:
            signer.acts += 1
        claims = tuple(SignerClaim(each.account, each.account, each.role, each.mode, 0, each.acts) for each in signers)
        person = signers[0]
        envelope = Envelope(person.account, person.acts, 2**63, gas, claims, body)
        digest = acts.digest(envelope, self.manifest.domain)
        return SignedAct(envelope, tuple(_signature(each.key, digest) for each in signers))

    def direct(self, name: str, contract: str, function: str, *arguments: Any) -> None:
        """A call by a member's own key."""
        sender = Sender.of(self.rpc, self.people[name].key, self.clock.mine)
        sender.run([(self.manifest.address(contract), calls.call_data(contract, function, *arguments))])

    def call(self, contract: str, function: str, *arguments: Any) -> None:
        """A permissionless call."""
        self.relayer.run([(self.manifest.address(contract), calls.call_data(contract, function, *arguments))])

    def decide(self, contract: str, function: str, *arguments: Any) -> None:
        """A call by the council, where it decides without delay."""
        self.council.run([(self.manifest.address(contract), calls.call_data(contract, function, *arguments))])

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        return calls.view(self.rpc, self.manifest.address(contract), contract, function, *arguments)

    def cash_of(self, account: bytes) -> int:
        """Balance in cash 1, minor units."""
        balance: int = calls.view(self.rpc, self.manifest.cash[0].address, "SettlementCash", "balanceOf", account)
        return balance

    def now(self) -> int:
        """The time of the newest block."""
        return int(self.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def jump(self, time: int) -> None:
        """The next block has this time."""
        self.rpc.call("evm_setNextBlockTimestamp", time)
        self.rpc.call("evm_mine")


def _signature(key: bytes, digest: bytes) -> bytes:
    signature = PrivateKey(key).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([signature[64] + 27])


@contextmanager
def running(
    folder: Path, people: Sequence[Person], council_delay: int = 3 * DAY, genesis: int = GENESIS, old_states: int = 0
) -> Iterator[Ledger]:
    """A fresh ledger whose members are `people`; the one in the role SETTLEMENT issues its cash 1, in CNY. council_delay in seconds;
    old_states: how many blocks may be undone.
    """
    chain = anvil.start(folder / "chain", genesis_time=genesis, old_states=old_states)
    try:
        with Rpc(chain.url) as rpc:
            yield _founded(rpc, folder, people, council_delay)
    finally:
        chain.kill()


def _founded(rpc: Rpc, folder: Path, people: Sequence[Person], council_delay: int) -> Ledger:
    clock = Clock(rpc)
    council, relayer = (Sender.of(rpc, secrets.token_bytes(32), clock.mine) for _ in range(2))
    (bank,) = (one for one in people if one.role == SETTLEMENT)
    cash = CashPlan(bank.account, 156, "Yuan", "CNYm")
    plan = Founding(council.address, council_delay, (council.address,), (cash,), ())
    manifest = deploy.deploy(rpc, plan, folder / "manifest.json", clock.mine)
    council.run([(manifest.address("Members"), _admission(person)) for person in people])
    council.run([(manifest.address("Acts"), calls.call_data("Acts", "setRelayer", relayer.address, True))])
    return Ledger(rpc, clock, manifest, relayer, council, {one.name: one for one in people})


def _admission(person: Person) -> bytes:
    party, account = person.name.encode().ljust(32, b"\0"), person.account
    return calls.call_data("Members", "admit", account, account, party, person.role, person.is_contract, True, person.name)
