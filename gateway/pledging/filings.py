"""Writers of the acts until a pledge is registered: file, record, accept, decide, titles, steps, withdraw, contest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.errors import invalid
from gateway.filing import FILING_SCHEMA
from gateway.filing import Asked as Tried
from gateway.pledging import parts, words
from gateway.pledging.consenting import Signer
from gateway.pledging.given import PartyGiven
from gateway.pledging.parts import NONE, Json
from gateway.pledging.writing import Made, Writing, party_said, rights_said
from gateway.registers import grounds_of
from ledger.domain.act_types import FilePledge, Party, PartyName
from ledger.domain.acts import body_from, to_json
from ledger.domain.assets import PAGE, Listing
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import Decision, Flag
from ledger.domain.registers import Code, Ground, PartyRole
from ledger.domain.registers import Rule as RuleFlag
from ledger.domain.rights import Right
from ledger.domain.routing import AssetKind, Transaction
from ledger.mirror.queries import pledges

RESULTS = {"pass": 1, "fail": 2, "overridden": 3}
"""Results of an examined ground (contracts/types/ActCode.sol, GroundResults)."""
_STEPS = {
    Code.NOTIFY: "a notice of correction went out",
    Code.ANSWER: "the notice was answered",
    Code.RECONSIDER: "the refused filing is taken up again",
}


# --- Filing --------------------------------------------------------------------------------------------------------------------------


def file(writing: Writing) -> Made:
    """A pledge filed with a register: its list committed to, its parties named by word, its private document beside it."""
    filed, made = _filed(writing)
    made.bodies = [filed]
    made.next = "an officer of the register accepts it, by the number that it is given: pledge accept NUMBER"
    return made


def record(writing: Writing) -> Made:
    """The same, accepted and registered in one act, where the office merely records."""
    if not writing.kept.rules.flags & RuleFlag.RECORDS:
        raise invalid("act: this register examines what is filed; use file, accept and decide", field="act")
    filed, made = _filed(writing, least=max(1, writing.rule().officers, writing.rule().officers_vouching))
    if parts.is_long(made.listed):
        raise invalid(f"rights: more than {PAGE} are filed, accepted by pages and registered; use file, accept, decide", field="rights")
    grounds = _grounds(writing) if writing.kept.rules.grounds else []
    body = parts.recorded(filed, made.listed, parts.names(made.names), grounds)
    made.bodies, made.next = [body], "when it is final it is registered: pledge certificate NUMBER"
    return made


@dataclass(frozen=True, slots=True)
class _Told:
    """What a filing says, read: parties with their texts, rights with titles, kinds where none is named, the transaction, its marks."""

    parties: list[tuple[Party, PartyName, PartyGiven]]
    rights: list[tuple[Right, str]]
    kinds: tuple[AssetKind, ...]
    what: Transaction
    flags: Flag

    @property
    def texts(self) -> list[PartyName]:
        """Texts of the parties, in their order."""
        return [text for _, text, _ in self.parties]

    def said(self) -> list[str]:
        """In words."""
        kinds = ", ".join(map(words.in_words, self.kinds))
        marks = ", ".join(words.in_words(each) for each in Flag if each & self.flags)
        lines = [party_said(party, text.name) for party, text, _ in self.parties] + rights_said(self.rights)
        return [*lines, *([f"described in general: {kinds}"] if not self.rights else []), *([f"marks: {marks}"] if marks else [])]


def _told(writing: Writing) -> _Told:
    """What a filing says. Raises 422."""
    given, parties, rights = writing.given, writing.parties(), writing.rights()
    _check_sides([party for party, _, _ in parties])
    kinds = tuple(words.one_of(AssetKind, each, "kinds") for each in given.kinds or ())
    what = words.one_of(Transaction, given.transaction or "pledge", "transaction")
    flags = words.marks(given.marks or (), "marks") | _MARKED.get(what, Flag(0))
    if what is Transaction.PLEDGE and flags & (Flag.FACTORING | Flag.ASSIGNMENT):
        what = Transaction.FACTORING if flags & Flag.FACTORING else Transaction.ASSIGNMENT
    if not rights and not flags & Flag.GENERAL_DESCRIPTION:
        raise invalid("rights: none; name them, or mark it a general description and say of what kinds", field="rights")
    if not rights and not kinds:
        raise invalid("kinds: missing; say what is given where no right is named: patent, mark, copyright, receivable...", field="kinds")
    return _Told(parties, rights, kinds, what, flags)


def _filed(writing: Writing, least: int = 0) -> tuple[Json, Made]:
    """The filing and what goes with it, its body not yet among the bodies."""
    told, kept = _told(writing), writing.kept
    listed = writing.listing(told.rights)
    # The officers whom the rule counts decide later: a filing is signed by its parties, and by who vouches for one.
    rule = replace(writing.rule(), officers=least, officers_vouching=least)
    named = {party.id: each.name for party, _, each in told.parties}
    signers, consenting = writing.consenting(rule, named, [(None, [party for party, _, _ in told.parties])], least)
    terms = writing.terms(writing.given.terms) if writing.given.terms else dict(_NO_TERMS)
    document = None if writing.given.content else _document(writing, told, listed, signers)
    filed: Json = {
        "register": kept.row.register,
        "version": kept.row.version,
        "code": int(writing.code()),
        "flags": int(told.flags),
        "terms": terms,
        "parties": parts.parties(party for party, _, _ in told.parties),
        "assets": parts.asset_list(listed),
        "content": writing.given.content if document is None else document["root"],
        "agreement": writing.given.agreement or writing.instrument["document"],
        "instrument": writing.instrument,
        "when": writing.when(writing.rule()),
        "consents": [each.body() for each in consenting],
    }
    head = f"{writing.spec.name} with {writing.desk.name_of(kept.row.register)}, version {kept.row.version} of its rules"
    says = [head, *told.said(), *writing.terms_said(terms), *(each.said() for each in consenting)]
    made = Made(writing.spec.kind, [], signers, says, "", listed=listed, names=told.texts, dossier=document)
    made.tried = _tried(filed, told, listed)
    return filed, made


def _tried(filed: Json, told: _Told, listed: Listing | None) -> Tried:
    """What the dry run looks at."""
    return Tried(
        filing=body_from("FilePledge", filed),
        assets=listed.keys if listed else (),
        blind=listed.blind if listed else None,
        names=tuple((text.name, text.capacity) for text in told.texts),
        titles=listed.titles or None if listed else None,
        transaction=told.what,
        kinds=told.kinds,
    )


_MARKED = {Transaction.FACTORING: Flag.FACTORING, Transaction.ASSIGNMENT: Flag.ASSIGNMENT}
_NO_TERMS: Json = {"ceiling": "0", "currency": 0, "kind": 0, "due": 0, "expires": 0}


def _check_sides(told: Sequence[Party]) -> None:
    roles = {each.role for each in told}
    if PartyRole.PLEDGOR not in roles:
        raise invalid("parties: a pledgor that is no co-owner only is missing", field="parties")
    if PartyRole.PLEDGEE not in roles:
        raise invalid("parties: a pledgee is missing", field="parties")


def _document(writing: Writing, told: _Told, listed: Listing | None, signers: Sequence[Signer]) -> Json:
    """The private document of a filing, from which the office accepts and registers it."""
    titled = dict(zip(listed.keys, listed.titles or ("",) * len(listed.keys), strict=True)) if listed else {}
    document = {
        "rights": [{"key": to_hex(key), "title": title} for key, title in titled.items()],
        "kinds": [kind.name.lower() for kind in told.kinds],
        "blind": to_hex(listed.blind if listed else NONE),
        "names": parts.names(told.texts),
        "persons": [each.body() for each in writing.persons],
    }
    return writing.package(FILING_SCHEMA, document, [each.account for each in signers])


# --- Acceptance and decision -----------------------------------------------------------------------------------------------------------


def accept(writing: Writing) -> Made:
    """The acceptance of a filing, an act for each page of its list."""
    filing = writing.desk.filing(writing.standing)
    listed = _filed_list(writing, filing)
    bodies = parts.accepted(writing.number, to_json(filing), listed)
    rule = writing.rule(Code.ACCEPT, filing.version)
    days = rule.period // 86_400
    says = [
        f"accept filing {writing.number} in {writing.desk.name_of(filing.register)}",
        _said_of(listed),
        f"its rights are reserved for {days} days",
    ]
    long = parts.is_long(listed)
    then = (
        "approve it, publish its titles, then register it"
        if long and listed and listed.titles
        else "decide on it: pledge decide NUMBER register"
    )
    return Made("AcceptPledge", bodies, writing.officers(rule), says, then, listed=listed)


def decide(writing: Writing) -> Made:
    """A decision on a filing, with every ground answered."""
    decision = words.one_of(Decision, writing.needed(writing.given.decision, "decision"), "decision")
    filing = writing.desk.filing(writing.standing)
    registers = decision is Decision.REGISTER
    approved = bool(writing.standing.state.flags & Flag.APPROVED)
    names = _names(writing, filing) if registers else []
    grounds = [] if decision is Decision.RETURN or approved else _grounds(writing)
    listed = _filed_list(writing, filing) if registers and filing.assets.count <= PAGE and any(filing.assets.titles) else None
    shown, texts = parts.names(names), listed.titles if listed else ()
    body = parts.decided(writing.number, int(decision), to_json(filing), writing.proof(), names=shown, titles=texts, grounds=grounds)
    code = {Decision.RETURN: Code.RETURN, Decision.REFUSE: Code.REFUSE}.get(decision, filing.code)
    signers = writing.officers(writing.rule(code, filing.version))
    says = [
        f"{words.in_words(decision)} filing {writing.number} in {writing.desk.name_of(filing.register)}",
        *_grounds_said(writing, grounds),
    ]
    says += [party_said(party, text.name) for party, text in zip(filing.parties, names, strict=False)]
    return Made("DecidePledge", [body], signers, says, _AFTER[decision], names=names)


_AFTER = {
    Decision.REGISTER: "the pledge is registered: pledge certificate NUMBER",
    Decision.APPROVE: "publish the titles (pledge titles NUMBER), then register",
    Decision.RETURN: "it is corrected and filed again",
    Decision.REFUSE: "the refusal names its grounds; the applicant may ask for reconsideration (pledge reconsider NUMBER)",
}


def titles(writing: Writing) -> Made:
    """The titles of a long list, an act for each page: of a filing that was approved, or of a reserved supplement."""
    segments = pledges.segments(writing.desk.conn, writing.number)
    wanted = writing.given.segment
    segment = next((each for each in segments if wanted in (None, each.segment) and each.effective is None), None)
    if segment is None:
        raise invalid("segment: none of this pledge waits for its titles", field="segment")
    rights = {right.key: title for right, title in writing.rights()} or None
    if writing.standing.pledge.filing is not None and segment.segment == writing.standing.state.first_segment:
        listed = _filed_list(writing, writing.desk.filing(writing.standing))
    else:
        listed = writing.desk.segment_list(segment, writing.blind, rights)
    bodies = parts.title_pages(segment.segment, listed)
    if not bodies:
        raise invalid("rights: no title of this list is published", field="rights")
    says = [f"publish the titles of segment {segment.segment} of pledge {writing.number}, {len(bodies)} pages", _said_of(listed)]
    return Made("PublishTitles", bodies, writing.officers(writing.rule(Code.ACCEPT)), says, "register it: pledge decide NUMBER register")


def step(writing: Writing) -> Made:
    """A step of the intake that decides nothing."""
    until = words.last_second(writing.given.until or "", "until", writing.zone)
    body = {
        "pledge": writing.number,
        "code": int(writing.code()),
        "evidence": writing.proof(),
        "content": writing.given.content or to_hex(NONE),
        "until": until,
    }
    says = [f"filing {writing.number}: {_STEPS[writing.code()]}", *([f"answer due {writing.end_said(until)}"] if until else [])]
    return Made("StepFiling", [body], writing.officers(writing.rule()), says, "see what runs: pledge clocks NUMBER")


def withdraw(writing: Writing) -> Made:
    """The withdrawal of a filing by those who filed it."""
    filing = writing.desk.filing(writing.standing)
    rule = writing.rule(Code.WITHDRAW, filing.version)
    signers, consenting = writing.consenting(rule, _known_names(writing, filing), [(None, filing.parties)])
    body = {
        "pledge": writing.number,
        "filing": to_json(filing),
        "instrument": writing.instrument,
        "consents": [each.body() for each in consenting],
    }
    says = [f"withdraw filing {writing.number}", *(each.said() for each in consenting)]
    return Made("WithdrawFiling", [body], signers, says, "nothing more: the filing is over")


def contest(writing: Writing) -> Made:
    """An earlier filing shows that it lists a right that a later one has claimed."""
    filing, later = writing.desk.filing(writing.standing), writing.needed(writing.given.later, "later")
    right = writing.right(writing.needed(writing.given.right, "right"), "right")
    listed = _filed_list(writing, filing)
    page = next((each for each in parts.key_pages(listed) if to_hex(right.key) in each["assets"]), None)
    if page is None:
        raise invalid(f"right: {right.number} is not in the list of filing {writing.number}", field="right")
    rule = writing.rule(Code.CONTEST, filing.version)
    signers, consenting = writing.consenting(rule, _known_names(writing, filing), [(None, filing.parties)])
    head = {"earlier": writing.number, "later": later, "filing": to_json(filing), "asset": to_hex(right.key)}
    body = {**head, **page, "consents": [each.body() for each in consenting]}
    says = [f"filing {writing.number} contests filing {later} over {right.number}", *(each.said() for each in consenting)]
    return Made("ContestAsset", [body], signers, says, f"filing {later} waits until {writing.number} is decided")


# --- What they share -------------------------------------------------------------------------------------------------------------------


def _filed_list(writing: Writing, filing: FilePledge) -> Listing | None:
    titled = {right.key: title for right, title in writing.rights()} if writing.given.rights is not None else None
    return writing.desk.filed_list(filing, titled, writing.blind)


def _names(writing: Writing, filing: FilePledge) -> list[PartyName]:
    """The texts of a filing's parties: as they are told, else from its private document."""
    kept = None if writing.given.parties else writing.desk.dossier(filing.content)
    told = [PartyName(each.name, each.capacity) for each in kept.names] if kept else [text for _, text, _ in writing.parties()]
    if len(told) != len(filing.parties):
        count = len(filing.parties)
        raise invalid(
            f"parties: the names of the {count} parties of this filing are not held here; give them as they were filed", field="parties"
        )
    return told


def _known_names(writing: Writing, filing: FilePledge) -> Mapping[bytes, str]:
    kept = writing.desk.dossier(filing.content)
    pairs = zip(filing.parties, kept.names if kept else (), strict=False)
    return {party.id: text.name for party, text in pairs}


def _grounds(writing: Writing) -> list[Json]:
    """Every ground of the register with its result: those that are told, the others passed where that is said. Raises 422."""
    known = {each.number: each for each in grounds_of(writing.desk.services.catalogue, writing.kept.row.register, writing.kept.rules)}
    told = {each.ground: each for each in writing.given.grounds or ()}
    if unknown := sorted(told.keys() - known.keys()):
        raise invalid(f"grounds: {unknown[0]} is none of the register's ({', '.join(map(str, known))})", field="grounds")
    left = [each for number, each in known.items() if number not in told]
    if left and not writing.given.others_pass:
        shown = "; ".join(f"{each.number} {each.text}" for each in left)
        raise invalid(f"grounds: not answered: {shown}; answer each, or say others_pass: true", field="grounds")
    found: list[Json] = []
    for number in known:
        each = told.get(number)
        result = RESULTS.get(each.result.lower()) if each else RESULTS["pass"]
        if result is None:
            raise invalid(f"grounds: ground {number}: {each.result if each else ''!r} is none of {', '.join(RESULTS)}", field="grounds")
        found.append({"ground": number, "result": result, "evidence": (each.evidence if each else None) or to_hex(writing.evidence)})
    return found


def _grounds_said(writing: Writing, grounds: Sequence[Json]) -> list[str]:
    known = {each.number: each for each in grounds_of(writing.desk.services.catalogue, writing.kept.row.register, writing.kept.rules)}
    names = {value: name for name, value in RESULTS.items()}
    against = [each for each in grounds if each["result"] != RESULTS["pass"]]
    passed = len(grounds) - len(against)
    return [
        *(_ground_said(known[each["ground"]], names[each["result"]]) for each in against),
        *([f"{passed} grounds are passed"] if passed else []),
    ]


def _ground_said(ground: Ground, result: str) -> str:
    return f"ground {ground.number}, {ground.text} ({ground.source}): {result}"


def _said_of(listed: Listing | None) -> str:
    return "no right is stated" if listed is None else f"{len(listed.keys)} rights, root {to_hex(listed.root)[:18]}..."
