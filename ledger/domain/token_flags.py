"""Flags of range tokens and marks of receivables, as the contracts' words have them (contracts/types/TokenWord.sol, ReceivableWord.sol)."""

from enum import IntFlag


class TokenFlag(IntFlag):
    """What stands in a token's word beside owner, length and cursor."""

    APPROVED = 1 << 0
    OFFERED = 1 << 1
    HELD = 1 << 2
    RETIRED = 1 << 3
    CANCEL_CONSENT = 1 << 4
    WRITTEN_OFF = 1 << 5
    CUSTODY = 1 << 6


LOCKING = TokenFlag.OFFERED | TokenFlag.HELD | TokenFlag.RETIRED
"""Any of these bars a move."""
INHERITED = int(TokenFlag.HELD | TokenFlag.CUSTODY)
"""What a piece has of the token that it is cut out of."""
KEPT_OF_CUT = ~int(TokenFlag.OFFERED | TokenFlag.CANCEL_CONSENT)
"""What a token keeps when a tail or middle is cut off: any move ends a consent, and an offer is over before one goes through."""

CUSTODIAN = 1 << 12
"""The role of contracts that keep what is others' (contracts/types/Roles.sol)."""


class Mark(IntFlag):
    """What an obligor confirmed (bits 0 to 4), and marks of a receivable."""

    EXISTENCE = 1 << 0
    AMOUNT = 1 << 1
    DUE_DATE = 1 << 2
    NO_SET_OFF = 1 << 3
    SHIELDED = 1 << 4
    HELD = 1 << 7
    DISPUTED = 1 << 8
    DEMANDS_BACKGROUND = 1 << 9


class Scope(IntFlag):
    """What an obligor disputes."""

    EXISTENCE = 1 << 0
    AMOUNT = 1 << 1
    DUE_DATE = 1 << 2
    DELIVERY = 1 << 3
