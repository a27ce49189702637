"""Whom we know: organisations, partners, where they work and who else answers there."""

from partners.models.offices import Affiliation, Contact
from partners.models.organisations import Discipline, Organisation
from partners.models.partners import Partner, PartnerPlan

__all__ = ["Affiliation", "Contact", "Discipline", "Organisation", "Partner", "PartnerPlan"]
