"""What was deployed where: the one file by which gateway, mirror and auditor find a ledger again."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.domain.acts import SigningDomain
from ledger.domain.ids import from_hex, to_hex
from ledger.foreseen import Foreseen

VERSION = 1


class ManifestError(Foreseen, ValueError):
    """A manifest that can't be read or that names another ledger; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract: address (20 bytes), keccak of its code (32 bytes), block of its creation."""

    address: bytes
    code_hash: bytes
    block: int


@dataclass(frozen=True, slots=True)
class CashEntry:
    """A listed cash contract: index at the desk, address, account of its bank, ISO 4217 number, code hash."""

    index: int
    address: bytes
    bank: bytes
    currency: int
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """One ledger. `ledger_id` (32 bytes) is the salt of every signature; `block` is the first block with any of its contracts."""

    chain_id: int
    ledger_id: bytes
    genesis_hash: bytes
    block: int
    contracts: dict[str, Deployed]
    cash: tuple[CashEntry, ...]

    def address(self, contract: str) -> bytes:
        """The address of a contract by name. Raises ManifestError."""
        if contract not in self.contracts:
            raise ManifestError(f"manifest: no contract {contract}; it has {', '.join(sorted(self.contracts))}")
        return self.contracts[contract].address

    @property
    def domain(self) -> SigningDomain:
        """The EIP-712 domain that this ledger's acts are signed for."""
        return SigningDomain(self.chain_id, self.address("Acts"), self.ledger_id)


def save(manifest: Manifest, file: Path) -> None:
    """Writes the manifest whole or not at all."""
    written = file.with_suffix(".new")
    with written.open("w") as stream:
        json.dump(_to_json(manifest), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    written.replace(file)


def load(file: Path) -> Manifest:
    """Reads a manifest. Raises ManifestError, FileNotFoundError."""
    try:
        return _from_json(json.loads(file.read_text()))
    except (ValueError, KeyError, TypeError) as wrong:
        raise ManifestError(f"{file}: no manifest of version {VERSION} ({wrong}); restore it from a backup") from wrong


def _to_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "version": VERSION,
        "chainId": manifest.chain_id,
        "ledgerId": to_hex(manifest.ledger_id),
        "genesisHash": to_hex(manifest.genesis_hash),
        "block": manifest.block,
        "contracts": {
            name: {"address": to_hex(entry.address), "codeHash": to_hex(entry.code_hash), "block": entry.block}
            for name, entry in sorted(manifest.contracts.items())
        },
        "cash": [
            {
                "index": entry.index,
                "address": to_hex(entry.address),
                "bank": to_hex(entry.bank),
                "currency": entry.currency,
                "codeHash": to_hex(entry.code_hash),
            }
            for entry in manifest.cash
        ],
    }


def _from_json(given: dict[str, Any]) -> Manifest:
    if given["version"] != VERSION:
        raise ValueError(f"version {given['version']}")
    return Manifest(
        chain_id=int(given["chainId"]),
        ledger_id=from_hex(given["ledgerId"], 32, "ledgerId"),
        genesis_hash=from_hex(given["genesisHash"], 32, "genesisHash"),
        block=int(given["block"]),
        contracts={name: _contract_from(name, entry) for name, entry in given["contracts"].items()},
        cash=tuple(_cash_from(entry) for entry in given["cash"]),
    )


def _contract_from(name: str, entry: dict[str, Any]) -> Deployed:
    return Deployed(from_hex(entry["address"], 20, name), from_hex(entry["codeHash"], 32, name), int(entry["block"]))


def _cash_from(entry: dict[str, Any]) -> CashEntry:
    address, bank = from_hex(entry["address"], 20, "cash.address"), from_hex(entry["bank"], 20, "cash.bank")
    return CashEntry(int(entry["index"]), address, bank, int(entry["currency"]), from_hex(entry["codeHash"], 32, "cash.codeHash"))
