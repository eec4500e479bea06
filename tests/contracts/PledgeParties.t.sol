// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord, TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Transfer of the security with its claim, whole and in shares, and changes of parties.
contract PledgePartiesTest is PledgeBase {
    using PledgeWord for uint256;
    using TermsWord for uint256;

    uint40 private pledge;

    function setUp() public override {
        super.setUp();
        pledge = _registered(_cnPatents(1, 2));
    }

    function _both(Actor memory one, Actor memory two) private returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGEE, one), _party(PartyRoles.PLEDGEE, two));
    }

    /// @dev From the holders on record to `next`, all by their own signatures.
    function _transfer(Party[] memory holders, Party[] memory next, Hand[] memory hands)
        private
        returns (PledgeActs memory body)
    {
        body = _document();
        body.consents = _joined(_consents(holders, Modes.SIGNED), _consents(next, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        _link(body.consents, hands);
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _now(_pledgors(), holders);
        // The pledgors' side needs no consent and is given by its root alone.
        body.parties[0].parties.pledgors = new Party[](0);
        body.parties[0].holders = next;
        body.parties[0].names = _names(next);
    }

    function _signing() private view returns (Hand[] memory) {
        return _hands(_hand(pledgee), _hand(newcomer), _officer(cnOffice, Modes.SIGNED));
    }

    function _simple() private returns (PledgeActs memory) {
        return _transfer(_holders(), _parties(_party(PartyRoles.PLEDGEE, newcomer)), _signing());
    }

    function _refusedBody(PledgeActs memory body, bytes memory reason) private {
        bytes32 before = _partiesOf(pledge);
        _refused(_actsAct(body, _signing()), reason);
        assertEq(_partiesOf(pledge), before, "the parties stay");
    }

    // --- Transfer ---

    function test_theSecurityGoesToTheNewHolder() public {
        PledgeActs memory body = _simple();
        Act memory act = _actsAct(body, _signing());
        uint256 head = _head(pledge) + (1 << 56);
        bytes32 root = _partiesRoot(_pledgors(), body.parties[0].holders);
        bytes32 digest = acts.digestOf(act);
        bytes32 chain = keccak256(abi.encode(_chainOf(pledge), digest, PledgeRules.TRANSFER));
        vm.expectEmit(address(registry));
        emit IPledgeEvents.InstrumentRecorded(
            digest, body.instrument.number, body.instrument, body.consents, pledgee.account
        );
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PartiesChanged(
            pledge,
            body.instrument.number,
            head,
            _termsOf(pledge),
            root,
            new Party[](0),
            body.parties[0].holders,
            body.parties[0].names,
            IPledgeEvents.ActRecord(
                digest, chain, PledgeRules.TRANSFER, 1, int40(uint40(block.timestamp)), false, false
            )
        );
        _run(act);
        assertEq(_partiesOf(pledge), root);
        assertEq(_head(pledge), head);
        assertTrue(registry.live(1, 0));
    }

    function test_theOldHolderReleasesNothingAfterwards() public {
        PledgeActs memory letter = _release(pledge, Modes.SIGNED);
        letter.releases[0].on.version = ANY_VERSION;
        Act memory act = _actsAct(letter, _hands(_hand(pledgee)));
        _done(_actsAct(_simple(), _signing()));
        _refused(act, abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, pledge));
        letter.releases[0].parties = _now(_pledgors(), _parties(_party(PartyRoles.PLEDGEE, newcomer)));
        _refused(
            _actsAct(letter, _hands(_hand(pledgee))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, _memberWord(newcomer.account)
            )
        );
        letter.consents = _consents(letter.releases[0].parties.holders, Modes.SIGNED);
        _done(_actsAct(letter, _hands(_hand(newcomer))));
    }

    function test_aPartOfTheClaimMovesInShares() public {
        Party[] memory next = _both(pledgee, newcomer);
        (next[0].share, next[1].share) = (7, 3);
        _done(_actsAct(_transfer(_holders(), next, _signing()), _signing()));
        assertEq(_termsOf(pledge).holders(), 2);
        assertEq(_partiesOf(pledge), _partiesRoot(_pledgors(), next));
    }

    function test_everyHolderReleasesTogether() public {
        Party[] memory next = _both(pledgee, newcomer);
        _done(_actsAct(_transfer(_holders(), next, _signing()), _signing()));
        PledgeActs memory body = _release(pledge, Modes.SIGNED);
        body.releases[0].parties = _now(_pledgors(), next);
        _refused(
            _actsAct(body, _hands(_hand(pledgee))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, _memberWord(newcomer.account)
            )
        );
        body.consents = _consents(next, Modes.SIGNED);
        Hand[] memory hands = _hands(_hand(newcomer), _hand(pledgee));
        _link(body.consents, hands);
        _done(_actsAct(body, hands));
    }

    function test_sharesComeTogetherAgain() public {
        Party[] memory two = _both(pledgee, newcomer);
        _done(_actsAct(_transfer(_holders(), two, _signing()), _signing()));
        _done(_actsAct(_transfer(two, _holders(), _signing()), _signing()));
        assertEq(_termsOf(pledge).holders(), 1);
        assertEq(_partiesOf(pledge), _partiesRoot(_pledgors(), _holders()));
    }

    function test_oneOrganisationMayHoldInTwoCapacities() public {
        Party[] memory next = _both(pledgee, pledgee);
        next[1] = _party(PartyRoles.PLEDGEE, next[0].id, "pledgee", "as collateral agent");
        _done(_actsAct(_transfer(_holders(), next, _signing()), _signing()));
        assertEq(_termsOf(pledge).holders(), 2);
    }

    function test_aTransferIsLegalFromOneCapacityToAnother() public {
        Party[] memory next = _holders();
        next[0] = _party(PartyRoles.PLEDGEE, next[0].id, "pledgee", "as successor agent");
        _done(_actsAct(_transfer(_holders(), next, _signing()), _signing()));
    }

    // --- Consents ---

    function test_oldAndNewHoldersConsent() public {
        PledgeActs memory body = _simple();
        Consent[] memory both = body.consents;
        for (uint256 i = 0; i < 2; ++i) {
            body.consents = new Consent[](1);
            body.consents[0] = both[1 - i];
            _refusedBody(
                body, abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, both[i].role, both[i].party)
            );
        }
        body.consents = both;
        body.consents[1].role = PartyRoles.PLEDGEE;
        _refusedBody(
            body,
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.NEW_PLEDGEE, _memberWord(newcomer.account)
            )
        );
    }

    function test_everyNewHolderConsents() public {
        PledgeActs memory body = _transfer(_holders(), _both(newcomer, secondPledgee), _signing());
        _refusedBody(
            body,
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.NEW_PLEDGEE, _memberWord(secondPledgee.account), 0
            )
        );
    }

    function test_aCourtMayOrderTheOldHoldersPartButNotTheNewOnes() public {
        PledgeActs memory body = _simple();
        body.consents[0] = _consent(PartyRoles.PLEDGEE, Modes.ORDERED, 1, _memberWord(pledgee.account));
        body.consents[1].signer = 0;
        Hand[] memory hands =
            _hands(_hand(newcomer), _officer(cnOffice, Modes.ORDERED), _second(cnOffice, Modes.SIGNED));
        body.consents[1].mode = Modes.ORDERED;
        body.consents[1].evidence = "order";
        _refused(
            _actsAct(body, hands),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentModeRefused.selector,
                PartyRoles.NEW_PLEDGEE,
                _memberWord(newcomer.account),
                Modes.ORDERED
            )
        );
        body.consents[1].mode = Modes.SIGNED;
        _done(_actsAct(body, hands));
    }

    function test_theOfficeRegistersATransfer() public {
        PledgeActs memory body = _simple();
        _refused(
            _actsAct(body, _hands(_hand(pledgee), _hand(newcomer))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.TRANSFER, 0, 1)
        );
    }

    function test_anAttestedTransferNeedsTwoOfficers() public {
        PledgeActs memory body = _simple();
        body.consents = _joined(
            _consents(_holders(), Modes.ATTESTED),
            _consents(body.parties[0].holders, Modes.ATTESTED, PartyRoles.NEW_PLEDGEE)
        );
        _refused(
            _actsAct(body, _hands(_officer(cnOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.TRANSFER, 1, 2)
        );
        _done(_actsAct(body, _both(cnOffice, Modes.ATTESTED)));
    }

    function test_anAttestedNewHolderNeedsTwoOfficersToo() public {
        PledgeActs memory body = _simple();
        body.consents[1] = _consent(PartyRoles.NEW_PLEDGEE, Modes.ATTESTED, 1, _memberWord(newcomer.account));
        Hand[] memory hands = _hands(_hand(pledgee), _officer(cnOffice, Modes.ATTESTED));
        _refused(
            _actsAct(body, hands),
            abi.encodeWithSelector(IPledgeErrors.OfficersMissing.selector, PledgeRules.TRANSFER, 1, 2)
        );
        _done(_actsAct(body, _and(hands, _second(cnOffice, Modes.SIGNED))));
    }

    // --- The new list ---

    function test_aChangeNamesSomebody() public {
        PledgeActs memory body = _simple();
        body.parties[0].holders = new Party[](0);
        body.parties[0].names = new PartyName[](0);
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.NothingToDo.selector));
    }

    function test_aTransferChangesHoldersOnly() public {
        PledgeActs memory body = _simple();
        body.parties[0].pledgors = _parties(_party(PartyRoles.PLEDGOR, outsider));
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.SideRefused.selector, PledgeRules.TRANSFER, 3));
        body.parties[0].holders = new Party[](0);
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.SideRefused.selector, PledgeRules.TRANSFER, 1));
    }

    function test_newHoldersAreHoldersWithAShare() public {
        PledgeActs memory body = _simple();
        body.parties[0].holders[0].share = 0;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 0));
        body = _simple();
        body.parties[0].holders[0].role = PartyRoles.NEW_PLEDGEE;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 0));
        body = _simple();
        body.parties[0].holders[0].role = PartyRoles.PLEDGOR;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 0));
        body = _simple();
        body.parties[0].holders[0].id = 0;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 0));
    }

    function test_newHoldersAreNamed() public {
        PledgeActs memory body = _simple();
        body.parties[0].names[0].name = "another";
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 0));
        body.parties[0].names = new PartyName[](0);
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 0));
        body.parties[0].names = new PartyName[](2);
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.NameMismatch.selector, 1));
    }

    function test_thePartiesOnRecordAreShown() public {
        PledgeActs memory body = _simple();
        body.parties[0].parties.pledgorsRoot = 0;
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, pledge));
        body = _simple();
        body.parties[0].parties.pledgorsRoot = _sideRoot(_parties(_party(PartyRoles.PLEDGOR, outsider)));
        _refusedBody(body, abi.encodeWithSelector(IPledgeErrors.PartiesMismatch.selector, pledge));
    }

    function test_atMost255Holders() public {
        Party[] memory next = new Party[](256);
        for (uint256 i = 0; i < 256; ++i) {
            next[i] = _holders()[0];
        }
        _refusedBody(
            _transfer(_holders(), next, _signing()),
            abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 255)
        );
    }

    function test_aClosedRegisterTransfersNothing() public {
        registers.closeRegister(CN);
        _refusedBody(_simple(), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN));
    }

    // --- Corrections of both sides (US) ---

    function _correction(uint40 of_) private returns (PledgeActs memory body) {
        body = _document();
        body.parties = new ChangeParties[](1);
        ChangeParties memory change = body.parties[0];
        change.on = _on(of_, PledgeRules.CORRECT_PARTIES);
        change.parties = _now();
        change.pledgors = _parties(_party(PartyRoles.PLEDGOR, outsider), _party(PartyRoles.CO_OWNER, coOwner));
        change.holders = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        change.names = _names(_parties(change.pledgors[0], change.pledgors[1], change.holders[0]));
        Consent[] memory incoming = _joined(
            _consents(change.pledgors, Modes.ATTESTED, PartyRoles.NEW_PLEDGOR),
            _consents(change.holders, Modes.ATTESTED, PartyRoles.NEW_PLEDGEE)
        );
        body.consents = _joined(_consents(_usual(), Modes.ATTESTED), incoming);
    }

    function test_aCorrectionChangesBothSides() public {
        uint40 us = _recorded(_usPatents(1, 1));
        PledgeActs memory body = _correction(us);
        _done(_actsAct(body, _both(usOffice, Modes.ATTESTED)));
        assertEq(_partiesOf(us), _partiesRoot(body.parties[0].pledgors, body.parties[0].holders));
        assertEq(_termsOf(us).holders(), 1);
    }

    function test_nobodyBecomesAPartyWithoutConsent() public {
        uint40 us = _recorded(_usPatents(1, 1));
        PledgeActs memory body = _correction(us);
        Consent[] memory all = body.consents;
        for (uint256 left = 0; left < all.length; ++left) {
            body.consents = new Consent[](all.length);
            for (uint256 i = 0; i < all.length; ++i) {
                body.consents[i] = all[i == left ? (i + 1) % all.length : i];
            }
            _refused(
                _actsAct(body, _both(usOffice, Modes.ATTESTED)),
                abi.encodeWithSelector(IPledgeErrors.ConsentMissing.selector, all[left].role, all[left].party)
            );
        }
    }

    function test_coOwnersAloneAreNoNewPledgor() public {
        uint40 us = _recorded(_usPatents(1, 1));
        PledgeActs memory body = _correction(us);
        body.parties[0].pledgors[0].role = PartyRoles.CO_OWNER;
        _refused(
            _actsAct(body, _both(usOffice, Modes.ATTESTED)),
            abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 2)
        );
    }

    function test_oneSideMayStay() public {
        uint40 us = _recorded(_usPatents(1, 1));
        PledgeActs memory body = _correction(us);
        body.parties[0].holders = new Party[](0);
        body.parties[0].names = _names(body.parties[0].pledgors);
        _done(_actsAct(body, _both(usOffice, Modes.ATTESTED)));
        assertEq(_partiesOf(us), _partiesRoot(body.parties[0].pledgors, _holders()));
    }
}
