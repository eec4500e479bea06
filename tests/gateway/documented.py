"""Holds every answer that a test gets against the OpenAPI document: nothing undocumented is ever answered."""

from __future__ import annotations

import re
from typing import Any

import httpx

from gateway.api.document import operations
from gateway.api.refusals import PROBLEM_TYPE


class Documented:
    """The document of a gateway, with a check for an HTTP client's hooks."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._operations = [(method.upper(), _pattern(path), operation) for method, path, operation in operations(document)]

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The operation behind a request; None for a path that is none."""
        return next((operation for given, pattern, operation in self._operations if given == method and pattern.match(path)), None)

    def check(self, response: httpx.Response) -> None:
        """An answer's status and media type are documented, and it carries the headers that keep it private."""
        request = response.request
        operation = self.operation(request.method, request.url.path)
        assert response.headers["x-content-type-options"] == "nosniff" and response.headers["cache-control"] == "no-store"
        if operation is None:
            return
        documented = operation["responses"].get(str(response.status_code))
        assert documented is not None, f"{operation['operationId']} answers {response.status_code}, which it doesn't document"
        if response.status_code == 304:
            assert "content" not in documented and not response.content and response.headers["etag"]
            return
        media = response.headers["content-type"]
        assert media in documented["content"], f"{operation['operationId']} answers {media}"
        is_problem = response.status_code >= 400 and (operation["operationId"], response.status_code) != ("get_health", 503)
        assert (media == PROBLEM_TYPE) == is_problem


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/:]+", path) + "$")
