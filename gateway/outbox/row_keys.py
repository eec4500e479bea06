"""How rows of `office` are named to a statement: many keys in one parameter."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import tuple_

from gateway.office.models import ACT
from gateway.office.repository import ActKey
from ledger.mirror.queries.reading import listed

Item = TypeVar("Item")
CHUNK = 400
"""How many keys one statement names; both databases take a few thousand parameters."""

# What workers ask at every step is built once: to build a statement costs more than to run it.
THESE = listed("these", 20, 32)
HASHES = listed("hashes", 32)
ACT_KEY = tuple_(ACT.c.member_id, ACT.c.act_id)


def joined(acts: Iterable[ActKey]) -> bytes:
    return b"".join(member + act for member, act in acts)


def chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Parts of at most CHUNK items."""
    return (items[at : at + CHUNK] for at in range(0, len(items), CHUNK))
