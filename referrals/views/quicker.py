"""What to say to the second of two people at one row: who was first, with what, and when."""

from referralcrm.audit.models import AuditEvent
from referralcrm.core.templatetags.house import short_day
from referralcrm.practice.scope import current_practice
from referrals.models import Referral
from referrals.states import Journey


def who_was_quicker(pk, *, person) -> str:
    """One sentence about the last change of a referral, as the audit log has it. No patient is named."""
    practice = current_practice()
    changes = AuditEvent.objects.of(practice).filter(subject_type="referral", subjects__contains=[str(pk)])
    event = changes.exclude(verb="read").first()
    if event is None:
        return "Somebody else changed this meanwhile."
    what, when = _what(event, Referral.objects.get(pk=pk)), _when(event.at, practice)
    if event.actor_id == person.pk:
        return f"You did this already: {what}, {when}."
    return f"{event.actor_name} was quicker: {what}, {when}."


def _what(event, referral):
    match event.verb:
        case "called about":
            return f"called, {event.note}"
        case "took a call back about":
            return "took a call back"
        case "put off calling about" if referral.call_on:
            return f"put off until {_day(referral.call_on)}"
        case "changed":
            return "corrected the referral"
        case verb if verb.startswith("journey: "):
            return _stands(referral)
        case "took a step back with":
            return f"took a step back, so it is {_stands(referral)} again"
    return "changed the referral"


def _stands(referral):
    if referral.journey == Journey.SCHEDULED and referral.appointment_on:
        return f"booked for {_day(referral.appointment_on)}"
    return referral.get_journey_display()


def _when(moment, practice):
    local = moment.astimezone(practice.zone)
    day = "" if local.date() == practice.today() else f"on {_day(local.date())} "
    return f"{day}at {local:%H:%M}"


def _day(day):
    return short_day(day, current_practice().today())
