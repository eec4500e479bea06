"""Keys that lie in a vault outside the gateway."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "member_key", sa.Column("vault", sa.Text(), nullable=True, comment="name of the vault that holds the key; null: it lies here")
    )
    if op.get_bind().dialect.name == "postgresql":
        text = "the private key, sealed with its member's secret; empty where a vault has it"
        op.alter_column("member_key", "sealed", existing_type=sa.LargeBinary(), existing_nullable=False, comment=text)


def downgrade() -> None:
    with op.batch_alter_table("member_key") as table:
        table.drop_column("vault")
