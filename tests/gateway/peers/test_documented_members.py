"""The commands of docs/members.md, in their order, on two gateways: each does what the page says."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.config import OFFICE_FILE
from gateway.peers import directory
from tests.gateway.peers.site import PROGRAM, Gateway, Site, until
from tests.gateway.test_documented_commands import shown_in

PAGE = Path(__file__).parents[3] / "docs" / "members.md"


def run(gateway: Gateway, line: str, code: int = 0) -> str:
    """What a command line of the page prints, on a gateway's home."""
    environment = {**gateway.environment, "PLEDGEBOOK_HOME": str(gateway.home)}
    ended = subprocess.run(
        [PROGRAM, *shlex.split(line)], env=environment, cwd=gateway.home, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == code, (line, ended.stdout, ended.stderr)
    return ended.stdout


def changed(gateway: Gateway, statement: str, *values: Any) -> None:
    with sqlite3.connect(gateway.home / OFFICE_FILE, timeout=30) as office:
        assert office.execute(statement, values).rowcount == 1


def test_the_page_is_true(site: Site) -> None:
    supplier, bank = site.gateway("supplier", "SUPPLIER"), site.gateway("bank", "BANK")
    site.introduce()
    for each in (supplier, bank):
        each.start()
    bank.publish()
    lines = iter(shown_in(PAGE.read_text()))

    def line(begins: str) -> str:
        found = next(lines)
        assert found.startswith(begins), f"{found!r} where {begins!r} is tried"
        return re.sub(r"0x[0-9a-f]{64}", root, found).replace("https://ledger.bank.example", supplier.url)

    root = supplier.content({"invoice": "2026-1"})
    assert "3 entries" in run(supplier, line("peers publish"))
    listed = run(supplier, line("peers list"))
    assert "served here" in listed and bank.url in listed and "epoch 1" in listed
    assert "1 entries" in run(supplier, line("peers publish --url ''"))
    until(lambda: "fetches" in run(bank, "peers list"))
    assert run(supplier, f"peers publish --url {supplier.url}") and "it already" in run(supplier, f"peers publish --url {supplier.url}")
    act = _offered(supplier, bank)
    changed(supplier, "UPDATE peer_message SET state = 'refused', fault = 'the peer answered 409'")
    assert "refused" in run(supplier, line("peers stuck"))
    message = json.loads(run(supplier, "peers stuck --json"))[0]["id"]
    assert "is waiting" in run(supplier, re.sub("0x[0-9a-f]+", message, next(lines)))
    until(lambda: supplier.get("/messages:stuck", account=supplier.account)["data"] == [])
    assert root in run(supplier, line("content audit")) and act["state"] == "gathering"
    assert root in run(supplier, line("content audit --all"))
    assert "0 documents" in run(supplier, line("content repair"))
    run(supplier, line("content export"))
    file = supplier.home / "invoice.json"
    assert json.loads(file.read_text())["document"] == {"invoice": "2026-1"} and file.stat().st_mode & 0o077 == 0
    changed(supplier, "DELETE FROM content WHERE root = ?", bytes.fromhex(root[2:]))
    imported = line("content import")
    assert root in run(supplier, imported) and supplier.holds(root)
    file.write_text(file.read_text().replace("2026-1", "2026-2"))
    run(supplier, imported, code=1)
    assert "is erased" in run(supplier, line("content erase")) and not supplier.holds(root)
    assert "2 entries" in run(supplier, line("peers publish --renew"))
    assert next(lines, None) is None, "a command of the page that is not tried"


def _offered(supplier: Gateway, bank: Gateway) -> dict[str, Any]:
    """An act that waits for the bank, and has reached it."""
    signers = [{"account": supplier.account}, {"account": bank.account}]
    act = supplier.act("acceptance", "SetAcceptance", {"acceptsDirect": True}, signers=signers)
    until(bank.to_sign, lambda: supplier.log)
    with sqlite3.connect(supplier.home / OFFICE_FILE) as office:
        until(lambda: office.execute("SELECT state FROM peer_message").fetchall() == [("delivered",)])
    return act


def test_the_pages_file_is_read(tmp_path: Path) -> None:
    text = PAGE.read_text().split("```toml\n")[1].split("```")[0]
    (tmp_path / directory.FILE).write_text(text)
    (account,) = directory.given(tmp_path)
    assert directory.given(tmp_path)[account] == "https://ledger.supplier.example"


@pytest.mark.parametrize(
    ("text", "said"),
    [("[[peers]]\naccount = '0x1'\nurl = 'https://x'", "account"), ("[[peers]]\naccount = '0x" + "11" * 20 + "'\nurl = 'ftp://x'", "url"),
     ("[[peers]]\nurl = 'https://x'", "account"), ("[[peer]]", "peer"), ("[", "peers.toml")],
)  # fmt: skip
def test_a_file_that_can_t_be_read_says_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / directory.FILE).write_text(text)
    with pytest.raises(directory.DirectoryError, match=said):
        directory.given(tmp_path)
    assert directory.given(tmp_path / "elsewhere") == {}
