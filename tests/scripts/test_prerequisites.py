"""What a machine lacks is said before anything is done, one line each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "dirname", "sort", "head", "printf", "sh", "env")
BASE_PYTHON = Path(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The PATH of a machine that has everything: real tools, and programs of ours where tests pretend."""
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (tmp_path / tool).symlink_to(found)
    says(tmp_path, "uname", "Linux x86_64")
    says(tmp_path, "getconf", "glibc 2.36")
    says(tmp_path, "git", "")
    runs(tmp_path, "python3", f'exec {BASE_PYTHON} "$@"')
    return tmp_path


def says(machine: Path, program: str, output: str) -> None:
    """Put a program on the PATH that prints a line."""
    runs(machine, program, f'echo "{output}"')


def runs(machine: Path, program: str, script: str) -> None:
    """Put a shell script on the PATH."""
    (machine / program).write_text(f"#!/bin/sh\n{script}\n")
    (machine / program).chmod(0o755)


def check(machine: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Source the prerequisites on that machine in an empty checkout and print the Python that they chose."""
    root = machine / "checkout"
    root.mkdir(exist_ok=True)
    script = f'set -euo pipefail; root="{root}"; . "{ROOT / "scripts" / "prerequisites"}"; echo "$python"'
    env = {"PATH": str(machine), "HOME": os.environ.get("HOME", "/"), **environment}
    return subprocess.run([str(machine / "bash"), "-c", script], env=env, capture_output=True, text=True, check=False)


def hide_pythons(machine: Path) -> None:
    """Make every Python by name on this PATH unusable."""
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        runs(machine, name, "exit 127")


def test_a_machine_with_everything_passes_silently(machine: Path) -> None:
    done = check(machine)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(machine / "python3")


@pytest.mark.parametrize(
    ("program", "answer", "line"),
    [
        ("uname", "Darwin arm64", "pledgebook: needs Linux x86-64, this is Darwin arm64"),
        ("uname", "Linux aarch64", "pledgebook: needs Linux x86-64, this is Linux aarch64"),
        ("getconf", "glibc 2.31", "pledgebook: needs glibc 2.35 or later, this is glibc 2.31"),
        ("getconf", "glibc 2.4", "pledgebook: needs glibc 2.35 or later, this is glibc 2.4"),
    ],
)
def test_another_platform_is_refused(machine: Path, program: str, answer: str, line: str) -> None:
    says(machine, program, answer)
    done = check(machine)
    assert (done.returncode, done.stderr.splitlines()) == (1, [line])


@pytest.mark.parametrize("version", ["glibc 2.35", "glibc 2.41", "glibc 3.0"])
def test_a_newer_glibc_passes(machine: Path, version: str) -> None:
    says(machine, "getconf", version)
    assert check(machine).returncode == 0


def test_another_c_library_is_refused(machine: Path) -> None:
    runs(machine, "getconf", "exit 1")
    assert "this is another C library" in check(machine).stderr


def test_every_lack_has_its_line(machine: Path) -> None:
    says(machine, "uname", "Linux armv7l")
    says(machine, "getconf", "glibc 2.17")
    (machine / "git").unlink()
    lines = check(machine).stderr.splitlines()
    assert [line.split()[2] for line in lines] == ["Linux", "glibc", "git,"]


def test_a_python_of_another_version_is_passed_over(machine: Path) -> None:
    runs(machine, "python3", "exit 1")
    runs(machine, "python3.13", "exit 127")
    runs(machine, "python3.12", f'exec {BASE_PYTHON} "$@"')
    assert check(machine).stdout.strip() == str(machine / "python3.12")


def test_a_python_without_ensurepip_is_passed_over(machine: Path) -> None:
    broken = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv[1])"
    runs(machine, "python3", f'exec {BASE_PYTHON} -c "{broken}" "$2"')
    runs(machine, "python3.11", f'exec {BASE_PYTHON} "$@"')
    assert check(machine).stdout.strip() == str(machine / "python3.11")


def test_a_python_elsewhere_can_be_named(machine: Path) -> None:
    hide_pythons(machine)
    assert check(machine, PLEDGEBOOK_PYTHON=str(BASE_PYTHON)).stdout.strip() == str(BASE_PYTHON)


def test_no_python_is_one_line(machine: Path) -> None:
    hide_pythons(machine)
    done = check(machine)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "needs Python 3.11, 3.12 or 3.13 with venv and ensurepip" in done.stderr
