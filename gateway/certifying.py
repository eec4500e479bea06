"""Certificates as a caller asks for them, and certificates held against the ledger: each is made again from this node's own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gateway.errors import Problem, invalid, not_found
from ledger.chain.blocks import last_position
from ledger.domain.assets import WORD
from ledger.domain.catalogue import Catalogue
from ledger.domain.certificates import Certificate, CertificateError, Kind
from ledger.domain.ids import IdError, from_hex, to_hex
from ledger.domain.name_matching import USUAL, Settings
from ledger.domain.name_search import SelectionError, select
from ledger.domain.names import UnusableName
from ledger.mirror.models import Side
from ledger.mirror.queries import certificates, chain, search
from ledger.mirror.queries.certificates import NothingCertified
from ledger.mirror.queries.search import EVERYWHERE, Scope
from ledger.mirror.register_models import Rectification


@dataclass(frozen=True, slots=True)
class OfPledge:
    """A registration, the record about a time, or what an act changed (its digest; the last one without)."""

    kind: Kind
    pledge: int
    time: int | None = None
    act: bytes | None = None


@dataclass(frozen=True, slots=True)
class ByName:
    """A search by name with the normal forms selected of what is similar."""

    text: str
    similar: Sequence[str] = ()
    scope: Scope = EVERYWHERE
    settings: Settings = USUAL
    time: int | None = None


@dataclass(frozen=True, slots=True)
class ByWord:
    """A search by a word of 32 bytes: a party's, a right's key or an office's record number."""

    by: str
    word: bytes
    scope: Scope = EVERYWHERE
    time: int | None = None


Wanted = OfPledge | ByName | ByWord
NAME, PARTY, NUMBER, REGISTRATION = "name", "party", "number", "registration"
LONGEST_NAME = 400


def make(conn: Connection, wanted: Wanted, catalogue: Catalogue, at: int | None = None) -> Certificate:
    """The certificate of what is wanted, as known at a position. Raises 404 where there is nothing to certify, 422 for a bad selection."""
    try:
        return _made(conn, wanted, catalogue, at)
    except NothingCertified as missing:
        raise not_found(str(missing)) from missing
    except UnusableName as wrong:
        raise invalid(str(wrong), field="text") from wrong
    except SelectionError as wrong:
        raise invalid(str(wrong), field="select") from wrong


def _made(conn: Connection, wanted: Wanted, catalogue: Catalogue, at: int | None) -> Certificate:
    if isinstance(wanted, OfPledge):
        return _of_pledge(conn, wanted, catalogue, at)
    if isinstance(wanted, ByName):
        found = search.by_name(conn, wanted.text, scope=wanted.scope, settings=wanted.settings, at=at, time=wanted.time)
        chosen = select(found, wanted.similar)
        return certificates.search_by_name(conn, chosen, scope=wanted.scope, at=at, time=wanted.time)
    if wanted.by == PARTY:
        return certificates.search_by_party(conn, wanted.word, scope=wanted.scope, at=at, time=wanted.time)
    if wanted.by == NUMBER:
        return certificates.search_by_number(conn, wanted.word, at=at, time=wanted.time)
    return certificates.search_by_registration(conn, wanted.word, register=wanted.scope.register, at=at, time=wanted.time)


def _of_pledge(conn: Connection, wanted: OfPledge, catalogue: Catalogue, at: int | None) -> Certificate:
    if not 0 < wanted.pledge < 1 << 40:
        raise NothingCertified(f"pledge {wanted.pledge}")
    if wanted.kind is Kind.REGISTRATION:
        return certificates.registration(conn, wanted.pledge, catalogue=catalogue)
    if wanted.kind is Kind.VERIFICATION:
        return certificates.verification(conn, wanted.pledge, wanted.act, at=at, catalogue=catalogue)
    return certificates.extract(conn, wanted.pledge, at=at, time=wanted.time, catalogue=catalogue)


# --- Held against the ledger ---


@dataclass(frozen=True, slots=True)
class Checked:
    """`why`: what this node's ledger says otherwise than a certificate, None where it says the same; what was rectified since of it."""

    certificate: Certificate
    why: str | None
    corrections: list[Rectification]


def check(conn: Connection, certificate: Certificate, catalogue: Catalogue) -> Checked:
    """Makes a certificate again at its own height and compares the bytes. Raises CertificateError where it doesn't say of what it is."""
    wanted = wanted_by(certificate)
    why = _elsewhere(conn, certificate) or _otherwise(conn, certificate, wanted, catalogue)
    return Checked(certificate, why, certificates.corrections_since(conn, certificate) if why is None else [])


def _elsewhere(conn: Connection, certificate: Certificate) -> str | None:
    """Why a certificate is not of a block that is held here."""
    ours, content = certificates.height(conn), certificate.content
    if content.get("ledger") != {"chain": str(ours.chain_id), "id": to_hex(ours.ledger_id)}:
        return "it is of another ledger"
    if certificate.block > ours.block:
        return f"block {certificate.block} is not mirrored yet; the last is {ours.block}"
    header = chain.header(conn, certificate.block)
    if header is None or content["height"].get("hash") != to_hex(header.hash):
        return f"block {certificate.block} of this ledger has another hash"
    return None


def _otherwise(conn: Connection, certificate: Certificate, wanted: Wanted, catalogue: Catalogue) -> str | None:
    """What this node's ledger says otherwise."""
    try:
        again = make(conn, wanted, catalogue, last_position(certificate.block))
    except Problem as nothing:
        return f"at block {certificate.block} the ledger has nothing to certify: {nothing.detail}"
    if again.canonical == certificate.canonical:
        return None
    given, made = certificate.content, again.content
    names = sorted(name for name in {*given, *made} if given.get(name) != made.get(name))
    return f"the ledger says otherwise of {', '.join(names) or 'how a value is written'}"


# --- What a document asks: it may come from anybody ---


def wanted_by(certificate: Certificate) -> Wanted:
    """What was asked when a certificate was made. Raises CertificateError."""
    try:
        return _wanted(certificate.kind, certificate.content)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, IdError) as wrong:
        raise CertificateError("certificate: it does not say what was certified") from wrong


def _wanted(kind: Kind, content: Mapping[str, Any]) -> Wanted:
    if kind is Kind.REGISTRATION:
        return OfPledge(kind, int(content["pledge"]))
    if kind is Kind.VERIFICATION:
        return OfPledge(kind, int(content["pledge"]), act=from_hex(content["acts"][-1]["act"], WORD, "act"))
    time = int(datetime.fromisoformat(content["about"]).timestamp())
    return OfPledge(kind, int(content["pledge"]), time) if kind is Kind.EXTRACT else _searched(content, time)


def _searched(content: Mapping[str, Any], time: int) -> Wanted:
    searched, where = content["searched"], content["scope"]
    side = None if where["side"] is None else Side[where["side"].upper()]
    scope = Scope(None if where["register"] is None else _small(where["register"]), side)
    by = searched["by"]
    if by == NAME:
        similar = [_text(group["normal form"]) for group in content["similar"] if group["selected"] is True]
        settings = Settings(_small(searched["threshold"]), searched["contained"] is True)
        return ByName(_text(searched["text"]), similar, scope, settings, time)
    return ByWord(_known(by), _word(searched["party" if by == PARTY else "number"]), scope, time)


def _small(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 16:
        raise ValueError("a number of a register, or percent")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NAME:
        raise ValueError("a name")
    return value


def _known(by: Any) -> str:
    if by not in (PARTY, NUMBER, REGISTRATION):
        raise ValueError("a search")
    return str(by)


def _word(text: Any) -> bytes:
    if _text(text).startswith("0x"):
        return from_hex(text, WORD, "word")
    word = str(text).encode("ascii").ljust(WORD, b"\0")
    if len(word) != WORD:
        raise ValueError("a word")
    return word
