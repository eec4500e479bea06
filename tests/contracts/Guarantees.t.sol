// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {IGuarantees} from "../../contracts/interfaces/IGuarantees.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice A government fund, a bank and a guarantor stand for an overdue receivable by 40, 30 and 30.
contract GuaranteesTest is ReceivableBase {
    bytes private constant OPEN_TEXT =
        "OpenPool(address[] guarantors,uint16[] shares,uint8 cash,uint64 cap,uint40 wait,uint40 until,bytes32 agreement)";
    uint40 private constant WAIT = 10 days;

    Actor[3] private guarantors;
    uint192 private id;
    uint256 private source;

    function setUp() public override {
        super.setUp();
        _kind(
            OPEN_TEXT,
            OPEN_TEXT,
            "OpenPool",
            address(guarantees),
            guarantees.openPool.selector,
            guarantees.hashOpenPool.selector
        );
        guarantors[0] = _member("fund", Roles.GUARANTOR);
        guarantors[1] = financier;
        guarantors[2] = _member("guarantor", Roles.GUARANTOR);
        id = _receivable(1000);
        source = _id(id, 0);
    }

    function _pool() private view returns (IGuarantees.OpenPool memory body) {
        body.guarantors = new address[](3);
        body.shares = new uint16[](3);
        for (uint256 i = 0; i < 3; ++i) {
            body.guarantors[i] = guarantors[i].account;
            body.shares[i] = i == 0 ? 4000 : 3000;
        }
        (body.cash, body.cap, body.wait) = (CASH, 100_000, WAIT);
        (body.until, body.agreement) = (START + 365 days, "fund agreement");
    }

    function _openAct(IGuarantees.OpenPool memory body) private returns (Act memory act) {
        act = _unsigned(guarantors[0], keccak256(OPEN_TEXT), abi.encode(body));
        act.signers = new Signer[](3);
        act.signatures = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            act.signers[i] = _signer(guarantors[i], i == 0 ? act.id : act.id + 1_000_000);
        }
        for (uint256 i = 0; i < 3; ++i) {
            _sign(act, i, guarantors[i].key);
        }
    }

    function _cover(uint192 receivable, uint64 most) private {
        vm.prank(guarantors[0].account);
        guarantees.cover(IGuarantees.CoverReceivable(1, receivable, most));
    }

    function _covered() private {
        _done(_openAct(_pool()));
        _cover(id, 1000);
    }

    function _fundAll(uint64 each) private {
        for (uint256 i = 0; i < 3; ++i) {
            _fund(guarantors[i].account, each);
        }
    }

    function _claim(uint256 which) private view returns (uint64 claim) {
        (claim,) = repayment.claimOf(id, guarantors[which].account, uint40(block.timestamp));
    }

    function test_an_overdue_receivable_is_paid_40_30_30_and_each_has_its_claim() public {
        _covered();
        _fundAll(1000);
        _pay(id, 400);
        vm.warp(DUE + WAIT + 1);
        (uint64[] memory amounts, bytes memory reason) = guarantees.checkCall(id);
        assertEq(reason, "");
        assertEq(amounts[0], 240);
        assertEq(amounts[1], 180);
        assertEq(amounts[2], 180);
        vm.prank(stranger);
        guarantees.call(id);
        repayment.draw(_one(source));
        assertEq(cash.balanceOf(supplier.account), 1000, "holders are whole");
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(cash.balanceOf(guarantors[i].account), 1000 - amounts[i]);
            assertEq(_claim(i), amounts[i]);
        }
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Live), "the obligor still owes");
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.NothingOwed.selector, id));
        guarantees.call(id);
    }

    function test_the_obligor_repays_those_who_paid_in_its_place_by_their_shares() public {
        _covered();
        _fundAll(1000);
        vm.warp(DUE + WAIT + 1);
        guarantees.call(id);
        _pay(id, 100);
        assertEq(cash.balanceOf(guarantors[0].account), 640);
        assertEq(cash.balanceOf(guarantors[1].account), 730);
        assertEq(cash.balanceOf(guarantors[2].account), 730);
        _pay(id, 900);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(cash.balanceOf(guarantors[i].account), 1000);
        }
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
    }

    /// @dev Liability is several: whose cash is short is asked again, and nobody pays for another.
    function test_a_guarantor_without_cash_is_called_again_and_no_other_pays_for_it() public {
        _covered();
        _fund(guarantors[0].account, 1000);
        _fund(guarantors[1].account, 50);
        vm.warp(DUE + WAIT + 1);
        guarantees.call(id);
        assertEq(_claim(0), 400);
        assertEq(_claim(1), 50);
        assertEq(_claim(2), 0);
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.NothingToTake.selector, id));
        guarantees.call(id);
        _fund(guarantors[1].account, 1000);
        _fund(guarantors[2].account, 1000);
        guarantees.call(id);
        assertEq(_claim(0), 400);
        assertEq(_claim(1), 300);
        assertEq(_claim(2), 300);
    }

    /// @dev Else one guarantor's trouble would keep the holders from what the others owe them.
    function test_a_guarantor_that_a_court_holds_or_the_council_suspended_stops_no_other() public {
        _covered();
        _fundAll(1000);
        vm.prank(address(holds));
        members.setHeld(guarantors[0].account, true);
        _suspend(guarantors[1].account);
        vm.warp(DUE + WAIT + 1);
        guarantees.call(id);
        assertEq(_claim(0), 0);
        assertEq(_claim(1), 0);
        assertEq(_claim(2), 300);
        vm.prank(address(holds));
        members.setHeld(guarantors[0].account, false);
        guarantees.call(id);
        assertEq(_claim(0), 400);
    }

    /// @dev Who fires, how often and what the others have meanwhile changes nobody's part; parts add up to the debt.
    function testFuzz_parts_are_those_of_the_shares_whatever_the_order(uint64 face, uint64 a, uint64 b, uint64 c)
        public
    {
        face = uint64(bound(face, 1, 1e15));
        (a, b, c) = (uint64(bound(a, 1, 1e15)), uint64(bound(b, 1, 1e15)), uint64(bound(c, 1, 1e15)));
        id = _receivable(face);
        _done(_openAct(_bigPool()));
        _cover(id, face);
        uint64[3] memory first = [a, b, c];
        vm.warp(DUE + WAIT + 1);
        for (uint256 round = 0; round < 2; ++round) {
            for (uint256 i = 0; i < 3; ++i) {
                _fund(guarantors[i].account, round == 0 ? first[i] : 1e15);
                (, bytes memory reason) = guarantees.checkCall(id);
                if (reason.length == 0) guarantees.call(id);
            }
        }
        uint256 sum;
        uint256 until;
        for (uint256 i = 0; i < 3; ++i) {
            uint256 from = until;
            until += i == 0 ? 4000 : 3000;
            assertEq(_claim(i), uint256(face) * until / 10_000 - uint256(face) * from / 10_000);
            sum += _claim(i);
        }
        assertEq(sum, face);
    }

    function _bigPool() private view returns (IGuarantees.OpenPool memory body) {
        body = _pool();
        body.cap = 1e16;
    }

    function test_a_pool_pays_no_more_than_its_cap_nor_than_what_it_covers() public {
        IGuarantees.OpenPool memory body = _pool();
        body.cap = 500;
        _done(_openAct(body));
        _cover(id, 300);
        uint192 second = _receivable(1000);
        _cover(second, 1000);
        _fundAll(1000);
        vm.warp(DUE + WAIT + 1);
        guarantees.call(id);
        assertEq(_claim(0) + _claim(1) + _claim(2), 300);
        guarantees.call(second);
        assertEq(guarantees.poolOf(1).used, 500);
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.NothingToTake.selector, second));
        guarantees.call(second);
    }

    function test_it_is_called_after_its_wait_before_its_end_and_not_while_disputed() public {
        _covered();
        _fundAll(1000);
        vm.warp(DUE + WAIT);
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.NotOverdue.selector, id, DUE + WAIT + 1));
        guarantees.call(id);
        vm.prank(obligor.account);
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 1, ""));
        vm.warp(DUE + WAIT + 1);
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.Disputed.selector, id));
        guarantees.call(id);
        vm.warp(START + 365 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.UntilPassed.selector, START + 365 days));
        guarantees.call(id);
    }

    function test_late_interest_is_guaranteed_too() public {
        id = _receivable(_late());
        _done(_openAct(_pool()));
        _cover(id, 2000);
        _fundAll(1000);
        vm.warp(DUE + 20 days);
        guarantees.call(id);
        repayment.draw(_one(_id(id, 0)));
        assertEq(cash.balanceOf(supplier.account), 1010, "0.05 % a day for 20 days");
    }

    function _late() private view returns (Issue memory terms) {
        terms = _terms(1000, DUE);
        (terms.lateRate, terms.lateBasis) = (5, 10_000);
    }

    function test_every_guarantor_signs_shares_that_add_up() public {
        IGuarantees.OpenPool memory body = _pool();
        body.shares[0] = 3999;
        _refused(
            _openAct(body),
            abi.encodeWithSelector(IGuarantees.SharesWrong.selector, uint256(3), uint256(3), uint256(9999))
        );
        body = _pool();
        body.guarantors[2] = other.account;
        _refused(_openAct(body), abi.encodeWithSelector(IGuarantees.GuarantorNotSigned.selector, other.account));
        body = _pool();
        body.guarantors[2] = financier.account;
        _refused(_openAct(body), abi.encodeWithSelector(IGuarantees.GuarantorTwice.selector, financier.account));
        body = _pool();
        body.cap = 0;
        _refused(_openAct(body), abi.encodeWithSelector(IGuarantees.AmountZero.selector));
        body = _pool();
        body.until = START;
        _refused(_openAct(body), abi.encodeWithSelector(IGuarantees.UntilPassed.selector, START));
    }

    function test_only_its_manager_covers_a_live_receivable_once() public {
        _covered();
        vm.prank(financier.account);
        vm.expectRevert(
            abi.encodeWithSelector(IGuarantees.NotManager.selector, financier.account, guarantors[0].account)
        );
        guarantees.cover(IGuarantees.CoverReceivable(1, id, 5));
        vm.startPrank(guarantors[0].account);
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.CoveredAlready.selector, id, 1));
        guarantees.cover(IGuarantees.CoverReceivable(1, id, 5));
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.NotLive.selector, uint192(9)));
        guarantees.cover(IGuarantees.CoverReceivable(1, 9, 5));
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.UnknownPool.selector, 2));
        guarantees.cover(IGuarantees.CoverReceivable(2, id, 5));
        vm.expectRevert(abi.encodeWithSelector(IGuarantees.NotCovered.selector, uint192(9)));
        guarantees.call(9);
    }
}
