"""The `kid` of a signing key: its JWK thumbprint (RFC 7638), which the clinic also writes in the JWKS it registers."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


def public_jwk(key: Any) -> dict[str, str]:
    """Return the required members of the public JWK of an RSA or EC private key."""
    public = key.public_key()
    members: dict[str, str] = json.loads(RSAAlgorithm.to_jwk(public) if isinstance(key, RSAPrivateKey) else ECAlgorithm.to_jwk(public))
    return {name: members[name] for name in (("e", "kty", "n") if members["kty"] == "RSA" else ("crv", "kty", "x", "y"))}


def key_id(key: Any) -> str:
    """Return the base64url SHA-256 thumbprint."""
    canonical = json.dumps(public_jwk(key), sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
