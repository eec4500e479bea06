"""An office brings its existing register: three thousand records from a file, anchored, seeded, proven and adopted on a real chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import pytest

from gateway import runtime
from gateway.anchoring import proofs
from gateway.config import Settings
from ledger.domain.assets import cn_patent_key, stated_party
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import AssetWord, read
from ledger.domain.shipped_registers import CN_PATENTS
from tests.gateway.anchoring.register import number, record, records, written
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.pledges import filing

COUNT = 3_000
NOW = 1_710_000_000
"""In March 2024."""
Json = dict[str, Any]


@dataclass
class Office:
    """The office's gateway, and the commands that it gives."""

    running: runtime.Runtime
    http: httpx.Client
    export: Path
    rows: list[Json]

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(path, params=query).raise_for_status().json()["data"]

    def checked(self, patent: str) -> list[str]:
        """What the register has against a new pledge of a patent."""
        assets = {cn_patent_key(patent): ""}
        body = filing(CN_PATENTS, "new", (stated_party("A"), "A"), (stated_party("B"), "B"), assets)
        asked = {"filing": body, "assets": [to_hex(key) for key in assets]}
        found = self.http.post("/pledges:check", json=asked).raise_for_status().json()["data"]
        return [each["error"] for each in found["refusals"]]

    @property
    def folder(self) -> str:
        (found,) = (self.running.services.settings.home / "anchors").iterdir()
        return found.name


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("office") / "home"
    rows = [*records(COUNT), record(COUNT, assets=[number(9 * 10**6 + each) for each in range(200)])]
    running = runtime.start(Settings(home=home, port=0), genesis_time=NOW)
    assert running.clock is not None
    running.clock.run()
    export = written(home.parent / "register.jsonl", rows)
    with pytest.MonkeyPatch.context() as patched, httpx.Client(base_url=running.url, timeout=60) as http:
        http.headers["authorization"] = f"Bearer {running.api_key}"
        patched.setattr("ledger.chain.clock.LOOK_SECONDS", 0.03)
        yield Office(running, http, export, rows)
    running.clock.hold()
    running.stop()


@pytest.fixture
def pledgebook(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(office.running.services.settings.home, monkeypatch, capsys)


def test_an_existing_register_from_its_export_to_pledges(office: Office, pledgebook: Run, tmp_path: Path) -> None:
    def run(*arguments: str, code: int = 0) -> str:
        ran = pledgebook("pledge", *arguments)
        assert ran.code == code, ran
        return ran.out if code == 0 else ran.err

    rpc, registry = office.running.services.rpc, office.running.services.manifest.address("PledgeRegistry")
    free = number(8 * 10**6)
    assert office.checked(free) == []
    # --- Built here, signed by the office ---
    assert "3001 records" in run("anchor", "build", str(office.export), "--register", "3", "--as-at", "2024-01-01T00:00:00+08:00")
    assert "is not anchored yet" in run("anchor", "seed", office.folder, code=1)
    assert "anchor 1 of register 3: 3001 records" in run("anchor", "sign", office.folder[:6])
    assert "anchor 1" in run("anchor", "sign", office.folder), "signed once, however often it is asked"
    (anchor,) = office.get("/registers/3/anchors")
    assert (anchor["anchor"], anchor["records"], anchor["seeded"], anchor["held_here"]) == (1, 3001, 0, True)
    # --- Until it is seeded, the register takes no filing ---
    assert office.checked(free) == ["RegisterNotSeeded"]
    pages = -(-anchor["assets"] // 256)
    assert f"seeded {anchor['assets']} live assets in {pages} pages" in run("anchor", "seed", office.folder)
    run("anchor", "seed", office.folder)
    assert office.get("/registers/3/anchors")[0]["seeded"] == anchor["assets"]
    assert office.checked(free) == []
    live = next(row for row in office.rows if row["state"] == "registered" and "expires" not in row and len(row["assets"]) == 1)
    ended = next(row for row in office.rows if row["state"] == "ended")
    assert office.checked(live["assets"][0]) == ["AssetAnchored"], "a live record stops a second pledge"
    assert office.checked(ended["assets"][0]) == [], "an ended one does not"
    # --- Proofs: by anybody, by the gateway, by the contract ---
    proof_file = tmp_path / "proof.json"
    run("anchor", "prove", live["number"], "--register", "3", "--out", str(proof_file))
    proof = proofs.verify(json.loads(proof_file.read_text()))
    assert proofs.stands_under(proof, bytes.fromhex(anchor["records_root"][2:]), 3001)
    offline = ("verify-anchor", str(proof_file), "--root", anchor["records_root"], "--count", "3001", "--home", str(tmp_path))
    assert f"{live['number']} of register 3" in run(*offline)
    assert "as the office anchored it" in run("verify-anchor", str(proof_file))
    told = office.http.post("/anchors:verify", json=json.loads(proof_file.read_text())).json()["data"]
    assert told == {"path": True, "anchored": True, "contract": True, "why": None}
    proof_file.write_text(proof_file.read_text().replace(live["number"].encode().hex(), b"Y9".hex().ljust(len(live["number"]) * 2, "0")))
    assert "path: it does not lead" in run("verify-anchor", str(proof_file), code=1)
    (on_asset,) = office.get(f"/registers/3/anchors/1/assets/{to_hex(cn_patent_key(live['assets'][0]))}")["proofs"]
    assert proofs.verify(on_asset).kind == proofs.ASSET
    told = office.http.post("/anchors:verify", json=on_asset).json()["data"]
    assert told == {"path": True, "anchored": True, "contract": None, "why": None}
    # --- Adoption: the record goes on as a pledge, with its own time ---
    long = office.rows[-1]
    out = run("anchor", "adopt", office.folder, live["number"], long["number"])
    assert f"{live['number']} is pledge 1" in out and f"{long['number']} is pledge 2" in out
    adopted = office.get("/pledges/1")
    assert (adopted["number"], adopted["status"]) == (live["number"], "registered")
    assert adopted["ceiling"] == {"minor": "500000000", "currency": "CNY"}
    begins = datetime.fromisoformat(live["effective"]).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert "adopted" in adopted["flags"] and datetime.fromisoformat(adopted["effective"]) == begins
    assert office.get("/pledges/2")["segments"][0]["claimed"] == 200
    assert office.checked(live["assets"][0]) == ["AssetTaken"], "now by a pledge of the ledger"
    assert office.get(f"/registers/3/anchors/1/records/{quote(live['number'], safe='')}")["pledge"] == 1
    assert f"{live['number']} is pledge 1" in run("anchor", "adopt", office.folder, live["number"]), "adopted once"
    word = int.from_bytes(bytes.fromhex(rpc.call("eth_call", {"to": registry, "data": _asset_call(live["assets"][0])}, "latest")[2:]))
    assert read(AssetWord, word).links == 2, "seeded, then adopted"


def _asset_call(patent: str) -> bytes:
    from ledger.chain.calls import call_data

    return call_data("PledgeRegistry", "asset", cn_patent_key(patent))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["anchor", "build", "nothing.jsonl", "--register", "3"], "nothing.jsonl"),
        (["anchor", "build", "nothing.txt", "--register", "3"], ".jsonl or .csv expected"),
        (["anchor", "build", "nothing.jsonl", "--register", "77"], "register 77: there is none"),
        (["anchor", "build", "x.jsonl", "--register", "3", "--as-at", "yesterday"], "--as-at: 'yesterday' is no time"),
        (["anchor", "sign", "9-"], "0 in"),
        (["anchor", "prove", "Y404", "--register", "3"], "there is none that you may see"),
        (["anchor", "prove", "Y1", "--register", "3", "--anchor", "9"], "there is none that you may see"),
        (["anchor", "adopt", "3-", "Y404"], "the anchored register has no such record"),
        (["verify-anchor", "nothing.json"], "nothing.json"),
    ],
)
def test_bad_input_is_one_line(pledgebook: Run, arguments: list[str], said: str) -> None:
    refused(pledgebook("pledge", *arguments), said)


def test_a_root_without_its_count_checks_nothing(pledgebook: Run, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    assert pledgebook("pledge", "anchor", "prove", record(1)["number"], "--register", "3", "--out", str(file)).code == 0
    root = "0x" + "11" * 32
    refused(pledgebook("pledge", "verify-anchor", str(file), "--root", root), "go together")
    refused(pledgebook("pledge", "verify-anchor", str(file), "--root", root, "--count", "3"), "the proof is under root")
    refused(pledgebook("pledge", "verify-anchor", str(file), "--root", "0x12", "--count", "3"), "--root: 32 bytes expected")
