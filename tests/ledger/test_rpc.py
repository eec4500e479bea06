"""JSON-RPC against a real node, and against servers that misbehave on purpose."""

import json
import os
import pickle
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import psutil
import pytest

from ledger.chain.engines import anvil
from ledger.chain.node import free_ports
from ledger.chain.nodes import Nodes
from ledger.chain.rpc import BATCH_BYTES, NodeUnreachable, Rpc, RpcError

Answer = Callable[[bytes], tuple[int, bytes]]

# Reverts with its call data: CALLDATASIZE 0 0 CALLDATACOPY, CALLDATASIZE 0 REVERT.
REVERT_WITH_INPUT = "0x365f5f37365ffd"
TARGET = "0x" + "11" * 20


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    running = anvil.start(tmp_path_factory.mktemp("anvil"))
    with Rpc(running.url) as rpc:
        rpc.call("anvil_setCode", TARGET, REVERT_WITH_INPUT)
        yield rpc
    running.stop()


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each request body with (status, body); yields its URL and the bodies it got."""
    seen: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append(body)
            status, text = answer(body)
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.server_port}", seen
        listener.shutdown()


def echo(message: dict[str, object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": message["id"], "result": message["params"]}


def test_call_returns_the_result(node: Rpc) -> None:
    assert node.call("eth_chainId") == hex(anvil.CHAIN_ID)
    assert node.call("eth_getBlockByNumber", "0x7fffffff", False) is None


def test_bytes_go_out_as_hex(node: Rpc) -> None:
    assert node.call("eth_getCode", bytes.fromhex(TARGET[2:]), "latest") == REVERT_WITH_INPUT
    assert node.call("web3_sha3", b"") == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_a_parameter_without_json_form_is_refused_before_anything_is_sent(node: Rpc) -> None:
    with pytest.raises(TypeError, match="set"):
        node.call("eth_getCode", {1, 2})


def test_an_answer_to_another_request_is_none() -> None:
    with server(lambda body: (200, json.dumps({**echo(json.loads(body)), "id": 7}).encode())) as (url, seen), Rpc(url) as rpc:
        with pytest.raises(NodeUnreachable, match="it was asked 1 and answered 7") as told:
            rpc.call("eth_sendRawTransaction", b"")
        assert told.value.maybe_received and len(seen) == 1


def test_call_as_parses_into_a_type(node: Rpc) -> None:
    class Head(msgspec.Struct):
        number: str
        gasLimit: str

    head = node.call_as(Head, "eth_getBlockByNumber", "latest", False)
    assert int(head.gasLimit, 16) == anvil.ENGINE.block_gas_limit


def test_an_unknown_method_is_the_nodes_error(node: Rpc) -> None:
    with pytest.raises(RpcError) as caught:
        node.call("eth_noSuchMethod")
    assert caught.value.code in (-32601, -32602)
    assert "eth_noSuchMethod" in str(caught.value) or "not found" in str(caught.value).lower()


def test_revert_data_is_kept_whole(node: Rpc) -> None:
    reason = bytes.fromhex("deadbeef") + (7).to_bytes(32, "big")
    with pytest.raises(RpcError) as caught:
        node.call("eth_call", {"to": TARGET, "data": "0x" + reason.hex()}, "latest")
    assert caught.value.revert_data == reason


def test_an_empty_revert_differs_from_no_data() -> None:
    assert RpcError(3, "execution reverted", "0x").revert_data == b""
    assert RpcError(-32000, "nonce too low").revert_data is None
    assert RpcError(-32000, "odd", "0xabc").revert_data is None
    assert RpcError(-32000, "odd", {"a": 1}).revert_data is None
    assert RpcError(3, "reverted", "Reverted 0xdead").revert_data == b"\xde\xad"


def test_errors_survive_a_process_boundary() -> None:
    refused = pickle.loads(pickle.dumps(RpcError(3, "execution reverted", "0xdead")))
    assert (refused.code, refused.message, refused.revert_data) == (3, "execution reverted", b"\xde\xad")
    lost = pickle.loads(pickle.dumps(NodeUnreachable("http://127.0.0.1:1", "gone", False)))
    assert (lost.url, lost.reason, lost.maybe_received) == ("http://127.0.0.1:1", "gone", False)


def test_batch_keeps_order_and_puts_errors_in_place(node: Rpc) -> None:
    chain, refused, code = node.batch(
        [("eth_chainId", []), ("eth_call", [{"to": TARGET, "data": "0xbeef"}, "latest"]), ("eth_getCode", [TARGET, "latest"])]
    )
    assert chain == hex(anvil.CHAIN_ID)
    assert isinstance(refused, RpcError)
    assert refused.revert_data == b"\xbe\xef"
    assert code == REVERT_WITH_INPUT


def test_an_empty_batch_asks_nothing() -> None:
    with Rpc("http://127.0.0.1:1") as rpc:
        assert rpc.batch([]) == []


def test_a_batch_larger_than_the_limit_is_cut(node: Rpc) -> None:
    results = node.batch([("web3_sha3", [number.to_bytes(2, "big")]) for number in range(250)])
    assert len(set(results)) == 250
    assert results[249] == node.call("web3_sha3", (249).to_bytes(2, "big"))


def test_a_batch_is_cut_by_bytes_too() -> None:
    def answer(body: bytes) -> tuple[int, bytes]:
        return 200, json.dumps([echo(message) for message in json.loads(body)]).encode()

    large = "0x" + "00" * (BATCH_BYTES // 5)
    with server(answer) as (url, seen), Rpc(url) as rpc:
        assert rpc.batch([("keep", [large])] * 5) == [[large]] * 5
    assert len(seen) == 3
    assert all(len(body) < 512 * 1024 for body in seen)


@pytest.mark.parametrize("status", [200, 413])
def test_a_node_with_a_lower_limit_is_asked_in_smaller_batches_and_remembered(status: int) -> None:
    def answer(body: bytes) -> tuple[int, bytes]:
        messages = json.loads(body)
        if len(messages) > 10:
            return status, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"batch too large"}}'
        return 200, json.dumps([echo(message) for message in reversed(messages)]).encode()

    with server(answer) as (url, seen), Rpc(url) as rpc:
        assert rpc.batch([("keep", [number]) for number in range(40)]) == [[number] for number in range(40)]
        first = len(seen)
        assert rpc.batch([("keep", [number]) for number in range(40)]) == [[number] for number in range(40)]
    assert len(seen) - first == 4


def test_a_node_that_was_busy_is_asked_in_larger_batches_again(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = True

    def answer(body: bytes) -> tuple[int, bytes]:
        if busy:
            return 200, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"limit exceeded"}}'
        return 200, json.dumps([echo(message) for message in json.loads(body)]).encode()

    calls = [("keep", [number]) for number in range(40)]
    with server(answer) as (url, seen), Rpc(url) as rpc:
        assert all(isinstance(each, RpcError) for each in rpc.batch(calls))
        busy, first = False, len(seen)
        rpc.batch(calls)
        assert len(seen) - first == 40, "it is not tried at once"
        monkeypatch.setattr("ledger.chain.rpc.MORE_AFTER_SECONDS", 0.0)
        for _ in range(7):
            first = len(seen)
            assert rpc.batch(calls) == [[number] for number in range(40)]
        assert len(seen) - first == 1


def test_a_batch_refused_down_to_one_call_is_that_calls_error() -> None:
    refusal = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"no batches here","data":"0x01"}}'
    with server(lambda _: (200, refusal)) as (url, _), Rpc(url) as rpc:
        results = rpc.batch([("a", []), ("b", [])])
    assert [(result.code, result.message) for result in results] == [(-32005, "no batches here")] * 2


def test_a_call_left_unanswered_in_a_batch_is_an_error_not_a_shift() -> None:
    def answer(body: bytes) -> tuple[int, bytes]:
        return 200, json.dumps([echo(message) for message in json.loads(body)[1:]]).encode()

    with server(answer) as (url, _), Rpc(url) as rpc:
        missing, there = rpc.batch([("keep", [1]), ("keep", [2])])
    assert isinstance(missing, RpcError)
    assert "unanswered" in str(missing)
    assert there == [2]


def test_nobody_listens() -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    with Rpc(url) as rpc, pytest.raises(NodeUnreachable) as caught:
        rpc.call("eth_chainId")
    assert not caught.value.maybe_received
    assert url in str(caught.value)
    assert "check that it runs" in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1:1", "http://127.0.0.1:99999"])
def test_an_address_that_is_none(url: str) -> None:
    with Rpc(url) as rpc, pytest.raises(NodeUnreachable, match="address"):
        rpc.call("eth_chainId")


def test_a_name_and_a_password_go_with_every_request_and_into_no_message() -> None:
    given: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            given.append(self.headers["authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"id":1,"result":"0x1"}' if self.path == "/rpc?a=1" else b"another path")

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
        user, at = "bank:s3cret", f"127.0.0.1:{listener.server_port}"
        with Rpc(f"http://{user}@{at}/rpc?a=1") as rpc:
            assert rpc.call("eth_chainId") == "0x1"
        with (
            Rpc(f"http://{user}@{at}") as rpc,
            pytest.raises(NodeUnreachable, match=f"node http://{at} answers, but not as it must: no JSON-RPC") as caught,
        ):
            rpc.call("eth_chainId")
        listener.shutdown()
    assert given == ["Basic " + b64encode(b"bank:s3cret").decode()] * 2
    assert "s3cret" not in str(caught.value)


def test_a_connection_that_the_node_ended_meanwhile_is_not_used() -> None:
    """A request on it would have to be answered with 'maybe received', and a write could not be repeated."""
    with server(lambda body: (200, json.dumps({**echo(json.loads(body)), "result": "0x1"}).encode())) as (url, seen), Rpc(url) as rpc:
        port = int(url.rpartition(":")[2])
        assert rpc.call("eth_chainId") == "0x1"
        for connection in psutil.Process().net_connections("tcp"):
            if connection.laddr.port == port and connection.status == psutil.CONN_ESTABLISHED:
                with socket.socket(fileno=os.dup(connection.fd)) as held:
                    held.shutdown(socket.SHUT_RDWR)
        assert rpc.call("eth_chainId") == "0x1"
        assert len(seen) == 2


def test_a_slow_node_is_given_up_and_asked_only_once() -> None:
    def answer(_: bytes) -> tuple[int, bytes]:
        time.sleep(1)
        return 200, b'{"id":1,"result":"0x1"}'

    with server(answer) as (url, seen), Rpc(url, timeout=0.2) as rpc:
        with pytest.raises(NodeUnreachable) as caught:
            rpc.call("eth_sendRawTransaction", b"\x01")
        assert len(seen) == 1
    assert caught.value.maybe_received


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (502, b"<html>bad gateway"), (404, b""), (200, b""), (200, b"[1]")])
def test_what_is_no_json_rpc_is_no_answer(status: int, body: bytes) -> None:
    with server(lambda _: (status, body)) as (url, seen), Rpc(url) as rpc:
        with pytest.raises(NodeUnreachable):
            rpc.call("eth_sendRawTransaction", b"\x01")
        assert len(seen) == 1


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (429, b'{"error":"slow down"}', 'HTTP status 429, {"error":"slow down"}; look at the node'),
        (503, b"<html>bad gateway", "HTTP status 503, <html>bad gateway;"),
        (404, b"", "HTTP status 404;"),
        (200, b"<html>", "no JSON-RPC"),
        (200, b'{"id":1,"result":null}', "eth_getTransactionCount gave null, which is no number in hex"),
        (200, b'{"id":1,"result":"0xZZ"}', 'eth_getTransactionCount gave "0xZZ"'),
        (200, b'{"id":1,"result":7}', "eth_getTransactionCount gave 7"),
    ],
)
@pytest.mark.parametrize("kind", [Rpc, lambda url: Nodes([url])])
def test_an_answer_that_is_none_is_told_with_the_node_and_what_it_said(
    kind: Callable[[str], Rpc], status: int, body: bytes, said: str
) -> None:
    with server(lambda _: (status, body)) as (url, _), kind(url) as rpc, pytest.raises(NodeUnreachable) as caught:
        rpc.call("eth_getTransactionCount", "0x", "latest")
    assert f"node {url} answers, but not as it must: " in str(caught.value) and said in str(caught.value)


@pytest.mark.parametrize(
    "newest", ["null", "{}", '{"number":"0x1","hash":"0xab","timestamp":null}', '{"number":"0xZZ","hash":"0x1","timestamp":"0x1"}']
)
def test_a_newest_block_that_is_none_is_told_and_one_that_may_be_missing_is_not(newest: str) -> None:
    said = f'{{"id":1,"result":{newest}}}'.encode()
    with server(lambda _: (200, said)) as (url, _), Rpc(url) as rpc, pytest.raises(NodeUnreachable, match="which is no block"):
        rpc.call("eth_getBlockByNumber", "latest", False)
    with server(lambda _: (200, b'{"id":1,"result":null}')) as (url, _), Rpc(url) as rpc:
        assert rpc.call("eth_getBlockByNumber", "0x7", False) is None


def test_an_error_object_with_an_http_error_status_is_the_nodes_error() -> None:
    body = b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"too busy"}}'
    with server(lambda _: (503, body)) as (url, _), Rpc(url) as rpc, pytest.raises(RpcError, match="too busy"):
        rpc.call("eth_chainId")


@pytest.mark.parametrize("ask", [lambda rpc: rpc.call("eth_chainId"), lambda rpc: rpc.batch([("eth_chainId", [])])])
def test_an_answer_that_is_nested_without_end_is_no_answer(ask: Callable[[Rpc], object]) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with server(lambda _: (200, body)) as (url, _), Rpc(url) as rpc, pytest.raises(NodeUnreachable, match="no JSON-RPC"):
        ask(rpc)


def test_one_connection_serves_many_calls(node: Rpc) -> None:
    started = time.monotonic()
    assert {node.call("eth_chainId") for _ in range(200)} == {hex(anvil.CHAIN_ID)}
    assert time.monotonic() - started < 20


def test_threads_share_one_rpc(node: Rpc) -> None:
    expected = {number: node.call("web3_sha3", bytes([number])) for number in range(8)}
    seen: dict[int, set[str]] = {}

    def ask(number: int) -> None:
        seen[number] = {node.call("web3_sha3", bytes([number])) for _ in range(25)}

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {number: {digest} for number, digest in expected.items()}


def test_a_restarted_node_is_reached_again_over_the_same_rpc(tmp_path: Path) -> None:
    first = anvil.start(tmp_path)
    port = int(first.url.rsplit(":", 1)[1])
    with Rpc(first.url) as rpc:
        assert rpc.call("eth_blockNumber") == "0x0"
        first.stop()
        with pytest.raises(NodeUnreachable):
            rpc.call("eth_blockNumber")
        second = anvil.start(tmp_path, port=port)
        assert rpc.call("eth_blockNumber") == "0x0"
    second.stop()
