"""Which events are wanted: by kind and by record. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ledger.foreseen import Foreseen
from ledger.mirror.queries.events import Told
from ledger.mirror.schema import word

WORD_BYTES = 32
NAMED = frozenset({"receivable", "token", "deal", "offer", "loan", "pledge", "asset", "act"})
"""Values that name a record, wherever they stand in an event."""


class UnknownKind(Foreseen, ValueError):
    """A kind of events that the ledger doesn't have."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Kinds (`Contract`, `Contract.Event` or `Event`) and records (words); none given: all."""

    kinds: frozenset[str] = frozenset()
    records: frozenset[bytes] = frozenset()

    def takes(self, event: Told) -> bool:
        """Whether the event is wanted."""
        return self._of_kind(event) and (not self.records or not self.records.isdisjoint(named(event.values)))

    def _of_kind(self, event: Told) -> bool:
        return not self.kinds or not self.kinds.isdisjoint({event.contract, event.name, kind_of(event)})


def kind_of(event: Told) -> str:
    """The event's kind: contract and name."""
    return f"{event.contract}.{event.name}"


def named(values: dict[str, Any]) -> set[bytes]:
    """The words of the records that an event names: its first value, and those that are named so."""
    first = list(values.values())[:1]
    return {found for each in (*first, *(values[name] for name in NAMED if name in values)) if (found := _word(each)) is not None}


def _word(value: Any) -> bytes | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return word(value) if 0 <= value < 1 << 256 else None
    return value.rjust(WORD_BYTES, b"\0") if isinstance(value, bytes) and len(value) <= WORD_BYTES else None


def of(kinds: Iterable[str], records: Iterable[bytes], known: Collection[tuple[str, str]]) -> Selection:
    """The selection of kinds that the ledger has. Raises UnknownKind."""
    there = {name for contract, event in known for name in (contract, event, f"{contract}.{event}")}
    wanted = frozenset(kinds)
    unknown = sorted(wanted - there)
    if unknown:
        raise UnknownKind(f"{unknown[0][:80]!r} is no kind of events here; write a contract, an event or both, as ReceivableToken.Drawn")
    return Selection(wanted, frozenset(each.rjust(WORD_BYTES, b"\0") for each in records))
