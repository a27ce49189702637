"""Typing that outlives a sign-in: sealed, bound to one person and one path, for half an hour."""

import base64
import json
import time
import zlib

from django.conf import settings
from django.http import QueryDict

from referralcrm.core.crypto import Tampered, unwrap, wrap

SESSION_KEY = "kept"


def keep(body: QueryDict, *, user_id, path: str) -> str:
    """Seal a POST body that could not be carried out. The token may stand in a page."""
    text = json.dumps({"at": time.time(), "body": body.urlencode()})
    box = wrap(zlib.compress(text.encode()), bound_to=_place(user_id, path))
    return base64.urlsafe_b64encode(box).decode()


def hold(request, *, path, body):
    """Keep a signed-in person's typing in the session until that page is opened again."""
    request.session[SESSION_KEY] = [path, keep(body, user_id=request.user.pk, path=path)]


def take(request) -> QueryDict | None:
    """The typing kept for this person and this page, once; any other page leaves it be."""
    path, token = request.session.get(SESSION_KEY, ("", ""))
    if path != request.get_full_path():
        return None
    del request.session[SESSION_KEY]
    return recover(token, user_id=request.user.pk, path=path)


def recover(token: str, *, user_id, path: str) -> QueryDict | None:
    """The body sealed for this person and path, or None when it is not theirs or too old."""
    try:
        box = unwrap(base64.urlsafe_b64decode(token), bound_to=_place(user_id, path))
    except (Tampered, ValueError, IndexError):
        return None
    kept = json.loads(zlib.decompress(box))
    if time.time() - kept["at"] > settings.KEPT_SECONDS:
        return None
    body = QueryDict(kept["body"], mutable=True)
    body.pop("csrfmiddlewaretoken", None)
    return body


def _place(user_id, path):
    return f"kept:{user_id}:{path}"
