"""Certificates that a member had issued: the document, its hash and the height that it speaks of."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from gateway.office.database import insert_or_keep, now_ms
from gateway.office.models import CERTIFICATE
from ledger.domain.certificates import Certificate, read
from ledger.mirror.queries.reading import Page, cut, ordered


class Issued(NamedTuple):
    """A row of `certificate`; `at` in UTC milliseconds."""

    member_id: bytes
    hash: bytes
    kind: str
    subject: str
    block: int
    document: bytes
    at: int

    @property
    def certificate(self) -> Certificate:
        """The certificate itself."""
        return read(self.document)


@dataclass(frozen=True, slots=True)
class Certificates:
    """One member's certificates, inside the caller's transaction."""

    conn: Connection
    member: bytes

    def keep(self, certificate: Certificate) -> Issued:
        """Keeps a certificate; the same one again stays as it was kept first."""
        what = (certificate.hash, certificate.kind.value, certificate.subject, certificate.block, certificate.canonical)
        row = Issued(self.member, *what, now_ms())
        return row if insert_or_keep(self.conn, CERTIFICATE, row._asdict()) else self.get(certificate.hash) or row

    def get(self, hash_: bytes) -> Issued | None:
        """The certificate of a hash (32 bytes)."""
        asked = select(CERTIFICATE).where(CERTIFICATE.c.member_id == self.member, CERTIFICATE.c.hash == hash_)
        row = self.conn.execute(asked).one_or_none()
        return None if row is None else Issued(*row)

    def all(self, *, limit: int = 100, after: tuple[int, bytes] | None = None) -> Page[Issued]:
        """The member's certificates, newest first."""
        asked = select(CERTIFICATE).where(CERTIFICATE.c.member_id == self.member)
        rows = self.conn.execute(ordered(asked, [CERTIFICATE.c.at, CERTIFICATE.c.hash], limit, after, newest_first=True))
        return cut([Issued(*row) for row in rows], limit, lambda row: (row.at, row.hash))
