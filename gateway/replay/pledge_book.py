"""What has been placed so far, and how a record's citations are followed in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from gateway.replay.conveyances import Conveyance
from gateway.replay.matching import Successors
from gateway.replay.pledge_acts import Flag, Note, Placement, PledgeAct, Ref, Succession, cited, ref
from gateway.replay.records import Recordation
from gateway.replay.register_model import Pledge, Register
from gateway.replay.rights import Rights
from ledger.domain.pledge_words import NoteKind

_CAPTION = 70


class SetAside(Exception):
    """A record that can't be placed, and why."""


class NoEffect(Exception):
    """A record that changes no security, and why."""


@dataclass(slots=True)
class PledgeBook:
    """The register as it stands, every record placed, other names of pledges, the last supplement of each, successions and rights.

    `today`: nothing counts from a later day.
    """

    rights: Rights
    today: date
    register: Register = field(default_factory=Register)
    placed: dict[Ref, Placement] = field(default_factory=dict)
    aliases: dict[Ref, Ref] = field(default_factory=dict)
    supplements: dict[Ref, int] = field(default_factory=dict)
    known: Successors = field(default_factory=Successors)

    @property
    def pledges(self) -> Iterable[Pledge]:
        """All pledges, in the order of their grants."""
        return self.register.pledges.values()

    def cited_pledges(self, record: Recordation, said: Conveyance) -> list[Pledge]:
        """The pledges that a record's citations stand for, each once."""
        found = [pledge for number in said.cites for pledge in self.resolved(cited(record.series, number))]
        return list({pledge.ref: pledge for pledge in found}.values())

    def resolved(self, name: Ref) -> list[Pledge]:
        """The pledges that a record stands for: the one that it granted, or those that it acted on."""
        name = self.aliases.get(name, name)
        if name in self.register.pledges:
            return [self.register.pledges[name]]
        earlier = self.placed.get(name)
        # What became of a party is said of no pledge.
        touched = [act.pledge for act in earlier.acts if not isinstance(act, Succession)] if earlier else []
        return [self.register.pledges[pledge] for pledge in dict.fromkeys(touched)]

    def earlier(self, record: Recordation, said: Conveyance) -> Placement | None:
        """What became of the first cited record that is in the file."""
        return next((self.placed[name] for number in said.cites if (name := cited(record.series, number)) in self.placed), None)

    def unknown(self, record: Recordation, said: Conveyance) -> str:
        """Why a record's citations lead to no pledge."""
        if not said.cites:
            return "it cites no record"
        known = self.earlier(record, said)
        if known is not None:
            return f"cites {ref(known.record)}, {known.outcome.value}: {known.reason}"
        return f"cites {', '.join(str(number) for number in said.cites)}: not in the file"

    def missing_citations(self, record: Recordation, said: Conveyance, pledge: Pledge) -> list[PledgeAct]:
        """A remark on what else a record cites that the file doesn't have."""
        absent = [str(number) for number in said.cites if not self.resolved(cited(record.series, number))]
        return [remark(pledge, record, f"it cites {', '.join(absent)}, not in the file")] if absent else []


Placing: TypeAlias = Callable[[PledgeBook, Recordation, Conveyance], list[PledgeAct]]
"""How a record of one nature is placed. Raises SetAside, NoEffect."""


def remark(pledge: Pledge, record: Recordation, text: str, kind: NoteKind = NoteKind.REMARK) -> Note:
    """A note on a pledge, headed by the document's caption."""
    return Note(pledge.ref, record, kind, f"{caption(record)}: {text}")


def caption(record: Recordation, whole: bool = False) -> str:
    """The document's heading as published, cut short unless the whole is asked for."""
    text = " ".join(record.text.split())
    return text if whole or len(text) <= _CAPTION else text[: _CAPTION - 3] + "..."


def asset_flags(record: Recordation) -> frozenset[Flag]:
    """What is remarkable about a record's list of assets."""
    if record.whole_list:
        return frozenset()
    return frozenset({Flag.ASSETS_INCOMPLETE if record.properties else Flag.ASSETS_NOT_STATED})


def names(pledges: Iterable[Pledge]) -> str:
    """The pledges' names, for a reason."""
    return ", ".join(str(pledge.ref) for pledge in pledges)


def listed(parties: Iterable[object]) -> str:
    """The parties' names, for a reason."""
    return "; ".join(str(party) for party in parties)
