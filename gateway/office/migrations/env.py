"""Alembic's environment of `office`, in the transaction of the caller."""

from alembic import context

from gateway.office.models import office

context.configure(connection=context.config.attributes["connection"], target_metadata=office, render_as_batch=True)
context.run_migrations()
