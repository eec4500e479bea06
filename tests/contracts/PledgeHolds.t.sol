// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IOfficeEvents, IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {
    Effects,
    EndReasons,
    HoldKinds,
    HoldTargets,
    OfficeCodes,
    PartyKinds,
    PartyRoles
} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeEffects} from "./PledgeEffects.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice Holds bar what they say, where they lie, as long as they run, and nothing else.
contract PledgeHoldsTest is PledgeEffects {
    using PledgeWord for uint256;

    uint40 private pledge;
    bytes32 private right;
    bytes32 private free;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_own());
        (right, free) = (_key("CNPA", 1), _key("CNPA", 50));
    }

    function _own() private pure returns (Listed memory) {
        return _cnPatents(1, 2);
    }

    function _id() private view returns (bytes32) {
        return bytes32(uint256(pledge));
    }

    function _heldBy(uint8 target, bytes32 id, uint256 number) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.HeldBy.selector, target, id, number, bytes32("order"));
    }

    function _invalid(PlaceHold memory body) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.HoldInvalid.selector, body.target, body.kind, body.bars);
    }

    /// @dev Each effect alone is barred by a hold of that effect, every other one goes on; an order is held by none.
    function _barsThisAlone(uint8 target, bytes32 id, uint256 able, uint8 barred) private {
        for (uint256 i = 0; i < effects.length; ++i) {
            if (effects[i] & able == 0) continue;
            uint256 before = vm.snapshotState();
            _done(_holdAct(_hold(CN, target, id, effects[i])));
            for (uint256 j = 0; j < effects.length; ++j) {
                uint256 held = vm.snapshotState();
                Act memory act = _effectAct(pledge, _own(), effects[j]);
                if (i == j) _refused(act, _heldBy(barred, id, 0));
                else _done(act);
                vm.revertToState(held);
            }
            _done(_endByOrderAct(pledge));
            vm.revertToState(before);
        }
    }

    // --- What they bar ---

    function test_aHoldOnAPledgeBarsWhatItSaysAndNothingElse() public {
        _barsThisAlone(HoldTargets.PLEDGE, _id(), type(uint8).max - Effects.NOTE, HoldTargets.PLEDGE);
    }

    function test_aHoldOnAClaimBarsWhatMovesOrEndsTheClaim() public {
        uint256 able = Effects.SET_TERMS | Effects.SET_PARTIES | Effects.END_ALL | Effects.END_LEAVES;
        _barsThisAlone(HoldTargets.CLAIM, _id(), able, HoldTargets.PLEDGE);
    }

    function test_aHoldOnAPartyBarsWhatItSaysOnEitherSide() public {
        uint256 able = type(uint8).max - Effects.NOTE;
        _barsThisAlone(HoldTargets.PARTY, _memberWord(pledgor.account), able, HoldTargets.PARTY);
        _barsThisAlone(HoldTargets.PARTY, _memberWord(pledgee.account), able, HoldTargets.PARTY);
    }

    function test_aHoldOnAnAssetBarsItsReleaseAlone() public {
        _barsThisAlone(HoldTargets.ASSET, right, Effects.END_LEAVES, HoldTargets.ASSET);
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, right, Effects.END_LEAVES)));
        PledgeActs memory body = _document();
        _fillPart(body, pledge, _own(), 2);
        _done(_effectAct(body));
    }

    function test_aHoldOnAnAssetBarsTakingItWhoeverTakes() public {
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, free, Effects.REGISTER)));
        Listed memory listed = _cnPatents(50, 1);
        uint40 filed = _file(_cnFiling(listed), _partiesHands());
        Act memory act =
            _acceptAct(_acceptance(filed, _cnFiling(listed), listed, 0), _hands(_officer(cnOffice, Modes.SIGNED)));
        _refused(act, _heldBy(HoldTargets.ASSET, free, 0));
        bytes[] memory reasons = registry.check(_cnFiling(listed), listed.keys);
        assertEq(reasons.length, 1);
        assertEq(reasons[0], _heldBy(HoldTargets.ASSET, free, 0), "the dry run says so");
        PledgeActs memory body = _document();
        _fillMore(body, pledge, listed);
        _done(_effectAct(body));
    }

    function test_aHoldOnAPartyBarsItsFilings() public {
        bytes32 party = _memberWord(pledgor.account);
        _done(_holdAct(_hold(CN, HoldTargets.PARTY, party, Effects.REGISTER)));
        _refused(_fileAct(_cnFiling(_cnPatents(50, 1)), _partiesHands()), _heldBy(HoldTargets.PARTY, party, 0));
    }

    function test_aHoldOnANewcomerBarsItsEntry() public {
        bytes32 party = _memberWord(newcomer.account);
        _done(_holdAct(_hold(CN, HoldTargets.PARTY, party, Effects.SET_PARTIES)));
        _refused(_effectAct(pledge, _own(), Effects.SET_PARTIES), _heldBy(HoldTargets.PARTY, party, 0));
    }

    /// Insolvency of the successor reaches what was its predecessor's.
    function test_aHoldOnASuccessorBindsWhatItSucceededTo() public {
        bytes32 party = _memberWord(newcomer.account);
        _done(_holdAct(_hold(CN, HoldTargets.PARTY, party, Effects.END_ALL)));
        _done(_partyAct(CN, _memberWord(pledgor.account), PartyKinds.RECEIVED, party, address(0)));
        PledgeActs memory body = _effectBody(pledge, _own(), Effects.END_ALL);
        body.consents = _consents(_holders(), Modes.SIGNED);
        uint256 before = vm.snapshotState();
        _done(_actsAct(body, _hands(_hand(pledgee))));
        vm.revertToState(before);
        _done(_partyAct(CN, _memberWord(pledgee.account), PartyKinds.SUCCEEDED, party, address(0)));
        _refused(_actsAct(body, _hands(_hand(newcomer))), _heldBy(HoldTargets.PARTY, party, 0));
    }

    function test_theRefinancingOfAHeldClaimIsBarred() public {
        _done(_holdAct(_hold(CN, HoldTargets.CLAIM, _id(), Effects.SET_PARTIES)));
        uint40[] memory segments = new uint40[](1);
        segments[0] = _segmentOf(pledge);
        Hand[] memory hands = _and(_hands(_hand(pledgor), _hand(pledgee), _hand(newcomer)), _officer(cnOffice, 1));
        _refused(
            _refinanceAct(_refinancing(pledge, _newHolders(), segments), hands), _heldBy(HoldTargets.PLEDGE, _id(), 0)
        );
    }

    /// An end is an end, by whatever effect a register's code brings it about.
    function test_aHoldOnEndsBarsAStateThatIsOne() public {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        for (uint256 i = 0; i < rules.codes.length; ++i) {
            if (rules.codes[i] != PledgeRules.ENFORCE) continue;
            rules.words[i] = rules.words[i] & ~(uint256(0xff) << 8) | uint256(PledgeStates.ENDED) << 8;
            rules.words[i] |= 1 << (176 + EndReasons.RELEASED);
        }
        _setRegister(rules, 2);
        PledgeActs memory body = _effectBody(pledge, _own(), Effects.SET_STATE);
        body.states[0].reason = EndReasons.RELEASED;
        PlaceHold memory hold = _hold(CN, HoldTargets.CLAIM, _id(), Effects.END_ALL);
        _done(_holdAct(hold));
        _refused(_effectAct(body), _heldBy(HoldTargets.PLEDGE, _id(), 0));
        _done(_liftAct(_lift(hold, 0)));
        _done(_effectAct(body));
        _assertState(pledge, PledgeStates.ENDED);
    }

    // --- What can't be ---

    function test_aHoldThatCouldBarNothingIsRefused() public {
        uint8[4] memory targets = [HoldTargets.ASSET, HoldTargets.PLEDGE, HoldTargets.PARTY, HoldTargets.CLAIM];
        bytes32[4] memory ids = [right, _id(), _memberWord(pledgor.account), _id()];
        uint256 rest = type(uint8).max - Effects.NOTE;
        uint256[4] memory able = [
            Effects.REGISTER | Effects.ADD_SEGMENT | Effects.END_LEAVES,
            rest,
            rest,
            Effects.SET_TERMS | Effects.SET_PARTIES | Effects.END_ALL | Effects.END_LEAVES
        ];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 bit = 0; bit < 8; ++bit) {
                PlaceHold memory body = _hold(CN, targets[i], ids[i], 1 << bit);
                if (able[i] >> bit & 1 == 1) _done(_holdAct(body));
                else _refused(_holdAct(body), _invalid(body));
            }
            PlaceHold memory none = _hold(CN, targets[i], ids[i], 0);
            _refused(_holdAct(none), _invalid(none));
        }
    }

    function test_unknownKindsAndTargetsAreRefused() public {
        PlaceHold memory body = _hold(CN, 5, right, Effects.REGISTER);
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.HoldInvalid.selector, 5, 0, 0));
        body.target = 0;
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.HoldInvalid.selector, 0, 0, 0));
        body = _hold(CN, HoldTargets.PARTY, 0, Effects.REGISTER);
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.HoldInvalid.selector, HoldTargets.PARTY, 0, 0));
        uint8[3] memory kinds = [0, HoldKinds.OTHER + 1, HoldKinds.FEE_UNPAID];
        for (uint256 i = 0; i < kinds.length; ++i) {
            body = _hold(CN, HoldTargets.ASSET, right, Effects.REGISTER);
            body.kind = kinds[i];
            _refused(_holdAct(body), _invalid(body));
        }
    }

    function test_aHoldNamesWhatIsThere() public {
        uint40 foreign = _recorded(_usPatents(1, 1));
        bytes32[3] memory ids = [bytes32(uint256(99)), bytes32(uint256(1) << 40), bytes32(uint256(foreign))];
        _refused(
            _holdAct(_hold(CN, HoldTargets.PLEDGE, ids[0], Effects.END_ALL)),
            abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, 99)
        );
        for (uint256 i = 1; i < 3; ++i) {
            _refused(
                _holdAct(_hold(CN, HoldTargets.PLEDGE, ids[i], Effects.END_ALL)),
                abi.encodeWithSelector(IPledgeErrors.NotOfRegister.selector, ids[i])
            );
        }
        _refused(
            _holdAct(_hold(CN, HoldTargets.ASSET, _key("USPA", 1), Effects.REGISTER)),
            abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, _key("USPA", 1), CN)
        );
    }

    /// Whoever owes the office a fee is kept from new entries and changes, and nobody is kept in a pledge for it.
    function test_anUnpaidFeeBarsNoEnd() public {
        uint256 able = Effects.REGISTER | Effects.ADD_SEGMENT | Effects.SET_TERMS | Effects.SET_PARTIES;
        for (uint256 bit = 0; bit < 8; ++bit) {
            PlaceHold memory body = _feeHold(CN, HoldTargets.PLEDGE, _id(), 1 << bit);
            if (able >> bit & 1 == 1) _done(_holdAct(body));
            else _refused(_holdAct(body), _invalid(body));
        }
        PlaceHold memory asset = _feeHold(CN, HoldTargets.ASSET, right, Effects.END_LEAVES);
        _refused(_holdAct(asset), _invalid(asset));
        PlaceHold memory claim = _feeHold(CN, HoldTargets.CLAIM, _id(), Effects.END_ALL);
        _refused(_holdAct(claim), _invalid(claim));
    }

    // --- Time and place in the queue ---

    function test_aHoldEndsWithoutAnAct() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        body.until = uint40(block.timestamp + 30 days);
        _done(_holdAct(body));
        vm.warp(body.until);
        _refused(_effectAct(pledge, _own(), Effects.END_ALL), _heldBy(HoldTargets.PLEDGE, _id(), 0));
        vm.warp(body.until + 1);
        _done(_effectAct(pledge, _own(), Effects.END_ALL));
    }

    function test_aHoldThatIsOverBeforeItBeginsIsRefused() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        body.until = uint40(block.timestamp);
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.ExpiryPassed.selector, body.until));
    }

    /// The next in the queue binds from its own day on, whatever became of the one before.
    function test_holdsWaitBehindEachOther() public {
        PlaceHold memory first = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        first.until = uint40(block.timestamp + 10);
        _done(_holdAct(first));
        _done(_holdAct(_hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL)));
        skip(11);
        _refused(_effectAct(pledge, _own(), Effects.END_ALL), _heldBy(HoldTargets.PLEDGE, _id(), 1));
    }

    /// Two officers sign for the hold that they saw: a later one that took its place is not lifted in its stead.
    function test_aNumberIsNeverGivenTwice() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        body.until = uint40(block.timestamp + 10);
        _done(_holdAct(body));
        Act memory lift = _liftAct(_lift(body, 0));
        skip(11);
        _done(_holdAct(_hold(CN, HoldTargets.PLEDGE, _id(), Effects.SET_TERMS)));
        (uint256[] memory words,) = registry.holds(HoldTargets.PLEDGE, _id(), address(0));
        assertEq(words.length, 1, "it has the place of the one that is over");
        assertEq(uint16(words[0] >> 96), 1, "and a number of its own");
        _refused(lift, abi.encodeWithSelector(IPledgeErrors.HoldUnknown.selector, HoldTargets.PLEDGE, _id(), uint16(0)));
        _done(_liftAct(_lift(body, 1)));
        _done(_effectAct(pledge, _own(), Effects.SET_TERMS));
    }

    function test_aQueueHasRoomFor64RunningHolds() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.SET_TERMS);
        body.until = uint40(block.timestamp + 100);
        for (uint256 i = 0; i < 64; ++i) {
            _done(_holdAct(body));
        }
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.HoldsFull.selector, 64));
        _done(_liftAct(_lift(body, 17)));
        _done(_holdAct(body));
        (uint256[] memory words,) = registry.holds(HoldTargets.PLEDGE, _id(), address(0));
        assertEq(uint16(words[17] >> 96), 64);
        _refused(_effectAct(pledge, _own(), Effects.SET_TERMS), _heldBy(HoldTargets.PLEDGE, _id(), 0));
    }

    // --- Who ---

    function test_oneOfficerUnderAnOrderPlacesAndTwoLift() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        _refused(
            _holdAct(body, _hands(_officer(cnOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.HOLD, 0, 1)
        );
        _done(_holdAct(body, _hands(_officer(cnOffice, Modes.ORDERED))));
        bytes memory alone = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.LIFT, 1, 2);
        _refused(_liftAct(_lift(body, 0), _hands(_officer(cnOffice, Modes.ORDERED))), alone);
        _refused(_liftAct(_lift(body, 0), _both(cnOffice, Modes.ORDERED)), alone);
        _done(_liftAct(_lift(body, 0)));
        _done(_effectAct(pledge, _own(), Effects.END_ALL));
    }

    /// No court, of whatever country, reaches a register past its office: the register's officers show the order.
    function test_noCourtPlacesOrLiftsByItself() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        Hand memory judge = _hand(court);
        judge.mode = Modes.ORDERED;
        _refused(
            _holdAct(body, _hands(judge)),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.HOLD, 0, 1)
        );
        _done(_holdAct(body));
        _refused(
            _liftAct(_lift(body, 0), _hands(judge, _second(cnOffice, Modes.ORDERED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.LIFT, 1, 2)
        );
        _done(_liftAct(_lift(body, 0)));
    }

    function test_strangersAndPartiesPlaceAndLiftNothing() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        Hand[4] memory who = [_hand(pledgor), _hand(pledgee), _hand(outsider), _anchorer(cnOffice)];
        bytes memory none = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.HOLD, 0, 1);
        for (uint256 i = 0; i < who.length; ++i) {
            who[i].mode = Modes.ORDERED;
            _refused(_holdAct(body, _hands(who[i])), none);
        }
        _done(_holdAct(body));
        none = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.LIFT, 1, 2);
        for (uint256 i = 0; i < who.length; ++i) {
            Hand[] memory hands = _hands(_officer(cnOffice, Modes.ORDERED), who[i]);
            _refused(_liftAct(_lift(body, 0), hands), none);
        }
    }

    function test_anotherOfficesWordSaysNothingHere() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        _refused(
            _holdAct(body, _hands(_officer(usOffice, Modes.ORDERED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.HOLD, 0, 1)
        );
        body.register = US;
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.NotOfRegister.selector, _id()));
        bytes32 party = _memberWord(pledgor.account);
        _done(_holdAct(_hold(US, HoldTargets.PARTY, party, Effects.END_ALL | Effects.REGISTER)));
        _done(_effectAct(pledge, _own(), Effects.END_ALL));
        _registered(_cnPatents(60, 1));
        (uint256[] memory words,) = registry.holds(HoldTargets.PARTY, party, cnOffice.account);
        assertEq(words.length, 0);
        (words,) = registry.holds(HoldTargets.PARTY, party, usOffice.account);
        assertEq(words.length, 1);
    }

    function test_anOrderAndWhoGaveItAreShown() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        body.order = 0;
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, OfficeCodes.HOLD));
        body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        body.authority = 0;
        _refused(
            _holdAct(body),
            abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.AUTHORITY, bytes32(0))
        );
    }

    function test_aFeeIsTheOfficesOwnAndNoCourts() public {
        PlaceHold memory body = _feeHold(CN, HoldTargets.PLEDGE, _id(), Effects.SET_TERMS);
        Hand memory judge = _hand(court);
        judge.mode = Modes.ORDERED;
        _refused(
            _holdAct(body, _hands(judge)),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.FEE_HOLD, 0, 1)
        );
        _done(_holdAct(body));
        _refused(
            _effectAct(pledge, _own(), Effects.SET_TERMS),
            abi.encodeWithSelector(
                IPledgeErrors.HeldBy.selector, HoldTargets.PLEDGE, _id(), uint256(0), bytes32("demand")
            )
        );
        _done(_liftAct(_lift(body, 0), _hands(_officer(cnOffice, Modes.SIGNED))));
        _done(_effectAct(pledge, _own(), Effects.SET_TERMS));
    }

    /// One officer lifts for a fee that was paid; a court's hold he doesn't lift that way, nor is a fee lifted as one.
    function test_aFeesLiftLiftsNoOrder() public {
        PlaceHold memory order = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        _done(_holdAct(order));
        _done(_holdAct(_feeHold(CN, HoldTargets.PLEDGE, _id(), Effects.SET_TERMS)));
        LiftHold memory lift = _lift(order, 0);
        lift.code = OfficeCodes.FEE_LIFT;
        _refused(
            _liftAct(lift),
            abi.encodeWithSelector(
                IPledgeErrors.HoldInvalid.selector, HoldTargets.PLEDGE, HoldKinds.PRESERVATION, Effects.END_ALL
            )
        );
        _refused(
            _liftAct(_lift(order, 1)),
            abi.encodeWithSelector(
                IPledgeErrors.HoldInvalid.selector, HoldTargets.PLEDGE, HoldKinds.FEE_UNPAID, Effects.SET_TERMS
            )
        );
    }

    function test_aHoldIsLiftedOnceAndWhereItLies() public {
        PlaceHold memory body = _hold(CN, HoldTargets.CLAIM, _id(), Effects.END_ALL);
        _done(_holdAct(body));
        PlaceHold memory elsewhere = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        _refused(
            _liftAct(_lift(elsewhere, 0)),
            abi.encodeWithSelector(IPledgeErrors.HoldUnknown.selector, HoldTargets.PLEDGE, _id(), uint16(0))
        );
        _done(_liftAct(_lift(body, 0)));
        _refused(
            _liftAct(_lift(body, 0)),
            abi.encodeWithSelector(IPledgeErrors.HoldUnknown.selector, HoldTargets.CLAIM, _id(), uint16(0))
        );
    }

    function test_onlyTheCodesOfHoldsHoldAndLift() public {
        PlaceHold memory body = _hold(CN, HoldTargets.PLEDGE, _id(), Effects.END_ALL);
        body.code = OfficeCodes.LIFT;
        _refused(_holdAct(body), abi.encodeWithSelector(IPledgeErrors.UnknownCode.selector, CN, 0, OfficeCodes.LIFT));
        LiftHold memory lift = _lift(body, 0);
        lift.code = OfficeCodes.HOLD;
        _refused(_liftAct(lift), abi.encodeWithSelector(IPledgeErrors.UnknownCode.selector, CN, 0, OfficeCodes.HOLD));
    }

    // --- Other numbers of a right ---

    function test_aHoldUnderAnotherNumberBindsTheKey() public {
        bytes32 other = _key("CNPA", 900);
        _done(_joinAct(CN, other, free));
        Act memory act = _holdAct(_hold(CN, HoldTargets.ASSET, other, Effects.REGISTER));
        (, Vm.Log[] memory logs) = _ran(act);
        assertEq(logs[0].topics[2], free, "the event names the key");
        assertEq(registry.asset(free) & AssetWord.LOOK_FOR_HOLDS, AssetWord.LOOK_FOR_HOLDS);
        assertEq(registry.asset(other) & AssetWord.LOOK_FOR_HOLDS, 0);
        _takeRefused(_cnPatents(50, 1), 0);
        _takeRefused(_cnPatents(900, 1), 0);
        _done(_liftAct(_lift(_hold(CN, HoldTargets.ASSET, other, Effects.REGISTER), 0)));
        _registered(_cnPatents(900, 1));
    }

    function test_holdsOnAJoinedNumberLieOnTheKeyBehindItsOwn() public {
        bytes32 other = _key("CNPA", 900);
        PlaceHold memory over = _hold(CN, HoldTargets.ASSET, other, Effects.REGISTER);
        over.until = uint40(block.timestamp + 1);
        _done(_holdAct(over));
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, other, Effects.REGISTER)));
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, free, Effects.ADD_SEGMENT)));
        (uint256[] memory before,) = registry.holds(HoldTargets.ASSET, other, address(0));
        skip(2);
        vm.expectEmit(address(registry));
        uint256 moved = before[1] & ~(uint256(type(uint16).max) << 96) | 1 << 96;
        emit IOfficeEvents.HoldMoved(other, free, 1, moved, "order");
        _run(_joinAct(CN, other, free));
        (uint256[] memory words,) = registry.holds(HoldTargets.ASSET, free, address(0));
        assertEq(words.length, 2, "what is over stays behind");
        assertEq(words[1], moved, "same effects, same order, since the same second");
        _takeRefused(_cnPatents(50, 1), 1);
        _done(_liftAct(_lift(_hold(CN, HoldTargets.ASSET, free, Effects.REGISTER), 1)));
        _registered(_cnPatents(50, 1));
    }

    function _takeRefused(Listed memory listed, uint256 number) private {
        FilePledge memory filing = _cnFiling(listed);
        uint40 filed = _file(filing, _partiesHands());
        Act memory act = _acceptAct(_acceptance(filed, filing, listed, 0), _hands(_officer(cnOffice, Modes.SIGNED)));
        _refused(act, _heldBy(HoldTargets.ASSET, free, number));
    }

    // --- Between acceptance and registration ---

    /// A registration looks at no asset again, so what was claimed under the hold is void.
    function test_aHoldOnAClaimedAssetVoidsTheClaim() public {
        Listed memory listed = _cnPatents(50, 1);
        FilePledge memory filing = _cnFiling(listed);
        uint40 filed = _file(filing, _partiesHands());
        _accept(filed, filing, listed);
        uint256 before = vm.snapshotState();
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, free, Effects.END_LEAVES)));
        _done(_decideAct(_decision(filed, filing, listed)));
        vm.revertToState(before);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeDisplaced(filed, 0, _head(filed).withFlags(PledgeFlags.DISPLACED));
        _run(_holdAct(_hold(CN, HoldTargets.ASSET, free, Effects.REGISTER)));
        _refused(
            _decideAct(_decision(filed, filing, listed)),
            abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, filed)
        );
    }

    /// Where several ranks stand an asset's word names who claimed last: the order reaches those before, and none that is registered.
    function test_aHoldVoidsEveryClaimWhereSeveralRanksStand() public {
        Listed memory listed = _usPatents(1, 2);
        FilePledge memory filing = _usFiling(listed);
        uint40[4] memory claims;
        for (uint256 i = 0; i < 4; ++i) {
            claims[i] = _claimed(filing, listed);
        }
        _decide(claims[1], filing, listed);
        uint40 recorded = _recorded(_usPatents(1, 1));
        _done(_holdAct(_hold(US, HoldTargets.ASSET, listed.keys[0], Effects.REGISTER)));
        for (uint256 i = 0; i < 4; ++i) {
            if (i == 1) continue;
            _refused(
                _decideAct(_decision(claims[i], filing, listed)),
                abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, claims[i])
            );
        }
        assertTrue(_head(claims[1]).isLive() && _head(recorded).isLive());
        assertFalse(_head(claims[1]).hasFlag(PledgeFlags.DISPLACED));
    }

    /// However many claim a right one over the other, an order finds them all within one act: where no more are kept, who is gone over claims anew.
    function test_anOrderFindsHoweverManyClaims() public {
        Listed memory listed = _usPatents(1, 1);
        FilePledge memory filing = _usFiling(listed);
        uint40[] memory claims = new uint40[](70);
        for (uint256 i = 0; i < claims.length; ++i) {
            claims[i] = _claimed(filing, listed);
        }
        for (uint256 i = 0; i < claims.length; ++i) {
            assertEq(_head(claims[i]).hasFlag(PledgeFlags.DISPLACED), i > 63 && i < 69);
        }
        uint256 before = vm.snapshotState();
        frameGas = 2_000_000;
        _done(_holdAct(_hold(US, HoldTargets.ASSET, listed.keys[0], Effects.REGISTER)));
        for (uint256 i = 0; i < claims.length; ++i) {
            assertTrue(_head(claims[i]).hasFlag(PledgeFlags.DISPLACED));
        }
        vm.revertToState(before);
        // What has run out makes room.
        skip(31 days);
        (uint40 first, uint40 second) = (_claimed(filing, listed), _claimed(filing, listed));
        assertFalse(_head(first).hasFlag(PledgeFlags.DISPLACED) || _head(second).hasFlag(PledgeFlags.DISPLACED));
        _done(_holdAct(_hold(US, HoldTargets.ASSET, listed.keys[0], Effects.REGISTER)));
        assertTrue(_head(first).hasFlag(PledgeFlags.DISPLACED) && _head(second).hasFlag(PledgeFlags.DISPLACED));
    }

    function _claimed(FilePledge memory filing, Listed memory listed) private returns (uint40 claim) {
        claim = _file(filing, _hands(_officer(usOffice, Modes.ATTESTED)));
        _accept(claim, filing, listed);
    }

    function test_aHoldOnARegisteredAssetTouchesNoPledge() public {
        uint256 head = _head(pledge);
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, right, Effects.REGISTER | Effects.ADD_SEGMENT)));
        assertEq(_head(pledge), head);
        (bool live,) = registry.live(right);
        assertTrue(live);
    }

    // --- What is told ---

    function test_theEventHasEveryWordThatIsStored() public {
        bytes32 party = _memberWord(pledgor.account);
        uint8[4] memory targets = [HoldTargets.ASSET, HoldTargets.PLEDGE, HoldTargets.PARTY, HoldTargets.CLAIM];
        bytes32[4] memory ids = [right, _id(), party, _id()];
        for (uint256 i = 0; i < 4; ++i) {
            PlaceHold memory body = _hold(CN, targets[i], ids[i], Effects.END_LEAVES);
            (uint16 number, uint256 word, uint256 marked) = _told(_holdAct(body), IOfficeEvents.HoldPlaced.selector);
            (uint256[] memory words, bytes32[] memory orders) = registry.holds(targets[i], ids[i], cnOffice.account);
            assertEq(words[words.length - 1], word);
            assertEq(orders[words.length - 1], "order");
            assertEq(number, i == 3 ? 1 : 0, "a claim's queue is its pledge's");
            assertEq(word, _word(targets[i], number));
            if (i == 0) assertEq(marked, registry.asset(right));
            else if (i == 2) assertEq(marked, 1 << 168);
            else assertEq(marked, _head(pledge));
            skip(5);
            (, uint256 lifted,) = _told(_liftAct(_lift(body, number)), IOfficeEvents.HoldLifted.selector);
            assertEq(lifted, word | (block.timestamp - 1) << 16);
        }
    }

    function _word(uint8 target, uint16 number) private view returns (uint256) {
        return Effects.END_LEAVES | uint256(HoldKinds.PRESERVATION) << 8 | block.timestamp << 56 | uint256(number) << 96
            | uint256(target) << 112;
    }

    function _told(Act memory act, bytes32 event_) private returns (uint16 number, uint256 word, uint256 marked) {
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        assertEq(reason, "");
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != event_) continue;
            IOfficeEvents.HoldChange memory told = abi.decode(logs[i].data, (IOfficeEvents.HoldChange));
            assertEq(told.office, cnOffice.account);
            assertEq(told.act, acts.digestOf(act));
            return (told.number, told.word, told.marked);
        }
        fail();
    }
}
