"""Acts by command line: the example of docs/registers.md from filing to release, and one line for what is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateway import access
from gateway.access import ACT, READ
from ledger.domain.ids import from_hex
from tests.gateway.commanding import Run, refused, runner
from tests.gateway.conftest import Api
from tests.gateway.pledging.test_drafts import DOCUMENT, Clerk, patents

PAGE = (Path(__file__).parents[3] / "docs" / "registers.md").read_text()
NUMBER = "ZL201710601862.3"


def shown() -> str:
    """The description that the documentation shows."""
    (found,) = [each for each in re.findall(r"```toml\n(.*?)```", PAGE, re.S) if "[[parties]]" in each]
    return str(found)


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    (tmp_path / "agreement.pdf").write_bytes(b"an agreement")
    (tmp_path / "release.pdf").write_bytes(b"a release")
    (tmp_path / "pledge.toml").write_text(shown())
    monkeypatch.chdir(tmp_path)
    return runner(api.running.services.settings.home, monkeypatch, capsys)


@pytest.fixture(scope="module")
def clerk(api: Api) -> Clerk:
    return Clerk(api)


def words(line: str) -> list[str]:
    return line.split()


def test_the_documented_example_goes_from_filing_to_release(run: Run, clerk: Clerk) -> None:
    ran = run("pledge", "file", "pledge.toml", "--dry-run")
    assert ran.code == 0 and "not signed: a dry run" in ran.out and "USCC 91350211M000100Y46" in ran.out
    assert "with 2029-05-04 in Asia/Shanghai" in ran.out and clerk.get("/pledges", register=3) == []
    ran = run("pledge", "file", "pledge.toml", "--yes")
    assert ran.code == 0 and "file: done, final in block" in ran.out and "blind" in ran.out, ran
    pledge = clerk.newest()
    assert f"pledge {pledge}" in ran.out and "verification statement 0x" in ran.out
    assert run("pledge", "file", "pledge.toml", "--yes").code == 0 and clerk.newest() == pledge, "the same words, filed once"
    ran = run("pledge", "accept", str(pledge), "--yes")
    assert ran.code == 0 and "status: filed -> accepted" in ran.out
    assert run("pledge", "accept", str(pledge), "--yes").code == 0, "handed in before: asked about once more"
    ran = run("pledge", "decide", str(pledge), "register", "--others-pass", "--evidence", "agreement.pdf", "--yes")
    assert ran.code == 0 and "12 grounds are passed" in ran.out and "status: accepted -> registered" in ran.out
    ran = run(*words(f"pledge pro-rata {pledge} --debt 400000000 --paid 100000000 --out terms.json"))
    assert "ceiling: 500000000 to 375000000 minor units" in ran.out and f"next: pledgebook pledge set-terms {pledge} terms.json" in ran.out
    ran = run(*words(f"pledge set-terms {pledge} terms.json --instrument Y-2 --document agreement.pdf --consent attested --yes"))
    assert ran.code == 0 and re.search(r"amount: .*5.?000.?000.* -> .*3.?750.?000", ran.out)
    ran = run(*words(f"pledge release {pledge} --instrument Y-3 --document release.pdf --consent pledgee=attested --yes --json"))
    assert ran.code == 0 and json.loads(ran.out)["pledge"] == pledge
    assert (clerk.pledge(pledge)["life"], clerk.pledge(pledge)["reason"]) == ("ended", "released")


def test_an_office_without_the_private_document_takes_what_the_filer_hands_over(run: Run, clerk: Clerk) -> None:
    (number,) = patents()
    Path("other.json").write_text(json.dumps(clerk.filing([{"number": number, "title": "Lens"}], content="0x" + "00" * 32)))
    ran = run("pledge", "file", "other.json", "--out", "office.json", "--yes")
    assert ran.code == 0 and "kept nowhere: 0x" in ran.out
    pledge = str(clerk.newest())
    refused(run("pledge", "accept", pledge, "--yes"), "rights: the list of this filing is not held here; give its rights")
    assert run("pledge", "accept", pledge, "office.json", "--yes").code == 0
    refused(
        run("pledge", "decide", pledge, "register", "--others-pass", "--evidence", "agreement.pdf", "--yes"), "parties: the names of the 2"
    )
    ran = run("pledge", "decide", pledge, "register", "office.json", "--others-pass", "--evidence", "agreement.pdf", "--yes")
    assert ran.code == 0 and clerk.pledge(int(pledge))["life"] == "registered"


def test_a_right_is_asked_for_by_the_number_that_its_office_writes(run: Run, clerk: Clerk) -> None:
    (number,) = patents()
    pledge = clerk.registered([number])
    for written in (number, number.replace("ZL", "CN "), f"CNPA{number[2:].replace('.', '')}"):
        assert clerk.get(f"/assets/{written}")["encumbrances"][0]["pledge"] == pledge
        ran = run("pledge", "search", written, "--by", "number")
        assert ran.code == 0 and str(pledge) in ran.out, written
        assert run("pledge", "asset", written).code == 0 and run("pledge", "priority", written).code == 0
    certified = run("pledge", "search", number, "--by", "number", "--certify")
    assert certified.code == 0 and str(pledge) in certified.out
    assert "searched as USPA15145443, USTS15145443" in run("pledge", "search", "15/145,443", "--by", "number").out
    refused(run("pledge", "asset", "15/145,443"), "numbers several rights: USPA15145443, USTS15145443")
    refused(run("pledge", "asset", number[:-1] + ("0" if number[-1] != "0" else "1")), "asset")
    assert "USPA15145443" in run("pledge", "read", "15/145,443").out


def test_a_register_is_named_by_its_number_or_its_key(run: Run) -> None:
    for named in ("3", "CN-PATENT", "cn-patent"):
        ran = run("register", "route", "patent", "--jurisdiction", "CN", "--register", named)
        assert ran.code == 0 and "creates the right" in ran.out, named
    refused(run("register", "route", "patent", "--jurisdiction", "CN", "--register", "6"), "file with CN-PATENT")
    refused(run("register", "route", "patent", "--jurisdiction", "CN", "--register", "77"), "register: 77 is none of 1 US-PATENT")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("file", "register: missing; file needs register, parties"),
        ("file nothing.toml", "nothing.toml"),
        ("file pledge.toml", "nobody is asked here; give --yes to sign it, or --dry-run"),
        ("file pledge.toml --register CN-RECEIVABLES --yes", "takes no such right; file with CN-PATENT"),
        ("file pledge.toml --right ZL201710601862.4 --yes", "check digit 4 is not 3"),
        ("file pledge.toml --expires tomorrow --yes", "terms.expires: 'tomorrow'"),
        ("file pledge.toml --consent deemed --yes", "consents[0].mode: 'deemed' is none of signed, attested"),
        ("file agreement.pdf --yes", "agreement.pdf:"),
        ("release pledge.toml", ""),
        ("release 1 pledge.toml --yes", "register: release takes no such field"),
        ("release 999999 --yes", "pledge 999999: there is none that you may see"),
        ("decide 1 register --ground four --yes", "--ground: 'four'; write the ground's number and its result"),
        ("accept 1 --document missing.pdf --yes", "--document: missing.pdf: no such file"),
        ("pro-rata 1 --debt 10 --paid 20", "paid: 20; above 0 and at most the debt, 10"),
        ("pro-rata 1 --debt 10 --paid 2 --value x", "--value: 'x'; write the right's number"),
        ("void 0x1111111111111111111111111111111111111111 1", "there is none that you may see"),
    ],
)
def test_what_is_wrong_is_one_line(run: Run, clerk: Clerk, line: str, said: str) -> None:
    if not clerk.get("/pledges", register=3):
        clerk.registered(patents())
    ran = run("pledge", *words(line))
    if said:
        refused(ran, said)
    assert ran.code != 0


def test_who_is_asked_sees_the_act_and_signs_it(run: Run, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    api = clerk.api
    owner, bank = api.admit("first owner", "PLEDGOR"), api.admit("second bank", "BANK")
    with api.running.services.office.write() as conn:
        owners, banks = (access.issue(conn, each.key, from_hex(each.account), (READ, ACT)) for each in (owner, bank))
    parties = [
        {"name": "Owner", "identifier": f"MEMBER {owner.account}"},
        {"name": "Bank", "identifier": f"MEMBER {bank.account}", "role": "pledgee"},
    ]
    told = clerk.filing(patents(), consents=[], parties=parties, account=owner.account)
    Path("two.json").write_text(json.dumps(told))
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", owners)
    ran = run("pledge", "file", "two.json", "--private", "private.json", "--yes")
    assert ran.code == 0 and f"waits for the signature of {bank.account} as BANK" in ran.out, ran
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", banks)
    (waiting,) = json.loads(run("pledge", "to-sign", bank.account, "--json").out)
    ask = ("pledge", "sign", bank.account, waiting["id"], "--of", owner.account)
    looked = run(*ask, "--dry-run")
    assert looked.code == 0 and "FilePledge" in looked.out and "signed;" not in looked.out
    refused(run(*ask), "nobody is asked here")
    blind = run(*ask, "--yes")
    assert blind.code == 1 and "so its key signs nothing" in blind.err, "nobody signs a root whose document it does not hold"
    refused(run(*ask, "--content", "missing.json", "--yes"), "missing.json")
    refused(run(*ask, "--evidence", "missing.pdf", "--yes"), "--evidence: missing.pdf")
    signed = run(*ask, "--content", "private.json", "--yes")
    assert signed.code == 0 and "is final in block" in signed.out, signed
    assert "nothing waits for the signature" in run("pledge", "to-sign", bank.account).out
    assert clerk.pledge(clerk.newest())["status"] == "filed"


def test_an_act_that_another_must_sign_waits_and_says_for_whom(run: Run, clerk: Clerk) -> None:
    away = "0x" + "66" * 20
    wanted = {"key": "away", "name": "away", "party": "0x" + "00" * 31 + "07", "roles": ["BANK"], "account": away, "operator": away}
    clerk.api.http.post("/members:batch", json={"members": [wanted]}).raise_for_status()
    clerk.api.http.post("/members:wait", json={"accounts": [away], "timeout": 20})
    owner = clerk.api.admit("waiting owner", "PLEDGOR")
    bank = {"name": "Away Bank", "identifier": f"MEMBER {away}", "role": "pledgee"}
    parties = [{"name": "Owner", "identifier": f"MEMBER {owner.account}"}, bank]
    told = clerk.filing(patents(), consents=[], parties=parties)
    Path("away.json").write_text(json.dumps(told))
    ran = run("pledge", "file", "away.json", "--yes")
    assert ran.code == 0 and f"waits for the signature of {away} as BANK" in ran.out, ran
    assert DOCUMENT not in ran.err
