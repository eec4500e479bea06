"""Sessions of the console: by the hash of their id, with what opened them and until when they last."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "console_session",
        sa.Column(
            "id_hash",
            sa.LargeBinary(length=32),
            primary_key=True,
            nullable=False,
            comment="SHA-256 of the session's id, which lies nowhere",
        ),
        sa.Column("key_id", sa.Text(), nullable=False, comment="id of the API key, or issuer and subject of the token, that opened it"),
        sa.Column("member_id", sa.LargeBinary(length=20), comment="null: the operator"),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column(
            "opener", sa.LargeBinary(length=32), comment="SHA-256 of what is kept of the key's secret that opened it; null: a token did"
        ),
        sa.Column("reason", sa.Text(), comment="why an auditor or a regulator looks at others' records"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False, comment="when it was last used, as near as is noted"),
        sa.Column("expires", sa.BigInteger(), nullable=False, comment="its end, however much it is used"),
    )
    op.create_index("console_session_of", "console_session", ["key_id", "at"])


def downgrade() -> None:
    op.drop_table("console_session")
