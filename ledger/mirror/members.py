"""Members: organisations, their roles and status, their operator keys and published words."""

from ledger.chain.decode import Event
from ledger.mirror.models import MEMBER, MEMBER_KEY, MEMBER_SLOT, Member, MemberKey, MemberSlot
from ledger.mirror.state import State


def _admitted(state: State, event: Event) -> None:
    told = event.args
    state.open(
        MEMBER,
        Member(
            account=told.account,
            party=told.party,
            name=told.name,
            roles=told.roles,
            suspended=False,
            is_contract=told.isContract,
            accepts_direct=told.acceptsDirect,
            held=False,
            epoch=0,
        ),
    )


def _roles_set(state: State, event: Event) -> None:
    state.change(MEMBER, (event.args.account,), roles=event.args.roles)


def _suspended(state: State, event: Event) -> None:
    state.change(MEMBER, (event.args.account,), suspended=True)


def _reinstated(state: State, event: Event) -> None:
    state.change(MEMBER, (event.args.account,), suspended=False)


def _acceptance_set(state: State, event: Event) -> None:
    state.change(MEMBER, (event.args.account,), accepts_direct=event.args.acceptsDirect)


def _held(state: State, event: Event) -> None:
    state.change(MEMBER, (event.args.account,), held=event.args.held)


def _recovered(state: State, event: Event) -> None:
    # The new key comes by its own KeyAdded.
    state.change(MEMBER, (event.args.account,), epoch=event.args.epoch)


def _key_added(state: State, event: Event) -> None:
    told = event.args
    state.put(MEMBER_KEY, MemberKey(told.key, told.account, told.roles, told.epoch))


def _key_revoked(state: State, event: Event) -> None:
    state.close(MEMBER_KEY, (event.args.key,))


def _slot_set(state: State, event: Event) -> None:
    told = event.args
    state.put(MEMBER_SLOT, MemberSlot(told.account, told.keyType, told.epoch, b"".join(told.words)))


RULES = {
    ("Members", "MemberAdmitted"): _admitted,
    ("Members", "MemberRolesSet"): _roles_set,
    ("Members", "MemberSuspended"): _suspended,
    ("Members", "MemberReinstated"): _reinstated,
    ("Members", "MemberRecovered"): _recovered,
    ("Members", "AcceptanceSet"): _acceptance_set,
    ("Members", "MemberHeld"): _held,
    ("Members", "KeyAdded"): _key_added,
    ("Members", "KeyRevoked"): _key_revoked,
    ("Members", "SlotSet"): _slot_set,
}
