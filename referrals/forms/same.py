"""Two records that may be one patient: found, put side by side, and merged."""

from dataclasses import dataclass

from django import forms

from referralcrm.core.forms import HouseForm
from referralcrm.core.templatetags.house import day
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import check_birth_date, day_field, words
from referrals.models import Patient

LEFT, RIGHT = "left", "right"


@dataclass(frozen=True)
class Compared:
    """One thing that is known of both, in words."""

    name: str
    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


class OtherForm(HouseForm):
    """Which other record is the same patient: by number, or by name and date of birth."""

    record_number = words("Record number", 40)
    patient_name = words("Name", 160)
    born = day_field("Born")

    def __init__(self, *args, patient, **kwargs):
        super().__init__(*args, **kwargs)
        self.patient, self.other = patient, None

    def clean_born(self):
        return check_birth_date(self.cleaned_data["born"])

    def clean(self):
        cleaned = super().clean()
        found = Patient.objects.fitting(
            current_practice(),
            name=cleaned.get("patient_name", ""),
            birth_date=cleaned.get("born"),
            record_number=cleaned.get("record_number", ""),
        )
        others = [patient for patient in found if patient.pk != self.patient.pk]
        if len(others) > 1:
            raise forms.ValidationError("More than one patient fits. Type the record number.")
        if not others:
            raise forms.ValidationError(
                "Nobody else is found by this. Type the record number, or the name and the date of birth."
            )
        self.other = others[0]
        return cleaned


class SameForm(HouseForm):
    """Which words stay. The record whose number stays is the one that stays."""

    record = forms.ChoiceField(label="Record number", choices=[(LEFT, ""), (RIGHT, "")])
    name = forms.ChoiceField(label="Name", choices=[(LEFT, ""), (RIGHT, "")])
    birth_date = forms.ChoiceField(label="Born", choices=[(LEFT, ""), (RIGHT, "")])
    phone = forms.ChoiceField(label="Phone", choices=[(LEFT, ""), (RIGHT, "")])
    left_version = forms.IntegerField(widget=forms.HiddenInput)
    right_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, left, right, **kwargs):
        super().__init__(*args, **kwargs)
        self.left, self.right = left, right
        self.compared = [
            Compared(
                "record", "Record number", left.record_number or "none yet", right.record_number or "none yet"
            ),
            Compared("name", "Name", left.name or "none yet", right.name or "none yet"),
            Compared("birth_date", "Born", day(left.born) or "not known", day(right.born) or "not known"),
            Compared("phone", "Phone", _masked(left, "this one"), _masked(right, "the other one")),
        ]
        for each in self.compared:
            field = self.fields[each.name]
            field.choices = [(LEFT, each.left), (RIGHT, each.right)]
            field.initial = RIGHT if self._only_right(each.name) else LEFT
            field.widget = forms.RadioSelect(choices=field.choices)
            field.required = False
        if bool(left.record_index) != bool(right.record_index):
            del self.fields["record"]  # the record with a number stays
        self.initial |= {"left_version": left.version, "right_version": right.version}

    def _only_right(self, name):
        column = {"record": "record_number_sealed"}.get(name, f"{name}_sealed")
        return bool(getattr(self.right, column)) and not getattr(self.left, column)

    def values(self):
        """What ``actions.merge_patients`` takes."""
        keeps_left = self._chosen("record") == LEFT
        survivor, merged = (self.left, self.right) if keeps_left else (self.right, self.left)
        others = RIGHT if keeps_left else LEFT
        differing = {each.name for each in self.compared if each.differs} - {"record"}
        versions = [self.cleaned_data["left_version"], self.cleaned_data["right_version"]]
        return {
            "survivor": survivor,
            "merged": merged,
            "theirs": tuple(sorted(name for name in differing if self._chosen(name) == others)),
            "versions": versions if keeps_left else versions[::-1],
        }

    def _chosen(self, name):
        if name not in self.fields:
            return RIGHT if self._only_right(name) else LEFT
        return self.cleaned_data[name] or self.fields[name].initial

    def show_current(self, current):
        """Keep the choices, say that somebody was first, and adopt the new versions."""
        self.data = self.data.copy()
        for side, row in (("left", self.left), ("right", self.right)):
            self.data[f"{side}_version"] = current.version if current.pk == row.pk else row.version
        self.add_error(None, "Somebody else changed one of the two meanwhile. Look again, then merge.")


def _masked(patient, whose):
    """A number stays masked here; two records of one patient may well have the same."""
    return f"that of {whose}" if patient.phone_sealed else "none"
