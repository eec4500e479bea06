"""Rotation of the fingerprints' key among gateways: a model of who holds which version when, and the doubles that it lets through.

Time is in days. A confirmation names the words under every version that its gateway holds and has not retired; each is taken once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import example, given
from hypothesis import strategies as st

from ledger.domain.fingerprints import Fingerprints, Invoice, fingerprints

TENOR = 366
GATEWAYS = 3
SELLER, BUYER = b"s" * 32, b"b" * 32


@dataclass
class Gateway:
    """The versions held, each with the day on which it came, and those that are retired."""

    held: dict[int, int] = field(default_factory=lambda: {1: 0})
    retired: set[int] = field(default_factory=set)

    def words(self, invoice: Invoice) -> Fingerprints:
        live = sorted(self.held.keys() - self.retired, reverse=True)
        return fingerprints(invoice, [version.to_bytes(32) for version in live])


@dataclass
class World:
    """Gateways and the ledger's words; `first`: on which day an invoice was first confirmed."""

    careful: bool
    day: int = 0
    gateways: list[Gateway] = field(default_factory=lambda: [Gateway() for _ in range(GATEWAYS)])
    taken: set[bytes] = field(default_factory=set)
    first: dict[str, int] = field(default_factory=dict)
    doubles: list[int] = field(default_factory=list)

    def new(self, who: int, _: int) -> None:
        """The first gateway makes versions; the others take them in."""
        self.gateways[0].held[max(self.gateways[0].held) + 1] = self.day

    def take_in(self, who: int, number: int) -> None:
        for version in self.gateways[0].held:
            self.gateways[who].held.setdefault(version, self.day)

    def retire(self, who: int, number: int) -> None:
        """Careful: once every gateway has had a later version for the longest tenor; else once this one has."""
        own = self.gateways[who]
        for version in sorted(own.held.keys() - own.retired)[:-1]:
            asked = self.gateways if self.careful else [own]
            if all(any(later > version and self.day - since >= TENOR for later, since in each.held.items()) for each in asked):
                own.retired.add(version)

    def confirm(self, who: int, number: int) -> None:
        invoice = Invoice(SELLER, BUYER, f"R-{number}", 2026)
        found = self.gateways[who].words(invoice)
        words = {found.current, *found.earlier}
        if words & self.taken:
            return
        self.taken |= words
        if invoice.number in self.first:
            self.doubles.append(self.day - self.first[invoice.number])
        self.first.setdefault(invoice.number, self.day)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["new", "take_in", "retire", "confirm", "confirm"]),
        st.integers(0, GATEWAYS - 1),
        st.integers(1, 2),
        st.sampled_from([0, 1, 200, 366]),
    ),
    max_size=40,
)


def lived(steps: list[tuple[str, int, int, int]], *, careful: bool) -> World:
    world = World(careful)
    for what, who, number, days in steps:
        world.day += days
        if what != "new" or len(world.gateways[0].held) < 10:
            getattr(world, what)(who, number)
    return world


UNTOLD = [("new", 0, 1, 0), ("retire", 0, 1, 366), ("confirm", 0, 1, 0), ("confirm", 1, 1, 0)]
"""The second gateway never took version 2 in, and the first one has retired version 1."""


@given(STEPS)
@example(UNTOLD)
def test_no_double_within_the_tenor_where_every_gateway_has_the_later_version_long_enough(steps: list[tuple[str, int, int, int]]) -> None:
    assert all(apart >= TENOR for apart in lived(steps, careful=True).doubles)


def test_without_asking_the_other_gateways_a_double_gets_through() -> None:
    """So one gateway's clock does not suffice, and the documentation says what must be asked before a version is retired."""
    assert lived(UNTOLD, careful=False).doubles == [0] and lived(UNTOLD, careful=True).doubles == []


def test_a_version_on_its_way_round_lets_nothing_through() -> None:
    steps = [("new", 0, 1, 0), ("confirm", 0, 1, 0), ("confirm", 1, 1, 0), ("confirm", 1, 2, 0), ("take_in", 1, 1, 0), ("confirm", 0, 2, 0)]
    world = lived(steps, careful=True)
    assert world.doubles == [] and len(world.first) == 2
