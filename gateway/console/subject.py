"""What an act is about: its receivable, and the currency in which its amounts are told, and the refusals of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.console import words
from gateway.console.asking import Json
from gateway.console.visit import Visit
from gateway.refusals import in_currency
from ledger.domain.money import currency


@dataclass(frozen=True)
class Subject:
    """The receivable, as far as the visitor sees it, the currency of each cash by its number, and that of the receivable, else None."""

    receivable: Json | None
    cash: Mapping[str, int]
    unit: int | None


async def of_body(visit: Visit, body: Mapping[str, Any]) -> Subject:
    """What a body names."""
    cash = {str(each["number"]): currency(each["currency"]).number for each in await visit.data("list_cash")}
    id_ = words.receivable_of(body)
    # 403: an auditor has not said yet why they look.
    found = None if id_ is None else await visit.seen("get_receivable", {"receivable": id_}, unseen=(403, 404, 422))
    return Subject(found, cash, None if found is None else currency(found["face"]["currency"]).number)


def refused(told: Mapping[str, Any], body: Mapping[str, Any], subject: Subject) -> str:
    """Why the ledger refuses a body's act, with amounts in their currency."""
    return in_currency(told, words.unit_of(body, subject.cash, subject.unit))
