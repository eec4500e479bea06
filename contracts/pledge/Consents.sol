// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Signer} from "../interfaces/IActs.sol";
import {IPledgeErrors} from "../interfaces/IPledgeRegistry.sol";
import {ActCode, PartyRoles} from "../types/ActCode.sol";
import {Consent, Party} from "../types/PledgeBodies.sol";
import {Modes, Roles} from "../types/Roles.sol";
import {PartyBook} from "./PartyBook.sol";

/// @title Whether the consents of a body and the signers of its envelope satisfy an act word
abstract contract Consents {
    using ActCode for uint256;

    /// What is looked at: the act word, the register's office, the envelope's signers (empty and `dry` in a dry run, which cannot know them).
    struct Scene {
        uint256 word;
        address office;
        uint16 code;
        bool dry;
        Signer[] signers;
        /// Whether a consent so far was vouched for by an officer.
        bool vouched;
        /// The registered pledge that is acted on; 0 for a filing.
        uint40 pledge;
        /// Which consents of the body were looked at, a bit each.
        uint256 seen;
    }

    /// What became of parties.
    PartyBook.Book internal book;
    /// Since when a notice is on record for a pledge.
    mapping(uint40 pledge => mapping(bytes32 notice => uint40)) internal notices;

    uint16 private constant PLEDGOR_ROLES = Roles.PLEDGOR | Roles.SUPPLIER;
    uint16 private constant AUTHORITY_ROLES = Roles.COURT_OFFICER | Roles.REGULATOR;
    uint16 private constant PLEDGEE_ROLES = Roles.BANK | Roles.SETTLEMENT_BANK | Roles.GUARANTOR;

    /// @dev Every party of the list has consented, each in its own role or, for the incoming side of a change, in `as_`.
    function _requireAll(Scene memory scene, Consent[] calldata consents, Party[] calldata parties, uint8 as_)
        internal
        view
    {
        uint256 next = 0;
        for (uint256 i = 0; i < parties.length; ++i) {
            uint8 role = as_ == 0 ? parties[i].role : as_;
            if (scene.word.modes(role) == 0) continue;
            next = _requireOne(scene, consents, role, parties[i].id, next);
        }
    }

    /// @dev At least one named authority has ordered, where the act word asks for it.
    function _requireAuthority(Scene memory scene, Consent[] calldata consents) internal view {
        if (scene.word.modes(PartyRoles.AUTHORITY) == 0) return;
        for (uint256 i = 0; i < consents.length; ++i) {
            if (consents[i].role != PartyRoles.AUTHORITY || consents[i].party == 0) continue;
            _requireValid(scene, consents[i]);
            scene.seen |= 1 << i;
            return;
        }
        revert IPledgeErrors.ConsentMissing(PartyRoles.AUTHORITY, 0);
    }

    /// @dev As many officers as the word wants, and where consents are vouched for never fewer. Keys of one account count each.
    function _requireOfficers(Scene memory scene) internal pure {
        uint256 needed = scene.word.officers();
        if (scene.vouched && scene.word.officersVouching() > needed) needed = scene.word.officersVouching();
        uint256 given = _officers(scene);
        require(given >= needed, IPledgeErrors.OfficersMissing(scene.code, given, needed));
    }

    /// @dev As many officers as the word wants, and one whatever it says: an office's own act.
    function _requireOffice(Scene memory scene) internal pure {
        _requireOfficers(scene);
        require(_officers(scene) != 0, IPledgeErrors.OfficersMissing(scene.code, 0, 1));
    }

    function _officers(Scene memory scene) internal pure returns (uint256 given) {
        for (uint256 i = 0; i < scene.signers.length; ++i) {
            if (_isOfficer(scene, scene.signers[i])) ++given;
        }
    }

    /// @dev The keys of the officers who signed, in their order.
    function _officerKeys(Scene memory scene) internal pure returns (address[] memory keys) {
        keys = new address[](_officers(scene));
        uint256 count = 0;
        for (uint256 i = 0; i < scene.signers.length; ++i) {
            if (_isOfficer(scene, scene.signers[i])) keys[count++] = scene.signers[i].key;
        }
    }

    /// @dev The party's consent, looked for from `from` on and around, since lists mostly run in step.
    function _requireOne(Scene memory scene, Consent[] calldata consents, uint8 role, bytes32 party, uint256 from)
        internal
        view
        returns (uint256)
    {
        for (uint256 i = 0; i < consents.length; ++i) {
            uint256 index = (from + i) % consents.length;
            if (consents[index].party != party || consents[index].role != role) continue;
            _requireValid(scene, consents[index]);
            scene.seen |= 1 << index;
            return index + 1;
        }
        revert IPledgeErrors.ConsentMissing(role, party);
    }

    function _requireValid(Scene memory scene, Consent calldata consent) internal view {
        (uint8 role, uint8 mode, bytes32 party) = (consent.role, consent.mode, consent.party);
        require(
            mode >= Modes.SIGNED && mode <= Modes.DEEMED && scene.word.modes(role) >> (mode - 1) & 1 == 1,
            IPledgeErrors.ConsentModeRefused(role, party, mode)
        );
        require(
            consent.until == 0 || block.timestamp <= consent.until,
            IPledgeErrors.ConsentExpired(role, party, consent.until)
        );
        if (mode != Modes.SIGNED) {
            require(consent.evidence != 0, IPledgeErrors.EvidenceMissing(role, party));
            scene.vouched = true;
        }
        if (mode == Modes.DEEMED) _requireRunOut(scene, consent);
        _requireGiven(scene, consent);
    }

    /// @dev A body is published with all its consents, so nobody's is told that nobody gave: one that was not asked for is given as it says, too.
    function _requireShown(Scene memory scene, Consent[] calldata consents) internal view {
        if (consents.length < 256 && scene.seen == (1 << consents.length) - 1) return;
        for (uint256 i = 0; i < consents.length; ++i) {
            if (scene.seen >> i & 1 == 0) _requireGiven(scene, consents[i]);
        }
    }

    function _requireGiven(Scene memory scene, Consent calldata consent) private view {
        if (scene.dry) return;
        require(
            consent.signer < scene.signers.length && _isGiven(scene, consent, scene.signers[consent.signer]),
            IPledgeErrors.ConsentNotSigned(consent.role, consent.party, consent.signer)
        );
    }

    /// @dev What a notice is kept by: it was given to those who are parties now, and says nothing to who comes in later.
    function _noticeOf(uint40 pledge, bytes32 subject) internal view virtual returns (bytes32);

    /// @dev The notice has run for the act code's period: since the pledge's record of it; for a filing since the officer says that it was given.
    function _requireRunOut(Scene memory scene, Consent calldata consent) private view {
        uint256 period = scene.word.period();
        if (period == 0) return;
        int256 since = consent.given;
        if (scene.pledge != 0) {
            since = int256(uint256(notices[scene.pledge][_noticeOf(scene.pledge, consent.evidence)]));
        }
        require(
            since != 0 && since + int256(period) <= int256(block.timestamp),
            IPledgeErrors.NoticeRunning(consent.role, consent.party, since)
        );
    }

    /// @dev Signed by a key of the account that signs for the party, or vouched for by an officer who signs in that mode. Nobody vouches for his own
    /// account, but an authority may show its own order.
    function _isGiven(Scene memory scene, Consent calldata consent, Signer memory signer) private view returns (bool) {
        if (signer.mode != consent.mode) return false;
        bool own = PartyBook.signerOf(book, scene.office, consent.party) == signer.account;
        if (consent.mode == Modes.SIGNED) return own && signer.role & _rolesOf(consent.role) != 0;
        bool ordered = consent.role == PartyRoles.AUTHORITY && consent.mode == Modes.ORDERED;
        return (!own || ordered) && _isOfficer(scene, signer);
    }

    function _rolesOf(uint8 partyRole) private pure returns (uint16) {
        if (partyRole == PartyRoles.AUTHORITY) return AUTHORITY_ROLES;
        return partyRole == PartyRoles.PLEDGEE || partyRole == PartyRoles.NEW_PLEDGEE ? PLEDGEE_ROLES : PLEDGOR_ROLES;
    }

    /// @dev Of the register's office, or of a court, in a role that the act word admits.
    function _isOfficer(Scene memory scene, Signer memory signer) private pure returns (bool) {
        return signer.role & scene.word.officerRoles() != 0
            && (signer.account == scene.office || signer.role == Roles.COURT_OFFICER);
    }

    /// @dev Officers who sign in a mode that the word admits for an authority: they show its order.
    function _requireOrder(Scene memory scene) internal pure {
        uint256 needed = scene.word.officers();
        uint256 given = 0;
        for (uint256 i = 0; i < scene.signers.length; ++i) {
            uint8 mode = scene.signers[i].mode;
            bool admitted = mode != 0 && scene.word.modes(PartyRoles.AUTHORITY) >> (mode - 1) & 1 == 1;
            if (admitted && _isOfficer(scene, scene.signers[i])) ++given;
        }
        require(given >= needed && given != 0, IPledgeErrors.OfficersMissing(scene.code, given, needed));
    }
}
