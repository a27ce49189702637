"""The checklist of a referral: ticked line by line, each with who and when."""

from django.db import transaction
from django.utils import timezone

from partners.states import GoesWith
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referrals.models import Enclosure
from referrals.models.checklists import GOES_WITH
from referrals.states import Enclosed

MOST_TYPED = 20  # things written down for one patient, so that a cover note stays one page


@transaction.atomic
def tick(referral, line, *, by, state, version=0):
    """Say where a line (Paperwork) of the partner's checklist is: enclosed, to follow, or not needed.

    ``version`` is 0 while nobody had touched it. Raises Refused, and Stale when somebody was quicker.
    """
    referral = lock(referral)
    fitting = (GOES_WITH[referral.direction], GoesWith.BOTH)
    if line.partner_id != referral.partner_id or line.goes_with not in fitting:
        raise Refused("This is not on their checklist for this referral.")
    ticked, _ = Enclosure.objects.get_or_create(
        referral=referral, paperwork=line, defaults={"what": line.what, "version": 0}
    )
    return put(ticked, by=by, state=state, version=version, what=line.what)


@transaction.atomic
def enclose(referral, *, by, words, state=Enclosed.ENCLOSED):
    """Write down something that goes with this patient's referral besides, and return it. Raises Refused."""
    referral = lock(referral)
    if Enclosure.objects.filter(referral=referral, paperwork=None).count() >= MOST_TYPED:
        raise Refused(f"There are {MOST_TYPED} of these already.", field="words")
    made = Enclosure(referral=referral, state=state, by=by)
    made.words = words
    made.save()
    record("wrote down", by=by, subject=made)
    return made


@transaction.atomic
def put(enclosure, *, by, state, version, **values):
    """Say where something is now; repeating it changes nothing. Raises Stale."""
    current = lock(enclosure, version=version)
    if current.version == 0 or current.state != state:
        write(current, state=state, by=by, at=timezone.now(), **values)
        record("ticked", by=by, subject=current, changed=["state"], note=Enclosed(state).label)
    return current
