"""Compiles the contracts and writes what the product needs of them to ledger/chain/artifacts/.

`python -m ledger.chain.compile` runs forge in a checkout; `--compiler solcx` compiles the same sources with py-solc-x. Both read their
settings from foundry.toml and yield the same bytecode. An installed package has the files inside and needs no compiler.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FORGE = Path("node_modules", "@foundry-rs", "forge-linux-amd64", "bin", "forge")
SOURCES = Path("contracts")
WRITTEN = Path(__file__).with_name("artifacts")

Json = dict[str, Any]


class CompileError(RuntimeError):
    """The contracts can't be compiled; the message is the compiler's, or says what is missing."""


def checkout() -> Path:
    """The root of the checkout that this module lies in. Raises CompileError in an installed package."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "foundry.toml").is_file():
        raise CompileError(f"{root}: no foundry.toml; contracts are compiled in a checkout, an installed package has them inside")
    return root


def settings(root: Path) -> Json:
    """The profile `default` of foundry.toml."""
    profile: Json = tomllib.loads((root / "foundry.toml").read_text())["profile"]["default"]
    return profile


# --- forge


def with_forge(root: Path) -> dict[str, Json]:
    """Every product contract by name, compiled by forge. Raises CompileError."""
    run_forge(root, "build", "--skip", "tests/**")
    out = root / settings(root)["out"]
    return products(_from_forge(json.loads(file.read_bytes())) for file in sorted(out.glob("*.sol/*.json")))


def run_forge(root: Path, *arguments: str, **variables: str) -> None:
    """Run forge in `root` with this interpreter's Node first on the PATH, and with these environment variables. Raises CompileError."""
    if not (root / FORGE).exists():
        raise CompileError(f"{FORGE} is missing; run scripts/setup")
    done = subprocess.run([root / FORGE, *arguments], cwd=root, env=environment() | variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompileError((done.stdout + done.stderr).strip())


def environment() -> dict[str, str]:
    """This process's environment, with the programs of its virtual environment (Node) first."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _from_forge(out: Json) -> tuple[str, str, Json]:
    ((source, name),) = json.loads(out["rawMetadata"])["settings"]["compilationTarget"].items() if out.get("rawMetadata") else (("", ""),)
    return source, name, out


# --- py-solc-x


def with_solcx(root: Path) -> dict[str, Json]:
    """Every product contract by name, compiled by py-solc-x with the settings of foundry.toml. Raises CompileError."""
    import solcx

    wanted = standard_input(root)
    try:
        done = solcx.compile_standard(wanted, base_path=root, solc_binary=root / settings(root)["solc"])
    except solcx.exceptions.SolcError as error:
        raise CompileError(str(error)) from error
    return products(_from_solc(done["contracts"]))


def standard_input(root: Path) -> Json:
    """The compiler's standard JSON input for every source, as forge would make it from foundry.toml."""
    chosen = settings(root)
    files = sorted((root / SOURCES).rglob("*.sol"))
    return {
        "language": "Solidity",
        "sources": {str(file.relative_to(root)): {"content": file.read_text()} for file in files},
        "settings": {
            "remappings": chosen["remappings"],
            "optimizer": {"enabled": chosen["optimizer"], "runs": chosen["optimizer_runs"]},
            "metadata": {"useLiteralContent": False, "bytecodeHash": chosen["bytecode_hash"], "appendCBOR": chosen["cbor_metadata"]},
            "evmVersion": chosen["evm_version"],
            "viaIR": chosen["via_ir"],
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode", "evm.deployedBytecode", "storageLayout"]}},
        },
    }


def _from_solc(contracts: Mapping[str, Mapping[str, Json]]) -> Iterator[tuple[str, str, Json]]:
    for source, named in contracts.items():
        for name, out in named.items():
            yield source, name, {"abi": out["abi"], "storageLayout": out["storageLayout"], **out["evm"]}


# --- what both yield


def products(compiled: Iterable[tuple[str, str, Json]]) -> dict[str, Json]:
    """The artifacts of the contracts of our own that can be deployed and called. Raises CompileError when two have one name."""
    found: dict[str, Json] = {}
    for source, name, out in compiled:
        if _is_product(source, out):
            if name in found:
                raise CompileError(f"contract {name}: two have this name, the second in {source}")
            found[name] = _artifact(name, out)
    return found


def _is_product(source: str, out: Json) -> bool:
    ours = Path(source).is_relative_to(SOURCES)
    return ours and bool(_code(out["bytecode"])) and any(entry["type"] == "function" for entry in out["abi"])


def _artifact(name: str, out: Json) -> Json:
    code, deployed = _code(out["bytecode"]), _code(out["deployedBytecode"])
    if not re.fullmatch("[0-9a-f]*", code):
        raise CompileError(f"contract {name}: calls an external library; make the library's functions internal")
    places = out["deployedBytecode"].get("immutableReferences", {}).values()
    immutables = sorted([each["start"], each["length"]] for place in places for each in place)
    return {
        "abi": sorted(out["abi"], key=_abi_order),
        "bytecode": code,
        "deployedBytecode": deployed,
        "immutables": immutables,
        "storageLayout": _without_ids(out["storageLayout"]),
    }


def _abi_order(entry: Json) -> tuple[str, str, str]:
    return entry["type"], entry.get("name", ""), json.dumps(entry.get("inputs", []), sort_keys=True)


def _without_ids(layout: Json) -> Json:
    """A storage layout without the numbers that the compiler gives to syntax nodes: they change with any other source.

    A contract without storage has no types: forge writes an empty object, the compiler itself null.
    """
    layout = layout | {"types": layout["types"] or {}}
    for variable in _variables(layout):
        del variable["astId"]
    plain: Json = json.loads(re.sub(r"\)\d+", ")", json.dumps(layout)))
    return plain


def _variables(layout: Json) -> Iterator[Json]:
    yield from layout["storage"]
    for type_ in layout["types"].values():
        yield from type_.get("members", ())


def _code(section: Json) -> str:
    return str(section["object"]).removeprefix("0x")


def write(artifacts: Mapping[str, Json], folder: Path) -> None:
    """Make `folder` hold exactly these artifacts; a file that needs no change keeps its time stamp."""
    folder.mkdir(exist_ok=True)
    for stale in {file.stem for file in folder.glob("*.json")} - set(artifacts):
        (folder / f"{stale}.json").unlink(missing_ok=True)
    for name, artifact in artifacts.items():
        _replace(folder / f"{name}.json", json.dumps(artifact, separators=(",", ":"), sort_keys=True))


def _replace(file: Path, text: str) -> None:
    if file.exists() and file.read_text() == text:
        return
    # Renamed into place, so that a reader at the same time sees the old file or the new one.
    beside = file.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(text)
    beside.replace(file)


COMPILERS = {"forge": with_forge, "solcx": with_solcx}


def main(arguments: list[str] | None = None) -> int:
    """Compile and write; 1 with the reason on standard error when that fails."""
    parser = argparse.ArgumentParser(prog="python -m ledger.chain.compile", description="Compile the contracts.")
    parser.add_argument("--compiler", choices=COMPILERS, default="forge")
    try:
        artifacts = COMPILERS[parser.parse_args(arguments).compiler](checkout())
    except CompileError as error:
        print(error, file=sys.stderr)
        return 1
    write(artifacts, WRITTEN)
    print(f"{len(artifacts)} contracts compiled: {', '.join(sorted(artifacts))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
