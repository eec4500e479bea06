"""The views in a database: made beside the projections, and dropped with them.

On PostgreSQL they lie in a schema of their own (`mirror_reading` beside `mirror`), so that a role can be given them and nothing else; on
SQLite their names begin with `reading_`.
"""

from sqlalchemy import Connection, func, inspect, select, text

from ledger.mirror.views.catalogue import VERSION, VIEWS, statement
from ledger.mirror.views.columns import View


def ensure(conn: Connection) -> None:
    """Makes the views, or makes them anew where they are of another version."""
    if _held(conn) != VERSION:
        drop(conn)
        _make(conn)


def drop(conn: Connection) -> None:
    """Drops the views, and on PostgreSQL what others built on them; rights on their schema stay."""
    schema = schema_of(conn)
    cascade = " CASCADE" if schema else ""
    for name in inspect(conn).get_view_names(schema):
        if schema or name.startswith(_PREFIX):
            conn.execute(text(f"DROP VIEW {_quoted(schema, name)}{cascade}"))


def schema_of(conn: Connection) -> str | None:
    """The schema of the views; None on SQLite."""
    if conn.dialect.name != "postgresql":
        return None
    return f"{conn.execute(select(func.current_schema())).scalar_one()}_reading"


def full_name(conn: Connection, view: View) -> str:
    """What a statement names a view by."""
    schema = schema_of(conn)
    return _quoted(schema, view.name if schema else f"{_PREFIX}{view.name}")


_PREFIX = "reading_"


def _quoted(schema: str | None, name: str) -> str:
    return f'"{schema}"."{name}"' if schema else f'"{name}"'


def _held(conn: Connection) -> str | None:
    """The version of the views that are there."""
    schema, view = schema_of(conn), VIEWS[0]
    if (view.name if schema else f"{_PREFIX}{view.name}") not in inspect(conn).get_view_names(schema):
        return None
    found: str | None = conn.execute(text(f"SELECT views FROM {full_name(conn, view)}")).scalar()  # noqa: S608  # names of ours
    return found


def _make(conn: Connection) -> None:
    schema = schema_of(conn)
    if schema and not inspect(conn).has_schema(schema):
        conn.execute(text(f'CREATE SCHEMA "{schema}"'))
    for view in VIEWS:
        conn.exec_driver_sql(f"CREATE VIEW {full_name(conn, view)} AS {statement(view, conn.dialect.name)}")
