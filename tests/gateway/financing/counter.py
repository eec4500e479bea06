"""Members of one gateway who buy, lend and guarantee, and commands in their names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gateway import access
from tests.gateway.commanding import Run, runner
from tests.gateway.conftest import Api, Member

PEOPLE = {
    **{"supplier": "SUPPLIER", "obligor": "OBLIGOR", "bank": "BANK", "other": "BANK", "friend": "GUARANTOR"},
    **{"court": "COURT_OFFICER", "appraiser": "APPRAISER"},
}


@dataclass
class Counter:
    """Those who act, by their part."""

    api: Api
    run: Run
    supplier: Member
    obligor: Member
    bank: Member
    other: Member
    friend: Member
    court: Member
    appraiser: Member
    document: ClassVar[str] = "0x" + "d0" * 32

    def json(self, *words: object) -> dict[str, Any]:
        """What a command answers that signs without asking."""
        ran = self.run(*map(str, words), "--yes", "--json")
        assert ran.code == 0, ran
        found: dict[str, Any] = json.loads(ran.out)
        return found

    def confirmed(self, face: int = 100_000) -> str:
        """A live receivable, late from its own day of next December on; its id."""
        self.api.count += 1
        words = ("--supplier", self.supplier.account, "--obligor", self.obligor.account, "--face", face, "--currency", "USD")
        day = ("--due", f"2024-03-{1 + self.api.count % 30:02}", "--zone", "Asia/Shanghai")
        receivable = str(self.json("receivable", "issue", *words, *day)["receivable"])
        self.json("receivable", "confirm", receivable, "--fingerprint", "0x" + f"{self.api.count:064x}")
        return receivable

    def read(self, path: str) -> Any:
        return self.api.http.get(path).raise_for_status().json()["data"]

    def fund(self, member: Member, amount: int) -> None:
        self.api.count += 1
        self.json("cash", "issue", "--to", member.account, "--amount", amount, "--currency", "USD", "--reference", f"F-{self.api.count}")

    def fund_by_operator(self, member: Member, amount: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same while a member's own key is set."""
        with monkeypatch.context() as operator:
            operator.delenv("PLEDGEBOOK_API_KEY")
            self.fund(member, amount)

    def key_of(self, member: Member) -> str:
        """A key that reads and acts for a member only."""
        with self.api.running.services.office.write() as conn:
            return access.issue(conn, self.api.fresh_key("key"), member.address, (access.READ, access.ACT))

    def cash(self, member: Member) -> int:
        """What a member has."""
        found = self.read(f"/accounts/{member.account}/money")["balances"]
        return int(found[0]["balance"]["minor"]) if found else 0

    def acts_of(self, kind: str) -> list[dict[str, Any]]:
        """The acts of a kind that the bank had done, newest first."""
        found = self.api.http.get("/acts", params={"account": self.bank.account}).raise_for_status().json()["data"]
        ids = [each["id"] for each in found if each["kind"] == kind]
        return [self.api.http.get(f"/acts/{id_}", params={"account": self.bank.account}).json() for id_ in ids]

    @staticmethod
    def who(member: Member) -> str:
        """A member as it is shown."""
        return f"{member.key} ({member.account})"


@pytest.fixture
def counter(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Counter:
    """Everybody, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    run = runner(api.running.services.settings.home, monkeypatch, capsys)
    return Counter(api, run, *(api.admit(f"counter {name}", role) for name, role in PEOPLE.items()))
