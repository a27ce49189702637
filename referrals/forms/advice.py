"""A question between clinicians: asked, answered, mended."""

from datetime import datetime

from django import forms
from django_scopes.forms import SafeModelChoiceField

from partners.models import Contact, Partner
from referralcrm.core.forms import HouseForm, VersionedForm
from referralcrm.practice.models import Location, User
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import MomentField, clinicians, words
from referrals.forms.who import resolve
from referrals.models import Referral
from referrals.states import AdviceChannel, AdviceDirection, AdviceKind, AdviceStep

NO_NAME = "No name of a patient is needed."
DIRECTIONS = [(AdviceDirection.RECEIVED, "↓ They ask us"), (AdviceDirection.SENT, "↑ We ask them")]
LONGEST = 4000


def text_field(label, **kwargs):
    """A question or an answer: a few lines that need no patient."""
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=LONGEST, widget=widget, **{"help_text": NO_NAME} | kwargs)


def channel_field():
    choices = [("", "not said"), *AdviceChannel.choices]
    return forms.ChoiceField(label="Came by", choices=choices, required=False)


def person_field(label):
    return forms.ModelChoiceField(
        label=label, queryset=User.objects.none(), required=False, empty_label="nobody yet"
    )


class QuestionForm(HouseForm):
    """A question, from a partner who is known or becomes so; everything else has a default."""

    direction = forms.ChoiceField(choices=DIRECTIONS, required=False, widget=forms.RadioSelect)
    partner_text = words("Who", 160)
    partner = forms.CharField(required=False, widget=forms.HiddenInput)
    partner_asked = forms.CharField(required=False, widget=forms.HiddenInput)
    referral = SafeModelChoiceField(Referral.objects.none(), required=False, widget=forms.HiddenInput)
    question = text_field("Question")
    kind = forms.ChoiceField(
        choices=AdviceKind, initial=AdviceKind.MANAGEMENT, required=False, widget=forms.RadioSelect
    )
    owner = person_field("Whose it is here")
    location = forms.ModelChoiceField(label="At", queryset=None, required=False, empty_label="not said")
    channel = channel_field()
    asked_at = MomentField(label="Asked at", help_text="Empty: just now.")
    promised_by = MomentField(label="Answer promised by")

    def __init__(self, *args, person, query=None, here=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person, self.who = person, None
        self.fields["owner"].queryset = clinicians()
        self.fields["location"].queryset = Location.objects.active()
        self.fields["referral"].queryset = Referral.objects.kept()
        self.fields["promised_by"].help_text = promise_in_words()
        if not self.is_bound:
            self.initial = self._habits(here) | self._asked_for(query or {}) | self.initial
            first = "question" if self.initial.get("partner") else "partner_text"
            self.fields[first].widget.attrs["autofocus"] = True

    def _habits(self, here):
        return {
            "direction": AdviceDirection.RECEIVED,
            "owner": self.person.pk if self.person.sees_patients else None,
            "location": here or self.person.home_location_id,
        }

    def _asked_for(self, query):
        """What a link may preset: a partner, who asks, and the referral it is about."""
        asked = {}
        if query.get("direction") in AdviceDirection:
            asked["direction"] = query["direction"]
        for name, rows in (("partner", Partner.objects.current()), ("referral", Referral.objects.kept())):
            try:
                row = rows.get(pk=query.get(name))
            except (rows.model.DoesNotExist, forms.ValidationError, ValueError):
                continue
            asked[name] = str(row.pk)
            if name == "partner":
                asked["partner_text"] = row.name
        return asked

    def clean_direction(self):
        return self.cleaned_data["direction"] or AdviceDirection.RECEIVED

    def clean_kind(self):
        return self.cleaned_data["kind"] or AdviceKind.MANAGEMENT

    def clean_partner_text(self):
        return " ".join(self.cleaned_data["partner_text"].split())

    def clean(self):
        cleaned = super().clean()
        if "partner_text" not in cleaned:
            return cleaned
        asked, chosen = cleaned.get("partner_asked", ""), cleaned.get("partner", "")
        self.who = resolve(cleaned["partner_text"], chosen, asked=asked, other_sources=False)
        if self.who.is_unclear:
            unclear = (
                "Which partner is meant? Choose below." if self.who.text else "Type who asks, or is asked."
            )
            self.add_error("partner_text", unclear)
        return cleaned

    @property
    def asks_which(self):
        """Whether the text did not say which partner is meant, so that the page offers some."""
        return bool(self.who and self.who.is_offering)

    def values(self) -> dict:
        """What ``actions.advice.ask`` takes; ``new_partner`` is the name of one to be added first."""
        taken = {name: value for name, value in self.cleaned_data.items() if not name.startswith("partner")}
        return taken | {"partner": self.who.partner, "new_partner": self.who.new_name}


class AdviceForm(VersionedForm):
    """What was written down, to be mended; the answer as well where there is one."""

    question = text_field("Question")
    kind = forms.ChoiceField(choices=AdviceKind, widget=forms.RadioSelect)
    contact = forms.ModelChoiceField(label="Who there", queryset=None, required=False)
    owner = person_field("Whose it is here")
    location = forms.ModelChoiceField(label="At", queryset=None, required=False, empty_label="not said")
    channel = channel_field()
    asked_at = MomentField(label="Asked at", required=True)
    promised_by = MomentField(label="Answer promised by")
    answer = text_field("Answer")
    next_step = forms.ChoiceField(
        label="What comes next", choices=[("", "not said"), *AdviceStep.choices], required=False
    )

    def __init__(self, *args, advice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = Contact.objects.kept().filter(partner=advice.partner_id)
        self.fields["contact"].empty_label = advice.partner.name
        self.fields["owner"].queryset = clinicians(everyone=True)
        self.fields["location"].queryset = Location.objects.all()
        if not advice.answered_at:
            del self.fields["answer"], self.fields["next_step"]
        self.initial |= {name: getattr(advice, name) for name in self.fields}
        self.initial |= {name: getattr(advice, f"{name}_id") for name in ("contact", "owner", "location")}

    def clean_asked_at(self):
        return self._as_it_was("asked_at")

    def clean_promised_by(self):
        return self._as_it_was("promised_by")

    def _as_it_was(self, name):
        """The stored moment while its minute is the one shown: the seconds are not lost by saving."""
        typed, stored = self.cleaned_data[name], self.initial[name]
        shown = stored and stored.replace(second=0, microsecond=0)
        return stored if typed == shown else typed

    def in_words(self, name, value):
        if isinstance(value, datetime):
            return f"{value.astimezone(current_practice().zone):%d %b %Y, %H:%M}"
        return super().in_words(name, value)


class AnswerForm(VersionedForm):
    """What was answered, in a row of a list or on a page."""

    answer = text_field("Answer")
    next_step = forms.ChoiceField(
        label="What comes next", choices=[("", "not said"), *AdviceStep.choices], required=False
    )
    answered_at = MomentField(label="Answered at", help_text="Empty: just now.")

    def __init__(self, *args, advice, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"version": advice.version, "answer": advice.answer}
        self.fields["answer"].widget.attrs["autofocus"] = True


class QuestionLetterForm(VersionedForm):
    """A question to a colleague on paper, about a prescription of theirs or anything else."""

    letter = forms.CharField(
        label="What the letter says",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="The patient is written in by hand, on the line that the page leaves for it.",
    )

    def __init__(self, *args, advice, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"version": advice.version}


def promise_in_words() -> str:
    """What happens when no promise is typed, by the practice's settings."""
    practice = current_practice()
    days, hours = practice.advice_days, practice.advice_urgent_hours
    usual = {0: "the same day", 1: "the next working day"}.get(days, f"{days} working days later")
    return (
        f"Empty: when we close, {usual}; urgent: within {hours} working hour{'' if hours == 1 else 's'}. "
        "Where we ask: only what they promised."
    )
