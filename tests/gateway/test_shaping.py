"""What every GET has alike: fields, ETags, times, amounts, pages; and the headers of what is to end."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from gateway import app
from gateway.api import document
from gateway.api.deprecation import Deprecated
from gateway.api.shaping import Shaping
from gateway.client import Client
from tests.gateway.examples import SIGNED, Teller, telling

RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teller]:
    """A gateway to which the whole story was told: every record of the document is there."""
    with telling(tmp_path_factory.mktemp("told") / "home") as teller:
        for operation, example in document.examples().items():
            if operation not in ("remove_webhook", "erase_content"):
                teller.tell(operation, example)
        still(teller)
        yield teller


def still(teller: Teller) -> None:
    """Waits until no more blocks come: an answer's tag changes with its block."""
    before = None
    while (block := teller.http.get("/blocks/head").json()["block"]) != before:
        before = block
        time.sleep(1)


def reads(teller: Teller) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(operation, path, query) of every GET with its example, but the stream, and what gateways ask of each other: that is heard once."""
    for operation, (method, path) in teller.paths.items():
        if method == "get" and operation not in document.STREAMS | SIGNED.keys():
            example = teller.fitted(operation, document.examples()[operation])
            yield operation, path.format(**example.get("path", {})), example.get("query", {})


def test_every_get_has_a_strong_etag_that_is_honoured(told: Teller) -> None:
    count = 0
    for operation, path, query in reads(told):
        first = told.http.get(path, params=query)
        tag = first.headers["etag"]
        assert re.fullmatch(r'"[0-9a-f]{32}"', tag), operation
        again = told.http.get(path, params=query, headers={"if-none-match": f'"x", {tag}'})
        if again.status_code == 200:
            # What is told of health changes by itself.
            assert again.headers["etag"] != tag and operation in ("get_health", "get_health_details"), operation
            continue
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), operation
        apart = told.http.get(path, params=query, headers=[("if-none-match", '"x"'), ("if-none-match", tag)])
        assert apart.status_code == 304, operation
        head = told.http.head(path, params=query)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag), operation
        assert head.headers["content-length"] == str(len(first.content)), operation
        assert again.headers["cache-control"] == "no-store"
        other = told.http.get(path, params=query, headers={"if-none-match": '"x"'})
        assert (other.status_code, other.headers["etag"]) == (200, tag), operation
        count += 1
    assert count > 50


def test_every_get_with_data_gives_only_the_fields_asked_for(told: Teller) -> None:
    count = 0
    for operation, path, query in reads(told):
        whole = told.http.get(path, params=query).json()
        answer = told.http.get(path, params={**query, "fields": "nothing_such"})
        rows = whole.get("data")
        assert answer.status_code == 422 and answer.json()["field"] == "fields", operation
        if not rows:
            continue
        first = rows[0] if isinstance(rows, list) else rows
        names = list(first)[:2]
        few = told.http.get(path, params={**query, "fields": ",".join(names)}).json()
        picked = [{name: row[name] for name in names} for row in (rows if isinstance(rows, list) else [rows])]
        assert few["data"] == (picked if isinstance(rows, list) else picked[0]), operation
        assert {name: few[name] for name in few if name not in ("data", "block", "behind")} == {
            name: whole[name] for name in whole if name not in ("data", "block", "behind")
        }
        count += 1
    assert count > 40


def test_every_time_is_rfc_3339_and_every_amount_text_with_its_currency(told: Teller) -> None:
    times = amounts = 0
    for operation, path, query in reads(told):
        for name, value in walked(told.http.get(path, params=query).json()):
            if isinstance(value, dict) and "minor" in value:
                assert re.fullmatch(r"-?\d+", value["minor"]) and re.fullmatch(r"[A-Z]{3}", value["currency"]), (operation, name)
                amounts += 1
            elif (name == "time" or name.endswith("_at")) and isinstance(value, str):
                assert RFC3339.match(value), (operation, name, value)
                times += 1
            assert not isinstance(value, float), (operation, name)
    assert times > 20 and amounts > 20


def walked(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(name, value) of everything in an answer."""
    yield name, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walked(item, key)
    if isinstance(value, list):
        for item in value:
            yield from walked(item, name)


def test_every_list_comes_in_pages_or_says_why_not(told: Teller) -> None:
    made = told.document()
    unpaged = set()
    for method, _, operation in document.operations(made):
        if method != "get" or operation["operationId"] in document.STREAMS:
            continue
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
        data = made["components"]["schemas"][schema]["properties"].get("data", {})
        names = {each["name"] for each in operation.get("parameters", [])}
        if data.get("type") == "array" and not {"limit", "after"} <= names:
            unpaged.add(operation["operationId"])
    assert unpaged == UNPAGED.keys()


UNPAGED = {
    **dict.fromkeys(("list_registers", "list_routes"), "bounded by the registers that the council opens, and their articles"),
    **dict.fromkeys(("list_cash", "list_outstanding"), "bounded by the currencies of the ledger: 256 cash contracts"),
    "list_clocks": "bounded by the clocks of a register's rules",
    "read_number": "bounded by the ways to read one number",
    "list_holds": "bounded by the offices and courts that hold one right, pledge or party",
    "compare_purchase_offers": "bounded by the banks that offer for one range of one seller; compared, they must be whole",
    "search_identifiers": "bounded by the schemes that one text satisfies; their records in pages: GET /searches/parties",
}
"""Lists that come whole, and why."""


# --- The client of the command line, by the document -----------------------------------------------------------------------------------


def test_the_client_reads_every_operation_and_gets_what_the_document_types(told: Teller) -> None:
    client = Client(told.http)
    models = {route.name: route.response_model for room in app.ROOMS for route in room.router.routes if isinstance(route, APIRoute)}
    count = 0
    for operation, path, query in reads(told):
        if operation in ("get_health", "get_health_details"):
            continue
        found, again = client.get(path, **query), told.http.get(path, params=query).json()
        if found.get("block") != again.get("block"):
            # The chain keeps its time: a block came between the two.
            found = client.get(path, **query)
        assert found == again, operation
        typed = TypeAdapter(models[operation]).validate_python(found)
        assert typed.model_dump(mode="json", by_alias=True) == found, f"{operation}: nothing that is not typed"
        count += 1
    assert count > 60


def test_the_client_pages_through_every_list(told: Teller) -> None:
    client, count = Client(told.http), 0
    for operation, path, query in reads(told):
        names = {each["name"] for each in told.document()["paths"][told.paths[operation][1]]["get"].get("parameters", [])}
        if {"limit", "after"} <= names:
            asked = {name: value for name, value in query.items() if name not in ("limit", "after")}
            rows = list(client.pages(path, **asked, limit=500))
            assert list(client.pages(path, **asked, limit=3)) == rows, operation
            count += len(rows)
    assert count > 100


# --- What is to end ------------------------------------------------------------------------------------------------------------------

SINCE, SUNSET = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_one_declaration_gives_the_headers_of_rfc_9745_and_8594() -> None:
    made = FastAPI()

    @made.get("/old")
    def old() -> dict[str, int]:
        return {"data": 1}

    @made.get("/new")
    def new() -> dict[str, int]:
        return {"data": 1}

    made.add_middleware(Shaping, deprecated={"old": Deprecated(SINCE, SUNSET, "/new")})
    ends, stays = asyncio.run(headers_of(made, "/old", "/new"))
    assert ends["deprecation"] == "@1767225600"
    assert ends["sunset"] == "Thu, 31 Dec 2026 23:59:59 GMT"
    assert '</new>; rel="successor-version"' in ends["link"] and 'rel="deprecation"' in ends["link"]
    assert not {"deprecation", "sunset", "link"} & set(stays)


async def headers_of(app: FastAPI, *paths: str) -> list[httpx.Headers]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as http:
        return [(await http.get(path)).headers for path in paths]


def test_nothing_ends_sooner_than_half_a_year_after_it_was_said() -> None:
    with pytest.raises(ValueError, match="180 days"):
        Deprecated(SINCE, datetime(2026, 3, 1, tzinfo=UTC), "/new")
