"""forge and py-solc-x compile the same sources to the same code, with settings that stand in foundry.toml only."""

import copy
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ledger.chain import artifacts, compile

ROOT = Path(__file__).resolve().parents[3]

FOUNDRY = """
[profile.default]
src = "contracts"
out = "out"
libs = ["node_modules"]
solc = "scripts/solc.js"
offline = true
evm_version = "cancun"
optimizer = true
optimizer_runs = {runs}
via_ir = false
auto_detect_remappings = false
remappings = []
extra_output = ["storageLayout"]
bytecode_hash = "none"
cbor_metadata = false
"""

VAULT = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Sums} from "./Sums.sol";

contract Vault {
    struct Entry {
        address owner;
        uint96 amount;
    }

    uint256 private immutable LIMIT;
    mapping(uint256 id => Entry) private _entries;

    constructor(uint256 limit) {
        LIMIT = limit;
    }

    function put(uint256 id, uint96 amount) external {
        _entries[id] = Entry(msg.sender, uint96(Sums.capped(_entries[id].amount, amount, LIMIT)));
    }
}

abstract contract Unfinished {
    function later() external virtual;
}
"""

SUMS = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

library Sums {
    error AboveLimit(uint256 sum, uint256 limit);

    function capped(uint256 a, uint256 b, uint256 limit) internal pure returns (uint256) {
        if (a + b > limit) revert AboveLimit(a + b, limit);
        return a + b;
    }
}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small project of our own beside the installed Node packages."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "foundry.toml").write_text(FOUNDRY.format(runs=200))
    (tmp_path / "contracts" / "Vault.sol").write_text(VAULT)
    (tmp_path / "contracts" / "Sums.sol").write_text(SUMS)
    return tmp_path


@pytest.fixture(scope="module")
def both() -> tuple[dict[str, Any], dict[str, Any]]:
    """The product contracts by both compilers."""
    return compile.with_forge(ROOT), compile.with_solcx(ROOT)


def test_forge_and_solcx_agree_on_every_product_contract(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    by_forge, by_solcx = both
    assert {"Acts", "Members", "SettlementCash"} <= set(by_forge)
    assert set(by_forge) == set(by_solcx)
    for name, artifact in by_forge.items():
        assert artifact == by_solcx[name], name


def test_the_package_holds_what_the_compiler_yields(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert artifacts.names() == sorted(both[0])
    for name, artifact in both[0].items():
        assert artifacts.load(name) == artifacts.parse(name, artifact), f"{name}: run python -m ledger.chain.compile"


def test_every_contract_is_small_enough_to_deploy(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    sizes = {name: len(artifact["deployedBytecode"]) // 2 for name, artifact in both[0].items()}
    assert {name: size for name, size in sizes.items() if size > 24_576} == {}


def test_only_contracts_that_can_be_deployed_and_called_are_products(checkout: Path) -> None:
    assert set(compile.with_forge(checkout)) == {"Vault"} == set(compile.with_solcx(checkout))


def test_an_artifact_says_where_immutables_go_and_how_storage_lies(checkout: Path) -> None:
    artifact = artifacts.parse("Vault", compile.with_forge(checkout)["Vault"])
    assert {length for _, length in artifact.immutables} == {32}
    start, length = artifact.immutables[0]
    assert artifact.deployed_bytecode[start : start + length] == bytes(32)
    (variable,) = artifact.storage_layout["storage"]
    assert (variable["label"], variable["slot"], variable["type"]) == ("_entries", "0", "t_mapping(t_uint256,t_struct(Entry)_storage)")


def test_settings_come_from_foundry_toml(checkout: Path) -> None:
    few = compile.with_solcx(checkout)
    (checkout / "foundry.toml").write_text(FOUNDRY.format(runs=1_000_000))
    many = compile.with_solcx(checkout)
    assert compile.standard_input(checkout)["settings"]["optimizer"] == {"enabled": True, "runs": 1_000_000}
    assert many["Vault"]["bytecode"] != few["Vault"]["bytecode"]
    assert many == compile.with_forge(checkout)


def test_another_source_changes_no_artifact(checkout: Path) -> None:
    before = compile.with_forge(checkout)
    (checkout / "contracts" / "Aardvark.sol").write_text(SUMS.replace("library Sums", "library Aardvark"))
    assert compile.with_forge(checkout) == before


@pytest.mark.parametrize("compiler", compile.COMPILERS)
def test_a_faulty_source_gives_the_compilers_message(compiler: str, checkout: Path) -> None:
    (checkout / "contracts" / "Faulty.sol").write_text("pragma solidity 0.8.37;\ncontract Faulty { uint256 x = nothing; }\n")
    with pytest.raises(compile.CompileError, match="Undeclared identifier"):
        compile.COMPILERS[compiler](checkout)


@pytest.mark.parametrize("compiler", compile.COMPILERS)
def test_an_external_library_is_refused_by_name(compiler: str, checkout: Path) -> None:
    (checkout / "contracts" / "Sums.sol").write_text(SUMS.replace("internal", "external"))
    with pytest.raises(compile.CompileError, match="contract Vault: calls an external library"):
        compile.COMPILERS[compiler](checkout)


def test_two_contracts_of_one_name_are_refused(checkout: Path) -> None:
    (checkout / "contracts" / "more").mkdir()
    (checkout / "contracts" / "more" / "Vault.sol").write_text(VAULT.replace("./Sums.sol", "../Sums.sol"))
    with pytest.raises(compile.CompileError, match="contract Vault: two have this name"):
        compile.with_solcx(checkout)


def test_a_missing_forge_is_named(tmp_path: Path) -> None:
    with pytest.raises(compile.CompileError, match="forge is missing; run scripts/setup"):
        compile.run_forge(tmp_path, "build")


def test_writing_replaces_adds_and_removes(tmp_path: Path, both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    folder = tmp_path / "artifacts"
    compile.write({"Gone": both[0]["Acts"], "Kept": both[0]["Acts"]}, folder)
    kept = (folder / "Kept.json").stat().st_mtime_ns
    changed = copy.deepcopy(both[0]["Members"])
    compile.write({"Kept": both[0]["Acts"], "New": changed}, folder)
    assert sorted(file.name for file in folder.iterdir()) == ["Kept.json", "New.json"]
    assert (folder / "Kept.json").stat().st_mtime_ns == kept
    assert json.loads((folder / "New.json").read_text()) == changed


def test_an_unknown_contract_is_a_clear_error() -> None:
    with pytest.raises(artifacts.ArtifactMissing, match=r"contract Nothing: not compiled; run scripts/setup \(compiled: .*Acts"):
        artifacts.load("Nothing")


# --- the compiler program


def solc(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/solc.js."""
    variables = compile.environment() | environment
    return subprocess.run(
        [ROOT / "scripts" / "solc.js", *arguments], input=stdin, env=variables, capture_output=True, text=True, check=False
    )


def test_the_compiler_tells_its_version_as_a_native_one() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]["solc"]
    assert f"Version: {pinned}+commit." in solc("--version").stdout
    assert ".Linux.g++" in solc("--version").stdout


def test_a_missing_import_is_the_compilers_error(tmp_path: Path) -> None:
    wanted = {"language": "Solidity", "sources": {"A.sol": {"content": 'import "./Nowhere.sol";'}}, "settings": {}}
    done = json.loads(solc("--standard-json", "--base-path", str(tmp_path), stdin=json.dumps(wanted)).stdout)
    assert any("Nowhere.sol" in error["message"] for error in done["errors"] if error["severity"] == "error")


def native(folder: Path, version: str) -> Path:
    """A program that answers like a native compiler of a version and shows that it was asked."""
    program = folder / "solc"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *--version*) echo "Version: {version}+commit.abc.Linux.g++";; *) echo "native $* got $(cat)";; esac\n'
    )
    program.chmod(0o755)
    return program


def test_a_native_compiler_of_the_pinned_version_is_used(tmp_path: Path) -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]["solc"]
    named = solc("--standard-json", stdin="{}", PLEDGEBOOK_SOLC=str(native(tmp_path, pinned)))
    assert named.stdout == "native --standard-json got {}\n"
    found = solc(
        "--standard-json", stdin="{}", PATH=f"{compile.environment()['PATH'].split(os.pathsep)[0]}:{tmp_path}:{os.environ['PATH']}"
    )
    assert found.stdout == "native --standard-json got {}\n"


def test_a_native_compiler_of_another_version_is_not_used(tmp_path: Path) -> None:
    native(tmp_path, "0.8.20")
    done = solc("--version", PATH=f"{compile.environment()['PATH'].split(os.pathsep)[0]}:{tmp_path}:{os.environ['PATH']}")
    assert "0.8.20" not in done.stdout
    refused = solc("--version", PLEDGEBOOK_SOLC=str(tmp_path / "solc"))
    assert refused.returncode == 1
    assert "PLEDGEBOOK_SOLC" in refused.stderr
