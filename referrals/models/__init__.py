"""Whom we send and receive: patients, referrals with their journey, and the reports that close the loop."""

from referrals.models.advice import AdviceRequest
from referrals.models.attachments import Attachment
from referrals.models.calls import CallAttempt
from referrals.models.consents import CareTeamMember, Consent
from referrals.models.deliveries import Delivery
from referrals.models.details import DetailsRequest
from referrals.models.drafts import Draft
from referrals.models.enclosures import Enclosure
from referrals.models.experiences import Experience, QualityFlag
from referrals.models.links import PortalCode, PortalLink
from referrals.models.loop import Obligation
from referrals.models.merges import PatientMerge, TwoPatients
from referrals.models.notices import StatusNotice
from referrals.models.offers import Offer
from referrals.models.patients import Patient
from referrals.models.referrals import JourneyEvent, Referral
from referrals.models.reports import Article, Phrase, Report, ReportFile
from referrals.models.stories import Story

__all__ = [
    "AdviceRequest",
    "Article",
    "Attachment",
    "CallAttempt",
    "CareTeamMember",
    "Consent",
    "Delivery",
    "DetailsRequest",
    "Draft",
    "Enclosure",
    "Experience",
    "JourneyEvent",
    "Obligation",
    "Offer",
    "Patient",
    "PatientMerge",
    "Phrase",
    "PortalCode",
    "PortalLink",
    "QualityFlag",
    "Referral",
    "Report",
    "ReportFile",
    "StatusNotice",
    "Story",
    "TwoPatients",
]
