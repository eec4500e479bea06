"""`python -m bench NAME [OPTION ...]`: one benchmark. Progress goes to standard error, figures to standard output."""

import importlib
import sys
from collections.abc import Sequence

BENCHES = {
    "anchor": "build the tree of an existing register, prove one record, verify it on chain",
    "gas": "gas of acts on pledges and receivables, beside the peers of the token",
    "mirror": "events a second from a chain into SQLite and PostgreSQL, beside a floor and other indexers; and from a block to its row",
    "queries": "people's questions to a ledger of a million receivables and a million pledges, written in bulk",
    "submit": "signed splits from the HTTP request to the mirrored row, beside the node alone and the least durable gateway",
}
"""Names and what they measure: modules with `main(arguments)`, imported on demand since worker processes import this file too."""


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that the first argument names."""
    name, *rest = arguments or ("--help",)
    if name not in BENCHES:
        listed = "\n".join(f"  {each:<10} {measured}" for each, measured in BENCHES.items())
        print(f"usage: scripts/bench NAME [--json] [OPTION ...]\n{listed}", file=sys.stdout if name in ("-h", "--help") else sys.stderr)
        return 0 if name in ("-h", "--help") else 2
    importlib.import_module(f"bench.{name}").main(rest)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
