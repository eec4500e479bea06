"""What searches find and what certificates say, as answers."""

from collections.abc import Iterable, Sequence

from gateway.anchoring.book import NamedRecords
from gateway.api import search_answers as answers
from gateway.api.asset_shown import seed
from gateway.api.pledge_shown import rectification
from gateway.api.shown import name, text
from gateway.certifying import Checked
from gateway.office.certificates import Issued
from ledger.domain.calendar import rfc3339
from ledger.domain.certificates import Certificate
from ledger.domain.identifiers import Identifier
from ledger.domain.ids import to_hex
from ledger.domain.name_search import Found, Group
from ledger.domain.registers import PartyRole
from ledger.mirror.models import Side
from ledger.mirror.queries import search
from ledger.mirror.queries.search import Hit
from ledger.mirror.register_models import Anchor, Rectification


def names_found(row: Found, unseen: Iterable[str], anchored: Sequence[tuple[Anchor, NamedRecords]] = ()) -> answers.NamesFound:
    """Step one of a search by name."""
    return answers.NamesFound(
        query=row.query,
        normal_form=row.normal_form,
        algorithm=row.algorithm,
        exact=[group(each) for each in row.exact],
        similar=[group(each) for each in row.similar],
        anchored=[_anchored_names(anchor, each) for anchor, each in anchored],
        unseen=[*row.unseen, *unseen],
    )


def _anchored_names(anchor: Anchor, row: NamedRecords) -> answers.AnchoredNames:
    shown_ = group(row.group).model_dump() | {"records": row.records}
    return answers.AnchoredNames(register_=anchor.register, anchor=anchor.anchor, numbers=row.numbers, **shown_)


def group(row: Group) -> answers.NameGroup:
    """The records under one normal form."""
    why = [each.value for each in row.match.reasons]
    return answers.NameGroup(normal_form=row.normal_form, spellings=list(row.spellings), records=row.count, score=row.match.score, why=why)


def hit(row: Hit) -> answers.Hit:
    """A record that a search found."""
    state = row.pledge.state
    return answers.Hit(
        pledge=row.pledge.pledge.pledge,
        register_=row.pledge.pledge.register,
        number=None if state.number is None else text(state.number),
        life=row.life.value,
        side=name(Side, row.party.side),
        role=name(PartyRole, row.party.role),
        party=to_hex(row.party.id),
        name=row.party.name,
        same_as=row.same_as,
    )


def identifier_found(known: Identifier, hits: list[Hit]) -> answers.IdentifierFound:
    """The records of a party that a text identifies."""
    return answers.IdentifierFound(scheme=known.scheme.name, text=known.text, party=to_hex(known.word), hits=[hit(each) for each in hits])


def registered(word: bytes, row: search.Registered, adopted: dict[bytes, int]) -> answers.Registered:
    """What bears an office's record number; `adopted`: pledges that anchored records became, by number."""
    return answers.Registered(
        number=text(word),
        pledges=[each.pledge.pledge for each in row.pledges],
        acted_on=sorted({each.act.pledge for each in row.acts}),
        anchored=[seed(each, adopted.get(each.number)) for each in row.seeds],
    )


def certificate(row: Certificate) -> answers.Certificate:
    """A certificate as a document."""
    return answers.Certificate(kind=row.kind.value, subject=row.subject, block=row.block, hash=to_hex(row.hash), document=dict(row.content))


def certificate_listed(row: Issued) -> answers.CertificateListed:
    """A kept certificate without its document."""
    issued = rfc3339(row.at // 1_000)
    return answers.CertificateListed(kind=row.kind, subject=row.subject, block=row.block, hash=to_hex(row.hash), issued_at=issued)


def certificate_kept(row: Issued, corrections: list[Rectification]) -> answers.CertificateKept:
    """A kept certificate, and what was corrected since."""
    whole = certificate(row.certificate)
    return answers.CertificateKept(
        **{field: getattr(whole, field) for field in type(whole).model_fields},
        issued_at=rfc3339(row.at // 1_000),
        corrections=[rectification(each) for each in corrections],
    )


def certificate_checked(row: Checked) -> answers.CertificateChecked:
    """A certificate held against the ledger."""
    given = row.certificate
    return answers.CertificateChecked(
        kind=given.kind.value,
        subject=given.subject,
        hash=to_hex(given.hash),
        holds=row.why is None,
        why=row.why,
        corrections=[rectification(each) for each in row.corrections],
    )
