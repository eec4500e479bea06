"""A gateway's courier in a process of its own, that a test kills at named points and starts again."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from gateway.config import Settings
from gateway.following import pauses, rounds
from gateway.following.courier import Courier
from gateway.office import database as offices
from gateway.office.models import WEBHOOK
from gateway.signers import sealing
from ledger import faults
from ledger.chain import manifest as manifests
from ledger.chain.direct import Sender as Direct
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from ledger.mirror import database as mirrors
from tests.gateway.outbox.world import House, World

SECONDS = 30.0


@dataclass(frozen=True)
class Place:
    """Where a gateway lives: its databases, its node and its ledger."""

    office: str
    mirror: str
    node: str
    manifest: Path


def opened(place: Place) -> House:
    """A gateway over what is there."""
    rpc = Rpc(place.node)
    node = anvil.Anvil(Path(), None, place.node)  # type: ignore[arg-type]
    world = World(node, rpc, manifests.load(place.manifest), Direct.of(rpc, bytes(31) + b"\1"), b"", b"")
    house = House.build(world, offices.open(place.office), mirrors.open(place.mirror))
    house.services.settings = Settings(webhook_hosts="127.0.0.1")
    return house


def hurry() -> None:
    """What makes a life short. Only for a process of its own: nothing sets it back."""
    sealing.SCRYPT_N = 1 << 10
    pauses.SCHEDULE = (0.02,)
    rounds.LOOK_SECONDS = 0.05


def live(place: Place, last: int, fault: str | None) -> None:
    """One life of the courier: until every subscription's cursor has come to the position `last`."""
    hurry()
    if fault is not None:
        os.environ[faults.VARIABLE] = fault
    house, stop = opened(place), threading.Event()
    thread = threading.Thread(target=Courier(house.services, "killed 1 1.00").run, args=(stop,), daemon=True)
    thread.start()
    end = time.monotonic() + SECONDS
    while cursors(house) != {last}:
        if time.monotonic() > end:
            raise TimeoutError(f"not delivered: {cursors(house)}")
        time.sleep(0.02)
    stop.set()
    house.services.mirrored.announce()
    thread.join()


def cursors(house: House) -> set[int]:
    """How far each subscription came."""
    with house.office.read() as conn:
        return {row.cursor for row in conn.execute(WEBHOOK.select())}
