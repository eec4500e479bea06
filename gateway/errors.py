"""What went wrong, which rule it broke and what to do: with a request as problem details (RFC 9457), with a start as one line."""

from collections.abc import Mapping
from typing import Any

from ledger.foreseen import Foreseen


class Problem(Foreseen):
    """An answer of RFC 9457. `fields` are its extension members; nothing was changed when it is raised."""

    def __init__(self, status: int, title: str, detail: str, **fields: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.fields = fields

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        slug = self.title.lower().replace(" ", "-").replace("'", "")
        return {"type": f"urn:pledgebook:problem:{slug}", "title": self.title, "status": self.status, "detail": self.detail, **self.fields}


def not_found(what: str) -> Problem:
    """404, worded alike for what is not there and for what isn't the caller's."""
    return Problem(404, "Not found", f"{what}: there is none that you may see")


def invalid(detail: str, **fields: Any) -> Problem:
    """422 for a request whose fields break a rule; the detail names field and rule."""
    return Problem(422, "Invalid request", detail, **fields)


_RULES = {
    "missing": "missing; it must be given",
    "extra_forbidden": "there is no such field; check its name",
    "json_invalid": "no JSON that can be read",
    "model_attributes_type": "a JSON object expected, sent with Content-Type: application/json",
    "dict_type": "a JSON object expected",
    "list_type": "a list expected",
    "string_type": "text expected",
    "bool_type": "true or false expected",
    "bool_parsing": "true or false (1 or 0) expected",
    "int_type": "a whole number expected",
    "int_parsing": "a whole number expected",
    "float_parsing": "a number expected",
    "greater_than_equal": "{ge} at the least",
    "greater_than": "more than {gt} expected",
    "less_than_equal": "{le} at the most",
    "less_than": "less than {lt} expected",
    "string_too_long": "{max_length} characters at the most",
    "string_too_short": "characters expected, {min_length} at the least",
    "too_long": "{max_length} at the most, {actual_length} given",
    "too_short": "{min_length} at the least, {actual_length} given",
    "literal_error": "one of {expected} expected",
    "enum": "one of {expected} expected",
}
"""What is said of a rule that is not kept, by pydantic's name of it."""


def rule_said(each: Mapping[str, Any]) -> str:
    """The rule that a value did not keep, in words, of an error as pydantic lists it."""
    said = _RULES.get(each["type"])
    return str(each["msg"]).removeprefix("Value error, ") if said is None else said.format(**each.get("ctx", {}))


class StartError(Foreseen):
    """The gateway can't start; one line that says why and what to do."""
