"""What is to be the same for several referrals."""

from uuid import UUID

from django import forms

from referralcrm.core.forms import HouseForm
from referralcrm.practice.models import Location, Service
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import clinicians, day_field, words
from referrals.states import STEPS, TAKEN_BACK, Urgency, Verb

AS_IT_IS = ("", "leave as it is")
NOBODY = ("nobody", "nobody yet")
NOT_SAID = ("nobody", "not said")
STEPS_TOGETHER = [verb for verb in Verb if verb in TAKEN_BACK - {Verb.SCHEDULE, Verb.REBOOK, Verb.REOPEN}]


class ManyForm(HouseForm):
    """What is left as it is changes nothing. A step needs the day on which it happened for all of them."""

    clinician = forms.ChoiceField(label="With", required=False)
    location = forms.ChoiceField(label="At", required=False)
    service = forms.ChoiceField(label="For", required=False)
    urgency = forms.ChoiceField(choices=[AS_IT_IS, *Urgency.choices], required=False)
    step = forms.ChoiceField(
        label="Step",
        choices=[("", "no step"), *((verb.value, verb.label) for verb in STEPS_TOGETHER)],
        required=False,
    )
    on = day_field("Happened on")
    reason = words("Why", 400)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", current_practice().today())
        self.fields["clinician"].choices = [AS_IT_IS, NOBODY, *_named(clinicians())]
        self.fields["location"].choices = [AS_IT_IS, NOT_SAID, *_named(Location.objects.active())]
        self.fields["service"].choices = [AS_IT_IS, NOT_SAID, *_named(Service.objects.active())]

    def clean(self):
        cleaned = super().clean()
        step = STEPS.get(cleaned.get("step", ""))
        if step and step.needs_reason and not cleaned.get("reason"):
            self.add_error("reason", "Say why; it stands in the history of each.")
        elif not self.errors and not self._asked():
            self.add_error(None, "Choose what is to change.")
        return cleaned

    def values(self) -> dict:
        """What ``actions.bulk.change_many`` takes."""
        return self._asked()

    def _asked(self):
        cleaned = self.cleaned_data
        asked = {
            f"{name}_id": None if cleaned[name] == "nobody" else UUID(cleaned[name])
            for name in ("clinician", "location", "service")
            if cleaned[name]
        }
        asked |= {"urgency": cleaned["urgency"]} if cleaned["urgency"] else {}
        if cleaned["step"]:
            asked |= {name: cleaned[name] for name in ("step", "on", "reason")}
        return asked

    @property
    def in_words(self) -> str:
        """The change as the list of earlier changes names it; why is nobody's to read there."""
        names = ("clinician", "location", "service", "urgency", "step")
        return "; ".join(
            f"{self.fields[name].label or name.capitalize()}: "
            f"{dict(self.fields[name].choices)[self.cleaned_data[name]]}"
            for name in names
            if self.cleaned_data[name]
        )


def _named(rows):
    return [(str(row.pk), row.name) for row in rows]
