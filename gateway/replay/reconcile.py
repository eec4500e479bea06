"""Source, chain and SQL held against each other, to the minor unit.

The chain is asked by its contracts' views, never through the mirror; SQL is the mirror's projections. Each line is one equation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from gateway.replay.bodies import Book
from gateway.replay.client import chunks
from gateway.replay.drive import final_pieces
from gateway.replay.plan import Plan
from gateway.replay.receivable_plan import Claim, Person, ReceivablePlan
from ledger.chain.calls import call_data, result
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain.ids import from_hex, split_token_id, to_hex, token_id
from ledger.domain.money import to_text
from ledger.mirror.database import Database
from ledger.mirror.models import ReceivableStatus
from ledger.mirror.queries import receivables as receivable_queries
from ledger.mirror.queries import tokens as token_queries

RECONCILIATION = "reconciliation.json"
OVERDUE = 5
"""IRepayment.Condition.Overdue."""
_VIEWS_A_BATCH = 400


@dataclass(frozen=True, slots=True)
class Check:
    """One equation: what it is of, and the values that have to be equal (as texts, each with whose it is)."""

    name: str
    values: Mapping[str, str]

    @property
    def holds(self) -> bool:
        """Whether all values are the same."""
        return len(set(self.values.values())) == 1


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, what was set aside and why, and the choices that were made. `seconds`: how long each part of the replay took."""

    checks: tuple[Check, ...]
    set_aside: tuple[tuple[str, str, str], ...]
    choices: tuple[str, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every equation holds."""
        return bool(self.checks) and all(check.holds for check in self.checks)


@dataclass(slots=True)
class Totals:
    """Sums over the receivables of a set, minor units, as one side tells them."""

    receivables: int = 0
    face: int = 0
    owed_live: int = 0
    distributed: int = 0
    retired: int = 0
    closed: int = 0
    tokens: int = 0
    untiled: int = 0
    unbalanced: int = 0
    wrong_holders: int = 0


class Views:
    """Views asked of the node, many in one request."""

    def __init__(self, rpc: Rpc, manifest: Manifest) -> None:
        self._rpc = rpc
        self._manifest = manifest

    def ask(self, contract: str, function: str, arguments: Sequence[Sequence[Any]]) -> list[Any]:
        """The results in order. Raises RpcError for the first one that reverts."""
        to = to_hex(self._manifest.address(contract))
        found: list[Any] = []
        for part in chunks(arguments, _VIEWS_A_BATCH):
            calls: list[tuple[str, list[Any]]] = [
                ("eth_call", [{"to": to, "data": to_hex(call_data(contract, function, *each))}, "latest"]) for each in part
            ]
            for answer in self._rpc.batch(calls):
                if isinstance(answer, RpcError):
                    raise answer
                found.append(result(contract, function, from_hex(answer)))
        return found

    def overdue(self, receivables: Sequence[int], at: int) -> int:
        """How many of these receivables are overdue at a second, unpaid as they are now."""
        conditions = self.ask("Repayment", "stateAt", [(receivable, at) for receivable in receivables])
        return sum(condition == OVERDUE for condition in conditions)


def chain_totals(views: Views, book: Book, claims: Sequence[tuple[Claim, tuple[tuple[int, int, Person], ...]]]) -> Totals:
    """What the contracts say of these claims: every receivable, every payment, and every range walked from 0 to its face."""
    ids = [book.receivable(claim) for claim, _ in claims]
    words = views.ask("ReceivableToken", "receivable", [(each,) for each in ids])
    paid = _paid(views, ids, [word[4] for word in words])
    ranges = _walked(views, ids, [word[1] for word in words])
    totals = Totals()
    for (_, pieces), number, word in zip(claims, ids, words, strict=True):
        state, face, owed = word[0], word[1], word[2]
        totals.receivables += state != 0
        totals.face += face
        totals.owed_live += owed
        totals.distributed += paid[number]
        totals.closed += state == _CLOSED
        totals.unbalanced += owed + paid[number] != face
        held = ranges[number]
        totals.tokens += len(held)
        totals.untiled += sum(end - start for start, end, _ in held) != face or not face
        totals.wrong_holders += [(start, end, book.account(person)) for start, end, person in pieces] != held
    return totals


_CLOSED = 2
"""IReceivableToken.State.Closed."""
"""IReceivableToken.State.Closed."""


def _paid(views: Views, ids: list[int], counts: list[int]) -> dict[int, int]:
    asked = [(number, payment) for number, count in zip(ids, counts, strict=True) for payment in range(1, count + 1)]
    paid = dict.fromkeys(ids, 0)
    for (number, _), payment in zip(asked, views.ask("Repayment", "payment", asked), strict=True):
        paid[number] += payment[0]
    return paid


def _walked(views: Views, ids: list[int], faces: list[int]) -> dict[int, list[tuple[int, int, bytes]]]:
    """(start, end, owner) of the tokens of each receivable, each next one begun where the last one ended."""
    found: dict[int, list[tuple[int, int, bytes]]] = {number: [] for number in ids}
    face = dict(zip(ids, faces, strict=True))
    frontier = [token_id(number, 0) for number in ids]
    while frontier:
        further: list[int] = []
        for token, (owner, end, _, _) in zip(frontier, views.ask("ReceivableToken", "range", [(each,) for each in frontier]), strict=True):
            number, start = split_token_id(token)
            if end > start:
                found[number].append((start, end, owner))
                if end < face[number]:
                    further.append(token_id(number, end))
        frontier = further
    return found


def sql_totals(mirror: Database, book: Book, claims: Sequence[tuple[Claim, tuple[tuple[int, int, Person], ...]]]) -> Totals:
    """What the mirror's projections say of these claims."""
    totals = Totals()
    with mirror.read() as conn:
        for claim, _ in claims:
            standing = receivable_queries.get(conn, book.receivable(claim))
            if standing is None:
                totals.unbalanced += 1
                continue
            face, state = standing.receivable.face, standing.state
            count, length = token_queries.tiled(conn, standing.receivable.number)
            totals.receivables += 1
            totals.face += face
            totals.owed_live += state.owed_live
            totals.distributed += state.distributed
            totals.closed += state.status == ReceivableStatus.CLOSED
            totals.tokens += count
            totals.untiled += length != face
            totals.unbalanced += state.owed_live + state.distributed != face
    return totals


def receivable_checks(plan: Plan, views: Views, mirror: Database, book: Book, overdue: int) -> list[Check]:
    """The equations of every set of receivables."""
    pieces = list(final_pieces(plan))
    sets = dict.fromkeys(claim.set for claim, _ in pieces)
    checks: list[Check] = []
    for name in sets:
        claims = [(claim, held) for claim, held in pieces if claim.set == name]
        unit = plan.currency_of(claims[0][0])
        chain, sql = chain_totals(views, book, claims), sql_totals(mirror, book, claims)
        face, count = sum(claim.face for claim, _ in claims), sum(len(held) for _, held in claims)

        def money(amount: int, unit: Any = unit) -> str:
            return f"{to_text(amount, unit)} {unit.code}"

        checks += [
            _three(name, "receivables", str(len(claims)), str(chain.receivables), str(sql.receivables)),
            _three(name, "face", money(face), money(chain.face), money(sql.face)),
            _three(name, "paid and distributed", money(face), money(chain.distributed), money(sql.distributed)),
            _three(name, "still owed to live ranges", money(0), money(chain.owed_live), money(sql.owed_live)),
            _three(name, "closed", str(len(claims)), str(chain.closed), str(sql.closed)),
            _three(name, "tokens", str(count), str(chain.tokens), str(sql.tokens)),
            _three(name, "receivables whose ranges don't tile the face", "0", str(chain.untiled), str(sql.untiled)),
            _three(name, "receivables where owed + distributed + retired is not the face", "0", str(chain.unbalanced), str(sql.unbalanced)),
            Check(f"{name}: receivables with other holders than planned", {"source": "0", "chain": str(chain.wrong_holders)}),
        ]
    late = sum(claim.late for claim in plan.claims)
    checks.append(Check("late claims that were overdue before they were paid", {"source": str(late), "chain": str(overdue)}))
    return checks + [check for each in plan.receivables for check in source_checks(each)]


def source_checks(part: ReceivablePlan) -> list[Check]:
    """Nothing of a source is lost on the way into the plan: lines and amounts read = in claims + set aside."""
    aside = sum(each.amount for each in part.asides)
    return [
        Check(
            f"{part.set}: amount of {part.lines} lines read = in claims + set aside",
            {"read": str(part.amount), "placed": str(part.face + aside)},
        )
    ]


def _three(name: str, what: str, source: str, chain: str, sql: str) -> Check:
    return Check(f"{name}: {what}", {"source": source, "chain": chain, "sql": sql})


def show(report: Report, console: Console) -> None:
    """Prints the report."""
    table = Table(title="Reconciliation", title_justify="left")
    for heading in ("equation", "source / plan", "chain", "SQL", ""):
        table.add_column(heading, overflow="fold")
    for check in report.checks:
        values = list(check.values.values())
        table.add_row(check.name, *(values + [""] * (3 - len(values)))[:3], "[green]holds[/]" if check.holds else "[bold red]DIFFERS[/]")
    console.print(table)
    for choice in report.choices:
        console.print(f"choice: {choice}", highlight=False)
    console.print(f"{len(report.set_aside)} records set aside, with their reasons in {RECONCILIATION}", highlight=False)


def save(report: Report, home: Path) -> Path:
    """Keeps the report as JSON; the file's path."""
    file = home / RECONCILIATION
    written = {
        "holds": report.ok,
        "checks": [{**asdict(check), "values": dict(check.values), "holds": check.holds} for check in report.checks],
        "setAside": [{"set": where, "record": record, "reason": reason} for where, record, reason in report.set_aside],
        "choices": list(report.choices),
        "seconds": dict(report.seconds),
    }
    file.write_text(json.dumps(written, indent=1, ensure_ascii=False))
    return file


def asides(plan: Plan) -> Iterable[tuple[str, str, str]]:
    """(set, record, reason) of everything that was read and doesn't act."""
    for fault in plan.read.faults:
        yield fault.origin.set, f"{fault.origin.file}:{fault.origin.line} {fault.record}", f"{fault.field}: {fault.rule}"
    for placement in plan.placements:
        if not placement.acts:
            yield placement.record.origin.set, str(placement.record.number), f"{placement.outcome.value}: {placement.reason}"
    for part in plan.receivables:
        for aside in part.asides:
            yield part.set, aside.number, aside.reason
