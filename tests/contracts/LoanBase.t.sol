// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {StdStorage, stdStorage} from "forge-std/StdStorage.sol";
import {LoanAgreements} from "../../contracts/LoanAgreements.sol";
import {Loans} from "../../contracts/Loans.sol";
import {TitleEscrow} from "../../contracts/TitleEscrow.sol";
import {Valuations} from "../../contracts/Valuations.sol";
import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IPledgeViews} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {IRegisters} from "../../contracts/interfaces/IRegisters.sol";
import {ITitleEscrow} from "../../contracts/interfaces/ITitleEscrow.sol";
import {DayCounts} from "../../contracts/types/LoanRow.sol";
import {LoanFlags, LoanTerms, PledgedRange, Prepayments, ScheduleRow} from "../../contracts/types/LoanTerms.sol";
import {Powers} from "../../contracts/types/Powers.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor, Base} from "./Base.t.sol";

/// @notice Loans between named actors: their contracts, kinds of acts, usual terms and schedules.
abstract contract LoanHouse is Base {
    using stdStorage for StdStorage;

    bytes internal constant TERMS_TEXT =
        "LoanTerms(uint8 cash,uint64 principal,uint40 start,uint32 rate,uint32 overdueRate,uint8 dayCount,uint8 flags,uint8 prepayment,uint32 grace,uint32 defaultAfter,uint16 mostLoanToValue,uint32 cure,address appraiser,uint32 releaseWithin,bytes32 contentRoot)";
    bytes internal constant ROW_TEXT = "ScheduleRow(uint40 due,uint64 principal,uint24 numerator,bool interestDue)";
    bytes internal constant RANGE_TEXT =
        "PledgedRange(uint256 token,uint64 start,uint64 end,uint16 payments,uint64 leastOwed)";
    bytes internal constant OPEN_TEXT =
        "OpenLoan(address lender,address borrower,LoanTerms terms,ScheduleRow[] rows,uint40[] pledges,PledgedRange[] ranges)";
    bytes internal constant RENEW_TEXT = "RenewLoan(uint40 loan,LoanTerms terms,ScheduleRow[] rows)";
    bytes internal constant PAY_LOAN_TEXT = "PayLoan(uint40 loan,uint64 amount,bytes32 ref)";
    bytes internal constant PREPAY_TEXT = "PrepayLoan(uint40 loan,uint64 amount,bytes32 ref)";
    bytes internal constant ACKNOWLEDGE_TEXT = "AcknowledgePayment(uint40 loan,uint64 amount,bytes32 ref)";
    bytes internal constant CHARGE_TEXT = "ChargeCosts(uint40 loan,uint64 amount,bytes32 evidence)";
    bytes internal constant ACCELERATE_TEXT =
        "AccelerateLoan(uint40 loan,uint8 ground,uint40 subject,bytes32 evidence)";
    bytes internal constant DISCHARGE_TEXT = "DischargeLoan(uint40 loan,bytes32 reason)";
    bytes internal constant PLEDGE_RANGES_TEXT = "PledgeRanges(uint40 loan,PledgedRange[] ranges)";
    bytes internal constant RELEASE_RANGE_TEXT = "ReleaseRange(uint256 token)";
    bytes internal constant SELL_RANGE_TEXT =
        "SellRange(uint256 token,address buyer,uint64 price,uint16 payments,uint64 leastOwed,bytes32 basis)";
    bytes internal constant CREDIT_TEXT = "WithdrawLoanCredit(uint8 cash)";
    bytes internal constant VALUATION_TEXT =
        "RecordValuation(uint40 pledge,uint128 amount,uint16 currency,uint40 valuedAt,bytes32 method,bytes32 report)";

    uint64 internal constant PRINCIPAL = 1_200_000;
    uint32 internal constant PERCENT = 10_000;
    uint40 internal constant FROM = START + 1 hours;

    Valuations internal valuations;
    LoanAgreements internal agreements;
    Loans internal loans;
    TitleEscrow internal escrow;

    Actor internal lender;
    Actor internal borrower;
    Actor internal appraiser;
    Actor internal officer;

    /// @dev The contracts of loans over a register of pledges, in the order that their addresses need.
    function _createLoans(IPledgeViews register, IRegisters registers_) internal {
        valuations = new Valuations(address(acts), members);
        uint256 nonce = vm.getNonce(address(this));
        address loansAt = vm.computeCreateAddress(address(this), nonce + 1);
        escrow = TitleEscrow(vm.computeCreateAddress(address(this), nonce + 2));
        agreements = new LoanAgreements(
            address(acts),
            members,
            LoanAgreements.Links(desk, ILoans(loansAt), escrow, register, valuations, registers_)
        );
        loans = new Loans(address(acts), members, desk, agreements, address(escrow));
        new TitleEscrow(address(acts), members, loans, address(agreements), token, address(holds));
        _joinEscrow();
        desk.pin(address(loans));
        _addLoanKinds();
        _addEscrowKinds();
        lender = _member("lender", Roles.BANK);
        borrower = _member("borrower", Roles.SUPPLIER);
        appraiser = _member("appraiser", Roles.APPRAISER);
        officer = _member("court officer", Roles.COURT_OFFICER);
        vm.label(address(loans), "Loans");
    }

    /// @dev A deployment names the escrow among the token's companions and admits it as a member; here the token is older than the escrow.
    function _joinEscrow() private {
        stdstore.target(address(token)).sig(token.powersOf.selector).with_key(address(escrow))
            .checked_write(uint256(Powers.CARRY | TokenWords.CUSTODY));
        members.admit(
            address(escrow), address(escrow), keccak256("title escrow"), Roles.CUSTODIAN, true, false, "title escrow"
        );
        vm.label(address(escrow), "TitleEscrow");
    }

    function _addLoanKinds() private {
        address place = address(loans);
        bytes memory renew = abi.encodePacked(RENEW_TEXT, TERMS_TEXT, ROW_TEXT);
        _kind(
            _openText(),
            abi.encodePacked(TERMS_TEXT, OPEN_TEXT, RANGE_TEXT, ROW_TEXT),
            "OpenLoan",
            address(agreements),
            agreements.openLoan.selector,
            agreements.hashOpenLoan.selector
        );
        _kind(
            renew,
            abi.encodePacked(TERMS_TEXT, RENEW_TEXT, ROW_TEXT),
            "RenewLoan",
            address(agreements),
            agreements.renewLoan.selector,
            agreements.hashRenewLoan.selector
        );
        _kind(PAY_LOAN_TEXT, PAY_LOAN_TEXT, "PayLoan", place, loans.payLoan.selector, 0);
        _kind(PREPAY_TEXT, PREPAY_TEXT, "PrepayLoan", place, loans.prepayLoan.selector, 0);
        _kind(ACKNOWLEDGE_TEXT, ACKNOWLEDGE_TEXT, "AcknowledgePayment", place, loans.acknowledgePayment.selector, 0);
        _kind(CHARGE_TEXT, CHARGE_TEXT, "ChargeCosts", place, loans.chargeCosts.selector, 0);
        _kind(ACCELERATE_TEXT, ACCELERATE_TEXT, "AccelerateLoan", place, loans.accelerateLoan.selector, 0);
        _kind(DISCHARGE_TEXT, DISCHARGE_TEXT, "DischargeLoan", place, loans.dischargeLoan.selector, 0);
        _kind(CREDIT_TEXT, CREDIT_TEXT, "WithdrawLoanCredit", place, loans.withdrawLoanCredit.selector, 0);
        _kind(
            VALUATION_TEXT,
            VALUATION_TEXT,
            "RecordValuation",
            address(valuations),
            valuations.recordValuation.selector,
            0
        );
    }

    function _addEscrowKinds() private {
        _kind(
            abi.encodePacked(PLEDGE_RANGES_TEXT, RANGE_TEXT),
            abi.encodePacked(PLEDGE_RANGES_TEXT, RANGE_TEXT),
            "PledgeRanges",
            address(escrow),
            escrow.pledgeRanges.selector,
            escrow.hashPledgeRanges.selector
        );
        _kind(RELEASE_RANGE_TEXT, RELEASE_RANGE_TEXT, "ReleaseRange", address(escrow), escrow.releaseRange.selector, 0);
        _kind(SELL_RANGE_TEXT, SELL_RANGE_TEXT, "SellRange", address(escrow), escrow.sellRange.selector, 0);
    }

    function _openText() internal pure returns (bytes memory) {
        return abi.encodePacked(OPEN_TEXT, TERMS_TEXT, RANGE_TEXT, ROW_TEXT);
    }

    function _renewText() internal pure returns (bytes memory) {
        return abi.encodePacked(RENEW_TEXT, TERMS_TEXT, ROW_TEXT);
    }

    // --- Signing ---

    function _both(Actor memory one, Actor memory two, bytes memory text, bytes memory body)
        internal
        returns (Act memory act)
    {
        act = _unsigned(one, keccak256(text), body);
        act.gas = 12_000_000;
        act.signers = new Signer[](2);
        (act.signers[0], act.signers[1]) = (_signer(one, act.id), _signer(two, act.id));
        act.signatures = new bytes[](2);
        _sign(act, 0, one.key);
        _sign(act, 1, two.key);
    }

    function _all(Actor[3] memory hands, bytes memory text, bytes memory body) internal returns (Act memory act) {
        act = _unsigned(hands[0], keccak256(text), body);
        act.gas = 12_000_000;
        act.signers = new Signer[](3);
        act.signatures = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            act.signers[i] = _signer(hands[i], act.id);
        }
        for (uint256 i = 0; i < 3; ++i) {
            _sign(act, i, hands[i].key);
        }
    }

    // --- Terms ---

    /// @dev 6 % a year on ACT/360, 9 % overdue, no grace, default after 90 days, prepayment of the coming instalments.
    function _usualTerms() internal view returns (LoanTerms memory) {
        return LoanTerms({
            cash: CASH,
            principal: PRINCIPAL,
            start: FROM,
            rate: 6 * PERCENT,
            overdueRate: 9 * PERCENT,
            dayCount: DayCounts.ACT_360,
            flags: 0,
            prepayment: Prepayments.NEXT,
            grace: 0,
            defaultAfter: 90 days,
            mostLoanToValue: 0,
            cure: 0,
            appraiser: address(0),
            releaseWithin: 15 days,
            contentRoot: keccak256("agreement")
        });
    }

    /// @dev Equal parts of the principal every 30 days.
    function _schedule(uint64 principal, uint40 start, uint256 count) internal pure returns (ScheduleRow[] memory all) {
        all = new ScheduleRow[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = ScheduleRow(start + uint40(30 days * (i + 1)), principal / uint64(count), 30, true);
        }
        all[count - 1].principal += principal % uint64(count);
    }

    function _body(LoanTerms memory terms, ScheduleRow[] memory schedule)
        internal
        view
        returns (ILoanAgreements.OpenLoan memory)
    {
        return ILoanAgreements.OpenLoan(
            lender.account, borrower.account, terms, schedule, new uint40[](0), new PledgedRange[](0)
        );
    }

    function _usualBody() internal view returns (ILoanAgreements.OpenLoan memory) {
        return _body(_usualTerms(), _schedule(PRINCIPAL, FROM, 12));
    }

    // --- Acts ---

    function _openAct(ILoanAgreements.OpenLoan memory body) internal returns (Act memory) {
        return _both(lender, borrower, _openText(), abi.encode(body));
    }

    /// @dev Lent from fresh money of the lender.
    function _opened(ILoanAgreements.OpenLoan memory body) internal returns (uint40) {
        _fund(lender.account, body.terms.principal);
        _done(_openAct(body));
        return loans.loanCount();
    }

    function _opened() internal returns (uint40) {
        return _opened(_usualBody());
    }

    function _renewAct(uint40 loan, LoanTerms memory terms, ScheduleRow[] memory schedule)
        internal
        returns (Act memory)
    {
        return _both(lender, borrower, _renewText(), abi.encode(ILoanAgreements.RenewLoan(loan, terms, schedule)));
    }

    function _payLoanAct(uint40 loan, uint64 amount) internal returns (Act memory) {
        return _act(borrower, PAY_LOAN_TEXT, abi.encode(ILoans.PayLoan(loan, amount, "pay")));
    }

    function _prepayAct(uint40 loan, uint64 amount) internal returns (Act memory) {
        return _act(borrower, PREPAY_TEXT, abi.encode(ILoans.PrepayLoan(loan, amount, "prepay")));
    }

    function _agreedPrepayAct(uint40 loan, uint64 amount) internal returns (Act memory) {
        return _both(borrower, lender, PREPAY_TEXT, abi.encode(ILoans.PrepayLoan(loan, amount, "prepay")));
    }

    function _chargeAct(uint40 loan, uint64 amount) internal returns (Act memory) {
        return _both(lender, borrower, CHARGE_TEXT, abi.encode(ILoans.ChargeCosts(loan, amount, "costs")));
    }

    function _accelerateAct(uint40 loan, uint8 ground, uint40 subject) internal returns (Act memory) {
        return _act(lender, ACCELERATE_TEXT, abi.encode(ILoans.AccelerateLoan(loan, ground, subject, "called")));
    }

    function _valueAct(uint40 pledge, uint128 amount) internal returns (Act memory) {
        return _act(
            appraiser,
            VALUATION_TEXT,
            abi.encode(pledge, amount, CNY, uint40(block.timestamp), bytes32("income approach"), bytes32("report"))
        );
    }

    // --- State ---

    function _condition(uint40 loan) internal view returns (uint8) {
        return uint8(loans.conditionOf(loan));
    }

    function _assertTaken(ILoans.Taken memory taken, uint64 costs, uint64 overdue, uint64 interest, uint64 principal)
        internal
        pure
    {
        assertEq(taken.costs, costs, "costs");
        assertEq(taken.overdue, overdue, "overdue interest");
        assertEq(taken.interest, interest, "interest");
        assertEq(taken.principal, principal, "principal");
    }
}

/// @notice Loans without pledges.
abstract contract LoanBase is LoanHouse {
    function setUp() public virtual override {
        super.setUp();
        _createLoans(IPledgeViews(address(0)), IRegisters(address(0)));
    }
}
