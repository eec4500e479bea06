// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {Effects, HoldTargets, PartyKinds} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeFold} from "./PledgeFold.sol";
import {PledgeModel} from "./PledgeModel.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice What random lives of pledges are made of: a handful of rights in a register of one rank and one of several, parties who sign, are succeeded
/// or are gone, the register on paper and the one folded from events. An act is called as Acts calls it, with the signers that Acts would vouch for:
/// what makes a signature good its own tests say.
abstract contract PledgeLives is PledgeBase {
    using PledgeWord for uint256;
    using TermsWord for uint256;

    /// A run of rights: numbers from `first` on.
    struct Span {
        uint16 register;
        uint256 first;
        uint256 count;
    }

    struct Made {
        Span span;
        uint40 expires;
        /// Who holds it now.
        uint8 holder;
        /// Segments that a refinancing moved to the pledge that stands in its place; or from the one in whose place it stands.
        uint40[] moved;
        uint40[] got;
    }

    /// Draws from a seed; every draw takes another part of it.
    struct Dice {
        uint256 seed;
    }

    uint256 internal constant RIGHTS = 9;
    uint256 internal constant LIVING = 1 << PledgeStates.REGISTERED | 1 << PledgeStates.ENFORCING;
    uint256 internal constant FILINGS = 1 << PledgeStates.FILED | 1 << PledgeStates.ACCEPTED;

    // Members who may be told of: what became of each, and who is heir to it.
    uint8 internal constant PLEDGOR = 0;
    uint8 internal constant PLEDGEE = 1;
    uint8 internal constant NEWCOMER = 2;

    PledgeFold internal fold;
    PledgeModel internal model;
    mapping(uint256 pledge => Made) internal made;
    mapping(uint40 segment => Span) internal spanOf;
    Actor[3] private members_;
    Actor[3] private heirs;
    mapping(uint16 register => mapping(uint8 member => uint8 kind)) internal toldOf;
    mapping(bytes32 key => uint256) private livesBefore;
    mapping(uint256 pledge => bool) private hasEnded;
    uint256 private nextId = 1;
    uint256 private rolls;

    function setUp() public virtual override {
        super.setUp();
        fold = new PledgeFold(registry);
        model = new PledgeModel();
        (members_[PLEDGOR], heirs[PLEDGOR]) = (pledgor, coOwner);
        (members_[PLEDGEE], heirs[PLEDGEE]) = (pledgee, secondPledgee);
        (members_[NEWCOMER], heirs[NEWCOMER]) = (newcomer, _member("heir of the newcomer", Roles.BANK));
    }

    // --- Acts as Acts calls them ---

    /// @dev Without signatures: `kind` is the function, ids are of no account.
    function _envelope(PledgeRules.Kind memory kind, bytes memory body, Hand[] memory hands)
        internal
        override
        returns (Act memory act)
    {
        (act.account, act.id, act.kind, act.body) = (hands[0].account, nextId++, bytes32(kind.selector), body);
        act.signers = new Signer[](hands.length);
        for (uint256 i = 0; i < hands.length; ++i) {
            act.signers[i] = Signer(hands[i].account, vm.addr(hands[i].key), hands[i].role, hands[i].mode, 0, act.id);
        }
    }

    /// @dev Laid out in contracts/ActTarget.sol.
    function _called(Act memory act) private pure returns (bytes memory data) {
        data = abi.encodePacked(bytes4(act.kind), act.body);
        for (uint256 i = 0; i < act.signers.length; ++i) {
            Signer memory signer = act.signers[i];
            data = abi.encodePacked(data, signer.account, signer.role, signer.mode, bytes9(0), signer.key, bytes12(0));
        }
        bytes32 digest = keccak256(abi.encode("digest", act.id));
        return abi.encodePacked(data, digest, act.id, act.account, bytes11(0), uint8(act.signers.length));
    }

    function _apply(Act memory act) internal returns (bool done, bytes memory reason) {
        bytes memory data = _called(act);
        vm.recordLogs();
        vm.prank(address(acts));
        (done, reason) = address(registry).call(data);
        if (done) fold.take(vm.getRecordedLogs());
    }

    /// @dev Runs the act; it must be done exactly when the register on paper allows it.
    function _expect(Act memory act, bool allowed) internal returns (bool done) {
        bytes memory reason;
        (done, reason) = _apply(act);
        if (done == allowed) return done;
        string memory what = string.concat(vm.toString(bytes4(act.kind)), ": ", vm.toString(reason));
        assertTrue(false, string.concat(done ? "done against the model: " : "refused against the model: ", what));
    }

    function _must(Act memory act, string memory what) internal {
        (bool done, bytes memory reason) = _apply(act);
        assertTrue(done, string.concat(what, ": ", vm.toString(reason)));
    }

    // --- Dice ---

    function _dice(uint256 seed) internal returns (Dice memory) {
        return Dice(uint256(keccak256(abi.encode(seed, ++rolls))));
    }

    function _roll(Dice memory dice, uint256 sides) internal pure returns (uint256) {
        dice.seed = uint256(keccak256(abi.encode(dice.seed)));
        return dice.seed % sides;
    }

    /// @dev Once in five times a consent is somebody else's, or a stranger signs in a signer's place. Every one of them is asked for.
    function _leaveOut(Consent[] memory consents, Hand[] memory hands, Dice memory dice)
        internal
        view
        returns (bool whole)
    {
        if (_roll(dice, 5) != 0) return true;
        uint256 which = _roll(dice, consents.length + hands.length);
        if (which < consents.length) consents[which].party = _memberWord(stranger);
        else hands[which - consents.length] = _hand(outsider);
        return false;
    }

    function _leaveOut(Hand[] memory hands, Dice memory dice) internal view returns (bool) {
        return _leaveOut(new Consent[](0), hands, dice);
    }

    /// @dev A pledge in one of the states (a bit each), so that lives get on; any pledge where there is none, and once in four times. 0: none at all.
    function _pickIn(uint256 states, Dice memory dice) internal view returns (uint40 pledge) {
        uint256 count = model.count();
        if (count == 0) return 0;
        pledge = uint40(1 + _roll(dice, count));
        if (_roll(dice, 4) == 0) return pledge;
        for (uint256 i = 0; i < count; ++i) {
            uint256 next = 1 + (pledge - 1 + i) % count;
            if (states >> model.stateOf(next) & 1 == 1) return uint40(next);
        }
    }

    function _span(uint16 register, Dice memory dice) internal pure returns (Span memory) {
        return Span(register, 1 + _roll(dice, RIGHTS), 1 + _roll(dice, 3));
    }

    function _rightOf(uint16 register, Dice memory dice) internal pure returns (bytes32) {
        return _key(register == CN ? "CNPA" : "USPA", 1 + _roll(dice, RIGHTS));
    }

    function _listOf(Span memory span) internal pure returns (Listed memory) {
        return _listed(span.register == CN ? "CNPA" : "USPA", span.first, span.count);
    }

    // --- Who signs, and what bars him ---

    function _registerOf(uint256 pledge) internal view returns (uint16) {
        return made[pledge].span.register;
    }

    function _isSingle(uint16 register) internal pure returns (bool) {
        return register == CN;
    }

    function _wordOf(uint8 member) internal view returns (bytes32) {
        return _memberWord(members_[member].account);
    }

    function _heirWord(uint8 member) internal view returns (bytes32) {
        return _memberWord(heirs[member].account);
    }

    function _maySign(uint16 register, uint8 member) internal view returns (bool) {
        return toldOf[register][member] != PartyKinds.DISSOLVED;
    }

    /// @dev The hand of whoever signs for the member before the register's office; of one that is gone his own, which is no good.
    function _handOf(uint16 register, uint8 member) internal view returns (Hand memory) {
        return _hand(toldOf[register][member] == PartyKinds.SUCCEEDED ? heirs[member] : members_[member]);
    }

    function _officeHand(uint16 register, uint8 mode) internal view returns (Hand memory) {
        return _officer(_officeOf(register), mode);
    }

    function _partyOf(uint8 member) internal returns (Party memory) {
        return _party(member == PLEDGOR ? 1 : 2, members_[member]);
    }

    function _partiesOn(uint256 pledge) internal returns (PartiesNow memory) {
        return _now(_parties(_partyOf(PLEDGOR)), _parties(_partyOf(made[pledge].holder)));
    }

    /// @dev Given by the envelope's signers in their order.
    function _inOrder(Consent[] memory consents) internal pure {
        for (uint256 i = 0; i < consents.length; ++i) {
            consents[i].signer = uint8(i);
        }
    }

    function _isHeld(uint16 register, uint8 member, uint256 effects) internal view returns (bool) {
        address office = _officeOf(register).account;
        if (model.isBarred(HoldTargets.PARTY, _wordOf(member), office, effects)) return true;
        if (toldOf[register][member] != PartyKinds.SUCCEEDED) return false;
        return model.isBarred(HoldTargets.PARTY, _heirWord(member), office, effects);
    }

    /// @dev Whether a hold on the pledge, its claim or one of its parties bars an effect.
    function _isBarred(uint256 pledge, uint256 effects) internal view returns (bool) {
        uint16 register = _registerOf(pledge);
        return model.isBarred(HoldTargets.PLEDGE, bytes32(pledge), address(0), effects)
            || _isHeld(register, PLEDGOR, effects) || _isHeld(register, made[pledge].holder, effects);
    }

    function _anyBarred(bytes32[] memory list, uint256 effects) internal view returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (model.isBarred(HoldTargets.ASSET, list[i], address(0), effects)) return true;
        }
        return false;
    }

    // --- Marks of what was made ---

    function _kept(uint40 pledge, uint40 segment, Span memory span, bool active) internal {
        spanOf[segment] = span;
        model.link(pledge, segment, _listOf(span).keys, active);
    }

    function _newest() internal view returns (uint40 pledge, uint40 segment) {
        return registry.counts();
    }

    // --- After every act ---

    /// @dev Each right's last taker; no ordinary act gives a right of one rank a second live pledge.
    modifier ordinary() {
        _;
        _assertRights(true);
    }

    /// @dev An office's own act may, and says so.
    modifier official() {
        _;
        _assertRights(false);
    }

    function _assertRights(bool ordinary_) private {
        bytes32[] memory keys = model.allKeys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (model.isAlias(keys[i])) continue;
            (bool live, uint40 taker) = registry.live(keys[i]);
            (uint256 pledge, bool lives) = model.lastTaker(keys[i]);
            assertEq(taker, pledge, "last taker");
            assertEq(live, lives, "live(asset)");
            if (bytes2(keys[i]) == "CN") _assertOneRank(keys[i], ordinary_);
        }
    }

    function _assertOneRank(bytes32 key, bool ordinary_) private {
        uint256 lives = model.livesOn(key);
        if (ordinary_ && lives > livesBefore[key]) assertLe(lives, 1, "an ordinary act gives no second live pledge");
        bool conflict = model.inConflict(key);
        assertTrue(lives <= 1 || conflict, "two live pledges are a conflict");
        assertEq(registry.asset(key) >> 82 & 1 == 1, conflict, "the conflict is on the asset");
        livesBefore[key] = lives;
    }

    /// @dev The pledge is as it stands on paper, and what ended stays so unless an office undoes it.
    function _assertPledge(uint256 pledge) internal view {
        (, uint8 state, uint24 version, uint256 last) = model.lives(pledge);
        uint256 head = _head(uint40(pledge));
        assertEq(head.state(), state, "state");
        assertEq(head.version(), version, "version");
        assertEq(head.expires(), last, "reserved or registered until");
        _assertPlace(pledge, head);
        uint40[] memory segments = model.segmentsOf(pledge);
        for (uint256 i = 0; i < segments.length; ++i) {
            if (model.ownerOf(segments[i]) == pledge) _assertLeaves(pledge, segments[i]);
        }
    }

    /// @dev The base order is never rewritten.
    function _assertPlace(uint256 pledge, uint256 head) private view {
        (int256 effective, uint256 sequence) = model.placeOf(pledge);
        assertEq(head.sequence(), sequence, "sequence");
        bool registered = head.state() >= PledgeStates.REGISTERED && head.state() <= PledgeStates.ENDED
            || head.state() == PledgeStates.RESTORING;
        if (registered) assertEq(head.effective(), effective, "effective time");
    }

    function _assertLeaves(uint256 pledge, uint40 segment) private view {
        PledgeModel.Leaf[] memory leaves = model.leavesOf(segment);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bool live = model.isLive(pledge) && !leaves[i].ended;
            assertEq(registry.live(segment, leaves[i].number), live, "live(segment, leaf)");
        }
    }
}
