"""Every read that can be asked as at a block, with words for what it must be given: made of the API's own description."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

_ALWAYS = {"block", "known_at", "limit", "after", "fields", "Access-Reason", "If-None-Match"}


class Question(NamedTuple):
    """A path and its query; a list is asked for whole."""

    path: str
    query: dict[str, str]


def questions(document: dict[str, Any], words: Mapping[str, Sequence[str]]) -> Iterator[Question]:
    """Each operation that takes a block, with each word that there is for each parameter; one that may be left out is, too.

    A word for a parameter of one operation only is named by its path, as `/members role`. A required one without words is a KeyError.
    """
    for path, operations in document["paths"].items():
        every = {each["name"]: each for each in operations.get("get", {}).get("parameters", [])}
        if "block" not in every:
            continue
        told = [each for name, each in every.items() if name not in _ALWAYS]
        names = [each["name"] for each in told]
        whole = {"limit": "1000"} if "limit" in every else {}
        choices = [_choices(path, each, words) for each in told]
        for chosen in product(*choices):
            given = {name: word for name, word in zip(names, chosen, strict=True) if word is not None}
            inside = {name: word for name, word in given.items() if f"{{{name}}}" in path}
            yield Question(path.format(**inside), whole | {name: word for name, word in given.items() if name not in inside})


def _choices(path: str, parameter: dict[str, Any], words: Mapping[str, Sequence[str]]) -> list[str | None]:
    name = parameter["name"]
    if parameter.get("required"):
        return [*(words.get(f"{path} {name}") or words[name])]
    return [None, *words.get(f"{path} {name}", ())]
