"""A form sent twice answers once."""

import hashlib
from functools import wraps
from uuid import UUID

from django.db import IntegrityError, transaction
from django.shortcuts import redirect

from referralcrm.core.refused import Refused
from referralcrm.practice.models import Submission

FIELD = "once"


def once(view):
    """Make a creating view idempotent by the hidden field ``once``.

    The same key and body get the first answer's redirect again; the same key with another body
    is Refused (409). A second sender waits for the first one's transaction.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method != "POST" or not (key := _key(request)):
            return view(request, *args, **kwargs)
        body_hash = _hash(request)
        submission, is_first = claim(key, body_hash)
        if not is_first:
            return _repeat(submission, body_hash)
        response = view(request, *args, **kwargs)
        if 300 <= response.status_code < 400:
            Submission.objects.filter(pk=submission.pk).update(answer=response["Location"])
        else:
            submission.delete()
        return response

    return guarded


def claim(key, body_hash):
    """The submission under this key, and whether it is the first: a second one waits for the first's end."""
    try:
        with transaction.atomic():
            return Submission.objects.create(key=key, body_hash=body_hash), True
    except IntegrityError:
        return Submission.objects.get(key=key), False


def _repeat(submission, body_hash):
    if submission.body_hash != body_hash:
        raise Refused("This form was already saved with other content. Open it again to add another.")
    return redirect(submission.answer)


def _key(request):
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _hash(request):
    body = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, list(map(_fingerprint, some))) for name, some in request.FILES.lists())
    return hashlib.sha256(repr((request.path, request.user.pk, body, files)).encode()).hexdigest()


def _fingerprint(upload):
    found = hashlib.file_digest(upload, "sha256").hexdigest()
    upload.seek(0)
    return found
