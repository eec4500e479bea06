// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IRegisters, RuleFlags} from "./interfaces/IRegisters.sol";
import {PledgeFlags} from "./types/PledgeWord.sol";

/// @title Registers and the rules of each version
/// @dev Storage:
///
///   states[register]                  office 160 | version in force 16 | closed 8
///   rules[register][version]          rule word, laid out in {IRegisters}
///   keepers[office << 8 | class]      the one register that takes assets of that office and class
///   ruleContracts[register][version]  rule contract of the version
///   words[register][version][code]    act word, laid out in {ActCode}; written once, with its version
contract Registers is IRegisters, AccessManaged {
    uint256 private constant CLASSES_SHIFT = 16;
    uint256 private constant CLASSES = 32;
    uint256 private constant FLAGS_SHIFT = 48;
    uint256 private constant LEAST_SHIFT = 192;
    uint256 private constant MOST_SHIFT = 208;
    /// Bits that say nothing in a rule word (flags that nobody knows or states), and in an act word.
    uint256 private constant NO_RULE = 0xfff0 << 48 | uint256(type(uint16).max ^ PledgeFlags.FILER_MAY_STATE) << 240;
    uint256 private constant NO_ACT = 0xffffffffffff << 208;

    struct State {
        address office;
        uint16 version;
        bool closed;
    }

    mapping(uint16 register => State) private states;
    mapping(uint16 register => mapping(uint16 version => uint256)) private rules;
    mapping(uint16 register => mapping(uint16 version => mapping(uint16 code => uint256))) private words;

    mapping(uint256 officeAndClass => uint16) private keepers;
    mapping(uint16 register => mapping(uint16 version => address)) private ruleContracts;

    constructor(address council) AccessManaged(council) {}

    /// @inheritdoc IRegisters
    function setRegister(
        uint16 register,
        uint16 version,
        address office,
        uint256 rule_,
        uint16[] calldata codes,
        uint256[] calldata codeWords,
        address ruleContract_,
        string calldata name
    ) external restricted {
        State storage state = states[register];
        require(version == state.version + 1 && !state.closed, RegisterExists(register, state.version));
        require(codes.length == codeWords.length && codes.length != 0, RulesMalformed(codes.length, codeWords.length));
        require(office != address(0), RulesMalformed(0, 0));
        _requireFormed(register, version, rule_, ruleContract_);
        _keep(register, rule_);
        (state.office, state.version) = (office, version);
        rules[register][version] = rule_;
        ruleContracts[register][version] = ruleContract_;
        _keepWords(words[register][version], codes, codeWords);
        emit RegisterSet(register, version, office, rule_, codes, codeWords, ruleContract_, name);
    }

    function _keepWords(
        mapping(uint16 code => uint256) storage kept,
        uint16[] calldata codes,
        uint256[] calldata codeWords
    ) private {
        for (uint256 i = 0; i < codes.length; ++i) {
            bool formed = codeWords[i] != 0 && codeWords[i] & NO_ACT == 0;
            require(formed && kept[codes[i]] == 0, CodeMalformed(codes[i]));
            kept[codes[i]] = codeWords[i];
        }
    }

    /// @dev No bit that says nothing, no least term above the most; a rule contract stands just where the flag says so; whether several pledges may live on an asset never changes.
    function _requireFormed(uint16 register, uint16 version, uint256 rule_, address ruleContract_) private view {
        bool asks = rule_ >> FLAGS_SHIFT & RuleFlags.ASKS != 0;
        bool formed = rule_ != 0 && rule_ & NO_RULE == 0 && asks == (ruleContract_ != address(0));
        (uint256 least, uint256 most) = (uint16(rule_ >> LEAST_SHIFT), uint16(rule_ >> MOST_SHIFT));
        require(formed && (most == 0 || least <= most), RulesMalformed(0, 0));
        if (version == 1) return;
        uint256 changed = rules[register][version - 1] ^ rule_;
        require(changed >> FLAGS_SHIFT & RuleFlags.SINGLE_RANK == 0, RankModeFixed(register));
    }

    /// @dev Two registers that link the same assets would hide one's pledge behind the other's link, so each office's class has one.
    function _keep(uint16 register, uint256 rule_) private {
        for (uint256 class = 0; class < CLASSES; ++class) {
            if (rule_ >> (CLASSES_SHIFT + class) & 1 == 0) continue;
            uint256 slot = uint256(uint16(rule_)) << 8 | class;
            require(keepers[slot] == 0 || keepers[slot] == register, ClassKept(class, keepers[slot]));
            keepers[slot] = register;
        }
    }

    /// @inheritdoc IRegisters
    function closeRegister(uint16 register) external restricted {
        require(states[register].version != 0, RegisterUnknown(register));
        states[register].closed = true;
        emit RegisterClosed(register);
    }

    /// @inheritdoc IRegisters
    function current(uint16 register) external view returns (uint16, address, bool) {
        State storage state = states[register];
        return (state.version, state.office, state.closed);
    }

    /// @inheritdoc IRegisters
    function rule(uint16 register, uint16 version) external view returns (uint256) {
        return rules[register][version];
    }

    /// @inheritdoc IRegisters
    function ruleContract(uint16 register, uint16 version) external view returns (address) {
        return ruleContracts[register][version];
    }

    /// @inheritdoc IRegisters
    function actRule(uint16 register, uint16 version, uint16 code) external view returns (uint256) {
        return words[register][version][code];
    }

    /// @inheritdoc IRegisters
    function actNow(uint16 register, uint16 code)
        external
        view
        returns (uint16 version, address office, bool closed, uint256 word)
    {
        State storage state = states[register];
        (version, office, closed) = (state.version, state.office, state.closed);
        word = words[register][version][code];
    }
}
