"""How far nodes are believed, by who runs them and how many are asked: the same for a gateway and for the commands that read a chain."""

from gateway.config import Settings
from ledger.chain.blocks import Checks
from ledger.chain.engines import Engine


def checks_of(settings: Settings, kind: Engine) -> Checks:
    """What each block of the settings' nodes is held against."""
    alone = settings.checks_receipts
    return Checks(headers=kind.headers, receipts=alone, transactions=alone, suspects=bool(settings.nodes))
