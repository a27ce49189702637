"""Today: what needs a person, most urgent first, each section its first ten rows.

Five queries, that of the frame included.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Count, F, OuterRef, Subquery, Value, When, Window
from django.db.models.functions import JSONObject, RowNumber
from django.utils import timezone

from outreach.models import Message
from outreach.states import THANKS as THANKED_BY_MAIL
from outreach.states import TaskKind
from referralcrm.core.templatetags.house import short_day
from referralcrm.front.needs import THANKS, Needs
from referralcrm.front.rail import clock, count, numbers
from referralcrm.practice.permissions import Permission
from referrals.models import AdviceRequest, Consent, DetailsRequest
from referrals.models.calls import as_calls, calls_made
from referrals.models.waiting import standing
from referrals.states import AdviceStep, Detail, Journey

FIRST = 10
NUMBER_WORDS = [
    *("Nothing", "One", "Two", "Three", "Four", "Five", "Six"),
    *("Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
]


@dataclass
class Section:
    """The first rows of one kind; ``total`` is how many there are, ``note`` stands beside the title."""

    rows: list
    total: int
    note: str = ""

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Beside:
    """Counts that stand beside the rows: mail to approve, thanks that leave by themselves, check-ins settled,
    patients to be called later."""

    approvals: int
    thanks: int
    thanks_at: datetime | None
    settled: int
    put_off: int
    hard: int
    hardest: list[dict]
    asked: int
    pressing: list[dict]
    to_end: int
    ending: list[dict]
    to_renew: list[dict] | None  # None: it is not theirs to renew


class Today:
    """The whole page for one person, or with ``everybody`` for the practice, at one Location or all.

    ``first`` is how many rows of each section are read.
    """

    first = FIRST

    def __init__(self, person, *, everybody=False, location=None):
        self.person, self.practice, self.everybody = person, person.practice, everybody
        self.day = self.practice.today()
        self.location = location
        self.needs = Needs(person, self.day, everybody=everybody, location=location)
        self.numbers = numbers(person, location, **self._beside())
        self.beside = Beside(**self.numbers.beside)
        self.reports = self._reports()
        referrals, tasks = self._referrals(), self._tasks()
        self.bookings, self.visits = _section(referrals, "bookings"), _section(referrals, "visits")
        self.paper = _section(referrals, "paper")
        if self.beside.put_off:
            self.bookings.note = f"{self.beside.put_off} put off"
        self.thanks = _section(tasks, "thanks", note=self._thanks_note())
        self.questions = self._questions()
        self.consents = self._consents()
        self.steps = _section(self._first(self.needs.next_steps(), ["next_step_on", "id"]))
        self.tasks = _section(tasks, "tasks")
        self.check_ins = _section(tasks, "check_ins")
        if self.check_ins.total or self.beside.settled:
            in_all = self.check_ins.total + self.beside.settled
            self.check_ins.note = f"{self.beside.settled} of {in_all} done"

    @property
    def may_log(self) -> bool:
        return self.person.may(Permission.LOG)

    @property
    def advice_steps(self):
        """What an answer may lead to, for the form in a question's row."""
        return AdviceStep.choices

    @property
    def try_again_on(self) -> date:
        """The next day of the week on which the practice works."""
        ahead = [self.day + timedelta(days=away) for away in range(1, 8)]
        return next((day for day in ahead if day.weekday() in self.practice.working_days), ahead[0])

    @property
    def total(self) -> int:
        """How many things there are; for one person the number beside Today in the rail."""
        sections = [self.reports, self.bookings, self.visits, self.paper]
        sections += [self.thanks, self.questions, self.consents, self.steps, self.tasks]
        beside = self.beside.approvals + self.beside.hard + len(self.licences)
        return sum(section.total for section in [*sections, self.check_ins]) + beside

    @property
    def frictions(self) -> Section:
        """What was hard for partners, open longest first, each with its ``days``."""
        rows = [
            row | {"days": (self.day - date.fromisoformat(row["happened_on"])).days}
            for row in self.beside.hardest
        ]
        return Section(rows, self.beside.hard)

    @property
    def licences(self) -> list[dict]:
        """What has to be renewed, each with its last day and whether it is over."""
        rows = [
            row | {"expires_on": date.fromisoformat(row["expires_on"])} for row in self.beside.to_renew or ()
        ]
        return [row | {"is_over": row["expires_on"] < self.day} for row in rows]

    @property
    def heading(self) -> str:
        whom = "you" if self.may_log and not self.everybody else "the practice"
        if self.total == 1:
            return f"One thing needs {whom} today"
        if self.total == 0:
            return f"Nothing needs {whom} right now"
        number = NUMBER_WORDS[self.total] if self.total < len(NUMBER_WORDS) else self.total
        return f"{number} things need {whom} today"

    @property
    def lede(self) -> str:
        """What can wait least, in one sentence."""
        soon = self.day + timedelta(days=7)
        back = [row.referral.next_visit_on for row in self.reports.rows if row.referral.next_visit_on]
        if going := sum(self.day <= visit <= soon for visit in back):
            who = (
                "One is about a patient who goes"
                if going == 1
                else f"{words(going)} are about patients who go"
            )
            return f"{who} back to their doctor within a week."
        if late := sum(row.due_on < self.day for row in self.reports.rows):
            return "One report is late." if late == 1 else f"{words(late)} reports are late."
        return "" if self.total else "Whoever is waiting for you will stand here."

    def _reports(self):
        rows = self.needs.reports().select_related("referral__patient", "referral__partner")
        section = _section(self._first(rows, ["due_on", "id"]))
        for report in section.rows:
            report.patient_name = self._name(report.referral.patient)
            report.days_late = (self.day - report.due_on).days
            report.why = _report_why(report, self.day)
        return section

    def _questions(self):
        """Questions between clinicians, by how soon an answer is promised, each with its ``standing``."""
        rows = [AdviceRequest.from_json(told) for told in self.beside.pressing]
        now, calendar = timezone.now(), self.numbers.calendar
        for advice in rows:
            advice.standing = standing(advice, now, calendar)
        return Section(rows, self.beside.asked)

    def _consents(self):
        """Consents to be renewed while something still goes to whom they name, the first to end first."""
        rows = [Consent.from_json(told) for told in self.beside.ending]
        for consent in rows:
            consent.patient_name = self._name(consent.patient)
        return Section(rows, self.beside.to_end)

    def _referrals(self):
        """What the desk has to do, each referral in one section, by one query."""
        section = Case(
            When(to_finish=True, then=Value("paper")),
            When(self.needs.passed, then=Value("visits")),
            When(self.needs.to_book, then=Value("bookings")),
            default=Value("paper"),
        )
        rows = self.needs.of_the_desk().annotate(section=section, asked=self._asked())
        rows = rows.annotate(calls_made=calls_made())
        since = Case(When(journey=Journey.SCHEDULED, then="appointment_on"), default="happened_on")
        order = [F("to_finish").desc(), since, "id"]
        rows = self._first(rows.select_related("patient", "partner"), order, within=["section"])
        for referral in rows:
            referral.patient_name = self._name(referral.patient)
            referral.days = (self.day - referral.happened_on).days
            referral.did_not_come = referral.journey == Journey.NO_SHOW
            referral.calls_told = calls_in_words(referral, self.practice)
            for asked in referral.asked:
                asked["trouble"] = ", ".join(Detail(detail).label for detail in asked["missing"])
                asked["asked_on"] = date.fromisoformat(asked["asked_on"])
        return rows

    def _asked(self):
        """The open requests for details of a referral, as JSON."""
        open_one = DetailsRequest.objects.open().filter(referral=OuterRef("pk"))
        row = JSONObject(
            id="id", missing="missing", asked_on="asked_on", version="version", contact="contact__name"
        )
        return ArraySubquery(open_one.values(row=row))

    def _tasks(self):
        by_kind = Case(
            When(kind__in=THANKS, then=Value("thanks")),
            When(kind=TaskKind.CHECK_IN, then=Value("check_ins")),
            default=Value("tasks"),
            output_field=CharField(),
        )
        rows = self.needs.tasks().annotate(section=by_kind)
        rows = rows.select_related("partner__discipline", "partner__organisation", "owner")
        return self._first(rows, ["due_on", "id"], within=["section"])

    def _beside(self) -> dict:
        tonight = datetime.combine(self.day, time.max, tzinfo=self.practice.zone)
        leaving = (
            Message.objects.scheduled()
            .at(self.location)
            .filter(rule__kind__in=THANKED_BY_MAIL, due_at__lte=tonight)
        )
        monday = self.day - timedelta(days=self.day.weekday())
        return {
            "approvals": count(self.needs.approvals()),
            "thanks": count(leaving),
            "thanks_at": Subquery(leaving.order_by("due_at").values("due_at")[:1]),
            "settled": count(self.needs.settled(monday)),
            "asked": count(self.needs.questions()),
            "pressing": ArraySubquery(self.needs.questions().most_pressing_first().as_json()[: self.first]),
            "to_end": count(self.needs.consents()),
            "ending": ArraySubquery(self.needs.consents().order_by("until", "id").as_json()[: self.first]),
            "hard": count(self.needs.frictions()),
            "hardest": ArraySubquery(
                self.needs.frictions()
                .order_by("happened_on", "id")
                .values(
                    row=JSONObject(
                        **{
                            name: name
                            for name in ("id", "partner_id", "trouble", "told_by", "answer", "version")
                        },
                        name="partner__name",
                        happened_on="happened_on",
                    )
                )[: self.first]
            ),
            "to_renew": ArraySubquery(
                self.needs.licences().values(
                    row=JSONObject(
                        **{name: name for name in ("id", "person_id", "name", "place", "expires_on")},
                        person="person_name",
                    )
                )
            ),
            "put_off": count(self.needs.put_off()),
        }

    def _thanks_note(self):
        if not self.beside.thanks:
            return ""
        at = clock(self.beside.thanks_at, self.practice).removeprefix("today ")
        if self.beside.thanks == 1:
            return f"one goes out by itself at {at}"
        return f"{words(self.beside.thanks).lower()} go out by themselves from {at}"

    def _name(self, patient):
        return patient.label(with_name=self.person.may(Permission.VIEW_PATIENTS))

    def _first(self, rows, order, *, within=()):
        """The first rows (of each section), each with ``total``, how many there are."""
        parts = [F(name) for name in within]
        return list(
            rows.annotate(
                place=Window(RowNumber(), partition_by=parts or None, order_by=order),
                total=Window(Count("pk"), partition_by=parts or None),
            )
            .filter(place__lte=self.first)
            .order_by("place")
        )


def calls_in_words(referral, practice) -> str:
    """How often a patient was called in vain, and when and by whom the last time; "" for never."""
    calls = as_calls(referral.calls_made) if referral.calls else []
    if not calls:
        return ""
    times = {1: "called once", 2: "called twice"}.get(referral.calls, f"called {referral.calls} times")
    if referral.seems_unreachable:
        times = f"{referral.calls} calls without an answer"
    last = calls[0]
    who = f" ({last.by})" if last.by else ""
    outcome = "the last" if referral.seems_unreachable else last.outcome
    return f"{times}, {outcome} {clock(last.entered_at, practice)}{who}"


def _report_why(report, today) -> str:
    seen = report.referral.attended_on
    because = report.due_because
    first = f"Due {because}" if because[:1].isdigit() else because[:1].upper() + because[1:]
    said = [first, seen and f"first seen {short_day(seen, today)}", "nothing has been sent"]
    return "; ".join(filter(None, said)) + "."


def words(number: int) -> str:
    """A small number as a word that begins a sentence; others as digits."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else str(number)


def _section(rows, name="", *, note=""):
    mine = [row for row in rows if not name or row.section == name]
    return Section(mine, mine[0].total if mine else 0, note)
