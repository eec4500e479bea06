// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IReceivableViews} from "./interfaces/IReceivableViews.sol";
import {ReceivableWord} from "./types/ReceivableWord.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Views of receivables and their tokens for people and wallets
/// @dev The token answers by these what it doesn't know itself. No state; nothing here decides anything.
contract ReceivableViews is IReceivableViews {
    using Strings for uint256;
    using Strings for address;

    bytes32 private constant PIECE_TYPE = keccak256("Piece(uint64 end,address to,bytes32 ref)");
    bytes32 private constant MOVE_BATCH_TYPE =
        keccak256("MoveBatch(uint256 token,Piece[] pieces)Piece(uint64 end,address to,bytes32 ref)");
    bytes32 private constant MOVE_MANY_TYPE = keccak256("MoveMany(uint256[] tokens,address to,bytes32 ref)");

    IReceivableToken private immutable TOKEN;

    constructor(IReceivableToken token) {
        TOKEN = token;
    }

    function name() external pure returns (string memory) {
        return "Pledgebook receivables";
    }

    function symbol() external pure returns (string memory) {
        return "PBR";
    }

    /// @inheritdoc IReceivableViews
    function receivable(uint192 id) external view returns (Receivable memory found) {
        ReceivableWord word = _terms(found, id);
        (found.issuedAt, found.confirmedAt, found.retired, found.consented, found.contentRoot, found.digest) =
            TOKEN.detailsOf(id);
        (found.state, found.face, found.owedLive) = (IReceivableToken.State(word.state()), word.face(), word.owedLive());
        (found.due, found.payments, found.terms) = (word.due(), word.payments(), word.marks());
        (found.leastPiece, found.module, found.cash) = (word.leastPiece(), word.module(), word.cash());
        (found.policy, found.currency, found.paused) = (word.policy(), word.currency(), word.paused());
    }

    function _terms(Receivable memory found, uint192 id) private view returns (ReceivableWord word) {
        (word, found.obligor, found.grace, found.lateRate, found.lateBasis, found.supplier) = TOKEN.termsOf(id);
    }

    /// @inheritdoc IReceivableViews
    function range(uint256 token) external view returns (address owner, uint64 end, uint16 cursor, uint8 flags) {
        TokenWord held = TOKEN.tokenWord(token);
        if (held.exists()) return (held.owner(), uint64(token) + held.length(), held.cursor(), held.flags());
    }

    /// @inheritdoc IReceivableViews
    function canMove(address account, IReceivableToken.Move calldata body) external view returns (bytes memory) {
        try TOKEN.checkMove(account, body) {
            return "";
        } catch (bytes memory reason) {
            return reason;
        }
    }

    // --- EIP-712 bodies ---

    /// @inheritdoc IReceivableViews
    function hashMoveBatch(IReceivableToken.MoveBatch calldata body) external pure returns (bytes32) {
        bytes32[] memory pieces = new bytes32[](body.pieces.length);
        for (uint256 i = 0; i < pieces.length; ++i) {
            pieces[i] = keccak256(abi.encode(PIECE_TYPE, body.pieces[i]));
        }
        return keccak256(abi.encode(MOVE_BATCH_TYPE, body.token, keccak256(abi.encodePacked(pieces))));
    }

    /// @inheritdoc IReceivableViews
    function hashMoveMany(IReceivableToken.MoveMany calldata body) external pure returns (bytes32) {
        return keccak256(abi.encode(MOVE_MANY_TYPE, keccak256(abi.encodePacked(body.tokens)), body.to, body.ref));
    }

    // --- Metadata: JSON in data URIs (schemas of EIP-721 and EIP-3525) ---

    /// @inheritdoc IReceivableViews
    function tokenURI(uint256 token) external view returns (string memory) {
        TokenWord held = TOKEN.tokenWord(token);
        uint192 id = uint192(token >> 64);
        require(held.exists(), UnknownReceivable(id));
        uint64 start = uint64(token);
        string memory text = string.concat(
            '{"name":"Range [',
            _number(start),
            ", ",
            _number(start + held.length()),
            ") of receivable ",
            _hex(id),
            '","description":"An assignable claim on the obligor for these minor units; no bill, no security.","balance":',
            _number(held.length()),
            ',"slot":"',
            uint256(id).toString(),
            '","properties":{"owner":"',
            held.owner().toChecksumHexString(),
            '","paymentsDrawn":',
            _number(held.cursor())
        );
        return _uri(string.concat(text, ',"marks":[', _marks(held), "]}}"));
    }

    /// @dev EIP-3525 wants the properties of a slot as a list of objects, those of a token as one object.
    function slotURI(uint256 slot) external view returns (string memory) {
        uint192 id = uint192(slot);
        (ReceivableWord word, address obligor,,,, address supplier) = TOKEN.termsOf(id);
        require(word.state() != 0 && slot == id, UnknownReceivable(id));
        string memory text = string.concat(
            '{"name":"Receivable ',
            _hex(id),
            '","description":"A receivable that its obligor has confirmed, divided into ranges of minor units.","properties":[',
            _property("obligor", "who owes it", obligor.toChecksumHexString()),
            _property("supplier", "who sold what it is owed for", supplier.toChecksumHexString()),
            _property("face", "minor units confirmed", _number(word.face())),
            _property("owed", "minor units that holders are owed", _number(word.owedLive()))
        );
        return _uri(string.concat(text, _rest(word), "]}"));
    }

    function _rest(ReceivableWord word) private pure returns (string memory text) {
        text = string.concat(
            _property("currency", "number in ISO 4217", _number(word.currency())),
            _property("due", "UTC seconds", _number(word.due())),
            '{"name":"state","description":"live, closed or cancelled","value":"'
        );
        return string.concat(text, _state(word), '"}');
    }

    /// @dev Amounts are texts, since readers of JSON round numbers from 2^53 on.
    function _property(string memory name_, string memory meaning, string memory value)
        private
        pure
        returns (string memory)
    {
        return string.concat('{"name":"', name_, '","description":"', meaning, '","value":"', value, '"},');
    }

    function contractURI() external pure returns (string memory) {
        return _uri(
            '{"name":"Pledgebook receivables","description":"Confirmed receivables as ranges of minor units; slot = receivable, value = length.","valueDecimals":2}'
        );
    }

    function _uri(string memory json) private pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    function _number(uint256 value) private pure returns (string memory) {
        return value.toString();
    }

    function _hex(uint192 id) private pure returns (string memory) {
        return uint256(id).toHexString(24);
    }

    function _state(ReceivableWord word) private pure returns (string memory) {
        string[4] memory names = ["none", "live", "closed", "cancelled"];
        return names[word.state()];
    }

    function _marks(TokenWord held) private pure returns (string memory text) {
        string[6] memory names = ["offered", "held", "retired", "consents to cancellation", "written off", "in custody"];
        for (uint8 i = 0; i < names.length; ++i) {
            if (!held.has(TokenWords.OFFERED << i)) continue;
            text = string.concat(text, bytes(text).length == 0 ? '"' : ',"', names[i], '"');
        }
    }
}
