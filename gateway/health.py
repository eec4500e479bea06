"""What a start needs, what a home holds and how the gateway on it does, examined without starting anything."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from httpx import TransportError

from gateway import client
from gateway.config import Settings
from gateway.signers import passphrase
from ledger.chain import artifacts, engines
from ledger.chain import manifest as manifests
from ledger.chain.engines import anvil
from ledger.chain.manifest import ManifestError
from ledger.domain.act_types import KINDS

LEAST_FREE_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, whether it holds, else what is wrong and what to do. `told` says how it holds."""

    name: str
    ok: bool
    fault: str = ""
    advice: str = ""
    told: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Every check in the order in which a start would fail."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _machine,
        _contracts,
        _node_program,
        _disk,
        _port,
        _manifest,
        _passphrase,
        _keeper,
        _gateway,
    )
    return [check(settings) for check in checks]


def _machine(_: Settings) -> Finding:
    fits = platform.system() == "Linux" and platform.machine() == "x86_64" and (3, 11) <= sys.version_info < (3, 14)
    told = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return Finding("machine", fits, told, "" if fits else "Linux x86-64 with Python 3.11 to 3.13")


def _contracts(_: Settings) -> Finding:
    missing = sorted({kind.contract for kind in KINDS} - set(artifacts.names()))
    return Finding("contracts", not missing, f"not compiled: {', '.join(missing)}", "" if not missing else "run scripts/setup")


def _node_program(settings: Settings) -> Finding:
    if settings.node or not engines.engine(settings.engine).development_clock:
        return Finding("embedded chain", True)
    there = anvil.program().exists()
    return Finding("embedded chain", there, "anvil is missing", "" if there else "run scripts/setup")


def _disk(settings: Settings) -> Finding:
    folder = settings.home if settings.home.exists() else settings.home.absolute().parent
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk", free >= LEAST_FREE_BYTES, f"{free >> 20} MB free", "" if free >= LEAST_FREE_BYTES else "make room: 2 GB at least"
    )


def _port(settings: Settings) -> Finding:
    if (url := client.url_of(settings)) and urlsplit(url).port == settings.port:
        return Finding("port", True, told=f"{settings.port} is this home's gateway's")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            return Finding(
                "port",
                False,
                f"{settings.port}: {taken.strerror}",
                "another program listens there: stop it, or give `pledgebook up` another with --port",
            )
    return Finding("port", True)


def _manifest(settings: Settings) -> Finding:
    if not settings.manifest.exists():
        return Finding("manifest", True, advice="none yet: the first start makes it")
    try:
        manifests.load(settings.manifest)
    except ManifestError as wrong:
        return Finding("manifest", False, str(wrong), "restore it from a backup")
    return Finding("manifest", True)


def _passphrase(settings: Settings) -> Finding:
    try:
        given = passphrase.find(os.environ)
    except passphrase.PassphraseError as wrong:
        return Finding("passphrase", False, str(wrong), f"see {passphrase.FILE_VARIABLE}")
    if given is not None:
        passphrase.wipe(given)
    if given is None and settings.node:
        return Finding("passphrase", False, "none given: signing is locked, reads are served", f"set {passphrase.FILE_VARIABLE}")
    return Finding("passphrase", True)


def _keeper(settings: Settings) -> Finding:
    """Nobody is obliged to keep: where none does, whoever is owed something must fire it."""
    return Finding("keeper", True, advice="" if settings.keeps else "off here: set PLEDGEBOOK_KEEPER=1 to have what falls due fired")


def _gateway(settings: Settings) -> Finding:
    """The gateway that runs on the home, if one does: how far its mirror is, and what it says is wrong."""
    url = client.url_of(settings)
    if url is None:
        return Finding("gateway", True, told="none runs on this home", advice="`pledgebook up` starts one")
    try:
        with client.connected(settings) as api:
            found = api.get("/health/details")
    except client.Refused as refused:
        answers = not isinstance(refused.__cause__, TransportError)
        return Finding("gateway", False, str(refused), "ask with the operator's key" if answers else "`pledgebook up` starts it again")
    mirror, faults = found["mirror"], found["faults"]
    locked = any(each["name"] == "signing-locked" for each in faults)
    told = f"at {url}; mirror at block {mirror['block']} of {mirror['head']}; signing {'locked' if locked else 'unlocked'}"
    if not faults:
        return Finding("gateway", True, told=told)
    said = "; ".join(f"{each['name']}: {each['text']}" for each in faults)
    return Finding("gateway", False, f"{told}; {said}", "docs/operations.md says what to do, by these names")
