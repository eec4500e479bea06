"""Checks that an operation can't keep, each with its reason: nothing else is switched off."""

from __future__ import annotations

_WORDS = "whether a body means something is decided by the ledger: kinds of acts, fields of a struct, parties, what is there"
_NUMBER = "a right is named as its office writes its number, check digits included, which no pattern says"
_PAIR = "two fields exclude or order each other, which OpenAPI can't say of an address"

OFF: dict[tuple[str, str], str] = {
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("post_act", "post_acts", "check_act", "post_signature")), _WORDS),
    **dict.fromkeys(
        (("positive_data_acceptance", each) for each in ("draft_act", "draft_receivable", "draft_financing", "carry_out_order")), _WORDS
    ),
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("check_filing", "post_certificate", "verify_certificate")), _WORDS),
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("fingerprint_invoice", "propose_release", "search_names")), _WORDS),
    ("positive_data_acceptance", "set_register"): "a register's description is TOML with rules of its own (docs/registers.md)",
    ("positive_data_acceptance", "create_webhook"): "to whom events may be sent is the operator's setting, and kinds are the contracts'",
    ("positive_data_acceptance", "publish_peer"): "a URL names a host that can be called, which is more than a pattern tells",
    ("positive_data_acceptance", "list_routes"): "a register that gives no right over an asset is refused with the right ones",
    ("positive_data_acceptance", "list_watches"): "the operator has no watches of its own and names a member",
    ("positive_data_acceptance", "void_act"): "who does not sign an act has no signature to take back",
    (
        "positive_data_acceptance",
        "resend_dead_letters",
    ): "positions are below 2^62, near which the generator rounds to floats",
    ("positive_data_acceptance", "replay_webhook"): "a position that is not mirrored yet",
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("get_asset", "list_encumbrances", "prove_asset")), _NUMBER),
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("get_priority", "ask_priority", "list_holds")), _NUMBER),
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("get_report", "delete_report", "post_reports")), _NUMBER),
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("list_offers", "compare_purchase_offers")), _PAIR),
    **dict.fromkeys((("positive_data_acceptance", each) for each in ("get_statement", "get_statement_totals")), _PAIR),
    ("positive_data_acceptance", "get_deal"): "what will be outstanding is told of times not before the block's",
    ("positive_data_acceptance", "stream_events"): "kinds of events are the contracts'",
    ("negative_data_rejection", "post_acts"): "each act of a batch is answered for itself: 202 with a problem in the place of a wrong one",
    ("use_after_free", "get_report"): "what is removed are the dates of a right; what else is reported of it stays and is answered",
    ("not_a_server_error", "get_head"): "503 is what it answers about a block that is not mirrored in time",
    ("response_schema_conformance", "stream_events"): "a stream is no JSON document; each of its events is held against the schema here",
}
"""By check and operation."""

_SIGNED = "a request is signed for its bytes, by the key of a member's gateway, and good once: tests/gateway/peers asks these doors"
NEVER_DONE = dict.fromkeys(("take_offer", "take_consent", "take_content", "give_inbox", "take_receipt", "give_content"), _SIGNED)
"""Operations that no case can be answered with 2xx, and why."""
