"""What we and a partner expect of each other; the clocks of referrals go by it."""

from dataclasses import dataclass

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from partners.models.partners import Partner
from partners.states import ACKNOWLEDGE_DAYS, REPORT_DAYS, ReportBy
from referralcrm.practice.models import PracticeOwned, scoped


@dataclass(frozen=True)
class Terms:
    """The promises as the clocks read them, with the default where nothing is agreed.

    Days are calendar days, but for ``acknowledge_within_days``, which are the practice's working days.
    """

    report_within_days: int = REPORT_DAYS
    interim_every_days: int | None = None
    interim_every_visits: int | None = None
    appointment_within_days: int | None = None
    acknowledge_within_days: int = ACKNOWLEDGE_DAYS

    @property
    def has_interim(self) -> bool:
        return bool(self.interim_every_days or self.interim_every_visits)


def _number(label, most, **kwargs):
    limits = [MinValueValidator(1), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=limits, **kwargs)


PROMISES = tuple(Terms.__dataclass_fields__)
SAID = (*PROMISES, "how_to_refer", "report_by")


class Agreement(PracticeOwned):
    """One a partner. What is left empty is not agreed, and the default holds."""

    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="agreement")
    report_within_days = _number("a report within, in days", 365)
    interim_every_days = _number("a progress report every so many days", 365)
    interim_every_visits = _number("or every so many visits", 100)
    appointment_within_days = _number("an appointment within, in days", 365)
    acknowledge_within_days = _number("told that it arrived within, in working days", 30)
    how_to_refer = models.TextField("how to refer", max_length=1000, blank=True)
    report_by = models.CharField("reports go by", max_length=8, choices=ReportBy, blank=True)
    before = models.JSONField(null=True, editable=False)  # what stood here before the last change
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    *[Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 1}) for name in PROMISES]
                ),
                name="agreement_promises_are_positive",
            ),
        ]

    def __str__(self):
        return f"what is agreed with {self.partner}"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What is agreed, as label and words; empty when nothing is."""
        days, visits = self.interim_every_days, self.interim_every_visits
        every = [days and f"every {_count(days, 'day')}", visits and f"every {_count(visits, 'visit')}"]
        said = [
            ("A report", _within(self.report_within_days, "day")),
            ("A progress report", " or ".join(filter(None, every))),
            ("An appointment", _within(self.appointment_within_days, "day")),
            ("Told it arrived", _within(self.acknowledge_within_days, "working day")),
            ("Reports go by", self.get_report_by_display()),
            ("How to refer", self.how_to_refer),
        ]
        return [(label, words) for label, words in said if words]

    @property
    def earlier(self) -> "Agreement | None":
        """What stood here before the last change, not saved; None when that was never."""
        return Agreement(partner_id=self.partner_id, **self.before["said"]) if self.before else None

    @property
    def terms(self) -> Terms:
        agreed = {name: getattr(self, name) for name in PROMISES}
        return Terms(**{name: number for name, number in agreed.items() if number is not None})


def terms_with(partners) -> dict:
    """The terms agreed with each of these partners (rows or keys), by key; one query.

    Who is not in it has agreed nothing: ``Terms()``.
    """
    rows = Agreement.objects.filter(partner__in=partners)
    return {row.partner_id: row.terms for row in rows}


def _count(number, of):
    return of if number == 1 else f"{number} {of}s"


def _within(number, of):
    return number and f"within {'one ' if number == 1 else ''}{_count(number, of)}"
