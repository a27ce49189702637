"""Changing several partners at once, and taking that back."""

from django.db import transaction

from partners.actions.circle import places_left
from partners.models import Partner
from partners.states import Circle, Stage
from referralcrm.practice.actions import batches
from referralcrm.practice.batches import Plan, Undone
from referralcrm.practice.models import User

LIST = "partners"
MOST_TAGS = 30
REMEMBERED = ("owner_id", "circle", "stage", "kind", "tags")
FULL = "the inner circle is full"


def plan(rows, *, add_tags=(), remove_tags=(), **fields) -> Plan:
    """What would change: ``fields`` are owner_id (None for nobody), circle, stage and kind, as far as given.

    The places of the inner circle are given in the order of ``rows``. Who cannot have all of it is left out.
    """
    made = Plan()
    places = places_left() if fields.get("circle") == Circle.INNER else 0
    for row in rows:
        values = {name: value for name, value in fields.items() if getattr(row, name) != value}
        tags = _tags(row.tags, add_tags, remove_tags)
        values |= {"tags": tags} if tags != row.tags else {}
        if not values:
            made.leave(row, "it is so already")
        elif why := _why_not(row, values, places):
            made.leave(row, why)
        else:
            made.change(row, values)
            places -= values.get("circle") == Circle.INNER
    return made


@transaction.atomic
def change_many(ids, *, seen, by, what, **changes):
    """Carry out the plan that was ``seen`` (its fingerprint). Returns the Batch.

    Refused when it would be another plan by now; then nothing is changed.
    """
    rows = Partner.objects.kept().filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    made = plan(sorted(rows.order_by("pk"), key=in_order), **changes)
    batches.check_seen(made, seen)
    before = {
        row.pk: {name: batches.plain(getattr(row, name)) for name in REMEMBERED} for row, _ in made.changes
    }
    batches.write_groups(Partner, made.changes)
    return batches.remember(LIST, made, before, by=by, what=what)


@transaction.atomic
def undo_many(batch, *, by) -> Undone:
    """Give each partner back what it was, unless somebody changed it since; those are named."""
    batch, done = batches.begin_undo(batch, by=by, slug=LIST), Undone()
    rows = Partner.objects.filter(pk__in=batch.rows).select_for_update(of=("self",), no_key=True)
    here = set(User.objects.of(batch.practice).active().values_list("pk", flat=True))
    places, changes = places_left(), []
    for row in sorted(rows.order_by("pk"), key=in_order):
        kept = batch.rows[str(row.pk)]
        was = kept["before"].items()
        values = {name: value for name, value in was if batches.plain(getattr(row, name)) != value}
        if why := _why_not_back(row, kept, values, here, places):
            done.leave(row.name, why)
        else:
            changes.append((row, values))
            places -= values.get("circle") == Circle.INNER
    batches.write_groups(Partner, changes)
    done.number = len(changes)
    batches.record_undo(batch, [row for row, _ in changes], by=by)
    return done


def in_order(partner):
    """As the list is sorted by name: who comes first gets the last place of the inner circle."""
    return partner.name, partner.pk


def _tags(tags, add, remove):
    """Without the removed ones whatever their case, with the added ones where none is the same."""
    gone = {tag.casefold() for tag in remove}
    kept = [tag for tag in tags if tag.casefold() not in gone]
    there = {tag.casefold() for tag in kept}
    return kept + [tag for tag in add if tag.casefold() not in there]


def _why_not(row, values, places):
    if row.stage == Stage.ENDED and {"stage", "circle"} & set(values):
        return "the relationship has ended"
    if values.get("circle") == Circle.INNER and places <= 0:
        return FULL
    if values.get("owner_id") and values["owner_id"] == row.backup_id:
        return "this person stands in when the owner is away, so somebody else has to own them"
    if len(values.get("tags", ())) > MOST_TAGS:
        return f"more than {MOST_TAGS} tags"
    return ""


def _why_not_back(row, kept, values, here, places):
    if row.version != kept["version"] or row.deleted_at is not None:
        return "changed since, and left as it is"
    if (owner := values.get("owner_id")) and owner not in {str(pk) for pk in here}:
        return "who looked after them has left"
    if values.get("circle") == Circle.INNER and places <= 0:
        return FULL
    return ""
