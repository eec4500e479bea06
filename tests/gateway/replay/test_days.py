"""What "today" is for a plan: nothing dated to it may lie ahead of the world's time."""

from datetime import UTC, date, datetime, tzinfo

import pytest

from gateway.replay import run
from gateway.replay.journal import Progress


class _Clock(datetime):
    hour_of_the_day = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Clock":
        return cls(2026, 3, 10, cls.hour_of_the_day, tzinfo=tz)


@pytest.mark.parametrize(("hour", "day"), [(0, 9), (4, 9), (11, 9), (12, 10), (23, 10)])
def test_a_day_has_come_once_its_noon_is_over(monkeypatch: pytest.MonkeyPatch, hour: int, day: int) -> None:
    """A record of the US office counts from 04:00 or 05:00 UTC, an invoice is paid at noon."""
    monkeypatch.setattr(_Clock, "hour_of_the_day", hour)
    monkeypatch.setattr(run, "datetime", _Clock)
    assert run._day(None) == date(2026, 3, day)
    assert run._day(Progress("a plan")) == date(2026, 3, day)


def test_a_replay_that_goes_on_keeps_its_day() -> None:
    assert run._day(Progress("a plan", "2020-02-29")) == date(2020, 2, 29) < datetime.now(UTC).date()
