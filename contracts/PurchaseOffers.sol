// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IPurchaseOffers, OfferPurchase, Recourse} from "./interfaces/IPurchaseOffers.sol";
import {IReceivableEndings} from "./interfaces/IReceivableEndings.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {ReceivableWord} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord} from "./types/TokenWord.sol";

/// @title What banks offer for receivables, and how much they will have advanced
/// @dev Storage:
///
///   offers[id]                            state 8 | key epoch of the bank 32 | first 200 bits of the digest of bank and terms
///   ceilings[bank][obligor][currency]     most 64 | is set 8 | advanced 128
contract PurchaseOffers is IPurchaseOffers, ActTarget {
    using MemberWord for uint256;

    struct OfferWord {
        OfferState state;
        uint32 epoch;
        uint200 digest;
    }

    struct Ceiling {
        uint64 most;
        bool isSet;
        uint128 advanced;
    }

    ICashDesk private immutable DESK;
    IReceivableToken private immutable TOKEN;
    IReceivableEndings private immutable ENDINGS;
    address private immutable FINANCING;

    mapping(uint192 id => OfferWord) private offers;
    mapping(address bank => mapping(address obligor => mapping(uint16 currency => Ceiling))) private ceilings;

    constructor(
        address acts,
        IMembers members,
        ICashDesk desk,
        IReceivableToken token,
        IReceivableEndings endings,
        address financing
    ) ActTarget(acts, members) {
        (DESK, TOKEN, ENDINGS, FINANCING) = (desk, token, endings, financing);
    }

    modifier onlyFinancing() {
        require(msg.sender == FINANCING, NotFinancing(msg.sender));
        _;
    }

    // --- Offers ---

    /// @inheritdoc IPurchaseOffers
    /// @dev The id is derived from the act's, so offering is reached by signed acts only.
    function offerPurchase(OfferPurchase calldata body) external onlyActs returns (uint192 id) {
        address bank = _signedIn(Roles.BANK);
        require(body.recourse != Recourse.Missing, RecourseMissing());
        require(_isFormed(body), TermsInvalid());
        require(body.seller != bank, BankIsSeller(bank));
        DESK.cashAt(body.cash);
        id = _idOf(bank, _context().id);
        require(body.until >= block.timestamp, OfferLapsed(id, body.until));
        require(offers[id].state == OfferState.None, OfferExists(id));
        offers[id] = OfferWord(OfferState.Open, MEMBERS.wordOf(bank).epoch(), _digestOf(bank, body));
        emit PurchaseOffered(id, bank, body.seller, body, uint40(block.timestamp));
    }

    /// @inheritdoc IPurchaseOffers
    function recallPurchase(RecallPurchase calldata body) external onlyActs {
        address bank = _signedIn(Roles.HOLDERS);
        uint192 id = _idOf(bank, body.offeredBy);
        require(offers[id].state == OfferState.Open, OfferNotOpen(id, offers[id].state));
        offers[id].state = OfferState.Recalled;
        emit PurchaseRecalled(id, bank);
    }

    /// @inheritdoc IPurchaseOffers
    function take(uint192 id, address bank, OfferPurchase calldata terms, address seller, address owner)
        external
        onlyFinancing
    {
        require(terms.seller == seller, NotSeller(seller, terms.seller));
        _checkOffer(id, bank, terms);
        _checkFacts(terms, owner);
        offers[id].state = OfferState.Accepted;
    }

    /// @inheritdoc IPurchaseOffers
    function checkOffer(uint192 id, address bank, OfferPurchase calldata terms) external view {
        _checkOffer(id, bank, terms);
        _checkFacts(terms, terms.seller);
        Ceiling storage ceiling = _ceilingOf(bank, uint192(terms.token >> 64));
        _requireBelow(ceiling, uint256(ceiling.advanced) + terms.advance);
    }

    /// @dev The offer is open and its bank able; an act of a recovered account's old keys is worth nothing.
    function _checkOffer(uint192 id, address bank, OfferPurchase calldata terms) private view {
        OfferWord memory offer = offers[id];
        require(offer.state == OfferState.Open, OfferNotOpen(id, offer.state));
        require(offer.digest == _digestOf(bank, terms), OfferDiffers(id));
        require(block.timestamp <= terms.until, OfferLapsed(id, terms.until));
        uint256 word = MEMBERS.wordOf(bank);
        bool able = word.isActive() && !word.has(MemberWord.HELD) && word.roles() & Roles.BANK != 0;
        require(able, BankUnable(bank));
        require(word.epoch() == offer.epoch, OfferStale(id, offer.epoch, word.epoch()));
    }

    /// @dev What the bank saw is so still.
    function _checkFacts(OfferPurchase calldata terms, address owner) private view {
        uint192 receivable = uint192(terms.token >> 64);
        TokenWord held = TOKEN.tokenWord(terms.token);
        ReceivableWord word = TOKEN.wordOf(receivable);
        require(word.cash() == terms.cash, CashDiffers(terms.cash, word.cash()));
        require(!ENDINGS.isDisputed(receivable), Disputed(receivable));
        uint64 owed = IRepayment(TOKEN.moduleAt(word.module())).owed(receivable, terms.start, terms.end);
        require(
            held.owner() == owner && held.length() == terms.length && word.payments() == terms.payments
                && owed >= terms.leastOwed,
            FactsDiffer(held.owner(), held.length(), word.payments(), owed)
        );
    }

    // --- Ceilings ---

    /// @inheritdoc IPurchaseOffers
    function setBankCeiling(SetBankCeiling calldata body) external {
        address bank = _actorIn(Roles.BANK);
        Ceiling storage ceiling = ceilings[bank][body.obligor][body.currency];
        (ceiling.most, ceiling.isSet) = (body.most, true);
        emit BankCeilingSet(bank, body.obligor, body.currency, body.most);
    }

    /// @inheritdoc IPurchaseOffers
    function charge(address bank, uint192 receivable, uint64 amount) external onlyFinancing {
        Ceiling storage ceiling = _ceilingOf(bank, receivable);
        ceiling.advanced += amount;
        _requireBelow(ceiling, ceiling.advanced);
    }

    /// @inheritdoc IPurchaseOffers
    function discharge(address bank, uint192 receivable, uint64 amount) external onlyFinancing {
        _ceilingOf(bank, receivable).advanced -= amount;
    }

    function _requireBelow(Ceiling storage ceiling, uint256 advanced) private view {
        require(!ceiling.isSet || advanced <= ceiling.most, AboveCeiling(advanced, ceiling.most));
    }

    function _ceilingOf(address bank, uint192 receivable) private view returns (Ceiling storage) {
        (ReceivableWord word, address obligor,,,,) = TOKEN.termsOf(receivable);
        return ceilings[bank][obligor][word.currency()];
    }

    // --- Views ---

    /// @inheritdoc IPurchaseOffers
    function offerOf(uint192 id) external view returns (OfferState, uint32, uint200) {
        OfferWord memory offer = offers[id];
        return (offer.state, offer.epoch, offer.digest);
    }

    /// @inheritdoc IPurchaseOffers
    function advancedBy(address bank, address obligor, uint16 currency) external view returns (uint128, bool, uint64) {
        Ceiling memory ceiling = ceilings[bank][obligor][currency];
        return (ceiling.advanced, ceiling.isSet, ceiling.most);
    }

    function _digestOf(address bank, OfferPurchase calldata terms) private pure returns (uint200) {
        return uint200(uint256(keccak256(abi.encode(bank, terms))) >> 56);
    }

    function _isFormed(OfferPurchase calldata body) private pure returns (bool) {
        return body.advance != 0 && body.start < body.end && body.discountBasis != 0
            && body.discountRate <= body.discountBasis && body.dayStart < 1 days;
    }

    function _idOf(address bank, uint256 act) private pure returns (uint192) {
        return uint192(uint256(keccak256(abi.encode(bank, act))) >> 64);
    }
}
