"""Node files and the command line of one validator, and what to read from its answers."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from ledger.chain.engines.kaia import ENGINE, build
from ledger.chain.engines.kaia.genesis import Seat, genesis, new_key, read_key, write_node
from ledger.chain.node import LOOPBACK, NodeError

__all__ = ["CHAIN_ID", "ENGINE", "command", "environment", "prepare"]

CHAIN_ID = 20_261
POOL_PER_SENDER = 10_000
POOL_ALL = 40_000
SOFT_MEMORY_BYTES = 1 << 30


def prepare(folders: Sequence[Path], ports: Sequence[tuple[int, int]], chain_id: int, report: build.Report) -> list[str]:
    """Write keys, genesis and peers of a new network into `folders`; returns the validators' addresses (0x hex).

    ports: (peers, clients) of each. Builds the program first if need be.
    """
    program = build.program(report)
    seats = [Seat(new_key(), p2p, rpc) for p2p, rpc in ports]
    document = json.dumps(genesis(chain_id, [seat.address for seat in seats], int(time.time())), indent=1)
    for folder, seat in zip(folders, seats, strict=True):
        write_node(folder, seat, seats)
        (folder / "genesis.json").write_text(document)
        _init(program, folder)
    return ["0x" + seat.address.hex() for seat in seats]


def command(folder: Path, p2p: int, rpc: int, chain_id: int) -> list[str]:
    """The command line of the validator whose files lie in `folder`; needs `environment`."""
    own_address = read_key(folder).public_key.to_canonical_address()
    settings = {
        "datadir": folder,
        "networkid": chain_id,
        "port": p2p,
        "netrestrict": f"{LOOPBACK}/8",
        "nat": "none",
        "rpcaddr": LOOPBACK,
        "rpcport": rpc,
        "rpcapi": "eth,net,web3,istanbul,debug,governance,txpool,kaia",
        "rpcvhosts": "localhost",
        "rewardbase": "0x" + own_address.hex(),
        "txpool.pricelimit": 0,
        "txpool.exec-slots.account": POOL_PER_SENDER,
        "txpool.nonexec-slots.account": POOL_PER_SENDER,
        "txpool.exec-slots.all": POOL_ALL,
        "txpool.nonexec-slots.all": POOL_ALL,
        "db.leveldb.cache-size": 64,
        "state.block-interval": 1,
        "verbosity": 2,
    }
    switches = ["--nodiscover", "--rpc", "--ipcdisable", "--ntp.disable"]
    pairs = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    return [str(build.program()), *switches, *pairs]


def environment(folder: Path) -> dict[str, str]:
    """All that a validator gets from outside: it would read any setting, and reporting services, from ours."""
    return {"HOME": str(folder), "PLEDGEBOOK_P2P_HOST": LOOPBACK, "GOMEMLIMIT": str(SOFT_MEMORY_BYTES)}


def _init(program: Path, folder: Path) -> None:
    command = [str(program), "init", "--datadir", str(folder), str(folder / "genesis.json")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(folder), check=False)
    if done.returncode != 0:
        raise NodeError(f"validator: its data could not be set up in {folder}: {done.stderr.strip()[-300:]}")
