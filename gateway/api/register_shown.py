"""Registers' rules, routes, filings tried against them, and anchors, as answers."""

from collections.abc import Collection
from typing import Any

from gateway import roles
from gateway.api import register_answers as answers
from gateway.api.act_shown import call
from gateway.api.answers import Reason
from gateway.api.shown import hex_or_none, name, words
from gateway.council import Decision, Setting
from gateway.filing import Checked
from gateway.registers import KeptRules, grounds_of
from ledger.domain.calendar import rfc3339
from ledger.domain.catalogue import Catalogue
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import Flag
from ledger.domain.registers import (
    DEMANDS_DOCUMENT,
    DEMANDS_VERSION,
    HOLDERS_SIDE,
    PLEDGORS_SIDE,
    ActRule,
    Code,
    Effect,
    EndReason,
    PartyRole,
    Rule,
    Rules,
    State,
    TermRule,
    TimeSource,
)
from ledger.domain.registers import Ground as GroundRule
from ledger.domain.routing import AssetKind, Route
from ledger.mirror.queries.statistics import Month
from ledger.mirror.register_models import Anchor


def register_month(row: Month) -> answers.RegisterMonth:
    """A register's work in a month."""
    return answers.RegisterMonth(month=f"{row.first:%Y-%m}", **{name: getattr(row, name) for name in Month._fields[1:]})


def ground_rule(row: GroundRule) -> answers.GroundRule:
    """A ground that an officer answers."""
    return answers.GroundRule(number=row.number, text=row.text, source=row.source, overridable=row.overridable)


def route(kind: AssetKind, jurisdiction: str, row: Route, here: Collection[str]) -> answers.Route:
    """Where something is filed; `here`: keys of the registers that this ledger keeps."""
    return answers.Route(
        asset=kind.name.lower().replace("_", " "),
        jurisdiction=jurisdiction,
        register_=row.register,
        effect=row.effect.value,
        source=row.source,
        why=row.why,
        kept_here=row.register in here,
    )


def _register_fields(kept: KeptRules, catalogue: Catalogue) -> dict[str, Any]:
    row, rules = kept.row, kept.rules
    known = catalogue.register(row.register)
    return {
        "number": row.register,
        "version": row.version,
        "name": row.name,
        "key": known.key if known else None,
        "office": to_hex(row.office),
        "closed": row.closed,
        "jurisdiction": rules.jurisdiction,
        "classes": rules.classes,
        "ranks": "one" if rules.flags & Rule.SINGLE_RANK else "several",
        "assets_required": bool(rules.flags & Rule.ASSETS_REQUIRED),
        "records": bool(rules.flags & Rule.RECORDS),
        "marks": words(rules.marks, Flag),
        "rule_contract": hex_or_none(kept.contract),
        "zone": known.zone if known else None,
        "regime": known.regime if known else None,
        "regimes": dict(known.regimes) if known else {},
        "term": _term(rules, known.term if known else None),
        "grounds": [ground_rule(each) for each in grounds_of(catalogue, row.register, rules)],
        "clocks": _clocks(catalogue, row.register),
    }


def _term(rules: Rules, known: TermRule | None) -> answers.TermRule | None:
    if not (rules.least or rules.most or rules.renewal):
        return None
    return answers.TermRule(
        least_days=rules.least,
        most_days=rules.most,
        renewal_days=rules.renewal,
        source=known.source if known else None,
        verified=known is not None and known.verified,
    )


def _clocks(catalogue: Catalogue, register: int) -> list[answers.Clock]:
    known = catalogue.register(register)
    named = [] if known is None else [(name, catalogue.clocks[key]) for name, key in known.clocks.items()]
    return [
        answers.Clock(
            name=name,
            key=rule.key,
            length=rule.length,
            unit=rule.unit.value,
            calendar=rule.calendar,
            counts_from=rule.counts_from,
            source=rule.source,
            verified=rule.verified,
        )
        for name, rule in named
    ]


def register(kept: KeptRules, catalogue: Catalogue) -> answers.Register:
    """A register."""
    return answers.Register(**_register_fields(kept, catalogue))


def register_whole(kept: KeptRules, catalogue: Catalogue) -> answers.RegisterWhole:
    """A register with the rules of every act."""
    acts = [register_act(code, rule) for code, rule in kept.acts.items()]
    return answers.RegisterWhole(**_register_fields(kept, catalogue), acts=acts)


def register_act(code: int, rule: ActRule) -> answers.RegisterAct:
    """What a register's rules say of an act code."""
    return answers.RegisterAct(
        code=code,
        name=name(Code, code),
        effects=words(rule.effects, Effect),
        from_=[name(State, state) for state in rule.source],
        to=name(State, rule.next_state) if rule.next_state else None,
        consents=[
            answers.RoleModes(role=name(PartyRole, role), modes=[mode.name for mode in modes]) for role, modes in rule.consents.items()
        ],
        officers=rule.officers,
        officers_vouching=rule.officers_vouching,
        officer_roles=roles.names_of(rule.officer_roles),
        times=[name(TimeSource, time) for time in rule.times],
        sides=[side for bit, side in ((PLEDGORS_SIDE, "pledgors"), (HOLDERS_SIDE, "holders")) if rule.sides & bit],
        demands=[demand for bit, demand in ((DEMANDS_DOCUMENT, "document"), (DEMANDS_VERSION, "version")) if rule.demands & bit],
        wait=rule.wait,
        period=rule.period,
        reasons=[name(EndReason, reason) for reason in rule.reasons],
    )


def register_set(made: Setting) -> answers.RegisterSet:
    """A register on its way to the chain."""
    return answers.RegisterSet(
        number=made.description.register.number,
        version=made.version,
        key=made.description.register.key,
        **(_DESCRIBED if made.decision is None else decision(made.decision)),
    )


_DESCRIBED: dict[str, Any] = {"step": "described", "call": None, "ready_at": None}


def decision(made: Decision) -> dict[str, Any]:
    """What the council does now, by which call, and when it goes on if it waits."""
    return {"step": made.step, "call": call(made.call), "ready_at": None if made.ready_at is None else rfc3339(made.ready_at)}


def filing_checked(found: Checked, here: Collection[str]) -> answers.FilingChecked:
    """What the ledger and the router have against a filing."""
    registering, accepting = found.registering or ActRule(), found.accepting or ActRule()
    left = answers.OfficersWord(
        grounds=[ground_rule(each) for each in found.grounds],
        officers=registering.officers,
        officers_vouching=registering.officers_vouching,
        reserves=accepting.period,
        waits=registering.wait,
    )
    return answers.FilingChecked(
        registrable=not found.refusals,
        refusals=[Reason(**each) for each in found.refusals],
        routes=[route(each.asset, each.jurisdiction, each.route, here) for each in found.routes],
        left=left,
    )


def anchor(row: Anchor, seeded: int, *, held_here: bool) -> answers.Anchor:
    """An anchor of a register."""
    return answers.Anchor(
        register_=row.register,
        anchor=row.anchor,
        records_root=to_hex(row.records_root),
        records=row.records,
        assets_root=to_hex(row.assets_root),
        assets=row.assets,
        seeded=seeded,
        replaces=row.replaces or None,
        as_at=rfc3339(row.as_at),
        evidence=to_hex(row.evidence),
        account=to_hex(row.account),
        act=to_hex(row.act),
        pos=str(row.pos),
        held_here=held_here,
    )


def proof(document: dict[str, Any]) -> answers.Proof:
    """A proof of an anchored record or live asset."""
    return answers.Proof(**document)
