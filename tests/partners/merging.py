"""Merging in tests, and a row for every link to a partner or an organisation."""

from outreach.models import Origin, Task, Touchpoint
from partners.actions import merges
from partners.models import Affiliation, Agreement, Contact, Organisation, Partner, PartnerPlan
from referralcrm.practice.models import Plan
from referralcrm.practice.scope import current_practice
from referrals.actions import links
from referrals.actions.consents import give
from referrals.models import CareTeamMember, Delivery, Offer, StatusNotice
from tests import factories
from tests.factories import numbers


def merge(survivor, merged, *, by, **choices):
    """Merge two partners or organisations as they stand now; ``choices`` is field → side."""
    model = type(survivor)
    act = merges.merge_partners if model is Partner else merges.merge_organisations
    versions = [model.objects.get(pk=row.pk).version for row in (survivor, merged)]
    return act(survivor, merged, choices=choices, versions=versions, by=by)


def take_apart(done, *, by):
    act = merges.unmerge_partners if done.kind == "partner" else merges.unmerge_organisations
    return act(done, by=by)


def _plan():
    return Plan.objects.create(name=f"Plan {next(numbers)}")


def _today():
    return current_practice().today()


# Add a row for each new link, and move it in your receiver of ``partner_merged`` or ``organisation_merged``.
ROWS = {
    "outreach.Origin.introduced_by": lambda partner: Origin.objects.create(
        referral=factories.referral(), kind="introduction", introduced_by=partner
    ),
    "referrals.Offer.partner": lambda partner: Offer.objects.create(
        referral=factories.referral(direction="sent"), partner=partner
    ),
    "outreach.Message.partner": lambda row: factories.message(partner=row, referrals=0),
    "outreach.Task.partner": lambda row: Task.objects.create(partner=row, title="Call", due_on=_today()),
    "outreach.Touchpoint.partner": lambda row: Touchpoint.objects.create(partner=row, happened_on=_today()),
    "partners.Affiliation.organisation": lambda row: Affiliation.objects.create(
        organisation=row, partner=factories.partner()
    ),
    "partners.Affiliation.partner": lambda row: Affiliation.objects.create(
        partner=row, organisation=factories.organisation()
    ),
    "partners.Agreement.partner": lambda row: Agreement.objects.create(partner=row, report_within_days=5),
    "partners.Contact.partner": lambda row: Contact.objects.create(partner=row, name="Jo"),
    "partners.Friction.partner": lambda row: row.frictions.create(trouble="A wait", happened_on=_today()),
    "partners.Organisation.merged_into": lambda row: Organisation.objects.create(
        name="Earlier", merged_into=row
    ),
    "partners.Partner.merged_into": lambda row: factories.partner("Earlier", merged_into=row),
    "partners.Partner.organisation": lambda row: factories.partner(organisation=row),
    "partners.Paperwork.partner": lambda row: row.paperwork.create(what="X-ray on CD"),
    "partners.PartnerPlan.partner": lambda row: PartnerPlan.objects.create(partner=row, plan=_plan()),
    "referrals.CareTeamMember.partner": lambda row: CareTeamMember.objects.create(
        referral=factories.referral(), role="surgeon", partner=row
    ),
    "referrals.Consent.partner": lambda row: give(
        factories.referral(), by=None, scope=["report"], to="partner", partner=row
    ),
    "referrals.AdviceRequest.partner": lambda row: factories.advice(partner=row),
    "referrals.Delivery.partner": lambda row: Delivery.objects.create(
        report=factories.report(final=True), partner=row, channel="post"
    ),
    "referrals.PortalLink.partner": links.make,
    "referrals.Referral.organisation": lambda row: factories.referral(organisation=row),
    "referrals.Referral.partner": lambda row: factories.referral(partner=row),
    "referrals.StatusNotice.partner": lambda row: StatusNotice.objects.create(
        referral=factories.referral(), partner=row, what="booked", happened_on=_today()
    ),
}
