// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IPledgeViews} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {IValuations} from "../../contracts/interfaces/IValuations.sol";
import {Effects, HoldTargets, PartyRoles} from "../../contracts/types/ActCode.sol";
import {Grounds, LoanTerms} from "../../contracts/types/LoanTerms.sol";
import {ChangeParties, FilePledge, Party, PledgeActs} from "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {ActTarget} from "../../contracts/ActTarget.sol";
import {Base} from "./Base.t.sol";
import {LoanHouse} from "./LoanBase.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand, PledgeSetup} from "./PledgeSetup.t.sol";

/// @notice Loans secured by registered pledges of rights: what the register and an appraiser say decides, and nothing here moves a right.
contract LoanPledgeTest is PledgeBase, LoanHouse {
    using PledgeWord for uint256;

    uint40 private first;
    uint40 private second;

    function setUp() public override(Base, PledgeSetup) {
        super.setUp();
        _createLoans(IPledgeViews(address(registry)), registers);
        // The bank that the usual filing names as the holder.
        lender = pledgee;
        _show(_holders());
        first = _registered(_cnPatents(1, 2));
        second = _registered(_cnPatents(11, 2));
    }

    function _show(Party[] memory holders) private {
        agreements.showHolders(_sideRoot(_pledgors()), holders);
    }

    function _numbers(uint40 one, uint40 two) private pure returns (uint40[] memory numbers) {
        numbers = new uint40[](2);
        (numbers[0], numbers[1]) = (one, two);
    }

    function _loanBody(LoanTerms memory terms, uint40 one, uint40 two)
        private
        view
        returns (ILoanAgreements.OpenLoan memory body)
    {
        body = _body(terms, _schedule(PRINCIPAL, FROM, 12));
        body.pledges = _numbers(one, two);
    }

    function _secured(LoanTerms memory terms) private returns (uint40) {
        return _opened(_loanBody(terms, first, second));
    }

    function _refusedWith(uint40 one, uint40 two, bytes memory reason) private {
        _fund(lender.account, PRINCIPAL);
        _refused(_openAct(_loanBody(_usualTerms(), one, two)), reason);
    }

    // --- Named pledges ---

    function test_a_loan_names_its_pledges() public {
        uint40 loan = _secured(_usualTerms());
        uint40[] memory numbers = agreements.pledgesOf(loan);
        assertEq(numbers.length, 2);
        assertEq(numbers[0], first);
        assertEq(numbers[1], second);
    }

    function test_pledges_that_are_not_registered_secure_nothing() public {
        uint40 filed = _file(_cnFiling(_cnPatents(21, 2)), _partiesHands());
        bytes4 notLive = ILoanAgreements.PledgeNotLive.selector;
        _refusedWith(first, filed, abi.encodeWithSelector(notLive, filed, PledgeStates.FILED));
        _refusedWith(first, 999, abi.encodeWithSelector(notLive, 999, PledgeStates.NONE));
        _done(_releaseAct(second));
        _refusedWith(first, second, abi.encodeWithSelector(notLive, second, PledgeStates.ENDED));
    }

    // --- The lender is the holder ---

    function test_a_pledge_secures_no_loan_of_another_lender() public {
        lender = _member("another bank", Roles.BANK);
        _refusedWith(
            first, second, abi.encodeWithSelector(ILoanAgreements.LenderNotHolder.selector, first, lender.account)
        );
    }

    /// @dev Of several, each may lend.
    function test_one_of_several_holders_lends() public {
        Party[] memory both = _parties(_holders()[0], _party(PartyRoles.PLEDGEE, secondPledgee));
        Listed memory listed = _cnPatents(21, 2);
        Hand[] memory hands = _hands(_hand(pledgor), _hand(pledgee), _hand(secondPledgee));
        FilePledge memory filing = _filing(CN, listed, _parties(_pledgors()[0], both[0], both[1]), Modes.SIGNED);
        _link(filing.consents, hands);
        uint40 third = _registered(filing, listed, hands);
        bytes memory unknown = abi.encodeWithSelector(ILoanAgreements.HoldersUnknown.selector, third);
        _refusedWith(first, third, unknown);
        Party[] memory fewer = new Party[](1);
        fewer[0] = both[1];
        _show(fewer);
        _refusedWith(first, third, unknown);
        _show(both);
        _opened(_loanBody(_usualTerms(), first, third));
    }

    function test_what_was_shown_of_earlier_holders_says_nothing_of_later_ones() public {
        _transferred();
        _refusedWith(first, second, abi.encodeWithSelector(ILoanAgreements.HoldersUnknown.selector, first));
        _show(_parties(_party(PartyRoles.PLEDGEE, newcomer)));
        _refusedWith(
            first, second, abi.encodeWithSelector(ILoanAgreements.LenderNotHolder.selector, first, lender.account)
        );
    }

    /// @dev The first pledge goes to the newcomer.
    function _transferred() private {
        PledgeActs memory body = _document();
        Party[] memory next = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        body.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(next, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        Hand[] memory hands = _hands(_hand(pledgee), _hand(newcomer), _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        body.parties = new ChangeParties[](1);
        body.parties[0] = ChangeParties(_on(first, PledgeRules.TRANSFER), _now(), new Party[](0), next, _names(next));
        body.parties[0].parties.pledgors = new Party[](0);
        _done(_actsAct(body, hands));
    }

    function test_holders_are_kept_as_they_were_shown_first() public {
        bytes32 root = _partiesRoot(_pledgors(), _holders());
        bytes32[] memory found = agreements.holdersBehind(root);
        assertEq(found.length, 1);
        assertEq(found[0], _holders()[0].id);
        _show(_holders());
        assertEq(agreements.holdersBehind(root).length, 1);
        assertEq(agreements.holdersBehind("no root").length, 0);
    }

    function test_pledges_are_named_once_in_ascending_order() public {
        bytes memory reason = abi.encodeWithSelector(ILoanAgreements.PledgesOutside.selector, 1);
        _refusedWith(second, first, reason);
        _refusedWith(first, first, reason);
    }

    function test_a_held_pledge_secures_no_new_loan() public {
        _done(_holdAct(_hold(CN, HoldTargets.PLEDGE, bytes32(uint256(second)), Effects.END_ALL)));
        (uint256[] memory words,) = registry.holds(HoldTargets.PLEDGE, bytes32(uint256(second)), address(0));
        _refusedWith(first, second, abi.encodeWithSelector(ILoanAgreements.PledgeHeld.selector, second, words[0]));
    }

    // --- Repayment ---

    function test_full_repayment_starts_the_clock_of_each_release() public {
        uint40 loan = _secured(_usualTerms());
        (bytes memory reason, Vm.Log[] memory logs) = _ran(_prepayAct(loan, type(uint64).max));
        assertEq(reason, "");
        uint256 found;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILoans.ReleaseDue.selector) continue;
            assertEq(uint256(logs[i].topics[2]), ++found == 1 ? first : second);
            (address who, uint40 by) = abi.decode(logs[i].data, (address, uint40));
            assertEq(who, lender.account, "whose duty it is");
            assertEq(by, block.timestamp + 15 days);
        }
        assertEq(found, 2);
        assertTrue(_head(first).isLive(), "nothing is released by itself");
    }

    // --- Lapse ---

    function test_a_lapsed_right_is_a_ground_and_nothing_else_happens_to_it() public {
        uint40 loan = _secured(_usualTerms());
        assertEq(
            loans.checkAccelerate(loan, Grounds.RIGHT_LAPSED, first),
            abi.encodeWithSelector(ILoanAgreements.PledgeLives.selector, first)
        );
        assertEq(
            loans.checkAccelerate(loan, Grounds.RIGHT_LAPSED, 999),
            abi.encodeWithSelector(ILoanAgreements.PledgeUnknown.selector, loan, 999)
        );
        _done(_releaseAct(first));
        assertEq(loans.checkAccelerate(loan, Grounds.RIGHT_LAPSED, first), "");
        uint256 head = _head(second);
        _done(_accelerateAct(loan, Grounds.RIGHT_LAPSED, first));
        vm.warp(FROM + 1 days);
        assertEq(loans.dueOf(loan).principal, PRINCIPAL);
        assertEq(_head(second), head, "no pledge moves because a loan is called");
    }

    // --- Value ---

    function _toValue() private view returns (LoanTerms memory terms) {
        terms = _usualTerms();
        (terms.mostLoanToValue, terms.cure, terms.appraiser) = (5000, 10 days, appraiser.account);
    }

    function _valued(uint128 one, uint128 two) private {
        _done(_valueAct(first, one));
        _done(_valueAct(second, two));
    }

    function test_money_goes_out_only_against_enough_value() public {
        _fund(lender.account, PRINCIPAL);
        bytes4 short = ILoanAgreements.ValueShort.selector;
        _refused(_openAct(_loanBody(_toValue(), first, second)), abi.encodeWithSelector(short, 0, PRINCIPAL));
        _valued(PRINCIPAL, PRINCIPAL - 1);
        _refused(
            _openAct(_loanBody(_toValue(), first, second)), abi.encodeWithSelector(short, 2 * PRINCIPAL - 1, PRINCIPAL)
        );
        _done(_valueAct(second, PRINCIPAL));
        _done(_openAct(_loanBody(_toValue(), first, second)));
        assertEq(agreements.valueOf(loans.loanCount()), 2 * PRINCIPAL);
    }

    function test_a_margin_that_is_not_restored_in_time_is_a_ground() public {
        _valued(PRINCIPAL, PRINCIPAL);
        uint40 loan = _secured(_toValue());
        _noMargin(loan, abi.encodeWithSelector(ILoans.ValueSuffices.selector, loan, 2 * PRINCIPAL, PRINCIPAL));
        _done(_valueAct(second, PRINCIPAL - 2));
        bytes memory notCalled = abi.encodeWithSelector(ILoans.MarginNotCalled.selector, loan);
        assertEq(loans.checkAccelerate(loan, Grounds.LOAN_TO_VALUE, 0), notCalled);
        vm.prank(stranger);
        loans.fireMargin(loan);
        assertEq(loans.marginCalledAt(loan), block.timestamp);
        _noMargin(loan, abi.encodeWithSelector(ILoans.MarginStands.selector, loan, uint40(block.timestamp)));
        assertEq(
            loans.checkAccelerate(loan, Grounds.LOAN_TO_VALUE, 0),
            abi.encodeWithSelector(ILoans.CureRuns.selector, loan, block.timestamp + 10 days)
        );
        vm.warp(block.timestamp + 10 days + 1);
        _done(_accelerateAct(loan, Grounds.LOAN_TO_VALUE, 0));
    }

    function _noMargin(uint40 loan, bytes memory reason) private {
        (uint64 one, bytes memory why) = loans.checkMargin(loan);
        assertEq(one, 0);
        assertEq(why, reason);
        vm.expectRevert(reason);
        loans.fireMargin(loan);
    }

    function test_a_restored_margin_ends_the_call() public {
        _valued(PRINCIPAL, PRINCIPAL);
        uint40 loan = _secured(_toValue());
        _done(_valueAct(second, PRINCIPAL - 2));
        loans.fireMargin(loan);
        _done(_prepayAct(loan, 1));
        vm.warp(block.timestamp + 10 days + 1);
        assertEq(
            loans.checkAccelerate(loan, Grounds.LOAN_TO_VALUE, 0),
            abi.encodeWithSelector(ILoans.ValueSuffices.selector, loan, 2 * PRINCIPAL - 2, PRINCIPAL - 1)
        );
        (uint64 one,) = loans.checkMargin(loan);
        assertEq(one, 1);
        loans.fireMargin(loan);
        assertEq(loans.marginCalledAt(loan), 0);
    }

    function test_a_pledge_that_ended_is_worth_nothing() public {
        _valued(PRINCIPAL, PRINCIPAL);
        uint40 loan = _secured(_toValue());
        _done(_releaseAct(second));
        assertEq(agreements.valueOf(loan), PRINCIPAL);
        loans.fireMargin(loan);
        assertEq(loans.marginCalledAt(loan), block.timestamp);
    }

    function test_only_the_agreed_appraisers_values_count() public {
        _valued(PRINCIPAL, PRINCIPAL);
        uint40 loan = _secured(_toValue());
        address stray = _member("another appraiser", Roles.APPRAISER).account;
        (uint128 amount,, uint40 day) = valuations.valuation(first, stray);
        assertEq(amount + day, 0);
        _refused(
            _act(other, VALUATION_TEXT, abi.encode(first, 1, CNY, uint40(block.timestamp), bytes32(0), bytes32(0))),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, other.account, Roles.APPRAISER)
        );
        assertEq(agreements.valueOf(loan), 2 * PRINCIPAL);
    }

    function _valueAt(uint40 day) private returns (bytes memory) {
        return
            _outcome(
                _act(appraiser, VALUATION_TEXT, abi.encode(first, 1, CNY, day, bytes32("method"), bytes32("report")))
            );
    }

    function test_values_are_of_days_that_came_and_run_forward() public {
        uint40 today = uint40(block.timestamp);
        assertEq(_valueAt(today + 1), abi.encodeWithSelector(IValuations.ValuedLater.selector, today + 1));
        assertEq(_valueAt(today), "");
        assertEq(_valueAt(today - 1), abi.encodeWithSelector(IValuations.ValuedBefore.selector, today - 1, today));
        (uint128 amount, uint16 currency, uint40 day) = valuations.valuation(first, appraiser.account);
        assertEq(amount, 1);
        assertEq(currency, CNY);
        assertEq(day, today);
    }
}
