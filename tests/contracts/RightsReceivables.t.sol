// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IExposure} from "../../contracts/interfaces/IExposure.sol";
import {IReceivableDrafts, Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {ReceivableWords} from "../../contracts/types/ReceivableWord.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {RightsRows} from "./RightsRows.t.sol";

/// @notice The rows of receivables, their token and its companions.
abstract contract RightsReceivables is RightsRows {
    function _rowsOfReceivables() internal {
        _rowsOfDrafts();
        _rowsOfCouncilsToken();
        _rowsOfCompanions();
        _rowsOfModules();
        _rowsOfMoves();
        _rowsOfWallets();
        _rowsOfOffers();
        _rowsOfNotices();
        _rowsOfHolds();
        _rowsOfOrders();
        _rowsOfEndings();
        _rowsOfDisputes();
        _rowsOfExposure();
    }

    function _rowsOfDrafts() private {
        _of(address(drafts));
        _council("ReceivableDrafts.setPolicy", abi.encodeCall(drafts.setPolicy, (9, _policy(1, false))));
        _council("ReceivableDrafts.retirePolicy", abi.encodeCall(drafts.retirePolicy, (POLICY)));
        _acts("ReceivableDrafts.issue", abi.encodeCall(drafts.issue, (_termsOfTheHouse())), Roles.SUPPLIER);
        bytes memory data = abi.encodeCall(drafts.withdrawDraft, (IReceivableDrafts.WithdrawDraft(DRAFTED)));
        _acts("ReceivableDrafts.withdrawDraft", data, Roles.SUPPLIER | Roles.OBLIGOR);
        Issue memory terms = _termsToTheHouse(1000, CASH);
        data = abi.encodeCall(drafts.confirm, (_confirmation(drafted, supplier.account, terms)));
        _acts("ReceivableDrafts.confirm", data, Roles.OBLIGOR);
        data =
            abi.encodeCall(drafts.refuse, (IReceivableDrafts.RefuseReceivable(drafted, supplier.account, terms, "no")));
        _acts("ReceivableDrafts.refuse", data, Roles.OBLIGOR);
    }

    // --- The token ---

    function _rowsOfCouncilsToken() private {
        _of(address(token));
        _council("ReceivableToken.appendModule", abi.encodeCall(token.appendModule, (stranger)));
        _council("ReceivableToken.setPaused", abi.encodeCall(token.setPaused, (held, true)));
    }

    /// @dev Each of their powers by itself: {RightsPowersTest}.
    function _rowsOfCompanions() private {
        address[6] memory ends = _one(address(endings));
        _companion(
            "ReceivableToken.open", abi.encodeCall(token.open, (77, _terms(9, DUE), 0, 0, 0)), _one(address(drafts))
        );
        IReceivableToken.Move memory body = IReceivableToken.Move(_id(held, 0), 0, 10, other.account, "ref");
        bytes memory data = abi.encodeCall(token.carry, (body, 0));
        _companion(
            "ReceivableToken.carry",
            data,
            [address(offers), address(holds), address(financing), address(escrow), address(0), address(0)]
        );
        data = abi.encodeCall(token.flag, (_id(held, 0), TokenWords.HELD, 0));
        _companion("ReceivableToken.flag", data, _one(address(holds)));
        _companion("ReceivableToken.mark", abi.encodeCall(token.mark, (held, ReceivableWords.DISPUTED, 0)), ends);
        _companion("ReceivableToken.retire", abi.encodeCall(token.retire, (_id(plain, 0), 0, 10, "ref")), ends);
        _companion("ReceivableToken.cancel", abi.encodeCall(token.cancel, (agreed)), ends);
    }

    function _companion(string memory name, bytes memory data, address[6] memory who) private {
        _named(name, data, who, IReceivableToken.NotCompanion.selector);
    }

    function _rowsOfModules() private {
        _module("ReceivableToken.recordPayment", abi.encodeCall(token.recordPayment, (held, 400, false)));
        _module("ReceivableToken.close", abi.encodeCall(token.close, (subrogated)));
        _module("ReceivableToken.advance", abi.encodeCall(token.advance, (_id(held, 0))));
        _module("ReceivableToken.takeLock", abi.encodeCall(token.takeLock, ()));
        // Whoever tries it after the matrix's own taking of the lock: see the matrix.
        _module("ReceivableToken.releaseLock", abi.encodeCall(token.releaseLock, ()));
    }

    function _module(string memory name, bytes memory data) private {
        _named(name, data, _one(address(repayment)), IReceivableToken.NotModule.selector);
    }

    function _rowsOfMoves() private {
        _of(address(token));
        bytes4 rivalError = IERC721Errors.ERC721IncorrectOwner.selector;
        bytes memory data = abi.encodeCall(token.move, (IReceivableToken.Move(_id(held, 0), 1, 2, other.account, "")));
        _both("ReceivableToken.move", data, Roles.HOLDERS, rivalError);
        data = abi.encodeCall(token.moveMany, (IReceivableToken.MoveMany(_one(_id(held, 0)), other.account, "")));
        _both("ReceivableToken.moveMany", data, Roles.HOLDERS, rivalError);
        data = abi.encodeCall(token.merge, (IReceivableToken.Merge(_id(held, 0), _id(held, 400))));
        _both("ReceivableToken.merge", data, Roles.HOLDERS, rivalError);
        IReceivableToken.Piece[] memory pieces = new IReceivableToken.Piece[](1);
        pieces[0] = IReceivableToken.Piece(7, other.account, "");
        data = abi.encodeCall(token.moveBatch, (IReceivableToken.MoveBatch(_id(held, 0), pieces)));
        _both("ReceivableToken.moveBatch", data, Roles.HOLDERS, rivalError);
    }

    /// @dev A wallet's function, by its signature, since names of two standards meet here.
    function _wallet(string memory name, bytes memory arguments, bytes4 rivalError) private {
        bytes memory signature = bytes(vm.replace(name, "ReceivableToken.", ""));
        _both(name, abi.encodePacked(bytes4(keccak256(signature)), arguments), Roles.HOLDERS, rivalError);
    }

    function _rowsOfWallets() private {
        bytes4 refusal = IERC721Errors.ERC721InvalidApprover.selector;
        (uint256 id, address to) = (_id(held, 0), other.account);
        _wallet("ReceivableToken.approve(address,uint256)", abi.encode(to, id), refusal);
        _wallet("ReceivableToken.approve(uint256,address,uint256)", abi.encode(id, to, 5), refusal);
        _wallet("ReceivableToken.setApprovalForAll(address,bool)", abi.encode(to, true), 0);
        refusal = IERC721Errors.ERC721InsufficientApproval.selector;
        _wallet("ReceivableToken.transferFrom(address,address,uint256)", abi.encode(house, to, id), refusal);
        _wallet("ReceivableToken.transferFrom(uint256,address,uint256)", abi.encode(id, to, 5), refusal);
        _wallet("ReceivableToken.transferFrom(uint256,uint256,uint256)", abi.encode(_id(held, 400), id, 600), refusal);
        _wallet("ReceivableToken.safeTransferFrom(address,address,uint256)", abi.encode(house, to, id), refusal);
        _wallet(
            "ReceivableToken.safeTransferFrom(address,address,uint256,bytes)", abi.encode(house, to, id, ""), refusal
        );
        bytes memory data = abi.encodeCall(token.revokeApprovals, (IReceivableToken.RevokeApprovals("")));
        _both("ReceivableToken.revokeApprovals", data, Roles.HOLDERS | Roles.ADMINISTRATOR, 0);
    }

    // --- Companions ---

    function _rowsOfOffers() private {
        _of(address(offers));
        IReceivableOffers.OfferRange memory range =
            IReceivableOffers.OfferRange(_id(held, 0), 0, 10, other.account, "", DUE + 1 days);
        bytes4 rivalError = IReceivableOffers.NotSender.selector;
        _both("ReceivableOffers.offer", abi.encodeCall(offers.offer, (range)), Roles.HOLDERS, rivalError);
        bytes memory data = abi.encodeCall(offers.recall, (IReceivableOffers.RecallRange(_id(offered, 200))));
        _both("ReceivableOffers.recall", data, Roles.HOLDERS, rivalError);
        rivalError = IReceivableOffers.NotRecipient.selector;
        data = abi.encodeCall(offers.accept, (IReceivableOffers.AcceptRange(_id(offered, 0), 100, 0, 100, "ref")));
        _both("ReceivableOffers.accept", data, Roles.HOLDERS, rivalError);
        data = abi.encodeCall(offers.decline, (IReceivableOffers.DeclineRange(_id(offered, 0), "no")));
        _both("ReceivableOffers.decline", data, Roles.HOLDERS, rivalError);
        _anyone("ReceivableOffers.lapse", abi.encodeCall(offers.lapse, (_id(offered, 100))));
    }

    function _rowsOfNotices() private {
        IReceivableOffers.NotifyAssignment memory body =
            IReceivableOffers.NotifyAssignment(held, 0, 400, supplier.account, house, "");
        bytes4 rivalError = IReceivableOffers.NotParty.selector;
        _both("ReceivableOffers.notify", abi.encodeCall(offers.notify, (body)), Roles.HOLDERS, rivalError);
        bytes memory data = abi.encodeCall(offers.acknowledge, (IReceivableOffers.AcknowledgeNotice(notice)));
        _both("ReceivableOffers.acknowledge", data, Roles.OBLIGOR, IReceivableOffers.NotObligor.selector);
    }

    function _rowsOfHolds() private {
        _of(address(holds));
        bytes memory data = abi.encodeCall(holds.holdReceivable, (IReceivableHolds.HoldReceivable(held, "order")));
        _court("ReceivableHolds.holdReceivable", data, 0);
        data = abi.encodeCall(holds.holdAccount, (IReceivableHolds.HoldAccount(other.account, "order")));
        _court("ReceivableHolds.holdAccount", data, 0);
        bytes4 rivalError = IReceivableHolds.NotAuthority.selector;
        IReceivableHolds.NarrowHold memory narrowed =
            IReceivableHolds.NarrowHold(WHOLE_HOLD, 0, 100, _one(_id(courts, 0)), "order");
        _court("ReceivableHolds.narrow", abi.encodeCall(holds.narrow, (narrowed)), rivalError);
        data = abi.encodeCall(holds.lift, (IReceivableHolds.LiftCourtHold(WHOLE_HOLD, new uint256[](0), "order")));
        _court("ReceivableHolds.lift", data, rivalError);
        _anyone("ReceivableHolds.free", abi.encodeCall(holds.free, (_one(_id(plain, 0)))));
    }

    function _court(string memory name, bytes memory data, bytes4 rivalError) private {
        _both(name, data, Roles.COURT_OFFICER, rivalError);
    }

    /// @dev A court orders; only the council executes.
    function _rowsOfOrders() private {
        bytes4 rivalError = IReceivableHolds.NotAuthority.selector;
        bytes memory data = abi.encodeCall(holds.orderRange, (_orderOfRange("another")));
        _court("ReceivableHolds.orderRange", data, rivalError);
        data = abi.encodeCall(holds.orderCredit, (_orderOfCredit("another")));
        _court("ReceivableHolds.orderCredit", data, rivalError);
        data = abi.encodeCall(holds.executeRange, (_orderOfRange("given"), 0));
        _council("ReceivableHolds.executeRange", data);
        data = abi.encodeCall(holds.executeCredit, (_orderOfCredit("given")));
        _council("ReceivableHolds.executeCredit", data);
    }

    function _rowsOfEndings() private {
        _of(address(endings));
        IReceivableEndings.RetireRange memory range =
            IReceivableEndings.RetireRange(_id(own, 0), 0, 100, IReceivableEndings.Reason.Waiver, 0, 100, "document");
        _acts("ReceivableEndings.retire", abi.encodeCall(endings.retire, (range)), Roles.HOLDERS);
        bytes4 rivalError = IReceivableEndings.NotOwner.selector;
        bytes memory data =
            abi.encodeCall(endings.consentCancel, (IReceivableEndings.ConsentCancel(_id(held, 0), 400, true)));
        _both("ReceivableEndings.consentCancel", data, Roles.HOLDERS, rivalError);
        data = abi.encodeCall(endings.writeOff, (IReceivableEndings.WriteOff(_id(held, 0), true)));
        _both("ReceivableEndings.writeOff", data, Roles.HOLDERS, rivalError);
        _anyone("ReceivableEndings.cancel", abi.encodeCall(endings.cancel, (agreed)));
    }

    function _rowsOfDisputes() private {
        bytes4 rivalError = IReceivableEndings.NotObligor.selector;
        bytes memory data = abi.encodeCall(endings.dispute, (IReceivableEndings.DisputeReceivable(owed, 1, "")));
        _both("ReceivableEndings.dispute", data, Roles.OBLIGOR, rivalError);
        data = abi.encodeCall(endings.endDispute, (IReceivableEndings.EndDispute(disputed)));
        _both("ReceivableEndings.endDispute", data, Roles.OBLIGOR, rivalError);
        _anyone("ReceivableEndings.lapseDispute", abi.encodeCall(endings.lapseDispute, (lapsed)));
    }

    function _rowsOfExposure() private {
        _of(address(exposure));
        _council("Exposure.setCeiling", abi.encodeCall(exposure.setCeiling, (house, CNY, true, 5)));
        _council("Exposure.setConcentration", abi.encodeCall(exposure.setConcentration, (CNY, 5, 5)));
        bytes memory data = abi.encodeCall(exposure.add, (house, supplier.account, CNY, 5));
        _named("Exposure.add", data, _one(address(drafts)), IExposure.NotDrafts.selector);
        data = abi.encodeCall(exposure.reduce, (house, supplier.account, CNY, 5));
        _named("Exposure.reduce", data, _one(address(repayment)), IExposure.NotModule.selector);
    }
}
