"""Slither and Halmos on the contracts, from a virtual environment of their own: what they need is not what the project needs.

Only a full run of the suite takes them. Where they can't be installed the part says so and counts as skipped. Every finding of Slither of
high or medium impact is explained in docs/decisions/static-analysis.md, row by row, or fails; a row that explains nothing fails too.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from house import results, setup, steps
from house.progress import Progress
from house.results import Counts
from house.steps import Step

PAGE = Path("docs", "decisions", "static-analysis.md")
LOCK = Path("requirements", "analysis.lock")
HOME = Path(".venv", "analysis")
PROOFS = Path("tests", "contracts", "proofs")
FORGE_BIN = Path("node_modules", "@foundry-rs", "forge-linux-amd64", "bin")
IMPACTS = ("High", "Medium")
HALMOS_MINUTES = 120
"""For all proofs together, compiling included; a run that takes longer is ended and fails."""
COPIED = ("contracts", "foundry.toml", "package.json", "scripts/solc.js")
"""What the compiler needs of a checkout; node_modules is linked."""


def tools(root: Path) -> Step:
    """The tools' own virtual environment, all from wheels and checked against their hashes."""

    def install(_: Progress) -> None:
        steps.run([setup.base_python(), "-m", "venv", "--clear", root / HOME], root)
        fixed = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        hashed: list[str | Path] = ["--only-binary", ":all:", "--require-hashes", "--requirement", root / LOCK]
        steps.run([root / HOME / "bin" / "python", *fixed, *hashed], root)

    return Step("tools of analysis (Slither, Halmos)", root / HOME / ".made", steps.key([root / LOCK], str(root)), install)


def copy(root: Path, folder: Path) -> Path:
    """A copy of the contracts in `folder`, which a tool may build and clean as it likes."""
    for name in (*COPIED, str(PROOFS)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        source = root / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    (folder / "node_modules").symlink_to(root / "node_modules")
    return folder


def environment(root: Path) -> dict[str, str]:
    """The suite's, with the tools and forge first on the PATH. Libraries of tests are not linked at run time, which Halmos doesn't know."""
    kept = steps.environment(root)
    first = f"{root / HOME / 'bin'}:{root / FORGE_BIN}"
    return kept | {"PATH": f"{first}:{kept['PATH']}", "FOUNDRY_DYNAMIC_TEST_LINKING": "false", "NO_COLOR": "1"}


# --- Slither


def slither_command(root: Path, report: Path) -> list[str | Path]:
    """Slither on the checkout that it is run in, findings of `IMPACTS` written to `report`."""
    quiet = ["--exclude-low", "--exclude-informational", "--exclude-optimization", "--fail-none"]
    return [root / HOME / "bin" / "slither", ".", "--filter-paths", "node_modules", *quiet, "--json", report]


@dataclass(frozen=True)
class Finding:
    """What Slither found: check, the contract and function or variable, and the expressions there."""

    check: str
    where: str
    text: str

    def line(self) -> str:
        """As a failure shows it."""
        return f"slither: {self.check} at {self.where}: {self.text or 'as a whole'}; mend it or explain it in {PAGE}"


@dataclass(frozen=True)
class Explained:
    """A row of the page: patterns of check, place and expression (`not` before a pattern: anything else), and why it is no fault."""

    check: str
    where: str
    text: str
    why: str

    def fits(self, finding: Finding) -> bool:
        """Whether the row explains the finding."""
        wanted, pattern = (False, self.text.removeprefix("not ")) if self.text.startswith("not ") else (True, self.text)
        same = self.check == finding.check and fnmatchcase(finding.where, self.where)
        return same and fnmatchcase(finding.text, pattern) is wanted


def explained(page: str) -> list[Explained]:
    """The rows of the page's tables: check, where, expression, why. Raises ValueError for a row without a reason."""
    cells = ([cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in page.splitlines() if line.startswith("| `"))
    rows = [Explained(*(cell.strip(" `") for cell in row)) for row in cells if len(row) == 4]
    for row in rows:
        if not row.why:
            raise ValueError(f"{PAGE}: {row.check} at {row.where} has no reason")
    return rows


def findings(report: dict[str, Any]) -> list[Finding]:
    """What a report of Slither says, of `IMPACTS`. Raises ValueError when the run broke off."""
    if not report.get("success"):
        raise ValueError(f"slither broke off: {report.get('error')}")
    found = (entry for entry in report["results"].get("detectors", []) if entry["impact"] in IMPACTS)
    return [_finding(entry) for entry in found]


def _finding(entry: dict[str, Any]) -> Finding:
    first, *others = entry["elements"]
    return Finding(entry["check"], _path(first), "; ".join(re.sub(r"\s+", " ", each["name"]) for each in others))


def _path(element: dict[str, Any]) -> str:
    parent = element.get("type_specific_fields", {}).get("parent")
    inside = parent and parent["type"] in ("contract", "function")
    return f"{_path(parent)}.{element['name']}" if inside else str(element["name"])


def held(found: Iterable[Finding], rows: Sequence[Explained]) -> Counts:
    """Each finding that a row explains passes, each other one and each row that explains nothing fails."""
    all_ = list(found)
    open_ = [finding.line() for finding in all_ if not any(row.fits(finding) for row in rows)]
    idle = [row for row in rows if not any(row.fits(finding) for finding in all_)]
    stale = [f"{PAGE}: nothing is found any more for {row.check} at {row.where} ({row.text}); take the row out" for row in idle]
    return Counts(len(all_) - len(open_) + len(rows) - len(idle), len(open_) + len(stale), 0, (*open_, *stale))


def of_slither(code: int, output: str, report: Path, page: Path) -> Counts:
    """A run of Slither, held against the page."""
    try:
        return held(findings(json.loads(report.read_text())), explained(page.read_text()))
    except (OSError, ValueError) as error:
        return results.failure(f"slither ended with {code}: {error}\n{output[-4000:].rstrip()}")


# --- Halmos


def halmos_command(root: Path, report: Path) -> list[str | Path]:
    """Every proof of `PROOFS` in the checkout that it is run in, results written to `report`; the solver is the one that is installed."""
    solver = f"{root / HOME / 'bin' / 'yices-smt2'} --smt2-model-format --bvconst-in-decimal"
    bounds = ["--loop", "3", "--solver-timeout-branching", "200ms", "--solver-timeout-assertion", "10m"]
    return [root / HOME / "bin" / "halmos", "--no-status", *bounds, "--solver-command", solver, "--json-output", report]


def proofs(folder: Path) -> set[str]:
    """The names of the proofs that the contracts of a folder state."""
    return {name for file in sorted(folder.glob("*.sol")) for name in re.findall(r"function (check_\w+)", file.read_text())}


def widths(folder: Path) -> dict[str, str]:
    """By proof, for which inputs it holds, where its contract says so with `@custom:width`."""
    tag = re.compile(r"/// @custom:width ([^\n]+)\n(?:[ \t]*///[^\n]*\n)*[ \t]*function (check_\w+)")
    return {name: said.strip() for file in sorted(folder.glob("*.sol")) for said, name in tag.findall(file.read_text())}


def proven(report: Path, said: Mapping[str, str]) -> list[str]:
    """A line a proof that holds: name, width where one is said, seconds. None for a report that can't be read: {of_halmos} tells why."""
    try:
        found = json.loads(report.read_text())["test_results"]
    except (OSError, ValueError, KeyError):
        return []
    whole = (entry for entries in found.values() for entry in entries if not list(_faults(entry)))
    return [_told(entry, entry["name"].split("(")[0], said) for entry in whole]


def _told(entry: dict[str, Any], name: str, said: Mapping[str, str]) -> str:
    seconds = (entry.get("time") or [0])[0]
    return f"proved {name}: {said.get(name, 'all inputs of its types')} ({seconds:.0f} s)"


def of_halmos(code: int, output: str, report: Path, stated: Iterable[str]) -> Counts:
    """A run of Halmos: each stated proof passes if no path breaks it, every path was walked to its end, and one at least ends well."""
    try:
        found = json.loads(report.read_text())["test_results"]
    except (OSError, ValueError, KeyError) as error:
        return results.failure(f"halmos ended with {code}, {error!r}:\n{output[-4000:].rstrip()}")
    told = {entry["name"].split("(")[0] for entries in found.values() for entry in entries}
    silent = [results.failure(f"halmos: {name}: nothing is said of it; halmos ended with {code}") for name in sorted(set(stated) - told)]
    return results.total([*(_proof(contract, entry) for contract, entries in found.items() for entry in entries), *silent])


def _proof(contract: str, entry: dict[str, Any]) -> Counts:
    faults = list(_faults(entry))
    return results.failure(f"halmos: {contract} {entry['name']}: {'; '.join(faults)}") if faults else Counts(passed=1)


def _faults(entry: dict[str, Any]) -> Iterator[str]:
    if entry["exitcode"]:
        yield f"ended with {entry['exitcode']} (1: a counterexample, 2: out of time, 3: stuck, 4: nothing but reverts, 5: broke off)"
    if entry["num_bounded_loops"]:
        yield f"{entry['num_bounded_loops']} loops were cut off at the bound"
    if not (entry["num_paths"] or (0, 0))[1]:
        yield "no path ends well, so it proves nothing"
