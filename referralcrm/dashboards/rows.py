"""What each number counts: one QuerySet a number, which the dashboard counts and the drill-down lists."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, DateField, DurationField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import TruncDate

from outreach.models import MessageCause, Touchpoint
from outreach.states import MessageState, RuleKind, TaskState
from partners.models import Friction, Partner
from referralcrm.dashboards.periods import Period
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Location
from referrals.models import Obligation, Referral
from referrals.models.firsts import back_with_referrer
from referrals.states import REPORTED, Journey, Loop, Side, Source

MATURE_AFTER = timedelta(days=60)
UNTHANKED_WITHIN = timedelta(days=60)
THANK_WITHIN = 2  # working days
NO_THANKS = (Journey.DECLINED, Journey.REDIRECTED)  # their note is taken back before it leaves


@dataclass(frozen=True)
class Rows:
    """The rows behind every number, for one practice (entered), period and location (None for all)."""

    calendar: Calendar
    period: Period
    location: Location | None = None

    @property
    def today(self) -> date:
        return self.calendar.practice.today()

    def log(self):
        """Every referral that statistics count, at this location."""
        kept = Referral.objects.kept()
        return kept.filter(location=self.location) if self.location else kept

    # How much there was

    def received(self, period=None):
        """Patients received; a second referrer of the same matter does not count them twice."""
        period = period or self.period
        return self.log().received().one_per_matter().between(period.first, period.last)

    def received_before(self):
        return self.received(self.period.before)

    def sent(self, period=None):
        """Referrals we made."""
        period = period or self.period
        return self.log().sent().between(period.first, period.last)

    def sent_before(self):
        return self.sent(self.period.before)

    def from_partners(self):
        """Every referral that a partner made, second referrers included."""
        return (
            self.log().received().filter(source=Source.PARTNER).between(self.period.first, self.period.last)
        )

    # Promises: rates only of referrals at least 60 days old

    def _matured(self, referrals):
        return referrals.filter(happened_on__lte=self.today - MATURE_AFTER)

    def visits(self):
        """Received, the patient came and has been back with the referrer: was the report there before?"""
        return back_with_referrer(self._matured(self.from_partners()), self.today)

    def to_thank(self):
        """Received from a partner; declined and redirected ones are not thanked for."""
        return self._with_thanks(self._matured(self.from_partners()).exclude(journey__in=NO_THANKS))

    def thanked_in_time(self):
        """Of ``to_thank``: a note left, or a card or call was ticked off, within two working days."""
        return Q(took__lte=self._allowed(self.period))

    def unthanked(self):
        """Of the last 60 days: thanks have not left yet, whatever they wait for."""
        recent = self.log().received().filter(source=Source.PARTNER).exclude(journey__in=NO_THANKS)
        recent = recent.filter(happened_on__gt=self.today - UNTHANKED_WITHIN)
        return self._with_thanks(recent).filter(took__isnull=True)

    def our_reports_overdue(self):
        """Received: we promised a report, and its day has passed."""
        return self.log().received().filter(_overdue(self.today, Side.US))

    def their_reports_overdue(self):
        """Sent: their report has not come by its day."""
        return self.log().sent().filter(_overdue(self.today, Side.THEM))

    def reports_promised(self):
        """Received, and the day on which a report of ours was due has passed."""
        return self._matured(self.from_partners()).filter(_has_report(self._promised, side=Side.US))

    def reports_in_time(self):
        """Of ``reports_promised``: every such report was sent by its day."""
        late = self._promised & ~Q(state__in=REPORTED, sent_on__lte=F("due_on"))
        return ~_has_report(late, side=Side.US)

    @property
    def _promised(self):
        return Q(due_on__lt=self.today) & ~Q(state=Loop.NOT_REQUIRED)

    def loop(self):
        """Sent, and a report is required: not where the patient was never seen or nobody needs one."""
        return self._matured(self.sent()).filter(_has_report(~Q(state=Loop.NOT_REQUIRED), side=Side.THEM))

    def loop_closed(self):
        """Of ``loop``: their report came."""
        return _has_report(Q(state__in=REPORTED), side=Side.THEM)

    @property
    def measure_year(self) -> int:
        """The calendar year whose January to October referrals are the latest to have matured."""
        return (self.today - MATURE_AFTER).year

    def measured(self):
        """CMS50-style: the first referral of each patient made from 1 January to 31 October."""
        first, last = date(self.measure_year, 1, 1), date(self.measure_year, 10, 31)
        made = self._matured(self.log().sent().between(first, last))
        return made.first_of_each_patient(first, last)

    def measured_closed(self):
        """Of ``measured``: its own partner's report came after it was made and within the year."""
        came = Q(sent_on__gte=OuterRef("happened_on"), sent_on__lte=date(self.measure_year, 12, 31))
        return _has_report(Q(state__in=REPORTED) & came, side=Side.THEM)

    # People

    def partners(self):
        """With whom there is a relationship now."""
        return Partner.objects.current()

    def new_partners(self):
        """Added in the period."""
        zone = self.calendar.practice.zone
        added = Partner.objects.kept().annotate(added_on=TruncDate("created_at", tzinfo=zone))
        return added.filter(added_on__range=(self.period.first, self.period.last))

    def contacts(self):
        """Real contacts in the period, of any kind but a note."""
        return Touchpoint.objects.real().filter(happened_on__range=(self.period.first, self.period.last))

    def hard_for_them(self):
        """What was hard for partners and is not answered yet."""
        return Friction.objects.open().filter(partner__in=Partner.objects.kept())

    # Thanks

    def _with_thanks(self, referrals):
        """Annotate ``took``: after how many of the practice's days thanks left; None while they have not.

        A scalar subquery on purpose: as a join Postgres takes minutes over it while it knows nothing
        about freshly loaded tables.
        """
        zone = self.calendar.practice.zone
        causes = MessageCause.objects.live().filter(rule__kind=RuleKind.THANK_YOU, referral=OuterRef("pk"))
        thanked_on = Case(
            When(message__state=MessageState.SENT, then=TruncDate("message__sent_at", tzinfo=zone)),
            When(task__state=TaskState.COMPLETED, then=TruncDate("task__closed_at", tzinfo=zone)),
        )
        earliest = Subquery(causes.values(on=thanked_on).order_by("on")[:1], output_field=DateField())
        return referrals.annotate(took=earliest - F("happened_on"))

    def _allowed(self, period):
        """When thanks are in time: after how long, by weekday of the referral, and apart around holidays."""
        spans = _working_spans(self.calendar, period.first, period.last)
        usual = {}
        for weekday in range(7):
            common = Counter(span for day, span in spans.items() if day.weekday() == weekday).most_common(1)
            usual[weekday] = common[0][0] if common else THANK_WITHIN
        apart: dict[int, list[date]] = {}
        for day, span in spans.items():
            if span != usual[day.weekday()]:
                apart.setdefault(span, []).append(day)
        return Case(
            *[When(happened_on__in=days, then=_days(span)) for span, days in sorted(apart.items())],
            *[
                When(happened_on__iso_week_day=weekday + 1, then=_days(span))
                for weekday, span in usual.items()
            ],
            output_field=DurationField(),
        )


def _working_spans(calendar, first, last):
    """For each day, how many days later the second working day after it is."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 40)]
    working = [day for day in days if calendar.is_working_day(day)]
    spans = {}
    for day in days:
        later = working[bisect_right(working, day) :][:THANK_WITHIN]
        if day <= last:
            spans[day] = (later[-1] - day).days if len(later) == THANK_WITHIN else THANK_WITHIN
    return spans


def _days(count):
    return Value(timedelta(days=count))


def _has_report(condition, *, side):
    return Exists(Obligation.objects.filter(condition, referral=OuterRef("pk"), side=side))


def _overdue(today, side):
    return Exists(Obligation.objects.overdue(today).filter(referral=OuterRef("pk"), side=side))
