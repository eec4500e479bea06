"""The leaves of an anchor: typed words that a contract hashes as they stand in its calldata (contracts/pledge/AnchorTree.sol).

The data of a leaf is the keccak-256 of its struct's type text, then each field as one ABI word. So a record and a live asset can't stand
for each other, and another layout is another type. The register is bound in and nothing of the anchor: a record has the same leaf in every
anchor, so that a later one can be shown to begin with an earlier one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

from eth_hash.auto import keccak

from ledger.domain.money import MoneyError, currency_of
from ledger.domain.registers import State

WORD = 32
ASSETS_NOT_STATED = 1 << 2
ANCHORED_FLAGS = ASSETS_NOT_STATED | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 11 | 1 << 12 | 1 << 13
"""Flags that an anchored record may say of itself (contracts/types/PledgeWord.sol, PledgeFlags.ANCHORED)."""
NOT_STATED, FIXED, MAXIMUM = 0, 1, 2
"""Kinds of claim as in contracts/types/ActCode.sol."""

_BYTES32 = "bytes32"
STATES = tuple(state for state in State if state is not State.RESTORING)
"""What a record of an office's own register can be; a restoration page by page is this ledger's own."""


class LeafError(ValueError):
    """A leaf that can't be anchored, or bytes that are none; the message names the field and the rule."""


@dataclass(frozen=True, slots=True)
class AnchoredRecord:
    """One pledge as its office's register has it. What the fields mean, and their units, stands at the struct in AnchorTree.sol."""

    register: Annotated[int, "uint16"]
    officeNumber: Annotated[bytes, "bytes32"]
    state: Annotated[int, "uint8"]
    flags: Annotated[int, "uint16"]
    effective: Annotated[int, "int40"]
    expires: Annotated[int, "uint40"]
    kind: Annotated[int, "uint8"]
    currency: Annotated[int, "uint16"]
    ceiling: Annotated[int, "uint128"]
    due: Annotated[int, "int40"]
    holders: Annotated[int, "uint8"]
    pledgorsRoot: Annotated[bytes, "bytes32"]
    holdersRoot: Annotated[bytes, "bytes32"]
    assetCount: Annotated[int, "uint24"]
    assetsRoot: Annotated[bytes, "bytes32"]
    content: Annotated[bytes, "bytes32"]


@dataclass(frozen=True, slots=True)
class LiveAsset:
    """One asset on which a record of the register is live. What the fields mean stands at the struct in AnchorTree.sol."""

    register: Annotated[int, "uint16"]
    asset: Annotated[bytes, "bytes32"]
    officeNumber: Annotated[bytes, "bytes32"]


Leaf = TypeVar("Leaf", AnchoredRecord, LiveAsset)


def encode(leaf: AnchoredRecord | LiveAsset) -> bytes:
    """The data of a leaf, whose hash is merkle.leaf_hash of it. Raises LeafError."""
    layout = _LAYOUTS[type(leaf)]
    words = [_to_word(name, numbers, getattr(leaf, name)) for name, numbers in layout.fields]
    _require(leaf)
    return layout.type_word + b"".join(words)


def decode(kind: type[Leaf], data: bytes) -> Leaf:
    """The leaf of that kind whose data this is; just what `encode` would refuse is refused. Raises LeafError."""
    layout = _LAYOUTS[kind]
    if len(data) != WORD * (1 + len(layout.fields)) or data[:WORD] != layout.type_word:
        raise LeafError(f"leaf: no {kind.__name__}; {len(data)} bytes that begin with {data[:4].hex()}")
    words = (data[at : at + WORD] for at in range(WORD, len(data), WORD))
    leaf = kind(*(_of_word(name, numbers, word) for (name, numbers), word in zip(layout.fields, words, strict=True)))
    _require(leaf)
    return leaf


def live_leaves(assets: Iterable[LiveAsset]) -> Iterator[bytes]:
    """The data of the leaves of a register's live assets, in the order that its tree has: ascending by asset, then by office number.

    Raises LeafError for one that is out of order, given twice, or of another register than the first.
    """
    before = None
    for asset in assets:
        if before is not None:
            _require_after(before, asset)
        yield encode(asset)
        before = asset


def _require_after(before: LiveAsset, asset: LiveAsset) -> None:
    if asset.register != before.register:
        raise LeafError(f"register: {asset.register} among assets of {before.register}")
    if (asset.asset, asset.officeNumber) <= (before.asset, before.officeNumber):
        raise LeafError(f"asset: {asset.asset!r} is not after {before.asset!r}; sort by asset, then by office number, each once")


# --- words


@dataclass(frozen=True, slots=True)
class _Layout:
    """The type word, and each field's name with the numbers that it may be (None: it is 32 bytes)."""

    type_word: bytes
    fields: tuple[tuple[str, range | None], ...]


def _layout(kind: type) -> _Layout:
    hints = get_type_hints(kind, include_extras=True)
    types = {name: hint.__metadata__[0] for name, hint in hints.items()}
    text = f"{kind.__name__}({','.join(f'{type_} {name}' for name, type_ in types.items())})"
    return _Layout(keccak(text.encode()), tuple((name, _numbers(type_)) for name, type_ in types.items()))


def _numbers(type_: str) -> range | None:
    if type_ == _BYTES32:
        return None
    bits = int(type_.lstrip("uint"))
    return range(1 << bits) if type_[0] == "u" else range(-1 << (bits - 1), 1 << (bits - 1))


def _to_word(name: str, numbers: range | None, value: Any) -> bytes:
    if numbers is None:
        if not isinstance(value, bytes) or len(value) != WORD:
            raise LeafError(f"{name}: 32 bytes expected")
        return value
    if not isinstance(value, int) or isinstance(value, bool) or value not in numbers:
        raise LeafError(f"{name}: {value!r}, a whole number from {numbers[0]} to {numbers[-1]} expected")
    return value.to_bytes(WORD, signed=True)


def _of_word(name: str, numbers: range | None, word: bytes) -> Any:
    if numbers is None:
        return word
    value = int.from_bytes(word, signed=True)
    if value not in numbers:
        raise LeafError(f"{name}: word {word.hex()} is no number from {numbers[0]} to {numbers[-1]}")
    return value


_LAYOUTS: dict[type, _Layout] = {kind: _layout(kind) for kind in (AnchoredRecord, LiveAsset)}


# --- rules


def _require(leaf: AnchoredRecord | LiveAsset) -> None:
    if leaf.register == 0:
        raise LeafError("register: 0 is no register")
    _require_text("officeNumber", leaf.officeNumber)
    if isinstance(leaf, LiveAsset):
        _require_text("asset", leaf.asset)
    else:
        _require_standing(leaf)
        _require_claim(leaf)
        _require_lists(leaf)


def _require_text(name: str, word: bytes) -> None:
    try:
        text = word.rstrip(b"\0").decode()
    except UnicodeDecodeError as wrong:
        raise LeafError(f"{name}: {word.hex()} is no UTF-8 text") from wrong
    if not text or not text.isprintable():
        raise LeafError(f"{name}: {word.hex()}, readable text expected, left-aligned and filled up with zeros")


def _require_standing(record: AnchoredRecord) -> None:
    if record.state not in STATES:
        raise LeafError(f"state: {record.state}, one of {', '.join(f'{state} {state.name}' for state in STATES)} expected")
    if record.flags & ~ANCHORED_FLAGS:
        raise LeafError(f"flags: {record.flags:#x} has bits beyond {ANCHORED_FLAGS:#x}")
    if record.expires and record.expires <= record.effective:
        raise LeafError(f"expires: {record.expires} is not after effective {record.effective}; 0 means never")


def _require_claim(record: AnchoredRecord) -> None:
    if record.kind not in (NOT_STATED, FIXED, MAXIMUM):
        raise LeafError(f"kind: {record.kind}, 0 (not stated), 1 (fixed) or 2 (maximum) expected")
    stated = record.kind != NOT_STATED
    for name, value in (("currency", record.currency), ("ceiling", record.ceiling)):
        if stated != (value != 0):
            raise LeafError(f"{name}: {value} with kind {record.kind}; it is 0 if and only if no claim is stated")
    if stated:
        _require_currency(record.currency)


@cache
def _require_currency(number: int) -> None:
    try:
        currency_of(number)
    except MoneyError as unknown:
        raise LeafError(f"currency: {unknown}") from unknown


def _require_lists(record: AnchoredRecord) -> None:
    for name, root in (("pledgorsRoot", record.pledgorsRoot), ("holdersRoot", record.holdersRoot)):
        if not any(root):
            raise LeafError(f"{name}: zero; a pledge has parties on both sides")
    if record.holders == 0:
        raise LeafError("holders: 0; a pledge has at least one")
    if any(record.assetsRoot) != (record.assetCount != 0):
        raise LeafError(f"assetsRoot: it is zero if and only if assetCount is, which is {record.assetCount}")
    if (record.flags & ASSETS_NOT_STATED != 0) != (record.assetCount == 0):
        raise LeafError(f"flags: ASSETS_NOT_STATED is set if and only if assetCount is 0, and it is {record.assetCount}")
