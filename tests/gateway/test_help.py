"""Every option of every command says what it is, under a name that no other option of the command has."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from rich.text import Text

from gateway.cli import cli
from gateway.commands.act_help import help_of
from gateway.pledging.changes import BASES
from gateway.pledging.office import BARS
from gateway.pledging.words import in_words
from ledger.domain.routing import AssetKind, Transaction


def commands(command: Any, name: str = "pledgebook") -> Iterator[tuple[str, Any]]:
    """Every command below one, with its whole name."""
    below = getattr(command, "commands", None)
    if not below:
        yield name, command
    for each, inner in (below or {}).items():
        yield from commands(inner, f"{name} {each}")


ALL = dict(commands(typer.main.get_command(cli)))


@pytest.mark.parametrize("name", ALL)
def test_a_command_and_each_of_its_options_are_explained(name: str) -> None:
    command = ALL[name]
    assert command.help
    assert [each.name for each in command.params if not getattr(each, "help", None)] == []


@pytest.mark.parametrize("name", ALL)
def test_what_explains_is_shown_whole(name: str) -> None:
    """Rich takes a word in square brackets for markup and drops it."""
    told = [ALL[name].help, *(each.help for each in ALL[name].params)]
    assert [text for text in told if Text.from_markup(text).plain != text] == []


@pytest.mark.parametrize("name", ALL)
def test_no_two_options_of_a_command_have_one_name(name: str) -> None:
    counted = Counter(text for each in ALL[name].params for text in (*each.opts, *each.secondary_opts))
    assert [text for text, times in counted.items() if times > 1] == []


@pytest.mark.parametrize(
    ("act", "field", "words"),
    [
        ("hold", "bars", list(BARS)),
        ("release", "basis", list(BASES)),
        ("file", "kinds", [in_words(each) for each in AssetKind]),
        ("file", "transaction", [in_words(each) for each in Transaction]),
    ],
)
def test_the_words_that_an_option_takes_are_all_named(act: str, field: str, words: list[str]) -> None:
    assert [each for each in words if each not in help_of(act, field)] == []
