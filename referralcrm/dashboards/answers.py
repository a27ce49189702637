"""How long colleagues waited for our answers, in the practice's working hours: overall and by clinician.

Working time knows holidays and clocks that change, which SQL does not, so the spans are reckoned here
from one query, and the percentiles by ``statistics.percentile``, which is Postgres' ``percentile_cont``.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from referralcrm.core.rates import Rate
from referralcrm.dashboards.statistics import percentile
from referrals.models import AdviceRequest
from referrals.models.waiting import in_words
from referrals.states import AdviceDirection

FEWEST_FOR_MEDIAN, FEWEST_FOR_TAIL = 5, 10  # answers below which a middle or a tail says nothing
NOBODY = "nobody"
TOO_FEW = "too few to tell"


@dataclass(frozen=True)
class Waits:
    """The questions of one clinician, or of all: ``spans`` of the answered, ``so_far`` of the open ones."""

    who: str
    spans: list[timedelta]
    so_far: list[timedelta]
    kept: Rate  # answered by the moment promised, of those answered that had one
    answered_url: str
    open_url: str
    calendar: object

    @property
    def median(self) -> str:
        return self._at(0.5, FEWEST_FOR_MEDIAN)

    @property
    def nine_in_ten(self) -> str:
        """The 90th percentile."""
        return self._at(0.9, FEWEST_FOR_TAIL)

    @property
    def longest_open(self) -> str:
        return in_words(max(self.so_far), self.calendar) if self.so_far else ""

    def _at(self, share, fewest):
        if len(self.spans) < fewest:
            return TOO_FEW
        return in_words(percentile(self.spans, share), self.calendar)


class Answers:
    """Questions asked in a Period and those still open, at one Location or all; withdrawn ones never."""

    def __init__(self, calendar, period, location=None):
        self.calendar, self.period, self.location = calendar, period, location
        self.now = timezone.now()

    @property
    def since(self) -> datetime:
        return datetime.combine(self.period.first, time(), tzinfo=self.calendar.practice.zone)

    @cached_property
    def rows(self) -> list[tuple]:
        """(direction, owner, owner's name, asked, promised, answered), by one query; the open ones always."""
        asked = AdviceRequest.objects.kept().at(self.location).filter(withdrawn_at__isnull=True)
        fields = ("direction", "owner_id", "owner__name", "asked_at", "promised_by", "answered_at")
        counted = asked.filter(Q(asked_at__gte=self.since) | Q(answered_at__isnull=True))
        return list(counted.order_by("asked_at", "id").values_list(*fields))

    @property
    def overall(self) -> Waits:
        return self._waits("Everybody", AdviceDirection.RECEIVED)

    @property
    def theirs(self) -> Waits:
        """What we asked: how long we waited."""
        return self._waits("Those we asked", AdviceDirection.SENT)

    @property
    def by_clinician(self) -> list[Waits]:
        """In the order of their names, whatever the numbers."""
        asked_us = [row for row in self.rows if row[0] == AdviceDirection.RECEIVED]
        ours = {(name or "", key) for _, key, name, *_ in asked_us}
        return [
            self._waits(name or "Nobody yet", AdviceDirection.RECEIVED, owner=key or NOBODY)
            for name, key in sorted(ours, key=lambda each: (not each[0], each[0], str(each[1])))
        ]

    def _waits(self, who, direction, owner=None):
        mine = [
            moments
            for way, key, _, *moments in self.rows
            if way == direction and owner in (None, key or NOBODY)
        ]
        answered = [moments for moments in mine if moments[2]]
        promised = [(by, at) for _, by, at in answered if by]
        return Waits(
            who=who,
            spans=[self.calendar.working_time(asked, at) for asked, _, at in answered],
            so_far=[self.calendar.working_time(asked, self.now) for asked, _, at in mine if at is None],
            kept=Rate(sum(at <= by for by, at in promised), len(promised)),
            answered_url=self._url(direction, owner, show="answered", since=self.period.first),
            open_url=self._url(direction, owner),
            calendar=self.calendar,
        )

    def _url(self, direction, owner, **more):
        asked = {"for": "everybody", "direction": direction} | more
        return f"{reverse('referrals:advice')}?{urlencode(asked | ({'owner': owner} if owner else {}))}"
