// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {PaymentWord, PaymentWords, RETIREMENT} from "../../contracts/receivable/Ruler.sol";
import {MemberWord} from "../../contracts/types/MemberWord.sol";
import {Powers} from "../../contracts/types/Powers.sol";
import {ReceivableWord, ReceivableWords} from "../../contracts/types/ReceivableWord.sol";
import {TokenWord, TokenWords} from "../../contracts/types/TokenWord.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice The bits of every word are where the words' own pictures say, and no field reaches into another.
contract WordLayoutTest is Test {
    function testFuzz_a_token_word(address owner, uint64 length, uint16 cursor, uint8 flags) public pure {
        (cursor, flags) = (cursor & 1023, flags & 127);
        TokenWord word = TokenWords.make(owner, length, cursor, flags);
        uint256 wanted = uint160(owner) | uint256(length) << 160 | uint256(cursor) << 224 | uint256(flags) << 234;
        assertEq(TokenWord.unwrap(word), wanted);
        assertEq(word.owner(), owner);
        assertEq(word.length(), length);
        assertEq(word.cursor(), cursor);
        assertEq(word.flags(), flags);
    }

    function testFuzz_a_piece_takes_cursor_hold_and_custody_and_nothing_else(uint256 raw, address to, uint64 length)
        public
        pure
    {
        TokenWord word = TokenWord.wrap(raw & ((1 << 241) - 1));
        TokenWord piece = word.piece(to, length);
        uint8 kept = word.flags() & (TokenWords.HELD | TokenWords.CUSTODY);
        assertEq(TokenWord.unwrap(piece), TokenWord.unwrap(TokenWords.make(to, length, word.cursor(), kept)));
    }

    function testFuzz_what_stays_keeps_all_but_its_length(uint256 raw, uint64 length) public pure {
        TokenWord word = TokenWord.wrap(raw & ((1 << 241) - 1));
        TokenWord left = word.shortened(length);
        assertEq(left.owner(), word.owner());
        assertEq(left.length(), length);
        assertEq(left.cursor(), word.cursor());
        assertEq(left.flags(), word.flags());
    }

    function testFuzz_a_cursor_changes_nothing_else(uint256 raw, uint16 cursor) public pure {
        uint256 mask = uint256(1023) << 224;
        TokenWord word = TokenWord.wrap(raw).withCursor(cursor & 1023);
        assertEq(TokenWord.unwrap(word), raw & ~mask | uint256(cursor & 1023) << 224);
    }

    function testFuzz_a_receivable_word(ReceivableWords.Fields memory f) public pure {
        (f.payments, f.state, f.marks) = (f.payments & 1023, f.state & 7, f.marks & 1023);
        (f.leastPiece, f.currency) = (f.leastPiece & 63, f.currency & 1023);
        ReceivableWord word = ReceivableWords.pack(f);
        assertEq(word.face(), f.face);
        assertEq(word.owedLive(), f.owedLive);
        assertEq(word.due(), f.due);
        assertEq(word.payments(), f.payments);
        assertEq(word.state(), f.state);
        assertEq(word.marks(), f.marks);
        assertEq(word.leastPiece(), f.leastPiece);
        assertEq(word.module(), f.module);
        assertEq(word.cash(), f.cash);
        assertEq(word.policy(), f.policy);
        assertEq(word.currency(), f.currency);
        assertFalse(word.paused());
        assertEq(ReceivableWord.unwrap(word) >> 239, 0);
        assertTrue(ReceivableWord.wrap(ReceivableWord.unwrap(word) | 1 << 239).paused());
    }

    function testFuzz_a_payment_counts_one_and_sets_what_is_owed(ReceivableWords.Fields memory f, uint64 owed)
        public
        pure
    {
        (f.payments, f.state, f.marks) = (f.payments % 1023, f.state & 7, f.marks & 1023);
        (f.leastPiece, f.currency) = (f.leastPiece & 63, f.currency & 1023);
        ReceivableWord word = ReceivableWords.pack(f).withPayment(owed);
        (f.owedLive, f.payments) = (owed, f.payments + 1);
        assertEq(ReceivableWord.unwrap(word), ReceivableWord.unwrap(ReceivableWords.pack(f)));
    }

    function testFuzz_a_payment_word(uint64 p, uint64 i, uint64 d, uint40 time, uint8 kind) public pure {
        (kind, d) = (kind & 15, d >> 1);
        PaymentWord word = PaymentWords.make(p, i, d, time, kind);
        uint256 wanted = uint256(p) | uint256(i) << 64 | uint256(time) << 128 | uint256(kind) << 168 | uint256(d) << 192;
        if (kind == RETIREMENT) wanted |= 1 << 255;
        assertEq(PaymentWord.unwrap(word), wanted);
        assertEq(word.principal(), p);
        assertEq(word.interest(), i);
        assertEq(word.owedBefore(), d);
        assertEq(word.time(), time);
        assertEq(word.kind(), kind);
    }

    function testFuzz_a_member_word(address account, uint16 roles, uint32 epoch, uint16 ofKey) public pure {
        uint256 word = MemberWord.withEpoch(MemberWord.withRoles(uint160(account) | MemberWord.ACTIVE, roles), epoch);
        assertEq(word, uint160(account) | 1 << 160 | uint256(epoch) << 176 | uint256(roles) << 208);
        assertTrue(MemberWord.isActiveAccount(word, account));
        assertFalse(MemberWord.isActiveAccount(word, address(uint160(account) ^ 1)));
        assertFalse(MemberWord.isActiveAccount(word | MemberWord.SUSPENDED, account));
        uint256 key = MemberWord.withRoles(0, ofKey);
        assertEq(MemberWord.withRolesOf(word, key), MemberWord.withRoles(word, roles & ofKey));
    }
}

/// @notice What flags and marks do, whoever sets them.
contract ReceivableFlagsTest is ReceivableBase {
    uint192 private id;
    uint256 private source;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        source = _id(id, 0);
    }

    /// @dev By the companion that has the flag.
    function _flag(uint256 id_, uint8 flag) private {
        bool ofHolds = flag & (TokenWords.HELD | TokenWords.CUSTODY) != 0;
        vm.prank(ofHolds ? address(holds) : address(endings));
        token.flag(id_, flag, 0);
    }

    function _flags(uint256 id_) private view returns (uint8 flags) {
        (,,, flags) = views.range(id_);
    }

    /// @dev Bits of marks, flags and powers share their places; no power reaches a bit that it isn't for.
    function test_no_companion_changes_what_was_confirmed_or_carries_a_consent() public {
        bytes4 refused = IReceivableToken.NotCompanion.selector;
        vm.startPrank(address(holds));
        uint16 background = ReceivableWords.DEMANDS_BACKGROUND;
        vm.expectRevert(abi.encodeWithSelector(refused, address(holds), background));
        token.mark(id, background, 0);
        vm.expectRevert(
            abi.encodeWithSelector(refused, address(holds), Powers.CARRY | uint16(TokenWords.CANCEL_CONSENT))
        );
        token.carry(IReceivableToken.Move(source, 0, 10, other.account, ""), TokenWords.CANCEL_CONSENT);
        vm.stopPrank();
        vm.startPrank(address(offers));
        vm.expectRevert(abi.encodeWithSelector(refused, address(offers), uint16(2)));
        token.mark(id, 0, 2);
        vm.expectRevert(abi.encodeWithSelector(refused, address(offers), uint16(128)));
        token.flag(source, 128, 0);
    }

    function test_no_range_is_carried_to_a_member_that_is_suspended() public {
        _suspend(other.account);
        vm.prank(address(offers));
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, other.account));
        token.carry(IReceivableToken.Move(source, 0, 10, other.account, "ref"), 0);
    }

    function test_a_held_token_neither_moves_nor_merges() public {
        _flag(source, TokenWords.HELD);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, source, TokenWords.HELD);
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.move(IReceivableToken.Move(source, 0, 1, other.account, ""));
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, source);
        vm.expectRevert(reason);
        token.transferFrom(source, other.account, 5);
        vm.expectRevert(reason);
        token.merge(IReceivableToken.Merge(source, source));
        vm.stopPrank();
    }

    function test_a_held_token_is_not_drawn_and_its_money_is_kept() public {
        _move(supplier, source, 600, 1000, other.account);
        _flag(_id(id, 600), TokenWords.HELD);
        _pay(id, 500);
        bytes memory reason =
            abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, _id(id, 600), TokenWords.HELD);
        vm.expectRevert(reason);
        _draw(_id(id, 600));
        _draw(source);
        (uint64 principal,) = repayment.undrawn(_id(id, 600));
        assertEq(principal, 200);
    }

    function test_pieces_stay_in_custody_and_lose_consents_write_off_and_approvals() public {
        _flag(source, TokenWords.CUSTODY);
        _flag(source, TokenWords.WRITTEN_OFF | TokenWords.CANCEL_CONSENT);
        vm.prank(supplier.account);
        token.approve(financier.account, source);
        _move(supplier, source, 400, 600, other.account);
        assertEq(_flags(_id(id, 400)), TokenWords.CUSTODY);
        assertEq(_flags(_id(id, 600)), TokenWords.CUSTODY);
        assertEq(_flags(source), TokenWords.CUSTODY | TokenWords.WRITTEN_OFF | TokenWords.APPROVED);
        _move(supplier, source, 0, 400, other.account);
        assertEq(_flags(source), TokenWords.CUSTODY);
    }

    function test_neighbours_merge_only_if_both_are_in_custody_or_none() public {
        _move(supplier, source, 600, 1000, supplier.account);
        _flag(source, TokenWords.CUSTODY);
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, _id(id, 600), 0));
        token.merge(IReceivableToken.Merge(source, _id(id, 600)));
        _flag(_id(id, 600), TokenWords.CUSTODY);
        _flag(_id(id, 600), TokenWords.WRITTEN_OFF);
        vm.prank(supplier.account);
        token.merge(IReceivableToken.Merge(source, _id(id, 600)));
        assertEq(_flags(source), TokenWords.CUSTODY);
    }

    /// @dev Never of reading, releasing or being paid what is due (design: change over twenty years).
    function test_a_pause_stops_moves_and_no_payment_or_draw() public {
        token.setPaused(id, true);
        assertTrue(views.receivable(id).paused);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ReceivableStopped.selector, id));
        vm.prank(supplier.account);
        token.transferFrom(supplier.account, other.account, source);
        _pay(id, 500);
        _draw(source);
        assertEq(cash.balanceOf(supplier.account), 500);
    }

    function test_a_court_hold_stops_moves_and_draws_and_no_payment() public {
        vm.prank(address(holds));
        token.mark(id, ReceivableWords.HELD, 0);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.ReceivableStopped.selector, id);
        vm.expectRevert(reason);
        vm.prank(supplier.account);
        token.transferFrom(supplier.account, other.account, source);
        _pay(id, 500);
        vm.expectRevert(reason);
        _draw(source);
        assertEq(cash.balanceOf(address(repayment)), 500);
    }

    /// @dev Ranges that overlap can't come about; if a fault made them, minting would stop here.
    function test_an_id_that_is_taken_is_never_minted_again() public {
        bytes32 slot = keccak256(abi.encode(_id(id, 600), 0));
        vm.store(address(token), slot, bytes32(TokenWord.unwrap(TokenWords.make(other.account, 5, 0, 0))));
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSignature("ERC721InvalidSender(address)", address(0)));
        token.transferFrom(source, other.account, 400);
    }
}
