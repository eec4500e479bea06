"""A remote signer that speaks Web3Signer's eth1 API (core/src/main/resources/openapi-specs/eth1 of Consensys/web3signer).

It signs the Keccak-256 hash of what it is given, without a prefix. What it answers is held against the key: a signer that is set up for
another network or another key must not spend an act's number.
"""

from __future__ import annotations

import string

import httpx
from coincurve import PublicKey
from eth_hash.auto import keccak

from gateway.signers.ecdsa import NoSignature, address_of, lowered, signer_of
from gateway.signers.interface import KeyUnheld, VaultAway
from ledger.domain.ids import to_hex

NAME = "remote"
SIGN, KEYS = "/api/v1/eth1/sign/", "/api/v1/eth1/publicKeys"
TIMEOUT_SECONDS = 5.0


class RemoteSigner:
    """The signer at `url`. Its keys are looked up when one is asked for that is not known yet."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._http = httpx.Client(base_url=url, timeout=timeout, trust_env=False)
        self._known: dict[bytes, str] = {}

    def addresses(self) -> frozenset[bytes]:
        """Addresses of its keys. Raises VaultAway."""
        answer = self._asked("GET", KEYS)
        try:
            self._known = {address_of(_public(each)): each for each in answer.json()}
        except (ValueError, TypeError) as wrong:
            raise VaultAway(f"remote signer {self._url}: its list of public keys can't be read") from wrong
        return frozenset(self._known)

    def sign(self, key: bytes, message: bytes) -> bytes:
        """The signature of a message's hash. Raises KeyUnheld, VaultAway."""
        if key not in self._known and key not in self.addresses():
            raise KeyUnheld(f"the remote signer has no key {to_hex(key)}")
        answer = self._asked("POST", SIGN + self._known[key], {"data": to_hex(message)})
        if answer.status_code == httpx.codes.NOT_FOUND:
            self._known.pop(key)
            raise KeyUnheld(f"the remote signer has no key {to_hex(key)} any more")
        return self._checked(key, message, answer.text.strip())

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    def _asked(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        try:
            answer = self._http.request(method, path, json=body)
        except (httpx.TransportError, httpx.InvalidURL) as away:
            raise VaultAway(f"remote signer {self._url}: {str(away) or type(away).__name__}") from away
        if not answer.is_success and not (method == "POST" and answer.status_code == httpx.codes.NOT_FOUND):
            raise VaultAway(f"remote signer {self._url}: HTTP status {answer.status_code}")
        return answer

    def _checked(self, key: bytes, message: bytes, text: str) -> bytes:
        digits = text.removeprefix("0x")
        given = bytes.fromhex(digits) if len(digits) == 130 and set(digits) <= set(string.hexdigits) else b""
        try:
            made = lowered(given) if given and given[64] in (0, 1, 27, 28) else b""
            if made and signer_of(made, keccak(message)) == key:
                return made
        except NoSignature:
            pass
        raise VaultAway(f"remote signer {self._url}: what it answered is no signature of {to_hex(key)}")


def _public(text: str) -> PublicKey:
    """A public key as it lists them: 64 bytes of x and y, with or without the mark of an uncompressed point."""
    given = bytes.fromhex(text.removeprefix("0x"))
    return PublicKey(given if len(given) in (33, 65) else b"\x04" + given)
