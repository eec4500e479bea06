// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {IRegisterRule, IRegisters, RuleFlags} from "../../contracts/interfaces/IRegisters.sol";
import {PartyRoles, RectifyKinds} from "../../contracts/types/ActCode.sol";
import {RectifyPledge} from "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand} from "./PledgeSetup.t.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice A rule that answers as it is told, and keeps nothing.
contract OneAnswer is IRegisterRule {
    bytes32 private immutable ANSWER;

    constructor(bytes32 answer) {
        ANSWER = answer;
    }

    function refusal(uint16, uint16, uint16, uint16, uint40, Party[] calldata, bytes32[] calldata)
        external
        view
        returns (bytes32)
    {
        return ANSWER;
    }
}

/// @notice Rules that fail in every way that a contract can.
contract BrokenRule {
    enum Way {
        Reverts,
        Burns,
        Writes,
        SaysNothing,
        SaysLess,
        SaysMore,
        SaysMuch
    }

    Way private immutable WAY;
    uint256 public written;

    constructor(Way way) {
        WAY = way;
    }

    fallback() external {
        if (WAY == Way.Reverts) revert("no");
        if (WAY == Way.Burns) while (true) {}
        if (WAY == Way.Writes) written = 1;
        uint256 size = 32;
        if (WAY == Way.SaysNothing) size = 0;
        if (WAY == Way.SaysLess) size = 31;
        if (WAY == Way.SaysMore) size = 64;
        if (WAY == Way.SaysMuch) size = 200_000;
        assembly {
            return(0x200, size)
        }
    }
}

/// @notice A rule that admits one call: the one that shows it just what it expects.
contract ShownRule is IRegisterRule {
    bytes32 private immutable EXPECTED;

    constructor(bytes32 expected) {
        EXPECTED = expected;
    }

    function refusal(
        uint16 register,
        uint16 version,
        uint16 code,
        uint16 flags,
        uint40 expires,
        Party[] calldata parties,
        bytes32[] calldata assets
    ) external view returns (bytes32) {
        bytes32 shown = keccak256(abi.encode(register, version, code, flags, expires, parties, assets));
        return shown == EXPECTED ? bytes32(0) : bytes32("shown something else");
    }
}

/// @notice What no word can say is a rule contract: pinned to a version, capped in gas, asked where something is granted, able only to refuse.
contract PledgeRuleContractTest is PledgeBase {
    using PledgeWord for uint256;

    uint16 private version = 1;

    /// @dev The next version of the Chinese patent register, which asks `rule`.
    function _ask(address rule) private {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        rules.rule |= RuleFlags.ASKS << 48 | uint256(PledgeFlags.GENERAL_DESCRIPTION) << 240;
        _set(rules, rule);
    }

    function _set(PledgeRules.Register memory rules, address rule) private {
        registers.setRegister(CN, ++version, cnOffice.account, rules.rule, rules.codes, rules.words, rule, rules.name);
    }

    function _never() private returns (address) {
        return address(new OneAnswer("never"));
    }

    function _ruleRefused() private view returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.RuleRefused.selector, CN, version, bytes32("never"));
    }

    function _acceptanceOf(Listed memory listed) private returns (Act memory) {
        FilePledge memory filing = _cnFiling(listed);
        uint40 pledge = _file(filing, _partiesHands());
        return _acceptAct(_acceptance(pledge, filing, listed, 0), _hands(_officer(cnOffice, Modes.SIGNED)));
    }

    // --- It can only refuse ---

    function test_aRefusalIsGivenInItsWords() public {
        _ask(_never());
        _refused(_acceptanceOf(_cnPatents(1, 1)), _ruleRefused());
    }

    function test_anAnswerThatFailsRefuses() public {
        for (uint8 way = 0; way <= uint8(BrokenRule.Way.SaysMuch); ++way) {
            address rule = address(new BrokenRule(BrokenRule.Way(way)));
            _ask(rule);
            _refused(
                _acceptanceOf(_cnPatents(1, 1)),
                abi.encodeWithSelector(IPledgeErrors.RuleSilent.selector, CN, version, rule)
            );
            assertEq(BrokenRule.Way(way) == BrokenRule.Way.Writes ? BrokenRule(rule).written() : 0, 0);
        }
        _ask(makeAddr("no contract"));
        bytes memory silent =
            abi.encodeWithSelector(IPledgeErrors.RuleSilent.selector, CN, version, makeAddr("no contract"));
        _refused(_acceptanceOf(_cnPatents(1, 1)), silent);
    }

    /// The dearest that a rule can be: it burns all that it gets, or says what costs as much to make.
    function test_aRuleCostsNoMoreThanItsCap() public {
        BrokenRule.Way[2] memory ways = [BrokenRule.Way.Burns, BrokenRule.Way.SaysMuch];
        for (uint256 i = 0; i < ways.length; ++i) {
            _ask(address(new BrokenRule(ways[i])));
            Act memory act = _acceptanceOf(_cnPatents(1, 1));
            uint256 before = gasleft();
            _outcome(act);
            assertLt(before - gasleft(), 300_000 + 200_000);
        }
    }

    /// Whatever it answers, every other check stands.
    function test_aRuleThatSaysYesLoosensNothing() public {
        uint40 first = _registered(_cnPatents(1, 1));
        _ask(address(new OneAnswer(0)));
        _refused(
            _acceptanceOf(_cnPatents(1, 1)),
            abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, _key("CNPA", 1), first)
        );
        _done(_acceptanceOf(_cnPatents(2, 1)));
    }

    // --- What it is asked ---

    function test_itIsShownTheWholeFilingPageByPage() public {
        Listed memory listed = _cnPatents(1, 130);
        FilePledge memory filing = _cnFiling(listed);
        filing.version = version + 1;
        filing.flags = PledgeFlags.GENERAL_DESCRIPTION;
        filing.terms.expires = uint40(block.timestamp + 9 days);
        AcceptPledge memory first = _acceptance(1, filing, listed, 0);
        _ask(
            address(
                new ShownRule(
                    keccak256(
                        abi.encode(
                            CN,
                            version + 1,
                            PledgeRules.REGISTER,
                            filing.flags,
                            filing.terms.expires,
                            filing.parties,
                            first.assets
                        )
                    )
                )
            )
        );
        uint40 pledge = _file(filing, _partiesHands());
        Hand[] memory hands = _hands(_officer(cnOffice, Modes.SIGNED));
        _done(_acceptAct(_acceptance(pledge, filing, listed, 0), hands));
        _refused(
            _acceptAct(_acceptance(pledge, filing, listed, 1), hands),
            abi.encodeWithSelector(IPledgeErrors.RuleRefused.selector, CN, version, bytes32("shown something else"))
        );
    }

    function test_itIsAskedOfASupplementAtOnceOrReserved() public {
        uint40 pledge = _registered(_cnPatents(1, 1));
        _ask(_never());
        Listed memory more = _cnPatents(10, 1);
        PledgeActs memory body = _document();
        body.segments = new AddSegment[](1);
        body.segments[0].on = _on(pledge, PledgeRules.SUPPLEMENT);
        body.segments[0].parties = _now();
        body.segments[0].list = AssetList(more.root, 1, more.titlesHash);
        (body.segments[0].blind, body.segments[0].assets) = (more.blind, more.keys);
        body.segments[0].titles = more.titles;
        body.consents = _consents(_usual(), Modes.SIGNED);
        Hand[] memory hands = _and(_partiesHands(), _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        _refused(_actsAct(body, hands), _ruleRefused());
        _refused(
            _reserveAct(_reservation(pledge, 0, _cnPatents(100, 129), 0), _hands(_officer(cnOffice, Modes.SIGNED))),
            _ruleRefused()
        );
    }

    function test_itIsAskedOfNewTermsNewPartiesAndARefinancing() public {
        uint40 pledge = _registered(_cnPatents(1, 1));
        _ask(_never());
        Hand[] memory hands =
            _and(_hands(_hand(pledgor), _hand(pledgee), _hand(newcomer)), _officer(cnOffice, Modes.SIGNED));
        PledgeActs memory body = _document();
        body.terms = new ChangeTerms[](1);
        body.terms[0] = ChangeTerms(_on(pledge, PledgeRules.SET_TERMS), _now(), _claim(), 0, 0);
        body.consents = _consents(_usual(), Modes.SIGNED);
        _link(body.consents, hands);
        _refused(_actsAct(body, hands), _ruleRefused());
        Party[] memory next = _parties(_party(PartyRoles.PLEDGEE, newcomer));
        body = _document();
        body.parties = new ChangeParties[](1);
        body.parties[0].on = _on(pledge, PledgeRules.TRANSFER);
        body.parties[0].parties = _now();
        (body.parties[0].holders, body.parties[0].names) = (next, _names(next));
        body.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(next, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        _link(body.consents, hands);
        _refused(_actsAct(body, hands), _ruleRefused());
        uint40[] memory segments = new uint40[](1);
        segments[0] = 1;
        _refused(_refinanceAct(_refinancing(pledge, next, segments), hands), _ruleRefused());
    }

    /// A right must always be able to leave: no rule keeps anybody in, hides what is there, or blocks a correction.
    function test_itIsNeverAskedForAnEndAReadOrARectification() public {
        uint40 pledge = _registered(_cnPatents(1, 2));
        _ask(_never());
        (bool live,) = registry.live(_key("CNPA", 1));
        assertTrue(live);
        PledgeActs memory part = _document();
        part.consents = _consents(_holders(), Modes.SIGNED);
        part.partReleases = new ReleaseAssets[](1);
        part.partReleases[0].on = _on(pledge, PledgeRules.PART_RELEASE);
        part.partReleases[0].parties = _now();
        (part.partReleases[0].basis, part.partReleases[0].reason) = (1, 1);
        part.partReleases[0].leaves = new LeafPage[](1);
        part.partReleases[0].leaves[0] = _leaves(1, _cnPatents(1, 2), 0, 1);
        _done(_actsAct(part, _hands(_hand(pledgee))));
        PledgeActs memory enforced = _document();
        enforced.consents = _consents(_holders(), Modes.SIGNED);
        enforced.states = new SetPledgeState[](1);
        enforced.states[0] = SetPledgeState(_on(pledge, PledgeRules.ENFORCE), _now(), 0);
        _done(_actsAct(enforced, _hands(_hand(pledgee))));
        _done(_releaseAct(pledge));
        RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(1, _cnPatents(1, 2), 0, 0);
        _done(_rectifyAct(body));
        _assertState(pledge, PledgeStates.REGISTERED);
    }

    // --- Pinned to its version ---

    function test_aFilingIsHeldToTheRuleOfItsVersion() public {
        FilePledge memory filing = _cnFiling(_cnPatents(1, 1));
        uint40 before = _file(filing, _partiesHands());
        _ask(_never());
        _accept(before, filing, _cnPatents(1, 1));
        _decide(before, filing, _cnPatents(1, 1));
        FilePledge memory later = _cnFiling(_cnPatents(2, 1));
        uint40 asked = _file(later, _partiesHands());
        _set(PledgeRules.registers()[CN - 1], address(0));
        uint16 latest = version;
        version = latest - 1;
        _refused(
            _acceptAct(_acceptance(asked, later, _cnPatents(2, 1), 0), _hands(_officer(cnOffice, Modes.SIGNED))),
            _ruleRefused()
        );
    }

    function test_aRuleStandsJustWhereItsFlagSaysSo() public {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        address rule = _never();
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RulesMalformed.selector, 0, 0));
        this.set(rules, rule);
        rules.rule |= RuleFlags.ASKS << 48;
        vm.expectRevert(abi.encodeWithSelector(IRegisters.RulesMalformed.selector, 0, 0));
        this.set(rules, address(0));
    }

    function test_aRuleWordSaysNothingThatNobodyReads() public {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        uint256 right = rules.rule;
        uint256[4] memory wrong =
            [right | 1 << 52, right | 1 << 63, right | 1 << 240, right | uint256(31) << 192 | uint256(30) << 208];
        for (uint256 i = 0; i < wrong.length; ++i) {
            rules.rule = wrong[i];
            vm.expectRevert(abi.encodeWithSelector(IRegisters.RulesMalformed.selector, 0, 0));
            this.set(rules, address(0));
        }
        rules.rule = right;
        rules.words[3] |= 1 << 208;
        vm.expectRevert(abi.encodeWithSelector(IRegisters.CodeMalformed.selector, rules.codes[3]));
        this.set(rules, address(0));
    }

    function set(PledgeRules.Register memory rules, address rule) external {
        registers.setRegister(CN, 2, cnOffice.account, rules.rule, rules.codes, rules.words, rule, rules.name);
    }

    // --- Days of an entry ---

    function _terms(uint40 expires) private pure returns (Terms memory terms) {
        terms = _claim();
        terms.expires = expires;
    }

    /// @dev 30 days at least, 400 at most, renewed within the last 90.
    function _bounded() private {
        PledgeRules.Register memory rules = PledgeRules.registers()[CN - 1];
        rules.rule |= uint256(30) << 192 | uint256(400) << 208 | uint256(90) << 224;
        _set(rules, address(0));
    }

    function test_anEntryStandsWithinTheDaysOfItsRegister() public {
        _bounded();
        uint40 now_ = uint40(block.timestamp);
        uint40[3] memory wrong = [0, now_ + 30 days - 1, now_ + 400 days + 1];
        for (uint256 i = 0; i < wrong.length; ++i) {
            FilePledge memory filing = _cnFiling(_cnPatents(1, 1));
            filing.terms.expires = wrong[i];
            _refused(
                _fileAct(filing, _partiesHands()),
                abi.encodeWithSelector(IPledgeErrors.TermOutside.selector, wrong[i], 30 days, 400 days)
            );
        }
        uint40[2] memory right = [now_ + 30 days, now_ + 400 days];
        for (uint256 i = 0; i < right.length; ++i) {
            FilePledge memory filing = _cnFiling(_cnPatents(1, 1));
            filing.terms.expires = right[i];
            _file(filing, _partiesHands());
        }
    }

    /// Days count from the registration: an entry that would stand too short by then is not made.
    function test_theDaysCountFromTheRegistration() public {
        _bounded();
        Listed memory listed = _cnPatents(1, 1);
        FilePledge memory filing = _cnFiling(listed);
        filing.terms.expires = uint40(block.timestamp + 30 days);
        uint40 pledge = _file(filing, _partiesHands());
        _accept(pledge, filing, listed);
        skip(1);
        _refused(
            _decideAct(_decision(pledge, filing, listed)),
            abi.encodeWithSelector(IPledgeErrors.TermOutside.selector, filing.terms.expires, 30 days, 400 days)
        );
    }

    function test_anEntryIsRenewedInItsLastDaysOnly() public {
        _bounded();
        Listed memory listed = _cnPatents(1, 1);
        FilePledge memory filing = _cnFiling(listed);
        filing.terms.expires = uint40(block.timestamp + 200 days);
        uint40 end = filing.terms.expires;
        uint40 pledge = _registered(filing, listed, _partiesHands());
        vm.warp(end - 90 days - 1);
        _refused(
            _change(pledge, end + 1), abi.encodeWithSelector(IPledgeErrors.RenewalEarly.selector, pledge, end, 90 days)
        );
        uint256 before = vm.snapshotState();
        _done(_change(pledge, end));
        vm.revertToState(before);
        _done(_change(pledge, uint40(block.timestamp + 31 days)));
        vm.revertToState(before);
        skip(1);
        _done(_change(pledge, end + 300 days));
    }

    function _change(uint40 pledge, uint40 expires) private returns (Act memory) {
        PledgeActs memory body = _document();
        body.terms = new ChangeTerms[](1);
        body.terms[0] = ChangeTerms(_on(pledge, PledgeRules.SET_TERMS), _now(), _terms(expires), 0, 0);
        body.consents = _consents(_usual(), Modes.SIGNED);
        Hand[] memory hands = _and(_partiesHands(), _officer(cnOffice, Modes.SIGNED));
        _link(body.consents, hands);
        return _actsAct(body, hands);
    }

    function test_anEntryWithoutEndIsNoneWhereThereIsAMostAndAnyWhereThereIsNot() public {
        uint40 pledge = _registered(_cnPatents(1, 1));
        _done(_change(pledge, uint40(block.timestamp + 9000 days)));
        _bounded();
        _refused(_change(pledge, 0), abi.encodeWithSelector(IPledgeErrors.TermOutside.selector, 0, 30 days, 400 days));
    }
}

/// @notice The Australian register: what is described by serial number stands seven years at most.
contract PledgeSerialTermTest is PledgeBase {
    using PledgeWord for uint256;

    Listed private goods;

    function setUp() public override {
        super.setUp();
        goods = _listed("AUGA", 1, 1);
    }

    function _office() private view returns (Hand[] memory) {
        return _hands(_officer(_officeOf(AU_PPSR), Modes.ATTESTED));
    }

    function _entry(uint16 flags, uint40 expires) private returns (FilePledge memory filing) {
        filing = _filing(AU_PPSR, goods, _usual(), Modes.ATTESTED);
        (filing.flags, filing.terms.expires) = (flags, expires);
    }

    function _record(FilePledge memory filing) private returns (Act memory) {
        return _recordAct(_recording(filing, goods), _office());
    }

    function _ruleRefused(bytes32 reason) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPledgeErrors.RuleRefused.selector, AU_PPSR, 1, reason);
    }

    function test_serialGoodsStandSevenYearsAtMost() public {
        uint40 most = uint40(block.timestamp + MOST_SERIAL);
        bytes memory long = _ruleRefused("serial numbers: term too long");
        _refused(_record(_entry(PledgeFlags.SERIAL_NUMBERED, most + 1)), long);
        _refused(_record(_entry(PledgeFlags.SERIAL_NUMBERED, 0)), long);
        _done(_record(_entry(PledgeFlags.SERIAL_NUMBERED, most)));
    }

    function test_whatListsSerialGoodsSaysSo() public {
        _refused(_record(_entry(0, 0)), _ruleRefused("serial numbers: not flagged"));
    }

    /// General descriptions have no such limit, and become no serial entry later.
    function test_anEntryByDescriptionMayStandForEver() public {
        goods = _listed("AUGA", 1, 0);
        _done(_record(_entry(PledgeFlags.GENERAL_DESCRIPTION, 0)));
        (uint40 pledge,) = registry.counts();
        Listed memory more = _listed("AUGA", 5, 1);
        PledgeActs memory body = _document();
        body.segments = new AddSegment[](1);
        body.segments[0].on = _on(pledge, PledgeRules.SUPPLEMENT);
        body.segments[0].parties = _now();
        body.segments[0].list = AssetList(more.root, 1, more.titlesHash);
        (body.segments[0].blind, body.segments[0].assets) = (more.blind, more.keys);
        body.segments[0].titles = more.titles;
        body.consents = _consents(_holders(), Modes.ATTESTED);
        _refused(_actsAct(body, _office()), _ruleRefused("serial numbers: not flagged"));
        _refused(
            _reserveAct(
                _reservation(pledge, 0, _listed("AUGA", 100, 129), 0),
                _hands(_officer(_officeOf(AU_PPSR), Modes.SIGNED))
            ),
            _ruleRefused("serial numbers: not flagged")
        );
    }

    /// Accepted by itself, without assets, the flag counts all the same.
    function test_aSerialEntryWithoutAssetsIsHeldToItsTermToo() public {
        goods = _listed("AUGA", 1, 0);
        FilePledge memory filing = _entry(PledgeFlags.SERIAL_NUMBERED, 0);
        uint40 pledge = _file(filing, _office());
        _refused(
            _acceptAct(_acceptance(pledge, filing, goods, 0), _hands(_officer(_officeOf(AU_PPSR), Modes.SIGNED))),
            _ruleRefused("serial numbers: term too long")
        );
    }

    function test_noChangeAndNoRefinancingStretchesIt() public {
        uint40 most = uint40(block.timestamp + MOST_SERIAL);
        _done(_record(_entry(PledgeFlags.SERIAL_NUMBERED, most)));
        (uint40 pledge, uint40 segment) = registry.counts();
        bytes memory long = _ruleRefused("serial numbers: term too long");
        PledgeActs memory body = _document();
        body.terms = new ChangeTerms[](1);
        body.terms[0] = ChangeTerms(_on(pledge, PledgeRules.SET_TERMS), _now(), _claim(), 0, 0);
        body.terms[0].terms.expires = most + 1;
        body.consents = _consents(_holders(), Modes.ATTESTED);
        _refused(_actsAct(body, _office()), long);
        uint40[] memory segments = new uint40[](1);
        segments[0] = segment;
        RefinancePledge memory new_ = _refinancing(pledge, _holders(), segments);
        new_.terms.expires = 0;
        new_.consents =
            _joined(_consents(_holders(), Modes.SIGNED), _consents(_holders(), Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
        Hand[] memory hands = _hands(_hand(pledgee), _officer(_officeOf(AU_PPSR), Modes.SIGNED));
        _refused(_refinanceAct(new_, hands), long);
        new_.terms.expires = most;
        _done(_refinanceAct(new_, hands));
        assertTrue(_head(pledge + 1).hasFlag(PledgeFlags.SERIAL_NUMBERED), "the new pledge is held to it too");
    }
}
