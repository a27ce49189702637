"""Who is visiting: a cookie of its own, signed, that names the code which was typed and holds no secret."""

from contextlib import contextmanager
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.shortcuts import redirect, resolve_url

from referralcrm.audit.actions import record
from referralcrm.core.reading import reading
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from referrals.actions import links
from referrals.models.links import VISIT_LASTS

SALT = "portal visit"


def begin(response, code):
    """Let the browser carry the visit that this code began, for as long as it lasts."""
    response.set_cookie(
        settings.PORTAL_COOKIE_NAME,
        signing.dumps([str(code.practice_id), str(code.pk)], salt=SALT),
        max_age=VISIT_LASTS,
        path=_path(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def end(response):
    response.delete_cookie(settings.PORTAL_COOKIE_NAME, path=_path(), samesite="Strict")
    return response


def visiting(view):
    """Give the view the visit, its practice entered and its reads recorded; else back to the door."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        with _entered(request) as visit:
            if visit is None:
                return end(redirect(settings.PORTAL_URL))
            with reading() as patients:
                response = view(request, visit, *args, **kwargs)
            if patients:
                reader = visit.link.partner
                record(
                    "read", by=reader, subjects=sorted(patients), subject_type="patient", note="portal:page"
                )
            return response

    return guarded


@contextmanager
def _entered(request):
    """The visit, in the transaction of its practice; None when there is none or it is over."""
    practice, pk = _carried(request)
    if practice is None:
        yield None
        return
    with enter(practice):
        yield links.visit(pk)


def _carried(request):
    """The practice and the code that the cookie names."""
    try:
        carried = signing.loads(
            request.COOKIES.get(settings.PORTAL_COOKIE_NAME, ""), salt=SALT, max_age=VISIT_LASTS
        )
        practice, code = map(UUID, carried)
    except (signing.BadSignature, ValueError, TypeError):
        return None, None
    return Practice.objects.filter(pk=practice).first(), code


def _path():
    return resolve_url(settings.PORTAL_URL)
