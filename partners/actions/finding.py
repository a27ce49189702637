"""The lists the finder looks things up in: conditions, and where postcodes are."""

from django.db import transaction

from partners.models import Condition, Discipline, Postcode
from partners.states import CONDITIONS
from referralcrm.audit.actions import record


@transaction.atomic
def seed_conditions():
    """The conditions a new practice starts with, after its disciplines; it edits them as it likes."""
    known = dict(Discipline.objects.values_list("name", "pk"))
    Condition.objects.bulk_create(
        Condition(name=name, words=words, disciplines=[known[each] for each in helping if each in known])
        for name, (words, helping) in CONDITIONS.items()
    )


@transaction.atomic
def set_postcodes(*, by, lines):
    """Enter many at once; one that is there already gets the new place and is in use. Returns how many.

    ``lines`` have name (written together), latitude and longitude in degrees; no name is there twice.
    """
    places = {line.name: line for line in lines}
    here = {row.name.upper(): row for row in Postcode.objects.select_for_update().filter(name__in=places)}
    for name, row in here.items():
        row.latitude, row.longitude, row.is_active = places[name].latitude, places[name].longitude, True
        row.version += 1
    Postcode.objects.bulk_update(here.values(), ["latitude", "longitude", "is_active", "version"])
    new = [line for name, line in places.items() if name not in here]
    made = Postcode.objects.bulk_create(
        Postcode(name=line.name, latitude=line.latitude, longitude=line.longitude) for line in new
    )
    keys = [row.pk for row in (*here.values(), *made)]
    record("entered", by=by, subjects=keys, subject_type="postcode", note=f"{len(keys)} postcodes")
    return len(keys)
