"""What commands that sign share: a document's hash, the question before signing, handing acts in, and what still waits for signatures."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway import files
from gateway.commands.shared import say, show_json

if TYPE_CHECKING:
    from gateway.client import Client, Json


def hashed(text: str, option: str) -> str:
    """A hash as it is, or that of a file. Raises Refused."""
    from gateway.client import Refused

    if text.startswith("0x"):
        return text.lower()
    if not Path(text).is_file():
        raise Refused(f"{option}: {text}: no such file; name the document's file, or its hash (0x and 64 digits)")
    return "0x" + sha256(files.read(Path(text))).hexdigest()


def is_known(client: Client, made: Json) -> bool:
    """Whether the first of these very acts was handed in before: then what is left of them is gone on with."""
    from gateway.client import Refused
    from ledger.domain.ids import act_id

    first = made["acts"][0]
    try:
        client.get(f"/acts/{act_id(first['key'])}", account=first["account"])
    except Refused:
        return False
    return True


def agree(name: str, yes: bool) -> None:
    """Asks before signing. Raises Refused where nobody is there or the answer is no."""
    from gateway.client import Refused

    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{name}: nobody is asked here; give --yes to sign it, or --dry-run to look only")
    if not typer.confirm("Sign this?"):
        raise Refused(f"{name}: not signed")


def submit(client: Client, made: Json) -> list[Json]:
    """Keeps the private document, then hands in the acts one after another; each as it ended, or waits for signatures."""
    for each in made["contents"]:
        client.post("/content:batch", {"items": [{name: value for name, value in each.items() if name != "root"}]})
    done: list[Json] = []
    for each in made["acts"]:
        act = client.post("/acts", {name: value for name, value in each.items() if name != "key"}, each["key"])
        done.append(act if act["state"] == "gathering" else client.done(act))
        if done[-1]["state"] == "gathering":
            break
    return done


def waits(client: Client, act: Json, as_json: bool) -> None:
    """Says whose signatures are missing."""
    whole = client.get(f"/acts/{act['id']}", account=act["account"])
    if as_json:
        return show_json(whole)
    missing = ", ".join(f"{each['account']} as {each['role']}" for each in whole["signers"] if not each["signed"])
    say(
        f"act {act['id']} of {act['account']} waits for the signature of {missing}; the last one sends it, and the same command goes on "
        "from there (on a later day with the day that it took as today)"
    )
    return None
