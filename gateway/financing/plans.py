"""A loan's schedule and terms from words: due days counted or told one by one, rolled by a calendar, and what falls due on each."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

from gateway.errors import invalid
from gateway.financing.telling import Writing, day, day_count, in_words, member, millionths, named, percent, ten_thousandths
from gateway.pledging.words import FieldError
from gateway.receivables.writing import NONE, Json
from ledger.domain import schedules
from ledger.domain.calendar import DAY, Roll, legal_date
from ledger.domain.day_counts import DayCount
from ledger.domain.ids import to_hex
from ledger.domain.loan_book import LoanFlag, Prepayment
from ledger.domain.schedules import DueRule, Plan, Row, ScheduleError
from ledger.domain.workdays import BeyondCalendar, working_calendar

_MOST_MONTHS = 1_200
_NOBODY = to_hex(bytes(20))
_MAY_AGREE = (LoanFlag.OVERDUE_ON_INTEREST, LoanFlag.CROSS_DEFAULT, LoanFlag.KEEP_COLLECTIONS)
_FIELDS = {"days": "due_days", "is_open": "calendar", "cut_off": "cut_off", "count, months": "instalments", "principal": "principal"}


class Repayment(Enum):
    """How the principal is paid back."""

    BULLET = 1
    """Principal and all interest on the last day."""
    INTEREST_ONLY = 2
    """Interest on every day, the principal on the last."""
    EQUAL_INSTALMENTS = 3
    """Equal parts of the principal, and interest."""
    ANNUITY = 4
    """Level payments of principal and interest."""


_BY_PRINCIPAL = {
    Repayment.BULLET: schedules.bullet,
    Repayment.INTEREST_ONLY: schedules.interest_only,
    Repayment.EQUAL_INSTALMENTS: schedules.equal_principal,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A loan's terms as an act's body has them, with its schedule and the interest of each row."""

    terms: Json
    plan: Plan
    rows: tuple[Row, ...]
    interest: tuple[int, ...]
    says: list[str]

    @property
    def body_rows(self) -> list[Json]:
        """The rows as an act's body has them."""
        return [
            {"due": row.due, "principal": str(row.principal), "numerator": row.numerator, "interestDue": row.interest_due}
            for row in self.rows
        ]

    @property
    def schedule(self) -> tuple[tuple[date, int, int, int], ...]:
        """(last day, due second, principal, interest) of each instalment."""
        pairs = zip(self.rows, self.interest, strict=True)
        return tuple((row.day, row.due, row.principal, due) for row, due in pairs if row.interest_due)


def planned(writing: Writing, principal: int, cash: int) -> Planned:
    """Terms and schedule of a loan of `principal` minor units in a cash contract. Raises 422, FieldError."""
    given, kind = writing.given, day_count(writing.given.day_count)
    rate = millionths(given.rate or "", "rate")
    overdue = rate if given.overdue_rate is None else millionths(given.overdue_rate, "overdue_rate")
    if overdue < rate:
        raise FieldError(f"overdue_rate: {given.overdue_rate}; the whole rate of what is overdue, at least {given.rate}, expected")
    how = named(Repayment, given.repayment, "repayment")
    plan, rows = _schedule(writing, principal, kind, rate, how)
    terms = {"cash": cash, "principal": str(principal), "start": plan.begins, "rate": rate, "overdueRate": overdue} | _terms(writing, kind)
    return Planned(terms, plan, rows, schedules.interest(rows, kind, rate), _says(writing, plan, rate, overdue, how))


def _schedule(writing: Writing, principal: int, kind: DayCount, rate: int, how: Repayment) -> tuple[Plan, tuple[Row, ...]]:
    given = writing.given
    start = legal_date(writing.desk.time, writing.zone) if given.disbursed is None else day(given.disbursed, "disbursed")
    try:
        plan = Plan(principal, start, _days(writing, start), kind, _rule(writing))
        made = schedules.annuity(plan, rate) if how is Repayment.ANNUITY else _BY_PRINCIPAL[how](plan)
        return plan, schedules.refined(plan, made)
    except ScheduleError as wrong:
        field, _, why = str(wrong).partition(":")
        raise FieldError(f"{_FIELDS.get(field, field)}:{why}") from wrong
    except BeyondCalendar as wrong:
        raise FieldError(f"{wrong}; name the due days themselves (due_days), or let none be rolled (roll none)") from wrong


def _days(writing: Writing, start: date) -> tuple[date, ...]:
    given = writing.given
    if given.due_days is not None and given.instalments is None and given.months is None:
        return tuple(sorted(day(each, "due_days") for each in given.due_days))
    if given.due_days is not None or given.instalments is None or given.months is None:
        raise invalid("due_days: name each due day, or count them: instalments, and how many months apart (months)", field="due_days")
    if given.instalments * given.months > _MOST_MONTHS:
        raise FieldError(f"instalments: {given.instalments}, {given.months} months apart; an end within {_MOST_MONTHS} months expected")
    return schedules.due_days(start, given.instalments, given.months)


def _rule(writing: Writing) -> DueRule:
    given = writing.given
    roll = Roll.NONE if given.roll is None else named(Roll, given.roll, "roll")
    if roll is Roll.NONE:
        return DueRule(writing.zone, cut_off=_cut_off(given.cut_off))
    if given.calendar is None:
        raise FieldError(f"calendar: missing; to roll a day ({given.roll}) it must be known which days are worked: CN, US, AU, NZ")
    try:
        known = working_calendar(given.calendar)
    except LookupError as wrong:
        raise FieldError(f"calendar: {wrong.args[0]}") from wrong
    return DueRule(writing.zone, roll, known.is_open, _cut_off(given.cut_off))


def _cut_off(text: str | None) -> time | None:
    try:
        return None if text is None else datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  # an hour of the zone has no offset
    except ValueError as wrong:
        raise FieldError(f"cut_off: {text!r} is no hour; write 17:00") from wrong


def _terms(writing: Writing, kind: DayCount) -> Json:
    given = writing.given
    flags = LoanFlag(0)
    for text in given.agreed or ():
        flags |= _agreed(text)
    grace, default = (given.grace_days or 0) * DAY, (given.default_after_days or 0) * DAY
    if default <= grace:
        raise FieldError(f"default_after_days: {given.default_after_days}; more than the grace of {given.grace_days or 0} days expected")
    return {
        "dayCount": kind.number,
        "flags": int(flags),
        "prepayment": named(Prepayment, given.prepayment, "prepayment").value,
        "grace": grace,
        "defaultAfter": default,
        **_margin(writing),
        "releaseWithin": (given.release_within_days or 0) * DAY,
        "contentRoot": given.content or NONE,
    }


def _agreed(text: str) -> LoanFlag:
    found = next((each for each in _MAY_AGREE if str(each.name).lower().replace("_", " ") == text.strip().lower().replace("-", " ")), None)
    if found is None:
        known = ", ".join(str(each.name).lower().replace("_", " ") for each in _MAY_AGREE)
        raise FieldError(f"agreed: {text[:40]!r} is none of {known}")
    return found


def _margin(writing: Writing) -> Json:
    given = writing.given
    told = (given.loan_to_value, given.appraiser, given.cure_days)
    if all(each is None for each in told):
        return {"mostLoanToValue": 0, "cure": 0, "appraiser": _NOBODY}
    if any(each is None for each in told):
        raise invalid("loan_to_value: it takes the appraiser whose values count (appraiser) and the time to restore it (cure_days)",
                      field="loan_to_value")  # fmt: skip
    share = ten_thousandths(given.loan_to_value or "", "loan_to_value")
    if share == 0:
        raise FieldError("loan_to_value: above 0 % expected; leave it out where none is agreed")
    return {
        "mostLoanToValue": share,
        "cure": (given.cure_days or 0) * DAY,
        "appraiser": to_hex(member(writing, given.appraiser, "appraiser")),
    }


def _says(writing: Writing, plan: Plan, rate: int, overdue: int, how: Repayment) -> list[str]:
    given, kind = writing.given, plan.kind
    rolled = f"due days roll {in_words(plan.rule.roll)} by the calendar {given.calendar}"
    rolls = "due days are not rolled" if plan.rule.roll is Roll.NONE else rolled
    rule = {Repayment.EQUAL_INSTALMENTS: schedules.INSTALMENT_RULE, Repayment.ANNUITY: schedules.ANNUITY_RULE}.get(how)
    ends = "the end" if given.cut_off is None else given.cut_off
    says = [
        f"interest {percent(rate)} a year, {kind.value}, from {plan.start}; overdue principal bears {percent(overdue)}",
        f"repayment: {how.name.lower().replace('_', ' ')}; {rolls}; a payment is in time until {ends} of the due day in {given.zone}",
        schedules.INTEREST_RULE if rule is None else f"{rule}; {schedules.INTEREST_RULE}",
        f"grace {given.grace_days or 0} days, default after {given.default_after_days} days; prepayment: {given.prepayment}",
    ]
    if given.agreed:
        says.append(f"agreed besides: {', '.join(given.agreed)}")
    if given.loan_to_value is None:
        says.append("no loan to value is agreed: what secures it may lose its worth without a margin call")
    else:
        says.append(f"loan to value at most {given.loan_to_value}, to be restored within {given.cure_days} days of a margin call")
    return says
