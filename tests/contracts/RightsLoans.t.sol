// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ICustody} from "../../contracts/interfaces/ICustody.sol";
import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {ISettlementCash} from "../../contracts/interfaces/ISettlementCash.sol";
import {ITitleEscrow} from "../../contracts/interfaces/ITitleEscrow.sol";
import {ITriggers} from "../../contracts/interfaces/ITriggers.sol";
import {IValuations} from "../../contracts/interfaces/IValuations.sol";
import {Grounds, LoanTerms, PledgedRange, ScheduleRow} from "../../contracts/types/LoanTerms.sol";
import {Party} from "../../contracts/types/PledgeBodies.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {RightsDeals} from "./RightsDeals.t.sol";

/// @notice What the house lent and borrowed, and the rows of loans, their security and triggers.
abstract contract RightsLoans is RightsDeals {
    bytes4 private constant MISSING = ILoanAgreements.PartyMissing.selector;
    bytes4 private constant SIGNER = ITitleEscrow.SignerMissing.selector;
    bytes4 private constant CASH_HELD = ISettlementCash.SenderHeld.selector;
    bytes4 private constant HELD = ILoans.LoanAccountHeld.selector;

    /// Loans to the house and by it, in default when the table is tried; forgiven to the house; by the house against too little; and tokens in
    /// custody for them, the last of which a court has cut.
    uint40 private borrowed;
    uint40 private lent;
    uint40 private forgiven;
    uint40 private margin;
    uint192 private own_;
    uint192 private theirs;
    uint192 private back;
    uint192 private freeRange;

    function _finance() internal virtual override {
        super._finance();
        _fund(lender.account, 100_000);
        _fund(borrower.account, 100_000);
        _loansToTheHouse();
        _loansOfTheHouse();
        freeRange = _owned(DUE);
    }

    function _loansToTheHouse() private {
        (own_, back) = (_owned(DUE), _owned(DUE));
        borrowed = _between(lender.account, house, 0, own_);
        forgiven = _between(lender.account, house, 0, back);
        bytes memory call = abi.encodeCall(loans.dischargeLoan, (ILoans.DischargeLoan(forgiven, "forgiven")));
        _asMember(lender.account, Roles.BANK, address(loans), call, 1);
        members.suspend(house, "for a while");
        vm.prank(address(escrow));
        loans.takeFromSecurity(forgiven, borrower.account, 5, false, "late");
        members.reinstate(house, "over");
    }

    function _loansOfTheHouse() private {
        theirs = _ownedByBorrower();
        lent = _between(house, borrower.account, 0, theirs);
        _pay(theirs, 100);
        vm.prank(address(holds));
        token.carry(IReceivableToken.Move(_id(theirs, 0), 400, 1000, address(escrow), ""), 0);
        uint192 valued = _ownedByBorrower();
        margin = _between(house, borrower.account, 10_000, valued);
        _pay(valued, 100);
    }

    function _ownedByBorrower() private returns (uint192 id) {
        id = _receivable(1000);
        _move(supplier, _id(id, 0), 0, 1000, borrower.account);
    }

    /// @dev 1,000, half of it due after a day, against the whole of a receivable.
    function _between(address by, address to, uint16 mostLoanToValue, uint192 secures) private returns (uint40) {
        ILoanAgreements.OpenLoan memory body = _loanBody(by, to, START + 1 hours);
        if (mostLoanToValue != 0) {
            (body.terms.mostLoanToValue, body.terms.appraiser) = (mostLoanToValue, house);
        }
        body.ranges = new PledgedRange[](1);
        body.ranges[0] = PledgedRange(_id(secures, 0), 0, 1000, 0, 1000);
        bytes memory signers = abi.encodePacked(
            _signerWord(by, by, Roles.BANK, Modes.SIGNED), _signerWord(to, to, Roles.SUPPLIER, Modes.SIGNED)
        );
        (bool done, bytes memory reason) =
            _actWith(address(agreements), abi.encodeCall(agreements.openLoan, (body)), signers, by, 1);
        assertTrue(done, string.concat("fixture: ", vm.toString(reason)));
        return loans.loanCount();
    }

    function _loanBody(address by, address to, uint40 start)
        private
        view
        returns (ILoanAgreements.OpenLoan memory body)
    {
        (body.lender, body.borrower, body.terms) = (by, to, _smallTerms(start));
        body.rows = new ScheduleRow[](2);
        body.rows[0] = ScheduleRow(start + 1 days, 500, 1, true);
        body.rows[1] = ScheduleRow(start + 60 days, 500, 59, true);
    }

    function _smallTerms(uint40 start) private view returns (LoanTerms memory terms) {
        terms = _usualTerms();
        (terms.principal, terms.start, terms.defaultAfter) = (1000, start, 1 days);
    }

    // --- Rows ---

    function _rowsOfLoans() internal {
        _rowsOfAgreements();
        _rowsOfBorrowers();
        _rowsOfLenders();
        _rowsOfLoanCallers();
        _rowsOfEscrowParties();
        _rowsOfEscrowForOthers();
        _rowsOfTriggers();
    }

    function _rowsOfAgreements() private {
        _of(address(agreements));
        ILoanAgreements.OpenLoan memory body = _loanBody(lender.account, house, DUE + 1 hours);
        bytes memory data = abi.encodeCall(agreements.openLoan, (body));
        _party("LoanAgreements.openLoan", data, Roles.HOLDERS, MISSING, 0);
        _withSigner(lender.account, Roles.BANK, MISSING, MISSING);
        data = abi.encodeCall(agreements.renewLoan, (ILoanAgreements.RenewLoan(borrowed, body.terms, body.rows)));
        _party("LoanAgreements.renewLoan", data, Roles.HOLDERS, MISSING, CASH_HELD);
        _withSigner(lender.account, Roles.BANK, MISSING, MISSING);
        data = abi.encodeCall(agreements.showHolders, ("pledgors", new Party[](1)));
        _anyone("LoanAgreements.showHolders", data);
        _of(address(valuations));
        data = abi.encodeCall(
            valuations.recordValuation, (IValuations.RecordValuation(7, 5, CNY, START, "method", "report"))
        );
        _party("Valuations.recordValuation", data, Roles.APPRAISER, 0, 0);
    }

    function _rowsOfBorrowers() private {
        _of(address(loans));
        bytes4 rivalError = ILoans.NotBorrower.selector;
        bytes memory data = abi.encodeCall(loans.payLoan, (ILoans.PayLoan(borrowed, 5, "pay")));
        _party("Loans.payLoan", data, Roles.HOLDERS, rivalError, CASH_HELD);
        data = abi.encodeCall(loans.prepayLoan, (ILoans.PrepayLoan(borrowed, 5, "prepay")));
        _party("Loans.prepayLoan", data, Roles.HOLDERS, rivalError, CASH_HELD);
        data = abi.encodeCall(loans.withdrawLoanCredit, (ILoans.WithdrawLoanCredit(CASH)));
        rivalError = ILoans.NothingCreditedTo.selector;
        _partyBoth("Loans.withdrawLoanCredit", data, ANY_KEY, rivalError, HELD);
    }

    function _rowsOfLenders() private {
        bytes4 rivalError = ILoans.NotLender.selector;
        bytes memory data =
            abi.encodeCall(loans.acknowledgePayment, (ILoans.AcknowledgePayment(lent, 5, "paid outside")));
        _party("Loans.acknowledgePayment", data, Roles.BANK, rivalError, HELD);
        data = abi.encodeCall(loans.chargeCosts, (ILoans.ChargeCosts(lent, 5, "evidence")));
        _party("Loans.chargeCosts", data, Roles.BANK, rivalError, 0);
        _withSigner(borrower.account, Roles.SUPPLIER, MISSING, 0);
        data = abi.encodeCall(loans.accelerateLoan, (ILoans.AccelerateLoan(lent, Grounds.DEFAULT, 0, "why")));
        _party("Loans.accelerateLoan", data, Roles.BANK, rivalError, 0);
        data = abi.encodeCall(loans.dischargeLoan, (ILoans.DischargeLoan(lent, "why")));
        _party("Loans.dischargeLoan", data, Roles.BANK, rivalError, HELD);
    }

    function _rowsOfLoanCallers() private {
        LoanTerms memory terms = _smallTerms(DUE + 1 hours);
        uint256[] memory words = new uint256[](1);
        words[0] = DUE + 9 days;
        bytes4 refusal = ILoans.NotAgreements.selector;
        bytes memory data = abi.encodeCall(loans.open, (lender.account, house, terms, words));
        _named("Loans.open", data, _one(address(agreements)), refusal);
        data = abi.encodeCall(loans.renew, (borrowed, terms, words));
        _named("Loans.renew", data, _one(address(agreements)), refusal);
        data = abi.encodeCall(loans.takeFromSecurity, (borrowed, house, 5, false, "ref"));
        _named("Loans.takeFromSecurity", data, _one(address(escrow)), ILoans.NotEscrow.selector);
        _anyone("Loans.fireInstalment", abi.encodeCall(loans.fireInstalment, (borrowed)));
        _anyone("Loans.fireMargin", abi.encodeCall(loans.fireMargin, (margin)));
    }

    function _rangesOf(uint192 id) private pure returns (PledgedRange[] memory ranges) {
        ranges = new PledgedRange[](1);
        ranges[0] = PledgedRange(_id(id, 0), 0, 1000, 0, 0);
    }

    function _rowsOfEscrowParties() private {
        _of(address(escrow));
        ITitleEscrow.PledgeRanges memory more = ITitleEscrow.PledgeRanges(borrowed, _rangesOf(freeRange));
        bytes memory data = abi.encodeCall(escrow.pledgeRanges, (more));
        _party("TitleEscrow.pledgeRanges", data, Roles.HOLDERS, ITitleEscrow.NotBorrowerOf.selector, TOKENS_HELD);
        data = abi.encodeCall(escrow.releaseRange, (ITitleEscrow.ReleaseRange(_id(theirs, 0))));
        _party("TitleEscrow.releaseRange", data, Roles.BANK, ITitleEscrow.NotHolder.selector, TOKENS_HELD);
        ITitleEscrow.SellRange memory sale =
            ITitleEscrow.SellRange(_id(theirs, 0), borrower.account, 5, token.wordOf(theirs).payments(), 0, "basis");
        _party("TitleEscrow.sellRange", abi.encodeCall(escrow.sellRange, (sale)), Roles.BANK, SIGNER, TOKENS_HELD);
        _withSigner(borrower.account, Roles.SUPPLIER, SIGNER, SIGNER);
    }

    function _rowsOfEscrowForOthers() private {
        bytes memory data = abi.encodeCall(escrow.take, (borrowed, house, CASH, _rangesOf(freeRange)));
        _named("TitleEscrow.take", data, _one(address(agreements)), ITitleEscrow.NotAgreements.selector);
        data = abi.encodeCall(escrow.lose, (_id(own_, 0), other.account, own_, 0, 10));
        _named("TitleEscrow.lose", data, _one(address(holds)), ICustody.NotHolds.selector);
        _anyone("TitleEscrow.enterPiece", abi.encodeCall(escrow.enterPiece, (_id(theirs, 400), _id(theirs, 0))));
        _anyone("TitleEscrow.collectRange", abi.encodeCall(escrow.collectRange, (_id(theirs, 0))));
        _anyone("TitleEscrow.returnRange", abi.encodeCall(escrow.returnRange, (_id(back, 0))));
    }

    function _rowsOfTriggers() private {
        _of(address(triggers));
        ITriggers.TriggerKind memory kind = ITriggers.TriggerKind(address(loans), 0, loans.fireMargin.selector, 5);
        _council("Triggers.addTriggerKind", abi.encodeCall(triggers.addTriggerKind, (kind, "kind")));
        _anyone("Triggers.fire", abi.encodeCall(triggers.fire, (new ITriggers.Firing[](1))));
        _of(address(distributions));
        _anyone("Distributions.distribute", abi.encodeCall(distributions.distribute, (waits)));
    }
}
