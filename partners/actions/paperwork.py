"""What a partner wants with a referral: a list in order, kept line by line."""

from django.db import transaction

from partners.models import Paperwork
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept

MOST = 30  # lines, so that a cover note stays one page


@transaction.atomic
def add_paperwork(partner, *, by, **fields):
    """Write a line (``what``, ``goes_with``) at the end of the list and return it. Raises Refused."""
    lock(partner)  # two who add at once do so one after the other
    lines = list(Paperwork.objects.kept().filter(partner=partner))
    _check(lines, fields)
    if len(lines) >= MOST:
        raise Refused(f"There are {MOST} lines already. Take some off the list first.")
    line = Paperwork.objects.create(partner=partner, place=_last(lines) + 1, **fields)
    record("added", by=by, subject=line)
    return line


@transaction.atomic
def change_paperwork(line, *, version, by, **fields):
    """Change what differs. Raises Refused, and Stale when somebody saved first."""
    current = lock(line, version=version)
    _check(Paperwork.objects.kept().filter(partner=current.partner_id).exclude(pk=current.pk), fields)
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def move_paperwork(line, *, by, up):
    """One place up, or down; at the end of the list nothing happens."""
    lock(line.partner)
    lines = list(Paperwork.objects.kept().filter(partner=line.partner_id).select_for_update())
    keys = [row.pk for row in lines]
    if line.pk not in keys:
        raise Refused("This is not on the list any more.")
    here = keys.index(line.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(lines):
        return lines[here]
    lines[here], lines[there] = lines[there], lines[here]
    for place, row in enumerate(lines, 1):
        write(row, place=place)
    record("moved", by=by, subject=line)
    return lines[there]


@transaction.atomic
def delete_paperwork(line, *, by):
    """Take it off the list; what was enclosed already stays so. It can be fetched back for 30 days."""
    return put_away(line, by=by)


@transaction.atomic
def restore_paperwork(line, *, by):
    """Back to its place on the list. Refused after 30 days, and while the partner is in the trash."""
    require_kept(line.partner)
    return fetch_back(line, by=by)


def _check(others, fields):
    if any(row.what.casefold() == fields["what"].casefold() for row in others):
        raise Refused("This is on the list already.", field="what")


def _last(lines):
    return max((row.place for row in lines), default=0)
