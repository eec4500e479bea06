"""Members: who takes part, with which roles and keys; and their admission on a ledger whose admitter's key is held here."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway import calls, roles
from gateway.access import ADMIT, READ
from gateway.api import member_shown
from gateway.api.answers import Answer
from gateway.api.asking import AccountPath, Caller, Cursor, Limit, Point, Running, addressed, cursor_from, reading, waited, worded
from gateway.api.member_answers import Admission, Admissions, Awaited, Member, MemberWhole
from gateway.api.refusals import ANY, AWAY, CONFLICTS, NAMED, WRITES
from gateway.api.schemas import MemberBatch, MemberIn, MemberWait
from gateway.errors import Problem, not_found
from gateway.services import Services
from ledger.domain.ids import to_hex
from ledger.mirror.queries import members

router = APIRouter(tags=["members"], responses=ANY | AWAY)


@router.get("/members")
def list_members(
    services: Running,
    session: Caller,
    point: Point,
    role: Annotated[str | None, Query(description="Only members with this role", json_schema_extra={"enum": list(roles.ROLES)})] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Answer[list[Member]]:
    """Members by account."""
    mask = None if role is None else roles.role(role, "role")
    with reading(services, session, point) as view:
        page = members.all_members(view.conn, at=view.at, role=mask, limit=limit, after=cursor_from(after))
        return view.page(page, member_shown.member)


@router.get("/members/{account}", responses=NAMED)
def get_member(account: AccountPath, services: Running, session: Caller, point: Point) -> Answer[MemberWhole]:
    """A member with its operator keys."""
    with reading(services, session, point) as view:
        found = members.get(view.conn, addressed(account, "account"), view.at)
        if found is None:
            raise not_found(f"member {account}")
        return view.answer(member_shown.member_whole(found, members.keys(view.conn, found.account, view.at)))


@router.post("/members:batch", status_code=202, responses=WRITES | CONFLICTS)
def admit_members(asked: MemberBatch, services: Running, session: Caller) -> Admissions:
    """Admits up to 1,000 organisations. Accounts are answered at once; `POST /members:wait` says when the mirror has them."""
    session.needs(ADMIT)
    if not session.is_operator:
        raise Problem(403, "Not permitted", "only the operator of a gateway that holds an admitter's key admits members")
    services.keystore.check_open()
    # Everything that can be refused is, before a key is made.
    wanted = [(each, _stated(each)) for each in asked.members]
    open_names = [each.key for each in asked.members if each.account is None]
    made = dict(zip(open_names, services.keystore.accounts(open_names), strict=True))
    answers: list[Admission] = []
    with services.office.write() as conn:
        for each, (party, mask, stated, named) in wanted:
            account = stated or made[each.key]
            operator = named or account
            arguments = [account, operator, party, mask, each.is_contract, each.accepts_direct, each.name]
            call = calls.admission(services, conn, each.key, arguments, session.key_id)
            answers.append(Admission(key=each.key, account=to_hex(account), operator=to_hex(operator), state=call.state))
    services.wake()
    return Admissions(members=answers)


@router.post("/members:wait", responses=WRITES)
async def wait_for_members(asked: MemberWait, services: Running, session: Caller) -> Awaited:
    """Returns when the mirror has every account, or after `timeout` seconds; `pending` lists the others."""
    session.needs(READ)
    accounts = [addressed(each, "accounts") for each in asked.accounts]
    pending = await waited(services, asked.timeout, lambda: _missing(services, accounts), bool)
    return Awaited(pending=[to_hex(account) for account in pending])


def _missing(services: Services, accounts: list[bytes]) -> list[bytes]:
    with services.snapshot() as conn:
        return [account for account in accounts if members.get(conn, account) is None]


def _stated(asked: MemberIn) -> tuple[bytes, int, bytes | None, bytes | None]:
    """Party, roles, account and operator of a request. Raises 422."""
    account = None if asked.account is None else addressed(asked.account, "account")
    operator = None if asked.operator is None else addressed(asked.operator, "operator")
    return worded(asked.party, 32, "party"), roles.mask(asked.roles, "roles"), account, operator
