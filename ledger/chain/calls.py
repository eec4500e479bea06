"""Calls by ABI: data of a call, its result, and a view asked of a node. Addresses and words are bytes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from ledger.chain import artifacts
from ledger.chain.rpc import NoAnswer, Rpc, RpcError
from ledger.domain.ids import from_hex

OLD_HEADS = 8
"""How often the state of the latest block is asked for again before a refusal counts."""

_MOST_TOLD = 80
"""So many characters are repeated of what is no answer."""


class NoSuchFunction(LookupError):
    """The contract has no function of that name or signature, or several of that name."""


def call_data(contract: str, function: str, *arguments: Any) -> bytes:
    """Selector and encoded arguments. `function` is a name, or a signature where the name is overloaded. Raises NoSuchFunction."""
    entry = _function(contract, function)
    return _selector(entry) + encode(_types(entry["inputs"]), list(arguments))


def parameters(contract: str, function: str) -> list[tuple[str, str]]:
    """Name and type of each argument of a function. Raises NoSuchFunction."""
    return [(given["name"], _type(given)) for given in _function(contract, function)["inputs"]]


def function_selector(contract: str, function: str) -> bytes:
    """The four bytes that select a function. Raises NoSuchFunction."""
    return _selector(_function(contract, function))


def constructor_data(contract: str, *arguments: Any) -> bytes:
    """Creation code with encoded constructor arguments."""
    built = artifacts.load(contract)
    inputs: list[dict[str, Any]] = next((entry["inputs"] for entry in built.abi if entry["type"] == "constructor"), [])
    return built.bytecode + encode(_types(inputs), list(arguments))


def result(contract: str, function: str, answer: bytes) -> Any:
    """The decoded result of a call: a value, or a tuple of several. Addresses are bytes of 20."""
    outputs = _function(contract, function)["outputs"]
    values = tuple(_plain(entry, value) for entry, value in zip(outputs, decode(_types(outputs), answer), strict=True))
    return values[0] if len(values) == 1 else values


def view(rpc: Rpc, address: bytes, contract: str, function: str, *arguments: Any, block: str = "latest") -> Any:
    """Asks a view of the contract at `address`. Raises RpcError with the data of a revert, NoAnswer for no result of it."""
    call = {"to": address, "data": call_data(contract, function, *arguments)}
    answer: str = at_head(rpc, "eth_call", call) if block == "latest" else rpc.call("eth_call", call, block)
    try:
        return result(contract, function, from_hex(answer))
    except (DecodingError, OverflowError, UnicodeDecodeError) as wrong:
        asked, why = rpc.url, f"{contract}.{function} can't have answered {answer[:_MOST_TOLD]}"
        rpc.leave(why)
        raise NoAnswer(asked, why) from wrong


def at_head(rpc: Rpc, method: str, subject: Any) -> Any:
    """What a method answers of the latest block's state. Raises RpcError.

    A node that keeps few states (anvil one, Besu's Bonsai some) looks up which block is the latest, then its state; a block that comes
    between leaves it without one, and it answers with an error that is no revert.
    """
    for _ in range(OLD_HEADS):
        try:
            return rpc.call(method, subject, "latest")
        except RpcError as error:
            if error.revert_data is not None:
                raise
    return rpc.call(method, subject, "latest")


def base_fee(rpc: Rpc) -> int:
    """What the newest block asks of every transaction, in wei a gas; 0 on a chain without fees. Raises NodeUnreachable, RpcError."""
    return int(rpc.call("eth_getBlockByNumber", "latest", False).get("baseFeePerGas") or "0x0", 16)


def error_of(contract: str, data: bytes) -> tuple[str, dict[str, Any]] | None:
    """Name and values of the custom error in revert data, if the contract's ABI has it."""
    for entry in artifacts.load(contract).abi:
        if entry["type"] == "error" and _selector(entry) == data[:4]:
            values = decode(_types(entry["inputs"]), data[4:])
            return entry["name"], {given["name"]: value for given, value in zip(entry["inputs"], values, strict=True)}
    return None


@cache
def _function(contract: str, function: str) -> Mapping[str, Any]:
    listed = [entry for entry in artifacts.load(contract).abi if entry["type"] == "function"]
    found = [entry for entry in listed if function in (entry["name"], _signature(entry))]
    if len(found) != 1:
        known = ", ".join(sorted(_signature(entry) for entry in found or listed))
        raise NoSuchFunction(f"{contract}.{function}: {'overloaded' if found else 'unknown'}; one of {known}")
    return found[0]


def _selector(entry: Mapping[str, Any]) -> bytes:
    return keccak(_signature(entry).encode())[:4]


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(_types(entry['inputs']))})"


def _types(components: Any) -> list[str]:
    return [_type(component) for component in components]


def _type(component: Mapping[str, Any]) -> str:
    type_: str = component["type"]
    if not type_.startswith("tuple"):
        return type_
    return f"({','.join(_types(component['components']))}){type_.removeprefix('tuple')}"


def _plain(entry: Mapping[str, Any], value: Any) -> Any:
    """A decoded value with addresses of 20 bytes wherever they lie; lists and structs are tuples."""
    kind = entry["type"]
    if kind.endswith("]"):
        inner = {**entry, "type": kind[: kind.rindex("[")]}
        return tuple(_plain(inner, each) for each in value)
    if kind == "tuple":
        return tuple(_plain(part, each) for part, each in zip(entry["components"], value, strict=True))
    return from_hex(value) if kind == "address" else value
