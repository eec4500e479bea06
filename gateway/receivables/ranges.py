"""Ranges of receivables that people name in one word: `RECEIVABLE`, `RECEIVABLE:START` or `RECEIVABLE:START-END`."""

from dataclasses import dataclass
from typing import Any

from gateway.pledging.words import FieldError
from gateway.receivables.visibility import visible
from gateway.receivables.writing import Writing
from ledger.domain.ids import token_id
from ledger.mirror.models import Token
from ledger.mirror.queries import tokens
from ledger.mirror.queries.receivables import Standing
from ledger.mirror.schema import number


@dataclass(frozen=True, slots=True)
class NamedRange:
    """A range [start, end) in minor units, within one token of a receivable that the caller may see."""

    text: str
    standing: Standing
    token: Token
    start: int
    end: int

    @property
    def token_id(self) -> str:
        return str(token_id(number(self.standing.receivable.id), self.token.start))

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its token."""
        return (self.start, self.end) == (self.token.start, self.token.start + self.token.length)


def range_of(writing: Writing[Any], text: str, owner: bytes | None = None) -> NamedRange:
    """The range of a word, of this owner if one is given. Raises FieldError, 404."""
    receivable, _, limits = text.partition(":")
    start, _, end = limits.partition("-")
    if not all(each.isascii() and each.isdecimal() for each in (receivable, start or "0", end or "0")):
        raise FieldError(f"ranges: {text[:80]!r}; write a receivable's id, or with its range as 7925681:0-500000")
    standing = visible(writing.desk.session, writing.desk.conn, int(receivable))
    token = _token(writing, standing.receivable.number, int(start or 0), owner, text)
    first, last = int(start or 0), token.start + token.length
    stop = int(end) if end else last
    if not first < stop <= last:
        raise FieldError(f"ranges: {text[:80]!r}; the token there reaches from {token.start} to {last}")
    return NamedRange(text, standing, token, first, stop)


def _token(writing: Writing[Any], receivable: int, start: int, owner: bytes | None, text: str) -> Token:
    found = tokens.at_unit(writing.desk.conn, receivable, start)
    if found is None:
        raise FieldError(f"ranges: {text[:80]!r}; no token has the minor unit {start}")
    if owner is not None and found.owner != owner:
        raise FieldError(f"ranges: {text[:80]!r} is {writing.who(found.owner)}'s, not {writing.who(owner)}'s")
    return found
