"""The text of one note, and a practice's rules."""

from datetime import time

from crispy_forms.layout import Div, Layout
from django import forms

from outreach import mail
from outreach.models import Message, Rule
from outreach.states import Approval, RuleKind
from referralcrm.core.forms import HouseModelForm
from referralcrm.practice.calendar import QUIET_FROM, QUIET_UNTIL

NEEDED = {RuleKind.REPORT_NOTICE, RuleKind.PORTAL_CODE}  # nobody could open a report without them
NEVER = "Never a patient’s name, initials, date of birth, record number, diagnosis or visit."


class TextForm(HouseModelForm):
    """The words of one note that still waits."""

    subject = forms.CharField(max_length=150)
    body = forms.CharField(
        label="Text", max_length=4000, help_text=NEVER, widget=forms.Textarea(attrs={"rows": 14})
    )

    class Meta:
        model = Message
        fields = ["subject", "body"]

    def layout(self):
        return Layout("version", "subject", "body")

    def clean_body(self):
        if problems := mail.lacks(self.cleaned_data["body"], self.instance.rule.kind):
            raise forms.ValidationError(problems)
        return self.cleaned_data["body"]


class RuleForm(HouseModelForm):
    """When a note is written, who looks at it first, and its template."""

    class Meta:
        model = Rule
        fields = ["is_active", "approval", "send_at", "subject", "body"]
        labels = {"is_active": "This rule is in force", "body": "Text", "approval": "Before it leaves"}
        widgets = {
            "approval": forms.RadioSelect(choices=Approval.choices),
            "send_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "body": forms.Textarea(attrs={"rows": 14}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.kind != RuleKind.THANK_YOU:  # the others leave when what they are about happens
            del self.fields["approval"], self.fields["send_at"]
        if self.instance.kind in NEEDED:
            del self.fields["is_active"]

    def layout(self):
        how = [Div("approval", "send_at", css_class="two")] if "approval" in self.fields else []
        active = ["is_active"] if "is_active" in self.fields else []
        return Layout("version", *active, *how, "subject", "body")

    def clean_send_at(self):
        hour: time = self.cleaned_data["send_at"]
        if not QUIET_UNTIL <= hour < QUIET_FROM:
            raise forms.ValidationError("Mail leaves between 08:00 and 18:00; choose a time in between.")
        return hour

    def clean_subject(self):
        return self._without_patients("subject")

    def clean_body(self):
        if problems := mail.lacks(self.cleaned_data["body"], self.instance.kind):
            raise forms.ValidationError(problems)
        return self._without_patients("body")

    def _without_patients(self, name):
        if problems := mail.lint(self.cleaned_data[name], self.instance.kind):
            raise forms.ValidationError(problems)
        return self.cleaned_data[name]
