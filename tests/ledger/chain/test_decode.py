"""The decoder against eth-abi, and against bytes that no encoder writes."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_abi.grammar import parse
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.blocks import Block, Log
from ledger.chain.decode import DecodeError, EventTable, EventType, canonical, codec_of, event_types

WORD = 32


def _field(kind: str, name: str = "x", indexed: bool = False) -> dict[str, Any]:
    """An ABI parameter of a type string, tuples spelt out."""
    parsed = parse(kind)
    suffix = "".join(f"[{count[0]}]" if count else "[]" for count in parsed.arrlist or ())
    if not hasattr(parsed, "components"):
        return {"name": name, "type": kind, "indexed": indexed}
    components = [_field(part.to_type_str(), f"m{at}") for at, part in enumerate(parsed.components)]
    return {"name": name, "type": f"tuple{suffix}", "components": components, "indexed": indexed}


def _bits() -> st.SearchStrategy[int]:
    return st.integers(1, 32).map(lambda size: size * 8)


def _scalars() -> st.SearchStrategy[tuple[str, st.SearchStrategy[Any]]]:
    return st.one_of(
        _bits().map(lambda bits: (f"uint{bits}", st.integers(0, 2**bits - 1))),
        _bits().map(lambda bits: (f"int{bits}", st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))),
        st.integers(1, 32).map(lambda size: (f"bytes{size}", st.binary(min_size=size, max_size=size))),
        st.just(("address", st.binary(min_size=20, max_size=20))),
        st.just(("bool", st.booleans())),
        st.just(("bytes", st.binary(max_size=100))),
        st.just(("string", st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40))),
    )


def _compound(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        children.map(lambda child: (f"{child[0]}[]", st.lists(child[1], max_size=4).map(tuple))),
        st.tuples(children, st.integers(1, 3)).map(
            lambda both: (f"{both[0][0]}[{both[1]}]", st.lists(both[0][1], min_size=both[1], max_size=both[1]).map(tuple))
        ),
        st.lists(children, min_size=1, max_size=4).map(
            lambda parts: (f"({','.join(part[0] for part in parts)})", st.tuples(*(part[1] for part in parts)))
        ),
    )


_typed_values = st.recursive(_scalars(), _compound, max_leaves=6).flatmap(lambda typed: st.tuples(st.just(typed[0]), typed[1]))


@given(st.lists(_typed_values, min_size=1, max_size=5))
def test_decodes_what_eth_abi_encodes(typed: list[tuple[str, Any]]) -> None:
    kinds, values = [kind for kind, _ in typed], tuple(value for _, value in typed)
    encoded = encode([f"({','.join(kinds)})"], [values])
    fields = [_field(kind, f"f{at}") for at, kind in enumerate(kinds)]
    assert [canonical(field) for field in fields] == kinds
    whole = codec_of({"type": "tuple", "components": fields})
    start = WORD if whole.dynamic else 0
    assert whole.read(encoded, start) == values


@given(_typed_values, st.data())
def test_cut_or_changed_bytes_never_raise_anything_else(typed: tuple[str, Any], data: st.DataObject) -> None:
    event = event_types("C", [_event([_field(typed[0])])])[0]
    encoded = bytearray(encode([typed[0]], [typed[1]]))
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(encoded)))
    for attempt in (bytes(encoded), bytes(encoded[:cut])):
        with suppress(DecodeError):
            event.decode([event.topic], attempt)


def _event(inputs: list[dict[str, Any]], name: str = "Happened") -> dict[str, Any]:
    return {"type": "event", "name": name, "anonymous": False, "inputs": inputs}


def _one(kind: str, indexed: bool = False) -> Any:
    return event_types("C", [_event([_field(kind, "x", indexed)])])[0]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("uint64", b"\0" * 23 + b"\1" + b"\0" * 8),
        ("int8", b"\0" * 31 + b"\x80"),
        ("address", b"\1" + b"\0" * 31),
        ("bool", b"\0" * 31 + b"\2"),
        ("bytes4", b"abcd" + b"\0" * 27 + b"\1"),
        ("uint256", b"\0" * 31),
        ("bytes", (32).to_bytes(32) + (1).to_bytes(32) + b"ab" + b"\0" * 30),
        ("bytes", (32).to_bytes(32) + (33).to_bytes(32) + b"\0" * 32),
        ("bytes", (64).to_bytes(32) + (0).to_bytes(32)),
        ("string", (2**255).to_bytes(32) + (0).to_bytes(32)),
        ("uint8[]", (32).to_bytes(32) + (2**200).to_bytes(32)),
        ("uint8[2]", (1).to_bytes(32)),
        ("bytes[]", (32).to_bytes(32) + (1).to_bytes(32) + (64).to_bytes(32)),
    ],
)
def test_refuses_what_no_encoder_writes(kind: str, data: bytes) -> None:
    event = _one(kind)
    with pytest.raises(DecodeError, match="Happened"):
        event.decode([event.topic], data)


_WORDS = ("uint8", "uint16", "uint40", "uint64", "uint192", "uint256", "address", "bool", "bytes32")


@given(st.lists(st.tuples(st.sampled_from(_WORDS), st.booleans()), min_size=2, max_size=8), st.data())
def test_events_of_words_read_as_their_types_do(fields: list[tuple[str, bool]], data: st.DataObject) -> None:
    indexed = [at for at, (_, is_topic) in enumerate(fields) if is_topic][:3]
    event = event_types("C", [_event([_field(kind, f"f{at}", at in indexed) for at, (kind, _) in enumerate(fields)])])[0]
    words = [bytearray(data.draw(st.sampled_from([bytes(32), b"\xff" * 32]))) for _ in fields]
    for word in words:
        low = data.draw(st.integers(0, 32))
        word[:low] = bytes(low)
    topics = [event.topic, *(bytes(words[at]) for at in indexed)]
    plain = b"".join(bytes(word) for at, word in enumerate(words) if at not in indexed) + data.draw(st.sampled_from([b"", b"more"]))
    plain = plain[: data.draw(st.sampled_from([len(plain), max(0, len(plain) - 40)]))]
    assert event.words is not None
    assert _outcome(event, topics, plain) == _outcome(replace(event, words=None), topics, plain)


def _outcome(event: EventType, topics: list[bytes], data: bytes) -> Any:
    try:
        return event.decode(topics, data)
    except DecodeError as refused:
        return str(refused)


def test_refuses_a_wrong_number_of_topics() -> None:
    event = _one("uint8", indexed=True)
    with pytest.raises(DecodeError, match="1 topics"):
        event.decode([event.topic], b"")


def test_indexed_and_plain_values_keep_the_order_of_the_abi() -> None:
    event = event_types(
        "C", [_event([_field("uint8", "a"), _field("address", "b", True), _field("string", "c", True), _field("bool", "from")])]
    )[0]
    hashed = b"h" * 32
    values = event.decode([event.topic, b"\0" * 12 + b"a" * 20, hashed], encode(["uint8", "bool"], [7, True]))
    assert values._asdict() == {"a": 7, "b": b"a" * 20, "c": hashed, "from_": True}


def test_ill_formed_text_never_stops_the_mirror() -> None:
    event = _one("string")
    values = event.decode([event.topic], encode(["bytes"], [b"a\xff\0b"]))
    assert values.x == "a��b"


def test_an_unknown_type_is_refused_when_compiled() -> None:
    with pytest.raises(DecodeError, match="fixed128x18"):
        codec_of({"name": "x", "type": "fixed128x18"})


def test_the_table_knows_events_by_address_and_topic_and_places_them() -> None:
    abi = [_event([_field("uint8")], "Wanted"), _event([_field("uint8")], "Other")]
    table = EventTable.of([("C", b"c" * 20, abi)], lambda contract, event: (contract, event) == ("C", "Wanted"))
    wanted, other = event_types("C", abi)
    log = Log(3, 1, b"c" * 20, (wanted.topic,), (9).to_bytes(32))
    strangers = (
        Log(4, 1, b"d" * 20, (wanted.topic,), log.data),
        Log(5, 1, b"c" * 20, (other.topic,), log.data),
        Log(6, 1, b"c" * 20, (), b""),
    )
    block = Block(2, b"h" * 32, b"p" * 32, 1_000, (b"t" * 32,) * 2, (log, *strangers))
    [event] = table.events(block)
    assert (event.pos, event.time, event.tx_index, event.address, event.args.x) == (2 << 20 | 3, 1_000, 1, b"c" * 20, 9)
    assert not table.knows(strangers[0])
    assert table.names == {("C", "Wanted")} and table.topics == {wanted.topic} and table.addresses == {b"c" * 20}


def test_a_topic_taken_from_anywhere_is_kept_only_if_it_decodes() -> None:
    abi = [_event([_field("uint8")], "Wanted")]
    table = EventTable.of([("C", None, abi), ("D", b"d" * 20, [_event([_field("bool")], "Other")])], lambda _contract, _event: True)
    [wanted] = event_types("C", abi)
    good, bad = (Log(at, 0, bytes([at]) * 20, (wanted.topic,), data.to_bytes(32)) for at, data in ((1, 9), (2, 300)))
    block = Block(2, b"h" * 32, b"p" * 32, 1_000, (b"t" * 32,), (good, bad))
    assert [(event.address, event.args.x) for event in table.events(block)] == [(b"\1" * 20, 9)]
    assert table.addresses is None
    assert len(table.topics) == 2
