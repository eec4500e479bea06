"""What one member has in `office`. Every query is bound to the member of the session: a repository without one doesn't exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Select, delete, or_, select, tuple_

from gateway.office import audit
from gateway.office.audit import Entry
from gateway.office.database import insert_or_keep, now_ms
from gateway.office.inserting import insert_all
from gateway.office.models import ACT, ACT_HISTORY, CALL, CONTENT, CONTENT_ERASED, DEPENDENCY, SIGNATURE
from gateway.outbox.states import State
from ledger.domain.acts import SignerClaim
from ledger.mirror.queries.reading import Page, cut, ordered
from ledger.mirror.schema import number, word

Cursor: TypeAlias = tuple[int, bytes]
ActKey: TypeAlias = tuple[bytes, bytes]
"""Account and act id (a word): what names an act."""


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
    accepted: int
    state: str
    retried: int
    reason: bytes | None
    done_pos: int | None
    done_hash: bytes | None
    share: int = 0

    @property
    def key(self) -> ActKey:
        """What names it: account and act id."""
        return self.member_id, self.act_id

    @property
    def id(self) -> int:
        """The act id as a number."""
        return number(self.act_id)

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


def signature_rows(
    act: ActKey, claims: Sequence[SignerClaim], signatures: Sequence[bytes | None], roots: Sequence[bytes | None]
) -> list[Signature]:
    """The rows of an act's signers, in the envelope's order, with what each gave and the root of what it attests."""
    given = zip(claims, signatures, roots, strict=True)
    return [Signature(*act, at, claim.account, claim.key, claim.role, claim.mode, sig, root) for at, (claim, sig, root) in enumerate(given)]


class AddedAct(NamedTuple):
    """A new act with its signers, in the envelope's order, and the acts that must go before it."""

    act: Act
    signatures: Sequence[Signature]
    depends_on: Sequence[ActKey] = ()


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
    purpose: str
    what: str
    target: bytes
    data: bytes
    gas: int
    accepted: int
    state: str
    hash: bytes | None
    reason: bytes | None
    share: int = 0


class Content(NamedTuple):
    """A document held by a member; `bytes` are RFC 8785."""

    member_id: bytes
    root: bytes
    seed: bytes
    schema: str
    bytes: bytes
    at: int


class Erased(NamedTuple):
    """What stays of a document that was erased: its root, why and when."""

    member_id: bytes
    root: bytes
    why: str
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

    def acts(self, *, state: str | None = None, limit: int = 100, after: Cursor | None = None) -> Page[Act]:
        """This member's acts, newest first."""
        where = [ACT.c.member_id == self.member, *([] if state is None else [ACT.c.state == state])]
        return self._page(select(ACT).where(*where), limit, after, newest_first=True)

    def to_sign(self, *, limit: int = 100, after: Cursor | None = None) -> Page[Act]:
        """Acts of any member that this one is asked to sign and has not, oldest first."""
        wanted = select(SIGNATURE.c.member_id, SIGNATURE.c.act_id).where(SIGNATURE.c.signer == self.member, SIGNATURE.c.sig.is_(None))
        asked = select(ACT).where(tuple_(ACT.c.member_id, ACT.c.act_id).in_(wanted), ACT.c.state == State.GATHERING)
        return self._page(asked, limit, after, newest_first=False)

    def _page(self, asked: Select[Any], limit: int, after: Cursor | None, *, newest_first: bool) -> Page[Act]:
        rows = self.conn.execute(ordered(asked, [ACT.c.accepted, ACT.c.act_id], limit, after, newest_first))
        return cut([Act(*row) for row in rows], limit, lambda act: (act.accepted, act.act_id))

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

    def add_acts(self, added: Sequence[AddedAct]) -> None:
        """Keeps new acts with their signers, what must go before each, and the first lines of its history. Raises IntegrityError if the
        member has one already, or something else under its idempotency key.
        """
        for each in added:
            self._check_own(each.act.member_id)
        insert_all(self.conn, ACT, Act._fields, [each.act for each in added])
        insert_all(self.conn, SIGNATURE, Signature._fields, [row for each in added for row in each.signatures])
        before = [(*each.act.key, *on) for each in added for on in dict.fromkeys(each.depends_on)]
        insert_all(self.conn, DEPENDENCY, _DEPENDENCY, before)
        notes(self.conn, [(each.act.key, state, None) for each in added for state in _PATH[State(each.act.state)]])

    def content(self, root: bytes) -> Content | None:
        """A document that this member holds."""
        row = self.conn.execute(select(CONTENT).where(CONTENT.c.member_id == self.member, CONTENT.c.root == root)).one_or_none()
        return None if row is None else Content(*row)

    def add_content(self, root: bytes, seed: bytes, schema: str, canonical: bytes) -> bool:
        """Keeps a document; the same root again changes nothing. Whether it is new."""
        held = Content(self.member, root, seed, schema, canonical, now_ms())
        return insert_or_keep(self.conn, CONTENT, held._asdict())

    def drop_content(self, root: bytes) -> bool:
        """Forgets a document; whether there was one."""
        return bool(self.conn.execute(delete(CONTENT).where(CONTENT.c.member_id == self.member, CONTENT.c.root == root)).rowcount)

    def erased(self, root: bytes) -> Erased | None:
        """Why and when a document was erased for good."""
        row = self.conn.execute(
            select(CONTENT_ERASED).where(CONTENT_ERASED.c.member_id == self.member, CONTENT_ERASED.c.root == root)
        ).one_or_none()
        return None if row is None else Erased(*row)

    def erase(self, root: bytes, why: str) -> Erased:
        """Erases a document for good; of one that was erased before, the first reason stays."""
        made = Erased(self.member, root, why, now_ms())
        is_first = insert_or_keep(self.conn, CONTENT_ERASED, made._asdict())
        self.drop_content(root)
        return made if is_first else self.erased(root) or made

    def call(self, purpose: str, idem_key: str) -> Call | None:
        """The call that this member asked for under a key."""
        asked = select(CALL).where(CALL.c.member_id == self.member, CALL.c.purpose == purpose, CALL.c.idem_key == idem_key)
        row = self.conn.execute(asked).one_or_none()
        return None if row is None else Call(*row)

    def calls(self, ids: Sequence[bytes]) -> dict[bytes, Call]:
        """This member's calls by id; of all its ids at most a few hundred at once."""
        asked = select(CALL).where(CALL.c.member_id == self.member, CALL.c.call_id.in_(ids))
        return {row.call_id: Call(*row) for row in self.conn.execute(asked)}

    def add_call(self, call: Call) -> bool:
        """Keeps a call; False if this member has one under its key already, which stays."""
        self._check_own(call.member_id)
        return insert_or_keep(self.conn, CALL, call._asdict())

    def audit(self, subject: str, action: str, record: str, outcome: str) -> None:
        """Appends to the audit log."""
        self.audit_all([Entry(subject, action, record, outcome)])

    def audit_all(self, entries: Sequence[Entry]) -> None:
        """Appends to the audit log, in this order."""
        audit.append(self.conn, self.member, entries)

    def _check_own(self, member: bytes) -> None:
        if member != self.member:
            raise ValueError(f"a row of 0x{member.hex()} in the repository of 0x{self.member.hex()}")


def notes(conn: Connection, lines: Sequence[tuple[ActKey, State, str | None]]) -> None:
    """Appends to acts' histories."""
    at = now_ms()
    insert_all(conn, ACT_HISTORY, _LINE, [(*act, state.value, at, text) for act, state, text in lines])


_LINE = ("member_id", "act_id", "state", "at", "note")
_DEPENDENCY = ("member_id", "act_id", "on_member", "on_act")

_PATH = {
    State.GATHERING: (State.GATHERING,),
    State.READY: (State.GATHERING, State.READY),
    State.QUEUED: (State.GATHERING, State.READY, State.QUEUED),
    State.MINED: (State.MINED,),
    State.FINAL: (State.FINAL,),
    State.REFUSED: (State.REFUSED,),
    State.VOIDED: (State.VOIDED,),
}
