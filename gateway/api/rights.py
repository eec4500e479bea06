"""Who may ask what: the one declaration of every operation's scope and of who sees what it is about.

The door checks scopes by it, the OpenAPI document tells it (`x-scope`, `x-seen-by`), and a test tries every cell of it. A route that isn't
here keeps the application from starting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.access import ACT, ADMIT, PEER, READ


class Seen(StrEnum):
    """Who sees what an operation is about. For everybody else it is as if it were not there (404), or not permitted (403)."""

    ANYBODY = "anybody, without a key"
    MEMBERS = "every member"
    PARTIES = "its parties, and who oversees the ledger"
    OWN = "the member whose own it is, and the gateway's operator for who is served"
    OVERSIGHT = "auditors, regulators and the gateway's operator"
    OPERATOR = "the gateway's operator"
    PEER = "another member's gateway, by its signature (RFC 9421), for what is its member's"


@dataclass(frozen=True, slots=True)
class Right:
    """The scope that an operation needs, and who sees what it is about. `itemwise`: each item of a batch is answered for itself."""

    scope: str
    seen: Seen
    itemwise: bool = False
    reasoned: bool = False
    """Whether auditors and regulators say why they look (header Access-Reason) and leave a line in the audit log."""


REASON = "Access-Reason"


def _all(right: Right, names: str) -> dict[str, Right]:
    return dict.fromkeys(names.split(), right)


RIGHTS = {
    **_all(Right("", Seen.ANYBODY), "get_health"),
    **_all(
        Right(READ, Seen.MEMBERS),
        """
        list_members get_member wait_for_members list_registers get_register list_routes list_anchors prove_record prove_asset verify_proof
        get_party list_holds read_number get_asset get_priority ask_priority list_encumbrances check_filing list_pending list_clocks
        search_names search_identifiers search_party search_registration certify_registration state_act verify_certificate
        list_pledges list_live get_pledge list_assets get_history draft_act propose_release list_cash get_head list_statistics
        """,
    ),
    **_all(
        Right(READ, Seen.PARTIES, reasoned=True),
        """
        list_receivables get_receivable list_tokens get_lineage list_owners list_payments list_transfers list_notices_of_receivable
        name_receivables
        draft_receivable list_offers list_notices get_debits list_outstanding list_court_holds list_portfolio get_token list_purchase_offers
        compare_purchase_offers list_deals get_deal list_loans get_loan get_portfolio list_custody get_statement get_money list_draws
        list_pools draft_financing get_maturities get_ageing list_exposures get_statement_totals
        """,
    ),
    **_all(
        Right(READ, Seen.OWN),
        """
        check_act wait_for_acts list_acts list_acts_to_sign get_act get_typed_data wait_for_calls get_content
        post_certificate list_certificates get_certificate list_watches get_report
        """,
    ),
    **_all(Right(READ, Seen.MEMBERS, reasoned=True), "stream_events"),
    **_all(Right(READ, Seen.OWN), "list_webhooks get_webhook list_dead_letters"),
    **_all(Right(ACT, Seen.OWN, reasoned=True), "create_webhook"),
    **_all(
        Right(ACT, Seen.OWN),
        "set_webhook_state rotate_webhook_secret replay_webhook resend_dead_letters remove_webhook",
    ),
    **_all(Right(READ, Seen.OVERSIGHT, reasoned=True), "list_due list_events list_of_record"),
    **_all(Right(READ, Seen.OVERSIGHT), "get_health_details"),
    **_all(Right(ACT, Seen.OWN), "post_act post_signature retry_act void_act post_contents post_reports delete_report"),
    **_all(Right(ACT, Seen.OWN, itemwise=True), "post_acts"),
    **_all(Right(ACT, Seen.MEMBERS), "post_calls fingerprint_invoice"),
    **_all(Right(ADMIT, Seen.OPERATOR), "admit_members set_register carry_out_order"),
    **_all(Right(READ, Seen.MEMBERS), "list_peers"),
    **_all(Right(READ, Seen.OWN), "list_stuck_messages audit_contents"),
    **_all(Right(ACT, Seen.OWN), "publish_peer resend_message repair_contents erase_content"),
    **_all(Right(PEER, Seen.PEER), "take_offer take_consent take_content give_inbox take_receipt give_content"),
}


class Undeclared(Exception):
    """A route and the declaration don't agree."""


def check(routes: Iterable[str]) -> None:
    """Raises Undeclared unless exactly these routes are declared."""
    if odd := set(routes) ^ RIGHTS.keys():
        raise Undeclared(f"gateway/api/rights.py and the routes don't agree on {', '.join(sorted(odd))}")
