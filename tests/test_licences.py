"""Everything that a gateway runs on is under a licence that allows it: read from the packages that are installed."""

import importlib.metadata
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    *("MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "Apache", "ISC", "PSF-2.0", "Python Software Foundation"),
    *("MPL-2.0", "Mozilla Public", "CC0-1.0", "CC0", "CNRI-Python", "Public Domain", "Unlicense", "0BSD", "Zlib"),
    # As libraries that are used as they are.
    *("LGPL-3.0-only", "LGPLv2+", "Lesser General Public"),
}
_MIT = "Permission is hereby granted, free of charge"


def run_lock() -> list[str]:
    return re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / "run.lock").read_text(), re.MULTILINE)


def stated(package: str) -> str:
    """The licence by SPDX expression, by classifiers, or by the old field: MIT's own text, or its first line."""
    told = importlib.metadata.metadata(package)
    kinds = [each.split(" :: ")[-1] for each in told.get_all("Classifier", []) if each.startswith("License :: ")]
    spdx, whole = ((told.get_all(name) or [""])[0] for name in ("License-Expression", "License"))
    return spdx or "; ".join(kinds) or ("MIT" if _MIT in whole else whole.split("\n")[0])


def installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


@pytest.mark.parametrize("package", [each for each in run_lock() if installed(each)])
def test_a_licence_allows_what_we_do(package: str) -> None:
    told = stated(package)
    assert any(each in told for each in ALLOWED), f"{package}: {told!r}"


def test_most_of_what_is_locked_is_installed_here() -> None:
    assert sum(map(installed, run_lock())) > 0.8 * len(run_lock())
