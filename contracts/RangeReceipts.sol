// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IRangeReceipts} from "./interfaces/IRangeReceipts.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {PaymentWord, PaymentWords, Ruler} from "./receivable/Ruler.sol";
import {ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title What ranges in custody have not drawn yet, payment by payment
/// @dev Reads only; has no storage.
contract RangeReceipts is IRangeReceipts {
    using Ruler for PaymentWord[];

    IReceivableToken private immutable TOKEN;

    constructor(IReceivableToken token) {
        TOKEN = token;
    }

    /// @inheritdoc IRangeReceipts
    function tokensOf(address owner, uint192 receivable, uint64 start, uint64 end)
        external
        view
        returns (uint256[] memory)
    {
        return _tokens(owner, receivable, start, end, 0);
    }

    /// @inheritdoc IRangeReceipts
    function undrawn(address owner, uint192 receivable, uint64 start, uint64 end)
        external
        view
        returns (uint256[] memory tokens, uint64[] memory amounts, uint40[] memory times)
    {
        ReceivableWord word = TOKEN.wordOf(receivable);
        if (word.marks() & ReceivableWords.HELD != 0) return (tokens, amounts, times);
        tokens = _tokens(owner, receivable, start, end, TokenWords.HELD);
        if (!_isDrawn(tokens, word.payments())) (amounts, times) = _amounts(receivable, word, tokens);
    }

    /// @inheritdoc IRangeReceipts
    function extent(address owner, uint192 receivable, uint64 start, uint64 end)
        external
        view
        returns (uint64 length, uint64 owed, bool drawn)
    {
        ReceivableWord word = TOKEN.wordOf(receivable);
        uint256[] memory tokens = _tokens(owner, receivable, start, end, 0);
        for (uint256 i = 0; i < tokens.length; ++i) {
            (uint64 first, uint64 part) = (uint64(tokens[i]), TOKEN.tokenWord(tokens[i]).length());
            length += part;
            owed += _module(word).owed(receivable, first, first + part);
        }
        drawn = _isDrawn(tokens, word.payments());
    }

    function _isDrawn(uint256[] memory tokens, uint16 payments) private view returns (bool) {
        for (uint256 i = 0; i < tokens.length; ++i) {
            if (TOKEN.tokenWord(tokens[i]).cursor() != payments) return false;
        }
        return true;
    }

    function _amounts(uint192 receivable, ReceivableWord word, uint256[] memory tokens)
        private
        view
        returns (uint64[] memory amounts, uint40[] memory times)
    {
        PaymentWord[] memory paid = _payments(receivable, word);
        (amounts, times) = (new uint64[](paid.length), new uint40[](paid.length));
        for (uint256 i = 0; i < tokens.length; ++i) {
            _add(amounts, paid, tokens[i]);
        }
        for (uint256 k = 0; k < paid.length; ++k) {
            times[k] = paid[k].time();
        }
    }

    /// @dev By the ruler, one step at a time.
    function _add(uint64[] memory amounts, PaymentWord[] memory paid, uint256 token) private view {
        TokenWord held = TOKEN.tokenWord(token);
        PaymentWord[] memory one = new PaymentWord[](1);
        (uint64 low, uint64 high) = (uint64(token), uint64(token) + held.length());
        for (uint256 k = 0; k < paid.length; ++k) {
            one[0] = paid[k];
            if (k >= held.cursor()) {
                (uint64 lowPrincipal, uint64 lowInterest) = one.drawnUntil(low, 0);
                (uint64 principal, uint64 interest) = one.drawnUntil(high, 0);
                amounts[k] += principal - lowPrincipal + interest - lowInterest;
            }
            (low, high) = (one.owed(0, low), one.owed(0, high));
        }
    }

    function _payments(uint192 receivable, ReceivableWord word) private view returns (PaymentWord[] memory paid) {
        IRepayment module = _module(word);
        paid = new PaymentWord[](word.payments());
        for (uint16 k = 0; k < paid.length; ++k) {
            (uint64 principal, uint64 interest, uint64 before, uint40 time, IRepayment.Kind kind) =
                module.payment(receivable, k + 1);
            paid[k] = PaymentWords.make(principal, interest, before, time, uint8(kind));
        }
    }

    function _tokens(address owner, uint192 receivable, uint64 start, uint64 end, uint8 without)
        private
        view
        returns (uint256[] memory tokens)
    {
        tokens = new uint256[](_walk(owner, receivable, start, end, without, new uint256[](0)));
        _walk(owner, receivable, start, end, without, tokens);
    }

    /// @dev Counts the tokens that have none of the flags `without`, and fills in as many as there is room for.
    function _walk(address owner, uint192 receivable, uint64 start, uint64 end, uint8 without, uint256[] memory tokens)
        private
        view
        returns (uint256 count)
    {
        while (start < end) {
            uint256 token = uint256(receivable) << 64 | start;
            TokenWord held = TOKEN.tokenWord(token);
            require(held.exists(), StartMissing(receivable, start));
            if (held.owner() == owner && !held.has(without)) {
                if (count < tokens.length) tokens[count] = token;
                ++count;
            }
            start += held.length();
        }
    }

    function _module(ReceivableWord word) private view returns (IRepayment) {
        return IRepayment(TOKEN.moduleAt(word.module()));
    }
}
