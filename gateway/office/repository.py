"""What one member has in `office`. Every query is bound to the member of the session: a repository without one doesn't exist."""

from dataclasses import dataclass
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, insert, or_, select, tuple_

from gateway.office.database import now_ms
from gateway.office.models import ACT, ACT_HISTORY, AUDIT, CALL, CONTENT, SIGNATURE
from gateway.outbox.states import State
from ledger.domain.acts import SignerClaim
from ledger.mirror.queries.reading import Page, cut, ordered
from ledger.mirror.schema import number, word


class Act(NamedTuple):
    """A row of `act`; columns are described in gateway/office/models.py."""

    member_id: bytes
    act_id: bytes
    idem_key: str
    body_hash: bytes
    kind: str
    typed: bytes
    digest: bytes
    signers_needed: int
    deadline: int
    depends_on: bytes | None
    accepted: int
    state: str
    reason: bytes | None
    done_pos: int | None
    done_hash: bytes | None

    @property
    def id(self) -> int:
        """The act id as a number."""
        return number(self.act_id)

    @property
    def dependencies(self) -> list[tuple[bytes, int]]:
        """(account, act id) of the acts that must be on their way first."""
        return [(bytes.fromhex(account), int(act)) for account, act in orjson.loads(self.depends_on or b"[]")]

    @property
    def held(self) -> bool:
        """Whether it waits for a person: untried, for the reason given."""
        return self.state == State.READY and self.reason is not None


class Signature(NamedTuple):
    """A row of `signature`: one signer of an act, in the envelope's order; `sig` is None while it is missing."""

    member_id: bytes
    act_id: bytes
    position: int
    signer: bytes
    key: bytes
    role: int
    mode: int
    sig: bytes | None
    evidence_root: bytes | None


class Step(NamedTuple):
    """A line of an act's history; `at` in UTC milliseconds."""

    state: str
    at: int
    note: str | None


class Call(NamedTuple):
    """A row of `call`: a transaction of the gateway's own key that carries no signed act."""

    member_id: bytes
    call_id: bytes
    idem_key: str
    body_hash: bytes
    lane: str
    what: str
    target: bytes
    data: bytes
    gas: int
    accepted: int
    state: str
    hash: bytes | None
    reason: bytes | None


class Content(NamedTuple):
    """A document held by a member; `bytes` are RFC 8785."""

    member_id: bytes
    root: bytes
    seed: bytes
    schema: str
    bytes: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Office:
    """One member's view of `office` inside the caller's transaction; it never commits."""

    conn: Connection
    member: bytes

    def act(self, act: int) -> Act | None:
        """An act of this member."""
        row = self.conn.execute(select(ACT).where(ACT.c.member_id == self.member, ACT.c.act_id == word(act))).one_or_none()
        return None if row is None else Act(*row)

    def acts(self, *, state: str | None = None, limit: int = 100, after: tuple[int] | None = None) -> Page[Act]:
        """This member's acts, newest first."""
        where = [ACT.c.member_id == self.member, *([] if state is None else [ACT.c.state == state])]
        rows = self.conn.execute(ordered(select(ACT).where(*where), [ACT.c.accepted], limit, after, newest_first=True))
        return cut([Act(*row) for row in rows], limit, lambda act: (act.accepted,))

    def to_sign(self, *, limit: int = 100) -> list[Act]:
        """Acts of any member that this one is asked to sign and has not."""
        wanted = select(SIGNATURE.c.member_id, SIGNATURE.c.act_id).where(SIGNATURE.c.signer == self.member, SIGNATURE.c.sig.is_(None))
        asked = select(ACT).where(tuple_(ACT.c.member_id, ACT.c.act_id).in_(wanted), ACT.c.state == State.GATHERING)
        return [Act(*row) for row in self.conn.execute(asked.order_by(ACT.c.accepted).limit(limit))]

    def involved(self, account: bytes, act: int) -> Act | None:
        """An act of any member that this one signs."""
        row = self.conn.execute(
            select(ACT)
            .join(SIGNATURE, (SIGNATURE.c.member_id == ACT.c.member_id) & (SIGNATURE.c.act_id == ACT.c.act_id))
            .where(ACT.c.member_id == account, ACT.c.act_id == word(act))
            .where(or_(SIGNATURE.c.signer == self.member, ACT.c.member_id == self.member))
            .limit(1)
        ).one_or_none()
        return None if row is None else Act(*row)

    def signatures(self, act: int) -> list[Signature]:
        """The signers of an act of this member, in the envelope's order."""
        asked = select(SIGNATURE).where(SIGNATURE.c.member_id == self.member, SIGNATURE.c.act_id == word(act))
        return [Signature(*row) for row in self.conn.execute(asked.order_by(SIGNATURE.c.position))]

    def history(self, act: int) -> list[Step]:
        """Everything that an act has been, oldest first."""
        columns = ACT_HISTORY.c
        asked = select(columns.state, columns.at, columns.note).where(columns.member_id == self.member, columns.act_id == word(act))
        return [Step(*row) for row in self.conn.execute(asked.order_by(columns.id))]

    def add_act(self, act: Act, claims: tuple[SignerClaim, ...], signatures: list[bytes | None], roots: list[bytes | None]) -> None:
        """Keeps a new act with its signers and the first lines of its history."""
        self.conn.execute(insert(ACT).values(**act._asdict()))
        rows = [
            Signature(self.member, act.act_id, at, claim.account, claim.key, claim.role, claim.mode, sig, root)._asdict()
            for at, (claim, sig, root) in enumerate(zip(claims, signatures, roots, strict=True))
        ]
        self.conn.execute(insert(SIGNATURE), rows)
        for state in _PATH[State(act.state)]:
            self.note(act.act_id, state)

    def note(self, act_id: bytes, state: State, note: str | None = None) -> None:
        """Appends to an act's history."""
        self.conn.execute(insert(ACT_HISTORY).values(member_id=self.member, act_id=act_id, state=state, at=now_ms(), note=note))

    def content(self, root: bytes) -> Content | None:
        """A document that this member holds."""
        row = self.conn.execute(select(CONTENT).where(CONTENT.c.member_id == self.member, CONTENT.c.root == root)).one_or_none()
        return None if row is None else Content(*row)

    def add_content(self, root: bytes, seed: bytes, schema: str, canonical: bytes) -> None:
        """Keeps a document; the same root again changes nothing."""
        if self.content(root) is None:
            held = Content(self.member, root, seed, schema, canonical, now_ms())
            self.conn.execute(insert(CONTENT).values(**held._asdict()))

    def call(self, idem_key: str) -> Call | None:
        """The call that this member asked for under a key."""
        row = self.conn.execute(select(CALL).where(CALL.c.member_id == self.member, CALL.c.idem_key == idem_key)).one_or_none()
        return None if row is None else Call(*row)

    def add_call(self, call: Call) -> None:
        """Keeps a new call."""
        self.conn.execute(insert(CALL).values(**call._asdict()))

    def audit(self, subject: str, action: str, record: str, outcome: str) -> None:
        """Appends to the audit log."""
        row = {"at": now_ms(), "subject": subject, "member_id": self.member, "action": action, "record": record, "outcome": outcome}
        self.conn.execute(insert(AUDIT).values(**row))


_PATH = {
    State.GATHERING: (State.GATHERING,),
    State.QUEUED: (State.GATHERING, State.READY, State.QUEUED),
    State.FINAL: (State.FINAL,),
    State.REFUSED: (State.REFUSED,),
    State.VOIDED: (State.VOIDED,),
}
