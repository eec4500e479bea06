"""The keys of invoices' fingerprints."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fingerprint_key",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(length=8), nullable=False, comment="by which people compare keys; says nothing of the key"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the key, sealed with the house's secret"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("fingerprint_key")
