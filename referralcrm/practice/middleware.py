"""Around every page: the idle clock, the permission, the practice's walls, and the audit of reads."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from psycopg2.errors import DeadlockDetected

from referralcrm.audit.actions import record, record_reads
from referralcrm.core.reading import reading
from referralcrm.core.refused import Refused
from referralcrm.practice import kept
from referralcrm.practice.forms import SignInForm
from referralcrm.practice.scope import enter

SEEN = "seen"
LAST_PERSON = "last_person"
WRITE_EVERY = 10  # seconds between two writes of the idle clock
BACKGROUND = "X-Background"
CROSSED = "Somebody was changing the same things at the same moment. Please try again."


class IdleMiddleware:
    """Sign a person out after settings.IDLE_SECONDS without a request of theirs.

    Background polling says ``X-Background: 1`` and never extends the time.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            self._look_at_the_clock(request)
        return self.get_response(request)

    def _look_at_the_clock(self, request):
        now = time.time()
        seen = request.session.get(SEEN)
        if seen is not None and now - seen > settings.IDLE_SECONDS:
            end_session(request)
        elif seen is None or (BACKGROUND not in request.headers and now - seen > WRITE_EVERY):
            request.session[SEEN] = now


def end_session(request):
    """Sign out, and remember whose window it was: a form still open in it may be kept for them."""
    last_person = str(request.user.pk)
    logout(request)
    request.session[LAST_PERSON] = last_person


class PracticeMiddleware:
    """Check the view's permission, then run it, rendering included, in one transaction of the practice."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.kept = None
        response = self._answer(request)
        response.setdefault("Cache-Control", "no-store")  # Back after sign-out shows nothing
        return response

    def _answer(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        person = request.user
        with enter(person.practice), reading() as patients:
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(response, "rolls_back", False):
                transaction.set_rollback(True)
            else:
                _note_reads(request, patients)
        return response

    def process_view(self, request, view, args, kwargs):
        if not hasattr(view, "permission"):
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} declares no permission")
        if view.permission is None:
            return None
        if not request.user.is_authenticated:
            return ask_to_sign_in(request, view)
        if not request.user.may(view.permission):
            record("refused", by=request.user, note=request.resolver_match.view_name)
            return render(request, "errors/403.html", status=403)
        if request.method == "GET" and kept.SESSION_KEY in request.session:
            request.kept = kept.take(request)
        return None

    def process_exception(self, request, exception):
        if isinstance(exception, Refused):
            words = exception.message
        elif isinstance(exception.__cause__, DeadlockDetected):
            words = CROSSED
        else:
            return None
        # without context processors: the database may answer nothing more in this transaction
        response = HttpResponse(render_to_string("errors/409.html", {"message": words}), status=409)
        response.rolls_back = True
        return response


def _note_reads(request, seen):
    """One audit row for the patients a request read, and one for each other kind of sealed row."""
    if seen or seen.others:
        kinds = {"patient": seen} | seen.others
        record_reads(kinds, by=request.user, note=request.resolver_match.view_name)


def ask_to_sign_in(request, view):
    """The sign-in page; a form that was sent too late is carried along, sealed and not carried out."""
    if request.htmx:
        return HttpResponse(status=401)  # the page says so over itself; a sign-in form in a row helps nobody
    target = request.get_full_path()
    last_person = request.session.get(LAST_PERSON)
    if request.method in ("GET", "HEAD"):
        return redirect(_sign_in_address(target, idle=bool(last_person)))
    has_page = "GET" in view.methods
    token = kept.keep(request.POST, user_id=last_person, path=target) if last_person and has_page else ""
    return render(
        request,
        "practice/sign_in.html",
        {
            "form": SignInForm(),
            "next": target if has_page else reverse(settings.LOGIN_REDIRECT_URL),
            "kept": token,
            "too_late": True,
        },
        status=403,
    )


def _sign_in_address(target, *, idle):
    return f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': target} | ({'idle': 1} if idle else {}))}"
