"""`pledgebook notice`: a settlement bank's notices from the camt.054 files that its systems print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import files
from gateway.commands.shared import AsJson, Home, Url, calling, say, show_json

if TYPE_CHECKING:
    from gateway.client import Client, Json
    from gateway.notices.camt import Credit, Left
    from gateway.notices.matching import Desk, Known, Notice

notice_cli = typer.Typer(no_args_is_help=True, help="Notices of payments that reached a settlement bank (ISO 20022 camt.054).")

_MOST_NAMES = 500
_FILE = Annotated[Path, typer.Argument(help="A camt.054 file, versions .001.02 to .001.12")]
_CASH = Annotated[int, typer.Option(min=0, max=255, help="Number of the bank's cash contract (`pledgebook cash list`)")]
_ACCOUNT = Annotated[str, typer.Option(help="The bank account that covers this cash, as the file names it (IBAN)")]
_ZONE = Annotated[str, typer.Option(help="Time zone of the bank's days")]
_NAMES = Annotated[Path | None, typer.Option(help="JSON object: the bank's own names for receivables, and their ids as text")]


@dataclass(frozen=True, slots=True)
class _Made:
    """A file as read: notices to be, notices that were sent before (their acts), and what is left for a person."""

    notices: list[Notice]
    sent: list[tuple[Credit, Json]]
    left: list[Left]


@notice_cli.command("read")
def notice_read(
    file: _FILE,
    cash: _CASH,
    account: _ACCOUNT,
    zone: _ZONE = "UTC",
    names: _NAMES = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Says which notices a file makes and what of it a person must look at. Nothing is signed, kept or sent."""
    with calling(home, url) as client:
        desk = _desk(client, cash, account, zone)
        made = _made(client, desk, file, _aliases(names))
    if as_json:
        return show_json(_told(made))
    for notice in made.notices:
        say(_line(notice, desk))
    return _rest(made)


@notice_cli.command("send")
def notice_send(
    file: _FILE,
    cash: _CASH,
    account: _ACCOUNT,
    zone: _ZONE = "UTC",
    names: _NAMES = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Sends the notices of a file, one act each; what was sent before is not sent again. Exit 1 where the ledger refused one."""
    from gateway.client import Refused

    with calling(home, url) as client:
        desk = _desk(client, cash, account, zone)
        made = _made(client, desk, file, _aliases(names))
        acts, refused = list[dict[str, Any]](), list[dict[str, str]]()
        for notice in made.notices:
            try:
                acts.append(_sent(client, desk, notice))
                if not as_json:
                    say(f"{_line(notice, desk)}: final in block {acts[-1]['done_at_block']}")
            except Refused as wrong:
                refused.append({"place": notice.place, "key": notice.key, "reason": str(wrong)})
                if not as_json:
                    say(f"{_line(notice, desk)}: refused: {wrong}")
    if as_json:
        show_json({**_told(made), "notices": acts, "refused": refused})
    else:
        _rest(made)
    raise typer.Exit(1 if refused else 0)


@notice_cli.command("reference")
def notice_reference(receivable: Annotated[str, typer.Argument(help="Id of a receivable")]) -> None:
    """The creditor reference (ISO 11649) that a payer puts into its payment, by which the bank's file names the receivable."""
    from gateway.client import Refused
    from ledger.domain.bank_references import creditor_reference
    from ledger.domain.ids import RECEIVABLE_BITS

    if not receivable.isdecimal() or not 0 < int(receivable) < 1 << RECEIVABLE_BITS:
        raise Refused(f"receivable: {receivable[:80]!r} is no id; a decimal number below 2^{RECEIVABLE_BITS} expected")
    say(creditor_reference(int(receivable)))


def _desk(client: Client, cash: int, account: str, zone: str) -> Desk:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from gateway.client import Refused
    from gateway.notices.matching import Desk
    from ledger.domain.ids import from_hex
    from ledger.domain.money import currency

    listed = next((each for each in client.data("/cash") if each["number"] == cash), None)
    if listed is None:
        raise Refused(f"--cash: the ledger has no cash {cash}")
    try:
        return Desk(from_hex(listed["bank"]), cash, currency(listed["currency"]), account, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError) as wrong:
        raise Refused(f"--zone: {zone!r} is no time zone; write Europe/Berlin") from wrong


def _aliases(file: Path | None) -> dict[str, str]:
    from gateway.client import Refused
    from gateway.notices.matching import aliases_of

    given = {} if file is None else files.json_in(file)
    if not isinstance(given, dict) or not all(isinstance(each, str) and each.isdecimal() for each in given.values()):
        raise Refused(f'{file}: an object of names and receivables\' ids as text expected, as {{"INV-17": "7925..."}}')
    return aliases_of(given)


def _made(client: Client, desk: Desk, file: Path, aliases: Mapping[str, str]) -> _Made:
    from gateway.client import Refused
    from gateway.notices.camt import CamtError, Left, read
    from gateway.notices.matching import key_of, names, notice_of

    try:
        found = read(files.read(file))
    except CamtError as wrong:
        raise Refused(f"{file}: {wrong}") from wrong
    credits: list[Credit] = [each for each in found if not isinstance(each, Left)]
    named = [names(each, aliases) for each in credits]
    known = _known(client, desk, {name for each in named for name in each})
    made = _Made([], [], [each for each in found if isinstance(each, Left)])
    for credit, its in zip(credits, named, strict=True):
        # Asked first: what was paid may have closed its receivable.
        act = _act(client, desk, key_of(desk, credit))
        if act is None:
            _place(made, credit, notice_of(desk, credit, its, known))
        else:
            _place_sent(made, credit, act)
    return made


def _place(made: _Made, credit: Credit, notice: Notice | Left) -> None:
    from gateway.notices.camt import Left

    if isinstance(notice, Left):
        made.left.append(notice)
    elif any(notice.key == each.key for each in made.notices):
        made.left.append(Left(credit.place, credit.account, _amount(credit), "the same payment stands in this file before"))
    else:
        made.notices.append(notice)


def _place_sent(made: _Made, credit: Credit, act: Json) -> None:
    from gateway.client import FAILED, sentence
    from gateway.notices.camt import Left

    if act["state"] in FAILED:
        made.left.append(Left(credit.place, credit.account, _amount(credit), f"sent before, and {sentence(act)}"))
    else:
        made.sent.append((credit, act))


def _known(client: Client, desk: Desk, names: Iterable[str]) -> dict[str, Known]:
    from gateway.notices.matching import Known

    asked, known = sorted(names), dict[str, Known]()
    for at in range(0, len(asked), _MOST_NAMES):
        answer = client.ask("/receivables:named", {"cash": desk.cash, "names": asked[at : at + _MOST_NAMES]})
        known |= {
            each["name"]: Known(int(each["receivable"]), each["obligor"], each["status"])
            for each in answer["data"]
            if each["receivable"] is not None
        }
    return known


def _act(client: Client, desk: Desk, key: str | None) -> Json | None:
    """The act of a notice that was sent before."""
    from gateway.client import Refused
    from ledger.domain.ids import act_id, to_hex

    if key is None:
        return None
    try:
        return client.get(f"/acts/{act_id(key)}", account=to_hex(desk.bank))
    except Refused:
        return None


def _sent(client: Client, desk: Desk, notice: Notice) -> Json:
    """Keeps the content, then hands the act in and waits until it is final. Raises Refused."""
    from gateway.notices.matching import NOTICE_SCHEMA
    from ledger.domain.ids import to_hex

    item = {"member": to_hex(desk.bank), "schema": NOTICE_SCHEMA, "document": notice.content}
    (kept,) = client.post("/content:batch", {"items": [item]})["items"]
    body = {**notice.body, "contentRoot": kept["root"]}
    asked = {"account": to_hex(desk.bank), "kind": "BankNotice", "body": body, "role": "SETTLEMENT_BANK"}
    return client.done(client.post("/acts", asked, notice.key))


def _told(made: _Made) -> dict[str, Any]:
    return {
        "notices": [asdict(each) for each in made.notices],
        "sent": [{"place": credit.place, "key": act["key"], "state": act["state"]} for credit, act in made.sent],
        "left": [asdict(each) for each in made.left],
    }


def _line(notice: Notice, desk: Desk) -> str:
    whose = ", ".join(each["receivable"] for each in notice.body["allocations"])
    payer = notice.content.get("payer", "an unnamed payer")
    return f"{notice.place}: {notice.content['amount']} {desk.unit.code} of {payer} for receivable {whose}"


def _amount(credit: Credit) -> str:
    return f"{credit.amount} {credit.currency}"


def _rest(made: _Made) -> None:
    for credit, act in made.sent:
        say(f"{credit.place}: {_amount(credit)}: sent before, {act['state']}")
    for each in made.left:
        say(f"{each.place}: {each.amount}: left for a person: {each.reason}")
    say(f"{len(made.notices)} notices, {len(made.sent)} sent before, {len(made.left)} left for a person")
