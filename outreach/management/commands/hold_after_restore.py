from django.core.management.base import BaseCommand

from outreach.actions.messages.restore import hold_after_restore
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter


class Command(BaseCommand):
    help = "Hold every message that could still leave. Run it after restoring a backup, before any worker."

    def handle(self, *args, **options):
        for practice in Practice.objects.order_by("name"):
            with enter(practice):
                self.stdout.write(f"{practice.name}: {hold_after_restore()} messages held")
