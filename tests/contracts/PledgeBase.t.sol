// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Registers} from "../../contracts/Registers.sol";
import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IPledgeRegistry} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {RuleFlags} from "../../contracts/interfaces/IRegisters.sol";
import {SerialTermRule} from "../../contracts/rules/SerialTermRule.sol";
import {ClaimKinds, Decisions, GroundResults, PartyRoles, TimeSources} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {Actor, Base} from "./Base.t.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {PledgeHouse} from "./PledgeHouse.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice One signer of an envelope: whose account, which key, in which role and mode.
struct Hand {
    address account;
    uint256 key;
    uint16 role;
    uint8 mode;
}

/// @notice The register of pledges with the rules that ship, its offices and parties; helpers that build and sign pledge acts.
abstract contract PledgeBase is Base {
    using PledgeWord for uint256;

    uint16 internal constant US = 1;
    uint16 internal constant US_MARKS = 2;
    uint16 internal constant CN = 3;
    uint16 internal constant CN_MARKS = 4;
    uint16 internal constant CN_COPYRIGHTS = 5;
    uint16 internal constant CN_RECEIVABLES = 6;
    uint16 internal constant AU_PPSR = 7;
    uint16 internal constant NZ_PPSR = 8;
    /// Ships with the registers: an entry that describes serial goods stands for so long at most.
    uint256 internal constant MOST_SERIAL = (7 * 365 + 2) * 1 days;
    uint24 internal constant ANY_VERSION = type(uint24).max;
    uint16 internal constant USD = 840;

    Registers internal registers;
    IPledgeRegistry internal registry;
    SerialTermRule internal serialRule;

    /// Offices have two officers: the office's own key, and a second one; a third key anchors and seeds.
    Actor internal usOffice;
    Actor internal cnOffice;
    Actor internal pledgor;
    Actor internal coOwner;
    Actor internal pledgee;
    Actor internal secondPledgee;
    Actor internal newcomer;
    Actor internal court;
    Actor internal outsider;
    mapping(address office => uint256 key) internal secondKey;
    mapping(address office => uint256 key) internal anchorKey;
    mapping(uint16 register => Actor) private officeOf;
    mapping(bytes32 name => Actor) private officeNamed;

    uint32 internal frameGas = 8_000_000;
    mapping(bytes32 nameHash => PartyName) private texts;
    uint256 private nextNonce = 1 << 32;

    function setUp() public virtual override {
        super.setUp();
        registers = new Registers(address(council));
        serialRule = new SerialTermRule(MOST_SERIAL);
        registry =
            PledgeHouse.built(address(acts), members, registers, PledgeHouse.parts(address(acts), members, registers));
        _admitParties();
        _addKinds();
        _setRegisters();
        vm.label(address(registry), "PledgeRegistry");
    }

    function _admitParties() private {
        pledgor = _member("pledgor", Roles.PLEDGOR);
        coOwner = _member("co-owner", Roles.SUPPLIER);
        pledgee = _member("pledgee", Roles.BANK);
        secondPledgee = _member("second pledgee", Roles.SETTLEMENT_BANK);
        newcomer = _member("newcomer", Roles.BANK);
        court = _member("court", Roles.COURT_OFFICER);
        outsider = _member("outsider", Roles.BANK);
    }

    function _office(string memory name) private returns (Actor memory office) {
        office = officeNamed[keccak256(bytes(name))];
        if (office.account != address(0)) return office;
        office = _member(name, Roles.REGISTRAR | Roles.ANCHORER);
        office.role = Roles.REGISTRAR;
        officeNamed[keccak256(bytes(name))] = office;
        secondKey[office.account] = _addKey(office, ", second officer", Roles.REGISTRAR);
        anchorKey[office.account] = _addKey(office, ", anchorer", Roles.ANCHORER);
    }

    function _addKey(Actor memory office, string memory suffix, uint16 role) private returns (uint256 key) {
        address added;
        (added, key) = makeAddrAndKey(string.concat(office.name, suffix));
        vm.prank(office.account);
        members.addKey(IMembers.AddKey(added, role));
    }

    function _addKinds() private {
        PledgeRules.Kind[] memory kinds = PledgeRules.kinds();
        for (uint256 i = 0; i < kinds.length; ++i) {
            acts.addKind(
                keccak256(bytes(kinds[i].body)),
                kinds[i].envelope,
                address(registry),
                kinds[i].selector,
                kinds[i].hasher
            );
        }
    }

    function _setRegisters() private {
        PledgeRules.Register[] memory all = PledgeRules.registers();
        for (uint256 i = 0; i < all.length; ++i) {
            officeOf[all[i].number] = _office(all[i].office);
            _setRegister(all[i], 1);
        }
        (usOffice, cnOffice) = (officeOf[US], officeOf[CN]);
    }

    /// @dev A version of a register's rules, kept by the office that keeps the register as it ships.
    function _setRegister(PledgeRules.Register memory rules, uint16 version) internal {
        bool asks = rules.rule >> 48 & RuleFlags.ASKS != 0;
        registers.setRegister(
            rules.number,
            version,
            officeOf[rules.number].account,
            rules.rule,
            rules.codes,
            rules.words,
            asks ? address(serialRule) : address(0),
            rules.name
        );
    }

    // --- Signing ---

    function _hand(Actor memory actor) internal pure returns (Hand memory) {
        return Hand(actor.account, actor.key, actor.role, Modes.SIGNED);
    }

    function _officer(Actor memory office, uint8 mode) internal pure returns (Hand memory) {
        return Hand(office.account, office.key, office.role, mode);
    }

    function _second(Actor memory office, uint8 mode) internal view returns (Hand memory) {
        return Hand(office.account, secondKey[office.account], office.role, mode);
    }

    function _anchorer(Actor memory office) internal view returns (Hand memory) {
        return Hand(office.account, anchorKey[office.account], Roles.ANCHORER, Modes.SIGNED);
    }

    function _hands(Hand memory one) internal pure returns (Hand[] memory all) {
        all = new Hand[](1);
        all[0] = one;
    }

    function _hands(Hand memory one, Hand memory two) internal pure returns (Hand[] memory all) {
        all = new Hand[](2);
        (all[0], all[1]) = (one, two);
    }

    function _hands(Hand memory one, Hand memory two, Hand memory three) internal pure returns (Hand[] memory all) {
        all = new Hand[](3);
        (all[0], all[1], all[2]) = (one, two, three);
    }

    function _and(Hand[] memory some, Hand memory more) internal pure returns (Hand[] memory all) {
        all = new Hand[](some.length + 1);
        for (uint256 i = 0; i < some.length; ++i) {
            all[i] = some[i];
        }
        all[some.length] = more;
    }

    /// @dev Both officers of a register's office, the first one vouching.
    function _both(Actor memory office, uint8 mode) internal view returns (Hand[] memory) {
        return _hands(_officer(office, mode), _second(office, Modes.SIGNED));
    }

    function _envelope(PledgeRules.Kind memory kind, bytes memory body, Hand[] memory hands)
        internal
        returns (Act memory act)
    {
        Actor memory first = Actor(hands[0].account, hands[0].key, hands[0].role, "");
        act = _unsigned(first, keccak256(bytes(kind.body)), body);
        act.gas = frameGas;
        act.signers = new Signer[](hands.length);
        for (uint256 i = 0; i < hands.length; ++i) {
            act.signers[i] = Signer(
                hands[i].account, vm.addr(hands[i].key), hands[i].role, hands[i].mode, 0, i == 0 ? act.id : nextNonce++
            );
        }
        act.signatures = new bytes[](hands.length);
        bytes32 digest = acts.digestOf(act);
        for (uint256 i = 0; i < hands.length; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(hands[i].key, digest);
            act.signatures[i] = abi.encodePacked(r, s, v);
        }
    }

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

    function _passed() internal pure returns (Ground[] memory grounds) {
        grounds = new Ground[](12);
        for (uint8 i = 0; i < 12; ++i) {
            grounds[i] = Ground(i + 1, GroundResults.PASS, 0);
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
        filing.terms = _claim();
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

    function _officeOf(uint16 register) internal view returns (Actor memory) {
        return officeOf[register];
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
        body.titles = listed.titles;
        if (filing.register == CN) body.grounds = _passed();
        body.evidence = "decision";
    }

    function _decideAct(DecidePledge memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.decidePledge(), abi.encode(body), hands);
    }

    /// @dev By one officer of the filing's register.
    function _decideAct(DecidePledge memory body) internal returns (Act memory) {
        return _decideAct(body, _hands(_officer(_officeOf(body.filing.register), Modes.SIGNED)));
    }

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

    // --- Registered pledges ---

    function _recorded(FilePledge memory filing, Listed memory listed) internal returns (uint40 pledge) {
        _done(_recordAct(_recording(filing, listed)));
        (pledge,) = registry.counts();
    }

    function _recorded(Listed memory listed) internal returns (uint40) {
        return _recorded(_usFiling(listed), listed);
    }

    /// @dev Filed by `hands`, accepted and registered by the office.
    function _registered(FilePledge memory filing, Listed memory listed, Hand[] memory hands)
        internal
        returns (uint40 pledge)
    {
        pledge = _file(filing, hands);
        _accept(pledge, filing, listed);
        _done(_decideAct(_decision(pledge, filing, listed)));
    }

    /// @dev In the Chinese register, filed by its parties' own signatures.
    function _registered(Listed memory listed) internal returns (uint40) {
        return _registered(_cnFiling(listed), listed, _partiesHands());
    }

    // --- Acts on registered pledges ---

    function _on(uint40 pledge, uint16 code) internal view returns (ActOn memory) {
        return ActOn(pledge, _head(pledge).version(), code, _block());
    }

    function _now(Party[] memory pledgors, Party[] memory holders) internal pure returns (PartiesNow memory) {
        return PartiesNow(_sideRoot(pledgors), _sideRoot(holders), pledgors, holders);
    }

    /// @dev Parties of the usual filing.
    function _now() internal returns (PartiesNow memory) {
        return _now(_pledgors(), _holders());
    }

    function _sideRoot(Party[] memory side) internal pure returns (bytes32) {
        bytes memory words;
        for (uint256 i = 0; i < side.length; ++i) {
            words = abi.encodePacked(words, abi.encode(side[i]));
        }
        return keccak256(words);
    }

    function _partiesRoot(Party[] memory pledgors, Party[] memory holders) internal pure returns (bytes32) {
        return keccak256(abi.encode(_sideRoot(pledgors), _sideRoot(holders)));
    }

    function _document() internal pure returns (PledgeActs memory body) {
        body.instrument = _instrument();
    }

    function _actsAct(PledgeActs memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.pledgeActs(), abi.encode(body), hands);
    }

    /// @dev A whole release with the holders' consents in `mode`.
    function _release(uint40 pledge, uint8 mode) internal returns (PledgeActs memory body) {
        body = _document();
        body.consents = _consents(_holders(), mode);
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.RELEASE);
        body.releases[0].parties = _now();
        body.releases[0].basis = 1;
        body.releases[0].reason = 1;
    }

    /// @dev Released by the pledgee's own signature.
    function _releaseAct(uint40 pledge) internal returns (Act memory) {
        Hand[] memory hands = _hands(_hand(pledgee));
        if (_head(pledge).register() != CN) hands = _and(hands, _officer(usOffice, Modes.SIGNED));
        return _actsAct(_release(pledge, Modes.SIGNED), hands);
    }

    // --- What is stored ---

    function _head(uint40 pledge) internal view returns (uint256 head) {
        (head,,,,) = registry.pledge(pledge);
    }

    function _termsOf(uint40 pledge) internal view returns (uint256 terms) {
        (, terms,,,) = registry.pledge(pledge);
    }

    function _partiesOf(uint40 pledge) internal view returns (bytes32 parties) {
        (,, parties,,) = registry.pledge(pledge);
    }

    function _chainOf(uint40 pledge) internal view returns (bytes32 chain) {
        (,,,, chain) = registry.pledge(pledge);
    }

    function _segmentWord(uint40 segment) internal view returns (uint256 word) {
        (word,) = registry.segment(segment);
    }

    function _assertState(uint40 pledge, uint8 state) internal view {
        assertEq(_head(pledge).state(), state, "state");
    }
}
