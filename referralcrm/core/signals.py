"""Facts that belong to no app."""

from django.dispatch import Signal

minute_passed = Signal()  # practice: about once a minute in a worker, outside every transaction; only nudge
