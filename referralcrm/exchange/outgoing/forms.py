"""What a person says about a list that is taken out."""

from django import forms

from referralcrm.core.forms import HouseForm


class ExportForm(HouseForm):
    """``shown`` are the columns of the list as it is looked at, none where it has but one form."""

    as_seen = forms.TypedChoiceField(
        label="What the file is for", coerce=lambda said: said == "seen", widget=forms.RadioSelect
    )
    has_names = forms.BooleanField(
        label="With patients’ names",
        required=False,
        help_text="With every column also their dates of birth and phone numbers, and the reasons. Otherwise "
        "a patient stands there by record number. Whom the file names is noted.",
    )

    def __init__(self, *args, shown: list[str], may_name: bool, **kwargs):
        super().__init__(*args, initial={"as_seen": "seen"}, **kwargs)
        seen = f"To read: the list as you see it, in its order. {', '.join(shown)}"
        everything = "To bring in again, or for another system: every column there is, under our own headings"
        self.fields["as_seen"].choices = [("seen", seen), ("all", everything)]
        if not shown:
            del self.fields["as_seen"]
        if not may_name:
            del self.fields["has_names"]
