// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Business roles of a member, a bit each; an account and each of its keys hold a mask, and both must have the bit.
library Roles {
    uint16 internal constant REGISTRAR = 1 << 0;
    uint16 internal constant PLEDGOR = 1 << 1;
    uint16 internal constant SUPPLIER = 1 << 2;
    uint16 internal constant OBLIGOR = 1 << 3;
    uint16 internal constant BANK = 1 << 4;
    uint16 internal constant SETTLEMENT_BANK = 1 << 5;
    uint16 internal constant GUARANTOR = 1 << 6;
    uint16 internal constant APPRAISER = 1 << 7;
    uint16 internal constant AUDITOR = 1 << 8;
    uint16 internal constant REGULATOR = 1 << 9;
    uint16 internal constant COURT_OFFICER = 1 << 10;
    /// Seeds a register from an anchor and anchors batches.
    uint16 internal constant ANCHORER = 1 << 11;
    /// A custody contract: title escrow, vault, financing.
    uint16 internal constant CUSTODIAN = 1 << 12;
    /// Administers the account itself: its keys, published words and standing consents. Every account has it, a key only if it was given it.
    uint16 internal constant ADMINISTRATOR = 1 << 13;

    /// A key disposes of its account's cash and tokens if it holds one of these; offices, observers and administrators dispose of nothing.
    uint16 internal constant HOLDERS =
        PLEDGOR | SUPPLIER | OBLIGOR | BANK | SETTLEMENT_BANK | GUARANTOR | APPRAISER | CUSTODIAN;
}

/// @notice How a consent was given; stored with the record and shown for ever.
library Modes {
    uint8 internal constant SIGNED = 1;
    uint8 internal constant ATTESTED = 2;
    uint8 internal constant ORDERED = 3;
    uint8 internal constant DEEMED = 4;
}
