"""Who asks: a session of everybody that the declaration of rights tells apart, and what none of them may ever get."""

from __future__ import annotations

from dataclasses import dataclass

from gateway import access
from gateway.access import ACT, READ, SCOPES
from gateway.api.rights import RIGHTS, Seen
from ledger.domain.ids import from_hex
from tests.gateway.examples import Teller

OVERSEERS = ("operator", "auditor", "regulator")
REASON = {"Access-Reason": "yearly review, file 7"}


@dataclass(frozen=True)
class Role:
    """A session: its account (none: the operator's, or nobody's), its scopes and its key."""

    name: str
    account: str | None
    scopes: tuple[str, ...]
    key: str | None

    @property
    def headers(self) -> dict[str, str]:
        """What it sends with every request."""
        reason = REASON if self.name in OVERSEERS else {}
        return reason if self.key is None else {"Authorization": f"Bearer {self.key}", **reason}

    def is_refused(self, operation: str) -> bool:
        """Whether the declaration keeps it from the operation, whatever it asks about."""
        right = RIGHTS[operation]
        if right.seen is Seen.ANYBODY:
            return False
        if self.key is None or right.scope not in self.scopes:
            return True
        return (right.seen is Seen.OPERATOR and self.name != "operator") or (right.seen is Seen.OVERSIGHT and self.name not in OVERSEERS)


def cast(teller: Teller) -> dict[str, Role]:
    """Everybody, by name: members of the story, an office, and overseers, who are admitted here."""
    overseers = {name: _admitted(teller, name) for name in ("auditor", "regulator")}
    people = {
        "supplier": teller.accounts["lumen"],
        "obligor": teller.accounts["harbour"],
        "bank": teller.accounts["mill"],
        "officer": teller.office("United States recordation office"),
        **overseers,
    }
    found = {name: _session(teller, name, account, (READ, ACT)) for name, account in people.items()}
    return {
        "nobody": Role("nobody", None, (), None),
        "reader": _session(teller, "reader", teller.accounts["lumen"], (READ,)),
        **found,
        "operator": _session(teller, "operator", None, SCOPES),
    }


def _admitted(teller: Teller, name: str) -> str:
    wanted = {"key": name, "name": name, "party": "0x" + name.encode().hex().ljust(64, "0"), "roles": [name.upper()]}
    account: str = teller.http.post("/members:batch", json={"members": [wanted]}).raise_for_status().json()["members"][0]["account"]
    teller.http.post("/members:wait", json={"accounts": [account], "timeout": 30}).raise_for_status()
    return account


def _session(teller: Teller, name: str, account: str | None, scopes: tuple[str, ...]) -> Role:
    with teller.running.services.office.write() as conn:
        key = access.issue(conn, name, None if account is None else from_hex(account), scopes)
    return Role(name, account, scopes, key)
