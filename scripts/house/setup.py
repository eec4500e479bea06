"""Sets a checkout up: virtual environment, Python packages, Node packages, contracts. Each step runs once for each state of its inputs."""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from house import steps
from house.progress import Progress
from house.steps import EachLine, Step, StepFailed

ROOT = Path(__file__).resolve().parents[2]
PURPOSES = ("run", "test")


def plan(root: Path, purpose: str) -> list[Step]:
    """The steps that `purpose` needs, in order."""
    return [environment(root), packages(root, purpose), project(root), node_packages(root), contracts(root)]


def environment(root: Path) -> Step:
    """The virtual environment, of the Python that runs this."""

    def create(_: Progress) -> None:
        steps.run([base_python(), "-m", "venv", "--clear", root / ".venv"], root)

    # The programs in a virtual environment name its path, so one that was moved is made anew.
    return Step("virtual environment", root / ".venv" / ".made", steps.key([], sys.version, str(root)), create)


def base_python() -> Path:
    """The interpreter behind the one that runs this, which may be the virtual environment's own."""
    return Path(getattr(sys, "_base_executable", sys.executable))


def packages(root: Path, purpose: str) -> Step:
    """The Python packages of a lock, all from wheels and checked against their hashes. Those for tests serve a run as well."""
    lock = lock_file(root, purpose)
    pins = sum("==" in line for line in lock.read_text().splitlines())

    def install(progress: Progress) -> None:
        def count(line: str) -> None:
            if line.startswith("Collecting "):
                progress.advance()

        # Compiled afterwards by all cores: pip does it with one.
        pip(root, "--no-compile", "--only-binary", ":all:", "--require-hashes", "--requirement", str(lock), each_line=count)
        steps.run([python(root), "-m", "compileall", "-q", "-j", "0", root / ".venv" / "lib"], root)

    served = (steps.key([lock_file(root, "test")]),) if purpose == "run" else ()
    return Step("Python packages", root / ".venv" / ".packages", steps.key([lock]), install, pins, served)


def lock_file(root: Path, purpose: str) -> Path:
    """The lock of a purpose."""
    return root / "requirements" / f"{purpose}.lock"


def project(root: Path) -> Step:
    """This project itself in the virtual environment, as it lies in the checkout, with its program `pledgebook`."""

    def install(_: Progress) -> None:
        pip(root, "--no-index", "--no-deps", "--no-build-isolation", "--editable", str(root))

    return Step("pledgebook itself", root / ".venv" / ".project", steps.key([root / "pyproject.toml"], str(root)), install)


def node_packages(root: Path) -> Step:
    """Foundry, the compiler and the contracts' libraries, by npm from its lock; no package's own script runs."""

    def install(_: Progress) -> None:
        steps.run([root / ".venv" / "bin" / "npm", "ci", "--ignore-scripts", "--no-progress"], root)

    inputs = [root / "package.json", root / "package-lock.json", root / ".npmrc"]
    return Step("Node packages (Foundry, solc, contract libraries)", root / "node_modules" / ".made", steps.key(inputs), install)


def contracts(root: Path) -> Step:
    """The compiled contracts in the package."""

    def build(_: Progress) -> None:
        steps.run([python(root), "-m", "ledger.chain.compile"], root)

    settings = [root / name for name in ("foundry.toml", "package-lock.json", "scripts/solc.js", "ledger/chain/compile.py")]
    sources = sorted((root / "contracts").rglob("*.sol"))
    names = " ".join(str(source.relative_to(root)) for source in sources)
    return Step("contracts", root / "ledger" / "chain" / "artifacts" / ".made", steps.key([*settings, *sources], names), build)


def python(root: Path) -> Path:
    """The virtual environment's interpreter."""
    return root / ".venv" / "bin" / "python"


def pip(root: Path, *arguments: str, each_line: EachLine = steps.ignore) -> None:
    """Install with the virtual environment's pip. Raises StepFailed."""
    fixed = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    steps.run([python(root), *fixed, *arguments], root, each_line)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the checkout against a second set-up at the same time, which waits."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def ensure(root: Path, purpose: str) -> None:
    """Do every step that isn't done. Raises StepFailed."""
    for step in plan(root, purpose):
        step.ensure()


def main(arguments: list[str] | None = None) -> int:
    """Set the checkout up; 1 with the failed program's last lines."""
    parser = argparse.ArgumentParser(prog="scripts/setup", description="Set this checkout up; what is done already is left alone.")
    parser.add_argument("--for", dest="purpose", choices=PURPOSES, default="test", help="what to set up for (default: test)")
    purpose = parser.parse_args(arguments).purpose
    try:
        with alone(ROOT):
            ensure(ROOT, purpose)
    except StepFailed as error:
        print(f"{error}\nset-up failed; what was done is kept, scripts/setup goes on from there", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
