"""What members' gateways say to each other: keys, messages with their receipts, who holds content, what is due and what was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("peer_message_history", "peer_receipt", "peer_received", "content_erased")


def upgrade() -> None:
    _speaking()
    _content()
    for table in APPEND_ONLY:
        _guard(table)


def _speaking() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "peer_key",
        sa.Column("public", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False, comment="transport (Ed25519) or encryption (X25519)"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the private half, sealed by the member's secret"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("peer_key_of", "peer_key", ["member_id", "purpose", "at"])
    op.create_table(
        "peer_url",
        sa.Column("account", sa.LargeBinary(length=20), primary_key=True, nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="good as long as the ledger has its hash for the account"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "peer_message",
        sa.Column("number", counter, primary_key=True, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(length=32), nullable=False, unique=True, comment="SHA-256 of the body"),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False, comment="who sends it"),
        sa.Column("peer", sa.LargeBinary(length=20), nullable=False, comment="whom it is sealed to"),
        sa.Column("kind", sa.Text(), nullable=False, comment="offer, consent or content"),
        sa.Column("about", sa.LargeBinary(length=32), nullable=False, comment="what it carries: of each thing one message"),
        sa.Column("act_account", sa.LargeBinary(length=20), comment="the act that it is about"),
        sa.Column("act_id", sa.LargeBinary(length=32)),
        sa.Column("roots", sa.LargeBinary(), nullable=False, comment="the content in it, a word each"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False, comment="UTC seconds of the chain after which nobody takes it"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, delivered, refused, late or needless"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False, comment="not before then"),
        sa.Column("fault", sa.Text(), comment="why it did not arrive"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("member_id", "peer", "kind", "about", name="peer_message_once"),
    )
    op.create_index("peer_message_next", "peer_message", ["state", "next_at"])
    op.create_index("peer_message_to", "peer_message", ["peer", "state", "number"])
    op.create_table(
        "peer_message_history",
        sa.Column("id", counter, primary_key=True, autoincrement=True, nullable=False),
        sa.Column("message", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text()),
    )
    op.create_index("peer_message_history_of", "peer_message_history", ["message", "id"])
    op.create_table(
        "peer_receipt",
        sa.Column("member_id", sa.LargeBinary(length=20), primary_key=True, nullable=False, comment="whose message it was"),
        sa.Column("message", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("peer", sa.LargeBinary(length=20), nullable=False, comment="who took it"),
        sa.Column("statement", sa.Text(), nullable=False, comment="the receipt as the peer signed it (JWS)"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "peer_received",
        sa.Column("member_id", sa.LargeBinary(length=20), primary_key=True, nullable=False, comment="whom it was sealed to"),
        sa.Column("message", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("peer", sa.LargeBinary(length=20), nullable=False, comment="who sent it"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False, comment="what was answered, and is answered again"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "peer_nonce",
        sa.Column("account", sa.LargeBinary(length=20), primary_key=True, nullable=False),
        sa.Column("nonce", sa.Text(), primary_key=True, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False, comment="then its request is too old anyway"),
    )
    op.create_index("peer_nonce_until", "peer_nonce", ["until"])
    op.create_table(
        "offered_act",
        sa.Column(
            "member_id",
            sa.LargeBinary(length=20),
            primary_key=True,
            nullable=False,
            comment="the act's account, which another gateway serves",
        ),
        sa.Column("act_id", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False, comment="whether it follows no other act, so that this gateway may run it too"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _content() -> None:
    op.create_table(
        "peer_copy",
        sa.Column("member_id", sa.LargeBinary(length=20), primary_key=True, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column(
            "holder",
            sa.LargeBinary(length=20),
            primary_key=True,
            nullable=False,
            comment="who signed that it has the content: by a receipt, or by sending it",
        ),
        sa.Column("message", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "content_entitled",
        sa.Column("member_id", sa.LargeBinary(length=20), primary_key=True, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False, comment="the event that entitles the member"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False, comment="nobody is asked before then"),
        sa.Column("fault", sa.Text(), comment="why nobody gave it"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("content_entitled_next", "content_entitled", ["next_at"])
    op.create_table(
        "content_erased",
        sa.Column("member_id", sa.LargeBinary(length=20), primary_key=True, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "followed",
        sa.Column("name", sa.Text(), primary_key=True, nullable=False, comment="who reads the ledger's events"),
        sa.Column("pos", sa.BigInteger(), nullable=False, comment="the last position that it has worked off"),
        sa.Column("hash", sa.LargeBinary(length=32), comment="the hash of its block"),
    )


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            refused = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            op.execute(f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} {refused}")
        return
    op.execute(
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()"
    )


def downgrade() -> None:
    for table in (
        *("followed", "content_erased", "content_entitled", "peer_copy", "offered_act", "peer_nonce", "peer_received", "peer_receipt"),
        *("peer_message_history", "peer_message", "peer_url", "peer_key"),
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_kept()")
