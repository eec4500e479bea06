"""The look for secrets finds them: what is let pass in it is no more than chance and the tests' own."""

import subprocess
from pathlib import Path

import pytest

from house import leaks

ROOT = Path(__file__).resolve().parents[2]
FOUND = {
    "an API key of ours": "key = pbk_" + "0a" * 8 + "_" + "5f" * 32,
    "a private key": "-----BEGIN " + "EC PRIVATE KEY-----",
    "a cloud's key": "AKIA" + "Z7Q2MN4PXR5TLW3B",
    "a password in an address": "https://user:" + "hunter2hunter2@db.example/x",
    "a password": "password = " + '"hunter2hunter2"',  # pragma: allowlist secret
    "a token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJ4In0" + ".c2lnbmF0dXJlLXNpZ25hdHVyZQ",
}
PASSED = ["0x" + "5f" * 32, "hash = " + "ab" * 32, "pbk_...", "authorization: Bearer pbk_ID_SECRET"]


def looked(file: Path, text: str) -> subprocess.CompletedProcess[str]:
    file.write_text(text + "\n")
    return subprocess.run(leaks.command(ROOT, [str(file)]), capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("name", FOUND)
def test_a_secret_is_found(tmp_path: Path, name: str) -> None:
    ended = looked(tmp_path / "settings.py", FOUND[name])
    assert ended.returncode != 0 and "settings.py:1" in ended.stdout


def test_digests_are_none(tmp_path: Path) -> None:
    ended = looked(tmp_path / "settings.py", "\n".join(PASSED))
    assert (ended.returncode, ended.stdout) == (0, "")


def test_all_that_is_checked_in_is_looked_at_but_locks() -> None:
    names = leaks.files(ROOT)
    assert {"pyproject.toml", "README.md", "gateway/access.py", "gateway/api/examples.json"} <= set(names)
    assert not [name for name in names if name.endswith(".lock")]
