// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ICustody} from "../../contracts/interfaces/ICustody.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IPurchaseOffers, OfferPurchase, Recourse} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {RightsRows} from "./RightsRows.t.sol";

/// @notice What the house sold and bought, and the rows of offers, deals and ranges in custody.
abstract contract RightsDeals is RightsRows {
    uint256 private constant OFFERED_BY = 4321;
    bytes4 private constant UNABLE = IFinancing.PartyUnable.selector;
    bytes4 internal constant TOKENS_HELD = IReceivableToken.AccountHeld.selector;

    /// Of the house's that the financier would buy; sold by the house, and overdue; bought by the house, with recourse and without; paid back, but
    /// not released yet.
    uint192 private wanted;
    uint192 private sold;
    uint192 private bought;
    uint192 private boughtOutright;
    uint192 private satisfied;
    /// Of the house to the supplier; of the financier to the house for what it has sold.
    uint192 private offerOfHouse;
    uint192 private better;
    OfferPurchase private wantedTerms;
    OfferPurchase private offeredTerms;
    OfferPurchase private betterTerms;
    uint256 private nextAct = 9000;

    function _finance() internal virtual override {
        _fund(financier.account, 100_000);
        _offersOfDeals();
        _dealsOfSeller();
        _dealsOfBank();
        _creditOfDeal();
        betterTerms = _purchase(_receivableOf(sold), house, 600, Recourse.Full);
        better = _offered(financier.account, betterTerms);
    }

    function _offersOfDeals() private {
        wantedTerms = _purchase(_owned(DUE), house, 500, Recourse.Full);
        wanted = _offered(financier.account, wantedTerms);
        offeredTerms = _purchase(_receivable(1000), supplier.account, 500, Recourse.Full);
        bytes memory call = abi.encodeCall(purchases.offerPurchase, (offeredTerms));
        _asMember(house, Roles.BANK, address(purchases), call, OFFERED_BY);
        offerOfHouse = _idOf(house, OFFERED_BY);
    }

    function _dealsOfSeller() private {
        sold = _dealt(financier.account, _purchase(_owned(START + 1 days), house, 500, Recourse.Full));
        satisfied = _dealt(financier.account, _purchase(_owned(DUE), house, 500, Recourse.Full));
        token.setPaused(_receivableOf(satisfied), true);
        vm.prank(firstKey);
        financing.buyBack(IFinancing.BuyBack(satisfied, 500));
        token.setPaused(_receivableOf(satisfied), false);
    }

    function _dealsOfBank() private {
        bought = _dealt(house, _purchase(_receivable(1000), supplier.account, 500, Recourse.Full));
        boughtOutright = _dealt(house, _purchase(_receivable(1000), supplier.account, 500, Recourse.None));
    }

    function _creditOfDeal() private {
        _pay(_receivableOf(bought), 100);
        members.suspend(house, "for a while");
        financing.collect(bought);
        members.reinstate(house, "over");
    }

    /// @dev A receivable of the supplier's that the house has whole.
    function _owned(uint40 due) internal returns (uint192 id) {
        id = _receivable(_terms(1000, due));
        _move(supplier, _id(id, 0), 0, 1000, house);
    }

    function _receivableOf(uint192 dealId) private view returns (uint192) {
        return financing.dealOf(dealId).receivable;
    }

    function _idOf(address bank_, uint256 act) private pure returns (uint192) {
        return uint192(uint256(keccak256(abi.encode(bank_, act))) >> 64);
    }

    function _purchase(uint192 receivable, address seller, uint64 advance, Recourse recourse)
        private
        view
        returns (OfferPurchase memory terms)
    {
        (terms.token, terms.end, terms.length, terms.seller) = (_id(receivable, 0), 1000, 1000, seller);
        (terms.advance, terms.discountBasis, terms.recourse) = (advance, 1, recourse);
        (terms.until, terms.cash) = (DUE + 1 days, CASH);
    }

    function _offered(address bank_, OfferPurchase memory terms) private returns (uint192) {
        bytes memory call = abi.encodeCall(purchases.offerPurchase, (terms));
        _asMember(bank_, Roles.BANK, address(purchases), call, ++nextAct);
        return _idOf(bank_, nextAct);
    }

    function _dealt(address bank_, OfferPurchase memory terms) private returns (uint192 offer) {
        offer = _offered(bank_, terms);
        bytes memory call = abi.encodeCall(financing.acceptPurchase, (IFinancing.AcceptPurchase(offer, bank_, terms)));
        _asMember(terms.seller, Roles.SUPPLIER, address(financing), call, ++nextAct);
    }

    // --- Rows ---

    function _rowsOfDeals() internal {
        _rowsOfPurchaseOffers();
        _rowsOfFinancingsCalls();
        _rowsOfSellers();
        _rowsOfBanks();
        _rowsOfBoth();
        _rowsOfDealsForAnyone();
        _rowsOfReceipts();
    }

    function _rowsOfPurchaseOffers() private {
        _of(address(purchases));
        _party(
            "PurchaseOffers.offerPurchase", abi.encodeCall(purchases.offerPurchase, (offeredTerms)), Roles.BANK, 0, 0
        );
        bytes memory data = abi.encodeCall(purchases.recallPurchase, (IPurchaseOffers.RecallPurchase(OFFERED_BY)));
        _party("PurchaseOffers.recallPurchase", data, Roles.HOLDERS, IPurchaseOffers.OfferNotOpen.selector, 0);
        data = abi.encodeCall(purchases.setBankCeiling, (IPurchaseOffers.SetBankCeiling(obligor.account, CNY, 5)));
        _partyBoth("PurchaseOffers.setBankCeiling", data, Roles.BANK, 0, 0);
    }

    function _rowsOfFinancingsCalls() private {
        bytes4 refusal = IPurchaseOffers.NotFinancing.selector;
        address[6] memory who = _one(address(financing));
        address seller = supplier.account;
        bytes memory data = abi.encodeCall(purchases.take, (offerOfHouse, house, offeredTerms, seller, seller));
        _named("PurchaseOffers.take", data, who, refusal);
        data = abi.encodeCall(purchases.charge, (house, _receivableOf(bought), 5));
        _named("PurchaseOffers.charge", data, who, refusal);
        data = abi.encodeCall(purchases.discharge, (house, _receivableOf(bought), 5));
        _named("PurchaseOffers.discharge", data, who, refusal);
    }

    function _rowsOfSellers() private {
        _of(address(financing));
        IFinancing.AcceptPurchase memory accepted = IFinancing.AcceptPurchase(wanted, financier.account, wantedTerms);
        bytes memory data = abi.encodeCall(financing.acceptPurchase, (accepted));
        _party("Financing.acceptPurchase", data, Roles.HOLDERS, IPurchaseOffers.NotSeller.selector, TOKENS_HELD);
        IFinancing.RefinanceDeal memory refinanced =
            IFinancing.RefinanceDeal(sold, 500, better, financier.account, betterTerms);
        data = abi.encodeCall(financing.refinanceDeal, (refinanced));
        _party("Financing.refinanceDeal", data, Roles.HOLDERS, IFinancing.NotSeller.selector, UNABLE);
        data = abi.encodeCall(financing.buyBack, (IFinancing.BuyBack(sold, 500)));
        _partyBoth("Financing.buyBack", data, Roles.HOLDERS, IFinancing.NotSeller.selector, UNABLE);
        data = abi.encodeCall(financing.withdrawFinancing, (IFinancing.WithdrawFinancing(CASH)));
        _partyBoth("Financing.withdrawFinancing", data, ANY_KEY, IFinancing.NothingCredited.selector, 0);
    }

    function _rowsOfBanks() private {
        bytes4 rivalError = IFinancing.NotBank.selector;
        bytes memory data = abi.encodeCall(financing.takeOutDeal, (IFinancing.TakeOutDeal(boughtOutright)));
        _partyBoth("Financing.takeOutDeal", data, Roles.HOLDERS, rivalError, UNABLE);
        data = abi.encodeCall(financing.waiveDeal, (IFinancing.WaiveDeal(bought, "why")));
        _partyBoth("Financing.waiveDeal", data, Roles.HOLDERS, rivalError, UNABLE);
        IFinancing.AssignDeal memory assigned = IFinancing.AssignDeal(boughtOutright, financier.account, 5, 0, 0);
        _party(
            "Financing.assignDeal", abi.encodeCall(financing.assignDeal, (assigned)), Roles.HOLDERS, rivalError, UNABLE
        );
        _withSigner(financier.account, Roles.BANK, UNABLE, 0);
    }

    /// @dev The house and the bank of what it has sold.
    function _rowsOfBoth() private {
        bytes4 missing = IFinancing.BothMustSign.selector;
        bytes memory data = abi.encodeCall(financing.settleDeal, (IFinancing.SettleDeal(sold, house, "why")));
        _party("Financing.settleDeal", data, Roles.HOLDERS, missing, UNABLE);
        _withSigner(financier.account, Roles.BANK, missing, missing);
        data = abi.encodeCall(financing.releaseTail, (IFinancing.ReleaseTail(sold, 500, house, "why")));
        _party("Financing.releaseTail", data, Roles.HOLDERS, missing, UNABLE);
        _withSigner(financier.account, Roles.BANK, missing, missing);
    }

    function _rowsOfDealsForAnyone() private {
        _anyone("Financing.collect", abi.encodeCall(financing.collect, (bought)));
        _anyone("Financing.release", abi.encodeCall(financing.release, (satisfied)));
        _anyone("Financing.join", abi.encodeCall(financing.join, (bought)));
        _anyone("Financing.fireRecourse", abi.encodeCall(financing.fireRecourse, (sold)));
        bytes memory data = abi.encodeCall(financing.lose, (bought, other.account, _receivableOf(bought), 0, 10));
        _named("Financing.lose", data, _one(address(holds)), ICustody.NotHolds.selector);
    }

    /// @dev Each keeps an account of its own there.
    function _rowsOfReceipts() private {
        _of(address(receipts));
        bytes memory data = abi.encodeCall(receipts.part, (bought, _receivableOf(bought), 0, 1000, 5, 10));
        _anyone("RangeReceipts.part", data);
        data = abi.encodeCall(receipts.requireApart, (_receivableOf(bought), 5, 10));
        _anyone("RangeReceipts.requireApart", data);
    }
}
