"""Random but lawful histories: each concept's model keeps what it needs to tell only events that the contracts could emit."""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.ledger.mirror import told
from tests.ledger.mirror.chains import Chain, Told

Tell: TypeAlias = Callable[[random.Random], list[Told]]


@dataclass
class Members:
    """Members and their keys."""

    names: list[str] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    keys: dict[str, list[bytes]] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)

    def tell(self, draw: random.Random) -> list[Told]:
        choices = [self._admit]
        if self.names:
            choices += [
                self._set_roles,
                self._suspend_or_reinstate,
                self._add_key,
                self._revoke_key,
                self._recover,
                self._accept,
                self._slot,
            ]
        return draw.choice(choices)(draw)

    def any(self, draw: random.Random) -> str:
        return draw.choice(self.names)

    def _admit(self, draw: random.Random) -> list[Told]:
        name = f"member {len(self.names)} 银行"
        self.names.append(name)
        self.keys[name] = [told.account(name)]
        self.epochs[name] = 0
        return told.admitted(name, draw.randrange(1, 1 << 16))

    def _set_roles(self, draw: random.Random) -> list[Told]:
        return [told.roles_set(self.any(draw), draw.randrange(4))]

    def _suspend_or_reinstate(self, draw: random.Random) -> list[Told]:
        name = self.any(draw)
        self.suspended ^= {name}
        return [told.suspended(name) if name in self.suspended else told.reinstated(name)]

    def _add_key(self, draw: random.Random) -> list[Told]:
        name, key = self.any(draw), draw.randbytes(20)
        self.keys[name].append(key)
        return [told.key_added(name, key, draw.randrange(8), self.epochs[name])]

    def _revoke_key(self, draw: random.Random) -> list[Told]:
        name = self.any(draw)
        if not self.keys[name]:
            return []
        return [told.key_revoked(name, self.keys[name].pop(draw.randrange(len(self.keys[name]))))]

    def _recover(self, draw: random.Random) -> list[Told]:
        name, key = self.any(draw), draw.randbytes(20)
        self.epochs[name] += 1
        self.keys[name].append(key)
        return told.recovered(name, key, self.epochs[name])

    def _accept(self, draw: random.Random) -> list[Told]:
        return [("Members", "AcceptanceSet", {"account": told.account(self.any(draw)), "acceptsDirect": draw.random() < 0.5})]

    def _slot(self, draw: random.Random) -> list[Told]:
        words = [draw.randbytes(32) for _ in range(draw.randrange(3))]
        slot = {
            "account": told.account(self.any(draw)),
            "keyType": bytes([draw.randrange(3)]) * 32,
            "epoch": draw.randrange(9),
            "words": words,
        }
        return [("Members", "SlotSet", slot)]


@dataclass
class Acts:
    """Outcomes of acts."""

    last: int = 0

    def tell(self, draw: random.Random) -> list[Told]:
        self.last += 1
        outcome = told.act_done("relayed", self.last) if draw.random() < 0.7 else told.act_refused("relayed", self.last, draw.randbytes(36))
        return [outcome]


@dataclass
class Ledger:
    """All concepts' models: their random state is copied at every block, so that a fork goes on from any of them."""

    members: Members = field(default_factory=Members)
    acts: Acts = field(default_factory=Acts)

    def transaction(self, draw: random.Random) -> list[Told]:
        """The events of one transaction."""
        return draw.choice(self._concepts())(draw)

    def _concepts(self) -> list[Tell]:
        return [self.members.tell, self.acts.tell]


class History:
    """A random chain that can be grown and forked at any of its blocks."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.chain = Chain()
        self._after = [Ledger()]

    def grow(self, blocks: int) -> None:
        """Appends random blocks, empty ones among them."""
        for _ in range(blocks):
            ledger = copy.deepcopy(self._after[-1])
            transactions = [ledger.transaction(self.draw) for _ in range(self.draw.choice([0, 1, 1, 2, 5]))]
            self.chain.mine(*transactions, seconds=self.draw.randrange(100_000))
            self._after.append(ledger)

    def fork(self, depth: int) -> int:
        """Goes back by up to `depth` blocks; the number of blocks kept."""
        kept = max(0, len(self.chain.blocks) - depth)
        self.chain = self.chain.fork(kept)
        del self._after[kept + 1 :]
        return kept
