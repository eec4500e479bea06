"""Who gets in, and what each may see: every operation of the document, tried by everybody."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi.routing import APIRoute
from sqlalchemy import select, update

from gateway import access, app
from gateway.access import ACT, ADMIT, DAY_MS, READ, SCOPES, authenticate
from gateway.api.document import operations
from gateway.api.refusals import PROBLEM_TYPE
from gateway.api.rights import RIGHTS, Right, Seen, Undeclared
from gateway.office.models import API_KEY, AUDIT
from ledger.domain.ids import act_id, from_hex, to_hex, token_id
from ledger.mirror.database import Database
from ledger.mirror.queries import members
from tests.gateway.conftest import Api, Member
from tests.gateway.pledge import record
from tests.gateway.rows import ALICE, BOB

# --- Keys ------------------------------------------------------------------------------------------------------------------------


def issued(office: Database, **more: Any) -> str:
    with office.write() as conn:
        return access.issue(conn, "a name", ALICE, **more)


def test_a_key_opens_its_own_session(office: Database) -> None:
    text = issued(office, scopes=(READ,))
    with office.read() as conn:
        session = authenticate(conn, text)
    assert session is not None and (session.member, session.scopes) == (ALICE, frozenset({READ})) and not session.is_operator
    assert re.fullmatch(r"pbk_[0-9a-f]{16}_[0-9a-f]{64}", text)


def test_no_other_text_opens_one(office: Database) -> None:
    text, other = issued(office), issued(office)
    prefix, key_id, secret = text.split("_")
    wrong = [
        "", "pbk", "pbk__", text[:-1], text + "0", text.upper(), f"xxx_{key_id}_{secret}", f"{prefix}_{key_id}_", f"{prefix}__{secret}",
        f"{prefix}_{other.split('_')[1]}_{secret}", f"{prefix}_{'0' * 16}_{secret}", f"{prefix}_{key_id}_{'0' * 64}", f" {text}", "é" * 90,
    ]  # fmt: skip
    with office.read() as conn:
        assert [each for each in wrong if authenticate(conn, each) is not None] == []


def test_a_revoked_and_an_expired_key_open_nothing(office: Database) -> None:
    revoked, expired, kept = issued(office), issued(office, days=1), issued(office, days=1)
    with office.write() as conn:
        assert access.revoke(conn, revoked.split("_")[1]) and not access.revoke(conn, "nobody")
        conn.execute(update(API_KEY).where(API_KEY.c.id == expired.split("_")[1]).values(expires=API_KEY.c.expires - DAY_MS))
    with office.read() as conn:
        assert authenticate(conn, revoked) is None and authenticate(conn, expired) is None and authenticate(conn, kept) is not None


def test_of_a_key_only_argon2id_of_its_hash_is_kept(office: Database) -> None:
    text = issued(office)
    secret = text.split("_")[2]
    with office.read() as conn:
        (row,) = conn.execute(select(API_KEY))
    assert row.secret.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PasswordHasher().verify(row.secret, sha256(secret.encode()).hexdigest())
    assert secret not in repr(tuple(row)) and sha256(secret.encode()).hexdigest() not in repr(tuple(row))


def test_a_rotated_key_has_a_new_secret_and_the_old_one_for_the_overlap(office: Database) -> None:
    old = issued(office, scopes=(READ,))
    key_id = old.split("_")[1]
    with office.write() as conn:
        new = access.rotate(conn, key_id, overlap_hours=2)
    assert new is not None and new != old and new.split("_")[1] == key_id
    with office.read() as conn:
        assert authenticate(conn, old) == authenticate(conn, new) == access.Session(key_id, ALICE, frozenset({READ}))
    with office.write() as conn:
        conn.execute(update(API_KEY).values(previous_until=API_KEY.c.previous_until - 2 * access.HOUR_MS))
    with office.read() as conn:
        assert authenticate(conn, old) is None and authenticate(conn, new) is not None


def test_a_second_rotation_ends_the_oldest_secret_and_no_overlap_ends_the_old_one_at_once(office: Database) -> None:
    first = issued(office)
    key_id = first.split("_")[1]
    with office.write() as conn:
        second, third = access.rotate(conn, key_id), access.rotate(conn, key_id)
    with office.read() as conn:
        assert second is not None and third is not None
        assert [authenticate(conn, each) is not None for each in (first, second, third)] == [False, True, True]
    with office.write() as conn:
        fourth = access.rotate(conn, key_id, overlap_hours=0)
    with office.read() as conn:
        assert fourth is not None
        assert authenticate(conn, third) is None and authenticate(conn, fourth) is not None


def test_an_overlap_does_not_lengthen_the_old_secrets_life(office: Database) -> None:
    old = issued(office, days=1)
    with office.write() as conn:
        access.rotate(conn, old.split("_")[1], overlap_hours=240, days=30)
        (row,) = conn.execute(select(API_KEY))
    assert row.previous_until - row.at == DAY_MS and row.expires - row.at >= 30 * DAY_MS


def test_what_is_over_is_not_rotated(office: Database) -> None:
    revoked, expired = (issued(office).split("_")[1] for _ in range(2))
    with office.write() as conn:
        access.revoke(conn, revoked)
        conn.execute(update(API_KEY).where(API_KEY.c.id == expired).values(expires=0))
        assert [access.rotate(conn, each) for each in (revoked, expired, "nobody")] == [None, None, None]


def test_an_almost_right_key_takes_as_long_as_a_wrong_one(office: Database) -> None:
    text = issued(office)
    almost, wrong = text[:-1] + ("0" if text[-1] != "0" else "1"), text[:-64] + "f" * 64
    spent: dict[str, list[float]] = {almost: [], wrong: []}
    with office.read() as conn:
        for each in [almost, wrong] * 8:
            began = time.perf_counter()
            authenticate(conn, each)
            spent[each].append(time.perf_counter() - began)
    assert 0.5 < median(spent[almost]) / median(spent[wrong]) < 2


def test_a_member_speaks_for_itself_and_the_operator_for_who_is_served() -> None:
    class Keys:
        def serves(self, account: bytes) -> bool:
            return account == ALICE

    keys: Any = Keys()
    member, operator = access.Session("k", BOB, frozenset(SCOPES)), access.Session("k", None, frozenset(SCOPES))
    assert member.may_act_for(BOB, keys) and not member.may_act_for(ALICE, keys)
    assert operator.may_act_for(ALICE, keys) and not operator.may_act_for(BOB, keys)
    assert (operator.is_operator, member.is_operator) == (True, False)


# --- The door ----------------------------------------------------------------------------------------------------------------------


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM_TYPE), f"{answer.request.url}: {answer.text}"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status and body["type"].startswith("urn:pledgebook:problem:")
    return body


def test_without_a_key_every_operation_answers_401(api: Api) -> None:
    with httpx.Client(base_url=api.running.url, headers={"content-type": "application/json"}) as stranger:
        for method, path, operation in operations(api.documented.document):
            for body in (None, b"{", b"{}", b"[" * 5_000):
                answer = stranger.request(method, re.sub(r"\{\w+\}", "1", path), content=body)
                if path == "/health":
                    assert answer.status_code == 200
                    continue
                assert problem(answer, 401)["title"] == "Not authenticated", operation["operationId"]
                assert answer.headers["www-authenticate"] == "Bearer"


OTHER_PATHS = ["/", "/nothing", "/admin", "/docs/oauth2-redirect", "/health/", "/openapi.json/x", "//health", "/health/details"]


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_a_stranger_learns_of_no_other_path(api: Api, path: str) -> None:
    problem(httpx.get(api.running.url + path), 401)


@pytest.mark.parametrize("header", [b"Bearer", b"Bearer pbk_0_0", b"Basic cGJrOg==", b"pbk_1_1", b"bearer x y", b"Bearer \xe9"])
def test_no_other_header_is_a_key(api: Api, header: bytes) -> None:
    problem(httpx.get(api.running.url + "/members", headers={b"authorization": header}), 401)


def test_a_key_is_not_taken_from_the_address(api: Api) -> None:
    query = {"authorization": f"Bearer {api.running.api_key}", "key": api.running.api_key}
    problem(httpx.get(api.running.url + "/members", params=query), 401)


def test_health_tells_a_stranger_no_more_than_names(api: Api) -> None:
    answer = httpx.get(api.running.url + "/health").json()
    assert set(answer) == {"status", "faults"} and answer["status"] == "ok"
    services = api.running.services
    with pytest.MonkeyPatch.context() as fault:
        told = ("lane-waits", "lane relay: node http://user:secret@10.0.0.7:8545 does not answer")  # pragma: allowlist secret
        fault.setattr(services, "faults", lambda: [told])
        seen = httpx.get(api.running.url + "/health")
        assert seen.json() == {"status": "degraded", "faults": ["lane-waits"]} and "secret" not in seen.text
        details = api.http.get("/health/details").json()
        assert details["faults"] == [{"name": told[0], "text": told[1]}] and details["status"] == "degraded"


def test_a_long_body_is_refused_by_its_length_and_in_chunks_as_it_comes(api: Api) -> None:
    limit = api.running.services.settings.body_bytes
    problem(api.http.post("/acts:batch", content=b"x" * (limit + 1)), 413)
    part = b"x" * (1 << 16)
    for path in ("/acts:batch", "/acts:check", "/webhooks"):
        refused = problem(api.http.post(path, content=iter([part] * (limit // len(part)) + [b"xy"])), 413)
        assert f"more than {limit} bytes" in str(refused["detail"])
    asking = HTTPConnection(urlsplit(api.running.url).netloc)
    coded = {"authorization": f"Bearer {api.running.api_key}", "transfer-encoding": "gzip, chunked"}
    asking.request("POST", "/acts:batch", headers=coded, body=b"0\r\n\r\n", encode_chunked=False)
    assert asking.getresponse().status == 411
    asking.close()
    assert httpx.post(api.running.url + "/acts:batch", content=iter([part])).status_code == 401


def test_a_body_in_chunks_is_read_as_one_with_its_length(api: Api) -> None:
    supplier = api.admit("chunks", "SUPPLIER")
    written = json.dumps({"account": supplier.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}).encode()
    headers = {"content-type": "application/json", "idempotency-key": api.fresh_key()}
    whole = api.http.post("/acts", content=written, headers=headers)
    parts = api.http.post("/acts", content=iter([written[at : at + 7] for at in range(0, len(written), 7)]), headers=headers)
    assert (whole.status_code, parts.status_code) == (202, 202) and parts.json()["id"] == whole.json()["id"]


# --- Everybody at every operation ----------------------------------------------------------------------------------------------------


@dataclass
class Cast:
    """A record of `own` among others, and a session of everybody."""

    api: Api
    own: Member
    party: Member
    other: Member
    receivable: int
    root: str
    act: str
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def session(self, name: str, member: Member | None, *scopes: str) -> None:
        with self.api.running.services.office.write() as conn:
            text = access.issue(conn, name, None if member is None else from_hex(member.account), scopes or (READ, ACT))
        self.headers[name] = {"authorization": f"Bearer {text}"}

    def key_id(self, name: str) -> str:
        return self.headers[name]["authorization"].split("_")[1]


@pytest.fixture(scope="module")
def cast(api: Api) -> Cast:
    own, party, other = api.admit("own", "SUPPLIER"), api.admit("party", "OBLIGOR"), api.admit("stranger", "SUPPLIER")
    number = api.receivable(own, party)
    root = api.content({"private": "of own"}, own)
    assert api.done(api.act(own, "SetAcceptance", {"acceptsDirect": True}, key="cast"))["state"] == "final"
    made = Cast(api, own, party, other, number, root, str(act_id("cast")))
    made.session("operator", None, *SCOPES)
    made.session("member", own)
    made.session("other", other)
    made.session("reader", own, READ)
    made.session("auditor", api.admit("auditor", "AUDITOR"))
    made.session("regulator", api.admit("regulator", "REGULATOR"))
    made.session("revoked", own)
    made.session("expired", own)
    with api.running.services.office.write() as conn:
        access.revoke(conn, made.key_id("revoked"))
        conn.execute(update(API_KEY).where(API_KEY.c.id == made.key_id("expired")).values(expires=0))
    return made


ROLES = ("operator", "member", "other", "reader", "auditor", "regulator")
OVERSEERS = ("operator", "auditor", "regulator")
NOTHING = "0x" + "0d" * 32
WHY = {"Access-Reason": "yearly review, file 7"}


@dataclass(frozen=True)
class Row:
    """A request about a record of the cast's own member, and what who sees it gets. `own` says whose the record is, if not the member's."""

    answer: int = 200
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    own: tuple[str, ...] = ("operator", "member", "reader")

    def expected(self, right: Right, who: str) -> int:
        """The status that the declaration says."""
        if right.seen is Seen.PEER:
            return 401
        scopes = {"operator": SCOPES, "reader": (READ,)}.get(who, (READ, ACT))
        if right.scope and right.scope not in scopes:
            return 403
        sees = {
            Seen.ANYBODY: ROLES,
            Seen.MEMBERS: ROLES,
            Seen.PARTIES: {*self.own, *OVERSEERS},
            Seen.OWN: ROLES if right.itemwise else self.own,
            Seen.OVERSIGHT: OVERSEERS,
            Seen.OPERATOR: ("operator",),
        }[right.seen]
        return self.answer if who in sees else 403 if right.seen in (Seen.OVERSIGHT, Seen.OPERATOR) else 404


def rows(cast: Cast) -> dict[str, Row]:
    """One row an operation: a route without one fails the test below."""
    own, account = cast.own.account, {"account": cast.own.account}
    receivable, act = {"receivable": str(cast.receivable)}, {"act_id": cast.act}
    ref = {"account": own, "id": cast.act}
    acceptance = {"account": own, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
    call = {"key": "cast", "contract": "Repayment", "function": "distribute", "arguments": [str(cast.receivable)]}
    asset = {"asset": "0x" + "55" * 32}
    anchored, webhook = {"register": "5", "anchor": "1"}, {"webhook": "wh_1"}
    proof = {"kind": "record", "register": 5, "anchor": 1, "root": NOTHING, "count": 1, "index": 0, "leaf": {}, "path": []}
    search = {"kind": "search", "by": "party", "text": NOTHING}
    return {
        "post_act": Row(202, body=acceptance),
        "check_act": Row(body=acceptance),
        "post_acts": Row(202, body={"acts": [{**acceptance, "key": "matrix"}]}),
        "wait_for_acts": Row(body={"acts": [ref], "timeout": 0}),
        "list_acts": Row(query=account),
        "list_acts_to_sign": Row(query=account),
        "get_act": Row(200, act, account),
        "get_typed_data": Row(200, act, account),
        "post_signature": Row(200, act, account, {"account": own}),
        "retry_act": Row(409, act, account),
        "void_act": Row(409, act, account),
        "draft_act": Row(404, body={"act": "release", "pledge": 1}),
        "propose_release": Row(404, {"pledge": "1"}, body={"debt": "2", "paid": "1"}),
        "post_calls": Row(202, body={"calls": [call]}),
        "wait_for_calls": Row(body={"ids": [_call_id("cast")], "timeout": 0}, own=("operator",)),
        "list_members": Row(),
        "get_member": Row(200, account),
        "admit_members": Row(
            202,
            body={"members": [{"key": "new", "name": "new", "party": "0x" + "0e" * 32, "roles": ["SUPPLIER"]}]},
        ),
        "wait_for_members": Row(body={"accounts": [own], "timeout": 0}),
        "post_contents": Row(
            201,
            body={"items": [{"member": own, "schema": "a/1", "document": {}}]},
        ),
        "get_content": Row(200, {"root": cast.root}, {"member": own}),
        "list_registers": Row(),
        "get_register": Row(200, {"register": "3"}),
        "list_statistics": Row(200, {"register": "3"}),
        "list_routes": Row(query={"asset": "patent", "jurisdiction": "CN"}),
        "set_register": Row(422, body={"description": "x = 1", "office": own}),
        "list_anchors": Row(200, {"register": "5"}),
        "prove_record": Row(404, {**anchored, "number": "1"}),
        "prove_asset": Row(404, {**anchored, **asset}),
        "verify_proof": Row(body=proof),
        "get_party": Row(200, {"party": NOTHING}),
        "list_holds": Row(query={"target": "pledge", "id": "1"}),
        "read_number": Row(query={"office": "US", "class": "P", "number": "16/000,101"}),
        "get_asset": Row(200, asset),
        "get_priority": Row(200, asset),
        "ask_priority": Row(200, asset, body={}),
        "list_encumbrances": Row(200, asset),
        "check_filing": Row(body={"filing": record("1", "A", "B")["filing"], "assets": []}),
        "list_pending": Row(),
        "list_clocks": Row(404, {"pledge": "1"}),
        "search_names": Row(query={"name": "Lumen"}),
        "search_identifiers": Row(query={"text": "5493001KJTIIGC8Y1R12"}),
        "search_party": Row(query={"party": NOTHING}),
        "search_registration": Row(query={"number": "1"}),
        "certify_registration": Row(404, {"pledge": "1"}),
        "state_act": Row(404, {"pledge": "1", "act": NOTHING}),
        "post_certificate": Row(201, body={"of": search, "member": own}),
        "list_certificates": Row(query={"member": own}),
        "get_certificate": Row(404, {"hash": NOTHING}, {"member": own}),
        "verify_certificate": Row(422, body={"document": {}}),
        "list_watches": Row(query={"member": own}),
        "post_reports": Row(201, body={"reports": [{"asset": asset["asset"], "source": "s"}], "member": own}),
        "get_report": Row(200, asset, {"member": own}),
        "delete_report": Row(404, asset, {"member": own}),
        "list_pledges": Row(),
        "list_live": Row(),
        "get_pledge": Row(404, {"pledge": "1"}),
        "list_assets": Row(404, {"pledge": "1"}),
        "get_history": Row(404, {"pledge": "1"}),
        "list_receivables": Row(query={"party": own}),
        "get_receivable": Row(200, receivable),
        "list_tokens": Row(200, receivable),
        "get_lineage": Row(200, receivable),
        "list_owners": Row(200, receivable),
        "list_payments": Row(200, receivable),
        "list_transfers": Row(200, receivable),
        "list_notices_of_receivable": Row(200, receivable),
        "fingerprint_invoice": Row(body={"seller": own, "buyer": cast.party.account, "number": "1", "issued": "2023-11-14"}),
        "name_receivables": Row(body={"cash": 1, "names": ["7"]}, own=()),
        "draft_receivable": Row(body={"act": "move", **receivable, "to": cast.other.account}),
        "carry_out_order": Row(422, body={"act": "hold lift", "hold": "1"}),
        "draft_financing": Row(422, body={"act": "hold receivable", **receivable, "document": NOTHING}),
        "list_pools": Row(200, account),
        "list_offers": Row(query={"to": own}),
        "list_notices": Row(query={"obligor": own}),
        "get_debits": Row(200, account),
        "list_outstanding": Row(200, account),
        "get_maturities": Row(query={**account, "side": "holder"}),
        "get_ageing": Row(query={**account, "side": "obligor"}),
        "list_exposures": Row(query={**account, "by": "obligor"}),
        "list_court_holds": Row(200, account),
        "list_portfolio": Row(query={"owner": own}),
        "get_token": Row(200, {"token": str(token_id(cast.receivable, 0))}),
        "list_purchase_offers": Row(query={"party": own}),
        "compare_purchase_offers": Row(query={"seller": own, **receivable}),
        "list_deals": Row(query={"party": own}),
        "get_deal": Row(404, {"deal": "7"}),
        "list_loans": Row(query={"party": own}),
        "get_loan": Row(404, {"loan": "7"}),
        "get_portfolio": Row(200, account),
        "list_custody": Row(200, account),
        "list_cash": Row(),
        "get_statement": Row(200, {"cash": "1"}, account),
        "get_statement_totals": Row(200, {"cash": "1"}, account),
        "get_money": Row(200, account),
        "list_draws": Row(200, account),
        # A stream has no end; who is told what is tried in following/.
        "stream_events": Row(422, query={"kind": "Nothing"}),
        "create_webhook": Row(422, query=account, body={"url": "https://example.org/"}),
        "list_webhooks": Row(query=account),
        "get_webhook": Row(404, webhook, account),
        "set_webhook_state": Row(404, webhook, account, {"state": "paused"}),
        "rotate_webhook_secret": Row(404, webhook, account),
        "replay_webhook": Row(404, webhook, account, {"after": -1}),
        "list_dead_letters": Row(404, webhook, account),
        "resend_dead_letters": Row(404, webhook, account, {}),
        "remove_webhook": Row(404, webhook, account),
        "list_due": Row(),
        "list_events": Row(),
        "list_of_record": Row(200, {"record": to_hex(cast.receivable.to_bytes(32))}),
        "list_peers": Row(),
        "publish_peer": Row(422, body={"account": own, "url": "ftp://x"}),
        "list_stuck_messages": Row(query=account),
        "resend_message": Row(404, {"message": NOTHING}, account),
        "audit_contents": Row(query={"member": own}),
        "repair_contents": Row(202, body={"member": own}),
        "erase_content": Row(404, {"root": NOTHING}, {"member": own}, {"why": "retention ended"}),
        # Who asks here signs; what its signature opens, and to whom, is tried in peers/.
        **dict.fromkeys(("take_offer", "take_consent", "take_content", "take_receipt"), Row(body={})),
        "give_inbox": Row(),
        "give_content": Row(200, {"root": cast.root}, {"pos": "1"}),
        "get_health": Row(),
        "get_health_details": Row(),
        "get_head": Row(),
    }


def _call_id(key: str) -> str:
    return to_hex(sha256(b"call" + bytes(20) + f"relay:{key}".encode()).digest())


def ask(cast: Cast, method: str, path: str, row: Row, who: str, **more: str) -> httpx.Response:
    headers = {**cast.headers[who], "Idempotency-Key": f"matrix {who}", **more}
    return cast.api.http.request(method, path.format(**row.path), params=row.query, json=row.body, headers=headers)


def test_every_route_is_declared_and_has_its_row(cast: Cast) -> None:
    """Of the application itself, not of its document: a route that is left out of the document is a route."""
    served = {route.name for route in app.create(cast.api.running.services).routes if isinstance(route, APIRoute)}
    documented = {operation["operationId"] for _, _, operation in operations(cast.api.documented.document)}
    assert rows(cast).keys() == RIGHTS.keys() == served == documented


def test_a_route_without_a_declaration_keeps_the_application_from_starting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RIGHTS, "get_deal")
    with pytest.raises(Undeclared, match="get_deal"):
        app.create(cast.api.running.services)


def test_the_document_tells_the_declaration(cast: Cast) -> None:
    for _, _, operation in operations(cast.api.documented.document):
        right = RIGHTS[operation["operationId"]]
        assert (operation["x-scope"], operation["x-seen-by"]) == (right.scope or None, right.seen)
        names = [each["name"] for each in operation.get("parameters", [])]
        assert ("Access-Reason" in names) is right.reasoned


@pytest.mark.parametrize("who", ROLES)
def test_everybody_gets_what_the_declaration_says(cast: Cast, who: str) -> None:
    given = rows(cast)
    found = {}
    for method, path, operation in operations(cast.api.documented.document):
        answer = ask(cast, method, path, given[operation["operationId"]], who, **WHY)
        found[operation["operationId"]] = answer.status_code
        if answer.status_code >= 400:
            problem(answer, answer.status_code)
    assert found == {name: row.expected(RIGHTS[name], who) for name, row in given.items()}


@pytest.mark.parametrize("who", ["auditor", "regulator"])
def test_who_oversees_says_why_and_leaves_a_line(cast: Cast, who: str) -> None:
    """Every look at others' records: refused without a reason, noted with it before it is answered."""
    given = rows(cast)
    for method, path, operation in operations(cast.api.documented.document):
        name = operation["operationId"]
        right, row = RIGHTS[name], given[name]
        if not right.reasoned or right.seen is Seen.OWN or row.answer == 404:
            continue
        told = problem(ask(cast, method, path, row, who), 403)
        assert (told["title"], "Access-Reason" in told["detail"]) == ("Reason required", True), name
        assert ask(cast, method, path, row, who, **WHY).status_code == row.answer
        line = last_line(cast, who)
        assert (line.action, line.outcome) == ("oversight", "yearly review, file 7")
        assert line.record.split("?")[0] == f"{method.upper()} {path.format(**row.path)}"


@pytest.mark.parametrize("who", ["auditor", "regulator"])
def test_who_oversees_says_why_it_has_itself_told_of_everything(cast: Cast, who: str) -> None:
    """A webhook goes on telling of others' records, so it is explained when it is made."""
    asked = {"url": "https://example.org/"}
    told = problem(cast.api.http.post("/webhooks", json=asked, headers=cast.headers[who]), 403)
    assert told["title"] == "Reason required"
    problem(cast.api.http.post("/webhooks", json=asked, headers={**cast.headers[who], **WHY}), 422)
    line = last_line(cast, who)
    assert (line.action, line.record, line.outcome) == ("oversight", "POST /webhooks", "yearly review, file 7")


@pytest.mark.parametrize("reason", ["short", "x" * 201, "%20%20%20%20%20%20%20%20%20", "%E2%80%AE hidden text"])
def test_a_reason_that_says_nothing_is_none(cast: Cast, reason: str) -> None:
    headers = {**cast.headers["auditor"], "Access-Reason": reason}
    problem(cast.api.http.get("/events", headers=headers), 403)


def test_a_reason_may_be_in_any_script(cast: Cast) -> None:
    headers = {**cast.headers["regulator"], "Access-Reason": quote("年度检查,第七号案卷")}
    assert cast.api.http.get("/receivables", headers=headers).status_code == 200
    assert last_line(cast, "regulator").outcome == "年度检查,第七号案卷"


def test_members_and_the_operator_leave_no_line_for_reading(cast: Cast) -> None:
    before = {who: last_line(cast, who) for who in ("member", "operator")}
    for who in before:
        assert cast.api.http.get(f"/receivables/{cast.receivable}", headers=cast.headers[who]).status_code == 200
        assert last_line(cast, who) == before[who]


def last_line(cast: Cast, who: str) -> Any:
    with cast.api.running.services.office.read() as conn:
        return conn.execute(select(AUDIT).where(AUDIT.c.subject == cast.key_id(who)).order_by(AUDIT.c.id.desc()).limit(1)).one_or_none()


@pytest.mark.parametrize("who", ["revoked", "expired"])
def test_a_key_that_is_over_gets_nothing(cast: Cast, who: str) -> None:
    given = rows(cast)
    for method, path, operation in operations(cast.api.documented.document):
        answer = ask(cast, method, path, given[operation["operationId"]], who)
        assert answer.status_code == (200 if path == "/health" else 401), path


def test_a_batch_acts_for_the_caller_only_item_by_item(cast: Cast) -> None:
    def item(key: str, member: Member) -> dict[str, Any]:
        return {"key": key, "account": member.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}

    body = {"acts": [item("sideways 1", cast.other), item("sideways 2", cast.own)]}
    answer = cast.api.http.post("/acts:batch", json=body, headers=cast.headers["member"]).json()["acts"]
    assert answer[0]["problem"]["status"] == 404 and answer[1]["state"] == "queued"


def test_what_is_anothers_looks_like_what_is_not_there(cast: Cast) -> None:
    """Word for word, but for the name that was asked for."""
    http, stranger = cast.api.http, cast.headers["other"]
    nobody, nothing = "0x" + "77" * 20, str(2**190 + 5)
    pairs = [
        (f"/receivables/{cast.receivable}", f"/receivables/{nothing}"),
        (f"/accounts/{cast.own.account}/money", f"/accounts/{nobody}/money"),
        (f"/acts/{cast.act}?account={cast.own.account}", f"/acts/{2**255 + 3}?account={cast.own.account}"),
        (f"/content/{cast.root}?member={cast.own.account}", f"/content/0x{'99' * 32}?member={cast.own.account}"),
        (f"/tokens/{token_id(cast.receivable, 0)}", f"/tokens/{token_id(int(nothing), 0)}"),
    ]
    for theirs, missing in pairs:
        blurred = [re.sub(r"0x[0-9a-f]+|\d{4,}", "#", http.get(path, headers=stranger).text) for path in (theirs, missing)]
        assert blurred[0] == blurred[1]


def test_lists_of_a_member_hold_its_own_only_and_an_auditors_hold_all(cast: Cast) -> None:
    cast.api.receivable(cast.other, cast.party)
    everything = {each["id"] for each in cast.api.http.get("/receivables").json()["data"]}
    for who, whole in (("auditor", True), ("regulator", True), ("member", False), ("other", False)):
        found = cast.api.http.get("/receivables", headers={**cast.headers[who], **WHY}).json()["data"]
        assert ({each["id"] for each in found} == everything) is whole
        member = {"member": cast.own, "other": cast.other}.get(who)
        assert member is None or {each["supplier"] for each in found} == {member.account}


def test_a_suspended_auditor_oversees_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cast.api.http.get("/events", headers={**cast.headers["auditor"], **WHY}).status_code == 200
    real = members.get

    def suspended(*given: Any) -> Any:
        row = real(*given)
        return None if row is None else row._replace(suspended=True)

    monkeypatch.setattr(members, "get", suspended)
    problem(cast.api.http.get("/events", headers=cast.headers["auditor"]), 403)


def test_a_members_calls_are_its_own(cast: Cast) -> None:
    """The same key of two members names two calls, and neither keeps the operator from admitting under that name."""
    call = {"key": "shared name", "contract": "Repayment", "function": "distribute", "arguments": [str(cast.receivable)]}
    other_call = {**call, "arguments": ["12345"]}
    mine = cast.api.http.post("/calls:batch", json={"calls": [call]}, headers=cast.headers["member"]).json()["calls"][0]
    theirs = cast.api.http.post("/calls:batch", json={"calls": [other_call]}, headers=cast.headers["other"]).json()["calls"][0]
    assert mine["id"] != theirs["id"] and "problem" not in mine | theirs
    wait = {"ids": [mine["id"]], "timeout": 0}
    assert cast.api.http.post("/calls:wait", json=wait, headers=cast.headers["member"]).status_code == 200
    problem(cast.api.http.post("/calls:wait", json=wait, headers=cast.headers["other"]), 404)
    admitted = {"members": [{"key": "shared name", "name": "n", "party": "0x" + "0f" * 32, "roles": ["SUPPLIER"]}]}
    assert cast.api.http.post("/members:batch", json=admitted).status_code == 202


def test_a_co_signer_sees_what_it_is_asked_to_sign_and_nobody_else_does(cast: Cast) -> None:
    http = cast.api.http
    body = {
        "account": cast.own.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True},
        "signers": [{"account": cast.own.account}, {"account": cast.other.account}],
    }  # fmt: skip
    asked = http.post("/acts", json=body, headers={**cast.headers["member"], "Idempotency-Key": "co-signed"})
    assert asked.json()["state"] == "gathering"
    path, query = f"/acts/{asked.json()['id']}", {"account": cast.own.account}
    listed = http.get("/acts:to-sign", params={"account": cast.other.account}, headers=cast.headers["other"]).json()["data"]
    assert [each["id"] for each in listed] == [asked.json()["id"]]
    for tail in ("", "/typed-data"):
        assert http.get(path + tail, params=query, headers=cast.headers["other"]).status_code == 200
        problem(http.get(path + tail, params=query, headers=cast.headers["auditor"]), 404)
    problem(http.post(f"{path}/signatures", params=query, json={"account": cast.own.account}, headers=cast.headers["other"]), 404)
    signed = http.post(f"{path}/signatures", params=query, json={"account": cast.other.account}, headers=cast.headers["other"])
    assert signed.json()["state"] == "ready"
    ended = http.get(path, params={**query, "wait": 20}, headers=cast.headers["member"]).json()
    assert ended["state"] == "final" and [each["signed"] for each in ended["signers"]] == [True, True]


def test_writes_leave_a_line_of_audit_with_the_key_and_the_member(cast: Cast) -> None:
    body = {"account": cast.own.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
    headers = {**cast.headers["member"], "Idempotency-Key": "audited"}
    item = {"member": cast.own.account, "schema": "a/1", "document": {"n": 1}}
    cast.api.http.post("/acts", json=body, headers=headers).raise_for_status()
    cast.api.http.post("/content:batch", json={"items": [item]}, headers=headers).raise_for_status()
    with cast.api.running.services.office.read() as conn:
        lines = list(conn.execute(select(AUDIT).where(AUDIT.c.subject == cast.key_id("member"))))
    assert {(line.action, line.member_id) for line in lines} >= {
        ("act SetAcceptance", from_hex(cast.own.account)),
        ("content", from_hex(cast.own.account)),
    }
    assert all(line.record and line.outcome for line in lines)


def test_admission_is_a_right_of_its_own(cast: Cast) -> None:
    cast.session("operator without admission", None, READ, ACT)
    body = {"members": [{"key": "x", "name": "x", "party": "0x" + "0e" * 32, "roles": []}]}
    told = problem(cast.api.http.post("/members:batch", json=body, headers=cast.headers["operator without admission"]), 403)
    assert ADMIT in told["detail"]
