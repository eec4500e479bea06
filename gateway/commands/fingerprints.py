"""`pledgebook fingerprint` and `fingerprint-key`: what an invoice is called on the ledger, and the key that the ledger's gateways share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import files
from gateway.commands.shared import AsJson, Home, Url, calling, ledger_of, opened_keystore, say, show, show_json

if TYPE_CHECKING:
    from gateway.signers.fingerprint_keys import FingerprintKeys, Version

fingerprint_cli = typer.Typer(no_args_is_help=True, help="Fingerprints of invoices: one invoice backs one receivable.")
fingerprint_key_cli = typer.Typer(no_args_is_help=True, help="The key of invoices' fingerprints, which the ledger's gateways share.")

_VERSION = Annotated[int, typer.Argument(min=1, metavar="VERSION", help="Number of the version")]
_PASSPHRASE = Annotated[Path, typer.Option(help="File with the passphrase of the exported file, at least 12 bytes")]
_MAKE_ONE = "write the passphrase into a file, and name that"
_PARTY = "Account, scheme and number as 'VAT DE123456789', or a party's word"


@fingerprint_cli.command("check")
def fingerprint_check(
    seller: Annotated[str, typer.Option(help=_PARTY)],
    buyer: Annotated[str, typer.Option(help=_PARTY)],
    number: Annotated[str, typer.Option(help="The invoice's number as written")],
    issued: Annotated[str, typer.Option(help="Day of the invoice, ISO 8601; its year counts")],
    instalment: Annotated[int, typer.Option(help="Which instalment; an invoice that is paid at once is 1")] = 1,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Says whether an invoice backs a receivable already; exit 1 if it does. With --json, what a confirmation names."""
    asked = {"seller": seller, "buyer": buyer, "number": number, "issued": issued, "instalment": instalment}
    with calling(home, url) as client:
        found = client.post("/invoices:fingerprint", asked)["data"]
    if as_json:
        show_json(found)
    else:
        say("used: this invoice backs a receivable already" if found["used"] else "free: no receivable has this invoice")
        say(f"fingerprint {found['fingerprint']}, under {len(found['earlier'])} earlier versions of the key too")
    raise typer.Exit(1 if found["used"] else 0)


@fingerprint_key_cli.command("new")
def key_new(
    first: Annotated[bool, typer.Option("--first", help="The first one of this ledger: no other gateway has made any")] = False,
    home: Home = None,
) -> None:
    """Makes the next version, current from now on; export it to every other gateway before any retires the one before."""
    keys = _keys(home)
    if first:
        keys.found()
    say(_line(keys.versions()[0] if first else keys.new()))


@fingerprint_key_cli.command("list")
def key_list(home: Home = None, as_json: AsJson = False) -> None:
    """The versions held here, newest first, with the marks by which people compare them."""
    found = [_told(each) for each in _keys(home).versions()]
    names = ("version", "mark", "state", "since", "replaced", "retired")
    show(found, as_json, names, [[each[name] for name in names] for each in found])


@fingerprint_key_cli.command("export")
def key_export(
    version: _VERSION, file: Annotated[Path, typer.Argument(help="File to write")], passphrase_file: _PASSPHRASE, home: Home = None
) -> None:
    """Writes a version to a file that only the passphrase opens. Send file and passphrase by different ways."""
    import json

    from gateway.home import write_secret
    from gateway.signers import passphrase

    made = _keys(home).export(version, passphrase.from_file(passphrase_file, _MAKE_ONE))
    write_secret(file, json.dumps(made, indent=2) + "\n")
    say(f"wrote {file}: version {version}, mark {made['mark']}")


@fingerprint_key_cli.command("import")
def key_import(
    file: Annotated[Path, typer.Argument(help="File that another gateway exported")], passphrase_file: _PASSPHRASE, home: Home = None
) -> None:
    """Takes in a version that another gateway of this ledger exported; compare its mark with what they tell you."""
    from gateway.signers import passphrase

    say(_line(_keys(home).take_in(files.json_in(file), passphrase.from_file(passphrase_file, _MAKE_ONE))))


@fingerprint_key_cli.command("retire")
def key_retire(
    version: _VERSION,
    early: Annotated[bool, typer.Option("--early", help="Though invoices that only this version has seen may come again")] = False,
    home: Home = None,
) -> None:
    """Checks a version no more, once every gateway has had a later one for the longest tenor: ask the others; of this one it is checked."""
    _keys(home).retire(version, early=early)
    say(f"version {version} is retired")


def _keys(home: Path | None) -> FingerprintKeys:
    from gateway.signers.fingerprint_keys import FingerprintKeys
    from ledger.chain import manifest as manifests

    found = ledger_of(home)
    return FingerprintKeys(opened_keystore(found), manifests.load(found.manifest).ledger_id)


def _line(version: Version) -> str:
    return f"version {version.number} is {version.state}, mark 0x{version.mark.hex()}"


def _told(version: Version) -> dict[str, Any]:
    from ledger.domain.calendar import rfc3339

    times = {"since": version.at, "replaced": version.replaced, "retired": version.retired}
    told = {name: None if at is None else rfc3339(at // 1000) for name, at in times.items()}
    return {"version": version.number, "mark": f"0x{version.mark.hex()}", "state": version.state.value, **told}
