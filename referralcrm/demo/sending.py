"""Reports that went out in the last weeks, with the patient's consent, and what became of them there."""

from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter

from outreach.models import Task
from outreach.states import TaskKind
from referralcrm.demo.findings import content_of
from referralcrm.demo.mailed import link_mailed, written_to
from referrals.actions import add_clinician, consents, deliveries, reports
from referrals.models import Consent, Delivery, Obligation, PortalLink, Report
from referrals.states import (
    BY_HAND,
    CareRole,
    ConsentHow,
    ConsentScope,
    ConsentTo,
    DeliveryChannel,
    Loop,
    ReportKind,
)

LATELY = timedelta(days=40)
LINK, POST, FAX = DeliveryChannel.LINK, DeliveryChannel.POST, DeliveryChannel.FAX


@dataclass(frozen=True)
class Course:
    """By which channel a report went, and what became of it: hours after it had gone."""

    channel: str
    state: str = Loop.SENT  # of the promised report
    opened: float | None = None
    downloaded: float | None = None
    has_copy: bool = False


COURSES = [
    Course(LINK, opened=3.5),
    Course(LINK, state=Loop.ACKNOWLEDGED, opened=20.2, downloaded=20.3, has_copy=True),
    Course(FAX),
    Course(POST),
]


def make_sent_reports(world):
    """First reports that the log says had left: the document, the consent, the way it went, its facts."""
    waiting, went = _left(world), []
    for course in COURSES:
        if promised := next((row for row in waiting if _fits(row, course)), None):
            waiting = [row for row in waiting if not _alike(row.referral, promised.referral)]
            went.append((promised.sent_on, promised, course))
    for _, promised, course in sorted(went, key=itemgetter(0)):
        _send(world, promised, course)


def _left(world):
    """Our first reports that left lately on a working day, the latest first, to whom one may write."""
    rows = Obligation.objects.ours().filter(kind=ReportKind.INITIAL, state__in=[Loop.SENT, Loop.ACKNOWLEDGED])
    rows = rows.filter(sent_on__range=(world.today - LATELY, world.today - timedelta(days=3)))
    rows = rows.filter(referral__partner__in=written_to().filter(treating_provider=True))
    rows = rows.select_related("referral__patient", "referral__partner", "referral__clinician")
    return [row for row in rows.order_by("-sent_on", "-id") if world.calendar.is_working_day(row.sent_on)]


def _fits(promised, course):
    has_number = course.channel != FAX or promised.referral.partner.fax
    return promised.state == course.state and has_number


def _alike(one, other):
    """The same patient or partner, or the same words in the report."""
    return one.patient == other.patient or one.partner == other.partner or one.reason == other.reason


def _send(world, promised, course):
    referral, at = promised.referral, world.at(promised.sent_on, 11.2)
    by = referral.clinician or world.people["clinician"]
    agree(world, referral, on=referral.attended_on, given_how=ConsentHow.WRITTEN)
    final = _signed(promised, by, at - timedelta(hours=1))
    delivery = deliveries.send(final, partner=referral.partner, channel=course.channel, by=by)
    if course.channel in BY_HAND:
        _hand_over(world, delivery, at)
    date_back(delivery, at, opened=course.opened, downloaded=course.downloaded)
    if promised.state == Loop.ACKNOWLEDGED:
        deliveries.confirm(delivery, by=referral.partner)
        Delivery.objects.filter(pk=delivery.pk).update(confirmed_at=world.at(promised.acknowledged_on, 12.5))
    if course.has_copy:
        _copy(world, final, at + timedelta(hours=1))


def _signed(promised, by, at):
    draft = reports.start(promised.referral, kind="initial", by=by, obligation=promised)
    Report.objects.filter(pk=draft.pk).update(started_at=at - timedelta(hours=1))
    draft = reports.save(draft, by=by, content=content_of(promised.referral, promised.sent_on))
    return reports.finalise(draft, by=by, at=at)


def agree(world, referral, *, on, scope=(ConsentScope.REPORT,), to=ConsentTo.OTHER_SIDE, **more):
    """The patient of ``referral`` agreed on this day; a colleague at the desk wrote it down."""
    by = world.people["staff"]
    given = consents.give(referral, by=by, scope=scope, to=to, given_on=on, **more)
    Consent.objects.filter(pk=given.pk).update(recorded_at=world.at(on, 12))
    return given


def _hand_over(world, delivery, at):
    """Somebody posted or faxed it that day, which finished its task."""
    deliveries.mark_sent(delivery, by=world.people["staff"])
    tasks = Task.objects.filter(kind=TaskKind.SEND_REPORT, referral=delivery.report.referral)
    tasks.update(created_at=at, closed_at=at, due_on=at.date())


def date_back(delivery, at, *, opened=None, downloaded=None):
    """Let what the actions did just now have happened then; opened and downloaded so many hours later."""
    facts = {"made_at": at, "sent_at": at}
    if opened:
        deliveries.note_opened([delivery], by=delivery.partner)
        facts["opened_at"] = at + timedelta(hours=opened)
    if downloaded:
        deliveries.note_downloaded(delivery, by=delivery.partner)
        facts["downloaded_at"] = at + timedelta(hours=downloaded)
    Delivery.objects.filter(pk=delivery.pk).update(**facts)
    if delivery.link_id:
        lasts = delivery.link.expires_at - delivery.link.created_at
        PortalLink.objects.filter(pk=delivery.link_id).update(created_at=at, expires_at=at + lasts)
        link_mailed(delivery.link, at)


def _copy(world, final, at):
    """The family doctor had a copy too, until the patient changed their mind about that."""
    referral, doctor = final.referral, world.stories["steady2"]
    if referral.partner == doctor:
        return
    add_clinician(referral, by=world.people["staff"], role=CareRole.SURGEON, partner=doctor)
    named = agree(world, referral, on=referral.attended_on, to=ConsentTo.PARTNER, partner=doctor)
    copy = deliveries.send(final, partner=doctor, channel=LINK, by=final.author)
    date_back(copy, at)
    consents.withdraw(named, by=world.people["staff"])
    withdrawn_at = at + timedelta(hours=50)
    Consent.objects.filter(pk=named.pk).update(withdrawn_at=withdrawn_at)
    Delivery.objects.filter(pk=copy.pk).update(revoked_at=withdrawn_at)
