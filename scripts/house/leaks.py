"""A look for secrets in what is checked in: detect-secrets' patterns, and the form of our own API keys. There is no list of known ones."""

import subprocess
from pathlib import Path

PATTERNS = Path("scripts", "house", "leak_patterns.py")
UNREAD = (".lock", "package-lock.json")
"""Locks are hashes from end to end; what they hold is checked when it is installed."""
OFF = ("HexHighEntropyString", "Base64HighEntropyString")
"""Digests and keys of test accounts are what a ledger's tests are made of: chance looks no different from a secret there."""
SIGNED = r'^ +"(receipt|statement)": "eyJ'
"""What gateways sign for each other looks like a token. It opens nothing: it is signed to be shown."""


def files(root: Path) -> list[str]:
    """What is checked in, and is text that somebody wrote."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True, text=True).stdout.split("\0")  # noqa: S607
    return [name for name in listed if name and not name.endswith(UNREAD) and (root / name).is_file()]


def command(root: Path, names: list[str] | None = None) -> list[str | Path]:
    """A program that fails, and names file and line, where something looks like a secret: in these files, or in all that are checked in."""
    off = [word for name in OFF for word in ("--disable-plugin", name)]
    program = root / ".venv" / "bin" / "detect-secrets-hook"
    return [program, "--plugin", root / PATTERNS, *off, "--exclude-lines", SIGNED, *(files(root) if names is None else names)]
