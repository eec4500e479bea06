"""What a form brings: fields by name, each once, as text without control characters."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl

from starlette.requests import Request

from gateway.console import forgery
from gateway.errors import Problem, invalid

MOST_BYTES, MOST_FIELDS = 64 << 10, 100
Form = Mapping[str, str]
EMPTY: Form = MappingProxyType({})


async def read(request: Request) -> Form:
    """The fields of a form. Raises 413, 415, 422."""
    forgery.check_type(request.headers)
    if int(request.headers.get("content-length", "0")) > MOST_BYTES:
        raise Problem(413, "Form too long", f"form: at most {MOST_BYTES} bytes; shorten what you wrote")
    return fields((await request.body()).decode("latin-1"))


def fields(text: str) -> Form:
    """The fields of a form's text. Raises 422."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as wrong:
        raise invalid(f"form: it can't be read ({wrong}); send it again from its page", field="form") from wrong
    found = {name: value.strip() for name, value in pairs}
    if len(found) < len(pairs):
        raise invalid("form: a field stands twice; send it again from its page", field="form")
    if odd := next((name for name, value in found.items() if not value.isprintable()), None):
        raise invalid(f"{odd[:40]}: text on one line expected, without control characters", field=odd[:40])
    return found


def told(form: Form, *names: str) -> dict[str, str]:
    """The fields of these names that aren't empty."""
    return {name: form[name] for name in names if form.get(name)}
