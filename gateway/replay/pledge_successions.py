"""What became of parties of pledges by recorded mergers and changes of name: one act on the party, whatever it holds or pledged. Pure."""

import re

from gateway.replay.parties import Party
from gateway.replay.pledge_acts import Succession
from gateway.replay.pledge_book import PledgeBook
from gateway.replay.records import Recordation
from gateway.replay.register_model import Pledge
from ledger.domain.pledge_words import PartyKind

SUCCESSION = re.compile(r"\bMERGER\b|\bCHANGE OF (?:NAME|ENTITY)\b|\bNAME CHANGE\b|\bCONVERSION\b")
_MERGER = re.compile(r"\bMERGER\b")


def successions(book: PledgeBook, record: Recordation, text: str) -> list[Succession]:
    """Who of the document's givers stands in a pledge, and what it became.

    Nothing where the document names several that it became, says nothing new, or would lead a party back to itself.
    """
    if len(record.assignees) != 1 or record.recorded is None or record.recorded > book.today:
        return []
    (after,) = record.assignees
    kind = PartyKind.SUCCEEDED if _MERGER.search(text) else PartyKind.RENAMED
    if kind is PartyKind.RENAMED and len(record.assignors) != 1:
        return []
    # One organisation in two spellings becomes another one once.
    found = [(party, _first_pledge(book, party)) for party in {party.key: party for party in record.assignors}.values()]
    return [
        Succession(pledge.ref, record, kind, party, after)
        for party, pledge in found
        if pledge is not None and party.key != after.key and book.known.is_new(party, after)
    ]


def _first_pledge(book: PledgeBook, party: Party) -> Pledge | None:
    """Told by its very name: the register knows a party by that."""
    return next((pledge for pledge in book.pledges if party.key in {each.key for each in (*pledge.pledgors, *pledge.holders)}), None)
