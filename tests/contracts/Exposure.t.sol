// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IExposure} from "../../contracts/interfaces/IExposure.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableDrafts} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice Ceilings of obligors and suppliers, concentration, and tenors with and without a reason.
contract ExposureTest is ReceivableBase {
    function _draft(Issue memory terms) private returns (Act memory confirm) {
        (Act memory act, uint192 id) = _issueAct(supplier, terms);
        _done(act);
        return _confirmAct(obligor, _confirmation(id, supplier.account, terms));
    }

    function test_what_is_confirmed_counts_until_it_is_paid() public {
        uint192 id = _receivable(1000);
        assertEq(exposure.outstanding(obligor.account, CNY, true), 1000);
        assertEq(exposure.outstanding(supplier.account, CNY, false), 1000);
        _pay(id, 400);
        assertEq(exposure.outstanding(obligor.account, CNY, true), 600);
        assertEq(exposure.outstanding(supplier.account, CNY, false), 600);
        assertEq(exposure.total(CNY), 600);
        _pay(id, 600);
        assertEq(exposure.total(CNY), 0);
    }

    function test_an_obligors_ceiling_refuses_a_confirmation_above_it_and_payment_makes_room() public {
        exposure.setCeiling(obligor.account, CNY, true, 1500);
        uint192 id = _receivable(1000);
        Act memory confirm = _draft(_terms(501, DUE));
        _refused(
            confirm,
            abi.encodeWithSelector(IExposure.CeilingReached.selector, obligor.account, CNY, uint256(1501), uint64(1500))
        );
        _receivable(500);
        _pay(id, 1000);
        _receivable(1000);
    }

    function test_a_suppliers_ceiling_refuses_too() public {
        exposure.setCeiling(supplier.account, CNY, false, 0);
        _refused(
            _draft(_terms(1, DUE)),
            abi.encodeWithSelector(IExposure.CeilingReached.selector, supplier.account, CNY, uint256(1), uint64(0))
        );
    }

    function test_one_obligor_owes_no_more_than_its_share_once_the_total_is_large_enough() public {
        exposure.setConcentration(CNY, 6000, 1000);
        _receivable(999);
        _refused(
            _draft(_terms(1, DUE)),
            abi.encodeWithSelector(
                IExposure.ConcentrationReached.selector, obligor.account, CNY, uint256(1000), uint256(1000), 6000
            )
        );
    }

    function test_only_the_council_sets_limits_and_only_drafts_and_modules_move_them() public {
        bytes memory unauthorised = abi.encodeWithSignature("AccessManagedUnauthorized(address)", stranger);
        vm.startPrank(stranger);
        vm.expectRevert(unauthorised);
        exposure.setCeiling(obligor.account, CNY, true, 1);
        vm.expectRevert(unauthorised);
        exposure.setConcentration(CNY, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IExposure.NotDrafts.selector, stranger));
        exposure.add(obligor.account, supplier.account, CNY, 1);
        vm.expectRevert(abi.encodeWithSelector(IExposure.NotModule.selector, stranger));
        exposure.reduce(obligor.account, supplier.account, CNY, 1);
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotHolds.selector, stranger));
        members.setHeld(obligor.account, true);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IExposure.ShareOutOfRange.selector, 10_001));
        exposure.setConcentration(CNY, 10_001, 1);
    }

    function test_a_tenor_above_the_usual_one_names_its_reason() public {
        drafts.setPolicy(9, IReceivableDrafts.Policy(184 days, 366 days, 60 days, false));
        Issue memory terms = _terms(1000, START + 185 days);
        terms.policy = 9;
        (Act memory act,) = _issueAct(supplier, terms);
        _refused(
            act,
            abi.encodeWithSelector(IReceivableDrafts.TenorReasonMissing.selector, START + 185 days, START + 184 days)
        );
        terms.tenorReason = keccak256("a long order");
        (act,) = _issueAct(supplier, terms);
        _done(act);
        terms.due = START + 367 days;
        (act,) = _issueAct(supplier, terms);
        _refused(
            act,
            abi.encodeWithSelector(IReceivableDrafts.DueOutOfRange.selector, terms.due, START + 1, START + 366 days)
        );
    }

    function test_a_policys_usual_tenor_is_not_above_its_longest() public {
        vm.expectRevert(IReceivableDrafts.TermsInvalid.selector);
        drafts.setPolicy(9, IReceivableDrafts.Policy(2, 1, 0, false));
        (IReceivableDrafts.Policy memory terms, bool set, bool retired) = drafts.policyOf(POLICY);
        assertTrue(set && !retired);
        assertEq(terms.disputeTerm, 60 days);
    }
}
