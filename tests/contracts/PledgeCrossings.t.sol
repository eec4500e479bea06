// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {Effects, HoldTargets, PartyRoles, RectifyKinds} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {AnchorForms} from "./AnchorForms.t.sol";
import {Listed} from "./AssetListing.sol";

/// @notice Where two of the register's devices meet: cases that random lives found (PledgeInvariant.t.sol).
contract PledgeCrossingsTest is AnchorForms {
    /// @dev The flag that a hold leaves on the asset went into the mark of the record, which nobody could adopt any more.
    function test_aRecordOnAHeldAssetIsSeededAndAdopted() public {
        Listed memory listed = _cnPatents(1, 1);
        _done(_holdAct(_hold(CN, HoldTargets.ASSET, listed.keys[0], Effects.REGISTER)));
        Old memory old = _old(CN, _record(CN, "OLD-1", listed));
        _lives(old, "OLD-1", listed.keys);
        uint16 anchor = _opened(old);
        uint40 adopted = _adopted(old, anchor, 0, listed);
        (bool live, uint40 taker) = registry.live(listed.keys[0]);
        assertTrue(live);
        assertEq(taker, adopted);
    }

    /// @dev A disputed number whose word names a pledge that is over: what was reserved on the other one was not voided by their joining, and a second live
    /// pledge was registered.
    function test_aReservationIsVoidOnceADisputedNumberIsJoined() public {
        uint40 first = _registered(_cnPatents(1, 1));
        _done(_releaseAct(first));
        uint40 second = _registered(_cnPatents(1, 1));
        RectifyPledge memory body = _rectification(first, RectifyKinds.RESTORE);
        body.pages = new LeafPage[](1);
        body.pages[0] = _leaves(_segmentOf(first), _cnPatents(1, 1), 0, 0);
        _done(_rectifyAct(body));
        _done(_releaseAct(second));
        FilePledge memory filing = _cnFiling(_cnPatents(2, 1));
        uint40 third = _file(filing, _partiesHands());
        _accept(third, filing, _cnPatents(2, 1));
        _done(_joinAct(CN, _key("CNPA", 1), _key("CNPA", 2)));
        _refused(
            _decideAct(_decision(third, filing, _cnPatents(2, 1))),
            abi.encodeWithSelector(IPledgeErrors.ClaimDisplaced.selector, third)
        );
        _assertState(first, PledgeStates.REGISTERED);
    }
}
