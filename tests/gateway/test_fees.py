"""A gateway on a chain whose blocks ask for a fee (EIP-1559): set, founded, sent, and said where a key has no money."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import rlp
from sqlalchemy import select

from gateway import runtime
from gateway.config import Settings
from gateway.errors import StartError
from gateway.office.models import TX
from gateway.signers.keystore import HOUSE, RELAYER
from gateway.signers.passphrase import FILE_VARIABLE
from ledger.chain.engines import anvil
from ledger.chain.rpc import Rpc
from tests.gateway.peers.site import until

BASE, TIP, MONEY = 10**6, 1_000, 10**24

Start = Callable[..., runtime.Runtime]


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Rpc]:
    """An anvil whose blocks have a base fee."""
    node = anvil.start(tmp_path / "chain", genesis_time=1_700_000_000)
    with Rpc(node.url) as rpc:
        rpc.call("anvil_setNextBlockBaseFeePerGas", hex(BASE))
        rpc.call("evm_mine")
        yield rpc
    node.kill()


@pytest.fixture
def start(chain: Rpc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts a gateway there with these settings."""
    secret = tmp_path / "passphrase"
    secret.write_text("a long enough passphrase")
    monkeypatch.setenv(FILE_VARIABLE, str(secret))

    def started(**given: Any) -> runtime.Runtime:
        return runtime.start(Settings(home=tmp_path / "home", node=chain.url, port=0, **given))

    return started


def test_a_setting_that_the_chain_contradicts_is_said_at_the_start(start: Start, chain: Rpc) -> None:
    with pytest.raises(StartError, match=r"PLEDGEBOOK_FEES: free, but .* base fee of \d+ wei; set market"):
        start()
    chain.call("anvil_setNextBlockBaseFeePerGas", "0x0")
    chain.call("evm_mine")
    with pytest.raises(StartError, match=r"PLEDGEBOOK_FEES: market, but .* no base fee; set free"):
        start(fees="market")
    with pytest.raises(StartError, match="PLEDGEBOOK_TIP: 5, but PLEDGEBOOK_FEES is free"):
        start(tip=5)


def test_a_ledger_is_founded_and_acts_are_paid_for_on_a_chain_with_fees(start: Start, chain: Rpc) -> None:
    with pytest.raises(StartError, match=r"send \d+ wei to each of 0x") as poor:
        start(fees="market", tip=TIP)
    keys = re.findall("0x[0-9a-f]{40}", str(poor.value))
    assert len(keys) == 3, "who deploys, the council, the relayer"
    for key in keys:
        chain.call("anvil_setBalance", key, hex(MONEY))
    running = start(fees="market", tip=TIP)
    assert running.clock is not None
    running.clock.run()
    try:
        relayer = running.services.keystore.keys(HOUSE, RELAYER)[0]
        with httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=60) as http:
            account = http.get("/members", params={"role": "SETTLEMENT_BANK"}).json()["data"][0]["account"]
            body = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": True}}

            def posted(key: str, seconds: int) -> str:
                made = http.post("/acts", json=body, headers={"Idempotency-Key": key}).raise_for_status().json()
                state: str = http.get(f"/acts/{made['id']}", params={"account": account, "wait": seconds}).json()["state"]
                return state

            assert posted("paid", 30) == "final"
            assert int(chain.call("eth_getBalance", relayer, "latest"), 16) < MONEY
            chain.call("anvil_setBalance", relayer, "0x0")
            assert posted("poor", 1) == "queued"
            until(lambda: any("send it money" in each["text"] for each in http.get("/health/details").json()["faults"]))
            assert http.get("/health").json()["faults"] == ["lane-waits"]
            chain.call("anvil_setBalance", relayer, hex(MONEY))
            assert posted("poor", 30) == "final"
        with running.services.office.read() as conn:
            raws = list(conn.execute(select(TX.c.raw).where(TX.c.purpose == "acts")).scalars())
        fields = [rlp.decode(raw[1:]) for raw in raws]
        assert {raw[:1] for raw in raws} == {b"\x02"} and all(int.from_bytes(each[2]) == TIP < int.from_bytes(each[3]) for each in fields)
    finally:
        running.clock.hold()
        running.stop()
