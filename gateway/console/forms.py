"""What a form brings: fields by name, each once, as text on one line that reads as it is written."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl

from starlette.requests import Request

from gateway.console import forgery
from gateway.errors import Problem, invalid
from gateway.visible import visible

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
    found = {name: _on_a_line(value) for name, value in pairs}
    if len(found) < len(pairs):
        raise invalid("form: a field stands twice; send it again from its page", field="form")
    if odd := next((name for name, value in found.items() if visible(value) != value), None):
        raise invalid(f"{odd[:40]}: it has characters that can't be seen and steer what can; write it by hand", field=odd[:40])
    return found


def _on_a_line(text: str) -> str:
    """A text as it is typed: what is pasted has tabs and blanks that don't break."""
    return "".join(" " if each.isspace() else each for each in text).strip()


def told(form: Form, *names: str) -> dict[str, str]:
    """The fields of these names that aren't empty."""
    return {name: form[name] for name in names if form.get(name)}
