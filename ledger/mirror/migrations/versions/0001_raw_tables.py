"""Blocks, transactions, raw events and the checkpoint."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "block",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("parent", sa.LargeBinary(32), nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "tx",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tx_index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("tx_hash", "tx", ["hash"])
    op.create_table(
        "raw_event",
        sa.Column("pos", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tx_index", sa.BigInteger, nullable=False),
        sa.Column("address", sa.LargeBinary(20), nullable=False),
        sa.Column("topics", sa.LargeBinary, nullable=False, comment="the topics' words, joined"),
        sa.Column("subject", sa.LargeBinary(32), comment="the first indexed value: the id of the record concerned"),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("raw_event_subject", "raw_event", ["subject", "pos"])
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.BigInteger, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("ledger_id", sa.LargeBinary(32), nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False, comment="the block of the deployment: nothing below it is read"),
        sa.Column("block", sa.BigInteger, nullable=False, comment="the last block held; start - 1 while none is"),
        sa.Column("hash", sa.LargeBinary(32), comment="the hash of the last block held; null while none is"),
        sa.Column("projections", sa.Text, nullable=False, comment="the version of the folds that wrote the projections"),
    )


def downgrade() -> None:
    for table in ("checkpoint", "raw_event", "tx", "block"):
        op.drop_table(table)
