"""A call that led nowhere, and when to try again."""

from django import forms

from referralcrm.core.forms import HouseForm
from referrals.forms.fields import day_field
from referrals.forms.steps import StepForm
from referrals.states import CallOutcome


class CallForm(HouseForm):
    """How the call ended."""

    first_error = StepForm.first_error

    outcome = forms.ChoiceField(choices=CallOutcome.choices, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_outcome(self):
        return self.cleaned_data["outcome"] or CallOutcome.NO_ANSWER


class LaterForm(HouseForm):
    """The day on which to call again."""

    first_error = StepForm.first_error

    until = day_field("Call again on", required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)
