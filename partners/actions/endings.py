"""When a relationship ends, and when that is taken back."""

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from partners.actions.circle import place_left_for
from partners.models import Affiliation, Partner
from partners.signals import partner_ended, partner_resumed
from partners.states import Stage
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write


@transaction.atomic
def end(partner, *, ending, on, by):
    """Moved, retired, died, or the relationship ended, on the date ``on``.

    Affiliations still open end that day and mail that is queued is held. Refused for a day to come
    and for a partner who has ended already.
    """
    current = lock(partner)
    if current.stage == Stage.ENDED:
        raise Refused(f"This is already so: {current.get_ending_display().lower()}.")
    if on > current.practice.today():
        raise Refused("This day has not come yet. Note it as a next step until then.", field="on")
    write(current, stage=Stage.ENDED, stage_before=current.stage, ending=ending, ended_on=on)
    _open_affiliations(current, on).update(
        until_before=F("until"), until=Greatest("since", Value(on)), ended_with_partner=True
    )
    record(f"noted as {current.get_ending_display().lower()}", by=by, subject=current, changed=["stage"])
    partner_ended.send(Partner, partner=current, by=by)
    return current


@transaction.atomic
def resume(partner, *, by):
    """Take an ending back: stage and affiliations are as they were, and mail may go out again."""
    current = lock(partner)
    if current.stage != Stage.ENDED:
        return current
    changed = write(
        current,
        stage=current.stage_before or Stage.ACTIVE,
        stage_before="",
        ending="",
        ended_on=None,
        circle=place_left_for(current),
    )
    Affiliation.objects.filter(partner=current, ended_with_partner=True).update(
        until=F("until_before"), until_before=None, ended_with_partner=False
    )
    record("took back the ending of", by=by, subject=current, changed=changed)
    partner_resumed.send(Partner, partner=current, by=by)
    return current


def _open_affiliations(partner, on):
    return Affiliation.objects.kept().filter(Q(until__isnull=True) | Q(until__gt=on), partner=partner)
