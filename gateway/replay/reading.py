"""A data folder as typed records: the known sets' folders, whatever files are in them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gateway.replay import sources
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

_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Read:
    """All that a folder holds for the replay; every row is a record or a fault."""

    conveyances: tuple[Recordation, ...]
    invoices: tuple[Invoice, ...]
    spending: tuple[SpendLine, ...]
    faults: tuple[Fault, ...]

    def faults_of(self, set_name: str) -> tuple[Fault, ...]:
        """The faults of one set."""
        return tuple(fault for fault in self.faults if fault.origin.set == set_name)

    def rows_of(self, set_name: str) -> int:
        """How many rows one set's files have, readable or not; a file that can't be read at all counts for one."""
        records: tuple[Recordation | Invoice | SpendLine, ...] = (*self.conveyances, *self.invoices, *self.spending)
        return sum(record.origin.set == set_name for record in records) + len(self.faults_of(set_name))


def read(folder: Path, invoice_currency: Currency, spend_currency: Currency) -> Read:
    """Reads every file of the known sets. Raises NoData when the folder has none of them."""
    if not folder.is_dir():
        raise NoData(f"data folder {folder} doesn't exist: name one with --data or PLEDGEBOOK_DATA")
    known = (*CONVEYANCES, INVOICES, SPENDING)
    if not any(sources.files(folder / name) for name in known):
        raise NoData(f"data folder {folder} has no .jsonl or .csv file (gzipped or not) in any of {', '.join(known)}")
    conveyances = [item for name, series in CONVEYANCES.items() for item in _conveyances(folder, name, series)]
    invoices = _set(folder, INVOICES, lambda row, at: invoice(row, at, invoice_currency))
    spending = _set(folder, SPENDING, lambda row, at: spend_line(row, at, spend_currency))
    return Read(
        tuple(item for item in conveyances if isinstance(item, Recordation)),
        tuple(item for item in invoices if isinstance(item, Invoice)),
        tuple(item for item in spending if isinstance(item, SpendLine)),
        tuple(item for item in (*conveyances, *invoices, *spending) if isinstance(item, Fault)),
    )


def _conveyances(folder: Path, name: str, series: Series) -> list[Recordation | Fault]:
    return _set(folder, name, lambda row, at: recordation(row, at, series))


def _set(folder: Path, name: str, typed: Callable[[Row, Origin], _Record | Fault]) -> list[_Record | Fault]:
    found = [
        found if isinstance(found, Fault) else typed(found, origin)
        for path in sources.files(folder / name)
        for origin, found in sources.rows(path, name)
    ]
    return [*found, *sources.strangers(folder / name, name)]
