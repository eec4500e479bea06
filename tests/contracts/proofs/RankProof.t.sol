// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Council} from "../../../contracts/Council.sol";
import {PledgeRegistry} from "../../../contracts/PledgeRegistry.sol";
import {Registers} from "../../../contracts/Registers.sol";
import {IMembers} from "../../../contracts/interfaces/IMembers.sol";
import {RuleFlags} from "../../../contracts/interfaces/IRegisters.sol";
import {PledgeRegistering} from "../../../contracts/pledge/PledgeRegistering.sol";
import {Effects} from "../../../contracts/types/ActCode.sol";
import {AssetWord} from "../../../contracts/types/AssetWord.sol";
import {PledgeStates, PledgeWord, TermsWord} from "../../../contracts/types/PledgeWord.sol";
import {SegmentWord} from "../../../contracts/types/SegmentWord.sol";

/// @dev The proofs call no part.
function noParts() pure returns (PledgeRegistry.Parts memory parts) {}

/// @notice The register with its inner steps open: the code itself, on whatever storage it is given.
contract OpenRegister is PledgeRegistry, PledgeRegistering {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    constructor(Registers registers) PledgeRegistry(address(0xac75), IMembers(address(0x3e3b)), registers, noParts()) {}

    /// @dev The pledge that holds an asset by this leaf, live or by a reservation; 0 = none.
    function holder(uint40 segment_, uint24 leaf) external view returns (uint40) {
        return _occupant(uint256(segment_) | uint256(leaf) << 40);
    }

    /// @dev Whether the key's word names this leaf as the last taker, and the key is no other number of a right.
    function isTaker(bytes32 key, uint40 segment_, uint24 leaf) external view returns (bool) {
        uint256 word = assets[key];
        return word & AssetWord.ALIAS == 0 && word.segment() == segment_ && word.leaf() == leaf;
    }

    /// @dev A key that is no other number and on which no hold lies (a hold can only refuse), taken last by a pledge with two contests at most.
    function isPlain(bytes32 key) external view returns (bool) {
        uint256 word = assets[key];
        uint40 taker = segments[word.segment()].word.pledge();
        return word & (AssetWord.ALIAS | AssetWord.LOOK_FOR_HOLDS) == 0 && contests[taker].length <= 2;
    }

    /// @dev In a register of one rank that grants rights, an ordinary link: no adoption.
    function link(uint40 segment_, uint40 pledge_, uint256 rule, bool displaces, bytes32 key, uint24 leaf) external {
        uint256 oneRank = rule & ~(uint256(type(uint16).max) << 48) | RuleFlags.SINGLE_RANK << 48;
        _link(Page(segment_, pledge_, 1, oneRank, Effects.REGISTER, displaces, 0), key, leaf);
    }

    function contestCount(uint40 pledge_) external view returns (uint256) {
        return contests[pledge_].length;
    }

    function requireReady(uint40 pledge_, uint256 word) external view {
        Decided memory decided;
        (decided.pledge, decided.head) = (pledge_, pledges[pledge_].head);
        _requireReady(decided, word);
    }

    /// @dev As an acceptance leaves it: accepted, its first segment reserved until the end that its head says.
    function isAccepted(uint40 pledge_, uint40 segment_) external view returns (bool) {
        uint256 head = pledges[pledge_].head;
        uint256 word = segments[segment_].word;
        return pledge_ != 0 && head.state() == PledgeStates.ACCEPTED && word.pledge() == pledge_ && !word.isActive()
            && pledges[pledge_].terms.firstSegment() == segment_ && word.reservedUntil() == head.expires()
            && segment_ > reopened[pledge_];
    }

    /// @dev Segments and pledges are numbered from 1.
    function isNumbered(uint40 segment_) external view returns (bool) {
        return segment_ != 0 && segments[segment_].word.pledge() != 0;
    }

    function isEnded(uint40 segment_, uint24 leaf) external view returns (bool) {
        return _isEnded(segment_, leaf);
    }
}

/// @notice Proofs over every state of the register's storage that no ordinary act gives an asset of a register of one rank two live pledges.
/// @dev The rule is held step by step. Who *holds* an asset by a leaf (live, or by a running reservation) is named by the asset's word: at most one can be.
/// A link takes the place of nobody who holds; time makes nobody hold; what is registered held before; what is live holds. So two live leaves of one
/// key would both be what its one word names. Lists that it walks have two entries at most.
contract RankProof is Test {
    OpenRegister private register;

    function setUp() public {
        Registers registers = new Registers(address(new Council(address(this))));
        register = new OpenRegister(registers);
        vm.setArbitraryStorage(address(registers));
        vm.setArbitraryStorage(address(register));
    }

    /// Whoever the key's word named holds it no more after another's link: it was gone, or it is a filing that yields and is displaced.
    function check_aLinkTakesTheLastTakersPlace(
        uint40 segment,
        uint40 pledge,
        uint256 rule,
        bool displaces,
        bytes32 key,
        uint24 leaf,
        uint40 last,
        uint24 lastLeaf,
        uint40 time
    ) public {
        vm.warp(time);
        vm.assume(last != segment && register.isNumbered(last));
        vm.assume(register.isPlain(key) && register.isTaker(key, last, lastLeaf));
        register.link(segment, pledge, rule, displaces, key, leaf);
        assert(register.holder(last, lastLeaf) == 0);
        assert(register.isTaker(key, segment, leaf));
    }

    /// Nor does a link make anybody hold whose segment it is not.
    function check_aLinkMakesNobodyElseHold(
        uint40 segment,
        uint40 pledge,
        uint256 rule,
        bool displaces,
        bytes32 key,
        uint24 leaf,
        uint40 other,
        uint24 otherLeaf,
        uint40 time
    ) public {
        vm.warp(time);
        vm.assume(other != segment && register.isPlain(key) && register.holder(other, otherLeaf) == 0);
        register.link(segment, pledge, rule, displaces, key, leaf);
        assert(register.holder(other, otherLeaf) == 0);
    }

    /// Time ends holdings and begins none.
    function check_timeMakesNobodyHold(uint40 segment, uint24 leaf, uint40 time, uint40 later) public {
        vm.assume(time <= later);
        vm.warp(time);
        vm.assume(register.holder(segment, leaf) == 0);
        vm.warp(later);
        assert(register.holder(segment, leaf) == 0);
    }

    /// What is ready to be registered holds its assets, all that did not end.
    function check_whatIsRegisteredHeldBefore(uint40 pledge, uint40 segment, uint24 leaf, uint256 word, uint40 time)
        public
    {
        vm.warp(time);
        vm.assume(register.isAccepted(pledge, segment) && !register.isEnded(segment, leaf));
        vm.assume(register.contestCount(pledge) <= 2);
        register.requireReady(pledge, word);
        assert(register.holder(segment, leaf) == pledge);
    }

    /// What is live holds, and who holds is named by the key's one word, which names one leaf.
    function check_whatIsLiveHolds(uint40 segment, uint24 leaf, uint40 time) public {
        vm.warp(time);
        vm.assume(register.isNumbered(segment));
        if (register.live(segment, leaf)) assert(register.holder(segment, leaf) != 0);
    }
}
