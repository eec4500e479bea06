"""The rules of the house: who may import whom, what lies at the top, what no file may say."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

ROOMS = {".ci", "bench", "contracts", "docs", "gateway", "ledger", "requirements", "scripts", "tests"}
FILES = {".gitignore", ".npmrc", "README.md", "foundry.toml", "package-lock.json", "package.json", "pyproject.toml"}

OUTSIDE_WORLD = {
    "asyncio",
    "http",
    "httpx",
    "os",
    "pathlib",
    "shutil",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "subprocess",
    "tempfile",
    "urllib",
    "web3",
}
"""What ledger.domain may not import: its functions are pure."""

INWARD = {
    "ledger.domain": set[str](),
    "ledger.proofs": {"ledger.domain"},
    "ledger.chain": {"ledger.domain"},
    "ledger.mirror": {"ledger.chain", "ledger.domain"},
    "gateway": {"ledger.chain", "ledger.domain", "ledger.mirror", "ledger.proofs"},
    "bench": {"gateway", "ledger.chain", "ledger.domain", "ledger.mirror", "ledger.proofs"},
}
"""Which other rooms each room may import. ledger.foreseen, the base of errors for people, serves all; ledger.faults, the switch of fault
tests, all but the domain."""


def committed() -> list[Path]:
    """Every file that git holds or would take, as a path below the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def imports(file: Path) -> Iterator[str]:
    """The dotted names that a module imports; for `from a import b` both a and a.b."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*package[: len(package) - node.level + 1], node.module or "")).strip(".") if node.level else node.module or ""
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_in(name: str, room: str) -> bool:
    """Whether a dotted name is the room or lies in it."""
    return name == room or name.startswith(f"{room}.")


def modules(room: str) -> list[Path]:
    """Every Python file of a room."""
    return sorted((ROOT / room.replace(".", "/")).rglob("*.py"))


@pytest.mark.parametrize("room", INWARD)
def test_imports_point_inward(room: str) -> None:
    allowed = {room, *INWARD[room], "ledger.foreseen"} | ({"ledger.faults"} if room != "ledger.domain" else set())
    outward = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(room)
        for name in imports(file)
        if name.split(".")[0] in ("bench", "ledger", "gateway", "tests", "house")
        and name != "ledger"
        and not any(is_in(name, other) for other in allowed)
    ]
    assert outward == []


def test_the_rooms_have_modules_to_check() -> None:
    assert len(modules("ledger.domain")) > 3
    assert len(modules("ledger.chain")) > 3
    assert len(modules("ledger.mirror")) > 3
    assert len(modules("gateway")) > 3
    assert len(modules("ledger.proofs")) > 3
    assert len(modules("bench")) > 3


def test_the_domain_is_pure() -> None:
    impure = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules("ledger.domain")
        for name in imports(file)
        if name.split(".")[0] in OUTSIDE_WORLD
    ]
    assert impure == []


def test_relative_and_from_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_house.ROOT", tmp_path)
    file = tmp_path / "ledger" / "domain" / "money.py"
    file.parent.mkdir(parents=True)
    file.write_text("import os\nfrom ledger import mirror\nfrom . import ids\nfrom ..chain.rpc import Rpc\n")
    assert set(imports(file)) == {
        "os", "ledger", "ledger.mirror", "ledger.domain", "ledger.domain.ids", "ledger.chain.rpc", "ledger.chain.rpc.Rpc",
    }  # fmt: skip


def test_every_file_lies_in_a_known_room() -> None:
    strangers = [str(file) for file in committed() if file.parts[0] not in ROOMS and str(file) not in FILES]
    assert strangers == []


def test_scripts_are_thin() -> None:
    for script in (ROOT / "scripts").iterdir():
        if script.is_file() and script.suffix != ".js":
            assert len(script.read_text().splitlines()) <= 45, f"{script.name}: logic belongs in a package"


def test_ci_only_calls_the_tests() -> None:
    assert [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if not line.startswith("#")] == [
        'exec "$(dirname "${BASH_SOURCE[0]}")/../scripts/test" "$@"'
    ]


def test_one_compiler_version() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]["solc"]
    sources = [*(ROOT / "contracts").rglob("*.sol"), *(ROOT / "tests" / "contracts").rglob("*.sol")]
    found = {file.name: re.findall(r"^pragma solidity (.*);", file.read_text(), re.MULTILINE) for file in sources}
    assert {name: versions for name, versions in found.items() if versions != [pinned]} == {}


def test_only_foundry_toml_has_compiler_settings() -> None:
    sayings = re.compile(r"optimizer_runs\s*=|evm_version\s*=|\"evmVersion\": \"|--evm-version|--optimizer-runs")
    elsewhere = [
        str(file)
        for file in committed()
        if file.suffix in (".py", ".sh", ".toml", ".json", ".js", "") and file.parts[0] != "tests"
        if file.name != "foundry.toml"
        if sayings.search((ROOT / file).read_text(errors="replace"))
    ]
    assert elsewhere == []
