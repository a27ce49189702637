"""One step of the journey, passing on, and what happened to a report."""

from django import forms
from django.db import models

from referralcrm.core.forms import HouseForm
from referralcrm.practice.permissions import Permission
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import day_field, several_lines, time_field, words
from referrals.forms.who import resolve
from referrals.models import Referral
from referrals.states import Verb, steps_from

BOOKING = frozenset({Verb.SCHEDULE, Verb.REBOOK})
APPOINTMENT = ("appointment_on", "appointment_time")


class StepForm(HouseForm):
    """Which step, when it happened, and why where the rules ask for it."""

    place = "other_form"  # what the page calls it

    verb = forms.ChoiceField(label="Step", error_messages={"invalid_choice": "This step does not apply now."})
    on = day_field("Happened on")
    appointment_on = day_field("Booked for")
    appointment_time = time_field("At")
    reason = several_lines("Why")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, referral, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.referral = referral
        self.steps = steps_open_to(person, referral)
        self.fields["verb"].choices = [(step.verb, step.label) for step in self.steps]
        self.initial |= {"on": current_practice().today(), "version": referral.version}
        if not BOOKING & {step.verb for step in self.steps}:
            for name in APPOINTMENT:
                del self.fields[name]

    def values(self):
        """What ``actions.move`` takes."""
        return self.cleaned_data

    @property
    def is_stale(self):
        """Whether the person saw an earlier version; a form without one saw whatever stands."""
        return self.data.get("version", "") not in ("", str(self.referral.version))

    def show_current(self, told):
        """Keep the typing, say first who was quicker (``told``), and adopt the new version."""
        self.full_clean()
        self.data = self.data.copy()
        self.data["version"] = self.referral.version
        self.errors.clear()
        self.add_error(None, f"{told} What you typed is still here.")

    @property
    def first_error(self):
        return next(iter(self.errors.values()))[0]


class NextStepForm(StepForm):
    """The one step that usually comes next, with no more fields than it needs."""

    place = "next_form"

    verb = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        step = self.referral.next_step
        self.initial |= {"verb": step.verb, "on": self._likely_day(step.verb)}
        self.label = step.label
        for name in (*APPOINTMENT, "reason"):
            if name in self.fields and not (name in APPOINTMENT and step.verb == Verb.SCHEDULE):
                del self.fields[name]

    def _likely_day(self, verb):
        """An appointment that has passed is the day they came; today otherwise."""
        today, booked = current_practice().today(), self.referral.appointment_on
        return booked if verb == Verb.ATTEND and booked and booked <= today else today


def steps_open_to(person, referral):
    """The steps the table allows now and this person may take; passing on has a page of its own."""
    closed = {Verb.REDIRECT} if person.may(Permission.RESTORE) else {Verb.REDIRECT, Verb.UNDO_ERROR}
    return [step for step in steps_from(referral.journey) if step.verb not in closed]


class RedirectForm(HouseForm):
    """To whom the patient was passed on, or which referral says so already."""

    partner_text = words("To", 160)
    partner = forms.CharField(required=False, widget=forms.HiddenInput)
    partner_asked = forms.CharField(required=False, widget=forms.HiddenInput)
    existing = forms.ModelChoiceField(
        label="Or it is logged already", queryset=None, required=False, empty_label="no, log it now"
    )
    on = day_field("Happened on")
    reason = several_lines("Why", required=True)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, **kwargs)
        self.who = None
        self.initial |= {"on": current_practice().today(), "version": referral.version}
        others = Referral.objects.sent().open().filter(patient=referral.patient).exclude(pk=referral.pk)
        self.fields["existing"].queryset = others.select_related("partner")
        self.fields["existing"].label_from_instance = lambda other: (
            f"{other.other_side}, {other.happened_on:%d %b %Y}"
        )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("existing") or "partner_text" not in cleaned:
            return cleaned
        self.who = resolve(
            " ".join(cleaned["partner_text"].split()),
            cleaned.get("partner", ""),
            asked=cleaned.get("partner_asked", ""),
            other_sources=False,
        )
        if self.who.new_name:
            self.add_error("partner_text", "Add this partner first, then pass the patient on.")
        elif self.who.is_unclear:
            self.add_error("partner_text", "Which partner is meant?")
        return cleaned

    def values(self):
        """What ``actions.redirect`` takes."""
        taken = {name: self.cleaned_data[name] for name in ("existing", "on", "reason", "version")}
        return taken | {"partner": self.who and self.who.partner}

    @property
    def asks_which(self):
        return bool(self.who and self.who.offered)


class ReportAct(models.TextChoices):
    DONE = "done", "sent or received"
    CONFIRM = "confirm", "confirmed"
    WAIVE = "waive", "not required"
    TAKE_BACK = "take_back", "take back"


class ReportForm(HouseForm):
    """What happened to a report, on which day."""

    first_error = StepForm.first_error

    act = forms.ChoiceField(choices=ReportAct)
    on = day_field("On")
    reason = words("Why", 200)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self):
        """What the action of this act takes."""
        cleaned = self.cleaned_data
        told = {
            ReportAct.DONE: {"on": cleaned["on"]},
            ReportAct.CONFIRM: {"on": cleaned["on"]},
            ReportAct.WAIVE: {"reason": cleaned["reason"]},
        }
        return told.get(cleaned["act"], {}) | {"version": cleaned["version"]}
