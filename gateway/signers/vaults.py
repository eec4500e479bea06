"""The places of keys that a gateway's settings name."""

from gateway.config import Settings
from gateway.signers import passphrase, pkcs11, remote
from gateway.signers.interface import Vault
from ledger.foreseen import Foreseen


class VaultUnset(Foreseen):
    """Settings of a vault that lack something; the message says what."""


def set_up(settings: Settings) -> dict[str, Vault]:
    """By name; nothing is asked of them yet. Raises VaultUnset, PassphraseError for a PIN that can't be read."""
    found: dict[str, Vault] = {}
    if settings.remote_signer:
        found[remote.NAME] = remote.RemoteSigner(settings.remote_signer)
    if settings.pkcs11_library is not None:
        found[pkcs11.NAME] = _security_module(settings)
    return found


def _security_module(settings: Settings) -> pkcs11.SecurityModule:
    library, token, pin = settings.pkcs11_library, settings.pkcs11_token, settings.pkcs11_pin_file
    if library is None or not token or pin is None:
        raise VaultUnset("PLEDGEBOOK_PKCS11_LIBRARY needs PLEDGEBOOK_PKCS11_TOKEN and PLEDGEBOOK_PKCS11_PIN_FILE beside it")
    if not library.exists():
        raise VaultUnset(f"PLEDGEBOOK_PKCS11_LIBRARY: there is no {library}")
    return pkcs11.SecurityModule(library, token, passphrase.pin(pin))
