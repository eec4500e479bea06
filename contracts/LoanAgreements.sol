// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {ILoanAgreements} from "./interfaces/ILoanAgreements.sol";
import {ILoans} from "./interfaces/ILoans.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IPledgeViews} from "./interfaces/IPledgeRegistry.sol";
import {IRegisters} from "./interfaces/IRegisters.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {ITitleEscrow} from "./interfaces/ITitleEscrow.sol";
import {IValuations} from "./interfaces/IValuations.sol";
import {LoanHashes} from "./loan/LoanHashes.sol";
import {PartyRoots} from "./pledge/PartyRoots.sol";
import {HoldTargets} from "./types/ActCode.sol";
import {DayCounts, LoanRow, LoanRows} from "./types/LoanRow.sol";
import {LoanFlags, LoanTerms, Prepayments, ScheduleRow} from "./types/LoanTerms.sol";
import {Party} from "./types/PledgeBodies.sol";
import {PledgeFlags, PledgeWord} from "./types/PledgeWord.sol";
import {Roles} from "./types/Roles.sol";

/// @title Loan agreements: what may be signed, and what secures it
/// @dev A pledge is named here and read in its register, where the lender has to be one of its holders; nothing here moves a pledge. Storage:
///   security[loan]   appraiser 160 | currency 16; pledges ascending
///   holders[root]    party words of the holders behind a register's root of parties
contract LoanAgreements is ILoanAgreements, ActTarget {
    using LoanHashes for OpenLoan;
    using LoanHashes for RenewLoan;
    using PledgeWord for uint256;

    struct Links {
        ICashDesk desk;
        ILoans loans;
        ITitleEscrow escrow;
        IPledgeViews pledges;
        IValuations valuations;
        IRegisters registers;
    }

    struct Security {
        address appraiser;
        uint16 currency;
        uint40[] pledges;
    }

    uint256 private constant MOST_ROWS = 360;
    uint256 private constant MOST_PLEDGES = 16;
    uint32 private constant MOST_RATE = 1_000_000;
    uint256 private constant WHOLE = 10_000;
    uint40 private constant DAY = 1 days;
    /// With it no figure of a loan ever outgrows its word, however long it is unpaid.
    uint256 private constant MOST_DAYS = 36_525;
    /// A legal day has 25 hours when clocks are set back.
    uint40 private constant LONGEST_DAY = 25 hours;

    ICashDesk private immutable DESK;
    ILoans private immutable LOANS;
    ITitleEscrow private immutable ESCROW;
    IPledgeViews private immutable PLEDGES;
    IValuations private immutable VALUATIONS;
    IRegisters private immutable REGISTERS;

    mapping(uint40 loan => Security) private security;
    mapping(bytes32 parties => bytes32[]) private holders;

    constructor(address acts, IMembers members, Links memory links) ActTarget(acts, members) {
        DESK = links.desk;
        LOANS = links.loans;
        ESCROW = links.escrow;
        PLEDGES = links.pledges;
        VALUATIONS = links.valuations;
        REGISTERS = links.registers;
    }

    /// @inheritdoc ILoanAgreements
    function openLoan(OpenLoan calldata body) external {
        bytes32 digest = _requireParties(body.lender, body.borrower);
        require(body.lender != body.borrower, PartiesSame(body.lender));
        _checkTerms(body.terms);
        uint40 loan = LOANS.open(body.lender, body.borrower, body.terms, _words(body.terms, body.rows));
        emit LoanOpened(loan, body.lender, body.borrower, body, digest);
        _secure(loan, body.lender, body.pledges);
        _setSecurity(loan, body.terms);
        if (body.ranges.length != 0) ESCROW.take(loan, body.borrower, body.terms.cash, body.ranges);
        _requireValue(loan, body.terms);
    }

    /// @inheritdoc ILoanAgreements
    function renewLoan(RenewLoan calldata body) external {
        (, address lender, address borrower,,) = LOANS.partiesOf(body.loan);
        bytes32 digest = _requireParties(lender, borrower);
        _checkTerms(body.terms);
        LOANS.renew(body.loan, body.terms, _words(body.terms, body.rows));
        _setSecurity(body.loan, body.terms);
        emit LoanRenewed(body.loan, body, digest);
    }

    /// @dev Returns the digest that both signed.
    function _requireParties(address lender, address borrower) private view returns (bytes32) {
        ActContext memory context = _context();
        require(_hasSigned(context, lender, Roles.BANK), PartyMissing(lender, Roles.BANK));
        require(_hasSigned(context, borrower, Roles.HOLDERS), PartyMissing(borrower, Roles.HOLDERS));
        return context.digest;
    }

    // --- Terms ---

    function _checkTerms(LoanTerms calldata terms) private view {
        require(terms.principal != 0 && terms.principal <= uint64(type(int64).max), TermInvalid(2));
        (uint40 earliest, uint40 latest) = (uint40(block.timestamp), uint40(block.timestamp) + LONGEST_DAY);
        require(terms.start >= earliest && terms.start <= latest, StartOutside(terms.start, earliest, latest));
        require(terms.rate <= MOST_RATE, TermInvalid(4));
        require(terms.overdueRate >= terms.rate && terms.overdueRate <= MOST_RATE, TermInvalid(5));
        require(terms.dayCount >= DayCounts.ACT_360 && terms.dayCount <= DayCounts.ACT_ACT, TermInvalid(6));
        require(terms.flags & ~LoanFlags.AGREED == 0, TermInvalid(7));
        require(terms.prepayment >= Prepayments.CONSENT && terms.prepayment <= Prepayments.LAST, TermInvalid(8));
        require(terms.defaultAfter > terms.grace, TermInvalid(10));
        require((terms.mostLoanToValue == 0) == (terms.appraiser == address(0)), TermInvalid(13));
    }

    /// @dev Days ascend within 100 years, each period has a numerator that its days can have, a row without interest due has no principal, the grace of one instalment
    /// ends before the next falls due, and principal adds up.
    function _words(LoanTerms calldata terms, ScheduleRow[] calldata schedule)
        private
        pure
        returns (uint256[] memory words)
    {
        require(schedule.length != 0 && schedule.length <= MOST_ROWS, RowsOutside(schedule.length));
        words = new uint256[](schedule.length);
        (uint256 day, uint256 sum, uint256 free) = (0, 0, terms.start);
        for (uint256 i = 0; i < schedule.length; ++i) {
            ScheduleRow calldata row = schedule[i];
            uint256 ends = row.due > terms.start ? (uint256(row.due) - terms.start + DAY / 2) / DAY : 0;
            require(ends > day && ends <= MOST_DAYS, RowInvalid(i));
            require(DayCounts.admits(terms.dayCount, row.numerator, ends - day), RowInvalid(i));
            require(row.interestDue ? row.due > free : row.principal == 0, RowInvalid(i));
            if (row.interestDue) free = uint256(row.due) + terms.grace;
            (day, sum) = (ends, sum + row.principal);
            words[i] = LoanRow.unwrap(LoanRows.make(row.due, uint64(sum), row.numerator, row.interestDue));
        }
        require(sum == terms.principal, PrincipalDiffers(terms.principal, sum));
        require(schedule[schedule.length - 1].interestDue, RowInvalid(schedule.length - 1));
    }

    // --- Security ---

    function _head(uint40 pledge) private view returns (uint256 head) {
        (head,,,,) = PLEDGES.pledge(pledge);
    }

    /// @inheritdoc ILoanAgreements
    function showHolders(bytes32 pledgorsRoot, Party[] calldata shown) external {
        bytes32 parties = PartyRoots.ofBoth(pledgorsRoot, PartyRoots.ofSide(shown));
        bytes32[] storage list = holders[parties];
        if (list.length != 0 || shown.length == 0) return;
        for (uint256 i = 0; i < shown.length; ++i) {
            list.push(shown[i].id);
        }
        emit HoldersShown(parties, list);
    }

    /// @inheritdoc ILoanAgreements
    function holdersBehind(bytes32 parties) external view returns (bytes32[] memory) {
        return holders[parties];
    }

    /// @dev Who signs for a holder before the register's office now is the lender.
    function _requireHolder(uint40 pledge, uint16 register, address lender) private view {
        (,, bytes32 parties,,) = PLEDGES.pledge(pledge);
        bytes32[] storage list = holders[parties];
        require(list.length != 0, HoldersUnknown(pledge));
        (, address office,) = REGISTERS.current(register);
        for (uint256 i = 0; i < list.length; ++i) {
            if (PLEDGES.signerOf(office, list[i]) == lender) return;
        }
        revert LenderNotHolder(pledge, lender);
    }

    /// @dev Live pledges of the lender on which no hold runs, in ascending order.
    function _secure(uint40 loan, address lender, uint40[] calldata numbers) private {
        require(numbers.length <= MOST_PLEDGES, PledgesOutside(numbers.length));
        uint40 last;
        for (uint256 i = 0; i < numbers.length; ++i) {
            require(numbers[i] > last, PledgesOutside(i));
            last = numbers[i];
            uint256 head = _head(last);
            require(head.isLive(), PledgeNotLive(last, head.state()));
            _requireHolder(last, head.register(), lender);
            if (head.hasFlag(PledgeFlags.LOOK_FOR_HOLDS)) _requireFree(last);
        }
        security[loan].pledges = numbers;
    }

    function _requireFree(uint40 pledge) private view {
        (uint256[] memory words,) = PLEDGES.holds(HoldTargets.PLEDGE, bytes32(uint256(pledge)), address(0));
        for (uint256 i = 0; i < words.length; ++i) {
            uint40 until = uint40(words[i] >> 16);
            require(until != 0 && until < block.timestamp, PledgeHeld(pledge, words[i]));
        }
    }

    function _setSecurity(uint40 loan, LoanTerms calldata terms) private {
        Security storage found = security[loan];
        (found.appraiser, found.currency) = (terms.appraiser, ISettlementCash(DESK.cashAt(terms.cash)).currency());
    }

    function _requireValue(uint40 loan, LoanTerms calldata terms) private view {
        if (terms.mostLoanToValue == 0) return;
        uint256 value = valueOf(loan);
        require(terms.principal * WHOLE <= value * terms.mostLoanToValue, ValueShort(value, terms.principal));
    }

    /// @inheritdoc ILoanAgreements
    function valueOf(uint40 loan) public view returns (uint256 value) {
        Security memory found = security[loan];
        for (uint256 i = 0; i < found.pledges.length; ++i) {
            (uint128 amount, uint16 currency,) = VALUATIONS.valuation(found.pledges[i], found.appraiser);
            if (currency == found.currency && _head(found.pledges[i]).isLive()) value += amount;
        }
        value += ESCROW.valueOf(loan);
    }

    /// @inheritdoc ILoanAgreements
    function pledgesOf(uint40 loan) external view returns (uint40[] memory) {
        return security[loan].pledges;
    }

    /// @inheritdoc ILoanAgreements
    function requireLapsed(uint40 loan, uint40 pledge) external view {
        bool named = false;
        uint40[] memory numbers = security[loan].pledges;
        for (uint256 i = 0; i < numbers.length; ++i) {
            if (numbers[i] == pledge) named = true;
        }
        require(named, PledgeUnknown(loan, pledge));
        require(!_head(pledge).isLive(), PledgeLives(pledge));
    }

    // --- EIP-712 bodies ---

    /// @inheritdoc ILoanAgreements
    function hashOpenLoan(OpenLoan calldata body) external pure returns (bytes32) {
        return body.hash();
    }

    /// @inheritdoc ILoanAgreements
    function hashRenewLoan(RenewLoan calldata body) external pure returns (bytes32) {
        return body.hash();
    }
}
