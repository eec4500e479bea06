"""What acts of holders cost, beside the peers: splits, transfers, batches and redemption as receipts of transactions on a fresh anvil.

At the direct door: the supplier's own key calls the token. The peers are EIP-3525's reference implementation, OpenZeppelin's ERC-1155 and
Solady's; what they have no batch for is done one by one.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from bench.house import CNY, House, Key
from bench.report import Figure
from ledger.chain import calls
from ledger.chain.compile import checkout, run_forge
from ledger.chain.direct import Sender
from ledger.domain import ids
from ledger.domain.act_types import ConfirmReceivable, Issue, Move, PayReceivable
from ledger.domain.acts import SIGNED, SignedAct
from ledger.domain.ids import from_hex

PEERS = Path("bench", "peers")
SUPPLIER_ROLE, OBLIGOR_ROLE = 1 << 2, 1 << 3
CONFIRMED = 0b111
FACE = 10_000_000
BATCH, PAYMENTS, PIECE = 50, 60, 100
MONTH = 30 * 86_400
MOVE_GAS = 300_000


def measure(house: House, folder: Path) -> dict[str, Figure]:
    """All figures of receivables and their peers, on the house's chain; `folder` takes what is compiled.

    Raises TransactionFailed, ActRefused, CompileError.
    """
    return Trade(house).figures() | Reference.of(house, folder).figures() | _erc1155(house, folder)


def _figure(gas: int, meaning: str, limit: int | None = None) -> Figure:
    return Figure(gas, meaning, f"at most {limit:,}" if limit else "")


def _each(gas: int) -> int:
    return -(-gas // BATCH)


def _gas(receipt: dict[str, Any]) -> int:
    return int(receipt["gasUsed"], 16)


@dataclass
class Trade:
    """A supplier with a receivable, payees that have tokens already, and as many that have none."""

    house: House
    supplier: Key = field(default_factory=lambda: Key("supplier", SUPPLIER_ROLE))
    obligor: Key = field(default_factory=lambda: Key("obligor", OBLIGOR_ROLE))
    receivable: int = 0
    payees: list[Key] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.payees = [Key(f"payee {index}", SUPPLIER_ROLE) for index in range(2 * BATCH)]
        for key in (self.supplier, self.obligor, *self.payees):
            self.house.admit(key)
        self.wallet = self.house.sender(self.supplier)
        self.receivable = self._confirmed()
        self.token_at = self.house.manifest.address("ReceivableToken")
        self._fund()

    def _confirmed(self) -> int:
        now = int(self.house.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        parties = (self.supplier.account, self.obligor.account)
        terms = Issue(*parties, FACE, now + MONTH, 0, 0, 1, CNY, 1, 1, 0, 1, bytes(32), secrets.token_bytes(32))
        issue = self.house.signed(terms, (self.supplier, SIGNED))
        receivable = ids.receivable_id(self.supplier.account, issue.envelope.id)
        body = ConfirmReceivable(receivable, self.supplier.account, terms, secrets.token_bytes(32), CONFIRMED, ())
        self.house.run([issue])
        self.house.run([self.house.signed(body, (self.obligor, SIGNED))])
        return receivable

    def _fund(self) -> None:
        bank = self.house.sender(self.house.pledgee)
        data = calls.call_data("CashDesk", "issueCash", (1, self.obligor.account, FACE, bytes(32)))
        bank.run([(self.house.manifest.address("CashDesk"), data)])

    def token(self, start: int) -> int:
        """The id of the token that begins there."""
        return self.receivable << 64 | start

    def _call(self, function: str, *arguments: Any) -> int:
        (receipt,) = self.wallet.run([(self.token_at, calls.call_data("ReceivableToken", function, *arguments))])
        return _gas(receipt)

    def _split(self, start: int, payee: Key) -> int:
        return self._call("transferFrom(uint256,address,uint256)", self.token(start), payee.account, PIECE)

    def _batch(self, start: int, payees: Sequence[Key]) -> int:
        pieces = [(start + PIECE * (at + 1), payee.account, secrets.token_bytes(32)) for at, payee in enumerate(payees)]
        return self._call("moveBatch", (self.token(start), pieces))

    def figures(self) -> dict[str, Figure]:
        """Each on tokens of its own; the order makes payees new or existing, and payments come last since a move after one settles it."""
        new = _each(self._batch(0, self.payees[:BATCH]))
        existing = _each(self._batch(BATCH * PIECE, self.payees[:BATCH]))
        rest = 2 * BATCH * PIECE
        whole = self._transfer(rest)
        split_new, split = (self._split(rest + PIECE, self.payees[BATCH]) for _ in range(2))
        overhead = self._overheads(rest + PIECE)
        redeemed = self._redeemed()
        return {
            "split_to_existing": _figure(split, "split (ERC-3525 transferFrom) to a holder of tokens", 80_000),
            "split_to_new": _figure(split_new, "split to an account without tokens", 97_000),
            "transfer_to_existing": _figure(whole, "whole transfer to a holder of tokens", 59_000),
            "batch_split_50_each": _figure(existing, f"each of {BATCH} pieces of a batch, to holders", 43_000),
            "batch_split_50_new_each": _figure(new, f"each of {BATCH} pieces of a batch, to accounts without tokens", 60_000),
            "redeem_batch_each": _figure(redeemed, f"each of {BATCH} tokens drawn together, {PAYMENTS} payments behind them", 45_000),
            **overhead,
        }

    def _transfer(self, start: int) -> int:
        self._call("move", (self.token(start), start, start + PIECE, self.supplier.account, bytes(32)))
        return self._call("transferFrom(address,address,uint256)", self.supplier.account, self.payees[0].account, self.token(start))

    def _redeemed(self) -> int:
        """The payees' first tokens, drawn together; each has drawn the first payment, so that all that is written has been before."""
        tokens = [self.token(PIECE * at) for at in range(BATCH)]
        self._pay(1)
        self._draw(tokens)
        self._pay(PAYMENTS - 1)
        return _each(self._draw(tokens))

    def _pay(self, times: int) -> None:
        least = FACE // 256 + 1
        body = PayReceivable(self.receivable, least, bytes(32))
        for _ in range(times):
            self.house.run([self.house.signed(body, (self.obligor, SIGNED))])

    def _draw(self, tokens: Sequence[int]) -> int:
        data = calls.call_data("Repayment", "draw", list(tokens))
        (receipt,) = self.wallet.run([(self.house.manifest.address("Repayment"), data)])
        return _gas(receipt)

    def _overheads(self, start: int) -> dict[str, Figure]:
        """What a signed act in a batch of 50 adds to the same move at the direct door, by the kind of its id."""
        payee = self.payees[0]
        # Two splits have cut the tail before; each move here cuts the next piece off it.
        ends = [FACE - 2 * PIECE - PIECE * at for at in range(2 * BATCH + 1)]
        direct = self._call("move", self._tail(start, ends[0], payee)) - 21_000
        numbered = self._moves(start, ends[1 : BATCH + 1], payee, hashed=False)
        hashed = self._moves(start, ends[BATCH + 1 : 2 * BATCH + 1], payee, hashed=True)
        return {
            "act_overhead_numbered": _figure(numbered - direct, "added by a signed act with a numbered id, in a batch"),
            "act_overhead_hashed": _figure(hashed - direct, "added by a signed act with a hashed id, in a batch"),
        }

    def _tail(self, start: int, end: int, payee: Key) -> tuple[int, int, int, bytes, bytes]:
        return self.token(start), end - PIECE, end, payee.account, secrets.token_bytes(32)

    def _moves(self, start: int, ends: Sequence[int], payee: Key, *, hashed: bool) -> int:
        batch: list[SignedAct] = [
            self.house.signed(Move(*self._tail(start, end, payee)), (self.supplier, SIGNED), hashed=hashed, gas=MOVE_GAS) for end in ends
        ]
        return _each(self.house.run(batch))


def compiled(folder: Path) -> dict[str, dict[str, Any]]:
    """The peers' contracts by name, with the settings of the product's own. Raises CompileError."""
    run_forge(checkout(), "build", str(PEERS), FOUNDRY_OUT=str(folder / "out"), FOUNDRY_CACHE_PATH=str(folder / "cache"))
    names = {"Erc3525Peer": "Erc3525Peer", "OpenZeppelinPeer": "Erc1155Peers", "SoladyPeer": "Erc1155Peers"}
    return {name: json.loads((folder / "out" / f"{file}.sol" / f"{name}.json").read_bytes()) for name, file in names.items()}


@dataclass
class Peer:
    """A peer's contract on the house's chain, called by its owner's key."""

    owner: Sender
    place: bytes

    @staticmethod
    def of(house: House, code: dict[str, Any]) -> "Peer":
        owner = Sender.of(house.rpc, secrets.token_bytes(32), house.mine)
        (created,) = owner.run([(None, from_hex(code["bytecode"]["object"]))])
        return Peer(owner, from_hex(created["contractAddress"]))

    def call(self, signature: str, *arguments: Any) -> int:
        """Gas of one transaction. Raises TransactionFailed."""
        types = signature[signature.index("(") + 1 : -1]
        data = keccak(signature.encode())[:4] + encode(types.split(",") if types else [], arguments)
        (receipt,) = self.owner.run([(self.place, data)])
        return _gas(receipt)


@dataclass
class Reference:
    """EIP-3525's reference implementation; it has no batch and no payments."""

    peer: Peer
    newcomers: list[bytes]

    @staticmethod
    def of(house: House, folder: Path) -> "Reference":
        peer = Peer.of(house, compiled(folder)["Erc3525Peer"])
        peer.call("mint(address,uint256,uint256,uint256)", peer.owner.address, 1_000_000, 1, FACE)
        return Reference(peer, [secrets.token_bytes(20) for _ in range(BATCH + 1)])

    def _split(self, to: bytes) -> int:
        return self.peer.call("transferFrom(uint256,address,uint256)", 1_000_000, to, PIECE)

    def figures(self) -> dict[str, Figure]:
        """The same as ours, one by one where it has no batch."""
        first, *others = self.newcomers
        new, existing = self._split(first), self._split(first)
        each_new = _each(sum(self._split(to) for to in others))
        each = _each(sum(self._split(to) for to in others))
        owner = self.peer.owner.address
        self.peer.call("mint(address,uint256,uint256,uint256)", owner, 2_000_000, 1, PIECE)
        self.peer.call("mint(address,uint256,uint256,uint256)", owner, 3_000_000, 1, PIECE)
        whole = self.peer.call("transferFrom(address,address,uint256)", owner, first, 2_000_000)
        burnt = self.peer.call("burn(uint256)", 3_000_000)
        return {
            "erc3525_split_to_existing": _figure(existing, "the same by the reference implementation"),
            "erc3525_split_to_new": _figure(new, "the same"),
            "erc3525_transfer_to_existing": _figure(whole, "the same"),
            "erc3525_batch_split_50_each": _figure(each, f"the same, {BATCH} transactions since it has no batch"),
            "erc3525_batch_split_50_new_each": _figure(each_new, f"the same, {BATCH} transactions"),
            "erc3525_redeem_batch_each": _figure(burnt, "a burn alone, since it has no payments"),
        }


def _erc1155(house: House, folder: Path) -> dict[str, Figure]:
    """Shares as amounts of one id: transfers to new and existing holders, and batches of one transaction each."""
    found: dict[str, Figure] = {}
    codes = compiled(folder)
    for key, name in (("openzeppelin1155", "OpenZeppelinPeer"), ("solady1155", "SoladyPeer")):
        peer, to = Peer.of(house, codes[name]), secrets.token_bytes(20)
        peer.call("mint(address,uint256,uint256)", peer.owner.address, 1, FACE)
        arguments = (peer.owner.address, to, 1, PIECE, b"")
        new, existing = (peer.call("safeTransferFrom(address,address,uint256,uint256,bytes)", *arguments) for _ in range(2))
        found |= {
            f"{key}_split_to_existing": _figure(existing, f"an amount of an id to a holder, {name}: no ranges, payments or members"),
            f"{key}_split_to_new": _figure(new, "the same to an account without any"),
        }
    return found
