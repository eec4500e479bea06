"""Hand-checked answers of the US Well Services records, asked of the running product after a replay: who holds what, about two times."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console

import gateway.replay.run as replays
from gateway import runtime
from gateway.config import Settings

RECORDS = Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data") / "uspto-patent-chain"
OF_THE_COMPANY = {"49342-819", "49111-583", "57434-429", "61875-1", "62142-927", "66186-752", "49107-392", "48818-520", "48041-605"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    if not RECORDS.is_dir():
        pytest.skip(f"no real records at {RECORDS}: name their folder with PLEDGEBOOK_DATA")
    data = tmp_path_factory.mktemp("data")
    (data / "uspto-patent-chain").symlink_to(RECORDS)
    settings = Settings(home=tmp_path_factory.mktemp("home") / "ledger", data=data, port=0)
    options = replays.Options(data, settings.home, console=Console(quiet=True))
    running = runtime.start(settings, genesis_time=replays.genesis_time(options))
    try:
        assert replays.replay(options, running).ok
        with httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=60) as http:
            yield http
    finally:
        running.stop()


def live(api: httpx.Client, time: str | None) -> dict[str, int]:
    asked: dict[str, str | int] = {"limit": 1000} if time is None else {"limit": 1000, "effective_at": time}
    found = api.get("/pledges:live", params=asked).raise_for_status().json()["data"]
    return {each["number"]: each["assets"] for each in found if each["number"] in OF_THE_COMPANY}


def test_live_just_after_the_release_of_november_2022(api: httpx.Client) -> None:
    assert live(api, "2022-11-01T12:00:00-04:00") == {"49342-819": 39, "49111-583": 44, "57434-429": 85}


def test_live_after_the_last_record(api: httpx.Client) -> None:
    assert live(api, None) == {"49342-819": 39, "61875-1": 104, "62142-927": 104, "66186-752": 117}


def test_a_release_with_one_wrong_digit_is_kept_as_a_difference(api: httpx.Client) -> None:
    (pledge,) = api.get("/pledges", params={"number": "49107-392"}).json()["data"]
    assert pledge["status"] == "ended"
    whole = api.get(f"/pledges/{pledge['pledge']}").json()["data"]
    named = {bytes.fromhex(each["asset"][2:]).rstrip(b"\0").decode() for each in whole["differences"]}
    assert named == {"USPA15145443", "USPA15145543"}


def test_one_right_shows_its_liens_in_rank_order(api: httpx.Client) -> None:
    (pledge,) = api.get("/pledges", params={"number": "49342-819"}).json()["data"]
    asset = api.get(f"/pledges/{pledge['pledge']}/assets").json()["data"][0]["asset"]
    burdens = api.get(f"/assets/{asset}/encumbrances").json()["data"]["encumbrances"]
    assert [each["rank"] for each in burdens] == list(range(1, len(burdens) + 1))
    assert [each["effective"] for each in burdens] == sorted(each["effective"] for each in burdens)
    assert len(burdens) >= 2
