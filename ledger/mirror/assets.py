"""Assets: who took them last, what else lies on them, their flags, and the numbers that stand for one right."""

from ledger.chain.decode import Event
from ledger.domain import pledge_words
from ledger.domain.pledge_words import AssetWord
from ledger.mirror.models import ENCUMBRANCE, PLEDGE_STATE, Encumbrance
from ledger.mirror.pledge_rows import change
from ledger.mirror.register_models import ASSET, RIVAL, Asset, Rival
from ledger.mirror.schema import Address, Word
from ledger.mirror.state import State

NO_OFFICE: Address = bytes(20)
"""Scope of holds that lie on an asset or a pledge, whatever office placed them."""
_CHAIN_BYTES = 21


def resolved(state: State, listed: Word) -> Word:
    """The key that a number stands for."""
    row = state.get(ASSET, (listed,))
    return listed if row is None or row.alias_of is None else resolved(state, row.alias_of)


def set_word(state: State, asset: Word, asset_word: int, alias_of: Word | None = None) -> None:
    """An asset's word as stored."""
    told = pledge_words.read(AssetWord, asset_word)
    state.put(ASSET, Asset(asset, told.segment, told.leaf, told.links, told.flags, told.chain.to_bytes(_CHAIN_BYTES), alias_of))


def word_of(row: Asset) -> int:
    """The word that a row stands for."""
    return pledge_words.pack(AssetWord(row.segment, row.leaf, row.links, row.flags, int.from_bytes(row.chain)))


def _linked(state: State, event: Event) -> None:
    told = event.args
    for at, (listed, asset_word) in enumerate(zip(told.assets, told.words, strict=True)):
        key = resolved(state, listed)
        set_word(state, key, asset_word)
        state.open(ENCUMBRANCE, Encumbrance(told.segment, told.firstLeaf + at, key, listed, None, None, None, None))


def _joined(state: State, event: Event) -> None:
    told = event.args
    set_word(state, told.other, told.otherWord, alias_of=told.key)
    set_word(state, told.key, told.keyWord)
    last = len(_rivals(state, told.key))
    for at, rival in enumerate(_rivals(state, told.other)):
        state.close(RIVAL, (told.other, rival.ordinal))
        state.open(RIVAL, rival._replace(asset=told.key, ordinal=last + at))


def _relinked(state: State, event: Event) -> None:
    for key, asset_word in zip(event.args.keys, event.args.words, strict=True):
        set_word(state, key, asset_word)


def _rivals(state: State, asset: Word) -> list[Rival]:
    found: list[Rival] = []
    while row := state.get(RIVAL, (asset, len(found))):
        found.append(row)
    return found


def _conflict_found(state: State, event: Event) -> None:
    told = event.args
    set_word(state, told.asset, told.word)
    if told.pledge:
        place = pledge_words.read(AssetWord, told.leaf)
        state.open(RIVAL, Rival(told.asset, len(_rivals(state, told.asset)), place.segment, place.leaf))
        # A record that lists a right under two of its numbers lies beside itself before it is told of: RecordAdopted comes with this head.
        if state.get(PLEDGE_STATE, (told.pledge,)) is not None:
            change(state, told.pledge, told.head)


def _conflict_settled(state: State, event: Event) -> None:
    """One event a leaf: with the first of them nothing lies beside the taker any more."""
    told = event.args
    set_word(state, told.asset, told.word)
    for rival in _rivals(state, told.asset):
        state.close(RIVAL, (told.asset, rival.ordinal))
    if told.pledge:
        change(state, told.pledge, told.head)


def _restored(state: State, event: Event) -> None:
    told = event.args
    for bit in range(pledge_words.PAGE):
        if told.which >> bit & 1:
            ended = dict.fromkeys(("reason", "basis", "ended_at", "ended_by"))
            state.change(ENCUMBRANCE, (told.segment, told.firstLeaf + bit), **ended)


RULES = {
    ("PledgeRegistry", "AssetsLinked"): _linked,
    ("PledgeRegistry", "AssetsJoined"): _joined,
    ("PledgeRegistry", "PageRelinked"): _relinked,
    ("PledgeRegistry", "LeavesRestored"): _restored,
    ("PledgeRegistry", "ConflictFound"): _conflict_found,
    ("PledgeRegistry", "ConflictSettled"): _conflict_settled,
}
