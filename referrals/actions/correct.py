"""Correcting what was logged."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice.scope import current_practice
from referrals.actions import notices
from referrals.actions.answering import begin_anew
from referrals.actions.dates import check_happened, check_planned
from referrals.actions.log import announce_recommendation, office_on
from referrals.actions.loop import promise_report, set_clock
from referrals.actions.offers import settle_choice
from referrals.models import Referral
from referrals.signals import needs_primary_care, referral_received, referral_restored, referral_withdrawn
from referrals.states import Direction, Journey, Source

COLUMNS = {"reason": "reason_sealed", "source_name": "source_name_sealed"}


@transaction.atomic
def update(referral, *, version, by, **fields):
    """Change what differs and return the row; journey and direction are not among the fields.

    The report's clock follows the dates, and the thanks follow the partner. Raises Stale when
    somebody saved first, Refused when dates or source cannot be.
    """
    current = lock(referral, version=version)
    changed = sorted(name for name, value in fields.items() if getattr(current, name) != value)
    if not changed:
        return current
    if "partner" in changed and current.partner:
        referral_withdrawn.send(Referral, referral=current, by=by)
    had_partner = current.partner_id is not None
    _write(current, changed, fields)
    if {"partner", "happened_on"} & set(changed):
        begin_anew(current, is_new=not had_partner)
    record("changed", by=by, subject=current, changed=changed)
    promise_report(current)
    set_clock(current, forget_visit="next_visit_on" in changed)
    if "partner" in changed:
        settle_choice(current)
    _tell(current, changed, by)
    return current


def _write(referral, changed, fields):
    for name in changed:
        setattr(referral, name, fields[name])
    _check(referral)
    if {"partner", "happened_on"} & set(changed):
        referral.organisation = office_on(referral.partner, referral.happened_on)
    referral.version += 1
    columns = [COLUMNS.get(name, name) for name in changed]
    referral.save(update_fields=[*columns, "organisation", "version"])


def _check(referral):
    if (referral.source == Source.PARTNER) != (referral.partner is not None):
        raise Refused("Choose a partner, or another source.", field="partner_text")
    today, happened_on = current_practice().today(), referral.happened_on
    check_happened(happened_on, today=today, field="happened_on")
    check_planned(referral.next_visit_on, today=today, field="next_visit_on", since=happened_on)
    check_planned(referral.appointment_on, today=today, field="appointment_on", since=happened_on)
    check_happened(referral.attended_on, today=today, field="attended_on", since=happened_on)


def _tell(referral, changed, by):
    """The new partner is thanked instead of the old one, or whoever else recommended us."""
    if "partner" in changed and referral.partner:
        referral_restored.send(Referral, referral=referral, by=by)
        if referral.direction == Direction.RECEIVED:
            referral_received.send(Referral, referral=referral, by=by)
            _tell_news(referral, by)
    elif "source_name" in changed:
        announce_recommendation(referral, by=by)
    if "new_to_area" in changed and referral.new_to_area:
        needs_primary_care.send(Referral, referral=referral, by=by)


def _tell_news(referral, by):
    """Whom it turns out to be from hears that it arrived; of a draft they hear when it is requested."""
    if referral.journey != Journey.DRAFT:
        notices.tell(referral, Journey.REQUESTED, on=referral.happened_on, by=by)
