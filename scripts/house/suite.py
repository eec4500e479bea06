"""Runs every test and ends with one line, `N passed, M failed`; the exit code is 0 only if none failed and some passed."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from house import advisories, analysis, browser, leaks, mutation, results, steps
from house.results import Counts
from house.steps import Step, StepFailed

ROOT = Path(__file__).resolve().parents[2]
FORGE = Path("node_modules", "@foundry-rs", "forge-linux-amd64", "bin", "forge")
CHECKED = ("ledger", "gateway", "bench", "tests", "scripts/house")
MINUTES = 60
FULL_MINUTES = 600
ON_ALL_CORES = (f"--numprocesses={len(os.sched_getaffinity(0)) + 1}", "--dist=loadfile", "--no-loadscope-reorder")
"""A file to a worker, in the order that tests/conftest.py gives; one worker more than cores, as each waits for other processes at times."""
ENDS = {"python": 56, "system": 76, "browser": 80}
"""Minutes after the beginning of a run that is not full at which no further test of a part is begun: 90 are the most that it may take."""
SLOW_SECONDS = 480
"""Where the contracts take longer, what comes after them runs briefly."""
MUTATION_SHARE = 0.8
"""Of a part's time, what it may try mutants in; the rest is for what was begun."""


@dataclass(frozen=True)
class Settings:
    """What a run of the suite is told: seed, whether at full counts or at the least, how long a program may take, where reports go."""

    seed: int
    full: bool
    minutes: int
    reports: Path
    root: Path = ROOT
    brief: bool = False
    began: float = field(default_factory=time.time)
    extra: tuple[str, ...] = ()

    def until(self, part: str) -> dict[str, str]:
        """The variable that says when no further test of a part is begun, in Unix seconds."""
        return {} if self.full else {"PLEDGEBOOK_UNTIL": str(self.began + 60 * ENDS[part])}

    def environment(self) -> dict[str, str]:
        """The environment of every test program."""
        full = {"PLEDGEBOOK_FULL": "1", "FOUNDRY_PROFILE": "full"} if self.full else {}
        brief = {"PLEDGEBOOK_BRIEF": "1"} if self.brief else {}
        seeds = {"PLEDGEBOOK_SEED": str(self.seed), "FOUNDRY_FUZZ_SEED": hex(self.seed)}
        return steps.environment(self.root) | full | brief | seeds


@dataclass
class Ended:
    """A program that ended: its exit code and, when it was captured, its output."""

    code: int
    output: str = ""


@dataclass(frozen=True)
class Outcome:
    """One part of the suite: its counts and how long it took."""

    part: str
    counts: Counts
    seconds: float = field(compare=False)

    def line(self) -> str:
        """A row of the closing table."""
        return f"{self.part:<10} {self.counts.line():<40} {self.seconds:7.1f} s"


def execute(
    command: Sequence[str | Path], settings: Settings, *, capture: bool, within: Path | None = None, known: Mapping[str, str] | None = None
) -> Ended:
    """Run a test program, `within` another folder or with another environment; one that takes too long is ended with all that it started,
    and ends with code -9."""
    stream = subprocess.PIPE if capture else None
    process = subprocess.Popen(
        command,
        cwd=within or settings.root,
        env=dict(known or settings.environment()),
        stdin=subprocess.DEVNULL,
        stdout=stream,
        stderr=subprocess.STDOUT if capture else None,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=settings.minutes * 60)
    except subprocess.TimeoutExpired:
        _end_group(process)
        return Ended(-signal.SIGKILL, f"took longer than {settings.minutes} minutes and was ended")
    except BaseException:
        _end_group(process)
        raise
    return Ended(process.returncode, output or "")


def _end_group(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


# --- parts


def checks(settings: Settings) -> Counts:
    """Lint, format, types, secrets and advisories; each program counts as one test."""
    looked = [_check(name, command, settings) for name, command in _check_commands(settings.root).items()]
    return results.total([*looked, *_advised(settings)])


def _check_commands(root: Path) -> Mapping[str, Sequence[str | Path]]:
    programs = root / ".venv" / "bin"
    return {
        "ruff check": [programs / "ruff", "check", "."],
        "ruff format": [programs / "ruff", "format", "--check", "."],
        "mypy": [programs / "mypy", "--strict", *CHECKED],
        "forge fmt": [root / FORGE, "fmt", "--check"],
        "secrets": leaks.command(root),
    }


def _check(name: str, command: Sequence[str | Path], settings: Settings) -> Counts:
    ended = execute(command, settings, capture=True)
    return results.of_check(name, ended.code, ended.output)


def _advised(settings: Settings) -> list[Counts]:
    python = execute(advisories.python_command(settings.root), settings, capture=True).output
    node = execute(advisories.node_command(settings.root), settings, capture=True).output
    return [advisories.counted("python", advisories.of_python(python)), advisories.counted("node", advisories.of_node(node))]


def contracts(settings: Settings) -> Counts:
    """forge's tests: units, fuzz, invariants."""
    ended = execute([settings.root / FORGE, "test", "--json"], settings, capture=True)
    return results.of_forge(ended.code, ended.output)


def python(settings: Settings) -> Counts:
    """pytest without the system tests and those in a browser, on all cores."""
    return _pytest(settings, "python", "tests", "--ignore=tests/system", "--ignore=tests/browser", *ON_ALL_CORES)


def system(settings: Settings) -> Counts:
    """pytest on the running product, one test at a time."""
    return _pytest(settings, "system", "tests/system")


def browsed(settings: Settings) -> Counts:
    """pytest with a real browser; skipped, and said so, where it can't be had."""
    if not _had(browser.installed(settings.root), "the console in a real browser"):
        return Counts(skipped=1)
    return _pytest(settings, "browser", str(browser.HOME))


def _had(tools: Step, what: str) -> bool:
    """Whether the tools of a part are installed, or can be; if not, that is said."""
    try:
        tools.ensure()
    except StepFailed as error:
        print(f"SKIPPED {what}, which can't be installed here: {error}", flush=True)
        return False
    return True


def _pytest(settings: Settings, name: str, *arguments: str) -> Counts:
    report = settings.reports / f"{name}.xml"
    fixed = ["-q", f"--hypothesis-seed={settings.seed}", f"--junitxml={report}", "--color=no"]
    command: list[str | Path] = [settings.root / ".venv" / "bin" / "python", "-m", "pytest", *fixed, *arguments, *settings.extra]
    ended = execute(command, settings, capture=False, known=settings.environment() | settings.until(name))
    return results.of_pytest(ended.code, report)


def analysed(settings: Settings) -> Counts:
    """Slither's findings against their explanations, and Halmos's proofs; skipped, and said so, where the tools can't be had."""
    if not _had(analysis.tools(settings.root), "Slither and Halmos"):
        return Counts(skipped=2)
    return _slither(settings) + _halmos(settings)


def _slither(settings: Settings) -> Counts:
    report = settings.reports / "slither.json"
    ended = _on_copy(analysis.slither_command(settings.root, report), settings, "slither")
    return analysis.of_slither(ended.code, ended.output, report, settings.root / analysis.PAGE)


def _halmos(settings: Settings) -> Counts:
    report, stated = settings.reports / "halmos.json", settings.root / analysis.PROOFS
    bounded = replace(settings, minutes=min(settings.minutes, analysis.HALMOS_MINUTES))
    ended = _on_copy(analysis.halmos_command(settings.root, report), bounded, "halmos")
    print(*analysis.proven(report, analysis.widths(stated)), sep="\n", flush=True)
    return analysis.of_halmos(ended.code, ended.output, report, analysis.proofs(stated))


def _on_copy(command: Sequence[str | Path], settings: Settings, name: str) -> Ended:
    folder = analysis.copy(settings.root, settings.reports / name)
    return execute(command, settings, capture=True, within=folder, known=analysis.environment(settings.root))


def mutated(settings: Settings) -> Counts:
    """Mutants of the receivable token and of repayment that the tests kill: a sample, or all of a full run."""
    size = None if settings.full else mutation.SAMPLE
    seconds = settings.minutes * 60 * MUTATION_SHARE
    found, chosen = mutation.campaign(settings.root, settings.reports / "mutation", size, settings.seed, seconds)
    print(*mutation.report(found), sep="\n", flush=True)
    return mutation.counts(found, chosen)


PARTS: Mapping[str, Callable[[Settings], Counts]] = {
    "checks": checks,
    "contracts": contracts,
    "python": python,
    "system": system,
    "browser": browsed,
    "analysis": analysed,
    "mutation": mutated,
}
FULL_ONLY = ("analysis", "mutation")
"""Parts that take more minutes than a quick run has; `--part` names them all the same."""


# --- the run


def run_part(name: str, settings: Settings) -> Outcome:
    """Run one part and print its failures. Whatever goes wrong in running it is a failure of the part."""
    print(f"--- {name}", flush=True)
    began = time.monotonic()
    try:
        counts = PARTS[name](settings)
    except (OSError, ValueError, KeyError) as error:
        counts = results.failure(f"{name} could not be run: {error!r}")
    for reason in counts.reasons:
        print(f"FAILED {reason}")
    outcome = Outcome(name, counts, time.monotonic() - began)
    print(outcome.line(), flush=True)
    return outcome


def usual(*, full: bool) -> list[str]:
    """The parts of a run that names none."""
    return [name for name in PARTS if full or name not in FULL_ONLY]


def closing(outcomes: Sequence[Outcome], settings: Settings) -> str:
    """Seed, a row for each part, and the last line."""
    mode = "full" if settings.full else "brief" if settings.brief else "quick"
    rows = [outcome.line() for outcome in outcomes]
    return "\n".join(["", f"seed {settings.seed}, {mode} counts", *rows, results.total([each.counts for each in outcomes]).line()])


def paced(settings: Settings, ended: Outcome) -> Settings:
    """How the parts after one run: briefly where this machine took long for the contracts, so that all of them end in time."""
    if settings.full or settings.brief or ended.part != "contracts" or ended.seconds < SLOW_SECONDS:
        return settings
    print(
        f"this machine is slow: the contracts took {ended.seconds:.0f} s and not less than {SLOW_SECONDS}; the rest runs briefly",
        flush=True,
    )
    return replace(settings, brief=True)


def default_seed(root: Path) -> int:
    """The seed that foundry.toml states."""
    return int(tomllib.loads((root / "foundry.toml").read_text())["fuzz"]["seed"], 16)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line of scripts/test."""
    parser = argparse.ArgumentParser(prog="scripts/test", description="Run every test. The last line is `N passed, M failed`.")
    counts = parser.add_mutually_exclusive_group()
    counts.add_argument("--full", action="store_true", help="the same tests at their full counts")
    counts.add_argument("--brief", action="store_true", help="fewer cases of each; done without it where the contracts took long")
    parser.add_argument("--part", dest="parts", action="append", choices=PARTS, help="only this part (may be given again)")
    parser.add_argument("--seed", type=lambda text: int(text, 0), default=default_seed(ROOT), help="of all random tests")
    parser.add_argument("extra", nargs="*", help="further arguments for pytest, after --")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts in order, all of them even if one fails."""
    chosen = parse(arguments)
    minutes = FULL_MINUTES if chosen.full else MINUTES
    with tempfile.TemporaryDirectory(prefix="pledgebook-test-") as folder:
        settings = Settings(chosen.seed, chosen.full, minutes, Path(folder), brief=chosen.brief, extra=tuple(chosen.extra))
        outcomes = list[Outcome]()
        for name in chosen.parts or usual(full=chosen.full):
            outcomes.append(run_part(name, settings))
            settings = paced(settings, outcomes[-1])
    print(closing(outcomes, settings), flush=True)
    counts = results.total([outcome.counts for outcome in outcomes])
    return 0 if counts.passed and not counts.failed else 1


if __name__ == "__main__":
    sys.exit(main())
