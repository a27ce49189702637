"""Which referral stands for its matter, so that the patient counts once whatever becomes of the first."""

from referralcrm.core.refused import Refused
from referrals.models import Referral


def lock_matter(matter):
    """Make everybody who changes what this matter counts wait for their turn, in one order."""
    list(Referral.objects.of_matter(matter).order_by("pk").select_for_update(of=("self",), no_key=True))


def settle(matter):
    """Let the first referral that counts stand for its matter, the first of all when none does.

    Returns its id, which is then the matter of all of them. Lock the matter before.
    """
    rows = Referral.objects.of_matter(matter)
    first = rows.kept().order_by("pk").first() or rows.order_by("pk").first()
    if first.pk != matter:
        rows.update(matter=first.pk)
    return first.pk


def part(matters):
    """Where two patients who were one share a matter, let each one's referrals have their own."""
    for matter in sorted(matters):
        lock_matter(matter)
        rows = Referral.objects.of_matter(matter).order_by("pk")
        for patient in set(rows.values_list("patient", flat=True)):
            own = rows.filter(patient=patient)
            own.update(matter=(own.kept().first() or own.first()).pk)


def join(referral, earlier):
    """Let a referral be of the same matter as an earlier one. Raises Refused unless one patient's.

    Both directions are counted apart, so a matter is one of a patient and a direction.
    """
    if (earlier.patient_id, earlier.direction) != (referral.patient_id, referral.direction):
        raise Refused("The same matter is one of the same patient and direction.", field="matter")
    lock_matter(earlier.matter)
    matter = Referral.objects.values_list("matter", flat=True).get(pk=earlier.pk)
    Referral.objects.filter(pk=referral.pk).update(matter=matter)
    referral.matter = settle(matter)
