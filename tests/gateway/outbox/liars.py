"""A node that answers wrongly by method: an HTTP proxy that spoils answers to single JSON-RPC requests, inside batches too."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import Enum
from typing import Any

import orjson

from tests.gateway.outbox.proxies import Answering, Fronting, serving

METHODS = (
    "eth_blockNumber",
    "eth_getBlockByNumber",
    "eth_getLogs",
    "eth_getBlockReceipts",
    "eth_getTransactionCount",
    "eth_getProof",
    "eth_call",
    "eth_estimateGas",
    "eth_sendRawTransaction",
)
SENDING = "eth_sendRawTransaction"


class Lie(Enum):
    """How an answer is wrong. OLD: an earlier answer to the same method. SWAPPED: the answer to another request. UNSENT: taken, and told to
    nobody. LASTING: said to be no transaction at all. DENIED: forwarded, and answered with an error.
    """

    NULL = "null"
    ERROR = "error"
    LASTING = "lasting"
    LACKING = "lacking"
    TYPE = "type"
    OLD = "old"
    SWAPPED = "swapped"
    HASH = "hash"
    FEWER = "fewer"
    TWICE = "twice"
    NUMBER = "number"
    GARBAGE = "garbage"
    EMPTY = "empty"
    UNSENT = "unsent"
    DENIED = "denied"


_KEPT_BACK = (Lie.UNSENT, Lie.LASTING)

_ERRORS = (
    (-32603, "internal error"),
    (-32000, "header not found"),
    (-32601, "the method does not exist"),
    (-32005, "limit exceeded"),
    (3, "execution reverted"),
    (-32000, "nonce too low"),
    (-32000, "already known"),
    (-32000, "txpool is full"),
)


class Liar(Fronting):
    """With `chance` an answer to one of `methods` is spoilt by one of `lies`."""

    def __init__(self, node: str) -> None:
        super().__init__(node, _Handler)
        self.chance = 0.0
        self.methods: tuple[str, ...] = METHODS
        self.lies: tuple[Lie, ...] = tuple(Lie)
        self.earlier: dict[str, list[Any]] = defaultdict(list)
        self.told = 0
        """How many answers were wrong."""

    def begin(self, methods: tuple[str, ...], lies: tuple[Lie, ...], chance: float) -> None:
        """Lies from now on."""
        self.methods, self.lies, self.chance = methods, lies, chance

    def end(self) -> None:
        """Tells the truth from now on."""
        self.chance = 0.0

    def answer(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers to requests, some of them wrong."""
        lies = [self._lie(each["method"]) for each in asked]
        sent = [each for each, lie in zip(asked, lies, strict=True) if lie not in _KEPT_BACK or each["method"] != SENDING]
        real = self.http.post(self.node, json=sent).json() if sent else []
        by_id = {each["id"]: each for each in real}
        told = []
        for each, lie in zip(asked, lies, strict=True):
            true = by_id.get(each["id"], {"jsonrpc": "2.0", "id": each["id"], "result": "0x" + "ab" * 32})
            told.append(true if lie is None else self._spoilt(each["method"], lie, true, real))
            if "result" in true:
                self.earlier[each["method"]] = [*self.earlier[each["method"]][-20:], true["result"]]
        return told

    def _lie(self, method: str) -> Lie | None:
        return self.dice.choice(self.lies) if method in self.methods and self.dice.random() < self.chance else None

    def _spoilt(self, method: str, lie: Lie, true: dict[str, Any], batch: list[dict[str, Any]]) -> dict[str, Any]:
        self.told += 1
        base = {"jsonrpc": "2.0", "id": true["id"]}
        if lie is Lie.ERROR or (lie is Lie.DENIED and method == SENDING):
            code, message = self.dice.choice(_ERRORS)
            return {**base, "error": {"code": code, "message": message}}
        if lie is Lie.LASTING:
            return {**base, "error": {"code": -32000, "message": "intrinsic gas too low"}}
        result = orjson.loads(orjson.dumps(true.get("result")))
        if lie is Lie.SWAPPED:
            others = [each["result"] for each in batch if each["id"] != true["id"] and "result" in each]
            others = others or [old for olds in self.earlier.values() for old in olds[-3:]]
            return {**base, "result": self.dice.choice(others or [None])}
        if lie is Lie.OLD:
            return {**base, "result": self.dice.choice(self.earlier[method] or [None])}
        return {**base, "result": self._changed(lie, result)}

    def _changed(self, lie: Lie, result: Any) -> Any:
        changes: dict[Lie, Callable[[Any], Any]] = {
            Lie.NULL: lambda _: None,
            Lie.EMPTY: lambda _: "0x",
            Lie.GARBAGE: lambda _: "0x" + self.dice.randbytes(self.dice.randrange(1, 70)).hex(),
            Lie.TYPE: lambda _: self.dice.choice([7, [], {}, "words", True, [None], 1.5]),
            Lie.LACKING: self._lacking,
            Lie.HASH: self._other_hash,
            Lie.FEWER: lambda told: told[:-1] if isinstance(told, list) else told,
            Lie.TWICE: lambda told: [*told, *told] if isinstance(told, list) else told,
            Lie.NUMBER: self._other_number,
        }
        return changes[lie](result) if lie in changes else result

    def _lacking(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self._lacking(each) for each in told]
        if isinstance(told, dict) and told:
            told.pop(self.dice.choice(list(told)))
        return told

    def _other_hash(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self._other_hash(each) for each in told]
        if isinstance(told, dict):
            for name in ("hash", "blockHash", "transactionHash", "stateRoot", "parentHash"):
                if name in told and self.dice.random() < 0.5:
                    told[name] = "0x" + self.dice.randbytes(32).hex()
            return told
        return "0x" + self.dice.randbytes(32).hex()

    def _other_number(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self._other_number(each) for each in told]
        if isinstance(told, dict):
            for name in ("number", "timestamp", "blockNumber", "logIndex", "status", "transactionIndex", "gasUsed", "baseFeePerGas"):
                if name in told and self.dice.random() < 0.5:
                    told[name] = self._other_number(told[name])
            return told
        try:
            return hex(max(int(told, 16) + self.dice.choice([-2, -1, 1, 2, 1 << 40, 1 << 255]), 0))
        except (TypeError, ValueError):
            return told


def liar(node: str) -> AbstractContextManager[Liar]:
    """A proxy that serves until the context ends."""
    return serving(Liar(node))


class _Handler(Answering):
    server: Liar

    def do_POST(self) -> None:  # noqa: N802  # http.server's interface
        asked = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
        told = self.server.answer(asked if isinstance(asked, list) else [asked])
        self.answer(200, orjson.dumps(told if isinstance(asked, list) else told[0]))
