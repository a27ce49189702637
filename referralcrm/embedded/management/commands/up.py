import os
import sys

from django.core.management.base import BaseCommand, CommandError

from referralcrm.embedded.supervisor import Supervisor


class Command(BaseCommand):
    help = "Start everything: database, broker, mail inbox, web, worker and beat. PORT= moves it."
    requires_system_checks = []

    def handle(self, **options):
        try:
            code = Supervisor(_port()).run()
        except PermissionError as error:
            raise CommandError(
                f"{error.filename} cannot be used by this account; was it made by another one?"
            ) from error
        sys.exit(code)


def _port():
    given = os.environ.get("PORT") or "8000"
    if not (given.isdecimal() and 0 < int(given) < 65536):
        raise CommandError(f"PORT is a number from 1 to 65535, not {given!r}")
    return int(given)
