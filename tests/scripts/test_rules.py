"""Every test that the lists of rules name exists, and every rule has one."""

import re

import pytest

from tests.scripts.test_suite import ROOT

DECISIONS = ROOT / "docs" / "decisions"
LISTS = ("receivable-rules.md", "erc-musts.md")
NAME = r"(?:(?:test|testFuzz|invariant|check)_|_[a-z])\w+"
"""A test's, or that of a part of an invariant."""
NAMED = re.compile(f"`({NAME})`")
DEFINED = re.compile(rf"^\s*(?:function|def) ({NAME})\(", re.MULTILINE)


def rows(name: str) -> list[tuple[str, list[str]]]:
    """The rows of a list's tables: their first cell, and the tests that the others name."""
    lines = [line for line in (DECISIONS / name).read_text().splitlines() if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines]
    return [(first, NAMED.findall(" ".join(others))) for first, *others in cells if others and others[-1] not in ("tests", "where")]


def defined() -> set[str]:
    files = [file for kind in ("*.sol", "*.py") for file in (ROOT / "tests").rglob(kind)]
    return {name for file in files for name in DEFINED.findall(file.read_text())}


@pytest.mark.parametrize("name", LISTS)
def test_every_test_that_a_list_of_rules_names_exists(name: str) -> None:
    named, known = [test for _, tests in rows(name) for test in tests], defined()
    assert len(named) > 30
    assert [test for test in named if test not in known] == []


@pytest.mark.parametrize("name", LISTS)
def test_every_rule_of_a_list_names_a_test(name: str) -> None:
    assert [rule for rule, tests in rows(name) if not tests] == []


def test_nothing_of_receivables_runs_foreign_code_as_its_own() -> None:
    """A multicall by delegatecall would let one consent stand for what it did not name."""
    sources = [file for file in (ROOT / "contracts").rglob("*.sol") if not file.name.startswith("Pledge")]
    assert len(sources) > 40
    assert [file.name for file in sources if "delegatecall" in file.read_text()] == []
