"""The stated demonstration: a confirmed claim that is paid on to fifty suppliers over three tiers and redeemed when due. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.replay.claims import Claim, Person, Piece


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of the demonstration: `holder` splits the token at `start` into `pieces`."""

    start: int
    holder: Person
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A confirmed claim that is paid on to fifty suppliers over three tiers and redeemed at its due second by the obligor's mandate."""

    claim: Claim
    tiers: tuple[tuple[Tier, ...], ...] = field(default=())

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody in it."""
        pieces = (piece for tiers in self.tiers for tier in tiers for piece in tier.pieces)
        return (self.claim.supplier, self.claim.obligor, *(piece.payee for piece in pieces))

    @property
    def roles(self) -> dict[str, str]:
        """Nobody but suppliers and an obligor is in it."""
        return {}

    @property
    def holders(self) -> tuple[tuple[int, int, Person], ...]:
        """(start, end, holder) of every piece in the end; they tile the face."""
        held: dict[int, tuple[int, Person]] = {0: (self.claim.face, self.claim.supplier)}
        for tier in self.tiers:
            for step in tier:
                held |= _held_after(step, *held[step.start])
        return tuple((start, end, person) for start, (end, person) in sorted(held.items()))


def _held_after(step: Tier, end: int, holder: Person) -> dict[int, tuple[int, Person]]:
    starts = (step.start, *(piece.end for piece in step.pieces))
    held = {start: (piece.end, piece.payee) for start, piece in zip(starts, step.pieces, strict=False)}
    rest = starts[-1]
    return held | ({rest: (end, holder)} if rest < end else {})


DEMONSTRATION_FACE = 100_000_007
"""1,000,000.07: no tier divides it evenly."""
_FIRST, _SECOND, _THIRD = 5, 15, 30
TERM_DAYS = 90


def demonstration(set_name: str, start: int) -> Demonstration:
    """The stated demonstration, from `start` (UTC second) on: 5 suppliers, then 15 of theirs, then 30 of those; each keeps a part."""
    core, lead = (
        Person(f"{set_name}/core", "Core enterprise of the demonstration"),
        Person(f"{set_name}/lead", "Lead supplier of the demonstration"),
    )
    people = [
        Person(f"{set_name}/supplier/{number:02}", f"Supplier {number} of the demonstration")
        for number in range(1, _FIRST + _SECOND + _THIRD + 1)
    ]
    due = start + TERM_DAYS * 86_400
    claim = Claim(
        set_name, "1", lead, core, DEMONSTRATION_FACE, start, due, due, detail=(("purpose", "demonstration, no record of the sources"),)
    )
    first = Tier(0, lead, _even(0, claim.face, people[:_FIRST], whole=True))
    second = _next_tier([first], people[_FIRST : _FIRST + _SECOND])
    third = _next_tier(second, people[_FIRST + _SECOND :])
    return Demonstration(claim, ((first,), tuple(second), tuple(third)))


def _next_tier(above: list[Tier], people: list[Person]) -> list[Tier]:
    """Each holder of the tier above pays the same number of suppliers out of half of its piece."""
    held = [
        (start, piece) for tier in above for start, piece in zip((tier.start, *(p.end for p in tier.pieces)), tier.pieces, strict=False)
    ]
    each = len(people) // len(held)
    return [
        Tier(start, piece.payee, _even(start, start + (piece.end - start) // 2, people[index * each : (index + 1) * each], whole=False))
        for index, (start, piece) in enumerate(held)
    ]


def _even(start: int, end: int, people: list[Person], whole: bool) -> tuple[Piece, ...]:
    share = (end - start) // len(people)
    ends = [start + share * (index + 1) for index in range(len(people))]
    if whole:
        ends[-1] = end
    return tuple(Piece(end, person, "") for end, person in zip(ends, people, strict=True))
