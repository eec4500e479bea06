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
from gateway.api import document
from gateway.config import Settings
from gateway.founding import OFFICES
from gateway.office.models import ACT
from gateway.outbox.encode import address_of
from gateway.outbox.states import State
from gateway.refusals import explain_skip
from gateway.runtime import Runtime
from gateway.sentences import SKIPS
from ledger.domain.ids import act_id, from_hex, to_hex
from ledger.mirror.schema import word
from tests.gateway.pledge import record

FILE = Path(document.__file__).parent / document.EXAMPLES
GENESIS = 1_767_225_600
"""2026-01-01: the story begins."""
PEOPLE = ("lumen", "harbour", "mill")


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
        self.before: dict[str, Callable[[], None]] = {
            "get_statement": self.pay,
            "list_acts_to_sign": self.ask_harbour,
            "retry_act": self.hold,
            "list_pledges": self.record_pledge,
            "get_health_details": self.settle,
        }

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(document.PATH).json()
        return found

    def tell(self, operation: str, example: dict[str, Any]) -> httpx.Response:
        """Sends an example's request. What it set off is over when this returns."""
        self.before.get(operation, lambda: None)()
        method, path = self.paths[operation]
        url = path.format(**example.get("path", {}))
        answer = self.http.request(method, url, params=example.get("query"), headers=example.get("headers"), json=example.get("body"))
        if operation in ("post_act", "post_acts"):
            self.settle()
        return answer

    def settle(self) -> None:
        """Waits until nothing is on its way."""
        with self.running.services.office.read() as conn:
            rows = [row for row in conn.execute(ACT.select()) if row.state != State.GATHERING]
        acts = [{"account": to_hex(row.member_id), "id": str(int.from_bytes(row.act_id))} for row in rows]
        asked = {"acts": acts, "timeout": 30}
        assert self.http.post("/acts:wait", json=asked).json()["pending"] == 0

    # --- What the file does not show ----------------------------------------------------------------------------------------------

    def post(self, key: str, account: str, kind: str, body: dict[str, Any], **more: Any) -> None:
        """An act behind the scenes."""
        asked = {"account": account, "kind": kind, "body": body, **more}
        self.http.post("/acts", json=asked, headers={"Idempotency-Key": key}).raise_for_status()

    def pay(self) -> None:
        """The settlement bank issues cash to the obligor, who pays the half of its debt."""
        cash = self.http.get("/cash").json()["data"][0]
        receivable = json.loads(FILE.read_text())["get_receivable"]["path"]["receivable"]
        issue = {"cash": cash["number"], "to": self.accounts["harbour"], "amount": "1200000", "ref": _text("CASH-1")}
        self.post("cash/1", cash["bank"], "IssueCash", issue)
        pay = {"receivable": receivable, "amount": "500000", "ref": _text("PAY-1")}
        self.post("pay/1", self.accounts["harbour"], "PayReceivable", pay, role="OBLIGOR")
        self.settle()

    def ask_harbour(self) -> None:
        """Lumen's own session asks Harbour to sign with it."""
        lumen, harbour = self.accounts["lumen"], self.accounts["harbour"]
        with self.running.services.office.write() as conn:
            key = access.issue(conn, "lumen", from_hex(lumen), (access.READ, access.ACT))
        signers = [{"account": lumen}, {"account": harbour}]
        asked = {"account": lumen, "kind": "SetAcceptance", "body": {"acceptsDirect": True}, "signers": signers}
        headers = {"Idempotency-Key": "acceptance/1", "authorization": f"Bearer {key}"}
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
        office = to_hex(self.running.services.keystore.accounts([next(iter(OFFICES.values())).key])[0])
        body = record("60011-17", "Lumen Optics Ltd", "Mill Bank")
        signers = [{"account": office, "role": "REGISTRAR", "mode": "ATTESTED", "key": office}]
        self.post("60011-17", office, "RecordPledge", body, signers=signers)
        self.settle()


def _address(name: str) -> bytes:
    return address_of(PrivateKey(private(name)))


def _text(text: str) -> str:
    return to_hex(text.encode().ljust(32, b"\0"))


@contextmanager
def telling(home: Path, databases: str = "") -> Iterator[Teller]:
    """A gateway on a fresh ledger, at the beginning of the story: on SQLite, or on a PostgreSQL database."""
    settings = Settings(home=home, port=0, mirror_url=databases, office_url=databases)
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
            answer = teller.tell(operation, example)
            assert answer.status_code == example["status"], (operation, answer.status_code, answer.text)
            example["answer"] = answer.json()
    FILE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    record_answers()
