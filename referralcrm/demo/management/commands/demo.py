from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from referralcrm.core.refused import Refused
from referralcrm.demo.cast import PASSWORD
from referralcrm.demo.load import PARTNERS, REFERRALS, demo_practice, load, sign_ins
from referralcrm.practice.models import Practice


class Command(BaseCommand):
    help = "Load the demo practice, relative to today; the same seed gives the same practice."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing when any practice exists")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--partners", type=int, default=PARTNERS)
        parser.add_argument("--referrals", type=int, default=REFERRALS)

    def handle(self, *, if_empty, seed, partners, referrals, **options):
        if not (if_empty and Practice.objects.exists()):
            try:
                load(seed=seed, partners=partners, referrals=referrals, say=self._say)
            except Refused as refused:
                raise CommandError(refused.message) from refused
            _analyze()
        if demo_practice():
            self._print_sign_ins()

    def _say(self, text):
        self.stdout.write(f"  demo: {text}")

    def _print_sign_ins(self):
        self.stdout.write(f'Demo sign-ins, each with the password "{PASSWORD}":')
        for role, email in sign_ins():
            self.stdout.write(f"  {role:<18}{email}")


def _analyze():
    """Tell Postgres what is in the tables now: until it looks by itself the first pages would be slow."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
