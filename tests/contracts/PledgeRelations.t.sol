// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents, ISequelEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Effects, HoldTargets, NoteKinds, PartyRoles, RelationKinds} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Relations between two pledges: agreed by who loses, laid over the base order and never rewriting it.
contract PledgeRelationsTest is PledgeBase {
    using PledgeWord for uint256;

    uint40 private first;
    uint40 private second;

    function setUp() public override {
        super.setUp();
        first = _recorded(_usPatents(1, 1));
        second = _recorded(_usPatents(1, 1));
    }

    function _agreed() private view returns (Hand[] memory) {
        return _hands(_hand(pledgee), _officer(usOffice, Modes.SIGNED));
    }

    function _act(RelatePledges memory body) private returns (Act memory) {
        return _relateAct(body, _agreed());
    }

    function _note(uint40 on, uint40 to, uint8 kind) private view returns (PledgeActs memory body) {
        body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0].on = _on(on, PledgeRules.NOTE);
        (body.notes[0].kind, body.notes[0].other) = (kind, to);
    }

    function _noted(PledgeActs memory body) private returns (Act memory) {
        return _actsAct(body, _hands(_officer(usOffice, Modes.SIGNED)));
    }

    // --- What a relation is ---

    function test_everyKindIsRecordedByTheHoldersOfThePledgeThatYields() public {
        for (uint8 kind = RelationKinds.SUBORDINATION; kind <= RelationKinds.ENDED; ++kind) {
            RelatePledges memory body = _relation(first, second);
            (body.kind, body.cap) = (kind, 100);
            Act memory act = _act(body);
            uint256 head = _head(first).raised();
            bytes32 chain = keccak256(abi.encode(_chainOf(first), acts.digestOf(act), PledgeRules.RELATE));
            vm.expectEmit(address(registry));
            emit ISequelEvents.PledgesRelated(
                first,
                second,
                head,
                body,
                pledgee.account,
                IPledgeEvents.ActRecord(
                    acts.digestOf(act), chain, PledgeRules.RELATE, 1, int40(uint40(block.timestamp)), false, false
                )
            );
            _run(act);
            assertEq(_head(first), head);
            assertEq(_chainOf(first), chain);
        }
    }

    function test_theBaseOrderStaysAsItWas() public {
        uint256[4] memory before = [_head(first), _head(second), _segmentWord(1), _segmentWord(2)];
        _done(_act(_relation(first, second)));
        assertEq(_head(first).effective(), before[0].effective());
        assertEq(_head(first).sequence(), before[0].sequence());
        assertEq(_head(second), before[1], "the senior has gained no word");
        assertEq(_segmentWord(1), before[2]);
        assertEq(_segmentWord(2), before[3]);
    }

    /// Who buys a claim signs for the version that he saw: a relation agreed in between voids his consent.
    function test_aRelationVoidsConsentsGivenForThePledgeBefore() public {
        PledgeActs memory release = _release(first, Modes.SIGNED);
        _done(_act(_relation(first, second)));
        _refused(
            _actsAct(release, _agreed()), abi.encodeWithSelector(IPledgeErrors.PledgeVersionStale.selector, first, 0, 1)
        );
    }

    // --- Who agrees ---

    function test_theHoldersOfThePledgeThatYieldsAgree() public {
        RelatePledges memory body = _relation(first, second);
        _refused(
            _relateAct(body, _hands(_hand(outsider), _officer(usOffice, Modes.SIGNED))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account), 0
            )
        );
        body.consents = new Consent[](0);
        _refused(
            _act(body),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account)
            )
        );
    }

    /// A bank that wants rank can't speak for the one that it wants it from.
    function test_theSeniorsHolderAloneGainsNothing() public {
        Party[] memory parties = _parties(_party(PartyRoles.PLEDGOR, pledgor), _party(PartyRoles.PLEDGEE, newcomer));
        FilePledge memory filing = _filing(US, _usPatents(1, 1), parties, Modes.ATTESTED);
        uint40 third = _recorded(filing, _usPatents(1, 1));
        RelatePledges memory body = _relation(first, third);
        body.parties = _now(_pledgors(), _parties(_party(PartyRoles.PLEDGEE, newcomer)));
        body.consents = _consents(_parties(_party(PartyRoles.PLEDGEE, newcomer)), Modes.SIGNED);
        _refused(
            _relateAct(body, _hands(_hand(newcomer), _officer(usOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, first)
        );
    }

    /// One officer may note what he likes; he subordinates nobody.
    function test_anOfficersCodeForNotesRelatesNothing() public {
        RelatePledges memory body = _relation(first, second);
        body.on.code = PledgeRules.NOTE;
        body.consents = new Consent[](0);
        _refused(
            _relateAct(body, _hands(_officer(usOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, 0)
        );
    }

    function test_twoOfficersAttestARelation() public {
        RelatePledges memory body = _relation(first, second);
        body.consents = _consents(_holders(), Modes.ATTESTED);
        _refused(
            _relateAct(body, _hands(_officer(usOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.RELATE, 1, 2)
        );
        _done(_relateAct(body, _both(usOffice, Modes.ATTESTED)));
    }

    function test_aPledgeUnderAHoldYieldsToNobody() public {
        uint256 before = vm.snapshotState();
        bytes32 id = bytes32(uint256(first));
        uint8[2] memory targets = [HoldTargets.PLEDGE, HoldTargets.CLAIM];
        for (uint256 i = 0; i < targets.length; ++i) {
            _done(_holdAct(_hold(US, targets[i], id, Effects.SET_TERMS)));
            _refused(
                _act(_relation(first, second)),
                abi.encodeWithSelector(IPledgeErrors.HeldBy.selector, HoldTargets.PLEDGE, id, 0, bytes32("order"))
            );
            vm.revertToState(before);
        }
        _done(_holdAct(_hold(US, HoldTargets.PLEDGE, bytes32(uint256(second)), Effects.SET_TERMS)));
        _done(_act(_relation(first, second)));
    }

    // --- Between whom ---

    function test_bothAreLiveInOneRegisterAndTwo() public {
        uint40 foreign = _registered(_cnPatents(1, 1));
        bytes4 error_ = IPledgeErrors.NotRelatable.selector;
        _refused(_act(_relation(first, first)), abi.encodeWithSelector(error_, first));
        _refused(_act(_relation(first, foreign)), abi.encodeWithSelector(error_, foreign));
        _refused(_act(_relation(first, 99)), abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, 99));
        _done(_releaseAct(second));
        _refused(_act(_relation(first, second)), abi.encodeWithSelector(error_, second));
        _refused(
            _act(_relation(second, first)),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, second, PledgeStates.ENDED, PledgeRules.RELATE)
        );
    }

    /// A relation outlives nothing: what ended needs no relation's end, but may have one.
    function test_aRelationIsEndedByWhoLosesByItsEnd() public {
        _done(_act(_relation(first, second)));
        RelatePledges memory body = _relation(second, first);
        body.kind = RelationKinds.ENDED;
        _done(_act(body));
        _done(_releaseAct(first));
        body = _relation(second, first);
        body.kind = RelationKinds.ENDED;
        _done(_act(body));
    }

    function test_noOtherKindIsARelation() public {
        uint8[3] memory kinds = [0, RelationKinds.ENDED + 1, 255];
        for (uint256 i = 0; i < kinds.length; ++i) {
            RelatePledges memory body = _relation(first, second);
            body.kind = kinds[i];
            _refused(_act(body), abi.encodeWithSelector(IPledgeErrors.NoteUnknown.selector, kinds[i]));
        }
    }

    function test_aClosedRegisterRelatesNothing() public {
        registers.closeRegister(US);
        _refused(_act(_relation(first, second)), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, US));
    }

    // --- The same document recorded twice ---

    function test_aReleaseOfOneOfTwoThatAreTheSameDoesNotEndTheOther() public {
        _done(_noted(_note(second, first, NoteKinds.SAME_AS)));
        _done(_releaseAct(first));
        _assertState(first, PledgeStates.ENDED);
        _assertState(second, PledgeStates.REGISTERED);
        assertTrue(registry.live(2, 0));
    }

    function test_aLinkIsToAnotherPledgeThatIsKnown() public {
        _refused(
            _noted(_note(first, first, NoteKinds.SAME_AS)),
            abi.encodeWithSelector(IPledgeErrors.NotRelatable.selector, first)
        );
        _refused(
            _noted(_note(first, 99, NoteKinds.SAME_AS)),
            abi.encodeWithSelector(IPledgeErrors.UnknownPledge.selector, 99)
        );
    }

    function test_aNoteChangesNoWordOfEither() public {
        (uint256 one, uint256 two) = (_head(first), _head(second));
        _done(_noted(_note(second, first, NoteKinds.SAME_AS)));
        _done(_noted(_note(second, first, NoteKinds.PRIORITY)));
        assertEq(_head(first), one);
        assertEq(_head(second), two);
    }
}
