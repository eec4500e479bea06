// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {ClaimKinds, PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice The dry run: says of a filing what the act would say.
contract PledgeCheckTest is PledgeBase {
    function _reasons(FilePledge memory filing, Listed memory listed) private view returns (bytes[] memory) {
        return registry.check(filing, listed.keys);
    }

    function test_whatWouldBeRecordedHasNoReasonAgainstIt() public {
        Listed memory listed = _usPatents(1, 3);
        assertEq(_reasons(_usFiling(listed), listed).length, 0);
        listed = _cnPatents(1, 3);
        assertEq(_reasons(_cnFiling(listed), listed).length, 0);
        listed = _usPatents(1, 0);
        assertEq(_reasons(_usFiling(listed), listed).length, 0, "assets not stated");
        listed = _cnPatents(1, 300);
        assertEq(_reasons(_cnFiling(listed), listed).length, 0, "several pages");
    }

    function test_everyReasonIsNamed() public {
        uint40 first = _registered(_cnPatents(2, 2));
        bytes32[] memory keys = new bytes32[](4);
        (keys[0], keys[1], keys[2], keys[3]) = (_key("CNPA", 1), _key("CNPA", 3), _key("CNPA", 2), _key("CNTA", 1));
        Listed memory listed = AssetListing.list(keys, new string[](0), "blind");
        FilePledge memory filing = _cnFiling(listed);
        filing.instrument.document = 0;
        bytes[] memory reasons = _reasons(filing, listed);
        assertEq(reasons.length, 5);
        assertEq(reasons[0], abi.encodeWithSelector(IPledgeErrors.DocumentMissing.selector, PledgeRules.REGISTER));
        assertEq(reasons[1], abi.encodeWithSelector(IPledgeErrors.AssetsNotAscending.selector, keys[2]));
        assertEq(reasons[2], abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, keys[1], first));
        assertEq(reasons[3], abi.encodeWithSelector(IPledgeErrors.AssetTaken.selector, keys[2], first));
        assertEq(reasons[4], abi.encodeWithSelector(IPledgeErrors.AssetNotOfRegister.selector, keys[3], CN));
    }

    function test_aListThatIsNotTheFilingsIsAReason() public {
        Listed memory listed = _cnPatents(1, 3);
        FilePledge memory filing = _cnFiling(listed);
        bytes[] memory reasons = registry.check(filing, _cnPatents(1, 2).keys);
        assertEq(reasons.length, 1);
        assertEq(reasons[0], abi.encodeWithSelector(IPledgeErrors.AssetCountInvalid.selector, 2));
    }

    function test_whoseKeySignsIsActsToCheck() public {
        Listed memory listed = _cnPatents(1, 1);
        FilePledge memory filing = _cnFiling(listed);
        filing.consents[0].signer = 200;
        assertEq(_reasons(filing, listed).length, 0);
        filing.consents[0].mode = Modes.ORDERED;
        bytes[] memory reasons = _reasons(filing, listed);
        assertEq(bytes4(reasons[0]), IPledgeErrors.ConsentModeRefused.selector);
    }

    function test_aReservationIsAReasonUntilItEnds() public {
        Listed memory listed = _cnPatents(1, 1);
        FilePledge memory filing = _cnFiling(listed);
        uint40 pledge = _file(filing, _partiesHands());
        assertEq(_reasons(filing, listed).length, 0);
        _accept(pledge, filing, listed);
        assertEq(_reasons(filing, listed).length, 1);
        vm.warp(block.timestamp + 60 days + 1);
        assertEq(_reasons(filing, listed).length, 0);
    }

    /// A list that has a right under two of its numbers is refused when it is claimed; the dry run knows.
    function test_aRightUnderTwoNumbersIsListedOnce() public {
        bytes32 key = _key("CNPA", 1);
        _done(_joinAct(CN, _key("CNPA", 2), key));
        _done(_joinAct(CN, _key("CNPA", 3), key));
        bytes memory reason = abi.encodeWithSelector(IPledgeErrors.AssetTwice.selector, key);
        for (uint256 first = 1; first <= 2; ++first) {
            Listed memory listed = _cnPatents(first, 2);
            FilePledge memory filing = _cnFiling(listed);
            bytes[] memory reasons = _reasons(filing, listed);
            assertEq(reasons.length, 1);
            assertEq(reasons[0], reason);
            uint40 pledge = _file(filing, _partiesHands());
            _refused(
                _acceptAct(_acceptance(pledge, filing, listed, 0), _hands(_officer(cnOffice, Modes.SIGNED))), reason
            );
        }
        Listed memory once = _cnPatents(3, 1);
        assertEq(_reasons(_cnFiling(once), once).length, 0);
    }

    // --- The same as the act, for random filings ---

    /// @dev Draws from a seed; every draw takes another part of it.
    struct Dice {
        uint256 seed;
    }

    function _roll(Dice memory dice, uint256 sides) private pure returns (uint256) {
        dice.seed = uint256(keccak256(abi.encode(dice.seed)));
        return dice.seed % sides;
    }

    /// @dev A filing with up to two faults, most of them drawn so that they sit on the edge of what is allowed.
    function _faulted(Dice memory dice, FilePledge memory filing) private returns (FilePledge memory) {
        for (uint256 faults = _roll(dice, 3); faults != 0; --faults) {
            uint256 which = _roll(dice, 18);
            if (which == 0) {
                filing.register = [0, US, US_MARKS, CN, 99][_roll(dice, 5)];
            } else if (which == 1) {
                filing.version = uint16(_roll(dice, 3));
            } else if (which == 2) {
                filing.code = [uint16(1), 10, 11, 20, 99][_roll(dice, 5)];
            } else if (which == 3) {
                filing.flags = uint16(1 << _roll(dice, 16));
            } else if (which == 4) {
                filing.terms.kind = uint8(_roll(dice, 4));
            } else if (which == 5) {
                filing.terms.ceiling = uint128(_roll(dice, 2));
            } else if (which == 6) {
                filing.terms.expires = uint40(block.timestamp + _roll(dice, 3) - 1);
            } else if (which == 7) {
                filing.terms.currency = 0;
            } else if (which == 8) {
                filing.assets.count += uint24(_roll(dice, 2));
            } else if (which == 9) {
                filing.when = When(uint8(_roll(dice, 4)), true, int40(int256(block.timestamp + _roll(dice, 3) - 1)));
            } else if (which == 10) {
                filing.instrument.document = bytes32(_roll(dice, 2));
            } else {
                _faultedParty(dice, filing, which);
            }
        }
        return filing;
    }

    function _faultedParty(Dice memory dice, FilePledge memory filing, uint256 which) private {
        Party memory party = filing.parties[_roll(dice, filing.parties.length)];
        Consent memory consent = filing.consents[_roll(dice, filing.consents.length)];
        if (which == 11) party.role = uint8(_roll(dice, 5));
        else if (which == 12) party.share = uint64(_roll(dice, 2));
        else if (which == 13) party.id = _memberWord(outsider.account);
        else if (which == 14) consent.role = uint8(_roll(dice, 5));
        else if (which == 15) consent.until = uint40(block.timestamp + _roll(dice, 3) - 1);
        else if (which == 16) consent.evidence = bytes32(_roll(dice, 2));
        else filing.parties = _parties(filing.parties[0], _party(PartyRoles.CO_OWNER, coOwner), filing.parties[1]);
    }

    function _drawnKeys(Dice memory dice, string memory office) private pure returns (Listed memory) {
        bytes32[] memory keys = new bytes32[](1 + _roll(dice, 4));
        uint256 number = _roll(dice, 6);
        for (uint256 i = 0; i < keys.length; ++i) {
            keys[i] = _key(_roll(dice, 25) == 0 ? "XXPA" : office, number);
            number = _roll(dice, 20) == 0 ? number : number + 1 + _roll(dice, 2);
        }
        return AssetListing.list(keys, new string[](0), "blind");
    }

    function _assertSame(bytes memory refusal, bytes[] memory reasons) private {
        if (refusal.length == 0) {
            assertEq(reasons.length, 0, "the act was done");
            return;
        }
        for (uint256 i = 0; i < reasons.length; ++i) {
            if (keccak256(reasons[i]) == keccak256(refusal)) return;
        }
        emit log_named_bytes("refused because of", refusal);
        assertTrue(false, "the dry run does not name what the act met");
    }

    function testFuzz_checkIsEmptyExactlyWhenTheRecordingIsDone(uint256 seed) public {
        Dice memory dice = Dice(seed);
        Listed memory listed = _drawnKeys(dice, "USPA");
        FilePledge memory filing = _faulted(dice, _usFiling(listed));
        // An examining register is not recorded in, whatever the filing.
        if (filing.register == CN) filing.register = US_MARKS;
        RecordPledge memory body = _recording(filing, listed);
        bytes[] memory reasons = registry.check(filing, listed.keys);
        _assertSame(_outcome(_recordAct(body)), reasons);
    }

    function testFuzz_checkIsEmptyExactlyWhenFilingAndAcceptanceAreDone(uint256 seed) public {
        Dice memory dice = Dice(seed);
        _registered(_cnPatents(3, 2));
        Listed memory listed = _drawnKeys(dice, "CNPA");
        FilePledge memory filing = _faulted(dice, _filing(CN, listed, _usual(), Modes.ATTESTED));
        bytes[] memory reasons = registry.check(filing, listed.keys);
        bool known = _officeOf(filing.register).account != address(0);
        Hand[] memory attesting = _hands(_officer(known ? _officeOf(filing.register) : cnOffice, Modes.ATTESTED));
        bytes memory refusal = _outcome(_fileAct(filing, attesting));
        if (refusal.length == 0) {
            (uint40 pledge,) = registry.counts();
            AcceptPledge memory body = _acceptance(pledge, filing, listed, 0);
            refusal = _outcome(_acceptAct(body, attesting));
        }
        _assertSame(refusal, reasons);
    }
}
