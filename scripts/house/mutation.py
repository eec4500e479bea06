"""Mutation testing of the receivable token and of repayment: how many small faults the tests of receivables notice.

These tests reach the contracts by their artifacts, so a mutant needs no compilation but its own: its creation code is put into the artifact
of a built copy of the checkout, and forge runs the tests on it until one fails. A mutant that doesn't compile, or compiles to
the same code, is none. What was found out is kept in cache/mutation.jsonl (of earlier campaigns: tests/contracts/mutation.jsonl): who was
killed stays so while the contracts are the same, who survived is tried again when a test has changed. A run that was ended goes on where it
stopped; with --afresh nothing is taken as known:

    PYTHONPATH=scripts .venv/bin/python -m house.mutation --full --folder FOLDER
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

from house import mutants, results, steps
from house.mutants import Mutant

KEPT = Path("cache", "mutation.jsonl")
RECORD = Path("tests", "contracts", "mutation.jsonl")
"""Results of earlier campaigns, a line each as in `KEPT`: a whole one takes hours, and one that was cut off goes on anywhere."""
FORGE = Path("node_modules", "@foundry-rs", "forge-linux-amd64", "bin", "forge")
INSIDE = "contracts/receivable"
TARGETS: Mapping[str, tuple[str, ...]] = {
    "ReceivableToken": ("contracts/ReceivableToken.sol", f"{INSIDE}/ReceivableRanges.sol", f"{INSIDE}/ReceivableFace.sol"),
    "Repayment": (
        "contracts/Repayment.sol",
        f"{INSIDE}/RepaymentStore.sol",
        f"{INSIDE}/RepaymentClaims.sol",
        f"{INSIDE}/Ruler.sol",
    ),
}
"""The files whose mutants are tried, by the contract that their code is in."""
COPIED = ("contracts", "foundry.toml", "package.json", "scripts/solc.js")
TESTS = ("Exposure", "Guarantees", "Mandates", "Receivable", "Repayment", "Rights", "SettlementCash")
"""How the files of the tests that a mutant is tried on begin."""
_BESIDE = re.compile(r'from "\./([^"]+)"')
NO_TESTS = "*Gas.t.sol"
"""Bounds of gas are no rule that a mutant breaks."""
LEAST = 90
"""Per cent of the mutants that must be killed."""
SAMPLE = 100
MINUTES = 20
ONE_RUN = 300
FIRST_RUN = 3600
"""Seconds that the tests may take on a mutant, and at first with all that is to be built."""
WORKERS = 2


class CannotCompile(ValueError):
    """The compiler refuses the source; the message is its own."""


class RunBroken(ValueError):
    """forge left no report of the tests: that kills no mutant. The message has the end of its output."""


@dataclass(frozen=True)
class Tried:
    """What came of a mutant: killed (by which test), survived, or none (it doesn't compile or is the same code)."""

    mutant: Mutant
    name: str
    outcome: str
    by: str = ""


# --- The compiler


def compiled(folder: Path, sources: Mapping[str, str], wanted: Mapping[str, Any], *, optimised: bool = False) -> dict[str, Any]:
    """What the compiler says of sources, which import what lies in `folder`. Raises CannotCompile.

    Optimising takes most of its time and is of no account for what the code does.
    """
    chosen = tomllib.loads((folder / "foundry.toml").read_text())["profile"]["default"]
    asked = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        "settings": {
            "remappings": chosen["remappings"],
            "optimizer": {"enabled": optimised and chosen["optimizer"], "runs": chosen["optimizer_runs"]},
            "metadata": {"bytecodeHash": chosen["bytecode_hash"], "appendCBOR": chosen["cbor_metadata"]},
            "evmVersion": chosen["evm_version"],
            "viaIR": chosen["via_ir"],
            "outputSelection": wanted,
        },
    }
    command = ["node", "scripts/solc.js", "--standard-json", "--base-path", str(folder)]
    done = subprocess.run(command, cwd=folder, env=_environment(), input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunBroken(f"the compiler ended with {done.returncode}:\n{done.stderr[-4000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    faults = [each["formattedMessage"] for each in answer.get("errors", ()) if each["severity"] == "error"]
    if faults:
        raise CannotCompile("\n".join(faults))
    return answer


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOUNDRY_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}", "NO_COLOR": "1"}


def creation_code(folder: Path, target: str, sources: Mapping[str, str], *, optimised: bool = False) -> str:
    """The creation code of a target, with these files instead of the folder's. Raises CannotCompile."""
    main = TARGETS[target][0]
    given = {main: (folder / main).read_text()} | dict(sources)
    answer = compiled(folder, given, {main: {target: ["evm.bytecode.object"]}}, optimised=optimised)
    return f"0x{answer['contracts'][main][target]['evm']['bytecode']['object']}"


def all_mutants(root: Path) -> list[Mutant]:
    """Every mutant of the files of all targets."""
    files = [file for target in TARGETS.values() for file in target]
    trees = compiled(root, {file: (root / file).read_text() for file in files}, {"*": {"": ["ast"]}})["sources"]
    return [mutant for file in files for mutant in mutants.of(file, trees[file]["ast"], (root / file).read_bytes())]


# --- A folder to work in


def workspace(root: Path, folder: Path) -> Path:
    """A built copy of the contracts and of the tests of receivables."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        _copy(root / name, folder / name)
    for file in tests(root):
        _copy(file, folder / file.relative_to(root))
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to((root / "node_modules").resolve())
    _forge(folder, FIRST_RUN)
    for target in TARGETS:
        # A run that was killed may have left a mutant in it.
        _put(_artifact(folder, target), creation_code(folder, target, {}, optimised=True))
    failed = _failures(_forge(folder, FIRST_RUN))
    if failed:
        raise ValueError(f"the tests fail without any mutant: {'; '.join(failed)}")
    return folder


def tests(root: Path) -> list[Path]:
    """The files of the tests that a mutant is tried on, and what they import from beside them."""
    folder, found = root / "tests" / "contracts", set[Path]()
    open_ = {file for file in folder.glob("*.sol") if file.name.startswith(TESTS) and not file.match(NO_TESTS)}
    while open_:
        file = open_.pop()
        found.add(file)
        open_ |= {folder / name for name in _BESIDE.findall(file.read_text())} - found
    return sorted(found)


def _copy(source: Path, target: Path) -> None:
    """Files that are the same stay as they are, so that forge builds nothing twice."""
    if source.is_dir():
        for each in source.iterdir():
            _copy(each, target / each.name)
    elif not target.exists() or source.read_bytes() != target.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _forge(folder: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    # Without a filter: to choose tests forge compiles all of them again.
    command = [str(folder / FORGE), "test", "--json", "--fail-fast"]
    return subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False, timeout=seconds)


def _artifact(folder: Path, target: str) -> Path:
    return folder / "out" / f"{target}.sol" / f"{target}.json"


def _put(artifact: Path, code: str) -> None:
    told = json.loads(artifact.read_text())
    told["bytecode"]["object"] = code
    artifact.write_text(json.dumps(told))


# --- One mutant


def target_of(mutant: Mutant) -> str:
    """The contract that the mutant's code is in."""
    return next(target for target, files in TARGETS.items() if mutant.file in files)


def tried(folder: Path, mutant: Mutant) -> Tried:
    """What the tests say of the mutant."""
    target, source = target_of(mutant), (folder / mutant.file).read_bytes()
    name, changed = mutant.name(source), {mutant.file: mutant.applied(source).decode()}
    try:
        code = creation_code(folder, target, changed)
    except CannotCompile:
        return Tried(mutant, name, "none", "does not compile")
    by = _killer_of(folder, target, code)
    if by:
        return Tried(mutant, name, "killed", by)
    if creation_code(folder, target, changed, optimised=True) == creation_code(folder, target, {}, optimised=True):
        return Tried(mutant, name, "none", "the same code")
    return Tried(mutant, name, "survived")


def _killer_of(folder: Path, target: str, code: str) -> str:
    """The first test that fails when the target has this code; nothing if none does. The artifact is put back."""
    artifact = _artifact(folder, target)
    kept = artifact.read_text()
    try:
        _put(artifact, code)
        return _killer(folder)
    finally:
        artifact.write_text(kept)


def _killer(folder: Path) -> str:
    """The first test that fails; nothing if none does."""
    try:
        failed = _failures(_forge(folder, ONE_RUN))
    except subprocess.TimeoutExpired:
        return "time"
    return failed[0] if failed else ""


def _failures(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The tests that failed, a line each. Raises RunBroken."""
    found = results.of_forge(done.returncode, done.stdout)
    reasons = [reason.splitlines()[0][:200] for reason in found.reasons]
    if any(reason.startswith("forge ended") for reason in reasons):
        raise RunBroken(f"forge ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}")
    return reasons


# --- Many of them


def key(root: Path, mutant: Mutant) -> str:
    """What a result is kept under: the mutant, and the contract's files as they are."""
    files = [root / file for file in TARGETS[target_of(mutant)]]
    return steps.key(files, mutant.file, str(mutant.start), str(mutant.end), mutant.new)


def tests_key(root: Path) -> str:
    """Changes with the tests."""
    return steps.key(tests(root))


def known(root: Path) -> dict[str, dict[str, str]]:
    """What earlier runs found out, by key; who survived other tests than these isn't known."""
    files = [root / each for each in (RECORD, KEPT) if (root / each).is_file()]
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    now = tests_key(root)
    return {line["key"]: line for line in lines if line["outcome"] != "survived" or line["tests"] == now}


def keep(root: Path, found: Tried) -> None:
    """Write down what came of a mutant."""
    line = {"key": key(root, found.mutant), "tests": tests_key(root), "name": found.name, "outcome": found.outcome, "by": found.by}
    (root / KEPT).parent.mkdir(exist_ok=True)
    with (root / KEPT).open("a") as file:
        file.write(json.dumps(line) + "\n")


def remembered(root: Path, chosen: Iterable[Mutant]) -> tuple[list[Tried], list[Mutant]]:
    """What is known of the mutants already, and which are still to be tried."""
    found, open_, before = [], [], known(root)
    for mutant in chosen:
        line = before.get(key(root, mutant))
        if line:
            found.append(Tried(mutant, line["name"], line["outcome"], line["by"]))
        else:
            open_.append(mutant)
    return found, open_


def run(root: Path, folder: Path, chosen: Sequence[Mutant], seconds: float, *, afresh: bool = False) -> list[Tried]:
    """Try the mutants, two at a time, until the time is over; each result is kept at once."""
    until = time.monotonic() + seconds
    found, open_ = ([], list(chosen)) if afresh else remembered(root, chosen)
    if open_:
        for result in _in_parallel(root, folder, open_, until):
            keep(root, result)
            found.append(result)
    return found


def _in_parallel(root: Path, folder: Path, open_: Sequence[Mutant], until: float) -> Iterator[Tried]:
    free: Queue[Path] = Queue()
    first = workspace(root, folder / "0")
    for number in range(WORKERS):
        free.put(first if number == 0 else _twin(first, folder / str(number)))

    def work(mutant: Mutant) -> Tried | None:
        if time.monotonic() > until:
            return None
        place = free.get()
        try:
            return tried(place, mutant)
        finally:
            free.put(place)

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in as_completed([pool.submit(work, mutant) for mutant in open_]):
            result = done.result()
            if result:
                yield result


def _twin(first: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(first, folder, symlinks=True)


def sample(all_: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """So many mutants, the same for the same seed."""
    return random.Random(seed).sample(all_, min(size, len(all_)))  # noqa: S311  # draws a sample, keeps no secret


# --- What came of it


def line(found: Iterable[Tried]) -> str:
    """`N mutants, K killed (P %)`."""
    number, killed = _numbers(found)
    return f"{number} mutants, {killed} killed ({100 * killed / max(number, 1):.1f} %)"


def _numbers(found: Iterable[Tried]) -> tuple[int, int]:
    outcomes = [each.outcome for each in found if each.outcome != "none"]
    return len(outcomes), outcomes.count("killed")


def counts(found: Sequence[Tried], chosen: int) -> results.Counts:
    """Passes if enough were killed of those that were chosen, and all were tried."""
    number, killed = _numbers(found)
    if not number or killed * 100 < LEAST * number:
        return results.failure(f"{line(found)}, fewer than {LEAST} %")
    if len(found) < chosen:
        return results.failure(
            f"{chosen - len(found)} of {chosen} mutants were not tried in time; run it again, it goes on where it stopped"
        )
    return results.Counts(passed=1)


def report(found: Sequence[Tried]) -> list[str]:
    """The survivors by name, then the line of numbers."""
    return [*sorted(f"survived: {each.name}" for each in found if each.outcome == "survived"), line(found)]


def campaign(
    root: Path, folder: Path, size: int | None, seed: int, seconds: float, file: str | None = None, *, afresh: bool = False
) -> tuple[list[Tried], int]:
    """Try a sample of so many mutants or, if None, all, of one file or of all; what came of them, and how many were chosen."""
    all_ = [mutant for mutant in all_mutants(root) if file in (None, mutant.file)]
    chosen = sample(all_, len(all_) if size is None else size, seed)
    return run(root, folder, chosen, seconds, afresh=afresh), len(chosen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a sample or all, and print survivors and the line of numbers."""
    parser = argparse.ArgumentParser(prog="house.mutation", description="Mutation testing of ReceivableToken and Repayment.")
    parser.add_argument("--full", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument("--seed", type=lambda text: int(text, 0), default=0)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--folder", type=Path, help="where to work; kept, so that a second run builds nothing")
    parser.add_argument("--file", help="only mutants of this file")
    parser.add_argument("--afresh", action="store_true", help="try all that are chosen, whatever is known of them")
    given = parser.parse_args(arguments)
    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory(prefix="pledgebook-mutation-") as temporary:
        folder = given.folder or Path(temporary)
        size = None if given.full else given.sample
        found, chosen = campaign(root, folder, size, given.seed, given.minutes * 60, given.file, afresh=given.afresh)
    print(*report(found), sep="\n")
    return 0 if counts(found, chosen).passed else 1


if __name__ == "__main__":
    sys.exit(main())
