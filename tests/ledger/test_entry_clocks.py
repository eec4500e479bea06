"""Clocks of an entry: started by demands, notices, objections and the end of the claim, met by a change, a hold or the end."""

from datetime import datetime

import pytest

from ledger.domain.catalogue import CATALOGUE
from ledger.domain.clocks import State
from ledger.domain.entry_clocks import NAMES, TO_DO, Befell, Moment, entry_clocks
from ledger.domain.filing_clocks import FilingClock
from ledger.domain.workdays import calendars

CN_RECEIVABLES, AU_PPSR = 6, 7
ZONES = {CN_RECEIVABLES: calendars()["CN"].zone, AU_PPSR: calendars()["AU-PPSR"].zone}
Shown = tuple[str, int, State, str, bool]


def read(register: int, now: str, *befell: tuple[Befell, str]) -> list[FilingClock]:
    """The clocks at noon of a day, after what befell the entry at nine."""

    def at(day: str, hour: int = 9) -> int:
        return int(datetime.fromisoformat(day).replace(hour=hour, tzinfo=ZONES[register]).timestamp())

    rules = {name: rule for name in NAMES if (rule := CATALOGUE.clock(register, name))}
    return list(entry_clocks(rules, [Moment(what, at(day)) for what, day in befell], at(now, 12)))


def shown(clocks: list[FilingClock]) -> list[Shown]:
    assert all(clock.reading for clock in clocks)
    return [
        (clock.name, clock.run, clock.reading.state, str(clock.reading.last_day), clock.overdue)
        for clock in clocks
        if clock.reading is not None
    ]


def test_a_demand_is_answered_within_five_working_days_and_the_registrar_s_notice_has_five_of_its_own() -> None:
    demand = (Befell.OBJECTED, "2024-05-15")
    assert shown(read(AU_PPSR, "2024-05-20", demand)) == [("demand", 1, State.RUNNING, "2024-05-22", False)]
    assert shown(read(AU_PPSR, "2024-05-23", demand)) == [("demand", 1, State.MISSED, "2024-05-22", True)]
    noticed = read(AU_PPSR, "2024-05-28", demand, (Befell.NOTICED, "2024-05-23"), (Befell.CHANGED, "2024-05-28"))
    # The 27th is Reconciliation Day in the Capital Territory.
    assert shown(noticed) == [("demand", 1, State.MISSED, "2024-05-22", True), ("notice", 1, State.MET, "2024-05-31", False)]


def test_a_notice_without_a_demand_starts_nothing_and_each_demand_runs_for_itself() -> None:
    assert read(AU_PPSR, "2024-03-04", (Befell.NOTICED, "2024-03-01")) == []
    twice = read(AU_PPSR, "2024-03-05", (Befell.OBJECTED, "2024-02-26"), (Befell.CHANGED, "2024-02-28"), (Befell.OBJECTED, "2024-03-04"))
    assert [(clock.run, clock.reading and clock.reading.state) for clock in twice] == [(1, State.MET), (2, State.RUNNING)]


@pytest.mark.parametrize(
    ("then", "state"),
    [(None, State.MISSED), (Befell.HELD, State.MET), (Befell.CHANGED, State.MET), (Befell.ENDED, State.MET)],
    ids=["nothing", "hold", "change", "end"],
)
def test_who_objects_in_china_goes_to_court_within_thirty_days(then: Befell | None, state: State) -> None:
    befell = [(Befell.OBJECTED, "2024-01-08"), *([] if then is None else [(then, "2024-02-07")])]
    assert shown(read(CN_RECEIVABLES, "2024-02-18", *befell))[0][:4] == ("objection", 1, state, "2024-02-07")


def test_the_entry_ends_within_ten_working_days_of_the_claim_and_says_what_is_not_known() -> None:
    (clock,) = read(CN_RECEIVABLES, "2024-01-10", (Befell.CLAIM_DUE, "2024-01-08"))
    assert shown([clock]) == [("cancellation", 1, State.RUNNING, "2024-01-22", False)] and "not on record" in clock.doubt
    (sold,) = read(CN_RECEIVABLES, "2024-01-10", (Befell.SOLD, "2024-01-05"), (Befell.CLAIM_DUE, "2024-01-08"))
    assert shown([sold])[0][3] == "2024-01-19" and not sold.doubt
    assert read(CN_RECEIVABLES, "2024-01-10", (Befell.ENDED, "2024-01-02"), (Befell.CLAIM_DUE, "2024-01-08")) == []
    assert read(CN_RECEIVABLES, "2024-01-07", (Befell.CLAIM_DUE, "2024-01-08")) == []


def test_every_clock_that_ships_beside_those_of_filings_is_one_that_something_starts() -> None:
    named = {name for register in CATALOGUE.registers.values() for name in register.clocks}
    assert named - {"examination", "answer"} == set(NAMES) == TO_DO.keys()
