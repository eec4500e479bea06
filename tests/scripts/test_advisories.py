"""Packages with a known fault fail the checks, and what nobody could look at is never taken for good."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import advisories
from house.advisories import Found
from house.results import Counts

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {"dependencies": [{"name": "rlp", "version": "4.1.0", "vulns": []}], "fixes": []}
FAULTY = {
    "dependencies": [*CLEAN["dependencies"], {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}]
}
UNKNOWN = {"dependencies": [*CLEAN["dependencies"], {"name": "new", "skip_reason": "not found"}]}
VIA = [{"title": "Reads any file", "url": "https://advisories.example/1"}, "other"]


@pytest.mark.parametrize(
    ("read", "told", "found"),
    [
        (advisories.of_python, CLEAN, {}),
        (advisories.of_python, FAULTY, {"old 1.0": ["PYSEC-1"]}),
        (advisories.of_python, UNKNOWN, None),
        (advisories.of_python, {"dependencies": []}, None),
        (advisories.of_node, {"vulnerabilities": {}}, {}),
        (
            advisories.of_node,
            {"vulnerabilities": {"old": {"via": VIA}}},
            {"old": ["Reads any file (https://advisories.example/1)", "by other"]},
        ),
        (advisories.of_node, {"message": "405 Method Not Allowed", "error": {"summary": ""}}, None),
    ],
)
def test_what_is_told_is_read(read: Callable[[str], Found], told: object, found: Found) -> None:
    assert read(f"a warning\n{json.dumps(told)}\nNo known vulnerabilities found\n") == found


@pytest.mark.parametrize("output", ["", "connection refused", "[]", "{broken"])
def test_what_is_no_answer_is_none(output: str) -> None:
    assert advisories.of_python(output) is None and advisories.of_node(output) is None


def test_an_advisory_fails_and_silence_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    failed = advisories.counted("python", {"old 1.0": ["PYSEC-1"]})
    assert failed.failed == 1 and "old 1.0: PYSEC-1" in failed.reasons[0]
    assert advisories.counted("python", {}) == Counts(passed=1)
    assert advisories.counted("node", None) == Counts(skipped=1) and "SKIPPED advisories of node" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "read"), [(advisories.python_command, advisories.of_python), (advisories.node_command, advisories.of_node)]
)
def test_the_programs_answer_in_the_form_that_is_read(command: Callable[[Path], list[str | Path]], read: Callable[[str], Found]) -> None:
    """With advisories or without: what isn't read is an error that says that there are none to be had, not one of a wrong option."""
    done = subprocess.run(command(ROOT), cwd=ROOT, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout) if done.stdout else {}
    assert read(done.stdout) is not None or "message" in told or "dependencies" in told or "connect" in done.stderr.lower()
