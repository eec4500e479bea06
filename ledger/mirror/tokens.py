"""Tokens: disjoint ranges of a receivable, cut, moved, merged and retired; their lengths always tile the face."""

from ledger.chain.decode import Event
from ledger.domain.token_flags import CUSTODIAN, INHERITED, KEPT_OF_CUT, TokenFlag
from ledger.mirror.models import MEMBER, RECEIVABLE, RECEIVABLE_STATE, TOKEN, TRANSFER, Token, Transfer, TransferKind
from ledger.mirror.receivable_models import OFFER, OfferState
from ledger.mirror.schema import WORD_BYTES, word
from ledger.mirror.state import FoldError, State

_RETIRING = "retiring"

# Plain integers: an IntFlag makes an object of every result.
_OFFERED, _HELD, _CUSTODY = int(TokenFlag.OFFERED), int(TokenFlag.HELD), int(TokenFlag.CUSTODY)


def minted(state: State, receivable: int, supplier: bytes, face: int) -> None:
    """The whole range, which the supplier has once the obligor confirms."""
    state.open(TOKEN, Token(receivable, 0, supplier, face, cursor=0, flags=0))
    kind = TransferKind.CONFIRMATION
    state.add(TRANSFER, Transfer(receivable, state.pos, None, supplier, 0, face, bytes(WORD_BYTES), kind))


def drawn_until(state: State, receivable: int, start: int, payment: int) -> None:
    """A token has drawn every payment up to this one."""
    state.change(TOKEN, (receivable, start), cursor=payment)


def number_of(state: State, event: Event) -> int:
    """The surrogate of the receivable that an event names."""
    return state.need(RECEIVABLE, (word(event.args.receivable),)).number


def retires(state: State, receivable: int) -> None:
    """The next move of the receivable takes a range out of it: repayment has taken it off what is owed."""
    state.pending[_RETIRING, receivable] = []


def _range_moved(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    token = state.need(TOKEN, (receivable, told.tokenStart))
    if (token.owner, token.length) != (told.from_, told.tokenEnd - told.tokenStart):
        raise FoldError(f"token {receivable}/{told.tokenStart} is not the one that the move at position {event.pos} cuts")
    _end_offer(state, token, event.time)
    # What stays of the token keeps its marks; a piece cut out of it has none but those of a hold and of custody.
    cursor, inherited = told.cursor, token.flags & INHERITED
    moved = Token(receivable, told.start, told.to, told.end - told.start, cursor, inherited)
    if told.end < told.tokenEnd:
        state.open(TOKEN, Token(receivable, told.end, token.owner, told.tokenEnd - told.end, cursor, inherited))
    if told.start > told.tokenStart:
        state.put(TOKEN, Token(receivable, token.start, token.owner, told.start - token.start, cursor, token.flags & KEPT_OF_CUT))
        state.open(TOKEN, moved)
    else:
        state.put(TOKEN, moved)
    kind = _kind(state, token, told.to)
    state.add(TRANSFER, Transfer(receivable, event.pos, told.from_, told.to, told.start, told.end - told.start, told.ref, kind))


def _kind(state: State, token: Token, recipient: bytes) -> TransferKind:
    if state.pending.pop((_RETIRING, token.receivable), None) is not None:
        return TransferKind.RETIREMENT
    if recipient == token.owner:
        return TransferKind.SPLIT
    if token.flags & _HELD:
        return TransferKind.COURT_ORDER
    if _is_custody(state, recipient):
        return TransferKind.INTO_CUSTODY
    out = token.flags & _CUSTODY or _is_custody(state, token.owner)
    return TransferKind.OUT_OF_CUSTODY if out else TransferKind.ASSIGNMENT


def _is_custody(state: State, account: bytes) -> bool:
    """Whether the account is a contract that keeps what is others'."""
    member = state.get(MEMBER, (account,))
    return member is not None and member.is_contract and member.roles & CUSTODIAN != 0


def _end_offer(state: State, token: Token, time: int) -> None:
    """A range that moves while its offer stands: the offer has lapsed, or a court's officer cuts through it."""
    if not token.flags & _OFFERED:
        return
    offer = state.need(OFFER, (token.receivable, token.start))
    ended = OfferState.LAPSED if time > offer.deadline else OfferState.OVERRULED
    state.put(OFFER, offer._replace(state=ended))


def _ranges_merged(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    left, right = (state.need(TOKEN, (receivable, start)) for start in (told.start, told.middle))
    _end_offer(state, left, event.time)
    _end_offer(state, right, event.time)
    state.close(TOKEN, (receivable, told.middle))
    state.put(TOKEN, left._replace(length=told.end - told.start, cursor=told.cursor, flags=left.flags & INHERITED))


def _flags_set(state: State, event: Event) -> None:
    # Who may move a token for its owner is for wallets.
    state.change(TOKEN, (number_of(state, event), event.args.start), flags=event.args.flags & ~TokenFlag.APPROVED)


def _range_retired(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    before = state.need(RECEIVABLE_STATE, (receivable,))
    length, owed_live = told.end - told.start, before.owed_live - told.owed
    changed = before._replace(retired=before.retired + length, owed_live=owed_live, payments=told.payments)
    state.put(RECEIVABLE_STATE, changed)
    drawn_until(state, receivable, told.start, told.payments)


RULES = {
    ("ReceivableToken", "RangeMoved"): _range_moved,
    ("ReceivableToken", "RangesMerged"): _ranges_merged,
    ("ReceivableToken", "FlagsSet"): _flags_set,
    ("ReceivableToken", "RangeRetired"): _range_retired,
}
