// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AnchoredRecord} from "../pledge/AnchorTree.sol";
import {ActOn, Consent, Instrument, LeafPage, Party, PartyName} from "./PledgeBodies.sol";

// Bodies of an office's own acts: holds, parties, joined numbers, rectification, anchors. Times are UTC seconds.

/// @notice Bars acts on an asset, a pledge or a party, under an order or for an unpaid fee.
struct PlaceHold {
    uint16 register;
    /// {OfficeCodes} HOLD or FEE_HOLD.
    uint16 code;
    /// {HoldTargets}, and what it is: an asset's number, a pledge's (also for its claim), a party's word.
    uint8 target;
    bytes32 id;
    /// {Effects} that it bars; only those that it can, where it lies.
    uint8 bars;
    /// {HoldKinds}.
    uint8 kind;
    /// Last second of the hold; 0 = until it is lifted.
    uint40 until;
    /// Who ordered, as a party word, and the order's hash; for a fee the demand's.
    bytes32 authority;
    bytes32 order;
}

struct LiftHold {
    uint16 register;
    /// {OfficeCodes} LIFT or FEE_LIFT.
    uint16 code;
    uint8 target;
    bytes32 id;
    /// The hold's number in its queue, which no other there ever has.
    uint16 number;
    bytes32 authority;
    bytes32 order;
}

/// @notice Another number of a right is joined to its key: what is filed under it from now on is filed under the key.
struct JoinAssets {
    uint16 register;
    bytes32 other;
    bytes32 key;
    bytes32 evidence;
}

/// @notice What became of a party, for all its pledges in the office's registers at once; no pledge is touched.
struct RecordParty {
    uint16 register;
    bytes32 party;
    /// {PartyKinds}.
    uint8 kind;
    /// The successor or receiver.
    bytes32 other;
    /// The member account that signs for it (MEMBER).
    address account;
    int40 effective;
    bytes32 evidence;
    /// The new name as published (RENAMED, SUCCEEDED); else empty.
    string name;
}

/// @notice Undoes an end by order or for the registrar's own error, with the original effective time; or settles a conflict.
struct RectifyPledge {
    ActOn on;
    /// {RectifyKinds}.
    uint8 kind;
    /// What is corrected: the digest of the act.
    bytes32 corrects;
    Instrument instrument;
    /// RESTORE: the end of the entry, as it was, or a new one where that has passed; 0 = none. Else 0.
    uint40 expires;
    /// RESTORE of a pledge whose segments a refinancing moved: the list of that refinancing. They go back to it.
    uint40[] segments;
    /// RESTORE in a single-rank register: pages of every segment, in one act or several; RESTORE_LEAVES: the leaves in `ended` live again.
    LeafPage[] pages;
    /// SETTLE_CONFLICT: the assets.
    bytes32[] assets;
    Consent[] consents;
}

/// @notice An office anchors its existing register: the roots and counts of its records and of the assets on which they are live. A register may have several
/// anchors beside each other.
struct AnchorRegister {
    uint16 register;
    bytes32 recordsRoot;
    uint48 records;
    bytes32 assetsRoot;
    uint48 assets;
    /// The time that the register is shown as at.
    int40 asAt;
    /// The number of an anchor that was wrong, in whose place this one stands (both roots 0: nothing does); 0 = none.
    uint16 replaces;
    bytes32 evidence;
}

/// @notice A page of live anchored assets is written into their words. A page is an aligned subtree of 256 leaves, or what is left at the end.
struct SeedAssets {
    uint16 register;
    /// Numbered from 1 in its register.
    uint16 anchor;
    uint48 first;
    bytes32[] assets;
    /// The office numbers of the records on them.
    bytes32[] numbers;
    bytes32[] proof;
}

/// @notice An anchored record becomes a pledge of this register, with its own effective time. A long list comes in pages, each with the record again;
/// parties, names, agreement and instrument count the first time.
struct AdoptRecord {
    uint16 anchor;
    uint48 index;
    AnchoredRecord record;
    bytes32[] proof;
    Party[] parties;
    PartyName[] names;
    bytes32 blind;
    uint16 page;
    bytes32[] pages;
    bytes32[] assets;
    bytes32 agreement;
    Instrument instrument;
}
