"""What is asked of the finder, and the two lists it looks things up in."""

from dataclasses import dataclass

from django import forms
from django_scopes.forms import SafeModelChoiceField

from partners.finder import Need
from partners.finder.places import unit_of, written_together
from partners.models import Condition, Discipline, Postcode
from referralcrm.core.forms import HouseForm, HouseModelForm, WordsField
from referralcrm.practice.models import Plan
from referralcrm.practice.scope import current_practice

DISTANCES = (2, 5, 10, 25, 50)
SOON = [("", "any time"), (2, "2 days"), (7, "a week"), (14, "2 weeks"), (30, "a month")]
MOST_LINES = 2000
LONGEST_PASTE = 100_000
NORTH = forms.FloatField(min_value=-90, max_value=90)
EAST = forms.FloatField(min_value=-180, max_value=180)


class FindForm(HouseForm):
    """What a patient needs; nothing in it says who they are."""

    what = forms.CharField(
        label="Condition, need or special interest",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "find-words", "autofocus": True}),
    )
    discipline = SafeModelChoiceField(Discipline.objects.none(), required=False, empty_label="any")
    plan = SafeModelChoiceField(Plan.objects.none(), label="Insurer", required=False, empty_label="any")
    near = forms.CharField(label="Near (postcode or area)", max_length=60, required=False)
    within = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    within_days = forms.TypedChoiceField(
        label="Appointment within", choices=SOON, coerce=int, empty_value=None, required=False
    )
    telehealth = forms.BooleanField(label="By video or phone", required=False)
    place = forms.CharField(
        label="Where the patient is then",
        max_length=60,
        required=False,
        help_text="State, region or country: by video the licence of that place counts.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.practice = current_practice()
        self.unit, self.unit_km = unit_of(self.practice.country)
        self.fields["discipline"].queryset = Discipline.objects.in_use()
        self.fields["plan"].queryset = Plan.objects.active()
        self.fields["within"].choices = [("", "any"), *((far, f"{far} {self.unit}") for far in DISTANCES)]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("within") and not cleaned.get("near"):
            self.add_error("near", "Say near what.")
        return cleaned

    def need(self) -> Need:
        """What ``partners.finder.find`` takes."""
        cleaned = dict(self.cleaned_data)
        within = cleaned.pop("within")
        return Need(
            today=self.practice.today(),
            country=self.practice.country,
            within_km=within * self.unit_km if within else None,
            **cleaned,
        )


class ConditionForm(HouseModelForm):
    words = WordsField(
        label="Other names and special interests",
        each=60,
        max_length=2000,
        required=False,
        help_text="Commas between them: frozen shoulder, rotator cuff.",
    )
    disciplines = forms.ModelMultipleChoiceField(
        Discipline.objects.none(), label="Who helps", required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Condition
        fields = ["name", "words", "disciplines"]
        labels = {"name": "Condition or need"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["disciplines"].queryset = Discipline.objects.in_use()

    def clean_disciplines(self):
        return [row.pk for row in self.cleaned_data["disciplines"]]

    def in_words(self, name, value):
        if name == "disciplines":
            value = Discipline.objects.filter(pk__in=value).order_by("name")
        return super().in_words(name, value)


class PostcodeForm(HouseModelForm):
    class Meta:
        model = Postcode
        fields = ["name", "latitude", "longitude"]
        help_texts = {
            "name": "Whole, or only its district: SW1A.",
            "latitude": "Degrees north, such as 51.501.",
            "longitude": "Degrees east; west of Greenwich with a minus.",
        }

    def clean_name(self):
        return written_together(self.cleaned_data["name"])


@dataclass(frozen=True)
class Place:
    """One line that was pasted."""

    name: str
    latitude: float
    longitude: float


class PostcodesForm(HouseForm):
    """Many postcodes at once, a line each."""

    lines = forms.CharField(
        label="Postcodes",
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="A line each: postcode, degrees north, degrees east. What is there already is replaced.",
    )

    def values(self):
        """What ``actions.finding.set_postcodes`` takes."""
        return dict(self.cleaned_data)

    def clean_lines(self):
        lines = [line for line in self.cleaned_data["lines"].splitlines() if line.strip(" ,;\t")]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"These are more than {MOST_LINES} lines. Paste them in parts.")
        rows = [_cells(line) for line in lines]
        if rows and not any(sign.isdigit() for cell in rows[0][1:] for sign in cell):
            rows[0] = None  # headings
        places = [_place(number, row) for number, row in enumerate(rows, 1) if row]
        if not places:
            raise forms.ValidationError("There is no postcode in this.")
        return list({place.name: place for place in places}.values())


def _cells(line):
    """Commas, semicolons or tabs between them; a comma within a number is a point."""
    between = next((sign for sign in "\t;" if sign in line), ",")
    cells = [cell.strip(' "') for cell in line.split(between)]
    return cells if between == "," else [cells[0], *(cell.replace(",", ".") for cell in cells[1:])]


def _place(number, cells):
    name = written_together(cells[0])
    try:
        if not name or len(name) > Postcode.LONGEST_NAME or len(cells) < 3:
            raise forms.ValidationError("it needs a postcode and two numbers")
        north, east = (field.clean(cell) for field, cell in zip((NORTH, EAST), cells[1:3], strict=True))
    except forms.ValidationError as error:
        raise forms.ValidationError(f"Line {number}: {error.messages[0]}") from error
    return Place(name, north, east)
