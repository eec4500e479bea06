"""What the register itself tells a pledgee to watch: about the pledges that it holds and the filings that it made."""

from collections.abc import Callable, Sequence

import pytest

from ledger.domain.assets import member_party
from ledger.domain.calendar import DAY
from ledger.domain.pledge_words import NoteKind
from ledger.domain.registers import Code
from ledger.domain.watches import Alert, Urgency
from ledger.mirror.database import Database
from ledger.mirror.queries import watches
from ledger.mirror.schema import word
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import GENESIS_TIME, Chain, Told
from tests.ledger.mirror.conftest import MakeMirror

EARLY = 400_000_000
BANK, OWN = told.account("The bank"), member_party(told.account("The bank"))
NOW = GENESIS_TIME + 10_000

Alerts = Callable[..., dict[str, list[Alert]]]


@pytest.fixture
def alerts(db: Database, mirror_of: MakeMirror) -> Alerts:
    """The bank's alerts by rule after these transactions, each in a block of its own."""

    def play(*transactions: Sequence[Told], now: int = NOW) -> dict[str, list[Alert]]:
        chain = Chain()
        chain.mine([told.register_set(2, "Office", 1 << 50), told.register_set(3, "China office", 1 << 48)])
        for each in transactions:
            chain.mine(each)
        mirror_of(chain.source()).catch_up()
        found: dict[str, list[Alert]] = {}
        with db.read() as conn:
            for alert in watches.alerts(conn, BANK, now):
                found.setdefault(alert.rule, []).append(alert)
        return found

    return play


def _held(pledge: int, assets: list[str], **more: int) -> list[Told]:
    """A grant whose holder is the bank by its own word."""
    events = told.recorded(pledge, pledge, f"{pledge}-1", EARLY, assets, **more)  # type: ignore[arg-type]
    kind, name, values = events[-1]
    filing = list(values["filing"])
    filing[5] = (filing[5][0], (2, OWN, b"h" * 32, 1))
    return [*events[:-1], (kind, name, {**values, "filing": tuple(filing)})]


def test_only_what_a_member_holds_is_watched(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine([told.register_set(2, "Office", 1 << 50)])
    chain.mine(
        _held(1, ["a", "b"]), told.recorded(2, 2, "2-1", EARLY, ["c"], holder="Bound bank"), told.recorded(3, 3, "3-1", EARLY, ["d"])
    )
    chain.mine([told.party_recorded("Bound bank", 1, member="The bank")])
    chain.mine(told.part_released(1, 1, "9-1", EARLY + 5, {0: "a"}, EARLY))
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        held = watches.held(conn, BANK)
        assert [(each.standing.pledge.pledge, each.jurisdiction, each.rights) for each in held] == [
            (1, "US", (told.asset("b"),)),
            (2, "US", (told.asset("c"),)),
        ]
        assert watches.held(conn, told.account("Another")) == []


def test_an_entry_lapses_and_its_rule_is_cited(alerts: Alerts) -> None:
    (lapse,) = alerts(_held(1, ["a"], expires=NOW + 5 * DAY))["ENTRY-LAPSE"]
    assert (lapse.subject, lapse.acts_at, lapse.urgency) == ("pledge 1", NOW + 5 * DAY + 1, Urgency.SOON)
    (over,) = alerts(_held(1, ["a"], expires=NOW - 1))["ENTRY-LAPSE"]
    assert over.urgency == Urgency.PAST and "file anew" in over.to_do


def test_watches_end_with_the_last_right_under_a_pledge(alerts: Alerts) -> None:
    released = told.part_released(1, 1, "9-1", EARLY + 5, {0: "a"}, EARLY)
    found = alerts(_held(1, ["a"], expires=NOW + 5 * DAY), released)
    assert list(found) == ["NOTHING-LEFT"] and found["NOTHING-LEFT"][0].subject == "pledge 1"


def test_holds_on_pledge_and_right_are_shown_once_each(alerts: Alerts) -> None:
    stored = told.head(3, effective=EARLY, version=1, sequence=1) | 1 << 40
    on_right = told.held(1, told.asset("a"), 0, marked=1 | 1 << 64 | 2 << 80, placed=NOW - 9)
    over = told.held(1, told.asset("a"), 1, marked=1 | 1 << 64 | 2 << 80, placed=NOW - 9, until=NOW - 1)
    found = alerts(_held(1, ["a"]), [on_right, over, told.held(4, word(1), 0, marked=stored, placed=NOW - 8)])["HOLD"]
    assert [(each.acts_at, each.urgency) for each in found] == [(NOW - 8, Urgency.PRESSING), (NOW - 9, Urgency.PRESSING)]
    assert all("0x6f6f6f" in each.what for each in found)


def test_a_hold_on_a_party_reaches_the_pledgee_and_says_what_it_bars(alerts: Alerts) -> None:
    """An insolvency of the pledgor's successor: told by the register's own office, and by no other."""
    heir = told.party_id("Heir")
    held = [
        told.held(3, heir, at, marked=0, kind=3, bars=0x11, placed=NOW - 9, office=who) for at, who in enumerate(("Office", "China office"))
    ]
    found = alerts(_held(1, ["a"]), [told.party_recorded("Pledgor", 2, other="Heir")], held)["HOLD"]
    order = "0x" + "6f" * 32
    assert [each.what for each in found] == [
        f"a hold on the pledgor Pledgor (insolvency, order {order}) bars register, set terms until it is lifted"
    ]


def test_a_demand_on_record_starts_the_clock_of_its_answer_until_the_entry_is_changed(alerts: Alerts) -> None:
    au = [told.register_set(7, "Office", 1 << 50)]
    demanded = told.noted(1, "5-5", NoteKind.OBJECTION, 0, GENESIS_TIME + 100)
    noticed = told.noted(1, "6-6", NoteKind.NOTICE, 0, GENESIS_TIME + DAY)
    grant, now = _held(1, ["a"], register=7), GENESIS_TIME + 2 * DAY
    found = alerts(au, grant, demanded, noticed, now=now)
    assert found.keys() == {"AU-AMENDMENT-DEMAND", "AU-AMENDMENT-NOTICE"}
    (demand,) = found["AU-AMENDMENT-DEMAND"]
    assert demand.source == "PPSA 2009 (Cth) 178-181" and demand.to_do.startswith("amend or end the entry")
    late = alerts(au, grant, demanded, now=GENESIS_TIME + 30 * DAY)["AU-AMENDMENT-DEMAND"]
    assert [each.urgency for each in late] == [Urgency.PAST]
    changed = told.terms_changed(1, "7-7", GENESIS_TIME + DAY, 4_000, EARLY)
    assert alerts(au, grant, demanded, changed, now=now) == {}


def test_what_became_of_a_pledgor_since_the_pledge_is_told(alerts: Alerts) -> None:
    before = [told.party_recorded("Pledgor", 5, new_name="Pledgor Ltd")]
    after = [told.party_recorded("Pledgor", 3, other="Receiver", effective=EARLY), told.party_recorded("Pledgor", 1, member="Office")]
    found = alerts(before, _held(1, ["a"]), after)["PARTY"]
    assert [each.what for each in found] == ["Pledgor is in the hands of a receiver or administrator"]
    assert found[0].known_since == GENESIS_TIME + 4


def test_a_conflict_names_the_right(alerts: Alerts) -> None:
    stored = told.head(3, effective=EARLY, version=1, sequence=1) | 1 << 41
    found = alerts(_held(1, ["a", "b"]), [told.in_conflict(1, "b", 1 | 1 << 40, 9 | 2 << 64 | 4 << 80, stored)])["CONFLICT"]
    assert [each.subject for each in found] == ["pledge 1"]


def test_a_filing_that_waits_shows_its_clock_its_contests_and_the_end_of_its_claim(alerts: Alerts) -> None:
    filed = {"filer": BANK}
    kind, name, values = told.pledge_filed(2, b"f" * 32, 2, 3)
    waiting = [told.pledge_filed(1, b"e" * 32, 1, 3), (kind, name, {**values, **filed})]
    claimed = told.filing_accepted(2, 1, ["CN 1"], NOW + DAY)
    steps = ((Code.NOTIFY, b"n" * 32), (Code.ANSWER, b"o" * 32))
    noticed = [told.filing_stepped(2, code, act, status=2, expires=NOW + DAY) for code, act in steps]
    found = alerts(waiting, claimed, [told.contested(2, 1, "CN 1", b"c" * 32)], noticed)
    assert {rule: [(each.subject, each.urgency) for each in each_] for rule, each_ in found.items()} == {
        "RESERVATION-END": [("pledge 2", Urgency.PRESSING)],
        "CONTEST": [("pledge 2", Urgency.PRESSING)],
        "CN-PATENT-EXAMINATION": [("pledge 2", Urgency.SOON)],
    }
