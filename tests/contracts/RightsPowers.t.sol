// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Powers} from "../../contracts/types/Powers.sol";
import {ReceivableWords} from "../../contracts/types/ReceivableWord.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {RightsState} from "./RightsState.t.sol";

/// @notice Each power over the token by itself: the companion that has it is admitted, everybody else meets {IReceivableToken-NotCompanion}.
contract RightsPowersTest is RightsState {
    uint8 private constant CARRIED = TokenWords.OFFERED | TokenWords.HELD | TokenWords.CUSTODY;

    struct Power {
        uint16 needed;
        bytes data;
    }

    struct Caller {
        string name;
        address place;
        uint16 powers;
    }

    Power[] private list;
    Caller[] private callers;

    function setUp() public override {
        super.setUp();
        _companions();
        _others();
        _listFlags();
        _listMarks();
        _listActs();
    }

    function _companions() private {
        callers.push(Caller("offers", address(offers), Powers.CARRY | TokenWords.OFFERED));
        uint16 courts_ = TokenWords.HELD | TokenWords.CUSTODY | TokenWords.CANCEL_CONSENT;
        callers.push(Caller("holds", address(holds), Powers.CARRY | Powers.MARK_HELD | courts_));
        uint16 ends = TokenWords.CANCEL_CONSENT | TokenWords.WRITTEN_OFF;
        callers.push(Caller("endings", address(endings), Powers.END | Powers.MARK_DISPUTED | ends));
        callers.push(Caller("drafts", address(drafts), Powers.OPEN));
        callers.push(Caller("financing", address(financing), Powers.CARRY | TokenWords.CUSTODY));
        callers.push(Caller("title escrow", address(escrow), Powers.CARRY | TokenWords.CUSTODY));
    }

    function _others() private {
        callers.push(Caller("repayment", address(repayment), 0));
        callers.push(Caller("mandates", address(mandates), 0));
        callers.push(Caller("guarantees", address(guarantees), 0));
        callers.push(Caller("purchases", address(purchases), 0));
        callers.push(Caller("exposure", address(exposure), 0));
        callers.push(Caller("Acts", address(acts), 0));
        callers.push(Caller("the token", address(token), 0));
        callers.push(Caller("the council", address(council), 0));
        callers.push(Caller("who decides for the council", address(this), 0));
        callers.push(Caller("the owner's key", firstKey, 0));
        callers.push(Caller("a stranger", stranger, 0));
    }

    /// @dev Each flag is set, is cleared, and goes along with a range that is carried; consents and write-offs go along with nobody's.
    function _listFlags() private {
        uint256 id = _id(held, 0);
        for (uint8 flag = TokenWords.APPROVED; flag <= TokenWords.CUSTODY; flag <<= 1) {
            list.push(Power(flag, abi.encodeCall(token.flag, (id, flag, 0))));
            list.push(Power(flag, abi.encodeCall(token.flag, (id, 0, flag))));
            if (flag & CARRIED == 0) continue;
            list.push(Power(Powers.CARRY | flag, abi.encodeCall(token.carry, (_range(), flag))));
        }
        list.push(Power(Powers.CARRY, abi.encodeCall(token.carry, (_range(), 0))));
        uint8 two = TokenWords.OFFERED | TokenWords.HELD;
        list.push(Power(two, abi.encodeCall(token.flag, (id, TokenWords.OFFERED, TokenWords.HELD))));
        list.push(Power(Powers.CARRY | two, abi.encodeCall(token.carry, (_range(), two))));
    }

    function _range() private view returns (IReceivableToken.Move memory) {
        return IReceivableToken.Move(_id(held, 0), 0, 10, other.account, "ref");
    }

    function _listMarks() private {
        list.push(Power(Powers.MARK_HELD, abi.encodeCall(token.mark, (held, ReceivableWords.HELD, 0))));
        list.push(Power(Powers.MARK_HELD, abi.encodeCall(token.mark, (held, 0, ReceivableWords.HELD))));
        list.push(Power(Powers.MARK_DISPUTED, abi.encodeCall(token.mark, (held, ReceivableWords.DISPUTED, 0))));
        list.push(Power(Powers.MARK_DISPUTED, abi.encodeCall(token.mark, (held, 0, ReceivableWords.DISPUTED))));
        uint16 both = Powers.MARK_HELD | Powers.MARK_DISPUTED;
        bytes memory data = abi.encodeCall(token.mark, (held, ReceivableWords.HELD, ReceivableWords.DISPUTED));
        list.push(Power(both, data));
    }

    function _listActs() private {
        list.push(Power(Powers.OPEN, abi.encodeCall(token.open, (77, _terms(9, DUE), 0, 0, 0))));
        list.push(Power(Powers.END, abi.encodeCall(token.retire, (_id(plain, 0), 0, 10, "ref"))));
        list.push(Power(Powers.END, abi.encodeCall(token.cancel, (agreed))));
    }

    function test_each_companion_has_exactly_the_powers_that_it_was_made_with() public view {
        for (uint256 i = 0; i < callers.length; ++i) {
            assertEq(token.powersOf(callers[i].place), callers[i].powers, callers[i].name);
        }
    }

    function test_each_power_admits_who_has_it_and_nobody_else() public {
        for (uint256 i = 0; i < callers.length; ++i) {
            for (uint256 j = 0; j < list.length; ++j) {
                _try(callers[i], list[j]);
            }
        }
    }

    function _try(Caller memory caller, Power memory power) private {
        uint256 before = vm.snapshotState();
        vm.prank(caller.place);
        (bool done, bytes memory reason) = address(token).call(power.data);
        vm.revertToStateAndDelete(before);
        string memory cell = string.concat(caller.name, " with power ", vm.toString(power.needed));
        bytes memory refusal =
            abi.encodeWithSelector(IReceivableToken.NotCompanion.selector, caller.place, power.needed);
        if (caller.powers & power.needed == power.needed) assertTrue(done, string.concat(cell, vm.toString(reason)));
        else assertEq(done ? bytes("") : reason, refusal, cell);
    }
}
