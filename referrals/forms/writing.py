"""Writing a report: its parts in words, its measures in rows, its covering letter."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.db import models

from referralcrm.core.content import PDF
from referralcrm.core.forms import HouseForm, HouseModelForm, VersionedForm
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import day_field, words
from referrals.forms.paper import PaperField
from referrals.models import Article, Obligation, Phrase
from referrals.models.measures import FIELDS
from referrals.models.report_parts import DESCRIPTIONS, Part
from referrals.models.reports import LONGEST_TEXT
from referrals.states import MOST_MEASURES, Better

SPARE_ROWS = 2  # empty rows for measures below those that are there
BETTER = [(Better.UNSET, "not said"), (Better.HIGHER, "higher"), (Better.LOWER, "lower")]
NOT_A_NUMBER = "Write a number, such as 4.5; the unit stands beside it."
ABOUT_COVER = "Optional. A few personal lines to the reader, printed as a letter of its own."
WORDS = {"True": "does not apply", **dict(BETTER)}
OVERTAKEN = "Somebody else saved this while you were typing. Yours is still here; save again to keep it."


class StartForm(HouseForm):
    """What kind of report to begin, and which promised report it is."""

    kind = forms.ChoiceField(label="What do you write?", widget=forms.RadioSelect)
    obligation = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, referral, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, DESCRIPTIONS[kind].title) for kind in kinds]
        self.fields["obligation"].queryset = Obligation.objects.filter(referral=referral)

    def values(self):
        """What ``actions.reports.start`` takes."""
        return self.cleaned_data


class WritingAct(models.TextChoices):
    """What the buttons below a report do."""

    SAVE = "save", "Save"
    ROWS = "rows", "Save and add rows"
    ENCLOSE = "enclose", "Save and enclose"


@dataclass(frozen=True)
class Section:
    """One part of the report as the page shows it."""

    part: Part
    text: forms.BoundField | None
    left_out: forms.BoundField | None


class NumberField(forms.DecimalField):
    """A measured value; a comma is read as a decimal point, and what was typed keeps its zeros."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(required=False, max_digits=9, decimal_places=3, **kwargs)
        self.error_messages |= {"invalid": NOT_A_NUMBER}
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value):
        return super().to_python(str(value or "").replace(",", ".").replace("\u2212", "-"))


class WritingForm(VersionedForm):
    """A draft: fields ``text_<part>``, ``leave_<part>`` and ``m<row>_<field>``, as its kind describes."""

    def __init__(self, data=None, files=None, *, report, **kwargs):
        self.report = report
        said = report.content
        self.number_of_rows = self._number_of_rows(data, len(said["measures"]))
        self.base_fields = dict(self.base_fields) | self._fields()  # ours alone: each kind has others
        super().__init__(data, files, **kwargs)
        self.initial |= initial_of(said) | {"version": report.version, "rows": self.number_of_rows}
        self._begin_at_the_first_gap()

    def _number_of_rows(self, data, kept):
        """As many as the page had; at first those that are there and a few to fill in."""
        if not any(part.is_measures for part in self.report.parts):
            return 0
        typed = str(data.get("rows", "")) if data else ""
        wanted = int(typed) if re.fullmatch(r"[0-9]{1,3}", typed) else kept + SPARE_ROWS
        return min(wanted, MOST_MEASURES)

    def _fields(self) -> dict:
        made = {"rows": forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)}
        for part in self.report.parts:
            if not part.is_measures:
                made[f"text_{part.name}"] = _text(
                    part.title, rows=3 if part.comes_first else 5, hint=part.hint
                )
            if part.may_not_apply:
                made[f"leave_{part.name}"] = forms.BooleanField(label="Does not apply here", required=False)
        for row in range(self.number_of_rows):
            made |= {f"m{row}_{name}": field for name, field in _measure_fields().items()}
        return made | {"cover": _text("Covering letter", rows=4, hint=ABOUT_COVER)}

    def _begin_at_the_first_gap(self):
        """The first part without words takes the focus, where somebody goes on writing."""
        texts = [name for name in self.fields if name.startswith("text_")]
        gap = next((name for name in texts if not self.initial.get(name)), None)
        if gap and not self.is_bound:
            self.fields[gap].widget.attrs["autofocus"] = True

    def clean(self):
        cleaned = super().clean()
        today = current_practice().today()
        for row in range(self.number_of_rows):
            typed = {name: cleaned.get(f"m{row}_{name}") for name in FIELDS}
            if not typed["name"] and any(typed.values()) and f"m{row}_name" not in self.errors:
                self.add_error(f"m{row}_name", "Say what was measured.")
            for name in ("baseline_on", "now_on"):
                if typed[name] and typed[name] > today:
                    self.add_error(f"m{row}_{name}", "This day has not come yet.")
        return cleaned

    def sections(self):
        """The parts in order, with their fields."""
        for part in self.report.parts:
            text = None if part.is_measures else self[f"text_{part.name}"]
            yield Section(part, text, self[f"leave_{part.name}"] if part.may_not_apply else None)

    def measures(self):
        """The rows of measures, each with its fields by name."""
        return [{name: self[f"m{row}_{name}"] for name in FIELDS} for row in range(self.number_of_rows)]

    def values(self):
        """What ``actions.reports.save`` takes."""
        return {"content": self.content()}

    def content(self) -> dict:
        """What is written, see ``Report.content``; a field with an error counts as it was kept before.

        Rows in which nothing stands are left out.
        """
        names = [part.name for part in self.report.parts]
        texts = {name: self._said(f"text_{name}") for name in names if f"text_{name}" in self.fields}
        rows = [{name: self._said(f"m{row}_{name}") for name in FIELDS} for row in range(self.number_of_rows)]
        return {
            "texts": {name: text for name, text in texts.items() if text},
            "not_applicable": [name for name in names if self._said(f"leave_{name}")],
            "measures": [row for row in rows if any(row.values())],
            "cover": self._said("cover"),
        }

    def _said(self, name) -> str:
        return _as_text(self.cleaned_data.get(name, self.initial.get(name)))

    def show_current(self, current):
        """Keep the typing, say beside each differing text what stands now, and adopt the new version."""
        self.data = self.data.copy()
        self.data["version"] = current.version
        self.add_error(None, OVERTAKEN)
        theirs = initial_of(current.content)
        for name in [name for name in self.fields if name not in {"version", "rows"}]:
            now = _as_text(theirs.get(name))
            if now != self._said(name):
                self.add_error(name, f"It now says: {WORDS.get(now, now) or 'nothing'}")


def initial_of(content) -> dict:
    """The fields of a ``WritingForm`` as a report's content fills them."""
    parts = {f"text_{name}": text for name, text in content["texts"].items()}
    left_out = {f"leave_{name}": True for name in content["not_applicable"]}
    rows = {
        f"m{row}_{name}": value
        for row, measure in enumerate(content["measures"])
        for name, value in measure.items()
    }
    return parts | left_out | rows | {"cover": content["cover"]}


def _text(label, *, rows, hint):
    widget = forms.Textarea(attrs={"rows": rows, "data-phrases": True})
    return forms.CharField(
        label=label, required=False, max_length=LONGEST_TEXT, help_text=hint, widget=widget
    )


def _measure_fields() -> dict:
    return {
        "name": words("What was measured", 80),
        "unit": words("Unit", 20),
        "better": forms.ChoiceField(label="Better is", choices=BETTER, required=False),
        "baseline": NumberField(label="At first"),
        "baseline_on": day_field("Measured on"),
        "now": NumberField(label="Now"),
        "now_on": day_field("Measured on"),
        "goal": NumberField(label="Goal"),
    }


def _as_text(value) -> str:
    """A cleaned value as a report keeps it: numbers with the digits that were typed, days in ISO."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value in (None, False) else str(value)


class EncloseForm(HouseForm):
    """What goes along with a report: files of the patient's, and articles from the library."""

    file = PaperField(required=False)
    articles = forms.ModelMultipleChoiceField(
        label="From your library",
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, report, **kwargs):
        super().__init__(*args, **kwargs)
        enclosed = report.files.filter(article__isnull=False).values("article")
        library = Article.objects.active().exclude(pk__in=enclosed)
        self.fields["articles"].queryset = library
        self.fields["articles"].choices = [(article.pk, str(article)) for article in library]  # read once

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("file") or cleaned.get("articles")):
            self.add_error("file", "Choose a file, or tick an article.")
        return cleaned


class ArticleForm(HouseForm):
    """A PDF for the library."""

    name = words("Title", Article.LONGEST_NAME, required=True)
    file = PaperField(help_text="A PDF up to 20 MB, about no patient.", label="PDF")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs |= {"accept": f"{PDF.type},.pdf", "multiple": False}

    def clean_file(self):
        uploads = self.cleaned_data["file"]
        if len(uploads) > 1:
            raise forms.ValidationError("One file at a time.")
        return uploads[0]

    def values(self):
        """What ``actions.reports.add_article`` takes."""
        return self.cleaned_data


class PhraseForm(HouseModelForm):
    class Meta:
        model = Phrase
        fields = ["name", "text"]
        help_texts = {"name": "The few letters you find it by.", "text": "Nothing about a patient."}
