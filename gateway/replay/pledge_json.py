"""Parts of the bodies of pledge acts, as JSON for the API: parties, consents, lists of assets, the document, its time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256

from gateway.pledging.parts import CAPTION_MOST, NONE, asset_list, is_long, key_pages, leaf_pages, once, page, title_pages
from gateway.replay.client import Json
from gateway.replay.dates import US_OFFICE
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import Flag, Grant, Note
from gateway.replay.pledge_words import (
    DATE_STATED,
    GENERAL_DESCRIPTION,
    PARENT_UNKNOWN,
    Codes,
    Listing,
    PartyRole,
    asset_key,
    listing,
    name_hash,
    party_word,
)
from gateway.replay.records import Property, Recordation, Series
from ledger.domain.assets import side_root
from ledger.domain.calendar import start_of_day
from ledger.domain.ids import to_hex

__all__ = ["NONE", "asset_list", "is_long", "key_pages", "leaf_pages", "once", "page", "title_pages"]


def content(record: Recordation) -> Json:
    """The private content of a record: what its source says beside what is published; the same whatever file it was read from."""
    return {
        "assignees": [str(party) for party in record.assignees],
        "assignors": [str(party) for party in record.assignors],
        "code": record.code,
        "conveyance": record.text,
        "executed": record.executed.isoformat() if record.executed else None,
        "listed": record.listed,
        "number": str(record.number),
        "recorded": record.recorded.isoformat() if record.recorded else None,
        "series": record.series.value,
        "source": record.origin.set,
    }


def listing_of(record: Recordation, assets: Iterable[Property]) -> Listing | None:
    """The listing of assets that a record pledges; None where it states none."""
    return listing(keyed(record.series, assets), _blind(record))


def keyed(series: Series, assets: Iterable[Property]) -> dict[bytes, str]:
    """Titles by asset key."""
    return {asset_key(series, item): item.title for item in assets}


def keys(series: Series, assets: Iterable[Property]) -> list[str]:
    """Asset keys, ascending, each once."""
    return [to_hex(key) for key in sorted({asset_key(series, item) for item in assets})]


def named_keys(series: Series, note: Note) -> list[str]:
    """The keys of the rights that a note names."""
    return keys(series, (Property.of_key(key) for key in note.assets))


def parties(given: Iterable[Party], role: PartyRole) -> list[Json]:
    """One side of a pledge."""
    return [
        {"role": number, "id": to_hex(word), "nameHash": to_hex(hashed), "share": share}
        for number, word, hashed, share in _words(given, role)
    ]


def root(given: Iterable[Party], role: PartyRole) -> bytes:
    """The root of one side."""
    return side_root(_words(given, role))


def name(party: Party) -> Json:
    """A party's published texts."""
    return {"name": party.name, "capacity": party.capacity}


def consents(
    codes: Codes,
    code: int,
    record: Recordation,
    mode: int,
    pledgors: Iterable[Party],
    holders: Iterable[Party],
    new_pledgors: Iterable[Party] = (),
    new_holders: Iterable[Party] = (),
) -> list[Json]:
    """A consent of every party whom the register asks for this act, in a mode that needs no key; the evidence is the recorded document."""
    asked = codes.roles(code)
    given = _midnight(record.executed) if record.executed else 0
    sides = (
        (PartyRole.PLEDGOR, pledgors),
        (PartyRole.PLEDGEE, holders),
        (PartyRole.NEW_PLEDGOR, new_pledgors),
        (PartyRole.NEW_PLEDGEE, new_holders),
    )
    return [
        {
            "role": role.value,
            "mode": mode,
            "signer": 0,
            "party": to_hex(party_word(party)),
            "evidence": to_hex(document(record)),
            "given": given,
            "until": 0,
        }
        for role, side in sides
        if role in asked
        for party in side
    ]


def flags(act: Grant) -> int:
    """The flags that a filing states."""
    found = PARENT_UNKNOWN if Flag.PARENT_UNKNOWN in act.flags else 0
    return found | (GENERAL_DESCRIPTION if Flag.ASSETS_INCOMPLETE in act.flags else 0)


def instrument(record: Recordation) -> Json:
    """The document that an act stands on."""
    return {
        "number": to_hex(number_word(record)),
        "document": to_hex(document(record)),
        "executed": _midnight(record.executed) if record.executed else 0,
        "caption": " ".join(record.text.split())[:CAPTION_MOST],
    }


def number_word(record: Recordation) -> bytes:
    """The office's record number as a word."""
    return str(record.number).encode().ljust(32, b"\0")


def document(record: Recordation) -> bytes:
    """Hash of the office's record as it was read: the replay has no other document."""
    said = (record.series.value, record.number, record.text, record.recorded, record.assignors, record.assignees)
    return sha256(repr(said).encode()).digest()


def when(record: Recordation) -> Json:
    """The recorded date as the stated time. Raises ValueError for a record without one."""
    if record.recorded is None:
        raise ValueError(f"{record.number} states no recording date")
    return {"source": DATE_STATED, "dateOnly": True, "effective": _midnight(record.recorded)}


def _words(given: Iterable[Party], role: PartyRole) -> Iterator[tuple[int, bytes, bytes, int]]:
    share = 1 if role is PartyRole.PLEDGEE else 0
    return ((role.value, party_word(party), name_hash(party.name, party.capacity), share) for party in given)


def _blind(record: Recordation) -> bytes:
    """A list that is published at once has nothing to hide; the same record must give the same root."""
    return sha256(b"blind" + document(record)).digest()


def _midnight(day: date) -> int:
    return start_of_day(day, US_OFFICE)
