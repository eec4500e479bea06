// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {ClaimKinds, Effects, PartyRoles, TimeSources} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice What a filing must say, consents apart ({PledgeConsentsTest}).
contract PledgeFilingTest is PledgeBase {
    using PledgeWord for uint256;

    Listed private assets;

    function setUp() public override {
        super.setUp();
        assets = _cnPatents(1, 2);
    }

    function _cn() private returns (FilePledge memory) {
        return _cnFiling(assets);
    }

    function _us() private returns (FilePledge memory) {
        return _usFiling(_usPatents(1, 2));
    }

    function _refusedFiling(FilePledge memory filing, bytes memory reason) private {
        bool signed = filing.consents.length != 0 && filing.consents[0].mode == Modes.SIGNED;
        Hand[] memory hands = signed ? _partiesHands() : _hands(_officer(usOffice, Modes.ATTESTED));
        _refused(_fileAct(filing, hands), reason);
        (uint40 pledges,) = registry.counts();
        assertEq(pledges, 0, "nothing is numbered");
    }

    function _fine(FilePledge memory filing) private returns (uint40) {
        bool signed = filing.consents[0].mode == Modes.SIGNED;
        return _file(filing, signed ? _partiesHands() : _hands(_officer(usOffice, Modes.ATTESTED)));
    }

    // --- What a filing is ---

    function test_aFilingIsNumberedStoresItsHashAndShowsNoAsset() public {
        FilePledge memory filing = _cn();
        bytes32 hash = registry.hashFilePledge(filing);
        uint256 head = uint256(PledgeStates.FILED) | uint256(CN) << 8 | 1 << 24 | 1 << 80 | block.timestamp << 128;
        Act memory act = _fileAct(filing, _partiesHands());
        vm.expectEmit(address(registry));
        emit IPledgeEvents.PledgeFiled(1, CN, hash, head, pledgor.account, acts.digestOf(act));
        _run(act);
        (uint256 stored, uint256 terms, bytes32 parties, bytes32 content, bytes32 chain) = registry.pledge(1);
        assertEq(stored, head);
        assertEq(chain, hash);
        assertEq(terms | uint256(parties) | uint256(content), 0, "nothing else is stored");
        assertEq(registry.asset(assets.keys[0]), 0, "no asset is shown");
        (, uint40 segments) = registry.counts();
        assertEq(segments, 0);
    }

    function test_eachFilingTakesTheNextSequenceNumber() public {
        assertEq(_fine(_cn()), 1);
        assertEq(_fine(_us()), 2);
        assertEq(_head(1).sequence(), 1);
        assertEq(_head(2).sequence(), 2);
        assertEq(_head(2).register(), US);
        assertEq(_head(2).rules(), 1);
    }

    function test_theRegistryIsReachedByActsOnly() public {
        FilePledge memory filing = _cn();
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, pledgor.account));
        vm.prank(pledgor.account);
        registry.filePledge(filing);
    }

    function test_theFilerNeedNotBeAParty() public {
        FilePledge memory filing = _cn();
        Hand[] memory hands = _hands(_hand(outsider), _hand(pledgor), _hand(pledgee));
        _link(filing.consents, hands);
        _file(filing, hands);
    }

    // --- Register, version, code ---

    function test_anUnknownRegisterIsRefused() public {
        FilePledge memory filing = _cn();
        filing.register = 9;
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.UnknownRegister.selector, 9));
    }

    function test_aClosedRegisterTakesNoFiling() public {
        registers.closeRegister(CN);
        _refusedFiling(_cn(), abi.encodeWithSelector(IPledgeErrors.RegisterIsClosed.selector, CN));
    }

    function test_onlyTheVersionInForceIsFiledUnder() public {
        FilePledge memory filing = _cn();
        filing.version = 2;
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.VersionNotInForce.selector, CN, 2, 1));
        filing.version = 0;
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.VersionNotInForce.selector, CN, 0, 1));
    }

    function test_anUnknownCodeIsRefused() public {
        FilePledge memory filing = _cn();
        filing.code = 99;
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.UnknownCode.selector, CN, 1, 99));
    }

    function test_onlyACodeThatRegistersIsFiled() public {
        FilePledge memory filing = _cn();
        filing.code = PledgeRules.RELEASE;
        _refusedFiling(
            filing,
            abi.encodeWithSelector(IPledgeErrors.CodeLacksEffect.selector, PledgeRules.RELEASE, Effects.REGISTER)
        );
    }

    function test_theFilerStatesWhatTheRegisterAdmitsAndNothingElse() public {
        FilePledge[2] memory filings = [_cn(), _us()];
        uint16[2] memory admitted = [0, PledgeFlags.GENERAL_DESCRIPTION | PledgeFlags.PARENT_UNKNOWN];
        for (uint256 i = 0; i < 2; ++i) {
            Hand[] memory hands = i == 0 ? _partiesHands() : _hands(_officer(usOffice, Modes.ATTESTED));
            for (uint256 bit = 0; bit < 16; ++bit) {
                uint16 flag = uint16(1 << bit);
                filings[i].flags = flag | admitted[i];
                if (admitted[i] & flag != 0) continue;
                _refused(_fileAct(filings[i], hands), abi.encodeWithSelector(IPledgeErrors.FlagsRefused.selector, flag));
            }
            filings[i].flags = admitted[i];
            assertEq(_head(_fine(filings[i])) >> 40 & 0xffff, admitted[i]);
        }
    }

    // --- Terms ---

    function _refusedTerms(uint8 kind, uint16 currency, uint128 ceiling) private {
        FilePledge memory filing = _cn();
        filing.terms = Terms(ceiling, currency, kind, 0, 0);
        _refusedFiling(
            filing, abi.encodeWithSelector(IPledgeErrors.TermsInconsistent.selector, kind, currency, ceiling)
        );
    }

    function test_anAmountNeedsKindCurrencyAndCeilingOrNoneOfThem() public {
        _refusedTerms(ClaimKinds.NOT_STATED, CNY, 0);
        _refusedTerms(ClaimKinds.NOT_STATED, 0, 5);
        _refusedTerms(ClaimKinds.FIXED, CNY, 0);
        _refusedTerms(ClaimKinds.FIXED, 0, 5);
        _refusedTerms(ClaimKinds.MAXIMUM, CNY, 0);
        _refusedTerms(3, CNY, 5);
        FilePledge memory filing = _cn();
        filing.terms = Terms(0, 0, ClaimKinds.NOT_STATED, 0, 0);
        _fine(filing);
        filing.terms = Terms(type(uint128).max, type(uint16).max, ClaimKinds.MAXIMUM, type(int40).min, 0);
        _fine(filing);
    }

    function test_anExpiryThatHasComeIsRefused() public {
        FilePledge memory filing = _cn();
        filing.terms.expires = uint40(block.timestamp);
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.ExpiryPassed.selector, block.timestamp));
        filing.terms.expires += 1;
        _fine(filing);
    }

    // --- Assets ---

    function test_aSingleRankRegisterTakesNoFilingWithoutAssets() public {
        FilePledge memory filing = _cn();
        filing.assets = AssetList(0, 0, 0);
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.AssetsRequired.selector, CN));
    }

    function test_aRecordationMayLeaveItsAssetsUnstated() public {
        FilePledge memory filing = _us();
        filing.assets = AssetList(0, 0, 0);
        _fine(filing);
        filing.assets = AssetList("root", 0, 0);
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 0);
        _refused(_fileAct(filing, _hands(_officer(usOffice, Modes.ATTESTED))), reason);
        filing.assets = AssetList(0, 0, "titles");
        _refused(_fileAct(filing, _hands(_officer(usOffice, Modes.ATTESTED))), reason);
    }

    function test_aCountNeedsARootAndHasItsMost() public {
        FilePledge memory filing = _cn();
        filing.assets.root = 0;
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.RootMismatch.selector, 0));
        filing = _cn();
        filing.assets.count = 8193;
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 8193));
        filing.assets.count = 8192;
        _fine(filing);
    }

    // --- Time ---

    function test_aTimeIsStatedOnlyWhereTheRegisterAdmitsIt() public {
        FilePledge memory filing = _cn();
        filing.when = _stated(int40(uint40(START)) - 1 days);
        bytes memory reason =
            abi.encodeWithSelector(IPledgeErrors.TimeSourceRefused.selector, PledgeRules.REGISTER, TimeSources.STATED);
        _refusedFiling(filing, reason);
    }

    function test_anUnknownTimeSourceIsRefused() public {
        uint8[4] memory sources = [TimeSources.FILING, 3, 8, 255];
        for (uint256 i = 0; i < sources.length; ++i) {
            FilePledge memory filing = _us();
            filing.when.source = sources[i];
            _refusedFiling(
                filing,
                abi.encodeWithSelector(IPledgeErrors.TimeSourceRefused.selector, PledgeRules.REGISTER, sources[i])
            );
        }
    }

    function test_aStatedTimeIsNeverInTheFuture() public {
        FilePledge memory filing = _us();
        filing.when = _stated(int40(uint40(block.timestamp)) + 1);
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.TimeInFuture.selector, block.timestamp + 1));
        filing.when.effective -= 1;
        _fine(filing);
    }

    function test_aStatedTimeMayLieBefore1970() public {
        FilePledge memory filing = _us();
        filing.when = _stated(-86_400 * 365);
        _fine(filing);
    }

    // --- Document ---

    function test_anActWithoutItsDocumentIsRefused() public {
        FilePledge memory filing = _cn();
        filing.instrument.document = 0;
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.REGISTER));
    }

    // --- Parties ---

    function _refusedParties(Party[] memory parties, uint256 index) private {
        FilePledge memory filing = _filing(CN, assets, parties, Modes.SIGNED);
        _link(filing.consents, _partiesHands());
        _refusedFiling(filing, abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, index));
    }

    function test_aPledgeHasAPledgorAndAHolder() public {
        _refusedParties(new Party[](0), 0);
        _refusedParties(_pledgors(), 1);
        _refusedParties(_holders(), 1);
    }

    function test_coOwnersAloneAreNoPledgor() public {
        Party memory owner = _party(PartyRoles.CO_OWNER, pledgor);
        _refusedParties(_parties(owner, _party(PartyRoles.PLEDGEE, pledgee)), 1);
        _refusedParties(_parties(owner, owner, _party(PartyRoles.PLEDGEE, pledgee)), 2);
    }

    function test_pledgorsStandBeforeHolders() public {
        Party memory holder = _party(PartyRoles.PLEDGEE, pledgee);
        Party memory owner = _party(PartyRoles.PLEDGOR, pledgor);
        _refusedParties(_parties(owner, holder, owner), 1);
        _refusedParties(_parties(holder, owner), 2);
    }

    function test_aPartyOfAnotherRoleIsRefused() public {
        uint8[5] memory roles = [0, PartyRoles.NEW_PLEDGEE, PartyRoles.NEW_PLEDGOR, PartyRoles.AUTHORITY, 255];
        for (uint256 i = 0; i < roles.length; ++i) {
            Party[] memory parties = _parties(_usual()[0], _usual()[0], _usual()[1]);
            parties[1].role = roles[i];
            parties[1].share = 0;
            _refusedParties(parties, 1);
        }
    }

    function test_sharesAreTheHoldersAndEveryHoldersOwn() public {
        Party[] memory parties = _usual();
        parties[0].share = 1;
        _refusedParties(parties, 0);
        parties = _usual();
        parties[1].share = 0;
        _refusedParties(parties, 0);
    }

    function test_aPartyHasAnIdentifierAndAName() public {
        Party[] memory parties = _usual();
        parties[0].id = 0;
        _refusedParties(parties, 0);
        parties = _usual();
        parties[1].nameHash = 0;
        _refusedParties(parties, 0);
    }

    function test_aPledgeeMayStandAmongThePledgors() public {
        Party memory both = _party(PartyRoles.PLEDGOR, _memberWord(pledgee.account), "pledgee", "");
        FilePledge memory filing = _filing(CN, assets, _parties(_usual()[0], both, _usual()[1]), Modes.ATTESTED);
        _file(filing, _hands(_officer(cnOffice, Modes.ATTESTED)));
    }

    function test_upTo255HoldersShareAPledge() public {
        Party[] memory parties = new Party[](256);
        parties[0] = _usual()[0];
        for (uint256 i = 1; i < 256; ++i) {
            parties[i] = _party(PartyRoles.PLEDGEE, bytes32(2 << 248 | i), "bank", "");
        }
        _file(_filing(CN, assets, parties, Modes.ATTESTED), _hands(_officer(cnOffice, Modes.ATTESTED)));
        Party[] memory more = new Party[](257);
        for (uint256 i = 0; i < 257; ++i) {
            more[i] = i < 256 ? parties[i] : parties[255];
        }
        _refused(
            _fileAct(_filing(CN, assets, more, Modes.ATTESTED), _hands(_officer(cnOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(IPledgeErrors.PartyListInvalid.selector, 255)
        );
    }
}
