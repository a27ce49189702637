"""Suggestions that a referral raises: dated tasks that can be dismissed with a reason, each raised once.

They notice what *we* sent, or that a patient has no doctor; the finder knows nothing of either.
"""

from datetime import timedelta

from django.db import transaction

from outreach.actions.tasks import add, cancel
from outreach.models import Task, Touchpoint
from outreach.states import ABOUT_A_PARTNER, TaskKind, TaskState, TouchpointKind
from partners.states import Stage
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals.models import Referral
from referrals.states import UNCOUNTED, Direction

WITHIN_WORKING_DAYS = 5
SEVERAL = 3  # referrals sent within a year to somebody we never met
A_YEAR = timedelta(days=365)
IN_PERSON = [TouchpointKind.VISIT, TouchpointKind.LUNCH, TouchpointKind.MDT, TouchpointKind.EVENT]
ONCE = "once"  # the period of what is asked once in all time


def suggest_primary_care(referral, *, by):
    """The patient is new to the area or has no doctor: suggest one, once for a patient."""
    asked = Task.objects.filter(kind=TaskKind.REFER_BACK, referral__patient=referral.patient)
    if asked.exclude(state=TaskState.CANCELLED).exists():
        return
    add(
        kind=TaskKind.REFER_BACK,
        title="Suggest a primary-care clinician",
        why="The patient of this referral is new to the area, or has no doctor of their own.",
        referral=referral,
        owner=referral.clinician or by,
        due_on=_soon(),
        by=by,
    )


def get_to_know(referral, *, by):
    """What a referral we sent suggests about its partner: meeting them, or introducing ourselves."""
    if referral.partner.stage == Stage.ENDED:
        return
    if is_first_to_the_discipline(referral) and not _met_in_person(referral.partner):
        why = f"This was the first patient we sent to anybody in {referral.discipline}."
        _suggest(TaskKind.MEET, f"Meet {referral.partner}?", why, referral, by)
    if _was_never_met(referral.partner) and _sent_lately(referral.partner) >= SEVERAL:
        why = "We sent them several patients within a year and have never been in touch."
        _suggest(TaskKind.INTRODUCE, f"Introduce yourself to {referral.partner}", why, referral, by)


@transaction.atomic
def think_again(referral, *, by):
    """Whom a sent referral went to was corrected: what it suggested about somebody else was a mistake."""
    if referral.direction != Direction.SENT or referral.journey in UNCOUNTED:
        return
    asked = Task.objects.open().filter(referral=referral, kind__in=ABOUT_A_PARTNER)
    for task in asked.exclude(partner=referral.partner).select_related("partner"):
        if task.kind == TaskKind.MEET or _sent_lately(task.partner) < SEVERAL:
            cancel(task, because="The referral it was about went to somebody else.", by=by)
    get_to_know(referral, by=by)


def is_first_to_the_discipline(referral) -> bool:
    """Whether nobody of this discipline had been sent a patient before; False without a discipline."""
    if referral.discipline_id is None:
        return False
    sent = Referral.objects.kept().sent().filter(discipline=referral.discipline_id)
    return not sent.exclude(pk=referral.pk).exists()


def _met_in_person(partner):
    return partner.stage == Stage.MET or _contacts(partner).filter(kind__in=IN_PERSON).exists()


def _was_never_met(partner):
    """Neither by their stage nor by a contact that was written down."""
    return partner.stage == Stage.PROSPECT and not _contacts(partner).exists()


def _contacts(partner):
    return Touchpoint.objects.real().filter(partner=partner)


def _sent_lately(partner):
    since = current_practice().today() - A_YEAR
    return Referral.objects.kept().sent().filter(partner=partner, happened_on__gt=since).count()


@transaction.atomic
def _suggest(kind, title, why, referral, by):
    """Once in all time for a partner; but for what was cancelled with a referral that was a mistake."""
    partner = referral.partner
    cancelled = Task.objects.filter(kind=kind, partner=partner, state=TaskState.CANCELLED)
    cancelled.exclude(period_key="").update(period_key="")
    add(
        kind=kind,
        title=title[:200],
        why=why,
        partner=partner,
        referral=referral,
        owner=partner.owner or by,
        due_on=_soon(),
        period_key=ONCE,
        by=by,
    )


def _soon():
    practice = current_practice()
    return Calendar(practice).add_working_days(practice.today(), WITHIN_WORKING_DAYS)
