"""One right, one key: the office's own first number, also where a record names the right by its later one only. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from gateway.replay.records import Property, Recordation, Series


@dataclass(slots=True)
class Rights:
    """Which application became which registration, as far as any record of the file says both."""

    _applications: dict[tuple[Series, str], set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Recordation]) -> "Rights":
        """What the records say."""
        found = cls()
        for record in records:
            for item in record.properties:
                if item.application and item.registration:
                    found._applications.setdefault((record.series, item.registration), set()).add(item.application)
        return found

    def identified(self, series: Series, item: Property) -> Property:
        """The right by its application number, if the file has one and only one for its registration number."""
        known = self._applications.get((series, item.registration), set())
        return replace(item, application=next(iter(known))) if not item.application and len(known) == 1 else item

    def key(self, series: Series, key: str) -> str:
        """The key of a right that a text names by one of its numbers."""
        return self.identified(series, Property.of_key(key)).key

    def record(self, record: Recordation) -> Recordation:
        """The record with each of its rights by its first number; two numbers of one right are one right."""
        items = {item.key: item for item in (self.identified(record.series, each) for each in record.properties)}
        repeated = len(record.properties) - len(items)
        return replace(record, properties=tuple(items.values()), listed=record.listed - repeated)
