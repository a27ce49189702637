"""The one form that logs a referral, in either direction."""

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from partners.forms import EmailField, PhoneField
from partners.models import Discipline, Partner
from referralcrm.core.forms import HouseForm
from referralcrm.practice.models import Location, Service
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import check_birth_date, clinicians, day_field, several_lines, words
from referrals.forms.paper import PaperField
from referrals.forms.who import NEW, Who, resolve
from referrals.models import AdviceRequest, Patient, Referral
from referrals.states import Channel, Direction, Paper, Source, Urgency

OTHER_SOURCES = [choice for choice in Source.choices if choice[0] != Source.PARTNER]
DIRECTIONS = [(Direction.RECEIVED, "↓ Received"), (Direction.SENT, "↑ Sent")]
RECEIVED_ONLY = ("source", "source_name", "service", "next_visit_on", "new_to_area", "unreadable")
SENT_ONLY = ("discipline", "offered", "own_wish")
MOST_OFFERED = 20
NEW_PARTNER = ("new_discipline", "new_email", "new_phone")
NEW_MATTER = "new"
CONTRADICTIONS = {
    "": "",
    "name": "This record number belongs to a patient with another name. Check the number.",
    "birth_date": "The patient with this record number has another date of birth. Check both.",
}


class LogForm(HouseForm):
    """Everything has a default but the partner and the patient."""

    direction = forms.ChoiceField(choices=DIRECTIONS, required=False, widget=forms.RadioSelect)
    partner_text = words("From", 160)
    partner = forms.CharField(required=False, widget=forms.HiddenInput)
    partner_asked = forms.CharField(required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label="Not from a partner", required=False, choices=[("", "from a partner"), *OTHER_SOURCES]
    )
    source_name = words("Their name", 120, help_text="They are thanked in person.")
    new_discipline = forms.ModelChoiceField(
        label="Discipline", queryset=None, required=False, empty_label="not known yet"
    )
    new_email = EmailField(label="E-mail", max_length=254, required=False)
    new_phone = PhoneField(label="Phone", max_length=32, required=False)
    patient_name = words("Patient", 160)
    born = day_field("Born")
    record_number = words("Record number", 40)
    patient_phone = PhoneField(label="Patient’s phone", max_length=32, required=False)
    matter = forms.CharField(label="Is it the same matter?", required=False)
    service = forms.ModelChoiceField(label="For", queryset=None, required=False, empty_label="not said")
    discipline = forms.ModelChoiceField(
        label="For", queryset=None, required=False, empty_label="what they do"
    )
    clinician = forms.ModelChoiceField(label="With", queryset=None, required=False, empty_label="not said")
    location = forms.ModelChoiceField(label="At", queryset=None, required=False, empty_label="not said")
    channel = forms.ChoiceField(label="Came by", required=False, choices=[("", "not said"), *Channel.choices])
    urgency = forms.ChoiceField(choices=Urgency, initial=Urgency.ROUTINE, required=False)
    happened_on = day_field("Received on")
    next_visit_on = day_field("Back with the referrer on")
    new_to_area = forms.BooleanField(
        label="New to the area, or without a doctor of their own",
        required=False,
        help_text="A task comes up to suggest a primary-care clinician.",
    )
    offered = forms.CharField(required=False, widget=forms.HiddenInput, max_length=MOST_OFFERED * 40)
    own_wish = forms.BooleanField(label="The patient asked for them by themselves", required=False)
    reason = several_lines("Reason")
    unreadable = forms.BooleanField(
        label="Part of it could not be read: finish it later",
        required=False,
        help_text="It may be saved without the patient or the referrer, and waits on Today.",
    )
    file = PaperField(label="The paper itself", required=False)
    paper_kind = forms.ChoiceField(label="What is it?", choices=Paper, initial=Paper.FAX, required=False)
    advice = forms.UUIDField(required=False, widget=forms.HiddenInput)  # the question it came of
    keep_partner = forms.BooleanField(label="Keep the partner for the next one", required=False)

    def __init__(self, *args, person, query=None, here=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person, self.here = person, here
        self.today = current_practice().today()
        self.known, self.duplicates, self.who = None, [], None
        self.several_fit, self.contradiction = False, ""
        self._offered = None
        self.finishing = _key(self.data.get("finishing", ""))  # the referral that is being finished
        self._point(self._value_of("direction") or (query or {}).get("direction"))
        if not self.is_bound:
            self.initial = self._habits() | self._asked_for(query or {}) | self.initial
            first = "patient_name" if self.initial.get("partner") else "partner_text"
            self.fields[first].widget.attrs["autofocus"] = True

    # What the form looks like in each direction

    def _point(self, direction):
        self.direction = direction if direction in Direction.values else Direction.RECEIVED
        self.initial["direction"] = self.direction
        is_sent = self.direction == Direction.SENT
        for name in RECEIVED_ONLY if is_sent else SENT_ONLY:
            del self.fields[name]
        if is_sent:
            self.fields["partner_text"].label = "To"
            self.fields["channel"].label = "Went by"
            self.fields["happened_on"].label = "Sent on"
            self.fields["clinician"].label = "Referred by"
        for name in {"new_discipline", "discipline"} & set(self.fields):
            self.fields[name].queryset = Discipline.objects.filter(is_active=True)
        if not is_sent:
            self.fields["service"].queryset = Service.objects.active()
        self.fields["location"].queryset = Location.objects.active()
        self.fields["clinician"].queryset = clinicians()

    def _habits(self):
        last = Referral.objects.last_entered_by(self.person, self.direction)
        return {
            "happened_on": self.today,
            "location": self._usual_place(last),
            "service": last and last.service_id,
            "clinician": self.person.pk if self.person.sees_patients else None,
        }

    def _usual_place(self, last):
        """Where the frame stands, the last one used, or one's own; the only one where there is one."""
        if self.here:
            return self.here
        usual = last.location_id if last else self.person.home_location_id
        places = [] if usual else list(self.fields["location"].queryset[:2])
        return places[0].pk if len(places) == 1 else usual

    def _asked_for(self, query):
        """What a link may preset: never anything about a patient."""
        asked = {}
        for name, given in (("happened_on", "on"), ("location", "location")):
            try:
                if value := self.fields[name].clean(query.get(given)):
                    asked[name] = getattr(value, "pk", value)
            except ValidationError:
                continue
        if hasattr(query, "getlist") and "offered" in self.fields:
            asked["offered"] = " ".join(query.getlist("offered"))
        if partner := self._partner_asked_for(query.get("partner", "")):
            asked |= {
                "partner": str(partner.pk),
                "partner_text": partner.name,
                "keep_partner": "keep" in query,
            }
            asked |= self._from_question(partner, query.get("advice", ""))
        return asked

    @staticmethod
    def _from_question(partner, value):
        """The words of a question that led to this, read here so that no address holds them."""
        asked = AdviceRequest.objects.kept().filter(pk=_key(value), partner=partner, referral=None).first()
        return {"advice": asked.pk, "reason": asked.question} if asked else {}

    @staticmethod
    def _partner_asked_for(value):
        return Partner.objects.current().filter(pk=_key(value)).first()

    def _value_of(self, name):
        return self.data.get(self.add_prefix(name), "") if self.is_bound else self.initial.get(name, "")

    @property
    def offered_partners(self):
        """Whom the finder's page named to the patient, in its order; who is gone since is left out."""
        if self._offered is None:
            keys = [key for key in map(_key, str(self._value_of("offered")).split()) if key]
            keys = list(dict.fromkeys(keys))[:MOST_OFFERED]
            known = Partner.objects.current().in_bulk(keys) if keys else {}
            self._offered = [known[key] for key in keys if key in known]
        return self._offered

    # What was sent

    def clean_direction(self):
        return self.cleaned_data["direction"] or self.direction

    def clean_born(self):
        return check_birth_date(self.cleaned_data["born"])

    def clean_happened_on(self):
        happened = self.cleaned_data["happened_on"] or self.today
        if happened > self.today:
            raise forms.ValidationError("This day has not come yet. Enter the day it happened.")
        return happened

    def clean_urgency(self):
        return self.cleaned_data["urgency"] or Urgency.ROUTINE

    def clean_partner_text(self):
        return " ".join(self.cleaned_data["partner_text"].split())

    def clean(self):
        cleaned = super().clean()
        self._find_who(cleaned)
        self._find_patient(cleaned)
        self._find_matter(cleaned)
        if self.errors and cleaned.get("file"):
            self.add_error("file", "Choose the file again: a browser does not keep it.")
        return cleaned

    def _find_who(self, cleaned):
        if "partner_text" not in cleaned:
            return
        text, other = cleaned["partner_text"], cleaned.get("source", "")
        self.who = resolve(
            text,
            other or cleaned.get("partner", ""),
            asked=cleaned.get("partner_asked", ""),
            other_sources=self.direction == Direction.RECEIVED,
        )
        if not (text or other) and cleaned.get("unreadable"):
            self.who = Who(source=Source.UNKNOWN)
        elif other and text and cleaned.get("partner") != other:
            self.add_error("source", "Choose either a partner or another source.")
        elif self.who.is_unclear:
            self.add_error("partner_text", self._say_unclear(text))

    def _say_unclear(self, text):
        if text:
            return "Which partner is meant? Choose below."
        if self.direction == Direction.SENT:
            return "Type to whom the patient was sent."
        return "Type who sent the patient, or choose another source."

    def _find_patient(self, cleaned):
        words = self.patient_words()
        if not any(words.values()):
            if "patient_name" in cleaned and not cleaned.get("unreadable"):
                self.add_error("patient_name", "Type the patient's name or record number.")
            return
        fitting = Patient.objects.fitting(current_practice(), **words)
        self.several_fit = len(fitting) > 1
        if len(fitting) != 1:
            return
        wrong = fitting[0].contradicts(name=words["name"], birth_date=words["birth_date"])
        self.contradiction = CONTRADICTIONS[wrong]
        if not wrong:
            self.known = fitting[0]

    def _find_matter(self, cleaned):
        if self.known is None:
            cleaned["matter"] = None
            return
        answer, cleaned["matter"] = cleaned.get("matter", ""), None
        same = {str(referral.pk): referral for referral in self.open_referrals}
        if answer in same:
            cleaned["matter"] = same[answer]
        elif answer not in ("", NEW_MATTER):
            self.add_error("matter", "Choose one of these.")
        elif same and not answer:
            self.add_error("matter", "This patient has an open referral. The same matter, or a new one?")

    @property
    def known_otherwise(self):
        """Whether the patient is known by another spelling, or was found without a name."""
        return bool(self.known.name) and self.known.name != self.cleaned_data.get("patient_name")

    @property
    def open_referrals(self):
        """Of the known patient, in this direction."""
        if not hasattr(self, "_open"):
            rows = Referral.objects.open().filter(patient=self.known, direction=self.direction)
            rows = rows.exclude(pk=self.finishing)
            self._open = list(rows.with_everyone()[:5]) if self.known else []
            for referral in self._open:
                referral.patient = self.known
        return self._open

    def repeats(self):
        """Kept referrals of the same partner and patient within 14 days: worth a warning, no more."""
        on = self.cleaned_data.get("happened_on") or self.today
        if not (self.known and self.who and self.who.partner) or not _is_near(on, self.today):
            return []
        rows = Referral.objects.kept().filter(
            patient=self.known, partner=self.who.partner, direction=self.direction
        )
        return list(rows.near(on)[:3])

    def patient_words(self):
        """What ``fitting`` takes: by what a patient is found."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned.get("patient_name", ""),
            "birth_date": cleaned.get("born"),
            "record_number": cleaned.get("record_number", ""),
        }

    def values(self):
        """What ``actions.log`` takes."""
        cleaned = self.cleaned_data
        taken = {"direction", "location", "clinician", "channel", "urgency", "happened_on", "reason"}
        fields = {name: cleaned[name] for name in taken}
        fields |= {"patient": self._patient(), "same_matter_as": cleaned.get("matter") or None}
        fields |= {"partner": self.who.partner, "new_partner": self._new_partner()}
        kind = cleaned["paper_kind"] or Paper.FAX
        fields["paper"] = [{"file": upload, "kind": kind} for upload in cleaned["file"]]
        if self.direction == Direction.SENT:
            return fields | {
                "discipline": cleaned["discipline"],
                "offered": self.offered_partners,
                "own_wish": cleaned["own_wish"],
            }
        received = {
            name: cleaned[name] for name in ("service", "next_visit_on", "new_to_area", "source_name")
        }
        return fields | received | {"source": self.who.source, "to_finish": cleaned["unreadable"]}

    def _patient(self):
        return self.patient_words() | {"phone": self.cleaned_data["patient_phone"]}

    def _new_partner(self):
        if not self.who.new_name:
            return None
        given = {name.removeprefix("new_"): self.cleaned_data[name] for name in NEW_PARTNER}
        return {"name": self.who.new_name} | given

    # What the page asks

    @property
    def asks_new_partner(self):
        """Whether the few fields of a new partner are shown."""
        return self._value_of("partner") == NEW

    @property
    def asks_which(self):
        """Whether the text did not say which partner is meant, so that the page offers some."""
        return bool(self.who and self.who.is_offering)


def _key(value):
    """The id in ``value``, or None."""
    try:
        return UUID(value)
    except ValueError:
        return None


def _is_near(on, today):
    """Days at the edge of the calendar have no fortnight around them."""
    return abs((on - today).days) < 40 * 366
