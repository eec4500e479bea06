"""Founding a ledger of one's own: the council's key, settlement banks with their cash, the offices of the shipped registers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from gateway import acts, calls
from gateway.access import SCOPES, Session
from gateway.drafts import Request, Wanted
from gateway.errors import Problem
from gateway.outbox import lane_rows
from gateway.roles import MODES, ROLES
from gateway.services import Services
from gateway.signers.keystore import COUNCIL, HOUSE, RELAYER, Keystore
from ledger.chain.calls import function_selector, view
from ledger.chain.deploy import CashPlan, Founding, RegisterPlan
from ledger.chain.engines import Engine
from ledger.domain import shipped_registers as registers
from ledger.domain.ids import from_hex
from ledger.domain.money import currency
from ledger.domain.registers import Shipped
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import members

COUNCIL_DELAY_SECONDS = 3 * 86_400
"""How long a decision of the council waits on a network of members; a chain whose clock can be set has none."""
WAIT_SECONDS = 120.0
_FOUNDER = Session("founding", None, frozenset(SCOPES))


@dataclass(frozen=True, slots=True)
class _Founder:
    """A member that is there from the start: name in the keystore, public name, roles (bits)."""

    key: str
    name: str
    roles: int


BANKS = {code: _Founder(f"bank {code}", f"Settlement bank for {code}", ROLES["SETTLEMENT_BANK"]) for code in ("USD", "GBP", "CNY")}
OFFICES = {
    register.office: _Founder(f"office {register.office}", register.office, ROLES["REGISTRAR"] | ROLES["ANCHORER"])
    for register in registers.SHIPPED
}
"""Each keeps its registers; the role that anchors them is its own account's, and no officer's key has it unless it is given it."""


def house_key(keystore: Keystore, purpose: str) -> bytes:
    """The gateway's own key for a purpose, made at the first use. Raises SigningLocked."""
    held = keystore.keys(HOUSE, purpose)
    return held[0] if held else keystore.create(HOUSE, purpose)


def relayers(keystore: Keystore, number: int = 1) -> list[bytes]:
    """The keys that send acts, one for each lane, oldest first; so many at least are made. Raises SigningLocked."""
    held = keystore.keys(HOUSE, RELAYER)
    return [*held, *(keystore.create(HOUSE, RELAYER) for _ in range(number - len(held)))]


def renew_relayer(keystore: Keystore) -> bytes:
    """Gives the key of a lane that stands still up for a new key: what the old one had in flight is sent by the new one. The new address.

    Where none stands still it is the first. No gateway may run on the office meanwhile. Raises SigningLocked.
    """
    held = relayers(keystore)
    with keystore.office.read() as conn:
        stopped = lane_rows.stopped_keys(conn)
    old, new = next((key for key in held if key in stopped), held[0]), keystore.create(HOUSE, RELAYER)
    with keystore.office.write() as conn:
        lane_rows.retire_lane(conn, old)
    keystore.retire(HOUSE, old)
    return new


def resume_council(keystore: Keystore) -> bytes | None:
    """Has the lane of the council's key go on from the chain's count at the next start. Its address; None where none has sent from here.

    No gateway may run on the office meanwhile. Raises SigningLocked.
    """
    keystore.check_open()
    held = keystore.keys(HOUSE, COUNCIL)
    with keystore.office.write() as conn:
        return held[0] if held and lane_rows.resume_lane(conn, held[0]) else None


def founding(keystore: Keystore, engine: Engine) -> Founding:
    """What the ledger is deployed with."""
    council = house_key(keystore, COUNCIL)
    return Founding(
        council=council,
        council_delay=0 if engine.development_clock else COUNCIL_DELAY_SECONDS,
        admitters=(council,),
        cash=tuple(_cash(code, _account(keystore, bank)) for code, bank in BANKS.items()),
        registers=tuple(_register(shipped, _account(keystore, OFFICES[shipped.office])) for shipped in registers.SHIPPED),
    )


def admit_founders(services: Services, idle: Callable[[], None]) -> None:
    """Enrols the relayer, admits banks and offices, and gives each office its second officer. Does nothing twice."""
    founders = [*BANKS.values(), *OFFICES.values()]
    accounts = services.keystore.accounts([founder.key for founder in founders])
    senders = relayers(services.keystore)
    with services.office.write() as conn:
        for relayer in senders:
            calls.enrolment(services, conn, relayer)
        for founder, account in zip(founders, accounts, strict=True):
            party = sha256(f"pledgebook:founder:{founder.key}".encode()).digest()
            wanted = [account, account, party, founder.roles, False, True, founder.name]
            calls.admission(services, conn, founder.key, wanted, _FOUNDER.key_id)
    services.wake()
    _until(services, idle, lambda: _are_members(services, senders[0], accounts), "founding members are not mirrored")
    for office in OFFICES.values():
        _second_officer(services, _account(services.keystore, office), idle)


def may_enrol(services: Services) -> bool:
    """Whether the council's key held here may enrol relayers on this ledger. Raises NodeUnreachable, RpcError."""
    held = services.keystore.keys(HOUSE, COUNCIL)
    if services.keystore.locked or not held:
        return False
    asked = (held[0], services.manifest.address("Acts"), function_selector("Acts", "setRelayer"))
    immediate, _ = view(services.rpc, services.manifest.address("Council"), "Council", "canCall", *asked)
    return bool(immediate)


def enrol(services: Services) -> None:
    """Has the council's key held here enrol the relayers that the ledger doesn't know (a renewed lane, or one more)."""
    with services.snapshot() as conn:
        missing = [key for key in relayers(services.keystore) if not act_queries.is_relayer(conn, key)]
    if not missing:
        return
    with services.office.write() as conn:
        for relayer in missing:
            calls.enrolment(services, conn, relayer)
    services.wake()


def _second_officer(services: Services, office: bytes, idle: Callable[[], None]) -> None:
    """Acts that take two officers need two keys of the office's account."""
    held = services.keystore.keys(office)
    key = held[1] if len(held) > 1 else services.keystore.create(office)
    body = {"key": "0x" + key.hex(), "roles": ROLES["REGISTRAR"]}
    actor = Wanted(office, ROLES["ADMINISTRATOR"], MODES["SIGNED"], held[0], None, None)
    request = Request("second officer", office, "AddKey", body, (actor,), None, None, ())
    (outcome,) = acts.accept(services, _FOUNDER, [request])
    if isinstance(outcome, Problem):
        raise outcome
    _until(services, idle, lambda: _has_key(services, key), "the office's second key is not mirrored")


def _cash(code: str, bank: bytes) -> CashPlan:
    unit = currency(code)
    return CashPlan(bank, unit.number, f"{code} of {BANKS[code].name}", f"pb{code}")


def _register(shipped: Shipped, office: bytes) -> RegisterPlan:
    return RegisterPlan(shipped.number, office, shipped.rule, shipped.codes, shipped.words, shipped.name, shipped.rule_contract)


def _account(keystore: Keystore, founder: _Founder) -> bytes:
    return keystore.accounts([founder.key])[0]


def _mirrors_the_chain(services: Services) -> bool:
    """Whether the newest block that is mirrored is one of the chain's: what a crash took from a chain is still mirrored for a while."""
    held = services.sync.status()
    block = services.rpc.call("eth_getBlockByNumber", hex(max(0, held.block)), False)
    return held.hash is not None and block is not None and from_hex(block["hash"]) == held.hash


def _are_members(services: Services, relayer: bytes, accounts: list[bytes]) -> bool:
    with services.snapshot() as conn:
        return act_queries.is_relayer(conn, relayer) and all(members.get(conn, account) is not None for account in accounts)


def _has_key(services: Services, key: bytes) -> bool:
    with services.snapshot() as conn:
        return members.of_key(conn, key) is not None


def _until(services: Services, idle: Callable[[], None], done: Callable[[], bool], late: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not (_mirrors_the_chain(services) and done()):
        if time.monotonic() > end:
            with services.office.read() as conn:
                raise TimeoutError(f"{late} after {WAIT_SECONDS:.0f} s; lanes: {lane_rows.alarms(conn) or 'no alarm'}; {services.faults()}")
        idle()
        services.progress.wait(services.progress.count, 0.05)
