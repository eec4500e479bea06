"""Terms and duties of rights as reported: by law where dates suffice, by the office's own word first; a missing fact is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.reported_rights import Facts, ReportedRight, ReportError, facts_from, facts_to_json, open_duties, term_of
from ledger.domain.rights import RightKind
from ledger.domain.terms import TermError

KEY = b"CNPA".ljust(32, b"\0")
FILED, GRANTED = date(2018, 6, 3), date(2021, 8, 1)


def right(jurisdiction: str, kind: RightKind, **facts: object) -> ReportedRight:
    return ReportedRight(KEY, jurisdiction, kind, Facts(**facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reported", "last_day"),
    [
        (right("CN", RightKind.INVENTION, filed=FILED), date(2038, 6, 2)),
        (right("CN", RightKind.INVENTION, filed=FILED, compensated=10), date(2038, 6, 12)),
        (right("CN", RightKind.INVENTION, filed=FILED, last_day=date(2030, 1, 1)), date(2030, 1, 1)),
        (right("US", RightKind.PATENT, filed=FILED, granted=GRANTED, adjusted=30), date(2038, 7, 3)),
        (right("US", RightKind.DESIGN, filed=FILED, granted=GRANTED), date(2036, 8, 1)),
        (right("AU", RightKind.INVENTION, last_day=date(2038, 6, 3)), date(2038, 6, 3)),
        (right("CN", RightKind.MARK, registered=date(2020, 5, 7)), date(2030, 5, 6)),
        (right("CN", RightKind.MARK, registered=date(2020, 5, 7), renewals=1), date(2040, 5, 6)),
        (right("US", RightKind.MARK, registered=date(2020, 5, 7)), date(2030, 5, 7)),
        (right("NZ", RightKind.MARK, filed=date(2020, 5, 7)), date(2030, 5, 7)),
        (right("CN", RightKind.SOFTWARE, published=date(2020, 5, 7)), date(2070, 12, 31)),
        (right("US", RightKind.WORK, died=date(2020, 5, 7)), date(2090, 12, 31)),
    ],
)
def test_a_term_follows_from_what_is_reported(reported: ReportedRight, last_day: date) -> None:
    term = term_of(reported)
    assert term is not None and term.last_day == last_day


def test_a_receivable_has_no_term_and_no_duties() -> None:
    claim = right("CN", RightKind.RECEIVABLE)
    assert (term_of(claim), open_duties(claim, ())) == (None, ())


@pytest.mark.parametrize(
    ("reported", "missing"),
    [
        (right("CN", RightKind.INVENTION), "filed"),
        (right("US", RightKind.PATENT, filed=FILED), "granted"),
        (right("AU", RightKind.INVENTION, filed=FILED), "last_day"),
        (right("CN", RightKind.MARK, filed=FILED), "registered"),
        (right("AU", RightKind.WORK), "last_day"),
    ],
)
def test_a_fact_that_is_missing_is_named(reported: ReportedRight, missing: str) -> None:
    with pytest.raises(TermError, match=missing):
        term_of(reported)


def test_duties_that_are_done_are_open_no_more() -> None:
    patent = right("CN", RightKind.INVENTION, filed=FILED, granted=GRANTED)
    duties = open_duties(patent, ())
    assert duties[0].key == "CN-ANNUAL-FEE" and duties[0].due > GRANTED
    done = {(duty.key, duty.due) for duty in duties[:3]}
    assert open_duties(patent, done) == duties[3:]
    assert [duty.key for duty in open_duties(right("US", RightKind.MARK, registered=date(2020, 5, 7)), ())] == [
        "US-MARK-USE",
        "US-MARK-RENEWAL",
    ]
    renewed = right("US", RightKind.MARK, registered=date(2010, 5, 7), renewals=1)
    assert [duty.key for duty in open_duties(renewed, ())] == ["US-MARK-RENEWAL"]
    assert [duty.key for duty in open_duties(right("CN", RightKind.MARK, registered=date(2020, 5, 7)), ())] == ["CN-MARK-RENEWAL"]


dates = st.none() | st.dates()
days = st.integers(0, 99)
all_facts = st.builds(Facts, *[dates] * 9, *[days] * 4)


@given(all_facts)
def test_facts_come_back_from_json(facts: Facts) -> None:
    assert facts_from(facts_to_json(facts)) == facts


WRONG: list[tuple[dict[str, object], str]] = [
    ({"filed": "03/06/2018"}, "facts.filed"),
    ({"filed": 5}, "facts.filed"),
    ({"renewals": "1"}, "facts.renewals"),
    ({"renewals": -1}, "facts.renewals"),
    ({"renewals": True}, "facts.renewals"),
    ({"owner": "x"}, "facts.owner"),
]


@pytest.mark.parametrize(("given_", "field"), WRONG)
def test_wrong_facts_are_named(given_: dict[str, object], field: str) -> None:
    with pytest.raises(ReportError, match=field):
        facts_from(given_)


def test_where_no_calendar_is_known_nothing_is_reported() -> None:
    with pytest.raises(ReportError, match="AU, CN, NZ, US"):
        right("EP", RightKind.PATENT)
