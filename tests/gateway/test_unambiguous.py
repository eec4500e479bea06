"""Nothing in a request is taken for something else: keys, headers, parameters, names in a body, and cursors."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from gateway.api import unambiguous
from gateway.errors import Problem
from tests.gateway.conftest import Api, Member
from tests.gateway.test_api import pair, problem

SET = {"acceptsDirect": True}


def sent(api: Api, member: Member, *headers: tuple[str, bytes], body: bytes | None = None) -> httpx.Response:
    """An act with exactly these headers, as a client writes them on the wire: httpx would trim and refuse some."""
    written = body or json.dumps({"account": member.account, "kind": "SetAcceptance", "body": SET}).encode()
    place = urlsplit(api.running.url)
    lines = [
        b"POST /acts HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n",
        b"authorization: Bearer " + api.running.api_key.encode() + b"\r\n",
        b"content-length: %d\r\n" % len(written),
        *(name.encode() + b": " + value + b"\r\n" for name, value in headers),
    ]
    with socket.create_connection((place.hostname, place.port), timeout=20) as conn:
        conn.sendall(b"".join(lines) + b"\r\n" + written)
        answer = b""
        while part := conn.recv(65_536):
            answer += part
    head, _, rest = answer.partition(b"\r\n\r\n")
    told = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
    return httpx.Response(int(head.split()[1]), headers=[(each[0], each[1]) for each in told], content=rest)


# --- Keys --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["Rechnung-Ü-17", "发票 17", "INV-99", "INV 99", "7"])
def test_a_key_is_the_same_in_a_header_and_in_a_batch(api: Api, form: str) -> None:
    supplier, _ = pair(api)
    key = form if form.isdigit() else api.fresh_key(form)
    one = sent(api, supplier, ("Idempotency-Key", key.encode()))
    assert one.status_code == 202 and one.json()["key"] == key
    item = {"account": supplier.account, "kind": "SetAcceptance", "body": SET, "key": key}
    (other,) = api.http.post("/acts:batch", json={"acts": [item]}).json()["acts"]
    assert other["id"] == one.json()["id"]


def test_blanks_around_a_header_are_no_part_of_its_key(api: Api) -> None:
    supplier, _ = pair(api)
    key = api.fresh_key("blanks").encode()
    ids = {sent(api, supplier, ("Idempotency-Key", given)).json()["id"] for given in (key, key + b" ", b"  " + key + b" \t")}
    assert len(ids) == 1


@pytest.mark.parametrize("key", [b"R\xdc-17", b"a\x01b", b"a\x7f", "a\x85b".encode(), b"", b"   "])
def test_a_key_that_could_be_read_in_two_ways_is_refused(api: Api, key: bytes) -> None:
    supplier, _ = pair(api)
    answer = sent(api, supplier, ("Idempotency-Key", key))
    # A control character is no HTTP and is refused before anything is read.
    assert answer.status_code in (400, 422) and "urn:pledgebook:problem" in answer.text


@pytest.mark.parametrize("key", [" INV", "INV ", "a\tb", "a\x85b", "a\x9c", "\n"])
def test_a_batch_takes_no_key_that_a_header_cannot_carry(api: Api, key: str) -> None:
    supplier, _ = pair(api)
    item = {"account": supplier.account, "kind": "SetAcceptance", "body": SET, "key": key}
    told = problem(api.http.post("/acts:batch", json={"acts": [item]}), 422)
    assert told["field"] == "acts[0].key" and "without blanks at its ends" in str(told["detail"])


# --- Headers -----------------------------------------------------------------------------------------------------------------------


def test_a_header_that_says_one_thing_comes_once(api: Api) -> None:
    supplier, _ = pair(api)
    told = problem(sent(api, supplier, ("Idempotency-Key", b"one"), ("idempotency-key", b"two")), 422)
    assert told["field"] == "Idempotency-Key" and "more than once" in str(told["detail"])
    other = sent(api, supplier, ("Authorization", b"Bearer x"), ("Idempotency-Key", b"one"))
    assert other.status_code in (401, 422)
    assert api.http.get("/health", headers=[("accept", "a/b"), ("accept", "c/d")]).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "x"])
def test_an_encoded_body_is_not_read(api: Api, encoding: str) -> None:
    supplier, _ = pair(api)
    told = problem(sent(api, supplier, ("Idempotency-Key", b"enc"), ("Content-Encoding", encoding.encode())), 415)
    assert encoding in str(told["detail"])
    assert sent(api, supplier, ("Idempotency-Key", b"plain"), ("Content-Encoding", b"identity")).status_code == 202


# --- Names in a body ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/x+JSON"])
def test_a_field_of_an_act_comes_once(api: Api, media: str) -> None:
    supplier, _ = pair(api)
    for twice, field in (
        (b'{"acceptsDirect": true, "acceptsDirect": false}', "body.acceptsDirect"),
        (b'{"acceptsDirect": true}, "kind": "Void"', "kind"),
    ):
        body = b'{"account": "%s", "kind": "SetAcceptance", "body": %s}' % (supplier.account.encode(), twice)
        headers = {"Idempotency-Key": api.fresh_key(), "content-type": media}
        told = problem(api.http.post("/acts", content=body, headers=headers), 422)
        assert told["field"] == field and "more than once" in str(told["detail"])


@pytest.mark.parametrize("media", ["application/json", "application/JSON"])
def test_a_document_in_which_a_name_is_twice_gets_no_root(api: Api, media: str) -> None:
    supplier, _ = pair(api)
    document = '{"lines": [{"total": "1", "total": "1000000"}]}'
    body = f'{{"items": [{{"member": "{supplier.account}", "schema": "x", "document": {document}}}]}}'
    told = problem(api.http.post("/content:batch", content=body, headers={"content-type": media}), 422)
    assert told["field"] == "items[0].document.lines[0].total"


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}'.decode().encode("utf-16"),
        b'{"a":1}'.decode().encode("utf-16-le"),
        b'{"a":1}'.decode().encode("utf-32"),
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        b"[" * 200_000,
        b'{"a":1} {}',
    ],
)
def test_what_is_no_json_in_utf8_is_refused(api: Api, body: bytes) -> None:
    headers = {"Idempotency-Key": api.fresh_key(), "content-type": "application/json"}
    for path in ("/acts", "/acts:batch", "/content:batch"):
        assert problem(api.http.post(path, content=body, headers=headers), 422)["field"] == "body"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"a":1,"\\u0061":2}', "a"),
        ('[{"b":{"a":1,"a":1}},{"c":1,"c":1}]', "[0].b.a"),
        ('{"a":{"x":1,"x":2},"b":{},"b":[]}', "a.x"),
        ('{"a":' * 90 + '{"x":1,"x":2}' + "}" * 90, "a.a.a."),
        ('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}', None),
        ('{"A":1,"a":2,"":3}', None),
    ],
)
def test_a_name_that_is_twice_in_one_object_is_found_wherever_it_is(body: str, field: str | None) -> None:
    if field is None:
        unambiguous.check(body.encode())
        return
    with pytest.raises(Problem) as refused:
        unambiguous.check(body.encode())
    assert str(refused.value.fields["field"]).startswith(field)


@pytest.mark.parametrize("depth", [300, 450, 600, 750, 900, 1_000, 100_000])
def test_a_name_that_is_twice_however_deep_is_a_problem(api: Api, depth: int) -> None:
    body = b'{"a":' * depth + b'{"x":1,"x":2}' + b"}" * depth
    problem(api.http.post("/content:batch", content=body, headers={"content-type": "application/json"}), 422)


# --- Parameters --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "field", "said"),
    [
        ("/receivables?bogus=1", "bogus", "there are after, block,"),
        ("/receivables?Limit=1", "Limit", "no parameter"),
        ("/receivables?limit=1&limit=1", "limit", "more than once"),
        ("/receivables?limit=1&limit=", "limit", "more than once"),
        ("/members?bogus", "bogus", "no parameter"),
        ("/health?x=1", "x", "there are none"),
        ("/health/details?fields=status", "fields", "there are none"),
        ("/events:stream?kinds=x", "kinds", "kind"),
    ],
)
def test_a_parameter_that_is_none_or_comes_twice_is_refused(api: Api, path: str, field: str, said: str) -> None:
    told = problem(httpx.get(f"{api.running.url}{path}", headers=api.http.headers), 422)
    assert told["field"] == field and said in str(told["detail"])


@pytest.mark.parametrize("text", ["1_0", "+1", "1.0", " 1", "1 ", "\u0661", "0x1", "1e1", ""])
def test_a_number_in_an_address_is_digits(api: Api, text: str) -> None:
    """What a parser of numbers would read as well: 1_0 is no 10, and names no pledge, register or page."""
    written = quote(text, safe="")
    for field in ("limit", "block"):
        told = problem(api.http.get(f"/members?{field}={written}"), 422)
        assert told["field"] == field and told["detail"] == f"{field}: a whole number expected"
    if text:
        assert problem(api.http.get(f"/registers/{written}"), 422)["field"] == "register"
        assert problem(api.http.get(f"/pledges/{written}"), 422)["field"] == "pledge"


@pytest.mark.parametrize(
    ("text", "status"), [*((each, 404) for each in ("0", "0.5", "5e-1")), *((each, 422) for each in ("1_0", "+1", ".5", "inf", "nan", ""))]
)
def test_a_time_to_wait_is_a_number_as_json_writes_it(api: Api, text: str, status: int) -> None:
    supplier, _ = pair(api)
    problem(api.http.get("/acts/1", params={"account": supplier.account, "wait": text}), status)


@pytest.mark.parametrize("path", ["/members/", "/acts/", "/receivables/1/tokens/", "/health/"])
def test_a_path_with_a_slash_at_its_end_is_another_and_nobody_is_sent_elsewhere(api: Api, path: str) -> None:
    """A redirect would take its host and scheme from the request, and a client would follow it with its key."""
    for method in ("GET", "POST"):
        told = api.http.request(method, path, headers={"host": "elsewhere.example"})
        problem(told, 404)
        assert "location" not in told.headers


def test_no_operation_takes_a_parameter_that_it_does_not_have(api: Api) -> None:
    """Whatever else is wrong with the request: nothing is known of a record, and no body is given."""
    document = api.http.get("/openapi.json").json()
    tried = 0
    for path, methods in document["paths"].items():
        if path.startswith("/peer/"):
            continue
        for method in methods:
            answer = api.http.request(method, path.replace("{", "").replace("}", ""), params={"no_such": "1"})
            assert problem(answer, 422)["field"] == "no_such", (method, path)
            tried += 1
    assert tried > 100


def test_parameters_that_are_lists_may_come_more_than_once(api: Api) -> None:
    pair(api)
    for query in ("fields=name&fields=account", "fields=name,account"):
        rows = api.http.get(f"/members?{query}").json()["data"]
        assert rows and all(set(row) == {"name", "account"} for row in rows)


# --- Cursors -----------------------------------------------------------------------------------------------------------------------


def _cursor(api: Api, path: str, **query: Any) -> str:
    found: str = api.http.get(path, params={**query, "limit": 1}).json()["next"]
    assert found
    return found


def test_a_cursor_is_good_for_its_list_and_its_filters_only(api: Api) -> None:
    supplier, obligor = pair(api)
    number, other = api.receivable(supplier, obligor), api.receivable(supplier, obligor)
    for each in (number, other):
        api.done(api.move(supplier, each, 10, 20, obligor.account))
    listed = _cursor(api, "/receivables")
    filtered = _cursor(api, "/receivables", party=supplier.account)
    tokens = _cursor(api, f"/receivables/{number}/tokens")
    wrong: Sequence[tuple[str, dict[str, str]]] = [
        ("/pledges", {"after": listed}),
        ("/members", {"after": listed}),
        ("/receivables", {"after": filtered}),
        ("/receivables", {"after": listed, "party": supplier.account}),
        ("/receivables", {"after": filtered, "party": obligor.account}),
        (f"/receivables/{other}/tokens", {"after": tokens}),
        ("/cash/1/statement", {"after": listed, "account": supplier.account}),
    ]
    for path, query in wrong:
        assert problem(api.http.get(path, params=query), 422)["field"] == "after", path
    for path, query in [
        ("/receivables", {"after": listed}),
        ("/receivables", {"after": listed, "limit": "7", "fields": "id"}),
        ("/receivables", {"party": supplier.account, "after": filtered}),
        (f"/receivables/{number}/tokens", {"after": tokens, "block": str(api.http.get("/blocks/head").json()["data"]["block"])}),
    ]:
        assert api.http.get(path, params=query).status_code == 200, (path, query)


# --- Methods, codings and bodies that end early --------------------------------------------------------------------------------------


def test_head_is_answered_where_get_is_and_what_has_no_end_is_not(api: Api) -> None:
    for path in ("/members", "/health", "/openapi.json", "/docs"):
        got, head = api.http.get(path), api.http.head(path)
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(got.content))), path
    assert api.http.head("/members/0x" + "00" * 20).status_code == 404
    assert httpx.head(api.running.url + "/members").status_code == 401
    for method, path, allowed in (
        ("HEAD", "/events:stream", "GET, OPTIONS"),
        ("HEAD", "/acts:check", "OPTIONS, POST"),
        ("DELETE", "/acts", "GET, HEAD, OPTIONS, POST"),
    ):
        answer = api.http.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_options_are_told_and_open_nothing_to_pages_of_other_origins(api: Api) -> None:
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    for path, allowed in (("/acts", "GET, HEAD, OPTIONS, POST"), ("/acts:check", "OPTIONS, POST"), ("/events:stream", "GET, OPTIONS")):
        answer = api.http.options(path, headers=asked)
        assert (answer.status_code, answer.headers["allow"], answer.content) == (204, allowed, b"")
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert api.http.options("/nowhere").status_code == 404


def test_the_name_of_a_coding_knows_no_case(api: Api) -> None:
    supplier, _ = pair(api)
    answer = sent(api, supplier, ("Idempotency-Key", api.fresh_key().encode()), ("Content-Encoding", b"Identity"))
    assert answer.status_code == 202


def test_a_body_that_is_cut_off_is_no_error_of_the_gateway(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    place = urlsplit(api.running.url)
    with socket.create_connection((place.hostname, place.port), timeout=20) as conn:
        key = api.running.api_key.encode()
        conn.sendall(b"POST /acts:check HTTP/1.1\r\nhost: a\r\nauthorization: Bearer " + key + b"\r\ncontent-length: 9\r\n\r\n{")
    until = time.monotonic() + 1
    while time.monotonic() < until and not caplog.records:
        time.sleep(0.05)
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []


# --- Slashes within a value ----------------------------------------------------------------------------------------------------------


def test_a_slash_that_is_encoded_is_part_of_a_value_and_parts_nothing(api: Api) -> None:
    written = "12345678/9"  # a Chinese mark with its class, as its office writes it
    (read,) = api.http.get("/assets:read", params={"number": written, "office": "CN"}).json()["data"]
    for each in (quote(written, safe=""), "12345678%2f9"):
        for path in (f"/assets/{each}", f"/assets/{each}/encumbrances"):
            plain = path.replace(each, read["asset_text"])
            assert api.http.get(path).json()["data"] == api.http.get(plain).json()["data"], path
    assert problem(api.http.get("/assets/12345678%252F9"), 422)["field"] == "asset"
    known = {"authorization": f"Bearer {api.running.api_key}"}
    for path in ("/blocks%2Fhead", "/assets%2F12345678%2F9", "/health%2Fdetails"):
        assert httpx.get(api.running.url + path, headers=known).status_code == 404, path
    assert httpx.get(api.running.url + "/%2Fhealth").status_code == 401
