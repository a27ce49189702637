"""Keys and seals for patient data: AES-256-GCM and HMAC-SHA256 from ``cryptography``.

A sealed value is ``version byte | length of key id | key id | 12 bytes nonce | ciphertext``; the row and
field it belongs to are bound to it as associated data, so it cannot be moved elsewhere.
"""

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32


class Tampered(Exception):
    """A sealed value was changed, moved to another row, or sealed with a key we do not have."""


@lru_cache
def keyring(text: str) -> dict[str, bytes]:
    """Parse ``id:base64[,id:base64 …]``; the first key seals, all of them open.

    Raises ImproperlyConfigured when a key is not 32 bytes or an id is missing.
    """
    ring = {}
    for entry in text.split(","):
        key_id, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured("PATIENT_KEYS is not id:base64[,id:base64]") from error
        if not key_id or len(key) != KEY_BYTES:
            raise ImproperlyConfigured("Every key in PATIENT_KEYS has an id and 32 bytes")
        ring[key_id] = key
    return ring


def new_key() -> bytes:
    """32 random bytes."""
    return AESGCM.generate_key(bit_length=256)


def seal(value: bytes, *, key: bytes, key_id: str = "", bound_to: str) -> bytes:
    """Encrypt ``value``; it opens only with the same ``bound_to``."""
    nonce = os.urandom(NONCE_BYTES)
    name = key_id.encode()
    return bytes([VERSION, len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, value, bound_to.encode())


def unseal(sealed: bytes, *, key: bytes, bound_to: str) -> bytes:
    """Decrypt what ``seal`` made. Raises Tampered."""
    sealed = bytes(sealed)
    start = 2 + sealed[1]
    nonce, box = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, box, bound_to.encode())
    except InvalidTag as error:
        raise Tampered(bound_to) from error


def wrap(value: bytes, *, bound_to: str) -> bytes:
    """Seal with the first key of the keyring, which lives outside the database."""
    key_id, key = next(iter(keyring(settings.PATIENT_KEYS).items()))
    return seal(value, key=key, key_id=key_id, bound_to=bound_to)


def unwrap(sealed: bytes, *, bound_to: str) -> bytes:
    """Open what ``wrap`` sealed. Raises Tampered when its key is not on the ring."""
    sealed = bytes(sealed)
    key_id = sealed[2 : 2 + sealed[1]].decode()
    try:
        key = keyring(settings.PATIENT_KEYS)[key_id]
    except KeyError as error:
        raise Tampered(f"{bound_to}: no key {key_id}") from error
    return unseal(sealed, key=key, bound_to=bound_to)


@lru_cache(maxsize=256)
def _index_key(text, purpose):
    oldest = list(keyring(text).values())[-1]
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(oldest)


def blind_index(value: str, *, purpose: str) -> bytes:
    """A keyed fingerprint (HMAC-SHA256) that finds equal values without showing them.

    Derived from the ring's last key, so that adding a new first key leaves every index valid.
    """
    mac = hmac.HMAC(_index_key(settings.PATIENT_KEYS, purpose), hashes.SHA256())
    mac.update(value.encode())
    return mac.finalize()
