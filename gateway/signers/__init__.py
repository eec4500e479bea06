"""Who signs: one interface in front of every place where keys live."""

from gateway.signers.interface import KeyUnheld, Signer, SigningLocked

__all__ = ["KeyUnheld", "Signer", "SigningLocked"]
