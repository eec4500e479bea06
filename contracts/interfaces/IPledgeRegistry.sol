// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {
    AcceptPledge,
    AssetList,
    Consent,
    DecidePledge,
    FilePledge,
    Ground,
    Instrument,
    Party,
    PartyName,
    PledgeActs,
    RecordPledge,
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

    /// What a registration stores, besides the filing; `account` decided, `evidence` is its reasoned decision.
    struct Registration {
        uint256 head;
        uint256 terms;
        uint256 segmentWord;
        bytes32 partiesRoot;
        bytes32 evidence;
        address account;
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
    /// @notice Returned to be corrected and filed again, or refused because of the failed grounds.
    event PledgeReturned(
        uint40 indexed pledge, uint256 head, Ground[] grounds, bytes32 evidence, address account, bytes32 act
    );
    event PledgeRefused(
        uint40 indexed pledge, uint256 head, Ground[] grounds, bytes32 evidence, address account, bytes32 act
    );
    event FilingWithdrawn(
        uint40 indexed pledge, uint256 head, Instrument instrument, Consent[] consents, address account, bytes32 act
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
}

/// @notice Until the decision: what parties file and officers decide. Every function is reached by signed acts only.
interface IPledgeIntake {
    /// @notice Files a pledge and numbers it. Needs every consent that the register's rules demand for the act code, over the whole body.
    function filePledge(FilePledge calldata body) external;
    /// @notice An officer claims one page of the assets, in the pages' order; a single-rank register refuses an asset that another pledge holds.
    function acceptPledge(AcceptPledge calldata body) external;
    /// @notice An officer registers, returns or refuses.
    function decidePledge(DecidePledge calldata body) external;
    /// @notice Files, accepts and registers at once, in registers whose office merely records; refuses what the three would refuse.
    function recordPledge(RecordPledge calldata body) external;
    function withdrawFiling(WithdrawFiling calldata body) external;

    function hashFilePledge(FilePledge calldata body) external view returns (bytes32);
    function hashAcceptPledge(AcceptPledge calldata body) external view returns (bytes32);
    function hashDecidePledge(DecidePledge calldata body) external view returns (bytes32);
    function hashRecordPledge(RecordPledge calldata body) external view returns (bytes32);
    function hashWithdrawFiling(WithdrawFiling calldata body) external view returns (bytes32);
}

/// @notice After the registration.
interface IPledgeLife {
    /// @notice All that one document does, on one pledge or several; all of it or nothing.
    function pledgeActs(PledgeActs calldata body) external;
    function hashPledgeActs(PledgeActs calldata body) external view returns (bytes32);
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
    function checkList(AssetList calldata list, bytes32[] calldata assets) external view;
    function checkAsset(uint16 register, bytes32 asset_) external view;
    function counts() external view returns (uint40 pledges, uint40 segments);
}

interface IPledgeRegistry is IPledgeIntake, IPledgeLife, IPledgeViews, IPledgeEvents, IPledgeErrors {}
