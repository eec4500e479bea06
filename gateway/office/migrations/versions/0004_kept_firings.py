"""What the keeper fired."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_firing",
        sa.Column("trigger", sa.Text(), primary_key=True, nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False, comment="positions of the mirror's rows that made it ready"),
        sa.Column("attempt", sa.Integer(), nullable=False, comment="how many times for the same facts"),
        sa.Column("call_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="UTC seconds of the chain"),
    )
    op.create_index("kept_firing_call", "kept_firing", ["call_id"])


def downgrade() -> None:
    op.drop_table("kept_firing")
