"""Sending a final report to a partner, and what is told about it afterwards."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referrals.actions import consents, links
from referrals.actions.care_team import treats
from referrals.actions.loop import confirm_report, record_report, take_report_back
from referrals.models import Delivery, Obligation, Report
from referrals.models.deliveries import why_not
from referrals.signals import delivery_made, delivery_revoked, delivery_sent, delivery_unsent
from referrals.states import BY_HAND, DONE, Closed, ConsentScope, DeliveryChannel, Side

LINK = DeliveryChannel.LINK


@transaction.atomic
def send(report, *, partner, channel, by) -> Delivery:
    """Let a final report go to ``partner``; what is posted or faxed is sent when somebody has ticked it.

    Raises NotCovered (a Refused) without the patient's consent, and Refused where the channel leads nowhere.
    """
    report = Report.objects.kept().with_all().select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    _check(report, partner, channel)
    consents.require(report.patient, partner, what=scope_of(report))
    delivery = Delivery(report=report, partner=partner, channel=channel, made_by=by)
    if channel == LINK:
        delivery.link = links.make(partner)
    if channel not in BY_HAND:
        delivery.sent_at = timezone.now()
    delivery.save()
    record("sent" if delivery.sent_at else "to be sent", by=by, subject=delivery, note=channel)
    _record_report(delivery, by)
    delivery_made.send(Delivery, delivery=delivery, by=by)
    return delivery


def scope_of(report) -> ConsentScope:
    """What the patient has to have agreed to."""
    return ConsentScope.REFERRAL if report.kind == "referral_letter" else ConsentScope.REPORT


def usual_way(partner) -> str:
    """How they like to have reports, where that is agreed; needs ``agreement`` loaded."""
    agreed = getattr(partner, "agreement", None)
    return agreed.report_by if agreed else ""


def _check(report, partner, channel):
    if not report.is_final:
        raise Refused(f"Only a {report.noun} that is final can be sent.")
    if Report.objects.final().filter(amends=report).exists():
        raise Refused(f"A newer version replaces this {report.noun}. Send that one.")
    if problem := why_not(partner, channel):
        raise Refused(problem, field="channel")
    if Delivery.objects.standing().filter(report=report, partner=partner, channel=channel).exists():
        raise Refused(f"It goes to {partner} this way already.")


@transaction.atomic
def mark_sent(delivery, *, by):
    """It was posted or faxed; repeating it changes nothing. Raises NotCovered where consent has gone."""
    delivery = _locked(delivery)
    if delivery.sent_at or not delivery.is_to_do:
        return delivery
    consents.require(delivery.patient, delivery.partner, what=scope_of(delivery.report))
    write(delivery, sent_at=timezone.now())
    record("sent", by=by, subject=delivery, note=delivery.channel)
    _record_report(delivery, by)
    delivery_sent.send(Delivery, delivery=delivery, by=by)
    return delivery


@transaction.atomic
def mark_unsent(delivery, *, by):
    """It was not posted after all; repeating it changes nothing. Refused when they have confirmed it."""
    delivery = _locked(delivery)
    if delivery.channel not in BY_HAND or delivery.sent_at is None:
        return delivery
    if delivery.confirmed_at:
        raise Refused("They confirmed that they have it.")
    write(delivery, sent_at=None)
    record("not sent", by=by, subject=delivery)
    promised = _promised(delivery)
    others = Delivery.objects.standing().filter(report__obligation=promised, sent_at__isnull=False)
    if promised and promised.state == DONE[Side.US] and not others.filter(partner=delivery.partner).exists():
        take_report_back(promised, by=by)
    delivery_unsent.send(Delivery, delivery=delivery, by=by)
    return delivery


@transaction.atomic
def revoke(delivery, *, by=None, because=Closed.TAKEN_BACK):
    """Take it back: its link opens nothing, nobody posts it. What they have read they have read."""
    delivery = _locked(delivery)
    if delivery.revoked_at:
        return delivery
    write(delivery, revoked_at=timezone.now(), revoked_because=because)
    if delivery.link:
        links.revoke(delivery.link, by=by)
    record("taken back", by=by, subject=delivery, note=because)
    delivery_revoked.send(Delivery, delivery=delivery, by=by)
    return delivery


@transaction.atomic
def resend(delivery, *, by):
    """A new link in place of the old one, which opens nothing any more. Raises NotCovered and Refused."""
    delivery = _locked(delivery)
    if delivery.channel != LINK or delivery.revoked_at:
        raise Refused("Only a link that was not taken back can be sent again.")
    if problem := why_not(delivery.partner, LINK):
        raise Refused(problem)
    consents.require(delivery.patient, delivery.partner, what=scope_of(delivery.report))
    links.revoke(delivery.link, by=by)
    write(delivery, link=links.make(delivery.partner))
    record("sent again", by=by, subject=delivery)
    delivery_made.send(Delivery, delivery=delivery, by=by)
    return delivery


@transaction.atomic
def revoke_uncovered(patient, *, by=None):
    """A consent was withdrawn: what it alone covered goes no further, and its links open nothing any more."""
    for delivery in _underway(report__referral__patient=patient):
        if consents.problem(patient, delivery.partner, what=scope_of(delivery.report)):
            revoke(delivery, by=by, because=Closed.CONSENT)


@transaction.atomic
def revoke_for_stranger(patient, partner, *, by=None):
    """Somebody was taken off the care team: unless they treat the patient otherwise, their links are closed.

    That holds also where a consent names them: it was given to somebody who treats the patient.
    """
    if not treats(patient, partner):
        for delivery in _underway(report__referral__patient=patient, partner=partner):
            revoke(delivery, by=by, because=Closed.LEFT_TEAM)


@transaction.atomic
def revoke_for_untreating(partner, *, by=None):
    """They are not a treating provider any more: no link of theirs leads to a patient."""
    for delivery in _underway(partner=partner):
        revoke(delivery, by=by, because=Closed.NOT_TREATING)


def _underway(**whose):
    """What has a link, or has not been posted yet; what is on paper there stays there."""
    to_post = Q(channel__in=BY_HAND, sent_at__isnull=True)
    rows = Delivery.objects.standing().filter(Q(channel=LINK) | to_post, **whose)
    return rows.with_all().order_by("pk")


def note_opened(deliveries, *, by):
    """The recipient came in and these were shown: the first time counts."""
    _note(deliveries, "opened_at", "opened", by)


def note_downloaded(delivery, *, by):
    """The recipient took the PDF: the first time counts."""
    _note([delivery], "downloaded_at", "downloaded", by)


@transaction.atomic
def confirm(delivery, *, by=None):
    """They say they have it, a fact of its own; repeating it changes nothing. ``by``: who said it."""
    delivery = _locked(delivery)
    if delivery.confirmed_at or delivery.revoked_at or not delivery.sent_at:
        return delivery
    write(delivery, confirmed_at=timezone.now())
    record("confirmed", by=by, subject=delivery)
    promised = _promised(delivery)
    if promised and promised.state == DONE[Side.US]:
        confirm_report(promised, by=by)
    return delivery


def _note(deliveries, column, verb, by):
    for delivery in deliveries:
        first = Delivery.objects.filter(pk=delivery.pk, **{column: None})
        if first.update(**{column: timezone.now()}, version=F("version") + 1):
            record(verb, by=by, subject=delivery)


def _record_report(delivery, by):
    """The promised report is sent when it went to the partner whom it was promised."""
    promised = _promised(delivery)
    if delivery.sent_at and promised and promised.is_waiting:
        record_report(promised, by=by)


def _promised(delivery) -> Obligation | None:
    """The promised report that this one meets, as it stands now; None for a copy to somebody else."""
    if delivery.partner_id != delivery.report.referral.partner_id or not delivery.report.obligation_id:
        return None
    rows = Obligation.objects.select_related("referral__patient", "referral__partner")
    promised = rows.get(pk=delivery.report.obligation_id)
    return promised if promised.is_ours else None


def _locked(delivery):
    lock(delivery)
    return Delivery.objects.with_all().get(pk=delivery.pk)
