"""What a person says about a spreadsheet: which one, and what its columns are."""

from collections import Counter

from django import forms

from referralcrm.core.forms import HouseForm
from referralcrm.exchange.columns import SHEETS
from referralcrm.exchange.models import Import
from referralcrm.exchange.states import Choice, Sheet, Unsaid
from referrals.states import Direction

COLUMN = "column_"
LARGEST = 50  # MB
OPTIONS = {
    Sheet.PARTNERS: (),
    Sheet.CONTACTS: ("adds_partners",),
    Sheet.REFERRALS: ("direction", "unsaid", "adds_partners"),
}


class UploadForm(HouseForm):
    sheet = forms.ChoiceField(
        label="What are its rows?", choices=Sheet.choices, initial=Sheet.PARTNERS, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label="The file",
        max_length=1000,
        help_text=f"CSV, TSV or Excel (.xlsx), up to {LARGEST} MB. Drop it here, or choose it.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST * 1024 * 1024:
            raise forms.ValidationError(f"This file is larger than {LARGEST} MB. Divide it into parts.")
        return file


class MatchForm(HouseForm):
    """A select for each column of the file, and what a sheet does not say of every row."""

    direction = forms.ChoiceField(
        label="Where a row does not say: the patients were",
        choices=[(Direction.RECEIVED, "sent to us"), (Direction.SENT, "sent on by us")],
        required=False,
        widget=forms.RadioSelect,
    )
    unsaid = forms.ChoiceField(
        label="Where a row does not say what became of the patient, the referral is",
        choices=Unsaid.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text="Open ones wait on Today to be booked.",
    )
    adds_partners = forms.BooleanField(
        label="Add partners who are not here yet",
        required=False,
        help_text="Otherwise their rows stay out, and are listed.",
    )

    def __init__(self, data=None, *args, run: Import, **kwargs):
        kwargs["initial"] = {
            "direction": run.direction,
            "unsaid": run.unsaid,
            "adds_partners": run.adds_partners,
        }
        super().__init__(data, *args, **kwargs)
        self.sheet = SHEETS[run.sheet]
        for name in {"direction", "unsaid", "adds_partners"} - set(OPTIONS[Sheet(run.sheet)]):
            del self.fields[name]
        choices = [("", "leave it out"), *((field.key, capital(field.label)) for field in self.sheet.fields)]
        for number, (title, key) in enumerate(zip(run.header, run.matched, strict=True)):
            self.fields[f"{COLUMN}{number}"] = forms.ChoiceField(
                label=title, choices=choices, required=False, initial=key, widget=select()
            )

    def needed(self) -> list[str]:
        """What a row cannot do without, in words."""
        return [" or ".join(self.sheet[key].label for key in group) for group in self.sheet.required]

    def columns(self):
        """The selects, in the order of the file."""
        return [self[name] for name in self.fields if name.startswith(COLUMN)]

    def options(self):
        """The other fields."""
        return [self[name] for name in self.fields if not name.startswith(COLUMN)]

    def clean(self):
        cleaned = super().clean()
        chosen = {name: cleaned.get(name) for name in self.fields if name.startswith(COLUMN)}
        counts = Counter(filter(None, chosen.values()))
        for name, key in chosen.items():
            if counts[key] > 1 and key:
                self.add_error(name, "Another column is this already.")
        for group in self.sheet.required:
            if not counts.keys() & set(group):
                names = " or ".join(f"“{capital(self.sheet[key].label)}”" for key in group)
                self.add_error(None, f"Say which column is {names}: without it no row can come in.")
        return cleaned

    def values(self) -> dict:
        """What ``actions.match`` takes."""
        cleaned = self.cleaned_data
        options = {
            name: cleaned[name] for name in self.fields if not name.startswith(COLUMN) and cleaned[name] != ""
        }
        return options | {"matched": [cleaned[name] for name in self.fields if name.startswith(COLUMN)]}


class TabForm(forms.Form):
    """Which sheet of a workbook, by its place: names may be anything."""

    tab = forms.IntegerField(min_value=0, max_value=32_000)


class ChoiceForm(forms.Form):
    """What becomes of one line, or of all that are surely (or perhaps) here already.

    A past referral is brought in or not; nothing of one that is here is filled in.
    """

    choice = forms.ChoiceField(choices=Choice.choices)
    line = forms.IntegerField(required=False, min_value=1, max_value=2_000_000_000)
    which = forms.ChoiceField(choices=[("sure", "sure"), ("perhaps", "perhaps")], required=False)

    def __init__(self, *args, sheet, **kwargs):
        super().__init__(*args, **kwargs)
        if sheet == Sheet.REFERRALS:
            left = [choice for choice in Choice.choices if choice[0] != Choice.UPDATE]
            self.fields["choice"].choices = left


def select():
    return forms.Select(attrs={"class": "form-select"})


def capital(text):
    return text[:1].upper() + text[1:]
