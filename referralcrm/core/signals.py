"""Facts that belong to no app."""

from django.dispatch import Signal

# today, now (stand-ins, see core.prepared): the QuerySets of which one has a row when a practice has work for
# ``minute_passed`` or may have some; asked of every practice each minute by one query
what_may_be_due = Signal()
minute_passed = Signal()  # practice: about once a minute in a worker, outside every transaction; only nudge
