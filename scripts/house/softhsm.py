"""SoftHSM, the security module in software that tests use: the machine's own, or Debian's package unpacked into the checkout's cache."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("softhsm2", "libsofthsm2")
KEPT = Path("cache", "softhsm")
PROGRAM, LIBRARY = "softhsm2-util", "libsofthsm2.so"
SECONDS = 120


@dataclass(frozen=True)
class SoftHsm:
    """Its program and its library."""

    program: Path
    library: Path


def found(root: Path) -> SoftHsm | None:
    """The one that this machine has, or the checkout's cache."""
    own = shutil.which(PROGRAM)
    programs = [Path(own)] if own else []
    programs += (root / KEPT).glob(f"**/{PROGRAM}")
    libraries = [*(root / KEPT).glob(f"**/{LIBRARY}"), *(path for folder in _library_folders() for path in folder.glob(f"**/{LIBRARY}"))]
    return SoftHsm(programs[0], libraries[0]) if programs and libraries else None


def _library_folders() -> Iterator[Path]:
    return (Path(start, "softhsm") for start in ("/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib"))


def fetch(root: Path) -> SoftHsm | None:
    """The same, downloaded as Debian's package if it is nowhere; needs apt and dpkg, and no rights. None where that can't be."""
    have = found(root)
    if have is not None or shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return have
    folder = root / KEPT
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not _ran(["apt-get", "download", package], folder):
            return None
    return found(root) if all(_ran(["dpkg", "-x", str(file), "."], folder) for file in sorted(folder.glob("*.deb"))) else None


def _ran(command: list[str], folder: Path) -> bool:
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False
