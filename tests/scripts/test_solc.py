"""The compiler behind forge gives from several workers what it gives from one."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".venv" / "bin" / "node"
ALONE = 'process.stdout.write(require("solc").compile(require("fs").readFileSync(0, "utf8")))'
OUTPUTS = {"*": ["abi", "evm.bytecode", "evm.deployedBytecode", "storageLayout"], "": ["ast"]}


def source(name: str, imported: str = "") -> dict[str, str]:
    """A contract that counts by its own step and, when one is named, inherits another."""
    heads = f'import {{{imported}}} from "{imported}.sol";\n' if imported else ""
    base = f" is {imported}" if imported else ""
    body = f"uint256 public of{name}; function by{name}(uint256 step) external {{ of{name} += step * {len(name)}; }}"
    return {"content": f"// SPDX-License-Identifier: UNLICENSED\npragma solidity 0.8.37;\n{heads}contract {name}{base} {{ {body} }}\n"}


def compiler_input(**sources: dict[str, str]) -> dict[str, Any]:
    """Standard JSON for sources by their name."""
    files = {f"{name}.sol": text for name, text in sources.items()}
    settings = {"optimizer": {"enabled": True, "runs": 200}, "outputSelection": dict.fromkeys(files, OUTPUTS)}
    return {"language": "Solidity", "sources": files, "settings": settings}


def answer(command: list[str | Path], given: dict[str, Any]) -> Any:
    """What a compiler says to the input, where no native one is found."""
    kept = {name: value for name, value in os.environ.items() if name != "PLEDGEBOOK_SOLC"}
    known = kept | {"HOME": os.devnull, "PATH": f"{NODE.parent}{os.pathsep}{os.defpath}"}
    run = subprocess.run(command, input=json.dumps(given), cwd=ROOT, env=known, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def shared(given: dict[str, Any]) -> Any:
    """The answer of the compiler that forge calls."""
    return answer([NODE, ROOT / "scripts" / "solc.js", "--standard-json"], given)


@pytest.mark.parametrize("names", [("One",), ("One", "Second"), ("One", "Second", "Thirdly", "Fourth", "Fifth")])
def test_workers_give_what_one_gives(names: tuple[str, ...]) -> None:
    sources = {name: source(name, names[index - 1] if index else "") for index, name in enumerate(names)}
    given = compiler_input(**sources)
    answered = shared(given)
    assert answered == answer([NODE, "-e", ALONE], given)
    assert all(answered["contracts"][f"{name}.sol"][name]["evm"]["bytecode"]["object"] for name in names)


def test_an_error_is_said_once() -> None:
    given = compiler_input(One=source("One"), Second=source("Second", "One"), Wrong={"content": "contract Wrong { uint256 }"})
    errors = [error for error in shared(given)["errors"] if error["severity"] == "error"]
    assert len(errors) == 1 and errors[0]["sourceLocation"]["file"] == "Wrong.sol"
