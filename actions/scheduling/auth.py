"""Sign-in by SMART Backend Services: a short-lived signed assertion is traded for an access token.

Threat model: the private key never leaves this process and is never logged; an assertion lives four minutes and is used once (`jti`);
the token is kept in memory only and fetched again a minute before it expires or when the server no longer takes it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from actions.scheduling.errors import SchedulingUnavailable, SignInRefused
from actions.scheduling.thumbprint import key_id
from bot.clock import Clock

ASSERTION_LIFE = timedelta(minutes=4)  # SMART allows at most five minutes
EARLY = timedelta(seconds=60)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

PostForm = Callable[[str, dict[str, str]], Awaitable[tuple[int, dict[str, Any]]]]


class SignIn:
    """Gives access tokens for one client at one token endpoint."""

    def __init__(self, client_id: str, key_pem: str, token_url: str, scope: str, clock: Clock, post: PostForm) -> None:
        """Raises SignInRefused when `key_pem` is not an RSA or P-384 private key in PEM."""
        self._client_id = client_id
        self._token_url = token_url
        self._scope = scope
        self._clock = clock
        self._post = post
        self._key, self._algorithm = _load(key_pem)
        self._token = ""
        self._until: datetime | None = None
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        """Return a token that is good for at least a minute. Raises SchedulingUnavailable or SignInRefused."""
        async with self._lock:
            if self._until is None or self._clock.now() >= self._until:
                await self._fetch()
            return self._token

    def forget(self) -> None:
        """Drop the token; the next call fetches another."""
        self._until = None

    def assertion(self) -> str:
        """Return a signed client assertion (`private_key_jwt`), usable once."""
        now = self._clock.now()
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._token_url,
            "jti": secrets.token_urlsafe(24),
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm=self._algorithm, headers={"kid": key_id(self._key)})

    async def _fetch(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
        }
        status, answer = await self._post(self._token_url, form)
        if status == 429 or status >= 500:
            raise SchedulingUnavailable(f"the token endpoint answered HTTP {status}; it may be down")
        token = answer.get("access_token")
        if status != 200 or not isinstance(token, str):
            code = str(answer.get("error", "no access_token"))[:40]
            raise SignInRefused(
                f"the token endpoint answered HTTP {status} ({code}); check the client id, the registered key and the scopes", status
            )
        self._token = token
        life = timedelta(seconds=float(answer.get("expires_in") or 300))
        self._until = self._clock.now() + max(life - EARLY, life / 2)


async def post_form(url: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """POST a form and return the status and the JSON object of the answer ({} when it is none). Raises SchedulingUnavailable."""
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=4)) as session, session.post(url, data=form) as reply:
            try:
                body = await reply.json(content_type=None)
            except ValueError:
                body = {}
            return reply.status, body if isinstance(body, dict) else {}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SchedulingUnavailable(f"the token endpoint cannot be reached ({type(error).__name__})") from error


def _load(pem: str) -> tuple[Any, str]:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise SignInRefused("MENDLINE_FHIR_KEY is not an unencrypted PEM private key; write one with `openssl genrsa 4096`") from error
    if isinstance(key, RSAPrivateKey):
        return key, "RS384"
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name == "secp384r1":
        return key, "ES384"
    raise SignInRefused("MENDLINE_FHIR_KEY is neither RSA nor P-384; SMART takes RS384 and ES384")
