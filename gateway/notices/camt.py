"""Reading an ISO 20022 camt.054 (bank to customer debit credit notification) into credits, and into what a person must look at.

The messages' structure is pyiso20022's, each version's own dataclasses; nothing is guessed where a field is missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import Element

import pyiso20022.camt as messages
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from xsdata.exceptions import ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler

from ledger.foreseen import Foreseen

MOST_BYTES = 20 << 20
FIRST_VERSION, LAST_VERSION = 2, 12
_MESSAGE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:(camt\.054\.001\.(\d\d))\}Document")
_NOTHING = frozenset({"", "NOTPROVIDED", "NONREF"})
_CREDIT, _BOOKED = "CRDT", "BOOK"


class CamtError(Foreseen, ValueError):
    """A file that is no camt.054 that can be read; one line that says what was expected."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a payer says that a part of a payment is for: references, and how much of which currency; None: not said."""

    names: tuple[str, ...]
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Credit:
    """One transaction that was booked in favour of an account. `text`: what the payer wrote freely.

    `reference`: the bank's own, of this transaction alone ("" if there is none); `booked_at`: the second, where the bank says it.
    """

    place: str
    account: str
    reference: str
    uetr: str
    booked: date
    booked_at: datetime | None
    amount: Decimal
    currency: str
    payer: str
    end_to_end: str
    parts: tuple[Part, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """An entry or transaction that becomes no notice, with its amount as written, and why."""

    place: str
    account: str
    amount: str
    reason: str


class _Unfit(ValueError):
    """Why an entry or transaction can't be taken."""


def read(data: bytes) -> list[Credit | Left]:
    """Every transaction of a file, in its order.

    Raises CamtError for a file that is too large, has a document type, is no camt.054 of a known version or is against its schema.
    """
    if len(data) > MOST_BYTES:
        raise CamtError(f"{len(data)} bytes, at most {MOST_BYTES}; ask the bank for smaller files")
    found: list[Credit | Left] = []
    for number, notification in enumerate(_notifications(_root(data)), 1):
        account = _account(notification)
        for at, entry in enumerate(notification.ntry, 1):
            found += _entry(entry, account, f"notification {number}, entry {at}")
    return found


def _root(data: bytes) -> Element:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as wrong:
        raise CamtError("a document type or entities, which no bank's message has; nothing of it was read") from wrong
    except (ParseError, ValueError, LookupError) as wrong:
        raise CamtError(f"no XML: {wrong}") from wrong
    return root


def _notifications(root: Element) -> Iterator[Any]:
    """The notifications of each camt.054 in a file, which may lie in a business message's envelope."""
    documents = [each for each in root.iter() if each.tag.endswith("}Document") or each.tag == "Document"]
    if not documents:
        raise CamtError(f"no ISO 20022 Document in it; its root is {root.tag[:120]}")
    for document in documents:
        yield from _message(document).bk_to_cstmr_dbt_cdt_ntfctn.ntfctn


def _message(document: Element) -> Any:
    named = _MESSAGE.fullmatch(document.tag)
    if named is None or not FIRST_VERSION <= int(named[2]) <= LAST_VERSION:
        raise CamtError(f"{document.tag[:120]}: camt.054.001.{FIRST_VERSION:02} to .{LAST_VERSION} are read")
    module = import_module(f"{messages.__name__}.{named[1].replace('.', '_')}")
    try:
        return XmlParser(ParserConfig(fail_on_converter_warnings=True), handler=XmlEventHandler).parse(document, module.Document)
    except (ParserError, TypeError, ValueError, ArithmeticError, RecursionError) as wrong:
        raise CamtError(f"{named[1]}: against its schema: {wrong}") from wrong


def _entry(entry: Any, account: str, place: str) -> list[Credit | Left]:
    """The transactions of an entry, or the whole entry left with the reason."""
    written = f"{entry.amt.value} {entry.amt.ccy}"
    try:
        _check_entry(entry)
        details = [each for group in entry.ntry_dtls for each in group.tx_dtls]
        _check_sum(entry, details)
    except _Unfit as wrong:
        return [Left(place, account, written, str(wrong))]
    own = Counter(filter(None, (_own_reference(entry, each, len(details)) for each in details)))
    found: list[Credit | Left] = []
    for number, each in enumerate(details, 1):
        where = place if len(details) == 1 else f"{place}, transaction {number}"
        try:
            found.append(_credit(entry, each, account, where, len(details), own))
        except _Unfit as wrong:
            found.append(Left(where, account, f"{_amount(entry, each, len(details))} {entry.amt.ccy}", str(wrong)))
    return found


def _check_entry(entry: Any) -> None:
    status = _text(entry, "sts.cd") or _text(entry, "sts.prtry") or _text(entry, "sts")
    if status != _BOOKED:
        raise _Unfit(f"its status is {status}, not booked ({_BOOKED}); it comes again when it is")
    if entry.rvsl_ind:
        raise _Unfit("a reversal of an earlier entry")
    if _text(entry, "cdt_dbt_ind") != _CREDIT:
        raise _Unfit("a debit")
    if _day(entry) is None:
        raise _Unfit("no booking date")


def _check_sum(entry: Any, details: list[Any]) -> None:
    if not details:
        raise _Unfit("no transaction details: nobody says what it is for")
    total = sum((_amount(entry, each, len(details)) for each in details), Decimal(0))
    if total != entry.amt.value:
        raise _Unfit(f"its {len(details)} transactions add up to {total}, the entry is {entry.amt.value}")


def _amount(entry: Any, transaction: Any, count: int) -> Decimal:
    """A transaction's amount in the account's currency; that of the entry where it is the only one and has none."""
    given = _get(transaction, "amt") or _get(transaction, "amt_dtls.tx_amt.amt")
    if given is None and count == 1:
        return Decimal(entry.amt.value)
    if given is None:
        raise _Unfit("a transaction of several has no amount of its own")
    if given.ccy != entry.amt.ccy:
        raise _Unfit(f"a transaction in {given.ccy}, the entry is in {entry.amt.ccy}")
    return Decimal(given.value)


def _credit(entry: Any, transaction: Any, account: str, place: str, count: int, own: Counter[str]) -> Credit:
    if _text(transaction, "cdt_dbt_ind") not in ("", _CREDIT):
        raise _Unfit("a debit within the entry")
    if _get(transaction, "rtr_inf") is not None:
        raise _Unfit("a payment that was returned")
    if not account:
        raise _Unfit("the account isn't named")
    uetr, reference = _text(transaction, "refs.uetr"), _own_reference(entry, transaction, count)
    if own[reference] > 1:
        reference = ""
    if not uetr and not reference:
        raise _Unfit("neither a UETR nor a reference of the bank that is this transaction's alone")
    return Credit(
        place=place,
        account=account,
        reference=reference,
        uetr=uetr,
        booked=_day(entry) or date.min,
        booked_at=_second(entry),
        amount=_amount(entry, transaction, count),
        currency=entry.amt.ccy,
        payer=_text(transaction, "rltd_pties.dbtr.pty.nm") or _text(transaction, "rltd_pties.dbtr.nm"),
        end_to_end=_reference(_text(transaction, "refs.end_to_end_id")),
        parts=_parts(transaction),
        text="\n".join(_free_text(transaction)),
    )


def _own_reference(entry: Any, transaction: Any, count: int) -> str:
    """The account servicer's reference of a transaction; the entry's names it where it is the only one."""
    own = _reference(_text(transaction, "refs.acct_svcr_ref"))
    return own or (_reference(_text(entry, "acct_svcr_ref")) if count == 1 else "")


def _parts(transaction: Any) -> tuple[Part, ...]:
    found = [_part(each) for each in _get(transaction, "rmt_inf.strd") or ()]
    return tuple(part for part in found if part.names or part.amount is not None)


def _free_text(transaction: Any) -> list[str]:
    """What the payer wrote freely, beside structured references too."""
    structured = _get(transaction, "rmt_inf.strd") or ()
    return [*(_get(transaction, "rmt_inf.ustrd") or ()), *(line for each in structured for line in each.addtl_rmt_inf)]


def _part(structured: Any) -> Part:
    # Version .12 has amounts under codes of a list outside the schema: they are not read, and a payment of several parts is left.
    names = [_text(structured, "cdtr_ref_inf.ref"), *(_text(each, "nb") for each in structured.rfrd_doc_inf)]
    given = _get(structured, "rfrd_doc_amt.rmtd_amt")
    return Part(tuple(filter(None, names)), None if given is None else Decimal(given.value), "" if given is None else given.ccy)


def _account(notification: Any) -> str:
    return _text(notification, "acct.id.iban") or _text(notification, "acct.id.othr.id")


def _day(entry: Any) -> date | None:
    day = _get(entry, "bookg_dt.dt") or _get(entry, "bookg_dt.dt_tm")
    return None if day is None else date(day.year, day.month, day.day)


def _second(entry: Any) -> datetime | None:
    """The second of booking; without an offset nobody knows which it is."""
    found = _get(entry, "bookg_dt.dt_tm")
    return None if found is None or found.offset is None else found.to_datetime()


def _reference(text: str) -> str:
    return "" if text.upper() in _NOTHING else text


def _text(node: Any, path: str) -> str:
    found = _get(node, path)
    return str(getattr(found, "value", found) or "").strip()


def _get(node: Any, path: str) -> Any:
    """What lies at a path of field names; None where a part is missing, or this version has no such field."""
    for name in path.split("."):
        node = getattr(node, name, None)
    return node
