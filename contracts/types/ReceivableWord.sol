// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice The first word of a receivable, read by every move (low bit first):
///
///   face 64 | owed to live ranges 64 | due second 40 | payment count 10 | state 3 | marks and terms 10 | least piece 6
///   | repayment module 8 | cash 8 | policy 16 | currency 10 | paused 1 | zero 16
///
/// Marks and terms: bits 0-5 are {ConfirmationTerms}, bit 6 zero, bit 7 HELD, bit 8 DISPUTED, bit 9 DEMANDS_BACKGROUND.
type ReceivableWord is uint256;

using ReceivableWords for ReceivableWord global;

/// @dev What the payment count, and a token's cursor, can hold.
uint16 constant MOST_PAYMENTS = 1023;

/// @notice What an obligor confirms; a set bit is a promise that holders rely on.
library ConfirmationTerms {
    uint8 internal constant EXISTENCE = 1 << 0;
    uint8 internal constant AMOUNT = 1 << 1;
    uint8 internal constant DUE_DATE = 1 << 2;
    uint8 internal constant NO_SET_OFF = 1 << 3;
    /// The obligor agrees that the receivable may move into a shielded form.
    uint8 internal constant SHIELDED = 1 << 4;
    uint8 internal constant KNOWN = EXISTENCE | AMOUNT | DUE_DATE | NO_SET_OFF | SHIELDED;
}

library ReceivableWords {
    /// A court holds the whole receivable: nothing of it moves or is drawn.
    uint16 internal constant HELD = 1 << 7;
    uint16 internal constant DISPUTED = 1 << 8;
    uint16 internal constant DEMANDS_BACKGROUND = 1 << 9;

    uint256 private constant OWED_SHIFT = 64;
    uint256 private constant DUE_SHIFT = 128;
    uint256 private constant PAYMENTS_SHIFT = 168;
    uint256 private constant STATE_SHIFT = 178;
    uint256 private constant MARKS_SHIFT = 181;
    uint256 private constant LEAST_SHIFT = 191;
    uint256 private constant MODULE_SHIFT = 197;
    uint256 private constant CASH_SHIFT = 205;
    uint256 private constant POLICY_SHIFT = 213;
    uint256 private constant CURRENCY_SHIFT = 229;
    uint256 private constant PAUSED_SHIFT = 239;

    uint256 private constant TEN_BITS = (1 << 10) - 1;

    struct Fields {
        uint64 face;
        uint64 owedLive;
        uint40 due;
        uint16 payments;
        uint8 state;
        uint16 marks;
        uint8 leastPiece;
        uint8 module;
        uint8 cash;
        uint16 policy;
        uint16 currency;
    }

    function pack(Fields memory f) internal pure returns (ReceivableWord) {
        return ReceivableWord.wrap(
            uint256(f.face) | uint256(f.owedLive) << OWED_SHIFT | uint256(f.due) << DUE_SHIFT | uint256(f.payments)
                << PAYMENTS_SHIFT | uint256(f.state) << STATE_SHIFT | uint256(f.marks) << MARKS_SHIFT
                | uint256(f.leastPiece) << LEAST_SHIFT | uint256(f.module) << MODULE_SHIFT | uint256(f.cash)
                << CASH_SHIFT | uint256(f.policy) << POLICY_SHIFT | uint256(f.currency) << CURRENCY_SHIFT
        );
    }

    function face(ReceivableWord w) internal pure returns (uint64) {
        return uint64(ReceivableWord.unwrap(w));
    }

    function owedLive(ReceivableWord w) internal pure returns (uint64) {
        return uint64(ReceivableWord.unwrap(w) >> OWED_SHIFT);
    }

    function due(ReceivableWord w) internal pure returns (uint40) {
        return uint40(ReceivableWord.unwrap(w) >> DUE_SHIFT);
    }

    function payments(ReceivableWord w) internal pure returns (uint16) {
        return uint16(ReceivableWord.unwrap(w) >> PAYMENTS_SHIFT & TEN_BITS);
    }

    function state(ReceivableWord w) internal pure returns (uint8) {
        return uint8(ReceivableWord.unwrap(w) >> STATE_SHIFT & 7);
    }

    function marks(ReceivableWord w) internal pure returns (uint16) {
        return uint16(ReceivableWord.unwrap(w) >> MARKS_SHIFT & TEN_BITS);
    }

    function leastPiece(ReceivableWord w) internal pure returns (uint8) {
        return uint8(ReceivableWord.unwrap(w) >> LEAST_SHIFT & 63);
    }

    function module(ReceivableWord w) internal pure returns (uint8) {
        return uint8(ReceivableWord.unwrap(w) >> MODULE_SHIFT);
    }

    function cash(ReceivableWord w) internal pure returns (uint8) {
        return uint8(ReceivableWord.unwrap(w) >> CASH_SHIFT);
    }

    function policy(ReceivableWord w) internal pure returns (uint16) {
        return uint16(ReceivableWord.unwrap(w) >> POLICY_SHIFT);
    }

    function currency(ReceivableWord w) internal pure returns (uint16) {
        return uint16(ReceivableWord.unwrap(w) >> CURRENCY_SHIFT & TEN_BITS);
    }

    function paused(ReceivableWord w) internal pure returns (bool) {
        return ReceivableWord.unwrap(w) >> PAUSED_SHIFT & 1 == 1;
    }

    /// @dev Paused by the council or held by a court: nothing of it moves.
    function stopped(ReceivableWord w) internal pure returns (bool) {
        return ReceivableWord.unwrap(w) & (uint256(1) << PAUSED_SHIFT | uint256(HELD) << MARKS_SHIFT) != 0;
    }

    function withState(ReceivableWord w, uint8 value) internal pure returns (ReceivableWord) {
        return
            ReceivableWord.wrap(ReceivableWord.unwrap(w) & ~(uint256(7) << STATE_SHIFT) | uint256(value) << STATE_SHIFT);
    }

    function withMarks(ReceivableWord w, uint16 value) internal pure returns (ReceivableWord) {
        return
            ReceivableWord.wrap(ReceivableWord.unwrap(w) & ~(TEN_BITS << MARKS_SHIFT) | uint256(value) << MARKS_SHIFT);
    }

    function withPaused(ReceivableWord w, bool value) internal pure returns (ReceivableWord) {
        uint256 bit = uint256(1) << PAUSED_SHIFT;
        return ReceivableWord.wrap(value ? ReceivableWord.unwrap(w) | bit : ReceivableWord.unwrap(w) & ~bit);
    }

    /// @dev After a payment or a retirement: one more of them, and less owed.
    function withPayment(ReceivableWord w, uint64 owed) internal pure returns (ReceivableWord) {
        uint256 cleared = ReceivableWord.unwrap(w) & ~(uint256(type(uint64).max) << OWED_SHIFT);
        return ReceivableWord.wrap((cleared | uint256(owed) << OWED_SHIFT) + (1 << PAYMENTS_SHIFT));
    }
}
