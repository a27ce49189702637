"""Which file, and which of its columns is what."""

from django import forms

from referralcrm.core.forms import HouseForm
from referralcrm.exchange.outcomes.sheet import OUTCOMES

NONE = "not in this file"


class OutcomesForm(HouseForm):
    file = forms.FileField(
        label="The file",
        max_length=1000,
        help_text="CSV, TSV or Excel (.xlsx) with the record number, the day and what became of it.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )


class ColumnsForm(HouseForm):
    """A select of the file's columns for each field."""

    def __init__(self, *args, header, matched, **kwargs):
        super().__init__(*args, **kwargs)
        columns = [(str(index), title) for index, title in enumerate(header)]
        needed = {key for group in OUTCOMES.required for key in group}
        for field in OUTCOMES.fields:
            is_needed = field.key in needed
            self.fields[field.key] = forms.ChoiceField(
                label=field.label.capitalize(),
                choices=columns if is_needed else [("", NONE), *columns],
                required=is_needed,
                initial=str(matched.get(field.key, "")),
            )

    def matched(self) -> dict[str, int]:
        return {key: int(value) for key, value in self.cleaned_data.items() if value}
