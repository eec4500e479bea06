"""The index of published names: each text once, its parts in normal form, and the keys under which they are found."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from ledger.domain.name_index import entries
from ledger.mirror.register_models import NAME, NAME_FORM, NAME_KEY, Name, NameForm, NameKey
from ledger.mirror.state import AnyProjection, State

_KEY_BYTES = 16


def digest_of(text: str) -> bytes:
    """What a name is known by (32 bytes): a text of any length has one, and no index holds a text."""
    return sha256(text.encode()).digest()


def key_of(key: str) -> bytes:
    """How a key of ledger.domain.name_index stands in the table (16 bytes)."""
    return digest_of(key)[:_KEY_BYTES]


def number_of(state: State, text: str) -> int | None:
    """The number of a published name, which is indexed when it comes first; None for a withheld one."""
    if not text:
        return None
    digest = digest_of(text)
    known = state.get(NAME, (digest,))
    if known:
        return known.number
    number = state.next_number(NAME, "number")
    for projection, row in rows_of(text, number, state.pos):
        state.add(projection, row)
    return number


def rows_of(text: str, number: int, pos: int) -> Iterator[tuple[AnyProjection, Any]]:
    """What is kept of a name that comes first: itself, its parts in normal form, and the keys of each."""
    yield NAME, Name(digest_of(text), number, pos, text)
    for part, entry in enumerate(entries([(text, "")])):
        yield NAME_FORM, NameForm(number, part, pos, " ".join(entry.name.words), entry.name.form, entry.length, entry.letters)
        yield from ((NAME_KEY, NameKey(key, number, part, pos)) for key in sorted({key_of(key) for key in entry.keys}))
