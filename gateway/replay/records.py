"""What the sources say, typed: conveyances recorded by an office, invoices with their settlement, and lines of a payer's spending."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from gateway.replay.faults import Origin
from gateway.replay.parties import Party


class Series(Enum):
    """The office's numbering that a record stands in; reel and frame run apart for patents and for marks."""

    US_PATENT = "US-P"
    US_MARK = "US-T"


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """Reel and frame of a recorded document."""

    reel: int
    frame: int

    def __str__(self) -> str:
        return f"{self.reel}-{self.frame}"


@dataclass(frozen=True, slots=True)
class Property:
    """One right that a record lists, by the numbers that it gives; `key` is the office's own first number."""

    application: str
    registration: str
    title: str

    @property
    def key(self) -> str:
        """Application (serial) number, else "R" and the patent (registration) number: two numbers of one right must not be mixed up."""
        return self.application or f"R{self.registration}"

    @classmethod
    def of_key(cls, key: str) -> "Property":
        """A right known by its key only."""
        return cls("", key[1:], "") if key.startswith("R") else cls(key, "", "")


@dataclass(frozen=True, slots=True)
class Recordation:
    """One recorded conveyance. `recorded` None: not stated. `listed` is how many properties the record says it has; 0 is unknown."""

    origin: Origin
    series: Series
    number: Number
    text: str
    code: int | None
    recorded: date | None
    executed: date | None
    assignors: tuple[Party, ...]
    assignees: tuple[Party, ...]
    properties: tuple[Property, ...]
    listed: int
    struck: bool

    @property
    def whole_list(self) -> bool:
        """Whether the properties are all that the document covers."""
        return bool(self.properties) and len(self.properties) >= self.listed

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the listed properties."""
        return frozenset(item.key for item in self.properties)


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice with its real settlement (None: still open); `amount` in minor units. `currency`: as the row states it, else ""."""

    origin: Origin
    number: str
    customer: str
    country: str
    issued: date
    due: date
    settled: date | None
    amount: int
    disputed: bool
    currency: str = ""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """One paid line of a payer's document; `amount` in minor units, negative for a credit. Blank supplier fields stay blank."""

    origin: Origin
    document: str
    line: str
    paid: date
    amount: int
    supplier_id: str
    supplier_name: str
    payer: str
    category: str
