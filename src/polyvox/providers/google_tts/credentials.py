"""Who we are to Google. Blocking: importing Google's library and reading a key take a while."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.errors import Misconfigured
from polyvox.providers.google_tts.settings import PROVIDER_ID, VARIABLES, GoogleOptions

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

LIBRARY = "google.cloud.texttospeech_v1"
INSTALL = 'pip install "polyvox[google]"'
LOGIN = "gcloud auth application-default login"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_SET = (
    f"Set {VARIABLES['credentials_file']} to the file of a service account's key, or"
    f" {VARIABLES['api_key']}; or set credentials_file, api_key or application_default of"
    f" providers.{PROVIDER_ID}."
)


def load_credentials(options: GoogleOptions) -> Credentials:
    """Raises Misconfigured when there are none, or the package for Google is not installed."""
    try:
        if find_spec(LIBRARY) is None:
            raise ModuleNotFoundError(name=LIBRARY)
        if not _any_set(options):  # before the import: it takes a second
            raise Misconfigured("There are no credentials for Google.", remedy=_SET)
        import google.cloud.texttospeech_v1  # noqa: F401 - here, where it blocks nobody
        from google.auth.api_key import Credentials as ApiKey
    except ImportError as error:
        raise Misconfigured(
            f"The package for Google is not installed ({error.name} cannot be imported).",
            remedy=Remedy(RemedyKind.RUN, f"Install it: {INSTALL}", INSTALL),
        ) from error
    if options.application_default:
        return _application_default()
    if options.credentials_file is not None:
        return _service_account(options.credentials_file)
    return ApiKey(_key(options))  # type: ignore[no-untyped-call]


def _any_set(options: GoogleOptions) -> bool:
    return bool(options.application_default or options.credentials_file or _key(options))


def _key(options: GoogleOptions) -> str:
    return options.api_key.get_secret_value() if options.api_key else ""


def _application_default() -> Credentials:
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    try:
        credentials, _ = google.auth.default(scopes=[SCOPE])
    except GoogleAuthError as error:
        raise Misconfigured(
            "No Application Default Credentials were found.",
            remedy=Remedy(RemedyKind.RUN, f"Make some: {LOGIN}", LOGIN),
        ) from error
    return credentials


def _service_account(file: Path) -> Credentials:
    from google.oauth2 import service_account

    try:
        key = json.loads(file.read_bytes())
        load = service_account.Credentials.from_service_account_info
        credentials: Credentials = load(key, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Misconfigured(
            f"{file} cannot be read as the key of a service account ({type(error).__name__}).",
            remedy="For credentials of another kind, set application_default.",
        ) from None  # the cause may quote the key
    return credentials
