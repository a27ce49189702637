"""The numbers in the frame around every page, by one query."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django_scopes import scope

from outreach.actions import week
from outreach.models import Heartbeat, Message, Run
from outreach.states import RunState
from referralcrm.core.prepared import NOW, TODAY, Prepared
from referralcrm.core.templatetags.house import short_day
from referralcrm.front import health
from referralcrm.front.needs import Needs
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import ClosedDay, Location, Practice, User

GRACE = timedelta(minutes=5)
PERSON, PRACTICE, PLACE = (UUID(int=number) for number in (1, 2, 3))  # stand-ins of a prepared question


@dataclass(frozen=True)
class Numbers:
    """What needs this person, and how the automatic work is. ``silent`` are sentences."""

    now: datetime
    practice: Practice
    today: int
    approvals: int
    questions: int
    answers: int
    late: int
    worker: datetime | None
    beat: datetime | None
    run_state: str | None
    run_period: str | None
    run_finished_at: datetime | None
    closed: list[date]
    in_use: list[dict]
    beside: dict  # what the page asked to be counted by the same query

    @property
    def places(self) -> list[Location]:
        """The locations in use, by name."""
        return [Location(**row | {"id": UUID(row["id"])}) for row in self.in_use]

    @property
    def silent(self) -> list[str]:
        return health.silent({"worker": self.worker, "beat": self.beat}, self.now)

    @property
    def calendar(self):
        return Calendar(self.practice, closed=dict.fromkeys(self.closed, ""))

    @property
    def missed(self) -> str:
        """The week that should have been run by now and was not, or an empty text."""
        period, due_at = week.latest_due(self.calendar, self.now - GRACE)
        if due_at is None or due_at < self.practice.created_at:
            return ""
        was_run = self.run_period is not None and self.run_period >= period
        return "" if was_run and self.run_state == RunState.DONE else period

    @property
    def alarms(self) -> list[str]:
        """What a manager must hear of on every page."""
        missed = f"The list of the week {self.missed} was not made when it was due." if self.missed else ""
        return [*filter(None, [missed]), *self.silent]

    @property
    def next_run(self) -> str:
        """When the next list is made: "Monday 08:00"."""
        _, due_at = week.next_due(self.calendar, self.now)
        return clock(due_at, self.practice) if due_at else "never: no working days are set"

    @property
    def parts(self) -> list[tuple[str, datetime | None, str]]:
        """Each part, when it was last heard of, and what is wrong with it (or nothing)."""
        beats = {"worker": self.worker, "beat": self.beat}
        return [(who, beats[name], self._wrong(who)) for name, who in health.PARTS.items()]

    def _wrong(self, who):
        return next((sentence for sentence in self.silent if sentence.startswith(who)), "")

    @property
    def trouble(self) -> bool:
        return bool(self.late or self.alarms or self.answers)

    @property
    def outreach(self) -> int:
        """Messages that wait for a person, before they leave or after."""
        return self.approvals + self.answers

    @property
    def in_words(self) -> str:
        """Two short lines for the foot of the rail."""
        if self.silent:
            state = "Reminders are not going out"
        elif self.missed:
            state = "The week’s list is missing"
        elif self.late:
            state = "1 message is late" if self.late == 1 else f"{self.late} messages are late"
        elif self.answers:
            state = (
                "1 message needs a person" if self.answers == 1 else f"{self.answers} messages need a person"
            )
        else:
            state = "All reminders sent"
        return f"{state}\n{self._last_run()}"

    def _last_run(self):
        if self.run_finished_at:
            return f"last run {clock(self.run_finished_at, self.practice)}"
        _, due_at = week.next_due(self.calendar, self.now)
        return f"first run {clock(due_at, self.practice)}" if due_at else "no working days are set"


def clock(moment, practice) -> str:
    """ "today 08:00", "yesterday 08:00", "Monday 08:00", or "12 Nov 08:00"; in the practice's zone."""
    local, today = moment.astimezone(practice.zone), practice.today()
    away = (local.date() - today).days
    if away == 0:
        day = "today"
    elif away == -1:
        day = "yesterday"
    elif abs(away) < 7:
        day = f"{local:%A}"
    else:
        day = short_day(local.date(), today)
    return f"{day} {local:%H:%M}"


def numbers(person, location=None, **beside) -> Numbers:
    """Counts for this person at a Location, and the state of the automatic work, by one query.

    ``beside`` are further expressions that a page wants counted by it.
    """
    now, practice = timezone.now(), person.practice
    today = practice.today()
    if beside:
        row = _counted(person, today, now, location, beside).get()
    else:
        question = _question(person.role, person.sees_patients, location is not None)
        keys = {PERSON: person.pk, PRACTICE: practice.pk, PLACE: location}
        row = question.ask(today=today, now=now, keys=keys)
    counted = {name: row.pop(f"beside_{name}") for name in beside}
    return Numbers(now=now, practice=practice, beside=counted, **row)


@cache
def _question(role, sees_patients, is_at_a_place):
    """The same question for everybody of a role; composed anew it would take most of a page's time."""
    practice = Practice(pk=PRACTICE)
    person = User(pk=PERSON, practice=practice, role=role, sees_patients=sees_patients)
    with scope(practice=practice):
        return Prepared(_counted(person, TODAY, NOW, PLACE if is_at_a_place else None, {}))


def _counted(person, today, now, location, beside):
    needs = Needs(person, today, now=now, location=location)
    messages = Message.objects.at(location)
    last_run = Run.objects.filter(job=week.JOB).order_by("-period_key")
    return Practice.objects.filter(pk=person.practice.pk).values(
        **{f"beside_{name}": expression for name, expression in beside.items()},
        today=sum((count(rows) for rows in needs.all()), start=Value(0)),
        questions=count(needs.questions()),
        approvals=count(messages.awaiting_approval()),
        answers=count(messages.needing_answer()),
        late=count(Message.objects.due(now - health.LATE)),
        worker=Subquery(Heartbeat.objects.filter(name="worker").values("at")),
        beat=Subquery(Heartbeat.objects.filter(name="beat").values("at")),
        run_state=Subquery(last_run.values("state")[:1]),
        run_period=Subquery(last_run.values("period_key")[:1]),
        run_finished_at=Subquery(last_run.values("finished_at")[:1]),
        in_use=ArraySubquery(Location.objects.active().values(place=JSONObject(id="id", name="name"))),
        closed=ArraySubquery(
            ClosedDay.objects.kept()
            .filter(on__range=[today - timedelta(days=21), today + timedelta(days=21)])
            .order_by("on")
            .values("on")
        ),
    )


def count(rows):
    per_practice = rows.order_by().values(counted=F("practice")).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(per_practice, output_field=IntegerField()), 0)
