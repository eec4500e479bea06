"""Webhooks, and messages of theirs that were put aside."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("member_id", sa.LargeBinary(length=20), nullable=False, comment="whose events; 20 zero bytes: the operator's own"),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("selection", sa.LargeBinary(), nullable=False, comment="JSON: kinds and records"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the secret that signs, sealed under the gateway's"),
        sa.Column("sealed_before", sa.LargeBinary(), comment="the one before it"),
        sa.Column("before_until", sa.BigInteger(), comment="until when that one signs, too"),
        sa.Column("state", sa.Text(), nullable=False, comment="active, paused, gone or undone"),
        sa.Column("fault", sa.Text(), comment="why the last message did not arrive"),
        sa.Column("cursor", sa.BigInteger(), nullable=False, comment="the last position that was delivered, passed over or put aside"),
        sa.Column("cursor_hash", sa.LargeBinary(length=32), comment="the hash of its block"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="how often the next message failed"),
        sa.Column("next_at", sa.BigInteger(), nullable=False, comment="not before then"),
        sa.Column("delivered", sa.BigInteger(), nullable=False, comment="how many messages arrived"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("webhook_of", "webhook", ["member_id", "number"])
    op.create_index("webhook_next", "webhook", ["state", "next_at"])
    op.create_table(
        "webhook_dead",
        sa.Column("webhook", sa.Text(), primary_key=True, nullable=False),
        sa.Column("pos", sa.BigInteger(), primary_key=True, autoincrement=False, nullable=False, comment="the event's position"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="the message as it was sent"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False, comment="whether it is to be sent once more"),
    )


def downgrade() -> None:
    op.drop_table("webhook_dead")
    op.drop_table("webhook")
