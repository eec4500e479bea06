"""Data folders of our own: small records in the sources' shapes, with other names, column orders and compressions."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gateway.replay.faults import Origin
from gateway.replay.read_conveyances import recordation
from gateway.replay.records import Recordation, Series
from gateway.replay.sources import plain


def write(file: Path, text: str) -> Path:
    """Writes a file, gzipped if its name says so."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())
    return file


def json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def comma_separated(header: list[str], rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV under a header."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def chain_record(
    number: str, recorded: str, text: str, assignors: list[str], assignees: list[str], applications: list[str], executed: str = "2020-01-02"
) -> dict[str, Any]:
    """A record in the shape of the former assignment interface."""
    return {
        "id": number,
        "recordedDate": f"{recorded}T05:00:00Z",
        "conveyanceText": text,
        "assignors": [{"name": name, "executionDate": f"{executed}T05:00:00Z"} for name in assignors],
        "assignees": [{"name": name} for name in assignees],
        "propertyCount": len(applications),
        "properties": [{"applNum": each, "inventionTitle": f"THING {each}"} for each in applications],
    }


def record(
    number: str,
    recorded: str,
    text: str,
    assignors: list[str],
    assignees: list[str],
    applications: list[str] | None = None,
    executed: str = "2020-01-02",
    series: Series = Series.US_PATENT,
    **more: Any,
) -> Recordation:
    """A typed record; `more` are further cells."""
    row = chain_record(number, recorded, text, assignors, assignees, applications or [], executed) | more
    found = recordation({plain(name): value for name, value in row.items()}, Origin("own", "own.jsonl", 1), series)
    assert isinstance(found, Recordation), found
    return found
