"""What the council decides through a gateway that holds its key: registers as data.

Where the council's decisions wait, the first call announces one, and the same call again carries it out once its time has come.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from gateway import calls, descriptions
from gateway.access import ADMIT, Session
from gateway.descriptions import Description, DescriptionError
from gateway.errors import Problem, invalid
from gateway.founding import house_key
from gateway.office.repository import Call
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
class Setting:
    """A register on its way to the chain: what is done now by which transaction (None: nothing was to be sent), and when it goes on."""

    description: Description
    version: int
    step: str
    call: Call | None
    ready_at: int | None = None


def set_register(services: Services, session: Session, text: str, office: bytes) -> Setting:
    """Has the council open a described register, or put its next version in force.

    Once the chain has the register in these very words, the same request keeps the description in the home, and it counts from then on.
    Raises Problem, SigningLocked.
    """
    session.needs(ADMIT)
    if not session.is_operator:
        raise Problem(403, "Not permitted", "only the operator of a gateway that holds the council's key sets registers")
    services.keystore.check_open()
    described = _described(services, text)
    _check_office(services, office)
    version, same = _version(services, described.register, office)
    if not same:
        return _sent(services, session, described, version, office)
    _keep(services, described, text)
    return Setting(described, version, "described", None)


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
    step, target, sent, ready_at = _as_decided(services, data)
    # The words are part of the key, so that a description that was refused can be corrected.
    key = f"register {register.number}/{version} {step} {sha256(sent).hexdigest()[:16]}"
    asked = calls.Asked(key, "Registers", "setRegister", [])
    with services.office.write() as conn:
        call = calls.decision(conn, asked, target, sent, REGISTER_GAS, session.key_id)
    services.wake()
    return Setting(described, version, step, call, ready_at)


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


def _as_decided(services: Services, data: bytes) -> tuple[str, bytes, bytes, int | None]:
    """What is done now, target and data of the transaction, and when a decision that waits may be carried out. Raises 403, 409."""
    council, place, target = (
        house_key(services.keystore, COUNCIL),
        services.manifest.address("Council"),
        services.manifest.address("Registers"),
    )
    immediate, delay = view(services.rpc, place, "Council", "canCall", council, target, data[:4])
    if immediate:
        return "set", target, data, None
    if not delay:
        raise Problem(403, "Not permitted", f"the key {to_hex(council)} held here has no council right to set registers")
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
