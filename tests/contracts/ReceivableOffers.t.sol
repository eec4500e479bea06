// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice Transfers that wait for the recipient's sign-off: an offered piece stays the sender's, locked, and comes back by itself.
contract ReceivableOffersTest is ReceivableBase {
    uint192 private id;
    uint256 private source;
    uint256 private piece;
    uint40 private deadline = START + 5 days;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        (source, piece) = (_id(id, 0), _id(id, 400));
    }

    function _offer(uint64 start, uint64 end, address to, bytes32 ref) private returns (uint256) {
        vm.prank(supplier.account);
        return offers.offer(IReceivableOffers.OfferRange(source, start, end, to, ref, deadline));
    }

    function _offered() private {
        assertEq(_offer(400, 600, other.account, "trade"), piece);
    }

    function _seen() private view returns (IReceivableOffers.AcceptRange memory) {
        return IReceivableOffers.AcceptRange(piece, 200, 0, 200, "trade");
    }

    function _accept(IReceivableOffers.AcceptRange memory body) private {
        vm.prank(other.account);
        offers.accept(body);
    }

    function _flags(uint256 token_) private view returns (uint8 flags) {
        (,,, flags) = views.range(token_);
    }

    function test_an_offer_cuts_the_piece_out_and_locks_it_with_the_sender() public {
        vm.expectEmit(address(offers));
        emit IReceivableOffers.RangeOffered(id, supplier.account, other.account, 400, 600, deadline, "trade");
        _offered();
        _assertToken(id, 0, 400, supplier.account);
        _assertToken(id, 400, 600, supplier.account);
        _assertToken(id, 600, 1000, supplier.account);
        assertEq(_flags(piece), TokenWords.OFFERED);
        assertEq(offers.offerOf(piece).to, other.account);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, piece, TokenWords.OFFERED);
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.move(IReceivableToken.Move(piece, 400, 500, other.account, "trade"));
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, piece);
        vm.expectRevert(reason);
        token.transferFrom(piece, other.account, 5);
        vm.expectRevert(reason);
        token.merge(IReceivableToken.Merge(piece, _id(id, 600)));
        vm.expectRevert(reason);
        offers.offer(IReceivableOffers.OfferRange(piece, 400, 600, financier.account, "trade", deadline));
    }

    function test_acceptance_is_the_transfer() public {
        _offered();
        vm.expectEmit(address(offers));
        emit IReceivableOffers.RangeAccepted(id, supplier.account, other.account, 400, 600);
        _accept(_seen());
        _assertToken(id, 400, 600, other.account);
        assertEq(_flags(piece), 0);
        assertEq(offers.offerOf(piece).to, address(0));
        vm.prank(other.account);
        token.transferFrom(other.account, financier.account, piece);
    }

    /// @dev An offer seen before a payment must not be accepted after it: 98 for 100 would buy 50.
    function test_acceptance_fails_if_payment_came_between() public {
        _offered();
        _pay(id, 500);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.OfferDiffers.selector, piece, uint64(200), uint16(1), uint64(100))
        );
        _accept(_seen());
        IReceivableOffers.AcceptRange memory body = _seen();
        (body.payments, body.leastOwed) = (1, 101);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.OfferDiffers.selector, piece, uint64(200), uint16(1), uint64(100))
        );
        _accept(body);
        body.leastOwed = 100;
        _accept(body);
        assertEq(cash.balanceOf(supplier.account), 100, "what was paid before is the sender's");
    }

    function test_acceptance_names_length_and_background_of_what_was_offered() public {
        _offered();
        IReceivableOffers.AcceptRange memory body = _seen();
        body.length = 199;
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.OfferDiffers.selector, piece, uint64(200), uint16(0), uint64(200))
        );
        _accept(body);
        body = _seen();
        body.ref = "another trade";
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.RefDiffers.selector, bytes32("another trade"), bytes32("trade"))
        );
        _accept(body);
    }

    function test_only_the_recipient_accepts_or_declines_and_only_the_sender_recalls() public {
        _offered();
        bytes memory reason =
            abi.encodeWithSelector(IReceivableOffers.NotRecipient.selector, financier.account, other.account);
        vm.startPrank(financier.account);
        vm.expectRevert(reason);
        offers.accept(_seen());
        vm.expectRevert(reason);
        offers.decline(IReceivableOffers.DeclineRange(piece, "not mine"));
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.NotSender.selector, financier.account, supplier.account)
        );
        offers.recall(IReceivableOffers.RecallRange(piece));
    }

    function test_a_declined_piece_is_the_senders_and_free() public {
        _offered();
        vm.prank(other.account);
        offers.decline(IReceivableOffers.DeclineRange(piece, "wrong goods"));
        assertEq(_flags(piece), 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoOffer.selector, piece));
        _accept(_seen());
        vm.prank(supplier.account);
        token.merge(IReceivableToken.Merge(source, piece));
    }

    function test_a_recalled_piece_is_the_senders_and_free() public {
        _offered();
        vm.prank(supplier.account);
        offers.recall(IReceivableOffers.RecallRange(piece));
        assertEq(_flags(piece), 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoOffer.selector, piece));
        _accept(_seen());
    }

    function test_the_last_second_is_in_time_and_the_next_one_is_not() public {
        _offered();
        vm.warp(deadline);
        uint256 before = vm.snapshotState();
        _accept(_seen());
        vm.revertToState(before);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.OfferOver.selector, piece, deadline));
        _accept(_seen());
    }

    /// @dev No state depends on somebody calling in time.
    function test_a_lapsed_offer_locks_nothing_though_nobody_called() public {
        _offered();
        vm.warp(deadline + 1);
        _move(supplier, piece, 450, 500, financier.account);
        assertEq(_flags(piece), 0);
        assertEq(_flags(_id(id, 450)), 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoOffer.selector, piece));
        _accept(_seen());
    }

    function test_a_lapsed_piece_merges_and_is_offered_again() public {
        _offered();
        vm.warp(deadline + 1);
        deadline += 10 days;
        vm.startPrank(supplier.account);
        offers.offer(IReceivableOffers.OfferRange(piece, 400, 600, financier.account, "trade", deadline));
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.NotRecipient.selector, other.account, financier.account)
        );
        _accept(_seen());
        vm.warp(deadline + 1);
        vm.prank(supplier.account);
        token.merge(IReceivableToken.Merge(source, piece));
        _assertToken(id, 0, 600, supplier.account);
    }

    function test_anyone_clears_the_lock_of_a_lapsed_offer_and_nobody_that_of_an_open_one() public {
        _offered();
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.DeadlineAhead.selector, deadline));
        offers.lapse(piece);
        vm.warp(deadline + 1);
        vm.prank(stranger);
        offers.lapse(piece);
        assertEq(_flags(piece), 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoOffer.selector, piece));
        offers.lapse(piece);
    }

    /// @dev An id that is cut again must not be had on the terms of an offer of its earlier range.
    function test_an_id_cut_again_revives_no_old_offer() public {
        _offered();
        vm.warp(deadline + 1);
        vm.startPrank(supplier.account);
        token.merge(IReceivableToken.Merge(source, piece));
        token.move(IReceivableToken.Move(source, 400, 600, supplier.account, ""));
        vm.stopPrank();
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoOffer.selector, piece));
        _accept(_seen());
    }

    function test_an_offer_asks_an_owner_an_active_recipient_and_a_time_to_come() public {
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NotSender.selector, other.account, supplier.account));
        offers.offer(IReceivableOffers.OfferRange(source, 0, 10, financier.account, "", deadline));
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.OfferedToSelf.selector, supplier.account));
        _offer(0, 10, supplier.account, "");
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, stranger));
        _offer(0, 10, stranger, "");
        deadline = START - 1;
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.DeadlinePassed.selector, deadline));
        _offer(0, 10, other.account, "");
    }

    function test_an_offer_is_made_and_accepted_by_keys_that_may_dispose_only() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, stranger));
        offers.offer(IReceivableOffers.OfferRange(source, 0, 10, other.account, "", deadline));
    }

    function test_a_recipient_without_standing_acceptance_is_offered_and_may_accept() public {
        vm.prank(other.account);
        members.setAcceptance(IMembers.SetAcceptance(false));
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientDeclinesDirect.selector, other.account));
        token.transferFrom(source, other.account, 200);
        _offered();
        _accept(_seen());
        _assertToken(id, 400, 600, other.account);
    }

    function test_an_offer_of_a_receivable_that_demands_a_background_names_one() public {
        Issue memory terms = _terms(1000, DUE);
        terms.policy = STRICT_POLICY;
        id = _receivable(terms);
        source = _id(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.BackgroundMissing.selector, id));
        _offer(400, 600, other.account, "");
        piece = _offer(400, 600, other.account, "trade");
        _accept(_seen());
        _assertToken(id, 400, 600, other.account);
    }

    function test_an_offer_of_a_suspended_sender_is_not_accepted_meanwhile() public {
        _offered();
        _suspend(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.OwnerInactive.selector, supplier.account));
        _accept(_seen());
        members.reinstate(supplier.account, "over");
        _accept(_seen());
    }

    function test_an_offered_piece_is_drawn_for_its_sender() public {
        _offered();
        _pay(id, 500);
        repayment.draw(_one(piece));
        assertEq(cash.balanceOf(supplier.account), 100);
    }

    // --- Notices of assignment ---

    function _assigned() private returns (IReceivableOffers.NotifyAssignment memory) {
        _move(supplier, source, 400, 600, other.account);
        return IReceivableOffers.NotifyAssignment(
            id, 400, 600, supplier.account, other.account, keccak256("contract and evidence")
        );
    }

    function test_a_notice_is_a_timed_record_that_the_obligor_acknowledges() public {
        IReceivableOffers.NotifyAssignment memory body = _assigned();
        vm.warp(START + 100);
        vm.prank(supplier.account);
        bytes32 notice = offers.notify(body);
        vm.warp(START + 200);
        vm.expectEmit(address(offers));
        emit IReceivableOffers.NoticeAcknowledged(notice, id, obligor.account, START + 200);
        vm.prank(obligor.account);
        offers.acknowledge(IReceivableOffers.AcknowledgeNotice(notice));
        (uint40 notified, uint40 acknowledged) = offers.noticeOf(notice);
        assertEq(notified, START + 100);
        assertEq(acknowledged, START + 200);
    }

    function test_a_notice_says_who_holds_the_range_and_comes_from_a_party_once() public {
        IReceivableOffers.NotifyAssignment memory body = _assigned();
        vm.prank(financier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NotParty.selector, financier.account));
        offers.notify(body);
        vm.startPrank(other.account);
        bytes32 notice = offers.notify(body);
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoticeKnown.selector, notice));
        offers.notify(body);
        body.end = 601;
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.RangeNotHeld.selector, uint64(400), uint64(601), other.account)
        );
        offers.notify(body);
    }

    function test_only_the_obligor_acknowledges_and_once() public {
        IReceivableOffers.NotifyAssignment memory body = _assigned();
        vm.prank(other.account);
        bytes32 notice = offers.notify(body);
        Actor memory stranger_ = _member("another obligor", obligor.role);
        vm.prank(stranger_.account);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.NotObligor.selector, stranger_.account, obligor.account)
        );
        offers.acknowledge(IReceivableOffers.AcknowledgeNotice(notice));
        vm.startPrank(obligor.account);
        offers.acknowledge(IReceivableOffers.AcknowledgeNotice(notice));
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.NoticeKnown.selector, notice));
        offers.acknowledge(IReceivableOffers.AcknowledgeNotice(notice));
        vm.expectRevert(abi.encodeWithSelector(IReceivableOffers.UnknownNotice.selector, bytes32("none")));
        offers.acknowledge(IReceivableOffers.AcknowledgeNotice("none"));
    }
}
