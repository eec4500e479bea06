// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Party} from "../types/PledgeBodies.sol";

/// @notice Registers and their rules as data. A register is a jurisdiction and an asset class; each version of its rules is written once, whole, and
/// never changes.
/// Rule word (low bit first):
///
///   office 16 (two ASCII letters) | classes 32 (bit 0 = 'A') | flags 16 | grounds 64 | overridable grounds 64
///   | least days of an entry 16 | most days 16 (0 = no limit) | days before its end in which it can be renewed 16 (0 = always)
///   | flags that a filing may state 16 (PledgeFlags)
///
/// `grounds` are those that an officer must answer before registering. Words of act codes: types/ActCode.sol.
interface IRegisters {
    /// @notice A version is in force from this event on. `name` is for people.
    event RegisterSet(
        uint16 indexed register,
        uint16 version,
        address office,
        uint256 rule,
        uint16[] codes,
        uint256[] words,
        address ruleContract,
        string name
    );
    /// @notice From here on no filing, registration or change; ends, states on the way to them, notes and reads only.
    event RegisterClosed(uint16 indexed register);

    error RegisterUnknown(uint16 register);
    error RegisterExists(uint16 register, uint16 version);
    /// Another register takes assets of this office and class.
    error ClassKept(uint256 class, uint16 register);
    /// Whether several pledges may live on an asset can't change between versions.
    error RankModeFixed(uint16 register);
    /// No codes, or not as many words; no rule or office; a rule word with bits that say nothing, a least term above the most, or a rule contract where
    /// its flag is not set (or the reverse).
    error RulesMalformed(uint256 codes, uint256 words);
    /// An act code stands twice, without a word, or with bits that say nothing.
    error CodeMalformed(uint16 code);

    /// @notice Opens a register (version 1) or puts the next version of its rules in force (council, under delay). `office` is the account whose
    /// officers keep the register.
    function setRegister(
        uint16 register,
        uint16 version,
        address office,
        uint256 rule,
        uint16[] calldata codes,
        uint256[] calldata words,
        address ruleContract,
        string calldata name
    ) external;
    function closeRegister(uint16 register) external;

    /// @notice Version in force, office and whether closed; version 0 for an unknown register.
    function current(uint16 register) external view returns (uint16 version, address office, bool closed);
    function rule(uint16 register, uint16 version) external view returns (uint256);
    /// @notice The version's rule contract; 0 where its flag ASKS is not set.
    function ruleContract(uint16 register, uint16 version) external view returns (address);
    function actRule(uint16 register, uint16 version, uint16 code) external view returns (uint256);
    /// @notice What an act now done needs, in one call: the version in force, the office, whether closed, the code's word (0 = no such code).
    function actNow(uint16 register, uint16 code)
        external
        view
        returns (uint16 version, address office, bool closed, uint256 word);
}

/// @notice Flags of a rule word.
library RuleFlags {
    /// One pledge at a time may live on an asset.
    uint256 internal constant SINGLE_RANK = 1 << 0;
    /// Assets must be listed.
    uint256 internal constant ASSETS_REQUIRED = 1 << 1;
    /// The office records without examination: file, accept and register may be one act.
    uint256 internal constant RECORDS = 1 << 2;
    /// A rule contract is asked as well.
    uint256 internal constant ASKS = 1 << 3;
}

/// @notice A rule that no word can say, pinned to a version of a register's rules.
interface IRegisterRule {
    /// @notice Why an act can't be done, as left-aligned text; 0 = nothing against it. Called with little gas; an answer that fails refuses.
    /// @param flags {PledgeFlags} of the pledge, `expires` the end of the entry (0 = none) as it will be.
    /// @param parties Those that the act shows: of a filing all, of a new list its own, of other changes the pledgors (empty where given by their root).
    /// @param assets Keys that the act claims, page by page; empty for a change of terms or parties.
    function refusal(
        uint16 register,
        uint16 version,
        uint16 code,
        uint16 flags,
        uint40 expires,
        Party[] calldata parties,
        bytes32[] calldata assets
    ) external view returns (bytes32 reason);
}
