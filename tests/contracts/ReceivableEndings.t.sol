// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableDrafts} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {ReceivableWords} from "../../contracts/types/ReceivableWord.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

abstract contract EndingsBase is ReceivableBase {
    bytes internal constant RETIRE_TEXT =
        "RetireRange(uint256 token,uint64 start,uint64 end,uint8 reason,uint16 payments,uint64 owed,bytes32 document)";

    uint192 internal id;
    uint256 internal source;

    function setUp() public virtual override {
        super.setUp();
        _kind(RETIRE_TEXT, RETIRE_TEXT, "RetireRange", address(endings), endings.retire.selector, 0);
        id = _receivable(1000);
        source = _id(id, 0);
    }

    function _retirement(uint256 token_, uint64 start, uint64 end, uint16 payments, uint64 owed)
        internal
        pure
        returns (IReceivableEndings.RetireRange memory)
    {
        return IReceivableEndings.RetireRange(
            token_, start, end, IReceivableEndings.Reason.CreditNote, payments, owed, "credit note 9"
        );
    }

    /// @dev Signed by the owner, and by the obligor where `cosigner` says so.
    function _retireAct(Actor memory owner, Actor memory cosigner, IReceivableEndings.RetireRange memory body)
        internal
        returns (Act memory act)
    {
        act = _unsigned(owner, keccak256(RETIRE_TEXT), abi.encode(body));
        act.signers = new Signer[](2);
        act.signers[0] = _signer(owner, act.id);
        act.signers[1] = _signer(cosigner, act.id + 1_000_000);
        act.signatures = new bytes[](2);
        _sign(act, 0, owner.key);
        _sign(act, 1, cosigner.key);
    }

    function _retire(uint64 start, uint64 end, uint16 payments, uint64 owed) internal {
        _done(_retireAct(supplier, obligor, _retirement(source, start, end, payments, owed)));
    }

    function _flags(uint256 token_) internal view returns (uint8 flags) {
        (,,, flags) = views.range(token_);
    }
}

/// @notice A range leaves by the word of its owner and the obligor, and is owed nothing for ever.
contract ReceivableRetirementTest is EndingsBase {
    function test_a_retired_range_is_the_obligors_never_moves_and_is_owed_nothing() public {
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeRetired(id, supplier.account, 300, 500, 200, 1);
        _retire(300, 500, 0, 200);
        _assertToken(id, 0, 300, supplier.account);
        _assertToken(id, 300, 500, obligor.account);
        _assertToken(id, 500, 1000, supplier.account);
        assertEq(_flags(_id(id, 300)), TokenWords.RETIRED);
        assertEq(views.receivable(id).owedLive, 800);
        assertEq(views.receivable(id).retired, 200);
        assertEq(repayment.owed(id, 300, 500), 0);
        assertEq(repayment.owed(id, 0, 1000), 800);
        bytes memory reason =
            abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, _id(id, 300), TokenWords.RETIRED);
        vm.startPrank(obligor.account);
        vm.expectRevert(reason);
        token.transferFrom(obligor.account, supplier.account, _id(id, 300));
        vm.expectRevert(reason);
        token.transferFrom(_id(id, 300), supplier.account, 5);
        vm.expectRevert(reason);
        token.merge(IReceivableToken.Merge(_id(id, 300), _id(id, 500)));
        vm.expectRevert(reason);
        offers.offer(IReceivableOffers.OfferRange(_id(id, 300), 300, 400, other.account, "", START + 1 days));
    }

    /// @dev Retire 30 of 100 and let the obligor pay the 70 it owes: a ruler that still counts the 30 gives live holders 49.
    function test_retire_30_of_100_and_the_70_that_are_paid_reach_the_live_holders_whole() public {
        id = _receivable(_terms(100, DUE + 1));
        source = _id(id, 0);
        _retire(20, 50, 0, 30);
        _pay(id, 70);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
        uint256[] memory both = new uint256[](2);
        (both[0], both[1]) = (source, _id(id, 50));
        repayment.draw(both);
        assertEq(cash.balanceOf(supplier.account), 70);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }

    function test_what_was_paid_before_is_the_owners_and_what_waits_is_distributed_first() public {
        _pay(id, 100);
        _pay(id, 3);
        assertEq(repayment.bookOf(id).waitingPrincipal, 3, "fixture: 3 wait");
        _done(_retireAct(supplier, obligor, _retirement(source, 0, 500, 1, 450)));
        assertEq(repayment.bookOf(id).waitingPrincipal, 0);
        assertEq(cash.balanceOf(supplier.account), 103, "settled before it left");
        assertEq(repayment.owed(id, 0, 500), 0);
        assertEq(views.receivable(id).owedLive, repayment.owed(id, 500, 1000));
    }

    function test_retiring_all_that_lives_closes_the_receivable() public {
        _pay(id, 600);
        _retire(0, 1000, 1, 400);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
        assertEq(cash.balanceOf(supplier.account), 600);
    }

    function test_owner_and_obligor_both_sign_what_both_saw() public {
        IReceivableEndings.RetireRange memory body = _retirement(source, 0, 100, 0, 100);
        _refused(
            _retireAct(supplier, other, body),
            abi.encodeWithSelector(IReceivableEndings.ObligorMustSign.selector, obligor.account)
        );
        _refused(
            _retireAct(other, obligor, body),
            abi.encodeWithSelector(IReceivableEndings.NotOwner.selector, source, other.account, supplier.account)
        );
        _pay(id, 500);
        _refused(
            _retireAct(supplier, obligor, body),
            abi.encodeWithSelector(IReceivableEndings.RetirementDiffers.selector, source, uint16(1), uint64(50))
        );
        body.reason = IReceivableEndings.Reason.None;
        _refused(_retireAct(supplier, obligor, body), abi.encodeWithSelector(IReceivableEndings.ReasonMissing.selector));
    }

    /// @dev A claim that comes back to its debtor may be ended by the debtor alone.
    function test_an_obligor_that_owns_a_range_retires_it_by_itself() public {
        _move(supplier, source, 600, 1000, obligor.account);
        IReceivableEndings.RetireRange memory body = _retirement(_id(id, 600), 600, 1000, 0, 400);
        body.reason = IReceivableEndings.Reason.Returned;
        _done(_act(obligor, RETIRE_TEXT, abi.encode(body)));
        assertEq(views.receivable(id).owedLive, 600);
    }

    function test_a_retirement_ends_a_consent_to_cancellation_of_its_token() public {
        vm.prank(supplier.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(source, 1000, true));
        _retire(0, 100, 0, 100);
        assertEq(views.receivable(id).consented, 0);
    }
}

/// @notice Cancellation by the owners of everything that lives; no loop over holders anywhere.
contract ReceivableCancellationTest is EndingsBase {
    function _consent(Actor memory owner, uint64 start, uint64 end, bool consents) private {
        vm.prank(owner.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(_id(id, start), end - start, consents));
    }

    function test_anyone_cancels_once_everything_that_lives_consents() public {
        _move(supplier, source, 400, 1000, other.account);
        _consent(supplier, 0, 400, true);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotConsented.selector, id, uint64(400), uint64(1000)));
        endings.cancel(id);
        _consent(other, 400, 1000, true);
        vm.prank(stranger);
        endings.cancel(id);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Cancelled));
        vm.prank(supplier.account);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableToken.WrongState.selector, id, IReceivableToken.State.Cancelled)
        );
        token.transferFrom(supplier.account, other.account, source);
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.NotLive.selector, id));
        endings.cancel(id);
    }

    function test_a_retired_range_need_not_consent() public {
        _retire(0, 300, 0, 300);
        _consent(supplier, 300, 1000, true);
        endings.cancel(id);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Cancelled));
    }

    function test_any_move_ends_the_consent_of_the_range_that_it_touches() public {
        _consent(supplier, 0, 1000, true);
        assertEq(views.receivable(id).consented, 1000);
        _move(supplier, source, 400, 600, other.account);
        assertEq(views.receivable(id).consented, 0);
        _consent(supplier, 0, 400, true);
        _consent(supplier, 600, 1000, true);
        assertEq(views.receivable(id).consented, 800);
        vm.startPrank(supplier.account);
        token.transferFrom(supplier.account, other.account, source);
        assertEq(views.receivable(id).consented, 400);
        token.transferFrom(supplier.account, other.account, _id(id, 600));
        vm.stopPrank();
        assertEq(views.receivable(id).consented, 0);
        vm.prank(other.account);
        token.merge(IReceivableToken.Merge(source, _id(id, 400)));
    }

    function test_a_merge_ends_both_consents() public {
        _move(supplier, source, 400, 1000, supplier.account);
        _consent(supplier, 0, 400, true);
        _consent(supplier, 400, 1000, true);
        vm.prank(supplier.account);
        token.merge(IReceivableToken.Merge(source, _id(id, 400)));
        assertEq(views.receivable(id).consented, 0);
        assertEq(_flags(source), 0);
    }

    function test_a_consent_is_taken_back() public {
        _consent(supplier, 0, 1000, true);
        vm.expectRevert(IReceivableEndings.NothingChanges.selector);
        _consent(supplier, 0, 1000, true);
        _consent(supplier, 0, 1000, false);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotConsented.selector, id, uint64(0), uint64(1000)));
        endings.cancel(id);
    }

    function test_only_the_owner_consents_and_for_the_length_that_it_saw() public {
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableEndings.NotOwner.selector, source, other.account, supplier.account)
        );
        _consent(other, 0, 1000, true);
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.LengthDiffers.selector, source, uint64(1000)));
        _consent(supplier, 0, 999, true);
    }

    function test_what_was_distributed_before_stays_drawable_and_what_waits_is_distributed() public {
        _pay(id, 500);
        _pay(id, 3);
        _consent(supplier, 0, 1000, true);
        endings.cancel(id);
        repayment.draw(_one(source));
        assertEq(cash.balanceOf(supplier.account), 503);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }

    function test_a_cancellation_before_any_payment_lets_the_invoice_go_and_a_later_one_keeps_it() public {
        bytes32 fingerprint = keccak256(abi.encode("invoice", id));
        assertTrue(drafts.fingerprintUsed(fingerprint));
        uint256 before = vm.snapshotState();
        _consent(supplier, 0, 1000, true);
        endings.cancel(id);
        assertFalse(drafts.fingerprintUsed(fingerprint));
        Issue memory terms = _terms(900, DUE);
        (Act memory act, uint192 again) = _issueAct(supplier, terms);
        _done(act);
        IReceivableDrafts.ConfirmReceivable memory body = _confirmation(again, supplier.account, terms);
        body.fingerprint = fingerprint;
        _done(_confirmAct(obligor, body));
        assertTrue(drafts.fingerprintUsed(fingerprint));
        vm.revertToState(before);
        _pay(id, 500);
        _consent(supplier, 0, 1000, true);
        endings.cancel(id);
        assertTrue(drafts.fingerprintUsed(fingerprint));
    }

    function test_a_cancelled_debt_no_longer_counts_among_what_is_outstanding() public {
        assertEq(exposure.outstanding(obligor.account, CNY, true), 1000);
        _consent(supplier, 0, 1000, true);
        endings.cancel(id);
        assertEq(exposure.outstanding(obligor.account, CNY, true), 0);
        assertEq(exposure.total(CNY), 0);
    }
}

/// @notice Dispute and write-off: marks with an author, a time and an exit.
contract ReceivableMarksTest is EndingsBase {
    function _dispute() private {
        vm.prank(obligor.account);
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 2, "invoice is too high"));
    }

    function _end() private {
        vm.prank(obligor.account);
        endings.endDispute(IReceivableEndings.EndDispute(id));
    }

    function _marked() private view returns (bool) {
        return views.receivable(id).terms & ReceivableWords.DISPUTED != 0;
    }

    /// @dev 398 of 1,667 real invoices are disputed, and all are paid: only the automatic debit waits, and only for the policy's term.
    function test_a_dispute_lapses_by_itself_and_moves_and_payments_go_on() public {
        vm.expectEmit(address(endings));
        emit IReceivableEndings.DisputeBegun(id, obligor.account, 2, START + 60 days, "invoice is too high");
        _dispute();
        assertTrue(endings.isDisputed(id));
        assertTrue(_marked());
        _move(supplier, source, 0, 10, other.account);
        _pay(id, 500);
        vm.warp(START + 60 days);
        assertTrue(endings.isDisputed(id));
        vm.warp(START + 60 days + 1);
        assertFalse(endings.isDisputed(id));
        endings.lapseDispute(id);
        assertFalse(_marked());
    }

    function test_its_author_ends_a_dispute_and_keeps_the_rest_of_the_term() public {
        _dispute();
        vm.warp(START + 20 days);
        _end();
        assertFalse(endings.isDisputed(id));
        assertFalse(_marked());
        _dispute();
        assertEq(endings.disputeOf(id).until, START + 60 days, "20 of 60 days are used");
        vm.warp(START + 61 days);
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.DisputesExhausted.selector, id, uint32(60 days)));
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 2, ""));
    }

    function test_only_the_obligor_disputes_a_live_receivable_once_at_a_time_in_a_known_scope() public {
        Actor memory another = _member("another obligor", obligor.role);
        vm.prank(another.account);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableEndings.NotObligor.selector, another.account, obligor.account)
        );
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 2, ""));
        vm.startPrank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.ScopeUnknown.selector, uint8(16)));
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 16, ""));
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.ScopeUnknown.selector, uint8(0)));
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 0, ""));
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 1, ""));
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.DisputeStands.selector, id, START + 60 days));
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 1, ""));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.NoDispute.selector, id));
        endings.lapseDispute(id);
        _end();
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.NoDispute.selector, id));
        endings.endDispute(IReceivableEndings.EndDispute(id));
        _pay(id, 1000);
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.NotLive.selector, id));
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 1, ""));
    }

    function test_a_written_off_token_is_still_paid_and_the_mark_is_taken_back() public {
        vm.startPrank(supplier.account);
        endings.writeOff(IReceivableEndings.WriteOff(source, true));
        assertEq(_flags(source), TokenWords.WRITTEN_OFF);
        vm.expectRevert(IReceivableEndings.NothingChanges.selector);
        endings.writeOff(IReceivableEndings.WriteOff(source, true));
        vm.stopPrank();
        _pay(id, 500);
        repayment.draw(_one(source));
        assertEq(cash.balanceOf(supplier.account), 500);
        vm.prank(supplier.account);
        endings.writeOff(IReceivableEndings.WriteOff(source, false));
        assertEq(_flags(source), 0);
        vm.prank(other.account);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableEndings.NotOwner.selector, source, other.account, supplier.account)
        );
        endings.writeOff(IReceivableEndings.WriteOff(source, true));
    }
}
