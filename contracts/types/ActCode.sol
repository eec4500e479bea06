// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What a register's rules say of one act code, in one word (low bit first):
///
///   effects 8 | next state 8 | modes 8 x 4 (role r at bits 16 + 4r) | source states 16 | officers 4 | officers for vouched consents 4
///   | officer roles 16 | time sources 8 | sides 8 | demands 8 | wait 32 (s) | period 32 (s) | end reasons 32 | zero 48
///
/// A role with no admitted mode need not consent. `sides` says which lists SET_PARTIES may change. `wait` runs from acceptance to registration.
/// `period` is how long an acceptance reserves; of any other code, how long a notice must have run before a consent is DEEMED.
library ActCode {
    function effects(uint256 word) internal pure returns (uint256) {
        return word & 0xff;
    }

    function has(uint256 word, uint256 effect) internal pure returns (bool) {
        return word & effect != 0;
    }

    function nextState(uint256 word) internal pure returns (uint8) {
        return uint8(word >> 8);
    }

    /// @dev The modes admitted for a role, a bit each: 1 << (mode - 1).
    function modes(uint256 word, uint256 role) internal pure returns (uint256) {
        return word >> (16 + 4 * role) & 0xf;
    }

    function fromState(uint256 word, uint256 state) internal pure returns (bool) {
        return word >> (48 + state) & 1 == 1;
    }

    function officers(uint256 word) internal pure returns (uint256) {
        return word >> 64 & 0xf;
    }

    function officersVouching(uint256 word) internal pure returns (uint256) {
        return word >> 68 & 0xf;
    }

    function officerRoles(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 72);
    }

    function timeSource(uint256 word, uint256 source) internal pure returns (bool) {
        return source < 8 && word >> (88 + source) & 1 == 1;
    }

    function sides(uint256 word) internal pure returns (uint256) {
        return word >> 96 & 0xff;
    }

    function demands(uint256 word, uint256 demand) internal pure returns (bool) {
        return word >> 104 & demand != 0;
    }

    function wait(uint256 word) internal pure returns (uint256) {
        return uint32(word >> 112);
    }

    function period(uint256 word) internal pure returns (uint256) {
        return uint32(word >> 144);
    }

    function endReason(uint256 word, uint256 reason) internal pure returns (bool) {
        return reason < 32 && word >> (176 + reason) & 1 == 1;
    }
}

/// @notice The eight fixed effects of an act code.
library Effects {
    uint256 internal constant REGISTER = 1 << 0;
    uint256 internal constant END_ALL = 1 << 1;
    uint256 internal constant END_LEAVES = 1 << 2;
    uint256 internal constant ADD_SEGMENT = 1 << 3;
    uint256 internal constant SET_TERMS = 1 << 4;
    uint256 internal constant SET_PARTIES = 1 << 5;
    uint256 internal constant SET_STATE = 1 << 6;
    uint256 internal constant NOTE = 1 << 7;
}

/// @notice Codes of the intake's own steps and of an office's own acts; the same in every register, which says who may do them. All others are the
/// register's data.
library IntakeCodes {
    uint16 internal constant ACCEPT = 1;
    uint16 internal constant RETURN = 2;
    uint16 internal constant REFUSE = 3;
    uint16 internal constant WITHDRAW = 4;
    /// Asks the filer to mend something; the statutory clock stops.
    uint16 internal constant NOTIFY = 5;
    /// The filer's answer; the clock goes on.
    uint16 internal constant ANSWER = 6;
    /// A refused filing is examined again.
    uint16 internal constant RECONSIDER = 7;
    uint16 internal constant CONTEST = 8;
}

library OfficeCodes {
    /// Under an order: a court's preservation, an ownership dispute, insolvency.
    uint16 internal constant HOLD = 60;
    uint16 internal constant LIFT = 61;
    /// The office's own: an unpaid fee.
    uint16 internal constant FEE_HOLD = 62;
    uint16 internal constant FEE_LIFT = 63;
    uint16 internal constant RECTIFY = 64;
    uint16 internal constant JOIN = 65;
    uint16 internal constant PARTY = 66;
    uint16 internal constant ANCHOR = 67;
    uint16 internal constant SEED = 68;
    uint16 internal constant ADOPT = 69;
}

/// @notice Bits of `demands`.
library Demands {
    /// The instrument carries a document hash.
    uint256 internal constant DOCUMENT = 1 << 0;
    /// The consents must name the pledge's version (no ANY_VERSION).
    uint256 internal constant VERSION = 1 << 1;
}

/// @notice Bits of `sides`.
library Sides {
    uint256 internal constant PLEDGORS = 1 << 0;
    uint256 internal constant HOLDERS = 1 << 1;
}

library PartyRoles {
    uint8 internal constant PLEDGOR = 1;
    uint8 internal constant PLEDGEE = 2;
    uint8 internal constant CO_OWNER = 3;
    uint8 internal constant NEW_PLEDGEE = 4;
    uint8 internal constant NEW_PLEDGOR = 5;
    /// A court or authority that orders; no party of the pledge.
    uint8 internal constant AUTHORITY = 6;
}

library TimeSources {
    /// The block that registers.
    uint8 internal constant BLOCK = 0;
    /// The block that filed.
    uint8 internal constant FILING = 1;
    /// Stated by the office whose own register is the legal one, or by an order.
    uint8 internal constant STATED = 2;
}

library ClaimKinds {
    uint8 internal constant NOT_STATED = 0;
    uint8 internal constant FIXED = 1;
    uint8 internal constant MAXIMUM = 2;
}

library Decisions {
    uint8 internal constant REGISTER = 1;
    uint8 internal constant RETURN = 2;
    uint8 internal constant REFUSE = 3;
    /// To be registered once its titles are published by pages.
    uint8 internal constant APPROVE = 4;
}

library GroundResults {
    uint8 internal constant PASS = 1;
    uint8 internal constant FAIL = 2;
    /// Failed, and the parties declared with knowledge of it that they go on.
    uint8 internal constant OVERRIDDEN = 3;
}

library MatchBases {
    uint8 internal constant CITED = 1;
    uint8 internal constant INFERRED = 2;
    uint8 internal constant OFFICER = 3;
}

library EndReasons {
    uint8 internal constant RELEASED = 1;
    uint8 internal constant ENFORCED = 2;
    uint8 internal constant LAPSED = 3;
    uint8 internal constant REVOKED = 4;
    uint8 internal constant ORDERED = 5;
    uint8 internal constant MISTAKEN = 6;
    /// A new pledge stands in its place.
    uint8 internal constant REFINANCED = 7;
}

library NoteKinds {
    uint8 internal constant REMARK = 1;
    uint8 internal constant CORRECTION = 2;
    uint8 internal constant SAME_AS = 3;
    uint8 internal constant SUPPLEMENTS = 4;
    /// Speaks of ranks; orders nothing, which takes a relation.
    uint8 internal constant PRIORITY = 5;
    uint8 internal constant DISCREPANCY = 6;
    /// A notice was served on a party; `subject` is its hash. From here runs the period after which a consent may be DEEMED, as long as the parties stay.
    uint8 internal constant NOTICE = 7;
    /// The holders agree that the pledged right is licensed, or transferred, under the pledge (CivC 444); `subject` is the contract's hash. Needs their
    /// consents, by whatever code asks them.
    uint8 internal constant LICENCE = 8;
    uint8 internal constant TRANSFER = 9;
    /// The pledgor objects to the entry, or demands that it be changed or ended; `subject` is the demand's hash. Needs the pledgors' consents. It starts
    /// statutory clocks and bars nothing.
    uint8 internal constant OBJECTION = 10;
}

/// @notice Relations between two pledges, laid over the base order.
library RelationKinds {
    uint8 internal constant SUBORDINATION = 1;
    uint8 internal constant SUPER_PRIORITY = 2;
    uint8 internal constant INTERCREDITOR = 3;
    uint8 internal constant TURNOVER = 4;
    /// The relations by which the other pledge yielded to this one are over.
    uint8 internal constant ENDED = 5;
}

/// @notice What a hold lies on.
library HoldTargets {
    uint8 internal constant ASSET = 1;
    uint8 internal constant PLEDGE = 2;
    uint8 internal constant PARTY = 3;
    /// The claim that a pledge secures, named by the pledge's number.
    uint8 internal constant CLAIM = 4;
}

library HoldKinds {
    uint8 internal constant PRESERVATION = 1;
    uint8 internal constant OWNERSHIP_DISPUTE = 2;
    uint8 internal constant INSOLVENCY = 3;
    uint8 internal constant FEE_UNPAID = 4;
    uint8 internal constant OTHER = 5;
}

/// @notice What became of a party.
library PartyKinds {
    /// It is a member: its account signs for it.
    uint8 internal constant MEMBER = 1;
    /// Merged into or succeeded by another party, who acts in its place.
    uint8 internal constant SUCCEEDED = 2;
    /// A receiver or administrator acts for it.
    uint8 internal constant RECEIVED = 3;
    /// Gone without successor: nobody signs for it.
    uint8 internal constant DISSOLVED = 4;
    /// Another name, the same party.
    uint8 internal constant RENAMED = 5;
    /// The record of the last kind was a mistake, or is over.
    uint8 internal constant CLEARED = 6;
}

library RectifyKinds {
    /// The pledge lives again, with its original time.
    uint8 internal constant RESTORE = 1;
    /// Ended leaves live again.
    uint8 internal constant RESTORE_LEAVES = 2;
    /// The conflict of an asset is settled, or the seed of a record struck that became the pledge without the asset.
    uint8 internal constant SETTLE_CONFLICT = 3;
}
