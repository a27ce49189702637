"""To whom a report goes, and by which way."""

from django import forms

from referralcrm.core.forms import HouseForm
from referrals.models.deliveries import why_not
from referrals.states import DeliveryChannel


class SendForm(HouseForm):
    """One recipient's row: the ways that lead to them, theirs first."""

    partner = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label="How", choices=DeliveryChannel)

    def __init__(self, *args, recipient=None, usual="", **kwargs):
        super().__init__(*args, **kwargs)
        if recipient is None:
            return
        ways = [(way.value, way.label) for way in DeliveryChannel if not why_not(recipient, way)]
        self.fields["channel"].choices = ways
        self.fields["channel"].widget.attrs["id"] = f"how-{recipient.pk}"
        self.initial |= {"partner": recipient.pk, "channel": usual if usual in dict(ways) else ways[0][0]}
        self.closed_ways = [words for way in DeliveryChannel if (words := why_not(recipient, way))]


class DeliveryActForm(HouseForm):
    """What somebody does with a delivery: a button of its row."""

    act = forms.ChoiceField(
        choices=[
            ("sent", "It went out"),
            ("unsent", "It did not go out"),
            ("resend", "Send a new link"),
            ("revoke", "Take it back"),
            ("confirm", "They have it"),
        ]
    )
