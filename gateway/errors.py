"""What went wrong, which rule it broke and what to do: with a request as problem details (RFC 9457), with a start as one line."""

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


class StartError(Foreseen):
    """The gateway can't start; one line that says why and what to do."""
