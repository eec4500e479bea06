"""What Python ships of pledges, for the contracts' tests; `python -m tests.model.pledge_rules` writes tests/contracts/PledgeRules.sol.

The kinds of acts with their EIP-712 types, the shipped registers' words, and roots of lists of assets.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from eth_hash.auto import keccak

from ledger.domain import acts
from ledger.domain.act_types import KINDS, Kind
from ledger.domain.assets import listing, us_patent_key
from ledger.domain.registers import Code, Shipped
from ledger.domain.shipped_registers import SHIPPED

FILE = Path(__file__).parents[1] / "contracts" / "PledgeRules.sol"
COUNTS = (1, 2, 3, 5, 64, 127, 128, 129, 257, 1100)
BLIND = b"\x07" * 32
_HEAD = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Written by tests/model/pledge_rules.py from ledger.domain: registers as they ship, types of the acts, roots of lists.
/// A test holds that it is what they say today.
library PledgeRules {
    /// A kind of act: encodeType of its body, type hash of its envelope, the function that it runs and the one that
    /// hashes its body (0: Acts does).
    struct Kind {
        string body;
        bytes32 envelope;
        bytes4 selector;
        bytes4 hasher;
    }

    struct Register {
        uint16 number;
        string name;
        string office;
        uint256 rule;
        uint16[] codes;
        uint256[] words;
    }

    /// Root of the first `count` US applications (01000000 and on) under a blind of 0x07 bytes.
    struct Tree {
        uint24 count;
        bytes32 root;
    }

"""


def _constant(code: Code) -> str:
    return f"    uint16 internal constant {code.name} = {code.value};\n"


def _pledge_kinds() -> list[Kind]:
    return [kind for kind in KINDS if kind.contract == "PledgeRegistry"]


def _kind(kind: Kind) -> str:
    hasher = bytes(4) if acts.is_flat(kind.name) else keccak(f"hash{kind.name}({acts.abi_type(kind.name)})".encode())[:4]
    return f"""
    function {_lower(kind.name)}() internal pure returns (Kind memory) {{
        return Kind(
            "{acts.type_string(kind.name)}",
            0x{acts.envelope_type_hash(kind.name).hex()},
            0x{kind.selector.hex()},
            0x{hasher.hex()}
        );
    }}
"""


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _register(register: Shipped) -> str:
    here = f"        all[{register.number - 1}]"
    count = len(register.codes)
    lines = [
        f"{here}.number = {register.number};",
        f'{here}.name = "{register.name}";',
        f'{here}.office = "{register.office}";',
        f"{here}.rule = {register.rule:#066x};",
        f"{here}.codes = new uint16[]({count});",
        f"{here}.words = new uint256[]({count});",
    ]
    for at, (code, rule) in enumerate(register.acts.items()):
        lines.append(f"{here}.codes[{at}] = {code.name};")
        lines.append(f"{here}.words[{at}] = {rule.word:#066x};")
    return "\n".join(lines)


def _trees() -> Iterator[str]:
    for at, count in enumerate(COUNTS):
        keys = {us_patent_key(str(1_000_000 + index).zfill(8)): "" for index in range(count)}
        yield f"        all[{at}] = Tree({count}, 0x{listing(keys, BLIND).root.hex()});"


def _function(name: str, type_: str, count: int, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f"""
    function {name}() internal pure returns ({type_}[] memory all) {{
        all = new {type_}[]({count});
{body}
    }}
"""


def text() -> str:
    """The file as it should be."""
    parts = [_constant(code) for code in Code]
    kinds = _pledge_kinds()
    parts += map(_kind, kinds)
    listed = (f"        all[{at}] = {_lower(kind.name)}();" for at, kind in enumerate(kinds))
    parts.append(_function("kinds", "Kind", len(kinds), listed))
    parts.append(_function("registers", "Register", len(SHIPPED), map(_register, SHIPPED)))
    parts.append(_function("trees", "Tree", len(COUNTS), _trees()))
    return _HEAD + "".join(parts) + "}\n"


if __name__ == "__main__":
    FILE.write_text(text())
