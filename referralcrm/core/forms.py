"""What every form here shares: typing is never lost, and two people cannot overwrite each other."""

from datetime import date

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db.models import Model, QuerySet
from django.utils.html import format_html

from referralcrm.core.refused import Refused, Stale
from referralcrm.core.uploads import check_name


def bound(request, form_class, **kwargs):
    """``form_class`` bound to the POST, to typing kept over a sign-in (shown, not saved), or to nothing."""
    kept = getattr(request, "kept", None)
    data = request.POST if request.method == "POST" else kept
    return form_class(data, request.FILES or None, **kwargs) if data is not None else form_class(**kwargs)


def is_sent(request, form) -> bool:
    """Whether this request sent the form and every field is valid."""
    return request.method == "POST" and form.is_valid()


def saved(request, form, action, *row):
    """What ``action`` answers for a form's fields; None unless the form is sent, valid and allowed.

    Without ``row`` the action creates; with it, it changes that row as it was when the form was
    opened. A refusal is shown on the form.
    """
    if not is_sent(request, form):
        return None
    opened = {"version": form.cleaned_data["version"]} if row else {}
    try:
        return action(*row, **opened, by=request.user, **form.values())
    except Refused as refused:
        refuse(form, refused)
        return None


def refuse(form, refused: Refused):
    """Show a refusal where it belongs: at its field, or above the form; Stale adds what stands now."""
    if isinstance(refused, Stale) and hasattr(form, "show_current"):
        form.show_current(refused.current)
    else:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)


POSSIBLE_DAYS = [
    MinValueValidator(date(1900, 1, 1), "This is before 1900. Is the year right?"),
    MaxValueValidator(date(2100, 12, 31), "This is after 2100. Is the year right?"),
]


ONE_LINE = RegexValidator(
    r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "Write this on one line.", inverse_match=True
)


class WordsField(forms.CharField):
    """Several short texts with commas between them; cleaned to a list without repeats."""

    def __init__(self, *, each, **kwargs):
        self.each = each
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value):
        words = [" ".join(word.split()) for word in super().clean(value).split(",")]
        words = list(dict.fromkeys(filter(None, words)))
        if too_long := next((word for word in words if len(word) > self.each), None):
            raise forms.ValidationError(
                f"“{too_long[:20]}…” is longer than {self.each} letters. Put commas between them."
            )
        return words


class HouseForm(forms.Form):
    """Crispy without its own form tag; the page writes the tag and the buttons."""

    error_css_class = "is-invalid"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.validators = [*field.validators, *POSSIBLE_DAYS]
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs=field.widget.attrs | {"type": "date"})
            elif isinstance(field, forms.FileField):
                field.validators = [*field.validators, check_name]
            elif isinstance(field.widget, forms.TextInput) and isinstance(field, forms.CharField):
                field.validators = [*field.validators, ONE_LINE]

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        if layout := self.layout():
            helper.layout = layout
        return helper

    def layout(self):
        """A crispy Layout, or None for one field below the other."""
        return


UNKNOWN = "?"  # no script has said which fields were changed: any may have been


class OpenedInput(forms.HiddenInput):
    """The version a form was opened with, and beside it the names of the fields changed since (app.js)."""

    changed = UNKNOWN

    def render(self, name, value, attrs=None, renderer=None):
        names = format_html('<input type="hidden" name="changed" value="{}">', self.changed)
        return super().render(name, value, attrs, renderer) + names


class VersionedForm(HouseForm):
    """A form for what is stored already, that carries the version it was opened with."""

    version = forms.IntegerField(widget=OpenedInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].widget.changed = self.data.get("changed", UNKNOWN)

    def clean_version(self):
        """A form sent without its version was not opened here: it is never the newest."""
        return self.cleaned_data["version"] or 0

    def values(self) -> dict:
        """The cleaned fields, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def show_current(self, current):
        """Keep the typing, say beside each differing field what stands now, and adopt the new version.

        A field that was not touched here shows what the other saved.
        """
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = current.version
        self.add_error(
            None,
            "Somebody else saved this while you were typing. Yours is still here; save again to keep it.",
        )
        ours = self.values()
        for name in ours:
            theirs = self.standing(current, name)
            if self.in_words(name, theirs) == self.in_words(name, ours[name]):
                continue
            if self._is_untouched(name, theirs):
                self._take_over(name, theirs)
            else:
                self.add_error(name, f"It now says: {self.in_words(name, theirs)}")

    def _is_untouched(self, name, theirs):
        changed = self.fields["version"].widget.changed.split()
        field = self.fields.get(name)
        is_shown_otherwise = isinstance(theirs, Model) and not isinstance(field, forms.ModelChoiceField)
        return field and not is_shown_otherwise and not {UNKNOWN, self.add_prefix(name)} & {*changed}

    def _take_over(self, name, theirs):
        shown = self.fields[name].prepare_value(theirs)
        several = shown if isinstance(shown, list) else [shown]
        self.data.setlist(self.add_prefix(name), several)

    def standing(self, row, name):
        """What a row says under a field of this form."""
        value = getattr(row, name)
        return value.all() if hasattr(value, "all") else value

    def in_words(self, name, value):
        """A value of a field as its choices call it; "nothing" when there is none."""
        match value:
            case bool():
                return "yes" if value else "no"
            case str():
                return str(dict(getattr(self.fields[name], "choices", ())).get(value, value)) or "nothing"
            case list() | QuerySet():
                return ", ".join(map(str, value)) or "nothing"
            case _:
                return "nothing" if value is None else str(value)


class HouseModelForm(VersionedForm, forms.ModelForm):
    """A form for one row."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = getattr(self.instance, "version", None)
        if not hasattr(self.instance, "version"):
            del self.fields["version"]

    def validate_constraints(self):
        """The constraints with ``practice`` in them as well, which no form shows."""
        try:
            self.instance.validate_constraints(exclude=self._get_validation_exclusions() - {"practice"})
        except forms.ValidationError as error:
            self._update_errors(error)
