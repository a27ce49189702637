"""What a person may tell us about a partner, one submission at a time."""

from partners.forms.agreements import AgreementForm
from partners.forms.fields import EmailField, PhoneField
from partners.forms.finding import ConditionForm, FindForm, PostcodeForm, PostcodesForm
from partners.forms.paperwork import PaperworkForm
from partners.forms.partners import (
    NO_PATIENT,
    AffiliationForm,
    AnswerForm,
    ContactForm,
    DisciplineForm,
    DuplicateForm,
    EndForm,
    FrictionForm,
    ManyForm,
    MergeForm,
    OfficeMixin,
    OrganisationForm,
    PartnerForm,
    colleagues_who_log,
)

__all__ = [
    "NO_PATIENT",
    "AffiliationForm",
    "AgreementForm",
    "AnswerForm",
    "ConditionForm",
    "ContactForm",
    "DisciplineForm",
    "DuplicateForm",
    "EmailField",
    "EndForm",
    "FindForm",
    "FrictionForm",
    "ManyForm",
    "MergeForm",
    "OfficeMixin",
    "OrganisationForm",
    "PaperworkForm",
    "PartnerForm",
    "PhoneField",
    "PostcodeForm",
    "PostcodesForm",
    "colleagues_who_log",
]
