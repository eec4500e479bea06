"""When the certificates end that a gateway shows to others: who operates it hears of that while there is time."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from gateway.config import Settings

MOST_NOTICE = timedelta(days=21)
_SHARE = 3
"""A certificate that is made for days only is renewed in its last third, so no notice is longer."""


class Shown(NamedTuple):
    """A certificate as it was read at the start: the setting that names its file, and from when until when (UTC) it is good."""

    setting: str
    begins: datetime
    ends: datetime

    def notice(self) -> datetime:
        """From when on its end is told of."""
        return self.ends - min(MOST_NOTICE, (self.ends - self.begins) / _SHARE)


def shown(settings: Settings) -> tuple[Shown, ...]:
    """The gateway's own certificates, the first of each file. One that can't be read is the matter of who serves with it."""
    files = {
        "PLEDGEBOOK_TLS_CERTIFICATE": settings.tls_certificate,
        "PLEDGEBOOK_TLS_CLIENT_CERTIFICATE": settings.tls_client_certificate,
    }
    return tuple(found for setting, file in files.items() if file is not None and (found := _read(setting, file)) is not None)


def faults(certificates: Sequence[Shown]) -> list[tuple[str, str]]:
    """Those that end soon or have ended, by the name that programs know, and in words."""
    now = datetime.now(UTC)
    return [("certificate-ends", _said(each, now)) for each in certificates if now >= each.notice()]


def _read(setting: str, file: Path) -> Shown | None:
    with suppress(OSError, ValueError):
        first = x509.load_pem_x509_certificates(file.read_bytes())[0]
        return Shown(setting, first.not_valid_before_utc, first.not_valid_after_utc)
    return None


def _said(certificate: Shown, now: datetime) -> str:
    ends = "ended" if certificate.ends <= now else "ends"
    when = f"{certificate.ends:%Y-%m-%d %H:%M:%S} UTC"
    return f"{certificate.setting}: the certificate {ends} on {when}; put its successor into the file and start the gateway again"
