"""Commands of acts that are drafted from words: their options, what is shown before anybody signs, and how they end."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.commands.shared import AsJson, Home, OnlyId, Url, calling, money, say, show_json, show_table
from gateway.commands.signing import agree, hashed, is_known, submit, waits
from gateway.receivables.table import ActKind

if TYPE_CHECKING:
    from gateway.client import Client, Json

RECEIVABLE = Annotated[str, typer.Argument(metavar="RECEIVABLE", help="The receivable's id")]
DEAL = Annotated[str, typer.Argument(metavar="DEAL", help="The deal's id, which is its offer's")]
LOAN = Annotated[str, typer.Argument(metavar="LOAN", help="The loan's number")]
_ARGUMENTS = {
    "receivable": RECEIVABLE,
    "notice": Annotated[str, typer.Argument(metavar="NOTICE", help="The notice's hash")],
    "offer": Annotated[str, typer.Argument(metavar="OFFER", help="The offer's id")],
    "deal": DEAL,
    "loan": LOAN,
    "pledge": Annotated[str, typer.Argument(metavar="PLEDGE", help="The pledge's number")],
    "pool": Annotated[str, typer.Argument(metavar="POOL", help="The pool's number")],
    "hold": Annotated[str, typer.Argument(metavar="HOLD", help="The hold's number")],
}
"""What an act is about comes first, without a name."""
_HASHES = frozenset({"background", "content", "document", "fingerprint", "method", "tenor_reason"})
_LISTS = {
    **{"confirms": "--confirms", "earlier": "--earlier", "scope": "--scope", "due_days": "--due", "agreed": "--agreed"},
    **{"pledges": "--pledge", "ranges": "--range", "guarantors": "--guarantor", "pieces": "--piece"},
}
_SWITCHES = frozenset({"partial", "undo"})
_NUMBERS = frozenset(
    {
        *("cash", "grace_days", "policy", "payments", "loan", "instalments", "months", "default_after_days", "release_within_days"),
        *("cure_days", "subject", "pledge", "wait_days", "module"),
    }
)
_DAY_COUNTS = "ACT/360, ACT/365, 30/360, 30E/360 or ACT/ACT"
HELP = {
    "account": "Account that acts",
    "advance": "What is paid at once, minor units",
    "agreed": "overdue on interest, cross default or keep collections",
    "amount": "Minor units",
    "appraiser": "Account whose values count for loan to value",
    "assignor": "Account that the range came from",
    "background": "The trade background: a file, of which the SHA-256 is taken, or a hash",
    "borrower": "Account that owes",
    "buyer": "Account that buys",
    "calendar": "Which days are worked: CN, US, AU or NZ",
    "cap": "The most in all, minor units",
    "cash": "Number of the cash contract (default: the only one in the currency)",
    "confirms": "What else is confirmed: no set off, shielded",
    "content": "Root of the private document that is held",
    "court": "Account of the court that signs in the borrower's place",
    "cure_days": "Days in which a called margin is to be restored",
    "currency": "ISO 4217, as USD",
    "cut_off": "Hour at which a day ends for payments, as 17:00 (default: the day's end)",
    "day_count": _DAY_COUNTS,
    "deadline": "The last day of the zone, or a time",
    "default_after_days": "Days after a due day from which the loan is in default",
    "disbursed": "Day from which interest counts (default: today in the zone)",
    "document": "The document: a file, of which the SHA-256 is taken, or a hash",
    "due": "The legal due day of the zone, at whose end the debt is late, or a time",
    "due_days": "A legal due day, in the place of --instalments and --months",
    "earlier": "The invoice's fingerprint under an earlier key",
    "end": "End of the range, minor units (default: the token's)",
    "face": "What is owed, minor units",
    "fee": "Minor units, paid from what comes in",
    "fingerprint": "The invoice's keyed fingerprint, where it was told elsewhere",
    "grace_days": "Days after the due day in which lateness costs nothing",
    "ground": "default, loan to value, right lapsed or cross default",
    "guarantors": "An account and its share, as 0x9af7...=40%; the first one manages",
    "held": "Account that is held, or whose cash it is",
    "instalments": "How many, --months apart",
    "late_rate": "Late interest a day, as a fraction of what is owed: 5/10000 is 0.05 %",
    "least_owed": "What the range is owed, minor units, as its seller told it",
    "length": "The token's length, minor units, as its seller told it",
    "lender": "Account of the bank that lends",
    "loan_to_value": "The most, as 70%; what secures the loan is valued against it",
    "method": "How it was valued: a file, of which the SHA-256 is taken, or a hash",
    "module": "Number of the repayment module, which has the money",
    "months": "Months from one due day to the next",
    "most": "The most, minor units (default: what is outstanding by tomorrow's end)",
    "obligor": "Account of the obligor",
    "offer": "The other bank's offer",
    "overdue_rate": "The whole rate of what is overdue, as 6.525% (default: the rate)",
    "partial": "Less than a whole debt may be debited too",
    "payments": "How many payments there were, as the seller told it",
    "pieces": "An account and its minor units, as 0x9af7...=30000, or with a trade background of its own as ...=0x51c0...",
    "pledges": "Number of a registered pledge that secures it",
    "policy": "Number of the policy (default: 1)",
    "prepayment": "consent, next or last: who may prepay, and which instalments that pays",
    "price": "What is paid for it, minor units",
    "principal": "What is lent, minor units",
    "ranges": "A range of a receivable, as 7925681 or 7925681:0-500000",
    "rate": "Percent a year, as 4.35%",
    "reason": "credit note, set off, waiver, paid outside or returned",
    "receivable": "The receivable's id",
    "recourse": "full or none",
    "reference": "The payment's reference: up to 32 letters, or a hash",
    "release_within_days": "Days after repayment in which the lender has the pledges released",
    "repayment": "bullet, interest only, equal instalments or annuity",
    "roll": "none, following, modified following or preceding: what a due day becomes that is not worked",
    "scope": "existence, amount, due date or delivery",
    "seller": "Account of the seller, where the ledger doesn't show you the receivable",
    "start": "Start of the range, minor units (default: 0)",
    "subject": "Number of the lapsed pledge, or of the other loan",
    "supplier": "Account of the supplier",
    "tenor_reason": "Why it is due so late: a file, of which the SHA-256 is taken, or a hash",
    "to": "Account that gets it",
    "undo": "Take it back",
    "until": "The last day of the zone, or a time",
    "valued": "Day of the value",
    "wait_days": "Days after the end of grace before the pool is called",
    "zone": "Zone in which days end, as Asia/Shanghai",
}
_COMMON: dict[str, Any] = {
    "account": Annotated[str | None, typer.Option("--account", help=HELP["account"])],
    "zone": Annotated[str | None, typer.Option("--zone", help=HELP["zone"])],
    "dry_run": Annotated[bool, typer.Option("--dry-run", help="Say what would be signed, and what the ledger says of it; sign nothing")],
    "yes": Annotated[bool, typer.Option("--yes", help="Sign without asking")],
    "home": Home,
    "url": Url,
    "only_id": OnlyId,
    "as_json": AsJson,
}
_NO_FIELD = frozenset({"dry_run", "yes", "home", "url", "only_id", "as_json"})
_EMPTY = {"dry_run": False, "yes": False, "only_id": False, "as_json": False, "partial": False, "undo": False}


@dataclass(frozen=True, slots=True)
class Drafting:
    """How a group's acts are drafted: the operation; what an act with this body makes beside itself (its name and id, None where nothing);
    and options of a command that are no fields of the act, with what makes fields of them.
    """

    path: str
    made: Callable[[Client, ActKind, Json, Json], tuple[str, str] | None]
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fill: Callable[[Client, ActKind, dict[str, Any], Mapping[str, Any]], None] | None = None


def add(group: typer.Typer, kinds: Iterable[ActKind], drafting: Drafting) -> None:
    """One command an act; its options are the fields that it takes."""
    for kind in kinds:
        group.command(kind.command)(_command_of(kind, drafting))


def _command_of(kind: ActKind, drafting: Drafting) -> Callable[..., None]:
    extra = drafting.extra.get(kind.name, {})

    def command(**given: Any) -> None:
        _run(kind, drafting, {name: given.pop(name) for name in extra}, given)

    first = next((name for name in kind.needs[:1] if name in _ARGUMENTS), None)
    options = {name: _ARGUMENTS[name] if name == first else _option(name) for name in (*kind.needs, *kind.takes)}
    options = {**options, **extra, **_COMMON}
    command.__signature__ = inspect.Signature([_signed(name, each, first) for name, each in options.items()])  # type: ignore[attr-defined]
    command.__annotations__ = options
    command.__doc__ = kind.help
    return command


def _option(name: str) -> Any:
    option = typer.Option(_LISTS.get(name, f"--{name.replace('_', '-')}"), help=HELP.get(name))
    if name in _LISTS:
        return Annotated[list[str] | None, option]
    return Annotated[bool, option] if name in _SWITCHES else Annotated[str | None, option]


def _signed(name: str, annotation: Any, first: str | None) -> inspect.Parameter:
    if name == first:
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=_EMPTY.get(name))


# --- What is asked ---------------------------------------------------------------------------------------------------------------------


def _run(kind: ActKind, drafting: Drafting, extra: Mapping[str, Any], given: dict[str, Any]) -> None:
    asked = {name: _field(name, value) for name, value in given.items() if name not in _NO_FIELD and value not in (None, [], False)}
    with calling(given["home"], given["url"]) as client:
        if drafting.fill is not None:
            drafting.fill(client, kind, asked, extra)
        made = client.post(drafting.path, {**asked, "act": kind.name})["data"]
        if given["dry_run"]:
            return _tried(made, given["as_json"])
        return _act(client, kind, drafting, made, given)


def _field(name: str, value: Any) -> Any:
    if name in _HASHES:
        return hashed(value, f"--{name.replace('_', '-')}")
    if name == "reference":
        return _reference(value)
    if name == "pledges":
        return [_whole("pledges", each) for each in value]
    return _whole(name, value) if name in _NUMBERS else value


def _whole(name: str, text: Any) -> int:
    """A number in digits. Raises Refused."""
    from gateway.client import Refused

    if not (str(text).isascii() and str(text).isdecimal()):
        raise Refused(f"{name}: {str(text)[:40]!r} is no number")
    return int(text)


def _reference(text: str) -> str:
    """A reference as a word. Raises Refused."""
    from gateway.client import Refused

    written = text.encode()
    if text.startswith("0x"):
        return text
    if not 0 < len(written) <= 32:
        raise Refused(f"--reference: {text[:40]!r}; up to 32 letters, or a hash (0x and 64 digits)")
    return "0x" + written.ljust(32, b"\0").hex()


# --- What is said and done -------------------------------------------------------------------------------------------------------------


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
    if made.get("schedule"):
        rows = [(each["day"], *(money(each[part]) for part in ("principal", "interest", "total"))) for each in made["schedule"]]
        show_table(("last day", "principal", "interest", "to pay"), rows)
    for each in made["refusals"]:
        say(f"the ledger would refuse it now: {each['sentence']} ({each['error']})")
    if made["untried"]:
        say(f"not tried: {made['untried']}")


def _act(client: Client, kind: ActKind, drafting: Drafting, made: Json, given: Mapping[str, Any]) -> None:
    from gateway.client import Refused

    if not (given["as_json"] or given["only_id"]):
        _show(made)
    if made["refusals"] and not is_known(client, made):
        raise Refused(f"{kind.command}: {made['refusals'][0]['sentence']} Nothing was signed")
    agree(kind.command, given["yes"])
    _call_first(client, made.get("first", []))
    (done,) = submit(client, {**made, "contents": []})
    if done["state"] != "final":
        return waits(client, done, given["as_json"])
    what, id_ = drafting.made(client, kind, made["acts"][0]["body"], done) or (
        next((name for name in kind.needs[:1] if name in _ARGUMENTS), None),
        None,
    )
    if given["only_id"]:
        return say(id_ or (given[what] if what else done["id"]))
    if given["as_json"]:
        return show_json({"act": done} | ({} if what is None else {what: id_ or given[what]}))
    say(f"{kind.command}: done, final in block {done['done_at_block']}{f', {what} {id_}' if id_ else ''}")
    return say(f"next: {made['next']}{f' {id_}' if id_ else ''}")


def _call_first(client: Client, calls: list[Json]) -> None:
    """Makes the calls that go before an act, and waits for them. Raises Refused."""
    from gateway.client import Refused

    if not calls:
        return
    for made in client.post("/calls:batch", {"calls": calls})["calls"]:
        if "problem" in made:
            raise Refused(made["problem"]["detail"])
        client.called(made)


def identified(done: Json) -> str:
    """The id of the receivable or the offer that an act makes, known from the act."""
    from ledger.domain.ids import from_hex, receivable_id

    return str(receivable_id(from_hex(done["account"]), int(done["id"])))


def trigger(asked: tuple[str, str, Any], what: str, home: Any, url: str | None, as_json: bool, named: str | None = None) -> None:
    """Calls what anybody may: (contract, function, id or arguments) of a `what`; only its own condition decides. Raises Refused."""
    from gateway.client import Refused

    with calling(home, url) as client:
        # What it does hangs on the ledger of now, so a later one is another call.
        block, (contract, function, id_) = client.get("/receivables", limit=1)["block"], asked
        arguments = id_ if isinstance(id_, list) else [id_]
        shown = " ".join(map(str, arguments))
        call = {"key": f"{function} {named or shown} {block}", "contract": contract, "function": function, "arguments": arguments}
        (made,) = client.post("/calls:batch", {"calls": [call]})["calls"]
        if "problem" in made:
            raise Refused(f"{function}: {made['problem']['detail']}")
        done = client.called(made)
    if as_json:
        return show_json(done)
    return say(f"{function}: done, {what} {named or shown}")
