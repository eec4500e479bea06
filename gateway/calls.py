"""Transactions of the gateway's own keys that carry no signed act: admissions (council) and permissionless triggers (anybody may).

They need no act id, since each has one effect by its own condition; the idempotency key keeps a gateway from sending one twice. Keys of
different members, and of admissions and triggers, are apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from eth_abi.abi import is_encodable
from sqlalchemy import Connection

from gateway.access import ACT, Session
from gateway.acts import ordered
from gateway.errors import Problem, invalid
from gateway.office.database import clock_ns
from gateway.office.repository import Call, Office
from gateway.outbox.lanes import COUNCIL, RELAY, share_of
from gateway.outbox.states import State
from gateway.services import Services
from gateway.signers.keystore import HOUSE
from ledger.chain import deploy
from ledger.chain.calls import call_data, parameters
from ledger.domain.acts import DECIMAL
from ledger.domain.ids import IdError, from_hex

TRIGGERS = {
    ("Financing", "collect"),
    ("Financing", "fireRecourse"),
    ("Financing", "release"),
    ("Guarantees", "call"),
    ("LoanAgreements", "showHolders"),
    ("Loans", "fireInstalment"),
    ("Loans", "fireMargin"),
    ("Mandates", "closePot"),
    ("Mandates", "debit"),
    ("ReceivableEndings", "cancel"),
    ("ReceivableEndings", "lapseDispute"),
    ("ReceivableHolds", "free"),
    ("ReceivableOffers", "lapse"),
    ("Repayment", "distribute"),
    ("Repayment", "draw"),
    ("TitleEscrow", "collectRange"),
    ("TitleEscrow", "enterPiece"),
    ("TitleEscrow", "returnRange"),
}
"""What anybody may call; only the contract's own condition decides."""
TRIGGER_GAS, GAS_AN_ITEM = 1_000_000, 250_000
MOVE_GAS = 3_000_000
"""What may be used at most by a call that collects and gives a range back."""
_MOST_GAS = {(contract, fire): gas for _, contract, _, fire, gas in deploy.TRIGGERS} | {("Financing", "release"): MOVE_GAS}
"""What the door of triggers gives a firing: the same condition needs as much where it is called by itself."""
ADMIT_GAS = 600_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as asked for."""

    key: str
    contract: str
    function: str
    arguments: list[Any]


def trigger(services: Services, session: Session, asked: Sequence[Asked]) -> list[Call | Problem]:
    """Calls of permissionless functions, committed together; a Problem for each that isn't one. Raises 403, SigningLocked."""
    session.needs(ACT)
    services.keystore.check_open()
    caller = owner_of(session)
    made: list[Call | Problem] = []
    with services.office.write() as conn:
        for each in asked:
            try:
                made.append(_keep(conn, _call(services, caller, each), session.key_id))
            except Problem as wrong:
                made.append(wrong)
    services.wake()
    return made


def owner_of(session: Session) -> bytes:
    """Whose calls a session makes and sees: a member's own, or the house's for the operator."""
    return HOUSE if session.member is None else session.member


def admission(services: Services, conn: Connection, key: str, arguments: list[Any], subject: str) -> Call:
    """Keeps the admission of a member, to be sent by the council's lane (arguments of Members.admit). Raises 409."""
    asked = Asked(key, "Members", "admit", arguments)
    data = call_data("Members", "admit", *arguments)
    return _keep(conn, _row(HOUSE, asked, COUNCIL, services.manifest.address("Members"), data, ADMIT_GAS), subject)


def enrolment(services: Services, conn: Connection, relayer: bytes) -> Call:
    """Keeps the enrolment of a relayer key, to be sent by the council's lane."""
    asked = Asked(f"relayer {relayer.hex()}", "Acts", "setRelayer", [])
    data = call_data("Acts", "setRelayer", relayer, True)
    return _keep(conn, _row(HOUSE, asked, COUNCIL, services.manifest.address("Acts"), data, ADMIT_GAS), "gateway")


def decision(conn: Connection, asked: Asked, target: bytes, data: bytes, gas: int, subject: str) -> Call:
    """Keeps a decision of the council, to be sent by its lane. Raises 409."""
    return _keep(conn, _row(HOUSE, asked, COUNCIL, target, data, gas), subject)


def own(conn: Connection, caller: bytes, purpose: str, asked: Asked, target: bytes, data: bytes, gas: int, subject: str) -> Call:
    """Keeps a call that a member's own key must send itself, by the lane of that purpose. Raises 409."""
    return _keep(conn, _row(caller, asked, purpose, target, data, gas), subject)


def kept(conn: Connection, caller: bytes, purpose: str, key: str) -> Call | None:
    """The call that was kept under a key; None if there is none."""
    return Office(conn, caller).call(purpose, key)


def _call(services: Services, caller: bytes, asked: Asked) -> Call:
    if (asked.contract, asked.function) not in TRIGGERS:
        known = ", ".join(sorted(f"{contract}.{function}" for contract, function in TRIGGERS))
        raise invalid(f"function: {asked.contract}.{asked.function} is no trigger that anybody may call; one of {known}", field="function")
    arguments = [_argument(argument) for argument in asked.arguments]
    _check(asked, arguments)
    data = call_data(asked.contract, asked.function, *arguments)
    items = max((len(argument) for argument in arguments if isinstance(argument, list)), default=1)
    gas = max(TRIGGER_GAS + GAS_AN_ITEM * items, _MOST_GAS.get((asked.contract, asked.function), 0))
    if gas > services.engine.block_gas_limit // 2:
        raise invalid(f"arguments: {items} items are too many for one transaction; cut the call in parts", field="arguments")
    return _row(caller, asked, RELAY, services.manifest.address(asked.contract), data, gas)


def _check(asked: Asked, arguments: Sequence[Any]) -> None:
    """Raises 422 for arguments that the function doesn't take."""
    name, taken = f"{asked.contract}.{asked.function}", parameters(asked.contract, asked.function)
    if len(arguments) != len(taken):
        listed = ", ".join(each for each, _ in taken) or "none"
        raise invalid(f"arguments: {name} takes {len(taken)} ({listed}), {len(arguments)} given", field="arguments")
    for at, (argument, (parameter, kind)) in enumerate(zip(arguments, taken, strict=True)):
        if not is_encodable(kind, argument):
            given = str(asked.arguments[at])[:80]
            raise invalid(f"arguments[{at}]: {parameter} of {name} is {_meant(kind)}; {given!r} given", field="arguments")


def _meant(kind: str) -> str:
    """A type of the contracts in words."""
    if kind.endswith("[]"):
        return f"a list, of which each is {_meant(kind.removesuffix('[]'))}"
    if kind.startswith("("):
        return f"a list of {', '.join(map(_meant, kind[1:-1].split(',')))}"
    if kind.startswith("uint"):
        return f"a whole number below 2^{kind.removeprefix('uint')}"
    if kind.startswith("bytes") and kind != "bytes":
        return f"{kind.removeprefix('bytes')} bytes in hex"
    return {"address": "an address (20 bytes in hex)", "bool": "true or false"}.get(kind, f"of the type {kind}")


def _argument(given: Any) -> Any:
    """JSON to ABI: lists element by element, hex text to bytes, decimal text to an integer."""
    if isinstance(given, list):
        return [_argument(item) for item in given]
    if not isinstance(given, str):
        return given
    if DECIMAL.fullmatch(given):
        return int(given)
    try:
        return from_hex(given)
    except IdError as wrong:
        raise invalid(f"arguments: {given[:80]!r} is neither hex nor a decimal number", field="arguments") from wrong


def _row(caller: bytes, asked: Asked, purpose: str, target: bytes, data: bytes, gas: int) -> Call:
    call_id = sha256(b"call" + caller + f"{purpose}:{asked.key}".encode()).digest()
    return Call(
        member_id=caller,
        call_id=call_id,
        idem_key=asked.key,
        body_hash=sha256(target + data).digest(),
        purpose=purpose,
        what=f"{asked.contract}.{asked.function}",
        target=target,
        data=data,
        gas=gas,
        # Told by the clock of all who share the office, when it is written down.
        accepted=0,
        state=State.QUEUED,
        hash=None,
        reason=None,
        share=share_of(call_id),
    )


def _keep(conn: Connection, call: Call, subject: str) -> Call:
    office, call = Office(conn, call.member_id), call._replace(accepted=ordered(clock_ns(conn)))
    if office.add_call(call):
        office.audit(subject, f"call {call.what}", call.idem_key, call.state)
        return call
    earlier = office.call(call.purpose, call.idem_key)
    if earlier is None or earlier.body_hash != call.body_hash:
        what = call.what if earlier is None else earlier.what
        raise Problem(
            409, "Idempotency key reused", f"key {call.idem_key!r}: it was used for {what} with other arguments", key=call.idem_key
        )
    return earlier
