"""Sealing: AES-256-GCM under a key, and scrypt from a passphrase. What a box belongs to is bound into it as associated data."""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.foreseen import Foreseen

SECRET_BYTES = 32
NONCE_BYTES = 12
SALT_BYTES = 16
# RFC 7914 parameters for interactive use as of today: 64 MB, about 0.2 s, once a start.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 16, 8, 1


class Unsealable(Foreseen):
    """The box was not made with this key for this owner, or was changed."""


def seal(key: bytes, secret: bytes, owner: bytes) -> bytes:
    """nonce || ciphertext || tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, owner)


def unseal(key: bytes, box: bytes, owner: bytes) -> bytes:
    """The secret of a box. Raises Unsealable."""
    try:
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], owner)
    except (InvalidTag, ValueError) as wrong:
        raise Unsealable("wrong passphrase or key, or a damaged box") from wrong


def seal_with_passphrase(passphrase: bytes | bytearray, secret: bytes, owner: bytes = b"master") -> bytes:
    """salt || box, under scrypt(passphrase, salt)."""
    salt = secrets.token_bytes(SALT_BYTES)
    return salt + seal(_stretched(passphrase, salt), secret, owner)


def unseal_with_passphrase(passphrase: bytes | bytearray, box: bytes, owner: bytes = b"master") -> bytes:
    """The secret of a box made by seal_with_passphrase for the same owner. Raises Unsealable."""
    return unseal(_stretched(passphrase, box[:SALT_BYTES]), box[SALT_BYTES:], owner)


def _stretched(passphrase: bytes | bytearray, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase, salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, maxmem=128 << 20, dklen=SECRET_BYTES)
