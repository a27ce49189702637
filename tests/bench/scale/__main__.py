import argparse
import os
import sys

from referralcrm.embedded import services
from referralcrm.embedded.parts import Parts

DATA = ".data/scale"


def main():
    """Do what is asked for, on the services of the scratch folder unless DATABASE_URL names others."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.scale")
    asked.add_argument("what", choices=["load", "pages", "work", "mail"])
    asked.add_argument("--share", type=float, default=1.0, help="of the million, when loading")
    asked.add_argument("--only", default="", help="a part of the names of what is measured")
    asked.add_argument("--plans", help="a folder for the plans of slow queries")
    given = asked.parse_args()
    os.environ |= {"DATA_DIR": os.environ.get("DATA_DIR", DATA), "LOG_LEVEL": "WARNING"}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    if os.environ.get("DATABASE_URL"):
        return _do(given)
    parts = Parts()
    try:
        services.start(parts, durable=given.what == "mail")  # a commit costs what it costs
        os.environ |= services.environment()
        return _do(given)
    finally:
        parts.stop()


def _do(given):
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", database="owner", verbosity=0)
    match given.what:
        case "load":
            from tests.bench.scale.load import load

            load(given.share)
        case "pages":
            from tests.bench.scale.pages import measure

            measure(given.only, given.plans)
        case "work":
            from tests.bench.scale.work import measure

            measure(given.only)
        case "mail":
            from tests.bench.scale.mail import measure

            measure()
    return 0


if __name__ == "__main__":
    sys.exit(main())
