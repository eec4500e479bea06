"""Keys outside the gateway: a security module behind PKCS#11 (SoftHSM, a real one in software), and a signer of Web3Signer's API."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from coincurve import PrivateKey
from eth_account import Account
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st
from pkcs11.util.ec import encode_named_curve_parameters

from gateway.config import Settings
from gateway.outbox import encode
from gateway.signers import ecdsa, vaults
from gateway.signers.ecdsa import ORDER, NoSignature, address_of, by
from gateway.signers.interface import KeyUnheld, Vault, VaultAway
from gateway.signers.keystore import Keystore
from gateway.signers.pkcs11 import SecurityModule
from gateway.signers.remote import KEYS, SIGN, RemoteSigner
from house import softhsm
from ledger.domain.ids import to_hex
from ledger.mirror.database import Database

ROOT = Path(__file__).resolve().parents[3]
MESSAGE, TOKEN, PIN = b"what is signed", "pledgebook", "1234 and more"
ALICE, BOB = b"\xa1" * 20, b"\xb0" * 20
CALL = encode.Call(b"\x05" * 20, b"data", 90_000)


def signer_of(signature: bytes, message: bytes = MESSAGE) -> bytes:
    return bytes.fromhex(Account._recover_hash(keccak(message), signature=signature)[2:])


# --- The form of signatures ------------------------------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32).filter(lambda key: 0 < int.from_bytes(key) < ORDER), st.binary(), st.booleans())
def test_either_half_of_the_group_becomes_the_ledgers_form(secret: bytes, message: bytes, upper: bool) -> None:
    key = PrivateKey(secret)
    made = by(key)(message)
    halves = made[:32] + (ORDER - int.from_bytes(made[32:64])).to_bytes(32) if upper else made[:64]
    assert ecdsa.found(halves, keccak(message), address_of(key)) == made
    with pytest.raises(NoSignature):
        ecdsa.found(halves, keccak(message), BOB)


# --- A security module -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecurityModule]:
    """A fresh token with two keys on secp256k1 and one on another curve."""
    hsm = softhsm.fetch(ROOT)
    if hsm is None:
        pytest.skip("SoftHSM is not here and can't be downloaded: needs Debian's package softhsm2")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    made = [str(hsm.program), "--module", str(hsm.library), "--init-token", "--free", "--label", TOKEN, "--so-pin", "4321", "--pin", PIN]
    subprocess.run(made, check=True, capture_output=True)
    token = pkcs11.lib(str(hsm.library)).get_token(token_label=TOKEN)
    with token.open(user_pin=PIN, rw=True) as session:
        for at, curve in enumerate(("secp256k1", "secp256k1", "secp256r1")):
            parameters = session.create_domain_parameters(
                pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}, local=True
            )
            parameters.generate_keypair(id=bytes([at]), label=f"key {at}", store=True)
    opened = SecurityModule(hsm.library, TOKEN, PIN)
    yield opened
    opened.close()
    del os.environ["SOFTHSM2_CONF"]


def test_a_security_module_signs_with_each_key_on_the_curve_and_shows_no_pin(module: SecurityModule) -> None:
    keys = module.addresses()
    assert len(keys) == 2
    for key in keys:
        for number in range(8):
            signature = module.sign(key, MESSAGE + bytes([number]))
            assert signer_of(signature, MESSAGE + bytes([number])) == key
            assert int.from_bytes(signature[32:64]) <= ORDER // 2 and signature[64] in (27, 28)
    assert PIN not in repr(module) and PIN not in str(vars(module).get("_token"))


def test_a_security_module_is_asked_by_many_threads_at_once(module: SecurityModule) -> None:
    key, found = next(iter(module.addresses())), []
    threads = [threading.Thread(target=lambda: found.append(signer_of(module.sign(key, MESSAGE)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [key] * 8


def test_a_session_that_ended_is_opened_anew(module: SecurityModule) -> None:
    key = next(iter(module.addresses()))
    assert module._session is not None
    module._session.close()
    with pytest.raises(VaultAway, match="token 'pledgebook'"):
        module.sign(key, MESSAGE)
    assert signer_of(module.sign(key, MESSAGE)) == key


def test_what_a_security_module_lacks_is_said(module: SecurityModule, tmp_path: Path) -> None:
    with pytest.raises(KeyUnheld):
        module.sign(BOB, MESSAGE)
    with pytest.raises(VaultAway, match="token 'another'"):
        SecurityModule(module._library, "another", PIN).addresses()
    # A process logs in to a token once, for all its sessions.
    module.close()
    with pytest.raises(VaultAway, match="PinIncorrect"):
        SecurityModule(module._library, TOKEN, "wrong").addresses()
    assert len(module.addresses()) == 2


# --- A remote signer -------------------------------------------------------------------------------------------------------------


class Signers(ThreadingHTTPServer):
    """What Web3Signer's eth1 API answers, by eth-account; `spoilt` stands in the place of every signature."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.keys = {("0x" + key.public_key.format(compressed=False)[1:].hex()): key for key in (PrivateKey(), PrivateKey())}
        self.asked: list[str] = []
        self.spoilt: str | None = None
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Signers

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self._answer(200 if self.path == KEYS else 404, json.dumps(list(self.server.keys)))

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        key = self.server.keys.get(self.path.removeprefix(SIGN))
        if key is None:
            self._answer(404, "")
            return
        signed = Account.unsafe_sign_hash(keccak(bytes.fromhex(body["data"][2:])), key.secret).signature.to_0x_hex()
        self._answer(self.server.status, self.server.spoilt or signed)

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def signers() -> Iterator[Signers]:
    with Signers() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def test_a_remote_signer_signs_with_each_of_its_keys(signers: Signers) -> None:
    remote = RemoteSigner(signers.url)
    for key in remote.addresses():
        assert signer_of(remote.sign(key, MESSAGE)) == key
    assert signers.asked[0] == KEYS and {each.removeprefix(SIGN) for each in signers.asked[1:]} == set(signers.keys)
    with pytest.raises(KeyUnheld):
        remote.sign(BOB, MESSAGE)


def test_a_key_that_comes_later_is_found_and_one_that_went_is_not(signers: Signers) -> None:
    remote, late = RemoteSigner(signers.url), PrivateKey()
    before = remote.addresses()
    signers.keys = {"0x" + late.public_key.format(compressed=False)[1:].hex(): late}
    assert signer_of(remote.sign(address_of(late), MESSAGE)) == address_of(late)
    with pytest.raises(KeyUnheld):
        remote.sign(next(iter(before)), MESSAGE)


@pytest.mark.parametrize("spoilt", ["", "0x", "no hex", "0x" + "11" * 64, "0x" + "11" * 65, "0x" + "00" * 64 + "1b", "0x" + "zz" * 65])
def test_what_is_no_signature_of_the_key_is_refused(signers: Signers, spoilt: str) -> None:
    remote = RemoteSigner(signers.url)
    signers.spoilt = spoilt or "\n"
    with pytest.raises(VaultAway, match="no signature"):
        remote.sign(next(iter(remote.addresses())), MESSAGE)


def test_anothers_signature_is_refused(signers: Signers) -> None:
    remote = RemoteSigner(signers.url)
    signers.spoilt = to_hex(by(PrivateKey())(MESSAGE))
    with pytest.raises(VaultAway, match="no signature"):
        remote.sign(next(iter(remote.addresses())), MESSAGE)


def test_a_remote_signer_that_fails_or_is_away_is_said(signers: Signers) -> None:
    remote = RemoteSigner(signers.url)
    key = next(iter(remote.addresses()))
    signers.status = 500
    with pytest.raises(VaultAway, match="HTTP status 500"):
        remote.sign(key, MESSAGE)
    with pytest.raises(VaultAway, match=r"remote signer http://127\.0\.0\.1:1: .+refused"):
        RemoteSigner("http://127.0.0.1:1").sign(key, MESSAGE)


# --- The keystore knows which key lies where ---------------------------------------------------------------------------------------


def opened(office: Database, **places: Vault) -> Keystore:
    keystore = Keystore(office, places)
    keystore.unlock(b"a long passphrase")
    return keystore


def test_an_adopted_key_signs_acts_and_transactions_for_its_member_only(office: Database, signers: Signers) -> None:
    remote = RemoteSigner(signers.url)
    keystore = opened(office, remote=remote)
    own, key = keystore.create(ALICE), sorted(remote.addresses())[0]
    keystore.adopt(ALICE, key, "remote")
    keystore.adopt(ALICE, key, "remote")
    assert set(keystore.keys(ALICE)) == {own, key} and keystore.holds(ALICE, key) and not keystore.holds(BOB, key)
    again = opened(office, remote=RemoteSigner(signers.url))
    assert signer_of(again.sign(ALICE, key, MESSAGE)) == key and signer_of(again.sign(ALICE, own, MESSAGE)) == own
    sent = encode.sign_legacy(CALL, chain_id=5, nonce=1, fee=0, by=again.signing(key, ALICE))
    assert Account.recover_transaction(sent.raw).lower() == to_hex(key)
    with pytest.raises(KeyUnheld):
        again.sign(BOB, key, MESSAGE)


def test_a_key_in_a_vault_is_never_given_out(office: Database, signers: Signers) -> None:
    remote = RemoteSigner(signers.url)
    keystore, key = opened(office, remote=remote), sorted(remote.addresses())[0]
    keystore.adopt(ALICE, key, "remote")
    for give in (lambda: keystore.private(key, ALICE), lambda: keystore.export_v3(ALICE, key, "passphrase")):
        with pytest.raises(KeyUnheld, match="vault 'remote'"):
            give()


def test_a_key_is_adopted_once_and_from_where_it_is(office: Database, signers: Signers) -> None:
    remote = RemoteSigner(signers.url)
    keystore, (first, second) = opened(office, remote=remote), sorted(remote.addresses())
    keystore.adopt(ALICE, first, "remote")
    for wrong, why in ((BOB, "another account"), (ALICE, "retired")):
        with pytest.raises(ValueError, match=why):
            keystore.adopt(wrong, first, "remote")
        if wrong == BOB:
            keystore.retire(ALICE, first)
    with pytest.raises(ValueError, match="has no key"):
        keystore.adopt(ALICE, BOB, "remote")
    with pytest.raises(ValueError, match="not set up; set up are remote"):
        keystore.adopt(ALICE, second, "pkcs11")


def test_a_vault_that_is_set_up_no_more_signs_nothing(office: Database, signers: Signers) -> None:
    remote = RemoteSigner(signers.url)
    key = sorted(remote.addresses())[0]
    opened(office, remote=remote).adopt(ALICE, key, "remote")
    with pytest.raises(KeyUnheld, match="not set up here"):
        opened(office).sign(ALICE, key, MESSAGE)


# --- Settings --------------------------------------------------------------------------------------------------------------------


def test_settings_name_the_vaults(module: SecurityModule, signers: Signers, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n")
    named = Settings(remote_signer=signers.url, pkcs11_library=module._library, pkcs11_token=TOKEN, pkcs11_pin_file=pin)
    found = vaults.set_up(named)
    assert found["pkcs11"].addresses() == module.addresses() and len(found["remote"].addresses()) == 2
    assert vaults.set_up(Settings()) == {}


def test_half_a_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(vaults.VaultUnset, match="PLEDGEBOOK_PKCS11_TOKEN"):
        vaults.set_up(Settings(pkcs11_library=tmp_path / "lib.so"))
    pin = tmp_path / "pin"
    pin.write_text("1234")
    with pytest.raises(vaults.VaultUnset, match="there is no"):
        vaults.set_up(Settings(pkcs11_library=tmp_path / "lib.so", pkcs11_token="x", pkcs11_pin_file=pin))
