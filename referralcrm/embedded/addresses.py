"""Where the embedded services are found, and the secrets to reach them. Starts nothing.

The settings ask here for whatever the environment does not give.
"""

import base64
import secrets
from pathlib import Path

from .datadir import data_dir, kept
from .ports import LOOPBACK, kept_port

DATABASE = "referralcrm"
OWNER_ROLE = "referralcrm_owner"
APP_ROLE = "referralcrm_app"


def database_url() -> str:
    """The application role's address: under row-level security, owning nothing."""
    return _postgres_url(APP_ROLE)


def owner_database_url() -> str:
    """The owner's address: migrations, set-up, demo loads, backup."""
    return _postgres_url(OWNER_ROLE)


def redis_url() -> str:
    return f"redis://:{password('broker')}@{LOOPBACK}:{kept_port('broker')}/0"


def smtp_url() -> str:
    """The loopback inbox."""
    return f"smtp://{LOOPBACK}:{kept_port('inbox')}"


def inbox_dir() -> Path:
    """Where the loopback inbox keeps its letters."""
    return data_dir() / "inbox"


def static_dir() -> Path:
    """Where collectstatic gathers the files that the web server hands out."""
    return data_dir() / "static"


def secret_key() -> str:
    return kept("secret_key", lambda: secrets.token_urlsafe(50))


def patient_keys() -> str:
    """`id:base64[,id:base64…]`, 32 bytes each; the first encrypts, all decrypt."""
    return kept("patient_keys", lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode("ascii"))


def password(name: str) -> str:
    """The password kept for a database role or the broker."""
    return kept(f"{name}_password", lambda: secrets.token_urlsafe(24))


def _postgres_url(role):
    return f"postgres://{role}:{password(role)}@{LOOPBACK}:{kept_port('postgres')}/{DATABASE}"
