"""The last line of scripts/test counts every test, and nothing that breaks off can look like a pass."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from house import browser, results, suite
from house.progress import Progress
from house.results import Counts
from house.steps import Step, StepFailed
from house.suite import Outcome, Settings

ROOT = Path(__file__).resolve().parents[2]


def settings(folder: Path, **changes: Any) -> Settings:
    """Settings with reports in the folder."""
    return Settings(**{"seed": 7, "full": False, "minutes": 1, "reports": folder, "root": ROOT, **changes})


# --- counting


def test_counts_add_up_and_skips_are_shown_only_if_any() -> None:
    assert results.total([Counts(2, 1, 0, ("a",)), Counts(3, 0, 4), Counts()]) == Counts(5, 1, 4, ("a",))
    assert Counts(5, 1).line() == "5 passed, 1 failed"
    assert Counts(5, 0, 2).line() == "5 passed, 0 failed, 2 skipped"


def test_a_check_passes_or_fails_by_its_exit_code() -> None:
    assert results.of_check("mypy", 0, "noise") == Counts(passed=1)
    assert results.of_check("mypy", 2, "broken\n") == Counts(failed=1, reasons=("mypy (exit 2):\nbroken",))


PYTEST_FILE = """
import os, pytest
def test_good(): assert True
def test_bad(): assert BAD
@pytest.mark.skip
def test_skipped(): pass
@pytest.fixture
def broken(): assert BAD
def test_error(broken): pass
def test_crash():
    if CRASH: os._exit(9)
"""


def pytest_run(folder: Path, *, good: bool = True, crash: bool = False, select: str = "") -> Counts:
    """Run a real pytest on a file of its own and read its report."""
    (folder / "test_it.py").write_text(PYTEST_FILE.replace("BAD", str(good)).replace("CRASH", str(crash)))
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "-k", select, "-c", os.devnull, "test_it.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return results.of_pytest(done.returncode, report)


def test_a_pytest_run_is_counted(tmp_path: Path) -> None:
    assert pytest_run(tmp_path) == Counts(passed=4, skipped=1)


def test_failures_and_errors_of_pytest_are_failures(tmp_path: Path) -> None:
    counts = pytest_run(tmp_path, good=False)
    assert (counts.passed, counts.failed, counts.skipped) == (2, 2, 1)
    assert [reason.split("::")[1] for reason in counts.reasons] == ["test_bad", "test_error"]


def test_a_pytest_that_dies_is_a_failure(tmp_path: Path) -> None:
    counts = pytest_run(tmp_path, crash=True)
    assert counts.failed
    assert "ended with 9" in counts.reasons[-1]


def test_a_pytest_that_runs_nothing_is_a_failure(tmp_path: Path) -> None:
    counts = pytest_run(tmp_path, select="nothing_of_this_name")
    assert (counts.passed, counts.failed) == (0, 1)


@pytest.mark.parametrize("report", ["", "<testsuites><testsuite>", None])
def test_a_missing_or_broken_report_is_a_failure(report: str | None, tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    if report is not None:
        file.write_text(report)
    assert results.of_pytest(0, file).failed


def test_an_exit_code_that_the_report_does_not_explain_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    file.write_text('<testsuites><testsuite><testcase classname="a" name="b"/></testsuite></testsuites>')
    assert results.of_pytest(0, file) == Counts(passed=1)
    for code in (1, 2, 3, 4, -9):
        assert results.of_pytest(code, file).failed == 1


def forge_report(**statuses: str) -> str:
    """What `forge test --json` prints for tests of these statuses."""
    found = {f"{name}()": {"status": status, "reason": "boom" if status == "Failure" else None} for name, status in statuses.items()}
    return json.dumps({"tests/contracts/Acts.t.sol:ActsTest": {"duration": "1ms", "test_results": found}})


def test_a_forge_run_is_counted() -> None:
    assert results.of_forge(0, "Warning: x\n" + forge_report(test_a="Success", test_b="Success", test_c="Skipped")) == Counts(2, 0, 1)
    counts = results.of_forge(1, forge_report(test_a="Success", test_b="Failure"))
    assert (counts.passed, counts.failed) == (1, 1)
    assert counts.reasons == ("tests/contracts/Acts.t.sol:ActsTest test_b(): boom",)


@pytest.mark.parametrize(
    ("code", "output"),
    [
        (1, "Error: Compiler run failed"),
        (0, "No tests found in project!"),
        (0, ""),
        (0, "{}"),
        (1, '{"cut off": {"test_resu'),
        (1, forge_report(test_a="Success")),
        (0, forge_report(test_a="Failure")),
        (-9, forge_report(test_a="Success")),
        (0, forge_report(test_a="Skipped")),
    ],
)
def test_a_forge_that_breaks_off_is_a_failure(code: int, output: str) -> None:
    assert results.of_forge(code, output).failed


FORGE_TEST = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

contract SumTest {
    function test_adds() external pure {
        assert(1 + 1 == 2);
    }

    function test_fails() external pure {
        assert(1 + 1 == 3);
    }
}
"""


def test_a_real_forge_run_is_read(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "tests" / "contracts").mkdir(parents=True)
    (tmp_path / "foundry.toml").write_text((ROOT / "foundry.toml").read_text())
    (tmp_path / "tests" / "contracts" / "Sum.t.sol").write_text(FORGE_TEST)
    counts = suite.contracts(settings(tmp_path, root=tmp_path))
    assert (counts.passed, counts.failed, counts.skipped) == (1, 1, 0)
    assert counts.reasons[0].startswith("tests/contracts/Sum.t.sol:SumTest test_fails(): panic")


# --- running


def test_programs_get_seed_and_no_input(tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['PLEDGEBOOK_SEED'], os.environ['FOUNDRY_FUZZ_SEED'], repr(sys.stdin.read()))"
    ended = suite.execute([sys.executable, "-c", script], settings(tmp_path, seed=255), capture=True)
    assert (ended.code, ended.output) == (0, "255 0xff ''\n")


def test_full_counts_are_asked_for_by_environment(tmp_path: Path) -> None:
    quick, full = (settings(tmp_path, full=full).environment() for full in (False, True))
    assert (full["PLEDGEBOOK_FULL"], full["FOUNDRY_PROFILE"]) == ("1", "full")
    assert "PLEDGEBOOK_FULL" not in quick or os.environ.get("PLEDGEBOOK_FULL")


def test_fewer_cases_are_asked_for_by_environment(tmp_path: Path) -> None:
    assert settings(tmp_path, brief=True).environment()["PLEDGEBOOK_BRIEF"] == "1"


@pytest.mark.parametrize(
    ("given", "part", "seconds", "brief"),
    [({}, "contracts", 481, True), ({}, "contracts", 479, False), ({}, "python", 481, False), ({"full": True}, "contracts", 481, False)],
)
def test_a_slow_machine_runs_the_parts_after_the_contracts_briefly(
    tmp_path: Path, given: dict[str, bool], part: str, seconds: float, brief: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert suite.paced(settings(tmp_path, **given), Outcome(part, Counts(1), seconds)).brief is brief
    assert ("this machine is slow" in capsys.readouterr().out) is brief


def test_a_full_run_has_no_end_and_each_part_of_another_has(tmp_path: Path) -> None:
    began = settings(tmp_path, began=1_000.0)
    assert [began.until(part)["PLEDGEBOOK_UNTIL"] for part in ("python", "system", "browser")] == ["4360.0", "5560.0", "5800.0"]
    assert settings(tmp_path, full=True).until("python") == {}


def test_what_there_is_no_time_left_for_is_skipped_and_said(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/ledger/test_names.py", f"--junitxml={report}"],
        env=os.environ | {"PLEDGEBOOK_UNTIL": "1000.0"}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    counts = results.of_pytest(told.returncode, report)
    assert (counts.passed, counts.failed) == (0, 0) and counts.skipped > 10
    assert "too slow to run this in the time" in told.stdout


def test_every_test_is_in_a_brief_run_too_and_a_full_one_has_all_cases() -> None:
    """Of the mirror's following of a chain, which is tried on both kinds of database and with many depths of a fork."""
    some = "tests/ledger/mirror/test_sync.py"
    counts = {"full": {"PLEDGEBOOK_FULL": "1"}, "quick": {}, "brief": {"PLEDGEBOOK_BRIEF": "1"}}
    plain = {name: value for name, value in os.environ.items() if name not in ("PLEDGEBOOK_FULL", "PLEDGEBOOK_BRIEF")}
    found = {}
    for name, asked in counts.items():
        told = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", some],
            env=plain | asked,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        found[name] = [line for line in told.stdout.splitlines() if line.startswith(some)]
    assert set(found["brief"]) < set(found["quick"]) < set(found["full"])
    assert len({frozenset(line.partition("[")[0] for line in lines) for lines in found.values()}) == 1
    depths = [line for line in found["quick"] if "of_any_depth" in line]
    assert len(depths) == 13 and sum("sqlite" in line for line in depths) in (6, 7)


def test_a_program_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/child; wait"
    ended = suite.execute(["bash", "-c", script], settings(tmp_path, minutes=0.02), capture=True)
    assert ended.code == -9
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not is_running(child):
            return
        time.sleep(0.05)
    pytest.fail("the child goes on")


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_part_that_cannot_be_run_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = suite.run_part("contracts", settings(tmp_path, root=tmp_path))
    assert (outcome.counts.passed, outcome.counts.failed) == (0, 1)
    assert "FAILED contracts could not be run" in capsys.readouterr().out


def test_the_closing_lines(tmp_path: Path) -> None:
    outcomes = [Outcome("checks", Counts(4), 1.25), Outcome("python", Counts(10, 1, 2, ("x",)), 100)]
    assert suite.closing(outcomes, settings(tmp_path, full=True)).splitlines() == [
        "",
        "seed 7, full counts",
        "checks     4 passed, 0 failed                           1.2 s",
        "python     10 passed, 1 failed, 2 skipped             100.0 s",
        "14 passed, 1 failed, 2 skipped",
    ]


@pytest.mark.parametrize(("counts", "code"), [(Counts(1), 0), (Counts(1, 1, 0, ("x",)), 1), (Counts(), 1), (Counts(skipped=3), 1)])
def test_the_exit_code(counts: Counts, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(suite, "PARTS", {"only": lambda settings: counts})
    assert suite.main(["--seed", "0x10"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == counts.line()
    assert "seed 16, quick counts" in lines


def test_every_part_runs_even_if_one_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(settings: Settings) -> Counts:
        raise OSError("no such program")

    monkeypatch.setattr(suite, "PARTS", {"first": fail, "second": lambda settings: Counts(passed=3)})
    assert suite.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 1 failed"


def test_the_default_seed_is_foundrys() -> None:
    assert suite.parse([]).seed == int("0x706c6564676562", 16) == suite.default_seed(ROOT)


def test_a_browser_that_cannot_be_installed_is_skipped_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(root: Path) -> Step:
        def install(_: Progress) -> None:
            raise StepFailed("npm ended with 1: no registry")

        return Step("a browser", root / "stamp", "key", install)

    monkeypatch.setattr("house.browser.installed", fail)
    assert suite.browsed(settings(tmp_path)) == Counts(skipped=1)
    assert "SKIPPED the console in a real browser" in capsys.readouterr().out


def test_the_browser_is_there_once_its_lock_is_installed(tmp_path: Path) -> None:
    home = tmp_path / browser.HOME
    (home / "node_modules").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (home / name).write_text(name)
    assert not browser.is_there(tmp_path)
    (home / "node_modules" / ".made").write_text(browser.installed(tmp_path).key)
    assert browser.is_there(tmp_path)
    (home / "package-lock.json").write_text("another")
    assert not browser.is_there(tmp_path)
