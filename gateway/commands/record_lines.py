"""A pledge's record as lines to read: what was decided and found, what holds it back, what differs, what came of it."""

from collections.abc import Iterator
from typing import Any

from gateway.commands.shared import money

Json = dict[str, Any]


def summary(found: Json) -> list[tuple[str, Any]]:
    """The record's head, a name and its value a line; nothing for what is not stated."""
    ceiling = found["ceiling"]
    lines = (
        ("pledge", f"{found['pledge']} of register {found['register']}, number {found['number'] or 'none yet'}"),
        ("stands", f"{found['life']}{', ' + found['reason'] if found['reason'] else ''}"),
        ("claim", f"{found['claim']} {money(ceiling) if ceiling else ''}"),
        ("counts from", f"{found['effective']}, until {found['expires'] or 'it ends'}" if found["effective"] else ""),
        ("assets", ", ".join(f"segment {each['segment']}: {each['assets']}" for each in found["segments"])),
        ("marks", ", ".join(found["flags"])),
        ("version", found["version"]),
        ("relations", ", ".join(f"{each['junior']} yields to {each['senior']}" for each in found["relations"])),
    )
    return [line for line in lines if line[1] not in ("", None)]


def details(found: Json) -> Iterator[str]:
    """All else that a reader must know, one line each."""
    yield from _decided(found)
    yield from (_hold(each) for each in found["holds"])
    yield from (f"note, {each['kind']}: {_linked(each)}{each['text']}".rstrip(": ") for each in found["notes"])
    yield from (f"differs: {each['asset_text']} ({each['kind']}), pledge {each['pledge']}" for each in found["differences"])
    for sale in found["sales"]:
        yield from _sale(sale)
    if found["refinances"]:
        yield f"stands in the place of pledge {found['refinances']['old']}"
    yield from (f"pledge {each['pledge']} stands in its place" for each in found["refinanced_by"])
    yield from (f"rectified ({each['kind']}): act {each['corrects']} by {each['act']}" for each in found["rectifications"])


def _decided(found: Json) -> Iterator[str]:
    yield from (f"decision: {each['decision']} by {', '.join(each['officers'])}, reasons {each['evidence']}" for each in found["decisions"])
    passed = [each for each in found["grounds"] if each["result"] == "pass"]
    for each in found["grounds"]:
        if each["result"] != "pass":
            cited = f"{each['text']} ({each['source']})" if each["text"] else "not known here in words"
            yield f"ground {each['ground']}, {each['result']}: {cited}, evidence {each['evidence']}"
    if passed:
        yield f"grounds passed: {', '.join(str(each['ground']) for each in passed)}"


def _hold(each: Json) -> str:
    until = each["until"] or "it is lifted"
    runs = f"from {each['placed']} until {until}" if each["runs"] else f"over since {each['until']}"
    return f"hold on {each['target']}, {each['kind']}: bars {', '.join(each['bars'])}, {runs}, order {each['order']}"


def _linked(each: Json) -> str:
    return f"pledges {each['pledge']} and {each['other']}: " if each["other"] else ""


def _sale(sale: Json) -> Iterator[str]:
    price, costs, surplus = (money(sale[name]) for name in ("price", "costs", "surplus"))
    yield f"sale, {sale['effective']}: {', '.join(sale['assets'])} for {price}, costs {costs}, left for the pledgors {surplus}"
    for each in sale["shares"]:
        yield f"  rank {each['rank']}, pledge {each['pledge']}: {money(each['amount'])} of {money(each['claim'])}"
