"""What people choose before they print."""

from django import forms

from referralcrm.core.forms import HouseForm
from referralcrm.core.printing import paper_of
from referralcrm.front.prints.sizes import ENVELOPES, SHEETS, usual

MOST_PLACES = max(sheet.places for sheet in SHEETS.values())
LONGEST_NOTE = 1200
FOLDS = [("folded", "Folded: one sheet, one side, folded twice"), ("flat", "Flat: on card, both sides")]


class CardForm(HouseForm):
    """A thank-you card; without words there are lines to write on."""

    fold = forms.ChoiceField(label="Paper", choices=FOLDS, widget=forms.RadioSelect)
    words = forms.CharField(
        label="Printed inside",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text="Leave it empty to write by hand: then there are lines. Nothing about a patient.",
    )


class EnvelopeForm(HouseForm):
    size = forms.ChoiceField(label="Envelope")

    def __init__(self, *args, country, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["size"].choices = usual(ENVELOPES, paper_of(country))


class LabelForm(HouseForm):
    """Which sheet is in the printer, and the first label on it that is still there."""

    sheet = forms.ChoiceField(label="Sheet")
    start = forms.IntegerField(
        label="First free label",
        min_value=1,
        max_value=MOST_PLACES,
        initial=1,
        help_text="Counted from the top left, row by row.",
    )

    def __init__(self, *args, country, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = usual(SHEETS, paper_of(country))

    def clean(self):
        cleaned = super().clean()
        sheet, start = SHEETS.get(cleaned.get("sheet")), cleaned.get("start")
        if sheet and start and start > sheet.places:
            self.add_error("start", f"This sheet has {sheet.places} labels.")
        return cleaned
