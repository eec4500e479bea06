// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import "../../contracts/types/PledgeBodies.sol";
import {PledgeBase} from "./PledgeBase.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Hashes of pledge bodies are EIP-712's hashStruct over every field, as another implementation computes it.
/// @dev Random bodies are large and their hashes have no rare branches, so fewer runs than elsewhere.
/// forge-config: default.fuzz.runs = 24
/// forge-config: full.fuzz.runs = 1000
contract PledgeHashTest is PledgeBase {
    function _expected(PledgeRules.Kind memory kind, bytes memory body) private pure returns (bytes32) {
        return vm.eip712HashStruct(kind.body, body);
    }

    function testFuzz_filing(FilePledge memory body) public view {
        assertEq(registry.hashFilePledge(body), _expected(PledgeRules.filePledge(), abi.encode(body)));
    }

    function testFuzz_acceptance(AcceptPledge memory body) public view {
        assertEq(registry.hashAcceptPledge(body), _expected(PledgeRules.acceptPledge(), abi.encode(body)));
    }

    function testFuzz_decision(DecidePledge memory body) public view {
        assertEq(registry.hashDecidePledge(body), _expected(PledgeRules.decidePledge(), abi.encode(body)));
    }

    function testFuzz_recording(RecordPledge memory body) public view {
        assertEq(registry.hashRecordPledge(body), _expected(PledgeRules.recordPledge(), abi.encode(body)));
    }

    function testFuzz_withdrawal(WithdrawFiling memory body) public view {
        assertEq(registry.hashWithdrawFiling(body), _expected(PledgeRules.withdrawFiling(), abi.encode(body)));
    }

    /// @dev One kind of act a call, twice in its list: random lists of lists outgrow the fuzzer.
    function _acts(PledgeActs memory body) private view {
        assertEq(registry.hashPledgeActs(body), _expected(PledgeRules.pledgeActs(), abi.encode(body)));
    }

    function testFuzz_changesOfTerms(Instrument memory instrument, Consent[] memory consents, ChangeTerms memory one)
        public
        view
    {
        PledgeActs memory body;
        (body.instrument, body.consents, body.terms) = (instrument, consents, new ChangeTerms[](2));
        body.terms[0] = body.terms[1] = one;
        _acts(body);
    }

    function testFuzz_changesOfParties(ChangeParties memory one) public view {
        PledgeActs memory body;
        body.parties = new ChangeParties[](2);
        body.parties[0] = body.parties[1] = one;
        _acts(body);
    }

    function testFuzz_supplements(AddSegment memory one) public view {
        PledgeActs memory body;
        body.segments = new AddSegment[](2);
        body.segments[0] = body.segments[1] = one;
        _acts(body);
    }

    function testFuzz_partReleases(ActOn memory on, LeafPage memory one, uint8 basis, uint8 reason, bytes32 unpledged)
        public
        view
    {
        PledgeActs memory body;
        body.partReleases = new ReleaseAssets[](2);
        ReleaseAssets memory release = body.partReleases[0];
        (release.on, release.basis, release.reason) = (on, basis, reason);
        release.leaves = new LeafPage[](2);
        release.leaves[0] = release.leaves[1] = one;
        release.unpledged = new bytes32[](1);
        release.unpledged[0] = unpledged;
        _acts(body);
    }

    function testFuzz_releases(ReleasePledge memory one) public view {
        PledgeActs memory body;
        body.releases = new ReleasePledge[](2);
        body.releases[0] = body.releases[1] = one;
        _acts(body);
    }

    function testFuzz_statesAndNotes(SetPledgeState memory state, NotePledge memory note) public view {
        PledgeActs memory body;
        (body.states, body.notes) = (new SetPledgeState[](1), new NotePledge[](1));
        (body.states[0], body.notes[0]) = (state, note);
        _acts(body);
    }
}
