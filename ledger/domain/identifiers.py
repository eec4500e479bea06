"""Identifiers of parties: their check digits, and the word (scheme 8 | text 248) by which a pledge names its party.

The text stands in the word as ASCII, left-aligned, so that a word can be read back without any table. A member's word and the word of a
name that a record states come from assets.py; natural persons stand as a salted commitment to their name and never in clear.
Check digits are python-stdnum's; a number that passes may still belong to nobody.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from eth_hash.auto import keccak
from stdnum import ean, lei
from stdnum.au import abn, acn
from stdnum.cn import uscc
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError
from stdnum.us import ein
from stdnum.util import get_cc_module

from ledger.domain.assets import MEMBER_SCHEME, STATED_NAME_SCHEME, WORD
from ledger.domain.ids import to_hex

TEXT_BYTES = WORD - 1
SALT_BYTES = 32


class IdentifierError(ValueError):
    """An identifier that its scheme refuses: `field` says where it stood, `rule` what it breaks."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule


class Scheme(IntEnum):
    """First byte of a party's word. Numbers never change their meaning."""

    MEMBER = MEMBER_SCHEME
    STATED_NAME = STATED_NAME_SCHEME
    USCC = 3
    LEI = 4
    ABN = 5
    ACN = 6
    NZBN = 7
    EIN = 8
    VAT = 9
    REGISTERED = 10
    PERSON = 11


HASHED = frozenset({Scheme.STATED_NAME, Scheme.PERSON})
"""Schemes whose word has no readable text."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A party's identifier in its shortest form, checked. For a member the text is its address, for hashed schemes the hash in hex."""

    scheme: Scheme
    text: str

    @property
    def word(self) -> bytes:
        """The party's word (32 bytes)."""
        if self.scheme is Scheme.MEMBER:
            return bytes([self.scheme]) + bytes.fromhex(self.text[2:]).rjust(TEXT_BYTES, b"\0")
        if self.scheme in HASHED:
            return bytes([self.scheme]) + bytes.fromhex(self.text[2:])
        return bytes([self.scheme]) + self.text.encode("ascii").ljust(TEXT_BYTES, b"\0")

    def __str__(self) -> str:
        return f"{self.scheme.name} {self.text}"


def identifier(scheme: Scheme, text: str, field: str = "identifier") -> Identifier:
    """The identifier of a readable scheme; blanks and hyphens that its users write are dropped. Raises IdentifierError."""
    if scheme not in _RULES:
        raise IdentifierError(field, f"{scheme.name} is not given as text")
    shortest, rule = _RULES[scheme]
    try:
        plain = shortest(unicodedata.normalize("NFKC", text))
    except ValidationError as wrong:
        raise IdentifierError(field, f"{text[:40]!r} is no {scheme.name}: {_broken(wrong)} ({rule})") from wrong
    if not plain.isascii() or not 0 < len(plain) <= TEXT_BYTES:
        raise IdentifierError(field, f"{text[:40]!r} is no {scheme.name}: at most {TEXT_BYTES} ASCII characters")
    return Identifier(scheme, plain)


def registered(authority: str, number: str, field: str = "identifier") -> Identifier:
    """The identifier that another register gave: its code ("GB-COH", or GLEIF's "RA000585") and the number. Raises IdentifierError."""
    return identifier(Scheme.REGISTERED, f"{authority}:{number}", field)


def person(name: str, salt: bytes, field: str = "name") -> Identifier:
    """A natural person's salted commitment: shown by who holds the salt (32 bytes), guessed by nobody. Raises IdentifierError."""
    normal = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    if not normal:
        raise IdentifierError(field, "a name expected")
    if len(salt) != SALT_BYTES:
        raise IdentifierError("salt", f"{SALT_BYTES} bytes expected, {len(salt)} given")
    return Identifier(Scheme.PERSON, to_hex(keccak(salt + normal.encode())[1:]))


def read_word(word: bytes, field: str = "party") -> Identifier:
    """The identifier in a party's word; its check digits are verified again. Raises IdentifierError."""
    if len(word) != WORD:
        raise IdentifierError(field, f"{WORD} bytes expected, {len(word)} given")
    try:
        scheme = Scheme(word[0])
    except ValueError as unknown:
        raise IdentifierError(field, f"scheme {word[0]} is not known") from unknown
    if scheme is Scheme.MEMBER:
        return _member(word, field)
    if scheme in HASHED:
        return Identifier(scheme, to_hex(word[1:]))
    return _readable(scheme, word, field)


def schemes_of(text: str) -> tuple[Identifier, ...]:
    """Every readable scheme whose rules a searcher's text satisfies, in the schemes' order."""
    return tuple(found for scheme in _RULES for found in _tried(scheme, text))


def _tried(scheme: Scheme, text: str) -> tuple[Identifier, ...]:
    try:
        return (identifier(scheme, text),)
    except IdentifierError:
        return ()


def _member(word: bytes, field: str) -> Identifier:
    if any(word[1:12]):
        raise IdentifierError(field, "a member's word has its account in the low 160 bits and nothing above")
    return Identifier(Scheme.MEMBER, to_hex(word[12:]))


def _readable(scheme: Scheme, word: bytes, field: str) -> Identifier:
    text = word[1:].rstrip(b"\0")
    if not text.isascii() or b"\0" in text:
        raise IdentifierError(field, f"{scheme.name} text is ASCII, left-aligned, zero bytes after it only")
    found = identifier(scheme, text.decode(), field)
    if found.word != word:
        raise IdentifierError(field, f"{scheme.name} stands in its shortest form, {found.text}")
    return found


def _broken(wrong: ValidationError) -> str:
    if isinstance(wrong, InvalidLength):
        return "the wrong length"
    if isinstance(wrong, InvalidChecksum):
        return "the check digits do not fit"
    return "a part of it does not exist" if isinstance(wrong, InvalidComponent) else "the wrong form"


_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_REGISTERED = re.compile(r"(?:[A-Z]{2}-[A-Z0-9]{1,8}|RA[0-9]{6}):[0-9A-Z][0-9A-Z./-]*")


def _lei(text: str) -> str:
    plain = lei.compact(text)
    # ISO 17442 fixes the length, which the check digits alone do not.
    if not _LEI.fullmatch(plain):
        raise InvalidLength
    return lei.validate(plain)


def _nzbn(text: str) -> str:
    plain = ean.validate(text)
    if len(plain) != 13:
        raise InvalidLength
    if not plain.startswith("94"):
        raise InvalidComponent
    return plain


def _vat(text: str) -> str:
    plain = re.sub("^GR", "EL", "".join(text.split()).upper())
    if plain[:2].lower() in (*eu_vat.MEMBER_STATES, "el"):
        return eu_vat.validate(plain)
    module = get_cc_module(plain[:2], "vat") if plain[:2].isalpha() else None
    if module is None:
        raise InvalidComponent
    # One Swiss number is written with MWST, TVA, IVA or TPV behind it.
    number = re.sub("^(CHE[0-9]{9})[A-Z]+$", r"\1MWST", module.validate(plain))
    return number if number.startswith(plain[:2]) else plain[:2] + number


def _registered(text: str) -> str:
    plain = "".join(text.split()).upper()
    if not _REGISTERED.fullmatch(plain):
        raise ValidationError
    if len(plain) > TEXT_BYTES:
        raise InvalidLength
    return plain


_RULES: dict[Scheme, tuple[Callable[[str], str], str]] = {
    Scheme.USCC: (uscc.validate, "GB 32100-2015: 18 characters, the last one a check character"),
    Scheme.LEI: (_lei, "ISO 17442: 20 characters, the last two check digits of ISO 7064 mod 97-10"),
    Scheme.ABN: (abn.validate, "Australian Business Number: 11 digits, the first two check digits modulo 89"),
    Scheme.ACN: (acn.validate, "Australian Company Number: 9 digits, the last a check digit"),
    Scheme.NZBN: (_nzbn, "New Zealand Business Number: a GS1 location number of 13 digits from 94, the last a check digit"),
    Scheme.EIN: (ein.validate, "Employer Identification Number: 9 digits with a prefix that the IRS has issued, no check digit"),
    Scheme.VAT: (_vat, "VAT number: country prefix and the number by that country's rule; CN and AU under USCC and ABN"),
    Scheme.REGISTERED: (_registered, "register code as XX-CODE or RA and six digits, a colon, the register's number; 31 characters"),
}
"""Each readable scheme's check, which gives the shortest form, and its rule in words."""
