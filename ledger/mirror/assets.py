"""Assets: who took them last, their flags, and the numbers that stand for one right."""

from ledger.chain.decode import Event
from ledger.domain import pledge_words
from ledger.domain.pledge_words import AssetFlag, AssetWord, HoldTarget
from ledger.mirror.models import ENCUMBRANCE, SEGMENT, Encumbrance
from ledger.mirror.register_models import ASSET, HOLD, Asset
from ledger.mirror.schema import Address, Word
from ledger.mirror.state import State

NO_OFFICE: Address = bytes(20)
"""Scope of holds that lie on an asset or a pledge, whatever office placed them."""
_CHAIN_BYTES = 21
_NEVER = AssetWord(0, 0, 0, 0, 0)


def resolved(state: State, listed: Word) -> Word:
    """The key that a number stands for."""
    row = state.get(ASSET, (listed,))
    return listed if row is None or row.alias_of is None else resolved(state, row.alias_of)


def set_word(state: State, asset: Word, asset_word: int, alias_of: Word | None = None) -> None:
    """An asset's word as stored."""
    told = pledge_words.read(AssetWord, asset_word)
    state.put(ASSET, Asset(asset, told.segment, told.leaf, told.links, told.flags, told.chain.to_bytes(_CHAIN_BYTES), alias_of))


def flagged(state: State, asset: Word, flag: AssetFlag) -> None:
    """Sets a flag of an asset's word."""
    row = state.get(ASSET, (asset,))
    fields = _NEVER if row is None else fields_of(row)
    set_word(state, asset, pledge_words.pack(fields._replace(flags=fields.flags | flag)))


def fields_of(row: Asset) -> AssetWord:
    """The fields of the word that a row stands for."""
    return AssetWord(row.segment, row.leaf, row.links, row.flags, int.from_bytes(row.chain))


def _linked(state: State, event: Event) -> None:
    told = event.args
    for at, (listed, asset_word) in enumerate(zip(told.assets, told.words, strict=True)):
        key = resolved(state, listed)
        set_word(state, key, asset_word)
        state.open(ENCUMBRANCE, Encumbrance(told.segment, told.firstLeaf + at, key, listed, None, None, None, None))
    # A later page of an adopted list is told by nothing else.
    if state.get(SEGMENT, (told.segment,)):
        state.change(SEGMENT, (told.segment,), claimed=told.firstLeaf + len(told.assets))


def _joined(state: State, event: Event) -> None:
    told = event.args
    set_word(state, told.other, told.otherWord, alias_of=told.key)
    set_word(state, told.key, told.keyWord)
    _move_holds(state, told.other, told.key)


def _move_holds(state: State, other: Word, key: Word) -> None:
    """Holds on the other number lie on the key, behind its own."""
    last = 0
    while state.get(HOLD, (HoldTarget.ASSET, key, NO_OFFICE, last)):
        last += 1
    place = 0
    while hold := state.get(HOLD, (HoldTarget.ASSET, other, NO_OFFICE, place)):
        state.close(HOLD, (HoldTarget.ASSET, other, NO_OFFICE, place))
        state.put(HOLD, hold._replace(id=key, place=last + place))
        place += 1


def _relinked(state: State, event: Event) -> None:
    told = event.args
    for at, asset_word in enumerate(told.words):
        taken = state.need(ENCUMBRANCE, (told.segment, told.firstLeaf + at))
        set_word(state, resolved(state, taken.listed), asset_word)


def _restored(state: State, event: Event) -> None:
    told = event.args
    for bit in range(pledge_words.PAGE):
        if told.which >> bit & 1:
            ended = dict.fromkeys(("reason", "basis", "ended_at", "ended_by"))
            state.change(ENCUMBRANCE, (told.segment, told.firstLeaf + bit), **ended)


def _settled(state: State, event: Event) -> None:
    set_word(state, event.args.asset, event.args.word)


RULES = {
    ("PledgeRegistry", "AssetsLinked"): _linked,
    ("PledgeRegistry", "AssetsJoined"): _joined,
    ("PledgeRegistry", "PageRelinked"): _relinked,
    ("PledgeRegistry", "LeavesRestored"): _restored,
    ("PledgeRegistry", "ConflictSettled"): _settled,
}
