"""Changing several referrals at once, a step of the journey included, and taking that back."""

from django.db import transaction

from referralcrm.core.refused import Refused
from referralcrm.practice.actions import batches
from referralcrm.practice.batches import Plan, Undone
from referralcrm.practice.models import User
from referralcrm.practice.scope import current_practice
from referrals.actions.journey import check_step, move
from referrals.actions.undo import take_step_back
from referrals.models import Obligation, Referral
from referrals.states import STEPS, Verb

LIST = "referrals"
REMEMBERED = ("clinician_id", "location_id", "service_id", "urgency")
MOST = 2_000  # rows at once
MOST_STEPS = 200  # of those that also take a step: each has its history, its reports and its thanks
NEEDS_ITS_OWN_DAY = frozenset({Verb.SCHEDULE, Verb.REBOOK, Verb.REOPEN})


def plan(rows, *, by, step="", on=None, reason="", **fields) -> Plan:
    """What would change: ``fields`` are clinician_id, location_id, service_id and urgency, as far as given.

    ``step`` is a verb of the journey that happened ``on`` a day (today). Who cannot have all of it is
    left out, with the reason.
    """
    made, on = Plan(), on or current_practice().today()
    for row in rows:
        values = {name: value for name, value in fields.items() if getattr(row, name) != value}
        values |= {"step": step} if step else {}
        if not values:
            made.leave(row, "it is so already")
        elif why := _why_not(row, values, by=by, on=on, reason=reason):
            made.leave(row, why)
        else:
            made.change(row, values)
    return made


@transaction.atomic
def change_many(ids, *, seen, by, what, step="", on=None, reason="", **fields):
    """Carry out the plan that was ``seen`` (its fingerprint). Returns the Batch.

    Refused when it would be another plan by now, or for too many at once; then nothing is changed.
    """
    check_number(len(ids), step)
    rows = Referral.objects.not_deleted().filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("patient", "partner").order_by("pk")
    made = plan(rows, by=by, step=step, on=on, reason=reason, **fields)
    batches.check_seen(made, seen)
    before = {row.pk: _as_it_was(row) for row, _ in made.changes}
    _write(made)
    for row, _ in made.changes if step else ():
        move(row, step, by=by, on=on, reason=reason)
        before[row.pk] |= {"step": step, "reports": _reports(row)}
    return batches.remember(LIST, made, before, by=by, what=what)


@transaction.atomic
def undo_many(batch, *, by) -> Undone:
    """Give each referral back what it was, unless somebody changed it since; those are counted by reason."""
    batch, done, back = batches.begin_undo(batch, by=by, slug=LIST), Undone(), []
    rows = Referral.objects.filter(pk__in=batch.rows).select_for_update(of=("self",), no_key=True)
    here = {str(pk) for pk in User.objects.of(batch.practice).active().values_list("pk", flat=True)}
    for row in rows.select_related("patient", "partner").order_by("pk"):
        try:
            back.append((row, _back(row, batch.rows[str(row.pk)], here, by=by)))
        except Refused as refused:
            done.leave(row.other_side, refused.message.rstrip("."))
    batches.write_groups(Referral, back)
    done.number = len(back)
    batches.record_undo(batch, [row for row, _ in back], by=by)
    return done


def check_number(number, step):
    """Raise Refused when so many cannot be changed at once."""
    most = MOST_STEPS if step else MOST
    if number > most:
        raise Refused(f"At most {most:,} at once{' when they take a step' if step else ''}. Choose fewer.")


def _write(made):
    fields = [(row, _without_step(values)) for row, values in made.changes]
    batches.write_groups(Referral, [(row, values) for row, values in fields if values])


def _without_step(values):
    return {name: value for name, value in values.items() if name != "step"}


def _as_it_was(row):
    return {name: batches.plain(getattr(row, name)) for name in REMEMBERED}


def _why_not(row, values, *, by, on, reason):
    if "service_id" in values and not row.is_received:
        return "it was sent, and has no service of ours"
    if step := values.get("step"):
        try:
            check_step(row, STEPS[step], by=by, on=on, reason=reason, today=current_practice().today())
        except Refused as refused:
            return refused.message.rstrip(".")
    return ""


def _back(row, kept, here, *, by):
    """The values to give back, after the step was taken back. Raises Refused when it has to stay."""
    was = kept["before"]
    if row.version != kept["version"] or row.deleted_at is not None:
        raise Refused("changed since, and left as it is")
    if "step" in was and was["reports"] != _reports(row):
        raise Refused("the report was recorded since, and it is left as it is")
    values = {name: was[name] for name in REMEMBERED if batches.plain(getattr(row, name)) != was[name]}
    if (clinician := values.get("clinician_id")) and clinician not in here:
        raise Refused("who treated them has left")
    if "step" in was:
        take_step_back(row, by=by)
    return values


def _reports(row):
    """The reports of a referral as they stand, to see whether anybody wrote to one since."""
    rows = Obligation.objects.filter(referral=row).order_by("pk")
    return [[str(pk), version] for pk, version in rows.values_list("pk", "version")]
