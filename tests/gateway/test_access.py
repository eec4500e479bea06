"""Who gets in, and what each may see: every operation of the document, tried by everybody."""

from __future__ import annotations

import hmac
import re
import time
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import median
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from gateway import access
from gateway.access import ACT, ADMIT, DAY_MS, READ, SCOPES, authenticate
from gateway.api.document import operations
from gateway.api.refusals import PROBLEM_TYPE
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


def test_of_a_key_only_its_hash_is_kept(office: Database) -> None:
    text = issued(office)
    secret = text.split("_")[2]
    with office.read() as conn:
        (row,) = conn.execute(select(API_KEY))
    assert row.hash == sha256(secret.encode()).digest()
    assert secret not in repr(tuple(row)) and bytes.fromhex(secret) not in row.hash


def test_keys_are_compared_in_constant_time(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every comparison of a secret goes through hmac.compare_digest, for an unknown key as for a known one."""
    text, compared = issued(office), list[tuple[bytes, bytes]]()
    real = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    with office.read() as conn:
        for each in (text, text[:-1] + "x", f"pbk_{'0' * 16}_{'1' * 64}"):
            authenticate(conn, each)
    assert len(compared) == 3 and all(len(one) == len(other) == 32 for one, other in compared)


def test_an_almost_right_key_takes_as_long_as_a_wrong_one(office: Database) -> None:
    text = issued(office)
    almost, wrong = text[:-1] + ("0" if text[-1] != "0" else "1"), text[:-64] + "f" * 64
    spent: dict[str, list[float]] = {almost: [], wrong: []}
    with office.read() as conn:
        for each in [almost, wrong] * 300:
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
        told = ("lane-waits", "lane relay: node http://user:secret@10.0.0.7:8545 does not answer")
        fault.setattr(services, "faults", lambda: [told])
        seen = httpx.get(api.running.url + "/health")
        assert seen.json() == {"status": "degraded", "faults": ["lane-waits"]} and "secret" not in seen.text
        details = api.http.get("/health/details").json()
        assert details["faults"] == [{"name": told[0], "text": told[1]}] and details["status"] == "degraded"


def test_a_long_body_is_refused_by_its_length_and_one_without_length_too(api: Api) -> None:
    limit = api.running.services.settings.body_bytes
    problem(api.http.post("/acts:batch", content=b"x" * (limit + 1)), 413)
    problem(api.http.post("/acts:batch", content=iter([b"{}"])), 411)


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
PUBLIC = dict.fromkeys(ROLES, 200)
"""What every member may read: the ledger's public side."""
OWN = {"operator": 200, "member": 200, "other": 404, "reader": 200, "auditor": 200, "regulator": 200}
"""A member's record on the ledger: its own, and those who oversee."""
OFFICE = {"operator": 200, "member": 200, "other": 404, "reader": 200, "auditor": 404, "regulator": 404}
"""What lies in the member's own office: nobody oversees that."""
WRITE = {"operator": 202, "member": 202, "other": 404, "reader": 403, "auditor": 404, "regulator": 404}
NOTHING = "0x" + "0d" * 32
OVERSIGHT = {"operator": 200, "member": 403, "other": 403, "reader": 403, "auditor": 200, "regulator": 200}


@dataclass(frozen=True)
class Row:
    """What everybody gets for one request, about a record of the cast's own member."""

    expected: dict[str, int]
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None


def rows(cast: Cast) -> dict[str, Row]:
    """One row an operation: a route without one fails the test below."""
    own, account = cast.own.account, {"account": cast.own.account}
    receivable, act = {"receivable": str(cast.receivable)}, {"act_id": cast.act}
    ref = {"account": own, "id": cast.act}
    acceptance = {"account": own, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
    call = {"key": "cast", "contract": "Repayment", "function": "distribute", "arguments": [str(cast.receivable)]}
    items = {key: 202 if key != "reader" else 403 for key in ROLES}
    nowhere, asset = dict.fromkeys(ROLES, 404), {"asset": "0x" + "55" * 32}
    anchored = {"register": "5", "anchor": "1"}
    proof = {"kind": "record", "register": 5, "anchor": 1, "root": NOTHING, "count": 1, "index": 0, "leaf": {}, "path": []}
    search = {"kind": "search", "by": "party", "text": NOTHING}
    reported = {**OFFICE, "operator": 201, "member": 201, "reader": 403}
    return {
        "post_act": Row(WRITE, body=acceptance),
        "check_act": Row(OFFICE, body=acceptance),
        "post_acts": Row(items, body={"acts": [{**acceptance, "key": "matrix"}]}),
        "wait_for_acts": Row(OFFICE, body={"acts": [ref], "timeout": 0}),
        "list_acts": Row(OFFICE, query=account),
        "list_acts_to_sign": Row(OFFICE, query=account),
        "get_act": Row(OFFICE, act, account),
        "get_typed_data": Row(OFFICE, act, account),
        "post_signature": Row({**OFFICE, "reader": 403}, act, account, {"account": own}),
        "retry_act": Row({**OFFICE, "operator": 409, "member": 409, "reader": 403}, act, account),
        "void_act": Row({**OFFICE, "operator": 409, "member": 409, "reader": 403}, act, account),
        "draft_act": Row(nowhere, body={"act": "release", "pledge": 1}),
        "propose_release": Row(nowhere, {"pledge": "1"}, body={"debt": "2", "paid": "1"}),
        "post_calls": Row(items, body={"calls": [call]}),
        "wait_for_calls": Row({**dict.fromkeys(ROLES, 404), "operator": 200}, body={"ids": [_call_id("cast")], "timeout": 0}),
        "list_members": Row(PUBLIC),
        "get_member": Row(PUBLIC, account),
        "admit_members": Row(
            {**dict.fromkeys(ROLES, 403), "operator": 202},
            body={"members": [{"key": "new", "name": "new", "party": "0x" + "0e" * 32, "roles": ["SUPPLIER"]}]},
        ),
        "wait_for_members": Row(PUBLIC, body={"accounts": [own], "timeout": 0}),
        "post_contents": Row(
            {"operator": 201, "member": 201, "other": 404, "reader": 403, "auditor": 404, "regulator": 404},
            body={"items": [{"member": own, "schema": "a/1", "document": {}}]},
        ),
        "get_content": Row(OFFICE, {"root": cast.root}, {"member": own}),
        "list_registers": Row(PUBLIC),
        "get_register": Row(PUBLIC, {"register": "3"}),
        "list_routes": Row(PUBLIC, query={"asset": "patent", "jurisdiction": "CN"}),
        "set_register": Row({**dict.fromkeys(ROLES, 403), "operator": 422}, body={"description": "x = 1", "office": own}),
        "list_anchors": Row(PUBLIC, {"register": "5"}),
        "prove_record": Row(nowhere, {**anchored, "number": "1"}),
        "prove_asset": Row(nowhere, {**anchored, **asset}),
        "verify_proof": Row(PUBLIC, body=proof),
        "get_party": Row(PUBLIC, {"party": NOTHING}),
        "list_holds": Row(PUBLIC, query={"target": "pledge", "id": "1"}),
        "read_number": Row(PUBLIC, query={"office": "US", "class": "P", "number": "16/000,101"}),
        "get_asset": Row(PUBLIC, asset),
        "get_priority": Row(PUBLIC, asset),
        "ask_priority": Row(PUBLIC, asset, body={}),
        "list_encumbrances": Row(PUBLIC, asset),
        "check_filing": Row(PUBLIC, body={"filing": record("1", "A", "B")["filing"], "assets": []}),
        "list_pending": Row(PUBLIC),
        "list_clocks": Row(nowhere, {"pledge": "1"}),
        "search_names": Row(PUBLIC, query={"name": "Lumen"}),
        "search_identifiers": Row(PUBLIC, query={"text": "5493001KJTIIGC8Y1R12"}),
        "search_party": Row(PUBLIC, query={"party": NOTHING}),
        "search_registration": Row(PUBLIC, query={"number": "1"}),
        "certify_registration": Row(nowhere, {"pledge": "1"}),
        "state_act": Row(nowhere, {"pledge": "1", "act": NOTHING}),
        "post_certificate": Row({**OFFICE, **dict.fromkeys(("operator", "member", "reader"), 201)}, body={"of": search, "member": own}),
        "list_certificates": Row(OFFICE, query={"member": own}),
        "get_certificate": Row(nowhere, {"hash": NOTHING}, {"member": own}),
        "verify_certificate": Row(dict.fromkeys(ROLES, 422), body={"document": {}}),
        "list_watches": Row(OFFICE, query={"member": own}),
        "post_reports": Row(reported, body={"reports": [{"asset": asset["asset"], "source": "s"}], "member": own}),
        "get_report": Row(OFFICE, asset, {"member": own}),
        "delete_report": Row({**nowhere, "reader": 403}, asset, {"member": own}),
        "list_pledges": Row(PUBLIC),
        "list_live": Row(PUBLIC),
        "get_pledge": Row(dict.fromkeys(ROLES, 404), {"pledge": "1"}),
        "list_assets": Row(dict.fromkeys(ROLES, 404), {"pledge": "1"}),
        "get_history": Row(dict.fromkeys(ROLES, 404), {"pledge": "1"}),
        "list_receivables": Row(OWN, query={"party": own}),
        "get_receivable": Row(OWN, receivable),
        "list_tokens": Row(OWN, receivable),
        "get_lineage": Row(OWN, receivable),
        "list_payments": Row(OWN, receivable),
        "list_transfers": Row(OWN, receivable),
        "list_notices_of_receivable": Row(OWN, receivable),
        "fingerprint_invoice": Row(
            {**PUBLIC, "reader": 403}, body={"seller": own, "buyer": cast.party.account, "number": "1", "issued": "2023-11-14"}
        ),
        "name_receivables": Row({**OVERSIGHT, **dict.fromkeys(("member", "other", "reader"), 404)}, body={"cash": 1, "names": ["7"]}),
        "draft_receivable": Row(OWN, body={"act": "move", **receivable, "to": cast.other.account}),
        "draft_financing": Row(nowhere, body={"act": "finance recall", "offer": "7", "account": own}),
        "list_offers": Row(OWN, query={"to": own}),
        "list_notices": Row(OWN, query={"obligor": own}),
        "get_debits": Row(OWN, account),
        "list_outstanding": Row(OWN, account),
        "list_court_holds": Row(OWN, account),
        "list_pools": Row(OWN, account),
        "list_portfolio": Row(OWN, query={"owner": own}),
        "get_token": Row(OWN, {"token": str(token_id(cast.receivable, 0))}),
        "list_purchase_offers": Row(OWN, query={"party": own}),
        "compare_purchase_offers": Row(OWN, query={"seller": own, **receivable}),
        "list_deals": Row(OWN, query={"party": own}),
        "get_deal": Row(nowhere, {"deal": "7"}),
        "list_loans": Row(OWN, query={"party": own}),
        "get_loan": Row(nowhere, {"loan": "7"}),
        "get_portfolio": Row(OWN, account),
        "list_custody": Row(OWN, account),
        "list_cash": Row(PUBLIC),
        "get_statement": Row(OWN, {"cash": "1"}, account),
        "get_money": Row(OWN, account),
        "list_draws": Row(OWN, account),
        "list_due": Row(OVERSIGHT),
        "list_events": Row(OVERSIGHT),
        "list_of_record": Row(OVERSIGHT, {"record": to_hex(cast.receivable.to_bytes(32))}),
        "get_health": Row(PUBLIC),
        "get_health_details": Row(OVERSIGHT),
        "get_head": Row(PUBLIC),
    }


def _call_id(key: str) -> str:
    return to_hex(sha256(b"call" + bytes(20) + f"relay:{key}".encode()).digest())


def ask(cast: Cast, method: str, path: str, row: Row, who: str) -> httpx.Response:
    headers = {**cast.headers[who], "Idempotency-Key": f"matrix {who}"}
    return cast.api.http.request(method, path.format(**row.path), params=row.query, json=row.body, headers=headers)


def test_every_operation_has_its_row(cast: Cast) -> None:
    assert rows(cast).keys() == {operation["operationId"] for _, _, operation in operations(cast.api.documented.document)}


@pytest.mark.parametrize("who", ROLES)
def test_everybody_gets_what_the_matrix_says(cast: Cast, who: str) -> None:
    given = rows(cast)
    found = {}
    for method, path, operation in operations(cast.api.documented.document):
        answer = ask(cast, method, path, given[operation["operationId"]], who)
        found[operation["operationId"]] = answer.status_code
        if answer.status_code >= 400:
            problem(answer, answer.status_code)
    assert found == {name: row.expected[who] for name, row in given.items()}


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
        found = cast.api.http.get("/receivables", headers=cast.headers[who]).json()["data"]
        assert ({each["id"] for each in found} == everything) is whole
        member = {"member": cast.own, "other": cast.other}.get(who)
        assert member is None or {each["supplier"] for each in found} == {member.account}


def test_a_suspended_auditor_oversees_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cast.api.http.get("/events", headers=cast.headers["auditor"]).status_code == 200
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
