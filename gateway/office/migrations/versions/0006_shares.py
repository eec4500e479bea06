"""Acts and calls are shared out among lanes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = ("act", "call")


def upgrade() -> None:
    for table in _TABLES:
        told = "which lane sends it (gateway/outbox/lanes.py)"
        # What was accepted before is the first lane's, as it was.
        op.add_column(table, sa.Column("share", sa.Integer(), nullable=False, server_default="0", comment=told))


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table) as changed:
            changed.drop_column("share")
