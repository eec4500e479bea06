"""The pages of the console: the one declaration of every route, and of the API's operations that its page asks.

Who may see what is the API's to say (gateway/api/rights.py): a page can ask for nothing that its caller couldn't. A route that isn't here
keeps the gateway from starting, and so does an operation that isn't the API's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.access import ACT
from gateway.api.rights import RIGHTS, Undeclared

GET, POST = "GET", "POST"
PREFIX = "/console"
EVERY = ("get_member", "get_head")
"""What every page may ask: the names of accounts, and the block that is shown."""


@dataclass(frozen=True, slots=True)
class Page:
    """A route; `asks`: operations of the API. `open`: answered without a session."""

    method: str
    path: str
    asks: tuple[str, ...] = ()
    open: bool = False

    @property
    def acts(self) -> bool:
        """Whether its caller needs the scope to act."""
        return any(RIGHTS[each].scope == ACT for each in self.asks)


_LISTS = ("list_acts_to_sign", "list_receivables", "list_offers", "list_purchase_offers")
_SUBJECT = ("list_cash", "get_receivable")
_ACT = ("get_act", *_SUBJECT)
_SHOWN = ("get_receivable", "get_content")
_DRAFT = (*_SHOWN, "list_cash", "fingerprint_invoice", "draft_receivable")
PAGES: Mapping[str, Page] = {
    "style": Page(GET, "/console.css", open=True),
    "sign_in": Page(GET, "/sign-in", open=True),
    "enter": Page(POST, "/sign-in", open=True),
    "sign_in_with": Page(GET, "/sign-in/with/{issuer}", open=True),
    "signed_in_from": Page(GET, "/sign-in/from/{issuer}", open=True),
    "leave": Page(POST, "/sign-out"),
    "home": Page(GET, "/", ("get_health", *_LISTS)),
    "reason": Page(GET, "/reason"),
    "give_reason": Page(POST, "/reason"),
    "to_sign": Page(GET, "/to-sign", ("list_acts_to_sign",)),
    "acts": Page(GET, "/acts", ("list_acts",)),
    "act": Page(GET, "/acts/{account}/{act_id}", _ACT),
    "sign_act": Page(POST, "/acts/{account}/{act_id}/sign", ("post_signature", *_ACT)),
    "retry_act": Page(POST, "/acts/{account}/{act_id}/retry", ("retry_act", *_ACT)),
    "void_act": Page(POST, "/acts/{account}/{act_id}/take-back", ("void_act", *_ACT)),
    "receivables": Page(GET, "/receivables", ("list_receivables",)),
    "receivable": Page(
        GET, "/receivables/{receivable}", (*_SHOWN, "list_tokens", "list_payments", "list_transfers", "list_notices_of_receivable")
    ),
    "offers": Page(GET, "/offers", ("list_offers",)),
    "draft": Page(GET, "/receivables/{receivable}/{act}", _SHOWN),
    "preview": Page(POST, "/receivables/{receivable}/{act}", _DRAFT),
    "submit": Page(POST, "/receivables/{receivable}/{act}/sign", (*_SHOWN, "list_cash", "draft_receivable", "get_act", "post_act")),
    "purchases": Page(GET, "/purchases", ("list_purchase_offers",)),
    "new_purchase": Page(GET, "/purchases/new", ("get_receivable",)),
    "preview_purchase": Page(POST, "/purchases/new", (*_SUBJECT, "draft_financing")),
    "make_purchase": Page(POST, "/purchases", (*_SUBJECT, "draft_financing", "get_act", "post_act")),
    "preview_answer": Page(POST, "/purchases/{offer}/{answer}", (*_SUBJECT, "draft_financing")),
    "submit_answer": Page(POST, "/purchases/{offer}/{answer}/sign", (*_SUBJECT, "draft_financing", "get_act", "post_act")),
    "registers": Page(GET, "/registers", ("list_registers", "search_registration", "search_names", "search_identifiers", "read_number")),
    "pledge": Page(GET, "/pledges/{pledge}", ("get_pledge", "list_assets", "get_history")),
    "asset": Page(GET, "/assets/{asset}", ("get_asset", "get_priority")),
    "certificates": Page(GET, "/certificates", ("list_certificates",)),
    "certify": Page(POST, "/certificates", ("post_certificate",)),
    "certificate": Page(GET, "/certificates/{hash}", ("get_certificate",)),
    "certificate_file": Page(GET, "/certificates/{hash}/file", ("get_certificate",)),
    "deals": Page(GET, "/deals", ("list_deals",)),
    "deal": Page(GET, "/deals/{deal}", ("get_deal",)),
    "loans": Page(GET, "/loans", ("list_loans",)),
    "loan": Page(GET, "/loans/{loan}", ("get_loan",)),
    "dues": Page(GET, "/dues", ("get_maturities", "get_ageing", "list_exposures")),
    "cash": Page(GET, "/cash", ("list_cash", "get_money", "get_statement", "get_statement_totals")),
}  # fmt: skip
"""Every route by its name."""


def check(routes: Iterable[str]) -> None:
    """Raises Undeclared unless exactly these routes are declared, and every operation that they ask is one of the API's."""
    if odd := set(routes) ^ PAGES.keys():
        raise Undeclared(f"gateway/console/rights.py and the console's routes don't agree on {', '.join(sorted(odd))}")
    if unknown := {name for page in PAGES.values() for name in page.asks} - RIGHTS.keys():
        raise Undeclared(f"gateway/console/rights.py: no operation of the API is called {', '.join(sorted(unknown))}")
