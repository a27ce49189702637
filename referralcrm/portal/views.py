"""What a partner outside sees: the door, the code, what stands behind a link (docs/adr/0014-portal.md)."""

from contextlib import contextmanager

from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from referralcrm.core.callers import house_of
from referralcrm.portal.behind import contents, documents_behind, is_shut, may_be_shown, news_behind
from referralcrm.portal.discreet import discreet
from referralcrm.portal.forms import CodeForm, LinkForm
from referralcrm.portal.visits import begin, end, visiting
from referralcrm.practice.permissions import public
from referralcrm.practice.scope import enter
from referrals.actions import deliveries, links
from referrals.models import Delivery


@public(methods="GET POST")
@discreet
def door(request):
    """The link from the mail; a POST asks for a code. Whoever looks, nothing is looked up and nothing counts.

    Every link is answered alike, whether it is one of ours, over, another's or made up.
    """
    if request.method != "POST":
        return render(request, "portal/door.html", {"form": LinkForm()})
    form = LinkForm(request.POST)
    token = form.typed()
    with _practice_of(token) as practice:
        if practice and (link := links.find(token)) and not is_shut(link):
            links.ask_code(link, caller=house_of(request))
    return render(request, "portal/code.html", {"form": CodeForm(initial={"link": token})})


@public(methods="POST")
@discreet
def code(request):
    """The right code begins a visit; everything else is answered by one page."""
    form = CodeForm(request.POST)
    token, typed = form.typed(), form.typed("code")
    with _practice_of(token) as practice:
        link = practice and links.find(token)
        if link and not is_shut(link) and (entered := links.enter_code(link, typed)):
            return begin(redirect("portal:page"), entered)
    again = CodeForm(initial={"link": token})
    return render(request, "portal/code.html", {"form": again, "refused": True})


@public()
@discreet
@visiting
def page(request, visit):
    """Everything that stands behind the link; that it was opened is written down the first time."""
    found = documents_behind(visit.link)
    if request.method == "GET":
        deliveries.note_opened([delivery for delivery, _ in found], by=visit.link.partner)
    documents = [document for _, document in found]
    context = {"visit": visit, "documents": documents, "news": news_behind(visit.link)}
    return render(request, "portal/page.html", context)


@public()
@discreet
@csp_replace({"default-src": [NONE], "sandbox": True, "frame-ancestors": [NONE]})
@visiting
def paper(request, visit, pk, what):
    """One file, to be kept where they keep theirs."""
    delivery = _delivery(visit, pk)
    content, content_type, name = contents(delivery, what)
    if request.method == "GET":
        deliveries.note_downloaded(delivery, by=visit.link.partner)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Encoding": "identity",  # compressed already: the gzip middleware leaves it be
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


@public(methods="POST")
@discreet
@visiting
def confirm(request, visit, pk):
    """They have it: a fact of its own, and the end of our loop."""
    deliveries.confirm(_delivery(visit, pk), by=visit.link.partner)
    return redirect("portal:page")


def _delivery(visit, pk):
    found = get_object_or_404(Delivery.objects.behind(visit.link).with_all(), pk=pk)
    if not may_be_shown(found):
        raise Http404
    return found


@public(methods="POST")
@discreet
@visiting
def leave(request, visit):
    links.leave(visit)
    return end(redirect("portal:door"))


@contextmanager
def _practice_of(token):
    """The practice whose link this is, entered; None for any other."""
    practice = links.practice_of(token)
    if practice is None:
        yield None
        return
    with enter(practice):
        yield practice
