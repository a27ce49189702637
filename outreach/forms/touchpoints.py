"""Writing down a contact."""

from django import forms
from django.core.validators import MaxValueValidator
from django_scopes.forms import SafeModelChoiceField, SafeModelMultipleChoiceField

from outreach.models import Touchpoint
from outreach.states import BY_HAND, TouchpointKind
from partners.models import Partner
from referralcrm.core.forms import HouseForm, HouseModelForm
from referralcrm.practice.scope import current_practice

CHOICES_SHOWN = 8


def what_happened(fields):
    """Give the fields that both forms share their words and widgets."""
    fields["kind"].widget = forms.RadioSelect(choices=BY_HAND)
    fields["by_them"] = forms.TypedChoiceField(
        label="Who began",
        choices=[("False", "We did"), ("True", "They did")],
        coerce=lambda answer: answer == "True",
        empty_value=False,
        initial=False,
        required=False,
        widget=forms.RadioSelect,
    )
    fields["happened_on"].label = "On"
    fields["minutes"].validators.append(MaxValueValidator(24 * 60))
    fields["minutes"].widget.attrs |= {"min": 1, "max": 24 * 60}
    fields["note"].widget = forms.Textarea(attrs={"rows": 3})
    fields["note"].help_text = "About the relationship. What concerns a patient belongs to their referral."


class TouchpointForm(HouseForm):
    """One contact with everybody in ``partner``, and whoever is chosen or typed in ``add``."""

    partner = SafeModelMultipleChoiceField(Partner.objects.none(), required=False, label="With whom")
    add = forms.CharField(label="With whom", max_length=160, required=False)
    add_id = SafeModelChoiceField(Partner.objects.none(), required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="What", choices=BY_HAND, initial=TouchpointKind.CALL)
    by_them = forms.BooleanField(required=False)
    happened_on = forms.DateField()
    minutes = forms.IntegerField(label="Minutes", required=False, min_value=1)
    note = forms.CharField(label="Note", max_length=2000, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        what_happened(self.fields)
        self.fields["happened_on"].initial = current_practice().today()
        self.fields["partner"].queryset = Partner.objects.kept().with_office()
        self.fields["add_id"].queryset = Partner.objects.kept().with_office()
        self.candidates = []
        first = "kind" if self.initial.get("partner") else "add"
        self.fields[first].widget.attrs["autofocus"] = True

    def clean(self):
        """Who was typed and not chosen is looked up; when several fit they are offered."""
        data = super().clean()
        people = list(data.pop("partner", None) or [])
        added, name = data.pop("add_id", None), data.pop("add", "")
        if added is None and name:
            added = self._look_up(name)
        data["partners"] = list(dict.fromkeys([*people, *filter(None, [added])]))
        return data

    def _look_up(self, name):
        found = list(Partner.objects.kept().with_office().matching(name)[:CHOICES_SHOWN])
        exact = [partner for partner in found if partner.name.casefold() == name.casefold()]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        self.candidates = found
        self.add_error("add", "Which of these? Tick them." if found else "We know nobody of this name.")
        return None

    def people(self):
        """The partners that are ticked now, for the page."""
        field = self.fields["partner"]
        keys = self.data.getlist("partner") if self.is_bound else self.initial.get("partner", [])
        try:
            return list(field.clean(keys))
        except forms.ValidationError:
            return []


class TouchpointEditForm(HouseModelForm):
    class Meta:
        model = Touchpoint
        fields = ["kind", "by_them", "happened_on", "minutes", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        what_happened(self.fields)
