// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Debits under an obligor's mandate once debts are due. All debts of one obligor, cash and due second share what was free when the first
/// of them was debited, so that it doesn't matter who fires first.
interface IMandates {
    /// The obligor lets due debts be debited from its cash: at most `cap` in all, until `until`; `partial_` allows a debit of less than the debt.
    struct SetMandate {
        uint8 cash;
        uint64 cap;
        uint40 until;
        bool partial_;
    }

    struct EndMandate {
        uint8 cash;
    }

    /// What the first debit of a second put aside, and for what total of debts.
    struct Pot {
        uint128 total;
        uint64 pot;
        uint64 left;
        uint40 openedAt;
    }

    event MandateSet(address indexed obligor, uint8 indexed cash, uint64 cap, uint40 until, bool partial_);
    event MandateEnded(address indexed obligor, uint8 indexed cash);
    event MandateUsed(address indexed obligor, uint8 indexed cash, uint64 amount, uint64 capLeft);
    event PotOpened(address indexed obligor, uint8 indexed cash, uint40 indexed due, uint128 total, uint64 pot);
    event PotTaken(address indexed obligor, uint8 indexed cash, uint40 indexed due, uint192 receivable, uint64 amount);
    /// @notice What nobody took went back to the obligor, and its mandate's cap with it.
    event PotClosed(address indexed obligor, uint8 indexed cash, uint40 indexed due, uint64 returned);

    error AmountZero();
    error UntilPassed(uint40 until);
    error NoMandate(address obligor, uint8 cash);
    error MandateShort(uint256 needed, uint64 capLeft);
    error BalanceShort(uint256 needed, uint256 balance);
    error NotDue(uint192 receivable, uint40 due);
    error Disputed(uint192 receivable);
    error BelowThreshold(uint64 amount, uint64 least);
    error NoPot(address obligor, uint8 cash, uint40 due);
    error TooEarly(uint40 from);
    error NotLive(uint192 receivable);
    /// @dev Its holders are paid; what the obligor owes to others is not debited.
    error NothingOwed(uint192 receivable);
    error AccountHeld(address account);

    function setMandate(SetMandate calldata body) external;
    function endMandate(EndMandate calldata body) external;
    /// @notice Debits the obligor under its mandate once the debt is due. Anyone may call; only the condition decides.
    function debit(uint192 receivable) external;
    /// @notice Dry run of {debit}: the amount that it would take, or the revert data that it would meet.
    function checkDebit(uint192 receivable) external view returns (uint64 amount, bytes memory reason);
    /// @notice Returns what is left of a pot to the obligor 24 hours after it was opened. Anyone may call.
    function closePot(address obligor, uint8 cash, uint40 due) external;

    function mandate(address obligor, uint8 cash) external view returns (uint64 capLeft, uint40 until, bool partial_);
    function potOf(address obligor, uint8 cash, uint40 due) external view returns (Pot memory);
}
