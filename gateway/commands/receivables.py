"""`pledgebook receivable issue, confirm, offer, accept, pay ...`: acts from words, shown before they are signed, and waited for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.commands.shared import AsJson, Block, Home, KnownAt, Url, calling, say, show, show_json, show_table
from gateway.commands.signing import agree, hashed, is_known, submit, waits
from gateway.receivables.table import TABLE, ActKind

if TYPE_CHECKING:
    from gateway.client import Client, Json

receivable_cli = typer.Typer(no_args_is_help=True, help="Receivables: acts on them, offers, payments, history.")

_ID = Annotated[str, typer.Argument(metavar="RECEIVABLE", help="The receivable's id")]
_NOTICE = Annotated[str, typer.Argument(metavar="NOTICE", help="The notice's hash")]
_DRY = Annotated[bool, typer.Option("--dry-run", help="Say what would be signed, and what the ledger says of it; sign nothing")]
_YES = Annotated[bool, typer.Option("--yes", help="Sign without asking")]
_ARGUMENTS = {"receivable": _ID, "notice": _NOTICE}
_HASHES = frozenset({"background", "content", "document", "fingerprint", "tenor_reason"})
_LISTS = frozenset({"confirms", "earlier", "scope"})
_SWITCHES = frozenset({"partial", "undo"})
_HELP = {
    "account": "Account that acts",
    "amount": "Minor units",
    "assignor": "Account that the range came from",
    "background": "The trade background: a file, of which the SHA-256 is taken, or a hash",
    "cap": "The most that is debited in all, minor units",
    "cash": "Cash contract  [default: the only one in the currency]",
    "confirms": "What else is confirmed: no set off, shielded",
    "content": "Root of the private document that is held",
    "currency": "ISO 4217",
    "deadline": "The last day of the zone, or a time",
    "document": "The document: a file, of which the SHA-256 is taken, or a hash",
    "due": "The legal due day of the zone, at whose end the debt is late, or a time",
    "earlier": "The invoice's fingerprint under an earlier key",
    "end": "End of the range, minor units  [default: the token's]",
    "face": "Minor units",
    "fingerprint": "The invoice's keyed fingerprint",
    "grace_days": "Days after the due day in which lateness costs nothing",
    "late_rate": "Late interest a day, as 5/10000",
    "partial": "Less than a whole debt may be debited too",
    "policy": "Number of the policy  [default: 1]",
    "reason": "credit note, set off, waiver, paid outside or returned",
    "reference": "The payment's reference: up to 32 letters, or a hash",
    "scope": "existence, amount, due date or delivery",
    "start": "Start of the range, minor units  [default: 0]",
    "tenor_reason": "Why it is due so late: a file, of which the SHA-256 is taken, or a hash",
    "to": "Account that gets it",
    "undo": "Take it back",
    "until": "The last day of the zone, or a time",
    "zone": "Zone in which days end, as Asia/Shanghai",
}
_COMMON: dict[str, Any] = {
    "account": Annotated[str | None, typer.Option("--account", help=_HELP["account"])],
    "zone": Annotated[str | None, typer.Option("--zone", help=_HELP["zone"])],
    "dry_run": _DRY,
    "yes": _YES,
    "home": Home,
    "url": Url,
    "as_json": AsJson,
}
_NO_FIELD = frozenset({"dry_run", "yes", "home", "url", "as_json"})
_EMPTY = {"dry_run": False, "yes": False, "as_json": False, "partial": False, "undo": False}


# --- One command an act ----------------------------------------------------------------------------------------------------------------


def command_of(spec: ActKind) -> Callable[..., None]:
    """The command of an act: its options are the fields that it takes."""

    def command(**given: Any) -> None:
        _run(spec, given)

    options = {name: _parameter(name) for name in (*spec.needs, *spec.takes)} | _COMMON
    command.__signature__ = inspect.Signature([_signed(name, each) for name, each in options.items()])  # type: ignore[attr-defined]
    command.__annotations__ = options
    command.__doc__ = spec.help
    return command


def _parameter(name: str) -> Any:
    if name in _ARGUMENTS:
        return _ARGUMENTS[name]
    option = typer.Option(f"--{name.replace('_', '-')}", help=_HELP.get(name))
    if name in _LISTS:
        return Annotated[list[str] | None, option]
    return Annotated[bool, option] if name in _SWITCHES else Annotated[str | None, option]


def _signed(name: str, annotation: Any) -> inspect.Parameter:
    if name in _ARGUMENTS:
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=_EMPTY.get(name))


for _each in TABLE:
    receivable_cli.command(_each.name)(command_of(_each))


def _run(spec: ActKind, given: dict[str, Any]) -> None:
    asked = {name: _field(name, value) for name, value in given.items() if name not in _NO_FIELD and value not in (None, [], False)}
    with calling(given["home"], given["url"]) as client:
        made = client.post("/receivables:draft", {**asked, "act": spec.name})["data"]
        if given["dry_run"]:
            return _tried(made, given["as_json"])
        return _act(client, spec, made, given)


def _field(name: str, value: Any) -> Any:
    if name in _HASHES:
        return hashed(value, f"--{name.replace('_', '-')}")
    if name == "reference":
        return _reference(value)
    return int(value) if name in ("cash", "grace_days", "policy") and str(value).isdecimal() else value


def _reference(text: str) -> str:
    """A reference as a word. Raises Refused."""
    from gateway.client import Refused

    written = text.encode()
    if text.startswith("0x"):
        return text
    if not 0 < len(written) <= 32:
        raise Refused(f"--reference: {text[:40]!r}; up to 32 letters, or a hash (0x and 64 digits)")
    return "0x" + written.ljust(32, b"\0").hex()


def _tried(made: Json, as_json: bool) -> None:
    """What would be signed, and whether the ledger would do it; exit 1 if not."""
    if as_json:
        show_json(made)
    else:
        _show(made)
        say("not signed: a dry run")
    raise typer.Exit(1 if made["refusals"] else 0)


def _show(made: Json) -> None:
    for line in made["says"]:
        say(line)
    for each in made["refusals"]:
        say(f"the ledger would refuse it now: {each['sentence']} ({each['error']})")
    if made["untried"]:
        say(f"not tried: {made['untried']}")


def _act(client: Client, spec: ActKind, made: Json, given: Mapping[str, Any]) -> None:
    from gateway.client import Refused

    if not given["as_json"]:
        _show(made)
    if made["refusals"] and not is_known(client, made):
        raise Refused(f"{spec.name}: {made['refusals'][0]['sentence']} Nothing was signed")
    agree(spec.name, given["yes"])
    (done,) = submit(client, {**made, "contents": []})
    if done["state"] != "final":
        return waits(client, done, given["as_json"])
    receivable = _issued(done) if spec.name == "issue" else None
    if given["as_json"]:
        return show_json({"act": done, "receivable": receivable or given.get("receivable")})
    say(f"{spec.name}: done, final in block {done['done_at_block']}{f', receivable {receivable}' if receivable else ''}")
    return say(f"next: {made['next']}{f' {receivable}' if receivable else ''}")


def _issued(done: Json) -> str:
    """The id of a receivable that an act drew up."""
    from ledger.domain.ids import from_hex, receivable_id

    return str(receivable_id(from_hex(done["account"]), int(done["id"])))


# --- Beside the acts -------------------------------------------------------------------------------------------------------------------


@receivable_cli.command()
def cancel(receivable: _ID, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Cancels a receivable once the owners of everything that lives agree; anybody may."""
    trigger(("ReceivableEndings", "cancel", receivable), "receivable", home, url, as_json)


@receivable_cli.command()
def debit(receivable: _ID, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Debits what is due under the obligor's mandate; anybody may."""
    trigger(("Mandates", "debit", receivable), "receivable", home, url, as_json)


def trigger(asked: tuple[str, str, str], what: str, home: Any, url: str | None, as_json: bool) -> None:
    """Calls a permissionless function: (contract, function, id) of a `what`; only the contract's own condition decides. Raises Refused."""
    from gateway.client import Refused

    with calling(home, url) as client:
        # What it does hangs on the ledger of now, so a later one is another call.
        block, (contract, function, id_) = client.get("/receivables", limit=1)["block"], asked
        call = {"key": f"{function} {id_} {block}", "contract": contract, "function": function, "arguments": [id_]}
        (made,) = client.post("/calls:batch", {"calls": [call]})["calls"]
        if "problem" in made:
            raise Refused(f"{function}: {made['problem']['detail']}")
        done = client.called(made)
    if as_json:
        return show_json(done)
    return say(f"{function}: done, {what} {id_}")


@receivable_cli.command("list")
def list_receivables(
    party: Annotated[str | None, typer.Option(help="Only of this supplier or obligor")] = None,
    status: Annotated[str | None, typer.Option(help="draft, live, closed, cancelled, refused or withdrawn")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Receivables in the order of their issue."""
    with calling(home, url) as client:
        found = list(client.pages("/receivables", party=party, status=status, limit=1000))
    rows = [(each["id"], each["status"], _money(each["face"]), _money(each["owed_live"]), each["due"]) for each in found]
    show(found, as_json, ("receivable", "status", "face", "owed", "due"), rows)


@receivable_cli.command("show")
def show_receivable(
    receivable: _ID, block: Block = None, known_at: KnownAt = None, home: Home = None, url: Url = None, as_json: AsJson = False
) -> None:
    """A receivable whole: terms, condition, debts, marks, who holds what."""
    with calling(home, url) as client:
        found = client.data(f"/receivables/{receivable}", block=block, known_at=known_at)
        held = list(client.pages(f"/receivables/{receivable}/tokens", block=block, known_at=known_at, limit=1000))
    if as_json:
        return show_json({**found, "held": held})
    show_table(("", ""), _summary(found))
    rows = [(each["start"], each["end"], each["owner"], ", ".join(each["marks"])) for each in held]
    return show_table(("start", "end", "owner", "marks"), rows)


def _summary(found: Json) -> list[tuple[str, Any]]:
    dispute, claims = found["dispute"], found["claims"]
    rows = [(name, found[name]) for name in ("status", "condition", "supplier", "obligor", "due")]
    rows += [(name, _money(found[name])) for name in ("face", "owed_live", "retired", "waiting")]
    rows += [(f"owed: {name}", _money(each)) for name, each in found["debt"].items()]
    rows += [(f"owed to {each['payer']}", _money(each["claim"])) for each in claims]
    rows += [("confirmed", ", ".join(found["confirmed"])), ("held", found["held"]), ("paused", found["paused"])]
    rows += [("disputed until", dispute["until"])] if dispute and dispute["stands"] else []
    return rows + ([("guarantee", found["guarantee"]["pool"])] if found["guarantee"] else [])


def _money(amount: Json) -> str:
    return f"{amount['minor']} {amount['currency']}"


@receivable_cli.command("offers")
def list_offers(
    to: Annotated[str | None, typer.Option(help="Offers to this account")] = None,
    by: Annotated[str | None, typer.Option(help="Offers that this account made")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Offers that can be accepted now."""
    with calling(home, url) as client:
        found = list(client.pages("/offers", to=to, by=by, limit=1000))
    fields = ("receivable", "start", "end", "sender", "recipient", "deadline")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


@receivable_cli.command("notices")
def list_notices(
    obligor: Annotated[str, typer.Argument(help="The obligor's account")],
    unanswered: Annotated[bool, typer.Option("--unanswered", help="Only those that it has not acknowledged")] = False,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Notices of assignment that reached an obligor."""
    with calling(home, url) as client:
        found = list(client.pages("/notices", obligor=obligor, unanswered=unanswered or None, limit=1000))
    fields = ("notice", "receivable", "start", "end", "assignee", "acknowledged_at")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


@receivable_cli.command("history")
def history(receivable: _ID, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Every move of a receivable's ranges, oldest first."""
    with calling(home, url) as client:
        found = list(client.pages(f"/receivables/{receivable}/transfers", limit=1000))
    rows = [(int(each["pos"]) >> 20, *(each[name] for name in ("kind", "start", "end", "sender", "recipient"))) for each in found]
    show(found, as_json, ("block", "kind", "start", "end", "from", "to"), rows)
