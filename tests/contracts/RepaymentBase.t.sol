// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice What tests of repayment share beside the payments of the obligor: acts of third parties, retirement and cancellation.
abstract contract RepaymentBase is ReceivableBase {
    bytes internal constant THIRD_TEXT = "PayAsThirdParty(uint192 receivable,uint64 amount,bytes32 ref)";
    bytes internal constant WAIVE_TEXT = "WaiveClaim(uint192 receivable,bytes32 reason)";
    bytes internal constant RETIRE_TEXT =
        "RetireRange(uint256 token,uint64 start,uint64 end,uint8 reason,uint16 payments,uint64 owed,bytes32 document)";
    bytes internal constant CONSENT_TEXT = "ConsentCancel(uint256 token,uint64 length,bool consents)";

    function setUp() public virtual override {
        super.setUp();
        _kind(THIRD_TEXT, THIRD_TEXT, "PayAsThirdParty", address(repayment), repayment.payAsThirdParty.selector, 0);
        _kind(WAIVE_TEXT, WAIVE_TEXT, "WaiveClaim", address(repayment), repayment.waiveClaim.selector, 0);
        _kind(RETIRE_TEXT, RETIRE_TEXT, "RetireRange", address(endings), endings.retire.selector, 0);
        _kind(CONSENT_TEXT, CONSENT_TEXT, "ConsentCancel", address(endings), endings.consentCancel.selector, 0);
    }

    // --- Acts ---

    function _thirdAct(Actor memory payer, uint192 id, uint64 amount) internal returns (Act memory) {
        return _act(payer, THIRD_TEXT, abi.encode(IRepayment.PayAsThirdParty(id, amount, "third")));
    }

    function _payFor(Actor memory payer, uint192 id, uint64 amount) internal {
        _fund(payer.account, amount);
        _done(_thirdAct(payer, id, amount));
    }

    function _waiveAct(Actor memory payer, uint192 id) internal returns (Act memory) {
        return _act(payer, WAIVE_TEXT, abi.encode(IRepayment.WaiveClaim(id, "waived")));
    }

    /// @dev Signed by the owner and the obligor, of what both see now.
    function _retireAct(Actor memory owner, uint192 id, uint64 token_, uint64 start, uint64 end)
        internal
        returns (Act memory act)
    {
        IReceivableEndings.RetireRange memory body = IReceivableEndings.RetireRange({
            token: _id(id, token_),
            start: start,
            end: end,
            reason: IReceivableEndings.Reason.CreditNote,
            payments: token.wordOf(id).payments(),
            owed: repayment.owed(id, start, end),
            document: "credit note"
        });
        act = _unsigned(owner, keccak256(RETIRE_TEXT), abi.encode(body));
        Signer memory first = act.signers[0];
        (act.signers, act.signatures) = (new Signer[](2), new bytes[](2));
        (act.signers[0], act.signers[1]) = (first, _signer(obligor, act.id + 2_000_000));
        _sign(act, 0, owner.key);
        _sign(act, 1, obligor.key);
    }

    function _retire(Actor memory owner, uint192 id, uint64 token_, uint64 start, uint64 end) internal {
        _done(_retireAct(owner, id, token_, start, end));
    }

    function _consent(Actor memory owner, uint192 id, uint64 start, uint64 length) internal {
        _done(_act(owner, CONSENT_TEXT, abi.encode(IReceivableEndings.ConsentCancel(_id(id, start), length, true))));
    }

    // --- State ---

    function _late(uint64 face, uint32 grace, uint32 rate, uint32 basis) internal returns (uint192) {
        Issue memory terms = _terms(face, DUE);
        (terms.grace, terms.lateRate, terms.lateBasis) = (grace, rate, basis);
        return _receivable(terms);
    }

    function _assertState(uint192 id, IReceivableToken.State state) internal view {
        assertEq(token.wordOf(id).state(), uint8(state), "state");
    }

    function _assertCondition(uint192 id, IRepayment.Condition expected) internal view {
        assertEq(uint8(repayment.stateAt(id, uint40(block.timestamp))), uint8(expected), "condition");
    }

    function _principal(uint192 id) internal view returns (uint64 principal) {
        (principal,,,) = repayment.debtAt(id, uint40(block.timestamp));
    }

    function _interest(uint192 id) internal view returns (uint64 interest) {
        (, interest,,) = repayment.debtAt(id, uint40(block.timestamp));
    }

    function _claim(uint192 id, address payer) internal view returns (uint64 claim, uint64 interest) {
        return repayment.claimOf(id, payer, uint40(block.timestamp));
    }

    function _outstanding() internal view returns (uint128) {
        return exposure.outstanding(obligor.account, CNY, true);
    }

    function _total() internal view returns (uint128) {
        return repayment.dueTotal(obligor.account, CASH, DUE);
    }

    /// @dev Uses up numbers of a receivable as if payments of nothing had taken them; who draws over them draws nothing.
    function _useNumbers(uint192 id, uint16 until) internal {
        uint64 owed = token.wordOf(id).owedLive();
        while (token.wordOf(id).payments() < until) {
            vm.prank(address(repayment));
            token.recordPayment(id, owed, false);
        }
    }
}
