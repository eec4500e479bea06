"""What is wrong with a record, and where it stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a record was read: set (folder), file name and number of the record's first line."""

    set: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.set}/{self.file}:{self.line}"


class Malformed(ValueError):
    """A field that breaks a rule of its format."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that can't be read: its place, its number as far as known, the field and the rule."""

    origin: Origin
    record: str
    field: str
    rule: str

    def __str__(self) -> str:
        return f"{self.origin} {self.record}: {self.field}: {self.rule}"
