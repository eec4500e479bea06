"""The story of the API's examples, told to a running gateway in the order of the file.

`python -m tests.gateway.examples` records its answers anew.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import orjson
from coincurve import PrivateKey
from sqlalchemy import update

from gateway import access, runtime
from gateway.anchoring import shelf
from gateway.api import document
from gateway.config import Settings
from gateway.founding import OFFICES
from gateway.office.models import ACT
from gateway.outbox import act_rows
from gateway.outbox.envelopes import envelope_of
from gateway.outbox.states import State
from gateway.peers import book, composing, signing, speaking
from gateway.peers.book import Row
from gateway.peers.messages import Consent, Given, Handed, Offer, Payload
from gateway.peers.states import Seen
from gateway.refusals import explain_skip
from gateway.runtime import Runtime
from gateway.sentences import SKIPS
from gateway.signers.ecdsa import address_of
from ledger.domain.act_types import RecordParty
from ledger.domain.acts import message, to_json
from ledger.domain.assets import stated_party
from ledger.domain.identifiers import Scheme, identifier
from ledger.domain.ids import act_id, from_hex, receivable_id, to_hex, token_id
from ledger.domain.pledge_words import PartyKind
from ledger.domain.shipped_registers import by_key
from ledger.mirror.schema import word
from tests.gateway.pledge import ASSETS, record

FILE = Path(document.__file__).parent / document.EXAMPLES
GENESIS = 1_767_225_600
"""2026-01-01: the story begins."""
LAST_DAY = 1_798_761_600
SIGNED = {
    "take_offer": ("lumen", "harbour"),
    "take_consent": ("harbour", "lumen"),
    "take_content": ("lumen", "harbour"),
    "give_inbox": ("harbour", "lumen"),
    "take_receipt": ("harbour", "lumen"),
    "give_content": ("harbour", "lumen"),
}
"""What gateways ask of each other, and whose ask whom."""
PEOPLE = ("lumen", "harbour", "mill", "gazette", "court")
LEI = "5493001KJTIIGC8Y1R12"
ANCHORED = (
    {
        "number": "2024-Z-000017", "state": "registered", "effective": "2024-05-06", "claim": "maximum", "amount": "800000.00",
        "currency": "CNY", "pledgors": [{"name": "Lumen Optics (Suzhou) Ltd"}], "holders": [{"name": "Mill Bank", "share": 1}],
        "assets": ["2021SR0123456"],
    },
    {
        "number": "2023-Z-000204", "state": "ended", "effective": "2023-02-01", "pledgors": [{"name": "王小明", "person": True}],
        "holders": [{"name": "Mill Bank", "share": 1}], "assets": ["2019SR0765432"],
    },
)  # fmt: skip
"""What the copyright register of China had before this ledger."""


def shown(answer: httpx.Response) -> Any:
    """An answer as an example shows it: without what a gateway tells once."""
    told = answer.json()
    return told | {"secret": "<secret>"} if "secret" in told else told


def private(name: str) -> bytes:
    """The key of somebody in the story: known to everybody, and good for examples only."""
    return sha256(f"example {name}".encode()).digest()


class Teller:
    """Tells the story: each example in its turn, and before some of them what the file does not show."""

    def __init__(self, running: Runtime) -> None:
        self.running = running
        self.http = httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=60)
        self.paths = {each["operationId"]: (method, path) for method, path, each in document.operations(self.document())}
        keystore = running.services.keystore
        self.accounts = {name: to_hex(keystore.add(_address(name), private(name))) for name in PEOPLE}
        self.answers: dict[str, Any] = {}
        self.sent: dict[str, Any] = {}
        self.left: Row
        self.before: dict[str, Callable[[], None]] = {
            "get_statement": self.pay,
            "list_transfers": self.offer,
            "list_purchase_offers": self.finance,
            "list_acts_to_sign": self.ask_harbour,
            "retry_act": self.hold,
            "list_pledges": self.record_pledge,
            "set_register": self.admit_gazette,
            "list_pending": self.file_patents,
            "list_holds": self.hold_patent,
            "get_asset": self.record_again,
            "search_names": self.anchor,
            "list_watches": self.bind_mill,
            "get_health_details": self.settle,
            "list_peers": self.settle,
            "take_offer": self.ask_harbour_again,
            "give_inbox": self.leave_message,
            "list_stuck_messages": self.have_refused,
            "carry_out_order": self.have_ordered,
        }

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(document.PATH).json()
        return found

    def tell(self, operation: str, example: dict[str, Any]) -> httpx.Response:
        """Sends an example's request. What it set off is over when this returns."""
        self.before.get(operation, lambda: None)()
        self.sent = example = self.fitted(operation, example)
        method, path = self.paths[operation]
        url = path.format(**example.get("path", {}))
        answer = self.http.request(method, url, params=example.get("query"), headers=example.get("headers"), json=example.get("body"))
        if operation in ("post_act", "post_acts"):
            self.settle()
        if operation in ("set_register", "carry_out_order"):
            self.http.post("/calls:wait", json={"ids": [answer.json()["call"]["id"]], "timeout": 30}).raise_for_status()
        self.answers[operation] = answer.json()
        return answer

    def fitted(self, operation: str, example: dict[str, Any]) -> dict[str, Any]:
        """The example with this ledger's own digests of acts and hashes of certificates."""
        if operation == "state_act":
            return {**example, "path": {**example["path"], "act": self.answers["get_history"]["data"][0]["act"]}}
        if operation == "get_certificate":
            return {**example, "path": {"hash": self.answers["post_certificate"]["data"]["hash"]}}
        if operation == "resend_message":
            return {**example, "path": {"message": self.answers["list_stuck_messages"]["data"][0]["id"]}}
        if "webhook" in example.get("path", {}):
            return {**example, "path": {"webhook": self.answers["create_webhook"]["webhook"]["id"]}}
        if operation == "verify_certificate":
            return {**example, "body": {"document": self.answers["post_certificate"]["data"]["document"]}}
        return {**example, **self.signed(operation)} if operation in SIGNED else example

    def settle(self) -> None:
        """Waits until nothing is on its way."""
        with self.running.services.office.read() as conn:
            rows = [row for row in conn.execute(ACT.select()) if row.state != State.GATHERING]
        acts = [{"account": to_hex(row.member_id), "id": str(int.from_bytes(row.act_id))} for row in rows]
        asked = {"acts": acts, "timeout": 30}
        assert self.http.post("/acts:wait", json=asked).json()["pending"] == 0

    # --- Between gateways: Lumen's and Harbour's speak as if they were two ---------------------------------------------------------

    def signed(self, operation: str) -> dict[str, Any]:
        """The request of another member's gateway, with its signature."""
        services, (sender, recipient) = self.running.services, SIGNED[operation]
        by, to = from_hex(self.accounts[sender]), from_hex(self.accounts[recipient])
        method, path = self.paths[operation]
        given = self.said(operation, by, to)
        target = path.format(**given.get("path", {}))
        if "query" in given:
            target += "?" + "&".join(f"{name}={value}" for name, value in given["query"].items())
        body = None if "body" not in given else json.dumps(given["body"], separators=(",", ":")).encode()
        headers = signing.sign(method.upper(), target, body, to, services.manifest.ledger_id, *speaking.voice(services, by))
        return {**given, "headers": headers}

    def said(self, operation: str, by: bytes, to: bytes) -> dict[str, Any]:
        """What it says: path, query and body."""
        root = self.answers["audit_contents"]["data"][0]["root"]
        if operation == "give_inbox":
            return {"query": {"after": "0"}}
        if operation == "give_content":
            return {"path": {"root": root}, "query": {"pos": self.issued()}}
        if operation == "take_receipt":
            told = {"message": to_hex(self.left.id), "roots": [root]}
            return {"body": {"receipt": speaking.state(self.running.services, by, speaking.RECEIPT, told)}}
        return {"body": orjson.loads(self.message(operation, by, to, root))}

    def issued(self) -> str:
        """The position at which the receivable was issued."""
        receivable = int(json.loads(FILE.read_text())["get_receivable"]["path"]["receivable"])
        found: str = self.http.get(f"/events/{to_hex(receivable.to_bytes(32))}").json()["data"][0]["pos"]
        return found

    def message(self, operation: str, by: bytes, to: bytes, root: str) -> bytes:
        """A message's bytes."""
        services = self.running.services
        with services.office.read() as conn:
            key = from_hex(self.accounts["lumen"]), word(act_id("acceptance/3"))
            act, listed = act_rows.named(conn, [key])[key], act_rows.signatures(conn, [key])[key]
        payload: Payload
        if operation == "take_offer":
            payload = Offer(act.kind, act.typed, [Given(0, listed[0].sig or b"", None)], [], alone=True, url=None)
        elif operation == "take_consent":
            asked = message(envelope_of(act.kind, act.typed), services.manifest.domain)
            payload = Consent(*key, act.digest, [Given(1, services.keystore.sign(by, listed[1].key, asked), None)])
        else:
            with services.office.read() as conn:
                payload = Handed(composing.packed(conn, by, [from_hex(root)]), int(self.issued()))
        row = composing.message(services, by, to, payload, act.digest, until=act.deadline)
        assert row is not None
        return row.body

    def ask_harbour_again(self) -> None:
        """Lumen asks Harbour, which has its entry in the address book by now, to sign once more."""
        self.http.post("/peers:publish", json={"account": self.accounts["harbour"]}).raise_for_status()
        self.settle()
        self.ask_harbour("acceptance/3")

    def leave_message(self) -> None:
        """A message of Lumen's waits for Harbour."""
        self.left = self.kept(b"l" * 32)

    def have_refused(self) -> None:
        """One of Lumen's messages was refused."""
        row = self.kept(b"r" * 32)
        with self.running.services.office.write() as conn:
            book.step(conn, row, Seen(refused=True), "the peer answered 409: this gateway has another act of the account under this id")

    def kept(self, about: bytes) -> Row:
        """A message of Lumen's to Harbour on disk."""
        services, (lumen, harbour) = self.running.services, (from_hex(self.accounts[name]) for name in ("lumen", "harbour"))
        with services.office.read() as conn:
            payload = Handed(
                composing.packed(conn, lumen, [from_hex(self.answers["audit_contents"]["data"][0]["root"])]), int(self.issued())
            )
        row = composing.message(services, lumen, harbour, payload, about, until=LAST_DAY)
        assert row is not None
        with services.office.write() as conn:
            book.add(conn, row)
            (found,) = [each for each in book.open_ones(conn, 10) if each.about == about]
        return found

    # --- What the file does not show ----------------------------------------------------------------------------------------------

    def post(self, key: str, account: str, kind: str, body: dict[str, Any], **more: Any) -> None:
        """An act behind the scenes."""
        asked = {"account": account, "kind": kind, "body": body, **more}
        answer = self.http.post("/acts", json=asked, headers={"Idempotency-Key": key})
        assert answer.status_code == 202, answer.text

    def pay(self) -> None:
        """The settlement bank issues cash to the obligor, who pays the half of its debt."""
        cash = self.http.get("/cash").json()["data"][0]
        receivable = json.loads(FILE.read_text())["get_receivable"]["path"]["receivable"]
        issue = {"cash": cash["number"], "to": self.accounts["harbour"], "amount": "1200000", "ref": _text("CASH-1")}
        self.post("cash/1", cash["bank"], "IssueCash", issue)
        pay = {"receivable": receivable, "amount": "500000", "ref": _text("PAY-1")}
        self.post("pay/1", self.accounts["harbour"], "PayReceivable", pay, role="OBLIGOR")
        self.settle()

    def offer(self) -> None:
        """Lumen offers Mill another piece; Mill tells Harbour of the piece that it has; Harbour lets be debited what falls due."""
        receivable = int(json.loads(FILE.read_text())["get_receivable"]["path"]["receivable"])
        lumen, harbour, mill = (self.accounts[name] for name in ("lumen", "harbour", "mill"))
        piece = {"token": str(token_id(receivable, 0)), "start": "600000", "end": "750000", "to": mill}
        self.post("offer/1", lumen, "OfferRange", {**piece, "ref": _text("PO-2026-0042"), "deadline": 1_798_761_600})
        notice = {"receivable": str(receivable), "start": "750000", "end": "1000000", "assignor": lumen, "assignee": mill}
        self.post("notice/1", mill, "NotifyAssignment", {**notice, "contentRoot": "0x" + "00" * 32})
        mandate = {"cash": 1, "cap": "600000", "until": 1_798_761_600, "partial_": True}
        self.post("mandate/1", harbour, "SetMandate", mandate, role="OBLIGOR")
        self.settle()

    def finance(self) -> None:
        """Mill offers to buy two pieces of Lumen's, who accepts one offer, and borrows from Mill besides."""
        receivable = int(json.loads(FILE.read_text())["get_receivable"]["path"]["receivable"])
        lumen, mill = self.accounts["lumen"], self.accounts["mill"]
        cash = self.http.get("/cash").json()["data"][0]
        issue = {"cash": cash["number"], "to": mill, "amount": "9000000", "ref": _text("CASH-2")}
        self.post("cash/2", cash["bank"], "IssueCash", issue)
        self.settle()
        held = self.http.get(f"/receivables/{receivable}/tokens").json()["data"][0]
        terms = {
            "token": held["token"], "start": "0", "end": "300000", "seller": lumen, "length": held["end"], "payments": 1,
            "leastOwed": "150000", "advance": "120000", "fee": "500", "discountRate": 500, "discountBasis": 3_600_000,
            "dayStart": 57_600, "recourse": 1, "until": 1_798_761_600, "cash": 1, "contentRoot": "0x" + "00" * 32,
        }  # fmt: skip
        rest = {"token": str(token_id(receivable, 300_000)), "start": "300000", "end": held["end"], "length": "300000"}
        self.post("purchase/2", mill, "OfferPurchase", {**terms, **rest})
        self.post("purchase/1", mill, "OfferPurchase", terms)
        self.settle()
        offer = str(receivable_id(from_hex(mill), act_id("purchase/1")))
        self.post("accept/1", lumen, "AcceptPurchase", {"offer": offer, "bank": mill, "terms": terms})
        loan = {
            "cash": 1, "principal": "800000", "start": GENESIS + 86_400, "rate": 43_500, "overdueRate": 65_250, "dayCount": 1, "flags": 0,
            "prepayment": 2, "grace": 0, "defaultAfter": 864_000, "mostLoanToValue": 0, "cure": 0, "appraiser": "0x" + "00" * 20,
            "releaseWithin": 1_296_000, "contentRoot": "0x" + "00" * 32,
        }  # fmt: skip
        rows = [{"due": GENESIS + 86_400 * (1 + 90 * at), "principal": "400000", "numerator": 90, "interestDue": True} for at in (1, 2)]
        signers = [{"account": mill, "role": "BANK"}, {"account": lumen}]
        body = {"lender": mill, "borrower": lumen, "terms": loan, "rows": rows, "pledges": [], "ranges": []}
        self.post("loan/1", mill, "OpenLoan", body, signers=signers)
        self.settle()

    def ask_harbour(self, name: str = "acceptance/1") -> None:
        """Lumen's own session asks Harbour to sign with it."""
        lumen, harbour = self.accounts["lumen"], self.accounts["harbour"]
        with self.running.services.office.write() as conn:
            key = access.issue(conn, "lumen", from_hex(lumen), (access.READ, access.ACT))
        signers = [{"account": lumen}, {"account": harbour}]
        asked = {"account": lumen, "kind": "SetAcceptance", "body": {"acceptsDirect": True}, "signers": signers}
        headers = {"Idempotency-Key": name, "authorization": f"Bearer {key}"}
        self.http.post("/acts", json=asked, headers=headers).raise_for_status()

    def hold(self) -> None:
        """An act that waits for a person, as one does that the ledger left untried."""
        self.settle()
        lumen = self.accounts["lumen"]
        reason = orjson.dumps(explain_skip(SKIPS.index("KeyInactive"), 0))
        self.post("acceptance/2", lumen, "SetAcceptance", {"acceptsDirect": True})
        self.settle()
        held = ACT.c.act_id == word(act_id("acceptance/2"))
        with self.running.services.office.write() as conn:
            conn.execute(update(ACT).where(held).values(state=State.READY, reason=reason, done_pos=None, done_hash=None))

    def record_pledge(self) -> None:
        """The office records a pledge of Lumen to Mill Bank."""
        self.settle()
        body = record("60011-17", "Lumen Optics Ltd", "Mill Bank")
        self.of_office("60011-17", "United States recordation office", "RecordPledge", body)

    def admit_gazette(self) -> None:
        """The office of the register that is to be set."""
        self.admit("gazette", "United States Copyright Office", "REGISTRAR")

    def admit(self, who: str, name: str, role: str) -> None:
        """One more member."""
        wanted = {"key": who, "name": name, "party": _text(who), "roles": [role], "account": self.accounts[who]}
        self.http.post("/members:batch", json={"members": [wanted]}).raise_for_status()
        self.http.post("/members:wait", json={"accounts": [self.accounts[who]], "timeout": 30}).raise_for_status()

    def have_ordered(self) -> None:
        """A court holds a part of the receivable and orders that Mill gets it; the days pass that an order waits."""
        self.admit("court", "Suzhou Intermediate Court", "COURT_OFFICER")
        order = json.loads(FILE.read_text())["carry_out_order"]["body"]
        receivable, court = order["receivable"], self.accounts["court"]
        narrow = {"hold": order["hold"], "start": order["start"], "end": "600000"}
        self.drafted("hold/1", {"act": "hold receivable", "receivable": receivable, "account": court, "document": order["document"]})
        self.drafted("hold/2", {"act": "hold narrow", **narrow, "document": order["document"]})
        self.drafted("order/1", order)
        clock = self.running.clock
        assert clock is not None
        clock.set_next(clock.now() + 3 * 86_400)
        clock.mine()
        head = int(self.running.services.rpc.call("eth_blockNumber"), 16)
        self.http.get("/blocks/head", params={"wait": head, "timeout": 20}).raise_for_status()

    def drafted(self, key: str, words: dict[str, str]) -> None:
        """An act from words, behind the scenes."""
        made = self.http.post("/financing:draft", json=words).raise_for_status().json()["data"]["acts"][0]
        self.post(key, made["account"], made["kind"], made["body"], signers=made["signers"])
        self.settle()

    def office(self, name: str) -> str:
        return to_hex(self.running.services.keystore.accounts([OFFICES[name].key])[0])

    def of_office(self, key: str, name: str, kind: str, body: dict[str, Any], role: str = "REGISTRAR") -> None:
        """An office's act, with what its first key attests."""
        office = self.office(name)
        signers = [{"account": office, "role": role, "mode": "ATTESTED", "key": office}]
        self.post(key, office, kind, body, signers=signers)
        self.settle()

    def file_patents(self) -> None:
        """The filing that was tried is filed."""
        body = json.loads(FILE.read_text())["check_filing"]["body"]["filing"]
        self.of_office("2026-000041", "China patent register", "FilePledge", body)

    def hold_patent(self) -> None:
        """An unpaid fee bars registrations over an American patent."""
        asset = to_hex(min(ASSETS))
        hold = {
            "register": 1, "code": 62, "target": 1, "id": asset, "bars": 1, "kind": 4, "until": 0, "authority": _text("FEE OFFICE"),
            "order": "0x" + "fe" * 32,
        }  # fmt: skip
        self.of_office("fee/1", "United States recordation office", "PlaceHold", hold)

    def record_again(self) -> None:
        """Lumen, written otherwise, pledges to a bank that is named by its LEI."""
        bank = identifier(Scheme.LEI, LEI).word
        body = record("60012-3", "Lumen Optics Limited", "Mill Bank International", effective=GENESIS - 86_400)
        body["filing"]["parties"][1]["id"] = body["filing"]["consents"][1]["party"] = to_hex(bank)
        self.of_office("60012-3", "United States recordation office", "RecordPledge", body)

    def bind_mill(self) -> None:
        """The office knows which member Mill Bank is: its watches are that member's."""
        office, mill = self.office("United States recordation office"), from_hex(self.accounts["mill"])
        body = RecordParty(1, stated_party("Mill Bank"), PartyKind.MEMBER, bytes(32), mill, 0, b"\xee" * 32, "")
        signers = [{"account": office, "role": "REGISTRAR", "mode": "ATTESTED"}] * 2
        self.post("party/1", office, "RecordParty", to_json(body), signers=signers)
        self.settle()

    def anchor(self) -> None:
        """The copyright register of China is anchored as it stood."""
        register = by_key("CN-COPYRIGHT")
        with tempfile.TemporaryDirectory() as folder:
            export = Path(folder) / "register.jsonl"
            export.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ANCHORED))
            home = self.running.services.settings.home
            _, about = shelf.build(home, export, register.number, register.rule, register.zone, GENESIS, private("register"))
        self.of_office("anchor/1", register.office, "AnchorRegister", to_json(about.body()), "ANCHORER")


def _address(name: str) -> bytes:
    return address_of(PrivateKey(private(name)))


def _text(text: str) -> str:
    return to_hex(text.encode().ljust(32, b"\0"))


@contextmanager
def telling(home: Path, databases: str = "") -> Iterator[Teller]:
    """A gateway on a fresh ledger, at the beginning of the story: on SQLite, or on a PostgreSQL database."""
    settings = Settings(home=home, port=0, mirror_url=databases, office_url=databases, keeper=False, webhook_hosts="core.bank.example")
    running = runtime.start(settings, genesis_time=GENESIS)
    assert running.clock is not None
    running.clock.run()
    teller = Teller(running)
    try:
        yield teller
    finally:
        teller.http.close()
        running.clock.hold()
        running.stop()


def record_answers() -> None:
    """Writes the file anew, with what a gateway answers to its requests."""
    told = json.loads(FILE.read_text())
    with tempfile.TemporaryDirectory() as folder, telling(Path(folder) / "home") as teller:
        for operation, example in told.items():
            if operation == "verify_proof":
                example["body"] = told["prove_record"]["answer"]["data"]["proof"]
            answer = teller.tell(operation, example)
            example.update(teller.sent)
            assert answer.status_code == example["status"], (operation, answer.status_code, answer.text)
            example["answer"] = shown(answer)
    FILE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    record_answers()
