"""Acts: what became of each signed act, who may send them, and which kinds there are."""

from ledger.chain.decode import Event
from ledger.mirror.models import ACT, KIND, RELAYER, Act, Kind, Outcome, Relayer
from ledger.mirror.schema import word
from ledger.mirror.state import State


def _done(state: State, event: Event) -> None:
    _told(state, event, Outcome.DONE, event.args.kind, event.args.digest)


def _refused(state: State, event: Event) -> None:
    _told(state, event, Outcome.REFUSED, event.args.kind, event.args.digest, event.args.reason)


def _skipped(state: State, event: Event) -> None:
    signer = min(event.args.signer, 2**63 - 1)
    _told(state, event, Outcome.SKIPPED, reason=bytes([event.args.why]), signer=signer)


def _voided(state: State, event: Event) -> None:
    _told(state, event, Outcome.VOIDED)


def _told(
    state: State,
    event: Event,
    outcome: Outcome,
    kind: bytes | None = None,
    digest: bytes | None = None,
    reason: bytes | None = None,
    signer: int | None = None,
) -> None:
    state.add(ACT, Act(event.args.account, word(event.args.id), event.pos, event.tx_index, outcome, kind, digest, reason, signer))


def _kind_added(state: State, event: Event) -> None:
    state.add(KIND, Kind(event.args.kind, event.pos, event.args.target, event.args.selector))


def _relayer_set(state: State, event: Event) -> None:
    key = (event.args.relayer,)
    if event.args.enrolled:
        state.put(RELAYER, Relayer(event.args.relayer))
    elif state.get(RELAYER, key):
        state.close(RELAYER, key)


RULES = {
    ("Acts", "ActDone"): _done,
    ("Acts", "ActRefused"): _refused,
    ("Acts", "ActSkipped"): _skipped,
    ("Acts", "ActVoided"): _voided,
    ("Acts", "KindAdded"): _kind_added,
    ("Acts", "RelayerSet"): _relayer_set,
}
