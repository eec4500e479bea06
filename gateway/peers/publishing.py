"""Publishing a member's entry in the address book: keys are made here, and signed acts put their public halves on the ledger."""

from __future__ import annotations

from itertools import count

from gateway import acts
from gateway.access import ACT, Session
from gateway.drafts import Request, Wanted
from gateway.errors import Problem, invalid
from gateway.following.egress import NotAllowed, target_of
from gateway.office.repository import Act, Office
from gateway.outbox.states import FAILED
from gateway.peers import book
from gateway.peers.directory import Entry, Published, entry
from gateway.roles import MODES, ROLES
from gateway.services import Services
from gateway.signers.peer_keys import Purpose
from ledger.domain.address_book import ENCRYPTION_KEY, NO_URL, TRANSPORT_KEY, URL_HASH, url_word
from ledger.domain.ids import to_hex


def publish(services: Services, session: Session, account: bytes, url: str | None, *, renew: bool = False) -> list[Act]:
    """The acts that bring the ledger's entry of a member to its keys and its URL; none where it is so already.

    `url`: None leaves it, an empty one gives the door up. `renew`: new keys; the old ones open what was sealed to them. Raises 404, 422,
    SigningLocked.
    """
    session.needs(ACT)
    session.acting_for(account, services.keystore)
    services.keystore.check_open()
    given = _checked(url)
    with services.snapshot() as conn:
        present = entry(conn, account)
    wanted = {
        TRANSPORT_KEY: (present.transport, _key(services, account, Purpose.TRANSPORT, present.transport, renew)),
        ENCRYPTION_KEY: (present.encryption, _key(services, account, Purpose.ENCRYPTION, present.encryption, renew)),
        URL_HASH: (present.url, _url(present, given)),
    }
    if given:
        with services.office.write() as conn:
            book.set_url(conn, account, given)
            Office(conn, account).audit(session.key_id, "peer url", given, "published")
    changed = [(kind, held, word) for kind, (held, word) in wanted.items() if word != (NO_URL if held is None else held.word)]
    done = [_written(services, session, account, *each) for each in changed]
    services.mirrored.announce()
    return done


def _checked(url: str | None) -> str | None:
    if not url:
        return url
    try:
        target_of(url)
    except NotAllowed as wrong:
        raise invalid(str(wrong), field="url") from wrong
    return url.rstrip("/")


def _key(services: Services, account: bytes, purpose: Purpose, present: Published | None, renew: bool) -> bytes:
    """The key to be published: the present one if it is held here, else one that was made and not published yet, else a new one."""
    keys = services.peer_keys
    if not renew and present is not None and keys.holds(account, present.word):
        return present.word
    made = keys.newest(account, purpose)
    unused = made is not None and (present is None or made != present.word)
    return made if made is not None and unused and not renew else keys.new(account, purpose)


def _url(present: Entry, given: str | None) -> bytes:
    if given is None:
        return NO_URL if present.url is None else present.url.word
    return url_word(given or None)


def _written(services: Services, session: Session, account: bytes, kind: bytes, present: Published | None, word: bytes) -> Act:
    """The act for the next epoch: asked for again, it is the same act, unless that one failed. Raises Problem."""
    epoch = 1 + (0 if present is None else present.epoch)
    for attempt in count():
        (outcome,) = acts.accept(services, session, [_request(account, f"{kind.hex()[:8]}/{epoch}.{attempt}", kind, word)])
        if isinstance(outcome, Problem):
            raise outcome
        if outcome.state not in FAILED:
            return outcome
    raise AssertionError("there is always another number")


def _request(account: bytes, name: str, kind: bytes, word: bytes) -> Request:
    administrator = Wanted(account, ROLES["ADMINISTRATOR"], MODES["SIGNED"], None, None, None)
    body = {"keyType": to_hex(kind), "words": [to_hex(word)]}
    return Request(f"address book {name}", account, "SetSlot", body, (administrator,), None, None, ())
