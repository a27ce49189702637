"""What a person says about a list that is taken out."""

from django import forms

from referralcrm.core.forms import HouseForm


class ExportForm(HouseForm):
    has_names = forms.BooleanField(
        label="With patients’ names, dates of birth and phone numbers, and the reasons",
        required=False,
        help_text="Otherwise a patient stands there by record number. Whom the file names is noted.",
    )

    def __init__(self, *args, may_name: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_name:
            del self.fields["has_names"]
