"""Processes that tests kill, forked from one that has imported what they run: a gateway's modules take seconds to import."""

import multiprocessing

forks = multiprocessing.get_context("forkserver")
# All in one place: of several lists the last one counts.
forks.set_forkserver_preload(
    ["tests.gateway.following.killed", "tests.gateway.keeping.killed", "tests.gateway.outbox.killed", "tests.ledger.mirror.killed"]
)
