"""`pledgebook events` and `pledgebook webhook`: following the ledger, and who is told of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.shared import AsJson, Home, OnlyId, Url, calling, say, show

events_cli = typer.Typer(no_args_is_help=True, help="The ledger's events.")
webhook_cli = typer.Typer(no_args_is_help=True, help="URLs that are told of the ledger's events.")

Kinds = Annotated[list[str] | None, typer.Option("--kind", help="Only this kind: a contract, an event or Contract.Event; may be repeated")]
Records = Annotated[list[str] | None, typer.Option("--record", help="Only of this record: its id as a word in hex; may be repeated")]
After = Annotated[int | None, typer.Option(min=-1, help="Position after which to begin; -1: the first event (default: now)")]
Account = Annotated[str | None, typer.Option(help="The member's account (default: the key's own)")]
Id = Annotated[str, typer.Argument(help="The webhook's id")]


@events_cli.callback()
def events() -> None:
    """Makes `follow` a command of its own while it is the only one."""


@events_cli.command("follow")
def events_follow(
    after: Annotated[int, typer.Option(min=-1, help="Position after which to begin; -1: the first event")] = -1,
    kinds: Kinds = None,
    records: Records = None,
    retractions: Annotated[bool, typer.Option("--retractions", help="Events before they are final, and what is undone of them")] = False,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Prints events as they become final, until Ctrl-C; goes on where it was when the connection breaks."""
    with calling(home, url) as client:
        found = client.follow(after, kind=kinds or [], record=records or [], retractions=retractions)
        for number, (name, event) in enumerate(found, 1):
            say(json.dumps(event, ensure_ascii=False) if as_json else _line(name, event))
            if number == count:
                return


def _line(name: str, event: dict[str, object]) -> str:
    if name == "retraction":
        return f"undone: everything after {event['after']}"
    return f"{event['pos']} {event['time']} {name} {json.dumps(event['values'], ensure_ascii=False)}"


@webhook_cli.command("add")
def webhook_add(
    target: Annotated[str, typer.Argument(metavar="URL", help="Where messages go; its host is one that the operator lists")],
    kinds: Kinds = None,
    records: Records = None,
    after: After = None,
    account: Account = None,
    home: Home = None,
    url: Url = None,
    only_id: OnlyId = False,
    as_json: AsJson = False,
) -> None:
    """Subscribes a URL and prints the secret that signs its messages, once."""
    asked = {"url": target, "kinds": kinds or [], "records": records or [], "after": after}
    with calling(home, url) as client:
        made = client.ask("/webhooks", asked, account=account)
    if only_id:
        say(made["webhook"]["id"])
        return
    show(made, as_json, ("id", "url", "secret"), [(made["webhook"]["id"], target, made["secret"])])


@webhook_cli.command("list")
def webhook_list(account: Account = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """The subscriptions, how far each came, and what is wrong."""
    with calling(home, url) as client:
        found = list(client.pages("/webhooks", account=account))
    fields = ("id", "url", "state", "position", "delivered", "attempts", "dead", "fault")
    show(found, as_json, fields, [tuple(each[name] for name in fields) for each in found])


@webhook_cli.command("pause")
def webhook_pause(webhook: Id, account: Account = None, home: Home = None, url: Url = None) -> None:
    """Sends nothing until it is resumed; nothing is lost."""
    _set_state(webhook, "paused", account, home, url)


@webhook_cli.command("resume")
def webhook_resume(webhook: Id, account: Account = None, home: Home = None, url: Url = None) -> None:
    """Goes on where it was, at once."""
    _set_state(webhook, "active", account, home, url)


def _set_state(webhook: str, state: str, account: str | None, home: Path | None, url: str | None) -> None:
    with calling(home, url) as client:
        found = client.ask(f"/webhooks/{webhook}/state", {"state": state}, account=account)
    say(f"{found['id']} is {found['state']}, after position {found['position']}")


@webhook_cli.command("rotate")
def webhook_rotate(webhook: Id, account: Account = None, home: Home = None, url: Url = None) -> None:
    """Makes a new secret and prints it once; the old one signs beside it for a day."""
    with calling(home, url) as client:
        say(str(client.ask(f"/webhooks/{webhook}/secret", {}, account=account)["secret"]))


@webhook_cli.command("remove")
def webhook_remove(webhook: Id, account: Account = None, home: Home = None, url: Url = None) -> None:
    """Ends a subscription and forgets its secret and what was put aside."""
    with calling(home, url) as client:
        say(f"removed {client.delete(f'/webhooks/{webhook}', account=account)['removed']}")


@webhook_cli.command("replay")
def webhook_replay(
    webhook: Id,
    after: Annotated[int, typer.Option(min=-1, help="Position after which everything is sent once more")],
    account: Account = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """Sends everything after a position once more, under the ids that it had."""
    with calling(home, url) as client:
        found = client.ask(f"/webhooks/{webhook}/replay", {"after": after}, account=account)
    say(f"{found['id']} goes on after position {found['position']}")


@webhook_cli.command("dead-letters")
def webhook_dead_letters(
    webhook: Id,
    resend: Annotated[bool, typer.Option("--resend", help="Send them once more")] = False,
    account: Account = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Messages that failed to the last and were put aside."""
    with calling(home, url) as client:
        if resend:
            say(f"{client.ask(f'/webhooks/{webhook}/dead-letters:resend', {}, account=account)['count']} are sent once more")
            return
        found = list(client.pages(f"/webhooks/{webhook}/dead-letters", account=account))
    fields = ("position", "at", "attempts", "fault", "again")
    show(found, as_json, fields, [tuple(each[name] for name in fields) for each in found])
