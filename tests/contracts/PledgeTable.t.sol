// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act, IActs} from "../../contracts/interfaces/IActs.sol";
import {AnchoredRecord} from "../../contracts/pledge/AnchorTree.sol";
import {
    Decisions,
    Effects,
    EndReasons,
    HoldTargets,
    IntakeCodes,
    NoteKinds,
    PartyKinds,
    PartyRoles,
    RectifyKinds
} from "../../contracts/types/ActCode.sol";
import {AssetWord} from "../../contracts/types/AssetWord.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Vm} from "forge-std/Vm.sol";
import {Actor} from "./Base.t.sol";
import {Listed} from "./AssetListing.sol";
import {AnchorLeaves} from "./AnchorLeaves.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice A pledge in each state of a register, and every act that there is, ready to be tried on it by whoever signs.
abstract contract PledgeTable is PledgeBase {
    using PledgeWord for uint256;

    /// Registered, and over without any act.
    uint8 internal constant LAPSED = 10;
    uint8 internal constant STATES = 10;

    // Acts that share their code with another.
    uint16 internal constant APPROVE = 100 + PledgeRules.REGISTER;
    uint16 internal constant PUBLISH = 100 + PledgeRules.ACCEPT;
    uint16 internal constant RESERVE = 200 + PledgeRules.ACCEPT;
    uint16 internal constant RESTORE_LEAVES = 100 + PledgeRules.RECTIFY;
    uint16 internal constant SETTLE = 200 + PledgeRules.RECTIFY;

    uint8 internal constant PARTY_ROLES = 6;
    uint256 internal constant SILENCE = 31 days;

    Actor internal newPledgor;
    uint16 internal register;
    mapping(uint16 code => uint256) internal wordOf;
    mapping(uint8 state => uint40) internal pledgeIn;
    /// A whole list that is reserved for a supplement, and one whose second page is missing; of pledges that live.
    mapping(uint8 state => uint40) private reservedFor;
    mapping(uint8 state => uint40) private begunFor;
    uint16[] internal deeds;

    function _registerOfTheTable() internal pure virtual returns (uint16);

    function setUp() public virtual override {
        super.setUp();
        register = _registerOfTheTable();
        newPledgor = _member("new pledgor", Roles.PLEDGOR);
        _readRules();
        _bringThemAll();
    }

    /// @dev What ships, read where it was written and nowhere else.
    function _readRules() private {
        PledgeRules.Register memory shipped = PledgeRules.registers()[register - 1];
        for (uint256 i = 0; i < shipped.codes.length; ++i) {
            wordOf[shipped.codes[i]] = shipped.words[i];
        }
        PledgeRules.Register memory richest = PledgeRules.registers()[CN - 1];
        for (uint256 i = 0; i < richest.codes.length; ++i) {
            deeds.push(richest.codes[i]);
        }
        deeds.push(APPROVE);
        deeds.push(PUBLISH);
        deeds.push(RESERVE);
        deeds.push(RESTORE_LEAVES);
        deeds.push(SETTLE);
    }

    function _codeOf(uint16 deed) internal pure returns (uint16) {
        return deed % 100;
    }

    function _isSingleRank() internal view returns (bool) {
        return register == CN;
    }

    // --- A pledge in each state ---

    function _bringThemAll() private {
        uint8[5] memory first =
            [PledgeStates.REGISTERED, PledgeStates.ENFORCING, PledgeStates.ENDED, PledgeStates.RESTORING, LAPSED];
        for (uint256 i = 0; i < 5; ++i) {
            pledgeIn[first[i]] = _bring(first[i]);
        }
        _serve(PledgeStates.REGISTERED);
        _serve(PledgeStates.ENFORCING);
        vm.warp(block.timestamp + SILENCE);
        uint8[5] memory later = [
            PledgeStates.FILED,
            PledgeStates.ACCEPTED,
            PledgeStates.RETURNED,
            PledgeStates.WITHDRAWN,
            PledgeStates.REFUSED
        ];
        for (uint256 i = 0; i < 5; ++i) {
            pledgeIn[later[i]] = _bring(later[i]);
        }
        _reserve(PledgeStates.REGISTERED);
        _reserve(PledgeStates.ENFORCING);
        _store(pledgeIn[LAPSED], _head(pledgeIn[LAPSED]).withExpires(uint40(block.timestamp - 1)));
    }

    /// @dev A notice to the holder, whose silence says yes once it has run: its hash is the evidence of every vouched consent here.
    function _serve(uint8 state) private {
        PledgeActs memory body = _document();
        body.notes = new NotePledge[](1);
        body.notes[0].on = _on(pledgeIn[state], PledgeRules.NOTE);
        body.notes[0].kind = NoteKinds.NOTICE;
        body.notes[0].subject = _consent(0, Modes.DEEMED, 0, 0).evidence;
        _done(_actsAct(body, _hands(_officer(_office(), Modes.SIGNED))));
    }

    function _reserve(uint8 state) private {
        reservedFor[state] = _reserved(pledgeIn[state], register, _long(state, 0));
        Listed memory listed = _long(state, 1);
        _done(_reserveAct(_reservation(pledgeIn[state], 0, listed, 0), _hands(_officer(_office(), Modes.SIGNED))));
        (, begunFor[state]) = registry.counts();
    }

    function _office() internal view returns (Actor memory) {
        return _officeOf(register);
    }

    function _rights(uint256 first, uint256 count) private view returns (Listed memory) {
        return _listed(register == US ? "USPA" : register == CN ? "CNPA" : "CNAR", first, count);
    }

    function _assets(uint8 state) private view returns (Listed memory) {
        return _rights(100 * uint256(state), 1);
    }

    function _long(uint8 state, uint256 which) private view returns (Listed memory) {
        return _rights(10_000 * uint256(state) + 1000 * which, 129);
    }

    function _three() private returns (Party[] memory) {
        return _parties(_usual()[0], _party(PartyRoles.CO_OWNER, coOwner), _usual()[1]);
    }

    function _threeHands() private view returns (Hand[] memory) {
        return _hands(_hand(pledgor), _hand(coOwner), _hand(pledgee));
    }

    function _filingOf(uint8 state) private returns (FilePledge memory filing) {
        filing = _filing(register, _assets(state), _three(), Modes.SIGNED);
        filing.terms.expires = register == CN_RECEIVABLES ? START + 1000 days : 0;
        _link(filing.consents, _threeHands());
    }

    function _bring(uint8 state) private returns (uint40 pledge) {
        FilePledge memory filing = _filingOf(state);
        pledge = _file(filing, _threeHands());
        if (state == PledgeStates.FILED) return pledge;
        _accept(pledge, filing, _assets(state));
        if (state == PledgeStates.ACCEPTED) return pledge;
        pledgeIn[state] = pledge;
        if (state == PledgeStates.WITHDRAWN) _doneBy(PledgeRules.WITHDRAW, state);
        if (state == PledgeStates.RETURNED) _doneBy(PledgeRules.RETURN, state);
        if (state == PledgeStates.REFUSED) _doneBy(PledgeRules.REFUSE, state);
        if (_head(pledge).state() != PledgeStates.ACCEPTED) return pledge;
        _doneBy(PledgeRules.REGISTER, state);
        if (state == PledgeStates.ENFORCING) _enforce(pledge);
        if (state == PledgeStates.ENDED || state == PledgeStates.RESTORING) _doneBy(PledgeRules.END_BY_ORDER, state);
        if (state == PledgeStates.RESTORING) _beginRestoration(pledge);
    }

    /// @dev By everybody whom any act may ask.
    function _doneBy(uint16 deed, uint8 state) internal {
        uint8 mode = _asksOrder(deed) ? Modes.ORDERED : Modes.SIGNED;
        Hand[] memory hands = _and(_and(_threeHands(), _hand(newPledgor)), _hand(newcomer));
        hands = _and(_and(hands, _officer(_office(), mode)), _second(_office(), mode));
        Consent[] memory consents = _givenBySignature(deed);
        _link(consents, hands);
        _done(_attempt(deed, state, hands, consents));
    }

    function _enforce(uint40 pledge) private {
        if (wordOf[PledgeRules.ENFORCE] != 0) {
            _doneBy(PledgeRules.ENFORCE, PledgeStates.ENFORCING);
        } else {
            // No code of this register leads here; the state is set, so that its row is held as well.
            _store(pledge, _head(pledge).withState(PledgeStates.ENFORCING));
        }
    }

    /// @dev In a register of one rank its page is still missing; in another none is, so the state is set.
    function _beginRestoration(uint40 pledge) private {
        if (_isSingleRank()) _done(_rectifyAct(_rectification(pledge, RectifyKinds.RESTORE)));
        else _store(pledge, _head(pledge).withState(PledgeStates.RESTORING));
    }

    // --- Consents ---

    /// @dev Whether officers show an authority's order with the act.
    function _asksOrder(uint16 deed) internal view returns (bool) {
        return _isAsked(deed, PartyRoles.AUTHORITY);
    }

    /// @dev An order that a hold stands on is shown by the officers themselves, and is nobody's consent.
    function _showsOrder(uint16 deed) internal pure returns (bool) {
        return deed == PledgeRules.HOLD || deed == PledgeRules.LIFT;
    }

    function _whoConsents() internal view returns (Actor[7] memory) {
        return [pledgor, pledgor, pledgee, coOwner, newcomer, newPledgor, court];
    }

    function _isAsked(uint16 deed, uint8 role) internal view returns (bool) {
        return wordOf[_codeOf(deed)] >> (16 + 4 * role) & 0xf != 0;
    }

    /// @dev One in each role that is asked: parties sign, an authority orders.
    function _givenBySignature(uint16 deed) internal view returns (Consent[] memory all) {
        Actor[7] memory who = _whoConsents();
        all = new Consent[](PARTY_ROLES);
        uint256 count = 0;
        for (uint8 role = 1; role <= PARTY_ROLES; ++role) {
            if (!_isAsked(deed, role)) continue;
            uint8 mode = role == PartyRoles.AUTHORITY ? Modes.ORDERED : Modes.SIGNED;
            all[count++] = _consent(role, mode, 0, _memberWord(who[role].account));
        }
        assembly ("memory-safe") {
            mstore(all, count)
        }
    }

    // --- Attempts ---

    /// @dev The act on the pledge in that state, signed by these hands with these consents. What it needs to be there is done before.
    function _attempt(uint16 deed, uint8 state, Hand[] memory hands, Consent[] memory consents)
        internal
        returns (Act memory)
    {
        if (deed == PledgeRules.CONTEST) return _contestAttempt(state, hands, consents);
        uint16 code = _codeOf(deed);
        if (code < PledgeRules.SUPPLEMENT) return _intakeAttempt(deed, state, hands, consents);
        if (code >= PledgeRules.HOLD) return _officeAttempt(deed, state, hands);
        if (code == PledgeRules.REFINANCE) return _refinanceAttempt(state, hands, consents);
        if (code == PledgeRules.RELATE) return _relateAttempt(state, hands, consents);
        if (code == PledgeRules.SALE) return _saleAttempt(state, hands, consents);
        PledgeActs memory body = _document();
        body.consents = consents;
        _fill(body, code, state);
        return _actsAct(body, hands);
    }

    function _intakeAttempt(uint16 deed, uint8 state, Hand[] memory hands, Consent[] memory consents)
        private
        returns (Act memory)
    {
        uint40 pledge = pledgeIn[state];
        if (deed == PUBLISH) return _publishAct(_titlesFor(state), hands);
        if (deed == RESERVE) return _reserveAct(_reservation(pledge, begunFor[state], _long(state, 1), 1), hands);
        if (deed >= PledgeRules.NOTIFY && deed <= PledgeRules.RECONSIDER) {
            return _stepAct(_step(pledge, deed), hands);
        }
        FilePledge memory filing = _filingOf(state);
        if (deed == PledgeRules.ACCEPT) return _acceptAct(_acceptance(pledge, filing, _assets(state), 0), hands);
        if (deed == PledgeRules.WITHDRAW) {
            return _withdrawAct(WithdrawFiling(pledge, filing, _instrument(), consents), hands);
        }
        return _decideAct(_decisionOf(deed, pledge, filing, state), hands);
    }

    function _titlesFor(uint8 state) private view returns (PublishTitles memory) {
        uint40 segment = reservedFor[state];
        return _titles(segment == 0 ? _segmentOf(pledgeIn[state]) : segment, _long(state, 0), 1);
    }

    function _decisionOf(uint16 deed, uint40 pledge, FilePledge memory filing, uint8 state)
        private
        view
        returns (DecidePledge memory body)
    {
        if (deed == APPROVE) return _approval(pledge, filing);
        body = _decision(pledge, filing, _assets(state));
        if (deed == PledgeRules.REGISTER) return body;
        body.decision = deed == PledgeRules.RETURN ? Decisions.RETURN : Decisions.REFUSE;
        (body.names, body.titles, body.grounds) = (new PartyName[](0), new string[](0), _failed(1));
    }

    /// @dev Against a later filing that has claimed the same asset. Where one pledge holds an asset alone, an accepted earlier one has let it go.
    function _contestAttempt(uint8 state, Hand[] memory hands, Consent[] memory consents) private returns (Act memory) {
        (uint40 earlier, FilePledge memory filing) = (pledgeIn[state], _filingOf(state));
        Listed memory listed = _assets(state);
        uint40 later = pledgeIn[PledgeStates.ACCEPTED];
        if (state <= PledgeStates.ACCEPTED) {
            if (_isSingleRank() && state == PledgeStates.ACCEPTED) vm.warp(_head(earlier).expires() + 1);
            FilePledge memory other_ = _filingOf(state);
            later = _file(other_, _threeHands());
            _accept(later, other_, listed);
        }
        ContestAsset memory body = _contest(earlier, later, filing, listed, listed.keys[0]);
        body.consents = consents;
        return _envelope(PledgeRules.contestAsset(), abi.encode(body), hands);
    }

    function _now(uint8 state) private returns (PartiesNow memory) {
        state;
        return _now(_parties(_three()[0], _three()[1]), _holders());
    }

    /// @dev The end of the entry stays.
    function _newTerms(uint8 state) private view returns (Terms memory terms) {
        terms = _claim();
        terms.expires = _head(pledgeIn[state]).expires();
        if (state < PledgeStates.REGISTERED) terms.expires = 0;
    }

    function _refinanceAttempt(uint8 state, Hand[] memory hands, Consent[] memory consents)
        private
        returns (Act memory)
    {
        uint40[] memory segments = new uint40[](1);
        segments[0] = _segmentOf(pledgeIn[state]);
        RefinancePledge memory body =
            _refinancing(pledgeIn[state], _parties(_party(PartyRoles.PLEDGEE, newcomer)), segments);
        (body.parties, body.terms, body.consents) = (_now(state), _newTerms(state), consents);
        return _envelope(PledgeRules.refinancePledge(), abi.encode(body), hands);
    }

    function _relateAttempt(uint8 state, Hand[] memory hands, Consent[] memory consents) private returns (Act memory) {
        bool itself = state == PledgeStates.REGISTERED;
        uint40 senior = pledgeIn[itself ? PledgeStates.ENFORCING : PledgeStates.REGISTERED];
        RelatePledges memory body = _relation(pledgeIn[state], senior);
        (body.parties, body.consents) = (_now(state), consents);
        return _envelope(PledgeRules.relatePledges(), abi.encode(body), hands);
    }

    function _saleAttempt(uint8 state, Hand[] memory hands, Consent[] memory consents) private returns (Act memory) {
        RecordSale memory body = _sale(pledgeIn[state], 1000, 10, _assets(state).keys);
        (body.parties, body.consents) = (_now(state), consents);
        return _envelope(PledgeRules.recordSale(), abi.encode(body), hands);
    }

    function _fill(PledgeActs memory body, uint16 code, uint8 state) private {
        ActOn memory on = _on(pledgeIn[state], code);
        PartiesNow memory parties = _now(state);
        if (code == PledgeRules.SET_TERMS || code == PledgeRules.CORRECT_TERMS) {
            body.terms = new ChangeTerms[](1);
            body.terms[0] = ChangeTerms(on, parties, _newTerms(state), 0, 0);
        } else if (code == PledgeRules.TRANSFER || code == PledgeRules.CORRECT_PARTIES) {
            body.parties = new ChangeParties[](1);
            body.parties[0] = _changeOf(code, on, parties);
        } else if (code == PledgeRules.SUPPLEMENT) {
            Listed memory more = _rights(5000, 1);
            body.segments = new AddSegment[](1);
            AssetList memory list = AssetList(more.root, 1, more.titlesHash);
            body.segments[0] = AddSegment(on, parties, list, 0, more.blind, more.keys, more.titles, 0);
        } else if (code == PledgeRules.RELEASE || code == PledgeRules.END_BY_ORDER) {
            body.releases = new ReleasePledge[](1);
            body.releases[0] = ReleasePledge(on, parties, 1, _reasonOf(code), new bytes32[](0), new bytes32[](0));
        } else if (code == PledgeRules.PART_RELEASE || code == PledgeRules.END_LEAVES_BY_ORDER) {
            body.partReleases = new ReleaseAssets[](1);
            body.partReleases[0] = _partOf(on, parties, state);
        } else if (code == PledgeRules.NOTE || code == PledgeRules.AGREE || code == PledgeRules.OBJECT) {
            uint8 kind = NoteKinds.REMARK;
            if (code != PledgeRules.NOTE) kind = code == PledgeRules.AGREE ? NoteKinds.LICENCE : NoteKinds.OBJECTION;
            body.notes = new NotePledge[](1);
            body.notes[0] = NotePledge(on, parties, kind, 0, "licence", new bytes32[](0), "note");
        } else {
            body.states = new SetPledgeState[](1);
            body.states[0] = SetPledgeState(on, parties, 0);
        }
    }

    function _reasonOf(uint16 code) private view returns (uint8) {
        return _asksOrder(code) ? EndReasons.ORDERED : EndReasons.RELEASED;
    }

    function _changeOf(uint16 code, ActOn memory on, PartiesNow memory parties)
        private
        returns (ChangeParties memory change)
    {
        Party[] memory holders = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        Party[] memory pledgors = new Party[](0);
        Party[] memory named = holders;
        if (code == PledgeRules.CORRECT_PARTIES) {
            pledgors = _parties(_party(PartyRoles.PLEDGOR, newPledgor));
            named = _parties(pledgors[0], holders[0]);
        }
        return ChangeParties(on, parties, pledgors, holders, _names(named));
    }

    function _partOf(ActOn memory on, PartiesNow memory parties, uint8 state)
        private
        view
        returns (ReleaseAssets memory part)
    {
        (part.on, part.parties) = (on, parties);
        (part.basis, part.reason) = (1, _reasonOf(on.code));
        part.leaves = new LeafPage[](1);
        part.leaves[0] = _page(state, 1);
    }

    function _page(uint8 state, uint128 which) private view returns (LeafPage memory) {
        uint40 segment = pledgeIn[state] == 0 ? 0 : _segmentOf(pledgeIn[state]);
        return _leaves(segment, _assets(state), 0, which);
    }

    // --- Attempts of the office ---

    function _officeAttempt(uint16 deed, uint8 state, Hand[] memory hands) private returns (Act memory) {
        if (deed < PledgeRules.RECTIFY) return _holdAttempt(deed, state, hands);
        if (_codeOf(deed) == PledgeRules.RECTIFY) return _rectifyAct(_correction(deed, state), hands);
        if (deed == PledgeRules.JOIN) {
            return _joinAct(JoinAssets(register, _rights(7000, 1).keys[0], _assets(state).keys[0], "paper"), hands);
        }
        if (deed == PledgeRules.PARTY) {
            bytes32 party = _memberWord(pledgee.account);
            return _partyAct(RecordParty(register, party, PartyKinds.RENAMED, 0, address(0), 0, "paper", "New"), hands);
        }
        AnchorRegister memory anchoring = _anchoring();
        if (deed == PledgeRules.ANCHOR) return _envelope(PledgeRules.anchorRegister(), abi.encode(anchoring), hands);
        _done(_anchorAct(anchoring));
        if (deed == PledgeRules.SEED) return _envelope(PledgeRules.seedAssets(), abi.encode(_seeds()), hands);
        return _adoptAct(_adoption(), hands);
    }

    function _holdAttempt(uint16 deed, uint8 state, Hand[] memory hands) private returns (Act memory) {
        bytes32 id = bytes32(uint256(pledgeIn[state]));
        bool fee = deed >= PledgeRules.FEE_HOLD;
        PlaceHold memory hold = fee
            ? _feeHold(register, HoldTargets.PLEDGE, id, Effects.SET_TERMS)
            : _hold(register, HoldTargets.PLEDGE, id, Effects.END_ALL);
        if (deed == hold.code) return _holdAct(hold, hands);
        _done(_holdAct(hold));
        return _liftAct(_lift(hold, 0), hands);
    }

    /// @dev A restoration, of the pledge or of a leaf that was ended before; or a conflict to be settled, which is set.
    function _correction(uint16 deed, uint8 state) private returns (RectifyPledge memory body) {
        bool living = state == PledgeStates.REGISTERED || state == PledgeStates.ENFORCING;
        if (deed == RESTORE_LEAVES && living) _doneBy(PledgeRules.END_LEAVES_BY_ORDER, state);
        uint8 kind = deed == SETTLE
            ? RectifyKinds.SETTLE_CONFLICT
            : deed == RESTORE_LEAVES ? RectifyKinds.RESTORE_LEAVES : RectifyKinds.RESTORE;
        body = _rectification(pledgeIn[state], kind);
        if (deed == SETTLE) {
            body.assets = _assets(state).keys;
            _storeAsset(body.assets[0], registry.asset(body.assets[0]) | AssetWord.CONFLICT);
        } else if (deed == RESTORE_LEAVES || _isSingleRank()) {
            body.pages = new LeafPage[](1);
            body.pages[0] = _page(state, deed == RESTORE_LEAVES ? 1 : 0);
        }
        bool entered = state >= PledgeStates.REGISTERED && state != LAPSED;
        if (kind != RectifyKinds.RESTORE) return body;
        if (entered) body.expires = _head(pledgeIn[state]).expires();
        // Of an entry that lapsed the new end is within the register's days.
        if (state == LAPSED && register == CN_RECEIVABLES) body.expires = uint40(block.timestamp + 1000 days);
    }

    function _record() private returns (AnchoredRecord memory record) {
        record.register = register;
        record.officeNumber = "OLD-1";
        record.state = PledgeStates.REGISTERED;
        record.flags = PledgeFlags.ASSETS_NOT_STATED;
        record.holders = 1;
        (record.pledgorsRoot, record.holdersRoot) = (_sideRoot(_pledgors()), _sideRoot(_holders()));
    }

    function _anchoring() private returns (AnchorRegister memory body) {
        body.register = register;
        (body.recordsRoot, body.records) = (AnchorLeaves.ofRecord(_record()), 1);
        SeedAssets memory seeds = _seeds();
        (body.assetsRoot, body.assets) = (AnchorLeaves.ofAsset(register, seeds.assets[0], seeds.numbers[0]), 1);
        body.evidence = "paper";
    }

    function _seeds() private view returns (SeedAssets memory body) {
        (body.register, body.anchor) = (register, 1);
        body.assets = _rights(9000, 1).keys;
        body.numbers = new bytes32[](1);
        body.numbers[0] = "OLD-2";
    }

    function _adoption() private returns (AdoptRecord memory body) {
        (body.anchor, body.record) = (1, _record());
        body.parties = _usual();
        body.names = _names(body.parties);
        body.instrument = _instrument();
        body.instrument.number = body.record.officeNumber;
    }

    // --- What came of it ---

    error Outcome(bool done);

    /// @dev Whether it was done; what was skipped was not.
    function _isDone(Act memory act) internal returns (bool) {
        vm.recordLogs();
        _run(act);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        return logs[logs.length - 1].topics[0] == IActs.ActDone.selector;
    }

    /// @dev Since when a code may start: the data's states; a lapsed entry is registered still, but only its remarks go on.
    function _starts(uint16 deed, uint8 state) internal view returns (bool) {
        bool living = state == PledgeStates.REGISTERED || state == PledgeStates.ENFORCING;
        if (deed == PUBLISH || deed == RESERVE || deed == RESTORE_LEAVES) return living;
        if (deed == PledgeRules.RECTIFY) {
            return state == PledgeStates.ENDED || state == PledgeStates.RESTORING || state == LAPSED;
        }
        if (deed == SETTLE) return living || state == LAPSED || _startsRestoration(state);
        if (_codeOf(deed) >= PledgeRules.HOLD) return true;
        if (state == LAPSED) {
            return deed == PledgeRules.NOTE && wordOf[deed] >> (48 + PledgeStates.REGISTERED) & 1 == 1;
        }
        return wordOf[_codeOf(deed)] >> (48 + state) & 1 == 1;
    }

    function _startsRestoration(uint8 state) private pure returns (bool) {
        return state == PledgeStates.ENDED || state == PledgeStates.RESTORING;
    }

    /// @dev The roles that an act can ask at all, whatever the data says of them: an officer's step asks no party, only a change of parties and a
    /// refinancing ask who comes in.
    function _concerns(uint16 deed, uint8 role) internal pure returns (bool) {
        uint16 code = _codeOf(deed);
        if (role == PartyRoles.AUTHORITY) return code > PledgeRules.REGISTER && code < PledgeRules.HOLD;
        if (code >= PledgeRules.HOLD) return false;
        if (code <= PledgeRules.REGISTER) return code == PledgeRules.WITHDRAW || code == PledgeRules.CONTEST;
        bool comes = code == PledgeRules.TRANSFER || code == PledgeRules.CORRECT_PARTIES;
        if (role == PartyRoles.NEW_PLEDGEE) return comes || code == PledgeRules.REFINANCE;
        if (role == PartyRoles.NEW_PLEDGOR) return code == PledgeRules.CORRECT_PARTIES;
        return true;
    }

    /// @dev Whether the officers answer for more than the act itself: here a right may live on what they join.
    function _isGrave(uint16 deed, uint8 state) internal view returns (bool) {
        if (deed != PledgeRules.JOIN) return false;
        if (!_isSingleRank()) return state != PledgeStates.FILED;
        return state >= PledgeStates.ACCEPTED && state <= PledgeStates.ENFORCING || state == PledgeStates.RESTORING;
    }
}
