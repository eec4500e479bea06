"""A gateway in a process of its own, with its threads running, that a test kills at named points and starts again."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from coincurve import PrivateKey

from gateway import acts, signatures
from gateway.access import ACT, READ, Session
from gateway.drafts import Request, Wanted, key_of
from gateway.errors import Problem
from gateway.office import database as offices
from gateway.office.repository import ActKey
from gateway.outbox import act_rows, tx_rows
from gateway.signers import sealing
from ledger import faults
from ledger.chain import manifest as manifests
from ledger.chain.direct import Sender as Direct
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from ledger.domain.acts import SIGNED
from ledger.mirror import database as mirrors
from tests.gateway.outbox.world import House, World

SECONDS = 30.0
QUICK_N = 1 << 10


@dataclass(frozen=True)
class Place:
    """Where a gateway lives: its databases, its node, its members, and where it notes what it answered."""

    office: str
    mirror: str
    node: str
    manifest: Path
    first: bytes
    second: bytes
    answered: Path
    deadline: int


def requests(place: Place, tag: str) -> list[Request]:
    """What a client asks for in a round: three acts of one signer, one that two sign, and one that must go after it."""
    deadline = place.deadline

    def asked(name: str, *signers: bytes, after: tuple[ActKey, ...] = ()) -> Request:
        wanted = tuple(Wanted(signer, None, SIGNED, None, None, None) for signer in signers)
        return Request(f"{tag} {name}", place.first, "SetAcceptance", {"acceptsDirect": True}, wanted, deadline, None, after)

    both = asked("both", place.first, place.second)
    alone = [asked(f"alone {number}", place.first) for number in range(3)]
    return [*alone, both, asked("after", place.first, after=(key_of(both),))]


def opened(place: Place) -> House:
    """A gateway over what is there."""
    rpc, manifest = Rpc(place.node), manifests.load(place.manifest)
    # This process neither owns the node nor speaks for the council.
    world = World(anvil.Anvil(place.manifest.parent, None, place.node), rpc, manifest, Direct.of(rpc, PrivateKey().secret), b"", b"")  # type: ignore[arg-type]
    return House.build(world, offices.open(place.office), mirrors.open(place.mirror), owner="killed 1 1.00")


def live(place: Place, tags: list[str], fault: str | None) -> None:
    """One life of the gateway: asks for everything again, as a client does that got no answer, and waits until all of it is final."""
    # Only here, in a process of its own: nothing sets it back.
    sealing.SCRYPT_N = QUICK_N
    if fault is not None:
        os.environ[faults.VARIABLE] = fault
    house, stop = opened(place), threading.Event()
    workers = [threading.Thread(target=each, args=(stop,)) for each in (house.relay.run, house.settler.run, house.services.sync.run)]
    for worker in workers:
        worker.start()
    keys = [key for tag in tags for key in ask(house, place, tag)]
    wait(house, keys)
    stop.set()
    house.relay.wake()
    for worker in workers:
        worker.join()


def ask(house: House, place: Place, tag: str) -> list[ActKey]:
    """Posts a round of requests, and signs for the second member what waits for it."""
    mine = Session("first", place.first, frozenset({READ, ACT}))
    found = [each for each in acts.accept(house.services, mine, requests(place, tag)) if not isinstance(each, Problem)]
    note(place, [each.idem_key for each in found])
    house.relay.wake()
    waiting = next(each for each in found if each.idem_key == f"{tag} both")
    if waiting.state == "gathering":
        signatures.add_signature(house.services, Session("second", place.second, frozenset({READ, ACT})), waiting, place.second, None, None)
        note(place, [f"{waiting.idem_key}, signed"])
    house.relay.wake()
    return [each.key for each in found]


def note(place: Place, lines: list[str]) -> None:
    """Says what was answered, in one write."""
    descriptor = os.open(place.answered, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, "".join(f"{line}\n" for line in lines).encode())
    os.close(descriptor)


def wait(house: House, keys: list[ActKey]) -> None:
    """Until every act and transaction is final. An act that is sent once more, because its transaction settled and it had not yet, leaves
    another one behind it, which finds it done. Raises TimeoutError.
    """
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with house.office.read() as conn:
            found = act_rows.named(conn, keys)
            left = tx_rows.unsettled(conn)
        if not left and len(found) == len(keys) and all(act.state == "final" for act in found.values()):
            return
        time.sleep(0.02)
    raise TimeoutError(f"not final: {[(act.idem_key, act.state) for act in found.values() if act.state != 'final']}; {house.relay.fault}")
