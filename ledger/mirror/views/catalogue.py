"""All views, their version, and their description."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Dialect,
    Select,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from ledger.chain.blocks import LOG_BITS
from ledger.mirror.models import (
    BLOCK,
    CHECKPOINT,
    MEMBER,
)
from ledger.mirror.queries.reading import valid
from ledger.mirror.views import pledges, receivables
from ledger.mirror.views.columns import CODES, View, block, flag, hex_, text_, time, whole

_M = MEMBER.table


def _currencies() -> Select[Any]:
    rows = (
        select(literal(code.code).label("code"), literal(number).label("number"), literal(code.exponent).label("digits"))
        for number, code in sorted(CODES.items())
    )
    return select(union_all(*rows).subquery("iso"))


_ISO = _currencies().subquery("listed")

_MORE = (
    View(
        "currencies",
        "Currencies: 1 of a currency is 10 to the power of `digits` minor units.",
        (
            text_("currency", "code (ISO 4217)", _ISO.c.code),
            whole("number", "number (ISO 4217)", _ISO.c.number),
            whole("digits", "decimal digits of its minor unit", _ISO.c.digits),
        ),
        lambda asked, _: asked.select_from(_ISO),
    ),
    View(
        "blocks",
        "Mirrored blocks.",
        (
            whole("block", "number", BLOCK.c.number),
            hex_("hash", "its hash", BLOCK.c.hash),
            time("block_time", "its time", BLOCK.c.time),
        ),
        lambda asked, at: asked.select_from(BLOCK).where(BLOCK.c.number <= (at >> LOG_BITS) if at is not None else BLOCK.c.number >= 0),
    ),
    View(
        "members",
        "Members of the ledger.",
        (
            hex_("account", "the member's account", _M.c.account),
            text_("name", "its name", _M.c.name),
            hex_("party", "word of its registered identifier", _M.c.party),
            whole("roles", "its business roles, a bit each (contracts/types/Roles.sol)", _M.c.roles),
            flag("suspended", "whether it may not act now", _M.c.suspended),
            flag("held", "whether a court holds all that it has on receivables", _M.c.held),
            block(_M.c.from_pos, "since_block"),
        ),
        lambda asked, at: asked.select_from(_M).where(valid(MEMBER, at)),
    ),
    *receivables.VIEWS,
    *pledges.VIEWS,
)


def _about(version: str) -> View:
    return View(
        "about",
        "Of which ledger, and as at which block, all of it is.",
        (
            whole("chain_id", "the chain's number", CHECKPOINT.c.chain_id),
            hex_("ledger_id", "the ledger's id, drawn at its genesis", CHECKPOINT.c.ledger_id),
            whole("block", "the block after which all of it holds", BLOCK.c.number),
            hex_("block_hash", "its hash", BLOCK.c.hash),
            time("block_time", "its time", BLOCK.c.time),
            text_("views", "version of these views", literal(version)),
        ),
        lambda asked, at: asked.select_from(CHECKPOINT).outerjoin(
            BLOCK, BLOCK.c.number == (CHECKPOINT.c.block if at is None else literal(at >> LOG_BITS))
        ),
    )


_DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}  # type: ignore[no-untyped-call]


@cache
def statement(view: View, dialect: str) -> str:
    """The select that a view is, in the words of a database."""
    return str(view.select().compile(dialect=_DIALECTS[dialect], compile_kwargs={"literal_binds": True}))


def _version(views: Sequence[View]) -> str:
    made = "".join(f"{view.name}{statement(view, 'sqlite')}{statement(view, 'postgresql')}" for view in views)
    return sha256(made.encode()).hexdigest()[:12]


VERSION = _version((_about(""), *_MORE))
VIEWS = (_about(VERSION), *_MORE)


# --- In words ---


def described() -> str:
    """The views as Markdown, for docs/auditors.md."""
    return "\n".join(_described(view) for view in VIEWS)


def _described(view: View) -> str:
    rows = "".join(f"| `{each.name}` | {each.kind.value} | {each.means} |\n" for each in view.fields)
    return f"### {view.name}\n\n{view.about}\n\n| column | kind | what it is |\n| --- | --- | --- |\n{rows}"
