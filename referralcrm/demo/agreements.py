"""What a few partners agreed with us, and the clocks that go by it."""

from datetime import timedelta

from partners.models import Agreement
from partners.states import ReportBy
from referralcrm.demo.world import World
from referrals.actions.loop import follow_terms, promise_next
from referrals.models import Obligation, Referral
from referrals.states import REPORTED, Direction, Journey, ReportKind

AGREED = {
    "steady": {"report_within_days": 5, "interim_every_visits": 6, "report_by": ReportBy.FAX},
    "steady2": {"interim_every_days": 42, "report_by": ReportBy.LINK},
    "cooling": {"appointment_within_days": 10, "how_to_refer": "Ring Jo before ten, then fax the letter."},
    "card": {"report_within_days": 10, "report_by": ReportBy.POST},
}
RECENT = timedelta(days=21)


def make_agreements(world: World):
    """Four agreements, new referrals that nobody has acknowledged yet, and final reports lately due."""
    partners = {world.stories[key]: terms for key, terms in AGREED.items()}
    Agreement.objects.bulk_create(Agreement(partner=partner, **terms) for partner, terms in partners.items())
    for partner in partners:
        follow_terms(partner)
    _tell(world)
    _end(world)


def _tell(world):
    """Whoever referred in the last two working days waits to hear that it arrived."""
    new = Referral.objects.kept().filter(journey=Journey.REQUESTED, direction=Direction.RECEIVED)
    new = list(new.filter(partner__isnull=False, happened_on__gte=world.working_day_before(2)))
    for referral in new:
        referral.acknowledge_by = world.calendar.add_working_days(referral.happened_on, 1)
    Referral.objects.bulk_update(new, ["acknowledge_by"])


def _end(world):
    """Care that ended lately and was reported about asks for a final report."""
    reported = Obligation.objects.filter(kind=ReportKind.INITIAL, state__in=sorted(REPORTED))
    over = Referral.objects.kept().received().filter(completed_on__gte=world.today - RECENT)
    for referral in over.filter(in_care_on__isnull=False, pk__in=reported.values("referral"))[:8]:
        promise_next(referral)
