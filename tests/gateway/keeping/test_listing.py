"""What falls due is listed with how it stands, and why not."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from gateway import runtime
from gateway.config import Settings
from gateway.keeping.listing import Standing, listed
from ledger.mirror import database as mirrors
from ledger.mirror.database import Database
from tests.gateway.conftest import Api
from tests.gateway.documented import Documented
from tests.gateway.keeping.dues import Watch, allow, fund, issued, rounds
from tests.ledger.ledgers import DAY, Ledger


def test_each_standing_is_told(ledger: Ledger, office: Database, tmp_path: Path) -> None:
    mirror = mirrors.open(f"sqlite:///{tmp_path / 'mirror.db'}")
    watch = Watch.over(ledger, office, mirror)
    now = ledger.now()
    first, later = issued(ledger, "One", 5_000, now + DAY), issued(ledger, "One", 6_000, now + 20 * DAY)
    allow(ledger, "One", 11_000, partial=False)
    watch.house.read()

    def standings(days: int = 30) -> list[tuple[int, Standing]]:
        return [(each.due.subject, each.standing) for each in listed(watch.house.services, days * DAY).rows]

    assert standings() == [(first, Standing.LATER), (later, Standing.LATER)] and standings(10) == [(first, Standing.LATER)]
    ledger.jump(now + DAY)
    watch.house.read()
    refused = listed(watch.house.services, 0).rows[0]
    assert (refused.standing, refused.last) == (Standing.REFUSED, None)
    assert refused.reason is not None and refused.reason["error"] == "BalanceShort"
    assert refused.reason["values"] == {"needed": "5000", "balance": "0"}
    fund(ledger, "One", 5_000)
    watch.house.read()
    assert standings(0) == [(first, Standing.READY)]
    assert len(watch.keeper.step()) == 1 and standings(0) == [(first, Standing.SENT)]
    assert rounds(ledger, watch) == 0 and standings(0) == []
    mirror.close()


def test_the_keeper_of_a_running_gateway_debits_by_itself(tmp_path: Path) -> None:
    """On a ledger of its own it runs without being asked to, once the clock runs; `pledgebook keeper due` tells before."""
    home = tmp_path / "ledger"
    running = runtime.start(Settings(home=home, port=0), genesis_time=1_700_000_000)
    assert running.clock is not None
    try:
        running.clock.run()
        with httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=60) as http:
            api = Api(running, http, Documented(http.get("/openapi.json").json()))
            receivable = owing(api)
            subject = f"0x{receivable:064x}"
            (told,) = http.get("/triggers/due").json()["data"]
            assert (told["trigger"], told["subject"], told["state"], told["fired"]) == ("debit", subject, "later", None)
            shown = command("keeper", "due", "--json", "--home", str(home))
            assert subject in shown
            running.clock.hold()
            running.clock.set_next(running.clock.now() + 30 * DAY)
            running.clock.mine()
            time.sleep(3)
            assert http.get("/triggers/due", params={"horizon_days": 0}).json()["data"][0]["state"] == "ready", "held by hand: it stands"
            running.clock.run()
            end = time.monotonic() + 30
            while http.get(f"/receivables/{receivable}").json()["data"]["status"] != "closed":
                assert time.monotonic() < end
                time.sleep(0.1)
            assert http.get("/triggers/due").json()["data"] == [] and http.get("/health").json()["faults"] == []
    finally:
        running.clock.hold()
        running.stop()


def owing(api: Api) -> int:
    """A receivable of an obligor that has the cash for it and gave a mandate."""
    supplier, obligor = api.admit("supplier", "SUPPLIER"), api.admit("obligor", "OBLIGOR")
    receivable = api.receivable(supplier, obligor, face=5_000, days=20)
    bank = "0x" + api.running.services.manifest.cash[0].bank.hex()
    body = {"cash": 1, "to": obligor.account, "amount": "5000", "ref": "0x" + "11" * 32}
    money = {"account": bank, "kind": "IssueCash", "body": body, "role": "SETTLEMENT_BANK"}
    assert api.done(api.http.post("/acts", json=money, headers={"Idempotency-Key": "cash"}))["state"] == "final"
    assert api.running.clock is not None
    allowed = {"cash": 1, "cap": "5000", "until": api.running.clock.now() + 100 * DAY, "partial_": False}
    assert api.done(api.act(obligor, "SetMandate", allowed, role="OBLIGOR"))["state"] == "final"
    return receivable


def command(*given: str) -> str:
    """What `pledgebook` prints."""
    program = [sys.executable, "-c", "from gateway.cli import main; main()", *given]
    return subprocess.run(program, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize(
    ("node", "asked", "keeps"),
    [("", None, True), ("http://127.0.0.1:1", None, False), ("http://127.0.0.1:1", True, True), ("", False, False)],
)
def test_it_runs_on_ones_own_ledger_unless_told_otherwise(tmp_path: Path, node: str, asked: bool | None, keeps: bool) -> None:
    assert Settings(home=tmp_path, node=node, keeper=asked).keeps is keeps
