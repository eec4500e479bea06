// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice Court holds: laid whole in one call, cut to ranges, lifted elsewhere, or ended by an order that moves a range with its money.
contract ReceivableHoldsTest is ReceivableBase {
    bytes32 private constant ORDER = "order 1";

    uint192 private id;
    uint256 private source;
    Actor private court;
    Actor private second;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        source = _id(id, 0);
        court = _member("court", Roles.COURT_OFFICER);
        second = _member("second court", Roles.COURT_OFFICER);
    }

    function _hold(Actor memory by) private returns (uint256) {
        vm.prank(by.account);
        return holds.holdReceivable(IReceivableHolds.HoldReceivable(id, ORDER));
    }

    function _list(uint256 a, uint256 b) private pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (a, b);
    }

    function _narrow(Actor memory by, uint256 hold, uint64 start, uint64 end, uint256[] memory tokens) private {
        vm.prank(by.account);
        holds.narrow(IReceivableHolds.NarrowHold(hold, start, end, tokens, ORDER));
    }

    function _lift(Actor memory by, uint256 hold, uint256[] memory tokens) private {
        vm.prank(by.account);
        holds.lift(IReceivableHolds.LiftCourtHold(hold, tokens, "lifted"));
    }

    function _heldRange(uint64 start, uint64 end) private returns (uint256 hold) {
        hold = _hold(court);
        _narrow(court, hold, start, end, _one(source));
    }

    function _flags(uint256 token_) private view returns (uint8 flags) {
        (,,, flags) = views.range(token_);
    }

    function _stopped(uint256 token_) private {
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, token_, TokenWords.HELD);
        vm.prank(supplier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, token_);
        vm.expectRevert(reason);
        repayment.draw(_one(token_));
    }

    function test_a_whole_hold_stops_every_range_in_one_call() public {
        _move(supplier, source, 400, 600, other.account);
        uint256 hold = _hold(court);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.ReceivableStopped.selector, id);
        vm.prank(supplier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, financier.account, source);
        vm.prank(other.account);
        vm.expectRevert(reason);
        token.transferFrom(other.account, financier.account, _id(id, 400));
        _pay(id, 500);
        vm.expectRevert(reason);
        repayment.draw(_one(source));
        _lift(court, hold, new uint256[](0));
        repayment.draw(_one(source));
        assertEq(cash.balanceOf(supplier.account), 200);
    }

    /// @dev A hold on a token's id is evaded by cutting first: so the whole is held, then cut to the range.
    function test_a_hold_is_cut_to_a_range_across_tokens_and_frees_the_rest() public {
        _move(supplier, source, 500, 1000, other.account);
        uint256 hold = _hold(court);
        vm.expectEmit(address(holds));
        emit IReceivableHolds.HoldNarrowed(hold, id, 300, 700, ORDER);
        _narrow(court, hold, 300, 700, _list(source, _id(id, 500)));
        _assertToken(id, 0, 300, supplier.account);
        _assertToken(id, 300, 500, supplier.account);
        _assertToken(id, 500, 700, other.account);
        _assertToken(id, 700, 1000, other.account);
        assertEq(_flags(_id(id, 300)), TokenWords.HELD);
        assertEq(_flags(_id(id, 500)), TokenWords.HELD);
        assertEq(_flags(source), 0);
        _stopped(_id(id, 300));
        _move(supplier, source, 0, 10, financier.account);
        assertTrue(holds.isHeld(_id(id, 300)));
        assertFalse(holds.isHeld(source));
    }

    function test_the_tokens_of_a_narrowed_hold_cover_its_range_in_order() public {
        _move(supplier, source, 500, 1000, other.account);
        uint256 hold = _hold(court);
        bytes4 wrong = IReceivableHolds.TokensDiffer.selector;
        vm.startPrank(court.account);
        vm.expectRevert(abi.encodeWithSelector(wrong, 0));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 300, 700, _one(source), ORDER));
        vm.expectRevert(abi.encodeWithSelector(wrong, _id(id, 500)));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 300, 700, _list(_id(id, 500), source), ORDER));
        vm.expectRevert(abi.encodeWithSelector(wrong, _id(id, 500)));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 300, 500, _list(source, _id(id, 500)), ORDER));
        vm.expectRevert(abi.encodeWithSelector(wrong, 0));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 300, 1001, _list(source, _id(id, 500)), ORDER));
        vm.expectRevert(abi.encodeWithSelector(wrong, _id(id, 1)));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 0, 700, _one(_id(id, 1)), ORDER));
    }

    function test_a_lifted_range_moves_and_its_money_is_drawn() public {
        uint256 hold = _heldRange(400, 600);
        _pay(id, 500);
        uint256 piece = _id(id, 400);
        _stopped(piece);
        _lift(court, hold, _one(piece));
        assertEq(_flags(piece), 0);
        repayment.draw(_one(piece));
        assertEq(cash.balanceOf(supplier.account), 100);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.UnknownHold.selector, hold));
        _lift(court, hold, _one(piece));
    }

    function test_two_courts_hold_and_each_lifts_its_own() public {
        uint256 first = _heldRange(400, 600);
        uint256 other_ = _hold(second);
        _narrow(second, other_, 500, 1000, _list(_id(id, 400), _id(id, 600)));
        uint256 shared = _id(id, 500);
        assertEq(_flags(shared), TokenWords.HELD);
        vm.prank(court.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.StillHeld.selector, shared));
        holds.lift(IReceivableHolds.LiftCourtHold(first, _list(_id(id, 400), shared), "lifted"));
        _lift(court, first, _one(_id(id, 400)));
        assertEq(_flags(_id(id, 400)), 0);
        _stopped(shared);
        _lift(second, other_, _one(shared));
        assertEq(_flags(shared), 0);
        // What a lift did not name, anyone frees.
        assertEq(_flags(_id(id, 600)), TokenWords.HELD);
        holds.free(_one(_id(id, 600)));
        assertEq(_flags(_id(id, 600)), 0);
    }

    function test_a_second_whole_hold_goes_on_when_the_first_is_lifted() public {
        uint256 first = _hold(court);
        uint256 other_ = _hold(second);
        _lift(court, first, new uint256[](0));
        assertTrue(holds.isHeld(source));
        _lift(second, other_, new uint256[](0));
        _move(supplier, source, 0, 10, other.account);
    }

    function test_only_the_officer_that_laid_a_hold_changes_it() public {
        uint256 hold = _hold(court);
        vm.startPrank(second.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.NotAuthority.selector, second.account, court.account));
        holds.lift(IReceivableHolds.LiftCourtHold(hold, new uint256[](0), ORDER));
        vm.stopPrank();
        vm.prank(supplier.account);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMembers.RoleMissing.selector,
                supplier.account,
                Roles.COURT_OFFICER,
                Roles.SUPPLIER | Roles.ADMINISTRATOR
            )
        );
        holds.holdReceivable(IReceivableHolds.HoldReceivable(id, ORDER));
        vm.prank(court.account);
        vm.expectRevert(IReceivableHolds.OrderMissing.selector);
        holds.holdReceivable(IReceivableHolds.HoldReceivable(id, 0));
    }

    function test_an_account_hold_stops_moves_by_itself_its_operators_and_its_wallet() public {
        vm.prank(supplier.account);
        token.setApprovalForAll(financier.account, true);
        vm.prank(court.account);
        uint256 hold = holds.holdAccount(IReceivableHolds.HoldAccount(supplier.account, ORDER));
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.AccountHeld.selector, supplier.account);
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, source);
        vm.expectRevert(reason);
        token.transferFrom(source, other.account, 5);
        vm.expectRevert(reason);
        token.move(IReceivableToken.Move(source, 0, 10, other.account, "ref"));
        vm.expectRevert(reason);
        token.checkMove(supplier.account, IReceivableToken.Move(source, 0, 10, other.account, "ref"));
        vm.expectRevert(reason);
        token.moveBatch(_batchOfOne());
        vm.expectRevert(reason);
        token.moveMany(IReceivableToken.MoveMany(_one(source), other.account, "ref"));
        vm.expectRevert(reason);
        offers.offer(IReceivableOffers.OfferRange(source, 0, 10, other.account, "", START + 1 days));
        vm.stopPrank();
        vm.prank(financier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, source);
        assertTrue(holds.isHeld(source));
        _refused(
            _act(supplier, MOVE_TEXT, abi.encode(IReceivableToken.Move(source, 0, 10, other.account, "ref"))), reason
        );
        _lift(court, hold, new uint256[](0));
        _move(supplier, source, 0, 10, other.account);
    }

    function _batchOfOne() private view returns (IReceivableToken.MoveBatch memory body) {
        body.token = source;
        body.pieces = new IReceivableToken.Piece[](1);
        body.pieces[0] = IReceivableToken.Piece(10, other.account, "ref");
    }

    function test_an_offer_is_not_accepted_while_its_range_is_held() public {
        vm.prank(supplier.account);
        uint256 piece = offers.offer(IReceivableOffers.OfferRange(source, 400, 600, other.account, "", START + 9 days));
        uint256 hold = _hold(court);
        _narrow(court, hold, 400, 600, _one(piece));
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, piece, TokenWords.HELD));
        offers.accept(IReceivableOffers.AcceptRange(piece, 200, 0, 0, ""));
        _lift(court, hold, _one(piece));
        vm.prank(other.account);
        offers.accept(IReceivableOffers.AcceptRange(piece, 200, 0, 0, ""));
        _assertToken(id, 400, 600, other.account);
    }

    function test_what_is_held_is_neither_retired_nor_cancelled_on_its_owners_word() public {
        vm.prank(supplier.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(source, 1000, true));
        uint256 hold = _hold(court);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ReceivableStopped.selector, id));
        endings.cancel(id);
        _narrow(court, hold, 0, 1000, _one(source));
        assertEq(views.receivable(id).consented, 0);
        vm.startPrank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, source, TokenWords.HELD));
        endings.consentCancel(IReceivableEndings.ConsentCancel(source, 1000, true));
        vm.stopPrank();
        _lift(court, hold, _one(source));
        vm.prank(court.account);
        holds.holdAccount(IReceivableHolds.HoldAccount(supplier.account, ORDER));
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.AccountHeld.selector, supplier.account));
        endings.consentCancel(IReceivableEndings.ConsentCancel(source, 1000, true));
    }

    function test_a_hold_that_cuts_an_offered_piece_ends_the_offer() public {
        vm.prank(supplier.account);
        uint256 piece = offers.offer(IReceivableOffers.OfferRange(source, 400, 600, other.account, "", START + 9 days));
        uint256 hold = _hold(court);
        _narrow(court, hold, 500, 600, _one(piece));
        assertEq(_flags(piece), 0, "the rest is the sender's again");
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoOffer.selector, piece));
        offers.accept(IReceivableOffers.AcceptRange(piece, 100, 0, 0, ""));
    }

    // --- Orders ---

    function _order(uint256 hold, uint64 start, uint64 end) private view returns (IReceivableHolds.OrderRange memory) {
        return IReceivableHolds.OrderRange(hold, _id(id, 400), start, end, financier.account, "judgment 7");
    }

    function test_an_executed_order_moves_the_range_with_the_money_kept_for_it() public {
        _pay(id, 100);
        uint256 hold = _heldRange(400, 600);
        // What was paid before the hold and not drawn is kept with what is paid later.
        _pay(id, 450);
        vm.prank(court.account);
        holds.orderRange(_order(hold, 400, 500));
        vm.warp(START + 3 days);
        bytes32 content = keccak256(abi.encode(_order(hold, 400, 500)));
        vm.expectEmit(address(holds));
        emit IReceivableHolds.RangeOrdered(
            "judgment 7", hold, financier.account, supplier.account, id, 400, 500, content
        );
        holds.executeRange(_order(hold, 400, 500), 0);
        _assertToken(id, 400, 500, financier.account);
        assertEq(_flags(_id(id, 400)), 0);
        assertEq(_flags(_id(id, 500)), TokenWords.HELD);
        repayment.draw(_one(_id(id, 400)));
        assertEq(cash.balanceOf(financier.account), 55, "10 of 100 and 45 of 450");
        assertEq(cash.balanceOf(supplier.account), 0);
    }

    function test_an_order_moves_kept_money_even_when_all_is_paid() public {
        uint256 hold = _heldRange(400, 600);
        _pay(id, 1000);
        vm.prank(court.account);
        holds.orderRange(_order(hold, 400, 600));
        vm.warp(START + 3 days);
        holds.executeRange(_order(hold, 400, 600), 0);
        repayment.draw(_one(_id(id, 400)));
        assertEq(cash.balanceOf(financier.account), 200);
    }

    function test_an_order_runs_once_after_its_delay_under_its_hold() public {
        uint256 hold = _heldRange(400, 600);
        IReceivableHolds.OrderRange memory order = _order(hold, 400, 600);
        bytes32 content = keccak256(abi.encode(order));
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.OrderUnknown.selector, content));
        holds.executeRange(order, 0);
        vm.prank(court.account);
        holds.orderRange(order);
        vm.warp(START + 3 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.TooEarly.selector, START + 3 days));
        holds.executeRange(order, 0);
        vm.warp(START + 3 days);
        uint256 before = vm.snapshotState();
        holds.executeRange(order, 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.OrderUnknown.selector, content));
        holds.executeRange(order, 0);
        vm.revertToState(before);
        _lift(court, hold, _one(_id(id, 400)));
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableHolds.HoldTarget.selector, hold, IReceivableHolds.Target.None)
        );
        holds.executeRange(order, 0);
    }

    function test_only_the_council_executes_and_only_the_court_orders() public {
        uint256 hold = _heldRange(400, 600);
        vm.prank(court.account);
        holds.orderRange(_order(hold, 400, 600));
        vm.warp(START + 4 days);
        vm.prank(court.account);
        vm.expectRevert(abi.encodeWithSignature("AccessManagedUnauthorized(address)", court.account));
        holds.executeRange(_order(hold, 400, 600), 0);
        vm.prank(second.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.NotAuthority.selector, second.account, court.account));
        holds.orderRange(_order(hold, 400, 500));
    }

    function test_no_range_is_ordered_into_a_custody_contracts_account() public {
        uint256 hold = _heldRange(400, 600);
        IReceivableHolds.OrderRange memory order = _order(hold, 400, 500);
        order.to = address(financing);
        vm.prank(court.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.RecipientInCustody.selector, address(financing)));
        holds.orderRange(order);
    }

    function test_an_order_stays_within_its_hold_and_spares_what_another_court_holds() public {
        uint256 hold = _heldRange(400, 600);
        vm.prank(court.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.TokensDiffer.selector, _id(id, 400)));
        holds.orderRange(_order(hold, 400, 601));
        uint256 other_ = _hold(second);
        _narrow(second, other_, 500, 600, _one(_id(id, 400)));
        vm.prank(court.account);
        holds.orderRange(IReceivableHolds.OrderRange(hold, _id(id, 500), 500, 600, financier.account, "judgment 7"));
        vm.warp(START + 3 days);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.StillHeld.selector, _id(id, 500)));
        holds.executeRange(
            IReceivableHolds.OrderRange(hold, _id(id, 500), 500, 600, financier.account, "judgment 7"), 0
        );
    }

    function test_a_suspended_owners_range_is_held_cut_and_ordered_too() public {
        _suspend(supplier.account);
        uint256 hold = _heldRange(400, 600);
        vm.prank(court.account);
        holds.orderRange(_order(hold, 400, 600));
        vm.warp(START + 3 days);
        holds.executeRange(_order(hold, 400, 600), 0);
        _assertToken(id, 400, 600, financier.account);
    }

    function test_sixteen_holds_at_most_lie_on_ranges_of_a_receivable() public {
        for (uint256 i = 0; i < 16; ++i) {
            uint256 hold = _hold(court);
            uint64 start = uint64(i * 10);
            _narrow(court, hold, start, start + 10, _one(_id(id, start)));
        }
        uint256 last = _hold(court);
        vm.prank(court.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableHolds.TooManyHolds.selector, id));
        holds.narrow(IReceivableHolds.NarrowHold(last, 160, 170, _one(_id(id, 160)), ORDER));
        _lift(court, 3, _one(_id(id, 20)));
        _narrow(court, last, 160, 170, _one(_id(id, 160)));
    }
}
