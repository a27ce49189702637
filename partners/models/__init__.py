"""Whom we know: organisations, partners, where they work and who else answers there."""

from partners.models.agreements import Agreement, Terms, terms_with
from partners.models.finding import Condition, Postcode
from partners.models.friction import Friction
from partners.models.likely import DuplicateSearch, LikelyPair
from partners.models.merges import Merge, MergedRow
from partners.models.offices import Affiliation, Contact
from partners.models.organisations import Discipline, Organisation
from partners.models.paperwork import Paperwork
from partners.models.partners import Partner, PartnerPlan

__all__ = [
    "Affiliation",
    "Agreement",
    "Condition",
    "Contact",
    "Discipline",
    "DuplicateSearch",
    "LikelyPair",
    "Friction",
    "Merge",
    "MergedRow",
    "Organisation",
    "Paperwork",
    "Partner",
    "PartnerPlan",
    "Terms",
    "terms_with",
    "Postcode",
]
