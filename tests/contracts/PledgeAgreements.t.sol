// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Effects, NoteKinds, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeEffects} from "./PledgeEffects.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice While it is pledged, a right is licensed or transferred with its holders' consent (CivC 444): they record it themselves.
contract PledgeAgreementsTest is PledgeEffects {
    using PledgeWord for uint256;

    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 2));
    }

    function _agreement(uint8 kind, uint8 mode) private returns (PledgeActs memory body) {
        body = _document();
        body.notes = new NotePledge[](1);
        bytes32[] memory assets = new bytes32[](1);
        assets[0] = _key("CNPA", 1);
        body.notes[0] = NotePledge(
            _on(pledge, PledgeRules.AGREE), _now(), kind, 0, "licence", assets, "exclusive licence to Licensee, 3 years"
        );
        body.consents = _consents(_holders(), mode);
    }

    function test_theHoldersAgreeToALicenceOrATransferByTheirOwnWord() public {
        uint256 head = _head(pledge);
        for (uint8 kind = NoteKinds.LICENCE; kind <= NoteKinds.TRANSFER; ++kind) {
            Act memory act = _actsAct(_agreement(kind, Modes.SIGNED), _hands(_hand(pledgee)));
            (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
            assertEq(reason, "");
            (uint8 told, bytes32 subject, bytes32[] memory assets,,) =
                abi.decode(logs[1].data, (uint8, bytes32, bytes32[], string, IPledgeEvents.ActRecord));
            assertEq(logs[1].topics[0], IPledgeEvents.PledgeNoted.selector);
            assertEq(told, kind);
            assertEq(subject, "licence");
            assertEq(assets[0], _key("CNPA", 1));
        }
        assertEq(_head(pledge), head, "the pledge stays what it is");
    }

    function test_nobodyAgreesInTheirPlace() public {
        PledgeActs memory body = _agreement(NoteKinds.LICENCE, Modes.SIGNED);
        bytes32 party = _memberWord(pledgee.account);
        Hand[2] memory who = [_hand(pledgor), _officer(cnOffice, Modes.SIGNED)];
        for (uint256 i = 0; i < 2; ++i) {
            _refused(
                _actsAct(body, _hands(who[i])),
                abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, party, 0)
            );
        }
        body = _agreement(NoteKinds.LICENCE, Modes.ATTESTED);
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.AGREE, 1, 2)
        );
        _done(_actsAct(body, _both(cnOffice, Modes.ATTESTED)));
    }

    /// An officer's own remark says nothing of what the holders want.
    function test_aRemarkIsNoAgreement() public {
        PledgeActs memory body = _agreement(NoteKinds.TRANSFER, Modes.SIGNED);
        body.notes[0].on.code = PledgeRules.NOTE;
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.SIGNED), _hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, bytes32(0))
        );
    }

    function test_anAgreementNamesItsContractAndALivingPledge() public {
        PledgeActs memory body = _agreement(NoteKinds.LICENCE, Modes.SIGNED);
        body.notes[0].subject = 0;
        _refused(
            _actsAct(body, _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.AGREE)
        );
        PledgeActs memory terms = _effectBody(pledge, _cnPatents(1, 2), Effects.SET_TERMS);
        terms.terms[0].terms.expires = uint40(block.timestamp + 10);
        _done(_effectAct(terms));
        uint256 before = vm.snapshotState();
        skip(11);
        _refused(
            _actsAct(_agreement(NoteKinds.LICENCE, Modes.SIGNED), _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.PledgeLapsed.selector, pledge, uint40(block.timestamp - 1))
        );
        vm.revertToState(before);
        _done(_effectAct(pledge, _cnPatents(1, 2), Effects.END_ALL));
        _refused(
            _actsAct(_agreement(NoteKinds.LICENCE, Modes.SIGNED), _hands(_hand(pledgee))),
            abi.encodeWithSelector(IPledgeErrors.StateRefused.selector, pledge, PledgeStates.ENDED, PledgeRules.AGREE)
        );
    }

    /// That an entry was recorded twice, corrected or noticed its office says: searches tell it, and silence counts from it. A party's own code carries its own
    /// word only.
    function test_noPartyWritesTheOfficesNotes() public {
        uint40 noticed = _claimed();
        for (uint8 kind = NoteKinds.REMARK; kind <= NoteKinds.NOTICE; ++kind) {
            PledgeActs memory body = _agreement(kind, Modes.SIGNED);
            body.notes[0].other = noticed;
            _refused(
                _actsAct(body, _hands(_hand(pledgee))),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.AGREE, 0, 1)
            );
            _done(_actsAct(body, _hands(_hand(pledgee), _officer(cnOffice, Modes.SIGNED))));
            body = _objection(noticed, Modes.SIGNED);
            (body.notes[0].kind, body.notes[0].other) = (kind, pledge);
            _refused(
                _actsAct(body, _hands(_hand(pledgor))),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.OBJECT, 0, 1)
            );
        }
    }

    // --- Objections ---

    function _claimed() private returns (uint40 noticed) {
        Listed memory listed = _listed("CNAA", 1, 1);
        FilePledge memory filing = _filing(CN_RECEIVABLES, listed, _usual(), Modes.SIGNED);
        filing.terms.expires = uint40(block.timestamp + 1000 days);
        _link(filing.consents, _partiesHands());
        noticed = _registered(filing, listed, _partiesHands());
    }

    function _objection(uint40 noticed, uint8 mode) private returns (PledgeActs memory body) {
        body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0] = NotePledge(
            _on(noticed, PledgeRules.OBJECT), _now(), NoteKinds.OBJECTION, 0, "demand", new bytes32[](0), "paid in full"
        );
        body.consents = _consents(_pledgors(), mode);
    }

    /// Where the secured party files alone, the other side's word is put on record beside it.
    function test_thePledgorObjectsByHisOwnWord() public {
        uint40 noticed = _claimed();
        uint256 head = _head(noticed);
        (bytes memory reason, Vm.Log[] memory logs) =
            _ran(_actsAct(_objection(noticed, Modes.SIGNED), _hands(_hand(pledgor))));
        assertEq(reason, "");
        assertEq(logs[1].topics[0], IPledgeEvents.PledgeNoted.selector);
        (uint8 kind, bytes32 subject,,,) =
            abi.decode(logs[1].data, (uint8, bytes32, bytes32[], string, IPledgeEvents.ActRecord));
        assertEq(kind, NoteKinds.OBJECTION);
        assertEq(subject, "demand");
        assertEq(_head(noticed), head, "the entry stands as it was");
        _done(
            _actsAct(_objection(noticed, Modes.ATTESTED), _hands(_officer(_officeOf(CN_RECEIVABLES), Modes.ATTESTED)))
        );
    }

    function test_nobodyObjectsInHisPlace() public {
        uint40 noticed = _claimed();
        _refused(
            _actsAct(_objection(noticed, Modes.SIGNED), _hands(_hand(pledgee))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGOR, _memberWord(pledgor.account), 0
            )
        );
        PledgeActs memory remark = _objection(noticed, Modes.SIGNED);
        remark.notes[0].on.code = PledgeRules.NOTE;
        _refused(
            _actsAct(remark, _hands(_officer(_officeOf(CN_RECEIVABLES), Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGOR, bytes32(0))
        );
        PledgeActs memory silent = _objection(noticed, Modes.SIGNED);
        silent.notes[0].subject = 0;
        _refused(
            _actsAct(silent, _hands(_hand(pledgor))),
            abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.OBJECT)
        );
    }
}
