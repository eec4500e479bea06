"""What offices report of pledged rights, and certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _member(primary: bool = False) -> sa.Column[bytes]:
    return sa.Column("member_id", sa.LargeBinary(length=20), primary_key=primary, nullable=False)


def _asset(primary: bool = False) -> sa.Column[bytes]:
    return sa.Column(
        "asset",
        sa.LargeBinary(length=32),
        primary_key=primary,
        nullable=False,
        comment="key of the right (ledger/domain/assets.py)" if primary else None,
    )


def upgrade() -> None:
    _reports()
    op.create_table(
        "valuation",
        sa.Column("id", Counter, primary_key=True, autoincrement=True),
        _member(),
        _asset(),
        sa.Column("value", sa.BigInteger(), nullable=False, comment="minor units"),
        sa.Column("currency", sa.Text(), nullable=False, comment="ISO 4217 code"),
        sa.Column("valued_on", sa.Text(), nullable=False, comment="ISO 8601"),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("appraiser", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("valuation_of", "valuation", ["member_id", "asset", "valued_on"])
    op.create_table(
        "certificate",
        _member(primary=True),
        sa.Column("hash", sa.LargeBinary(length=32), primary_key=True, nullable=False, comment="SHA-256 of the document"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False, comment="the height that it speaks of"),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="RFC 8785"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("certificate_of", "certificate", ["member_id", "at"])


def _reports() -> None:
    op.create_table(
        "reported_right",
        _member(primary=True),
        _asset(primary=True),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="name of a RightKind"),
        sa.Column("facts", sa.LargeBinary(), nullable=False, comment="JSON: dates and counts of ledger/domain/reported_rights.py"),
        sa.Column("source", sa.Text(), nullable=False, comment="who said so, or which document"),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "reported_duty",
        _member(primary=True),
        sa.Column("asset", sa.LargeBinary(length=32), primary_key=True, nullable=False),
        sa.Column("key", sa.Text(), primary_key=True, nullable=False, comment="which duty (ledger/domain/duties.py)"),
        sa.Column("due", sa.Text(), primary_key=True, nullable=False, comment="the day on which it was due, ISO 8601"),
        sa.Column("done", sa.Text(), nullable=False, comment="the day on which it was done, ISO 8601"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "reported_event",
        sa.Column("id", Counter, primary_key=True, autoincrement=True),
        _member(),
        _asset(),
        sa.Column("office", sa.Text(), nullable=False, comment="two letters of the office that published it"),
        sa.Column("code", sa.Text(), nullable=False, comment="its INPADOC code"),
        sa.Column("happened", sa.Text(), nullable=False, comment="the day, ISO 8601"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("member_id", "asset", "office", "code", "happened", name="reported_event_once"),
    )


def downgrade() -> None:
    for table in ("certificate", "valuation", "reported_event", "reported_duty", "reported_right"):
        op.drop_table(table)
