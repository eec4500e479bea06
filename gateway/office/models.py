"""The tables of `office`. Addresses have 20 bytes, words and ids 32 (big-endian); times are UTC milliseconds of the wall clock unless a
column says otherwise; a row about a member names its account in `member_id`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

office = MetaData()

Address = LargeBinary(20)
Word = LargeBinary(32)
# SQLite counts up only a column that is exactly INTEGER.
Counter = BigInteger().with_variant(Integer, "sqlite")

ACT = Table(
    "act",
    office,
    Column("member_id", Address, primary_key=True),
    Column("act_id", Word, primary_key=True),
    Column("idem_key", Text, nullable=False),
    Column("body_hash", Word, nullable=False, comment="of the request as given: another request under the same key is refused"),
    Column("kind", Text, nullable=False),
    Column("typed", LargeBinary, nullable=False, comment="the envelope as JSON, numbers and bytes as text"),
    Column("digest", Word, nullable=False, comment="what each signer signs"),
    Column("signers_needed", Integer, nullable=False),
    Column("deadline", BigInteger, nullable=False, comment="UTC seconds of the chain"),
    Column("accepted", BigInteger, nullable=False, comment="order of acceptance, in nanoseconds"),
    Column("state", Text, nullable=False),
    Column("retried", BigInteger, nullable=False, comment="when a person had it sent again; what was sent before decides nothing"),
    Column("reason", LargeBinary, comment="JSON: why it was refused, skipped or held"),
    Column("done_pos", BigInteger, comment="position of the event that spent it"),
    Column("done_hash", Word, comment="hash of that event's block"),
    Column("share", Integer, nullable=False, comment="which lane sends it (gateway/outbox/lanes.py)"),
    UniqueConstraint("member_id", "idem_key", name="act_idem_key"),
    Index("act_by_state", "state", "accepted"),
    Index("act_by_deadline", "state", "deadline"),
    Index("act_by_end", "done_pos"),
)

DEPENDENCY = Table(
    "dependency",
    office,
    Column("member_id", Address, primary_key=True),
    Column("act_id", Word, primary_key=True),
    Column("on_member", Address, primary_key=True, comment="the act that goes first"),
    Column("on_act", Word, primary_key=True),
    ForeignKeyConstraint(["member_id", "act_id"], ["act.member_id", "act.act_id"], name="dependency_act"),
    Index("dependency_on", "on_member", "on_act"),
)

SIGNATURE = Table(
    "signature",
    office,
    Column("member_id", Address, primary_key=True),
    Column("act_id", Word, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("signer", Address, nullable=False, comment="account of the member that signs"),
    Column("key", Address, nullable=False),
    Column("role", Integer, nullable=False),
    Column("mode", Integer, nullable=False),
    Column("sig", LargeBinary, comment="null while it is missing"),
    Column("evidence_root", Word, comment="content root of what an officer saw, where it attests"),
    ForeignKeyConstraint(["member_id", "act_id"], ["act.member_id", "act.act_id"], name="signature_act"),
    Index("signature_by_signer", "signer"),
)

ACT_HISTORY = Table(
    "act_history",
    office,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("member_id", Address, nullable=False),
    Column("act_id", Word, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text),
    Index("act_history_of", "member_id", "act_id", "id"),
)

LANE = Table(
    "lane",
    office,
    Column("lane", Text, primary_key=True),
    Column("purpose", Text, nullable=False, comment="relay or council"),
    Column("key", Address, nullable=False, unique=True),
    Column("owner", Text),
    Column("until", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("next_nonce", BigInteger, nullable=False),
    Column("counted", BigInteger, comment="transactions of the key that the chain counted when some of ours were overdue"),
    Column("counted_block", BigInteger, comment="the head at that count"),
    Column("counted_hash", Word),
    Column("alarm", Text, comment="why it stands still, until a person gives it up"),
    Column("retired", BigInteger),
)

TX = Table(
    "tx",
    office,
    Column("lane", Text, primary_key=True),
    Column("nonce", BigInteger, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("hash", Word, nullable=False, unique=True),
    Column("raw", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False, comment="acts, call or fill"),
    Column("state", Text, nullable=False, comment="written, sent, refused (by the node for ever), mined, final or lost"),
    Column("written", BigInteger, nullable=False),
    Column("sent", BigInteger),
    Column("fault", Text, comment="what the node answered last"),
    Column("block", BigInteger),
    Index("tx_by_state", "state", "lane", "nonce"),
    Index("tx_by_block", "block"),
)

TX_ACT = Table(
    "tx_act",
    office,
    Column("hash", Word, primary_key=True),
    Column("member_id", Address, primary_key=True),
    Column("act_id", Word, primary_key=True),
    Index("tx_act_of", "member_id", "act_id"),
)

CALL = Table(
    "call",
    office,
    Column("member_id", Address, primary_key=True),
    Column("call_id", Word, primary_key=True),
    Column("idem_key", Text, nullable=False),
    Column("body_hash", Word, nullable=False),
    Column("purpose", Text, nullable=False, comment="of the lane that sends it"),
    Column("what", Text, nullable=False, comment="contract.function"),
    Column("target", Address, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("hash", Word, comment="its transaction"),
    Column("reason", LargeBinary),
    Column("share", Integer, nullable=False, comment="which lane sends it (gateway/outbox/lanes.py)"),
    UniqueConstraint("member_id", "purpose", "idem_key", name="call_idem_key"),
    Index("call_by_state", "state", "accepted"),
    Index("call_by_hash", "hash"),
)

KEPT_FIRING = Table(
    "kept_firing",
    office,
    Column("trigger", Text, primary_key=True),
    Column("subject", Word, primary_key=True),
    Column("facts", Text, nullable=False, comment="positions of the mirror's rows that made it ready"),
    Column("attempt", Integer, nullable=False, comment="how many times for the same facts"),
    Column("call_id", Word, nullable=False),
    Column("at", BigInteger, nullable=False, comment="UTC seconds of the chain"),
    Index("kept_firing_call", "call_id"),
)

SETTLED = Table(
    "settled",
    office,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("block", BigInteger, nullable=False),
    Column("hash", Word),
)

CONTENT = Table(
    "content",
    office,
    Column("member_id", Address, primary_key=True),
    Column("root", Word, primary_key=True),
    Column("seed", Word, nullable=False),
    Column("schema", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False, comment="RFC 8785"),
    Column("at", BigInteger, nullable=False),
)

MASTER = Table(
    "master",
    office,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False, comment="the master secret, sealed under the passphrase (scrypt)"),
)

MEMBER = Table(
    "member",
    office,
    Column("member_id", Address, primary_key=True),
    Column("name", Text, unique=True, comment="what this gateway's operator calls it; null: nothing"),
    Column("sealed", LargeBinary, nullable=False, comment="the member's secret, sealed with the master secret"),
    Column("at", BigInteger, nullable=False),
)

MEMBER_KEY = Table(
    "member_key",
    office,
    Column("key", Address, primary_key=True),
    Column("member_id", Address, nullable=False),
    Column("purpose", Text, nullable=False, comment="operator, relayer, deployer or council"),
    Column("sealed", LargeBinary, nullable=False, comment="the private key, sealed with its member's secret; empty where a vault has it"),
    Column("vault", Text, comment="name of the vault that holds the key; null: it lies here"),
    Column("at", BigInteger, nullable=False),
    Column("retired", BigInteger),
    Index("member_key_of", "member_id"),
)

FINGERPRINT_KEY = Table(
    "fingerprint_key",
    office,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("mark", LargeBinary(8), nullable=False, comment="by which people compare keys; says nothing of the key"),
    Column("sealed", LargeBinary, nullable=False, comment="the key, sealed with the house's secret"),
    Column("at", BigInteger, nullable=False),
    Column("retired", BigInteger),
)

API_KEY = Table(
    "api_key",
    office,
    Column("id", Text, primary_key=True),
    Column("member_id", Address, comment="null: the operator, who acts for every member held here"),
    Column("scopes", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("secret", Text, nullable=False, comment="argon2id (PHC string) of the secret's SHA-256 in hex"),
    Column("previous", Text, comment="the same of the secret before it was rotated"),
    Column("previous_until", BigInteger, comment="until when that one opens, too"),
)

CONSOLE_SESSION = Table(
    "console_session",
    office,
    Column("id_hash", Word, primary_key=True, comment="SHA-256 of the session's id, which lies nowhere"),
    Column("key_id", Text, nullable=False, comment="id of the API key, or issuer and subject of the token, that opened it"),
    Column("member_id", Address, comment="null: the operator"),
    Column("scopes", Text, nullable=False),
    Column("opener", Word, comment="SHA-256 of what is kept of the key's secret that opened it; null: a token did"),
    Column("reason", Text, comment="why an auditor or a regulator looks at others' records"),
    Column("at", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False, comment="when it was last used, as near as is noted"),
    Column("expires", BigInteger, nullable=False, comment="its end, however much it is used"),
    Index("console_session_of", "key_id", "at"),
)

AUDIT = Table(
    "audit",
    office,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("subject", Text, nullable=False, comment="id of the API key, or issuer and subject of a token"),
    Column("member_id", Address),
    Column("action", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("hash", Word, nullable=False, comment="over this row and the hash of the row before (gateway/office/audit.py)"),
    Index("audit_of", "member_id", "id"),
)

REPORTED_RIGHT = Table(
    "reported_right",
    office,
    Column("member_id", Address, primary_key=True),
    Column("asset", Word, primary_key=True, comment="key of the right (ledger/domain/assets.py)"),
    Column("jurisdiction", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="name of a RightKind"),
    Column("facts", LargeBinary, nullable=False, comment="JSON: dates and counts of ledger/domain/reported_rights.py"),
    Column("source", Text, nullable=False, comment="who said so, or which document"),
    Column("at", BigInteger, nullable=False),
)

REPORTED_DUTY = Table(
    "reported_duty",
    office,
    Column("member_id", Address, primary_key=True),
    Column("asset", Word, primary_key=True),
    Column("key", Text, primary_key=True, comment="which duty (ledger/domain/duties.py)"),
    Column("due", Text, primary_key=True, comment="the day on which it was due, ISO 8601"),
    Column("done", Text, nullable=False, comment="the day on which it was done, ISO 8601"),
    Column("source", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

REPORTED_EVENT = Table(
    "reported_event",
    office,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("member_id", Address, nullable=False),
    Column("asset", Word, nullable=False),
    Column("office", Text, nullable=False, comment="two letters of the office that published it"),
    Column("code", Text, nullable=False, comment="its INPADOC code"),
    Column("happened", Text, nullable=False, comment="the day, ISO 8601"),
    Column("source", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("member_id", "asset", "office", "code", "happened", name="reported_event_once"),
)

VALUATION = Table(
    "valuation",
    office,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("member_id", Address, nullable=False),
    Column("asset", Word, nullable=False),
    Column("value", BigInteger, nullable=False, comment="minor units"),
    Column("currency", Text, nullable=False, comment="ISO 4217 code"),
    Column("valued_on", Text, nullable=False, comment="ISO 8601"),
    Column("method", Text, nullable=False),
    Column("appraiser", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("valuation_of", "member_id", "asset", "valued_on"),
)

CERTIFICATE = Table(
    "certificate",
    office,
    Column("member_id", Address, primary_key=True),
    Column("hash", Word, primary_key=True, comment="SHA-256 of the document"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("block", BigInteger, nullable=False, comment="the height that it speaks of"),
    Column("document", LargeBinary, nullable=False, comment="RFC 8785"),
    Column("at", BigInteger, nullable=False),
    Index("certificate_of", "member_id", "at"),
)

WEBHOOK = Table(
    "webhook",
    office,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("member_id", Address, nullable=False, comment="whose events; 20 zero bytes: the operator's own"),
    Column("url", Text, nullable=False),
    Column("selection", LargeBinary, nullable=False, comment="JSON: kinds and records"),
    Column("sealed", LargeBinary, nullable=False, comment="the secret that signs, sealed under the gateway's"),
    Column("sealed_before", LargeBinary, comment="the one before it"),
    Column("before_until", BigInteger, comment="until when that one signs, too"),
    Column("state", Text, nullable=False, comment="active, paused, gone or undone"),
    Column("fault", Text, comment="why the last message did not arrive"),
    Column("cursor", BigInteger, nullable=False, comment="the last position that was delivered, passed over or put aside"),
    Column("cursor_hash", Word, comment="the hash of its block"),
    Column("attempts", Integer, nullable=False, comment="how often the next message failed"),
    Column("next_at", BigInteger, nullable=False, comment="not before then"),
    Column("delivered", BigInteger, nullable=False, comment="how many messages arrived"),
    Column("at", BigInteger, nullable=False),
    Index("webhook_of", "member_id", "number"),
    Index("webhook_next", "state", "next_at"),
)

WEBHOOK_DEAD = Table(
    "webhook_dead",
    office,
    Column("webhook", Text, primary_key=True),
    Column("pos", BigInteger, primary_key=True, autoincrement=False, comment="the event's position"),
    Column("body", LargeBinary, nullable=False, comment="the message as it was sent"),
    Column("attempts", Integer, nullable=False),
    Column("fault", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("again", Boolean, nullable=False, comment="whether it is to be sent once more"),
)

PEER_KEY = Table(
    "peer_key",
    office,
    Column("public", Word, primary_key=True),
    Column("member_id", Address, nullable=False),
    Column("purpose", Text, nullable=False, comment="transport (Ed25519) or encryption (X25519)"),
    Column("sealed", LargeBinary, nullable=False, comment="the private half, sealed by the member's secret"),
    Column("at", BigInteger, nullable=False),
    Index("peer_key_of", "member_id", "purpose", "at"),
)

PEER_URL = Table(
    "peer_url",
    office,
    Column("account", Address, primary_key=True),
    Column("url", Text, nullable=False, comment="good as long as the ledger has its hash for the account"),
    Column("at", BigInteger, nullable=False),
)

PEER_MESSAGE = Table(
    "peer_message",
    office,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("id", Word, nullable=False, unique=True, comment="SHA-256 of the body"),
    Column("member_id", Address, nullable=False, comment="who sends it"),
    Column("peer", Address, nullable=False, comment="whom it is sealed to"),
    Column("kind", Text, nullable=False, comment="offer, consent or content"),
    Column("about", Word, nullable=False, comment="what it carries: of each thing one message"),
    Column("act_account", Address, comment="the act that it is about"),
    Column("act_id", Word),
    Column("roots", LargeBinary, nullable=False, comment="the content in it, a word each"),
    Column("body", LargeBinary, nullable=False),
    Column("until", BigInteger, nullable=False, comment="UTC seconds of the chain after which nobody takes it"),
    Column("state", Text, nullable=False, comment="waiting, delivered, refused, late or needless"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, comment="not before then"),
    Column("fault", Text, comment="why it did not arrive"),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("member_id", "peer", "kind", "about", name="peer_message_once"),
    Index("peer_message_next", "state", "next_at"),
    Index("peer_message_to", "peer", "state", "number"),
)

PEER_MESSAGE_HISTORY = Table(
    "peer_message_history",
    office,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("message", Word, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text),
    Index("peer_message_history_of", "message", "id"),
)

PEER_RECEIPT = Table(
    "peer_receipt",
    office,
    Column("member_id", Address, primary_key=True, comment="whose message it was"),
    Column("message", Word, primary_key=True),
    Column("peer", Address, nullable=False, comment="who took it"),
    Column("statement", Text, nullable=False, comment="the receipt as the peer signed it (JWS)"),
    Column("at", BigInteger, nullable=False),
)

PEER_RECEIVED = Table(
    "peer_received",
    office,
    Column("member_id", Address, primary_key=True, comment="whom it was sealed to"),
    Column("message", Word, primary_key=True),
    Column("peer", Address, nullable=False, comment="who sent it"),
    Column("kind", Text, nullable=False),
    Column("receipt", Text, nullable=False, comment="what was answered, and is answered again"),
    Column("at", BigInteger, nullable=False),
)

PEER_COPY = Table(
    "peer_copy",
    office,
    Column("member_id", Address, primary_key=True),
    Column("root", Word, primary_key=True),
    Column("holder", Address, primary_key=True, comment="who signed that it has the content: by a receipt, or by sending it"),
    Column("message", Word, nullable=False),
    Column("at", BigInteger, nullable=False),
)

PEER_NONCE = Table(
    "peer_nonce",
    office,
    Column("account", Address, primary_key=True),
    Column("nonce", Text, primary_key=True),
    Column("until", BigInteger, nullable=False, comment="then its request is too old anyway"),
    Index("peer_nonce_until", "until"),
)

OFFERED_ACT = Table(
    "offered_act",
    office,
    Column("member_id", Address, primary_key=True, comment="the act's account, which another gateway serves"),
    Column("act_id", Word, primary_key=True),
    Column("alone", Boolean, nullable=False, comment="whether it follows no other act, so that this gateway may run it too"),
    Column("at", BigInteger, nullable=False),
)

CONTENT_ENTITLED = Table(
    "content_entitled",
    office,
    Column("member_id", Address, primary_key=True),
    Column("root", Word, primary_key=True),
    Column("pos", BigInteger, nullable=False, comment="the event that entitles the member"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, comment="nobody is asked before then"),
    Column("fault", Text, comment="why nobody gave it"),
    Column("at", BigInteger, nullable=False),
    Index("content_entitled_next", "next_at"),
)

CONTENT_ERASED = Table(
    "content_erased",
    office,
    Column("member_id", Address, primary_key=True),
    Column("root", Word, primary_key=True),
    Column("why", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

FOLLOWED = Table(
    "followed",
    office,
    Column("name", Text, primary_key=True, comment="who reads the ledger's events"),
    Column("pos", BigInteger, nullable=False, comment="the last position that it has worked off"),
    Column("hash", Word, comment="the hash of its block"),
)

PROGRAM = Table(
    "program",
    office,
    Column("owner", Text, primary_key=True, comment="a process, as in lane"),
    Column("revision", Text, nullable=False, comment="the newest one that it knows"),
    Column("until", BigInteger, nullable=False),
)

LEAST_PROGRAM = Table(
    "least_program",
    office,
    Column("revision", Text, primary_key=True, comment="which programs must know to work with the tables"),
)
