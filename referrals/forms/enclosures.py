"""What goes with a referral: a tick, and a line of its own."""

from django import forms

from referralcrm.core.forms import HouseForm
from referrals.forms.fields import words
from referrals.states import Enclosed


class TickForm(HouseForm):
    """Where one thing is: a ``line`` of the checklist, or an ``enclosure`` typed for the patient."""

    line = forms.UUIDField(required=False)
    enclosure = forms.UUIDField(required=False)
    state = forms.ChoiceField(choices=Enclosed)
    version = forms.IntegerField(required=False)


class EnclosureForm(HouseForm):
    """Something that goes with this patient's referral besides."""

    words = words(
        "What goes with it", 120, required=True, help_text="Sealed, like everything about a patient."
    )
    state = forms.ChoiceField(
        label="It is",
        choices=[choice for choice in Enclosed.choices if choice[0] != Enclosed.LEFT_OUT],
        widget=forms.RadioSelect,
        initial=Enclosed.ENCLOSED,
    )

    def values(self):
        """What ``actions.enclose`` takes."""
        return self.cleaned_data
