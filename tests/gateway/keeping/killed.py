"""A gateway with its keeper in a process of its own, that a test kills at named points and starts again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.office import database as offices
from gateway.signers import sealing
from ledger import faults
from ledger.chain import manifest as manifests
from ledger.chain.direct import Sender
from ledger.chain.rpc import Rpc
from ledger.mirror import database as mirrors
from tests.gateway.keeping.dues import Watch
from tests.ledger.ledgers import Clock, Ledger

SECONDS = 30.0
QUICK_N = 1 << 10


@dataclass(frozen=True)
class Place:
    """Where a gateway lives: its databases, its node and its ledger."""

    office: str
    mirror: str
    node: str
    manifest: Path


def opened(place: Place) -> Watch:
    """A gateway over what is there."""
    rpc, nobody = Rpc(place.node), bytes(31) + b"\1"
    clock = Clock(rpc)
    made = Ledger(rpc, clock, manifests.load(place.manifest), Sender.of(rpc, nobody), Sender.of(rpc, nobody), {})
    return Watch.over(made, offices.open(place.office), mirrors.open(place.mirror), owner="killed 1 1.00")


def live(place: Place, receivables: list[int], fault: str | None, lent: Sequence[int] = ()) -> None:
    """One life of the gateway, with its threads: until every one of these receivables is debited and these loans are paid something."""
    # Only here, in a process of its own: nothing sets it back.
    sealing.SCRYPT_N = QUICK_N
    if fault is not None:
        os.environ[faults.VARIABLE] = fault
    watch, stop = opened(place), threading.Event()
    house = watch.house
    runs = (house.relay.run, house.settler.run, house.services.sync.run, watch.keeper.run)
    workers = [threading.Thread(target=each, args=(stop,), daemon=True) for each in runs]
    for worker in workers:
        worker.start()
    end = time.monotonic() + SECONDS
    while not (all(watch.debits(each) for each in receivables) and all(watch.taken(each) for each in lent)):
        if time.monotonic() > end:
            raise TimeoutError(f"not debited; {watch.keeper.fault or house.relay.fault}")
        time.sleep(0.02)
    stop.set()
    house.relay.wake()
    for worker in workers:
        worker.join()
