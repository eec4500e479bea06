"""Registers described in TOML: what a council sets on the chain as words, and what the words can't say (docs/registers.md).

Unknown fields are refused, so that a misspelt one is never taken for an omission. A description can take over another register's acts and
state only what differs.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.pledging import words
from gateway.roles import ROLES
from ledger.domain import routing, watches
from ledger.domain.catalogue import Catalogue, CatalogueError
from ledger.domain.clocks import ClockError, ClockRule, Unit
from ledger.domain.office_events import EventCode, TableError, read_codes
from ledger.domain.registers import (
    DEMANDS_DOCUMENT,
    DEMANDS_VERSION,
    HOLDERS_SIDE,
    PLEDGORS_SIDE,
    ActRule,
    Code,
    Effect,
    EndReason,
    Ground,
    Mode,
    PartyRole,
    Rule,
    Shipped,
    State,
    TermRule,
    TimeSource,
)
from ledger.domain.routing import AssetKind, Route, Transaction
from ledger.domain.workdays import calendars
from ledger.foreseen import Foreseen

Named = TypeVar("Named", bound=Enum)
Count = Annotated[int, Field(ge=0, lt=16)]
Days = Annotated[int, Field(ge=0, lt=1 << 16)]
Seconds = Annotated[int, Field(ge=0, lt=1 << 32)]
Letters = Annotated[str, Field(pattern="^[A-Z]+$", max_length=26)]
Words = Annotated[str, Field(min_length=1, max_length=400)]
Key = Annotated[str, Field(pattern="^[A-Z]{2}-[A-Z0-9-]+$", max_length=64)]
FOLDER, TERMS = "registers", "terms.toml"
"""Where a home keeps its descriptions, and the terms that it sets."""
CODES = ("event-codes.csv", "event-codes.csv.gz")
"""Where a home keeps the table of offices' legal-event codes (EPO, INPADOC)."""
_SHARED_CODES = "inpadoc-legal-codes/*.csv*"
"""Where a folder of records has it: the newest, by name."""
_SIDES = {"pledgors": PLEDGORS_SIDE, "holders": HOLDERS_SIDE}
_DEMANDS = {"document": DEMANDS_DOCUMENT, "version": DEMANDS_VERSION}


class DescriptionError(Foreseen):
    """A description that can't be used; one line that names file, field and rule."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Act(_Strict):
    effects: list[str] | None = None
    source: Annotated[list[str] | None, Field(alias="from")] = None
    next_state: Annotated[str | None, Field(alias="to")] = None
    consents: dict[str, list[str]] | None = None
    officers: Count | None = None
    officers_vouching: Count | None = None
    officer_roles: list[str] | None = None
    times: list[str] | None = None
    sides: list[Literal["pledgors", "holders"]] | None = None
    demands: list[Literal["document", "version"]] | None = None
    wait_seconds: Seconds | None = None
    period_seconds: Seconds | None = None
    reasons: list[str] | None = None


class _Ground(_Strict):
    number: Annotated[int, Field(ge=0, lt=64)]
    text: Words
    source: Words
    overridable: bool = False


class _Term(_Strict):
    source: Words
    least: Days = 0
    most: Days = 0
    renewal: Days = 0
    verified: bool = False


class _Clock(_Strict):
    key: Key
    unit: str
    length: Annotated[int, Field(ge=1, lt=10_000)]
    calendar: str
    counts_from: Words
    source: Words
    verified: bool = False
    rolls: bool = True
    closes: time | None = None


class _Route(_Strict):
    assets: Annotated[list[str], Field(min_length=1)]
    transactions: Annotated[list[str], Field(min_length=1)] = ["pledge"]
    effect: str
    source: Words
    why: Words
    since: date = date.min


class _Register(_Strict):
    number: Annotated[int, Field(ge=1, lt=1 << 16)]
    key: Key
    name: Words
    office: Words
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    classes: Letters
    ranks: Literal["one", "several"]
    assets_required: bool
    records: bool
    zone: str
    regime: str
    regimes: dict[Annotated[str, Field(pattern="^[A-Z]$")], str] = {}
    marks: list[str] = []
    acts_like: Key | None = None
    rule_contract: str = ""
    term: _Term | None = None
    clocks: dict[str, Key] = {}
    grounds: list[_Ground] = []
    acts: dict[str, _Act | Literal[False]] = {}
    clock: list[_Clock] = []
    routes: list[_Route] = []


class _Watches(_Strict):
    lead_days: Annotated[int, Field(ge=0, le=3650)] = watches.USUAL.lead_days
    pressing_days: Annotated[int, Field(ge=0, le=3650)] = watches.USUAL.pressing_days
    limit: Annotated[int, Field(ge=1, le=10_000)] = watches.USUAL.limit
    revalue_months: Annotated[int, Field(ge=1, le=600)] = watches.USUAL.revalue_months


class _Terms(_Strict):
    clock: list[_Clock] = []
    watches: _Watches = _Watches()


@dataclass(frozen=True, slots=True)
class Description:
    """A described register, the clocks that come with it, and its routes."""

    register: Shipped
    clocks: tuple[ClockRule, ...]
    routes: tuple[routing.Rule, ...]

    def added_to(self, catalogue: Catalogue) -> Catalogue:
        """The catalogue with this register. Raises CatalogueError."""
        return catalogue.with_clocks(self.clocks).with_register(self.register, self.routes)


def catalogue_of(home: Path, shipped: Catalogue) -> Catalogue:
    """What ships, with the terms that a home sets in `terms.toml` and the registers that it describes in `registers/*.toml`.

    Raises DescriptionError.
    """
    found = shipped.with_clocks(_clocks(_terms(home).clock, str(home / TERMS)))
    for file in sorted((home / FOLDER).glob("*.toml")):
        found = read(_text(file), str(file), found).added_to(found)
    return found


def watching_of(home: Path) -> watches.Settings:
    """When alerts press and how much of a value may be lent, as a home sets it in `terms.toml`; else the usual. Raises DescriptionError."""
    return watches.Settings(**_terms(home).watches.model_dump())


def codes_file(home: Path, data: Path, stated: Path | None = None) -> Path | None:
    """The table of event codes to be read: the stated one, else the home's, else that of a folder of records; None where there is none."""
    if stated is not None:
        return stated
    kept = [file for file in (home / name for name in CODES) if file.exists()]
    return next(iter([*kept, *sorted(data.glob(_SHARED_CODES), reverse=True)]), None)


def codes_of(home: Path, stated: Path | None = None) -> Mapping[tuple[str, str], EventCode]:
    """What offices' event codes mean, from a table or the one that a home keeps; empty where there is none. Raises DescriptionError."""
    file = codes_file(home, home, stated)
    if file is None:
        return {}
    try:
        return read_codes(file.read_bytes())
    except (OSError, TableError) as wrong:
        raise DescriptionError(f"{file}: {wrong}") from wrong


def _terms(home: Path) -> _Terms:
    file = home / TERMS
    return _parsed(_Terms, _text(file), str(file)) if file.exists() else _Terms()


def read(text: str, where: str, catalogue: Catalogue) -> Description:
    """The register that a TOML text describes; `catalogue` has those whose acts it may take over. Raises DescriptionError."""
    given = _parsed(_Register, text, where)
    try:
        made = Description(_register(given, catalogue), _clocks(given.clock, where), tuple(_route(given, each) for each in given.routes))
        made.added_to(catalogue)
    except (CatalogueError, LookupError, ValueError) as wrong:
        raise DescriptionError(f"{where}: {wrong.args[0]}") from wrong
    return made


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as wrong:
        raise DescriptionError(f"{file}: {wrong}") from wrong


Model = TypeVar("Model", bound=_Strict)


def _parsed(kind: type[Model], text: str, where: str) -> Model:
    try:
        return kind.model_validate(tomllib.loads(text))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise DescriptionError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise DescriptionError(f"{where}: {wrong}") from wrong


def _register(given: _Register, catalogue: Catalogue) -> Shipped:
    like = catalogue.by_key(given.acts_like) if given.acts_like else None
    if given.acts_like and like is None:
        raise CatalogueError(f"acts_like: no register {given.acts_like}")
    flags = Rule(0)
    for flag, wanted in (
        (Rule.SINGLE_RANK, given.ranks == "one"),
        (Rule.ASSETS_REQUIRED, given.assets_required),
        (Rule.RECORDS, given.records),
        (Rule.ASKS, bool(given.rule_contract)),
    ):
        flags |= flag if wanted else Rule(0)
    return Shipped(
        number=given.number,
        key=given.key,
        name=given.name,
        office=given.office,
        jurisdiction=given.jurisdiction,
        classes=given.classes,
        flags=flags,
        grounds=_grounds(given.grounds),
        acts=_acts(given, {} if like is None else like.acts),
        zone=ZoneInfo(given.zone).key,
        regime=given.regime,
        regimes=given.regimes,
        term=None if given.term is None else TermRule(**given.term.model_dump()),
        clocks=given.clocks,
        rule_contract=given.rule_contract,
        marks=words.marks(given.marks, "marks"),
    )


def _grounds(given: list[_Ground]) -> tuple[Ground, ...]:
    numbers = [each.number for each in given]
    if twice := [number for number in numbers if numbers.count(number) > 1]:
        raise CatalogueError(f"grounds: {twice[0]} stands twice")
    return tuple(Ground(each.number, each.text, each.source, each.overridable) for each in given)


def _acts(given: _Register, taken: Mapping[Code, ActRule]) -> dict[Code, ActRule]:
    """The acts taken over, with those that the description states, without those that it drops (false)."""
    stated = {_named(Code, name, f"acts.{name}"): act for name, act in given.acts.items()}
    dropped = {code for code, act in stated.items() if act is False}
    made = {code: _act(taken.get(code, ActRule()), act, code.name.lower()) for code, act in stated.items() if act is not False}
    acts = {code: rule for code, rule in {**taken, **made}.items() if code not in dropped}
    if Code.REGISTER not in acts:
        raise CatalogueError("acts: none that registers; state acts.register, or take over another register's with acts_like")
    return acts


def _act(base: ActRule, given: _Act, name: str) -> ActRule:
    where = f"acts.{name}"
    stated: dict[str, Any] = {
        "effects": _mask(Effect, given.effects, f"{where}.effects"),
        "source": _all(State, given.source, f"{where}.from"),
        "next_state": None if given.next_state is None else _named(State, given.next_state, f"{where}.to"),
        "consents": None if given.consents is None else _consents(given.consents, where),
        "officers": given.officers,
        "officers_vouching": given.officers_vouching,
        "officer_roles": None if given.officer_roles is None else _roles(given.officer_roles, where),
        "times": _all(TimeSource, given.times, f"{where}.times"),
        "sides": None if given.sides is None else sum({_SIDES[side] for side in given.sides}),
        "demands": None if given.demands is None else sum({_DEMANDS[demand] for demand in given.demands}),
        "wait": given.wait_seconds,
        "period": given.period_seconds,
        "reasons": _all(EndReason, given.reasons, f"{where}.reasons"),
    }
    fields = {field: getattr(base, field) for field in stated}
    return ActRule(**{field: fields[field] if value is None else value for field, value in stated.items()})


def _consents(given: Mapping[str, list[str]], where: str) -> dict[PartyRole, tuple[Mode, ...]]:
    return {
        _named(PartyRole, role, f"{where}.consents"): tuple(_named(Mode, mode, f"{where}.consents.{role}") for mode in modes)
        for role, modes in given.items()
    }


def _roles(given: list[str], where: str) -> int:
    bits = {name: ROLES.get(name.upper().replace(" ", "_")) for name in given}
    if unknown := [name for name, bit in bits.items() if bit is None]:
        raise CatalogueError(f"{where}.officer_roles: {unknown[0]!r} is no role")
    return sum({bit for bit in bits.values() if bit is not None})


def _mask(kind: type[Effect], names: list[str] | None, where: str) -> int | None:
    return None if names is None else sum({_named(kind, name, where) for name in names})


def _all(kind: type[Named], names: list[str] | None, where: str) -> tuple[Named, ...] | None:
    return None if names is None else tuple(_named(kind, name, where) for name in names)


def _named(kind: type[Named], name: str, where: str) -> Named:
    """The member of an enumeration by its name in lower case with blanks or underlines."""
    found = kind.__members__.get(name.strip().upper().replace(" ", "_").replace("-", "_"))
    if found is None:
        raise CatalogueError(f"{where}: {name!r} is none of {', '.join(each.lower() for each in kind.__members__)}")
    return found


def _clocks(given: list[_Clock], where: str) -> tuple[ClockRule, ...]:
    made = []
    for each in given:
        if each.calendar not in calendars():
            raise DescriptionError(f"{where}: clock {each.key}: calendar {each.calendar!r} is none of {', '.join(sorted(calendars()))}")
        try:
            made.append(ClockRule(**{**each.model_dump(), "unit": _named(Unit, each.unit, f"clock {each.key}: unit")}))
        except (ClockError, CatalogueError) as wrong:
            raise DescriptionError(f"{where}: {wrong}") from wrong
    return tuple(made)


def _route(given: _Register, each: _Route) -> routing.Rule:
    kinds = frozenset(_named(AssetKind, name, "routes.assets") for name in each.assets)
    transactions = frozenset(_named(Transaction, name, "routes.transactions") for name in each.transactions)
    route = Route(given.key, _named(routing.Effect, each.effect, "routes.effect"), each.source, each.why)
    return routing.Rule(given.jurisdiction, kinds, transactions, route, each.since)
