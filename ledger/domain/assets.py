"""Keys of assets, words of parties, and the commitment to a list of assets, as the pledge register checks them.

A key is one readable word: office (2 letters), class (1 letter), form (1 letter), then the office's own first number, left-aligned
ASCII ("USPA15145443"). Other numbers of the same right are aliases, joined by an officer's act.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_hash.auto import keccak

WORD = 32
PAGE = 128
MOST_LISTED = 64 * PAGE
MEMBER_SCHEME, STATED_NAME_SCHEME = 1, 2
PATENT, MARK, COPYRIGHT, DESIGN = "P", "T", "C", "D"
APPLICATION, REGISTRATION, SERIAL = "A", "R", "S"

_OFFICE = re.compile(r"[A-Z]{2}")
_LETTER = re.compile(r"[A-Z]")
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,27}")


class AssetError(ValueError):
    """A key or list that the register would refuse; the message names the rule."""


def asset_key(office: str, class_: str, form: str, number: str) -> bytes:
    """The key of an asset (32 bytes). Separators of thousands and blanks in `number` are dropped. Raises AssetError."""
    plain = re.sub(r"[\s,]", "", number.upper()) if number.isascii() else ""
    if not _OFFICE.fullmatch(office) or not _LETTER.fullmatch(class_) or not _LETTER.fullmatch(form):
        raise AssetError(f"asset {office!r} {class_!r} {form!r}: office of two letters, class and form of one")
    if not _NUMBER.fullmatch(plain):
        raise AssetError(f"asset number {number[:40]!r}: 1 to 28 digits, letters, '.', '/' or '-'")
    return f"{office}{class_}{form}{plain}".encode().ljust(WORD, b"\0")


def us_patent_key(application: str) -> bytes:
    """The key of a US patent by its application number (series code and serial, eight digits), with or without '/'. Raises AssetError."""
    digits = re.sub(r"[\s/,]", "", application)
    if not re.fullmatch(r"[0-9]{7,8}", digits):
        raise AssetError(f"application number {application[:40]!r}: eight digits expected")
    return asset_key("US", PATENT, APPLICATION, digits.zfill(8))


def us_mark_key(serial: str) -> bytes:
    """The key of a US mark by its serial number of eight digits. Raises AssetError."""
    digits = re.sub(r"[\s/,]", "", serial)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise AssetError(f"serial number {serial[:40]!r}: eight digits expected")
    return asset_key("US", MARK, SERIAL, digits)


def cn_patent_key(application: str) -> bytes:
    """The key of a Chinese patent by its application number; 'CN', 'ZL' and the dot are dropped, the check digit must be right.

    Twelve digits since 1 October 2003 (ZC 0006-2003), eight before, each with its check digit. Raises AssetError.
    """
    plain = re.sub(r"^(?:CN|ZL)*|[\s.]", "", re.sub(r"\s", "", application.upper()))
    if not re.fullmatch(r"(?:[0-9]{12}|[0-9]{8})[0-9X]", plain):
        raise AssetError(
            f"application number {application[:40]!r}: twelve digits, or eight before October 2003, and a check digit expected"
        )
    expected = cn_check_digit(plain[:-1])
    if plain[-1] != expected:
        raise AssetError(f"application number {application[:40]!r}: check digit {plain[-1]} is not {expected}")
    return asset_key("CN", PATENT, APPLICATION, plain)


def cn_check_digit(digits: str) -> str:
    """The check digit of a Chinese application number: its digits weighted 2 to 9 in turn, modulo 11, X for 10."""
    return "0123456789X"[sum(int(digit) * (2 + place % 8) for place, digit in enumerate(digits)) % 11]


def member_party(account: bytes) -> bytes:
    """The word of a party that is a member: its account (20 bytes) in the low 160 bits."""
    return bytes([MEMBER_SCHEME]) + account.rjust(WORD - 1, b"\0")


def stated_party(name: str) -> bytes:
    """The word of a party that a record names only: hash of its name (Unicode NFKC, so that full-width letters and brackets are plain ones)
    in capitals with '.', ',' and ';' as blanks and single blanks between words. Raises AssetError for an empty name."""
    normal = " ".join(re.sub(r"[.,;]", " ", unicodedata.normalize("NFKC", name).upper()).split())
    if not normal:
        raise AssetError("party: a name expected")
    return bytes([STATED_NAME_SCHEME]) + keccak(normal.encode())[1:]


def name_hash(name: str, capacity: str) -> bytes:
    """What a filing says of a party's published texts."""
    return keccak(encode(["string", "string"], [name, capacity]))


def side_root(parties: Iterable[tuple[int, bytes, bytes, int]]) -> bytes:
    """The hash of one side of a pledge: (role, party word, name hash, share) of each party in order (contracts/pledge/PartyRoots.sol)."""
    words = (role.to_bytes(WORD) + word + hashed + share.to_bytes(WORD) for role, word, hashed, share in parties)
    return keccak(b"".join(words))


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of assets as it is filed: ascending keys, their titles in that order (none published: empty), blind, root, roots of pages."""

    keys: tuple[bytes, ...]
    titles: tuple[str, ...]
    blind: bytes
    root: bytes
    page_roots: tuple[bytes, ...]

    @property
    def pages(self) -> tuple[tuple[bytes, ...], ...]:
        """The keys in pages of 128."""
        return tuple(self.keys[at : at + PAGE] for at in range(0, len(self.keys), PAGE))

    @property
    def title_pages(self) -> tuple[tuple[str, ...], ...]:
        """The titles in pages of 128, as those of a long list are published; none where no title is."""
        return tuple(self.titles[at : at + PAGE] for at in range(0, len(self.titles), PAGE))

    @property
    def title_roots(self) -> tuple[bytes, ...]:
        """The hash of each page of titles."""
        return tuple(keccak(b"".join(keccak(title.encode()) for title in page)) for page in self.title_pages)

    @property
    def titles_hash(self) -> bytes:
        """Commitment to the titles as a filing carries it: hash of the hashes of their pages; zero where none are published."""
        return keccak(b"".join(self.title_roots)) if self.titles else bytes(WORD)


def listing(titled: Mapping[bytes, str], blind: bytes) -> Listing:
    """The listing of assets by key. All titles are published, or none if every one is empty. Raises AssetError when empty or too long."""
    if not 0 < len(titled) <= MOST_LISTED:
        raise AssetError(f"list of {len(titled)} assets: 1 to {MOST_LISTED}")
    keys = tuple(sorted(titled))
    titles = tuple(titled[key] for key in keys) if any(titled.values()) else ()
    roots = tuple(_page_root(keys[at : at + PAGE]) for at in range(0, len(keys), PAGE))
    root = keccak(b"\x02" + len(keys).to_bytes(3) + blind + b"".join(roots))
    return Listing(keys, titles, blind, root, roots)


def _page_root(keys: Sequence[bytes]) -> bytes:
    level = [keccak(b"\0" + key) for key in keys]
    size = PAGE
    while size > 1:
        level = [_node(level[at], level[at + 1] if at + 1 < len(level) else bytes(WORD)) for at in range(0, len(level), 2)]
        size >>= 1
    return level[0]


def _node(left: bytes, right: bytes) -> bytes:
    return keccak(b"\x01" + left + right)
