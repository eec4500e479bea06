// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IPurchaseOffers, OfferPurchase} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice Every act of financing by a key in every single role: who may, and what everybody else meets.
contract FinancingRightsTest is FinancingBase {
    uint256 private constant COUNT_OF_ROLES = 14;
    uint16 private constant ALL_ROLES = (1 << 14) - 1;

    uint192 private full;
    uint192 private none;
    uint192 private receivable;
    mapping(address account => mapping(uint256 role => Actor)) private keyed;

    function setUp() public override {
        super.setUp();
        (full, receivable) = _deal(50_000);
        (none,) = _dealWithout(50_000);
        _keysOf(financier);
        _keysOf(supplier);
    }

    function _keysOf(Actor memory actor) private {
        members.setRoles(actor.account, ALL_ROLES);
        for (uint256 i = 0; i < COUNT_OF_ROLES; ++i) {
            (address key, uint256 secret) = makeAddrAndKey(string.concat(actor.name, vm.toString(i)));
            vm.prank(actor.account);
            members.addKey(IMembers.AddKey(key, uint16(1 << i)));
            keyed[actor.account][i] = Actor(actor.account, secret, uint16(1 << i), actor.name);
        }
    }

    /// @dev The signed act goes through in `roles` and in no other.
    function _assertActs(Actor memory who, bytes memory text, bytes memory body, uint16 roles) private {
        for (uint256 i = 0; i < COUNT_OF_ROLES; ++i) {
            uint256 before = vm.snapshotState();
            bytes memory reason = _outcome(_act(keyed[who.account][i], text, body));
            bool may = roles & uint16(1 << i) != 0;
            bytes memory refusal = abi.encodeWithSelector(ActTarget.NotSigned.selector, who.account, roles);
            assertEq(reason, may ? bytes("") : refusal, string.concat(string(text), " in role ", vm.toString(i)));
            vm.revertToState(before);
        }
    }

    /// @dev The direct call goes through by keys with `roles` only; with none of them for whoever operates no account.
    function _assertDirect(Actor memory who, address target, bytes memory data, uint16 roles) private {
        for (uint256 i = 0; i < COUNT_OF_ROLES; ++i) {
            uint256 before = vm.snapshotState();
            vm.prank(vm.addr(keyed[who.account][i].key));
            (bool done,) = target.call(data);
            assertEq(done, roles & uint16(1 << i) != 0, string.concat("direct call in role ", vm.toString(i)));
            vm.revertToState(before);
        }
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, stranger));
        (bool unused,) = target.call(data);
        assertTrue(unused, "expectRevert takes it");
    }

    /// @dev Only by a signed act.
    function _assertNotDirect(Actor memory who, address target, bytes memory data) private {
        vm.prank(who.account);
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, who.account));
        (bool unused,) = target.call(data);
        assertTrue(unused, "expectRevert takes it");
    }

    // --- Offers ---

    function _free() private returns (OfferPurchase memory) {
        return _purchase(_receivable(FACE), 1000);
    }

    function test_offerPurchase() public {
        OfferPurchase memory terms = _free();
        _assertActs(financier, TERMS_TEXT, abi.encode(terms), Roles.BANK);
        _assertNotDirect(financier, address(purchases), abi.encodeCall(purchases.offerPurchase, (terms)));
    }

    function test_recallPurchase() public {
        Act memory act = _offerAct(financier, _free());
        _done(act);
        IPurchaseOffers.RecallPurchase memory body = IPurchaseOffers.RecallPurchase(act.id);
        _assertActs(financier, RECALL_TEXT, abi.encode(body), Roles.HOLDERS);
        _assertNotDirect(financier, address(purchases), abi.encodeCall(purchases.recallPurchase, (body)));
    }

    function test_setBankCeiling() public {
        IPurchaseOffers.SetBankCeiling memory body = IPurchaseOffers.SetBankCeiling(obligor.account, CNY, 5);
        _assertActs(financier, CEILING_TEXT, abi.encode(body), Roles.BANK);
        _assertDirect(financier, address(purchases), abi.encodeCall(purchases.setBankCeiling, (body)), Roles.BANK);
    }

    // --- Deals ---

    function test_acceptPurchase() public {
        OfferPurchase memory terms = _free();
        uint192 offer = _offer(second, terms);
        IFinancing.AcceptPurchase memory body = IFinancing.AcceptPurchase(offer, second.account, terms);
        _assertActs(supplier, abi.encodePacked(ACCEPT_TEXT, TERMS_TEXT), abi.encode(body), Roles.HOLDERS);
        _assertNotDirect(supplier, address(financing), abi.encodeCall(financing.acceptPurchase, (body)));
    }

    function test_refinanceDeal() public {
        OfferPurchase memory terms = _purchase(receivable, 60_000);
        uint192 offer = _offer(second, terms);
        IFinancing.RefinanceDeal memory body = IFinancing.RefinanceDeal(full, 50_000, offer, second.account, terms);
        _assertActs(supplier, abi.encodePacked(REFINANCE_TEXT, TERMS_TEXT), abi.encode(body), Roles.HOLDERS);
        _assertNotDirect(supplier, address(financing), abi.encodeCall(financing.refinanceDeal, (body)));
    }

    function test_buyBack() public {
        IFinancing.BuyBack memory body = IFinancing.BuyBack(full, 50_000);
        _assertActs(supplier, BUY_BACK_TEXT, abi.encode(body), Roles.HOLDERS);
        _assertDirect(supplier, address(financing), abi.encodeCall(financing.buyBack, (body)), Roles.HOLDERS);
    }

    function test_takeOutDeal() public {
        IFinancing.TakeOutDeal memory body = IFinancing.TakeOutDeal(none);
        _assertActs(financier, TAKE_OUT_TEXT, abi.encode(body), Roles.HOLDERS);
        _assertDirect(financier, address(financing), abi.encodeCall(financing.takeOutDeal, (body)), Roles.HOLDERS);
    }

    function test_waiveDeal() public {
        IFinancing.WaiveDeal memory body = IFinancing.WaiveDeal(full, "why");
        _assertActs(financier, WAIVE_TEXT, abi.encode(body), Roles.HOLDERS);
        _assertDirect(financier, address(financing), abi.encodeCall(financing.waiveDeal, (body)), Roles.HOLDERS);
    }

    function test_withdrawFinancing() public {
        _pay(receivable, 10_000);
        _suspend(financier.account);
        financing.collect(full);
        members.reinstate(financier.account, "test");
        IFinancing.WithdrawFinancing memory body = IFinancing.WithdrawFinancing(CASH);
        _assertActs(financier, WITHDRAW_TEXT, abi.encode(body), ALL_ROLES);
        _assertDirect(financier, address(financing), abi.encodeCall(financing.withdrawFinancing, (body)), ALL_ROLES);
    }

    // --- By two ---

    /// @dev The act of two goes through when each signs in one of its roles.
    function _assertBoth(Actor memory one, Actor memory two, bytes memory text, bytes memory body, bytes memory refusal)
        private
    {
        for (uint256 i = 0; i < COUNT_OF_ROLES; ++i) {
            bool may = Roles.HOLDERS & uint16(1 << i) != 0;
            uint256 before = vm.snapshotState();
            bytes memory reason = _outcome(_both(keyed[one.account][i], two, text, body));
            assertEq(reason, may ? bytes("") : refusal, string.concat("first in role ", vm.toString(i)));
            vm.revertToState(before);
        }
    }

    function test_assignDeal() public {
        bytes memory body = abi.encode(IFinancing.AssignDeal(none, second.account, 1, 0, 0));
        bytes memory refusal = abi.encodeWithSelector(ActTarget.NotSigned.selector, financier.account, Roles.HOLDERS);
        _assertBoth(financier, second, ASSIGN_TEXT, body, refusal);
        body = abi.encode(IFinancing.AssignDeal(none, supplier.account, 1, 0, 0));
        for (uint256 i = 0; i < COUNT_OF_ROLES; ++i) {
            uint256 before = vm.snapshotState();
            bytes memory reason = _outcome(_both(financier, keyed[supplier.account][i], ASSIGN_TEXT, body));
            assertEq(reason.length == 0, uint16(1 << i) == Roles.BANK, "the other one takes over as a bank");
            vm.revertToState(before);
        }
    }

    function test_settleDeal_and_releaseTail() public {
        bytes memory refusal =
            abi.encodeWithSelector(IFinancing.BothMustSign.selector, financier.account, supplier.account);
        bytes memory body = abi.encode(IFinancing.SettleDeal(full, financier.account, "why"));
        _assertBoth(financier, supplier, SETTLE_TEXT, body, refusal);
        _assertBoth(supplier, financier, SETTLE_TEXT, body, refusal);
        body = abi.encode(IFinancing.ReleaseTail(full, 70_000, supplier.account, "why"));
        _assertBoth(financier, supplier, TAIL_TEXT, body, refusal);
        _assertBoth(supplier, financier, TAIL_TEXT, body, refusal);
    }

    // --- By anyone ---

    function test_anyone_collects_and_fires() public {
        _pay(receivable, 10_000);
        vm.startPrank(stranger);
        financing.collect(full);
        financing.join(full);
        vm.warp(DUE + 1);
        financing.fireRecourse(full);
        vm.stopPrank();
        _assertFree(receivable, 0, FACE, supplier.account);
    }
}
