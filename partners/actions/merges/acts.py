"""What merging has in common for partners and organisations: the locks, the row hidden, the way back."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from partners.actions.merges import journal
from partners.models import Merge
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused, Stale


def locked(model, survivor, merged, *, versions=None):
    """Both rows, locked against every new link to them. Raises Refused, and Stale unless the ``versions``
    (the survivor's, the other's) are what the person saw.

    A full lock and not the house's weaker one: a referral being logged just now is waited for and moves
    with the others.
    """
    found = {
        row.pk: row
        for row in model.objects.select_for_update().filter(pk__in=[survivor.pk, merged.pk]).order_by("pk")
    }
    pair = found.get(survivor.pk), found.get(merged.pk)
    if None in pair or survivor.pk == merged.pk:
        raise Refused("Choose another one to merge with.")
    for row, version in zip(pair, versions or (), strict=False):
        if row.version != version:
            raise Stale(row)
    return pair


def begin(survivor, merged, *, by) -> Merge:
    """Hide ``merged`` (and whoever was merged with it before) behind ``survivor``. Raises Refused."""
    for row in (survivor, merged):
        if row.deleted_at or row.merged_into_id:
            raise Refused(f"{row} is in the trash or has been merged already.")
    model = type(survivor)
    merge = Merge.objects.create(
        kind=model._meta.model_name,
        survivor=survivor.pk,
        merged=merged.pk,
        merged_name=merged.name,
        by=by,
    )
    model.objects.filter(pk=survivor.pk).update(version=F("version") + 1)  # a form that is open is stale
    journal.change(merge, model.objects.filter(pk=merged.pk), merged_into=survivor)
    journal.change(merge, model.objects.filter(merged_into=merged), merged_into=survivor)
    return merge


def note(merge, survivor, *, verb, by):
    """One audit row that names both."""
    names = f"{survivor} and {merge.merged_name}"
    ids = [survivor.pk, merge.merged]
    record(verb, by=by, subjects=ids, subject_type=merge.kind, note=names[:300])


def close(merge, survivor, *, by):
    """The two are two again."""
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    note(merge, survivor, verb="took apart", by=by)


@transaction.atomic
def reopened(model, merge):
    """The merge and its two rows, locked, when it can be taken apart now. Raises Refused, with the way."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        raise Refused("These two have been taken apart already.")
    if not merge.can_be_undone:
        raise Refused("They were merged more than 30 days ago and stay one.")
    survivor, merged = locked(model, model(pk=merge.survivor), model(pk=merge.merged))
    if survivor.merged_into_id:
        into = model.objects.get(pk=survivor.merged_into_id)
        raise Refused(f"{survivor} has itself been merged with {into}. Take those two apart first.")
    return merge, survivor, merged
