"""Which register a filing belongs to, and why; and which one creates no right.

The law fixes a register for each kind of asset and transaction: a pledge of a patent that is filed in the receivables register does not
exist (CivC 444, Measures for Unified Registration of Movables and Rights 2(7)), one of licence fees in the patent register neither (445).
Registers go by key; those of the catalogue are registers of this ledger, others are named so that nobody forgets them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ledger.domain.assets import COPYRIGHT, DESIGN, MARK, PATENT
from ledger.domain.rights import GOODS, RECEIVABLE, RightKind


class WrongRegister(ValueError):
    """A filing in a register that gives it no right: `register` asked for, `right_ones` to use, `source` of the rule."""

    def __init__(self, register: str, right_ones: tuple[str, ...], why: str, source: str) -> None:
        instead = f"file with {' and '.join(right_ones)}" if right_ones else "no register takes it"
        super().__init__(f"register {register}: {why} ({source}); {instead}")
        self.register, self.right_ones, self.source = register, right_ones, source


class AssetKind(Enum):
    """What is given as security, as far as the register depends on it."""

    PATENT = "patent, utility model or design"
    MARK = "trademark"
    COPYRIGHT = "copyright"
    RECEIVABLE = "receivable"
    LICENCE_FEES = "fees from licences of intellectual property"
    GOODS = "goods"


class Transaction(Enum):
    """What is done with it."""

    PLEDGE = "pledge or security interest"
    MORTGAGE = "mortgage of movables without delivery"
    FACTORING = "factoring"
    ASSIGNMENT = "plain assignment of receivables"


class Effect(Enum):
    """What the filing does."""

    CREATES = "creates the right"
    OPPOSES = "makes the right good against third parties"
    RANKS = "decides the rank among several takers"
    RECORDS = "protects against later takers of the title"
    ADVISABLE = "is advisable beside"
    NONE = "creates no right"


@dataclass(frozen=True, slots=True)
class Route:
    """One register, what filing there does for a transaction over an asset, by which source, and why."""

    register: str
    effect: Effect
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A route for what is given as security, where, by which transactions, and since when."""

    jurisdiction: str
    assets: frozenset[AssetKind]
    transactions: frozenset[Transaction]
    route: Route
    since: date = date.min


_IP = frozenset({AssetKind.PATENT, AssetKind.MARK, AssetKind.COPYRIGHT})
_CLAIMS = frozenset({AssetKind.RECEIVABLE, AssetKind.LICENCE_FEES})
_ALL = frozenset(AssetKind)
_PLEDGE, _EVERY = frozenset({Transaction.PLEDGE}), frozenset(Transaction)
_MEASURES = "Measures for Unified Registration of Movables and Rights"
_PPSA_AU, _PPSA_NZ = date(2012, 1, 30), date(2002, 5, 1)

_FEES_ARE_CLAIMS = "a pledge of a receivable arises on registration; licence fees are receivables"
_ONE_FOR_ALL = "one register for security over all personal property, rights included"
_RULES = (
    Rule("CN", frozenset({AssetKind.PATENT}), _PLEDGE,
          Route("CN-PATENT", Effect.CREATES, "CivC 444", "a pledge of a patent arises on registration with the patent office")),
    Rule("CN", frozenset({AssetKind.MARK}), _PLEDGE,
          Route("CN-MARK", Effect.CREATES, "CivC 444", "a pledge of a registered mark arises on registration with the trademark office")),
    Rule("CN", frozenset({AssetKind.COPYRIGHT}), _PLEDGE,
          Route("CN-COPYRIGHT", Effect.CREATES, "CivC 444; Copyright Pledge Registration Measures 3-5",
                "a pledge of economic copyrights arises on registration with the copyright administration")),
    Rule("CN", _CLAIMS, _PLEDGE, Route("CN-RECEIVABLES", Effect.CREATES, f"CivC 445; {_MEASURES} 2(2), 3", _FEES_ARE_CLAIMS)),
    Rule("CN", _CLAIMS, frozenset({Transaction.FACTORING}),
          Route("CN-RECEIVABLES", Effect.RANKS, f"CivC 768; {_MEASURES} 2(5)", "a registered factor goes before one that is not")),
    Rule("CN", _CLAIMS, frozenset({Transaction.ASSIGNMENT}),
          Route("CN-RECEIVABLES", Effect.RANKS, "Interpretation on Security 66; CivC 768",
                "factoring, pledge and plain assignment of one receivable rank by one rule, registration first")),
    Rule("CN", frozenset({AssetKind.GOODS}), frozenset({Transaction.MORTGAGE}),
          Route("CN-RECEIVABLES", Effect.OPPOSES, f"CivC 403; {_MEASURES} 2(1)",
                "a mortgage of movables arises by contract and holds against those in good faith once registered")),
    Rule("US", frozenset({AssetKind.PATENT}), _PLEDGE,
          Route("US-PATENT", Effect.RECORDS, "35 USC 261", "unrecorded, it is void against a later purchaser without notice")),
    Rule("US", frozenset({AssetKind.MARK}), _PLEDGE,
          Route("US-MARK", Effect.RECORDS, "15 USC 1060(a)(4)", "unrecorded, it is void against a later purchaser without notice")),
    Rule("US", frozenset({AssetKind.PATENT, AssetKind.MARK}), _PLEDGE,
          Route("US-UCC", Effect.ADVISABLE, "UCC 9-310, 9-501; In re Cybernetic Services, 252 F.3d 1039",
                "a financing statement in the debtor's state perfects against lien creditors, which recordation does not")),
    Rule("US", frozenset({AssetKind.COPYRIGHT}), _PLEDGE,
          Route("US-COPYRIGHT", Effect.OPPOSES, "17 USC 205", "recordation gives notice over a registered work")),
    Rule("US", frozenset({AssetKind.COPYRIGHT}), _PLEDGE,
          Route("US-UCC", Effect.ADVISABLE, "UCC 9-310, 9-501", "an unregistered work is perfected by a financing statement")),
    Rule("US", _CLAIMS, frozenset({Transaction.PLEDGE, Transaction.FACTORING, Transaction.ASSIGNMENT}),
          Route("US-UCC", Effect.OPPOSES, "UCC 9-109(a)(3), 9-310", "sale and pledge of accounts are perfected by a financing statement")),
    Rule("US", frozenset({AssetKind.GOODS}), frozenset({Transaction.PLEDGE, Transaction.MORTGAGE}),
          Route("US-UCC", Effect.OPPOSES, "UCC 9-310", "a security interest in goods is perfected by a financing statement")),
    Rule("AU", _ALL, _EVERY,
          Route("AU-PPSR", Effect.OPPOSES, "PPSA 2009 (Cth) 21", _ONE_FOR_ALL), _PPSA_AU),
    Rule("NZ", _ALL, _EVERY,
          Route("NZ-PPSR", Effect.OPPOSES, "PPSA 1999 (NZ) 41", _ONE_FOR_ALL), _PPSA_NZ),
)  # fmt: skip

_NO_RIGHT = (
    Rule("CN", _IP, _PLEDGE,
          Route("CN-RECEIVABLES", Effect.NONE, f"{_MEASURES} 2(7); CivC 444", "this register takes no pledges of intellectual property")),
    Rule("CN", _IP, _PLEDGE,
          Route("*", Effect.NONE, "CivC 444", "a pledge arises only in the register of its own kind of right")),
    Rule("CN", _CLAIMS, _EVERY,
          Route("*", Effect.NONE, "CivC 445", "licence fees and other claims are receivables, not the right that earns them")),
    Rule("AU", _IP, _EVERY,
          Route("*", Effect.NONE, "PPSA 2009 (Cth)", "no other register has been one of security since 30 January 2012"), _PPSA_AU),
)  # fmt: skip


def kind_of(right: RightKind) -> AssetKind:
    """The asset kind of a right by its number's kind."""
    return _KINDS[right]


_KINDS: Mapping[RightKind, AssetKind] = {
    RightKind.INVENTION: AssetKind.PATENT,
    RightKind.UTILITY_MODEL: AssetKind.PATENT,
    RightKind.DESIGN: AssetKind.PATENT,
    RightKind.PATENT: AssetKind.PATENT,
    RightKind.MARK: AssetKind.MARK,
    RightKind.SOFTWARE: AssetKind.COPYRIGHT,
    RightKind.WORK: AssetKind.COPYRIGHT,
    RightKind.RECEIVABLE: AssetKind.RECEIVABLE,
}


def kind_of_key(key: bytes) -> AssetKind:
    """The asset kind of an asset key by its class letter (ledger/domain/assets.py). Raises LookupError for a letter that says nothing."""
    letter = chr(key[2])
    if letter not in _LETTERS:
        raise LookupError(f"asset {key.rstrip(bytes(1))!r}: class {letter!r} is none of {', '.join(_LETTERS)}")
    return _LETTERS[letter]


_LETTERS = {
    PATENT: AssetKind.PATENT,
    DESIGN: AssetKind.PATENT,
    MARK: AssetKind.MARK,
    COPYRIGHT: AssetKind.COPYRIGHT,
    RECEIVABLE: AssetKind.RECEIVABLE,
    GOODS: AssetKind.GOODS,
}


def routes(asset: AssetKind, jurisdiction: str, transaction: Transaction, on: date, more: Sequence[Rule] = ()) -> tuple[Route, ...]:
    """The registers in which a transaction over an asset is filed on a day, the one that gives the right first; none if none is known.

    `more`: rules of registers that were added; they stand in the place of those that ship for the same register.
    """
    added = {rule.route.register for rule in more}
    known = (*more, *(rule for rule in _RULES if rule.route.register not in added))
    return tuple(rule.route for rule in known if _covers(rule, asset, jurisdiction, transaction, on))


def filings(
    assets: Iterable[AssetKind], jurisdiction: str, transaction: Transaction, on: date, more: Sequence[Rule] = ()
) -> Mapping[str, tuple[tuple[AssetKind, Route], ...]]:
    """One deal over several kinds of assets as a filing for each register, in the order in which they come up; advisable ones too."""
    found: dict[str, list[tuple[AssetKind, Route]]] = defaultdict(list)
    for asset in dict.fromkeys(assets):
        for route in routes(asset, jurisdiction, transaction, on, more):
            found[route.register].append((asset, route))
    return {register: tuple(rows) for register, rows in found.items()}


def checked(register: str, asset: AssetKind, jurisdiction: str, transaction: Transaction, on: date, more: Sequence[Rule] = ()) -> Route:
    """What a filing in this register does; refuses one that gives no right. Raises WrongRegister."""
    found = routes(asset, jurisdiction, transaction, on, more)
    for route in found:
        if route.register == register:
            return route
    refusal = _refusal(register, asset, jurisdiction, transaction, on)
    raise WrongRegister(register, tuple(route.register for route in found), refusal.why, refusal.source)


def _refusal(register: str, asset: AssetKind, jurisdiction: str, transaction: Transaction, on: date) -> Route:
    for rule in _NO_RIGHT:
        if rule.route.register in (register, "*") and _covers(rule, asset, jurisdiction, transaction, on):
            return rule.route
    if (jurisdiction, asset, transaction) == ("CN", AssetKind.GOODS, Transaction.PLEDGE):
        return Route(register, Effect.NONE, "CivC 429", "a pledge of movables arises by delivery, not by registration")
    why = f"no rule files a {transaction.value} of a {asset.value} of {jurisdiction} there on {on}"
    return Route(register, Effect.NONE, "the router's rules", why)


def _covers(rule: Rule, asset: AssetKind, jurisdiction: str, transaction: Transaction, on: date) -> bool:
    return rule.jurisdiction == jurisdiction and asset in rule.assets and transaction in rule.transactions and rule.since <= on
