"""Around every page: the idle clock, the permission, the practice's walls, and the audit of reads."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from referralcrm.audit.actions import record
from referralcrm.core.reading import reading
from referralcrm.core.refused import Refused
from referralcrm.practice import kept
from referralcrm.practice.forms import SignInForm
from referralcrm.practice.scope import enter

SEEN = "seen"
IDLE_USER = "idle_user"
WRITE_EVERY = 30  # seconds between two writes of the idle clock


class IdleMiddleware:
    """Sign a person out after settings.IDLE_SECONDS without a request of theirs.

    Background polling says ``X-Background: 1`` and never extends the time.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            self._look_at_the_clock(request)
        request.idle_user_id = request.session.get(IDLE_USER)
        return self.get_response(request)

    def _look_at_the_clock(self, request):
        now = time.time()
        seen = request.session.get(SEEN, now)
        if now - seen > settings.IDLE_SECONDS:
            idle_user = str(request.user.pk)
            logout(request)
            request.session[IDLE_USER] = idle_user  # a poll or a ping may meet the clock before the form does
        elif "X-Background" not in request.headers and now - request.session.get(SEEN, 0) > WRITE_EVERY:
            request.session[SEEN] = now


class PracticeMiddleware:
    """Check the view's permission, then run it, rendering included, in one transaction of the practice."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.kept = None
        if not request.user.is_authenticated:
            return self.get_response(request)
        with enter(request.user.practice), reading() as patients:
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(response, "rolls_back", False):
                transaction.set_rollback(True)
            elif patients:
                record(
                    "read",
                    by=request.user,
                    subjects=sorted(patients),
                    subject_type="patient",
                    note=request.resolver_match.view_name,
                )
        return response

    def process_view(self, request, view, args, kwargs):
        if not hasattr(view, "permission"):
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} declares no permission")
        if view.permission is None:
            return None
        if not request.user.is_authenticated:
            return ask_to_sign_in(request, view)
        if not request.user.may(view.permission):
            return render(request, "errors/403.html", status=403)
        if request.method == "GET" and kept.SESSION_KEY in request.session:
            request.kept = _recover(request)
        return None

    def process_exception(self, request, exception):
        if not isinstance(exception, Refused):
            return None
        response = render(request, "errors/409.html", {"message": exception.message}, status=409)
        response.rolls_back = True
        return response


def ask_to_sign_in(request, view):
    """The sign-in page; a form that was sent too late is carried along, sealed and not carried out."""
    if request.htmx:
        return HttpResponse(status=401)  # the page says so over itself; a sign-in form in a row helps nobody
    target = request.get_full_path()
    if request.method == "GET":
        query = {"next": target} | ({"idle": 1} if request.idle_user_id else {})
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode(query)}")
    can_refill = request.idle_user_id and "GET" in view.methods
    return render(
        request,
        "practice/sign_in.html",
        {
            "form": SignInForm(),
            "next": target if "GET" in view.methods else reverse(settings.LOGIN_REDIRECT_URL),
            "kept": kept.keep(request.POST, user_id=request.idle_user_id, path=target) if can_refill else "",
            "too_late": True,
        },
        status=403,
    )


def _recover(request) -> QueryDict | None:
    """Hand the kept body to the one page it was typed on; any other page leaves it be."""
    path, token = request.session[kept.SESSION_KEY]
    if path != request.get_full_path():
        return None
    del request.session[kept.SESSION_KEY]
    return kept.recover(token, user_id=request.user.pk, path=path)
