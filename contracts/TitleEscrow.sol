// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "./ActTarget.sol";
import {ICustody} from "./interfaces/ICustody.sol";
import {ILoans} from "./interfaces/ILoans.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ITitleEscrow} from "./interfaces/ITitleEscrow.sol";
import {LoanHashes} from "./loan/LoanHashes.sol";
import {LoanFlags, PledgedRange} from "./types/LoanTerms.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Custody of pledged receivable ranges
/// @dev A member itself (a contract, custodian, its own operator) and a companion of the token that may carry and flag custody. Ranges are never cut or
/// merged here. What comes in on them is given to the loan at once, so nothing is kept here between calls.
/// A range leaves by return after repayment or discharge, by the lender's release, or by a sale. What must stay true: every unit that is here lies in
/// exactly one entry [token's start, end), and all of an entry is here. A court's hold may cut a range into pieces: they stay in its entry until they
/// get their own ({enterPiece}). A court's order takes its part out of the entry in the same call ({lose}).
///
/// Storage:
///   pledged[token]   beneficiary 160 | loan 40 | place in the loan's list 16 ; end 64
///   lists[loan]      tokens
contract TitleEscrow is ITitleEscrow, ActTarget {
    using LoanHashes for PledgeRanges;
    using MemberWord for uint256;

    struct Pledged {
        address beneficiary;
        uint40 loan;
        uint16 place;
        uint64 end;
    }

    uint256 private constant MOST_RANGES = 32;

    ILoans private immutable LOANS;
    address private immutable AGREEMENTS;
    address private immutable HOLDS;
    IReceivableToken private immutable TOKEN;

    mapping(uint256 token => Pledged) private pledged;
    mapping(uint40 loan => uint256[]) private lists;

    constructor(address acts, IMembers members, ILoans loans, address agreements, IReceivableToken token, address holds)
        ActTarget(acts, members)
    {
        HOLDS = holds;
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

    function _enter(uint256 token, uint40 loan, address beneficiary, uint64 end) private {
        pledged[token] = Pledged(beneficiary, loan, uint16(lists[loan].length), end);
        lists[loan].push(token);
        emit RangePledged(loan, token, beneficiary, end);
    }

    /// @inheritdoc ITitleEscrow
    function enterPiece(uint256 token, uint256 from) external {
        Pledged memory found = pledged[from];
        bool inside = token > from && token >> 64 == from >> 64 && uint64(token) < found.end;
        require(found.loan != 0 && inside, NotPledged(from));
        address owner = TOKEN.tokenWord(token).owner();
        require(owner == address(this), RangeGone(token, owner));
        _divide(from, found, token);
    }

    /// @dev The entry ends where `token` begins, which gets the rest of it.
    function _divide(uint256 from, Pledged memory found, uint256 token) private {
        pledged[from].end = uint64(token);
        emit RangeCut(found.loan, from, uint64(token));
        _enter(token, found.loan, found.beneficiary, found.end);
    }

    /// @inheritdoc ICustody
    /// @dev Of a receivable that is over there may be empty tokens without an entry.
    function lose(uint256 subject, address to, uint192 receivable, uint64 start, uint64 end) external {
        require(msg.sender == HOLDS, NotHolds(msg.sender));
        Pledged memory found = pledged[subject];
        bool covers = uint192(subject >> 64) == receivable && uint64(subject) <= start && end <= found.end;
        if (found.loan == 0) covers = !_isLive(receivable) && pledged[uint256(receivable) << 64 | start].loan == 0;
        require(covers, NotInCustodyFor(subject, start, end));
        if (found.loan != 0) _lose(subject, found, to, start, end);
    }

    function _lose(uint256 token, Pledged memory found, address to, uint64 start, uint64 end) private {
        emit RangeTaken(found.loan, token, to, start, end);
        if (start == uint64(token)) _leave(token, found);
        else pledged[token].end = start;
        if (end != found.end) _enter(token >> 64 << 64 | end, found.loan, found.beneficiary, found.end);
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

    /// @dev The entry of a range, which is one token from here on: what a court cut off gets its own entry.
    function _found(uint256 token) private returns (Pledged memory found) {
        found = _entry(token);
        uint64 end = _endOf(token);
        if (end == found.end) return found;
        _divide(token, found, token >> 64 << 64 | end);
        found.end = end;
    }

    function _entry(uint256 token) private view returns (Pledged memory found) {
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
        _requireOver(found.loan);
        _return(token, found);
    }

    /// @inheritdoc ITitleEscrow
    function releaseRange(ReleaseRange calldata body) external {
        Pledged memory found = _found(body.token);
        address lender = _signedIn(Roles.BANK);
        require(lender == holderOf(body.token), NotHolder(body.token, lender));
        _requireFree(lender);
        _return(body.token, found);
    }

    /// @dev What came in before belongs to the loan. A receivable that is over leaves nothing to move.
    function _return(uint256 token, Pledged memory found) private {
        _collect(token, found.loan);
        bool moves = _isLive(uint192(token >> 64));
        _leave(token, found);
        if (moves) _give(token, found.end, found.beneficiary, bytes32(uint256(found.loan)));
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
        _requireSeen(body.token, uint64(body.token), found.end, body.payments, body.leastOwed);
        _collect(body.token, found.loan);
        _leave(body.token, found);
        _give(body.token, found.end, body.buyer, body.basis);
        emit RangeSold(found.loan, body.token, body.buyer, body.price, ordered, body.basis);
        LOANS.takeFromSecurity(found.loan, body.buyer, body.price, true, body.basis);
    }

    /// @dev Lender and buyer sign, and the beneficiary; or, once the borrower is in default, a court's officer in its place.
    function _requireSale(SellRange calldata body, Pledged memory found) private view returns (bool ordered) {
        ActContext memory context = _context();
        address lender = holderOf(body.token);
        require(_hasSigned(context, lender, Roles.BANK), SignerMissing(lender));
        _requireFree(lender);
        require(_hasSigned(context, body.buyer, Roles.HOLDERS), SignerMissing(body.buyer));
        if (_hasSigned(context, found.beneficiary, Roles.HOLDERS)) return false;
        require(_courtSigned(context), SignerMissing(found.beneficiary));
        require(_isInDefault(found.loan), NotDefaulted(found.loan));
        return true;
    }

    /// @dev A lender that a court holds lets no security go.
    function _requireFree(address lender) private view {
        require(!MEMBERS.wordOf(lender).has(MemberWord.HELD), IReceivableToken.AccountHeld(lender));
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

    function _leave(uint256 token, Pledged memory found) private {
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

    function _endOf(uint256 token) private view returns (uint64) {
        return uint64(token) + TOKEN.tokenWord(token).length();
    }

    // --- Views ---

    /// @inheritdoc ITitleEscrow
    function checkCollect(uint256 token) external view returns (uint64 amount, bytes memory reason) {
        try this.collectable(token) returns (uint64 found) {
            return (found, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice What {collectRange} would take now; reverts as it would.
    function collectable(uint256 token) external view returns (uint64 amount) {
        _entry(token);
        _requireDrawable(token);
        uint192 id = uint192(token >> 64);
        IRepayment repayment = _repayment(TOKEN.wordOf(id));
        (uint64 principal, uint64 interest) = repayment.undrawn(token);
        amount = principal + interest + repayment.rangeCredit(address(this), id, uint64(token));
        require(amount != 0, NothingCollected(token));
    }

    /// @inheritdoc ITitleEscrow
    function checkReturn(uint256 token) external view returns (uint64 length, bytes memory reason) {
        try this.returnable(token) returns (uint64 found) {
            return (found, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice The length that {returnRange} would give back now; reverts as it would.
    function returnable(uint256 token) external view returns (uint64) {
        Pledged memory found = _entry(token);
        _requireOver(found.loan);
        _requireDrawable(token);
        uint192 id = uint192(token >> 64);
        if (_isLive(id)) {
            require(!TOKEN.wordOf(id).stopped(), IReceivableToken.ReceivableStopped(id));
            bool receives = MEMBERS.wordOf(found.beneficiary).isActiveAccount(found.beneficiary);
            require(receives, IReceivableToken.RecipientInactive(found.beneficiary));
        }
        return _endOf(token) - uint64(token);
    }

    /// @dev No court holds the range or its receivable.
    function _requireDrawable(uint256 token) private view {
        TokenWord held = TOKEN.tokenWord(token);
        require(!held.has(TokenWords.HELD), IReceivableToken.TokenLocked(token, held.flags()));
        uint192 id = uint192(token >> 64);
        bool stands = TOKEN.wordOf(id).marks() & ReceivableWords.HELD != 0;
        require(!stands, IReceivableToken.ReceivableStopped(id));
    }

    function _requireOver(uint40 loan) private view {
        (ILoans.Status status,,,,) = LOANS.partiesOf(loan);
        require(status != ILoans.Status.Live, LoanStillLive(loan));
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
            if (!_isLive(id)) continue;
            value += _repayment(TOKEN.wordOf(id)).owed(id, uint64(tokens[i]), pledged[tokens[i]].end);
        }
    }

    /// @inheritdoc ITitleEscrow
    function hashPledgeRanges(PledgeRanges calldata body) external pure returns (bytes32) {
        return body.hash();
    }
}
