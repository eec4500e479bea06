// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPurchaseOffers, OfferPurchase} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {FinancingBase} from "./FinancingBase.t.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

/// @notice A bare id names different ranges over time: cut, merged and cut again, it has nothing of what was said of its earlier range.
/// @dev Approvals and allowances: ReceivableFace.t.sol; offers of transfers that lapsed: ReceivableOffers.t.sol.
contract ReceivableIdCutAgainTest is FinancingBase {
    uint192 private id;
    uint256 private left;
    uint256 private again;

    function setUp() public override {
        super.setUp();
        id = _receivable(FACE);
        (left, again) = (_id(id, 0), _id(id, 40_000));
        _cut(60_000);
    }

    /// @dev [0, 40,000), [40,000, end) and the rest, all the supplier's.
    function _cut(uint64 end) private {
        _move(supplier, left, 40_000, end, supplier.account);
    }

    function _mergeAll() private {
        vm.startPrank(supplier.account);
        token.merge(IReceivableToken.Merge(left, again));
        token.merge(IReceivableToken.Merge(left, _id(id, uint64(left) + token.tokenWord(left).length())));
        vm.stopPrank();
        assertEq(token.balanceOf(left), FACE);
    }

    function _cutAgain(uint64 end) private {
        _mergeAll();
        _cut(end);
    }

    function _flags() private view returns (uint8 flags) {
        (,,, flags) = views.range(again);
    }

    function _sold(OfferPurchase memory terms) private returns (bytes memory) {
        return _outcome(_acceptAct(supplier, _offer(financier, terms), financier, terms));
    }

    // --- Sale terms ---

    function test_a_bank_that_offered_for_a_range_gets_no_other_of_the_same_id() public {
        OfferPurchase memory terms = _purchase(id, 40_000, 60_000, 15_000);
        uint192 offer = _offer(financier, terms);
        _cutAgain(50_000);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.FactsDiffer.selector, supplier.account, 10_000, 0, 20_000)
        );
        _cutAgain(70_000);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.FactsDiffer.selector, supplier.account, 30_000, 0, 20_000)
        );
        assertEq(cash.balanceOf(supplier.account), 0);
    }

    /// @dev The very range that was offered for, by the same facts, is what the bank saw.
    function test_a_range_cut_again_as_it_was_is_the_one_that_was_offered_for() public {
        OfferPurchase memory terms = _purchase(id, 40_000, 60_000, 15_000);
        uint192 offer = _offer(financier, terms);
        _cutAgain(60_000);
        _done(_acceptAct(supplier, offer, financier, terms));
        assertEq(cash.balanceOf(supplier.account), 15_000);
    }

    function test_a_sale_of_an_id_that_is_anothers_meanwhile_is_refused() public {
        OfferPurchase memory terms = _purchase(id, 40_000, 60_000, 15_000);
        uint192 offer = _offer(financier, terms);
        _move(supplier, again, 40_000, 60_000, other.account);
        _refused(
            _acceptAct(supplier, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.FactsDiffer.selector, other.account, 20_000, 0, 20_000)
        );
        _refused(
            _acceptAct(other, offer, financier, terms),
            abi.encodeWithSelector(IPurchaseOffers.NotSeller.selector, other.account, supplier.account)
        );
    }

    // --- Offers of transfers ---

    function _offered() private {
        vm.prank(supplier.account);
        offers.offer(
            IReceivableOffers.OfferRange(again, 40_000, 60_000, other.account, "ref", uint40(block.timestamp + 1 days))
        );
    }

    /// @dev The recipient saw the 20,000 of the first offer; an offer of 30,000 under the same id is another.
    function test_an_acceptance_of_a_recalled_offer_does_not_accept_the_next_of_the_same_id() public {
        _offered();
        vm.prank(supplier.account);
        offers.recall(IReceivableOffers.RecallRange(again));
        _cutAgain(70_000);
        vm.prank(supplier.account);
        offers.offer(
            IReceivableOffers.OfferRange(again, 40_000, 70_000, other.account, "ref", uint40(block.timestamp + 1 days))
        );
        vm.prank(other.account);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivableOffers.OfferDiffers.selector, again, uint64(30_000), 0, uint64(30_000))
        );
        offers.accept(IReceivableOffers.AcceptRange(again, 20_000, 0, 20_000, "ref"));
    }

    // --- Holds ---

    function test_an_id_cut_again_after_a_hold_was_lifted_is_held_by_nobody() public {
        vm.startPrank(officer.account);
        uint256 hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(id, "order"));
        holds.narrow(IReceivableHolds.NarrowHold(hold, 40_000, 60_000, _one(again), "order"));
        vm.stopPrank();
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, again, uint256(TokenWords.HELD)));
        token.merge(IReceivableToken.Merge(left, again));
        vm.prank(officer.account);
        holds.lift(IReceivableHolds.LiftCourtHold(hold, _one(again), "lifted"));
        _cutAgain(70_000);
        assertEq(_flags(), 0);
        assertFalse(holds.isHeld(again));
        _move(supplier, again, 40_000, 70_000, other.account);
    }

    /// @dev A court holds a range, not an id: merging it away first or cutting within it changes nothing.
    function test_a_hold_follows_its_range_through_every_cut_and_not_its_id() public {
        vm.prank(officer.account);
        uint256 hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(id, "order"));
        uint256[] memory both = new uint256[](2);
        (both[0], both[1]) = (left, again);
        vm.startPrank(officer.account);
        holds.narrow(IReceivableHolds.NarrowHold(hold, 30_000, 50_000, both, "order"));
        vm.stopPrank();
        assertEq(_flags(), TokenWords.HELD, "of [40,000, 60,000) what lies in the range");
        assertEq(token.balanceOf(again), 10_000);
        assertTrue(holds.isHeld(_id(id, 30_000)));
        assertFalse(holds.isHeld(left));
        assertFalse(holds.isHeld(_id(id, 50_000)));
    }

    // --- Consents and marks of owners ---

    function test_an_id_cut_again_revives_no_consent_and_no_write_off() public {
        vm.startPrank(supplier.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(again, 20_000, true));
        endings.writeOff(IReceivableEndings.WriteOff(again, true));
        vm.stopPrank();
        assertEq(_flags(), TokenWords.CANCEL_CONSENT | TokenWords.WRITTEN_OFF);
        _cutAgain(70_000);
        assertEq(_flags(), 0);
        assertEq(views.receivable(id).consented, 0);
    }

    function test_a_consent_for_a_length_that_was_cut_meanwhile_is_refused() public {
        _cutAgain(70_000);
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableEndings.LengthDiffers.selector, again, uint64(30_000)));
        endings.consentCancel(IReceivableEndings.ConsentCancel(again, 20_000, true));
    }

    /// @dev Consent of all but one range, then a cut within a range that consented: its length no longer counts.
    function test_a_cut_within_a_consenting_range_leaves_no_length_behind() public {
        uint64[3] memory starts = [uint64(0), 40_000, 60_000];
        for (uint256 i = 0; i < 3; ++i) {
            uint64 length = token.tokenWord(_id(id, starts[i])).length();
            vm.prank(supplier.account);
            endings.consentCancel(IReceivableEndings.ConsentCancel(_id(id, starts[i]), length, true));
        }
        assertEq(views.receivable(id).consented, FACE);
        _move(supplier, again, 45_000, 46_000, other.account);
        assertEq(views.receivable(id).consented, 80_000);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotConsented.selector, id, uint64(80_000), FACE));
        endings.cancel(id);
    }

    // --- Acts signed before ---

    function test_a_signed_move_of_a_range_that_its_id_no_longer_has_is_refused() public {
        Act memory act =
            _act(supplier, MOVE_TEXT, abi.encode(IReceivableToken.Move(again, 40_000, 60_000, other.account, "ref")));
        _cutAgain(50_000);
        _refused(
            act,
            abi.encodeWithSelector(
                IReceivableToken.RangeOutside.selector, uint64(40_000), uint64(60_000), uint64(40_000), uint64(50_000)
            )
        );
    }

    function test_what_a_contract_member_drew_under_an_id_is_not_the_next_holders() public {
        (address first, address second_) = (makeAddr("first vault"), makeAddr("second vault"));
        _contractMember(first);
        _contractMember(second_);
        _move(supplier, again, 40_000, 60_000, first);
        _pay(id, 50_000);
        _giveAll(first, second_);
        assertEq(repayment.rangeCredit(first, id, 40_000), 10_000);
        assertEq(repayment.rangeCredit(second_, id, 40_000), 0);
        vm.prank(second_);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NothingCredited.selector, second_));
        repayment.withdrawRange(IRepayment.WithdrawRange(id, 40_000));
    }

    function _giveAll(address from, address to) private {
        vm.prank(from);
        token.move(IReceivableToken.Move(again, 40_000, 60_000, to, "ref"));
    }
}

/// @notice Retirement at every point of a life: what others are owed never changes, and nothing is left in the end.
contract ReceivableRetirementLifeTest is RepaymentBase {
    uint256 private constant STEPS = 16;

    uint192 private id;
    /// What fell away by retirement.
    uint64 private gone;

    function setUp() public override {
        super.setUp();
        id = _late(1000, 3 days, 1, 1000);
    }

    /// @dev Pieces of the supplier [0, 200), another [200, 500), the supplier [500, 800) and another [800, 1000), as they come about.
    function _step(uint256 step) private {
        if (step == 0) _move(supplier, _id(id, 0), 200, 500, other.account);
        if (step == 1) _pay(id, 103);
        if (step == 2) _move(supplier, _id(id, 500), 800, 1000, other.account);
        if (step == 3) _pay(id, 2);
        if (step == 4) _draw(_id(id, 200));
        if (step == 5) _writeOff();
        if (step == 6) _pay(id, 51);
        if (step == 7) _consent(other, id, 200, 300);
        if (step == 8) vm.warp(DUE + 2 days);
        if (step == 9) _pay(id, 77);
        if (step == 10) vm.warp(DUE + 11 days);
        if (step == 11) _payFor(financier, id, 60);
        if (step == 12) _pay(id, 3);
        if (step == 13) vm.warp(DUE + 40 days);
        if (step == 14) _pay(id, 99);
        if (step == 15) _payFor(bank, id, 150);
    }

    function _writeOff() private {
        vm.prank(supplier.account);
        endings.writeOff(IReceivableEndings.WriteOff(_id(id, 500), true));
    }

    function _liveUntil(uint256 point) private {
        for (uint256 step = 0; step < point; ++step) {
            _step(step);
        }
    }

    /// @dev Face = owed to live + principal distributed + owed at retirement, whatever waits.
    function _assertFace() private view {
        uint256 distributed;
        for (uint16 number = 1; number <= token.wordOf(id).payments(); ++number) {
            (uint64 principal,,,, IRepayment.Kind kind) = repayment.payment(id, number);
            if (kind != IRepayment.Kind.Retirement) distributed += principal;
        }
        assertEq(token.wordOf(id).owedLive() + distributed + gone, 1000, "face");
        (uint64 owing,,,) = repayment.debtAt(id, uint40(block.timestamp));
        assertEq(owing, token.wordOf(id).owedLive() - repayment.bookOf(id).waitingPrincipal, "debt");
    }

    /// @dev What each unit is owed once what waits is distributed, outside [from, until).
    function _others(uint64 from, uint64 until) private view returns (bytes32 sum) {
        for (uint64 start = 0; start < 1000; start += 50) {
            if (start >= from && start < until) continue;
            sum = keccak256(abi.encode(sum, repayment.owed(id, start, start + 50)));
        }
    }

    function _retireChecked(Actor memory owner, uint64 token_, uint64 start, uint64 end) private {
        vm.prank(address(endings));
        repayment.clearWaiting(id);
        bytes32 before = _others(start, end);
        uint64 owed = repayment.owed(id, start, end);
        _retire(owner, id, token_, start, end);
        gone += owed;
        assertEq(_others(start, end), before, "others are owed what they were");
        assertEq(repayment.owed(id, start, end), 0);
        _assertFace();
    }

    function _payOff() private {
        (uint64 principal, uint64 interest,,) = repayment.debtAt(id, uint40(block.timestamp));
        (uint64 claims, uint64 onClaims) = repayment.subrogatedAt(id, uint40(block.timestamp));
        if (_isLive()) _pay(id, principal + interest + claims + onClaims);
        _assertState(id, IReceivableToken.State.Closed);
        for (uint64 start = 0; start < 1000;) {
            _draw(_id(id, start));
            (, start,,) = views.range(_id(id, start));
        }
        _assertFace();
        assertEq(cash.balanceOf(address(repayment)), 0, "nothing is left");
        assertEq(cash.balanceOf(obligor.account), 0, "nothing was too much");
        assertEq(_outstanding() + _total(), 0, "nothing is outstanding");
    }

    function _isLive() private view returns (bool) {
        return token.wordOf(id).state() == uint8(IReceivableToken.State.Live);
    }

    /// @dev The start of the token that `unit` lies in.
    function _tokenOf(uint64 unit) private view returns (uint64 start) {
        for (uint64 end = _endOf(0); end <= unit; end = _endOf(start)) {
            start = end;
        }
    }

    function _endOf(uint64 start) private view returns (uint64) {
        return start + token.tokenWord(_id(id, start)).length();
    }

    function _ownerOf(uint64 unit) private view returns (Actor memory) {
        return token.tokenWord(_id(id, _tokenOf(unit))).owner() == supplier.account ? supplier : other;
    }

    function _retireIn(uint64 start, uint64 end) private {
        _retireChecked(_ownerOf(start), _tokenOf(start), start, end);
    }

    function test_a_head_a_middle_and_a_tail_retire_at_every_point_of_a_life() public {
        uint64[2][3] memory cuts = [[uint64(0), 100], [uint64(250), 450], [uint64(800), 1000]];
        for (uint256 point = 0; point <= STEPS; ++point) {
            for (uint256 i = 0; i < 3; ++i) {
                uint256 before = vm.snapshotState();
                _liveUntil(point);
                _retireIn(cuts[i][0], cuts[i][1]);
                _payOff();
                vm.revertToState(before);
            }
        }
    }

    /// @dev Three retirements one after the other, at every point, and the life goes on in between.
    function test_ranges_retire_one_after_the_other_while_the_life_goes_on() public {
        for (uint256 point = 3; point + 2 <= STEPS; ++point) {
            uint256 before = vm.snapshotState();
            _liveUntil(point);
            _retireIn(0, 100);
            _step(point);
            _retireIn(550, 700);
            _step(point + 1);
            _retireIn(850, 950);
            _payOff();
            vm.revertToState(before);
        }
    }

    function test_all_that_lives_retires_at_every_point_of_a_life() public {
        for (uint256 point = 0; point <= STEPS; ++point) {
            uint256 before = vm.snapshotState();
            _liveUntil(point);
            for (uint64 start = 0; start < 1000; start = _endOf(start)) {
                _retireIn(start, _endOf(start));
            }
            assertEq(token.wordOf(id).owedLive(), 0);
            _payOff();
            vm.revertToState(before);
        }
    }
}
