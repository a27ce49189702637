"""What people send about referrals: a new one, a step of the journey, a correction."""

from referrals.forms.ask import AskForm, DetailsAct, DetailsForm, FinishForm
from referrals.forms.correct import CorrectForm, PatientForm
from referrals.forms.log import LogForm
from referrals.forms.steps import NextStepForm, RedirectForm, ReportAct, ReportForm, StepForm

__all__ = [
    "AskForm",
    "CorrectForm",
    "DetailsAct",
    "DetailsForm",
    "FinishForm",
    "LogForm",
    "NextStepForm",
    "PatientForm",
    "RedirectForm",
    "ReportAct",
    "ReportForm",
    "StepForm",
]
