// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AnchoredRecord} from "../pledge/AnchorTree.sol";
import {
    AdoptRecord,
    AnchorRegister,
    JoinAssets,
    LiftHold,
    PlaceHold,
    RecordParty,
    RectifyPledge,
    SeedAssets
} from "../types/OfficeBodies.sol";
import {
    AcceptPledge,
    AssetList,
    Consent,
    ContestAsset,
    DecidePledge,
    FilePledge,
    Ground,
    Instrument,
    Party,
    PartyName,
    PledgeActs,
    PublishTitles,
    RecordPledge,
    RecordSale,
    RefinancePledge,
    RelatePledges,
    ReserveSegment,
    StepFiling,
    WithdrawFiling
} from "../types/PledgeBodies.sol";

/// @notice Events of pledges: every word that the registry stores is in one of them. What the law publishes is in the events of registration and
/// of later acts, never in those of a filing.
/// Words: `head` and `terms` as in types/PledgeWord.sol, `segmentWord` as in types/SegmentWord.sol, asset words as in types/AssetWord.sol.
interface IPledgeEvents {
    /// What each act on a registered pledge leaves: `act` is the envelope's digest (the consents of the same digest are in {InstrumentRecorded}),
    /// `chain` the pledge's chain of acts after it, `effective` the time that it counts from.
    struct ActRecord {
        bytes32 act;
        bytes32 chain;
        uint16 code;
        uint16 ruleVersion;
        int40 effective;
        bool dateOnly;
        bool stated;
    }

    /// Numbers and keys of leaves, and the stored word `bits` of ended ones at `index` = leaf / 256.
    struct EndedLeaves {
        uint24[] leaves;
        bytes32[] assets;
        uint256 index;
        uint256 bits;
    }

    /// What a registration stores, besides the filing; `account` brought the decision, `evidence` is its reasons.
    struct Registration {
        uint256 head;
        uint256 terms;
        uint256 segmentWord;
        bytes32 partiesRoot;
        bytes32 evidence;
        address account;
        address[] officers;
        ActRecord done;
    }

    /// @notice `filing` is the EIP-712 struct hash of the body: what later steps must present again. `head` as stored.
    event PledgeFiled(
        uint40 indexed pledge, uint16 indexed register, bytes32 filing, uint256 head, address filer, bytes32 act
    );
    /// @notice A page of assets is reserved; `root` and `segmentWord` as stored after it, `head` with the reservation's end.
    event PledgeAccepted(
        uint40 indexed pledge,
        uint40 indexed segment,
        uint256 head,
        uint256 terms,
        uint256 segmentWord,
        bytes32 root,
        address account,
        bytes32 act
    );
    /// @notice The asset words after this page's links; leaf of assets[i] is firstLeaf + i.
    event AssetsLinked(
        uint40 indexed pledge,
        uint40 indexed segment,
        uint24 firstLeaf,
        bytes32 blind,
        bytes32[] assets,
        uint256[] words
    );
    event TitlesPublished(uint40 indexed pledge, uint40 indexed segment, uint24 firstLeaf, string[] titles);
    /// @notice The whole public record; `names` and `parties` are in filing.parties' order. The consents and their modes are in `filing`.
    event PledgeRegistered(
        uint40 indexed pledge,
        uint16 indexed register,
        uint40 indexed segment,
        Registration words,
        FilePledge filing,
        PartyName[] names,
        Ground[] grounds
    );
    /// @notice Returned to be corrected and filed again, or refused because of the failed grounds. `officers` here and in other decisions are the keys of the
    /// officers who signed it.
    event PledgeReturned(
        uint40 indexed pledge,
        uint256 head,
        Ground[] grounds,
        bytes32 evidence,
        address account,
        address[] officers,
        bytes32 act
    );
    event PledgeRefused(
        uint40 indexed pledge,
        uint256 head,
        Ground[] grounds,
        bytes32 evidence,
        address account,
        address[] officers,
        bytes32 act
    );
    event FilingWithdrawn(
        uint40 indexed pledge, uint256 head, Instrument instrument, Consent[] consents, address account, bytes32 act
    );
    /// @notice Every ground is answered; titles follow by pages, then the registration.
    event PledgeApproved(
        uint40 indexed pledge,
        uint256 head,
        Ground[] grounds,
        bytes32 evidence,
        address account,
        address[] officers,
        bytes32 act
    );
    /// @notice A notice to the filer, its answer, or a reconsideration ({IntakeCodes}).
    event FilingStepped(
        uint40 indexed pledge,
        uint16 code,
        uint256 head,
        bytes32 evidence,
        bytes32 content,
        uint40 until,
        address account,
        address[] officers,
        bytes32 act
    );
    /// @notice The later filing waits for the earlier one, which lists `asset` too; one more on its list, or, where 64 stand, in the
    /// place of the first that is decided.
    event PledgeContestedBy(
        uint40 indexed pledge, uint40 indexed earlier, bytes32 asset, Consent[] consents, address account, bytes32 act
    );
    /// @notice The earlier filing has claimed an asset of this one, or (`earlier` 0) an act of the office came upon one: what it had claimed is void, and it
    /// can't be registered unless it is refused, reconsidered and accepted again.
    event PledgeDisplaced(uint40 indexed pledge, uint40 indexed earlier, uint256 head);
    /// @notice An act of the office came upon a reserved asset: the segment's reservation is over. `segmentWord` as stored.
    event SegmentDisplaced(uint40 indexed pledge, uint40 indexed segment, uint256 segmentWord);
    /// @notice A page of a supplement's assets is reserved; `segmentWord` and `root` as stored after it.
    event SegmentReserved(
        uint40 indexed pledge, uint40 indexed segment, uint256 segmentWord, bytes32 root, address account, bytes32 act
    );

    /// @notice Emitted once for each {PledgeActs}, before the events of its acts, which carry the same digest.
    event InstrumentRecorded(
        bytes32 indexed act, bytes32 indexed number, Instrument instrument, Consent[] consents, address account
    );
    event TermsChanged(
        uint40 indexed pledge,
        bytes32 indexed number,
        uint256 head,
        uint256 terms,
        bytes32 content,
        bytes32 agreement,
        ActRecord done
    );
    /// @notice New lists; an empty one means that its side stayed. `names` are of the new pledgors, then of the new holders.
    event PartiesChanged(
        uint40 indexed pledge,
        bytes32 indexed number,
        uint256 head,
        uint256 terms,
        bytes32 partiesRoot,
        Party[] pledgors,
        Party[] holders,
        PartyName[] names,
        ActRecord done
    );
    event SegmentAdded(
        uint40 indexed pledge,
        bytes32 indexed number,
        uint40 indexed segment,
        uint256 head,
        uint256 terms,
        uint256 segmentWord,
        bytes32 root,
        bytes32 content,
        ActRecord done
    );
    event PledgeReleased(
        uint40 indexed pledge,
        bytes32 indexed number,
        uint256 head,
        uint8 basis,
        uint8 reason,
        bytes32[] unlisted,
        bytes32[] unpledged,
        ActRecord done
    );
    /// @notice Leaves of one page that ended.
    event LeavesEnded(
        uint40 indexed pledge, uint40 indexed segment, EndedLeaves ended, uint8 basis, uint8 reason, bytes32 act
    );
    /// @notice Comes after the {LeavesEnded} of the same part release.
    event AssetsReleased(
        uint40 indexed pledge,
        bytes32 indexed number,
        uint256 head,
        uint8 basis,
        uint8 reason,
        bytes32[] unpledged,
        ActRecord done
    );
    event PledgeStateSet(uint40 indexed pledge, bytes32 indexed number, uint256 head, uint8 reason, ActRecord done);
    event PledgeNoted(
        uint40 indexed pledge,
        bytes32 indexed number,
        uint40 indexed other,
        uint8 kind,
        bytes32 subject,
        bytes32[] assets,
        string text,
        ActRecord done
    );
}

/// @notice Events of what follows a pledge.
interface ISequelEvents is IPledgeEvents {
    /// What a refinancing stores in the new pledge; `oldTerms` are those up to which it keeps the old rank, `done` the act on the old one.
    struct Refinancing {
        uint256 head;
        uint256 terms;
        uint256 oldTerms;
        bytes32 partiesRoot;
        bytes32 chain;
        bytes32 content;
        bytes32 agreement;
        ActRecord done;
    }

    /// @notice `pledge` stands in the place of `old`, whose {PledgeReleased} comes before with the reason REFINANCED.
    event PledgeRefinanced(
        uint40 indexed pledge, uint40 indexed old, Refinancing words, RefinancePledge refinancing, address account
    );
    /// @notice `pledge` yields to `senior`; head and chain as stored. RelationKinds ENDED: what made `senior` yield to `pledge` is over.
    event PledgesRelated(
        uint40 indexed pledge,
        uint40 indexed senior,
        uint256 head,
        RelatePledges relation,
        address account,
        ActRecord done
    );
    event SaleRecorded(uint40 indexed pledge, RecordSale sale, address account, ActRecord done);
}

/// @notice Events of an office's own acts. `office` is the register's office, to whose registers parties and their holds belong.
interface IOfficeEvents {
    /// `word` as stored: bars 8 | kind 8 | until 40 | placed 40 | number 16 | target 8. `number` is the hold's for ever; holds rank by `placed`, then by
    /// `number`. `marked` is the word of the asset, the head of the pledge or the word of the party (PartyBook.sol) as stored.
    struct HoldChange {
        uint16 number;
        address office;
        uint256 word;
        bytes32 authority;
        bytes32 order;
        uint256 marked;
        address account;
        bytes32 act;
    }

    /// What a rectification stores; `corrects` is the digest of the act that it undoes.
    struct Rectification {
        uint8 kind;
        uint256 head;
        bytes32 corrects;
        address account;
        IPledgeEvents.ActRecord done;
    }

    /// @notice Target and id as {PlaceHold} names them; of an asset its key. Holds on a pledge and on its claim have one queue of numbers.
    event HoldPlaced(uint8 indexed target, bytes32 indexed id, HoldChange hold);
    event HoldLifted(uint8 indexed target, bytes32 indexed id, HoldChange hold);
    /// @notice A running hold on the other number lies on the key from now on: `word` as stored there, `from` its number on the other one, where it binds
    /// nothing any more. Comes before the {AssetsJoined} of the same act.
    event HoldMoved(bytes32 indexed other, bytes32 indexed key, uint16 from, uint256 word, bytes32 order);
    /// @notice Words of both as stored.
    event AssetsJoined(
        uint16 indexed register,
        bytes32 indexed other,
        bytes32 indexed key,
        uint256 otherWord,
        uint256 keyWord,
        bytes32 evidence,
        address account,
        bytes32 act
    );
    /// @notice `word` is the party's as stored (PartyBook.sol).
    event PartyRecorded(
        address indexed office,
        bytes32 indexed party,
        uint8 kind,
        bytes32 other,
        address member,
        uint256 word,
        int40 effective,
        bytes32 evidence,
        string name,
        address account,
        bytes32 act
    );
    /// @notice Comes after the pages of this act. `segments` went back to the pledge: their words name it now.
    event PledgeRectified(
        uint40 indexed pledge, Rectification words, Instrument instrument, Consent[] consents, uint40[] segments
    );
    /// @notice Leaves of `which` (bit i = leaf `firstLeaf` + i) live again; `bits` is the stored word at `index`.
    event LeavesRestored(
        uint40 indexed pledge, uint40 indexed segment, uint256 index, uint256 bits, uint24 firstLeaf, uint128 which
    );
    /// @notice Keys that the page's assets stand for now, and their words as stored.
    event PageRelinked(
        uint40 indexed pledge, uint40 indexed segment, uint24 firstLeaf, bytes32[] keys, uint256[] words
    );
}

/// @notice Events of two live rights on one asset of a register of one rank. Words as stored.
interface IConflictEvents {
    /// @notice The leaf (number 24 | segment 40) of `pledge` lies on the asset beside the taker that `word` names. Pledge 0: an anchored record that is not
    /// adopted does. `head` of the pledge, 0 for none.
    event ConflictFound(uint40 indexed pledge, bytes32 indexed asset, uint64 leaf, uint256 word, uint256 head);
    /// @notice The conflict that leaf was in is over: one right at most is left, whose leaf `word` names. Pledge 0: no leaf was beside the taker's
    /// (also where a wrong seed was struck).
    event ConflictSettled(uint40 indexed pledge, bytes32 indexed asset, uint64 leaf, uint256 word, uint256 head);
}

/// @notice Events of anchored registers.
interface IAnchorEvents {
    /// Where the record stands under which anchor, and what its adoption stores.
    struct Adoption {
        uint16 anchor;
        uint48 index;
        uint256 head;
        uint256 terms;
        uint256 segmentWord;
        bytes32 root;
        bytes32 partiesRoot;
        bytes32 content;
        bytes32 chain;
        bytes32 agreement;
        uint16 ruleVersion;
        address account;
        bytes32 act;
    }

    /// @notice Anchors are numbered from 1 in their register. Of the one that it `replaces` nothing is seeded or adopted any more. `unseeded` are the assets
    /// that the register waits for.
    event RegisterAnchored(
        uint16 indexed register,
        uint16 indexed anchor,
        AnchorRegister anchored,
        uint48 unseeded,
        address account,
        bytes32 act
    );
    /// @notice Assets as the anchor has them, and the words of their keys as stored; `unseeded` are left in the register.
    event AssetsSeeded(
        uint16 indexed register,
        uint16 indexed anchor,
        uint48 first,
        bytes32[] assets,
        bytes32[] numbers,
        uint256[] words,
        uint48 unseeded,
        address account,
        bytes32 act
    );
    /// @notice Its first assets are in the {AssetsLinked} before.
    event RecordAdopted(
        uint40 indexed pledge,
        uint16 indexed register,
        uint40 indexed segment,
        Adoption words,
        Party[] parties,
        PartyName[] names,
        Instrument instrument
    );
    /// @notice A further page of its assets, which are in the {AssetsLinked} before.
    event AdoptionContinued(
        uint40 indexed pledge, uint40 indexed segment, uint256 segmentWord, address account, bytes32 act
    );
}

/// @notice Why a pledge act is refused. Each carries the values that decided.
interface IPledgeErrors {
    error UnknownPledge(uint40 pledge);
    error UnknownRegister(uint16 register);
    error RegisterIsClosed(uint16 register);
    /// The rule version named is not the one in force.
    error VersionNotInForce(uint16 register, uint16 given, uint16 inForce);
    error UnknownCode(uint16 register, uint16 version, uint16 code);
    error CodeLacksEffect(uint16 code, uint256 effect);
    error StateRefused(uint40 pledge, uint8 state, uint16 code);
    error FilingMismatch(uint40 pledge, bytes32 given, bytes32 filed);
    error PledgeVersionStale(uint40 pledge, uint24 given, uint24 current);
    error PledgeLapsed(uint40 pledge, uint40 expired);
    /// Those of the stated ones that this version of the register's rules does not admit.
    error FlagsRefused(uint16 flags);
    error TimeSourceRefused(uint16 code, uint8 source);
    error TimeInFuture(int40 effective);
    error ExpiryPassed(uint40 expires);
    error TermsInconsistent(uint8 kind, uint16 currency, uint128 ceiling);
    error PartyListInvalid(uint256 index);
    error PartiesMismatch(uint40 pledge);
    error NameMismatch(uint256 index);
    error TitlesMismatch(uint40 pledge);
    error ConsentMissing(uint8 role, bytes32 party);
    error ConsentModeRefused(uint8 role, bytes32 party, uint8 mode);
    error ConsentExpired(uint8 role, bytes32 party, uint40 until);
    /// A consent is DEEMED only when its notice has run for the act code's period; `since` 0: no such notice is on the pledge's record.
    error NoticeRunning(uint8 role, bytes32 party, int256 since);
    /// The signer named by the consent is not the party's own key (SIGNED), or no officer who signs in that mode.
    error ConsentNotSigned(uint8 role, bytes32 party, uint8 signer);
    error EvidenceMissing(uint8 role, bytes32 party);
    error DocumentMissing(uint16 code);
    error OfficersMissing(uint16 code, uint256 given, uint256 needed);
    error AssetsRequired(uint16 register);
    error AssetCountInvalid(uint256 count);
    error RootMismatch(bytes32 root);
    error PageRefused(uint256 page);
    error AssetsNotAscending(bytes32 asset);
    /// The asset is of another office or class than the register's.
    error AssetNotOfRegister(bytes32 asset, uint16 register);
    error AssetTaken(bytes32 asset, uint40 pledge);
    /// The list has a right under two of its numbers; `asset` is the key of both.
    error AssetTwice(bytes32 asset);
    error AssetBarred(bytes32 asset, uint8 flags);
    error AssetLinksFull(bytes32 asset);
    error AssetsIncomplete(uint40 pledge, uint24 claimed, uint24 count);
    error ReservationEnded(uint40 pledge, uint40 until);
    error WaitNotOver(uint40 pledge, uint256 until);
    /// No ground of that number, or no result that is known.
    error GroundUnknown(uint8 ground, uint8 result);
    error GroundMissing(uint8 ground);
    error GroundRepeated(uint8 ground);
    error GroundFailed(uint8 ground);
    error GroundNotOverridable(uint8 ground);
    /// A refusal names at least one failed ground of the register's.
    error NoGroundFailed();
    error DecisionUnknown(uint8 decision);
    error RegisterExamines(uint16 register);
    error SegmentNotOfPledge(uint40 segment, uint40 pledge);
    error LeafAlreadyEnded(uint40 segment, uint24 leaf);
    error NothingEnded(uint40 pledge);
    error BasisUnknown(uint8 basis);
    error ReasonRefused(uint16 code, uint8 reason);
    error SideRefused(uint16 code, uint256 side);
    error PublicationPremature(uint40 pledge);
    error NoteUnknown(uint8 kind);
    /// A pledge's version can't be raised any more.
    error PledgeVersionsExhausted(uint256 head);
    error NothingToDo();
    /// A hold on the target (see {HoldTargets}) bars the act.
    error HeldBy(uint8 target, bytes32 id, uint256 number, bytes32 order);
    /// No kind, effect or target of that sort; an effect that a hold on the target can't bar; an unpaid fee that would bar an end.
    error HoldInvalid(uint8 target, uint8 kind, uint8 bars);
    error HoldUnknown(uint8 target, bytes32 id, uint16 number);
    error HoldsFull(uint256 holds);
    error NotOfRegister(bytes32 id);
    /// The rule contract gives its reason as text.
    error RuleRefused(uint16 register, uint16 version, bytes32 reason);
    error RuleSilent(uint16 register, uint16 version, address rule);
    /// The end of the entry is outside what the register admits, in seconds from now; most 0 = no limit.
    error TermOutside(uint40 expires, uint256 least, uint256 most);
    error RenewalEarly(uint40 pledge, uint40 expires, uint256 window);
    error RegisterNotSeeded(uint16 register, uint48 unseeded);
    /// A live record of the anchored register lies on the asset.
    error AssetAnchored(bytes32 asset);
    error AssetNotClaimed(bytes32 asset, uint40 pledge);
    error NotEarlier(uint40 earlier, uint40 later);
    /// An earlier filing contests it and is not decided; or contests it already.
    error PledgeContested(uint40 pledge, uint40 earlier);
    error ContestsFull(uint40 pledge, uint256 contests);
    /// What it had claimed is void (see {PledgeDisplaced}).
    error ClaimDisplaced(uint40 pledge);
    error TitlesIncomplete(uint40 pledge, uint40 segment);
    error SegmentsIncomplete(uint40 pledge, uint256 given);
    /// Not live, of another register, or the pledge itself.
    error NotRelatable(uint40 pledge);
    /// Costs, shares and surplus do not make up the price, or there is none.
    error SaleUneven(uint128 price, uint256 sum);
    /// A share of a sale is above its claim or the pledge's ceiling, has no claim, or stands behind a rank that is not paid in full.
    error ShareRefused(uint256 index, uint40 pledge, uint128 amount);
    error NotJoinable(bytes32 other, bytes32 key);
    error NotInConflict(bytes32 asset);
    /// More than one right on the asset lives still, or an anchored record on it is not adopted.
    error StillInConflict(bytes32 asset);
    /// A field that this kind of rectification has no use for, or another end than the restoration was begun with.
    error RectificationInvalid(uint40 pledge, uint8 kind);
    error PartyInvalid(bytes32 party, uint8 kind);
    error AnchorInvalid(uint16 register, uint48 records, uint48 assets);
    /// Another anchor stands in its place.
    error AnchorReplaced(uint16 register, uint16 anchor);
    error NotAnchored(uint16 register, uint16 anchor, uint48 index);
    error AdoptedBefore(bytes32 officeNumber, uint40 pledge);
    /// A record without number, or an instrument that bears another.
    error NumberMismatch(bytes32 number);
    /// No act or view of the register has this selector.
    error UnknownFunction(bytes4 selector);
}

/// @notice Filing, and the claim of its assets. Every function that is no view is reached by signed acts only.
interface IPledgeIntake {
    /// @notice Files a pledge and numbers it. Needs every consent that the register's rules demand for the act code, over the whole body.
    function filePledge(FilePledge calldata body) external;
    /// @notice An officer claims one page of the assets, in the pages' order; a single-rank register refuses an asset that another pledge holds.
    function acceptPledge(AcceptPledge calldata body) external;
    /// @notice Files, accepts and registers at once, in registers whose office merely records; refuses what the three would refuse.
    function recordPledge(RecordPledge calldata body) external;
    /// @notice The holder of an earlier filing makes a later one wait that has claimed the same asset.
    function contestAsset(ContestAsset calldata body) external;
    /// @notice Claims a page of a supplement of more than 128 assets.
    function reserveSegment(ReserveSegment calldata body) external;
}

/// @notice The office's decision on a filing, and the steps on the way to it.
interface IPledgeDecision {
    /// @notice An officer approves, registers, returns or refuses.
    function decidePledge(DecidePledge calldata body) external;
    function withdrawFiling(WithdrawFiling calldata body) external;
    /// @notice A notice, an answer, or the reconsideration of a refusal.
    function stepFiling(StepFiling calldata body) external;
    function publishTitles(PublishTitles calldata body) external;
}

/// @notice After the registration.
interface IPledgeLife {
    /// @notice All that one document does, on one pledge or several; all of it or nothing.
    function pledgeActs(PledgeActs calldata body) external;
    /// @notice The changes among them; {pledgeActs} calls it.
    function changePledges(PledgeActs calldata document) external;
}

/// @notice What follows a pledge.
interface IPledgeSequels {
    /// @notice A new pledge in the place of an old one, without a gap in rank.
    function refinancePledge(RefinancePledge calldata body) external;
    /// @notice The holders of a pledge let another go before it.
    function relatePledges(RelatePledges calldata body) external;
    /// @notice What a sale brought and who is paid; never a transfer of the right.
    function recordSale(RecordSale calldata body) external;
}

/// @notice An office's own acts.
interface IPledgeOffice {
    function placeHold(PlaceHold calldata body) external;
    function liftHold(LiftHold calldata body) external;
    /// @notice What became of a party; touches no pledge.
    function recordParty(RecordParty calldata body) external;
}

/// @notice How an office corrects its register.
interface IPledgeRectification {
    /// @notice Joins another number of a right to its key.
    function joinAssets(JoinAssets calldata body) external;
    /// @notice Undoes an end, with the original effective time; in a register of one rank page by page.
    function rectifyPledge(RectifyPledge calldata body) external;
}

/// @notice Existing registers.
interface IPledgeAnchors {
    function anchorRegister(AnchorRegister calldata body) external;
    /// @notice Writes a page of 256 live anchored assets into their words.
    function seedAssets(SeedAssets calldata body) external;
    /// @notice Makes an anchored record a pledge of this register; called again for each further page of its assets.
    function adoptRecord(AdoptRecord calldata body) external;
}

/// @notice EIP-712 struct hashes of the bodies that have lists or text.
interface IPledgeHashes {
    function hashFilePledge(FilePledge calldata body) external view returns (bytes32);
    function hashAcceptPledge(AcceptPledge calldata body) external view returns (bytes32);
    function hashRecordPledge(RecordPledge calldata body) external view returns (bytes32);
    function hashContestAsset(ContestAsset calldata body) external view returns (bytes32);
    function hashReserveSegment(ReserveSegment calldata body) external view returns (bytes32);
    function hashDecidePledge(DecidePledge calldata body) external view returns (bytes32);
    function hashWithdrawFiling(WithdrawFiling calldata body) external view returns (bytes32);
    function hashPublishTitles(PublishTitles calldata body) external view returns (bytes32);
    function hashPledgeActs(PledgeActs calldata body) external view returns (bytes32);
    function hashRefinancePledge(RefinancePledge calldata body) external view returns (bytes32);
    function hashRelatePledges(RelatePledges calldata body) external view returns (bytes32);
    function hashRecordSale(RecordSale calldata body) external view returns (bytes32);
    function hashRecordParty(RecordParty calldata body) external view returns (bytes32);
    function hashRectifyPledge(RectifyPledge calldata body) external view returns (bytes32);
    function hashSeedAssets(SeedAssets calldata body) external view returns (bytes32);
    function hashAdoptRecord(AdoptRecord calldata body) external view returns (bytes32);
}

/// @notice What anybody may read.
interface IPledgeViews {
    /// @notice The stored words: head, terms, root of parties and holders, content root, chain of acts (the filing's digest until the decision).
    function pledge(uint40 pledge_)
        external
        view
        returns (uint256 head, uint256 terms, bytes32 parties, bytes32 content, bytes32 chain);
    function segment(uint40 segment_) external view returns (uint256 word, bytes32 root);
    function asset(bytes32 asset_) external view returns (uint256 word);
    function endedBits(uint40 segment_, uint256 index) external view returns (uint256);
    /// @notice Whether the pledge that took the asset last is live on it, and which that is. In a register of several ranks earlier takers may
    /// be live too: ask live(segment, leaf).
    function live(bytes32 asset_) external view returns (bool, uint40 pledge_);
    function live(uint40 segment_, uint24 leaf) external view returns (bool);
    /// @notice Dry run by the same code: the reasons why the filing would not be recorded or accepted now; empty = it would. Whose key signed the
    /// consents is Acts' to check. Each reason is the revert data that the act would meet.
    function check(FilePledge calldata filing, bytes32[] calldata assets) external view returns (bytes[] memory reasons);
    /// @notice The parts of {check}, each reverting with the first reason that it meets.
    function checkFiling(FilePledge calldata filing) external view;
    function checkList(FilePledge calldata filing, bytes32[] calldata assets) external view;
    function checkAsset(uint16 register, bytes32 asset_) external view;
    function checkRule(FilePledge calldata filing, bytes32[] calldata assets) external view;
    function counts() external view returns (uint40 pledges, uint40 segments);
    /// @notice The key that a number stands for: itself, or what it was joined to.
    function resolved(bytes32 asset_) external view returns (bytes32 key);
    /// @notice Words and orders' hashes of the holds on a target ({HoldTargets}; for a party its office); of those that are over, only the ones whose place no
    /// later one took. A pledge's and its claim's come together.
    function holds(uint8 target, bytes32 id, address office)
        external
        view
        returns (uint256[] memory words, bytes32[] memory orders);
    /// @notice Who signs for a party before an office now; 0 = nobody.
    function signerOf(address office, bytes32 party) external view returns (address);
    /// @notice The earlier filings that contest an accepted one, decided or not.
    function contestsOf(uint40 pledge_) external view returns (uint40[] memory earlier);
    /// @notice Since when a notice (by its hash) to those who are parties now is on a pledge's record; 0 = it is not.
    function noticed(uint40 pledge_, bytes32 notice) external view returns (uint40 since);
    /// @notice The roots and counts of an anchor (numbered from 1), how many of its assets are seeded, and whether another stands in its place.
    function anchor(uint16 register, uint16 anchor_)
        external
        view
        returns (
            bytes32 recordsRoot,
            uint48 records,
            bytes32 assetsRoot,
            uint48 assets,
            int40 asAt,
            uint48 seeded,
            bool replaced
        );
    /// @notice What lies on an asset beside the taker that its word names: leaves (number 24 | segment 40), and how many anchored records.
    function conflict(bytes32 asset_) external view returns (uint64[] memory leaves, uint256 anchored);
    function unseeded(uint16 register) external view returns (uint48);
    /// @notice The pledge that an anchored record became; 0 = not adopted.
    function adopted(uint16 register, bytes32 officeNumber) external view returns (uint40);
    /// @notice Whether a record is under an anchor's root.
    function verifyAnchored(uint16 anchor_, uint48 index, AnchoredRecord calldata record, bytes32[] calldata proof)
        external
        view
        returns (bool);
}

interface IPledgeRegistry is
    IPledgeIntake,
    IPledgeDecision,
    IPledgeLife,
    IPledgeSequels,
    IPledgeOffice,
    IPledgeRectification,
    IPledgeAnchors,
    IPledgeHashes,
    IPledgeViews,
    ISequelEvents,
    IOfficeEvents,
    IConflictEvents,
    IAnchorEvents,
    IPledgeErrors
{}
