"""Who else treats a patient: noted on a referral, true for the patient."""

from django.db import transaction

from partners.actions import create as create_partner
from partners.actions import mark_treating
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept
from referrals.models import CareTeamMember, Referral
from referrals.signals import clinician_removed, needs_primary_care
from referrals.states import CareRole


def team_of(patient) -> list[CareTeamMember]:
    """The patient's other clinicians as they stand, each once; "has none" only while nobody is named."""
    rows = CareTeamMember.objects.kept().of(patient).select_related("partner__discipline")
    return each_once(rows)


def each_once(rows) -> list[CareTeamMember]:
    """Two records of one patient, or of one partner, may say the same twice."""
    found = {}
    for row in rows:
        found.setdefault((row.role, row.partner_id), row)
    named = {role for role, partner in found if partner}
    return [row for (role, partner), row in found.items() if partner or role not in named]


@transaction.atomic
def add_clinician(referral, *, by, role, partner=None, new_partner=None, treating=False):
    """Note that ``partner`` treats the patient of ``referral`` as ``role``. Refused when it stands there.

    ``new_partner`` are the fields of one to be added first; ``treating`` marks them as a treating provider.
    """
    referral = lock(referral)
    partner = create_partner(by=by, **new_partner) if new_partner else partner
    if partner is None:
        raise Refused("Say who.", field="partner_text")
    standing = CareTeamMember.objects.kept().of(referral.patient)
    if standing.filter(role=role, partner=partner).exists():
        raise Refused(f"{partner} is there already.", field="partner_text")
    for said in standing.filter(role=role, partner__isnull=True):
        put_away(said, by=by)
    if treating:
        mark_treating(partner, by=by)
    return _note(referral, by, role=role, partner=partner)


@transaction.atomic
def say_none(referral, *, by):
    """The patient has no primary-care clinician. Refused while one is named; repeating it changes nothing."""
    referral = lock(referral)
    role = CareRole.PRIMARY_CARE
    standing = CareTeamMember.objects.kept().of(referral.patient).filter(role=role).select_related("partner")
    if named := standing.filter(partner__isnull=False).first():
        raise Refused(f"{named.partner} is noted as primary care. Remove them first.")
    if said := standing.first():
        return said
    noted = _note(referral, by, role=role)
    needs_primary_care.send(Referral, referral=referral, by=by)
    return noted


def _note(referral, by, **said):
    noted = CareTeamMember.objects.create(referral=referral, noted_by=by, **said)
    record("added", by=by, subject=noted)
    return noted


def treats(patient, partner) -> bool:
    """Whether a partner is on the patient's care team, or the other side of one of their referrals."""
    noted = CareTeamMember.objects.kept().of(patient).filter(partner=partner)
    return noted.exists() or Referral.objects.kept().filter(patient=patient, partner=partner).exists()


@transaction.atomic
def remove_clinician(member, *, by):
    """Put it into the trash, with what says the same; repeating it changes nothing.

    Links to reports that were sent to them are closed, unless they treat the patient otherwise.
    """
    same = CareTeamMember.objects.kept().of(member.patient).filter(role=member.role, partner=member.partner)
    for row in same.exclude(pk=member.pk):
        put_away(row, by=by)
    put_away(member, by=by)
    if member.partner:
        clinician_removed.send(CareTeamMember, patient=member.patient, partner=member.partner, by=by)
    return member


@transaction.atomic
def bring_clinician_back(member, *, by):
    """Fetch it out of the trash. Refused after 30 days, and while its referral or partner is in the trash."""
    require_kept(member.referral, member.partner)
    return fetch_back(member, by=by)
