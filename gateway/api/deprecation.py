"""Operations that are to end: one declaration, from which headers (RFC 9745, RFC 8594) and the OpenAPI document are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

LEAST_DAYS = 180
"""An operation answers at least so long after it was declared deprecated."""
POLICY = "/docs"


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Since when an operation is deprecated, when it ends, and the path of what is to be used in its place. Raises ValueError."""

    since: datetime
    sunset: datetime
    instead: str

    def __post_init__(self) -> None:
        if (self.sunset - self.since).days < LEAST_DAYS:
            raise ValueError(f"an operation answers at least {LEAST_DAYS} days after it was declared deprecated")

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What each answer of the operation carries."""
        sunset = format_datetime(self.sunset.astimezone(UTC), usegmt=True)
        link = f'<{POLICY}>; rel="deprecation"; type="text/html", <{self.instead}>; rel="successor-version"'
        return [
            (b"deprecation", f"@{int(self.since.timestamp())}".encode()),
            (b"sunset", sunset.encode()),
            (b"link", link.encode()),
        ]


DEPRECATED: Mapping[str, Deprecated] = {}
"""By operation id. Nothing is deprecated now."""
