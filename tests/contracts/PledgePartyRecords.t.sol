// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IOfficeEvents, IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {EndReasons, MatchBases, OfficeCodes, PartyKinds, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice What becomes of a party is one act on the party: it says who signs from now on and touches no pledge.
contract PledgePartyRecordsTest is PledgeBase {
    using PledgeWord for uint256;

    uint40 private pledge;
    /// The pledgee as a party word; a party that is no member.
    bytes32 private bank_;
    bytes32 private paper;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 2));
        bank_ = _memberWord(pledgee.account);
        paper = bytes32(uint256(2) << 248 | 4711);
    }

    function _word(Actor memory actor) private pure returns (bytes32) {
        return _memberWord(actor.account);
    }

    function _tell(bytes32 party, uint8 kind, bytes32 follower, address account) private {
        _done(_partyAct(CN, party, kind, follower, account));
    }

    function _signer(bytes32 party) private view returns (address) {
        return registry.signerOf(cnOffice.account, party);
    }

    /// @dev The release of a pledge of these holders, signed by one actor for all of them.
    function _releaseBy(uint40 of_, Party[] memory holders, Actor memory actor) private returns (Act memory) {
        PledgeActs memory body = _document();
        body.consents = _consents(holders, Modes.SIGNED);
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(of_, PledgeRules.RELEASE);
        body.releases[0].parties = _now(_pledgors(), holders);
        (body.releases[0].basis, body.releases[0].reason) = (MatchBases.CITED, EndReasons.RELEASED);
        return _actsAct(body, _hands(_hand(actor)));
    }

    function _releaseBy(Actor memory actor) private returns (Act memory) {
        return _releaseBy(pledge, _holders(), actor);
    }

    function _notSigned() private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, bank_, 0);
    }

    function _invalid(bytes32 party, uint8 kind) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.PartyInvalid.selector, party, kind);
    }

    /// @dev A pledge whose pledgee is a party that is no member, whose paper an officer saw.
    function _attested() private returns (uint40) {
        Party[] memory parties = _parties(_usual()[0], _paperHolder()[0]);
        FilePledge memory filing = _filing(CN, _cnPatents(60, 1), parties, Modes.SIGNED);
        filing.consents[1] = _consent(PartyRoles.PLEDGEE, Modes.ATTESTED, 1, paper);
        Hand[] memory hands = _hands(_hand(pledgor), _officer(cnOffice, Modes.ATTESTED));
        return _registered(filing, _cnPatents(60, 1), hands);
    }

    function _paperHolder() private returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGEE, paper, "Foreign Bank", "as collateral agent"));
    }

    // --- Successor, receiver, end ---

    function test_theSuccessorSignsForAllPledgesAtOnceAndThePartyNoMore() public {
        uint40 second = _registered(_cnPatents(70, 1));
        (uint256 head, bytes32 parties, bytes32 chain) = (_head(pledge), _partiesOf(pledge), _chainOf(pledge));
        _tell(bank_, PartyKinds.SUCCEEDED, _word(newcomer), address(0));
        assertEq(_head(pledge), head);
        assertEq(_partiesOf(pledge), parties);
        assertEq(_chainOf(pledge), chain);
        assertEq(_signer(bank_), newcomer.account);
        _refused(_releaseBy(pledgee), _notSigned());
        _done(_releaseBy(newcomer));
        _done(_releaseBy(second, _holders(), newcomer));
    }

    function test_aReceiverSignsUntilItIsOver() public {
        _tell(bank_, PartyKinds.RECEIVED, _word(newcomer), address(0));
        _refused(_releaseBy(pledgee), _notSigned());
        uint256 before = vm.snapshotState();
        _done(_releaseBy(newcomer));
        vm.revertToState(before);
        _tell(bank_, PartyKinds.CLEARED, 0, address(0));
        _refused(_releaseBy(newcomer), _notSigned());
        _done(_releaseBy(pledgee));
    }

    function test_nobodySignsForADissolvedPartyAndAnOrderEnds() public {
        _tell(bank_, PartyKinds.DISSOLVED, 0, address(0));
        assertEq(_signer(bank_), address(0));
        _refused(_releaseBy(pledgee), _notSigned());
        PledgeActs memory body = _release(pledge, Modes.ORDERED);
        _done(_actsAct(body, _both(cnOffice, Modes.ORDERED)));
        _assertState(pledge, PledgeStates.ENDED);
    }

    function test_aNewNameChangesNobodyWhoSigns() public {
        RecordParty memory body = RecordParty(CN, bank_, PartyKinds.RENAMED, 0, address(0), 0, "evidence", "New Bank");
        _done(_partyAct(body, _both(cnOffice, Modes.SIGNED)));
        assertEq(_signer(bank_), pledgee.account);
        _tell(bank_, PartyKinds.RECEIVED, _word(newcomer), address(0));
        _done(_partyAct(body, _both(cnOffice, Modes.SIGNED)));
        assertEq(_signer(bank_), newcomer.account, "nor who acts for it");
        _done(_releaseBy(newcomer));
    }

    // --- A party that becomes a member ---

    function test_anAttestedPartyIsBoundToItsAccountLater() public {
        uint40 made = _attested();
        assertEq(_signer(paper), address(0));
        Act memory act = _releaseBy(made, _paperHolder(), newcomer);
        _refused(act, abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, paper, 0));
        bytes32 parties = _partiesOf(made);
        _tell(paper, PartyKinds.MEMBER, 0, newcomer.account);
        assertEq(_partiesOf(made), parties);
        assertEq(_signer(paper), newcomer.account);
        _done(_releaseBy(made, _paperHolder(), newcomer));
    }

    function test_aPartyIsBoundToAnAdmittedAccountThatIsNotSuspended() public {
        (address key,) = makeAddrAndKey(string.concat(cnOffice.name, ", second officer"));
        members.suspend(outsider.account, "reason");
        address[3] memory none = [makeAddr("nobody"), key, outsider.account];
        for (uint256 i = 0; i < none.length; ++i) {
            _refused(_partyAct(CN, paper, PartyKinds.MEMBER, 0, none[i]), _invalid(paper, PartyKinds.MEMBER));
        }
    }

    /// Whoever binds a party to his own account vouches for nobody: what he signs is that party's own word, in that party's role.
    function test_theOfficeDoesNotSignForAPartyThatItBoundToItself() public {
        uint40 made = _attested();
        _tell(paper, PartyKinds.MEMBER, 0, cnOffice.account);
        PledgeActs memory body = _document();
        body.consents = _consents(_paperHolder(), Modes.SIGNED);
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(made, PledgeRules.RELEASE);
        body.releases[0].parties = _now(_pledgors(), _paperHolder());
        (body.releases[0].basis, body.releases[0].reason) = (MatchBases.CITED, EndReasons.RELEASED);
        bytes memory reason =
            abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, paper, 0);
        _refused(_actsAct(body, _both(cnOffice, Modes.SIGNED)), reason);
        uint8[3] memory modes = [Modes.ATTESTED, Modes.ORDERED, Modes.DEEMED];
        for (uint256 i = 0; i < modes.length; ++i) {
            body.consents = _consents(_paperHolder(), modes[i]);
            _done(_noticeOf(made));
            skip(400 days);
            _refused(_actsAct(body, _both(cnOffice, modes[i])), reason);
        }
    }

    /// @dev The notice after which silence counts, so that nothing but who vouches stands against a deemed consent.
    function _noticeOf(uint40 made) private returns (Act memory) {
        PledgeActs memory body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0] = NotePledge(
            _on(made, PledgeRules.NOTE), _now(_pledgors(), _paperHolder()), 7, 0, "paper", new bytes32[](0), ""
        );
        return _actsAct(body, _hands(_officer(cnOffice, Modes.SIGNED)));
    }

    // --- Chains ---

    function test_aChainIsFollowedToWhoActsNow() public {
        _tell(bank_, PartyKinds.SUCCEEDED, paper, address(0));
        assertEq(_signer(bank_), address(0), "the successor is no member");
        _tell(paper, PartyKinds.MEMBER, 0, secondPledgee.account);
        assertEq(_signer(bank_), secondPledgee.account);
        _tell(paper, PartyKinds.RECEIVED, _word(newcomer), address(0));
        _done(_releaseBy(newcomer));
    }

    function _numbered(uint256 i) private pure returns (bytes32) {
        return bytes32(uint256(3) << 248 | i);
    }

    /// @dev 1 was succeeded by 2 and so on: a chain of so many parties, the last one a member.
    function _chain(uint256 count) private {
        for (uint256 i = 1; i < count; ++i) {
            _tell(_numbered(i), PartyKinds.SUCCEEDED, _numbered(i + 1), address(0));
        }
        _tell(_numbered(count), PartyKinds.MEMBER, 0, newcomer.account);
    }

    function test_aChainOfEightPartiesIsFollowed() public {
        _chain(8);
        assertEq(_signer(_numbered(1)), newcomer.account);
        _refused(
            _partyAct(CN, paper, PartyKinds.SUCCEEDED, _numbered(1), address(0)),
            _invalid(_numbered(1), PartyKinds.SUCCEEDED)
        );
        _tell(paper, PartyKinds.SUCCEEDED, _numbered(2), address(0));
        assertEq(_signer(paper), newcomer.account);
    }

    /// A chain that grew at its end past what is followed has nobody who signs, until the first party is pointed further on.
    function test_aLongerChainIsShortenedByOneAct() public {
        _chain(9);
        assertEq(_signer(_numbered(1)), address(0));
        assertEq(_signer(_numbered(2)), newcomer.account);
        _tell(_numbered(1), PartyKinds.SUCCEEDED, _numbered(9), address(0));
        assertEq(_signer(_numbered(1)), newcomer.account);
    }

    function test_noChainComesRound() public {
        _refused(_partyAct(CN, bank_, PartyKinds.SUCCEEDED, bank_, address(0)), _invalid(bank_, PartyKinds.SUCCEEDED));
        _tell(_numbered(1), PartyKinds.SUCCEEDED, _numbered(2), address(0));
        _tell(_numbered(2), PartyKinds.RECEIVED, _numbered(3), address(0));
        for (uint256 i = 1; i <= 3; ++i) {
            Act memory act = _partyAct(CN, _numbered(3), PartyKinds.RECEIVED, _numbered(i), address(0));
            _refused(act, _invalid(_numbered(i), PartyKinds.RECEIVED));
        }
    }

    function test_noLongChainComesRound() public {
        _chain(20);
        for (uint256 i = 1; i <= 20; ++i) {
            Act memory act = _partyAct(CN, _numbered(20), PartyKinds.SUCCEEDED, _numbered(i), address(0));
            _refused(act, _invalid(_numbered(i), PartyKinds.SUCCEEDED));
        }
    }

    // --- One organisation in two places ---

    /// A merger puts one name on both sides: pledgor and pledgee are one, and the pledge stands until somebody ends it.
    function test_afterAMergerOneOrganisationStandsOnBothSides() public {
        _tell(_word(pledgor), PartyKinds.SUCCEEDED, bank_, address(0));
        assertEq(_signer(_word(pledgor)), pledgee.account);
        _assertState(pledge, PledgeStates.REGISTERED);
        _done(_releaseBy(pledgee));
    }

    /// It signs for either side in that side's role: what a bank may do as a bank it may not do as a pledgor.
    function test_theMergedOrganisationSignsForEachSideInItsRole() public {
        Actor memory both = _member("merged", Roles.BANK | Roles.PLEDGOR);
        both.role = Roles.BANK;
        (address second, uint256 secondKey_) = makeAddrAndKey("merged, as pledgor");
        vm.prank(both.account);
        members.addKey(IMembers.AddKey(second, Roles.PLEDGOR));
        _tell(_word(pledgor), PartyKinds.SUCCEEDED, _word(both), address(0));
        _tell(bank_, PartyKinds.SUCCEEDED, _word(both), address(0));
        PledgeActs memory body = _document();
        body.consents = _consents(_usual(), Modes.SIGNED);
        body.terms = new ChangeTerms[](1);
        body.terms[0] = ChangeTerms(_on(pledge, PledgeRules.SET_TERMS), _now(), _claim(), 0, 0);
        Hand memory officer = _officer(cnOffice, Modes.SIGNED);
        bytes memory reason =
            abi.encodeWithSelector(IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGOR, _word(pledgor), 0);
        _refused(_actsAct(body, _hands(_hand(both), officer)), reason);
        body.consents[1].signer = 1;
        Hand memory asPledgor = Hand(both.account, secondKey_, Roles.PLEDGOR, Modes.SIGNED);
        _done(_actsAct(body, _hands(asPledgor, _hand(both), officer)));
    }

    /// "As collateral agent" and in its own right: one organisation hands the security from one capacity to the other.
    function test_aTransferBetweenTwoCapacitiesOfOneOrganisation() public {
        PledgeActs memory body = _document();
        Party[] memory own = _parties(_party(PartyRoles.PLEDGEE, bank_, pledgee.name, "as collateral agent"));
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _now();
        (body.parties[0].holders, body.parties[0].names) = (own, _names(own));
        body.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(own, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        _done(_actsAct(body, _hands(_hand(pledgee), _officer(cnOffice, Modes.SIGNED))));
        _done(_releaseBy(pledge, own, pledgee));
    }

    // --- Who, and what is refused ---

    function test_twoOfficersWithEvidenceSayWhatBecameOfAParty() public {
        RecordParty memory body =
            RecordParty(CN, bank_, PartyKinds.SUCCEEDED, _word(newcomer), address(0), 0, "evidence", "");
        _refused(
            _partyAct(body, _hands(_officer(cnOffice, Modes.SIGNED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.PARTY, 1, 2)
        );
        Hand[4] memory who = [_hand(pledgee), _hand(newcomer), _hand(court), _officer(usOffice, Modes.SIGNED)];
        for (uint256 i = 0; i < who.length; ++i) {
            _refused(
                _partyAct(body, _hands(_officer(cnOffice, Modes.SIGNED), who[i])),
                abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, OfficeCodes.PARTY, 1, 2)
            );
        }
        body.evidence = 0;
        _refused(
            _partyAct(body, _both(cnOffice, Modes.SIGNED)),
            abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, OfficeCodes.PARTY)
        );
        assertEq(_signer(bank_), pledgee.account);
    }

    function test_oneOfficesRecordSaysNothingToAnothers() public {
        _done(_partyAct(US, bank_, PartyKinds.SUCCEEDED, _word(newcomer), address(0)));
        assertEq(registry.signerOf(usOffice.account, bank_), newcomer.account);
        assertEq(_signer(bank_), pledgee.account);
        _done(_releaseBy(pledgee));
    }

    function test_oneRecordCountsInAllRegistersOfTheOffice() public {
        assertEq(_officeOf(US_MARKS).account, usOffice.account);
        _done(_partyAct(US_MARKS, bank_, PartyKinds.SUCCEEDED, _word(newcomer), address(0)));
        uint40 recorded = _recorded(_usPatents(1, 1));
        PledgeActs memory body = _release(recorded, Modes.SIGNED);
        _done(_actsAct(body, _hands(_hand(newcomer), _officer(usOffice, Modes.SIGNED))));
    }

    function test_eachKindHasWhatBelongsToItAndNothingElse() public {
        bytes32 follower = _word(newcomer);
        address account = newcomer.account;
        for (uint8 kind = 0; kind <= PartyKinds.CLEARED + 1; ++kind) {
            for (uint256 given = 0; given < 8; ++given) {
                uint256 before = vm.snapshotState();
                _tell(paper, PartyKinds.DISSOLVED, 0, address(0));
                RecordParty memory body = RecordParty(
                    CN,
                    paper,
                    kind,
                    given & 1 == 0 ? bytes32(0) : follower,
                    given & 2 == 0 ? address(0) : account,
                    0,
                    "evidence",
                    given & 4 == 0 ? "" : "New Name"
                );
                bool fits = _fits(kind, given);
                Act memory act = _partyAct(body, _both(cnOffice, Modes.SIGNED));
                if (fits) _done(act);
                else _refused(act, _invalid(paper, kind));
                vm.revertToState(before);
            }
        }
    }

    /// @dev Bits of `given`: another party 1, an account 2, a name 4.
    function _fits(uint8 kind, uint256 given) private pure returns (bool) {
        if (kind == PartyKinds.MEMBER) return given == 2;
        if (kind == PartyKinds.SUCCEEDED) return given == 1 || given == 5;
        if (kind == PartyKinds.RECEIVED) return given == 1;
        if (kind == PartyKinds.DISSOLVED || kind == PartyKinds.CLEARED) return given == 0;
        return kind == PartyKinds.RENAMED && given == 4;
    }

    function test_nothingIsTakenBackThatWasNotRecorded() public {
        _refused(_partyAct(CN, bank_, PartyKinds.CLEARED, 0, address(0)), _invalid(bank_, PartyKinds.CLEARED));
        _refused(_partyAct(CN, 0, PartyKinds.DISSOLVED, 0, address(0)), _invalid(0, PartyKinds.DISSOLVED));
    }

    function test_noRecordCountsFromTheFuture() public {
        int40 tomorrow = int40(uint40(block.timestamp + 1 days));
        RecordParty memory body = RecordParty(CN, bank_, PartyKinds.DISSOLVED, 0, address(0), tomorrow, "evidence", "");
        _refused(
            _partyAct(body, _both(cnOffice, Modes.SIGNED)),
            abi.encodeWithSelector(IPledgeErrors.TimeInFuture.selector, tomorrow)
        );
        body.effective = -1;
        _done(_partyAct(body, _both(cnOffice, Modes.SIGNED)));
    }

    function test_theEventHasThePartysWordAsStored() public {
        RecordParty memory body = RecordParty(CN, paper, PartyKinds.MEMBER, 0, newcomer.account, -5, "evidence", "");
        Act memory act = _partyAct(body, _both(cnOffice, Modes.SIGNED));
        uint256 word = uint256(PartyKinds.MEMBER) << 160 | uint160(newcomer.account);
        vm.expectEmit(address(registry));
        emit IOfficeEvents.PartyRecorded(
            cnOffice.account,
            paper,
            PartyKinds.MEMBER,
            0,
            newcomer.account,
            word,
            -5,
            "evidence",
            "",
            cnOffice.account,
            acts.digestOf(act)
        );
        _run(act);
    }
}
