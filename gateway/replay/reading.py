"""A data folder as typed records: the known sets' folders, and any other whose rows have the shape of one of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

from gateway.replay import read_conveyances, read_money, sources
from gateway.replay.faults import Fault, Origin
from gateway.replay.read_conveyances import recordation
from gateway.replay.read_money import invoice, spend_line
from gateway.replay.records import Invoice, Recordation, Series, SpendLine
from gateway.replay.sources import NoData, Row
from ledger.domain.money import Currency

CONVEYANCES = {
    "uspto-patent-chain": Series.US_PATENT,
    "uspto-patent-security-barclays": Series.US_PATENT,
    "uspto-patent-security-other": Series.US_PATENT,
    "uspto-trademark-assignments": Series.US_MARK,
}
"""Folders of recorded conveyances and the numbering that each stands in."""
INVOICES = "ibm-accounts-receivable"
SPENDING = "oxford-council-spend"


class Kind(Enum):
    """What the rows of a set are."""

    PATENTS = "conveyances of patents"
    MARKS = "conveyances of marks"
    INVOICES = "invoices"
    SPENDING = "spending"


_OF_SERIES = {Series.US_PATENT: Kind.PATENTS, Series.US_MARK: Kind.MARKS}
_KNOWN = {**{name: _OF_SERIES[series] for name, series in CONVEYANCES.items()}, INVOICES: Kind.INVOICES, SPENDING: Kind.SPENDING}

_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Read:
    """All that a folder holds for the replay; every row is a record or a fault. `kinds`: what each set is."""

    conveyances: tuple[Recordation, ...]
    invoices: tuple[Invoice, ...]
    spending: tuple[SpendLine, ...]
    faults: tuple[Fault, ...]
    kinds: Mapping[str, Kind]

    def sets(self, *kinds: Kind) -> tuple[str, ...]:
        """The sets of these kinds."""
        return tuple(name for name, kind in self.kinds.items() if kind in kinds)

    def faults_of(self, set_name: str) -> tuple[Fault, ...]:
        """The faults of one set."""
        return tuple(fault for fault in self.faults if fault.origin.set == set_name)

    def rows_of(self, set_name: str) -> int:
        """How many rows one set's files have, readable or not; a file that can't be read at all counts for one."""
        records: tuple[Recordation | Invoice | SpendLine, ...] = (*self.conveyances, *self.invoices, *self.spending)
        return sum(record.origin.set == set_name for record in records) + len(self.faults_of(set_name))


def read(folder: Path, invoice_currency: Currency, spend_currency: Currency) -> Read:
    """Reads every file of every set. Raises NoData when the folder has none."""
    if not folder.is_dir():
        raise NoData(f"data folder {folder} doesn't exist: name one with --data or PLEDGEBOOK_DATA")
    folders = {path.name: (path, kind) for path, kind in _sets(folder)}
    if not any(sources.files(path) for path, _ in folders.values()):
        raise NoData(
            f"data folder {folder} has no .jsonl or .csv file (gzipped or not) in any of {', '.join(_KNOWN)}, "
            "and in no other folder one whose columns are those of conveyances, invoices or spending"
        )
    typed: dict[Kind, Callable[[Row, Origin], Recordation | Invoice | SpendLine | Fault]] = {
        Kind.PATENTS: lambda row, at: recordation(row, at, Series.US_PATENT),
        Kind.MARKS: lambda row, at: recordation(row, at, Series.US_MARK),
        Kind.INVOICES: lambda row, at: invoice(row, at, invoice_currency),
        Kind.SPENDING: lambda row, at: spend_line(row, at, spend_currency),
    }
    found = [item for name, (path, kind) in folders.items() for item in _set(path, name, typed[kind])]
    return Read(
        tuple(item for item in found if isinstance(item, Recordation)),
        tuple(item for item in found if isinstance(item, Invoice)),
        tuple(item for item in found if isinstance(item, SpendLine)),
        tuple(item for item in found if isinstance(item, Fault)),
        {name: kind for name, (_, kind) in folders.items()},
    )


def _sets(folder: Path) -> Iterable[tuple[Path, Kind]]:
    """The folders that hold a set, known ones first; the data folder may itself be one."""
    present = {path.name: path for path in (folder.resolve(), *sorted(folder.iterdir())) if path.is_dir()}
    known = [name for name in _KNOWN if name in present]
    for name in (*known, *(name for name in present if name not in known)):
        kind = _KNOWN.get(name) or _shape(present[name])
        if kind is not None:
            yield present[name], kind


def _shape(folder: Path) -> Kind | None:
    """What the rows of an unknown folder are, by the columns of the first one that can be read; None: nothing for the replay."""
    readable = (row for path in sources.files(folder) for _, row in sources.rows(path, folder.name) if not isinstance(row, Fault))
    row = next(readable, {})
    if read_conveyances.fits(row):
        return Kind.MARKS if "trademark" in folder.name.lower() or read_conveyances.is_of_marks(row) else Kind.PATENTS
    if read_money.is_invoice(row):
        return Kind.INVOICES
    return Kind.SPENDING if read_money.is_spending(row) else None


def _set(folder: Path, name: str, typed: Callable[[Row, Origin], _Record | Fault]) -> list[_Record | Fault]:
    found = [
        found if isinstance(found, Fault) else typed(found, origin)
        for path in sources.files(folder)
        for origin, found in sources.rows(path, name)
    ]
    return [*found, *sources.strangers(folder, name)]
