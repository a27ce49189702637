"""A good outcome told without the patient: written, looked at as it would leave, shared or kept."""

from functools import partial

from django.contrib import messages as notices
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from outreach.actions.messages import stories
from outreach.forms.stories import StoryForm
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.actions import consents
from referrals.models import Referral, Story
from referrals.states import StoryKind


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
    """The letter as it would leave; a POST approves its words and sends them."""
    story = _get(pk)
    if request.method == "POST":
        return _share(request, story)
    partner = story.referral.partner
    message = stories.message_of(story)
    is_out = message is not None and message.state in stories.ON_ITS_WAY
    subject, body = stories.letter(story) if partner else ("", story.words)
    context = {
        "story": story,
        "message": message,
        "is_out": is_out,
        "subject": message.subject if is_out else subject,
        "body": message.body if is_out else body,
        "problem": None if is_out or not partner else _problem(story),
    }
    return render(request, "outreach/story.html", context)


def _problem(story):
    return consents.problem(story.referral.patient, story.referral.partner, what=story.kind)


def _share(request, story):
    to = reverse("outreach:story", args=[story.pk])
    seen = request.POST.get("version", "")
    try:
        version = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
        message = stories.share(story, version=version, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    notices.success(request, f"On its way to {message.partner}.")
    return redirect(to)


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    story = actions.remove_story(_get(pk), by=request.user)
    to = story.referral.get_absolute_url()
    return carried_out(request, "Put away for 30 days.", undo=trash.undo(story), to=to)


def _get(pk):
    rows = Story.objects.kept().select_related(
        "referral__patient", "referral__partner__organisation", "referral__location", "written_by"
    )
    return get_object_or_404(rows, pk=pk)
