"""Links of the OpenAPI document: what an answer names, and the operations that take it."""

_WEBHOOK = {"webhook": "$response.body#/webhook/id", "account": "$request.query.account"}
_ACT = {"act_id": "$response.body#/id", "account": "$response.body#/account"}
_REPORT = {"asset": "$response.body#/assets/0", "member": "$request.body#/member"}
_RECEIVABLE = {"receivable": "$response.body#/data/0/id"}
_PLEDGE = {"pledge": "$response.body#/data/0/pledge"}

LINKS: dict[tuple[str, int], dict[str, dict[str, str]]] = {
    ("create_webhook", 201): {
        **dict.fromkeys(("get_webhook", "set_webhook_state", "rotate_webhook_secret", "replay_webhook"), _WEBHOOK),
        **dict.fromkeys(("list_dead_letters", "resend_dead_letters", "remove_webhook"), _WEBHOOK),
    },
    ("remove_webhook", 200): {"get_webhook": {"webhook": "$response.body#/removed", "account": "$request.query.account"}},
    ("post_act", 202): dict.fromkeys(("get_act", "get_typed_data", "post_signature", "retry_act", "void_act"), _ACT),
    ("post_contents", 201): {"get_content": {"root": "$response.body#/items/0/root", "member": "$request.body#/items/0/member"}},
    ("post_certificate", 201): {"get_certificate": {"hash": "$response.body#/data/hash", "member": "$request.body#/member"}},
    ("post_reports", 201): dict.fromkeys(("get_report", "delete_report"), _REPORT),
    ("list_receivables", 200): dict.fromkeys(("get_receivable", "list_tokens", "list_payments"), _RECEIVABLE),
    ("list_pledges", 200): dict.fromkeys(("get_pledge", "list_assets", "get_history", "list_clocks"), _PLEDGE),
}
"""By operation and status: each operation that takes something of the answer, with its parameters as runtime expressions."""
