"""The reconciliation as it is kept and shown: equations by set, what was set aside and why, the choices that were made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from ledger.domain.money import Currency, grouped, to_text

RECONCILIATION = "reconciliation.json"
_COLUMNS = (("plan", "source", "read"), ("chain",), ("sql",))
_NAME, _VALUE = 30, 14


@dataclass(frozen=True, slots=True)
class Check:
    """One equation of a set: the values that have to be equal, each with whose it is; with `sums` the first is the sum of the others.

    `unit`: the values are its minor units.
    """

    set: str
    name: str
    values: Mapping[str, int]
    unit: Currency | None = None
    sums: bool = False

    @property
    def holds(self) -> bool:
        """Whether the equation is true."""
        first, *others = self.values.values()
        return first == sum(others) if self.sums else all(other == first for other in others)

    @property
    def texts(self) -> dict[str, str]:
        """The values as they are written, amounts with their currency."""
        return {
            whose: str(value) if self.unit is None else f"{to_text(value, self.unit)} {self.unit.code}"
            for whose, value in self.values.items()
        }


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that doesn't act, or of which something had to be judged: its set, its number, what became of it and why."""

    set: str
    record: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, what doesn't act and why, and the choices that were made.

    `seconds`: how long each part of the replay took. `judged`: acting records of which something was inferred or differs.
    """

    checks: tuple[Check, ...]
    asides: tuple[Aside, ...]
    choices: tuple[str, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    judged: tuple[Aside, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every equation holds."""
        return bool(self.checks) and all(check.holds for check in self.checks)


def show(report: Report, console: Console) -> None:
    """Prints the report, a section for each set, in 80 columns."""
    for name in dict.fromkeys(check.set for check in report.checks):
        console.print(f"\n{name:<{_NAME + 2}}{'plan':>{_VALUE}}{'chain':>{_VALUE}}{'SQL':>{_VALUE}}", style="bold", highlight=False)
        for check in (check for check in report.checks if check.set == name):
            for line in _lines(check):
                console.print(line, highlight=False, soft_wrap=True, style=None if check.holds else "red")
    console.print()
    for choice in report.choices:
        console.print(f"choice: {choice}", highlight=False)
    for (name, outcome), count in sorted(Counter((each.set, each.outcome) for each in (*report.asides, *report.judged)).items()):
        console.print(f"{count:>6} {outcome}: {name}", highlight=False)
    console.print("; ".join(f"{name} {taken:.1f} s" for name, taken in report.seconds.items()), highlight=False)


def _lines(check: Check) -> Iterator[str]:
    verdict = "holds" if check.holds else "DIFFERS"
    name = check.name if check.unit is None else f"{check.name}, {check.unit.code}"
    texts = {whose: grouped(text.partition(" ")[0]) for whose, text in check.texts.items()}
    if not check.sums:
        cells = [next((texts[whose] for whose in column if whose in texts), "") for column in _COLUMNS]
        yield f"  {name:<{_NAME}}{''.join(f'{cell:>{_VALUE}}' for cell in cells)} {verdict}"
        return
    parts = list(texts.items())
    for place, (whose, text) in enumerate(parts):
        label = name if place == 0 else f"{'=' if place == 1 else '+'} {whose}"
        last = f"{'':>{2 * _VALUE}} {verdict}" if place == len(parts) - 1 else ""
        yield f"  {label:<{_NAME}}{text:>{_VALUE}}{last}"


def _told(records: Iterable[Aside]) -> list[dict[str, str]]:
    return [{"set": each.set, "record": each.record, "outcome": each.outcome, "reason": each.reason} for each in records]


def held(file: Path) -> bool:
    """Whether a report was kept in the file, and every equation of it held."""
    try:
        return json.loads(file.read_text())["holds"] is True
    except (OSError, ValueError, KeyError):
        return False


def save(report: Report, file: Path) -> None:
    """Keeps the report as JSON."""
    written = {
        "holds": report.ok,
        "checks": [{"set": check.set, "name": check.name, "values": check.texts, "holds": check.holds} for check in report.checks],
        "setAside": _told(report.asides),
        "judged": _told(report.judged),
        "choices": list(report.choices),
        "seconds": dict(report.seconds),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
