"""When a message that failed is sent again. Pure; seconds."""

from random import Random

SCHEDULE: tuple[float, ...] = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400)
"""After each failure. In all two days and more, so that a receiver may be down over a weekend night and its morning."""
MOST_ATTEMPTS = len(SCHEDULE) + 1
MOST_RETRY_AFTER = 3_600
_JITTER = 0.2


def pause(attempts: int, asked: int | None, random: Random) -> float:
    """How long to wait after `attempts` failures: a fifth more or less, so that many don't come at once, and not before a receiver's own
    Retry-After, up to an hour.
    """
    usual = SCHEDULE[min(attempts, len(SCHEDULE)) - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)
    return max(usual, min(asked or 0, MOST_RETRY_AFTER))


def is_over(attempts: int) -> bool:
    """Whether a message failed so often that it is put aside."""
    return attempts >= MOST_ATTEMPTS
