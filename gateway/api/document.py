"""The OpenAPI document (3.1) and a page to read it by: what FastAPI derives from the routes, with the key, problems and examples added.

The examples (examples.json) are one story, in the order of the file; the tests tell it to a running gateway and compare the answers.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from starlette.requests import Request

from gateway.access import PEER
from gateway.api.links import LINKS
from gateway.api.refusals import PROBLEM_TYPE, TITLES
from gateway.api.rights import REASON, RIGHTS, Right
from gateway.api.shaping import FIELDS_PARAMETER, NONE_MATCH_PARAMETER, row_fields
from gateway.financing.writers import FINANCING
from gateway.pledging import table
from gateway.receivables.writers import RECEIVABLES

PATH, PAGE = "/openapi.json", "/docs"
EXAMPLES = "examples.json"
STREAMS = frozenset({"stream_events"})
"""Operations whose answer has no end."""
DRAFTED = {
    "Given": [each.name for each in table.TABLE],
    "FinancingGiven": [each.name for each in FINANCING.kinds],
    "ReceivableGiven": [each.name for each in RECEIVABLES.kinds],
}
"""What a description may have as its act, by its type: the tables that it is read by."""

Json = dict[str, Any]

_DESCRIPTION = """The gateway of one node of a Pledgebook ledger.

Every operation but `GET /health` needs an API key or a token of a trusted issuer: `Authorization: Bearer ...`. A member's reads and acts
for that member only; what is another's looks as if it were not there (404). `x-scope` names the scope that an operation needs, `x-seen-by`
who sees what it is about. What begins with `/peer/` is for other members' gateways and takes their signature instead (RFC 9421).
Auditors and regulators say in `Access-Reason` why they look at others' records. Errors are problem details
(RFC 9457). Amounts are text of minor units with their currency, times RFC 3339, ids decimal text, bytes hex. Lists come in pages: `next`
of one asks for the page after it (`after`), of the same list with the same filters. An address with a parameter that the operation doesn't
have is refused (422), and so is a body that is not UTF-8 or has a name twice in one object. HEAD is answered wherever GET is, but on
`/events:stream`; OPTIONS says what a path takes. What is no request of HTTP/1.1 or 1.0, or doesn't arrive in time, is answered 400, 408,
431 or 505 before any operation.

An act is accepted once it is on disk (202) and final once its block is. Its Idempotency-Key names it for ever: sent again, here or at any
other gateway of the ledger, it changes nothing; with other content it is a conflict (409)."""


def attach(app: FastAPI) -> None:
    """Serves the document and its page."""
    app.openapi = lambda: build(app)  # type: ignore[method-assign]
    app.add_route(PATH, _document, include_in_schema=False)
    app.add_route(PAGE, _page, include_in_schema=False)


def build(app: FastAPI) -> Json:
    """The document, built once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, openapi_version="3.1.0", description=_DESCRIPTION, routes=app.routes, tags=None
        )
        _complete(made, {route.name: route.response_model for route in app.routes if isinstance(route, APIRoute)})
        app.openapi_schema = made
    return app.openapi_schema


@cache
def examples() -> dict[str, Json]:
    """By operation: path, query, headers and body of a request, the status of its answer, and the answer."""
    found: dict[str, Json] = json.loads(resources.files("gateway.api").joinpath(EXAMPLES).read_text())
    return found


def operations(made: Json) -> Iterator[tuple[str, str, Json]]:
    """(method, path, operation) of everything in a document."""
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _complete(made: Json, models: Mapping[str, Any]) -> None:
    made["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key (pbk_...), or a token (JWT) of an issuer trusted here"},
        "peer": {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": "An HTTP message signature (RFC 9421) by the transport key that a member publishes on the ledger",
        },
    }
    made["webhooks"] = _webhooks()
    for name, listed in DRAFTED.items():
        made["components"]["schemas"][name]["properties"]["act"]["enum"] = listed
    for method, path, operation in operations(made):
        if path != "/health":
            operation["security"] = [{"peer" if RIGHTS[operation["operationId"]].scope == PEER else "key": []}]
        _declare(operation, RIGHTS[operation["operationId"]])
        operation["summary"] = _first_sentence(operation["description"])
        _as_problems(operation)
        _never_null(operation)
        _link(operation)
        if operation["operationId"] in STREAMS:
            del operation["responses"]["200"]["content"]["application/json"]
        elif method == "get":
            _shape(operation, row_fields(models[operation["operationId"]]))
        if operation["operationId"] in examples():
            _exemplify(operation, examples()[operation["operationId"]])


def _shape(operation: Json, names: Sequence[str]) -> None:
    """What shaping.py does with every answer to GET, whose rows have fields of these names."""
    fields = {**FIELDS_PARAMETER, "schema": {"type": "array", "items": {"type": "string", "enum": list(names)}, "title": "Fields"}}
    operation.setdefault("parameters", []).extend([NONE_MATCH_PARAMETER, *([fields] if names else [])])
    operation["responses"]["200"]["headers"] = {"ETag": {"description": "A strong tag of this answer", "schema": {"type": "string"}}}
    operation["responses"]["304"] = {"description": "The caller has this answer already (If-None-Match)"}


def _never_null(operation: Json) -> None:
    """What may be left out of an address is left out; it has no way to write null."""
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        if {"type": "null"} in schema.get("anyOf", []):
            (kind,) = (each for each in schema.pop("anyOf") if each != {"type": "null"})
            parameter["schema"] = kind | schema


def _link(operation: Json) -> None:
    """Which operations take what an answer names (OpenAPI links)."""
    for (name, status), followed in LINKS.items():
        if name == operation["operationId"]:
            links = {each: {"operationId": each, "parameters": parameters} for each, parameters in followed.items()}
            operation["responses"][str(status)]["links"] = links


def _webhooks() -> Json:
    """What the gateway itself sends to subscribers' URLs."""
    headers = {
        "webhook-id": "The message's id: the same however often it is sent",
        "webhook-timestamp": "When it was sent, seconds since 1970",
        "webhook-signature": "`v1,` and HMAC-SHA256 over id.timestamp.body in base64; two, apart by a space, while a secret rotates",
    }
    parameters = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in headers.items()
    ]
    message = {
        "description": "A CloudEvent (1.0, structured mode)",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "sequence", "data"],
        "properties": {
            "specversion": {"type": "string", "const": "1.0"},
            "id": {"type": "string", "description": "The event's position"},
            "source": {"type": "string", "description": "urn:pledgebook:ledger: and the ledger's id"},
            "type": {"type": "string", "description": "pledgebook., the contract, and the event"},
            "time": {"type": "string", "format": "date-time", "description": "The block's time"},
            "datacontenttype": {"type": "string", "const": "application/json"},
            "sequence": {"type": "string", "description": "The position as text that sorts"},
            "data": {"$ref": "#/components/schemas/Event"},
        },
    }
    return {
        "event": {
            "post": {
                "operationId": "receive_event",
                "summary": "An event of the ledger, in order, at least once.",
                "description": "An event of the ledger, in order, at least once. Answer 2xx once it is kept; 410 ends the subscription.",
                "security": [],
                "parameters": parameters,
                "requestBody": {"required": True, "content": {"application/cloudevents+json": {"schema": message}}},
                "responses": {
                    "2XX": {"description": "The message is kept"},
                    "410": {"description": "No more of them: the subscription ends"},
                    "default": {"description": "Sent again later: after 5 s, 30 s and so on up to a day, then put aside"},
                },
            }
        }
    }


def _declare(operation: Json, right: Right) -> None:
    """Which scope an operation needs, who sees what it is about, and where a reason is to be given."""
    operation["x-scope"], operation["x-seen-by"] = right.scope or None, right.seen
    if right.reasoned:
        text = "Why an auditor or a regulator looks at others' records, 8 to 200 characters (UTF-8, percent-encoded); kept in the audit log"
        schema = {"type": "string"}
        header = {"name": REASON, "in": "header", "required": False, "description": text, "schema": schema}
        operation.setdefault("parameters", []).append(header)


def _first_sentence(description: str) -> str:
    return " ".join(description.split()).split(". ", 1)[0].removesuffix(".") + "."


def _as_problems(operation: Json) -> None:
    """Problems have a media type of their own."""
    for status, response in operation["responses"].items():
        if response.get("description") in TITLES.values() and int(status) in TITLES:
            response["content"] = {PROBLEM_TYPE: response["content"]["application/json"]}


def _exemplify(operation: Json, example: Json) -> None:
    given = {**example.get("path", {}), **example.get("query", {}), **example.get("headers", {})}
    for parameter in operation.get("parameters", []):
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    if "body" in example:
        operation["requestBody"]["content"]["application/json"]["example"] = example["body"]
    operation["responses"][str(example["status"])]["content"]["application/json"]["example"] = example["answer"]


async def _document(request: Request) -> JSONResponse:
    return JSONResponse(build(request.app))


# --- A page to read it by: no script, nothing from elsewhere ------------------------------------------------------------------------

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
pre{background:#f4f4f4;padding:.6rem;overflow:auto}h2{margin-top:2.5rem}code{font-size:.95em}td{padding:0 1rem 0 0;vertical-align:top}"""


async def _page(request: Request) -> HTMLResponse:
    made = build(request.app)
    intro = "".join(f"<p>{escape(part)}</p>" for part in made["info"]["description"].split("\n\n"))
    body = "".join(_section(method, path, operation) for method, path, operation in operations(made))
    title = escape(made["info"]["title"])
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
        f'<body><h1>{title}</h1>{intro}<p>As a document: <a href="{PATH}">{PATH}</a></p>{body}</body></html>'
    )


def _section(method: str, path: str, operation: Json) -> str:
    description: str = operation["description"]
    parameters = [(each["name"], each["in"], each.get("description", "")) for each in operation.get("parameters", [])]
    refused = [(status, each["description"], "") for status, each in operation["responses"].items() if int(status) >= 400]
    parts = [
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(description)}</p>",
        f"<p>Scope: {escape(operation['x-scope'] or 'none')}; seen by {escape(operation['x-seen-by'])}.</p>",
        _table(parameters),
        _samples("Request", operation.get("requestBody", {})),
        *(_samples(f"Answer {status}", each) for status, each in operation["responses"].items()),
        _table(refused),
    ]
    return "".join(parts)


def _samples(title: str, body: Json) -> str:
    return "".join(_sample(title, content) for content in body.get("content", {}).values())


def _sample(title: str, content: Json) -> str:
    if "example" not in content:
        return ""
    return f"<p>{escape(title)}</p><pre>{escape(json.dumps(content['example'], indent=2, ensure_ascii=False))}</pre>"


def _table(rows: list[tuple[str, str, str]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{lines}</table>" if rows else ""
