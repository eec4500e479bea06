"""The members that a replay needs, and the ledger's own: office, settlement banks, cash."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.replay.bodies import Cash
from gateway.replay.claims import Person, bounded
from gateway.replay.client import Beat, Gateway, Json, ReplayStopped
from gateway.replay.plan import Plan
from ledger.chain.manifest import Manifest
from ledger.domain.ids import to_hex
from ledger.domain.money import currency_of

_LONGEST_NAME = 400


def admit(gateway: Gateway, plan: Plan, party: Mapping[str, bytes], beat: Beat) -> dict[str, bytes]:
    """Admits everybody in the plan as a member, and waits until the mirror knows them; accounts by person's key."""
    claims = (*plan.claims, *(demo.claim for demo in plan.demonstrations))
    others = {key: role for demo in plan.demonstrations for key, role in demo.roles.items()}
    obligors = {claim.obligor.key for claim in claims}
    suppliers = {person.key for person in plan.people} - obligors | {claim.supplier.key for claim in claims}
    wanted: list[Json] = [
        {
            "key": _key(person),
            "name": person.name[:_LONGEST_NAME],
            "party": to_hex(party[person.key]),
            "roles": [others[person.key]]
            if person.key in others
            else [role for role, holders in (("SUPPLIER", suppliers), ("OBLIGOR", obligors)) if person.key in holders],
        }
        for person in plan.people
    ]
    accounts = gateway.members(wanted)
    gateway.admitted(accounts.values(), beat)
    return {person.key: accounts[_key(person)] for person in plan.people}


def _key(person: Person) -> str:
    return bounded(f"replay/{person.key}")


def cash_of_sets(manifest: Manifest, plan: Plan) -> dict[str, Cash]:
    """The cash contract in which each set is paid. Raises ReplayStopped when the ledger has none in a set's currency."""
    found: dict[str, Cash] = {}
    for claim in (*plan.claims, *(demo.claim for demo in plan.demonstrations)):
        if claim.set not in found:
            found[claim.set] = _cash(manifest, plan.currency_of(claim).code)
    return found


def _cash(manifest: Manifest, code: str) -> Cash:
    for entry in manifest.cash:
        unit = currency_of(entry.currency)
        if unit.code == code:
            return Cash(entry.index, entry.bank, unit)
    listed = ", ".join(currency_of(entry.currency).code for entry in manifest.cash) or "none"
    raise ReplayStopped(f"currency: the ledger has no settlement cash in {code}; it has {listed}")
