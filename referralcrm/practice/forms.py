"""Signing in, and who we are."""

from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth import authenticate, password_validation

from referralcrm.core.forms import HouseForm

LONGEST_PASSWORD = 200
STRONG_ENOUGH = (
    "At least 12 characters. Not your name or e-mail, not only digits, "
    "and none of the passwords many people use. A short sentence is good."
)


def password_field(*, label, autocomplete, **kwargs):
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **kwargs,
    )


def new_password_field(label="New password"):
    return password_field(label=label, autocomplete="new-password", help_text=STRONG_ENOUGH)


class SignInForm(HouseForm):
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field(label="Password", autocomplete="current-password")

    def clean_email(self):
        """One spelling, so that the lock-out counts every way of writing an address together."""
        return self.cleaned_data["email"].casefold()

    def layout(self):
        return Layout("email", "password")

    def authenticate(self, request):
        """The person, or None with one message that does not tell which of the two was wrong."""
        person = authenticate(
            request, email=self.cleaned_data["email"], password=self.cleaned_data["password"]
        )
        if person is None:
            self.add_error(
                None,
                "This e-mail and password do not belong together. Try the password again.",
            )
        return person


class PasswordForm(HouseForm):
    current = password_field(label="Password now", autocomplete="current-password")
    new = new_password_field()

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_current(self):
        if not self.person.check_password(self.cleaned_data["current"]):
            raise forms.ValidationError("This is not your password now.")
        return self.cleaned_data["current"]

    def clean_new(self):
        password_validation.validate_password(self.cleaned_data["new"], self.person)
        return self.cleaned_data["new"]
