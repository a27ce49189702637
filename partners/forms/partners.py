"""What a person may tell us about a partner, one submission at a time."""

from uuid import UUID
from zlib import crc32

from django import forms
from django.db.models import Q
from django_scopes.forms import SafeModelChoiceField

from partners.forms.fields import EmailField, PhoneField
from partners.models import Affiliation, Contact, Discipline, Friction, Organisation, Partner
from partners.states import Accepting, Circle, Ending, Kind, News, Side, Stage
from referralcrm.core.forms import HouseForm, HouseModelForm, WordsField
from referralcrm.practice.models import Plan, User
from referralcrm.practice.permissions import Permission, roles_with
from referralcrm.practice.scope import current_practice

NO_PATIENT = "Never a patient’s name: everybody here can read it."


def _organisation(key):
    """The one chosen, or None for "new", for nothing, and for one that is gone."""
    try:
        return Organisation.objects.kept().filter(pk=UUID(key)).first()
    except ValueError:
        return None


class OfficeMixin(forms.Form):
    """An organisation chosen from the type-ahead, or simply typed: ``office`` holds either."""

    office = forms.CharField(max_length=160, required=False)
    office_id = forms.CharField(max_length=36, required=False, widget=forms.HiddenInput)

    def clean(self):
        super().clean()
        key, text = self.cleaned_data.pop("office_id", ""), self.cleaned_data.get("office", "")
        if text and (chosen := _organisation(key)) and chosen.name.casefold() == text.casefold():
            self.cleaned_data["office"] = chosen
        return self.cleaned_data

    def _show_office(self, organisation):
        self.fields["office"].initial, self.fields["office_id"].initial = organisation.name, organisation.pk

    def standing(self, row, name):
        return row.organisation if name == "office" else super().standing(row, name)


class PartnerForm(OfficeMixin, HouseModelForm):
    is_person = forms.TypedChoiceField(
        label="This is",
        choices=[("True", "A person"), ("False", "An organisation")],
        coerce=lambda value: value == "True",
        initial="True",
        widget=forms.RadioSelect,
    )
    phone = PhoneField(max_length=32, required=False)
    fax = PhoneField(max_length=32, required=False)
    email = EmailField(label="E-mail", max_length=254, required=False)
    special_interests = WordsField(each=60, max_length=2000, required=False)
    areas_served = WordsField(each=60, max_length=2000, required=False)
    licence_places = WordsField(label="May treat by video in", each=60, max_length=1000, required=False)
    tags = WordsField(each=40, max_length=1000, required=False)
    notices = forms.MultipleChoiceField(
        label="Wants to be told by e-mail when",
        choices=News.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each mail says “one of your patients” and nothing more; a code opens the rest.",
    )
    plans = forms.ModelMultipleChoiceField(
        Plan.objects.none(), label="Insurers taken", required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Partner
        fields = [
            "is_person",
            "name",
            "discipline",
            "phone",
            "fax",
            "email",
            "address",
            "postcode",
            "area",
            "hours",
            "preferred_channel",
            "best_time",
            "kind",
            "stage",
            "circle",
            "owner",
            "backup",
            "goal",
            "next_step",
            "next_step_on",
            "special_interests",
            "telehealth",
            "licence_places",
            "areas_served",
            "accepting",
            "accepting_again_on",
            "personal_interests",
            "tags",
            "notes",
            "salutation",
            "identifier",
            "treating_provider",
            "notices",
        ]
        field_classes = dict.fromkeys(("discipline", "owner", "backup"), SafeModelChoiceField)
        labels = {"next_step_on": "By", "owner": "Looked after by", "backup": "And when away, by"}
        help_texts = {
            "areas_served": "Areas or postcode districts, commas between them. Empty when they go anywhere.",
            "licence_places": "States, regions or countries, commas between them.",
            "accepting_again_on": "Only when they take nobody now.",
            "salutation": "As after “Dear”: Dr Okafor.",
            "next_step": NO_PATIENT,
            "notes": NO_PATIENT,
        }
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        people = User.objects.filter(practice=current_practice())
        able = Q(is_active=True, role__in=roles_with(Permission.LOG))
        for name in ("owner", "backup"):
            self.fields[name].queryset = people.filter(able | Q(pk=getattr(row, f"{name}_id")))
        self.fields["discipline"].queryset = Discipline.objects.filter(
            Q(is_active=True) | Q(pk=row.discipline_id)
        )
        for name in ("owner", "backup", "discipline"):
            self.fields[name].empty_label = "not chosen"
        self.fields["plans"].queryset = Plan.objects.active()
        self.fields["accepting"].choices = [("", "not known"), *Accepting.choices]
        self.fields["special_interests"].help_text = self.fields["tags"].help_text = "Commas between them."
        self._offer_stages()
        if not row._state.adding:
            self.fields["office"].initial = (
                row.organisation.name if row.organisation and row.is_person else ""
            )
            self.fields["office_id"].initial = row.organisation_id

    def _offer_stages(self):
        """Ending a relationship has buttons of its own; one that has ended keeps its stage here."""
        if self.instance.stage == Stage.ENDED:
            del self.fields["stage"]
        else:
            self.fields["stage"].choices = [choice for choice in Stage.choices if choice[0] != Stage.ENDED]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("owner") and cleaned.get("owner") == cleaned.get("backup"):
            self.add_error("backup", "Choose somebody else, so that one of the two is there.")
        if cleaned.get("accepting_again_on") and cleaned.get("accepting") != Accepting.NO:
            self.add_error(
                "accepting_again_on", "Choose “takes no new patients now” as well, or leave it empty."
            )
        return cleaned


class DuplicateForm(forms.Form):
    """What has been typed of a new partner so far; halves and mistakes are simply left out."""

    name = forms.CharField(max_length=160, required=False)
    email = EmailField(max_length=254, required=False)
    phone = PhoneField(max_length=32, required=False)
    besides = forms.UUIDField(required=False)

    def typed(self):
        self.full_clean()
        return self.cleaned_data


class MergeForm(HouseForm):
    """For each difference the side that stays; refused when the rows say something else than was shown.

    ``differences`` are those of ``actions.merges``.
    """

    seen = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, differences, **kwargs):
        super().__init__(*args, **kwargs)
        self.differences = differences
        self.fields["seen"].initial = self._fingerprint()
        for each in differences:
            self.fields[each.name] = forms.ChoiceField(
                label=each.label,
                choices=[(side, Side(side).label) for side in each.sides],
                initial=each.default,
                required=False,
            )

    def rows(self):
        """Each difference with the side that is ticked and the errors beside it."""
        for each in self.differences:
            field = self[each.name]
            ticked = field.value() if field.value() in each.sides else each.default
            yield each, ticked, field.errors

    def choices(self) -> dict:
        """Name → side, where one was ticked."""
        return {name: side for name, side in self.cleaned_data.items() if name != "seen" and side}

    def clean(self):
        shown = dict(part.partition("=")[::2] for part in self.cleaned_data.get("seen", "").split())
        now = self._checksums()
        changed = [name for name in {**shown, **now} if shown.get(name) != now.get(name)]
        if changed or "seen" not in self.data:
            self.data = self.data.copy()
            self.data["seen"] = self._fingerprint()
            labels = ", ".join(self.fields[name].label for name in now if name in changed)
            raise forms.ValidationError(
                "Somebody changed these two while you were looking"
                f"{labels and ': '}{labels}. Look again, then merge."
            )
        return self.cleaned_data

    def _fingerprint(self):
        return " ".join(f"{name}={checksum}" for name, checksum in self._checksums().items())

    def _checksums(self):
        """What is shown of each difference, in short."""
        return {each.name: f"{crc32(f'{each.ours}|{each.theirs}'.encode()):x}" for each in self.differences}


def colleagues_who_log():
    """Who works here now and may log, for a field that names one of them."""
    return User.objects.active().filter(practice=current_practice(), role__in=roles_with(Permission.LOG))


class FrictionForm(HouseModelForm):
    """What was hard for a partner, when, who told us, and who answers."""

    owner = forms.ModelChoiceField(
        User.objects.none(), label="Who answers", required=False, empty_label="Everybody"
    )

    class Meta:
        model = Friction
        fields = ["trouble", "happened_on", "told_by", "owner"]
        labels = {"trouble": "What was hard for them", "happened_on": "When", "told_by": "Who told us"}
        help_texts = {"trouble": NO_PATIENT, "told_by": "Somebody at their office, not a patient."}
        widgets = {"trouble": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues_who_log()
        self.fields["happened_on"].initial = current_practice().today()
        self.fields["owner"].initial = person.pk


class AnswerForm(HouseModelForm):
    """What we answered."""

    class Meta:
        model = Friction
        fields = ["answer"]
        labels = {"answer": "What you answered"}
        help_texts = {"answer": NO_PATIENT}
        widgets = {"answer": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = True


class EndForm(HouseForm):
    ending = forms.ChoiceField(choices=Ending.choices, widget=forms.RadioSelect, label="What happened")
    on = forms.DateField(label="Since")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = current_practice().today()


class OrganisationForm(HouseModelForm):
    phone = PhoneField(max_length=32, required=False)
    fax = PhoneField(max_length=32, required=False)
    email = EmailField(label="E-mail", max_length=254, required=False)
    website = forms.URLField(required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = ["name", "phone", "fax", "email", "website", "address", "postcode", "area", "hours", "notes"]
        help_texts = {"notes": NO_PATIENT}
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }


class AffiliationForm(OfficeMixin, HouseModelForm):
    class Meta:
        model = Affiliation
        fields = ["position", "since", "until"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].required = True
        if not self.instance._state.adding:
            self._show_office(self.instance.organisation)


class ContactForm(HouseModelForm):
    phone = PhoneField(max_length=32, required=False)
    email = EmailField(label="E-mail", max_length=254, required=False)

    class Meta:
        model = Contact
        fields = ["name", "role", "phone", "email", "note"]
        help_texts = {"note": NO_PATIENT}


class DisciplineForm(HouseModelForm):
    class Meta:
        model = Discipline
        fields = ["name", "group", "code", "is_active"]


class ManyForm(HouseForm):
    """What is to be the same for several partners; what is left as it is changes nothing."""

    AS_IT_IS = ("", "leave as it is")

    owner = forms.ChoiceField(label="Looked after by", required=False)
    circle = forms.ChoiceField(choices=[AS_IT_IS, *Circle.choices], required=False)
    stage = forms.ChoiceField(
        choices=[AS_IT_IS, *(choice for choice in Stage.choices if choice[0] != Stage.ENDED)], required=False
    )
    kind = forms.ChoiceField(choices=[AS_IT_IS, *Kind.choices], required=False)
    add_tags = WordsField(label="Add tags", each=40, max_length=1000, required=False)
    remove_tags = WordsField(label="Take tags away", each=40, max_length=1000, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        able = User.objects.filter(
            practice=current_practice(), is_active=True, role__in=roles_with(Permission.LOG)
        )
        people = [(str(person.pk), person.name) for person in able]
        self.fields["owner"].choices = [self.AS_IT_IS, ("nobody", "nobody"), *people]
        for name in ("add_tags", "remove_tags"):
            self.fields[name].help_text = "Commas between them."

    def clean(self):
        cleaned = super().clean()
        both = {tag.casefold() for tag in cleaned.get("add_tags", ())} & {
            tag.casefold() for tag in cleaned.get("remove_tags", ())
        }
        if both:
            self.add_error("remove_tags", "A tag is either added or taken away.")
        elif not self.errors and not self.values():
            self.add_error(None, "Choose what is to change.")
        return cleaned

    def values(self) -> dict:
        """What ``actions.change_many`` takes."""
        cleaned = self.cleaned_data
        asked = {name: cleaned[name] for name in ("circle", "stage", "kind") if cleaned[name]}
        asked |= {name: cleaned[name] for name in ("add_tags", "remove_tags") if cleaned[name]}
        if owner := cleaned["owner"]:
            asked["owner_id"] = None if owner == "nobody" else UUID(owner)
        return asked

    @property
    def in_words(self) -> str:
        """The change as the list of earlier changes names it."""
        cleaned, fields = self.cleaned_data, self.fields
        chosen = [
            f"{fields[name].label or name.capitalize()}: {dict(fields[name].choices)[cleaned[name]]}"
            for name in ("owner", "circle", "stage", "kind")
            if cleaned[name]
        ]
        tags = [
            f"{fields[name].label}: {', '.join(cleaned[name])}"
            for name in ("add_tags", "remove_tags")
            if cleaned[name]
        ]
        return "; ".join(chosen + tags)
