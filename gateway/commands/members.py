"""`pledgebook member admit, list`: organisations of the ledger, and the accounts that stand for them in every other command."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.commands.shared import AsJson, Home, OnlyId, Url, calling, say, show, show_json

member_cli = typer.Typer(no_args_is_help=True, help="Members: organisations with an account on the ledger.")


@member_cli.command("admit")
def admit(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The organisation's name")],
    party: Annotated[str, typer.Option(help="Its registered identifier, as 'LEI 5493001KJTIIGC8Y1R12', or the party's word")],
    role: Annotated[list[str], typer.Option("--role", help="SUPPLIER, OBLIGOR, BANK, GUARANTOR, APPRAISER, COURT_OFFICER ...")],
    account: Annotated[str | None, typer.Option(help="Its account (default: a new one, whose key is kept here)")] = None,
    home: Home = None,
    url: Url = None,
    only_id: OnlyId = False,
    as_json: AsJson = False,
) -> None:
    """Admits an organisation, by the admitter's key held here, and waits until the ledger has it."""
    from gateway.client import Refused

    wanted = {"key": name, "name": name, "party": _word(party), "roles": [each.upper().replace("-", "_") for each in role]}
    with calling(home, url) as client:
        (made,) = client.post("/members:batch", {"members": [wanted | ({} if account is None else {"account": account})]})["members"]
        if client.post("/members:wait", {"accounts": [made["account"]], "timeout": 60})["pending"]:
            raise Refused(
                f"admit: {name} is not on the ledger after a minute; the same command goes on, `pledgebook doctor` says what waits"
            )
    if only_id:
        return say(made["account"])
    return show_json(made) if as_json else say(f"{name} is a member: {made['account']}")


def _word(text: str) -> str:
    """A party's word from its identifier. Raises Refused."""
    from gateway.client import Refused
    from ledger.domain.identifiers import IdentifierError, Scheme, identifier

    scheme, _, number = text.partition(" ")
    if text.startswith("0x"):
        return text
    try:
        return f"0x{identifier(Scheme[scheme.upper().replace('-', '_')], number, '--party').word.hex()}"
    except KeyError as wrong:
        raise Refused(
            f"--party: {text[:40]!r}; a scheme and a number, as 'LEI 5493001KJTIIGC8Y1R12': {', '.join(Scheme.__members__)}"
        ) from wrong
    except IdentifierError as wrong:
        raise Refused(str(wrong)) from wrong


@member_cli.command("list")
def list_members(home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """Every member with its account and roles."""
    with calling(home, url) as client:
        found = list(client.pages("/members", limit=1000))
    show(found, as_json, ("name", "account", "roles"), [(each["name"], each["account"], ", ".join(each["roles"])) for each in found])
