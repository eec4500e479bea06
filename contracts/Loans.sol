// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {ILoanAgreements} from "./interfaces/ILoanAgreements.sol";
import {ILoans} from "./interfaces/ILoans.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {LoanMoney} from "./loan/LoanMoney.sol";
import {LoanRow} from "./types/LoanRow.sol";
import {LoanFlags, LoanTerms, Prepayments} from "./types/LoanTerms.sol";
import {Roles} from "./types/Roles.sol";

/// @title Loans between members
/// @dev A module of the cash desk. Days and interest are reckoned in {LoanBook}, money and grounds in {LoanMoney}; what is signed first lies in {LoanAgreements}.
/// A lender that a court holds gives up nothing meanwhile. Exits of a live loan: repayment, renewal, the lender's discharge. A borrower that is gone owes on; a lender that is suspended is credited.
///
/// Storage of its own:
///   count               number of loans, from 1
///   acknowledged[key]   references that a lender has acknowledged, by (lender, reference)
contract Loans is LoanMoney {
    uint40 private count;
    mapping(bytes32 key => bool) private acknowledged;

    address private immutable ESCROW;

    constructor(address acts, IMembers members, ICashDesk desk, ILoanAgreements agreements, address escrow)
        ActTarget(acts, members)
        LoanMoney(desk, agreements)
    {
        ESCROW = escrow;
    }

    modifier onlyEscrow() {
        require(msg.sender == ESCROW, NotEscrow(msg.sender));
        _;
    }

    // --- For the agreements ---

    modifier onlyAgreements() {
        require(msg.sender == address(AGREEMENTS), NotAgreements(msg.sender));
        _;
    }

    /// @inheritdoc ILoans
    function open(address lender, address borrower, LoanTerms calldata terms, uint256[] calldata words)
        external
        onlyAgreements
        returns (uint40 id)
    {
        _requireUnheld(lender);
        id = ++count;
        Loan storage loan = loans[id];
        (loan.lender, loan.borrower) = (lender, borrower);
        _write(id, terms, words);
        _cash(terms.cash).moveFor(lender, borrower, terms.principal, bytes32(uint256(id)));
    }

    /// @inheritdoc ILoans
    function renew(uint40 id, LoanTerms calldata terms, uint256[] calldata words) external onlyAgreements {
        Work memory work = _work(id);
        _requireUnheld(work.loan.lender);
        bool same = terms.principal == _outstanding(work.loan) && terms.cash == work.loan.cash;
        require(same, RenewalDiffers(id));
        _payRest(work);
        Loan storage loan = loans[id];
        (loan.scheduledPaid, loan.prepaid, loan.product, loan.overdueProduct) = (0, 0, 0, 0);
        (loan.interestPaid, loan.overduePaid, loan.day, loan.fallen) = (0, 0, 0, 0);
        (loan.ripe, loan.settled, loan.marginCalled) = (0, 0, 0);
        _write(id, terms, words);
    }

    function _write(uint40 id, LoanTerms calldata terms, uint256[] calldata words) private {
        Loan storage loan = loans[id];
        (loan.start, loan.rate, loan.cash, loan.dayCount) = (terms.start, terms.rate, terms.cash, terms.dayCount);
        (loan.prepayment, loan.overdueRate, loan.grace) = (terms.prepayment, terms.overdueRate, terms.grace);
        (loan.defaultAfter, loan.principal, loan.flags) = (terms.defaultAfter, terms.principal, terms.flags);
        (loan.mostLoanToValue, loan.cure, loan.releaseWithin) = (terms.mostLoanToValue, terms.cure, terms.releaseWithin);
        (loan.rows, loan.status) = (uint16(words.length), Status.Live);
        for (uint256 i = 0; i < words.length; ++i) {
            rows[id][i] = LoanRow.wrap(words[i]);
        }
    }

    /// @dev All but the principal, from the borrower's cash.
    function _payRest(Work memory work) private {
        Loan memory loan = work.loan;
        Taken memory taken = _parts(_owed(loan));
        taken.principal = 0;
        loan.costs = 0;
        loan.overduePaid += taken.overdue;
        loan.interestPaid += taken.interest;
        _save(work);
        _payOut(work, loan.borrower, loan.lender, _total(taken), bytes32(uint256(work.id)));
        emit LoanPaid(work.id, loan.borrower, bytes32(uint256(work.id)), PaymentKind.Renewal, taken, _figures(loan));
    }

    // --- Payments ---

    /// @inheritdoc ILoans
    function payLoan(PayLoan calldata body) external {
        (Work memory work, address payer) = _ofBorrower(body.loan, body.amount);
        _take(work, payer, body.amount, _nextInstalment(work), false, PaymentKind.Payment, body.ref);
    }

    /// @inheritdoc ILoans
    function prepayLoan(PrepayLoan calldata body) external {
        (Work memory work, address payer) = _ofBorrower(body.loan, body.amount);
        uint8 how = work.loan.prepayment;
        if (how == Prepayments.CONSENT) {
            require(_hasSigned(_context(), work.loan.lender, Roles.BANK), PartyMissing(work.loan.lender, Roles.BANK));
        }
        _take(work, payer, body.amount, _notDue(work), how == Prepayments.LAST, PaymentKind.Prepayment, body.ref);
    }

    function _ofBorrower(uint40 id, uint64 amount) private view returns (Work memory work, address payer) {
        payer = _signedIn(Roles.HOLDERS);
        work = _work(id);
        require(payer == work.loan.borrower, NotBorrower(id, payer));
        require(amount != 0, LoanAmountZero());
    }

    function _notDue(Work memory work) private view returns (uint256) {
        return _outstanding(work.loan) - _due(work)[3];
    }

    /// @inheritdoc ILoans
    function acknowledgePayment(AcknowledgePayment calldata body) external {
        (Work memory work, address lender) = _ofLender(body.loan);
        _requireUnheld(lender);
        require(body.amount != 0, LoanAmountZero());
        bytes32 key = keccak256(abi.encode(lender, body.ref));
        require(!acknowledged[key], LoanReferenceUsed(body.ref));
        acknowledged[key] = true;
        uint64 taken = _take(
            work,
            work.loan.borrower,
            body.amount,
            _notDue(work),
            work.loan.prepayment == Prepayments.LAST,
            PaymentKind.Acknowledged,
            body.ref
        );
        require(taken == body.amount, AcknowledgedMore(body.loan, body.amount, taken));
    }

    function _ofLender(uint40 id) private view returns (Work memory work, address lender) {
        lender = _signedIn(Roles.BANK);
        work = _work(id);
        require(lender == work.loan.lender, NotLender(id, lender));
    }

    /// @inheritdoc ILoans
    function fireInstalment(uint40 loan) external {
        Work memory work = _work(loan);
        uint64 amount = _debitable(work);
        bytes32 ref = bytes32(uint256(loan));
        uint64 kept = uint64(Math.min(amount, work.loan.kept));
        if (kept != 0) {
            work.loan.kept -= kept;
            emit KeptUsed(loan, kept, work.loan.kept);
            _take(work, address(this), kept, 0, false, PaymentKind.Collection, ref);
        }
        if (amount > kept) _take(work, work.loan.borrower, amount - kept, 0, false, PaymentKind.Debit, ref);
    }

    function _debitable(Work memory work) private view returns (uint64) {
        uint256 due = _sum(_due(work));
        require(due != 0, NothingDue(work.id));
        Loan memory loan = work.loan;
        uint256 free = loan.kept;
        if (free == 0) _requireUnheld(loan.borrower);
        if (!_isHeld(loan.borrower)) free += _cash(loan.cash).balanceOf(loan.borrower);
        require(free != 0, NoCash(loan.borrower));
        return uint64(Math.min(due, free));
    }

    /// @inheritdoc ILoans
    function takeFromSecurity(uint40 loan, address payer, uint64 amount, bool proceeds, bytes32 ref)
        external
        onlyEscrow
    {
        Work memory work = _working(loan);
        if (work.loan.status == Status.Live) {
            bool keeps = !proceeds && work.loan.flags & LoanFlags.KEEP_COLLECTIONS != 0;
            uint256 most = keeps ? Math.min(amount, _sum(_due(work))) : amount;
            PaymentKind kind = proceeds ? PaymentKind.Proceeds : PaymentKind.Collection;
            bool last = work.loan.prepayment == Prepayments.LAST;
            if (most != 0) amount -= _take(work, payer, most, _notDue(work), last, kind, ref);
            if (keeps && amount != 0 && work.loan.status == Status.Live) return _keep(work, amount, ref);
        }
        _payOut(work, payer, work.loan.borrower, amount, ref);
    }

    /// @dev The loan reckoned up to now if it lives, else as it ended.
    function _working(uint40 id) private view returns (Work memory work) {
        if (loans[id].status == Status.Live) return _work(id);
        (work.id, work.loan) = (id, loans[id]);
    }

    function _keep(Work memory work, uint64 amount, bytes32 ref) private {
        _cash(work.loan.cash).moveFor(msg.sender, address(this), amount, ref);
        work.loan.kept += amount;
        _save(work);
        emit CollectionKept(work.id, amount, work.loan.kept);
    }

    /// @inheritdoc ILoans
    function withdrawLoanCredit(WithdrawLoanCredit calldata body) external {
        address account = _actor();
        _requireUnheld(account);
        uint64 amount = credits[account][body.cash];
        require(amount != 0, NothingCreditedTo(account));
        credits[account][body.cash] = 0;
        emit LoanCreditWithdrawn(account, body.cash, amount);
        _cash(body.cash).moveFor(address(this), account, amount, 0);
    }

    // --- Costs, acceleration, discharge, margin ---

    /// @inheritdoc ILoans
    function chargeCosts(ChargeCosts calldata body) external {
        (Work memory work,) = _ofLender(body.loan);
        require(body.amount != 0, LoanAmountZero());
        ActContext memory context = _context();
        if (!_hasSigned(context, work.loan.borrower, Roles.HOLDERS)) _requireCourt(context, work.loan.borrower);
        work.loan.costs += body.amount;
        _save(work);
        emit CostsCharged(body.loan, body.amount, body.evidence, context.digest, _figures(work.loan));
    }

    function _requireCourt(ActContext memory context, address borrower) private pure {
        for (uint256 i = 0; i < context.signers.length; ++i) {
            if (_hasSigned(context, context.signers[i].account, Roles.COURT_OFFICER)) return;
        }
        revert PartyMissing(borrower, Roles.HOLDERS);
    }

    /// @inheritdoc ILoans
    function accelerateLoan(AccelerateLoan calldata body) external {
        (Work memory work,) = _ofLender(body.loan);
        _requireGround(work, body.ground, body.subject);
        uint256 row = LoanRow.unwrap(_callIn(work));
        _save(work);
        emit LoanAccelerated(
            body.loan, body.ground, body.subject, row, work.loan.rows, body.evidence, _figures(work.loan)
        );
    }

    /// @inheritdoc ILoans
    function checkAccelerate(uint40 loan, uint8 ground, uint40 subject) external view returns (bytes memory) {
        try this.requireGround(loan, ground, subject) {
            return "";
        } catch (bytes memory reason) {
            return reason;
        }
    }

    /// @notice Reverts as {accelerateLoan} by the lender would, by the same code.
    function requireGround(uint40 loan, uint8 ground, uint40 subject) external view {
        _requireGround(_work(loan), ground, subject);
    }

    /// @inheritdoc ILoans
    function dischargeLoan(DischargeLoan calldata body) external {
        (Work memory work, address lender) = _ofLender(body.loan);
        _requireUnheld(lender);
        emit LoanDischarged(body.loan, body.reason, _figures(work.loan));
        _end(work, Status.Discharged);
    }

    /// @inheritdoc ILoans
    function fireMargin(uint40 loan) external {
        Work memory work = _work(loan);
        (uint256 value, bool calls) = _margin(work);
        uint64 principal = uint64(_outstanding(work.loan));
        work.loan.marginCalled = calls ? uint40(block.timestamp) : 0;
        _save(work);
        if (calls) emit MarginCalled(loan, value, principal, uint40(block.timestamp) + work.loan.cure);
        else emit MarginRestored(loan, value, principal);
    }

    function _margin(Work memory work) private view returns (uint256 value, bool calls) {
        Loan memory loan = work.loan;
        value = AGREEMENTS.valueOf(work.id);
        calls = loan.mostLoanToValue != 0 && !_suffices(value, loan);
        if (loan.marginCalled != 0) require(!calls, MarginStands(work.id, loan.marginCalled));
        else require(calls, ValueSuffices(work.id, value, uint64(_outstanding(loan))));
    }

    // --- Views ---

    /// @inheritdoc ILoans
    function checkInstalment(uint40 loan) external view returns (uint64 amount, bytes memory reason) {
        try this.debitable(loan) returns (uint64 found) {
            return (found, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice What {fireInstalment} would take now; reverts as it would, by the same code.
    function debitable(uint40 loan) external view returns (uint64) {
        return _debitable(_work(loan));
    }

    /// @inheritdoc ILoans
    function checkMargin(uint40 loan) external view returns (uint64, bytes memory) {
        try this.requireMargin(loan) {
            return (1, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice Reverts as {fireMargin} would, by the same code.
    function requireMargin(uint40 loan) external view {
        _margin(_work(loan));
    }

    /// @inheritdoc ILoans
    function partiesOf(uint40 loan) external view returns (Status, address, address, uint8, uint8) {
        Loan storage found = loans[loan];
        return (found.status, found.lender, found.borrower, found.cash, found.flags);
    }

    /// @inheritdoc ILoans
    function conditionOf(uint40 loan) external view returns (Condition) {
        Status status = loans[loan].status;
        if (status == Status.Live) return _condition(_work(loan));
        if (status == Status.Repaid) return Condition.Repaid;
        return status == Status.None ? Condition.None : Condition.Discharged;
    }

    /// @inheritdoc ILoans
    function dueOf(uint40 loan) external view returns (Taken memory) {
        return _parts(_due(_work(loan)));
    }

    /// @inheritdoc ILoans
    function owedOf(uint40 loan) external view returns (Taken memory) {
        return _parts(_owed(_work(loan).loan));
    }

    /// @dev More than there may be of any cash reads as the most that an amount holds.
    function _parts(uint256[4] memory parts) private pure returns (Taken memory) {
        return Taken(_amount(parts[0]), _amount(parts[1]), _amount(parts[2]), _amount(parts[3]));
    }

    function _amount(uint256 value) private pure returns (uint64) {
        return uint64(Math.min(value, type(uint64).max));
    }

    /// @inheritdoc ILoans
    function figuresOf(uint40 loan) external view returns (Figures memory) {
        return _figures(_working(loan).loan);
    }

    /// @inheritdoc ILoans
    function rowOf(uint40 loan, uint16 row) external view returns (uint256, uint16) {
        return (LoanRow.unwrap(rows[loan][row]), loans[loan].rows);
    }

    /// @inheritdoc ILoans
    function keptOf(uint40 loan) external view returns (uint64) {
        return loans[loan].kept;
    }

    /// @inheritdoc ILoans
    function marginCalledAt(uint40 loan) external view returns (uint40) {
        return loans[loan].marginCalled;
    }

    /// @inheritdoc ILoans
    function loanCredit(address account, uint8 cash) external view returns (uint64) {
        return credits[account][cash];
    }

    /// @inheritdoc ILoans
    function loanCount() external view returns (uint40) {
        return count;
    }
}
