// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {IReceivableDrafts, Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {ConfirmationTerms} from "../../contracts/types/ReceivableWord.sol";
import {Actor, Base} from "./Base.t.sol";

/// @notice What the tests of receivables and repayment share: their acts.
abstract contract ReceivableBase is Base {
    bytes internal constant WITHDRAW_DRAFT_TEXT = "WithdrawDraft(uint256 issuedBy)";
    bytes internal constant REFUSE_TEXT =
        "RefuseReceivable(uint192 receivable,address issuer,Issue terms,bytes32 reason)";
    bytes internal constant SET_MANDATE_TEXT = "SetMandate(uint8 cash,uint64 cap,uint40 until,bool partial_)";
    bytes internal constant END_MANDATE_TEXT = "EndMandate(uint8 cash)";
    bytes internal constant ALLOCATION_TEXT = "Allocation(uint192 receivable,address payer,uint64 amount)";
    bytes internal constant NOTICE_TEXT =
        "BankNotice(uint8 cash,bytes32 ref,uint40 bookedAt,uint64 total,bytes32 contentRoot,Allocation[] allocations)";
    bytes internal constant BATCH_TEXT =
        "MoveBatch(uint256 token,Piece[] pieces)Piece(uint64 end,address to,bytes32 ref)";
    uint8 internal constant CONFIRMED =
        ConfirmationTerms.EXISTENCE | ConfirmationTerms.AMOUNT | ConfirmationTerms.DUE_DATE;
    uint40 internal constant DUE = START + 30 days;

    function setUp() public virtual override {
        super.setUp();
        _kind(
            WITHDRAW_DRAFT_TEXT, WITHDRAW_DRAFT_TEXT, "WithdrawDraft", address(drafts), drafts.withdrawDraft.selector, 0
        );
        bytes memory refuse = abi.encodePacked(REFUSE_TEXT, ISSUE_TEXT);
        _kind(
            refuse,
            abi.encodePacked(ISSUE_TEXT, REFUSE_TEXT),
            "RefuseReceivable",
            address(drafts),
            drafts.refuse.selector,
            drafts.hashRefuseReceivable.selector
        );
        _kind(SET_MANDATE_TEXT, SET_MANDATE_TEXT, "SetMandate", address(mandates), mandates.setMandate.selector, 0);
        _kind(END_MANDATE_TEXT, END_MANDATE_TEXT, "EndMandate", address(mandates), mandates.endMandate.selector, 0);
        _kind(
            abi.encodePacked(NOTICE_TEXT, ALLOCATION_TEXT),
            abi.encodePacked(ALLOCATION_TEXT, NOTICE_TEXT),
            "BankNotice",
            address(repayment),
            repayment.takeBankNotice.selector,
            repayment.hashBankNotice.selector
        );
        _kind(
            BATCH_TEXT, BATCH_TEXT, "MoveBatch", address(token), token.moveBatch.selector, views.hashMoveBatch.selector
        );
    }

    // --- Acts ---

    function _issueAct(Actor memory issuer, Issue memory terms) internal returns (Act memory act, uint192 id) {
        act = _act(issuer, ISSUE_TEXT, abi.encode(terms));
        id = uint192(uint256(keccak256(abi.encode(issuer.account, act.id))) >> 64);
    }

    function _confirmation(uint192 id, address issuer, Issue memory terms)
        internal
        pure
        returns (IReceivableDrafts.ConfirmReceivable memory)
    {
        return IReceivableDrafts.ConfirmReceivable({
            receivable: id,
            issuer: issuer,
            terms: terms,
            fingerprint: keccak256(abi.encode("invoice", id)),
            confirmed: CONFIRMED,
            earlier: new bytes32[](0)
        });
    }

    function _confirmAct(Actor memory signer, IReceivableDrafts.ConfirmReceivable memory body)
        internal
        returns (Act memory)
    {
        return _act(signer, abi.encodePacked(CONFIRM_TEXT, ISSUE_TEXT), abi.encode(body));
    }

    function _refuseAct(Actor memory signer, uint192 id, Issue memory terms) internal returns (Act memory) {
        IReceivableDrafts.RefuseReceivable memory body =
            IReceivableDrafts.RefuseReceivable(id, supplier.account, terms, "goods not delivered");
        return _act(signer, abi.encodePacked(REFUSE_TEXT, ISSUE_TEXT), abi.encode(body));
    }

    function _payAct(Actor memory payer, uint192 id, uint64 amount) internal returns (Act memory) {
        return _act(payer, PAY_TEXT, abi.encode(IRepayment.PayReceivable(id, amount, "pay")));
    }

    function _mandateAct(Actor memory signer, uint64 cap, uint40 until, bool partial_) internal returns (Act memory) {
        return _act(signer, SET_MANDATE_TEXT, abi.encode(IMandates.SetMandate(CASH, cap, until, partial_)));
    }

    function _notice(bytes32 ref, uint192 id, uint64 amount)
        internal
        view
        returns (IRepayment.BankNotice memory notice)
    {
        notice.cash = CASH;
        notice.ref = ref;
        notice.bookedAt = uint40(block.timestamp);
        notice.total = amount;
        notice.contentRoot = "camt.054";
        notice.allocations = new IRepayment.Allocation[](1);
        notice.allocations[0] = IRepayment.Allocation(id, obligor.account, amount);
    }

    function _noticeAct(Actor memory signer, IRepayment.BankNotice memory body) internal returns (Act memory) {
        return _act(signer, abi.encodePacked(NOTICE_TEXT, ALLOCATION_TEXT), abi.encode(body));
    }

    // --- State ---

    function _range(uint256 id) internal view returns (address owner, uint64 end, uint16 cursor, uint8 flags) {
        return views.range(id);
    }

    /// @dev Asserts that a token is [its start, end) of `owner`; owner 0 asserts that there is none.
    function _assertToken(uint192 id, uint64 start, uint64 end, address owner) internal view {
        (address held, uint64 until,,) = views.range(_id(id, start));
        assertEq(held, owner, "owner");
        assertEq(until, end, "end");
    }

    /// @dev The money that Repayment must hold for one receivable's waiting and the tokens named.
    function _held(uint192 id, uint64[] memory starts) internal view returns (uint256 sum) {
        IRepayment.Book memory book = repayment.bookOf(id);
        sum = uint256(book.waitingPrincipal) + book.waitingInterest;
        for (uint256 i = 0; i < starts.length; ++i) {
            (uint64 principal, uint64 interest) = repayment.undrawn(_id(id, starts[i]));
            sum += uint256(principal) + interest;
        }
    }

    function _one(uint256 id) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = id;
    }

    /// @dev How often the token told of this event.
    function _count(Vm.Log[] memory logs, bytes32 topic) internal view returns (uint256 count) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(token) && logs[i].topics[0] == topic) ++count;
        }
    }

    function _suspend(address account) internal {
        members.suspend(account, "test");
    }
}
