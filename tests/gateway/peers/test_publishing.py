"""The address book: a member's entry is written by its own acts, once, and anew when something changed."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.access import READ, Session
from gateway.errors import Problem
from gateway.peers import publishing, speaking
from gateway.peers.directory import Entry, entry
from ledger.domain.address_book import url_word
from tests.gateway.outbox.world import OPERATOR, House
from tests.gateway.peers.conftest import publish


def told(house: House, member: bytes) -> Entry:
    with house.services.snapshot() as conn:
        return entry(conn, member)


def test_an_entry_is_written_once_and_again_where_it_changed(house: House) -> None:
    member = house.member()
    assert told(house, member) == Entry(member, None, None, None) and not told(house, member).speaks
    acts = publishing.publish(house.services, OPERATOR, member, "https://a.example/")
    assert [each.kind for each in acts] == ["SetSlot"] * 3
    assert publishing.publish(house.services, OPERATOR, member, "https://a.example") == acts, "asked again before it is there"
    house.round()
    house.round()
    first = told(house, member)
    assert first.speaks and first.has_door and first.url is not None and first.url == (1, url_word("https://a.example"))
    assert publishing.publish(house.services, OPERATOR, member, "https://a.example") == []
    assert publishing.publish(house.services, OPERATOR, member, None) == []
    publish(house, member, "https://b.example")
    second = told(house, member)
    assert (second.transport, second.encryption, second.url) == (first.transport, first.encryption, (2, url_word("https://b.example")))
    publish(house, member, "")
    assert not told(house, member).has_door
    assert len(publishing.publish(house.services, OPERATOR, member, None, renew=True)) == 2
    house.round()
    house.round()
    renewed = told(house, member)
    assert renewed.transport is not None and first.transport is not None
    assert renewed.transport.epoch == 2 and renewed.transport.word != first.transport.word
    assert speaking.voice(house.services, member)[0] == (member, 2)


def test_without_its_keys_nobody_speaks_for_a_member(house: House, second: House) -> None:
    member = house.member()
    with pytest.raises(Problem, match="not published"):
        speaking.voice(house.services, member)
    publish(house, member)
    house.share(second, member)
    with pytest.raises(Problem, match="not published by this gateway"):
        speaking.voice(second.services, member)


@pytest.mark.parametrize("url", ["ftp://x", "https://", "https://u:p@x", "https://x/#a", "x", "https://x" + "y" * 2_000])
def test_what_is_no_url_is_refused(house: House, url: str) -> None:
    with pytest.raises(Problem, match="url"):
        publishing.publish(house.services, OPERATOR, house.member(), url)


def test_only_the_member_itself_publishes(house: House) -> None:
    member: Any = house.member()
    for session, status in ((Session("k", member, frozenset({READ})), 403), (Session("k", house.member(), OPERATOR.scopes), 404)):
        with pytest.raises(Problem) as refused:
            publishing.publish(house.services, session, member, None)
        assert refused.value.status == status
