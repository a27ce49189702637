from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from outreach.actions import week
from referralcrm.core.refused import Refused
from referralcrm.practice.models import Practice


class Command(BaseCommand):
    help = "Make a week's list of people to keep in touch with now, for every practice or one of them."

    def add_arguments(self, parser):
        parser.add_argument("--practice", help="a practice's id or name; every practice when left out")
        parser.add_argument("--week", help="an ISO week such as 2026-W47; this week when left out")

    def handle(self, *, practice, week: str | None, **options):
        refusals = []
        for each in self._practices(practice):
            try:
                self.stdout.write(f"{each}: {self._run(each, week)}")
            except Refused as refused:
                refusals.append(f"{each}: {refused.message}")
        if refusals:
            raise CommandError("\n".join(refusals))

    def _run(self, practice, period):
        ran = week.run(practice, period or week.period_of(practice.today()))
        return "week {}, {new} new, {carried_over} carried over, {digests} digests.".format(
            ran.period_key, **ran.counts
        )

    def _practices(self, wanted):
        if not wanted:
            return Practice.objects.order_by("name")
        found = Practice.objects.filter(name__iexact=wanted) or self._by_id(wanted)
        if not found:
            raise CommandError(f"There is no practice {wanted}.")
        return found

    def _by_id(self, wanted):
        try:
            return Practice.objects.filter(pk=wanted)
        except ValidationError:
            return Practice.objects.none()
