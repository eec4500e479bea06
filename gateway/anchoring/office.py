"""An office's steps with its existing register over a running gateway: sign the anchor, seed its live assets, adopt records.

Every step can be begun again: an act has a key of its own, so that what was done is not done twice.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from urllib.parse import quote

from gateway.anchoring.book import Book
from gateway.client import Client, Json, Refused
from ledger.domain.acts import to_json
from ledger.domain.ids import to_hex

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

SEED_GAS, SEED_GAS_AN_ASSET = 1_000_000, 40_000
AT_ONCE = 16
"""Seeding acts on their way together: each is some 30 KB."""


def office_of(client: Client, register: int) -> str:
    """The account of a register's office. Raises Refused."""
    found: str = client.data(f"/registers/{register}")["office"]
    return found


def anchored_as(client: Client, book: Book) -> int:
    """The number of the anchor under which a book's records stand. Raises Refused where it is not signed yet."""
    roots = to_hex(book.about.records_root), book.about.records
    for row in client.pages(f"/registers/{book.about.register}/anchors", limit=1_000):
        if (row["records_root"], row["records"]) == roots:
            return int(row["anchor"])
    raise Refused(f"the register under root {roots[0][:18]} is not anchored yet; `pledgebook pledge anchor sign` has its office sign it")


def sign(client: Client, book: Book, replaces: int = 0) -> Json:
    """Has the office sign the anchor, by two keys where it stands in the place of a wrong one; waits until it is final. Raises Refused."""
    office = office_of(client, book.about.register)
    signers = [{"account": office, "role": "ANCHORER"}] * (2 if replaces else 1)
    body, key = to_json(book.about.body(replaces)), f"anchor {book.about.records_root.hex()}"
    return client.done(_act(client, office, "AnchorRegister", body, key, signers=signers))


def seed(client: Client, book: Book, progress: Progress) -> int:
    """Has every page of live assets written into its words that isn't yet; how many pages were sent. Raises Refused."""
    register, anchor = book.about.register, anchored_as(client, book)
    office = office_of(client, register)
    for done, part in enumerate(_parts(range(book.pages), AT_ONCE)):
        sent = [_seed(client, office, book, anchor, page) for page in part]
        for act in sent:
            client.done(act)
        progress(min((done + 1) * AT_ONCE, book.pages), book.pages)
    return book.pages


def _seed(client: Client, office: str, book: Book, anchor: int, page: int) -> Json:
    body = book.seeds(anchor, page)
    gas = SEED_GAS + SEED_GAS_AN_ASSET * len(body.assets)
    return _act(client, office, "SeedAssets", to_json(body), f"seed {book.about.records_root.hex()} {page}", gas=gas)


def adopt(client: Client, book: Book, numbers: Iterable[str], progress: Progress) -> list[int]:
    """Has records become pledges, page by page of their assets; the pledges' numbers. Raises Refused, BookError."""
    wanted, anchor = list(numbers), anchored_as(client, book)
    office = office_of(client, book.about.register)
    found: list[int] = []
    for done, number in enumerate(wanted, 1):
        for body in book.adoption(anchor, number):
            key = f"adopt {book.about.register} {number} {body.page}"
            client.done(_act(client, office, "AdoptRecord", to_json(body), key))
        proven = client.data(f"/registers/{book.about.register}/anchors/{anchor}/records/{quote(number, safe='')}")
        found.append(int(proven["pledge"]))
        progress(done, len(wanted))
    return found


def _act(client: Client, account: str, kind: str, body: Json, key: str, **more: object) -> Json:
    return client.post("/acts", {"account": account, "kind": kind, "body": body, **more}, key)


def _parts(items: Iterable[int], size: int) -> Iterator[list[int]]:
    source = iter(items)
    while part := list(islice(source, size)):
        yield part
