import sys
from getpass import getpass

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from referralcrm.practice.actions import found
from referralcrm.practice.forms import FoundForm


class Command(BaseCommand):
    help = "Start a practice with its first manager. The password is asked for, or read from a pipe."

    def add_arguments(self, parser):
        parser.add_argument("name", help="of the practice")
        parser.add_argument("--manager", required=True, help="name of the first manager")
        parser.add_argument("--email", required=True, help="what the manager signs in with")
        parser.add_argument("--country", default="GB", help="ISO code, such as GB")
        parser.add_argument("--time-zone", default="Europe/London", help="such as Europe/Dublin")

    def handle(self, *, name, manager, email, country, time_zone, **options):
        answers = {
            "name": name,
            "manager_name": manager,
            "email": email,
            "country": country,
            "time_zone": time_zone,
            "password": _password(),
        }
        form = FoundForm(answers)
        if not form.is_valid():
            raise CommandError("\n".join(f"{field}: {' '.join(told)}" for field, told in form.errors.items()))
        try:
            founder = found(**form.answers())
        except IntegrityError as error:
            raise CommandError("Somebody already signs in with this e-mail.") from error
        self.stdout.write(f"{founder.practice} is ready. {founder} signs in as {founder.email}.")


def _password():
    """From the terminal, or the first line of a pipe; never from the command line, which others see."""
    if sys.stdin.isatty():
        return getpass("Password of the first manager: ")
    return sys.stdin.readline().rstrip("\n")
