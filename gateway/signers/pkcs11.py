"""A security module behind PKCS#11: keys on secp256k1 that never leave its token.

The token signs a hash (CKM_ECDSA) and gives r and s of either half of the group; which of two keys that fits is ours to find out.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coincurve import PublicKey
from eth_hash.auto import keccak

from gateway.signers import ecdsa
from gateway.signers.interface import KeyUnheld, VaultAway
from ledger.domain.ids import to_hex

if TYPE_CHECKING:
    import pkcs11

NAME = "pkcs11"
_CURVE = "secp256k1"


class SecurityModule:
    """A token, by its label, of the module whose library is at `library`. One session, which one thread at a time uses.

    The session is opened when it is needed, and anew after a fault: a module that was restarted knows no session of before.
    """

    def __init__(self, library: Path, token: str, pin: str) -> None:
        self._library, self._token, self._pin = library, token, pin
        self._turn = threading.Lock()
        self._session: pkcs11.Session | None = None
        self._keys: dict[bytes, Any] = {}

    def __repr__(self) -> str:
        return f"SecurityModule({str(self._library)!r}, {self._token!r})"

    def addresses(self) -> frozenset[bytes]:
        """Addresses of its keys on secp256k1. Raises VaultAway."""
        with self._turn:
            self._look()
            return frozenset(self._keys)

    def sign(self, key: bytes, message: bytes) -> bytes:
        """The signature of a message's hash. Raises KeyUnheld, VaultAway."""
        import pkcs11

        digest = keccak(message)
        with self._turn:
            if key not in self._keys:
                self._look()
            if key not in self._keys:
                raise KeyUnheld(f"the token {self._token!r} has no key {to_hex(key)}")
            try:
                return ecdsa.found(self._keys[key].sign(digest, mechanism=pkcs11.Mechanism.ECDSA), digest, key)
            except (pkcs11.PKCS11Error, ecdsa.NoSignature) as fault:
                self._forget()
                raise self._away(fault) from fault

    def close(self) -> None:
        """Ends its session."""
        with self._turn:
            self._forget()

    def _look(self) -> None:
        """Finds the private keys by the public ones beside them, which have the same id."""
        import pkcs11
        from pkcs11.util.ec import encode_named_curve_parameters

        curve = encode_named_curve_parameters(_CURVE)
        try:
            session = self._opened()
            wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.Attribute.EC_PARAMS: curve}
            publics = list(session.get_objects(wanted))
            self._keys = {_address(each): session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, id=each[pkcs11.Attribute.ID]) for each in publics}
        except (pkcs11.PKCS11Error, RuntimeError) as fault:
            self._forget()
            raise self._away(fault) from fault

    def _opened(self) -> pkcs11.Session:
        import pkcs11

        if self._session is None:
            token = pkcs11.lib(str(self._library)).get_token(token_label=self._token)
            try:
                self._session = token.open(user_pin=self._pin)
            except pkcs11.UserAlreadyLoggedIn:
                # A token is logged in to for the whole process.
                self._session = token.open()
        return self._session

    def _forget(self) -> None:
        import pkcs11

        session, self._session, self._keys = self._session, None, {}
        if session is not None:
            try:
                session.close()
            except pkcs11.PKCS11Error:
                return

    def _away(self, fault: Exception) -> VaultAway:
        return VaultAway(f"security module {self._library.name}, token {self._token!r}: {str(fault) or type(fault).__name__}")


def _address(public: Any) -> bytes:
    import pkcs11

    return ecdsa.address_of(PublicKey(bytes(_point(public[pkcs11.Attribute.EC_POINT]))))


def _point(encoded: bytes) -> bytes:
    """The point within its DER octet string; some modules leave that out."""
    return encoded[2:] if len(encoded) == 67 else encoded
