// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {
    ClaimKinds,
    Decisions,
    GroundResults,
    IntakeCodes,
    PartyRoles,
    TimeSources
} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {TermsWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand, PledgeSetup} from "./PledgeSetup.t.sol";

/// @notice Parts of bodies, lists of assets, filings and every act of the intake.
abstract contract PledgeForms is PledgeSetup {
    using TermsWord for uint256;

    mapping(bytes32 nameHash => PartyName) private texts;

    // --- Parts of bodies ---

    function _memberWord(address account) internal pure returns (bytes32) {
        return bytes32(uint256(1) << 248 | uint160(account));
    }

    function _party(uint8 role, Actor memory actor) internal returns (Party memory) {
        return _party(role, _memberWord(actor.account), actor.name, "");
    }

    function _party(uint8 role, bytes32 id, string memory name, string memory capacity)
        internal
        returns (Party memory)
    {
        bytes32 nameHash = keccak256(abi.encode(name, capacity));
        texts[nameHash] = PartyName(name, capacity);
        return Party(role, id, nameHash, role == PartyRoles.PLEDGEE ? 1 : 0);
    }

    function _parties(Party memory one) internal pure returns (Party[] memory all) {
        all = new Party[](1);
        all[0] = one;
    }

    function _parties(Party memory one, Party memory two) internal pure returns (Party[] memory all) {
        all = new Party[](2);
        (all[0], all[1]) = (one, two);
    }

    function _parties(Party memory one, Party memory two, Party memory three)
        internal
        pure
        returns (Party[] memory all)
    {
        all = new Party[](3);
        (all[0], all[1], all[2]) = (one, two, three);
    }

    function _usual() internal returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGOR, pledgor), _party(PartyRoles.PLEDGEE, pledgee));
    }

    function _pledgors() internal returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGOR, pledgor));
    }

    function _holders() internal returns (Party[] memory) {
        return _parties(_party(PartyRoles.PLEDGEE, pledgee));
    }

    /// @dev All before the first holder, and the rest.
    function _split(Party[] memory parties) internal pure returns (Party[] memory pledgors_, Party[] memory holders_) {
        uint256 split = 0;
        while (split < parties.length && parties[split].role != PartyRoles.PLEDGEE) ++split;
        (pledgors_, holders_) = (new Party[](split), new Party[](parties.length - split));
        for (uint256 i = 0; i < parties.length; ++i) {
            if (i < split) pledgors_[i] = parties[i];
            else holders_[i - split] = parties[i];
        }
    }

    function _names(Party[] memory parties) internal view returns (PartyName[] memory names) {
        names = new PartyName[](parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            names[i] = texts[parties[i].nameHash];
        }
    }

    function _consent(uint8 role, uint8 mode, uint8 signer, bytes32 party) internal pure returns (Consent memory) {
        return Consent(role, mode, signer, party, mode == Modes.SIGNED ? bytes32(0) : bytes32("paper"), 0, 0);
    }

    /// @dev A consent of each party in its role, or in `as_`; who signs for it is found by {_linked}.
    function _consents(Party[] memory parties, uint8 mode, uint8 as_) internal pure returns (Consent[] memory all) {
        all = new Consent[](parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            all[i] = _consent(as_ == 0 ? parties[i].role : as_, mode, 0, parties[i].id);
        }
    }

    function _consents(Party[] memory parties, uint8 mode) internal pure returns (Consent[] memory) {
        return _consents(parties, mode, 0);
    }

    function _joined(Consent[] memory some, Consent[] memory more) internal pure returns (Consent[] memory all) {
        all = new Consent[](some.length + more.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = i < some.length ? some[i] : more[i - some.length];
        }
    }

    /// @dev Points each consent at the hand that gives it: the party's own, or the first that vouches in its mode.
    function _link(Consent[] memory consents, Hand[] memory hands) internal pure {
        for (uint256 i = 0; i < consents.length; ++i) {
            for (uint256 j = 0; j < hands.length; ++j) {
                bool own = consents[i].mode != Modes.SIGNED || _memberWord(hands[j].account) == consents[i].party;
                if (hands[j].mode != consents[i].mode || !own) continue;
                consents[i].signer = uint8(j);
                break;
            }
        }
    }

    function _instrument() internal pure returns (Instrument memory) {
        return Instrument("49107-392", keccak256("document"), -1, "SECURITY AGREEMENT");
    }

    function _block() internal pure returns (When memory) {
        return When(TimeSources.BLOCK, false, 0);
    }

    function _stated(int40 effective) internal pure returns (When memory) {
        return When(TimeSources.STATED, true, effective);
    }

    function _claim() internal pure returns (Terms memory) {
        return Terms(500_000_000, USD, ClaimKinds.FIXED, int40(uint40(START + 365 days)), 0);
    }

    /// @dev The usual claim, with an end of the entry where the register asks for one.
    function _claim(uint16 register) internal view returns (Terms memory terms) {
        terms = _claim();
        (uint16 version,,) = registers.current(register);
        if (uint16(registers.rule(register, version) >> 208) != 0) terms.expires = uint40(block.timestamp + 365 days);
    }

    function _passed() internal pure returns (Ground[] memory grounds) {
        grounds = new Ground[](12);
        for (uint8 i = 0; i < 12; ++i) {
            grounds[i] = Ground(i + 1, GroundResults.PASS, 0);
        }
    }

    /// @dev Every ground of the rules in force, whatever the register.
    function _passed(uint16 register) internal view returns (Ground[] memory grounds) {
        (uint16 version,,) = registers.current(register);
        uint64 asked = uint64(registers.rule(register, version) >> 64);
        uint256 count = 0;
        for (uint64 bits = asked; bits != 0; bits &= bits - 1) {
            ++count;
        }
        grounds = new Ground[](count);
        for (uint8 ground = 64; ground != 0; --ground) {
            if (asked >> (ground - 1) & 1 == 1) grounds[--count] = Ground(ground - 1, GroundResults.PASS, 0);
        }
    }

    function _failed(uint8 ground) internal pure returns (Ground[] memory grounds) {
        grounds = new Ground[](1);
        grounds[0] = Ground(ground, GroundResults.FAIL, "seen");
    }

    // --- Assets ---

    function _key(string memory office, uint256 number) internal pure returns (bytes32) {
        return AssetListing.key(office, number);
    }

    function _listed(string memory office, uint256 first, uint256 count) internal pure returns (Listed memory) {
        return AssetListing.run(office, first, count, keccak256(abi.encode("blind", office, first, count)));
    }

    function _usPatents(uint256 first, uint256 count) internal pure returns (Listed memory) {
        return _listed("USPA", first, count);
    }

    function _cnPatents(uint256 first, uint256 count) internal pure returns (Listed memory) {
        return _listed("CNPA", first, count);
    }

    // --- Filings ---

    function _filing(uint16 register, Listed memory listed, Party[] memory parties, uint8 mode)
        internal
        view
        returns (FilePledge memory filing)
    {
        (uint16 version,,) = registers.current(register);
        filing.register = register;
        filing.version = version;
        filing.code = PledgeRules.REGISTER;
        filing.terms = _claim(register);
        filing.parties = parties;
        filing.assets = AssetList(listed.root, uint24(listed.keys.length), listed.titlesHash);
        filing.content = keccak256("content");
        filing.agreement = keccak256("agreement");
        filing.instrument = _instrument();
        filing.when = _block();
        filing.consents = _consents(parties, mode);
    }

    /// @dev As an office records it: every consent attested by its officer.
    function _usFiling(Listed memory listed) internal returns (FilePledge memory) {
        return _filing(US, listed, _usual(), Modes.ATTESTED);
    }

    /// @dev As parties file it: each signs.
    function _cnFiling(Listed memory listed) internal returns (FilePledge memory filing) {
        filing = _filing(CN, listed, _usual(), Modes.SIGNED);
        _link(filing.consents, _partiesHands());
    }

    function _partiesHands() internal view returns (Hand[] memory) {
        return _hands(_hand(pledgor), _hand(pledgee));
    }

    // --- Acts of the intake ---

    function _fileAct(FilePledge memory filing, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.filePledge(), abi.encode(filing), hands);
    }

    function _file(FilePledge memory filing, Hand[] memory hands) internal returns (uint40 pledge) {
        _done(_fileAct(filing, hands));
        (pledge,) = registry.counts();
    }

    function _acceptance(uint40 pledge, FilePledge memory filing, Listed memory listed, uint16 page)
        internal
        pure
        returns (AcceptPledge memory)
    {
        return AcceptPledge(pledge, filing, listed.blind, page, listed.pages, AssetListing.pageOf(listed.keys, page));
    }

    function _acceptAct(AcceptPledge memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.acceptPledge(), abi.encode(body), hands);
    }

    function _accept(uint40 pledge, FilePledge memory filing, Listed memory listed) internal {
        Hand[] memory hands = _hands(_officer(_officeOf(filing.register), Modes.SIGNED));
        uint256 pages = listed.pages.length == 0 ? 1 : listed.pages.length;
        for (uint16 page = 0; page < pages; ++page) {
            _done(_acceptAct(_acceptance(pledge, filing, listed, page), hands));
        }
    }

    function _decision(uint40 pledge, FilePledge memory filing, Listed memory listed)
        internal
        view
        returns (DecidePledge memory body)
    {
        body.pledge = pledge;
        body.decision = Decisions.REGISTER;
        body.filing = filing;
        body.names = _names(filing.parties);
        if (listed.pages.length <= 1) body.titles = listed.titles;
        body.grounds = _passed(filing.register);
        body.evidence = "decision";
    }

    /// @dev Of a filing of several pages: its titles are published after it.
    function _approval(uint40 pledge, FilePledge memory filing) internal view returns (DecidePledge memory body) {
        body.pledge = pledge;
        body.decision = Decisions.APPROVE;
        body.filing = filing;
        body.grounds = _passed(filing.register);
        body.evidence = "decision";
    }

    /// @dev After the approval, which answered the grounds.
    function _decisionOnApproved(uint40 pledge, FilePledge memory filing, Listed memory listed)
        internal
        view
        returns (DecidePledge memory body)
    {
        body = _decision(pledge, filing, listed);
        body.grounds = new Ground[](0);
    }

    function _decideAct(DecidePledge memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.decidePledge(), abi.encode(body), hands);
    }

    /// @dev By one officer of the filing's register.
    function _decideAct(DecidePledge memory body) internal returns (Act memory) {
        return _decideAct(body, _hands(_officer(_officeOf(body.filing.register), Modes.SIGNED)));
    }

    /// @dev Registers an accepted filing by its office: a list of several pages is approved first and its titles are published.
    function _decide(uint40 pledge, FilePledge memory filing, Listed memory listed) internal {
        if (listed.pages.length <= 1) {
            _done(_decideAct(_decision(pledge, filing, listed)));
            return;
        }
        _done(_decideAct(_approval(pledge, filing)));
        _publish(_segmentOf(pledge), filing.register, listed);
        _done(_decideAct(_decisionOnApproved(pledge, filing, listed)));
    }

    function _segmentOf(uint40 pledge) internal view returns (uint40) {
        (, uint256 terms,,,) = registry.pledge(pledge);
        return terms.firstSegment();
    }

    // --- Titles ---

    function _titles(uint40 segment, Listed memory listed, uint16 page) internal pure returns (PublishTitles memory) {
        return PublishTitles(
            segment, page, AssetListing.titlePages(listed.titles), AssetListing.titlesOf(listed.titles, page)
        );
    }

    function _publishAct(PublishTitles memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.publishTitles(), abi.encode(body), hands);
    }

    function _publish(uint40 segment, uint16 register, Listed memory listed) internal {
        Hand[] memory hands = _hands(_officer(_officeOf(register), Modes.SIGNED));
        for (uint16 page = 0; page < listed.pages.length; ++page) {
            _done(_publishAct(_titles(segment, listed, page), hands));
        }
    }

    // --- Steps, contests, reservations ---

    /// @dev A notice, an answer or a request to reconsider ({IntakeCodes}).
    function _step(uint40 pledge, uint16 code) internal view returns (StepFiling memory) {
        uint40 until = code == IntakeCodes.NOTIFY ? uint40(block.timestamp + 30 days) : 0;
        return StepFiling(pledge, code, "paper", keccak256("text"), until);
    }

    function _stepAct(StepFiling memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.stepFiling(), abi.encode(body), hands);
    }

    /// @dev The earlier filing's pledgee contests, by its own signature over the page that lists the asset.
    function _contest(uint40 earlier, uint40 later, FilePledge memory filing, Listed memory listed, bytes32 asset)
        internal
        pure
        returns (ContestAsset memory body)
    {
        uint16 page = 0;
        while (!_contains(AssetListing.pageOf(listed.keys, page), asset)) ++page;
        bytes32[] memory keys = AssetListing.pageOf(listed.keys, page);
        (, Party[] memory holders) = _split(filing.parties);
        body = ContestAsset(earlier, later, filing, asset, listed.blind, page, listed.pages, keys, new Consent[](0));
        body.consents = _consents(holders, Modes.SIGNED);
    }

    function _contestAct(ContestAsset memory body, Hand[] memory hands) internal returns (Act memory) {
        _link(body.consents, hands);
        return _envelope(PledgeRules.contestAsset(), abi.encode(body), hands);
    }

    function _contains(bytes32[] memory keys, bytes32 key) private pure returns (bool) {
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] == key) return true;
        }
        return false;
    }

    /// @dev One page of a supplement's list; `segment` 0 begins it.
    function _reservation(uint40 pledge, uint40 segment, Listed memory listed, uint16 page)
        internal
        pure
        returns (ReserveSegment memory)
    {
        AssetList memory list = AssetList(listed.root, uint24(listed.keys.length), listed.titlesHash);
        bytes32[] memory keys = AssetListing.pageOf(listed.keys, page);
        return ReserveSegment(pledge, segment, list, listed.blind, page, listed.pages, keys);
    }

    function _reserveAct(ReserveSegment memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.reserveSegment(), abi.encode(body), hands);
    }

    /// @dev Every page of a supplement's list, by the register's office. Returns the segment.
    function _reserved(uint40 pledge, uint16 register, Listed memory listed) internal returns (uint40 segment) {
        Hand[] memory hands = _hands(_officer(_officeOf(register), Modes.SIGNED));
        for (uint16 page = 0; page < listed.pages.length; ++page) {
            _done(_reserveAct(_reservation(pledge, segment, listed, page), hands));
            if (page == 0) (, segment) = registry.counts();
        }
    }

    // --- Recordings and withdrawals ---

    function _recording(FilePledge memory filing, Listed memory listed)
        internal
        view
        returns (RecordPledge memory body)
    {
        body.filing = filing;
        body.blind = listed.blind;
        body.assets = listed.keys;
        body.names = _names(filing.parties);
        body.titles = listed.titles;
    }

    function _recordAct(RecordPledge memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.recordPledge(), abi.encode(body), hands);
    }

    function _recordAct(RecordPledge memory body) internal returns (Act memory) {
        return _recordAct(body, _hands(_officer(usOffice, Modes.ATTESTED)));
    }

    function _withdrawAct(WithdrawFiling memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.withdrawFiling(), abi.encode(body), hands);
    }

    /// @dev Signed by pledgor and pledgee.
    function _withdrawal(uint40 pledge, FilePledge memory filing) internal view returns (WithdrawFiling memory body) {
        body = WithdrawFiling(pledge, filing, _instrument(), _consents(filing.parties, Modes.SIGNED));
        _link(body.consents, _partiesHands());
    }
}
