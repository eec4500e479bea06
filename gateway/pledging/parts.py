"""Parts of the bodies of acts on pledges, as JSON for the API: lists of rights and their pages, parties, documents. Pure."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ledger.domain.act_types import Party, PartyName
from ledger.domain.acts import to_json
from ledger.domain.assets import PAGE, Listing, side_root
from ledger.domain.ids import to_hex

Json = dict[str, Any]

NONE = bytes(32)
PARTS = ("terms", "parties", "segments", "partReleases", "releases", "states", "notes")
"""The parts of PledgeActs, in the order in which the contract does them."""
CAPTION_MOST = 300
NOW: Json = {"source": 0, "dateOnly": False, "effective": 0}
"""An act that counts from its block."""


def is_long(listed: Listing | None) -> bool:
    """Whether a listing takes more than one page."""
    return listed is not None and len(listed.keys) > PAGE


def asset_list(listed: Listing | None) -> Json:
    """The commitment to a listing."""
    if listed is None:
        return {"root": to_hex(NONE), "count": 0, "titles": to_hex(NONE)}
    return {"root": to_hex(listed.root), "count": len(listed.keys), "titles": to_hex(listed.titles_hash)}


def page(listed: Listing | None) -> Json:
    """Blind and keys of a listing of one page."""
    return {"blind": to_hex(listed.blind if listed else NONE), "assets": [to_hex(key) for key in listed.keys] if listed else []}


def key_pages(listed: Listing | None) -> list[Json]:
    """The pages of a listing, each with the roots of all."""
    if listed is None:
        return []
    head = {"blind": to_hex(listed.blind), "pages": [to_hex(root) for root in listed.page_roots]}
    return [{**head, "page": index, "assets": [to_hex(key) for key in keys]} for index, keys in enumerate(listed.pages)]


def title_pages(segment: int, listed: Listing | None) -> list[Json]:
    """The bodies of PublishTitles of a segment's list; none where no title is published."""
    if listed is None:
        return []
    roots = [to_hex(root) for root in listed.title_roots]
    return [{"segment": segment, "page": at, "pages": roots, "titles": list(page)} for at, page in enumerate(listed.title_pages)]


def leaf_pages(segment: int, listed: Listing, ending: Collection[bytes]) -> list[Json]:
    """The pages of a segment in which leaves end, each with its bits."""
    return [page for page in every_leaf_page(segment, listed, ending) if page["ended"] != "0"]


def every_leaf_page(segment: int, listed: Listing, ending: Collection[bytes] = ()) -> list[Json]:
    """All pages of a segment, each with the bits of the leaves that end."""
    roots = [to_hex(root) for root in listed.page_roots]
    return [
        {
            "segment": segment,
            "blind": to_hex(listed.blind),
            "page": index,
            "pages": roots,
            "assets": [to_hex(key) for key in held],
            "ended": str(sum(1 << place for place, key in enumerate(held) if key in ending)),
        }
        for index, held in enumerate(listed.pages)
    ]


def recorded(filing: Json, listed: Listing | None, names: list[Json], grounds: list[Json]) -> Json:
    """The body of RecordPledge: file, accept and register in one act, of a list of one page."""
    titles = list(listed.titles) if listed else []
    return {"filing": filing, **page(listed), "names": names, "titles": titles, "grounds": grounds}


def accepted(pledge: int, filing: Json, listed: Listing | None) -> list[Json]:
    """The bodies of AcceptPledge, a page each."""
    empty = {**page(None), "page": 0, "pages": []}
    return [{"pledge": pledge, "filing": filing, **each} for each in key_pages(listed) or [empty]]


def decided(
    pledge: int,
    decision: int,
    filing: Json,
    evidence: str,
    *,
    names: Sequence[Json] = (),
    titles: Sequence[str] = (),
    grounds: Sequence[Json] = (),
) -> Json:
    """The body of DecidePledge; names and titles are published with a registration only."""
    head = {"pledge": pledge, "decision": decision, "filing": filing}
    return {**head, "names": list(names), "titles": list(titles), "grounds": list(grounds), "evidence": evidence}


def document_of(instrument: Json, consents: list[Json], **done: list[Json]) -> Json:
    """The body of PledgeActs: what one document does, by the parts that it has."""
    return {"instrument": instrument, "consents": consents, **{name: done.get(name, []) for name in PARTS}}


def once(given: list[Json]) -> list[Json]:
    """Each party's consent in a role once."""
    return list({(each["role"], each["party"]): each for each in given}.values())


def parties(given: Iterable[Party]) -> list[Json]:
    """Parties as a body lists them."""
    return [to_json(each) for each in given]


def names(given: Iterable[PartyName]) -> list[Json]:
    """Texts of parties as a body lists them."""
    return [to_json(each) for each in given]


def parties_now(pledgors: Sequence[Party], holders: Sequence[Party]) -> Json:
    """Both sides of a pledge as they stand, with their roots."""
    roots = {"pledgorsRoot": to_hex(_root(pledgors)), "holdersRoot": to_hex(_root(holders))}
    return {**roots, "pledgors": parties(pledgors), "holders": parties(holders)}


def _root(side: Iterable[Party]) -> bytes:
    return side_root((each.role, each.id, each.nameHash, each.share) for each in side)
