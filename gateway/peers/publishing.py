"""Publishing a member's entry in the address book: keys are made here, and signed acts put their public halves on the ledger."""

from __future__ import annotations

from gateway import acts
from gateway.access import ACT, Session
from gateway.drafts import Request, Wanted
from gateway.errors import Problem, invalid
from gateway.following.egress import NotAllowed, target_of
from gateway.office.repository import Act, Office
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
    requests = [
        _request(account, kind, held, word) for kind, (held, word) in wanted.items() if word != (NO_URL if held is None else held.word)
    ]
    outcomes = acts.accept(services, session, requests)
    for each in outcomes:
        if isinstance(each, Problem):
            raise each
    services.mirrored.announce()
    return [each for each in outcomes if isinstance(each, Act)]


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


def _request(account: bytes, kind: bytes, present: Published | None, word: bytes) -> Request:
    """The act for the next epoch: asked for again, it is the same act."""
    epoch = 1 + (0 if present is None else present.epoch)
    key = f"address book {kind.hex()[:8]}/{epoch} {word.hex()[:32]}"
    administrator = Wanted(account, ROLES["ADMINISTRATOR"], MODES["SIGNED"], None, None, None)
    return Request(key, account, "SetSlot", {"keyType": to_hex(kind), "words": [to_hex(word)]}, (administrator,), None, None, ())
