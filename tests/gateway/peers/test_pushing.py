"""Content that an assignor hands on by itself: what it hands on, what it doesn't, and what becomes of what its receiver refuses."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from gateway import contents
from gateway.office.models import AUDIT, CONTENT, PEER_COPY, PEER_RECEIVED
from gateway.office.repository import Act, Office
from gateway.outbox.states import State as ActState
from gateway.peers import book, composing, holding
from gateway.peers.book import Row
from gateway.peers.states import State
from gateway.roles import ROLES
from ledger.domain.ids import receivable_id, to_hex, token_id
from tests.gateway.peers.conftest import Served, Side, carrying, content
from tests.gateway.peers.site import until
from tests.gateway.peers.test_carrier import brisk, doors
from tests.gateway.peers.test_doors import filed, followed

__all__ = ["brisk", "doors", "filed"]
"""Fixtures of the other tests of peers."""

Sides = tuple[Side, Side]
FACE = 5_000
NOTHING = b"\x0d" * 32


def ran(side: Side, account: bytes, kind: str, body: dict[str, Any]) -> Act:
    """An act of one signer that ran."""
    (act,) = side.house.accept(side.house.request(account, kind, body))
    for _ in range(2):
        side.house.round()
    assert side.house.act(act.key).state == ActState.FINAL
    return act


def confirmed(side: Side, supplier: bytes, root: bytes) -> int:
    """A receivable of a supplier with content, whoever's that is; its id."""
    obligor = side.house.member(ROLES["OBLIGOR"])
    terms = {
        "supplier": to_hex(supplier), "obligor": to_hex(obligor), "face": str(FACE), "due": side.house.world.time() + 10**6,
        "grace": 0, "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
        "tenorReason": to_hex(bytes(32)), "contentRoot": to_hex(root),
    }  # fmt: skip
    number = receivable_id(supplier, ran(side, supplier, "Issue", terms).id)
    body = {
        "receivable": str(number), "issuer": to_hex(supplier), "terms": terms, "fingerprint": f"0x{number:064x}",
        "earlier": [], "confirmed": 7,
    }  # fmt: skip
    ran(side, obligor, "ConfirmReceivable", body)
    return number


def moved(side: Side, owner: bytes, receivable: int, end: int, to: bytes) -> None:
    """Moves the first part of a receivable."""
    body = {"token": str(token_id(receivable, 0)), "start": 0, "end": end, "to": to_hex(to), "ref": to_hex(b"\x11" * 32)}
    ran(side, owner, "Move", body)


def pushed(side: Side) -> list[Row]:
    """What following the ledger's events has a member hand on."""
    rows: list[Row] = []
    while (found := holding.follow(side.services, [side.member])) is not None:
        rows += found.handed
        with side.house.office.write() as conn:
            holding.note(conn, found)
    return rows


def kept(side: Side, member: bytes) -> dict[str, int]:
    """How many rows a member has of what a message leaves."""
    with side.house.office.read() as conn:
        return {
            table.name: conn.execute(select(func.count()).select_from(table).where(table.c.member_id == member)).scalar_one()
            for table in (CONTENT, PEER_COPY, PEER_RECEIVED, AUDIT)
        }


def test_an_assignor_hands_on_what_belongs_to_the_record_and_not_what_the_record_repeats(
    sides: Sides, filed: tuple[bytes, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief sells a receivable that names a pledge's root: its buyer holds that content, and sells a piece to somebody else."""
    author, signer = sides
    (root, _), thief = filed, signer.another()
    followed(author)
    # A thief's own program checks nothing.
    monkeypatch.setattr(contents, "check_held", lambda *_: None)
    repeated = confirmed(signer, thief, root)
    own = content(signer, {"invoice": "a"}, thief)
    genuine = confirmed(signer, thief, own)
    for each in (repeated, genuine):
        moved(signer, thief, each, FACE, author.member)
    author.house.read()
    assert pushed(author) == []
    assert content(author, {"invoice": "a"}) == own
    for each in (repeated, genuine):
        moved(author, author.member, each, FACE // 2, signer.member)
    signer.house.read()
    (row,) = pushed(author)
    assert (row.peer, row.content) == (signer.member, [own])
    assert author.send(signer, row).status_code == 201
    with signer.house.office.read() as conn:
        assert contents.is_whole(Office(conn, signer.member).content(own))


@pytest.mark.parametrize("case", ["a stranger's content", "nothing's content", "to no party", "of another event"])
def test_a_push_that_is_refused_leaves_nothing(sides: Sides, filed: tuple[bytes, int], case: str) -> None:
    author, signer = sides
    (root, pos), stranger, other = filed, author.another(), signer.another()
    signer.house.read()
    end = author.house.world.time() + 1_000
    theirs = content(author, {"a": "stranger's"}, stranger)
    sender, recipient, what, at = {
        "a stranger's content": (stranger, signer.member, theirs, pos),
        "nothing's content": (stranger, signer.member, theirs, pos + (1_000 << 20)),
        "to no party": (author.member, other, root, pos),
        "of another event": (author.member, signer.member, root, 0),
    }[case]
    row = composing.handed(author.services, sender, recipient, what, at, end)
    assert row is not None
    before = kept(signer, recipient)
    answers = [author.send(signer, row, by=sender, to=recipient) for _ in range(2)]
    assert [each.status_code for each in answers] == [404, 404]
    told = answers[0].json()
    assert (told["title"], set(told)) == ("Not found", {"type", "title", "status", "detail"})
    assert to_hex(what)[2:] not in answers[0].text and answers[0].text == answers[1].text
    assert kept(signer, recipient) == before


def test_a_push_that_nobody_takes_is_shown_once_it_is_late(sides: Sides, doors: tuple[Served, Served], filed: tuple[bytes, int]) -> None:
    author, signer = sides
    (_, pos), foreign = filed, content(author, {"no": "party's"})
    row = composing.handed(author.services, author.member, signer.member, foreign, pos, author.house.world.time() + 1_000)
    assert row is not None
    with author.house.office.write() as conn:
        book.add(conn, row)
    doors[1].open()
    with carrying(author.house):
        until(lambda: any(each.attempts > 1 for each in author.said("content")))
        (waiting,) = author.said("content")
        assert waiting.state == State.WAITING and "404" in str(waiting.fault)
        author.house.world.pass_time(1_001)
        author.house.read()
        until(lambda: [each.state for each in author.said("content")] == [State.LATE])
    with author.house.office.read() as conn:
        (stuck,) = book.stuck(conn, author.member, 10)
        assert book.count_stuck(conn) == 1 and ("404" in str(stuck.fault) or "410: a message that was good until" in str(stuck.fault))


def test_a_push_that_will_never_be_taken_is_shown_at_once(sides: Sides, doors: tuple[Served, Served], filed: tuple[bytes, int]) -> None:
    author, signer = sides
    root, pos = filed
    with signer.house.office.write() as conn:
        Office(conn, signer.member).erase(root, "retention ended")
    before = kept(signer, signer.member)
    row = composing.handed(author.services, author.member, signer.member, root, pos, author.house.world.time() + 1_000)
    assert row is not None
    with author.house.office.write() as conn:
        book.add(conn, row)
    doors[1].open()
    with carrying(author.house):
        until(lambda: [each.state for each in author.said("content")] == [State.REFUSED])
    with author.house.office.read() as conn:
        (stuck,) = book.stuck(conn, author.member, 10)
        assert book.count_stuck(conn) == 1 and "409" in str(stuck.fault) and "retention ended" in str(stuck.fault)
    assert kept(signer, signer.member) == before
