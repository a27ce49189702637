"""How far one demo referral has travelled by today, and what became of its report."""

from datetime import timedelta

from partners.models import Terms
from referralcrm.demo.cast import EXIT_REASONS
from referrals.actions.clock import Clock, Course
from referrals.models import CallAttempt, JourneyEvent, Obligation, Referral
from referrals.states import DONE, CallOutcome, Direction, Journey, Loop, Side

SEEN = "seen"  # the outcome of most: attended, and in time completed
OUTCOMES = {
    SEEN: 80,
    Journey.DECLINED: 3,
    Journey.PATIENT_DECLINED: 4,
    Journey.UNREACHABLE: 5,
    Journey.CANCELLED: 3,
    Journey.DISCONTINUED: 4,
    Journey.ENTERED_IN_ERROR: 1,
}


class Journeyed:
    """Lets one referral travel as far as it has come by today; skipped steps keep an empty date."""

    def __init__(self, writer, referral: Referral, outcome: str):
        self.writer, self.world, self.rng = writer, writer.world, writer.rng
        self.referral = referral
        self.outcome = outcome or self.rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        self._event("", Journey.REQUESTED, referral.happened_on)
        referral.journey = Journey.REQUESTED
        self._travel()
        if referral.partner:
            self._report()
        if referral.direction == Direction.RECEIVED:
            self._call()

    def _travel(self):
        if self.outcome in {Journey.DECLINED, Journey.ENTERED_IN_ERROR}:
            self._leave(self.referral.happened_on + timedelta(days=self.rng.randint(0, 3)))
            return
        day = self._book()
        if self.outcome in {Journey.PATIENT_DECLINED, Journey.UNREACHABLE, Journey.CANCELLED}:
            self._leave(day)
        elif self.referral.appointment_on:
            self._attend(self.referral.appointment_on)

    def _book(self):
        """Accept and book; returns the day by which that was over."""
        referral, rng = self.referral, self.rng
        day = self.world.workday(referral.happened_on + timedelta(days=rng.choice([0, 0, 1, 1, 2, 4])))
        if rng.random() < 0.7:
            self._step(Journey.ACCEPTED, day, "accepted_on")
        day = self.world.workday(day + timedelta(days=rng.choice([0, 1, 1, 2, 3, 6])))
        never_booked = self.outcome in {Journey.UNREACHABLE, Journey.PATIENT_DECLINED}
        if never_booked or day > self.world.today:
            return day + timedelta(days=rng.randint(1, 9))
        if rng.random() < 0.85:
            self._step(Journey.SCHEDULED, day, "scheduled_on")
        wait = rng.choice([3, 5, 7, 9, 12, 16, 21])
        referral.appointment_on = self.world.workday(day + timedelta(days=wait))
        return referral.appointment_on - timedelta(days=rng.randint(0, 2))

    def _attend(self, day):
        today, rng = self.world.today, self.rng
        if day > today or ((today - day).days < 7 and rng.random() < 0.3):
            return  # to come, or nobody has said yet whether they came
        if (today - day).days < 20 and rng.random() < 0.12 and self.referral.journey == Journey.SCHEDULED:
            self._step(Journey.NO_SHOW, day)
            return
        self._step(Journey.ATTENDED, day, "attended_on")
        if rng.random() < 0.55:
            self._step(Journey.IN_CARE, day + timedelta(days=rng.randint(0, 10)), "in_care_on")
        end = day + timedelta(days=rng.randint(20, 120))
        if self.outcome == Journey.DISCONTINUED:
            self._leave(end)
        else:
            self._step(Journey.COMPLETED, self.world.workday(end), "completed_on")

    def _leave(self, day):
        if day > self.world.today:
            return
        self.referral.journey_before = self.referral.journey
        self._step(self.outcome, max(day, self.referral.happened_on))
        if self.outcome != Journey.ENTERED_IN_ERROR:
            self.referral.closed_on = max(day, self.referral.happened_on)

    def _step(self, state, day, column=None):
        if day > self.world.today:
            return
        self._event(self.referral.journey, state, day)
        self.referral.journey = state
        if column:
            setattr(self.referral, column, day)

    def _event(self, before, after, day):
        event = JourneyEvent(
            referral=self.referral,
            before=before,
            after=after,
            happened_on=day,
            entered_at=max(self.referral.entered_at, self.world.at(day)),
            by=self.referral.entered_by,
        )
        if after in EXIT_REASONS:
            event.reason = self.rng.choice(EXIT_REASONS[after])
        self.writer.batch.events.append(event)

    def _call(self):
        """Who is still to be booked was called now and then; who could not be reached, three times."""
        referral, rng = self.referral, self.writer.calling
        is_over = referral.journey == Journey.UNREACHABLE
        if not (is_over or referral.is_to_book):
            return
        since = referral.appointment_on or referral.happened_on
        until = referral.closed_on if is_over else self.world.today
        wanted = 3 if is_over else rng.choice([0, 1, 1, 2, 2, 3])
        days = [self.world.workday(since + timedelta(days=2 * n + 1)) for n in range(wanted)]
        made = [self._attempt(number, day) for number, day in enumerate(sorted(set(days)), 1) if day <= until]
        self.writer.batch.attempts.extend(made)
        referral.calls = 0 if is_over else len(made)

    def _attempt(self, number, day):
        rng, outcomes = self.writer.calling, list(CallOutcome)
        return CallAttempt(
            referral=self.referral,
            number=number,
            outcome=rng.choices(outcomes, [80, 18, 2])[0],
            at=self.world.at(day, rng.uniform(9, 16.5)),
            by=rng.choice(self.world.desk),
        )

    def _report(self):
        referral, ours = self.referral, self.referral.direction == Direction.RECEIVED
        if ours and referral.attended_on and self.rng.random() < 0.3:
            back = referral.attended_on + timedelta(days=self.rng.randint(4, 40))
            referral.next_visit_on = self.world.workday(back)
        report = Obligation(referral=referral, side=Side.US if ours else Side.THEM)
        clock = Clock(Course.of(referral), Terms(), self.world.calendar)
        for name, value in clock.read(report).items():
            setattr(report, name, value)
        self.writer.batch.obligations.append(report)
        if report.state == Loop.DUE:
            self._answer(report, ours)

    def _answer(self, report, ours):
        """Most reports come in time, some late; a few are still missing, and in the end given up."""
        in_time, missing, given_up_after = (0.86, 0.06, 20) if ours else (0.6, 0.18, 240)
        luck, attended, today = self.rng.random(), self.referral.attended_on, self.world.today
        days = (report.due_on - attended).days
        took = self.rng.randint(0, days) if luck < in_time else days + self.rng.randint(1, 38)
        day = attended + timedelta(days=took)
        if luck > 1 - missing:
            if (today - report.due_on).days > given_up_after:
                report.state, report.due_on, report.due_because = Loop.NOT_REQUIRED, None, ""
                report.waived_because = "The referrer needs none." if ours else "Asked twice in vain."
        elif day <= today:
            report.state, report.sent_on = DONE[report.side], day
            if self.rng.random() < 0.25 and day + timedelta(days=3) <= today:
                report.state, report.acknowledged_on = Loop.ACKNOWLEDGED, day + timedelta(days=3)
