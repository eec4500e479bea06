"""Killed at every write and send, and started again, the keeper loses no debit and has none fired twice."""

import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.office.models import CALL, KEPT_FIRING
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from tests.gateway.keeping import dues
from tests.gateway.keeping.dues import allow, fund, issued
from tests.gateway.keeping.killed import Place, live, opened
from tests.ledger.ledgers import DAY, Ledger
from tests.processes import forks, killed_at

pytestmark = pytest.mark.long

KEEPER_POINTS = ("keeper.asked", "keeper.keeping", "keeper.kept")
OUTBOX_POINTS = ("outbox.writing", "outbox.written", "outbox.sending", "outbox.sent", "outbox.noted")
FACE = 5_000


@pytest.fixture
def place(ledger: Ledger, database_urls: Callable[[], str], tmp_path: Path) -> Place:
    """A gateway's home, with a key for its lane."""
    made = Place(database_urls(), database_urls(), ledger.rpc.url, tmp_path / "ledger" / "manifest.json")
    close(made)
    return made


def close(place: Place) -> None:
    watch = opened(place)
    watch.house.office.close()
    watch.house.services.mirror.close()


class Mining:
    """Blocks come by themselves while it is entered, as on a network."""

    def __init__(self, url: str) -> None:
        self._url, self._stop = url, threading.Event()
        self._thread = threading.Thread(target=self._mine)

    def _mine(self) -> None:
        with Rpc(self._url) as rpc:
            while not self._stop.wait(0.03):
                try:
                    if int(rpc.call("txpool_status")["pending"], 16):
                        rpc.call("evm_mine")
                except (NodeUnreachable, RpcError):
                    return

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def due_now(ledger: Ledger) -> int:
    """A debt of which the due second has come, and the cash for it; the receivable."""
    receivable = issued(ledger, "One", FACE, ledger.now() + 1_000)
    fund(ledger, "One", FACE)
    ledger.jump(ledger.now() + 1_000)
    return receivable


def run(place: Place, receivables: list[int], fault: str | None, lent: Sequence[int] = ()) -> int | None:
    """One life; how it ended."""
    process = forks.Process(target=live, args=(place, receivables, fault, lent))
    process.start()
    process.join(60)
    assert process.exitcode is not None, f"{fault}: the gateway hangs"
    return process.exitcode


def test_killed_at_every_write_and_send_each_debit_is_made_once(ledger: Ledger, place: Place) -> None:
    allow(ledger, "One", FACE * 100)
    receivables: list[int] = []
    for point in killed_at((*KEEPER_POINTS, *OUTBOX_POINTS), place.office):
        receivables.append(due_now(ledger))
        with Mining(ledger.rpc.url):
            assert run(place, receivables, point) == -signal.SIGKILL, f"{point} was not passed"
    with Mining(ledger.rpc.url):
        assert run(place, receivables, None) == 0
    check(ledger, place, receivables)


def test_killed_at_each_of_its_points_the_keeper_takes_an_instalment_once(ledger: Ledger, place: Place) -> None:
    loan = dues.lent(ledger, [3, 60])
    ledger.jump(ledger.now() + 4 * DAY)
    for point in KEEPER_POINTS:
        with Mining(ledger.rpc.url):
            assert run(place, [], point, [loan]) == -signal.SIGKILL, f"{point} was not passed"
    with Mining(ledger.rpc.url):
        assert run(place, [], None, [loan]) == 0
    watch = opened(place)
    watch.house.read()
    assert watch.taken(loan) == [("DEBIT", 1_000)] and watch.fired(loan) == [True]
    watch.house.office.close()
    watch.house.services.mirror.close()


def check(ledger: Ledger, place: Place, receivables: list[int]) -> None:
    watch = opened(place)
    watch.house.read()
    assert [watch.debits(each) for each in receivables] == [[FACE]] * len(receivables)
    assert [watch.fired(each) for each in receivables] == [[True]] * len(receivables), "fired once, and not in vain"
    assert ledger.cash_of(ledger.people["One"].account) == 0
    with watch.house.office.read() as conn:
        calls = list(conn.execute(select(CALL.c.call_id, CALL.c.state)))
        kept = set(conn.execute(select(KEPT_FIRING.c.call_id)).scalars())
    assert {call.call_id for call in calls} == kept and {call.state for call in calls} == {"final"}
    watch.house.office.close()
    watch.house.services.mirror.close()


def test_every_point_of_the_keeper_is_among_those_that_are_killed_at() -> None:
    root = Path(__file__).parents[3] / "gateway"
    named = {part.split('"')[0] for file in root.rglob("*.py") for part in file.read_text().split('faults.point("')[1:]}
    assert {name for name in named if name.startswith("keeper.")} == set(KEEPER_POINTS)
