"""The wheel: an installed package has the contracts, the migrations and the engine's sources inside and needs no compiler."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ledger.chain import artifacts

ROOT = Path(__file__).resolve().parents[1]

SHOW = """
import json, sys
from ledger.chain import artifacts, compile
assert not compile.__file__.startswith(sys.argv[1]), compile.__file__
try:
    compile.checkout()
except compile.CompileError as error:
    refusal = str(error)
sizes = {name: len(artifacts.load(name).bytecode) for name in artifacts.names()}
print(json.dumps({"sizes": sizes, "refusal": refusal}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)])
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel is installed in."""
    folder = tmp_path_factory.mktemp("installed")
    pip(["install", "--no-index", "--no-deps", "--target", str(folder), str(wheel)])
    return folder


def pip(arguments: list[str]) -> None:
    """Run pip with no network."""
    done = subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_holds_every_contract_and_data_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"ledger/chain/artifacts/{name}.json" for name in artifacts.names()}
    assert {"ledger/chain/artifacts/Acts.json", "ledger/chain/artifacts/Members.json"} <= wanted
    data = {str(file.relative_to(ROOT)) for file in (ROOT / "ledger").rglob("*") if file.suffix in (".mako", ".mod", ".sum", ".go", ".txt")}
    pages = {str(file.relative_to(ROOT)) for file in (ROOT / "gateway" / "console").rglob("*") if file.suffix in (".html", ".css")}
    assert len(pages) > 20 and wanted | data | pages <= held


def test_it_holds_only_the_two_packages(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ledger", "gateway"}


def test_installed_it_loads_contracts_without_compiler_or_checkout(installed: Path, tmp_path: Path) -> None:
    environment = {"PATH": "/nonexistent", "PYTHONPATH": str(installed), "HOME": os.environ.get("HOME", "/")}
    # -S would lose the dependencies; the editable install of the checkout comes after PYTHONPATH.
    done = subprocess.run(
        [sys.executable, "-c", SHOW, str(ROOT)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["sizes"] == {name: len(artifacts.load(name).bytecode) for name in artifacts.names()}
    assert "compiled in a checkout" in shown["refusal"]
