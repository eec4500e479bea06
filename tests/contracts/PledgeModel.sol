// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Effects, HoldTargets} from "../../contracts/types/ActCode.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";

/// @notice The register as one would keep it on paper: every pledge with its lists, every hold, record and joined number, and no index, bit or word.
/// Whether a right is free is found by reading through all that was ever written on it.
contract PledgeModel {
    struct Leaf {
        bytes32 listed;
        uint40 segment;
        uint24 number;
        bool ended;
    }

    struct Life {
        bool singleRank;
        uint8 state;
        uint24 version;
        /// Last second of the reservation or of the entry; 0: none.
        uint256 last;
        /// Its claim is void.
        bool displaced;
        bool approved;
        /// Where it stands in the base order, for ever, once it is registered.
        int256 effective;
        uint256 sequence;
        /// Segments that count, the one of its filing first; `pages` of a restoration still to be done.
        uint40[] segments;
        uint256 pagesLeft;
        mapping(uint40 segment => bool) isRestored;
        /// Earlier filings that contest it.
        uint256[] contests;
    }

    struct Hold {
        uint8 target;
        bytes32 id;
        address office;
        uint256 bars;
        uint256 until;
        uint16 number;
        bool fee;
    }

    /// What somebody took on a right: a leaf, or an anchored record (`record` its number) until it is adopted.
    struct Claim {
        uint256 leaf;
        bytes32 record;
    }

    uint256 private pledgeCount;
    mapping(uint256 pledge => Life) private lives_;
    mapping(uint40 segment => uint256 pledge) public ownerOf;
    mapping(uint40 segment => bool) private isActive;
    Leaf[] private leaves;
    mapping(uint40 segment => uint256[]) private leavesOf_;
    Hold[] private holds;
    mapping(bytes32 listed => bytes32) private joinedTo;
    mapping(bytes32 key => Claim[]) private claimsOn;
    mapping(bytes32 key => uint256 claimAndOne) private lastClaim;
    mapping(bytes32 key => bool) public inConflict;
    mapping(bytes32 record => bool) private isAdopted;
    bytes32[] private keys;
    mapping(bytes32 key => bool) private isKnown;

    // --- Pledges ---

    function file(bool singleRank, uint256 number) public returns (uint256 pledge) {
        pledge = ++pledgeCount;
        require(pledge == number, "numbered as it is filed");
        Life storage life = lives_[pledge];
        (life.singleRank, life.state, life.sequence) = (singleRank, PledgeStates.FILED, pledge);
    }

    function count() external view returns (uint256) {
        return pledgeCount;
    }

    function setState(uint256 pledge, uint8 state, uint256 last) public {
        (lives_[pledge].state, lives_[pledge].last) = (state, last);
    }

    function setState(uint256 pledge, uint8 state) external {
        lives_[pledge].state = state;
    }

    function raise(uint256 pledge) public {
        ++lives_[pledge].version;
    }

    function approve(uint256 pledge) external {
        lives_[pledge].approved = true;
    }

    function register(uint256 pledge, uint256 last) external {
        setState(pledge, PledgeStates.REGISTERED, last);
        lives_[pledge].effective = int256(block.timestamp);
        isActive[lives_[pledge].segments[0]] = true;
    }

    /// @dev A refused filing is examined again: nothing is claimed any more.
    function reopen(uint256 pledge) external {
        Life storage life = lives_[pledge];
        delete life.segments;
        (life.state, life.last, life.displaced, life.approved) = (PledgeStates.FILED, 0, false, false);
    }

    function contest(uint256 earlier, uint256 later) external {
        lives_[later].contests.push(earlier);
    }

    /// @dev The new pledge has the old one's place in the order and all its segments.
    function refinance(uint256 old, uint256 number, uint256 last) external returns (uint256 made) {
        made = file(lives_[old].singleRank, number);
        setState(made, PledgeStates.REGISTERED, last);
        Life storage life = lives_[made];
        (life.sequence, life.effective) = (lives_[old].sequence, lives_[old].effective);
        life.segments = lives_[old].segments;
        for (uint256 i = 0; i < life.segments.length; ++i) {
            ownerOf[life.segments[i]] = made;
        }
        raise(old);
        lives_[old].state = PledgeStates.ENDED;
    }

    /// @dev Segments come back; what others reserved for supplements is none of it.
    function restore(uint256 pledge, uint256 last) external {
        Life storage life = lives_[pledge];
        setState(pledge, PledgeStates.RESTORING, last);
        life.pagesLeft = life.singleRank ? life.segments.length : 0;
        for (uint256 i = 0; i < life.segments.length; ++i) {
            ownerOf[life.segments[i]] = pledge;
            life.isRestored[life.segments[i]] = false;
        }
    }

    function mayRestore(uint256 pledge, uint40 segment) external view returns (bool) {
        return lives_[pledge].pagesLeft != 0 && !lives_[pledge].isRestored[segment];
    }

    /// @dev Each leaf of the segment that did not end lies on its right again, beside whoever has it now.
    function restorePage(uint256 pledge, uint40 segment) external {
        lives_[pledge].isRestored[segment] = true;
        --lives_[pledge].pagesLeft;
        revive(segment, 0);
    }

    function completeRestoration(uint256 pledge) external returns (bool complete) {
        complete = lives_[pledge].pagesLeft == 0;
        if (!complete) return false;
        raise(pledge);
        lives_[pledge].state = PledgeStates.REGISTERED;
    }

    // --- Leaves ---

    /// @dev Of one list; `active` counts at once, else it is reserved by a filing. One who yields to a contest is displaced.
    function link(uint256 pledge, uint40 segment, bytes32[] calldata list, bool active) external {
        ownerOf[segment] = pledge;
        isActive[segment] = active;
        lives_[pledge].segments.push(segment);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32 key = resolved(list[i]);
            if (lives_[pledge].singleRank) _displaceOn(key);
            leaves.push(Leaf(list[i], segment, uint24(i), false));
            leavesOf_[segment].push(leaves.length - 1);
            _claim(key, Claim(leaves.length - 1, 0));
        }
    }

    function _claim(bytes32 key, Claim memory claim) private {
        if (!isKnown[key]) keys.push(key);
        isKnown[key] = true;
        claimsOn[key].push(claim);
        lastClaim[key] = claimsOn[key].length;
    }

    /// @dev Whoever has reserved the right is void: something came upon it.
    function _displaceOn(bytes32 key) private {
        for (uint256 i = 0; i < claimsOn[key].length; ++i) {
            Claim storage claim = claimsOn[key][i];
            if (claim.record != 0 || !_lies(key, i)) continue;
            uint256 holder = ownerOf[leaves[claim.leaf].segment];
            if (lives_[holder].state == PledgeStates.ACCEPTED) lives_[holder].displaced = true;
        }
    }

    /// @dev Ends the leaves of a segment whose bits are set; the caller has asked {anyEnded}.
    function end(uint40 segment, uint256 bits) external {
        for (uint256 i = 0; i < leavesOf_[segment].length; ++i) {
            if (bits >> i & 1 == 1) leaves[leavesOf_[segment][i]].ended = true;
        }
    }

    /// @dev Leaves whose bits are set live again; then every living leaf of a segment of one rank (bits 0), or those, meet what lies on their rights.
    function revive(uint40 segment, uint256 bits) public {
        bool single = lives_[ownerOf[segment]].singleRank;
        for (uint256 i = 0; i < leavesOf_[segment].length; ++i) {
            Leaf storage leaf = leaves[leavesOf_[segment][i]];
            bool concerned = bits == 0 ? !leaf.ended : bits >> i & 1 == 1;
            if (!concerned) continue;
            leaf.ended = false;
            if (single) _meet(leavesOf_[segment][i]);
        }
    }

    /// @dev The leaf becomes the right's last taker, unless it is or another has the right: then both do, in conflict.
    function _meet(uint256 leaf) private {
        bytes32 key = resolved(leaves[leaf].listed);
        uint256 mine = _claimOf(key, leaf) + 1;
        if (lastClaim[key] == mine) return;
        _displaceOn(key);
        if (_lastLies(key)) inConflict[key] = true;
        else lastClaim[key] = mine;
    }

    function _claimOf(bytes32 key, uint256 leaf) private view returns (uint256 i) {
        while (claimsOn[key][i].record != 0 || claimsOn[key][i].leaf != leaf) ++i;
    }

    // --- Numbers, records, conflicts ---

    function resolved(bytes32 listed) public view returns (bytes32 key) {
        key = listed;
        while (joinedTo[key] != 0) key = joinedTo[key];
    }

    function isAlias(bytes32 listed) external view returns (bool) {
        return joinedTo[listed] != 0;
    }

    /// @dev Whether somebody has the right, or it is disputed.
    function isGrave(bytes32 key, bool single) external view returns (bool) {
        return single ? inConflict[key] || _lies(key) : lastClaim[key] != 0;
    }

    function join(bytes32 other, bytes32 key, bool single) external {
        uint256 takes = Effects.REGISTER | Effects.ADD_SEGMENT;
        bool otherHeld = isBarred(HoldTargets.ASSET, other, address(0), takes);
        if (isBarred(HoldTargets.ASSET, key, address(0), takes)) _displaceOn(other);
        if (otherHeld) _displaceOn(key);
        if (single && (_lies(other) || inConflict[other]) && (_lies(key) || inConflict[key])) {
            _displaceOn(other);
            _displaceOn(key);
        }
        bool both = _lies(other) && _lies(key);
        bool taken = _lastLies(key) || !_lastLies(other) && lastClaim[key] != 0;
        uint256 offset = claimsOn[key].length;
        for (uint256 i = 0; i < claimsOn[other].length; ++i) {
            claimsOn[key].push(claimsOn[other][i]);
        }
        if (!taken && lastClaim[other] != 0) lastClaim[key] = offset + lastClaim[other];
        inConflict[key] = inConflict[key] || inConflict[other] || single && both;
        joinedTo[other] = key;
        if (!isKnown[key]) keys.push(key);
        isKnown[key] = true;
    }

    /// @dev A record of an anchored register is live on the right. In a register of several ranks only a free right remembers it.
    function seed(bytes32 listed, bytes32 record, bool single) external {
        bytes32 key = resolved(listed);
        if (single) _displaceOn(key);
        if (_lastLies(key)) {
            if (!single) return;
            inConflict[key] = true;
            uint256 last = lastClaim[key];
            _claim(key, Claim(0, record));
            lastClaim[key] = last;
        } else {
            _claim(key, Claim(0, record));
        }
    }

    /// @dev It is a pledge of this register from now on, with its right; whatever lies there too is in conflict with it.
    function adopt(uint256 number, bool single, bytes32 record, uint40 segment, bytes32 listed, int256 effective)
        external
    {
        uint256 pledge = file(single, number);
        isAdopted[record] = true;
        setState(pledge, PledgeStates.REGISTERED, 0);
        lives_[pledge].effective = effective;
        bytes32 key = resolved(listed);
        if (single && lastClaim[key] != 0 && _lastLies(key)) inConflict[key] = true;
        (ownerOf[segment], isActive[segment]) = (pledge, true);
        lives_[pledge].segments.push(segment);
        leaves.push(Leaf(listed, segment, 0, false));
        leavesOf_[segment].push(leaves.length - 1);
        _claim(key, Claim(leaves.length - 1, 0));
    }

    /// @dev Whether one right at most is left on it.
    function maySettle(bytes32 key) external view returns (bool) {
        uint256 left = 0;
        for (uint256 i = 0; i < claimsOn[key].length; ++i) {
            if (!_lies(key, i)) continue;
            if (claimsOn[key][i].record != 0) return false;
            ++left;
        }
        return inConflict[key] && left <= 1;
    }

    /// @dev Whether a pledge that is being restored was ever on the right: who has it is not known before it is done.
    function isOpen(bytes32 key) external view returns (bool) {
        for (uint256 i = 0; i < claimsOn[key].length; ++i) {
            Claim storage claim = claimsOn[key][i];
            bool leaf = claim.record == 0;
            if (leaf && lives_[ownerOf[leaves[claim.leaf].segment]].state == PledgeStates.RESTORING) return true;
        }
        return false;
    }

    function settle(bytes32 key) external {
        inConflict[key] = false;
        for (uint256 i = 0; i < claimsOn[key].length; ++i) {
            if (_lies(key, i)) lastClaim[key] = i + 1;
        }
    }

    // --- Holds ---

    function hold(uint8 target, bytes32 id, address office, uint256 bars, uint256 until, uint16 number, bool fee)
        external
    {
        holds.push(Hold(target, id, office, bars, until, number, fee));
    }

    /// @dev What is reserved on a right that may not be taken any more must be claimed anew.
    function voidClaimsOn(bytes32 listed) external {
        _displaceOn(resolved(listed));
    }

    function holdCount() external view returns (uint256) {
        return holds.length;
    }

    function holdAt(uint256 which) external view returns (Hold memory) {
        return holds[which];
    }

    function runs(uint256 which) public view returns (bool) {
        return holds[which].until == 0 || block.timestamp <= holds[which].until;
    }

    function lift(uint256 which) external {
        holds[which].until = block.timestamp - 1;
    }

    /// @dev Whether a running hold bars one of the effects on a right (its number as listed), a pledge and its claim, or a party of an office.
    function isBarred(uint8 target, bytes32 id, address office, uint256 effects) public view returns (bool) {
        for (uint256 i = 0; i < holds.length; ++i) {
            Hold storage held = holds[i];
            if (held.bars & effects == 0 || !runs(i)) continue;
            if (target == HoldTargets.ASSET) {
                if (held.target == target && resolved(held.id) == resolved(id)) return true;
            } else if (target == HoldTargets.PARTY) {
                if (held.target == target && held.id == id && held.office == office) return true;
            } else if (held.id == id && (held.target == target || held.target == HoldTargets.CLAIM)) {
                return true;
            }
        }
        return false;
    }

    // --- Reading ---

    function stateOf(uint256 pledge) external view returns (uint8) {
        return lives_[pledge].state;
    }

    function lives(uint256 pledge) external view returns (bool single, uint8 state, uint24 version, uint256 last) {
        Life storage life = lives_[pledge];
        return (life.singleRank, life.state, life.version, life.last);
    }

    function isDisplaced(uint256 pledge) external view returns (bool) {
        return lives_[pledge].displaced;
    }

    function isApproved(uint256 pledge) external view returns (bool) {
        return lives_[pledge].approved;
    }

    function placeOf(uint256 pledge) external view returns (int256 effective, uint256 sequence) {
        return (lives_[pledge].effective, lives_[pledge].sequence);
    }

    function segmentsOf(uint256 pledge) external view returns (uint40[] memory) {
        return lives_[pledge].segments;
    }

    function pagesLeft(uint256 pledge) external view returns (uint256) {
        return lives_[pledge].pagesLeft;
    }

    function leavesOf(uint40 segment) external view returns (Leaf[] memory list) {
        list = new Leaf[](leavesOf_[segment].length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = leaves[leavesOf_[segment][i]];
        }
    }

    function allKeys() external view returns (bytes32[] memory) {
        return keys;
    }

    function isLive(uint256 pledge) public view returns (bool) {
        Life storage life = lives_[pledge];
        bool living = life.state == PledgeStates.REGISTERED || life.state == PledgeStates.ENFORCING;
        return living && (life.last == 0 || block.timestamp <= life.last);
    }

    /// @dev Registered once, and over now.
    function isOver(uint256 pledge) public view returns (bool) {
        uint8 state = lives_[pledge].state;
        bool living = state == PledgeStates.REGISTERED || state == PledgeStates.ENFORCING;
        return state == PledgeStates.ENDED || living && !isLive(pledge);
    }

    function isContestedBy(uint256 earlier, uint256 later) public view returns (bool) {
        for (uint256 i = 0; i < lives_[later].contests.length; ++i) {
            if (lives_[later].contests[i] == earlier) return true;
        }
        return false;
    }

    /// @dev Whether an earlier filing that contests it is still to be decided.
    function waits(uint256 later) external view returns (bool) {
        for (uint256 i = 0; i < lives_[later].contests.length; ++i) {
            Life storage earlier = lives_[lives_[later].contests[i]];
            bool reserved = earlier.state == PledgeStates.ACCEPTED && block.timestamp <= earlier.last;
            if (earlier.state == PledgeStates.FILED || reserved && !earlier.displaced) return true;
        }
        return false;
    }

    /// @dev Whether in a register of one rank the pledge (0: none yet) may take all of the rights: nobody lies on them but who yields, and none twice.
    function areFree(bytes32[] calldata list, uint256 pledge, bool mayContest) external view returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32 key = resolved(list[i]);
            if (inConflict[key]) return false;
            for (uint256 j = 0; j < i; ++j) {
                if (resolved(list[j]) == key) return false;
            }
            for (uint256 j = 0; j < claimsOn[key].length; ++j) {
                if (_lies(key, j) && !(mayContest && _yields(claimsOn[key][j], pledge))) return false;
            }
        }
        return true;
    }

    function _yields(Claim storage claim, uint256 pledge) private view returns (bool) {
        if (claim.record != 0) return false;
        uint256 holder = ownerOf[leaves[claim.leaf].segment];
        return lives_[holder].state == PledgeStates.ACCEPTED && isContestedBy(pledge, holder);
    }

    function anyEnded(uint40 segment, uint256 bits) external view returns (bool) {
        for (uint256 i = 0; i < leavesOf_[segment].length; ++i) {
            if (bits >> i & 1 == 1 && leaves[leavesOf_[segment][i]].ended) return true;
        }
        return false;
    }

    function allEnded(uint40 segment, uint256 bits) external view returns (bool) {
        for (uint256 i = 0; i < leavesOf_[segment].length; ++i) {
            if (bits >> i & 1 == 1 && !leaves[leavesOf_[segment][i]].ended) return false;
        }
        return true;
    }

    /// @dev How many leaves of live pledges lie on the right.
    function livesOn(bytes32 key) external view returns (uint256 found) {
        for (uint256 i = 0; i < claimsOn[key].length; ++i) {
            Claim storage claim = claimsOn[key][i];
            if (claim.record == 0 && _lies(key, i) && isLive(ownerOf[leaves[claim.leaf].segment])) ++found;
        }
    }

    /// @dev Who took the right last (0: nobody, or a record), and whether it is live on it.
    function lastTaker(bytes32 key) public view returns (uint256 pledge, bool live) {
        if (lastClaim[key] == 0) return (0, false);
        Claim storage claim = claimsOn[key][lastClaim[key] - 1];
        if (claim.record != 0) return (0, false);
        pledge = ownerOf[leaves[claim.leaf].segment];
        live = isActive[leaves[claim.leaf].segment] && isLive(pledge) && !leaves[claim.leaf].ended;
    }

    function _lies(bytes32 key) private view returns (bool) {
        for (uint256 i = 0; i < claimsOn[key].length; ++i) {
            if (_lies(key, i)) return true;
        }
        return false;
    }

    function _lastLies(bytes32 key) private view returns (bool) {
        return lastClaim[key] != 0 && _lies(key, lastClaim[key] - 1);
    }

    /// @dev Whether the claim keeps others from the right: a leaf of a live pledge, or of a reservation that runs; a record that nobody adopted. A pledge that
    /// is being restored keeps what nobody took meanwhile, and what it has come back to.
    function _lies(bytes32 key, uint256 which) private view returns (bool) {
        Claim storage claim = claimsOn[key][which];
        if (claim.record != 0) return !isAdopted[claim.record];
        Leaf storage leaf = leaves[claim.leaf];
        if (leaf.ended) return false;
        uint256 holder = ownerOf[leaf.segment];
        Life storage life = lives_[holder];
        if (isActive[leaf.segment]) {
            bool restoring = life.state == PledgeStates.RESTORING;
            return restoring ? lastClaim[key] == which + 1 || life.isRestored[leaf.segment] : isLive(holder);
        }
        bool reserved = life.state == PledgeStates.ACCEPTED && block.timestamp <= life.last && !life.displaced;
        return reserved && life.segments.length != 0 && life.segments[0] == leaf.segment;
    }
}
