"""What a partner outside types: nothing is refused here, so that every wrong answer looks alike."""

from django import forms

from referralcrm.core.forms import HouseForm

LONGEST = 400  # beyond what any link or code is


class LinkForm(HouseForm):
    """The link from the mail; the script fills it in from the address."""

    link = forms.CharField(
        label="The link from the mail",
        required=False,
        help_text="Copy the whole address from the mail and paste it here.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-link": ""}),
    )

    def typed(self, name="link") -> str:
        """As it was typed, cut off where nothing of ours is as long."""
        return self.data.get(name, "").replace("\0", "")[:LONGEST]


class CodeForm(LinkForm):
    link = forms.CharField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(
        label="The code from the second mail",
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )
