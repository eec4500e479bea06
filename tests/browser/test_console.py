"""The console in a real browser: signed in, read, signed and signed out by clicking, at the width of a phone and of a desk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from house import browser
from tests.gateway.conftest import Api, api, brisk_clock, founded_home
from tests.gateway.console.browser import drawn_up, key_of
from tests.scripts.test_suite import ROOT

__all__ = ["api", "brisk_clock", "founded_home"]
SECONDS = 300
MORE = (
    *("/console/acts", "/console/to-sign", "/console/offers", "/console/purchases", "/console/purchases/new", "/console/registers"),
    *("/console/certificates", "/console/deals", "/console/loans", "/console/dues", "/console/cash", "/console/reason"),
)


@dataclass(frozen=True)
class Seen:
    """What the browser saw: texts of pages by name, faults that it told, and the rest as the driver says it."""

    told: dict[str, Any]
    shots: Path

    def text(self, name: str) -> str:
        (found,) = [each["text"] for each in self.told["pages"] if each["name"] == name]
        return str(found)


@pytest.fixture(scope="module")
def seen(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    if not browser.is_there(ROOT):
        pytest.skip("no browser: scripts/test --part browser installs it where the packages can be had")
    supplier, obligor = api.admit("A supplier with quite a long name, Limited", "SUPPLIER"), api.admit("An obligor", "OBLIGOR")
    drawn_up(api, supplier, obligor, face=123_456)
    shots = Path(os.environ.get("PLEDGEBOOK_SHOTS") or tmp_path_factory.mktemp("shots"))
    shots.mkdir(parents=True, exist_ok=True)
    asked = {"url": api.running.url, "key": key_of(api, obligor), "named": "No. 1", "shots": str(shots), "more": MORE}
    ended = subprocess.run(
        browser.command(ROOT, json.dumps(asked)),
        env=browser.environment(ROOT),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4_000:]
    return Seen(json.loads(ended.stdout), shots)


def test_a_receivable_is_confirmed_by_clicking(seen: Seen, api: Api) -> None:
    assert "1,234.56 USD" in seen.text("receivable") and "1,234.56 USD" in seen.text("preview")
    assert "Final" in seen.text("act")
    (found,) = api.http.get("/receivables").json()["data"]
    assert found["status"] == "live"


def test_no_script_reads_the_cookie_and_signing_out_ends_it(seen: Seen) -> None:
    (cookie,) = seen.told["cookies"]
    assert cookie == {"name": "pledgebook-console", "httpOnly": True, "sameSite": "Strict", "session": True}
    assert seen.told["script"] == ""
    assert "You are signed out" in seen.text("out") and seen.told["after"] == "/console/sign-in"


def test_the_browser_has_nothing_to_complain_of(seen: Seen) -> None:
    assert seen.told["faults"] == []


def test_nothing_lies_beside_a_phones_window(seen: Seen) -> None:
    assert seen.told["wide"] == []


def test_what_is_printed_has_no_button_and_whole_tables(seen: Seen) -> None:
    assert seen.told["paper"] == []


def test_text_is_drawn(seen: Seen) -> None:
    """Without a font every width is nothing, and so nothing lies beside any window."""
    assert seen.told["blank"] == []


def test_no_barrier_is_found(seen: Seen) -> None:
    assert seen.told["barriers"] == []


def test_every_page_was_drawn_in_both_sizes(seen: Seen) -> None:
    drawn = {each.name for each in seen.shots.glob("*.png") if each.stat().st_size > 4_000}
    names = {each["name"] for each in seen.told["pages"]}
    assert len(names) == 8 + len(MORE) and drawn >= {f"{name}-{size}.png" for name in names for size in ("phone", "desktop")}


def test_the_driver_needs_what_the_lock_has() -> None:
    lock = json.loads((ROOT / "tests" / "browser" / "package-lock.json").read_text())["packages"]
    wanted = lock[""]["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values())
    assert all(each.get("integrity", "").startswith("sha512-") for name, each in lock.items() if name)
    assert shutil.which("node", path=str(ROOT / ".venv" / "bin")) is not None
