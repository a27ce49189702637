"""What needs somebody today, as QuerySets: the rail counts them and the page lists them."""

from datetime import timedelta

from django.db.models import Q

from outreach.models import Message, Task
from outreach.states import TaskKind
from partners.models import Partner
from referralcrm.practice.permissions import Permission
from referrals.models import Obligation, Referral
from referrals.states import Journey

REPORT_DAYS_AHEAD = 3
THANKS = (TaskKind.THANK_CARD, TaskKind.THANK_CALL, TaskKind.PERSONAL_THANKS)


class Needs:
    """What needs ``person`` today, or everybody in the practice when ``person`` is None.

    A report is its clinician's; booking is the desk's, and for those who treat patients their own
    patients'; a task is its owner's. What belongs to nobody is everybody's.
    """

    def __init__(self, person, today):
        self.person = person
        self.today = today

    def reports(self):
        """Reports we owe that are late or due within 3 days."""
        due = Obligation.objects.ours().due().filter(due_on__lte=self.today + timedelta(REPORT_DAYS_AHEAD))
        return self._of(due.filter(referral__in=Referral.objects.kept()), "referral__clinician")

    def bookings(self):
        """Received referrals without an appointment."""
        return self._of_desk(Referral.objects.received().awaiting_booking())

    def visits(self):
        """Booked for a day that has passed: did they come?"""
        booked = Referral.objects.kept().filter(journey=Journey.SCHEDULED, appointment_on__lt=self.today)
        return self._of_desk(booked)

    def tasks(self):
        """Open, due and not snoozed, of every kind."""
        return self._of(Task.objects.showing(self.today).filter(due_on__lte=self.today), "owner")

    def next_steps(self):
        """Partners whose next step is due."""
        due = Partner.objects.current().filter(next_step_on__lte=self.today).exclude(next_step="")
        return self._of(due, "owner")

    def approvals(self):
        """Messages that wait for a person, for those who may send them."""
        waiting = Message.objects.awaiting_approval()
        if self.person and not self.person.may(Permission.APPROVE_MAIL):
            return waiting.none()
        return waiting

    def all(self):
        return [
            self.reports(),
            self.bookings(),
            self.visits(),
            self.tasks(),
            self.next_steps(),
            self.approvals(),
        ]

    def _of(self, rows, owner):
        if self.person is None:
            return rows
        return rows.filter(Q(**{owner: self.person}) | Q(**{f"{owner}__isnull": True}))

    def _of_desk(self, referrals):
        if self.person and self.person.sees_patients:
            return self._of(referrals, "clinician")
        return referrals
