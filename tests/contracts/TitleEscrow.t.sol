// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {ICustody} from "../../contracts/interfaces/ICustody.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {ITitleEscrow} from "../../contracts/interfaces/ITitleEscrow.sol";
import {Grounds, LoanFlags, LoanTerms, PledgedRange} from "../../contracts/types/LoanTerms.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWord, TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {LoanBase} from "./LoanBase.t.sol";

/// @notice Pledged receivables in custody: the lender holds, the borrower stays the beneficiary, nobody becomes owner by default.
contract TitleEscrowTest is LoanBase {
    uint64 private constant FACE = 1_000_000;

    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(FACE);
        _move(supplier, _id(id, 0), 0, FACE, borrower.account);
    }

    function _range(uint64 start, uint64 end) private view returns (PledgedRange memory) {
        return PledgedRange(_id(id, 0), start, end, 0, end - start);
    }

    function _secured(LoanTerms memory terms, PledgedRange memory range) private returns (uint40) {
        ILoanAgreements.OpenLoan memory body = _body(terms, _schedule(PRINCIPAL, FROM, 12));
        body.ranges = new PledgedRange[](1);
        body.ranges[0] = range;
        return _opened(body);
    }

    /// @dev A loan secured by [200,000, 800,000) of the borrower's receivable.
    function _secured() private returns (uint40) {
        return _secured(_usualTerms(), _range(200_000, 800_000));
    }

    function _piece() private view returns (uint256) {
        return _id(id, 200_000);
    }

    function _owner(uint256 range) private view returns (address) {
        return token.tokenWord(range).owner();
    }

    /// @dev Pays the whole loan from fresh money of the borrower.
    function _repay(uint40 loan) private {
        _fund(borrower.account, 1_000_000);
        _done(_prepayAct(loan, type(uint64).max));
    }

    // --- Into custody ---

    function test_opening_takes_the_range_into_custody() public {
        uint40 loan = _secured();
        assertEq(_owner(_piece()), address(escrow));
        assertTrue(token.tokenWord(_piece()).has(TokenWords.CUSTODY));
        (uint40 secures, address beneficiary, uint64 end) = escrow.pledgeOf(_piece());
        assertEq(secures, loan);
        assertEq(beneficiary, borrower.account);
        assertEq(end, 800_000);
        assertEq(escrow.holderOf(_piece()), lender.account);
        assertEq(escrow.valueOf(loan), 600_000);
        assertEq(escrow.rangesOf(loan)[0], _piece());
        assertEq(_owner(_id(id, 0)), borrower.account, "the rest stays");
        assertEq(_owner(_id(id, 800_000)), borrower.account);
    }

    function test_a_range_on_which_was_paid_meanwhile_is_not_the_one_that_was_seen() public {
        _pay(id, 100_000);
        bytes memory reason = abi.encodeWithSelector(ITitleEscrow.RangeDiffers.selector, _id(id, 0), 1, 540_000);
        _refused(_openAct(_with(_range(200_000, 800_000))), reason);
    }

    function _with(PledgedRange memory range) private returns (ILoanAgreements.OpenLoan memory body) {
        _fund(lender.account, PRINCIPAL);
        body = _usualBody();
        body.ranges = new PledgedRange[](1);
        body.ranges[0] = range;
    }

    function test_only_the_borrowers_own_ranges_are_taken() public {
        _move(borrower, _id(id, 0), 0, FACE, other.account);
        bytes memory reason = abi.encodeWithSelector(ITitleEscrow.NotPledgor.selector, _id(id, 0), other.account);
        _refused(_openAct(_with(_range(0, FACE))), reason);
    }

    function test_a_range_that_is_paid_in_other_cash_is_not_taken() public {
        desk.list(address(new SettlementCash(members, desk, bank.account, CNY, "Other cash of bank", "CNYo")));
        Issue memory terms = _terms(FACE, START + 30 days);
        terms.cash = 2;
        id = _receivable(terms);
        _move(supplier, _id(id, 0), 0, FACE, borrower.account);
        bytes memory reason = abi.encodeWithSelector(ITitleEscrow.CashOther.selector, _id(id, 0), 2);
        _refused(_openAct(_with(_range(0, FACE))), reason);
    }

    function test_a_loan_has_at_most_32_ranges() public {
        ILoanAgreements.OpenLoan memory body = _with(_range(0, FACE));
        body.ranges = new PledgedRange[](33);
        _refused(_openAct(body), abi.encodeWithSelector(ITitleEscrow.RangesOutside.selector, 33));
    }

    function test_nobody_but_the_agreements_makes_it_take() public {
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.NotAgreements.selector, address(this)));
        escrow.take(1, borrower.account, CASH, new PledgedRange[](1));
    }

    function _pledgeMore(Actor memory who, uint40 loan, uint64 start, uint64 end) private returns (bytes memory) {
        ITitleEscrow.PledgeRanges memory body = ITitleEscrow.PledgeRanges(loan, new PledgedRange[](1));
        body.ranges[0] = PledgedRange(_id(id, start), start, end, 0, 0);
        return _outcome(_act(who, abi.encodePacked(PLEDGE_RANGES_TEXT, RANGE_TEXT), abi.encode(body)));
    }

    function test_the_borrower_may_pledge_more() public {
        uint40 loan = _secured();
        assertEq(_pledgeMore(borrower, loan, 0, 200_000), "");
        assertEq(escrow.valueOf(loan), 800_000);
        assertEq(
            _pledgeMore(other, loan, 800_000, FACE),
            abi.encodeWithSelector(ITitleEscrow.NotBorrowerOf.selector, loan, other.account)
        );
        _repay(loan);
        assertEq(
            _pledgeMore(borrower, loan, 800_000, FACE),
            abi.encodeWithSelector(ILoans.LoanNotLive.selector, loan, ILoans.Status.Repaid)
        );
    }

    // --- Collections ---

    function test_what_the_obligor_pays_prepays_the_loan() public {
        uint40 loan = _secured();
        _pay(id, 500_000);
        vm.prank(stranger);
        escrow.collectRange(_piece());
        assertEq(cash.balanceOf(lender.account), 300_000, "60 % of the payment");
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL - 300_000);
        assertEq(escrow.valueOf(loan), 300_000);
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.NothingCollected.selector, _piece()));
        escrow.collectRange(_piece());
    }

    function test_a_dry_run_says_what_would_be_collected() public {
        _secured();
        (uint64 amount, bytes memory why) = escrow.checkCollect(_piece());
        assertEq(amount, 0);
        assertEq(why, abi.encodeWithSelector(ITitleEscrow.NothingCollected.selector, _piece()));
        _pay(id, 500_000);
        (amount, why) = escrow.checkCollect(_piece());
        assertEq(amount, 300_000);
        assertEq(why, "");
        (, why) = escrow.checkCollect(_id(id, 0));
        assertEq(why, abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, _id(id, 0)));
    }

    function test_where_agreed_collections_are_kept_until_something_is_due() public {
        LoanTerms memory terms = _usualTerms();
        terms.flags = LoanFlags.KEEP_COLLECTIONS;
        uint40 loan = _secured(terms, _range(200_000, 800_000));
        _pay(id, 500_000);
        escrow.collectRange(_piece());
        assertEq(loans.keptOf(loan), 300_000);
        assertEq(cash.balanceOf(address(loans)), 300_000);
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL);
        vm.warp(FROM + 30 days);
        loans.fireInstalment(loan);
        assertEq(loans.keptOf(loan), 194_000, "kept money pays first");
        assertEq(cash.balanceOf(borrower.account), PRINCIPAL);
        _repay(loan);
        assertEq(loans.keptOf(loan), 0);
        assertEq(cash.balanceOf(address(loans)), 0, "what is left goes back");
    }

    function test_nothing_is_kept_for_a_loan_that_it_repays() public {
        ILoanAgreements.OpenLoan memory body = _with(_range(200_000, 800_000));
        (body.terms.principal, body.terms.flags) = (100_000, LoanFlags.KEEP_COLLECTIONS);
        body.rows = _schedule(100_000, FROM, 1);
        _done(_openAct(body));
        uint40 loan = loans.loanCount();
        vm.warp(FROM + 30 days);
        _pay(id, 500_000);
        uint256 before = cash.balanceOf(borrower.account);
        escrow.collectRange(_piece());
        assertEq(_condition(loan), uint8(ILoans.Condition.Repaid));
        assertEq(loans.keptOf(loan), 0);
        assertEq(cash.balanceOf(borrower.account) - before, 300_000 - 100_500, "the rest is the borrower's");
    }

    function test_what_is_kept_pays_though_a_court_holds_the_borrower() public {
        LoanTerms memory terms = _usualTerms();
        terms.flags = LoanFlags.KEEP_COLLECTIONS;
        uint40 loan = _secured(terms, _range(200_000, 800_000));
        _pay(id, 100_000);
        escrow.collectRange(_piece());
        vm.prank(address(holds));
        members.setHeld(borrower.account, true);
        vm.warp(FROM + 30 days);
        loans.fireInstalment(loan);
        assertEq(cash.balanceOf(lender.account), 60_000, "what was kept");
        assertEq(cash.balanceOf(borrower.account), PRINCIPAL, "what it has is not touched");
        vm.expectRevert(abi.encodeWithSelector(ILoans.LoanAccountHeld.selector, borrower.account));
        loans.fireInstalment(loan);
    }

    function test_what_comes_in_beyond_the_debt_is_the_borrowers() public {
        uint40 loan = _secured();
        vm.prank(borrower.account);
        cash.transfer(other.account, PRINCIPAL - 1_000_000);
        _done(_prepayAct(loan, 1_000_000));
        _pay(id, FACE);
        uint256 before = cash.balanceOf(borrower.account);
        escrow.collectRange(_piece());
        assertEq(cash.balanceOf(lender.account), PRINCIPAL, "200,000 of 600,000");
        assertEq(cash.balanceOf(borrower.account) - before, 400_000);
        assertEq(_condition(loan), uint8(ILoans.Condition.Repaid));
    }

    // --- Back ---

    function test_after_repayment_anyone_gives_the_range_back() public {
        uint40 loan = _secured();
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.LoanStillLive.selector, loan));
        escrow.returnRange(_piece());
        _repay(loan);
        vm.prank(stranger);
        escrow.returnRange(_piece());
        assertEq(_owner(_piece()), borrower.account);
        assertFalse(token.tokenWord(_piece()).has(TokenWords.CUSTODY));
        (uint40 secures,,) = escrow.pledgeOf(_piece());
        assertEq(secures, 0);
        assertEq(escrow.rangesOf(loan).length, 0);
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, _piece()));
        escrow.returnRange(_piece());
    }

    function test_what_came_in_before_a_return_is_the_borrowers() public {
        uint40 loan = _secured();
        _repay(loan);
        _pay(id, 500_000);
        uint256 before = cash.balanceOf(borrower.account);
        escrow.returnRange(_piece());
        assertEq(cash.balanceOf(borrower.account) - before, 300_000);
    }

    function test_a_range_of_a_paid_receivable_leaves_nothing_to_move() public {
        uint40 loan = _secured();
        _pay(id, FACE);
        escrow.collectRange(_piece());
        _repay(loan);
        escrow.returnRange(_piece());
        (uint40 secures,,) = escrow.pledgeOf(_piece());
        assertEq(secures, 0);
        assertEq(_owner(_piece()), address(escrow), "an empty token of a closed receivable");
    }

    function test_after_a_discharge_the_range_goes_back_too() public {
        uint40 loan = _secured();
        _done(_act(lender, DISCHARGE_TEXT, abi.encode(ILoans.DischargeLoan(loan, "waived"))));
        escrow.returnRange(_piece());
        assertEq(_owner(_piece()), borrower.account);
    }

    function test_the_lender_may_let_a_range_go_before() public {
        _secured();
        _refused(
            _act(financier, RELEASE_RANGE_TEXT, abi.encode(_piece())),
            abi.encodeWithSelector(ITitleEscrow.NotHolder.selector, _piece(), financier.account)
        );
        _done(_act(lender, RELEASE_RANGE_TEXT, abi.encode(_piece())));
        assertEq(_owner(_piece()), borrower.account);
    }

    function test_ranges_go_back_in_any_order() public {
        uint40 loan = _secured();
        assertEq(_pledgeMore(borrower, loan, 0, 200_000), "");
        assertEq(_pledgeMore(borrower, loan, 800_000, FACE), "");
        uint256[3] memory order = [_piece(), _id(id, 800_000), _id(id, 0)];
        for (uint256 i = 0; i < 3; ++i) {
            _done(_act(lender, RELEASE_RANGE_TEXT, abi.encode(order[i])));
            assertEq(_owner(order[i]), borrower.account);
            assertEq(escrow.rangesOf(loan).length, 2 - i);
        }
    }

    // --- Sale ---

    function _sale(uint64 price, uint64 leastOwed) private view returns (bytes memory) {
        return abi.encode(ITitleEscrow.SellRange(_piece(), financier.account, price, 0, leastOwed, "basis"));
    }

    function test_sold_by_agreement_the_price_pays_the_debt() public {
        uint40 loan = _secured();
        _fund(financier.account, 590_000);
        _done(_all([lender, borrower, financier], SELL_RANGE_TEXT, _sale(590_000, 600_000)));
        assertEq(_owner(_piece()), financier.account);
        assertFalse(token.tokenWord(_piece()).has(TokenWords.CUSTODY));
        assertEq(cash.balanceOf(lender.account), 590_000);
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL - 590_000);
    }

    function test_without_the_borrower_a_range_is_sold_in_default_only_and_by_order() public {
        uint40 loan = _secured();
        _fund(financier.account, 590_000);
        bytes memory sale = _sale(590_000, 600_000);
        _refused(
            _both(lender, financier, SELL_RANGE_TEXT, sale),
            abi.encodeWithSelector(ITitleEscrow.SignerMissing.selector, borrower.account)
        );
        _refused(
            _all([lender, financier, officer], SELL_RANGE_TEXT, sale),
            abi.encodeWithSelector(ITitleEscrow.NotDefaulted.selector, loan)
        );
        vm.warp(FROM + 120 days + 1);
        _done(_all([lender, financier, officer], SELL_RANGE_TEXT, sale));
        assertEq(_owner(_piece()), financier.account);
        assertEq(cash.balanceOf(lender.account), 590_000);
    }

    function test_a_called_loan_that_is_not_paid_lets_a_court_sell() public {
        ILoanAgreements.OpenLoan memory body = _usualBody();
        body.terms.flags = LoanFlags.CROSS_DEFAULT;
        (body.ranges, body.rows) = (new PledgedRange[](1), _schedule(PRINCIPAL, FROM + 95 days, 1));
        (body.rows[0].numerator, body.ranges[0]) = (125, _range(200_000, 800_000));
        uint40 late = _opened();
        uint40 loan = _opened(body);
        _fund(financier.account, 590_000);
        vm.warp(FROM + 120 days + 1);
        _done(_accelerateAct(loan, Grounds.CROSS_DEFAULT, late));
        Act memory sale = _all([lender, financier, officer], SELL_RANGE_TEXT, _sale(590_000, 600_000));
        _refused(sale, abi.encodeWithSelector(ITitleEscrow.NotDefaulted.selector, loan));
        vm.warp(FROM + 121 days + 1);
        _done(_all([lender, financier, officer], SELL_RANGE_TEXT, _sale(590_000, 600_000)));
        assertEq(_owner(_piece()), financier.account);
    }

    function test_default_alone_moves_nothing_to_the_lender() public {
        uint40 loan = _secured();
        vm.warp(FROM + 400 days);
        assertEq(_condition(loan), uint8(ILoans.Condition.Default));
        _refused(
            _act(lender, SELL_RANGE_TEXT, abi.encode(ITitleEscrow.SellRange(_piece(), lender.account, 1, 0, 0, ""))),
            abi.encodeWithSelector(ITitleEscrow.SignerMissing.selector, borrower.account)
        );
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.LoanStillLive.selector, loan));
        escrow.returnRange(_piece());
        assertEq(_owner(_piece()), address(escrow));
    }

    function test_a_lender_that_buys_by_agreement_sets_the_price_off() public {
        uint40 loan = _secured();
        bytes memory sale = abi.encode(ITitleEscrow.SellRange(_piece(), lender.account, 590_000, 0, 600_000, "basis"));
        _done(_both(lender, borrower, SELL_RANGE_TEXT, sale));
        assertEq(_owner(_piece()), lender.account);
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL - 590_000);
        assertEq(cash.balanceOf(lender.account), 0);
    }

    function test_a_buyer_gets_what_it_saw_or_nothing() public {
        _secured();
        _fund(financier.account, 590_000);
        _pay(id, 100_000);
        _refused(
            _all([lender, borrower, financier], SELL_RANGE_TEXT, _sale(590_000, 600_000)),
            abi.encodeWithSelector(ITitleEscrow.RangeDiffers.selector, _piece(), 1, 540_000)
        );
    }

    function test_the_surplus_of_a_sale_is_the_borrowers() public {
        uint40 loan = _secured();
        _done(_prepayAct(loan, PRINCIPAL - 100_000));
        _fund(financier.account, 590_000);
        uint256 before = cash.balanceOf(borrower.account);
        _done(_all([lender, borrower, financier], SELL_RANGE_TEXT, _sale(590_000, 600_000)));
        assertEq(cash.balanceOf(borrower.account) - before, 490_000);
        assertEq(_condition(loan), uint8(ILoans.Condition.Repaid));
    }

    // --- What a court cuts, and what its order takes ---

    /// @dev A court holds [start, end), which lies within the token of `from`.
    function _held(uint64 from, uint64 start, uint64 end) private returns (uint256 hold) {
        vm.startPrank(officer.account);
        hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(id, "order"));
        holds.narrow(IReceivableHolds.NarrowHold(hold, start, end, _one(_id(id, from)), "order"));
        vm.stopPrank();
    }

    function _lift(uint256 hold, uint256[] memory tokens) private {
        vm.prank(officer.account);
        holds.lift(IReceivableHolds.LiftCourtHold(hold, tokens, "order"));
    }

    function _judged(uint256 hold, uint64 start, uint64 end)
        private
        returns (IReceivableHolds.OrderRange memory order)
    {
        order = IReceivableHolds.OrderRange(hold, _id(id, start), start, end, other.account, "judgment");
        vm.prank(officer.account);
        holds.orderRange(order);
        vm.warp(block.timestamp + 3 days);
    }

    /// @dev [start, end) of the range in custody goes to `other` by a court's order.
    function _ordered(uint64 start, uint64 end) private {
        uint256 hold = _held(200_000, start, end);
        holds.executeRange(_judged(hold, start, end), _piece());
        _lift(hold, new uint256[](0));
    }

    function _one(uint256 range) private pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = range;
    }

    function _assertEntry(uint64 start, uint40 loan, uint64 end) private view {
        (uint40 secures,, uint64 until) = escrow.pledgeOf(_id(id, start));
        assertEq(secures, loan, "the loan that it secures");
        assertEq(until, end, "its end");
    }

    function test_a_range_that_an_order_took_has_no_entry() public {
        uint40 loan = _secured();
        _ordered(200_000, 800_000);
        _assertEntry(200_000, 0, 0);
        assertEq(escrow.rangesOf(loan).length, 0);
        assertEq(escrow.valueOf(loan), 0);
        assertEq(escrow.holderOf(_piece()), address(0));
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, _piece()));
        escrow.returnRange(_piece());
    }

    function test_what_an_order_left_has_entries_of_its_true_ranges() public {
        uint40 loan = _secured();
        uint256 hold = _held(200_000, 300_000, 400_000);
        IReceivableHolds.OrderRange memory order = _judged(hold, 300_000, 400_000);
        vm.expectEmit(address(escrow));
        emit ITitleEscrow.RangeTaken(loan, _piece(), other.account, 300_000, 400_000);
        vm.expectEmit(address(escrow));
        emit ITitleEscrow.RangePledged(loan, _id(id, 400_000), borrower.account, 800_000);
        holds.executeRange(order, _piece());
        _assertEntry(200_000, loan, 300_000);
        _assertEntry(400_000, loan, 800_000);
        assertEq(escrow.valueOf(loan), 500_000);
        assertEq(escrow.rangesOf(loan).length, 2);
        _lift(hold, new uint256[](0));
        _repay(loan);
        escrow.returnRange(_piece());
        escrow.returnRange(_id(id, 400_000));
        assertEq(_owner(_piece()), borrower.account);
        assertEq(_owner(_id(id, 400_000)), borrower.account);
        assertEq(escrow.rangesOf(loan).length, 0);
    }

    function test_the_head_that_an_order_took_leaves_the_rest() public {
        uint40 loan = _secured();
        _ordered(200_000, 300_000);
        _assertEntry(200_000, 0, 0);
        _assertEntry(300_000, loan, 800_000);
    }

    function test_whoever_executes_an_order_names_the_range_that_it_hits() public {
        uint40 loan = _secured();
        assertEq(_pledgeMore(borrower, loan, 0, 200_000), "");
        uint256 hold = _held(200_000, 300_000, 400_000);
        IReceivableHolds.OrderRange memory order = _judged(hold, 300_000, 400_000);
        uint256[3] memory wrong = [uint256(0), _id(id, 0), _piece() + (1 << 64)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICustody.NotInCustodyFor.selector, wrong[i], 300_000, 400_000));
            holds.executeRange(order, wrong[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(ICustody.NotHolds.selector, address(this)));
        escrow.lose(_piece(), other.account, id, 300_000, 400_000);
    }

    function test_a_range_whose_id_an_order_took_is_pledged_anew() public {
        _secured();
        _ordered(200_000, 300_000);
        uint40 loan = _openedNow();
        vm.prank(other.account);
        token.move(IReceivableToken.Move(_piece(), 200_000, 300_000, borrower.account, "sold back"));
        assertEq(_pledgeMore(borrower, loan, 200_000, 300_000), "");
        _assertEntry(200_000, loan, 300_000);
    }

    /// @dev Else a piece of another's pledge would go to the borrower whose range once reached so far.
    function test_an_entry_reaches_no_further_than_what_is_here() public {
        uint40 old = _secured();
        _ordered(300_000, 400_000);
        _repay(old);
        escrow.returnRange(_id(id, 400_000));
        vm.prank(borrower.account);
        token.move(IReceivableToken.Move(_id(id, 400_000), 400_000, 800_000, other.account, "sold"));
        _pledgedByOther();
        _held(400_000, 600_000, 700_000);
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, _piece()));
        escrow.enterPiece(_id(id, 600_000), _piece());
        escrow.returnRange(_piece());
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, _piece()));
        escrow.enterPiece(_id(id, 600_000), _piece());
        escrow.enterPiece(_id(id, 600_000), _id(id, 400_000));
        (, address beneficiary,) = escrow.pledgeOf(_id(id, 600_000));
        assertEq(beneficiary, other.account);
    }

    /// @dev A loan that begins in an hour, without security.
    function _openedNow() private returns (uint40) {
        LoanTerms memory terms = _usualTerms();
        terms.start = uint40(block.timestamp + 1 hours);
        return _opened(_body(terms, _schedule(PRINCIPAL, terms.start, 12)));
    }

    function _pledgedByOther() private {
        Actor memory first = borrower;
        borrower = other;
        uint40 loan = _openedNow();
        borrower = first;
        assertEq(_pledgeMore(other, loan, 400_000, 800_000), "");
    }

    function test_pieces_that_a_court_cut_stay_in_the_entry_until_they_get_their_own() public {
        uint40 loan = _secured();
        uint256 hold = _held(200_000, 300_000, 400_000);
        _assertEntry(200_000, loan, 800_000);
        assertEq(escrow.valueOf(loan), 600_000);
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, _piece()));
        escrow.enterPiece(_id(id, 800_000), _piece());
        vm.expectRevert(abi.encodeWithSelector(ITitleEscrow.RangeGone.selector, _id(id, 500_000), address(0)));
        escrow.enterPiece(_id(id, 500_000), _piece());
        vm.expectEmit(address(escrow));
        emit ITitleEscrow.RangeCut(loan, _piece(), 400_000);
        escrow.enterPiece(_id(id, 400_000), _piece());
        _assertEntry(200_000, loan, 400_000);
        _assertEntry(400_000, loan, 800_000);
        assertEq(escrow.valueOf(loan), 600_000);
        _repay(loan);
        escrow.returnRange(_piece());
        _assertEntry(300_000, loan, 400_000);
        escrow.returnRange(_id(id, 400_000));
        _lift(hold, _one(_id(id, 300_000)));
        escrow.returnRange(_id(id, 300_000));
        for (uint64 at = 200_000; at <= 400_000; at += 100_000) {
            assertEq(_owner(_id(id, at)), borrower.account);
        }
        assertEq(escrow.rangesOf(loan).length, 0);
    }

    function test_a_piece_that_no_court_holds_goes_on_collecting() public {
        uint40 loan = _secured();
        _held(200_000, 300_000, 400_000);
        _pay(id, 500_000);
        escrow.collectRange(_piece());
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL - 50_000);
        bytes memory held = abi.encodeWithSelector(
            IReceivableToken.TokenLocked.selector, _id(id, 300_000), TokenWords.HELD | TokenWords.CUSTODY
        );
        _assertCheck(300_000, 0, held);
        vm.expectRevert(held);
        escrow.collectRange(_id(id, 300_000));
        escrow.enterPiece(_id(id, 400_000), _id(id, 300_000));
        _assertCheck(400_000, 200_000, "");
        escrow.collectRange(_id(id, 400_000));
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL - 250_000);
    }

    function _assertCheck(uint64 start, uint64 amount, bytes memory reason) private view {
        (uint64 found, bytes memory why) = escrow.checkCollect(_id(id, start));
        assertEq(found, amount);
        assertEq(why, reason);
    }

    /// @dev What a hold kept of a receivable that was paid and whose entry has ended.
    function test_an_order_takes_what_a_closed_receivable_left_here() public {
        uint40 loan = _secured();
        _pay(id, FACE);
        escrow.collectRange(_piece());
        _repay(loan);
        escrow.returnRange(_piece());
        uint256 hold = _held(200_000, 300_000, 400_000);
        holds.executeRange(_judged(hold, 300_000, 400_000), 0);
        assertEq(_owner(_id(id, 300_000)), other.account);
    }

    /// @dev An entry that stands is named, also when its receivable is over; else it would stand for ever for a range that is gone.
    function test_an_order_on_a_closed_receivable_names_the_entry_that_stands() public {
        uint40 loan = _secured();
        uint256 hold = _held(200_000, 200_000, 800_000);
        _pay(id, FACE);
        IReceivableHolds.OrderRange memory order = _judged(hold, 200_000, 800_000);
        vm.expectRevert(abi.encodeWithSelector(ICustody.NotInCustodyFor.selector, 0, 200_000, 800_000));
        holds.executeRange(order, 0);
        holds.executeRange(order, _piece());
        _assertEntry(200_000, 0, 0);
        assertEq(escrow.rangesOf(loan).length, 0);
    }

    // --- The dry run of a return ---

    function _assertReturn(uint64 length, bytes memory reason) private {
        (uint64 found, bytes memory why) = escrow.checkReturn(_piece());
        assertEq(found, length);
        assertEq(why, reason);
        if (reason.length == 0) return;
        vm.expectRevert(reason);
        escrow.returnRange(_piece());
    }

    function test_a_dry_run_says_what_stops_a_return() public {
        _assertReturn(0, abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, _piece()));
        uint40 loan = _secured();
        _assertReturn(0, abi.encodeWithSelector(ITitleEscrow.LoanStillLive.selector, loan));
        _repay(loan);
        members.suspend(borrower.account, "test");
        _assertReturn(0, abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, borrower.account));
        members.reinstate(borrower.account, "test");
        token.setPaused(id, true);
        _assertReturn(0, abi.encodeWithSelector(IReceivableToken.ReceivableStopped.selector, id));
        token.setPaused(id, false);
        vm.prank(officer.account);
        uint256 hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(id, "order"));
        _assertReturn(0, abi.encodeWithSelector(IReceivableToken.ReceivableStopped.selector, id));
        _lift(hold, new uint256[](0));
        _assertReturn(600_000, "");
        escrow.returnRange(_piece());
    }

    // --- The escrow's own account ---

    function test_a_suspended_escrow_keeps_everything_until_the_council_reinstates_it() public {
        uint40 loan = _secured();
        _pay(id, 500_000);
        members.suspend(address(escrow), "test");
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, address(escrow)));
        escrow.collectRange(_piece());
        members.reinstate(address(escrow), "test");
        escrow.collectRange(_piece());
        assertEq(loans.figuresOf(loan).principal, PRINCIPAL - 300_000);
    }
}
