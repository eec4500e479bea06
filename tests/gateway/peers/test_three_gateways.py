"""Three members, three gateways, one ledger: a filing, a confirmation and a financing, with gateways killed in the middle, content lost and
repaired, and a stranger who asks for everything.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import time

import httpx

from gateway.config import OFFICE_FILE
from gateway.office import database as offices
from gateway.peers import signing
from gateway.signers.keystore import Keystore
from gateway.signers.peer_keys import PeerKeys, Purpose
from ledger.domain.address_book import KeyId
from ledger.domain.assets import member_party, us_patent_key
from ledger.domain.ids import act_id, receivable_id, to_hex, token_id
from ledger.domain.registers import Mode, PartyRole
from ledger.domain.shipped_registers import US_PATENTS
from tests.gateway.peers.site import PASSPHRASE, Gateway, Site, until
from tests.gateway.pledges import consent, filing

DAY = 86_400


def test_a_filing_a_confirmation_and_a_financing_between_three_gateways(site: Site) -> None:
    bank = site.gateway("bank", "BANK", keys=((site.world.office, "REGISTRAR"), (site.world.bank, "SETTLEMENT_BANK")))
    supplier, obligor = site.gateway("supplier", "SUPPLIER", "PLEDGOR"), site.gateway("obligor", "OBLIGOR", door=False)
    stranger = site.gateway("stranger", "SUPPLIER")
    site.introduce()
    for each in (bank, supplier, obligor, stranger):
        each.start()
    stranger.publish()
    stranger.stop()
    for each in (bank, supplier, obligor):
        each.publish()
    _file(bank, supplier)
    number = _confirm(supplier, obligor)
    _finance(bank, supplier, number)
    _ask_for_everything(site, stranger, (bank, supplier, obligor))
    _lose_and_repair(bank, number)
    for each in (bank, supplier, obligor):
        assert each.get("/messages:stuck", account=each.account)["data"] == []
        assert each.get("/health")["status"] == "ok", each.get("/health/details")


def _file(bank: Gateway, supplier: Gateway) -> None:
    """The pledgor's gateway offers a filing to the pledgee's, which is killed before it has it, and again when its officer has signed."""
    root = supplier.content({"agreement": "of pledge", "amount": "500000000"})
    sides = ((member_party(supplier.address), "Supplier"), (member_party(bank.address), "Bank"))
    roles = (PartyRole.PLEDGOR, PartyRole.PLEDGEE)
    signed = [consent(role, word, Mode.SIGNED, at) for at, (role, (word, _)) in enumerate(zip(roles, sides, strict=True))]
    body = filing(US_PATENTS, "file-1", *sides, {us_patent_key("16/000,777"): "Lens"}, consents=signed, content=root)
    bank.kill()
    signers = [{"account": supplier.account, "role": "PLEDGOR"}, {"account": bank.account, "role": "BANK"}]
    act = supplier.act("file-1", "FilePledge", body, signers=signers)
    assert act["state"] == "gathering"
    time.sleep(2)
    bank.start()
    (asked,) = until(bank.to_sign, lambda: supplier.log)
    assert (asked["id"], asked["account"], asked["kind"]) == (act["id"], supplier.account, "FilePledge") and bank.holds(root)
    assert bank.get(f"/content/{root}", member=bank.account)["document"]["amount"] == "500000000"
    supplier.kill()
    bank.sign(asked)
    assert bank.to_sign() == []
    bank.kill()
    supplier.start()
    bank.start()
    supplier.done(act)
    assert until(lambda: bank.get(f"/acts/{act['id']}", account=supplier.account)["state"] == "final")


def _confirm(supplier: Gateway, obligor: Gateway) -> int:
    """The supplier issues; the obligor's gateway, which was dead meanwhile and has no door, asks for the invoice and confirms."""
    obligor.kill()
    root = supplier.content({"invoice": "2026-1", "amount": "10000"})
    terms = {
        "supplier": supplier.account, "obligor": obligor.account, "face": "10000", "due": int(time.time()) + 30 * DAY, "grace": 0,
        "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
        "tenorReason": "0x" + "00" * 32,
        "contentRoot": root,
    }  # fmt: skip
    supplier.done(supplier.act("issue-1", "Issue", terms, role="SUPPLIER"))
    number = receivable_id(supplier.address, act_id("issue-1"))
    obligor.start()
    until(lambda: obligor.holds(root), lambda: obligor.log)
    confirmation = {
        "receivable": str(number), "issuer": supplier.account, "terms": terms, "fingerprint": "0x" + f"{number:064x}", "earlier": [],
        "confirmed": 7,
    }  # fmt: skip
    obligor.done(obligor.act("confirm-1", "ConfirmReceivable", confirmation, role="OBLIGOR"))
    return number


def _finance(bank: Gateway, supplier: Gateway, number: int) -> None:
    """The bank offers to buy; the seller's gateway gets the terms' content and its officer accepts; the bank gets the invoice."""
    settlement = bank.get("/cash")["data"][0]["bank"]
    bank.done(
        bank.act("cash-1", "IssueCash", {"cash": 1, "to": bank.account, "amount": "9000000", "ref": _text("C-1")}, account=settlement)
    )
    root = bank.content({"agreement": "of purchase", "recourse": "none"})
    terms = {
        "token": str(token_id(number, 0)), "start": "0", "end": "6000", "seller": supplier.account, "length": "10000", "payments": 0,
        "leastOwed": "6000", "advance": "5000", "fee": "10", "discountRate": 500, "discountBasis": 3_600_000, "dayStart": 57_600,
        "recourse": 1, "until": int(time.time()) + 10 * DAY, "cash": 1, "contentRoot": root,
    }  # fmt: skip
    bank.done(bank.act("purchase-1", "OfferPurchase", terms))
    offer = str(receivable_id(bank.address, act_id("purchase-1")))
    until(lambda: supplier.holds(root), lambda: supplier.log)
    accept = {"offer": offer, "bank": bank.account, "terms": terms}
    supplier.done(supplier.act("accept-1", "AcceptPurchase", accept))
    invoice = supplier.get(f"/receivables/{number}")["data"]["content_root"]
    until(lambda: bank.holds(invoice), lambda: bank.log)
    rest = {"token": str(token_id(number, 6000)), "start": 6000, "end": 10000, "to": bank.account, "ref": "0x" + "11" * 32}
    supplier.done(supplier.act("move-1", "Move", rest))
    with sqlite3.connect(supplier.home / OFFICE_FILE) as office:
        handed = "SELECT state FROM peer_message WHERE kind = 'content'"
        until(lambda: office.execute(handed).fetchall() == [("delivered",)], lambda: supplier.log)


def _lose_and_repair(bank: Gateway, number: int) -> None:
    """A document disappears from an office, another is damaged: both are named, asked for again and there again."""
    lost = bank.get(f"/receivables/{number}")["data"]["content_root"]
    roots = [each["root"] for each in bank.get("/content:audit", member=bank.account)["data"]]
    assert lost in roots and all(each["held"] for each in bank.get("/content:audit", member=bank.account)["data"])
    bank.stop()
    with sqlite3.connect(bank.home / OFFICE_FILE) as office:
        office.execute("UPDATE content SET bytes = ? WHERE root = ?", (b'{"invoice":"forged"}', bytes.fromhex(lost[2:])))
        other = next(root for root in roots if root != lost)
        office.execute("DELETE FROM content WHERE root = ?", (bytes.fromhex(other[2:]),))
    bank.start()
    named = {each["root"] for each in bank.get("/content:audit", member=bank.account)["data"] if not each["held"]}
    assert lost in named and not bank.holds(lost)
    assert bank.post("/content:repair", {"member": bank.account})["count"] >= 1
    until(lambda: bank.holds(lost) and bank.holds(other), lambda: bank.get("/content:audit", member=bank.account))


def _ask_for_everything(site: Site, stranger: Gateway, others: tuple[Gateway, ...]) -> None:
    """A member of the ledger that is no party, with a key of its own and without, asks every gateway for all that there is."""
    ledger = site.world.manifest.ledger_id
    office = offices.open(f"sqlite:///{stranger.home / OFFICE_FILE}")
    keystore = Keystore(office)
    keystore.unlock(PASSPHRASE)
    keys = PeerKeys(keystore)
    public = keys.newest(stranger.address, Purpose.TRANSPORT)
    assert public is not None
    key = keys.transport(stranger.address, public)
    office.close()

    def asked(of: Gateway, target: str, by: KeyId) -> httpx.Response:
        headers = signing.sign("GET", target, None, of.address, ledger, by, key)
        return httpx.get(of.url + target, headers=headers, trust_env=False, timeout=30)

    mine, nothing = KeyId(stranger.address, 1), "0x" + "0d" * 32
    for each in others:
        roots = [row["root"] for row in each.get("/content:audit", member=each.account)["data"]]
        positions = [event["pos"] for event in each.get("/events", limit=1000)["data"]][-60::4]
        assert roots and len(positions) > 10
        told = {
            asked(each, f"/peer/content/{root}?pos={pos}", mine).text.replace(root, "#") for root in (*roots, nothing) for pos in positions
        }
        assert len(told) == 1 and '"status":404' in told.pop(), "what is there looks like what isn't"
        inbox = asked(each, "/peer/inbox?after=0", mine).json()["statement"]
        assert json.loads(base64.urlsafe_b64decode(inbox.split(".")[1] + "=="))["messages"] == []
        target = f"/peer/content/{roots[0]}?pos={positions[-1]}"
        once = signing.sign("GET", target, None, each.address, ledger, mine, key)
        unknown = [
            httpx.get(each.url + target, trust_env=False),
            asked(each, target, KeyId(others[0].address, 1)),
            asked(each, target, KeyId(stranger.address, 2)),
            *(httpx.get(each.url + target, headers=once, trust_env=False) for _ in range(2)),
            *(httpx.get(each.url + path, trust_env=False) for path in ("/acts", "/members", f"/content/{roots[0]}?member={each.account}")),
        ]
        assert [answer.status_code for answer in unknown] == [401, 401, 401, 404, 401, 401, 401, 401]
        assert len({answer.text for answer in unknown if answer.status_code == 401}) == 1


def _text(text: str) -> str:
    return to_hex(text.encode().ljust(32, b"\0"))
