"""What to say to the second of two people at one referral or report."""

from referralcrm.core.templatetags.house import short_day
from referralcrm.practice import quicker
from referralcrm.practice.scope import current_practice
from referrals.models import Obligation, Referral
from referrals.states import Journey


def who_was_quicker(pk, *, person) -> str:
    """Of a referral, for somebody who saw an older version."""
    referral = Referral.objects.get(pk=pk)
    return quicker.who_was_quicker("referral", pk, person=person, what=lambda event: _what(event, referral))


def who_answered_the_report(pk, *, person) -> str:
    """Of a report, likewise."""
    report = Obligation.objects.get(pk=pk)
    return quicker.who_was_quicker(
        "obligation", pk, person=person, what=lambda event: f"report {report.said}"
    )


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


def _day(day):
    return short_day(day, current_practice().today())
