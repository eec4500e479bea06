"""Real lives on the real contracts: each step is done or refused for its reason, to the cent, and every life comes to an exit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import FULL
from tests.ledger import ledgers
from tests.lives import on_chain
from tests.lives.on_chain import SOURCES, Mark
from tests.lives.steps import Life
from tests.lives.test_lives import DATA, real

SAMPLED = {"orders": 60, "fines": 4, "invoices": 40}
"""A quick run takes every n-th life of a source, in the order of their keys."""
FEWEST = {"orders": ("Pay", "Cancel", "Retire", "EndDispute"), "fines": ("Pay", "WriteOff"), "invoices": ("Pay", "Dispute")}
"""Acts without which a sample tells little."""


def sample(name: str) -> dict[str, Life]:
    """The lives of a source that this run takes: all of them in a full one."""
    folder, read, _ = SOURCES[name]
    lives = sorted(read(DATA / folder).items())
    return dict(lives if FULL else lives[:: SAMPLED[name]])


@real
@pytest.mark.parametrize("name", SOURCES)
def test_real_lives_are_lived_on_the_contracts_to_the_cent(name: str, tmp_path: Path) -> None:
    lives = sample(name)
    with ledgers.running(tmp_path, on_chain.people(), genesis=on_chain.genesis(lives)) as ledger:
        run, wrong = on_chain.examined(ledger, lives, SOURCES[name][2])
        print(on_chain.report(name, lives, run, 0))
    assert wrong == []
    assert all(run.answers[step, ""] for step in FEWEST[name])
    assert on_chain.paid(run)[0] > 0


def test_disputes_lapse_and_last_no_longer_than_their_term_together() -> None:
    mark = Mark(term=60)
    assert mark.end(5) == "NoDispute" and mark.begin(10) == "" and mark.begin(70) == "DisputeStands"
    assert mark.end(30) == "" and mark.end(30) == "NoDispute"
    assert mark.begin(40) == "" and mark.until == 80, "20 of 60 are used"
    assert mark.end(81) == "NoDispute" and mark.begin(81) == "DisputesExhausted"
