"""The plan for pledges: every record is placed, as acting, without effect, or set aside with a reason. Pure but for the register's model.

Records are taken by recorded date, then number; the office states no order within a day, so there a record comes after those it cites.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from gateway.replay import matching
from gateway.replay.conveyances import Conveyance, Nature, conveyance
from gateway.replay.faults import Origin
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import (
    Basis,
    Flag,
    Grant,
    Note,
    Outcome,
    PartRelease,
    PartyChange,
    Placement,
    PledgeAct,
    Ref,
    Release,
    Remark,
    Supplement,
    cited,
    ref,
)
from gateway.replay.records import Property, Recordation
from gateway.replay.register_model import Pledge, Register

_NOWHERE = Origin("", "", 0)
_CAPTION = 70
_SUCCESSION = ("MERGER", "CHANGE OF NAME", "NAME CHANGE", "CHANGE OF ENTITY", "CONVERSION")
_CONVEYING = ("CONVEYING PART", "ASSIGNOR NAME", "NAME OF THE ASSIGNOR", "CORRECT THE ASSIGNOR", "ASSIGNOR'S NAME", "OMITTED ASSIGNOR")
_RECEIVING = ("RECEIVING PART", "ASSIGNEE NAME", "NAME OF THE ASSIGNEE", "CORRECT THE ASSIGNEE", "ASSIGNEE'S NAME", "OF THE ASSIGNEE")


class _SetAside(Exception):
    """A record that can't be placed, and why."""


class _NoEffect(Exception):
    """A record that changes no security, and why."""


def plan(records: Iterable[Recordation], today: date) -> list[Placement]:
    """Places every record, in the order in which they count; records without a date come last.

    `today`: records dated later are set aside, as the chain has no such time yet.
    """
    planner = _Planner()
    placements = [planner.place(record, today) for record in ordered(records)]
    return _with_shared_days(placements)


def ordered(records: Iterable[Recordation]) -> list[Recordation]:
    """By recorded date, then number; on one day, what a record cites goes before it."""
    dated = sorted(records, key=lambda record: (record.recorded or date.max, record.series.value, record.number))
    days: dict[date | None, list[Recordation]] = {}
    for record in dated:
        days.setdefault(record.recorded, []).append(record)
    return [record for day in days.values() for record in _cited_first(day)]


def _cited_first(day: list[Recordation]) -> list[Recordation]:
    waiting, placed = list(day), list[Recordation]()
    cites = {id(record): {cited(record.series, number) for number in conveyance(record).cites} for record in day}
    while waiting:
        open_refs = {ref(record) for record in waiting}
        # A circle of citations is broken at the lowest number.
        chosen = next((record for record in waiting if not (cites[id(record)] & (open_refs - {ref(record)}))), waiting[0])
        waiting.remove(chosen)
        placed.append(chosen)
    return placed


def _with_shared_days(placements: list[Placement]) -> list[Placement]:
    count: dict[tuple[str, date | None], int] = {}
    for placement in placements:
        day = (placement.record.series.value, placement.record.recorded)
        count[day] = count.get(day, 0) + 1
    return [
        replace(placement, order_unstated=bool(placement.acts) and count[placement.record.series.value, placement.record.recorded] > 1)
        for placement in placements
    ]


class _Planner:
    """What has been placed so far."""

    def __init__(self) -> None:
        self.register = Register()
        self.placed: dict[Ref, Placement] = {}
        self.aliases: dict[Ref, Ref] = {}
        self.supplements: dict[str, int] = {}
        self.known = matching.Successors()
        self._by_nature: dict[Nature, Callable[[Recordation, Conveyance], list[PledgeAct]]] = {
            Nature.GRANT: self._grant,
            Nature.SUPPLEMENT: self._supplement,
            Nature.AMENDMENT: self._amendment,
            Nature.RELEASE: self._release,
            Nature.TRANSFER: self._transfer,
            Nature.CORRECTION: self._correction,
            Nature.ENFORCEMENT: self._remark(Remark.REMARK),
            Nature.RELATION: self._remark(Remark.PRIORITY),
            Nature.OTHER: self._other,
        }

    def place(self, record: Recordation, today: date) -> Placement:
        placement = self._placement(record, today)
        for act in placement.acts:
            self.register.apply(act)
        self.placed.setdefault(ref(record), placement)
        return placement

    def _placement(self, record: Recordation, today: date) -> Placement:
        said = conveyance(record)
        try:
            self._check(record, said, today)
            acts = self._by_nature[said.nature](record, said)
        except _SetAside as why:
            return Placement(record, Outcome.SET_ASIDE, str(why))
        except _NoEffect as why:
            return Placement(record, Outcome.WITHOUT_EFFECT, str(why))
        return Placement(record, Outcome.ACTING, said.nature.value, tuple(acts))

    def _check(self, record: Recordation, said: Conveyance, today: date) -> None:
        earlier = self.placed.get(ref(record))
        if earlier is not None:
            if _content(earlier.record) == _content(record):
                raise _NoEffect(f"the same record was read at {earlier.record.origin}")
            raise _SetAside(f"another record has this number and other content: {earlier.record.origin}")
        if record.struck:
            raise _SetAside("the office has struck this record")
        if said.nature is Nature.OTHER:
            return
        if record.recorded is None:
            raise _SetAside("recorded: missing; a US record counts from its recorded date")
        if record.recorded > today:
            raise _SetAside(f"recorded: {record.recorded} is after today, {today}")

    # Grants and what adds to them

    def _grant(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        earlier = matching.repeated(record, said, self.register.pledges.values())
        return self._new_pledge(record, said, frozenset(), earlier)

    def _new_pledge(self, record: Recordation, said: Conveyance, flags: frozenset[Flag], earlier: Pledge | None = None) -> list[PledgeAct]:
        grant = Grant(ref(record), record, flags | _asset_flags(record), said.facilities, earlier.ref if earlier else None)
        if earlier is None:
            return [grant]
        return [grant, Note(grant.pledge, record, Remark.SAME_AS, f"repeats the record of {earlier.ref}", other=earlier.ref)]

    def _orphan(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        """A document that grants by itself and lacks its agreement is a pledge of its own; what it cites names it from then on."""
        for number in said.cites:
            self.aliases.setdefault(cited(record.series, number), ref(record))
        return self._new_pledge(record, said, frozenset({Flag.PARENT_UNKNOWN}))

    def _supplement(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        parents, basis = self._parents(record, said)
        if not parents:
            return self._orphan(record, said)
        acts = [act for parent in parents for act in self._added(record, parent, basis)]
        for parent in parents:
            self.supplements[str(parent.ref)] = max(self.supplements.get(str(parent.ref), 0), said.ordinal)
        return acts

    def _parents(self, record: Recordation, said: Conveyance) -> tuple[list[Pledge], Basis]:
        if said.cites:
            found = [pledge for pledge in self._cited_pledges(record, said) if pledge.live and _lender_of(record, pledge, self.known)]
            return found, Basis.CITED
        inferred = matching.supplemented(record, said, self.register.pledges.values(), self.known, self.supplements)
        return (inferred, Basis.INFERRED) if len(inferred) == 1 else ([], Basis.INFERRED)

    def _added(self, record: Recordation, parent: Pledge, basis: Basis) -> list[PledgeAct]:
        new = tuple(item for item in record.properties if item.key not in parent.live_assets)
        acts: list[PledgeAct] = []
        joining = tuple(party for party in record.assignors if party.key not in self.known.of(parent.pledgors))
        if joining:
            acts.append(PartyChange(parent.ref, record, basis, pledgors=(*parent.pledgors, *joining)))
        if new or not record.whole_list:
            acts.append(Supplement(parent.ref, record, basis, new))
        link = f"{_caption(record)}: supplements {parent.ref} ({basis.name.lower()})"
        return [*acts, Note(parent.ref, record, Remark.SUPPLEMENTS, link)]

    def _amendment(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        parents, basis = self._parents(record, said)
        if parents:
            return [act for parent in parents for act in self._added(record, parent, basis)]
        if said.grants:
            return self._orphan(record, said)
        raise _SetAside("amends an agreement that isn't in the file, and doesn't itself grant")

    # Ends and transfers

    def _release(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        if said.cites:
            pledges, basis = self._given(record, said), Basis.CITED
        else:
            pledges, basis = self._inferred_release(record), Basis.INFERRED
        named = {key for pledge in pledges for key in pledge.assets}
        beyond = tuple(item for item in record.properties if item.key not in named)
        open_pledges = [pledge for pledge in pledges if pledge.live]
        if not open_pledges:
            raise _NoEffect(f"{_names(pledges)} had ended before")
        acts = [self._ended(record, said, pledge, basis, beyond if index == 0 else ()) for index, pledge in enumerate(open_pledges)]
        return [*acts, *self._missing_citations(record, said, open_pledges[0])]

    def _inferred_release(self, record: Recordation) -> list[Pledge]:
        if not any(
            matching.same((party.key for party in record.assignors), self.known.of(pledge.holders))
            for pledge in self.register.pledges.values()
        ):
            raise _SetAside("release without citation; no pledge in the file is held by its assignor")
        found = matching.released(record, self.register.pledges.values(), self.known)
        if len(found) == 1:
            return found
        if found:
            raise _SetAside(f"release without citation; it may mean {_names(found)}")
        raise _SetAside("release without citation; no live pledge has its parties and its assets")

    def _ended(self, record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis, beyond: tuple[Property, ...]) -> PledgeAct:
        segment = self._cited_segment(record, said, pledge)
        live = pledge.live_assets
        if segment is not None:
            return PartRelease(pledge.ref, record, basis, tuple(live[key] for key in segment if key in live), beyond)
        if not record.whole_list or not pledge.stated:
            named = beyond if pledge.stated else record.properties
            return (
                PartRelease(pledge.ref, record, basis, _shared(record, live), named) if said.partial else Release(pledge.ref, record, basis)
            )
        missing = tuple(asset for key, asset in live.items() if key not in record.keys)
        if _is_part(said, missing, beyond, len(record.keys), len(live)):
            return PartRelease(pledge.ref, record, basis, _shared(record, live), beyond)
        return Release(pledge.ref, record, basis, missing, beyond)

    def _cited_segment(self, record: Recordation, said: Conveyance, pledge: Pledge) -> frozenset[str] | None:
        """The assets of the supplements that a document cites, if it cites nothing else of the pledge; None where it cites the grant."""
        numbers = {cited(record.series, number) for number in said.cites}
        segments = [segment for segment in pledge.segments if ref(segment.record) in numbers]
        if not segments or pledge.segments[0] in segments or self.aliases.keys() & numbers:
            return None
        if not all(segment.record.whole_list for segment in segments):
            raise _SetAside(f"releases a supplement of {pledge.ref} that states no assets")
        return frozenset(key for segment in segments for key in segment.assets)

    def _transfer(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        if said.cites:
            pledges, basis = self._given(record, said), Basis.CITED
        else:
            pledges, basis = matching.transferred(record, self.register.pledges.values(), self.known), Basis.INFERRED
            if len(pledges) != 1:
                raise _SetAside("transfer of a security that it doesn't cite; no one live pledge of its assignor has exactly its assets")
        open_pledges = [pledge for pledge in pledges if pledge.live]
        if not open_pledges:
            raise _NoEffect(f"{_names(pledges)} had ended before")
        acts: list[PledgeAct] = [
            PartyChange(pledge.ref, record, basis, holders=self._holders_after(record, pledge), transfer=True) for pledge in open_pledges
        ]
        return [*acts, *self._missing_citations(record, said, open_pledges[0])]

    def _holders_after(self, record: Recordation, pledge: Pledge) -> tuple[Party, ...]:
        given = {key for party in record.assignors for key in party.keys}
        staying = tuple(party for party in pledge.holders if len(pledge.holders) > 1 and not (self.known.of([party]) & given))
        return (*staying, *record.assignees)

    def _given(self, record: Recordation, said: Conveyance) -> list[Pledge]:
        """The cited pledges, if the giver of the document holds them. A wrong digit in a citation must not end another lender's pledge."""
        found = self._cited_pledges(record, said)
        if not found:
            raise _SetAside(self._unknown(record, said))
        for pledge in found:
            if not matching.gives(record, pledge, self.known) and not matching.reversed_parties(record, pledge, self.known):
                raise _SetAside(f"cites {pledge.ref}, held by {_listed(pledge.holders)}, not by its assignor {_listed(record.assignors)}")
        return found

    def _missing_citations(self, record: Recordation, said: Conveyance, pledge: Pledge) -> list[PledgeAct]:
        absent = [str(number) for number in said.cites if not self._resolved(cited(record.series, number))]
        return (
            [Note(pledge.ref, record, Remark.REMARK, f"{_caption(record)}: it cites {', '.join(absent)}, not in the file")]
            if absent
            else []
        )

    # Corrections and remarks

    def _correction(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        pledges = self._cited_pledges(record, said)
        if pledges:
            return [act for pledge in pledges for act in self._corrected(record, said, pledge, Basis.CITED)]
        for number in said.cites:
            earlier = self.placed.get(cited(record.series, number))
            if earlier is not None:
                self._follow(earlier)
        if not said.cites:
            return self._uncited_correction(record, said)
        if _confirms_grant(record, said):
            return self._orphan(record, said)
        if said.confirms is Nature.OTHER:
            raise _NoEffect(f"corrects an assignment, no security: {_caption(record)}")
        raise _SetAside(self._unknown(record, said))

    def _follow(self, earlier: Placement) -> None:
        reason = f"corrects {ref(earlier.record)}, {earlier.outcome.value}: {earlier.reason}"
        raise _NoEffect(reason) if earlier.outcome is Outcome.WITHOUT_EFFECT else _SetAside(reason)

    def _uncited_correction(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        found = matching.same_document(record, self.register.pledges.values())
        if len(found) == 1:
            return self._corrected(record, said, found[0], Basis.INFERRED)
        if said.confirms is Nature.OTHER:
            raise _NoEffect(f"corrects an assignment, no security: {_caption(record)}")
        raise _SetAside("correction without citation; no one pledge in the file has its parties and its date of execution")

    def _corrected(self, record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis) -> list[PledgeAct]:
        """A correction is the debtor's own word: it names assets and renames parties, but releases nothing (a release needs the lender)."""
        note = Note(pledge.ref, record, Remark.CORRECTION, _caption(record, whole=True), assets=said.numbers)
        changed = _corrected_parties(record, said, pledge, basis) if pledge.live else None
        return [changed, note] if changed else [note]

    def _remark(self, remark: Remark) -> Callable[[Recordation, Conveyance], list[PledgeAct]]:
        def noted(record: Recordation, said: Conveyance) -> list[PledgeAct]:
            pledges = self._cited_pledges(record, said)
            if not pledges:
                raise _SetAside(f"{said.nature.value}: {self._unknown(record, said)}")
            return [Note(pledge.ref, record, remark, _caption(record, whole=True)) for pledge in pledges]

        return noted

    def _other(self, record: Recordation, said: Conveyance) -> list[PledgeAct]:
        if any(word in said.text for word in _SUCCESSION):
            self.known.record(record.assignors, record.assignees)
        raise _NoEffect(f"grants or changes no security: {_caption(record) or f'conveyance code {record.code}'}")

    # Citations

    def _cited_pledges(self, record: Recordation, said: Conveyance) -> list[Pledge]:
        found = [pledge for number in said.cites for pledge in self._resolved(cited(record.series, number))]
        return list({pledge.ref: pledge for pledge in found}.values())

    def _resolved(self, name: Ref) -> list[Pledge]:
        """The pledges that a record stands for: the one it granted, or those it acted on."""
        name = self.aliases.get(name, name)
        if name in self.register.pledges:
            return [self.register.pledges[name]]
        earlier = self.placed.get(name)
        touched = [act.pledge for act in earlier.acts] if earlier else []
        return [self.register.pledges[pledge] for pledge in dict.fromkeys(touched)]

    def _unknown(self, record: Recordation, said: Conveyance) -> str:
        if not said.cites:
            return "it cites no record"
        known = [self.placed[name] for number in said.cites if (name := cited(record.series, number)) in self.placed]
        if known:
            return f"cites {ref(known[0].record)}, {known[0].outcome.value}: {known[0].reason}"
        return f"cites {', '.join(str(number) for number in said.cites)}: not in the file, or recorded later"


def _is_part(said: Conveyance, missing: tuple[Property, ...], beyond: tuple[Property, ...], listed: int, live: int) -> bool:
    """Whether a release with its list ends a part only.

    Nothing missing: whole. Else the text decides; where it is silent, a list with other rights that is as long as the pledge's has a wrong
    digit in a whole release (61835-778: 43 of 44 and one other), and anything shorter ends only what it lists.
    """
    if not missing:
        return False
    if said.partial or said.total:
        return said.partial
    return not (beyond and listed >= live)


def _shared(record: Recordation, live: dict[str, Property]) -> tuple[Property, ...]:
    return tuple(asset for key, asset in live.items() if key in record.keys)


def _corrected_parties(record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis) -> PartyChange | None:
    """The debtors as corrected, or the lender's name as corrected; an agent who stands where the debtor should changes nothing."""
    correcting = said.text.partition("PREVIOUSLY RECORDED")[0]
    if any(words in correcting for words in _CONVEYING) and record.assignors != pledge.pledgors:
        agents = any(party.lends for party in record.assignors)
        return None if agents else PartyChange(pledge.ref, record, basis, pledgors=record.assignors)
    if any(words in correcting for words in _RECEIVING) and record.assignees != pledge.holders:
        alike = matching.same((party.key for party in record.assignees), (party.key for party in pledge.holders), nearly=True)
        return PartyChange(pledge.ref, record, basis, holders=record.assignees) if alike else None
    return None


def _confirms_grant(record: Recordation, said: Conveyance) -> bool:
    return said.grants and not any(party.lends for party in record.assignors)


def _lender_of(record: Recordation, pledge: Pledge, known: matching.Successors) -> bool:
    return matching.same((key for party in record.assignees for key in party.keys), known.of(pledge.holders), nearly=True)


def _asset_flags(record: Recordation) -> frozenset[Flag]:
    if record.whole_list:
        return frozenset()
    return frozenset({Flag.ASSETS_INCOMPLETE if record.properties else Flag.ASSETS_NOT_STATED})


def _content(record: Recordation) -> Recordation:
    return replace(record, origin=_NOWHERE)


def _caption(record: Recordation, whole: bool = False) -> str:
    text = " ".join(record.text.split())
    return text if whole or len(text) <= _CAPTION else text[: _CAPTION - 3] + "..."


def _names(pledges: Iterable[Pledge]) -> str:
    return ", ".join(str(pledge.ref) for pledge in pledges)


def _listed(parties: Iterable[object]) -> str:
    return "; ".join(str(party) for party in parties)
