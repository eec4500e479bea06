"""Every command line that the documentation shows in a block of code is one that `pledgebook` takes, with its arguments and options."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer.exceptions import TyperException

from gateway.cli import cli

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_SHOWN = re.compile(r"^ *(?:\.venv/bin/|[A-Z]+=\$\()?pledgebook (.+?)\)?$")


def shown_in(text: str) -> list[str]:
    """The command lines in blocks of code, fenced or indented, without `pledgebook`."""
    found, fenced = list[str](), False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        shown = _SHOWN.match(line)
        if shown and (fenced or line.startswith("    ")):
            found.append(shown[1])
    return found


SHOWN = [line for page in PAGES for line in shown_in(page.read_text())]
PLEDGEBOOK = typer.main.get_command(cli)


def read(line: str) -> str:
    """The name of the command that takes a line, whose arguments are read and nothing of it run. Raises LookupError, TyperException."""
    command, words, name = PLEDGEBOOK, shlex.split(line, comments=True), "pledgebook"
    while commands := getattr(command, "commands", None):
        if words == ["--help"]:
            return name
        name, *words = words
        command = commands[name]
    with command.make_context(name, words):
        return name


def test_the_documentation_shows_commands() -> None:
    assert len(SHOWN) > 20
    assert {read(line) for line in SHOWN} > {"show", "search", "verify", "watches", "route", "check", "build"}


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_line_that_is_shown_is_taken(line: str) -> None:
    assert read(line)


@pytest.mark.parametrize("line", ["pledge sell 1", "pledge show", "pledge show one", "register list --loud"])
def test_another_is_not(line: str) -> None:
    with pytest.raises((LookupError, TyperException)):
        read(line)
