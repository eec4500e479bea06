"""API keys under argon2id that rotate; an audit log whose rows are chained by hashes."""

from hashlib import sha256

import rfc8785
import sqlalchemy as sa
from alembic import op
from argon2 import PasswordHasher

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SUBJECT = "id of the API key, or issuer and subject of a token"
_PAGE = 5_000


def upgrade() -> None:
    _secrets()
    _chain()


def _secrets() -> None:
    """What was SHA-256 of a secret becomes argon2id of the same, so every key goes on opening what it did."""
    op.add_column("api_key", sa.Column("secret", sa.Text(), nullable=True, comment="argon2id (PHC string) of the secret's SHA-256 in hex"))
    op.add_column("api_key", sa.Column("previous", sa.Text(), nullable=True, comment="the same of the secret before it was rotated"))
    op.add_column("api_key", sa.Column("previous_until", sa.BigInteger(), nullable=True, comment="until when that one opens, too"))
    conn, hasher = op.get_bind(), PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    keys = sa.table("api_key", sa.column("id", sa.Text()), sa.column("hash", sa.LargeBinary()), sa.column("secret", sa.Text()))
    for row in conn.execute(sa.select(keys.c.id, keys.c.hash)).all():
        conn.execute(sa.update(keys).where(keys.c.id == row.id).values(secret=hasher.hash(row.hash.hex())))
    with op.batch_alter_table("api_key") as table:
        table.drop_column("hash")
        table.alter_column("secret", existing_type=sa.Text(), nullable=False)


def _chain() -> None:
    """The log is written anew beside itself: its rows numbered without a gap and chained, in the order that they had."""
    conn = op.get_bind()
    _unguard(conn)
    op.drop_index("audit_of", table_name="audit")
    op.rename_table("audit", "audit_before")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment=_SUBJECT),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column(
            "hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="over this row and the hash of the row before (gateway/office/audit.py)",
        ),
        sa.PrimaryKeyConstraint("id", name="audit_numbered"),
    )
    _copy(conn)
    op.drop_table("audit_before")
    op.create_index("audit_of", "audit", ["member_id", "id"], unique=False)
    _guard(conn)


def _copy(conn: sa.Connection) -> None:
    names = ("id", "at", "subject", "member_id", "action", "record", "outcome")
    before, after = (sa.table(name, *map(_column, names)) for name in ("audit_before", "audit"))
    after.append_column(_column("hash"))
    last, number, hashed = -1, 0, bytes(32)
    while rows := conn.execute(sa.select(before).where(before.c.id > last).order_by(before.c.id).limit(_PAGE)).all():
        made = []
        for row in rows:
            last, number = row.id, number + 1
            hashed = _hashed(number, row, hashed)
            made.append({**row._asdict(), "id": number, "hash": hashed})
        conn.execute(sa.insert(after), made)


def _column(name: str) -> sa.ColumnClause[object]:
    return sa.column(name)


def _hashed(number: int, row: sa.Row[tuple[object, ...]], before: bytes) -> bytes:
    member = None if row.member_id is None else f"0x{bytes(row.member_id).hex()}"
    told = {
        "id": str(number), "at": str(row.at), "subject": row.subject, "member": member,
        "action": row.action, "record": row.record, "outcome": row.outcome,
    }  # fmt: skip
    return sha256(before + rfc8785.dumps(told)).digest()


def _unguard(conn: sa.Connection) -> None:
    if conn.dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_no_{what}")
        return
    op.execute("DROP TRIGGER audit_kept ON audit")


def _guard(conn: sa.Connection) -> None:
    if conn.dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{what.lower()} BEFORE {what} ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
            )
        return
    op.execute("CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()")


def downgrade() -> None:
    """Hashes of secrets can't be had back, so every API key is given up."""
    conn = op.get_bind()
    _unguard(conn)
    with op.batch_alter_table("audit") as table:
        table.drop_column("hash")
    _guard(conn)
    op.execute("DELETE FROM api_key")
    with op.batch_alter_table("api_key") as table:
        table.add_column(sa.Column("hash", sa.LargeBinary(length=32), nullable=False))
        for name in ("secret", "previous", "previous_until"):
            table.drop_column(name)
