// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {VmSafe} from "forge-std/Vm.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC3525Receiver} from "../../contracts/interfaces/IERC3525.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {RightsTable} from "./RightsTable.t.sol";

interface IAttack {
    function attack() external;
}

/// @notice An account that lets others loose as soon as it is told of a token.
contract Reentrant is IERC721Receiver, IERC3525Receiver {
    /// In the code, since it takes the place of an account that has storage of its own.
    IAttack private immutable ATTACK;

    constructor(IAttack attack) {
        ATTACK = attack;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        ATTACK.attack();
        return IERC721Receiver.onERC721Received.selector;
    }

    function onERC3525Received(address, uint256, uint256, uint256, bytes calldata) external returns (bytes4) {
        ATTACK.attack();
        return IERC3525Receiver.onERC3525Received.selector;
    }
}

/// @notice Every function that changes state, called from within every hook by who may call it: it does what it would have done behind the transfer, to
/// the last slot and event. Called while ranges or payments are being written, what would write them too is refused.
/// @dev The calls are the rows of {RightsTable}; tests/ledger/chain/test_rights.py holds them against the ABIs, so none is forgotten.
contract ReceivableReentryTest is RightsTable, IAttack {
    /// The ways a contract is told: a safe transfer, value to its address, value between its tokens.
    enum Form {
        Safe,
        Tail,
        Merge
    }

    /// What came of a transfer with a call in it or behind it.
    struct Outcome {
        bool done;
        bytes reason;
        bytes32 logs;
        bytes32 state;
    }

    Row private bidden;
    bool private armed;
    bool private attacked;
    bool private succeeded;
    bytes private answer;

    mapping(bytes32 run => mapping(bytes32 place => bytes32)) private written;

    function setUp() public override {
        super.setUp();
        vm.etch(house, address(new Reentrant(this)).code);
        vm.startPrank(firstKey);
        members.addKey(IMembers.AddKey(house, ALL_ROLES));
        token.setApprovalForAll(rival, true);
        vm.stopPrank();
    }

    // --- The attack ---

    /// @inheritdoc IAttack
    function attack() external {
        if (!armed) return;
        armed = false;
        _callAsWhoMay();
    }

    function _callAsWhoMay() private {
        Row memory row = bidden;
        attacked = true;
        if (row.door == Door.Acts) {
            (succeeded, answer) = _signed(row, _admitted(row), Modes.SIGNED);
            return;
        }
        address caller = row.door == Door.Named && row.named[0] != address(0) ? row.named[0] : house;
        vm.prank(caller);
        (succeeded, answer) = row.target.call(row.data);
    }

    function _transfer(Form form) private {
        if (form == Form.Merge) {
            vm.prank(rival);
            token.transferFrom(_id(held, 400), _id(held, 0), 600);
            return;
        }
        vm.prank(supplier.account);
        if (form == Form.Safe) token.safeTransferFrom(supplier.account, house, _id(plain, 0));
        else token.transferFrom(_id(plain, 0), house, 400);
    }

    function _outcome(Row memory row, Form form, bool inHook) private returns (Outcome memory outcome) {
        (bidden, attacked, armed) = (row, false, inHook);
        vm.recordLogs();
        vm.startStateDiffRecording();
        _transfer(form);
        assertEq(attacked, inHook, "the hook was asked");
        if (!inHook) _callAsWhoMay();
        VmSafe.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        (outcome.done, outcome.reason) = (succeeded, answer);
        outcome.logs = keccak256(abi.encode(vm.getRecordedLogs()));
        outcome.state = _written(accesses, keccak256(abi.encode(row.name, form, inHook)));
    }

    /// @dev A sum over the last value of every place written, whatever the order.
    function _written(VmSafe.AccountAccess[] memory accesses, bytes32 run) private returns (bytes32) {
        uint256 sum;
        for (uint256 i = 0; i < accesses.length; ++i) {
            VmSafe.StorageAccess[] memory each = accesses[i].storageAccesses;
            for (uint256 j = 0; j < each.length; ++j) {
                if (!each[j].isWrite || each[j].reverted || each[j].account == address(this)) continue;
                bytes32 place = keccak256(abi.encode(each[j].account, each[j].slot));
                unchecked {
                    sum -= uint256(written[run][place]);
                    written[run][place] = keccak256(abi.encode(place, each[j].newValue));
                    sum += uint256(written[run][place]);
                }
            }
        }
        return bytes32(sum);
    }

    function tryForm(uint256 index, Form form) external returns (bool done) {
        Row memory row = rows[index];
        uint256 before = vm.snapshotState();
        Outcome memory inside = _outcome(row, form, true);
        _restore(before);
        before = vm.snapshotState();
        Outcome memory behind = _outcome(row, form, false);
        _restore(before);
        string memory cell = string.concat(row.name, " in form ", vm.toString(uint256(form)));
        assertEq(inside.done, behind.done, cell);
        assertEq(inside.reason, behind.reason, cell);
        assertEq(inside.logs, behind.logs, string.concat(cell, ": events"));
        assertEq(inside.state, behind.state, string.concat(cell, ": state"));
        return inside.done;
    }

    function _ofReceivables(Row memory row) private view returns (bool) {
        address[17] memory all = [
            address(loans),
            address(agreements),
            address(escrow),
            address(valuations),
            address(purchases),
            address(financing),
            address(token),
            address(drafts),
            address(offers),
            address(holds),
            address(endings),
            address(exposure),
            address(repayment),
            address(mandates),
            address(guarantees),
            address(cash),
            address(desk)
        ];
        for (uint256 i = 0; i < all.length; ++i) {
            if (row.target == all[i]) return true;
        }
        return false;
    }

    function test_a_call_from_a_hook_does_what_it_would_have_done_behind_the_transfer() public {
        uint256 count;
        uint256 done;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (!_ofReceivables(rows[i])) continue;
            ++count;
            for (uint8 form = 0; form <= uint8(type(Form).max); ++form) {
                // From outside, since what is recorded of a call would fill the memory of this one.
                if (this.tryForm(i, Form(form)) && form == 0) ++done;
            }
        }
        assertGt(count, 80, "as many functions as there are");
        assertGt(done, count * 3 / 4, "most are done: the calls are real ones");
    }

    /// @dev What writes neither ranges nor payments and so goes on while they are written; whoever is called from within a write meets no half of it here.
    function _goesOn(Row memory row) private pure returns (bool) {
        string[41] memory names = [
            "CashDesk.",
            "SettlementCash.",
            "Exposure.",
            "ReceivableDrafts.setPolicy",
            "ReceivableDrafts.retirePolicy",
            "ReceivableDrafts.issue",
            "ReceivableDrafts.withdrawDraft",
            "ReceivableDrafts.refuse",
            "ReceivableDrafts.setAuthority",
            "ReceivableToken.appendModule",
            "ReceivableToken.setAuthority",
            "ReceivableToken.setApprovalForAll(address,bool)",
            "ReceivableToken.revokeApprovals",
            "ReceivableOffers.notify",
            "ReceivableOffers.acknowledge",
            "ReceivableHolds.setAuthority",
            "ReceivableHolds.holdAccount",
            "ReceivableHolds.orderRange",
            "ReceivableHolds.orderCredit",
            "ReceivableHolds.executeCredit",
            "ReceivableHolds.free",
            "Repayment.withdraw",
            "Repayment.withdrawRange",
            "Repayment.orderCredit",
            "Repayment.recordOpening",
            "Repayment.recordRetirement",
            "Repayment.recordCancellation",
            "Repayment.settle",
            "Mandates.setMandate",
            "Mandates.endMandate",
            "Mandates.closePot",
            "Guarantees.openPool",
            "Guarantees.cover",
            "PurchaseOffers.",
            "Financing.withdrawFinancing",
            "Financing.lose",
            "LoanAgreements.",
            "Valuations.",
            "Loans.",
            "TitleEscrow.lose",
            "TitleEscrow.enterPiece"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            if (_begins(row.name, names[i])) return true;
        }
        return false;
    }

    function _begins(string memory text, string memory start) private pure returns (bool) {
        return bytes(start).length <= bytes(text).length && _same(text, start);
    }

    function _same(string memory text, string memory start) private pure returns (bool) {
        for (uint256 i = 0; i < bytes(start).length; ++i) {
            if (bytes(text)[i] != bytes(start)[i]) return false;
        }
        return true;
    }

    /// @dev Whether it is done when nothing is being written.
    function _isDone(Row memory row) private returns (bool done) {
        uint256 before = vm.snapshotState();
        bidden = row;
        _callAsWhoMay();
        done = succeeded || bytes4(row.data) == token.releaseLock.selector;
        _restore(before);
        bidden = row;
    }

    function test_while_ranges_or_payments_are_written_whatever_else_would_write_them_is_refused() public {
        address module = makeAddr("another module");
        token.appendModule(module);
        uint256 refused;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (!_ofReceivables(rows[i]) || !_isDone(rows[i])) continue;
            uint256 before = vm.snapshotState();
            vm.prank(module);
            token.takeLock();
            _callAsWhoMay();
            bool locked = !succeeded && bytes4(answer) == IReceivableToken.Locked.selector;
            if (bytes4(rows[i].data) == token.releaseLock.selector) {
                assertEq(bytes4(answer), IReceivableToken.NotModule.selector, "another's lock is not released");
            } else {
                assertEq(locked, !_goesOn(rows[i]), rows[i].name);
            }
            if (locked) ++refused;
            vm.prank(module);
            token.releaseLock();
            vm.revertToStateAndDelete(before);
        }
        assertGt(refused, 40);
    }

    /// @dev The lock lies outside the state that a snapshot keeps.
    function _restore(uint256 before) private {
        vm.revertToStateAndDelete(before);
        vm.prank(address(repayment));
        (bool released,) = address(token).call(abi.encodeCall(token.releaseLock, ()));
        released;
    }
}
