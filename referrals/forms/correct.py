"""Correcting what was logged, and what is known about the patient."""

from django import forms

from partners.forms import PhoneField
from partners.models import Discipline
from referralcrm.core.forms import HouseModelForm, VersionedForm
from referralcrm.practice.models import Location, Service
from referrals.forms.fields import check_birth_date, clinicians, day_field, several_lines, time_field, words
from referrals.forms.log import OTHER_SOURCES, RECEIVED_ONLY, SENT_ONLY
from referrals.forms.who import resolve
from referrals.models import Referral
from referrals.states import Channel, Direction, Source, Urgency


class CorrectForm(HouseModelForm):
    """What was logged, in the words of the log form; journey and direction stay as they are."""

    partner_text = words("From", 160)
    partner = forms.CharField(required=False, widget=forms.HiddenInput)
    partner_asked = forms.CharField(required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label="Not from a partner", required=False, choices=[("", "from a partner"), *OTHER_SOURCES]
    )
    source_name = words("Their name", 120)
    service = forms.ModelChoiceField(label="For", queryset=None, required=False, empty_label="not said")
    discipline = forms.ModelChoiceField(label="For", queryset=None, required=False, empty_label="not said")
    clinician = forms.ModelChoiceField(label="With", queryset=None, required=False, empty_label="not said")
    location = forms.ModelChoiceField(label="At", queryset=None, required=False, empty_label="not said")
    channel = forms.ChoiceField(label="Came by", required=False, choices=[("", "not said"), *Channel.choices])
    urgency = forms.ChoiceField(choices=Urgency)
    happened_on = day_field("Received on", required=True)
    next_visit_on = day_field("Back with the referrer on")
    appointment_on = day_field("Booked for")
    appointment_time = time_field("Booked at")
    attended_on = day_field("First came on", required=True)
    new_to_area = forms.BooleanField(
        label="New to the area, or without a doctor of their own", required=False
    )
    reason = several_lines("Reason")

    class Meta:
        model = Referral
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.who = None
        row = self.instance
        self._fit(row)
        asked_for = {"partner", "partner_text", "partner_asked", "source"}
        for name in self.own_fields - asked_for:
            self.initial[name] = getattr(row, name)
        if row.partner:
            self.initial |= {"partner": str(row.partner_id), "partner_text": row.partner.name}
        else:
            self.initial["source"] = row.source

    def _fit(self, row):
        is_sent = row.direction == Direction.SENT
        gone = set(RECEIVED_ONLY if is_sent else SENT_ONLY) & set(self.fields)
        for name in (*gone, *(() if row.attended_on else ("attended_on",))):
            del self.fields[name]
        if is_sent:
            self.fields["partner_text"].label, self.fields["happened_on"].label = "To", "Sent on"
            self.fields["channel"].label, self.fields["clinician"].label = "Went by", "Referred by"
        offered = {
            "service": Service.objects.active() | Service.objects.filter(pk=row.service_id),
            "discipline": Discipline.objects.filter(is_active=True)
            | Discipline.objects.filter(pk=row.discipline_id),
            "location": Location.objects.active() | Location.objects.filter(pk=row.location_id),
            "clinician": clinicians() | clinicians(everyone=True).filter(pk=row.clinician_id),
        }
        for name in offered.keys() & self.fields.keys():
            self.fields[name].queryset = offered[name]

    @property
    def own_fields(self):
        return set(self.fields) - {"version"}

    def clean(self):
        cleaned = super().clean()
        text, other = " ".join(cleaned.get("partner_text", "").split()), cleaned.get("source", "")
        if text and other:
            self.add_error("source", "Choose either a partner or another source.")
            return cleaned
        self.who = resolve(
            text,
            other or cleaned.get("partner", ""),
            asked=cleaned.get("partner_asked", ""),
            other_sources="source" in self.fields,
            kept=self.instance.partner,
        )
        if self.who.new_name or self.who.is_unclear:
            self.add_error(
                "partner_text", "Which partner is meant? A new one is added on the partners' page."
            )
        return cleaned

    def _post_clean(self):
        """Nothing is written onto the row here: ``actions.update`` judges and writes."""

    def values(self):
        """What ``actions.update`` takes."""
        asked_for = {"partner_text", "partner_asked", "source"}
        taken = {name: self.cleaned_data.get(name) for name in self.own_fields - asked_for}
        taken["partner"] = self.who and self.who.partner
        if "source" in self.fields:
            taken["source"] = self.who.source if self.who else Source.PARTNER
        return taken

    @property
    def asks_which(self):
        return bool(self.who and self.who.offered)

    def show_current(self, current):
        """As everywhere; a partner who was changed meanwhile is said beside the box that shows it."""
        super().show_current(current)
        if errors := self.errors.pop("partner", None):
            self.add_error("partner_text", list(errors))


WORDS = {"patient_name": "name", "born": "birth_date", "patient_phone": "phone"}


class PatientForm(VersionedForm):
    """The least about a patient."""

    patient_name = words("Name", 160, required=True)
    born = day_field("Born")
    record_number = words("Record number", 40)
    patient_phone = PhoneField(label="Phone", max_length=32, required=False)
    forget_phone = forms.BooleanField(label="Forget the number we have", required=False)

    def __init__(self, *args, patient, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {
            "patient_name": patient.name,
            "born": patient.birth_date,
            "record_number": patient.record_number,
            "version": patient.version,
        }
        if patient.phone_sealed:
            self.fields["patient_phone"].help_text = "There is one. Type here only to replace it."
        else:
            del self.fields["forget_phone"]

    def clean_born(self):
        return check_birth_date(self.cleaned_data["born"])

    def words(self):
        """What ``actions.patients.change`` takes."""
        taken = {WORDS.get(name, name): value for name, value in self.cleaned_data.items()}
        forget = taken.pop("forget_phone", False)
        return taken | {"phone": "" if forget else taken["phone"] or None}

    def standing(self, row, name):
        """The number stays masked: nothing is said about it."""
        if name in {"patient_phone", "forget_phone"}:
            return self.cleaned_data.get(name)
        return row.born if name == "born" else getattr(row, WORDS.get(name, name))
