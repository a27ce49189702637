"""What we and a partner expect of each other."""

from django import forms

from partners.forms.partners import NO_PATIENT
from partners.models import Agreement
from referralcrm.core.forms import HouseModelForm


class AgreementForm(HouseModelForm):
    """All may stay empty: then nothing is agreed about it, and the usual days hold."""

    class Meta:
        model = Agreement
        fields = [
            "report_within_days",
            "acknowledge_within_days",
            "interim_every_days",
            "interim_every_visits",
            "appointment_within_days",
            "report_by",
            "how_to_refer",
        ]
        labels = {
            "report_within_days": "A report within so many days",
            "acknowledge_within_days": "A word that it arrived, in working days",
            "interim_every_days": "A progress report every so many days",
            "interim_every_visits": "Or every so many visits",
            "appointment_within_days": "An appointment within so many days",
            "report_by": "Reports go by",
            "how_to_refer": "How to refer",
        }
        help_texts = {
            "report_within_days": "After the first visit or the end of care; 7 when empty.",
            "acknowledge_within_days": "1 when empty.",
            "interim_every_days": "After the report before it; none when both are empty.",
            "appointment_within_days": "Whoever receives the patient promises it; no clock when empty.",
            "how_to_refer": NO_PATIENT,
        }
        widgets = {"how_to_refer": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["report_by"].choices = [("", "not agreed"), *self.fields["report_by"].choices[1:]]
