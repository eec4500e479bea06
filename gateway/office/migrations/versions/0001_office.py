"""The first tables of `office`."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("act_history", "audit")


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("act_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column(
            "body_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="of the request as given: another request under the same key is refused",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("typed", sa.LargeBinary(), nullable=False, comment="the envelope as JSON, numbers and bytes as text"),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False, comment="what each signer signs"),
        sa.Column("signers_needed", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False, comment="UTC seconds of the chain"),
        sa.Column("accepted", sa.BigInteger(), nullable=False, comment="order of acceptance, in nanoseconds"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "retried", sa.BigInteger(), nullable=False, comment="when a person had it sent again; what was sent before decides nothing"
        ),
        sa.Column("reason", sa.LargeBinary(), nullable=True, comment="JSON: why it was refused, skipped or held"),
        sa.Column("done_pos", sa.BigInteger(), nullable=True, comment="position of the event that spent it"),
        sa.Column("done_hash", sa.LargeBinary(length=32), nullable=True, comment="hash of that event's block"),
        sa.PrimaryKeyConstraint("member_id", "act_id"),
        sa.UniqueConstraint("member_id", "idem_key", name="act_idem_key"),
    )
    op.create_index("act_by_state", "act", ["state", "accepted"], unique=False)
    op.create_index("act_by_deadline", "act", ["state", "deadline"], unique=False)
    op.create_index("act_by_end", "act", ["done_pos"], unique=False)
    op.create_table(
        "act_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("act_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("act_history_of", "act_history", ["member_id", "act_id", "id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=True, comment="null: the operator, who acts for every member held here"),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="id of the API key"),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_of", "audit", ["member_id", "id"], unique=False)
    op.create_table(
        "call",
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("call_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False, comment="of the lane that sends it"),
        sa.Column("what", sa.Text(), nullable=False, comment="contract.function"),
        sa.Column("target", sa.LargeBinary(length=20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("gas", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=True, comment="its transaction"),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("member_id", "call_id"),
        sa.UniqueConstraint("member_id", "purpose", "idem_key", name="call_idem_key"),
    )
    op.create_index("call_by_hash", "call", ["hash"], unique=False)
    op.create_index("call_by_state", "call", ["state", "accepted"], unique=False)
    op.create_table(
        "content",
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=32), nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False, comment="RFC 8785"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "root"),
    )
    op.create_table(
        "lane",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False, comment="relay or council"),
        sa.Column("key", sa.LargeBinary(length=20), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("next_nonce", sa.BigInteger(), nullable=False),
        sa.Column(
            "counted",
            sa.BigInteger(),
            nullable=True,
            comment="transactions of the key that the chain counted when some of ours were overdue",
        ),
        sa.Column("counted_block", sa.BigInteger(), nullable=True, comment="the head at that count"),
        sa.Column("counted_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("alarm", sa.Text(), nullable=True, comment="why it stands still, until a person gives it up"),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lane"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "master",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the master secret, sealed under the passphrase (scrypt)"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "member",
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=True, comment="what this gateway's operator calls it; null: nothing"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the member's secret, sealed with the master secret"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member_id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "member_key",
        sa.Column("key", sa.LargeBinary(length=20), nullable=False),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False, comment="operator, relayer, deployer or council"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the private key, sealed with its member's secret"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("member_key_of", "member_key", ["member_id"], unique=False)
    op.create_table(
        "settled",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tx",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False, comment="acts, call or fill"),
        sa.Column("state", sa.Text(), nullable=False, comment="written, sent, refused (by the node for ever), mined, final or lost"),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True, comment="what the node answered last"),
        sa.Column("block", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lane", "nonce", "attempt"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("tx_by_state", "tx", ["state", "lane", "nonce"], unique=False)
    op.create_index("tx_by_block", "tx", ["block"], unique=False)
    op.create_table(
        "dependency",
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("act_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("on_member", sa.LargeBinary(length=20), nullable=False, comment="the act that goes first"),
        sa.Column("on_act", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["member_id", "act_id"], ["act.member_id", "act.act_id"], name="dependency_act"),
        sa.PrimaryKeyConstraint("member_id", "act_id", "on_member", "on_act"),
    )
    op.create_index("dependency_on", "dependency", ["on_member", "on_act"], unique=False)
    op.create_table(
        "tx_act",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("act_id", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("hash", "member_id", "act_id"),
    )
    op.create_index("tx_act_of", "tx_act", ["member_id", "act_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("act_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signer", sa.LargeBinary(length=20), nullable=False, comment="account of the member that signs"),
        sa.Column("key", sa.LargeBinary(length=20), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Integer(), nullable=False),
        sa.Column("sig", sa.LargeBinary(), nullable=True, comment="null while it is missing"),
        sa.Column(
            "evidence_root", sa.LargeBinary(length=32), nullable=True, comment="content root of what an officer saw, where it attests"
        ),
        sa.ForeignKeyConstraint(["member_id", "act_id"], ["act.member_id", "act.act_id"], name="signature_act"),
        sa.PrimaryKeyConstraint("member_id", "act_id", "position"),
    )
    op.create_index("signature_by_signer", "signature", ["signer"], unique=False)
    for table in APPEND_ONLY:
        for statement in _guards(table, op.get_bind().dialect.name):
            op.execute(statement)


def _guards(table: str, dialect: str) -> list[str]:
    """Triggers that refuse to change or delete a line once written."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for what in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()",
    ]


def downgrade() -> None:
    op.drop_index("signature_by_signer", table_name="signature")
    op.drop_table("signature")
    op.drop_index("dependency_on", table_name="dependency")
    op.drop_table("dependency")
    op.drop_index("tx_act_of", table_name="tx_act")
    op.drop_table("tx_act")
    op.drop_index("tx_by_block", table_name="tx")
    op.drop_index("tx_by_state", table_name="tx")
    op.drop_table("tx")
    op.drop_table("settled")
    op.drop_index("member_key_of", table_name="member_key")
    op.drop_table("member_key")
    op.drop_table("member")
    op.drop_table("master")
    op.drop_table("lane")
    op.drop_table("content")
    op.drop_index("call_by_state", table_name="call")
    op.drop_index("call_by_hash", table_name="call")
    op.drop_table("call")
    op.drop_index("audit_of", table_name="audit")
    op.drop_table("audit")
    op.drop_table("api_key")
    op.drop_index("act_history_of", table_name="act_history")
    op.drop_table("act_history")
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_kept")
    op.drop_index("act_by_end", table_name="act")
    op.drop_index("act_by_deadline", table_name="act")
    op.drop_index("act_by_state", table_name="act")
    op.drop_table("act")
