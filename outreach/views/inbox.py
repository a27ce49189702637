"""The local inbox: what the loopback mail server was given by this practice."""

from uuid import UUID

from csp.decorators import csp
from django.http import Http404, HttpResponse
from django.shortcuts import render

from outreach.models import Message
from outreach.views.rules import LETTER_CSP
from referralcrm.embedded import inbox
from referralcrm.practice.permissions import Permission, allow

PAGE = 25
LOOKED_AT = 100  # letters read for one page: those of other practices are passed over


@allow(Permission.VIEW)
def index(request):
    """The newest letters first; ``before`` goes on after the last one seen."""
    found = inbox.letters(LOOKED_AT, request.GET.get("before") or None)
    ours = _ours(found)
    return render(
        request, "outreach/inbox.html", {"letters": ours[:PAGE], "older": _go_on_after(found, ours)}
    )


@allow(Permission.VIEW)
def letter(request, key):
    found, message = _letter(key)
    return render(request, "outreach/letter.html", {"letter": found, "message": message})


@allow(Permission.VIEW)
@csp(LETTER_CSP)
def letter_html(request, key):
    return HttpResponse(_letter(key)[0].html)


def _go_on_after(found, ours):
    """The key of the last letter that this page has dealt with; empty when there are no more."""
    if len(ours) > PAGE:
        return ours[PAGE - 1][0].key
    return found[-1].key if len(found) == LOOKED_AT else ""


def _letter(key):
    found = inbox.letter(key)
    ours = _ours([found] if found else [])
    if not ours:
        raise Http404
    return ours[0]


def _ours(letters):
    """(letter, message) of those this practice sent: one inbox serves every practice of a machine."""
    ids = {letter.key: _message_id(letter) for letter in letters}
    messages = Message.objects.select_related("rule").in_bulk([pk for pk in ids.values() if pk])
    return [(letter, messages[ids[letter.key]]) for letter in letters if ids[letter.key] in messages]


def _message_id(letter):
    try:
        return UUID(str(letter.message.get("Message-ID", "")).strip("<> ").partition("@")[0])
    except ValueError:
        return None
