"""Twilio's signature: its published vector, and what must not pass."""

from __future__ import annotations

import pytest
from multidict import MultiDict

from channels.twilio.signatures import Signatures

# From Twilio's documentation ("Validating requests", the worked example).
VECTOR_TOKEN = "12345"
VECTOR_BASE = "https://mycompany.com"
VECTOR_PATH, VECTOR_QUERY = "/myapp.php", "foo=1&bar=2"
VECTOR_FIELDS = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030", "To": "+18005551212"}
VECTOR_SIGNATURE = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.fixture
def signatures() -> Signatures:
    return Signatures(VECTOR_TOKEN, VECTOR_BASE)


def test_twilios_own_example(signatures: Signatures) -> None:
    assert signatures.of(f"{VECTOR_BASE}{VECTOR_PATH}?{VECTOR_QUERY}", VECTOR_FIELDS) == VECTOR_SIGNATURE
    assert signatures.valid(VECTOR_PATH, VECTOR_QUERY, VECTOR_FIELDS, VECTOR_SIGNATURE)


@pytest.mark.parametrize("given", [None, "", "0/KCTR6DLpKmkAf8muzZqo1nDgQ", VECTOR_SIGNATURE.lower(), "é", "x" * 10_000])
def test_no_other_signature_passes(signatures: Signatures, given: str | None) -> None:
    assert not signatures.valid(VECTOR_PATH, VECTOR_QUERY, VECTOR_FIELDS, given)


@pytest.mark.parametrize(
    ("path", "query", "fields"),
    [
        ("/myapp.php", "foo=1", VECTOR_FIELDS),
        ("/other.php", VECTOR_QUERY, VECTOR_FIELDS),
        (VECTOR_PATH, VECTOR_QUERY, {**VECTOR_FIELDS, "Digits": "1235"}),
        (VECTOR_PATH, VECTOR_QUERY, {**VECTOR_FIELDS, "More": "x"}),
        (VECTOR_PATH, VECTOR_QUERY, {name: value for name, value in VECTOR_FIELDS.items() if name != "Digits"}),
    ],
)
def test_a_change_of_anything_is_seen(signatures: Signatures, path: str, query: str, fields: dict[str, str]) -> None:
    assert not signatures.valid(path, query, fields, VECTOR_SIGNATURE)


def test_blank_fields_are_signed(signatures: Signatures) -> None:
    fields = MultiDict({"Body": "hi", "FromCity": ""})
    signature = signatures.of("https://mycompany.com/sms", fields)
    assert signatures.valid("/sms", "", fields, signature)
    assert not signatures.valid("/sms", "", MultiDict({"Body": "hi", "FromState": ""}), signature)


@pytest.mark.parametrize("base", ["https://mycompany.com", "https://mycompany.com:443"])
def test_twilio_may_or_may_not_sign_the_port(base: str) -> None:
    signature = Signatures(VECTOR_TOKEN, base).of("https://mycompany.com:443/sms", {"Body": "hi"})
    assert Signatures(VECTOR_TOKEN, base).valid("/sms", "", {"Body": "hi"}, signature)
