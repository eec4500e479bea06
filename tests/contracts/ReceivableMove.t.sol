// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {ReceivableWords} from "../../contracts/types/ReceivableWord.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

contract ReceivableMoveTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
    }

    function _moves(address by, uint256 source, uint64 start, uint64 end, address to, bytes memory reason) private {
        IReceivableToken.Move memory body = IReceivableToken.Move(source, start, end, to, "ref");
        if (reason.length != 0) vm.expectRevert(reason);
        vm.prank(by);
        token.move(body);
    }

    function test_cuts_the_tail_off() public {
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeMoved(id, supplier.account, other.account, 0, 1000, 600, 1000, 0, "ref");
        _move(supplier, _id(id, 0), 600, 1000, other.account);
        _assertToken(id, 0, 600, supplier.account);
        _assertToken(id, 600, 1000, other.account);
        assertEq(token.balanceOf(supplier.account), 1);
        assertEq(token.balanceOf(other.account), 1);
    }

    function test_cuts_the_head_off_under_the_same_id() public {
        _move(supplier, _id(id, 0), 0, 400, other.account);
        _assertToken(id, 0, 400, other.account);
        _assertToken(id, 400, 1000, supplier.account);
        assertEq(token.balanceOf(supplier.account), 1);
        assertEq(token.balanceOf(other.account), 1);
    }

    function test_cuts_the_middle_out() public {
        _move(supplier, _id(id, 0), 300, 500, other.account);
        _assertToken(id, 0, 300, supplier.account);
        _assertToken(id, 300, 500, other.account);
        _assertToken(id, 500, 1000, supplier.account);
        assertEq(token.balanceOf(supplier.account), 2);
        assertEq(token.balanceOf(other.account), 1);
    }

    function test_the_whole_range_keeps_its_id() public {
        _move(supplier, _id(id, 0), 0, 1000, other.account);
        _assertToken(id, 0, 1000, other.account);
        assertEq(token.balanceOf(supplier.account), 0);
        assertEq(token.balanceOf(other.account), 1);
    }

    function test_splits_to_oneself() public {
        _move(supplier, _id(id, 0), 0, 400, supplier.account);
        _move(supplier, _id(id, 400), 600, 700, supplier.account);
        _assertToken(id, 0, 400, supplier.account);
        _assertToken(id, 400, 600, supplier.account);
        _assertToken(id, 600, 700, supplier.account);
        _assertToken(id, 700, 1000, supplier.account);
        assertEq(token.balanceOf(supplier.account), 4);
    }

    function test_comes_by_a_signed_act_as_well() public {
        bytes memory body = abi.encode(IReceivableToken.Move(_id(id, 0), 1, 2, other.account, "ref"));
        _done(_act(supplier, MOVE_TEXT, body));
        _assertToken(id, 1, 2, other.account);
        _refused(
            _act(supplier, MOVE_TEXT, body), abi.encodeWithSelector(IReceivableToken.RangeOutside.selector, 1, 2, 0, 1)
        );
    }

    /// @dev Cutting 0 off [5,15) would mint the id of the right neighbour.
    function test_refuses_value_zero() public {
        _moves(
            supplier.account,
            _id(id, 0),
            1000,
            1000,
            other.account,
            abi.encodeWithSelector(IReceivableToken.RangeEmpty.selector, 1000, 1000)
        );
        _moves(
            supplier.account,
            _id(id, 0),
            7,
            5,
            other.account,
            abi.encodeWithSelector(IReceivableToken.RangeEmpty.selector, 7, 5)
        );
    }

    function test_refuses_what_is_not_inside() public {
        _move(supplier, _id(id, 0), 400, 600, other.account);
        _moves(
            other.account,
            _id(id, 400),
            399,
            500,
            financier.account,
            abi.encodeWithSelector(IReceivableToken.RangeOutside.selector, 399, 500, 400, 600)
        );
        _moves(
            other.account,
            _id(id, 400),
            500,
            601,
            financier.account,
            abi.encodeWithSelector(IReceivableToken.RangeOutside.selector, 500, 601, 400, 600)
        );
    }

    function test_refuses_strangers_others_and_missing_tokens() public {
        _moves(
            stranger, _id(id, 0), 0, 1, other.account, abi.encodeWithSelector(IMembers.NotOperator.selector, stranger)
        );
        _moves(
            other.account,
            _id(id, 0),
            0,
            1,
            other.account,
            abi.encodeWithSelector(
                IERC721Errors.ERC721IncorrectOwner.selector, other.account, _id(id, 0), supplier.account
            )
        );
        _moves(
            supplier.account,
            _id(id, 5),
            5,
            6,
            other.account,
            abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, _id(id, 5))
        );
    }

    function test_refuses_recipients_who_are_no_active_members() public {
        _moves(
            supplier.account,
            _id(id, 0),
            0,
            1,
            stranger,
            abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, stranger)
        );
        _suspend(other.account);
        _moves(
            supplier.account,
            _id(id, 0),
            0,
            1,
            other.account,
            abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, other.account)
        );
    }

    function test_refuses_a_members_key_as_recipient() public {
        address key = makeAddr("second key");
        vm.prank(other.account);
        members.addKey(IMembers.AddKey(key, 0));
        _moves(
            supplier.account,
            _id(id, 0),
            0,
            1,
            key,
            abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, key)
        );
    }

    function test_refuses_recipients_without_standing_consent() public {
        vm.prank(other.account);
        members.setAcceptance(IMembers.SetAcceptance(false));
        _moves(
            supplier.account,
            _id(id, 0),
            0,
            1,
            other.account,
            abi.encodeWithSelector(IReceivableToken.RecipientDeclinesDirect.selector, other.account)
        );
    }

    function test_refuses_a_suspended_owner_and_a_revoked_key() public {
        address key = makeAddr("second key");
        vm.startPrank(supplier.account);
        members.addKey(IMembers.AddKey(key, Roles.SUPPLIER));
        members.revokeKey(IMembers.RevokeKey(supplier.account));
        vm.stopPrank();
        _moves(
            supplier.account,
            _id(id, 0),
            0,
            1,
            other.account,
            abi.encodeWithSelector(IMembers.NotOperator.selector, supplier.account)
        );
        _moves(key, _id(id, 0), 0, 1, other.account, "");
        _suspend(supplier.account);
        _moves(
            key,
            _id(id, 1),
            1,
            2,
            other.account,
            abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, supplier.account)
        );
    }

    function test_the_least_piece_stops_dust_and_exempts_rests_and_wholes() public {
        Issue memory terms = _terms(1000, DUE);
        terms.leastPiece = 6;
        uint192 coarse = _receivable(terms);
        _moves(
            supplier.account,
            _id(coarse, 0),
            0,
            63,
            other.account,
            abi.encodeWithSelector(IReceivableToken.PieceTooSmall.selector, 63, 64)
        );
        _move(supplier, _id(coarse, 0), 0, 990, other.account);
        _assertToken(coarse, 990, 1000, supplier.account);
        _move(supplier, _id(coarse, 990), 990, 1000, other.account);
        _assertToken(coarse, 990, 1000, other.account);
    }

    function test_the_least_piece_holds_in_every_form_and_no_court() public {
        Issue memory terms = _terms(1000, DUE);
        terms.leastPiece = 6;
        uint192 coarse = _receivable(terms);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.PieceTooSmall.selector, 63, 64);
        IReceivableToken.Piece[] memory pieces = new IReceivableToken.Piece[](2);
        pieces[0] = IReceivableToken.Piece(64, other.account, "ref");
        pieces[1] = IReceivableToken.Piece(127, other.account, "ref");
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.moveBatch(IReceivableToken.MoveBatch(_id(coarse, 0), pieces));
        vm.expectRevert(reason);
        token.transferFrom(_id(coarse, 0), other.account, 63);
        vm.expectRevert(reason);
        offers.offer(IReceivableOffers.OfferRange(_id(coarse, 0), 100, 163, other.account, "ref", DUE));
        vm.stopPrank();
        vm.startPrank(address(endings));
        vm.expectRevert(reason);
        token.retire(_id(coarse, 0), 100, 163, "");
        vm.stopPrank();
        vm.prank(address(holds));
        token.carry(IReceivableToken.Move(_id(coarse, 0), 100, 101, supplier.account, "order"), 0);
        _assertToken(coarse, 100, 101, supplier.account);
    }

    function test_the_smallest_least_piece_is_two_units() public {
        Issue memory terms = _terms(1000, DUE);
        terms.leastPiece = 1;
        uint192 coarse = _receivable(terms);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.PieceTooSmall.selector, 1, 2);
        IReceivableToken.Piece[] memory pieces = new IReceivableToken.Piece[](2);
        pieces[0] = IReceivableToken.Piece(2, other.account, "ref");
        pieces[1] = IReceivableToken.Piece(3, other.account, "ref");
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.moveBatch(IReceivableToken.MoveBatch(_id(coarse, 0), pieces));
        vm.expectRevert(reason);
        token.move(IReceivableToken.Move(_id(coarse, 0), 10, 11, other.account, "ref"));
        pieces[1].end = 4;
        token.moveBatch(IReceivableToken.MoveBatch(_id(coarse, 0), pieces));
        vm.stopPrank();
        _assertToken(coarse, 2, 4, other.account);
    }

    /// @dev Words of an act that no compiler wrote: a bit above what their type holds.
    function test_a_batch_with_words_too_wide_for_their_types_is_refused() public {
        IReceivableToken.Piece[] memory pieces = new IReceivableToken.Piece[](1);
        pieces[0] = IReceivableToken.Piece(10, other.account, "ref");
        bytes memory plain = abi.encodeCall(token.moveBatch, (IReceivableToken.MoveBatch(_id(id, 0), pieces)));
        for (uint256 field = 0; field < 2; ++field) {
            bytes memory wide = bytes.concat(plain);
            // The selector, then the words of the struct, its fields, the array and its length; then the end of the piece and its recipient.
            uint256 place = 4 + 32 * (4 + field);
            uint256 word = uint256(bytes32(_slice(wide, place))) | (field == 0 ? 1 << 64 : 1 << 160);
            assembly ("memory-safe") {
                mstore(add(add(wide, 32), place), word)
            }
            vm.prank(supplier.account);
            (bool done,) = address(token).call(wide);
            assertFalse(done);
        }
        vm.prank(supplier.account);
        (bool moved,) = address(token).call(plain);
        assertTrue(moved);
        _assertToken(id, 0, 10, other.account);
    }

    function _slice(bytes memory data, uint256 place) private pure returns (bytes memory word) {
        word = new bytes(32);
        for (uint256 i = 0; i < 32; ++i) {
            word[i] = data[place + i];
        }
    }

    function test_what_a_court_moves_consents_to_no_cancellation() public {
        vm.prank(supplier.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(_id(id, 0), 1000, true));
        vm.prank(address(holds));
        token.carry(IReceivableToken.Move(_id(id, 0), 100, 200, other.account, "order"), 0);
        assertEq(views.receivable(id).consented, 0);
    }

    function test_no_flag_is_set_where_there_is_no_token() public {
        vm.prank(address(holds));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, _id(id, 7)));
        token.flag(_id(id, 7), TokenWords.HELD, 0);
    }

    function test_a_court_moves_what_lies_in_the_token_and_lives() public {
        vm.startPrank(address(holds));
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RangeEmpty.selector, 100, 100));
        token.carry(IReceivableToken.Move(_id(id, 0), 100, 100, supplier.account, "order"), 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RangeOutside.selector, 900, 1001, 0, 1000));
        token.carry(IReceivableToken.Move(_id(id, 0), 900, 1001, supplier.account, "order"), 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.WrongState.selector, 7, IReceivableToken.State.None));
        token.mark(7, ReceivableWords.HELD, 0);
        vm.stopPrank();
        vm.prank(address(endings));
        token.retire(_id(id, 0), 0, 1000, "credit note");
        vm.prank(address(holds));
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.TokenLocked.selector, _id(id, 0), TokenWords.RETIRED));
        token.carry(IReceivableToken.Move(_id(id, 0), 100, 200, obligor.account, "order"), 0);
    }

    function test_a_background_is_demanded_where_the_policy_says_so() public {
        Issue memory terms = _terms(1000, DUE);
        terms.policy = STRICT_POLICY;
        uint192 strict = _receivable(terms);
        vm.startPrank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.BackgroundMissing.selector, strict));
        token.move(IReceivableToken.Move(_id(strict, 0), 0, 10, other.account, 0));
        token.move(IReceivableToken.Move(_id(strict, 0), 0, 10, supplier.account, 0));
        token.move(IReceivableToken.Move(_id(strict, 10), 10, 20, other.account, "invoice"));
        vm.stopPrank();
        _assertToken(strict, 10, 20, other.account);
    }

    function test_a_batch_whose_pieces_name_their_backgrounds_goes_through_where_they_are_demanded() public {
        Issue memory terms = _terms(1000, DUE);
        terms.policy = STRICT_POLICY;
        uint192 strict = _receivable(terms);
        IReceivableToken.Piece[] memory pieces = new IReceivableToken.Piece[](2);
        pieces[0] = IReceivableToken.Piece(10, other.account, "invoice");
        pieces[1] = IReceivableToken.Piece(20, financier.account, 0);
        vm.startPrank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.BackgroundMissing.selector, strict));
        token.moveBatch(IReceivableToken.MoveBatch(_id(strict, 0), pieces));
        pieces[1].ref = "order";
        token.moveBatch(IReceivableToken.MoveBatch(_id(strict, 0), pieces));
        vm.stopPrank();
        _assertToken(strict, 10, 20, financier.account);
    }

    function test_a_contract_that_is_no_custodian_needs_a_background_as_everybody() public {
        Issue memory terms = _terms(1000, DUE);
        terms.policy = STRICT_POLICY;
        uint192 strict = _receivable(terms);
        address vault = makeAddr("vault");
        members.admit(vault, vault, "vault", Roles.SUPPLIER, true, true, "vault");
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.BackgroundMissing.selector, strict));
        token.move(IReceivableToken.Move(_id(strict, 0), 0, 1000, vault, 0));
    }

    function test_custody_contracts_give_and_take_without_a_background() public {
        Issue memory terms = _terms(1000, DUE);
        terms.policy = STRICT_POLICY;
        uint192 strict = _receivable(terms);
        address escrow = makeAddr("escrow");
        _contractMember(escrow);
        vm.prank(supplier.account);
        token.move(IReceivableToken.Move(_id(strict, 0), 0, 1000, escrow, 0));
        vm.prank(escrow);
        token.move(IReceivableToken.Move(_id(strict, 0), 0, 1000, other.account, 0));
        _assertToken(strict, 0, 1000, other.account);
    }

    function test_a_closed_receivable_moves_no_more() public {
        _pay(id, 1000);
        _moves(
            supplier.account,
            _id(id, 0),
            0,
            1,
            other.account,
            abi.encodeWithSelector(IReceivableToken.WrongState.selector, id, IReceivableToken.State.Closed)
        );
    }

    function test_the_debt_is_unchanged_by_moves() public {
        _pay(id, 300);
        _move(supplier, _id(id, 0), 100, 900, other.account);
        IReceivableViews.Receivable memory after_ = views.receivable(id);
        assertEq(after_.owedLive, 700);
        assertEq(after_.face, 1000);
        (uint64 principal,,,) = repayment.debtAt(id, START);
        assertEq(principal, 700);
    }

    function test_canMove_says_what_move_would_meet() public {
        IReceivableToken.Move memory body = IReceivableToken.Move(_id(id, 0), 0, 10, other.account, 0);
        assertEq(views.canMove(supplier.account, body), "");
        assertEq(
            views.canMove(other.account, body),
            abi.encodeWithSelector(
                IERC721Errors.ERC721IncorrectOwner.selector, other.account, _id(id, 0), supplier.account
            )
        );
        body.to = stranger;
        assertEq(
            views.canMove(supplier.account, body),
            abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, stranger)
        );
    }

    function testFuzz_any_cut_tiles_the_source(uint64 start, uint64 end) public {
        start = uint64(bound(start, 0, 999));
        end = uint64(bound(end, start + 1, 1000));
        _move(supplier, _id(id, 0), start, end, other.account);
        _assertToken(id, start, end, other.account);
        if (start > 0) _assertToken(id, 0, start, supplier.account);
        if (end < 1000) _assertToken(id, end, 1000, supplier.account);
        assertEq(token.balanceOf(supplier.account), (start > 0 ? 1 : 0) + (end < 1000 ? 1 : 0));
        assertEq(token.balanceOf(other.account), 1);
    }
}

contract ReceivableMoveBatchTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
    }

    function _body(uint64 each, uint256 count, address to) private view returns (IReceivableToken.MoveBatch memory) {
        IReceivableToken.Piece[] memory pieces = new IReceivableToken.Piece[](count);
        for (uint256 i = 0; i < count; ++i) {
            pieces[i] = IReceivableToken.Piece(uint64(each * (i + 1)), to, bytes32(i + 1));
        }
        return IReceivableToken.MoveBatch(_id(id, 0), pieces);
    }

    function test_pays_fifty_suppliers_in_one_call() public {
        IReceivableToken.MoveBatch memory body = _body(19, 50, other.account);
        for (uint256 i = 0; i < 50; ++i) {
            address payee = makeAddr(vm.toString(i));
            members.admit(payee, payee, 0, Roles.SUPPLIER, false, true, "payee");
            body.pieces[i].to = payee;
        }
        vm.prank(supplier.account);
        token.moveBatch(body);
        for (uint64 i = 0; i < 50; ++i) {
            _assertToken(id, 19 * i, 19 * i + 19, body.pieces[i].to);
            assertEq(token.balanceOf(body.pieces[i].to), 1);
        }
        _assertToken(id, 950, 1000, supplier.account);
        assertEq(token.balanceOf(supplier.account), 1);
    }

    /// @dev The issue's bound: a hundred payees, half of them new, in one call.
    function test_pays_a_hundred_in_one_call() public {
        IReceivableToken.MoveBatch memory body = _body(10, 100, other.account);
        for (uint256 i = 0; i < 100; i += 2) {
            body.pieces[i].to = _member(vm.toString(i), Roles.SUPPLIER).account;
        }
        vm.prank(supplier.account);
        token.moveBatch(body);
        for (uint64 i = 0; i < 100; ++i) {
            _assertToken(id, 10 * i, 10 * i + 10, body.pieces[i].to);
        }
        assertEq(token.balanceOf(other.account), 50);
        assertEq(token.balanceOf(supplier.account), 0);
    }

    function test_gives_everything_away_without_a_rest() public {
        vm.prank(supplier.account);
        token.moveBatch(_body(250, 4, other.account));
        assertEq(token.balanceOf(supplier.account), 0);
        assertEq(token.balanceOf(other.account), 4);
        _assertToken(id, 750, 1000, other.account);
    }

    function test_tells_each_piece_as_a_head_of_what_was_left() public {
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeMoved(id, supplier.account, other.account, 0, 1000, 0, 100, 0, bytes32(uint256(1)));
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeMoved(
            id, supplier.account, other.account, 100, 1000, 100, 200, 0, bytes32(uint256(2))
        );
        vm.prank(supplier.account);
        token.moveBatch(_body(100, 2, other.account));
    }

    function test_one_bad_piece_refuses_all_of_it() public {
        IReceivableToken.MoveBatch memory body = _body(100, 3, other.account);
        body.pieces[2].to = stranger;
        vm.startPrank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, stranger));
        token.moveBatch(body);
        body.pieces[2] = IReceivableToken.Piece(200, other.account, "same end");
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RangeEmpty.selector, 200, 200));
        token.moveBatch(body);
        body.pieces[2] = IReceivableToken.Piece(1001, other.account, "beyond");
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RangeOutside.selector, 200, 1001, 0, 1000));
        token.moveBatch(body);
        body.pieces = new IReceivableToken.Piece[](0);
        vm.expectRevert(IReceivableToken.NothingNamed.selector);
        token.moveBatch(body);
        vm.stopPrank();
        _assertToken(id, 0, 1000, supplier.account);
    }

    function test_comes_by_a_signed_act_as_well() public {
        _done(_act(supplier, BATCH_TEXT, abi.encode(_body(100, 3, other.account))));
        _assertToken(id, 200, 300, other.account);
        _assertToken(id, 300, 1000, supplier.account);
    }

    /// @dev The list is read where it lies, so its own reading must refuse what the compiler's would.
    function test_refuses_words_with_dirty_high_bits() public {
        IReceivableToken.MoveBatch memory body = IReceivableToken.MoveBatch(_id(id, 0), new IReceivableToken.Piece[](1));
        body.pieces[0] = IReceivableToken.Piece(100, other.account, "ref");
        bytes memory call = abi.encodeCall(token.moveBatch, (body));
        // Selector, offset of the body, token, offset of the list, its length; then end and payee.
        for (uint256 field = 0; field < 2; ++field) {
            bytes memory dirty = bytes.concat(call);
            dirty[4 + 32 * (4 + field)] = 0x01;
            vm.prank(supplier.account);
            (bool done,) = address(token).call(dirty);
            assertFalse(done);
        }
        vm.prank(supplier.account);
        (bool clean,) = address(token).call(call);
        assertTrue(clean);
    }

    function test_refuses_a_list_that_ends_behind_the_call_data() public {
        IReceivableToken.MoveBatch memory body = IReceivableToken.MoveBatch(_id(id, 0), new IReceivableToken.Piece[](2));
        (body.pieces[0].end, body.pieces[0].to) = (100, other.account);
        (body.pieces[1].end, body.pieces[1].to) = (200, other.account);
        bytes memory short = abi.encodeCall(token.moveBatch, (body));
        assembly {
            mstore(short, sub(mload(short), 32))
        }
        vm.prank(supplier.account);
        (bool done,) = address(token).call(short);
        assertFalse(done);
    }

    function test_moveMany_gathers_tokens_of_several_receivables() public {
        uint192 second = _receivable(500);
        _move(supplier, _id(id, 0), 0, 10, supplier.account);
        uint256[] memory tokens = new uint256[](3);
        (tokens[0], tokens[1], tokens[2]) = (_id(id, 0), _id(id, 10), _id(second, 0));
        vm.prank(supplier.account);
        token.moveMany(IReceivableToken.MoveMany(tokens, financier.account, "sold"));
        assertEq(token.balanceOf(supplier.account), 0);
        assertEq(token.balanceOf(financier.account), 3);
        _assertToken(id, 10, 1000, financier.account);
    }

    function test_moveMany_refuses_nothing_and_what_is_not_owned() public {
        vm.startPrank(supplier.account);
        vm.expectRevert(IReceivableToken.NothingNamed.selector);
        token.moveMany(IReceivableToken.MoveMany(new uint256[](0), financier.account, "sold"));
        token.move(IReceivableToken.Move(_id(id, 0), 0, 10, other.account, "ref"));
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC721Errors.ERC721IncorrectOwner.selector, supplier.account, _id(id, 0), other.account
            )
        );
        token.moveMany(IReceivableToken.MoveMany(_one(_id(id, 0)), financier.account, "sold"));
    }
}

contract ReceivableMergeTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        _move(supplier, _id(id, 0), 400, 700, supplier.account);
    }

    function _merge(uint64 left, uint64 right) private {
        vm.prank(supplier.account);
        token.merge(IReceivableToken.Merge(_id(id, left), _id(id, right)));
    }

    function test_joins_the_right_range_into_its_left_neighbour() public {
        vm.expectEmit(address(token));
        emit IReceivableToken.RangesMerged(id, supplier.account, 0, 400, 700, 0);
        _merge(0, 400);
        _assertToken(id, 0, 700, supplier.account);
        _assertToken(id, 400, 0, address(0));
        _merge(0, 700);
        _assertToken(id, 0, 1000, supplier.account);
        assertEq(token.balanceOf(supplier.account), 1);
    }

    function test_refuses_what_are_no_neighbours() public {
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotNeighbours.selector, _id(id, 0), _id(id, 700)));
        _merge(0, 700);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotNeighbours.selector, _id(id, 400), _id(id, 0)));
        _merge(400, 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotNeighbours.selector, _id(id, 0), _id(id, 0)));
        _merge(0, 0);
    }

    function test_refuses_neighbours_of_two_receivables() public {
        uint192 second = _receivable(1000);
        _move(supplier, _id(second, 0), 400, 700, supplier.account);
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotNeighbours.selector, _id(id, 0), _id(second, 400)));
        token.merge(IReceivableToken.Merge(_id(id, 0), _id(second, 400)));
    }

    function test_refuses_neighbours_of_two_owners() public {
        _move(supplier, _id(id, 400), 400, 700, other.account);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC721Errors.ERC721IncorrectOwner.selector, supplier.account, _id(id, 400), other.account
            )
        );
        _merge(0, 400);
    }

    /// @dev Both sides are settled first, so that the joined cursor is true for every unit of the range.
    function test_settles_unequal_cursors_first() public {
        _pay(id, 100);
        _draw(_id(id, 400));
        assertEq(cash.balanceOf(supplier.account), 30);
        _merge(0, 400);
        assertEq(cash.balanceOf(supplier.account), 70);
        (,, uint16 cursor,) = views.range(_id(id, 0));
        assertEq(cursor, 1);
        _draw(_id(id, 700));
        assertEq(cash.balanceOf(supplier.account), 100);
    }
}

contract ReceivableLockTest is ReceivableBase {
    function test_only_modules_take_the_lock() public {
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotModule.selector, address(this)));
        token.takeLock();
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotModule.selector, address(this)));
        token.releaseLock();
    }

    function test_while_a_module_holds_it_nobody_else_moves_or_approves() public {
        uint192 id = _receivable(1000);
        vm.prank(address(repayment));
        token.takeLock();
        vm.expectRevert(IReceivableToken.Locked.selector);
        vm.prank(supplier.account);
        token.move(IReceivableToken.Move(_id(id, 0), 0, 1, other.account, "ref"));
        vm.expectRevert(IReceivableToken.Locked.selector);
        vm.prank(supplier.account);
        token.approve(other.account, _id(id, 0));
        vm.expectRevert(IReceivableToken.Locked.selector);
        vm.prank(address(repayment));
        token.takeLock();
        vm.prank(address(repayment));
        token.releaseLock();
        _move(supplier, _id(id, 0), 0, 1, other.account);
    }

    function test_only_the_pinned_module_records_and_advances() public {
        uint192 id = _receivable(1000);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.NotModule.selector, address(this));
        vm.expectRevert(reason);
        token.recordPayment(id, 0, true);
        vm.expectRevert(reason);
        token.advance(_id(id, 0));
        token.appendModule(address(this));
        vm.expectRevert(reason);
        token.recordPayment(id, 0, true);
    }
}
