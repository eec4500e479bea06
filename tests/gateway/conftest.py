"""An empty office of both kinds for each test; one running gateway on a real chain for each test module, and members to act in it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from gateway import runtime
from gateway.config import Settings
from gateway.office import database
from gateway.office.models import office as tables
from gateway.runtime import Runtime
from ledger.domain.ids import act_id, receivable_id, token_id
from ledger.mirror.database import Database
from tests.conftest import KINDS
from tests.gateway.documented import Documented


@dataclass
class Member:
    """A member served by the gateway under test."""

    key: str
    account: str

    @property
    def address(self) -> bytes:
        return bytes.fromhex(self.account[2:])


@dataclass
class Api:
    """The operator's view of a running gateway, with the steps that most tests need."""

    running: Runtime
    http: httpx.Client
    documented: Documented
    members: dict[str, Member] = field(default_factory=dict)
    count: int = 0

    def admit(self, key: str, *roles: str) -> Member:
        """Admits a member and waits until it is mirrored; the same key again gives the same member."""
        if key not in self.members:
            wanted = {"key": key, "name": key, "party": "0x" + key.encode().hex().ljust(64, "0")[:64], "roles": list(roles)}
            answer = self.http.post("/members:batch", json={"members": [wanted]}).raise_for_status().json()
            account = answer["members"][0]["account"]
            pending = self.http.post("/members:wait", json={"accounts": [account], "timeout": 20}).json()["pending"]
            assert pending == []
            self.members[key] = Member(key, account)
        return self.members[key]

    def fresh_key(self, name: str = "act") -> str:
        """An idempotency key that no test used before."""
        self.count += 1
        return f"{name}-{self.count}"

    def act(self, member: Member, kind: str, body: dict[str, Any], *, key: str | None = None, **more: Any) -> httpx.Response:
        """Posts one act."""
        headers = {"Idempotency-Key": key or self.fresh_key()}
        return self.http.post("/acts", json={"account": member.account, "kind": kind, "body": body, **more}, headers=headers)

    def done(self, answer: httpx.Response) -> dict[str, Any]:
        """The act as it stands once it ended."""
        assert answer.status_code == 202, answer.text
        given = answer.json()
        ended: dict[str, Any] = self.http.get(f"/acts/{given['id']}", params={"account": given["account"], "wait": 20}).json()
        return ended

    def content(self, document: Any, *holders: Member) -> str:
        """Stores a document for members and gives its root."""
        first, *others = (holder.account for holder in holders)
        item = {"member": first, "share_with": others, "schema": "test/1", "document": document}
        answer = self.http.post("/content:batch", json={"items": [item]})
        assert answer.status_code == 201, answer.text
        root: str = answer.json()["items"][0]["root"]
        return root

    def receivable(self, supplier: Member, obligor: Member, face: int = 10_000, days: int = 30) -> int:
        """A confirmed receivable; its id."""
        assert self.running.clock is not None
        root = self.content({"amount": str(face), "supplier": supplier.key}, supplier, obligor)
        terms = {
            "supplier": supplier.account, "obligor": obligor.account, "face": str(face), "due": self.running.clock.now() + days * 86_400,
            "grace": 0, "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
            "tenorReason": "0x" + "00" * 32,
            "contentRoot": root,
        }  # fmt: skip
        key = self.fresh_key("issue")
        assert self.done(self.act(supplier, "Issue", terms, key=key, role="SUPPLIER"))["state"] == "final"
        number = receivable_id(supplier.address, act_id(key))
        confirmation = {
            "receivable": str(number), "issuer": supplier.account, "terms": terms, "fingerprint": "0x" + f"{number:064x}",
            "earlier": [], "confirmed": 7,
        }  # fmt: skip
        ended = self.done(self.act(obligor, "ConfirmReceivable", confirmation, role="OBLIGOR"))
        assert ended["state"] == "final", ended
        return number

    def move(self, member: Member, receivable: int, start: int, end: int, to: str, token_start: int = 0) -> httpx.Response:
        """Moves a range out of the token that begins at `token_start`."""
        body = {"token": str(token_id(receivable, token_start)), "start": start, "end": end, "to": to, "ref": "0x" + "11" * 32}
        return self.act(member, "Move", body)


@pytest.fixture(scope="session")
def sqlite_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated office without a row, to be copied."""
    file = tmp_path_factory.mktemp("office") / "empty.db"
    database.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgres_office(new_postgres: Callable[[], str]) -> Iterator[Database]:
    """A migrated office on PostgreSQL, to be emptied before each test."""
    opened = database.open(new_postgres())
    yield opened
    opened.close()


def _emptied(opened: Database) -> Database:
    with opened.write() as conn:
        # History and audit refuse to be emptied, unless their triggers sleep.
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        conn.execute(text(f"TRUNCATE {', '.join(f'office.{name}' for name in tables.tables)}"))
    return opened


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open, empty office: a test that asks for it runs on an SQLite file and on PostgreSQL."""
    if request.param == "postgresql":
        yield _emptied(request.getfixturevalue("postgres_office"))
        return
    file = tmp_path / "office.db"
    shutil.copyfile(request.getfixturevalue("sqlite_office"), file)
    opened = database.open(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture(scope="package", autouse=True)
def brisk_clock() -> Iterator[None]:
    """Blocks come soon after their transactions, so that tests needn't wait for them."""
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr("ledger.chain.clock.LOOK_SECONDS", 0.03)
        yield


@contextmanager
def serving(home: Path, **given: Any) -> Iterator[Api]:
    """A gateway that mines by itself, seen by its operator. Tests fire what is due themselves, and look at what is due and not fired."""
    running = runtime.start(Settings(home=home, port=0, keeper=False, **given), genesis_time=1_700_000_000)
    assert running.clock is not None
    running.clock.run()
    headers = {"authorization": f"Bearer {running.api_key}"}
    with httpx.Client(base_url=running.url, headers=headers, timeout=60) as http:
        documented = Documented(http.get("/openapi.json").json())
        http.event_hooks = {"response": [documented.check]}
        yield Api(running, http, documented)
    running.clock.hold()
    running.stop()


@pytest.fixture(scope="session")
def founded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a gateway that founded its ledger and stopped, to be copied: to found takes several times as long as to start."""
    home = tmp_path_factory.mktemp("founded") / "ledger"
    runtime.start(Settings(home=home, port=0, keeper=False), genesis_time=1_700_000_000).stop()
    return home


@pytest.fixture(scope="module")
def api(founded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    home = tmp_path_factory.mktemp("home") / "ledger"
    shutil.copytree(founded_home, home)
    with serving(home) as found:
        yield found


def nested_connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where, from now on, a thread takes a second connection of a database of which it holds one."""
    held, nested = threading.local(), list[str]()

    def watched(real: Callable[[Database], Any]) -> Callable[[Database], Any]:
        @contextmanager
        def opened(self: Database) -> Iterator[Connection]:
            mine: list[Database] = getattr(held, "mine", [])
            held.mine = mine
            if self in mine:
                nested.append(f"{self.engine.url}: {threading.current_thread().name}")
            mine.append(self)
            try:
                with real(self) as conn:
                    yield conn
            finally:
                mine.remove(self)

        return opened

    monkeypatch.setattr(Database, "read", watched(Database.read))
    monkeypatch.setattr(Database, "write", watched(Database.write))
    return nested
