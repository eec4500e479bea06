"""What keeps other sites from acting in a person's name: a form's token, bound to the session, and where a request says it comes from."""

import hmac
from collections.abc import Mapping

from starlette.datastructures import Headers

from gateway.errors import Problem

TOKEN = "token"  # noqa: S105  # the name of a field
"""The name of the form's field."""
_FORM = "application/x-www-form-urlencoded"
_OWN = frozenset({"same-origin", "none"})


def token_of(id_: str) -> str:
    """The token of a session's forms, or of the form that is signed in by: who doesn't have the id can't make it."""
    return hmac.digest(id_.encode(), b"pledgebook console form", "sha256").hex()


def check(headers: Headers, scheme: str, form: Mapping[str, str], id_: str) -> None:
    """Raises 403 for a form that wasn't ours."""
    check_origin(headers, scheme)
    if not hmac.compare_digest(form.get(TOKEN, "").encode(), token_of(id_).encode()):
        raise Problem(403, "Form not ours", "token: it is not of this session; open the page anew and send it again. Nothing was changed")


def check_origin(headers: Headers, scheme: str) -> None:
    """Raises 403 for a request that another site's page sent, or that doesn't say which page did."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    same = site in _OWN if origin is None else origin == f"{scheme}://{headers.get('host', '')}" and site in (None, *_OWN)
    if not same:
        told = "no Origin and no Sec-Fetch-Site" if origin is None and site is None else f"Origin {str(origin)[:80]}, Sec-Fetch-Site {site}"
        raise Problem(403, "Another site's form", f"{told}: a form is taken from the console's own pages only. Nothing was changed")


def check_type(headers: Headers) -> None:
    """Raises 415 for what no form of ours sends."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Problem(415, "Not a form", f"content-type: {_FORM} expected. Nothing was changed")
