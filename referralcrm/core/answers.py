"""How a small act on a list is answered: the list again, and a toast with Undo."""

import json
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from referralcrm.core.refused import Refused

PAGE = {"target": "#content", "select": "#content", "swap": "outerHTML show:none", "push": "false"}
AROUND = "#rail,#bar"  # the navigation, with its counts


def is_path_of_ours(text: str) -> bool:
    """Whether a redirect may follow this: a path from the root, and on no other host."""
    return text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)


def back(request, *, wanted=None) -> str:
    """The page of ours the form came from (its field ``next``, or ``wanted``), else Today."""
    wanted = request.POST.get("next", "") if wanted is None else wanted
    return wanted if is_path_of_ours(wanted) else resolve_url(settings.LOGIN_REDIRECT_URL)


def stood_on(request) -> str:
    """The page of ours that a toast stood on when its Undo was pressed, else Today."""
    page = urlsplit(request.headers.get("Referer", ""))
    return back(request, wanted=urlunsplit(("", "", page.path, page.query, "")))


def carried_out(request, text, *, undo="", to=None):
    """Go back to the list (``to``, else where the form came from) and say ``text``.

    ``undo`` is the address that the toast's button posts to. With htmx the page is refreshed in
    place and nothing jumps; without, it is a redirect.
    """
    return _answer(request, text, tone="success", undo=undo, to=to)


def not_carried_out(request, refused: Refused, *, to=None):
    """Go back to the list as it stands now and say why nothing was done."""
    return _answer(request, refused.message, tone="error", undo="", to=to)


def _answer(request, text, *, tone, undo, to):
    to = to or back(request)
    if request.htmx:
        return HttpResponse(
            status=204,
            headers={
                "HX-Location": json.dumps(PAGE | {"path": to, "selectOOB": AROUND}),
                "HX-Trigger": json.dumps({"toast": {"text": text, "tone": tone, "undo": undo}}),
            },
        )
    say = messages.success if tone == "success" else messages.error
    say(request, text, extra_tags=undo)
    return redirect(to)
