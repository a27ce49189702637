"""What people send about referrals: a new one, a step of the journey, a correction."""

from referrals.forms.advice import AdviceForm, AnswerForm, QuestionForm, QuestionLetterForm
from referrals.forms.ask import AskForm, DetailsAct, DetailsForm, FinishForm
from referrals.forms.calls import CallForm, LaterForm
from referrals.forms.clocks import BackForm, ToldForm, VisitsForm
from referrals.forms.consents import CareTeamForm, ConsentForm
from referrals.forms.correct import CorrectForm, PatientForm
from referrals.forms.enclosures import EnclosureForm, TickForm
from referrals.forms.experiences import ExperienceForm, FlagAnswerForm, FlagForm
from referrals.forms.log import LogForm
from referrals.forms.paper import ArrivedForm, AttachForm
from referrals.forms.same import OtherForm, SameForm
from referrals.forms.steps import NextStepForm, RedirectForm, ReportAct, ReportForm, StepForm
from referrals.forms.writing import ArticleForm, EncloseForm, PhraseForm, StartForm, WritingAct, WritingForm

__all__ = [
    "AdviceForm",
    "AnswerForm",
    "BackForm",
    "ToldForm",
    "VisitsForm",
    "ArticleForm",
    "EncloseForm",
    "PhraseForm",
    "StartForm",
    "WritingAct",
    "WritingForm",
    "AskForm",
    "CallForm",
    "AttachForm",
    "CareTeamForm",
    "ConsentForm",
    "CorrectForm",
    "DetailsAct",
    "DetailsForm",
    "ArrivedForm",
    "EnclosureForm",
    "ExperienceForm",
    "FlagAnswerForm",
    "FlagForm",
    "FinishForm",
    "LaterForm",
    "LogForm",
    "NextStepForm",
    "OtherForm",
    "PatientForm",
    "QuestionForm",
    "QuestionLetterForm",
    "SameForm",
    "RedirectForm",
    "ReportAct",
    "ReportForm",
    "StepForm",
    "TickForm",
]
