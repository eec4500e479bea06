// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IFinancing} from "./interfaces/IFinancing.sol";
import {IRangeReceipts} from "./interfaces/IRangeReceipts.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {PaymentWord, PaymentWords, Ruler} from "./receivable/Ruler.sol";
import {ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title What ranges in custody have not drawn yet, payment by payment, and what left their middle
/// @dev Storage:
///   holes[custodian][receivable]   {Hole}s of deals; those of ended ones go when a range comes in
contract RangeReceipts is IRangeReceipts {
    using Ruler for PaymentWord[];

    struct Hole {
        uint192 deal;
        uint64 start;
        uint64 end;
    }

    IReceivableToken private immutable TOKEN;

    mapping(address custodian => mapping(uint192 receivable => Hole[])) private holes;

    constructor(IReceivableToken token) {
        TOKEN = token;
    }

    /// @inheritdoc IRangeReceipts
    function part(uint192 deal, uint192 receivable, uint64 from, uint64 until, uint64 start, uint64 end)
        external
        returns (uint64, uint64)
    {
        Hole[] storage list = holes[msg.sender][receivable];
        list.push(Hole(deal, start, end));
        uint256 i;
        while (i < list.length) {
            Hole memory hole = list[i];
            bool edges = hole.deal == deal && (hole.start == from || hole.end == until);
            if (edges && hole.start == from) from = hole.end;
            else if (edges) until = hole.start;
            if (edges) _drop(list, i);
            // What lay behind one may be at the edge now.
            i = edges ? 0 : i + 1;
        }
        return (from, until);
    }

    /// @inheritdoc IRangeReceipts
    function requireApart(uint192 receivable, uint64 start, uint64 end) external {
        Hole[] storage list = holes[msg.sender][receivable];
        for (uint256 i = list.length; i > 0; --i) {
            Hole memory hole = list[i - 1];
            if (IFinancing(msg.sender).isOver(hole.deal)) _drop(list, i - 1);
            else require(end <= hole.start || hole.end <= start, RangeInDeal(hole.deal));
        }
    }

    function _drop(Hole[] storage list, uint256 index) private {
        list[index] = list[list.length - 1];
        list.pop();
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
            (uint64 first, uint64 size) = (uint64(tokens[i]), TOKEN.tokenWord(tokens[i]).length());
            length += size;
            owed += _module(word).owed(receivable, first, first + size);
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
