"""The lock files: pinned, hashed, complete, free of hosts, and all wheels on every Python that we support."""

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.test_house import imports, modules

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PYTHONS = ("3.11", "3.12", "3.13")


def pins(lock: Path) -> dict[str, str]:
    """Version by package."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))


def project() -> dict[str, list[str]]:
    """The requirements of pyproject.toml: the package's own under "", and each extra's."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": stated["dependencies"], **stated["optional-dependencies"]}


def test_the_locks_are_there() -> None:
    assert [lock.name for lock in LOCKS] == ["analysis.lock", "run.lock", "test.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    for block in blocks(lock):
        assert re.match(r"[a-z0-9._-]+==\S+( ; .*)? \\\n    --hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


@pytest.mark.parametrize(
    "file", [*LOCKS, ROOT / "package-lock.json", ROOT / "tests" / "browser" / "package-lock.json"], ids=lambda file: file.name
)
def test_no_lock_names_a_host(file: Path) -> None:
    text = file.read_text()
    assert "resolved" not in text
    assert "index-url" not in text
    # A package's own page about donations is all that may be an address.
    addresses = re.findall(r"https?://[^\s\"]+", text)
    funding = {entry["url"] for entry in fundings(text)} if file.suffix == ".json" else set()
    assert set(addresses) <= funding


def fundings(text: str) -> list[dict[str, str]]:
    """Every funding entry of package-lock.json."""
    found = [package.get("funding", []) for package in json.loads(text)["packages"].values()]
    return [entry for entries in found for entry in (entries if isinstance(entries, list) else [entries])]


def test_the_locks_hold_what_the_project_states() -> None:
    stated = {re.split(r"[\[=]", line)[0]: line.split("==")[1] for lines in project().values() for line in lines}
    locked = pins(ROOT / "requirements" / "test.lock")
    assert {name: locked.get(name) for name in stated} == stated


def test_the_tools_of_analysis_are_locked_apart() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["analysis"]
    locked = pins(ROOT / "requirements" / "analysis.lock")
    assert {line: f"{line.split('==')[0]}=={locked[line.split('==')[0]]}" for line in stated} == {line: line for line in stated}


LOADED_BY_NAME = {
    "httptools": "uvicorn's parser",
    "psycopg": "SQLAlchemy's driver",
    "safe-pysha3": "eth-hash's Keccak",
    "tzdata": "zoneinfo's data",
    "uvloop": "uvicorn's loop",
}
"""Dependencies that no module of ours imports, and what loads them."""


def test_every_dependency_is_used() -> None:
    imported = {name.split(".")[0] for room in ("ledger", "gateway") for file in modules(room) for name in imports(file)}
    providers = importlib.metadata.packages_distributions()
    used = {canonical(provider) for name in imported for provider in providers.get(name, ())}
    stated = {canonical(re.split(r"[\[=]", line)[0]) for line in project()[""]}
    assert stated - used - LOADED_BY_NAME.keys() == set()


def canonical(name: str) -> str:
    """A distribution's name in its one form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_a_run_and_its_tests_use_the_same_versions() -> None:
    run, test = (pins(ROOT / "requirements" / f"{name}.lock") for name in ("run", "test"))
    assert {name: test.get(name) for name in run} == run


def test_node_packages_are_pinned_exactly() -> None:
    stated = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in stated} == stated
    assert all(package.get("integrity", "").startswith("sha512-") for path, package in locked.items() if path)


def blocks(lock: Path) -> list[str]:
    """The lock's entries, each with its hashes."""
    return re.split(r"\n(?=\S)", lock.read_text().strip())


def is_for_one_python(block: str) -> bool:
    """Whether the wheel installed here serves only this version of Python, so that others need one of their own."""
    try:
        wheel = importlib.metadata.distribution(block.split("==")[0]).read_text("WHEEL") or ""
    except importlib.metadata.PackageNotFoundError:
        return False  # for another platform
    this = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"Tag: {this}-{this}-" in wheel


# Set-up itself has shown it for the Python that runs this.
@pytest.mark.parametrize("version", [each for each in PYTHONS if each != f"{sys.version_info.major}.{sys.version_info.minor}"])
def test_every_other_python_has_wheels_for_the_lock(version: str, tmp_path: Path) -> None:
    asked = [block for block in blocks(ROOT / "requirements" / "test.lock") if is_for_one_python(block)]
    assert {"coincurve", "safe-pysha3", "sqlalchemy"} <= {block.split("==")[0] for block in asked}
    (tmp_path / "asked.lock").write_text("\n".join(asked))
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--only-binary", ":all:"]
    command += ["--require-hashes", "--python-version", version, "--implementation", "cp", "--target", str(tmp_path), "--quiet"]
    done = subprocess.run([*command, "-r", str(tmp_path / "asked.lock")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
