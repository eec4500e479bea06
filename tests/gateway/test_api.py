"""What the API does with good and with bad requests, on a real chain: nothing partial stays behind."""

from typing import Any

import httpx
import pytest
from eth_account import Account

from gateway import access
from gateway.api.asking import cursor_text
from tests.gateway.conftest import Api, Member

PROBLEM = "application/problem+json"


def problem(answer: httpx.Response, status: int) -> dict[str, object]:
    """The body of an RFC 9457 answer."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    body: dict[str, object] = answer.json()
    assert body["status"] == status and body["title"] and body["detail"] and str(body["type"]).startswith("urn:pledgebook:problem:")
    return body


def pair(api: Api) -> tuple[Member, Member]:
    return api.admit("supplier", "SUPPLIER"), api.admit("obligor", "OBLIGOR")


def key_of(api: Api, member: Member, *scopes: str) -> dict[str, str]:
    """Headers of a session that is the member's own."""
    with api.running.services.office.write() as conn:
        text = access.issue(conn, member.key, member.address, scopes or (access.READ, access.ACT))
    return {"authorization": f"Bearer {text}"}


# --- Who gets in ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer pbk_0_0"}, {"authorization": "Basic x"}, {"authorization": "Bearer"}])
def test_a_stranger_reads_and_does_nothing(api: Api, header: dict[str, str]) -> None:
    for method, path in (("GET", "/members"), ("GET", "/receivables"), ("POST", "/acts"), ("POST", "/members:batch")):
        answer = httpx.request(
            method, api.running.url + path, headers={**header, "Idempotency-Key": "k"}, json={} if method == "POST" else None
        )
        assert answer.status_code in (401, 422) and "pbk" not in answer.headers.get("www-authenticate", "")
        assert answer.status_code == 401 or path != "/members"


def test_health_needs_no_key_and_tells_no_secret(api: Api) -> None:
    answer = httpx.get(api.running.url + "/health")
    assert answer.status_code == 200 and answer.json()["status"] == "ok"
    assert api.running.api_key not in answer.text


def test_another_members_record_is_not_there(api: Api) -> None:
    supplier, obligor = pair(api)
    other = api.admit("outsider", "SUPPLIER")
    number = api.receivable(supplier, obligor)
    headers = key_of(api, other)
    for path in (
        f"/receivables/{number}",
        f"/receivables/{number}/tokens",
        f"/receivables/{number}/lineage",
        f"/receivables/{number}/payments",
    ):
        problem(api.http.get(path, headers=headers), 404)
        assert api.http.get(path, headers=key_of(api, supplier)).status_code == 200
    problem(api.http.get("/acts", params={"account": supplier.account}, headers=headers), 404)
    assert api.http.get("/receivables", headers=headers).json()["data"] == []


def test_a_members_key_does_not_act_for_another(api: Api) -> None:
    supplier, obligor = pair(api)
    body = {"account": obligor.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
    problem(api.http.post("/acts", json=body, headers={**key_of(api, supplier), "Idempotency-Key": api.fresh_key()}), 404)


def test_a_read_only_key_does_not_act(api: Api) -> None:
    supplier, _ = pair(api)
    body = {"account": supplier.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
    headers = {**key_of(api, supplier, access.READ), "Idempotency-Key": api.fresh_key()}
    assert "lacks the scope" in str(problem(api.http.post("/acts", json=body, headers=headers), 403)["detail"])


def test_only_the_operator_admits(api: Api) -> None:
    supplier, _ = pair(api)
    wanted = {"members": [{"key": "x", "name": "x", "party": "0x" + "00" * 32, "roles": ["SUPPLIER"]}]}
    problem(api.http.post("/members:batch", json=wanted, headers=key_of(api, supplier)), 403)


# --- Acts ----------------------------------------------------------------------------------------------------------------------


def test_a_receivable_is_issued_confirmed_split_and_read_back(api: Api) -> None:
    supplier, obligor = pair(api)
    bank = api.admit("financier", "BANK")
    number = api.receivable(supplier, obligor, face=10_000)
    assert api.done(api.move(supplier, number, 2_500, 10_000, bank.account))["state"] == "final"
    read = api.http.get(f"/receivables/{number}").json()
    assert read["data"]["status"] == "live" and read["data"]["face"] == {"minor": "10000", "currency": "USD"}
    assert read["development"] is True and read["final"] is True and read["behind"] == 0
    tokens = api.http.get(f"/receivables/{number}/tokens").json()["data"]
    assert [(each["start"], each["end"], each["owner"]) for each in tokens] == [
        ("0", "2500", supplier.account),
        ("2500", "10000", bank.account),
    ]
    lineage = api.http.get(f"/tokens/{tokens[1]['token']}").json()["data"]["lineage"]
    assert [each["owner"] for each in lineage] == [supplier.account, bank.account]
    before = api.http.get(f"/receivables/{number}/tokens", params={"block": read["block"] - 1}).json()["data"]
    assert len(before) in (1, 2)


def test_the_same_key_gives_the_same_act_and_another_content_is_refused(api: Api) -> None:
    supplier, _ = pair(api)
    key = api.fresh_key()
    first = api.act(supplier, "SetAcceptance", {"acceptsDirect": True}, key=key)
    again = api.act(supplier, "SetAcceptance", {"acceptsDirect": True}, key=key)
    assert first.json()["id"] == again.json()["id"] and again.status_code == 202
    assert "other content" in str(problem(api.act(supplier, "SetAcceptance", {"acceptsDirect": False}, key=key), 409)["detail"])


@pytest.mark.parametrize(
    ("start", "end", "to", "said"),
    [
        (0, 10_001, "financier", "RangeOutside"),
        (5, 5, "financier", "RangeEmpty"),
        (0, 10, "0x" + "77" * 20, "RecipientInactive"),
    ],
)
def test_a_move_that_the_ledger_forbids_says_why_and_leaves_nothing(api: Api, start: int, end: int, to: str, said: str) -> None:
    supplier, obligor = pair(api)
    number = api.receivable(supplier, obligor, face=10_000)
    recipient = to if to.startswith("0x") else api.admit(to, "BANK").account
    refusal = problem(api.move(supplier, number, start, end, recipient), 422)
    assert refusal["reason"]["error"] == said  # type: ignore[index]
    assert len(api.http.get(f"/receivables/{number}/tokens").json()["data"]) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"lateBasis": 0}, "lateBasis: the late rate is a fraction of it"),
        ({"lateRate": 2}, "lateRate: 2 is above its basis 1"),
        ({"leastPiece": 63}, "leastPiece: it is a power of two, 62 at the most, 63 given"),
        ({"obligor": None}, "obligor: supplier and obligor are the same account"),
        ({"lateBasis": 0, "leastPiece": 63}, "give 1 where there is no late rate; leastPiece: "),
    ],
)
def test_terms_that_are_not_admitted_are_named_and_no_others(api: Api, changed: dict[str, Any], said: str) -> None:
    supplier, obligor = pair(api)
    assert api.running.clock is not None
    terms = {
        "supplier": supplier.account, "obligor": obligor.account, "face": "5", "due": api.running.clock.now() + 30 * 86_400,
        "grace": 0, "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
        "tenorReason": "0x" + "00" * 32, "contentRoot": api.content({"a": "b"}, supplier, obligor),
    }  # fmt: skip
    given = {**terms, **{name: supplier.account if value is None else value for name, value in changed.items()}}
    reason = problem(api.act(supplier, "Issue", given), 422)["reason"]
    assert reason["error"] == "TermsInvalid" and said in reason["sentence"]  # type: ignore[index]
    assert [name for name in terms if f"{name}: " in reason["sentence"]] == sorted(changed, key=list(terms).index)  # type: ignore[index]


@pytest.mark.parametrize("written", [b'{"acceptsDirect": true}', b'{"acceptsDirect": tru}', b'{"acceptsDirect": {}}', b"[]", b""])
def test_the_short_way_of_an_act_answers_like_the_long_one(api: Api, written: bytes) -> None:
    """A parameter beside the media type leads FastAPI's way."""
    supplier = api.admit("supplier", "SUPPLIER")
    body = b'{"account": "%s", "kind": "SetAcceptance", "body": %s}' % (supplier.account.encode(), written)
    headers = {"Idempotency-Key": api.fresh_key()}
    short, long = (
        api.http.post("/acts", content=body, headers={**headers, "content-type": f"application/json{more}"})
        for more in ("", "; charset=utf-8")
    )
    assert short.status_code == long.status_code and short.headers.keys() == long.headers.keys()
    # The act may have been sent in between.
    assert {**short.json(), "state": None} == {**long.json(), "state": None}
    assert short.status_code == (202 if written.endswith(b"true}") else 422)


def test_a_batch_takes_the_good_and_names_the_bad(api: Api) -> None:
    supplier, _ = pair(api)
    good = {"key": api.fresh_key(), "account": supplier.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}
    wrong_kind, wrong_body = {**good, "key": api.fresh_key(), "kind": "Mint"}, {**good, "key": api.fresh_key(), "body": {"x": 1}}
    answer = api.http.post("/acts:batch", json={"acts": [good, wrong_kind, wrong_body]}).json()["acts"]
    assert answer[0]["state"] in ("queued", "sent", "mined", "final")
    assert "kind: 'Mint' is unknown" in answer[1]["problem"]["detail"]
    assert "body.x: SetAcceptance has no such field" in answer[2]["problem"]["detail"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"deadline": 1}, "deadline: 1 lies before the chain's time"),
        ({"account": "0x12"}, "account"),
        ({"account": "0x" + "99" * 20}, "none that you may see"),
        ({"role": "KING"}, "is no role"),
        ({"role": "REGISTRAR"}, "no active key with that role"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_malformed_act_is_refused_by_field(api: Api, change: dict[str, object], said: str) -> None:
    supplier, _ = pair(api)
    body = {"account": supplier.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}, **change}
    answer = api.http.post("/acts", json=body, headers={"Idempotency-Key": api.fresh_key()})
    assert said in str(problem(answer, 404 if "99" in str(change) else 422)["detail"])


def test_an_act_without_an_idempotency_key_is_refused(api: Api) -> None:
    supplier, _ = pair(api)
    answer = api.http.post("/acts", json={"account": supplier.account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}})
    assert "idempotency-key" in str(problem(answer, 422)["detail"])


def test_nobody_signs_a_root_whose_content_is_not_held(api: Api) -> None:
    supplier, obligor = pair(api)
    assert api.running.clock is not None
    terms = {
        "supplier": supplier.account, "obligor": obligor.account, "face": "5", "due": api.running.clock.now() + 86_400, "grace": 0,
        "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
        "tenorReason": "0x" + "00" * 32,
        "contentRoot": "0x" + "ab" * 32,
    }  # fmt: skip
    assert "is not held" in str(problem(api.act(supplier, "Issue", terms, role="SUPPLIER"), 409)["detail"])


def test_a_second_signer_signs_from_a_wallet_and_a_wrong_signature_is_named(api: Api) -> None:
    wallet = Account.create()
    wanted = {
        "key": "walletter",
        "name": "W",
        "party": "0x" + "0a" * 32,
        "roles": ["SUPPLIER"],
        "account": wallet.address,
        "operator": wallet.address,
    }
    api.http.post("/members:batch", json={"members": [wanted]}).raise_for_status()
    assert api.http.post("/members:wait", json={"accounts": [wallet.address.lower()], "timeout": 20}).json()["pending"] == []
    bank = api.http.get("/members", params={"role": "SETTLEMENT_BANK"}).json()["data"][0]["account"]
    cash = next(each["number"] for each in api.http.get("/cash").json()["data"] if each["bank"] == bank)
    issued = api.act(Member("bank", bank), "IssueCash", {"cash": int(cash), "to": wallet.address, "amount": 500, "ref": "0x" + "00" * 32})
    assert api.done(issued)["state"] == "final"
    body = {"cash": int(cash), "holder": wallet.address, "amount": 200, "ref": "0x" + "00" * 32}
    given = api.act(Member("bank", bank), "RedeemCash", body, signers=[{"account": bank}, {"account": wallet.address}])
    assert given.status_code == 202 and given.json()["state"] == "gathering"
    path, query = f"/acts/{given.json()['id']}", {"account": bank}
    typed = api.http.get(f"{path}/typed-data", params=query).json()
    stranger = Account.create().sign_typed_data(full_message=typed).signature.hex()
    own = key_of(api, Member("walletter", wallet.address.lower()))
    wrong = {"account": wallet.address, "signature": "0x" + stranger}
    assert "not by the key" in str(problem(api.http.post(f"{path}/signatures", params=query, json=wrong, headers=own), 422)["detail"])
    right = {"account": wallet.address, "signature": "0x" + wallet.sign_typed_data(full_message=typed).signature.hex()}
    assert api.http.post(f"{path}/signatures", params=query, json=right, headers=own).status_code == 200
    assert api.done(given)["state"] == "final"
    money = api.http.get(f"/accounts/{wallet.address}/money").json()["data"]["balances"]
    assert [each["balance"]["minor"] for each in money] == ["300"]


def test_a_trigger_that_nobody_may_call_is_refused(api: Api) -> None:
    answer = api.http.post("/calls:batch", json={"calls": [{"key": "c", "contract": "Members", "function": "suspend", "arguments": []}]})
    assert "is no trigger" in answer.json()["calls"][0]["problem"]["detail"]


# --- Reads ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/receivables/x", 422),
        ("/receivables/7", 404),
        ("/tokens/7", 404),
        ("/members/0x00", 422),
        ("/pledges/9999", 404),
        ("/receivables?status=lost", 422),
        ("/receivables?limit=0", 422),
        ("/receivables?after=junk", 422),
        ("/receivables?block=99999999", 422),
        ("/pledges:live?effective_at=2022-11-01T00:00:00", 422),
        ("/nothing", 404),
    ],
)
def test_a_wrong_read_is_a_problem_with_its_rule(api: Api, path: str, status: int) -> None:
    problem(api.http.get(path), status)


def test_pages_hold_every_row_once(api: Api) -> None:
    pair(api)
    seen: list[str] = []
    after: str | None = None
    while True:
        page = api.http.get("/members", params={"limit": 2, **({"after": after} if after else {})}).json()
        seen += [each["account"] for each in page["data"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == len(api.http.get("/members", params={"limit": 1000}).json()["data"])


def test_a_body_that_is_too_long_is_refused_before_it_is_read(api: Api) -> None:
    limit = api.running.services.settings.body_bytes
    problem(api.http.post("/acts:batch", content=b"x" * (limit + 1)), 413)


def test_every_answer_carries_the_headers_that_keep_it_private(api: Api) -> None:
    answer = api.http.get("/members")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers and "server" not in answer.headers


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b'{"members": []}', None, "body: a JSON object expected, sent with Content-Type: application/json"),
        (b'"text"', "application/json", "body: a JSON object expected"),
        (b"{}", "application/json", "members: missing; it must be given"),
        (b'{"members": 1}', "application/json", "members: a list expected"),
        (b'{"members": [], "more": 1}', "application/json", "more: there is no such field; check its name"),
        (b'{"members": [{"key": 1}]}', "application/json", "members[0].key: text expected"),
    ],
)
def test_a_body_of_another_form_is_refused_in_words(api: Api, body: bytes, kind: str | None, said: str) -> None:
    answer = api.http.post("/members:batch", content=body, headers={} if kind is None else {"content-type": kind})
    assert said in "; ".join(f"{each['field']}: {each['rule']}" for each in problem(answer, 422)["errors"])  # type: ignore[attr-defined]


def test_a_cursor_of_another_list_is_refused_once_named(api: Api) -> None:
    told = problem(api.http.get("/receivables", params={"after": cursor_text((1, 2, 3, 4, 5))}), 422)
    assert str(told["detail"]).startswith("after: not a cursor of this list; send `next` of the page before") and told["field"] == "after"
