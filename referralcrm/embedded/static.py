"""Whether the gathered static files are still those of this checkout."""

import hashlib

from .addresses import static_dir
from .datadir import CHECKOUT, keep, private

DECIDES = ("requirements.txt", "referralcrm/settings.py")  # which packages, and stored how


def are_fresh() -> bool:
    """Whether collectstatic would only repeat what it did last time."""
    kept = private("run") / "static.fingerprint"
    return static_dir().is_dir() and kept.exists() and kept.read_text() == _fingerprint()


def now_fresh() -> None:
    """To be called after collectstatic succeeded."""
    keep("static.fingerprint", _fingerprint(), folder="run")


def _fingerprint():
    digest = hashlib.sha256()
    for name in DECIDES:
        digest.update((CHECKOUT / name).read_bytes())
    for path in sorted((CHECKOUT / "static").rglob("*")):
        status = path.stat()
        seen = path.relative_to(CHECKOUT), status.st_size, status.st_mtime_ns
        digest.update(repr(seen).encode())
    return digest.hexdigest()
