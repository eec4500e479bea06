"""`pledgebook pledge`: rights and what lies on them, in which order; holds and parties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import files
from gateway.commands.shared import (
    About,
    AsJson,
    Block,
    Home,
    KnownAt,
    Url,
    calling,
    say,
    show,
    show_hits,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from gateway.client import Client

rights_cli = typer.Typer()

Right = Annotated[str, typer.Argument(help="A right by its number as its office writes it, or by its key (CNPA2017106018623, or hex)")]


def keys_in(client: Client, text: str) -> list[str]:
    """The keys of the rights that a number as its office writes it can name, its own first number before aliases; a key as it stands.

    Raises Refused where it names none.
    """
    from gateway.client import Refused

    if text.startswith("0x"):
        return [text]
    found = client.data("/assets:read", number=text)
    first = [each for each in found if not each["alias"]] or found
    if first:
        return [each["asset_text"] for each in first]
    if "/" in text:
        raise Refused(f"{text[:60]!r} is no number that an office here writes; its check digits may be wrong, see `pledgebook pledge read`")
    # What is written in a form of its own, as a key of another register is, the gateway judges.
    return [text]


def key_in(client: Client, text: str) -> str:
    """The key of the one right that a number names. Raises Refused."""
    from gateway.client import Refused

    found = keys_in(client, text)
    if len(found) > 1:
        raise Refused(f"{text[:60]!r} numbers several rights: {', '.join(found)}; give the key of the one that is meant")
    return found[0]


@rights_cli.command("read")
def read_number(
    number: Annotated[str, typer.Argument(help="A number as its office writes it")],
    office: Annotated[str | None, typer.Option(help="Where the right is granted: CN, US, AU, NZ, WO, EP (default: any)")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="P patent, T mark, C copyright, A receivable (default: any)")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """The keys of the rights that a number can name, its check digits verified; exit 1 if it names none."""
    with calling(home, url) as client:
        found = client.data("/assets:read", office=office, number=number, **{"class": class_})
    fields = ("asset_text", "number", "kind", "alias")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])
    raise typer.Exit(0 if found else 1)


@rights_cli.command("asset")
def show_asset(
    asset: Right,
    block: Block = None,
    known_at: KnownAt = None,
    about: About = None,
    ended: Annotated[bool, typer.Option("--ended", help="Ended pledges too")] = False,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """A right with everything on it, as known at a point about a time."""
    with calling(home, url) as client:
        found = client.data(f"/assets/{key_in(client, asset)}", block=block, known_at=known_at, effective_at=about, ended=ended)
    if as_json:
        return show_json(found)
    say(f"{found['asset_text']}{': ' + ', '.join(found['numbers'][1:]) if found['numbers'][1:] else ''}")
    fields = ("rank", "pledge", "segment", "effective", "live", "title")
    show_table(fields, [tuple(each[field] for field in fields) for each in found["encumbrances"]])
    for each in found["encumbrances"]:
        if each["same_as"]:
            say(f"pledge {each['pledge']} is noted as the same recording as {', '.join(map(str, each['same_as']))}")
    for each in found["reservations"]:
        say(f"claimed by filing {each['pledge']} until {each['until']}")
    for each in found["anchored"]:
        became = f"pledge {each['pledge']}" if each["pledge"] else "not adopted"
        say(f"anchored record {each['number']} of register {each['register']}, {became}")
    for each in found["holds"]:
        say(f"hold: {each['kind']}, bars {', '.join(each['bars'])}, {'runs' if each['runs'] else 'is over'}")
    for mark in ("conflict", "closed"):
        if found[mark]:
            say(f"the right is {'in conflict' if mark == 'conflict' else 'closed'}: it takes no new pledge")
    return None


@rights_cli.command()
def priority(
    asset: Right,
    claims: Annotated[Path | None, typer.Option(help="JSON of what the ledger doesn't know: POST /assets/{asset}/priority")] = None,
    if_filed: Annotated[str | None, typer.Option(help="Amount in minor units: where would a new lien stand if it were filed now")] = None,
    value: Annotated[str | None, typer.Option(help="What the right is worth, minor units")] = None,
    party: Annotated[list[str] | None, typer.Option(help="The word of a party to the new lien, whom a hold may bar")] = None,
    block: Block = None,
    known_at: KnownAt = None,
    about: About = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """The order of the liens on a right, each place explained with its source; or the cycle of their relations."""
    asked: dict[str, Any] = {} if claims is None else files.json_in(claims)
    if if_filed is not None:
        asked = {**asked, "if_filed": {"key": "new", "amount": if_filed, "value": value or "0", "parties": party or []}}
    point = {"block": block, "known_at": known_at, "effective_at": about}
    with calling(home, url) as client:
        found = client.ask(f"/assets/{key_in(client, asset)}/priority", asked, **point)["data"]
    if as_json:
        return show_json(found)
    return _show_order(found)


def _show_order(found: dict[str, Any]) -> None:
    if found["cycle"]:
        liens, sources = found["cycle"]["liens"], found["cycle"]["sources"]
        say(f"no order: {' before '.join([*liens, liens[0]])} ({'; '.join(sources)})")
    rows = [
        (place["rank"], each["lien"], each["amount"], each["reason"], each["source"], "; ".join(place["moved"]))
        for place in found["places"]
        for each in place["tranches"]
    ]
    show_table(
        ("rank", "lien", f"amount (minor units{' of ' + found['currency'] if found['currency'] else ''})", "why", "source", "moved by"),
        rows,
    )
    for each in (*found["conflicts"], *found["handed_over"], *found["doubts"]):
        say(f"note: {each}")
    new = found["if_filed"]
    if new:
        say(f"if filed now: rank {new['rank']}, behind {new['ahead']}, beside {new['beside']}, left of the value {new['left']}")
        for refusal in new["refusals"]:
            say(f"it would be refused: {refusal}")


@rights_cli.command("holds")
def list_holds(
    target: Annotated[str, typer.Argument(help="asset, pledge, claim or party")],
    id_: Annotated[str, typer.Argument(metavar="ID", help="The right's key, the pledge's number, or the party's word")],
    office: Annotated[str | None, typer.Option(help="The office's account, for a party")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that are over, too")] = False,
    block: Block = None,
    known_at: KnownAt = None,
    about: About = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """What bars acts on a right, a pledge, its claim or a party."""
    point = {"block": block, "known_at": known_at, "effective_at": about}
    with calling(home, url) as client:
        found = client.data("/holds", target=target, id=id_, office=office, ended=ended, **point)
    rows = [
        (
            each["number"],
            each["kind"],
            ", ".join(each["bars"]),
            each["placed"],
            each["until"],
            "yes" if each["runs"] else "no",
            each["order"],
        )
        for each in found
    ]
    show(found, as_json, ("number", "kind", "bars", "placed", "until", "runs", "order"), rows)


@rights_cli.command("party")
def show_party(
    party: Annotated[str, typer.Argument(help="A party's word, as hex")],
    block: Block = None,
    known_at: KnownAt = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """What became of a party, who signs for it, and its records."""
    with calling(home, url) as client:
        found = client.data(f"/parties/{party}", block=block, known_at=known_at)
        hits = list(client.pages("/searches/parties", party=party, block=block, known_at=known_at, limit=1_000))
    if as_json:
        return show_json({**found, "records": hits})
    say(f"{found['scheme'] or 'unknown scheme'} {found['text'] or ''}".strip())
    for each in found["became"]:
        who = each["name"] or each["other"] or each["member"] or ""
        say(f"{each['kind']} {who} from {each['effective']}, before office {each['office']}")
    return show_hits(hits)
