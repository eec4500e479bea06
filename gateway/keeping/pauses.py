"""How long what was refused is left alone: until the facts change, or until its next time. Pure; times are the chain's seconds."""

from dataclasses import dataclass, field

from gateway.keeping.due import Due, Key

FIRST_SECONDS, MOST_SECONDS = 60, 3_600


def pause(times: int) -> int:
    """Seconds to wait after the same answer came so many times."""
    return min(FIRST_SECONDS << min(times - 1, 16), MOST_SECONDS)


@dataclass(frozen=True, slots=True)
class Asleep:
    """A refusal: the facts it was given for, how often, the second until which it is not asked again, and the revert data."""

    state: str
    times: int
    until: int
    reason: bytes


@dataclass(slots=True)
class Refused:
    """What was refused, by trigger and subject. Nothing is lost with it: what is forgotten is asked once more."""

    _asleep: dict[Key, Asleep] = field(default_factory=dict)

    def rests(self, each: Due, now: int) -> bool:
        """Whether asking again could change nothing yet."""
        found = self._asleep.get(each.key)
        return found is not None and found.state == each.state and now < found.until

    def note(self, each: Due, reason: bytes, now: int, until: int | None) -> None:
        """A refusal; `until` is the second that it names, from which the answer may be another."""
        before = self._asleep.get(each.key)
        times = before.times + 1 if before is not None and before.state == each.state else 1
        self._asleep[each.key] = Asleep(each.state, times, max(now + pause(times), until or 0), reason)

    def forget(self, each: Due) -> None:
        """It was not refused."""
        self._asleep.pop(each.key, None)

    def of(self, each: Due) -> Asleep | None:
        """The refusal that holds for these facts."""
        found = self._asleep.get(each.key)
        return found if found is not None and found.state == each.state else None
