"""How each relationship is doing: its counts in every window by one query, its people by another."""

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from outreach.models import Task, Touchpoint
from outreach.states import TaskKind
from partners.models import Partner
from partners.states import Kind, Stage
from referralcrm.core.months import add_months, month_of
from referralcrm.dashboards.periods import Period
from referralcrm.dashboards.rows import Rows
from referralcrm.dashboards.statistics import FEWEST_TO_FALL, Check, Fall, onset
from referrals.states import Direction

FREQUENT = 3  # received in 12 months
QUIET_DAYS = 90
QUIET_BEFORE_DAYS = 365
ONLY_US = 3  # sent in 12 months
RECENT_CONTACT = timedelta(days=30)
ON_IT = (TaskKind.NEXT_STEP, TaskKind.OTHER)  # planned by a person; the weekly list is routine
WINDOWS = ((3, "recent_3", "before_3"), (6, "recent_6", "before_6"))


class Counts(NamedTuple):
    """Referrals exchanged with one partner, in every window: a row of ``count_windows``.

    ``received`` and ``sent`` are of the last 12 months, ``received_24`` of 24; ``quiet_lately`` of the last
    90 days and ``quiet_before`` of the 365 before those. The others are the windows of this month's and of
    last month's check for a fall.
    """

    partner_id: object
    in_period: int
    received: int
    received_24: int
    sent: int
    quiet_lately: int
    quiet_before: int
    now_recent_3: int
    now_before_3: int
    now_recent_6: int
    now_before_6: int
    a_month_ago_recent_3: int
    a_month_ago_before_3: int
    a_month_ago_recent_6: int
    a_month_ago_before_6: int

    @property
    def now(self) -> Check:
        return _check(self, "now")

    @property
    def fall(self) -> Fall | None:
        """A fall that began this month."""
        if max(self.now_before_3, self.now_before_6) < FEWEST_TO_FALL:
            return None
        return onset(self.now, _check(self, "a_month_ago"))

    @property
    def is_frequent(self) -> bool:
        return self.received >= FREQUENT

    @property
    def is_quiet(self) -> bool:
        return self.quiet_before >= FREQUENT and self.quiet_lately == 0

    @property
    def is_only_us(self) -> bool:
        return self.sent >= ONLY_US and self.received_24 == 0

    @property
    def is_shown(self) -> bool:
        """Whether the dashboard names this partner anywhere."""
        return bool(self.is_frequent or self.is_quiet or self.is_only_us or self.fall)


class Relationship(NamedTuple):
    """The counts of one partner with what else is asked of all who might be shown."""

    counts: Counts
    name: str
    kind: str
    last_contact: date | None
    is_on_it: bool

    @property
    def partner_id(self):
        return self.counts.partner_id

    @property
    def is_only_us(self) -> bool:
        """We sent, they never did though both ways are usual, and nobody ever talked about it."""
        return self.counts.is_only_us and self.kind == Kind.REGULAR and self.last_contact is None

    def needs_a_contact(self, today: date) -> bool:
        """Nobody has a task about them, and nobody was in touch for 30 days."""
        last = self.last_contact
        return not self.is_on_it and (last is None or last <= today - RECENT_CONTACT)


def count_windows(rows: Rows) -> list[Counts]:
    """The counts of every current partner with a referral in two years. One query."""
    log = rows.log().filter(
        partner__deleted_at__isnull=True, happened_on__gte=Period.ending(rows.today, 24).first
    )
    current = log.filter(partner__isnull=False).exclude(partner__stage=Stage.ENDED)
    grouped = current.order_by().values("partner_id").annotate(**_windows(rows))
    return list(map(Counts._make, grouped.values_list(*Counts._fields)))


def with_people(counts: list[Counts]) -> list[Relationship]:
    """Name the partners of these counts, those longest without contact first. One query."""
    by_id = {count.partner_id: count for count in counts}
    last = Touchpoint.objects.real().filter(partner=OuterRef("pk")).order_by("-happened_on")
    open_tasks = Task.objects.open().filter(partner=OuterRef("pk"), kind__in=ON_IT)
    partners = Partner.objects.filter(pk__in=by_id).values_list(
        "pk", "name", "kind", Subquery(last.values("happened_on")[:1]), Exists(open_tasks)
    )
    people = [Relationship(by_id[pk], *told) for pk, *told in partners]
    return sorted(people, key=lambda one: (one.last_contact or date.min, one.name))


def _windows(rows):
    today, month = rows.today, month_of(rows.today)
    year, quiet = Period.ending(today, 12), today - timedelta(days=QUIET_DAYS)
    windows = {
        "in_period": _received(rows.period.first, rows.period.last),
        "received": _received(year.first, today),
        "received_24": Count("pk", filter=Q(direction=Direction.RECEIVED)),
        "sent": Count("pk", filter=Q(direction=Direction.SENT, happened_on__gte=year.first)),
        "quiet_lately": _received(quiet + timedelta(days=1), today),
        "quiet_before": _received(quiet - timedelta(days=QUIET_BEFORE_DAYS - 1), quiet),
    }
    return windows | _checks("now", month) | _checks("a_month_ago", add_months(month, -1))


def _checks(name, end):
    """The whole months before ``end`` (the first of one): 3 or 6 of them, and the 12 before those."""
    windows = {}
    for months, recent, before in WINDOWS:
        middle = add_months(end, -months)
        windows[f"{name}_{recent}"] = _received(middle, end - timedelta(days=1))
        windows[f"{name}_{before}"] = _received(add_months(middle, -12), middle - timedelta(days=1))
    return windows


def _received(first, last):
    return Count("pk", filter=Q(direction=Direction.RECEIVED, happened_on__range=(first, last)))


def _check(counts, name):
    return Check.of(**{part: getattr(counts, f"{name}_{part}") for _, *parts in WINDOWS for part in parts})
