"""What the writers of bodies share: the receivable, the range and the cash that an act is about, in the mirror's words of now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from gateway.calls import Asked
from gateway.errors import invalid
from gateway.pledging import words
from gateway.pledging.known import Desk
from gateway.receivables.given import Given
from gateway.receivables.table import ActKind
from gateway.receivables.visibility import visible
from ledger.chain.blocks import LOG_BITS
from ledger.domain.calendar import end_of_day, rfc3339
from ledger.domain.ids import from_hex, receivable_id, to_hex, token_id
from ledger.domain.money import currency, currency_of, to_text
from ledger.domain.token_flags import TokenFlag
from ledger.mirror.models import ACT, Cash, Receivable, Token
from ledger.mirror.queries import members, payments, tokens
from ledger.mirror.queries.reading import rows_of
from ledger.mirror.queries.receivables import Standing
from ledger.mirror.schema import number

Json = dict[str, Any]
NONE = to_hex(bytes(32))
Told = TypeVar("Told", bound=Given)
"""The fields that acts of a table may be told."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and in which role where the ledger could not choose it (None: it can)."""

    account: bytes
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A body with its signers, the acting account first, and what it says in words.

    `after` is what the words stand on beside themselves: the same words about something new make another act. `schedule` is that of a loan,
    (last day, due second, principal, interest) a row, in minor units of `unit` (ISO 4217 number). `first` are calls that go before the act:
    anybody may make them, and without them the ledger would refuse it.
    """

    body: Json
    signers: tuple[Signer, ...]
    says: list[str]
    next: str
    after: int = 0
    schedule: tuple[tuple[date, int, int, int], ...] = ()
    unit: int = 0
    first: tuple[Asked, ...] = ()


@dataclass
class Writing(Generic[Told]):
    """An act on its way from words to its body."""

    desk: Desk
    spec: ActKind
    given: Told
    named: dict[bytes, str] = field(default_factory=dict)

    # --- What it is about ----------------------------------------------------------------------------------------------------

    @cached_property
    def standing(self) -> Standing:
        """The receivable, if the caller may see it. Raises 404."""
        return visible(self.desk.session, self.desk.conn, int(self.given.receivable or "0"))

    @property
    def issued(self) -> Receivable:
        return self.standing.receivable

    @property
    def id(self) -> str:
        """The receivable's 192-bit id as text."""
        return str(number(self.issued.id))

    @cached_property
    def token(self) -> Token:
        """The token in which the range begins. Raises 422."""
        start = int(self.given.start or 0)
        found = tokens.at_unit(self.desk.conn, self.issued.number, start)
        if found is None:
            raise invalid(f"start: {start} lies in no token of receivable {self.id}; its face is {self.issued.face}", field="start")
        if found.flags & TokenFlag.RETIRED:
            raise invalid(f"start: the range from {start} on has retired; it is owed nothing any more", field="start")
        return found

    @property
    def token_id(self) -> str:
        return str(token_id(number(self.issued.id), self.token.start))

    @cached_property
    def range(self) -> tuple[int, int]:
        """[start, end) in minor units, within the token. Raises 422."""
        start, stop = int(self.given.start or self.token.start), self.token.start + self.token.length
        end = stop if self.given.end is None else int(self.given.end)
        if not start < end <= stop:
            raise invalid(f"end: {end}; the token that holds {start} reaches from {self.token.start} to {stop}", field="end")
        return start, end

    def whole_token(self) -> Token:
        """The token that begins just at `start`. Raises 422."""
        start = int(self.given.start or 0)
        if self.token.start != start:
            raise invalid(f"start: no token begins at {start}; the one there begins at {self.token.start}", field="start")
        return self.token

    @cached_property
    def cash(self) -> Cash:
        """The cash contract: the one named, else the only one in the currency. Raises 422."""
        unit = currency(self.given.currency or "")
        listed = [row for row in payments.cash_contracts(self.desk.conn) if row.currency == unit.number]
        wanted = [row for row in listed if self.given.cash in (None, row.number)]
        if len(wanted) != 1:
            known = ", ".join(str(row.number) for row in listed) or "none"
            raise invalid(f"cash: name the cash contract in {unit.code} that is meant; there is {known}", field="cash")
        return wanted[0]

    @cached_property
    def currencies(self) -> dict[int, int]:
        """The currency (ISO 4217 number) of each cash contract."""
        return {row.number: row.currency for row in payments.cash_contracts(self.desk.conn)}

    @property
    def unit(self) -> int:
        """The ISO 4217 number of the currency that is named. Raises MoneyError."""
        return currency(self.given.currency or "").number

    def act_that_made(self, account: bytes, id_: bytes, pos: int) -> int:
        """The id of an account's act, told at a position, by which it made the receivable or offer of this id."""
        columns, block = ACT.table.c, pos >> LOG_BITS
        where = (columns.account == account, columns.pos >= block << LOG_BITS, columns.pos < block + 1 << LOG_BITS)
        told = rows_of(self.desk.conn, ACT, select(ACT.table).where(*where))
        return next(act for each in told if receivable_id(account, act := number(each.act_id)) == number(id_))

    # --- Days, amounts, people -----------------------------------------------------------------------------------------------

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days end. Raises 422."""
        if self.given.zone is None:
            raise invalid("zone: missing; a day ends in a zone (Asia/Shanghai), or write a time with its offset", field="zone")
        try:
            return ZoneInfo(self.given.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
            raise invalid(f"zone: {self.given.zone!r} is no zone; write it as Asia/Shanghai", field="zone") from wrong

    def end_of(self, text: str, name: str) -> int:
        """UTC second from which a day is over in the zone, or a time's own. Raises 422, FieldError."""
        found = words.day(text)
        if found == date.max:
            raise invalid(f"{name}: {text}; a day before the last of the calendar expected", field=name)
        return end_of_day(found, self.zone) if found is not None else words.moment(text, name, ZoneInfo("UTC"))[0]

    def last_second(self, text: str, name: str) -> int:
        """The last second of a day in the zone, or a time's own. Raises 422, FieldError."""
        return self.end_of(text, name) - 1 if words.day(text) is not None else self.end_of(text, name)

    def who(self, account: bytes) -> str:
        """An account with its member's name, for people."""
        if account not in self.named:
            found = members.get(self.desk.conn, account)
            self.named[account] = f"{found.name} ({to_hex(account)})" if found else f"{to_hex(account)}, who is no member"
        return self.named[account]

    def money(self, minor: int, unit: int | None = None) -> str:
        """An amount in words, with its minor units."""
        found = currency_of(self.issued.currency if unit is None else unit)
        return f"{to_text(minor, found)} {found.code} ({minor} minor units)"

    def about(self) -> str:
        """The range in words."""
        start, end = self.range
        return f"[{start}, {end}) of receivable {self.id}, {self.money(end - start)}"

    def acts(self, account: bytes) -> bytes:
        """Who acts: the one named must be the one who may. Raises 422."""
        named = self.given.account
        if named is not None and from_hex(named) != account:
            raise invalid(f"account: {self.who(account)} acts here, not {named}", field="account")
        return account

    def when(self, second: int) -> str:
        return rfc3339(second)


class Writer(Protocol[Told]):
    """What makes an act's body. Raises 404, 422, FieldError, MoneyError."""

    def __call__(self, writing: Writing[Told], /) -> Made: ...


@dataclass(frozen=True, slots=True)
class Acts(Generic[Told]):
    """A table of acts, with the one writer of each by its name."""

    kinds: tuple[ActKind, ...]
    writers: Mapping[str, Writer[Told]]

    def kind(self, name: str) -> ActKind:
        """The act of a name. Raises 422 that names those that there are."""
        found = next((each for each in self.kinds if each.name == name), None)
        if found is None:
            raise invalid(f"act: {name[:40]!r} is none of {', '.join(each.name for each in self.kinds)}", field="act")
        return found
