"""Logging one patient passed on, in either direction."""

from django.db import transaction

from partners.actions import create as create_partner
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.practice.scope import current_practice
from referrals.actions import notices
from referrals.actions.answering import begin
from referrals.actions.attachments import attach
from referrals.actions.dates import check_happened, check_planned
from referrals.actions.loop import promise_report
from referrals.actions.matters import join
from referrals.actions.offers import record_offers
from referrals.actions.patients import find_or_make, make
from referrals.models import JourneyEvent, Patient, Referral
from referrals.signals import (
    needs_primary_care,
    recommended,
    referral_received,
    referral_sent,
    source_unknown,
)
from referrals.states import Direction, Journey, Source


@transaction.atomic
def log(*, by, direction, patient, partner=None, new_partner=None, paper=(), **fields):
    """Receive or send from one form: ``patient`` are the words ``find_or_make`` takes.

    ``new_partner`` are the fields of a partner to be added first, ``paper`` files with their kinds. With
    ``to_finish`` the patient may be nobody yet. Raises Refused; then nothing is kept.
    """
    if new_partner:
        partner = create_partner(by=by, **new_partner)
    act = receive if direction == Direction.RECEIVED else send
    is_nobody = fields.get("to_finish") and not any(patient[name] for name in patient if name != "phone")
    who = make(by=by, **patient) if is_nobody else find_or_make(by=by, **patient)
    referral = act(by=by, patient=who, partner=partner, **fields)
    for piece in paper:
        attach(referral, by=by, received_on=referral.happened_on, **piece)
    return referral


def receive(*, by, patient, happened_on, partner=None, source=Source.PARTNER, **fields):
    """A patient came to us, from a partner or another source. Returns the Referral.

    ``fields``: service, location, clinician, urgency, channel, next_visit_on, reason, source_name,
    same_matter_as (an earlier Referral of this patient), to_finish (part of it could not be read).
    Raises Refused.
    """
    if (source == Source.PARTNER) != (partner is not None):
        raise Refused("Say who sent the patient.", field="partner_text")
    return _log(
        Direction.RECEIVED,
        by=by,
        patient=patient,
        happened_on=happened_on,
        partner=partner,
        source=source,
        **fields,
    )


@transaction.atomic
def send(*, by, patient, happened_on, partner, discipline=None, offered=(), own_wish=False, **fields):
    """We passed a patient on to a partner. Returns the Referral.

    ``fields``: location, clinician, urgency, channel, reason, same_matter_as. Without ``discipline``
    the partner's own is meant. ``offered`` are the partners named to the patient, ``own_wish`` says that
    the patient asked for this one by themselves. Raises Refused.
    """
    if partner is None:
        raise Refused("Say to whom the patient was sent.", field="partner_text")
    referral = _log(
        Direction.SENT,
        by=by,
        patient=patient,
        happened_on=happened_on,
        partner=partner,
        discipline=discipline or partner.discipline,
        **fields,
    )
    record_offers(referral, by=by, offered=offered, own_wish=own_wish)
    return referral


@transaction.atomic
def _log(direction, *, by, patient, happened_on, partner, same_matter_as=None, **fields):
    patient = Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=patient.pk).survivor
    today = current_practice().today()
    check_happened(happened_on, today=today, field="happened_on")
    check_planned(fields.get("next_visit_on"), today=today, field="next_visit_on", since=happened_on)
    sealed = {name: fields.pop(name, "") for name in ("reason", "source_name")}
    referral = Referral(
        direction=direction,
        partner=partner,
        organisation=office_on(partner, happened_on),
        patient=patient,
        happened_on=happened_on,
        entered_by=by,
        **fields,
    )
    referral.reason, referral.source_name = sealed["reason"], sealed["source_name"]
    begin(referral)
    referral.save()
    if same_matter_as:
        join(referral, same_matter_as)
    JourneyEvent.objects.create(referral=referral, after=Journey.REQUESTED, happened_on=happened_on, by=by)
    promise_report(referral)
    record(f"logged as {direction}", by=by, subject=referral)
    announce(referral, by=by)
    return referral


def announce(referral, *, by):
    """Tell the other apps that a referral was requested, and who brought it."""
    if referral.direction == Direction.SENT:
        referral_sent.send(Referral, referral=referral, by=by)
        return
    referral_received.send(Referral, referral=referral, by=by)
    notices.tell(referral, Journey.REQUESTED, on=referral.happened_on, by=by)
    if referral.source == Source.UNKNOWN and not referral.to_finish:
        source_unknown.send(Referral, referral=referral, by=by)
    announce_recommendation(referral, by=by)
    if referral.new_to_area:
        needs_primary_care.send(Referral, referral=referral, by=by)


def announce_recommendation(referral, *, by):
    """Tell that a named person who is no partner recommended us."""
    if referral.source != Source.PARTNER and referral.source_name_sealed:
        recommended.send(Referral, referral=referral, by=by)


def office_on(partner, day):
    """Where the partner worked on that day: today's main office when it is among those, else the latest."""
    if partner is None:
        return None
    offices = [a.organisation for a in partner.affiliations.on(day).select_related("organisation")]
    if not offices or partner.organisation in offices:
        return partner.organisation
    return offices[0]
