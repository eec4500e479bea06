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
    /// {HoldTargets}, and what it is: an asset's key, a pledge's number, a party's word.
    uint8 target;
    bytes32 id;
    /// {Effects} that it bars.
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
    uint16 index;
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
    /// RESTORE: the end of the entry as it will be; 0 = none.
    uint40 expires;
    /// RESTORE of a pledge that was refinanced: its segments, which go back to it.
    uint40[] segments;
    /// RESTORE in a single-rank register: pages of every segment, in one act or several; RESTORE_LEAVES: the leaves in `ended` live again.
    LeafPage[] pages;
    /// SETTLE_CONFLICT: the assets.
    bytes32[] assets;
    Consent[] consents;
}

/// @notice An office anchors its existing register: the roots and counts of its records and of the assets on which they are live.
struct AnchorRegister {
    uint16 register;
    bytes32 recordsRoot;
    uint48 records;
    bytes32 assetsRoot;
    uint48 assets;
    /// The time that the register is shown as at.
    int40 asAt;
    bytes32 evidence;
}

/// @notice A page of live anchored assets is written into their words. Pages are aligned subtrees of 2^height leaves.
struct SeedAssets {
    uint16 register;
    uint16 anchor;
    uint48 first;
    bytes32[] assets;
    /// The office numbers of the records on them.
    bytes32[] numbers;
    bytes32[] proof;
}

/// @notice An anchored record becomes a pledge of this register, with its own effective time.
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
