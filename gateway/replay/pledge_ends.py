"""Placing what ends a pledge or gives it to another holder: releases and transfers. A release needs the lender's word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.replay import matching
from gateway.replay.conveyances import Conveyance
from gateway.replay.lien_names import facilities
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import Basis, PartRelease, PartyChange, PledgeAct, Release, cited, ref
from gateway.replay.pledge_book import NoEffect, PledgeBook, SetAside, listed, names, remark
from gateway.replay.records import Property, Recordation
from gateway.replay.register_model import Pledge
from ledger.domain.pledge_words import NoteKind

_NAMES_RIGHTS = re.compile(r"\b(?:PATENTS?|APPLICATIONS?|SERIAL|REGISTRATIONS?)\b[^/]{0,24}?\d")


@dataclass(frozen=True, slots=True)
class _Meant:
    """The pledges that a document means, how they were found, and those that it cites although another lender holds them."""

    pledges: list[Pledge]
    basis: Basis
    others: tuple[Pledge, ...] = ()

    def open(self) -> list[Pledge]:
        """Those that are live. Raises NoEffect if none is."""
        found = [pledge for pledge in self.pledges if pledge.live]
        if not found:
            raise NoEffect(f"{names(self.pledges)} had ended before")
        return found


def release(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    """Ends, whole or in part, the pledges that the document cites, or those that its parties and assets mean."""
    record, said = _listing_named(book, record, said)
    meant = _given(book, record, said) if said.cites else _Meant(inferred_release(book, record, said), Basis.INFERRED)
    open_pledges = meant.open()
    beyond = _beyond(record, meant.pledges)
    slip = bool(beyond) and len(record.keys) >= len({key for pledge in open_pledges for key in pledge.live_assets})
    # What none of them has stands with the one that lacks something, for it may be that with a wrong digit.
    lacking = next((pledge for pledge in open_pledges if pledge.live_assets.keys() - record.keys), open_pledges[0])
    acts = [
        act
        for pledge in open_pledges
        for act in ended(book, record, said, pledge, meant.basis, beyond if pledge is lacking else (), slip=slip)
    ]
    return [*acts, *_remarks(book, record, said, meant, open_pledges[0])]


def _listing_named(book: PledgeBook, record: Recordation, said: Conveyance) -> tuple[Recordation, Conveyance]:
    """A release without a list whose text names rights by number ("IN PATENT NO. 7,123,456") releases those, and no others."""
    if record.properties or not said.numbers or not _NAMES_RIGHTS.search(said.text):
        return record, said
    named = {key: Property.of_key(key) for key in (book.rights.key(record.series, number) for number in said.numbers)}
    return replace(record, properties=tuple(named.values())), replace(said, partial=True)


def transfer(book: PledgeBook, record: Recordation, said: Conveyance) -> list[PledgeAct]:
    """Gives the cited pledges, or those whose assets it lists, to the document's receivers."""
    meant = _given(book, record, said) if said.cites else _Meant(_inferred_transfer(book, record), Basis.INFERRED)
    open_pledges = meant.open()
    acts = [act for pledge in open_pledges for act in _passed(book, record, said, pledge, meant.basis)]
    return [*acts, *_other_list(record, open_pledges), *_remarks(book, record, said, meant, open_pledges[0])]


def inferred_release(book: PledgeBook, record: Recordation, said: Conveyance) -> list[Pledge]:
    """The live pledges that an uncited release means: one, or several without a right in common. Raises SetAside with the candidates."""
    found = matching.released(record, book.pledges, book.known)
    found = _of_its_lien(record, said, found) if len(found) > 1 else found
    whole = all(pledge.live_assets.keys() <= record.keys for pledge in found)
    if len(found) == 1 or (found and matching.apart(found) and (whole or not said.total)):
        return found
    if found:
        raise SetAside(f"release without citation; it may mean {names(found)}")
    raise SetAside(f"release without citation; {_no_match(book, record)}")


def _of_its_lien(record: Recordation, said: Conveyance, found: list[Pledge]) -> list[Pledge]:
    """Of several pledges those of the lien or loan that the release names, by its text or its giver's capacity; all if none is named."""
    liens = facilities(said.text) | frozenset().union(*(facilities(party.capacity) for party in record.assignors))
    return [pledge for pledge in found if liens and liens <= pledge.facilities] or found


def _no_match(book: PledgeBook, record: Recordation) -> str:
    between = matching.of_parties(record, book.pledges, book.known)
    if between:
        return f"{names(between)} has its parties, but no list of assets says that it is meant"
    if not any(matching.gives(record.assignors, pledge, book.known) for pledge in book.pledges):
        return "no pledge in the file is held by its assignor"
    return "no live pledge has its parties and its assets"


def ended(
    book: PledgeBook,
    record: Recordation,
    said: Conveyance,
    pledge: Pledge,
    basis: Basis,
    beyond: tuple[Property, ...] = (),
    *,
    slip: bool = False,
) -> list[PledgeAct]:
    """What a release does to one live pledge. `beyond`: what it lists that none of its pledges has; `slip`: by a wrong digit, it seems."""
    if silent := _silent(book, record, pledge):
        return [remark(pledge, record, f"released by {listed(_givers(book, record, pledge))}; it stays for {listed(silent)}")]
    segments = _cited_segments(book, record, said, pledge)
    if segments is not None:
        return _segments_ended(record, said, pledge, segments, beyond)
    live = pledge.live_assets
    if not record.whole_list or not pledge.stated:
        named = beyond if pledge.stated else record.properties
        return _part(record, said, pledge, basis, named) if said.partial else [Release(pledge.ref, record, basis, ordered=said.by_order)]
    missing = tuple(asset for key, asset in live.items() if key not in record.keys)
    if _is_part(said, missing, slip, basis):
        return _part(record, said, pledge, basis, beyond)
    return [Release(pledge.ref, record, basis, missing, beyond, said.by_order)]


def _silent(book: PledgeBook, record: Recordation, pledge: Pledge) -> tuple[Party, ...]:
    """Of several holders those who don't release: one lender can't end what another holds beside it."""
    if len(pledge.holders) == 1:
        return ()
    silent = matching.silent_holders(_givers(book, record, pledge), pledge, book.known)
    return () if len(silent) == len(pledge.holders) else silent


def _givers(book: PledgeBook, record: Recordation, pledge: Pledge) -> tuple[Party, ...]:
    return record.assignees if matching.reversed_parties(record, pledge, book.known) else record.assignors


def _part(record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis, unpledged: tuple[Property, ...]) -> list[PledgeAct]:
    shared = tuple(asset for key, asset in pledge.live_assets.items() if key in record.keys)
    if not shared and not unpledged:
        return [remark(pledge, record, "releases a part without saying which")]
    return [PartRelease(pledge.ref, record, basis, shared, unpledged, said.by_order)]


def _cited_segments(book: PledgeBook, record: Recordation, said: Conveyance, pledge: Pledge) -> frozenset[str] | None:
    """The assets of the supplements that a document cites, if it cites nothing else of the pledge; None where it cites the grant."""
    numbers = {cited(record.series, number) for number in said.cites}
    segments = [segment for segment in pledge.segments if ref(segment.record) in numbers]
    if not segments or pledge.segments[0] in segments or any(book.aliases.get(number) == pledge.ref for number in numbers):
        return None
    return frozenset(key for segment in segments for key in segment.assets)


def _segments_ended(
    record: Recordation, said: Conveyance, pledge: Pledge, keys: frozenset[str], beyond: tuple[Property, ...]
) -> list[PledgeAct]:
    # A release of a supplement is whole or of a part like any other: where its text doesn't say that all ends, its list decides.
    part = said.partial or (record.whole_list and not said.total)
    ending = tuple(asset for key, asset in pledge.live_assets.items() if key in keys and (not part or key in record.keys))
    if not ending and not beyond:
        why = "releases a part without saying which" if part and keys else "releases a supplement that states no assets"
        return [remark(pledge, record, why)]
    return [PartRelease(pledge.ref, record, Basis.CITED, ending, beyond, said.by_order)]


def _beyond(record: Recordation, pledges: Sequence[Pledge]) -> tuple[Property, ...]:
    pledged = {key for pledge in pledges for key in pledge.assets}
    return tuple(item for item in record.properties if item.key not in pledged)


def _is_part(said: Conveyance, missing: tuple[Property, ...], slip: bool, basis: Basis) -> bool:
    """Whether a release with its list ends a part only.

    Nothing missing: whole. Else the text decides; where it is silent, a list with other rights that is as long as what is pledged has a
    wrong digit in a whole release (61835-778: 43 of 44 and one other), and anything shorter ends only what it lists. By inference nothing
    ends that isn't listed but for one wrong digit: that all ends is heard only from a document that cites its pledge.
    """
    if not missing:
        return False
    if said.partial or (said.total and basis is Basis.CITED):
        return said.partial
    return not slip or (basis is Basis.INFERRED and len(missing) > 1)


def _inferred_transfer(book: PledgeBook, record: Recordation) -> list[Pledge]:
    """The live pledges that an uncited transfer means: one, or several without a right in common. Raises SetAside with the candidates."""
    found = matching.transferred(record, book.pledges, book.known)
    if len(found) == 1 or (found and matching.apart(found)):
        return found
    if found:
        raise SetAside(f"transfer of a security that it doesn't cite; it may mean {names(found)}")
    raise SetAside("transfer of a security that it doesn't cite; it lists the whole assets of no live pledge of its assignor")


def _passed(book: PledgeBook, record: Recordation, said: Conveyance, pledge: Pledge, basis: Basis) -> list[PledgeAct]:
    if all(party.keys & book.known.of(pledge.pledgors) for party in record.assignees):
        # A debtor that gets its own security back holds none: the security is extinguished.
        return [*ended(book, record, said, pledge, basis), remark(pledge, record, "the security was assigned to its own debtor")]
    given = matching.keys_of(record.assignors)
    staying = tuple(party for party in pledge.holders if len(pledge.holders) > 1 and not (book.known.of([party]) & given))
    return [PartyChange(pledge.ref, record, basis, holders=(*staying, *record.assignees), transfer=True)]


def _other_list(record: Recordation, pledges: Sequence[Pledge]) -> list[PledgeAct]:
    """A remark where a transfer's list isn't what is pledged: a security passes whole, whatever the cover sheet lists."""
    pledged = {key for pledge in pledges for key in pledge.live_assets}
    if not record.whole_list or record.keys == pledged or not all(pledge.stated for pledge in pledges):
        return []
    differ = f"its list lacks {len(pledged - record.keys)} of the assets and has {len(record.keys - pledged)} others"
    return [remark(pledges[0], record, differ, NoteKind.DISCREPANCY)]


def _given(book: PledgeBook, record: Recordation, said: Conveyance) -> _Meant:
    """The cited pledges that the document's giver holds. A wrong digit in a citation must not end another lender's pledge."""
    found = book.cited_pledges(record, said)
    if not found:
        raise SetAside("; ".join(filter(None, (book.unknown(record, said), _instead(book, record)))))
    fitting = [pledge for pledge in found if _fits(book, record, pledge)]
    others = tuple(pledge for pledge in found if pledge not in fitting)
    if not fitting:
        raise SetAside(f"cites {others[0].ref}, held by {listed(others[0].holders)}, not by its assignor {listed(record.assignors)}")
    return _Meant(fitting, Basis.CITED, others)


def _instead(book: PledgeBook, record: Recordation) -> str:
    """What a reader may look at where a citation leads nowhere: a wrong digit, or another security that isn't in the file."""
    found = matching.exact(record, matching.of_parties(record, book.pledges, book.known))
    return f"{names(found)} has its parties and exactly its assets" if found else ""


def _fits(book: PledgeBook, record: Recordation, pledge: Pledge) -> bool:
    return (
        matching.gives(record.assignors, pledge, book.known)
        or matching.reversed_parties(record, pledge, book.known)
        or matching.succeeds(record, pledge, book.known)
    )


def _remarks(book: PledgeBook, record: Recordation, said: Conveyance, meant: _Meant, first: Pledge) -> list[PledgeAct]:
    found = book.missing_citations(record, said, first)
    if meant.others:
        found.append(remark(first, record, f"it cites {names(meant.others)} too, held by another lender", NoteKind.DISCREPANCY))
    for pledge in meant.pledges:
        if pledge.live and not matching.gives(_givers(book, record, pledge), pledge, book.known):
            found.append(remark(pledge, record, f"given by {listed(record.assignors)} as successor of {listed(pledge.holders)}"))
    return found
