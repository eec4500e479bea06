"""Keyed fingerprints of invoices: the same invoice gives the same word at every gateway that has the key, and says nothing to others.

What names an invoice is its seller, its buyer, its number, the year of its issue and which instalment is meant; amount, currency and day
don't (docs/decisions/fingerprints.md).
"""

import hmac
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ledger.domain.assets import WORD

KEY_BYTES = 32
MOST_EARLIER = 16
"""Fingerprints under earlier versions of the key that a confirmation may name (ReceivableDrafts)."""
MOST_INSTALMENT = 999
_FORM = b"pledgebook invoice 1"
_MARK = b"pledgebook fingerprint key"
MARK_BYTES = 8


class FingerprintError(ValueError):
    """An invoice that can't be named: `field` says which part, `rule` what it breaks."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule


@dataclass(frozen=True, slots=True)
class Invoice:
    """What names an invoice: the words of its parties (32 bytes), its number as written, the year of issue, the instalment.

    An invoice that is paid at once is its first instalment, so that it can't come whole and in parts. Raises FingerprintError.
    """

    seller: bytes
    buyer: bytes
    number: str
    year: int
    instalment: int = 1

    def __post_init__(self) -> None:
        for field, party in (("seller", self.seller), ("buyer", self.buyer)):
            if len(party) != WORD or not any(party):
                raise FingerprintError(field, f"the word of a party, {WORD} bytes, expected")
        if self.seller == self.buyer:
            raise FingerprintError("buyer", "seller and buyer are the same party")
        if not 1000 <= self.year <= 9999:
            raise FingerprintError("issued", "a year of four digits expected")
        if not 1 <= self.instalment <= MOST_INSTALMENT:
            raise FingerprintError("instalment", f"1 to {MOST_INSTALMENT}; an invoice that is paid at once is 1")
        normal_number(self.number)

    @property
    def canonical(self) -> bytes:
        """One byte string for each invoice: every part with its length before it, so that no two invoices share one."""
        number = "\0".join(normal_number(self.number)).encode()
        parts = (_FORM, self.seller, self.buyer, number, self.year.to_bytes(4), self.instalment.to_bytes(4))
        return b"".join(len(part).to_bytes(4) + part for part in parts)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """An invoice's words under the newest key, and under every earlier one that is still checked: what a confirmation names."""

    current: bytes
    earlier: tuple[bytes, ...]


def fingerprints(invoice: Invoice, keys: Sequence[bytes]) -> Fingerprints:
    """HMAC-SHA256 of an invoice under keys of 32 bytes, newest first; of earlier ones at most 16. Raises ValueError for other keys."""
    if not 1 <= len(keys) <= 1 + MOST_EARLIER or any(len(key) != KEY_BYTES for key in keys) or len(set(keys)) != len(keys):
        raise ValueError(f"1 to {1 + MOST_EARLIER} different keys of {KEY_BYTES} bytes expected")
    current, *earlier = (hmac.digest(key, invoice.canonical, "sha256") for key in keys)
    return Fingerprints(current, tuple(earlier))


def mark(key: bytes) -> bytes:
    """8 bytes by which people compare keys; they say nothing of the key."""
    return hmac.digest(key, _MARK, "sha256")[:MARK_BYTES]


def normal_number(written: str) -> tuple[str, ...]:
    """The parts of an invoice number that tell it from others: runs of letters, and runs of digits without leading zeros.

    Letter case, width, unseen characters and what divides the parts say nothing; that two runs of digits are divided does: 2024-1-11 is
    not 2024-11-1.
    Raises FingerprintError for a number without any letter or digit.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", written).casefold())
    parts = tuple(_parts([each for each in plain if unicodedata.category(each) != "Cf"]))
    if not parts:
        raise FingerprintError("number", "a letter or a digit expected")
    return parts


def _parts(plain: Iterable[str]) -> Iterator[str]:
    for kind, run in groupby(plain, _kind):
        if kind == "digit":
            yield "".join(str(unicodedata.decimal(each)) for each in run).lstrip("0") or "0"
        elif kind == "letter":
            yield "".join(run)


def _kind(character: str) -> str:
    """Decimal digits of every script are digits; marks are letters; all else divides."""
    category = unicodedata.category(character)
    if category == "Nd":
        return "digit"
    return "letter" if category[0] in "LMN" else ""
