"""`pledgebook pledge file, accept, decide, release ...`: acts from words, shown in words before they are signed, and waited for."""

from __future__ import annotations

import inspect
import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import files
from gateway.commands.act_help import TERMS, help_of
from gateway.commands.shared import AsJson, Home, Url, calling, money, say, show_json, show_table
from gateway.commands.signing import agree, hashed, is_known, submit, waits
from gateway.pledging.table import COMMON, TABLE, ActKind

if TYPE_CHECKING:
    from gateway.client import Client, Json

acting_cli = typer.Typer()

_NUMBER = Annotated[int, typer.Argument(min=1, metavar="PLEDGE", help="The pledge's number")]
_DECISION = Annotated[str, typer.Argument(help="register, approve, return or refuse")]
_FILE = Annotated[Path | None, typer.Argument(help="TOML or JSON that describes the act; options say what it leaves open")]
_OUT = Annotated[
    Path | None,
    typer.Option(help="File for what the office needs to accept and decide, where it has no access here: rights, blind, parties"),
]
_PRIVATE = Annotated[
    Path | None, typer.Option(help="File for the private document, which whoever signs elsewhere must hold first (sign --content)")
]
_LISTS = {"rights": "--right", "unlisted": "--unlisted", "unpledged": "--unpledged", "kinds": "--kind", "marks": "--mark", "bars": "--bar"}
_ONLY_IN_FILES = frozenset({"parties", "shares"})


# --- One command an act ----------------------------------------------------------------------------------------------------------------


def _options(spec: ActKind) -> dict[str, Any]:
    """The parameters of an act's command by name, with what Typer reads of each."""
    found: dict[str, Any] = {}
    if spec.on_pledge:
        found["pledge"] = _NUMBER
    if "decision" in spec.needs:
        found["decision"] = _DECISION
    found["file"] = _FILE
    for name in (*spec.needs, *spec.takes):
        if name not in found and name not in _ONLY_IN_FILES:
            found |= _option(spec, name)
    if spec.name == "file":
        found["out"] = _OUT
    if spec.name in ("file", "record"):
        found["private"] = _PRIVATE
    return {**found, **_COMMON}


def _option(spec: ActKind, name: str) -> dict[str, Any]:
    if name == "terms":
        return {each: Annotated[str | None, typer.Option(f"--{each}", help=TERMS[each])] for each in TERMS}
    told = help_of(spec.name, name)
    if name in _LISTS:
        # --right is one right where the act is on one; its list is another option then.
        option = "--listed" if name == "rights" and "right" in spec.needs else _LISTS[name]
        return {name: Annotated[list[str] | None, typer.Option(option, help=told)]}
    if name == "grounds":
        return {name: Annotated[list[str] | None, typer.Option("--ground", help=told)]}
    if name == "others_pass":
        return {name: Annotated[bool, typer.Option("--others-pass", help=told)]}
    return {name: Annotated[str | None, typer.Option(f"--{name.replace('_', '-')}", help=told)]}


_COMMON: dict[str, Any] = {
    "instrument": Annotated[str | None, typer.Option(help="Number of the document")],
    "document": Annotated[str | None, typer.Option(help="The document: a file, of which the SHA-256 is taken, or a hash")],
    "caption": Annotated[str | None, typer.Option(help="Heading of the document")],
    "executed": Annotated[str | None, typer.Option(help="Day of the document")],
    "evidence": Annotated[str | None, typer.Option(help="What an officer saw: a file, or a hash (default: the document)")],
    "consent": Annotated[list[str] | None, typer.Option(help="How those of a role consent, as pledgee=attested; all: attested")],
    "when": Annotated[str | None, typer.Option(help="Day or time that it counts from, where the register admits it (default: its block)")],
    "account": Annotated[str | None, typer.Option(help="Account that acts")],
    "officer": Annotated[str | None, typer.Option(help="Account whose officers sign (default: the register's office)")],
    "dry_run": Annotated[bool, typer.Option("--dry-run", help="Say what would be signed, and what the ledger says of it; sign nothing")],
    "yes": Annotated[bool, typer.Option("--yes", help="Sign without asking")],
    "home": Home,
    "url": Url,
    "as_json": AsJson,
}
_EMPTY = {"dry_run": False, "yes": False, "as_json": False, "others_pass": False}
_NO_FIELD = frozenset({"file", "out", "private", "instrument", "document", "caption", "executed", "consent", *TERMS})
_NO_FIELD |= {"dry_run", "yes", "home", "url", "as_json"}


def command_of(spec: ActKind) -> Callable[..., None]:
    """The command of an act: its options are the fields that it takes."""

    def command(**given: Any) -> None:
        _run(spec, given)

    options = _options(spec)
    first = {name: each for name, each in options.items() if name in ("pledge", "decision") and _is_argument(name, spec)}
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=each) for name, each in first.items()]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=each, default=_EMPTY.get(name))
        for name, each in options.items()
        if name not in first
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = options
    command.__doc__ = spec.help
    return command


def _is_argument(name: str, spec: ActKind) -> bool:
    return name == "pledge" or (name == "decision" and "decision" in spec.needs)


for _each in TABLE:
    acting_cli.command(_each.name)(command_of(_each))


# --- What is asked -----------------------------------------------------------------------------------------------------------------------


def _run(spec: ActKind, given: dict[str, Any]) -> None:
    asked = {**_described(spec, given["file"]), "act": spec.name}
    _fill(asked, given)
    with calling(given["home"], given["url"]) as client:
        made = client.post("/pledges:draft", asked)["data"]
        if given.get("out") is not None:
            files.write(given["out"], json.dumps(_for_office(asked, made), indent=2, ensure_ascii=False).encode() + b"\n")
        if given.get("private") is not None:
            handed = [{name: each[name] for name in ("schema", "document", "seed")} for each in made["contents"]]
            files.write(given["private"], json.dumps(handed, indent=2, ensure_ascii=False).encode() + b"\n")
        if given["dry_run"]:
            return _tried(made, given["as_json"])
        return _act(client, spec, made, given)


def _for_office(asked: Json, made: Json) -> Json:
    """What the draft of a filing knows and its body does not show; `accept` and `decide` take it as their description."""
    rights = [{"number": each["number"], "title": each["title"]} for each in made["rights"]]
    told = {"rights": rights, "blind": made["blind"]} if rights else {}
    return {**told, "parties": asked["parties"]}


def _described(spec: ActKind, file: Path | None) -> dict[str, Any]:
    """The description in a file. Raises Refused."""
    from gateway.client import Refused

    if file is None:
        return {}
    try:
        text = files.read(file).decode()
        found = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise Refused(f"{file}: {wrong}") from wrong
    if not isinstance(found, dict):
        raise Refused(f"{file}: fields of an act expected, as {', '.join((*spec.needs, *COMMON))}")
    if found.pop("act", spec.name) != spec.name:
        raise Refused(f"{file}: act: it describes another act than {spec.name}")
    described: Json = _plain(found)
    instrument = described.get("instrument", {})
    if isinstance(instrument, dict) and "document_file" in instrument:
        instrument["document"] = hashed(str(file.parent / instrument.pop("document_file")), "instrument.document_file")
    return described


def _plain(value: Any) -> Any:
    """TOML's dates as the texts that the API takes."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def _fill(asked: dict[str, Any], given: Mapping[str, Any]) -> None:
    """The options, which go before what the file says."""
    for name, value in given.items():
        if name not in _NO_FIELD and value not in (None, [], False):
            asked[name] = _field(name, value)
    document = {"number": given["instrument"], "caption": given["caption"], "executed": given["executed"]}
    told = {name: value for name, value in document.items() if value is not None}
    if given["document"] is not None:
        told["document"] = hashed(given["document"], "--document")
    if told:
        asked["instrument"] = {**asked.get("instrument", {}), **told}
    terms = {name: given[name] for name in TERMS if given.get(name) is not None}
    if terms and "terms" in _takes(asked["act"]):
        asked["terms"] = {**asked.get("terms", {}), **terms}
    else:
        asked |= terms
    if given["consent"]:
        asked["consents"] = [*map(_consent, given["consent"]), *asked.get("consents", [])]


def _takes(name: str) -> tuple[str, ...]:
    spec = next(each for each in TABLE if each.name == name)
    return (*spec.needs, *spec.takes)


def _field(name: str, value: Any) -> Any:
    if name == "grounds":
        return [_ground(each) for each in value]
    if name == "evidence":
        return hashed(value, "--evidence")
    return int(value) if name in _WHOLE and str(value).isdecimal() else value


_WHOLE = frozenset({"senior", "later", "segment", "number"})


def _ground(text: str) -> dict[str, Any]:
    from gateway.client import Refused

    number, _, result = text.partition("=")
    if not number.isdecimal() or not result:
        raise Refused(f"--ground: {text!r}; write the ground's number and its result, as 4=fail")
    return {"ground": int(number), "result": result}


def _consent(text: str) -> dict[str, str]:
    role, between, mode = text.partition("=")
    return {"role": role, "mode": mode} if between else {"mode": role}


# --- What is said and done -------------------------------------------------------------------------------------------------------------


def _tried(made: Json, as_json: bool) -> None:
    """What would be signed, and whether the ledger would do it; exit 1 if not."""
    if as_json:
        show_json(made)
    else:
        _show(made)
        say("not signed: a dry run")
    raise typer.Exit(1 if made["refusals"] or _later(made) else 0)


def _later(made: Json) -> list[Json]:
    """What bars the registration of a filing today, and not its being filed."""
    checked = made["checked"] or {"refusals": []}
    return [each for each in checked["refusals"] if each not in made["refusals"]]


def _show(made: Json) -> None:
    for line in made["says"]:
        say(line)
    for line in made["warnings"]:
        say(f"warning: {line}")
    for each in made["refusals"]:
        say(f"the ledger would refuse it now: {each['sentence']} ({each['error']})")
    for each in _later(made):
        say(f"it would not be registered today: {each['sentence']} ({each['error']})")
    if made["untried"]:
        say(f"not tried: {made['untried']}")


def _act(client: Client, spec: ActKind, made: Json, given: Mapping[str, Any]) -> None:
    from gateway.client import Refused

    if not given["as_json"]:
        _show(made)
    if made["refusals"] and not is_known(client, made):
        raise Refused(f"{spec.name}: {made['refusals'][0]['sentence']} Nothing was signed")
    agree(spec.name, given["yes"])
    done = submit(client, made)
    waiting = next((each for each in done if each["state"] != "final"), None)
    if waiting is not None:
        return waits(client, waiting, given["as_json"])
    pledge = given.get("pledge") or _filed(client, made, done[-1])
    statement = _statement(client, pledge, done[-1]["digest"]) if pledge else None
    if given["as_json"]:
        return show_json({"acts": done, "pledge": pledge, "statement": statement})
    return _outcome(spec, made, done, pledge, statement)


def _filed(client: Client, made: Json, act: Json) -> int | None:
    """The number that a filing was given."""
    body = made["acts"][0]["body"]
    filing = body.get("filing", body)
    found = client.pages("/pledges:pending", register=filing["register"]) if made["act"] == "file" else ()
    if made["act"] == "record":
        number = bytes.fromhex(filing["instrument"]["number"][2:]).rstrip(b"\0").decode()
        found = client.data("/pledges", number=number) if number else client.pages("/pledges", register=filing["register"])
    return next((int(each["pledge"]) for each in found if each["act"] == act["digest"]), None)


def _statement(client: Client, pledge: int, act: str) -> Json | None:
    from gateway.client import Refused

    try:
        found: Json = client.ask("/certificates", {"of": {"kind": "verification", "pledge": pledge, "act": act}})["data"]
    except Refused as none:
        return {"refused": str(none)}
    return found


def _outcome(spec: ActKind, made: Json, done: list[Json], pledge: int | None, statement: Json | None) -> None:
    say(f"{spec.name}: done, final in block {done[-1]['done_at_block']}{f', pledge {pledge}' if pledge else ''}")
    if made["act"] == "file" and made["blind"]:
        kept = "kept in the filing's private document" if made["contents"] else f"kept nowhere: {made['blind']}"
        say(f"the blind of the list of rights, without which nobody accepts it, is {kept}; --out writes it for the office")
    for each in made["persons"]:
        say(f"keep the salt that shows that party {each['party'][:18]}... is {each['name']}: {each['salt']}")
    if statement is not None:
        _show_statement(statement, pledge)
    say(f"next: {made['next'].replace('NUMBER', str(pledge)) if pledge else made['next']}")


def _show_statement(statement: Json, pledge: int | None) -> None:
    """What the act changed, before and after, and the hash under which the whole statement is kept."""
    if "document" not in statement:
        return say(f"no verification statement: {statement['refused']}")
    for each in statement["document"]["changes"]:
        before, after = (_short(each.get(name)) for name in ("before", "after"))
        if before or after:
            say(f"  {each['field']}: {before or '-'} -> {after or '-'}")
    return say(f"verification statement {statement['hash']}, kept; in full: pledgebook pledge statement {pledge}")


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_short(each) for each in value[:3]) + (f" and {len(value) - 3} more" if len(value) > 3 else "")
    if isinstance(value, dict):
        return money(value) if "minor" in value else str(value.get("name") or value.get("id") or value)
    return "" if value is None else str(value)


# --- Beside the acts -------------------------------------------------------------------------------------------------------------------


@acting_cli.command("pro-rata")
def pro_rata(
    pledge: _NUMBER,
    debt: Annotated[str, typer.Option(help="The whole debt before the payment, minor units of the claim")],
    paid: Annotated[str, typer.Option(help="What of it was paid, minor units")],
    value: Annotated[
        list[str] | None, typer.Option(help="A right and its worth, as ZL201710601862.3=500000: every live one, or none")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File for the description of the act that does it")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """What may be released of a pledge when a part of the debt was paid, exact in minor units and rounded for the pledgee."""
    values = dict(_value(each) for each in value or ())
    with calling(home, url) as client:
        found = client.post(f"/pledges/{pledge}/pro-rata", {"debt": debt, "paid": paid, "values": values})["data"]
    if out is not None:
        files.write(out, json.dumps(found["draft"], indent=2, ensure_ascii=False).encode() + b"\n")
    if as_json:
        return show_json(found)
    say(f"rule: {found['rule']}")
    if found["whole"]:
        say("the debt is paid: the whole pledge may be released")
    elif found["released"]:
        show_table(("may be released", "value"), [(each["right"], each["value"]) for each in found["released"]])
        say(f"stays: {found['kept']} of {found['value']}")
    else:
        say(f"ceiling: {found['ceiling_before']} to {found['ceiling']} minor units" if not values else "no right may be released yet")
    say(f"basis: {found['basis']}")
    return say(f"next: pledgebook pledge {found['draft']['act']} {pledge} {out or 'FILE'}" if found["draft"] else "next: nothing")


def _value(text: str) -> tuple[str, str]:
    from gateway.client import Refused

    right, between, value = text.rpartition("=")
    if not between or not value.isdecimal():
        raise Refused(f"--value: {text!r}; write the right's number and its value in minor units, as ZL201710601862.3=500000")
    return right, value


_SIGNER = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account that is asked to sign")]
_ACT = Annotated[str, typer.Argument(metavar="ID", help="Id of the act")]


@acting_cli.command("to-sign")
def to_sign(account: _SIGNER, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Acts that wait for an account's signature, oldest first."""
    with calling(home, url) as client:
        found = list(client.pages("/acts:to-sign", account=account))
    if as_json:
        return show_json(found)
    if not found:
        return say(f"nothing waits for the signature of {account}")
    return show_table(("act", "of", "kind", "until"), [(each["id"], each["account"], each["kind"], each["deadline"]) for each in found])


@acting_cli.command("sign")
def sign(
    account: _SIGNER,
    act: _ACT,
    of: Annotated[str, typer.Option(help="Whose act it is")],
    evidence: Annotated[str | None, typer.Option(help="What an officer who vouches saw: a file, or a hash")] = None,
    content: Annotated[Path | None, typer.Option(help="The private document, as the filer's --private wrote it")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the act only")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Sign without asking")] = False,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Signs an act of another that waits for an account, with its key held here; the last signature sends it."""
    with calling(home, url) as client:
        whole = client.get(f"/acts/{act}", account=of)
        if not as_json:
            show_json({name: whole[name] for name in ("kind", "account", "deadline", "digest", "signers", "body")})
        if dry_run:
            return show_json(whole) if as_json else None
        agree("sign", yes)
        if content is not None:
            client.post("/content:batch", {"items": [{"member": account, **each} for each in _handed(content)]})
        given = {"account": account} | ({} if evidence is None else {"evidence": hashed(evidence, "--evidence")})
        signed = client.ask(f"/acts/{act}/signatures", given, account=of)
        if signed["state"] == "gathering":
            return waits(client, signed, as_json)
        done = client.done(signed)
    return show_json(done) if as_json else say(f"signed; act {act} of {of} is final in block {done['done_at_block']}")


def _handed(file: Path) -> list[Json]:
    """Private documents in a file. Raises Refused."""
    from gateway.client import Refused

    try:
        found = json.loads(files.read(file))
    except (ValueError, RecursionError) as wrong:
        raise Refused(f"--content: {file}: {wrong}") from wrong
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refused(f"--content: {file}: a list of documents expected, as --private writes it")
    return found


@acting_cli.command("void")
def void(
    account: Annotated[str, typer.Argument(help="The account whose signature is taken back")],
    act: _ACT,
    of: Annotated[str | None, typer.Option(help="Whose act it is, where it is another's that the account signed")] = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Takes a signature back, as long as the ledger has not spent it: whatever carries it is refused from then on."""
    with calling(home, url) as client:
        done = client.called(client.ask(f"/acts/{act}/void", {}, account=account, of=of))
    if as_json:
        return show_json(done)
    return say(f"the signature of {account} on act {act} is taken back")
