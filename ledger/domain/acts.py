"""Signed acts: the EIP-712 envelope around one typed body, its digest, its wallet form and the call that runs it.

The kinds and their body types (act_types.py) are generated from the contracts' ABI. A body is a frozen dataclass of that module;
`body_from` makes one from JSON with an error that names the field. Encoding is eth-abi's; the struct hash is EIP-712's `hashStruct`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from ledger.domain import act_types
from ledger.domain.act_types import KINDS, STRUCTS, Kind
from ledger.domain.ids import ADDRESS_BYTES, HASHED_ID, NUMBERED_IDS, IdError, from_hex, to_hex

DOMAIN_NAME = "Pledgebook"
DOMAIN_VERSION = "1"
DECIMAL = re.compile(r"-?[0-9]{1,78}")
"""An integer as text: int() would take 1_0, blanks and digits of other scripts, too."""

_DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
_DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
)
_SIGNER_FIELDS = (
    ("account", "address"),
    ("key", "address"),
    ("role", "uint16"),
    ("mode", "uint8"),
    ("epoch", "uint32"),
    ("nonce", "uint256"),
)
_ENVELOPE_HEAD = (
    ("account", "address"),
    ("id", "uint256"),
    ("deadline", "uint64"),
    ("gas", "uint32"),
    ("signers", "Signer[]"),
)
_RUN_TYPE = "(address,uint256,uint64,uint32,bytes32,(address,address,uint16,uint8,uint32,uint256)[],bytes,bytes[])[]"

SIGNED, ATTESTED, ORDERED, DEEMED = 1, 2, 3, 4
"""Consent modes, as in contracts/types/Roles.sol."""


class ActError(ValueError):
    """An act that can't be built; the message names field and rule."""


@dataclass(frozen=True, slots=True)
class SigningDomain:
    """The EIP-712 domain of one ledger: chain id, address of Acts (20 bytes), ledger id (32 bytes)."""

    chain_id: int
    acts: bytes
    ledger_id: bytes


@dataclass(frozen=True, slots=True)
class SignerClaim:
    """One signer of an envelope (contracts/interfaces/IActs.sol, Signer). Addresses of 20 bytes; role is one bit."""

    account: bytes
    key: bytes
    role: int
    mode: int
    epoch: int
    nonce: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """An act before it is signed. `deadline` in UTC seconds, `gas` for the act's own frame, `body` a dataclass of act_types."""

    account: bytes
    id: int
    deadline: int
    gas: int
    signers: tuple[SignerClaim, ...]
    body: Any

    def __post_init__(self) -> None:
        if not (0 <= self.id < NUMBERED_IDS or HASHED_ID <= self.id < 1 << 256):
            raise ActError("id: a number below 2^64, or a hash with bit 255 set")
        if not self.signers:
            raise ActError("signers: the acting account's operator key signs first")
        if self.signers[0].account != self.account or self.signers[0].nonce != self.id:
            raise ActError("signers[0]: is the acting account, with the act id as its nonce")


@dataclass(frozen=True, slots=True)
class SignedAct:
    """An envelope with one signature (r, s, v: 65 bytes; or ERC-1271 data) for each signer, in their order."""

    envelope: Envelope
    signatures: tuple[bytes, ...]


def kind_of(body: object) -> Kind:
    """The kind that a body dataclass belongs to. Raises ActError for another type."""
    kind = _by_body().get(type(body))
    if kind is None:
        raise ActError(f"kind: {type(body).__name__} is no act")
    return kind


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises ActError."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise ActError(f"kind: {name!r} is unknown; known are {', '.join(sorted(kind.name for kind in KINDS))}")


@cache
def _by_body() -> dict[type, Kind]:
    return {getattr(act_types, kind.name): kind for kind in KINDS}


# --- EIP-712 ---------------------------------------------------------------------------------------------------------


@cache
def type_string(struct: str) -> str:
    """EIP-712 encodeType of a body struct, referenced structs appended in alphabetical order."""
    return _member_text(struct, STRUCTS[struct]) + "".join(
        _member_text(name, STRUCTS[name]) for name in sorted(_referenced(struct) - {struct})
    )


@cache
def envelope_type_string(struct: str) -> str:
    """EIP-712 encodeType of the envelope around a body struct."""
    members = {**{name: STRUCTS[name] for name in _referenced(struct)}, "Signer": _SIGNER_FIELDS}
    head = _member_text("Envelope", (*_ENVELOPE_HEAD, ("body", struct)))
    return head + "".join(_member_text(name, members[name]) for name in sorted(members))


@cache
def type_hash(struct: str) -> bytes:
    """The kind's word in Acts: keccak of the body's encodeType (32 bytes)."""
    return keccak(type_string(struct).encode())


@cache
def envelope_type_hash(struct: str) -> bytes:
    """The envelope's type hash for a body struct (32 bytes)."""
    return keccak(envelope_type_string(struct).encode())


def _member_text(name: str, members: Sequence[tuple[str, str]]) -> str:
    return f"{name}({','.join(f'{type_} {field}' for field, type_ in members)})"


def _referenced(struct: str) -> frozenset[str]:
    found = {struct}
    for _, type_ in STRUCTS[struct]:
        base = _base(type_)
        if base in STRUCTS:
            found |= _referenced(base)
    return frozenset(found)


def _base(type_: str) -> str:
    return type_.split("[", 1)[0]


@cache
def is_flat(struct: str) -> bool:
    """Whether a body is static words only, so that Acts itself hashes it."""
    return all(type_ not in ("bytes", "string") and "[" not in type_ and type_ not in STRUCTS for _, type_ in STRUCTS[struct])


def struct_hash(body: Any) -> bytes:
    """EIP-712 hashStruct of a body dataclass (32 bytes)."""
    name = type(body).__name__
    return keccak(type_hash(name) + b"".join(_word(type_, getattr(body, field)) for field, type_ in STRUCTS[name]))


def _word(type_: str, value: Any) -> bytes:
    if type_.endswith("]"):
        element = type_[: type_.rindex("[")]
        return keccak(b"".join(_word(element, item) for item in value))
    if type_ in STRUCTS:
        return struct_hash(value)
    if type_ == "bytes":
        return keccak(value)
    if type_ == "string":
        return keccak(value.encode())
    return word_of(type_)(value)


@cache
def word_of(type_: str) -> Callable[[Any], bytes]:
    """Encodes a static ABI type as its word of 32 bytes; the function raises ActError for a value that the type doesn't have.

    What eth-abi does for these takes most of the time of a signed act.
    """
    if type_ == "bool":
        return lambda value: bytes(31) + (b"\1" if value else b"\0")
    if type_ == "address":
        return lambda value: bytes(12) + _sized(value, ADDRESS_BYTES, type_)
    if type_.startswith("bytes"):
        length = int(type_[5:])
        return lambda value: _sized(value, length, type_).ljust(32, b"\0")
    low, high = _bounds(type_)
    return lambda value: _ranged(value, low, high, type_).to_bytes(32, signed=low < 0)


def _sized(value: bytes, length: int, type_: str) -> bytes:
    if len(value) != length:
        raise ActError(f"{type_}: {length} bytes expected, {len(value)} given")
    return value


def _ranged(value: int, low: int, high: int, type_: str) -> int:
    if not low <= value <= high:
        raise ActError(f"{value} is outside {type_} ({low} to {high})")
    return value


@cache
def domain_separator(domain: SigningDomain) -> bytes:
    """EIP-712 domain separator (32 bytes)."""
    return keccak(
        keccak(_DOMAIN_TYPE)
        + keccak(DOMAIN_NAME.encode())
        + keccak(DOMAIN_VERSION.encode())
        + encode(["uint256", "address", "bytes32"], [domain.chain_id, domain.acts, domain.ledger_id])
    )


@cache
def _signer_type_hash() -> bytes:
    return keccak(_member_text("Signer", _SIGNER_FIELDS).encode())


def _signer_words(signer: SignerClaim) -> bytes:
    return b"".join(word_of(type_)(getattr(signer, field)) for field, type_ in _SIGNER_FIELDS)


def _head_words(envelope: Envelope) -> bytes:
    return b"".join(word_of(type_)(getattr(envelope, field)) for field, type_ in _ENVELOPE_HEAD[:4])


def digest(envelope: Envelope, domain: SigningDomain) -> bytes:
    """The EIP-712 digest that every signer of the envelope signs (32 bytes)."""
    return keccak(message(envelope, domain))


def message(envelope: Envelope, domain: SigningDomain) -> bytes:
    """What the digest is of (66 bytes): a signer that hashes by itself is given this."""
    signers = keccak(b"".join(keccak(_signer_type_hash() + _signer_words(signer)) for signer in envelope.signers))
    kind = kind_of(envelope.body)
    hashed = keccak(envelope_type_hash(kind.name) + _head_words(envelope) + signers + struct_hash(envelope.body))
    return b"\x19\x01" + domain_separator(domain) + hashed


def typed_data(envelope: Envelope, domain: SigningDomain) -> dict[str, Any]:
    """The envelope as EIP-712 JSON for `eth_signTypedData_v4`, so that a member signs in its own wallet and reads each field there."""
    kind = kind_of(envelope.body)
    structs = {name: STRUCTS[name] for name in sorted(_referenced(kind.name))}
    members = {"EIP712Domain": _DOMAIN_FIELDS, "Envelope": (*_ENVELOPE_HEAD, ("body", kind.name)), "Signer": _SIGNER_FIELDS}
    return {
        "types": {name: [{"name": field, "type": type_} for field, type_ in listed] for name, listed in {**members, **structs}.items()},
        "primaryType": "Envelope",
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": domain.chain_id,
            "verifyingContract": to_hex(domain.acts),
            "salt": to_hex(domain.ledger_id),
        },
        "message": {
            "account": to_hex(envelope.account),
            "id": str(envelope.id),
            "deadline": str(envelope.deadline),
            "gas": str(envelope.gas),
            "signers": [to_json(signer, _SIGNER_FIELDS) for signer in envelope.signers],
            "body": to_json(envelope.body),
        },
    }


# --- JSON at the edges -------------------------------------------------------------------------------------------------


def to_json(value: Any, members: Sequence[tuple[str, str]] | None = None) -> dict[str, Any]:
    """A body (or signer) as JSON: bytes as hex, integers as decimal strings (they pass 2^53)."""
    members = members or STRUCTS[type(value).__name__]
    return {field: _json_value(type_, getattr(value, field)) for field, type_ in members}


def _json_value(type_: str, value: Any) -> Any:
    if type_.endswith("]"):
        element = type_[: type_.rindex("[")]
        return [_json_value(element, item) for item in value]
    if is_dataclass(value):
        return to_json(value)
    if isinstance(value, bytes):
        return to_hex(value)
    return value if isinstance(value, bool | str) else str(value)


def body_from(kind: str, given: Mapping[str, Any]) -> Any:
    """The body dataclass of a kind from JSON. Integers as JSON integers or decimal strings, bytes as hex.

    Raises ActError naming the field: unknown, missing, of the wrong form or out of range.
    """
    return _struct_from(kind_named(kind).name, given, "body")


def _struct_from(struct: str, given: Any, path: str) -> Any:
    if not isinstance(given, Mapping):
        raise ActError(f"{path}: an object with the fields of {struct}")
    members = dict(STRUCTS[struct])
    if unknown := sorted(given.keys() - members.keys()):
        raise ActError(f"{path}.{unknown[0]}: {struct} has no such field; it has {', '.join(members)}")
    if missing := [field for field in members if field not in given]:
        raise ActError(f"{path}.{missing[0]}: missing")
    values = {field: _value_from(type_, given[field], f"{path}.{field}") for field, type_ in members.items()}
    return getattr(act_types, struct)(**values)


def _value_from(type_: str, given: Any, path: str) -> Any:
    if type_.endswith("]"):
        return _list_from(type_[: type_.rindex("[")], given, path)
    if type_ in STRUCTS:
        return _struct_from(type_, given, path)
    if type_ == "bool" and isinstance(given, bool):
        return given
    if type_ == "string" and isinstance(given, str):
        return given
    if type_ == "address" or type_.startswith("bytes"):
        return _bytes_from(type_, given, path)
    if "int" in type_:
        return _integer_from(type_, given, path)
    raise ActError(f"{path}: a {type_} expected")


def _list_from(element: str, given: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(given, list | tuple):
        raise ActError(f"{path}: a list of {element} expected")
    return tuple(_value_from(element, item, f"{path}[{index}]") for index, item in enumerate(given))


def _bytes_from(type_: str, given: Any, path: str) -> bytes:
    length = ADDRESS_BYTES if type_ == "address" else int(type_[5:]) if type_ != "bytes" else None
    if isinstance(given, bytes) and (length is None or len(given) == length):
        return given
    if not isinstance(given, str):
        raise ActError(f"{path}: {type_} as hex text expected")
    try:
        return from_hex(given, length, path)
    except IdError as wrong:
        raise ActError(str(wrong)) from wrong


def _integer_from(type_: str, given: Any, path: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise ActError(f"{path}: an integer, or its decimal text, expected")
    if isinstance(given, str) and not DECIMAL.fullmatch(given):
        raise ActError(f"{path}: {given[:80]!r} is no decimal integer")
    value = int(given)
    low, high = _bounds(type_)
    if not low <= value <= high:
        raise ActError(f"{path}: {value} is outside {type_} ({low} to {high})")
    return value


@cache
def _bounds(type_: str) -> tuple[int, int]:
    bits = int(type_.split("int", 1)[1])
    return (0, 2**bits - 1) if type_.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


# --- The call ----------------------------------------------------------------------------------------------------------


@cache
def abi_type(type_: str) -> str:
    """The canonical ABI type of an EIP-712 type: structs become tuples."""
    if type_.endswith("]"):
        at = type_.rindex("[")
        return abi_type(type_[:at]) + type_[at:]
    return f"({','.join(abi_type(member) for _, member in STRUCTS[type_])})" if type_ in STRUCTS else type_


def abi_value(value: Any) -> Any:
    """A body, or a part of one, as eth-abi takes it: dataclasses as tuples, lists as lists."""
    if is_dataclass(value):
        return tuple(abi_value(getattr(value, field.name)) for field in fields(value))
    return [abi_value(item) for item in value] if isinstance(value, tuple) else value


def encode_body(body: Any) -> bytes:
    """`abi.encode(body)`, as the contract's function takes it behind its selector."""
    name = kind_of(body).name
    if is_flat(name):
        return b"".join(word_of(type_)(getattr(body, field)) for field, type_ in STRUCTS[name])
    return encode([abi_type(name)], [abi_value(body)])


def decode_body(kind: str, data: bytes) -> Any:
    """The body of a kind from what `encode_body` writes. Raises ActError."""
    try:
        (values,) = decode([abi_type(kind_named(kind).name)], data)
    except (DecodingError, OverflowError) as wrong:
        raise ActError(f"body: no {kind} ({wrong})") from wrong
    return _from_abi(kind, values)


def _from_abi(type_: str, value: Any) -> Any:
    if type_.endswith("]"):
        return tuple(_from_abi(type_[: type_.rindex("[")], item) for item in value)
    if type_ in STRUCTS:
        members = zip(STRUCTS[type_], value, strict=True)
        return getattr(act_types, type_)(*(_from_abi(member, item) for (_, member), item in members))
    return from_hex(value) if type_ == "address" else value


def encode_run(acts: Iterable[SignedAct]) -> bytes:
    """Call data of `Acts.run(Act[])`."""
    return run_data(list(map(encode_act, acts)))


def run_data(encoded: Sequence[bytes]) -> bytes:
    """The same from acts that encode_act has encoded."""
    return run_selector() + _number(32) + _number(len(encoded)) + _offsets(encoded) + b"".join(encoded)


def encode_act(act: SignedAct) -> bytes:
    """An element of Act[] (contracts/interfaces/IActs.sol) in the ABI's encoding, from its first word on."""
    envelope = act.envelope
    signers = _number(len(envelope.signers)) + b"".join(map(_signer_words, envelope.signers))
    body, signatures = _padded(encode_body(envelope.body)), [_padded(signature) for signature in act.signatures]
    given = _number(len(signatures)) + _offsets(signatures) + b"".join(signatures)
    at = (len(_ENVELOPE_HEAD) + 3) * 32
    places = _number(at) + _number(at + len(signers)) + _number(at + len(signers) + len(body))
    return _head_words(envelope) + type_hash(kind_of(envelope.body).name) + places + signers + body + given


def _number(value: int) -> bytes:
    return value.to_bytes(32)


def _padded(value: bytes) -> bytes:
    return _number(len(value)) + value + bytes(-len(value) % 32)


def _offsets(parts: Sequence[bytes]) -> bytes:
    """Where each part begins, counted from the first of these words."""
    places = accumulate(map(len, parts[:-1]), initial=len(parts) * 32)
    return b"".join(map(_number, places)) if parts else b""


@cache
def run_selector() -> bytes:
    """The four bytes that select `Acts.run(Act[])`."""
    return keccak(f"run({_RUN_TYPE})".encode())[:4]
