"""A question between clinicians is a contact, and so is its answer: who only asks is an active partner."""

from django.db import transaction
from django.db.models import F

from outreach.actions.touchpoints import settle_check_ins
from outreach.models import Task, Touchpoint
from outreach.states import TaskState, TouchpointKind
from referralcrm.practice.scope import current_practice


@transaction.atomic
def count_as_contact(advice, *, by):
    """Keep the contacts of a question as it stands: who asked on its day, who answered on that one.

    They belong to it by ``occasion``. A question in the trash is none, and check-ins it had finished are
    open again.
    """
    mine = Touchpoint.objects.filter(occasion=advice.pk, kind=TouchpointKind.ADVICE)
    wanted = set(_days(advice)) if advice.deleted_at is None else set()
    stands = set(mine.values_list("happened_on", "by_them"))
    if stands - wanted:
        _take_back(mine)
        stands = set()
    same = {"partner": advice.partner, "kind": TouchpointKind.ADVICE, "by": by, "occasion": advice.pk}
    for day, by_them in sorted(wanted - stands):
        made = Touchpoint.objects.create(happened_on=day, by_them=by_them, **same)
        settle_check_ins([made], by=by)


def _days(advice):
    zone = current_practice().zone
    yield advice.asked_at.astimezone(zone).date(), advice.is_ours
    if advice.answered_at:
        yield advice.answered_at.astimezone(zone).date(), not advice.is_ours


def _take_back(touchpoints):
    keys = list(touchpoints.values_list("pk", flat=True))
    finished = Task.objects.filter(touchpoint__in=keys)
    finished.filter(state=TaskState.COMPLETED).update(
        state=TaskState.REQUESTED, closed_at=None, closed_by=None, version=F("version") + 1
    )
    finished.update(touchpoint=None)
    touchpoints.delete()
