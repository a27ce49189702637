"""Fields and choices that several forms here share."""

from datetime import UTC, datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from referralcrm.practice.models import User
from referralcrm.practice.scope import current_practice


def day_field(label, **kwargs):
    kwargs.setdefault("required", False)
    return forms.DateField(label=label, **kwargs)


def time_field(label):
    """An optional time of the day, as the practice's clock shows it."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget)


class MomentField(forms.DateTimeField):
    """An optional day and time as the practice's clock shows them."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_validators = [
        MinValueValidator(datetime(1990, 1, 1, tzinfo=UTC), "This is before 1990. Is the year right?"),
        MaxValueValidator(datetime(2100, 1, 1, tzinfo=UTC), "This is after 2099. Is the year right?"),
    ]

    def __init__(self, **kwargs):
        super().__init__(**{"required": False} | kwargs)

    def to_python(self, value):
        with timezone.override(current_practice().zone):
            try:
                return super().to_python(value)
            except OverflowError as error:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def prepare_value(self, value):
        with timezone.override(current_practice().zone):
            return super().prepare_value(value)


def words(label, length, **kwargs):
    """One line of text; NUL and overlong input become errors at the field."""
    kwargs.setdefault("required", False)
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, widget=widget, **kwargs)


def several_lines(label, **kwargs):
    kwargs.setdefault("required", False)
    return forms.CharField(label=label, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)


def clinicians(*, everyone=False):
    """Those who treat patients here now; or everybody who ever worked here."""
    people = User.objects.filter(practice=current_practice())
    return people if everyone else people.filter(is_active=True, sees_patients=True)


def check_birth_date(born):
    """Raise ValidationError for a day to come."""
    if born and born > current_practice().today():
        raise forms.ValidationError("Nobody is born in the future. Check the date.")
    return born
