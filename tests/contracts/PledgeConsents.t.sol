// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act, IActs} from "../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {ContractKey} from "./Acts.t.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Who must consent to a filing, how, and what is no consent.
contract PledgeConsentsTest is PledgeBase {
    Listed private assets;

    function setUp() public override {
        super.setUp();
        assets = _cnPatents(1, 2);
    }

    function _cn() private returns (FilePledge memory) {
        return _cnFiling(assets);
    }

    function _attested() private returns (FilePledge memory) {
        return _filing(CN, assets, _usual(), Modes.ATTESTED);
    }

    function _refusedBy(FilePledge memory filing, Hand[] memory hands, bytes memory reason) private {
        _refused(_fileAct(filing, hands), reason);
        (uint40 pledges,) = registry.counts();
        assertEq(pledges, 0, "nothing is numbered");
    }

    function _missing(uint8 role, Actor memory party) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, role, _memberWord(party.account));
    }

    function _notSigned(uint8 role, Actor memory party, uint8 signer) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, role, _memberWord(party.account), signer);
    }

    // --- Whose consent ---

    function test_everyPartyMustConsent() public {
        FilePledge memory filing = _cn();
        (Consent memory first, Consent memory second) = (filing.consents[0], filing.consents[1]);
        filing.consents = new Consent[](1);
        filing.consents[0] = first;
        _refusedBy(filing, _partiesHands(), _missing(PartyRoles.PLEDGEE, pledgee));
        filing.consents[0] = second;
        _refusedBy(filing, _partiesHands(), _missing(PartyRoles.PLEDGOR, pledgor));
        filing.consents = new Consent[](0);
        _refusedBy(filing, _partiesHands(), _missing(PartyRoles.PLEDGOR, pledgor));
    }

    function _withCoOwner(uint16 register) private returns (FilePledge memory filing, Hand[] memory hands) {
        Party[] memory parties = _usual();
        parties = _parties(parties[0], _party(PartyRoles.CO_OWNER, coOwner), parties[1]);
        hands = _hands(_hand(pledgor), _hand(coOwner), _hand(pledgee));
        filing = _filing(register, register == CN ? assets : _usPatents(1, 2), parties, Modes.SIGNED);
        _link(filing.consents, hands);
    }

    function test_aCoOwnerMustConsentInEveryRegister() public {
        for (uint16 register = US; register <= CN; register += CN - US) {
            (FilePledge memory filing, Hand[] memory hands) = _withCoOwner(register);
            filing.consents[1] = filing.consents[0];
            _refused(_fileAct(filing, hands), _missing(PartyRoles.CO_OWNER, coOwner));
            (filing, hands) = _withCoOwner(register);
            _file(filing, hands);
        }
    }

    function test_consentsComeInAnyOrder() public {
        FilePledge memory filing = _cn();
        (filing.consents[0], filing.consents[1]) = (filing.consents[1], filing.consents[0]);
        _file(filing, _partiesHands());
    }

    /// The record shows all consents for ever: one that nobody asked for is told only if it was given.
    function test_consentsBesideThoseAskedForAreGivenToo() public {
        FilePledge memory filing = _cn();
        Consent[] memory more = new Consent[](1);
        more[0] = _consent(PartyRoles.AUTHORITY, Modes.DEEMED, 77, _memberWord(outsider.account));
        filing.consents = _joined(more, filing.consents);
        _refusedBy(filing, _partiesHands(), _notSigned(PartyRoles.AUTHORITY, outsider, 77));
        filing.consents[0] = _consent(PartyRoles.PLEDGEE, Modes.SIGNED, 1, _memberWord(outsider.account));
        _refusedBy(filing, _partiesHands(), _notSigned(PartyRoles.PLEDGEE, outsider, 1));
        filing.consents[0] = _consent(PartyRoles.PLEDGOR, Modes.ATTESTED, 0, _memberWord(coOwner.account));
        _refusedBy(filing, _partiesHands(), _notSigned(PartyRoles.PLEDGOR, coOwner, 0));
        filing.consents[0] = _consent(PartyRoles.PLEDGEE, Modes.SIGNED, 2, _memberWord(outsider.account));
        _file(filing, _and(_partiesHands(), _hand(outsider)));
    }

    /// One that is asked for is looked at once: a second of the same party is held to what it says as well.
    function test_noSecondConsentOfAPartyIsToldUnseen() public {
        FilePledge memory filing = _cn();
        Consent[] memory more = new Consent[](1);
        more[0] = _consent(PartyRoles.PLEDGEE, Modes.ATTESTED, 1, _memberWord(pledgee.account));
        filing.consents = _joined(filing.consents, more);
        _refusedBy(filing, _partiesHands(), _notSigned(PartyRoles.PLEDGEE, pledgee, 1));
    }

    function test_anotherPartysConsentIsNone() public {
        FilePledge memory filing = _cn();
        filing.consents[1].party = _memberWord(outsider.account);
        _refusedBy(filing, _partiesHands(), _missing(PartyRoles.PLEDGEE, pledgee));
    }

    function test_aConsentInAnotherRoleIsNone() public {
        FilePledge memory filing = _cn();
        filing.consents[1].role = PartyRoles.PLEDGOR;
        _refusedBy(filing, _partiesHands(), _missing(PartyRoles.PLEDGEE, pledgee));
    }

    function test_whoStandsOnBothSidesConsentsOnBoth() public {
        Party memory both = _party(PartyRoles.PLEDGOR, _memberWord(pledgee.account), "pledgee", "");
        FilePledge memory filing = _filing(CN, assets, _parties(both, _usual()[1]), Modes.ATTESTED);
        Consent memory second = filing.consents[1];
        filing.consents = new Consent[](1);
        filing.consents[0] = second;
        _refusedBy(filing, _hands(_officer(cnOffice, Modes.ATTESTED)), _missing(PartyRoles.PLEDGOR, pledgee));
    }

    // --- In which mode ---

    function test_onlyTheModesThatTheRegisterAdmits() public {
        uint8[5] memory modes = [0, Modes.ORDERED, Modes.DEEMED, 5, 255];
        for (uint256 i = 0; i < modes.length; ++i) {
            FilePledge memory filing = _attested();
            filing.consents[0].mode = modes[i];
            _refusedBy(
                filing,
                _hands(_officer(cnOffice, modes[i]), _second(cnOffice, Modes.ATTESTED)),
                abi.encodeWithSelector(
                    IPledgeErrors.ConsentModeRefused.selector,
                    PartyRoles.PLEDGOR,
                    _memberWord(pledgor.account),
                    modes[i]
                )
            );
        }
    }

    function test_modesMayDifferFromPartyToParty() public {
        FilePledge memory filing = _cn();
        filing.consents[1] = _consent(PartyRoles.PLEDGEE, Modes.ATTESTED, 1, _memberWord(pledgee.account));
        _file(filing, _hands(_hand(pledgor), _officer(cnOffice, Modes.ATTESTED)));
    }

    // --- Until when ---

    function test_aConsentEndsWithItsLastSecond() public {
        FilePledge memory filing = _cn();
        filing.consents[0].until = uint40(block.timestamp);
        _file(filing, _partiesHands());
        filing.consents[0].until -= 1;
        _refused(
            _fileAct(filing, _partiesHands()),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentExpired.selector,
                PartyRoles.PLEDGOR,
                _memberWord(pledgor.account),
                filing.consents[0].until
            )
        );
    }

    // --- Signed ---

    function test_aSignedConsentNamesItsOwnSigner() public {
        FilePledge memory filing = _cn();
        filing.consents[0].signer = 1;
        _refusedBy(filing, _partiesHands(), _notSigned(PartyRoles.PLEDGOR, pledgor, 1));
        filing.consents[0].signer = 2;
        _refusedBy(filing, _partiesHands(), _notSigned(PartyRoles.PLEDGOR, pledgor, 2));
        filing.consents[0].signer = 255;
        _refusedBy(filing, _partiesHands(), _notSigned(PartyRoles.PLEDGOR, pledgor, 255));
    }

    function test_aPartyThatDidNotSignHasNotConsented() public {
        _refusedBy(_cn(), _hands(_hand(pledgor)), _notSigned(PartyRoles.PLEDGEE, pledgee, 1));
        _refusedBy(_cn(), _hands(_hand(pledgor), _hand(outsider)), _notSigned(PartyRoles.PLEDGEE, pledgee, 1));
    }

    function test_anotherKeyOfThePartySignsForIt() public {
        (address second, uint256 key) = makeAddrAndKey("pledgor's clerk");
        vm.prank(pledgor.account);
        members.addKey(IMembers.AddKey(second, Roles.PLEDGOR));
        _file(_cn(), _hands(Hand(pledgor.account, key, Roles.PLEDGOR, Modes.SIGNED), _hand(pledgee)));
    }

    function test_aPartysContractKeySignsForIt() public {
        ContractKey contractKey = new ContractKey(pledgor.account, false);
        vm.prank(pledgor.account);
        members.addKey(IMembers.AddKey(address(contractKey), Roles.PLEDGOR));
        Act memory act = _fileAct(_cn(), _partiesHands());
        act.signers[0].key = address(contractKey);
        _sign(act, 0, pledgor.key);
        _sign(act, 1, pledgee.key);
        _done(act);
    }

    function test_aPartySignsInItsBusinessRole() public {
        members.setRoles(pledgee.account, Roles.BANK | Roles.PLEDGOR);
        Hand memory hand = _hand(pledgee);
        hand.role = Roles.PLEDGOR;
        _refusedBy(_cn(), _hands(_hand(pledgor), hand), _notSigned(PartyRoles.PLEDGEE, pledgee, 1));
        hand.role = 0;
        _refusedBy(_cn(), _hands(_hand(pledgor), hand), _notSigned(PartyRoles.PLEDGEE, pledgee, 1));
        hand.role = Roles.BANK;
        _file(_cn(), _hands(_hand(pledgor), hand));
    }

    function test_aSignatureInAnotherModeIsNoOwnConsent() public {
        Hand memory hand = _hand(pledgee);
        hand.mode = Modes.ATTESTED;
        _refusedBy(_cn(), _hands(_hand(pledgor), hand), _notSigned(PartyRoles.PLEDGEE, pledgee, 1));
    }

    function test_aPartyKnownByNameOnlyCannotSign() public {
        Party[] memory parties = _usual();
        parties[0] = _party(PartyRoles.PLEDGOR, bytes32(uint256(2) << 248 | uint160(pledgor.account)), "Brook", "");
        FilePledge memory filing = _filing(CN, assets, parties, Modes.SIGNED);
        filing.consents[1].signer = 1;
        _refusedBy(
            filing,
            _partiesHands(),
            abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGOR, parties[0].id, 0)
        );
    }

    // --- Attested ---

    function test_anOfficerAttestsWhatHeSaw() public {
        _file(_attested(), _hands(_officer(cnOffice, Modes.ATTESTED)));
        _file(_attested(), _hands(_second(cnOffice, Modes.ATTESTED)));
    }

    function test_whatIsVouchedForHasEvidence() public {
        FilePledge memory filing = _attested();
        filing.consents[1].evidence = 0;
        _refusedBy(
            filing,
            _hands(_officer(cnOffice, Modes.ATTESTED)),
            abi.encodeWithSelector(
                IPledgeErrors.EvidenceMissing.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account)
            )
        );
    }

    function test_onlyTheRegistersOwnOfficeAttests() public {
        Hand memory foreign = _officer(usOffice, Modes.ATTESTED);
        _refusedBy(_attested(), _hands(foreign), _notSigned(PartyRoles.PLEDGOR, pledgor, 0));
        Hand memory party = _hand(pledgor);
        party.mode = Modes.ATTESTED;
        _refusedBy(_attested(), _hands(party), _notSigned(PartyRoles.PLEDGOR, pledgor, 0));
        Hand memory judge = _hand(court);
        judge.mode = Modes.ATTESTED;
        _refusedBy(_attested(), _hands(judge), _notSigned(PartyRoles.PLEDGOR, pledgor, 0));
    }

    function test_anOfficeAttestsInItsRegistrarsRole() public {
        members.setRoles(cnOffice.account, Roles.REGISTRAR | Roles.BANK);
        Hand memory hand = _officer(cnOffice, Modes.ATTESTED);
        hand.role = Roles.BANK;
        _refusedBy(_attested(), _hands(hand), _notSigned(PartyRoles.PLEDGOR, pledgor, 0));
    }

    function test_anOfficerVouchesInTheModeThatHeSignsIn() public {
        uint8[5] memory modes = [Modes.SIGNED, Modes.ORDERED, Modes.DEEMED, 0, 200];
        for (uint256 i = 0; i < modes.length; ++i) {
            _refusedBy(_attested(), _hands(_officer(cnOffice, modes[i])), _notSigned(PartyRoles.PLEDGOR, pledgor, 0));
        }
    }

    function test_anOfficeDoesNotAttestItsOwnConsent() public {
        members.setRoles(cnOffice.account, Roles.REGISTRAR | Roles.BANK);
        Party[] memory parties = _usual();
        parties[1] = _party(PartyRoles.PLEDGEE, cnOffice);
        FilePledge memory filing = _filing(CN, assets, parties, Modes.ATTESTED);
        _refusedBy(filing, _hands(_officer(cnOffice, Modes.ATTESTED)), _notSigned(PartyRoles.PLEDGEE, cnOffice, 0));
        filing.consents[1] = _consent(PartyRoles.PLEDGEE, Modes.SIGNED, 1, _memberWord(cnOffice.account));
        Hand memory own = _second(cnOffice, Modes.SIGNED);
        own.role = Roles.BANK;
        own.key = cnOffice.key;
        Hand[] memory hands = _hands(_second(cnOffice, Modes.ATTESTED), own);
        _file(filing, hands);
    }

    // --- To the whole act, and once ---

    function _skipped(Act memory act) private {
        vm.expectEmit(address(acts));
        emit IActs.ActSkipped(act.account, act.id, IActs.Skip.SignatureInvalid, 0);
        _run(act);
    }

    function test_aConsentIsToEveryFieldOfTheAct() public {
        Act memory act = _fileAct(_cn(), _partiesHands());
        FilePledge[10] memory changed;
        for (uint256 i = 0; i < 10; ++i) {
            changed[i] = _cn();
        }
        changed[0].terms.ceiling *= 10;
        changed[1].assets.count = 44;
        changed[2].assets.root = "another";
        changed[3].parties[1].share = 2;
        changed[4].content = "another";
        changed[5].agreement = "another";
        changed[6].instrument.caption = "another";
        changed[7].when.effective = 1;
        changed[8].consents[0].given = 1;
        changed[9].flags = 1 << 5;
        for (uint256 i = 0; i < 10; ++i) {
            act.body = abi.encode(changed[i]);
            _skipped(act);
        }
    }

    function test_aConsentIsUsedOnce() public {
        Act memory act = _fileAct(_cn(), _partiesHands());
        _run(act);
        vm.expectEmit(address(acts));
        emit IActs.ActSkipped(act.account, act.id, IActs.Skip.Spent, 0);
        _run(act);
        (uint40 pledges,) = registry.counts();
        assertEq(pledges, 1);
    }

    function test_aConsentGivenToAnotherKindOfActIsNone() public {
        FilePledge memory filing = _cn();
        Act memory act = _fileAct(filing, _partiesHands());
        act.kind = keccak256(bytes(_recordKind()));
        act.body = abi.encode(_recording(filing, assets));
        _skipped(act);
    }

    function _recordKind() private pure returns (string memory) {
        return PledgeRules.recordPledge().body;
    }
}
