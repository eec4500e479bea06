"""`pledgebook pledge anchor`: an office's existing register, anchored, proven, seeded and adopted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import files
from gateway.commands.shared import AsJson, Home, Url, calling, moment, say, settings, show, show_json

if TYPE_CHECKING:
    from gateway.anchoring.book import Book

anchor_cli = typer.Typer(no_args_is_help=True, help="An office's existing register: anchored, proven, seeded, adopted.")

Root = Annotated[str, typer.Argument(help="The folder's name below anchors/ of the home, or the beginning of it")]


@anchor_cli.command("build")
def anchor_build(
    file: Annotated[Path, typer.Argument(help="The office's export: JSON lines or CSV, gzipped or not (docs/registers.md)")],
    register: Annotated[int, typer.Option(min=1, max=65_535, help="The register's number")],
    as_at: Annotated[str | None, typer.Option(help="The time that it is shown as at (RFC 3339) (default: the file's)")] = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """Builds the trees over an existing register, in the home; nothing is sent."""
    from gateway.anchoring import shelf

    with calling(home, url) as client:
        rule, zone = _rules_of(client.data(f"/registers/{register}"))
    folder, about = shelf.build(settings(home).home, file, register, rule, zone, _as_at(as_at, file))
    say(f"{folder.name}: {about.records} records, {about.assets} live assets, root {about.records_root.hex()}")


def _rules_of(shown: dict[str, Any]) -> tuple[int, str]:
    """Rule word and zone of a register that the gateway knows. Raises Refused."""
    from gateway.client import Refused
    from ledger.domain.registers import Rule as Flag
    from ledger.domain.registers import Rules

    if shown["zone"] is None:
        raise Refused(
            f"register {shown['number']}: its description is not here, so its days have no zone; `pledgebook register set` takes one in"
        )
    flags = Flag.SINGLE_RANK if shown["ranks"] == "one" else Flag(0)
    return Rules(shown["jurisdiction"], shown["classes"], flags).word, shown["zone"]


def _as_at(text: str | None, file: Path) -> int:
    if text is not None:
        return moment(text, "--as-at")
    return int(file.stat().st_mtime) if file.exists() else 0


@contextmanager
def _book(home: Path | None, root: str) -> Iterator[Book]:
    from gateway.anchoring import shelf

    with shelf.named(settings(home).home, root) as found:
        yield found


@anchor_cli.command("sign")
def anchor_sign(
    root: Root,
    replaces: Annotated[int, typer.Option(min=0, help="Number of a wrong anchor in whose place this one stands; takes two anchorers")] = 0,
    home: Home = None,
    url: Url = None,
) -> None:
    """Has the office sign the anchor: roots and counts go to the chain."""
    from gateway.anchoring import office

    with calling(home, url) as client, _book(home, root) as book:
        office.sign(client, book, replaces)
        say(f"anchor {office.anchored_as(client, book)} of register {book.about.register}: {book.about.records} records")


@anchor_cli.command("seed")
def anchor_seed(root: Root, home: Home = None, url: Url = None) -> None:
    """Writes the live assets into their words, page by page; a register of one rank takes filings only then."""
    from gateway.anchoring import office

    with calling(home, url) as client, _book(home, root) as book:
        pages = office.seed(client, book, lambda done, whole: say(f"{done} of {whole} pages"))
        say(f"seeded {book.about.assets} live assets in {pages} pages")


@anchor_cli.command("adopt")
def anchor_adopt(
    root: Root,
    numbers: Annotated[list[str], typer.Argument(help="The office's own numbers of the records")],
    home: Home = None,
    url: Url = None,
) -> None:
    """Makes anchored records pledges of the register, with their own effective times."""
    from gateway.anchoring import office

    with calling(home, url) as client, _book(home, root) as book:
        for number, pledge in zip(numbers, office.adopt(client, book, numbers, lambda *_: None), strict=True):
            say(f"{number} is pledge {pledge}")


@anchor_cli.command("list")
def anchor_list(
    register: Annotated[int, typer.Option(min=1, max=65_535, help="The register's number")],
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """The anchors of a register."""
    with calling(home, url) as client:
        found = list(client.pages(f"/registers/{register}/anchors", limit=1_000))
    fields = ("anchor", "records", "as_at", "records_root", "held_here")
    rows = [(*(each[field] for field in fields), f"{each['seeded']} of {each['assets']}") for each in found]
    show(found, as_json, ("anchor", "records", "as at", "root", "held here", "live assets seeded"), rows)


@anchor_cli.command("prove")
def anchor_prove(
    number: Annotated[str, typer.Argument(help="The office's own number of the record")],
    register: Annotated[int, typer.Option(min=1, max=65_535, help="The register's number")],
    anchor: Annotated[int, typer.Option(min=1, help="The anchor's number in its register")] = 1,
    out: Annotated[Path | None, typer.Option(help="File for the proof (default: standard output)")] = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """The proof that a record stands under an anchor, for whoever wants to check it."""
    from urllib.parse import quote

    with calling(home, url) as client:
        found = client.data(f"/registers/{register}/anchors/{anchor}/records/{quote(number, safe='')}")["proof"]
    if out is None:
        return show_json(found)
    out.write_text(json.dumps(found, indent=2) + "\n")
    return say(f"wrote {out}")


def verify_anchor(
    file: Annotated[Path, typer.Argument(help="A proof, as `pledge anchor prove` writes it")],
    root: Annotated[str | None, typer.Option(help="The root that the office published: checks without asking anybody")] = None,
    count: Annotated[int | None, typer.Option(min=0, help="The count that goes with the root")] = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """Checks a proof by itself and against the anchor: the published root and count, or what the ledger has; exit 1 if it fails."""
    from gateway.anchoring import proofs
    from gateway.client import Refused
    from ledger.domain.ids import IdError, from_hex, to_hex

    document = files.json_in(file)
    proof = proofs.verify(document)
    if (root is None) != (count is None):
        raise Refused("--root and --count go together: a root does not say of how many records it is")
    if root is not None and count is not None:
        try:
            holds = proofs.stands_under(proof, from_hex(root, 32, "--root"), count)
        except IdError as wrong:
            raise Refused(str(wrong)) from wrong
        why = None if holds else f"the proof is under root {to_hex(proof.root)} of {proof.count}"
    else:
        with calling(home, url) as client:
            why = client.post("/anchors:verify", document)["data"]["why"]
    if why is not None:
        raise Refused(why)
    number = proof.leaf.officeNumber.rstrip(b"\0").decode()
    say(f"{proof.kind} {number} of register {proof.register}: number {proof.index} of {proof.count}, as the office anchored it")
