"""Which refusals an operation documents, beside those of any: 401, 403, 422, 429, 503; and 411, 413, 415 where a body is read."""

from typing import Any

from gateway.api import answers

PROBLEM_TYPE = "application/problem+json"
TITLES = {
    401: "Not authenticated",
    403: "Not permitted",
    404: "Not found, or not the caller's",
    409: "In conflict with what is there",
    410: "Too late for what was sent",
    411: "The body is transferred neither with its length nor in chunks",
    413: "The body is too long",
    415: "The body is encoded",
    422: "A field breaks a rule",
    429: "Asked too often; Retry-After says when to ask again",
    503: "Not now: the node, the mirror, the database or the signing keys are not available, or the disk is full",
}

Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int) -> Responses:
    """The documentation of refusals by status."""
    return {status: {"model": answers.Problem, "description": TITLES[status]} for status in statuses}


ANY = refusals(401, 403, 422, 429, 503)
"""Of every operation that needs a key."""
NAMED = refusals(404)
"""Of what names a record or an account."""
CONFLICTS = refusals(409)
"""Of what may meet something else that is there already."""
LATE = refusals(410)
"""Of what is good until a time of the ledger."""
WRITES = refusals(411, 413, 415)
"""Of what has a body."""
AWAY = refusals(503)
"""Of what needs the mirror, the node or the signing keys."""
