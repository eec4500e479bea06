"""Tokens of other houses' identity providers (OpenID Connect): who may issue them, for whom, and what they open here.

`identity.toml` of the home says it; without that file no token opens anything. RFC 7519, 8725 and 9068 say what is checked: signature by a
key that the issuer publishes, an algorithm of the issuer's list, issuer, audience, times, subject; then claims are mapped to a member and
scopes. Nothing in a token says where keys are found.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
import threading
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.access import ADMIT, Session
from ledger.domain.ids import IdError, address
from ledger.foreseen import Foreseen

log = logging.getLogger(__name__)

FILE = "identity.toml"
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""EdDSA is the older name of Ed25519, by which many issuers sign (RFC 9864).

Signatures by a key that the issuer alone holds; a shared secret (HS256) would let every gateway make tokens, and `none` anybody."""
ASKED_AGAIN_SECONDS, FRESH_SECONDS, TRUSTED_SECONDS = 60.0, 600.0, 86_400.0
_FETCH_SECONDS, _LONGEST_SET, _LEAST_RSA_BITS = 5.0, 1 << 20, 2048
_KINDS = (RSAKey, ECKey, OKPKey)
_KIND_OF: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RS": RSAKey, "PS": RSAKey, "ES": ECKey, "Ed": OKPKey}
"""By how an algorithm's name begins."""
_LAST_SECOND = 253_402_300_799
_STRICT = ConfigDict(extra="forbid", frozen=True)


class IdentityError(Foreseen):
    """`identity.toml` can't be read; one line that names the entry and the rule."""


class Rejected(Foreseen):
    """Why a token opens nothing: for the log, never for who sent it."""


class Grant(BaseModel):
    """What a value of the claim opens: a member's sessions or the operator's, with these scopes."""

    model_config = _STRICT

    value: str
    member: str | None = None
    operator: bool = False
    scopes: list[Literal["read", "act", "admit"]] = Field(default=["read"], min_length=1)

    @model_validator(mode="after")
    def _checked(self) -> Grant:
        if self.operator is (self.member is not None):
            raise ValueError("give either member = an account in hex, or operator = true")
        if ADMIT in self.scopes and not self.operator:
            raise ValueError("scopes: admit is the operator's only")
        try:
            _ = self.account
        except IdError as wrong:
            raise ValueError(str(wrong)) from wrong
        return self

    @property
    def account(self) -> bytes | None:
        """The member's account; None for the operator."""
        return None if self.member is None else address(self.member, "member")


class SignIn(BaseModel):
    """Where the console sends people to sign in: OpenID Connect by authorization code with PKCE (RFC 7636)."""

    model_config = _STRICT

    authorize: str
    """The issuer's authorization endpoint, to which the browser goes."""
    token: str
    """Its token endpoint, which the gateway asks."""
    client: str
    """This gateway's name there; the issuer's `audience` is in its tokens."""
    redirect: str
    """The address that the browser comes back to, letter for letter as it is registered there: .../console/sign-in/from/NAME."""
    credential_file: str | None = None
    """The client's secret, in a file beside this one; none: a public client."""
    scope: str = "openid"

    @model_validator(mode="after")
    def _checked(self) -> SignIn:
        for name in ("authorize", "token", "redirect"):
            if not _is_private(getattr(self, name)):
                raise ValueError(f"{name}: an https URL expected (plain http on loopback only)")
        return self


class Described(BaseModel):
    """An issuer as the file describes it."""

    model_config = _STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    """What the audit log calls it."""
    issuer: str
    audience: str
    keys: str
    """Its key set (JWKS): an https URL, or a file beside this one."""
    algorithms: list[Algorithm] = Field(default=["RS256", "ES256"], min_length=1)
    leeway: int = Field(default=30, ge=0, le=300)
    claim: list[str] = Field(default=["groups"], min_length=1)
    """Where in the claims the value lies that grants are looked up by: names, from the outside in."""
    grants: list[Grant] = Field(min_length=1)
    sign_in: SignIn | None = None
    """How people sign in to the console there; none: they paste a token."""

    @model_validator(mode="after")
    def _checked(self) -> Described:
        if self.sign_in is not None and not self.sign_in.redirect.endswith(f"/console/sign-in/from/{self.name}"):
            raise ValueError(f"sign_in.redirect: it ends with /console/sign-in/from/{self.name}")
        if _is_url(self.keys) and not _is_private(self.keys):
            raise ValueError("keys: an https URL expected (plain http on loopback only)")
        return self


class _File(BaseModel):
    model_config = _STRICT

    issuers: list[Described] = []

    @model_validator(mode="after")
    def _checked(self) -> _File:
        for named in ("issuer", "name"):
            given = [getattr(each, named) for each in self.issuers]
            if len(set(given)) != len(given):
                raise ValueError(f"{named}: two issuers have the same")
        return self


def read(home: Path, clock: Callable[[], float] = time.time) -> Issuers:
    """The issuers that a home trusts; none without its file. Raises IdentityError."""
    file = home / FILE
    if not file.exists():
        return Issuers([])
    try:
        found = _File.model_validate(tomllib.loads(file.read_text()))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise IdentityError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise IdentityError(f"{file}: {wrong}") from wrong
    return Issuers([Issuer(each, Published(each.keys, home), clock) for each in found.issuers])


# --- Published keys --------------------------------------------------------------------------------------------------------------


@dataclass
class Published:
    """An issuer's key set, held for minutes. It is asked for again when it is old or lacks a key, at most once a minute; while the issuer
    is away the last one counts for a day.
    """

    where: str
    home: Path
    clock: Callable[[], float] = time.monotonic
    _keys: KeySet | None = None
    _held_at: float = 0.0
    _asked_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, kid: str | None, kind: type[RSAKey | ECKey | OKPKey] | None = None) -> RSAKey | ECKey | OKPKey:
        """The key of that name, of a kind where that is told: keys of two kinds may have one name (RFC 7517, 4.5). Raises Rejected."""
        found = self._find(kid, kind)
        if found is None or self._age() > FRESH_SECONDS:
            self._refresh()
            found = self._find(kid, kind)
        if found is None:
            raise Rejected(f"no published key {str(kid)[:80]!r}")
        return found

    def _find(self, kid: str | None, kind: type[RSAKey | ECKey | OKPKey] | None) -> RSAKey | ECKey | OKPKey | None:
        keys = [] if self._keys is None or self._age() > TRUSTED_SECONDS else self._keys.keys
        fitting = [key for key in keys if key.kid == kid] if kid is not None else (keys if len(keys) == 1 else [])
        return next((key for key in fitting if isinstance(key, _KINDS) and (kind is None or isinstance(key, kind))), None)

    def _age(self) -> float:
        return self.clock() - self._held_at

    def _refresh(self) -> None:
        with self._lock:
            now = self.clock()
            if self._asked_at is not None and now - self._asked_at < ASKED_AGAIN_SECONDS:
                return
            self._asked_at = now
            try:
                self._keys, self._held_at = key_set(self._loaded()), now
            except (OSError, httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError) as fault:
                log.warning("the key set %s can't be read: %s", self.where, fault)

    def _loaded(self) -> bytes:
        if not _is_url(self.where):
            return (self.home / self.where).read_bytes()
        return asyncio.run(_fetched(self.where))


async def _fetched(url: str) -> bytes:
    """All within one time: a server that sends a byte now and then would hold the thread for ever, and all who wait for its keys."""
    async with (
        asyncio.timeout(_FETCH_SECONDS),
        httpx.AsyncClient(timeout=_FETCH_SECONDS, follow_redirects=False, trust_env=False) as http,
        http.stream("GET", url) as answer,
    ):
        answer.raise_for_status()
        text = b""
        async for part in answer.aiter_bytes():
            text += part
            if len(text) > _LONGEST_SET:
                raise ValueError(f"longer than {_LONGEST_SET} bytes")
        return text


def key_set(text: bytes) -> KeySet:
    """The public keys of a JWKS that may sign tokens: no shared secrets, no short RSA keys, none for another use. Raises ValueError."""
    found: list[OctKey | RSAKey | ECKey | OKPKey] = [key for key in map(_signing, json.loads(text)["keys"]) if key is not None]
    if not found:
        raise ValueError("no key in it that could sign a token")
    return KeySet(found)


def _signing(told: Any) -> RSAKey | ECKey | OKPKey | None:
    """A published key, if it may sign tokens here; one that isn't understood takes nothing from the others (RFC 7517, 5)."""
    if not isinstance(told, dict) or told.get("kty") not in ("RSA", "EC", "OKP") or told.get("use", "sig") != "sig":
        return None
    try:
        (key,) = KeySet.import_key_set({"keys": [told]}).keys
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as fault:
        log.warning("the published key %s is left aside: %s", str(told.get("kid"))[:80], fault)
        return None
    return key if isinstance(key, _KINDS) and not _is_short(key) else None


def _is_short(key: object) -> bool:
    public = key.public_key if isinstance(key, RSAKey) else None
    return isinstance(public, RSAPublicKey) and public.key_size < _LEAST_RSA_BITS


def _is_url(text: str) -> bool:
    return "://" in text


def _is_private(url: str) -> bool:
    """Whether what comes from there is what its owner sent."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- Tokens ----------------------------------------------------------------------------------------------------------------------


class Issuer(NamedTuple):
    """An issuer with its keys."""

    described: Described
    published: Published
    clock: Callable[[], float] = time.time

    def session(self, text: str, header: dict[str, Any]) -> Session:
        """The session that a token of this issuer opens. Raises Rejected."""
        claims = self._claims(text, self._key(header))
        self._check(claims)
        return self._granted(claims)

    def signed_in(self, text: str, nonce: str) -> Session:
        """The session that an id token opens, which was issued for one sign-in of the console and no other. Raises Rejected."""
        header, _ = _unverified(text)
        claims = self._claims(text, self._key(header))
        self._check(claims)
        if claims.get("nonce") != nonce:
            raise Rejected("nonce: the token was issued for another sign-in")
        if self.described.sign_in is not None and claims.get("azp", self.described.sign_in.client) != self.described.sign_in.client:
            raise Rejected("azp: the token was issued to another client")
        return self._granted(claims)

    def _key(self, header: dict[str, Any]) -> RSAKey | ECKey | OKPKey:
        if header.get("alg") not in self.described.algorithms:
            raise Rejected(f"algorithm {str(header.get('alg'))[:20]!r} is not of the issuer's list")
        kid = header.get("kid")
        if kid is not None and not isinstance(kid, str):
            raise Rejected("kid is no text")
        key = self.published.key(kid, _KIND_OF[header["alg"][:2]])
        if key.get("alg") not in (None, header["alg"]):
            raise Rejected("the published key is for another algorithm")
        return key

    def _claims(self, text: str, key: RSAKey | ECKey | OKPKey) -> dict[str, Any]:
        try:
            return jwt.decode(text, key, algorithms=list(self.described.algorithms)).claims
        except (JoseError, ValueError, TypeError) as wrong:
            raise Rejected(f"signature or form: {wrong}") from wrong

    def _check(self, claims: dict[str, Any]) -> None:
        stated = self.described
        rules = JWTClaimsRegistry(
            now=lambda: int(self.clock()),
            leeway=stated.leeway,
            iss={"essential": True, "value": stated.issuer},
            aud={"essential": True, "value": stated.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            rules.validate(claims)
        except (JoseError, TypeError, ValueError) as wrong:
            raise Rejected(f"claims: {wrong}") from wrong

    def _granted(self, claims: dict[str, Any]) -> Session:
        subject = claims["sub"]
        if not subject.isprintable() or len(subject) > 200:
            raise Rejected("sub: no printable text of at most 200 characters")
        values = _values(claims, self.described.claim)
        granted = [each for each in self.described.grants if each.value in values]
        if not granted:
            raise Rejected(f"subject {subject}: no grant for {values[:5]}")
        if len({each.account for each in granted}) > 1:
            raise Rejected(f"subject {subject}: grants of different members; a token is for one")
        scopes = frozenset(scope for each in granted for scope in each.scopes)
        # What lies beyond the years that a time may have is as good as no end.
        ends = int(min(claims["exp"], _LAST_SECOND)) * 1_000
        return Session(f"{self.described.name}:{subject}", granted[0].account, scopes, ends=ends)


@dataclass(frozen=True)
class Issuers:
    """Every issuer that is trusted here."""

    trusted: Sequence[Issuer]

    def trusts(self, key_id: str) -> bool:
        """Whether the issuer is trusted whose token opened a session of this name."""
        return any(key_id.startswith(f"{each.described.name}:") for each in self.trusted)

    def named(self, name: str) -> Issuer | None:
        """The issuer of a name, if people sign in there."""
        return next((each for each in self.trusted if each.described.name == name and each.described.sign_in is not None), None)

    def session(self, text: str) -> Session:
        """The session that a token opens. Raises Rejected."""
        header, claims = _unverified(text)
        # Only to find whose keys are to be asked; what it says is checked again once the signature is.
        for each in self.trusted:
            if claims.get("iss") == each.described.issuer:
                return each.session(text, header)
        raise Rejected("no trusted issuer")


def _unverified(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = text.split(".")
    if len(parts) != 3:
        raise Rejected("neither an API key nor a signed token")
    return _object(parts[0]), _object(parts[1])


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError) as wrong:
        raise Rejected("neither an API key nor a signed token") from wrong
    if not isinstance(found, dict):
        raise Rejected("neither an API key nor a signed token")
    return found


def _values(claims: dict[str, Any], path: Sequence[str]) -> list[str]:
    """What a claim holds: one text or a list of them."""
    found: Any = claims
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    listed = found if isinstance(found, list) else [found]
    return [each for each in listed if isinstance(each, str)]
