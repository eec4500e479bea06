"""Sessions of those who ask: what is costly about a key is done once, what may end is looked up each second.

A secret that fitted a hash fits it as long as the hash is kept, so argon2 runs once for each key and process. What has not fitted yet is
tried in two threads of its own, behind few that wait, and from one address as often as a bucket allows: it holds up nobody who is known.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from gateway import access
from gateway.access import Candidate, Session
from gateway.identity import Issuers, Rejected
from gateway.limits import Buckets, TooMany
from ledger.mirror.database import Database

log = logging.getLogger(__name__)

KNOWN_SECONDS, MOST_KNOWN = 1.0, 10_000
TRYING_THREADS, MOST_TRYING = 2, 32
LONGEST = 8_192

Known = TypeVar("Known")


class Recent(OrderedDict[bytes, Known]):
    """The last so many of what was known."""

    def keep(self, name: bytes, known: Known) -> None:
        """Keeps one, and forgets the oldest where there are too many."""
        self[name] = known
        self.move_to_end(name)
        if len(self) > MOST_KNOWN:
            self.popitem(last=False)


class Sessions:
    """The sessions of API keys and of issuers' tokens. Belongs to one event loop."""

    def __init__(self, office: Database, issuers: Issuers, guesses: Buckets) -> None:
        self._office, self._issuers, self._guesses = office, issuers, guesses
        self._known: Recent[tuple[float, Session]] = Recent()
        self._fitted: Recent[str] = Recent()
        self._secret = secrets.token_bytes(32)
        self._lookups: dict[bytes, asyncio.Future[Candidate | None]] = {}
        """What is being looked up, for all who give the same text meanwhile."""
        self._trials: dict[bytes, asyncio.Future[str | None]] = {}
        """What is being tried. Whoever gives the same text meanwhile waits for the same trial."""
        self._pool = ThreadPoolExecutor(TRYING_THREADS, "trying-keys")

    async def of(self, text: str, peer: str) -> Session | None:
        """The session of a key or token given from an address; None for one that opens nothing. Raises TooMany."""
        if len(text) > LONGEST:
            return None
        name, now = self._name(text), time.monotonic()
        until, session = self._known.get(name, (now, None))
        if until > now:
            return session
        self._known.pop(name, None)
        found = await (self._of_key(text, name, peer) if text.startswith(access.PREFIX) else self._of_token(text, peer))
        if found is not None:
            self._known.keep(name, (now + KNOWN_SECONDS, found))
        return found

    def opener(self, text: str) -> str | None:
        """The hash that a key's secret fitted, once it opened a session; None of a token."""
        return self._fitted.get(self._name(text))

    def _name(self, text: str) -> bytes:
        """What a text is known by here: nothing that tells it, should memory be read, nor a name that somebody could aim at."""
        return hmac.digest(self._secret, text.encode(), "sha256")

    async def _of_key(self, text: str, name: bytes, peer: str) -> Session | None:
        # One who goes away takes neither the look nor the trial from anybody else.
        candidate = await asyncio.shield(self._lookups.get(name) or self._look_up(text, name))
        if candidate is None:
            log.info("API key refused: unknown, revoked or expired; from %s", peer)
            return None
        if self._fitted.get(name) not in candidate.hashes:
            trial = self._trials.get(name) or self._try(candidate, name, peer)
            fitted = await asyncio.shield(trial)
            if fitted is None:
                log.warning("API key %s refused: its secret is wrong; from %s", candidate.session.key_id, peer)
                return None
            self._fitted.keep(name, fitted)
        return candidate.session

    def _look_up(self, text: str, name: bytes) -> asyncio.Future[Candidate | None]:
        looked = self._lookups[name] = asyncio.ensure_future(run_in_threadpool(self._named, text))
        looked.add_done_callback(lambda _: self._lookups.pop(name))
        return looked

    def _named(self, text: str) -> Candidate | None:
        with self._office.read() as conn:
            return access.named(conn, text)

    def guess(self, peer: str) -> None:
        """Counts a trial as a guess, until it is known to be none. Raises TooMany."""
        if missing := self._guesses.missing(peer):
            raise TooMany("keys that are not good came from this address", missing)
        self._guesses.take(peer)

    def was_none(self, peer: str) -> None:
        """The trial was no guess."""
        self._guesses.give_back(peer)

    def _try(self, candidate: Candidate, name: bytes, peer: str) -> asyncio.Future[str | None]:
        """The hash that the secret fits. Raises TooMany."""
        if len(self._trials) >= MOST_TRYING:
            raise TooMany("too many keys are being tried", 1)
        self.guess(peer)
        trial = asyncio.get_running_loop().run_in_executor(self._pool, candidate.opened_by)

        def ended(done: asyncio.Future[str | None]) -> None:
            del self._trials[name]
            if not done.cancelled() and done.exception() is None and done.result() is not None:
                self.was_none(peer)

        self._trials[name] = trial
        trial.add_done_callback(ended)
        return trial

    async def _of_token(self, text: str, peer: str) -> Session | None:
        try:
            return await run_in_threadpool(self._issuers.session, text)
        except Rejected as why:
            log.warning("token refused: %s; from %s", why, peer)
            return None
