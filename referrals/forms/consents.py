"""What a patient agreed to, and who else treats them."""

from datetime import timedelta
from uuid import UUID

from django import forms

from partners.models import Partner
from referralcrm.core.forms import HouseForm
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import day_field, several_lines, words
from referrals.forms.paper import PaperField
from referrals.forms.who import resolve
from referrals.states import CareRole, ConsentHow, ConsentScope, ConsentTo

A_YEAR = timedelta(days=365)
MAY_RECEIVE = "{} treats the patient and may receive reports"


class NamingForm(HouseForm):
    """A form with the box for one partner, who may be new."""

    partner_text = words("Who", 160)
    partner = forms.CharField(required=False, widget=forms.HiddenInput)
    partner_asked = forms.CharField(required=False, widget=forms.HiddenInput)
    who = None

    def clean_partner_text(self):
        return " ".join(self.cleaned_data["partner_text"].split())

    def find_who(self, cleaned):
        """Whom the text means; an error beside it when that is not clear."""
        if "partner_text" not in cleaned:
            return
        text, chosen = cleaned["partner_text"], cleaned.get("partner", "")
        self.who = resolve(text, chosen, asked=cleaned.get("partner_asked", ""), other_sources=False)
        if self.who.is_unclear:
            self.add_error("partner_text", "Which one is meant? Choose below." if text else "Say who.")

    def named(self):
        """``partner`` and ``new_partner`` as the actions take them."""
        if self.who is None:
            return {}
        new = {"name": self.who.new_name} if self.who.new_name else None
        return {"partner": self.who.partner, "new_partner": new}

    @property
    def asks_which(self):
        return bool(self.who and self.who.is_offering)


class ConsentForm(NamingForm):
    """Everything has a default but the partner who is not the referral's own."""

    scope = forms.MultipleChoiceField(
        label="The patient agrees that we pass on", choices=ConsentScope, widget=forms.CheckboxSelectMultiple
    )
    to = forms.ChoiceField(label="To", widget=forms.RadioSelect)
    treating = forms.BooleanField(required=False)
    given_how = forms.ChoiceField(label="How it was given", choices=ConsentHow, widget=forms.RadioSelect)
    given_on = day_field("Given on")
    until = day_field("Until", help_text="Empty: until it is withdrawn.")
    words = several_lines("In the patient’s words", help_text="What they asked for or left out. Sealed.")
    file = PaperField(label="The signed form, scanned", required=False)

    field_order = ["scope", "to", "partner_text"]

    def __init__(self, *args, referral, asked=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.referral = referral
        asked = asked or {}
        recipient = _partner(asked.get("partner", "")) or referral.partner
        is_other = recipient is not None and recipient != referral.partner
        self.fields["partner_text"].label = "Named here"
        self.fields["to"].choices = self._recipients()
        self.initial |= {
            "scope": [asked["what"]] if asked.get("what") in ConsentScope else self._likely(),
            "to": ConsentTo.PARTNER if is_other or recipient is None else ConsentTo.OTHER_SIDE,
            "partner": str(recipient.pk) if is_other else "",
            "partner_text": recipient.name if is_other else "",
            "given_how": ConsentHow.SPOKEN,
            "given_on": current_practice().today(),
            "until": current_practice().today() + A_YEAR,
        }
        if asked.get("to") == ConsentTo.CARE_TEAM:
            self.initial["to"] = ConsentTo.CARE_TEAM
        if recipient is None or recipient.treating_provider:
            del self.fields["treating"]
        else:
            self.fields["treating"].label = MAY_RECEIVE.format(recipient)

    def _recipients(self):
        referral = self.referral
        role = "who referred" if referral.is_received else "to whom we refer"
        other_side = [(ConsentTo.OTHER_SIDE, f"{referral.partner}, {role}")] if referral.partner else []
        return [
            *other_side,
            (ConsentTo.CARE_TEAM, ConsentTo.CARE_TEAM.label),
            (ConsentTo.PARTNER, "somebody named here"),
        ]

    def _likely(self):
        """What usually goes in this direction."""
        return [ConsentScope.REPORT if self.referral.is_received else ConsentScope.REFERRAL]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("to") == ConsentTo.PARTNER:
            self.find_who(cleaned)
        elif cleaned.get("to") and cleaned.get("partner_text"):
            self.add_error("to", "Choose “somebody named here”, or empty the name.")
        if self.errors and cleaned.get("file"):
            self.add_error("file", "Choose the file again: a browser does not keep it.")
        return cleaned

    def values(self):
        """What ``actions.consents.give`` takes."""
        names = ("scope", "to", "given_how", "given_on", "until", "words")
        taken = {name: self.cleaned_data[name] for name in names}
        file = next(iter(self.cleaned_data["file"]), None)
        return taken | self.named() | {"file": file, "treating": self.cleaned_data.get("treating", False)}


class CareTeamForm(NamingForm):
    """One other clinician of the patient."""

    role = forms.ChoiceField(label="What they are to the patient", choices=CareRole)
    treating = forms.BooleanField(
        label="They treat the patient and may receive reports", required=False, initial=True
    )

    field_order = ["role", "partner_text", "treating"]

    def clean(self):
        cleaned = super().clean()
        self.find_who(cleaned)
        return cleaned

    def values(self):
        """What ``actions.add_clinician`` takes."""
        return self.named() | {name: self.cleaned_data[name] for name in ("role", "treating")}


def _partner(key):
    try:
        return Partner.objects.current().filter(pk=UUID(key)).first()
    except ValueError:
        return None
