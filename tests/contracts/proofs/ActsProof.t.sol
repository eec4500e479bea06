// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Acts} from "../../../contracts/Acts.sol";
import {Council} from "../../../contracts/Council.sol";
import {Members} from "../../../contracts/Members.sol";
import {Act, Signer} from "../../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../../contracts/interfaces/IMembers.sol";

/// @notice Counts how often it is reached, by whatever call.
contract Counter {
    uint256 public runs;

    fallback() external {
        ++runs;
    }
}

/// @notice Proofs over every envelope of their shape and every state of Members: a consent is used once. `check_` functions are run symbolically.
/// @dev Keys are fixed (whose they are is Members' arbitrary word), so that a call to one goes to a known place; lists have one or two signers.
contract ActsProof is Test {
    bytes32 private constant KIND = keccak256("Kind(bytes32 field)");

    Acts private acts;
    Members private members;
    Counter private counter;
    address private key = address(0x1111);
    address private otherKey = address(0x2222);

    function setUp() public {
        Council council = new Council(address(this));
        members = new Members(address(0xac75), address(0x401d), address(council));
        acts = new Acts(keccak256("ledger"), IMembers(members), address(council));
        counter = new Counter();
        acts.setRelayer(address(this), true);
        acts.addKind(KIND, keccak256("Envelope"), address(counter), 0x12345678, 0);
        vm.setArbitraryStorage(address(members));
    }

    /// Everything else of an envelope is arbitrary.
    struct Shape {
        address account;
        uint256 id;
        uint64 deadline;
        uint32 gas;
        bytes32 field;
        Signer one;
        Signer two;
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    function _act(Shape memory shape, uint256 signers) private view returns (Act memory act) {
        (act.account, act.id, act.deadline, act.gas) = (shape.account, shape.id, shape.deadline, shape.gas);
        (act.kind, act.body) = (KIND, abi.encode(shape.field));
        act.signers = new Signer[](signers);
        act.signatures = new bytes[](signers);
        act.signers[0] = shape.one;
        act.signers[0].key = key;
        act.signatures[0] = abi.encodePacked(shape.r, shape.s, shape.v);
        if (signers == 1) return act;
        act.signers[1] = shape.two;
        act.signers[1].key = otherKey;
        act.signatures[1] = abi.encodePacked(shape.s, shape.r, shape.v);
    }

    function _run(Act memory act) private {
        Act[] memory batch = new Act[](1);
        batch[0] = act;
        acts.run(batch);
    }

    /// @dev What had no effect is not used up: only envelopes that had one are looked at further.
    function _runsOnce(Act memory act) private {
        _run(act);
        vm.assume(counter.runs() == 1);
    }

    /// One envelope has one effect, however often it is sent.
    function check_anEnvelopeRunsOnce(Shape memory shape) public {
        Act memory act = _act(shape, 2);
        _runsOnce(act);
        _run(act);
        assert(counter.runs() == 1);
    }

    /// An effect leaves every nonce of its signers spent.
    function check_anEffectSpendsEveryNonce(Shape memory shape) public {
        _runsOnce(_act(shape, 2));
        assert(acts.spent(shape.one.account, shape.one.nonce));
        assert(acts.spent(shape.two.account, shape.two.nonce));
    }

    /// @dev Spent as a member itself spends it: the bit is the one that an envelope sets.
    function _void(address operator, uint256 id) private returns (address account) {
        (account,) = members.operatorOf(operator);
        vm.prank(operator);
        acts.void(id);
        assert(acts.spent(account, id));
    }

    /// An envelope with a spent nonce, in whatever place, has no effect. So of two that share one, only one has.
    function check_aSpentNonceRunsNothing(Shape memory shape, bool first, address operator) public {
        Signer memory signer = first ? shape.one : shape.two;
        vm.assume(_void(operator, signer.nonce) == signer.account);
        _run(_act(shape, 2));
        assert(counter.runs() == 0);
    }

    /// Nothing is unspent again, whatever runs.
    function check_whatIsSpentStaysSpent(Shape memory shape, address operator, uint256 id) public {
        address account = _void(operator, id);
        _run(_act(shape, 1));
        assert(acts.spent(account, id));
    }
}
