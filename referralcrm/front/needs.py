"""What needs somebody today, as QuerySets: the rail counts them and the page lists them."""

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from outreach.models import Message, Task
from outreach.states import TaskKind, TaskState
from partners.models import Friction, Partner
from referralcrm.practice.models import Licence
from referralcrm.practice.permissions import Permission
from referralcrm.practice.places import shown_at
from referrals.models import AdviceRequest, Consent, DetailsRequest, Obligation, Referral
from referrals.states import AWAITING_BOOKING, Direction, Journey

REPORT_DAYS_AHEAD = 3
THANKS = (TaskKind.THANK_CARD, TaskKind.THANK_CALL, TaskKind.PERSONAL_THANKS)


class Needs:
    """What needs ``person`` today, or with ``everybody`` the whole practice.

    A report is its clinician's; booking is the desk's, and for those who treat patients their own
    patients'; a task is its owner's. What belongs to nobody is everybody's. With a ``location`` it is
    what shows there.
    """

    def __init__(self, person, today, *, now=None, everybody=False, location=None):
        self.person = person
        self.today = today
        self.now = now or timezone.now()
        self.everybody = everybody
        self.location = location

    def reports(self):
        """Reports we owe that are late or due within 3 days."""
        due = Obligation.objects.ours().due().filter(due_on__lte=self.today + timedelta(REPORT_DAYS_AHEAD))
        due = due.at(self.location).filter(referral__in=Referral.objects.kept())
        return self._of(due, "referral__clinician")

    def bookings(self):
        """Received referrals without an appointment, unless put off to a later day."""
        return self._of_desk(Referral.objects.kept().filter(self.to_call, to_finish=False))

    def put_off(self):
        """Received referrals without an appointment that are called about on a later day."""
        return self._of_desk(Referral.objects.kept().filter(self.to_book, call_on__gt=self.today))

    def visits(self):
        """Booked for a day that has passed: did they come?"""
        return self._of_desk(Referral.objects.kept().filter(self.passed, to_finish=False))

    def paper(self):
        """Part of it could not be read; or booked already, while details we asked for are missing."""
        return self._of_desk(_together(self._unread(), self._asked_about()))

    def of_the_desk(self):
        """``bookings``, ``visits`` and ``paper`` in one, each referral once."""
        kept = Referral.objects.kept()
        waiting = (kept.filter(self.to_call), kept.filter(self.passed))
        return self._of_desk(_together(self._unread(), self._asked_about(), *waiting))

    @property
    def to_book(self):
        return Q(direction=Direction.RECEIVED, journey__in=AWAITING_BOOKING)

    @property
    def to_call(self):
        return self.to_book & (Q(call_on__isnull=True) | Q(call_on__lte=self.today))

    @property
    def passed(self):
        return Q(journey=Journey.SCHEDULED, appointment_on__lt=self.today)

    def _unread(self):
        return Referral.objects.kept().filter(to_finish=True)

    def _asked_about(self):
        asked = DetailsRequest.objects.open().values("referral")
        return Referral.objects.kept().filter(pk__in=asked).exclude(self.to_book).exclude(self.passed)

    def tasks(self):
        """Open, due and not snoozed, of every kind."""
        return self._of(
            Task.objects.showing(self.today).at(self.location).filter(due_on__lte=self.today), "owner"
        )

    def settled(self, since):
        """Check-ins done or skipped since the practice's midnight of a day."""
        ended = [TaskState.COMPLETED, TaskState.REJECTED]
        midnight = datetime.combine(since, time.min, tzinfo=self.person.practice.zone)
        closed = Task.objects.at(self.location).filter(
            kind=TaskKind.CHECK_IN, state__in=ended, closed_at__gte=midnight
        )
        return self._of(closed, "owner")

    def next_steps(self):
        """Partners whose next step is due."""
        due = Partner.objects.current().filter(next_step_on__lte=self.today).exclude(next_step="")
        return self._of(due, "owner")

    def frictions(self):
        """What was hard for partners and is not answered yet."""
        still = Friction.objects.open().filter(partner__in=Partner.objects.kept())
        return self._of(still, "owner")

    def questions(self):
        """What colleagues ask us, and what they promised to answer us by now."""
        waiting = AdviceRequest.objects.waiting_for_us(self.now).at(self.location)
        return self._of(waiting, "owner")

    def consents(self):
        """Patients' consents that end within 14 days while something still goes to whom they name."""
        rows = Consent.objects.to_renew(self.today).filter(shown_at(self.location, "referral__location"))
        return self._of(rows, "referral__clinician")

    def licences(self):
        """Licences of our clinicians that are over or soon will be, for those who manage people."""
        rows = Licence.objects.to_renew(self.today)
        return rows if self.person.may(Permission.MANAGE_PEOPLE) else rows.none()

    def approvals(self):
        """Messages that wait for a person, for those who may send them."""
        waiting = Message.objects.awaiting_approval().at(self.location)
        return waiting if self.person.may(Permission.APPROVE_MAIL) else waiting.none()

    def all(self):
        return [
            self.reports(),
            self.bookings(),
            self.visits(),
            self.paper(),
            self.tasks(),
            self.next_steps(),
            self.frictions(),
            self.consents(),
            self.licences(),
            self.questions(),
            self.approvals(),
        ]

    def _of(self, rows, owner):
        if self.everybody:
            return rows
        return rows.filter(Q(**{owner: self.person}) | Q(**{f"{owner}__isnull": True}))

    def _of_desk(self, referrals):
        referrals = referrals.at(self.location)
        if self.person.sees_patients:
            return self._of(referrals, "clinician")
        return referrals


def _together(*each):
    """The rows of any of these, each once and each found by its own index; OR would read the whole table."""
    first, *others = [rows.order_by().values("pk") for rows in each]
    return Referral.objects.filter(pk__in=first.union(*others))
