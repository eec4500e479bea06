"""Where other members' gateways are, and with which keys they speak: the ledger says it, and the operator's file gives the URLs.

A URL counts only as long as the ledger has its hash for the account, whoever gave it: `peers.toml` of the home, or the peer's own offer.
"""

from __future__ import annotations

import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

import httpcore
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy import Connection, select

from gateway.config import Settings
from gateway.following.egress import Egress, NotAllowed, target_of
from gateway.office.models import PEER_URL
from gateway.services import Services
from ledger.domain.address_book import ENCRYPTION_KEY, NO_URL, TRANSPORT_KEY, URL_HASH, KeyId, url_word
from ledger.domain.ids import IdError, address
from ledger.foreseen import Foreseen
from ledger.mirror.models import MemberSlot
from ledger.mirror.queries import members

FILE = "peers.toml"
PEER_HOSTS = "PLEDGEBOOK_PEER_HOSTS"
_STRICT = ConfigDict(extra="forbid", frozen=True)


class DirectoryError(Foreseen):
    """`peers.toml` can't be read; one line that names the entry and the rule."""


class Described(BaseModel):
    """A peer as the file names it."""

    model_config = _STRICT

    account: str
    url: Annotated[str, Field(max_length=2_000)]
    name: str = ""
    """For who reads the file."""

    @field_validator("account")
    @classmethod
    def _checked_account(cls, given: str) -> str:
        try:
            address(given, "account")
        except IdError as wrong:
            raise ValueError(str(wrong)) from wrong
        return given

    @field_validator("url")
    @classmethod
    def _checked_url(cls, given: str) -> str:
        target_of(given)
        return given


class _File(BaseModel):
    model_config = _STRICT

    peers: list[Described] = []


def given(home: Path) -> dict[bytes, str]:
    """The URLs in a home's file, by account; none without it. Raises DirectoryError."""
    file = home / FILE
    if not file.exists():
        return {}
    try:
        found = _File.model_validate(tomllib.loads(file.read_text()))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise DirectoryError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, NotAllowed) as wrong:
        raise DirectoryError(f"{file}: {wrong}") from wrong
    return {address(each.account, "account"): each.url.rstrip("/") for each in found.peers}


def egress(listed: str, urls: Mapping[bytes, str]) -> Egress:
    """To whom messages may be sent: the hosts listed, and those of the operator's own file."""
    own = (urlsplit(url).netloc for url in urls.values())
    return Egress.of(",".join((listed, *own)), PEER_HOSTS)


def tls(settings: Settings) -> ssl.SSLContext:
    """How peers are called over TLS: against which authorities their certificates are checked, and which one is shown to who asks for it.

    Raises DirectoryError.
    """
    trusted, setting = httpcore.default_ssl_context(), ""
    try:
        if (authority := settings.tls_authority) is not None:
            setting = f"PLEDGEBOOK_TLS_AUTHORITY: {authority}"
            trusted.load_verify_locations(authority)
        if (shown := settings.tls_client_certificate) is not None:
            setting = f"PLEDGEBOOK_TLS_CLIENT_CERTIFICATE: {shown}"
            trusted.load_cert_chain(shown)
    except OSError as wrong:
        raise DirectoryError(f"{setting}: {wrong.strerror or wrong}; a file of PEM expected") from wrong
    return trusted


class Published(NamedTuple):
    """A word that a member publishes, and its epoch."""

    epoch: int
    word: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger has of a member's gateway; None where it publishes nothing."""

    account: bytes
    transport: Published | None
    encryption: Published | None
    url: Published | None

    @property
    def speaks(self) -> bool:
        """Whether messages can be sealed to it and its signatures checked."""
        return self.transport is not None and self.encryption is not None

    @property
    def has_door(self) -> bool:
        """Whether its gateway can be called; else it fetches."""
        return self.url is not None and self.url.word != NO_URL


def entry(conn: Connection, account: bytes) -> Entry:
    """A member's entry in the address book, by the mirror."""
    return Entry(account, *(_word(members.slot(conn, account, kind)) for kind in (TRANSPORT_KEY, ENCRYPTION_KEY, URL_HASH)))


def _word(slot: MemberSlot | None) -> Published | None:
    """A slot of one word; what has another form publishes nothing."""
    return None if slot is None or len(slot.words) != 32 else Published(slot.epoch, slot.words)


def transport_key(conn: Connection, named: KeyId) -> bytes | None:
    """The transport key of that name, if it is the present one of a member in good standing."""
    member, found = members.get(conn, named.account), entry(conn, named.account).transport
    if member is None or member.suspended or found is None or found.epoch != named.epoch:
        return None
    return found.word


def url_of(services: Services, conn: Connection, found: Entry) -> str | None:
    """Where a member's gateway is, if anybody said so whom the ledger confirms. `conn`: of the office."""
    if found.url is None or not found.has_door:
        return None
    told = conn.execute(select(PEER_URL.c.url).where(PEER_URL.c.account == found.account)).scalar()
    candidates = (services.peer_urls.get(found.account), told)
    return next((url for url in candidates if url is not None and url_word(url) == found.url.word), None)
