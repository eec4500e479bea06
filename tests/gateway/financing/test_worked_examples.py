"""The worked examples of the documentation run line by line as they stand there, on a ledger of one's own."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.gateway.commanding import Run, runner
from tests.gateway.conftest import Api

DOCS = Path(__file__).parents[3] / "docs"
_DATE = re.compile(r"([A-Z]+)=\$\(date -d '\+([0-9]+) days' \+%F\)")
_MADE = re.compile(r"([A-Z]+)=\$\(pledgebook (.+)\)")


def example(page: str) -> list[str]:
    """The lines of the block of code in a page's last section about the command line."""
    section = (DOCS / page).read_text().split("## From the command line")[1]
    return section.split("```bash\n")[1].split("```")[0].splitlines()


def run_all(api: Api, run: Run, lines: list[str]) -> dict[str, str]:
    """What the variables of a shell would hold in the end, each line having gone through."""
    assert api.running.clock is not None
    today, held = datetime.fromtimestamp(api.running.clock.now(), UTC).date(), dict[str, str]()
    for line in lines:
        if day := _DATE.fullmatch(line):
            held[day[1]] = (today + timedelta(days=int(day[2]))).isoformat()
            continue
        made = _MADE.fullmatch(line)
        words = [re.sub(r"\$([A-Z]+)", lambda found: held[found[1]], word) for word in shlex.split(made[2] if made else line)]
        ran = run(*words if made else words[1:])
        assert ran.code == 0, (line, ran)
        if made:
            held[made[1]] = ran.out.strip()
            assert re.fullmatch(r"0x[0-9a-f]{40}|[0-9]+", held[made[1]]), (line, ran)
    return held


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(api.running.services.settings.home, monkeypatch, capsys)


def test_a_purchase_runs_as_it_is_shown(api: Api, run: Run) -> None:
    held = run_all(api, run, example("financing.md"))
    deal = api.http.get(f"/deals/{held['OFFER']}").json()["data"]
    assert (deal["state"], deal["ending"]) == ("ended", "repaid")
    assert api.http.get("/purchase-offers?state=recalled").json()["data"][0]["offer"] == held["RIVAL"]


def test_a_loan_runs_as_it_is_shown(api: Api, run: Run) -> None:
    held = run_all(api, run, example("loans.md"))
    loan = api.http.get(f"/loans/{held['LOAN']}").json()["data"]
    assert (loan["status"], loan["outstanding"]["minor"]) == ("repaid", "0") and len(loan["schedule"]) >= 6
    assert sum(int(each["principal"]["minor"]) for each in loan["schedule"]) == 600_000
