"""Beside the log form: what saving it leads to, by the same rules that will decide then."""

from dataclasses import dataclass

from django import forms
from django.shortcuts import render
from django.utils import timezone

from outreach.actions.messages.schedule import next_slot
from outreach.actions.messages.thanks import BY_HAND, LONG_AGO, WITHIN_WORKING_DAYS, standing, waiting_notes
from outreach.models import Rule
from outreach.states import Hold, MessageState, RuleKind
from partners.models import Partner, Terms, terms_with
from referralcrm.core.forms import HouseForm
from referralcrm.front.rail import clock
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.permissions import Permission, allow
from referrals.states import Direction, Source


@dataclass(frozen=True)
class Coming:
    """One thing that will happen: when, in words, and what."""

    when: str
    what: str


class SoFarForm(HouseForm):
    """The part of the log form that decides, without a word about the patient."""

    direction = forms.ChoiceField(choices=Direction)
    partner = forms.CharField(required=False)
    source = forms.ChoiceField(choices=Source, required=False)
    happened_on = forms.DateField(required=False)
    next_visit_on = forms.DateField(required=False)


@allow(Permission.LOG, methods="POST")
def what_next(request):
    form = SoFarForm(request.POST)
    form.is_valid()
    coming = list(_coming(request.user.practice, **_known(form.cleaned_data)))
    return render(request, "front/what_next.html", {"coming": coming})


def _known(cleaned):
    chosen = cleaned.get("source") or cleaned.get("partner", "")
    return {
        "direction": cleaned.get("direction", ""),
        "partner": _partner(chosen),
        "source": chosen,
        "happened_on": cleaned.get("happened_on"),
        "back_on": cleaned.get("next_visit_on"),
    }


def _partner(value):
    try:
        return Partner.objects.current().filter(pk=forms.UUIDField().clean(value)).first()
    except forms.ValidationError:
        return None


def _coming(practice, *, direction, partner, source, happened_on, back_on):
    calendar = Calendar(practice)
    if source == Source.UNKNOWN and direction == Direction.RECEIVED:
        day = calendar.add_working_days(practice.today(), 1)
        yield Coming(_day(day), "A task to ask who recommended us")
    if partner is None:
        return
    terms = terms_with([partner]).get(partner.pk, Terms())
    within = f"within {terms.report_within_days} days"
    if direction == Direction.SENT:
        yield Coming("after the first visit", f"Their report is expected {within}")
        return
    yield from _thanks(practice, partner, happened_on or practice.today(), calendar)
    yield Coming("after the first visit", f"Report due {within}")
    if back_on and back_on > practice.today():
        day = calendar.add_working_days(back_on, -1)
        yield Coming(_day(day), "Report due at the latest: one working day before the patient is back")


def _thanks(practice, partner, happened_on, calendar):
    rule = Rule.objects.filter(kind=RuleKind.THANK_YOU, is_active=True).first()
    if rule is None:
        return
    if partner.preferred_channel in BY_HAND or not partner.email:
        day = calendar.add_working_days(practice.today(), WITHIN_WORKING_DAYS)
        yield Coming(f"by {_day(day)}", "A task to thank them by hand")
        return
    verdict = standing(rule, partner, long_ago=happened_on < practice.today() - LONG_AGO)
    if verdict.state == MessageState.SUPPRESSED:
        return
    waiting = waiting_notes(rule, partner, verdict).first()
    due_at = waiting.due_at if waiting else next_slot(rule=rule, partner=partner, calendar=calendar)[0]
    words = "It joins the thank-you e-mail that waits already" if waiting else "Thank-you e-mail"
    if hold := (waiting or verdict).hold:
        words += f": {Hold(hold).label}"
    yield Coming(clock(max(due_at, timezone.now()), practice), words)


def _day(day):
    return f"{day:%a} {day.day} {day:%b}"
