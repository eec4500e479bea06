"""A new version put in place one gateway at a time, under load: nothing is lost, doubled or written in an old form; and back again."""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from ledger.mirror.fold import GENERATION
from ledger.mirror.models import Outcome
from ledger.mirror.schema import number
from tests.conftest import FULL
from tests.gateway.sites import SECONDS, Process, Site, founded

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
FIRST_ACTS = 60
"""So that folding again takes some steps."""
PATCHES = {
    "ledger/mirror/fold.py": ("GENERATION = ", "GENERATION = 1_000 + "),
    "ledger/mirror/models.py": ("    held: bool\n    epoch: int\n", "    held: bool\n    epoch: int\n    tier: int = 7\n"),
    # So slow that much happens meanwhile.
    "ledger/mirror/anew.py": ('faults.point("anew.committed")', 'faults.point("anew.committed")\n        time.sleep(0.2)'),
    "ledger/mirror/rebuild.py": ("EVENTS_A_BATCH = 5_000", "EVENTS_A_BATCH = 10"),
}
ADDS = '''"""More."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9001", "{before}", None, None
def upgrade() -> None:
    op.add_column("act", sa.Column("origin", sa.Text(), nullable=False, server_default="here"))
    op.create_table("origin", sa.Column("name", sa.Text(), primary_key=True))
'''
TAKES_AWAY = '''"""Less."""
from alembic import op
revision, down_revision, branch_labels, depends_on = "9002", "9001", None, None
least = "9001"
def upgrade() -> None:
    op.drop_table("origin")
'''


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Copies of the product: version 2 has another table of members and more in the office, version 3 takes some of that away again."""
    folder = tmp_path_factory.mktemp("versions")
    for version in (2, 3):
        for package in ("gateway", "ledger"):
            shutil.copytree(ROOT / package, folder / str(version) / package, ignore=shutil.ignore_patterns("__pycache__"))
        for file, (old, new) in PATCHES.items():
            _patch(folder / str(version) / file, old, new)
        revisions = folder / str(version) / "gateway" / "office" / "migrations" / "versions"
        before = max(revisions.glob("0*.py")).name[:4]
        (revisions / "9001_adds.py").write_text(ADDS.format(before=before))
    (revisions / "9002_takes_away.py").write_text(TAKES_AWAY)
    return lambda number: folder / str(number)


def _patch(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, f"{file}: {old!r}"
    file.write_text(text.replace(old, new))


@pytest.fixture
def site(tmp_path: Path, new_postgres: Callable[[], str]) -> Iterator[Site]:
    with founded(tmp_path, new_postgres()) as made:
        yield made


@dataclass
class Load:
    """Callers of both gateways: who is refused for the moment asks the other one, under the same key. What was accepted counts."""

    site: Site
    members: list[str]
    gateways: dict[str, Process]
    accepted: list[dict[str, str]] = field(default_factory=list)
    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    refusals: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._guarded, args=(each, name)) for each in (self._act, self._read) for name in self.gateways]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(SECONDS)
            self._stop.clear()
        assert self.wrong == []

    def answered(self, name: str, what: str, status: int) -> int:
        return self.answers[name, what, status]

    def _guarded(self, work: Callable[[str], None], name: str) -> None:
        try:
            work(name)
        except Exception as fault:  # noqa: BLE001  # it would end in a thread, where no test sees it
            self.wrong.append(f"{name}: {fault!r}")

    def _asked(self, name: str, what: str, ask: Callable[[httpx.Client], httpx.Response]) -> httpx.Response | None:
        """An answer that isn't for the moment; None where the gateway is away or says what to wait for."""
        try:
            with self.gateways[name].http() as http:
                answer = ask(http)
        except (httpx.TransportError, FileNotFoundError):
            self.answers[name, what, 0] += 1
            return None
        self.answers[name, what, answer.status_code] += 1
        if answer.status_code == 503:
            self.refusals.add(answer.json()["detail"])
            return None
        return answer

    def _act(self, name: str) -> None:
        others = [name, *(each for each in self.gateways if each != name)]
        count = 0
        while not self._stop.is_set():
            account = self.members[count % len(self.members)]
            body = {"account": account, "kind": "SetAcceptance", "body": {"acceptsDirect": count % 2 == 0}}
            key = {"Idempotency-Key": f"{name} {len(self.accepted)} {count}"}
            answer = None
            while answer is None and not self._stop.is_set():
                answers = (self._asked(each, "act", lambda http: http.post("/acts", json=body, headers=key)) for each in others)  # noqa: B023
                answer = next((each for each in answers if each is not None), None)
            if answer is not None:
                assert answer.status_code == 202, answer.text
                self.accepted.append({"account": account, "id": answer.json()["id"]})
                count += 1
            self._stop.wait(0.05)

    def _read(self, name: str) -> None:
        while not self._stop.is_set():
            answer = self._asked(name, "read", lambda http: http.get(f"/members/{self.members[0]}"))
            assert answer is None or answer.status_code == 200, answer.text
            self._stop.wait(0.05)


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def _health(gateway: Process) -> tuple[int, list[str]]:
    with gateway.http() as http:
        answer = http.get("/health")
        return answer.status_code, answer.json()["faults"]


def _serves(gateway: Process) -> bool:
    return _health(gateway) == (200, [])


def _is_in_place(site: Site) -> bool:
    return str(site.asked("SELECT projections FROM mirror.checkpoint")[0][0]).startswith(f"{1_000 + GENERATION}-")


def _check_meanwhile(site: Site, load: Load) -> None:
    """Until the new records are in place the old version takes acts, mirrors new blocks, and answers every request."""
    accepted, blocks = len(load.accepted), set[int]()
    while True:
        refused = load.answered("second", "read", 503) + load.answered("second", "act", 503)
        if _is_in_place(site):
            break
        assert refused == 0, load.refusals
        blocks.add(site.asked("SELECT block FROM mirror.checkpoint")[0].block)
        time.sleep(0.05)
    assert len(blocks) > 1 and len(load.accepted) > accepted


def _check(site: Site, load: Load, gateway: Process, version: Path) -> None:
    """Every accepted act has its one effect, no lane a gap, no row an old form, and the records are what a rebuild gives."""
    with gateway.http() as http:
        for at in range(0, len(load.accepted), 200):
            waited = http.post("/acts:wait", json={"acts": load.accepted[at : at + 200], "timeout": 60}).json()
            assert waited["pending"] == 0 and {each["state"] for each in waited["acts"]} == {"final"}, waited
    done = f"SELECT act_id, count(*) AS times FROM mirror.act WHERE outcome = {int(Outcome.DONE)} GROUP BY account, act_id"
    times = {number(row.act_id): row.times for row in site.asked(done)}
    assert {times[int(each["id"], 0)] for each in load.accepted} == {1}
    assert len({each["id"] for each in load.accepted}) == len(load.accepted)
    site.check_lanes()
    verified = site.run("mirror", "verify", home="first", version=version)
    assert verified.returncode == 0, verified.stdout + verified.stderr


FAULTS = ["", *(["anew.switching", "anew.folded:3", "anew.committed:2", "anew.switched"] if FULL else [])]


@pytest.mark.parametrize("fault", FAULTS)
def test_one_gateway_after_the_other(site: Site, versions: Callable[[int], Path], fault: str) -> None:
    gateways = {"first": site.start("first"), "second": site.start("second")}
    load = Load(site, site.members(gateways["first"]), gateways)
    with load.going():
        _until(lambda: len(load.accepted) > FIRST_ACTS)
        gateways["first"].stop()
        if fault:
            site.start("first", versions(2), fault)
        gateways["first"] = site.start("first", versions(2))
        if not fault:
            _check_meanwhile(site, load)
        _until(lambda: _is_in_place(site) and _serves(gateways["first"]))
        _until(lambda: _health(gateways["second"]) == (503, ["mirror-outdated"]))
        accepted, answered = len(load.accepted), load.answered("first", "read", 200)
        _until(lambda: len(load.accepted) > accepted + 20 and load.answered("first", "read", 200) > answered + 20)
        assert gateways["second"].running.poll() is None
        gateways["second"].stop()
        gateways["second"] = site.start("second", versions(2))
        _until(lambda: _serves(gateways["second"]))
        answered = load.answered("second", "read", 200)
        _until(lambda: load.answered("second", "read", 200) > answered + 10)
    assert any("start its version here, too" in each for each in load.refusals), load.refusals
    assert all("version" in each for each in load.refusals), load.refusals
    _check(site, load, gateways["second"], versions(2))
    assert {row.tier for row in site.asked("SELECT tier FROM mirror.member")} == {7}
    assert site.asked("SELECT tablename FROM pg_tables WHERE schemaname = 'mirror_next'") == []
    for each in gateways.values():
        each.stop()


def test_back_to_the_version_before(site: Site, versions: Callable[[int], Path]) -> None:
    gateways = {"first": site.start("first", versions(2)), "second": site.start("second", versions(2))}
    _until(lambda: _serves(gateways["first"]))
    load = Load(site, site.members(gateways["first"]), gateways)
    with load.going():
        gateways["second"].stop()
        gateways["second"] = site.start("second")
        assert _health(gateways["second"]) == (503, ["mirror-outdated"])
        _until(lambda: len(load.accepted) > FIRST_ACTS)
        gateways["first"].stop()
        taken = site.run("mirror", "take-back", home="second")
        assert taken.returncode == 0 and "folded again" in taken.stdout, taken.stdout + taken.stderr
        _until(lambda: _serves(gateways["second"]))
        gateways["first"] = site.start("first")
        accepted = len(load.accepted)
        _until(lambda: len(load.accepted) > accepted + 20 and _serves(gateways["first"]))
    again = site.run("mirror", "take-back", home="second")
    assert again.returncode == 0 and "nothing was changed" in again.stdout, again.stdout + again.stderr
    _check(site, load, gateways["first"], ROOT)
    for each in gateways.values():
        each.stop()


def test_nothing_is_taken_away_that_a_running_gateway_needs(site: Site, versions: Callable[[int], Path]) -> None:
    second = site.start("second")
    refused = site.run("up", "--no-replay", "--port", "0", home="first", version=versions(3))
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1, refused.stderr
    assert "takes away" in refused.stderr and str(second.running.pid) in refused.stderr
    with second.http() as http:
        assert http.get("/health").json()["status"] == "ok"
    second.stop()
    newest = site.start("first", versions(3))
    _until(lambda: _serves(newest))
    too_old = site.run("up", "--no-replay", "--port", "0", home="second")
    assert too_old.returncode == 1 and too_old.stderr.count("\n") == 1, too_old.stderr
    assert "need programs that know revision 9001" in too_old.stderr and "backup" in too_old.stderr
    before = site.start("second", versions(2))
    _until(lambda: _serves(before))
    for each in (before, newest):
        each.stop()
