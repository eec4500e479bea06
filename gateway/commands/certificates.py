"""`pledgebook pledge`: searches in two steps, certificates, and what a pledgee must watch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway import files
from gateway.commands.shared import (
    About,
    AsJson,
    Block,
    Home,
    InRegister,
    KnownAt,
    Url,
    calling,
    say,
    show,
    show_hits,
    show_json,
    show_table,
)

certificates_cli = typer.Typer()

Pledge = Annotated[int, typer.Argument(min=1, help="The pledge's number")]
Member = Annotated[str | None, typer.Option(help="For which member's account (default: the caller's own)")]
Out = Annotated[Path | None, typer.Option(help="Write the document here: these bytes are what the hash is of")]
Html = Annotated[Path | None, typer.Option(help="Write a page to read here")]
_WORDS = {"party": "/searches/parties", "identifier": "/searches/identifiers", "registration": "/searches/registrations"}
_PARAMETERS = {"party": "party", "identifier": "text", "registration": "number"}


# --- Searches -------------------------------------------------------------------------------------------------------------------------


@certificates_cli.command()
def search(
    text: Annotated[str, typer.Argument(help="A name, a party's word, an identifier (USCC, LEI...), a right's key or a record number")],
    by: Annotated[str, typer.Option(help="name, party, person, identifier, number (of a right) or registration")] = "name",
    salt: Annotated[str | None, typer.Option(help="The salt (hex) of a natural person's commitment, with --by person")] = None,
    select: Annotated[list[str] | None, typer.Option(help="A similar name (its normal form) to take into the certificate")] = None,
    certify: Annotated[bool, typer.Option("--certify", help="Step two: certify what stands under the names selected")] = False,
    out: Out = None,
    html: Html = None,
    register: InRegister = None,
    side: Annotated[str | None, typer.Option(help="Only among pledgors, or among holders")] = None,
    block: Block = None,
    known_at: KnownAt = None,
    about: About = None,
    member: Member = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Searches the register: first what is there, then (--certify, --select, --out) a certificate of it."""
    point = {"block": block, "known_at": known_at}
    if by == "person":
        by, text = "party", _committed(text, salt)
    with calling(home, url) as client:
        if certify or select or out or html:
            from gateway.commands.rights import key_in

            named = key_in(client, text) if by == "number" else text
            of = {"kind": "search", "by": by, "text": named, "select": select or [], "register": register, "side": side}
            return _issue(client, of, member, {**point, "effective_at": about}, out, html, as_json)
        where = {"register": register, "side": side}
        return _first_step(client, by, text, {**point, **where}, about, as_json)


def _committed(name: str, salt: str | None) -> str:
    """The word of a natural person's commitment, made here: the name leaves this machine as little as the salt. Raises Refused."""
    from gateway.client import Refused
    from ledger.domain.identifiers import IdentifierError, person
    from ledger.domain.ids import IdError, from_hex, to_hex

    if salt is None:
        raise Refused("--salt: a natural person is found by name and salt together; whoever filed has it")
    try:
        return to_hex(person(name, from_hex(salt, 32, "--salt")).word)
    except (IdError, IdentifierError) as wrong:
        raise Refused(str(wrong)) from wrong


def _first_step(client: Any, by: str, text: str, where: dict[str, Any], about: str | None, as_json: bool) -> None:
    from gateway.client import Refused

    if by == "name":
        found = client.data("/searches/names", name=text, **where, effective_at=about)
        return show_json(found) if as_json else _show_names(found)
    if by == "number":
        return _show_number(client, text, where, about, as_json)
    if by not in _WORDS:
        raise Refused(f"--by: {by!r} is none of name, person, number, {', '.join(_WORDS)}")
    scope = {name: value for name, value in where.items() if by != "registration" or name != "side"}
    dated = {} if by == "registration" else {"effective_at": about}
    asked = {_PARAMETERS[by]: text, **scope, **dated}
    found = list(client.pages(_WORDS[by], **asked, limit=1_000)) if by == "party" else client.data(_WORDS[by], **asked)
    if as_json:
        return show_json(found)
    return _show_found(by, found)


def _show_names(found: dict[str, Any]) -> None:
    say(f"{found['query']!r} searched as {found['normal_form']!r}")
    rows = [
        (kind, each["normal_form"], " / ".join(each["spellings"]), each["records"], each["score"], ", ".join(each["why"]))
        for kind in ("exact", "similar")
        for each in found[kind]
    ]
    show_table(("", "normal form", "recorded as", "records", "score", "why"), rows)
    for each in found["anchored"]:
        listed = f"{', '.join(each['numbers'])}{', ...' if each['records'] > len(each['numbers']) else ''}"
        spelt = " / ".join(each["spellings"])
        say(
            f"anchored register {each['register']}, anchor {each['anchor']}: {spelt} ({each['score']}), {each['records']} records: {listed}"
        )
    for each in found["unseen"]:
        say(f"not seen: {each}")
    say("step two: --certify takes the exact names, --select FORM a similar one, --out FILE writes the certificate")


def _show_number(client: Any, text: str, where: dict[str, Any], about: str | None, as_json: bool) -> None:
    from gateway.commands.rights import keys_in

    point = {"block": where["block"], "known_at": where["known_at"], "effective_at": about}
    found = [client.data(f"/assets/{key}", ended=True, **point) for key in keys_in(client, text)]
    if as_json:
        return show_json(found[0] if len(found) == 1 else found)
    fields = ("pledge", "rank", "effective", "live", "title")
    rows = [(each["asset_text"], *(row[field] for field in fields)) for each in found for row in each["encumbrances"]]
    say(f"searched as {', '.join(each['asset_text'] for each in found)}")
    return show_table(("right", *fields), rows)


def _show_found(by: str, found: Any) -> None:
    if by == "party":
        return show_hits(found)
    if by == "identifier":
        for each in found:
            say(f"{each['scheme']} {each['text']}, party {each['party']}")
            show_hits(each["hits"])
        return None if found else say("no identifier whose check digits it satisfies")
    say(f"pledges: {_listed(found['pledges'])}; acted on under this number: {_listed(found['acted_on'])}")
    for each in found["anchored"]:
        say(f"anchored record {each['number']} of register {each['register']}, pledge {each['pledge'] or 'none yet'}")
    return None


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


# --- Certificates ---------------------------------------------------------------------------------------------------------------------


@certificates_cli.command()
def certificate(
    pledge: Pledge,
    out: Out = None,
    html: Html = None,
    member: Member = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """The certificate of a pledge's registration, as it stood when it was registered."""
    with calling(home, url) as client:
        _issue(client, {"kind": "registration", "pledge": pledge}, member, {}, out, html, as_json)


@certificates_cli.command()
def extract(
    pledge: Pledge,
    block: Block = None,
    known_at: KnownAt = None,
    about: About = None,
    out: Out = None,
    html: Html = None,
    member: Member = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """A pledge's record as a certificate, as known at a point about a time."""
    point = {"block": block, "known_at": known_at, "effective_at": about}
    with calling(home, url) as client:
        _issue(client, {"kind": "extract", "pledge": pledge}, member, point, out, html, as_json)


@certificates_cli.command()
def statement(
    pledge: Pledge,
    act: Annotated[str | None, typer.Option(help="The act's digest (default: the last act on it)")] = None,
    out: Out = None,
    html: Html = None,
    member: Member = None,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """The verification statement of an act on a pledge: what it changed, before and after."""
    with calling(home, url) as client:
        _issue(client, {"kind": "verification", "pledge": pledge, "act": act}, member, {}, out, html, as_json)


def _issue(
    client: Any, of: dict[str, Any], member: str | None, point: dict[str, Any], out: Path | None, html: Path | None, as_json: bool
) -> None:
    """Has a certificate issued, checks its hash, and writes or prints it."""
    import rfc8785

    from gateway.certificate_page import lines, page
    from gateway.client import Refused
    from ledger.domain.certificates import read
    from ledger.domain.ids import to_hex

    found = client.ask("/certificates", {"of": of, "member": member}, **point)["data"]
    made = read(rfc8785.dumps(found["document"]))
    if to_hex(made.hash) != found["hash"]:
        raise Refused(f"the gateway gives hash {found['hash']}, the document has {to_hex(made.hash)}")
    for file, content in ((out, made.canonical), (html, page(made).encode())):
        if file is not None:
            files.write(file, content)
    if as_json:
        return show_json(found)
    for line in lines(made):
        say(line)
    return None


@certificates_cli.command("certificates")
def list_certificates(member: Member = None, home: Home = None, url: Url = None, as_json: AsJson = False) -> None:
    """The certificates that were issued for a member, newest first."""
    with calling(home, url) as client:
        found = list(client.pages("/certificates", member=member))
    fields = ("issued_at", "kind", "subject", "block", "hash")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


@certificates_cli.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A certificate as it was issued (--out)")],
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Does the ledger say what a certificate says? It is made again from its block; exit 1 if not."""
    from gateway.client import Refused
    from ledger.domain.certificates import CertificateError, read

    try:
        given = read(files.read(file))
    except CertificateError as wrong:
        raise Refused(f"{file}: {wrong}") from wrong
    with calling(home, url) as client:
        found = client.post("/certificates:verify", {"document": dict(given.content)})["data"]
    if as_json:
        show_json(found)
    else:
        said = f"the ledger says the same at block {given.block}" if found["holds"] else f"does not hold: {found['why']}"
        say(f"{found['kind']} of {found['subject']}, {found['hash']}: {said}")
        for each in found["corrections"]:
            say(f"since then act {each['corrects']} was corrected ({each['kind']}) by {each['act']}")
    raise typer.Exit(0 if found["holds"] else 1)


# --- Watches --------------------------------------------------------------------------------------------------------------------------


@certificates_cli.command()
def watches(
    member: Member = None,
    days: Annotated[int, typer.Option(min=0, max=36_500, help="How many days ahead")] = 90,
    home: Home = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """What a pledgee must watch, in the order in which it acts."""
    with calling(home, url) as client:
        found = list(client.pages("/watches", member=member, horizon_days=days, limit=1_000))
    fields = ("acts_at", "urgency", "subject", "what", "to_do", "source", "doubt")
    show(found, as_json, fields, [tuple(each[field] for field in fields) for each in found])


@certificates_cli.command()
def report(
    file: Annotated[Path, typer.Argument(help='JSON as POST /reports:batch takes it: {"reports": [...]}')],
    member: Member = None,
    home: Home = None,
    url: Url = None,
) -> None:
    """Keeps what sources say of rights: dates, duties done, offices' events, valuations."""
    from gateway.client import Refused

    asked = files.json_in(file)
    if not isinstance(asked, dict):
        raise Refused(f'{file}: {{"reports": [...]}} expected')
    with calling(home, url) as client:
        kept = client.post("/reports:batch", asked if member is None else {**asked, "member": member})
    say(f"{len(kept['assets'])} reports kept")
