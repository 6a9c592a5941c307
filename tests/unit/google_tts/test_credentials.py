"""Who the provider is to Google, and what it says when it is nobody."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from polyvox.domain.capabilities import State
from polyvox.errors import Misconfigured, Unavailable
from tests.emulators import google
from tests.emulators.google import Emulator, running_google
from tests.unit.google_tts.stage import BOTH, before, heard, options_for, started, utterance


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def encrypted(authority: trustme.CA) -> Iterator[Emulator]:
    issued = authority.issue_cert("127.0.0.1")
    pair = (issued.private_key_pem.bytes(), issued.cert_chain_pems[0].bytes())
    with running_google(grpc.ssl_server_credentials([pair])) as emulator:
        yield emulator


@pytest.fixture
def roots(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "roots.pem"))
    return tmp_path / "roots.pem"


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """The key of a service account, as Google's console makes one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    document = {
        "type": "service_account",
        "client_email": google.ACCOUNT,
        "private_key": pem.decode(),
        "private_key_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(document))
    return file


@pytest.mark.parametrize("voice", BOTH)
async def test_an_api_key_over_an_encrypted_connection(
    voice: str, encrypted: Emulator, roots: Path, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(encrypted, root_certificates=roots)) as provider:
        assert await heard(provider, utterance(voice))


@pytest.mark.parametrize("voice", BOTH)
async def test_a_service_account_signs_its_own_tokens(
    voice: str,
    encrypted: Emulator,
    roots: Path,
    account: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    monkeypatch.setenv("GOOGLE_API_KEY", "wrong")  # often there for another of Google's services
    endpoint = {"endpoint": encrypted.endpoint, "root_certificates": roots}
    async with started(tmp_path, **endpoint) as provider:
        assert await heard(provider, utterance(voice))


async def test_application_default_credentials_where_they_are_asked_for(
    encrypted: Emulator,
    roots: Path,
    account: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    options = {"endpoint": encrypted.endpoint, "root_certificates": roots}
    async with started(tmp_path, application_default=True, **options) as provider:
        assert await heard(provider, utterance())


async def test_an_authority_that_is_not_trusted(encrypted: Emulator, tmp_path: Path) -> None:
    async with before(encrypted, tmp_path) as provider:
        assert provider.availability().state is State.UNAVAILABLE
    assert encrypted.listings == 0


async def test_a_key_from_the_environment(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", f" {google.KEY}\n")
    async with started(tmp_path, endpoint=emulator.endpoint) as provider:
        assert await heard(provider, utterance())


async def test_an_accounts_tokens_are_not_sent_unencrypted(
    emulator: Emulator, account: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    async with started(tmp_path, endpoint=emulator.endpoint) as provider:
        assert "no credentials" in str(provider.availability().reason)
    monkeypatch.setenv("GOOGLE_API_KEY", google.KEY)
    async with started(tmp_path, endpoint=emulator.endpoint) as provider:
        assert await heard(provider, utterance())


async def test_a_wrong_key_makes_it_unavailable(emulator: Emulator, tmp_path: Path) -> None:
    async with started(tmp_path, endpoint=emulator.endpoint, api_key="wrong") as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert "rejects the credentials" in str(availability.reason)
    assert "GOOGLE_API_KEY" in str(availability.remedy)


@pytest.mark.parametrize("voice", BOTH)
async def test_a_key_withdrawn_later_is_misconfigured(
    voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path):
        pass  # the voices are known now
    async with started(tmp_path, endpoint=emulator.endpoint, api_key="wrong") as provider:
        assert provider.availability().state is State.READY
        with pytest.raises(Misconfigured) as caught:
            await heard(provider, utterance(voice))
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "There are no credentials"),
        ({"api_key": ""}, "There are no credentials"),
        ({"credentials_file": "/no/such/file.json"}, "/no/such/file.json cannot be read"),
        ({"credentials_file": __file__}, "cannot be read as the key of a service account"),
    ],
)
async def test_without_credentials_it_says_what_to_set(
    options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    async with started(tmp_path, **options) as provider:
        availability = provider.availability()
        assert availability.state is State.UNAVAILABLE
        assert said in str(availability.reason)
        assert "application_default" in str(availability.remedy)
        assert not await provider.voices()
        with pytest.raises(Unavailable, match=said):
            await heard(provider, utterance())


async def test_credentials_of_another_kind_are_not_taken_for_a_key(tmp_path: Path) -> None:
    file = tmp_path / "user.json"
    file.write_text(json.dumps({"type": "authorized_user", "refresh_token": "secret"}))
    async with started(tmp_path, credentials_file=file) as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert "secret" not in str(availability)


async def test_without_the_package_it_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.texttospeech_v1", None)
    async with started(tmp_path, api_key=google.KEY) as provider:
        availability = provider.availability()
    assert availability.state is State.UNAVAILABLE
    assert "google.cloud.texttospeech_v1" in str(availability.reason)
    assert 'pip install "polyvox[google]"' in str(availability.remedy)


async def test_before_start_and_after_stop_it_is_unavailable(
    emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        assert provider.availability().state is State.READY
    assert provider.availability().state is State.UNAVAILABLE
    assert provider.availability().remedy
