"""What searches of the pledge register answer, and certificates."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from gateway.api.answers import Hex, Shown, Time
from gateway.api.asset_answers import Anchored
from gateway.api.pledge_answers import Rectification


class NameGroup(Shown):
    """The records under one normal form of a name: spellings, how many, how near (0 to 100) and why."""

    normal_form: str
    spellings: list[str]
    records: int
    score: int
    why: list[str]


class AnchoredNames(NameGroup):
    """Records of an anchored register that is held here under names of one normal form; the first of their numbers in its order."""

    register_: Annotated[int, Field(alias="register")]
    anchor: int
    numbers: list[str]

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class NamesFound(Shown):
    """Step one of a search by name: exact and similar names, nearest first, and what the search could not see.

    `anchored` is what anchored registers have that this gateway holds: no other can see it, so no certificate has it.

    Step two selects: every exact one, and of the similar ones those named by their normal forms.
    """

    query: str
    normal_form: str
    algorithm: int
    exact: list[NameGroup]
    similar: list[NameGroup]
    anchored: list[AnchoredNames]
    unseen: list[str]


class Hit(Shown):
    """A record that a search found: the party as it stands there, and the pledge; `same_as`: pledges noted as the same recording."""

    pledge: int
    register_: Annotated[int, Field(alias="register")]
    number: str | None
    life: str
    side: str
    role: str
    party: Hex
    name: str
    same_as: list[int]

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class IdentifierFound(Shown):
    """The records of a party that a text identifies: the scheme whose check digits it satisfies, and the number in its shortest form."""

    scheme: str
    text: str
    party: Hex
    hits: list[Hit]


class Registered(Shown):
    """What bears an office's record number: pledges registered under it, pledges that a document of it acted on, anchored records."""

    number: str
    pledges: list[int]
    acted_on: list[int]
    anchored: list[Anchored]


class Certificate(Shown):
    """A certificate: `hash` is the SHA-256 of `document` in its canonical form (RFC 8785); `block` is the height that it speaks of."""

    kind: str
    subject: str
    block: int
    hash: Hex
    document: dict[str, Any]


class CertificateKept(Certificate):
    """A kept certificate: when it was issued, and the rectifications since of pledges that it names."""

    issued_at: Time
    corrections: list[Rectification]


class CertificateListed(Shown):
    """A kept certificate without its document."""

    kind: str
    subject: str
    block: int
    hash: Hex
    issued_at: Time


class CertificatePage(Shown):
    """Kept certificates; `next` asks for the page after this one."""

    data: list[CertificateListed]
    next: str | None


class CertificateChecked(Shown):
    """Whether this node's ledger says what a certificate says, and if not, what it says otherwise; what was rectified since of it."""

    kind: str
    subject: str
    hash: Hex
    holds: bool
    why: str | None
    corrections: list[Rectification]
