"""Commands of `pledgebook` run in this process, as a user's terminal would see them."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway import cli
from gateway.commands import shared


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def runner(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs commands on a home, on a wide terminal. The command line narrows the rights of what a process writes; here they come back."""
    monkeypatch.setenv("PLEDGEBOOK_HOME", str(home))
    for console in (cli.console, shared.console):
        monkeypatch.setattr(console, "width", 250)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["pledgebook", *arguments])
        before = os.umask(0o022)
        try:
            with pytest.raises(SystemExit) as ended:
                cli.main()
        finally:
            os.umask(before)
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return run


def refused(ran: Ran, said: str) -> None:
    """The command failed with one line that says so."""
    assert ran.code == 1 and said in ran.err and ran.err.count("\n") == 1, ran
