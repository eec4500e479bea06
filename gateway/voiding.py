"""A signature taken back: an account voids the id of its act, or the nonce of its consent, as long as the ledger has not spent it."""

from sqlalchemy import Connection

from gateway import calls
from gateway.access import ACT, Session
from gateway.calls import Asked
from gateway.errors import Problem, invalid
from gateway.office.repository import Act, Call
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.own import purpose_of
from gateway.services import Services
from ledger.chain.calls import call_data, view
from ledger.domain.ids import to_hex
from ledger.mirror.queries import members

GAS = 200_000


def void(services: Services, session: Session, account: bytes, number: int) -> Call:
    """Has an account's own key void an id or nonce. Raises 404, 409 where it is spent or its key isn't held here, SigningLocked."""
    session.needs(ACT)
    session.acting_for(account, services.keystore)
    services.keystore.check_open()
    key = _key(services, account)
    address = services.manifest.address("Acts")
    asked = Asked(f"void {to_hex(account)} {number}", "Acts", "void", [])
    with services.office.read() as conn:
        earlier = calls.kept(conn, calls.owner_of(session), purpose_of(account, key), asked.key)
    if earlier is not None:
        return earlier
    if view(services.rpc, address, "Acts", "spent", account, number):
        raise Problem(409, "Already spent", f"id: {number} of {to_hex(account)} is spent: it was done, refused or taken back before")
    with services.office.write() as conn:
        made = calls.own(
            conn, calls.owner_of(session), purpose_of(account, key), asked, address, call_data("Acts", "void", number), GAS, session.key_id
        )
    services.wake_own()
    return made


def nonce_in(act: Act, account: bytes) -> int:
    """The nonce under which an account signs another's act. Raises 422 where it doesn't."""
    claims = envelope_of(act.kind, act.typed).signers
    found = next((claim.nonce for claim in claims if claim.account == account), None)
    if found is None:
        raise invalid(f"account: {to_hex(account)} does not sign act {act.id} of {to_hex(act.member_id)}", field="account")
    return found


def _key(services: Services, account: bytes) -> bytes:
    """A key of the account that is active on the ledger and held here. Raises 409."""
    with services.snapshot() as conn:
        active = _active(conn, account)
    held = next((key for key in active if services.keystore.holds(account, key)), None)
    if held is None:
        what = "no active key of it is held by this gateway; its wallet calls Acts.void itself"
        raise Problem(409, "Key not held", f"account: {to_hex(account)}: {what}", field="account")
    return held


def _active(conn: Connection, account: bytes) -> list[bytes]:
    member = members.get(conn, account)
    return [each.key for each in members.keys(conn, account) if member is not None and each.roles & member.roles]
