"""What the writers of these acts share: who acts, members, rates and days in words, and the deal, offer or loan that an act is about."""

import re
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from gateway.api.asking import own_account, sees_all
from gateway.errors import invalid, not_found
from gateway.financing.given import FinancingGiven
from gateway.pledging import words
from gateway.pledging.words import FieldError
from gateway.receivables.writing import Writing as AnyWriting
from ledger.domain.day_counts import DayCount
from ledger.domain.ids import from_hex, to_hex
from ledger.domain.schedules import RATE_UNIT
from ledger.mirror.finance_models import Deal, LoanStatus, PurchaseOffer
from ledger.mirror.queries import financing, loans, members
from ledger.mirror.queries.loans import Standing

Writing = AnyWriting[FinancingGiven]
WHOLE = 10_000
"""Shares and loan to value are ten-thousandths."""

BY_DAYS = (DayCount.ACT_360, DayCount.ACT_365)
"""Discount runs by actual days."""
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,10})?")
Named = TypeVar("Named", bound=Enum)


def actor(writing: Writing) -> bytes:
    """Who acts: the account that is named, else the one that the API key speaks for. Raises 422, 404 for another's."""
    named, own = writing.given.account, writing.desk.session.member
    if named is None and own is None:
        raise invalid("account: missing; name the account that acts", field="account")
    account = own if named is None and own is not None else from_hex(named or "")
    return own_account(writing.desk.session, writing.desk.conn, account)


def member(writing: Writing, text: str | None, field: str) -> bytes:
    """The account of a member. Raises 422 for a stranger."""
    account = from_hex(text or "", 20, field)
    if members.get(writing.desk.conn, account) is None:
        raise invalid(f"{field}: {to_hex(account)} is no member of this ledger; it must be admitted first", field=field)
    return account


def named(kind: type[Named], text: str | None, field: str) -> Named:
    """A member of an enumeration by its name in words. Raises FieldError."""
    return words.one_of(kind, text or "", field)


def in_words(member_: Enum) -> str:
    """The name of an enumeration's member as people write it."""
    return words.in_words(member_)


def millionths(text: str, field: str) -> int:
    """A rate in percent a year ("4.35%") as millionths, exactly. Raises FieldError."""
    return _percent(text, field, RATE_UNIT)


def ten_thousandths(text: str, field: str) -> int:
    """A share in percent ("70%") as ten-thousandths, exactly. Raises FieldError."""
    return _percent(text, field, WHOLE)


def _percent(text: str, field: str, unit: int) -> int:
    written = text.strip().removesuffix("%").strip()
    if not _PERCENT.fullmatch(written):
        raise FieldError(f"{field}: {text[:40]!r} is no percentage; write 4.35%")
    scaled = Decimal(written) * unit / 100
    exact = int(scaled)
    if exact != scaled or not 0 <= exact <= unit:
        raise FieldError(f"{field}: {text[:40]!r}; 0% to 100%, in steps of {Decimal(100) / unit:f} % expected")
    return exact


def percent(millionths_: int) -> str:
    """Millionths as people write them."""
    return f"{Decimal(millionths_) * 100 / RATE_UNIT:f} %"


def discount(stated: int, basis: int) -> str:
    """The discount of a bank's offer: a yearly rate and its day count, or what it is where no year is meant."""
    for kind in BY_DAYS:
        scale, rest = divmod(basis, kind.denominator)
        # Whoever offers may count the rate in millionths, in hundredths of a percent, or otherwise by tens.
        if not rest and Decimal(scale).normalize().as_tuple().digits == (1,):
            return f"{Decimal(stated) * 100 / scale:f} % a year, {kind.value}"
    return f"{stated}/{basis} a day"


def day_count(text: str | None, field: str = "day_count") -> DayCount:
    """A day count by its name. Raises FieldError."""
    found = next((each for each in DayCount if each.value == (text or "").strip().upper()), None)
    if found is None:
        raise FieldError(f"{field}: {(text or '')[:40]!r} is none of {', '.join(each.value for each in DayCount)}")
    return found


def day(text: str, field: str) -> date:
    """A legal day. Raises FieldError."""
    found = words.day(text)
    if found is None:
        raise FieldError(f"{field}: {text[:40]!r} is no day; write 2026-01-31")
    return found


# --- What an act is about --------------------------------------------------------------------------------------------------------------


def offer(writing: Writing) -> PurchaseOffer:
    """The offer that is named. Raises 404 where there is none, and for who is neither bank nor seller."""
    found = financing.offer(writing.desk.conn, _id(writing.given.offer))
    if found is None or not sees(writing, found.bank, found.seller):
        raise not_found(f"offer {writing.given.offer}")
    return found


def deal(writing: Writing) -> Deal:
    """The deal that is named. Raises 404 where there is none, and for who is neither bank nor seller."""
    found = financing.deal(writing.desk.conn, _id(writing.given.deal))
    if found is None or not sees(writing, found.bank, found.seller):
        raise not_found(f"deal {writing.given.deal}")
    return found


def loan(writing: Writing, of: int | None = None) -> Standing:
    """The live loan of a number, or the one named. Raises 404 where there is none and for who is no party, 422 where it has ended."""
    asked = (writing.given.loan or 0) if of is None else of
    found = loans.get(writing.desk.conn, asked)
    if found is None or not sees(writing, found.terms.lender, found.terms.borrower):
        raise not_found(f"loan {asked}")
    if found.state.status != LoanStatus.LIVE:
        raise invalid(f"loan: {found.terms.loan} is {in_words(LoanStatus(found.state.status))}; nothing is owed on it", field="loan")
    return found


def _id(text: str | None) -> int:
    found = int(text or "0")
    return found if found < 1 << 192 else 0


def sees(writing: Writing, *parties: bytes) -> bool:
    return writing.desk.session.member in parties or sees_all(writing.desk.session, writing.desk.conn)


def unit_of(writing: Writing, cash: int) -> int:
    """The currency of a cash contract, by its ISO 4217 number."""
    return writing.currencies[cash]
