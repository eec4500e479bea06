"""`pledgebook peers` and `pledgebook content`: other members' gateways, what did not reach them, and content that is lacking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway import files
from gateway.commands.shared import AsJson, Home, Url, calling, say, settings, show, show_json

peers_cli = typer.Typer(no_args_is_help=True, help="Other members' gateways.")
content_cli = typer.Typer(no_args_is_help=True, help="Content: the documents behind the ledger's roots.")

Account = Annotated[str | None, typer.Option(help="The member's account (default: the only one that is served here)")]
Root = Annotated[str, typer.Argument(metavar="ROOT", help="The content's root, as hex")]


@peers_cli.command("publish")
def publish(
    door: Annotated[
        str | None, typer.Option("--url", help="Where other gateways reach this one; '' for nowhere: it fetches (default: as it is)")
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help="New keys in the place of the present ones")] = False,
    account: Account = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Publishes the member's keys and the hash of its gateway's URL on the ledger, and waits until the ledger has them."""
    with calling(home, None) as client:
        member = account or only_member(home)
        acts = client.post("/peers:publish", {"account": member, "url": door, "renew": renew})["acts"]
        done = [each if each["state"] == "gathering" else client.done(each) for each in acts]
    if as_json:
        return show_json(done)
    waits = [each["id"] for each in done if each["state"] == "gathering"]
    if waits:
        return say(f"{member}: acts {', '.join(waits)} wait for the signature of its wallet")
    return say(f"{member}: {len(done)} entries of the address book written" if done else f"{member}: the address book has it already")


@peers_cli.command("list")
def list_peers(home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """The members with what the ledger has of their gateways."""
    with calling(home, url) as client:
        found = list(client.pages("/peers", limit=1000))
    rows = [
        (each["name"], each["account"], _epoch(each["transport"]), _epoch(each["encryption"]), _way(each), _late(each)) for each in found
    ]
    show(found, as_json, ("name", "account", "transport key", "encryption key", "way", "waiting"), rows)


def _epoch(key: dict[str, object] | None) -> str | None:
    return None if key is None else f"epoch {key['epoch']}"


def _way(each: dict[str, object]) -> str:
    """How messages reach a member."""
    if each["served_here"]:
        return "served here"
    if each["transport"] is None or each["encryption"] is None:
        return "publishes no keys"
    if not each["has_door"]:
        return "fetches"
    return str(each["url"]) if each["reachable"] else "URL not known here: peers.toml"


def _late(each: dict[str, object]) -> str | None:
    """How many messages wait for a member, and why."""
    if not each["waiting"]:
        return None
    return str(each["waiting"]) if each["fault"] is None else f"{each['waiting']}: {each['fault']}"


@peers_cli.command("stuck")
def stuck(account: Account = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Messages to other gateways that were refused, or came too late."""
    with calling(home, url) as client:
        found = list(client.pages("/messages:stuck", account=account or only_member(home)))
    fields = ("id", "peer", "kind", "act", "state", "attempts", "fault")
    show(found, as_json, fields, [tuple(each[name] for name in fields) for each in found])


@peers_cli.command("resend")
def resend(
    message: Annotated[str, typer.Argument(help="The message's id")], account: Account = None, home: Home = None, url: Url = None
) -> None:
    """Sends a message once more."""
    with calling(home, url) as client:
        found = client.ask(f"/messages/{message}/resend", {}, account=account or only_member(home))
    say(f"{found['id']} is {found['state']}")


@content_cli.command("audit")
def audit(
    account: Account = None,
    whole: Annotated[bool, typer.Option("--all", help="Also what is sound")] = False,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Recomputes the member's content, and names what is not held, or held by nobody else; exit 1 if something is missing here."""
    with calling(home, url) as client:
        found = list(client.pages("/content:audit", member=account or only_member(home), limit=1000))
    named = [each for each in found if whole or not each["sound"]]
    show(
        named,
        as_json,
        ("root", "held", "receipts", "what"),
        [(each["root"], _yes(each["held"]), each["receipts"], _what(each)) for each in named],
    )
    raise typer.Exit(1 if any(not each["held"] and each["erased"] is None for each in found) else 0)


def _yes(held: bool) -> str:
    return "yes" if held else "no"


def _what(each: dict[str, object]) -> str | None:
    """What is to be known about a root."""
    if isinstance(gone := each["erased"], dict):
        return f"erased {gone['erased_at']}: {gone['why']}"
    if not each["held"]:
        return str(each["fault"] or "not held; `pledgebook content repair` asks for it")
    return None if each["sound"] else "nobody else signed that it has it"


@content_cli.command("repair")
def repair(
    roots: Annotated[
        list[str] | None, typer.Argument(metavar="[ROOT]...", help="Which content (default: all that is not held whole)")
    ] = None,
    account: Account = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """Asks those who signed that they have it for content that is lost or damaged."""
    with calling(home, url) as client:
        found = client.post("/content:repair", {"member": account or only_member(home), "roots": roots or None})
    say(f"{found['count']} documents are asked for again")


@content_cli.command("export")
def export(
    root: Root, file: Annotated[Path, typer.Argument(help="File to write")], account: Account = None, home: Home = None, url: Url = None
) -> None:
    """Writes a document with its seed into a file, from which anybody can recompute the root. Who has the file can read the document."""
    with calling(home, url) as client:
        found = client.get(f"/content/{root}", member=account or only_member(home))
    files.write(file, json.dumps(found, indent=2, ensure_ascii=False).encode() + b"\n")
    say(f"wrote {file}")


@content_cli.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A document with its seed, as `content export` writes it")],
    root: Annotated[str | None, typer.Option(help="The root that it must have (default: the one that the file names)")] = None,
    account: Account = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """Takes a document in from a file of anybody's; only its root decides."""
    item, named = _packed(file)
    with calling(home, url) as client:
        _check(item, (root or named).lower())
        kept = client.post("/content:batch", {"items": [{"member": account or only_member(home), **item}]})
    say(f"{kept['items'][0]['root']} is held")


def _packed(file: Path) -> tuple[dict[str, object], str]:
    """The document in a file, and the root that it names. Raises Refused."""
    from gateway.client import Refused

    found = files.json_in(file)
    if not isinstance(found, dict) or not {"document", "schema", "seed", "root"} <= found.keys():
        raise Refused(f"{file}: no content; a file of `pledgebook content export` has root, schema, seed and document")
    return {name: found[name] for name in ("schema", "seed", "document")}, str(found["root"])


def _check(item: dict[str, object], root: str) -> None:
    """Raises Refused for a document that has another root."""
    from gateway.client import Refused
    from ledger.domain.content import ContentError, commit
    from ledger.domain.ids import IdError, from_hex, to_hex

    try:
        made = to_hex(commit(item["document"], from_hex(str(item["seed"]), 32, "seed"), str(item["schema"])).root)  # type: ignore[arg-type]
    except (ContentError, IdError) as wrong:
        raise Refused(str(wrong)) from wrong
    if made != root:
        raise Refused(f"the document's root is {made}, not {root}: it was changed, or is another document; nothing was taken in")


@content_cli.command("erase")
def erase(
    root: Root,
    why: Annotated[str, typer.Option(help="Why; it stays with the root and the time")],
    yes: Annotated[bool, typer.Option("--yes", help="Without asking")] = False,
    account: Account = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """Erases a document here for good; copies of others are theirs to erase."""
    if not yes:
        typer.confirm(f"Erase {root} for good?", abort=True)
    with calling(home, url) as client:
        found = client.ask(f"/content/{root}/erase", {"why": why}, member=account or only_member(home))
    say(f"{found['root']} is erased")


def only_member(home: Path | None) -> str:
    """The account that a home serves, if there is one only. Raises Refused."""
    from gateway.client import Refused
    from gateway.office import database
    from gateway.signers.keystore import Keystore
    from ledger.domain.ids import to_hex

    found = Keystore(database.open(settings(home).office_database())).members()
    if len(found) != 1:
        raise Refused(f"--account: {len(found)} members are served here; say which one (`pledgebook keys list`)")
    return to_hex(found[0])
