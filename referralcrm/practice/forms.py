"""Signing in, and who we are."""

from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth import authenticate, password_validation

from referralcrm.core.forms import HouseForm


class SignInForm(HouseForm):
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

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
    current = forms.CharField(
        label="Password now",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least 12 characters; a short sentence is good.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

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
