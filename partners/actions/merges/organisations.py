"""Merging two organisations, and taking them apart."""

from django.db import transaction

from partners.actions.merges import acts, journal, rows
from partners.actions.merges.fields import chosen
from partners.models import Merge, Organisation, Partner
from partners.signals import organisation_merged, organisation_unmerged


@transaction.atomic
def merge_organisations(survivor, merged, *, choices, versions, by) -> Merge:
    """Make two organisations one: who works or worked at ``merged`` does so at ``survivor``.

    ``choices`` is field → Side. Raises Stale when either was saved after its version (``versions``: the
    survivor's, the other's), Refused when one of them is merged already.
    """
    survivor, merged = acts.locked(Organisation, survivor, merged, versions=versions)
    values = chosen(survivor, merged, choices)
    merge = acts.begin(survivor, merged, by=by)
    journal.change(merge, Organisation.objects.filter(pk=survivor.pk), **values)
    survivor.refresh_from_db()
    follow_organisation(merge, survivor, merged, by=by)
    acts.note(merge, survivor, verb="merged", by=by)
    return merge


def follow_organisation(merge, survivor, merged, *, by):
    """Move every row that is still with ``merged``, here and in the other apps; again changes nothing."""
    rows.follow_organisation(merge, survivor, merged)
    organisation_merged.send(Organisation, survivor=survivor, merged=merged, merge=merge, by=by)


def keep_up(partner):
    """Where the main office that came back has itself been merged meanwhile, the partner follows it."""
    office = partner.organisation
    if office is None or office.merged_into_id is None:
        return
    merges = Merge.objects.standing().filter(kind="organisation", merged=office.pk)
    if merge := merges.first():
        journal.change(merge, Partner.objects.filter(pk=partner.pk), organisation=office.merged_into)


@transaction.atomic
def unmerge_organisations(merge, *, by) -> list[journal.Kept]:
    """Take two organisations apart again; what was changed since stays and is returned.

    Raises Refused after 30 days, when it was done already, and while the survivor is merged itself.
    """
    merge, survivor, merged = acts.reopened(Organisation, merge)
    kept = []
    for model in (Organisation, *rows.OF_AN_ORGANISATION):
        kept += journal.put_back(merge, model)
    told = organisation_unmerged.send(Organisation, survivor=survivor, merged=merged, merge=merge, by=by)
    acts.close(merge, survivor, by=by)
    return kept + [each for _, answer in told for each in answer]
