"""Reads what test programs wrote into one count. A program that broke off counts as a failure, never as nothing."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTEST_FINISHED = (0, 1)
"""pytest's exit codes after a whole run: all passed, or some failed. Every other code means that it broke off or ran nothing."""


@dataclass(frozen=True)
class Counts:
    """Tests that passed, failed and were skipped, with a line for each failure."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: tuple[str, ...] = ()

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped, self.reasons + other.reasons)

    def line(self) -> str:
        """`N passed, M failed`, and what was skipped if anything was."""
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


def failure(reason: str) -> Counts:
    """One failure."""
    return Counts(failed=1, reasons=(reason,))


def total(counts: "Iterator[Counts] | list[Counts]") -> Counts:
    """Their sum."""
    return sum(counts, Counts())


def of_check(name: str, code: int, output: str) -> Counts:
    """A program that only passes or fails."""
    return failure(f"{name} (exit {code}):\n{output.rstrip()}") if code else Counts(passed=1)


def of_pytest(code: int, report: Path) -> Counts:
    """A pytest run from its JUnit report. Failures that the report doesn't show (a crash, no tests) count as one."""
    found = _junit(report)
    if code not in PYTEST_FINISHED or bool(code) != bool(found.failed) or not found.passed + found.failed + found.skipped:
        return found + failure(f"pytest ended with {code} after {found.line()}; its output above tells why")
    return found


def _junit(report: Path) -> Counts:
    try:
        root = ElementTree.parse(report).getroot()  # noqa: S314  # written by our own pytest a moment ago
    except (OSError, ElementTree.ParseError) as error:
        return failure(f"pytest left no report: {error}")
    return total([_case(case) for case in root.iter("testcase")])


def _case(case: ElementTree.Element) -> Counts:
    if case.find("failure") is not None or case.find("error") is not None:
        return failure(f"{case.get('classname')}::{case.get('name')}")
    return Counts(skipped=1) if case.find("skipped") is not None else Counts(passed=1)


def of_forge(code: int, output: str) -> Counts:
    """A run of `forge test --json`. Anything but a whole report counts as one failure."""
    found = total(_forge_cases(_json_line(output)))
    if bool(code) != bool(found.failed) or not found.passed + found.failed:
        return found + failure(f"forge ended with {code} after {found.line()}:\n{output[-4000:].rstrip()}")
    return found


def _json_line(output: str) -> dict[str, Any]:
    # Warnings may stand before the report, which is one line.
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            try:
                report: dict[str, Any] = json.loads(line)
            except ValueError:
                return {}
            return report
    return {}


def _forge_cases(report: dict[str, Any]) -> Iterator[Counts]:
    for suite, content in report.items():
        for name, result in content["test_results"].items():
            yield _forge_case(f"{suite} {name}", result)


def _forge_case(name: str, result: dict[str, Any]) -> Counts:
    if result["status"] == "Skipped":
        return Counts(skipped=1)
    if result["status"] == "Success":
        return Counts(passed=1)
    counterexample = f" counterexample {json.dumps(result['counterexample'])}" if result.get("counterexample") else ""
    return failure(f"{name}: {result.get('reason')}{counterexample}")
