"""What the council decides through a gateway that holds its key: registers as data, and courts' orders (gateway/court_orders.py).

Where the council's decisions wait, the first call announces one, and the same call again carries it out once its time has come.
"""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count

from gateway import calls, descriptions
from gateway.access import ADMIT, Session
from gateway.descriptions import Description, DescriptionError
from gateway.errors import Problem, invalid
from gateway.founding import house_key
from gateway.office.repository import Call
from gateway.outbox.states import ENDS, FAILED
from gateway.registers import kept_rules
from gateway.roles import ROLES
from gateway.services import Services
from gateway.signers.keystore import COUNCIL
from ledger.chain.calls import call_data, view
from ledger.domain.ids import ADDRESS_BYTES, IdError, from_hex, to_hex
from ledger.domain.registers import Shipped
from ledger.mirror.queries import members

REGISTER_GAS = 4_000_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done now by which transaction, and when it goes on if it waits (UTC seconds). `step`: announced or carried out."""

    step: str
    call: Call
    ready_at: int | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A register on its way to the chain. Without a decision the chain has it in these words."""

    description: Description
    version: int
    decision: Decision | None


def check_operator(services: Services, session: Session, what: str) -> None:
    """Whether the session may have the council decide here. Raises 403, SigningLocked."""
    session.needs(ADMIT)
    if not session.is_operator:
        raise Problem(403, "Not permitted", f"only the operator of a gateway that holds the council's key {what}")
    services.keystore.check_open()


def decide(services: Services, session: Session, asked: calls.Asked, data: bytes, gas: int) -> Decision:
    """Has the council make a call, announce it, or carry out what it announced. Raises 403, 409.

    The same key with the same step and data is one decision, however often it is asked for; one that the ledger refused, or an announcement
    that ran out, is made anew.
    """
    step, target, sent, ready_at = _as_decided(services, asked, data)
    key, over = f"{asked.key} {step} {sha256(sent).hexdigest()[:16]}", FAILED if ready_at is None else ENDS
    with services.office.write() as conn:
        tries = (replace(asked, key=key if attempt == 0 else f"{key} again {attempt}") for attempt in count())
        made = (calls.decision(conn, each, target, sent, gas, session.key_id) for each in tries)
        call = next(each for each in made if each.state not in over)
    services.wake()
    return Decision(step, call, ready_at)


def set_register(services: Services, session: Session, text: str, office: bytes) -> Setting:
    """Has the council open a described register, or put its next version in force.

    Once the chain has the register in these very words, the same request keeps the description in the home, and it counts from then on.
    Raises Problem, SigningLocked.
    """
    check_operator(services, session, "sets registers")
    described = _described(services, text)
    _check_office(services, office)
    version, same = _version(services, described.register, office)
    if not same:
        return _sent(services, session, described, version, office)
    _keep(services, described, text)
    return Setting(described, version, None)


def _described(services: Services, text: str) -> Description:
    try:
        return descriptions.read(text, "description", services.catalogue)
    except DescriptionError as wrong:
        raise invalid(str(wrong), field="description") from wrong


def _check_office(services: Services, office: bytes) -> None:
    with services.snapshot() as conn:
        member = members.get(conn, office)
    if member is None or not member.roles & ROLES["REGISTRAR"]:
        raise invalid(f"office: {to_hex(office)} is no member with the role REGISTRAR; admit it first", field="office")


def _version(services: Services, register: Shipped, office: bytes) -> tuple[int, bool]:
    """The version that the description is, and whether the chain has it already. Raises 409 for a closed register."""
    with services.snapshot() as conn:
        kept = kept_rules(conn, register.number)
    if kept is None:
        return 1, False
    row = kept.row
    if row.closed:
        raise Problem(409, "Register closed", f"register {register.number}: it is closed and takes no further version")
    words = {code: rule.word for code, rule in kept.acts.items()}
    stated = dict(zip(register.codes, register.words, strict=True))
    contract = kept.contract or bytes(ADDRESS_BYTES)
    same = (kept.rules.word, contract, row.office, words, row.name) == (
        register.rule,
        _rule_contract(services, register),
        office,
        stated,
        register.name,
    )
    return row.version if same else row.version + 1, same


def _sent(services: Services, session: Session, described: Description, version: int, office: bytes) -> Setting:
    register = described.register
    arguments = (register.number, version, office, register.rule, list(register.codes), list(register.words))
    data = call_data("Registers", "setRegister", *arguments, _rule_contract(services, register), register.name)
    # The words are in the data, so that a description that was refused can be corrected.
    asked = calls.Asked(f"register {register.number}/{version}", "Registers", "setRegister", [])
    return Setting(described, version, decide(services, session, asked, data, REGISTER_GAS))


def _rule_contract(services: Services, register: Shipped) -> bytes:
    """The rule contract by its address, or by its name among the ledger's own. Raises 422."""
    named = register.rule_contract
    if not named:
        return bytes(ADDRESS_BYTES)
    if named in services.manifest.contracts:
        return services.manifest.address(named)
    try:
        return from_hex(named, ADDRESS_BYTES, "rule_contract")
    except IdError as wrong:
        raise invalid(
            f"description: {wrong}; an address, or one of {', '.join(services.manifest.contracts)}", field="description"
        ) from wrong


def _as_decided(services: Services, asked: calls.Asked, data: bytes) -> tuple[str, bytes, bytes, int | None]:
    """What is done now, target and data of the transaction, and when a decision that waits may be carried out. Raises 403, 409."""
    council, place, target = (
        house_key(services.keystore, COUNCIL),
        services.manifest.address("Council"),
        services.manifest.address(asked.contract),
    )
    immediate, delay = view(services.rpc, place, "Council", "canCall", council, target, data[:4])
    if immediate:
        return "carried out", target, data, None
    if not delay:
        raise Problem(
            403, "Not permitted", f"the key {to_hex(council)} held here has no council right to {asked.contract}.{asked.function}"
        )
    operation = view(services.rpc, place, "Council", "hashOperation", council, target, data)
    ready: int = view(services.rpc, place, "Council", "getSchedule", operation)
    if not ready:
        return "announced", place, call_data("Council", "schedule", target, data, 0), int(time.time()) + delay
    now = int(services.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    if now < ready:
        raise Problem(409, "Decision waits", f"the decision is announced and can be carried out from {_time(ready)} on", ready_at=ready)
    return "carried out", place, call_data("Council", "execute", target, data), None


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _keep(services: Services, described: Description, text: str) -> None:
    """The description stays in the home, written whole or not at all, and counts from now on."""
    folder = services.settings.home / descriptions.FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    beside = folder / f".{described.register.key}.tmp"
    beside.write_text(text)
    beside.replace(folder / f"{described.register.key}.toml")
    services.catalogue = described.added_to(services.catalogue)
