"""Which gateways work on the office, and which programs its tables need at least: so that versions can be changed one gateway at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "program",
        sa.Column("owner", sa.Text(), primary_key=True, nullable=False, comment="a process, as in lane"),
        sa.Column("revision", sa.Text(), nullable=False, comment="the newest one that it knows"),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "least_program",
        sa.Column("revision", sa.Text(), primary_key=True, nullable=False, comment="which programs must know to work with the tables"),
    )


def downgrade() -> None:
    op.drop_table("least_program")
    op.drop_table("program")
