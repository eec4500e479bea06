"""Key files of other programs: the published vectors, and what is no file of that kind."""

import json
from typing import Any

import pytest
from coincurve import PrivateKey
from eth_account import Account

from gateway.signers import key_files
from gateway.signers.ecdsa import address_of

SECRET = b"\7" * 32
ADDRESS = address_of(PrivateKey(SECRET)).hex()

# go-ethereum, accounts/keystore/testdata/v3_test_vector.json: keys as early clients kept them, without their leading zeros.
SHORT = {
    "31_byte_key": (
        "e0c41130a323adc1446fc82f724bca2f",
        "9517cd5bdbe69076f9bf5057248c6c050141e970efa36ce53692d5d59a3984",
        "711f816911c92d649fb4c84b047915679933555030b3552c1212609b38208c63",
        "d5e116151c6aa71470e67a7d42c9620c75c4d23229847dcc127794f0732b0db5",
        "fa7b3db73dc7dfdf8c5fbdb796d741e4488628c41fc4febd9160a866ba0f35",
    ),
    "30_byte_key": (
        "3ca92af36ad7c2cd92454c59cea5ef00",
        "108b7d34f3442fc26ab1ab90ca91476ba6bfa8c00975a49ef9051dc675aa",
        "d0769e608fb86cda848065642a9c6fa046845c928175662b8e356c77f914cd3b",
        "75d0e6759f7b3cefa319c3be41680ab6beea7d8328653474bd06706d4cc67420",
        "81c29e8142bb6a81bef5a92bda7a8328a5c85bb2f9542e76f9b0f94fc018",
    ),
}


def made(**changed: object) -> dict[str, Any]:
    """A file with other values at paths of names (joined by two underscores); None takes a name out."""
    file: dict[str, Any] = json.loads(json.dumps(Account.encrypt(SECRET, "secret", kdf="scrypt", iterations=2)))
    for path, value in changed.items():
        *way, last = path.split("__")
        at = file
        for name in way:
            at = at[name]
        at[last] = value
        if value is None:
            del at[last]
    return file


@pytest.mark.parametrize("name", SHORT)
def test_a_key_without_its_leading_zeros_is_the_same_key(name: str) -> None:
    iv, ciphertext, salt, mac, private = SHORT[name]
    scrypt = {"dklen": 32, "n": 2, "r": 8, "p": 1, "salt": salt}
    cipher = {"cipher": "aes-128-ctr", "cipherparams": {"iv": iv}, "ciphertext": ciphertext}
    file = {"crypto": {**cipher, "kdf": "scrypt", "kdfparams": scrypt, "mac": mac}, "version": 3}
    assert key_files.decrypted(file, "foo") == bytes.fromhex(private).rjust(32, b"\0")


def test_the_scrypt_vector_of_the_definition() -> None:
    scrypt = {"dklen": 32, "n": 262144, "r": 1, "p": 8, "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"}
    crypto = {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": scrypt,
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
    }
    private = key_files.decrypted({"crypto": crypto, "version": 3}, "testpassword")
    assert private.hex() == "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"


@pytest.mark.parametrize("address", [None, ADDRESS, "0x" + ADDRESS, ADDRESS.upper()])
def test_what_clients_write_differently_is_the_same_file(address: str | None) -> None:
    file = made(address=address)
    file["Crypto"] = file.pop("crypto")
    assert key_files.decrypted(file, "secret") == SECRET


def test_a_file_of_another_address_gives_no_key() -> None:
    with pytest.raises(ValueError, match=f"address: the file says {'00' * 20}, but its key is 0x{ADDRESS}'s"):
        key_files.decrypted(made(address="00" * 20), "secret")


def test_another_cipher_or_kind_of_key_is_not_read_as_this_one() -> None:
    """Its bytes would be read as a key all the same, and as another than was kept."""
    with pytest.raises(ValueError, match=r"crypto.cipher: input should be 'aes-128-ctr'"):
        key_files.decrypted(made(crypto__cipher="aes-256-ctr"), "secret")
    with pytest.raises(ValueError, match="version: input should be 3"):
        key_files.decrypted(made(version=4), "secret")


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("crypto__kdfparams__n", 1 << 30, "crypto.kdfparams: n"),
        ("crypto__kdfparams__p", 1 << 20, "crypto.kdfparams.p"),
        ("crypto__kdfparams__n", -1, "crypto.kdfparams.n"),
        ("crypto__kdfparams__n", 2.0, "crypto.kdfparams.n"),
        ("crypto__kdfparams__dklen", 1 << 30, "crypto.kdfparams.dklen"),
        ("crypto__kdfparams__salt", None, "crypto.kdfparams.salt"),
        ("crypto__cipherparams__iv", "00", "crypto.cipherparams.iv"),
        ("crypto__ciphertext", "abc", "crypto.ciphertext"),
        ("crypto__kdf", "argon2", "crypto"),
        ("crypto", [], "crypto"),
        ("version", "3", "version"),
        ("address", "nobody", "address"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(path: str, value: object, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}"):
        key_files.decrypted(made(**{path: value}), "secret")


def test_a_file_can_not_take_a_day() -> None:
    file = json.loads(json.dumps(Account.encrypt(SECRET, "secret", kdf="pbkdf2", iterations=2)))
    assert key_files.decrypted(file, "secret") == SECRET
    file["crypto"]["kdfparams"]["c"] = 1 << 40
    with pytest.raises(ValueError, match=r"^crypto\.kdfparams\.c"):
        key_files.decrypted(file, "secret")


@pytest.mark.parametrize("file", [None, [], "x", 3])
def test_what_is_no_object_is_no_key_file(file: object) -> None:
    with pytest.raises(ValueError, match="a V3 key file is a JSON object"):
        key_files.decrypted(file, "secret")
