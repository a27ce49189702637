"""Merging two partners, and taking them apart."""

from django.db import transaction

from partners.actions.circle import place_left_for, require_room
from partners.actions.mail import opt_out
from partners.actions.merges import acts, journal, rows
from partners.actions.merges.fields import chosen, strictest
from partners.actions.merges.organisations import keep_up
from partners.models import Merge, Partner
from partners.signals import partner_merged, partner_unmerged
from partners.states import Circle, Side
from referralcrm.core.versions import lock, write


@transaction.atomic
def merge_partners(survivor, merged, *, choices, versions, by) -> Merge:
    """Make two partners one: ``merged`` and all its rows follow ``survivor``.

    ``choices`` is field → Side; what is not named takes the sensible default. Raises Stale when either
    was saved after its version (``versions``: the survivor's, the other's), Refused when one of them is
    merged already or the inner circle is full.
    """
    survivor, merged = acts.locked(Partner, survivor, merged, versions=versions)
    values = chosen(survivor, merged, choices)
    values |= strictest(survivor, merged, email=values["email"])
    merge = acts.begin(survivor, merged, by=by)
    if values["circle"] == Circle.INNER != survivor.circle:
        require_room(besides=survivor)
    journal.change(merge, Partner.objects.filter(pk=survivor.pk), **values)
    survivor.refresh_from_db()
    follow_partner(merge, survivor, merged, plans=choices.get("plans", Side.BOTH), by=by)
    acts.note(merge, survivor, verb="merged", by=by)
    return merge


def follow_partner(merge, survivor, merged, *, by, plans=Side.OURS):
    """Move every row that is still with ``merged``, here and in the other apps; again changes nothing."""
    rows.follow_partner(merge, survivor, merged, plans=plans)
    partner_merged.send(Partner, survivor=survivor, merged=merged, merge=merge, by=by)


@transaction.atomic
def unmerge_partners(merge, *, by) -> list[journal.Kept]:
    """Take two partners apart again: every row goes back where it was, and so does every field.

    What was changed since stays and is returned; rows made since stay with the survivor. An opt-out
    since then holds for both. Raises Refused after 30 days, when it was done already, and while the
    survivor is merged with somebody else.
    """
    merge, survivor, merged = acts.reopened(Partner, merge)
    kept = []
    for model in (Partner, *rows.OF_A_PARTNER):
        kept += journal.put_back(merge, model, together=("stage", "stage_before", "ending", "ended_on"))
    for row in (survivor, merged):
        row.refresh_from_db()
        keep_up(row)
    _find_a_place(merged)
    told = partner_unmerged.send(Partner, survivor=survivor, merged=merged, merge=merge, by=by)
    acts.close(merge, survivor, by=by)
    if survivor.email_opted_out_at and survivor.email_opted_out_at >= merge.at:
        opt_out(merged, by=by)
    return kept + [each for _, answer in told for each in answer]


def _find_a_place(partner):
    """Back into the inner circle when it has a place left, else into the network."""
    if (circle := place_left_for(partner)) != partner.circle:
        write(lock(partner), circle=circle)
