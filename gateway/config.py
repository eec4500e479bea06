"""Settings of a gateway: defaults, then environment (PLEDGEBOOK_...), then what the command line says."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MANIFEST, MIRROR_FILE, OFFICE_FILE, OPERATOR_KEY, PASSPHRASE_FILE, URL_FILE = (
    "manifest.json",
    "mirror.db",
    "office.db",
    "operator.key",
    "keys/passphrase",
    "url",
)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise ValueError(f"{name!r} is no zone of the tz database; write its name, for example Asia/Shanghai") from wrong


class Settings(BaseSettings):
    """Where a gateway keeps its data, which chain it is on, and where it listens."""

    model_config = SettingsConfigDict(env_prefix="PLEDGEBOOK_", extra="ignore")

    home: Path = Path(".pledgebook")
    """Directory of everything that the gateway keeps: manifest, databases, the embedded chain's state."""
    data: Path = Path("../shared/data")
    """Records to be replayed."""
    event_codes: Path | None = None
    """Table of offices' legal-event codes (EPO, INPADOC); none: the home's, and for `up` that of `data`."""
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """Zone in which days and months are counted where no register states its own: ages of debts, periods."""
    engine: str = "anvil"
    """Name of the chain's client, as in ledger.chain.engines."""
    node: str = ""
    """URLs of nodes that are run elsewhere, the preferred first, with commas between; empty: the gateway starts a chain of its own."""
    check_receipts: bool | None = None
    """Whether each block's logs and transactions are held against its roots; unset: where one node alone is asked that is run elsewhere."""
    fees: Literal["free", "market"] = "free"
    """Whether the chain's blocks ask for a fee (EIP-1559's base fee): lanes then offer it, and their keys need money."""
    tip: Annotated[int, Field(ge=0)] = 0
    """Where they do: what transactions offer on top of the base fee, in wei a gas."""
    node_heads: str = ""
    """Websocket (ws://...) of one of these nodes, which tells of new blocks at once; empty: they are looked for ten times a second."""
    mirror_url: str = ""
    """Database of the mirror; empty: SQLite in `home`."""
    office_url: str = ""
    """Database of the office; empty: SQLite in `home`."""
    host: str = "127.0.0.1"
    """Where the API listens: loopback, unless a proxy with TLS stands in front."""
    lanes: Annotated[int, Field(ge=1, le=64)] = 1
    """Keys that send acts side by side: more where one key's transactions in flight are the limit."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8420
    """Port of the API; 0 takes a free one."""
    keeper: bool | None = None
    """Whether the gateway fires what falls due on the ledger; unset: on a ledger of its own only."""
    remote_signer: str = ""
    """URL of a remote signer (Web3Signer's eth1 API) whose keys may sign here; empty: none."""
    pkcs11_library: Path | None = None
    """Library of a security module (PKCS#11) whose keys may sign here; none: none."""
    pkcs11_token: str = ""
    """Label of its token."""
    pkcs11_pin_file: Path | None = None
    """File with the PIN of the token's user."""
    webhook_hosts: str = ""
    """To whom events may be sent: host names, `*.` and a domain, addresses or networks, each alone or with a port, set apart by commas.
    Addresses that are not the internet's (loopback, private) are taken only where they are named themselves. Empty: to nobody."""
    peer_hosts: str = ""
    """To whom other members' gateways may be, beside those in `peers.toml`: listed in the same way."""
    body_bytes: int = 8 << 20
    """Longest request body."""
    rate_key: float = Field(default=2_000, ge=0)
    """Requests a second of one API key or subject, and twice as many at once; 0: no limit."""
    rate_peer: float = Field(default=4_000, ge=0)
    """The same of one address."""
    rate_guesses: float = Field(default=1, ge=0)
    """Keys a second from one address that turn out to be wrong, after twenty at once; 0: no limit."""
    console_idle_minutes: int = Field(default=15, ge=1, le=1_440)
    """After how long without a request a session of the console ends."""
    console_hours: int = Field(default=8, ge=1, le=24)
    """After how long it ends however much it is used; never later than its key or token."""
    console_sessions: int = Field(default=20, ge=1, le=1_000)
    """Sessions of one key or subject at once; another one ends the oldest."""
    proxies: str = ""
    """Addresses of proxies whose X-Forwarded-For says who asks; empty: none."""
    tls_certificate: Path | None = None
    """The gateway's own certificate chain (PEM), where no proxy with TLS stands in front."""
    tls_key: Path | None = None
    """Its private key."""
    tls_client_authority: Path | None = None
    """Certificates (PEM) of those who certify clients: a connection without a certificate of theirs is refused; none: none is asked for."""
    tls_authority: Path | None = None
    """Certificates that the gateway's own is checked against by commands, and those of other members' gateways beside the public ones."""
    tls_client_certificate: Path | None = None
    """The certificate that commands show, and the gateway to other members' gateways; with its key in the same file."""
    audit_anchor_seconds: int = Field(default=3_600, ge=0)
    """How often the end of the audit log is written to the chain, if it grew; 0: never."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that are run elsewhere."""
        return tuple(url.strip() for url in self.node.split(",") if url.strip())

    @property
    def checks_receipts(self) -> bool:
        """Whether every block's logs are held against its receipts: nodes that are several are held against each other."""
        return len(self.nodes) == 1 if self.check_receipts is None else self.check_receipts

    def mirror_database(self) -> str:
        """URL of the mirror's database."""
        return self.mirror_url or f"sqlite:///{self.home / MIRROR_FILE}"

    def office_database(self) -> str:
        """URL of the office's database."""
        return self.office_url or f"sqlite:///{self.home / OFFICE_FILE}"

    @property
    def keeps(self) -> bool:
        """Whether the keeper runs here."""
        return not self.node if self.keeper is None else self.keeper

    @property
    def manifest(self) -> Path:
        return self.home / MANIFEST
