"""Events decoded from their ABI: topics and data to named tuples of ints, bytes, bools, strings and tuples.

Each type compiles once into a reader of slices. Every bound and every padding byte is checked: data that a Solidity encoder would not have
written is
refused. Text is the one exception: a contract doesn't check UTF-8, so ill-formed bytes (and NUL, which SQL text can't hold) read as
U+FFFD; the raw log keeps them.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from keyword import iskeyword
from operator import itemgetter
from struct import Struct, calcsize
from typing import Any, NamedTuple, TypeAlias

from eth_hash.auto import keccak

from ledger.chain.blocks import Block, Log, position

WORD = 32

Abi: TypeAlias = Sequence[Mapping[str, Any]]
Read: TypeAlias = Callable[[bytes, int], Any]


class DecodeError(ValueError):
    """Bytes that are no ABI encoding of their event; the message names event and rule."""


class Codec(NamedTuple):
    """How a type is read: `head` bytes are there at the offset given to `read` (the caller checks), a dynamic one is reached by an offset
    word.
    """

    head: int
    dynamic: bool
    read: Read


@dataclass(frozen=True, slots=True)
class EventType:
    """An event of one contract: `make` builds its named tuple, `order` puts topic values and data values into the ABI's order.

    `words` reads an event of single words only, which most are, at once.
    """

    contract: str
    name: str
    topic: bytes
    indexed: tuple[Codec, ...]
    data: Codec
    order: tuple[int, ...]
    make: Callable[[Iterable[Any]], Any]
    words: "Words | None"

    def decode(self, topics: Sequence[bytes], data: bytes) -> Any:
        """The event's values by name. Raises DecodeError."""
        if self.words and (found := self.words.read(b"".join(topics[1:]), data)) is not None:
            return self.make(found)
        if len(topics) != len(self.indexed) + 1 or len(data) < self.data.head:
            raise DecodeError(f"{self.name}: {len(topics)} topics and {len(data)} bytes don't fit its ABI")
        try:
            values = [codec.read(topic, 0) for codec, topic in zip(self.indexed, topics[1:], strict=True)]
            values += self.data.read(data, 0)
        except DecodeError as wrong:
            raise DecodeError(f"{self.name}: {wrong}") from None
        return self.make([values[at] for at in self.order])


class Event(NamedTuple):
    """A decoded event: its position, its block's time (UTC seconds), its log as the chain has it, and its values by name."""

    pos: int
    time: int
    log: Log
    type: EventType
    args: Any

    @property
    def address(self) -> bytes:
        """Who emitted it."""
        return self.log.address

    @property
    def tx_index(self) -> int:
        """Its transaction's index in the block."""
        return self.log.tx_index


class EventTable:
    """The events that the mirror reads, by (address, first topic).

    A contract that exists many times, some of them not deployed yet, has no address: its events are taken from anywhere, and the fold
    knows which emitters are listed. Since a stranger may emit such a topic too, what can't be decoded there is no event.
    """

    def __init__(self, entries: Mapping[tuple[bytes | None, bytes], EventType]) -> None:
        self._entries = dict(entries)

    @classmethod
    def of(cls, contracts: Iterable[tuple[str, bytes | None, Abi]], wanted: Callable[[str, str], bool]) -> "EventTable":
        """The table of (contract name, address or None, ABI) triples, of the events for which `wanted(contract, event)` holds."""
        return cls(
            {
                (address, event.topic): event
                for contract, address, abi in contracts
                for event in event_types(contract, abi)
                if wanted(contract, event.name)
            }
        )

    @property
    def addresses(self) -> set[bytes] | None:
        """The emitters to ask a node for; None if one of them may be anywhere."""
        known = {address for address, _ in self._entries if address is not None}
        return known if all(address is not None for address, _ in self._entries) else None

    @property
    def topics(self) -> set[bytes]:
        return {topic for _, topic in self._entries}

    @property
    def pairs(self) -> set[tuple[bytes | None, bytes]]:
        """(emitter, first topic) of every event; no emitter where it may be anywhere."""
        return set(self._entries)

    @property
    def names(self) -> set[tuple[str, str]]:
        """(contract, event) of every event in the table."""
        return {(event.contract, event.name) for event in self._entries.values()}

    def knows(self, log: Log) -> bool:
        """Whether the log is to be kept: of a known contract, or of a topic that is taken from anywhere and decodable."""
        if not log.topics:
            return False
        if (log.address, log.topics[0]) in self._entries:
            return True
        anywhere = self._entries.get((None, log.topics[0]))
        return anywhere is not None and _decodable(anywhere, log)

    def decode(self, block: int, time: int, log: Log) -> Event:
        """The event of a log that the table knows. Raises DecodeError."""
        event = self._entries.get((log.address, log.topics[0])) or self._entries.get((None, log.topics[0]))
        if event is None:
            raise DecodeError(f"0x{log.address.hex()} has no event 0x{log.topics[0].hex()} that is read")
        return Event(position(block, log.index), time, log, event, event.decode(log.topics, log.data))

    def events(self, block: Block) -> list[Event]:
        """The block's known events in order. Raises DecodeError."""
        return [event for log in block.logs if (event := self._event(block, log)) is not None]

    def _event(self, block: Block, log: Log) -> Event | None:
        topic = log.topics[0] if log.topics else b""
        event = self._entries.get((log.address, topic))
        if event is not None:
            return Event(position(block.number, log.index), block.time, log, event, event.decode(log.topics, log.data))
        anywhere = self._entries.get((None, topic))
        return None if anywhere is None else _of_stranger(anywhere, block, log)


def _of_stranger(event: EventType, block: Block, log: Log) -> Event | None:
    try:
        args = event.decode(log.topics, log.data)
    except DecodeError:
        return None
    return Event(position(block.number, log.index), block.time, log, event, args)


def _decodable(event: EventType, log: Log) -> bool:
    try:
        event.decode(log.topics, log.data)
    except DecodeError:
        return False
    return True


def event_types(contract: str, abi: Abi) -> list[EventType]:
    """Every event of an ABI that has a name topic."""
    return [_event_type(contract, entry) for entry in abi if entry["type"] == "event" and not entry.get("anonymous")]


def _event_type(contract: str, entry: Mapping[str, Any]) -> EventType:
    inputs = entry["inputs"]
    indexed = [at for at, field in enumerate(inputs) if field["indexed"]]
    plain = [at for at, field in enumerate(inputs) if not field["indexed"]]
    slots = {at: slot for slot, at in enumerate(indexed + plain)}
    order = tuple(slots[at] for at in range(len(inputs)))
    return EventType(
        contract=contract,
        name=entry["name"],
        topic=keccak(f"{entry['name']}({','.join(map(canonical, inputs))})".encode()),
        indexed=tuple(_topic(inputs[at]) for at in indexed),
        data=_tuple([codec_of(inputs[at]) for at in plain], list),
        order=order,
        make=_named(entry["name"], inputs),
        words=Words.of([inputs[at]["type"] for at in indexed + plain], len(indexed), order),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """An event of single words, unpacked at once: each word is its padding and its value.

    `order` takes the values in the ABI's order; `wide` ones of them are bytes of numbers, and `flags` bytes of bools.
    """

    layout: Struct
    indexed: int
    padding: tuple[bytes, ...]
    order: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    wide: tuple[int, ...]
    flags: tuple[int, ...]

    @classmethod
    def of(cls, kinds: Sequence[str], indexed: int, order: Sequence[int]) -> "Words | None":
        """Of types in the order of their words, the first so many indexed; None if one of them is no single word with padding before it."""
        packed = [text for kind in kinds if (text := _packed(kind))]
        if len(packed) < max(2, len(kinds)):
            return None
        layout = Struct(">" + "".join(f"{WORD - calcsize(f'>{each}')}s{each}" for each in packed))
        return cls(
            layout=layout,
            indexed=indexed * WORD,
            padding=layout.unpack(bytes(layout.size))[::2],
            order=itemgetter(*(2 * slot + 1 for slot in order)),
            wide=tuple(at for at, slot in enumerate(order) if kinds[slot].startswith("uint") and packed[slot].endswith("s")),
            flags=tuple(at for at, slot in enumerate(order) if kinds[slot] == "bool"),
        )

    def read(self, topics: bytes, data: bytes) -> list[Any] | None:
        """The values; None where something doesn't fit: what, is for the types' own readers to say."""
        if len(topics) != self.indexed or self.indexed + len(data) < self.layout.size:
            return None
        words = self.layout.unpack_from(topics + data)
        if words[::2] != self.padding:
            return None
        values = list(self.order(words))
        for at in self.wide:
            values[at] = int.from_bytes(values[at])
        for at in self.flags:
            if values[at] > 1:
                return None
            values[at] = values[at] == 1
        return values


def _packed(kind: str) -> str | None:
    """A type's value as `struct` has it, in the last bytes of its word."""
    if match := re.fullmatch(r"uint(\d+)", kind):
        length = int(match[1]) // 8
        return {1: "B", 2: "H", 4: "I", 8: "Q"}.get(length, f"{length}s")
    return {"address": "20s", "bool": "B", "bytes32": "32s"}.get(kind)


def canonical(field: Mapping[str, Any]) -> str:
    """The type's name in signatures: tuples spelt out."""
    kind: str = field["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(canonical, field['components']))}){kind[5:]}"


def codec_of(field: Mapping[str, Any]) -> Codec:
    """The codec of an ABI parameter. Raises DecodeError for a type that Solidity can't emit."""
    kind: str = field["type"]
    if kind.endswith("]"):
        element, _, count = kind[:-1].rpartition("[")
        return _array(codec_of({**field, "type": element}), int(count) if count else None)
    if kind == "tuple":
        return _tuple(list(map(codec_of, field["components"])), _named("Struct", field["components"]))
    return _scalar(kind)


def _topic(field: Mapping[str, Any]) -> Codec:
    hashed = field["type"] in ("string", "bytes", "tuple") or field["type"].endswith("]")
    return _scalar("bytes32") if hashed else codec_of(field)


def _named(name: str, fields: Sequence[Mapping[str, Any]]) -> Callable[[Iterable[Any]], Any]:
    names = [f"{field['name']}_" if iskeyword(field["name"]) else field["name"] for field in fields]
    make: Any = namedtuple(name, names, rename=True)  # type: ignore[misc]  # name and fields are the ABI's
    # Without _make's look at the length, which the ABI has settled.
    return partial(tuple.__new__, make)


def _scalar(kind: str) -> Codec:
    if kind == "bytes":
        return Codec(WORD, True, _bytes)
    if kind == "string":
        return Codec(WORD, True, _string)
    return Codec(WORD, False, _word(kind))


def _word(kind: str) -> Read:
    if kind == "address":
        return _address
    if kind == "bool":
        return _bool
    match = re.fullmatch(r"(uint|int|bytes)(\d+)", kind)
    if not match:
        raise DecodeError(f"type {kind} has no codec")
    return {"uint": _uint, "int": _int, "bytes": _fixed}[match[1]](int(match[2]))


def _uint(bits: int) -> Read:
    skip = WORD - bits // 8
    zeros = bytes(skip)

    def read(data: bytes, at: int) -> int:
        if data[at : at + skip] != zeros:
            raise DecodeError(f"uint{bits} with high bits set")
        return int.from_bytes(data[at + skip : at + WORD])

    return read


def _int(bits: int) -> Read:
    low, high = -(1 << bits - 1), 1 << bits - 1

    def read(data: bytes, at: int) -> int:
        value = int.from_bytes(data[at : at + WORD], signed=True)
        if not low <= value < high:
            raise DecodeError(f"int{bits} out of range")
        return value

    return read


def _fixed(length: int) -> Read:
    zeros = bytes(WORD - length)

    def read(data: bytes, at: int) -> bytes:
        if data[at + length : at + WORD] != zeros:
            raise DecodeError(f"bytes{length} with padding set")
        return data[at : at + length]

    return read


_ADDRESS_PADDING = bytes(12)


def _address(data: bytes, at: int) -> bytes:
    if data[at : at + 12] != _ADDRESS_PADDING:
        raise DecodeError("address with high bits set")
    return data[at + 12 : at + WORD]


def _bool(data: bytes, at: int) -> bool:
    value = int.from_bytes(data[at : at + WORD])
    if value > 1:
        raise DecodeError("bool above 1")
    return value == 1


def _length(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + WORD])


def _bytes(data: bytes, at: int) -> bytes:
    start, length = at + WORD, _length(data, at)
    end = start + length
    padded = start + -(-length // WORD) * WORD
    if padded > len(data):
        raise DecodeError("bytes run past the end")
    if any(data[end:padded]):
        raise DecodeError("bytes with padding set")
    return data[start:end]


def _string(data: bytes, at: int) -> str:
    return readable(_bytes(data, at).decode("utf-8", "replace"))


def readable(text: str) -> str:
    """Text as SQL can hold it: NUL reads as U+FFFD."""
    return text.replace("\0", "�")


def _place(codec: Codec) -> int:
    return WORD if codec.dynamic else codec.head


def _follow(codec: Codec, data: bytes, base: int, at: int) -> Any:
    target = base + _length(data, at)
    if target + codec.head > len(data):
        raise DecodeError("offset past the end")
    return codec.read(data, target)


def _tuple(codecs: Sequence[Codec], make: Callable[[Iterable[Any]], Any]) -> Codec:
    places, head = [], 0
    for codec in codecs:
        places.append((head, codec))
        head += _place(codec)
    steps = [(at, codec if codec.dynamic else None, codec.read) for at, codec in places]

    def read(data: bytes, base: int) -> Any:
        return make([_follow(far, data, base, base + at) if far else near(data, base + at) for at, far, near in steps])

    return Codec(head, any(codec.dynamic for codec in codecs), read)


def _array(element: Codec, count: int | None) -> Codec:
    size = _place(element)

    def items(data: bytes, base: int, length: int) -> tuple[Any, ...]:
        if element.dynamic:
            return tuple(_follow(element, data, base, base + at * size) for at in range(length))
        return tuple(element.read(data, base + at * size) for at in range(length))

    def counted(data: bytes, at: int) -> tuple[Any, ...]:
        length = _length(data, at)
        if at + WORD + length * size > len(data):
            raise DecodeError("array runs past the end")
        return items(data, at + WORD, length)

    def fixed(data: bytes, at: int) -> tuple[Any, ...]:
        return items(data, at, count or 0)

    if count is None:
        return Codec(WORD, True, counted)
    return Codec(size * count, element.dynamic, fixed)
