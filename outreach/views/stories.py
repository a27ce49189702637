"""A good outcome told without the patient: written, looked at as it would leave, shared or kept."""

import re
from dataclasses import dataclass
from functools import partial

from django.contrib import messages as notices
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from outreach.actions.messages import stories
from outreach.forms.stories import ShareForm, StoryForm
from outreach.states import StoryWay
from partners.models import Partner
from referralcrm.audit.actions import record
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.printing import printed, typeset
from referralcrm.core.refused import Refused
from referralcrm.core.templatetags.house import day
from referralcrm.practice import trash
from referralcrm.practice.addresses import sender_of
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.actions import consents
from referrals.models import Referral, Story
from referrals.states import StoryKind

BETWEEN = re.compile(r"\n\s*\n")  # paragraphs
SAID = {
    StoryWay.EMAIL: "On its way to {}.",
    StoryWay.POST: "A task says so. Print the letter for {} here.",
    StoryWay.BY_HAND: "Noted: given to {}.",
}


@allow(Permission.LOG, methods="GET POST")
@once
def tell(request, pk, kind):
    if kind not in StoryKind:
        raise Http404
    rows = Referral.objects.not_deleted().select_related("patient", "partner")
    referral = get_object_or_404(rows, pk=pk)
    form = bound(request, StoryForm)
    if story := saved(request, form, partial(actions.tell, referral, kind=kind)):
        return redirect("outreach:story", story.pk)
    context = {"form": form, "referral": referral, "kind": StoryKind(kind)}
    return render(request, "outreach/story_form.html", context)


@allow(Permission.LOG, methods="GET POST")
def retell(request, pk):
    story = _get(pk)
    form = bound(request, StoryForm, story=story)
    if saved(request, form, stories.retell, story):
        return redirect("outreach:story", pk)
    context = {"form": form, "referral": story.referral, "kind": StoryKind(story.kind), "story": story}
    return render(request, "outreach/story_form.html", context)


@allow(Permission.APPROVE_MAIL, methods="GET POST")
def story(request, pk):
    """The letter as it would reach the first of those who may hear it (or ``to``); a POST sends it to one."""
    story = _get(pk)
    if request.method == "POST":
        return _share(request, story)
    possible, ways = stories.recipients(story), stories.shares_of(story)
    reader = _chosen(possible, request.GET.get("to")) or next(iter(possible), None)
    subject, body = _letter(story, reader, ways)
    context = {
        "story": story,
        "shares": ways,
        "is_out": any(way.is_out for way in ways),
        "reader": reader,
        "subject": subject,
        "body": body,
        "hearers": _hearers(story, possible, ways),
    }
    return render(request, "outreach/story.html", context)


def _letter(story, reader, ways) -> tuple[str, str]:
    """As it left by mail, or as it would reach them."""
    mailed = next((way.message for way in ways if way.partner == reader and way.is_out and way.message), None)
    if mailed:
        return mailed.subject, mailed.body
    return stories.letter(story, reader) if reader else ("", story.words)


@dataclass(frozen=True)
class Hearer:
    """Somebody it can still go to: what is in the way, or the form that sends it."""

    partner: Partner
    problem: object
    form: ShareForm | None


def _hearers(story, possible, ways):
    told = consents.problems(story.patient, possible, what=story.kind)
    has_it = {way.partner.pk for way in ways if way.is_out}
    waiting = [who for who in possible if who.pk not in has_it]
    return [Hearer(who, told[who.pk], None if told[who.pk] else ShareForm(recipient=who)) for who in waiting]


def _chosen(possible, key):
    return next((who for who in possible if str(who.pk) == str(key)), None)


def _share(request, story):
    to = reverse("outreach:story", args=[story.pk])
    form = ShareForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Choose to whom it goes, and how.")
        said = form.cleaned_data
        partner = _chosen(stories.recipients(story), said["partner"])
        if said["partner"] and partner is None:
            raise Refused("Choose the partner of the referral, or somebody on the patient’s care team.")
        way, version = said["way"] or StoryWay.EMAIL, said["version"] or 0
        made = stories.share(story, partner=partner, way=way, version=version, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    notices.success(request, SAID[way].format(made.partner))
    return redirect(to)


@allow(Permission.APPROVE_MAIL)
def story_letter(request, pk, partner):
    """The approved words on our letterhead, for somebody it goes to on paper; it names no patient."""
    story = _get(pk)
    way = next((way for way in stories.shares_of(story) if way.partner.pk == partner and way.task), None)
    if way is None:
        raise Http404
    subject, body = stories.letter(story, way.partner)
    data = {
        "sender": sender_of(request.user, location=story.referral.location),
        "to": way.partner.address_lines(country=request.user.practice.country) or [way.partner.name],
        "date": day(request.user.practice.today()),
        "subject": subject,
        "body": BETWEEN.split(body.replace("\r\n", "\n").strip()),
    }
    record("printed", by=request.user, subject=story, note=request.resolver_match.view_name)
    pdf = typeset("letter", data, title=subject, country=request.user.practice.country)
    return printed(pdf, "letter.pdf")


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    story = actions.remove_story(_get(pk), by=request.user)
    to = story.referral.get_absolute_url()
    return carried_out(request, "Put away for 30 days.", undo=trash.undo(story), to=to)


def _get(pk):
    rows = stories.with_letters(Story.objects.kept()).select_related(
        "referral__patient", "referral__partner__organisation", "referral__location", "written_by"
    )
    return get_object_or_404(rows, pk=pk)
