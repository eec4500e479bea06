"""How long a right lives: the last legal day on which it is in force, by law and jurisdiction.

A Chinese term ends on the day before its anniversary (CNIPA Examination Guidelines V.9: filed 6 September 1999, in force to 5 September
2009, not moved for holidays); an American one with the anniversary itself (35 USC 154: "ending 20 years from the date").
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.domain.calendar import add_months
from ledger.domain.rights import RightKind


class TermError(ValueError):
    """Dates or a kind from which no term follows; the message names the field and the rule."""


@dataclass(frozen=True, slots=True)
class Term:
    """The last day in force, by which source; `verified` is False where the official text has not been seen."""

    last_day: date
    source: str
    verified: bool = True


def years_after(day: date, years: int) -> date:
    """The anniversary of a day; 28 February for 29 February where the year has none."""
    return add_months(day, 12 * years)


_DESIGNS_TEN_YEARS_BEFORE = date(2021, 6, 1)


def cn_patent_term(kind: RightKind, filed: date, compensated_days: int = 0) -> Term:
    """Term of a Chinese patent from its filing date (PatL 42), with days of compensation that the office has granted. Raises TermError."""
    if kind is RightKind.DESIGN and filed < _DESIGNS_TEN_YEARS_BEFORE:
        return Term(_before(filed, 10, compensated_days), "PatL (2008) 42; CNIPA interim measures on the law of 2021", verified=False)
    if kind not in _CN_YEARS:
        raise TermError(f"kind {kind.value!r}: invention, utility model or design has a term in China")
    return Term(_before(filed, _CN_YEARS[kind], compensated_days), "PatL 42")


_CN_YEARS = {RightKind.INVENTION: 20, RightKind.UTILITY_MODEL: 10, RightKind.DESIGN: 15}


def _before(start: date, years: int, days: int) -> date:
    return years_after(start, years) + timedelta(days=days - 1)


_URUGUAY_ROUND = date(1995, 6, 8)
_HAGUE = date(2015, 5, 13)


def us_patent_term(
    filed: date,
    granted: date,
    earliest_filed: date | None = None,
    adjusted_days: int = 0,
    disclaimed_from: date | None = None,
    extended_days: int = 0,
) -> Term:
    """Term of a US utility or plant patent (35 USC 154, 156, 253). Raises TermError where dates are out of order.

    `earliest_filed` is the earliest application that it claims the benefit of under 120, 121 or 365(c). Applications filed before 8 June
    1995 have 17 years from grant if that is longer. `disclaimed_from` is the last day that a terminal disclaimer leaves.
    """
    earliest = earliest_filed or filed
    if not earliest <= filed <= granted:
        raise TermError(f"filing dates {earliest}, {filed} and grant {granted}: they follow each other in that order")
    last, source = years_after(earliest, 20) + timedelta(days=adjusted_days), "35 USC 154(a)(2)"
    seventeen = years_after(granted, 17)
    if filed < _URUGUAY_ROUND and (seventeen > last or seventeen < _URUGUAY_ROUND):
        last, source = seventeen, "35 USC 154(c)(1)"
    if disclaimed_from and disclaimed_from < last:
        last, source = disclaimed_from, f"{source}, 253(b)"
    return Term(last + timedelta(days=extended_days), source)


def us_design_term(filed: date, granted: date) -> Term:
    """Term of a US design patent: 15 years from grant, 14 for applications filed before 13 May 2015 (35 USC 173)."""
    return Term(years_after(granted, 15 if filed >= _HAGUE else 14), "35 USC 173")


def cn_mark_term(registered: date, renewals: int = 0) -> Term:
    """Term of a Chinese mark: ten years from the approval of its registration, ten more for each renewal (Trademark Law 39, 40)."""
    return Term(_before(registered, 10 * (1 + renewals), 0), "Trademark Law (CN) 39, 40")


def us_mark_term(registered: date, renewals: int = 0) -> Term:
    """Term of a US mark registered since 16 November 1989: ten years, ten more for each renewal (15 USC 1058, 1059)."""
    if registered < date(1989, 11, 16):
        raise TermError(f"registered {registered}: before 16 November 1989 terms were of 20 years; state the last renewal as registration")
    return Term(years_after(registered, 10 * (1 + renewals)), "15 USC 1058(a), 1059(a)")


def counted_mark_term(jurisdiction: str, filed: date, renewals: int = 0) -> Term:
    """Term of an Australian or New Zealand mark: ten years from filing, ten more for each renewal. Raises TermError."""
    sources = {"AU": "Trade Marks Act 1995 (Cth) 72, 77", "NZ": "Trade Marks Act 2002 (NZ) 57, 58"}
    if jurisdiction not in sources:
        raise TermError(f"jurisdiction {jurisdiction!r}: AU or NZ")
    return Term(years_after(filed, 10 * (1 + renewals)), sources[jurisdiction], verified=False)


def cn_copyright_term(*, died: date | None = None, published: date | None = None, completed: date | None = None) -> Term:
    """Term of economic copyrights in China, to the end of a fiftieth year (Copyright Law 23). Raises TermError.

    A person's work: after the last author's death. An entity's work, or a film: after first publication, or after completion where nothing
    was published within fifty years of it.
    """
    if died:
        return Term(_year_end(died, 50), "Copyright Law (CN) 23(1)")
    late = published and completed and published.year > completed.year + 50
    start = completed if late or not published else published
    if not start:
        raise TermError("copyright: the last author's death, the first publication or the completion is needed")
    return Term(_year_end(start, 50), "Copyright Law (CN) 23(2)")


def us_copyright_term(*, died: date | None = None, published: date | None = None, created: date | None = None) -> Term:
    """Term of a work created since 1978: author's life and 70 years; made for hire: 95 from publication, at most 120 from creation.

    To the end of the year (17 USC 302, 305). Raises TermError.
    """
    if died:
        return Term(_year_end(died, 70), "17 USC 302(a), 305")
    ends = [_year_end(start, years) for start, years in ((published, 95), (created, 120)) if start]
    if not ends:
        raise TermError("copyright: the author's death, the publication or the creation is needed")
    return Term(min(ends), "17 USC 302(c), 305")


def _year_end(day: date, years: int) -> date:
    return date(day.year + years, 12, 31)
