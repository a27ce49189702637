"""What sets a clock: that the referrer knows, the next visit there, and how many visits there were."""

from django import forms

from referralcrm.core.forms import HouseForm
from referrals.forms.fields import day_field
from referrals.forms.steps import StepForm


class _Versioned(HouseForm):
    first_error = StepForm.first_error

    version = forms.IntegerField(widget=forms.HiddenInput)


class ToldForm(_Versioned):
    """The referrer was told, on a day (today)."""

    on = day_field("On")


class BackForm(_Versioned):
    """The day on which the patient is back with the referrer; empty when it is not known any more."""

    on = day_field("Back with the referrer on")


class VisitsForm(_Versioned):
    """How many visits there have been, and when that was so."""

    number = forms.IntegerField(label="Visits so far", min_value=0, max_value=999)
    on = day_field("Counted on")
