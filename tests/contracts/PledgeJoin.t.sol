// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IConflictEvents, IOfficeEvents, IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Effects, HoldTargets, OfficeCodes, RectifyKinds} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {PledgeEffects} from "./PledgeEffects.t.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice One right has several numbers; joined, they are one.
contract PledgeJoinTest is PledgeEffects {
    using AssetWord for uint256;
    using PledgeWord for uint256;

    /// The right's key, and other numbers of it.
    bytes32 private key;
    bytes32 private other_;
    bytes32 private third;

    function setUp() public override {
        super.setUp();
        (key, other_, third) = (_key("CNPA", 1), _key("CNPA", 900), _key("CNPA", 1800));
    }

    function _one(uint256 number) private pure returns (Listed memory) {
        return _cnPatents(number, 1);
    }

    function _join(bytes32 from, bytes32 to) private {
        _done(_joinAct(CN, from, to));
    }

    function _alone(bytes32 from, bytes32 to) private returns (Act memory) {
        return _joinAct(JoinAssets(CN, from, to, "evidence"), _hands(_officer(cnOffice, Modes.SIGNED)));
    }

    /// @dev A filing that lists the number is refused for this reason at its acceptance.
    function _takeRefused(uint256 number, bytes memory reason) private {
        FilePledge memory filing = _cnFiling(_one(number));
        uint40 filed = _file(filing, _partiesHands());
        _refused(
            _acceptAct(_acceptance(filed, filing, _one(number), 0), _hands(_officer(cnOffice, Modes.SIGNED))), reason
        );
    }

    function _taken(uint40 by) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, key, by);
    }

    function _barred() private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.AssetBarred.selector, key, registry.asset(key).flags());
    }

    function _assertTaker(bytes32 number, uint40 pledge) private view {
        (bool live, uint40 by) = registry.live(registry.resolved(number));
        assertTrue(live);
        assertEq(by, pledge);
    }

    function _accepted(uint256 number) private returns (uint40 pledge) {
        pledge = _file(_cnFiling(_one(number)), _partiesHands());
        _accept(pledge, _cnFiling(_one(number)), _one(number));
    }

    function _isDisplaced(uint40 pledge) private view returns (bool) {
        return _head(pledge).hasFlag(PledgeFlags.DISPLACED);
    }

    // --- One right ---

    /// The right stands in real filings with and without its patent number: as two keys it would take two live pledges.
    function test_whatIsFiledUnderAnotherNumberIsFiledUnderTheKey() public {
        _join(other_, key);
        uint40 pledge = _registered(_one(900));
        _assertTaker(key, pledge);
        assertEq(registry.asset(other_), AssetWord.ALIAS);
        _takeRefused(1, _taken(pledge));
        _takeRefused(900, _taken(pledge));
        assertEq(registry.check(_cnFiling(_one(900)), _one(900).keys)[0], _taken(pledge), "the dry run says so");
    }

    function test_aPledgeUnderTheKeyKeepsTheOtherNumberToo() public {
        uint40 pledge = _registered(_one(1));
        _join(other_, key);
        _assertTaker(other_, pledge);
        _takeRefused(900, _taken(pledge));
    }

    function test_aPledgeUnderTheOtherNumberComesWithIt() public {
        uint40 pledge = _registered(_one(900));
        uint256 word = registry.asset(other_);
        _join(other_, key);
        assertEq(registry.asset(key), word, "links and chain go on");
        assertEq(registry.asset(other_), word | AssetWord.ALIAS);
        _assertTaker(key, pledge);
        _takeRefused(1, _taken(pledge));
    }

    function test_theLiveOneStandsWhicheverNumberItIsOn() public {
        _done(_effectAct(_registered(_one(1)), _one(1), effects[0]));
        uint40 pledge = _registered(_one(900));
        (uint256 word, uint256 from) = (registry.asset(key), registry.asset(other_));
        _join(other_, key);
        _assertTaker(key, pledge);
        assertEq(registry.asset(key).links(), 2, "links of both count");
        bytes32 chain = keccak256(abi.encode(word, from));
        assertEq(registry.asset(key) >> 88, uint256(chain) >> 88, "the chain says that and what was joined");
    }

    function test_theEndedPledgeUnderTheOtherNumberHoldsNothing() public {
        _done(_effectAct(_registered(_one(900)), _one(900), effects[0]));
        _join(other_, key);
        uint40 pledge = _registered(_one(1));
        _assertTaker(other_, pledge);
    }

    function test_anAssetIsReleasedUnderTheNumberThatItWasFiledUnder() public {
        _join(other_, key);
        uint40 pledge = _registered(_one(900));
        _done(_effectAct(pledge, _one(900), effects[1]));
        (bool live,) = registry.live(key);
        assertFalse(live);
        _assertTaker(key, _registered(_one(1)));
    }

    /// Two leaves of one pledge on one right: one released, the right would read free under the other.
    function test_aListNamesARightUnderOneOfItsNumbers() public {
        _join(other_, key);
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (key, other_);
        Listed memory both = AssetListing.list(keys, new string[](0), "blind");
        uint40 filed = _file(_cnFiling(both), _partiesHands());
        Act memory act =
            _acceptAct(_acceptance(filed, _cnFiling(both), both, 0), _hands(_officer(cnOffice, Modes.SIGNED)));
        bytes memory twice = abi.encodeWithSelector(IPledgeErrors.AssetTwice.selector, key);
        _refused(act, twice);
        uint40 pledge = _registered(_one(50));
        PledgeActs memory body = _document();
        _fillMore(body, pledge, both);
        _refused(_effectAct(body), twice);
    }

    // --- Chains ---

    /// A key is joined to a better one in its turn: what was joined to it before goes along.
    function test_anyChainOfNumbersLeadsToOneKey() public {
        _join(third, other_);
        _join(other_, key);
        assertEq(registry.resolved(third), key);
        uint40 pledge = _registered(_one(1800));
        _assertTaker(key, pledge);
        _takeRefused(1, _taken(pledge));
        _takeRefused(900, _taken(pledge));
        _takeRefused(1800, _taken(pledge));
    }

    function test_aPledgeAtTheEndOfAChainComesWithIt() public {
        uint40 pledge = _registered(_one(1800));
        _join(third, other_);
        _join(other_, key);
        _assertTaker(key, pledge);
        _takeRefused(1, _taken(pledge));
        _takeRefused(900, _taken(pledge));
    }

    function test_manyNumbersAreJoinedToOneKey() public {
        for (uint256 i = 0; i < 40; ++i) {
            _join(_key("CNPA", 2000 + i), i == 0 ? key : _key("CNPA", 1));
        }
        uint40 pledge = _registered(_one(2039));
        _takeRefused(2000, _taken(pledge));
    }

    function test_aNumberIsJoinedToItselfOrRoundNever() public {
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.NotJoinable.selector, key, key);
        _refused(_joinAct(CN, key, key), reason);
        _join(other_, key);
        _join(key, third);
        bytes32[2][4] memory pairs = [[third, key], [third, other_], [other_, third], [other_, key]];
        for (uint256 i = 0; i < pairs.length; ++i) {
            reason = abi.encodeWithSelector(IPledgeErrors.NotJoinable.selector, pairs[i][0], pairs[i][1]);
            _refused(_joinAct(CN, pairs[i][0], pairs[i][1]), reason);
        }
    }

    // --- Two live pledges ---

    function _conflict() private returns (uint40 first, uint40 second) {
        (first, second) = (_registered(_one(1)), _registered(_one(900)));
        _join(other_, key);
    }

    function test_twoKeysThatBothCarryLivePledgesAreJoinedInConflict() public {
        (uint40 first, uint40 second) = (_registered(_one(1)), _registered(_one(900)));
        uint256 word = (registry.asset(key).joined(registry.asset(other_), false)) | AssetWord.CONFLICT;
        uint64 leaf = uint64(registry.asset(other_));
        vm.expectEmit(address(registry));
        emit IConflictEvents.ConflictFound(second, key, leaf, word, _head(second).withFlags(PledgeFlags.CONFLICT));
        _run(_joinAct(CN, other_, key));
        assertEq(registry.asset(key), word);
        _assertTaker(key, first);
        assertTrue(_head(second).hasFlag(PledgeFlags.CONFLICT));
        assertTrue(_head(second).isLive());
        (uint64[] memory leaves, uint256 anchored) = registry.conflict(other_);
        assertEq(leaves.length, 1);
        assertEq(leaves[0], leaf);
        assertEq(anchored, 0);
    }

    function test_aConflictBarsNewRegistrationsAndNothingElse() public {
        (uint40 first, uint40 second) = _conflict();
        _takeRefused(1, _barred());
        _takeRefused(900, _barred());
        for (uint256 i = 0; i < effects.length; ++i) {
            uint256 before = vm.snapshotState();
            _done(_effectAct(first, _one(1), effects[i]));
            vm.revertToState(before);
            _done(_effectAct(second, _one(900), effects[i]));
            vm.revertToState(before);
        }
    }

    function test_aConflictStandsUntilItIsSettled() public {
        (uint40 first, uint40 second) = _conflict();
        _done(_effectAct(first, _one(1), effects[0]));
        _takeRefused(1, _barred());
        _done(_effectAct(second, _one(900), effects[0]));
        _takeRefused(1, _barred());
        _done(_rectifyAct(_settling(second, other_)));
        _registered(_one(1));
    }

    function _settling(uint40 pledge, bytes32 number) private view returns (RectifyPledge memory body) {
        body = _rectification(pledge, RectifyKinds.SETTLE_CONFLICT);
        body.assets = new bytes32[](1);
        body.assets[0] = number;
    }

    function test_aConflictIsNotSettledWhileBothLive() public {
        (uint40 first,) = _conflict();
        _refused(
            _rectifyAct(_settling(first, key)), abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, key)
        );
    }

    /// Settled by taking the flag off alone, the right would read free under the pledge that is left.
    function test_theOneThatIsLeftTakesTheWord() public {
        (uint40 first, uint40 second) = _conflict();
        uint64 leaf = uint64(registry.asset(other_));
        _done(_effectAct(first, _one(1), effects[0]));
        Act memory act = _rectifyAct(_settling(first, key));
        uint256 word = (registry.asset(key) & ~AssetWord.CONFLICT).linked(uint40(leaf), leaf >> 40);
        uint256 head = _head(second).withoutFlags(PledgeFlags.CONFLICT);
        vm.expectEmit(address(registry));
        emit IConflictEvents.ConflictSettled(second, key, leaf, word, head);
        _run(act);
        assertEq(registry.asset(key), word);
        assertEq(_head(second), head);
        _assertTaker(key, second);
        _takeRefused(1, _taken(second));
        _refused(_rectifyAct(_settling(first, key)), abi.encodeWithSelector(IPledgeErrors.NotInConflict.selector, key));
    }

    function test_theTakerThatIsLeftKeepsTheWord() public {
        (uint40 first, uint40 second) = _conflict();
        _done(_effectAct(second, _one(900), effects[1]));
        _done(_rectifyAct(_settling(second, key)));
        _assertTaker(key, first);
        _takeRefused(900, _taken(first));
    }

    function test_aThirdPledgeComesIntoTheConflict() public {
        (uint40 first, uint40 second) = _conflict();
        uint40 last = _registered(_one(1800));
        _join(third, key);
        (uint64[] memory leaves,) = registry.conflict(key);
        assertEq(leaves.length, 2);
        _done(_effectAct(first, _one(1), effects[0]));
        _refused(
            _rectifyAct(_settling(first, key)), abi.encodeWithSelector(IPledgeErrors.StillInConflict.selector, key)
        );
        _done(_effectAct(second, _one(900), effects[0]));
        _done(_rectifyAct(_settling(first, key)));
        _assertTaker(key, last);
    }

    function test_aConflictIsJoinedToAnotherKeyWhole() public {
        (uint40 first, uint40 second) = _conflict();
        _join(key, third);
        (uint64[] memory leaves,) = registry.conflict(third);
        assertEq(leaves.length, 1);
        bytes memory barred =
            abi.encodeWithSelector(IPledgeErrors.AssetBarred.selector, third, registry.asset(third).flags());
        _takeRefused(1800, barred);
        _takeRefused(900, barred);
        _done(_effectAct(first, _one(1), effects[0]));
        _done(_rectifyAct(_settling(first, key)));
        _assertTaker(third, second);
    }

    /// A pledgor who had one right pledged twice to one bank under two numbers: both leaves live.
    function test_onePledgeUnderBothNumbersIsReleasedFromBoth() public {
        uint40 pledge = _registered(_one(1));
        PledgeActs memory body = _document();
        _fillMore(body, pledge, _one(900));
        _done(_effectAct(body));
        _join(other_, key);
        _done(_effectAct(pledge, _one(1), effects[1]));
        _takeRefused(1, _barred());
        _done(_rectifyAct(_settling(pledge, key)));
        _takeRefused(1, _taken(pledge));
        _done(_effectAct(pledge, _one(1), effects[0]));
        _registered(_one(1));
    }

    // --- Reservations ---

    function test_ofTwoThatClaimOneRightBothClaimAnew() public {
        (uint40 first, uint40 second) = (_accepted(1), _accepted(900));
        _join(other_, key);
        assertTrue(_isDisplaced(first) && _isDisplaced(second));
        assertEq(registry.asset(key) & AssetWord.CONFLICT, 0);
        _refused(
            _decideAct(_decision(first, _cnFiling(_one(1)), _one(1))),
            abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, first)
        );
        _registered(_one(900));
    }

    function test_aClaimYieldsToALivePledgeOnEitherNumber() public {
        uint256 before = vm.snapshotState();
        (uint40 claim, uint40 pledge) = (_accepted(1), _registered(_one(900)));
        _join(other_, key);
        assertTrue(_isDisplaced(claim));
        _assertTaker(key, pledge);
        assertEq(registry.asset(key) & AssetWord.CONFLICT, 0);
        vm.revertToState(before);
        (claim, pledge) = (_accepted(900), _registered(_one(1)));
        _join(other_, key);
        assertTrue(_isDisplaced(claim));
        _assertTaker(key, pledge);
        _takeRefused(900, _taken(pledge));
    }

    function test_aClaimAloneIsJoinedAndRegistered() public {
        uint40 claim = _accepted(900);
        _join(other_, key);
        _takeRefused(1, _taken(claim));
        _done(_decideAct(_decision(claim, _cnFiling(_one(900)), _one(900))));
        _assertTaker(key, claim);
    }

    /// A right that a court holds under one number is not claimed under another: once they are one, the claim is made anew, under the hold.
    function test_aClaimYieldsToAHoldOnEitherNumber() public {
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < 2; ++i) {
            (uint256 claimed, bytes32 held) = i == 0 ? (1, other_) : (900, key);
            uint40 claim = _accepted(claimed);
            _done(_holdAct(_hold(CN, HoldTargets.ASSET, held, Effects.REGISTER)));
            assertFalse(_isDisplaced(claim));
            _join(other_, key);
            _refused(
                _decideAct(_decision(claim, _cnFiling(_one(claimed)), _one(claimed))),
                abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, claim)
            );
            _takeRefused(
                1, abi.encodeWithSelector(IPledgeErrors.HeldBy.selector, HoldTargets.ASSET, key, 0, bytes32("order"))
            );
            vm.revertToState(before);
        }
    }

    function test_aClaimStandsBesideAHoldThatBarsNoClaim() public {
        uint40 claim = _accepted(1);
        PlaceHold memory over = _hold(CN, HoldTargets.ASSET, other_, Effects.REGISTER);
        over.until = uint40(block.timestamp + 1);
        _done(_holdAct(over));
        skip(2);
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, other_, Effects.END_LEAVES)));
        _join(other_, key);
        _done(_decideAct(_decision(claim, _cnFiling(_one(1)), _one(1))));
    }

    function test_whoeverAsksByAnyNumberIsToldOfTheRight() public {
        _join(other_, key);
        uint40 pledge = _registered(_one(1));
        (bool live, uint40 by) = registry.live(other_);
        assertTrue(live);
        assertEq(by, pledge);
    }

    // --- Several ranks ---

    function test_aHoldReachesTheClaimsOnEveryNumberThatWasJoined() public {
        uint40[2] memory claims;
        Hand[] memory hands = _hands(_officer(usOffice, Modes.ATTESTED));
        for (uint256 i = 0; i < 2; ++i) {
            Listed memory listed = _usPatents(1 + i, 1);
            claims[i] = _file(_usFiling(listed), hands);
            _accept(claims[i], _usFiling(listed), listed);
        }
        _done(_joinAct(US, _key("USPA", 1), _key("USPA", 2)));
        assertFalse(_isDisplaced(claims[0]) || _isDisplaced(claims[1]));
        _done(_holdAct(_hold(US, HoldTargets.ASSET, _key("USPA", 1), Effects.REGISTER)));
        assertTrue(_isDisplaced(claims[0]) && _isDisplaced(claims[1]));
    }

    function test_inARegisterOfSeveralRanksNothingIsInConflict() public {
        (uint40 first, uint40 second) = (_recorded(_usPatents(1, 1)), _recorded(_usPatents(900, 1)));
        (bytes32 usKey, bytes32 usOther) = (_key("USPA", 1), _key("USPA", 900));
        _done(_joinAct(US, usOther, usKey));
        assertEq(registry.asset(usKey) & AssetWord.CONFLICT, 0);
        assertEq(registry.asset(usKey).links(), 2);
        assertTrue(_head(first).isLive() && _head(second).isLive());
        uint40 last = _recorded(_usPatents(900, 1));
        _assertTaker(usKey, last);
    }

    // --- Who ---

    function test_oneOfficerJoinsWhatNobodyHolds() public {
        _done(_alone(other_, key));
        _registered(_one(900));
    }

    function test_twoOfficersJoinWhereALivePledgeLies() public {
        bytes memory two = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.JOIN, 1, 2);
        uint256 before = vm.snapshotState();
        _registered(_one(1));
        _refused(_alone(other_, key), two);
        vm.revertToState(before);
        uint40 pledge = _registered(_one(900));
        _refused(_alone(other_, key), two);
        _done(_effectAct(pledge, _one(900), effects[0]));
        _done(_alone(other_, key));
    }

    /// A word tells of the last taker only: where several may live, nobody knows from it that none does.
    function test_twoOfficersJoinWhatWasEverTakenInARegisterOfSeveralRanks() public {
        _recorded(_usPatents(1, 1));
        uint40 last = _recorded(_usPatents(1, 1));
        _done(_releaseAct(last));
        JoinAssets memory body = JoinAssets(US, _key("USPA", 900), _key("USPA", 1), "evidence");
        _refused(
            _joinAct(body, _hands(_officer(usOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.JOIN, 1, 2)
        );
        _done(_joinAct(body, _both(usOffice, Modes.SIGNED)));
    }

    function test_twoOfficersJoinAConflict() public {
        (uint40 first, uint40 second) = _conflict();
        _done(_effectAct(first, _one(1), effects[0]));
        _refused(
            _alone(third, key), abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.JOIN, 1, 2)
        );
        assertTrue(_head(second).isLive());
    }

    function test_onlyTheOfficeJoinsAndOnlyItsOwn() public {
        JoinAssets memory body = JoinAssets(CN, other_, key, "evidence");
        bytes memory none = abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.JOIN, 0, 1);
        Hand[5] memory who =
            [_hand(pledgor), _hand(pledgee), _hand(court), _officer(usOffice, Modes.SIGNED), _anchorer(cnOffice)];
        for (uint256 i = 0; i < who.length; ++i) {
            _refused(_joinAct(body, _hands(who[i])), none);
        }
        body.other = _key("USPA", 1);
        _refused(
            _joinAct(body, _both(cnOffice, Modes.SIGNED)),
            abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, body.other, CN)
        );
        (body.other, body.key) = (other_, _key("CNTA", 1));
        _refused(
            _joinAct(body, _both(cnOffice, Modes.SIGNED)),
            abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, body.key, CN)
        );
        (body.key, body.evidence) = (key, 0);
        _refused(
            _joinAct(body, _both(cnOffice, Modes.SIGNED)),
            abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, OfficeCodes.JOIN)
        );
    }

    function test_theEventHasBothWordsAsStored() public {
        _registered(_one(900));
        Act memory act = _joinAct(CN, other_, key);
        (, Vm.Log[] memory logs) = _ran(act);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IOfficeEvents.AssetsJoined.selector) continue;
            assertEq(logs[i].topics[1], bytes32(uint256(CN)));
            assertEq(logs[i].topics[2], other_);
            assertEq(logs[i].topics[3], key);
            assertEq(
                logs[i].data,
                abi.encode(
                    registry.asset(other_),
                    registry.asset(key),
                    bytes32("evidence"),
                    cnOffice.account,
                    acts.digestOf(act)
                )
            );
            return;
        }
        fail();
    }
}
