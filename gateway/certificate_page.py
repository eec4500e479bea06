"""A certificate as people read it: lines of text, or a page that loads nothing. The document beside it is what counts."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from gateway.visible import visible
from ledger.domain.certificates import Certificate
from ledger.domain.ids import to_hex
from ledger.domain.money import currency, to_text

TITLES = {
    "registration": "Certificate of registration",
    "extract": "Extract from the register",
    "verification": "Verification statement",
    "search": "Search certificate",
}
_HEAD = ("schema", "kind", "subject")
_FIRST = (
    "status",
    "number",
    "register",
    "about",
    "effective",
    "expires",
    "parties",
    "claim",
    "amount",
    "due",
    "assets",
    "holds",
    "relations",
)
"""What a reader asks first; the document itself is in the order of its letters."""
_LAST = ("decisions", "grounds", "acts")
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td{border:1px solid #ccc;padding:.2rem .6rem;vertical-align:top}td.name{color:#555}
p.check{color:#555;font-size:.9em;overflow-wrap:anywhere}"""


def check_line(certificate: Certificate) -> str:
    """How anybody can check it."""
    return (
        f"SHA-256 {to_hex(certificate.hash)} of the canonical document (RFC 8785). A node of the ledger makes it again from block "
        f"{certificate.block}: pledgebook pledge verify FILE"
    )


def lines(certificate: Certificate) -> Iterator[str]:
    """The certificate as text."""
    yield visible(f"{TITLES[certificate.kind.value]}: {certificate.subject}")
    yield from _lines(_body(certificate), 0)
    yield check_line(certificate)


def page(certificate: Certificate) -> str:
    """The certificate as an HTML page."""
    title = escape(visible(f"{TITLES[certificate.kind.value]}: {certificate.subject}"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
        f'<body><h1>{title}</h1>{_table(_body(certificate))}<p class="check">{escape(check_line(certificate))}</p></body></html>\n'
    )


def _body(certificate: Certificate) -> Mapping[str, Any]:
    shown = {name: value for name, value in certificate.content.items() if name not in _HEAD}
    between = [name for name in shown if name not in (*_FIRST, *_LAST)]
    return {name: shown[name] for name in (*_FIRST, *between, *_LAST) if name in shown}


def _lines(value: Any, depth: int) -> Iterator[str]:
    pairs = value.items() if isinstance(value, Mapping) else ((f"{at}.", each) for at, each in enumerate(value, 1))
    for name, each in pairs:
        if each in (None, "", [], {}):
            continue
        if isinstance(each, Mapping | list) and not _is_amount(each):
            yield f"{'  ' * depth}{name}"
            yield from _lines(each, depth + 1)
        else:
            yield f"{'  ' * depth}{name}{'' if name.endswith('.') else ':'} {_text(each)}"


def _table(value: Any) -> str:
    if isinstance(value, Mapping) and not _is_amount(value):
        pairs = ((name, each) for name, each in value.items() if each not in (None, "", [], {}))
        rows = "".join(f'<tr><td class="name">{escape(name)}</td><td>{_table(each)}</td></tr>' for name, each in pairs)
        return f"<table>{rows}</table>"
    if isinstance(value, list):
        return "".join(f"<div>{_table(each)}</div>" for each in value)
    return escape(_text(value))


def _is_amount(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"minor", "currency"}


def _text(value: Any) -> str:
    if _is_amount(value):
        return f"{to_text(int(value['minor']), currency(value['currency']))} {value['currency']} ({value['minor']} minor units)"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else visible(str(value))
