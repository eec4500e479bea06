"""`pledgebook keys`: the keys of the members served here, the relayers', and API keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway import files
from gateway.commands.shared import Home, ledger_of, opened_keystore, say, show_table
from gateway.config import Settings

keys_cli = typer.Typer(no_args_is_help=True, help="Keys of the members served here, and API keys.")

_Account = Annotated[str, typer.Argument(help="The member's account, 0x and 40 hex digits")]
_Key = Annotated[str, typer.Argument(help="The key's address, 0x and 40 hex digits")]
_KeyId = Annotated[str, typer.Argument(help="The API key's id (`keys list-api-keys` has it)")]


@keys_cli.command("list")
def keys_list(home: Home = None) -> None:
    """The accounts served here and their keys' addresses."""
    keystore = opened_keystore(ledger_of(home))
    for member in keystore.members():
        say(f"0x{member.hex()}: {', '.join('0x' + key.hex() for key in keystore.keys(member)) or 'no key'}")


@keys_cli.command("make")
def keys_make(account: _Account, home: Home = None) -> None:
    """Makes a key for an account, which is served here from then on; it signs once the ledger lists it."""
    from ledger.domain.ids import address, to_hex

    key = opened_keystore(ledger_of(home)).create(address(account, "account"))
    say(f"made {to_hex(key)}; list it on the ledger with an AddKey act of the account")


@keys_cli.command("adopt")
def keys_adopt(
    account: _Account,
    key: _Key,
    vault: Annotated[str, typer.Option(help="remote (Web3Signer's eth1 API) or pkcs11 (a security module)")],
    home: Home = None,
) -> None:
    """Has a key that lies outside, in a vault that the settings name, sign for an account."""
    from gateway.errors import StartError
    from ledger.domain.ids import address

    try:
        opened_keystore(ledger_of(home)).adopt(address(account, "account"), address(key, "key"), vault)
    except ValueError as wrong:
        raise StartError(str(wrong)) from wrong
    say(f"{key} signs for {account}; list it on the ledger with an AddKey act of the account")


@keys_cli.command("retire")
def keys_retire(account: _Account, key: _Key, home: Home = None) -> None:
    """Signs no more with a key. Revoke it on the ledger first (a RevokeKey act), so that nobody can."""
    from ledger.domain.ids import address

    opened_keystore(ledger_of(home)).retire(address(account, "account"), address(key, "key"))
    say(f"retired {key}")


@keys_cli.command("import-v3")
def keys_import(
    account: _Account,
    file: Annotated[Path, typer.Argument(help="A key's V3 file, as Ethereum clients write it")],
    passphrase_file: Annotated[Path, typer.Option(help="File with the V3 file's passphrase")],
    home: Home = None,
) -> None:
    """Takes the key of a V3 file in for an account."""
    from gateway.errors import StartError
    from ledger.domain.ids import IdError, address, to_hex

    keystore = opened_keystore(ledger_of(home))
    try:
        key = keystore.import_v3(address(account, "account"), files.json_in(file), files.line(passphrase_file))
    except (IdError, ValueError) as wrong:
        raise StartError(f"{file}: {wrong}; give a V3 key file and its passphrase") from wrong
    say(f"took in {to_hex(key)}; list it on the ledger with an AddKey act of the account")


@keys_cli.command("export-v3")
def keys_export(
    account: _Account,
    key: _Key,
    file: Annotated[Path, typer.Argument(help="File to write, a V3 file as Ethereum clients read it")],
    passphrase_file: Annotated[Path, typer.Option(help="File with the new passphrase, of 12 bytes or more")],
    home: Home = None,
) -> None:
    """Writes a key as a V3 file under its own passphrase."""
    from gateway.errors import StartError
    from gateway.home import write_secret
    from gateway.signers import passphrase
    from ledger.domain.ids import IdError, address

    keystore = opened_keystore(ledger_of(home))
    try:
        member, of = address(account, "account"), address(key, "key")
        secret = passphrase.from_file(passphrase_file, "write the passphrase into a file, and name that")
        exported = keystore.export_v3(member, of, secret.decode())
    except IdError as wrong:
        raise StartError(str(wrong)) from wrong
    except UnicodeDecodeError as wrong:
        raise StartError(f"{passphrase_file}: it is no text in UTF-8, as V3 files want it; give another passphrase") from wrong
    write_secret(file, json.dumps(exported))
    say(f"wrote {file}")


@keys_cli.command("change-passphrase")
def keys_change_passphrase(home: Home = None) -> None:
    """Seals all keys under another passphrase, given by PLEDGEBOOK_NEW_PASSPHRASE_FD, the systemd credential pledgebook-new-passphrase or
    PLEDGEBOOK_NEW_PASSPHRASE_FILE; a home that keeps its own makes one. A gateway that runs goes on, its next start needs the new one.
    """
    from gateway.home import change_passphrase
    from gateway.office import database
    from gateway.signers.keystore import Keystore

    settings = ledger_of(home)
    kept = change_passphrase(Keystore(database.open(settings.office_database())), settings)
    told = "give it to the next start" if kept is None else f"the home keeps it in {kept}"
    say(f"all keys are sealed under the new passphrase; {told}")


@keys_cli.command("issue-api-key")
def keys_issue(
    name: Annotated[str, typer.Argument(help="What lists and the audit log call it, as 'Anna, back office'")],
    member: Annotated[str | None, typer.Option(help="Account that the key acts for; without it the operator's")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days that it opens")] = 90,
    read_only: Annotated[bool, typer.Option("--read-only", help="It reads and doesn't act")] = False,
    before_admission: Annotated[
        bool,
        typer.Option("--before-admission", help="For an account that is no member yet and has no keys here; nothing is looked up"),
    ] = False,
    home: Home = None,
) -> None:
    """Makes an API key and prints it once."""
    from gateway import access
    from gateway.office import database
    from ledger.domain.ids import address

    settings = ledger_of(home)
    account = None if member is None else address(member, "member")
    if account is not None and not before_admission:
        _check_known(settings, account)
    scopes = (access.READ,) if read_only else access.SCOPES if member is None else (access.READ, access.ACT)
    with database.open(settings.office_database()).write() as conn:
        made = access.issue(conn, name, account, scopes, days)
    say(made)


def _check_known(found: Settings, account: bytes) -> None:
    """Raises StartError for an account that has no keys here and is not on the ledger: a mistyped one opens nothing; who sees why?"""
    from gateway.errors import StartError
    from gateway.office import database as offices
    from gateway.signers.keystore import Keystore
    from ledger.domain.ids import to_hex
    from ledger.mirror import database as mirrors
    from ledger.mirror.queries import members

    if Keystore(offices.open(found.office_database())).serves(account):
        return
    with mirrors.open(found.mirror_database()).read() as conn:
        if members.get(conn, account) is None:
            raise StartError(
                f"member: {to_hex(account)} is no member of this ledger and has no keys here; `pledgebook member list` has the accounts; "
                "for one that is admitted later say --before-admission"
            )


@keys_cli.command("list-api-keys")
def keys_list_api(home: Home = None) -> None:
    """The API keys by id, without their secrets."""
    from gateway import access
    from gateway.office import database
    from ledger.domain.calendar import rfc3339

    with database.open(ledger_of(home).office_database()).read() as conn:
        rows = [
            (
                each.id,
                each.name,
                "all that are served" if each.member is None else f"0x{each.member.hex()}",
                each.scopes,
                rfc3339(each.expires // 1000),
                "revoked" if each.revoked else "",
            )
            for each in access.listed(conn)
        ]
    show_table(("id", "name", "acts for", "scopes", "expires", ""), rows)


@keys_cli.command("rotate-api-key")
def keys_rotate(
    key_id: _KeyId,
    overlap: Annotated[float, typer.Option(min=0, max=720, help="Hours that the old secret still opens")] = 24,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days that the new one opens")] = 90,
    home: Home = None,
) -> None:
    """Gives an API key a new secret and prints it once; the old one goes on for the overlap. The home's own key file is written anew."""
    from gateway import access
    from gateway.errors import StartError
    from gateway.home import replace_operator_key
    from gateway.office import database

    settings = ledger_of(home)
    with database.open(settings.office_database()).write() as conn:
        made = access.rotate(conn, key_id, overlap, days)
        if made is None:
            raise StartError(f"no API key {key_id} that is good; see `pledgebook keys list-api-keys`")
    replace_operator_key(settings, made)
    say(made)


@keys_cli.command("revoke-api-key")
def keys_revoke(key_id: _KeyId, home: Home = None) -> None:
    """Ends an API key, also for a gateway that runs: there within a second."""
    from gateway import access
    from gateway.errors import StartError
    from gateway.office import database

    with database.open(ledger_of(home).office_database()).write() as conn:
        if not access.revoke(conn, key_id):
            raise StartError(f"no API key {key_id}; see `pledgebook keys list-api-keys`")
    say(f"revoked {key_id}")


@keys_cli.command("renew-lane")
def keys_renew_lane(
    home: Home = None,
    council: Annotated[
        bool,
        typer.Option("--council", help="The lane of the council's key instead: it keeps its key and goes on from the chain's count"),
    ] = False,
) -> None:
    """Gives a relayer's key up that stands still for a new one. The gateway must be stopped; what was in flight is sent again."""
    from gateway import founding
    from gateway.errors import StartError
    from gateway.home import only_one

    settings = ledger_of(home)
    with only_one(settings.home):
        keystore = opened_keystore(settings)
        made = founding.resume_council(keystore) if council else founding.renew_relayer(keystore)
    if made is None:
        raise StartError("the council's key has sent nothing from this office, so it has no lane to go on with")
    if council:
        say(f"the council's key stays 0x{made.hex()}; after the next start its lane goes on from the chain's count")
        return
    told = "the next start has it enrolled"
    if settings.node:
        told += f" if the council's key is held here; else the council must enrol it (Acts.setRelayer, 0x{made.hex()})"
    say(f"the new relayer is 0x{made.hex()}; {told}")
