"""What people write of a pledge, as the fields of a record: numbers of rights, parties, days, amounts, marks. Pure.

Every refusal is a FieldError that names the field, the rule and what to write.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeVar
from zoneinfo import ZoneInfo

from eth_hash.auto import keccak

from ledger.domain.act_types import Party, PartyName
from ledger.domain.assets import AssetError, name_hash, stated_party
from ledger.domain.calendar import end_of_day, start_of_day
from ledger.domain.identifiers import IdentifierError, Scheme, identifier, person
from ledger.domain.ids import IdError, address, from_hex
from ledger.domain.pledge_words import MAY_STATE, Flag
from ledger.domain.registers import PartyRole, Rules
from ledger.domain.rights import Right, right_of

WORD = 32
NOTHING = bytes(WORD)
_DAY_LENGTH = len("2023-05-04")
_HEX_WORD = re.compile(r"0x[0-9a-fA-F]{64}")

Named = TypeVar("Named", bound=Enum)


class FieldError(ValueError):
    """What is written can't be taken; the message begins with the field and names the rule."""

    @property
    def field(self) -> str:
        """The field that the message begins with."""
        return str(self).split(":", 1)[0]


def word_of(text: str, field: str) -> bytes:
    """A text as a left-aligned word. Raises FieldError."""
    written = text.encode()
    if not 0 < len(written) <= WORD:
        raise FieldError(f"{field}: {text[:40]!r}, 1 to {WORD} bytes of text expected")
    return written.ljust(WORD, b"\0")


def hash_of(text: str, field: str) -> bytes:
    """A hash of 32 bytes from hex; zero where none is stated. Raises IdError."""
    return from_hex(text, WORD, field) if text else NOTHING


def one_of(kind: type[Named], text: str, field: str, among: Iterable[Named] | None = None) -> Named:
    """A member of an enumeration by its name in words ("general description"), of those that are admitted. Raises FieldError."""
    admitted = list(kind) if among is None else list(among)
    found = next((each for each in admitted if in_words(each) == _spaced(text)), None)
    if found is None:
        raise FieldError(f"{field}: {text[:40]!r} is none of {', '.join(map(in_words, admitted))}")
    return found


def in_words(member: Enum) -> str:
    """The name of an enumeration's member as people write it."""
    return _spaced(str(member.name))


def _spaced(text: str) -> str:
    return text.strip().lower().replace("_", " ").replace("-", " ")


def marks(texts: Iterable[str], field: str) -> Flag:
    """The flags of the marks that a filing states. Raises FieldError."""
    found = Flag(0)
    for text in texts:
        found |= one_of(Flag, text, field, MAY_STATE)
    return found


# --- Days and times ------------------------------------------------------------------------------------------------------------------


def moment(text: str, field: str, zone: ZoneInfo) -> tuple[int, bool]:
    """UTC seconds of a time, or of the beginning of a day in the register's zone, and whether only the day is known. Raises FieldError."""
    found = day(text)
    if found is not None:
        return start_of_day(found, zone), True
    try:
        time = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise FieldError(f"{field}: {text[:40]!r}; a day (2023-05-04), or a time with offset (2023-05-04T09:30:00+08:00)") from wrong
    if time.tzinfo is None:
        raise FieldError(f"{field}: {text!r} has no offset; write 2023-05-04T09:30:00+08:00, or the day alone")
    return int(time.timestamp()), False


def last_second(text: str, field: str, zone: ZoneInfo) -> int:
    """The last second of a day of the register's zone, or a time; 0 where nothing is stated. Raises FieldError."""
    if not text:
        return 0
    found = day(text)
    return end_of_day(found, zone) - 1 if found is not None else moment(text, field, zone)[0]


def day(text: str) -> date | None:
    """A day as people write it (2023-05-04); None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == _DAY_LENGTH else None
    except ValueError:
        return None


# --- Rights --------------------------------------------------------------------------------------------------------------------------


def right(text: str, field: str, rules: Rules) -> Right:
    """The right that a number names among those that a register takes, its check digits verified. Raises FieldError.

    Where several classes of the register have such a number, the key in full must be given.
    """
    found, said = dict[bytes, Right](), f"{field}: the register takes nothing"
    for class_ in rules.classes:
        try:
            read = right_of(rules.jurisdiction, class_, text, field)
            found[read.key] = read
        except AssetError as wrong:
            said = f"{field}: {str(wrong).removeprefix(f'{field} ')}"
    if len(found) > 1:
        said = f"{field}: {text[:40]!r} numbers several rights of the register; give the key in full, as CNPA2017106018623"
    if len(found) != 1:
        raise FieldError(said)
    return next(iter(found.values()))


# --- Parties -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stated:
    """A party as it is written. `identifier` is a scheme and its text ("USCC 91110000...", "MEMBER 0x..."); without one the name itself
    names the party. A natural person's name is committed to under `salt` (32 bytes) and published nowhere. `share` is a holder's weight.
    """

    name: str
    identifier: str = ""
    capacity: str = ""
    role: PartyRole = PartyRole.PLEDGOR
    share: int = 0
    salt: bytes | None = None


def party(given: Stated, field: str) -> tuple[Party, PartyName]:
    """A party and the texts that are published of it. Raises FieldError, AssetError, IdentifierError, IdError."""
    holding = given.role is PartyRole.PLEDGEE
    if holding == (given.share == 0) or not 0 <= given.share < 1 << 64:
        raise FieldError(f"{field}.share: {given.share}; holders have a weight above 0, pledgors none")
    if not given.name.strip():
        raise FieldError(f"{field}.name: missing")
    named = name_hash(given.name, given.capacity)
    if given.salt is not None:
        word = person(given.name, given.salt, f"{field}.name").word
        return Party(given.role, word, keccak(given.salt + named), given.share), PartyName("", "")
    return Party(given.role, party_word(given.name, given.identifier, field), named, given.share), PartyName(given.name, given.capacity)


def party_word(name: str, identifier_: str, field: str) -> bytes:
    """The word of a party by its identifier, or by its name where it has none. Raises FieldError, AssetError, IdentifierError, IdError."""
    return stated_party(name) if not identifier_ else identified(identifier_, f"{field}.identifier")


def identified(text: str, field: str) -> bytes:
    """The word of a scheme and its text ("LEI 5493..."), of an account ("MEMBER 0x..."), or as hex. Raises FieldError, IdentifierError."""
    if _HEX_WORD.fullmatch(text):
        return from_hex(text, WORD, field)
    scheme, _, said = text.strip().partition(" ")
    if scheme.upper() not in Scheme.__members__:
        raise FieldError(f"{field}: {text[:40]!r}; a scheme ({', '.join(Scheme.__members__)}) and its text expected")
    if Scheme[scheme.upper()] is Scheme.MEMBER:
        return bytes([Scheme.MEMBER]) + address(said.strip(), field).rjust(WORD - 1, b"\0")
    return identifier(Scheme[scheme.upper()], said, field).word


REFUSALS = (FieldError, AssetError, IdentifierError, IdError)
"""What is raised for a text that can't be taken."""
