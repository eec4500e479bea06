// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IPurchaseOffers, OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice What the tests of financing share: two banks with money, their offers, and the acts of all parties.
abstract contract FinancingBase is ReceivableBase {
    bytes internal constant TERMS_TEXT =
        "OfferPurchase(uint256 token,uint64 start,uint64 end,address seller,uint64 length,uint16 payments,uint64 leastOwed,uint64 advance,uint64 fee,uint32 discountRate,uint32 discountBasis,uint32 dayStart,uint8 recourse,uint40 until,uint8 cash,bytes32 contentRoot)";
    bytes internal constant RECALL_TEXT = "RecallPurchase(uint256 offeredBy)";
    bytes internal constant CEILING_TEXT = "SetBankCeiling(address obligor,uint16 currency,uint64 most)";
    bytes internal constant ACCEPT_TEXT = "AcceptPurchase(uint192 offer,address bank,OfferPurchase terms)";
    bytes internal constant REFINANCE_TEXT =
        "RefinanceDeal(uint192 deal,uint64 mostPayoff,uint192 offer,address bank,OfferPurchase terms)";
    bytes internal constant BUY_BACK_TEXT = "BuyBack(uint192 deal,uint64 most)";
    bytes internal constant ASSIGN_TEXT =
        "AssignDeal(uint192 deal,address to,uint64 price,uint16 payments,uint64 leastOwed)";
    bytes internal constant TAKE_OUT_TEXT = "TakeOutDeal(uint192 deal)";
    bytes internal constant WAIVE_TEXT = "WaiveDeal(uint192 deal,bytes32 reason)";
    bytes internal constant SETTLE_TEXT = "SettleDeal(uint192 deal,address to,bytes32 document)";
    bytes internal constant TAIL_TEXT = "ReleaseTail(uint192 deal,uint64 tailStart,address to,bytes32 document)";
    bytes internal constant WITHDRAW_TEXT = "WithdrawFinancing(uint8 cash)";
    uint64 internal constant FACE = 100_000;
    uint64 internal constant RICH = 1_000_000;
    uint40 internal constant FOREVER = type(uint40).max;

    Actor internal second;
    Actor internal officer;

    function setUp() public virtual override {
        super.setUp();
        second = _member("second bank", Roles.BANK);
        officer = _member("court officer", Roles.COURT_OFFICER);
        _fund(financier.account, RICH);
        _fund(second.account, RICH);
        _kindsOfOffers();
        _kindsOfDeals();
    }

    function _kindsOfOffers() private {
        _flat(TERMS_TEXT, "OfferPurchase", address(purchases), purchases.offerPurchase.selector);
        _flat(RECALL_TEXT, "RecallPurchase", address(purchases), purchases.recallPurchase.selector);
        _flat(CEILING_TEXT, "SetBankCeiling", address(purchases), purchases.setBankCeiling.selector);
        bytes memory accept = abi.encodePacked(ACCEPT_TEXT, TERMS_TEXT);
        _kind(
            accept,
            accept,
            "AcceptPurchase",
            address(financing),
            financing.acceptPurchase.selector,
            financing.hashAcceptPurchase.selector
        );
        _kind(
            abi.encodePacked(REFINANCE_TEXT, TERMS_TEXT),
            abi.encodePacked(TERMS_TEXT, REFINANCE_TEXT),
            "RefinanceDeal",
            address(financing),
            financing.refinanceDeal.selector,
            financing.hashRefinanceDeal.selector
        );
    }

    function _kindsOfDeals() private {
        _flat(BUY_BACK_TEXT, "BuyBack", address(financing), financing.buyBack.selector);
        _flat(ASSIGN_TEXT, "AssignDeal", address(financing), financing.assignDeal.selector);
        _flat(TAKE_OUT_TEXT, "TakeOutDeal", address(financing), financing.takeOutDeal.selector);
        _flat(WAIVE_TEXT, "WaiveDeal", address(financing), financing.waiveDeal.selector);
        _flat(SETTLE_TEXT, "SettleDeal", address(financing), financing.settleDeal.selector);
        _flat(TAIL_TEXT, "ReleaseTail", address(financing), financing.releaseTail.selector);
        _flat(WITHDRAW_TEXT, "WithdrawFinancing", address(financing), financing.withdrawFinancing.selector);
    }

    function _flat(bytes memory text, string memory name, address target, bytes4 selector) private {
        _kind(text, text, name, target, selector, 0);
    }

    // --- Offers ---

    /// @dev A plain offer of the financier's for the whole receivable, by the facts as they are: no fee, no discount, with recourse.
    function _purchase(uint192 receivable, uint64 advance) internal view returns (OfferPurchase memory) {
        return _purchase(receivable, 0, token.tokenWord(_id(receivable, 0)).length(), advance);
    }

    function _purchase(uint192 receivable, uint64 start, uint64 end, uint64 advance)
        internal
        view
        returns (OfferPurchase memory)
    {
        uint256 id = _tokenAt(receivable, start);
        return OfferPurchase({
            token: id,
            start: start,
            end: end,
            seller: token.tokenWord(id).owner() == address(financing) ? supplier.account : token.tokenWord(id).owner(),
            length: token.tokenWord(id).length(),
            payments: token.wordOf(receivable).payments(),
            leastOwed: repayment.owed(receivable, start, end),
            advance: advance,
            fee: 0,
            discountRate: 0,
            discountBasis: 1,
            dayStart: 0,
            recourse: Recourse.Full,
            until: uint40(block.timestamp + 2 days),
            cash: CASH,
            contentRoot: keccak256("agreement")
        });
    }

    /// @dev The token that `unit` lies in.
    function _tokenAt(uint192 receivable, uint64 unit) internal view returns (uint256 id) {
        id = _id(receivable, 0);
        while (uint64(id) + token.tokenWord(id).length() <= unit) {
            id = _id(receivable, uint64(id) + token.tokenWord(id).length());
        }
    }

    function _offerAct(Actor memory by, OfferPurchase memory terms) internal returns (Act memory) {
        return _act(by, TERMS_TEXT, abi.encode(terms));
    }

    function _offer(Actor memory by, OfferPurchase memory terms) internal returns (uint192 offer) {
        Act memory act = _offerAct(by, terms);
        _done(act);
        return _offerId(by, act.id);
    }

    function _offerId(Actor memory by, uint256 act) internal pure returns (uint192) {
        return uint192(uint256(keccak256(abi.encode(by.account, act))) >> 64);
    }

    function _acceptAct(Actor memory by, uint192 offer, Actor memory of_, OfferPurchase memory terms)
        internal
        returns (Act memory)
    {
        return _act(
            by,
            abi.encodePacked(ACCEPT_TEXT, TERMS_TEXT),
            abi.encode(IFinancing.AcceptPurchase(offer, of_.account, terms))
        );
    }

    /// @dev The financier's offer, accepted by its seller, the supplier.
    function _deal(OfferPurchase memory terms) internal returns (uint192 dealId) {
        dealId = _offer(financier, terms);
        _done(_acceptAct(supplier, dealId, financier, terms));
    }

    function _deal(uint64 advance) internal returns (uint192 dealId, uint192 receivable) {
        receivable = _receivable(FACE);
        dealId = _deal(_purchase(receivable, advance));
    }

    function _dealWithout(uint64 advance) internal returns (uint192 dealId, uint192 receivable) {
        receivable = _receivable(FACE);
        OfferPurchase memory terms = _purchase(receivable, advance);
        terms.recourse = Recourse.None;
        dealId = _deal(terms);
    }

    function _refinanceAct(uint192 dealId, uint64 most, uint192 offer, OfferPurchase memory terms)
        internal
        returns (Act memory)
    {
        return _act(
            supplier,
            abi.encodePacked(REFINANCE_TEXT, TERMS_TEXT),
            abi.encode(IFinancing.RefinanceDeal(dealId, most, offer, second.account, terms))
        );
    }

    // --- Acts on deals ---

    function _buyBackAct(Actor memory by, uint192 dealId, uint64 most) internal returns (Act memory) {
        return _act(by, BUY_BACK_TEXT, abi.encode(IFinancing.BuyBack(dealId, most)));
    }

    function _takeOutAct(Actor memory by, uint192 dealId) internal returns (Act memory) {
        return _act(by, TAKE_OUT_TEXT, abi.encode(IFinancing.TakeOutDeal(dealId)));
    }

    function _waiveAct(Actor memory by, uint192 dealId) internal returns (Act memory) {
        return _act(by, WAIVE_TEXT, abi.encode(IFinancing.WaiveDeal(dealId, "paid in another way")));
    }

    function _settleAct(uint192 dealId, address to) internal returns (Act memory) {
        return _both(financier, supplier, SETTLE_TEXT, abi.encode(IFinancing.SettleDeal(dealId, to, "agreement")));
    }

    function _tailAct(uint192 dealId, uint64 start, address to) internal returns (Act memory) {
        return
            _both(supplier, financier, TAIL_TEXT, abi.encode(IFinancing.ReleaseTail(dealId, start, to, "credit note")));
    }

    function _assignAct(uint192 dealId, uint64 price, uint16 payments, uint64 leastOwed) internal returns (Act memory) {
        return _both(
            financier,
            second,
            ASSIGN_TEXT,
            abi.encode(IFinancing.AssignDeal(dealId, second.account, price, payments, leastOwed))
        );
    }

    /// @dev One act that two parties sign.
    function _both(Actor memory first, Actor memory other_, bytes memory text, bytes memory body)
        internal
        returns (Act memory act)
    {
        act = _unsigned(first, keccak256(text), body);
        act.signers = new Signer[](2);
        act.signers[0] = _signer(first, act.id);
        act.signers[1] = _signer(other_, act.id);
        act.signatures = new bytes[](2);
        _sign(act, 0, first.key);
        _sign(act, 1, other_.key);
    }

    // --- What is ---

    function _balances() internal view returns (uint256 first, uint256 other_, uint256 seller) {
        return (cash.balanceOf(financier.account), cash.balanceOf(second.account), cash.balanceOf(supplier.account));
    }

    /// @dev Of the financier, and of the supplier since its advance.
    function _assertPaid(uint256 bankGot, uint256 sellerGot, uint64 advance) internal view {
        (uint256 first,, uint256 seller) = _balances();
        assertEq(first + advance - RICH, bankGot, "the bank got");
        assertEq(seller - advance, sellerGot, "the seller got, beside the advance");
    }

    function _assertState(uint192 dealId, IFinancing.DealState state) internal view {
        assertEq(uint8(financing.dealOf(dealId).state), uint8(state), "state of the deal");
    }

    function _assertCustody(uint192 receivable, uint64 start, uint64 end) internal view {
        (address owner, uint64 until,, uint8 flags) = _range(_id(receivable, start));
        assertEq(owner, address(financing), "in custody");
        assertEq(until, end, "end");
        assertEq(flags, TokenWords.CUSTODY, "marked");
    }

    /// @dev Back with an owner, without a mark.
    function _assertFree(uint192 receivable, uint64 start, uint64 end, address holder) internal view {
        (address owner, uint64 until,, uint8 flags) = _range(_id(receivable, start));
        assertEq(owner, holder, "owner");
        assertEq(until, end, "end");
        assertEq(flags, 0, "unmarked");
    }

    function _outstanding(uint192 dealId) internal view returns (uint256) {
        (uint256 discount, uint64 fee, uint64 advance) = financing.outstandingAt(dealId, uint40(block.timestamp));
        return discount + fee + advance;
    }

    function _receivableWith(uint32 grace, uint32 rate, uint32 basis) internal returns (uint192) {
        Issue memory terms = _terms(FACE, DUE);
        (terms.grace, terms.lateRate, terms.lateBasis) = (grace, rate, basis);
        return _receivable(terms);
    }
}
