"""Transactions of the gateway's own keys that carry no signed act: admissions (council) and permissionless triggers (anybody may).

They need no act id, since each has one effect by its own condition; the idempotency key keeps a gateway from sending one twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from eth_abi.exceptions import EncodingError
from sqlalchemy import Connection

from gateway.acts import ordered_now
from gateway.errors import Problem, invalid
from gateway.office.repository import Call, Office
from gateway.outbox.sender import COUNCIL, RELAY
from gateway.outbox.states import State
from gateway.services import Services
from gateway.signers.keystore import HOUSE
from ledger.chain.calls import call_data
from ledger.domain.ids import IdError, from_hex

TRIGGERS = {("Repayment", "debit"), ("Repayment", "distribute"), ("Repayment", "draw")}
TRIGGER_GAS, GAS_AN_ITEM = 1_000_000, 250_000
ADMIT_GAS = 600_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as asked for."""

    key: str
    contract: str
    function: str
    arguments: list[Any]


def trigger(services: Services, asked: Sequence[Asked]) -> list[Call | Problem]:
    """Calls of permissionless functions, committed together; a Problem for each that isn't one."""
    made: list[Call | Problem] = []
    with services.office.write() as conn:
        for each in asked:
            try:
                made.append(_keep(conn, _call(services, each)))
            except Problem as wrong:
                made.append(wrong)
    services.wake()
    return made


def admission(services: Services, conn: Connection, key: str, arguments: list[Any]) -> Call:
    """Keeps the admission of a member, to be sent by the council's lane (arguments of Members.admit)."""
    asked = Asked(f"admit {key}", "Members", "admit", arguments)
    data = call_data("Members", "admit", *arguments)
    return _keep(conn, _row(asked, COUNCIL, services.manifest.address("Members"), data, ADMIT_GAS))


def enrolment(services: Services, conn: Connection, relayer: bytes) -> Call:
    """Keeps the enrolment of a relayer key, to be sent by the council's lane."""
    asked = Asked(f"relayer {relayer.hex()}", "Acts", "setRelayer", [])
    return _keep(conn, _row(asked, COUNCIL, services.manifest.address("Acts"), call_data("Acts", "setRelayer", relayer, True), ADMIT_GAS))


def _call(services: Services, asked: Asked) -> Call:
    if (asked.contract, asked.function) not in TRIGGERS:
        known = ", ".join(sorted(f"{contract}.{function}" for contract, function in TRIGGERS))
        raise invalid(f"function: {asked.contract}.{asked.function} is no trigger that anybody may call; one of {known}", field="function")
    arguments = [_argument(argument) for argument in asked.arguments]
    try:
        data = call_data(asked.contract, asked.function, *arguments)
    except (EncodingError, TypeError, ValueError) as wrong:
        raise invalid(f"arguments: they don't fit {asked.contract}.{asked.function} ({wrong})", field="arguments") from wrong
    items = max((len(argument) for argument in arguments if isinstance(argument, list)), default=1)
    return _row(asked, RELAY, services.manifest.address(asked.contract), data, TRIGGER_GAS + GAS_AN_ITEM * items)


def _argument(given: Any) -> Any:
    """JSON to ABI: lists element by element, hex text to bytes, decimal text to an integer."""
    if isinstance(given, list):
        return [_argument(item) for item in given]
    if isinstance(given, str):
        try:
            return from_hex(given) if given.startswith("0x") else int(given)
        except (IdError, ValueError) as wrong:
            raise invalid(f"arguments: {given[:80]!r} is neither hex nor a decimal number", field="arguments") from wrong
    return given


def _row(asked: Asked, lane: str, target: bytes, data: bytes, gas: int) -> Call:
    return Call(
        member_id=HOUSE,
        call_id=sha256(b"call" + asked.key.encode()).digest(),
        idem_key=asked.key,
        body_hash=sha256(target + data).digest(),
        lane=lane,
        what=f"{asked.contract}.{asked.function}",
        target=target,
        data=data,
        gas=gas,
        accepted=ordered_now(),
        state=State.QUEUED,
        hash=None,
        reason=None,
    )


def _keep(conn: Connection, call: Call) -> Call:
    office = Office(conn, call.member_id)
    earlier = office.call(call.idem_key)
    if earlier is None:
        office.add_call(call)
        return call
    if earlier.body_hash != call.body_hash:
        raise Problem(
            409, "Idempotency key reused", f"key {call.idem_key!r}: it was used for {earlier.what} with other arguments", key=call.idem_key
        )
    return earlier
