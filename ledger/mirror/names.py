"""The index of published names: each text once, its parts in normal form, and the keys under which they are found."""

from hashlib import sha256

from ledger.domain.name_index import Entry, entries
from ledger.mirror.register_models import NAME, NAME_FORM, NAME_KEY, Name, NameForm, NameKey
from ledger.mirror.state import State

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
    state.add(NAME, Name(digest, number, state.pos, text))
    for part, entry in enumerate(entries([(text, "")])):
        _index(state, number, part, entry)
    return number


def _index(state: State, number: int, part: int, entry: Entry) -> None:
    words = " ".join(entry.name.words)
    state.add(NAME_FORM, NameForm(number, part, state.pos, words, entry.name.form, entry.length))
    for key in sorted({key_of(key) for key in entry.keys}):
        state.add(NAME_KEY, NameKey(key, number, part, state.pos))
