"""A ledger on a fresh anvil with an office, a pledgor and two banks, whose acts are signed by their real keys and run through Acts."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from eth_account import Account

from ledger.chain import artifacts, calls, deploy
from ledger.chain.decode import event_types
from ledger.chain.deploy import CashPlan, Founding, RegisterPlan
from ledger.chain.direct import Sender
from ledger.chain.engines import anvil
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.domain import acts
from ledger.domain.acts import Envelope, SignedAct, SignerClaim
from ledger.domain.ids import HASHED_ID, from_hex
from ledger.domain.registers import REGISTRAR_ROLE
from ledger.domain.shipped_registers import SHIPPED

PLEDGOR_ROLE, BANK_ROLE, SETTLEMENT_ROLE = 1 << 1, 1 << 4, 1 << 5
CNY = 156
DEADLINE = 2**63
FRAME_GAS = 8_000_000


class ActRefused(Exception):
    """The ledger refuses an act of the benchmark: the figure would mean nothing."""


@dataclass
class Key:
    """A signing key; numbers are given in turn, so that those of one account share words."""

    name: str
    role: int
    account: bytes = b""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def __post_init__(self) -> None:
        self.account = self.account or self.address

    @property
    def address(self) -> bytes:
        """The key's address, 20 bytes; of an account's first key the account's too."""
        return from_hex(Account.from_key(self.secret).address)


@dataclass
class House:
    """The ledger, its relayer, and who signs. The office has two officers."""

    rpc: Rpc
    manifest: Manifest
    council: Sender
    relayer: Sender
    office: Key
    second: Key
    pledgor: Key
    pledgee: Key
    newcomer: Key
    numbers: dict[bytes, int] = field(default_factory=dict)

    def mine(self) -> None:
        """A block with what was sent."""
        self.rpc.call("evm_mine")

    def sender(self, key: Key) -> Sender:
        """Direct transactions by a key."""
        return Sender.of(self.rpc, key.secret, self.mine)

    def admit(self, *keys: Key) -> None:
        """Makes members of accounts whose first key is their own."""
        members = self.manifest.address("Members")
        self.council.run([(members, _admission(key, key.role)) for key in keys])

    def signed(self, body: Any, *hands: tuple[Key, int], hashed: bool = False, gas: int = FRAME_GAS) -> SignedAct:
        """The act signed by each key in its mode, with numbered ids or hashed ones."""
        ids = [_hashed_id() if hashed else self._number(key.account) for key, _ in hands]
        claims = tuple(SignerClaim(key.account, key.address, key.role, mode, 0, id_) for id_, (key, mode) in zip(ids, hands, strict=True))
        envelope = Envelope(claims[0].account, claims[0].nonce, DEADLINE, gas, claims, body)
        digest = acts.digest(envelope, self.manifest.domain)
        signatures = (PrivateKey(key.secret).sign_recoverable(digest, hasher=None) for key, _ in hands)
        return SignedAct(envelope, tuple(each[:64] + bytes([each[64] + 27]) for each in signatures))

    def _number(self, account: bytes) -> int:
        self.numbers[account] = self.numbers.get(account, 0) + 1
        return self.numbers[account]

    def run(self, batch: Sequence[SignedAct]) -> int:
        """Gas of the transaction that runs the acts. Raises ActRefused unless each is done."""
        (receipt,) = self.relayer.run([(self.manifest.address("Acts"), acts.encode_run(batch))])
        count = sum(from_hex(log["topics"][0]) == _done() for log in receipt["logs"])
        if count != len(batch):
            raise ActRefused(f"{len(batch) - count} of {len(batch)} acts ({type(batch[0].envelope.body).__name__}) were not done")
        return int(receipt["gasUsed"], 16)

    def newest(self) -> int:
        """The number of the newest pledge."""
        pledges, _ = calls.view(self.rpc, self.manifest.address("PledgeRegistry"), "PledgeRegistry", "counts")
        return int(pledges)


def _hashed_id() -> int:
    return HASHED_ID | int.from_bytes(secrets.token_bytes(31))


def _admission(key: Key, roles: int) -> bytes:
    party = key.name.encode().ljust(32, b"\0")
    return calls.call_data("Members", "admit", key.account, key.account, party, roles, False, True, key.name)


@cache
def _done() -> bytes:
    (topic,) = (event.topic for event in event_types("Acts", artifacts.load("Acts").abi) if event.name == "ActDone")
    return topic


@contextmanager
def running(folder: Path) -> Iterator[House]:
    """A fresh ledger with all registers that ship, kept by one office."""
    chain = anvil.start(folder / "chain")
    try:
        with Rpc(chain.url) as rpc:
            yield _founded(rpc, folder)
    finally:
        chain.kill()


def _founded(rpc: Rpc, folder: Path) -> House:
    def mine() -> None:
        rpc.call("evm_mine")

    council, relayer = (Sender.of(rpc, secrets.token_bytes(32), mine) for _ in range(2))
    office = Key("office", REGISTRAR_ROLE)
    registers = tuple(
        RegisterPlan(each.number, office.account, each.rule, each.codes, each.words, each.name, each.rule_contract) for each in SHIPPED
    )
    pledgee, newcomer = Key("pledgee", BANK_ROLE), Key("newcomer", BANK_ROLE)
    cash = CashPlan(pledgee.account, CNY, "Yuan", "CNYm")
    founding = Founding(council.address, 0, (council.address,), (cash,), registers)
    manifest = deploy.deploy(rpc, founding, folder / "manifest.json", mine)
    second = Key("office", REGISTRAR_ROLE, office.account)
    house = House(rpc, manifest, council, relayer, office, second, Key("pledgor", PLEDGOR_ROLE), pledgee, newcomer)
    _admit(house, mine)
    return house


def _admit(house: House, mine: Any) -> None:
    members = house.manifest.address("Members")
    for key in (house.office, house.pledgor, house.pledgee, house.newcomer):
        roles = key.role | (SETTLEMENT_ROLE if key is house.pledgee else 0)
        house.council.run([(members, _admission(key, roles))])
    addition = calls.call_data("Members", "addKey", (house.second.address, REGISTRAR_ROLE))
    Sender.of(house.rpc, house.office.secret, mine).run([(members, addition)])
    house.council.run([(house.manifest.address("Acts"), calls.call_data("Acts", "setRelayer", house.relayer.address, True))])
