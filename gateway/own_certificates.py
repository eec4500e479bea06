"""The certificates that a gateway shows to others: the server's is taken from its file anew when that changes, and who operates it hears
while there is time of one that ends.
"""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from gateway.config import Settings

MOST_NOTICE = timedelta(days=21)
_SHARE = 3
"""A certificate that is made for days only is renewed in its last third, so no notice is longer."""
SERVER, CLIENT = "PLEDGEBOOK_TLS_CERTIFICATE", "PLEDGEBOOK_TLS_CLIENT_CERTIFICATE"
LOOK_SECONDS = 30
"""So often it is looked whether the server's files have changed."""


class Shown(NamedTuple):
    """A certificate as it was read: the setting that names its file, and from when until when (UTC) it is good."""

    setting: str
    begins: datetime
    ends: datetime

    def notice(self) -> datetime:
        """From when on its end is told of."""
        return self.ends - min(MOST_NOTICE, (self.ends - self.begins) / _SHARE)


class OwnCertificates:
    """A gateway's own certificates, the first of each file. One that can't be read at the start is the matter of who serves with it."""

    def __init__(self, settings: Settings) -> None:
        self._server, self._key = settings.tls_certificate, settings.tls_key
        self._seen = self._stamp()
        self._unread = ""
        files = {SERVER: settings.tls_certificate, CLIENT: settings.tls_client_certificate}
        self._shown = {setting: read for setting, file in files.items() if file is not None and (read := _read(setting, file))}

    def renew(self, context: ssl.SSLContext) -> None:
        """Has the server's next connections shown what its files have by now. What can't be read, or doesn't fit, changes nothing."""
        if self._server is None:
            return
        stamp = self._stamp()
        if stamp == self._seen:
            self._unread = ""
            return
        try:
            # Tried apart first: a context would keep the half of a pair that doesn't fit. No password: nobody is there to be asked for one.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._server, self._key, password="")
            context.load_cert_chain(self._server, self._key, password="")
        except OSError as wrong:
            self._unread = f"{SERVER}: the files have changed, and can't be used: {wrong}; the certificate of before is shown on"
            return
        self._seen, self._unread = stamp, ""
        if found := _read(SERVER, self._server):
            self._shown[SERVER] = found

    def faults(self) -> list[tuple[str, str]]:
        """What can't be read, and those that end soon or have ended, by the names that programs know, and in words."""
        now = datetime.now(UTC)
        unread = [("certificate-unread", self._unread)] if self._unread else []
        return unread + [("certificate-ends", _said(each, now)) for each in self._shown.values() if now >= each.notice()]

    def _stamp(self) -> list[tuple[int, int, int] | None]:
        """By which a change of the server's files is seen."""
        return [_stamp(file) for file in (self._server, self._key) if file is not None]


def _stamp(file: Path) -> tuple[int, int, int] | None:
    with suppress(OSError):
        about = file.stat()
        return about.st_mtime_ns, about.st_ino, about.st_size
    return None


def _read(setting: str, file: Path) -> Shown | None:
    with suppress(OSError, ValueError):
        first = x509.load_pem_x509_certificates(file.read_bytes())[0]
        return Shown(setting, first.not_valid_before_utc, first.not_valid_after_utc)
    return None


def _said(certificate: Shown, now: datetime) -> str:
    ends = "ended" if certificate.ends <= now else "ends"
    when = f"{certificate.ends:%Y-%m-%d %H:%M:%S} UTC"
    then = "" if certificate.setting == SERVER else " and start the gateway again"
    return f"{certificate.setting}: the certificate {ends} on {when}; put its successor into the file{then}"
