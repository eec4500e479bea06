"""When the certificates end that a gateway shows to others: who operates it hears of that while there is time."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from gateway.config import Settings

WARN = timedelta(days=21)


class Shown(NamedTuple):
    """A certificate as it was read at the start: the setting that names its file, and the UTC time of its end."""

    setting: str
    ends: datetime


def shown(settings: Settings) -> tuple[Shown, ...]:
    """The gateway's own certificates, the first of each file. One that can't be read is the matter of who serves with it."""
    files = {
        "PLEDGEBOOK_TLS_CERTIFICATE": settings.tls_certificate,
        "PLEDGEBOOK_TLS_CLIENT_CERTIFICATE": settings.tls_client_certificate,
    }
    return tuple(Shown(setting, ends) for setting, file in files.items() if file is not None and (ends := _end(file)) is not None)


def faults(certificates: Sequence[Shown]) -> list[tuple[str, str]]:
    """Those that end soon or have ended, by the name that programs know, and in words."""
    now = datetime.now(UTC)
    return [("certificate-ends", _said(each, now)) for each in certificates if each.ends - now < WARN]


def _end(file: Path) -> datetime | None:
    with suppress(OSError, ValueError):
        return x509.load_pem_x509_certificates(file.read_bytes())[0].not_valid_after_utc
    return None


def _said(certificate: Shown, now: datetime) -> str:
    ends = "ended" if certificate.ends <= now else "ends"
    when = f"{certificate.ends:%Y-%m-%d %H:%M:%S} UTC"
    return f"{certificate.setting}: the certificate {ends} on {when}; put its successor into the file and start the gateway again"
