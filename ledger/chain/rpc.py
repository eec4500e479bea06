"""JSON-RPC 2.0 over HTTP to one node, with one keep-alive connection pool.

Nothing is ever sent a second time from here after the node may have seen it: only the caller knows whether a repeat
is harmless. `bytes` in parameters become 0x hex; integers go out as JSON numbers, so an Ethereum quantity is `hex(n)`.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Annotated, Any, Self, TypeVar

import httpcore
import httpx
import msgspec
import orjson

from ledger.foreseen import Foreseen

Result = TypeVar("Result")
Call = tuple[str, Sequence[Any]]

BATCH_CALLS = 100
BATCH_BYTES = 400_000  # Kaia cuts a request off at 512 KiB, anvil refuses one above 2 MB
MORE_AFTER_SECONDS = 60.0
"""So long a node that refused a batch is asked in smaller ones before a larger one is tried: it may have been busy only."""
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INTERNAL_ERROR = -32603
TOO_LARGE = 413
_USERINFO = re.compile(r"//[^/@]*@")
_MOST_TOLD = 80
"""So many bytes are repeated of what is no answer."""
IDLE_SECONDS = 5.0
"""So long an unused connection is kept: less than after which nodes end one."""


class RpcError(Foreseen):
    """The node answered the call with an error. `data` is kept as the node sent it (hex of the revert, mostly)."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(code, message, data)
        self.code = code
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return f"{self.message} (JSON-RPC error {self.code})"

    @property
    def revert_data(self) -> bytes | None:
        """What the contract reverted with (selector and arguments, possibly empty), or None if nothing was given."""
        if not isinstance(self.data, str):
            return None
        try:
            return bytes.fromhex(self.data.removeprefix("Reverted ").removeprefix("0x"))
        except ValueError:
            return None


class NodeUnreachable(Foreseen):
    """No answer from the node. If `maybe_received`, a sent transaction may still be in its pool or in a block."""

    def __init__(self, url: str, reason: str = "", maybe_received: bool = True) -> None:
        super().__init__(url, reason, maybe_received)
        self.url = url
        self.reason = reason
        self.maybe_received = maybe_received

    def __str__(self) -> str:
        return f"node {shown(self.url)} does not answer: {self.reason}; check that it runs and that its address is right"


class NoAnswer(NodeUnreachable):
    """What answers at the node's address does not answer as a node: by its state (HTTP), or with something else than was asked for."""

    def __str__(self) -> str:
        return f"node {shown(self.url)} answers, but not as it must: {self.reason}; look at the node, or give another"


def shown(url: str) -> str:
    """A node's address as it may be told: without the user and password in it."""
    return _USERINFO.sub("//", url)


class _Answer(msgspec.Struct):
    id: int | str | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: dict[str, Any] | None = None


_Number = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-fA-F]{1,64}$")]

_Bytes = Annotated[str, msgspec.Meta(pattern="^0x([0-9a-fA-F]{2})*$")]


class _Newest(msgspec.Struct):
    """What is read of the newest block."""

    number: _Number
    hash: _Number
    timestamp: _Number


@dataclass(frozen=True)
class _Request:
    id: int
    body: bytes


@dataclass(frozen=True)
class _Address:
    """Where a node is, and the headers that go with every request."""

    url: httpcore.URL
    headers: list[tuple[bytes, bytes]]

    @staticmethod
    @lru_cache(64)
    def of(url: str) -> _Address:
        """Raises NodeUnreachable for what is no address. A user's name and password in it become an authorisation (RFC 7617)."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as wrong:
            raise NodeUnreachable(url, _reason(wrong), maybe_received=False) from wrong
        headers = [(b"host", parsed.netloc), (b"content-type", b"application/json")]
        if parsed.userinfo:
            request = next(httpx.BasicAuth(parsed.username, parsed.password).auth_flow(httpx.Request("POST", url)))
            headers.append((b"authorization", request.headers["authorization"].encode()))
        return _Address(httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path), headers)


_decode_answer = msgspec.json.Decoder(_Answer).decode
_decode_answers = msgspec.json.Decoder(list[_Answer] | _Answer).decode


class Rpc:
    """A node at `url`. Timeouts in seconds; safe to share between threads. Closing ends its connections."""

    def __init__(self, url: str, timeout: float = 10.0, batch_calls: int = BATCH_CALLS) -> None:
        self.url, self.timeout = url, timeout
        self.batch_calls = self._most_calls = batch_calls
        self._refused = 0.0
        self._ids = itertools.count(1)
        # Without httpx around it: a mirror and a sender ask some dozens of times a second, and its layers cost as much again.
        self._pool = httpcore.ConnectionPool(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS)
        self._timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)}

    def call(self, method: str, *params: Any) -> Any:
        """The result of one call; RpcError if the node refuses it, NodeUnreachable if it does not answer, or with another thing
        than a number, bytes or the newest block where that must be.
        """
        result = self._result(method, params)
        if method in _FORMS or (method == "eth_getBlockByNumber" and params[:1] == ("latest",)):
            self._check(method, result)
        return msgspec.json.decode(result)

    def call_as(self, kind: type[Result], method: str, *params: Any) -> Result:
        """Like call, with the result parsed straight into `kind` (a msgspec type): for large answers."""
        return msgspec.json.decode(self._result(method, params), type=kind)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Results in the order of `calls`; a refused call yields its RpcError in place, the others still count.

        Calls run in order, in as few requests as the limits of size and number allow.
        """
        requests = [self._request(method, params) for method, params in calls]
        if self.batch_calls < self._most_calls and time.monotonic() - self._refused > MORE_AFTER_SECONDS:
            self.batch_calls, self._refused = min(2 * self.batch_calls, self._most_calls), time.monotonic()
        return [
            msgspec.json.decode(outcome) if isinstance(outcome, msgspec.Raw) else outcome
            for part in _parts(requests, self.batch_calls)
            for outcome in self._exchange(part)
        ]

    def leave(self, why: str) -> None:
        """Asks another node from now on, where there is one."""

    def close(self) -> None:
        """End the connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _request(self, method: str, params: Sequence[Any]) -> _Request:
        number = next(self._ids)
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        return _Request(number, orjson.dumps(message, default=_hex))

    def _result(self, method: str, params: Sequence[Any]) -> msgspec.Raw:
        request = self._request(method, params)
        answer = self._parse(_decode_answer, self._post(request.body), request.id)
        if answer.error is not None:
            raise _error(answer.error)
        result: msgspec.Raw = answer.result
        return result

    def _exchange(self, part: Sequence[_Request]) -> list[msgspec.Raw | RpcError]:
        response = self._post(b"[" + b",".join(request.body for request in part) + b"]", too_large_is_answer=True)
        if response.status == TOO_LARGE:
            return self._halves(part, RpcError(INVALID_REQUEST, "request too large for the node"))
        answers = self._parse(_decode_answers, response)
        if isinstance(answers, _Answer):
            return self._halves(part, _error(answers.error or {}))
        by_id = {answer.id: answer for answer in answers}
        return [_outcome(by_id.get(request.id)) for request in part]

    def _halves(self, part: Sequence[_Request], refusal: RpcError) -> list[msgspec.Raw | RpcError]:
        # A node that refuses a batch as a whole has run none of it, so smaller ones are no repeat.
        if len(part) == 1:
            return [refusal]
        middle = len(part) // 2
        self.batch_calls, self._refused = min(self.batch_calls, max(middle, 1)), time.monotonic()
        return self._exchange(part[:middle]) + self._exchange(part[middle:])

    def _post(self, body: bytes, too_large_is_answer: bool = False) -> httpcore.Response:
        address = _Address.of(self.url)
        headers = [*address.headers, (b"content-length", str(len(body)).encode())]
        try:
            response = self._pool.request("POST", address.url, headers=headers, content=body, extensions=self._timeouts)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.UnsupportedProtocol) as error:
            raise NodeUnreachable(self.url, _reason(error), maybe_received=False) from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise NodeUnreachable(self.url, _reason(error)) from error
        if too_large_is_answer and response.status == TOO_LARGE:
            return response
        if response.status >= 300 and not response.content.lstrip().startswith((b"{", b"[")):
            raise NoAnswer(self.url, _status(response))
        return response

    def _parse(self, decode: Any, response: httpcore.Response, asked: int | None = None) -> Any:
        """What the body says; of a single request, `asked`, only if it is the answer to that. A refusal may name none."""
        try:
            answer = decode(response.content)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise NoAnswer(self.url, _status(response) if response.status >= 300 else f"no JSON-RPC ({error})") from error
        if asked is not None and answer.error is None and str(answer.id) != str(asked):
            raise NoAnswer(self.url, f"it was asked {asked} and answered {answer.id}")
        return answer

    def _check(self, method: str, result: msgspec.Raw) -> None:
        kind, what = _FORMS.get(method, (_Newest, "block"))
        try:
            msgspec.json.decode(result, type=kind)
        except msgspec.MsgspecError as error:
            raise NoAnswer(self.url, f"{method} gave {_cut(bytes(result))}, which is no {what}") from error


_FORMS: Mapping[str, tuple[Any, str]] = {
    **dict.fromkeys(
        ("eth_blockNumber", "eth_chainId", "eth_gasPrice", "eth_getBalance", "eth_getTransactionCount"), (_Number, "number in hex")
    ),
    **dict.fromkeys(("eth_call", "eth_getCode"), (_Bytes, "text of bytes")),
}


def _status(response: httpcore.Response) -> str:
    said = _cut(response.content)
    return f"HTTP status {response.status}" + (f", {said}" if said else "")


def _cut(text: bytes) -> str:
    return " ".join(text[:_MOST_TOLD].decode("utf-8", "replace").split())


def _hex(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return "0x" + bytes(value).hex()
    raise TypeError(f"no JSON-RPC form for {type(value).__name__}")


def _error(error: dict[str, Any]) -> RpcError:
    return RpcError(error.get("code", INTERNAL_ERROR), str(error.get("message", "no reason given")), error.get("data"))


def _outcome(answer: _Answer | None) -> msgspec.Raw | RpcError:
    if answer is None:
        return RpcError(INTERNAL_ERROR, "the node left this call of the batch unanswered")
    return answer.result if answer.error is None else _error(answer.error)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _parts(requests: Sequence[_Request], most: int) -> Iterator[list[_Request]]:
    part: list[_Request] = []
    size = 0
    for request in requests:
        if part and (len(part) == most or size + len(request.body) > BATCH_BYTES):
            yield part
            part, size = [], 0
        part.append(request)
        size += len(request.body)
    if part:
        yield part
