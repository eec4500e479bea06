// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {StdUtils} from "forge-std/StdUtils.sol";
import {Financing} from "../../contracts/Financing.sol";
import {PurchaseOffers} from "../../contracts/PurchaseOffers.sol";
import {ReceivableToken} from "../../contracts/ReceivableToken.sol";
import {Repayment} from "../../contracts/Repayment.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IPurchaseOffers, OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {ReceivableWord} from "../../contracts/types/ReceivableWord.sol";
import {TokenWord} from "../../contracts/types/TokenWord.sol";
import {FinancingReckoning} from "./FinancingReckoning.sol";

/// @notice What a life asks of the test that knows how to sign.
interface ISignsDeals {
    function offerAs(address bank, OfferPurchase calldata terms) external returns (uint192 offer);
    function recallAs(address bank, uint192 offer) external;
    /// @notice By the seller; what it is refused with, if it is.
    function acceptAs(uint192 offer, address bank, OfferPurchase calldata terms) external returns (bytes memory reason);
    function refinanceAs(address bank, uint192 dealId, uint64 most, OfferPurchase calldata terms)
        external
        returns (uint192);
    function assignAs(uint192 dealId, address from, address to, uint64 price, uint16 payments) external;
    function settleAs(uint192 dealId, address bank, address to) external;
    function tailAs(uint192 dealId, address bank, uint64 start, address to) external;
    function payAs(uint192 receivable, uint64 amount) external;
    function suspendAs(address account, bool suspended) external;
    function pauseAs(uint192 receivable, bool paused) external;
    function holdAs(uint192 receivable) external;
    function liftAs(uint192 receivable) external;
}

/// @notice A random life of financed ranges on several receivables: two banks offer side by side and recall, buy, refinance, assign and let go; the obligor pays in parts and late;
/// anybody collects; courts hold, the council pauses and suspends. Every step is taken by the contracts and written down in the reckoning.
/// @dev Every call is one that must go through, so any revert is a fault (`fail_on_revert`).
contract FinancingLife is CommonBase, StdUtils {
    struct Parts {
        Financing financing;
        PurchaseOffers purchases;
        ReceivableToken token;
        Repayment repayment;
        SettlementCash cash;
    }

    /// What a bank offered and nobody has accepted or recalled yet.
    struct Standing {
        uint192 offer;
        address bank;
        OfferPurchase terms;
    }

    Parts private parts;
    FinancingReckoning private immutable RECKONING;
    ISignsDeals private immutable SIGNS;
    address private immutable SELLER;
    address[2] private banks;
    uint192[] private ids;
    uint192[] public deals;
    Standing[] private standing;
    mapping(uint192 receivable => bool) public held;
    mapping(address account => bool) public suspended;

    constructor(
        Parts memory parts_,
        FinancingReckoning reckoning,
        ISignsDeals signs,
        address seller,
        address[2] memory banks_,
        uint192[] memory ids_
    ) {
        (parts, RECKONING, SIGNS, SELLER) = (parts_, reckoning, signs, seller);
        (banks, ids) = (banks_, ids_);
    }

    function count() external view returns (uint256) {
        return deals.length;
    }

    // --- Buying ---

    function buy(uint256 which, uint256 seed, uint64 start, uint64 end, uint64 advance) external {
        (bool can, address bank, OfferPurchase memory terms) = _wanted(which, seed, start, end, advance);
        if (!can || !_moves(uint192(terms.token >> 64)) || suspended[SELLER]) return;
        if (suspended[bank] || parts.cash.balanceOf(bank) < terms.advance) return;
        uint192 offer = SIGNS.offerAs(bank, terms);
        require(_accept(offer, bank, terms), "an offer as good as its facts is accepted");
    }

    /// @dev For a range of the seller's as it is now; both banks may offer for one range, and for parts of it.
    function offer(uint256 which, uint256 seed, uint64 start, uint64 end, uint64 advance, uint32 time) external {
        (bool can, address bank, OfferPurchase memory terms) = _wanted(which, seed, start, end, advance);
        if (!can || suspended[bank] || standing.length == 8) return;
        terms.until = uint40(block.timestamp + bound(time, 0, 20 days));
        standing.push(Standing(SIGNS.offerAs(bank, terms), bank, terms));
    }

    function recall(uint256 which) external {
        if (standing.length == 0) return;
        which %= standing.length;
        if (suspended[standing[which].bank]) return;
        SIGNS.recallAs(standing[which].bank, standing[which].offer);
        _forget(which);
    }

    /// @dev One of several: it goes through if all is as the bank saw it and it hasn't lapsed; one that lost to another is refused.
    function acceptStanding(uint256 which) external {
        if (standing.length == 0 || suspended[SELLER]) return;
        which %= standing.length;
        Standing memory found = standing[which];
        bool can = _isAsSeen(found) && parts.cash.balanceOf(found.bank) >= found.terms.advance;
        require(_accept(found.offer, found.bank, found.terms) == can, "accepted just when it is as the bank saw it");
        if (can || block.timestamp > found.terms.until) _forget(which);
    }

    function _isAsSeen(Standing memory found) private view returns (bool) {
        OfferPurchase memory terms = found.terms;
        uint192 id = uint192(terms.token >> 64);
        TokenWord word = parts.token.tokenWord(terms.token);
        return block.timestamp <= terms.until && !suspended[found.bank] && _moves(id) && word.owner() == SELLER
            && word.length() == terms.length && _word(id).payments() == terms.payments
            && parts.repayment.owed(id, terms.start, terms.end) >= terms.leastOwed;
    }

    function _forget(uint256 which) private {
        standing[which] = standing[standing.length - 1];
        standing.pop();
    }

    /// @dev What the seller has not drawn of the token is credited to it before the range moves.
    function _accept(uint192 offer_, address bank, OfferPurchase memory terms) private returns (bool) {
        (uint64 principal, uint64 interest) = parts.repayment.undrawn(terms.token);
        bytes memory reason = SIGNS.acceptAs(offer_, bank, terms);
        if (reason.length != 0) {
            require(_isForeseen(bytes4(reason)), "an acceptance failed for a reason of its own");
            return false;
        }
        RECKONING.give(SELLER, principal + interest + terms.advance);
        RECKONING.take(bank, terms.advance);
        _opened(offer_, bank, terms);
        return true;
    }

    function _isForeseen(bytes4 told) private pure returns (bool) {
        return told == IPurchaseOffers.FactsDiffer.selector || told == IPurchaseOffers.OfferLapsed.selector
            || told == IPurchaseOffers.BankUnable.selector || told == IReceivableToken.ReceivableStopped.selector
            || told == IReceivableToken.WrongState.selector || told == IERC20Errors.ERC20InsufficientBalance.selector;
    }

    /// @dev A range within one of the seller's tokens, as it is now.
    function _wanted(uint256 which, uint256 seed, uint64 start, uint64 end, uint64 advance)
        private
        view
        returns (bool can, address bank, OfferPurchase memory terms)
    {
        uint192 id = ids[which % ids.length];
        uint256 source = _sellersToken(id, seed);
        if (source == 0) return (false, address(0), terms);
        TokenWord word = parts.token.tokenWord(source);
        start = uint64(bound(start, uint64(source), uint64(source) + word.length() - 1));
        end = uint64(bound(end, start + 1, uint64(source) + word.length()));
        terms = _random(id, source, start, end, seed);
        terms.advance = uint64(bound(advance, 1, 2 * (end - start)));
        return (true, banks[seed % 2], terms);
    }

    function _random(uint192 id, uint256 source, uint64 start, uint64 end, uint256 seed)
        private
        view
        returns (OfferPurchase memory terms)
    {
        // A fuzzer's numbers are often small.
        seed = uint256(keccak256(abi.encode(seed)));
        (terms.token, terms.start, terms.end, terms.seller) = (source, start, end, SELLER);
        (terms.length, terms.payments) = (parts.token.tokenWord(source).length(), _word(id).payments());
        terms.leastOwed = parts.repayment.owed(id, start, end);
        terms.fee = uint64((seed >> 8) % 50);
        (terms.discountRate, terms.discountBasis) = (uint32((seed >> 16) % 20), 1000);
        terms.dayStart = uint32((seed >> 32) % 1 days);
        terms.recourse = seed >> 64 & 3 != 0 ? Recourse.Full : Recourse.None;
        (terms.until, terms.cash) = (uint40(block.timestamp), 1);
    }

    function _opened(uint192 dealId, address bank, OfferPurchase memory terms) private {
        deals.push(dealId);
        RECKONING.open(
            dealId,
            bank,
            terms.recourse == Recourse.Full,
            [terms.advance, terms.fee],
            [terms.discountRate, terms.discountBasis, terms.dayStart]
        );
    }

    function refinance(uint256 which, uint256 seed, uint64 more) external {
        (uint192 dealId, IFinancing.Deal memory d, bool found) = _active(which);
        if (!found || d.recourse != Recourse.Full || held[d.receivable] || suspended[SELLER]) return;
        uint256 owed = RECKONING.outstanding(dealId);
        address bank = banks[seed % 2];
        OfferPurchase memory terms = _random(d.receivable, _token(d), d.start, d.end, seed);
        terms.advance = uint64(owed + bound(more, 0, d.end - d.start));
        bool pays = !suspended[bank] && parts.cash.balanceOf(bank) >= terms.advance + uint64(owed);
        if (owed == 0 || !pays) return;
        _collected(dealId, d);
        uint192 next = SIGNS.refinanceAs(bank, dealId, uint64(owed), terms);
        RECKONING.take(bank, terms.advance);
        RECKONING.give(d.bank, owed);
        RECKONING.give(SELLER, terms.advance - owed);
        _opened(next, bank, terms);
    }

    function assign(uint256 which, uint64 price) external {
        (uint192 dealId, IFinancing.Deal memory d, bool found) = _active(which);
        if (!found || d.recourse != Recourse.None || suspended[banks[0]] || suspended[banks[1]]) return;
        if (!_isOpenAfterCollect(d)) return;
        address to = d.bank == banks[0] ? banks[1] : banks[0];
        price = uint64(bound(price, 0, d.end - d.start));
        if (parts.cash.balanceOf(to) < price) return;
        SIGNS.assignAs(dealId, d.bank, to, price, _word(d.receivable).payments());
        _collected(dealId, d);
        RECKONING.give(d.bank, price);
        RECKONING.take(to, price);
        RECKONING.assign(dealId, to);
    }

    // --- Collecting ---

    function collect(uint256 which) external {
        (uint192 dealId, IFinancing.Deal memory d, bool found) = _living(which);
        if (!found) return;
        parts.financing.collect(dealId);
        _collected(dealId, d);
    }

    function release(uint256 which) external {
        (uint192 dealId, IFinancing.Deal memory d, bool found) = _in(which, IFinancing.DealState.Satisfied);
        if (!found || held[d.receivable]) return;
        if (_isLive(d.receivable) && (!_moves(d.receivable) || suspended[SELLER])) return;
        parts.financing.release(dealId);
        _collected(dealId, d);
        require(parts.financing.dealOf(dealId).state == IFinancing.DealState.Ended, "released");
    }

    /// @dev Everything received is paid out, unless a court holds it.
    function _collected(uint192 dealId, IFinancing.Deal memory d) private {
        if (!held[d.receivable]) RECKONING.settle(dealId, SELLER);
    }

    function withdraw(uint256 who) external {
        address account = who % 3 == 2 ? SELLER : banks[who % 3];
        if (suspended[account] || parts.financing.financingCredit(account, 1) == 0) return;
        vm.prank(account);
        parts.financing.withdrawFinancing(IFinancing.WithdrawFinancing(1));
    }

    // --- The seller's money ---

    function buyBack(uint256 which) external {
        (uint192 dealId, IFinancing.Deal memory d, bool found) = _active(which);
        if (!found || d.recourse != Recourse.Full || held[d.receivable] || suspended[SELLER]) return;
        uint256 owed = RECKONING.outstanding(dealId);
        if (parts.cash.balanceOf(SELLER) < owed) return;
        vm.prank(SELLER);
        parts.financing.buyBack(IFinancing.BuyBack(dealId, uint64(owed)));
        if (owed != 0) RECKONING.take(SELLER, owed);
        RECKONING.receive_(dealId, owed);
        _collected(dealId, d);
    }

    function recourse(uint256 which) external {
        (uint192 dealId, IFinancing.Deal memory d, bool found) = _living(which);
        if (!found || held[d.receivable]) return;
        (uint64 amount, bytes memory reason) = parts.financing.checkRecourse(dealId);
        require((amount == 0) == (reason.length != 0), "the dry run says why not");
        if (amount == 0) return;
        require(d.recourse == Recourse.Full, "never without recourse");
        parts.financing.fireRecourse(dealId);
        RECKONING.take(SELLER, amount);
        RECKONING.receive_(dealId, amount);
        _collected(dealId, d);
    }

    // --- Exits ---

    function letGo(uint256 which, uint256 how, uint64 tail) external {
        (uint192 dealId, IFinancing.Deal memory d, bool found) = _active(which);
        if (!found || suspended[SELLER] || suspended[d.bank] || !_moves(d.receivable)) return;
        if (d.recourse == Recourse.None) {
            vm.prank(d.bank);
            parts.financing.takeOutDeal(IFinancing.TakeOutDeal(dealId));
        } else if (how % 3 == 0) {
            vm.prank(d.bank);
            parts.financing.waiveDeal(IFinancing.WaiveDeal(dealId, "waived"));
        } else if (RECKONING.outstanding(dealId) == 0) {
            return;
        } else if (how % 3 == 1 || d.end - d.start == 1) {
            SIGNS.settleAs(dealId, d.bank, how % 2 == 0 ? d.bank : SELLER);
        } else {
            tail = uint64(bound(tail, d.start + 1, d.end - 1));
            SIGNS.tailAs(dealId, d.bank, tail, how % 2 == 0 ? d.bank : SELLER);
        }
        _collected(dealId, d);
    }

    // --- The obligor, time, courts and council ---

    function pay(uint256 which, uint64 amount) external {
        uint192 id = ids[which % ids.length];
        if (!_isLive(id)) return;
        uint64 face = _word(id).face();
        uint64 most = amount % 16 == 0 ? 2 * face : 1 + face / (amount % 2 == 0 ? 50 : 8);
        amount = uint64(bound(amount, 1, most));
        uint256[] memory before = _undrawn(id);
        SIGNS.payAs(id, amount);
        _received(id, before);
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + bound(time, 1, 12 days));
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256[] memory before = _undrawn(ids[i]);
            try parts.repayment.distribute(ids[i]) {
                _received(ids[i], before);
            } catch (bytes memory reason) {
                _assertNothingToDistribute(reason);
            }
        }
    }

    /// @dev A distribution is refused for these reasons only; any other, a panic above all, ends the life.
    function _assertNothingToDistribute(bytes memory reason) private pure {
        bytes4 told = bytes4(reason);
        bool foreseen = told == IRepayment.NothingWaiting.selector || told == IRepayment.TooEarly.selector
            || told == IRepayment.NotLive.selector || told == IRepayment.PaymentsExhausted.selector;
        require(foreseen, "a distribution failed for a reason of its own");
    }

    function suspend(uint256 who, uint256 luck) external {
        address account = who % 3 == 2 ? SELLER : banks[who % 3];
        suspended[account] = luck % 3 == 0;
        SIGNS.suspendAs(account, suspended[account]);
    }

    function pause(uint256 which, uint256 luck) external {
        SIGNS.pauseAs(ids[which % ids.length], luck % 5 == 0);
    }

    function hold(uint256 which, uint256 luck) external {
        uint192 id = ids[which % ids.length];
        if (!held[id] && luck % 4 != 0) return;
        held[id] = !held[id];
        if (held[id]) SIGNS.holdAs(id);
        else SIGNS.liftAs(id);
    }

    // --- Reading ---

    /// @dev What each deal's token has not drawn; payments raise it by what they bring.
    function _undrawn(uint192 id) private view returns (uint256[] memory found) {
        found = new uint256[](deals.length);
        for (uint256 i = 0; i < deals.length; ++i) {
            IFinancing.Deal memory d = parts.financing.dealOf(deals[i]);
            if (d.receivable != id || d.state == IFinancing.DealState.Ended) continue;
            (uint64 principal, uint64 interest) = parts.repayment.undrawn(_token(d));
            found[i] = uint256(principal) + interest;
        }
    }

    function _received(uint192 id, uint256[] memory before) private {
        uint256[] memory found = _undrawn(id);
        for (uint256 i = 0; i < found.length; ++i) {
            RECKONING.receive_(deals[i], found[i] - before[i]);
        }
    }

    function _active(uint256 which) private view returns (uint192, IFinancing.Deal memory, bool) {
        return _in(which, IFinancing.DealState.Active);
    }

    function _living(uint256 which) private view returns (uint192 dealId, IFinancing.Deal memory d, bool found) {
        (dealId, d, found) = _in(which, which % 3 == 0 ? IFinancing.DealState.Satisfied : IFinancing.DealState.Active);
        if (!found) (dealId, d, found) = _active(which);
    }

    function _in(uint256 which, IFinancing.DealState state)
        private
        view
        returns (uint192 dealId, IFinancing.Deal memory d, bool found)
    {
        for (uint256 i = 0; i < deals.length && !found; ++i) {
            dealId = deals[(which % deals.length + i) % deals.length];
            d = parts.financing.dealOf(dealId);
            found = d.state == state;
        }
    }

    function _isOpenAfterCollect(IFinancing.Deal memory d) private view returns (bool) {
        return _isLive(d.receivable) || held[d.receivable];
    }

    function _sellersToken(uint192 id, uint256 seed) private view returns (uint256 found) {
        uint64 face = _word(id).face();
        uint256 skip = seed % 4;
        for (uint64 start = 0; start < face;) {
            uint256 piece = uint256(id) << 64 | start;
            TokenWord word = parts.token.tokenWord(piece);
            if (word.owner() == SELLER) {
                found = piece;
                if (skip == 0) return found;
                --skip;
            }
            start += word.length();
        }
    }

    function _moves(uint192 id) private view returns (bool) {
        return _isLive(id) && !_word(id).stopped();
    }

    function _isLive(uint192 id) private view returns (bool) {
        return _word(id).state() == uint8(IReceivableToken.State.Live);
    }

    function _word(uint192 id) private view returns (ReceivableWord) {
        return parts.token.wordOf(id);
    }

    function _token(IFinancing.Deal memory d) private pure returns (uint256) {
        return uint256(d.receivable) << 64 | d.start;
    }
}
