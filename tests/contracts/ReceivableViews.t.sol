// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IERC3525Metadata} from "../../contracts/interfaces/IERC3525.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice What wallets read at the token's address, which its contract of views answers.
contract ReceivableViewsTest is ReceivableBase {
    using Strings for uint256;

    string private constant JSON = "data:application/json;base64,";

    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        _move(supplier, _id(id, 0), 400, 600, other.account);
    }

    function _json(string memory uri) private pure returns (string memory) {
        bytes memory text = bytes(uri);
        assertTrue(text.length > bytes(JSON).length, "a data URI");
        bytes memory data = new bytes(text.length - bytes(JSON).length);
        for (uint256 i = 0; i < text.length; ++i) {
            if (i < bytes(JSON).length) assertEq(text[i], bytes(JSON)[i], "a data URI of JSON");
            else data[i - bytes(JSON).length] = text[i];
        }
        return string(Base64.decode(string(data)));
    }

    function test_the_metadata_extensions_of_both_standards_are_there() public view {
        assertTrue(token.supportsInterface(type(IERC721Metadata).interfaceId));
        assertTrue(token.supportsInterface(0xe1600902));
        assertEq(type(IERC3525Metadata).interfaceId, bytes4(0xe1600902), "EIP-3525 metadata");
        assertEq(views.name(), "Pledgebook receivables");
        assertEq(views.symbol(), "PBR");
    }

    /// @dev EIP-721 metadata, EIP-3525 tokenURI: name, description, balance, slot, properties.
    function test_a_tokens_json_says_range_balance_and_slot() public {
        vm.prank(address(endings));
        token.flag(_id(id, 400), TokenWords.WRITTEN_OFF | TokenWords.CANCEL_CONSENT, 0);
        string memory json = _json(views.tokenURI(_id(id, 400)));
        assertEq(
            vm.parseJsonString(json, ".name"),
            string.concat("Range [400, 600) of receivable ", uint256(id).toHexString(24))
        );
        assertEq(vm.parseJsonUint(json, ".balance"), 200);
        assertEq(vm.parseJsonUint(json, ".slot"), id);
        assertEq(vm.parseJsonAddress(json, ".properties.owner"), other.account);
        string[] memory marks = vm.parseJsonStringArray(json, ".properties.marks");
        assertEq(marks.length, 2);
        assertEq(marks[0], "consents to cancellation");
        assertEq(marks[1], "written off");
    }

    function test_a_slots_json_says_parties_face_due_and_state() public {
        _pay(id, 500);
        string memory json = _json(views.slotURI(id));
        string[7] memory names = ["obligor", "supplier", "face", "owed", "currency", "due", "state"];
        for (uint256 i = 0; i < 7; ++i) {
            assertEq(vm.parseJsonString(json, string.concat(_property(i), ".name")), names[i]);
        }
        assertEq(vm.parseJsonAddress(json, ".properties[0].value"), obligor.account);
        assertEq(vm.parseJsonAddress(json, ".properties[1].value"), supplier.account);
        assertEq(vm.parseJsonString(json, ".properties[2].value"), "1000");
        assertEq(vm.parseJsonString(json, ".properties[3].value"), "500");
        assertEq(vm.parseJsonString(json, ".properties[4].value"), "156");
        assertEq(vm.parseJsonUint(json, ".properties[5].value"), DUE);
        assertEq(vm.parseJsonString(json, ".properties[6].value"), "live");
        assertFalse(vm.keyExistsJson(json, ".properties[7]"));
    }

    function _property(uint256 index) private pure returns (string memory) {
        return string.concat(".properties[", index.toString(), "]");
    }

    /// @dev Every member that the schemas of EIP-721 and EIP-3525 name and ours has, by its kind.
    function test_each_json_has_the_members_of_its_schema() public view {
        string[3] memory all = [_json(views.tokenURI(_id(id, 0))), _json(views.slotURI(id)), _json(views.contractURI())];
        for (uint256 i = 0; i < 3; ++i) {
            assertGt(bytes(vm.parseJsonString(all[i], ".name")).length, 0);
            assertGt(bytes(vm.parseJsonString(all[i], ".description")).length, 0);
        }
        assertEq(vm.parseJsonUint(all[0], ".balance"), 400);
        assertEq(vm.parseJsonUint(all[0], ".slot"), id);
        assertEq(vm.parseJsonUint(all[0], ".properties.paymentsDrawn"), 0);
        assertEq(vm.parseJsonStringArray(all[0], ".properties.marks").length, 0);
        assertEq(vm.parseJsonUint(all[2], ".valueDecimals"), token.valueDecimals());
    }

    function test_what_is_no_token_or_receivable_has_no_text() public {
        bytes memory reason = abi.encodeWithSelector(IReceivableViews.UnknownReceivable.selector, id);
        vm.expectRevert(reason);
        views.tokenURI(_id(id, 1));
        vm.expectRevert(abi.encodeWithSelector(IReceivableViews.UnknownReceivable.selector, uint192(5)));
        views.slotURI(5);
        vm.expectRevert();
        views.slotURI(uint256(1) << 192 | id);
    }

    /// @dev The way through the token writes nothing and answers nothing that is not asked of the views.
    function test_an_unknown_function_reverts() public {
        (bool done,) = address(token).call(abi.encodeWithSignature("mint(address)", stranger));
        assertFalse(done);
        (done,) = address(token).call("");
        assertFalse(done);
        (done,) = address(token).call{value: 1}("");
        assertFalse(done);
    }
}
