// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {Decisions, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeFold} from "./PledgeFold.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice No function writes a word that an event does not carry: after each kind of act the events alone give what is stored.
contract PledgeEventsTest is PledgeBase {
    PledgeFold private fold;

    function setUp() public override {
        super.setUp();
        fold = new PledgeFold(registry);
    }

    function _folded(Act memory act) private {
        (bytes memory reason, Vm.Log[] memory logs) = _ran(act);
        assertEq(reason, "", "the act is done");
        fold.take(logs);
        fold.assertSame();
    }

    function _officerHand() private view returns (Hand[] memory) {
        return _hands(_officer(cnOffice, Modes.SIGNED));
    }

    function _filed(Listed memory listed) private returns (uint40 pledge, FilePledge memory filing) {
        filing = _cnFiling(listed);
        _folded(_fileAct(filing, _partiesHands()));
        (pledge,) = registry.counts();
    }

    function _made(Listed memory listed) private returns (uint40 pledge) {
        FilePledge memory filing;
        (pledge, filing) = _filed(listed);
        for (uint16 page = 0; page < listed.pages.length; ++page) {
            _folded(_acceptAct(_acceptance(pledge, filing, listed, page), _officerHand()));
        }
        if (listed.pages.length > 1) {
            _folded(_decideAct(_approval(pledge, filing)));
            for (uint16 page = 0; page < listed.pages.length; ++page) {
                _folded(_publishAct(_titles(_segmentOf(pledge), listed, page), _officerHand()));
            }
            _folded(_decideAct(_decisionOnApproved(pledge, filing, listed)));
        } else {
            _folded(_decideAct(_decision(pledge, filing, listed)));
        }
    }

    function test_filingAcceptanceByPagesAndRegistration() public {
        _made(_cnPatents(1, 260));
        _made(_cnPatents(300, 1));
    }

    function test_returnRefusalAndWithdrawal() public {
        for (uint8 decision = Decisions.RETURN; decision <= Decisions.REFUSE; ++decision) {
            (uint40 pledge, FilePledge memory filing) = _filed(_cnPatents(1, 1));
            DecidePledge memory body = _decision(pledge, filing, _cnPatents(1, 1));
            (body.names, body.titles) = (new PartyName[](0), new string[](0));
            (body.decision, body.grounds) = (decision, _failed(1));
            _folded(_decideAct(body));
        }
        (uint40 last, FilePledge memory own) = _filed(_cnPatents(1, 1));
        _folded(_withdrawAct(_withdrawal(last, own), _partiesHands()));
    }

    function test_recordingWithAndWithoutAssets() public {
        Listed memory listed = _usPatents(1, 3);
        FilePledge memory filing = _usFiling(listed);
        filing.when = _stated(-5);
        _folded(_recordAct(_recording(filing, listed)));
        _folded(_recordAct(_recording(_usFiling(_usPatents(1, 0)), _usPatents(1, 0))));
        _folded(_recordAct(_recording(_usFiling(_usPatents(2, 1)), _usPatents(2, 1))));
    }

    /// @dev Everything that one document can do, first in one body and then in the pledge's later life.
    function test_allThatADocumentDoes() public {
        Listed memory listed = _cnPatents(1, 2);
        uint40 pledge = _made(listed);
        Listed memory more = _cnPatents(10, 1);
        PledgeActs memory body = _document();
        body.terms = new ChangeTerms[](1);
        body.terms[0] = ChangeTerms(_at(pledge, PledgeRules.SET_TERMS, 0), _now(), _claim(), "content", "agreement");
        body.terms[0].terms.expires = uint40(block.timestamp) + 9;
        body.segments = new AddSegment[](1);
        AssetList memory list = AssetList(more.root, 1, more.titlesHash);
        body.segments[0] = AddSegment(
            _at(pledge, PledgeRules.SUPPLEMENT, 1), _now(), list, 0, more.blind, more.keys, more.titles, "schedule"
        );
        body.partReleases = new ReleaseAssets[](1);
        body.partReleases[0].on = _at(pledge, PledgeRules.PART_RELEASE, 2);
        body.partReleases[0].parties = _now();
        (body.partReleases[0].basis, body.partReleases[0].reason) = (1, 1);
        body.partReleases[0].leaves = new LeafPage[](1);
        body.partReleases[0].leaves[0] = LeafPage(1, listed.blind, 0, listed.pages, listed.keys, 2);
        body.states = new SetPledgeState[](1);
        body.states[0] = SetPledgeState(_at(pledge, PledgeRules.ENFORCE, 3), _now(), 0);
        body.notes = new NotePledge[](1);
        body.notes[0].on = _at(pledge, PledgeRules.NOTE, 4);
        body.notes[0].parties = _now();
        body.notes[0].kind = 1;
        Hand[] memory hands = _and(_partiesHands(), _officer(cnOffice, Modes.SIGNED));
        body.consents = _consents(_usual(), Modes.SIGNED);
        _link(body.consents, hands);
        Act memory act = _actsAct(body, hands);
        bytes32 digest = acts.digestOf(act);
        _folded(act);
        assertEq(fold.instruments(digest), 1, "the document and its consents are told once");
        _folded(_transferAct(pledge));
        PledgeActs memory end = _release(pledge, Modes.SIGNED);
        end.releases[0].parties.holders = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        end.consents = _consents(end.releases[0].parties.holders, Modes.SIGNED);
        _folded(_actsAct(end, _hands(_hand(newcomer))));
    }

    function _at(uint40 pledge, uint16 code, uint24 version) private pure returns (ActOn memory) {
        return ActOn(pledge, version, code, _block());
    }

    function _transferAct(uint40 pledge) private returns (Act memory) {
        Hand[] memory hands = _hands(_hand(pledgee), _hand(newcomer), _officer(cnOffice, Modes.SIGNED));
        PledgeActs memory body = _document();
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _now();
        body.parties[0].holders = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        body.parties[0].names = _names(body.parties[0].holders);
        body.consents = _joined(
            _consents(_holders(), Modes.SIGNED),
            _consents(body.parties[0].holders, Modes.SIGNED, PartyRoles.NEW_PLEDGEE)
        );
        _link(body.consents, hands);
        return _actsAct(body, hands);
    }
}
