// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {ICustody} from "./interfaces/ICustody.sol";
import {IFinancing} from "./interfaces/IFinancing.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IPurchaseOffers, OfferPurchase, Recourse} from "./interfaces/IPurchaseOffers.sol";
import {IRangeReceipts} from "./interfaces/IRangeReceipts.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {Deals} from "./financing/Deals.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Financing: purchase of receivables, with recourse or without
/// @dev An account of Members (contract, custodian, its own operator, declines direct moves), a companion of the token with {Powers-CARRY} and the flag
/// CUSTODY, and a module at the cash desk. What must stay true: balance in each cash = sum of credits, between calls; every token that it owns lies in
/// the range of exactly one deal that has not ended, or is of a receivable that is over and has drawn everything. So what leaves a deal that goes on,
/// by a court's order or before the rest can, leaves its range at once ({_part}).
/// Everything that changes a deal first collects, so that what was distributed before goes by what stood before.
///
/// Storage:
///   deals[id]                {Deal}, five words
///   credits[account][cash]   money of accounts that could not be paid
contract Financing is IFinancing, ActTarget {
    using MemberWord for uint256;
    using Deals for IFinancing.Deal;

    bytes private constant TERMS_TYPE_TEXT =
        "OfferPurchase(uint256 token,uint64 start,uint64 end,address seller,uint64 length,uint16 payments,uint64 leastOwed,uint64 advance,uint64 fee,uint32 discountRate,uint32 discountBasis,uint32 dayStart,uint8 recourse,uint40 until,uint8 cash,bytes32 contentRoot)";
    bytes32 private constant TERMS_TYPE = keccak256(TERMS_TYPE_TEXT);
    bytes32 private constant ACCEPT_TYPE =
        keccak256(abi.encodePacked("AcceptPurchase(uint192 offer,address bank,OfferPurchase terms)", TERMS_TYPE_TEXT));
    bytes32 private constant REFINANCE_TYPE = keccak256(
        abi.encodePacked(
            "RefinanceDeal(uint192 deal,uint64 mostPayoff,uint192 offer,address bank,OfferPurchase terms)",
            TERMS_TYPE_TEXT
        )
    );
    ICashDesk private immutable DESK;
    IReceivableToken private immutable TOKEN;
    IPurchaseOffers private immutable OFFERS;
    IRangeReceipts private immutable RECEIPTS;
    address private immutable HOLDS;

    mapping(uint192 id => Deal) private deals;
    mapping(address account => mapping(uint8 cash => uint64)) private credits;

    constructor(
        address acts,
        IMembers members,
        ICashDesk desk,
        IReceivableToken token,
        IPurchaseOffers offers,
        IRangeReceipts receipts,
        address holds
    ) ActTarget(acts, members) {
        (DESK, TOKEN, OFFERS, RECEIPTS, HOLDS) = (desk, token, offers, receipts, holds);
    }

    // --- Acceptance ---

    /// @inheritdoc IFinancing
    function acceptPurchase(AcceptPurchase calldata body) external onlyActs returns (uint192 id) {
        address seller = _signedIn(Roles.HOLDERS);
        id = body.offer;
        OFFERS.take(id, body.bank, body.terms, seller, seller);
        RECEIPTS.requireApart(uint192(body.terms.token >> 64), body.terms.start, body.terms.end);
        TOKEN.carry(
            IReceivableToken.Move(body.terms.token, body.terms.start, body.terms.end, address(this), _ref(id)),
            TokenWords.CUSTODY
        );
        _open(id, body.bank, body.terms);
        _emitOpened(id, 0, 0, body.terms.advance);
        _pay(body.terms.cash, body.bank, seller, body.terms.advance, id);
    }

    /// @inheritdoc IFinancing
    /// @dev The range stays where it is, in custody: nothing of the token changes.
    function refinanceDeal(RefinanceDeal calldata body) external onlyActs returns (uint192 id) {
        address seller = _signedIn(Roles.HOLDERS);
        _requireSeller(body.deal, seller);
        Deal memory old = _collectActive(body.deal);
        id = body.offer;
        OFFERS.take(id, body.bank, body.terms, seller, address(this));
        require(_isWholeAndFree(old, body.terms), RangeDiffers(body.deal, old.start, old.end));
        uint256 payoff = old.outstanding();
        uint256 most = Math.min(body.mostPayoff, body.terms.advance);
        require(payoff <= most, PayoffAbove(payoff, uint64(most)));
        _end(body.deal, old, Ending.Refinanced, address(0), 0);
        _open(id, body.bank, body.terms);
        _emitOpened(id, body.deal, uint64(payoff), body.terms.advance);
        _pay(old.cash, body.bank, old.bank, uint64(payoff), body.deal);
        _pay(old.cash, body.bank, seller, body.terms.advance - uint64(payoff), id);
    }

    /// @dev The terms' range is the deal's, and one token that no court holds: what is ordered of a deal must not be another's when its time comes.
    function _isWholeAndFree(Deal memory deal, OfferPurchase calldata terms) private view returns (bool) {
        return terms.token == _tokenId(deal.receivable, deal.start) && terms.start == deal.start
            && terms.end == deal.end && terms.length == deal.end - deal.start
            && !TOKEN.tokenWord(terms.token).has(TokenWords.HELD);
    }

    function _open(uint192 id, address bank, OfferPurchase calldata terms) private {
        uint192 receivable = uint192(terms.token >> 64);
        OFFERS.charge(bank, receivable, terms.advance);
        Deal memory deal = Deal({
            bank: bank,
            state: DealState.Active,
            recourse: terms.recourse,
            cash: terms.cash,
            dayStart: terms.dayStart,
            since: uint40(block.timestamp),
            seller: terms.seller,
            advance: terms.advance,
            day: Deals.dayOf(block.timestamp, terms.dayStart),
            receivable: receivable,
            start: terms.start,
            end: terms.end,
            fee: terms.fee,
            moneyDays: 0,
            discountRate: terms.discountRate,
            discountBasis: terms.discountBasis,
            discountPaid: 0
        });
        _write(id, deal);
    }

    function _write(uint192 id, Deal memory deal) private {
        deals[id] = deal;
    }

    function _read(uint192 id) private view returns (Deal memory) {
        return deals[id];
    }

    function _emitOpened(uint192 id, uint192 refinanced, uint64 payoff, uint64 advance) private {
        Deal storage deal = deals[id];
        emit DealOpened(
            id,
            deal.bank,
            deal.seller,
            deal.receivable,
            deal.start,
            deal.end,
            advance,
            payoff,
            refinanced,
            deal.since,
            _context().digest
        );
    }

    // --- Collecting ---

    /// @inheritdoc IFinancing
    function collect(uint192 id) external {
        _collect(id);
    }

    /// @inheritdoc IFinancing
    function release(uint192 id) external {
        require(deals[id].state == DealState.Satisfied, WrongDealState(id, deals[id].state));
        Deal memory deal = _collect(id);
        if (deal.state == DealState.Satisfied) _end(id, deal, Ending.Repaid, _leave(id, deal, deal.seller), 0);
    }

    /// @dev Draws what can be drawn, pays it out, and does what follows. Each payment counts from its distribution, so that calls change nothing.
    function _collect(uint192 id) private returns (Deal memory deal) {
        deal = _living(id);
        (uint256[] memory tokens, uint64[] memory amounts, uint40[] memory times) = _undrawn(deal);
        uint64 amount = _draw(deal, tokens);
        if (amount != 0) {
            Split memory split = deal.allocate(amount, amounts, times);
            _store(id, deal, split, Source.Collection);
            uint64 reserve = deal.recourse == Recourse.Full ? split.reserve : 0;
            _pay(deal.cash, address(this), deal.bank, amount - reserve, id);
            _pay(deal.cash, address(this), deal.seller, reserve, id);
        }
        _finish(id, deal);
    }

    function _collectActive(uint192 id) private returns (Deal memory deal) {
        deal = _collect(id);
        require(deal.state == DealState.Active, WrongDealState(id, deal.state));
    }

    function _undrawn(Deal memory deal) private view returns (uint256[] memory, uint64[] memory, uint40[] memory) {
        return RECEIPTS.undrawn(address(this), deal.receivable, deal.start, deal.end);
    }

    function _draw(Deal memory deal, uint256[] memory tokens) private returns (uint64 amount) {
        if (tokens.length == 0) return 0;
        IRepayment module = _module(deal.receivable);
        module.draw(tokens);
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint64 start = uint64(tokens[i]);
            uint64 credit = module.rangeCredit(address(this), deal.receivable, start);
            if (credit == 0) continue;
            amount += credit;
            module.withdrawRange(IRepayment.WithdrawRange(deal.receivable, start));
        }
    }

    /// @inheritdoc IFinancing
    function join(uint192 id) external {
        uint256[] memory tokens = _tokens(_collectActive(id));
        uint256 left;
        for (uint256 i = 0; i < tokens.length; ++i) {
            bool touches = i != 0 && uint64(left) + TOKEN.tokenWord(left).length() == uint64(tokens[i]);
            if (touches) TOKEN.merge(IReceivableToken.Merge(left, tokens[i]));
            else left = tokens[i];
        }
    }

    // --- Reckoning ---

    function _store(uint192 id, Deal memory deal, Split memory split, Source source) private {
        _write(id, deal);
        if (split.advance != 0) OFFERS.discharge(deal.bank, deal.receivable, split.advance);
        emit DealPaid(id, source, split, deal.advance, deal.fee, deal.moneyDays, deal.discountPaid, deal.day);
    }

    /// @dev A deal as it is when everything that was distributed is counted.
    function _reckoned(uint192 id) private view returns (Deal memory deal, uint64 amount) {
        deal = _living(id);
        (, uint64[] memory amounts, uint40[] memory times) = _undrawn(deal);
        for (uint256 k = 0; k < amounts.length; ++k) {
            amount += amounts[k];
        }
        deal.allocate(amount, amounts, times);
    }

    // --- What follows from the figures ---

    function _finish(uint192 id, Deal memory deal) private {
        if (deal.recourse == Recourse.Full) {
            if (deal.advance == 0) _giveBack(id, deal);
        } else if (!_isLive(deal.receivable) && _isDrawn(deal)) {
            _end(id, deal, Ending.Exhausted, address(0), 0);
        }
    }

    /// @dev Tries, since a held range or a suspended seller must not stop the bank's money; {release} tries again.
    function _giveBack(uint192 id, Deal memory deal) private {
        uint256[] memory tokens = _tokens(deal);
        (bool gone, address to) = _isLive(deal.receivable) ? _tryLeave(id, deal, tokens) : (_isDrawn(deal), address(0));
        if (gone) {
            return _end(id, deal, Ending.Repaid, to, 0);
        }
        if (deal.state == DealState.Active) {
            deals[id].state = deal.state = DealState.Satisfied;
            emit DealSatisfied(id);
        }
        _partFrom(id, tokens);
    }

    function _tryLeave(uint192 id, Deal memory deal, uint256[] memory tokens) private returns (bool gone, address to) {
        gone = true;
        for (uint256 i = 0; i < tokens.length; ++i) {
            try TOKEN.carry(_wholeMove(id, tokens[i], deal.seller), 0) {
                TOKEN.flag(tokens[i], 0, TokenWords.CUSTODY);
                to = deal.seller;
            } catch {
                gone = false;
            }
        }
    }

    /// @dev Those of the tokens that went back leave the deal, which waits for the others.
    function _partFrom(uint192 id, uint256[] memory tokens) private {
        for (uint256 i = 0; i < tokens.length; ++i) {
            TokenWord held = TOKEN.tokenWord(tokens[i]);
            if (held.owner() == address(this)) continue;
            _part(id, held.owner(), uint64(tokens[i]), uint64(tokens[i]) + held.length());
        }
    }

    /// @inheritdoc ICustody
    /// @dev A deal that has ended left nothing here but empty tokens of receivables that are over.
    function lose(uint256 subject, address to, uint192 receivable, uint64 start, uint64 end) external {
        require(msg.sender == HOLDS, NotHolds(msg.sender));
        uint192 id = uint192(subject);
        Deal storage deal = deals[id];
        bool covers = deal.receivable == receivable && deal.start <= start && end <= deal.end;
        require(covers && !(deal.state == DealState.Ended && _isLive(receivable)), NotInCustodyFor(subject, start, end));
        if (deal.state != DealState.Ended) _part(id, to, start, end);
    }

    /// @dev [start, end) is the deal's no more: it begins later, ends earlier, or has a hole.
    function _part(uint192 id, address to, uint64 start, uint64 end) private {
        Deal storage deal = deals[id];
        (uint64 from, uint64 until) = RECEIPTS.part(id, deal.receivable, deal.start, deal.end, start, end);
        (deal.start, deal.end) = (from, until);
        emit RangeLeft(id, to, start, end, from, until);
    }

    /// @dev Everything in custody leaves it. Ranges of a receivable that is over stay where they are; they bring nothing more.
    function _leave(uint192 id, Deal memory deal, address to) private returns (address) {
        uint256[] memory tokens = _tokens(deal);
        bool live = _isLive(deal.receivable);
        if (!live) require(_isDrawn(deal), MoneyHeld(tokens[0]));
        for (uint256 i = 0; live && i < tokens.length; ++i) {
            TOKEN.carry(_wholeMove(id, tokens[i], to), 0);
            TOKEN.flag(tokens[i], 0, TokenWords.CUSTODY);
        }
        return live && tokens.length != 0 ? to : address(0);
    }

    function _wholeMove(uint192 id, uint256 token, address to) private view returns (IReceivableToken.Move memory) {
        uint64 start = uint64(token);
        return IReceivableToken.Move(token, start, start + TOKEN.tokenWord(token).length(), to, _ref(id));
    }

    function _isLive(uint192 receivable) private view returns (bool) {
        return TOKEN.wordOf(receivable).state() == uint8(IReceivableToken.State.Live);
    }

    /// @dev Nothing that was distributed is kept under a hold.
    function _isDrawn(Deal memory deal) private view returns (bool drawn) {
        (,, drawn) = RECEIPTS.extent(address(this), deal.receivable, deal.start, deal.end);
    }

    /// @dev All of the deal that is in custody, whatever a court's order took out of it.
    function _tokens(Deal memory deal) private view returns (uint256[] memory) {
        return RECEIPTS.tokensOf(address(this), deal.receivable, deal.start, deal.end);
    }

    function _end(uint192 id, Deal memory deal, Ending ending, address to, bytes32 document) private {
        deals[id].state = deal.state = DealState.Ended;
        if (deal.advance != 0) OFFERS.discharge(deal.bank, deal.receivable, deal.advance);
        deal.accrue(block.timestamp);
        emit DealEnded(id, ending, to, deal.discount(), deal.fee, deal.advance, document);
    }

    // --- The seller's money ---

    /// @inheritdoc IFinancing
    function buyBack(BuyBack calldata body) external {
        address seller = _actorIn(Roles.HOLDERS);
        _requireSeller(body.deal, seller);
        Deal memory deal = _collect(body.deal);
        // What came in meanwhile may have paid the bank, and the range is on its way already.
        if (deal.state != DealState.Active) return;
        uint256 owed = deal.outstanding();
        require(owed <= body.most, PayoffAbove(owed, body.most));
        _takeFromSeller(body.deal, deal, uint64(owed), Source.BuyBack);
    }

    /// @inheritdoc IFinancing
    function fireRecourse(uint192 id) external {
        Deal memory deal = _collect(id);
        _takeFromSeller(id, deal, _recoverable(id, deal), Source.Recourse);
    }

    /// @inheritdoc IFinancing
    function checkRecourse(uint192 id) external view returns (uint64 amount, bytes memory reason) {
        try this.recoverable(id) returns (uint64 found) {
            return (found, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice What {fireRecourse} would take now; reverts as it would, by the same code.
    function recoverable(uint192 id) external view returns (uint64) {
        (Deal memory deal,) = _reckoned(id);
        return _recoverable(id, deal);
    }

    function _recoverable(uint192 id, Deal memory deal) private view returns (uint64) {
        _requireRecourse(id, deal, Recourse.Full);
        require(deal.advance != 0, NothingOutstanding(id));
        require(_isOverdue(deal), NotOverdue(deal.receivable));
        uint256 word = MEMBERS.wordOf(deal.seller);
        require(word.isActive() && !word.has(MemberWord.HELD), PartyUnable(deal.seller));
        uint256 free = ISettlementCash(DESK.cashAt(deal.cash)).balanceOf(deal.seller);
        require(free != 0, NothingFree(deal.seller));
        return uint64(Math.min(deal.outstanding(), free));
    }

    /// @dev Beyond grace, or holders get nothing more: what the range did not bring it never will.
    function _isOverdue(Deal memory deal) private view returns (bool) {
        IRepayment.Condition found = _module(deal.receivable).stateAt(deal.receivable, uint40(block.timestamp));
        return found == IRepayment.Condition.Overdue || found == IRepayment.Condition.Closed
            || found == IRepayment.Condition.Cancelled || found == IRepayment.Condition.Subrogated;
    }

    /// @dev At most what is outstanding, so none of it is reserve.
    function _takeFromSeller(uint192 id, Deal memory deal, uint64 amount, Source source) private {
        Split memory split;
        deal.allocate(split, amount, block.timestamp);
        _store(id, deal, split, source);
        _pay(deal.cash, deal.seller, deal.bank, amount, id);
        _finish(id, deal);
    }

    // --- Exits ---

    /// @inheritdoc IFinancing
    function assignDeal(AssignDeal calldata body) external onlyActs {
        address bank = _signedIn(Roles.HOLDERS);
        _requireBank(body.deal, bank, Recourse.None);
        require(_hasSigned(_context(), body.to, Roles.BANK), PartyUnable(body.to));
        _requireFree(body.to);
        Deal memory deal = _collectActive(body.deal);
        _checkAssigned(deal, body);
        OFFERS.discharge(bank, deal.receivable, deal.advance);
        OFFERS.charge(body.to, deal.receivable, deal.advance);
        deals[body.deal].bank = body.to;
        emit DealAssigned(body.deal, bank, body.to, body.price);
        _pay(deal.cash, body.to, bank, body.price, body.deal);
    }

    function _checkAssigned(Deal memory deal, AssignDeal calldata body) private view {
        uint16 payments = TOKEN.wordOf(deal.receivable).payments();
        (, uint64 owed,) = RECEIPTS.extent(address(this), deal.receivable, deal.start, deal.end);
        require(payments == body.payments && owed >= body.leastOwed, AssignedDiffers(body.deal, payments, owed));
    }

    /// @inheritdoc IFinancing
    function takeOutDeal(TakeOutDeal calldata body) external {
        address bank = _actorIn(Roles.HOLDERS);
        _requireBank(body.deal, bank, Recourse.None);
        Deal memory deal = _collect(body.deal);
        if (deal.state == DealState.Active) _end(body.deal, deal, Ending.TakenOut, _leave(body.deal, deal, bank), 0);
    }

    /// @inheritdoc IFinancing
    function waiveDeal(WaiveDeal calldata body) external {
        address bank = _actorIn(Roles.HOLDERS);
        _requireBank(body.deal, bank, Recourse.Full);
        Deal memory deal = _collect(body.deal);
        if (deal.state != DealState.Active) return;
        _end(body.deal, deal, Ending.Waived, _leave(body.deal, deal, deal.seller), body.reason);
    }

    /// @inheritdoc IFinancing
    function settleDeal(SettleDeal calldata body) external onlyActs {
        Deal memory deal = _requireBoth(body.deal, body.to);
        _end(body.deal, deal, Ending.Settled, _leave(body.deal, deal, body.to), body.document);
    }

    /// @inheritdoc IFinancing
    function releaseTail(ReleaseTail calldata body) external onlyActs {
        Deal memory deal = _requireBoth(body.deal, body.to);
        uint256 token = _tokenId(deal.receivable, deal.start);
        require(
            body.tailStart > deal.start && TOKEN.tokenWord(token).length() == deal.end - deal.start,
            RangeDiffers(body.deal, deal.start, deal.end)
        );
        deals[body.deal].end = body.tailStart;
        emit TailReleased(body.deal, body.to, body.tailStart, deal.end, body.document);
        uint256 tail = TOKEN.carry(IReceivableToken.Move(token, body.tailStart, deal.end, body.to, _ref(body.deal)), 0);
        TOKEN.flag(tail, 0, TokenWords.CUSTODY);
    }

    /// @inheritdoc IFinancing
    function withdrawFinancing(WithdrawFinancing calldata body) external {
        address account = _actor();
        uint64 amount = credits[account][body.cash];
        require(amount != 0, NothingCredited(account));
        credits[account][body.cash] = 0;
        emit FinancingWithdrawn(account, body.cash, amount);
        ISettlementCash(DESK.cashAt(body.cash)).moveFor(address(this), account, amount, 0);
    }

    // --- Money ---

    /// @dev Whoever can't be paid now is credited, so that nobody else waits for it.
    function _pay(uint8 cash, address from, address to, uint64 amount, uint192 deal) private {
        if (amount == 0) return;
        ISettlementCash money = ISettlementCash(DESK.cashAt(cash));
        bool paid = MEMBERS.wordOf(to).isActive();
        if (!paid) {
            credits[to][cash] += amount;
            emit FinancingCredited(to, cash, deal, amount);
        }
        if (paid || from != address(this)) money.moveFor(from, paid ? to : address(this), amount, _ref(deal));
    }

    // --- Who ---

    function _living(uint192 id) private view returns (Deal memory deal) {
        deal = _read(id);
        require(deal.state == DealState.Active || deal.state == DealState.Satisfied, WrongDealState(id, deal.state));
    }

    function _requireSeller(uint192 id, address account) private view {
        Deal memory deal = _living(id);
        _requireRecourse(id, deal, Recourse.Full);
        require(deal.seller == account, NotSeller(account, deal.seller));
        _requireFree(account);
    }

    function _requireBank(uint192 id, address account, Recourse recourse) private view {
        Deal memory deal = _living(id);
        _requireRecourse(id, deal, recourse);
        require(deal.bank == account, NotBank(account, deal.bank));
        _requireFree(account);
    }

    function _requireRecourse(uint192 id, Deal memory deal, Recourse recourse) private pure {
        require(deal.recourse == recourse, RecourseDiffers(id, deal.recourse));
    }

    /// @dev Bank and seller of an active deal with recourse have both signed, and `to` is one of them.
    function _requireBoth(uint192 id, address to) private returns (Deal memory) {
        Deal memory deal = _living(id);
        _requireRecourse(id, deal, Recourse.Full);
        require(to == deal.bank || to == deal.seller, NeitherParty(to));
        ActContext memory context = _context();
        require(
            _hasSigned(context, deal.bank, Roles.HOLDERS) && _hasSigned(context, deal.seller, Roles.HOLDERS),
            BothMustSign(deal.bank, deal.seller)
        );
        _requireFree(deal.bank);
        _requireFree(deal.seller);
        return _collectActive(id);
    }

    /// @dev Of an account that signed, so it is active.
    function _requireFree(address account) private view {
        require(!MEMBERS.wordOf(account).has(MemberWord.HELD), PartyUnable(account));
    }

    // --- Views ---

    /// @inheritdoc IFinancing
    function dealOf(uint192 id) external view returns (Deal memory) {
        return _read(id);
    }

    /// @inheritdoc IFinancing
    function isOver(uint192 id) external view returns (bool) {
        return deals[id].state == DealState.Ended;
    }

    /// @inheritdoc IFinancing
    function outstandingAt(uint192 id, uint40 time) external view returns (uint256, uint64, uint64) {
        (Deal memory deal,) = _reckoned(id);
        deal.accrue(time);
        return (deal.discount(), deal.fee, deal.advance);
    }

    /// @inheritdoc IFinancing
    function collectable(uint192 id) external view returns (uint64 amount) {
        (, amount) = _reckoned(id);
    }

    /// @inheritdoc IFinancing
    function financingCredit(address account, uint8 cash) external view returns (uint64) {
        return credits[account][cash];
    }

    // --- EIP-712 bodies and ids ---

    /// @inheritdoc IFinancing
    function hashAcceptPurchase(AcceptPurchase calldata body) external pure returns (bytes32) {
        return keccak256(abi.encode(ACCEPT_TYPE, body.offer, body.bank, _hashTerms(body.terms)));
    }

    /// @inheritdoc IFinancing
    function hashRefinanceDeal(RefinanceDeal calldata body) external pure returns (bytes32) {
        return keccak256(
            abi.encode(REFINANCE_TYPE, body.deal, body.mostPayoff, body.offer, body.bank, _hashTerms(body.terms))
        );
    }

    function _hashTerms(OfferPurchase calldata terms) private pure returns (bytes32) {
        return keccak256(abi.encode(TERMS_TYPE, terms));
    }

    function _tokenId(uint192 receivable, uint64 start) private pure returns (uint256) {
        return uint256(receivable) << 64 | start;
    }

    function _ref(uint192 id) private pure returns (bytes32) {
        return bytes32(uint256(id));
    }

    function _module(uint192 receivable) private view returns (IRepayment) {
        return IRepayment(TOKEN.moduleAt(TOKEN.wordOf(receivable).module()));
    }
}
