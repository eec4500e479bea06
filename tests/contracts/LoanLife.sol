// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";
import {Loans} from "../../contracts/Loans.sol";
import {LoanReckoning} from "./LoanReckoning.sol";

/// @notice What a life of loans asks of the test that knows how to sign; each returns whether the act was done.
interface ILoanSigns {
    function payAs(uint40 loan, uint64 amount) external returns (bool);
    function prepayAs(uint40 loan, uint64 amount) external returns (bool);
    function chargeAs(uint40 loan, uint64 amount) external returns (bool);
    function callAs(uint40 loan) external returns (bool);
    function withdrawAs(address account) external;
    function giveBorrower(uint64 amount) external;
    function takeFromBorrower() external;
    function suspendAs(address account, bool suspended) external;
    function payReceivableAs(uint64 amount) external returns (bool);
    function collectAs() external;
}

/// @notice A random life of several loans: payments, prepayments, debits, costs, calls, suspensions and jumps of time. Every step is taken by the
/// contracts and written down in the reckoning; what the reckoning takes nothing for is refused.
contract LoanLife is CommonBase, StdUtils {
    Loans private immutable LOANS;
    LoanReckoning private immutable RECKONING;
    ILoanSigns private immutable SIGNS;
    address private immutable LENDER;
    uint256 private immutable COUNT;
    /// What borrowers paid in all, by the reckoning.
    uint256 public paid;
    bool public lenderSuspended;
    /// What the last loan, whose collections are kept, keeps; and what its receivable still pays.
    uint64 public kept;
    uint64 private collectible;

    error Differs(string what, uint256 a, uint256 b);

    constructor(Loans loans, LoanReckoning reckoning, ILoanSigns signs, address lender, uint256 count, uint64 face) {
        (LOANS, RECKONING, SIGNS, LENDER, COUNT) = (loans, reckoning, signs, lender, count);
        collectible = face;
    }

    function _pick(uint256 seed) private returns (uint256 which, uint40 loan) {
        which = seed % COUNT;
        loan = uint40(which + 1);
        RECKONING.touch(which, block.timestamp);
    }

    function _same(string memory what, uint256 a, uint256 b) private pure {
        if (a != b) revert Differs(what, a, b);
    }

    /// @dev An amount about the size of what matters.
    function _amount(uint256 which, uint256 seed) private view returns (uint64) {
        uint256[4] memory due = RECKONING.due(which);
        uint256 sum = due[0] + due[1] + due[2] + due[3];
        if (seed % 4 == 0 && sum != 0) return uint64(sum);
        if (seed % 4 == 1 && sum > 1) return uint64(sum - 1);
        return uint64(bound(seed, 1, seed % 16 == 2 ? 1_000_000_000 : 50_000));
    }

    // --- Steps ---

    function wait_(uint256 seed) external {
        uint256 span = seed % 3 == 0 ? bound(seed, 0, 1 days) : bound(seed, 1 days, 40 days);
        vm.warp(block.timestamp + span);
    }

    function pay(uint256 seed, uint256 amountSeed) external {
        (uint256 which, uint40 loan) = _pick(seed);
        if (RECKONING.isOver(which)) return;
        uint64 amount = _amount(which, amountSeed);
        SIGNS.giveBorrower(amount);
        bool done = SIGNS.payAs(loan, amount);
        uint256 total = _reckon(which, amount, RECKONING.next(which), false);
        _same("paid where something can be", done ? 1 : 0, total != 0 ? 1 : 0);
        paid += total;
    }

    function prepay(uint256 seed, uint256 amountSeed) external {
        (uint256 which, uint40 loan) = _pick(seed);
        if (RECKONING.isOver(which)) return;
        uint64 amount = _amount(which, amountSeed);
        SIGNS.giveBorrower(amount);
        bool done = SIGNS.prepayAs(loan, amount);
        uint256 ahead = RECKONING.owed(which)[3] - RECKONING.due(which)[3];
        uint256 total = _reckon(which, amount, ahead, true);
        _same("prepaid", done ? 1 : 0, 1);
        paid += total;
    }

    function debit(uint256 seed, uint256 amountSeed) external {
        (uint256 which, uint40 loan) = _pick(seed);
        if (RECKONING.isOver(which)) return;
        uint64 amount = _amount(which, amountSeed);
        SIGNS.takeFromBorrower();
        SIGNS.giveBorrower(amount);
        uint256[4] memory due = RECKONING.due(which);
        uint256 sum = due[0] + due[1] + due[2] + due[3];
        uint64 keeps = which == COUNT - 1 ? kept : 0;
        (uint64 said,) = LOANS.checkInstalment(loan);
        _same("said", said, sum < amount + keeps ? sum : amount + keeps);
        if (sum == 0) return;
        LOANS.fireInstalment(loan);
        if (which == COUNT - 1) kept -= said < keeps ? said : keeps;
        paid += _reckon(which, said, 0, false);
    }

    /// @dev A loan that is repaid keeps nothing.
    function _reckon(uint256 which, uint256 amount, uint256 ahead, bool prepays) private returns (uint256 total) {
        total = RECKONING.pay(which, amount, ahead, prepays);
        if (which == COUNT - 1 && RECKONING.isOver(which)) kept = 0;
    }

    /// @dev The obligor pays a part that is distributed at once, and what came in is kept until something is due.
    function collect(uint64 amount) external {
        (uint256 which,) = _pick(COUNT - 1);
        if (collectible < 4000) return;
        amount = uint64(bound(amount, 4000, collectible));
        _same("received", SIGNS.payReceivableAs(amount) ? 1 : 0, 1);
        SIGNS.collectAs();
        collectible -= amount;
        if (RECKONING.isOver(which)) return;
        uint256[4] memory due = RECKONING.due(which);
        uint256 sum = due[0] + due[1] + due[2] + due[3];
        uint64 used = uint64(sum < amount ? sum : amount);
        if (used != 0) paid += RECKONING.pay(which, used, 0, false);
        kept = RECKONING.isOver(which) ? 0 : kept + amount - used;
    }

    function charge(uint256 seed, uint64 amount) external {
        (uint256 which, uint40 loan) = _pick(seed);
        if (RECKONING.isOver(which) || lenderSuspended) return;
        amount = uint64(bound(amount, 1, 500));
        _same("charged", SIGNS.chargeAs(loan, amount) ? 1 : 0, 1);
        RECKONING.charge(which, amount);
    }

    function call(uint256 seed) external {
        (uint256 which, uint40 loan) = _pick(seed);
        if (RECKONING.isOver(which) || lenderSuspended) return;
        bool can = RECKONING.condition(which, block.timestamp) == 4 && RECKONING.canBeCalled(which);
        _same("called", SIGNS.callAs(loan) ? 1 : 0, can ? 1 : 0);
        if (can) RECKONING.call(which, block.timestamp);
    }

    function suspendLender(bool suspended) external {
        if (suspended == lenderSuspended) return;
        lenderSuspended = suspended;
        SIGNS.suspendAs(LENDER, suspended);
    }

    function withdraw() external {
        if (!lenderSuspended && LOANS.loanCredit(LENDER, 1) != 0) SIGNS.withdrawAs(LENDER);
    }
}
