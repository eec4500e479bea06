"""Known faults of the packages that the locks name, as PyPI's and npm's advisories tell them: pip-audit and `npm audit`.

Only names and versions are told to them. Where they don't answer nothing is known, which is said and counts as skipped, never as passed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from house import results
from house.results import Counts

LOCK = Path("requirements", "test.lock")
"""Names what runs and what tests; the tools of analysis have another lock and touch nothing that runs."""
SECONDS = 15

Found = Mapping[str, Sequence[str]] | None
"""Advisories by package; None if they can't be had."""


def python_command(root: Path) -> list[str | Path]:
    """pip-audit on the lock, told as JSON."""
    read: list[str | Path] = ["--requirement", root / LOCK, "--disable-pip", "--require-hashes"]
    return [root / ".venv" / "bin" / "pip-audit", *read, "--format", "json", "--progress-spinner", "off", "--timeout", str(SECONDS)]


def node_command(root: Path) -> list[str | Path]:
    """npm's audit of package-lock.json, told as JSON."""
    return [
        root / ".venv" / "bin" / "npm",
        "audit",
        "--package-lock-only",
        "--json",
        f"--fetch-timeout={SECONDS * 1000}",
        "--fetch-retries=0",
    ]


def of_python(output: str) -> Found:
    """What pip-audit told. A package of which its service knows nothing has not been looked at, nor have the others then."""
    packages = _json(output).get("dependencies", [])
    if not packages or any("skip_reason" in each for each in packages):
        return None
    return {f"{each['name']} {each['version']}": [fault["id"] for fault in each["vulns"]] for each in packages if each["vulns"]}


def of_node(output: str) -> Found:
    """What npm told."""
    told = _json(output).get("vulnerabilities")
    if told is None:
        return None
    return {name: sorted(_titles(each["via"])) for name, each in told.items()}


def _titles(via: Sequence[str | Mapping[str, Any]]) -> Iterator[str]:
    """An advisory, or the package by which one reaches another."""
    for each in via:
        yield f"by {each}" if isinstance(each, str) else f"{each['title']} ({each['url']})"


def _json(output: str) -> Mapping[str, Any]:
    """The object in a program's output; warnings may stand around it."""
    try:
        told, _ = json.JSONDecoder().raw_decode(output[max(output.find("{"), 0) :])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def counted(name: str, found: Found) -> Counts:
    """One test: failed where there are advisories, skipped and said so where nobody told."""
    if found is None:
        print(f"SKIPPED advisories of {name}: those who keep them don't answer here", flush=True)
        return Counts(skipped=1)
    lines = [f"{package}: {', '.join(faults)}" for package, faults in found.items()]
    return results.failure("\n".join([f"advisories of {name}; take a mended version:", *lines])) if lines else Counts(passed=1)
