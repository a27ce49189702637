"""Fields and choices that several forms here share."""

from django import forms

from referralcrm.practice.models import User
from referralcrm.practice.scope import current_practice


def day_field(label, **kwargs):
    kwargs.setdefault("required", False)
    return forms.DateField(label=label, **kwargs)


def time_field(label):
    """An optional time of the day, as the practice's clock shows it."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget)


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
