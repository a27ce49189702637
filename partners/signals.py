"""Facts about partners, sent inside the transaction that made them true."""

from django.db.models import Count, Value
from django.dispatch import Signal

partner_ended = Signal()  # partner, by: moved, retired, died, or the relationship ended
partner_opted_out = Signal()  # partner, by
partner_resumed = Signal()  # partner, by: an ending or opt-out was taken back
friction_reported = Signal()  # partner, by: something was hard for them, and is not answered yet
friction_answered = Signal()  # partner, by: one of those was answered, or taken back
treating_ended = Signal()  # partner, by: they are not a treating provider any more
agreement_changed = Signal()  # partner, by: what is agreed with them is other than it was
next_step_done = Signal()  # partner, step, by: the next step planned with a partner was ticked off
next_step_undone = Signal()  # partner, step, by: that was a mistake

# Merging (docs/adr/0011-merge.md). Whoever has a foreign key to a partner or an organisation answers all
# three: what would move, moving it by ``partners.actions.merges.journal.change``, and putting it back.
what_would_move = Signal()  # merged (a Partner or an Organisation): answer with ``counted``
partner_merged = Signal()  # survivor, merged, merge, by: move the rows of ``merged`` to ``survivor``
partner_unmerged = Signal()  # survivor, merged, merge, by: put them back; answer what was kept (list[Kept])
organisation_merged = Signal()  # survivor, merged, merge, by
organisation_unmerged = Signal()  # survivor, merged, merge, by


def counted(**rows) -> list[tuple[str, int]]:
    """How many rows there are of each name, in one query: ``counted(referrals=Referral.objects…)``."""
    counts = [
        found.order_by().annotate(counted_as=Value(name)).values("counted_as").annotate(number=Count("pk"))
        for name, found in rows.items()
    ]
    first, *others = [each.values_list("counted_as", "number") for each in counts]
    return list(first.union(*others, all=True))
