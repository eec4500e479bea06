"""What must be paid or filed to keep a right, or a registration, alive: until when, with what grace, and what is lost otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.domain.calendar import add_months
from ledger.domain.rights import RightKind
from ledger.domain.terms import TermError, years_after
from ledger.domain.workdays import BeyondCalendar, working_calendar


@dataclass(frozen=True, slots=True)
class Duty:
    """One payment or filing.

    `opens`: first day on which it is taken; `due`: last day without surcharge; `grace`: last day with it, None where there is none;
    `lost_from`: first day on which the right, or its rank, is gone if nothing was done. `on_calendar` is False where the working days of
    `due` or `grace` are not published yet: then a day of rest has not been moved. `verified` as for clocks.
    """

    key: str
    what: str
    opens: date | None
    due: date
    grace: date | None
    lost_from: date
    source: str
    verified: bool = True
    on_calendar: bool = True


def _moved(day: date, calendar: str) -> tuple[date, bool]:
    try:
        return working_calendar(calendar).next_open(day), True
    except BeyondCalendar:
        return day, False


def cn_annual_fees(filed: date, granted: date, last_day: date) -> Iterator[Duty]:
    """The annual fees of a Chinese patent after the year of grant, as long as it lives.

    Each is due on the filing date's anniversary (Guidelines V.9: filed 3 June 1997, granted 1 August 2001: the sixth year's by 3 June
    2002), moved to a working day (PatR 5), then within six months with surcharge; unpaid, the patent has ended on the anniversary itself.
    """
    number = 2
    while (anniversary := years_after(filed, number - 1)) <= last_day:
        if anniversary > granted:
            yield _cn_annual_fee(number, anniversary)
        number += 1


def _cn_annual_fee(number: int, anniversary: date) -> Duty:
    due, due_known = _moved(anniversary, "CN")
    grace, grace_known = _moved(add_months(anniversary, 6), "CN")
    what, known = f"annual fee of year {number}", due_known and grace_known
    return Duty("CN-ANNUAL-FEE", what, None, due, grace, anniversary, "PatR 115", on_calendar=known)


def cn_surcharge(anniversary: date, paid: date) -> int:
    """The surcharge on an annual fee paid late, in hundredths of a percent of the full fee: 5 % for each month begun after the first.

    Raises TermError after the six months (PatR 115; Guidelines V.9).
    """
    ends = [add_months(anniversary, months) for months in range(1, 6)]
    for begun, end in enumerate((*ends, _moved(add_months(anniversary, 6), "CN")[0])):
        if paid <= end:
            return 500 * begun
    raise TermError(f"paid {paid}: more than six months after {anniversary}, the patent has ended")


_MAINTENANCE_SINCE = date(1980, 12, 12)


def us_maintenance_fees(filed: date, granted: date) -> Iterator[Duty]:
    """The three maintenance fees of a US utility patent, 3.5, 7.5 and 11.5 years after grant with six months' grace (35 USC 41(b)).

    None for applications before 12 December 1980; designs and plants have none. Days move past days of rest at the USPTO (35 USC 21(b)).
    """
    if filed < _MAINTENANCE_SINCE:
        return
    for years in (4, 8, 12):
        end = years_after(granted, years)
        due, due_known = _moved(add_months(granted, 12 * years - 6), "US-USPTO")
        grace, grace_known = _moved(end, "US-USPTO")
        opens, what = years_after(granted, years - 1), f"maintenance fee at {years - 1}.5 years"
        source = "35 USC 41(b), 37 CFR 1.362"
        yield Duty("US-MAINTENANCE-FEE", what, opens, due, grace, end + timedelta(days=1), source, on_calendar=due_known and grace_known)


def yearly_renewals(jurisdiction: str, filed: date, last_day: date) -> Iterator[Duty]:
    """The renewal fees of an Australian or New Zealand patent: each anniversary from the fourth on, six months' grace. Raises TermError."""
    sources = {"AU": "Patents Act 1990 (Cth) 142, 143", "NZ": "Patents Act 2013 (NZ) 21"}
    if jurisdiction not in sources:
        raise TermError(f"jurisdiction {jurisdiction!r}: AU or NZ")
    number = 4
    while (due := years_after(filed, number)) < last_day:
        yield Duty(
            f"{jurisdiction}-RENEWAL-FEE", f"renewal fee at {number} years", None, due, add_months(due, 6), due + timedelta(days=1),
            sources[jurisdiction], verified=False,
        )  # fmt: skip
        number += 1


def patent_duties(jurisdiction: str, kind: RightKind, filed: date, granted: date, last_day: date) -> tuple[Duty, ...]:
    """The fees that keep a patent of a jurisdiction alive. Raises TermError for one whose fees are not known."""
    if jurisdiction == "CN":
        return tuple(cn_annual_fees(filed, granted, last_day))
    if jurisdiction == "US":
        return () if kind is RightKind.DESIGN else tuple(us_maintenance_fees(filed, granted))
    return tuple(yearly_renewals(jurisdiction, filed, last_day))


def cn_mark_renewal(last_day: date) -> Duty:
    """Renewal of a Chinese mark within the twelve months before its last day, then six months' grace (Trademark Law 40)."""
    grace = add_months(last_day, 6)
    return Duty(
        "CN-MARK-RENEWAL", "renewal of the mark", add_months(last_day, -12), last_day, grace, last_day + timedelta(days=1),
        "Trademark Law (CN) 40",
    )  # fmt: skip


def us_mark_declaration(registered: date) -> Duty:
    """Declaration of use of a US mark between the fifth and sixth year, six months' grace (15 USC 1058(a)(1))."""
    return _us_mark("US-MARK-USE", "declaration of use", years_after(registered, 5), years_after(registered, 6), "15 USC 1058(a)(1), (3)")


def us_mark_renewal(last_day: date) -> Duty:
    """Declaration of use and renewal of a US mark in the year before its last day, six months' grace (15 USC 1058(a)(2), 1059(a))."""
    what, source = "declaration of use and renewal", "15 USC 1058(a)(2), (3), 1059(a)"
    return _us_mark("US-MARK-RENEWAL", what, years_after(last_day, -1), last_day, source)


def _us_mark(key: str, what: str, opens: date, due: date, source: str) -> Duty:
    grace = add_months(due, 6)
    (due_moved, due_known), (grace_moved, grace_known) = _moved(due, "US-USPTO"), _moved(grace, "US-USPTO")
    return Duty(key, what, opens, due_moved, grace_moved, grace + timedelta(days=1), source, on_calendar=due_known and grace_known)


@dataclass(frozen=True, slots=True)
class RegistrationTerm:
    """How long a registration stands: at most `longest` months (None: without end, if it states none).

    It can be prolonged in the last `window` months (None: at any time before its end). `fixed`: the law sets the end, nobody states it.
    """

    key: str
    longest: int | None
    window: int | None
    source: str
    verified: bool = True
    fixed: bool = False


REGISTRATION_TERMS = {
    term.key: term
    for term in (
        RegistrationTerm("US-UCC", 60, 6, "UCC 9-515(a), (c), (d)", fixed=True),
        RegistrationTerm("AU-PPSR", None, None, "PPSA 2009 (Cth) 153"),
        RegistrationTerm("AU-PPSR-SERIAL", 84, None, "PPSA 2009 (Cth) 153, item 5(b)"),
        RegistrationTerm("NZ-PPSR", 60, None, "PPSA 1999 (NZ) 153", verified=False),
        RegistrationTerm("CN-RECEIVABLES", 360, 3, "Measures for Unified Registration of Movables and Rights", verified=False),
    )
}
"""Terms of registrations by register; AU-PPSR-SERIAL for goods and rights described by serial number, patents and marks among them."""


def registration_lapse(key: str, filed: date, ends: date | None) -> Duty | None:
    """When a registration lapses and from when it can be prolonged; None where it stands without end. Raises TermError.

    `ends` is the last day that the registration states; where the law fixes it (UCC), it may be left out.
    """
    term = REGISTRATION_TERMS[key]
    most = add_months(filed, term.longest) if term.longest else None
    last = most if term.fixed else ends
    if most and (not last or last > most):
        raise TermError(f"registration end {last}: at most {term.longest} months after {filed}, {most} ({term.source})")
    if not last:
        return None
    opens = add_months(last, -term.window) if term.window else None
    return Duty(f"{key}-LAPSE", "prolonging the registration", opens, last, None, last + timedelta(days=1), term.source, term.verified)
