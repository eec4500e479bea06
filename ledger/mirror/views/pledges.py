"""Views of registers and pledges."""

from sqlalchemy import and_, case

from ledger.domain.registers import EndReason, PartyRole
from ledger.mirror.models import (
    BLOCK,
    ENCUMBRANCE,
    INSTRUMENT,
    PARTY,
    PLEDGE,
    PLEDGE_ACT,
    PLEDGE_STATE,
    REGISTER,
    SEGMENT,
    PledgeStatus,
    Side,
)
from ledger.mirror.queries.reading import told, valid
from ledger.mirror.views.columns import (
    View,
    at_block,
    block,
    block_time,
    currency,
    flag,
    hex_,
    order_,
    text_,
    time,
    whole,
    word,
    word_number,
)

_G, _L, _PS, _PA = REGISTER.table, PLEDGE.table, PLEDGE_STATE.table, PLEDGE_ACT.table
_PP, _SG, _EN, _N = PARTY.table, SEGMENT.table, ENCUMBRANCE.table, INSTRUMENT.table

VIEWS = (
    View(
        "registers",
        "Registers of pledges.",
        (
            whole("register", "its number", _G.c.register),
            text_("name", "its name", _G.c.name),
            hex_("office", "account of the office that keeps it", _G.c.office),
            whole("version", "version of its rules in force", _G.c.version),
            flag("closed", "whether it takes no new filings", _G.c.closed),
        ),
        lambda asked, at: asked.select_from(_G).where(valid(REGISTER, at)),
    ),
    View(
        "pledges",
        "Pledges and how they stand. One lapses at `expires` without an act: compare it with the time that you ask about.",
        (
            whole("pledge", "its number", _L.c.pledge),
            whole("register", "the register that it is in", _L.c.register),
            word("status", "how it stands by its acts", PledgeStatus, _PS.c.status),
            hex_("filing_number", "the office's record number, left-aligned text as hex; empty until registration", _PS.c.number),
            time("ranks_from", "what it ranks from; empty until registration", case((_PS.c.begins.is_not(None), _PS.c.effective))),
            time("stands_since", "since when it stands; later than `ranks_from` where it refinances another", _PS.c.begins),
            time(
                "expires",
                "when it lapses, until registration its reservation; empty: never",
                case((_PS.c.expires != 0, _PS.c.expires)),
            ),
            whole("ceiling", "amount or ceiling secured; 0: none stated; empty from 2^63 on", word_number(_PS.c.ceiling)),
            hex_("ceiling_word", "the same whatever its size, 32 bytes", _PS.c.ceiling),
            currency(_PS.c.currency),
            time("ended_at", "what its end counts from", _PS.c.ended_at),
            word("ended_by", "why it ended", EndReason, _PS.c.reason),
            hex_("filer", "account of the act that made it", _L.c.filer),
            block(_L.c.pos),
        ),
        lambda asked, at: asked.select_from(_L).join(_PS, _PS.c.pledge == _L.c.pledge).where(valid(PLEDGE_STATE, at)),
    ),
    View(
        "pledge_parties",
        "Parties of pledges. A withheld name is empty.",
        (
            whole("pledge", "the pledge", _PP.c.pledge),
            word("side", "pledgors or holders", Side, _PP.c.side),
            whole("place", "place in the list of its side", _PP.c.ordinal),
            word("role", "as what it is a party", PartyRole, _PP.c.role),
            text_("name", "its name as filed", _PP.c.name),
            text_("capacity", "in what capacity it acts", _PP.c.capacity),
            hex_("party", "word of its registered identifier, or of its name", _PP.c.id),
            whole("share", "its share", _PP.c.share),
        ),
        lambda asked, at: asked.select_from(_PP).where(valid(PARTY, at)),
    ),
    View(
        "pledge_assets",
        "Assets under pledges. One is free when its own end or its pledge's has come.",
        (
            whole("pledge", "the pledge", _SG.c.pledge),
            whole("segment", "the list that it stands in", _EN.c.segment),
            whole("place", "place in the list", _EN.c.leaf),
            hex_("asset", "the asset's key", _EN.c.asset),
            time("ranks_from", "what it ranks from; empty while it is only reserved", _SG.c.effective),
            time("reserved_until", "how long it is reserved, while it is only that", _SG.c.reserved_until),
            time("ended_at", "what its own end counts from", _EN.c.ended_at),
            word("ended_by", "why it ended by itself", EndReason, _EN.c.reason),
        ),
        lambda asked, at: (
            asked.select_from(_EN).join(_SG, _SG.c.segment == _EN.c.segment).where(valid(ENCUMBRANCE, at), valid(SEGMENT, at))
        ),
    ),
    View(
        "pledge_acts",
        "Every act on a pledge, with the office's number of its document.",
        (
            whole("pledge", "the pledge", _PA.c.pledge),
            text_("event", "the chain's name of what was done", _PA.c.event),
            whole("code", "its code in the register's rules", _PA.c.code),
            time("effective", "what it counts from", _PA.c.effective),
            hex_("act", "digest of the act", _PA.c.act),
            hex_("account", "who did it", _PA.c.account),
            hex_("filing_number", "the office's record number, left-aligned text as hex", _N.c.number),
            order_(_PA.c.pos),
            block(_PA.c.pos),
            block_time(),
        ),
        lambda asked, at: (
            asked.select_from(_PA)
            .outerjoin(_N, and_(_N.c.act == _PA.c.act, told(INSTRUMENT, at)))
            .outerjoin(BLOCK, at_block(_PA.c.pos))
            .where(told(PLEDGE_ACT, at))
        ),
    ),
)
