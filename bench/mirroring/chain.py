"""A chain to mirror: the product's contracts on an anvil, with receivables issued, confirmed, cut, assigned, merged, paid and drawn, and
pledges recorded, until there are so many events. What can be done in batches is, so that a transaction tells of many things.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from coincurve import PrivateKey

from bench import pledge_bodies
from bench.house import BANK_ROLE, CNY, House, Key, running
from gateway.outbox.encode import Call, sign_legacy
from gateway.signers.ecdsa import by
from ledger.chain import calls
from ledger.chain.blocks import Block
from ledger.chain.decode import EventTable
from ledger.chain.rpc import RpcError
from ledger.chain.sources import node_source
from ledger.domain import acts, ids
from ledger.domain.act_types import ConfirmReceivable, Issue, Move, PayReceivable
from ledger.domain.acts import ATTESTED, SIGNED, SignedAct
from ledger.domain.assets import listing, us_patent_key
from ledger.domain.shipped_registers import US_PATENTS
from ledger.mirror import concepts

SUPPLIER_ROLE, OBLIGOR_ROLE = 1 << 2, 1 << 3
CONFIRMED = 0b111
FACE, PIECE, TERM = 10_000_000, 100, 120 * 86_400
PIECES, SPLITS, HOLDERS = 50, 20, 5
"""Of each receivable: pieces of one batch, splits by signed acts, and who holds the pieces, each a run of neighbours."""

TOGETHER, A_BLOCK, A_TICK = 10, 5, 5
"""Receivables issued in one transaction, those whose acts come in the same blocks, and splits of a block that is timed."""

GAS, ACT_GAS, MOVE_GAS = 30_000_000, 3_000_000, 300_000


class ChainShort(Exception):
    """A transaction of the benchmark's chain was refused: what would be mirrored is not what is said."""


@dataclass
class Sender:
    """A key that calls contracts, and its next nonce."""

    secret: PrivateKey
    nonce: int = 0

    @classmethod
    def of(cls, house: House, key: bytes, address: bytes) -> "Sender":
        """With the nonce that the chain has."""
        return cls(PrivateKey(key), int(house.rpc.call("eth_getTransactionCount", address, "latest"), 16))

    def signed(self, chain_id: int, to: bytes, data: bytes) -> bytes:
        """The next transaction, raw."""
        self.nonce += 1
        return sign_legacy(Call(to, data, GAS), chain_id=chain_id, nonce=self.nonce - 1, fee=0, by=by(self.secret)).raw


@dataclass
class Trade:
    """A supplier, an obligor and banks on a house's ledger, and how far its chain is: `head`, and `events` that the mirror reads."""

    house: House
    supplier: Key = field(default_factory=lambda: Key("supplier", SUPPLIER_ROLE))
    obligor: Key = field(default_factory=lambda: Key("obligor", OBLIGOR_ROLE))
    banks: list[Key] = field(default_factory=list)
    events: int = 0
    head: int = -1
    receivables: int = 0
    cut: int = 0

    def __post_init__(self) -> None:
        house = self.house
        self.banks = [Key(f"bank {at}", BANK_ROLE) for at in range(HOLDERS)]
        house.admit(self.supplier, self.obligor, *self.banks)
        money = calls.call_data("CashDesk", "issueCash", (1, self.obligor.account, 2**60, bytes(32)))
        house.sender(house.pledgee).run([(house.manifest.address("CashDesk"), money)])
        keys = {key.account: key.secret for key in (self.supplier, *self.banks)}
        self._senders = {account: Sender.of(house, secret, account) for account, secret in keys.items()}
        self._relayer = Sender(PrivateKey(bytes(house.relayer.key.key)), house.relayer.nonce)
        self._parties = pledge_bodies.Parties.of(house.pledgor.account, house.pledgee.account, house.newcomer.account)
        self._patents, self._blinds = count(1_000_000), count(1)
        self.table: EventTable = concepts.table(house.manifest)
        self._source = node_source(house.rpc, self.table)
        self._note()

    def grow(self, events: int) -> None:
        """Lives receivables until there are so many events. Raises ChainShort."""
        while self.events < events:
            for block in self._lives():
                self.mine(block)
            self._note()

    def blocks(self, first: int, last: int) -> list[Block]:
        """Blocks first..last as the mirror reads them."""
        return self._source.fetch(first, last)

    def tick(self) -> int:
        """One block with a few splits of one receivable, made at the first call; its number. Raises ChainShort."""
        if not self.cut:
            issue = self._issue()
            self._ticking = ids.receivable_id(self.supplier.account, issue.envelope.id)
            self.mine([self._acts([issue])])
            self.mine([self._acts([self._signed(self._confirmation(self._ticking, issue.envelope.body), self.obligor)])])
        self.mine([self._acts(self._splits(self._ticking, 0, self.cut, A_TICK))])
        self.cut += A_TICK
        return self._source.head()

    def mine(self, transactions: Sequence[bytes]) -> None:
        """One block with these transactions. Raises ChainShort."""
        for outcome in self.house.rpc.batch([("eth_sendRawTransaction", [raw]) for raw in transactions]):
            if isinstance(outcome, RpcError):
                raise ChainShort(f"the node refused a transaction: {outcome}")
        self.house.mine()

    def _note(self) -> None:
        """Counts what was mined since, and looks whether each sender's transactions are in."""
        first, self.head = max(self.head + 1, self.house.manifest.block), self._source.head()
        blocks = self._source.fetch(first, self.head)
        told = [event for block in blocks for event in self.table.events(block)]
        self.events += len(told)
        for event in told:
            if event.type.name in ("ActRefused", "ActSkipped"):
                raise ChainShort(f"{event.type.name}: {event.args}")
        for receipts in self.house.rpc.batch([("eth_getBlockReceipts", [hex(block.number)]) for block in blocks]):
            for at, receipt in enumerate(receipts):
                if receipt["status"] != "0x1":
                    raise ChainShort(f"transaction {at} of block {receipt['blockNumber']} reverted, gas {receipt['gasUsed']}")

    # --- A life ---

    def _lives(self) -> Iterator[list[bytes]]:
        """The blocks of receivables from issue to payment, with as many pledges beside them."""
        issues = [self._issue() for _ in range(TOGETHER)]
        receivables = [ids.receivable_id(self.supplier.account, each.envelope.id) for each in issues]
        self.receivables += TOGETHER
        yield [self._acts(issues)]
        bodies = [self._confirmation(receivable, each.envelope.body) for receivable, each in zip(receivables, issues, strict=True)]
        yield [self._acts([self._signed(body, self.obligor) for body in bodies]), self._acts([self._pledge() for _ in range(2)])]
        for at in range(0, TOGETHER, A_BLOCK):
            yield from self._lived(receivables[at : at + A_BLOCK])

    def _lived(self, receivables: Sequence[int]) -> Iterator[list[bytes]]:
        yield [self._batch(each) for each in receivables]
        yield [raw for each in receivables for raw in (self._acts(self._splits(each, PIECES * PIECE, 0, SPLITS)), *self._assignments(each))]
        yield [raw for each in receivables for raw in (*self._merges(each), self._payment(each))]
        yield [self._draws(each) for each in receivables]

    def _signed(self, body: object, key: Key, gas: int = ACT_GAS) -> SignedAct:
        return self.house.signed(body, (key, SIGNED), gas=gas)

    def _acts(self, batch: Sequence[SignedAct]) -> bytes:
        return self._relayed("Acts", acts.encode_run(batch))

    def _relayed(self, contract: str, data: bytes) -> bytes:
        return self._relayer.signed(self.house.manifest.chain_id, self.house.manifest.address(contract), data)

    def _direct(self, key: Key, function: str, *arguments: object) -> bytes:
        data = calls.call_data("ReceivableToken", function, *arguments)
        return self._senders[key.account].signed(self.house.manifest.chain_id, self.house.manifest.address("ReceivableToken"), data)

    def _issue(self) -> SignedAct:
        due = int(self.house.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16) + TERM
        parties = (self.supplier.account, self.obligor.account)
        return self._signed(Issue(*parties, FACE, due, 0, 0, 1, CNY, 1, 1, 0, 1, bytes(32), secrets.token_bytes(32)), self.supplier)

    def _confirmation(self, receivable: int, terms: Issue) -> ConfirmReceivable:
        return ConfirmReceivable(receivable, self.supplier.account, terms, secrets.token_bytes(32), CONFIRMED, ())

    def _batch(self, receivable: int) -> bytes:
        """The head of the receivable cut into pieces, neighbours to one bank."""
        pieces = [(PIECE * (at + 1), self._holder(at).account, secrets.token_bytes(32)) for at in range(PIECES)]
        return self._direct(self.supplier, "moveBatch", (ids.token_id(receivable, 0), pieces))

    def _holder(self, piece: int) -> Key:
        return self.banks[piece * HOLDERS // PIECES]

    def _splits(self, receivable: int, start: int, done: int, number: int) -> list[SignedAct]:
        """Pieces cut off the end of the token that begins at `start`, of which so many are gone."""
        token, bank = ids.token_id(receivable, start), self.banks[-1].account
        ends = [FACE - at * PIECE for at in range(done, done + number)]
        return [self._signed(Move(token, end - PIECE, end, bank, secrets.token_bytes(32)), self.supplier, MOVE_GAS) for end in ends]

    def _assignments(self, receivable: int) -> list[bytes]:
        """The first two banks hand half of their pieces on, whole."""
        half, found = PIECES // HOLDERS // 2, []
        for at in range(2):
            tokens = [ids.token_id(receivable, PIECE * (PIECES // HOLDERS * at + piece)) for piece in range(half)]
            found.append(self._direct(self.banks[at], "moveMany", (tokens, self.banks[at + 1].account, secrets.token_bytes(32))))
        return found

    def _merges(self, receivable: int) -> list[bytes]:
        """The last bank joins pairs of its pieces."""
        first = PIECES - PIECES // HOLDERS
        pairs = [(PIECE * at, PIECE * (at + 1)) for at in range(first, PIECES, 2)]
        return [self._direct(self.banks[-1], "merge", tuple(ids.token_id(receivable, start) for start in pair)) for pair in pairs]

    def _payment(self, receivable: int) -> bytes:
        return self._acts([self._signed(PayReceivable(receivable, FACE // 10, secrets.token_bytes(32)), self.obligor)])

    def _draws(self, receivable: int) -> bytes:
        tokens = [ids.token_id(receivable, PIECE * at) for at in range(PIECES - PIECES // HOLDERS)]
        return self._relayed("Repayment", calls.call_data("Repayment", "draw", tokens))

    def _pledge(self) -> SignedAct:
        """A pledge of one patent, recorded by the office."""
        rights = listing({us_patent_key(str(next(self._patents)).zfill(8)): ""}, next(self._blinds).to_bytes(32))
        given = [pledge_bodies.consent(party, ATTESTED, 0) for party in (self._parties.pledgor, self._parties.pledgee)]
        filed = pledge_bodies.filing(US_PATENTS, rights, self._parties, given)
        return self.house.signed(pledge_bodies.recording(filed, rights), (self.house.office, ATTESTED))


@contextmanager
def lived(folder: Path, events: int) -> Iterator[Trade]:
    """A running chain of at least so many events."""
    with running(folder) as house:
        trade = Trade(house)
        trade.grow(events)
        yield trade
