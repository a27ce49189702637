"""Saying what led to a referral."""

from django import forms
from django.utils.text import Truncator
from django_scopes.forms import SafeModelChoiceField

from outreach.models import Touchpoint
from outreach.states import EVENTS, OriginKind
from partners.models import Partner
from referralcrm.core.forms import VersionedForm
from referralcrm.core.templatetags.house import day

CONTACTS_SHOWN, NOTE_SHOWN = 30, 60
ONLY_ONE = "Say one of the three, or none."


class ContactField(SafeModelChoiceField):
    """Events first, each with the first words that were noted of it."""

    def offer(self, contacts):
        self.queryset = contacts
        rows = list(contacts)
        groups = [
            ("Events", [row for row in rows if row.kind in EVENTS]),
            ("Other contacts", [row for row in rows if row.kind not in EVENTS]),
        ]
        named = [(label, [(row.pk, self.label_from_instance(row)) for row in each]) for label, each in groups]
        self.choices = [("", self.empty_label), *(group for group in named if group[1])]

    def label_from_instance(self, contact):
        label = f"{contact.get_kind_display()}, {day(contact.happened_on)}"
        note = Truncator(" ".join(contact.note.split())).chars(NOTE_SHOWN)
        return f"{label}: {note}" if note and contact.kind in EVENTS else label


class OriginForm(VersionedForm):
    """A contact with the partner, who introduced us, or an event; never a patient's name."""

    contact = ContactField(
        Touchpoint.objects.none(),
        label="A contact with them, or an event",
        required=False,
        empty_label="none",
    )
    introduced = forms.CharField(label="Introduced by", max_length=160, required=False)
    introduced_id = SafeModelChoiceField(Partner.objects.none(), required=False, widget=forms.HiddenInput)
    event = forms.CharField(
        label="Another event",
        max_length=200,
        required=False,
        help_text="One not written down with them, such as the open day. Never a patient’s name.",
    )

    def __init__(self, *args, referral, origin=None, **kwargs):
        super().__init__(*args, **kwargs)
        contacts = Touchpoint.objects.real().filter(partner=referral.partner)
        recent = contacts.order_by("-happened_on", "-id").values("pk")[:CONTACTS_SHOWN]
        keys = {row["pk"] for row in recent} if referral.partner_id else set()
        keys |= {origin.touchpoint_id} if origin and origin.touchpoint_id else set()
        self.fields["contact"].offer(Touchpoint.objects.filter(pk__in=keys).order_by("-happened_on"))
        self.fields["introduced_id"].queryset = Partner.objects.current()
        self.fields["version"].initial = origin.version if origin else 0
        if origin:
            self._show(origin)

    def _show(self, origin):
        self.initial = {"contact": origin.touchpoint_id, "event": origin.words, "version": origin.version}
        if origin.kind == OriginKind.INTRODUCTION:
            who = origin.introduced_by
            self.initial |= {"introduced": who.name, "introduced_id": who.pk}

    def clean(self):
        cleaned = super().clean()
        text, chosen = cleaned.get("introduced", "").strip(), cleaned.pop("introduced_id", None)
        cleaned["introduced_by"] = self._who(text, chosen) if text else None
        told = [cleaned.get("contact"), text, cleaned.get("event")]
        if sum(map(bool, told)) > 1:
            self.add_error(None, ONLY_ONE)
        return cleaned

    def _who(self, text, chosen):
        if chosen and chosen.name == text:
            return chosen
        found = Partner.objects.current().filter(name__iexact=text)[:2]
        if len(found) != 1:
            self.add_error("introduced", "Choose a partner from the list.")
            return None
        return found[0]

    def values(self):
        """What ``actions.origins.tell_origin`` takes."""
        return {name: self.cleaned_data.get(name) for name in ("contact", "introduced_by", "event")}

    def show_current(self, current):
        """The typing stays; the newer answer is overwritten only by sending once more."""
        self.data = self.data.copy()
        self.data["version"] = current.version
        self.add_error(None, "Somebody else said what led to it meanwhile. Send again to keep yours.")
