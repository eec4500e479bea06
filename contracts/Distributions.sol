// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IDistributions} from "./interfaces/IDistributions.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {MOST_PAYMENTS, ReceivableWord} from "./types/ReceivableWord.sol";

/// @title The trigger of distributions
/// @dev Has no storage and no right anywhere. A module's own code is at the limit of a contract's size, so its conditions are said again here; a test holds
/// the two against each other.
contract Distributions is IDistributions {
    uint40 private constant WAIT = 30 days;
    uint40 private constant SCARCE_WAIT = 365 days;
    uint16 private constant FREE_PAYMENTS = 1000;
    uint16 private constant KEPT_PAYMENTS = 2;

    IReceivableToken private immutable TOKEN;

    constructor(IReceivableToken token) {
        TOKEN = token;
    }

    /// @inheritdoc IDistributions
    function distribute(uint192 id) external {
        _module(id).distribute(id);
    }

    /// @inheritdoc IDistributions
    function checkDistribute(uint192 id) external view returns (uint64 amount, bytes memory reason) {
        try this.distributable(id) returns (uint64 found) {
            return (found, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice What {distribute} would distribute now; reverts as it would.
    function distributable(uint192 id) external view returns (uint64) {
        ReceivableWord word = TOKEN.wordOf(id);
        IRepayment.Book memory book = _module(id).bookOf(id);
        require(word.state() == uint8(IReceivableToken.State.Live), IRepayment.NotLive(id));
        uint64 waiting = book.waitingPrincipal + book.waitingInterest;
        require(waiting != 0, IRepayment.NothingWaiting(id));
        uint16 count = word.payments();
        uint40 from = book.lastDistribution + (count < FREE_PAYMENTS ? WAIT : SCARCE_WAIT);
        require(block.timestamp >= from, IRepayment.TooEarly(id, from));
        require(count < MOST_PAYMENTS - KEPT_PAYMENTS, IRepayment.PaymentsExhausted(id, count));
        return waiting;
    }

    /// @dev Of a receivable that was never confirmed there is none.
    function _module(uint192 id) private view returns (IRepayment) {
        ReceivableWord word = TOKEN.wordOf(id);
        require(word.state() != uint8(IReceivableToken.State.None), IRepayment.NotLive(id));
        return IRepayment(TOKEN.moduleAt(word.module()));
    }
}
