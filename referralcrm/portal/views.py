"""What a partner outside sees: the door, the code, what stands behind a link (docs/adr/0014-portal.md)."""

from contextlib import contextmanager

from django.shortcuts import redirect, render

from referralcrm.portal.behind import news_behind
from referralcrm.portal.discreet import discreet
from referralcrm.portal.forms import CodeForm, LinkForm
from referralcrm.portal.visits import begin, end, visiting
from referralcrm.practice.permissions import public
from referralcrm.practice.scope import enter
from referrals.actions import links


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
        if practice and (link := links.find(token)):
            links.ask_code(link)
    return render(request, "portal/code.html", {"form": CodeForm(initial={"link": token})})


@public(methods="POST")
@discreet
def code(request):
    """The right code begins a visit; everything else is answered by one page."""
    form = CodeForm(request.POST)
    token, typed = form.typed(), form.typed("code")
    with _practice_of(token) as practice:
        if practice and (link := links.find(token)) and (entered := links.enter_code(link, typed)):
            return begin(redirect("portal:page"), entered)
    again = CodeForm(initial={"link": token})
    return render(request, "portal/code.html", {"form": again, "refused": True})


@public()
@discreet
@visiting
def page(request, visit):
    """Everything that stands behind the link."""
    return render(request, "portal/page.html", {"visit": visit, "news": news_behind(visit.link)})


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
