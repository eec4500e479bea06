// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "./ActTarget.sol";
import {ILoans} from "./interfaces/ILoans.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ITitleEscrow} from "./interfaces/ITitleEscrow.sol";
import {LoanHashes} from "./loan/LoanHashes.sol";
import {LoanFlags, PledgedRange} from "./types/LoanTerms.sol";
import {ReceivableWord} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Custody of pledged receivable ranges
/// @dev A member itself (a contract, custodian, its own operator) and a companion of the token that may carry and flag custody. Ranges are never cut or
/// merged here. What comes in on them is given to the loan at once, so nothing is kept here between calls.
/// A range leaves by return after repayment or discharge, by the lender's release, or by a sale. A court's order may take it, or a part of it, out of
/// custody: then its entry stays, so that pieces which the order left here can be entered ({enterPiece}).
///
/// Storage:
///   pledged[token]   beneficiary 160 | loan 40 | place in the loan's list 16 ; end 64
///   lists[loan]      tokens
contract TitleEscrow is ITitleEscrow, ActTarget {
    using LoanHashes for PledgeRanges;

    struct Pledged {
        address beneficiary;
        uint40 loan;
        uint16 place;
        uint64 end;
    }

    uint256 private constant MOST_RANGES = 32;

    ILoans private immutable LOANS;
    address private immutable AGREEMENTS;
    IReceivableToken private immutable TOKEN;

    mapping(uint256 token => Pledged) private pledged;
    mapping(uint40 loan => uint256[]) private lists;

    constructor(address acts, IMembers members, ILoans loans, address agreements, IReceivableToken token)
        ActTarget(acts, members)
    {
        LOANS = loans;
        AGREEMENTS = agreements;
        TOKEN = token;
    }

    // --- Into custody ---

    /// @inheritdoc ITitleEscrow
    function take(uint40 loan, address pledgor, uint8 cash, PledgedRange[] calldata ranges) external {
        require(msg.sender == AGREEMENTS, NotAgreements(msg.sender));
        _takeAll(loan, pledgor, cash, ranges);
    }

    /// @inheritdoc ITitleEscrow
    function pledgeRanges(PledgeRanges calldata body) external {
        address pledgor = _signedIn(Roles.HOLDERS);
        (ILoans.Status status,, address borrower, uint8 cash,) = LOANS.partiesOf(body.loan);
        require(status == ILoans.Status.Live, ILoans.LoanNotLive(body.loan, status));
        require(pledgor == borrower, NotBorrowerOf(body.loan, pledgor));
        _takeAll(body.loan, pledgor, cash, body.ranges);
    }

    function _takeAll(uint40 loan, address pledgor, uint8 cash, PledgedRange[] calldata ranges) private {
        uint256 count = lists[loan].length + ranges.length;
        require(ranges.length != 0 && count <= MOST_RANGES, RangesOutside(count));
        for (uint256 i = 0; i < ranges.length; ++i) {
            _take(loan, pledgor, cash, ranges[i]);
        }
    }

    function _take(uint40 loan, address pledgor, uint8 cash, PledgedRange calldata range) private {
        address owner = TOKEN.tokenWord(range.token).owner();
        require(owner == pledgor, NotPledgor(range.token, owner));
        uint8 paidIn = TOKEN.wordOf(uint192(range.token >> 64)).cash();
        require(paidIn == cash, CashOther(range.token, paidIn));
        _requireSeen(range.token, range.start, range.end, range.payments, range.leastOwed);
        uint256 piece = TOKEN.carry(
            IReceivableToken.Move(range.token, range.start, range.end, address(this), bytes32(uint256(loan))),
            TokenWords.CUSTODY
        );
        _enter(piece, loan, pledgor, range.end);
    }

    /// @dev A range that a court's order cut keeps its entry for what was left here, so its id is pledged no second time: another start is.
    function _enter(uint256 token, uint40 loan, address beneficiary, uint64 end) private {
        require(pledged[token].loan == 0, EntryStands(token, pledged[token].loan));
        pledged[token] = Pledged(beneficiary, loan, uint16(lists[loan].length), end);
        lists[loan].push(token);
        emit RangePledged(loan, token, beneficiary, end);
    }

    /// @inheritdoc ITitleEscrow
    function enterPiece(uint256 token, uint256 from) external {
        Pledged memory found = pledged[from];
        TokenWord word = TOKEN.tokenWord(token);
        bool inside = token > from && token >> 64 == from >> 64 && _endOf(token, word) <= found.end;
        require(found.loan != 0 && inside, NotPledged(from));
        require(word.owner() == address(this) && pledged[token].loan == 0, RangeGone(token, word.owner()));
        _enter(token, found.loan, found.beneficiary, _endOf(token, word));
    }

    /// @dev Nothing was paid on the range since its taker saw it.
    function _requireSeen(uint256 token, uint64 start, uint64 end, uint16 payments, uint64 leastOwed) private view {
        uint192 id = uint192(token >> 64);
        ReceivableWord word = TOKEN.wordOf(id);
        uint64 owed = _repayment(word).owed(id, start, end);
        require(word.payments() == payments && owed >= leastOwed, RangeDiffers(token, word.payments(), owed));
    }

    function _repayment(ReceivableWord word) private view returns (IRepayment) {
        return IRepayment(TOKEN.moduleAt(word.module()));
    }

    // --- Collections ---

    /// @inheritdoc ITitleEscrow
    function collectRange(uint256 token) external {
        require(_collect(token, _found(token).loan) != 0, NothingCollected(token));
    }

    /// @dev The entry of a range that is still here.
    function _found(uint256 token) private view returns (Pledged memory found) {
        found = pledged[token];
        require(found.loan != 0, NotPledged(token));
        address owner = TOKEN.tokenWord(token).owner();
        require(owner == address(this), RangeGone(token, owner));
    }

    function _collect(uint256 token, uint40 loan) private returns (uint64 amount) {
        uint192 id = uint192(token >> 64);
        IRepayment repayment = _repayment(TOKEN.wordOf(id));
        uint256[] memory one = new uint256[](1);
        one[0] = token;
        repayment.draw(one);
        amount = repayment.rangeCredit(address(this), id, uint64(token));
        if (amount == 0) return 0;
        repayment.withdrawRange(IRepayment.WithdrawRange(id, uint64(token)));
        emit RangeCollected(loan, token, amount);
        LOANS.takeFromSecurity(loan, address(this), amount, false, bytes32(uint256(id)));
    }

    // --- Out of custody ---

    /// @inheritdoc ITitleEscrow
    function returnRange(uint256 token) external {
        Pledged memory found = _found(token);
        (ILoans.Status status,,,,) = LOANS.partiesOf(found.loan);
        require(status != ILoans.Status.Live, LoanStillLive(found.loan));
        _return(token, found);
    }

    /// @inheritdoc ITitleEscrow
    function releaseRange(ReleaseRange calldata body) external {
        Pledged memory found = _found(body.token);
        address lender = _signedIn(Roles.BANK);
        require(lender == holderOf(body.token), NotHolder(body.token, lender));
        _return(body.token, found);
    }

    /// @dev What came in before belongs to the loan. A receivable that is over leaves nothing to move.
    function _return(uint256 token, Pledged memory found) private {
        _collect(token, found.loan);
        bool moves = _isLive(uint192(token >> 64));
        uint64 end = _leave(token, found);
        if (moves) _give(token, end, found.beneficiary, bytes32(uint256(found.loan)));
        emit RangeReturned(found.loan, token, found.beneficiary, moves);
    }

    function _isLive(uint192 id) private view returns (bool) {
        return TOKEN.wordOf(id).state() == uint8(IReceivableToken.State.Live);
    }

    /// @inheritdoc ITitleEscrow
    function sellRange(SellRange calldata body) external {
        Pledged memory found = _found(body.token);
        bool ordered = _requireSale(body, found);
        require(body.price != 0, PriceZero());
        uint64 end = _endOf(body.token, TOKEN.tokenWord(body.token));
        _requireSeen(body.token, uint64(body.token), end, body.payments, body.leastOwed);
        _collect(body.token, found.loan);
        _leave(body.token, found);
        _give(body.token, end, body.buyer, body.basis);
        emit RangeSold(found.loan, body.token, body.buyer, body.price, ordered, body.basis);
        LOANS.takeFromSecurity(found.loan, body.buyer, body.price, true, body.basis);
    }

    /// @dev Lender and buyer sign, and the beneficiary; or, once the borrower is in default, a court's officer in its place.
    function _requireSale(SellRange calldata body, Pledged memory found) private view returns (bool ordered) {
        ActContext memory context = _context();
        address lender = holderOf(body.token);
        require(_hasSigned(context, lender, Roles.BANK), SignerMissing(lender));
        require(_hasSigned(context, body.buyer, Roles.HOLDERS), SignerMissing(body.buyer));
        if (_hasSigned(context, found.beneficiary, Roles.HOLDERS)) return false;
        require(_courtSigned(context), SignerMissing(found.beneficiary));
        require(_isInDefault(found.loan), NotDefaulted(found.loan));
        return true;
    }

    function _courtSigned(ActContext memory context) private pure returns (bool) {
        for (uint256 i = 0; i < context.signers.length; ++i) {
            if (_hasSigned(context, context.signers[i].account, Roles.COURT_OFFICER)) return true;
        }
        return false;
    }

    function _isInDefault(uint40 loan) private view returns (bool) {
        (,,,, uint8 flags) = LOANS.partiesOf(loan);
        ILoans.Condition condition = LOANS.conditionOf(loan);
        bool late = condition == ILoans.Condition.Overdue;
        return condition == ILoans.Condition.Default || (late && flags & LoanFlags.ACCELERATED != 0);
    }

    /// @dev Ends the entry, unless the range was cut: then pieces of it may still have to be entered.
    function _leave(uint256 token, Pledged memory found) private returns (uint64 end) {
        end = _endOf(token, TOKEN.tokenWord(token));
        if (end != found.end) return end;
        uint256[] storage list = lists[found.loan];
        uint256 last = list[list.length - 1];
        list[found.place] = last;
        pledged[last].place = found.place;
        list.pop();
        delete pledged[token];
    }

    function _give(uint256 token, uint64 end, address to, bytes32 ref) private {
        TOKEN.carry(IReceivableToken.Move(token, uint64(token), end, to, ref), 0);
        TOKEN.flag(token, 0, TokenWords.CUSTODY);
    }

    function _endOf(uint256 token, TokenWord word) private pure returns (uint64) {
        return uint64(token) + word.length();
    }

    // --- Views ---

    /// @inheritdoc ITitleEscrow
    function checkCollect(uint256 token) external view returns (uint64 amount, bytes memory reason) {
        uint192 id = uint192(token >> 64);
        if (holderOf(token) == address(0)) return (0, abi.encodeWithSelector(NotPledged.selector, token));
        IRepayment repayment = _repayment(TOKEN.wordOf(id));
        (uint64 principal, uint64 interest) = repayment.undrawn(token);
        amount = principal + interest + repayment.rangeCredit(address(this), id, uint64(token));
        if (amount == 0) reason = abi.encodeWithSelector(NothingCollected.selector, token);
    }

    /// @inheritdoc ITitleEscrow
    function pledgeOf(uint256 token) external view returns (uint40, address, uint64) {
        Pledged memory found = pledged[token];
        return (found.loan, found.beneficiary, found.end);
    }

    /// @inheritdoc ITitleEscrow
    function holderOf(uint256 token) public view returns (address lender) {
        uint40 loan = pledged[token].loan;
        bool here = loan != 0 && TOKEN.tokenWord(token).owner() == address(this);
        if (here) (, lender,,,) = LOANS.partiesOf(loan);
    }

    /// @inheritdoc ITitleEscrow
    function rangesOf(uint40 loan) external view returns (uint256[] memory) {
        return lists[loan];
    }

    /// @inheritdoc ITitleEscrow
    function valueOf(uint40 loan) external view returns (uint256 value) {
        uint256[] memory tokens = lists[loan];
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint192 id = uint192(tokens[i] >> 64);
            TokenWord word = TOKEN.tokenWord(tokens[i]);
            if (word.owner() != address(this) || !_isLive(id)) continue;
            value += _repayment(TOKEN.wordOf(id)).owed(id, uint64(tokens[i]), _endOf(tokens[i], word));
        }
    }

    /// @inheritdoc ITitleEscrow
    function hashPledgeRanges(PledgeRanges calldata body) external pure returns (bytes32) {
        return body.hash();
    }
}
