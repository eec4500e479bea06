"""A whole replay: read, plan, admit, pledges, receivables, reconciliation. What was done is never done twice; a killed one goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from gateway.replay import people, pledge_words, reading, reconcile, reconcile_pledges, reconcile_receivables, report
from gateway.replay.bodies import Book
from gateway.replay.claims import LEAD_SECONDS
from gateway.replay.client import Gateway, ReplayStopped
from gateway.replay.drive import Drive
from gateway.replay.journal import Journal, OtherReplay, Progress
from gateway.replay.judgements import judgements
from gateway.replay.network_slice import on_network
from gateway.replay.pace import EmbeddedPace, Pace, RealPace
from gateway.replay.plan import Choices, Plan, make
from gateway.replay.pledge_drive import Office, PledgeDrive
from gateway.replay.pledge_waves import waves
from gateway.replay.queue import stamps
from gateway.replay.report import RECONCILIATION, Report
from gateway.replay.views import Views
from gateway.runtime import Runtime
from ledger.chain.calls import view
from ledger.domain.assets import stated_party
from ledger.domain.ids import to_hex
from ledger.domain.money import currency
from ledger.mirror.queries import claims

NETWORK_LEAD_SECONDS = 20
HTTP_SECONDS = 150.0
HALF_A_DAY = timedelta(hours=12)
PLEDGE_LIFE_SECONDS = 366 * 86_400


@dataclass(frozen=True, slots=True)
class Options:
    """What to replay and where to: data folder, home of the ledger, currency of the invoices.

    `report`: the file in which the reconciliation is kept; None: in the home. `home_stays`: whether there is still a home afterwards.
    """

    data: Path
    home: Path
    currency: str = "USD"
    report: Path | None = None
    home_stays: bool = True
    console: Console = field(default_factory=Console, compare=False)


def genesis_time(options: Options) -> int | None:
    """When a fresh embedded chain must begin, in UTC seconds; None without receivables. Raises NoData, MoneyError, OtherReplay."""
    first = _plan(options.data, options.currency, _day(Journal(options.home).read())).first
    return None if first is None else first - LEAD_SECONDS


def _day(progress: Progress | None) -> date:
    """What "today" is for the plan: the day of the first start, so that a replay that goes on another day goes on with the same plan.

    A day has come once its noon is over (UTC): nothing that is dated to it lies ahead of the world's time then.
    """
    return date.fromisoformat(progress.day) if progress is not None and progress.day else (datetime.now(UTC) - HALF_A_DAY).date()


def _deadline(progress: Progress) -> int:
    """The deadline of the acts on pledges, UTC seconds: long after the first start, for a replay may go on days after a kill."""
    begun = datetime.combine(date.fromisoformat(progress.day), datetime.min.time(), UTC)
    return int(begun.timestamp()) + PLEDGE_LIFE_SECONDS


@cache
def _plan(data: Path, code: str, today: date) -> Plan:
    choices = Choices(invoice_currency=currency(code))
    return make(reading.read(data, choices.invoice_currency, choices.spend_currency), choices, today)


def replay(options: Options, running: Runtime) -> Report:
    """Replays the data into a running ledger, prints the reconciliation and keeps it as JSON.

    Raises NoData, ReplayStopped, OtherReplay, ClockError (older records than the chain's time), httpx.TransportError.
    """
    started = time.monotonic()
    if running.clock is not None:
        running.clock.hold()
    journal = Journal(options.home, lambda: _held(running))
    kept = journal.read()
    today = _day(kept)
    plan = _plan(options.data, options.currency, today)
    progress = _resumed(kept, plan, running) if kept else _begun(journal, plan, today, running)
    seconds = {"plan": time.monotonic() - started}
    http = httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.api_key}"}, timeout=HTTP_SECONDS)
    with http, _bars(options.console) as bars:
        found = _Replay(options, running, plan, journal, Gateway(http), bars, seconds).run(progress)
    _keep(found, options)
    return found


def kept(options: Options) -> str | None:
    """One line on these records' replay, if the home has finished it and its reconciliation held; None if there is something to do.

    Raises NoData, MoneyError, OtherReplay.
    """
    progress = Journal(options.home).read()
    file = options.home / RECONCILIATION
    if progress is None or not progress.finished or not report.held(file):
        return None
    if progress.plan != _plan(options.data, options.currency, _day(progress)).digest:
        return None
    return f"these records were replayed before, and everything reconciled; kept in {file}"


def _held(running: Runtime) -> tuple[int, str]:
    status = running.services.sync.status()
    return (0, "") if status.hash is None else (status.block, to_hex(status.hash))


def _keep(found: Report, options: Options) -> None:
    file = options.report or options.home / RECONCILIATION
    report.save(found, file)
    report.show(found, options.console)
    if options.report or options.home_stays:
        options.console.print(f"kept in {file}", soft_wrap=True, highlight=False)


def _begun(journal: Journal, plan: Plan, today: date, running: Runtime) -> Progress:
    """A new replay's progress. Raises OtherReplay where the chain's time has passed the first record."""
    if running.clock is not None and plan.first is not None and plan.first < running.clock.now():
        raise OtherReplay(
            f"the chain's time is {_date(running.clock.now())}, these records begin at {_date(plan.first)}: "
            "a chain's time can't go back, so use a fresh chain (--fresh)"
        )
    fresh = Progress(plan.digest, today.isoformat(), 0 if running.clock is not None else int(time.time()) + NETWORK_LEAD_SECONDS)
    journal.write(fresh)
    return fresh


def _resumed(kept: Progress, plan: Plan, running: Runtime) -> Progress:
    """The progress to go on from. Raises OtherReplay for another plan's, and where the chain isn't where the replay left it."""
    if kept.plan != plan.digest:
        raise OtherReplay(
            f"another replay ran on this ledger, up to {_date(kept.stamp)}; these records begin at {_date(plan.first or 0)}: "
            "a chain's time can't go back, so use a fresh chain (--fresh)"
        )
    if running.clock is None:
        return kept
    _check_kept(kept, running)
    if not kept.receivables_done:
        _check_next(kept, plan, running.clock.now())
    return kept


def _check_kept(kept: Progress, running: Runtime) -> None:
    """An embedded chain that was killed itself may have lost its last blocks: what was sent then would come in at wrong times."""
    held = running.services.rpc.call("eth_getBlockByNumber", hex(kept.block), False) if kept.hash else None
    if kept.hash and (held is None or held["hash"] != kept.hash):
        raise OtherReplay(
            f"the chain has lost block {kept.block}, which the replay had reached: its node was killed before it wrote its state; "
            "use a fresh chain (--fresh)"
        )


def _check_next(kept: Progress, plan: Plan, now: int) -> None:
    """A clock that was moved on meanwhile can't go back to the records that are still to come."""
    following = next((at for at, _ in stamps(plan.claims, plan.demonstrations) if at > kept.stamp), None)
    if following is not None and following < now:
        raise OtherReplay(
            f"the chain's time was moved to {_date(now)} while a replay stood before {_date(following)}: "
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
        pace = self._pace()
        with self._timed("members"):
            accounts = self._admit(pace)
        plan = self.plan if self.running.clock is not None else on_network(self.plan, progress.start)
        with self._timed("receivables"):
            book = Book(accounts, people.cash_of_sets(self.running.services.manifest, plan), self.running.services.fingerprint_keys.of)
            progress = self._receivables(plan, book, pace, progress)
        if not progress.finished:
            pace.finish()
            with self._timed("pledges"):
                progress = self._pledges(pace, progress)
            progress = self.journal.change(progress, finished=True)
        with self._timed("reconciliation"):
            return self._reconciled(plan, book, progress)

    def _pace(self) -> Pace:
        clock = self.running.clock
        return RealPace() if clock is None else EmbeddedPace(clock, self.running.services.sync.wake)

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
        deadline = _deadline(progress)
        drive = PledgeDrive(
            acting,
            self.gateway,
            offices,
            pace,
            self.journal,
            services.mirror,
            self._now,
            deadline,
            lambda done: self.bars.advance(bar, done),
        )
        return drive.run(progress)

    def _office(self, register: int) -> Office:
        manifest = self.running.services.manifest
        _, account, _ = view(self.running.services.rpc, manifest.address("Registers"), "Registers", "current", register)
        return Office(account, tuple(self.running.services.keystore.keys(account)))

    def _receivables(self, plan: Plan, book: Book, pace: Pace, progress: Progress) -> Progress:
        bar = self.bars.add_task("receivables", total=sum(len(events) for _, events in stamps(plan.claims, plan.demonstrations)))

        def advanced(_: int, done: int) -> None:
            self.bars.advance(bar, done)

        drive = Drive(plan, self.gateway, book, pace, self.journal, self._views().overdue, advanced, self._pool_of)
        return drive.receivables(progress)

    def _pool_of(self, agreement: bytes) -> int:
        with self.running.services.mirror.read() as conn:
            found = claims.pool_by_agreement(conn, agreement)
        if found is None:
            raise ReplayStopped(f"agreement {to_hex(agreement)}: no pool was opened under it")
        return found.pool

    def _now(self) -> int:
        if self.running.clock is not None:
            return self.running.clock.now()
        return int(self.running.services.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def _views(self) -> Views:
        return Views(self.running.services.rpc, self.running.services.manifest)

    def _reconciled(self, plan: Plan, book: Book, progress: Progress) -> Report:
        services = self.running.services
        whole = plan if self.running.clock is None else self.plan
        checks = [
            *reconcile.source_checks(whole),
            *reconcile_pledges.checks(plan, self._views(), services.mirror),
            *reconcile_receivables.checks(plan, self._views(), services.mirror, book, progress.late, self._now()),
        ]
        choices = [choice for part in plan.receivables for choice in part.choices]
        judged = tuple(judgements(self.plan.placements))
        return Report(tuple(checks), tuple(reconcile.asides(self.plan)), tuple(dict.fromkeys(choices)), self.seconds, judged)


@contextmanager
def _bars(console: Console) -> Iterator[Bars]:
    columns = (TextColumn("{task.description:>15}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console) as bars:
        yield bars
