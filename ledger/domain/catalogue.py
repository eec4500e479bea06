"""What is known of registers beside the words that the chain keeps: grounds in words, statutory clocks, regimes of rank, routes.

The catalogue that ships knows the registers that a ledger is founded with; an office or gateway adds its own, and sets terms whose official
text was not seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ledger.domain.clocks import CLOCKS, ClockRule
from ledger.domain.liens import REGIMES, Regime
from ledger.domain.registers import Ground, Shipped
from ledger.domain.routing import Rule
from ledger.domain.shipped_registers import SHIPPED


class CatalogueError(ValueError):
    """Two descriptions that can't stand side by side; the message names them."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Registers by number, statutory clocks and regimes by key, and routes beside those that ship."""

    registers: Mapping[int, Shipped]
    clocks: Mapping[str, ClockRule]
    regimes: Mapping[str, Regime] = field(default_factory=lambda: REGIMES)
    routes: tuple[Rule, ...] = ()

    def register(self, number: int) -> Shipped | None:
        """What is known of a register; None where only the chain knows it."""
        return self.registers.get(number)

    def by_key(self, key: str) -> Shipped | None:
        """The register that routes call by that key."""
        return next((register for register in self.registers.values() if register.key == key), None)

    def clock(self, number: int, name: str) -> ClockRule | None:
        """The rule of a register's clock ("examination", "answer"); None where it has none of that name."""
        register = self.register(number)
        key = register.clocks.get(name) if register else None
        return None if key is None else self.clocks[key]

    def grounds(self, number: int) -> Mapping[int, Ground]:
        """A register's grounds by number, in words and with their source; empty where only the chain knows the register."""
        register = self.register(number)
        return {} if register is None else {ground.number: ground for ground in register.grounds}

    def regime(self, number: int, class_: str = "") -> Regime | None:
        """How entries of a register over rights of a class (a key's third letter) rank; None where only the chain knows the register."""
        register = self.register(number)
        return None if register is None else self.regimes[register.regimes.get(class_, register.regime)]

    def with_clocks(self, rules: Iterable[ClockRule]) -> "Catalogue":
        """This catalogue with periods set or added."""
        return replace(self, clocks={**self.clocks, **{rule.key: rule for rule in rules}})

    def with_register(self, register: Shipped, routes: Iterable[Rule] = ()) -> "Catalogue":
        """This catalogue with one more register, or with what is known of one now. Raises CatalogueError for what doesn't fit."""
        for other in self.registers.values():
            if (other.number == register.number) != (other.key == register.key):
                raise CatalogueError(f"register {register.number} {register.key}: {other.number} is {other.key}, for ever")
        if unknown := sorted({register.regime, *register.regimes.values()} - self.regimes.keys()):
            raise CatalogueError(f"regime {unknown[0]!r}: one of {', '.join(sorted(self.regimes))}")
        if strange := sorted(set(register.regimes) - set(register.classes)):
            raise CatalogueError(f"regimes: the register takes no class {', '.join(strange)}")
        if missing := sorted(set(register.clocks.values()) - self.clocks.keys()):
            raise CatalogueError(f"clocks: {', '.join(missing)} is no known clock")
        kept = tuple(rule for rule in self.routes if rule.route.register != register.key)
        return replace(self, registers={**self.registers, register.number: register}, routes=(*kept, *routes))


CATALOGUE = Catalogue({register.number: register for register in SHIPPED}, CLOCKS)
"""The catalogue that ships."""
