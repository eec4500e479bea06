// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IExposure} from "./interfaces/IExposure.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableDrafts, Issue} from "./interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {ConfirmationTerms, ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";

/// @title Drafts of receivables and their confirmation
/// @dev Issuing writes one word and an event; the obligor's confirmation carries the same terms whole, is checked against the word, and opens the
/// receivable in the token contract. So both parties sign every field, and the token contract has no draft.
///
/// Storage:
///   drafts[id]                 state 8 | issuedAt 40 | digest 200 (keccak256(abi.encode(issuer, terms)), low 56 bits cut)
///   policies[version]          {Policy} 113 | set | retired; terms never change once set
///   fingerprints[fingerprint]  the receivable that consumed it, 192
contract ReceivableDrafts is IReceivableDrafts, ActTarget, AccessManaged {
    using MemberWord for uint256;

    struct DraftWord {
        Draft state;
        uint40 issuedAt;
        uint200 digest;
    }

    struct KeptPolicy {
        Policy terms;
        bool set;
        bool retired;
    }

    bytes private constant ISSUE_TYPE_TEXT =
        "Issue(address supplier,address obligor,uint64 face,uint40 due,uint32 grace,uint32 lateRate,uint32 lateBasis,uint16 currency,uint8 cash,uint8 module,uint8 leastPiece,uint16 policy,bytes32 tenorReason,bytes32 contentRoot)";
    bytes32 private constant ISSUE_TYPE = keccak256(ISSUE_TYPE_TEXT);
    bytes32 private constant CONFIRM_TYPE = keccak256(
        abi.encodePacked(
            "ConfirmReceivable(uint192 receivable,address issuer,Issue terms,bytes32 fingerprint,uint8 confirmed,bytes32[] earlier)",
            ISSUE_TYPE_TEXT
        )
    );
    bytes32 private constant REFUSE_TYPE = keccak256(
        abi.encodePacked(
            "RefuseReceivable(uint192 receivable,address issuer,Issue terms,bytes32 reason)", ISSUE_TYPE_TEXT
        )
    );
    uint64 private constant MOST_FACE = (1 << 63) - 1;
    uint8 private constant MOST_LEAST_PIECE = 62;
    uint8 private constant LEAST_CONFIRMED =
        ConfirmationTerms.EXISTENCE | ConfirmationTerms.AMOUNT | ConfirmationTerms.DUE_DATE;
    uint256 private constant MOST_EARLIER = 16;
    uint8 private constant DECIMALS = 2;

    ICashDesk private immutable DESK;
    IReceivableToken private immutable TOKEN;
    IExposure private immutable EXPOSURE;

    mapping(uint192 id => DraftWord) private drafts;
    mapping(uint16 version => KeptPolicy) private policies;
    mapping(bytes32 fingerprint => uint192) private fingerprints;

    constructor(
        address acts,
        IMembers members,
        ICashDesk desk,
        IReceivableToken token,
        IExposure exposure,
        address council
    ) ActTarget(acts, members) AccessManaged(council) {
        DESK = desk;
        TOKEN = token;
        EXPOSURE = exposure;
    }

    /// @inheritdoc IReceivableDrafts
    function setPolicy(uint16 policy, Policy calldata terms) external restricted {
        require(!policies[policy].set, PolicyExists(policy));
        require(terms.usualTenor <= terms.mostTenor, TermsInvalid());
        policies[policy] = KeptPolicy(terms, true, false);
        emit PolicySet(policy, terms);
    }

    /// @inheritdoc IReceivableDrafts
    function retirePolicy(uint16 policy) external restricted {
        require(policies[policy].set, UnknownPolicy(policy));
        policies[policy].retired = true;
        emit PolicyRetired(policy);
    }

    /// @inheritdoc IReceivableDrafts
    /// @dev The id is derived from the act's, so issuing is reached by signed acts only.
    function issue(Issue calldata body) external onlyActs returns (uint192 id) {
        ActContext memory context = _context();
        require(context.account == body.supplier || context.account == body.obligor, NotIssuer(context.account));
        _signedIn(context.account == body.supplier ? Roles.SUPPLIER : Roles.OBLIGOR);
        _checkTerms(body);
        id = _idOf(context.account, context.id);
        require(id != 0 && drafts[id].state == Draft.None, DraftExists(id));
        bytes32 issued = keccak256(abi.encode(context.account, body));
        drafts[id] = DraftWord(Draft.Open, uint40(block.timestamp), uint200(uint256(issued) >> 56));
        emit ReceivableIssued(id, context.account, issued, body, uint40(block.timestamp));
    }

    /// @inheritdoc IReceivableDrafts
    /// @dev The issuer names the act that issued it: account and act id give the receivable its id, so neither need be stored.
    function withdrawDraft(WithdrawDraft calldata body) external onlyActs {
        uint192 id = _idOf(_signedIn(Roles.SUPPLIER | Roles.OBLIGOR), body.issuedBy);
        DraftWord storage draft = _open(id);
        draft.state = Draft.Withdrawn;
        emit DraftWithdrawn(id);
    }

    /// @inheritdoc IReceivableDrafts
    function confirm(ConfirmReceivable calldata body) external onlyActs {
        ActContext memory context = _context();
        DraftWord storage draft = _named(body.receivable, body.issuer, body.terms);
        _checkConfirmed(body);
        draft.state = Draft.Confirmed;
        _consume(body.fingerprint, body.receivable);
        for (uint256 i = 0; i < body.earlier.length; ++i) {
            _consume(body.earlier[i], body.receivable);
        }
        Issue calldata terms = body.terms;
        EXPOSURE.add(terms.obligor, terms.supplier, terms.currency, terms.face);
        uint16 marks = body.confirmed;
        if (policies[terms.policy].terms.demandsBackground) marks |= ReceivableWords.DEMANDS_BACKGROUND;
        TOKEN.open(body.receivable, body.terms, marks, context.digest, draft.issuedAt);
        _emitConfirmed(body, marks, context.digest);
    }

    /// @inheritdoc IReceivableDrafts
    function refuse(RefuseReceivable calldata body) external onlyActs {
        DraftWord storage draft = _named(body.receivable, body.issuer, body.terms);
        draft.state = Draft.Refused;
        emit ReceivableRefused(body.receivable, body.reason);
    }

    /// @inheritdoc IReceivableDrafts
    function draftOf(uint192 id) external view returns (Draft, uint40, uint200) {
        DraftWord memory draft = drafts[id];
        return (draft.state, draft.issuedAt, draft.digest);
    }

    /// @inheritdoc IReceivableDrafts
    function fingerprintUsed(bytes32 fingerprint) external view returns (bool) {
        return _backed(fingerprint) != 0;
    }

    /// @inheritdoc IReceivableDrafts
    function policyOf(uint16 policy) external view returns (Policy memory, bool, bool) {
        KeptPolicy memory kept = policies[policy];
        return (kept.terms, kept.set, kept.retired);
    }

    /// @inheritdoc IReceivableDrafts
    function hashConfirmReceivable(ConfirmReceivable calldata body) external pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CONFIRM_TYPE,
                body.receivable,
                body.issuer,
                _hashTerms(body.terms),
                body.fingerprint,
                body.confirmed,
                keccak256(abi.encodePacked(body.earlier))
            )
        );
    }

    /// @inheritdoc IReceivableDrafts
    function hashRefuseReceivable(RefuseReceivable calldata body) external pure returns (bytes32) {
        return keccak256(abi.encode(REFUSE_TYPE, body.receivable, body.issuer, _hashTerms(body.terms), body.reason));
    }

    function _hashTerms(Issue calldata terms) private pure returns (bytes32) {
        return keccak256(abi.encode(ISSUE_TYPE, terms));
    }

    function _checkTerms(Issue calldata body) private view {
        require(body.face != 0 && body.face <= MOST_FACE, FaceOutOfRange(body.face));
        require(
            body.lateBasis != 0 && body.lateRate <= body.lateBasis && body.leastPiece <= MOST_LEAST_PIECE
                && body.supplier != body.obligor,
            TermsInvalid()
        );
        _checkParties(body);
        _checkDue(body);
        require(TOKEN.moduleAt(body.module) != address(0), UnknownModule(body.module));
        _checkCash(body);
    }

    /// @dev ERC-3525 has one `valueDecimals` a contract, so this one refuses currencies of other minor units than 2 decimals.
    function _checkCash(Issue calldata body) private view {
        address cash = DESK.cashAt(body.cash);
        uint16 currency = ISettlementCash(cash).currency();
        require(currency == body.currency, CurrencyMismatch(body.currency, currency));
        uint8 decimals = IERC20Metadata(cash).decimals();
        require(decimals == DECIMALS, DecimalsUnsupported(body.cash, decimals));
    }

    function _checkParties(Issue calldata body) private view {
        require(MEMBERS.wordOf(body.supplier).isActive(), PartyInactive(body.supplier));
        require(MEMBERS.wordOf(body.obligor).isActive(), PartyInactive(body.obligor));
    }

    function _checkDue(Issue calldata body) private view {
        KeptPolicy memory policy = policies[body.policy];
        require(policy.set, UnknownPolicy(body.policy));
        require(!policy.retired, PolicyIsRetired(body.policy));
        uint40 earliest = uint40(block.timestamp) + 1;
        uint40 latest = _after(policy.terms.mostTenor);
        require(body.due >= earliest && body.due <= latest, DueOutOfRange(body.due, earliest, latest));
        uint40 usual = _after(policy.terms.usualTenor);
        require(body.due <= usual || body.tenorReason != 0, TenorReasonMissing(body.due, usual));
    }

    function _after(uint40 tenor) private view returns (uint40) {
        return uint40(Math.min(block.timestamp + tenor, type(uint40).max));
    }

    function _checkConfirmed(ConfirmReceivable calldata body) private view {
        require(
            body.confirmed & ~ConfirmationTerms.KNOWN == 0 && body.confirmed & LEAST_CONFIRMED == LEAST_CONFIRMED,
            ConfirmationIncomplete(body.confirmed, LEAST_CONFIRMED)
        );
        require(body.earlier.length <= MOST_EARLIER, TooManyFingerprints(body.earlier.length));
        _checkParties(body.terms);
        // A supplier that did not draw it up itself gets no receivable against its standing word: nobody may be forced to take one.
        require(
            body.issuer == body.terms.supplier || MEMBERS.wordOf(body.terms.supplier).has(MemberWord.ACCEPTS_DIRECT),
            SupplierDeclines(body.terms.supplier)
        );
    }

    function _consume(bytes32 fingerprint, uint192 id) private {
        require(fingerprint != 0, FingerprintMissing());
        uint192 backed = _backed(fingerprint);
        require(backed == 0, FingerprintUsed(fingerprint, backed));
        fingerprints[fingerprint] = id;
    }

    /// @dev The receivable that a fingerprint backs; 0 = none. One that all holders cancelled before anything was paid lets its invoice go.
    function _backed(bytes32 fingerprint) private view returns (uint192 id) {
        id = fingerprints[fingerprint];
        if (id == 0) return 0;
        ReceivableWord word = TOKEN.wordOf(id);
        if (word.state() == uint8(IReceivableToken.State.Cancelled) && word.payments() == 0) return 0;
    }

    function _emitConfirmed(ConfirmReceivable calldata body, uint16 marks, bytes32 digest) private {
        emit ReceivableConfirmed(
            body.receivable,
            body.terms.supplier,
            body.terms.obligor,
            body.terms,
            digest,
            body.fingerprint,
            body.earlier,
            marks,
            uint40(block.timestamp)
        );
    }

    function _idOf(address issuer, uint256 act) private pure returns (uint192) {
        return uint192(uint256(keccak256(abi.encode(issuer, act))) >> 64);
    }

    function _open(uint192 id) private view returns (DraftWord storage draft) {
        draft = drafts[id];
        require(draft.state == Draft.Open, DraftNotOpen(id, draft.state));
    }

    /// @dev The open draft that the obligor names by id and by everything that was issued.
    function _named(uint192 id, address issuer, Issue calldata terms) private view returns (DraftWord storage draft) {
        draft = _open(id);
        address account = _actor();
        require(terms.obligor == account, NotObligor(account, terms.obligor));
        _signedIn(Roles.OBLIGOR);
        bytes32 named = keccak256(abi.encode(issuer, terms));
        require(uint200(uint256(named) >> 56) == draft.digest, DigestMismatch(named, bytes32(uint256(draft.digest))));
    }
}
