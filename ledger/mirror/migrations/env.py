"""Alembic's environment: the raw tables only, in the transaction of the caller."""

from alembic import context

from ledger.mirror import models  # noqa: F401  # declares the tables
from ledger.mirror.schema import raw

context.configure(connection=context.config.attributes["connection"], target_metadata=raw, render_as_batch=True)
context.run_migrations()
