"""Signing in, and who we are."""

import zoneinfo

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.contrib.auth import authenticate, password_validation
from django_scopes.forms import SafeModelChoiceField

from referralcrm.core.forms import HouseForm, HouseModelForm, WordsField
from referralcrm.practice import countries
from referralcrm.practice.actions.people import may_take_over
from referralcrm.practice.models import ClosedDay, Licence, Location, Plan, Practice, SavedView, Service, User
from referralcrm.practice.permissions import Permission
from referralcrm.practice.states import Weekday

LONGEST_PASSWORD = 200
STRONG_ENOUGH = (
    "At least 12 characters. Not your name or e-mail, not only digits, "
    "and none of the passwords many people use. A short sentence is good."
)


def password_field(*, label, autocomplete, **kwargs):
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **kwargs,
    )


def new_password_field(label="New password"):
    return password_field(label=label, autocomplete="new-password", help_text=STRONG_ENOUGH)


class SignInForm(HouseForm):
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field(label="Password", autocomplete="current-password")

    def clean_email(self):
        """One spelling, so that the lock-out counts every way of writing an address together."""
        return self.cleaned_data["email"].casefold()

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
    current = password_field(label="Password now", autocomplete="current-password")
    new = new_password_field()

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


class FirstPasswordForm(HouseForm):
    new = new_password_field("Your password")

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_new(self):
        password_validation.validate_password(self.cleaned_data["new"], self.person)
        return self.cleaned_data["new"]


def zone_choices():
    """Every IANA time zone that names a place, and UTC."""
    names = zoneinfo.available_timezones()
    return [(name, name.replace("_", " ")) for name in sorted(names) if "/" in name or name == "UTC"]


class PracticeForm(HouseModelForm):
    time_zone = forms.ChoiceField(choices=zone_choices)
    country = forms.ChoiceField(choices=countries.choices)
    working_days = forms.TypedMultipleChoiceField(
        coerce=int, choices=Weekday, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Practice
        fields = [
            "name",
            "reply_to",
            "country",
            "region",
            "time_zone",
            "working_days",
            "opens_at",
            "closes_at",
            "inner_circle_size",
            "calls_before_unreachable",
            "advice_days",
            "advice_urgent_hours",
            "portal_days",
        ]
        widgets = {
            "opens_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "closes_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }
        labels = {
            "calls_before_unreachable": "Calls before “unreachable”",
            "advice_days": "Working days to answer a question",
            "advice_urgent_hours": "Working hours for an urgent one",
            "portal_days": "Days a link to a report works",
        }
        help_texts = {
            "reply_to": "Partners who answer a message write here.",
            "region": "For holidays of its own, such as ENG, SCT or CA; empty for none.",
            "inner_circle_size": "A small circle is one you can really look after.",
            "calls_before_unreachable": "After so many in vain Today suggests it; a person decides.",
            "advice_days": "A colleague’s question is promised by the end of that day; 0 is the same day.",
            "advice_urgent_hours": "Counted while you are open.",
            "portal_days": "For links that are sent from now on.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["region"] = self.instance.region or countries.usual_region(self.instance.country)
        zone = self.instance.time_zone
        if zone not in dict(self.fields["time_zone"].choices):
            self.fields["time_zone"].choices = [(zone, zone), *self.fields["time_zone"].choices]

    def layout(self):
        return Layout(
            Div("name", "reply_to", css_class="two"),
            Div("country", "region", css_class="two"),
            "time_zone",
            Div("inner_circle_size", "calls_before_unreachable", css_class="two"),
            Div("portal_days", css_class="two"),
            Field("working_days", wrapper_class="days"),
            Div("opens_at", "closes_at", css_class="two"),
            Div("advice_days", "advice_urgent_hours", css_class="two"),
            "version",
        )

    def clean_reply_to(self):
        """An address that no header can carry would stop every message."""
        if '"' in (address := self.cleaned_data["reply_to"]):
            raise forms.ValidationError("Choose an address without quotation marks.")
        return address

    def clean(self):
        cleaned = super().clean()
        country, region = cleaned.get("country", ""), cleaned.get("region", "").upper()
        if country != self.initial["country"] and region == self.initial["region"]:
            region = countries.usual_region(country)
        known = countries.regions(country)
        if region and region not in known:
            told = (
                f"Choose one of: {', '.join(known)}." if known else "This country has none; leave it empty."
            )
            self.add_error("region", told)
        if (
            cleaned.get("opens_at")
            and cleaned.get("closes_at")
            and cleaned["opens_at"] >= cleaned["closes_at"]
        ):
            self.add_error("closes_at", "You close after you open.")
        return cleaned | {"region": region}


class FoundForm(HouseForm):
    """Three questions: what the practice is called, where it is, and who looks after it."""

    name = forms.CharField(label="What is your practice called?", max_length=120)
    country = forms.ChoiceField(label="Where is it?", choices=countries.choices, initial="GB")
    time_zone = forms.ChoiceField(label="Time zone", choices=zone_choices, initial="Europe/London")
    manager_name = forms.CharField(label="Who are you?", max_length=120)
    email = forms.EmailField(label="E-mail you will sign in with", max_length=254)
    password = new_password_field("Password")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # the browser knows better where it is
            for name in ("country", "time_zone"):
                self.fields[name].widget.attrs["data-guess"] = name

    def layout(self):
        return Layout(
            "name",
            Div("country", "time_zone", css_class="two"),
            Div("manager_name", "email", css_class="two"),
            "password",
        )

    def clean_email(self):
        return User.objects.normalize_email(self.cleaned_data["email"])

    def clean(self):
        cleaned = super().clean()
        if password := cleaned.get("password"):
            person = User(name=cleaned.get("manager_name", ""), email=cleaned.get("email", ""))
            try:
                password_validation.validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def answers(self) -> dict:
        """What ``practice.actions.found`` asks for."""
        return dict(self.cleaned_data)


class LocationForm(HouseModelForm):
    class Meta:
        model = Location
        fields = ["name", "address", "postcode", "phone", "email"]
        widgets = {"address": forms.Textarea(attrs={"rows": 2})}

    def layout(self):
        return Layout("version", "name", "address", Div("postcode", "phone", css_class="two"), "email")


class ServiceForm(HouseModelForm):
    class Meta:
        model = Service
        fields = ["name", "telehealth"]


class PlanForm(HouseModelForm):
    class Meta:
        model = Plan
        fields = ["name", "we_accept"]


class ClosedDayForm(HouseModelForm):
    class Meta:
        model = ClosedDay
        fields = ["on", "why"]


class LicenceForm(HouseModelForm):
    class Meta:
        model = Licence
        fields = ["name", "number", "place", "expires_on"]
        help_texts = {
            "name": "As it is called: HCPC registration, PT licence.",
            "place": "A state, region or country, as partners and patients write it.",
            "expires_on": "Empty when it has none. Managers are reminded 60 days before.",
        }

    def layout(self):
        return Layout(
            "version",
            Div("name", "number", css_class="two"),
            Div("place", "expires_on", css_class="two"),
        )


class PersonForm(HouseModelForm):
    special_interests = WordsField(
        each=60,
        max_length=1000,
        required=False,
        help_text="Commas between them. Whoever looks for a partner sees what you treat yourselves.",
    )
    home_location = SafeModelChoiceField(
        queryset=Location.objects.none(), required=False, empty_label="no fixed place"
    )

    class Meta:
        model = User
        fields = [
            "name",
            "email",
            "role",
            "sees_patients",
            "credentials",
            "special_interests",
            "telehealth",
            "about",
            "home_location",
            "away_from",
            "away_to",
        ]
        widgets = {
            name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            for name in ("away_from", "away_to")
        } | {"about": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "role": "What each role may do stands under Roles.",
            "about": "Stands on their page and on the printed profile.",
            "credentials": "Shown after the name, such as PT, DPT.",
            "away_to": "Meanwhile the backup of each partner is asked.",
        }

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["home_location"].queryset = Location.objects.active()
        if self.instance.pk == by.pk:
            self.fields["role"].disabled = True
            self.fields["role"].help_text = "Nobody changes their own role."

    def clean_email(self):
        return User.objects.normalize_email(self.cleaned_data["email"])

    def layout(self):
        return Layout(
            Div("name", "email", css_class="two"),
            Div("role", "credentials", css_class="two"),
            "sees_patients",
            "special_interests",
            "telehealth",
            "about",
            "home_location",
            Div("away_from", "away_to", css_class="two"),
            "version",
        )


class AccountForm(HouseModelForm):
    """What a person says about themselves."""

    home_location = SafeModelChoiceField(
        label="Where you usually work",
        queryset=Location.objects.none(),
        required=False,
        empty_label="no fixed place",
        help_text="Pages start with it, and it is filled in on what you add.",
    )

    class Meta:
        model = User
        fields = ["home_location"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["home_location"].queryset = Location.objects.active()


class LeaveForm(HouseForm):
    """Who takes over what a person looks after."""

    heir = forms.ModelChoiceField(
        label="Hand everything over to", queryset=User.objects.none(), empty_label="choose a colleague"
    )

    def __init__(self, *args, person, needs_heir, **kwargs):
        super().__init__(*args, **kwargs)
        colleagues = User.objects.of(person.practice).active()
        fitting = [colleague for colleague in colleagues if may_take_over(colleague, person)]
        heir = self.fields["heir"]
        heir.queryset = colleagues.filter(pk__in=[colleague.pk for colleague in fitting])
        heir.required = needs_heir
        shown = [(str(colleague.pk), str(colleague)) for colleague in fitting]  # not asked for again
        heir.choices = [("", heir.empty_label), *shown]


class SavedViewForm(HouseModelForm):
    """The name of a view, who sees it, and whether one's list opens in it."""

    is_usual = forms.BooleanField(label="my list opens with it", required=False)

    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        is_new = self.instance._state.adding
        if is_new:
            self.instance.owner = person
            del self.fields["version"]
        else:
            del self.fields["is_usual"]
        if not person.may(Permission.LOG):
            self.fields["is_shared"].disabled = True
            self.fields["is_shared"].help_text = "Your role keeps views for itself."
