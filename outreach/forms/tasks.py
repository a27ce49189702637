"""Adding a task, and each way to be rid of one."""

from contextlib import suppress
from datetime import timedelta

from django import forms
from django_scopes.forms import SafeModelChoiceField

from outreach.states import TouchpointKind
from partners.forms import NO_PATIENT
from partners.models import Partner
from referralcrm.core.forms import HouseForm
from referralcrm.practice.models import Location, User
from referralcrm.practice.permissions import Permission, roles_with
from referralcrm.practice.scope import current_practice

CONTACTS = [
    (TouchpointKind.CALL, "Called"),
    (TouchpointKind.MESSAGE, "Wrote"),
    (TouchpointKind.VISIT, "Visited"),
    (TouchpointKind.LETTER, "Sent a letter or card"),
    ("", "None"),
]


def colleagues():
    """Who works here now and may tick tasks off, for a field that names one of them."""
    return User.objects.active().filter(practice=current_practice(), role__in=roles_with(Permission.LOG))


class TaskForm(HouseForm):
    title = forms.CharField(label="What is to be done", max_length=200, help_text=NO_PATIENT)
    why = forms.CharField(label="Details", max_length=300, required=False, help_text=NO_PATIENT)
    partner_name = forms.CharField(label="About whom", max_length=160, required=False)
    partner = SafeModelChoiceField(
        Partner.objects.none(), required=False, widget=forms.HiddenInput, label="About whom"
    )
    due_on = forms.DateField(label="Due on")
    owner = forms.ModelChoiceField(
        User.objects.none(), label="For whom", required=False, empty_label="Everybody"
    )
    location = SafeModelChoiceField(
        Location.objects.none(), label="At", required=False, empty_label="all locations"
    )

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = Location.objects.active()
        if not places.can_switch:
            del self.fields["location"]
        self.fields["owner"].queryset = colleagues()
        self.fields["partner"].queryset = Partner.objects.kept()
        self.fields["due_on"].initial = current_practice().today()
        self.fields["title"].widget.attrs["autofocus"] = True
        self._name_the_partner()

    def _name_the_partner(self):
        with suppress(forms.ValidationError):
            if partner := self.fields["partner"].clean(self.initial.get("partner")):
                self.initial["partner_name"] = partner.name

    def clean(self):
        """A name that was typed and not chosen is looked up; it must fit one partner."""
        data = super().clean()
        name = data.pop("partner_name", "")
        if name and not data.get("partner"):
            found = list(Partner.objects.current().matching(name)[:2])
            if len(found) == 1:
                data["partner"] = found[0]
            else:
                self.add_error("partner_name", "Choose one partner from the list, or leave it empty.")
        return data


class VersionForm(HouseForm):
    """A change of one task as it stood when the page was made."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_version(self):
        return self.cleaned_data["version"] or 0


class DoneForm(VersionForm):
    contact = forms.ChoiceField(
        label="Contact", choices=CONTACTS, required=False, initial="", widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Note",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=f"Kept with the contact, on the partner’s page. {NO_PATIENT}",
    )


class SnoozeForm(VersionForm):
    until = forms.DateField(label="Until", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = self.in_a_week()

    def in_a_week(self):
        return current_practice().today() + timedelta(days=7)

    def clean_until(self):
        """Without a day it is a week."""
        return self.cleaned_data["until"] or self.in_a_week()


class SkipForm(VersionForm):
    because = forms.CharField(label="Reason", max_length=200, help_text=NO_PATIENT)


class OwnerForm(VersionForm):
    owner = forms.ModelChoiceField(
        User.objects.none(), label="For whom", required=False, empty_label="Everybody"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()
