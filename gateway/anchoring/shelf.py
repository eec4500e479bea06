"""Where a home keeps its anchored registers: one folder each, found again by the root that the office signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from gateway.anchoring import book
from gateway.anchoring.book import About, Book, BookError

FOLDER = "anchors"


def build(home: Path, source: Path, register: int, rule: int, zone: str, as_at: int, secret: bytes | None = None) -> tuple[Path, About]:
    """Builds an anchored register in a home. Raises ExportError, BookError."""
    beside = home / FOLDER / f".{uuid4().hex}"
    about = book.build(beside, source, register, rule, zone, as_at, secret)
    return beside.rename(home / FOLDER / _name(register, about.records_root)), about


@contextmanager
def opened(home: Path, register: int, records_root: bytes) -> Iterator[Book]:
    """The register that was anchored under a root. Raises BookError where this home doesn't hold it, AnchorDamaged."""
    folder = home / FOLDER / _name(register, records_root)
    if not holds(home, register, records_root):
        raise BookError(f"register {register}: the records under root {records_root.hex()[:16]} are not held here; their office has them")
    with book.opened(folder) as found:
        if (found.about.register, found.about.records_root) != (register, records_root):
            raise BookError(f"{folder}: it holds another register than its name says")
        yield found


@contextmanager
def named(home: Path, beginning: str) -> Iterator[Book]:
    """The anchored register of a home whose folder's name begins so. Raises BookError where none or several do."""
    found = sorted(each for each in (home / FOLDER).glob("*-*") if each.name.startswith(beginning)) if (home / FOLDER).is_dir() else []
    if len(found) != 1:
        names = ", ".join(each.name for each in found) or "none"
        raise BookError(f"anchored register {beginning!r}: {len(found)} in {home / FOLDER} begin so ({names}); name one")
    with book.opened(found[0]) as opened_:
        yield opened_


def holds(home: Path, register: int, records_root: bytes) -> bool:
    """Whether a home has the records under a root."""
    return (home / FOLDER / _name(register, records_root)).is_dir()


def _name(register: int, records_root: bytes) -> str:
    return f"{register}-{records_root.hex()[:32]}"
