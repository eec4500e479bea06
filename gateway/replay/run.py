"""A whole replay: read, plan, admit, pledges, receivables, reconciliation. What was done is never done twice; a killed one goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from gateway.replay import people, pledge_words, reading, reconcile
from gateway.replay.bodies import Book
from gateway.replay.client import Gateway
from gateway.replay.drive import Drive
from gateway.replay.journal import Journal, OtherReplay, Progress
from gateway.replay.pace import EmbeddedPace, Pace, RealPace
from gateway.replay.plan import Choices, Plan, busiest, make, on_network
from gateway.replay.pledge_acts import Outcome
from gateway.replay.pledge_bodies import waves
from gateway.replay.pledge_drive import Office, PledgeDrive, grants
from gateway.replay.queue import stamps
from gateway.replay.reconcile import Check, Report, Views
from gateway.replay.register_model import run as model
from gateway.runtime import Runtime
from ledger.chain.calls import view
from ledger.domain.assets import stated_party
from ledger.domain.money import currency
from ledger.mirror.database import Database
from ledger.mirror.models import PledgeStatus
from ledger.mirror.queries import pledges as pledge_queries

LEAD_SECONDS = 2 * 86_400
"""The embedded chain begins so long before the oldest record of a receivable: founding and pledges come first."""
NETWORK_LEAD_SECONDS = 20
HTTP_SECONDS = 150.0
_ENDED = 5


@dataclass(frozen=True, slots=True)
class Options:
    """What to replay and where to: data folder, home of the ledger, currency of the invoices."""

    data: Path
    home: Path
    currency: str = "USD"
    console: Console = field(default_factory=Console, compare=False)


def genesis_time(options: Options) -> int | None:
    """When a fresh embedded chain must begin, in UTC seconds; None without receivables. Raises NoData, MoneyError."""
    first = _plan(options.data, options.currency).first
    return None if first is None else first - LEAD_SECONDS


@cache
def _plan(data: Path, code: str) -> Plan:
    choices = Choices(invoice_currency=currency(code))
    return make(reading.read(data, choices.invoice_currency, choices.spend_currency), choices, datetime.now(UTC).date())


def replay(options: Options, running: Runtime) -> Report:
    """Replays the data into a running ledger, prints the reconciliation and keeps it as JSON.

    Raises NoData, ReplayStopped, OtherReplay, ClockError (older records than the chain's time), httpx.TransportError.
    """
    started = time.monotonic()
    plan = _plan(options.data, options.currency)
    if running.clock is not None:
        running.clock.hold()
    journal = Journal(options.home)
    progress = _begun(journal, plan, running)
    seconds = {"plan": time.monotonic() - started}
    http = httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=HTTP_SECONDS)
    with http, _bars(options.console) as bars:
        report = _Replay(options, running, plan, journal, Gateway(http), bars, seconds).run(progress)
    reconcile.show(report, options.console)
    options.console.print(f"kept in {reconcile.save(report, options.home)}", soft_wrap=True, highlight=False)
    options.console.print("; ".join(f"{name} {taken:.1f} s" for name, taken in report.seconds.items()), highlight=False)
    return report


def _begun(journal: Journal, plan: Plan, running: Runtime) -> Progress:
    """The progress of this plan; a new one if there was no replay. Raises OtherReplay for another plan's."""
    kept = journal.read()
    if kept is None:
        _check_age(plan, running)
        fresh = Progress(plan.digest)
        journal.write(fresh)
        return fresh
    if kept.plan != plan.digest:
        raise OtherReplay(
            f"another replay ran on this ledger, up to {_date(kept.stamp)}; these records begin at {_date(plan.first or 0)}: "
            "a chain's time can't go back, so use a fresh chain (--fresh)"
        )
    return kept


def _check_age(plan: Plan, running: Runtime) -> None:
    if running.clock is not None and plan.first is not None and plan.first < running.clock.now():
        raise OtherReplay(
            f"the chain's time is {_date(running.clock.now())}, these records begin at {_date(plan.first)}: "
            "a chain's time can't go back, so use a fresh chain (--fresh)"
        )


def _date(second: int) -> str:
    return datetime.fromtimestamp(max(second, 0), UTC).strftime("%Y-%m-%d")


@dataclass(slots=True)
class _Replay:
    options: Options
    running: Runtime
    plan: Plan
    journal: Journal
    gateway: Gateway
    bars: Bars
    seconds: dict[str, float]

    def run(self, progress: Progress) -> Report:
        """All parts in order; each leaves its time in `seconds`.

        Receivables come first, at their own dates; then the clock jumps to now, for no pledge may count from a date to come.
        """
        pace: Pace = RealPace() if self.running.clock is None else EmbeddedPace(self.running.clock)
        with self._timed("members"):
            accounts = self._admit(pace)
        plan = self.plan if self.running.clock is not None else self._slice()
        with self._timed("receivables"):
            book = Book(accounts, people.cash_of_sets(self.running.services.manifest, plan), self._fingerprint_key())
            progress = self._receivables(plan, book, pace, progress)
        if not progress.finished:
            pace.finish()
        with self._timed("pledges"):
            progress = self._pledges(pace, progress)
        progress = self.journal.change(progress, finished=True)
        with self._timed("reconciliation"):
            return self._reconciled(plan, book, progress)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - began

    def _admit(self, pace: Pace) -> dict[str, bytes]:
        party = {person.key: stated_party(person.key) for person in self.plan.people}
        bar = self.bars.add_task("members", total=len(party))
        accounts = people.admit(self.gateway, self.plan, party, pace.begin(self._now()))
        self.bars.update(bar, completed=len(party))
        return accounts

    def _pledges(self, pace: Pace, progress: Progress) -> Progress:
        acting = [placement for placement in self.plan.placements if placement.acts]
        bar = self.bars.add_task("pledge records", total=sum(map(len, waves(acting))))
        services = self.running.services
        offices = {series: self._office(number) for series, number in pledge_words.REGISTER_OF.items()}
        drive = PledgeDrive(
            acting, self.gateway, offices, pace, self.journal, services.mirror, self._now, lambda done: self.bars.advance(bar, done)
        )
        return drive.run(progress)

    def _office(self, register: int) -> Office:
        manifest = self.running.services.manifest
        _, account, _ = view(self.running.services.rpc, manifest.address("Registers"), "Registers", "current", register)
        return Office(account, tuple(self.running.services.keystore.keys(account)))

    def _receivables(self, plan: Plan, book: Book, pace: Pace, progress: Progress) -> Progress:
        bar = self.bars.add_task("receivables", total=sum(len(events) for _, events in stamps(plan.claims, plan.demonstrations)))
        drive = Drive(plan, self.gateway, book, pace, self.journal, self._views().overdue, lambda _, done: self.bars.advance(bar, done))
        return drive.receivables(progress)

    def _slice(self) -> Plan:
        """What a network that keeps real time takes: the busiest days of the first set; pledges stay whole."""
        for part in self.plan.receivables:
            found = busiest(self.plan, part.set)
            if found is not None:
                return on_network(self.plan, found, int(time.time()) + NETWORK_LEAD_SECONDS)
        return replace(self.plan, receivables=(), demonstrations=())

    def _fingerprint_key(self) -> bytes:
        """The key that the members' gateways share; here one gateway serves them all."""
        manifest = self.running.services.manifest
        return self.running.services.keystore.derived(manifest.cash[0].bank, b"invoice fingerprints, epoch 1")

    def _now(self) -> int:
        if self.running.clock is not None:
            return self.running.clock.now()
        return int(self.running.services.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def _views(self) -> Views:
        return Views(self.running.services.rpc, self.running.services.manifest)

    def _reconciled(self, plan: Plan, book: Book, progress: Progress) -> Report:
        services = self.running.services
        checks = [*pledge_checks(plan, self._views(), services.mirror)]
        checks += reconcile.receivable_checks(plan, self._views(), services.mirror, book, progress.overdue)
        choices = [choice for part in plan.receivables for choice in part.choices]
        return Report(tuple(checks), tuple(reconcile.asides(plan)), tuple(dict.fromkeys(choices)), self.seconds)


def pledge_checks(plan: Plan, views: Views, mirror: Database) -> list[Check]:
    """The two equations of pledges, on the model, the chain and SQL."""
    outcomes = [placement.outcome for placement in plan.placements]
    placed = sum(outcomes.count(outcome) for outcome in Outcome)
    register, created = model(plan.placements), grants(plan.placements)
    (chain_created, _) = views.ask("PledgeRegistry", "counts", [()])[0]
    heads = [words[0] for words in views.ask("PledgeRegistry", "pledge", [(number,) for number in range(1, chain_created + 1)])]
    chain_ended = sum(head & 0xFF == _ENDED for head in heads)
    with mirror.read() as conn:
        counted = pledge_queries.counts(conn)
        assets = pledge_queries.live_assets(conn)
    sql_ended = sum(each.pledges for each in counted if each.status == PledgeStatus.ENDED)
    sql_created = sum(each.pledges for each in counted)
    live = len(register.live())
    return [
        Check(
            "pledges: records in = acting + without effect + set aside",
            {"read": str(len(plan.read.conveyances)), "placed": str(placed)},
        ),
        Check("pledges: created", {"plan": str(created), "chain": str(chain_created), "sql": str(sql_created)}),
        Check("pledges: ended", {"plan": str(created - live), "chain": str(chain_ended), "sql": str(sql_ended)}),
        Check(
            "pledges: live",
            {"plan": str(live), "chain": str(chain_created - chain_ended), "sql": str(sql_created - sql_ended)},
        ),
        Check("pledges: assets under live pledges", {"plan": str(len(register.encumbered())), "sql": str(assets)}),
    ]


@contextmanager
def _bars(console: Console) -> Iterator[Bars]:
    columns = (TextColumn("{task.description:>15}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console) as bars:
        yield bars
