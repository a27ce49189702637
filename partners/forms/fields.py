"""How a phone and an e-mail are typed."""

from django import forms

from referralcrm.core.phones import normalised
from referralcrm.practice.scope import current_practice


class PhoneField(forms.CharField):
    """Normalised for the practice's country; explained when malformed."""

    def clean(self, value):
        try:
            number = normalised(super().clean(value), country=current_practice().country)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if len(number) > self.max_length:
            raise forms.ValidationError("This extension is too long.")
        return number


class EmailField(forms.EmailField):
    """The domain in lower case, as every mail server reads it."""

    def clean(self, value):
        name, at, domain = super().clean(value).rpartition("@")
        return f"{name}{at}{domain.lower()}"
