// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IGuarantees} from "../../contracts/interfaces/IGuarantees.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {RightsRows} from "./RightsRows.t.sol";

/// @notice The rows of repayment, mandates and guarantees.
abstract contract RightsRepayment is RightsRows {
    function _rowsOfRepayments() internal {
        _rowsOfPayers();
        _rowsOfPaid();
        _rowsOfCallers();
        _rowsOfMandates();
        _rowsOfGuarantees();
    }

    function _rowsOfPayers() private {
        _of(address(repayment));
        bytes memory data = abi.encodeCall(repayment.payReceivable, (IRepayment.PayReceivable(owed, 5, "pay")));
        _acts("Repayment.payReceivable", data, Roles.OBLIGOR);
        data = abi.encodeCall(repayment.payAsThirdParty, (IRepayment.PayAsThirdParty(plain, 5, "pay")));
        _acts("Repayment.payAsThirdParty", data, Roles.HOLDERS);
        data = abi.encodeCall(repayment.waiveClaim, (IRepayment.WaiveClaim(claimed, "kind")));
        _acts("Repayment.waiveClaim", data, Roles.HOLDERS);
        IRepayment.BankNotice memory body = _notice("notice", noticed, 5);
        (body.cash, body.allocations[0].payer) = (OWN_CASH, house);
        _acts("Repayment.takeBankNotice", abi.encodeCall(repayment.takeBankNotice, (body)), Roles.SETTLEMENT_BANK);
    }

    function _rowsOfPaid() private {
        bytes4 rivalError = IRepayment.NothingCredited.selector;
        bytes memory data = abi.encodeCall(repayment.withdraw, (IRepayment.Withdraw(CASH)));
        _both("Repayment.withdraw", data, ANY_KEY, rivalError);
        data = abi.encodeCall(repayment.withdrawRange, (IRepayment.WithdrawRange(held, 0)));
        _both("Repayment.withdrawRange", data, ANY_KEY, rivalError);
        _anyone("Repayment.distribute", abi.encodeCall(repayment.distribute, (waits)));
        _anyone("Repayment.draw", abi.encodeCall(repayment.draw, (_one(_id(plain, 0)))));
    }

    function _rowsOfCallers() private {
        bytes memory data = abi.encodeCall(repayment.collect, (owed, house, house, 5, "", IRepayment.Kind.Debit));
        bytes4 refusal = IRepayment.NotCollector.selector;
        _named("Repayment.collect", data, _two(address(mandates), address(guarantees)), refusal);
        refusal = IRepayment.NotToken.selector;
        data = abi.encodeCall(repayment.settle, (_id(plain, 0), token.tokenWord(_id(plain, 0)), token.wordOf(plain)));
        _named("Repayment.settle", data, _one(address(token)), refusal);
        data = abi.encodeCall(repayment.recordOpening, (owed));
        _named("Repayment.recordOpening", data, _one(address(token)), refusal);
        data = abi.encodeCall(repayment.recordRetirement, (plain, 0, 10));
        _named("Repayment.recordRetirement", data, _one(address(token)), refusal);
        refusal = IRepayment.NotEndings.selector;
        data = abi.encodeCall(repayment.clearWaiting, (waits));
        _named("Repayment.clearWaiting", data, _one(address(endings)), refusal);
        data = abi.encodeCall(repayment.recordCancellation, (cancelled));
        _named("Repayment.recordCancellation", data, _one(address(endings)), refusal);
        data = abi.encodeCall(repayment.orderCredit, (house, other.account, CASH, 5));
        _named("Repayment.orderCredit", data, _one(address(holds)), IRepayment.NotHolds.selector);
    }

    function _rowsOfMandates() private {
        _of(address(mandates));
        bytes memory data = abi.encodeCall(mandates.setMandate, (IMandates.SetMandate(CASH, 5, DUE + 1 days, false)));
        _acts("Mandates.setMandate", data, Roles.OBLIGOR);
        _acts("Mandates.endMandate", abi.encodeCall(mandates.endMandate, (IMandates.EndMandate(CASH))), Roles.OBLIGOR);
        _anyone("Mandates.debit", abi.encodeCall(mandates.debit, (owed)));
        _anyone("Mandates.closePot", abi.encodeCall(mandates.closePot, (house, CASH, EARLY)));
    }

    function _rowsOfGuarantees() private {
        _of(address(guarantees));
        uint32 roles = Roles.GUARANTOR | Roles.BANK;
        _acts("Guarantees.openPool", abi.encodeCall(guarantees.openPool, (_pool())), roles);
        bytes memory data = abi.encodeCall(guarantees.cover, (IGuarantees.CoverReceivable(POOL, plain, 5)));
        _both("Guarantees.cover", data, roles, IGuarantees.NotManager.selector);
        _anyone("Guarantees.call", abi.encodeCall(guarantees.call, (overdue)));
    }
}
