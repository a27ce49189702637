"""The manager's page, by four queries: numbers and lists, counts by partner, who they are, whom to ring."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, DateField, F, Q
from django.db.models.functions import Cast, TruncMonth
from django.urls import reverse

from outreach.models import Message
from partners.states import Kind
from referralcrm.core.months import month_of
from referralcrm.core.rates import Rate
from referralcrm.dashboards.attention import MOST_OF_A_KIND, attention, clinic_sentence
from referralcrm.dashboards.charts import NARROW_STEP, Month, months_chart
from referralcrm.dashboards.counting import count_and_list
from referralcrm.dashboards.definitions import COUNTED, DEFINITIONS, counted, of_half
from referralcrm.dashboards.periods import CHOICES, Period
from referralcrm.dashboards.relationships import count_windows, with_people
from referralcrm.dashboards.rows import Rows
from referralcrm.dashboards.statistics import FEWEST_TO_COMPARE, Check, concentration
from referrals.models import Obligation
from referrals.states import Direction

LISTED = 8
OVERDUE_LISTED = 30
EVERYWHERE = "all"


@dataclass(frozen=True)
class Figure:
    """A number and where its rows are."""

    n: int
    url: str
    title: str


@dataclass(frozen=True)
class RateFigure:
    """Two figures and the interval of their rate, in words."""

    hits: Figure
    of: Figure

    @property
    def in_words(self) -> str:
        return Rate(self.hits.n, self.of.n).in_words


class Page:
    """Everything the template shows, each list and number asked for once."""

    def __init__(self, rows: Rows, *, me, places=()):
        self.places = places
        self.rows, self.period, self.today = rows, rows.period, rows.today
        self.counts, self.lists = count_and_list(counted(rows), self._lists())
        self.months = self._months()
        self.windows = count_windows(rows)
        self.people = with_people([one for one in self.windows if one.is_shown])
        self.groups = attention(
            self.people,
            self.lists,
            today=self.today,
            workday=rows.calendar.add_working_days(self.today, 1),
            me=me,
        )

    # Numbers

    def figure(self, name, n=None):
        return Figure(self.counts[name] if n is None else n, self.url(name), DEFINITIONS[name].title)

    @property
    def figures(self) -> dict[str, Figure]:
        return {name.replace("-", "_"): self.figure(name) for name in COUNTED}

    @property
    def rates(self) -> dict[str, RateFigure]:
        pairs = {
            "visits": ("visits-with-report", "visits"),
            "thanks": ("thanked-in-time", "to-thank"),
            "reports": ("reports-in-time", "reports-promised"),
            "loop": ("loop-closed", "loop"),
            "measured": ("measured-closed", "measured"),
        }
        return {name: RateFigure(self.figure(hits), self.figure(of)) for name, (hits, of) in pairs.items()}

    def url(self, name, **more):
        return f"{reverse('dashboards:rows', args=[name])}?{urlencode(self.query | more)}"

    @property
    def query(self) -> dict:
        return {"months": self.period.months, "location": self._key(self.rows.location)}

    @staticmethod
    def _key(location):
        """What an address says, so that it counts the same whatever the frame is switched to."""
        return location.pk if location else EVERYWHERE

    # Lists

    @property
    def attention(self):
        return [item for group in self.groups for item in group.items]

    @property
    def attention_left_out(self) -> int:
        return sum(group.left_out for group in self.groups)

    @property
    def partners_in_attention(self) -> int:
        return len(frozenset().union(*(group.partners for group in self.groups)))

    @property
    def clinic_sentence(self):
        return clinic_sentence(self._clinic())

    @cached_property
    def frequent(self):
        return [one for one in self.people if one.counts.is_frequent][:LISTED]

    @cached_property
    def frequent_figure(self):
        return self.figure("frequent", sum(one.is_frequent for one in self.windows))

    @cached_property
    def quiet(self):
        return [one for one in self.people if one.counts.is_quiet][:LISTED]

    @cached_property
    def quiet_figure(self):
        return self.figure("quiet", sum(one.is_quiet for one in self.windows))

    # Where it comes from, and where attention goes

    @cached_property
    def half_figure(self):
        return self.figure("half", len(of_half(self.windows)))

    @cached_property
    def received_from_current(self) -> int:
        return sum(one.in_period for one in self.windows)

    @property
    def can_tell_half(self) -> bool:
        return self.received_from_current >= FEWEST_TO_COMPARE

    @property
    def largest_share(self) -> int:
        """Percent of the one partner with most."""
        return round(100 * max(one.in_period for one in self.windows) / self.received_from_current)

    @property
    def same_partner_in(self) -> int | None:
        """Two referrals drawn at random come from one partner 1 time in so many."""
        share = concentration([one.in_period for one in self.windows])
        return round(1 / share) if share else None

    @property
    def kinds(self):
        return [
            {
                "label": kind.label,
                "contacts": self.figure(f"contacts-{kind}"),
                "partners": self.figure(f"partners-{kind}"),
                "is_thin": self.counts[f"contacts-{kind}"] < self.counts[f"partners-{kind}"],
            }
            for kind in Kind
        ]

    # Pictures and switches

    @property
    def chart(self):
        return months_chart(self.months)

    @property
    def narrow_chart(self):
        return months_chart(self.months[-12:], step=NARROW_STEP)

    @property
    def month_rows(self):
        return [
            {
                "month": month,
                "received": self.url("received", month=f"{month.first:%Y-%m}"),
                "sent": self.url("sent", month=f"{month.first:%Y-%m}"),
            }
            for month in reversed(self.months)
        ]

    @property
    def period_switch(self):
        here = reverse("dashboards:manager")
        return [
            (
                f"{months} months",
                f"{here}?{urlencode(self.query | {'months': months})}",
                months == self.period.months,
            )
            for months in CHOICES
        ]

    @property
    def location_switch(self):
        here, months = reverse("dashboards:manager"), self.period.months
        places = [
            ("All locations", EVERYWHERE),
            *((place.name, str(place.pk)) for place in self.places),
        ]
        chosen = str(self._key(self.rows.location))
        return [
            (name, f"{here}?{urlencode({'months': months, 'location': key})}", key == chosen)
            for name, key in places
        ]

    # Queries

    def _lists(self):
        received = self.rows.log().received()
        overdue = Obligation.objects.overdue(self.today).ours().filter(referral__in=received)
        overdue = overdue.order_by("due_on", "id")[:OVERDUE_LISTED]
        promised = self.rows.reports_promised().filter(partner__in=overdue.values("referral__partner"))
        messages = Message.objects.needing_answer().order_by("-created_at")
        return {
            "overdue": (
                overdue,
                {
                    "partner": F("referral__partner_id"),
                    "name": F("referral__partner__name"),
                    "referral": F("referral_id"),
                    "due_on": F("due_on"),
                },
            ),
            "kept": (
                promised.order_by().values("partner_id"),
                {
                    "partner": F("partner_id"),
                    "promised": Count("pk"),
                    "kept": Count("pk", filter=self.rows.reports_in_time()),
                },
            ),
            "months": (
                self._by_month(),
                {"direction": F("direction"), "month": F("month"), "n": Count("pk")},
            ),
            "messages": (
                messages[: MOST_OF_A_KIND * 2],
                {
                    "id": F("pk"),
                    "state": F("state"),
                    "partner": F("partner__name"),
                    "person": F("person__name"),
                },
            ),
        }

    def _by_month(self):
        """How many of each direction happened in each month of two years."""
        period = Period.ending(self.today, 24)
        one_each = Q(direction=Direction.SENT) | Q(matter=F("id"))
        log = self.rows.log().filter(one_each).between(period.first, period.last).order_by()
        return log.values("direction", month=Cast(TruncMonth("happened_on"), DateField()))

    def _months(self) -> list[Month]:
        """24 months, the last one not over."""
        period = Period.ending(self.today, 24)
        n = {(row["direction"], date.fromisoformat(row["month"])): row["n"] for row in self.lists["months"]}
        return [
            Month(
                first,
                received=n.get((Direction.RECEIVED, first), 0),
                sent=n.get((Direction.SENT, first), 0),
                is_open=first == month_of(self.today),
            )
            for first in period.starts
        ]

    def _clinic(self) -> Check:
        """The check for the whole clinic, from the months that are over."""
        received = [month.received for month in self.months if not month.is_open]
        return Check.of(
            recent_3=sum(received[-3:]),
            before_3=sum(received[-15:-3]),
            recent_6=sum(received[-6:]),
            before_6=sum(received[-18:-6]),
        )
