"""References of payments outside the ledger: the word by which one is taken once, and the text by which a payer names a receivable."""

import re
from datetime import date
from uuid import UUID

from eth_hash.auto import keccak
from stdnum import iso11649
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from ledger.domain.ids import RECEIVABLE_BITS

PREFIX_BITS = 104
"""What a creditor reference has of a receivable's id: its first 104 bits, as many as 21 characters hold."""
_REST_BITS = RECEIVABLE_BITS - PREFIX_BITS
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY = 21
_UETR = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def uetr_word(uetr: str) -> bytes:
    """The word of a payment's unique end-to-end transaction reference, a UUID of version 4. Raises ValueError."""
    plain = uetr.strip().lower()
    if not _UETR.fullmatch(plain):
        raise ValueError(f"UETR: {uetr[:50]!r} is no UUID of version 4")
    return keccak(b"uetr" + UUID(plain).bytes)


def servicer_word(bank: bytes, account: str, reference: str, booked: date) -> bytes:
    """The word of a payment without UETR: account of the settlement bank on the ledger, bank account, the bank's reference, booking day."""
    parts = (bank, _compact(account), reference.strip().encode(), booked.isoformat().encode())
    return keccak(b"servicer" + b"".join(len(part).to_bytes(4) + part for part in parts))


def creditor_reference(receivable: int) -> str:
    """The structured creditor reference (ISO 11649) by which a payer names a receivable: RF, two check digits, 21 characters."""
    rest, body = receivable >> _REST_BITS, ""
    while rest:
        rest, digit = divmod(rest, len(_CHARACTERS))
        body = _CHARACTERS[digit] + body
    body = body.rjust(_BODY, "0")
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def named_by(reference: str) -> tuple[int, int] | None:
    """The first and the last id of the receivables that a creditor reference can name; None if it is no reference of a receivable."""
    try:
        plain = iso11649.validate(reference)
    except ValidationError:
        return None
    prefix = int(plain[4:], len(_CHARACTERS)) if len(plain) == _BODY + 4 else 1 << PREFIX_BITS
    if prefix >> PREFIX_BITS:
        return None
    return prefix << _REST_BITS, (prefix + 1 << _REST_BITS) - 1


def _compact(account: str) -> bytes:
    return "".join(account.split()).upper().encode()
