"""What a referral came without, and finishing one that could not be read."""

from django import forms
from django.db import models

from partners.models import Contact
from referralcrm.core.forms import HouseForm
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import day_field, several_lines
from referrals.forms.log import LogForm
from referrals.states import Detail

FINISHED_BY = {
    *("partner_text", "partner", "partner_asked", "source", "source_name"),
    *("new_discipline", "new_email", "new_phone"),
    *("patient_name", "born", "record_number", "matter"),
}


class AskForm(HouseForm):
    """What is missing, in boxes and words, and whom at the partner's office we asked."""

    missing = forms.MultipleChoiceField(
        label="What is missing?", choices=Detail, required=False, widget=forms.CheckboxSelectMultiple
    )
    words = several_lines("In your own words")
    contact = forms.ModelChoiceField(label="Whom did we ask?", queryset=None, required=False)
    asked_on = day_field("Asked on")

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = Contact.objects.kept().filter(partner=referral.partner)
        self.fields["contact"].empty_label = referral.other_side
        self.initial |= {"asked_on": current_practice().today()}

    def values(self):
        """What ``actions.ask`` takes."""
        return self.cleaned_data


class DetailsAct(models.TextChoices):
    ANSWER = "answer", "the details are here"
    REOPEN = "reopen", "they are still missing"


class DetailsForm(HouseForm):
    """Whether the answer came."""

    act = forms.ChoiceField(choices=DetailsAct)
    version = forms.IntegerField(required=False)


class FinishForm(LogForm):
    """Who the patient and the referrer of a received referral are, in the words of the log form."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, referral, **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - FINISHED_BY - {"version"}:
            del self.fields[name]
        self.order_fields(["matter"])
        self.finishing = referral.pk
        patient = referral.patient
        self.initial = {
            "patient_name": patient.name,
            "born": patient.born,
            "record_number": patient.record_number,
            "version": referral.version,
        }
        if referral.partner:
            self.initial |= {"partner": str(referral.partner_id), "partner_text": referral.partner.name}

    def values(self):
        """What ``actions.finish`` takes."""
        cleaned = self.cleaned_data
        return {
            "version": cleaned["version"] or 0,
            "patient": self.patient_words(),
            "partner": self.who.partner,
            "new_partner": self._new_partner(),
            "source": self.who.source,
            "source_name": cleaned["source_name"],
            "same_matter_as": cleaned.get("matter") or None,
        }

    def show_current(self, current):
        """Keep the typing, say that somebody was first, and adopt the new version."""
        self.data = self.data.copy()
        self.data["version"] = current.version
        self.add_error(None, "Somebody else changed this referral meanwhile. What you typed is still here.")
