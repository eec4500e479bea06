"""The door between gateways: offers, consents and content as they go, and everything that must not get in, or come out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gateway import contents, signatures
from gateway.office.models import AUDIT, CONTENT
from gateway.office.repository import Act, Office
from gateway.outbox import act_rows
from gateway.outbox.states import State as ActState
from gateway.peers import asking, book, composing, holding, publishing, signing, speaking, taking
from gateway.peers.book import Row
from gateway.peers.calling import check_receipt, request_id
from gateway.peers.directory import entry, url_of
from gateway.peers.entitled import entitled, may_give
from gateway.peers.messages import (
    Consent,
    Given,
    Header,
    Kind,
    MessageError,
    Offer,
    Packed,
    id_of,
    opened,
    payload_json,
    read,
    seal,
    written,
)
from gateway.peers.states import State
from gateway.roles import ROLES
from ledger.domain.address_book import KeyId
from ledger.domain.ids import to_hex
from tests.conftest import FULL
from tests.gateway.outbox.world import OPERATOR
from tests.gateway.peers.conftest import Side, content, publish

Sides = tuple[Side, Side]
File = Callable[..., tuple[Act, bytes]]


def offered(sides: Sides, file_pledge: File) -> tuple[Act, bytes, Row]:
    """An act that was filed, its content, and the message that offers it."""
    act, root = file_pledge()
    (row,) = sides[0].write_down()
    return act, root, row


def signed_by(side: Side, act: Act) -> None:
    """The member's officer signs what it was asked to."""
    signatures.add_signature(side.services, OPERATOR, side.house.act(act.key), side.member, None, None)


def refused_alike(answer: Any) -> None:
    """What everybody gets who isn't known, whatever was wrong."""
    assert answer.status_code == 401, answer.text
    told = answer.json()
    assert set(told) == {"type", "title", "status", "detail"} and told["title"] == "Not authenticated"
    assert "pledgebook keys" in told["detail"] and answer.headers["www-authenticate"] == "Bearer"


# --- As it goes ------------------------------------------------------------------------------------------------------------------------


def test_an_act_is_offered_signed_elsewhere_and_run_by_its_author(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    act, root, row = offered(sides, file_pledge)
    answer = author.send(signer, row)
    assert answer.status_code == 201, answer.text
    assert check_receipt(author.services, row, answer.json()["receipt"]) is None
    with signer.house.office.read() as conn:
        (asked,) = Office(conn, signer.member).to_sign().rows
        assert asked.key == act.key and asked.digest == act.digest and contents.is_whole(Office(conn, signer.member).content(root))
    signed_by(signer, act)
    assert signer.house.act(act.key).state == "gathering", "its author runs it"
    (consent,) = signer.write_down()
    assert signer.send(author, consent).status_code == 201
    author.house.round()
    author.house.round()
    assert author.house.act(act.key).state == "final"
    signer.house.read()
    assert signer.house.act(act.key).state == "final" and signer.write_down() == author.write_down() == []


def test_nothing_is_offered_that_its_author_has_not_signed(sides: Sides, file_pledge: File) -> None:
    author, _ = sides
    act, _ = file_pledge()
    with author.house.office.write() as conn:
        conn.exec_driver_sql(f"UPDATE {_name(author, 'signature')} SET sig = NULL")
    assert author.write_down() == [] and author.house.act(act.key).state == "gathering"


def _name(side: Side, table: str) -> str:
    return f"office.{table}" if side.house.office.is_postgresql else table


def test_a_message_again_has_the_same_receipt_and_no_second_effect(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    _, _, row = offered(sides, file_pledge)
    receipts = [author.send(signer, row).json()["receipt"] for _ in range(3)]
    assert len(set(receipts)) == 1
    with signer.house.office.read() as conn:
        assert len(Office(conn, author.member).acts().rows) == 1
        assert [each.action for each in conn.execute(select(AUDIT)) if each.action == "peer offer"] == ["peer offer"]


def test_the_author_that_never_runs_it_is_helped_by_the_signer(sides: Sides, file_pledge: File, monkeypatch: pytest.MonkeyPatch) -> None:
    author, signer = sides
    act, _, row = offered(sides, file_pledge)
    author.send(signer, row)
    signed_by(signer, act)
    signer.write_down()
    with signer.house.office.read() as conn:
        assert composing.to_adopt(conn) == [], "the author has the first word"
        monkeypatch.setattr(composing, "ADOPTED_AFTER_MS", -1)
        (found,) = composing.to_adopt(conn)
    with signer.house.office.write() as conn:
        act_rows.move(conn, found, ActState.READY)
    signer.house.round()
    signer.house.round()
    author.house.read()
    assert signer.house.act(act.key).state == author.house.act(act.key).state == "final"


def test_who_has_no_door_fetches_and_receipts(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    act, _, row = offered(sides, file_pledge)
    target = "/peer/inbox?after=0"
    headers = signer.headers("GET", target, None, author.member)
    answer = author.client.get(target, headers=headers)
    found = speaking.stated(signer.services, speaking.INBOX, answer.json()["statement"])
    assert found.by.account == author.member and found.told["request"] == request_id(headers["Signature"])
    (told,) = found.told["messages"]
    assert told["kind"] == "offer"
    receipt = taking.take(signer.services, found.by, signer.member, Kind.OFFER, row.body)
    assert signer.call(author, "POST", "/peer/receipts", orjson.dumps({"receipt": receipt})).status_code == 201
    assert [each.state for each in author.said("offer")] == [State.DELIVERED]
    with author.house.office.read() as conn:
        assert book.holders(conn, author.member, row.content[0]) == [signer.member]
    again = signer.call(author, "GET", target)
    assert speaking.stated(signer.services, speaking.INBOX, again.json()["statement"]).told["messages"] == []
    assert signer.house.act(act.key).state == "gathering"


def test_a_signed_refusal_shows_the_message_to_a_person(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    _, _, row = offered(sides, file_pledge)
    told = {"message": to_hex(row.id), "refused": "another act is here under that id"}
    receipt = speaking.state(signer.services, signer.member, speaking.RECEIPT, told)
    assert signer.call(author, "POST", "/peer/receipts", orjson.dumps({"receipt": receipt})).status_code == 201
    with author.house.office.read() as conn:
        (stuck,) = book.stuck(conn, author.member, 10)
        assert (stuck.state, stuck.fault) == (State.REFUSED, "another act is here under that id") and book.count_stuck(conn) == 1


# --- What doesn't get in ---------------------------------------------------------------------------------------------------------------


def test_replayed_altered_foreign_and_misdirected_messages_are_refused_alike_and_late_ones_by_name(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    _, _, row = offered(sides, file_pledge)
    target, stranger, elsewhere = "/peer/offers", author.another(), signer.another()
    headers = author.headers("POST", target, row.body, signer.member)
    post = signer.client.post
    refused_alike(post(target, content=row.body))
    refused_alike(post(target, content=row.body, headers={"authorization": "Bearer pbk_1_1"}))
    refused_alike(post(target, content=row.body[:-2] + b"x}", headers=headers))
    refused_alike(post(target, content=b"[" * 900, headers=headers))
    refused_alike(post("/peer/consents", content=row.body, headers=headers))
    refused_alike(author.send(signer, row, by=stranger))
    refused_alike(author.send(signer, row, to=elsewhere))
    refused_alike(author.send(signer, row, to=author.member))
    refused_alike(author.call(signer, "POST", "/peer/consents", row.body))
    assert post(target, content=row.body, headers=headers).status_code == 201
    refused_alike(post(target, content=row.body, headers=headers))
    late = written(read(row.body).header._replace(until=signer.house.world.time() - 1), Offer("x", b"", [], [], True, None))
    refused = author.call(signer, "POST", target, late)
    assert refused.status_code == 410 and "good until" in refused.json()["detail"]
    for body in (b"{}", b"null", b"\xff", b"x" * 100):
        assert author.call(signer, "POST", target, body).status_code in (401, 422)


def test_keys_that_are_not_published_are_nobodys(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    _, _, row = offered(sides, file_pledge)
    ledger, key = author.services.manifest.ledger_id, Ed25519PrivateKey.generate()
    (named, own) = speaking.voice(author.services, author.member)
    for by, private in ((named, key), (KeyId(author.member, named.epoch + 1), own), (KeyId(b"\x77" * 20, 1), key)):
        headers = signing.sign("POST", "/peer/offers", row.body, signer.member, ledger, by, private)
        refused_alike(signer.client.post("/peer/offers", content=row.body, headers=headers))
    other = signing.sign("POST", "/peer/offers", row.body, signer.member, b"\x09" * 32, named, own)
    refused_alike(signer.client.post("/peer/offers", content=row.body, headers=other))


def test_a_replaced_key_signs_no_more_and_what_was_sealed_before_is_opened(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    _, _, row = offered(sides, file_pledge)
    old, key = speaking.voice(author.services, author.member)
    for each in sides:
        assert len(publishing.publish(each.services, OPERATOR, each.member, None, renew=True)) == 2
        each.house.round()
        each.house.round()
    for each in sides:
        each.house.read()
    headers = signing.sign("POST", "/peer/offers", row.body, signer.member, author.services.manifest.ledger_id, old, key)
    refused_alike(signer.client.post("/peer/offers", content=row.body, headers=headers))
    assert speaking.voice(author.services, author.member)[0] == KeyId(author.member, old.epoch + 1)
    assert author.send(signer, row).status_code == 201


def test_a_suspended_member_is_heard_no_more(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    _, _, row = offered(sides, file_pledge)
    author.house.world.decide("Members", "suspend", author.member, b"\x01" * 32)
    signer.house.read()
    refused_alike(author.send(signer, row))


def changed(author: Side, signer: Side, row: Row, **fields: Any) -> bytes:
    """The offer with some of it changed by its own author."""
    message = read(row.body)
    found = opened(message, signer.services.peer_keys.encryption(signer.member, message.header.key))
    assert isinstance(found, Offer)
    told = {name: getattr(found, name) for name in ("act_kind", "typed", "given", "packages", "alone", "url")} | fields
    return written(message.header, Offer(**told))


def test_an_offer_whose_parts_don_t_fit_leaves_nothing(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    act, root, row = offered(sides, file_pledge)
    (sig,) = opened_offer(signer, row).given
    (package,) = opened_offer(signer, row).packages
    forged = Packed(root, package.seed, package.schema, b'{"agreement":"forged"}')
    other_act, _ = file_pledge()
    wrongs: list[dict[str, Any]] = [
        {"packages": []},
        {"packages": [forged]},
        {"packages": [package._replace(seed=b"\x01" * 32)]},
        {"packages": [package._replace(schema="other/1")]},
        {"packages": [package, Packed(content(author, {"more": 1}), b"s" * 32, "test/1", b'{"more":1}')]},
        {"given": []},
        {"given": [sig._replace(position=1)]},
        {"given": [sig._replace(signature=b"\x01" * 64 + b"\x1b")]},
        {"given": [sig, sig]},
        {"act_kind": "RecordPledge"},
        {"act_kind": "Nothing"},
        {"typed": act.typed + b" "},
        {"typed": other_act.typed},
        {"typed": b"{}"},
    ]
    for wrong in wrongs:
        answer = author.call(signer, "POST", "/peer/offers", changed(author, signer, row, **wrong))
        assert answer.status_code == 422, (wrong, answer.text)
    with signer.house.office.read() as conn:
        assert Office(conn, signer.member).to_sign().rows == [] and Office(conn, signer.member).content(root) is None


def opened_offer(signer: Side, row: Row) -> Offer:
    message = read(row.body)
    found = opened(message, signer.services.peer_keys.encryption(signer.member, message.header.key))
    assert isinstance(found, Offer)
    return found


def test_another_act_under_a_known_id_is_refused_for_ever(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    act, _, row = offered(sides, file_pledge)
    author.send(signer, row)
    with signer.house.office.write() as conn:
        conn.exec_driver_sql(f"UPDATE {_name(signer, 'act')} SET digest = body_hash, body_hash = digest")
        conn.exec_driver_sql(f"UPDATE {_name(signer, 'act')} SET digest = member_id")
    again = changed(author, signer, row)
    answer = author.call(signer, "POST", "/peer/offers", again)
    assert answer.status_code == 409 and str(act.id) in answer.text


def test_a_consent_is_its_signers_own(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    act, _, row = offered(sides, file_pledge)
    author.send(signer, row)
    signed_by(signer, act)
    (consent,) = signer.write_down()
    stranger = signer.another()
    header = read(consent.body).header
    payload = opened(read(consent.body), author.services.peer_keys.encryption(author.member, header.key))
    forged = written(header._replace(sender=stranger), payload)
    assert signer.call(author, "POST", "/peer/consents", forged, by=stranger).status_code == 404
    assert author.house.act(act.key).state == "gathering"
    assert isinstance(payload, Consent)
    wrongs = [
        Consent(payload.account, payload.act, b"\x01" * 32, payload.given),
        Consent(payload.account, b"\x01" * 32, payload.digest, payload.given),
        Consent(payload.account, payload.act, payload.digest, [payload.given[0]._replace(position=0)]),
        Consent(payload.account, payload.act, payload.digest, [Given(1, b"\x02" * 64 + b"\x1b", None)]),
    ]
    statuses = [signer.call(author, "POST", "/peer/consents", written(header, each)).status_code for each in wrongs]
    assert statuses == [409, 404, 422, 422] and author.house.act(act.key).state == "gathering"
    assert signer.send(author, consent).status_code == 201 and author.house.act(act.key).state == "ready"


def test_no_more_acts_wait_than_there_is_room_for(sides: Sides, file_pledge: File, monkeypatch: pytest.MonkeyPatch) -> None:
    author, signer = sides
    monkeypatch.setattr(taking, "MOST_OPEN", 1)
    for status in (201, 429):
        _, _, row = offered(sides, file_pledge)
        assert author.send(signer, row).status_code == status


# --- Content ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def filed(sides: Sides, file_pledge: File) -> tuple[bytes, int]:
    """Root and position of a filing that both signed and that is final."""
    author, signer = sides
    act, root, row = offered(sides, file_pledge)
    author.send(signer, row)
    signed_by(signer, act)
    (consent,) = signer.write_down()
    signer.send(author, consent)
    for _ in range(2):
        author.house.round()
    signer.house.read()
    done = signer.house.act(act.key).done_pos
    assert done is not None
    return root, done


def followed(side: Side) -> None:
    """Follows the ledger's events to the end, as the carrier does."""
    while (found := holding.follow(side.services, [side.member])) is not None:
        with side.house.office.write() as conn:
            holding.note(conn, found)


def test_content_that_was_lost_comes_back_from_who_signed_for_it(sides: Sides, filed: tuple[bytes, int]) -> None:
    author, signer = sides
    root, pos = filed
    followed(signer)
    with signer.house.office.write() as conn:
        conn.execute(CONTENT.delete())
        assert [each.root for each in holding.lacking(conn, 1)] == [root]
        (audited,) = holding.audit(conn, signer.member, 10, b"")
        assert (audited.held, audited.sound, audited.receipts) == (False, False, 1)
        assert book.holders(conn, signer.member, root) == [author.member]
    target = f"/peer/content/{to_hex(root)}?pos={pos}"
    answer = signer.call(author, "GET", target)
    assert answer.status_code == 200
    package = asking.given(signer.services, signer.member, author.member, root, answer.content)
    asking.keep(signer.services, signer.member, package, "author")
    with signer.house.office.read() as conn:
        (audited,) = holding.audit(conn, signer.member, 10, b"")
        assert audited.held and audited.sound and holding.lacking(conn, 1) == []
    with author.house.office.read() as conn:
        (line,) = [each for each in conn.execute(select(AUDIT)) if each.action == "content given"]
    assert line.member_id == author.member and str(pos) in line.outcome and signer.member.hex() in line.subject


def test_a_stranger_who_asks_for_everything_gets_nothing_and_learns_nothing(sides: Sides, filed: tuple[bytes, int]) -> None:
    """A member of the network that is no party: what is there looks like what isn't."""
    author, signer = sides
    root, pos = filed
    stranger, nothing = signer.another(), b"\x0d" * 32
    author.house.read()

    def ask(of: bytes, at: int, by: bytes = stranger) -> Any:
        return signer.call(author, "GET", f"/peer/content/{to_hex(of)}?pos={at}", by=by)

    theirs, missing = ask(root, pos), ask(nothing, pos)
    assert theirs.status_code == missing.status_code == 404
    assert theirs.text.replace(root.hex(), "#") == missing.text.replace(nothing.hex(), "#")
    for at in (0, 1, pos - 1, pos + 1, pos + (1_000 << 20)):
        assert ask(root, at).status_code == 404 and ask(root, at, signer.member).status_code in (404, 200)
    assert ask(root, pos + (1_000 << 20), signer.member).status_code == 404, "what is not final entitles nobody"
    inbox = signer.call(author, "GET", "/peer/inbox?after=0", by=stranger)
    assert speaking.stated(signer.services, speaking.INBOX, inbox.json()["statement"]).told["messages"] == []
    receipt = speaking.state(signer.services, stranger, speaking.RECEIPT, {"message": to_hex(author.said("offer")[0].id), "roots": []})
    assert signer.call(author, "POST", "/peer/receipts", orjson.dumps({"receipt": receipt}), by=stranger).status_code == 404
    for path in ("/peer/inbox", f"/peer/content/{to_hex(root)}?pos={pos}", "/peer/nothing", "/members", f"/content/{to_hex(root)}"):
        refused_alike(author.client.get(path))
    for path in ("/members", "/acts", "/health/details", f"/content/{to_hex(root)}?member={to_hex(author.member)}"):
        refused_alike(signer.call(author, "GET", path, by=stranger))


def drawn_up(side: Side, supplier: bytes, root: bytes) -> int:
    """Where the ledger says that a supplier drew up a receivable with content, whoever's that is."""
    house = side.house
    terms = {
        "supplier": to_hex(supplier), "obligor": to_hex(house.member(ROLES["OBLIGOR"])), "face": "5000", "due": house.world.time() + 10**6,
        "grace": 0, "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
        "tenorReason": to_hex(bytes(32)), "contentRoot": to_hex(root),
    }  # fmt: skip
    (act,) = house.accept(house.request(supplier, "Issue", terms))
    for _ in range(2):
        house.round()
    done = house.act(act.key).done_pos
    assert done is not None and house.act(act.key).state == ActState.FINAL
    return done


def test_another_record_with_a_root_gets_its_content_from_nobody_who_did_not_sign_for_it(
    sides: Sides, filed: tuple[bytes, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roots are on the ledger for all to see: a stranger draws up a record of its own with another's."""
    author, signer = sides
    (root, _), thief = filed, signer.another()
    # A thief's own program checks nothing.
    monkeypatch.setattr(contents, "check_held", lambda *_: None)
    end = drawn_up(signer, thief, root)
    author.house.read()
    for pos in range(end - 8, end + 1):
        answer = signer.call(author, "GET", f"/peer/content/{to_hex(root)}?pos={pos}", by=thief)
        assert answer.status_code == 404, pos
    with author.services.snapshot() as conn:
        assert any(entitled(author.services, conn, thief, root, pos) for pos in range(end - 8, end + 1)), "the ledger has it as a party"
    own, obligor = drawn_up(author, author.member, root), author.services.keystore.members()[-1]
    publish(author.house, obligor)
    with author.services.snapshot() as conn:
        gives = [may_give(author.services, conn, author.member, obligor, root, pos) for pos in range(own - 8, own + 1)]
    assert any(gives), "who signed for it gives it to whom it concerns"


def test_content_for_one_is_opened_by_no_other(sides: Sides, filed: tuple[bytes, int]) -> None:
    author, signer = sides
    root, pos = filed
    answer = signer.call(author, "GET", f"/peer/content/{to_hex(root)}?pos={pos}")
    told = answer.json()
    stranger = signer.another()
    with pytest.raises(MessageError):
        asking.given(signer.services, stranger, author.member, root, answer.content)
    with pytest.raises(MessageError):
        asking.given(signer.services, signer.member, author.member, b"\x01" * 32, answer.content)
    with pytest.raises(MessageError):
        asking.given(
            signer.services, signer.member, author.member, root, orjson.dumps({**told, "sealed": told["sealed"][:-8] + "AAAAAAA="})
        )


def test_content_is_handed_only_to_who_is_entitled_to_it(sides: Sides, filed: tuple[bytes, int]) -> None:
    author, signer = sides
    root, pos = filed
    until = author.house.world.time() + 1_000
    good, bad = (
        composing.handed(author.services, author.member, signer.member, each, pos, until) for each in (root, content(author, {"x": 1}))
    )
    assert good is not None and bad is not None
    assert author.send(signer, good).status_code == 201
    assert author.send(signer, bad).status_code == 404
    with signer.house.office.read() as conn:
        assert Office(conn, signer.member).content(bad.content[0]) is None


def test_what_was_erased_is_not_taken_in_again(sides: Sides, filed: tuple[bytes, int]) -> None:
    author, signer = sides
    root, pos = filed
    with signer.house.office.write() as conn:
        Office(conn, signer.member).erase(root, "retention ended")
        assert Office(conn, signer.member).content(root) is None
        (audited,) = holding.audit(conn, signer.member, 10, b"")
    assert audited.sound and audited.erased is not None and audited.erased.why == "retention ended"
    row = composing.handed(author.services, author.member, signer.member, root, pos, author.house.world.time() + 1_000)
    assert row is not None
    answer = author.send(signer, row)
    assert answer.status_code == 409 and "retention ended" in answer.text


def test_urls_count_as_long_as_the_ledger_has_their_hash(sides: Sides, file_pledge: File) -> None:
    author, signer = sides
    url = "http://127.0.0.1:9"
    publish(author.house, author.member, url)
    signer.house.read()
    _, _, row = offered(sides, file_pledge)
    assert author.send(signer, row).status_code == 201

    def known() -> str | None:
        with signer.services.snapshot() as mirror, signer.house.office.read() as conn:
            return url_of(signer.services, conn, entry(mirror, author.member))

    assert known() == url, "learnt with the offer"
    signer.services.peer_urls = {author.member: "http://127.0.0.1:10"}
    assert known() == url, "what the operator wrote is not what the ledger has"
    publish(author.house, author.member, "http://127.0.0.1:10/")
    signer.house.read()
    assert known() == "http://127.0.0.1:10"
    publish(author.house, author.member, "")
    signer.house.read()
    assert known() is None


def test_the_ids_of_messages_are_of_their_bytes(sides: Sides, file_pledge: File) -> None:
    _, _, row = offered(sides, file_pledge)
    assert row.id == id_of(row.body) and isinstance(read(row.body).header, Header)


# --- Anything at all ---------------------------------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20)
values = st.recursive(
    scalars | st.binary(max_size=40).map(to_hex),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def spoilt(draw: st.DrawFn, told: Any) -> Any:
    """A JSON value with something in it replaced, anywhere."""
    if isinstance(told, dict) and told and draw(st.integers(0, 5)):
        name = draw(st.sampled_from(sorted(told)))
        return {**told, name: draw(spoilt(told[name]))}
    if isinstance(told, list) and told and draw(st.integers(0, 5)):
        at = draw(st.integers(0, len(told) - 1))
        return [*told[:at], draw(spoilt(told[at])), *told[at + 1 :]]
    return draw(values)


def compact(told: Any) -> str:
    """The one form in which an envelope is written."""
    return json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


@settings(max_examples=2_000 if FULL else 150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_member_seals_is_answered_in_order(sides: Sides, file_pledge: File, data: st.DataObject) -> None:
    """A peer in good standing may send anything: it is taken or refused, and the gateway never breaks."""
    author, signer = sides
    if not author.said("offer"):
        offered(sides, file_pledge)
    row = author.said("offer")[0]
    header = read(row.body).header
    whole = payload_json(opened_offer(signer, row))
    inner = {**whole, "typed": compact(data.draw(spoilt(json.loads(whole["typed"]))))}
    told = data.draw(st.sampled_from([inner, data.draw(spoilt(whole))]))
    bound = rfc8785.dumps(header.told())
    sealed = base64.b64encode(seal(json.dumps(told).encode(), header.key, bound)).decode()
    body = rfc8785.dumps({**header.told(), "sealed": sealed})
    answer = author.call(signer, "POST", "/peer/offers", body)
    assert answer.status_code in (201, 401, 409, 422), answer.text
