"""A new network's genesis, validator keys and peer lists. Free gas, one-second blocks, Istanbul BFT, EVM as of cancun."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coincurve
import rlp
from eth_keys.datatypes import PrivateKey

from ledger.chain.node import LOOPBACK

VANITY = bytes(32)
NO_SEAL = bytes(65)
COMMITTEE = 21
EPOCH_BLOCKS = 3600
FORKS = ("istanbul", "london", "ethTxType", "magma", "kore", "shanghai", "cancun")

# Every figure of the base fee is a bound on zero, so a transaction never costs its sender anything.
BASE_FEE = {
    "lowerboundbasefee": 0,
    "upperboundbasefee": 0,
    "gastarget": 30_000_000,
    "maxblockgasusedforbasefee": 60_000_000,
    "basefeedenominator": 20,
}
NO_REWARD = {
    "mintingAmount": 0,
    "ratio": "100/0/0",
    "useGiniCoeff": False,
    "deferredTxFee": True,
    "stakingUpdateInterval": 86_400,
    "proposerUpdateInterval": 3_600,
    "minimumStake": 0,
}


@dataclass(frozen=True)
class Seat:
    """One validator: its key, and the loopback ports of its peers' and its clients' doors."""

    key: PrivateKey
    p2p: int
    rpc: int

    @property
    def address(self) -> bytes:
        """The 20 bytes by which genesis and seals name it."""
        return self.key.public_key.to_canonical_address()

    @property
    def peer_url(self) -> str:
        """How other validators dial it."""
        return f"kni://{self.key.public_key.to_bytes().hex()}@{LOOPBACK}:{self.p2p}?discport=0&ntype=cn"


def new_key() -> PrivateKey:
    """A validator's secp256k1 key from the system's random source."""
    return PrivateKey(coincurve.PrivateKey().secret)


def genesis(chain_id: int, validators: Sequence[bytes], timestamp: int) -> dict[str, Any]:
    """The first block's description. `validators` are addresses in any order; all nodes must hold the same document."""
    ordered = sorted(validators)
    return {
        "config": _config(chain_id, ordered[0]),
        "timestamp": hex(timestamp),
        "extraData": "0x" + (VANITY + rlp.encode([ordered, NO_SEAL, []])).hex(),
        "governanceData": None,
        "blockScore": "0x1",
        "alloc": {},
        "number": "0x0",
        "gasUsed": "0x0",
        "parentHash": "0x" + bytes(32).hex(),
    }


def write_node(folder: Path, seat: Seat, peers: Sequence[Seat]) -> None:
    """Write a validator's key, readable by its owner only, and the list of its peers."""
    own = folder / "klay"
    own.mkdir(parents=True, mode=0o700)
    write_secret(own / "nodekey", seat.key.to_bytes().hex())
    others = [peer.peer_url for peer in peers if peer is not seat]
    (folder / "static-nodes.json").write_text(json.dumps(others, indent=1))


def write_secret(path: Path, text: str) -> None:
    """Create `path` with mode 0600 from its first byte on; FileExistsError if there is one already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def read_key(folder: Path) -> PrivateKey:
    """The key that write_node wrote."""
    return PrivateKey(bytes.fromhex((folder / "klay" / "nodekey").read_text()))


def _config(chain_id: int, governing: bytes) -> dict[str, Any]:
    return {
        "chainId": chain_id,
        **{f"{fork}CompatibleBlock": 0 for fork in FORKS},
        "istanbul": {"epoch": EPOCH_BLOCKS, "policy": 0, "sub": COMMITTEE},
        "unitPrice": 0,
        "deriveShaImpl": 0,
        "governance": {
            "governingNode": "0x" + governing.hex(),
            "governanceMode": "none",
            "govParamContract": "0x" + bytes(20).hex(),
            "reward": NO_REWARD,
            "kip71": BASE_FEE,
        },
    }
