"""What may go to whom: consent given and withdrawn, and the gate that everything identifiable passes."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from partners.actions import create as create_partner
from partners.actions import mark_treating
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.templatetags.house import day
from referralcrm.core.versions import lock, write
from referralcrm.practice.scope import current_practice
from referrals.actions.attachments import attach
from referrals.actions.dates import check_happened
from referrals.models import CareTeamMember, Consent, Referral
from referrals.signals import consent_withdrawn
from referrals.states import IDENTIFIABLE, ConsentHow, ConsentScope, ConsentTo, Paper

CALLED = {
    ConsentScope.REPORT: "a report",
    ConsentScope.REFERRAL: "a referral letter",
    ConsentScope.STORY: "a success story",
    ConsentScope.COMPLIMENT: "a compliment",
}


@dataclass(frozen=True)
class Problem:
    """Why something cannot go to a partner, in words, and what would mend it.

    A page offers what is lacking: ``referrals/parts/problem.html``.
    """

    words: str
    partner: object
    what: str
    lacks_consent: bool
    lacks_treating: bool


class NotCovered(Refused):
    """No consent covers this recipient, or they do not treat the patient; ``problem`` says how to go on."""

    def __init__(self, problem):
        super().__init__(problem.words)
        self.problem = problem


def problem(patient, partner, *, what, on=None) -> Problem | None:
    """What keeps ``what`` (ConsentScope) from going to ``partner`` on a day (today); None: nothing does."""
    on = on or current_practice().today()
    is_covered = (
        Consent.objects.of(patient).current(on).filter(scope__contains=[what]).naming(partner).exists()
    )
    return _problem(patient, partner, what, on, is_covered)


def require(patient, partner, *, what, on=None):
    """Raise NotCovered when ``problem`` finds one. The consent stays as it is until the transaction ends,
    so that a withdrawal either comes first or sees what was sent.
    """
    on = on or current_practice().today()
    covering = Consent.objects.of(patient).current(on).filter(scope__contains=[what]).naming(partner)
    is_covered = bool(covering.order_by("pk").select_for_update(of=("self",), no_key=True))
    if found := _problem(patient, partner, what, on, is_covered):
        raise NotCovered(found)


def _problem(patient, partner, what, on, is_covered):
    lacks_treating = what in IDENTIFIABLE and not partner.treating_provider
    if is_covered and not lacks_treating:
        return None
    words = [] if is_covered else [_why_not(patient, partner, what, on)]
    words += [f"{partner} is not marked as a treating provider."] if lacks_treating else []
    return Problem(" ".join(words), partner, what, not is_covered, lacks_treating)


def problems(patient, partners, *, what) -> dict:
    """``problem`` of each of these partners on this day, by key; two queries for all of them."""
    on = current_practice().today()
    given = Consent.objects.of(patient).filter(scope__contains=[what], given_on__lte=on)
    given = list(given.select_related("referral").order_by("-given_on", "-id"))
    noted = CareTeamMember.objects.kept().of(patient).order_by().values_list("partner")
    passed_on = Referral.objects.kept().filter(patient=patient).order_by().values_list("partner")
    team = {partner for (partner,) in noted.union(passed_on)}
    found = {}
    for partner in partners:
        naming = [consent for consent in given if _names(consent, partner, team)]
        lacks_consent = not any(consent.is_current for consent in naming)
        lacks_treating = what in IDENTIFIABLE and not partner.treating_provider
        words = [_told(next(iter(naming), None), partner, what)] if lacks_consent else []
        words += [f"{partner} is not marked as a treating provider."] if lacks_treating else []
        found[partner.pk] = (
            Problem(" ".join(words), partner, what, lacks_consent, lacks_treating) if words else None
        )
    return found


def _names(consent, partner, team) -> bool:
    """What ``Consent.objects.naming`` asks of the database."""
    match consent.to:
        case ConsentTo.PARTNER:
            return consent.partner_id == partner.pk
        case ConsentTo.OTHER_SIDE:
            return consent.referral.partner_id == partner.pk
    return partner.pk in team


def _why_not(patient, partner, what, on):
    """The latest consent that once covered it, when there was one, and what became of it."""
    once = Consent.objects.of(patient).filter(scope__contains=[what], given_on__lte=on).naming(partner)
    return _told(once.order_by("-given_on", "-id").first(), partner, what)


def _told(last, partner, what):
    called = f"{CALLED[what]} to {partner}"
    if last is None:
        return f"The patient has not agreed yet to {called}."
    if last.withdrawn_at:
        return f"The patient withdrew their consent to {called} on {day(_day_of(last.withdrawn_at))}."
    return f"The patient’s consent to {called} ended on {day(last.until)}."


def _day_of(moment):
    return moment.astimezone(current_practice().zone).date()


@transaction.atomic
def give(
    referral,
    *,
    by,
    scope,
    to,
    given_how=ConsentHow.SPOKEN,
    partner=None,
    new_partner=None,
    given_on=None,
    until=None,
    words="",
    file=None,
    treating=False,
):
    """Record what the patient of ``referral`` agreed to; ``scope`` are ConsentScopes. Returns the Consent.

    ``given_on`` is today when not given, ``until`` None means until withdrawn. ``new_partner`` are the fields
    of a partner to be added first, ``file`` is the signed paper, scanned; ``treating`` also marks the
    recipient as a treating provider. Raises Refused.
    """
    referral = lock(referral)
    if new_partner:
        partner = create_partner(by=by, **new_partner)
    today = current_practice().today()
    check_happened(given_on, today=today, field="given_on")
    _check(referral, scope, to, partner, until, today)
    given = Consent(
        referral=referral,
        scope=[one for one in ConsentScope if one in scope],
        to=to,
        partner=partner if to == ConsentTo.PARTNER else None,
        given_on=given_on or today,
        until=until,
        given_how=given_how,
        recorded_by=by,
        paper=_paper(referral, file, given_on, by),
    )
    given.words = words
    given.save()
    record("recorded", by=by, subject=given, changed=given.scope)
    recipient = given.partner or (referral.partner if to == ConsentTo.OTHER_SIDE else None)
    if treating and recipient:
        mark_treating(recipient, by=by)
    return given


def _check(referral, scope, to, partner, until, today):
    if not scope:
        raise Refused("Choose what may be passed on.", field="scope")
    if until and until < today:
        raise Refused("This day has passed, so the consent would cover nothing.", field="until")
    if to == ConsentTo.PARTNER and partner is None:
        raise Refused("Say to whom.", field="partner_text")
    if to == ConsentTo.OTHER_SIDE and referral.partner_id is None:
        raise Refused("No partner sent this patient. Name one.", field="to")


def _paper(referral, file, given_on, by):
    if not file:
        return None
    return attach(referral, by=by, file=file, kind=Paper.CONSENT, received_on=given_on, title="Consent")


@transaction.atomic
def withdraw(consent, *, by, version=None):
    """It covers nothing from this moment; repeating it changes nothing. Raises Stale."""
    current = lock(consent, version=version)
    if current.withdrawn_at is None:
        write(current, withdrawn_at=timezone.now(), withdrawn_by=by)
        record("withdrew", by=by, subject=current)
        consent_withdrawn.send(Consent, consent=current, by=by)
    return current


@transaction.atomic
def reinstate(consent, *, by, version=None):
    """The withdrawal was a slip: it covers again what it covered. Refused after 30 days."""
    current = lock(consent, version=version)
    if current.withdrawn_at is None:
        return current
    if not current.can_be_reinstated:
        raise Refused("It was withdrawn more than 30 days ago. Ask the patient, and record it anew.")
    write(current, withdrawn_at=None, withdrawn_by=None)
    record("reinstated", by=by, subject=current)
    return current
