"""Whom we named to a patient of a sent referral, told after it was logged."""

from dataclasses import dataclass

from django import forms
from django_scopes.forms import SafeModelChoiceField, SafeModelMultipleChoiceField

from partners.models import Partner
from referralcrm.core.forms import ONE_LINE, HouseForm, VersionedForm
from referrals.forms.fields import words
from referrals.models import Referral

BECAUSE = "Cannot refer because…"
LONGEST = 200


@dataclass(frozen=True)
class Named:
    """One partner on the page: whether they are ticked, and the field that says why not."""

    partner: Partner
    is_ticked: bool
    because: forms.BoundField


class ChoiceForm(VersionedForm):
    """Who stands there, each with a tick and a reason; one more by name; and the patient's own wish."""

    named = SafeModelMultipleChoiceField(Partner.objects.none(), required=False, label="Named to the patient")
    add = words("One more", 160)
    add_id = SafeModelChoiceField(Partner.objects.none(), required=False, widget=forms.HiddenInput)
    add_because = words(BECAUSE, LONGEST, help_text="Leave it empty for somebody the patient could choose.")
    own_wish = forms.BooleanField(label="The patient asked for them by themselves", required=False)

    def __init__(self, *args, referral, offers, **kwargs):
        super().__init__(*args, **kwargs)
        self.referral = referral
        self.others = [offer for offer in offers if offer.partner_id != referral.partner_id]
        keys = [offer.partner_id for offer in self.others]
        self.fields["named"].queryset = Partner.objects.filter(pk__in=keys)
        self.fields["add_id"].queryset = Partner.objects.current()
        for offer in self.others:
            because = words(BECAUSE, LONGEST, initial=offer.because, validators=[ONE_LINE])
            self.fields[self._because(offer)] = because
        self.initial |= {
            "version": referral.version,
            "named": keys,
            "own_wish": any(offer.own_wish for offer in offers),
        }

    @staticmethod
    def _because(offer):
        return f"because_{offer.partner_id.hex}"

    @property
    def rows(self) -> list[Named]:
        """Those who stand there besides the one it went to."""
        ticked = set(map(str, self["named"].value() or []))
        return [
            Named(offer.partner, str(offer.partner_id) in ticked, self[self._because(offer)])
            for offer in self.others
        ]

    def clean(self):
        cleaned = super().clean()
        text, chosen = cleaned.get("add", ""), cleaned.get("add_id")
        cleaned["added"] = self._who(text, chosen) if text else None
        if cleaned.get("add_because") and not text and "add" not in self.errors:
            self.add_error("add", "Say about whom.")
        return cleaned

    def _who(self, text, chosen):
        if chosen and chosen.name == text:
            return chosen
        found = Partner.objects.current().filter(name__iexact=text)[:2]
        if len(found) != 1:
            self.add_error("add", "Choose a partner from the list.")
            return None
        return found[0]

    def values(self):
        """What ``actions.say_choice`` takes."""
        cleaned, ticked = self.cleaned_data, {partner.pk for partner in self.cleaned_data["named"]}
        kept = [offer for offer in self.others if offer.partner_id in ticked]
        because = {offer.partner_id: cleaned[self._because(offer)] for offer in kept}
        named = [offer.partner for offer in kept]
        if added := cleaned["added"]:
            named.append(added)
            because[added.pk] = cleaned["add_because"]
        return {"named": named, "own_wish": cleaned["own_wish"], "because": because}

    def show_current(self, current):
        """The typing stays; the newer list is overwritten only by sending once more."""
        self.data = self.data.copy()
        self.data["version"] = Referral.objects.get(pk=current.pk).version
        self.add_error(None, "Somebody changed this referral meanwhile. Look again, and send once more.")


class NamedForm(HouseForm):
    """What the finder's page sends: those ticked as named, and those who cannot be, with the reasons."""

    offered = SafeModelMultipleChoiceField(Partner.objects.none(), required=False)
    cannot = SafeModelMultipleChoiceField(Partner.objects.none(), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("offered", "cannot"):
            self.fields[name].queryset = Partner.objects.current()

    def values(self):
        """What ``actions.name_more`` takes; the reasons are the finder's words beside each tick."""
        cannot = list(self.cleaned_data["cannot"])
        because = {partner.pk: self._said(partner) for partner in cannot}
        return {"partners": [*self._in_order("offered"), *cannot], "because": because}

    def _in_order(self, name):
        keys = self.data.getlist(name)
        return sorted(self.cleaned_data[name], key=lambda partner: keys.index(str(partner.pk)))

    def _said(self, partner) -> str:
        """Cut to what the field holds; a NUL, which no person types, is left out."""
        said = self.data.get(f"because-{partner.pk}", "").replace("\0", "")
        return " ".join(said.split())[:LONGEST]
