"""A lane whose key can't be given up goes on from the chain's count: what waits for it is held against the mirror first.

The council's key holds rights on the ledger, so no new key can take its place. Transactions of it that this office doesn't know are
those of an earlier life of it (it was restored from an older copy), or somebody else has the key; an operator says which.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from gateway.office.repository import Call
from gateway.outbox import call_rows, lane_rows
from gateway.outbox.lane_rows import Count
from gateway.outbox.states import State
from ledger.chain.calls import function_selector
from ledger.mirror.queries import acts, members

_FIRST, _SECOND = slice(16, 36), slice(36, 68)
"""Where an address that is the first argument lies in call data, and the word of the second."""
_NOT_SENT = {
    "error": "OfficeRestored",
    "values": {},
    "sentence": "This office was restored from an older copy, and whether its key had sent this before is not known; it was not sent. "
    "Look whether the ledger has it, and ask again if not.",
}


def resume(conn: Connection, mirror: Connection, count: Count) -> None:
    """Has a lane go on from a final count. Of its calls that no transaction carries, what the ledger has is done and what it shows to be
    missing goes; of any other a person decides.
    """
    lane_rows.resume(conn, count)
    for call in call_rows.uncarried(conn, count.lane):
        is_there = _SEEN.get(call.data[:4])
        if is_there is None:
            call_rows.end_call(conn, call, State.REFUSED, _NOT_SENT)
        elif is_there(mirror, call):
            call_rows.end_call(conn, call, State.FINAL)


def _is_admitted(mirror: Connection, call: Call) -> bool:
    return members.get(mirror, call.data[_FIRST]) is not None


def _is_enrolled(mirror: Connection, call: Call) -> bool:
    return acts.is_relayer(mirror, call.data[_FIRST]) is bool(int.from_bytes(call.data[_SECOND]))


_SEEN: Mapping[bytes, Callable[[Connection, Call], bool]] = {
    function_selector("Members", "admit"): _is_admitted,
    function_selector("Acts", "setRelayer"): _is_enrolled,
}
