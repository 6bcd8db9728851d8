"""SMART Backend Services: what the token endpoint sees, and what the FHIR server sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from actions.scheduling import open_client
from actions.scheduling.auth import SignIn, post_form
from actions.scheduling.client import FhirClient
from actions.scheduling.errors import SchedulingUnavailable, SignInRefused
from actions.scheduling.thumbprint import public_jwk
from bot.settings import Settings
from tests.support.schedules import MovingClock, serving

KEYS = {"RS384": lambda: rsa.generate_private_key(65537, 2048), "ES384": lambda: ec.generate_private_key(ec.SECP384R1())}


def pem(key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass
class Vendor:
    """A token endpoint and a FHIR server that takes only its latest token. `refuse` makes the endpoint say so."""

    clock: MovingClock
    url: str = ""
    forms: list[dict] = field(default_factory=list)
    good: str = ""
    status: int = 200

    async def token(self, request: web.Request) -> web.Response:
        self.forms.append(dict(await request.post()))
        if self.status != 200:
            return web.json_response({"error": "invalid_client"}, status=self.status)
        self.good = f"token-{len(self.forms)}"
        return web.json_response({"access_token": self.good, "token_type": "bearer", "expires_in": 600})

    async def read(self, request: web.Request) -> web.Response:
        if not self.good or request.headers.get("Authorization") != f"Bearer {self.good}":
            return web.json_response({"resourceType": "OperationOutcome", "issue": []}, status=401)
        return web.json_response({"resourceType": "Patient", "id": "7"})


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    one = Vendor(MovingClock())
    app = web.Application()
    app.router.add_post("/token", one.token)
    app.router.add_get("/fhir/Patient/7", one.read)
    async with serving(app) as one.url:
        yield one


def client_of(vendor: Vendor, key) -> FhirClient:
    sign_in = SignIn("mendline-client", pem(key), f"{vendor.url}/token", "system/*.read", vendor.clock, post_form)
    return FhirClient(f"{vendor.url}/fhir", clock=vendor.clock, sign_in=sign_in)


@pytest.mark.parametrize("algorithm", list(KEYS))
async def test_the_assertion_is_signed_short_lived_and_used_once(vendor: Vendor, algorithm: str) -> None:
    key = KEYS[algorithm]()
    client = client_of(vendor, key)
    await client.read("Patient/7")
    vendor.clock.move(timedelta(hours=1))
    await client.read("Patient/7")
    await client.aclose()
    seen = []
    for form in vendor.forms:
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assert form["scope"] == "system/*.read"
        options = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(form["client_assertion"], key.public_key(), [algorithm], audience=f"{vendor.url}/token", options=options)
        assert claims["iss"] == claims["sub"] == "mendline-client"
        assert 0 < claims["exp"] - claims["iat"] <= 300
        assert jwt.get_unverified_header(form["client_assertion"])["kid"]
        assert "d" not in public_jwk(key)
        seen.append((claims["jti"], claims["exp"]))
    assert len(seen) == 2
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] - int(vendor.clock.now().timestamp()) < 0


async def test_a_token_is_kept_until_a_minute_before_its_end(vendor: Vendor) -> None:
    client = client_of(vendor, KEYS["ES384"]())
    for _ in range(3):
        await client.read("Patient/7")
    vendor.clock.move(timedelta(seconds=530))
    await client.read("Patient/7")
    assert len(vendor.forms) == 1
    vendor.clock.move(timedelta(seconds=15))
    await client.read("Patient/7")
    assert len(vendor.forms) == 2
    await client.aclose()


async def test_a_token_that_the_server_forgot_is_fetched_again_once(vendor: Vendor) -> None:
    client = client_of(vendor, KEYS["ES384"]())
    await client.read("Patient/7")
    vendor.good = "another"
    assert (await client.read("Patient/7"))["id"] == "7"
    assert len(vendor.forms) == 2
    await client.aclose()


@pytest.mark.parametrize(("status", "error"), [(400, SignInRefused), (401, SignInRefused), (503, SchedulingUnavailable)])
async def test_what_the_token_endpoint_refuses_is_told_without_secrets(vendor: Vendor, status: int, error: type[Exception]) -> None:
    vendor.status = status
    client = client_of(vendor, KEYS["ES384"]())
    with pytest.raises(error, match=f"HTTP {status}") as caught:
        await client.read("Patient/7")
    assert vendor.forms[0]["client_assertion"] not in str(caught.value)
    await client.aclose()


def test_a_key_that_cannot_sign_is_refused_with_the_remedy() -> None:
    for text in ("not a key", pem(ec.generate_private_key(ec.SECP256R1()))):
        with pytest.raises(SignInRefused, match="MENDLINE_FHIR_KEY"):
            SignIn("id", text, "http://127.0.0.1/token", "system/*.read", MovingClock(), post_form)


async def test_the_settings_decide_whether_the_client_signs_in(vendor: Vendor) -> None:
    key = pem(KEYS["ES384"]())
    env = {"MENDLINE_SCHEDULING_URL": f"{vendor.url}/fhir", "MENDLINE_FHIR_CLIENT_ID": "me", "MENDLINE_FHIR_KEY": key}
    env["MENDLINE_FHIR_TOKEN_URL"] = f"{vendor.url}/token"
    client = open_client(Settings.from_env(env), vendor.clock)
    assert (await client.read("Patient/7"))["id"] == "7"
    await client.aclose()
    bare = open_client(Settings.from_env({"MENDLINE_SCHEDULING_URL": f"{vendor.url}/fhir"}), vendor.clock)
    with pytest.raises(SignInRefused):
        await bare.read("Patient/7")
    await bare.aclose()
