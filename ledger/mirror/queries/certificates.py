"""Certificates of the register: of a registration, a record as at a time, what an act changed, a search. Each is made from rows alone."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from ledger.chain.blocks import LOG_BITS, last_position
from ledger.domain.calendar import rfc3339
from ledger.domain.catalogue import CATALOGUE, Catalogue
from ledger.domain.certificates import Certificate, Height, Kind, issue
from ledger.domain.content import Json
from ledger.domain.ids import to_hex
from ledger.domain.name_search import Group, Selection
from ledger.mirror.models import CHECKPOINT, PLEDGE_ACT, Side
from ledger.mirror.queries import certified, chain, pledges, records, registers, search
from ledger.mirror.queries.assets import AssetRecord, asset
from ledger.mirror.queries.liveness import about
from ledger.mirror.queries.pledges import Done, Pledged, Standing
from ledger.mirror.queries.reading import rows_of
from ledger.mirror.queries.records import Life
from ledger.mirror.queries.search import EVERYWHERE, Hit, Scope
from ledger.mirror.register_models import RECTIFICATION, Rectification

_PAGE = 1_000


class NothingCertified(LookupError):
    """What was asked for is not in the register at that height; the message names it."""


def registration(conn: Connection, pledge: int, *, catalogue: Catalogue = CATALOGUE) -> Certificate:
    """The certificate of a pledge's registration, as it stood when it was made. Raises NothingCertified."""
    done = _made(conn, pledge)
    return _of_record(conn, Kind.REGISTRATION, pledge, done.act.pos, None, catalogue)


def extract(
    conn: Connection, pledge: int, *, at: int | None = None, time: int | None = None, catalogue: Catalogue = CATALOGUE
) -> Certificate:
    """The record of a pledge as known at a position about a time. Raises NothingCertified."""
    return _of_record(conn, Kind.EXTRACT, pledge, at, time, catalogue)


def verification(
    conn: Connection, pledge: int, act: bytes | None = None, *, at: int | None = None, catalogue: Catalogue = CATALOGUE
) -> Certificate:
    """What an act (by its digest, the last one without) changed of a pledge: before and after, and the grounds that it answered.

    Raises NothingCertified.
    """
    known = pledges.history(conn, pledge, at)
    digest = known[-1].act.act if act is None and known else act
    done = [each for each in known if each.act.act == digest]
    if not done:
        raise NothingCertified(f"pledge {pledge}: no such act on it is known")
    changes = _changes(_fields(conn, pledge, done[0].act.pos - 1), _fields(conn, pledge, done[-1].act.pos))
    said = {each.act.pos for each in done}
    answered = [row for row in pledges.grounds(conn, pledge, at) if row.pos in said]
    standing = pledges.get(conn, pledge, done[-1].act.pos)
    grounds = {} if standing is None else catalogue.grounds(standing.pledge.register)
    body: dict[str, Json] = {
        "pledge": str(pledge),
        "acts": [_act(conn, each) for each in done],
        "changes": changes,
        "grounds": certified.grounds(answered, grounds),
    }
    return issue(Kind.VERIFICATION, f"pledge {pledge}", height(conn, done[-1].act.pos), body)


def _made(conn: Connection, pledge: int) -> Done:
    made = ("PledgeRegistered", "PledgeRefinanced", "RecordAdopted")
    found = next((done for done in pledges.history(conn, pledge) if done.act.event in made), None)
    if found is None:
        raise NothingCertified(f"pledge {pledge}: not registered")
    return found


def height(conn: Connection, at: int | None = None) -> Height:
    """The block at a position (the last one held without), with its ledger. Raises NothingCertified."""
    ledger = conn.execute(select(CHECKPOINT.c.chain_id, CHECKPOINT.c.ledger_id, CHECKPOINT.c.block)).one()
    block = ledger.block if at is None else at >> LOG_BITS
    header = chain.header(conn, block)
    if header is None:
        raise NothingCertified(f"block {block}: not held")
    return Height(ledger.chain_id, ledger.ledger_id, block, header.hash, header.time)


def _of_record(conn: Connection, kind: Kind, pledge: int, at: int | None, time: int | None, catalogue: Catalogue) -> Certificate:
    found = records.record(conn, pledge, at=at, time=time)
    if found is None or (found.standing.state.number is None and found.life not in _OVER):
        raise NothingCertified(f"pledge {pledge}: nothing is published of it at that height")
    body: dict[str, Json] = {
        "about": rfc3339(found.time),
        "status": found.life.value,
        "register": certified.register(found.register),
        **{name: value for name, value in certified.standing(found.standing).items() if name != "register"},
        "parties": certified.parties(found.parties),
        "segments": certified.segments(found.segments),
        "assets": certified.assets(_assets(conn, pledge, at, time)),
        "filing": certified.filing(found.standing.pledge),
        "decisions": [certified.decision(row, found.officers.get(row.pos, ())) for row in found.decisions],
        "grounds": certified.grounds(found.grounds, catalogue.grounds(found.standing.pledge.register)),
        "acts": [_act(conn, done) for done in pledges.history(conn, pledge, at)],
        "relations": [{"yields": str(row.pledge), "to": str(row.senior), "act": to_hex(row.act)} for row in found.relations],
        "refinances": None if found.refinances is None else str(found.refinances.old),
        "holds": certified.holds(found.holds, found.time),
        "notes": [certified.note(row) for row in found.notes],
        "differences": [certified.difference(row) for row in found.differences],
        "rectifications": [{"corrects": to_hex(row.corrects), "act": to_hex(row.act)} for row in found.rectifications],
    }
    return issue(kind, f"pledge {pledge}", height(conn, at), body)


_OVER = frozenset({Life.REFUSED, Life.RETURNED, Life.WITHDRAWN})
"""Filings that are over without a registration: who filed gets a paper of it, with what its acts say and no more."""


def _assets(conn: Connection, pledge: int, at: int | None, time: int | None) -> list[Pledged]:
    found: list[Pledged] = []
    after: tuple[Any, ...] | None = None
    while True:
        page = pledges.assets(conn, pledge, at, time=time, limit=_PAGE, after=after)
        found += page.rows
        if page.next is None:
            return found
        after = page.next


def _act(conn: Connection, done: Done) -> dict[str, Json]:
    account = done.act.account if done.instrument is None else done.instrument.account
    return {"block": str(done.act.pos >> LOG_BITS), **certified.act(done, pledges.consents(conn, done.act.act), account)}


# --- What an act changed ---


def _fields(conn: Connection, pledge: int, at: int) -> dict[str, Json]:
    """All that can change of a pledge as at a position; nothing before it was there."""
    found = records.standing(conn, pledge, at)
    if found is None:
        return {}
    listed = {certified.text_of(row.encumbrance.asset): row.encumbrance.ended_at is None for row in _assets(conn, pledge, at, None)}
    live = [each for each, lives in sorted(listed.items()) if lives]
    stands = found.state.number is not None
    parties = pledges.parties(conn, pledge, at)
    return {
        "status": records.life(conn, found, at).value,
        **certified.state(found.state),
        **{side.name.lower(): certified.parties([row for row in parties if row.side == side]) for side in Side},
        "assets claimed": [] if stands else [*live],
        "assets in force": [*live] if stands else [],
        "assets ended": [each for each, lives in sorted(listed.items()) if not lives],
    }


def _changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> Json:
    names = [name for name in after if before.get(name) != after[name]]
    return [{"field": name, "before": before.get(name), "after": after[name]} for name in names]


# --- Searches ---


def search_by_name(
    conn: Connection, selection: Selection, *, scope: Scope = EVERYWHERE, at: int | None = None, time: int | None = None
) -> Certificate:
    """The certificate of a search by name: what was found, what was selected of it, and the records of that."""
    found = selection.found
    chosen = {group.normal_form for group in selection.groups}
    body: dict[str, Json] = {
        "searched": {
            "by": "name",
            "text": found.query,
            "normal form": found.normal_form,
            "algorithm": found.algorithm,
            "threshold": found.settings.threshold,
            "contained": found.settings.contained,
        },
        "exact": [_group(group, chosen) for group in found.exact],
        "similar": [_group(group, chosen) for group in found.similar],
    }
    unseen = (*found.unseen, *search.unseen(conn, scope, at, time))
    return _searched(conn, found.query, body, search.hits(conn, selection.ids, at=at, time=time), unseen, scope, at, time)


def _group(group: Group, chosen: Collection[str]) -> Json:
    return {
        "normal form": group.normal_form,
        "spellings": list(group.spellings),
        "records": group.count,
        "score": group.match.score,
        "reasons": [reason.value for reason in group.match.reasons],
        "selected": group.normal_form in chosen,
    }


def search_by_party(
    conn: Connection, word: bytes, *, scope: Scope = EVERYWHERE, at: int | None = None, time: int | None = None
) -> Certificate:
    """The certificate of a search by a party's identifier."""
    hits = search.by_party(conn, word, scope=scope, at=at, time=time)
    body: dict[str, Json] = {"searched": {"by": "party", "party": to_hex(word)}}
    return _searched(conn, to_hex(word), body, hits, search.unseen(conn, scope, at, time), scope, at, time)


def search_by_number(conn: Connection, number: bytes, *, at: int | None = None, time: int | None = None) -> Certificate:
    """The certificate of a search by a number of a right: every pledge on it, and what else lies on it."""
    found = asset(conn, number, at=at, time=time)
    register = registers.taking(conn, found.resolved.key, at)
    scope = EVERYWHERE if register is None else Scope(register.register.register)
    body: dict[str, Json] = {
        "searched": {"by": "number", "number": certified.text_of(number), "key": certified.text_of(found.resolved.key)},
        "numbers": [certified.text_of(each) for each in found.resolved.numbers],
        **_on_right(found),
    }
    pledged = _records(conn, dict.fromkeys(burden.pledge.pledge.pledge for burden in found.burdens), at, time)
    return _issued(conn, certified.text_of(number), {**body, "records": pledged}, search.unseen(conn, scope, at, time), scope, at, time)


def _on_right(found: AssetRecord) -> dict[str, Json]:
    return {
        "burdens": [
            {
                "rank": burden.rank,
                "live": burden.live,
                "pledge": str(burden.pledge.pledge.pledge),
                "effective": certified.time_of(burden.segment.effective),
                "title": burden.title,
                "same as": [str(each) for each in burden.same_as],
            }
            for burden in found.burdens
        ],
        "reservations": [{"pledge": str(each.pledge.pledge.pledge), "until": certified.time_of(each.until)} for each in found.reservations],
        "anchored": [
            {"number": certified.text_of(each.seed.number), "pledge": None if each.pledge is None else str(each.pledge)}
            for each in found.anchored
        ],
        "holds": certified.holds(found.holds, found.time),
    }


def search_by_registration(
    conn: Connection, number: bytes, *, register: int | None = None, at: int | None = None, time: int | None = None
) -> Certificate:
    """The certificate of a search by an office's record number."""
    found, scope = search.by_registration(conn, number, register=register, at=at), Scope(register)
    body: dict[str, Json] = {
        "searched": {"by": "registration", "number": certified.text_of(number)},
        "records": _records(conn, [each.pledge.pledge for each in found.pledges], at, time),
        "acts": [{"pledge": str(each.act.pledge), **_act(conn, each)} for each in found.acts],
        "anchored": [{"register": seed.register, "asset": certified.text_of(seed.asset)} for seed in found.seeds],
    }
    return _issued(conn, certified.text_of(number), body, search.unseen(conn, scope, at, time), scope, at, time)


def _records(conn: Connection, numbers: Iterable[int], at: int | None, time: int | None) -> list[Json]:
    """Pledges with their terms and life about the time."""
    found = (records.standing(conn, each, at, time) for each in numbers)
    return [_stands(conn, each, records.life(conn, each, at, time), at) for each in found if each is not None]


def _stands(conn: Connection, found: Standing, life: Life, at: int | None) -> dict[str, Json]:
    """A pledge found by a search: how it stands, and the pledges that are noted as the same recording."""
    same: list[Json] = [str(each) for each in pledges.same_as(conn, found.pledge.pledge, at)]
    return {"status": life.value, **certified.standing(found), "same as": same}


def _searched(
    conn: Connection,
    subject: str,
    body: Mapping[str, Json],
    hits: list[Hit],
    unseen: tuple[str, ...],
    scope: Scope,
    at: int | None,
    time: int | None,
) -> Certificate:
    found: list[Json] = [{**_stands(conn, hit.pledge, hit.life, at), "as": certified.parties([hit.party])[0]} for hit in hits]
    return _issued(conn, subject, {**body, "records": found}, unseen, scope, at, time)


def _issued(
    conn: Connection, subject: str, body: Mapping[str, Json], unseen: tuple[str, ...], scope: Scope, at: int | None, time: int | None
) -> Certificate:
    where: dict[str, Json] = {"register": scope.register, "side": None if scope.side is None else scope.side.name.lower()}
    said: dict[str, Json] = {"about": rfc3339(about(conn, at, time)), "scope": where, "not seen": list(unseen)}
    return issue(Kind.SEARCH, subject, height(conn, at), {**body, **said})


# --- What was corrected since ---


def records_of(certificate: Certificate) -> set[int]:
    """The pledges that a certificate names."""
    listed = certificate.content.get("records", [])
    found = {row["pledge"] for row in listed if isinstance(row, Mapping) and "pledge" in row}
    return {int(each) for each in {*found, certificate.content.get("pledge")} if each is not None}


def corrections_since(conn: Connection, certificate: Certificate, at: int | None = None) -> list[Rectification]:
    """The rectifications after a certificate's height of pledges that it names: what it says of them was corrected."""
    columns = RECTIFICATION.table.c
    since = last_position(certificate.block)
    asked = select(RECTIFICATION.table).where(columns.pledge.in_(sorted(records_of(certificate))), columns.pos > since)
    return rows_of(conn, RECTIFICATION, (asked if at is None else asked.where(columns.pos <= at)).order_by(columns.pos))


def corrected_by(conn: Connection, act: bytes, at: int | None = None) -> list[Rectification]:
    """The rectifications of an act by its digest."""
    columns = RECTIFICATION.table.c
    asked = select(RECTIFICATION.table).where(columns.corrects == act)
    return rows_of(conn, RECTIFICATION, (asked if at is None else asked.where(columns.pos <= at)).order_by(columns.pos))


def issued_for(conn: Connection, pledge: int, at: int | None = None) -> list[bytes]:
    """The digests of the acts on a pledge, each of which has a verification statement, in order."""
    columns = PLEDGE_ACT.table.c
    asked = select(columns.act).where(columns.pledge == pledge).order_by(columns.pos)
    if at is not None:
        asked = asked.where(columns.pos <= at)
    return list(dict.fromkeys(conn.execute(asked).scalars()))
