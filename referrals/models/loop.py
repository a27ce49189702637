"""Where the report about the patient is: one row per report that one side promised the other."""

from datetime import date

from django.db import models
from django.db.models import Q

from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.core.templatetags.house import short_day
from referralcrm.practice.models import Plentiful, scoped
from referralcrm.practice.places import shown_at
from referralcrm.practice.scope import current_practice
from referrals.models.referrals import Referral
from referrals.states import DONE, URGENCY_OF, WAITING, WITHOUT_A_DAY, Journey, Loop, ReportKind, Side, Stop


class ObligationQuerySet(models.QuerySet):
    def ours(self):
        return self.filter(side=Side.US)

    def theirs(self):
        return self.filter(side=Side.THEM)

    def due(self):
        return self.filter(state=Loop.DUE)

    def at(self, location):
        """About referrals that show at a Location (None for everywhere)."""
        return self.filter(shown_at(location, "referral__location"))

    def overdue(self, today):
        return self.due().filter(due_on__lt=today)


class Obligation(Plentiful):
    """One report, with its own clock (``actions.clock``); "overdue" is derived from ``due_on``.

    First reports, progress reports by ``number`` and final ones follow one another.
    """

    referral = models.ForeignKey(
        Referral, on_delete=models.CASCADE, related_name="obligations", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=10, choices=ReportKind, default=ReportKind.INITIAL)
    number = models.PositiveSmallIntegerField(default=1, db_default=1)  # of its kind, from 1
    side = models.CharField(max_length=4, choices=Side)
    state = models.CharField(max_length=14, choices=Loop, default=Loop.NOT_DUE)
    due_on = models.DateField(null=True)
    due_because = models.CharField(max_length=120, blank=True)
    reached_on = models.DateField(null=True)  # when the visits it waited for were counted
    visit_on = models.DateField(null=True)  # the visit to the referrer that it has to precede
    sent_on = models.DateField(null=True)
    acknowledged_on = models.DateField(null=True)
    asked = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)  # tasks to ask for it
    not_required_because = models.CharField(max_length=200, blank=True)
    waived_because_sealed = SealedField()
    waived_because = Sealed("waived_because_sealed", keeper="patient")  # typed by a person
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(ObligationQuerySet)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "side", "due_on"], name="obligation_due", condition=Q(state=Loop.DUE)
            ),
            models.Index(fields=["practice", "referral"], name="obligation_of_referral"),
            models.Index(
                fields=["practice", "referral"],
                name="obligation_before_a_visit",
                condition=Q(visit_on__isnull=False),
            ),
        ]
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "kind", "side", "number"], name="obligation_once_each"
            ),
            models.CheckConstraint(
                condition=~Q(state=Loop.DUE) | Q(due_on__isnull=False), name="obligation_due_has_a_date"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[Loop.SENT, Loop.RECEIVED]) | Q(sent_on__isnull=False),
                name="obligation_sent_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(WITHOUT_A_DAY)) | Q(due_on__isnull=True),
                name="obligation_stopped_has_no_day",
            ),
        ]

    @property
    def urgency(self) -> tuple:
        """Sorts the most urgent first."""
        return URGENCY_OF.index(self.state), self.due_on or date.max

    @property
    def is_ours(self) -> bool:
        return self.side == Side.US

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def stopped_by_itself(self) -> bool:
        """Not required because of the journey, and back when the journey is; no person said so."""
        return self.state == Loop.NOT_REQUIRED and not self.waived_because_sealed

    @property
    def is_open(self) -> bool:
        """Still to come, or to come again by itself."""
        return self.is_waiting or self.stopped_by_itself

    @property
    def why_not_required(self) -> str:
        """What a person typed, or what the journey says."""
        return self.waived_because or self.not_required_because

    @property
    def patient(self):
        """Whose key seals the reason."""
        return self.referral.patient

    @property
    def is_overdue(self) -> bool:
        return self.state == Loop.DUE and self.due_on < current_practice().today()

    @property
    def is_due_soon(self) -> bool:
        """Due today or tomorrow."""
        return self.state == Loop.DUE and 0 <= (self.due_on - current_practice().today()).days <= 1

    @property
    def said(self) -> str:
        """Its state in words. That they have ours, and that we told them so of theirs, are two facts."""
        return self._confirmed if self.state == Loop.ACKNOWLEDGED else self.get_state_display()

    @property
    def _confirmed(self) -> str:
        return "confirmed received" if self.is_ours else Loop.ACKNOWLEDGED.label

    @property
    def title(self) -> str:
        """What it is called: "first report", "progress report 2"."""
        return f"{self.get_kind_display()} {self.number}" if self.number > 1 else self.get_kind_display()

    @property
    def explained(self) -> str:
        """Its clock in one sentence. Reads ``referral``."""
        match self.state:
            case Loop.DUE:
                return due_in_words(self.due_on, self.due_because, current_practice().today())
            case Loop.PAUSED:
                return "The clock stands still while the referral is on hold, and runs on afterwards."
            case Loop.NOT_REQUIRED:
                return f"Not required: {self.why_not_required}"
            case Loop.NOT_DUE:
                return self._not_yet()
        return self._there()

    def _not_yet(self):
        if self.due_because:
            return f"Not due yet: {self.due_because}."
        if self.kind == ReportKind.FINAL:
            return "Not due yet: the clock begins when care has ended."
        if self.referral.journey == Journey.NO_SHOW:
            return "Not due yet: the patient did not come, and the clock begins when they do."
        return "Not due yet: the clock begins when the patient first comes."

    def _there(self):
        """That it was sent or received, against the day it was due."""
        done = DONE[self.side].label.capitalize()
        if self.sent_on is None:
            return f"{done}; the day is not known."
        told = f"{done} {on_day(self.sent_on)}"
        if self.due_on:
            late = (self.sent_on - self.due_on).days
            days = "a day" if abs(late) == 1 else f"{abs(late)} days"
            told += f", {days} after it was due" if late > 0 else ", in time"
        confirmed = self.acknowledged_on and f"; {self._confirmed} {on_day(self.acknowledged_on)}"
        return f"{told}{confirmed or ''}."

    def track(self, seen_on) -> list[Stop]:
        """The loop as stops with their dates; ``seen_on`` is when the patient first came."""
        is_sent = self.state in {Loop.SENT, Loop.RECEIVED, Loop.ACKNOWLEDGED}
        is_confirmed = self.state == Loop.ACKNOWLEDGED
        first = [Stop("First visit", seen_on, is_done=seen_on is not None or is_sent)]
        return [
            *(first if self.kind == ReportKind.INITIAL else []),
            Stop("Due", self.due_on, is_done=is_sent, is_now=self.state == Loop.DUE),
            Stop(
                DONE[self.side].label.capitalize(),
                self.sent_on,
                is_done=is_sent and is_confirmed,
                is_now=is_sent and not is_confirmed,
            ),
            Stop(self._confirmed.capitalize(), self.acknowledged_on, is_done=is_confirmed),
        ]


def due_in_words(due_on, because, today) -> str:
    """ "Due Tuesday 24 Nov: the patient is back with the referrer on Wednesday 25 Nov." """
    verb, visit = ("Was due", "was") if due_on < today else ("Due", "is")
    why = f"the patient {visit} {because}" if because.startswith("back ") else because
    return f"{verb} {on_day(due_on)}{why and f': {why}'}."


def on_day(day) -> str:
    """Tuesday 24 Nov, with the year when it is not this one."""
    return f"{day:%A} {short_day(day, current_practice().today())}"
