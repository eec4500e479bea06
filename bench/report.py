"""What all benchmarks share: their options, their progress and how figures are shown."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value (None: there is none), what it is, and the goal it is held to, as text."""

    value: int | float | None
    meaning: str
    goal: str = ""


def options(name: str, description: str) -> argparse.ArgumentParser:
    """A benchmark's command line, with the option that all have."""
    parser = argparse.ArgumentParser(prog=f"scripts/bench {name}", description=description)
    parser.add_argument("--json", action="store_true", help="one flat JSON object and nothing else on standard output")
    return parser


@contextmanager
def step(label: str) -> Iterator[None]:
    """Say on standard error what is being done, and how long it took."""
    print(f"{label} ...", end=" ", file=sys.stderr, flush=True)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def show(figures: Mapping[str, Figure], as_json: bool) -> None:
    """Print the figures by name."""
    if as_json:
        print(json.dumps({name: figure.value for name, figure in figures.items()}))
        return
    for name, figure in figures.items():
        value = "none" if figure.value is None else f"{figure.value:,}"
        print(f"{name:<26}{value:>14}  {figure.meaning}{f' (goal: {figure.goal})' if figure.goal else ''}")
