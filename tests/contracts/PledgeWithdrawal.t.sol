// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IPledgeErrors, IPledgeEvents} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {PartyRoles} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates, PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Listed} from "./AssetListing.sol";
import {Hand, PledgeBase} from "./PledgeBase.t.sol";

/// @notice Parties take a filing back before it is decided.
contract PledgeWithdrawalTest is PledgeBase {
    using PledgeWord for uint256;

    Listed private assets;

    function setUp() public override {
        super.setUp();
        assets = _cnPatents(1, 2);
    }

    function _filed() private returns (uint40 pledge, FilePledge memory filing) {
        filing = _cnFiling(assets);
        pledge = _file(filing, _partiesHands());
    }

    function test_partiesWithdrawWhatTheyFiled() public {
        (uint40 pledge, FilePledge memory filing) = _filed();
        WithdrawFiling memory body = _withdrawal(pledge, filing);
        Act memory act = _withdrawAct(body, _partiesHands());
        uint256 head = _head(pledge).withState(PledgeStates.WITHDRAWN);
        vm.expectEmit(address(registry));
        emit IPledgeEvents.FilingWithdrawn(
            pledge, head, body.instrument, body.consents, pledgor.account, acts.digestOf(act)
        );
        _run(act);
        assertEq(_head(pledge), head);
    }

    function test_anAcceptedFilingIsWithdrawnToo() public {
        (uint40 pledge, FilePledge memory filing) = _filed();
        _accept(pledge, filing, assets);
        _done(_withdrawAct(_withdrawal(pledge, filing), _partiesHands()));
        (bool live,) = registry.live(assets.keys[0]);
        assertFalse(live);
    }

    function test_everyPartyWithdraws() public {
        (uint40 pledge, FilePledge memory filing) = _filed();
        WithdrawFiling memory body = _withdrawal(pledge, filing);
        body.consents[1] = body.consents[0];
        _refused(
            _withdrawAct(body, _partiesHands()),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account)
            )
        );
        _refused(
            _withdrawAct(_withdrawal(pledge, filing), _hands(_hand(pledgor))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGEE, _memberWord(pledgee.account), 1
            )
        );
    }

    function test_theFilingsOwnConsentsAreNoneToItsWithdrawal() public {
        (uint40 pledge, FilePledge memory filing) = _filed();
        WithdrawFiling memory body = _withdrawal(pledge, filing);
        body.consents = new Consent[](0);
        _refused(
            _withdrawAct(body, _partiesHands()),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentMissing.selector, PartyRoles.PLEDGOR, _memberWord(pledgor.account)
            )
        );
    }

    function test_theOfficeAttestsAWithdrawal() public {
        (uint40 pledge, FilePledge memory filing) = _filed();
        WithdrawFiling memory body = _withdrawal(pledge, filing);
        body.consents = _consents(filing.parties, Modes.ATTESTED);
        _refused(
            _withdrawAct(body, _hands(_officer(usOffice, Modes.ATTESTED))),
            abi.encodeWithSelector(
                IPledgeErrors.ConsentNotSigned.selector, PartyRoles.PLEDGOR, _memberWord(pledgor.account), 0
            )
        );
        _done(_withdrawAct(body, _hands(_officer(cnOffice, Modes.ATTESTED))));
    }

    function test_theFilingIsPresentedAsItWasFiled() public {
        (uint40 pledge, FilePledge memory filing) = _filed();
        bytes32 filed = _chainOf(pledge);
        filing.parties = _parties(_party(PartyRoles.PLEDGOR, outsider), _party(PartyRoles.PLEDGEE, outsider));
        _refused(
            _withdrawAct(_withdrawal(pledge, filing), _hands(_hand(outsider))),
            abi.encodeWithSelector(
                IPledgeErrors.FilingMismatch.selector, pledge, registry.hashFilePledge(filing), filed
            )
        );
    }

    function test_whatIsRegisteredIsNotWithdrawn() public {
        FilePledge memory filing = _cnFiling(assets);
        bytes32 filed = registry.hashFilePledge(filing);
        uint40 pledge = _registered(assets);
        _refused(
            _withdrawAct(_withdrawal(pledge, filing), _partiesHands()),
            abi.encodeWithSelector(IPledgeErrors.FilingMismatch.selector, pledge, filed, _chainOf(pledge))
        );
    }

    function test_aClosedRegisterLetsGo() public {
        (uint40 pledge, FilePledge memory filing) = _filed();
        registers.closeRegister(CN);
        _done(_withdrawAct(_withdrawal(pledge, filing), _partiesHands()));
    }
}
