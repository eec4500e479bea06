"""Key files as other Ethereum programs write them: version 3 of the Web3 Secret Storage Definition.

What the definition fixes is checked before anything is decrypted, for the library reads on where another cipher or another kind of key
is named, and would take a key in that is not the file's.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from coincurve import PrivateKey
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gateway.signers.ecdsa import address_of
from gateway.signers.sealing import SECRET_BYTES
from ledger.domain.ids import to_hex

MOST_MEMORY = 1 << 30
MOST_WORK = 1 << 24
"""Of a stretching by scrypt: n * r * p. Files that clients write by themselves have 2 ** 21."""
MOST_LANES, MOST_ROUNDS = 64, 10_000_000

_Hex = Annotated[str, StringConstraints(pattern=r"^(0[xX])?([0-9a-fA-F]{2})*$")]
_Iv = Annotated[str, StringConstraints(pattern=r"^(0[xX])?[0-9a-fA-F]{32}$")]
_Address = Annotated[str, StringConstraints(pattern=r"^(0[xX])?[0-9a-fA-F]{40}$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Cipher(_Part):
    iv: _Iv


class _Scrypt(_Part):
    dklen: Literal[32]
    n: int = Field(ge=2)
    r: int = Field(ge=1)
    p: int = Field(ge=1, le=MOST_LANES)
    salt: _Hex


class _Pbkdf2(_Part):
    dklen: Literal[32]
    c: int = Field(ge=1, le=MOST_ROUNDS)
    prf: Literal["hmac-sha256"]
    salt: _Hex


class _Crypto(_Part):
    cipher: Literal["aes-128-ctr"]
    cipherparams: _Cipher
    ciphertext: _Hex
    mac: _Hex


class _WithScrypt(_Crypto):
    kdf: Literal["scrypt"]
    kdfparams: _Scrypt


class _WithPbkdf2(_Crypto):
    kdf: Literal["pbkdf2"]
    kdfparams: _Pbkdf2


class _File(_Part):
    version: Literal[3]
    crypto: Annotated[_WithScrypt | _WithPbkdf2, Field(discriminator="kdf")]
    address: _Address | None = None


def decrypted(file: object, passphrase: str) -> bytes:
    """The private key in a V3 file, 32 bytes; early clients left its leading zeros out.

    Raises ValueError naming the field of a file that is none, or for a wrong passphrase, or where the key isn't the file's address's.
    """
    # Needed for such files alone, and half a second of a start.
    from eth_account import Account

    told = _checked(file)
    try:
        private = bytes(Account.decrypt(_plain(file), passphrase)).rjust(SECRET_BYTES, b"\0")
        found = address_of(PrivateKey(private))
    except ValueError as wrong:
        raise ValueError(f"the passphrase is another one's, or the file is damaged ({wrong})") from wrong
    if told.address is not None and bytes.fromhex(told.address.lower().removeprefix("0x")) != found:
        raise ValueError(f"address: the file says {told.address}, but its key is {to_hex(found)}'s")
    return private


def encrypted(private: bytes, passphrase: str) -> dict[str, Any]:
    """A private key as a V3 file."""
    from eth_account import Account

    made: dict[str, Any] = Account.encrypt(private, passphrase)
    return made


def _checked(file: object) -> _File:
    if not isinstance(file, Mapping):
        raise ValueError("a V3 key file is a JSON object")
    try:
        found = _File.model_validate(_plain(file))
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(each) for each in first["loc"] if each not in ("scrypt", "pbkdf2"))
        raise ValueError(f"{field}: {first['msg'][:1].lower()}{first['msg'][1:]}") from wrong
    if isinstance(found.crypto, _WithScrypt):
        _check_cost(found.crypto.kdfparams)
    return found


def _check_cost(by: _Scrypt) -> None:
    """A file must not take a machine's memory or a day."""
    memory, work = 128 * by.n * by.r, by.n * by.r * by.p
    if memory > MOST_MEMORY or work > MOST_WORK:
        raise ValueError(f"crypto.kdfparams: n * r is at most {MOST_MEMORY // 128} and n * r * p at most {MOST_WORK}, not {work}")


def _plain(file: object) -> Any:
    """With its names in small letters: early clients wrote `Crypto`."""
    if not isinstance(file, Mapping):
        return file
    return {str(name).lower(): _plain(value) for name, value in file.items()}
